> CREATE TABLE t (a int PRIMARY KEY);

> INSERT INTO t VALUES (1), (2), (3), (4);

> BEGIN;

> DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a;

> FETCH c;

> SAVEPOINT s;

> DECLARE d CURSOR FOR SELECT a FROM t ORDER BY a;

> FETCH c;

> ROLLBACK TO s;

-- It stays where it has got to.
> FETCH c;

> FETCH d;

> ROLLBACK TO s;

> DECLARE d CURSOR FOR SELECT 7;

> RELEASE s;

> FETCH d;

> SELECT name, statement, is_holdable, is_binary, is_scrollable FROM pg_cursors ORDER BY name;

> COMMIT;

> FETCH c;

-- An error ends the cursor that it came from, and no other.
> BEGIN;

> DECLARE c CURSOR FOR SELECT 10 / (a - 3) FROM t ORDER BY a;

> DECLARE d CURSOR FOR SELECT a FROM t ORDER BY a;

> FETCH c;

> SAVEPOINT s;

> FETCH ALL FROM c;

> ROLLBACK TO s;

> FETCH c;

> ROLLBACK TO s;

> FETCH d;

> CLOSE c;

> ROLLBACK;

-- Held ones outlive the transaction, if it commits.
> BEGIN;

> DECLARE h SCROLL CURSOR WITH HOLD FOR SELECT a FROM t ORDER BY a;

> FETCH 2 FROM h;

> SELECT name, is_holdable, is_scrollable, creation_time <= now() + interval '1 minute' AS recent FROM pg_cursors;

> COMMIT;

> DELETE FROM t WHERE a = 3;

> FETCH h;

> FETCH ABSOLUTE 1 FROM h;

> FETCH LAST FROM h;

> BEGIN; FETCH PRIOR FROM h; ROLLBACK;

> FETCH PRIOR FROM h;

> CLOSE h;

> BEGIN;

> DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t;

> ROLLBACK;

> FETCH h;

> BEGIN;

> SAVEPOINT s;

> DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t;

> ROLLBACK TO s;

> COMMIT;

> FETCH h;

-- What cannot be read at COMMIT keeps the transaction from committing.
> BEGIN;

> INSERT INTO t VALUES (30);

> DECLARE h CURSOR WITH HOLD FOR SELECT 1 / (a - 30) FROM t ORDER BY a;

> FETCH h;

> COMMIT;

> SELECT count(*) FROM t WHERE a = 30;

> DECLARE h NO SCROLL CURSOR WITH HOLD FOR SELECT a FROM t ORDER BY a;

> FETCH 2 FROM h;

> FETCH PRIOR FROM h;

> FETCH h;

> SELECT name, is_scrollable FROM pg_cursors;

> DISCARD ALL;

> SELECT count(*) FROM pg_cursors;
