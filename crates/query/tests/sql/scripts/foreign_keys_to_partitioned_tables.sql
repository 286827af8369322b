-- A foreign key to a partitioned table has a name for each partition.
> CREATE TABLE p (a int, b int, PRIMARY KEY (a)) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE p2 (b int, x int, a int NOT NULL) PARTITION BY RANGE (a);
CREATE TABLE
> ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
ALTER TABLE
> CREATE TABLE p21 PARTITION OF p2 FOR VALUES FROM (10) TO (15);
CREATE TABLE
> CREATE TABLE f (x int, a int REFERENCES p);
CREATE TABLE
> CREATE TABLE p22 PARTITION OF p2 FOR VALUES FROM (15) TO (20);
CREATE TABLE
> CREATE TABLE p3 PARTITION OF p DEFAULT;
CREATE TABLE
> SELECT conname, confrelid::regclass, conislocal, coninhcount, (SELECT conname FROM pg_constraint WHERE oid = c.conparentid) AS of, conindid::regclass, pg_get_constraintdef(oid) FROM pg_constraint c WHERE conrelid = 'f'::regclass ORDER BY conname;
conname | confrelid | conislocal | coninhcount | of | conindid | pg_get_constraintdef
f_a_fkey | p | t | 0 | NULL | p_pkey | FOREIGN KEY (a) REFERENCES p(a)
f_a_fkey1 | p1 | f | 1 | f_a_fkey | p1_pkey | FOREIGN KEY (a) REFERENCES p1(a)
f_a_fkey2 | p2 | f | 1 | f_a_fkey | p2_pkey | FOREIGN KEY (a) REFERENCES p2(a)
f_a_fkey3 | p21 | f | 1 | f_a_fkey2 | p21_pkey | FOREIGN KEY (a) REFERENCES p21(a)
f_a_fkey4 | p22 | f | 1 | f_a_fkey2 | p22_pkey | FOREIGN KEY (a) REFERENCES p22(a)
f_a_fkey5 | p3 | f | 1 | f_a_fkey | p3_pkey | FOREIGN KEY (a) REFERENCES p3(a)
SELECT 6
> INSERT INTO p SELECT n, n FROM generate_series(0, 29, 2) n;
INSERT 0 15
> INSERT INTO f VALUES (1, 0), (2, 10), (3, 16), (4, 20);
INSERT 0 4
> INSERT INTO f VALUES (1, 1);
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(1) is not present in table "p".
> INSERT INTO f VALUES (1, 11);
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(11) is not present in table "p".
> INSERT INTO f VALUES (1, 99);
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(99) is not present in table "p".
> UPDATE f SET a = 2 WHERE a = 0;
UPDATE 1
> UPDATE f SET a = 3 WHERE a = 2;
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(3) is not present in table "p".
> DELETE FROM p WHERE a = 2;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "f_a_fkey1" on table "f"
DETAIL: Key (a)=(2) is still referenced from table "f".
> DELETE FROM p WHERE a = 10;
ERROR 23503: update or delete on table "p21" violates foreign key constraint "f_a_fkey3" on table "f"
DETAIL: Key (a)=(10) is still referenced from table "f".
> DELETE FROM p22;
ERROR 23503: update or delete on table "p22" violates foreign key constraint "f_a_fkey4" on table "f"
DETAIL: Key (a)=(16) is still referenced from table "f".
> DELETE FROM p WHERE a = 20;
ERROR 23503: update or delete on table "p3" violates foreign key constraint "f_a_fkey5" on table "f"
DETAIL: Key (a)=(20) is still referenced from table "f".
> UPDATE p SET a = 1 WHERE a = 2;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "f_a_fkey1" on table "f"
DETAIL: Key (a)=(2) is still referenced from table "f".
> UPDATE p21 SET a = 11 WHERE a = 10;
ERROR 23503: update or delete on table "p21" violates foreign key constraint "f_a_fkey3" on table "f"
DETAIL: Key (a)=(10) is still referenced from table "f".
> DELETE FROM p WHERE a = 18;
DELETE 1
> UPDATE p SET a = 19 WHERE a = 14;
UPDATE 1
> UPDATE p SET b = -b WHERE a IN (2, 10);
UPDATE 2
> SELECT tableoid::regclass, a, b FROM p WHERE a IN (2, 10, 19) ORDER BY a;
tableoid | a | b
p1 | 2 | -2
p21 | 10 | -10
p22 | 19 | 14
SELECT 3

