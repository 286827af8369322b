-- Cursors outlive the function that has made them.
> CREATE TABLE t (a int, b text);
CREATE TABLE
> INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT 0 3
> CREATE FUNCTION opens(int) RETURNS void LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT a, b, $1 AS given FROM t WHERE a >= $1 ORDER BY a';
CREATE FUNCTION
> SELECT opens(2);
opens
NULL
SELECT 1
> FETCH ALL FROM c;
ERROR 34000: cursor "c" does not exist
> BEGIN;
BEGIN
> SELECT opens(2);
opens
NULL
SELECT 1
> FETCH 1 FROM c;
a | b | given
2 | two | 2
FETCH 1
> FETCH ALL FROM c;
a | b | given
3 | three | 2
FETCH 1
> SELECT name, statement FROM pg_cursors;
name | statement
c | DECLARE c CURSOR FOR SELECT a, b, $1 AS given FROM t WHERE a >= $1 ORDER BY a
SELECT 1
> SAVEPOINT s;
SAVEPOINT
> SELECT opens(1);
ERROR 42P03: cursor "c" already exists
CONTEXT: SQL function "opens" statement 1
> ROLLBACK TO s;
ROLLBACK
> COMMIT;
COMMIT
> FETCH ALL FROM c;
ERROR 34000: cursor "c" does not exist
> CREATE FUNCTION opens_named(low int, pattern text DEFAULT '%') RETURNS void LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT a FROM t WHERE a > low AND b LIKE opens_named.pattern ORDER BY a FOR UPDATE';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT opens_named(0, 't%');
opens_named
NULL
SELECT 1
> FETCH 1 FROM c;
a
2
FETCH 1
> UPDATE t SET b = 'TWO' WHERE CURRENT OF c RETURNING *;
a | b
2 | TWO
UPDATE 1
> FETCH ALL FROM c;
a
3
FETCH 1
> ROLLBACK;
ROLLBACK
> CREATE FUNCTION moves() RETURNS void LANGUAGE sql AS 'FETCH 1 FROM c; MOVE 1 IN c';
CREATE FUNCTION
> CREATE FUNCTION closes() RETURNS void LANGUAGE sql AS 'CLOSE c';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT opens(1);
opens
NULL
SELECT 1
> SELECT moves();
moves
NULL
SELECT 1
> FETCH 1 FROM c;
a | b | given
3 | three | 1
FETCH 1
> SELECT closes();
closes
NULL
SELECT 1
> FETCH 1 FROM c;
ERROR 34000: cursor "c" does not exist
> ROLLBACK;
ROLLBACK
> SELECT moves();
ERROR 34000: cursor "c" does not exist
CONTEXT: SQL function "moves" statement 1
> CREATE FUNCTION opens_twice() RETURNS void LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT 1; DECLARE c CURSOR FOR SELECT 2';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT opens_twice();
ERROR 42P03: cursor "c" already exists
CONTEXT: SQL function "opens_twice" statement 2
> ROLLBACK;
ROLLBACK
> CREATE FUNCTION holds() RETURNS void LANGUAGE sql AS 'DECLARE h CURSOR WITH HOLD FOR SELECT a FROM t ORDER BY a';
CREATE FUNCTION
> SELECT holds();
holds
NULL
SELECT 1
> FETCH 2 FROM h;
a
1
2
FETCH 2
> CLOSE h;
CLOSE CURSOR
-- What a body reads is looked at when the function is defined.
> CREATE FUNCTION bad() RETURNS void LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT nothing FROM t';
ERROR 42703: column "nothing" does not exist
> CREATE FUNCTION bad() RETURNS void LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT a FROM t WHERE a = $1';
ERROR 42P02: there is no parameter $1
> CREATE FUNCTION bad() RETURNS text LANGUAGE sql AS 'SHOW work_mem';
ERROR 42P13: return type mismatch in function declared to return text
DETAIL: Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.
CONTEXT: SQL function "bad"
> CREATE FUNCTION bad() RETURNS int LANGUAGE sql AS 'SELECT 1; CREATE TABLE made (a int)';
ERROR 42P13: return type mismatch in function declared to return integer
DETAIL: Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.
CONTEXT: SQL function "bad"
> CREATE FUNCTION bad() RETURNS void LANGUAGE sql AS 'CREATE TABLE made (a int); INSERT INTO made VALUES (1)';
ERROR 42P01: relation "made" does not exist
> CREATE FUNCTION bad() RETURNS void BEGIN ATOMIC CREATE TABLE made (a int); END;
ERROR 0A000: CREATE TABLE is not yet supported in unquoted SQL function body
> CREATE FUNCTION bad() RETURNS void BEGIN ATOMIC DECLARE c CURSOR FOR SELECT 1; END;
ERROR 0A000: DECLARE CURSOR is not yet supported in unquoted SQL function body
-- Tables are made, changed and dropped.
> CREATE FUNCTION makes() RETURNS void LANGUAGE sql AS 'CREATE TABLE made (a int); COMMENT ON TABLE t IS ''told''';
CREATE FUNCTION
> SELECT makes();
makes
NULL
SELECT 1
> SELECT count(*) FROM made;
count
0
SELECT 1
> SELECT makes();
ERROR 42P07: relation "made" already exists
CONTEXT: SQL function "makes" statement 1
> CREATE FUNCTION changes() RETURNS int LANGUAGE sql AS 'ALTER TABLE made ADD COLUMN b int DEFAULT 7; CREATE INDEX ON made (b); DROP TABLE IF EXISTS nonesuch; SELECT 5';
CREATE FUNCTION
> SELECT changes();
NOTICE: table "nonesuch" does not exist, skipping
changes
5
SELECT 1
> SELECT * FROM made;
a | b
SELECT 0
> CREATE FUNCTION empties(int) RETURNS bigint LANGUAGE sql AS 'TRUNCATE t; SELECT count(*) + $1 FROM t';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT empties(4);
empties
4
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM t;
count
3
SELECT 1
> CREATE FUNCTION drops() RETURNS void LANGUAGE sql AS 'DROP TABLE made; DROP TABLE made';
CREATE FUNCTION
> SELECT drops();
ERROR 42P01: table "made" does not exist
CONTEXT: SQL function "drops" statement 2
> SELECT count(*) FROM made;
count
0
SELECT 1
> CREATE FUNCTION copies() RETURNS void LANGUAGE sql AS 'CREATE TABLE copied AS SELECT * FROM t; SELECT a INTO others FROM t WHERE a > 1';
CREATE FUNCTION
> SELECT copies();
copies
NULL
SELECT 1
> SELECT count(*) FROM copied;
count
3
SELECT 1
> SELECT count(*) FROM others;
count
2
SELECT 1
-- Settings, locks, notifications, prepared statements.
> CREATE FUNCTION sets() RETURNS void LANGUAGE sql AS 'SET LOCAL work_mem = ''3MB''; SET CONSTRAINTS ALL DEFERRED; SHOW work_mem; LOCK TABLE t; NOTIFY somebody, ''m''; DO ''BEGIN NULL; END''; EXPLAIN SELECT 1; PREPARE p AS SELECT 1 AS one; EXECUTE p';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT sets();
sets
NULL
SELECT 1
> SHOW work_mem;
work_mem
3MB
SHOW
> COMMIT;
COMMIT
> EXECUTE p;
one
1
SELECT 1
> DEALLOCATE p;
DEALLOCATE
-- What functions give.
> CREATE FUNCTION rows_of() RETURNS SETOF t LANGUAGE sql AS 'LOCK TABLE t; SELECT * FROM t ORDER BY a';
CREATE FUNCTION
> SELECT * FROM rows_of();
a | b
1 | one
2 | two
3 | three
SELECT 3
> SELECT rows_of();
rows_of
(1,one)
(2,two)
(3,three)
SELECT 3
> SELECT b FROM rows_of() WHERE a > 1;
b
two
three
SELECT 2
> CREATE FUNCTION row_of() RETURNS t LANGUAGE sql AS 'LOCK TABLE t; SELECT * FROM t ORDER BY a DESC';
CREATE FUNCTION
> SELECT * FROM row_of();
a | b
3 | three
SELECT 1
> SELECT (row_of()).b;
b
three
SELECT 1
> CREATE FUNCTION outs(OUT x int, OUT y text) LANGUAGE sql AS 'LOCK TABLE t; SELECT a, b FROM t ORDER BY a';
CREATE FUNCTION
> SELECT * FROM outs();
x | y
1 | one
SELECT 1
> SELECT outs();
outs
(1,one)
SELECT 1
> CREATE FUNCTION tabled(n int, m text DEFAULT 'd') RETURNS TABLE (q int, w text) LANGUAGE sql AS 'LOCK TABLE t; SELECT tabled.n + i, m FROM generate_series(1, 2) i';
CREATE FUNCTION
> SELECT * FROM tabled(10);
q | w
11 | d
12 | d
SELECT 2
> SELECT * FROM tabled(10, 'e') WHERE q > 11;
q | w
12 | e
SELECT 1
> CREATE FUNCTION same(anyelement) RETURNS anyelement LANGUAGE sql AS 'LOCK TABLE t; SELECT $1';
CREATE FUNCTION
> SELECT same(5), same('a'::text);
same | same
5 | a
SELECT 1
> CREATE FUNCTION field(x t) RETURNS text LANGUAGE sql AS 'LOCK TABLE t; SELECT x.b || ($1).a';
CREATE FUNCTION
> SELECT field(t) FROM t ORDER BY a;
field
one1
two2
three3
SELECT 3
> CREATE FUNCTION nothing() RETURNS int LANGUAGE sql AS 'LOCK TABLE t; SELECT a FROM t WHERE a > 100';
CREATE FUNCTION
> SELECT nothing() IS NULL AS is_null;
is_null
t
SELECT 1
> CREATE FUNCTION never(int) RETURNS int STRICT LANGUAGE sql AS 'DROP TABLE t; SELECT $1';
CREATE FUNCTION
> SELECT never(NULL) IS NULL AS is_null, count(*) FROM t;
is_null | count
t | 3
SELECT 1
> CREATE FUNCTION writes(int) RETURNS int LANGUAGE sql AS 'LOCK TABLE t; INSERT INTO t VALUES ($1, ''w'') RETURNING a * 2';
CREATE FUNCTION
> BEGIN;
BEGIN
> SELECT writes(50);
writes
100
SELECT 1
> SELECT sum(writes(i)) FROM generate_series(60, 62) i;
sum
366
SELECT 1
> SELECT a FROM t WHERE b = 'w' ORDER BY a;
a
50
60
61
62
SELECT 4
> ROLLBACK;
ROLLBACK
> SELECT opens_twice() IS NULL AS is_null;
ERROR 42P03: cursor "c" already exists
CONTEXT: SQL function "opens_twice" statement 2
-- Procedures.
> CREATE PROCEDURE makes_more(x int) LANGUAGE sql AS 'CREATE TEMP TABLE more AS SELECT 1 AS one; DECLARE pc CURSOR FOR SELECT x AS x';
CREATE PROCEDURE
> BEGIN;
BEGIN
> CALL makes_more(4);
CALL
> FETCH ALL FROM pc;
x
4
FETCH 1
> SELECT * FROM more;
one
1
SELECT 1
> ROLLBACK;
ROLLBACK
> CREATE PROCEDURE doubles(INOUT x int) LANGUAGE sql AS 'LOCK TABLE t; SELECT x * 2';
CREATE PROCEDURE
> CALL doubles(4);
x
8
CALL
> CREATE PROCEDURE adds(x int) LANGUAGE sql AS 'INSERT INTO t VALUES (x, ''added'')';
CREATE PROCEDURE
> CREATE FUNCTION calls() RETURNS bigint LANGUAGE sql AS 'CALL adds(9); SELECT count(*) FROM t';
CREATE FUNCTION
> SELECT calls();
calls
4
SELECT 1
> DELETE FROM t WHERE a = 9;
DELETE 1
> CREATE FUNCTION bad() RETURNS void LANGUAGE sql AS 'CALL doubles(1)';
ERROR 0A000: calling procedures with output arguments is not supported in SQL functions
CONTEXT: SQL function "bad"
-- An error undoes all of it, and says where it was.
> CREATE FUNCTION fails() RETURNS void LANGUAGE sql AS 'INSERT INTO t VALUES (9, ''n''); FETCH 1 FROM nonesuch';
CREATE FUNCTION
> SELECT fails();
ERROR 34000: cursor "nonesuch" does not exist
CONTEXT: SQL function "fails" statement 2
> SELECT count(*) FROM t;
count
3
SELECT 1
> CREATE FUNCTION locks() RETURNS void LANGUAGE sql AS 'LOCK TABLE nonesuch';
CREATE FUNCTION
> SELECT locks();
ERROR 42P01: relation "nonesuch" does not exist
CONTEXT: SQL function "locks" statement 1
> CREATE FUNCTION around() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM locks(); EXCEPTION WHEN undefined_table THEN RAISE NOTICE '%', SQLERRM; END $$;
CREATE FUNCTION
> SELECT 1 FROM around();
NOTICE: relation "nonesuch" does not exist
?column?
1
SELECT 1
-- Transactions are nobody's to end.
> CREATE FUNCTION begins() RETURNS void LANGUAGE sql AS 'BEGIN';
CREATE FUNCTION
> SELECT begins();
ERROR 0A000: BEGIN is not allowed in an SQL function
CONTEXT: SQL function "begins" during startup
> CREATE FUNCTION starts() RETURNS void LANGUAGE sql AS 'START TRANSACTION';
CREATE FUNCTION
> SELECT starts();
ERROR 0A000: START TRANSACTION is not allowed in an SQL function
CONTEXT: SQL function "starts" during startup
> CREATE FUNCTION commits() RETURNS void LANGUAGE sql AS 'CREATE TABLE lost (a int); COMMIT';
CREATE FUNCTION
> SELECT commits();
ERROR 0A000: COMMIT is not allowed in an SQL function
CONTEXT: SQL function "commits" during startup
> CREATE FUNCTION ends() RETURNS void LANGUAGE sql AS 'END';
CREATE FUNCTION
> SELECT ends();
ERROR 0A000: COMMIT is not allowed in an SQL function
CONTEXT: SQL function "ends" during startup
> CREATE FUNCTION aborts() RETURNS void LANGUAGE sql AS 'ABORT';
CREATE FUNCTION
> SELECT aborts();
ERROR 0A000: ROLLBACK is not allowed in an SQL function
CONTEXT: SQL function "aborts" during startup
> CREATE FUNCTION saves() RETURNS void LANGUAGE sql AS 'SAVEPOINT s';
CREATE FUNCTION
> SELECT saves();
ERROR 0A000: SAVEPOINT is not allowed in an SQL function
CONTEXT: SQL function "saves" during startup
> CREATE FUNCTION goes_back() RETURNS void LANGUAGE sql AS 'ROLLBACK TO s';
CREATE FUNCTION
> SELECT goes_back();
ERROR 0A000: ROLLBACK is not allowed in an SQL function
CONTEXT: SQL function "goes_back" during startup
> CREATE FUNCTION releases() RETURNS void LANGUAGE sql AS 'RELEASE s';
CREATE FUNCTION
> SELECT releases();
ERROR 0A000: RELEASE is not allowed in an SQL function
CONTEXT: SQL function "releases" during startup
> CREATE PROCEDURE commits_too() LANGUAGE sql AS 'COMMIT';
CREATE PROCEDURE
> CALL commits_too();
ERROR 0A000: COMMIT is not allowed in an SQL function
CONTEXT: SQL function "commits_too" during startup
> CREATE FUNCTION does() RETURNS void LANGUAGE sql AS 'DO ''BEGIN COMMIT; END''';
CREATE FUNCTION
> SELECT does();
ERROR 2D000: invalid transaction termination
CONTEXT: PL/pgSQL function inline_code_block line 1 at COMMIT
SQL function "does" statement 1
> CREATE FUNCTION vacuums() RETURNS void LANGUAGE sql AS 'VACUUM t';
CREATE FUNCTION
> SELECT vacuums();
ERROR 25001: VACUUM cannot be executed from a function
CONTEXT: SQL function "vacuums" statement 1
> CREATE FUNCTION builds() RETURNS void LANGUAGE sql AS 'CREATE INDEX CONCURRENTLY ON t (a)';
CREATE FUNCTION
> SELECT builds();
ERROR 25001: CREATE INDEX CONCURRENTLY cannot be executed from a function
CONTEXT: SQL function "builds" statement 1
> BEGIN;
BEGIN
> SELECT builds();
ERROR 25001: CREATE INDEX CONCURRENTLY cannot run inside a transaction block
CONTEXT: SQL function "builds" statement 1
> ROLLBACK;
ROLLBACK
> CREATE FUNCTION discards() RETURNS void LANGUAGE sql AS 'DISCARD ALL';
CREATE FUNCTION
> SELECT discards();
ERROR 25001: DISCARD ALL cannot be executed from a function
CONTEXT: SQL function "discards" statement 1
> CREATE FUNCTION creates() RETURNS void LANGUAGE sql AS 'CREATE DATABASE nowhere_at_all';
CREATE FUNCTION
> SELECT creates();
ERROR 25001: CREATE DATABASE cannot be executed from a function
CONTEXT: SQL function "creates" statement 1
> CREATE FUNCTION sends() RETURNS void LANGUAGE sql AS 'COPY t TO STDOUT';
CREATE FUNCTION
> SELECT sends();
ERROR 0A000: cannot COPY to/from client in an SQL function
CONTEXT: SQL function "sends" during startup
> CREATE FUNCTION takes() RETURNS void LANGUAGE sql AS 'SELECT 1; COPY t FROM STDIN';
CREATE FUNCTION
> SELECT takes();
ERROR 0A000: cannot COPY to/from client in an SQL function
CONTEXT: SQL function "takes" during startup
-- Only volatile ones may.
> CREATE FUNCTION stable_one() RETURNS void STABLE LANGUAGE sql AS 'DECLARE c CURSOR FOR SELECT 1';
CREATE FUNCTION
> SELECT stable_one();
stable_one
ERROR 0A000: DECLARE CURSOR is not allowed in a non-volatile function
CONTEXT: SQL function "stable_one" during startup
> CREATE FUNCTION stable_two() RETURNS int STABLE LANGUAGE sql AS 'SHOW work_mem; SELECT 1';
CREATE FUNCTION
> SELECT stable_two();
stable_two
ERROR 0A000: SHOW is not allowed in a non-volatile function
CONTEXT: SQL function "stable_two" during startup
> CREATE FUNCTION stable_three() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1; CREATE TABLE lost (a int); SELECT 1';
CREATE FUNCTION
> SELECT stable_three();
stable_three
ERROR 0A000: CREATE TABLE is not allowed in a non-volatile function
CONTEXT: SQL function "stable_three" during startup
> SELECT to_regclass('lost') IS NULL AS is_null;
is_null
t
SELECT 1
