> CREATE ROLE own; CREATE ROLE other; CREATE SCHEMA s1; GRANT CREATE ON SCHEMA public TO own;
CREATE ROLE
CREATE ROLE
CREATE SCHEMA
GRANT

> SET ROLE own;
(is_superuser = off)
SET

> CREATE TABLE t (a int PRIMARY KEY, b int); CREATE VIEW v AS SELECT * FROM t; CREATE SEQUENCE sq; CREATE INDEX tb ON t (b);
CREATE TABLE
CREATE VIEW
CREATE SEQUENCE
CREATE INDEX

> CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE TYPE ty AS ENUM ('a'); CREATE DOMAIN dom AS int; CREATE TYPE pair AS (x int, y int);
SELECT 1
CREATE TYPE
CREATE DOMAIN
CREATE TYPE

> RESET ROLE; SET ROLE other;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> ALTER TABLE t ADD COLUMN c int;
ERROR 42501: must be owner of table t

> ALTER TABLE t RENAME TO t2;
ERROR 42501: must be owner of table t

> ALTER TABLE t RENAME COLUMN a TO z;
ERROR 42501: must be owner of table t

> ALTER VIEW v RENAME TO v2;
ERROR 42501: must be owner of view v

> ALTER MATERIALIZED VIEW m RENAME TO m2;
ERROR 42501: must be owner of materialized view m

> ALTER SEQUENCE sq RESTART;
ERROR 42501: must be owner of sequence sq

> ALTER INDEX tb RENAME TO tc;
ERROR 42501: must be owner of index tb

> ALTER TYPE ty ADD VALUE 'b';
ERROR 42501: must be owner of type ty

> ALTER TYPE pair RENAME ATTRIBUTE x TO z;
ERROR 42501: must be owner of type pair

> ALTER DOMAIN dom SET NOT NULL;
ERROR 42501: must be owner of type dom

> ALTER TABLE t OWNER TO other;
ERROR 42501: must be owner of table t

> ALTER TABLE t SET SCHEMA s1;
ERROR 42501: must be owner of table t

> CREATE OR REPLACE VIEW v AS SELECT a, b FROM t;
ERROR 42501: permission denied for schema public

> CREATE INDEX ON t (a);
ERROR 42501: must be owner of table t

> DROP TABLE t;
ERROR 42501: must be owner of table t

> DROP VIEW v;
ERROR 42501: must be owner of view v

> DROP MATERIALIZED VIEW m;
ERROR 42501: must be owner of materialized view m

> DROP SEQUENCE sq;
ERROR 42501: must be owner of sequence sq

> DROP INDEX tb;
ERROR 42501: must be owner of index tb

> DROP TYPE ty;
ERROR 42501: must be owner of type ty

> DROP DOMAIN dom;
ERROR 42501: must be owner of type dom

> DROP SCHEMA s1;
ERROR 42501: must be owner of schema s1

> DROP DATABASE postgres;
ERROR 42501: must be owner of database postgres

> REFRESH MATERIALIZED VIEW m;
ERROR 42501: must be owner of materialized view m

> VACUUM t;
WARNING: skipping "t" --- only table or database owner can vacuum it
VACUUM

> ANALYZE t;
WARNING: skipping "t" --- only table or database owner can analyze it
ANALYZE

> REINDEX TABLE t;
ERROR 42501: must be owner of table t

> COMMENT ON TABLE t IS 'x';
ERROR 42501: must be owner of table t

> COMMENT ON VIEW v IS 'x';
ERROR 42501: must be owner of view v

> COMMENT ON COLUMN t.a IS 'x';
ERROR 42501: must be owner of relation t

> COMMENT ON CONSTRAINT t_pkey ON t IS 'x';
ERROR 42501: must be owner of relation t

> COMMENT ON INDEX tb IS 'x';
ERROR 42501: must be owner of index tb

> COMMENT ON SEQUENCE sq IS 'x';
ERROR 42501: must be owner of sequence sq

> COMMENT ON SCHEMA s1 IS 'x';
ERROR 42501: must be owner of schema s1

> COMMENT ON TYPE ty IS 'x';
ERROR 42501: must be owner of type ty

> COMMENT ON DOMAIN dom IS 'x';
ERROR 42501: must be owner of type dom

> COMMENT ON DATABASE postgres IS 'x';
ERROR 42501: must be owner of database postgres

> COMMENT ON ROLE own IS 'x';
ERROR 42501: must have CREATEROLE privilege

-- Nor can it make anything.
> CREATE TABLE x (a int);
ERROR 42501: permission denied for schema public

> CREATE TABLE s1.x (a int);
ERROR 42501: permission denied for schema s1

