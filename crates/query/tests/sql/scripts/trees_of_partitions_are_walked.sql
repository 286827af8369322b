-- pg_partition_tree and its kin on everything that has an OID, and names in other schemas.

> CREATE TABLE plain (a int PRIMARY KEY);
CREATE TABLE

> CREATE TABLE par (a int);
CREATE TABLE

> CREATE TABLE chi () INHERITS (par);
CREATE TABLE

> CREATE VIEW v AS SELECT 1 AS a;
CREATE VIEW

> CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
SELECT 1

> CREATE SEQUENCE s;
CREATE SEQUENCE

> SELECT o, (SELECT count(*) FROM pg_partition_tree(o)) AS tree, (SELECT count(*) FROM pg_partition_ancestors(o)) AS up, pg_partition_root(o) AS root FROM unnest('{plain,plain_pkey,par,chi,v,m,s}'::regclass[]) o ORDER BY o::text;
o | tree | up | root
chi | 0 | 0 | NULL
m | 0 | 0 | NULL
par | 0 | 0 | NULL
plain | 0 | 0 | NULL
plain_pkey | 0 | 0 | NULL
s | 0 | 0 | NULL
v | 0 | 0 | NULL
SELECT 7

> SELECT pg_partition_root('nothing');
ERROR 42P01: relation "nothing" does not exist

> CREATE SCHEMA far;
CREATE SCHEMA

> CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE far.t0 PARTITION OF t FOR VALUES FROM (0) TO (10) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE far."T 1" PARTITION OF far.t0 FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE

> SELECT * FROM pg_partition_tree('t');
relid | parentrelid | isleaf | level
t | NULL | f | 0
far.t0 | t | f | 1
t2 | t | t | 1
far."T 1" | far.t0 | t | 2
SELECT 4

> SELECT relid, isleaf FROM pg_partition_tree('t_pkey') WHERE level = 1;
relid | isleaf
far.t0_pkey | f
t2_pkey | t
SELECT 2

> SELECT sum(level) FROM pg_partition_tree('t_pkey');
sum
4
SELECT 1

> SELECT pg_partition_root('far."T 1"'), pg_partition_root('far."T 1_pkey"');
pg_partition_root | pg_partition_root
t | t_pkey
SELECT 1

> SELECT * FROM pg_partition_ancestors('far."T 1_pkey"');
relid
far."T 1_pkey"
far.t0_pkey
t_pkey
SELECT 3

> SELECT p.relid, c.relkind FROM pg_partition_tree('t') p JOIN pg_class c ON c.oid = p.relid WHERE NOT isleaf ORDER BY level;
relid | relkind
t | p
far.t0 | p
SELECT 2

> SELECT c.relname, a.relid FROM pg_class c, LATERAL pg_partition_ancestors(c.oid) a WHERE c.relname = 'T 1';
relname | relid
T 1 | far."T 1"
T 1 | far.t0
T 1 | t
SELECT 3

> SELECT schemaname, tablename FROM pg_tables WHERE tablename ILIKE 't_%' AND schemaname IN ('public', 'far') ORDER BY 1, 2;
schemaname | tablename
far | T 1
far | t0
public | t2
SELECT 3

> SELECT indexdef FROM pg_indexes WHERE schemaname = 'far' ORDER BY indexname;
indexdef
CREATE UNIQUE INDEX "T 1_pkey" ON far."T 1" USING btree (a, b)
CREATE UNIQUE INDEX t0_pkey ON ONLY far.t0 USING btree (a, b)
SELECT 2

> SET search_path = far;
SET

> SELECT * FROM pg_partition_tree('public.t');
relid | parentrelid | isleaf | level
public.t | NULL | f | 0
t0 | public.t | f | 1
public.t2 | public.t | t | 1
"T 1" | t0 | t | 2
SELECT 4

> SELECT pg_get_partkeydef('t0'::regclass), pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 't0';
pg_get_partkeydef | pg_get_expr
LIST (b) | FOR VALUES FROM (0) TO (10)
SELECT 1

> RESET search_path;
RESET

> ALTER TABLE t2 SET SCHEMA far;
ALTER TABLE

> ALTER SCHEMA far RENAME TO near;
ALTER SCHEMA

> SELECT relid FROM pg_partition_tree('t') ORDER BY relid::text;
relid
near."T 1"
near.t0
near.t2
t
SELECT 4

> BEGIN;
BEGIN

> CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (20) TO (30);
CREATE TABLE

> SELECT count(*) FROM pg_partition_tree('t');
count
5
SELECT 1

> ALTER TABLE t DETACH PARTITION near.t0;
ALTER TABLE

> SELECT relid, parentrelid, level FROM pg_partition_tree('near.t0');
relid | parentrelid | level
near.t0 | NULL | 0
near."T 1" | near.t0 | 1
SELECT 2

> SELECT count(*) FROM pg_partition_tree('t');
count
3
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT count(*) FROM pg_partition_tree('t');
count
4
SELECT 1

> CREATE TEMP TABLE tt (a int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TEMP TABLE tt1 PARTITION OF tt FOR VALUES IN (1);
CREATE TABLE

> SELECT * FROM pg_partition_tree('tt');
relid | parentrelid | isleaf | level
tt | NULL | f | 0
tt1 | tt | t | 1
SELECT 2

> SELECT relname, relkind, relpersistence, relispartition, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname ~ '^tt' ORDER BY 1;
relname | relkind | relpersistence | relispartition | pg_get_expr
tt | p | t | f | NULL
tt1 | r | t | t | FOR VALUES IN (1)
SELECT 2

> DROP SCHEMA near;
ERROR 2BP01: cannot drop schema near because other objects depend on it
DETAIL: table near.t0 depends on schema near
table near.t2 depends on schema near
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP SCHEMA near CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SCHEMA

> SELECT * FROM pg_partition_tree('t');
relid | parentrelid | isleaf | level
t | NULL | f | 0
SELECT 1

> COMMENT ON TABLE t IS 'partitioned';
COMMENT

> COMMENT ON INDEX t_pkey IS 'its key';
COMMENT

> SELECT obj_description('t'::regclass, 'pg_class'), obj_description('t_pkey'::regclass, 'pg_class');
obj_description | obj_description
partitioned | its key
SELECT 1

> SELECT has_table_privilege('t', 'INSERT'), pg_table_is_visible('t'::regclass), 't'::regclass::oid = (SELECT oid FROM pg_class WHERE relname = 't') AS same;
has_table_privilege | pg_table_is_visible | same
t | t | t
SELECT 1
