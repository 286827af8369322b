-- Foreign keys of partitioned tables hold in every partition.
> CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE
> CREATE TABLE f (x int, a int, b int) PARTITION BY RANGE (x);
CREATE TABLE
> CREATE TABLE f1 PARTITION OF f FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE f2 (b int, dropped int, a int, x int NOT NULL) PARTITION BY LIST (b);
CREATE TABLE
> ALTER TABLE f2 DROP COLUMN dropped;
ALTER TABLE
> ALTER TABLE f ATTACH PARTITION f2 FOR VALUES FROM (10) TO (20);
ALTER TABLE
> CREATE TABLE f21 (x int NOT NULL, b int, a int);
CREATE TABLE
> ALTER TABLE f2 ATTACH PARTITION f21 FOR VALUES IN (1, 2);
ALTER TABLE
> ALTER TABLE ONLY f ADD FOREIGN KEY (a, b) REFERENCES parent;
ERROR 42809: cannot use ONLY for foreign key on partitioned table "f" referencing relation "parent"
> ALTER TABLE f ADD FOREIGN KEY (a, b) REFERENCES parent NOT VALID;
ERROR 42809: cannot add NOT VALID foreign key on partitioned table "f" referencing relation "parent"
DETAIL: This feature is not yet supported on partitioned tables.
> INSERT INTO f VALUES (11, 1, 1);
INSERT 0 1
> ALTER TABLE f ADD FOREIGN KEY (a, b) REFERENCES parent;
ERROR 23503: insert or update on table "f21" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(1, 1) is not present in table "parent".
> INSERT INTO parent VALUES (1, 1), (1, 2), (2, 1), (2, 2);
INSERT 0 4
> ALTER TABLE f ADD FOREIGN KEY (a, b) REFERENCES parent;
ALTER TABLE
> SELECT conrelid::regclass, conname, conislocal, coninhcount, (SELECT conrelid::regclass FROM pg_constraint WHERE oid = c.conparentid) AS of, pg_get_constraintdef(oid) FROM pg_constraint c WHERE confrelid = 'parent'::regclass ORDER BY conrelid::regclass::text;
conrelid | conname | conislocal | coninhcount | of | pg_get_constraintdef
f | f_a_b_fkey | t | 0 | NULL | FOREIGN KEY (a, b) REFERENCES parent(a, b)
f1 | f_a_b_fkey | f | 1 | f | FOREIGN KEY (a, b) REFERENCES parent(a, b)
f2 | f_a_b_fkey | f | 1 | f | FOREIGN KEY (a, b) REFERENCES parent(a, b)
f21 | f_a_b_fkey | f | 1 | f2 | FOREIGN KEY (a, b) REFERENCES parent(a, b)
SELECT 4
> INSERT INTO f VALUES (1, 1, 3);
ERROR 23503: insert or update on table "f1" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(1, 3) is not present in table "parent".
> INSERT INTO f VALUES (12, 3, 1);
ERROR 23503: insert or update on table "f21" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(3, 1) is not present in table "parent".
> INSERT INTO f2 VALUES (1, 3, 12);
ERROR 23503: insert or update on table "f21" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(3, 1) is not present in table "parent".
> INSERT INTO f21 VALUES (12, 1, 3);
ERROR 23503: insert or update on table "f21" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(3, 1) is not present in table "parent".
> INSERT INTO f VALUES (1, 1, 2), (12, 2, 2), (2, NULL, 7);
INSERT 0 3
> UPDATE f SET a = 4 WHERE x = 12;
ERROR 23503: insert or update on table "f21" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(4, 2) is not present in table "parent".
> UPDATE f SET x = 13 WHERE x = 1;
UPDATE 1
> UPDATE f SET x = 5, a = 9 WHERE x = 12;
ERROR 23503: insert or update on table "f1" violates foreign key constraint "f_a_b_fkey"
DETAIL: Key (a, b)=(9, 2) is not present in table "parent".
> UPDATE f SET x = 5, a = 1 WHERE x = 12;
UPDATE 1
> DELETE FROM parent WHERE a = 1 AND b = 2;
ERROR 23503: update or delete on table "parent" violates foreign key constraint "f_a_b_fkey" on table "f"
DETAIL: Key (a, b)=(1, 2) is still referenced from table "f".
> UPDATE parent SET a = 7 WHERE (a, b) = (1, 1);
ERROR 23503: update or delete on table "parent" violates foreign key constraint "f_a_b_fkey" on table "f"
DETAIL: Key (a, b)=(1, 1) is still referenced from table "f".
> DELETE FROM parent WHERE (a, b) = (2, 2);
DELETE 1
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x, a, b;
tableoid | x | a | b
f1 | 2 | NULL | 7
f1 | 5 | 1 | 2
f21 | 11 | 1 | 1
f21 | 13 | 1 | 2
SELECT 4
> TRUNCATE parent;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "f" references "parent".
HINT: Truncate table "f" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE parent, f;
TRUNCATE TABLE
> SELECT count(*) FROM f;
count
0
SELECT 1

