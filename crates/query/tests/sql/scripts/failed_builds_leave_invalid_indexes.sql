> CREATE FUNCTION part(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 6 / (x - 3)';

> CREATE TABLE t (a int PRIMARY KEY, b int);

> INSERT INTO t VALUES (1, 1), (2, 1), (3, 3);

> CREATE INDEX CONCURRENTLY t_part ON t (part(a));

> CREATE INDEX CONCURRENTLY t_some ON t (b) WHERE part(a) > 0;

> CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (b);

> SELECT indexrelid::regclass, indisvalid, indisready, indislive FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;

> SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY 1;

-- What depends on it does so nevertheless.
> DROP FUNCTION part;

> CLUSTER t USING t_u;

> CLUSTER t USING t_some;

> CLUSTER t USING nothing;

> INSERT INTO t VALUES (4, 1) ON CONFLICT (b) DO NOTHING;

> INSERT INTO t VALUES (4, 1) ON CONFLICT DO NOTHING;

> SELECT a FROM t WHERE b = 1 ORDER BY a;

> SELECT a FROM t WHERE part(a) = -3;

> CREATE TABLE child (x int REFERENCES t (b));

-- A name, a comment and a copy are as those of any other.
> ALTER INDEX t_u RENAME TO t_v;

> COMMENT ON INDEX t_v IS 'not yet';

> CREATE TABLE l (LIKE t INCLUDING INDEXES INCLUDING COMMENTS);

> SELECT indexrelid::regclass::text, indisunique, indisvalid FROM pg_index WHERE indrelid = 'l'::regclass ORDER BY 1;

> ALTER TABLE t ADD CONSTRAINT t_k UNIQUE USING INDEX t_v;

> ALTER TABLE t ADD CONSTRAINT t_k PRIMARY KEY USING INDEX t_v;

-- Rows that move are put into every index.
> ALTER TABLE t ALTER b TYPE bigint;

> UPDATE t SET a = 9 WHERE a = 3;

> ALTER TABLE t ALTER b TYPE bigint;

> UPDATE t SET b = a;

> ALTER TABLE t ALTER b TYPE bigint;

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;

> SELECT a FROM t WHERE part(a) = -3;

> INSERT INTO t VALUES (5, 1);

> INSERT INTO t VALUES (3, 3);

-- An empty table fits any index; whether keys are unique TRUNCATE does not look at.
> DROP INDEX t_part, t_some, t_v;

> INSERT INTO t VALUES (3, 1);

> CREATE INDEX CONCURRENTLY t_part ON t (part(a));

> CREATE UNIQUE INDEX CONCURRENTLY t_v ON t (b);

> TRUNCATE t;

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;

> REINDEX (CONCURRENTLY) TABLE t;

> REINDEX INDEX t_v;

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;

> INSERT INTO t VALUES (1, 1), (2, 1);

-- Materialized views.
> INSERT INTO t VALUES (1, 1), (2, 2), (4, 4);

> CREATE MATERIALIZED VIEW m AS SELECT a % 2 AS k, b FROM t;

> CREATE UNIQUE INDEX CONCURRENTLY m_k ON m (k);

> CREATE INDEX CONCURRENTLY m_b ON m (b);

> REFRESH MATERIALIZED VIEW CONCURRENTLY m;

> REFRESH MATERIALIZED VIEW m;

> DELETE FROM t WHERE a = 4;

> REFRESH MATERIALIZED VIEW m;

> SELECT indexrelid::regclass, indisvalid, indisready FROM pg_index WHERE indrelid = 'm'::regclass ORDER BY 1;

> REFRESH MATERIALIZED VIEW CONCURRENTLY m;

> SELECT k FROM m WHERE b = 2;

> DROP INDEX CONCURRENTLY m_k;

> CREATE MATERIALIZED VIEW n AS SELECT 1 AS x WITH NO DATA;

> CREATE UNIQUE INDEX CONCURRENTLY n_x ON n (x);

> REFRESH MATERIALIZED VIEW n;

> SELECT x FROM n WHERE x = 1;

> REINDEX TABLE CONCURRENTLY pg_class;

> REINDEX TABLE pg_class;
