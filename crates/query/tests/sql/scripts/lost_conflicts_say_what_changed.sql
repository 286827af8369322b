> CREATE TABLE t (a int PRIMARY KEY, n int);
CREATE TABLE

> INSERT INTO t VALUES (1, 0), (2, 0);
INSERT 0 2

> BEGIN;
BEGIN

> UPDATE t SET n = n + 1 WHERE a = 1;
UPDATE 1

b> UPDATE t SET n = n + 10 WHERE a = 1;
UPDATE 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(1) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT * FROM t ORDER BY a;
a | n
1 | 10
2 | 0
SELECT 2

> BEGIN;
BEGIN

> SELECT * FROM t WHERE a = 2 FOR UPDATE;
a | n
2 | 0
SELECT 1

b> UPDATE t SET n = 5 WHERE a = 2;
UPDATE 1

> UPDATE t SET n = 1 WHERE a = 1;
UPDATE 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(2) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> BEGIN;
BEGIN

> INSERT INTO t VALUES (3, 3);
INSERT 0 1

b> INSERT INTO t VALUES (3, 30);
INSERT 0 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(3) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> BEGIN;
BEGIN

> INSERT INTO t VALUES (4, 4);
INSERT 0 1

b> ALTER TABLE t ADD COLUMN x int;
ALTER TABLE

> COMMIT;
ERROR 40001: schema has been updated by another transaction (OC001)
DETAIL: The definition of "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT * FROM t ORDER BY a;
a | n | x
1 | 10 | NULL
2 | 5 | NULL
3 | 30 | NULL
SELECT 3
