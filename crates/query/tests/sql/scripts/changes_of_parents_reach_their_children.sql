-- ALTER TABLE of parents, with and without ONLY.

> CREATE TABLE p (a int, b text);
CREATE TABLE

> CREATE TABLE c1 (x int) INHERITS (p);
CREATE TABLE

> CREATE TABLE c2 (y int) INHERITS (p);
CREATE TABLE

> CREATE TABLE g () INHERITS (c1, c2);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
CREATE TABLE

> INSERT INTO p VALUES (1, 'p');
INSERT 0 1

> INSERT INTO c1 VALUES (2, 'c1', 20);
INSERT 0 1

> INSERT INTO g VALUES (3, 'g', 30, 300);
INSERT 0 1

-- Columns are added.

> ALTER TABLE p ADD COLUMN n int DEFAULT 7;
NOTICE: merging definition of column "n" for child "g"
ALTER TABLE

> SELECT * FROM g;
a | b | x | y | n
3 | g | 30 | 300 | 7
SELECT 1

> SELECT a, n FROM p ORDER BY a;
a | n
1 | 7
2 | 7
3 | 7
SELECT 3

> ALTER TABLE c1 ADD COLUMN mine int;
ALTER TABLE

> ALTER TABLE ONLY p ADD COLUMN o int;
ERROR 42P16: column must be added to child tables too

> ALTER TABLE ONLY c2 ADD COLUMN o int;
ERROR 42P16: column must be added to child tables too

> ALTER TABLE p ADD COLUMN mine text;
ERROR 42804: child table "c1" has different type for column "mine"

> ALTER TABLE p ADD COLUMN mine int;
NOTICE: merging definition of column "mine" for child "c1"
NOTICE: merging definition of column "mine" for child "g"
ALTER TABLE

> SELECT attrelid::regclass, attislocal, attinhcount FROM pg_attribute WHERE attname = 'mine' ORDER BY attrelid::regclass::text;
attrelid | attislocal | attinhcount
c1 | t | 1
c2 | f | 1
g | f | 2
p | t | 0
SELECT 4

> ALTER TABLE p ADD COLUMN b int;
ERROR 42701: column "b" of relation "p" already exists

> ALTER TABLE p ADD COLUMN IF NOT EXISTS b int;
NOTICE: column "b" of relation "p" already exists, skipping
ALTER TABLE

> ALTER TABLE p ADD COLUMN id int GENERATED ALWAYS AS IDENTITY;
ERROR 42P16: cannot recursively add identity column to table that has child tables

> ALTER TABLE p ADD COLUMN checked int CHECK (checked > 0);
NOTICE: merging definition of column "checked" for child "g"
NOTICE: merging constraint "p_checked_check" with inherited definition
ALTER TABLE

> SELECT conrelid::regclass, conname FROM pg_constraint WHERE conname LIKE '%checked%' ORDER BY conrelid::regclass::text;
conrelid | conname
c1 | p_checked_check
c2 | p_checked_check
g | p_checked_check
p | p_checked_check
SELECT 4

-- What is inherited cannot be changed below.

> ALTER TABLE c1 DROP COLUMN n;
ERROR 42P16: cannot drop inherited column "n"

> ALTER TABLE c1 RENAME COLUMN n TO m;
ERROR 42P16: cannot rename inherited column "n"

> ALTER TABLE ONLY p RENAME COLUMN n TO m;
ERROR 42P16: inherited column "n" must be renamed in child tables too

> ALTER TABLE c1 ALTER COLUMN n TYPE bigint;
ERROR 42P16: cannot alter inherited column "n"

> ALTER TABLE ONLY p ALTER COLUMN n TYPE bigint;
ERROR 42P16: type of inherited column "n" must be changed in child tables too

> ALTER TABLE c1 DROP CONSTRAINT p_checked_check;
ERROR 42P16: cannot drop inherited constraint "p_checked_check" of relation "c1"

