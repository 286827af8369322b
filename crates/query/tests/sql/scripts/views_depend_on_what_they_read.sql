-- A view depends on what its query names: on another view, and not on what that reads; on an operator, and not on its function.

> CREATE TABLE t (a integer, b integer);
CREATE TABLE
> CREATE VIEW v1 AS SELECT a FROM t;
CREATE VIEW
> CREATE VIEW v2 AS SELECT a FROM v1;
CREATE VIEW
> CREATE VIEW v3 AS SELECT v2.a, t.a AS c FROM v2, t;
CREATE VIEW
> CREATE MATERIALIZED VIEW m4 AS SELECT a FROM v2;
SELECT 0
> DROP TABLE t;
ERROR 2BP01: cannot drop table t because other objects depend on it
DETAIL: view v1 depends on table t
view v2 depends on view v1
materialized view m4 depends on view v2
view v3 depends on table t
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE t DROP COLUMN a;
ERROR 2BP01: cannot drop column a of table t because other objects depend on it
DETAIL: view v1 depends on column a of table t
view v2 depends on view v1
materialized view m4 depends on view v2
view v3 depends on column a of table t
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP VIEW v1;
ERROR 2BP01: cannot drop view v1 because other objects depend on it
DETAIL: view v2 depends on view v1
view v3 depends on view v2
materialized view m4 depends on view v2
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP VIEW v2;
ERROR 2BP01: cannot drop view v2 because other objects depend on it
DETAIL: view v3 depends on view v2
materialized view m4 depends on view v2
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE t DROP COLUMN b;
ALTER TABLE
> ALTER TABLE t RENAME COLUMN a TO x;
ALTER TABLE
> SELECT pg_get_viewdef('v1'), pg_get_viewdef('v2');
pg_get_viewdef | pg_get_viewdef
 SELECT t.x AS a
   FROM t; |  SELECT v1.a
   FROM v1;
SELECT 1
> DROP TABLE t CASCADE;
NOTICE: drop cascades to 4 other objects
DROP TABLE
> SELECT relname FROM pg_class WHERE relname IN ('t', 'v1', 'v2', 'v3', 'm4');
relname
SELECT 0
-- Operators.
> CREATE FUNCTION same(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE FUNCTION
> CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = same);
CREATE OPERATOR
> CREATE VIEW o1 AS SELECT 1 === 2 AS x;
CREATE VIEW
> CREATE VIEW o2 AS SELECT * FROM o1;
CREATE VIEW
> CREATE VIEW o3 AS SELECT 1 === 2 AS x, same(1, 1) AS y;
CREATE VIEW
> SELECT v.relname, refclassid::regclass FROM pg_depend d JOIN pg_rewrite r ON d.objid = r.oid JOIN pg_class v ON v.oid = r.ev_class WHERE d.classid = 'pg_rewrite'::regclass AND v.relname LIKE 'o_' AND refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass) ORDER BY 1, 2;
relname | refclassid
o1 | pg_operator
o3 | pg_proc
o3 | pg_operator
SELECT 3
> DROP OPERATOR === (integer, integer);
ERROR 2BP01: cannot drop operator ===(integer,integer) because other objects depend on it
DETAIL: view o1 depends on operator ===(integer,integer)
view o2 depends on view o1
view o3 depends on operator ===(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION same(integer, integer);
ERROR 2BP01: cannot drop function same(integer,integer) because other objects depend on it
DETAIL: operator ===(integer,integer) depends on function same(integer,integer)
view o1 depends on operator ===(integer,integer)
view o2 depends on view o1
view o3 depends on function same(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP VIEW o3;
DROP VIEW
> DROP FUNCTION same(integer, integer) CASCADE;
NOTICE: drop cascades to 3 other objects
DROP FUNCTION
> SELECT relname FROM pg_class WHERE relname IN ('o1', 'o2');
relname
SELECT 0
-- The primary key that makes other columns depend on what is grouped by.
> CREATE TABLE k (id integer PRIMARY KEY, a integer, u integer UNIQUE);
CREATE TABLE
> CREATE VIEW kv AS SELECT id, a FROM k GROUP BY id;
CREATE VIEW
> CREATE VIEW kw AS SELECT id FROM k GROUP BY id;
CREATE VIEW
> CREATE VIEW kx AS SELECT * FROM kv;
CREATE VIEW
> ALTER TABLE k DROP CONSTRAINT k_pkey;
ERROR 2BP01: cannot drop constraint k_pkey on table k because other objects depend on it
DETAIL: view kv depends on constraint k_pkey on table k
view kx depends on view kv
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE k DROP COLUMN id;
ERROR 2BP01: cannot drop column id of table k because other objects depend on it
DETAIL: view kv depends on column id of table k
view kx depends on view kv
view kw depends on column id of table k
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE k DROP CONSTRAINT k_u_key;
ALTER TABLE
> BEGIN;
BEGIN
> ALTER TABLE k DROP CONSTRAINT k_pkey CASCADE;
NOTICE: drop cascades to 2 other objects
ALTER TABLE
> SELECT relname FROM pg_class WHERE relname IN ('kv', 'kw', 'kx') ORDER BY 1;
relname
kw
SELECT 1
> ROLLBACK;
ROLLBACK
> DROP VIEW kv CASCADE;
NOTICE: drop cascades to view kx
DROP VIEW
> ALTER TABLE k DROP CONSTRAINT k_pkey;
ALTER TABLE
> SELECT * FROM kw;
id
SELECT 0
