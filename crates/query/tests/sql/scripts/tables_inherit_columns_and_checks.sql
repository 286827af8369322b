> CREATE TABLE city (name text, people int NOT NULL DEFAULT 0, CONSTRAINT few CHECK (people >= 0));
CREATE TABLE
> CREATE TABLE capital (state text) INHERITS (city);
CREATE TABLE
> INSERT INTO city VALUES ('Ulm', 126000), ('Trier', 110000);
INSERT 0 2
> INSERT INTO capital VALUES ('Mainz', 217000, 'RP');
INSERT 0 1
> INSERT INTO capital (name, state) VALUES ('Saarbruecken', 'SL');
INSERT 0 1
> INSERT INTO capital VALUES ('Kiel', -1, 'SH');
ERROR 23514: new row for relation "capital" violates check constraint "few"
DETAIL: Failing row contains (Kiel, -1, SH).
> INSERT INTO capital VALUES ('Kiel', NULL, 'SH');
ERROR 23502: null value in column "people" of relation "capital" violates not-null constraint
DETAIL: Failing row contains (Kiel, null, SH).
> SELECT name, people FROM city ORDER BY name;
name | people
Mainz | 217000
Saarbruecken | 0
Trier | 110000
Ulm | 126000
SELECT 4
> SELECT name, people FROM ONLY city ORDER BY name;
name | people
Trier | 110000
Ulm | 126000
SELECT 2
> SELECT name, people FROM city * ORDER BY name;
name | people
Mainz | 217000
Saarbruecken | 0
Trier | 110000
Ulm | 126000
SELECT 4
> SELECT * FROM capital ORDER BY name;
name | people | state
Mainz | 217000 | RP
Saarbruecken | 0 | SL
SELECT 2
> SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits WHERE inhparent = 'city'::regclass;
inhrelid | inhparent | inhseqno
capital | city | 1
SELECT 1
> SELECT attname, attnotnull, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'capital'::regclass AND attnum > 0 ORDER BY attnum;
attname | attnotnull | attislocal | attinhcount
name | f | f | 1
people | t | f | 1
state | f | t | 0
SELECT 3
> SELECT conname, conislocal, coninhcount, connoinherit FROM pg_constraint WHERE conrelid = 'capital'::regclass;
conname | conislocal | coninhcount | connoinherit
few | f | 1 | f
SELECT 1