-- A row that moves to another partition is updated, as far as the foreign key goes.
> UPDATE p SET a = 3 WHERE a = 16;
ERROR 23503: update or delete on table "p" violates foreign key constraint "f_a_fkey" on table "f"
DETAIL: Key (a)=(16) is still referenced from table "f".
> ALTER TABLE f DROP CONSTRAINT f_a_fkey;
ALTER TABLE
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE
> UPDATE p SET a = 3 WHERE a = 16;
UPDATE 1
> UPDATE p SET a = a + 1 WHERE a = 10;
UPDATE 1
> SELECT * FROM f ORDER BY x;
x | a
1 | 2
2 | 11
3 | 3
4 | 20
SELECT 4
> DELETE FROM p WHERE a IN (3, 20);
DELETE 2
> SELECT * FROM f ORDER BY x;
x | a
1 | 2
2 | 11
SELECT 2
> UPDATE p SET a = 100, b = 5 WHERE a = 11;
UPDATE 1
> SELECT tableoid::regclass, a, b FROM p WHERE a = 100;
tableoid | a | b
p3 | 100 | 5
SELECT 1
> SELECT * FROM f ORDER BY x;
x | a
1 | 2
2 | 100
SELECT 2
> ALTER TABLE f DROP CONSTRAINT f_a_fkey;
ALTER TABLE
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p2 ON UPDATE CASCADE;
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(2) is not present in table "p2".
> DELETE FROM f;
DELETE 2
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p2 ON UPDATE CASCADE;
ALTER TABLE
> INSERT INTO f VALUES (1, 12), (2, 19), (3, 4);
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(4) is not present in table "p2".
> INSERT INTO f VALUES (1, 12), (2, 19);
INSERT 0 2
> UPDATE p2 SET a = 17 WHERE a = 12;
UPDATE 1
> UPDATE p2 SET a = 3 WHERE a = 17;
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (12, 3).
> UPDATE p SET a = 3 WHERE a = 17;
ERROR 0A000: cannot move tuple across partitions when a non-root ancestor of the source partition is directly referenced in a foreign key
DETAIL: A foreign key points to ancestor "p2" but not the root ancestor "p".
HINT: Consider defining the foreign key on table "p".
> SELECT * FROM f ORDER BY x;
x | a
1 | 17
2 | 19
SELECT 2
> ALTER TABLE f DROP CONSTRAINT f_a_fkey;
ALTER TABLE
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p22 ON DELETE SET NULL;
ALTER TABLE
> UPDATE p SET a = 13 WHERE a = 17;
UPDATE 1
> SELECT * FROM f ORDER BY x;
x | a
1 | NULL
2 | 19
SELECT 2

