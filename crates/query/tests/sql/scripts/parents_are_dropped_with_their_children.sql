> CREATE TABLE p (a int, s serial);
CREATE TABLE
> CREATE TABLE c1 () INHERITS (p);
CREATE TABLE
> CREATE TABLE c2 () INHERITS (p);
CREATE TABLE
> CREATE TABLE g () INHERITS (c1, c2);
NOTICE: merging multiple inherited definitions of column "a"
NOTICE: merging multiple inherited definitions of column "s"
CREATE TABLE
> CREATE VIEW v AS SELECT a FROM c1;
CREATE VIEW
> DROP TABLE p;
ERROR 2BP01: cannot drop table p because other objects depend on it
DETAIL: table c1 depends on table p
view v depends on table c1
table c2 depends on table p
table g depends on table c2
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE c1;
ERROR 2BP01: cannot drop table c1 because other objects depend on it
DETAIL: table g depends on table c1
view v depends on table c1
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE p, c1;
ERROR 2BP01: cannot drop desired object(s) because other objects depend on them
DETAIL: view v depends on table c1
table c2 depends on table p
table g depends on table c2
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> BEGIN;
BEGIN
> DROP TABLE p CASCADE;
NOTICE: drop cascades to 4 other objects
DROP TABLE
> SELECT count(*) FROM pg_class WHERE relname IN ('p', 'c1', 'c2', 'g', 'v', 'p_s_seq');
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> DROP TABLE g;
DROP TABLE
> SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'p'::regclass ORDER BY 1;
inhrelid
c1
c2
SELECT 2
> DROP TABLE c2;
DROP TABLE
> DROP SEQUENCE p_s_seq;
ERROR 2BP01: cannot drop sequence p_s_seq because other objects depend on it
DETAIL: default value for column s of table p depends on sequence p_s_seq
default value for column s of table c1 depends on sequence p_s_seq
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP SEQUENCE p_s_seq CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SEQUENCE
> INSERT INTO c1 (a, s) VALUES (1, 1);
INSERT 0 1
> SELECT * FROM p;
a | s
1 | 1
SELECT 1
> DROP TABLE c1 CASCADE;
NOTICE: drop cascades to view v
DROP TABLE
> SELECT * FROM p;
a | s
SELECT 0
> DROP TABLE p;
DROP TABLE

-- In the order of a schema
> CREATE SCHEMA s;
CREATE SCHEMA
> CREATE TABLE s.p (a int);
CREATE TABLE
> CREATE TABLE s.c () INHERITS (s.p);
CREATE TABLE
> CREATE VIEW s.v AS SELECT * FROM s.p;
CREATE VIEW
> CREATE TABLE outside () INHERITS (s.c);
CREATE TABLE
> DROP SCHEMA s;
ERROR 2BP01: cannot drop schema s because other objects depend on it
DETAIL: table s.p depends on schema s
table s.c depends on schema s
table outside depends on table s.c
view s.v depends on schema s
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP SCHEMA s CASCADE;
NOTICE: drop cascades to 4 other objects
DROP SCHEMA

-- TRUNCATE takes children along
> CREATE TABLE p (a int PRIMARY KEY, i int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE
> CREATE TABLE c (PRIMARY KEY (a)) INHERITS (p);
CREATE TABLE
> CREATE TABLE ref (a int REFERENCES c);
CREATE TABLE
> INSERT INTO p VALUES (1), (2);
INSERT 0 2
> INSERT INTO c VALUES (3, 30), (4, 40);
INSERT 0 2
> TRUNCATE ONLY p;
TRUNCATE TABLE
> SELECT a FROM p ORDER BY a;
a
3
4
SELECT 2
> INSERT INTO p VALUES (1);
INSERT 0 1
> TRUNCATE p;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "ref" references "c".
HINT: Truncate table "ref" at the same time, or use TRUNCATE ... CASCADE.
> TRUNCATE ONLY p, ref;
TRUNCATE TABLE
> SELECT a FROM p ORDER BY a;
a
3
4
SELECT 2
> INSERT INTO ref VALUES (3);
INSERT 0 1
> TRUNCATE p RESTART IDENTITY CASCADE;
NOTICE: truncate cascades to table "ref"
TRUNCATE TABLE
> SELECT count(*) FROM p;
count
0
SELECT 1
> SELECT count(*) FROM ref;
count
0
SELECT 1
> INSERT INTO p VALUES (1);
INSERT 0 1
> SELECT * FROM p;
a | i
1 | 1
SELECT 1
> BEGIN;
BEGIN
> INSERT INTO c VALUES (5, 5);
INSERT 0 1
> TRUNCATE TABLE p * CASCADE;
NOTICE: truncate cascades to table "ref"
TRUNCATE TABLE
> SELECT count(*) FROM p;
count
0
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM p;
count
1
SELECT 1
> DROP TABLE ref;
DROP TABLE
> TRUNCATE p, ONLY c, ONLY (p);
TRUNCATE TABLE
> SELECT count(*) FROM p;
count
0
SELECT 1

-- LOCK reaches them as well
> BEGIN;
BEGIN
> LOCK TABLE p IN SHARE MODE;
LOCK TABLE
> LOCK TABLE ONLY p, p *, ONLY (c) IN ACCESS SHARE MODE;
LOCK TABLE
> COMMIT;
COMMIT

-- Temporary children of a table that is kept
> CREATE TEMP TABLE t (b int) INHERITS (p);
CREATE TABLE
> INSERT INTO t VALUES (7, 7, 7);
INSERT 0 1
> SELECT a FROM p;
a
7
SELECT 1
b> SELECT a FROM p;
a
SELECT 0
> ALTER TABLE p ADD COLUMN later int DEFAULT 3;
ALTER TABLE
> SELECT * FROM t;
a | i | b | later
7 | 7 | 7 | 3
SELECT 1
> CREATE TEMP TABLE t2 () INHERITS (t) ON COMMIT DROP;
CREATE TABLE
> BEGIN;
BEGIN
> CREATE TEMP TABLE t2 () INHERITS (t) ON COMMIT DROP;
CREATE TABLE
> INSERT INTO t2 VALUES (8, 8);
INSERT 0 1
> SELECT a FROM p ORDER BY a;
a
7
8
SELECT 2
> COMMIT;
COMMIT
> SELECT a FROM p ORDER BY a;
a
7
SELECT 1
> DROP TABLE p CASCADE;
NOTICE: drop cascades to 2 other objects
DROP TABLE
