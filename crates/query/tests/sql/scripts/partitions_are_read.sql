-- A partitioned table is read through its partitions.

> CREATE TABLE sale (id int, region text, at date, price numeric) PARTITION BY LIST (region);
CREATE TABLE
> CREATE TABLE sale_north PARTITION OF sale FOR VALUES IN ('no', 'se') PARTITION BY RANGE (at);
CREATE TABLE
> CREATE TABLE sale_north_1 PARTITION OF sale_north FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE
> CREATE TABLE sale_north_2 PARTITION OF sale_north FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE
> CREATE TABLE sale_north_d PARTITION OF sale_north DEFAULT;
CREATE TABLE
> CREATE TABLE sale_south (price numeric, at date, region text, id int);
CREATE TABLE
> ALTER TABLE sale ATTACH PARTITION sale_south FOR VALUES IN ('it', NULL);
ALTER TABLE
> CREATE TABLE sale_rest PARTITION OF sale DEFAULT;
CREATE TABLE
> SELECT * FROM sale;
id | region | at | price
SELECT 0
> SELECT count(*), max(id) FROM sale;
count | max
0 | NULL
SELECT 1
> INSERT INTO sale VALUES (1, 'no', '2019-05-01', 10), (2, 'se', '2020-02-02', 20), (3, 'no', '2022-01-01', 30);
INSERT 0 3
> INSERT INTO sale VALUES (4, 'it', '2020-06-06', 40), (5, NULL, '2019-01-01', 50), (6, 'pt', '2020-01-01', 60), (7, 'no', NULL, 70);
INSERT 0 4

> SELECT tableoid::regclass, * FROM sale ORDER BY id;
tableoid | id | region | at | price
sale_north_1 | 1 | no | 2019-05-01 | 10
sale_north_2 | 2 | se | 2020-02-02 | 20
sale_north_d | 3 | no | 2022-01-01 | 30
sale_south | 4 | it | 2020-06-06 | 40
sale_south | 5 | NULL | 2019-01-01 | 50
sale_rest | 6 | pt | 2020-01-01 | 60
sale_north_d | 7 | no | NULL | 70
SELECT 7
> SELECT tableoid::regclass, id FROM sale_north ORDER BY id;
tableoid | id
sale_north_1 | 1
sale_north_2 | 2
sale_north_d | 3
sale_north_d | 7
SELECT 4
> SELECT * FROM ONLY sale;
id | region | at | price
SELECT 0
> SELECT count(*) FROM ONLY sale_north;
count
0
SELECT 1
> SELECT id FROM ONLY sale_rest;
id
6
SELECT 1
> SELECT count(*), count(at), sum(price), min(at), max(at) FROM sale;
count | count | sum | min | max
7 | 6 | 280 | 2019-01-01 | 2022-01-01
SELECT 1
> SELECT region, count(*), avg(price)::int FROM sale GROUP BY region ORDER BY region;
region | count | avg
it | 1 | 40
no | 3 | 37
pt | 1 | 60
se | 1 | 20
NULL | 1 | 50
SELECT 5
> SELECT tableoid::regclass, count(*) FROM sale GROUP BY 1 ORDER BY 1;
tableoid | count
sale_north_1 | 1
sale_north_2 | 1
sale_north_d | 2
sale_south | 2
sale_rest | 1
SELECT 5

-- Conditions that leave partitions out.

