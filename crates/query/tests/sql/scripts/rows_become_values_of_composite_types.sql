-- Rows that functions give as composite types and domains over them, rows of views, domains that expressions share.
> CREATE TYPE comptype AS (r float8, i float8);
CREATE TYPE
> CREATE DOMAIN dcomptype AS comptype CONSTRAINT c1 CHECK ((value).r > 0);
CREATE DOMAIN
> CREATE FUNCTION makecomp(r float8, i float8) RETURNS comptype AS 'SELECT row(r, i)' LANGUAGE sql;
CREATE FUNCTION
> CREATE FUNCTION makedcomp(r float8, i float8) RETURNS dcomptype AS 'SELECT row(r, i)' LANGUAGE sql;
CREATE FUNCTION
> SELECT makecomp(1, 2), (makecomp(3, 4)).i;
makecomp | i
(1,2) | 4
SELECT 1
> SELECT makedcomp(1, 2);
makedcomp
(1,2)
SELECT 1
> SELECT makedcomp(-1, 2);
ERROR 23514: value for domain dcomptype violates check constraint "c1"
> SELECT * FROM makedcomp(1, 2) m;
r | i
1 | 2
SELECT 1
> SELECT m, m IS NOT NULL FROM makedcomp(1, 2) m;
m | ?column?
(1,2) | t
SELECT 1
> CREATE FUNCTION few() RETURNS dcomptype AS 'SELECT row(1)' LANGUAGE sql;
ERROR 42846: cannot cast type record to dcomptype
DETAIL: Input has too few columns.
CONTEXT: SQL function "few"
> CREATE FUNCTION many() RETURNS dcomptype AS 'SELECT row(1, 2, 3)' LANGUAGE sql;
ERROR 42846: cannot cast type record to dcomptype
DETAIL: Input has too many columns.
CONTEXT: SQL function "many"
> CREATE FUNCTION alone() RETURNS dcomptype AS 'SELECT 1' LANGUAGE sql;
ERROR 42P13: return type mismatch in function declared to return dcomptype
DETAIL: Actual return type is integer.
CONTEXT: SQL function "alone"
> CREATE FUNCTION from_table(n int) RETURNS SETOF dcomptype AS 'SELECT row(g, n) FROM generate_series(1, n) g' LANGUAGE sql;
CREATE FUNCTION
> SELECT from_table(2);
from_table
(1,2)
(2,2)
SELECT 2
> DROP FUNCTION makedcomp(float8, float8);
DROP FUNCTION
-- A row of a view is of its type.
> CREATE VIEW v AS SELECT 42 AS n, 'x'::text AS t;
CREATE VIEW
> SELECT v, pg_typeof(v) FROM v;
v | pg_typeof
(42,x) | v
SELECT 1
> SELECT (SELECT v) FROM v;
v
(42,x)
SELECT 1
> SELECT pg_typeof((SELECT (SELECT v))) FROM v;
pg_typeof
v
SELECT 1
> SELECT (v).n, v.t, row_to_json(v) FROM v;
n | t | row_to_json
42 | x | {"n":42,"t":"x"}
SELECT 1
> SELECT w, w IS NULL FROM (VALUES (1), (2)) x(a) LEFT JOIN v w ON a = 1 ORDER BY a;
w | ?column?
(42,x) | f
NULL | t
SELECT 2
> CREATE FUNCTION n_of(v) RETURNS int AS 'SELECT $1.n' LANGUAGE sql;
CREATE FUNCTION
> SELECT n_of(v) FROM v;
n_of
42
SELECT 1
> SELECT pg_typeof(s), s FROM (SELECT v AS s FROM v) q;
pg_typeof | s
v | (42,x)
SELECT 1
> CREATE TABLE kept AS SELECT v AS row FROM v;
SELECT 1
> SELECT (row).t FROM kept;
t
x
SELECT 1
> CREATE TYPE other AS (n int, t text);
CREATE TYPE
> SELECT v::other FROM v;
ERROR 42846: cannot cast type v to other
-- Bodies that end with a LIMIT are expressions.
> CREATE FUNCTION differs(anyelement, anyelement) RETURNS boolean AS 'SELECT $1 IS DISTINCT FROM $2 LIMIT 1' LANGUAGE sql;
CREATE FUNCTION
> CREATE DOMAIN inotnull AS int CHECK (differs(value, NULL));
CREATE DOMAIN
> SELECT 1::inotnull;
inotnull
1
SELECT 1
> SELECT NULL::inotnull;
ERROR 23514: value for domain inotnull violates check constraint "inotnull_check"
> CREATE TABLE dom_table (x inotnull);
CREATE TABLE
> INSERT INTO dom_table VALUES ('1'), (2);
INSERT 0 2
> INSERT INTO dom_table VALUES (NULL);
ERROR 23514: value for domain inotnull violates check constraint "inotnull_check"
> SELECT * FROM dom_table ORDER BY x;
x
1
2
SELECT 2
> CREATE FUNCTION never(int) RETURNS int AS 'SELECT $1 LIMIT 0' LANGUAGE sql;
CREATE FUNCTION
> SELECT never(1);
never
NULL
SELECT 1
-- What is of one domain throughout is of it.
> CREATE DOMAIN four AS int4;
CREATE DOMAIN
> SELECT pg_typeof(coalesce(4::four, 7::four)), pg_typeof(coalesce(4::four, 7)), pg_typeof(greatest(1::four, 2::four));
pg_typeof | pg_typeof | pg_typeof
four | integer | four
SELECT 1
> SELECT pg_typeof(CASE WHEN true THEN 1::four ELSE 2::four END), pg_typeof(CASE WHEN true THEN 1::four ELSE 2 END);
pg_typeof | pg_typeof
four | integer
SELECT 1
> CREATE TABLE fours AS SELECT coalesce(1::four, 2::four) AS f;
SELECT 1
> SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'fours'::regclass AND attname = 'f';
atttypid
four
SELECT 1
-- A call of a type's name is a cast.
> SELECT four('4'), pg_typeof(four('4')), pg_typeof(four(5));
four | pg_typeof | pg_typeof
4 | four | four
SELECT 1
> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE
> SELECT mood('ok'), public.mood('sad');
mood | mood
ok | sad
SELECT 1
> SELECT mood('none');
ERROR 22P02: invalid input value for enum mood: "none"
> SELECT mood(1);
ERROR 42883: function mood(integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
> CREATE VIEW casts AS SELECT mood('ok') AS m;
CREATE VIEW
> ALTER TYPE mood RENAME TO temper;
ALTER TYPE
> SELECT * FROM casts;
m
ok
SELECT 1
> SELECT comptype('(1,2)');
ERROR 42883: function comptype(unknown) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
