> CREATE ROLE bob; CREATE ROLE grp; CREATE ROLE lone NOINHERIT; GRANT grp TO bob WITH ADMIN OPTION; GRANT grp TO lone;
CREATE ROLE
CREATE ROLE
CREATE ROLE
GRANT ROLE
GRANT ROLE

> CREATE TABLE t (a int, b int); GRANT SELECT ON t TO grp WITH GRANT OPTION; GRANT INSERT (b) ON t TO bob; CREATE SEQUENCE sq; GRANT USAGE ON SEQUENCE sq TO bob;
CREATE TABLE
GRANT
GRANT
CREATE SEQUENCE
GRANT

> SELECT has_table_privilege('bob', 't', 'SELECT'), has_table_privilege('bob', 't', 'INSERT'), has_table_privilege('bob', 't', 'insert, select with grant option');
has_table_privilege | has_table_privilege | has_table_privilege
t | f | t
SELECT 1

> SELECT has_table_privilege('lone', 't', 'SELECT'), has_table_privilege('t', 'DELETE'), has_table_privilege('public', 't', 'SELECT');
has_table_privilege | has_table_privilege | has_table_privilege
f | t | f
SELECT 1

> SELECT has_table_privilege('bob'::regrole, 't'::regclass, 'SELECT'), has_table_privilege('t'::regclass, 'SELECT'), has_table_privilege('bob', 99::oid, 'SELECT');
has_table_privilege | has_table_privilege | has_table_privilege
t | t | NULL
SELECT 1

> SELECT has_table_privilege('bob', 'pg_authid', 'SELECT'), has_table_privilege('bob', 'pg_class', 'SELECT'), has_table_privilege('bob', 'pg_class', 'UPDATE');
has_table_privilege | has_table_privilege | has_table_privilege
f | t | f
SELECT 1

> SELECT has_table_privilege('bob', 't', 'RULE'), has_table_privilege(NULL, 't', 'SELECT');
has_table_privilege | has_table_privilege
f | NULL
SELECT 1

> SELECT has_table_privilege('nobody', 't', 'SELECT');
has_table_privilege
ERROR 42704: role "nobody" does not exist

> SELECT has_table_privilege('bob', 'nothing', 'SELECT');
has_table_privilege
ERROR 42P01: relation "nothing" does not exist

> SELECT has_table_privilege('bob', 't', 'SEL');
has_table_privilege
ERROR 22023: unrecognized privilege type: "SEL"

> SELECT has_column_privilege('bob', 't', 'b', 'INSERT'), has_column_privilege('bob', 't', 'a', 'INSERT'), has_column_privilege('bob', 't', 1::int2, 'SELECT'), has_column_privilege('bob', 't', 9::int2, 'SELECT');
has_column_privilege | has_column_privilege | has_column_privilege | has_column_privilege
t | f | t | NULL
SELECT 1

> SELECT has_column_privilege('t', 'b', 'UPDATE'), has_column_privilege('bob', 't'::regclass, 'b', 'INSERT WITH GRANT OPTION');
has_column_privilege | has_column_privilege
t | f
SELECT 1

> SELECT has_column_privilege('bob', 't', 'c', 'INSERT');
has_column_privilege
ERROR 42703: column "c" of relation "t" does not exist

> SELECT has_column_privilege('bob', 't', 'a', 'DELETE');
has_column_privilege
ERROR 22023: unrecognized privilege type: "DELETE"

> SELECT has_any_column_privilege('bob', 't', 'INSERT'), has_any_column_privilege('bob', 't', 'UPDATE'), has_any_column_privilege('lone', 't'::regclass, 'INSERT');
has_any_column_privilege | has_any_column_privilege | has_any_column_privilege
t | f | f
SELECT 1

> SELECT has_sequence_privilege('bob', 'sq', 'USAGE'), has_sequence_privilege('bob', 'sq', 'UPDATE');
has_sequence_privilege | has_sequence_privilege
t | f
SELECT 1

> SELECT has_sequence_privilege('bob', 't', 'USAGE');
has_sequence_privilege
ERROR 42809: "t" is not a sequence

> SELECT has_schema_privilege('bob', 'public', 'USAGE'), has_schema_privilege('bob', 'public', 'CREATE'), has_schema_privilege('bob', 'pg_catalog', 'USAGE'), has_schema_privilege('bob', 'pg_catalog'::regnamespace, 'CREATE');
has_schema_privilege | has_schema_privilege | has_schema_privilege | has_schema_privilege
t | f | t | f
SELECT 1