> SELECT id FROM sale WHERE region = 'no' ORDER BY id;
id
1
3
7
SELECT 3
> SELECT id FROM sale WHERE region = 'no' AND at < '2020-01-01';
id
1
SELECT 1
> SELECT id FROM sale WHERE region = 'no' AND at >= '2020-01-01' ORDER BY id;
id
3
SELECT 1
> SELECT id FROM sale WHERE region = 'no' AND at IS NULL;
id
7
SELECT 1
> SELECT id FROM sale WHERE region IS NULL;
id
5
SELECT 1
> SELECT id FROM sale WHERE region IS NOT NULL ORDER BY id;
id
1
2
3
4
6
7
SELECT 6
> SELECT id FROM sale WHERE region IN ('it', 'pt') ORDER BY id;
id
4
6
SELECT 2
> SELECT id FROM sale WHERE region = ANY (ARRAY['se', 'pt', NULL]) ORDER BY id;
id
2
6
SELECT 2
> SELECT id FROM sale WHERE region <> 'no' ORDER BY id;
id
2
4
6
SELECT 3
> SELECT id FROM sale WHERE region NOT IN ('no', 'pt') ORDER BY id;
id
2
4
SELECT 2
> SELECT id FROM sale WHERE region = 'it' OR region = 'pt' AND id > 6 ORDER BY id;
id
4
SELECT 1
> SELECT id FROM sale WHERE region = 'it' OR at = '2020-02-02' ORDER BY id;
id
2
4
SELECT 2
> SELECT id FROM sale WHERE region = 'it' AND region = 'no';
id
SELECT 0
> SELECT id FROM sale WHERE region > 'no' ORDER BY id;
id
2
6
SELECT 2
> SELECT id FROM sale WHERE region = NULL;
id
SELECT 0
> SELECT id FROM sale WHERE region = lower('NO') ORDER BY id;
id
1
3
7
SELECT 3
> SELECT id FROM sale WHERE at = '2020-06-06';
id
4
SELECT 1
> SELECT count(*) FROM sale WHERE region = 'xx';
count
0
SELECT 1
> SELECT id FROM sale_north WHERE at BETWEEN '2019-12-31' AND '2020-12-31' ORDER BY id;
id
2
SELECT 1

-- Values that are known only when the statement runs.

> PREPARE of_region (text) AS SELECT id FROM sale WHERE region = $1 ORDER BY id;
PREPARE
> EXECUTE of_region ('no');
id
1
3
7
SELECT 3
> EXECUTE of_region ('it');
id
4
SELECT 1
> EXECUTE of_region (NULL);
id
SELECT 0
> EXECUTE of_region ('zz');
id
SELECT 0
> EXECUTE of_region ('pt');
id
6
SELECT 1
> EXECUTE of_region ('no');
id
1
3
7
SELECT 3
> EXECUTE of_region ('se');
id
2
SELECT 1
> PREPARE counted (text, date) AS SELECT count(*), max(id) FROM sale WHERE region = $1 AND at > $2;
PREPARE
> EXECUTE counted ('no', '2019-01-01');
count | max
2 | 3
SELECT 1
> EXECUTE counted ('no', '2021-01-01');
count | max
1 | 3
SELECT 1
> EXECUTE counted ('it', '2021-01-01');
count | max
0 | NULL
SELECT 1
> SELECT x.r, s.id FROM (VALUES ('no'), ('it')) x(r) JOIN sale s ON s.region = x.r ORDER BY 2;
r | id
no | 1
no | 3
it | 4
no | 7
SELECT 4
> SELECT x.r, (SELECT max(id) FROM sale s WHERE s.region = x.r) FROM (VALUES ('no'), ('it'), ('yy')) x(r) ORDER BY 1;
r | max
it | 4
no | 7
yy | NULL
SELECT 3
> SELECT id FROM sale WHERE region = (SELECT 'i' || 't');
id
4
SELECT 1
> SELECT x.r, l.id FROM (VALUES ('se'), ('pt')) x(r), LATERAL (SELECT id FROM sale WHERE region = x.r LIMIT 1) l ORDER BY 2;
r | id
se | 2
pt | 6
SELECT 2

-- Hash and several columns, expressions.

