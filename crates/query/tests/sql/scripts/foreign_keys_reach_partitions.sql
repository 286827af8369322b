-- Foreign keys from and to partitioned tables.

> CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE

> INSERT INTO other VALUES (1), (2), (3);
INSERT 0 3

> CREATE TABLE f (a int, b int REFERENCES other ON DELETE CASCADE) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE f1 PARTITION OF f FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE f2 (b int, x int, a int);
CREATE TABLE

> ALTER TABLE f2 DROP COLUMN x;
ALTER TABLE

> INSERT INTO f2 VALUES (9, 2);
INSERT 0 1

> ALTER TABLE f ATTACH PARTITION f2 FOR VALUES IN (2);
ERROR 23503: insert or update on table "f2" violates foreign key constraint "f_b_fkey"
DETAIL: Key (b)=(9) is not present in table "other".

> UPDATE f2 SET b = 2;
UPDATE 1

> ALTER TABLE f ATTACH PARTITION f2 FOR VALUES IN (2);
ALTER TABLE

> INSERT INTO f VALUES (1, 1), (1, 3);
INSERT 0 2

> INSERT INTO f VALUES (1, 7);
ERROR 23503: insert or update on table "f1" violates foreign key constraint "f_b_fkey"
DETAIL: Key (b)=(7) is not present in table "other".

> INSERT INTO f2 VALUES (7, 2);
ERROR 23503: insert or update on table "f2" violates foreign key constraint "f_b_fkey"
DETAIL: Key (b)=(7) is not present in table "other".

> UPDATE f SET b = 7 WHERE a = 2;
ERROR 23503: insert or update on table "f2" violates foreign key constraint "f_b_fkey"
DETAIL: Key (b)=(7) is not present in table "other".

> UPDATE f SET a = 2 WHERE b = 3;
UPDATE 1

> DELETE FROM other WHERE id = 3;
DELETE 1

> SELECT tableoid::regclass, * FROM f ORDER BY a;
tableoid | a | b
f1 | 1 | 1
f2 | 2 | 2
SELECT 2

> UPDATE other SET id = 10 WHERE id = 1;
ERROR 23503: update or delete on table "other" violates foreign key constraint "f_b_fkey" on table "f"
DETAIL: Key (id)=(1) is still referenced from table "f".

> SELECT conrelid::regclass, conname, conislocal, coninhcount, conparentid <> 0 AS inherited FROM pg_constraint WHERE contype = 'f' ORDER BY conrelid::regclass::text;
conrelid | conname | conislocal | coninhcount | inherited
f | f_b_fkey | t | 0 | f
f1 | f_b_fkey | f | 1 | t
f2 | f_b_fkey | f | 1 | t
SELECT 3

> ALTER TABLE f1 DROP CONSTRAINT f_b_fkey;
ERROR 42P16: cannot drop inherited constraint "f_b_fkey" of relation "f1"

> ALTER TABLE f1 RENAME CONSTRAINT f_b_fkey TO x;
ALTER TABLE

> ALTER TABLE ONLY f DROP CONSTRAINT f_b_fkey;
ALTER TABLE

> ALTER TABLE ONLY f ADD CONSTRAINT only_f FOREIGN KEY (a) REFERENCES other;
ERROR 42809: cannot use ONLY for foreign key on partitioned table "f" referencing relation "other"

> ALTER TABLE f ADD CONSTRAINT nv FOREIGN KEY (a) REFERENCES other NOT VALID;
ERROR 42809: cannot add NOT VALID foreign key on partitioned table "f" referencing relation "other"
DETAIL: This feature is not yet supported on partitioned tables.

> ALTER TABLE f DROP CONSTRAINT f_b_fkey;
ERROR 42704: constraint "f_b_fkey" of relation "f" does not exist

> SELECT count(*) FROM pg_constraint WHERE contype = 'f';
count
0
SELECT 1

> INSERT INTO f VALUES (1, 70);
INSERT 0 1

> ALTER TABLE f ADD CONSTRAINT later FOREIGN KEY (b) REFERENCES other;
ERROR 23503: insert or update on table "f1" violates foreign key constraint "later"
DETAIL: Key (b)=(70) is not present in table "other".

> DELETE FROM f WHERE b = 70;
DELETE 1

> ALTER TABLE f1 ADD CONSTRAINT later FOREIGN KEY (b) REFERENCES other;
ALTER TABLE

