> CREATE TYPE pair AS (a int, b text);

> CREATE TYPE pair AS (c int);

> CREATE TYPE nested AS (p pair, ps pair[], n numeric(4,2));

> CREATE TYPE wrong AS (a int, a int);

> CREATE TABLE t (id int PRIMARY KEY, c pair, cs pair[] DEFAULT '{}', n nested);

> INSERT INTO t VALUES (1, ROW(1, 'x'), ARRAY[ROW(2, 'y'), (3, NULL)]::pair[], ROW((4, 'z'), NULL, 1.234)) RETURNING *;

> INSERT INTO t VALUES (2, '(5,"a b, ""q"" \\")', '{"(6,six)",NULL,"(,)"}', '("(7,seven)",{},9)') RETURNING *;

> INSERT INTO t (id, c) VALUES (3, (NULL, NULL)), (4, NULL);

> INSERT INTO t (id, c.a, c.b) VALUES (5, 50, 'fifty') RETURNING *;

> INSERT INTO t (id, c) VALUES (6, ROW(1));

> INSERT INTO t (id, c) VALUES (6, ROW(1, 2, 3));

> INSERT INTO t (id, c) VALUES (6, ROW('x', 2));

> INSERT INTO t (id, c) VALUES (6, '(1)');

> INSERT INTO t (id, c) VALUES (6, '(1,2,3)');

> INSERT INTO t (id, c) VALUES (6, '1,2');

> INSERT INTO t (id, c) VALUES (6, '(x,2)');

> SELECT id, (c).a, (c).b, (n).p, ((n).p).a, (n).n, cs[1], (cs[1]).b FROM t ORDER BY id;

> SELECT (c).* FROM t ORDER BY id;

> SELECT (c).x FROM t;

> SELECT (id).x FROM t;

> SELECT id, c IS NULL, c IS NOT NULL FROM t ORDER BY id;

> UPDATE t SET c.a = 10, c.b = 'ten' WHERE id = 1 RETURNING c;

> UPDATE t SET c.b = (c).b || '!' WHERE id < 5 RETURNING id, c;

> UPDATE t SET c.x = 1;

> UPDATE t SET id.x = 1;

> UPDATE t SET c = ROW((c).a + 1, 'new') WHERE id = 1 RETURNING c;

> SELECT id FROM t WHERE c = ROW(11, 'new') OR c = '(50,fifty)' ORDER BY c;

> SELECT c FROM t WHERE c > (10, 'a')::pair ORDER BY c DESC;

> SELECT DISTINCT c FROM t WHERE id IN (3, 4, 5) ORDER BY c;

> SELECT max((c).a), count(c), array_agg(c ORDER BY id) FROM t WHERE id IN (1, 5);

> SELECT c::text, '(1,2)'::pair, ROW(1, 2)::pair, pg_typeof(c), pg_typeof(cs) FROM t WHERE id = 1;

> SELECT row_to_json(c), to_json(n), to_jsonb(cs), json_agg(c) FROM t WHERE id = 1 GROUP BY c, n, cs;

> SELECT row_to_json(t), to_jsonb(t) -> 'c' FROM t WHERE id = 5;

> SELECT t FROM t WHERE id = 5;

> SELECT pg_typeof(t), (t).c, (t).id, t = t, t IS NOT NULL FROM t WHERE id = 5;

> SELECT json_agg(t ORDER BY id) FROM t WHERE id IN (3, 5);

> SELECT x, (x).a FROM (SELECT c AS x FROM t WHERE id = 5) AS s;

> SELECT unnest(cs) FROM t WHERE id = 1;

> SELECT (unnest(cs)).* FROM t WHERE id = 1;

-- A table's row type is a type, too.
> CREATE TABLE spot (x int, y int);

> CREATE TABLE route (f spot, ps spot[]);

> INSERT INTO route VALUES ((1, 2), ARRAY[(3, 4)::spot]) RETURNING *, (f).y;

> INSERT INTO spot VALUES (7, 8);

> INSERT INTO route (f) SELECT p FROM spot p RETURNING f;

> SELECT f FROM route JOIN spot ON f = spot;

> ALTER TABLE spot ADD COLUMN z int;

> ALTER TABLE spot RENAME COLUMN y TO why;

> SELECT (f).why FROM route ORDER BY 1;

> ALTER TABLE spot ADD COLUMN p spot;

> DROP TABLE spot;

> DROP TYPE spot;

-- Changes.
> ALTER TYPE pair ADD ATTRIBUTE c int;

> ALTER TYPE pair RENAME ATTRIBUTE b TO beta;

> SELECT (c).beta FROM t WHERE id = 5;

> CREATE TYPE free AS (a int);

> ALTER TYPE free ADD ATTRIBUTE b text, ADD ATTRIBUTE c date, DROP ATTRIBUTE a;

> ALTER TYPE free ALTER ATTRIBUTE b TYPE int;

> SELECT '(1,2000-01-01)'::free, (ROW(1, '2000-01-01')::free).c;

> ALTER TYPE free ADD ATTRIBUTE b text;

> ALTER TYPE free DROP ATTRIBUTE x;

> ALTER TYPE free DROP ATTRIBUTE IF EXISTS x;

> ALTER TYPE free ADD ATTRIBUTE f free;

> SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relname = 'nested' AND relkind = 'c' ORDER BY attnum;

> SELECT typname, typtype, typrelid::regclass, typarray::regtype FROM pg_type WHERE typname IN ('pair', 'route') ORDER BY 1;

> CREATE VIEW v AS SELECT id, c, (c).a, ROW(1, 'x')::pair AS r FROM t;

> SELECT * FROM v WHERE id = 5;

> DROP TYPE pair;

> DROP TYPE pair CASCADE;

> SELECT * FROM t WHERE id = 5;

-- Fields of domains and enums.
> CREATE DOMAIN posint AS int CHECK (VALUE > 0);

> CREATE TYPE mood AS ENUM ('sad', 'ok');

> CREATE TYPE mixed AS (p posint, m mood);

> CREATE TABLE x (m mixed PRIMARY KEY);

> INSERT INTO x VALUES (ROW(1, 'ok')), ('(2,sad)');

> INSERT INTO x VALUES (ROW(0, 'ok'));

> UPDATE x SET m.p = -1;

> SELECT m, (m).m, row_to_json(m) FROM x ORDER BY x.m DESC;

> ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';

> INSERT INTO x VALUES ('(2,meh)');

> SELECT * FROM x ORDER BY m;

> ALTER DOMAIN posint ADD CHECK (VALUE < 10);

> DROP TYPE mood CASCADE;
