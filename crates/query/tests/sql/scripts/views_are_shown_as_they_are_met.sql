-- Views as they are met; every answer is PostgreSQL 15's.
> CREATE TABLE t (a int, b text, c varchar(10), d numeric(10,2), e timestamptz, f date, g int[], h bool, j jsonb, ch char(3), sm smallint, fl float8, iv interval);
CREATE TABLE
> CREATE TABLE u (a int, k bigint, b text);
CREATE TABLE
> CREATE TABLE w (k bigint, z text);
CREATE TABLE
> CREATE TABLE p (id int primary key, n text);
CREATE TABLE
> CREATE VIEW v0 AS SELECT a FROM t WHERE ch = 'x' AND ch IN ('a', 'b') AND c IN ('x') AND c <> ALL (ARRAY['z']) AND sm = 1 AND sm IN (1, 2) AND fl > 1 AND fl = 1.5;
CREATE VIEW
> SELECT pg_get_viewdef('v0') AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.ch = 'x'::bpchar) AND (t.ch = ANY (ARRAY['a'::bpchar, 'b'::bpchar])) AND ((t.c)::text = 'x'::text) AND ((t.c)::text <> ALL (ARRAY['z'::text])) AND (t.sm = 1) AND (t.sm = ANY (ARRAY[1, 2])) AND (t.fl > (1)::double precision) AND (t.fl = (1.5)::double precision));
SELECT 1
> CREATE VIEW v1 AS SELECT * FROM (SELECT 1 AS x UNION ALL SELECT 2) s JOIN (VALUES (1), (2)) v (y) ON s.x = v.y WHERE v.y > 0;
CREATE VIEW
> SELECT pg_get_viewdef('v1') AS plain;
plain
 SELECT s.x,
    v.y
   FROM (( SELECT 1 AS x
        UNION ALL
         SELECT 2) s
     JOIN ( VALUES (1), (2)) v(y) ON ((s.x = v.y)))
  WHERE (v.y > 0);
SELECT 1
> CREATE VIEW v2 AS SELECT max(a) - min(a) AS r, count(*) FILTER (WHERE a > 0)::numeric / count(*) AS q FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v2') AS plain;
plain
 SELECT (max(t.a) - min(t.a)) AS r,
    ((count(*) FILTER (WHERE (t.a > 0)))::numeric / (count(*))::numeric) AS q
   FROM t;
SELECT 1
> CREATE VIEW v3 AS SELECT b, sum(d) * 2 AS s FROM t GROUP BY 1 HAVING sum(d) > 10 ORDER BY sum(d) DESC NULLS LAST, 1;
CREATE VIEW
> SELECT pg_get_viewdef('v3') AS plain;
plain
 SELECT t.b,
    (sum(t.d) * (2)::numeric) AS s
   FROM t
  GROUP BY t.b
 HAVING (sum(t.d) > (10)::numeric)
  ORDER BY (sum(t.d)) DESC NULLS LAST, t.b;
SELECT 1
> CREATE VIEW v4 AS SELECT date_trunc('month', e) AS m, to_char(e, 'YYYY-MM') AS s, e::date AS dd, age(e) AS ag, e - interval '1 month' AS pm, now() - e AS x FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v4') AS plain;
plain
 SELECT date_trunc('month'::text, t.e) AS m,
    to_char(t.e, 'YYYY-MM'::text) AS s,
    (t.e)::date AS dd,
    age(t.e) AS ag,
    (t.e - '1 mon'::interval) AS pm,
    (now() - t.e) AS x
   FROM t;
SELECT 1
> CREATE VIEW v5 AS SELECT a, row_number() OVER (ORDER BY a) AS rn FROM t WHERE a > (SELECT avg(a) FROM t);
CREATE VIEW
> SELECT pg_get_viewdef('v5') AS plain;
plain
 SELECT t.a,
    row_number() OVER (ORDER BY t.a) AS rn
   FROM t
  WHERE ((t.a)::numeric > ( SELECT avg(t_1.a) AS avg
           FROM t t_1));
SELECT 1
> CREATE VIEW v6 AS SELECT x.a, y.k FROM t x LEFT JOIN LATERAL (SELECT k FROM u WHERE u.a = x.a ORDER BY k LIMIT 1) y ON true;
CREATE VIEW
> SELECT pg_get_viewdef('v6') AS plain;
plain
 SELECT x.a,
    y.k
   FROM (t x
     LEFT JOIN LATERAL ( SELECT u.k
           FROM u
          WHERE (u.a = x.a)
          ORDER BY u.k
         LIMIT 1) y ON (true));