> ALTER TABLE c1 RENAME CONSTRAINT p_checked_check TO other;
ERROR 42P16: cannot rename inherited constraint "p_checked_check"

> ALTER TABLE ONLY p RENAME CONSTRAINT p_checked_check TO other;
ERROR 42P16: inherited constraint "p_checked_check" must be renamed in child tables too

-- Renamed, retyped, dropped with the parent's.

> ALTER TABLE p RENAME COLUMN n TO m;
ALTER TABLE

> ALTER TABLE p ALTER COLUMN m TYPE text USING m || '!';
ALTER TABLE

> SELECT a, m FROM p ORDER BY a;
a | m
1 | 7!
2 | 7!
3 | 7!
SELECT 3

> SELECT a, m FROM g;
a | m
3 | 7!
SELECT 1

> ALTER TABLE p RENAME CONSTRAINT p_checked_check TO pos;
ALTER TABLE

> INSERT INTO g (a, checked) VALUES (9, -1);
ERROR 23514: new row for relation "g" violates check constraint "pos"
DETAIL: Failing row contains (9, null, null, null, 7, null, -1).

> ALTER TABLE p DROP CONSTRAINT pos;
ALTER TABLE

> SELECT count(*) FROM pg_constraint WHERE conname = 'pos';
count
0
SELECT 1

> ALTER TABLE p DROP COLUMN m;
ALTER TABLE

> SELECT attrelid::regclass FROM pg_attribute WHERE attname = 'm' AND attrelid::regclass::text IN ('p', 'c1', 'c2', 'g');
attrelid
SELECT 0

> ALTER TABLE p DROP COLUMN mine;
ALTER TABLE

> SELECT attrelid::regclass, attislocal, attinhcount FROM pg_attribute WHERE attname = 'mine' ORDER BY attrelid::regclass::text;
attrelid | attislocal | attinhcount
c1 | t | 0
g | f | 1
SELECT 2

> ALTER TABLE ONLY p DROP COLUMN checked;
ALTER TABLE

> SELECT attrelid::regclass, attislocal, attinhcount FROM pg_attribute WHERE attname = 'checked' ORDER BY attrelid::regclass::text;
attrelid | attislocal | attinhcount
c1 | t | 0
c2 | t | 0
g | f | 2
SELECT 3

> ALTER TABLE c1 RENAME COLUMN x TO p_x;
ALTER TABLE

-- g has a column from two parents: it stays until both have dropped it.

> CREATE TABLE d1 (z int);
CREATE TABLE

> CREATE TABLE d2 (z int);
CREATE TABLE

> CREATE TABLE dd () INHERITS (d1, d2);
NOTICE: merging multiple inherited definitions of column "z"
CREATE TABLE

> ALTER TABLE d1 DROP COLUMN z;
ALTER TABLE

> SELECT attname, attinhcount FROM pg_attribute WHERE attrelid = 'dd'::regclass AND attnum > 0 AND NOT attisdropped;
attname | attinhcount
z | 1
SELECT 1

> ALTER TABLE d2 RENAME COLUMN z TO zz;
ALTER TABLE

> ALTER TABLE d1 ADD COLUMN zz int;
NOTICE: merging definition of column "zz" for child "dd"
ALTER TABLE

> ALTER TABLE d2 RENAME COLUMN zz TO zzz;
ERROR 42P16: cannot rename inherited column "zz"

> ALTER TABLE d1 DROP COLUMN zz;
ALTER TABLE

> ALTER TABLE d2 DROP COLUMN zz;
ALTER TABLE

> SELECT count(*) FROM pg_attribute WHERE attrelid = 'dd'::regclass AND attnum > 0 AND NOT attisdropped;
count
0
SELECT 1

-- Defaults and NOT NULL.

> ALTER TABLE p ALTER COLUMN b SET DEFAULT 'dflt';
ALTER TABLE

