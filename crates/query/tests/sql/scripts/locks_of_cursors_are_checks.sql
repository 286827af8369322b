> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> INSERT INTO t SELECT i, 'x' FROM generate_series(1, 6) i;
INSERT 0 6

> BEGIN;
BEGIN

> DECLARE c CURSOR FOR SELECT a FROM t WHERE a > 4 ORDER BY a FOR UPDATE;
DECLARE CURSOR

> FETCH 1 FROM c;
a
5
FETCH 1

> FETCH PRIOR FROM c;
ERROR 55000: cursor can only scan forward
HINT: Declare it with SCROLL option to enable backward scan.

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> DECLARE c CURSOR FOR SELECT a FROM t WHERE a > 4 ORDER BY a FOR UPDATE;
DECLARE CURSOR

> FETCH ALL FROM c;
a
5
6
FETCH 2

b> UPDATE t SET b = 'b' WHERE a = 5;
UPDATE 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Key (a)=(5) of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> BEGIN; DECLARE c CURSOR FOR SELECT a FROM t; UPDATE t SET b = 'c' WHERE CURRENT OF c;
BEGIN
DECLARE CURSOR
ERROR 24000: cursor "c" is not positioned on a row

> ROLLBACK;
ROLLBACK
