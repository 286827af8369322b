> SELECT 1 AS one, 'x' AS two;
one | two
1 | x
SELECT 1

> CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 1.5);
CREATE TABLE

> INSERT INTO t (id, name) VALUES (1, 'one'), (2, 'two');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (3, 'three', 3.333) RETURNING id, price;
ERROR 0A000: DML is not built

> SELECT * FROM t ORDER BY id;
id | name | price
SELECT 0

> SELECT name FROM t WHERE id = 2;
name
SELECT 0

> UPDATE t SET price = price * 2 WHERE id >= 2 RETURNING id, price;
ERROR 0A000: DML is not built

> DELETE FROM t WHERE name = 'one';
ERROR 0A000: DML is not built

> SELECT count(*), sum(price) FROM t;
count | sum
0 | NULL
SELECT 1

> CREATE TABLE h (a int, b text);
CREATE TABLE

> INSERT INTO h SELECT i, 'row ' || i FROM generate_series(1, 5) AS i;
ERROR 0A000: DML is not built

> SELECT * FROM h;
a | b
SELECT 0

> UPDATE h SET a = a + 10 WHERE a < 3;
ERROR 0A000: DML is not built

> SELECT * FROM h WHERE a > 3;
a | b
SELECT 0

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
COPY 0

> COPY (SELECT a + 1 FROM h) TO STDOUT;
COPY 0

> DROP TABLE h;
DROP TABLE

> SELECT * FROM h;
ERROR 42P01: relation "h" does not exist
