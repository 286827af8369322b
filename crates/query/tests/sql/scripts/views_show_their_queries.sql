-- What a view's query is shown as; every answer is PostgreSQL 15's.
> CREATE TABLE t (a int, b text, c varchar(10), d numeric(10,2), e timestamptz, f date, g int[], h bool, j jsonb);
CREATE TABLE
> CREATE TABLE u (a int, k bigint, b text);
CREATE TABLE
> CREATE TABLE w (k bigint, z text);
CREATE TABLE

-- Columns are qualified, and named where the view calls them otherwise.
> CREATE VIEW v1 AS SELECT a, b FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v1', false) AS plain;
plain
 SELECT t.a,
    t.b
   FROM t;
SELECT 1
> CREATE VIEW v2 AS SELECT * FROM w;
CREATE VIEW
> SELECT pg_get_viewdef('v2', false) AS plain;
plain
 SELECT w.k,
    w.z
   FROM w;
SELECT 1
> CREATE VIEW v3(p) AS SELECT a, b AS bb FROM t AS x;
CREATE VIEW
> SELECT pg_get_viewdef('v3', false) AS plain;
plain
 SELECT x.a AS p,
    x.b AS bb
   FROM t x;
SELECT 1
> CREATE VIEW v4 AS SELECT a AS "Odd Name", b AS "select" FROM t AS "T x";
CREATE VIEW
> SELECT pg_get_viewdef('v4', false) AS plain;
plain
 SELECT "T x".a AS "Odd Name",
    "T x".b AS "select"
   FROM t "T x";
SELECT 1
> CREATE VIEW v5 AS SELECT 1 AS one;
CREATE VIEW
> SELECT pg_get_viewdef('v5', false) AS plain;
plain
 SELECT 1 AS one;
SELECT 1

-- Joins.
> CREATE VIEW v6 AS SELECT t.a, u.k, w.z FROM t JOIN u ON t.a = u.a LEFT JOIN w ON w.k = u.k WHERE t.a > 5 AND (u.k < 3 OR w.z LIKE 'x%');
CREATE VIEW
> SELECT pg_get_viewdef('v6', false) AS plain;
plain
 SELECT t.a,
    u.k,
    w.z
   FROM ((t
     JOIN u ON ((t.a = u.a)))
     LEFT JOIN w ON ((w.k = u.k)))
  WHERE ((t.a > 5) AND ((u.k < 3) OR (w.z ~~ 'x%'::text)));
SELECT 1
> SELECT pg_get_viewdef('v6', true) AS pretty;
pretty
 SELECT t.a,
    u.k,
    w.z
   FROM t
     JOIN u ON t.a = u.a
     LEFT JOIN w ON w.k = u.k
  WHERE t.a > 5 AND (u.k < 3 OR w.z ~~ 'x%'::text);
SELECT 1
> CREATE VIEW v7 AS SELECT a, t.b, k FROM t JOIN u USING (a);
CREATE VIEW
> SELECT pg_get_viewdef('v7', false) AS plain;
plain
 SELECT t.a,
    t.b,
    u.k
   FROM (t
     JOIN u USING (a));
SELECT 1
> CREATE VIEW v8 AS SELECT a, t.b, k FROM t FULL JOIN u USING (a);
CREATE VIEW
> SELECT pg_get_viewdef('v8', false) AS plain;
plain
 SELECT a,
    t.b,
    u.k
   FROM (t
     FULL JOIN u USING (a));
SELECT 1
> SELECT pg_get_viewdef('v8', true) AS pretty;
pretty
 SELECT a,
    t.b,
    u.k
   FROM t
     FULL JOIN u USING (a);
SELECT 1
> CREATE VIEW v9 AS SELECT a, k, t.b, u.a AS ua, w.z FROM t LEFT JOIN u USING (a) LEFT JOIN w USING (k);
CREATE VIEW
> SELECT pg_get_viewdef('v9', false) AS plain;
plain
 SELECT t.a,
    u.k,
    t.b,
    u.a AS ua,
    w.z
   FROM ((t
     LEFT JOIN u USING (a))
     LEFT JOIN w USING (k));
SELECT 1
> CREATE VIEW v10 AS SELECT z FROM u NATURAL JOIN w;
CREATE VIEW
> SELECT pg_get_viewdef('v10', false) AS plain;
plain
 SELECT w.z
   FROM (u
     JOIN w USING (k));
