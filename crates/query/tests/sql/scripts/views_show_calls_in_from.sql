> CREATE TYPE vpair AS (x int, y text);
CREATE TYPE

> CREATE FUNCTION vf(n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN n + 1;
CREATE FUNCTION

> CREATE VIEW va AS SELECT * FROM coalesce(1, 2) AS c, collation for ('x'::text) col, current_date AS d, localtimestamp(3) AS t, CAST(1 + 2 AS int4) AS i4, CAST(1 + 2 AS int8) AS i8;
CREATE VIEW

> SELECT pg_get_viewdef('va', true);
pg_get_viewdef
 SELECT c.c,
    col.col,
    d.d,
    t.t,
    i4.i4,
    i8.i8
   FROM COALESCE(1, 2) c(c),
    COLLATION FOR ('x'::text) col(col),
    CURRENT_DATE d(d),
    LOCALTIMESTAMP(3) t(t),
    CAST(1 + 2 AS integer) i4(i4),
    CAST((1 + 2)::bigint AS bigint) i8(i8);
SELECT 1

> SELECT pg_get_viewdef('va');
pg_get_viewdef
 SELECT c.c,
    col.col,
    d.d,
    t.t,
    i4.i4,
    i8.i8
   FROM COALESCE(1, 2) c(c),
    COLLATION FOR ('x'::text) col(col),
    CURRENT_DATE d(d),
    LOCALTIMESTAMP(3) t(t),
    CAST((1 + 2) AS integer) i4(i4),
    CAST(((1 + 2))::bigint AS bigint) i8(i8);
SELECT 1

> SELECT c, col, i4, i8 FROM va;
c | col | i4 | i8
1 | "default" | 3 | 3
SELECT 1

> CREATE VIEW vb AS SELECT * FROM CAST(CAST('abc' AS varchar(3)) AS varchar(2)) a, CAST('x' AS text) t, int4(3) i, current_user, user u, coalesce(1, NULL::int), extract(year FROM date '2020-01-01');
CREATE VIEW

> SELECT pg_get_viewdef('vb', true);
pg_get_viewdef
 SELECT a.a,
    t.t,
    i.i,
    "current_user"."current_user",
    u.u,
    "coalesce"."coalesce",
    "extract"."extract"
   FROM CAST('abc'::character varying(3)::character varying(2) AS character varying(2)) a(a),
    CAST('x'::text AS text) t(t),
    CAST(3 AS integer) i(i),
    CURRENT_USER "current_user"("current_user"),
    USER u(u),
    COALESCE(1, NULL::integer) "coalesce"("coalesce"),
    EXTRACT(year FROM '2020-01-01'::date) "extract"("extract");
SELECT 1

> CREATE VIEW vc AS SELECT r.*, w, n FROM substring('abc' FROM 2), trim('a '), CAST(1 AS int4) WITH ORDINALITY, ROWS FROM (CAST(1 AS int8), current_schema) r, CAST(ARRAY[1] AS int[]) w, nullif(1, 2) n;
CREATE VIEW

> SELECT pg_get_viewdef('vc', true);
pg_get_viewdef
 SELECT r.int8,
    r."current_schema",
    w.w,
    n.n
   FROM SUBSTRING('abc'::text FROM 2) "substring"("substring"),
    TRIM(BOTH FROM 'a '::text) btrim(btrim),
    CAST(1 AS integer) WITH ORDINALITY int4(int4, ordinality),
    ROWS FROM(CAST(1::bigint AS bigint), CURRENT_SCHEMA) r(int8, "current_schema"),
    CAST(ARRAY[1] AS integer[]) w(w),
    NULLIF(1, 2) n(n);
SELECT 1

> CREATE VIEW vd AS SELECT x, y, g FROM CAST('(1,one)' AS vpair) p, greatest(1, 2) g, LATERAL CAST(x + g AS text) l, CAST(vf(1) AS numeric(4,1)) v WHERE v > 1;
CREATE VIEW

> SELECT pg_get_viewdef('vd', true);
pg_get_viewdef
 SELECT p.x,
    p.y,
    g.g
   FROM CAST('(1,one)'::vpair AS vpair) p(x, y),
    GREATEST(1, 2) g(g),
    LATERAL CAST((p.x + g.g)::text AS text) l(l),
    CAST(vf(1)::numeric(4,1) AS numeric(4,1)) v(v)
  WHERE v.v > 1::numeric;
SELECT 1

> SELECT * FROM vd;
x | y | g
1 | one | 2
SELECT 1

> CREATE VIEW ve AS SELECT collation for ('x'::text), collation for ('x'::text COLLATE "C") AS c, pg_collation_for('x'::text) AS plain, collation for ((SELECT 'x'::text)) AS q;
CREATE VIEW

> SELECT pg_get_viewdef('ve', true);
pg_get_viewdef
 SELECT COLLATION FOR ('x'::text) AS pg_collation_for,
    COLLATION FOR ('x'::text COLLATE "C") AS c,
    pg_collation_for('x'::text) AS plain,
    COLLATION FOR (( SELECT 'x'::text AS text)) AS q;
SELECT 1

> SELECT pg_get_viewdef('ve');
pg_get_viewdef
 SELECT COLLATION FOR ('x'::text) AS pg_collation_for,
    COLLATION FOR (('x'::text COLLATE "C")) AS c,
    pg_collation_for('x'::text) AS plain,
    COLLATION FOR (( SELECT 'x'::text AS text)) AS q;
SELECT 1

> CREATE VIEW vg AS SELECT a.n FROM generate_series(1, 2) a(n) LEFT JOIN CAST(1 AS int4) b(n) ON a.n = b.n JOIN current_date d ON d IS NOT NULL;
CREATE VIEW

> SELECT pg_get_viewdef('vg', true);
pg_get_viewdef
 SELECT a.n
   FROM generate_series(1, 2) a(n)
     LEFT JOIN CAST(1 AS integer) b(n) ON a.n = b.n
     JOIN CURRENT_DATE d(d) ON d.d IS NOT NULL;
SELECT 1

> SELECT * FROM vg ORDER BY n;
n
1
2
SELECT 2

> ALTER FUNCTION vf(int) RENAME TO vf2;
ALTER FUNCTION

> SELECT pg_get_viewdef('vd', true);
pg_get_viewdef
 SELECT p.x,
    p.y,
    g.g
   FROM CAST('(1,one)'::vpair AS vpair) p(x, y),
    GREATEST(1, 2) g(g),
    LATERAL CAST((p.x + g.g)::text AS text) l(l),
    CAST(vf2(1)::numeric(4,1) AS numeric(4,1)) v(v)
  WHERE v.v > 1::numeric;
SELECT 1

> ALTER VIEW va RENAME COLUMN c TO renamed;
ALTER VIEW

> SELECT pg_get_viewdef('va', true);
pg_get_viewdef
 SELECT c.c AS renamed,
    col.col,
    d.d,
    t.t,
    i4.i4,
    i8.i8
   FROM COALESCE(1, 2) c(c),
    COLLATION FOR ('x'::text) col(col),
    CURRENT_DATE d(d),
    LOCALTIMESTAMP(3) t(t),
    CAST(1 + 2 AS integer) i4(i4),
    CAST((1 + 2)::bigint AS bigint) i8(i8);
SELECT 1

> DROP FUNCTION vf2(int);
ERROR 2BP01: cannot drop function vf2(integer) because other objects depend on it
DETAIL: view vd depends on function vf2(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TYPE vpair;
ERROR 2BP01: cannot drop type vpair because other objects depend on it
DETAIL: view vd depends on type vpair
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP VIEW va, vb, vc, vd, ve, vg;
DROP VIEW

> DROP FUNCTION vf2(int);
DROP FUNCTION

> DROP TYPE vpair;
DROP TYPE