SELECT 1
> CREATE VIEW v7 AS SELECT t.a FROM t, u, w WHERE t.a = u.a AND u.k = w.k;
CREATE VIEW
> SELECT pg_get_viewdef('v7') AS plain;
plain
 SELECT t.a
   FROM t,
    u,
    w
  WHERE ((t.a = u.a) AND (u.k = w.k));
SELECT 1
> CREATE VIEW v8 AS SELECT coalesce(t.a, u.a) AS a FROM t FULL JOIN u ON t.a = u.a;
CREATE VIEW
> SELECT pg_get_viewdef('v8') AS plain;
plain
 SELECT COALESCE(t.a, u.a) AS a
   FROM (t
     FULL JOIN u ON ((t.a = u.a)));
SELECT 1
> CREATE VIEW v9 AS SELECT k, z, b FROM u FULL JOIN w USING (k) FULL JOIN (SELECT 1::bigint AS k) s USING (k);
CREATE VIEW
> SELECT pg_get_viewdef('v9') AS plain;
plain
 SELECT k,
    w.z,
    u.b
   FROM ((u
     FULL JOIN w USING (k))
     FULL JOIN ( SELECT (1)::bigint AS k) s USING (k));
SELECT 1
> CREATE VIEW v10 AS SELECT a AS k, k AS a FROM u ORDER BY k, a;
CREATE VIEW
> SELECT pg_get_viewdef('v10') AS plain;
plain
 SELECT u.a AS k,
    u.k AS a
   FROM u
  ORDER BY u.a, u.k;
SELECT 1
> CREATE VIEW v11 AS SELECT NOT h AS n, h OR a > 1 AND b = 'x' AS o, (h OR a > 1) AND b = 'x' AS p FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v11') AS plain;
plain
 SELECT (NOT t.h) AS n,
    (t.h OR ((t.a > 1) AND (t.b = 'x'::text))) AS o,
    ((t.h OR (t.a > 1)) AND (t.b = 'x'::text)) AS p
   FROM t;
SELECT 1
> CREATE VIEW v12 AS SELECT (SELECT b FROM u LIMIT 1) || 'x' AS q, ARRAY(SELECT a FROM u ORDER BY a) AS r, (SELECT array_agg(a) FROM u) AS s FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v12') AS plain;
plain
 SELECT (( SELECT u.b
           FROM u
         LIMIT 1) || 'x'::text) AS q,
    ARRAY( SELECT u.a
           FROM u
          ORDER BY u.a) AS r,
    ( SELECT array_agg(u.a) AS array_agg
           FROM u) AS s
   FROM t;
SELECT 1
> CREATE VIEW v13 AS SELECT a FROM t WHERE a = ANY (ARRAY(SELECT a FROM u)) AND a = ANY ((SELECT g FROM t LIMIT 1)::int[]);
CREATE VIEW
> SELECT pg_get_viewdef('v13') AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.a = ANY (ARRAY( SELECT u.a
           FROM u))) AND (t.a = ANY (( SELECT t_1.g
           FROM t t_1
         LIMIT 1)::integer[])));
SELECT 1
> CREATE VIEW v14 AS SELECT g[1] + g[2] AS s, array_length(g, 1) AS l, g || 1 AS m, array_append(g, 2) AS n, (g || g)[1] AS o, g[:2] AS p FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v14') AS plain;
plain
 SELECT (t.g[1] + t.g[2]) AS s,
    array_length(t.g, 1) AS l,
    (t.g || 1) AS m,
    array_append(t.g, 2) AS n,
    ((t.g || t.g))[1] AS o,
    t.g[:2] AS p
   FROM t;
SELECT 1
> CREATE VIEW v15 AS SELECT CASE WHEN a IS NULL THEN 0 ELSE a END + 1 AS x, CASE b WHEN 'x' THEN 1 WHEN 'y' THEN 2 ELSE 3 END AS y FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v15') AS plain;
plain
 SELECT (
        CASE
            WHEN (t.a IS NULL) THEN 0
            ELSE t.a
        END + 1) AS x,
        CASE t.b
            WHEN 'x'::text THEN 1
            WHEN 'y'::text THEN 2
            ELSE 3
        END AS y
   FROM t;
