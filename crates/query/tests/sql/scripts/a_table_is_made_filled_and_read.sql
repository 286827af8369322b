> SELECT 1 AS one, 'x' AS two;
one | two
1 | x
SELECT 1

> CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 1.5);
CREATE TABLE

> INSERT INTO t (id, name) VALUES (1, 'one'), (2, 'two');
INSERT 0 2

> INSERT INTO t VALUES (3, 'three', 3.333) RETURNING id, price;
id | price
3 | 3.33
INSERT 0 1

> SELECT * FROM t ORDER BY id;
id | name | price
1 | one | 1.50
2 | two | 1.50
3 | three | 3.33
SELECT 3

> SELECT name FROM t WHERE id = 2;
name
two
SELECT 1

> UPDATE t SET price = price * 2 WHERE id >= 2 RETURNING id, price;
id | price
2 | 3.00
3 | 6.66
UPDATE 2

> DELETE FROM t WHERE name = 'one';
DELETE 1

> SELECT count(*), sum(price) FROM t;
count | sum
2 | 9.66
SELECT 1

> CREATE TABLE h (a int, b text);
CREATE TABLE

> INSERT INTO h SELECT i, 'row ' || i FROM generate_series(1, 5) AS i;
INSERT 0 5

> SELECT * FROM h;
a | b
1 | row 1
2 | row 2
3 | row 3
4 | row 4
5 | row 5
SELECT 5

> UPDATE h SET a = a + 10 WHERE a < 3;
UPDATE 2

> SELECT * FROM h WHERE a > 3;
a | b
11 | row 1
12 | row 2
4 | row 4
5 | row 5
SELECT 4

> TRUNCATE h;
TRUNCATE TABLE

> SELECT count(*) FROM h;
count
0
SELECT 1

> COPY h FROM STDIN;
<7	seven
<\N	nil
COPY 2

> COPY h TO STDOUT (FORMAT csv, HEADER);
a,b
7,seven
,nil
COPY 2

> COPY (SELECT a + 1 FROM h) TO STDOUT;
8
\N
COPY 2

> DROP TABLE h;
DROP TABLE

> SELECT * FROM h;
ERROR 42P01: relation "h" does not exist
