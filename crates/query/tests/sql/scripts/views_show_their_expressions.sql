-- How expressions of views are shown; every answer is PostgreSQL 15's.
> CREATE TABLE t (a int, b text, c varchar(10), d numeric(10,2), e timestamptz, f date, g int[], h bool, j jsonb);
CREATE TABLE
> CREATE TABLE u (a int, k bigint, b text);
CREATE TABLE
> CREATE TABLE w (k bigint, z text);
CREATE TABLE
> CREATE SEQUENCE s1;
CREATE SEQUENCE
> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE
> CREATE TYPE pair AS (x int, y text);
CREATE TYPE
> CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE DOMAIN

-- Constants and casts.
> CREATE VIEW v1(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19) AS SELECT 1 AS one, 'x' AS s, NULL AS n, 1.5, -5, true, '2020-01-01'::date, 'a'::text::varchar, 5::numeric, '5'::numeric, 5::bigint, interval '1 day', 'abc'::varchar(2), 1.5::numeric(10,2), 'x'::char(3), 5000000000, 1e10, 'it''s' AS q, B'101' AS bits;
CREATE VIEW
> SELECT pg_get_viewdef('v1', false) AS plain;
plain
 SELECT 1 AS c1,
    'x'::text AS c2,
    NULL::text AS c3,
    1.5 AS c4,
    '-5'::integer AS c5,
    true AS c6,
    '2020-01-01'::date AS c7,
    ('a'::text)::character varying AS c8,
    (5)::numeric AS c9,
    '5'::numeric AS c10,
    (5)::bigint AS c11,
    '1 day'::interval AS c12,
    'abc'::character varying(2) AS c13,
    1.5::numeric(10,2) AS c14,
    'x'::character(3) AS c15,
    '5000000000'::bigint AS c16,
    '10000000000'::numeric AS c17,
    'it''s'::text AS c18,
    '101'::"bit" AS c19;
SELECT 1
> SELECT pg_get_viewdef('v1', true) AS pretty;
pretty
 SELECT 1 AS c1,
    'x'::text AS c2,
    NULL::text AS c3,
    1.5 AS c4,
    '-5'::integer AS c5,
    true AS c6,
    '2020-01-01'::date AS c7,
    'a'::text::character varying AS c8,
    5::numeric AS c9,
    '5'::numeric AS c10,
    5::bigint AS c11,
    '1 day'::interval AS c12,
    'abc'::character varying(2) AS c13,
    1.5::numeric(10,2) AS c14,
    'x'::character(3) AS c15,
    '5000000000'::bigint AS c16,
    '10000000000'::numeric AS c17,
    'it''s'::text AS c18,
    '101'::"bit" AS c19;
SELECT 1
> CREATE VIEW v2(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) AS SELECT a::text, b::varchar(5), d::int, f::timestamp, CAST(a AS numeric(5,1)), c::text AS ct, (a + 1)::text AS x, a::text::int AS y, 'ok'::mood AS m, a::small AS z FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v2', false) AS plain;
plain
 SELECT (t.a)::text AS c1,
    (t.b)::character varying(5) AS c2,
    (t.d)::integer AS c3,
    (t.f)::timestamp without time zone AS c4,
    (t.a)::numeric(5,1) AS c5,
    (t.c)::text AS c6,
    ((t.a + 1))::text AS c7,
    ((t.a)::text)::integer AS c8,
    'ok'::mood AS c9,
    (t.a)::small AS c10
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v2', true) AS pretty;
pretty
 SELECT t.a::text AS c1,
    t.b::character varying(5) AS c2,
    t.d::integer AS c3,
    t.f::timestamp without time zone AS c4,
    t.a::numeric(5,1) AS c5,
    t.c::text AS c6,
    (t.a + 1)::text AS c7,
    t.a::text::integer AS c8,
    'ok'::mood AS c9,
    t.a::small AS c10
   FROM t;
SELECT 1