> INSERT INTO g (a) VALUES (10);
INSERT 0 1

> ALTER TABLE ONLY p ALTER COLUMN b SET DEFAULT 'other';
ALTER TABLE

> INSERT INTO g (a) VALUES (11);
INSERT 0 1

> SELECT a, b FROM g WHERE a >= 10 ORDER BY a;
a | b
10 | dflt
11 | dflt
SELECT 2

> ALTER TABLE p ALTER COLUMN b DROP DEFAULT;
ALTER TABLE

> INSERT INTO c2 (a) VALUES (12);
INSERT 0 1

> ALTER TABLE p ALTER COLUMN b SET NOT NULL;
ERROR 23502: column "b" of relation "c2" contains null values

> DELETE FROM p WHERE b IS NULL;
DELETE 1

> ALTER TABLE p ALTER COLUMN b SET NOT NULL;
ALTER TABLE

> INSERT INTO c2 (a) VALUES (12);
ERROR 23502: null value in column "b" of relation "c2" violates not-null constraint
DETAIL: Failing row contains (12, null, null, null).

> ALTER TABLE c2 ALTER COLUMN b DROP NOT NULL;
ALTER TABLE

> INSERT INTO c2 (a) VALUES (12);
INSERT 0 1

> ALTER TABLE ONLY p ALTER COLUMN b DROP NOT NULL;
ALTER TABLE

> INSERT INTO c1 (a) VALUES (13);
ERROR 23502: null value in column "b" of relation "c1" violates not-null constraint
DETAIL: Failing row contains (13, null, null, null, null).

-- Checks are checked in the children's rows, too.

> ALTER TABLE p ADD CONSTRAINT small CHECK (a < 10);
NOTICE: merging constraint "small" with inherited definition
ERROR 23514: check constraint "small" of relation "g" is violated by some row

> ALTER TABLE p ADD CONSTRAINT small CHECK (a < 10) NOT VALID;
NOTICE: merging constraint "small" with inherited definition
ALTER TABLE

> INSERT INTO g (a, b) VALUES (100, 'x');
ERROR 23514: new row for relation "g" violates check constraint "small"
DETAIL: Failing row contains (100, x, null, null, null, null).

> SELECT conrelid::regclass, convalidated FROM pg_constraint WHERE conname = 'small' ORDER BY conrelid::regclass::text;
conrelid | convalidated
c1 | f
c2 | f
g | f
p | f
SELECT 4

> ALTER TABLE p VALIDATE CONSTRAINT small;
ERROR 23514: check constraint "small" of relation "c2" is violated by some row

> DELETE FROM p WHERE a >= 10;
DELETE 3

> ALTER TABLE ONLY p VALIDATE CONSTRAINT small;
ERROR 42P16: constraint must be validated on child tables too

> ALTER TABLE p VALIDATE CONSTRAINT small;
ALTER TABLE

> SELECT conrelid::regclass, convalidated FROM pg_constraint WHERE conname = 'small' ORDER BY conrelid::regclass::text;
conrelid | convalidated
c1 | t
c2 | t
g | t
p | t
SELECT 4

> ALTER TABLE c1 DROP CONSTRAINT small;
ERROR 42P16: cannot drop inherited constraint "small" of relation "c1"

> ALTER TABLE ONLY p DROP CONSTRAINT small;
ALTER TABLE

> SELECT conrelid::regclass, conislocal, coninhcount FROM pg_constraint WHERE conname = 'small' ORDER BY conrelid::regclass::text;
conrelid | conislocal | coninhcount
c1 | t | 0
c2 | t | 0
g | f | 2
SELECT 3

> ALTER TABLE ONLY p ADD CONSTRAINT sized CHECK (a < 10);
ERROR 42P16: constraint must be added to child tables too

> ALTER TABLE ONLY p ADD CONSTRAINT sized CHECK (a < 10) NO INHERIT;
ALTER TABLE

