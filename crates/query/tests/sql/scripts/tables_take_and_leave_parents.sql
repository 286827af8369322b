-- INHERIT and NO INHERIT.

> CREATE TABLE p (a int NOT NULL, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> CREATE TABLE c (b text, extra int);
CREATE TABLE

> ALTER TABLE c INHERIT p;
ERROR 42804: child table is missing column "a"

> ALTER TABLE c ADD COLUMN a bigint;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42804: child table "c" has different type for column "a"

> ALTER TABLE c ALTER COLUMN a TYPE int;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42804: column "a" in child table must be marked NOT NULL

> ALTER TABLE c ALTER COLUMN a SET NOT NULL;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42804: child table is missing constraint "pos"

> ALTER TABLE c ADD CONSTRAINT pos CHECK (a > 1);
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42804: child table "c" has different definition for check constraint "pos"

> ALTER TABLE c DROP CONSTRAINT pos;
ALTER TABLE

> ALTER TABLE c ADD CONSTRAINT pos CHECK (a > 0) NO INHERIT;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42P17: constraint "pos" conflicts with non-inherited constraint on child table "c"

> ALTER TABLE c DROP CONSTRAINT pos;
ALTER TABLE

> ALTER TABLE c ADD CONSTRAINT pos CHECK (a > 0) NOT VALID;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42P17: constraint "pos" conflicts with NOT VALID constraint on child table "c"

> ALTER TABLE c DROP CONSTRAINT pos;
ALTER TABLE

> ALTER TABLE c ADD CONSTRAINT pos CHECK (a > 0);
ALTER TABLE

> ALTER TABLE c INHERIT p;
ALTER TABLE

> ALTER TABLE c INHERIT p;
ERROR 42P07: relation "p" would be inherited from more than once

> ALTER TABLE p INHERIT c;
ERROR 42P07: circular inheritance not allowed
DETAIL: "c" is already a child of "p".

> ALTER TABLE p INHERIT p;
ERROR 42P07: circular inheritance not allowed
DETAIL: "p" is already a child of "p".

> INSERT INTO c (a, b, extra) VALUES (1, 'c', 2);
INSERT 0 1

> SELECT tableoid::regclass, * FROM p;
tableoid | a | b
c | 1 | c
SELECT 1

> ALTER TABLE c DROP COLUMN a;
ERROR 42P16: cannot drop inherited column "a"

> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'c'::regclass AND attnum > 0 ORDER BY attnum;
attname | attislocal | attinhcount
b | t | 1
extra | t | 0
a | t | 1
SELECT 3

> ALTER TABLE c NO INHERIT p;
ALTER TABLE

> SELECT count(*) FROM p;
count
0
SELECT 1

> ALTER TABLE c NO INHERIT p;
ERROR 42P01: relation "p" is not a parent of relation "c"

> ALTER TABLE c NO INHERIT nothing;
ERROR 42P01: relation "nothing" does not exist

> ALTER TABLE c DROP COLUMN a;
ALTER TABLE

> CREATE TABLE d (LIKE p INCLUDING ALL);
CREATE TABLE

> ALTER TABLE d INHERIT p;
ALTER TABLE

> CREATE TABLE e () INHERITS (d);
CREATE TABLE

> ALTER TABLE p INHERIT e;
ERROR 42P07: circular inheritance not allowed
DETAIL: "e" is already a child of "p".

> ALTER TABLE d NO INHERIT p;
ALTER TABLE

> ALTER TABLE p ADD COLUMN z int;
ALTER TABLE

> SELECT count(*) FROM pg_attribute WHERE attrelid IN ('d'::regclass, 'e'::regclass) AND attname = 'z';
count
0
SELECT 1

-- Generated columns, collations, views.

> CREATE TABLE gp (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> CREATE TABLE gc (a int, b int);
CREATE TABLE

> ALTER TABLE gc INHERIT gp;
ERROR 42804: column "b" in child table must be a generated column

> CREATE TABLE gc2 (a int, b int GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE

> ALTER TABLE gc2 INHERIT gp;
ERROR 42804: column "b" in child table has a conflicting generation expression

> CREATE TABLE gc3 (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> ALTER TABLE gc3 INHERIT gp;
ALTER TABLE

> CREATE VIEW v AS SELECT 1 AS a;
CREATE VIEW

> ALTER TABLE gc INHERIT v;
ERROR 42809: ALTER action INHERIT cannot be performed on relation "v"
DETAIL: This operation is not supported for views.

> ALTER TABLE v INHERIT gp;
ERROR 42809: ALTER action INHERIT cannot be performed on relation "v"
DETAIL: This operation is not supported for views.

> CREATE TABLE col (t text COLLATE "C");
CREATE TABLE

> CREATE TABLE col1 (t text);
CREATE TABLE

> ALTER TABLE col1 INHERIT col;
ERROR 42P21: child table "col1" has different collation for column "t"

> CREATE TEMP TABLE tmp (a int NOT NULL, b text, z int, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> ALTER TABLE tmp INHERIT p;
ALTER TABLE

> ALTER TABLE c INHERIT tmp;
ERROR 42809: cannot inherit from temporary relation "tmp"

> CREATE TABLE part (a int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE plain (a int);
CREATE TABLE

> ALTER TABLE plain INHERIT part;
ERROR 42809: cannot inherit from partitioned table "part"

> ALTER TABLE part INHERIT plain;
ERROR 42809: cannot change inheritance of partitioned table

> CREATE TABLE under () INHERITS (part);
ERROR 42809: cannot inherit from partitioned table "part"

> CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE

> ALTER TABLE part_1 NO INHERIT part;
ERROR 42809: cannot change inheritance of a partition

> ALTER TABLE part_1 INHERIT plain;
ERROR 42809: cannot change inheritance of a partition

> ALTER TABLE plain INHERIT part_1;
ERROR 42809: cannot inherit from a partition

-- Whoever is not the owner of both may not.

> CREATE ROLE heir;
CREATE ROLE

> CREATE TABLE theirs (a int);
CREATE TABLE

> ALTER TABLE theirs OWNER TO heir;
ALTER TABLE

> SET ROLE heir;
(is_superuser = off)
SET

> ALTER TABLE theirs INHERIT plain;
ERROR 42501: must be owner of table plain

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TABLE theirs;
DROP TABLE

> DROP ROLE heir;
DROP ROLE

-- In a transaction.

> BEGIN;
BEGIN

> CREATE TABLE late (LIKE plain);
CREATE TABLE

> INSERT INTO late VALUES (5);
INSERT 0 1

> ALTER TABLE late INHERIT plain;
ALTER TABLE

> SELECT * FROM plain;
a
5
SELECT 1

> SAVEPOINT s;
SAVEPOINT

> ALTER TABLE late NO INHERIT plain;
ALTER TABLE

> SELECT * FROM plain;
a
SELECT 0

> ROLLBACK TO s;
ROLLBACK

> SELECT * FROM plain;
a
5
SELECT 1

> COMMIT;
COMMIT

> SELECT tableoid::regclass, a FROM plain;
tableoid | a
late | 5
SELECT 1

> DROP TABLE late;
DROP TABLE

> SELECT count(*) FROM pg_inherits WHERE inhparent = 'plain'::regclass;
count
0
SELECT 1
