-- Functions in SQL may call themselves, and each other, as long as they come to an end.

> CREATE FUNCTION fact(n integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN n <= 1 THEN 1 ELSE n * fact(n - 1) END $$;
CREATE FUNCTION
> SELECT fact(0), fact(1), fact(5), fact(20);
fact | fact | fact | fact
1 | 1 | 120 | 2432902008176640000
SELECT 1
> SELECT n, fact(n) FROM generate_series(1, 6) n ORDER BY n;
n | fact
1 | 1
2 | 2
3 | 6
4 | 24
5 | 120
6 | 720
SELECT 6
> SELECT fact(60) / fact(59) AS quotient;
quotient
60.0000000000000000
SELECT 1
> CREATE FUNCTION fib(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT CASE WHEN n < 2 THEN n ELSE fib(n - 1) + fib(n - 2) END $$;
CREATE FUNCTION
> SELECT n, fib(n) FROM generate_series(0, 8) n ORDER BY n;
n | fib
0 | 0
1 | 1
2 | 1
3 | 2
4 | 3
5 | 5
6 | 8
7 | 13
8 | 21
SELECT 9
-- Each other.
> CREATE FUNCTION is_odd(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT NULL::boolean';
CREATE FUNCTION
> CREATE FUNCTION is_even(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT CASE WHEN n = 0 THEN true ELSE is_odd(n - 1) END';
CREATE FUNCTION
> CREATE OR REPLACE FUNCTION is_odd(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT CASE WHEN n = 0 THEN false ELSE is_even(n - 1) END';
CREATE FUNCTION
> SELECT is_even(10), is_odd(10), is_even(7), is_odd(7);
is_even | is_odd | is_even | is_odd
t | f | f | t
SELECT 1
> CREATE FUNCTION half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION
> CREATE FUNCTION steps(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN n <= 1 THEN 0 ELSE 1 + half(n) END; END $$;
CREATE FUNCTION
> CREATE OR REPLACE FUNCTION half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT steps(n / 2)';
CREATE FUNCTION
> SELECT steps(1), steps(2), steps(1000);
steps | steps | steps
0 | 1 | 9
SELECT 1
-- Over tables: a tree from the root down, and from a leaf up.
> CREATE TABLE part (id integer PRIMARY KEY, parent integer, name text);
CREATE TABLE
> INSERT INTO part VALUES (1, NULL, 'car'), (2, 1, 'engine'), (3, 1, 'wheel'), (4, 2, 'piston'), (5, 2, 'valve'), (6, 4, 'ring');
INSERT 0 6
> CREATE FUNCTION path(wanted integer) RETURNS text LANGUAGE sql STABLE AS $$ SELECT CASE WHEN parent IS NULL THEN name ELSE path(parent) || '/' || name END FROM part WHERE id = wanted $$;
CREATE FUNCTION
> SELECT id, path(id) FROM part ORDER BY id;
id | path
1 | car
2 | car/engine
3 | car/wheel
4 | car/engine/piston
5 | car/engine/valve
6 | car/engine/piston/ring
SELECT 6
> SELECT path(99);
path
NULL
SELECT 1
> CREATE FUNCTION below(wanted integer) RETURNS SETOF text LANGUAGE sql AS $$ SELECT name FROM part WHERE id = wanted UNION ALL SELECT b FROM part p, LATERAL below(p.id) b WHERE p.parent = wanted $$;
CREATE FUNCTION
> SELECT * FROM below(1) ORDER BY 1;
below
car
engine
piston
ring
valve
wheel
SELECT 6
> SELECT below(2) ORDER BY 1;
below
engine
piston
ring
valve
SELECT 4
> SELECT count(*) FROM below(99);
count
0
SELECT 1
> CREATE FUNCTION branch(wanted integer) RETURNS TABLE (id integer, depth integer) LANGUAGE sql AS $$ SELECT wanted, 0 UNION ALL SELECT b.id, b.depth + 1 FROM part p, LATERAL branch(p.id) b WHERE p.parent = wanted $$;
CREATE FUNCTION
> SELECT * FROM branch(1) ORDER BY id;
id | depth
1 | 0
2 | 1
3 | 1
4 | 2
5 | 2
6 | 3
SELECT 6
> SELECT b.depth, count(*) FROM branch(1) b GROUP BY b.depth ORDER BY b.depth;
depth | count
0 | 1
1 | 2
2 | 2
3 | 1
SELECT 4
-- Rows, NULLs, strictness, several statements.
> CREATE FUNCTION counted(n integer, OUT n_left integer, OUT calls integer) LANGUAGE sql AS $$ SELECT CASE WHEN n = 0 THEN 0 ELSE (counted(n - 1)).n_left END, CASE WHEN n = 0 THEN 1 ELSE 1 + (counted(n - 1)).calls END $$;
CREATE FUNCTION
> SELECT * FROM counted(4);
n_left | calls
0 | 5
SELECT 1
> SELECT counted(3);
counted
(0,4)
SELECT 1
> CREATE FUNCTION stops(n integer) RETURNS integer LANGUAGE sql STRICT AS 'SELECT 1 + coalesce(stops(nullif(n - 1, 0)), 0)';
CREATE FUNCTION
> SELECT stops(5), stops(NULL);
stops | stops
5 | NULL
SELECT 1
> CREATE TABLE log (n integer);
CREATE TABLE
> CREATE FUNCTION logged(n integer) RETURNS bigint LANGUAGE sql AS $$ INSERT INTO log VALUES (n); SELECT CASE WHEN n = 0 THEN (SELECT count(*) FROM log) ELSE logged(n - 1) END $$;
CREATE FUNCTION
> SELECT logged(3);
logged
4
SELECT 1
> SELECT n FROM log ORDER BY n;
n
0
1
2
3
SELECT 4
> BEGIN;
BEGIN
> SELECT logged(1);
logged
6
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM log;
count
4
SELECT 1
-- Polymorphic ones, defaults, bodies of the standard.
> CREATE FUNCTION last_of(a anyarray) RETURNS anyelement LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN cardinality(a) = 1 THEN a[1] ELSE last_of(a[2:]) END $$;
CREATE FUNCTION
> SELECT last_of(ARRAY[1, 2, 3]), last_of(ARRAY['a', 'b']);
last_of | last_of
3 | b
SELECT 1
> CREATE FUNCTION gcd_of(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN CASE WHEN b = 0 THEN a ELSE a END;
CREATE FUNCTION
> CREATE OR REPLACE FUNCTION gcd_of(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN CASE WHEN b = 0 THEN a ELSE gcd_of(b, a % b) END;
CREATE FUNCTION
> SELECT gcd_of(48, 36), gcd_of(17, 5);
gcd_of | gcd_of
12 | 1
SELECT 1
> CREATE FUNCTION summed(n integer, so_far integer DEFAULT 0) RETURNS integer LANGUAGE sql AS 'SELECT CASE WHEN n = 0 THEN so_far ELSE summed(n - 1, so_far + n) END';
CREATE FUNCTION
> SELECT summed(10), summed(100);
summed | summed
55 | 5050
SELECT 1
-- In prepared statements, conditions, views and bodies.
> PREPARE f AS SELECT fact($1::integer);
PREPARE
> EXECUTE f (6);
fact
720
SELECT 1
> CREATE VIEW facts AS SELECT n, fact(n) AS f FROM generate_series(1, 4) n;
CREATE VIEW
> SELECT * FROM facts WHERE f > 1 ORDER BY n;
n | f
2 | 2
3 | 6
4 | 24
SELECT 3
> SELECT n FROM generate_series(1, 6) n WHERE is_even(n) ORDER BY n;
n
2
4
6
SELECT 3
> DO $$ BEGIN RAISE NOTICE '%', fact(7); END $$;
NOTICE: 5040
DO
> CREATE OR REPLACE FUNCTION fact(n integer) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN n <= 1 THEN 2 ELSE n * fact(n - 1) END $$;
CREATE FUNCTION
> EXECUTE f (6);
fact
1440
SELECT 1
-- Without an end, and with an error within.
> CREATE FUNCTION endless(n integer) RETURNS integer LANGUAGE sql AS 'SELECT endless(n + 1) + 1';
CREATE FUNCTION
> DO $$ BEGIN PERFORM endless(1); EXCEPTION WHEN statement_too_complex THEN RAISE NOTICE '%', SQLERRM; END $$;
NOTICE: stack depth limit exceeded
DO
> CREATE FUNCTION divided(n integer) RETURNS integer LANGUAGE sql AS 'SELECT CASE WHEN n = 0 THEN 1 / n ELSE divided(n - 1) END';
CREATE FUNCTION
> DO $$ BEGIN PERFORM divided(5); EXCEPTION WHEN division_by_zero THEN RAISE NOTICE '%', SQLERRM; END $$;
NOTICE: division by zero
DO
> SELECT fact(3);
fact
12
SELECT 1
