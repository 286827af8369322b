-- A direct argument is evaluated once a group; what the group's set lacks is NULL in it.

> CREATE TABLE v (a int, b int, c text);
CREATE TABLE

> INSERT INTO v VALUES (1, 1, 'x'), (1, 4, 'y'), (1, 5, 'x'), (3, 1, 'y'), (3, 2, NULL);
INSERT 0 5

> SELECT grouping(a), a, array_agg(b ORDER BY b), rank(a) WITHIN GROUP (ORDER BY b NULLS FIRST), rank(a) WITHIN GROUP (ORDER BY b NULLS LAST) FROM v GROUP BY ROLLUP (a) ORDER BY a;
grouping | a | array_agg | rank | rank
0 | 1 | {1,4,5} | 1 | 1
0 | 3 | {1,2} | 3 | 3
1 | NULL | {1,1,2,4,5} | 1 | 6
SELECT 3

> SELECT a, rank(a) WITHIN GROUP (ORDER BY a), dense_rank(a) WITHIN GROUP (ORDER BY b DESC), cume_dist(a) WITHIN GROUP (ORDER BY b), percent_rank(a) WITHIN GROUP (ORDER BY b) FROM v GROUP BY ROLLUP (a) ORDER BY a;
a | rank | dense_rank | cume_dist | percent_rank
1 | 1 | 3 | 0.5 | 0
3 | 1 | 1 | 1 | 1
NULL | 6 | 1 | 1 | 1
SELECT 3

> SELECT a, percentile_cont(a / 10.0) WITHIN GROUP (ORDER BY b), percentile_disc(a / 10.0) WITHIN GROUP (ORDER BY b) FROM v GROUP BY ROLLUP (a) ORDER BY a;
a | percentile_cont | percentile_disc
1 | 1.6 | 1
3 | 1.3 | 1
NULL | NULL | NULL
SELECT 3

> SELECT a, c, rank(a, c) WITHIN GROUP (ORDER BY b, c), rank(a) WITHIN GROUP (ORDER BY b) FROM v GROUP BY CUBE (a, c) ORDER BY a, c, 3, 4;
a | c | rank | rank
1 | x | 1 | 1
1 | y | 1 | 1
1 | NULL | 2 | 1
3 | y | 2 | 2
3 | NULL | 2 | 2
3 | NULL | 3 | 3
NULL | x | 3 | 3
NULL | y | 3 | 3
NULL | NULL | 2 | 2
NULL | NULL | 6 | 6
SELECT 10

> SELECT a, c, rank(a, 'x') WITHIN GROUP (ORDER BY b, c) FILTER (WHERE b < 5) AS r FROM v GROUP BY GROUPING SETS ((a, c), (c), ()) ORDER BY a, c, r;
a | c | r
1 | x | 1
1 | y | 1
3 | y | 2
3 | NULL | 2
NULL | x | 2
NULL | y | 3
NULL | NULL | 2
NULL | NULL | 5
SELECT 8

> SELECT a, rank(2) WITHIN GROUP (ORDER BY b), rank(coalesce(a, 2)) WITHIN GROUP (ORDER BY b) FROM v GROUP BY ROLLUP (a) ORDER BY a;
a | rank | rank
1 | 2 | 1
3 | 2 | 3
NULL | 3 | 3
SELECT 3

> SELECT a, rank(a * 2) WITHIN GROUP (ORDER BY b) * 10 AS r FROM v GROUP BY ROLLUP (a) HAVING rank(a * 2) WITHIN GROUP (ORDER BY b) > 1 ORDER BY rank(a * 2) WITHIN GROUP (ORDER BY b), a;
a | r
1 | 20
3 | 30
NULL | 60
SELECT 3

> SELECT a * 2, rank(a * 2) WITHIN GROUP (ORDER BY b) FROM v GROUP BY ROLLUP (a * 2) ORDER BY 1;
?column? | rank
2 | 2
6 | 3
NULL | 6
SELECT 3

> SELECT a, rank(a) WITHIN GROUP (ORDER BY b), sum(rank(a) WITHIN GROUP (ORDER BY b)) OVER (ORDER BY a) FROM v GROUP BY ROLLUP (a) ORDER BY a;
a | rank | sum
1 | 1 | 1
3 | 3 | 4
NULL | 6 | 10
SELECT 3

> SELECT a, grouping(a), rank(a) WITHIN GROUP (ORDER BY b) FROM v GROUP BY a, ROLLUP (c) ORDER BY a, 3;
a | grouping | rank
1 | 0 | 1
1 | 0 | 1
1 | 0 | 1
3 | 0 | 2
3 | 0 | 2
3 | 0 | 3
SELECT 6

> SELECT a, rank(a) WITHIN GROUP (ORDER BY b) FROM v GROUP BY a ORDER BY a;
a | rank
1 | 1
3 | 3
SELECT 2

> CREATE VIEW w AS SELECT a, rank(a) WITHIN GROUP (ORDER BY b) AS r FROM v GROUP BY ROLLUP (a);
CREATE VIEW

> SELECT * FROM w ORDER BY a;
a | r
1 | 1
3 | 3
NULL | 6
SELECT 3

> SELECT pg_get_viewdef('w'::regclass, true);
pg_get_viewdef
 SELECT v.a,
    rank(v.a) WITHIN GROUP (ORDER BY v.b) AS r
   FROM v
  GROUP BY ROLLUP(v.a);
SELECT 1

-- GROUPING is no argument of an aggregate.

> SELECT sum(grouping(a)) FROM v GROUP BY ROLLUP (a);
ERROR 42803: aggregate function calls cannot be nested

> SELECT count(*) FILTER (WHERE grouping(a) = 0) FROM v GROUP BY ROLLUP (a);
ERROR 42803: grouping operations are not allowed in FILTER

> SELECT sum(b) FILTER (WHERE count(*) = 0) FROM v;
ERROR 42803: aggregate functions are not allowed in FILTER

> SELECT sum(b) FILTER (WHERE row_number() OVER () = 0) FROM v;
ERROR 42P20: window functions are not allowed in FILTER

> SELECT sum(b) FILTER (WHERE generate_series(1, 2) = 1) FROM v;
ERROR 0A000: aggregate function calls cannot contain set-returning function calls
HINT: You might be able to move the set-returning function into a LATERAL FROM item.

> SELECT rank(grouping(a)) WITHIN GROUP (ORDER BY b) FROM v GROUP BY ROLLUP (a);
ERROR 42803: aggregate function calls cannot be nested

> SELECT sum(grouping(a)) OVER () FROM v GROUP BY ROLLUP (a);
sum
1
1
1
SELECT 3

> SELECT (SELECT sum(grouping(a)) FROM generate_series(1, 2)) FROM v GROUP BY ROLLUP (a) ORDER BY 1;
ERROR 42803: aggregate function calls cannot be nested

> DROP TABLE v CASCADE;
NOTICE: drop cascades to view w
DROP TABLE
