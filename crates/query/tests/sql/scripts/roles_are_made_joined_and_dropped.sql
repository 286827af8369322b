> CREATE ROLE maker CREATEROLE; CREATE ROLE boss SUPERUSER; CREATE ROLE plain; CREATE ROLE grp;
CREATE ROLE
CREATE ROLE
CREATE ROLE
CREATE ROLE

> SET ROLE plain;
(is_superuser = off)
SET

> CREATE ROLE x;
ERROR 42501: permission denied to create role

> ALTER ROLE grp CREATEDB;
ERROR 42501: permission denied

> ALTER ROLE plain CREATEDB;
ERROR 42501: permission denied

> ALTER ROLE plain PASSWORD 'new';
ALTER ROLE

> ALTER ROLE grp PASSWORD 'new';
ERROR 42501: permission denied

> ALTER ROLE plain RENAME TO other;
ERROR 0A000: current user cannot be renamed

> ALTER ROLE grp RENAME TO other;
ERROR 42501: permission denied to rename role

> DROP ROLE grp;
ERROR 42501: permission denied to drop role

> GRANT grp TO plain;
ERROR 42501: must have admin option on role "grp"

> CREATE DATABASE x;
ERROR 42501: permission denied to create database

> RESET ROLE; SET ROLE maker;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> CREATE ROLE x SUPERUSER;
ERROR 42501: must be superuser to create superusers

> CREATE ROLE x REPLICATION;
ERROR 42501: must be superuser to create replication users

> CREATE ROLE x BYPASSRLS;
ERROR 42501: must be superuser to create bypassrls users

> CREATE ROLE x CREATEDB;
CREATE ROLE

> ALTER ROLE x SUPERUSER;
ERROR 42501: must be superuser to alter superuser roles or change superuser attribute

> ALTER ROLE boss NOLOGIN;
ERROR 42501: must be superuser to alter superuser roles or change superuser attribute

> ALTER ROLE boss RENAME TO chief;
ERROR 42501: must be superuser to rename superusers

> DROP ROLE boss;
ERROR 42501: must be superuser to drop superusers

> GRANT boss TO x;
ERROR 42501: must be superuser to alter superusers

> GRANT grp TO x;
GRANT ROLE

> GRANT pg_read_all_data TO x;
GRANT ROLE

> GRANT pg_database_owner TO x;
ERROR XX000: role "pg_database_owner" cannot have explicit members

> GRANT x TO pg_database_owner;
ERROR XX000: role "pg_database_owner" cannot be a member of any role

> REVOKE grp FROM x;
REVOKE ROLE

> DROP ROLE x;
DROP ROLE

> DROP ROLE maker;
ERROR 55006: current user cannot be dropped

> CREATE ROLE x IN ROLE boss;
ERROR 42501: must be superuser to alter superusers

> COMMENT ON ROLE grp IS 'a group';
COMMENT

> COMMENT ON ROLE boss IS 'no';
ERROR 42501: must be superuser

> RESET ROLE;
(is_superuser = on)
RESET

> DROP ROLE postgres;
ERROR 55006: current user cannot be dropped

> ALTER ROLE postgres RENAME TO x;
ERROR 0A000: session user cannot be renamed

> CREATE ROLE pg_mine;
ERROR 42939: role name "pg_mine" is reserved
DETAIL: Role names starting with "pg_" are reserved.

> ALTER ROLE grp RENAME TO pg_grp;
ERROR 42939: role name "pg_grp" is reserved
DETAIL: Role names starting with "pg_" are reserved.

> ALTER ROLE pg_monitor LOGIN;
ERROR 42939: role name "pg_monitor" is reserved
DETAIL: Cannot alter reserved roles.

> DROP ROLE pg_monitor;
ERROR 2BP01: cannot drop role pg_monitor because it is required by the database system

-- The admin option.
> CREATE ROLE admin; GRANT grp TO admin WITH ADMIN OPTION; SET ROLE admin;
CREATE ROLE
GRANT ROLE
(is_superuser = off)
SET

> GRANT grp TO plain;
GRANT ROLE

> GRANT grp TO maker GRANTED BY postgres;
ERROR 42501: must be superuser to set grantor

> GRANT plain TO maker;
ERROR 42501: must have admin option on role "plain"

> REVOKE grp FROM plain;
REVOKE ROLE

> REVOKE grp FROM plain;
WARNING: role "plain" is not a member of role "grp"
REVOKE ROLE

> RESET ROLE; GRANT admin TO plain; SET ROLE plain;
(is_superuser = on)
RESET
GRANT ROLE
(is_superuser = off)
SET

> GRANT grp TO maker;
GRANT ROLE

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT admin TO grp;
ERROR 0LP01: role "admin" is a member of role "grp"

-- Who one is.
> SET SESSION AUTHORIZATION plain;
(is_superuser = off)
(session_authorization = plain)
SET

> SELECT current_user, session_user;
current_user | session_user
plain | plain
SELECT 1

> SET ROLE grp;
SET

> SELECT current_user, session_user;
current_user | session_user
grp | plain
SELECT 1

> SET ROLE boss;
ERROR 42501: permission denied to set role "boss"

> SET ROLE nobody;
ERROR 22023: role "nobody" does not exist