> ALTER TABLE f ADD CONSTRAINT later FOREIGN KEY (b) REFERENCES other;
ALTER TABLE

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE contype = 'f' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | conislocal | coninhcount
f | later | t | 0
f1 | later | f | 1
f2 | later | f | 1
SELECT 3

> ALTER TABLE f DETACH PARTITION f1;
ALTER TABLE

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE contype = 'f' AND conrelid = 'f1'::regclass;
conrelid | conname | conislocal | coninhcount
f1 | later | t | 0
SELECT 1

> INSERT INTO f1 VALUES (1, 77);
ERROR 23503: insert or update on table "f1" violates foreign key constraint "later"
DETAIL: Key (b)=(77) is not present in table "other".

> ALTER TABLE f1 DROP CONSTRAINT later;
ALTER TABLE

> DROP TABLE f, f1;
DROP TABLE

-- To a partitioned table.

> CREATE TABLE p (id int, part int, v text, PRIMARY KEY (id, part)) PARTITION BY RANGE (part);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE

> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (part);
CREATE TABLE

> CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN (10, 11);
CREATE TABLE

> INSERT INTO p VALUES (1, 1, 'a'), (2, 10, 'b'), (3, 11, 'c');
INSERT 0 3

> CREATE TABLE r (id int, part int, FOREIGN KEY (id) REFERENCES p (id));
ERROR 42830: there is no unique constraint matching given keys for referenced table "p"

> CREATE TABLE r (id int, part int, FOREIGN KEY (id, part) REFERENCES p);
CREATE TABLE

> INSERT INTO r VALUES (1, 1), (2, 10), (NULL, 5);
INSERT 0 3

> INSERT INTO r VALUES (1, 10);
ERROR 23503: insert or update on table "r" violates foreign key constraint "r_id_part_fkey"
DETAIL: Key (id, part)=(1, 10) is not present in table "p".

> INSERT INTO r VALUES (1, 50);
ERROR 23503: insert or update on table "r" violates foreign key constraint "r_id_part_fkey"
DETAIL: Key (id, part)=(1, 50) is not present in table "p".

> DELETE FROM p WHERE id = 1;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "r_id_part_fkey1" on table "r"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "r".

> DELETE FROM p1;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "r_id_part_fkey1" on table "r"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "r".

> DELETE FROM p2a WHERE part = 10;
ERROR 23503: update or delete on table "p2a" violates foreign key constraint "r_id_part_fkey3" on table "r"
DETAIL: Key (id, part)=(2, 10) is still referenced from table "r".

> DELETE FROM p WHERE id = 3;
DELETE 1

> UPDATE p SET id = 9 WHERE id = 1;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "r_id_part_fkey1" on table "r"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "r".

> UPDATE p SET v = 'new' WHERE id = 1;
UPDATE 1

> UPDATE p SET part = 11 WHERE id = 1;
ERROR 23503: update or delete on table "p" violates foreign key constraint "r_id_part_fkey" on table "r"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "r".

> TRUNCATE p;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "r" references "p".
HINT: Truncate table "r" at the same time, or use TRUNCATE ... CASCADE.

> TRUNCATE p1;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "r" references "p1".
HINT: Truncate table "r" at the same time, or use TRUNCATE ... CASCADE.

> TRUNCATE p, r;
TRUNCATE TABLE

> INSERT INTO p VALUES (1, 1, 'a'), (2, 10, 'b');
INSERT 0 2

> INSERT INTO r VALUES (1, 1), (2, 10);
INSERT 0 2

> DROP TABLE p1;
ERROR 2BP01: cannot drop table p1 because other objects depend on it
DETAIL: constraint r_id_part_fkey on table r depends on table p1
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: constraint r_id_part_fkey on table r depends on table p
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE p DETACH PARTITION p1;
ERROR 23503: removing partition "p1" violates foreign key constraint "r_id_part_fkey1"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "r".

> DELETE FROM r WHERE part = 1;
DELETE 1

> ALTER TABLE p DETACH PARTITION p1;
ALTER TABLE

> INSERT INTO r VALUES (1, 1);
ERROR 23503: insert or update on table "r" violates foreign key constraint "r_id_part_fkey"
DETAIL: Key (id, part)=(1, 1) is not present in table "p".

> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE

> INSERT INTO r VALUES (1, 1);
INSERT 0 1

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'r'::regclass AND conparentid = 0;
pg_get_constraintdef
FOREIGN KEY (id, part) REFERENCES p(id, part)
SELECT 1