> CREATE TABLE spread (a int, b text, c int) PARTITION BY HASH (a);
CREATE TABLE
> CREATE TABLE spread_0 PARTITION OF spread FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE
> CREATE TABLE spread_1 PARTITION OF spread FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE
> CREATE TABLE spread_2 PARTITION OF spread FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE
> INSERT INTO spread SELECT i, 'v' || i, i % 4 FROM generate_series(1, 60) i;
INSERT 0 60
> SELECT count(*), sum(a), min(b) FROM spread;
count | sum | min
60 | 1830 | v1
SELECT 1
> SELECT c, count(*), sum(a) FROM spread GROUP BY c ORDER BY c;
c | count | sum
0 | 15 | 480
1 | 15 | 435
2 | 15 | 450
3 | 15 | 465
SELECT 4
> SELECT b FROM spread WHERE a = 17;
b
v17
SELECT 1
> SELECT b FROM spread WHERE a IN (3, 33, 333) ORDER BY a;
b
v3
v33
SELECT 2
> SELECT b FROM spread WHERE a > 57 ORDER BY a;
b
v58
v59
v60
SELECT 3
> SELECT a FROM spread ORDER BY a DESC LIMIT 3;
a
60
59
58
SELECT 3
> SELECT a FROM spread WHERE c = 2 ORDER BY a OFFSET 2 LIMIT 3;
a
10
14
18
SELECT 3
> CREATE TABLE pairs (x int, y int, z text) PARTITION BY RANGE (x, (y % 10));
CREATE TABLE
> CREATE TABLE pairs_1 PARTITION OF pairs FOR VALUES FROM (1, 0) TO (1, 5);
CREATE TABLE
> CREATE TABLE pairs_2 PARTITION OF pairs FOR VALUES FROM (1, 5) TO (3, 0);
CREATE TABLE
> CREATE TABLE pairs_3 PARTITION OF pairs FOR VALUES FROM (3, 0) TO (MAXVALUE, MAXVALUE);
CREATE TABLE
> INSERT INTO pairs SELECT x, y, x || '/' || y FROM generate_series(1, 4) x, generate_series(0, 18, 3) y;
INSERT 0 28
> SELECT tableoid::regclass, count(*) FROM pairs GROUP BY 1 ORDER BY 1;
tableoid | count
pairs_1 | 3
pairs_2 | 11
pairs_3 | 14
SELECT 3
> SELECT z FROM pairs WHERE x = 1 AND y % 10 = 2 ORDER BY y;
z
1/12
SELECT 1
> SELECT z FROM pairs WHERE x = 1 AND y % 10 > 5 ORDER BY y;
z
1/6
1/9
1/18
SELECT 3
> SELECT z FROM pairs WHERE x = 2 AND y = 9;
z
2/9
SELECT 1
> SELECT z FROM pairs WHERE x >= 4 AND y < 5 ORDER BY y;
z
4/0
4/3
SELECT 2
> SELECT z FROM pairs WHERE x = 1 AND y % 10 = 8 OR x = 4 AND y = 0 ORDER BY z;
z
1/18
4/0
SELECT 2
> CREATE TABLE flags (f boolean, n int) PARTITION BY LIST (f);
CREATE TABLE
> CREATE TABLE flags_yes PARTITION OF flags FOR VALUES IN (true);
CREATE TABLE
> CREATE TABLE flags_no PARTITION OF flags FOR VALUES IN (false, NULL);
CREATE TABLE
> INSERT INTO flags VALUES (true, 1), (false, 2), (NULL, 3);
INSERT 0 3
> SELECT n FROM flags WHERE f;
n
1
SELECT 1
> SELECT n FROM flags WHERE NOT f;
n
2
SELECT 1
> SELECT n FROM flags WHERE f IS TRUE;
n
1
SELECT 1
> SELECT n FROM flags WHERE f IS NOT TRUE ORDER BY n;
n
2
3
SELECT 2
> SELECT n FROM flags WHERE f IS NULL;
n
3
SELECT 1

-- Keys, joins, locks, cursors.