-- Operators.
> CREATE VIEW v3 AS SELECT a + 1 AS x, a * (b::int + 2) AS y, -a AS neg, - a - - a AS zz, a * 2 + 3 AS q, (a + 2) * 3 AS q2, a - (2 - 3) AS q3, a - 2 - 3 AS q4 FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v3', false) AS plain;
plain
 SELECT (t.a + 1) AS x,
    (t.a * ((t.b)::integer + 2)) AS y,
    (- t.a) AS neg,
    ((- t.a) - (- t.a)) AS zz,
    ((t.a * 2) + 3) AS q,
    ((t.a + 2) * 3) AS q2,
    (t.a - (2 - 3)) AS q3,
    ((t.a - 2) - 3) AS q4
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v3', true) AS pretty;
pretty
 SELECT t.a + 1 AS x,
    t.a * (t.b::integer + 2) AS y,
    - t.a AS neg,
    (- t.a) - (- t.a) AS zz,
    t.a * 2 + 3 AS q,
    (t.a + 2) * 3 AS q2,
    t.a - (2 - 3) AS q3,
    t.a - 2 - 3 AS q4
   FROM t;
SELECT 1
> CREATE VIEW v4(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12) AS SELECT e + interval '1 day', e - e, f - 1, f - f, d > 5, a > 1.5, a::bigint = 5000000000, d = 1.0, a / 2.0, b || 'x', b || a, b || c FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v4', false) AS plain;
plain
 SELECT (t.e + '1 day'::interval) AS c1,
    (t.e - t.e) AS c2,
    (t.f - 1) AS c3,
    (t.f - t.f) AS c4,
    (t.d > (5)::numeric) AS c5,
    ((t.a)::numeric > 1.5) AS c6,
    ((t.a)::bigint = '5000000000'::bigint) AS c7,
    (t.d = 1.0) AS c8,
    ((t.a)::numeric / 2.0) AS c9,
    (t.b || 'x'::text) AS c10,
    (t.b || t.a) AS c11,
    (t.b || (t.c)::text) AS c12
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v4', true) AS pretty;
pretty
 SELECT t.e + '1 day'::interval AS c1,
    t.e - t.e AS c2,
    t.f - 1 AS c3,
    t.f - t.f AS c4,
    t.d > 5::numeric AS c5,
    t.a::numeric > 1.5 AS c6,
    t.a::bigint = '5000000000'::bigint AS c7,
    t.d = 1.0 AS c8,
    t.a::numeric / 2.0 AS c9,
    t.b || 'x'::text AS c10,
    t.b || t.a AS c11,
    t.b || t.c::text AS c12
   FROM t;
SELECT 1
> CREATE VIEW v5 AS SELECT j -> 'a' AS p, j ->> 'b' AS q, j @> '{"a": 1}' AS r, j['x'] AS s, g[1] AS e, g[1:2] AS l FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v5', false) AS plain;
plain
 SELECT (t.j -> 'a'::text) AS p,
    (t.j ->> 'b'::text) AS q,
    (t.j @> '{"a": 1}'::jsonb) AS r,
    t.j['x'::text] AS s,
    t.g[1] AS e,
    t.g[1:2] AS l
   FROM t;
SELECT 1

