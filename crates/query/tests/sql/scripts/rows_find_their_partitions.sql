-- Rows of partitioned tables are routed, checked and moved.

> CREATE TABLE p (a int, b text, c int DEFAULT 7) PARTITION BY RANGE (a);
CREATE TABLE

> INSERT INTO p VALUES (1, 'x');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (1).

> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE

> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE p2a (c int, b text, junk int, a int);
CREATE TABLE

> ALTER TABLE p2a DROP COLUMN junk;
ALTER TABLE

> ALTER TABLE p2 ATTACH PARTITION p2a FOR VALUES IN ('a');
ALTER TABLE

> CREATE TABLE p2n PARTITION OF p2 FOR VALUES IN (NULL, 'n');
CREATE TABLE

> INSERT INTO p VALUES (1, 'one'), (10, 'a'), (11, NULL), (12, 'n') RETURNING tableoid::regclass, *;
tableoid | a | b | c
p1 | 1 | one | 7
p2a | 10 | a | 7
p2n | 11 | NULL | 7
p2n | 12 | n | 7
INSERT 0 4

> INSERT INTO p VALUES (20, 'no');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (20).

> INSERT INTO p VALUES (NULL, 'no');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (null).

> INSERT INTO p VALUES (15, 'no');
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (b) = (no).

> INSERT INTO p VALUES (1, 'fine'), (33, 'not');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (33).

> INSERT INTO p2 VALUES (15, 'a');
INSERT 0 1

> INSERT INTO p2 VALUES (5, 'a');
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (5, a, 7).

> INSERT INTO p2a VALUES (1, 'a', 16);
INSERT 0 1

> INSERT INTO p2a VALUES (1, 'b', 16);
ERROR 23514: new row for relation "p2a" violates partition constraint
DETAIL: Failing row contains (1, b, 16).

> INSERT INTO p2a VALUES (1, 'a', 5);
ERROR 23514: new row for relation "p2a" violates partition constraint
DETAIL: Failing row contains (1, a, 5).

> INSERT INTO p1 (a) VALUES (NULL);
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (null, null, 7).

> INSERT INTO p (b, a) SELECT 'gen', g FROM generate_series(2, 4) g;
INSERT 0 3

> SELECT tableoid::regclass, * FROM p ORDER BY a, b;
tableoid | a | b | c
p1 | 1 | one | 7
p1 | 2 | gen | 7
p1 | 3 | gen | 7
p1 | 4 | gen | 7
p2a | 10 | a | 7
p2n | 11 | NULL | 7
p2n | 12 | n | 7
p2a | 15 | a | 7
p2a | 16 | a | 1
SELECT 9

> INSERT INTO p DEFAULT VALUES;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (null).

> CREATE TABLE pd PARTITION OF p DEFAULT;
CREATE TABLE

> INSERT INTO p DEFAULT VALUES RETURNING tableoid::regclass, *;
tableoid | a | b | c
pd | NULL | NULL | 7
INSERT 0 1

> INSERT INTO pd VALUES (5, 'x');
ERROR 23514: new row for relation "pd" violates partition constraint
DETAIL: Failing row contains (5, x, 7).

-- Updates move rows.

> UPDATE p SET a = 17 WHERE a = 1;
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (b) = (one).

> UPDATE p SET a = 18, b = 'a' WHERE a = 1 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2a | 18 | a | 7
UPDATE 1

> UPDATE p SET a = a + 100 WHERE a < 4 AND a IS NOT NULL RETURNING tableoid::regclass, *;
tableoid | a | b | c
pd | 102 | gen | 7
pd | 103 | gen | 7
UPDATE 2

> UPDATE p1 SET a = 10;
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (10, gen, 7).

> UPDATE p2a SET b = 'n' WHERE a = 15;
ERROR 23514: new row for relation "p2a" violates partition constraint
DETAIL: Failing row contains (7, n, 15).

> UPDATE p2 SET b = 'n' WHERE a = 15 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2n | 15 | n | 7
UPDATE 1

> UPDATE p2 SET a = 1 WHERE a = 15;
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (1, n, 7).

