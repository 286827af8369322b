> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

-- A statement that runs when the time is over is stopped; the block is failed.
> SET transaction_timeout = '300ms';
SET
> BEGIN;
BEGIN
> INSERT INTO t VALUES (1);
INSERT 0 1
> SELECT pg_sleep(60);
pg_sleep
ERROR 25P04: canceling transaction due to transaction timeout
DETAIL: It was older than 300 ms and has been rolled back.
HINT: Split long work into several transactions.
> SELECT 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM t;
count
0
SELECT 1

-- No savepoint outlives it.
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> INSERT INTO t VALUES (2);
INSERT 0 1
> SELECT pg_sleep(60);
pg_sleep
ERROR 25P04: canceling transaction due to transaction timeout
DETAIL: It was older than 300 ms and has been rolled back.
HINT: Split long work into several transactions.
> ROLLBACK TO SAVEPOINT s;
ERROR 25P04: canceling transaction due to transaction timeout
DETAIL: It was older than 300 ms and has been rolled back.
HINT: Split long work into several transactions.
> COMMIT;
ROLLBACK

-- A statement of its own is a transaction of its own.
> INSERT INTO t SELECT 3 WHERE pg_sleep(60) IS NOT NULL;
ERROR 25P04: canceling transaction due to transaction timeout
DETAIL: It was older than 300 ms and has been rolled back.
HINT: Split long work into several transactions.
> SELECT count(*) FROM t;
count
0
SELECT 1

-- Without the setting the server's limit holds.
> RESET transaction_timeout;
RESET
> BEGIN;
BEGIN
> SELECT pg_sleep(0.4) IS NULL AS null;
null
f
SELECT 1
> INSERT INTO t VALUES (4);
INSERT 0 1
> COMMIT;
COMMIT
> SHOW transaction_timeout;
transaction_timeout
0
SHOW
