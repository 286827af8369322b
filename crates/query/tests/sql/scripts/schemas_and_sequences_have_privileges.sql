> CREATE ROLE bob; CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int); GRANT SELECT ON hidden.t TO bob; CREATE TYPE hidden.ty AS ENUM ('x');
CREATE ROLE
CREATE SCHEMA
CREATE TABLE
GRANT
CREATE TYPE

> SET search_path = hidden, public;
SET

> CREATE TABLE public.t (a int, b int); GRANT SELECT ON public.t TO bob;
CREATE TABLE
GRANT

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT * FROM hidden.t;
ERROR 42501: permission denied for schema hidden

> SELECT 'hidden.t'::regclass;
ERROR 42501: permission denied for schema hidden

> SELECT NULL::hidden.ty;
ERROR 42501: permission denied for schema hidden

> SELECT * FROM hidden.nothing;
ERROR 42501: permission denied for schema hidden

-- The search path passes it over.
> SELECT * FROM t;
a | b
SELECT 0

> SELECT current_schemas(false);
current_schemas
{public}
SELECT 1

> CREATE TABLE hidden.x (a int);
ERROR 42501: permission denied for schema hidden

> RESET ROLE; GRANT USAGE ON SCHEMA hidden TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> SELECT * FROM hidden.t;
a
SELECT 0

> SELECT * FROM t;
a
SELECT 0

> SELECT current_schemas(false);
current_schemas
{hidden,public}
SELECT 1

> CREATE TABLE hidden.x (a int);
ERROR 42501: permission denied for schema hidden

> RESET ROLE; GRANT CREATE ON SCHEMA hidden TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> CREATE TABLE hidden.x (a int);
CREATE TABLE

> RESET ROLE; RESET search_path;
(is_superuser = on)
RESET
RESET

-- Sequences.
> CREATE SEQUENCE s; CREATE TABLE ser (id serial, x int); CREATE TABLE idn (id int GENERATED ALWAYS AS IDENTITY, x int);
CREATE SEQUENCE
CREATE TABLE
CREATE TABLE

> GRANT INSERT, SELECT ON ser, idn TO bob; SET ROLE bob;
GRANT
(is_superuser = off)
SET

> SELECT nextval('s');
nextval
ERROR 42501: permission denied for sequence s

> SELECT currval('s');
currval
ERROR 42501: permission denied for sequence s

> SELECT setval('s', 5);
setval
ERROR 42501: permission denied for sequence s

> SELECT last_value FROM s;
ERROR 42501: permission denied for sequence s

> INSERT INTO ser (x) VALUES (1);
ERROR 42501: permission denied for sequence ser_id_seq

> INSERT INTO ser VALUES (7, 1);
INSERT 0 1

> INSERT INTO idn (x) VALUES (1) RETURNING id;
id
1
INSERT 0 1

> INSERT INTO idn (x) SELECT 2 FROM generate_series(1, 2) RETURNING id;
id
2
3
INSERT 0 2

> SELECT nextval('idn_id_seq');
nextval
ERROR 42501: permission denied for sequence idn_id_seq

> RESET ROLE; GRANT USAGE ON SEQUENCE s, ser_id_seq TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> SELECT nextval('s'), currval('s'), lastval();
nextval | currval | lastval
1 | 1 | 1
SELECT 1

> SELECT setval('s', 5);
setval
ERROR 42501: permission denied for sequence s

> SELECT last_value FROM s;
ERROR 42501: permission denied for sequence s

> INSERT INTO ser (x) VALUES (1) RETURNING id;
id
1
INSERT 0 1

> RESET ROLE; REVOKE USAGE ON SEQUENCE s FROM bob; GRANT SELECT ON SEQUENCE s TO bob; SET ROLE bob;
(is_superuser = on)
RESET
REVOKE
GRANT
(is_superuser = off)
SET

> SELECT currval('s');
currval
1
SELECT 1

> SELECT last_value FROM s;
last_value
1
SELECT 1

> SELECT nextval('s');
nextval
ERROR 42501: permission denied for sequence s

> RESET ROLE; GRANT UPDATE ON SEQUENCE s TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> SELECT setval('s', 5), nextval('s');
setval | nextval
5 | 6
SELECT 1

-- Databases.
> RESET ROLE; REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC; SET ROLE bob;
(is_superuser = on)
RESET
REVOKE
(is_superuser = off)
SET

> CREATE TEMPORARY TABLE x (a int);
ERROR 42501: permission denied to create temporary tables in database "postgres"

> CREATE SCHEMA mine;
ERROR 42501: permission denied for database postgres

> RESET ROLE; GRANT CREATE, TEMPORARY ON DATABASE postgres TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> CREATE TEMPORARY TABLE x (a int);
CREATE TABLE

> CREATE SCHEMA mine;
CREATE SCHEMA

> CREATE SCHEMA yours AUTHORIZATION postgres;
ERROR 42501: must be member of role "postgres"

-- The system's own.
> SELECT * FROM pg_authid;
ERROR 42501: permission denied for table pg_authid

> SELECT * FROM pg_shadow;
ERROR 42501: permission denied for view pg_shadow

> SELECT count(*) > 0 FROM pg_roles;
?column?
t
SELECT 1

> SELECT rolpassword FROM pg_roles WHERE rolname = 'bob';
rolpassword
********
SELECT 1

> CHECKPOINT;
ERROR 42501: must be superuser or have privileges of pg_checkpoint to do CHECKPOINT