-- Partitions that are referenced neither leave nor go.
> DROP TABLE f;
DROP TABLE
> CREATE TABLE f (x int, a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES p);
CREATE TABLE
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p;
ALTER TABLE
> INSERT INTO f VALUES (1, 4), (2, 19);
INSERT 0 2
> ALTER TABLE p DETACH PARTITION p1;
ERROR 23503: removing partition "p1" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(4) is still referenced from table "f".
> ALTER TABLE p DETACH PARTITION p2;
ERROR 23503: removing partition "p2" violates foreign key constraint "f_a_fkey1"
DETAIL: Key (a)=(19) is still referenced from table "f".
> ALTER TABLE p2 DETACH PARTITION p22;
ERROR 23503: removing partition "p22" violates foreign key constraint "f_a_fkey3"
DETAIL: Key (a)=(19) is still referenced from table "f".
> ALTER TABLE p2 DETACH PARTITION p21;
ALTER TABLE
> INSERT INTO f VALUES (3, 13);
ERROR 23503: insert or update on table "f" violates foreign key constraint "k"
DETAIL: Key (a)=(13) is not present in table "p".
> DROP TABLE p1;
ERROR 2BP01: cannot drop table p1 because other objects depend on it
DETAIL: constraint k on table f depends on table p1
constraint f_a_fkey5 on table f depends on table p1
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE p22;
ERROR 2BP01: cannot drop table p22 because other objects depend on it
DETAIL: constraint k on table f depends on table p22
constraint f_a_fkey5 on table f depends on table p22
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE p2;
ERROR 2BP01: cannot drop table p2 because other objects depend on it
DETAIL: constraint k on table f depends on table p2
constraint f_a_fkey5 on table f depends on table p2
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: constraint k on table f depends on table p
constraint f_a_fkey5 on table f depends on table p
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE f DROP CONSTRAINT k_1;
ERROR 42704: constraint "k_1" of relation "f" does not exist
> ALTER TABLE f DROP CONSTRAINT f_a_fkey1;
ERROR 42P16: cannot drop inherited constraint "f_a_fkey1" of relation "f"
> TRUNCATE p1;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "f" references "p1".
HINT: Truncate table "f" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE p2;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "f" references "p2".
HINT: Truncate table "f" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE p;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "f" references "p".
HINT: Truncate table "f" at the same time, or use TRUNCATE ... CASCADE.
> DELETE FROM f WHERE a = 4;
DELETE 1
> ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE
> SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'f'::regclass ORDER BY conname;
conname | confrelid
f_a_fkey1 | p2
f_a_fkey10 | p3
f_a_fkey3 | p22
f_a_fkey4 | p3
f_a_fkey5 | p
f_a_fkey7 | p2
f_a_fkey9 | p22
k | p
SELECT 8
> DELETE FROM p1;
DELETE 5
> DROP TABLE p1;
DROP TABLE
> CREATE TABLE p1 (a int NOT NULL, b int);
CREATE TABLE
> INSERT INTO p1 VALUES (1, 1), (2, 2);
INSERT 0 2
> INSERT INTO f VALUES (4, 1);
ERROR 23503: insert or update on table "f" violates foreign key constraint "k"
DETAIL: Key (a)=(1) is not present in table "p".
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> INSERT INTO f VALUES (4, 1);
INSERT 0 1
> SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'f'::regclass ORDER BY conname;
conname | confrelid
f_a_fkey | p1
f_a_fkey1 | p2
f_a_fkey10 | p3
f_a_fkey2 | p1
f_a_fkey3 | p22
f_a_fkey4 | p3
f_a_fkey5 | p
f_a_fkey7 | p2
f_a_fkey9 | p22
k | p
SELECT 10
> DELETE FROM p1 WHERE a = 1;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "f_a_fkey" on table "f"
DETAIL: Key (a)=(1) is still referenced from table "f".
> DELETE FROM p1 WHERE a = 2;
DELETE 1
> BEGIN;
BEGIN
> DROP TABLE p1 CASCADE;
NOTICE: drop cascades to 2 other objects
DROP TABLE
> SELECT count(*) FROM pg_constraint WHERE conrelid = 'f'::regclass;
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> ALTER TABLE p DROP CONSTRAINT p_pkey;
ERROR 2BP01: cannot drop constraint p_pkey on table p because other objects depend on it
DETAIL: constraint k on table f depends on index p1_pkey
constraint f_a_fkey5 on table f depends on index p1_pkey
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE;
NOTICE: drop cascades to 2 other objects
ALTER TABLE
> SELECT count(*) FROM pg_constraint WHERE conrelid = 'f'::regclass;
count
0
SELECT 1
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p;
ERROR 42704: there is no primary key for referenced table "p"
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p (a);
ERROR 42830: there is no unique constraint matching given keys for referenced table "p"
> ALTER TABLE ONLY p ADD PRIMARY KEY (a);
ALTER TABLE
> ALTER TABLE f ADD FOREIGN KEY (a) REFERENCES p (a);
ERROR 42830: there is no unique constraint matching given keys for referenced table "p"
> DROP TABLE p, f;
DROP TABLE

