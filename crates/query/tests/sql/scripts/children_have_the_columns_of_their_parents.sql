-- INHERITS: columns, defaults, constraints, and what does not go together.

> CREATE TABLE a (aa text DEFAULT 'x', n int NOT NULL);
CREATE TABLE

> CREATE TABLE b (bb int DEFAULT 5, n bigint);
CREATE TABLE

> CREATE TABLE c (cc int) INHERITS (a);
CREATE TABLE

> INSERT INTO c (n, cc) VALUES (1, 2);
INSERT 0 1

> SELECT * FROM c;
aa | n | cc
x | 1 | 2
SELECT 1

> INSERT INTO c (cc) VALUES (2);
ERROR 23502: null value in column "n" of relation "c" violates not-null constraint
DETAIL: Failing row contains (x, null, 2).

-- Types, collations and generated columns of parents have to agree.

> CREATE TABLE d () INHERITS (a, b);
NOTICE: merging multiple inherited definitions of column "n"
ERROR 42804: inherited column "n" has a type conflict
DETAIL: integer versus bigint

> ALTER TABLE b DROP COLUMN n;
ALTER TABLE

> CREATE TABLE d (dd int) INHERITS (a, b);
CREATE TABLE

> SELECT * FROM d;
aa | n | bb | dd
SELECT 0

> INSERT INTO d (n, dd) VALUES (3, 4);
INSERT 0 1

> SELECT * FROM d;
aa | n | bb | dd
x | 3 | 5 | 4
SELECT 1

> CREATE TABLE e (aa int) INHERITS (a);
NOTICE: merging column "aa" with inherited definition
ERROR 42804: column "aa" has a type conflict
DETAIL: text versus integer

> CREATE TABLE e (aa varchar(3)) INHERITS (a);
NOTICE: merging column "aa" with inherited definition
ERROR 42804: column "aa" has a type conflict
DETAIL: text versus character varying(3)

> CREATE TABLE e (aa text COLLATE "C") INHERITS (a);
NOTICE: merging column "aa" with inherited definition
ERROR 42P21: column "aa" has a collation conflict
DETAIL: "default" versus "C"

> CREATE TABLE e (x int, aa text DEFAULT 'own', n int) INHERITS (a);
NOTICE: moving and merging column "aa" with inherited definition
NOTICE: moving and merging column "n" with inherited definition
CREATE TABLE

> INSERT INTO e (n) VALUES (1);
INSERT 0 1

> SELECT * FROM e;
aa | n | x
own | 1 | NULL
SELECT 1

> INSERT INTO e (x) VALUES (1);
ERROR 23502: null value in column "n" of relation "e" violates not-null constraint
DETAIL: Failing row contains (own, null, 1).

> CREATE TABLE f (x int) INHERITS (a, a);
ERROR 42P07: relation "a" would be inherited from more than once

> CREATE TABLE f (x int) INHERITS (nothing);
ERROR 42P01: relation "nothing" does not exist

> CREATE VIEW va AS SELECT * FROM a;
CREATE VIEW

> CREATE TABLE f (x int) INHERITS (va);
ERROR 42809: inherited relation "va" is not a table or foreign table

-- Defaults that differ.

> CREATE TABLE p1 (a int DEFAULT 1, b int);
CREATE TABLE

> CREATE TABLE p2 (a int DEFAULT 2, b int);
CREATE TABLE

> CREATE TABLE q () INHERITS (p1, p2);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
ERROR 42611: column "a" inherits conflicting default values
HINT: To resolve the conflict, specify a default explicitly.

> CREATE TABLE q (a int DEFAULT 3) INHERITS (p1, p2);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "b"
NOTICE: merging column "a" with inherited definition
CREATE TABLE

> CREATE TABLE q2 (a int DEFAULT NULL) INHERITS (p1);
NOTICE: merging column "a" with inherited definition
CREATE TABLE

> INSERT INTO q DEFAULT VALUES;
INSERT 0 1

> INSERT INTO q2 DEFAULT VALUES;
INSERT 0 1

> SELECT * FROM q;
a | b
3 | NULL
SELECT 1

> SELECT * FROM q2;
a | b
NULL | NULL
SELECT 1

-- NOT NULL of a parent, and of the child alone.

> CREATE TABLE nn (a int, b int);
CREATE TABLE