SELECT 1
> CREATE VIEW v16 AS WITH a AS (SELECT 1 AS x), b AS NOT MATERIALIZED (SELECT x FROM a) SELECT b.x FROM b UNION SELECT 2;
CREATE VIEW
> SELECT pg_get_viewdef('v16') AS plain;
plain
 WITH a AS (
         SELECT 1 AS x
        ), b AS NOT MATERIALIZED (
         SELECT a.x
           FROM a
        )
 SELECT b.x
   FROM b
UNION
 SELECT 2 AS x;
SELECT 1
> CREATE VIEW v17 AS SELECT n, id FROM p GROUP BY id ORDER BY 1;
CREATE VIEW
> SELECT pg_get_viewdef('v17') AS plain;
plain
 SELECT p.n,
    p.id
   FROM p
  GROUP BY p.id
  ORDER BY p.n;
SELECT 1
> CREATE VIEW v18 AS SELECT string_agg(DISTINCT b, ', ' ORDER BY b) AS s, array_agg(DISTINCT a) AS r, bool_and(h) AS x, json_object_agg(b, a) AS o FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v18') AS plain;
plain
 SELECT string_agg(DISTINCT t.b, ', '::text ORDER BY t.b) AS s,
    array_agg(DISTINCT t.a) AS r,
    bool_and(t.h) AS x,
    json_object_agg(t.b, t.a) AS o
   FROM t;
SELECT 1
> CREATE VIEW v19 AS SELECT ntile(4) OVER (PARTITION BY b ORDER BY a) AS q, sum(a) OVER (PARTITION BY b ORDER BY a ROWS UNBOUNDED PRECEDING) AS s FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v19') AS plain;
plain
 SELECT ntile(4) OVER (PARTITION BY t.b ORDER BY t.a) AS q,
    sum(t.a) OVER (PARTITION BY t.b ORDER BY t.a ROWS UNBOUNDED PRECEDING) AS s
   FROM t;
SELECT 1
> CREATE VIEW v20 AS SELECT lower(b) || ' ' || upper(c) AS x, length(trim(b)) AS l, replace(b, 'a', 'b') AS r, position('x' in c) AS p FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v20') AS plain;
plain
 SELECT ((lower(t.b) || ' '::text) || upper((t.c)::text)) AS x,
    length(TRIM(BOTH FROM t.b)) AS l,
    replace(t.b, 'a'::text, 'b'::text) AS r,
    POSITION(('x'::text) IN (t.c)) AS p
   FROM t;
SELECT 1
> CREATE VIEW v21 AS SELECT d * 1.1 AS x, round(d * 100) / 100 AS y, d::int % 2 AS z, -d AS n, @ d AS ab, a ^ 2 AS pw, |/ fl AS sq, a & 1 AS ba, a << 2 AS sh FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v21') AS plain;
plain
 SELECT (t.d * 1.1) AS x,
    (round((t.d * (100)::numeric)) / (100)::numeric) AS y,
    ((t.d)::integer % 2) AS z,
    (- t.d) AS n,
    (@ t.d) AS ab,
    ((t.a)::double precision ^ (2)::double precision) AS pw,
    (|/ t.fl) AS sq,
    (t.a & 1) AS ba,
    (t.a << 2) AS sh
   FROM t;
SELECT 1
> CREATE VIEW v22 AS SELECT iv * 2 AS x, f + 1 AS y, f - f AS z, f + iv AS w, extract(epoch FROM iv) AS s, e AT TIME ZONE 'UTC' AS u FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v22') AS plain;
plain
 SELECT (t.iv * (2)::double precision) AS x,
    (t.f + 1) AS y,
    (t.f - t.f) AS z,
    (t.f + t.iv) AS w,
    EXTRACT(epoch FROM t.iv) AS s,
    (t.e AT TIME ZONE 'UTC'::text) AS u
   FROM t;
SELECT 1
> CREATE VIEW v23 AS SELECT t1.relname FROM pg_class t1 JOIN pg_namespace n ON n.oid = t1.relnamespace WHERE n.nspname = 'public' AND t1.relkind IN ('r', 'v');
CREATE VIEW
> SELECT pg_get_viewdef('v23') AS plain;
plain
 SELECT t1.relname
   FROM (pg_class t1
     JOIN pg_namespace n ON ((n.oid = t1.relnamespace)))
  WHERE ((n.nspname = 'public'::name) AND (t1.relkind = ANY (ARRAY['r'::"char", 'v'::"char"])));
