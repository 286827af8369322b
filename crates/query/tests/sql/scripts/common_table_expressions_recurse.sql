> CREATE TABLE o (id int, d int);
CREATE TABLE
> CREATE TABLE cc (id int, d int);
CREATE TABLE
> INSERT INTO o VALUES (1, 1), (2, 2), (3, 3);
INSERT 0 3
> INSERT INTO cc VALUES (1, 1), (2, 5);
INSERT 0 2
> WITH c AS (SELECT * FROM cc) UPDATE o SET d = (SELECT c.d FROM c WHERE c.id = o.id) WHERE id < 3 RETURNING *;
id | d
1 | 1
2 | 5
UPDATE 2
> WITH c AS (SELECT * FROM cc) DELETE FROM o WHERE o.d = (SELECT c.d FROM c WHERE c.id = o.id) RETURNING *;
id | d
1 | 1
2 | 5
DELETE 2
> SELECT (WITH c (x) AS (VALUES (o.id)) SELECT (SELECT x FROM c)) FROM o ORDER BY 1;
x
3
SELECT 1
> WITH RECURSIVE x (id) AS (SELECT * FROM y UNION ALL SELECT id + 1 FROM x WHERE id < 3), y (id) AS (VALUES (1)) SELECT * FROM x;
id
1
2
3
SELECT 3
> WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x;
ERROR 42P01: relation "y" does not exist
DETAIL: There is a WITH item named "y", but it cannot be referenced from this part of the query.
HINT: Use WITH RECURSIVE, or re-order the WITH items to remove forward references.
> WITH RECURSIVE a AS (INSERT INTO o SELECT id + 10, d FROM b RETURNING id), b AS (INSERT INTO o SELECT id + 20, d FROM cc RETURNING *) SELECT count(*) FROM a;
count
2
SELECT 1
> SELECT * FROM o ORDER BY id, d;
id | d
3 | 3
21 | 1
22 | 5
31 | 1
32 | 5
SELECT 5
> WITH RECURSIVE x (id) AS (SELECT id FROM y), y (id) AS (SELECT id FROM x) SELECT * FROM x;
ERROR 0A000: mutual recursion between WITH items is not implemented
> WITH RECURSIVE x (n) AS (SELECT n FROM x) SELECT * FROM x;
ERROR 42P19: recursive query "x" does not have the form non-recursive-term UNION [ALL] recursive-term
> WITH RECURSIVE x (n) AS (SELECT n FROM x UNION ALL SELECT 1) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within its non-recursive term
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n IN (SELECT * FROM x)) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within a subquery
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM cc LEFT JOIN x ON x.n = cc.id WHERE n < 10) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within an outer join
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT x.n + 1 FROM x RIGHT JOIN cc ON x.n = cc.id WHERE n < 10) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within an outer join
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x UNION ALL SELECT 1) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within its non-recursive term
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL (SELECT n + 1 FROM x EXCEPT SELECT n FROM x)) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within EXCEPT
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL (SELECT n + 1 FROM x EXCEPT ALL SELECT 1)) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear within EXCEPT
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT a.n FROM x a, x b) SELECT * FROM x;
ERROR 42P19: recursive reference to query "x" must not appear more than once
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT count(*)::int FROM x) SELECT * FROM x;
ERROR 42P19: aggregate functions are not allowed in a recursive query's recursive term
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x ORDER BY 1) SELECT * FROM x;
ERROR 0A000: ORDER BY in a recursive query is not implemented
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x LIMIT 3) SELECT * FROM x;
ERROR 0A000: LIMIT in a recursive query is not implemented
> WITH RECURSIVE x (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x FOR UPDATE) SELECT * FROM x;
ERROR 0A000: FOR UPDATE/SHARE in a recursive query is not implemented
> WITH RECURSIVE x (n) AS (INSERT INTO o SELECT n FROM x RETURNING id) SELECT * FROM x;
ERROR 42P19: recursive query "x" must not contain data-modifying statements
> WITH RECURSIVE x (n) AS (SELECT 1::numeric(3, 0) UNION ALL SELECT (n + 1)::numeric(10, 0) FROM x WHERE n < 3) SELECT * FROM x;
ERROR 42804: recursive query "x" column 1 has type numeric(3,0) in non-recursive term but type numeric overall
HINT: Cast the output of the non-recursive term to the correct type.
> WITH RECURSIVE x (n) AS (VALUES (1::money) UNION SELECT n + 1::money FROM x WHERE n < 3::money) SELECT * FROM x;
ERROR 0A000: could not implement recursive UNION
DETAIL: All column datatypes must be hashable.
> CREATE TABLE graph (f int, t int);
CREATE TABLE
> INSERT INTO graph VALUES (1, 2), (1, 3), (2, 3), (1, 4), (4, 5), (5, 1);
INSERT 0 6
> WITH RECURSIVE s (f, t) AS (SELECT * FROM graph WHERE t <> 1 UNION ALL SELECT g.* FROM graph g, s WHERE g.f = s.t AND g.t <> 1) SEARCH DEPTH FIRST BY f, t SET seq SELECT * FROM s ORDER BY seq;
f | t | seq
1 | 2 | {"(1,2)"}
2 | 3 | {"(1,2)","(2,3)"}
1 | 3 | {"(1,3)"}
1 | 4 | {"(1,4)"}
4 | 5 | {"(1,4)","(4,5)"}
2 | 3 | {"(2,3)"}
4 | 5 | {"(4,5)"}
SELECT 7
> WITH RECURSIVE s (f, t) AS (SELECT * FROM graph WHERE t <> 1 UNION ALL SELECT g.* FROM graph g, s WHERE g.f = s.t AND g.t <> 1) SEARCH BREADTH FIRST BY f, t SET seq SELECT * FROM s ORDER BY seq;
f | t | seq
1 | 2 | (0,1,2)
1 | 3 | (0,1,3)
1 | 4 | (0,1,4)
2 | 3 | (0,2,3)
4 | 5 | (0,4,5)
2 | 3 | (1,2,3)
4 | 5 | (1,4,5)
SELECT 7
> WITH RECURSIVE s (f, t) AS (SELECT * FROM graph UNION ALL SELECT g.* FROM graph g, s WHERE g.f = s.t) CYCLE f, t SET is_cycle USING path SELECT * FROM s ORDER BY path;
f | t | is_cycle | path
1 | 2 | f | {"(1,2)"}
2 | 3 | f | {"(1,2)","(2,3)"}
1 | 3 | f | {"(1,3)"}
1 | 4 | f | {"(1,4)"}
4 | 5 | f | {"(1,4)","(4,5)"}
5 | 1 | f | {"(1,4)","(4,5)","(5,1)"}
1 | 2 | f | {"(1,4)","(4,5)","(5,1)","(1,2)"}
2 | 3 | f | {"(1,4)","(4,5)","(5,1)","(1,2)","(2,3)"}
1 | 3 | f | {"(1,4)","(4,5)","(5,1)","(1,3)"}
1 | 4 | t | {"(1,4)","(4,5)","(5,1)","(1,4)"}
2 | 3 | f | {"(2,3)"}
4 | 5 | f | {"(4,5)"}
5 | 1 | f | {"(4,5)","(5,1)"}
1 | 2 | f | {"(4,5)","(5,1)","(1,2)"}
2 | 3 | f | {"(4,5)","(5,1)","(1,2)","(2,3)"}
1 | 3 | f | {"(4,5)","(5,1)","(1,3)"}
1 | 4 | f | {"(4,5)","(5,1)","(1,4)"}
4 | 5 | t | {"(4,5)","(5,1)","(1,4)","(4,5)"}
5 | 1 | f | {"(5,1)"}
1 | 2 | f | {"(5,1)","(1,2)"}
2 | 3 | f | {"(5,1)","(1,2)","(2,3)"}
1 | 3 | f | {"(5,1)","(1,3)"}
1 | 4 | f | {"(5,1)","(1,4)"}
4 | 5 | f | {"(5,1)","(1,4)","(4,5)"}
5 | 1 | t | {"(5,1)","(1,4)","(4,5)","(5,1)"}
SELECT 25
> WITH RECURSIVE s (f, t) AS (SELECT * FROM graph UNION SELECT g.* FROM graph g, s WHERE g.f = s.t) CYCLE f, t SET mark TO 'Y' DEFAULT 'N' USING path SELECT f, t, mark FROM s WHERE mark = 'Y' ORDER BY path;
f | t | mark
1 | 4 | Y
4 | 5 | Y
5 | 1 | Y
SELECT 3
> WITH RECURSIVE s (x) AS (SELECT 0 UNION ALL SELECT (x + 1) % 4 FROM s WHERE NOT c) SEARCH DEPTH FIRST BY x SET o CYCLE x SET c USING p SELECT * FROM s;
x | o | c | p
0 | {(0)} | f | {(0)}
1 | {(0),(1)} | f | {(0),(1)}
2 | {(0),(1),(2)} | f | {(0),(1),(2)}
3 | {(0),(1),(2),(3)} | f | {(0),(1),(2),(3)}
0 | {(0),(1),(2),(3),(0)} | t | {(0),(1),(2),(3),(0)}
SELECT 5
> WITH RECURSIVE s AS (SELECT 1 AS b UNION ALL SELECT * FROM s) CYCLE b SET c USING p SELECT * FROM s;
b | c | p
1 | f | {(1)}
1 | t | {(1),(1)}
SELECT 2
> SELECT * FROM (WITH RECURSIVE s AS (SELECT 1 AS b UNION ALL SELECT b FROM s) CYCLE b SET c USING p SELECT c, p FROM s) q;
c | p
f | {(1)}
t | {(1),(1)}
SELECT 2
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x FROM s) SEARCH DEPTH FIRST BY y SET o SELECT * FROM s;
ERROR 42601: search column "y" not in WITH query column list
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x FROM s) SEARCH DEPTH FIRST BY x, x SET o SELECT * FROM s;
ERROR 42701: search column "x" specified more than once
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x FROM s) CYCLE x SET c USING c SELECT * FROM s;
ERROR 42601: cycle mark column name and cycle path column name are the same
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x FROM s) CYCLE x SET c TO true DEFAULT 55 USING p SELECT * FROM s;
ERROR 42804: CYCLE types boolean and integer cannot be matched
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x FROM s) CYCLE x SET c TO point '(1,1)' DEFAULT point '(0,0)' USING p SELECT * FROM s;
ERROR 42883: could not identify an equality operator for type point
> WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT x FROM s) SEARCH DEPTH FIRST BY x SET o SELECT * FROM s;
ERROR 0A000: with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT
> WITH RECURSIVE s (x) AS (SELECT 1 UNION (WITH s AS (SELECT * FROM s) SELECT * FROM s)) SEARCH DEPTH FIRST BY x SET o SELECT * FROM s;
ERROR 0A000: with a SEARCH or CYCLE clause, the recursive reference to WITH query "s" must be at the top level of its right-hand SELECT
> WITH s (x) AS (SELECT 1) SEARCH DEPTH FIRST BY x SET o SELECT * FROM s;
ERROR 42601: WITH query is not recursive
> CREATE VIEW vs AS WITH RECURSIVE s (f, t) AS (SELECT * FROM graph UNION ALL SELECT g.* FROM graph g, s WHERE g.f = s.t) SEARCH BREADTH FIRST BY f, t SET seq CYCLE f, t SET c TO 'Y' DEFAULT 'N' USING p SELECT f, t FROM s WHERE c = 'N' ORDER BY seq;
CREATE VIEW
> SELECT pg_get_viewdef('vs');
pg_get_viewdef
 WITH RECURSIVE s(f, t) AS (
         SELECT graph.f,
            graph.t
           FROM graph
        UNION ALL
         SELECT g.f,
            g.t
           FROM graph g,
            s s_1
          WHERE (g.f = s_1.t)
        ) SEARCH BREADTH FIRST BY f, t SET seq CYCLE f, t SET c TO 'Y'::text DEFAULT 'N'::text USING p
 SELECT s.f,
    s.t
   FROM s
  WHERE (s.c = 'N'::text)
  ORDER BY s.seq;
