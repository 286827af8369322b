-- ON CONFLICT on partitioned tables.

> CREATE TABLE p (a int, b text) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE

> INSERT INTO p VALUES (1, 'a') ON CONFLICT DO NOTHING;
INSERT 0 1

> INSERT INTO p VALUES (1, 'a') ON CONFLICT (a) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> CREATE UNIQUE INDEX ON p1 (a);
CREATE INDEX

> INSERT INTO p VALUES (1, 'a') ON CONFLICT (a) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO p VALUES (1, 'b') ON CONFLICT DO NOTHING;
INSERT 0 0

> INSERT INTO p1 VALUES (1, 'c') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
INSERT 0 1

> DROP INDEX p1_a_idx;
DROP INDEX

> ALTER TABLE p ADD UNIQUE (a);
ALTER TABLE

> INSERT INTO p VALUES (1, 'd') ON CONFLICT (a) DO UPDATE SET b = p.b || excluded.b RETURNING tableoid::regclass, *;
tableoid | a | b
p1 | 1 | cd
INSERT 0 1

> INSERT INTO p VALUES (1, 'e') ON CONFLICT ON CONSTRAINT p_a_key DO UPDATE SET b = 'by constraint' WHERE p.b LIKE '%d';
INSERT 0 1

> SELECT * FROM p;
a | b
1 | by constraint
SELECT 1

> INSERT INTO p VALUES (1, 'e') ON CONFLICT (a) DO UPDATE SET b = 'never' WHERE p.b LIKE '%d';
INSERT 0 0

> INSERT INTO p VALUES (1, 'e'), (1, 'f') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
HINT: Ensure that no rows proposed for insertion within the same command have duplicate constrained values.

> INSERT INTO p VALUES (1, 'e') ON CONFLICT (a) DO UPDATE SET a = 2;
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.

-- Other orders of columns, several levels.

> CREATE TABLE p2 (b text, x int, a int);
CREATE TABLE

> ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE

> CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3, 4) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE p3x PARTITION OF p3 FOR VALUES FROM (3) TO (4);
CREATE TABLE

> INSERT INTO p VALUES (2, 'two'), (3, 'three');
INSERT 0 2

> INSERT INTO p VALUES (2, 'again'), (3, 'again'), (1, 'again') ON CONFLICT (a) DO UPDATE SET b = p.b || ' ' || excluded.b RETURNING tableoid::regclass, *;
tableoid | a | b
p2 | 2 | two again
p3x | 3 | three again
p1 | 1 | by constraint again
INSERT 0 3

> INSERT INTO p VALUES (4, 'no') ON CONFLICT (a) DO NOTHING;
ERROR 23514: no partition of relation "p3" found for row
DETAIL: Partition key of the failing row contains (a) = (4).

> INSERT INTO p3 VALUES (3, 'third') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
INSERT 0 1

> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
p1 | 1 | by constraint again
p2 | 2 | two again
p3x | 3 | third
SELECT 3

-- The key is not changed to that of another partition.

> CREATE TABLE k (id int, part int, v text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE

> CREATE TABLE k1 PARTITION OF k FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE k2 PARTITION OF k FOR VALUES IN (2);
CREATE TABLE

> INSERT INTO k VALUES (1, 1, 'a');
INSERT 0 1

> INSERT INTO k VALUES (1, 1, 'b') ON CONFLICT (id, part) DO UPDATE SET part = 2;
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.

> INSERT INTO k VALUES (1, 1, 'b') ON CONFLICT (id, part) DO UPDATE SET id = 5;
INSERT 0 1

> INSERT INTO k VALUES (5, 2, 'other') ON CONFLICT (id, part) DO NOTHING;
INSERT 0 1

> INSERT INTO k VALUES (5, 1, 'c') ON CONFLICT (part, id) DO UPDATE SET v = excluded.v WHERE k.v <> excluded.v;
INSERT 0 1

> SELECT tableoid::regclass, * FROM k ORDER BY part;
tableoid | id | part | v
k1 | 5 | 1 | c
k2 | 5 | 2 | other
SELECT 2

> INSERT INTO k VALUES (5, 1, 'd'), (6, 2, 'd') ON CONFLICT DO NOTHING;
INSERT 0 1

> INSERT INTO k VALUES (5, 3, 'd') ON CONFLICT DO NOTHING;
ERROR 23514: no partition of relation "k" found for row
DETAIL: Partition key of the failing row contains (part) = (3).

> INSERT INTO k VALUES (9, 1, 'x') ON CONFLICT (id) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

-- Conditions see the partition's row by the table's columns; subqueries too.

> INSERT INTO k VALUES (5, 1, 'e') ON CONFLICT (id, part) DO UPDATE SET v = (SELECT max(v) FROM k) || k.v || k.part;
INSERT 0 1

> SELECT v FROM k WHERE id = 5 AND part = 1;
v
otherc1
SELECT 1

> UPDATE k SET part = 2 WHERE id = 5 AND part = 1;
ERROR 23505: duplicate key value violates unique constraint "k2_pkey"
DETAIL: Key (id, part)=(5, 2) already exists.

> UPDATE k SET part = 2, id = 7 WHERE id = 5 AND part = 1;
UPDATE 1

> SELECT tableoid::regclass, * FROM k ORDER BY id, part;
tableoid | id | part | v
k2 | 5 | 2 | other
k2 | 6 | 2 | d
k2 | 7 | 2 | otherc1
SELECT 3

> PREPARE up (int, int, text) AS INSERT INTO k VALUES ($1, $2, $3) ON CONFLICT (id, part) DO UPDATE SET v = excluded.v RETURNING tableoid::regclass, v;
PREPARE

> EXECUTE up (7, 2, 'prepared');
tableoid | v
k2 | prepared
INSERT 0 1

> EXECUTE up (8, 1, 'prepared');
tableoid | v
k1 | prepared
INSERT 0 1

> EXECUTE up (8, 1, 'again');
tableoid | v
k1 | again
INSERT 0 1