-- Actions.

> CREATE TABLE rc (id int, part int, n int, FOREIGN KEY (id, part) REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE

> CREATE TABLE rn (id int, part int, FOREIGN KEY (id, part) REFERENCES p ON DELETE SET NULL ON UPDATE SET NULL);
CREATE TABLE

> DELETE FROM r;
DELETE 2

> INSERT INTO rc VALUES (1, 1, 1), (2, 10, 2);
INSERT 0 2

> INSERT INTO rn VALUES (1, 1), (2, 10);
INSERT 0 2

> UPDATE p SET id = 5 WHERE id = 1;
UPDATE 1

> SELECT * FROM rc ORDER BY n;
id | part | n
5 | 1 | 1
2 | 10 | 2
SELECT 2

> SELECT * FROM rn ORDER BY id;
id | part
2 | 10
NULL | NULL
SELECT 2

> UPDATE p SET part = 12 WHERE id = 2;
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (part) = (12).

> UPDATE p SET part = 11 WHERE id = 2;
UPDATE 1

> SELECT * FROM rc ORDER BY n;
id | part | n
5 | 1 | 1
2 | 11 | 2
SELECT 2

> DELETE FROM p2a;
DELETE 1

> SELECT * FROM rc ORDER BY n;
id | part | n
5 | 1 | 1
SELECT 1

> UPDATE p SET part = 10 WHERE id = 5;
UPDATE 1

> SELECT tableoid::regclass, id, part FROM p;
tableoid | id | part
p2a | 5 | 10
SELECT 1

> SELECT * FROM rc ORDER BY n;
id | part | n
5 | 10 | 1
SELECT 1

> DELETE FROM p;
DELETE 1

> SELECT count(*) FROM rc;
count
0
SELECT 1

-- Both partitioned, and to itself.

> CREATE TABLE s (id int, part int, up int, PRIMARY KEY (id, part), FOREIGN KEY (up, part) REFERENCES s) PARTITION BY LIST (part);
CREATE TABLE

> CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2);
CREATE TABLE

> INSERT INTO s VALUES (1, 1, NULL), (2, 1, 1), (1, 2, 1);
INSERT 0 3

> INSERT INTO s VALUES (3, 2, 2);
ERROR 23503: insert or update on table "s2" violates foreign key constraint "s_up_part_fkey"
DETAIL: Key (up, part)=(2, 2) is not present in table "s".

> DELETE FROM s WHERE id = 1 AND part = 1;
ERROR 23503: update or delete on table "s1" violates foreign key constraint "s_up_part_fkey1" on table "s"
DETAIL: Key (id, part)=(1, 1) is still referenced from table "s".

> DELETE FROM s WHERE part = 1;
DELETE 2

> SELECT tableoid::regclass, * FROM s;
tableoid | id | part | up
s2 | 1 | 2 | 1
SELECT 1

-- Deferred.

> CREATE TABLE d (id int, part int, FOREIGN KEY (id, part) REFERENCES p DEFERRABLE INITIALLY DEFERRED) PARTITION BY LIST (part);
CREATE TABLE

> CREATE TABLE d1 PARTITION OF d DEFAULT;
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO d VALUES (7, 7);
INSERT 0 1

> INSERT INTO p VALUES (7, 7, 'late');
INSERT 0 1

> COMMIT;
COMMIT

> BEGIN;
BEGIN

> INSERT INTO d VALUES (8, 8);
INSERT 0 1

> COMMIT;
ERROR 23503: insert or update on table "d1" violates foreign key constraint "d_id_part_fkey"
DETAIL: Key (id, part)=(8, 8) is not present in table "p".

> BEGIN;
BEGIN

> DELETE FROM p WHERE id = 7;
DELETE 1

> SET CONSTRAINTS ALL IMMEDIATE;
ERROR 23503: update or delete on table "p1" violates foreign key constraint "d_id_part_fkey1" on table "d"
DETAIL: Key (id, part)=(7, 7) is still referenced from table "d".

> ROLLBACK;
ROLLBACK

> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: constraint r_id_part_fkey on table r depends on table p
constraint rc_id_part_fkey on table rc depends on table p
constraint rn_id_part_fkey on table rn depends on table p
constraint d_id_part_fkey on table d depends on table p
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE p CASCADE;
NOTICE: drop cascades to 4 other objects
DROP TABLE

> SELECT count(*) FROM d;
count
1
SELECT 1
