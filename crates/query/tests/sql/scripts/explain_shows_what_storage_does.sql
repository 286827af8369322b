> CREATE TABLE t (id int PRIMARY KEY, a int, b bigint, s text);
CREATE TABLE
> CREATE INDEX t_a ON t (a);
CREATE INDEX
> INSERT INTO t SELECT i, i % 1000, i * 3, 'row ' || i FROM generate_series(1, 20000) i;
INSERT 0 20000

-- Index condition, storage filter, and what the query node filters.
> EXPLAIN (COSTS off) SELECT s FROM t WHERE id BETWEEN 10 AND 20 AND b > 40 AND random() >= 0;
QUERY PLAN
Projection
  ->  Filter
        Filter: (random() >= 0)
        ->  Index Scan using t_pkey on t
              Index Cond: (id >= 10) AND (id <= 20)
              Storage Filter: (b > 40)
EXPLAIN
> EXPLAIN (COSTS off) SELECT sum(b), count(*) FILTER (WHERE a < 5) FROM t WHERE s LIKE 'row 1%';
QUERY PLAN
Projection
  ->  Aggregate
        Storage Aggregate: sum(b), count(*) FILTER (WHERE (a < 5))
        ->  Seq Scan on t
              Storage Filter: (s ~~ 'row 1%'::text)
EXPLAIN
> EXPLAIN (COSTS off) SELECT a % 7, max(s) FROM t GROUP BY 1 HAVING count(*) > 1;
QUERY PLAN
Projection
  ->  Filter
        Filter: (c8 > 1)
        ->  HashAggregate
              Storage Aggregate: max(s), count(*)
              Group Key: (a % 7)
              ->  Seq Scan on t
EXPLAIN
> EXPLAIN (COSTS off) SELECT id, s FROM t ORDER BY b DESC, id LIMIT 10;
QUERY PLAN
Projection
  ->  Limit
        ->  Top-N Sort
              Sort Key: b DESC, id
              Storage Top-N: b DESC, id
              ->  Projection
                    ->  Seq Scan on t
EXPLAIN
-- What storage has no form of stays above.
> EXPLAIN (COSTS off) SELECT count(DISTINCT a), string_agg(s, ',') FROM t;
QUERY PLAN
Projection
  ->  Aggregate
        ->  Seq Scan on t
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
QUERY PLAN
Projection (actual rows=1 loops=1)
  ->  Aggregate (actual rows=1 loops=1)
        Storage Aggregate: sum(b), count(*)
        ->  Seq Scan on t (actual rows=1 loops=1)
              Storage Filter: (a < 990)
              Storage: round trips=1 rows=1 bytes=53
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id FROM t WHERE a = 7;
QUERY PLAN
Projection (actual rows=20 loops=1)
  ->  Index Only Scan using t_a on t (actual rows=20 loops=1)
        Index Cond: (a = 7)
        Storage: round trips=1 rows=20 bytes=80
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id, a FROM t WHERE b % 100 = 3;
QUERY PLAN
Projection (actual rows=200 loops=1)
  ->  Seq Scan on t (actual rows=200 loops=1)
        Storage Filter: ((b % 100) = 3)
        Storage: round trips=1 rows=200 bytes=1600
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off, FORMAT json) SELECT count(*) FROM t;
QUERY PLAN
[
  {
    "Plan": {
      "Node Type": "Aggregate",
      "Description": "Aggregate",
      "Actual Rows": 1,
      "Actual Loops": 1,
      "Storage Aggregate": "count(*)",
      "Plans": [
        {
          "Node Type": "Seq Scan",
          "Description": "Seq Scan on t",
          "Relation Name": "t",
          "Alias": "t",
          "Actual Rows": 1,
          "Actual Loops": 1,
          "Storage": "round trips=1 rows=1 bytes=17",
          "Parent Relationship": "Outer"
        }
      ]
    }
  }
]
EXPLAIN

-- Rows that the transaction has written are read as they are and merged here.
> BEGIN;
BEGIN
> UPDATE t SET a = 0 WHERE id = 5;
UPDATE 1
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
QUERY PLAN
Projection (actual rows=1 loops=1)
  ->  Aggregate (actual rows=1 loops=1)
        Storage Aggregate: sum(b), count(*)
        ->  Seq Scan on t (actual rows=1 loops=1)
              Storage Filter: (a < 990)
              Storage: round trips=5 rows=20000 bytes=988894 (raw rows, filtered and folded here)
EXPLAIN
> ROLLBACK;
ROLLBACK

-- Without push-down storage gives all rows of the key range.
> SET gavel.push_down = off;
SET
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
QUERY PLAN
Projection (actual rows=1 loops=1)
  ->  Aggregate (actual rows=1 loops=1)
        ->  Filter (actual rows=19800 loops=1)
              Filter: (a < 990)
              ->  Seq Scan on t (actual rows=20000 loops=1)
                    Storage: round trips=1 rows=20000 bytes=240000
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id, a FROM t WHERE b % 100 = 3;
QUERY PLAN
Projection (actual rows=200 loops=1)
  ->  Filter (actual rows=200 loops=1)
        Filter: ((b % 100) = 3)
        ->  Seq Scan on t (actual rows=20000 loops=1)
              Storage: round trips=1 rows=20000 bytes=320000
EXPLAIN
> EXPLAIN (COSTS off) SELECT id, s FROM t ORDER BY b DESC, id LIMIT 10;
QUERY PLAN
Projection
  ->  Limit
        ->  Top-N Sort
              Sort Key: b DESC, id
              ->  Projection
                    ->  Seq Scan on t
EXPLAIN
> SHOW gavel.push_down;
gavel.push_down
off
SHOW