-- What a child writes itself is made one with what it inherits.
> CREATE TABLE p (a int NOT NULL DEFAULT 1, b text, c int CHECK (c > 0), CONSTRAINT pc CHECK (a < 100));
CREATE TABLE
> CREATE TABLE q (a int, d int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE
> CREATE TABLE k1 (x int, a int DEFAULT 5, b text) INHERITS (p, q);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: moving and merging column "a" with inherited definition
NOTICE: moving and merging column "b" with inherited definition
CREATE TABLE
> SELECT attname, attnotnull, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'k1'::regclass AND attnum > 0 ORDER BY attnum;
attname | attnotnull | attislocal | attinhcount
a | t | t | 2
b | f | t | 1
c | f | f | 1
d | f | f | 1
x | f | t | 0
SELECT 5
> INSERT INTO k1 DEFAULT VALUES;
INSERT 0 1
> SELECT * FROM k1;
a | b | c | d | x
5 | NULL | NULL | 10 | NULL
SELECT 1
> CREATE TABLE k2 () INHERITS (p, k1);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
NOTICE: merging multiple inherited definitions of column "c"
ERROR 42611: column "a" inherits conflicting default values
HINT: To resolve the conflict, specify a default explicitly.
> CREATE TABLE k2 (a int DEFAULT 7) INHERITS (p, k1);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
NOTICE: merging multiple inherited definitions of column "c"
NOTICE: merging column "a" with inherited definition
CREATE TABLE
> SELECT conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid = 'k2'::regclass ORDER BY conname;
conname | conislocal | coninhcount
p_c_check | f | 2
pc | f | 2
SELECT 2
> INSERT INTO k2 DEFAULT VALUES;
INSERT 0 1
> SELECT * FROM k2;
a | b | c | d | x
7 | NULL | NULL | 14 | NULL
SELECT 1
> SELECT a FROM p ORDER BY a;
a
5
7
SELECT 2
> CREATE TABLE k3 (c int NOT NULL, CONSTRAINT pc CHECK (a < 100), CONSTRAINT own CHECK (c < 1000)) INHERITS (p);
NOTICE: moving and merging column "c" with inherited definition
NOTICE: merging constraint "pc" with inherited definition
CREATE TABLE
> SELECT conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid = 'k3'::regclass ORDER BY conname;
conname | conislocal | coninhcount
own | t | 0
p_c_check | f | 1
pc | t | 1
SELECT 3
> CREATE TABLE k4 (LIKE q INCLUDING DEFAULTS, y int) INHERITS (p);
NOTICE: merging column "a" with inherited definition
CREATE TABLE
> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'k4'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
a | t | 1
b | f | 1
c | f | 1
d | t | 0
y | t | 0
SELECT 5
> CREATE TABLE k5 (PRIMARY KEY (a), UNIQUE (b)) INHERITS (p);
CREATE TABLE
> INSERT INTO k5 VALUES (1, 'x', 1), (1, 'y', 1);
ERROR 23505: duplicate key value violates unique constraint "k5_pkey"
DETAIL: Key (a)=(1) already exists.
> CREATE TABLE k6 (a int NULL) INHERITS (p);
NOTICE: merging column "a" with inherited definition
CREATE TABLE
> INSERT INTO k6 VALUES (NULL);
ERROR 23502: null value in column "a" of relation "k6" violates not-null constraint
DETAIL: Failing row contains (null, null, null).
> CREATE TABLE px (x int, y int DEFAULT 3);
CREATE TABLE
> CREATE TABLE k7 (y int GENERATED ALWAYS AS (x * 2) STORED) INHERITS (px);
NOTICE: moving and merging column "y" with inherited definition
CREATE TABLE
> INSERT INTO k7 (x) VALUES (4);
INSERT 0 1
> SELECT * FROM px;
x | y
4 | 8
SELECT 1
> CREATE TABLE k8 (LIKE px INCLUDING ALL, y int) INHERITS (px);
ERROR 42701: column "y" specified more than once
> CREATE TABLE k8 (z int, LIKE px INCLUDING ALL) INHERITS (px);
NOTICE: moving and merging column "x" with inherited definition
NOTICE: moving and merging column "y" with inherited definition
CREATE TABLE
> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'k8'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
x | t | 1
y | t | 1
z | t | 0
SELECT 3

-- Parents and what is written may contradict each other.
> CREATE TABLE e (a text) INHERITS (p);
NOTICE: merging column "a" with inherited definition
ERROR 42804: column "a" has a type conflict
DETAIL: integer versus text
> CREATE TABLE e (b varchar(5)) INHERITS (p);
NOTICE: moving and merging column "b" with inherited definition
ERROR 42804: column "b" has a type conflict
DETAIL: text versus character varying(5)
> CREATE TABLE e (b text COLLATE "C") INHERITS (p);
NOTICE: moving and merging column "b" with inherited definition
ERROR 42P21: column "b" has a collation conflict
DETAIL: "default" versus "C"
> CREATE TABLE e () INHERITS (p, p);
ERROR 42P07: relation "p" would be inherited from more than once
> CREATE TABLE e () INHERITS (nothing);
ERROR 42P01: relation "nothing" does not exist
> CREATE VIEW v AS SELECT 1 AS a;
CREATE VIEW
> CREATE TABLE e () INHERITS (v);
ERROR 42809: inherited relation "v" is not a table or foreign table
> CREATE TABLE e (d int GENERATED ALWAYS AS (a * 3) STORED) INHERITS (q);
NOTICE: moving and merging column "d" with inherited definition
ERROR 42611: child column "d" specifies generation expression
HINT: Omit the generation expression in the definition of the child table column to inherit the generation expression from the parent table.
> CREATE TABLE e (d int DEFAULT 3) INHERITS (q);
NOTICE: moving and merging column "d" with inherited definition
ERROR 42611: column "d" inherits from generated column but specifies default
> CREATE TABLE e (d int GENERATED ALWAYS AS IDENTITY) INHERITS (q);
NOTICE: moving and merging column "d" with inherited definition
ERROR 42611: column "d" inherits from generated column but specifies identity
> CREATE TABLE plain (d int);
CREATE TABLE
> CREATE TABLE e () INHERITS (q, plain);
NOTICE: merging multiple inherited definitions of column "d"
ERROR 42804: inherited column "d" has a generation conflict
> CREATE TABLE five (a int, d int GENERATED ALWAYS AS (a * 5) STORED);
CREATE TABLE
> CREATE TABLE e () INHERITS (q, five);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "d"
ERROR 42611: column "d" inherits conflicting generation expressions
> CREATE TABLE one (a int DEFAULT 1);
CREATE TABLE
> CREATE TABLE other_one (a int DEFAULT 1);
CREATE TABLE
> CREATE TABLE two (a int DEFAULT 2);
CREATE TABLE
> CREATE TABLE e () INHERITS (one, two);
NOTICE: merging multiple inherited definitions of column "a"
ERROR 42611: column "a" inherits conflicting default values
HINT: To resolve the conflict, specify a default explicitly.
> CREATE TABLE e (a int DEFAULT NULL) INHERITS (one, two);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging column "a" with inherited definition
CREATE TABLE
> CREATE TABLE e2 () INHERITS (one, other_one);
NOTICE: merging multiple inherited definitions of column "a"
CREATE TABLE
> INSERT INTO e2 DEFAULT VALUES;
INSERT 0 1
> INSERT INTO e DEFAULT VALUES;
INSERT 0 1
> SELECT tableoid::regclass, a FROM one ORDER BY 1;
tableoid | a
e | NULL
e2 | 1
SELECT 2
> CREATE TABLE wide (a bigint);
CREATE TABLE
> CREATE TABLE e3 () INHERITS (one, wide);
NOTICE: merging multiple inherited definitions of column "a"
ERROR 42804: inherited column "a" has a type conflict
DETAIL: integer versus bigint
> CREATE TABLE looser (a int, CONSTRAINT pc CHECK (a < 200));
CREATE TABLE
> CREATE TABLE e3 () INHERITS (p, looser);
NOTICE: merging multiple inherited definitions of column "a"
ERROR 42710: check constraint name "pc" appears multiple times but with different expressions
> CREATE TABLE e3 (CONSTRAINT pc CHECK (a < 200)) INHERITS (p);
ERROR 42710: constraint "pc" for relation "e3" already exists
> CREATE TABLE e3 (CONSTRAINT pc CHECK (a < 100) NO INHERIT) INHERITS (p);
ERROR 42P17: constraint "pc" conflicts with inherited constraint on relation "e3"
> CREATE TABLE e3 (CONSTRAINT x CHECK (a > 1), CONSTRAINT x CHECK (a > 2)) INHERITS (p);
ERROR 42710: check constraint "x" already exists
> CREATE TABLE e3 (a int, a int) INHERITS (p);
ERROR 42701: column "a" specified more than once
> CREATE TABLE e3 (a int) INHERITS (one) PARTITION BY LIST (a);
ERROR 42P17: cannot create partitioned table as inheritance child
> CREATE TABLE whole (a int, CONSTRAINT filled CHECK (whole IS NOT NULL));
CREATE TABLE
> CREATE TABLE e3 () INHERITS (whole);
ERROR 0A000: cannot convert whole-row table reference
DETAIL: Constraint "filled" contains a whole-row reference to table "whole".
> CREATE TABLE named (a int CHECK (named.a > 0));
CREATE TABLE
> CREATE TABLE e3 () INHERITS (named);
CREATE TABLE
> INSERT INTO e3 VALUES (0);
ERROR 23514: new row for relation "e3" violates check constraint "named_a_check"
DETAIL: Failing row contains (0).
> CREATE TEMP TABLE t (a int);
CREATE TABLE
> CREATE TABLE e4 () INHERITS (t);
ERROR 42809: cannot inherit from temporary relation "t"
> CREATE TEMP TABLE t2 (u int) INHERITS (t, one);
NOTICE: merging multiple inherited definitions of column "a"
CREATE TABLE
> INSERT INTO t2 VALUES (3, 4);
INSERT 0 1
> SELECT a FROM one ORDER BY a;
a
1
3
NULL
SELECT 3
> SELECT * FROM t;
a
3
SELECT 1

-- Identity and keys are not inherited; NO INHERIT is not either.
> CREATE TABLE numbered (i int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s serial, CONSTRAINT mine CHECK (i < 10) NO INHERIT);
CREATE TABLE
> CREATE TABLE n1 () INHERITS (numbered);
CREATE TABLE
> SELECT attname, attnotnull, attidentity, pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = 'n1'::regclass AND attnum > 0 ORDER BY attnum;
attname | attnotnull | attidentity | pg_get_expr
i | t |  | NULL
s | t |  | nextval('numbered_s_seq'::regclass)
SELECT 2
> SELECT count(*) FROM pg_constraint WHERE conrelid = 'n1'::regclass;
count
0
SELECT 1
> INSERT INTO n1 VALUES (50), (50);
INSERT 0 2
> SELECT * FROM n1 ORDER BY s;
i | s
50 | 1
50 | 2
SELECT 2
> CREATE TABLE n2 (i int GENERATED BY DEFAULT AS IDENTITY (START 10), CONSTRAINT mine CHECK (i > 5)) INHERITS (numbered);
NOTICE: merging column "i" with inherited definition
CREATE TABLE
> INSERT INTO n2 DEFAULT VALUES;
INSERT 0 1
> SELECT * FROM n2;
i | s
10 | 3
SELECT 1

-- INHERIT takes a table that has all that the parent has.
> CREATE TABLE base (a int, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE
> CREATE TABLE late (b text, a int);
CREATE TABLE
> ALTER TABLE late INHERIT base;
ERROR 42804: child table is missing constraint "pos"
> ALTER TABLE late ADD CONSTRAINT pos CHECK (a > 1);
ALTER TABLE
> ALTER TABLE late INHERIT base;
ERROR 42804: child table "late" has different definition for check constraint "pos"
> ALTER TABLE late DROP CONSTRAINT pos, ADD CONSTRAINT pos CHECK (a > 0) NO INHERIT;
ALTER TABLE
> ALTER TABLE late INHERIT base;
ERROR 42P17: constraint "pos" conflicts with non-inherited constraint on child table "late"
> ALTER TABLE late DROP CONSTRAINT pos, ADD CONSTRAINT pos CHECK (a > 0) NOT VALID;
ALTER TABLE
> ALTER TABLE late INHERIT base;
ERROR 42P17: constraint "pos" conflicts with NOT VALID constraint on child table "late"
> ALTER TABLE late VALIDATE CONSTRAINT pos;
ALTER TABLE
> ALTER TABLE late INHERIT base;
ALTER TABLE
> ALTER TABLE late INHERIT base;
ERROR 42P07: relation "base" would be inherited from more than once
> ALTER TABLE base INHERIT late;
ERROR 42P07: circular inheritance not allowed
DETAIL: "late" is already a child of "base".
> ALTER TABLE base INHERIT base;
ERROR 42P07: circular inheritance not allowed
DETAIL: "base" is already a child of "base".
> INSERT INTO late VALUES ('x', 5);
INSERT 0 1
> SELECT * FROM base;
a
5
SELECT 1
> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'late'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
b | t | 0
a | t | 1
SELECT 2
> ALTER TABLE late NO INHERIT base;
ALTER TABLE
> ALTER TABLE late NO INHERIT base;
ERROR 42P01: relation "base" is not a parent of relation "late"
> ALTER TABLE late NO INHERIT nothing;
ERROR 42P01: relation "nothing" does not exist
> SELECT * FROM base;
a
SELECT 0
> SELECT conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid = 'late'::regclass;
conname | conislocal | coninhcount
pos | t | 0
SELECT 1
> ALTER TABLE late INHERIT v;
ERROR 42809: ALTER action INHERIT cannot be performed on relation "v"
DETAIL: This operation is not supported for views.
> ALTER TABLE v INHERIT base;
ERROR 42809: ALTER action INHERIT cannot be performed on relation "v"
DETAIL: This operation is not supported for views.
> ALTER TABLE late INHERIT wide;
ERROR 42804: child table "late" has different type for column "a"
> ALTER TABLE late INHERIT plain;
ERROR 42804: child table is missing column "d"
> CREATE TABLE strict (b text NOT NULL);
CREATE TABLE
> ALTER TABLE late INHERIT strict;
ERROR 42804: column "b" in child table must be marked NOT NULL
> CREATE TABLE c_order (b text COLLATE "C");
CREATE TABLE
> ALTER TABLE late INHERIT c_order;
ERROR 42P21: child table "late" has different collation for column "b"
> ALTER TABLE late INHERIT q;
ERROR 42804: child table is missing column "d"
> ALTER TABLE late ADD COLUMN d int;
ALTER TABLE
> ALTER TABLE late INHERIT q;
ERROR 42804: column "d" in child table must be a generated column
> ALTER TABLE late DROP COLUMN d, ADD COLUMN d int GENERATED ALWAYS AS (a * 3) STORED;
ALTER TABLE
> ALTER TABLE late INHERIT q;
ERROR 42804: column "d" in child table has a conflicting generation expression
> ALTER TABLE late INHERIT plain;
ALTER TABLE
> ALTER TABLE late DROP COLUMN d, ADD COLUMN d int GENERATED ALWAYS AS (a * 2) STORED;
ERROR 42P16: cannot drop inherited column "d"
> ALTER TABLE late INHERIT q, INHERIT base;
ERROR 42804: column "d" in child table has a conflicting generation expression
> ALTER TABLE late NO INHERIT q, NO INHERIT base;
ERROR 42P01: relation "q" is not a parent of relation "late"
> ALTER TABLE late INHERIT t;
ERROR 42809: cannot inherit from temporary relation "t"
> CREATE TYPE ty AS (a int);
CREATE TYPE
> CREATE TABLE typed OF ty;
CREATE TABLE
> ALTER TABLE typed INHERIT one;
ERROR 42809: cannot change inheritance of typed table
> CREATE TABLE below_typed (b int) INHERITS (typed);
CREATE TABLE
> ALTER TABLE below_typed OF ty;
ERROR 42809: typed tables cannot inherit
> ALTER TYPE ty ADD ATTRIBUTE c int CASCADE;
ALTER TYPE
> ALTER TYPE ty RENAME ATTRIBUTE a TO aa CASCADE;
ALTER TYPE
> SELECT attname, attinhcount FROM pg_attribute WHERE attrelid = 'below_typed'::regclass AND attnum > 0 ORDER BY attnum;
attname | attinhcount
aa | 1
b | 0
c | 1
SELECT 3

-- With transactions, and with savepoints.
> BEGIN;
BEGIN
> CREATE TABLE tx (a int);
CREATE TABLE
> SAVEPOINT s;
SAVEPOINT
> CREATE TABLE tx1 () INHERITS (tx);
CREATE TABLE
> INSERT INTO tx1 VALUES (1);
INSERT 0 1
> SELECT count(*) FROM tx;
count
1
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT count(*) FROM tx;
count
0
SELECT 1
> CREATE TABLE tx1 (b int) INHERITS (tx);
CREATE TABLE
> INSERT INTO tx1 VALUES (1, 2);
INSERT 0 1
> SELECT * FROM tx;
a
1
SELECT 1
> COMMIT;
COMMIT
b> SELECT tableoid::regclass, * FROM tx;
tableoid | a
tx1 | 1
SELECT 1
> BEGIN;
BEGIN
> ALTER TABLE tx1 NO INHERIT tx;
ALTER TABLE
> SELECT count(*) FROM tx;
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM tx;
count
1
SELECT 1

-- The child's owner owns the parents, too.
> CREATE ROLE inh_a;
CREATE ROLE
> CREATE SCHEMA inh_s AUTHORIZATION inh_a;
CREATE SCHEMA
> SET ROLE inh_a;
(is_superuser = off)
SET
> CREATE TABLE inh_s.mine () INHERITS (one);
ERROR 42501: must be owner of table one
> CREATE TABLE inh_s.mine (a int);
CREATE TABLE
> ALTER TABLE inh_s.mine INHERIT one;
ERROR 42501: must be owner of table one
> RESET ROLE;
(is_superuser = on)
RESET
> ALTER TABLE inh_s.mine INHERIT one;
ALTER TABLE
> SET ROLE inh_a;
(is_superuser = off)
SET
> ALTER TABLE inh_s.mine NO INHERIT one;
ALTER TABLE
> RESET ROLE;
(is_superuser = on)
RESET
> DROP SCHEMA inh_s CASCADE;
NOTICE: drop cascades to table inh_s.mine
DROP SCHEMA
> DROP ROLE inh_a;
DROP ROLE
