> CREATE TABLE p (a int, b int, CONSTRAINT pc CHECK (a < 100));
CREATE TABLE
> CREATE TABLE c1 () INHERITS (p);
CREATE TABLE
> CREATE TABLE c2 () INHERITS (p);
CREATE TABLE
> CREATE TABLE g (own text) INHERITS (c1, c2);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
CREATE TABLE
> INSERT INTO p VALUES (1, 1);
INSERT 0 1
> INSERT INTO c1 VALUES (2, 2);
INSERT 0 1
> INSERT INTO g VALUES (3, 3, 'g');
INSERT 0 1
> CREATE VIEW column_list AS SELECT attrelid::regclass::text AS of, attname, attnotnull, attislocal, attinhcount FROM pg_attribute WHERE attrelid IN ('p'::regclass, 'c1'::regclass, 'c2'::regclass, 'g'::regclass) AND attnum > 0 AND NOT attisdropped;
CREATE VIEW
> CREATE VIEW checks AS SELECT conrelid::regclass::text AS of, conname, conislocal, coninhcount, convalidated FROM pg_constraint WHERE conrelid IN ('p'::regclass, 'c1'::regclass, 'c2'::regclass, 'g'::regclass) AND contype = 'c';
CREATE VIEW
> SELECT * FROM column_list ORDER BY 1, 2;
of | attname | attnotnull | attislocal | attinhcount
c1 | a | f | f | 1
c1 | b | f | f | 1
c2 | a | f | f | 1
c2 | b | f | f | 1
g | a | f | f | 2
g | b | f | f | 2
g | own | f | t | 0
p | a | f | t | 0
p | b | f | t | 0
SELECT 9

-- ADD COLUMN
> ALTER TABLE p ADD COLUMN n int DEFAULT 4;
NOTICE: merging definition of column "n" for child "g"
ALTER TABLE
> SELECT tableoid::regclass, a, n FROM p ORDER BY a;
tableoid | a | n
p | 1 | 4
c1 | 2 | 4
g | 3 | 4
SELECT 3
> SELECT * FROM column_list WHERE attname = 'n' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | n | f | f | 1
c2 | n | f | f | 1
g | n | f | f | 2
p | n | f | t | 0
SELECT 4
> ALTER TABLE ONLY p ADD COLUMN m int;
ERROR 42P16: column must be added to child tables too
> ALTER TABLE p ADD COLUMN i int GENERATED ALWAYS AS IDENTITY;
ERROR 42P16: cannot recursively add identity column to table that has child tables
> ALTER TABLE p ADD COLUMN own int;
ERROR 42804: child table "g" has different type for column "own"
> ALTER TABLE c1 ADD COLUMN mine int;
ALTER TABLE
> ALTER TABLE p ADD COLUMN mine int;
NOTICE: merging definition of column "mine" for child "c1"
NOTICE: merging definition of column "mine" for child "g"
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'mine' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | mine | f | t | 1
c2 | mine | f | f | 1
g | mine | f | f | 2
p | mine | f | t | 0
SELECT 4
> ALTER TABLE p ADD COLUMN IF NOT EXISTS mine int;
NOTICE: column "mine" of relation "p" already exists, skipping
ALTER TABLE
> ALTER TABLE p ADD COLUMN r int DEFAULT 1 CHECK (r > 0), ADD COLUMN s serial, ADD COLUMN t int GENERATED ALWAYS AS (a + 1) STORED;
NOTICE: merging definition of column "r" for child "g"
NOTICE: merging definition of column "s" for child "g"
NOTICE: merging definition of column "t" for child "g"
NOTICE: merging constraint "p_r_check" with inherited definition
ALTER TABLE
> SELECT tableoid::regclass, a, r, s, t FROM p ORDER BY a;
tableoid | a | r | s | t
p | 1 | 1 | 1 | 2
c1 | 2 | 1 | 2 | 3
g | 3 | 1 | 3 | 4
SELECT 3
> SELECT * FROM checks WHERE conname LIKE '%r_check' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | p_r_check | f | 1 | t
c2 | p_r_check | f | 1 | t
g | p_r_check | f | 2 | t
p | p_r_check | t | 0 | t
SELECT 4
> ALTER TABLE p ADD COLUMN z int NOT NULL;
NOTICE: merging definition of column "z" for child "g"
ERROR 23502: column "z" of relation "p" contains null values
> ALTER TABLE p ADD COLUMN a int;
ERROR 42701: column "a" of relation "p" already exists
> ALTER TABLE g DROP COLUMN n;
ERROR 42P16: cannot drop inherited column "n"
> ALTER TABLE p DROP COLUMN r, DROP COLUMN t, DROP COLUMN mine;
ALTER TABLE
> SELECT * FROM column_list WHERE attname IN ('r', 't', 'mine') ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | mine | f | t | 0
g | mine | f | f | 1
SELECT 2

