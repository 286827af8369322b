> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO t VALUES (1, 'a');
INSERT 0 1

> SAVEPOINT one;
SAVEPOINT

> INSERT INTO t VALUES (2, 'b');
INSERT 0 1

> UPDATE t SET b = 'changed' WHERE a = 1;
UPDATE 1

> SAVEPOINT two;
SAVEPOINT

> DELETE FROM t;
DELETE 2

> SELECT count(*) FROM t;
count
0
SELECT 1

> ROLLBACK TO two;
ROLLBACK

> SELECT * FROM t ORDER BY a;
a | b
1 | changed
2 | b
SELECT 2

> INSERT INTO t VALUES (2, 'again');
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(2) already exists.

> SELECT 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO SAVEPOINT two;
ROLLBACK

> RELEASE SAVEPOINT two;
RELEASE

> ROLLBACK TO two;
ERROR 3B001: savepoint "two" does not exist

> ROLLBACK TO one;
ROLLBACK

> SELECT * FROM t;
a | b
1 | a
SELECT 1

> CREATE TABLE u (a int);
CREATE TABLE

> ROLLBACK TO one;
ROLLBACK

> SELECT * FROM u;
ERROR 42P01: relation "u" does not exist

> ROLLBACK TO one;
ROLLBACK

> COMMIT;
COMMIT

> SELECT * FROM t;
a | b
1 | a
SELECT 1