> UPDATE p SET b = 'n' WHERE b IS NULL AND a > 0;
UPDATE 1

> SELECT tableoid::regclass, * FROM p ORDER BY a, b;
tableoid | a | b | c
p1 | 4 | gen | 7
p2a | 10 | a | 7
p2n | 11 | n | 7
p2n | 12 | n | 7
p2n | 15 | n | 7
p2a | 16 | a | 1
p2a | 18 | a | 7
pd | 102 | gen | 7
pd | 103 | gen | 7
pd | NULL | NULL | 7
SELECT 10

> UPDATE p SET c = c + 1 WHERE a = 18;
UPDATE 1

> UPDATE ONLY p SET c = 0;
UPDATE 0

> DELETE FROM ONLY p;
DELETE 0

> DELETE FROM p WHERE a = 18 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2a | 18 | a | 8
DELETE 1

> WITH moved AS (UPDATE p SET a = 3 WHERE a = 102 RETURNING *) SELECT * FROM moved;
a | b | c
3 | gen | 7
SELECT 1

> SELECT tableoid::regclass, a FROM p WHERE a = 3;
tableoid | a
p1 | 3
SELECT 1

> BEGIN;
BEGIN

> UPDATE p SET a = 13, b = 'a' WHERE a = 3;
UPDATE 1

> SAVEPOINT s;
SAVEPOINT

> DELETE FROM p WHERE a = 13;
DELETE 1

> UPDATE p SET a = 14, b = 'a' WHERE a = 4;
UPDATE 1

> ROLLBACK TO s;
ROLLBACK

> SELECT tableoid::regclass, a FROM p WHERE a IN (3, 4, 13, 14) ORDER BY a;
tableoid | a
p1 | 4
p2a | 13
SELECT 2

> ROLLBACK;
ROLLBACK

> SELECT tableoid::regclass, a FROM p WHERE a IN (3, 4, 13, 14) ORDER BY a;
tableoid | a
p1 | 3
p1 | 4
SELECT 2

-- Which columns decide may be computed.

> CREATE TABLE e (a int, b int) PARTITION BY RANGE ((a + b), abs(b));
CREATE TABLE

> CREATE TABLE e1 PARTITION OF e FOR VALUES FROM (0, 0) TO (10, 10);
CREATE TABLE

> CREATE TABLE e2 PARTITION OF e FOR VALUES FROM (10, 10) TO (MAXVALUE, MAXVALUE);
CREATE TABLE

> INSERT INTO e VALUES (5, 5), (0, 10), (20, -30), (3, 4);
ERROR 23514: no partition of relation "e" found for row
DETAIL: Partition key of the failing row contains ((a + b), abs(b)) = (-10, 30).

> INSERT INTO e VALUES (20, -20), (3, 4), (0, 10) RETURNING tableoid::regclass, *;
tableoid | a | b
e1 | 20 | -20
e1 | 3 | 4
e2 | 0 | 10
INSERT 0 3

> UPDATE e SET b = 100 WHERE a = 3 RETURNING tableoid::regclass, *;
tableoid | a | b
e2 | 3 | 100
UPDATE 1

> INSERT INTO e VALUES (1, NULL);
ERROR 23514: no partition of relation "e" found for row
DETAIL: Partition key of the failing row contains ((a + b), abs(b)) = (null, null).

-- Times, texts, enums, hashes.

> CREATE TABLE t (at timestamptz, n numeric) PARTITION BY RANGE (at);
CREATE TABLE

> CREATE TABLE t2020 PARTITION OF t FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2021-01-01 00:00+00');
CREATE TABLE

> CREATE TABLE t2021 PARTITION OF t FOR VALUES FROM ('2021-01-01 00:00+00') TO ('infinity');
CREATE TABLE

> INSERT INTO t VALUES ('2020-12-31 23:59:59+00', 1), ('2021-01-01 00:00+00', 2) RETURNING tableoid::regclass, n;
tableoid | n
t2020 | 1
t2021 | 2
INSERT 0 2

> INSERT INTO t VALUES ('infinity', 3);
ERROR 23514: no partition of relation "t" found for row
DETAIL: Partition key of the failing row contains (at) = (infinity).

