> CREATE TABLE ft (a int, b text);
CREATE TABLE

> INSERT INTO ft VALUES (1, 'one'), (2, 'two');
INSERT 0 2

> CREATE TYPE fpair AS (x int, y text);
CREATE TYPE

> CREATE DOMAIN fpos AS int CHECK (VALUE > 0);
CREATE DOMAIN

> SELECT * FROM CAST(1 + 2 AS int4);
int4
3
SELECT 1

> SELECT * FROM CAST(1 + 2 AS int4) WITH ORDINALITY;
int4 | ordinality
3 | 1
SELECT 1

> SELECT * FROM cast('7' AS numeric(5,2)) x;
x
7.00
SELECT 1

> SELECT x.y, y FROM CAST(1 + 2 AS int8) AS x(y);
y | y
3 | 3
SELECT 1

> SELECT * FROM CAST(lower('ABC') AS varchar(2));
lower
ab
SELECT 1

> SELECT * FROM CAST('(1,one)' AS fpair) p;
x | y
1 | one
SELECT 1

> SELECT p.y FROM CAST('(1,one)' AS fpair) AS p;
y
one
SELECT 1

> SELECT p, pg_typeof(p) FROM CAST(3 AS fpos) p;
p | pg_typeof
3 | fpos
SELECT 1

> SELECT * FROM CAST(-3 AS fpos) p;
ERROR 23514: value for domain fpos violates check constraint "fpos_check"

> SELECT * FROM CAST(NULL AS int4) x;
x
NULL
SELECT 1

> SELECT * FROM CAST('{1,2}' AS int[]) x;
x
{1,2}
SELECT 1

> SELECT * FROM CAST('x' AS int4) x;
ERROR 22P02: invalid input syntax for type integer: "x"

> SELECT * FROM CAST(1 AS nothing) x;
ERROR 42704: type "nothing" does not exist

> SELECT * FROM CAST(1 AS int4) AS x(a int);
ERROR 42601: a column definition list is only allowed for functions returning "record"

> SELECT pg_typeof(d), pg_typeof(t), pg_typeof(l), pg_typeof(c), pg_typeof(z) FROM current_date d, current_time(2) t, localtime l, current_timestamp c, localtimestamp(3) z;
pg_typeof | pg_typeof | pg_typeof | pg_typeof | pg_typeof
date | time with time zone | time without time zone | timestamp with time zone | timestamp without time zone
SELECT 1

> SELECT d = current_date AS same FROM current_date d;
same
t
SELECT 1

> SELECT "current_date" = CURRENT_DATE AS same FROM CURRENT_DATE;
same
t
SELECT 1

> SELECT u = current_user AS u, s = session_user AS s, r = current_role AS r, c = current_catalog AS c, h FROM current_user u, session_user s, current_role r, current_catalog c, current_schema h;
u | s | r | c | h
t | t | t | t | public
SELECT 1

> SELECT "user" = current_user AS same FROM user;
same
t
SELECT 1

> SELECT * FROM extract(year FROM date '2020-01-02'), position('b' IN 'abc'), substring('hello' FROM 2 FOR 3), overlay('hello' PLACING 'xx' FROM 2), trim(BOTH FROM ' a ');
extract | position | substring | overlay | btrim
2020 | 2 | ell | hxxlo | a
SELECT 1

> SELECT * FROM trim(LEADING 'x' FROM 'xax') l, trim(TRAILING 'x' FROM 'xax') t, trim('  b ') b, substring('hello', 2) s, substring('foobar' SIMILAR 'o#"b#"_+' ESCAPE '#') m;
l | t | b | s | m
ax | xa | b | ello | NULL
SELECT 1

> SELECT * FROM collation for ('x'::text);
pg_collation_for
"default"
SELECT 1

> SELECT collation for ('x'::text), pg_collation_for('y'::text) AS plain;
pg_collation_for | plain
"default" | "default"
SELECT 1

> SELECT collation for (1);
ERROR 42804: collations are not supported by type integer

> SELECT * FROM coalesce(NULL, 2) c, nullif(1, 2) n, greatest(1, 3) g, least(2, 1) l;
c | n | g | l
2 | 1 | 3 | 1
SELECT 1

> SELECT * FROM ROWS FROM (CAST(1 AS int4), generate_series(1, 2), coalesce(3, 4), current_user) AS r(a, b, c, d) WHERE a = 1 AND d = current_user;
a | b | c | d
1 | 1 | 3 | postgres
SELECT 1

> SELECT * FROM ROWS FROM (CAST(1 AS int4), generate_series(1, 2)) WITH ORDINALITY;
int4 | generate_series | ordinality
1 | 1 | 1
NULL | 2 | 2
SELECT 2

> SELECT * FROM ROWS FROM (1 + 2);
ERROR 42601: syntax error at or near "1"

