-- Everybody may call a new function, until that is revoked.
> CREATE ROLE ann; CREATE ROLE bob; CREATE SCHEMA own AUTHORIZATION ann; CREATE SCHEMA closed;
CREATE ROLE
CREATE ROLE
CREATE SCHEMA
CREATE SCHEMA

> CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'one'), (2, 'two');
CREATE TABLE
INSERT 0 2

> CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 2';
CREATE FUNCTION

> CREATE FUNCTION count_t() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
CREATE FUNCTION

> CREATE PROCEDURE put(x int) LANGUAGE sql AS 'INSERT INTO t VALUES (x, NULL)';
CREATE PROCEDURE

> CREATE FUNCTION closed.f() RETURNS int LANGUAGE sql AS 'SELECT 7';
CREATE FUNCTION

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT twice(4);
twice
8
SELECT 1

> SELECT count_t();
ERROR 42501: permission denied for table t
CONTEXT: SQL function "count_t" statement 1

> CALL put(3);
ERROR 42501: permission denied for table t
CONTEXT: SQL function "put" statement 1

> SELECT closed.f();
ERROR 42501: permission denied for schema closed

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE EXECUTE ON FUNCTION twice(int) FROM public;
REVOKE

> REVOKE ALL ON PROCEDURE put FROM public;
REVOKE

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT twice(4);
ERROR 42501: permission denied for function twice

> SELECT * FROM twice(4);
ERROR 42501: permission denied for function twice

> SELECT a FROM (VALUES (1)) v(a) WHERE twice(a) = 2;
ERROR 42501: permission denied for function twice

> CALL put(3);
ERROR 42501: permission denied for procedure put

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT EXECUTE ON FUNCTION twice TO bob;
GRANT

> GRANT EXECUTE ON ROUTINE put(int) TO bob;
GRANT

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT twice(4);
twice
8
SELECT 1

> CALL put(3);
ERROR 42501: permission denied for table t
CONTEXT: SQL function "put" statement 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT proname, proacl FROM pg_proc WHERE proname IN ('twice', 'put') ORDER BY 1;
proname | proacl
put | {postgres=X/postgres,bob=X/postgres}
twice | {postgres=X/postgres,bob=X/postgres}
SELECT 2

-- SECURITY DEFINER: the body runs as the owner.
> ALTER FUNCTION count_t() SECURITY DEFINER; ALTER PROCEDURE put(int) SECURITY DEFINER;
ALTER FUNCTION
ALTER PROCEDURE

> CREATE FUNCTION who() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text';
CREATE FUNCTION

> CREATE FUNCTION who_calls() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
CREATE FUNCTION

> CREATE FUNCTION as_owner() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT who_calls()';
CREATE FUNCTION

> CREATE SEQUENCE s; CREATE FUNCTION next_s() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$SELECT nextval('s')$$;
CREATE SEQUENCE
CREATE FUNCTION

> GRANT CREATE ON SCHEMA public TO ann; ALTER FUNCTION who() OWNER TO ann;
GRANT
ALTER FUNCTION

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT count_t();
count_t
2
SELECT 1

> CALL put(3);
CALL

> SELECT count_t(), who(), who_calls(), as_owner() = session_user AS of_the_owner;
count_t | who | who_calls | of_the_owner
3 | ann | bob | t
SELECT 1

> SELECT next_s();
next_s
1
SELECT 1

> SELECT nextval('s');
nextval
ERROR 42501: permission denied for sequence s

> SELECT a FROM t;
ERROR 42501: permission denied for table t

-- A function of somebody without rights has none.
> RESET ROLE;
(is_superuser = on)
RESET

> ALTER FUNCTION count_t() OWNER TO ann;
ALTER FUNCTION

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT count_t();
ERROR 42501: permission denied for table t
CONTEXT: SQL function "count_t" statement 1

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT ON t TO ann;
GRANT

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT count_t();
count_t
3
SELECT 1

-- In a view the relations are its owner's to read, and functions the reader's to call.
> RESET ROLE;
(is_superuser = on)
RESET

> CREATE VIEW v AS SELECT a, twice(a) AS b FROM t;
CREATE VIEW

> GRANT SELECT ON v TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> SELECT * FROM v ORDER BY 1;
ERROR 42501: permission denied for function twice

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> SELECT * FROM v ORDER BY 1;
a | b
1 | 2
2 | 4
3 | 6
SELECT 3

-- Owners change functions, and nobody else.
> SET ROLE bob;
SET

> CREATE OR REPLACE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 3';
ERROR 42501: permission denied for schema public

> CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42501: permission denied for schema public

> DROP FUNCTION twice(int);
ERROR 42501: must be owner of function twice

> DROP PROCEDURE put;
ERROR 42501: must be owner of procedure put

> DROP ROUTINE twice;
ERROR 42501: must be owner of routine twice

> ALTER FUNCTION twice(int) STRICT;
ERROR 42501: must be owner of function twice

> ALTER FUNCTION twice(int) RENAME TO thrice;
ERROR 42501: must be owner of function twice

> ALTER FUNCTION twice(int) OWNER TO bob;
ERROR 42501: must be owner of function twice

> ALTER FUNCTION twice(int) SET SCHEMA own;
ERROR 42501: permission denied for schema own

