-- What bodies may do is asked of the caller, or of the owner for SECURITY DEFINER; calls nest; settings of a function.

> CREATE ROLE pl_owner;
CREATE ROLE

> CREATE ROLE pl_caller;
CREATE ROLE

> GRANT CREATE ON SCHEMA public TO pl_owner;
GRANT

> SET ROLE pl_owner;
(is_superuser = off)
SET

> CREATE TABLE secret (id int PRIMARY KEY, v text);
CREATE TABLE

> INSERT INTO secret VALUES (1, 'one');
INSERT 0 1

> CREATE FUNCTION as_caller(i int) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN SELECT v INTO r FROM secret WHERE id = i; RETURN r; END $$;
CREATE FUNCTION

> CREATE FUNCTION as_owner(i int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE r text; BEGIN SELECT v INTO r FROM secret WHERE id = i; RETURN current_user || ': ' || r; END $$;
CREATE FUNCTION

> CREATE FUNCTION owner_calls(i int) RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT as_caller(i) $$;
CREATE FUNCTION

> CREATE FUNCTION owner_writes(i int, t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO secret VALUES (i, t); END $$;
CREATE FUNCTION

> CREATE FUNCTION takes_role() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN SET ROLE pl_caller; END $$;
CREATE FUNCTION

> CREATE FUNCTION fails_as_owner() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE FUNCTION

> SET ROLE pl_caller;
SET

> SELECT as_caller(1);
ERROR 42501: permission denied for table secret
CONTEXT: SQL statement "SELECT v        FROM secret WHERE id = i"
PL/pgSQL function as_caller(integer) line 1 at SQL statement

> SELECT as_owner(1);
as_owner
pl_owner: one
SELECT 1

> SELECT owner_calls(1);
owner_calls
one
SELECT 1

> DO $$ BEGIN PERFORM owner_writes(2, 'two'); END $$;
DO

> SELECT as_owner(2), current_user;
as_owner | current_user
pl_owner: two | pl_caller
SELECT 1

> SELECT takes_role();
ERROR 42501: cannot set parameter "role" within security-definer function
CONTEXT: SQL statement "SET ROLE pl_caller"
PL/pgSQL function takes_role() line 1 at SQL statement

> SELECT fails_as_owner();
ERROR P0001: no
CONTEXT: PL/pgSQL function fails_as_owner() line 1 at RAISE

> SELECT current_user;
current_user
pl_caller
SELECT 1

> SELECT * FROM secret;
ERROR 42501: permission denied for table secret

> DO $$ BEGIN PERFORM as_owner(1); PERFORM as_caller(1); END $$;
ERROR 42501: permission denied for table secret
CONTEXT: SQL statement "SELECT v        FROM secret WHERE id = i"
PL/pgSQL function as_caller(integer) line 1 at SQL statement
SQL statement "SELECT as_caller(1)"
PL/pgSQL function inline_code_block line 1 at PERFORM

> DO $$ BEGIN PERFORM as_caller(1); EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'refused: %', SQLERRM; END $$;
NOTICE: refused: permission denied for table secret
DO

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT as_caller(1);
as_caller
one
SELECT 1

> CREATE FUNCTION fact(n int) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN IF n <= 1 THEN RETURN 1; END IF; RETURN n * fact(n - 1); END $$;
CREATE FUNCTION

> SELECT fact(50);
fact
30414093201713378043612608166064768844377641568960512000000000000
SELECT 1

> CREATE FUNCTION fib(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN n < 2 THEN n ELSE fib(n - 1) + fib(n - 2) END; END $$;
CREATE FUNCTION

> SELECT fib(10);
fib
55
SELECT 1

> CREATE FUNCTION depth(n int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE r int; BEGIN IF n = 0 THEN RETURN 0; END IF; SELECT depth(n - 1) + 1 INTO r; RETURN r; END $$;
CREATE FUNCTION

> SELECT depth(120);
depth
120
SELECT 1

> CREATE SCHEMA other;
CREATE SCHEMA

> CREATE TABLE other.t (v text);
CREATE TABLE

> INSERT INTO other.t VALUES ('in other');
INSERT 0 1

> CREATE FUNCTION in_other() RETURNS text LANGUAGE plpgsql SET search_path TO other AS $$ BEGIN RETURN (SELECT v FROM t) || ' ' || current_setting('search_path'); END $$;
CREATE FUNCTION

> BEGIN;
BEGIN

> SET LOCAL search_path TO public, pg_catalog;
SET

> SELECT in_other();
in_other
in other other
SELECT 1

> SHOW search_path;
search_path
public, pg_catalog
SHOW

> COMMIT;
COMMIT

> SHOW search_path;
search_path
"$user", public
SHOW

> CREATE FUNCTION other_fails() RETURNS text LANGUAGE plpgsql SET search_path TO other, public AS $$ BEGIN RAISE EXCEPTION 'in %', current_setting('search_path'); END $$;
CREATE FUNCTION

> DO $$ BEGIN PERFORM other_fails(); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '% / %', SQLERRM, current_setting('search_path'); END $$;
NOTICE: in other, public / "$user", public
DO

> SELECT other_fails();
ERROR P0001: in other, public
CONTEXT: PL/pgSQL function other_fails() line 1 at RAISE

> SHOW search_path;
search_path
"$user", public
SHOW

> DO $$ BEGIN IF EXISTS(SELECT 1 FROM pg_settings WHERE name = 'plan_cache_mode') THEN SET SESSION plan_cache_mode = 'force_generic_plan'; END IF; END $$;
DO

> SHOW plan_cache_mode;
plan_cache_mode
force_generic_plan
SHOW

> DROP OWNED BY pl_owner;
DROP OWNED

> DROP ROLE pl_owner, pl_caller;
DROP ROLE
