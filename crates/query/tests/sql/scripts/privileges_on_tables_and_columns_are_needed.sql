-- What belongs to somebody else cannot be touched.
> CREATE ROLE ann; CREATE ROLE bob;
CREATE ROLE
CREATE ROLE

> CREATE TABLE t (a int PRIMARY KEY, b int, c text); INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y');
CREATE TABLE
INSERT 0 2

> SET ROLE bob;
(is_superuser = off)
SET

> SELECT * FROM t;
ERROR 42501: permission denied for table t

> SELECT count(*) FROM t;
ERROR 42501: permission denied for table t

> INSERT INTO t VALUES (3, 30, 'z');
ERROR 42501: permission denied for table t

> UPDATE t SET b = 1;
ERROR 42501: permission denied for table t

> DELETE FROM t;
ERROR 42501: permission denied for table t

> TRUNCATE t;
ERROR 42501: permission denied for table t

> WITH gone AS (DELETE FROM t RETURNING a) SELECT * FROM gone;
ERROR 42501: permission denied for table t

> EXPLAIN SELECT * FROM t;
ERROR 42501: permission denied for table t

> COPY t TO STDOUT;
ERROR 42501: permission denied for table t

> SELECT 1 WHERE EXISTS (SELECT 1 FROM t);
ERROR 42501: permission denied for table t

-- Each verb has a privilege of its own; reading old values takes SELECT, too.
> RESET ROLE; GRANT INSERT, UPDATE, DELETE ON t TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> INSERT INTO t VALUES (3, 30, 'z');
INSERT 0 1

> INSERT INTO t VALUES (4, 40, 'z') RETURNING a;
ERROR 42501: permission denied for table t

> INSERT INTO t VALUES (3, 31, 'z') ON CONFLICT DO NOTHING;
INSERT 0 0

> INSERT INTO t VALUES (3, 31, 'z') ON CONFLICT (a) DO NOTHING;
ERROR 42501: permission denied for table t

> INSERT INTO t VALUES (3, 31, 'z') ON CONFLICT (a) DO UPDATE SET b = 5;
ERROR 42501: permission denied for table t

> UPDATE t SET c = 'all';
UPDATE 3

> UPDATE t SET b = 0 WHERE a = 1;
ERROR 42501: permission denied for table t

> UPDATE t SET b = b + 1;
ERROR 42501: permission denied for table t

> DELETE FROM t WHERE a = 3;
ERROR 42501: permission denied for table t

> DELETE FROM t USING (VALUES (3)) v(x);
DELETE 3

> RESET ROLE; INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y'); REVOKE ALL ON t FROM bob;
(is_superuser = on)
RESET
INSERT 0 2
REVOKE

-- Columns.
> GRANT SELECT (a), UPDATE (b), INSERT (a, b) ON t TO bob; SET ROLE bob;
GRANT
(is_superuser = off)
SET

> SELECT a FROM t ORDER BY a;
a
1
2
SELECT 2

> SELECT count(*) FROM t;
count
2
SELECT 1

> SELECT 1 FROM t;
?column?
1
1
SELECT 2

> SELECT x.a FROM t AS x JOIN t AS y USING (a) ORDER BY 1;
a
1
2
SELECT 2

> SELECT count(*) FROM t NATURAL JOIN t AS y;
ERROR 42501: permission denied for table t

> SELECT * FROM t;
ERROR 42501: permission denied for table t

> SELECT t FROM t;
ERROR 42501: permission denied for table t

> SELECT b FROM t;
ERROR 42501: permission denied for table t

> SELECT s.a FROM (SELECT a, b FROM t) AS s;
ERROR 42501: permission denied for table t

> SELECT a FROM t WHERE b = 10;
ERROR 42501: permission denied for table t

> SELECT a FROM t ORDER BY c;
ERROR 42501: permission denied for table t

> SELECT tableoid FROM t;
ERROR 42501: permission denied for table t

> SELECT a FROM t WHERE a = 1 FOR UPDATE;
a
1
SELECT 1

> UPDATE t SET b = 11 WHERE a = 1;
UPDATE 1

> UPDATE t SET b = b WHERE a = 1;
ERROR 42501: permission denied for table t

> UPDATE t SET c = 'no';
ERROR 42501: permission denied for table t

> UPDATE t SET b = 12 WHERE a = 1 RETURNING a;
a
1
UPDATE 1

> UPDATE t SET b = 12 WHERE a = 1 RETURNING b;
ERROR 42501: permission denied for table t

> INSERT INTO t (a, b) VALUES (5, 50) RETURNING a;
a
5
INSERT 0 1

> INSERT INTO t (a, b) VALUES (5, 51) ON CONFLICT (a) DO UPDATE SET b = 52;
INSERT 0 1

> INSERT INTO t (a, b) VALUES (5, 51) ON CONFLICT (a) DO UPDATE SET b = excluded.a;
INSERT 0 1

> INSERT INTO t (a, b) VALUES (5, 51) ON CONFLICT (a) DO UPDATE SET b = excluded.b;
ERROR 42501: permission denied for table t

> INSERT INTO t (a, b) VALUES (5, 51) ON CONFLICT (a) DO UPDATE SET c = 'no';
ERROR 42501: permission denied for table t

> INSERT INTO t VALUES (6, 60);
INSERT 0 1

