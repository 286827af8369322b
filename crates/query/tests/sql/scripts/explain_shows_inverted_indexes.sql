> CREATE TABLE t (id int PRIMARY KEY, a int, j jsonb, xs int[]);
CREATE TABLE
> INSERT INTO t SELECT i, i % 100, jsonb_build_object('n', i, 'mod', i % 5), ARRAY[i, i % 7] FROM generate_series(1, 5000) i;
INSERT 0 5000
> CREATE INDEX t_j ON t USING gin (j);
CREATE INDEX
> CREATE INDEX t_xs ON t USING gin (xs);
CREATE INDEX
> CREATE INDEX t_brin ON t USING brin (a);
CREATE INDEX
> EXPLAIN (COSTS off) SELECT id FROM t WHERE j @> '{"n": 7}' AND a > 3;
QUERY PLAN
Projection
  ->  Index Scan using t_j on t
        Index Cond: (j @> '{"n": 7}'::jsonb)
        Storage Filter: ((j @> '{"n": 7}'::jsonb) AND (a > 3))
EXPLAIN
> EXPLAIN (COSTS off) SELECT id FROM t WHERE xs && ARRAY[7, 8, 9] AND xs @> ARRAY[2];
QUERY PLAN
Projection
  ->  Filter
        Filter: ((xs && ARRAY[7, 8, 9]) AND (xs @> ARRAY[2]))
        ->  Index Scan using t_xs on t
              Index Cond: (xs && ARRAY[7, 8, 9]) AND (xs @> ARRAY[2])
EXPLAIN
> EXPLAIN (COSTS off) SELECT count(*) FROM t WHERE '{"n": 7}' <@ j;
QUERY PLAN
Projection
  ->  Aggregate
        Storage Aggregate: count(*)
        ->  Index Scan using t_j on t
              Index Cond: (j @> '{"n": 7}'::jsonb)
              Storage Filter: ('{"n": 7}'::jsonb <@ j)
EXPLAIN
-- Most rows have it: the table is read.
> EXPLAIN (COSTS off) SELECT id FROM t WHERE j ? 'mod';
QUERY PLAN
Projection
  ->  Seq Scan on t
        Storage Filter: (j ? 'mod'::text)
EXPLAIN
> EXPLAIN (COSTS off) SELECT id FROM t WHERE a = 3;
QUERY PLAN
Projection
  ->  Seq Scan on t
        Storage Filter: (a = 3)
EXPLAIN
> PREPARE q (jsonb) AS SELECT id FROM t WHERE j @> $1;
PREPARE
> EXPLAIN (COSTS off) EXECUTE q ('{"n": 1}');
QUERY PLAN
Projection
  ->  Index Scan using t_j on t
        Index Cond: (j @> $1)
        Storage Filter: (j @> $1)
EXPLAIN
> EXPLAIN (COSTS off) UPDATE t SET a = 0 WHERE j @> '{"n": 7}';
QUERY PLAN
Update on t
  ->  Projection
        ->  Index Scan using t_j on t
              Index Cond: (j @> '{"n": 7}'::jsonb)
              Storage Filter: (j @> '{"n": 7}'::jsonb)
EXPLAIN
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id FROM t WHERE j @> '{"n": 7, "mod": 2}';
QUERY PLAN
Projection (actual rows=1 loops=1)
  ->  Index Scan using t_j on t (actual rows=1 loops=1)
        Index Cond: (j @> '{"n": 7, "mod": 2}'::jsonb)
        Storage Filter: (j @> '{"n": 7, "mod": 2}'::jsonb)
        Storage: round trips=3 rows=514 bytes=2056
EXPLAIN
