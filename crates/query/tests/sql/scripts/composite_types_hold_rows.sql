> CREATE TYPE pair AS (a int, b text);
CREATE TYPE

> CREATE TYPE pair AS (c int);
ERROR 42710: type "pair" already exists

> CREATE TYPE nested AS (p pair, ps pair[], n numeric(4,2));
CREATE TYPE

> CREATE TYPE wrong AS (a int, a int);
ERROR 42701: column "a" specified more than once

> CREATE TABLE t (id int PRIMARY KEY, c pair, cs pair[] DEFAULT '{}', n nested);
CREATE TABLE

> INSERT INTO t VALUES (1, ROW(1, 'x'), ARRAY[ROW(2, 'y'), (3, NULL)]::pair[], ROW((4, 'z'), NULL, 1.234)) RETURNING *;
id | c | cs | n
1 | (1,x) | {"(2,y)","(3,)"} | ("(4,z)",,1.23)
INSERT 0 1

> INSERT INTO t VALUES (2, '(5,"a b, ""q"" \\")', '{"(6,six)",NULL,"(,)"}', '("(7,seven)",{},9)') RETURNING *;
id | c | cs | n
2 | (5,"a b, ""q"" \\") | {"(6,six)",NULL,"(,)"} | ("(7,seven)",{},9.00)
INSERT 0 1

> INSERT INTO t (id, c) VALUES (3, (NULL, NULL)), (4, NULL);
INSERT 0 2

> INSERT INTO t (id, c.a, c.b) VALUES (5, 50, 'fifty') RETURNING *;
id | c | cs | n
5 | (50,fifty) | {} | NULL
INSERT 0 1

> INSERT INTO t (id, c) VALUES (6, ROW(1));
ERROR 42846: cannot cast type record to pair
DETAIL: Input has too few columns.

> INSERT INTO t (id, c) VALUES (6, ROW(1, 2, 3));
ERROR 42846: cannot cast type record to pair
DETAIL: Input has too many columns.

> INSERT INTO t (id, c) VALUES (6, ROW('x', 2));
ERROR 22P02: invalid input syntax for type integer: "x"

> INSERT INTO t (id, c) VALUES (6, '(1)');
ERROR 22P02: malformed record literal: "(1)"
DETAIL: Too few columns.

> INSERT INTO t (id, c) VALUES (6, '(1,2,3)');
ERROR 22P02: malformed record literal: "(1,2,3)"
DETAIL: Too many columns.

> INSERT INTO t (id, c) VALUES (6, '1,2');
ERROR 22P02: malformed record literal: "1,2"
DETAIL: Missing left parenthesis.

> INSERT INTO t (id, c) VALUES (6, '(x,2)');
ERROR 22P02: invalid input syntax for type integer: "x"

> SELECT id, (c).a, (c).b, (n).p, ((n).p).a, (n).n, cs[1], (cs[1]).b FROM t ORDER BY id;
id | a | b | p | a | n | cs | b
1 | 1 | x | (4,z) | 4 | 1.23 | (2,y) | y
2 | 5 | a b, "q" \ | (7,seven) | 7 | 9.00 | (6,six) | six
3 | NULL | NULL | NULL | NULL | NULL | NULL | NULL
4 | NULL | NULL | NULL | NULL | NULL | NULL | NULL
5 | 50 | fifty | NULL | NULL | NULL | NULL | NULL
SELECT 5

> SELECT (c).* FROM t ORDER BY id;
a | b
1 | x
5 | a b, "q" \
NULL | NULL
NULL | NULL
50 | fifty
SELECT 5

> SELECT (c).x FROM t;
ERROR 42703: column "x" not found in data type pair

> SELECT (id).x FROM t;
ERROR 42809: column notation .x applied to type integer, which is not a composite type

> SELECT id, c IS NULL, c IS NOT NULL FROM t ORDER BY id;
id | ?column? | ?column?
1 | f | t
2 | f | t
3 | t | f
4 | t | f
5 | f | t
SELECT 5

> UPDATE t SET c.a = 10, c.b = 'ten' WHERE id = 1 RETURNING c;
c
(10,ten)
UPDATE 1

> UPDATE t SET c.b = (c).b || '!' WHERE id < 5 RETURNING id, c;
id | c
1 | (10,ten!)
2 | (5,"a b, ""q"" \\!")
3 | (,)
4 | (,)
UPDATE 4