> SET timezone = 'America/New_York';
(TimeZone = America/New_York)
SET

> INSERT INTO t VALUES ('2020-12-31 20:00', 4) RETURNING tableoid::regclass, n;
tableoid | n
t2021 | 4
INSERT 0 1

> RESET timezone;
(TimeZone = UTC)
RESET

> CREATE TYPE color AS ENUM ('red', 'green', 'blue');
CREATE TYPE

> CREATE TABLE c (c color, n int) PARTITION BY LIST (c);
CREATE TABLE

> CREATE TABLE c1 PARTITION OF c FOR VALUES IN ('green', 'blue');
CREATE TABLE

> CREATE TABLE c2 PARTITION OF c FOR VALUES IN ('red');
CREATE TABLE

> INSERT INTO c VALUES ('blue', 1), ('red', 2) RETURNING tableoid::regclass, *;
tableoid | c | n
c1 | blue | 1
c2 | red | 2
INSERT 0 2

> INSERT INTO c VALUES (NULL, 3);
ERROR 23514: no partition of relation "c" found for row
DETAIL: Partition key of the failing row contains (c) = (null).

> CREATE TABLE h (a int, b text) PARTITION BY HASH (a);
CREATE TABLE

> CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE

> INSERT INTO h SELECT g, g::text FROM generate_series(1, 20) g;
INSERT 0 20

> INSERT INTO h VALUES (NULL, 'null');
INSERT 0 1

> SELECT tableoid::regclass, a FROM h ORDER BY a;
tableoid | a
h2 | 1
h0 | 2
h1 | 3
h0 | 4
h2 | 5
h0 | 6
h1 | 7
h0 | 8
h2 | 9
h1 | 10
h2 | 11
h2 | 12
h1 | 13
h1 | 14
h0 | 15
h0 | 16
h2 | 17
h0 | 18
h0 | 19
h0 | 20
h0 | NULL
SELECT 21

> SELECT * FROM h WHERE a = 13;
a | b
13 | 13
SELECT 1

> UPDATE h SET a = a + 100 WHERE a = 1 RETURNING tableoid::regclass, *;
tableoid | a | b
h2 | 101 | 1
UPDATE 1

> INSERT INTO h0 VALUES (1, 'x'), (2, 'x'), (3, 'x'), (4, 'x');
ERROR 23514: new row for relation "h0" violates partition constraint
DETAIL: Failing row contains (1, x).

> CREATE TABLE ht (a text, b bigint) PARTITION BY HASH (a, b);
CREATE TABLE

> CREATE TABLE ht0 PARTITION OF ht FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE

> CREATE TABLE ht1 PARTITION OF ht FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE

> INSERT INTO ht SELECT chr(96 + g), g FROM generate_series(1, 8) g;
INSERT 0 8

> SELECT tableoid::regclass, * FROM ht ORDER BY b;
tableoid | a | b
ht0 | a | 1
ht0 | b | 2
ht1 | c | 3
ht0 | d | 4
ht0 | e | 5
ht1 | f | 6
ht0 | g | 7
ht0 | h | 8
SELECT 8

> SELECT satisfies_hash_partition('ht'::regclass, 2, 0, 'a'::text, 1::bigint), satisfies_hash_partition('ht'::regclass, 2, 1, 'a'::text, 1::bigint), satisfies_hash_partition('h'::regclass, 3, 0, NULL::int);
satisfies_hash_partition | satisfies_hash_partition | satisfies_hash_partition
t | f | t
SELECT 1

> SELECT satisfies_hash_partition('pg_class'::regclass, 2, 0, 1);
satisfies_hash_partition
ERROR 22023: "pg_class" is not a hash partitioned table

> SELECT satisfies_hash_partition('h'::regclass, 0, 0, 1);
satisfies_hash_partition
ERROR 22023: modulus for hash partition must be an integer value greater than zero

> SELECT satisfies_hash_partition('h'::regclass, 3, 3, 1);
satisfies_hash_partition
ERROR 22023: remainder for hash partition must be less than modulus

