> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO t VALUES (1, 'a');
ERROR 0A000: DML is not built

> SAVEPOINT one;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> INSERT INTO t VALUES (2, 'b');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> UPDATE t SET b = 'changed' WHERE a = 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SAVEPOINT two;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> DELETE FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT count(*) FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO two;
ERROR 3B001: savepoint "two" does not exist

> SELECT * FROM t ORDER BY a;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> INSERT INTO t VALUES (2, 'again');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO SAVEPOINT two;
ERROR 3B001: savepoint "two" does not exist

> RELEASE SAVEPOINT two;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO two;
ERROR 3B001: savepoint "two" does not exist

> ROLLBACK TO one;
ERROR 3B001: savepoint "one" does not exist

> SELECT * FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> CREATE TABLE u (a int);
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO one;
ERROR 3B001: savepoint "one" does not exist

> SELECT * FROM u;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK TO one;
ERROR 3B001: savepoint "one" does not exist

> COMMIT;
ROLLBACK

> SELECT * FROM t;
a | b
SELECT 0
