-- Indexes and constraints of partitioned tables and their partitions in the catalogs.

> CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE

> CREATE TABLE p (a int, b int REFERENCES other, c text CHECK (c <> ''), PRIMARY KEY (a), CONSTRAINT u UNIQUE (a, b)) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE

> CREATE TABLE p_3 PARTITION OF p FOR VALUES FROM (20) TO (30) PARTITION BY LIST (a);
CREATE TABLE

> CREATE INDEX p_c ON p (c);
CREATE INDEX

> CREATE INDEX p_l ON p ((lower(c)) DESC) WHERE a > 3;
CREATE INDEX

> SELECT relname, relkind, relhassubclass, relispartition, relfilenode <> 0 AS has_file FROM pg_class WHERE relname ~ '^(p|u)(_|$)' ORDER BY relname;
relname | relkind | relhassubclass | relispartition | has_file
p | p | t | f | f
p_1 | r | f | t | t
p_1_a_b_key | i | f | t | t
p_1_c_idx | i | f | t | t
p_1_lower_idx | i | f | t | t
p_1_pkey | i | f | t | t
p_3 | p | f | t | f
p_3_a_b_key | I | f | t | f
p_3_c_idx | I | f | t | f
p_3_lower_idx | I | f | t | f
p_3_pkey | I | f | t | f
p_c | I | t | f | f
p_l | I | t | f | f
p_pkey | I | t | f | f
u | I | t | f | f
SELECT 15

> SELECT indexrelid::regclass, indrelid::regclass, indisvalid, indisready, indislive, indisprimary, indisunique FROM pg_index WHERE indrelid::regclass::text ~ '^p(_\d)?$' ORDER BY indexrelid::regclass::text;
indexrelid | indrelid | indisvalid | indisready | indislive | indisprimary | indisunique
p_1_a_b_key | p_1 | t | t | t | f | t
p_1_c_idx | p_1 | t | t | t | f | f
p_1_lower_idx | p_1 | t | t | t | f | f
p_1_pkey | p_1 | t | t | t | t | t
p_3_a_b_key | p_3 | t | t | t | f | t
p_3_c_idx | p_3 | t | t | t | f | f
p_3_lower_idx | p_3 | t | t | t | f | f
p_3_pkey | p_3 | t | t | t | t | t
p_c | p | t | t | t | f | f
p_l | p | t | t | t | f | f
p_pkey | p | t | t | t | t | t
u | p | t | t | t | f | t
SELECT 12

> SELECT conrelid::regclass, conname, contype, conislocal, coninhcount, connoinherit, (SELECT d.conname || ' of ' || d.conrelid::regclass FROM pg_constraint d WHERE d.oid = c.conparentid) AS parent, conindid::regclass, pg_get_constraintdef(oid) FROM pg_constraint c WHERE conrelid::regclass::text ~ '^p(_\d)?$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | contype | conislocal | coninhcount | connoinherit | parent | conindid | pg_get_constraintdef
p | p_b_fkey | f | t | 0 | f | NULL | other_pkey | FOREIGN KEY (b) REFERENCES other(id)
p | p_c_check | c | t | 0 | f | NULL | - | CHECK ((c <> ''::text))
p | p_pkey | p | t | 0 | t | NULL | p_pkey | PRIMARY KEY (a)
p | u | u | t | 0 | t | NULL | u | UNIQUE (a, b)
p_1 | p_1_a_b_key | u | f | 1 | f | u of p | p_1_a_b_key | UNIQUE (a, b)
p_1 | p_1_pkey | p | f | 1 | f | p_pkey of p | p_1_pkey | PRIMARY KEY (a)
p_1 | p_b_fkey | f | f | 1 | f | p_b_fkey of p | other_pkey | FOREIGN KEY (b) REFERENCES other(id)
p_1 | p_c_check | c | f | 1 | f | NULL | - | CHECK ((c <> ''::text))
p_3 | p_3_a_b_key | u | f | 1 | f | u of p | p_3_a_b_key | UNIQUE (a, b)
p_3 | p_3_pkey | p | f | 1 | f | p_pkey of p | p_3_pkey | PRIMARY KEY (a)
p_3 | p_b_fkey | f | f | 1 | f | p_b_fkey of p | other_pkey | FOREIGN KEY (b) REFERENCES other(id)
p_3 | p_c_check | c | f | 1 | f | NULL | - | CHECK ((c <> ''::text))
SELECT 12

> SELECT attrelid::regclass, attname, attislocal, attinhcount, attnotnull FROM pg_attribute WHERE attrelid::regclass::text ~ '^p(_\d)?$' AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
attrelid | attname | attislocal | attinhcount | attnotnull
p | a | t | 0 | t
p | b | t | 0 | f
p | c | t | 0 | f
p_1 | a | f | 1 | t
p_1 | b | f | 1 | f
p_1 | c | f | 1 | f
p_3 | a | f | 1 | t
p_3 | b | f | 1 | f
p_3 | c | f | 1 | f
SELECT 9

> SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename ~ '^p' ORDER BY 1, 2;
tablename | indexname | indexdef
p | p_c | CREATE INDEX p_c ON ONLY public.p USING btree (c)
p | p_l | CREATE INDEX p_l ON ONLY public.p USING btree (lower(c) DESC) WHERE (a > 3)
p | p_pkey | CREATE UNIQUE INDEX p_pkey ON ONLY public.p USING btree (a)
p | u | CREATE UNIQUE INDEX u ON ONLY public.p USING btree (a, b)
p_1 | p_1_a_b_key | CREATE UNIQUE INDEX p_1_a_b_key ON public.p_1 USING btree (a, b)
p_1 | p_1_c_idx | CREATE INDEX p_1_c_idx ON public.p_1 USING btree (c)
p_1 | p_1_lower_idx | CREATE INDEX p_1_lower_idx ON public.p_1 USING btree (lower(c) DESC) WHERE (a > 3)
p_1 | p_1_pkey | CREATE UNIQUE INDEX p_1_pkey ON public.p_1 USING btree (a)
p_3 | p_3_a_b_key | CREATE UNIQUE INDEX p_3_a_b_key ON ONLY public.p_3 USING btree (a, b)
p_3 | p_3_c_idx | CREATE INDEX p_3_c_idx ON ONLY public.p_3 USING btree (c)
p_3 | p_3_lower_idx | CREATE INDEX p_3_lower_idx ON ONLY public.p_3 USING btree (lower(c) DESC) WHERE (a > 3)
p_3 | p_3_pkey | CREATE UNIQUE INDEX p_3_pkey ON ONLY public.p_3 USING btree (a)
SELECT 12

> SELECT tablename, hasindexes FROM pg_tables WHERE tablename ~ '^p(_|$)' AND schemaname = 'public' ORDER BY 1;
tablename | hasindexes
p | t
p_1 | t
p_3 | t
SELECT 3

> SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits ORDER BY inhrelid::regclass::text;
inhrelid | inhparent | inhseqno
p_1 | p | 1
p_1_a_b_key | u | 1
p_1_c_idx | p_c | 1
p_1_lower_idx | p_l | 1
p_1_pkey | p_pkey | 1
p_3 | p | 1
p_3_a_b_key | u | 1
p_3_c_idx | p_c | 1
p_3_lower_idx | p_l | 1
p_3_pkey | p_pkey | 1
SELECT 10

> SELECT * FROM pg_partition_tree('p_c');
relid | parentrelid | isleaf | level
p_c | NULL | f | 0
p_1_c_idx | p_c | t | 1
p_3_c_idx | p_c | f | 1
SELECT 3

> SELECT relid, parentrelid, isleaf, level FROM pg_partition_tree('p_pkey');
relid | parentrelid | isleaf | level
p_pkey | NULL | f | 0
p_1_pkey | p_pkey | t | 1
p_3_pkey | p_pkey | f | 1
SELECT 3

> SELECT * FROM pg_partition_ancestors('p_1_c_idx');
relid
p_1_c_idx
p_c
SELECT 2

> SELECT pg_partition_root('p_3_c_idx');
pg_partition_root
p_c
SELECT 1

> SELECT classid::regclass, objid::regclass, refclassid::regclass, CASE refclassid WHEN 'pg_class'::regclass THEN refobjid::regclass::text ELSE (SELECT conname FROM pg_constraint WHERE oid = refobjid) END AS ref, deptype FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid::regclass::text IN ('p_1', 'p_1_pkey', 'p_pkey', 'p_1_c_idx', 'p_c') AND objsubid = 0 AND refobjsubid = 0 AND refclassid IN ('pg_class'::regclass, 'pg_constraint'::regclass) AND deptype IN ('P', 'S', 'i') ORDER BY objid::regclass::text, ref, deptype;
classid | objid | refclassid | ref | deptype
pg_class | p_1_c_idx | pg_class | p_1 | S
pg_class | p_1_c_idx | pg_class | p_c | P
pg_class | p_1_pkey | pg_class | p_1 | S
pg_class | p_1_pkey | pg_constraint | p_1_pkey | i
pg_class | p_1_pkey | pg_class | p_pkey | P
pg_class | p_pkey | pg_constraint | p_pkey | i
SELECT 6