> SELECT satisfies_hash_partition('h'::regclass, 3, 1);
ERROR 42883: function satisfies_hash_partition(regclass, integer, integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> SELECT satisfies_hash_partition('h'::regclass, 3, 1, 1::bigint);
satisfies_hash_partition
ERROR 22023: column 1 of the partition key has type integer, but supplied value is of type bigint

-- COPY.

> COPY p FROM STDIN;
<5	five	1
<13	a	2
<500	rest	3
COPY 3

> SELECT tableoid::regclass, * FROM p WHERE a IN (5, 13, 500) AND c < 4 ORDER BY a;
tableoid | a | b | c
p1 | 5 | five | 1
p2a | 13 | a | 2
pd | 500 | rest | 3
SELECT 3

> COPY p2 (a, b) FROM STDIN;
<14	a
<5	a
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (5, a, 7).
CONTEXT: COPY p2, line 2: "5	a"

> COPY p1 (a, b) FROM STDIN;
<10	x
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (10, x, 7).
CONTEXT: COPY p1, line 1: "10	x"

> DROP TABLE pd;
DROP TABLE

> COPY p (a) FROM STDIN;
<77
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (77).
CONTEXT: COPY p, line 1: "77"

> COPY p (a, b) FROM STDIN WHERE a < 10;
<8	copied
<77	left out
COPY 1

> SELECT * FROM p WHERE a = 8;
a | b | c
8 | copied | 7
SELECT 1

-- MERGE.

> MERGE INTO p USING (VALUES (8, 'a'), (9, 'z')) v (k, t) ON p.a = v.k WHEN MATCHED THEN UPDATE SET a = 19, b = t WHEN NOT MATCHED THEN INSERT (a, b) VALUES (k, t);
MERGE 2

> SELECT tableoid::regclass, * FROM p WHERE a IN (8, 9, 19) ORDER BY a;
tableoid | a | b | c
p1 | 9 | z | 7
p2a | 19 | a | 7
SELECT 2

> MERGE INTO p USING (VALUES (9)) v (k) ON p.a = v.k WHEN MATCHED THEN UPDATE SET a = 99;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (99).

> TRUNCATE p2;
TRUNCATE TABLE

> SELECT count(*) FROM p2;
count
0
SELECT 1

> TRUNCATE ONLY p;
ERROR 42809: cannot truncate only a partitioned table
HINT: Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.

> TRUNCATE p;
TRUNCATE TABLE

> SELECT count(*) FROM p1;
count
0
SELECT 1

-- A view over it.

> CREATE VIEW v AS SELECT a, b FROM p WHERE a < 15 WITH CHECK OPTION;
CREATE VIEW

> INSERT INTO v VALUES (1, 'v'), (11, 'a');
INSERT 0 2

> UPDATE v SET a = 12 WHERE a = 11;
UPDATE 1

> UPDATE v SET a = 16 WHERE a = 12;
ERROR 44000: new row violates check option for view "v"
DETAIL: Failing row contains (16, a, 7).

> UPDATE v SET a = 13, b = 'n' WHERE a = 1;
UPDATE 1

> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b | c
p2a | 12 | a | 7
p2n | 13 | n | 7
SELECT 2

-- Prepared.

> PREPARE ins (int, text) AS INSERT INTO p VALUES ($1, $2) RETURNING tableoid::regclass, a;
PREPARE

> EXECUTE ins (2, 'q');
tableoid | a
p1 | 2
INSERT 0 1

> EXECUTE ins (14, 'a');
tableoid | a
p2a | 14
INSERT 0 1

> EXECUTE ins (100, 'a');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (100).

> PREPARE upd (int, int) AS UPDATE p SET a = $2 WHERE a = $1 RETURNING tableoid::regclass, a;
PREPARE

> EXECUTE upd (14, 17);
tableoid | a
p2a | 17
UPDATE 1

> EXECUTE upd (2, 3);
tableoid | a
p1 | 3
UPDATE 1

> PREPARE del (int) AS DELETE FROM p WHERE a = $1 RETURNING tableoid::regclass, a;
PREPARE

> EXECUTE del (17);
tableoid | a
p2a | 17
DELETE 1

> EXECUTE del (17);
tableoid | a
DELETE 0