SELECT 1
> SELECT * FROM vs LIMIT 3;
f | t
1 | 2
1 | 3
1 | 4
SELECT 3
> SELECT f1, (WITH c(x, y) AS (SELECT 1, 2) SELECT count((SELECT i.f1 FROM c))) AS n FROM (VALUES (1), (2)) i(f1);
ERROR 0A000: outer-level aggregate cannot use a nested CTE
DETAIL: CTE "c" is below the aggregate's semantic level.
> SELECT f1, (WITH c(x, y) AS (SELECT 1, 2) SELECT count((SELECT i.f1 + x FROM c))) AS n FROM (VALUES (1), (2)) i(f1);
ERROR 0A000: outer-level aggregate cannot use a nested CTE
DETAIL: CTE "c" is below the aggregate's semantic level.
> SELECT (WITH c AS (SELECT 1) SELECT count((WITH d AS (SELECT 1) SELECT i.f1 FROM d))) AS n FROM (VALUES (1), (2)) i(f1);
n
2
SELECT 1
> WITH c AS (SELECT 1) SELECT (SELECT count((SELECT i.f1 FROM c))) AS n FROM (VALUES (1), (2)) i(f1);
n
2
SELECT 1
> SELECT f1, (WITH c AS (SELECT 1) SELECT sum(i.f1) FROM c) AS n FROM (VALUES (1), (2)) i(f1) GROUP BY f1 ORDER BY f1;
f1 | n
1 | 1
2 | 2
SELECT 2