> INSERT INTO t VALUES (7, 70, 'no');
ERROR 42501: permission denied for table t

> INSERT INTO t (c) VALUES ('no');
ERROR 42501: permission denied for table t

> COPY t (a) TO STDOUT;
1
2
5
6
COPY 4

> COPY t (a, b) TO STDOUT;
ERROR 42501: permission denied for table t

> COPY t (a, c) FROM STDIN;
ERROR 42501: permission denied for table t

> MERGE INTO t USING (VALUES (1)) v(x) ON t.a = v.x WHEN MATCHED THEN UPDATE SET b = 13 WHEN NOT MATCHED THEN INSERT (a, b) VALUES (x, 0);
MERGE 1

> MERGE INTO t USING (VALUES (1)) v(x) ON t.a = v.x WHEN MATCHED THEN UPDATE SET c = 'no';
ERROR 42501: permission denied for table t

> MERGE INTO t USING (VALUES (1)) v(x) ON t.b = v.x WHEN MATCHED THEN UPDATE SET b = 13;
ERROR 42501: permission denied for table t

> MERGE INTO t USING (VALUES (1)) v(x) ON t.a = v.x WHEN MATCHED THEN DELETE;
ERROR 42501: permission denied for table t

-- What has been taken away after PREPARE counts.
> PREPARE p AS SELECT a FROM t WHERE a = 1;
PREPARE

> EXECUTE p;
a
1
SELECT 1

> PREPARE q AS SELECT c FROM t;
PREPARE

> EXECUTE q;
ERROR 42501: permission denied for table t

> RESET ROLE; REVOKE SELECT (a) ON t FROM bob; SET ROLE bob;
(is_superuser = on)
RESET
REVOKE
(is_superuser = off)
SET

> EXECUTE p;
ERROR 42501: permission denied for table t

> SELECT 1 FROM t;
ERROR 42501: permission denied for table t

> RESET ROLE;
(is_superuser = on)
RESET

> EXECUTE p;
a
1
SELECT 1

-- Through another role, and through everybody.
> GRANT SELECT ON t TO ann; GRANT ann TO bob; SET ROLE bob;
GRANT
GRANT ROLE
(is_superuser = off)
SET

> SELECT b FROM t WHERE a = 1;
b
13
SELECT 1

> RESET ROLE; ALTER ROLE bob NOINHERIT; SET ROLE bob;
(is_superuser = on)
RESET
ALTER ROLE
(is_superuser = off)
SET

> SELECT b FROM t WHERE a = 1;
ERROR 42501: permission denied for table t

> SET ROLE ann;
SET

> SELECT b FROM t WHERE a = 1;
b
13
SELECT 1

> RESET ROLE; REVOKE ann FROM bob; GRANT SELECT ON t TO PUBLIC; SET ROLE bob;
(is_superuser = on)
RESET
REVOKE ROLE
GRANT
(is_superuser = off)
SET

> SELECT b FROM t WHERE a = 1;
b
13
SELECT 1

> RESET ROLE; REVOKE SELECT ON t FROM PUBLIC; GRANT pg_read_all_data TO ann; GRANT pg_write_all_data TO ann; SET ROLE ann;
(is_superuser = on)
RESET
REVOKE
GRANT ROLE
GRANT ROLE
(is_superuser = off)
SET

> SELECT count(*) FROM t;
count
4
SELECT 1

> UPDATE t SET c = 'w' WHERE a = 1;
UPDATE 1

> TRUNCATE t;
ERROR 42501: permission denied for table t

-- Owners may lose theirs; a foreign key asks nobody.
> RESET ROLE; CREATE ROLE own; GRANT CREATE ON SCHEMA public TO own; SET ROLE own;
(is_superuser = on)
RESET
CREATE ROLE
GRANT
(is_superuser = off)
SET

> CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent ON DELETE CASCADE);
CREATE TABLE
CREATE TABLE

> GRANT INSERT ON child TO bob; GRANT SELECT, DELETE ON parent TO bob; INSERT INTO parent VALUES (1);
GRANT
GRANT
INSERT 0 1

> SET ROLE bob;
SET

> RESET ROLE; SET ROLE bob;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> INSERT INTO child VALUES (1);
INSERT 0 1

> INSERT INTO child VALUES (2);
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_id_fkey"
DETAIL: Key is not present in table "parent".

> SELECT * FROM child;
ERROR 42501: permission denied for table child

> DELETE FROM parent WHERE id = 1;
DELETE 1

> RESET ROLE; SET ROLE own;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> REVOKE ALL ON parent FROM own;
REVOKE

> SELECT * FROM parent;
ERROR 42501: permission denied for table parent

> GRANT SELECT ON parent TO own;
GRANT

> SELECT * FROM parent;
id
SELECT 0

-- Locks.
> RESET ROLE; GRANT INSERT ON t TO bob; SET ROLE bob;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE; ROLLBACK;
BEGIN
LOCK TABLE
ROLLBACK

> BEGIN; LOCK TABLE t IN ACCESS SHARE MODE; ROLLBACK;
BEGIN
ERROR 42501: permission denied for table t

> ROLLBACK;
ROLLBACK

> BEGIN; LOCK TABLE t;
BEGIN
ERROR 42501: permission denied for table t

> ROLLBACK;
ROLLBACK
