> CREATE TABLE t (a int, b text DEFAULT 'd');
CREATE TABLE
> CREATE TABLE lg (ev text, a int, b text);
CREATE TABLE
> CREATE RULE r_ins AS ON INSERT TO t DO ALSO INSERT INTO lg VALUES ('ins', new.a, new.b);
CREATE RULE
> INSERT INTO t VALUES (1, 'x');
INSERT 0 1
> INSERT INTO t (a) VALUES (2), (3);
INSERT 0 2
> INSERT INTO t SELECT g, 's' || g FROM generate_series(4, 5) g;
INSERT 0 2
> INSERT INTO t DEFAULT VALUES;
INSERT 0 1
> SELECT * FROM lg ORDER BY a;
ev | a | b
ins | 1 | x
ins | 2 | d
ins | 3 | d
ins | 4 | s4
ins | 5 | s5
ins | NULL | d
SELECT 6
> SELECT * FROM t ORDER BY a;
a | b
1 | x
2 | d
3 | d
4 | s4
5 | s5
NULL | d
SELECT 6
> INSERT INTO t VALUES (9, 'r') RETURNING a, b;
a | b
9 | r
INSERT 0 1
> CREATE RULE r_upd AS ON UPDATE TO t WHERE new.a <> old.a DO ALSO INSERT INTO lg VALUES ('upd', old.a, new.b), ('UPD', new.a, old.b);
CREATE RULE
> DELETE FROM lg;
DELETE 7
> UPDATE t SET a = a + 10 WHERE a < 4;
UPDATE 3
> UPDATE t SET b = 'same' WHERE a = 4;
UPDATE 1
> SELECT * FROM lg ORDER BY a, ev;
ev | a | b
upd | 1 | x
upd | 2 | d
upd | 3 | d
UPD | 11 | x
UPD | 12 | d
UPD | 13 | d
SELECT 6
> SELECT * FROM t ORDER BY a;
a | b
4 | same
5 | s5
9 | r
11 | x
12 | d
13 | d
NULL | d
SELECT 7
> CREATE RULE r_del AS ON DELETE TO t DO ALSO (INSERT INTO lg VALUES ('del', old.a, old.b); UPDATE lg SET b = 'gone' WHERE lg.a = old.a; );
CREATE RULE
> DELETE FROM lg;
DELETE 6
> DELETE FROM t WHERE a IN (4, 5);
DELETE 2
> SELECT * FROM lg ORDER BY a, ev;
ev | a | b
del | 4 | gone
del | 5 | gone
SELECT 2
> DROP RULE r_ins ON t;
DROP RULE
> DROP RULE r_upd ON t;
DROP RULE
> DROP RULE r_del ON t;
DROP RULE
> DELETE FROM lg;
DELETE 2
> DELETE FROM t;
DELETE 5
> CREATE RULE keep AS ON DELETE TO t WHERE old.a > 10 DO INSTEAD NOTHING;
CREATE RULE
> INSERT INTO t VALUES (1, 'a'), (20, 'b'), (NULL, 'c');
INSERT 0 3
> DELETE FROM t;
DELETE 2
> SELECT * FROM t;
a | b
20 | b
SELECT 1
> CREATE OR REPLACE RULE keep AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE RULE
> DELETE FROM t;
DELETE 0
> SELECT * FROM t;
a | b
20 | b
SELECT 1
> DELETE FROM t RETURNING a;
ERROR 0A000: cannot perform DELETE RETURNING on relation "t"
HINT: You need an unconditional ON DELETE DO INSTEAD rule with a RETURNING clause.
> CREATE RULE moved AS ON INSERT TO t WHERE new.a > 100 DO INSTEAD INSERT INTO lg SELECT 'big', new.a, new.b;
CREATE RULE
> INSERT INTO t VALUES (50, 'small'), (500, 'big'), (NULL, 'none');
INSERT 0 2
> SELECT * FROM t ORDER BY b;
a | b
20 | b
NULL | none
50 | small
SELECT 3
> SELECT * FROM lg;
ev | a | b
big | 500 | big
SELECT 1
> INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;
ERROR 0A000: INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules
> MERGE INTO t USING (VALUES (1)) s (x) ON t.a = s.x WHEN NOT MATCHED THEN INSERT VALUES (s.x);
ERROR 0A000: cannot execute MERGE on relation "t"
DETAIL: MERGE is not supported for relations with rules.
> WITH w AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM w;
ERROR 0A000: cannot perform INSERT RETURNING on relation "t"
HINT: You need an unconditional ON INSERT DO INSTEAD rule with a RETURNING clause.
> WITH w AS (DELETE FROM t RETURNING *) SELECT * FROM w;
ERROR 0A000: cannot perform DELETE RETURNING on relation "t"
HINT: You need an unconditional ON DELETE DO INSTEAD rule with a RETURNING clause.
> CREATE OR REPLACE RULE moved AS ON INSERT TO t DO ALSO NOTHING;
CREATE RULE
> WITH w AS (INSERT INTO t VALUES (77) RETURNING a) SELECT * FROM w;
a
77
SELECT 1
> CREATE RULE again AS ON INSERT TO t DO ALSO INSERT INTO lg VALUES ('again', new.a);
CREATE RULE
> WITH w AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM w;
ERROR 0A000: DO ALSO rules are not supported for data-modifying statements in WITH
> WITH s AS (SELECT 5 AS x) INSERT INTO t SELECT x FROM s;
ERROR 0A000: WITH cannot be used in a query that is rewritten by rules into multiple queries
> WITH s AS (SELECT 5 AS x) DELETE FROM t USING s WHERE a = x;
DELETE 0
> ALTER TABLE t DISABLE RULE again;
ALTER TABLE
> INSERT INTO t VALUES (78);
INSERT 0 1
> SELECT * FROM lg ORDER BY ev;
ev | a | b
big | 500 | big
SELECT 1
> ALTER TABLE t ENABLE ALWAYS RULE again;
ALTER TABLE
> INSERT INTO t VALUES (79);
INSERT 0 1
> SELECT * FROM lg ORDER BY ev, a;
ev | a | b
again | 79 | NULL
big | 500 | big
SELECT 2
> ALTER TABLE t DISABLE RULE nope;
ERROR 42704: rule "nope" for relation "t" does not exist
> CREATE TABLE p (a int);
CREATE TABLE
> CREATE TABLE q (a int);
CREATE TABLE
> CREATE RULE pq AS ON INSERT TO p DO INSTEAD INSERT INTO q VALUES (new.a + 1);
CREATE RULE
> CREATE RULE ql AS ON INSERT TO q DO ALSO INSERT INTO lg VALUES ('q', new.a);
CREATE RULE
> INSERT INTO p VALUES (1), (2);
INSERT 0 2
> SELECT (SELECT count(*) FROM p) AS p, (SELECT sum(a) FROM q) AS q;
p | q
0 | 5
SELECT 1
> SELECT * FROM lg WHERE ev = 'q' ORDER BY a;
ev | a | b
q | 2 | NULL
q | 3 | NULL
SELECT 2
> CREATE RULE qp AS ON INSERT TO q DO ALSO INSERT INTO p VALUES (new.a);
CREATE RULE
> INSERT INTO p VALUES (1);
ERROR 42P17: infinite recursion detected in rules for relation "p"
> DROP RULE qp ON q;
DROP RULE
> BEGIN;
BEGIN
> INSERT INTO p VALUES (10);
INSERT 0 1
> SAVEPOINT s;
SAVEPOINT
> INSERT INTO p VALUES (20);
INSERT 0 1
> ROLLBACK TO s;
ROLLBACK
> COMMIT;
COMMIT
> SELECT a FROM q ORDER BY a;
a
2
3
11
SELECT 3
> CREATE FUNCTION put(int) RETURNS void LANGUAGE sql AS 'INSERT INTO p VALUES ($1)';
CREATE FUNCTION
> SELECT put(40);
put
NULL
SELECT 1
> CREATE FUNCTION putp(x int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN INSERT INTO p VALUES (x); SELECT count(*) INTO n FROM q; RETURN n; END $$;
CREATE FUNCTION
> SELECT putp(50);
putp
5
SELECT 1
> SELECT a FROM q ORDER BY a;
a
2
3
11
41
51
SELECT 5
> PREPARE ins (int) AS INSERT INTO p VALUES ($1);
PREPARE
> EXECUTE ins(60);
INSERT 0 1
> SELECT max(a) FROM q;
max
61
SELECT 1
> TRUNCATE q;
TRUNCATE TABLE
> UPDATE q SET a = 1;
UPDATE 0
