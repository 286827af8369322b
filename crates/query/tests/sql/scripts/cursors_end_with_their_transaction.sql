> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

> INSERT INTO t VALUES (1), (2), (3), (4);
INSERT 0 4

> BEGIN;
BEGIN

> DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH c;
a
1
FETCH 1

> SAVEPOINT s;
SAVEPOINT

> DECLARE d CURSOR FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH c;
a
2
FETCH 1

> ROLLBACK TO s;
ROLLBACK

-- It stays where it has got to.
> FETCH c;
a
3
FETCH 1

> FETCH d;
ERROR 34000: cursor "d" does not exist

> ROLLBACK TO s;
ROLLBACK

> DECLARE d CURSOR FOR SELECT 7;
DECLARE CURSOR

> RELEASE s;
RELEASE

> FETCH d;
?column?
7
FETCH 1

> SELECT name, statement, is_holdable, is_binary, is_scrollable FROM pg_cursors ORDER BY name;
name | statement | is_holdable | is_binary | is_scrollable
c | DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a; | f | f | t
d | DECLARE d CURSOR FOR SELECT 7; | f | f | f
SELECT 2

> COMMIT;
COMMIT

> FETCH c;
ERROR 34000: cursor "c" does not exist

-- An error ends the cursor that it came from, and no other.
> BEGIN;
BEGIN

> DECLARE c CURSOR FOR SELECT 60000 / (i - 15000) AS q FROM generate_series(1, 20000) i;
DECLARE CURSOR

> DECLARE d CURSOR FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH c;
q
-4
FETCH 1

> SAVEPOINT s;
SAVEPOINT

> MOVE ALL IN c;
ERROR 22012: division by zero

> ROLLBACK TO s;
ROLLBACK

> FETCH c;
ERROR 55000: portal "c" cannot be run

> ROLLBACK TO s;
ROLLBACK

> FETCH d;
a
1
FETCH 1

> CLOSE c;
CLOSE CURSOR

> ROLLBACK;
ROLLBACK

-- Held ones outlive the transaction, if it commits.
> BEGIN;
BEGIN

> DECLARE h SCROLL CURSOR WITH HOLD FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH 2 FROM h;
a
1
2
FETCH 2

> SELECT name, is_holdable, is_scrollable, creation_time <= now() + interval '1 minute' AS recent FROM pg_cursors;
name | is_holdable | is_scrollable | recent
h | t | t | t
SELECT 1

> COMMIT;
COMMIT

> DELETE FROM t WHERE a = 3;
DELETE 1

> FETCH h;
a
3
FETCH 1

> FETCH ABSOLUTE 1 FROM h;
a
1
FETCH 1

> FETCH LAST FROM h;
a
4
FETCH 1

> BEGIN; FETCH PRIOR FROM h; ROLLBACK;
BEGIN
a
3
FETCH 1
ROLLBACK

> FETCH PRIOR FROM h;
a
2
FETCH 1

> CLOSE h;
CLOSE CURSOR

> BEGIN;
BEGIN

> DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t;
DECLARE CURSOR

> ROLLBACK;
ROLLBACK

> FETCH h;
ERROR 34000: cursor "h" does not exist

> BEGIN;
BEGIN

> SAVEPOINT s;
SAVEPOINT

> DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t;
DECLARE CURSOR

> ROLLBACK TO s;
ROLLBACK

> COMMIT;
COMMIT

> FETCH h;
ERROR 34000: cursor "h" does not exist

-- What cannot be read at COMMIT keeps the transaction from committing.
> BEGIN;
BEGIN

> INSERT INTO t VALUES (30);
INSERT 0 1

> DECLARE h CURSOR WITH HOLD FOR SELECT 60000 / (i - 15000) AS q FROM generate_series(1, 20000) i;
DECLARE CURSOR

> FETCH h;
q
-4
FETCH 1

> COMMIT;
ERROR 22012: division by zero

> SELECT count(*) FROM t WHERE a = 30;
count
0
SELECT 1

> DECLARE h NO SCROLL CURSOR WITH HOLD FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH 2 FROM h;
a
1
2
FETCH 2

> FETCH PRIOR FROM h;
ERROR 55000: cursor can only scan forward
HINT: Declare it with SCROLL option to enable backward scan.

> FETCH h;
ERROR 55000: portal "h" cannot be run

> SELECT name, is_scrollable FROM pg_cursors;
name | is_scrollable
h | f
SELECT 1

> DISCARD ALL;
DISCARD ALL

> SELECT count(*) FROM pg_cursors;
count
0
SELECT 1
