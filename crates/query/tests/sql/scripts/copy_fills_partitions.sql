-- COPY FROM into partitioned tables.
> CREATE TABLE p (a int, b text DEFAULT 'root', g int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 (b text DEFAULT 'own', g int GENERATED ALWAYS AS (a * 2) STORED, a int);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (30) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE p2x PARTITION OF p2 FOR VALUES IN ('x', 'root');
CREATE TABLE
> COPY p FROM STDIN;
<1	one
<11	x
<2	\N
COPY 3
> COPY p (a) FROM STDIN WITH (FORMAT csv);
<3
<12
COPY 2
> COPY p (b, a) FROM STDIN WHERE a > 5;
<four	4
<six	6
COPY 1
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b | g
p1 | 1 | one | 2
p1 | 2 | NULL | 4
p1 | 3 | root | 6
p1 | 6 | six | 12
p2x | 11 | x | 22
p2x | 12 | root | 24
SELECT 6
> COPY p2 (a, b) FROM STDIN;
<29	x
COPY 1
> SELECT * FROM p1 ORDER BY a;
b | g | a
one | 2 | 1
NULL | 4 | 2
root | 6 | 3
six | 12 | 6
SELECT 4
> COPY p FROM STDIN WITH (FREEZE);
ERROR 0A000: cannot perform COPY FREEZE on a partitioned table
> SELECT count(*) FROM p;
count
7
SELECT 1
> COPY p1 (a) FROM STDIN;
<9
COPY 1
> SELECT b FROM p WHERE a = 9;
b
own
SELECT 1
> BEGIN;
BEGIN
> DELETE FROM p;
DELETE 8
> COPY p (a) FROM STDIN;
<5
<15
COPY 2
> SELECT tableoid::regclass, a FROM p ORDER BY a;
tableoid | a
p1 | 5
p2x | 15
SELECT 2
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM p;
count
8
SELECT 1