-- DROP COLUMN
> CREATE VIEW over_g AS SELECT b FROM g;
CREATE VIEW
> ALTER TABLE p DROP COLUMN b;
ERROR 2BP01: cannot drop desired object(s) because other objects depend on them
DETAIL: view over_g depends on column b of table g
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE p DROP COLUMN b CASCADE;
NOTICE: drop cascades to view over_g
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'b' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
SELECT 0
> ALTER TABLE p ADD COLUMN b int;
NOTICE: merging definition of column "b" for child "g"
ALTER TABLE
> ALTER TABLE ONLY p DROP COLUMN b;
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'b' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | b | f | t | 0
c2 | b | f | t | 0
g | b | f | f | 2
SELECT 3
> ALTER TABLE p DROP COLUMN nothing;
ERROR 42703: column "nothing" of relation "p" does not exist
> ALTER TABLE p DROP COLUMN IF EXISTS nothing;
NOTICE: column "nothing" of relation "p" does not exist, skipping
ALTER TABLE
> ALTER TABLE c1 DROP COLUMN b;
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'b' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c2 | b | f | t | 0
g | b | f | f | 1
SELECT 2
> ALTER TABLE c2 DROP COLUMN b;
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'b' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
SELECT 0

-- CHECK
> ALTER TABLE p ADD CONSTRAINT k CHECK (n > 0);
NOTICE: merging constraint "k" with inherited definition
ALTER TABLE
> SELECT * FROM checks WHERE conname = 'k' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k | f | 1 | t
c2 | k | f | 1 | t
g | k | f | 2 | t
p | k | t | 0 | t
SELECT 4
> ALTER TABLE c1 DROP CONSTRAINT k;
ERROR 42P16: cannot drop inherited constraint "k" of relation "c1"
> ALTER TABLE ONLY p ADD CONSTRAINT k2 CHECK (n > 1);
ERROR 42P16: constraint must be added to child tables too
> ALTER TABLE p ADD CONSTRAINT k2 CHECK (n > 4);
NOTICE: merging constraint "k2" with inherited definition
ERROR 23514: check constraint "k2" of relation "p" is violated by some row
> ALTER TABLE p ADD CHECK (n < 100);
NOTICE: merging constraint "p_n_check" with inherited definition
ALTER TABLE
> INSERT INTO g (a, n) VALUES (4, 100);
ERROR 23514: new row for relation "g" violates check constraint "p_n_check"
DETAIL: Failing row contains (4, null, 100, null, 4).
> ALTER TABLE ONLY p DROP CONSTRAINT k;
ALTER TABLE
> SELECT * FROM checks WHERE conname = 'k' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k | t | 0 | t
c2 | k | t | 0 | t
g | k | f | 2 | t
SELECT 3
> ALTER TABLE p ADD CONSTRAINT k CHECK (n > 0);
NOTICE: merging constraint "k" with inherited definition
NOTICE: merging constraint "k" with inherited definition
ALTER TABLE
> ALTER TABLE p ADD CONSTRAINT k CHECK (n > 1);
ERROR 42710: constraint "k" for relation "p" already exists
> SELECT * FROM checks WHERE conname = 'k' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k | t | 1 | t
c2 | k | t | 1 | t
g | k | f | 2 | t
p | k | t | 0 | t
SELECT 4
> ALTER TABLE c1 ADD CONSTRAINT k3 CHECK (n > 1);
ALTER TABLE
> ALTER TABLE p ADD CONSTRAINT k3 CHECK (n > 2);
ERROR 42710: constraint "k3" for relation "c1" already exists
> ALTER TABLE c2 ADD CONSTRAINT k4 CHECK (n > 1) NO INHERIT;
ALTER TABLE
> ALTER TABLE p ADD CONSTRAINT k4 CHECK (n > 1);
ERROR 42P17: constraint "k4" conflicts with non-inherited constraint on relation "c2"
> ALTER TABLE c2 ADD CONSTRAINT k5 CHECK (n > 1) NOT VALID;
ALTER TABLE
> ALTER TABLE p ADD CONSTRAINT k5 CHECK (n > 1);
ERROR 42P17: constraint "k5" conflicts with NOT VALID constraint on relation "g"
> ALTER TABLE p ADD CONSTRAINT k5 CHECK (n > 1) NOT VALID;
NOTICE: merging constraint "k5" with inherited definition
NOTICE: merging constraint "k5" with inherited definition
ALTER TABLE
> ALTER TABLE ONLY p VALIDATE CONSTRAINT k5;
ERROR 42P16: constraint must be validated on child tables too
> ALTER TABLE g VALIDATE CONSTRAINT k5;
ALTER TABLE
> SELECT * FROM checks WHERE conname = 'k5' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k5 | f | 1 | f
c2 | k5 | t | 1 | f
g | k5 | f | 2 | t
p | k5 | t | 0 | f
SELECT 4
> ALTER TABLE p VALIDATE CONSTRAINT k5;
ALTER TABLE
> SELECT * FROM checks WHERE conname = 'k5' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k5 | f | 1 | t
c2 | k5 | t | 1 | t
g | k5 | f | 2 | t
p | k5 | t | 0 | t
SELECT 4
> ALTER TABLE p RENAME CONSTRAINT k5 TO k6;
ALTER TABLE
> ALTER TABLE c1 RENAME CONSTRAINT k6 TO k7;
ERROR 42P16: cannot rename inherited constraint "k6"
> ALTER TABLE ONLY p RENAME CONSTRAINT k6 TO k7;
ERROR 42P16: inherited constraint "k6" must be renamed in child tables too
> SELECT * FROM checks WHERE conname = 'k6' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c1 | k6 | f | 1 | t
c2 | k6 | t | 1 | t
g | k6 | f | 2 | t
p | k6 | t | 0 | t
SELECT 4
> ALTER TABLE p DROP CONSTRAINT k6;
ALTER TABLE
> SELECT * FROM checks WHERE conname = 'k6' ORDER BY 1;
of | conname | conislocal | coninhcount | convalidated
c2 | k6 | t | 0 | t
g | k6 | f | 1 | t
SELECT 2
> ALTER TABLE p DROP CONSTRAINT nothing;
ERROR 42704: constraint "nothing" of relation "p" does not exist
> ALTER TABLE p DROP CONSTRAINT IF EXISTS nothing;
NOTICE: constraint "nothing" of relation "p" does not exist, skipping
ALTER TABLE
> ALTER TABLE p ADD CONSTRAINT k8 CHECK (a > 0) NO INHERIT;
ALTER TABLE
> ALTER TABLE ONLY p ADD CONSTRAINT k9 CHECK (a > 0) NO INHERIT;
ALTER TABLE
> SELECT * FROM checks WHERE conname IN ('k8', 'k9') ORDER BY 1, 2;
of | conname | conislocal | coninhcount | convalidated
p | k8 | t | 0 | t
p | k9 | t | 0 | t
SELECT 2
> ALTER TABLE ONLY p RENAME CONSTRAINT k8 TO k10;
ALTER TABLE
> ALTER TABLE p DROP CONSTRAINT k10, DROP CONSTRAINT k9;
ALTER TABLE

