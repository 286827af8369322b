> CREATE TABLE t (a int, b int, c text);
CREATE TABLE

> CREATE INDEX t_b ON t (b DESC) INCLUDE (c);
CREATE INDEX

> CREATE UNIQUE INDEX t_lower ON t (lower(c));
CREATE INDEX

> CREATE INDEX t_partial ON t (a) WHERE b > 10;
CREATE INDEX

> INSERT INTO t VALUES (1, 5, 'One'), (2, 15, 'Two'), (3, 25, 'Three');
ERROR 0A000: DML is not built

> SELECT a FROM t WHERE b = 15;
a
SELECT 0

> SELECT a FROM t WHERE b > 10 ORDER BY b DESC;
a
SELECT 0

> INSERT INTO t VALUES (4, 1, 'ONE');
ERROR 0A000: DML is not built

> UPDATE t SET b = 5 WHERE a = 2;
ERROR 0A000: DML is not built

> SELECT a, b FROM t WHERE b = 5 ORDER BY a;
a | b
SELECT 0

> SELECT a FROM t WHERE b = 15;
a
SELECT 0

> SELECT a FROM t WHERE lower(c) = 'three';
a
SELECT 0

> DELETE FROM t WHERE lower(c) = 'three';
ERROR 0A000: DML is not built

> SELECT a FROM t WHERE b > 10 AND a > 0;
a
SELECT 0

> INSERT INTO t VALUES (5, 50, 'three');
ERROR 0A000: DML is not built

> SELECT a FROM t WHERE b > 10 AND a > 0;
a
SELECT 0

> CREATE TABLE dup (x int);
CREATE TABLE

> INSERT INTO dup VALUES (1), (2), (1);
ERROR 0A000: DML is not built

> CREATE UNIQUE INDEX ON dup (x);
CREATE INDEX

> CREATE TABLE k (p int, q int, v text, PRIMARY KEY (p, q));
CREATE TABLE

> INSERT INTO k SELECT i / 10, i % 10, 'v' || i FROM generate_series(0, 39) i;
ERROR 0A000: DML is not built

> SELECT * FROM k WHERE p = 2 AND q BETWEEN 3 AND 5;
p | q | v
SELECT 0

> UPDATE k SET p = p + 100 WHERE p = 3;
ERROR 0A000: DML is not built

> SELECT count(*), min(p), max(p) FROM k;
count | min | max
0 | NULL | NULL
SELECT 1

> SELECT v FROM k WHERE p = 103 AND q = 7;
v
SELECT 0

> BEGIN;
BEGIN

> DELETE FROM k WHERE p = 1;
ERROR 0A000: DML is not built

> INSERT INTO k VALUES (1, 1, 'new');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT * FROM k WHERE p = 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT p, count(*) FROM k GROUP BY p ORDER BY p;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> COMMIT;
ROLLBACK

> SELECT p, count(*) FROM k GROUP BY p ORDER BY p;
p | count
SELECT 0