> SET SESSION AUTHORIZATION boss;
(is_superuser = on)
(session_authorization = boss)
SET

> SELECT set_config('role', 'boss', false);
set_config
boss
SELECT 1

> SET log_statement = 'all';
SET

> SELECT set_config('log_statement', 'all', false);
set_config
all
SELECT 1

> SET session_replication_role = replica;
SET

> RESET ROLE;
RESET

> SELECT current_user, session_user;
current_user | session_user
boss | boss
SELECT 1

> SET ROLE NONE;
SET

> SET SESSION AUTHORIZATION DEFAULT;
(session_authorization = postgres)
SET

> SELECT current_user, session_user;
current_user | session_user
postgres | postgres
SELECT 1

> BEGIN; SET LOCAL ROLE plain;
BEGIN
(is_superuser = off)
SET

> SELECT current_user;
current_user
plain
SELECT 1

> COMMIT;
(is_superuser = on)
COMMIT

> SELECT current_user;
current_user
postgres
SELECT 1

-- What is owned and granted keeps a role.
> CREATE TABLE t (a int, b int); CREATE SCHEMA s; CREATE TYPE ty AS ENUM ('x'); CREATE SEQUENCE sq;
CREATE TABLE
CREATE SCHEMA
CREATE TYPE
CREATE SEQUENCE

> GRANT SELECT (a), UPDATE ON t TO plain; GRANT USAGE ON SCHEMA s TO plain; GRANT USAGE ON TYPE ty TO plain; GRANT USAGE ON SEQUENCE sq TO plain; GRANT CONNECT ON DATABASE postgres TO plain;
GRANT
GRANT
GRANT
GRANT
GRANT

> ALTER DEFAULT PRIVILEGES FOR ROLE plain GRANT SELECT ON TABLES TO grp;
ALTER DEFAULT PRIVILEGES

> ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO plain;
ALTER DEFAULT PRIVILEGES

> CREATE SCHEMA mine AUTHORIZATION plain; CREATE VIEW mine.v AS SELECT 1 AS x; ALTER VIEW mine.v OWNER TO plain; CREATE TABLE mine.t (id serial PRIMARY KEY); ALTER TABLE mine.t OWNER TO plain;
CREATE SCHEMA
CREATE VIEW
ALTER VIEW
CREATE TABLE
ALTER TABLE

> DROP ROLE plain;
ERROR 2BP01: role "plain" cannot be dropped because some objects depend on it
DETAIL: privileges for database postgres
privileges for table t
privileges for column a of table t
privileges for schema s
privileges for type ty
privileges for sequence sq
owner of default privileges on new relations belonging to role plain
privileges for default privileges on new relations belonging to role postgres in schema s
owner of schema mine
owner of view mine.v
owner of table mine.t
owner of sequence mine.t_id_seq

> DROP ROLE grp;
ERROR 2BP01: role "grp" cannot be dropped because some objects depend on it
DETAIL: privileges for default privileges on new relations belonging to role plain

> SET ROLE maker;
(is_superuser = off)
SET

> REASSIGN OWNED BY plain TO maker;
ERROR 42501: permission denied to reassign objects

> DROP OWNED BY plain;
ERROR 42501: permission denied to drop objects

> DROP ROLE plain;
ERROR 2BP01: role "plain" cannot be dropped because some objects depend on it
DETAIL: privileges for database postgres
privileges for table t
privileges for column a of table t
privileges for schema s
privileges for type ty
privileges for sequence sq
owner of default privileges on new relations belonging to role plain
privileges for default privileges on new relations belonging to role postgres in schema s
owner of schema mine
owner of view mine.v
owner of table mine.t
owner of sequence mine.t_id_seq

> RESET ROLE;
(is_superuser = on)
RESET

> REASSIGN OWNED BY postgres TO maker;
ERROR 2BP01: cannot reassign ownership of objects owned by role postgres because they are required by the database system

> DROP OWNED BY postgres;
ERROR 2BP01: cannot drop objects owned by role postgres because they are required by the database system

> REASSIGN OWNED BY plain TO maker;
REASSIGN OWNED

> DROP ROLE plain;
ERROR 2BP01: role "plain" cannot be dropped because some objects depend on it
DETAIL: privileges for database postgres
privileges for table t
privileges for column a of table t
privileges for schema s
privileges for type ty
privileges for sequence sq
owner of default privileges on new relations belonging to role plain
privileges for default privileges on new relations belonging to role postgres in schema s

> DROP OWNED BY plain;
DROP OWNED

> SELECT relname, relacl FROM pg_class WHERE relname IN ('t', 'sq') AND relowner = 'postgres'::regrole ORDER BY 1;
relname | relacl
sq | {postgres=rwU/postgres}
t | {postgres=arwdDxt/postgres}
SELECT 2

> SELECT attacl FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a';
attacl
NULL
SELECT 1

> DROP ROLE plain;
DROP ROLE

> SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 'mine'::regnamespace ORDER BY 1;
relname | relowner
t | maker
t_id_seq | maker
t_pkey | maker
v | maker
SELECT 4

> DROP OWNED BY maker;
DROP OWNED

> SELECT count(*) FROM pg_namespace WHERE nspname = 'mine';
count
0
SELECT 1

> DROP ROLE maker;
DROP ROLE
