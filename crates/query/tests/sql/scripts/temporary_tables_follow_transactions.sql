-- A transaction's tables, rows and changes come and go with it.
> BEGIN;
BEGIN

> CREATE TEMP TABLE t (a int);
CREATE TABLE

> INSERT INTO t VALUES (1);
INSERT 0 1

> SAVEPOINT one;
SAVEPOINT

> INSERT INTO t VALUES (2);
INSERT 0 1

> ALTER TABLE t ADD COLUMN b int DEFAULT 7;
ALTER TABLE

> CREATE TEMP TABLE u AS SELECT * FROM t;
SELECT 2

> SELECT * FROM u ORDER BY a;
a | b
1 | 7
2 | 7
SELECT 2

> SAVEPOINT two;
SAVEPOINT

> DROP TABLE t;
DROP TABLE

> SELECT * FROM t;
ERROR 42P01: relation "t" does not exist

> ROLLBACK TO two;
ROLLBACK

> SELECT * FROM t ORDER BY a;
a | b
1 | 7
2 | 7
SELECT 2

> ROLLBACK TO one;
ROLLBACK

> SELECT * FROM t;
a
1
SELECT 1

> SELECT * FROM u;
ERROR 42P01: relation "u" does not exist

> ROLLBACK TO one;
ROLLBACK

> COMMIT;
COMMIT

> SELECT * FROM t;
a
1
SELECT 1

> BEGIN;
BEGIN

> TRUNCATE t;
TRUNCATE TABLE

> INSERT INTO t VALUES (5);
INSERT 0 1

> CREATE TEMP TABLE gone (a int);
CREATE TABLE

> ROLLBACK;
ROLLBACK

> SELECT * FROM t;
a
1
SELECT 1

> SELECT * FROM gone;
ERROR 42P01: relation "gone" does not exist

-- Rows come in the order in which they were inserted, whichever transaction it was.
> INSERT INTO t VALUES (4);
INSERT 0 1

> INSERT INTO t VALUES (3);
INSERT 0 1

> INSERT INTO t VALUES (2);
INSERT 0 1

> SELECT * FROM t;
a
1
4
3
2
SELECT 4

-- ON COMMIT.
> CREATE TEMP TABLE rows (a int PRIMARY KEY) ON COMMIT DELETE ROWS;
CREATE TABLE

> INSERT INTO rows VALUES (1);
INSERT 0 1

> SELECT count(*) FROM rows;
count
0
SELECT 1

> BEGIN;
BEGIN

> INSERT INTO rows VALUES (1), (2);
INSERT 0 2

> SELECT count(*) FROM rows;
count
2
SELECT 1

> COMMIT;
COMMIT

> SELECT count(*) FROM rows;
count
0
SELECT 1

> CREATE TEMP TABLE at_once ON COMMIT DROP AS SELECT 1 AS a;
SELECT 1

> SELECT * FROM at_once;
ERROR 42P01: relation "at_once" does not exist

> BEGIN;
BEGIN

> CREATE TEMP TABLE d (a int PRIMARY KEY) ON COMMIT DROP;
CREATE TABLE

> CREATE VIEW over_d AS SELECT * FROM d;
NOTICE: view "over_d" will be a temporary view
CREATE VIEW

> CREATE TEMP TABLE of_d (a int REFERENCES d);
CREATE TABLE

> INSERT INTO d VALUES (1);
INSERT 0 1

> INSERT INTO of_d VALUES (1);
INSERT 0 1

> SELECT * FROM over_d;
a
1
SELECT 1

> COMMIT;
COMMIT

> SELECT * FROM over_d;
ERROR 42P01: relation "over_d" does not exist

> INSERT INTO of_d VALUES (2);
INSERT 0 1

> SELECT * FROM of_d;
a
1
2
SELECT 2

> BEGIN;
BEGIN

> CREATE TEMP TABLE child (a int REFERENCES rows);
CREATE TABLE

> COMMIT;
ERROR 0A000: unsupported ON COMMIT and foreign key combination
DETAIL: Table "child" references "rows", but they do not have the same ON COMMIT setting.

> SELECT * FROM child;
ERROR 42P01: relation "child" does not exist

-- Deferred constraints are checked before tables are dropped.
> BEGIN;
BEGIN

> CREATE TEMP TABLE p (a int PRIMARY KEY) ON COMMIT DROP;
CREATE TABLE

> CREATE TEMP TABLE c (a int REFERENCES p DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP;
CREATE TABLE

> INSERT INTO c VALUES (1);
INSERT 0 1

> COMMIT;
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_a_fkey"
DETAIL: Key (a)=(1) is not present in table "p".

-- A transaction that may only read may write to them.
> BEGIN READ ONLY;
BEGIN

> INSERT INTO t VALUES (100);
INSERT 0 1

> UPDATE t SET a = 101 WHERE a = 100;
UPDATE 1

> SELECT * FROM t WHERE a > 100 FOR UPDATE;
a
101
SELECT 1

> SAVEPOINT s;
SAVEPOINT

> CREATE TEMP TABLE no (a int);
ERROR 25006: cannot execute CREATE TABLE in a read-only transaction

> ROLLBACK TO s;
ROLLBACK

> DELETE FROM t WHERE a > 100;
DELETE 1

> COMMIT;
COMMIT

-- They conflict with nobody, and nobody sees a failed COMMIT in them.
> CREATE TABLE shared (a int PRIMARY KEY, n int);
CREATE TABLE

> INSERT INTO shared VALUES (1, 0);
INSERT 0 1

> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

> SELECT count(*) FROM t;
count
4
SELECT 1

> INSERT INTO t VALUES (50);
INSERT 0 1

b> UPDATE shared SET n = 1;
UPDATE 1

> COMMIT;
COMMIT

> BEGIN;
BEGIN

> INSERT INTO t VALUES (60);
INSERT 0 1

> CREATE TEMP TABLE with_it (a int);
CREATE TABLE

> UPDATE shared SET n = n + 1;
UPDATE 1

b> UPDATE shared SET n = 2;
UPDATE 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(1) of table "shared" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT * FROM t;
a
1
4
3
2
50
SELECT 5

> SELECT * FROM with_it;
ERROR 42P01: relation "with_it" does not exist

> SELECT * FROM shared;
a | n
1 | 2
SELECT 1

-- Permanent tables beside them.
> BEGIN;
BEGIN

> CREATE TABLE made (a int);
CREATE TABLE

> CREATE TEMP TABLE beside (a int);
CREATE TABLE

> INSERT INTO beside VALUES (1);
INSERT 0 1

> INSERT INTO made SELECT * FROM beside;
INSERT 0 1

> COMMIT;
COMMIT

b> SELECT * FROM made;
a
1
SELECT 1

> SELECT * FROM beside;
a
1
SELECT 1

> CREATE TEMP VIEW over_made AS SELECT * FROM made;
CREATE VIEW

> DROP TABLE made;
ERROR 2BP01: cannot drop table made because other objects depend on it
DETAIL: view over_made depends on table made
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE made CASCADE;
NOTICE: drop cascades to view over_made
DROP TABLE

> SELECT * FROM over_made;
ERROR 42P01: relation "over_made" does not exist

-- DISCARD TEMP can be taken back, too.
> BEGIN;
BEGIN

> DISCARD TEMP;
DISCARD TEMP

> SELECT * FROM t;
ERROR 42P01: relation "t" does not exist

> ROLLBACK;
ROLLBACK

> SELECT count(*) FROM t;
count
5
SELECT 1

> DISCARD TEMP;
DISCARD TEMP

> SELECT count(*) FROM t;
ERROR 42P01: relation "t" does not exist
