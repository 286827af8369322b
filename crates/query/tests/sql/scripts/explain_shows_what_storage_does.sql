> CREATE TABLE t (id int PRIMARY KEY, a int, b bigint, s text);
> CREATE INDEX t_a ON t (a);
> INSERT INTO t SELECT i, i % 1000, i * 3, 'row ' || i FROM generate_series(1, 20000) i;

-- Index condition, storage filter, and what the query node filters.
> EXPLAIN (COSTS off) SELECT s FROM t WHERE id BETWEEN 10 AND 20 AND b > 40 AND random() >= 0;
> EXPLAIN (COSTS off) SELECT sum(b), count(*) FILTER (WHERE a < 5) FROM t WHERE s LIKE 'row 1%';
> EXPLAIN (COSTS off) SELECT a % 7, max(s) FROM t GROUP BY 1 HAVING count(*) > 1;
> EXPLAIN (COSTS off) SELECT id, s FROM t ORDER BY b DESC, id LIMIT 10;
-- What storage has no form of stays above.
> EXPLAIN (COSTS off) SELECT count(DISTINCT a), string_agg(s, ',') FROM t;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id FROM t WHERE a = 7;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id, a FROM t WHERE b % 100 = 3;
> EXPLAIN (ANALYZE, COSTS off, TIMING off, FORMAT json) SELECT count(*) FROM t;

-- Rows that the transaction has written are read as they are and merged here.
> BEGIN;
> UPDATE t SET a = 0 WHERE id = 5;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
> ROLLBACK;

-- Without push-down storage gives all rows of the key range.
> SET gavel.push_down = off;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT sum(b), count(*) FROM t WHERE a < 990;
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id, a FROM t WHERE b % 100 = 3;
> EXPLAIN (COSTS off) SELECT id, s FROM t ORDER BY b DESC, id LIMIT 10;
> SHOW gavel.push_down;