-- Checks that wait, and keys of several columns in another order.
> CREATE TABLE p (c text, a int, b int, UNIQUE (b, a)) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE
> INSERT INTO p VALUES ('x', 1, 1), ('y', 2, 1), ('z', 2, NULL);
INSERT 0 3
> CREATE TABLE f (u int, v int, CONSTRAINT k FOREIGN KEY (u, v) REFERENCES p (a, b) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE
> INSERT INTO f VALUES (1, 1), (2, 1), (2, NULL);
INSERT 0 3
> INSERT INTO f VALUES (1, 2);
ERROR 23503: insert or update on table "f" violates foreign key constraint "k"
DETAIL: Key (u, v)=(1, 2) is not present in table "p".
> BEGIN;
BEGIN
> UPDATE p SET a = 2, b = 7 WHERE c = 'x';
UPDATE 1
> SELECT tableoid::regclass, * FROM p ORDER BY c;
tableoid | c | a | b
p2 | x | 2 | 7
p2 | y | 2 | 1
p2 | z | 2 | NULL
SELECT 3
> INSERT INTO p VALUES ('w', 1, 1);
INSERT 0 1
> COMMIT;
COMMIT
> BEGIN;
BEGIN
> DELETE FROM p WHERE c = 'y';
DELETE 1
> SET CONSTRAINTS k IMMEDIATE;
ERROR 23503: update or delete on table "p2" violates foreign key constraint "f_u_v_fkey1" on table "f"
DETAIL: Key (a, b)=(2, 1) is still referenced from table "f".
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> DELETE FROM p WHERE c = 'y';
DELETE 1
> DELETE FROM f WHERE u = 2;
DELETE 2
> COMMIT;
COMMIT
> SELECT * FROM f ORDER BY 1, 2;
u | v
1 | 1
SELECT 1
> SELECT tableoid::regclass, * FROM p ORDER BY c;
tableoid | c | a | b
p1 | w | 1 | 1
p2 | x | 2 | 7
p2 | z | 2 | NULL
SELECT 3

-- Both sides, and one table on both.
> CREATE TABLE g (x int, a int, b int, FOREIGN KEY (a, b) REFERENCES p (a, b) ON UPDATE CASCADE) PARTITION BY LIST (x);
CREATE TABLE
> CREATE TABLE g1 PARTITION OF g FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE g2 PARTITION OF g FOR VALUES IN (2);
CREATE TABLE
> SELECT conrelid::regclass, conname, confrelid::regclass, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE conrelid::regclass::text ~ '^g\d?$' AND contype = 'f' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | confrelid | of
g | g_a_b_fkey | p | NULL
g | g_a_b_fkey1 | p1 | g.g_a_b_fkey
g | g_a_b_fkey2 | p2 | g.g_a_b_fkey
g1 | g_a_b_fkey | p | g.g_a_b_fkey
g2 | g_a_b_fkey | p | g.g_a_b_fkey
SELECT 5
> INSERT INTO g VALUES (1, 1, 1), (2, 2, 7);
INSERT 0 2
> INSERT INTO g VALUES (2, 2, 1);
ERROR 23503: insert or update on table "g2" violates foreign key constraint "g_a_b_fkey"
DETAIL: Key (a, b)=(2, 1) is not present in table "p".
> INSERT INTO g1 VALUES (1, 9, 9);
ERROR 23503: insert or update on table "g1" violates foreign key constraint "g_a_b_fkey"
DETAIL: Key (a, b)=(9, 9) is not present in table "p".
> DELETE FROM p WHERE b = 7;
ERROR 23503: update or delete on table "p2" violates foreign key constraint "g_a_b_fkey2" on table "g"
DETAIL: Key (a, b)=(2, 7) is still referenced from table "g".
> UPDATE p SET a = 1 WHERE b = 7;
UPDATE 1
> SELECT tableoid::regclass, * FROM g ORDER BY x;
tableoid | x | a | b
g1 | 1 | 1 | 1
g2 | 2 | 1 | 7
SELECT 2
> ALTER TABLE g DETACH PARTITION g1;
ALTER TABLE
> DELETE FROM p WHERE (a, b) = (1, 1);
ERROR 23503: update or delete on table "p1" violates foreign key constraint "g1_a_b_fkey" on table "g1"
DETAIL: Key (a, b)=(1, 1) is still referenced from table "g1".
> DELETE FROM f;
DELETE 1
> DELETE FROM p WHERE (a, b) = (1, 1);
ERROR 23503: update or delete on table "p1" violates foreign key constraint "g1_a_b_fkey" on table "g1"
DETAIL: Key (a, b)=(1, 1) is still referenced from table "g1".
> DROP TABLE g, g1, f, p;
DROP TABLE
> CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE tree1 PARTITION OF tree FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE tree2 PARTITION OF tree FOR VALUES FROM (10) TO (20);
CREATE TABLE
> INSERT INTO tree VALUES (1, NULL), (11, 1), (2, 11), (12, 2), (13, NULL);
INSERT 0 5
> INSERT INTO tree VALUES (3, 9);
ERROR 23503: insert or update on table "tree1" violates foreign key constraint "tree_up_fkey"
DETAIL: Key (up)=(9) is not present in table "tree".
> INSERT INTO tree VALUES (3, 3);
INSERT 0 1
> DELETE FROM tree WHERE id = 11;
DELETE 1
> SELECT tableoid::regclass, * FROM tree ORDER BY id;
tableoid | id | up
tree1 | 1 | NULL
tree1 | 3 | 3
tree2 | 13 | NULL
SELECT 3
> DELETE FROM tree WHERE id = 1;
DELETE 1
> SELECT * FROM tree ORDER BY id;
id | up
3 | 3
13 | NULL
SELECT 2