-- The copies of partitions go with the whole, and not alone.
> ALTER TABLE f1 DROP CONSTRAINT f_a_b_fkey;
ERROR 42P16: cannot drop inherited constraint "f_a_b_fkey" of relation "f1"
> ALTER TABLE f21 DROP CONSTRAINT f_a_b_fkey;
ERROR 42P16: cannot drop inherited constraint "f_a_b_fkey" of relation "f21"
> ALTER TABLE f1 ALTER CONSTRAINT f_a_b_fkey DEFERRABLE;
ERROR XX000: cannot alter constraint "f_a_b_fkey" on relation "f1"
DETAIL: Constraint "f_a_b_fkey" is derived from constraint "f_a_b_fkey" of relation "f".
HINT: You may alter the constraint it derives from, instead.
> ALTER TABLE f21 ALTER CONSTRAINT f_a_b_fkey DEFERRABLE;
ERROR XX000: cannot alter constraint "f_a_b_fkey" on relation "f21"
DETAIL: Constraint "f_a_b_fkey" is derived from constraint "f_a_b_fkey" of relation "f".
HINT: You may alter the constraint it derives from, instead.
> DROP TABLE parent;
ERROR 2BP01: cannot drop table parent because other objects depend on it
DETAIL: constraint f_a_b_fkey on table f depends on table parent
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE parent DROP CONSTRAINT parent_pkey;
ERROR 2BP01: cannot drop constraint parent_pkey on table parent because other objects depend on it
DETAIL: constraint f_a_b_fkey on table f depends on index parent_pkey
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE f1 RENAME CONSTRAINT f_a_b_fkey TO f1_key;
ALTER TABLE
> ALTER TABLE f DROP CONSTRAINT f_a_b_fkey;
ALTER TABLE
> SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f';
conrelid | conname
SELECT 0
> INSERT INTO f VALUES (1, 9, 9);
INSERT 0 1
> TRUNCATE f;
TRUNCATE TABLE

-- Actions reach rows in whichever partition they are, and move them.
> INSERT INTO parent VALUES (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2);
INSERT 0 6
> ALTER TABLE f ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE
> INSERT INTO f VALUES (1, 1, 1), (2, 1, 2), (11, 1, 1), (12, 1, 2), (13, 2, 1), (14, 2, 2);
INSERT 0 6
> DELETE FROM parent WHERE (a, b) = (1, 1);
DELETE 1
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x;
tableoid | x | a | b
f1 | 2 | 1 | 2
f21 | 12 | 1 | 2
f21 | 13 | 2 | 1
f21 | 14 | 2 | 2
SELECT 4
> UPDATE parent SET a = a + 10 WHERE a < 3;
UPDATE 3
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x;
tableoid | x | a | b
f1 | 2 | 11 | 2
f21 | 12 | 11 | 2
f21 | 13 | 12 | 1
f21 | 14 | 12 | 2
SELECT 4
> CREATE TABLE f22 PARTITION OF f2 FOR VALUES IN (3);
CREATE TABLE
> UPDATE parent SET b = 3 WHERE (a, b) = (12, 1);
UPDATE 1
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x;
tableoid | x | a | b
f1 | 2 | 11 | 2
f21 | 12 | 11 | 2
f22 | 13 | 12 | 3
f21 | 14 | 12 | 2
SELECT 4
> ALTER TABLE f DROP CONSTRAINT k;
ALTER TABLE
> ALTER TABLE f ALTER a SET DEFAULT 3, ALTER b SET DEFAULT 2;
ALTER TABLE
> ALTER TABLE f ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET DEFAULT ON UPDATE SET NULL;
ALTER TABLE
> DELETE FROM parent WHERE (a, b) = (12, 3);
DELETE 1
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x;
tableoid | x | a | b
f1 | 2 | 11 | 2
f21 | 12 | 11 | 2
f21 | 13 | 3 | 2
f21 | 14 | 12 | 2
SELECT 4
> ALTER TABLE f DROP CONSTRAINT k;
ALTER TABLE
> ALTER TABLE f ADD CONSTRAINT k FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL (a) ON UPDATE RESTRICT;
ALTER TABLE
> DELETE FROM parent WHERE (a, b) = (11, 2);
DELETE 1
> UPDATE parent SET a = 77 WHERE (a, b) = (3, 2);
ERROR 23503: update or delete on table "parent" violates foreign key constraint "k" on table "f"
DETAIL: Key (a, b)=(3, 2) is still referenced from table "f".
> UPDATE parent SET a = 77 WHERE (a, b) = (3, 1);
UPDATE 1
> SELECT tableoid::regclass, x, a, b FROM f ORDER BY x;
tableoid | x | a | b
f1 | 2 | NULL | 2
f21 | 12 | NULL | 2
f21 | 13 | 3 | 2
f21 | 14 | 12 | 2
SELECT 4
> SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0;
conrelid | pg_get_constraintdef
f | FOREIGN KEY (a, b) REFERENCES parent(a, b) ON UPDATE RESTRICT ON DELETE SET NULL (a)
SELECT 1

