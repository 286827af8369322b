-- Everybody may call a new function, until that is revoked.
> CREATE ROLE ann; CREATE ROLE bob; CREATE SCHEMA own AUTHORIZATION ann; CREATE SCHEMA closed;

> CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'one'), (2, 'two');

> CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 2';

> CREATE FUNCTION count_t() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';

> CREATE PROCEDURE put(x int) LANGUAGE sql AS 'INSERT INTO t VALUES (x, NULL)';

> CREATE FUNCTION closed.f() RETURNS int LANGUAGE sql AS 'SELECT 7';

> SET ROLE bob;

> SELECT twice(4);

> SELECT count_t();

> CALL put(3);

> SELECT closed.f();

> RESET ROLE;

> REVOKE EXECUTE ON FUNCTION twice(int) FROM public;

> REVOKE ALL ON PROCEDURE put FROM public;

> SET ROLE bob;

> SELECT twice(4);

> SELECT * FROM twice(4);

> SELECT a FROM (VALUES (1)) v(a) WHERE twice(a) = 2;

> CALL put(3);

> RESET ROLE;

> GRANT EXECUTE ON FUNCTION twice TO bob;

> GRANT EXECUTE ON ROUTINE put(int) TO bob;

> SET ROLE bob;

> SELECT twice(4);

> CALL put(3);

> RESET ROLE;

> SELECT proname, proacl FROM pg_proc WHERE proname IN ('twice', 'put') ORDER BY 1;

-- SECURITY DEFINER: the body runs as the owner.
> ALTER FUNCTION count_t() SECURITY DEFINER; ALTER PROCEDURE put(int) SECURITY DEFINER;

> CREATE FUNCTION who() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text';

> CREATE FUNCTION who_calls() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';

> CREATE FUNCTION as_owner() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT who_calls()';

> CREATE SEQUENCE s; CREATE FUNCTION next_s() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$SELECT nextval('s')$$;

> GRANT CREATE ON SCHEMA public TO ann; ALTER FUNCTION who() OWNER TO ann;

> SET ROLE bob;

> SELECT count_t();

> CALL put(3);

> SELECT count_t(), who(), who_calls(), as_owner() = session_user AS of_the_owner;

> SELECT next_s();

> SELECT nextval('s');

> SELECT a FROM t;

-- A function of somebody without rights has none.
> RESET ROLE;

> ALTER FUNCTION count_t() OWNER TO ann;

> SET ROLE bob;

> SELECT count_t();

> RESET ROLE;

> GRANT SELECT ON t TO ann;

> SET ROLE bob;

> SELECT count_t();

-- In a view the relations are its owner's to read, and functions the reader's to call.
> RESET ROLE;

> CREATE VIEW v AS SELECT a, twice(a) AS b FROM t;

> GRANT SELECT ON v TO ann;

> SET ROLE ann;

> SELECT * FROM v ORDER BY 1;

> RESET ROLE;

> GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ann;

> SET ROLE ann;

> SELECT * FROM v ORDER BY 1;

-- Owners change functions, and nobody else.
> SET ROLE bob;

> CREATE OR REPLACE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 3';

> CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1';

> DROP FUNCTION twice(int);

> DROP PROCEDURE put;

> DROP ROUTINE twice;

> ALTER FUNCTION twice(int) STRICT;

> ALTER FUNCTION twice(int) RENAME TO thrice;

> ALTER FUNCTION twice(int) OWNER TO bob;

> ALTER FUNCTION twice(int) SET SCHEMA own;

> COMMENT ON FUNCTION twice(int) IS 'mine';

> GRANT EXECUTE ON FUNCTION twice(int) TO ann;

> SELECT has_function_privilege('twice(int)', 'EXECUTE'), has_function_privilege('ann', 'who()', 'EXECUTE WITH GRANT OPTION'), has_function_privilege('bob', 'who()', 'EXECUTE WITH GRANT OPTION');

> SELECT has_function_privilege('closed.f()', 'EXECUTE');

> SET ROLE ann;

> CREATE FUNCTION own.f() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1';

> CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS 'SELECT 1';

> ALTER FUNCTION own.f() OWNER TO bob;

> ALTER FUNCTION own.f() SET SCHEMA closed;

> REVOKE ALL ON ALL FUNCTIONS IN SCHEMA own FROM public;

> SET ROLE bob;

> SELECT own.f();

-- Privileges of the wrong kind, and names that are not there.
> RESET ROLE;

> GRANT USAGE ON FUNCTION twice(int) TO bob;

> GRANT SELECT ON PROCEDURE put(int) TO bob;

> GRANT EXECUTE ON FUNCTION nothing() TO bob;

> GRANT EXECUTE ON FUNCTION put(int) TO bob;

> GRANT EXECUTE ON PROCEDURE twice(int) TO bob;

-- What PostgreSQL has itself.
> REVOKE ALL ON FUNCTION lower(text) FROM public;

> SET ROLE bob;

> SELECT lower('A');

> SELECT has_function_privilege('lower(text)', 'EXECUTE'), has_function_privilege('upper(text)', 'EXECUTE');

> RESET ROLE;

> GRANT EXECUTE ON FUNCTION lower(text), pg_reload_conf() TO bob;

> SET ROLE bob;

> SELECT lower('A');

> SELECT has_function_privilege('pg_reload_conf()', 'EXECUTE'), has_function_privilege('pg_rotate_logfile()', 'EXECUTE');

> RESET ROLE;

> DROP ROLE bob;

> REVOKE ALL ON LANGUAGE sql FROM public;

> SET ROLE ann;

> CREATE FUNCTION own.g() RETURNS int LANGUAGE sql AS 'SELECT 1';

> RESET ROLE;

> GRANT USAGE ON LANGUAGE sql TO ann;

> SET ROLE ann;

> CREATE FUNCTION own.g() RETURNS int LANGUAGE sql AS 'SELECT 1';

> SELECT has_language_privilege('sql', 'USAGE'), has_language_privilege('bob', 'sql', 'USAGE');

> RESET ROLE;

> SELECT lanname, lanacl FROM pg_language WHERE lanname = 'sql';

> GRANT USAGE ON LANGUAGE c TO bob;

> GRANT USAGE ON LANGUAGE nothing TO bob;

-- Roles go when what is theirs has gone.
> DROP ROLE ann;

> DROP OWNED BY ann, bob; DROP ROLE ann, bob;

> GRANT EXECUTE ON FUNCTION lower(text) TO public; GRANT USAGE ON LANGUAGE sql TO public; DROP SCHEMA closed CASCADE;

-- New functions are granted what default privileges say.
> CREATE ROLE cid;

> ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public;

> CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1';

> SET ROLE cid;

> SELECT later();

> RESET ROLE;

> ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO public;

> DROP ROLE cid;

> DROP FUNCTION later();
