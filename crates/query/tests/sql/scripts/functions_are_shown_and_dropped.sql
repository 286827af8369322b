> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT ''x''';
ERROR 42P13: return type mismatch in function declared to return integer
DETAIL: Actual return type is text.
CONTEXT: SQL function "f"

> CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1, 2';
ERROR 42P13: return type mismatch in function declared to return integer
DETAIL: Final statement must return exactly one column.
CONTEXT: SQL function "f"

> CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t';
ERROR 42P13: return type mismatch in function declared to return integer
DETAIL: Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.
CONTEXT: SQL function "f"

> CREATE FUNCTION f() RETURNS int LANGUAGE sql AS '';
ERROR 42P13: return type mismatch in function declared to return integer
DETAIL: Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.
CONTEXT: SQL function "f"

at> CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT nope';
ERROR 42703: column "nope" does not exist at 57

at> CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS $$ SELECT x + $2 $$;
ERROR 42P02: there is no parameter $2 at 68

at> CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS $$ SELEC x $$;
ERROR 42601: syntax error at or near "SELEC" at 57

> CREATE FUNCTION f() RETURNS int LANGUAGE nope AS '';
ERROR 42704: language "nope" does not exist

> CREATE FUNCTION f() RETURNS int AS '';
ERROR 42P13: no language specified

> CREATE FUNCTION f() RETURNS int LANGUAGE sql;
ERROR 42P13: no function body specified

> CREATE FUNCTION f() LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: function result type must be specified

> CREATE FUNCTION f(a int, a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: parameter name "a" used more than once

> CREATE FUNCTION f(OUT a int) RETURNS text LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: function result type must be integer because of OUT parameters

> CREATE FUNCTION f(a int DEFAULT 1, b int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: input parameters after one with a default value must also have defaults

> CREATE FUNCTION f(a int DEFAULT b) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42703: column "b" does not exist

> CREATE FUNCTION f(VARIADIC a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: VARIADIC parameter must be an array

> CREATE FUNCTION f(VARIADIC a int[], b int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: VARIADIC parameter must be the last input parameter

> CREATE FUNCTION f(a nope) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42704: type nope does not exist

> CREATE FUNCTION f(a int) RETURNS nope LANGUAGE sql AS 'SELECT 1';
ERROR 42704: type "nope" does not exist

> CREATE FUNCTION f(a int) RETURNS anyelement LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: cannot determine result data type
DETAIL: A result of type anyelement requires at least one input of type anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange.

> CREATE FUNCTION f() RETURNS trigger LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: SQL functions cannot return type trigger

> CREATE FUNCTION f() RETURNS int IMMUTABLE STABLE LANGUAGE sql AS 'SELECT 1';
ERROR 42601: conflicting or redundant options

> CREATE FUNCTION f() RETURNS int COST 0 LANGUAGE sql AS 'SELECT 1';
ERROR 22023: COST must be positive

> CREATE FUNCTION f() RETURNS int ROWS 5 LANGUAGE sql AS 'SELECT 1';
ERROR 22023: ROWS is not applicable when function does not return a set

> CREATE FUNCTION f() RETURNS int PARALLEL perhaps LANGUAGE sql AS 'SELECT 1';
ERROR 42601: parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE

> CREATE PROCEDURE p() STRICT LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: invalid attribute in procedure definition

> CREATE FUNCTION f() RETURNS TABLE (x int, y date) LANGUAGE sql AS 'SELECT a, a FROM t';
ERROR 42P13: return type mismatch in function declared to return record
DETAIL: Final statement returns integer instead of date at column 2.
CONTEXT: SQL function "f"

> CREATE FUNCTION f() RETURNS TABLE (x int, y date) LANGUAGE sql AS 'SELECT a FROM t';
ERROR 42P13: return type mismatch in function declared to return record
DETAIL: Final statement returns too few columns.
CONTEXT: SQL function "f"

> CREATE FUNCTION f() RETURNS t LANGUAGE sql AS 'SELECT a, b, a FROM t';
ERROR 42P13: return type mismatch in function declared to return t
DETAIL: Final statement returns too many columns.
CONTEXT: SQL function "f"

> SET check_function_bodies = off;
SET

> CREATE FUNCTION unchecked() RETURNS int LANGUAGE sql AS 'SELECT nope FROM nowhere';
CREATE FUNCTION

> RESET check_function_bodies;
RESET

> SELECT unchecked();
ERROR 42P01: relation "nowhere" does not exist
CONTEXT: SQL function "unchecked" during inlining

-- What the catalogs say.
> CREATE TYPE pair AS (x int, y text);
CREATE TYPE

> CREATE FUNCTION f1(a int, b text DEFAULT 'x', OUT c int, INOUT d numeric DEFAULT 1.5) LANGUAGE sql AS 'SELECT 1, 2.0';
CREATE FUNCTION

> CREATE FUNCTION f2(VARIADIC xs int[]) RETURNS SETOF t STABLE STRICT SECURITY DEFINER LEAKPROOF PARALLEL SAFE COST 5 ROWS 7
    LANGUAGE sql AS 'SELECT * FROM t';
CREATE FUNCTION

> CREATE FUNCTION f3(anyelement, anyarray) RETURNS anyelement IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION

> CREATE FUNCTION f4(p pair) RETURNS pair LANGUAGE sql SET search_path = public, pg_temp AS 'SELECT p';
CREATE FUNCTION

> CREATE FUNCTION f5() RETURNS TABLE (x int, y text) LANGUAGE sql AS 'SELECT a, b FROM t';
CREATE FUNCTION

> CREATE FUNCTION f6(varchar(10), "Odd" timestamptz, c char(3)) RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION

> CREATE PROCEDURE p1(a int, INOUT b text DEFAULT 'q') LANGUAGE sql AS 'SELECT ''z''';
CREATE PROCEDURE

