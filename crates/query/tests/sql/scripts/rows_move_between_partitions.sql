-- UPDATE of a partitioned table: a row whose key changes goes where it then belongs.
> CREATE TABLE p (a int, b text, c numeric) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 (c numeric, a int, b text);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE p2 (dead int, b text, c numeric, a int) PARTITION BY LIST (b);
CREATE TABLE
> ALTER TABLE p2 DROP dead;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
ALTER TABLE
> CREATE TABLE p2x PARTITION OF p2 FOR VALUES IN ('x');
CREATE TABLE
> CREATE TABLE p2y PARTITION OF p2 FOR VALUES IN ('y');
CREATE TABLE
> INSERT INTO p VALUES (1, 'x', 1.5), (2, 'y', 2.5), (11, 'x', 3.5), (12, 'y', 4.5);
INSERT 0 4
> UPDATE p SET c = c + 1 WHERE a = 1 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p1 | 1 | x | 2.5
UPDATE 1
> UPDATE p SET a = a + 10 WHERE a = 1 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2x | 11 | x | 2.5
UPDATE 1
> SELECT tableoid::regclass, * FROM p ORDER BY a, c;
tableoid | a | b | c
p1 | 2 | y | 2.5
p2x | 11 | x | 2.5
p2x | 11 | x | 3.5
p2y | 12 | y | 4.5
SELECT 4

-- Refused: nothing takes the row; what is named does not take it.
> UPDATE p SET a = 300 WHERE a = 2;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (300).
> UPDATE p SET a = 15, b = 'z' WHERE a = 2 RETURNING *;
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (b) = (z).
> UPDATE p1 SET a = 12;
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (2.5, 12, y).
> UPDATE p2 SET a = 5 WHERE c = 3.5;
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (x, 3.5, 5).
> UPDATE p2y SET b = 'x';
ERROR 23514: new row for relation "p2y" violates partition constraint
DETAIL: Failing row contains (x, 4.5, 12).
> UPDATE p2 SET b = 'q' WHERE b = 'y';
ERROR 23514: no partition of relation "p2" found for row
DETAIL: Partition key of the failing row contains (b) = (q).
> UPDATE p2 SET a = 3, b = 'y' WHERE c = 2.5;
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (y, 2.5, 3).
> UPDATE p2 SET b = 'x' WHERE b = 'y' RETURNING tableoid::regclass, *;
tableoid | b | c | a
p2x | x | 4.5 | 12
UPDATE 1
> UPDATE p2 SET b = 'y' WHERE c = 4.5 RETURNING tableoid::regclass, *;
tableoid | b | c | a
p2y | y | 4.5 | 12
UPDATE 1
> UPDATE ONLY p SET a = 1;
UPDATE 0
> UPDATE ONLY p2 SET a = 1;
UPDATE 0
> UPDATE ONLY p1 SET c = 0 WHERE a = 1;
UPDATE 0

-- Several at once.
> WITH moved AS (UPDATE p SET a = a - 10, b = b || b WHERE a > 10 RETURNING tableoid::regclass, *) SELECT * FROM moved ORDER BY c;
tableoid | a | b | c
p1 | 1 | xx | 2.5
p1 | 1 | xx | 3.5
p1 | 2 | yy | 4.5
SELECT 3
> SELECT * FROM p1 ORDER BY c, a;
c | a | b
2.5 | 1 | xx
2.5 | 2 | y
3.5 | 1 | xx
4.5 | 2 | yy
SELECT 4
> SELECT count(*) FROM p2;
count
0
SELECT 1

-- With other tables; each row is changed once.
> CREATE TABLE other (a int, t text);
CREATE TABLE
> INSERT INTO other VALUES (1, 'xx'), (1, 'twice'), (2, 'yy');
INSERT 0 3
> WITH changed AS (UPDATE p SET b = 'x', a = 10 + p.a FROM other o WHERE o.t = p.b RETURNING p.tableoid::regclass AS part, p.a, p.b, o.t) SELECT * FROM changed ORDER BY a, t;
part | a | b | t
p2x | 11 | x | xx
p2x | 11 | x | xx
p2x | 12 | x | yy
SELECT 3
> SELECT tableoid::regclass, a, b FROM p ORDER BY a, b;
tableoid | a | b
p1 | 2 | y
p2x | 11 | x
p2x | 11 | x
p2x | 12 | x
SELECT 4
> UPDATE p SET b = p.tableoid::regclass::text WHERE p.tableoid = 'p1'::regclass;
UPDATE 1
> SELECT tableoid::regclass, a, b FROM p ORDER BY a, b;
tableoid | a | b
p1 | 2 | p1
p2x | 11 | x
p2x | 11 | x
p2x | 12 | x
SELECT 4
> DELETE FROM p WHERE tableoid = 'p1'::regclass;
DELETE 1
> DELETE FROM p USING other WHERE p.a = 10 + other.a AND other.t = 'xx' RETURNING p.tableoid::regclass, p.*;
tableoid | a | b | c
p2x | 11 | x | 3.5
p2x | 11 | x | 2.5
DELETE 2
> SELECT count(*) FROM p;
count
1
SELECT 1
> DELETE FROM ONLY p;
DELETE 0
> DELETE FROM p;
DELETE 1