> UPDATE t SET c.x = 1;
ERROR 42703: cannot assign to field "x" of column "c" because there is no such column in data type pair

> UPDATE t SET id.x = 1;
ERROR 42804: cannot assign to field "x" of column "id" because its type integer is not a composite type

> UPDATE t SET c = ROW((c).a + 1, 'new') WHERE id = 1 RETURNING c;
c
(11,new)
UPDATE 1

> SELECT id FROM t WHERE c = ROW(11, 'new') OR c = '(50,fifty)' ORDER BY c;
ERROR 0A000: input of anonymous composite types is not implemented

> SELECT c FROM t WHERE c > (10, 'a')::pair ORDER BY c DESC;
c
(,)
(,)
(50,fifty)
(11,new)
SELECT 4

> SELECT DISTINCT c FROM t WHERE id IN (3, 4, 5) ORDER BY c;
c
(50,fifty)
(,)
SELECT 2

> SELECT max((c).a), count(c), array_agg(c ORDER BY id) FROM t WHERE id IN (1, 5);
max | count | array_agg
50 | 2 | {"(11,new)","(50,fifty)"}
SELECT 1

> SELECT c::text, '(1,2)'::pair, ROW(1, 2)::pair, pg_typeof(c), pg_typeof(cs) FROM t WHERE id = 1;
c | pair | row | pg_typeof | pg_typeof
(11,new) | (1,2) | (1,2) | pair | pair[]
SELECT 1

> SELECT row_to_json(c), to_json(n), to_jsonb(cs), json_agg(c) FROM t WHERE id = 1 GROUP BY c, n, cs;
row_to_json | to_json | to_jsonb | json_agg
{"a":11,"b":"new"} | {"p":{"a":4,"b":"z"},"ps":null,"n":1.23} | [{"a": 2, "b": "y"}, {"a": 3, "b": null}] | [{"a":11,"b":"new"}]
SELECT 1

> SELECT row_to_json(t), to_jsonb(t) -> 'c' FROM t WHERE id = 5;
row_to_json | ?column?
{"id":5,"c":{"a":50,"b":"fifty"},"cs":[],"n":null} | {"a": 50, "b": "fifty"}
SELECT 1

> SELECT t FROM t WHERE id = 5;
t
(5,"(50,fifty)",{},)
SELECT 1

> SELECT pg_typeof(t), (t).c, (t).id, t = t, t IS NOT NULL FROM t WHERE id = 5;
pg_typeof | c | id | ?column? | ?column?
t | (50,fifty) | 5 | t | f
SELECT 1

> SELECT json_agg(t ORDER BY id) FROM t WHERE id IN (3, 5);
json_agg
[{"id":3,"c":{"a":null,"b":null},"cs":[],"n":null}, 
 {"id":5,"c":{"a":50,"b":"fifty"},"cs":[],"n":null}]
SELECT 1

> SELECT x, (x).a FROM (SELECT c AS x FROM t WHERE id = 5) AS s;
x | a
(50,fifty) | 50
SELECT 1

> SELECT unnest(cs) FROM t WHERE id = 1;
unnest
(2,y)
(3,)
SELECT 2

> SELECT (unnest(cs)).* FROM t WHERE id = 1;
a | b
2 | y
3 | NULL
SELECT 2

-- A table's row type is a type, too.
> CREATE TABLE spot (x int, y int);
CREATE TABLE

> CREATE TABLE route (f spot, ps spot[]);
CREATE TABLE

> INSERT INTO route VALUES ((1, 2), ARRAY[(3, 4)::spot]) RETURNING *, (f).y;
f | ps | y
(1,2) | {"(3,4)"} | 2
INSERT 0 1

> INSERT INTO spot VALUES (7, 8);
INSERT 0 1

> INSERT INTO route (f) SELECT p FROM spot p RETURNING f;
f
(7,8)
INSERT 0 1

> SELECT f FROM route JOIN spot ON f = spot;
f
(7,8)
SELECT 1

> ALTER TABLE spot ADD COLUMN z int;
ERROR 0A000: cannot alter table "spot" because column "route.f" uses its row type

> ALTER TABLE spot RENAME COLUMN y TO why;
ALTER TABLE

> SELECT (f).why FROM route ORDER BY 1;
why
2
8
SELECT 2

> ALTER TABLE spot ADD COLUMN p spot;
ERROR 42P16: composite type spot cannot be made a member of itself