> CREATE FUNCTION f9(a int) RETURNS text PARALLEL RESTRICTED LANGUAGE sql AS $_$ SELECT '$function$' || $$x$$ $_$;
CREATE FUNCTION

> SELECT p.oid::regprocedure, pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid),
    pg_get_function_result(p.oid)
    FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND proname <> 'unchecked' ORDER BY p.oid;
oid | pg_get_function_arguments | pg_get_function_identity_arguments | pg_get_function_result
f1(integer,text,numeric) | a integer, b text DEFAULT 'x'::text, OUT c integer, INOUT d numeric DEFAULT 1.5 | a integer, b text, OUT c integer, INOUT d numeric | record
f2(integer[]) | VARIADIC xs integer[] | VARIADIC xs integer[] | SETOF t
f3(anyelement,anyarray) | anyelement, anyarray | anyelement, anyarray | anyelement
f4(pair) | p pair | p pair | pair
f5() |  |  | TABLE(x integer, y text)
f6(character varying,timestamp with time zone,character) | character varying, "Odd" timestamp with time zone, c character | character varying, "Odd" timestamp with time zone, c character | void
p1(integer,text) | IN a integer, INOUT b text DEFAULT 'q'::text | IN a integer, INOUT b text | NULL
f9(integer) | a integer | a integer | text
SELECT 8

