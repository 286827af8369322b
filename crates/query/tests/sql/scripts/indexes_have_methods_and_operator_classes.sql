> CREATE TABLE t (id int PRIMARY KEY, a int, b text, c varchar(10), j jsonb, js json, xs int[], ip inet, p point);
> CREATE INDEX t_a_hash ON t USING hash (a) WITH (fillfactor = 70);
> CREATE INDEX t_j ON t USING gin (j);
> CREATE INDEX t_j_path ON t USING gin (j jsonb_path_ops) WITH (fastupdate = off, gin_pending_list_limit = 128);
> CREATE INDEX ON t USING gin (xs, j jsonb_ops);
> CREATE INDEX t_brin ON t USING brin (a, b) WITH (pages_per_range = 4, autosummarize = on);
> CREATE INDEX t_sp ON t USING spgist (b);
> CREATE INDEX t_pattern ON t (b text_pattern_ops DESC, c varchar_pattern_ops, a int4_ops) WHERE a > 0;
> CREATE UNIQUE INDEX t_cover ON t (c text_ops) INCLUDE (a) WITH (deduplicate_items = off);
> CREATE INDEX ON t USING hash (lower(b) text_pattern_ops);
-- Definitions.
> SELECT indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY indexname;
> SELECT pg_get_indexdef('t_j_path'::regclass, 1, true), pg_get_indexdef('t_pattern'::regclass, 0, true);
> SELECT c.relname, am.amname, c.reloptions, i.indnkeyatts, i.indoption, (SELECT string_agg(o.opcname, ',' ORDER BY n) FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS u (oid, n) JOIN pg_opclass o ON o.oid = u.oid) AS classes FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam WHERE i.indrelid = 't'::regclass ORDER BY c.relname;
> SELECT c.relname, a.attnum, a.attname, a.atttypid::regtype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 't'::regclass ORDER BY 1, 2;
-- Classes, families and operators are PostgreSQL's.
> SELECT f.opfname, o.oprname, a.amopstrategy, a.amopleft::text FROM (SELECT amopfamily, amopopr, amopstrategy, amoplefttype::regtype AS amopleft FROM pg_amop WHERE amopmethod = 2742) a JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN pg_operator o ON o.oid = a.amopopr WHERE f.opfname LIKE 'jsonb%' OR f.opfname = 'array_ops' ORDER BY 1, 3;
> SELECT count(*) FROM pg_amop;
> SELECT count(*), count(DISTINCT amprocfamily) FROM pg_amproc;
-- What a method cannot do.
> CREATE INDEX ON t USING rum (a);
> CREATE UNIQUE INDEX ON t USING hash (a);
> CREATE INDEX ON t USING hash (a, id);
> CREATE INDEX ON t USING hash (a DESC);
> CREATE INDEX ON t USING hash (a) INCLUDE (id);
> CREATE UNIQUE INDEX ON t USING gin (xs);
> CREATE INDEX ON t USING gin (xs) INCLUDE (id);
> CREATE INDEX ON t USING gin (xs ASC);
> CREATE INDEX ON t USING gin (xs NULLS FIRST);
> CREATE INDEX ON t USING brin (a) INCLUDE (id);
> CREATE INDEX ON t USING spgist (b, c);
-- Classes that there are not.
> CREATE INDEX ON t USING gin (a);
> CREATE INDEX ON t USING gin (b);
> CREATE INDEX ON t USING gin (js);
> CREATE INDEX ON t (js);
> CREATE INDEX ON t USING hash (js);
> CREATE INDEX ON t USING gist (a);
> CREATE INDEX ON t USING brin (j);
> CREATE INDEX ON t USING spgist (a);
> CREATE INDEX ON t USING gin (j gin_trgm_ops);
> CREATE INDEX ON t (a text_ops);
> CREATE INDEX ON t (b jsonb_path_ops);
> CREATE INDEX ON t USING gin (b jsonb_path_ops);
> CREATE INDEX ON t USING gin (b pg_catalog.jsonb_path_ops);
> CREATE INDEX ON t USING gin (j public.jsonb_path_ops);
> CREATE INDEX ON t (b text_ops (x = 1));
-- Storage parameters.
> CREATE INDEX ON t USING gin (xs) WITH (fillfactor = 70);
> CREATE INDEX ON t (a) WITH (fillfactor = 5);
> CREATE INDEX ON t (a) WITH (fillfactor = many);
> CREATE INDEX ON t USING gin (xs) WITH (fastupdate = maybe);
> CREATE INDEX ON t USING brin (a) WITH (pages_per_range = 0);
> CREATE INDEX ON t (a) WITH (fillfactor = 70, fillfactor = 80);
> ALTER INDEX t_a_hash SET (fillfactor = 60);
> ALTER INDEX t_j_path RESET (fastupdate);
> ALTER INDEX t_j_path SET (fillfactor = 60);
> SELECT relname, reloptions FROM pg_class WHERE relname IN ('t_a_hash', 't_j_path') ORDER BY 1;
-- A column's new type must have the class.
> ALTER TABLE t ALTER COLUMN j TYPE text;
> DROP INDEX t_j_path, t_xs_j_idx;
> ALTER TABLE t ALTER COLUMN j TYPE text;
> DROP INDEX t_j;
> ALTER TABLE t ALTER COLUMN j TYPE text;
-- Another table takes its indexes as they are.
> CREATE TABLE u (LIKE t INCLUDING INDEXES);
> SELECT indexdef FROM pg_indexes WHERE tablename = 'u' ORDER BY indexname;
-- Hash and SP-GiST indexes find rows, BRIN indexes change nothing.
> INSERT INTO t (id, a, b) SELECT i, i % 10, 'b' || i FROM generate_series(1, 20) i;
> SELECT id FROM t WHERE a = 3 ORDER BY id;
> UPDATE t SET a = 3 WHERE id = 1;
> DELETE FROM t WHERE id = 3;
> SELECT id FROM t WHERE a = 3 AND b LIKE 'b%' ORDER BY id;
-- Nothing is counted, and yet there are numbers.
> SELECT seq_scan >= 0 AS seq_scan, n_tup_upd >= 0 AS n_tup_upd, n_dead_tup >= 0 AS n_dead_tup, vacuum_count FROM pg_stat_user_tables WHERE relname = 't';
> SELECT indexrelname, idx_scan >= 0 AS idx_scan, idx_tup_read >= 0 AS idx_tup_read FROM pg_stat_user_indexes WHERE relname = 't' AND indexrelname = 't_pkey';
> CREATE TABLE plain (a int);
> SELECT idx_scan, idx_tup_fetch, n_tup_ins, pg_typeof(n_live_tup) FROM pg_stat_all_tables WHERE relname = 'plain';
> SELECT heap_blks_read >= 0 AS heap, idx_blks_hit, toast_blks_read FROM pg_statio_user_tables WHERE relname = 'plain';
