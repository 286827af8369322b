-- SELECT of parents and partitioned tables: ONLY, *, tableoid, joins, locks, cursors, views.

> CREATE TABLE p (a int, b text);
CREATE TABLE

> CREATE TABLE c (extra int DEFAULT 8) INHERITS (p);
CREATE TABLE

> CREATE TABLE d (first date, b text, a int);
CREATE TABLE

> ALTER TABLE d INHERIT p;
ALTER TABLE

> CREATE TABLE g (gg int) INHERITS (c);
CREATE TABLE

> INSERT INTO p VALUES (1, 'p1'), (2, 'p2');
INSERT 0 2

> INSERT INTO c (a, b) VALUES (3, 'c3');
INSERT 0 1

> INSERT INTO d VALUES ('2020-01-01', 'd4', 4);
INSERT 0 1

> INSERT INTO g (a, b, gg) VALUES (5, 'g5', 50);
INSERT 0 1

> SELECT * FROM p ORDER BY a;
a | b
1 | p1
2 | p2
3 | c3
4 | d4
5 | g5
SELECT 5

> SELECT * FROM p * ORDER BY a;
a | b
1 | p1
2 | p2
3 | c3
4 | d4
5 | g5
SELECT 5

> SELECT * FROM ONLY p ORDER BY a;
a | b
1 | p1
2 | p2
SELECT 2

> SELECT * FROM ONLY (p) ORDER BY a;
a | b
1 | p1
2 | p2
SELECT 2

> TABLE ONLY p;
a | b
1 | p1
2 | p2
SELECT 2

> SELECT * FROM c ORDER BY a;
a | b | extra
3 | c3 | 8
5 | g5 | 8
SELECT 2

> SELECT * FROM ONLY c ORDER BY a;
a | b | extra
3 | c3 | 8
SELECT 1

> SELECT tableoid::regclass, p.* FROM p ORDER BY a;
tableoid | a | b
p | 1 | p1
p | 2 | p2
c | 3 | c3
d | 4 | d4
g | 5 | g5
SELECT 5

> SELECT tableoid::regclass AS t, count(*), sum(a) FROM p GROUP BY tableoid ORDER BY tableoid::regclass::text;
t | count | sum
c | 1 | 3
d | 1 | 4
g | 1 | 5
p | 2 | 3
SELECT 4

> SELECT count(*), min(a), max(a), sum(a), count(DISTINCT b) FROM p;
count | min | max | sum | count
5 | 1 | 5 | 15 | 5
SELECT 1

> SELECT count(*) FROM ONLY p;
count
2
SELECT 1

> SELECT p FROM p ORDER BY a;
p
(1,p1)
(2,p2)
(3,c3)
(4,d4)
(5,g5)
SELECT 5

> SELECT x.tableoid = 'g'::regclass AS is_g, (x).a FROM p AS x ORDER BY a;
is_g | a
f | 1
f | 2
f | 3
f | 4
t | 5
SELECT 5

> SELECT * FROM p WHERE tableoid = 'd'::regclass;
a | b
4 | d4
SELECT 1

> SELECT tableoid::regclass, a FROM p WHERE tableoid IN ('c'::regclass, 'g'::regclass) ORDER BY a;
tableoid | a
c | 3
g | 5
SELECT 2

> SELECT * FROM p WHERE a > 2 ORDER BY a DESC LIMIT 2;
a | b
5 | g5
4 | d4
SELECT 2

> SELECT * FROM p ORDER BY a OFFSET 1 LIMIT 2;
a | b
2 | p2
3 | c3
SELECT 2

> SELECT DISTINCT left(b, 1) FROM p ORDER BY 1;
left
c
d
g
p
SELECT 4

> SELECT x.a, y.b FROM p x JOIN p y ON x.a + 1 = y.a ORDER BY 1;
a | b
1 | p2
2 | c3
3 | d4
4 | g5
SELECT 4

> SELECT x.a, y.a FROM p x LEFT JOIN ONLY p y USING (a) ORDER BY 1;
a | a
1 | 1
2 | 2
3 | NULL
4 | NULL
5 | NULL
SELECT 5

> SELECT a, (SELECT count(*) FROM p q WHERE q.a < p.a) FROM p ORDER BY a;
a | count
1 | 0
2 | 1
3 | 2
4 | 3
5 | 4
SELECT 5

