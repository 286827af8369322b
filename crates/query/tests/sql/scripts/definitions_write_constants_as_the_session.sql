> CREATE TABLE dt (a date DEFAULT '2022-12-01', i interval DEFAULT '1 day 2 hours', f float8 DEFAULT 0.1, z timestamptz, y bytea DEFAULT '\x0041', CHECK (a > '2022-02-03'::date));
CREATE TABLE

> CREATE VIEW dv AS SELECT '2022-12-01'::date + '1 day'::interval AS t, '2022-12-01 10:00+00'::timestamptz AS z, '\x41ff'::bytea AS y, 0.1::float8 AS f, '{2022-12-01}'::date[] AS l, '2022-12-01'::text AS plain;
CREATE VIEW

> CREATE INDEX dx ON dt (a) WHERE a > '2022-04-05'::date;
CREATE INDEX

> CREATE DOMAIN dd AS date DEFAULT '2022-12-01' CHECK (VALUE > '2020-01-02'::date);
CREATE DOMAIN

> CREATE TABLE dp (a date) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE dp1 PARTITION OF dp FOR VALUES FROM ('2022-02-01') TO ('2022-03-01');
CREATE TABLE

> SET TimeZone = 'UTC';
SET

> SELECT pg_get_viewdef('dv', true);
pg_get_viewdef
 SELECT '2022-12-01'::date + '1 day'::interval AS t,
    '2022-12-01 10:00:00+00'::timestamp with time zone AS z,
    '\x41ff'::bytea AS y,
    0.1::double precision AS f,
    '{2022-12-01}'::date[] AS l,
    '2022-12-01'::text AS plain;
SELECT 1

> SET DateStyle = 'Postgres, DMY';
(DateStyle = Postgres, DMY)
SET

> SET IntervalStyle = 'postgres_verbose';
(IntervalStyle = postgres_verbose)
SET

> SET TimeZone = 'America/New_York';
(TimeZone = America/New_York)
SET

> SET bytea_output = 'escape';
SET

> SELECT pg_get_viewdef('dv', true);
pg_get_viewdef
 SELECT '01-12-2022'::date + '@ 1 day'::interval AS t,
    'Thu 01 Dec 05:00:00 2022 EST'::timestamp with time zone AS z,
    'A\377'::bytea AS y,
    0.1::double precision AS f,
    '{01-12-2022}'::date[] AS l,
    '2022-12-01'::text AS plain;
SELECT 1

> SELECT definition FROM pg_views WHERE viewname = 'dv';
definition
 SELECT ('01-12-2022'::date + '@ 1 day'::interval) AS t,
    'Thu 01 Dec 05:00:00 2022 EST'::timestamp with time zone AS z,
    'A\377'::bytea AS y,
    (0.1)::double precision AS f,
    '{01-12-2022}'::date[] AS l,
    '2022-12-01'::text AS plain;
SELECT 1

> SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'dt'::regclass ORDER BY adnum;
pg_get_expr
'01-12-2022'::date
'@ 1 day 2 hours'::interval
0.1
'\000A'::bytea
SELECT 4

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'dt'::regclass;
pg_get_constraintdef
CHECK ((a > '03-02-2022'::date))
SELECT 1

> SELECT pg_get_indexdef('dx'::regclass);
pg_get_indexdef
CREATE INDEX dx ON public.dt USING btree (a) WHERE (a > '05-04-2022'::date)
SELECT 1

> SELECT indexdef FROM pg_indexes WHERE indexname = 'dx';
indexdef
CREATE INDEX dx ON public.dt USING btree (a) WHERE (a > '05-04-2022'::date)
SELECT 1

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'dd_check';
pg_get_constraintdef
CHECK ((VALUE > '02-01-2020'::date))
SELECT 1

> SELECT typdefault FROM pg_type WHERE typname = 'dd';
typdefault
'2022-12-01'::date
SELECT 1

> SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'dp1';
pg_get_expr
FOR VALUES FROM ('01-02-2022') TO ('01-03-2022')
SELECT 1

> SELECT column_default FROM information_schema.columns WHERE table_name = 'dt' ORDER BY ordinal_position;
column_default
'01-12-2022'::date
'@ 1 day 2 hours'::interval
0.1
NULL
'\000A'::bytea
SELECT 5

> SET DateStyle = 'German';
(DateStyle = German, DMY)
SET

> SET IntervalStyle = 'iso_8601';
(IntervalStyle = iso_8601)
SET

> SELECT pg_get_viewdef('dv', true);
pg_get_viewdef
 SELECT '01.12.2022'::date + 'P1D'::interval AS t,
    '01.12.2022 05:00:00 EST'::timestamp with time zone AS z,
    'A\377'::bytea AS y,
    0.1::double precision AS f,
    '{01.12.2022}'::date[] AS l,
    '2022-12-01'::text AS plain;
SELECT 1

> SELECT definition FROM pg_views WHERE viewname = 'dv';
definition
 SELECT ('01.12.2022'::date + 'P1D'::interval) AS t,
    '01.12.2022 05:00:00 EST'::timestamp with time zone AS z,
    'A\377'::bytea AS y,
    (0.1)::double precision AS f,
    '{01.12.2022}'::date[] AS l,
    '2022-12-01'::text AS plain;
SELECT 1

> SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'dt'::regclass ORDER BY adnum;
pg_get_expr
'01.12.2022'::date
'P1DT2H'::interval
0.1
'\000A'::bytea
SELECT 4

> BEGIN;
BEGIN

> SET LOCAL DateStyle = 'ISO, YMD';
(DateStyle = ISO, YMD)
SET

> SELECT indexdef FROM pg_indexes WHERE indexname = 'dx';
indexdef
CREATE INDEX dx ON public.dt USING btree (a) WHERE (a > '2022-04-05'::date)
SELECT 1

> ROLLBACK;
(DateStyle = German, DMY)
ROLLBACK

> SELECT indexdef FROM pg_indexes WHERE indexname = 'dx';
indexdef
CREATE INDEX dx ON public.dt USING btree (a) WHERE (a > '05.04.2022'::date)
SELECT 1

> INSERT INTO dt (z) VALUES (NULL);
INSERT 0 1

> SELECT a, i FROM dt;
a | i
01.12.2022 | P1DT2H
SELECT 1

> RESET DateStyle;
(DateStyle = ISO, MDY)
RESET

> RESET IntervalStyle;
(IntervalStyle = postgres)
RESET

> RESET TimeZone;
(TimeZone = UTC)
RESET

> RESET bytea_output;
RESET

> SELECT indexdef FROM pg_indexes WHERE indexname = 'dx';
indexdef
CREATE INDEX dx ON public.dt USING btree (a) WHERE (a > '2022-04-05'::date)
SELECT 1

> DROP VIEW dv;
DROP VIEW

> DROP TABLE dt, dp;
DROP TABLE

> DROP DOMAIN dd;
DROP DOMAIN
