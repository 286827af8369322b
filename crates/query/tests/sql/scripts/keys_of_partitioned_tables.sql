-- Keys of partitioned tables have all columns of the partition key.
> CREATE TABLE p (a int, b int, c text, PRIMARY KEY (b)) PARTITION BY RANGE (a);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "p" lacks column "a" which is part of the partition key.
> CREATE TABLE p (a int, b int UNIQUE, c text) PARTITION BY RANGE (a);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.
> CREATE TABLE p (a int, b int, c text, UNIQUE (b, a)) PARTITION BY RANGE (a, c);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "c" which is part of the partition key.
> CREATE TABLE e (a int, b int, UNIQUE (a, b)) PARTITION BY RANGE ((a + b));
ERROR 0A000: unsupported UNIQUE constraint with partition key definition
DETAIL: UNIQUE constraints cannot be used when partition keys include expressions.
> CREATE TABLE e (a int, b int, PRIMARY KEY (a, b)) PARTITION BY LIST ((a + b));
ERROR 0A000: unsupported PRIMARY KEY constraint with partition key definition
DETAIL: PRIMARY KEY constraints cannot be used when partition keys include expressions.
> CREATE TABLE e (a int, b int) PARTITION BY LIST (lower(a::text));
CREATE TABLE
> CREATE UNIQUE INDEX ON e (a);
ERROR 0A000: unsupported UNIQUE constraint with partition key definition
DETAIL: UNIQUE constraints cannot be used when partition keys include expressions.
> CREATE INDEX ON e (a);
CREATE INDEX
> ALTER TABLE e ADD PRIMARY KEY (a);
ERROR 0A000: unsupported PRIMARY KEY constraint with partition key definition
DETAIL: PRIMARY KEY constraints cannot be used when partition keys include expressions.
> CREATE TABLE p (a int, b int, c text) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE p21 PARTITION OF p2 FOR VALUES IN (1, 2);
CREATE TABLE
> CREATE UNIQUE INDEX ON p (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.
> CREATE UNIQUE INDEX ON p ((a + 1));
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.
> CREATE UNIQUE INDEX ON p (a);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p2" lacks column "b" which is part of the partition key.
> ALTER TABLE p ADD UNIQUE (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.
> ALTER TABLE p ADD PRIMARY KEY (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "p" lacks column "a" which is part of the partition key.
> ALTER TABLE p ADD PRIMARY KEY (a);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "p2" lacks column "b" which is part of the partition key.
> ALTER TABLE p ADD CONSTRAINT x EXCLUDE (a WITH =);
ERROR 0A000: exclusion constraints are not supported on partitioned tables
> CREATE TABLE x (a int, EXCLUDE (a WITH =)) PARTITION BY LIST (a);
ERROR 0A000: exclusion constraints are not supported on partitioned tables

-- They hold in every partition, and so in the whole table.
> ALTER TABLE p ADD CONSTRAINT p_key UNIQUE (a, b);
ALTER TABLE
> INSERT INTO p VALUES (1, 1, 'x'), (11, 1, 'y'), (11, 2, 'z');
INSERT 0 3
> INSERT INTO p VALUES (11, 1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p21_a_b_key"
DETAIL: Key (a, b)=(11, 1) already exists.
> INSERT INTO p1 VALUES (1, 1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p1_a_b_key"
DETAIL: Key (a, b)=(1, 1) already exists.
> UPDATE p SET b = 1 WHERE c = 'z';
ERROR 23505: duplicate key value violates unique constraint "p21_a_b_key"
DETAIL: Key (a, b)=(11, 1) already exists.
> INSERT INTO p VALUES (1, NULL, 'null'), (1, NULL, 'null');
INSERT 0 2
> ALTER TABLE p ADD PRIMARY KEY (a, b);
ERROR 23502: column "b" of relation "p1" contains null values
> DELETE FROM p WHERE b IS NULL;
DELETE 2
> BEGIN;
BEGIN
> ALTER TABLE p ADD PRIMARY KEY (a, b);
ALTER TABLE
> INSERT INTO p VALUES (2, NULL, 'null');
ERROR 23502: null value in column "b" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (2, null, null).
> ROLLBACK;
ROLLBACK
> ALTER TABLE p ADD PRIMARY KEY (a, b) INCLUDE (c);
ALTER TABLE
> INSERT INTO p VALUES (2, NULL, 'null');
ERROR 23502: null value in column "b" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (2, null, null).
> ALTER TABLE p ADD PRIMARY KEY (a, b);
ERROR 42P16: multiple primary keys for table "p" are not allowed
> SELECT conrelid::regclass, conname, contype, conislocal, coninhcount, (SELECT conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE conrelid::regclass::text ~ '^p\d*$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | contype | conislocal | coninhcount | of
p | p_key | u | t | 0 | NULL
p | p_pkey | p | t | 0 | NULL
p1 | p1_a_b_key | u | f | 1 | p_key
p1 | p1_pkey | p | f | 1 | p_pkey
p2 | p2_a_b_key | u | f | 1 | p_key
p2 | p2_pkey | p | f | 1 | p_pkey
p21 | p21_a_b_key | u | f | 1 | p2_a_b_key
p21 | p21_pkey | p | f | 1 | p2_pkey
SELECT 8
> SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid::regclass::text ~ '^p\d*$' AND attnum > 0 AND attnotnull ORDER BY attrelid::regclass::text, attname;
attrelid | attname
p | a
p | b
p1 | a
p1 | b
p2 | a
p2 | b
p21 | a
p21 | b
SELECT 8
> SELECT * FROM p ORDER BY a, b;
a | b | c
1 | 1 | x
11 | 1 | y
11 | 2 | z
SELECT 3
> ALTER TABLE p1 DROP CONSTRAINT p1_pkey;
ERROR 42P16: cannot drop inherited constraint "p1_pkey" of relation "p1"
> ALTER TABLE p21 DROP CONSTRAINT p21_a_b_key;
ERROR 42P16: cannot drop inherited constraint "p21_a_b_key" of relation "p21"
> ALTER TABLE p1 ALTER a DROP NOT NULL;
ERROR 42P16: column "a" is in a primary key
> ALTER TABLE p ALTER a DROP NOT NULL;
ERROR 42P16: column "a" is in a primary key
> DROP INDEX p1_pkey;
ERROR 2BP01: cannot drop index p1_pkey because index p_pkey requires it
HINT: You can drop index p_pkey instead.
> DROP INDEX p_pkey;
ERROR 2BP01: cannot drop index p_pkey because constraint p_pkey on table p requires it
HINT: You can drop constraint p_pkey on table p instead.
> ALTER TABLE p1 RENAME CONSTRAINT p1_pkey TO p1_primary;
ALTER TABLE
> ALTER TABLE p DROP CONSTRAINT p_pkey;
ALTER TABLE
> SELECT conrelid::regclass, conname FROM pg_constraint c WHERE conrelid::regclass::text ~ '^p\d*$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname
p | p_key
p1 | p1_a_b_key
p2 | p2_a_b_key
p21 | p21_a_b_key
SELECT 4
> SELECT * FROM p ORDER BY a, b;
a | b | c
1 | 1 | x
11 | 1 | y
11 | 2 | z
SELECT 3
> INSERT INTO p VALUES (1, 1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p1_a_b_key"
DETAIL: Key (a, b)=(1, 1) already exists.
> ALTER TABLE p DROP CONSTRAINT p_key;
ALTER TABLE
> INSERT INTO p VALUES (1, 1, 'again'), (11, 1, 'again');
INSERT 0 2
> SELECT * FROM p ORDER BY a, b, c;
a | b | c
1 | 1 | again
1 | 1 | x
11 | 1 | again
11 | 1 | y
11 | 2 | z
SELECT 5
> CREATE UNIQUE INDEX ON p (a, b);
ERROR 23505: could not create unique index "p1_a_b_idx"
DETAIL: Key (a, b)=(1, 1) is duplicated.
> ALTER TABLE p ADD UNIQUE (a, b);
ERROR 23505: could not create unique index "p1_a_b_key"
DETAIL: Key (a, b)=(1, 1) is duplicated.
> ALTER TABLE p ADD PRIMARY KEY (a, b);
ERROR 23505: could not create unique index "p1_pkey"
DETAIL: Key (a, b)=(1, 1) is duplicated.
> DELETE FROM p WHERE c = 'again';
DELETE 2
> CREATE UNIQUE INDEX ui ON p (a, b);
CREATE INDEX
> ALTER TABLE p ADD CONSTRAINT from_index UNIQUE USING INDEX ui;
ERROR 0A000: ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables
> ALTER TABLE p ADD PRIMARY KEY USING INDEX ui;
ERROR 0A000: ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables
> INSERT INTO p VALUES (1, 1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p1_a_b_idx"
DETAIL: Key (a, b)=(1, 1) already exists.

-- ALTER TABLE ONLY makes a key that is complete when all partitions have been attached.
> DROP TABLE p;
DROP TABLE
> CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE
> ALTER TABLE ONLY p ADD PRIMARY KEY (a);
ERROR 42P16: constraint must be added to child tables too
DETAIL: Column "a" of relation "p1" is not already NOT NULL.
HINT: Do not specify the ONLY keyword.
> ALTER TABLE p1 ALTER a SET NOT NULL;
ALTER TABLE
> ALTER TABLE ONLY p ADD PRIMARY KEY (a);
ERROR 42P16: constraint must be added to child tables too
DETAIL: Column "a" of relation "p2" is not already NOT NULL.
HINT: Do not specify the ONLY keyword.
> ALTER TABLE p2 ALTER a SET NOT NULL;
ALTER TABLE
> ALTER TABLE ONLY p ADD PRIMARY KEY (a);
ALTER TABLE
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'p_pkey'::regclass;
indisvalid
f
SELECT 1
> CREATE UNIQUE INDEX p1_index ON p1 (a);
CREATE INDEX
> ALTER INDEX p_pkey ATTACH PARTITION p1_index;
ERROR 42P17: cannot attach index "p1_index" as a partition of index "p_pkey"
DETAIL: The index "p_pkey" belongs to a constraint in table "p" but no constraint exists for index "p1_index".
> DROP INDEX p1_index;
DROP INDEX
> ALTER TABLE p1 ADD PRIMARY KEY (a);
ALTER TABLE
> ALTER INDEX p_pkey ATTACH PARTITION p1_pkey;
ALTER INDEX
> ALTER TABLE p2 ADD CONSTRAINT p2_key PRIMARY KEY (a);
ALTER TABLE
> ALTER INDEX p_pkey ATTACH PARTITION p2_key;
ALTER INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'p_pkey'::regclass;
indisvalid
t
SELECT 1
> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid::regclass::text ~ '^p\d*$' ORDER BY conrelid::regclass::text;
conrelid | conname | conislocal | coninhcount
p | p_pkey | t | 0
p1 | p1_pkey | f | 1
p2 | p2_key | f | 1
SELECT 3

-- Partitions that come get the key; a constraint that is alike is taken in, another primary key refused.
> CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
CREATE TABLE
> CREATE TABLE p4 PARTITION OF p (PRIMARY KEY (b)) FOR VALUES IN (4);
ERROR 42P16: multiple primary keys for table "p4" are not allowed
> CREATE TABLE p4 PARTITION OF p (UNIQUE (b)) FOR VALUES IN (4);
CREATE TABLE
> CREATE TABLE p5 (a int, b int PRIMARY KEY);
CREATE TABLE
> ALTER TABLE p5 ALTER a SET NOT NULL;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p5 FOR VALUES IN (5);
ERROR 42P16: multiple primary keys for table "p5" are not allowed
> CREATE TABLE p6 (a int NOT NULL, b int, CONSTRAINT own UNIQUE (a));
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p6 FOR VALUES IN (6);
ALTER TABLE
> CREATE TABLE p7 (a int NOT NULL, b int);
CREATE TABLE
> INSERT INTO p7 VALUES (7, 1), (7, 2);
INSERT 0 2
> ALTER TABLE p ATTACH PARTITION p7 FOR VALUES IN (7);
ERROR 23505: could not create unique index "p7_pkey"
DETAIL: Key (a)=(7) is duplicated.
> DELETE FROM p7 WHERE b = 2;
DELETE 1
> ALTER TABLE p ATTACH PARTITION p7 FOR VALUES IN (7);
ALTER TABLE
> SELECT conrelid::regclass, conname, contype, conislocal, (SELECT conname FROM pg_constraint WHERE oid = c.conparentid) AS of FROM pg_constraint c WHERE conrelid::regclass::text ~ '^p\d*$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | contype | conislocal | of
p | p_pkey | p | t | NULL
p1 | p1_pkey | p | f | p_pkey
p2 | p2_key | p | f | p_pkey
p3 | p3_pkey | p | f | p_pkey
p4 | p4_b_key | u | t | NULL
p4 | p4_pkey | p | f | p_pkey
p5 | p5_pkey | p | t | NULL
p6 | own | u | f | p_pkey
p7 | p7_pkey | p | f | p_pkey
SELECT 9
> INSERT INTO p VALUES (7, 3);
ERROR 23505: duplicate key value violates unique constraint "p7_pkey"
DETAIL: Key (a)=(7) already exists.
> ALTER TABLE p DETACH PARTITION p7;
ALTER TABLE
> SELECT conname, conislocal, coninhcount, conparentid FROM pg_constraint WHERE conrelid = 'p7'::regclass;
conname | conislocal | coninhcount | conparentid
p7_pkey | t | 0 | 0
SELECT 1
> INSERT INTO p7 VALUES (7, 3);
ERROR 23505: duplicate key value violates unique constraint "p7_pkey"
DETAIL: Key (a)=(7) already exists.
> ALTER TABLE p7 DROP CONSTRAINT p7_pkey;
ALTER TABLE
> INSERT INTO p7 VALUES (7, 3);
INSERT 0 1
> SELECT * FROM p7 ORDER BY b;
a | b
7 | 1
7 | 3
SELECT 2

-- LIKE takes indexes over if the partition key allows them.
> CREATE TABLE l (LIKE p INCLUDING INDEXES) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE l2 (LIKE p INCLUDING INDEXES) PARTITION BY LIST (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "l2" lacks column "b" which is part of the partition key.
> CREATE TABLE l3 (LIKE p1 INCLUDING INDEXES);
CREATE TABLE
> SELECT conrelid::regclass, conname, conislocal, conparentid FROM pg_constraint WHERE conrelid::regclass::text ~ '^l\d*$' ORDER BY 1;
conrelid | conname | conislocal | conparentid
l | l_pkey | t | 0
l3 | l3_pkey | t | 0
SELECT 2

-- Deferrable keys wait in partitions, too.
> CREATE TABLE d (a int, b int, CONSTRAINT d_key UNIQUE (a, b) DEFERRABLE) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE d1 PARTITION OF d FOR VALUES IN (1);
CREATE TABLE
> INSERT INTO d VALUES (1, 1), (1, 2);
INSERT 0 2
> UPDATE d SET b = b + 1;
UPDATE 2
> BEGIN;
BEGIN
> SET CONSTRAINTS d_key DEFERRED;
SET CONSTRAINTS
> INSERT INTO d VALUES (1, 2);
INSERT 0 1
> SET CONSTRAINTS d_key IMMEDIATE;
ERROR 23505: duplicate key value violates unique constraint "d1_a_b_key"
DETAIL: Key (a, b)=(1, 2) already exists.
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS d_key DEFERRED;
SET CONSTRAINTS
> INSERT INTO d VALUES (1, 2);
INSERT 0 1
> COMMIT;
ERROR 23505: duplicate key value violates unique constraint "d1_a_b_key"
DETAIL: Key (a, b)=(1, 2) already exists.
> INSERT INTO d VALUES (1, 2);
ERROR 23505: duplicate key value violates unique constraint "d1_a_b_key"
DETAIL: Key (a, b)=(1, 2) already exists.
> SELECT * FROM d ORDER BY 1, 2;
a | b
1 | 2
1 | 3
SELECT 2

-- A primary key of a table that others inherit from makes their columns NOT NULL, and no more.
> CREATE TABLE up (a int, b int);
CREATE TABLE
> CREATE TABLE down (c int) INHERITS (up);
CREATE TABLE
> INSERT INTO down VALUES (NULL, 1, 1);
INSERT 0 1
> ALTER TABLE up ADD PRIMARY KEY (a);
ERROR 23502: column "a" of relation "down" contains null values
> BEGIN;
BEGIN
> ALTER TABLE ONLY up ADD PRIMARY KEY (a);
ALTER TABLE
> SELECT attrelid::regclass, attnotnull FROM pg_attribute WHERE attrelid IN ('up'::regclass, 'down'::regclass) AND attname = 'a' ORDER BY attrelid::regclass::text;
attrelid | attnotnull
down | f
up | t
SELECT 2
> ROLLBACK;
ROLLBACK
> DELETE FROM down;
DELETE 1
> INSERT INTO up VALUES (1, 1);
INSERT 0 1
> INSERT INTO down VALUES (1, 1, 1), (1, 2, 2);
INSERT 0 2
> ALTER TABLE up ADD PRIMARY KEY (a);
ALTER TABLE
> SELECT attrelid::regclass, attnotnull FROM pg_attribute WHERE attrelid IN ('up'::regclass, 'down'::regclass) AND attname = 'a' ORDER BY attrelid::regclass::text;
attrelid | attnotnull
down | t
up | t
SELECT 2
> INSERT INTO up VALUES (1, 1);
ERROR 23505: duplicate key value violates unique constraint "up_pkey"
DETAIL: Key (a)=(1) already exists.
> SELECT tableoid::regclass, * FROM up ORDER BY a, b, tableoid::regclass::text;
tableoid | a | b
down | 1 | 1
up | 1 | 1
down | 1 | 2
SELECT 3