> DROP TABLE spot;
ERROR 2BP01: cannot drop table spot because other objects depend on it
DETAIL: column ps of table route depends on type spot[]
column f of table route depends on type spot
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TYPE spot;
ERROR 2BP01: cannot drop type spot because table spot requires it
HINT: You can drop table spot instead.

-- Changes.
> ALTER TYPE pair ADD ATTRIBUTE c int;
ERROR 0A000: cannot alter type "pair" because column "t.cs" uses it

> ALTER TYPE pair RENAME ATTRIBUTE b TO beta;
ALTER TYPE

> SELECT (c).beta FROM t WHERE id = 5;
beta
fifty
SELECT 1

> CREATE TYPE free AS (a int);
CREATE TYPE

> ALTER TYPE free ADD ATTRIBUTE b text, ADD ATTRIBUTE c date, DROP ATTRIBUTE a;
ALTER TYPE

> ALTER TYPE free ALTER ATTRIBUTE b TYPE int;
ALTER TYPE

> SELECT '(1,2000-01-01)'::free, (ROW(1, '2000-01-01')::free).c;
free | c
(1,2000-01-01) | 2000-01-01
SELECT 1

> ALTER TYPE free ADD ATTRIBUTE b text;
ERROR 42701: column "b" of relation "free" already exists

> ALTER TYPE free DROP ATTRIBUTE x;
ERROR 42703: column "x" of relation "free" does not exist

> ALTER TYPE free DROP ATTRIBUTE IF EXISTS x;
NOTICE: column "x" of relation "free" does not exist, skipping
ALTER TYPE

> ALTER TYPE free ADD ATTRIBUTE f free;
ERROR 42P16: composite type free cannot be made a member of itself

> SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relname = 'nested' AND relkind = 'c' ORDER BY attnum;
attname | format_type
p | pair
ps | pair[]
n | numeric(4,2)
SELECT 3

> SELECT typname, typtype, typrelid::regclass, typarray::regtype FROM pg_type WHERE typname IN ('pair', 'route') ORDER BY 1;
typname | typtype | typrelid | typarray
pair | c | 16384 | pair[]
route | c | route | route[]
SELECT 2

> CREATE VIEW v AS SELECT id, c, (c).a, ROW(1, 'x')::pair AS r FROM t;
CREATE VIEW

> SELECT * FROM v WHERE id = 5;
id | c | a | r
5 | (50,fifty) | 50 | (1,x)
SELECT 1

> DROP TYPE pair;
ERROR 2BP01: cannot drop type pair because other objects depend on it
DETAIL: column ps of composite type nested depends on type pair[]
column cs of table t depends on type pair[]
column p of composite type nested depends on type pair
column c of table t depends on type pair
view v depends on type pair
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TYPE pair CASCADE;
NOTICE: drop cascades to 5 other objects
ERROR 0A000: cannot alter type "nested" because column "t.n" uses it

> SELECT * FROM t WHERE id = 5;
id | c | cs | n
5 | (50,fifty) | {} | NULL
SELECT 1

-- Fields of domains and enums.
> CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN

> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE

> CREATE TYPE mixed AS (p posint, m mood);
CREATE TYPE

> CREATE TABLE x (m mixed PRIMARY KEY);
CREATE TABLE

> INSERT INTO x VALUES (ROW(1, 'ok')), ('(2,sad)');
INSERT 0 2

> INSERT INTO x VALUES (ROW(0, 'ok'));
ERROR 23514: value for domain posint violates check constraint "posint_check"

> UPDATE x SET m.p = -1;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> SELECT m, (m).m, row_to_json(m) FROM x ORDER BY x.m DESC;
m | m | row_to_json
(2,sad) | sad | {"p":2,"m":"sad"}
(1,ok) | ok | {"p":1,"m":"ok"}
SELECT 2

> ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
ALTER TYPE

> INSERT INTO x VALUES ('(2,meh)');
INSERT 0 1

> SELECT * FROM x ORDER BY m;
m
(1,ok)
(2,sad)
(2,meh)
SELECT 3

> ALTER DOMAIN posint ADD CHECK (VALUE < 10);
ERROR 0A000: cannot alter type "posint" because column "x.m" uses it

> DROP TYPE mood CASCADE;
NOTICE: drop cascades to column m of composite type mixed
ERROR 0A000: cannot alter type "mixed" because column "x.m" uses it
