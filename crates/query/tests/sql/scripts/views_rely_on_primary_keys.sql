> CREATE TABLE kt (key int PRIMARY KEY, data varchar(20), u int NOT NULL UNIQUE);
CREATE TABLE

> INSERT INTO kt VALUES (1, 'one', 10), (2, 'two', 20);
INSERT 0 2

> CREATE VIEW kv AS SELECT * FROM kt GROUP BY key;
CREATE VIEW

> CREATE VIEW kv_named AS SELECT key, data FROM kt GROUP BY key;
CREATE VIEW

> CREATE VIEW kv_having AS SELECT FROM kt GROUP BY key HAVING length(data) > 0;
CREATE VIEW

> CREATE VIEW kv_sets AS SELECT key, data FROM kt GROUP BY GROUPING SETS ((key), (key, u));
CREATE VIEW

> CREATE VIEW kv_bare AS SELECT key FROM kt GROUP BY key;
CREATE VIEW

> CREATE VIEW kv_counts AS SELECT key, count(data) FROM kt GROUP BY key;
CREATE VIEW

> CREATE MATERIALIZED VIEW km AS SELECT key, data FROM kt GROUP BY key;
SELECT 2

> CREATE VIEW kv_above AS SELECT * FROM kv;
CREATE VIEW

> CREATE FUNCTION kf() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT data FROM kt GROUP BY key; END;
CREATE FUNCTION

> CREATE FUNCTION ks() RETURNS SETOF text LANGUAGE sql AS 'SELECT data FROM kt GROUP BY key';
CREATE FUNCTION

> PREPARE kp AS SELECT key, data FROM kt GROUP BY key;
PREPARE

> SELECT classid::regclass, objid::regproc::text, deptype FROM pg_depend JOIN pg_constraint c ON refclassid = 'pg_constraint'::regclass AND refobjid = c.oid WHERE conname = 'kt_pkey' AND classid = 'pg_proc'::regclass;
classid | objid | deptype
pg_proc | kf | n
SELECT 1

> SELECT r.ev_class::regclass::text AS view, conname, deptype FROM pg_depend d JOIN pg_constraint c ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid WHERE conname LIKE 'kt%' ORDER BY 1;
view | conname | deptype
km | kt_pkey | n
kv | kt_pkey | n
kv_having | kt_pkey | n
kv_named | kt_pkey | n
kv_sets | kt_pkey | n
SELECT 5

> SELECT * FROM kv ORDER BY key;
key | data | u
1 | one | 10
2 | two | 20
SELECT 2

> ALTER TABLE kt DROP CONSTRAINT kt_pkey;
ERROR 2BP01: cannot drop constraint kt_pkey on table kt because other objects depend on it
DETAIL: view kv depends on constraint kt_pkey on table kt
view kv_above depends on view kv
view kv_named depends on constraint kt_pkey on table kt
view kv_having depends on constraint kt_pkey on table kt
view kv_sets depends on constraint kt_pkey on table kt
materialized view km depends on constraint kt_pkey on table kt
function kf() depends on constraint kt_pkey on table kt
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE kt DROP CONSTRAINT kt_u_key;
ALTER TABLE

> BEGIN;
BEGIN

> SAVEPOINT s;
SAVEPOINT

> ALTER TABLE kt DROP CONSTRAINT kt_pkey CASCADE;
NOTICE: drop cascades to 7 other objects
ALTER TABLE

> SELECT count(*) FROM pg_views WHERE viewname LIKE 'kv%';
count
2
SELECT 1

> ROLLBACK TO s;
ROLLBACK

> SELECT count(*) FROM pg_views WHERE viewname LIKE 'kv%';
count
7
SELECT 1

> CREATE OR REPLACE VIEW kv AS SELECT key, max(data) ::varchar(20) AS data, max(u) AS u FROM kt GROUP BY key;
CREATE VIEW

> ALTER TABLE kt DROP CONSTRAINT kt_pkey;
ERROR 2BP01: cannot drop constraint kt_pkey on table kt because other objects depend on it
DETAIL: view kv_named depends on constraint kt_pkey on table kt
view kv_having depends on constraint kt_pkey on table kt
view kv_sets depends on constraint kt_pkey on table kt
materialized view km depends on constraint kt_pkey on table kt
function kf() depends on constraint kt_pkey on table kt
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ROLLBACK;
ROLLBACK

> ALTER TABLE kt DROP CONSTRAINT kt_pkey CASCADE;
NOTICE: drop cascades to 7 other objects
ALTER TABLE

> SELECT * FROM kv;
ERROR 42P01: relation "kv" does not exist

> SELECT * FROM kv_bare ORDER BY key;
key
1
2
SELECT 2

> SELECT * FROM kv_counts ORDER BY key;
key | count
1 | 1
2 | 1
SELECT 2

> SELECT ks();
ERROR 42803: column "kt.data" must appear in the GROUP BY clause or be used in an aggregate function
CONTEXT: SQL function "ks" during startup

> EXECUTE kp;
ERROR 42803: column "kt.data" must appear in the GROUP BY clause or be used in an aggregate function

> CREATE VIEW kv AS SELECT * FROM kt GROUP BY key;
ERROR 42803: column "kt.data" must appear in the GROUP BY clause or be used in an aggregate function

> ALTER TABLE kt ADD PRIMARY KEY (key);
ALTER TABLE

> CREATE VIEW kv AS SELECT * FROM kt GROUP BY key;
CREATE VIEW

> EXECUTE kp;
key | data
1 | one
2 | two
SELECT 2

> DROP TABLE kt CASCADE;
NOTICE: drop cascades to 3 other objects
DROP TABLE