-- RENAME and TYPE
> CREATE VIEW over_c1 AS SELECT n FROM c1;
CREATE VIEW
> ALTER TABLE p RENAME COLUMN n TO nn;
ALTER TABLE
> SELECT * FROM over_c1;
n
4
4
SELECT 2
> ALTER TABLE c1 RENAME COLUMN nn TO n;
ERROR 42P16: cannot rename inherited column "nn"
> ALTER TABLE ONLY p RENAME COLUMN nn TO n;
ERROR 42P16: inherited column "nn" must be renamed in child tables too
> ALTER TABLE p RENAME COLUMN a TO own;
ERROR 42701: column "own" of relation "g" already exists
> ALTER TABLE p RENAME COLUMN nothing TO n;
ERROR 42703: column "nothing" does not exist
> ALTER TABLE p RENAME COLUMN ctid TO n;
ERROR 0A000: cannot rename system column "ctid"
> ALTER TABLE p RENAME COLUMN a TO ctid;
ERROR 42701: column name "ctid" conflicts with a system column name
> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'g'::regclass ORDER BY 1;
pg_get_constraintdef
CHECK ((a < 100))
CHECK ((nn < 100))
CHECK ((nn > 0))
CHECK ((nn > 1))
CHECK ((nn > 1))
SELECT 5
> ALTER TABLE p ALTER COLUMN nn TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule _RETURN on view over_c1 depends on column "nn"
> DROP VIEW over_c1;
DROP VIEW
> ALTER TABLE p ALTER COLUMN a TYPE bigint USING a * 10;
NOTICE: merging constraint "pc" with inherited definition
ALTER TABLE
> SELECT tableoid::regclass, a, pg_typeof(a) FROM p ORDER BY a;
tableoid | a | pg_typeof
p | 10 | bigint
c1 | 20 | bigint
g | 30 | bigint
SELECT 3
> INSERT INTO g (a) VALUES (100);
ERROR 23514: new row for relation "g" violates check constraint "pc"
DETAIL: Failing row contains (100, null, 4, null, 5).
> ALTER TABLE c1 ALTER COLUMN a TYPE int;
ERROR 42P16: cannot alter inherited column "a"
> ALTER TABLE ONLY p ALTER COLUMN a TYPE int;
ERROR 42P16: type of inherited column "a" must be changed in child tables too
> CREATE TABLE elsewhere (a bigint);
CREATE TABLE
> ALTER TABLE g INHERIT elsewhere;
ALTER TABLE
> ALTER TABLE elsewhere ALTER COLUMN a TYPE int;
ERROR 42P16: cannot alter inherited column "a" of relation "g"
> ALTER TABLE elsewhere RENAME COLUMN a TO other;
ERROR 42P16: cannot rename inherited column "a"
> ALTER TABLE elsewhere DROP COLUMN a;
ALTER TABLE
> ALTER TABLE g NO INHERIT elsewhere;
ALTER TABLE

