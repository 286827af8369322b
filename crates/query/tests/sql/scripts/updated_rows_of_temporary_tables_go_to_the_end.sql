-- Without a primary key rows stand in the order in which they were written, updates among them.
> CREATE TEMP TABLE t (a int, b text);
CREATE TABLE
> INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four');
INSERT 0 4
> UPDATE t SET b = upper(b) WHERE a = 2 RETURNING a, b;
a | b
2 | TWO
UPDATE 1
> SELECT * FROM t;
a | b
1 | one
3 | three
4 | four
2 | TWO
SELECT 4
> UPDATE t SET a = a WHERE a IN (1, 3);
UPDATE 2
> SELECT * FROM t;
a | b
4 | four
2 | TWO
1 | one
3 | three
SELECT 4
> INSERT INTO t VALUES (5, 'five');
INSERT 0 1
> DELETE FROM t WHERE a = 4;
DELETE 1
> UPDATE t SET a = a + 10 WHERE a = 2;
UPDATE 1
> SELECT * FROM t;
a | b
1 | one
3 | three
5 | five
12 | TWO
SELECT 4
> UPDATE t SET a = a + 1;
UPDATE 4
> SELECT * FROM t;
a | b
2 | one
4 | three
6 | five
13 | TWO
SELECT 4
-- What is undone leaves rows where they were.
> BEGIN;
BEGIN
> UPDATE t SET b = 'x' WHERE a = 2;
UPDATE 1
> SAVEPOINT one;
SAVEPOINT
> UPDATE t SET b = 'y' WHERE a = 4;
UPDATE 1
> UPDATE t SET b = 'z' WHERE a = 2;
UPDATE 1
> SELECT * FROM t;
a | b
6 | five
13 | TWO
4 | y
2 | z
SELECT 4
> ROLLBACK TO one;
ROLLBACK
> SELECT * FROM t;
a | b
4 | three
6 | five
13 | TWO
2 | x
SELECT 4
> UPDATE t SET b = 'w' WHERE a = 6;
UPDATE 1
> SELECT * FROM t;
a | b
4 | three
13 | TWO
2 | x
6 | w
SELECT 4
> ROLLBACK;
ROLLBACK
> SELECT * FROM t;
a | b
2 | one
4 | three
6 | five
13 | TWO
SELECT 4
-- A cursor finds its row wherever it has gone.
> BEGIN;
BEGIN
> DECLARE c CURSOR FOR SELECT * FROM t;
DECLARE CURSOR
> FETCH c;
a | b
2 | one
FETCH 1
> UPDATE t SET a = a + 100 WHERE CURRENT OF c;
UPDATE 1
> UPDATE t SET a = a + 100 WHERE CURRENT OF c RETURNING *;
a | b
202 | one
UPDATE 1
> SAVEPOINT two;
SAVEPOINT
> UPDATE t SET a = a + 1000 WHERE CURRENT OF c RETURNING *;
a | b
1202 | one
UPDATE 1
> DELETE FROM t WHERE CURRENT OF c;
DELETE 1
> UPDATE t SET a = 0 WHERE CURRENT OF c;
UPDATE 0
> SELECT * FROM t;
a | b
4 | three
6 | five
13 | TWO
SELECT 3
> ROLLBACK TO two;
ROLLBACK
> SELECT * FROM t;
a | b
4 | three
6 | five
13 | TWO
202 | one
SELECT 4
> UPDATE t SET b = b || '!' WHERE CURRENT OF c RETURNING *;
a | b
202 | one!
UPDATE 1
> FETCH ALL FROM c;
a | b
4 | three
6 | five
13 | TWO
FETCH 3
> SELECT * FROM t;
a | b
4 | three
6 | five
13 | TWO
202 | one!
SELECT 4
> COMMIT;
COMMIT
> SELECT * FROM t;
a | b
4 | three
6 | five
13 | TWO
202 | one!
SELECT 4
> DROP TABLE t;
DROP TABLE
-- Indexes follow.
> CREATE TEMP TABLE k (a int UNIQUE, b int, c text);
CREATE TABLE
> CREATE INDEX ON k (b);
CREATE INDEX
> CREATE INDEX ON k (lower(c)) WHERE b > 1;
CREATE INDEX
> INSERT INTO k VALUES (1, 1, 'A'), (2, 2, 'B'), (3, 2, 'C');
INSERT 0 3
> UPDATE k SET c = 'D' WHERE a = 1;
UPDATE 1
> UPDATE k SET b = 2 WHERE a = 1;
UPDATE 1
> SELECT * FROM k WHERE b = 2;
a | b | c
2 | 2 | B
3 | 2 | C
1 | 2 | D
SELECT 3
> SELECT * FROM k WHERE a = 1;
a | b | c
1 | 2 | D
SELECT 1
> SELECT * FROM k WHERE lower(c) = 'd' AND b > 1;
a | b | c
1 | 2 | D
SELECT 1
> INSERT INTO k VALUES (1, 5, 'E');
ERROR 23505: duplicate key value violates unique constraint "k_a_key"
DETAIL: Key (a)=(1) already exists.
> UPDATE k SET a = 2 WHERE a = 3;
ERROR 23505: duplicate key value violates unique constraint "k_a_key"
DETAIL: Key (a)=(2) already exists.
> UPDATE k SET a = 4 WHERE a = 2;
UPDATE 1
> INSERT INTO k VALUES (2, 7, 'F');
INSERT 0 1
> SELECT * FROM k;
a | b | c
3 | 2 | C
1 | 2 | D
4 | 2 | B
2 | 7 | F
SELECT 4
> DELETE FROM k WHERE a = 4;
DELETE 1
> SELECT * FROM k WHERE b = 2;
a | b | c
3 | 2 | C
1 | 2 | D
SELECT 2
-- ON CONFLICT.
> INSERT INTO k VALUES (1, 0, 'x'), (9, 9, 'new') ON CONFLICT (a) DO UPDATE SET b = excluded.b + 20 RETURNING *;
a | b | c
1 | 20 | D
9 | 9 | new
INSERT 0 2
> SELECT * FROM k ORDER BY a;
a | b | c
1 | 20 | D
2 | 7 | F
3 | 2 | C
9 | 9 | new
SELECT 4
> INSERT INTO k VALUES (3, 1, 'p'), (3, 2, 'q') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
HINT: Ensure that no rows proposed for insertion within the same command have duplicate constrained values.
> INSERT INTO k VALUES (3, 1, 'p'), (2, 2, 'q'), (3, 1, 'r') ON CONFLICT (a) DO UPDATE SET c = excluded.c WHERE k.a = 2;
INSERT 0 1
> SELECT * FROM k ORDER BY a;
a | b | c
1 | 20 | D
2 | 7 | q
3 | 2 | C
9 | 9 | new
SELECT 4
> INSERT INTO k VALUES (3, 1, 'p') ON CONFLICT DO NOTHING;
INSERT 0 0
> INSERT INTO k VALUES (3, 1, 'p') ON CONFLICT (a) DO UPDATE SET a = 33;
INSERT 0 1
> INSERT INTO k VALUES (3, 1, 'p') ON CONFLICT (a) DO UPDATE SET a = 34;
INSERT 0 1
> SELECT * FROM k ORDER BY a;
a | b | c
1 | 20 | D
2 | 7 | q
3 | 1 | p
9 | 9 | new
33 | 2 | C
SELECT 5
-- MERGE.
> MERGE INTO k USING (VALUES (1, 'm'), (9, 'd'), (50, 'i')) v (a, c) ON k.a = v.a WHEN MATCHED AND v.c = 'd' THEN DELETE WHEN MATCHED THEN UPDATE SET c = v.c WHEN NOT MATCHED THEN INSERT VALUES (v.a, 0, v.c);
MERGE 3
> SELECT * FROM k;
a | b | c
2 | 7 | q
33 | 2 | C
3 | 1 | p
1 | 20 | m
50 | 0 | i
SELECT 5
> MERGE INTO k USING (VALUES (1), (1)) v (a) ON k.a = v.a WHEN MATCHED THEN UPDATE SET c = 'twice';
ERROR 21000: MERGE command cannot affect row a second time
HINT: Ensure that not more than one source row matches any one target row.
-- One statement changes a row once.
> WITH u AS (UPDATE k SET c = 'first' WHERE a = 1 RETURNING a, c) SELECT * FROM u;
a | c
1 | first
SELECT 1
> UPDATE k SET c = 'joined' || v.n FROM (VALUES (1), (2)) v (n) WHERE k.a = 2;
UPDATE 1
> SELECT count(*), count(DISTINCT a) FROM k;
count | count
5 | 5
SELECT 1
> DROP TABLE k;
DROP TABLE
-- Triggers of rows.
> CREATE TEMP TABLE log (n serial, line text);
CREATE TABLE
> CREATE TEMP TABLE r (a int, b int);
CREATE TABLE
> INSERT INTO r VALUES (1, 1), (2, 2), (3, 3);
INSERT 0 3
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (line) VALUES (TG_WHEN || ' ' || TG_OP || ' ' || OLD.b || ' ' || COALESCE(NEW.b::text, '-')); RETURN COALESCE(NEW, OLD); END $$;
CREATE FUNCTION
> CREATE TRIGGER before_row BEFORE UPDATE OR DELETE ON r FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER after_row AFTER UPDATE OR DELETE ON r FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> UPDATE r SET b = b * 10 WHERE a < 3 RETURNING *;
a | b
1 | 10
2 | 20
UPDATE 2
> SELECT * FROM r;
a | b
3 | 3
1 | 10
2 | 20
SELECT 3
> UPDATE r SET b = b * 10 WHERE a = 1;
UPDATE 1
> DELETE FROM r WHERE a = 2 RETURNING *;
a | b
2 | 20
DELETE 1
> SELECT * FROM r;
a | b
3 | 3
1 | 100
SELECT 2
> SELECT line FROM log ORDER BY n;
line
BEFORE UPDATE 1 10
BEFORE UPDATE 2 20
AFTER UPDATE 1 10
AFTER UPDATE 2 20
BEFORE UPDATE 10 100
AFTER UPDATE 10 100
BEFORE DELETE 20 -
AFTER DELETE 20 -
SELECT 8
-- A row that a trigger before it has changed.
> CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE r SET a = a WHERE a = 3 AND pg_trigger_depth() < 2; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER meddle BEFORE UPDATE ON r FOR EACH ROW EXECUTE FUNCTION meddle();
CREATE TRIGGER
> UPDATE r SET b = 0 WHERE a = 3;
ERROR 27000: tuple to be updated was already modified by an operation triggered by the current command
HINT: Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.
> UPDATE r SET b = 7 WHERE a = 1;
UPDATE 1
> SELECT * FROM r;
a | b
3 | 3
1 | 7
SELECT 2
> DROP TABLE r;
DROP TABLE
-- Foreign keys.
> CREATE TEMP TABLE p (id int PRIMARY KEY);
CREATE TABLE
> CREATE TEMP TABLE q (x int REFERENCES p ON UPDATE CASCADE ON DELETE SET NULL, y int REFERENCES p ON UPDATE CASCADE);
CREATE TABLE
> INSERT INTO p VALUES (1), (2), (3);
INSERT 0 3
> INSERT INTO q VALUES (1, 2), (2, 2), (3, 3);
INSERT 0 3
> UPDATE p SET id = id + 10 WHERE id = 2;
UPDATE 1
> SELECT * FROM q ORDER BY x;
x | y
1 | 12
3 | 3
12 | 12
SELECT 3
> UPDATE p SET id = 20 WHERE id = 12;
UPDATE 1
> DELETE FROM p WHERE id = 1;
DELETE 1
> SELECT * FROM q ORDER BY x NULLS FIRST;
x | y
NULL | 20
3 | 3
20 | 20
SELECT 3
> DELETE FROM p WHERE id = 20;
ERROR 23503: update or delete on table "p" violates foreign key constraint "q_y_fkey" on table "q"
DETAIL: Key (id)=(20) is still referenced from table "q".
> SELECT count(*) FROM q;
count
3
SELECT 1
-- A key keeps rows in its order, and what others can read stays where it is.
> CREATE TEMP TABLE o (id int PRIMARY KEY, v text);
CREATE TABLE
> INSERT INTO o VALUES (2, 'b'), (1, 'a');
INSERT 0 2
> UPDATE o SET v = 'c' WHERE id = 1;
UPDATE 1
> SELECT * FROM o ORDER BY id;
id | v
1 | c
2 | b
SELECT 2
-- Those that inherit, each by itself.
> CREATE TEMP TABLE up (a int);
CREATE TABLE
> CREATE TEMP TABLE down () INHERITS (up);
CREATE TABLE
> INSERT INTO up VALUES (1), (2);
INSERT 0 2
> INSERT INTO down VALUES (3), (4);
INSERT 0 2
> UPDATE up SET a = a + 10 WHERE a IN (1, 3);
UPDATE 2
> SELECT tableoid::regclass, a FROM up;
tableoid | a
up | 2
up | 11
down | 4
down | 13
SELECT 4
