> CREATE TABLE g (a int, b int, c int);
CREATE TABLE
> INSERT INTO g VALUES (1, 1, 1), (1, 2, 10), (2, 1, 100), (2, 2, 1000);
INSERT 0 4
> SELECT sum(c) FROM g GROUP BY GROUPING SETS ((), GROUPING SETS ((), GROUPING SETS (((a, b))))) ORDER BY 1 DESC;
sum
1111
1111
1000
100
10
1
SELECT 6
> SELECT sum(c) FROM g GROUP BY GROUPING SETS (GROUPING SETS (ROLLUP (a), GROUPING SETS (CUBE (a)))) ORDER BY 1 DESC;
sum
1111
1111
1100
1100
11
11
SELECT 6
> SELECT a, b, sum(c) FROM g GROUP BY GROUPING SETS (ROLLUP (a, b), a) ORDER BY 1, 2, 3;
a | b | sum
1 | 1 | 1
1 | 2 | 10
1 | NULL | 11
1 | NULL | 11
2 | 1 | 100
2 | 2 | 1000
2 | NULL | 1100
2 | NULL | 1100
NULL | NULL | 1111
SELECT 9
> SELECT a, b, sum(c) FROM g GROUP BY GROUPING SETS ((a, (a, b)), GROUPING SETS ((a, (a, b)), a)) ORDER BY 1, 2, 3;
a | b | sum
1 | 1 | 1
1 | 1 | 1
1 | 2 | 10
1 | 2 | 10
1 | NULL | 11
2 | 1 | 100
2 | 1 | 100
2 | 2 | 1000
2 | 2 | 1000
2 | NULL | 1100
SELECT 10
> SELECT a, b, count(*) FROM g GROUP BY ALL ROLLUP (a, b), ROLLUP (a) ORDER BY 1, 2, 3;
a | b | count
1 | 1 | 1
1 | 1 | 1
1 | 2 | 1
1 | 2 | 1
1 | NULL | 2
1 | NULL | 2
1 | NULL | 2
2 | 1 | 1
2 | 1 | 1
2 | 2 | 1
2 | 2 | 1
2 | NULL | 2
2 | NULL | 2
2 | NULL | 2
NULL | NULL | 4
SELECT 15
> SELECT a, b, count(*) FROM g GROUP BY DISTINCT ROLLUP (a, b), ROLLUP (a) ORDER BY 1, 2, 3;
a | b | count
1 | 1 | 1
1 | 2 | 1
1 | NULL | 2
2 | 1 | 1
2 | 2 | 1
2 | NULL | 2
NULL | NULL | 4
SELECT 7
> SELECT DISTINCT a FROM g GROUP BY DISTINCT a ORDER BY 1;
a
1
2
SELECT 2
> SELECT (SELECT grouping(a, b)) AS m, a, b FROM g GROUP BY ROLLUP (a, b) ORDER BY 1, 2, 3;
m | a | b
0 | 1 | 1
0 | 1 | 2
0 | 2 | 1
0 | 2 | 2
1 | 1 | NULL
1 | 2 | NULL
3 | NULL | NULL
SELECT 7
> SELECT (SELECT (SELECT grouping(e) FROM (VALUES (1)) v2 (c)) FROM (VALUES (1, 2)) v1 (a, b) GROUP BY (a, b)) FROM (VALUES (6, 7)) v3 (e, f) GROUP BY ROLLUP (e, f) ORDER BY 1;
grouping
0
0
1
SELECT 3
> SELECT grouping(c) FROM g GROUP BY a;
ERROR 42803: arguments to GROUPING must be grouping expressions of the associated query level
> SELECT (SELECT grouping(c)) FROM g GROUP BY a;
ERROR 42803: arguments to GROUPING must be grouping expressions of the associated query level
> SELECT a FROM g WHERE grouping(a) = 0 GROUP BY a;
ERROR 42803: grouping operations are not allowed in WHERE
> SELECT a AS x, a AS y FROM g GROUP BY x, ROLLUP (y) ORDER BY 1, 2;
x | y
1 | 1
1 | NULL
2 | 2
2 | NULL
SELECT 4
> CREATE TABLE k (id int PRIMARY KEY, b int, d text);
CREATE TABLE
> INSERT INTO k VALUES (1, 1, 'one'), (2, 1, 'two');
INSERT 0 2
> SELECT id, d, b, grouping(b) FROM k GROUP BY GROUPING SETS ((id), (id, b)) ORDER BY 1, 4;
id | d | b | grouping
1 | one | 1 | 0
1 | one | NULL | 1
2 | two | 1 | 0
2 | two | NULL | 1
SELECT 4
> SELECT id, d FROM k GROUP BY ROLLUP (id);
ERROR 42803: column "k.d" must appear in the GROUP BY clause or be used in an aggregate function
> CREATE VIEW vg AS SELECT a, b, sum(c) AS c FROM g GROUP BY DISTINCT GROUPING SETS (ROLLUP (a, b), GROUPING SETS (a, (a, b)));
CREATE VIEW
> SELECT pg_get_viewdef('vg');
pg_get_viewdef
 SELECT g.a,
    g.b,
    sum(g.c) AS c
   FROM g
  GROUP BY DISTINCT GROUPING SETS (ROLLUP(g.a, g.b), (g.a), (g.a, g.b));
SELECT 1
