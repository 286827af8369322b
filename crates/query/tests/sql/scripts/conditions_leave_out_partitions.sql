-- Which rows conditions on partition keys find, whatever partitions they leave out.

> CREATE TABLE rl (a int, b varchar) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE rl_1 PARTITION OF rl FOR VALUES FROM (MINVALUE) TO (1);
CREATE TABLE

> CREATE TABLE rl_2 PARTITION OF rl FOR VALUES FROM (1) TO (10);
CREATE TABLE

> CREATE TABLE rl_3 PARTITION OF rl FOR VALUES FROM (10) TO (15);
CREATE TABLE

> CREATE TABLE rl_4 PARTITION OF rl FOR VALUES FROM (15) TO (20);
CREATE TABLE

> CREATE TABLE rl_5 PARTITION OF rl FOR VALUES FROM (20) TO (30);
CREATE TABLE

> CREATE TABLE rl_rest PARTITION OF rl DEFAULT PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE rl_ab PARTITION OF rl_rest FOR VALUES IN ('ab');
CREATE TABLE

> CREATE TABLE rl_null PARTITION OF rl_rest FOR VALUES IN (NULL);
CREATE TABLE

> CREATE TABLE rl_else PARTITION OF rl_rest DEFAULT;
CREATE TABLE

> INSERT INTO rl SELECT g, CASE g % 3 WHEN 0 THEN 'ab' WHEN 1 THEN 'cd' END FROM generate_series(-2, 40, 3) g;
INSERT 0 15

> INSERT INTO rl VALUES (NULL, 'ab'), (NULL, NULL), (1, 'ab'), (9, NULL), (10, 'ab'), (14, 'x'), (15, NULL), (29, 'ab'), (30, NULL), (35, 'ab');
INSERT 0 10

> SELECT tableoid::regclass, a, b FROM rl WHERE a < 1 ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a <= 1 ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 3

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 1 ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 1::bigint ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 1::numeric ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE 1 = a ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 1 AND a = 2 ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 1 OR a = 2 OR a = 15 ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
rl_4 | 15 | NULL
SELECT 3

> SELECT tableoid::regclass, a, b FROM rl WHERE a > 10 AND a < 10 ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE a >= 10 AND a <= 15 ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
rl_3 | 13 | cd
rl_3 | 14 | x
rl_4 | 15 | NULL
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE a BETWEEN 9 AND 15 ORDER BY a, b;
tableoid | a | b
rl_2 | 9 | NULL
rl_3 | 10 | ab
rl_3 | 10 | cd
rl_3 | 13 | cd
rl_3 | 14 | x
rl_4 | 15 | NULL
SELECT 6

> SELECT tableoid::regclass, a, b FROM rl WHERE a NOT BETWEEN 0 AND 30 ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 6

> SELECT tableoid::regclass, a, b FROM rl WHERE a IN (1, 10, 31) ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
rl_3 | 10 | ab
rl_3 | 10 | cd
rl_else | 31 | cd
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE a NOT IN (1, 4, 7, 10) ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 9 | NULL
rl_3 | 13 | cd
rl_3 | 14 | x
rl_4 | 15 | NULL
rl_4 | 16 | cd
rl_4 | 19 | cd
rl_5 | 22 | cd
rl_5 | 25 | cd
rl_5 | 28 | cd
rl_5 | 29 | ab
rl_null | 30 | NULL
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 17

> SELECT tableoid::regclass, a, b FROM rl WHERE a <> 10 ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 1 | ab
rl_2 | 1 | cd
rl_2 | 4 | cd
rl_2 | 7 | cd
rl_2 | 9 | NULL
rl_3 | 13 | cd
rl_3 | 14 | x
rl_4 | 15 | NULL
rl_4 | 16 | cd
rl_4 | 19 | cd
rl_5 | 22 | cd
rl_5 | 25 | cd
rl_5 | 28 | cd
rl_5 | 29 | ab
rl_null | 30 | NULL
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 21

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NULL ORDER BY a, b;
tableoid | a | b
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NOT NULL AND a > 29 ORDER BY a, b;
tableoid | a | b
rl_null | 30 | NULL
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 6

> SELECT tableoid::regclass, a, b FROM rl WHERE NOT (a > 1) ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 3

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NULL OR a = 30 ORDER BY a, b;
tableoid | a | b
rl_null | 30 | NULL
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 3

