> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO t VALUES (1);
INSERT 0 1

> SELECT * FROM t;
a
1
SELECT 1

b> SELECT * FROM t;
a
SELECT 0

> COMMIT;
COMMIT

b> SELECT * FROM t;
a
1
SELECT 1

> BEGIN; INSERT INTO t VALUES (2); ROLLBACK;
BEGIN
INSERT 0 1
ROLLBACK

> SELECT * FROM t;
a
1
SELECT 1

> BEGIN;
BEGIN

> INSERT INTO t VALUES (1);
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(1) already exists.

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
INSERT 0 1
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(1) already exists.

> SELECT * FROM t;
a
1
SELECT 1

> BEGIN READ ONLY;
BEGIN

> INSERT INTO t VALUES (9);
ERROR 25006: cannot execute INSERT in a read-only transaction

> ROLLBACK;
ROLLBACK

> SAVEPOINT s;
ERROR 25P01: SAVEPOINT can only be used in transaction blocks

> BEGIN;
BEGIN

> CREATE TABLE u (x int);
CREATE TABLE

> INSERT INTO u VALUES (1);
INSERT 0 1

> SELECT * FROM u;
x
1
SELECT 1

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
