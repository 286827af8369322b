> CREATE FUNCTION part(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 6 / (x - 3)';
CREATE FUNCTION

> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE

> INSERT INTO t VALUES (1, 1), (2, 1), (3, 3);
INSERT 0 3

> CREATE INDEX CONCURRENTLY t_part ON t (part(a));
ERROR 22012: division by zero

> CREATE INDEX CONCURRENTLY t_some ON t (b) WHERE part(a) > 0;
ERROR 22012: division by zero

> CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (b);
ERROR 23505: could not create unique index "t_u"
DETAIL: Key (b)=(1) is duplicated.

> SELECT indexrelid::regclass, indisvalid, indisready, indislive FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
indexrelid | indisvalid | indisready | indislive
t_part | f | f | t
t_pkey | t | t | t
t_some | f | f | t
t_u | f | f | t
SELECT 4

> SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY 1;
indexname | indexdef
t_part | CREATE INDEX t_part ON public.t USING btree (part(a))
t_pkey | CREATE UNIQUE INDEX t_pkey ON public.t USING btree (a)
t_some | CREATE INDEX t_some ON public.t USING btree (b) WHERE (part(a) > 0)
t_u | CREATE UNIQUE INDEX t_u ON public.t USING btree (b)
SELECT 4

-- What depends on it does so nevertheless.
> DROP FUNCTION part;
ERROR 2BP01: cannot drop function part(integer) because other objects depend on it
DETAIL: index t_part depends on function part(integer)
index t_some depends on function part(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> CLUSTER t USING t_u;
ERROR 0A000: cannot cluster on invalid index "t_u"

> CLUSTER t USING t_some;
ERROR 0A000: cannot cluster on partial index "t_some"

> CLUSTER t USING nothing;
ERROR 42704: index "nothing" for table "t" does not exist

> INSERT INTO t VALUES (4, 1) ON CONFLICT (b) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO t VALUES (4, 1) ON CONFLICT DO NOTHING;
INSERT 0 1

> SELECT a FROM t WHERE b = 1 ORDER BY a;
a
1
2
4
SELECT 3

> CREATE TABLE child (x int REFERENCES t (b));
ERROR 42830: there is no unique constraint matching given keys for referenced table "t"

-- A name, a comment and a copy are as those of any other.
> ALTER INDEX t_u RENAME TO t_v;
ALTER INDEX

> COMMENT ON INDEX t_v IS 'not yet';
COMMENT

> CREATE TABLE l (LIKE t INCLUDING INDEXES INCLUDING COMMENTS);
CREATE TABLE

> SELECT indisunique, count(*), bool_and(indisvalid) FROM pg_index WHERE indrelid = 'l'::regclass GROUP BY 1 ORDER BY 1;
indisunique | count | bool_and
f | 2 | t
t | 2 | t
SELECT 2

> ALTER TABLE t ADD CONSTRAINT t_k UNIQUE USING INDEX t_v;
ERROR 55000: index "t_v" is not valid

> ALTER TABLE t ADD CONSTRAINT t_k PRIMARY KEY USING INDEX t_v;
ERROR 55000: index "t_v" is not valid

-- Rows that move are put into every index.
> UPDATE t SET a = 9 WHERE a = 3;
UPDATE 1

> ALTER TABLE t ALTER b TYPE bigint;
ERROR 23505: could not create unique index "t_v"
DETAIL: Key (b)=(1) is duplicated.

> UPDATE t SET b = a;
UPDATE 4

> ALTER TABLE t ALTER b TYPE bigint;
ALTER TABLE

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
indexrelid | indisvalid
t_part | t
t_pkey | t
t_some | t
t_v | t
SELECT 4

> SELECT a FROM t WHERE part(a) = -3;
a
1
SELECT 1

> INSERT INTO t VALUES (5, 1);
ERROR 23505: duplicate key value violates unique constraint "t_v"
DETAIL: Key (b)=(1) already exists.

> INSERT INTO t VALUES (3, 3);
ERROR 22012: division by zero

-- An empty table fits any index; whether keys are unique TRUNCATE does not look at.
> DROP INDEX t_part, t_some, t_v;
DROP INDEX

> INSERT INTO t VALUES (3, 1);
INSERT 0 1

> CREATE INDEX CONCURRENTLY t_part ON t (part(a));
ERROR 22012: division by zero

> CREATE UNIQUE INDEX CONCURRENTLY t_v ON t (b);
ERROR 23505: could not create unique index "t_v"
DETAIL: Key (b)=(1) is duplicated.

> TRUNCATE t;
TRUNCATE TABLE

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
indexrelid | indisvalid
t_part | t
t_pkey | t
t_v | f
SELECT 3

> REINDEX (CONCURRENTLY) TABLE t;
WARNING: cannot reindex invalid index "public.t_v" concurrently, skipping
REINDEX

> REINDEX INDEX t_v;
REINDEX

> SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY indexrelid::regclass::text;
indexrelid | indisvalid
t_part | t
t_pkey | t
t_v | t
SELECT 3

> INSERT INTO t VALUES (1, 1), (2, 1);
ERROR 23505: duplicate key value violates unique constraint "t_v"
DETAIL: Key (b)=(1) already exists.

-- Materialized views.
> INSERT INTO t VALUES (1, 1), (2, 2), (4, 4);
INSERT 0 3

> CREATE MATERIALIZED VIEW m AS SELECT a % 2 AS k, b FROM t;
SELECT 3

> CREATE UNIQUE INDEX CONCURRENTLY m_k ON m (k);
ERROR 23505: could not create unique index "m_k"
DETAIL: Key (k)=(0) is duplicated.

> CREATE INDEX CONCURRENTLY m_b ON m (b);
CREATE INDEX

> REFRESH MATERIALIZED VIEW CONCURRENTLY m;
ERROR 55000: cannot refresh materialized view "public.m" concurrently
HINT: Create a unique index with no WHERE clause on one or more columns of the materialized view.

> REFRESH MATERIALIZED VIEW m;
ERROR 23505: could not create unique index "m_k"
DETAIL: Key (k)=(0) is duplicated.

> DELETE FROM t WHERE a = 4;
DELETE 1

> REFRESH MATERIALIZED VIEW m;
REFRESH MATERIALIZED VIEW

> SELECT indexrelid::regclass, indisvalid, indisready FROM pg_index WHERE indrelid = 'm'::regclass ORDER BY 1;
indexrelid | indisvalid | indisready
m_k | t | t
m_b | t | t
SELECT 2

> REFRESH MATERIALIZED VIEW CONCURRENTLY m;
REFRESH MATERIALIZED VIEW

> SELECT k FROM m WHERE b = 2;
k
0
SELECT 1

> DROP INDEX CONCURRENTLY m_k;
DROP INDEX

> CREATE MATERIALIZED VIEW n AS SELECT 1 AS x WITH NO DATA;
CREATE MATERIALIZED VIEW

> CREATE UNIQUE INDEX CONCURRENTLY n_x ON n (x);
CREATE INDEX

> REFRESH MATERIALIZED VIEW n;
REFRESH MATERIALIZED VIEW

> SELECT x FROM n WHERE x = 1;
x
1
SELECT 1

> REINDEX TABLE CONCURRENTLY pg_class;
ERROR 0A000: cannot reindex system catalogs concurrently

> REINDEX TABLE pg_class;
REINDEX
