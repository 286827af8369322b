-- Updatable views over partitioned tables and over tables with children.
> CREATE TABLE p (a int, b int, v text) PARTITION BY RANGE (a, b);
CREATE TABLE
> CREATE TABLE p1 (b int NOT NULL, v text, a int NOT NULL) PARTITION BY RANGE (b);
CREATE TABLE
> CREATE TABLE p11 (dead int, v text, a int NOT NULL, b int NOT NULL);
CREATE TABLE
> ALTER TABLE p11 DROP dead;
ALTER TABLE
> ALTER TABLE p1 ATTACH PARTITION p11 FOR VALUES FROM (2) TO (5);
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1, 2) TO (1, 10);
ALTER TABLE
> CREATE VIEW all_p AS SELECT * FROM p;
CREATE VIEW
> CREATE VIEW some_p AS SELECT v AS word, b, a FROM p WHERE a = 1 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO all_p VALUES (1, 2, 'through');
INSERT 0 1
> SELECT tableoid::regclass, * FROM p;
tableoid | a | b | v
p11 | 1 | 2 | through
SELECT 1
> INSERT INTO some_p VALUES ('word', 3, 1) RETURNING *;
word | b | a
word | 3 | 1
INSERT 0 1
> INSERT INTO some_p VALUES ('word', 3, 2);
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a, b) = (2, 3).
> INSERT INTO some_p VALUES ('word', 7, 1);
ERROR 23514: no partition of relation "p1" found for row
DETAIL: Partition key of the failing row contains (b) = (7).
> UPDATE some_p SET b = b + 1 WHERE word = 'word' RETURNING *;
word | b | a
word | 4 | 1
UPDATE 1
> UPDATE some_p SET a = 2;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a, b) = (2, 2).
> UPDATE all_p SET b = 9;
ERROR 23514: no partition of relation "p1" found for row
DETAIL: Partition key of the failing row contains (b) = (9).
> CREATE TABLE p12 PARTITION OF p1 FOR VALUES FROM (5) TO (10);
CREATE TABLE
> UPDATE some_p SET b = 9 WHERE word = 'word' RETURNING *;
word | b | a
word | 9 | 1
UPDATE 1
> SELECT tableoid::regclass, * FROM p ORDER BY b;
tableoid | a | b | v
p11 | 1 | 2 | through
p12 | 1 | 9 | word
SELECT 2
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (2, 0) TO (3, 0);
CREATE TABLE
> UPDATE some_p SET a = 2 WHERE word = 'word';
ERROR 44000: new row violates check option for view "some_p"
DETAIL: Failing row contains (2, 9, word).
> UPDATE all_p SET a = 2 WHERE b = 9 RETURNING *;
a | b | v
2 | 9 | word
UPDATE 1
> DELETE FROM some_p RETURNING *;
word | b | a
through | 2 | 1
DELETE 1
> DELETE FROM all_p;
DELETE 1

-- How a view reads its table counts, not ONLY before the view.
> CREATE TABLE base (a int, t text DEFAULT 'unspecified');
CREATE TABLE
> CREATE TABLE child (CHECK (a > 0)) INHERITS (base);
CREATE TABLE
> INSERT INTO base SELECT n FROM generate_series(-8, -1) n;
INSERT 0 8
> INSERT INTO child SELECT n FROM generate_series(1, 8) n;
INSERT 0 8
> CREATE VIEW whole AS SELECT * FROM base;
CREATE VIEW
> CREATE VIEW own AS SELECT * FROM ONLY base;
CREATE VIEW
> SELECT count(*) FROM whole;
count
16
SELECT 1
> SELECT count(*) FROM ONLY whole;
count
16
SELECT 1
> SELECT count(*) FROM own;
count
8
SELECT 1
> INSERT INTO whole VALUES (-100), (100);
INSERT 0 2
> INSERT INTO own VALUES (-200), (200);
INSERT 0 2
> UPDATE whole SET a = a * 10 WHERE a IN (-1, 1);
UPDATE 2
> UPDATE ONLY whole SET a = a * 10 WHERE a IN (-2, 2);
UPDATE 2
> UPDATE own SET a = a * 10 WHERE a IN (-3, 3);
UPDATE 1
> UPDATE ONLY own SET a = a * 10 WHERE a IN (-4, 4);
UPDATE 1
> DELETE FROM whole WHERE a IN (-5, 5);
DELETE 2
> DELETE FROM ONLY whole WHERE a IN (-6, 6);
DELETE 2
> DELETE FROM own WHERE a IN (-7, 7);
DELETE 1
> DELETE FROM ONLY own WHERE a IN (-8, 8);
DELETE 1
> SELECT * FROM ONLY base ORDER BY a;
a | t
-200 | unspecified
-100 | unspecified
-40 | unspecified
-30 | unspecified
-20 | unspecified
-10 | unspecified
100 | unspecified
200 | unspecified
SELECT 8
> SELECT * FROM child ORDER BY a;
a | t
3 | unspecified
4 | unspecified
7 | unspecified
8 | unspecified
10 | unspecified
20 | unspecified
SELECT 6
> CREATE TABLE other (id int);
CREATE TABLE
> INSERT INTO other VALUES (7), (200);
INSERT 0 2
> UPDATE whole SET a = a + 1000 FROM other WHERE a = id;
UPDATE 2
> SELECT tableoid::regclass, a FROM base WHERE a > 1000 ORDER BY a;
tableoid | a
child | 1007
base | 1200
SELECT 2

-- CHECK OPTION asks rows of children as well.
> CREATE VIEW small AS SELECT * FROM base WHERE a < 5000 WITH CHECK OPTION;
CREATE VIEW
> UPDATE small SET a = a + 4000 WHERE a = 1007;
ERROR 44000: new row violates check option for view "small"
DETAIL: Failing row contains (5007, unspecified).
> UPDATE small SET a = -1 WHERE a = 1007;
ERROR 23514: new row for relation "child" violates check constraint "child_a_check"
DETAIL: Failing row contains (-1, unspecified).
> UPDATE small SET a = a + 1 WHERE a = 1007 RETURNING *;
a | t
1008 | unspecified
UPDATE 1
