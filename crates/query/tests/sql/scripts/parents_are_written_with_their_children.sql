-- UPDATE, DELETE, MERGE and TRUNCATE of parents, and of views over them.

> CREATE TABLE p (a int, b text);
CREATE TABLE

> CREATE TABLE c (extra int DEFAULT 8, CONSTRAINT low CHECK (a < 100)) INHERITS (p);
CREATE TABLE

> CREATE TABLE d (first date, b text, a int PRIMARY KEY);
CREATE TABLE

> ALTER TABLE d INHERIT p;
ALTER TABLE

> INSERT INTO p VALUES (1, 'p1'), (2, 'p2');
INSERT 0 2

> INSERT INTO c (a, b) VALUES (3, 'c3');
INSERT 0 1

> INSERT INTO d VALUES ('2020-01-01', 'd4', 4);
INSERT 0 1

> UPDATE p SET b = b || '!' WHERE a > 1;
UPDATE 3

> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
p | 1 | p1
p | 2 | p2!
c | 3 | c3!
d | 4 | d4!
SELECT 4

> SELECT * FROM c;
a | b | extra
3 | c3! | 8
SELECT 1

> SELECT * FROM d;
first | b | a
2020-01-01 | d4! | 4
SELECT 1

> UPDATE ONLY p SET b = 'only';
UPDATE 2

> SELECT * FROM p ORDER BY a;
a | b
1 | only
2 | only
3 | c3!
4 | d4!
SELECT 4

> UPDATE p SET a = a + 10 RETURNING tableoid::regclass AS t, a, b;
t | a | b
p | 11 | only
p | 12 | only
c | 13 | c3!
d | 14 | d4!
UPDATE 4

> UPDATE p SET a = 200 WHERE a = 13;
ERROR 23514: new row for relation "c" violates check constraint "low"
DETAIL: Failing row contains (200, c3!).

> UPDATE p SET a = 14 WHERE a = 12;
UPDATE 1

> UPDATE c SET a = 14;
UPDATE 1

> UPDATE d SET a = 14;
UPDATE 1

> UPDATE p SET a = NULL WHERE b = 'd4!';
ERROR 23502: null value in column "a" of relation "d" violates not-null constraint
DETAIL: Failing row contains (null, d4!).

> UPDATE p SET extra = 1;
ERROR 42703: column "extra" of relation "p" does not exist

> UPDATE p SET (a, b) = (SELECT p.a + 1, 'sub') WHERE tableoid = 'c'::regclass RETURNING *;
a | b
15 | sub
UPDATE 1

> UPDATE p SET b = f.x FROM (VALUES (14, 'from')) f (y, x) WHERE a = f.y;
UPDATE 2

> SELECT tableoid::regclass, * FROM p ORDER BY a, tableoid::regclass::text;
tableoid | a | b
p | 11 | only
d | 14 | from
p | 14 | from
c | 15 | sub
SELECT 4

> CREATE TABLE s (a int, n text);
CREATE TABLE

> INSERT INTO s VALUES (11, 'eleven'), (15, 'fifteen'), (77, 'new');
INSERT 0 3

> UPDATE p SET b = s.n FROM s WHERE s.a = p.a;
UPDATE 2

> SELECT a, b FROM p ORDER BY a, b;
a | b
11 | eleven
14 | from
14 | from
15 | fifteen
SELECT 4

> WITH u AS (UPDATE p SET b = 'w' WHERE a = 11 RETURNING *) SELECT * FROM u;
a | b
11 | w
SELECT 1

> DELETE FROM ONLY p WHERE a = 15;
DELETE 0

> DELETE FROM p USING s WHERE s.a = p.a AND s.n = 'fifteen' RETURNING p.a, n, p.tableoid::regclass;
a | n | tableoid
15 | fifteen | c
DELETE 1

> SELECT tableoid::regclass, * FROM p ORDER BY a, b;
tableoid | a | b
p | 11 | w
p | 14 | from
d | 14 | from
SELECT 3

> BEGIN;
BEGIN

> DELETE FROM p;
DELETE 3

> SELECT count(*) FROM p;
count
0
SELECT 1

> SELECT count(*) FROM d;
count
0
SELECT 1

> SAVEPOINT x;
SAVEPOINT

> INSERT INTO c VALUES (1, 'x', 2);
INSERT 0 1

> UPDATE p SET b = 'y';
UPDATE 1

> SELECT * FROM c;
a | b | extra
1 | y | 2
SELECT 1

> ROLLBACK TO x;
ROLLBACK

> SELECT count(*) FROM p;
count
0
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT count(*) FROM p;
count
3
SELECT 1

-- MERGE.

> INSERT INTO c VALUES (50, 'c50', 5);
INSERT 0 1

> MERGE INTO p USING (VALUES (50, 'm'), (11, 'm'), (60, 'inserted')) v (k, t) ON p.a = v.k WHEN MATCHED AND k = 11 THEN DELETE WHEN MATCHED THEN UPDATE SET b = t WHEN NOT MATCHED THEN INSERT VALUES (k, t);
MERGE 3

> SELECT tableoid::regclass, * FROM p ORDER BY a, b;
tableoid | a | b
p | 14 | from
d | 14 | from
c | 50 | m
p | 60 | inserted
SELECT 4

> MERGE INTO ONLY p USING (VALUES (50)) v (k) ON p.a = v.k WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (k, 'again');
MERGE 1

