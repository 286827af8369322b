-- MERGE into partitioned tables and into tables with children.
> CREATE TABLE p (id int, balance numeric, note text) PARTITION BY LIST (id);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 4);
CREATE TABLE
> CREATE TABLE p2 (note text, dead int, id int, balance numeric);
CREATE TABLE
> ALTER TABLE p2 DROP dead;
ALTER TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2, 5, 6);
ALTER TABLE
> CREATE TABLE pd PARTITION OF p DEFAULT;
CREATE TABLE
> INSERT INTO p SELECT n, n * 100, 'initial' FROM generate_series(1, 9, 2) n;
INSERT 0 5
> CREATE TABLE s (id int, delta numeric);
CREATE TABLE
> INSERT INTO s SELECT n, n * 10 FROM generate_series(1, 6) n;
INSERT 0 6
> MERGE INTO p t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = balance + delta, note = note || ' updated' WHEN NOT MATCHED THEN INSERT VALUES (s.id, delta, 'inserted');
MERGE 6
> SELECT tableoid::regclass, * FROM p ORDER BY id;
tableoid | id | balance | note
p1 | 1 | 110 | initial updated
p2 | 2 | 20 | inserted
pd | 3 | 330 | initial updated
p1 | 4 | 40 | inserted
p2 | 5 | 550 | initial updated
p2 | 6 | 60 | inserted
pd | 7 | 700 | initial
pd | 9 | 900 | initial
SELECT 8
> MERGE INTO p t USING s ON t.id = s.id AND t.id = 1 WHEN MATCHED THEN UPDATE SET id = t.id + 1, note = note || ' moved' WHEN NOT MATCHED AND s.id > 100 THEN INSERT VALUES (s.id, delta, 'never');
MERGE 1
> SELECT tableoid::regclass, * FROM p WHERE note LIKE '%moved';
tableoid | id | balance | note
p2 | 2 | 110 | initial updated moved
SELECT 1
> MERGE INTO p t USING s ON t.id = s.id AND t.note LIKE 'initial%' WHEN MATCHED AND t.tableoid = 'pd'::regclass THEN DELETE WHEN MATCHED THEN DO NOTHING;
MERGE 1
> SELECT tableoid::regclass, * FROM p ORDER BY id, note;
tableoid | id | balance | note
p2 | 2 | 110 | initial updated moved
p2 | 2 | 20 | inserted
p1 | 4 | 40 | inserted
p2 | 5 | 550 | initial updated
p2 | 6 | 60 | inserted
pd | 7 | 700 | initial
pd | 9 | 900 | initial
SELECT 7
> MERGE INTO p t USING (VALUES (2, 1), (2, 2)) v(id, n) ON t.id = v.id AND t.note = 'inserted' WHEN MATCHED THEN UPDATE SET balance = v.n;
ERROR 21000: MERGE command cannot affect row a second time
HINT: Ensure that not more than one source row matches any one target row.
> DROP TABLE pd;
DROP TABLE
> MERGE INTO p t USING (VALUES (3, 1)) v(id, n) ON t.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.n, 'nowhere');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (id) = (3).
> MERGE INTO p t USING (VALUES (4, 1)) v(id, n) ON t.id = v.id WHEN MATCHED THEN UPDATE SET id = 33;
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (id) = (33).
> MERGE INTO p1 t USING (VALUES (4, 5)) v(id, n) ON t.id = v.id WHEN MATCHED THEN UPDATE SET id = v.n;
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (5, 40, inserted).
> MERGE INTO p1 t USING (VALUES (4, 1)) v(id, n) ON t.id = v.id WHEN MATCHED THEN UPDATE SET id = v.n;
MERGE 1
> SELECT tableoid::regclass, * FROM p ORDER BY id, note;
tableoid | id | balance | note
p1 | 1 | 40 | inserted
p2 | 2 | 110 | initial updated moved
p2 | 2 | 20 | inserted
p2 | 5 | 550 | initial updated
p2 | 6 | 60 | inserted
SELECT 5

-- Keys change hands between partitions in one statement.
> CREATE TABLE k (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE k1 PARTITION OF k FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE k2 PARTITION OF k FOR VALUES FROM (10) TO (20);
CREATE TABLE
> MERGE INTO k USING generate_series(8, 11) n ON k.id = n WHEN NOT MATCHED THEN INSERT VALUES (n, 'v' || n);
MERGE 4
> MERGE INTO k USING (VALUES (8, 12), (10, 1), (11, NULL)) c(o, n) ON k.id = c.o WHEN MATCHED AND c.n IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET id = c.n;
MERGE 3
> SELECT tableoid::regclass, * FROM k ORDER BY id;
tableoid | id | v
k1 | 1 | v10
k1 | 9 | v9
k2 | 12 | v8
SELECT 3
> MERGE INTO k USING (VALUES (9)) c(o) ON k.id = c.o WHEN MATCHED THEN UPDATE SET id = 12;
ERROR 23505: duplicate key value violates unique constraint "k2_pkey"
DETAIL: Key (id)=(12) already exists.

-- Tables with children: what is inserted goes into the table that is named.
> CREATE TABLE base (id int, v text);
CREATE TABLE
> CREATE TABLE child (own text DEFAULT 'kept', g text GENERATED ALWAYS AS (v || own) STORED) INHERITS (base);
CREATE TABLE
> INSERT INTO base VALUES (1, 'one');
INSERT 0 1
> INSERT INTO child (id, v) VALUES (2, 'two'), (3, 'three');
INSERT 0 2
> MERGE INTO base b USING generate_series(1, 4) n ON b.id = n WHEN MATCHED AND n = 3 THEN DELETE WHEN MATCHED THEN UPDATE SET v = v || n WHEN NOT MATCHED THEN INSERT VALUES (n, 'new');
MERGE 4
> SELECT tableoid::regclass, * FROM base ORDER BY id;
tableoid | id | v
base | 1 | one1
child | 2 | two2
base | 4 | new
SELECT 3
> SELECT * FROM child;
id | v | own | g
2 | two2 | kept | two2kept
SELECT 1
> MERGE INTO ONLY base b USING generate_series(1, 2) n ON b.id = n WHEN MATCHED THEN UPDATE SET v = 'only' WHEN NOT MATCHED THEN INSERT VALUES (n, 'again');
MERGE 2
> SELECT tableoid::regclass, * FROM base ORDER BY id, v;
tableoid | id | v
base | 1 | only
base | 2 | again
child | 2 | two2
base | 4 | new
SELECT 4
> MERGE INTO base b USING ONLY base o ON b.id = o.id AND b.v <> o.v WHEN MATCHED THEN UPDATE SET v = o.v || b.tableoid::regclass;
MERGE 1
> SELECT tableoid::regclass, * FROM base ORDER BY id, v;
tableoid | id | v
base | 1 | only
base | 2 | again
child | 2 | againchild
base | 4 | new
SELECT 4