> CREATE TABLE account (id bigint PRIMARY KEY, owner text, amount int) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE account_1 PARTITION OF account FOR VALUES FROM (0) TO (100);
CREATE TABLE
> CREATE TABLE account_2 PARTITION OF account FOR VALUES FROM (100) TO (200);
CREATE TABLE
> INSERT INTO account SELECT i, 'o' || i % 7, i * 10 FROM generate_series(1, 199) i;
INSERT 0 199
> SELECT * FROM account WHERE id = 150;
id | owner | amount
150 | o3 | 1500
SELECT 1
> SELECT id, owner, amount FROM account WHERE id = 7::smallint;
id | owner | amount
7 | o0 | 70
SELECT 1
> SELECT owner, amount FROM account GROUP BY id HAVING amount > 1975 ORDER BY id;
owner | amount
o2 | 1980
o3 | 1990
SELECT 2
> SELECT max(id), min(id), count(*) FROM account WHERE owner = 'o3';
max | min | count
199 | 3 | 29
SELECT 1
> SELECT a.id, b.id FROM account a JOIN account b ON a.id = b.id + 100 WHERE b.id < 3 ORDER BY 1;
id | id
101 | 1
102 | 2
SELECT 2
> SELECT id FROM account ORDER BY id LIMIT 2;
id
1
2
SELECT 2
> SELECT id FROM account ORDER BY id DESC LIMIT 2;
id
199
198
SELECT 2
> BEGIN;
BEGIN
> SELECT id FROM account WHERE id IN (50, 150) ORDER BY id FOR UPDATE;
id
50
150
SELECT 2
> DECLARE c CURSOR FOR SELECT id, amount FROM account WHERE id IN (99, 100) FOR UPDATE;
DECLARE CURSOR
> FETCH c;
id | amount
99 | 990
FETCH 1
> UPDATE account_1 SET amount = -1 WHERE CURRENT OF c;
UPDATE 1
> UPDATE account_2 SET amount = -2 WHERE CURRENT OF c;
UPDATE 0
> FETCH c;
id | amount
100 | 1000
FETCH 1
> UPDATE account SET amount = -3 WHERE CURRENT OF c;
UPDATE 1
> SELECT id, amount FROM account WHERE amount < 0 ORDER BY id;
id | amount
99 | -1
100 | -3
SELECT 2
> ROLLBACK;
ROLLBACK
> SELECT a FROM account a WHERE id = 101;
a
(101,o3,1010)
SELECT 1
> SELECT a.tableoid::regclass, a.* FROM account a WHERE id IN (1, 199) ORDER BY id;
tableoid | id | owner | amount
account_1 | 1 | o1 | 10
account_2 | 199 | o3 | 1990
SELECT 2

> COPY account TO STDOUT;
ERROR 42809: cannot copy from partitioned table "account"
HINT: Try the COPY (SELECT ...) TO variant.
> COPY sale_south TO STDOUT;
40	2020-06-06	it	4
50	2019-01-01	\N	5
COPY 2
> CREATE VIEW sales AS SELECT id, region FROM sale;
CREATE VIEW
> CREATE TABLE sale_fr PARTITION OF sale FOR VALUES IN ('fr');
CREATE TABLE
> INSERT INTO sale VALUES (8, 'fr', '2020-01-01', 80);
INSERT 0 1
> SELECT * FROM sales ORDER BY id DESC LIMIT 1;
id | region
8 | fr
SELECT 1
> EXECUTE of_region ('fr');
id
8
SELECT 1
> ALTER TABLE sale DETACH PARTITION sale_fr;
ALTER TABLE
> SELECT * FROM sales ORDER BY id DESC LIMIT 1;
id | region
7 | no
SELECT 1
> EXECUTE of_region ('fr');
id
SELECT 0
> SELECT id FROM sale_fr;
id
8
SELECT 1
> TABLE sale_rest;
id | region | at | price
6 | pt | 2020-01-01 | 60
SELECT 1
