-- What a child has from its parents, in the catalogs.

> CREATE TABLE par (a int NOT NULL DEFAULT 3, b text, CONSTRAINT pos CHECK (a > 0), CONSTRAINT loc CHECK (a < 100) NO INHERIT);
CREATE TABLE

> CREATE TABLE par2 (b text, z int);
CREATE TABLE

> CREATE TABLE chi (c int, a int) INHERITS (par, par2);
NOTICE: merging multiple inherited definitions of column "b"
NOTICE: moving and merging column "a" with inherited definition
CREATE TABLE

> CREATE TABLE gra () INHERITS (chi);
CREATE TABLE

> SELECT relname, relkind, relhassubclass, relispartition, relchecks FROM pg_class WHERE relname IN ('par', 'par2', 'chi', 'gra') ORDER BY 1;
relname | relkind | relhassubclass | relispartition | relchecks
chi | r | t | f | 1
gra | r | f | f | 1
par | r | t | f | 2
par2 | r | t | f | 0
SELECT 4

> SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits ORDER BY inhrelid::regclass::text, inhseqno;
inhrelid | inhparent | inhseqno
chi | par | 1
chi | par2 | 2
gra | chi | 1
SELECT 3

> SELECT attrelid::regclass, attname, attnum, attislocal, attinhcount, attnotnull, atthasdef FROM pg_attribute WHERE attrelid::regclass::text IN ('par', 'par2', 'chi', 'gra') AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
attrelid | attname | attnum | attislocal | attinhcount | attnotnull | atthasdef
chi | a | 1 | t | 1 | t | t
chi | b | 2 | f | 2 | f | f
chi | z | 3 | f | 1 | f | f
chi | c | 4 | t | 0 | f | f
gra | a | 1 | f | 1 | t | t
gra | b | 2 | f | 1 | f | f
gra | z | 3 | f | 1 | f | f
gra | c | 4 | f | 1 | f | f
par | a | 1 | t | 0 | t | t
par | b | 2 | t | 0 | f | f
par2 | b | 1 | t | 0 | f | f
par2 | z | 2 | t | 0 | f | f
SELECT 12

> SELECT conrelid::regclass, conname, conislocal, coninhcount, connoinherit, conkey, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text IN ('par', 'par2', 'chi', 'gra') ORDER BY conrelid::regclass::text, conname;
conrelid | conname | conislocal | coninhcount | connoinherit | conkey | pg_get_constraintdef
chi | pos | f | 1 | f | {1} | CHECK ((a > 0))
gra | pos | f | 1 | f | {1} | CHECK ((a > 0))
par | loc | t | 0 | t | {1} | CHECK ((a < 100)) NO INHERIT
par | pos | t | 0 | f | {1} | CHECK ((a > 0))
SELECT 4

> SELECT pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conname = 'loc';
pg_get_constraintdef
CHECK (a < 100) NO INHERIT
SELECT 1

> ALTER TABLE par ADD CONSTRAINT later CHECK (b <> 'x') NO INHERIT NOT VALID;
ALTER TABLE

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'later';
pg_get_constraintdef
CHECK ((b <> 'x'::text)) NO INHERIT NOT VALID
SELECT 1

> SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_name IN ('loc', 'pos', 'later') ORDER BY 1, 2;
constraint_name | check_clause
later | ((b <> 'x'::text)) NO INHERIT NOT VALID
loc | ((a < 100)) NO INHERIT
pos | ((a > 0))
SELECT 3

> SELECT objid::regclass, refobjid::regclass, deptype FROM pg_depend WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND objid IN ('chi'::regclass, 'gra'::regclass) ORDER BY objid::regclass::text, refobjid::regclass::text;
objid | refobjid | deptype
chi | par | n
chi | par2 | n
gra | chi | n
SELECT 3

> ALTER TABLE par ADD COLUMN c int;
NOTICE: merging definition of column "c" for child "chi"
ALTER TABLE

> ALTER TABLE chi ADD CONSTRAINT pos2 CHECK (c > 0);
ALTER TABLE

> ALTER TABLE par ADD CONSTRAINT pos2 CHECK (c > 0);
NOTICE: merging constraint "pos2" with inherited definition
ALTER TABLE

> SELECT attrelid::regclass, attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid::regclass::text IN ('par', 'chi', 'gra') AND attname = 'c' ORDER BY attrelid::regclass::text;
attrelid | attname | attislocal | attinhcount
chi | c | t | 1
gra | c | f | 1
par | c | t | 0
SELECT 3

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE conname = 'pos2' ORDER BY conrelid::regclass::text;
conrelid | conname | conislocal | coninhcount
chi | pos2 | t | 1
gra | pos2 | f | 1
par | pos2 | t | 0
SELECT 3

> ALTER TABLE chi NO INHERIT par;
ALTER TABLE

> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'chi'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
a | t | 0
b | f | 1
z | f | 1
c | t | 0
SELECT 4

> SELECT conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid = 'chi'::regclass ORDER BY 1;
conname | conislocal | coninhcount
pos | t | 0
pos2 | t | 0
SELECT 2

> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits ORDER BY inhrelid::regclass::text, inhseqno;
inhrelid | inhparent
chi | par2
gra | chi
SELECT 2

> ALTER TABLE chi INHERIT par;
ALTER TABLE

> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits ORDER BY inhrelid::regclass::text, inhseqno;
inhrelid | inhparent
chi | par2
chi | par
gra | chi
SELECT 3

> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'chi'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
a | t | 1
b | f | 2
z | f | 1
c | t | 1
SELECT 4

> BEGIN;
BEGIN

> SAVEPOINT s;
SAVEPOINT

> ALTER TABLE gra NO INHERIT chi;
ALTER TABLE

> SELECT count(*) FROM pg_inherits WHERE inhparent = 'chi'::regclass;
count
0
SELECT 1

> ROLLBACK TO s;
ROLLBACK

> SELECT count(*) FROM pg_inherits WHERE inhparent = 'chi'::regclass;
count
1
SELECT 1

> COMMIT;
COMMIT

> SELECT table_name, column_name, ordinal_position, column_default, is_nullable FROM information_schema.columns WHERE table_name IN ('par', 'chi', 'gra') ORDER BY 1, 3;
table_name | column_name | ordinal_position | column_default | is_nullable
chi | a | 1 | 3 | NO
chi | b | 2 | NULL | YES
chi | z | 3 | NULL | YES
chi | c | 4 | NULL | YES
gra | a | 1 | 3 | NO
gra | b | 2 | NULL | YES
gra | z | 3 | NULL | YES
gra | c | 4 | NULL | YES
par | a | 1 | 3 | NO
par | b | 2 | NULL | YES
par | c | 3 | NULL | YES
SELECT 11

> SELECT * FROM pg_partition_tree('par');
relid | parentrelid | isleaf | level
SELECT 0

> SELECT pg_partition_root('chi');
pg_partition_root
NULL
SELECT 1

> DROP TABLE par2;
ERROR 2BP01: cannot drop table par2 because other objects depend on it
DETAIL: table chi depends on table par2
table gra depends on table chi
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE par2 CASCADE;
NOTICE: drop cascades to 2 other objects
DROP TABLE

> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits ORDER BY inhrelid::regclass::text, inhseqno;
inhrelid | inhparent
SELECT 0