> SELECT a FROM p WHERE EXISTS (SELECT FROM g WHERE g.a = p.a);
a
5
SELECT 1

> SELECT a, row_number() OVER (ORDER BY a DESC) FROM p ORDER BY a;
a | row_number
1 | 5
2 | 4
3 | 3
4 | 2
5 | 1
SELECT 5

> WITH w AS (SELECT * FROM p) SELECT sum(a) FROM w;
sum
15
SELECT 1

> SELECT a FROM p UNION ALL SELECT a FROM ONLY p ORDER BY 1;
a
1
1
2
2
3
4
5
SELECT 7

> SELECT max(a) FILTER (WHERE b LIKE 'c%') FROM p;
max
3
SELECT 1

> SELECT a, b, extra FROM p;
ERROR 42703: column "extra" does not exist

-- Indexes of the children.

> CREATE INDEX ON p (a);
CREATE INDEX

> CREATE INDEX ON d (a);
CREATE INDEX

> ALTER TABLE g ADD PRIMARY KEY (a);
ALTER TABLE

> SELECT a, b FROM p WHERE a = 5;
a | b
5 | g5
SELECT 1

> SELECT a, b FROM p WHERE a IN (1, 4, 5, 9) ORDER BY a;
a | b
1 | p1
4 | d4
5 | g5
SELECT 3

> SELECT a FROM p ORDER BY a DESC LIMIT 1;
a
5
SELECT 1

> SELECT min(a), max(a) FROM p;
min | max
1 | 5
SELECT 1

-- Parameters.

> PREPARE q (int) AS SELECT tableoid::regclass, b FROM p WHERE a = $1 ORDER BY b;
PREPARE

> EXECUTE q (1);
tableoid | b
p | p1
SELECT 1

> EXECUTE q (4);
tableoid | b
d | d4
SELECT 1

> INSERT INTO d (a, b) VALUES (1, 'd1');
INSERT 0 1

> EXECUTE q (1);
tableoid | b
d | d1
p | p1
SELECT 2

> CREATE TABLE late (z int) INHERITS (p);
CREATE TABLE

> INSERT INTO late VALUES (4, 'late', 1);
INSERT 0 1

> SELECT tableoid::regclass, b FROM p WHERE a = 4 ORDER BY b;
tableoid | b
d | d4
late | late
SELECT 2

> DROP TABLE late;
DROP TABLE

-- Rows are locked, cursors move.

> BEGIN;
BEGIN

> SELECT a FROM p WHERE a >= 4 ORDER BY a FOR UPDATE;
a
4
5
SELECT 2

> DECLARE k SCROLL CURSOR FOR SELECT a FROM p ORDER BY a;
DECLARE CURSOR

> FETCH 2 FROM k;
a
1
1
FETCH 2

> FETCH BACKWARD 1 FROM k;
a
1
FETCH 1

> MOVE FORWARD ALL IN k;
MOVE 5

> COMMIT;
COMMIT

-- Views and functions over them.

> CREATE VIEW v AS SELECT a, b FROM p;
CREATE VIEW

> CREATE VIEW vo AS SELECT a, b FROM ONLY p;
CREATE VIEW

> SELECT count(*) FROM v;
count
6
SELECT 1

> SELECT count(*) FROM vo;
count
2
SELECT 1

> SELECT pg_get_viewdef('vo'::regclass);
pg_get_viewdef
 SELECT p.a,
    p.b
   FROM ONLY p;
SELECT 1

> CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM p';
CREATE FUNCTION

> CREATE FUNCTION fo() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM ONLY p';
CREATE FUNCTION

> SELECT f(), fo();
f | fo
6 | 2
SELECT 1

> CREATE MATERIALIZED VIEW m AS SELECT tableoid::regclass AS t, a FROM p;
SELECT 6

> SELECT count(*) FROM m;
count
6
SELECT 1

> CREATE TABLE copy AS SELECT * FROM p;
SELECT 6

> SELECT count(*) FROM copy;
count
6
SELECT 1

-- COPY takes a parent's own rows.

> COPY p TO STDOUT;
1	p1
2	p2
COPY 2

> COPY (SELECT * FROM p ORDER BY a, b) TO STDOUT;
1	d1
1	p1
2	p2
3	c3
4	d4
5	g5
COPY 6

-- Privileges are asked of the table that is named.

> CREATE ROLE reader_of_p;
CREATE ROLE

> GRANT SELECT ON p TO reader_of_p;
GRANT

