> CREATE FUNCTION below(int, int) RETURNS boolean AS 'int4lt' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION

> SELECT below(1, 2), below(2, 1), below(NULL, 1);
below | below | below
t | f | NULL
SELECT 1

> SELECT prosrc, lanname, procost, proisstrict, provolatile FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE proname = 'below';
prosrc | lanname | procost | proisstrict | provolatile
int4lt | internal | 1 | t | i
SELECT 1

> SELECT replace(pg_get_functiondef('below'::regproc), E'\n', '|') AS definition;
definition
CREATE OR REPLACE FUNCTION public.below(integer, integer)| RETURNS boolean| LANGUAGE internal| IMMUTABLE STRICT|AS $function$int4lt$function$|
SELECT 1

> SELECT routine_body, external_language, routine_definition FROM information_schema.routines WHERE routine_name = 'below';
routine_body | external_language | routine_definition
EXTERNAL | INTERNAL | int4lt
SELECT 1

> CREATE FUNCTION magnitude(n int) RETURNS int LANGUAGE internal AS 'int4abs' COST 5;
CREATE FUNCTION

> SELECT magnitude(-3), magnitude(n => 4);
magnitude | magnitude
3 | 4
SELECT 1

> SELECT magnitude(-2147483648);
ERROR 22003: integer out of range

> SELECT replace(pg_get_functiondef('magnitude'::regproc), E'\n', '|') AS definition;
definition
CREATE OR REPLACE FUNCTION public.magnitude(n integer)| RETURNS integer| LANGUAGE internal| COST 5|AS $function$int4abs$function$|
SELECT 1

> CREATE FUNCTION numbers(int, int) RETURNS SETOF int LANGUAGE internal AS 'generate_series_int4';
CREATE FUNCTION

> SELECT * FROM numbers(1, 3);
numbers
1
2
3
SELECT 3

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE internal AS 'no_such_function';
ERROR 42883: there is no built-in function named "no_such_function"

> SET check_function_bodies = off;
SET

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE internal AS 'no_such_function';
ERROR 42883: there is no built-in function named "no_such_function"

> RESET check_function_bodies;
RESET

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE internal;
ERROR 42P13: no function body specified

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE internal AS 'a', 'b';
ERROR 42P13: only one AS item needed for language "internal"

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE internal RETURN 1;
ERROR 42P13: inline SQL function body only valid for language SQL

> CREATE FUNCTION nothing(int) RETURNS int LANGUAGE none AS 'x';
ERROR 42704: language "none" does not exist

> CREATE OPERATOR <<< (PROCEDURE = below, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR

> CREATE TABLE it (a int, b int);
CREATE TABLE

> INSERT INTO it SELECT g, 10 - g FROM generate_series(1, 9) g;
INSERT 0 9

> CREATE VIEW iv AS SELECT * FROM it WHERE b <<< 5;
CREATE VIEW

> SELECT count(*) FROM iv;
count
4
SELECT 1

> CREATE INDEX ON it (magnitude(a));
ERROR 42P17: functions in index expression must be marked IMMUTABLE

> CREATE INDEX ON it (a) WHERE magnitude(a) > 1;
ERROR 42P17: functions in index predicate must be marked IMMUTABLE

> CREATE TABLE made (a int, b int GENERATED ALWAYS AS (magnitude(a)) STORED);
ERROR 42P17: generation expression is not immutable

> CREATE TABLE parted (a int) PARTITION BY RANGE (magnitude(a));
ERROR 42P17: functions in partition key expression must be marked IMMUTABLE

> CREATE FUNCTION around(int) RETURNS int LANGUAGE sql AS 'SELECT magnitude($1)';
CREATE FUNCTION

> CREATE INDEX ON it (around(a));
ERROR 42P17: functions in index expression must be marked IMMUTABLE

> ALTER FUNCTION around(int) IMMUTABLE;
ALTER FUNCTION

> CREATE INDEX ON it (around(a));
CREATE INDEX

> DROP FUNCTION around(int) CASCADE;
NOTICE: drop cascades to index it_around_idx
DROP FUNCTION

> CREATE FUNCTION at_once() RETURNS timestamptz LANGUAGE internal IMMUTABLE AS 'now';
CREATE FUNCTION

> CREATE INDEX ON it (at_once());
CREATE INDEX

> DROP FUNCTION at_once() CASCADE;
NOTICE: drop cascades to index it_at_once_idx
DROP FUNCTION

> CREATE OR REPLACE FUNCTION magnitude(n int) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4abs';
CREATE FUNCTION

> CREATE INDEX ix ON it (magnitude(a));
CREATE INDEX

> SELECT a FROM it WHERE magnitude(a) = 4;
a
4
SELECT 1

> CREATE ROLE internal_role;
CREATE ROLE

> GRANT CREATE ON SCHEMA public TO internal_role;
GRANT

> SET ROLE internal_role;
(is_superuser = off)
SET

> CREATE FUNCTION mine(int, int) RETURNS boolean AS 'int4lt' LANGUAGE internal;
ERROR 42501: permission denied for language internal

> SELECT below(1, 2);
below
t
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE CREATE ON SCHEMA public FROM internal_role;
REVOKE

> DROP ROLE internal_role;
DROP ROLE

> ALTER FUNCTION below(int, int) RENAME TO under;
ALTER FUNCTION

> SELECT count(*) FROM iv;
count
4
SELECT 1

> DROP FUNCTION under(int, int);
ERROR 2BP01: cannot drop function under(integer,integer) because other objects depend on it
DETAIL: operator <<<(integer,integer) depends on function under(integer,integer)
view iv depends on operator <<<(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION under(int, int) CASCADE;
NOTICE: drop cascades to 2 other objects
DROP FUNCTION

> DROP TABLE it;
DROP TABLE

> DROP FUNCTION magnitude(int), numbers(int, int);
DROP FUNCTION