> SELECT tableoid::regclass, a FROM p WHERE a = 50 ORDER BY tableoid::regclass::text;
tableoid | a
c | 50
p | 50
SELECT 2

-- Views.

> CREATE VIEW v AS SELECT a, b FROM p WHERE a < 100 WITH CHECK OPTION;
CREATE VIEW

> UPDATE v SET b = 'view' WHERE a = 50;
UPDATE 2

> SELECT tableoid::regclass, * FROM p WHERE b = 'view' ORDER BY tableoid::regclass::text;
tableoid | a | b
c | 50 | view
p | 50 | view
SELECT 2

> UPDATE v SET a = 100 WHERE a = 50;
ERROR 44000: new row violates check option for view "v"
DETAIL: Failing row contains (100, view).

> DELETE FROM v WHERE a = 50;
DELETE 2

> INSERT INTO v VALUES (51, 'v');
INSERT 0 1

> SELECT tableoid::regclass FROM p WHERE a = 51;
tableoid
p
SELECT 1

> CREATE VIEW vo AS SELECT a, b FROM ONLY p;
CREATE VIEW

> UPDATE vo SET b = 'vo';
UPDATE 3

> SELECT tableoid::regclass, b FROM p WHERE b = 'vo' ORDER BY a;
tableoid | b
p | vo
p | vo
p | vo
SELECT 3

-- Rows of cursors.

> BEGIN;
BEGIN

> DECLARE k CURSOR FOR SELECT * FROM p WHERE a = 14 FOR UPDATE;
DECLARE CURSOR

> FETCH k;
a | b
14 | vo
FETCH 1

> UPDATE p SET b = 'current' WHERE CURRENT OF k;
UPDATE 1

> SELECT tableoid::regclass, * FROM p WHERE b = 'current';
tableoid | a | b
p | 14 | current
SELECT 1

> DELETE FROM p WHERE CURRENT OF k;
DELETE 1

> COMMIT;
COMMIT

-- INSERT and ON CONFLICT concern the table alone.

> CREATE TABLE u (a int PRIMARY KEY, b int);
CREATE TABLE

> CREATE TABLE u1 () INHERITS (u);
CREATE TABLE

> INSERT INTO u1 VALUES (1, 1);
INSERT 0 1

> INSERT INTO u VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 99;
INSERT 0 1

> INSERT INTO u VALUES (1, 3) ON CONFLICT (a) DO UPDATE SET b = excluded.b + 100;
INSERT 0 1

> SELECT tableoid::regclass, * FROM u ORDER BY b;
tableoid | a | b
u1 | 1 | 1
u | 1 | 103
SELECT 2

> COPY u (a, b) FROM STDIN;
<5	5
COPY 1

> SELECT count(*) FROM ONLY u;
count
2
SELECT 1

-- Foreign keys see the table alone, and cascades end there.

> CREATE TABLE r (a int REFERENCES u ON DELETE CASCADE);
CREATE TABLE

> INSERT INTO r VALUES (5);
INSERT 0 1

> DELETE FROM u WHERE a = 5;
DELETE 1

> SELECT count(*) FROM r;
count
0
SELECT 1

-- Truncation goes down, unless ONLY is said.

> INSERT INTO p VALUES (1, 'p');
INSERT 0 1

> INSERT INTO c VALUES (2, 'c');
INSERT 0 1

> TRUNCATE ONLY p;
TRUNCATE TABLE

> SELECT tableoid::regclass, count(*) FROM p GROUP BY tableoid ORDER BY tableoid::regclass::text;
tableoid | count
c | 1
d | 1
SELECT 2

> BEGIN;
BEGIN

> TRUNCATE p;
TRUNCATE TABLE

> SELECT count(*) FROM c;
count
0
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT count(*) > 0 AS some FROM c;
some
t
SELECT 1

> TRUNCATE p *;
TRUNCATE TABLE

> SELECT count(*) FROM c;
count
0
SELECT 1

> SELECT count(*) FROM p;
count
0
SELECT 1

-- Privileges are asked of the table that is named.

> CREATE ROLE writer_of_p;
CREATE ROLE

> GRANT SELECT, UPDATE, DELETE ON p TO writer_of_p;
GRANT

> INSERT INTO c VALUES (1, 'c');
INSERT 0 1

> SET ROLE writer_of_p;
(is_superuser = off)
SET

> UPDATE p SET b = 'by writer' WHERE a = 1;
UPDATE 1

> UPDATE c SET b = 'no';
ERROR 42501: permission denied for table c

> TRUNCATE p;
ERROR 42501: permission denied for table p

> DELETE FROM p;
DELETE 1

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON p FROM writer_of_p;
REVOKE

> GRANT TRUNCATE ON p TO writer_of_p;
GRANT

> SET ROLE writer_of_p;
(is_superuser = off)
SET

> TRUNCATE p;
TRUNCATE TABLE

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON p FROM writer_of_p;
REVOKE

> DROP ROLE writer_of_p;
DROP ROLE

> LOCK TABLE p IN SHARE MODE;
ERROR 25P01: LOCK TABLE can only be used in transaction blocks

> BEGIN;
BEGIN

> LOCK TABLE ONLY p IN SHARE MODE;
LOCK TABLE

> LOCK TABLE p, c IN ACCESS EXCLUSIVE MODE;
LOCK TABLE

> COMMIT;
COMMIT
