> CREATE TABLE t (a int PRIMARY KEY, b text, c numeric(6,2));

> DO $$ BEGIN RAISE NOTICE 'hello % %%', 1 + 1; END $$;

> CREATE FUNCTION add(x int, y int DEFAULT 10) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN x + y; END $$;

> SELECT add(1, 2), add(5), add(NULL);

> CREATE FUNCTION fact(n int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF n <= 1 THEN RETURN 1; END IF; --
  RETURN n * fact(n - 1); --
END $$;

> SELECT n, fact(n) FROM generate_series(1, 6) n;

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

> SELECT sum_to(20);

> INSERT INTO t VALUES (1, 'one', 1.5), (2, 'two', 2.5), (3, NULL, 3.5);

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
  RETURN NEXT 'found ' || FOUND; --
  w.b := 'new'; --
  RETURN NEXT w::text; --
  RETURN QUERY SELECT b FROM t WHERE b IS NOT NULL ORDER BY a DESC; --
  RETURN QUERY EXECUTE 'SELECT b FROM t WHERE a = $1' USING 1; --
END $$;

> SELECT * FROM walk();

> SELECT walk() LIMIT 2;

> CREATE FUNCTION outs(x int, OUT y int, OUT z text) LANGUAGE plpgsql AS $$ BEGIN y := x * 2; z := 'z' || x; END $$;

> SELECT * FROM outs(4);

> SELECT outs(4), (outs(5)).z;

> CREATE FUNCTION tab(n int) RETURNS TABLE (k int, v text) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..n LOOP
    k := i; v := repeat('x', i); RETURN NEXT; --
  END LOOP; --
END $$;

> SELECT * FROM tab(3) WHERE k > 1;

> CREATE FUNCTION whole(x int) RETURNS t LANGUAGE plpgsql AS $$ DECLARE r t; BEGIN SELECT * INTO r FROM t WHERE a = x; RETURN r; END $$;

> SELECT * FROM whole(2);

> SELECT (whole(1)).b, whole(7) IS NULL;

> CREATE FUNCTION arrays() RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE a int[] := '{1,2,3}'; x int; s int := 0; --
BEGIN
  a[2] := 20; a[5] := 50; --
  FOREACH x IN ARRAY a LOOP s := s + coalesce(x, 0); END LOOP; --
  RETURN a || s; --
END $$;

> SELECT arrays();

> CREATE FUNCTION kase(x int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  CASE x WHEN 1 THEN RETURN 'one'; WHEN 2, 3 THEN RETURN 'few'; ELSE NULL; END CASE; --
  CASE WHEN x > 100 THEN RETURN 'many'; END CASE; --
END $$;

> SELECT kase(1), kase(3), kase(200);

> SELECT kase(50);

> CREATE FUNCTION safe_div(a int, b int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN a / b; --
EXCEPTION
  WHEN division_by_zero THEN RAISE NOTICE 'caught % %', SQLSTATE, SQLERRM; RETURN NULL; --
END $$;

> SELECT safe_div(6, 3), safe_div(1, 0);

> DO $$
BEGIN
  INSERT INTO t VALUES (10, 'ten'); --
  BEGIN
    INSERT INTO t VALUES (11, 'eleven'); --
    INSERT INTO t VALUES (10, 'again'); --
  EXCEPTION WHEN unique_violation THEN RAISE NOTICE '%', SQLERRM; --
  END; --
END $$;

> SELECT a, b FROM t WHERE a >= 10;

> DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;

> DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'there'; END $$;

> SELECT 'ok'::mood;

> CREATE FUNCTION raises() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'bad %', 42 USING ERRCODE = 'U0001', HINT = 'try', DETAIL = 'why'; END $$;

> SELECT raises();

> CREATE FUNCTION outer_one() RETURNS int LANGUAGE plpgsql AS $$
DECLARE x int; --
BEGIN
  x := raises(); --
  RETURN x; --
END $$;

> SELECT outer_one();

> CREATE FUNCTION ends() RETURNS int LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;

> SELECT ends();

> CREATE FUNCTION strict_into() RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int; BEGIN SELECT a INTO STRICT x FROM t; RETURN x; END $$;

> SELECT strict_into();

> CREATE FUNCTION ambiguous(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(a) FROM t); END $$;

> SELECT ambiguous(1);

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

> SELECT fetches();

> CREATE FUNCTION any_of(x anyelement, y anyarray) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN RETURN y[1]; END $$;

> SELECT any_of(1, '{7,8}'::int[]), any_of('a'::text, '{x,y}'::text[]);

> CREATE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE c int; --
BEGIN
  UPDATE t SET c = n; --
  GET DIAGNOSTICS c = ROW_COUNT; --
  RETURN c; --
END $$;

> SELECT writes(1);

> CREATE OR REPLACE FUNCTION writes(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE k int; --
BEGIN
  UPDATE t SET c = n; --
  GET DIAGNOSTICS k = ROW_COUNT; --
  DELETE FROM t WHERE t.a > 5 RETURNING a INTO k; --
  PERFORM 1 FROM t WHERE b = 'two'; --
  RETURN k + CASE WHEN FOUND THEN 100 ELSE 0 END; --
END $$;

> SELECT writes(7);

> SELECT * FROM t ORDER BY a;

> CREATE PROCEDURE proc(x int, INOUT y int) LANGUAGE plpgsql AS $$ BEGIN y := y + x; END $$;

> CALL proc(1, 2);

> DO $$ DECLARE v int := 5; BEGIN CALL proc(10, v); RAISE NOTICE 'v = %', v; END $$;

> CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 20..23 LOOP
    INSERT INTO t VALUES (i); --
    IF i % 2 = 0 THEN COMMIT; ELSE ROLLBACK; END IF; --
  END LOOP; --
END $$;

> CALL commits();

> SELECT a FROM t WHERE a >= 20 ORDER BY a;

> BEGIN;

> CALL commits();

> ROLLBACK;

> DO $$ DECLARE s text; m text; d text; BEGIN RAISE EXCEPTION 'x' USING DETAIL = 'dd'; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL; RAISE NOTICE '% % %', s, m, d; END $$;

> DO $$ BEGIN BEGIN RAISE EXCEPTION 'first'; EXCEPTION WHEN raise_exception THEN RAISE; END; END $$;

> DO $$ DECLARE x int NOT NULL := 1; BEGIN x := NULL; END $$;

> DO $$ BEGIN ASSERT 1 = 2, 'no way'; END $$;

> DO $$ DECLARE r record; BEGIN RAISE NOTICE '%', r.a; END $$;

> DO $$ BEGIN EXECUTE 'CREATE TEMP TABLE made (x int)'; EXECUTE format('INSERT INTO %I VALUES (%L)', 'made', 5); RAISE NOTICE '%', (SELECT x FROM made); END $$;

> DO $$ BEGIN SELECT 1; END $$;

> DO $$ BEGIN y := 1; END $$;

> DO $$ DECLARE x int; BEGIN x := 'abc'; END $$;

> CREATE FUNCTION bad() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 +; END $$;

> SELECT prosrc, lanname FROM pg_proc JOIN pg_language l ON prolang = l.oid WHERE proname = 'add';

> SELECT pg_get_functiondef('add'::regproc);

> DROP FUNCTION add;