-- NOT NULL and defaults
> ALTER TABLE p ALTER COLUMN nn SET NOT NULL;
ALTER TABLE
> ALTER TABLE c1 ALTER COLUMN nn DROP NOT NULL;
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'nn' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | nn | f | f | 1
c2 | nn | t | f | 1
g | nn | f | f | 2
p | nn | t | t | 0
SELECT 4
> INSERT INTO c1 (a, nn) VALUES (5, NULL);
INSERT 0 1
> ALTER TABLE p ALTER COLUMN nn DROP NOT NULL;
ALTER TABLE
> ALTER TABLE ONLY p ALTER COLUMN nn SET NOT NULL;
ALTER TABLE
> SELECT * FROM column_list WHERE attname = 'nn' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | nn | f | f | 1
c2 | nn | f | f | 1
g | nn | f | f | 2
p | nn | t | t | 0
SELECT 4
> ALTER TABLE p ALTER COLUMN nn DROP NOT NULL;
ALTER TABLE
> ALTER TABLE p ALTER COLUMN nn SET NOT NULL;
ERROR 23502: column "nn" of relation "c1" contains null values
> DELETE FROM c1 WHERE nn IS NULL;
DELETE 1
> ALTER TABLE p ADD PRIMARY KEY (nn);
ALTER TABLE
> DELETE FROM ONLY p WHERE false;
DELETE 0
> SELECT * FROM column_list WHERE attname = 'nn' ORDER BY 1;
of | attname | attnotnull | attislocal | attinhcount
c1 | nn | t | f | 1
c2 | nn | t | f | 1
g | nn | t | f | 2
p | nn | t | t | 0
SELECT 4
> ALTER TABLE g ALTER COLUMN nn DROP NOT NULL;
ALTER TABLE
> ALTER TABLE p ALTER COLUMN nn DROP NOT NULL;
ERROR 42P16: column "nn" is in a primary key
> ALTER TABLE p ALTER COLUMN nn SET DEFAULT 9;
ALTER TABLE
> ALTER TABLE ONLY p ALTER COLUMN nn SET DEFAULT 8;
ALTER TABLE
> SELECT adrelid::regclass, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE attname = 'nn' ORDER BY 1;
adrelid | pg_get_expr
p | 8
c1 | 9
c2 | 9
g | 9
SELECT 4
> ALTER TABLE p ALTER COLUMN nn DROP DEFAULT;
ALTER TABLE
> SELECT count(*) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE attname = 'nn';
count
0
SELECT 1