SELECT 1
> CREATE VIEW v24 AS SELECT table_name FROM information_schema.tables;
CREATE VIEW
> SELECT pg_get_viewdef('v24') AS plain;
plain
 SELECT tables.table_name
   FROM information_schema.tables;
SELECT 1
> CREATE VIEW v25 AS SELECT a FROM t WHERE (a, b) IN (SELECT a, b FROM u) OR NOT EXISTS (SELECT FROM w);
CREATE VIEW
> SELECT pg_get_viewdef('v25') AS plain;
plain
 SELECT t.a
   FROM t
  WHERE (((t.a, t.b) IN ( SELECT u.a,
            u.b
           FROM u)) OR (NOT (EXISTS ( SELECT
           FROM w))));
SELECT 1
> CREATE VIEW v26 AS SELECT a::varchar AS x, b::char(5) AS y, '1'::int AS z, 'a'::char AS q, NULL::int AS n, '{1,2}'::int[] AS arr, '1 day 2 hours'::interval AS i, '10:00'::time AS tm, true AS t FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v26') AS plain;
plain
 SELECT (t.a)::character varying AS x,
    (t.b)::character(5) AS y,
    1 AS z,
    'a'::character(1) AS q,
    NULL::integer AS n,
    '{1,2}'::integer[] AS arr,
    '1 day 02:00:00'::interval AS i,
    '10:00:00'::time without time zone AS tm,
    true AS t
   FROM t;
SELECT 1
> CREATE VIEW v27 AS SELECT a FROM t ORDER BY b COLLATE "C" DESC, a LIMIT 10 OFFSET 0;
CREATE VIEW
> SELECT pg_get_viewdef('v27') AS plain;
plain
 SELECT t.a
   FROM t
  ORDER BY (t.b COLLATE "C") DESC, t.a
 OFFSET 0
 LIMIT 10;
SELECT 1
> CREATE VIEW v28 AS SELECT a FROM t LIMIT (1 + 2);
CREATE VIEW
> SELECT pg_get_viewdef('v28') AS plain;
plain
 SELECT t.a
   FROM t
 LIMIT (1 + 2);
SELECT 1
> CREATE VIEW v29 AS SELECT DISTINCT ON (lower(b)) lower(b) AS l, a FROM t ORDER BY lower(b), a;
CREATE VIEW
> SELECT pg_get_viewdef('v29') AS plain;
plain
 SELECT DISTINCT ON ((lower(t.b))) lower(t.b) AS l,
    t.a
   FROM t
  ORDER BY (lower(t.b)), t.a;
SELECT 1
> CREATE VIEW v30 AS SELECT s.x[1] AS y FROM (SELECT g AS x FROM t) s;
CREATE VIEW
> SELECT pg_get_viewdef('v30') AS plain;
plain
 SELECT s.x[1] AS y
   FROM ( SELECT t.g AS x
           FROM t) s;
SELECT 1
> CREATE VIEW v31 AS SELECT q.key, q.value FROM t, jsonb_each(t.j) q;
CREATE VIEW
> SELECT pg_get_viewdef('v31') AS plain;
plain
 SELECT q.key,
    q.value
   FROM t,
    LATERAL jsonb_each(t.j) q(key, value);
SELECT 1
> CREATE VIEW v32 AS SELECT (jsonb_each(j)).key AS k FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v32') AS plain;
plain
 SELECT (jsonb_each(t.j)).key AS k
   FROM t;
SELECT 1
> CREATE VIEW v33 AS SELECT * FROM (t JOIN u ON t.a = u.a) AS jj (x1, x2) WHERE x1 > 1;
CREATE VIEW
> SELECT pg_get_viewdef('v33') AS plain;
plain
 SELECT jj.x1,
    jj.x2,
    jj.c,
    jj.d,
    jj.e,
    jj.f,
    jj.g,
    jj.h,
    jj.j,
    jj.ch,
    jj.sm,
    jj.fl,
    jj.iv,
    jj.a,
    jj.k,
    jj.b
   FROM (t
     JOIN u ON ((t.a = u.a))) jj(x1, x2, c, d, e, f, g, h, j, ch, sm, fl, iv, a, k, b)
  WHERE (jj.x1 > 1);