> SELECT objid::regclass, objsubid, refobjid::regclass, refobjsubid, deptype FROM pg_depend WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND objid IN ('p'::regclass, 'p_1'::regclass, 'p_3'::regclass) ORDER BY objid::regclass::text, 2, 3;
objid | objsubid | refobjid | refobjsubid | deptype
p | 1 | p | 0 | i
p_1 | 0 | p | 0 | a
p_3 | 0 | p | 0 | a
p_3 | 1 | p_3 | 0 | i
SELECT 4

> SELECT table_name, table_type, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1;
table_name | table_type | is_insertable_into
other | BASE TABLE | YES
p | BASE TABLE | YES
p_1 | BASE TABLE | YES
p_3 | BASE TABLE | YES
SELECT 4

> SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE table_schema = 'public' AND constraint_name !~ 'not_null' ORDER BY 1, 2;
table_name | constraint_name | constraint_type
other | other_pkey | PRIMARY KEY
p | p_b_fkey | FOREIGN KEY
p | p_c_check | CHECK
p | p_pkey | PRIMARY KEY
p | u | UNIQUE
p_1 | p_1_a_b_key | UNIQUE
p_1 | p_1_pkey | PRIMARY KEY
p_1 | p_b_fkey | FOREIGN KEY
p_1 | p_c_check | CHECK
p_3 | p_3_a_b_key | UNIQUE
p_3 | p_3_pkey | PRIMARY KEY
p_3 | p_b_fkey | FOREIGN KEY
p_3 | p_c_check | CHECK
SELECT 13

> SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = 'public' AND constraint_name !~ 'not_null' ORDER BY 1, 2;
constraint_name | check_clause
p_c_check | ((c <> ''::text))
SELECT 1

> SELECT table_name, column_name, ordinal_position, is_updatable FROM information_schema.columns WHERE table_name IN ('p', 'p_1') ORDER BY 1, 3;
table_name | column_name | ordinal_position | is_updatable
p | a | 1 | YES
p | b | 2 | YES
p | c | 3 | YES
p_1 | a | 1 | YES
p_1 | b | 2 | YES
p_1 | c | 3 | YES
SELECT 6

> SELECT pg_relation_is_updatable('p', true), pg_relation_filenode('p') IS NULL AS no_file, pg_relation_size('p');
pg_relation_is_updatable | no_file | pg_relation_size
28 | t | 0
SELECT 1

-- An index of the partitioned table alone is not valid until all partitions have theirs.

> CREATE INDEX p_b ON ONLY p (b);
CREATE INDEX

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid = 'p_b'::regclass;
indexrelid | indisvalid
p_b | f
SELECT 1

> CREATE INDEX p_1_b ON p_1 (b);
CREATE INDEX

> ALTER INDEX p_b ATTACH PARTITION p_1_b;
ALTER INDEX

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid = 'p_b'::regclass;
indexrelid | indisvalid
p_b | f
SELECT 1

> CREATE INDEX p_3_b ON p_3 (b);
CREATE INDEX

> ALTER INDEX p_b ATTACH PARTITION p_3_b;
ALTER INDEX

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indexrelid = 'p_b'::regclass;
indexrelid | indisvalid
p_b | t
SELECT 1

> SELECT * FROM pg_partition_tree('p_b');
relid | parentrelid | isleaf | level
p_b | NULL | f | 0
p_1_b | p_b | t | 1
p_3_b | p_b | f | 1
SELECT 3

> ALTER TABLE p DETACH PARTITION p_1;
ALTER TABLE

> SELECT relname, relispartition FROM pg_class WHERE relname ~ '^p_1' ORDER BY relname;
relname | relispartition
p_1 | f
p_1_a_b_key | f
p_1_b | f
p_1_c_idx | f
p_1_lower_idx | f
p_1_pkey | f
SELECT 6

> SELECT conname, conislocal, coninhcount, conparentid FROM pg_constraint WHERE conrelid = 'p_1'::regclass ORDER BY 1;
conname | conislocal | coninhcount | conparentid
p_1_a_b_key | t | 0 | 0
p_1_pkey | t | 0 | 0
p_b_fkey | t | 0 | 0
p_c_check | t | 0 | 0
SELECT 4

> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'p_1'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
a | t | 0
b | t | 0
c | t | 0
SELECT 3

> SELECT inhrelid::regclass FROM pg_inherits WHERE inhrelid::regclass::text ~ '^p_1' ORDER BY 1;
inhrelid
SELECT 0

-- A constraint of a partition alone.

> ALTER TABLE p_3 ADD CONSTRAINT own CHECK (b < 100);
ALTER TABLE

> SELECT conname, conislocal, coninhcount, connoinherit FROM pg_constraint WHERE conrelid = 'p_3'::regclass AND contype = 'c' ORDER BY 1;
conname | conislocal | coninhcount | connoinherit
own | t | 0 | f
p_c_check | f | 1 | f
SELECT 2