-- Generated columns
> CREATE TABLE gen (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE
> CREATE TABLE gen1 () INHERITS (gen);
CREATE TABLE
> INSERT INTO gen1 VALUES (3);
INSERT 0 1
> ALTER TABLE ONLY gen ALTER COLUMN b DROP EXPRESSION;
ERROR 0A000: ALTER TABLE / DROP EXPRESSION must be applied to child tables too
> ALTER TABLE gen1 ALTER COLUMN b DROP EXPRESSION;
ERROR 42P16: cannot drop generation expression from inherited column
> ALTER TABLE gen ALTER COLUMN a DROP EXPRESSION;
ERROR 55000: column "a" of relation "gen" is not a stored generated column
> ALTER TABLE gen ALTER COLUMN a DROP EXPRESSION IF EXISTS;
NOTICE: column "a" of relation "gen" is not a stored generated column, skipping
NOTICE: column "a" of relation "gen1" is not a stored generated column, skipping
ALTER TABLE
> ALTER TABLE gen ALTER COLUMN b DROP EXPRESSION;
ALTER TABLE
> INSERT INTO gen1 VALUES (4, 5);
INSERT 0 1
> SELECT * FROM gen ORDER BY a;
a | b
3 | 6
4 | 5
SELECT 2

-- All or nothing
> BEGIN;
BEGIN
> ALTER TABLE p ADD COLUMN later int DEFAULT 1;
NOTICE: merging definition of column "later" for child "g"
ALTER TABLE
> SAVEPOINT s;
SAVEPOINT
> ALTER TABLE p DROP COLUMN later;
ALTER TABLE
> SELECT count(*) FROM column_list WHERE attname = 'later';
count
0
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT count(*) FROM column_list WHERE attname = 'later';
count
4
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM column_list WHERE attname = 'later';
count
0
SELECT 1

-- Whoever changes a parent owns the children.
> CREATE ROLE below_a;
CREATE ROLE
> CREATE SCHEMA below_s AUTHORIZATION below_a;
CREATE SCHEMA
> CREATE TABLE below_s.mine (a int);
CREATE TABLE
> ALTER TABLE below_s.mine OWNER TO below_a;
ALTER TABLE
> CREATE TABLE ch () INHERITS (below_s.mine);
CREATE TABLE
> INSERT INTO ch VALUES (1);
INSERT 0 1
> SET ROLE below_a;
(is_superuser = off)
SET
> SELECT * FROM below_s.mine;
a
1
SELECT 1
> SELECT * FROM ch;
ERROR 42501: permission denied for table ch
> ALTER TABLE below_s.mine ADD COLUMN b int;
ERROR 42501: must be owner of table ch
> ALTER TABLE below_s.mine DROP COLUMN a;
ERROR 42501: must be owner of table ch
> ALTER TABLE below_s.mine ALTER COLUMN a SET DEFAULT 3;
ERROR 42501: must be owner of table ch
> ALTER TABLE below_s.mine RENAME COLUMN a TO b;
ERROR 42501: must be owner of table ch
> ALTER TABLE below_s.mine ADD CHECK (a > 0);
ERROR 42501: must be owner of table ch
> ALTER TABLE below_s.mine SET (fillfactor = 50);
ALTER TABLE
> TRUNCATE below_s.mine;
TRUNCATE TABLE
> SELECT * FROM below_s.mine;
a
SELECT 0
> DROP TABLE below_s.mine CASCADE;
NOTICE: drop cascades to table ch
DROP TABLE
> RESET ROLE;
(is_superuser = on)
RESET
> DROP SCHEMA below_s CASCADE;
DROP SCHEMA
> DROP ROLE below_a;
DROP ROLE
