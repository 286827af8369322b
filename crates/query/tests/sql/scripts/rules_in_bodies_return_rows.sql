-- A statement of a function's body returns its rows, whatever rules add after it.

> CREATE TABLE t (a serial, b text);
CREATE TABLE

> CREATE TABLE log (n serial, a int, b text);
CREATE TABLE

> CREATE RULE logged AS ON INSERT TO t DO ALSO INSERT INTO log (a, b) VALUES (0, new.b);
CREATE RULE

> CREATE FUNCTION two(text, text) RETURNS SETOF int LANGUAGE sql AS 'INSERT INTO t (b) VALUES ($1), ($2) RETURNING a';
CREATE FUNCTION

> CREATE FUNCTION one(text) RETURNS int LANGUAGE sql AS 'INSERT INTO t (b) VALUES ($1) RETURNING a';
CREATE FUNCTION

> CREATE FUNCTION several(int) RETURNS SETOF t LANGUAGE sql AS 'INSERT INTO t (b) SELECT x::text FROM generate_series(1, $1) x RETURNING *';
CREATE FUNCTION

> SELECT two('x', 'y') LIMIT 1;
two
1
SELECT 1

> SELECT b FROM t ORDER BY a;
b
x
y
SELECT 2

> SELECT * FROM two('z', 'w');
two
3
4
SELECT 2

> SELECT one('one') > 0, one('another') > 4;
?column? | ?column?
t | t
SELECT 1

> SELECT (several(2)).b;
b
1
2
SELECT 2

> SELECT b FROM several(3) WHERE b <> '2';
b
1
3
SELECT 2

> SELECT a, b FROM log ORDER BY n;
a | b
0 | x
0 | y
0 | z
0 | w
0 | one
0 | another
0 | 1
0 | 2
0 | 1
0 | 2
0 | 3
SELECT 11

> CREATE RULE changed AS ON UPDATE TO t DO ALSO INSERT INTO log (a, b) VALUES (old.a, new.b);
CREATE RULE

> CREATE FUNCTION change(text) RETURNS SETOF text LANGUAGE sql AS 'UPDATE t SET b = b || ''!'' WHERE b = $1 RETURNING b';
CREATE FUNCTION

> SELECT change('x');
change
x!
SELECT 1

> SELECT b FROM log ORDER BY n DESC LIMIT 1;
b
x!
SELECT 1

-- An error undoes all of it.

> ALTER TABLE log ADD CHECK (b <> 'bad');
ALTER TABLE

> SELECT one('bad');
ERROR 23514: new row for relation "log" violates check constraint "log_b_check"
DETAIL: Failing row contains (13, 0, bad).
CONTEXT: SQL function "one" statement 1

> SELECT count(*) FROM t WHERE b = 'bad';
count
0
SELECT 1

> DROP TABLE t, log CASCADE;
NOTICE: drop cascades to function several(integer)
DROP TABLE