> SELECT replace(pg_get_functiondef(oid), E'\n', ' | ') AS def FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname <> 'unchecked' ORDER BY oid;
def
CREATE OR REPLACE FUNCTION public.f1(a integer, b text DEFAULT 'x'::text, OUT c integer, INOUT d numeric DEFAULT 1.5) |  RETURNS record |  LANGUAGE sql | AS $function$SELECT 1, 2.0$function$ | 
CREATE OR REPLACE FUNCTION public.f2(VARIADIC xs integer[]) |  RETURNS SETOF t |  LANGUAGE sql |  STABLE PARALLEL SAFE STRICT SECURITY DEFINER LEAKPROOF COST 5 ROWS 7 | AS $function$SELECT * FROM t$function$ | 
CREATE OR REPLACE FUNCTION public.f3(anyelement, anyarray) |  RETURNS anyelement |  LANGUAGE sql |  IMMUTABLE | AS $function$SELECT $1$function$ | 
CREATE OR REPLACE FUNCTION public.f4(p pair) |  RETURNS pair |  LANGUAGE sql |  SET search_path TO 'public', 'pg_temp' | AS $function$SELECT p$function$ | 
CREATE OR REPLACE FUNCTION public.f5() |  RETURNS TABLE(x integer, y text) |  LANGUAGE sql | AS $function$SELECT a, b FROM t$function$ | 
CREATE OR REPLACE FUNCTION public.f6(character varying, "Odd" timestamp with time zone, c character) |  RETURNS void |  LANGUAGE sql | AS $function$$function$ | 
CREATE OR REPLACE PROCEDURE public.p1(IN a integer, INOUT b text DEFAULT 'q'::text) |  LANGUAGE sql | AS $procedure$SELECT 'z'$procedure$ | 
CREATE OR REPLACE FUNCTION public.f9(a integer) |  RETURNS text |  LANGUAGE sql |  PARALLEL RESTRICTED | AS $functionx$ SELECT '$function$' || $$x$$ $functionx$ | 
SELECT 8









> SELECT proname, pronargs, pronargdefaults, prorettype::regtype, proretset, proargmodes, proargnames, provariadic
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid;
proname | pronargs | pronargdefaults | prorettype | proretset | proargmodes | proargnames | provariadic
unchecked | 0 | 0 | integer | f | NULL | NULL | 0
f1 | 3 | 2 | record | f | {i,i,o,b} | {a,b,c,d} | 0
f2 | 1 | 0 | t | t | {v} | {xs} | 23
f3 | 2 | 0 | anyelement | f | NULL | NULL | 0
f4 | 1 | 0 | pair | f | NULL | {p} | 0
f5 | 0 | 0 | record | t | {t,t} | {x,y} | 0
f6 | 3 | 0 | void | f | NULL | {"",Odd,c} | 0
p1 | 2 | 1 | record | f | {i,b} | {a,b} | 0
f9 | 1 | 0 | text | f | NULL | {a} | 0
SELECT 9

> SELECT proname, provolatile, proparallel, proisstrict, prosecdef, proleakproof, procost, prorows, prokind, proconfig, lanname, prosrc
    FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE pronamespace = 'public'::regnamespace ORDER BY p.oid;
proname | provolatile | proparallel | proisstrict | prosecdef | proleakproof | procost | prorows | prokind | proconfig | lanname | prosrc
unchecked | v | u | f | f | f | 100 | 0 | f | NULL | sql | SELECT nope FROM nowhere
f1 | v | u | f | f | f | 100 | 0 | f | NULL | sql | SELECT 1, 2.0
f2 | s | s | t | t | t | 5 | 7 | f | NULL | sql | SELECT * FROM t
f3 | i | u | f | f | f | 100 | 0 | f | NULL | sql | SELECT $1
f4 | v | u | f | f | f | 100 | 0 | f | {"search_path=public, pg_temp"} | sql | SELECT p
f5 | v | u | f | f | f | 100 | 1000 | f | NULL | sql | SELECT a, b FROM t
f6 | v | u | f | f | f | 100 | 0 | f | NULL | sql | 
p1 | v | u | f | f | f | 100 | 0 | p | NULL | sql | SELECT 'z'
f9 | v | r | f | f | f | 100 | 0 | f | NULL | sql |  SELECT '$function$' || $$x$$ 
SELECT 9

> SELECT routine_name, routine_type, data_type, type_udt_name, routine_body, routine_definition, external_language,
    is_deterministic, is_null_call, security_type
    FROM information_schema.routines WHERE routine_schema = 'public' ORDER BY specific_name;