> SELECT tableoid::regclass, a, b FROM rl WHERE (a IS NULL) = true ORDER BY a, b;
tableoid | a | b
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a = ANY (ARRAY[1, 10, NULL]) ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
rl_3 | 10 | ab
rl_3 | 10 | cd
SELECT 4

> SELECT tableoid::regclass, a, b FROM rl WHERE a = ANY ('{}'::int[]) ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE a <> ALL (ARRAY[1, 10, 30]) ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 4 | cd
rl_2 | 7 | cd
rl_2 | 9 | NULL
rl_3 | 13 | cd
rl_3 | 14 | x
rl_4 | 15 | NULL
rl_4 | 16 | cd
rl_4 | 19 | cd
rl_5 | 22 | cd
rl_5 | 25 | cd
rl_5 | 28 | cd
rl_5 | 29 | ab
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 18

> SELECT tableoid::regclass, a, b FROM rl WHERE a > 29 AND b = 'ab' ORDER BY a, b;
tableoid | a | b
rl_ab | 35 | ab
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a > 29 AND b IS NULL ORDER BY a, b;
tableoid | a | b
rl_null | 30 | NULL
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE b IS NULL ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
rl_2 | 9 | NULL
rl_4 | 15 | NULL
rl_null | 30 | NULL
rl_null | NULL | NULL
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE b = 'ab' AND a IS NULL ORDER BY a, b;
tableoid | a | b
rl_ab | NULL | ab
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NULL AND b <> 'ab' ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 35 AND (b = 'ab' OR b IS NULL) ORDER BY a, b;
tableoid | a | b
rl_ab | 35 | ab
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a + 0 = 10 ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE abs(a) = 2 ORDER BY a, b;
tableoid | a | b
rl_1 | -2 | NULL
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a = (SELECT 10) ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a = (SELECT max(a) FROM rl) ORDER BY a, b;
tableoid | a | b
rl_else | 40 | cd
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a > (SELECT 28) ORDER BY a, b;
tableoid | a | b
rl_5 | 29 | ab
rl_null | 30 | NULL
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 7

> SELECT tableoid::regclass, a, b FROM rl WHERE a IN (SELECT 15 UNION SELECT 35) ORDER BY a, b;
tableoid | a | b
rl_4 | 15 | NULL
rl_ab | 35 | ab
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a < NULL ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 10 AND NULL ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE false ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE true AND a = 14 ORDER BY a, b;
tableoid | a | b
rl_3 | 14 | x
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE coalesce(a, 10) = 10 ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 4

> SELECT tableoid::regclass, a, b FROM rl WHERE CASE WHEN a = 10 THEN true ELSE a IS NULL END ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 4

> SELECT tableoid::regclass, a, b FROM rl WHERE a = 10 IS NOT FALSE AND a IS DISTINCT FROM 11 AND a < 12 ORDER BY a, b;
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NOT DISTINCT FROM NULL ORDER BY a, b;
tableoid | a | b
rl_ab | NULL | ab
rl_null | NULL | NULL
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE a IS NOT DISTINCT FROM 15 ORDER BY a, b;
tableoid | a | b
rl_4 | 15 | NULL
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE (a, b) = (15, NULL) ORDER BY a, b;
tableoid | a | b
SELECT 0

> SELECT tableoid::regclass, a, b FROM rl WHERE (a, b) >= (30, 'a') ORDER BY a, b;
tableoid | a | b
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE a::text = '14' ORDER BY a, b;
tableoid | a | b
rl_3 | 14 | x
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a = '14' ORDER BY a, b;
tableoid | a | b
rl_3 | 14 | x
SELECT 1

> SELECT tableoid::regclass, a, b FROM rl WHERE a >= 30.5 ORDER BY a, b;
tableoid | a | b
rl_else | 31 | cd
rl_else | 34 | cd
rl_ab | 35 | ab
rl_else | 37 | cd
rl_else | 40 | cd
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE a < 1.5 AND a > 0.5 ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> SELECT tableoid::regclass, a, b FROM rl WHERE tableoid = 'rl_2'::regclass ORDER BY a, b;
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
rl_2 | 4 | cd
rl_2 | 7 | cd
rl_2 | 9 | NULL
SELECT 5

> SELECT tableoid::regclass, a, b FROM rl WHERE a = length(b) ORDER BY a, b;
tableoid | a | b
SELECT 0

> PREPARE p1 (int) AS SELECT tableoid::regclass, a, b FROM rl WHERE a = $1 ORDER BY b;
PREPARE

