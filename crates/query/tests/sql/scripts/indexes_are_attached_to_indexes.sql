-- CREATE INDEX, keys, ATTACH and DROP of indexes of partitioned tables.

> CREATE TABLE p (a int, b int, c text) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE

> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (b);
CREATE TABLE

> CREATE TABLE p2x PARTITION OF p2 FOR VALUES FROM (0) TO (100);
CREATE TABLE

> INSERT INTO p VALUES (1, 1, 'one'), (11, 11, 'eleven');
INSERT 0 2

> CREATE INDEX ON p (b);
CREATE INDEX

> CREATE INDEX named ON p (lower(c)) INCLUDE (a) WHERE b > 0;
CREATE INDEX

> CREATE INDEX IF NOT EXISTS named ON p (a);
NOTICE: relation "named" already exists, skipping
CREATE INDEX

> CREATE INDEX named ON p (a);
ERROR 42P07: relation "named" already exists

> SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2;
tablename | indexname | indexdef
p | named | CREATE INDEX named ON ONLY public.p USING btree (lower(c)) INCLUDE (a) WHERE (b > 0)
p | p_b_idx | CREATE INDEX p_b_idx ON ONLY public.p USING btree (b)
p1 | p1_b_idx | CREATE INDEX p1_b_idx ON public.p1 USING btree (b)
p1 | p1_lower_a_idx | CREATE INDEX p1_lower_a_idx ON public.p1 USING btree (lower(c)) INCLUDE (a) WHERE (b > 0)
p2 | p2_b_idx | CREATE INDEX p2_b_idx ON ONLY public.p2 USING btree (b)
p2 | p2_lower_a_idx | CREATE INDEX p2_lower_a_idx ON ONLY public.p2 USING btree (lower(c)) INCLUDE (a) WHERE (b > 0)
p2x | p2x_b_idx | CREATE INDEX p2x_b_idx ON public.p2x USING btree (b)
p2x | p2x_lower_a_idx | CREATE INDEX p2x_lower_a_idx ON public.p2x USING btree (lower(c)) INCLUDE (a) WHERE (b > 0)
SELECT 8

> SELECT a FROM p WHERE b = 11;
a
11
SELECT 1

> SELECT a FROM p WHERE lower(c) = 'one' AND b > 0;
a
1
SELECT 1

> CREATE INDEX CONCURRENTLY ON p (c);
ERROR 0A000: cannot create index on partitioned table "p" concurrently

> CREATE INDEX CONCURRENTLY ON p1 (c);
CREATE INDEX

-- New partitions get them; those that have an index like it keep theirs.

> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30);
CREATE TABLE

> CREATE TABLE p4 (a int, b int, c text);
CREATE TABLE

> CREATE INDEX mine ON p4 (b);
CREATE INDEX

> CREATE INDEX other ON p4 (b DESC);
CREATE INDEX

> ALTER TABLE p ATTACH PARTITION p4 FOR VALUES FROM (30) TO (40);
ALTER TABLE

> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE relkind IN ('i', 'I') ORDER BY inhparent::regclass::text, inhrelid::regclass::text;
inhrelid | inhparent
p1_lower_a_idx | named
p2_lower_a_idx | named
p3_lower_a_idx | named
p4_lower_a_idx | named
p2x_b_idx | p2_b_idx
p2x_lower_a_idx | p2_lower_a_idx
mine | p_b_idx
p1_b_idx | p_b_idx
p2_b_idx | p_b_idx
p3_b_idx | p_b_idx
SELECT 10

> DROP INDEX mine;
ERROR 2BP01: cannot drop index mine because index p_b_idx requires it
HINT: You can drop index p_b_idx instead.

> DROP INDEX p1_b_idx;
ERROR 2BP01: cannot drop index p1_b_idx because index p_b_idx requires it
HINT: You can drop index p_b_idx instead.

> DROP INDEX other;
DROP INDEX

> DROP INDEX CONCURRENTLY p_b_idx;
ERROR 0A000: cannot drop partitioned index "p_b_idx" concurrently

> DROP INDEX p_b_idx;
DROP INDEX

> SELECT indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = indrelid WHERE relname ~ '^p\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
named
p1_c_idx
p1_lower_a_idx
p2_lower_a_idx
p3_lower_a_idx
p4_lower_a_idx
SELECT 6

> ALTER INDEX named RENAME TO renamed;
ALTER INDEX

> SELECT indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = indrelid WHERE relname ~ '^p\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
p1_c_idx
p1_lower_a_idx
p2_lower_a_idx
p3_lower_a_idx
p4_lower_a_idx
renamed
SELECT 6