routine_name | routine_type | data_type | type_udt_name | routine_body | routine_definition | external_language | is_deterministic | is_null_call | security_type
f1 | FUNCTION | record | record | SQL | SELECT 1, 2.0 | SQL | NO | NO | INVOKER
f2 | FUNCTION | USER-DEFINED | t | SQL | SELECT * FROM t | SQL | NO | YES | DEFINER
f3 | FUNCTION | anyelement | anyelement | SQL | SELECT $1 | SQL | YES | NO | INVOKER
f4 | FUNCTION | USER-DEFINED | pair | SQL | SELECT p | SQL | NO | NO | INVOKER
f5 | FUNCTION | record | record | SQL | SELECT a, b FROM t | SQL | NO | NO | INVOKER
f6 | FUNCTION | void | void | SQL |  | SQL | NO | NO | INVOKER
f9 | FUNCTION | text | text | SQL |  SELECT '$function$' || $$x$$  | SQL | NO | NO | INVOKER
p1 | PROCEDURE | NULL | NULL | SQL | SELECT 'z' | SQL | NO | NULL | INVOKER
unchecked | FUNCTION | integer | int4 | SQL | SELECT nope FROM nowhere | SQL | NO | NO | INVOKER
SELECT 9

> SELECT split_part(specific_name, '_', 1), ordinal_position, parameter_mode, parameter_name, data_type, udt_schema, udt_name,
    parameter_default
    FROM information_schema.parameters WHERE specific_schema = 'public' ORDER BY specific_name, ordinal_position;
split_part | ordinal_position | parameter_mode | parameter_name | data_type | udt_schema | udt_name | parameter_default
f1 | 1 | IN | a | integer | pg_catalog | int4 | NULL
f1 | 2 | IN | b | text | pg_catalog | text | 'x'::text
f1 | 3 | OUT | c | integer | pg_catalog | int4 | NULL
f1 | 4 | INOUT | d | numeric | pg_catalog | numeric | 1.5
f2 | 1 | IN | xs | ARRAY | pg_catalog | _int4 | NULL
f3 | 1 | IN | NULL | anyelement | pg_catalog | anyelement | NULL
f3 | 2 | IN | NULL | anyarray | pg_catalog | anyarray | NULL
f4 | 1 | IN | p | USER-DEFINED | public | pair | NULL
f5 | 1 | OUT | x | integer | pg_catalog | int4 | NULL
f5 | 2 | OUT | y | text | pg_catalog | text | NULL
f6 | 1 | IN | NULL | character varying | pg_catalog | varchar | NULL
f6 | 2 | IN | Odd | timestamp with time zone | pg_catalog | timestamptz | NULL
f6 | 3 | IN | c | character | pg_catalog | bpchar | NULL
f9 | 1 | IN | a | integer | pg_catalog | int4 | NULL
p1 | 1 | IN | a | integer | pg_catalog | int4 | NULL
p1 | 2 | INOUT | b | text | pg_catalog | text | 'q'::text
SELECT 16

> SELECT 'f9'::regproc, 'f9(int)'::regprocedure, to_regproc('f3'), to_regprocedure('f1(int, text, numeric)'), to_regproc('zip');
regproc | regprocedure | to_regproc | to_regprocedure | to_regproc
f9 | f9(integer) | f3 | f1(integer,text,numeric) | NULL
SELECT 1

> SELECT 'f9(text)'::regprocedure;
ERROR 42883: function "f9(text)" does not exist

> SELECT pg_function_is_visible('f9'::regproc), pg_get_function_arg_default('f1'::regproc, 2), pg_get_function_arg_default('f1'::regproc, 1);
pg_function_is_visible | pg_get_function_arg_default | pg_get_function_arg_default
t | 'x'::text | NULL
SELECT 1

-- Which one is meant.
> CREATE FUNCTION g(int) RETURNS text LANGUAGE sql AS 'SELECT ''integer''';
CREATE FUNCTION

