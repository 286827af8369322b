> CREATE TABLE a (id int PRIMARY KEY, x text);
CREATE TABLE

> CREATE TABLE b (id int, aid int, y text);
CREATE TABLE

> INSERT INTO a VALUES (1, 'one'), (2, 'two');
INSERT 0 2

> INSERT INTO b VALUES (10, 1, 'ten');
INSERT 0 1

> SELECT a.id, b, b IS NULL AS null, b.y FROM a LEFT JOIN b ON b.aid = a.id ORDER BY a.id;
id | b | null | y
1 | (10,1,ten) | f | ten
2 | NULL | t | NULL
SELECT 2

> SELECT a.id, count(*), count(b), count(b.*), count(a) FROM a LEFT JOIN b ON b.aid = a.id GROUP BY a.id ORDER BY a.id;
id | count | count | count | count
1 | 1 | 1 | 1 | 1
2 | 1 | 0 | 0 | 1
SELECT 2

> SELECT a.id, json_agg(b), coalesce(json_agg(b) FILTER (WHERE b.id IS NOT NULL), '[]') AS some FROM a LEFT JOIN b ON b.aid = a.id GROUP BY a.id, b.id, b.aid, b.y ORDER BY a.id;
id | json_agg | some
1 | [{"id":10,"aid":1,"y":"ten"}] | [{"id":10,"aid":1,"y":"ten"}]
2 | [null] | []
SELECT 2

> SELECT a, b FROM b RIGHT JOIN a ON b.aid = a.id ORDER BY a.id;
a | b
(1,one) | (10,1,ten)
(2,two) | NULL
SELECT 2

> SELECT a, c FROM a FULL JOIN (SELECT 3 AS id, 'z' AS z) c ON c.id = a.id ORDER BY a.id;
a | c
(1,one) | NULL
(2,two) | NULL
NULL | (3,z)
SELECT 3

> SELECT a, c, row_to_json(c) FROM a FULL JOIN (SELECT 3 AS id, 'z' AS z) c USING (id) ORDER BY id;
a | c | row_to_json
(1,one) | NULL | NULL
(2,two) | NULL | NULL
NULL | (3,z) | {"id":3,"z":"z"}
SELECT 3

> SELECT (b).y, (b).*, ROW(b.*) FROM a LEFT JOIN b ON b.aid = a.id ORDER BY a.id;
y | id | aid | y | row
ten | 10 | 1 | ten | (10,1,ten)
NULL | NULL | NULL | NULL | (,,)
SELECT 2

> SELECT a.id FROM a LEFT JOIN b ON b.aid = a.id AND b IS NOT NULL WHERE b IS NULL;
id
2
SELECT 1

> SELECT a.id, (SELECT row_to_json(b)) FROM a LEFT JOIN b ON b.aid = a.id ORDER BY a.id;
id | row_to_json
1 | {"id":10,"aid":1,"y":"ten"}
2 | NULL
SELECT 2
