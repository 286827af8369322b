-- Columns, defaults and constraints of partitions.

> CREATE TABLE p (a int, b text NOT NULL DEFAULT 'root', c int CHECK (c > 0), d int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE p2 PARTITION OF p (b DEFAULT 'own', c NOT NULL, CONSTRAINT small CHECK (d < 10), PRIMARY KEY (d)) FOR VALUES IN (2);
CREATE TABLE

> CREATE TABLE p3 PARTITION OF p (nothing DEFAULT 1) FOR VALUES IN (3);
ERROR 42703: column "nothing" does not exist

> CREATE TABLE p3 PARTITION OF p (b DEFAULT 'x', b DEFAULT 'y') FOR VALUES IN (3);
ERROR 42701: column "b" specified more than once

> CREATE TABLE p3 PARTITION OF p (a WITH OPTIONS NOT NULL) FOR VALUES IN (3);
CREATE TABLE

> CREATE TABLE p4 PARTITION OF p (CONSTRAINT p_c_check CHECK (c > 0)) FOR VALUES IN (4);
NOTICE: merging constraint "p_c_check" with inherited definition
CREATE TABLE

> CREATE TABLE p5 PARTITION OF p (CONSTRAINT p_c_check CHECK (c > 1)) FOR VALUES IN (5);
ERROR 42710: constraint "p_c_check" for relation "p5" already exists

> INSERT INTO p (a, c, d) VALUES (1, 1, 1), (2, 2, 2);
INSERT 0 2

> INSERT INTO p1 (a) VALUES (1);
INSERT 0 1

> INSERT INTO p2 (a, c, d) VALUES (2, 3, 3);
INSERT 0 1

> SELECT tableoid::regclass, * FROM p ORDER BY a, d;
tableoid | a | b | c | d
p1 | 1 | root | 1 | 1
p1 | 1 | root | NULL | NULL
p2 | 2 | root | 2 | 2
p2 | 2 | own | 3 | 3
SELECT 4

> INSERT INTO p (a, d) VALUES (2, 5);
ERROR 23502: null value in column "c" of relation "p2" violates not-null constraint
DETAIL: Failing row contains (2, root, null, 5).

> INSERT INTO p (a, c, d) VALUES (2, 1, 10);
ERROR 23514: new row for relation "p2" violates check constraint "small"
DETAIL: Failing row contains (2, root, 1, 10).

> INSERT INTO p (a, c, d) VALUES (2, 1, 2);
ERROR 23505: duplicate key value violates unique constraint "p2_pkey"
DETAIL: Key (d)=(2) already exists.

> INSERT INTO p (a, c) VALUES (1, 0);
ERROR 23514: new row for relation "p1" violates check constraint "p_c_check"
DETAIL: Failing row contains (1, root, 0, null).

> INSERT INTO p (a, b) VALUES (1, NULL);
ERROR 23502: null value in column "b" of relation "p1" violates not-null constraint
DETAIL: Failing row contains (1, null, null, null).

> SELECT conrelid::regclass, conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid::regclass::text ~ '^p\d?$' ORDER BY conrelid::regclass::text, conname;
conrelid | conname | conislocal | coninhcount
p | p_c_check | t | 0
p1 | p_c_check | f | 1
p2 | p2_pkey | t | 0
p2 | p_c_check | f | 1
p2 | small | t | 0
p3 | p_c_check | f | 1
p4 | p_c_check | f | 1
SELECT 7

> SELECT attrelid::regclass, attname, attislocal, attinhcount, attnotnull FROM pg_attribute WHERE attrelid IN ('p2'::regclass, 'p3'::regclass) AND attnum > 0 ORDER BY attrelid::regclass::text, attnum;
attrelid | attname | attislocal | attinhcount | attnotnull
p2 | a | f | 1 | f
p2 | b | f | 1 | t
p2 | c | f | 1 | t
p2 | d | f | 1 | t
p3 | a | f | 1 | t
p3 | b | f | 1 | t
p3 | c | f | 1 | f
p3 | d | f | 1 | f
SELECT 8

-- Changes of the table reach the partitions; partitions do not change by themselves.

> ALTER TABLE p ADD COLUMN e int DEFAULT 5;
ALTER TABLE

> SELECT a, e FROM p ORDER BY a, d;
a | e
1 | 5
1 | 5
2 | 5
2 | 5
SELECT 4

> ALTER TABLE ONLY p ADD COLUMN f int;
ERROR 42P16: column must be added to child tables too

> ALTER TABLE p1 ADD COLUMN f int;
ERROR 42809: cannot add column to a partition

> ALTER TABLE p1 DROP COLUMN b;
ERROR 42P16: cannot drop inherited column "b"

> ALTER TABLE p1 RENAME COLUMN b TO bb;
ERROR 42P16: cannot rename inherited column "b"

> ALTER TABLE p1 ALTER COLUMN b TYPE varchar;
ERROR 42P16: cannot alter inherited column "b"

> ALTER TABLE ONLY p DROP COLUMN b;
ERROR 42P16: cannot drop column from only the partitioned table when partitions exist
HINT: Do not specify the ONLY keyword.

> ALTER TABLE ONLY p RENAME COLUMN b TO bb;
ERROR 42P16: inherited column "b" must be renamed in child tables too

> ALTER TABLE ONLY p ALTER COLUMN d SET NOT NULL;
ERROR 42P16: constraint must be added to child tables too
DETAIL: Column "d" of relation "p1" is not already NOT NULL.
HINT: Do not specify the ONLY keyword.

> ALTER TABLE ONLY p ALTER COLUMN b DROP NOT NULL;
ERROR 42P16: cannot remove constraint from only the partitioned table when partitions exist
HINT: Do not specify the ONLY keyword.

> ALTER TABLE p1 ALTER COLUMN b DROP NOT NULL;
ERROR 42P16: column "b" is marked NOT NULL in parent table

> ALTER TABLE p2 ALTER COLUMN c DROP NOT NULL;
ALTER TABLE

> ALTER TABLE p2 ALTER COLUMN b DROP DEFAULT;
ALTER TABLE

> ALTER TABLE p1 DROP CONSTRAINT p_c_check;
ERROR 42P16: cannot drop inherited constraint "p_c_check" of relation "p1"

> ALTER TABLE ONLY p DROP CONSTRAINT p_c_check;
ERROR 42P16: cannot remove constraint from only the partitioned table when partitions exist
HINT: Do not specify the ONLY keyword.

> ALTER TABLE ONLY p ADD CONSTRAINT another CHECK (d > -1);
ERROR 42P16: constraint must be added to child tables too

> ALTER TABLE p ADD CONSTRAINT another CHECK (d > 1);
ERROR 23514: check constraint "another" of relation "p1" is violated by some row

> ALTER TABLE p ADD CONSTRAINT another CHECK (d > 0);
ALTER TABLE

> INSERT INTO p1 VALUES (1, 'x', 1, 0);
ERROR 23514: new row for relation "p1" violates check constraint "another"
DETAIL: Failing row contains (1, x, 1, 0, 5).

> ALTER TABLE p DROP CONSTRAINT another;
ALTER TABLE

> ALTER TABLE p ALTER COLUMN e TYPE text USING 'e' || e;
ALTER TABLE

> SELECT tableoid::regclass, e FROM p ORDER BY a, d;
tableoid | e
p1 | e5
p1 | e5
p2 | e5
p2 | e5
SELECT 4

> ALTER TABLE p DROP COLUMN e;
ALTER TABLE

> SELECT * FROM p1 ORDER BY d;
a | b | c | d
1 | root | 1 | 1
1 | root | NULL | NULL
SELECT 2

> ALTER TABLE p RENAME COLUMN d TO dd;
ALTER TABLE

> SELECT dd FROM p2 ORDER BY dd;
dd
2
3
SELECT 2

> ALTER TABLE p DROP COLUMN a;
ERROR 42P16: cannot drop column "a" because it is part of the partition key of relation "p"

> ALTER TABLE p ALTER COLUMN a TYPE bigint;
ERROR 42P16: cannot alter column "a" because it is part of the partition key of relation "p"

> ALTER TABLE p RENAME COLUMN a TO key;
ALTER TABLE

> INSERT INTO p (key, b) VALUES (1, 'renamed');
INSERT 0 1

> SELECT tableoid::regclass, b FROM p WHERE key = 1 ORDER BY b;
tableoid | b
p1 | renamed
p1 | root
p1 | root
SELECT 3

-- Generated columns, identities, serials.

> CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE g1 PARTITION OF g FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE g2 PARTITION OF g (b GENERATED ALWAYS AS (a * 22) STORED) FOR VALUES IN (2);
ERROR 0A000: generated columns are not supported on partitions

> CREATE TABLE g2 PARTITION OF g (b DEFAULT 22) FOR VALUES IN (2);
CREATE TABLE

> INSERT INTO g VALUES (1);
INSERT 0 1

> UPDATE g SET b = DEFAULT;
UPDATE 1

> SELECT * FROM g;
a | b
1 | 2
SELECT 1

> CREATE TABLE s (a int, id serial) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
CREATE TABLE

> INSERT INTO s (a) VALUES (1);
INSERT 0 1

> INSERT INTO s1 (a) VALUES (1);
INSERT 0 1

> SELECT * FROM s ORDER BY id;
a | id
1 | 1
1 | 2
SELECT 2

> CREATE TABLE i (a int, id int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE i1 PARTITION OF i FOR VALUES IN (1);
CREATE TABLE

> INSERT INTO i (a) VALUES (1);
INSERT 0 1

> INSERT INTO i1 (a) VALUES (1);
ERROR 23502: null value in column "id" of relation "i1" violates not-null constraint
DETAIL: Failing row contains (1, null).

> INSERT INTO i1 (a, id) VALUES (1, 99);
INSERT 0 1

> SELECT * FROM i ORDER BY id;
a | id
1 | 1
1 | 99
SELECT 2

-- Rows of partitions are made like the table, whatever the order of their columns.

> CREATE TABLE o (a int, b text, c date) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE o1 (c date, x int, b text, a int);
CREATE TABLE

> ALTER TABLE o1 DROP COLUMN x;
ALTER TABLE

> ALTER TABLE o ATTACH PARTITION o1 FOR VALUES IN (1);
ALTER TABLE

> INSERT INTO o VALUES (1, 'b', '2020-01-01') RETURNING *;
a | b | c
1 | b | 2020-01-01
INSERT 0 1

> INSERT INTO o1 VALUES ('2020-01-02', 'c', 1);
INSERT 0 1

> SELECT * FROM o ORDER BY c;
a | b | c
1 | b | 2020-01-01
1 | c | 2020-01-02
SELECT 2

> SELECT o FROM o ORDER BY c;
o
(1,b,2020-01-01)
(1,c,2020-01-02)
SELECT 2

> SELECT * FROM o1 ORDER BY c;
c | b | a
2020-01-01 | b | 1
2020-01-02 | c | 1
SELECT 2

-- DROP.

> DROP TABLE p1;
DROP TABLE

> SELECT count(*) FROM p;
count
2
SELECT 1

> BEGIN;
BEGIN

> DROP TABLE p;
DROP TABLE

> SELECT count(*) FROM p2;
ERROR 42P01: relation "p2" does not exist

> ROLLBACK;
ROLLBACK

> SELECT count(*) FROM p2;
count
2
SELECT 1

> CREATE VIEW over AS SELECT * FROM p2;
CREATE VIEW

> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: view over depends on table p2
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP VIEW over;
DROP VIEW

> DROP TABLE p;
DROP TABLE

> SELECT count(*) FROM p2;
ERROR 42P01: relation "p2" does not exist
