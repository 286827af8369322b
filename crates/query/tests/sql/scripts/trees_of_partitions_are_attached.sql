-- A partitioned table becomes a partition: its rows are looked at where they are, against the bounds of all levels.
> CREATE TABLE p (a int, b int) PARTITION BY RANGE (a, b);
CREATE TABLE
> CREATE TABLE p1 (b int, a int NOT NULL) PARTITION BY RANGE (b);
CREATE TABLE
> CREATE TABLE p11 (LIKE p1);
CREATE TABLE
> ALTER TABLE p11 DROP a;
ALTER TABLE
> ALTER TABLE p11 ADD a int;
ALTER TABLE
> ALTER TABLE p1 ATTACH PARTITION p11 FOR VALUES FROM (2) TO (5);
ERROR 42804: column "a" in child table must be marked NOT NULL
> ALTER TABLE p11 ALTER a SET NOT NULL;
ALTER TABLE
> ALTER TABLE p1 ATTACH PARTITION p11 FOR VALUES FROM (2) TO (5);
ALTER TABLE
> INSERT INTO p1 (a, b) VALUES (2, 3);
INSERT 0 1
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1, 2) TO (1, 10);
ERROR 23514: partition constraint of relation "p11" is violated by some row
> UPDATE p1 SET a = 1;
UPDATE 1
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1, 2) TO (1, 10);
ALTER TABLE
> INSERT INTO p VALUES (1, 4);
INSERT 0 1
> INSERT INTO p VALUES (1, 5);
ERROR 23514: no partition of relation "p1" found for row
DETAIL: Partition key of the failing row contains (b) = (5).
> INSERT INTO p11 VALUES (3, 2);
ERROR 23514: new row for relation "p11" violates partition constraint
DETAIL: Failing row contains (3, 2).
> SELECT tableoid::regclass, a, b FROM p ORDER BY b;
tableoid | a | b
p11 | 1 | 3
p11 | 1 | 4
SELECT 2
> SELECT pg_get_partition_constraintdef('p11'::regclass);
pg_get_partition_constraintdef
((a IS NOT NULL) AND (b IS NOT NULL) AND (a = 1) AND (b >= 2) AND (b < 10) AND (b IS NOT NULL) AND (b >= 2) AND (b < 5))
SELECT 1
> CREATE TABLE p12 (b int, a int NOT NULL);
CREATE TABLE
> INSERT INTO p12 (a, b) VALUES (1, 7), (2, 7);
INSERT 0 2
> ALTER TABLE p1 ATTACH PARTITION p12 FOR VALUES FROM (5) TO (10);
ERROR 23514: partition constraint of relation "p12" is violated by some row
> DELETE FROM p12 WHERE a = 2;
DELETE 1
> ALTER TABLE p1 ATTACH PARTITION p12 FOR VALUES FROM (5) TO (10);
ALTER TABLE
> SELECT count(*) FROM p;
count
3
SELECT 1
-- By hash, and by expressions.
> CREATE TABLE h (a int, b text) PARTITION BY HASH (a);
CREATE TABLE
> CREATE TABLE h0 (b text, a int);
CREATE TABLE
> INSERT INTO h0 SELECT 'x', g FROM generate_series(1, 6) g;
INSERT 0 6
> ALTER TABLE h ATTACH PARTITION h0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
ERROR 23514: partition constraint of relation "h0" is violated by some row
> CREATE TABLE h1 (LIKE h);
CREATE TABLE
> ALTER TABLE h ATTACH PARTITION h1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
ALTER TABLE
> DELETE FROM h0 WHERE NOT satisfies_hash_partition('h'::regclass, 4, 0, a);
DELETE 5
> ALTER TABLE h ATTACH PARTITION h0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
ALTER TABLE
> SELECT tableoid::regclass, * FROM h ORDER BY a;
tableoid | a | b
h0 | 1 | x
SELECT 1
> ALTER TABLE h DETACH PARTITION h0;
ALTER TABLE
> INSERT INTO h0 VALUES (NULL, NULL);
INSERT 0 1
> ALTER TABLE h ATTACH PARTITION h0 FOR VALUES WITH (MODULUS 4, REMAINDER 0);
ALTER TABLE
> CREATE TABLE e (a text, b int) PARTITION BY LIST (lower(a));
CREATE TABLE
> CREATE TABLE e1 (b int, a text);
CREATE TABLE
> INSERT INTO e1 VALUES (1, 'A'), (2, 'b');
INSERT 0 2
> ALTER TABLE e ATTACH PARTITION e1 FOR VALUES IN ('a');
ERROR 23514: partition constraint of relation "e1" is violated by some row
> ALTER TABLE e ATTACH PARTITION e1 FOR VALUES IN ('a', NULL);
ERROR 23514: partition constraint of relation "e1" is violated by some row
> ALTER TABLE e ATTACH PARTITION e1 FOR VALUES IN ('a', 'b');
ALTER TABLE
> CREATE TABLE e2 (LIKE e);
CREATE TABLE
> INSERT INTO e2 VALUES (NULL, 1);
INSERT 0 1
> ALTER TABLE e ATTACH PARTITION e2 FOR VALUES IN ('c');
ERROR 23514: partition constraint of relation "e2" is violated by some row
> ALTER TABLE e ATTACH PARTITION e2 FOR VALUES IN ('c', NULL);
ALTER TABLE
-- The default partition, which may have partitions of its own.
> CREATE TABLE d (a int, b int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE d1 PARTITION OF d FOR VALUES IN (1, NULL);
CREATE TABLE
> CREATE TABLE dd (LIKE d) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE dd1 PARTITION OF dd FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE dd2 PARTITION OF dd DEFAULT;
CREATE TABLE
> INSERT INTO dd VALUES (5, 1), (NULL, 2);
INSERT 0 2
> ALTER TABLE d ATTACH PARTITION dd DEFAULT;
ERROR 23514: partition constraint of relation "dd2" is violated by some row
> UPDATE dd SET a = 6 WHERE a IS NULL;
UPDATE 1
> ALTER TABLE d ATTACH PARTITION dd DEFAULT;
ALTER TABLE
> CREATE TABLE d5 PARTITION OF d FOR VALUES IN (5);
ERROR 23514: updated partition constraint for default partition "dd" would be violated by some row
> CREATE TABLE d6 (LIKE d);
CREATE TABLE
> ALTER TABLE d ATTACH PARTITION d6 FOR VALUES IN (6);
ERROR 23514: updated partition constraint for default partition "dd2" would be violated by some row
> CREATE TABLE d7 PARTITION OF d FOR VALUES IN (7);
CREATE TABLE
> INSERT INTO dd VALUES (7, 1);
ERROR 23514: new row for relation "dd" violates partition constraint
DETAIL: Failing row contains (7, 1).
> INSERT INTO dd2 VALUES (1, 5);
ERROR 23514: new row for relation "dd2" violates partition constraint
DETAIL: Failing row contains (1, 5).
> INSERT INTO d VALUES (8, 8), (1, 1), (NULL, NULL);
INSERT 0 3
> SELECT tableoid::regclass, * FROM d ORDER BY a, b;
tableoid | a | b
d1 | 1 | 1
dd1 | 5 | 1
dd2 | 6 | 2
dd2 | 8 | 8
d1 | NULL | NULL
SELECT 5
> BEGIN;
BEGIN
> ALTER TABLE d DETACH PARTITION dd;
ALTER TABLE
> INSERT INTO dd VALUES (1, 1);
INSERT 0 1
> ALTER TABLE d ATTACH PARTITION dd DEFAULT;
ERROR 23514: partition constraint of relation "dd1" is violated by some row
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> CREATE TABLE d9 (LIKE d);
CREATE TABLE
> INSERT INTO d9 VALUES (9, 9);
INSERT 0 1
> ALTER TABLE d ATTACH PARTITION d9 FOR VALUES IN (9);
ALTER TABLE
> SAVEPOINT s;
SAVEPOINT
> ALTER TABLE d DETACH PARTITION d9;
ALTER TABLE
> INSERT INTO d VALUES (9, 10);
INSERT 0 1
> SELECT tableoid::regclass, * FROM d WHERE a = 9 ORDER BY b;
tableoid | a | b
dd2 | 9 | 10
SELECT 1
> ALTER TABLE d ATTACH PARTITION d9 FOR VALUES IN (9);
ERROR 23514: updated partition constraint for default partition "dd2" would be violated by some row
> ROLLBACK TO s;
ROLLBACK
> INSERT INTO d VALUES (9, 10);
INSERT 0 1
> COMMIT;
COMMIT
> SELECT tableoid::regclass, * FROM d WHERE a = 9 ORDER BY b;
tableoid | a | b
d9 | 9 | 9
d9 | 9 | 10
SELECT 2
-- Without waiting, a check is left in the place of the bound.
> CREATE TABLE c (a int, b text) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE c1 PARTITION OF c FOR VALUES IN ('x');
CREATE TABLE
> CREATE TABLE c2 PARTITION OF c FOR VALUES IN ('y') PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE c21 PARTITION OF c2 FOR VALUES FROM (1) TO (MAXVALUE);
CREATE TABLE
> ALTER TABLE c DETACH PARTITION c1 CONCURRENTLY;
ALTER TABLE
> ALTER TABLE c2 DETACH PARTITION c21 CONCURRENTLY;
ALTER TABLE
> SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid IN ('c1'::regclass, 'c21'::regclass) ORDER BY 1, 2;
conrelid | conname | pg_get_constraintdef
c1 | c1_b_check | CHECK (((b IS NOT NULL) AND (b = 'x'::text)))
c21 | c21_check | CHECK (((b IS NOT NULL) AND (b = 'y'::text) AND (a IS NOT NULL) AND (a >= 1)))
SELECT 2
> INSERT INTO c1 VALUES (1, 'y');
ERROR 23514: new row for relation "c1" violates check constraint "c1_b_check"
DETAIL: Failing row contains (1, y).
> INSERT INTO c21 VALUES (0, 'y');
ERROR 23514: new row for relation "c21" violates check constraint "c21_check"
DETAIL: Failing row contains (0, y).
> ALTER TABLE h DETACH PARTITION h1 CONCURRENTLY;
ALTER TABLE
> SELECT count(*) FROM pg_constraint WHERE conrelid = 'h1'::regclass;
count
0
SELECT 1
-- An index is no partition of a table.
> CREATE INDEX pi ON ONLY p (a);
CREATE INDEX
> CREATE INDEX p1i ON ONLY p1 (a);
CREATE INDEX
> ALTER TABLE p ATTACH PARTITION p1i DEFAULT;
ERROR 42809: "p1i" is an index
> ALTER TABLE pi ATTACH PARTITION p1i DEFAULT;
ERROR 42P17: "pi" is not a partitioned table
> ALTER TABLE p DETACH PARTITION p1i;
ERROR 42809: "p1i" is an index
> ALTER TABLE pi DETACH PARTITION p1i;
ERROR 42809: ALTER action DETACH PARTITION cannot be performed on relation "pi"
DETAIL: This operation is not supported for partitioned indexes.
