-- Foreign keys of partitions that are detached and attached anew.
> CREATE TABLE p (id int, jd int, PRIMARY KEY (id, jd)) PARTITION BY LIST (id);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (jd);
CREATE TABLE
> CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p12 (x int, jd int NOT NULL, id int NOT NULL);
CREATE TABLE
> ALTER TABLE p12 DROP COLUMN x;
ALTER TABLE
> ALTER TABLE p1 ATTACH PARTITION p12 FOR VALUES IN (2);
ALTER TABLE
> CREATE TABLE r (n int, a int, b int, CONSTRAINT k FOREIGN KEY (a, b) REFERENCES p (id, jd)) PARTITION BY LIST (n);
CREATE TABLE
> CREATE TABLE r1 (b int, x int, a int, n int);
CREATE TABLE
> ALTER TABLE r1 DROP COLUMN x;
ALTER TABLE
> CREATE TABLE r2 (n int, a int, b int) PARTITION BY LIST (n);
CREATE TABLE
> CREATE TABLE r21 PARTITION OF r2 FOR VALUES IN (2, 1);
CREATE TABLE
> INSERT INTO p VALUES (1, 1), (1, 2);
INSERT 0 2
> ALTER TABLE r ATTACH PARTITION r1 FOR VALUES IN (1);
ALTER TABLE
> INSERT INTO r21 VALUES (2, 1, 7);
INSERT 0 1
> ALTER TABLE r ATTACH PARTITION r2 FOR VALUES IN (2);
ERROR 23503: insert or update on table "r21" violates foreign key constraint "k"
DETAIL: Key (a, b)=(1, 7) is not present in table "p".
> UPDATE r21 SET b = 1;
UPDATE 1
> ALTER TABLE r ATTACH PARTITION r2 FOR VALUES IN (2);
ALTER TABLE
> INSERT INTO r VALUES (1, 1, 2);
INSERT 0 1
> INSERT INTO r VALUES (2, 2, 1);
ERROR 23503: insert or update on table "r21" violates foreign key constraint "k"
DETAIL: Key (a, b)=(2, 1) is not present in table "p".
> ALTER TABLE r DETACH PARTITION r1;
ALTER TABLE
> ALTER TABLE r DETACH PARTITION r2;
ALTER TABLE
> SELECT conrelid::regclass, conname, confrelid::regclass, conislocal, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE contype = 'f' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid | conislocal | of
r | k | p | t | NULL
r | r_a_b_fkey | p1 | f | r.k
r | r_a_b_fkey1 | p11 | f | r.r_a_b_fkey
r | r_a_b_fkey2 | p12 | f | r.r_a_b_fkey
r1 | k | p | t | NULL
r1 | r1_a_b_fkey | p1 | f | r1.k
r1 | r1_a_b_fkey1 | p11 | f | r1.r1_a_b_fkey
r1 | r1_a_b_fkey2 | p12 | f | r1.r1_a_b_fkey
r2 | k | p | t | NULL
r2 | r2_a_b_fkey | p1 | f | r2.k
r2 | r2_a_b_fkey1 | p11 | f | r2.r2_a_b_fkey
r2 | r2_a_b_fkey2 | p12 | f | r2.r2_a_b_fkey
r21 | k | p | f | r2.k
SELECT 13
> INSERT INTO r1 (n, a, b) VALUES (1, 7, 7);
ERROR 23503: insert or update on table "r1" violates foreign key constraint "k"
DETAIL: Key (a, b)=(7, 7) is not present in table "p".
> DELETE FROM p WHERE (id, jd) = (1, 2);
ERROR 23503: update or delete on table "p12" violates foreign key constraint "r1_a_b_fkey2" on table "r1"
DETAIL: Key (id, jd)=(1, 2) is still referenced from table "r1".
> DELETE FROM p WHERE (id, jd) = (1, 1);
ERROR 23503: update or delete on table "p11" violates foreign key constraint "r2_a_b_fkey1" on table "r2"
DETAIL: Key (id, jd)=(1, 1) is still referenced from table "r2".
> CREATE TABLE r22 PARTITION OF r2 FOR VALUES IN (3);
CREATE TABLE
> INSERT INTO r22 VALUES (3, 7, 7);
ERROR 23503: insert or update on table "r22" violates foreign key constraint "k"
DETAIL: Key (a, b)=(7, 7) is not present in table "p".
> ALTER TABLE r2 DETACH PARTITION r22;
ALTER TABLE
> DROP TABLE r22;
DROP TABLE
> ALTER TABLE r ATTACH PARTITION r1 FOR VALUES IN (1);
ALTER TABLE
> ALTER TABLE r ATTACH PARTITION r2 FOR VALUES IN (2);
ALTER TABLE
> SELECT conrelid::regclass, conname, confrelid::regclass, conislocal, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE contype = 'f' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid | conislocal | of
r | k | p | t | NULL
r | r_a_b_fkey | p1 | f | r.k
r | r_a_b_fkey1 | p11 | f | r.r_a_b_fkey
r | r_a_b_fkey2 | p12 | f | r.r_a_b_fkey
r1 | k | p | f | r.k
r2 | k | p | f | r.k
r21 | k | p | f | r2.k
SELECT 7
> DELETE FROM p WHERE (id, jd) = (1, 1);
ERROR 23503: update or delete on table "p11" violates foreign key constraint "r_a_b_fkey1" on table "r"
DETAIL: Key (id, jd)=(1, 1) is still referenced from table "r".
> ALTER TABLE r1 DROP CONSTRAINT k;
ERROR 42P16: cannot drop inherited constraint "k" of relation "r1"
> ALTER TABLE r DROP CONSTRAINT r_a_b_fkey1;
ERROR 42P16: cannot drop inherited constraint "r_a_b_fkey1" of relation "r"
> ALTER TABLE r ALTER CONSTRAINT r_a_b_fkey1 DEFERRABLE;
ERROR XX000: cannot alter constraint "r_a_b_fkey1" on relation "r"
DETAIL: Constraint "r_a_b_fkey1" is derived from constraint "k" of relation "r".
HINT: You may alter the constraint it derives from, instead.
> ALTER TABLE r21 ALTER CONSTRAINT k DEFERRABLE;
ERROR XX000: cannot alter constraint "k" on relation "r21"
DETAIL: Constraint "k" is derived from constraint "k" of relation "r".
HINT: You may alter the constraint it derives from, instead.
> ALTER TABLE r ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE
> SELECT conrelid::regclass, conname, condeferred FROM pg_constraint c WHERE contype = 'f' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | condeferred
r | k | t
r | r_a_b_fkey | t
r | r_a_b_fkey1 | t
r | r_a_b_fkey2 | t
r1 | k | t
r2 | k | t
r21 | k | t
SELECT 7
> BEGIN;
BEGIN
> DELETE FROM p;
DELETE 2
> DELETE FROM r;
DELETE 2
> COMMIT;
COMMIT

