> CREATE TABLE n (f int PRIMARY KEY); INSERT INTO n SELECT generate_series(1, 9); CREATE TEMP TABLE t AS SELECT 1 AS x, 2 AS y;
CREATE TABLE
INSERT 0 9
SELECT 1
> SELECT * FROM t, LATERAL (SELECT * FROM n WHERE f = x) s;
x | y | f
1 | 2 | 1
SELECT 1
> SELECT t.x, s.c FROM t LEFT JOIN LATERAL (SELECT count(*) AS c FROM n WHERE f > t.x) s ON true;
x | c
1 | 8
SELECT 1
> SELECT t.x, s.f FROM t LEFT JOIN LATERAL (SELECT f FROM n WHERE f > t.x + 100) s ON true;
x | f
1 | NULL
SELECT 1

-- Not so the table that a statement changes.
> UPDATE t SET y = f FROM LATERAL (SELECT * FROM n WHERE f = x) ss;
ERROR 42P10: invalid reference to FROM-clause entry for table "t"
HINT: There is an entry for table "t", but it cannot be referenced from this part of the query.
> UPDATE t SET y = f FROM (SELECT * FROM n WHERE f = t.x) ss;
ERROR 42P01: invalid reference to FROM-clause entry for table "t"
HINT: There is an entry for table "t", but it cannot be referenced from this part of the query.
> DELETE FROM t USING LATERAL (SELECT f FROM n WHERE f = x) ss;
ERROR 42P10: invalid reference to FROM-clause entry for table "t"
HINT: There is an entry for table "t", but it cannot be referenced from this part of the query.
> UPDATE t SET y = f FROM t, LATERAL (SELECT * FROM n WHERE f = x) ss;
ERROR 42712: table name "t" specified more than once
> UPDATE t SET y = ss.f FROM n, LATERAL (SELECT n.f + 1 AS f) ss WHERE n.f = t.x RETURNING *;
x | y | f | f
1 | 2 | 1 | 2
UPDATE 1
> DELETE FROM t USING n, LATERAL (SELECT n.f + 1 AS g) ss WHERE g = t.y RETURNING t.*;
x | y
1 | 2
DELETE 1
