> CREATE TABLE target (a int, b int);
CREATE TABLE

> INSERT INTO target SELECT i, i FROM generate_series(1, 9, 2) i;
INSERT 0 5

> EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off) MERGE INTO target t USING (VALUES (1), (2), (3), (4), (5)) s(x) ON t.a = s.x WHEN MATCHED AND x = 1 THEN DELETE WHEN MATCHED AND x = 3 THEN UPDATE SET b = 0 WHEN NOT MATCHED AND x > 2 THEN INSERT VALUES (x, x);
QUERY PLAN
Merge on target (actual rows=0 loops=1)
  Tuples: inserted=1 updated=1 deleted=1 skipped=2
  ->  Projection (actual rows=5 loops=1)
        ->  Projection (actual rows=5 loops=1)
              ->  Hash Left Join (actual rows=5 loops=1)
                    Hash Cond: (c3 = a)
                    ->  Values Scan (actual rows=5 loops=1)
                    ->  Seq Scan on target (actual rows=5 loops=1)
                          Storage: round trips=1 rows=5 bytes=189
EXPLAIN

> EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off) MERGE INTO target t USING (VALUES (5), (9)) s(x) ON t.a = s.x WHEN MATCHED THEN UPDATE SET b = 1;
QUERY PLAN
Merge on target (actual rows=0 loops=1)
  Tuples: updated=2
  ->  Projection (actual rows=2 loops=1)
        ->  Projection (actual rows=2 loops=1)
              ->  Hash Join (actual rows=2 loops=1)
                    Hash Cond: (a = c3)
                    ->  Seq Scan on target (actual rows=5 loops=1)
                          Storage: round trips=1 rows=5 bytes=189
                    ->  Values Scan (actual rows=2 loops=1)
EXPLAIN

> EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off) MERGE INTO target t USING (VALUES (11)) s(x) ON t.a = s.x WHEN MATCHED THEN DELETE;
QUERY PLAN
Merge on target (actual rows=0 loops=1)
  ->  Projection (actual rows=0 loops=1)
        ->  Projection (actual rows=0 loops=1)
              ->  Hash Join (actual rows=0 loops=1)
                    Hash Cond: (a = c3)
                    ->  Seq Scan on target (actual rows=5 loops=1)
                          Storage: round trips=1 rows=5 bytes=189
                    ->  Result (actual rows=1 loops=1)
EXPLAIN

> EXPLAIN (COSTS off) MERGE INTO target t USING (VALUES (11)) s(x) ON t.a = s.x WHEN MATCHED THEN DELETE;
QUERY PLAN
Merge on target
  ->  Projection
        ->  Projection
              ->  Hash Join
                    Hash Cond: (a = c3)
                    ->  Seq Scan on target
                    ->  Result
EXPLAIN

> SELECT * FROM target ORDER BY a;
a | b
3 | 0
4 | 4
5 | 1
7 | 7
9 | 1
SELECT 5
