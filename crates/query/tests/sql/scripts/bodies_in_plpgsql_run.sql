> CREATE TABLE t (a int PRIMARY KEY, b text, c numeric(6,2));
CREATE TABLE

> DO $$ BEGIN RAISE NOTICE 'hello % %%', 1 + 1; END $$;
NOTICE: hello 2 %
DO

> CREATE FUNCTION add(x int, y int DEFAULT 10) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN x + y; END $$;
CREATE FUNCTION

> SELECT add(1, 2), add(5), add(NULL);
add | add | add
3 | 15 | NULL
SELECT 1

> CREATE FUNCTION fact(n int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF n <= 1 THEN RETURN 1; END IF; --
  RETURN n * fact(n - 1); --
END $$;
CREATE FUNCTION

> SELECT n, fact(n) FROM generate_series(1, 6) n;
n | fact
1 | 1
2 | 2
3 | 6
4 | 24
5 | 120
6 | 720
SELECT 6

> CREATE FUNCTION sum_to(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  total int := 0; --
  i int := 100; --
BEGIN
  FOR i IN 1..n LOOP
    CONTINUE WHEN i % 2 = 0; --
    EXIT WHEN i > 7; --
    total := total + i; --
  END LOOP; --
  FOR j IN REVERSE 3..1 BY 2 LOOP total := total + j * 1000; END LOOP; --
  WHILE i > 98 LOOP i := i - 1; END LOOP; --
  <<outer>>
  LOOP
    LOOP
      i := i + 1; --
      EXIT outer WHEN i > 105; --
    END LOOP; --
  END LOOP outer; --
  RETURN total * 1000 + i; --
END $$;
CREATE FUNCTION

> SELECT sum_to(20);
sum_to
4016106
SELECT 1

> INSERT INTO t VALUES (1, 'one', 1.5), (2, 'two', 2.5), (3, NULL, 3.5);
INSERT 0 3

> CREATE FUNCTION walk() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  r record; --
  w t%ROWTYPE; --
  v t.b%TYPE; --
BEGIN
  FOR r IN SELECT a, b FROM t ORDER BY a LOOP
    RETURN NEXT r.a || ':' || coalesce(r.b, '-'); --
  END LOOP; --
  SELECT * INTO w FROM t WHERE a = 2; --
  RETURN NEXT w.b || w.c; --
  SELECT b INTO v FROM t WHERE a = 9; --
  RETURN NEXT 'found ' || FOUND::text; --
  w.b := 'new'; --
  RETURN NEXT w::text; --
  RETURN QUERY SELECT b FROM t WHERE b IS NOT NULL ORDER BY a DESC; --
  RETURN QUERY EXECUTE 'SELECT b FROM t WHERE a = $1' USING 1; --
END $$;
CREATE FUNCTION

> SELECT * FROM walk();
walk
1:one
2:two
3:-
two2.50
found false
(2,new,2.50)
two
one
one
SELECT 9

> SELECT walk() LIMIT 2;
walk
1:one
2:two
SELECT 2

> CREATE FUNCTION outs(x int, OUT y int, OUT z text) LANGUAGE plpgsql AS $$ BEGIN y := x * 2; z := 'z' || x; END $$;
CREATE FUNCTION

> SELECT * FROM outs(4);
y | z
8 | z4
SELECT 1

> SELECT outs(4), (outs(5)).z;
outs | z
(8,z4) | z5
SELECT 1

> CREATE FUNCTION tab(n int) RETURNS TABLE (k int, v text) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..n LOOP
    k := i; v := repeat('x', i); RETURN NEXT; --
  END LOOP; --
END $$;
CREATE FUNCTION

> SELECT * FROM tab(3) WHERE k > 1;
k | v
2 | xx
3 | xxx
SELECT 2

> CREATE FUNCTION whole(x int) RETURNS t LANGUAGE plpgsql AS $$ DECLARE r t; BEGIN SELECT * INTO r FROM t WHERE a = x; RETURN r; END $$;
CREATE FUNCTION

> SELECT * FROM whole(2);
a | b | c
2 | two | 2.50
SELECT 1

> SELECT (whole(1)).b, whole(7) IS NULL;
b | ?column?
one | t
SELECT 1

> CREATE FUNCTION arrays() RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE a int[] := '{1,2,3}'; x int; s int := 0; --
BEGIN
  a[2] := 20; a[5] := 50; --
  FOREACH x IN ARRAY a LOOP s := s + coalesce(x, 0); END LOOP; --
  RETURN a || s; --
END $$;
CREATE FUNCTION

> SELECT arrays();
arrays
{1,20,3,NULL,50,74}
SELECT 1

> CREATE FUNCTION kase(x int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  CASE x WHEN 1 THEN RETURN 'one'; WHEN 2, 3 THEN RETURN 'few'; ELSE NULL; END CASE; --
  CASE WHEN x > 100 THEN RETURN 'many'; END CASE; --
END $$;
CREATE FUNCTION

> SELECT kase(1), kase(3), kase(200);
kase | kase | kase
one | few | many
SELECT 1

> SELECT kase(50);
ERROR 20000: case not found
HINT: CASE statement is missing ELSE part.
CONTEXT: PL/pgSQL function kase(integer) line 4 at CASE

> CREATE FUNCTION safe_div(a int, b int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN a / b; --
EXCEPTION
  WHEN division_by_zero THEN RAISE NOTICE 'caught % %', SQLSTATE, SQLERRM; RETURN NULL; --
END $$;
CREATE FUNCTION

> SELECT safe_div(6, 3), safe_div(1, 0);
NOTICE: caught 22012 division by zero
safe_div | safe_div
2 | NULL
SELECT 1

> DO $$
BEGIN
  INSERT INTO t VALUES (10, 'ten'); --
  BEGIN
    INSERT INTO t VALUES (11, 'eleven'); --
    INSERT INTO t VALUES (10, 'again'); --
  EXCEPTION WHEN unique_violation THEN RAISE NOTICE '%', SQLERRM; --
  END; --
END $$;
NOTICE: duplicate key value violates unique constraint "t_pkey"
DO

> SELECT a, b FROM t WHERE a >= 10;
a | b
10 | ten
SELECT 1

> DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO

> DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'there'; END $$;
NOTICE: there
DO

> SELECT 'ok'::mood;
mood
ok
SELECT 1

> CREATE FUNCTION raises() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'bad %', 42 USING ERRCODE = 'U0001', HINT = 'try', DETAIL = 'why'; END $$;
CREATE FUNCTION

> SELECT raises();
ERROR U0001: bad 42
DETAIL: why
HINT: try
CONTEXT: PL/pgSQL function raises() line 1 at RAISE

> CREATE FUNCTION outer_one() RETURNS int LANGUAGE plpgsql AS $$
DECLARE x int; --
BEGIN
  x := raises(); --
  RETURN x; --
END $$;
CREATE FUNCTION

> SELECT outer_one();
ERROR U0001: bad 42
DETAIL: why
HINT: try
CONTEXT: PL/pgSQL function raises() line 1 at RAISE
PL/pgSQL function outer_one() line 4 at assignment

> CREATE FUNCTION ends() RETURNS int LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE FUNCTION

> SELECT ends();
ERROR 2F005: control reached end of function without RETURN
CONTEXT: PL/pgSQL function ends()

> CREATE FUNCTION strict_into() RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int; BEGIN SELECT a INTO STRICT x FROM t; RETURN x; END $$;
CREATE FUNCTION

> SELECT strict_into();
ERROR P0003: query returned more than one row
HINT: Make sure the query returns a single row, or use LIMIT 1.
CONTEXT: PL/pgSQL function strict_into() line 1 at SQL statement

> CREATE FUNCTION ambiguous(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(a) FROM t); END $$;
CREATE FUNCTION

> SELECT ambiguous(1);
ERROR 42702: column reference "a" is ambiguous
DETAIL: It could refer to either a PL/pgSQL variable or a table column.
CONTEXT: PL/pgSQL function ambiguous(integer) line 1 at RETURN

> CREATE FUNCTION fetches() RETURNS text LANGUAGE plpgsql AS $$
DECLARE c CURSOR (least int) FOR SELECT a, b FROM t WHERE a >= least ORDER BY a; x int; y text; out text := ''; --
BEGIN
  OPEN c(2); --
  FETCH c INTO x, y; out := out || x || y; --
  MOVE c; --
  FETCH c INTO x, y; out := out || ' ' || x || y; --
  CLOSE c; --
  FOR r IN c(3) LOOP out := out || ' ' || r.a; END LOOP; --
  RETURN out; --
END $$;
CREATE FUNCTION

> SELECT fetches();
fetches
2two 10ten 3 10
SELECT 1

> CREATE FUNCTION any_of(x anyelement, y anyarray) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN RETURN y[1]; END $$;
CREATE FUNCTION

> SELECT any_of(1, '{7,8}'::int[]), any_of('a'::text, '{x,y}'::text[]);
any_of | any_of
7 | x
SELECT 1

> CREATE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE c int; --
BEGIN
  UPDATE t SET c = n; --
  GET DIAGNOSTICS c = ROW_COUNT; --
  RETURN c; --
END $$;
CREATE FUNCTION

> SELECT writes(1);
writes
4
SELECT 1

> CREATE OR REPLACE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE k int; --
BEGIN
  UPDATE t SET c = n; --
  GET DIAGNOSTICS k = ROW_COUNT; --
  DELETE FROM t WHERE t.a > 5 RETURNING a INTO k; --
  PERFORM 1 FROM t WHERE b = 'two'; --
  RETURN k + CASE WHEN FOUND THEN 100 ELSE 0 END; --
END $$;
CREATE FUNCTION

> SELECT writes(7);
writes
110
SELECT 1

> SELECT * FROM t ORDER BY a;
a | b | c
1 | one | 7.00
2 | two | 7.00
3 | NULL | 7.00
SELECT 3

> CREATE PROCEDURE proc(x int, INOUT y int) LANGUAGE plpgsql AS $$ BEGIN y := y + x; END $$;
CREATE PROCEDURE

> CALL proc(1, 2);
y
3
CALL

> DO $$ DECLARE v int := 5; BEGIN CALL proc(10, v); RAISE NOTICE 'v = %', v; END $$;
NOTICE: v = 15
DO

> CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 20..23 LOOP
    INSERT INTO t VALUES (i); --
    IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; --
  END LOOP; --
END $$;
CREATE PROCEDURE

> CALL commits();
CALL

> SELECT a FROM t WHERE a >= 20 ORDER BY a;
a
20
22
SELECT 2

> BEGIN;
BEGIN

> CALL commits();
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(20) already exists.
CONTEXT: SQL statement "INSERT INTO t VALUES (i)"
PL/pgSQL function commits() line 4 at SQL statement

> ROLLBACK;
ROLLBACK

> DO $$ DECLARE s text; m text; d text; BEGIN RAISE EXCEPTION 'x' USING DETAIL = 'dd'; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL; RAISE NOTICE '% % %', s, m, d; END $$;
NOTICE: P0001 x dd
DO

> DO $$ BEGIN BEGIN RAISE EXCEPTION 'first'; EXCEPTION WHEN raise_exception THEN RAISE; END; END $$;
ERROR P0001: first
CONTEXT: PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE x int NOT NULL := 1; BEGIN x := NULL; END $$;
ERROR 22004: null value cannot be assigned to variable "x" declared NOT NULL
CONTEXT: PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ BEGIN ASSERT 1 = 2, 'no way'; END $$;
ERROR P0004: no way
CONTEXT: PL/pgSQL function inline_code_block line 1 at ASSERT

> DO $$ DECLARE r record; BEGIN RAISE NOTICE '%', r.a; END $$;
ERROR 55000: record "r" is not assigned yet
DETAIL: The tuple structure of a not-yet-assigned record is indeterminate.
CONTEXT: SQL expression "r.a"
PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ BEGIN EXECUTE 'CREATE TEMP TABLE made (x int)'; EXECUTE format('INSERT INTO %I VALUES (%L)', 'made', 5); RAISE NOTICE '%', (SELECT x FROM made); END $$;
NOTICE: 5
DO

> DO $$ BEGIN SELECT 1; END $$;
ERROR 42601: query has no destination for result data
HINT: If you want to discard the results of a SELECT, use PERFORM instead.
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ BEGIN y := 1; END $$;
ERROR 42601: "y" is not a known variable

> DO $$ DECLARE x int; BEGIN x := 'abc'; END $$;
ERROR 22P02: invalid input syntax for type integer: "abc"
CONTEXT: PL/pgSQL function inline_code_block line 1 at assignment

> CREATE FUNCTION bad() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 +; END $$;
ERROR 42601: syntax error at end of input

> SELECT prosrc, lanname FROM pg_proc JOIN pg_language l ON prolang = l.oid WHERE proname = 'add';
prosrc | lanname
 BEGIN RETURN x + y; END  | plpgsql
SELECT 1

> SELECT rtrim(pg_get_functiondef('add'::regproc), E'\n') AS pg_get_functiondef;
pg_get_functiondef
CREATE OR REPLACE FUNCTION public.add(x integer, y integer DEFAULT 10)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$ BEGIN RETURN x + y; END $function$
SELECT 1

> DROP FUNCTION add;
DROP FUNCTION