> CREATE FUNCTION g(text) RETURNS text LANGUAGE sql AS 'SELECT ''text''';
CREATE FUNCTION

> CREATE FUNCTION g(numeric, int DEFAULT 1) RETURNS text LANGUAGE sql AS 'SELECT ''numeric''';
CREATE FUNCTION

> SELECT g(1), g('1'), g(1.5), g(1::bigint), g(1, 2);
g | g | g | g | g
integer | text | numeric | numeric | numeric
SELECT 1

> SELECT g(true);
ERROR 42883: function g(boolean) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> CREATE FUNCTION h(int, numeric) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION

> CREATE FUNCTION h(numeric, int) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION

> SELECT h(1, 1);
ERROR 42725: function h(integer, integer) is not unique
HINT: Could not choose a best candidate function. You might need to add explicit type casts.

> SELECT 'g'::regproc;
ERROR 42725: more than one function named "g"

> CREATE SCHEMA other;
CREATE SCHEMA

> CREATE FUNCTION other.g(int) RETURNS text LANGUAGE sql AS 'SELECT ''other''';
CREATE FUNCTION

> SELECT g(1), other.g(1), public.g(1);
g | g | g
integer | other | integer
SELECT 1

> SET search_path = other, public;
SET

> SELECT g(1), g('1'), 'public.g(int)'::regprocedure, 'g(int)'::regprocedure;
g | g | regprocedure | regprocedure
other | text | public.g(integer) | g(integer)
SELECT 1

> RESET search_path;
RESET

> CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT ''mine''';
CREATE FUNCTION

> SELECT lower('A'), public.lower('A');
lower | lower
a | mine
SELECT 1

> SET search_path = public, pg_catalog;
SET

> SELECT lower('A');
lower
mine
SELECT 1

> RESET search_path;
RESET

> SELECT nope.g(1);
ERROR 3F000: schema "nope" does not exist

-- Replacing.
> CREATE FUNCTION g(int) RETURNS text LANGUAGE sql AS 'SELECT ''again''';
ERROR 42723: function "g" already exists with same argument types

> CREATE OR REPLACE FUNCTION g(x int) RETURNS text LANGUAGE sql AS 'SELECT ''named''';
CREATE FUNCTION

> CREATE OR REPLACE FUNCTION g(y int) RETURNS text LANGUAGE sql AS 'SELECT ''named''';
ERROR 42P13: cannot change name of input parameter "x"
HINT: Use DROP FUNCTION g(integer) first.