> EXECUTE p1 (1);
tableoid | a | b
rl_2 | 1 | ab
rl_2 | 1 | cd
SELECT 2

> EXECUTE p1 (10);
tableoid | a | b
rl_3 | 10 | ab
rl_3 | 10 | cd
SELECT 2

> EXECUTE p1 (31);
tableoid | a | b
rl_else | 31 | cd
SELECT 1

> EXECUTE p1 (NULL);
tableoid | a | b
SELECT 0

> PREPARE p2 (int, int) AS SELECT count(*) FROM rl WHERE a >= $1 AND a < $2;
PREPARE

> EXECUTE p2 (1, 10);
count
5
SELECT 1

> EXECUTE p2 (15, 15);
count
0
SELECT 1

> EXECUTE p2 (20, 10);
count
0
SELECT 1

> EXECUTE p2 (-5, 100);
count
23
SELECT 1

> EXECUTE p2 (NULL, 3);
count
0
SELECT 1

> PREPARE p3 (int[]) AS SELECT a FROM rl WHERE a = ANY ($1) ORDER BY a;
PREPARE

> EXECUTE p3 ('{1,30}');
a
1
1
30
SELECT 3

> EXECUTE p3 ('{}');
a
SELECT 0

> EXECUTE p3 (NULL);
a
SELECT 0

> EXECUTE p3 ('{NULL,10}');
a
10
10
SELECT 2

> PREPARE p4 (text) AS SELECT count(*) FROM rl WHERE a > 29 AND b = $1;
PREPARE

> EXECUTE p4 ('ab');
count
1
SELECT 1

> EXECUTE p4 ('zz');
count
0
SELECT 1

> SELECT x, (SELECT count(*) FROM rl WHERE a = x) FROM generate_series(9, 16) x ORDER BY x;
x | count
9 | 1
10 | 2
11 | 0
12 | 0
13 | 1
14 | 1
15 | 1
16 | 1
SELECT 8

> SELECT x, r.a FROM (VALUES (1), (15), (99)) v (x) LEFT JOIN rl r ON r.a = v.x ORDER BY x, r.b;
x | a
1 | 1
1 | 1
15 | 15
99 | NULL
SELECT 4

> SELECT x, c FROM (VALUES (0), (10), (30)) v (x), LATERAL (SELECT count(*) AS c FROM rl WHERE a >= x) s ORDER BY x;
x | c
0 | 22
10 | 17
30 | 6
SELECT 3

> SELECT count(*) FROM rl x JOIN rl y ON x.a = y.a;
count
27
SELECT 1

> SELECT count(*) FROM rl x FULL JOIN rl y ON x.a = y.a + 5;
count
42
SELECT 1

> SELECT a / 10, count(*) FROM rl GROUP BY 1 ORDER BY 1;
?column? | count
0 | 6
1 | 7
2 | 4
3 | 5
4 | 1
NULL | 2
SELECT 6

> UPDATE rl SET b = 'u' WHERE a = 15 RETURNING tableoid::regclass, *;
tableoid | a | b
rl_4 | 15 | u
UPDATE 1

> DELETE FROM rl WHERE a IN (14, 35) RETURNING tableoid::regclass, *;
tableoid | a | b
rl_3 | 14 | x
rl_ab | 35 | ab
DELETE 2

-- Several columns.

> CREATE TABLE mc (a int, b int, c int) PARTITION BY RANGE (a, abs(b), c);
CREATE TABLE

> CREATE TABLE mc0 PARTITION OF mc FOR VALUES FROM (MINVALUE, MINVALUE, MINVALUE) TO (1, 1, 1);
CREATE TABLE

> CREATE TABLE mc1 PARTITION OF mc FOR VALUES FROM (1, 1, 1) TO (10, 5, 10);
CREATE TABLE

> CREATE TABLE mc2 PARTITION OF mc FOR VALUES FROM (10, 5, 10) TO (10, 10, MAXVALUE);
CREATE TABLE

> CREATE TABLE mc3 PARTITION OF mc FOR VALUES FROM (10, 10, MAXVALUE) TO (20, MINVALUE, MINVALUE);
CREATE TABLE

> CREATE TABLE mc5 PARTITION OF mc FOR VALUES FROM (20, 20, 20) TO (MAXVALUE, MAXVALUE, MAXVALUE);
CREATE TABLE

