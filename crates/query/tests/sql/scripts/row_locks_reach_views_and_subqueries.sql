> CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE
> CREATE TABLE u (a int PRIMARY KEY, t int REFERENCES t);
CREATE TABLE
> INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);
INSERT 0 3
> INSERT INTO u VALUES (1, 1);
INSERT 0 1
> CREATE VIEW v AS SELECT a, b FROM t WHERE a < 3;
CREATE VIEW

-- A view's rows are locked, and only those of the tables that OF names.
a> BEGIN;
BEGIN
a> SELECT * FROM v WHERE a = 1 FOR UPDATE;
a | b
1 | 1
SELECT 1
b> UPDATE t SET b = 10 WHERE a = 1;
UPDATE 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(1) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> BEGIN;
BEGIN
a> SELECT s.a FROM (SELECT a FROM t WHERE a = 2) AS s, u WHERE u.a = 1 FOR UPDATE OF s;
a
2
SELECT 1
b> UPDATE u SET t = 2;
UPDATE 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(2) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> BEGIN;
BEGIN
a> SELECT s.a FROM (SELECT a FROM t WHERE a = 2) AS s JOIN u ON u.a = 1 FOR SHARE;
a
2
SELECT 1
b> UPDATE t SET b = 20 WHERE a = 2;
UPDATE 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(2) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
> SELECT * FROM (SELECT a FROM t GROUP BY a) AS s FOR UPDATE;
ERROR 0A000: FOR UPDATE is not allowed with GROUP BY clause
> SELECT * FROM (VALUES (1)) AS s(x) FOR UPDATE;
x
1
SELECT 1
> SELECT * FROM (SELECT 1 AS x UNION SELECT 2) AS s FOR UPDATE;
ERROR 0A000: FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT
> SELECT count(*) FROM v FOR UPDATE;
ERROR 0A000: FOR UPDATE is not allowed with aggregate functions
> SELECT a FROM v FOR UPDATE OF nosuch;
ERROR 42P01: relation "nosuch" in FOR UPDATE clause not found in FROM clause

-- What a lost commit says of an entry of a unique index, of a parent, and of what was read.
a> BEGIN;
BEGIN
a> INSERT INTO t VALUES (7, 70);
INSERT 0 1
b> INSERT INTO t VALUES (8, 70);
INSERT 0 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (b)=(70) of index "t_b_key" of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> BEGIN;
BEGIN
a> INSERT INTO u VALUES (5, 3);
INSERT 0 1
b> DELETE FROM t WHERE a = 3;
DELETE 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(3) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> BEGIN;
BEGIN
a> DELETE FROM t WHERE a = 8;
DELETE 1
b> INSERT INTO u VALUES (6, 8);
INSERT 0 1
a> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(8) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
a> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN
a> SELECT count(*) FROM t WHERE b > 10;
count
2
SELECT 1
b> INSERT INTO t VALUES (9, 90);
INSERT 0 1
a> INSERT INTO u VALUES (9, 2);
INSERT 0 1
a> COMMIT;
ERROR 40001: could not serialize access due to read/write dependencies among transactions (OC000)
DETAIL: Key (a)=(9) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

-- System columns that come from the way in which PostgreSQL keeps rows.
> SELECT tableoid = 't'::regclass FROM t WHERE a = 1;
?column?
t
SELECT 1
> SELECT xmin FROM t;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.
> SELECT t.ctid FROM t;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.
> SELECT count(*) > 0 FROM pg_class WHERE xmin = 1;
?column?
t
SELECT 1
