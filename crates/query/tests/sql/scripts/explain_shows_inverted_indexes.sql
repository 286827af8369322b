> CREATE TABLE t (id int PRIMARY KEY, a int, j jsonb, xs int[]);
> INSERT INTO t SELECT i, i % 100, jsonb_build_object('n', i, 'mod', i % 5), ARRAY[i, i % 7] FROM generate_series(1, 5000) i;
> CREATE INDEX t_j ON t USING gin (j);
> CREATE INDEX t_xs ON t USING gin (xs);
> CREATE INDEX t_brin ON t USING brin (a);
> EXPLAIN (COSTS off) SELECT id FROM t WHERE j @> '{"n": 7}' AND a > 3;
> EXPLAIN (COSTS off) SELECT id FROM t WHERE xs && ARRAY[7, 8, 9] AND xs @> ARRAY[2];
> EXPLAIN (COSTS off) SELECT count(*) FROM t WHERE '{"n": 7}' <@ j;
-- Most rows have it: the table is read.
> EXPLAIN (COSTS off) SELECT id FROM t WHERE j ? 'mod';
> EXPLAIN (COSTS off) SELECT id FROM t WHERE a = 3;
> PREPARE q (jsonb) AS SELECT id FROM t WHERE j @> $1;
> EXPLAIN (COSTS off) EXECUTE q ('{"n": 1}');
> EXPLAIN (COSTS off) UPDATE t SET a = 0 WHERE j @> '{"n": 7}';
> EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT id FROM t WHERE j @> '{"n": 7, "mod": 2}';
