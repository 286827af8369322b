-- An index of a partitioned table reaches its partitions, those that are there and those that come.
> CREATE TABLE p (a int, b int, c text) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE p2 (c text, b int, x int, a int);
CREATE TABLE
> ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
ALTER TABLE
> CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE p31 PARTITION OF p3 FOR VALUES IN (1, 2);
CREATE TABLE
> INSERT INTO p SELECT n, 1 + n % 2, 'c' || n FROM generate_series(0, 29) n;
INSERT 0 30
> CREATE INDEX ON p (b, lower(c));
CREATE INDEX
> CREATE INDEX p_b ON p (b DESC) INCLUDE (c) WHERE a > 5;
CREATE INDEX
> SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2;
tablename | indexname | indexdef
p | p_b | CREATE INDEX p_b ON ONLY public.p USING btree (b DESC) INCLUDE (c) WHERE (a > 5)
p | p_b_lower_idx | CREATE INDEX p_b_lower_idx ON ONLY public.p USING btree (b, lower(c))
p1 | p1_b_c_idx | CREATE INDEX p1_b_c_idx ON public.p1 USING btree (b DESC) INCLUDE (c) WHERE (a > 5)
p1 | p1_b_lower_idx | CREATE INDEX p1_b_lower_idx ON public.p1 USING btree (b, lower(c))
p2 | p2_b_c_idx | CREATE INDEX p2_b_c_idx ON public.p2 USING btree (b DESC) INCLUDE (c) WHERE (a > 5)
p2 | p2_b_lower_idx | CREATE INDEX p2_b_lower_idx ON public.p2 USING btree (b, lower(c))
p3 | p3_b_c_idx | CREATE INDEX p3_b_c_idx ON ONLY public.p3 USING btree (b DESC) INCLUDE (c) WHERE (a > 5)
p3 | p3_b_lower_idx | CREATE INDEX p3_b_lower_idx ON ONLY public.p3 USING btree (b, lower(c))
p31 | p31_b_c_idx | CREATE INDEX p31_b_c_idx ON public.p31 USING btree (b DESC) INCLUDE (c) WHERE (a > 5)
p31 | p31_b_lower_idx | CREATE INDEX p31_b_lower_idx ON public.p31 USING btree (b, lower(c))
SELECT 10
> SELECT indexrelid::regclass, inhparent::regclass, indisvalid FROM pg_index LEFT JOIN pg_inherits ON inhrelid = indexrelid WHERE indrelid::regclass::text ~ '^p\d*$' ORDER BY indexrelid::regclass::text;
indexrelid | inhparent | indisvalid
p1_b_c_idx | p_b | t
p1_b_lower_idx | p_b_lower_idx | t
p2_b_c_idx | p_b | t
p2_b_lower_idx | p_b_lower_idx | t
p31_b_c_idx | p3_b_c_idx | t
p31_b_lower_idx | p3_b_lower_idx | t
p3_b_c_idx | p_b | t
p3_b_lower_idx | p_b_lower_idx | t
p_b | NULL | t
p_b_lower_idx | NULL | t
SELECT 10
> CREATE TABLE p32 PARTITION OF p3 FOR VALUES IN (3);
CREATE TABLE
> CREATE TABLE p4 PARTITION OF p DEFAULT PARTITION BY LIST (b);
CREATE TABLE
> SELECT tablename, indexname FROM pg_indexes WHERE tablename IN ('p32', 'p4') ORDER BY 1, 2;
tablename | indexname
p32 | p32_b_c_idx
p32 | p32_b_lower_idx
p4 | p4_b_c_idx
p4 | p4_b_lower_idx
SELECT 4
> SELECT count(*) FROM p WHERE b = 1 AND lower(c) LIKE 'c1%';
count
5
SELECT 1

