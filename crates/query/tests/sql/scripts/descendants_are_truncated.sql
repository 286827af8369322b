-- TRUNCATE of tables with children and partitions.
> CREATE TABLE base (a int);
CREATE TABLE
> CREATE TABLE one (b int) INHERITS (base);
CREATE TABLE
> CREATE TABLE two (c int) INHERITS (base);
CREATE TABLE
> CREATE TABLE below (d int) INHERITS (one);
CREATE TABLE
> INSERT INTO base VALUES (1);
INSERT 0 1
> INSERT INTO one VALUES (2, 2);
INSERT 0 1
> INSERT INTO two VALUES (3, 3);
INSERT 0 1
> INSERT INTO below VALUES (4, 4, 4);
INSERT 0 1
> BEGIN;
BEGIN
> TRUNCATE base;
TRUNCATE TABLE
> SELECT count(*) FROM base;
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> TRUNCATE ONLY base;
TRUNCATE TABLE
> SELECT a FROM base ORDER BY a;
a
2
3
4
SELECT 3
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> TRUNCATE ONLY one, two;
TRUNCATE TABLE
> SELECT a FROM base ORDER BY a;
a
1
4
SELECT 2
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> TRUNCATE ONLY one, one *;
TRUNCATE TABLE
> SELECT a FROM base ORDER BY a;
a
1
3
4
SELECT 3
> ROLLBACK;
ROLLBACK
> SELECT a FROM base ORDER BY a;
a
1
2
3
4
SELECT 4

-- Partitions, alone and all of them.
> CREATE TABLE p (id serial, a int) PARTITION BY LIST (a);
CREATE TABLE
> TRUNCATE p;
TRUNCATE TABLE
> TRUNCATE ONLY p;
ERROR 42809: cannot truncate only a partitioned table
HINT: Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2, 3) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN (2);
CREATE TABLE
> INSERT INTO p (a) VALUES (1), (2), (1);
INSERT 0 3
> TRUNCATE ONLY p;
ERROR 42809: cannot truncate only a partitioned table
HINT: Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.
> TRUNCATE ONLY p2;
ERROR 42809: cannot truncate only a partitioned table
HINT: Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.
> TRUNCATE p2;
TRUNCATE TABLE
> SELECT tableoid::regclass, * FROM p ORDER BY id;
tableoid | id | a
p1 | 1 | 1
p1 | 3 | 1
SELECT 2
> TRUNCATE ONLY p1;
TRUNCATE TABLE
> SELECT count(*) FROM p;
count
0
SELECT 1
> INSERT INTO p (a) VALUES (1), (2) RETURNING id;
id
4
5
INSERT 0 2
> TRUNCATE p RESTART IDENTITY;
TRUNCATE TABLE
> INSERT INTO p (a) VALUES (1), (2) RETURNING id;
id
1
2
INSERT 0 2
> TRUNCATE TABLE p, base;
TRUNCATE TABLE
> SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM base);
count | count
0 | 0
SELECT 1

-- Foreign keys.
> CREATE TABLE parent (a int PRIMARY KEY) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE parent1 PARTITION OF parent FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE parent2 PARTITION OF parent FOR VALUES FROM (10) TO (20);
CREATE TABLE
> CREATE TABLE ref (a int REFERENCES parent);
CREATE TABLE
> INSERT INTO parent VALUES (1), (11);
INSERT 0 2
> INSERT INTO ref VALUES (1), (11);
INSERT 0 2
> TRUNCATE parent;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "ref" references "parent".
HINT: Truncate table "ref" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE parent1;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "ref" references "parent1".
HINT: Truncate table "ref" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE parent1 CASCADE;
NOTICE: truncate cascades to table "ref"
TRUNCATE TABLE
> SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM ref);
count | count
1 | 0
SELECT 1
> INSERT INTO ref VALUES (11);
INSERT 0 1
> TRUNCATE parent, ref;
TRUNCATE TABLE
> SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM ref);
count | count
0 | 0
SELECT 1

-- Only the table that is named takes privileges.
> INSERT INTO base VALUES (1);
INSERT 0 1
> INSERT INTO one VALUES (2, 2);
INSERT 0 1
> CREATE ROLE gold_cutter;
CREATE ROLE
> GRANT TRUNCATE, SELECT ON base TO gold_cutter;
GRANT
> SET ROLE gold_cutter;
(is_superuser = off)
SET
> TRUNCATE one;
ERROR 42501: permission denied for table one
> TRUNCATE base;
TRUNCATE TABLE
> SELECT count(*) FROM base;
count
0
SELECT 1
> RESET ROLE;
(is_superuser = on)
RESET
> DROP OWNED BY gold_cutter;
DROP OWNED
> DROP ROLE gold_cutter;
DROP ROLE