> CREATE OR REPLACE FUNCTION g(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: cannot change return type of existing function
HINT: Use DROP FUNCTION g(integer) first.

> CREATE OR REPLACE FUNCTION g(a numeric, b int) RETURNS text LANGUAGE sql AS 'SELECT 1';
ERROR 42P13: cannot remove parameter defaults from existing function
HINT: Use DROP FUNCTION g(numeric,integer) first.

> CREATE OR REPLACE PROCEDURE g(x int) LANGUAGE sql AS 'SELECT 1';
ERROR 42809: cannot change routine kind
DETAIL: "g" is a function.

-- Changing.
> ALTER FUNCTION g RENAME TO k;
ERROR 42725: function name "g" is not unique
HINT: Specify the argument list to select the function unambiguously.

> ALTER FUNCTION g(int) RENAME TO h;
ALTER FUNCTION

> ALTER FUNCTION other.g(int) SET SCHEMA public;
ALTER FUNCTION

> ALTER FUNCTION g(int) STABLE COST 3;
ALTER FUNCTION

> ALTER FUNCTION g(int) ROWS 3;
ERROR 22023: ROWS is not applicable when function does not return a set

> ALTER FUNCTION g(int) SET search_path TO a, "B c";
ALTER FUNCTION

> SELECT replace(pg_get_functiondef('g(int)'::regprocedure), E'\n', ' | ') AS def;
def
CREATE OR REPLACE FUNCTION public.g(integer) |  RETURNS text |  LANGUAGE sql |  STABLE COST 3 |  SET search_path TO 'a', 'B c' | AS $function$SELECT 'other'$function$ | 
SELECT 1


> ALTER FUNCTION g(int) RESET ALL;
ALTER FUNCTION

> ALTER FUNCTION g(bool) STABLE;
ERROR 42883: function g(boolean) does not exist

> ALTER PROCEDURE g(int) RENAME TO k;
ERROR 42809: g(integer) is not a procedure

> ALTER ROUTINE p1 RENAME TO p2;
ALTER ROUTINE

> COMMENT ON FUNCTION g(int) IS 'of integers';
COMMENT

> COMMENT ON PROCEDURE p2 IS 'a procedure';
COMMENT

> COMMENT ON FUNCTION nope(int) IS '';
ERROR 42883: function nope(integer) does not exist

> SELECT obj_description('g(int)'::regprocedure, 'pg_proc');
obj_description
of integers
SELECT 1

-- Dropping.
> CREATE VIEW v AS SELECT g(a) FROM t;
CREATE VIEW

> CREATE TABLE u (a int DEFAULT length(g(1)), s text, CHECK (g(a) <> 'x'), d text GENERATED ALWAYS AS (f9(a)) STORED);
CREATE TABLE

> DROP FUNCTION g;
ERROR 42725: function name "g" is not unique
HINT: Specify the argument list to select the function unambiguously.

> DROP FUNCTION g(int);
ERROR 2BP01: cannot drop function g(integer) because other objects depend on it
DETAIL: view v depends on function g(integer)
default value for column a of table u depends on function g(integer)
constraint u_a_check on table u depends on function g(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION nope;
ERROR 42883: could not find a function named "nope"

> DROP FUNCTION nope(int);
ERROR 42883: function nope(integer) does not exist

> DROP FUNCTION IF EXISTS nope, nope(int, text), nope(nope), nope.f();
NOTICE: function nope() does not exist, skipping
NOTICE: function nope(pg_catalog.int4,text) does not exist, skipping
NOTICE: type "nope" does not exist, skipping
NOTICE: schema "nope" does not exist, skipping
DROP FUNCTION

> DROP PROCEDURE f9;
ERROR 42883: could not find a procedure named "f9"

> DROP FUNCTION p2(int, text);
ERROR 42809: p2(integer, text) is not a function

> DROP FUNCTION lower(text);
ERROR 2BP01: cannot drop function lower(text) because it is required by the database system

> DROP FUNCTION g(int) CASCADE;
NOTICE: drop cascades to 3 other objects
DROP FUNCTION

> INSERT INTO u (s) VALUES ('x') RETURNING a, s;
a | s
NULL | x
INSERT 0 1

> DROP FUNCTION f9;
ERROR 2BP01: cannot drop function f9(integer) because other objects depend on it
DETAIL: column d of table u depends on function f9(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TYPE pair;
ERROR 2BP01: cannot drop type pair because other objects depend on it
DETAIL: function f4(pair) depends on type pair
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE t;
ERROR 2BP01: cannot drop table t because other objects depend on it
DETAIL: function f2(integer[]) depends on type t
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE t CASCADE;
NOTICE: drop cascades to function f2(integer[])
DROP TABLE

> DROP SCHEMA other;
DROP SCHEMA

> DROP SCHEMA other CASCADE;
ERROR 3F000: schema "other" does not exist

> DROP ROUTINE p2; DROP FUNCTION g(text), g(numeric, int), h(int, numeric);
DROP ROUTINE
DROP FUNCTION

> SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1::text;
oid
unchecked()
f1(integer,text,numeric)
f3(anyelement,anyarray)
f4(pair)
f5()
f6(character varying,timestamp with time zone,character)
f9(integer)
h(integer)
h(numeric,integer)
public.lower(text)
SELECT 10