> INSERT INTO mc VALUES (1, 1, 0), (1, 1, 1), (1, -5, 3), (10, 5, 9), (10, -5, 10), (10, 10, 1000), (10, 11, 0), (19, 0, 0), (20, 20, 20);
INSERT 0 9

> INSERT INTO mc VALUES (20, 1, 1);
ERROR 23514: no partition of relation "mc" found for row
DETAIL: Partition key of the failing row contains (a, abs(b), c) = (20, 1, 1).

> CREATE TABLE mcd PARTITION OF mc DEFAULT;
CREATE TABLE

> INSERT INTO mc VALUES (20, 1, 1), (NULL, 1, 1), (5, NULL, 5), (25, 0, NULL);
INSERT 0 4

> SELECT tableoid::regclass, * FROM mc WHERE a = 1 ORDER BY a, b, c;
tableoid | a | b | c
mc1 | 1 | -5 | 3
mc0 | 1 | 1 | 0
mc1 | 1 | 1 | 1
SELECT 3

> SELECT tableoid::regclass, * FROM mc WHERE a = 1 AND abs(b) = 1 ORDER BY a, b, c;
tableoid | a | b | c
mc0 | 1 | 1 | 0
mc1 | 1 | 1 | 1
SELECT 2

> SELECT tableoid::regclass, * FROM mc WHERE a = 1 AND abs(b) = 1 AND c < 8 ORDER BY a, b, c;
tableoid | a | b | c
mc0 | 1 | 1 | 0
mc1 | 1 | 1 | 1
SELECT 2

> SELECT tableoid::regclass, * FROM mc WHERE a = 10 AND abs(b) BETWEEN 5 AND 35 ORDER BY a, b, c;
tableoid | a | b | c
mc2 | 10 | -5 | 10
mc1 | 10 | 5 | 9
mc2 | 10 | 10 | 1000
mc3 | 10 | 11 | 0
SELECT 4

> SELECT tableoid::regclass, * FROM mc WHERE a > 10 ORDER BY a, b, c;
tableoid | a | b | c
mc3 | 19 | 0 | 0
mcd | 20 | 1 | 1
mc5 | 20 | 20 | 20
mcd | 25 | 0 | NULL
SELECT 4

> SELECT tableoid::regclass, * FROM mc WHERE a = 20 AND c = 1 ORDER BY a, b, c;
tableoid | a | b | c
mcd | 20 | 1 | 1
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE a < 1 ORDER BY a, b, c;
tableoid | a | b | c
SELECT 0

> SELECT tableoid::regclass, * FROM mc WHERE a <= 1 AND abs(b) > 1 ORDER BY a, b, c;
tableoid | a | b | c
mc1 | 1 | -5 | 3
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE a = 10 AND abs(b) = 5 AND c = 10 ORDER BY a, b, c;
tableoid | a | b | c
mc2 | 10 | -5 | 10
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE abs(b) = 1 AND c = 1 ORDER BY a, b, c;
tableoid | a | b | c
mc1 | 1 | 1 | 1
mcd | 20 | 1 | 1
mcd | NULL | 1 | 1
SELECT 3

> SELECT tableoid::regclass, * FROM mc WHERE a IS NULL ORDER BY a, b, c;
tableoid | a | b | c
mcd | NULL | 1 | 1
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE a = 5 AND b IS NULL ORDER BY a, b, c;
tableoid | a | b | c
mcd | 5 | NULL | 5
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE c IS NULL ORDER BY a, b, c;
tableoid | a | b | c
mcd | 25 | 0 | NULL
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE (a = 1 AND c = 0) OR a = 20 ORDER BY a, b, c;
tableoid | a | b | c
mc0 | 1 | 1 | 0
mcd | 20 | 1 | 1
mc5 | 20 | 20 | 20
SELECT 3

> SELECT tableoid::regclass, * FROM mc WHERE a = 10 AND abs(b) > 10 AND c >= 0 ORDER BY a, b, c;
tableoid | a | b | c
mc3 | 10 | 11 | 0
SELECT 1

> SELECT tableoid::regclass, * FROM mc WHERE a >= 20 AND abs(b) >= 20 ORDER BY a, b, c;
tableoid | a | b | c
mc5 | 20 | 20 | 20
SELECT 1

-- Hashes, booleans, enums, texts, times, arrays.

> CREATE TABLE hp (a int, b text) PARTITION BY HASH (a, b);
CREATE TABLE

