> CREATE TYPE p AS (a int, b text);
CREATE TYPE
> CREATE TABLE t (k int PRIMARY KEY, v p, n int);
CREATE TABLE
> CREATE INDEX ON t (n);
CREATE INDEX
> INSERT INTO t VALUES (1, ROW (1, 'x'), 5), (2, NULL, 6), (3, ROW (NULL, NULL), 7);
INSERT 0 3
> ALTER TYPE p ADD ATTRIBUTE c int;
ALTER TYPE
> SELECT k, v, (v).c, v IS NULL AS is_null FROM t ORDER BY k;
k | v | c | is_null
1 | (1,x,) | NULL | f
2 | NULL | NULL | t
3 | (,,) | NULL | t
SELECT 3
> UPDATE t SET v.c = 4 WHERE k = 1;
UPDATE 1
> ALTER TYPE p DROP ATTRIBUTE a;
ALTER TYPE
> SELECT k, v, (v).b FROM t ORDER BY k;
k | v | b
1 | (x,4) | x
2 | NULL | NULL
3 | (,) | NULL
SELECT 3
> INSERT INTO t VALUES (4, ROW ('y', 9), 8);
INSERT 0 1
> SELECT * FROM t WHERE n = 7;
k | v | n
3 | (,) | 7
SELECT 1
> SELECT (v).a FROM t;
ERROR 42703: column "a" not found in data type p
> ALTER TYPE p ALTER ATTRIBUTE b TYPE varchar;
ERROR 0A000: cannot alter type "p" because column "t.v" uses it
> ALTER TYPE p ADD ATTRIBUTE c int;
ERROR 42701: column "c" of relation "p" already exists
> ALTER TYPE p DROP ATTRIBUTE nothing;
ERROR 42703: column "nothing" of relation "p" does not exist
> ALTER TYPE p DROP ATTRIBUTE IF EXISTS nothing;
NOTICE: column "nothing" of relation "p" does not exist, skipping
ALTER TYPE
> ALTER TYPE p ADD ATTRIBUTE self p;
ERROR 42P16: composite type p cannot be made a member of itself
> ALTER TYPE p DROP ATTRIBUTE c, ADD ATTRIBUTE d boolean;
ALTER TYPE
> SELECT k, v FROM t ORDER BY k;
k | v
1 | (x,)
2 | NULL
3 | (,)
4 | (y,)
SELECT 4
> CREATE TABLE c (y p CHECK ((y).d));
CREATE TABLE
> INSERT INTO c VALUES (ROW ('z', true));
INSERT 0 1
> ALTER TYPE p DROP ATTRIBUTE d;
ERROR 2BP01: cannot drop column d of composite type p because other objects depend on it
DETAIL: constraint c_y_check on table c depends on column d of composite type p
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TYPE p DROP ATTRIBUTE d CASCADE;
NOTICE: drop cascades to constraint c_y_check on table c
ALTER TYPE
> SELECT * FROM c;
y
(z)
SELECT 1
> INSERT INTO c VALUES (ROW ('zz'));
INSERT 0 1
> ALTER TYPE p ADD ATTRIBUTE e int;
ALTER TYPE
> CREATE DOMAIN dp AS p CHECK ((VALUE).e > 0);
CREATE DOMAIN
> ALTER TYPE p DROP ATTRIBUTE e;
ERROR 2BP01: cannot drop column e of composite type p because other objects depend on it
DETAIL: constraint dp_check depends on column e of composite type p
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TYPE p DROP ATTRIBUTE e CASCADE;
NOTICE: drop cascades to constraint dp_check
ALTER TYPE
> SELECT ROW ('x')::dp;
row
(x)
SELECT 1