SELECT 1
> CREATE VIEW v11 AS SELECT x.a FROM t x CROSS JOIN u y, w;
CREATE VIEW
> SELECT pg_get_viewdef('v11', false) AS plain;
plain
 SELECT x.a
   FROM (t x
     CROSS JOIN u y),
    w;
SELECT 1
> CREATE VIEW v12 AS SELECT t1.a FROM t t1 JOIN (u JOIN w ON u.k = w.k) ON t1.a = u.a;
CREATE VIEW
> SELECT pg_get_viewdef('v12', false) AS plain;
plain
 SELECT t1.a
   FROM (t t1
     JOIN (u
     JOIN w ON ((u.k = w.k))) ON ((t1.a = u.a)));
SELECT 1
> SELECT pg_get_viewdef('v12', true) AS pretty;
pretty
 SELECT t1.a
   FROM t t1
     JOIN (u
     JOIN w ON u.k = w.k) ON t1.a = u.a;
SELECT 1
> CREATE VIEW v13 AS SELECT x.k FROM (w JOIN u USING (k)) x;
CREATE VIEW
> SELECT pg_get_viewdef('v13', false) AS plain;
plain
 SELECT x.k
   FROM (w
     JOIN u USING (k)) x;
SELECT 1
> CREATE VIEW v14 AS SELECT x.p, x.a FROM (w JOIN u USING (k)) x (p);
CREATE VIEW
> SELECT pg_get_viewdef('v14', false) AS plain;
plain
 SELECT x.p,
    x.a
   FROM (w w(p, z)
     JOIN u u(a, p, b) USING (p)) x;
SELECT 1
> CREATE VIEW v15 AS SELECT w.z FROM t RIGHT JOIN u ON true FULL JOIN w ON u.k = w.k;
CREATE VIEW
> SELECT pg_get_viewdef('v15', false) AS plain;
plain
 SELECT w.z
   FROM ((t
     RIGHT JOIN u ON (true))
     FULL JOIN w ON ((u.k = w.k)));
SELECT 1

-- Subqueries, with names that do not hide those outside.
> CREATE VIEW v16 AS SELECT * FROM (SELECT a, count(*) AS n FROM t GROUP BY a) s WHERE n > 1;
CREATE VIEW
> SELECT pg_get_viewdef('v16', false) AS plain;
plain
 SELECT s.a,
    s.n
   FROM ( SELECT t.a,
            count(*) AS n
           FROM t
          GROUP BY t.a) s
  WHERE (s.n > 1);