> SELECT * FROM ROWS FROM (1::text);
ERROR 42601: syntax error at or near "1"

> SELECT a, x FROM ft, LATERAL CAST(a * 10 AS text) x ORDER BY a;
a | x
1 | 10
2 | 20
SELECT 2

> SELECT a, x FROM ft, CAST(a * 10 AS text) x ORDER BY a;
a | x
1 | 10
2 | 20
SELECT 2

> SELECT a, x FROM ft LEFT JOIN CAST('2' AS int4) x ON x = a ORDER BY a;
a | x
1 | NULL
2 | 2
SELECT 2

> SELECT x, y FROM CAST(1 AS text) x JOIN CAST(2 AS text) y ON x < y;
x | y
1 | 2
SELECT 1

> SELECT u.x, a FROM (CAST(5 AS int4) u(x) CROSS JOIN ft) ORDER BY a;
x | a
5 | 1
5 | 2
SELECT 2

> SELECT a FROM ft WHERE b IS DISTINCT FROM current_user AND a IN (SELECT * FROM CAST(1 AS int4));
a
1
SELECT 1

> SELECT extract(year FROM current_date) > 2000 AS late, (SELECT x FROM CAST(1 AS int4) x) AS one;
late | one
t | 1
SELECT 1

> WITH w AS (SELECT * FROM CAST(9 AS int4) n) SELECT n FROM w, current_date d WHERE d IS NOT NULL;
n
9
SELECT 1

> SELECT * FROM CAST(generate_series(1, 2) AS int8) x;
ERROR 0A000: set-returning functions must appear at top level of FROM

> SELECT * FROM abs(generate_series(1, 2)) x;
ERROR 0A000: set-returning functions must appear at top level of FROM

> SELECT * FROM generate_series(1, generate_series(1, 2)) x;
ERROR 0A000: set-returning functions must appear at top level of FROM

> SELECT * FROM coalesce(generate_series(1, 2), 2) x;
ERROR 0A000: set-returning functions are not allowed in COALESCE
HINT: You might be able to move the set-returning function into a LATERAL FROM item.

> SELECT * FROM CAST(count(*) AS int8) x;
ERROR 42803: aggregate functions are not allowed in functions in FROM

> SELECT * FROM CAST(row_number() OVER () AS int4) x;
ERROR 42P20: window functions are not allowed in functions in FROM

> SELECT * FROM "current_date";
ERROR 42P01: relation "current_date" does not exist

> SELECT * FROM pg_catalog.current_date;
ERROR 42P01: relation "pg_catalog.current_date" does not exist

> SELECT * FROM current_date + 1;
ERROR 42601: syntax error at or near "+"

> SELECT * FROM ONLY current_date;
ERROR 42601: syntax error at or near "current_date"

> UPDATE ft SET b = x FROM CAST('three' AS text) x WHERE a = 2;
UPDATE 1

> SELECT * FROM ft ORDER BY a;
a | b
1 | one
2 | three
SELECT 2

> DELETE FROM ft USING CAST(2 AS int4) x WHERE a = x RETURNING a, x;
a | x
2 | 2
DELETE 1

> MERGE INTO ft USING CAST(7 AS int4) x ON a = x WHEN NOT MATCHED THEN INSERT VALUES (x, 'seven');
MERGE 1

> SELECT * FROM ft ORDER BY a;
a | b
1 | one
7 | seven
SELECT 2

> PREPARE fp(int) AS SELECT * FROM CAST($1 + 1 AS text) x;
PREPARE

> EXECUTE fp(41);
x
42
SELECT 1

> CREATE FUNCTION ff() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT x FROM CAST(ft(1) AS text) x; END;
ERROR 42883: function ft(integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> CREATE FUNCTION fx(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n + 1;
CREATE FUNCTION

> CREATE FUNCTION ff() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT x FROM CAST(fx(1) AS text) x, current_user; END;
CREATE FUNCTION

> SELECT ff();
ff
2
SELECT 1

> CREATE ROLE from_items_role;
CREATE ROLE

> GRANT SELECT ON ft TO from_items_role;
GRANT

> REVOKE SELECT ON ft FROM current_user, from_items_role;
REVOKE

> CREATE POLICY pol ON ft FOR DELETE USING (b = current_user);
CREATE POLICY

> DROP POLICY pol ON ft;
DROP POLICY

> ALTER TABLE ft ALTER a TYPE text USING CAST(a AS text);
ALTER TABLE

> DROP OWNED BY from_items_role;
DROP OWNED

> DROP ROLE from_items_role;
DROP ROLE

> DROP FUNCTION ff();
DROP FUNCTION

> DROP FUNCTION fx(int);
DROP FUNCTION

> DROP TABLE ft;
DROP TABLE

> DROP TYPE fpair;
DROP TYPE

> DROP DOMAIN fpos;
DROP DOMAIN
