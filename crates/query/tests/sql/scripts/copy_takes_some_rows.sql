> CREATE TABLE t (a int, b int DEFAULT 7, c text, g int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE
> COPY t (a, b, c) FROM STDIN WHERE a > 2;
<1	10	one
<3	30	three
<4	\N	four
COPY 2
> COPY t (c, a) FROM STDIN WITH (FORMAT csv, HEADER) WHERE b = 7 AND c LIKE 'f%';
<c,a
<five,5
<six,6
COPY 1
> SELECT * FROM t ORDER BY a;
a | b | c | g
3 | 30 | three | 6
4 | NULL | four | 8
5 | 7 | five | 10
SELECT 3
> COPY t FROM STDIN WHERE g > 3;
ERROR 42P10: generated columns are not supported in COPY FROM WHERE conditions
DETAIL: Column "g" is a generated column.
> COPY t FROM STDIN WHERE t IS NULL;
ERROR 42P10: generated columns are not supported in COPY FROM WHERE conditions
DETAIL: Column "g" is a generated column.
> COPY t FROM STDIN WHERE nothing > 3;
ERROR 42703: column "nothing" does not exist
> COPY t FROM STDIN WHERE a = max(b);
ERROR 42803: aggregate functions are not allowed in COPY FROM WHERE conditions
> COPY t FROM STDIN WHERE a IN (SELECT 1);
ERROR 0A000: cannot use subquery in COPY FROM WHERE condition
> COPY t FROM STDIN WHERE a IN (generate_series(1, 5));
ERROR 0A000: set-returning functions are not allowed in COPY FROM WHERE conditions
> COPY t FROM STDIN WHERE a = row_number() OVER (ORDER BY b);
ERROR 42P20: window functions are not allowed in COPY FROM WHERE conditions
> COPY t FROM STDIN WHERE a;
ERROR 42804: argument of WHERE must be type boolean, not type integer
> COPY t (a, b, c) FROM STDIN WHERE 1 / a > 0;
<1	1	one
<0	0	zero
ERROR 22012: division by zero
CONTEXT: COPY t, line 2: "0	0	zero"
> COPY t (a, b, c) FROM STDIN;
<
ERROR 22P02: invalid input syntax for type integer: ""
CONTEXT: COPY t, line 1, column a: ""
> COPY t (a, b, c) FROM STDIN;
<x
ERROR 22P02: invalid input syntax for type integer: "x"
CONTEXT: COPY t, line 1, column a: "x"
> COPY t (a, b, c) FROM STDIN;
<9	9
ERROR 22P04: missing data for column "c"
CONTEXT: COPY t, line 1: "9	9"
> COPY (SELECT 'a,b' AS c, NULL AS d) TO STDOUT WITH CSV FORCE QUOTE *;
"a,b",
COPY 1
> COPY (SELECT 'a' AS c, 'b' AS d) TO STDOUT (FORMAT csv, FORCE_QUOTE (d), HEADER true);
c,d
a,"b"
COPY 1
> COPY (SELECT 'a' AS c, 'b' AS d) TO STDOUT (FORMAT csv, FORCE_QUOTE *, DELIMITER '|');
"a"|"b"
COPY 1
> COPY (SELECT 'a' AS c, NULL AS d) TO STDOUT WITH DELIMITER AS ':' NULL AS 'nil' ENCODING 'sql_ascii';
a:nil
COPY 1
> COPY t TO STDOUT (FORMAT csv, FORMAT csv);
ERROR 42601: conflicting or redundant options
> COPY t TO STDOUT (DELIMITER 'ab');
ERROR 0A000: COPY delimiter must be a single one-byte character
> COPY t TO STDOUT (FORMAT nothing);
ERROR 22023: COPY format "nothing" not recognized
> COPY t TO STDOUT (NOTHING);
ERROR 42601: option "nothing" not recognized
> COPY t TO STDOUT (FORCE_QUOTE (a));
ERROR 0A000: COPY force quote available only in CSV mode
> COPY t TO STDOUT (FORMAT csv, FORCE_QUOTE (x));
ERROR 42703: column "x" of relation "t" does not exist
> COPY t FROM STDIN (FORMAT csv, FORCE_NULL *);
ERROR 22023: argument to option "force_null" must be a list of column names
> COPY t FROM STDIN (HEADER maybe);
ERROR 42601: header requires a Boolean value or "match"
> COPY t FROM STDIN CSV FREEZE;
ERROR 55000: cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction
> COPY t (a, c) TO STDOUT DELIMITERS '|' CSV;
3|three
4|four
5|five
COPY 3
> BEGIN;
BEGIN
> TRUNCATE t;
TRUNCATE TABLE
> COPY t (a, b, c) FROM STDIN (FREEZE);
<1	2	three
COPY 1
> SAVEPOINT s;
SAVEPOINT
> COPY t (a, b, c) FROM STDIN FREEZE;
ERROR 55000: cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM t;
count
3
SELECT 1