-- Partitions that come get a copy, or give one of theirs; what they have in them is checked.
> DROP TABLE f;
DROP TABLE
> DELETE FROM parent;
DELETE 3
> CREATE TABLE f (x int, a int REFERENCES other, b int) PARTITION BY LIST (x);
ERROR 42P01: relation "other" does not exist
> CREATE TABLE other (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE
> INSERT INTO other VALUES (1, 1), (2, 2);
INSERT 0 2
> CREATE TABLE f (x int, a int REFERENCES other, b int) PARTITION BY LIST (x);
CREATE TABLE
> CREATE TABLE f1 PARTITION OF f FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE f2 PARTITION OF f (FOREIGN KEY (b) REFERENCES other (b)) FOR VALUES IN (2);
CREATE TABLE
> CREATE TABLE f3 (x int, a int, b int, CONSTRAINT f_a_fkey CHECK (b > 0));
CREATE TABLE
> INSERT INTO f3 VALUES (3, 7, 1);
INSERT 0 1
> ALTER TABLE f ATTACH PARTITION f3 FOR VALUES IN (3);
ERROR 23503: insert or update on table "f3" violates foreign key constraint "f3_a_fkey"
DETAIL: Key (a)=(7) is not present in table "other".
> UPDATE f3 SET a = 1;
UPDATE 1
> ALTER TABLE f ATTACH PARTITION f3 FOR VALUES IN (3);
ALTER TABLE
> CREATE TABLE f4 (x int, a int REFERENCES other, b int);
CREATE TABLE
> ALTER TABLE f ATTACH PARTITION f4 FOR VALUES IN (4);
ALTER TABLE
> CREATE TABLE f5 (x int, a int REFERENCES other ON DELETE CASCADE, b int);
CREATE TABLE
> ALTER TABLE f ATTACH PARTITION f5 FOR VALUES IN (5);
ALTER TABLE
> CREATE TABLE f6 (x int, a int, b int);
CREATE TABLE
> ALTER TABLE f6 ADD FOREIGN KEY (a) REFERENCES other NOT VALID;
ALTER TABLE
> ALTER TABLE f ATTACH PARTITION f6 FOR VALUES IN (6);
ALTER TABLE
> CREATE TABLE f7 (x int, a int REFERENCES other DEFERRABLE, b int) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE f71 PARTITION OF f7 FOR VALUES IN (1);
CREATE TABLE
> ALTER TABLE f ATTACH PARTITION f7 FOR VALUES IN (7);
ALTER TABLE
> SELECT conrelid::regclass, conname, convalidated, conislocal, coninhcount, (SELECT conrelid::regclass || '.' || conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE confrelid = 'other'::regclass ORDER BY conrelid::regclass::text, conname;
conrelid | conname | convalidated | conislocal | coninhcount | of
f | f_a_fkey | t | t | 0 | NULL
f1 | f_a_fkey | t | f | 1 | f.f_a_fkey
f2 | f2_b_fkey | t | t | 0 | NULL
f2 | f_a_fkey | t | f | 1 | f.f_a_fkey
f3 | f3_a_fkey | t | f | 1 | f.f_a_fkey
f4 | f4_a_fkey | t | f | 1 | f.f_a_fkey
f5 | f5_a_fkey | t | t | 0 | NULL
f5 | f_a_fkey | t | f | 1 | f.f_a_fkey
f6 | f6_a_fkey | f | t | 0 | NULL
f6 | f_a_fkey | t | f | 1 | f.f_a_fkey
f7 | f7_a_fkey | t | t | 0 | NULL
f7 | f_a_fkey | t | f | 1 | f.f_a_fkey
f71 | f7_a_fkey | t | f | 1 | f7.f7_a_fkey
f71 | f_a_fkey | t | f | 1 | f7.f_a_fkey
SELECT 14
> INSERT INTO f VALUES (5, 1, 1), (1, 2, 2);
INSERT 0 2
> DELETE FROM other WHERE a = 1;
ERROR 23503: update or delete on table "other" violates foreign key constraint "f_a_fkey" on table "f"
DETAIL: Key (a)=(1) is still referenced from table "f".
> DELETE FROM f3;
DELETE 1
> DELETE FROM f5;
DELETE 1
> DELETE FROM other WHERE a = 1;
DELETE 1
> DELETE FROM other WHERE a = 2;
ERROR 23503: update or delete on table "other" violates foreign key constraint "f_a_fkey" on table "f"
DETAIL: Key (a)=(2) is still referenced from table "f".
> ALTER TABLE f DETACH PARTITION f1;
ALTER TABLE
> SELECT conname, conislocal, coninhcount, conparentid FROM pg_constraint WHERE conrelid = 'f1'::regclass;
conname | conislocal | coninhcount | conparentid
f_a_fkey | t | 0 | 0
SELECT 1
> DELETE FROM other WHERE a = 2;
ERROR 23503: update or delete on table "other" violates foreign key constraint "f_a_fkey" on table "f1"
DETAIL: Key (a)=(2) is still referenced from table "f1".
> INSERT INTO f1 VALUES (1, 3, 3);
ERROR 23503: insert or update on table "f1" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(3) is not present in table "other".
> ALTER TABLE f1 DROP CONSTRAINT f_a_fkey;
ALTER TABLE
> DELETE FROM other WHERE a = 2;
DELETE 1
> SELECT count(*) FROM other;
count
0
SELECT 1

-- Checks wait in partitions as in the whole.
> DROP TABLE f, f1;
DROP TABLE
> CREATE TABLE f (x int, a int, CONSTRAINT k FOREIGN KEY (a) REFERENCES other DEFERRABLE INITIALLY DEFERRED) PARTITION BY LIST (x);
CREATE TABLE
> CREATE TABLE f1 PARTITION OF f FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE f2 PARTITION OF f FOR VALUES IN (2);
CREATE TABLE
> BEGIN;
BEGIN
> INSERT INTO f VALUES (1, 1), (2, 2);
INSERT 0 2
> INSERT INTO other VALUES (1), (2);
INSERT 0 2
> COMMIT;
COMMIT
> BEGIN;
BEGIN
> INSERT INTO f VALUES (2, 3);
INSERT 0 1
> COMMIT;
ERROR 23503: insert or update on table "f2" violates foreign key constraint "k"
DETAIL: Key (a)=(3) is not present in table "other".
> BEGIN;
BEGIN
> DELETE FROM other WHERE a = 1;
DELETE 1
> SET CONSTRAINTS k IMMEDIATE;
ERROR 23503: update or delete on table "other" violates foreign key constraint "k" on table "f"
DETAIL: Key (a)=(1) is still referenced from table "f".
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS k IMMEDIATE;
SET CONSTRAINTS
> INSERT INTO f VALUES (2, 3);
ERROR 23503: insert or update on table "f2" violates foreign key constraint "k"
DETAIL: Key (a)=(3) is not present in table "other".
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> DELETE FROM other WHERE a = 2;
DELETE 1
> UPDATE f SET a = 1 WHERE x = 2;
UPDATE 1
> COMMIT;
COMMIT
> ALTER TABLE f ALTER CONSTRAINT k NOT DEFERRABLE;
ALTER TABLE
> SELECT conrelid::regclass, condeferrable, condeferred FROM pg_constraint WHERE conname = 'k' ORDER BY 1;
conrelid | condeferrable | condeferred
f | f | f
f1 | f | f
f2 | f | f
SELECT 3
> INSERT INTO f VALUES (1, 3);
ERROR 23503: insert or update on table "f1" violates foreign key constraint "k"
DETAIL: Key (a)=(3) is not present in table "other".
> ALTER TABLE f ALTER CONSTRAINT k DEFERRABLE;
ALTER TABLE
> SELECT conrelid::regclass, condeferrable, condeferred FROM pg_constraint WHERE conname = 'k' ORDER BY 1;
conrelid | condeferrable | condeferred
f | t | f
f1 | t | f
f2 | t | f
SELECT 3
> SELECT * FROM f ORDER BY x, a;
x | a
1 | 1
2 | 1
SELECT 2
> DROP TABLE other CASCADE;
NOTICE: drop cascades to constraint k on table f
DROP TABLE
> SELECT count(*) FROM pg_constraint WHERE contype = 'f';
count
0
SELECT 1
