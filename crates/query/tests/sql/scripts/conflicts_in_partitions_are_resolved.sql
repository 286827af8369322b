-- INSERT … ON CONFLICT into partitioned tables.
> CREATE TABLE p (a int UNIQUE, b text, c int DEFAULT 0) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p (b UNIQUE) FOR VALUES IN (1, 2);
CREATE TABLE
> CREATE TABLE p2 (b text, dead int, c int, a int UNIQUE);
CREATE TABLE
> ALTER TABLE p2 DROP dead;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (3);
ALTER TABLE
> CREATE TABLE p3 PARTITION OF p FOR VALUES IN (4, 5) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p3a PARTITION OF p3 FOR VALUES IN (4);
CREATE TABLE
> INSERT INTO p VALUES (1, 'a') ON CONFLICT DO NOTHING;
INSERT 0 1
> INSERT INTO p VALUES (1, 'b') ON CONFLICT DO NOTHING;
INSERT 0 0
> INSERT INTO p VALUES (1, 'b') ON CONFLICT (a) DO NOTHING;
INSERT 0 0
> INSERT INTO p VALUES (2, 'a') ON CONFLICT DO NOTHING;
INSERT 0 0
> INSERT INTO p VALUES (2, 'a') ON CONFLICT (a) DO NOTHING;
ERROR 23505: duplicate key value violates unique constraint "p1_b_key"
DETAIL: Key (b)=(a) already exists.
> INSERT INTO p VALUES (1, 'z') ON CONFLICT (a) DO UPDATE SET b = excluded.b || p.b, c = p.c + 1 RETURNING tableoid::regclass, *;
tableoid | a | b | c
p1 | 1 | za | 1
INSERT 0 1
> INSERT INTO p VALUES (3, 'x') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2 | 3 | x | 0
INSERT 0 1
> INSERT INTO p VALUES (3, 'y') ON CONFLICT (a) DO UPDATE SET b = excluded.b || p.b, c = excluded.a RETURNING tableoid::regclass, *;
tableoid | a | b | c
p2 | 3 | yx | 3
INSERT 0 1
> INSERT INTO p VALUES (4, 'f') ON CONFLICT ON CONSTRAINT p_a_key DO UPDATE SET b = excluded.b RETURNING tableoid::regclass, *;
tableoid | a | b | c
p3a | 4 | f | 0
INSERT 0 1
> INSERT INTO p VALUES (4, 'g') ON CONFLICT ON CONSTRAINT p_a_key DO UPDATE SET b = excluded.b WHERE p.b = 'f' RETURNING tableoid::regclass, *;
tableoid | a | b | c
p3a | 4 | g | 0
INSERT 0 1
> INSERT INTO p3 VALUES (4, 'h') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE p3.b = 'f' RETURNING *;
a | b | c
INSERT 0 0
> INSERT INTO p3a VALUES (4, 'h') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE p3a.b = 'g' RETURNING *;
a | b | c
4 | h | 0
INSERT 0 1
> INSERT INTO p VALUES (1, 'm'), (2, 'm2'), (3, 'm3'), (4, 'm4') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE excluded.b > 'm2';
INSERT 0 3
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b | c
p1 | 1 | za | 1
p1 | 2 | m2 | 0
p2 | 3 | m3 | 3
p3a | 4 | m4 | 0
SELECT 4
> INSERT INTO p VALUES (3, 'w') ON CONFLICT (a) DO UPDATE SET b = 'in ' || p.tableoid::regclass WHERE p.tableoid = 'p2'::regclass RETURNING *;
a | b | c
3 | in p2 | 3
INSERT 0 1

