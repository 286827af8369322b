> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE
> CREATE TABLE u (a int, c text);
CREATE TABLE
> INSERT INTO u VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT 0 3

> INSERT INTO t VALUES (1, 10), (2, 20) RETURNING a, (SELECT c FROM u WHERE u.a = t.a) AS name, (SELECT count(*) FROM t) AS before;
a | name | before
1 | one | 0
2 | two | 0
INSERT 0 2
> UPDATE t SET b = b + 1 RETURNING a, b, EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND c LIKE 'o%') AS o, (SELECT sum(b) FROM t) AS before;
a | b | o | before
1 | 11 | t | 30
2 | 21 | f | 30
UPDATE 2
> DELETE FROM t WHERE a = 2 RETURNING a, ARRAY(SELECT c FROM u WHERE u.a >= t.a ORDER BY u.a) AS names;
a | names
2 | {two,three}
DELETE 1

-- The subqueries of DO UPDATE see what the statement began with.
> INSERT INTO t VALUES (1, 5), (2, 7) ON CONFLICT (a) DO UPDATE SET b = (SELECT max(b) FROM t) + excluded.b;
INSERT 0 2
> SELECT * FROM t ORDER BY a;
a | b
1 | 16
2 | 7
SELECT 2
> INSERT INTO t VALUES (1, 0), (2, 0) ON CONFLICT (a) DO UPDATE SET b = excluded.b
  WHERE t.a IN (SELECT a FROM u WHERE c = 'two') RETURNING a, b, (SELECT c FROM u WHERE u.a = t.a);
a | b | c
2 | 0 | two
INSERT 0 1
> INSERT INTO t VALUES (1, 0) ON CONFLICT (a) DO UPDATE SET (b) = (SELECT length(c) FROM u WHERE u.a = excluded.a) RETURNING *;
a | b
1 | 3
INSERT 0 1

-- With CTEs around.
> WITH n AS (SELECT 3 AS a UNION ALL SELECT 4) INSERT INTO t SELECT a, a FROM n RETURNING a, (SELECT count(*) FROM n) AS n;
a | n
3 | 2
4 | 2
INSERT 0 2
> WITH gone AS (DELETE FROM t WHERE a > 2 RETURNING a, (SELECT c FROM u WHERE u.a = t.a) AS name) SELECT * FROM gone ORDER BY a;
a | name
3 | three
4 | NULL
SELECT 2
> INSERT INTO t VALUES (1, 1) RETURNING (SELECT a FROM u);
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(1) already exists.
> INSERT INTO t VALUES (9, 1) RETURNING (SELECT a FROM u);
ERROR 21000: more than one row returned by a subquery used as an expression
> SELECT * FROM t ORDER BY a;
a | b
1 | 3
2 | 0
SELECT 2
> INSERT INTO t VALUES (9, 1) ON CONFLICT (a) DO UPDATE SET b = (SELECT a FROM u);
INSERT 0 1
> INSERT INTO t VALUES (9, 1) ON CONFLICT (a) DO UPDATE SET b = (SELECT a FROM u);
ERROR 21000: more than one row returned by a subquery used as an expression
