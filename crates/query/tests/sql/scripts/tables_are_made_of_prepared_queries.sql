> CREATE TABLE t (a int, b text);
CREATE TABLE
> INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT 0 3
> PREPARE q (int, text) AS SELECT a, b || $2 AS c FROM t WHERE a >= $1 ORDER BY a;
PREPARE
> CREATE TABLE made AS EXECUTE q(2, '!');
SELECT 2
> SELECT * FROM made;
a | c
2 | two!
3 | three!
SELECT 2
> CREATE TEMP TABLE named (x, y) AS EXECUTE q(1 + 2, 'x' || 'y');
SELECT 1
> SELECT * FROM named;
x | y
3 | threexy
SELECT 1
> CREATE TABLE empty AS EXECUTE q(1, '') WITH NO DATA;
SELECT 0
> SELECT * FROM empty;
a | c
SELECT 0
> CREATE TABLE wrong AS EXECUTE q(1);
ERROR 42601: wrong number of parameters for prepared statement "q"
DETAIL: Expected 2 parameters but got 1.
> CREATE TABLE wrong AS EXECUTE nothing(1);
ERROR 26000: prepared statement "nothing" does not exist
> CREATE TABLE IF NOT EXISTS made AS EXECUTE q(1, '');
NOTICE: relation "made" already exists, skipping
CREATE TABLE AS
> PREPARE w AS INSERT INTO t VALUES (4, 'four');
PREPARE
> CREATE TABLE wrong AS EXECUTE w;
ERROR 42809: prepared statement is not a SELECT
> EXPLAIN (COSTS OFF) REFRESH MATERIALIZED VIEW nothing;
QUERY PLAN
Utility statements have no plan structure
EXPLAIN
> EXPLAIN (COSTS OFF) CREATE TABLE made AS SELECT 1;
ERROR 42P07: relation "made" already exists
> EXPLAIN (COSTS OFF) CREATE TABLE IF NOT EXISTS made AS SELECT 1;
NOTICE: relation "made" already exists, skipping
QUERY PLAN
EXPLAIN
> BEGIN;
BEGIN
> SELECT count(*) FROM t;
count
3
SELECT 1
> PREPARE TRANSACTION 'x';
ERROR 55000: prepared transactions are disabled
HINT: A transaction commits at once or not at all here; there is no two-phase commit.
> BEGIN;
BEGIN
> SELECT count(*) FROM named;
count
1
SELECT 1
> PREPARE TRANSACTION 'x';
ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects
> BEGIN;
BEGIN
> CREATE TEMP VIEW tv AS SELECT 1;
CREATE VIEW
> PREPARE TRANSACTION 'x';
ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects
> PREPARE TRANSACTION 'x';
WARNING: there is no transaction in progress
ROLLBACK
> BEGIN;
BEGIN
> SELECT 1 / 0;
ERROR 22012: division by zero
> PREPARE TRANSACTION 'x';
ROLLBACK
> BEGIN READ WRITE, DEFERRABLE;
BEGIN
> SHOW transaction_deferrable;
transaction_deferrable
on
SHOW
> COMMIT AND CHAIN;
COMMIT
> SHOW transaction_deferrable;
transaction_deferrable
on
SHOW
> ROLLBACK;
ROLLBACK
> SHOW transaction_deferrable;
transaction_deferrable
off
SHOW
> SET SESSION CHARACTERISTICS AS TRANSACTION NOT DEFERRABLE;
SET
> SHOW default_transaction_deferrable;
default_transaction_deferrable
off
SHOW
> BEGIN;
BEGIN
> SELECT 1;
?column?
1
SELECT 1
> SET TRANSACTION DEFERRABLE;
ERROR 25001: SET TRANSACTION [NOT] DEFERRABLE must be called before any query
> ROLLBACK;
ROLLBACK
> CREATE TABLE id (a int GENERATED ALWAYS AS IDENTITY, b text);
CREATE TABLE
> ALTER TABLE id ALTER a TYPE text;
ERROR 22023: identity column type must be smallint, integer, or bigint
> ALTER TABLE id ALTER b ADD GENERATED ALWAYS AS IDENTITY;
ERROR 22023: identity column type must be smallint, integer, or bigint
> ALTER TABLE t ALTER b TYPE int;
ERROR 42804: column "b" cannot be cast automatically to type integer
HINT: You might need to specify "USING b::integer".
> CREATE INDEX ti ON t (a, (b || '')) INCLUDE (b);
CREATE INDEX
> ALTER INDEX ti ALTER COLUMN 0 SET STATISTICS 10;
ERROR 22023: column number must be in range from 1 to 32767
> ALTER INDEX ti ALTER COLUMN 1 SET STATISTICS 10;
ERROR 0A000: cannot alter statistics on non-expression column "a" of index "ti"
HINT: Alter statistics on table column instead.
> ALTER INDEX ti ALTER COLUMN 2 SET STATISTICS 10;
ALTER INDEX
> ALTER INDEX ti ALTER COLUMN 3 SET STATISTICS 10;
ERROR 0A000: cannot alter statistics on included column "b" of index "ti"
> ALTER INDEX ti ALTER COLUMN 4 SET STATISTICS 10;
ERROR 42703: column number 4 of relation "ti" does not exist
> ALTER TABLE t ADD CONSTRAINT tc CHECK (a > 0);
ALTER TABLE
> ALTER TABLE t ADD CONSTRAINT tc UNIQUE (a);
ERROR 42710: constraint "tc" for relation "t" already exists
> ALTER TABLE t ADD CONSTRAINT ti UNIQUE (a);
ERROR 42P07: relation "ti" already exists