-- No such key there; rows do not move; a row once.
> INSERT INTO p VALUES (2, 'b') ON CONFLICT (b) DO UPDATE SET a = excluded.a;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> INSERT INTO p1 VALUES (2, 'm2') ON CONFLICT (b) DO UPDATE SET a = excluded.a RETURNING *;
a | b | c
2 | m2 | 0
INSERT 0 1
> INSERT INTO p VALUES (1, 'm') ON CONFLICT (a) DO UPDATE SET a = 3;
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.
> INSERT INTO p VALUES (4, 'm') ON CONFLICT (a) DO UPDATE SET a = 5;
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.
> INSERT INTO p1 VALUES (1, 'm') ON CONFLICT (a) DO UPDATE SET a = 3;
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.
> INSERT INTO p VALUES (1, 'p'), (1, 'q') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
HINT: Ensure that no rows proposed for insertion within the same command have duplicate constrained values.
> INSERT INTO p VALUES (5, 'q') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
ERROR 23514: no partition of relation "p3" found for row
DETAIL: Partition key of the failing row contains (a) = (5).
> INSERT INTO p VALUES (6, 'q') ON CONFLICT DO NOTHING;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (6).
> INSERT INTO p1 VALUES (6, 'q') ON CONFLICT DO NOTHING;
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (6, q, 0).
> INSERT INTO p VALUES (3, 'sub') ON CONFLICT (a) DO UPDATE SET b = (SELECT max(b) FROM p WHERE a < 3), c = (SELECT excluded.a * 100) RETURNING *;
a | b | c
3 | za | 300
INSERT 0 1
> INSERT INTO p AS t VALUES (3, 'whole') ON CONFLICT (a) DO UPDATE SET (b, c) = (SELECT excluded.b, 7) WHERE t IS NOT NULL RETURNING t;
t
(3,whole,7)
INSERT 0 1

-- Constraints of the partition.
> ALTER TABLE p2 ADD CONSTRAINT good CHECK (b <> 'bad');
ALTER TABLE
> INSERT INTO p VALUES (3, 'bad') ON CONFLICT (a) DO UPDATE SET b = 'fine';
ERROR 23514: new row for relation "p2" violates check constraint "good"
DETAIL: Failing row contains (3, bad, 0).
> INSERT INTO p VALUES (3, 'fine') ON CONFLICT (a) DO UPDATE SET b = 'bad';
ERROR 23514: new row for relation "p2" violates check constraint "good"
DETAIL: Failing row contains (3, bad, 7).

-- An index that not all partitions have is none.
> CREATE TABLE i (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE i1 PARTITION OF i FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE UNIQUE INDEX i_key ON ONLY i (a);
CREATE INDEX
> INSERT INTO i VALUES (1, 'x') ON CONFLICT (a) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> CREATE UNIQUE INDEX i1_key ON i1 (a);
CREATE INDEX
> INSERT INTO i VALUES (1, 'x') ON CONFLICT (a) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> ALTER INDEX i_key ATTACH PARTITION i1_key;
ALTER INDEX
> INSERT INTO i VALUES (1, 'x') ON CONFLICT (a) DO NOTHING;
INSERT 0 1
> INSERT INTO i VALUES (1, 'y') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING tableoid::regclass, *;
tableoid | a | b
i1 | 1 | y
INSERT 0 1

-- With inheritance each table has its own keys.
> CREATE TABLE city (name text, size int);
CREATE TABLE
> CREATE TABLE capital (state text) INHERITS (city);
CREATE TABLE
> CREATE UNIQUE INDEX ON city (name);
CREATE INDEX
> CREATE UNIQUE INDEX ON capital (name);
CREATE INDEX
> INSERT INTO city VALUES ('Las Vegas', 1), ('Reno', 2);
INSERT 0 2
> INSERT INTO capital VALUES ('Sacramento', 3, 'CA');
INSERT 0 1
> INSERT INTO capital VALUES ('Sacramento', 4, 'CA') ON CONFLICT (name) DO UPDATE SET size = excluded.size;
INSERT 0 1
> INSERT INTO capital VALUES ('Las Vegas', 5, 'NV') ON CONFLICT (name) DO UPDATE SET size = excluded.size;
INSERT 0 1
> INSERT INTO city VALUES ('Las Vegas', 6) ON CONFLICT (name) DO UPDATE SET size = excluded.size;
INSERT 0 1
> SELECT tableoid::regclass, * FROM city ORDER BY name, size;
tableoid | name | size
capital | Las Vegas | 5
city | Las Vegas | 6
city | Reno | 2
capital | Sacramento | 4
SELECT 4
