> CREATE TABLE t (id int PRIMARY KEY, a int, b text, c varchar(10), j jsonb, js json, xs int[], ip inet, p point);
CREATE TABLE
> CREATE INDEX t_a_hash ON t USING hash (a) WITH (fillfactor = 70);
CREATE INDEX
> CREATE INDEX t_j ON t USING gin (j);
CREATE INDEX
> CREATE INDEX t_j_path ON t USING gin (j jsonb_path_ops) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX
> CREATE INDEX ON t USING gin (xs, j jsonb_ops);
CREATE INDEX
> CREATE INDEX t_brin ON t USING brin (a, b) WITH (pages_per_range = 4, autosummarize = on);
CREATE INDEX
> CREATE INDEX t_sp ON t USING spgist (b);
CREATE INDEX
> CREATE INDEX t_pattern ON t (b text_pattern_ops DESC, c varchar_pattern_ops, a int4_ops) WHERE a > 0;
CREATE INDEX
> CREATE UNIQUE INDEX t_cover ON t (c text_ops) INCLUDE (a) WITH (deduplicate_items = off);
CREATE INDEX
> CREATE INDEX ON t USING hash (lower(b) text_pattern_ops);
CREATE INDEX
-- Definitions.
> SELECT indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY indexname;
indexdef
CREATE INDEX t_a_hash ON public.t USING hash (a) WITH (fillfactor='70')
CREATE INDEX t_brin ON public.t USING brin (a, b) WITH (pages_per_range='4', autosummarize='on')
CREATE UNIQUE INDEX t_cover ON public.t USING btree (c) INCLUDE (a) WITH (deduplicate_items=off)
CREATE INDEX t_j ON public.t USING gin (j)
CREATE INDEX t_j_path ON public.t USING gin (j jsonb_path_ops) WITH (fastupdate=off, gin_pending_list_limit='128')
CREATE INDEX t_lower_idx ON public.t USING hash (lower(b) text_pattern_ops)
CREATE INDEX t_pattern ON public.t USING btree (b text_pattern_ops DESC, c varchar_pattern_ops, a) WHERE (a > 0)
CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)
CREATE INDEX t_sp ON public.t USING spgist (b)
CREATE INDEX t_xs_j_idx ON public.t USING gin (xs, j)
SELECT 10
> SELECT pg_get_indexdef('t_j_path'::regclass, 1, true), pg_get_indexdef('t_pattern'::regclass, 0, true);
pg_get_indexdef | pg_get_indexdef
j | CREATE INDEX t_pattern ON t USING btree (b text_pattern_ops DESC, c varchar_pattern_ops, a) WHERE a > 0
SELECT 1
> SELECT c.relname, am.amname, c.reloptions, i.indnkeyatts, i.indoption, (SELECT string_agg(o.opcname, ',' ORDER BY n) FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS u (oid, n) JOIN pg_opclass o ON o.oid = u.oid) AS classes FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam WHERE i.indrelid = 't'::regclass ORDER BY c.relname;
relname | amname | reloptions | indnkeyatts | indoption | classes
t_a_hash | hash | {fillfactor=70} | 1 | 0 | int4_ops
t_brin | brin | {pages_per_range=4,autosummarize=on} | 2 | 0 0 | int4_minmax_ops,text_minmax_ops
t_cover | btree | {deduplicate_items=off} | 1 | 0 | text_ops
t_j | gin | NULL | 1 | 0 | jsonb_ops
t_j_path | gin | {fastupdate=off,gin_pending_list_limit=128} | 1 | 0 | jsonb_path_ops
t_lower_idx | hash | NULL | 1 | 0 | text_pattern_ops
t_pattern | btree | NULL | 3 | 3 0 0 | text_pattern_ops,varchar_pattern_ops,int4_ops
t_pkey | btree | NULL | 1 | 0 | int4_ops
t_sp | spgist | NULL | 1 | 0 | text_ops
t_xs_j_idx | gin | NULL | 2 | 0 0 | array_ops,jsonb_ops
SELECT 10
> SELECT c.relname, a.attnum, a.attname, a.atttypid::regtype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 't'::regclass ORDER BY 1, 2;
relname | attnum | attname | atttypid
t_a_hash | 1 | a | integer
t_brin | 1 | a | integer
t_brin | 2 | b | text
t_cover | 1 | c | character varying
t_cover | 2 | a | integer
t_j | 1 | j | text
t_j_path | 1 | j | integer
t_lower_idx | 1 | lower | integer
t_pattern | 1 | b | text
t_pattern | 2 | c | character varying
t_pattern | 3 | a | integer
t_pkey | 1 | id | integer
t_sp | 1 | b | text
t_xs_j_idx | 1 | xs | integer
t_xs_j_idx | 2 | j | text
SELECT 15
-- Classes, families and operators are PostgreSQL's.
> SELECT f.opfname, o.oprname, a.amopstrategy, a.amopleft::text FROM (SELECT amopfamily, amopopr, amopstrategy, amoplefttype::regtype AS amopleft FROM pg_amop WHERE amopmethod = 2742) a JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN pg_operator o ON o.oid = a.amopopr WHERE f.opfname LIKE 'jsonb%' OR f.opfname = 'array_ops' ORDER BY 1, 3;
opfname | oprname | amopstrategy | amopleft
array_ops | && | 1 | anyarray
array_ops | @> | 2 | anyarray
array_ops | <@ | 3 | anyarray
array_ops | = | 4 | anyarray
jsonb_ops | @> | 7 | jsonb
jsonb_ops | ? | 9 | jsonb
jsonb_ops | ?| | 10 | jsonb
jsonb_ops | ?& | 11 | jsonb
jsonb_ops | @? | 15 | jsonb
jsonb_ops | @@ | 16 | jsonb
jsonb_path_ops | @> | 7 | jsonb
jsonb_path_ops | @? | 15 | jsonb
jsonb_path_ops | @@ | 16 | jsonb
SELECT 13
> SELECT count(*) FROM pg_amop;
count
945
SELECT 1
> SELECT count(*), count(DISTINCT amprocfamily) FROM pg_amproc;
count | count
696 | 146
SELECT 1
-- What a method cannot do.
> CREATE INDEX ON t USING rum (a);
ERROR 42704: access method "rum" does not exist
> CREATE UNIQUE INDEX ON t USING hash (a);
ERROR 0A000: access method "hash" does not support unique indexes
> CREATE INDEX ON t USING hash (a, id);
ERROR 0A000: access method "hash" does not support multicolumn indexes
> CREATE INDEX ON t USING hash (a DESC);
ERROR 0A000: access method "hash" does not support ASC/DESC options
> CREATE INDEX ON t USING hash (a) INCLUDE (id);
ERROR 0A000: access method "hash" does not support included columns
> CREATE UNIQUE INDEX ON t USING gin (xs);
ERROR 0A000: access method "gin" does not support unique indexes
> CREATE INDEX ON t USING gin (xs) INCLUDE (id);
ERROR 0A000: access method "gin" does not support included columns
> CREATE INDEX ON t USING gin (xs ASC);
ERROR 0A000: access method "gin" does not support ASC/DESC options
> CREATE INDEX ON t USING gin (xs NULLS FIRST);
ERROR 0A000: access method "gin" does not support NULLS FIRST/LAST options
> CREATE INDEX ON t USING brin (a) INCLUDE (id);
ERROR 0A000: access method "brin" does not support included columns
> CREATE INDEX ON t USING spgist (b, c);
ERROR 0A000: access method "spgist" does not support multicolumn indexes
-- Classes that there are not.
> CREATE INDEX ON t USING gin (a);
ERROR 42704: data type integer has no default operator class for access method "gin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING gin (b);
ERROR 42704: data type text has no default operator class for access method "gin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING gin (js);
ERROR 42704: data type json has no default operator class for access method "gin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t (js);
ERROR 42704: data type json has no default operator class for access method "btree"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING hash (js);
ERROR 42704: data type json has no default operator class for access method "hash"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING gist (a);
ERROR 42704: data type integer has no default operator class for access method "gist"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING brin (j);
ERROR 42704: data type jsonb has no default operator class for access method "brin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING spgist (a);
ERROR 42704: data type integer has no default operator class for access method "spgist"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE INDEX ON t USING gin (j gin_trgm_ops);
ERROR 42704: operator class "gin_trgm_ops" does not exist for access method "gin"
> CREATE INDEX ON t (a text_ops);
ERROR 42804: operator class "text_ops" does not accept data type integer
> CREATE INDEX ON t (b jsonb_path_ops);
ERROR 42704: operator class "jsonb_path_ops" does not exist for access method "btree"
> CREATE INDEX ON t USING gin (b jsonb_path_ops);
ERROR 42804: operator class "jsonb_path_ops" does not accept data type text
> CREATE INDEX ON t USING gin (b pg_catalog.jsonb_path_ops);
ERROR 42804: operator class "pg_catalog.jsonb_path_ops" does not accept data type text
> CREATE INDEX ON t USING gin (j public.jsonb_path_ops);
ERROR 42704: operator class "public.jsonb_path_ops" does not exist for access method "gin"
> CREATE INDEX ON t (b text_ops (x = 1));
ERROR 22023: operator class text_ops has no options
-- Storage parameters.
> CREATE INDEX ON t USING gin (xs) WITH (fillfactor = 70);
ERROR 22023: unrecognized parameter "fillfactor"
> CREATE INDEX ON t (a) WITH (fillfactor = 5);
ERROR 22023: value 5 out of bounds for option "fillfactor"
DETAIL: Valid values are between "10" and "100".
> CREATE INDEX ON t (a) WITH (fillfactor = many);
ERROR 22023: invalid value for integer option "fillfactor": many
> CREATE INDEX ON t USING gin (xs) WITH (fastupdate = maybe);
ERROR 22023: invalid value for boolean option "fastupdate": maybe
> CREATE INDEX ON t USING brin (a) WITH (pages_per_range = 0);
ERROR 22023: value 0 out of bounds for option "pages_per_range"
DETAIL: Valid values are between "1" and "131072".
> CREATE INDEX ON t (a) WITH (fillfactor = 70, fillfactor = 80);
ERROR 22023: parameter "fillfactor" specified more than once
> ALTER INDEX t_a_hash SET (fillfactor = 60);
ALTER INDEX
> ALTER INDEX t_j_path RESET (fastupdate);
ALTER INDEX
> ALTER INDEX t_j_path SET (fillfactor = 60);
ERROR 22023: unrecognized parameter "fillfactor"
> SELECT relname, reloptions FROM pg_class WHERE relname IN ('t_a_hash', 't_j_path') ORDER BY 1;
relname | reloptions
t_a_hash | {fillfactor=60}
t_j_path | {gin_pending_list_limit=128}
SELECT 2
-- A column's new type must have the class.
> ALTER TABLE t ALTER COLUMN j TYPE text;
ERROR 42704: data type text has no default operator class for access method "gin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> DROP INDEX t_j_path, t_xs_j_idx;
DROP INDEX
> ALTER TABLE t ALTER COLUMN j TYPE text;
ERROR 42704: data type text has no default operator class for access method "gin"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> DROP INDEX t_j;
DROP INDEX
> ALTER TABLE t ALTER COLUMN j TYPE text;
ALTER TABLE
-- Another table takes its indexes as they are.
> CREATE TABLE u (LIKE t INCLUDING INDEXES);
CREATE TABLE
> SELECT indexdef FROM pg_indexes WHERE tablename = 'u' ORDER BY indexname;
indexdef
CREATE INDEX u_a_b_idx ON public.u USING brin (a, b) WITH (pages_per_range='4', autosummarize='on')
CREATE INDEX u_a_idx ON public.u USING hash (a) WITH (fillfactor='60')
CREATE INDEX u_b_c_a_idx ON public.u USING btree (b text_pattern_ops DESC, c varchar_pattern_ops, a) WHERE (a > 0)
CREATE INDEX u_b_idx ON public.u USING spgist (b)
CREATE UNIQUE INDEX u_c_a_idx ON public.u USING btree (c) INCLUDE (a) WITH (deduplicate_items=off)
CREATE INDEX u_lower_idx ON public.u USING hash (lower(b) text_pattern_ops)
CREATE UNIQUE INDEX u_pkey ON public.u USING btree (id)
SELECT 7
-- Hash and SP-GiST indexes find rows, BRIN indexes change nothing.
> INSERT INTO t (id, a, b) SELECT i, i % 10, 'b' || i FROM generate_series(1, 20) i;
INSERT 0 20
> SELECT id FROM t WHERE a = 3 ORDER BY id;
id
3
13
SELECT 2
> UPDATE t SET a = 3 WHERE id = 1;
UPDATE 1
> DELETE FROM t WHERE id = 3;
DELETE 1
> SELECT id FROM t WHERE a = 3 AND b LIKE 'b%' ORDER BY id;
id
1
13
SELECT 2
-- Nothing is counted, and yet there are numbers.
> SELECT seq_scan >= 0 AS seq_scan, n_tup_upd >= 0 AS n_tup_upd, n_dead_tup >= 0 AS n_dead_tup, vacuum_count FROM pg_stat_user_tables WHERE relname = 't';
seq_scan | n_tup_upd | n_dead_tup | vacuum_count
t | t | t | 0
SELECT 1
> SELECT indexrelname, idx_scan >= 0 AS idx_scan, idx_tup_read >= 0 AS idx_tup_read FROM pg_stat_user_indexes WHERE relname = 't' AND indexrelname = 't_pkey';
indexrelname | idx_scan | idx_tup_read
t_pkey | t | t
SELECT 1
> CREATE TABLE plain (a int);
CREATE TABLE
> SELECT idx_scan, idx_tup_fetch, n_tup_ins, pg_typeof(n_live_tup) FROM pg_stat_all_tables WHERE relname = 'plain';
idx_scan | idx_tup_fetch | n_tup_ins | pg_typeof
NULL | NULL | 0 | bigint
SELECT 1
> SELECT heap_blks_read >= 0 AS heap, idx_blks_hit, toast_blks_read FROM pg_statio_user_tables WHERE relname = 'plain';
heap | idx_blks_hit | toast_blks_read
t | NULL | NULL
SELECT 1