> CREATE TABLE hp0 PARTITION OF hp FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE

> CREATE TABLE hp1 PARTITION OF hp FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE

> CREATE TABLE hp2 PARTITION OF hp FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE

> CREATE TABLE hp3 PARTITION OF hp FOR VALUES WITH (MODULUS 4, REMAINDER 3);
CREATE TABLE

> INSERT INTO hp VALUES (NULL, NULL), (1, NULL), (1, 'xxx'), (NULL, 'xxx'), (2, 'xxx'), (1, 'abcde');
INSERT 0 6

> SELECT tableoid::regclass, * FROM hp WHERE a = 1 AND b = 'abcde' ORDER BY a, b;
tableoid | a | b
hp3 | 1 | abcde
SELECT 1

> SELECT tableoid::regclass, * FROM hp WHERE a IS NULL AND b IS NULL ORDER BY a, b;
tableoid | a | b
hp0 | NULL | NULL
SELECT 1

> SELECT tableoid::regclass, * FROM hp WHERE a = 1 ORDER BY a, b;
tableoid | a | b
hp3 | 1 | abcde
hp0 | 1 | xxx
hp0 | 1 | NULL
SELECT 3

> SELECT tableoid::regclass, * FROM hp WHERE a = 1 AND b IS NULL ORDER BY a, b;
tableoid | a | b
hp0 | 1 | NULL
SELECT 1

> SELECT tableoid::regclass, * FROM hp WHERE a = 2 AND b = 'xxx' OR a = 1 AND b = 'xxx' ORDER BY a, b;
tableoid | a | b
hp0 | 1 | xxx
hp1 | 2 | xxx
SELECT 2

> SELECT tableoid::regclass, * FROM hp WHERE a IN (1, 2) AND b = 'xxx' ORDER BY a, b;
tableoid | a | b
hp0 | 1 | xxx
hp1 | 2 | xxx
SELECT 2

> SELECT tableoid::regclass, * FROM hp WHERE a = 1 AND b <> 'xxx' ORDER BY a, b;
tableoid | a | b
hp3 | 1 | abcde
SELECT 1

> SELECT tableoid::regclass, * FROM hp WHERE b > 'abc' ORDER BY a, b;
tableoid | a | b
hp3 | 1 | abcde
hp0 | 1 | xxx
hp1 | 2 | xxx
hp1 | NULL | xxx
SELECT 4

> SELECT tableoid::regclass, * FROM hp WHERE a IS NULL AND b = 'xxx' ORDER BY a, b;
tableoid | a | b
hp1 | NULL | xxx
SELECT 1

> SELECT tableoid::regclass, * FROM hp WHERE a = 2 AND b = 'none' ORDER BY a, b;
tableoid | a | b
SELECT 0