> DROP INDEX renamed;
DROP INDEX

-- ON ONLY and ATTACH.

> CREATE INDEX top ON ONLY p (c);
CREATE INDEX

> SELECT indisvalid FROM pg_index WHERE indexrelid = 'top'::regclass;
indisvalid
f
SELECT 1

> CREATE INDEX i1 ON p1 (c);
CREATE INDEX

> CREATE INDEX i1b ON p1 (b);
CREATE INDEX

> CREATE INDEX i1c ON p1 (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i1b;
ERROR 42P17: cannot attach index "i1b" as a partition of index "top"
DETAIL: The index definitions do not match.

> ALTER INDEX top ATTACH PARTITION nothing;
ERROR 42P01: relation "nothing" does not exist

> ALTER INDEX i1 ATTACH PARTITION i1b;
ERROR 42809: ALTER action ATTACH PARTITION cannot be performed on relation "i1"
DETAIL: This operation is not supported for indexes.

> ALTER INDEX top ATTACH PARTITION top;
ERROR 55000: cannot attach index "top" as a partition of index "top"
DETAIL: Index "top" is not an index on any partition of table "p".

> ALTER INDEX top ATTACH PARTITION i1;
ALTER INDEX

> ALTER INDEX top ATTACH PARTITION i1;
ALTER INDEX

> ALTER INDEX top ATTACH PARTITION i1c;
ERROR 55000: cannot attach index "i1c" as a partition of index "top"
DETAIL: Another index is already attached for partition "p1".

> CREATE INDEX i2 ON p2 (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i2;
ALTER INDEX

> CREATE INDEX i2x ON p2x (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i2x;
ERROR 55000: cannot attach index "i2x" as a partition of index "top"
DETAIL: Index "i2x" is not an index on any partition of table "p".

> CREATE INDEX i3 ON p3 (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i3;
ALTER INDEX

> CREATE INDEX i4 ON p4 (c) WHERE a > 0;
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i4;
ERROR 42P17: cannot attach index "i4" as a partition of index "top"
DETAIL: The index definitions do not match.

> DROP INDEX i4;
DROP INDEX

> CREATE UNIQUE INDEX i4 ON p4 (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i4;
ERROR 42P17: cannot attach index "i4" as a partition of index "top"
DETAIL: The index definitions do not match.

> DROP INDEX i4;
DROP INDEX

> CREATE INDEX i4 ON p4 (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION i4;
ALTER INDEX

> SELECT indisvalid FROM pg_index WHERE indexrelid = 'top'::regclass;
indisvalid
t
SELECT 1

> SELECT * FROM pg_partition_tree('top');
relid | parentrelid | isleaf | level
top | NULL | f | 0
i1 | top | t | 1
i2 | top | f | 1
i3 | top | t | 1
i4 | top | t | 1
p2x_c_idx | i2 | t | 2
SELECT 6

> CREATE TABLE elsewhere (c text);
CREATE TABLE

> CREATE INDEX ie ON elsewhere (c);
CREATE INDEX

> ALTER INDEX top ATTACH PARTITION ie;
ERROR 55000: cannot attach index "ie" as a partition of index "top"
DETAIL: Index "ie" is not an index on any partition of table "p".

> DROP INDEX top;
DROP INDEX

-- Unique ones have all columns of the key.

> CREATE UNIQUE INDEX ON p (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p" lacks column "a" which is part of the partition key.

> CREATE UNIQUE INDEX u ON p (a);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: UNIQUE constraint on table "p2" lacks column "b" which is part of the partition key.

> ALTER TABLE p ADD PRIMARY KEY (c);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "p" lacks column "a" which is part of the partition key.

> ALTER TABLE p ADD PRIMARY KEY (a, b);
ALTER TABLE

> CREATE UNIQUE INDEX u ON p (b, a);
CREATE INDEX

> INSERT INTO p VALUES (1, 1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p1_pkey"
DETAIL: Key (a, b)=(1, 1) already exists.

> INSERT INTO p VALUES (11, 11, 'again');
ERROR 23505: duplicate key value violates unique constraint "p2x_pkey"
DETAIL: Key (a, b)=(11, 11) already exists.

> INSERT INTO p VALUES (12, NULL, 'null');
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (b) = (null).

> UPDATE p SET a = 1, b = 1 WHERE a = 11;
ERROR 23505: duplicate key value violates unique constraint "p1_pkey"
DETAIL: Key (a, b)=(1, 1) already exists.

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text ~ '^p\d?x?$' ORDER BY conrelid::regclass::text;
conrelid | conname | conislocal | coninhcount
p | p_pkey | t | 0
p1 | p1_pkey | f | 1
p2 | p2_pkey | f | 1
p2x | p2x_pkey | f | 1
p3 | p3_pkey | f | 1
p4 | p4_pkey | f | 1
SELECT 6

> ALTER TABLE p1 DROP CONSTRAINT p1_pkey;
ERROR 42P16: cannot drop inherited constraint "p1_pkey" of relation "p1"

> DROP INDEX p1_pkey;
ERROR 2BP01: cannot drop index p1_pkey because index p_pkey requires it
HINT: You can drop index p_pkey instead.

> DROP INDEX p_pkey;
ERROR 2BP01: cannot drop index p_pkey because constraint p_pkey on table p requires it
HINT: You can drop constraint p_pkey on table p instead.

> ALTER TABLE p1 ADD PRIMARY KEY (b);
ERROR 42P16: multiple primary keys for table "p1" are not allowed

> ALTER TABLE ONLY p DROP CONSTRAINT p_pkey;
ALTER TABLE

> ALTER TABLE p DROP CONSTRAINT p_pkey;
ERROR 42704: constraint "p_pkey" of relation "p" does not exist

> SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text ~ '^p\d?x?$';
count
0
SELECT 1

> SELECT attrelid::regclass, attnotnull FROM pg_attribute WHERE attname = 'b' AND attrelid::regclass::text ~ '^p\d?x?$' ORDER BY attrelid::regclass::text;
attrelid | attnotnull
p | t
p1 | t
p2 | t
p2x | t
p3 | t
p4 | t
SELECT 6

> ALTER TABLE p1 ADD CONSTRAINT own UNIQUE (a, b);
ALTER TABLE

> ALTER TABLE p ADD CONSTRAINT uq UNIQUE (a, b);
ALTER TABLE

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text ~ '^p\d?x?$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | conislocal | coninhcount
p | uq | t | 0
p1 | own | f | 1
p2 | p2_a_b_key | f | 1
p2x | p2x_a_b_key | f | 1
p3 | p3_a_b_key | f | 1
p4 | p4_a_b_key | f | 1
SELECT 6

> ALTER TABLE p ADD CONSTRAINT ui UNIQUE USING INDEX u;
ERROR 0A000: ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables

> ALTER TABLE p ADD CONSTRAINT ex EXCLUDE USING btree (a WITH =);
ERROR 0A000: exclusion constraints are not supported on partitioned tables

> CREATE TABLE e (a int, EXCLUDE USING btree (a WITH =)) PARTITION BY LIST (a);
ERROR 0A000: exclusion constraints are not supported on partitioned tables

> CREATE TABLE k (a int PRIMARY KEY, b int) PARTITION BY LIST (b);
ERROR 0A000: unique constraint on partitioned table must include all partitioning columns
DETAIL: PRIMARY KEY constraint on table "k" lacks column "b" which is part of the partition key.

> CREATE TABLE k (a int, b int, PRIMARY KEY (a)) PARTITION BY LIST ((b + 1));
ERROR 0A000: unsupported PRIMARY KEY constraint with partition key definition
DETAIL: PRIMARY KEY constraints cannot be used when partition keys include expressions.

> CREATE TABLE k (a int, b int UNIQUE, PRIMARY KEY (b, a)) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE k1 PARTITION OF k FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE k2 (a int, b int);
CREATE TABLE

> ALTER TABLE k ATTACH PARTITION k2 FOR VALUES IN (2);
ERROR 42804: column "a" in child table must be marked NOT NULL

> ALTER TABLE k2 ALTER COLUMN a SET NOT NULL, ALTER COLUMN b SET NOT NULL;
ALTER TABLE

> INSERT INTO k2 VALUES (1, 2), (2, 2);
INSERT 0 2

> ALTER TABLE k ATTACH PARTITION k2 FOR VALUES IN (2);
ERROR 23505: could not create unique index "k2_b_key"
DETAIL: Key (b)=(2) is duplicated.

> DELETE FROM k2 WHERE a = 2;
DELETE 1

> ALTER TABLE k ATTACH PARTITION k2 FOR VALUES IN (2);
ALTER TABLE

> CREATE TABLE k3 (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a));
CREATE TABLE

> ALTER TABLE k ATTACH PARTITION k3 FOR VALUES IN (3);
ERROR 42P16: multiple primary keys for table "k3" are not allowed

> SELECT tablename, indexdef FROM pg_indexes WHERE tablename ~ '^k' ORDER BY 1, indexname;
tablename | indexdef
k | CREATE UNIQUE INDEX k_b_key ON ONLY public.k USING btree (b)
k | CREATE UNIQUE INDEX k_pkey ON ONLY public.k USING btree (b, a)
k1 | CREATE UNIQUE INDEX k1_b_key ON public.k1 USING btree (b)
k1 | CREATE UNIQUE INDEX k1_pkey ON public.k1 USING btree (b, a)
k2 | CREATE UNIQUE INDEX k2_b_key ON public.k2 USING btree (b)
k2 | CREATE UNIQUE INDEX k2_pkey ON public.k2 USING btree (b, a)
k3 | CREATE UNIQUE INDEX k3_pkey ON public.k3 USING btree (a)
SELECT 7

> ALTER TABLE k DETACH PARTITION k2;
ALTER TABLE

> SELECT indexname FROM pg_indexes WHERE tablename = 'k2' ORDER BY 1;
indexname
k2_b_key
k2_pkey
SELECT 2

> INSERT INTO k2 VALUES (1, 2);
ERROR 23505: duplicate key value violates unique constraint "k2_pkey"
DETAIL: Key (b, a)=(2, 1) already exists.

> ALTER TABLE k2 DROP CONSTRAINT k2_pkey;
ALTER TABLE

-- Indexes over expressions and renamed columns.

> CREATE TABLE n (a int, b text) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE n1 (junk int, b text, a int);
CREATE TABLE

> ALTER TABLE n1 DROP COLUMN junk;
ALTER TABLE

> ALTER TABLE n ATTACH PARTITION n1 FOR VALUES IN (1);
ALTER TABLE

> CREATE INDEX n_i ON n (lower(b), (a + 1)) WHERE b <> 'x';
CREATE INDEX

> SELECT indexdef FROM pg_indexes WHERE tablename ~ '^n' ORDER BY tablename;
indexdef
CREATE INDEX n_i ON ONLY public.n USING btree (lower(b), ((a + 1))) WHERE (b <> 'x'::text)
CREATE INDEX n1_lower_expr_idx ON public.n1 USING btree (lower(b), ((a + 1))) WHERE (b <> 'x'::text)
SELECT 2

> ALTER TABLE n RENAME COLUMN b TO bb;
ALTER TABLE

> SELECT indexdef FROM pg_indexes WHERE tablename ~ '^n' ORDER BY tablename;
indexdef
CREATE INDEX n_i ON ONLY public.n USING btree (lower(bb), ((a + 1))) WHERE (bb <> 'x'::text)
CREATE INDEX n1_lower_expr_idx ON public.n1 USING btree (lower(bb), ((a + 1))) WHERE (bb <> 'x'::text)
SELECT 2

> ALTER TABLE n ALTER COLUMN bb TYPE varchar(10);
ALTER TABLE

> SELECT indexdef FROM pg_indexes WHERE tablename ~ '^n' ORDER BY tablename;
indexdef
CREATE INDEX n_i ON ONLY public.n USING btree (lower((bb)::text), ((a + 1))) WHERE ((bb)::text <> 'x'::text)
CREATE INDEX n1_lower_expr_idx ON public.n1 USING btree (lower((bb)::text), ((a + 1))) WHERE ((bb)::text <> 'x'::text)
SELECT 2

> ALTER TABLE n DROP COLUMN bb;
ALTER TABLE

> SELECT count(*) FROM pg_indexes WHERE tablename ~ '^n\d?$';
count
0
SELECT 1

> REINDEX INDEX k_pkey;
REINDEX

> REINDEX TABLE k;
REINDEX

> CREATE INDEX t_i ON n (a);
CREATE INDEX

> BEGIN;
BEGIN

> DROP INDEX t_i;
DROP INDEX

> SAVEPOINT s;
SAVEPOINT

> CREATE INDEX t_i ON n (a DESC);
CREATE INDEX

> SELECT indexdef FROM pg_indexes WHERE tablename ~ '^n' ORDER BY tablename;
indexdef
CREATE INDEX t_i ON ONLY public.n USING btree (a DESC)
CREATE INDEX n1_a_idx ON public.n1 USING btree (a DESC)
SELECT 2

> ROLLBACK;
ROLLBACK

> SELECT indexdef FROM pg_indexes WHERE tablename ~ '^n' ORDER BY tablename;
indexdef
CREATE INDEX t_i ON ONLY public.n USING btree (a)
CREATE INDEX n1_a_idx ON public.n1 USING btree (a)
SELECT 2

> DROP TABLE n1;
DROP TABLE

> DROP TABLE n;
DROP TABLE
