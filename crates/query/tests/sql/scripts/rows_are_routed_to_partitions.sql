-- INSERT into a partitioned table: each row goes to the partition whose bounds take it, level by level.
> CREATE TABLE p (a int, b text DEFAULT 'root', g int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 (g int GENERATED ALWAYS AS (a * 2) STORED, b text DEFAULT 'own', a int NOT NULL);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE
> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (40) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE p3x PARTITION OF p3 FOR VALUES IN ('x', NULL);
CREATE TABLE
> INSERT INTO p VALUES (1, 'one'), (10, 'ten'), (21, 'x'), (9, DEFAULT), (22, NULL);
INSERT 0 5
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b | g
p1 | 1 | one | 2
p1 | 9 | root | 18
p2 | 10 | ten | 20
p3x | 21 | x | 42
p3x | 22 | NULL | 44
SELECT 5
> INSERT INTO p (b, a) VALUES ('five', 5) RETURNING tableoid::regclass AS part, a, g, p.tableoid = 'p1'::regclass AS first;
part | a | g | first
p1 | 5 | 10 | t
INSERT 0 1
> SELECT * FROM p1 ORDER BY a;
g | b | a
2 | one | 1
10 | five | 5
18 | root | 9
SELECT 3
> INSERT INTO p SELECT n, 'x' FROM generate_series(0, 39, 13) n;
INSERT 0 4
> SELECT tableoid::regclass, count(*) FROM p GROUP BY 1 ORDER BY 1;
tableoid | count
p1 | 4
p2 | 2
p3x | 4
SELECT 3

-- The defaults of the table that is named count.
> INSERT INTO p1 (a) VALUES (7) RETURNING b;
b
own
INSERT 0 1
> INSERT INTO p (a) VALUES (8) RETURNING b;
b
root
INSERT 0 1

-- No partition takes the row.
> INSERT INTO p VALUES (40, 'x');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (40).
> INSERT INTO p VALUES (-1, 'x');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (-1).
> INSERT INTO p VALUES (NULL, 'x');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (null).
> INSERT INTO p VALUES (25, 'q');
ERROR 23514: no partition of relation "p3" found for row
DETAIL: Partition key of the failing row contains (b) = (q).
> INSERT INTO p3 VALUES (25, 'q');
ERROR 23514: no partition of relation "p3" found for row
DETAIL: Partition key of the failing row contains (b) = (q).
> INSERT INTO p VALUES (2, 'kept not'), (50, 'x');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (50).
> SELECT count(*) FROM p WHERE b = 'kept not';
count
0
SELECT 1

-- Rows that are put into a partition must be within its bounds, and those of what it is a part of.
> INSERT INTO p1 (a, b) VALUES (10, 'x');
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (20, x, 10).
> INSERT INTO p1 (a, b) VALUES (3, 'direct');
INSERT 0 1
> INSERT INTO p3 VALUES (41, 'x');
ERROR 23514: new row for relation "p3" violates partition constraint
DETAIL: Failing row contains (41, x, null).
> INSERT INTO p3x VALUES (41, 'x');
ERROR 23514: new row for relation "p3x" violates partition constraint
DETAIL: Failing row contains (41, x, 82).
> INSERT INTO p3x VALUES (31, 'y');
ERROR 23514: new row for relation "p3x" violates partition constraint
DETAIL: Failing row contains (31, y, 62).
> INSERT INTO p3 VALUES (31, 'x') RETURNING tableoid::regclass;
tableoid
p3x
INSERT 0 1
> INSERT INTO p3x VALUES (32, NULL);
INSERT 0 1

-- Constraints of the partition; its row is shown as the table that is named has it.
> ALTER TABLE p1 ADD CONSTRAINT good CHECK (b <> 'bad');
ALTER TABLE
> INSERT INTO p VALUES (4, 'bad');
ERROR 23514: new row for relation "p1" violates check constraint "good"
DETAIL: Failing row contains (4, bad, 8).
> INSERT INTO p1 (a, b) VALUES (4, 'bad');
ERROR 23514: new row for relation "p1" violates check constraint "good"
DETAIL: Failing row contains (8, bad, 4).
> ALTER TABLE p1 ALTER b SET NOT NULL;
ALTER TABLE
> INSERT INTO p VALUES (4, NULL);
ERROR 23502: null value in column "b" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (4, null, 8).
> INSERT INTO p1 (a, b) VALUES (4, NULL);
ERROR 23502: null value in column "b" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (8, null, 4).
> INSERT INTO p1 (a, b) VALUES (NULL, 'x');
ERROR 23502: null value in column "a" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (null, x, null).
> INSERT INTO p1 (a, b) VALUES (14, 'bad');
ERROR 23514: new row for relation "p1" violates check constraint "good"
DETAIL: Failing row contains (28, bad, 14).

-- Default partitions take the rest, and nothing of what others take.
> CREATE TABLE pd PARTITION OF p DEFAULT;
CREATE TABLE
> INSERT INTO p VALUES (1000, 'far'), (NULL, 'null') RETURNING tableoid::regclass;
tableoid
pd
pd
INSERT 0 2
> INSERT INTO pd VALUES (15, 'x');
ERROR 23514: new row for relation "pd" violates partition constraint
DETAIL: Failing row contains (15, x, 30).
> INSERT INTO pd VALUES (-5, 'x');
INSERT 0 1
> SELECT * FROM pd ORDER BY a;
a | b | g
-5 | x | -10
1000 | far | 2000
NULL | null | NULL
SELECT 3
> DROP TABLE p;
DROP TABLE

-- Keys of several columns and expressions.
> CREATE TABLE k (a int, b text, c int) PARTITION BY RANGE (a, lower(b), (a + c));
CREATE TABLE
> CREATE TABLE k1 PARTITION OF k FOR VALUES FROM (1, 'a', 0) TO (1, 'm', MINVALUE);
CREATE TABLE
> CREATE TABLE k2 PARTITION OF k FOR VALUES FROM (1, 'm', MINVALUE) TO (2, MAXVALUE, MAXVALUE);
CREATE TABLE
> INSERT INTO k VALUES (1, 'B', 0), (1, 'M', 0), (2, 'Zzz', 9), (1, 'a', -1) RETURNING tableoid::regclass, *;
tableoid | a | b | c
k1 | 1 | B | 0
k2 | 1 | M | 0
k2 | 2 | Zzz | 9
k1 | 1 | a | -1
INSERT 0 4
> INSERT INTO k VALUES (1, 'A', -2);
ERROR 23514: no partition of relation "k" found for row
DETAIL: Partition key of the failing row contains (a, lower(b), (a + c)) = (1, a, -1).
> INSERT INTO k VALUES (3, NULL, 1);
ERROR 23514: no partition of relation "k" found for row
DETAIL: Partition key of the failing row contains (a, lower(b), (a + c)) = (3, null, 4).
> INSERT INTO k1 VALUES (1, 'Q', 3);
ERROR 23514: new row for relation "k1" violates partition constraint
DETAIL: Failing row contains (1, Q, 3).
> SELECT tableoid::regclass, * FROM k ORDER BY b;
tableoid | a | b | c
k1 | 1 | B | 0
k2 | 1 | M | 0
k2 | 2 | Zzz | 9
k1 | 1 | a | -1
SELECT 4
> CREATE TABLE long (a text) PARTITION BY LIST (upper(a));
CREATE TABLE
> INSERT INTO long VALUES (repeat('abcdefghij', 10));
ERROR 23514: no partition of relation "long" found for row
DETAIL: Partition key of the failing row contains (upper(a)) = (ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCD...).

-- Hashes.
> CREATE TABLE h (a int, b text) PARTITION BY HASH (a, b);
CREATE TABLE
> CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE
> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE
> CREATE TABLE h3 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE
> INSERT INTO h SELECT n, 'v' || n FROM generate_series(1, 40) n;
INSERT 0 40
> SELECT tableoid::regclass, count(*), min(a), max(a) FROM h GROUP BY 1 ORDER BY 1;
tableoid | count | min | max
h0 | 18 | 2 | 39
h1 | 9 | 1 | 40
h3 | 13 | 6 | 33
SELECT 3
> INSERT INTO h VALUES (NULL, NULL) RETURNING tableoid::regclass;
tableoid
h0
INSERT 0 1
> SELECT count(*) FROM h WHERE satisfies_hash_partition('h'::regclass, 4, 1, a, b) <> (tableoid = 'h1'::regclass);
count
0
SELECT 1
> INSERT INTO h1 SELECT a, b FROM h0 LIMIT 0;
INSERT 0 0
> DROP TABLE h1;
DROP TABLE
> WITH s AS (SELECT n, 'v' || n AS v FROM generate_series(1, 40) n) INSERT INTO h SELECT n, v FROM s WHERE satisfies_hash_partition('h'::regclass, 2, 0, n, v);
INSERT 0 18

-- Attached and detached within a transaction.
> BEGIN;
BEGIN
> CREATE TABLE l (a int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE l1 (a int);
CREATE TABLE
> SAVEPOINT s;
SAVEPOINT
> ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (1);
ALTER TABLE
> INSERT INTO l VALUES (1);
INSERT 0 1
> ROLLBACK TO s;
ROLLBACK
> INSERT INTO l VALUES (1);
ERROR 23514: no partition of relation "l" found for row
DETAIL: Partition key of the failing row contains (a) = (1).
> ROLLBACK TO s;
ROLLBACK
> ALTER TABLE l ATTACH PARTITION l1 FOR VALUES IN (2);
ALTER TABLE
> INSERT INTO l VALUES (2) RETURNING tableoid::regclass, a;
tableoid | a
l1 | 2
INSERT 0 1
> SAVEPOINT t;
SAVEPOINT
> INSERT INTO l VALUES (1);
ERROR 23514: no partition of relation "l" found for row
DETAIL: Partition key of the failing row contains (a) = (1).
> ROLLBACK TO t;
ROLLBACK
> ALTER TABLE l DETACH PARTITION l1;
ALTER TABLE
> INSERT INTO l1 VALUES (77);
INSERT 0 1
> SELECT * FROM l;
a
SELECT 0
> SELECT * FROM l1 ORDER BY a;
a
2
77
SELECT 2
> ROLLBACK;
ROLLBACK

-- Identities and sequences are those of the table that is named.
> CREATE TABLE n (id bigint GENERATED ALWAYS AS IDENTITY, s serial, a int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE n1 PARTITION OF n FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE n2 PARTITION OF n FOR VALUES IN (2);
CREATE TABLE
> INSERT INTO n (a) VALUES (1), (2), (1) RETURNING *;
id | s | a
1 | 1 | 1
2 | 2 | 2
3 | 3 | 1
INSERT 0 3
> INSERT INTO n VALUES (7, DEFAULT, 1);
ERROR 428C9: cannot insert a non-DEFAULT value into column "id"
DETAIL: Column "id" is an identity column defined as GENERATED ALWAYS.
HINT: Use OVERRIDING SYSTEM VALUE to override.
> INSERT INTO n OVERRIDING SYSTEM VALUE VALUES (7, DEFAULT, 1) RETURNING *;
id | s | a
7 | 4 | 1
INSERT 0 1
> SELECT tableoid::regclass, * FROM n ORDER BY s;
tableoid | id | s | a
n1 | 1 | 1 | 1
n2 | 2 | 2 | 2
n1 | 3 | 3 | 1
n1 | 7 | 4 | 1
SELECT 4
> INSERT INTO n1 (a) VALUES (1);
ERROR 23502: null value in column "id" of relation "n1" violates not-null constraint
DETAIL: Failing row contains (null, 5, 1).
> PREPARE put(int) AS INSERT INTO n (a) VALUES ($1) RETURNING tableoid::regclass;
PREPARE
> EXECUTE put(1);
tableoid
n1
INSERT 0 1
> EXECUTE put(2);
tableoid
n2
INSERT 0 1
> EXECUTE put(3);
ERROR 23514: no partition of relation "n" found for row
DETAIL: Partition key of the failing row contains (a) = (3).
> CREATE TABLE n3 PARTITION OF n FOR VALUES IN (3);
CREATE TABLE
> EXECUTE put(3);
tableoid
n3
INSERT 0 1

-- Inside of WITH.
> WITH new AS (INSERT INTO n (a) VALUES (3), (1) RETURNING tableoid::regclass AS part, a) SELECT * FROM new ORDER BY a;
part | a
n1 | 1
n3 | 3
SELECT 2

-- Keys as errors name them.
> CREATE TABLE "Odd" ("A x" int, b text) PARTITION BY RANGE ("A x", (lower(b)||'x'), (("A x" + 1) * 2));
CREATE TABLE
> INSERT INTO "Odd" VALUES (1, 'B');
ERROR 23514: no partition of relation "Odd" found for row
DETAIL: Partition key of the failing row contains ("A x", (lower(b) || 'x'::text), (("A x" + 1) * 2)) = (1, bx, 4).