> CREATE TABLE bo (a bool, n int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE bo_t PARTITION OF bo FOR VALUES IN (true);
CREATE TABLE

> CREATE TABLE bo_f PARTITION OF bo FOR VALUES IN (false);
CREATE TABLE

> CREATE TABLE bo_n PARTITION OF bo DEFAULT;
CREATE TABLE

> INSERT INTO bo VALUES (true, 1), (false, 2), (NULL, 3);
INSERT 0 3

> SELECT tableoid::regclass, * FROM bo WHERE a ORDER BY n;
tableoid | a | n
bo_t | t | 1
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE NOT a ORDER BY n;
tableoid | a | n
bo_f | f | 2
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a IS TRUE ORDER BY n;
tableoid | a | n
bo_t | t | 1
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a IS NOT TRUE ORDER BY n;
tableoid | a | n
bo_f | f | 2
bo_n | NULL | 3
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE a IS FALSE ORDER BY n;
tableoid | a | n
bo_f | f | 2
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a IS NOT FALSE ORDER BY n;
tableoid | a | n
bo_t | t | 1
bo_n | NULL | 3
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE a IS UNKNOWN ORDER BY n;
tableoid | a | n
bo_n | NULL | 3
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a IS NOT UNKNOWN ORDER BY n;
tableoid | a | n
bo_t | t | 1
bo_f | f | 2
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE a = true ORDER BY n;
tableoid | a | n
bo_t | t | 1
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a <> true ORDER BY n;
tableoid | a | n
bo_f | f | 2
SELECT 1

> SELECT tableoid::regclass, * FROM bo WHERE a = false OR a IS NULL ORDER BY n;
tableoid | a | n
bo_f | f | 2
bo_n | NULL | 3
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE a IN (true, false) ORDER BY n;
tableoid | a | n
bo_t | t | 1
bo_f | f | 2
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE NOT (a IS TRUE) ORDER BY n;
tableoid | a | n
bo_f | f | 2
bo_n | NULL | 3
SELECT 2

> SELECT tableoid::regclass, * FROM bo WHERE a AND n = 1 ORDER BY n;
tableoid | a | n
bo_t | t | 1
SELECT 1

> CREATE TYPE grade AS ENUM ('low', 'mid', 'high');
CREATE TYPE

> CREATE TABLE en (g grade, n int) PARTITION BY LIST (g);
CREATE TABLE

> CREATE TABLE en_1 PARTITION OF en FOR VALUES IN ('low', 'high');
CREATE TABLE

> CREATE TABLE en_2 PARTITION OF en FOR VALUES IN ('mid', NULL);
CREATE TABLE

> INSERT INTO en VALUES ('low', 1), ('mid', 2), ('high', 3), (NULL, 4);
INSERT 0 4

> SELECT tableoid::regclass, * FROM en WHERE g = 'mid' ORDER BY n;
tableoid | g | n
en_2 | mid | 2
SELECT 1

> SELECT tableoid::regclass, * FROM en WHERE g > 'low' ORDER BY n;
tableoid | g | n
en_2 | mid | 2
en_1 | high | 3
SELECT 2

> SELECT tableoid::regclass, * FROM en WHERE g <> 'low' ORDER BY n;
tableoid | g | n
en_2 | mid | 2
en_1 | high | 3
SELECT 2

> SELECT tableoid::regclass, * FROM en WHERE g IS NULL ORDER BY n;
tableoid | g | n
en_2 | NULL | 4
SELECT 1

> SELECT tableoid::regclass, * FROM en WHERE g IN ('high', 'mid') ORDER BY n;
tableoid | g | n
en_2 | mid | 2
en_1 | high | 3
SELECT 2

> CREATE TABLE te (k text) PARTITION BY RANGE (k);
CREATE TABLE

> CREATE TABLE te_1 PARTITION OF te FOR VALUES FROM ('a') TO ('m');
CREATE TABLE

> CREATE TABLE te_2 PARTITION OF te FOR VALUES FROM ('m') TO (MAXVALUE);
CREATE TABLE

> INSERT INTO te VALUES ('a'), ('b'), ('mm'), ('zebra');
INSERT 0 4

> SELECT tableoid::regclass, * FROM te WHERE k = 'b' ORDER BY k;
tableoid | k
te_1 | b
SELECT 1

> SELECT tableoid::regclass, * FROM te WHERE k LIKE 'm%' ORDER BY k;
tableoid | k
te_2 | mm
SELECT 1

> SELECT tableoid::regclass, * FROM te WHERE k LIKE 'b%' OR k > 'y' ORDER BY k;
tableoid | k
te_1 | b
te_2 | zebra
SELECT 2

> SELECT tableoid::regclass, * FROM te WHERE k ILIKE 'Z%' ORDER BY k;
tableoid | k
te_2 | zebra
SELECT 1

> SELECT tableoid::regclass, * FROM te WHERE k >= 'a' AND k < 'b' ORDER BY k;
tableoid | k
te_1 | a
SELECT 1

> SELECT tableoid::regclass, * FROM te WHERE k ~ '^m' ORDER BY k;
tableoid | k
te_2 | mm
SELECT 1

> SELECT tableoid::regclass, * FROM te WHERE lower(k) = 'mm' ORDER BY k;
tableoid | k
te_2 | mm
SELECT 1

> CREATE TABLE ti (at timestamptz, n int) PARTITION BY RANGE (at);
CREATE TABLE

> CREATE TABLE ti_1 PARTITION OF ti FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-07-01 00:00+00');
CREATE TABLE

> CREATE TABLE ti_2 PARTITION OF ti FOR VALUES FROM ('2020-07-01 00:00+00') TO ('2021-01-01 00:00+00');
CREATE TABLE

> INSERT INTO ti VALUES ('2020-01-01 00:00+00', 1), ('2020-06-30 23:59+00', 2), ('2020-07-01 00:00+00', 3), ('2020-12-01 00:00+00', 4);
INSERT 0 4

> SELECT tableoid::regclass, n FROM ti WHERE at = '2020-07-01 00:00+00' ORDER BY n;
tableoid | n
ti_2 | 3
SELECT 1

> SELECT tableoid::regclass, n FROM ti WHERE at < '2020-07-01'::date ORDER BY n;
tableoid | n
ti_1 | 1
ti_1 | 2
SELECT 2

> SELECT tableoid::regclass, n FROM ti WHERE at < '2020-07-01'::timestamp ORDER BY n;
tableoid | n
ti_1 | 1
ti_1 | 2
SELECT 2

> SELECT tableoid::regclass, n FROM ti WHERE at >= '2020-06-30'::date AND at < '2020-06-30'::date + 2 ORDER BY n;
tableoid | n
ti_1 | 2
ti_2 | 3
SELECT 2

> SELECT tableoid::regclass, n FROM ti WHERE at < now() ORDER BY n;
tableoid | n
ti_1 | 1
ti_1 | 2
ti_2 | 3
ti_2 | 4
SELECT 4

> SELECT tableoid::regclass, n FROM ti WHERE at > now() ORDER BY n;
tableoid | n
SELECT 0

> SELECT tableoid::regclass, n FROM ti WHERE date_trunc('year', at) = '2020-01-01' ORDER BY n;
tableoid | n
ti_1 | 1
ti_1 | 2
ti_2 | 3
ti_2 | 4
SELECT 4

> SELECT tableoid::regclass, n FROM ti WHERE at - interval '1 day' < '2020-06-30 00:00+00' ORDER BY n;
tableoid | n
ti_1 | 1
ti_1 | 2
SELECT 2

> CREATE TABLE ar (a int[]) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE ar_1 PARTITION OF ar FOR VALUES IN ('{1}', '{2,3}');
CREATE TABLE

> CREATE TABLE ar_2 PARTITION OF ar FOR VALUES IN ('{2,1}');
CREATE TABLE

> INSERT INTO ar VALUES ('{1}'), ('{2,1}');
INSERT 0 2

> SELECT tableoid::regclass, * FROM ar WHERE a = '{1}' ORDER BY a;
tableoid | a
ar_1 | {1}
SELECT 1

> SELECT tableoid::regclass, * FROM ar WHERE a = '{1, 2}' ORDER BY a;
tableoid | a
SELECT 0

> SELECT tableoid::regclass, * FROM ar WHERE a = ARRAY[2, 1] ORDER BY a;
tableoid | a
ar_2 | {2,1}
SELECT 1

> SELECT tableoid::regclass, * FROM ar WHERE a @> '{1}' ORDER BY a;
tableoid | a
ar_1 | {1}
ar_2 | {2,1}
SELECT 2

> SELECT tableoid::regclass, * FROM ar WHERE a < '{2}' ORDER BY a;
tableoid | a
ar_1 | {1}
SELECT 1

> CREATE TABLE nu (n numeric(6,2)) PARTITION BY LIST (n);
CREATE TABLE

> CREATE TABLE nu_1 PARTITION OF nu FOR VALUES IN (1.5, 2);
CREATE TABLE

> CREATE TABLE nu_2 PARTITION OF nu DEFAULT;
CREATE TABLE

> INSERT INTO nu VALUES (1.50), (2.00), (2.001), (3);
INSERT 0 4

> SELECT tableoid::regclass, * FROM nu WHERE n = 1.5 ORDER BY n;
tableoid | n
nu_1 | 1.50
SELECT 1

> SELECT tableoid::regclass, * FROM nu WHERE n = 1.500 ORDER BY n;
tableoid | n
nu_1 | 1.50
SELECT 1

> SELECT tableoid::regclass, * FROM nu WHERE n = 2 ORDER BY n;
tableoid | n
nu_1 | 2.00
nu_1 | 2.00
SELECT 2

> SELECT tableoid::regclass, * FROM nu WHERE n = 2::int ORDER BY n;
tableoid | n
nu_1 | 2.00
nu_1 | 2.00
SELECT 2

> SELECT tableoid::regclass, * FROM nu WHERE n IN (2, 3) ORDER BY n;
tableoid | n
nu_1 | 2.00
nu_1 | 2.00
nu_2 | 3.00
SELECT 3

> SELECT tableoid::regclass, * FROM nu WHERE n > 1.99 ORDER BY n;
tableoid | n
nu_1 | 2.00
nu_1 | 2.00
nu_2 | 3.00
SELECT 3
