> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO t VALUES (1);
ERROR 0A000: DML is not built

> SELECT * FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

b> SELECT * FROM t;
a
SELECT 0

> COMMIT;
ROLLBACK

b> SELECT * FROM t;
a
SELECT 0

> BEGIN; INSERT INTO t VALUES (2); ROLLBACK;
BEGIN
ERROR 0A000: DML is not built

> SELECT * FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> BEGIN;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> INSERT INTO t VALUES (1);
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT 1;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> COMMIT;
ROLLBACK

> BEGIN;
BEGIN

> BEGIN;
WARNING: there is already a transaction in progress
BEGIN

> COMMIT;
COMMIT

> COMMIT;
WARNING: there is no transaction in progress
COMMIT

> ROLLBACK;
WARNING: there is no transaction in progress
ROLLBACK

-- An implicit transaction spans the statements of one message.
> INSERT INTO t VALUES (5); INSERT INTO t VALUES (1);
ERROR 0A000: DML is not built

> SELECT * FROM t;
a
SELECT 0

> BEGIN READ ONLY;
BEGIN

> INSERT INTO t VALUES (9);
ERROR 0A000: DML is not built

> ROLLBACK;
ROLLBACK

> SAVEPOINT s;
ERROR 25P01: SAVEPOINT can only be used in transaction blocks

> BEGIN;
BEGIN

> CREATE TABLE u (x int);
CREATE TABLE

> INSERT INTO u VALUES (1);
ERROR 0A000: DML is not built

> SELECT * FROM u;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> ROLLBACK;
ROLLBACK

> SELECT * FROM u;
ERROR 42P01: relation "u" does not exist

> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

> SHOW transaction_isolation;
transaction_isolation
serializable
SHOW

> COMMIT AND CHAIN;
COMMIT

> SHOW transaction_isolation;
transaction_isolation
serializable
SHOW

> ROLLBACK;
ROLLBACK

> SELECT nonsense;
ERROR 42703: column "nonsense" does not exist

> SELEC 1;
ERROR 42601: syntax error at or near "SELEC"
