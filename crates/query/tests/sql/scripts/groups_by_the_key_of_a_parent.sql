-- A primary key covers the other columns of its table, also where tables inherit from it, though the key does not reach
-- those: a group has the values of one of its rows.

> CREATE TABLE parent (id integer PRIMARY KEY, a integer, b text, c integer[]);
CREATE TABLE
> CREATE TABLE child () INHERITS (parent);
CREATE TABLE
> INSERT INTO parent VALUES (1, 10, 'x', '{1}'), (2, 20, 'y', '{2}');
INSERT 0 2
> INSERT INTO child VALUES (1, 11, 'z', '{1}'), (3, 30, 'w', '{3}');
INSERT 0 2
> SELECT id, count(*) FROM parent GROUP BY id ORDER BY id;
id | count
1 | 2
2 | 1
3 | 1
SELECT 3
> SELECT id, a, b, count(*), sum(a) FROM parent GROUP BY id ORDER BY id;
id | a | b | count | sum
1 | 10 | x | 2 | 21
2 | 20 | y | 1 | 20
3 | 30 | w | 1 | 30
SELECT 3
> SELECT a + 1 AS next, upper(b) AS up FROM parent GROUP BY id ORDER BY id;
next | up
11 | X
21 | Y
31 | W
SELECT 3
> SELECT id, a, row_number() OVER (ORDER BY a DESC) AS place FROM parent GROUP BY id ORDER BY id;
id | a | place
1 | 10 | 3
2 | 20 | 2
3 | 30 | 1
SELECT 3
> SELECT p.id, p.a, count(c.id) FROM parent p LEFT JOIN child c USING (id) GROUP BY p.id ORDER BY p.id;
id | a | count
1 | 10 | 2
2 | 20 | 0
3 | 30 | 1
SELECT 3
> SELECT id, a FROM ONLY parent GROUP BY id ORDER BY id;
id | a
1 | 10
2 | 20
SELECT 2
> SELECT id, a FROM child GROUP BY id;
ERROR 42803: column "child.a" must appear in the GROUP BY clause or be used in an aggregate function
> SELECT count(*) FROM (SELECT b FROM parent GROUP BY id) q;
count
3
SELECT 1
> CREATE VIEW v AS SELECT id, a FROM parent GROUP BY id;
CREATE VIEW
> SELECT * FROM v ORDER BY id;
id | a
1 | 10
2 | 20
3 | 30
SELECT 3
> SELECT pg_get_viewdef('v');
pg_get_viewdef
 SELECT parent.id,
    parent.a
   FROM parent
  GROUP BY parent.id;
SELECT 1
> ALTER TABLE parent DROP CONSTRAINT parent_pkey;
ERROR 2BP01: cannot drop constraint parent_pkey on table parent because other objects depend on it
DETAIL: view v depends on constraint parent_pkey on table parent
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> CREATE TABLE parts (id integer PRIMARY KEY, a integer) PARTITION BY RANGE (id);
CREATE TABLE
> CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE
> INSERT INTO parts VALUES (1, 2);
INSERT 0 1
> SELECT id, a, count(*) FROM parts GROUP BY id;
id | a | count
1 | 2 | 1
SELECT 1
> INSERT INTO child VALUES (2, NULL, 'v', '{7}');
INSERT 0 1
> SELECT id, c, count(*) FROM parent WHERE id < 3 GROUP BY id ORDER BY id;
id | c | count
1 | {1} | 2
2 | {2} | 2
SELECT 2
> UPDATE ONLY parent SET a = NULL WHERE id = 1;
UPDATE 1
> SELECT id, a, count(a) FROM parent GROUP BY id ORDER BY id;
id | a | count
1 | NULL | 1
2 | 20 | 1
3 | 30 | 1
SELECT 3