> SET ROLE reader_of_p;
(is_superuser = off)
SET

> SELECT count(*) FROM p;
count
6
SELECT 1

> SELECT count(*) FROM g;
ERROR 42501: permission denied for table g

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON p FROM reader_of_p;
REVOKE

> DROP ROLE reader_of_p;
DROP ROLE

-- Partitioned tables.

> CREATE TABLE r (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (0) TO (10);
CREATE TABLE

> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (10) TO (20) PARTITION BY LIST (v);
CREATE TABLE

> CREATE TABLE r2a PARTITION OF r2 FOR VALUES IN ('a', 'b');
CREATE TABLE

> CREATE TABLE r2n PARTITION OF r2 FOR VALUES IN (NULL);
CREATE TABLE

> CREATE TABLE rd (v text, gone int, k int);
CREATE TABLE

> ALTER TABLE rd DROP COLUMN gone;
ALTER TABLE

> ALTER TABLE r ATTACH PARTITION rd DEFAULT;
ALTER TABLE

> SELECT * FROM r;
k | v
SELECT 0

> INSERT INTO r VALUES (1, 'x'), (5, NULL), (11, 'a'), (12, NULL), (99, 'rest'), (NULL, 'null');
INSERT 0 6

> SELECT tableoid::regclass, * FROM r ORDER BY k, v;
tableoid | k | v
r1 | 1 | x
r1 | 5 | NULL
r2a | 11 | a
r2n | 12 | NULL
rd | 99 | rest
rd | NULL | null
SELECT 6

> SELECT * FROM ONLY r;
k | v
SELECT 0

> SELECT count(*) FROM ONLY r2;
count
0
SELECT 1

> SELECT r FROM r WHERE k = 99;
r
(99,rest)
SELECT 1

> SELECT * FROM r WHERE k = 11;
k | v
11 | a
SELECT 1

> SELECT * FROM r WHERE k = 11 AND v = 'zz';
k | v
SELECT 0

> SELECT * FROM r WHERE k BETWEEN 5 AND 12 ORDER BY k;
k | v
5 | NULL
11 | a
12 | NULL
SELECT 3

> SELECT * FROM r WHERE k IS NULL;
k | v
NULL | null
SELECT 1

> SELECT * FROM r WHERE k IN (1, 99) ORDER BY k;
k | v
1 | x
99 | rest
SELECT 2

> SELECT * FROM r WHERE v IS NULL ORDER BY k;
k | v
5 | NULL
12 | NULL
SELECT 2

> SELECT * FROM r WHERE v = 'a' OR k < 2 ORDER BY k;
k | v
1 | x
11 | a
SELECT 2

> SELECT * FROM r WHERE NOT (k < 12) ORDER BY k;
k | v
12 | NULL
99 | rest
SELECT 2

> SELECT * FROM r WHERE k <> 11 ORDER BY k;
k | v
1 | x
5 | NULL
12 | NULL
99 | rest
SELECT 4

> SELECT * FROM r WHERE k = 1 AND k = 11;
k | v
SELECT 0

> SELECT * FROM r2 ORDER BY k;
k | v
11 | a
12 | NULL
SELECT 2

> PREPARE of_k (int) AS SELECT tableoid::regclass, v FROM r WHERE k = $1;
PREPARE

> EXECUTE of_k (1);
tableoid | v
r1 | x
SELECT 1

> EXECUTE of_k (12);
tableoid | v
r2n | NULL
SELECT 1

> EXECUTE of_k (NULL);
tableoid | v
SELECT 0

> SELECT x.k, y.v FROM r x JOIN r y ON x.k = y.k ORDER BY 1;
k | v
1 | x
5 | NULL
11 | a
12 | NULL
99 | rest
SELECT 5

> SELECT a, (SELECT v FROM r WHERE k = a + 10) FROM generate_series(1, 2) a ORDER BY a;
a | v
1 | a
2 | NULL
SELECT 2

> SELECT max(k), min(k), count(*) FROM r;
max | min | count
99 | 1 | 6
SELECT 1

> COPY r TO STDOUT;
ERROR 42809: cannot copy from partitioned table "r"
HINT: Try the COPY (SELECT ...) TO variant.

> COPY r2a TO STDOUT;
11	a
COPY 1

> SELECT count(*) FROM r, LATERAL (SELECT FROM r q WHERE q.k = r.k) s;
count
5
SELECT 1