> CREATE TABLE nn1 (a int NOT NULL) INHERITS (nn);
NOTICE: merging column "a" with inherited definition
CREATE TABLE

> INSERT INTO nn1 VALUES (NULL, 1);
ERROR 23502: null value in column "a" of relation "nn1" violates not-null constraint
DETAIL: Failing row contains (null, 1).

> INSERT INTO nn VALUES (NULL, 1);
INSERT 0 1

-- Checks.

> CREATE TABLE k (a int CONSTRAINT pos CHECK (a > 0), b text, CONSTRAINT own CHECK (b <> 'no') NO INHERIT);
CREATE TABLE

> CREATE TABLE k1 (c int) INHERITS (k);
CREATE TABLE

> INSERT INTO k1 VALUES (-1, 'x', 1);
ERROR 23514: new row for relation "k1" violates check constraint "pos"
DETAIL: Failing row contains (-1, x, 1).

> INSERT INTO k1 VALUES (1, 'no', 1);
INSERT 0 1

> INSERT INTO k VALUES (1, 'no');
ERROR 23514: new row for relation "k" violates check constraint "own"
DETAIL: Failing row contains (1, no).

> CREATE TABLE k2 (c int, CONSTRAINT pos CHECK (a > 1)) INHERITS (k);
ERROR 42710: constraint "pos" for relation "k2" already exists

> CREATE TABLE k2 (c int, CONSTRAINT pos CHECK (a > 0)) INHERITS (k);
NOTICE: merging constraint "pos" with inherited definition
CREATE TABLE

> CREATE TABLE k3 (c int, CONSTRAINT pos CHECK (a > 0) NO INHERIT) INHERITS (k);
ERROR 42P17: constraint "pos" conflicts with inherited constraint on relation "k3"

> CREATE TABLE k3 (c int CHECK (c > 0), CONSTRAINT own CHECK (c > 1)) INHERITS (k);
CREATE TABLE

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text ~ '^k' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | conislocal | coninhcount
k | own | t | 0
k | pos | t | 0
k1 | pos | f | 1
k2 | pos | t | 1
k3 | k3_c_check | t | 0
k3 | own | t | 0
k3 | pos | f | 1
SELECT 7

> CREATE TABLE kk1 (a int, CONSTRAINT x CHECK (a > 0));
CREATE TABLE

> CREATE TABLE kk2 (a int, CONSTRAINT x CHECK (a > 1));
CREATE TABLE

> CREATE TABLE kk () INHERITS (kk1, kk2);
NOTICE: merging multiple inherited definitions of column "a"
ERROR 42710: check constraint name "x" appears multiple times but with different expressions

-- Keys are not inherited.