-- Indexes that are alike are taken in, whatever their direction; others are not.
> CREATE TABLE q (a int, b int, c text) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE q2 PARTITION OF q FOR VALUES IN (2);
CREATE TABLE
> CREATE INDEX own ON q1 (b DESC NULLS LAST);
CREATE INDEX
> CREATE INDEX own_too ON q1 (b);
CREATE INDEX
> CREATE INDEX other ON q2 (b) WHERE a > 0;
CREATE INDEX
> CREATE UNIQUE INDEX unique_one ON q2 (b);
CREATE INDEX
> CREATE INDEX hashed ON q2 USING hash (b);
CREATE INDEX
> CREATE INDEX ON q (b);
CREATE INDEX
> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits WHERE inhparent::regclass::text = 'q_b_idx' ORDER BY inhrelid::regclass::text;
inhrelid | inhparent
own | q_b_idx
q2_b_idx | q_b_idx
SELECT 2
> CREATE INDEX ON q (b);
CREATE INDEX
> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits WHERE inhparent::regclass::text ~ 'q_b_idx' ORDER BY inhparent::regclass::text, inhrelid::regclass::text;
inhrelid | inhparent
own | q_b_idx
q2_b_idx | q_b_idx
own_too | q_b_idx1
q2_b_idx1 | q_b_idx1
SELECT 4
> CREATE TABLE q3 (a int, b int, c text);
CREATE TABLE
> CREATE INDEX q3_of_its_own ON q3 (b);
CREATE INDEX
> CREATE INDEX q3_twice ON q3 (b);
CREATE INDEX
> CREATE INDEX q3_thrice ON q3 (b);
CREATE INDEX
> ALTER TABLE q ATTACH PARTITION q3 FOR VALUES IN (3);
ALTER TABLE
> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits WHERE inhrelid::regclass::text ~ '^q3_' ORDER BY inhrelid::regclass::text;
inhrelid | inhparent
q3_of_its_own | q_b_idx
q3_twice | q_b_idx1
SELECT 2

-- ON ONLY leaves the partitions alone; the index is valid when each has been attached.
> CREATE INDEX i ON ONLY q (c);
CREATE INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass;
indisvalid
f
SELECT 1
> CREATE INDEX i1 ON q1 (c);
CREATE INDEX
> CREATE INDEX i1_too ON q1 (c);
CREATE INDEX
> CREATE INDEX i1_other ON q1 (c, b);
CREATE INDEX
> CREATE INDEX i2 ON q2 (c);
CREATE INDEX
> CREATE INDEX i3 ON q3 (c);
CREATE INDEX
> CREATE INDEX elsewhere ON p1 (c);
CREATE INDEX
> ALTER INDEX i ATTACH PARTITION nowhere;
ERROR 42P01: relation "nowhere" does not exist
> ALTER INDEX nowhere ATTACH PARTITION i1;
ERROR 42P01: relation "nowhere" does not exist
> ALTER INDEX i ATTACH PARTITION q1;
ERROR 42P17: "q1" is not an index
> ALTER INDEX i ATTACH PARTITION i1_other;
ERROR 42P17: cannot attach index "i1_other" as a partition of index "i"
DETAIL: The index definitions do not match.
> ALTER INDEX i ATTACH PARTITION elsewhere;
ERROR 55000: cannot attach index "elsewhere" as a partition of index "i"
DETAIL: Index "elsewhere" is not an index on any partition of table "q".
> ALTER INDEX i ATTACH PARTITION i;
ERROR 55000: cannot attach index "i" as a partition of index "i"
DETAIL: Index "i" is not an index on any partition of table "q".
> ALTER INDEX i1 ATTACH PARTITION i2;
ERROR 42809: ALTER action ATTACH PARTITION cannot be performed on relation "i1"
DETAIL: This operation is not supported for indexes.
> ALTER INDEX q ATTACH PARTITION i1;
ERROR 42809: "q" is not an index
> ALTER INDEX i ATTACH PARTITION i1;
ALTER INDEX
> ALTER INDEX i ATTACH PARTITION i1;
ALTER INDEX
> ALTER INDEX i ATTACH PARTITION i1_too;
ERROR 55000: cannot attach index "i1_too" as a partition of index "i"
DETAIL: Another index is already attached for partition "q1".
> CREATE INDEX j ON ONLY q (c);
CREATE INDEX
> ALTER INDEX j ATTACH PARTITION i1;
ERROR 55000: cannot attach index "i1" as a partition of index "j"
DETAIL: Index "i1" is already attached to another index.
> ALTER INDEX j ATTACH PARTITION i1_too;
ALTER INDEX
> ALTER INDEX i ATTACH PARTITION i2;
ALTER INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass;
indisvalid
f
SELECT 1
> BEGIN;
BEGIN
> ALTER INDEX i ATTACH PARTITION i3;
ALTER INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass;
indisvalid
t
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass;
indisvalid
f
SELECT 1
> ALTER INDEX i ATTACH PARTITION i3;
ALTER INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass;
indisvalid
t
SELECT 1
> CREATE INDEX empty ON ONLY p4 (c);
CREATE INDEX
> SELECT indisvalid FROM pg_index WHERE indexrelid = 'empty'::regclass;
indisvalid
t
SELECT 1