> INSERT INTO c1 (a, b) VALUES (1000, 'x');
ERROR 23514: new row for relation "c1" violates check constraint "small"
DETAIL: Failing row contains (1000, x, null, null, null).

> ALTER TABLE p DROP CONSTRAINT sized;
ALTER TABLE

> DELETE FROM p WHERE a = 1000;
DELETE 0

> ALTER TABLE c1 ADD CONSTRAINT same CHECK (a > 0);
ALTER TABLE

> ALTER TABLE p ADD CONSTRAINT same CHECK (a > 1);
ERROR 42710: constraint "same" for relation "c1" already exists

> ALTER TABLE p ADD CONSTRAINT same CHECK (a > 0);
NOTICE: merging constraint "same" with inherited definition
NOTICE: merging constraint "same" with inherited definition
ALTER TABLE

> ALTER TABLE p DROP CONSTRAINT same;
ALTER TABLE

> SELECT conrelid::regclass, conislocal, coninhcount FROM pg_constraint WHERE conname = 'same' ORDER BY conrelid::regclass::text;
conrelid | conislocal | coninhcount
c1 | t | 0
g | f | 1
SELECT 2

> ALTER TABLE c2 ADD CONSTRAINT local CHECK (a > 0) NO INHERIT;
ALTER TABLE

> ALTER TABLE p ADD CONSTRAINT local CHECK (a > 0);
ERROR 42P17: constraint "local" conflicts with non-inherited constraint on relation "c2"

-- Foreign keys and unique constraints stay with the table.

> CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE

> ALTER TABLE p ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES other NOT VALID;
ALTER TABLE

> SELECT conrelid::regclass FROM pg_constraint WHERE conname = 'fk';
conrelid
p
SELECT 1

> INSERT INTO c1 (a, b) VALUES (999, 'fine');
ERROR 23514: new row for relation "c1" violates check constraint "small"
DETAIL: Failing row contains (999, fine, null, null, null).

> INSERT INTO p (a, b) VALUES (999, 'not');
ERROR 23503: insert or update on table "p" violates foreign key constraint "fk"
DETAIL: Key (a)=(999) is not present in table "other".

-- Names and schemas are a table's own.

> CREATE SCHEMA elsewhere;
CREATE SCHEMA

> ALTER TABLE c2 SET SCHEMA elsewhere;
ALTER TABLE

> ALTER TABLE p RENAME TO parent;
ALTER TABLE

> SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits ORDER BY inhrelid::regclass::text, inhparent::regclass::text;
inhrelid | inhparent
c1 | parent
dd | d1
dd | d2
elsewhere.c2 | parent
g | c1
g | elsewhere.c2
SELECT 6

> ALTER TABLE parent ADD COLUMN late int DEFAULT 1;
NOTICE: merging definition of column "late" for child "g"
ALTER TABLE

> SELECT count(*), sum(late) FROM parent;
count | sum
3 | 3
SELECT 1

> BEGIN;
BEGIN

> ALTER TABLE parent ADD COLUMN tmp int DEFAULT 5;
NOTICE: merging definition of column "tmp" for child "g"
ALTER TABLE

> SAVEPOINT s;
SAVEPOINT

> ALTER TABLE parent DROP COLUMN late;
ALTER TABLE

> ROLLBACK TO s;
ROLLBACK

> SELECT sum(late), sum(tmp) FROM parent;
sum | sum
3 | 15
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT tmp FROM g;
ERROR 42703: column "tmp" does not exist

> DROP TABLE parent;
ERROR 2BP01: cannot drop table parent because other objects depend on it
DETAIL: table c1 depends on table parent
table elsewhere.c2 depends on table parent
table g depends on table elsewhere.c2
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP SCHEMA elsewhere CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SCHEMA

> DROP TABLE parent CASCADE;
NOTICE: drop cascades to table c1
DROP TABLE