> CREATE TABLE key (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE

> CREATE TABLE key1 () INHERITS (key);
CREATE TABLE

> INSERT INTO key1 VALUES (1, 1), (1, 1);
INSERT 0 2

> SELECT * FROM key;
a | b
1 | 1
1 | 1
SELECT 2

> INSERT INTO key1 VALUES (NULL, 1);
ERROR 23502: null value in column "a" of relation "key1" violates not-null constraint
DETAIL: Failing row contains (null, 1).

> CREATE TABLE ref (a int REFERENCES key);
CREATE TABLE

> INSERT INTO ref VALUES (1);
ERROR 23503: insert or update on table "ref" violates foreign key constraint "ref_a_fkey"
DETAIL: Key (a)=(1) is not present in table "key".

-- Identities and generated columns.

> CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> CREATE TABLE g1 (c int) INHERITS (g);
CREATE TABLE

> INSERT INTO g1 (a, c) VALUES (3, 1);
INSERT 0 1

> SELECT * FROM g1;
a | b | c
3 | 6 | 1
SELECT 1

> CREATE TABLE g2 (b int DEFAULT 5) INHERITS (g);
NOTICE: moving and merging column "b" with inherited definition
ERROR 42611: column "b" inherits from generated column but specifies default

> CREATE TABLE g2 (b int) INHERITS (g);
NOTICE: moving and merging column "b" with inherited definition
CREATE TABLE

> CREATE TABLE g3 (b int GENERATED ALWAYS AS (a * 3) STORED) INHERITS (g);
NOTICE: moving and merging column "b" with inherited definition
ERROR 42611: child column "b" specifies generation expression
HINT: Omit the generation expression in the definition of the child table column to inherit the generation expression from the parent table.

> CREATE TABLE plain (a int, b int);
CREATE TABLE

> CREATE TABLE g4 (b int GENERATED ALWAYS AS (a * 3) STORED) INHERITS (plain);
NOTICE: moving and merging column "b" with inherited definition
CREATE TABLE

> CREATE TABLE i (a int GENERATED ALWAYS AS IDENTITY, b text);
CREATE TABLE

> CREATE TABLE i1 () INHERITS (i);
CREATE TABLE

> SELECT attname, attidentity, attnotnull FROM pg_attribute WHERE attrelid = 'i1'::regclass AND attnum > 0 ORDER BY attnum;
attname | attidentity | attnotnull
a |  | t
b |  | f
SELECT 2

> INSERT INTO i1 (b) VALUES ('x');
ERROR 23502: null value in column "a" of relation "i1" violates not-null constraint
DETAIL: Failing row contains (null, x).

> CREATE TABLE s (a serial, b int);
CREATE TABLE

> CREATE TABLE s1 () INHERITS (s);
CREATE TABLE

> INSERT INTO s (b) VALUES (1);
INSERT 0 1

> INSERT INTO s1 (b) VALUES (1);
INSERT 0 1

> SELECT * FROM s ORDER BY a;
a | b
1 | 1
2 | 1
SELECT 2

-- LIKE and INHERITS together.

> CREATE TABLE l (z int DEFAULT 9, y int CHECK (y > 0));
CREATE TABLE

> CREATE TABLE l1 (LIKE l INCLUDING ALL) INHERITS (a);
CREATE TABLE

> INSERT INTO l1 (n, y) VALUES (1, 2);
INSERT 0 1

> SELECT * FROM l1;
aa | n | z | y
x | 1 | 9 | 2
SELECT 1

> INSERT INTO l1 (n, y) VALUES (1, 0);
ERROR 23514: new row for relation "l1" violates check constraint "l_y_check"
DETAIL: Failing row contains (x, 1, 9, 0).

-- Temporary and permanent.

> CREATE TEMP TABLE t1 () INHERITS (a);
CREATE TABLE

> CREATE TEMP TABLE t0 (a int);
CREATE TABLE

> CREATE TABLE perm () INHERITS (t0);
ERROR 42809: cannot inherit from temporary relation "t0"

> INSERT INTO t1 (n) VALUES (42);
INSERT 0 1

> SELECT n FROM a ORDER BY n;
n
1
1
1
3
42
SELECT 5

> CREATE TYPE ty AS (a int);
CREATE TYPE

> CREATE TABLE typed OF ty;
CREATE TABLE

> CREATE TABLE of_typed () INHERITS (typed);
CREATE TABLE

-- Types of rows: a child's row is one of the parent's.

> CREATE TABLE p (x int, y int);
CREATE TABLE

> CREATE TABLE ch (z int) INHERITS (p);
CREATE TABLE

> INSERT INTO ch VALUES (1, 2, 3);
INSERT 0 1

> SELECT p FROM p;
p
(1,2)
SELECT 1

> SELECT (p).y FROM p;
y
2
SELECT 1

> SELECT ch::p FROM ch;
ch
(1,2)
SELECT 1

> SELECT pg_typeof(p) FROM p;
pg_typeof
p
SELECT 1

> CREATE FUNCTION total(p) RETURNS int LANGUAGE sql AS 'SELECT $1.x + $1.y';
CREATE FUNCTION

> SELECT total(p) FROM p;
total
3
SELECT 1

> SELECT total(ch) FROM ch;
total
3
SELECT 1

-- Rolled back, a parent has no child.

> BEGIN;
BEGIN

> CREATE TABLE gone () INHERITS (p);
CREATE TABLE

> INSERT INTO gone VALUES (7, 7);
INSERT 0 1

> SELECT * FROM p ORDER BY x;
x | y
1 | 2
7 | 7
SELECT 2

> ROLLBACK;
ROLLBACK

> SELECT * FROM p;
x | y
1 | 2
SELECT 1

> DROP FUNCTION total;
DROP FUNCTION

> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: table ch depends on table p
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE p CASCADE;
NOTICE: drop cascades to table ch
DROP TABLE

> DROP TABLE ch;
ERROR 42P01: table "ch" does not exist