-- Validity goes up level by level.
> CREATE INDEX k ON ONLY p (c);
CREATE INDEX
> CREATE INDEX k3 ON ONLY p3 (c);
CREATE INDEX
> CREATE INDEX k31 ON p31 (c);
CREATE INDEX
> CREATE INDEX k32 ON p32 (c);
CREATE INDEX
> CREATE INDEX k2 ON p2 (c);
CREATE INDEX
> CREATE INDEX k4 ON p4 (c);
CREATE INDEX
> ALTER INDEX k ATTACH PARTITION elsewhere;
ALTER INDEX
> ALTER INDEX k ATTACH PARTITION k2;
ALTER INDEX
> ALTER INDEX k ATTACH PARTITION k4;
ALTER INDEX
> ALTER INDEX k ATTACH PARTITION k3;
ALTER INDEX
> ALTER INDEX k3 ATTACH PARTITION k31;
ALTER INDEX
> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid::regclass::text IN ('k', 'k3') ORDER BY 1;
indexrelid | indisvalid
k | f
k3 | f
SELECT 2
> ALTER INDEX k3 ATTACH PARTITION k32;
ALTER INDEX
> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid::regclass::text IN ('k', 'k3') ORDER BY 1;
indexrelid | indisvalid
k | t
k3 | t
SELECT 2

-- A part goes with the whole, and not alone.
> DROP INDEX i1;
ERROR 2BP01: cannot drop index i1 because index i requires it
HINT: You can drop index i instead.
> DROP INDEX k32;
ERROR 2BP01: cannot drop index k32 because index k3 requires it
HINT: You can drop index k3 instead.
> DROP INDEX k3;
ERROR 2BP01: cannot drop index k3 because index k requires it
HINT: You can drop index k instead.
> DROP INDEX CONCURRENTLY k;
ERROR 0A000: cannot drop partitioned index "k" concurrently
> DROP INDEX CONCURRENTLY i1;
ERROR 2BP01: cannot drop index i1 because index i requires it
HINT: You can drop index i instead.
> DROP INDEX i1, i;
DROP INDEX
> SELECT indexrelid::regclass FROM pg_index WHERE indexrelid::regclass::text ~ '^(i|j)\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
j
SELECT 1
> BEGIN;
BEGIN
> DROP INDEX k;
DROP INDEX
> SELECT indexrelid::regclass FROM pg_index WHERE indexrelid::regclass::text ~ '^k\d?\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
SELECT 0
> ROLLBACK;
ROLLBACK
> SELECT indexrelid::regclass FROM pg_index WHERE indexrelid::regclass::text ~ '^k\d?\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
k
k2
k3
k31
k32
k4
SELECT 6
> DROP TABLE p32;
DROP TABLE
> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid::regclass::text IN ('k', 'k3') ORDER BY 1;
indexrelid | indisvalid
k | t
k3 | t
SELECT 2
> ALTER TABLE p DETACH PARTITION p2;
ALTER TABLE
> DROP INDEX k2;
DROP INDEX
> DROP INDEX p2_b_lower_idx;
DROP INDEX
> DROP INDEX k;
DROP INDEX
> SELECT indexrelid::regclass FROM pg_index WHERE indexrelid::regclass::text ~ '^k\d?\d?$' ORDER BY indexrelid::regclass::text;
indexrelid
SELECT 0

