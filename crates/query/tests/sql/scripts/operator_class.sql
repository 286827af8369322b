-- A class by which rows are hashed, with a function in SQL.
> CREATE FUNCTION plain_hash(value int4, seed int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT AS 'SELECT value + seed';
CREATE FUNCTION
> CREATE OPERATOR CLASS plain_ops FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 plain_hash(int4, int8);
CREATE OPERATOR CLASS
> CREATE TABLE shared (a int, b int) PARTITION BY HASH (a plain_ops, b plain_ops);
CREATE TABLE
> CREATE TABLE shared1 PARTITION OF shared FOR VALUES WITH (modulus 2, remainder 1);
CREATE TABLE
> CREATE TABLE shared2 PARTITION OF shared FOR VALUES WITH (modulus 4, remainder 2);
CREATE TABLE
> CREATE TABLE shared3 PARTITION OF shared FOR VALUES WITH (modulus 8, remainder 0);
CREATE TABLE
> CREATE TABLE shared4 PARTITION OF shared FOR VALUES WITH (modulus 8, remainder 4);
CREATE TABLE
> INSERT INTO shared1 VALUES (1, 1);
INSERT 0 1
> INSERT INTO shared2 VALUES (2, 5);
INSERT 0 1
> INSERT INTO shared4 VALUES (3, 4);
INSERT 0 1
> INSERT INTO shared1 VALUES (2, 5);
ERROR 23514: new row for relation "shared1" violates partition constraint
DETAIL: Failing row contains (2, 5).
> UPDATE shared1 SET a = 3, b = 4 WHERE a = 1;
ERROR 23514: new row for relation "shared1" violates partition constraint
DETAIL: Failing row contains (3, 4).
> UPDATE shared SET b = b - 1 WHERE b = 1;
UPDATE 1
> UPDATE shared SET b = b + 8 WHERE b = 1;
UPDATE 0
> SELECT tableoid::regclass, * FROM shared ORDER BY a, b;
tableoid | a | b
shared2 | 1 | 0
shared2 | 2 | 5
shared4 | 3 | 4
SELECT 3
> COPY shared FROM STDIN;
<7	9
<8	\N
<\N	\N
<\.
COPY 3
> INSERT INTO shared SELECT i, NULL FROM generate_series(10, 20) i;
INSERT 0 11
> SELECT tableoid::regclass, * FROM shared ORDER BY a, b;
tableoid | a | b
shared2 | 1 | 0
shared2 | 2 | 5
shared4 | 3 | 4
shared1 | 7 | 9
shared3 | 8 | NULL
shared2 | 10 | NULL
shared1 | 11 | NULL
shared4 | 12 | NULL
shared1 | 13 | NULL
shared2 | 14 | NULL
shared1 | 15 | NULL
shared3 | 16 | NULL
shared1 | 17 | NULL
shared2 | 18 | NULL
shared1 | 19 | NULL
shared4 | 20 | NULL
shared3 | NULL | NULL
SELECT 17
> SELECT * FROM shared WHERE a = 3 AND b = 4;
a | b
3 | 4
SELECT 1
> SELECT * FROM shared WHERE a = 8 AND b IS NULL;
a | b
8 | NULL
SELECT 1
> SELECT * FROM shared WHERE a IN (12, 13) AND b IS NULL ORDER BY a;
a | b
12 | NULL
13 | NULL
SELECT 2
> SELECT * FROM shared WHERE a = 3::int8 AND b = 4::int2;
a | b
3 | 4
SELECT 1
> SELECT satisfies_hash_partition('shared'::regclass, 2, 1, 1, 1), satisfies_hash_partition('shared'::regclass, 4, 2, 2, 5), satisfies_hash_partition('shared'::regclass, 8, 4, 3, 5);
satisfies_hash_partition | satisfies_hash_partition | satisfies_hash_partition
t | t | f
SELECT 1
> SELECT satisfies_hash_partition('shared'::regclass, 2, 0, NULL::int, NULL::int);
satisfies_hash_partition
t
SELECT 1
> CREATE TABLE later (a int, b int);
CREATE TABLE
> INSERT INTO later VALUES (1, 2);
INSERT 0 1
> ALTER TABLE shared DETACH PARTITION shared4;
ALTER TABLE
> ALTER TABLE shared ATTACH PARTITION later FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE
> ALTER TABLE shared ATTACH PARTITION shared4 FOR VALUES WITH (modulus 8, remainder 4);
ERROR 42P17: partition "shared4" would overlap partition "later"
> SELECT pg_get_partkeydef('shared'::regclass);
pg_get_partkeydef
HASH (a plain_ops, b plain_ops)
SELECT 1
> SELECT partclass[0] = c.oid AND partclass[1] = c.oid AS own FROM pg_partitioned_table, pg_opclass c WHERE partrelid = 'shared'::regclass AND opcname = 'plain_ops';
own
t
SELECT 1
-- What depends on it.
> DROP OPERATOR CLASS plain_ops USING hash;
ERROR 2BP01: cannot drop operator class plain_ops for access method hash because other objects depend on it
DETAIL: table shared depends on operator class plain_ops for access method hash
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP OPERATOR FAMILY plain_ops USING hash;
ERROR 2BP01: cannot drop operator family plain_ops for access method hash because other objects depend on it
DETAIL: table shared depends on operator class plain_ops for access method hash
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> BEGIN;
BEGIN
> DROP OPERATOR CLASS plain_ops USING hash CASCADE;
NOTICE: drop cascades to table shared
DROP OPERATOR CLASS
> SELECT count(*) FROM pg_class WHERE relname LIKE 'shared%';
count
1
SELECT 1
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> DROP OPERATOR FAMILY plain_ops USING hash CASCADE;
NOTICE: drop cascades to table shared
DROP OPERATOR FAMILY
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> DROP FUNCTION plain_hash(int4, int8);
DROP FUNCTION
> SELECT count(*) FROM pg_amproc p, pg_opfamily f WHERE f.oid = amprocfamily AND opfname = 'plain_ops';
count
0
SELECT 1
> INSERT INTO shared VALUES (1, 1);
ERROR 42P17: operator class "plain_ops" of access method hash is missing support function 2 for type integer
> ROLLBACK;
ROLLBACK
> DROP TABLE shared, later;
DROP TABLE
> DROP OPERATOR CLASS plain_ops USING hash;
DROP OPERATOR CLASS
> DROP OPERATOR CLASS plain_ops USING hash;
ERROR 42704: operator class "plain_ops" does not exist for access method "hash"
> SELECT opfname, amname FROM pg_opfamily f JOIN pg_am a ON a.oid = opfmethod WHERE opfname = 'plain_ops';
opfname | amname
plain_ops | hash
SELECT 1
-- The family of a dropped class goes on, with what was loose in it; a class of that name takes it.
> SELECT amprocnum FROM pg_amproc p JOIN pg_opfamily f ON f.oid = amprocfamily WHERE opfname = 'plain_ops';
amprocnum
2
SELECT 1
> CREATE OPERATOR CLASS plain_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
CREATE OPERATOR CLASS
> SELECT opfname, c.opcname FROM pg_opclass c JOIN pg_opfamily f ON f.oid = opcfamily WHERE opcname = 'plain_ops';
opfname | opcname
plain_ops | plain_ops
SELECT 1
> DROP OPERATOR FAMILY plain_ops USING hash;
DROP OPERATOR FAMILY
> CREATE OPERATOR CLASS plain_ops FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 plain_hash(int4, int8);
CREATE OPERATOR CLASS
-- A function in PL/pgSQL.
> CREATE FUNCTION read_hash(a int4, seed int8) RETURNS int8 AS $$ begin return (a + seed); end; $$ LANGUAGE plpgsql IMMUTABLE;
CREATE FUNCTION
> CREATE OPERATOR CLASS read_ops FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 read_hash(int4, int8);
CREATE OPERATOR CLASS
> CREATE TABLE r (a int) PARTITION BY HASH (a read_ops);
CREATE TABLE
> CREATE TABLE r0 PARTITION OF r FOR VALUES WITH (modulus 3, remainder 0);
CREATE TABLE
> CREATE TABLE r1 PARTITION OF r FOR VALUES WITH (modulus 3, remainder 1);
CREATE TABLE
> CREATE TABLE r2 PARTITION OF r FOR VALUES WITH (modulus 3, remainder 2);
CREATE TABLE
> INSERT INTO r SELECT generate_series(1, 9);
INSERT 0 9
> SELECT tableoid::regclass, a FROM r ORDER BY a;
tableoid | a
r1 | 1
r2 | 2
r0 | 3
r1 | 4
r2 | 5
r0 | 6
r1 | 7
r2 | 8
r0 | 9
SELECT 9
> SELECT a FROM r WHERE a = 5;
a
5
SELECT 1
> ALTER TABLE r ADD PRIMARY KEY (a);
ALTER TABLE
> INSERT INTO r VALUES (5);
ERROR 23505: duplicate key value violates unique constraint "r2_pkey"
DETAIL: Key (a)=(5) already exists.
> INSERT INTO r VALUES (5), (55) ON CONFLICT (a) DO NOTHING RETURNING a;
a
55
INSERT 0 1
> SELECT tableoid::regclass, a FROM r WHERE a > 50 ORDER BY a;
tableoid | a
r1 | 55
SELECT 1
> CREATE OR REPLACE FUNCTION read_hash(a int4, seed int8) RETURNS int8 AS $$ begin return (a + seed + 1); end; $$ LANGUAGE plpgsql IMMUTABLE;
CREATE FUNCTION
> INSERT INTO r VALUES (60) RETURNING tableoid::regclass;
tableoid
r1
INSERT 0 1
> MERGE INTO r USING (VALUES (61)) v (n) ON a = n WHEN NOT MATCHED THEN INSERT VALUES (n);
MERGE 1
> SELECT tableoid::regclass, a FROM r WHERE a > 50 ORDER BY a;
tableoid | a
r1 | 55
r1 | 60
r2 | 61
SELECT 3
> CREATE OR REPLACE FUNCTION read_hash(a int4, seed int8) RETURNS int8 AS $$ begin return null; end; $$ LANGUAGE plpgsql IMMUTABLE;
CREATE FUNCTION
> CREATE OR REPLACE FUNCTION read_hash(a int4, seed int8) RETURNS int8 AS $$ begin return a / (a - 7); end; $$ LANGUAGE plpgsql IMMUTABLE;
CREATE FUNCTION
> DROP TABLE r;
DROP TABLE
-- Levels of partitions, keys that are expressions, other types.
> CREATE FUNCTION text_hash(value text, seed int8) RETURNS int8 LANGUAGE sql IMMUTABLE AS 'SELECT length(value) + seed';
CREATE FUNCTION
> CREATE OPERATOR CLASS text_length_ops FOR TYPE text USING hash AS OPERATOR 1 =, FUNCTION 2 text_hash(text, int8);
CREATE OPERATOR CLASS
> CREATE TABLE words (word varchar, n int) PARTITION BY LIST (n);
CREATE TABLE
> CREATE TABLE words1 PARTITION OF words FOR VALUES IN (1) PARTITION BY HASH (word text_length_ops);
CREATE TABLE
> CREATE TABLE words1a PARTITION OF words1 FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE
> CREATE TABLE words1b PARTITION OF words1 FOR VALUES WITH (modulus 2, remainder 1);
CREATE TABLE
> CREATE TABLE words2 PARTITION OF words FOR VALUES IN (2) PARTITION BY HASH (lower(word) text_length_ops, n plain_ops);
CREATE TABLE
> CREATE TABLE words2a PARTITION OF words2 FOR VALUES WITH (modulus 1, remainder 0);
CREATE TABLE
> INSERT INTO words VALUES ('a', 1), ('bb', 1), ('ccc', 1), ('dd', 2), (NULL, 1);
INSERT 0 5
> SELECT tableoid::regclass, word FROM words ORDER BY 1, 2;
tableoid | word
words1a | bb
words1a | NULL
words1b | a
words1b | ccc
words2a | dd
SELECT 5
> UPDATE words SET word = word || 'x' WHERE n = 1;
UPDATE 4
> SELECT tableoid::regclass, word FROM words ORDER BY 1, 2;
tableoid | word
words1a | ax
words1a | cccx
words1a | NULL
words1b | bbx
words2a | dd
SELECT 5
> SELECT word FROM words WHERE word = 'bbx' AND n = 1;
word
bbx
SELECT 1
> SELECT pg_get_partkeydef('words2'::regclass);
pg_get_partkeydef
HASH (lower((word)::text) text_length_ops, n plain_ops)
SELECT 1
> DROP TABLE words;
DROP TABLE
-- A class without an extended hash function, or with one of PostgreSQL's own.
> CREATE OPERATOR CLASS half_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
CREATE OPERATOR CLASS
> CREATE TABLE half (a int) PARTITION BY HASH (a half_ops);
CREATE TABLE
> CREATE TABLE half0 PARTITION OF half FOR VALUES WITH (modulus 2, remainder 0);
ERROR 42P17: operator class "half_ops" of access method hash is missing support function 2 for type integer
> INSERT INTO half VALUES (1);
ERROR 42P17: operator class "half_ops" of access method hash is missing support function 2 for type integer
> DROP TABLE half;
DROP TABLE
> CREATE OPERATOR CLASS own_ops FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int4), FUNCTION 2 hashint4extended(int4, int8);
CREATE OPERATOR CLASS
> CREATE TABLE own (a int) PARTITION BY HASH (a own_ops);
CREATE TABLE
> CREATE TABLE own0 PARTITION OF own FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE
> CREATE TABLE own1 PARTITION OF own FOR VALUES WITH (modulus 2, remainder 1);
CREATE TABLE
> INSERT INTO own SELECT generate_series(1, 8);
INSERT 0 8
> SELECT tableoid::regclass, array_agg(a ORDER BY a) FROM own GROUP BY 1 ORDER BY 1;
tableoid | array_agg
own0 | {1,2}
own1 | {3,4,5,6,7,8}
SELECT 2
> DROP TABLE own;
DROP TABLE
> CREATE TABLE t (a text) PARTITION BY HASH (a own_ops);
ERROR 42804: operator class "own_ops" does not accept data type text
> CREATE TABLE t (a int) PARTITION BY HASH (a nowhere_ops);
ERROR 42704: operator class "nowhere_ops" does not exist for access method "hash"
> CREATE TABLE t (a int) PARTITION BY RANGE (a own_ops);
ERROR 42704: operator class "own_ops" does not exist for access method "btree"
-- A class for btree.
> CREATE OPERATOR CLASS same_ops FOR TYPE int4 USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4);
CREATE OPERATOR CLASS
> CREATE TABLE t (a int, b int) PARTITION BY RANGE (a same_ops);
CREATE TABLE
> CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (10);
CREATE TABLE
> CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
CREATE TABLE
> INSERT INTO t SELECT i, i FROM generate_series(1, 19) i;
INSERT 0 19
> SELECT tableoid::regclass, count(*) FROM t GROUP BY 1 ORDER BY 1;
tableoid | count
t1 | 9
t2 | 10
SELECT 2
> SELECT pg_get_partkeydef('t'::regclass);
pg_get_partkeydef
RANGE (a same_ops)
SELECT 1
> CREATE INDEX t_b ON t1 (b same_ops, a);
CREATE INDEX
> SELECT pg_get_indexdef('t_b'::regclass);
pg_get_indexdef
CREATE INDEX t_b ON public.t1 USING btree (b same_ops, a)
SELECT 1
> SELECT indclass[0] = c.oid FROM pg_index, pg_opclass c WHERE indexrelid = 't_b'::regclass AND opcname = 'same_ops';
?column?
t
SELECT 1
> SELECT a FROM t1 WHERE b = 7;
a
7
SELECT 1
> DROP OPERATOR CLASS same_ops USING btree;
ERROR 2BP01: cannot drop operator class same_ops for access method btree because other objects depend on it
DETAIL: table t depends on operator class same_ops for access method btree
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP INDEX t_b;
DROP INDEX
> CREATE UNIQUE INDEX t_b ON t1 (b same_ops);
CREATE INDEX
> INSERT INTO t1 VALUES (1, 5);
ERROR 23505: duplicate key value violates unique constraint "t_b"
DETAIL: Key (b)=(5) already exists.
> INSERT INTO t1 VALUES (1, 5) ON CONFLICT (b) DO NOTHING;
INSERT 0 0
> CREATE INDEX ON t1 (b own_ops);
ERROR 42704: operator class "own_ops" does not exist for access method "btree"
> CREATE INDEX ON t1 USING hash (b own_ops);
CREATE INDEX
> CREATE INDEX ON t1 ((b::text) same_ops);
ERROR 42804: operator class "same_ops" does not accept data type text
> DROP OPERATOR CLASS same_ops USING btree CASCADE;
NOTICE: drop cascades to table t
DROP OPERATOR CLASS
> SELECT relname FROM pg_class WHERE relname IN ('t', 't1', 't_b') ORDER BY 1;
relname
SELECT 0
-- What the catalogs show.
> CREATE SCHEMA aside;
CREATE SCHEMA
> CREATE OPERATOR FAMILY aside.numbers USING btree;
CREATE OPERATOR FAMILY
> CREATE OPERATOR CLASS aside.int4_numbers FOR TYPE int4 USING btree FAMILY aside.numbers AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4), FUNCTION 2 btint4sortsupport(internal);
CREATE OPERATOR CLASS
> CREATE OPERATOR CLASS aside.int8_numbers FOR TYPE int8 USING btree FAMILY aside.numbers AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint8cmp(int8, int8);
CREATE OPERATOR CLASS
> ALTER OPERATOR FAMILY aside.numbers USING btree ADD OPERATOR 1 < (int4, int8), OPERATOR 3 = (int4, int8), FUNCTION 1 btint48cmp(int4, int8), FUNCTION 3 (int4, int8) in_range(int4, int4, int8, boolean, boolean);
ALTER OPERATOR FAMILY
> SELECT c.opcname, c.opcdefault, c.opckeytype, c.opcintype::regtype, n.nspname, m.amname, f.opfname, pg_get_userbyid(opcowner) = current_user AS own FROM pg_opclass c JOIN pg_opfamily f ON f.oid = opcfamily JOIN pg_am m ON m.oid = opcmethod JOIN pg_namespace n ON n.oid = opcnamespace WHERE c.oid >= 16384 ORDER BY 1;
opcname | opcdefault | opckeytype | opcintype | nspname | amname | opfname | own
half_ops | f | 0 | integer | public | hash | half_ops | t
int4_numbers | f | 0 | integer | aside | btree | numbers | t
int8_numbers | f | 0 | bigint | aside | btree | numbers | t
own_ops | f | 0 | integer | public | hash | own_ops | t
plain_ops | f | 0 | integer | public | hash | plain_ops | t
read_ops | f | 0 | integer | public | hash | read_ops | t
text_length_ops | f | 0 | text | public | hash | text_length_ops | t
SELECT 7
> SELECT opfname, nspname, amname FROM pg_opfamily f JOIN pg_am m ON m.oid = opfmethod JOIN pg_namespace n ON n.oid = opfnamespace WHERE f.oid >= 16384 ORDER BY 1;
opfname | nspname | amname
half_ops | public | hash
numbers | aside | btree
own_ops | public | hash
plain_ops | public | hash
read_ops | public | hash
same_ops | public | btree
text_length_ops | public | hash
SELECT 7
> SELECT opfname, amopstrategy, amoppurpose, amoplefttype::regtype, amoprighttype::regtype, amopopr::regoperator, amopsortfamily, amopmethod = opfmethod AS method FROM pg_amop o JOIN pg_opfamily f ON f.oid = amopfamily WHERE f.oid >= 16384 ORDER BY 1, 4, 5, 2;
opfname | amopstrategy | amoppurpose | amoplefttype | amoprighttype | amopopr | amopsortfamily | method
half_ops | 1 | s | integer | integer | =(integer,integer) | 0 | t
numbers | 1 | s | bigint | bigint | <(bigint,bigint) | 0 | t
numbers | 2 | s | bigint | bigint | <=(bigint,bigint) | 0 | t
numbers | 3 | s | bigint | bigint | =(bigint,bigint) | 0 | t
numbers | 4 | s | bigint | bigint | >=(bigint,bigint) | 0 | t
numbers | 5 | s | bigint | bigint | >(bigint,bigint) | 0 | t
numbers | 1 | s | integer | bigint | <(integer,bigint) | 0 | t
numbers | 3 | s | integer | bigint | =(integer,bigint) | 0 | t
numbers | 1 | s | integer | integer | <(integer,integer) | 0 | t
numbers | 2 | s | integer | integer | <=(integer,integer) | 0 | t
numbers | 3 | s | integer | integer | =(integer,integer) | 0 | t
numbers | 4 | s | integer | integer | >=(integer,integer) | 0 | t
numbers | 5 | s | integer | integer | >(integer,integer) | 0 | t
own_ops | 1 | s | integer | integer | =(integer,integer) | 0 | t
plain_ops | 1 | s | integer | integer | =(integer,integer) | 0 | t
read_ops | 1 | s | integer | integer | =(integer,integer) | 0 | t
text_length_ops | 1 | s | text | text | =(text,text) | 0 | t
SELECT 17
> SELECT opfname, amprocnum, amproclefttype::regtype, amprocrighttype::regtype, amproc::regprocedure FROM pg_amproc o JOIN pg_opfamily f ON f.oid = amprocfamily WHERE f.oid >= 16384 ORDER BY 1, 3, 4, 2;
opfname | amprocnum | amproclefttype | amprocrighttype | amproc
numbers | 1 | bigint | bigint | btint8cmp(bigint,bigint)
numbers | 1 | integer | bigint | btint48cmp(integer,bigint)
numbers | 3 | integer | bigint | in_range(integer,integer,bigint,boolean,boolean)
numbers | 1 | integer | integer | btint4cmp(integer,integer)
numbers | 2 | integer | integer | btint4sortsupport(internal)
own_ops | 1 | integer | integer | hashint4(integer)
own_ops | 2 | integer | integer | hashint4extended(integer,bigint)
plain_ops | 2 | integer | integer | plain_hash(integer,bigint)
read_ops | 2 | integer | integer | read_hash(integer,bigint)
text_length_ops | 2 | text | text | text_hash(text,bigint)
SELECT 10
> SELECT c.opcname, d.deptype, o.amopopr::regoperator FROM pg_amop o, pg_depend d, pg_opclass c WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid AND d.classid = 'pg_amop'::regclass AND d.objid = o.oid AND c.oid >= 16384 ORDER BY 1, amopstrategy;
opcname | deptype | amopopr
half_ops | i | =(integer,integer)
int4_numbers | i | <(integer,integer)
int4_numbers | i | <=(integer,integer)
int4_numbers | i | =(integer,integer)
int4_numbers | i | >=(integer,integer)
int4_numbers | i | >(integer,integer)
int8_numbers | i | <(bigint,bigint)
int8_numbers | i | <=(bigint,bigint)
int8_numbers | i | =(bigint,bigint)
int8_numbers | i | >=(bigint,bigint)
int8_numbers | i | >(bigint,bigint)
own_ops | i | =(integer,integer)
plain_ops | i | =(integer,integer)
read_ops | i | =(integer,integer)
text_length_ops | i | =(text,text)
SELECT 15
> SELECT f.opfname, d.deptype, o.amopopr::regoperator FROM pg_amop o, pg_depend d, pg_opfamily f WHERE d.refclassid = 'pg_opfamily'::regclass AND d.refobjid = f.oid AND d.classid = 'pg_amop'::regclass AND d.objid = o.oid AND f.oid >= 16384 ORDER BY 1, amopstrategy;
opfname | deptype | amopopr
numbers | a | <(integer,bigint)
numbers | a | =(integer,bigint)
SELECT 2
> SELECT c.opcname, d.deptype, o.amproc::regprocedure FROM pg_amproc o, pg_depend d, pg_opclass c WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid AND d.classid = 'pg_amproc'::regclass AND d.objid = o.oid AND c.oid >= 16384 ORDER BY 1, amprocnum;
opcname | deptype | amproc
int4_numbers | i | btint4cmp(integer,integer)
int8_numbers | i | btint8cmp(bigint,bigint)
own_ops | i | hashint4(integer)
SELECT 3
> SELECT f.opfname, d.deptype, o.amproc::regprocedure FROM pg_amproc o, pg_depend d, pg_opfamily f WHERE d.refclassid = 'pg_opfamily'::regclass AND d.refobjid = f.oid AND d.classid = 'pg_amproc'::regclass AND d.objid = o.oid AND f.oid >= 16384 ORDER BY 1, amprocnum, 3;
opfname | deptype | amproc
numbers | a | btint48cmp(integer,bigint)
numbers | a | btint4sortsupport(internal)
numbers | a | in_range(integer,integer,bigint,boolean,boolean)
own_ops | a | hashint4extended(integer,bigint)
plain_ops | a | plain_hash(integer,bigint)
read_ops | a | read_hash(integer,bigint)
text_length_ops | a | text_hash(text,bigint)
SELECT 7
> SELECT c.opcname, d.refclassid::regclass, d.deptype FROM pg_depend d, pg_opclass c WHERE d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND c.oid >= 16384 ORDER BY 1, d.refclassid;
opcname | refclassid | deptype
half_ops | pg_namespace | n
half_ops | pg_opfamily | a
int4_numbers | pg_namespace | n
int4_numbers | pg_opfamily | a
int8_numbers | pg_namespace | n
int8_numbers | pg_opfamily | a
own_ops | pg_namespace | n
own_ops | pg_opfamily | a
plain_ops | pg_namespace | n
plain_ops | pg_opfamily | a
read_ops | pg_namespace | n
read_ops | pg_opfamily | a
text_length_ops | pg_namespace | n
text_length_ops | pg_opfamily | a
SELECT 14
> SELECT o.amproc::regprocedure, d.deptype, d.refobjid::regprocedure FROM pg_depend d, pg_amproc o WHERE d.classid = 'pg_amproc'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384 ORDER BY 1;
amproc | deptype | refobjid
plain_hash(integer,bigint) | a | plain_hash(integer,bigint)
read_hash(integer,bigint) | a | read_hash(integer,bigint)
text_hash(text,bigint) | a | text_hash(text,bigint)
SELECT 3
> SELECT pg_describe_object(classid, objid, objsubid), pg_describe_object(refclassid, refobjid, refobjsubid), deptype FROM pg_depend WHERE classid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass) AND objid >= 16384 ORDER BY pg_describe_object(classid, objid, objsubid) COLLATE "C", deptype, pg_describe_object(refclassid, refobjid, refobjsubid) COLLATE "C";
pg_describe_object | pg_describe_object | deptype
function 1 (bigint, bigint) of operator family aside.numbers for access method btree: btint8cmp(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
function 1 (integer, bigint) of operator family aside.numbers for access method btree: btint48cmp(integer,bigint) | operator family aside.numbers for access method btree | a
function 1 (integer, integer) of operator family aside.numbers for access method btree: btint4cmp(integer,integer) | operator class aside.int4_numbers for access method btree | i
function 1 (integer, integer) of operator family own_ops for access method hash: hashint4(integer) | operator class own_ops for access method hash | i
function 2 (integer, integer) of operator family aside.numbers for access method btree: btint4sortsupport(internal) | operator family aside.numbers for access method btree | a
function 2 (integer, integer) of operator family own_ops for access method hash: hashint4extended(integer,bigint) | operator family own_ops for access method hash | a
function 2 (integer, integer) of operator family plain_ops for access method hash: plain_hash(integer,bigint) | function plain_hash(integer,bigint) | a
function 2 (integer, integer) of operator family plain_ops for access method hash: plain_hash(integer,bigint) | operator family plain_ops for access method hash | a
function 2 (integer, integer) of operator family read_ops for access method hash: read_hash(integer,bigint) | function read_hash(integer,bigint) | a
function 2 (integer, integer) of operator family read_ops for access method hash: read_hash(integer,bigint) | operator family read_ops for access method hash | a
function 2 (text, text) of operator family text_length_ops for access method hash: text_hash(text,bigint) | function text_hash(text,bigint) | a
function 2 (text, text) of operator family text_length_ops for access method hash: text_hash(text,bigint) | operator family text_length_ops for access method hash | a
function 3 (integer, bigint) of operator family aside.numbers for access method btree: in_range(integer,integer,bigint,boolean,boolean) | operator family aside.numbers for access method btree | a
operator 1 (bigint, bigint) of operator family aside.numbers for access method btree: <(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
operator 1 (integer, bigint) of operator family aside.numbers for access method btree: <(integer,bigint) | operator family aside.numbers for access method btree | a
operator 1 (integer, integer) of operator family aside.numbers for access method btree: <(integer,integer) | operator class aside.int4_numbers for access method btree | i
operator 1 (integer, integer) of operator family half_ops for access method hash: =(integer,integer) | operator class half_ops for access method hash | i
operator 1 (integer, integer) of operator family own_ops for access method hash: =(integer,integer) | operator class own_ops for access method hash | i
operator 1 (integer, integer) of operator family plain_ops for access method hash: =(integer,integer) | operator class plain_ops for access method hash | i
operator 1 (integer, integer) of operator family read_ops for access method hash: =(integer,integer) | operator class read_ops for access method hash | i
operator 1 (text, text) of operator family text_length_ops for access method hash: =(text,text) | operator class text_length_ops for access method hash | i
operator 2 (bigint, bigint) of operator family aside.numbers for access method btree: <=(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
operator 2 (integer, integer) of operator family aside.numbers for access method btree: <=(integer,integer) | operator class aside.int4_numbers for access method btree | i
operator 3 (bigint, bigint) of operator family aside.numbers for access method btree: =(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
operator 3 (integer, bigint) of operator family aside.numbers for access method btree: =(integer,bigint) | operator family aside.numbers for access method btree | a
operator 3 (integer, integer) of operator family aside.numbers for access method btree: =(integer,integer) | operator class aside.int4_numbers for access method btree | i
operator 4 (bigint, bigint) of operator family aside.numbers for access method btree: >=(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
operator 4 (integer, integer) of operator family aside.numbers for access method btree: >=(integer,integer) | operator class aside.int4_numbers for access method btree | i
operator 5 (bigint, bigint) of operator family aside.numbers for access method btree: >(bigint,bigint) | operator class aside.int8_numbers for access method btree | i
operator 5 (integer, integer) of operator family aside.numbers for access method btree: >(integer,integer) | operator class aside.int4_numbers for access method btree | i
operator class aside.int4_numbers for access method btree | operator family aside.numbers for access method btree | a
operator class aside.int4_numbers for access method btree | schema aside | n
operator class aside.int8_numbers for access method btree | operator family aside.numbers for access method btree | a
operator class aside.int8_numbers for access method btree | schema aside | n
operator class half_ops for access method hash | operator family half_ops for access method hash | a
operator class half_ops for access method hash | schema public | n
operator class own_ops for access method hash | operator family own_ops for access method hash | a
operator class own_ops for access method hash | schema public | n
operator class plain_ops for access method hash | operator family plain_ops for access method hash | a
operator class plain_ops for access method hash | schema public | n
operator class read_ops for access method hash | operator family read_ops for access method hash | a
operator class read_ops for access method hash | schema public | n
operator class text_length_ops for access method hash | operator family text_length_ops for access method hash | a
operator class text_length_ops for access method hash | schema public | n
operator family aside.numbers for access method btree | schema aside | n
operator family half_ops for access method hash | schema public | n
operator family own_ops for access method hash | schema public | n
operator family plain_ops for access method hash | schema public | n
operator family read_ops for access method hash | schema public | n
operator family same_ops for access method btree | schema public | n
operator family text_length_ops for access method hash | schema public | n
SELECT 51
> SELECT pg_describe_object('pg_opclass'::regclass, 1978, 0), pg_describe_object('pg_opfamily'::regclass, 1976, 0), pg_describe_object('pg_amop'::regclass, 10000, 0), pg_describe_object('pg_opclass'::regclass, 1, 0);
pg_describe_object | pg_describe_object | pg_describe_object | pg_describe_object
operator class int4_ops for access method btree | operator family integer_ops for access method btree | operator 1 (smallint, smallint) of operator family integer_ops for access method btree: <(smallint,smallint) | NULL
SELECT 1
> SELECT pg_describe_object('pg_proc'::regclass, 'abs(int4)'::regprocedure, 0), pg_describe_object('pg_operator'::regclass, 96, 0), pg_describe_object('pg_type'::regclass, 23, 0), pg_describe_object('pg_class'::regclass, 'pg_class'::regclass, 2), pg_describe_object('pg_am'::regclass, 403, 0), pg_describe_object('pg_namespace'::regclass, 'public'::regnamespace, 0);
pg_describe_object | pg_describe_object | pg_describe_object | pg_describe_object | pg_describe_object | pg_describe_object
function abs(integer) | operator =(integer,integer) | type integer | column relname of table pg_class | access method btree | schema public
SELECT 1
> SELECT pg_describe_object(7, 5, 0);
pg_describe_object
ERROR XX000: unrecognized object class: 7
> SELECT pg_describe_object(0, 0, 0), pg_describe_object('pg_class'::regclass, 9, 0);
pg_describe_object | pg_describe_object
NULL | NULL
SELECT 1
> SELECT pg_opclass_is_visible(c.oid), pg_opfamily_is_visible(opcfamily), opcname FROM pg_opclass c WHERE opcname IN ('int4_numbers', 'own_ops') ORDER BY 3;
pg_opclass_is_visible | pg_opfamily_is_visible | opcname
f | f | int4_numbers
t | t | own_ops
SELECT 2
> COMMENT ON OPERATOR CLASS own_ops USING hash IS 'of the system';
COMMENT
> COMMENT ON OPERATOR FAMILY aside.numbers USING btree IS 'of numbers';
COMMENT
> SELECT obj_description(oid, 'pg_opclass') FROM pg_opclass WHERE opcname = 'own_ops';
obj_description
of the system
SELECT 1
> SELECT obj_description(oid, 'pg_opfamily') FROM pg_opfamily WHERE opfname = 'numbers';
obj_description
of numbers
SELECT 1
> COMMENT ON OPERATOR CLASS own_ops USING hash IS NULL;
COMMENT
> SELECT obj_description(oid, 'pg_opclass') FROM pg_opclass WHERE opcname = 'own_ops';
obj_description
NULL
SELECT 1
> COMMENT ON OPERATOR CLASS nowhere_ops USING hash IS 'x';
ERROR 42704: operator class "nowhere_ops" does not exist for access method "hash"
> COMMENT ON OPERATOR FAMILY nowhere_ops USING hash IS 'x';
ERROR 42704: operator family "nowhere_ops" does not exist for access method "hash"
> COMMENT ON OPERATOR FAMILY nowhere_ops USING heap2 IS 'x';
ERROR 42704: access method "heap2" does not exist
-- Other names, owners, schemas.
> CREATE ROLE opc_owner;
CREATE ROLE
> ALTER OPERATOR CLASS own_ops USING hash RENAME TO half_ops;
ERROR 42710: operator class "half_ops" for access method "hash" already exists in schema "public"
> ALTER OPERATOR CLASS own_ops USING hash RENAME TO system_ops;
ALTER OPERATOR CLASS
> ALTER OPERATOR CLASS system_ops USING hash OWNER TO opc_owner;
ALTER OPERATOR CLASS
> ALTER OPERATOR CLASS system_ops USING hash SET SCHEMA aside;
ALTER OPERATOR CLASS
> ALTER OPERATOR CLASS system_ops USING hash SET SCHEMA public;
ERROR 42704: operator class "system_ops" does not exist for access method "hash"
> ALTER OPERATOR CLASS aside.system_ops USING hash SET SCHEMA nowhere;
ERROR 3F000: schema "nowhere" does not exist
> SELECT nspname, opcname, pg_get_userbyid(opcowner) FROM pg_opclass c, pg_namespace n WHERE n.oid = opcnamespace AND opcname = 'system_ops';
nspname | opcname | pg_get_userbyid
aside | system_ops | opc_owner
SELECT 1
> ALTER OPERATOR FAMILY own_ops USING hash RENAME TO half_ops;
ERROR 42710: operator family "half_ops" for access method "hash" already exists in schema "public"
> ALTER OPERATOR FAMILY own_ops USING hash RENAME TO system_ops;
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY system_ops USING hash OWNER TO opc_owner;
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY system_ops USING hash SET SCHEMA aside;
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY aside.system_ops USING hash SET SCHEMA aside;
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY own_ops USING hash RENAME TO x;
ERROR 42704: operator family "own_ops" does not exist for access method "hash"
> ALTER OPERATOR CLASS own_ops USING nomethod RENAME TO x;
ERROR 42704: access method "nomethod" does not exist
> ALTER OPERATOR CLASS own_ops USING btree OWNER TO opc_owner;
ERROR 42704: operator class "own_ops" does not exist for access method "btree"
> SELECT nspname, opfname, pg_get_userbyid(opfowner) FROM pg_opfamily c, pg_namespace n WHERE n.oid = opfnamespace AND opfname = 'system_ops';
nspname | opfname | pg_get_userbyid
aside | system_ops | opc_owner
SELECT 1
> CREATE OPERATOR CLASS aside.half_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
CREATE OPERATOR CLASS
> ALTER OPERATOR CLASS half_ops USING hash SET SCHEMA aside;
ERROR 42710: operator class "half_ops" for access method "hash" already exists in schema "aside"
> ALTER OPERATOR FAMILY half_ops USING hash SET SCHEMA aside;
ERROR 42710: operator family "half_ops" for access method "hash" already exists in schema "aside"
> DROP OPERATOR FAMILY aside.half_ops USING hash;
DROP OPERATOR FAMILY
-- Roles.
> DROP ROLE opc_owner;
ERROR 2BP01: role "opc_owner" cannot be dropped because some objects depend on it
DETAIL: owner of operator family aside.system_ops for access method hash
owner of operator class aside.system_ops for access method hash
> SET ROLE opc_owner;
(is_superuser = off)
SET
> CREATE OPERATOR CLASS public.x_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 42501: permission denied for schema public
> CREATE OPERATOR FAMILY public.x_ops USING hash;
ERROR 42501: permission denied for schema public
> ALTER OPERATOR FAMILY aside.system_ops USING hash ADD OPERATOR 1 = (int8, int8);
ERROR 42501: permission denied for schema aside
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT CREATE, USAGE ON SCHEMA public TO opc_owner;
GRANT
> GRANT USAGE ON SCHEMA aside TO opc_owner;
GRANT
> SET ROLE opc_owner;
(is_superuser = off)
SET
> CREATE OPERATOR CLASS x_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 42501: must be superuser to create an operator class
> CREATE OPERATOR FAMILY x_ops USING hash;
ERROR 42501: must be superuser to create an operator family
> ALTER OPERATOR FAMILY aside.system_ops USING hash ADD OPERATOR 1 = (int8, int8);
ERROR 42501: must be superuser to alter an operator family
> ALTER OPERATOR CLASS half_ops USING hash RENAME TO x;
ERROR 42501: must be owner of operator class half_ops
> ALTER OPERATOR FAMILY half_ops USING hash OWNER TO opc_owner;
ERROR 42501: must be owner of operator family half_ops
> ALTER OPERATOR FAMILY half_ops USING hash SET SCHEMA aside;
ERROR 42501: permission denied for schema aside
> ALTER OPERATOR CLASS aside.system_ops USING hash RENAME TO x;
ERROR 42501: permission denied for schema aside
> ALTER OPERATOR CLASS aside.system_ops USING hash SET SCHEMA public;
ALTER OPERATOR CLASS
> DROP OPERATOR CLASS half_ops USING hash;
ERROR 42501: must be owner of operator class hash.half_ops
> DROP OPERATOR FAMILY half_ops USING hash;
ERROR 42501: must be owner of operator family hash.half_ops
> COMMENT ON OPERATOR CLASS half_ops USING hash IS 'x';
ERROR 42501: must be owner of operator class hash.half_ops
> COMMENT ON OPERATOR FAMILY half_ops USING hash IS 'x';
ERROR 42501: must be owner of operator family hash.half_ops
> RESET ROLE;
(is_superuser = on)
RESET
> REASSIGN OWNED BY opc_owner TO CURRENT_USER;
REASSIGN OWNED
> REVOKE ALL ON SCHEMA public, aside FROM opc_owner;
REVOKE
> DROP ROLE opc_owner;
DROP ROLE
-- Families come and go.
> CREATE OPERATOR FAMILY f USING btree;
CREATE OPERATOR FAMILY
> CREATE OPERATOR FAMILY f USING btree;
ERROR 42710: operator family "f" for access method "btree" already exists
> CREATE OPERATOR FAMILY f USING hash;
CREATE OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int4, int2), OPERATOR 2 <= (int4, int2), OPERATOR 3 = (int4, int2), FUNCTION 1 btint42cmp(int4, int2);
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int4, int2);
ERROR 42710: operator 1(integer,smallint) already exists in operator family "f"
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 btint42cmp(int4, int2);
ERROR 42710: function 1(integer,smallint) already exists in operator family "f"
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 5 > (int2, int2), OPERATOR 5 > (int2, int2);
ERROR 42P17: operator number 5 for (smallint,smallint) appears more than once
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 btint2cmp(int2, int2), FUNCTION 1 btint2cmp(int2, int2);
ERROR 42P17: function number 1 for (smallint,smallint) appears more than once
> ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int4, int2), FUNCTION 1 (int4, int2);
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 1 (int4, int2);
ERROR 42704: operator 1(integer,smallint) does not exist in operator family "f"
> ALTER OPERATOR FAMILY f USING btree DROP FUNCTION 1 (int4, int2);
ERROR 42704: function 1(integer,smallint) does not exist in operator family "f"
> ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 6 (int4, int2);
ERROR 42P17: invalid operator number 6, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree DROP FUNCTION 6 (int4, int2);
ERROR 42P17: invalid function number 6, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 2 (int4, int2, int8);
ERROR 42601: one or two argument types must be specified
> ALTER OPERATOR FAMILY f USING btree DROP OPERATOR 2 (int4, int2), OPERATOR 2 (int4, int2);
ERROR 42P17: operator number 2 for (integer,smallint) appears more than once
> ALTER OPERATOR FAMILY f USING invalid_method ADD OPERATOR 1 < (int4, int2);
ERROR 42704: access method "invalid_method" does not exist
> ALTER OPERATOR FAMILY nowhere.f USING btree ADD OPERATOR 1 < (int4, int2);
ERROR 3F000: schema "nowhere" does not exist
> ALTER OPERATOR FAMILY nowhere_f USING btree ADD OPERATOR 1 < (int4, int2);
ERROR 42704: operator family "nowhere_f" does not exist for access method "btree"
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 6 < (int4, int2);
ERROR 42P17: invalid operator number 6, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 0 < (int4, int2);
ERROR 42P17: invalid operator number 0, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 <;
ERROR 42601: operator argument types must be specified in ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int4, box);
ERROR 42883: operator does not exist: integer < box
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 + (int4, int4);
ERROR 42P17: index search operators must return boolean
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 < (int4, int4) FOR ORDER BY integer_ops;
ERROR 42P17: access method "btree" does not support ordering operators
> ALTER OPERATOR FAMILY f USING btree ADD OPERATOR 1 - (NONE, int4);
ERROR 42P17: index operators must be binary
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 0 btint42cmp(int4, int2);
ERROR 42P17: invalid function number 0, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 6 btint42cmp(int4, int2);
ERROR 42P17: invalid function number 6, must be between 1 and 5
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 nowhere(int4, int2);
ERROR 42883: function nowhere(integer, smallint) does not exist
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 abs(int4);
ERROR 42P17: btree comparison functions must have two arguments
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 text_lt(text, text);
ERROR 42P17: btree comparison functions must return integer
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 2 (int4, int4) abs(int4);
ERROR 42P17: btree sort support functions must accept type "internal"
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 2 btint4sortsupport(internal);
ERROR 42P17: associated data types must be specified for index support function
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 3 (int4, int4) abs(int4);
ERROR 42P17: btree in_range functions must have five arguments
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 4 (int4, int4) btint4cmp(int4, int4);
ERROR 42P17: btree equal image functions must have one argument
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 4 (int4, int4) btequalimage(oid);
ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 4 (int4, int2) btequalimage(oid);
ERROR 42P17: btree equal image functions must not be cross-type
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 5 (int4, int4) abs(int4);
ERROR 42P17: invalid operator class options parsing function
HINT: Valid signature of operator class options parsing function is (internal) RETURNS void.
> ALTER OPERATOR FAMILY f USING btree ADD STORAGE int4;
ERROR 42601: STORAGE cannot be specified in ALTER OPERATOR FAMILY
> ALTER OPERATOR FAMILY f USING btree ADD FUNCTION 1 (int4, int4, int4) btint4cmp(int4, int4);
ERROR 42601: one or two argument types must be specified
> ALTER OPERATOR FAMILY f USING hash ADD OPERATOR 2 = (int4, int4);
ERROR 42P17: invalid operator number 2, must be between 1 and 1
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 1 btint4cmp(int4, int4);
ERROR 42P17: hash function 1 must have one argument
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 1 (int4, int4) bool(int4);
ERROR 42P17: hash function 1 must return integer
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 2 hashint4(int4);
ERROR 42P17: hash function 2 must have two arguments
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 2 btint48cmp(int4, int8);
ERROR 42P17: hash function 2 must return bigint
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 3 hashint4(int4);
ERROR 42P17: invalid operator class options parsing function
HINT: Valid signature of operator class options parsing function is (internal) RETURNS void.
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 4 hashint4(int4);
ERROR 42P17: invalid function number 4, must be between 1 and 3
> ALTER OPERATOR FAMILY f USING hash ADD FUNCTION 1 hashint4(int4), FUNCTION 2 hashint4extended(int4, int8), OPERATOR 1 = (int4, int8);
ALTER OPERATOR FAMILY
> SELECT opfname, amprocnum, amproclefttype::regtype, amprocrighttype::regtype, amproc::regprocedure FROM pg_amproc o JOIN pg_opfamily f ON f.oid = amprocfamily WHERE opfname = 'f' ORDER BY 1, 3, 4, 2;
opfname | amprocnum | amproclefttype | amprocrighttype | amproc
f | 1 | integer | integer | hashint4(integer)
f | 2 | integer | integer | hashint4extended(integer,bigint)
f | 4 | integer | integer | btequalimage(oid)
SELECT 3
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash FAMILY f AS OPERATOR 1 =;
CREATE OPERATOR CLASS
> SELECT d.refclassid::regclass, d.deptype FROM pg_amop o, pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = o.oid AND o.amopfamily = (SELECT oid FROM pg_opfamily WHERE opfname = 'f' AND opfmethod = 405) ORDER BY 1, 2;
refclassid | deptype
pg_opclass | i
pg_opfamily | a
SELECT 2
> ALTER OPERATOR FAMILY f USING hash DROP OPERATOR 1 (int4);
ERROR 2BP01: cannot drop operator 1 (integer, integer) of operator family f for access method hash: =(integer,integer) because operator class x for access method hash requires it
HINT: You can drop operator class x for access method hash instead.
> ALTER OPERATOR FAMILY f USING hash DROP OPERATOR 1 (int4, int8);
ALTER OPERATOR FAMILY
> DROP OPERATOR FAMILY f USING btree, hash;
ERROR 42601: syntax error at or near ","
> DROP OPERATOR FAMILY f USING hash;
DROP OPERATOR FAMILY
> SELECT count(*) FROM pg_opclass WHERE opcname = 'x';
count
0
SELECT 1
> DROP OPERATOR FAMILY f USING btree RESTRICT;
DROP OPERATOR FAMILY
> DROP OPERATOR FAMILY f USING btree;
ERROR 42704: operator family "f" does not exist for access method "btree"
> DROP OPERATOR FAMILY IF EXISTS f USING btree;
NOTICE: operator family "f" does not exist for access method "btree", skipping
DROP OPERATOR FAMILY
> DROP OPERATOR CLASS IF EXISTS f USING btree CASCADE;
NOTICE: operator class "f" does not exist for access method "btree", skipping
DROP OPERATOR CLASS
> DROP OPERATOR CLASS IF EXISTS f USING nomethod;
ERROR 42704: access method "nomethod" does not exist
> DROP OPERATOR CLASS f USING nomethod;
ERROR 42704: access method "nomethod" does not exist
> DROP OPERATOR FAMILY IF EXISTS f USING nomethod;
ERROR 42704: access method "nomethod" does not exist
> DROP OPERATOR CLASS IF EXISTS nowhere.f USING btree;
NOTICE: schema "nowhere" does not exist, skipping
DROP OPERATOR CLASS
> DROP OPERATOR FAMILY IF EXISTS nowhere.f USING btree;
NOTICE: schema "nowhere" does not exist, skipping
DROP OPERATOR FAMILY
> DROP OPERATOR CLASS nowhere.f USING btree;
ERROR 3F000: schema "nowhere" does not exist
> DROP OPERATOR FAMILY nowhere.f USING btree;
ERROR 3F000: schema "nowhere" does not exist
> DROP OPERATOR CLASS int4_ops USING btree;
ERROR 2BP01: cannot drop operator class int4_ops for access method btree because it is required by the database system
> DROP OPERATOR FAMILY integer_ops USING btree;
ERROR 2BP01: cannot drop operator family integer_ops for access method btree because it is required by the database system
-- What is wrong with a class.
> CREATE OPERATOR CLASS x FOR TYPE int4 USING nomethod AS OPERATOR 1 =;
ERROR 42704: access method "nomethod" does not exist
> CREATE OPERATOR CLASS nowhere.x FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 3F000: schema "nowhere" does not exist
> CREATE OPERATOR CLASS x FOR TYPE nowhere USING hash AS OPERATOR 1 =;
ERROR 42704: type "nowhere" does not exist
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash FAMILY nowhere AS OPERATOR 1 =;
ERROR 42704: operator family "nowhere" does not exist for access method "hash"
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 2 =;
ERROR 42P17: invalid operator number 2, must be between 1 and 1
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 ===;
ERROR 42883: operator does not exist: integer === integer
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 = (int4, text);
ERROR 42883: operator does not exist: integer = text
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 +;
ERROR 42P17: index search operators must return boolean
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 = (int4, int4), OPERATOR 1 =;
ERROR 42P17: operator number 1 for (integer,integer) appears more than once
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 = FOR SEARCH, FUNCTION 1 hashint4(int4), FUNCTION 1 hashint4(int4);
ERROR 42P17: function number 1 for (integer,integer) appears more than once
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 = FOR ORDER BY integer_ops;
ERROR 42P17: access method "hash" does not support ordering operators
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS STORAGE int8;
ERROR 42P17: storage type cannot be different from data type for access method "hash"
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS STORAGE int4, STORAGE int4;
ERROR 42P17: storage type specified more than once
> CREATE OPERATOR CLASS half_ops FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 42710: operator class "half_ops" for access method "hash" already exists
> CREATE OPERATOR CLASS x DEFAULT FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 42710: could not make operator class "x" be default for type int4
DETAIL: Operator class "int4_ops" already is the default.
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash FAMILY integer_ops AS OPERATOR 1 =;
ERROR 23505: duplicate key value violates unique constraint "pg_amop_fam_strat_index"
DETAIL: Key (amopfamily, amoplefttype, amoprighttype, amopstrategy)=(1977, 23, 23, 1) already exists.
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS FUNCTION 2 hashint4extended(int4);
ERROR 42883: function hashint4extended(integer) does not exist
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS FUNCTION 2 btint4cmp(int4, int4);
ERROR 42P17: hash function 2 must return bigint
> SELECT opcname FROM pg_opclass WHERE opcname = 'x';
opcname
SELECT 0
> SELECT opfname FROM pg_opfamily WHERE opfname = 'x';
opfname
SELECT 0
> CREATE OPERATOR CLASS x FOR TYPE uuid USING hash AS STORAGE uuid;
CREATE OPERATOR CLASS
> SELECT opcname, opckeytype FROM pg_opclass WHERE opcname = 'x';
opcname | opckeytype
x | 0
SELECT 1
> DROP OPERATOR CLASS x USING hash;
DROP OPERATOR CLASS
-- Operators, functions and types of users.
> CREATE FUNCTION alike(int4, int4) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';
CREATE FUNCTION
> CREATE OPERATOR === (LEFTARG = int4, RIGHTARG = int4, FUNCTION = alike);
CREATE OPERATOR
> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE
> CREATE OPERATOR CLASS alike_ops FOR TYPE int4 USING hash AS OPERATOR 1 ===, FUNCTION 1 hashint4(int4), FUNCTION 2 plain_hash(int4, int8);
CREATE OPERATOR CLASS
> CREATE OPERATOR CLASS mood_ops FOR TYPE mood USING hash AS OPERATOR 1 = (anyenum, anyenum);
CREATE OPERATOR CLASS
> CREATE OPERATOR FAMILY loose USING hash;
CREATE OPERATOR FAMILY
> ALTER OPERATOR FAMILY loose USING hash ADD OPERATOR 1 === (int4, int4);
ALTER OPERATOR FAMILY
> DROP OPERATOR === (int4, int4);
ERROR 2BP01: cannot drop operator ===(integer,integer) because other objects depend on it
DETAIL: operator class alike_ops for access method hash depends on operator ===(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION alike(int4, int4);
ERROR 2BP01: cannot drop function alike(integer,integer) because other objects depend on it
DETAIL: operator ===(integer,integer) depends on function alike(integer,integer)
operator class alike_ops for access method hash depends on operator ===(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION plain_hash(int4, int8);
DROP FUNCTION
> DROP TYPE mood;
ERROR 2BP01: cannot drop type mood because other objects depend on it
DETAIL: operator class mood_ops for access method hash depends on type mood
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> CREATE TABLE users (a int) PARTITION BY HASH (a alike_ops);
CREATE TABLE
> BEGIN;
BEGIN
> DROP OPERATOR === (int4, int4) CASCADE;
NOTICE: drop cascades to 2 other objects
DROP OPERATOR
> SELECT count(*) FROM pg_amop o, pg_opfamily f WHERE f.oid = amopfamily AND opfname IN ('loose', 'alike_ops');
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> DROP TABLE users;
DROP TABLE
> DROP TYPE mood CASCADE;
NOTICE: drop cascades to operator class mood_ops for access method hash
DROP TYPE
> DROP FUNCTION alike(int4, int4) CASCADE;
NOTICE: drop cascades to 2 other objects
DROP FUNCTION
> SELECT opcname FROM pg_opclass WHERE opcname IN ('alike_ops', 'mood_ops');
opcname
SELECT 0
> SELECT opfname FROM pg_opfamily WHERE opfname IN ('alike_ops', 'mood_ops', 'loose') ORDER BY 1;
opfname
alike_ops
loose
mood_ops
SELECT 3
> SELECT count(*) FROM pg_amop o, pg_opfamily f WHERE f.oid = amopfamily AND opfname = 'loose';
count
0
SELECT 1
> DROP OPERATOR FAMILY loose USING hash;
DROP OPERATOR FAMILY
-- Transactions and savepoints.
> BEGIN;
BEGIN
> CREATE OPERATOR CLASS x FOR TYPE int4 USING hash AS OPERATOR 1 =;
CREATE OPERATOR CLASS
> SAVEPOINT s;
SAVEPOINT
> DROP OPERATOR CLASS x USING hash;
DROP OPERATOR CLASS
> ROLLBACK TO s;
ROLLBACK
> ALTER OPERATOR CLASS x USING hash RENAME TO y;
ALTER OPERATOR CLASS
> SELECT opcname FROM pg_opclass WHERE opcname IN ('x', 'y');
opcname
y
SELECT 1
> SAVEPOINT t;
SAVEPOINT
> CREATE OPERATOR CLASS y FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 42710: operator class "y" for access method "hash" already exists
> ROLLBACK TO t;
ROLLBACK
b> SELECT opcname FROM pg_opclass WHERE opcname IN ('x', 'y');
opcname
SELECT 0
> COMMIT;
COMMIT
b> SELECT opcname FROM pg_opclass WHERE opcname IN ('x', 'y');
opcname
y
SELECT 1
b> DROP OPERATOR FAMILY x USING hash;
DROP OPERATOR FAMILY
> SELECT opcname FROM pg_opclass WHERE opcname IN ('x', 'y');
opcname
SELECT 0
> BEGIN;
BEGIN
> CREATE OPERATOR FAMILY gone USING hash;
CREATE OPERATOR FAMILY
> ROLLBACK;
ROLLBACK
> DROP OPERATOR FAMILY gone USING hash;
ERROR 42704: operator family "gone" does not exist for access method "hash"
-- A schema takes what is in it along.
> DROP SCHEMA aside;
ERROR 2BP01: cannot drop schema aside because other objects depend on it
DETAIL: operator family aside.system_ops for access method hash depends on schema aside
operator family aside.numbers for access method btree depends on schema aside
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP SCHEMA aside CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SCHEMA
> SELECT opfname FROM pg_opfamily WHERE opfname IN ('numbers', 'system_ops');
opfname
SELECT 0
