> CREATE TABLE r (id int, sub int, name text, PRIMARY KEY (id, sub));
CREATE TABLE
> INSERT INTO r VALUES (1, 1, 'Joe'), (1, 2, 'Ed'), (2, 1, 'Mary');
INSERT 0 3
> CREATE FUNCTION f1(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION
> CREATE FUNCTION f2(int) RETURNS SETOF r LANGUAGE sql AS 'SELECT * FROM r WHERE id = $1 ORDER BY sub';
CREATE FUNCTION
> CREATE FUNCTION f3(int) RETURNS SETOF record LANGUAGE sql AS 'SELECT id, name FROM r WHERE id = $1 ORDER BY sub';
CREATE FUNCTION
> CREATE FUNCTION f4(int) RETURNS TABLE (x int, y int) LANGUAGE sql AS 'SELECT g, g * g FROM generate_series(1, $1) g';
CREATE FUNCTION
> SELECT * FROM ROWS FROM (f1(7), f2(1), f3(1) AS (i int, n text), f4(3)) WITH ORDINALITY;
f1 | id | sub | name | i | n | x | y | ordinality
7 | 1 | 1 | Joe | 1 | Joe | 1 | 1 | 1
NULL | 1 | 2 | Ed | 1 | Ed | 2 | 4 | 2
NULL | NULL | NULL | NULL | NULL | NULL | 3 | 9 | 3
SELECT 3
> SELECT * FROM ROWS FROM (generate_series(1, 3), f2(2)) AS z (a, b, c, d);
a | b | c | d
1 | 2 | 1 | Mary
2 | NULL | NULL | NULL
3 | NULL | NULL | NULL
SELECT 3
> SELECT * FROM ROWS FROM (unnest(ARRAY[10, 20], ARRAY['a', 'b', 'c']), generate_series(1, 2)) WITH ORDINALITY AS z (a, b, c, n);
a | b | c | n
10 | a | 1 | 1
20 | b | 2 | 2
NULL | c | NULL | 3
SELECT 3
> SELECT * FROM ROWS FROM (f3(1) AS (i int, n text)) WITH ORDINALITY;
i | n | ordinality
1 | Joe | 1
1 | Ed | 2
SELECT 2
> SELECT v.n, z.* FROM (VALUES (1), (2)) v (n), ROWS FROM (f2(v.n), f4(v.n)) WITH ORDINALITY AS z ORDER BY v.n, z.ordinality;
n | id | sub | name | x | y | ordinality
1 | 1 | 1 | Joe | 1 | 1 | 1
1 | 1 | 2 | Ed | NULL | NULL | 2
2 | 2 | 1 | Mary | 1 | 1 | 1
2 | NULL | NULL | NULL | 2 | 4 | 2
SELECT 4
> SELECT * FROM ROWS FROM (f3(1));
ERROR 42601: a column definition list is required for functions returning "record"
> SELECT * FROM ROWS FROM (f2(1) AS (i int));
ERROR 42601: a column definition list is redundant for a function returning a named composite type
> SELECT * FROM json_populate_recordset(row(0::int), '[{"a":"1","b":"2"},{"a":"3"}]') q (a text, b text);
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned row contains 1 attribute, but query expects 2.
> SELECT * FROM json_populate_recordset(row(0::int, 0::int), '[{"a":"1","b":"2"},{"a":"3"}]') q (a text, b text);
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned type integer at ordinal position 1, but query expects text.
> SELECT * FROM json_populate_recordset(row(0::int, 0::int), '[{"a":"1","b":"2"},{"a":"3"}]') q (a int, b int);
a | b
0 | 0
0 | 0
SELECT 2
> CREATE TABLE e (x int, y text);
CREATE TABLE
> INSERT INTO e VALUES (NULL, NULL);
INSERT 0 1
> SELECT count(e), count(*), e FROM r LEFT JOIN e ON r.id = 1 GROUP BY e ORDER BY 1, 2;
count | count | e
0 | 1 | NULL
2 | 2 | (,)
SELECT 2
> SELECT row_to_json(e) FROM r LEFT JOIN e ON r.id = 1 ORDER BY r.id, r.sub;
row_to_json
{"x":null,"y":null}
{"x":null,"y":null}
NULL
SELECT 3
> SELECT r.id, e, e IS NULL AS empty FROM r LEFT JOIN e ON r.id = 2 ORDER BY r.id, r.sub;
id | e | empty
1 | NULL | t
1 | NULL | t
2 | (,) | t
SELECT 3
> SELECT count(e), (SELECT count(e) FROM r WHERE id = 2) FROM r LEFT JOIN e ON true;
count | count
3 | 3
SELECT 1
> CREATE TABLE co (a text COLLATE "C", b varchar(3) COLLATE "POSIX", c text, d char(3) COLLATE ucs_basic);
CREATE TABLE
> SELECT column_name, collation_schema, collation_name FROM information_schema.columns WHERE table_name = 'co' ORDER BY ordinal_position;
column_name | collation_schema | collation_name
a | pg_catalog | C
b | pg_catalog | POSIX
c | NULL | NULL
d | pg_catalog | ucs_basic
SELECT 4
> ALTER TABLE co ALTER a TYPE text COLLATE "POSIX";
ALTER TABLE
> SELECT attname, attcollation::regcollation FROM pg_attribute WHERE attrelid = 'co'::regclass AND attnum > 0 ORDER BY attnum;
attname | attcollation
a | "POSIX"
b | "POSIX"
c | "default"
d | ucs_basic
SELECT 4
> CREATE TABLE co2 (a int COLLATE "C");
ERROR 42804: collations are not supported by type integer
> CREATE TABLE co2 (a text COLLATE nothing);
ERROR 42704: collation "nothing" for encoding "UTF8" does not exist
> SELECT a FROM co ORDER BY a COLLATE pg_catalog.nothing;
ERROR 42704: collation "pg_catalog.nothing" for encoding "UTF8" does not exist
> SELECT a FROM co ORDER BY a COLLATE "C", b COLLATE pg_catalog."POSIX";
a
SELECT 0
> SELECT ROW(x.*, 2) AS r, row_to_json(ROW(x.*, y.*)) AS j FROM generate_series(1, 2) x, upper('a') y ORDER BY x;
r | j
(1,2) | {"f1":1,"f2":"A"}
(2,2) | {"f1":2,"f2":"A"}
SELECT 2