> COMMENT ON FUNCTION twice(int) IS 'mine';
ERROR 42501: must be owner of function twice

> GRANT EXECUTE ON FUNCTION twice(int) TO ann;
WARNING: no privileges were granted for "twice"
GRANT

> SELECT has_function_privilege('twice(int)', 'EXECUTE'), has_function_privilege('ann', 'who()', 'EXECUTE WITH GRANT OPTION'), has_function_privilege('bob', 'who()', 'EXECUTE WITH GRANT OPTION');
has_function_privilege | has_function_privilege | has_function_privilege
t | t | f
SELECT 1

> SELECT has_function_privilege('closed.f()', 'EXECUTE');
has_function_privilege
ERROR 42501: permission denied for schema closed

> SET ROLE ann;
SET

> CREATE FUNCTION own.f() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1';
ERROR 42501: only superuser can define a leakproof function

> CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION

> ALTER FUNCTION own.f() OWNER TO bob;
ERROR 42501: must be member of role "bob"

> ALTER FUNCTION own.f() SET SCHEMA closed;
ERROR 42501: permission denied for schema closed

> REVOKE ALL ON ALL FUNCTIONS IN SCHEMA own FROM public;
REVOKE

> SET ROLE bob;
SET

> SELECT own.f();
ERROR 42501: permission denied for schema own

-- Privileges of the wrong kind, and names that are not there.
> RESET ROLE;
(is_superuser = on)
RESET

> GRANT USAGE ON FUNCTION twice(int) TO bob;
ERROR 0LP01: invalid privilege type USAGE for function

> GRANT SELECT ON PROCEDURE put(int) TO bob;
ERROR 0LP01: invalid privilege type SELECT for procedure

> GRANT EXECUTE ON FUNCTION nothing() TO bob;
ERROR 42883: function nothing() does not exist

> GRANT EXECUTE ON FUNCTION put(int) TO bob;
ERROR 42809: put(integer) is not a function

> GRANT EXECUTE ON PROCEDURE twice(int) TO bob;
ERROR 42809: twice(integer) is not a procedure

-- What PostgreSQL has itself.
> REVOKE ALL ON FUNCTION lower(text) FROM public;
REVOKE

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT lower('A');
ERROR 42501: permission denied for function lower

> SELECT has_function_privilege('lower(text)', 'EXECUTE'), has_function_privilege('upper(text)', 'EXECUTE');
has_function_privilege | has_function_privilege
f | t
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT EXECUTE ON FUNCTION lower(text), pg_reload_conf() TO bob;
GRANT

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT lower('A');
lower
a
SELECT 1

> SELECT has_function_privilege('pg_reload_conf()', 'EXECUTE'), has_function_privilege('pg_rotate_logfile()', 'EXECUTE');
has_function_privilege | has_function_privilege
t | f
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> DROP ROLE bob;
ERROR 2BP01: role "bob" cannot be dropped because some objects depend on it
DETAIL: privileges for function lower(text)
privileges for function pg_reload_conf()
privileges for function twice(integer)
privileges for function put(integer)

> REVOKE ALL ON LANGUAGE sql FROM public;
REVOKE

> SET ROLE ann;
(is_superuser = off)
SET

> CREATE FUNCTION own.g() RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42501: permission denied for language sql

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT USAGE ON LANGUAGE sql TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> CREATE FUNCTION own.g() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION

> SELECT has_language_privilege('sql', 'USAGE'), has_language_privilege('bob', 'sql', 'USAGE');
has_language_privilege | has_language_privilege
t | f
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT lanname, lanacl FROM pg_language WHERE lanname = 'sql';
lanname | lanacl
sql | {postgres=U/postgres,ann=U/postgres}
SELECT 1

> GRANT USAGE ON LANGUAGE c TO bob;
ERROR 42809: language "c" is not trusted
DETAIL: GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use untrusted languages.

> GRANT USAGE ON LANGUAGE nothing TO bob;
ERROR 42704: language "nothing" does not exist

-- Roles go when what is theirs has gone.
> DROP ROLE ann;
ERROR 2BP01: role "ann" cannot be dropped because some objects depend on it
DETAIL: privileges for language sql
privileges for schema public
owner of schema own
privileges for table t
privileges for function twice(integer)
owner of function count_t()
owner of function who()
privileges for function who_calls()
privileges for function as_owner()
privileges for function next_s()
privileges for view v
owner of function own.f()
owner of function own.g()

> DROP OWNED BY ann, bob; DROP ROLE ann, bob;
DROP OWNED
DROP ROLE

> GRANT EXECUTE ON FUNCTION lower(text) TO public; GRANT USAGE ON LANGUAGE sql TO public; DROP SCHEMA closed CASCADE;
GRANT
GRANT
NOTICE: drop cascades to function closed.f()
DROP SCHEMA

-- New functions are granted what default privileges say.
> CREATE ROLE cid;
CREATE ROLE

> ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public;
ALTER DEFAULT PRIVILEGES

> CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION

> SET ROLE cid;
(is_superuser = off)
SET

> SELECT later();
ERROR 42501: permission denied for function later

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO public;
ALTER DEFAULT PRIVILEGES

> DROP ROLE cid;
DROP ROLE

> DROP FUNCTION later();
DROP FUNCTION
