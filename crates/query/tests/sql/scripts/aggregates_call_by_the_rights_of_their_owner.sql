-- Whether an aggregate may call its functions is asked of its owner; what they do is done by the caller.
> CREATE ROLE hs_adder; CREATE ROLE hs_caller; CREATE FUNCTION adds(bigint, int) RETURNS bigint LANGUAGE sql AS 'SELECT $1 + 2 * $2'; CREATE FUNCTION tells(text, int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN $1 || current_user || $2; END'; CREATE FUNCTION ends(bigint) RETURNS text LANGUAGE sql AS 'SELECT $1 || ''!''';
CREATE ROLE
CREATE ROLE
CREATE FUNCTION
CREATE FUNCTION
CREATE FUNCTION

> REVOKE ALL ON FUNCTION adds(bigint, int), tells(text, int), ends(bigint) FROM public; GRANT EXECUTE ON FUNCTION adds(bigint, int), tells(text, int), ends(bigint) TO hs_adder; GRANT CREATE ON SCHEMA public TO hs_adder;
REVOKE
GRANT
GRANT

> SET ROLE hs_adder;
(is_superuser = off)
SET

> CREATE AGGREGATE added(int) (SFUNC = adds, STYPE = bigint, FINALFUNC = ends, INITCOND = '0');
CREATE AGGREGATE

> CREATE AGGREGATE told(int) (SFUNC = tells, STYPE = text, INITCOND = '');
CREATE AGGREGATE

> SELECT added(g), told(g) FROM generate_series(1, 2) g;
added | told
6! | hs_adder1hs_adder2
SELECT 1

> SET ROLE hs_caller;
SET

> SELECT added(g), told(g) FROM generate_series(1, 2) g;
added | told
6! | hs_caller1hs_caller2
SELECT 1

> SELECT adds(1, 2);
ERROR 42501: permission denied for function adds

> SELECT added(g), adds(1, 2) FROM generate_series(1, 2) g GROUP BY g;
ERROR 42501: permission denied for function adds

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON FUNCTION ends(bigint) FROM hs_adder;
REVOKE

> SET ROLE hs_caller;
(is_superuser = off)
SET

> SELECT told(g) FROM generate_series(1, 2) g;
told
hs_caller1hs_caller2
SELECT 1

> SELECT added(g) FROM generate_series(1, 2) g;
ERROR 42501: permission denied for function ends

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON FUNCTION told(int) FROM public;
REVOKE

> SET ROLE hs_caller;
(is_superuser = off)
SET

> SELECT told(g) FROM generate_series(1, 2) g;
ERROR 42501: permission denied for aggregate told

> RESET ROLE;
(is_superuser = on)
RESET

> DROP AGGREGATE added(int); DROP AGGREGATE told(int); DROP OWNED BY hs_adder; DROP ROLE hs_adder, hs_caller;
DROP AGGREGATE
DROP AGGREGATE
DROP OWNED
DROP ROLE
