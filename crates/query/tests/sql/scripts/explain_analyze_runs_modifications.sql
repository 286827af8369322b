> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE
> EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) INSERT INTO t VALUES (1, 1), (2, 2) RETURNING a;
QUERY PLAN
Insert on t (actual rows=2 loops=1)
  ->  Values Scan (actual rows=2 loops=1)
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) UPDATE t SET b = 5 WHERE a = 1;
QUERY PLAN
Update on t (actual rows=0 loops=1)
  ->  Projection (actual rows=1 loops=1)
        ->  Seq Scan on t (actual rows=1 loops=1)
              Storage Filter: (a = 1)
              Storage: round trips=1 rows=1 bytes=29
EXPLAIN
> EXPLAIN (COSTS off) DELETE FROM t;
QUERY PLAN
Delete on t
  ->  Seq Scan on t
EXPLAIN
> SELECT * FROM t ORDER BY a;
a | b
1 | 5
2 | 2
SELECT 2
> BEGIN READ ONLY;
BEGIN
> EXPLAIN (ANALYZE, COSTS off) DELETE FROM t;
ERROR 25006: cannot execute DELETE in a read-only transaction
> ROLLBACK;
ROLLBACK
> CREATE TABLE c (a int REFERENCES t);
CREATE TABLE
> EXPLAIN (ANALYZE, COSTS off) INSERT INTO c VALUES (77);
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_a_fkey"
DETAIL: Key (a)=(77) is not present in table "t".
> EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) WITH n AS (INSERT INTO c VALUES (1) RETURNING a) SELECT count(*) FROM n;
QUERY PLAN
With (actual rows=1 loops=1)
  CTE n
    ->  Insert on c (actual rows=1 loops=1)
        ->  Result (actual rows=1 loops=1)
  ->  Projection (actual rows=1 loops=1)
        ->  Aggregate (actual rows=1 loops=1)
              ->  CTE Scan on n (actual rows=1 loops=1)
EXPLAIN
> SELECT * FROM c;
a
1
SELECT 1