-- What indexes of partitioned tables do not have.
> CREATE INDEX CONCURRENTLY ON p (a);
ERROR 0A000: cannot create index on partitioned table "p" concurrently
> CREATE INDEX CONCURRENTLY named ON p (a);
ERROR 0A000: cannot create index on partitioned table "p" concurrently
> ALTER INDEX p_b SET (fillfactor = 50);
ERROR 42809: ALTER action SET cannot be performed on relation "p_b"
DETAIL: This operation is not supported for partitioned indexes.
> ALTER INDEX p_b RESET (fillfactor);
ERROR 42809: ALTER action RESET cannot be performed on relation "p_b"
DETAIL: This operation is not supported for partitioned indexes.
> ALTER INDEX p_b RENAME TO p_b2;
ALTER INDEX
> ALTER INDEX p1_b_c_idx RENAME TO p1_renamed;
ALTER INDEX
> SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'p_b2'::regclass ORDER BY inhrelid::regclass::text;
inhrelid
p1_renamed
p3_b_c_idx
p4_b_c_idx
SELECT 3
> BEGIN;
BEGIN
> REINDEX INDEX p_b2;
ERROR 25001: REINDEX INDEX cannot run inside a transaction block
CONTEXT: while reindexing partitioned index "public.p_b2"
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> REINDEX TABLE p;
ERROR 25001: REINDEX TABLE cannot run inside a transaction block
CONTEXT: while reindexing partitioned table "public.p"
> ROLLBACK;
ROLLBACK
> REINDEX INDEX p_b2;
REINDEX
> REINDEX TABLE p;
REINDEX
> REINDEX INDEX CONCURRENTLY p_b2;
REINDEX
> CREATE INDEX IF NOT EXISTS p_b2 ON p (a);
NOTICE: relation "p_b2" already exists, skipping
CREATE INDEX
> DROP TABLE p, q;
DROP TABLE
> SELECT count(*) FROM pg_inherits;
count
0
SELECT 1

-- A constraint over a part keeps the whole from going without it.
> CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE UNIQUE INDEX whole ON p (a);
CREATE INDEX
> ALTER TABLE p1 ADD CONSTRAINT part UNIQUE USING INDEX p1_a_idx;
NOTICE: ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index "p1_a_idx" to "part"
ALTER TABLE
> DROP INDEX whole;
ERROR 2BP01: cannot drop index whole because other objects depend on it
DETAIL: constraint part on table p1 depends on index whole
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE p1 DROP CONSTRAINT part;
ERROR 2BP01: cannot drop index part because index whole requires it
HINT: You can drop index whole instead.
> DROP INDEX part;
ERROR 2BP01: cannot drop index part because index whole requires it
HINT: You can drop index whole instead.
> DROP INDEX whole CASCADE;
NOTICE: drop cascades to constraint part on table p1
DROP INDEX
> SELECT count(*) FROM pg_constraint WHERE conrelid = 'p1'::regclass;
count
0
SELECT 1
> CREATE INDEX whole ON p (b);
CREATE INDEX
> ALTER TABLE whole ATTACH PARTITION p1 FOR VALUES IN (2);
ERROR 42P17: "whole" is not a partitioned table
> ALTER TABLE whole DETACH PARTITION p1;
ERROR 42809: ALTER action DETACH PARTITION cannot be performed on relation "whole"
DETAIL: This operation is not supported for partitioned indexes.
> CLUSTER p USING whole;
CLUSTER
> BEGIN;
BEGIN
> CLUSTER p USING whole;
ERROR 25001: CLUSTER cannot run inside a transaction block
> ROLLBACK;
ROLLBACK
> CREATE INDEX ON p (nowhere);
ERROR 42703: column "nowhere" does not exist
> CREATE INDEX whole ON p (b);
ERROR 42P07: relation "whole" already exists
> DROP TABLE p;
DROP TABLE
> CREATE TEMP TABLE t (a int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TEMP TABLE t1 PARTITION OF t FOR VALUES IN (1);
CREATE TABLE
> CREATE INDEX ON t (a);
CREATE INDEX
> DROP INDEX CONCURRENTLY t1_a_idx;
ERROR 2BP01: cannot drop index t1_a_idx because index t_a_idx requires it
HINT: You can drop index t_a_idx instead.
> DROP INDEX CONCURRENTLY t_a_idx;
DROP INDEX
> SELECT count(*) FROM pg_class WHERE relname IN ('t_a_idx', 't1_a_idx');
count
0
SELECT 1