-- Conditions.
> CREATE VIEW v6 AS SELECT a FROM t WHERE (a = 1 OR a = 2) AND (b = 'x' OR b = 'y') OR NOT (h);
CREATE VIEW
> SELECT pg_get_viewdef('v6', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((((t.a = 1) OR (t.a = 2)) AND ((t.b = 'x'::text) OR (t.b = 'y'::text))) OR (NOT t.h));
SELECT 1
> SELECT pg_get_viewdef('v6', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE (t.a = 1 OR t.a = 2) AND (t.b = 'x'::text OR t.b = 'y'::text) OR NOT t.h;
SELECT 1
> CREATE VIEW v7 AS SELECT a FROM t WHERE (a = 1 AND b = 'x') AND (h AND a = 2);
CREATE VIEW
> SELECT pg_get_viewdef('v7', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.a = 1) AND (t.b = 'x'::text) AND (t.h AND (t.a = 2)));
SELECT 1
> SELECT pg_get_viewdef('v7', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE t.a = 1 AND t.b = 'x'::text AND t.h AND t.a = 2;
SELECT 1
> CREATE VIEW v8 AS SELECT a FROM t WHERE a BETWEEN 1 AND 5 AND b NOT BETWEEN 'a' AND 'b' AND a BETWEEN SYMMETRIC 5 AND 1;
CREATE VIEW
> SELECT pg_get_viewdef('v8', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE (((t.a >= 1) AND (t.a <= 5)) AND ((t.b < 'a'::text) OR (t.b > 'b'::text)) AND (((t.a >= 5) AND (t.a <= 1)) OR ((t.a >= 1) AND (t.a <= 5))));
SELECT 1
> SELECT pg_get_viewdef('v8', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE t.a >= 1 AND t.a <= 5 AND (t.b < 'a'::text OR t.b > 'b'::text) AND (t.a >= 5 AND t.a <= 1 OR t.a >= 1 AND t.a <= 5);
SELECT 1
> CREATE VIEW v9 AS SELECT a FROM t WHERE a IN (1, 2, 3) AND b NOT IN ('x', 'y') AND c IN ('p', 'q') AND a IN (5) AND c = 'lone' AND d IN (1, 2);
CREATE VIEW
> SELECT pg_get_viewdef('v9', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.a = ANY (ARRAY[1, 2, 3])) AND (t.b <> ALL (ARRAY['x'::text, 'y'::text])) AND ((t.c)::text = ANY ((ARRAY['p'::character varying, 'q'::character varying])::text[])) AND (t.a = 5) AND ((t.c)::text = 'lone'::text) AND (t.d = ANY (ARRAY[(1)::numeric, (2)::numeric])));
SELECT 1
> SELECT pg_get_viewdef('v9', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE (t.a = ANY (ARRAY[1, 2, 3])) AND (t.b <> ALL (ARRAY['x'::text, 'y'::text])) AND (t.c::text = ANY (ARRAY['p'::character varying, 'q'::character varying]::text[])) AND t.a = 5 AND t.c::text = 'lone'::text AND (t.d = ANY (ARRAY[1::numeric, 2::numeric]));
SELECT 1
> CREATE VIEW v10 AS SELECT t.a FROM t, u WHERE t.a IN (u.a, k, 1, 2) AND t.a NOT IN (u.a, 3) AND (t.a, t.b) IN ((1, 'x'), (2, 'y'));
CREATE VIEW
> SELECT pg_get_viewdef('v10', false) AS plain;
plain
 SELECT t.a
   FROM t,
    u
  WHERE ((((t.a = ANY (ARRAY[1, 2])) OR (t.a = u.a)) OR (t.a = u.k)) AND ((t.a <> u.a) AND (t.a <> 3)) AND (((t.a = 1) AND (t.b = 'x'::text)) OR ((t.a = 2) AND (t.b = 'y'::text))));
SELECT 1
> CREATE VIEW v11 AS SELECT a FROM t WHERE b LIKE 'x' AND b NOT LIKE 'y' AND b ILIKE 'z' AND b ~ 'q' AND b SIMILAR TO 'p' AND b LIKE 'a' ESCAPE '#' AND c LIKE 'x';
CREATE VIEW
> SELECT pg_get_viewdef('v11', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.b ~~ 'x'::text) AND (t.b !~~ 'y'::text) AND (t.b ~~* 'z'::text) AND (t.b ~ 'q'::text) AND (t.b ~ similar_to_escape('p'::text)) AND (t.b ~~ like_escape('a'::text, '#'::text)) AND ((t.c)::text ~~ 'x'::text));
SELECT 1
> CREATE VIEW v12 AS SELECT (a = 1) IS TRUE AS p, a IS DISTINCT FROM 2 AS q, a IS NOT DISTINCT FROM 2 AS r, b IS NOT NULL AS s, NOT (a = 1 AND b = 'x') AS n, (a, b) = (1, 'x') AS e, (a, b) < (1, 'x') AS l, h IS UNKNOWN AS k FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v12', false) AS plain;
plain
 SELECT ((t.a = 1) IS TRUE) AS p,
    (t.a IS DISTINCT FROM 2) AS q,
    (NOT (t.a IS DISTINCT FROM 2)) AS r,
    (t.b IS NOT NULL) AS s,
    (NOT ((t.a = 1) AND (t.b = 'x'::text))) AS n,
    ((t.a = 1) AND (t.b = 'x'::text)) AS e,
    (ROW(t.a, t.b) < ROW(1, 'x'::text)) AS l,
    (t.h IS UNKNOWN) AS k
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v12', true) AS pretty;
pretty
 SELECT (t.a = 1) IS TRUE AS p,
    t.a IS DISTINCT FROM 2 AS q,
    NOT t.a IS DISTINCT FROM 2 AS r,
    t.b IS NOT NULL AS s,
    NOT (t.a = 1 AND t.b = 'x'::text) AS n,
    t.a = 1 AND t.b = 'x'::text AS e,
    (ROW(t.a, t.b) < ROW(1, 'x'::text)) AS l,
    t.h IS UNKNOWN AS k
   FROM t;
SELECT 1
> CREATE VIEW v13 AS SELECT a FROM t WHERE a = ANY (g) AND a <> ALL (ARRAY[1, a]) AND d = ANY (ARRAY[1, 2]);
CREATE VIEW
> SELECT pg_get_viewdef('v13', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((t.a = ANY (t.g)) AND (t.a <> ALL (ARRAY[1, t.a])) AND (t.d = ANY ((ARRAY[1, 2])::numeric[])));
SELECT 1
> SELECT pg_get_viewdef('v13', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE (t.a = ANY (t.g)) AND (t.a <> ALL (ARRAY[1, t.a])) AND (t.d = ANY (ARRAY[1, 2]::numeric[]));
SELECT 1

-- CASE stands on lines of its own.
> CREATE VIEW v14 AS SELECT CASE WHEN a > 1 THEN 'x' WHEN a < 0 THEN b ELSE 'z' END AS r, CASE a WHEN 1 THEN 'one' END AS s, a FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v14', false) AS plain;
plain
 SELECT
        CASE
            WHEN (t.a > 1) THEN 'x'::text
            WHEN (t.a < 0) THEN t.b
            ELSE 'z'::text
        END AS r,
        CASE t.a
            WHEN 1 THEN 'one'::text
            ELSE NULL::text
        END AS s,
    t.a
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v14', true) AS pretty;
pretty
 SELECT
        CASE
            WHEN t.a > 1 THEN 'x'::text
            WHEN t.a < 0 THEN t.b
            ELSE 'z'::text
        END AS r,
        CASE t.a
            WHEN 1 THEN 'one'::text
            ELSE NULL::text
        END AS s,
    t.a
   FROM t;
SELECT 1
> CREATE VIEW v15 AS SELECT 1 + CASE WHEN h THEN CASE a WHEN 2 THEN 3 END ELSE 4 END AS x FROM t WHERE CASE WHEN h THEN true ELSE false END;
CREATE VIEW
> SELECT pg_get_viewdef('v15', false) AS plain;
plain
 SELECT (1 +
        CASE
            WHEN t.h THEN
            CASE t.a
                WHEN 2 THEN 3
                ELSE NULL::integer
            END
            ELSE 4
        END) AS x
   FROM t
  WHERE
        CASE
            WHEN t.h THEN true
            ELSE false
        END;
SELECT 1

-- Functions with a syntax of their own.
> CREATE VIEW v16(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22) AS SELECT extract(year FROM f), substring(b FROM 1 FOR 2), substring(b, 1, 2), trim(both 'x' FROM b), trim(b), btrim(b), overlay(b PLACING 'x' FROM 2), position('a' IN b), e AT TIME ZONE 'UTC', timezone('UTC', e), coalesce(b, 'x'), nullif(a, 1), greatest(a, 2), least(a, b::int), date_part('year', f), substring(b FROM 'x'), substr(b, 1), trim(leading FROM b), overlay(b PLACING 'x' FROM 2 FOR 3), ceil(d), normalize(b), (f, f) OVERLAPS (f, f) FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v16', false) AS plain;
plain
 SELECT EXTRACT(year FROM t.f) AS c1,
    SUBSTRING(t.b FROM 1 FOR 2) AS c2,
    "substring"(t.b, 1, 2) AS c3,
    TRIM(BOTH 'x'::text FROM t.b) AS c4,
    TRIM(BOTH FROM t.b) AS c5,
    btrim(t.b) AS c6,
    OVERLAY(t.b PLACING 'x'::text FROM 2) AS c7,
    POSITION(('a'::text) IN (t.b)) AS c8,
    (t.e AT TIME ZONE 'UTC'::text) AS c9,
    timezone('UTC'::text, t.e) AS c10,
    COALESCE(t.b, 'x'::text) AS c11,
    NULLIF(t.a, 1) AS c12,
    GREATEST(t.a, 2) AS c13,
    LEAST(t.a, (t.b)::integer) AS c14,
    date_part('year'::text, t.f) AS c15,
    "substring"(t.b, 'x'::text) AS c16,
    substr(t.b, 1) AS c17,
    TRIM(LEADING FROM t.b) AS c18,
    OVERLAY(t.b PLACING 'x'::text FROM 2 FOR 3) AS c19,
    ceil(t.d) AS c20,
    NORMALIZE(t.b) AS c21,
    ((t.f, t.f) OVERLAPS (t.f, t.f)) AS c22
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v16', true) AS pretty;
pretty
 SELECT EXTRACT(year FROM t.f) AS c1,
    SUBSTRING(t.b FROM 1 FOR 2) AS c2,
    "substring"(t.b, 1, 2) AS c3,
    TRIM(BOTH 'x'::text FROM t.b) AS c4,
    TRIM(BOTH FROM t.b) AS c5,
    btrim(t.b) AS c6,
    OVERLAY(t.b PLACING 'x'::text FROM 2) AS c7,
    POSITION(('a'::text) IN (t.b)) AS c8,
    (t.e AT TIME ZONE 'UTC'::text) AS c9,
    timezone('UTC'::text, t.e) AS c10,
    COALESCE(t.b, 'x'::text) AS c11,
    NULLIF(t.a, 1) AS c12,
    GREATEST(t.a, 2) AS c13,
    LEAST(t.a, t.b::integer) AS c14,
    date_part('year'::text, t.f) AS c15,
    "substring"(t.b, 'x'::text) AS c16,
    substr(t.b, 1) AS c17,
    TRIM(LEADING FROM t.b) AS c18,
    OVERLAY(t.b PLACING 'x'::text FROM 2 FOR 3) AS c19,
    ceil(t.d) AS c20,
    NORMALIZE(t.b) AS c21,
    ((t.f, t.f) OVERLAPS (t.f, t.f)) AS c22
   FROM t;
SELECT 1
> CREATE VIEW v17(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) AS SELECT current_date, current_timestamp, now(), current_user, session_user, localtimestamp, current_time, current_timestamp(3), current_catalog, current_role, user;
CREATE VIEW
> SELECT pg_get_viewdef('v17', false) AS plain;
plain
 SELECT CURRENT_DATE AS c1,
    CURRENT_TIMESTAMP AS c2,
    now() AS c3,
    CURRENT_USER AS c4,
    SESSION_USER AS c5,
    LOCALTIMESTAMP AS c6,
    CURRENT_TIME AS c7,
    CURRENT_TIMESTAMP(3) AS c8,
    CURRENT_CATALOG AS c9,
    CURRENT_ROLE AS c10,
    USER AS c11;
SELECT 1
> CREATE VIEW v18 AS SELECT make_interval(days => a) AS p, concat(a, b, 'x') AS q, jsonb_extract_path(j, 'a', 'b') AS r, round(d, 2) AS s, upper(c) AS u, nextval('s1') AS n, 's1'::regclass AS c, b COLLATE "C" AS l FROM t ORDER BY b COLLATE "C";
CREATE VIEW
> SELECT pg_get_viewdef('v18', false) AS plain;
plain
 SELECT make_interval(days => t.a) AS p,
    concat(t.a, t.b, 'x') AS q,
    jsonb_extract_path(t.j, VARIADIC ARRAY['a'::text, 'b'::text]) AS r,
    round(t.d, 2) AS s,
    upper((t.c)::text) AS u,
    nextval('s1'::regclass) AS n,
    's1'::regclass AS c,
    (t.b COLLATE "C") AS l
   FROM t
  ORDER BY (t.b COLLATE "C");
SELECT 1
> SELECT pg_get_viewdef('v18', true) AS pretty;
pretty
 SELECT make_interval(days => t.a) AS p,
    concat(t.a, t.b, 'x') AS q,
    jsonb_extract_path(t.j, VARIADIC ARRAY['a'::text, 'b'::text]) AS r,
    round(t.d, 2) AS s,
    upper(t.c::text) AS u,
    nextval('s1'::regclass) AS n,
    's1'::regclass AS c,
    t.b COLLATE "C" AS l
   FROM t
  ORDER BY (t.b COLLATE "C");
SELECT 1

-- Arrays, rows, subqueries.
> CREATE VIEW v19 AS SELECT ARRAY[1, 2] AS p, ARRAY[a, 3] AS q, ARRAY(SELECT a FROM u) AS r, ARRAY[]::int[] AS e, ARRAY[[1, 2], [3, 4]] AS n, ARRAY[1, 2]::text[] AS x FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v19', false) AS plain;
plain
 SELECT ARRAY[1, 2] AS p,
    ARRAY[t.a, 3] AS q,
    ARRAY( SELECT u.a
           FROM u) AS r,
    ARRAY[]::integer[] AS e,
    ARRAY[ARRAY[1, 2], ARRAY[3, 4]] AS n,
    ARRAY[(1)::text, (2)::text] AS x
   FROM t;
SELECT 1
> SELECT pg_get_viewdef('v19', true) AS pretty;
pretty
 SELECT ARRAY[1, 2] AS p,
    ARRAY[t.a, 3] AS q,
    ARRAY( SELECT u.a
           FROM u) AS r,
    ARRAY[]::integer[] AS e,
    ARRAY[ARRAY[1, 2], ARRAY[3, 4]] AS n,
    ARRAY[1::text, 2::text] AS x
   FROM t;
SELECT 1
> CREATE VIEW v20 AS SELECT t, t IS NULL AS n, (t).a AS f, row_to_json(t.*) AS r, ROW(1, 'x')::pair AS p, (ROW(1, 'x')::pair).y AS y FROM t;
CREATE VIEW
> SELECT pg_get_viewdef('v20', false) AS plain;
plain
 SELECT t.*::t AS t,
    (t.* IS NULL) AS n,
    t.a AS f,
    row_to_json(t.*) AS r,
    ROW(1, 'x'::text)::pair AS p,
    (ROW(1, 'x'::text)::pair).y AS y
   FROM t;
SELECT 1
> CREATE VIEW v21 AS SELECT t.a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) AND t.a IN (SELECT a FROM u) AND t.a NOT IN (SELECT a FROM u) AND t.a > ALL (SELECT a FROM u) AND (t.a, t.b) IN (SELECT a, b FROM u) AND (t.a, t.b) = (SELECT a, b FROM u);
CREATE VIEW
> SELECT pg_get_viewdef('v21', false) AS plain;
plain
 SELECT t.a
   FROM t
  WHERE ((EXISTS ( SELECT 1
           FROM u
          WHERE (u.a = t.a))) AND (t.a IN ( SELECT u.a
           FROM u)) AND (NOT (t.a IN ( SELECT u.a
           FROM u))) AND (t.a > ALL ( SELECT u.a
           FROM u)) AND ((t.a, t.b) IN ( SELECT u.a,
            u.b
           FROM u)) AND ((t.a, t.b) = ( SELECT u.a,
            u.b
           FROM u)));
SELECT 1
> SELECT pg_get_viewdef('v21', true) AS pretty;
pretty
 SELECT t.a
   FROM t
  WHERE (EXISTS ( SELECT 1
           FROM u
          WHERE u.a = t.a)) AND (t.a IN ( SELECT u.a
           FROM u)) AND NOT (t.a IN ( SELECT u.a
           FROM u)) AND (t.a > ALL ( SELECT u.a
           FROM u)) AND ((t.a, t.b) IN ( SELECT u.a,
            u.b
           FROM u)) AND ((t.a, t.b) = ( SELECT u.a,
            u.b
           FROM u));
SELECT 1

-- The same holds for expressions of tables.
> CREATE TABLE ix (a int DEFAULT (CASE WHEN true THEN 1 END), b text DEFAULT 'x' || 'y', c varchar(5) DEFAULT 'abc', d numeric(10,2) DEFAULT 0, e date DEFAULT CURRENT_DATE, f int CHECK (f IN (1, 2)), CHECK (CASE WHEN a > 0 THEN true ELSE false END));
CREATE TABLE
> CREATE INDEX ix1 ON ix ((a + f));
CREATE INDEX
> CREATE INDEX ix2 ON ix ((CASE WHEN a > 0 THEN 1 ELSE 2 END), lower(b), coalesce(b, c)) WHERE a > 0;
CREATE INDEX
> SELECT adnum || pg_get_expr(adbin, adrelid) AS shown FROM pg_attrdef WHERE adrelid = 'ix'::regclass ORDER BY adnum;
shown
1
CASE
    WHEN true THEN 1
    ELSE NULL::integer
END
2('x'::text || 'y'::text)
3'abc'::character varying
40
5CURRENT_DATE
SELECT 5
> SELECT pg_get_constraintdef(oid) AS plain, pg_get_constraintdef(oid, true) AS pretty FROM pg_constraint WHERE conrelid = 'ix'::regclass ORDER BY conname;
plain | pretty
CHECK (
CASE
    WHEN (a > 0) THEN true
    ELSE false
END) | CHECK (
CASE
    WHEN a > 0 THEN true
    ELSE false
END)
CHECK ((f = ANY (ARRAY[1, 2]))) | CHECK (f = ANY (ARRAY[1, 2]))
SELECT 2
> SELECT pg_get_indexdef(i::regclass) AS plain, pg_get_indexdef(i::regclass, 0, true) AS pretty FROM unnest(ARRAY['ix1', 'ix2']) i;
plain | pretty
CREATE INDEX ix1 ON public.ix USING btree (((a + f))) | CREATE INDEX ix1 ON ix USING btree ((a + f))
CREATE INDEX ix2 ON public.ix USING btree ((
CASE
    WHEN (a > 0) THEN 1
    ELSE 2
END), lower(b), COALESCE(b, (c)::text)) WHERE (a > 0) | CREATE INDEX ix2 ON ix USING btree ((
CASE
    WHEN a > 0 THEN 1
    ELSE 2
END), lower(b), COALESCE(b, c::text)) WHERE a > 0
SELECT 2