-- A table is not a partition of what references it.
> CREATE TABLE up (a int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE low (a int REFERENCES up) PARTITION BY LIST (a);
CREATE TABLE
> ALTER TABLE low ATTACH PARTITION up FOR VALUES IN (1);
ERROR 0A000: cannot attach table "up" as a partition because it is referenced by foreign key "low_a_fkey"
> DROP TABLE up, low;
DROP TABLE

-- A tree whose rows reference it.
> CREATE TABLE t (id int PRIMARY KEY, up int, FOREIGN KEY (up) REFERENCES t) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE t1 (up int, id int NOT NULL PRIMARY KEY);
CREATE TABLE
> ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE
> CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (20) TO (40) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE t31 PARTITION OF t3 FOR VALUES FROM (20) TO (30);
CREATE TABLE
> INSERT INTO t VALUES (1, NULL), (2, 1), (10, 2), (11, 11), (21, 10);
INSERT 0 5
> INSERT INTO t VALUES (3, 5);
ERROR 23503: insert or update on table "t1" violates foreign key constraint "t_up_fkey"
DETAIL: Key (up)=(5) is not present in table "t".
> DELETE FROM t WHERE id = 2;
ERROR 23503: update or delete on table "t1" violates foreign key constraint "t_up_fkey1" on table "t"
DETAIL: Key (id)=(2) is still referenced from table "t".
> SELECT conrelid::regclass, conname, confrelid::regclass, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE contype = 'f' AND conrelid IN (SELECT relid FROM pg_partition_tree('t')) ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid | of
t | t_up_fkey | t | NULL
t | t_up_fkey1 | t1 | t.t_up_fkey
t | t_up_fkey2 | t2 | t.t_up_fkey
t | t_up_fkey3 | t3 | t.t_up_fkey
t | t_up_fkey4 | t31 | t.t_up_fkey3
t1 | t_up_fkey | t | t.t_up_fkey
t2 | t_up_fkey | t | t.t_up_fkey
t3 | t_up_fkey | t | t.t_up_fkey
t31 | t_up_fkey | t | t3.t_up_fkey
SELECT 9
> ALTER TABLE t DETACH PARTITION t3;
ALTER TABLE
> SELECT conrelid::regclass, conname, confrelid::regclass FROM pg_constraint c WHERE contype = 'f' AND conrelid IN ('t3'::regclass, 't31'::regclass) ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid
t3 | t3_up_fkey | t1
t3 | t3_up_fkey1 | t2
t3 | t_up_fkey | t
t31 | t_up_fkey | t
SELECT 4
> INSERT INTO t3 VALUES (22, 9);
ERROR 23503: insert or update on table "t31" violates foreign key constraint "t_up_fkey"
DETAIL: Key (up)=(9) is not present in table "t".
> INSERT INTO t3 VALUES (22, 21);
ERROR 23503: insert or update on table "t31" violates foreign key constraint "t_up_fkey"
DETAIL: Key (up)=(21) is not present in table "t".
> DELETE FROM t WHERE id = 10;
ERROR 23503: update or delete on table "t2" violates foreign key constraint "t3_up_fkey1" on table "t3"
DETAIL: Key (id)=(10) is still referenced from table "t3".
> ALTER TABLE t ATTACH PARTITION t3 FOR VALUES FROM (20) TO (40);
ALTER TABLE
> SELECT conrelid::regclass, conname, confrelid::regclass, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE contype = 'f' AND conrelid IN (SELECT relid FROM pg_partition_tree('t')) ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid | of
t | t_up_fkey | t | NULL
t | t_up_fkey1 | t1 | t.t_up_fkey
t | t_up_fkey2 | t2 | t.t_up_fkey
t | t_up_fkey3 | t3 | t.t_up_fkey
t | t_up_fkey4 | t31 | t.t_up_fkey3
t1 | t_up_fkey | t | t.t_up_fkey
t2 | t_up_fkey | t | t.t_up_fkey
t3 | t_up_fkey | t | t.t_up_fkey
t31 | t_up_fkey | t | t3.t_up_fkey
SELECT 9
> INSERT INTO t3 VALUES (22, 21);
INSERT 0 1
> ALTER TABLE t DETACH PARTITION t2;
ERROR 23503: removing partition "t2" violates foreign key constraint "t_up_fkey2"
DETAIL: Key (up)=(11) is still referenced from table "t".
> DELETE FROM t WHERE id = 22;
DELETE 1
> DELETE FROM t WHERE id IN (10, 21);
DELETE 2
> ALTER TABLE t DETACH PARTITION t2;
ERROR 23503: removing partition "t2" violates foreign key constraint "t_up_fkey2"
DETAIL: Key (up)=(11) is still referenced from table "t".
> DELETE FROM t2;
DELETE 1
> SELECT tableoid::regclass, * FROM t ORDER BY id;
tableoid | id | up
t1 | 1 | NULL
t1 | 2 | 1
SELECT 2
> DROP TABLE t, t2;
DROP TABLE

-- Changes go on from table to table, and rows with them.
> CREATE TABLE a (id int PRIMARY KEY, v text) PARTITION BY LIST (id);
CREATE TABLE
> CREATE TABLE a1 PARTITION OF a FOR VALUES IN (1, 2) PARTITION BY LIST (id);
CREATE TABLE
> CREATE TABLE a11 (v text, id int NOT NULL);
CREATE TABLE
> ALTER TABLE a1 ATTACH PARTITION a11 FOR VALUES IN (1);
ALTER TABLE
> CREATE TABLE a12 PARTITION OF a1 FOR VALUES IN (2);
CREATE TABLE
> CREATE TABLE a2 PARTITION OF a DEFAULT;
CREATE TABLE
> CREATE TABLE b (id int PRIMARY KEY REFERENCES a ON UPDATE CASCADE ON DELETE CASCADE) PARTITION BY LIST (id);
CREATE TABLE
> CREATE TABLE b1 PARTITION OF b FOR VALUES IN (1, 2);
CREATE TABLE
> CREATE TABLE b2 PARTITION OF b FOR VALUES IN (3, 4);
CREATE TABLE
> CREATE TABLE b3 PARTITION OF b FOR VALUES IN (5);
CREATE TABLE
> CREATE TABLE c (id int REFERENCES b ON UPDATE CASCADE ON DELETE SET NULL, n int);
CREATE TABLE
> INSERT INTO a VALUES (1, 'x'), (4, 'y'), (7, 'z');
INSERT 0 3
> INSERT INTO b VALUES (1), (4);
INSERT 0 2
> INSERT INTO c VALUES (1, 1), (4, 2), (4, 3);
INSERT 0 3
> UPDATE a SET id = id + 1 RETURNING tableoid::regclass, id;
tableoid | id
a12 | 2
a2 | 5
a2 | 8
UPDATE 3
> SELECT tableoid::regclass, * FROM b ORDER BY id;
tableoid | id
b1 | 2
b3 | 5
SELECT 2
> SELECT * FROM c ORDER BY n;
id | n
2 | 1
5 | 2
5 | 3
SELECT 3
> UPDATE a1 SET id = 1;
UPDATE 1
> UPDATE a SET id = 3 WHERE id = 1;
UPDATE 1
> SELECT tableoid::regclass, * FROM b ORDER BY id;
tableoid | id
b2 | 3
b3 | 5
SELECT 2
> SELECT * FROM c ORDER BY n;
id | n
3 | 1
5 | 2
5 | 3
SELECT 3
> DELETE FROM a WHERE id = 5;
DELETE 1
> SELECT tableoid::regclass, * FROM b ORDER BY id;
tableoid | id
b2 | 3
SELECT 1
> SELECT * FROM c ORDER BY n;
id | n
3 | 1
NULL | 2
NULL | 3
SELECT 3
> BEGIN;
BEGIN
> DELETE FROM a;
DELETE 2
> SELECT count(*) FROM b;
count
0
SELECT 1
> SELECT * FROM c ORDER BY n;
id | n
NULL | 1
NULL | 2
NULL | 3
SELECT 3
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> UPDATE a SET id = 1 WHERE id = 3;
UPDATE 1
> SELECT tableoid::regclass, * FROM b ORDER BY id;
tableoid | id
b1 | 1
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT tableoid::regclass, * FROM b ORDER BY id;
tableoid | id
b2 | 3
SELECT 1
> COMMIT;
COMMIT
> SELECT * FROM c ORDER BY n;
id | n
3 | 1
NULL | 2
NULL | 3
SELECT 3

-- MATCH FULL is asked of rows that are there as well.
> CREATE TABLE m (x int, y int);
CREATE TABLE
> INSERT INTO m VALUES (1, NULL);
INSERT 0 1
> CREATE TABLE k (x int, y int, PRIMARY KEY (x, y)) PARTITION BY LIST (x);
CREATE TABLE
> ALTER TABLE m ADD FOREIGN KEY (x, y) REFERENCES k MATCH FULL;
ERROR 23503: insert or update on table "m" violates foreign key constraint "m_x_y_fkey"
DETAIL: MATCH FULL does not allow mixing of null and nonnull key values.
> DELETE FROM m;
DELETE 1
> ALTER TABLE m ADD FOREIGN KEY (x, y) REFERENCES k MATCH FULL;
ALTER TABLE
> INSERT INTO m VALUES (1, NULL);
ERROR 23503: insert or update on table "m" violates foreign key constraint "m_x_y_fkey"
DETAIL: MATCH FULL does not allow mixing of null and nonnull key values.
> INSERT INTO m VALUES (1, 1);
ERROR 23503: insert or update on table "m" violates foreign key constraint "m_x_y_fkey"
DETAIL: Key (x, y)=(1, 1) is not present in table "k".
> INSERT INTO m VALUES (NULL, NULL);
INSERT 0 1
> CREATE TABLE k1 PARTITION OF k FOR VALUES IN (1);
CREATE TABLE
> INSERT INTO k VALUES (1, 1);
INSERT 0 1
> INSERT INTO m VALUES (1, 1);
INSERT 0 1
> SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'm'::regclass ORDER BY conname;
conname | confrelid
m_x_y_fkey | k
m_x_y_fkey1 | k1
SELECT 2
