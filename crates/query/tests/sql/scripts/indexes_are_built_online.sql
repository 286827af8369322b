> CREATE TABLE t (a int PRIMARY KEY, b int, c text);
CREATE TABLE

> INSERT INTO t SELECT i, i % 5, 'x' || i FROM generate_series(1, 3000) i;
INSERT 0 3000

-- Not in a block: the statement is several transactions.
> BEGIN;
BEGIN

> CREATE INDEX CONCURRENTLY t_b ON t (b);
ERROR 25001: CREATE INDEX CONCURRENTLY cannot run inside a transaction block

> ROLLBACK;
ROLLBACK

> CREATE INDEX CONCURRENTLY t_b ON t (b) INCLUDE (c) WHERE a > 10;
CREATE INDEX

> SELECT indexrelid::regclass, indisvalid, indisready, indislive FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1;
indexrelid | indisvalid | indisready | indislive
t_pkey | t | t | t
t_b | t | t | t
SELECT 2

> SELECT count(*), min(c), max(a) FROM t WHERE b = 3 AND a > 10;
count | min | max
598 | x1003 | 2998
SELECT 1

> CREATE INDEX CONCURRENTLY IF NOT EXISTS t_b ON t (b);
NOTICE: relation "t_b" already exists, skipping
CREATE INDEX

-- Rows that refuse the index leave it behind, without effect.
> CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (b);
ERROR 23505: could not create unique index "t_u"
DETAIL: Key (b)=(1) is duplicated.

> SELECT indexrelid::regclass, indisvalid, indisready, indislive FROM pg_index WHERE indexrelid = 't_u'::regclass;
indexrelid | indisvalid | indisready | indislive
t_u | f | f | t
SELECT 1

> SELECT pg_get_indexdef('t_u'::regclass);
pg_get_indexdef
CREATE UNIQUE INDEX t_u ON public.t USING btree (b)
SELECT 1

> INSERT INTO t VALUES (3001, 1, 'y') ON CONFLICT (b) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

> INSERT INTO t VALUES (3001, 1, 'y') ON CONFLICT DO NOTHING;
INSERT 0 1

> UPDATE t SET b = 2 WHERE a = 3001;
UPDATE 1

> ALTER TABLE t ADD CONSTRAINT t_u UNIQUE USING INDEX t_u;
ERROR 55000: index "t_u" is not valid

> CREATE TABLE child (x int REFERENCES t (b));
ERROR 42830: there is no unique constraint matching given keys for referenced table "t"

> REINDEX INDEX t_u;
ERROR 23505: could not create unique index "t_u"
DETAIL: Key (b)=(1) is duplicated.

> REINDEX INDEX CONCURRENTLY t_u;
ERROR 23505: could not create unique index "t_u"
DETAIL: Key (b)=(1) is duplicated.

> REINDEX TABLE CONCURRENTLY t;
WARNING: cannot reindex invalid index "public.t_u" concurrently, skipping
REINDEX

> BEGIN;
BEGIN

> REINDEX TABLE CONCURRENTLY t;
ERROR 25001: REINDEX CONCURRENTLY cannot run inside a transaction block

> ROLLBACK;
ROLLBACK

> REINDEX INDEX t;
ERROR 42809: "t" is not an index

> REINDEX TABLE t_b;
ERROR 42809: "t_b" is not a table or materialized view

> REINDEX TABLE nothing;
ERROR 42P01: relation "nothing" does not exist

-- Once the rows agree it can be built after all.
> DELETE FROM t WHERE a > 5;
DELETE 2996

> REINDEX INDEX CONCURRENTLY t_u;
REINDEX

> SELECT indisvalid, indisready FROM pg_index WHERE indexrelid = 't_u'::regclass;
indisvalid | indisready
t | t
SELECT 1

> INSERT INTO t VALUES (6, 1, 'y');
ERROR 23505: duplicate key value violates unique constraint "t_u"
DETAIL: Key (b)=(1) already exists.

> INSERT INTO t VALUES (6, 1, 'y') ON CONFLICT (b) DO UPDATE SET c = 'taken' RETURNING a, c;
a | c
1 | taken
INSERT 0 1

-- An expression that a row cannot have.
> CREATE INDEX CONCURRENTLY t_e ON t ((10 / (a - 3)));
ERROR 22012: division by zero

> INSERT INTO t VALUES (-1, 7, 'z');
INSERT 0 1

> UPDATE t SET a = -2 WHERE a = 3;
UPDATE 1

> REINDEX TABLE t;
REINDEX

> INSERT INTO t VALUES (3, 8, 'z');
ERROR 22012: division by zero

-- DROP goes the way down.
> DROP INDEX CONCURRENTLY t_e, t_u;
ERROR 0A000: DROP INDEX CONCURRENTLY does not support dropping multiple objects

> DROP INDEX CONCURRENTLY t_u CASCADE;
ERROR 0A000: DROP INDEX CONCURRENTLY does not support CASCADE

> BEGIN;
BEGIN

> DROP INDEX CONCURRENTLY t_u;
ERROR 25001: DROP INDEX CONCURRENTLY cannot run inside a transaction block

> ROLLBACK;
ROLLBACK

> DROP INDEX CONCURRENTLY t_pkey;
ERROR 2BP01: cannot drop index t_pkey because constraint t_pkey on table t requires it
HINT: You can drop constraint t_pkey on table t instead.

> DROP INDEX CONCURRENTLY IF EXISTS nothing;
NOTICE: index "nothing" does not exist, skipping
DROP INDEX

> CREATE TABLE child (x int CONSTRAINT child_x REFERENCES t (b));
CREATE TABLE

> DROP INDEX CONCURRENTLY t_u;
ERROR 2BP01: cannot drop index t_u because other objects depend on it
DETAIL: constraint child_x on table child depends on index t_u
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP INDEX t_u;
ERROR 2BP01: cannot drop index t_u because other objects depend on it
DETAIL: constraint child_x on table child depends on index t_u
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE child;
DROP TABLE

> DROP INDEX CONCURRENTLY t_u;
DROP INDEX

> DROP INDEX CONCURRENTLY t_e;
DROP INDEX

> INSERT INTO t VALUES (3, 1, 'z');
INSERT 0 1

> SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1;
indexrelid
t_pkey
t_b
SELECT 2

-- Temporary tables are their session's alone.
> CREATE TEMP TABLE own (a int);
CREATE TABLE

> CREATE INDEX CONCURRENTLY own_a ON own (a);
CREATE INDEX

> DROP INDEX CONCURRENTLY own_a;
DROP INDEX

> SELECT count(*) FROM pg_stat_progress_create_index;
count
0
SELECT 1