SELECT 1
> CREATE VIEW v34 AS SELECT a FROM t UNION (SELECT a FROM u INTERSECT SELECT 1) ORDER BY 1;
CREATE VIEW
> SELECT pg_get_viewdef('v34') AS plain;
plain
 SELECT t.a
   FROM t
UNION (
         SELECT u.a
           FROM u
        INTERSECT
         SELECT 1 AS a
)
  ORDER BY 1;
SELECT 1
> CREATE VIEW v35 AS (SELECT a FROM t) ORDER BY a LIMIT 1;
CREATE VIEW
> SELECT pg_get_viewdef('v35') AS plain;
plain
 SELECT t.a
   FROM t
  ORDER BY t.a
 LIMIT 1;
SELECT 1
> CREATE VIEW v36 AS SELECT b LIKE 'a%' AS l, b NOT ILIKE '%x' AS n, b ~* 'x' AS r, b !~ 'y' AS s, b LIKE ANY (ARRAY['a', 'b']) AS q, c LIKE 'v' AS v FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v36') AS plain;
plain
 SELECT (t.b ~~ 'a%'::text) AS l,
    (t.b !~~* '%x'::text) AS n,
    (t.b ~* 'x'::text) AS r,
    (t.b !~ 'y'::text) AS s,
    (t.b ~~ ANY (ARRAY['a'::text, 'b'::text])) AS q,
    ((t.c)::text ~~ 'v'::text) AS v
   FROM t;
SELECT 1
> CREATE VIEW v37 AS SELECT GREATEST(a, sm, 3) AS g, LEAST(d, 5) AS l, NULLIF(b, '') AS n, COALESCE(c, b, 'z') AS c FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v37') AS plain;
plain
 SELECT GREATEST(t.a, (t.sm)::integer, 3) AS g,
    LEAST(t.d, (5)::numeric) AS l,
    NULLIF(t.b, ''::text) AS n,
    COALESCE(t.c, (t.b)::character varying, 'z'::character varying) AS c
   FROM t;
SELECT 1
> CREATE VIEW v38 AS SELECT a % 2 = 0 AS even, (a > 1) = h AS eq, a = 1 IS TRUE AS q, (a IS NULL) IS NOT TRUE AS r FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v38') AS plain;
plain
 SELECT ((t.a % 2) = 0) AS even,
    ((t.a > 1) = t.h) AS eq,
    ((t.a = 1) IS TRUE) AS q,
    ((t.a IS NULL) IS NOT TRUE) AS r
   FROM t;
SELECT 1
> CREATE VIEW v39 AS SELECT cast(a AS text) || cast(b AS varchar(3)) AS x FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v39') AS plain;
plain
 SELECT ((t.a)::text || ((t.b)::character varying(3))::text) AS x
   FROM t;
SELECT 1
> CREATE VIEW v40 AS SELECT $$it's$$ AS x, E'a\nb\\' AS y, U&'\0041' AS z;
CREATE VIEW
> SELECT pg_get_viewdef('v40') AS plain;
plain
 SELECT 'it''s'::text AS x,
    'a
b\'::text AS y,
    'A'::text AS z;
SELECT 1
> CREATE VIEW v41 AS SELECT "user".a AS "User", "user".b AS order FROM t AS "user";
CREATE VIEW
> SELECT pg_get_viewdef('v41') AS plain;
plain
 SELECT "user".a AS "User",
    "user".b AS "order"
   FROM t "user";
SELECT 1
> CREATE VIEW v42 AS SELECT count(DISTINCT (a, b)) AS n FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v42') AS plain;
plain
 SELECT count(DISTINCT ROW(t.a, t.b)) AS n
   FROM t;
SELECT 1
> CREATE VIEW v43 AS SELECT a FROM t FOR UPDATE SKIP LOCKED;
CREATE VIEW
> SELECT pg_get_viewdef('v43') AS plain;
plain
 SELECT t.a
   FROM t
 FOR UPDATE OF t SKIP LOCKED;
SELECT 1
> CREATE VIEW v44 AS SELECT x.a FROM t AS x(a1, a) WHERE a1 = 1;
CREATE VIEW
> SELECT pg_get_viewdef('v44') AS plain;
plain
 SELECT x.a
   FROM t x(a1, a, c, d, e, f, g, h, j, ch, sm, fl, iv)
  WHERE (x.a1 = 1);
SELECT 1
