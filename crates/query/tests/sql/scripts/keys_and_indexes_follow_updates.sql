> CREATE TABLE t (a int, b int, c text);
CREATE TABLE

> CREATE INDEX t_b ON t (b DESC) INCLUDE (c);
CREATE INDEX

> CREATE UNIQUE INDEX t_lower ON t (lower(c));
CREATE INDEX

> CREATE INDEX t_partial ON t (a) WHERE b > 10;
CREATE INDEX

> INSERT INTO t VALUES (1, 5, 'One'), (2, 15, 'Two'), (3, 25, 'Three');
INSERT 0 3

> SELECT a FROM t WHERE b = 15;
a
2
SELECT 1

> SELECT a FROM t WHERE b > 10 ORDER BY b DESC;
a
3
2
SELECT 2

> INSERT INTO t VALUES (4, 1, 'ONE');
ERROR 23505: duplicate key value violates unique constraint "t_lower"
DETAIL: Key (lower(c))=(one) already exists.

> UPDATE t SET b = 5 WHERE a = 2;
UPDATE 1

> SELECT a, b FROM t WHERE b = 5 ORDER BY a;
a | b
1 | 5
2 | 5
SELECT 2

> SELECT a FROM t WHERE b = 15;
a
SELECT 0

> SELECT a FROM t WHERE lower(c) = 'three';
a
3
SELECT 1

> DELETE FROM t WHERE lower(c) = 'three';
DELETE 1

> SELECT a FROM t WHERE b > 10 AND a > 0;
a
SELECT 0

> INSERT INTO t VALUES (5, 50, 'three');
INSERT 0 1

> SELECT a FROM t WHERE b > 10 AND a > 0;
a
5
SELECT 1

> CREATE TABLE dup (x int);
CREATE TABLE

> INSERT INTO dup VALUES (1), (2), (1);
INSERT 0 3

> CREATE UNIQUE INDEX ON dup (x);
ERROR 23505: could not create unique index "dup_x_idx"
DETAIL: Key (x)=(1) is duplicated.

> CREATE TABLE k (p int, q int, v text, PRIMARY KEY (p, q));
CREATE TABLE

> INSERT INTO k SELECT i / 10, i % 10, 'v' || i FROM generate_series(0, 39) i;
INSERT 0 40

> SELECT * FROM k WHERE p = 2 AND q BETWEEN 3 AND 5;
p | q | v
2 | 3 | v23
2 | 4 | v24
2 | 5 | v25
SELECT 3

> UPDATE k SET p = p + 100 WHERE p = 3;
UPDATE 10

> SELECT count(*), min(p), max(p) FROM k;
count | min | max
40 | 0 | 103
SELECT 1

> SELECT v FROM k WHERE p = 103 AND q = 7;
v
v37
SELECT 1

> BEGIN;
BEGIN

> DELETE FROM k WHERE p = 1;
DELETE 10

> INSERT INTO k VALUES (1, 1, 'new');
INSERT 0 1

> SELECT * FROM k WHERE p = 1;
p | q | v
1 | 1 | new
SELECT 1

> SELECT p, count(*) FROM k GROUP BY p ORDER BY p;
p | count
0 | 10
1 | 1
2 | 10
103 | 10
SELECT 4

> COMMIT;
COMMIT

> SELECT p, count(*) FROM k GROUP BY p ORDER BY p;
p | count
0 | 10
1 | 1
2 | 10
103 | 10
SELECT 4

-- A row that came and went in one transaction leaves the entries of another's row alone.
> CREATE TABLE brief (a int PRIMARY KEY, b int, c int);
CREATE TABLE

> CREATE INDEX ON brief (b) INCLUDE (c);
CREATE INDEX

> INSERT INTO brief SELECT i, -i, 0 FROM generate_series(10, 2000) i;
INSERT 0 1991

> BEGIN;
BEGIN

> INSERT INTO brief VALUES (1, 7, 1);
INSERT 0 1

> UPDATE brief SET c = 2 WHERE a = 1;
UPDATE 1

> UPDATE brief SET b = 8 WHERE a = 1;
UPDATE 1

> DELETE FROM brief WHERE a = 1;
DELETE 1

> UPDATE brief SET c = 3 WHERE a = 10;
UPDATE 1

b> INSERT INTO brief VALUES (1, 7, 4);
INSERT 0 1

> COMMIT;
COMMIT

> SELECT a, c FROM brief WHERE b = 7;
a | c
1 | 4
SELECT 1

> SELECT a, c FROM brief WHERE b = 8;
a | c
SELECT 0