SELECT 1
> CREATE VIEW v17 AS SELECT t.a FROM t WHERE t.a = (SELECT t.a FROM t WHERE t.b = 'x');
CREATE VIEW
> SELECT pg_get_viewdef('v17', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE (t.a = ( SELECT t_1.a
           FROM t t_1
          WHERE (t_1.b = 'x'::text)));
SELECT 1
> SELECT pg_get_viewdef('v17', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE t.a = (( SELECT t_1.a
           FROM t t_1
          WHERE t_1.b = 'x'::text));
SELECT 1
> CREATE VIEW v18 AS SELECT t.a, l.m FROM t, LATERAL (SELECT max(u.k) AS m FROM u WHERE u.a = t.a) l;
CREATE VIEW
> SELECT pg_get_viewdef('v18', false) AS plain;
plain
 SELECT t.a,
    l.m
   FROM t,
    LATERAL ( SELECT max(u.k) AS m
           FROM u
          WHERE (u.a = t.a)) l;
SELECT 1
> CREATE VIEW v19 AS SELECT x.q FROM (SELECT a FROM u) x (q);
CREATE VIEW
> SELECT pg_get_viewdef('v19', false) AS plain;
plain
 SELECT x.q
   FROM ( SELECT u.a
           FROM u) x(q);
SELECT 1
> CREATE VIEW v20 AS SELECT (SELECT count(*) FROM u WHERE u.a = t.a) AS n, a FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v20', false) AS plain;
plain
 SELECT ( SELECT count(*) AS count
           FROM u
          WHERE (u.a = t.a)) AS n,
    t.a
   FROM t;
SELECT 1

-- Common table expressions.
> CREATE VIEW v21 AS WITH x AS (SELECT a FROM t), y (q, r) AS MATERIALIZED (SELECT a, k FROM u) SELECT x.a, y.r FROM x JOIN y ON x.a = y.q;
CREATE VIEW
> SELECT pg_get_viewdef('v21', false) AS plain;
plain
 WITH x AS (
         SELECT t.a
           FROM t
        ), y(q, r) AS MATERIALIZED (
         SELECT u.a,
            u.k
           FROM u
        )
 SELECT x.a,
    y.r
   FROM (x
     JOIN y ON ((x.a = y.q)));
SELECT 1
> CREATE VIEW v22 AS WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r;
CREATE VIEW
> SELECT pg_get_viewdef('v22', false) AS plain;
plain
 WITH RECURSIVE r(n) AS (
         SELECT 1 AS "?column?"
        UNION ALL
         SELECT (r_1.n + 1)
           FROM r r_1
          WHERE (r_1.n < 10)
        )
 SELECT r.n
   FROM r;
SELECT 1
> SELECT pg_get_viewdef('v22', true) AS pretty;
pretty
 WITH RECURSIVE r(n) AS (
         SELECT 1 AS "?column?"
        UNION ALL
         SELECT r_1.n + 1
           FROM r r_1
          WHERE r_1.n < 10
        )
 SELECT r.n
   FROM r;
SELECT 1
> CREATE VIEW v23 AS WITH t AS (SELECT k FROM w) SELECT t.k, o.a FROM t, public.t o;
CREATE VIEW
> SELECT pg_get_viewdef('v23', false) AS plain;
plain
 WITH t AS (
         SELECT w.k
           FROM w
        )
 SELECT t.k,
    o.a
   FROM t,
    public.t o;
SELECT 1

-- Set operations.
> CREATE VIEW v24 AS SELECT a FROM t UNION ALL SELECT a FROM u EXCEPT (SELECT 1 UNION SELECT 2) ORDER BY a LIMIT 3;
CREATE VIEW
> SELECT pg_get_viewdef('v24', false) AS plain;
plain
(
         SELECT t.a
           FROM t
        UNION ALL
         SELECT u.a
           FROM u
) EXCEPT (
         SELECT 1 AS a
        UNION
         SELECT 2 AS a
)
  ORDER BY 1
 LIMIT 3;
SELECT 1
> CREATE VIEW v25 AS SELECT 1 AS a UNION SELECT 2 INTERSECT SELECT 3;
CREATE VIEW
> SELECT pg_get_viewdef('v25', false) AS plain;
plain
 SELECT 1 AS a
UNION (
         SELECT 2 AS a
        INTERSECT
         SELECT 3 AS a
);
SELECT 1
> CREATE VIEW v26 AS (SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL (SELECT a FROM u ORDER BY a LIMIT 1);
CREATE VIEW
> SELECT pg_get_viewdef('v26', false) AS plain;
plain
( SELECT t.a
   FROM t
  ORDER BY t.a
 LIMIT 1)
UNION ALL
( SELECT u.a
   FROM u
  ORDER BY u.a
 LIMIT 1);
SELECT 1
> CREATE VIEW v27(p) AS SELECT a FROM t UNION SELECT a FROM u UNION SELECT 3;
CREATE VIEW
> SELECT pg_get_viewdef('v27', false) AS plain;
plain
 SELECT t.a AS p
   FROM t
UNION
 SELECT u.a AS p
   FROM u
UNION
 SELECT 3 AS p;
SELECT 1
> CREATE VIEW v28 AS SELECT 'x' AS p UNION SELECT b FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v28', false) AS plain;
plain
 SELECT 'x'::text AS p
UNION
 SELECT t.b AS p
   FROM t;
SELECT 1
> CREATE VIEW v29 AS SELECT q.* FROM (SELECT a, b FROM t UNION SELECT a, b FROM u) q;
CREATE VIEW
> SELECT pg_get_viewdef('v29', false) AS plain;
plain
 SELECT q.a,
    q.b
   FROM ( SELECT t.a,
            t.b
           FROM t
        UNION
         SELECT u.a,
            u.b
           FROM u) q;
SELECT 1

-- Grouping, aggregates, windows.
> CREATE VIEW v30 AS SELECT region.b, count(*) AS n, count(DISTINCT a), sum(a) FILTER (WHERE h) AS s, string_agg(b, ',' ORDER BY b DESC, a) AS l, percentile_cont(0.5) WITHIN GROUP (ORDER BY a) AS m FROM t region GROUP BY b HAVING count(*) > 2 ORDER BY 2 DESC;
CREATE VIEW
> SELECT pg_get_viewdef('v30', false) AS plain;
plain
 SELECT region.b,
    count(*) AS n,
    count(DISTINCT region.a) AS count,
    sum(region.a) FILTER (WHERE region.h) AS s,
    string_agg(region.b, ','::text ORDER BY region.b DESC, region.a) AS l,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((region.a)::double precision)) AS m
   FROM t region
  GROUP BY region.b
 HAVING (count(*) > 2)
  ORDER BY (count(*)) DESC;
SELECT 1
> SELECT pg_get_viewdef('v30', true) AS pretty;
pretty
 SELECT region.b,
    count(*) AS n,
    count(DISTINCT region.a) AS count,
    sum(region.a) FILTER (WHERE region.h) AS s,
    string_agg(region.b, ','::text ORDER BY region.b DESC, region.a) AS l,
    percentile_cont(0.5::double precision) WITHIN GROUP (ORDER BY (region.a::double precision)) AS m
   FROM t region
  GROUP BY region.b
 HAVING count(*) > 2
  ORDER BY (count(*)) DESC;
SELECT 1
> CREATE VIEW v31 AS SELECT a, b, count(*), grouping(a) FROM t GROUP BY GROUPING SETS ((a, b), (a), ());
CREATE VIEW
> SELECT pg_get_viewdef('v31', false) AS plain;
plain
 SELECT t.a,
    t.b,
    count(*) AS count,
    GROUPING(t.a) AS "grouping"
   FROM t
  GROUP BY GROUPING SETS ((t.a, t.b), (t.a), ());
SELECT 1
> CREATE VIEW v32 AS SELECT a, b, count(*) FROM t GROUP BY a, ROLLUP (a, b), CUBE (c, d);
CREATE VIEW
> SELECT pg_get_viewdef('v32', false) AS plain;
plain
 SELECT t.a,
    t.b,
    count(*) AS count
   FROM t
  GROUP BY t.a, ROLLUP(t.a, t.b), CUBE(t.c, t.d);
SELECT 1
> CREATE VIEW v33 AS SELECT a, lower(b) FROM t GROUP BY a, lower(b) ORDER BY lower(b), a + 1;
CREATE VIEW
> SELECT pg_get_viewdef('v33', false) AS plain;
plain
 SELECT t.a,
    lower(t.b) AS lower
   FROM t
  GROUP BY t.a, (lower(t.b))
  ORDER BY (lower(t.b)), (t.a + 1);
SELECT 1
> SELECT pg_get_viewdef('v33', true) AS pretty;
pretty
 SELECT t.a,
    lower(t.b) AS lower
   FROM t
  GROUP BY t.a, (lower(t.b))
  ORDER BY (lower(t.b)), (t.a + 1);
SELECT 1
> CREATE VIEW v34 AS SELECT rank(5) WITHIN GROUP (ORDER BY a), mode() WITHIN GROUP (ORDER BY b), array_agg(a ORDER BY a), json_agg(t) FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v34', false) AS plain;
plain
 SELECT rank(5) WITHIN GROUP (ORDER BY t.a) AS rank,
    mode() WITHIN GROUP (ORDER BY t.b) AS mode,
    array_agg(t.a ORDER BY t.a) AS array_agg,
    json_agg(t.*) AS json_agg
   FROM t;
SELECT 1
> CREATE VIEW v35 AS SELECT a, rank() OVER (PARTITION BY b ORDER BY a DESC), sum(a) OVER w1 AS s, sum(a) OVER (w1 ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) AS x, lag(a, 1) OVER (ORDER BY a NULLS FIRST) FROM t WINDOW w1 AS (PARTITION BY c ORDER BY f);
CREATE VIEW
> SELECT pg_get_viewdef('v35', false) AS plain;
plain
 SELECT t.a,
    rank() OVER (PARTITION BY t.b ORDER BY t.a DESC) AS rank,
    sum(t.a) OVER w1 AS s,
    sum(t.a) OVER (w1 ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) AS x,
    lag(t.a, 1) OVER (ORDER BY t.a NULLS FIRST) AS lag
   FROM t
  WINDOW w1 AS (PARTITION BY t.c ORDER BY t.f);
SELECT 1
> CREATE VIEW v36 AS SELECT sum(a) OVER (), first_value(a) OVER (ORDER BY e RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW), count(*) FILTER (WHERE h) OVER (ORDER BY a GROUPS 2 PRECEDING) FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v36', false) AS plain;
plain
 SELECT sum(t.a) OVER () AS sum,
    first_value(t.a) OVER (ORDER BY t.e RANGE BETWEEN '1 day'::interval PRECEDING AND CURRENT ROW) AS first_value,
    count(*) FILTER (WHERE t.h) OVER (ORDER BY t.a GROUPS 2 PRECEDING) AS count
   FROM t;
SELECT 1

-- What follows a query.
> CREATE VIEW v37 AS SELECT DISTINCT ON (b) b, a FROM t ORDER BY b, a DESC NULLS LAST LIMIT 5 OFFSET 2;
CREATE VIEW
> SELECT pg_get_viewdef('v37', false) AS plain;
plain
 SELECT DISTINCT ON (t.b) t.b,
    t.a
   FROM t
  ORDER BY t.b, t.a DESC NULLS LAST
 OFFSET 2
 LIMIT 5;
SELECT 1
> CREATE VIEW v38 AS SELECT DISTINCT a FROM t ORDER BY a;
CREATE VIEW
> SELECT pg_get_viewdef('v38', false) AS plain;
plain
 SELECT DISTINCT t.a
   FROM t
  ORDER BY t.a;
SELECT 1
> CREATE VIEW v39 AS SELECT a FROM t ORDER BY a FETCH FIRST 3 ROWS WITH TIES;
CREATE VIEW
> SELECT pg_get_viewdef('v39', false) AS plain;
plain
 SELECT t.a
   FROM t
  ORDER BY t.a
 FETCH FIRST (3) ROWS WITH TIES;
SELECT 1
> CREATE VIEW v40 AS SELECT a FROM t FOR UPDATE;
CREATE VIEW
> SELECT pg_get_viewdef('v40', false) AS plain;
plain
 SELECT t.a
   FROM t
 FOR UPDATE OF t;
SELECT 1
> CREATE VIEW v41 AS SELECT t.a FROM t, u FOR NO KEY UPDATE OF t NOWAIT;
CREATE VIEW
> SELECT pg_get_viewdef('v41', false) AS plain;
plain
 SELECT t.a
   FROM t,
    u
 FOR NO KEY UPDATE OF t NOWAIT;
SELECT 1

-- VALUES and functions.
> CREATE VIEW v42 AS VALUES (1, 'a'), (2, NULL);
CREATE VIEW
> SELECT pg_get_viewdef('v42', false) AS plain;
plain
 VALUES (1,'a'::text), (2,NULL::text);
SELECT 1
> CREATE VIEW v43(p, q) AS VALUES (1, 'a'), (2, 'b');
CREATE VIEW
> SELECT pg_get_viewdef('v43', false) AS plain;
plain
 SELECT "*VALUES*".column1 AS p,
    "*VALUES*".column2 AS q
   FROM (VALUES (1,'a'::text), (2,'b'::text)) "*VALUES*";
SELECT 1
> CREATE VIEW v44 AS VALUES (1), (2) ORDER BY column1;
CREATE VIEW
> SELECT pg_get_viewdef('v44', false) AS plain;
plain
 VALUES (1), (2)
  ORDER BY "*VALUES*".column1;
SELECT 1
> CREATE VIEW v45 AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v (x, y);
CREATE VIEW
> SELECT pg_get_viewdef('v45', false) AS plain;
plain
 SELECT v.x,
    v.y
   FROM ( VALUES (1,'a'::text), (2,'b'::text)) v(x, y);
SELECT 1
> CREATE VIEW v46 AS SELECT s.i, s.o FROM generate_series(1, 3) WITH ORDINALITY AS s (i, o);
CREATE VIEW
> SELECT pg_get_viewdef('v46', false) AS plain;
plain
 SELECT s.i,
    s.o
   FROM generate_series(1, 3) WITH ORDINALITY s(i, o);
SELECT 1
> CREATE VIEW v47 AS SELECT * FROM generate_series(1, 3);
CREATE VIEW
> SELECT pg_get_viewdef('v47', false) AS plain;
plain
 SELECT generate_series.generate_series
   FROM generate_series(1, 3) generate_series(generate_series);
SELECT 1
> CREATE VIEW v48 AS SELECT g1 FROM generate_series(1, 3) g1;
CREATE VIEW
> SELECT pg_get_viewdef('v48', false) AS plain;
plain
 SELECT g1.g1
   FROM generate_series(1, 3) g1(g1);
SELECT 1
> CREATE VIEW v49 AS SELECT x.* FROM json_to_record('{"a": 1}') AS x (a int, b text);
CREATE VIEW
> SELECT pg_get_viewdef('v49', false) AS plain;
plain
 SELECT x.a,
    x.b
   FROM json_to_record('{"a": 1}'::json) x(a integer, b text);
SELECT 1
> CREATE VIEW v50 AS SELECT t.a, q FROM t, unnest(t.g) q;
CREATE VIEW
> SELECT pg_get_viewdef('v50', false) AS plain;
plain
 SELECT t.a,
    q.q
   FROM t,
    LATERAL unnest(t.g) q(q);
SELECT 1
> CREATE VIEW v51 AS SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b']) AS q (x, y);
CREATE VIEW
> SELECT pg_get_viewdef('v51', false) AS plain;
plain
 SELECT q.x,
    q.y
   FROM UNNEST(ARRAY[1, 2], ARRAY['a'::text, 'b'::text]) q(x, y);
SELECT 1
> CREATE VIEW v52 AS SELECT * FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS r (a, b);
CREATE VIEW
> SELECT pg_get_viewdef('v52', false) AS plain;
plain
 SELECT r.a,
    r.b
   FROM ROWS FROM(generate_series(1, 2), generate_series(1, 3)) r(a, b);
SELECT 1
> CREATE VIEW v53 AS SELECT generate_series(1, a), unnest(g) FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v53', false) AS plain;
plain
 SELECT generate_series(1, t.a) AS generate_series,
    unnest(t.g) AS unnest
   FROM t;
SELECT 1

-- Lines may be longer than one item.
> CREATE VIEW v54 AS SELECT t.a, t.b, c, CASE WHEN h THEN 1 END AS x, d, e FROM t, u x, w y;
CREATE VIEW
> SELECT pg_get_viewdef('v54'::regclass, 40) AS wrapped;
wrapped
 SELECT t.a, t.b, t.c,
        CASE
            WHEN t.h THEN 1
            ELSE NULL::integer
        END AS x,
    t.d, t.e
   FROM t, u x, w y;
SELECT 1
> CREATE VIEW v55 AS SELECT a, b, f FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v55'::regclass, 79) AS wrapped;
wrapped
 SELECT t.a, t.b, t.f
   FROM t;
SELECT 1

-- Relations are qualified where the search path does not find them.
> CREATE SCHEMA s;
CREATE SCHEMA
> CREATE VIEW s.v AS SELECT t.a, v1.b FROM t, v1;
CREATE VIEW
> SELECT definition FROM pg_views WHERE schemaname = 's';
definition
 SELECT t.a,
    v1.b
   FROM t,
    v1;
SELECT 1
> SET search_path = s;
SET
> SELECT definition FROM pg_views WHERE schemaname = 's';
definition
 SELECT t.a,
    v1.b
   FROM public.t,
    public.v1;
SELECT 1
> SELECT view_definition FROM information_schema.views WHERE table_schema = 's';
view_definition
 SELECT t.a,
    v1.b
   FROM public.t,
    public.v1;
SELECT 1
> RESET search_path;
RESET
> CREATE MATERIALIZED VIEW m (x, y) AS SELECT a, count(*) FROM t GROUP BY a WITH NO DATA;
CREATE MATERIALIZED VIEW
> SELECT definition FROM pg_matviews WHERE matviewname = 'm';
definition
 SELECT t.a AS x,
    count(*) AS y
   FROM t
  GROUP BY t.a;
SELECT 1
> SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class = 's.v'::regclass;
pg_get_ruledef
CREATE RULE "_RETURN" AS
    ON SELECT TO s.v DO INSTEAD  SELECT t.a,
    v1.b
   FROM t,
    v1;
SELECT 1
