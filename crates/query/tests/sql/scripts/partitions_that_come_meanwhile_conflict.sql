-- A statement that leaves partitions out when it starts relies on which there are: partitions that come and go meanwhile are a
-- conflict for a transaction that writes, and no row is missed. (PostgreSQL would let one wait for the other.)
a> CREATE TABLE p (k int, v int) PARTITION BY LIST (k);
CREATE TABLE
a> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
a> CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE
a> CREATE TABLE p3 (v int, k int);
CREATE TABLE
a> INSERT INTO p VALUES (1, 10), (2, 20);
INSERT 0 2
a> INSERT INTO p3 VALUES (30, 3);
INSERT 0 1
a> PREPARE up (int) AS UPDATE p SET v = v + 1 WHERE k = $1;
PREPARE
a> SET plan_cache_mode = force_generic_plan;
SET
a> EXECUTE up (1);
UPDATE 1
a> BEGIN;
BEGIN
a> EXECUTE up (3);
UPDATE 0
b> ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3);
ALTER TABLE
a> COMMIT;
COMMIT
a> SELECT * FROM p ORDER BY k;
k | v
1 | 11
2 | 20
3 | 30
SELECT 3
a> EXECUTE up (3);
UPDATE 1
a> SELECT * FROM p ORDER BY k;
k | v
1 | 11
2 | 20
3 | 31
SELECT 3
a> BEGIN;
BEGIN
a> EXECUTE up (1);
UPDATE 1
b> ALTER TABLE p DETACH PARTITION p2;
ALTER TABLE
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "p" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> EXECUTE up (1);
UPDATE 1
a> SELECT * FROM p ORDER BY k;
k | v
1 | 12
3 | 31
SELECT 2
a> BEGIN;
BEGIN
a> EXECUTE up (2);
UPDATE 0
b> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE
a> UPDATE p SET v = v + 100 WHERE k = 1;
UPDATE 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "p" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> SELECT * FROM p ORDER BY k;
k | v
1 | 12
2 | 20
3 | 31
SELECT 3
a> BEGIN;
BEGIN
a> EXECUTE up (2);
UPDATE 1
b> DROP TABLE p1;
DROP TABLE
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "p" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> SELECT * FROM p ORDER BY k;
k | v
2 | 20
3 | 31
SELECT 2
a> BEGIN;
BEGIN
a> DELETE FROM p WHERE k = 4;
DELETE 0
b> CREATE TABLE p4 PARTITION OF p FOR VALUES IN (4);
CREATE TABLE
b> INSERT INTO p VALUES (4, 40);
INSERT 0 1
a> INSERT INTO p VALUES (2, 22);
INSERT 0 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "p" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> SELECT * FROM p ORDER BY k, v;
k | v
2 | 20
3 | 31
4 | 40
SELECT 3