-- Constraints of where a row comes to.
> CREATE TABLE q (id int, part int, note text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE
> CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE q2 PARTITION OF q FOR VALUES IN (2);
CREATE TABLE
> ALTER TABLE q2 ADD CONSTRAINT short CHECK (length(note) < 5);
ALTER TABLE
> ALTER TABLE q2 ALTER note SET NOT NULL;
ALTER TABLE
> INSERT INTO q VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 1, 'a long one'), (4, 1, NULL), (2, 1, 'dup');
INSERT 0 5
> UPDATE q SET part = 2 WHERE id = 3;
ERROR 23514: new row for relation "q2" violates check constraint "short"
DETAIL: Failing row contains (3, 2, a long one).
> UPDATE q SET part = 2 WHERE id = 4;
ERROR 23502: null value in column "note" of relation "q2" violates not-null constraint
DETAIL: Failing row contains (4, 2, null).
> UPDATE q SET part = 2 WHERE note = 'dup';
ERROR 23505: duplicate key value violates unique constraint "q2_pkey"
DETAIL: Key (id, part)=(2, 2) already exists.
> UPDATE q SET note = 'far too long' WHERE id = 2 AND part = 2;
ERROR 23514: new row for relation "q2" violates check constraint "short"
DETAIL: Failing row contains (2, 2, far too long).
> UPDATE q SET part = 2 WHERE id = 1 RETURNING tableoid::regclass, *;
tableoid | id | part | note
q2 | 1 | 2 | one
UPDATE 1
> UPDATE q SET part = 3 - part, id = id + 10 WHERE note IS NOT NULL AND length(note) < 5;
UPDATE 3
> SELECT tableoid::regclass, * FROM q ORDER BY id, part;
tableoid | id | part | note
q1 | 3 | 1 | a long one
q1 | 4 | 1 | NULL
q1 | 11 | 1 | one
q1 | 12 | 1 | two
q2 | 12 | 2 | dup
SELECT 5
> EXECUTE nothing;
ERROR 26000: prepared statement "nothing" does not exist
> PREPARE shift(int, int) AS UPDATE q SET part = $2 WHERE id = $1 RETURNING tableoid::regclass, *;
PREPARE
> EXECUTE shift(11, 2);
tableoid | id | part | note
q2 | 11 | 2 | one
UPDATE 1
> EXECUTE shift(11, 2);
tableoid | id | part | note
q2 | 11 | 2 | one
UPDATE 1
> EXECUTE shift(11, 3);
ERROR 23514: no partition of relation "q" found for row
DETAIL: Partition key of the failing row contains (part) = (3).
> EXECUTE shift(11, 1);
tableoid | id | part | note
q1 | 11 | 1 | one
UPDATE 1

-- Undone.
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> UPDATE q SET part = 2 WHERE id = 11;
UPDATE 1
> SELECT tableoid::regclass, id FROM q WHERE id = 11;
tableoid | id
q2 | 11
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT tableoid::regclass, id FROM q WHERE id = 11;
tableoid | id
q1 | 11
SELECT 1
> UPDATE q SET part = 2 WHERE id = 11;
UPDATE 1
> UPDATE q SET part = 1 WHERE id = 11;
UPDATE 1
> UPDATE q SET part = 2, note = 'back' WHERE id = 11;
UPDATE 1
> COMMIT;
COMMIT
> SELECT tableoid::regclass, * FROM q WHERE id = 11;
tableoid | id | part | note
q2 | 11 | 2 | back
SELECT 1
> INSERT INTO q VALUES (11, 2, 'x');
ERROR 23505: duplicate key value violates unique constraint "q2_pkey"
DETAIL: Key (id, part)=(11, 2) already exists.
> INSERT INTO q VALUES (11, 1, 'x');
INSERT 0 1

-- Default partitions.
> CREATE TABLE d (a text, n int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE d1 PARTITION OF d FOR VALUES IN ('a', 'b');
CREATE TABLE
> CREATE TABLE dd PARTITION OF d DEFAULT;
CREATE TABLE
> INSERT INTO d VALUES ('a', 1), ('z', 2), (NULL, 3);
INSERT 0 3
> UPDATE dd SET a = 'a' WHERE a = 'z';
ERROR 23514: new row for relation "dd" violates partition constraint
DETAIL: Failing row contains (a, 2).
> UPDATE dd SET a = 'y' WHERE a = 'z';
UPDATE 1
> UPDATE d1 SET a = 'q';
ERROR 23514: new row for relation "d1" violates partition constraint
DETAIL: Failing row contains (q, 1).
> UPDATE d SET a = CASE a WHEN 'a' THEN 'q' ELSE 'b' END;
UPDATE 3
> SELECT tableoid::regclass, * FROM d ORDER BY n;
tableoid | a | n
dd | q | 1
d1 | b | 2
d1 | b | 3
SELECT 3

-- Secondary indexes follow.
> CREATE INDEX ON d (n);
CREATE INDEX
> UPDATE d SET a = 'a', n = n + 10 WHERE n = 1;
UPDATE 1
> SELECT tableoid::regclass, * FROM d WHERE n = 11;
tableoid | a | n
d1 | a | 11
SELECT 1
> SELECT tableoid::regclass, * FROM d WHERE n = 1;
tableoid | a | n
SELECT 0
> UPDATE d1 SET n = 5 WHERE n = 11;
UPDATE 1
> SELECT * FROM d WHERE n BETWEEN 4 AND 6;
a | n
a | 5
SELECT 1