> SELECT has_schema_privilege('bob', 'nothing', 'USAGE');
has_schema_privilege
ERROR 3F000: schema "nothing" does not exist

> SELECT has_database_privilege('bob', 'postgres', 'CONNECT'), has_database_privilege('bob', 'postgres', 'TEMP'), has_database_privilege('bob', current_database(), 'CREATE');
has_database_privilege | has_database_privilege | has_database_privilege
t | t | f
SELECT 1

> SELECT has_database_privilege('bob', 'nothing', 'CONNECT');
has_database_privilege
ERROR 3D000: database "nothing" does not exist

> SELECT has_function_privilege('bob', 'pg_reload_conf()', 'EXECUTE'), has_function_privilege('bob', 'now()', 'EXECUTE');
has_function_privilege | has_function_privilege
f | t
SELECT 1

> SELECT has_type_privilege('bob', 'integer', 'USAGE'), has_type_privilege('bob', 'integer', 'USAGE WITH GRANT OPTION');
has_type_privilege | has_type_privilege
t | f
SELECT 1

> SELECT has_type_privilege('bob', 'nothing', 'USAGE');
has_type_privilege
ERROR 42704: type "nothing" does not exist

> SELECT has_language_privilege('bob', 'sql', 'USAGE'), has_tablespace_privilege('bob', 'pg_default', 'CREATE'), has_parameter_privilege('bob', 'work_mem', 'SET');
has_language_privilege | has_tablespace_privilege | has_parameter_privilege
t | f | f
SELECT 1

> SELECT has_language_privilege('bob', 'nothing', 'USAGE');
has_language_privilege
ERROR 42704: language "nothing" does not exist

> SELECT has_tablespace_privilege('bob', 'nothing', 'CREATE');
has_tablespace_privilege
ERROR 42704: tablespace "nothing" does not exist

> SELECT pg_has_role('bob', 'grp', 'USAGE'), pg_has_role('bob', 'grp', 'MEMBER'), pg_has_role('bob', 'grp', 'MEMBER WITH ADMIN OPTION'), pg_has_role('lone', 'grp', 'USAGE'), pg_has_role('lone', 'grp', 'MEMBER'), pg_has_role('lone', 'grp', 'USAGE WITH ADMIN OPTION');
pg_has_role | pg_has_role | pg_has_role | pg_has_role | pg_has_role | pg_has_role
t | t | t | f | t | f
SELECT 1

> SELECT pg_has_role('grp', 'bob', 'MEMBER'), pg_has_role('bob', 'MEMBER');
pg_has_role | pg_has_role
f | t
SELECT 1

> SELECT pg_has_role('bob', 'nobody', 'USAGE');
pg_has_role
ERROR 42704: role "nobody" does not exist

> SELECT pg_has_role('bob', 'grp', 'SET');
pg_has_role
ERROR 22023: unrecognized privilege type: "SET"

-- information_schema shows what one has to do with.
> CREATE TABLE unseen (a int PRIMARY KEY CHECK (a > 0)); CREATE VIEW vis AS SELECT a FROM t; GRANT SELECT ON vis TO bob; SET ROLE bob;
CREATE TABLE
CREATE VIEW
GRANT
(is_superuser = off)
SET

> SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1;
table_name
t
vis
SELECT 2

> SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;
table_name | column_name
t | a
t | b
vis | a
SELECT 3

> SELECT table_name, view_definition IS NULL AS hidden FROM information_schema.views WHERE table_schema = 'public';
table_name | hidden
vis | t
SELECT 1

> SELECT sequence_name FROM information_schema.sequences;
sequence_name
sq
SELECT 1

> SELECT count(*) FROM information_schema.table_constraints WHERE table_schema = 'public';
count
0
SELECT 1

> SELECT count(*) FROM information_schema.check_constraints WHERE constraint_schema = 'public';
count
0
SELECT 1

> SELECT role_name FROM information_schema.enabled_roles ORDER BY 1;
role_name
bob
grp
SELECT 2

> SELECT grantee, privilege_type, is_grantable FROM information_schema.role_table_grants WHERE table_name = 't' ORDER BY 1, 2;
grantee | privilege_type | is_grantable
grp | SELECT | YES
SELECT 1

> SELECT schema_name FROM information_schema.schemata ORDER BY 1;
schema_name
information_schema
pg_catalog
public
SELECT 3

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1;
table_name
t
unseen
vis
SELECT 3