> CREATE VIEW x AS SELECT 1;
ERROR 42501: permission denied for schema public

> CREATE SEQUENCE x;
ERROR 42501: permission denied for schema public

> CREATE TYPE x AS ENUM ('a');
ERROR 42501: permission denied for schema public

> CREATE DOMAIN x AS int;
ERROR 42501: permission denied for schema public

> CREATE SCHEMA x;
ERROR 42501: permission denied for database postgres

> CREATE DATABASE x;
ERROR 42501: permission denied to create database

> CREATE TABLE x AS SELECT 1 AS a;
ERROR 42501: permission denied for schema public

> ALTER SCHEMA s1 RENAME TO s2;
ERROR 42501: must be owner of schema s1

> ALTER DATABASE postgres RENAME TO x;
ERROR 42501: must be owner of database postgres

> CREATE TEMPORARY TABLE mine (a int);
CREATE TABLE

-- A member of the owner may.
> RESET ROLE; GRANT own TO other; SET ROLE other;
(is_superuser = on)
RESET
GRANT ROLE
(is_superuser = off)
SET

> ALTER TABLE t ADD COLUMN c int;
ALTER TABLE

> COMMENT ON TABLE t IS 'x';
COMMENT

> ALTER TABLE t OWNER TO other;
ALTER TABLE

> RESET ROLE; GRANT CREATE ON SCHEMA public TO other; SET ROLE other;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> ALTER TABLE t OWNER TO other;
ALTER TABLE

> ALTER TABLE t OWNER TO postgres;
ERROR 42501: must be member of role "postgres"

> ALTER TABLE t SET SCHEMA s1;
ERROR 42501: permission denied for schema s1

> RESET ROLE; SET ROLE own;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> DROP TABLE t;
ERROR 42501: must be owner of table t

-- The owner of a schema may drop what is in it, and no more.
> RESET ROLE; ALTER SCHEMA s1 OWNER TO own; CREATE TABLE s1.foreign_one (a int); SET ROLE own;
(is_superuser = on)
RESET
ALTER SCHEMA
CREATE TABLE
(is_superuser = off)
SET

> ALTER TABLE s1.foreign_one ADD COLUMN b int;
ERROR 42501: must be owner of table foreign_one

> SELECT * FROM s1.foreign_one;
ERROR 42501: permission denied for table foreign_one

> DROP TABLE s1.foreign_one;
DROP TABLE

> ALTER SCHEMA s1 RENAME TO s2;
ERROR 42501: permission denied for database postgres

-- Foreign keys and LIKE take privileges on the other table; types may be closed.
> RESET ROLE; CREATE TABLE parent (id int PRIMARY KEY, n int UNIQUE); SET ROLE own;
(is_superuser = on)
RESET
CREATE TABLE
(is_superuser = off)
SET

> CREATE TABLE child (id int REFERENCES parent);
ERROR 42501: permission denied for table parent

> CREATE TABLE child (LIKE parent);
ERROR 42501: permission denied for table parent

> RESET ROLE; GRANT REFERENCES (id), SELECT (n) ON parent TO own; SET ROLE own;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> CREATE TABLE child (id int REFERENCES parent);
CREATE TABLE

> ALTER TABLE child ADD COLUMN n int REFERENCES parent (n);
ERROR 42501: permission denied for table parent

> RESET ROLE; CREATE TYPE closed AS ENUM ('x'); REVOKE USAGE ON TYPE closed FROM PUBLIC; SET ROLE own;
(is_superuser = on)
RESET
CREATE TYPE
REVOKE
(is_superuser = off)
SET

> CREATE TABLE c2 (x closed);
ERROR 42501: permission denied for type closed

> ALTER TABLE child ADD COLUMN x closed[];
ERROR 42501: permission denied for type closed

> CREATE DOMAIN c3 AS closed;
ERROR 42501: permission denied for type closed

> CREATE TYPE c4 AS (x closed);
ERROR 42501: permission denied for type closed

> SELECT 'x'::closed;
closed
x
SELECT 1

> RESET ROLE; GRANT USAGE ON TYPE closed TO own; SET ROLE own;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> CREATE TABLE c2 (x closed);
CREATE TABLE

-- TRUNCATE asks for itself, and RESTART IDENTITY for the sequence.
> RESET ROLE; CREATE TABLE numbered (id serial, x int); GRANT TRUNCATE ON numbered TO own; SET ROLE own;
(is_superuser = on)
RESET
CREATE TABLE
GRANT
(is_superuser = off)
SET

> TRUNCATE numbered;
TRUNCATE TABLE

> TRUNCATE numbered RESTART IDENTITY;
ERROR 42501: must be owner of sequence numbered_id_seq
