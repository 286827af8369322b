> CREATE ROLE dep_owner;
CREATE ROLE

> CREATE ROLE dep_reader;
CREATE ROLE

> CREATE SCHEMA dep AUTHORIZATION dep_owner;
CREATE SCHEMA

> CREATE TABLE t (a int, b int);
CREATE TABLE

> ALTER TABLE t OWNER TO dep_owner;
ALTER TABLE

> GRANT SELECT ON t TO dep_reader;
GRANT

> GRANT UPDATE (b) ON t TO dep_reader;
GRANT

> ALTER DEFAULT PRIVILEGES FOR ROLE dep_owner GRANT SELECT ON TABLES TO dep_reader;
ALTER DEFAULT PRIVILEGES

> SELECT classid::regclass, objsubid, refobjid::regrole, deptype FROM pg_shdepend WHERE refobjid IN ('dep_owner'::regrole, 'dep_reader'::regrole) AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1, 2, 3, 4;
classid | objsubid | refobjid | deptype
pg_default_acl | 0 | dep_owner | o
pg_default_acl | 0 | dep_reader | a
pg_class | 0 | dep_owner | o
pg_class | 0 | dep_reader | a
pg_class | 2 | dep_reader | a
pg_namespace | 0 | dep_owner | o
SELECT 6

> GRANT SELECT (a, tableoid) ON t TO dep_reader;
GRANT

> GRANT SELECT (nothing) ON t TO dep_reader;
ERROR 42703: column "nothing" of relation "t" does not exist

> SELECT 'dep_"x'::regrole;
ERROR 42704: role "dep_"x" does not exist

> CREATE ROLE "dep_""x";
CREATE ROLE

> SELECT 'dep_"x'::regrole, '"dep_""x"'::regrole;
regrole | regrole
"dep_""x" | "dep_""x"
SELECT 1

> DROP ROLE "dep_""x";
DROP ROLE

> CREATE TYPE pair AS (a int, b int);
CREATE TYPE

> REVOKE USAGE ON TYPE pair FROM PUBLIC;
REVOKE

> GRANT CREATE ON SCHEMA public TO dep_owner;
GRANT

> SET ROLE dep_owner;
(is_superuser = off)
SET

> CREATE TABLE pairs OF pair;
ERROR 42501: permission denied for type pair

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT USAGE ON TYPE pair TO dep_owner;
GRANT

> SET ROLE dep_owner;
(is_superuser = off)
SET

> CREATE TABLE pairs OF pair;
CREATE TABLE

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT grantee, role_name, is_grantable FROM information_schema.applicable_roles WHERE role_name = 'pg_database_owner';
grantee | role_name | is_grantable
postgres | pg_database_owner | NO
SELECT 1

> DROP OWNED BY dep_reader;
DROP OWNED

> DROP OWNED BY dep_owner;
DROP OWNED

> DROP ROLE dep_owner, dep_reader;
DROP ROLE
