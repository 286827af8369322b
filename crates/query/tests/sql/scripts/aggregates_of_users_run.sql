-- State functions that are built in, in SQL, and in PL/pgSQL.
> CREATE FUNCTION add_sql(int8, int8) RETURNS int8 LANGUAGE sql STRICT IMMUTABLE AS 'SELECT $1 + $2';
CREATE FUNCTION

> CREATE FUNCTION add_plpgsql(s int8, v int8) RETURNS int8 LANGUAGE plpgsql AS $$BEGIN RETURN s + coalesce(v, 100); END$$;
CREATE FUNCTION

> CREATE TABLE n (k int, g text, v int8);
CREATE TABLE

> INSERT INTO n VALUES (1, 'a', 1), (2, 'b', 10), (3, 'a', 2), (4, 'b', NULL), (5, 'a', 4), (6, 'c', NULL);
INSERT 0 6

> CREATE AGGREGATE sum_builtin(int8) (SFUNC = int8pl, STYPE = int8);
CREATE AGGREGATE

> CREATE AGGREGATE sum_sql(int8) (SFUNC = add_sql, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE

> CREATE AGGREGATE sum_plpgsql(int8) (SFUNC = add_plpgsql, STYPE = int8, INITCOND = '1000');
CREATE AGGREGATE

> SELECT sum_builtin(v), sum_sql(v), sum_plpgsql(v) FROM n;
sum_builtin | sum_sql | sum_plpgsql
17 | 17 | 1217
SELECT 1

> SELECT g, sum_builtin(v), sum_sql(v), sum_plpgsql(v) FROM n GROUP BY g ORDER BY g;
g | sum_builtin | sum_sql | sum_plpgsql
a | 7 | 7 | 1007
b | 10 | 10 | 1110
c | NULL | 0 | 1100
SELECT 3

> SELECT sum_builtin(v), sum_sql(v), sum_plpgsql(v) FROM n WHERE false;
sum_builtin | sum_sql | sum_plpgsql
NULL | 0 | 1000
SELECT 1

> SELECT sum_sql(DISTINCT v % 2), sum_sql(v) FILTER (WHERE g = 'a'), sum_builtin(v ORDER BY k DESC) FROM n;
sum_sql | sum_sql | sum_builtin
1 | 7 | 17
SELECT 1

> SELECT g, k, sum_sql(v) FROM n GROUP BY GROUPING SETS ((g), (k), ()) ORDER BY g, k;
g | k | sum_sql
a | NULL | 7
b | NULL | 10
c | NULL | 0
NULL | 1 | 1
NULL | 2 | 10
NULL | 3 | 2
NULL | 4 | 0
NULL | 5 | 4
NULL | 6 | 0
NULL | NULL | 17
SELECT 10

> SELECT g FROM n GROUP BY g HAVING sum_sql(v) > 5 ORDER BY sum_sql(v);
g
a
b
SELECT 2

> SELECT k, sum_sql(v) OVER (ORDER BY k), sum_builtin(v) OVER (PARTITION BY g ORDER BY k), sum_plpgsql(v) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), sum_sql(v) FILTER (WHERE v > 1) OVER () FROM n ORDER BY k;
k | sum_sql | sum_builtin | sum_plpgsql | sum_sql
1 | 1 | 1 | 1001 | 16
2 | 11 | 10 | 1011 | 16
3 | 13 | 3 | 1012 | 16
4 | 13 | 10 | 1102 | 16
5 | 17 | 7 | 1104 | 16
6 | 17 | NULL | 1104 | 16
SELECT 6

> SELECT sum_sql(DISTINCT v) OVER () FROM n;
ERROR 0A000: DISTINCT is not implemented for window functions

> SELECT sum_sql(v ORDER BY k) OVER () FROM n;
ERROR 0A000: aggregate ORDER BY is not implemented for window functions

-- The first value is the first state of a strict function; a state that becomes NULL stays so.
> CREATE FUNCTION until_five(s int, v int) RETURNS int LANGUAGE plpgsql STRICT AS $$BEGIN RAISE NOTICE 'state % value %', s, v; IF v = 5 THEN RETURN NULL; END IF; RETURN s + v; END$$;
CREATE FUNCTION

> CREATE AGGREGATE upto(int) (SFUNC = until_five, STYPE = int);
CREATE AGGREGATE

> SELECT upto(x ORDER BY x) FROM (VALUES (1), (NULL), (2), (3)) v(x);
upto
6
NOTICE: state 1 value 2
NOTICE: state 3 value 3
SELECT 1

> SELECT upto(x ORDER BY x) FROM generate_series(3, 8) x;
upto
NULL
NOTICE: state 3 value 4
NOTICE: state 7 value 5
SELECT 1

> SELECT upto(x) FROM (VALUES (NULL::int)) v(x);
upto
NULL
SELECT 1

-- A final function; a state of several parts; an order and what is distinct.
> CREATE FUNCTION keep(text[], text) RETURNS text[] LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION

> CREATE FUNCTION show(text[]) RETURNS text LANGUAGE sql AS $$SELECT array_to_string($1, '<', '-')$$;
CREATE FUNCTION

> CREATE AGGREGATE listed(text) (SFUNC = keep, STYPE = text[], INITCOND = '{}', FINALFUNC = show);
CREATE AGGREGATE

> SELECT listed(g ORDER BY k), listed(DISTINCT g), listed(v::text ORDER BY k DESC) FROM n;
listed | listed | listed
a<b<a<b<a<c | a<b<c | -<4<-<2<10<1
SELECT 1

> SELECT g, listed(v::text ORDER BY k) FROM n GROUP BY g ORDER BY listed(v::text ORDER BY k);
g | listed
c | -
b | 10<-
a | 1<2<4
SELECT 3

> CREATE TYPE mean_state AS (total int8, count int8);
CREATE TYPE

> CREATE FUNCTION mean_step(s mean_state, v int8) RETURNS mean_state LANGUAGE plpgsql AS $$BEGIN IF v IS NULL THEN RETURN s; END IF; IF s IS NULL THEN RETURN ROW(v, 1)::mean_state; END IF; s.total := s.total + v; s.count := s.count + 1; RETURN s; END$$;
CREATE FUNCTION

> CREATE FUNCTION mean_end(s mean_state) RETURNS numeric LANGUAGE plpgsql AS $$BEGIN IF s IS NULL THEN RETURN NULL; END IF; RETURN round(s.total::numeric / s.count, 2); END$$;
CREATE FUNCTION

> CREATE AGGREGATE mean(int8) (SFUNC = mean_step, STYPE = mean_state, FINALFUNC = mean_end);
CREATE AGGREGATE

> SELECT mean(v), mean(v) FILTER (WHERE k > 10), mean(DISTINCT v / 10) FROM n;
mean | mean | mean
4.25 | NULL | 0.50
SELECT 1

> SELECT g, mean(v) FROM n GROUP BY g ORDER BY g;
g | mean
a | 2.33
b | 10.00
c | NULL
SELECT 3

-- Several arguments, none, any, variadic ones, polymorphic ones.
> CREATE FUNCTION weigh(int8, int8, int8) RETURNS int8 LANGUAGE sql STRICT AS 'SELECT $1 + $2 * $3';
CREATE FUNCTION

> CREATE AGGREGATE weighed(int8, int8) (SFUNC = weigh, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE

> CREATE AGGREGATE rows_of(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE

> CREATE AGGREGATE rows_from(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '10');
CREATE AGGREGATE

> CREATE AGGREGATE known("any") (SFUNC = int8inc_any, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE

> SELECT weighed(k, v), rows_of(*), rows_from(*), known(v), known(g) FROM n;
weighed | rows_of | rows_from | known | known
47 | 6 | 16 | 4 | 6
SELECT 1

> SELECT rows_of() FROM n;
ERROR 42809: rows_of(*) must be used to call a parameterless aggregate function

> SELECT rows_of(k) FROM n;
ERROR 42883: function rows_of(integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> CREATE FUNCTION least_step(anyelement, VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT least($1, min($2[i])) FROM generate_subscripts($2, 1) g(i)';
CREATE FUNCTION

> CREATE AGGREGATE least_of(VARIADIC items anyarray) (SFUNC = least_step, STYPE = anyelement);
CREATE AGGREGATE

> SELECT least_of(v, k), least_of(VARIADIC ARRAY[v, 7]), least_of(g) FROM n;
ERROR 42883: function least_of(bigint, integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> SELECT least_of(v, k::int8), least_of(VARIADIC ARRAY[v, 7]), least_of(g), least_of(v) FROM n;
least_of | least_of | least_of | least_of
1 | 1 | a | 1
SELECT 1

> CREATE AGGREGATE gathered(anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}');
ERROR 42883: function array_append(anyarray, anyelement) does not exist

> CREATE AGGREGATE gathered_compatible(anycompatible) (SFUNC = array_append, STYPE = anycompatiblearray, INITCOND = '{}');
CREATE AGGREGATE

> SELECT gathered_compatible(k ORDER BY k), gathered_compatible(g ORDER BY k DESC), pg_typeof(gathered_compatible(v)) FROM n;
gathered_compatible | gathered_compatible | pg_typeof
{1,2,3,4,5,6} | {c,a,b,a,b,a} | bigint[]
SELECT 1

-- What PostgreSQL's own aggregates are made of.
> CREATE AGGREGATE newavg (SFUNC = int4_avg_accum, BASETYPE = int4, STYPE = _int8, FINALFUNC = int8_avg, INITCOND1 = '{0,0}');
CREATE AGGREGATE

> CREATE AGGREGATE oldcnt (SFUNC = int8inc, BASETYPE = 'ANY', STYPE = int8, INITCOND = '0');
CREATE AGGREGATE

> SELECT newavg(k), oldcnt(*) FROM n;
newavg | oldcnt
3.5000000000000000 | 6
SELECT 1

-- Ordered-set ones.
> CREATE AGGREGATE my_disc(float8 ORDER BY anyelement) (STYPE = internal, SFUNC = ordered_set_transition, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA = true, FINALFUNC_MODIFY = read_write);
CREATE AGGREGATE

> CREATE AGGREGATE my_rank(VARIADIC "any" ORDER BY VARIADIC "any") (STYPE = internal, SFUNC = ordered_set_transition_multi, FINALFUNC = rank_final, FINALFUNC_EXTRA = true, HYPOTHETICAL);
CREATE AGGREGATE

> SELECT my_disc(0.5) WITHIN GROUP (ORDER BY k), my_rank(3) WITHIN GROUP (ORDER BY k) FROM n;
my_disc | my_rank
3 | 3
SELECT 1

> SELECT my_disc(0.5) FROM n;
ERROR 42883: function my_disc(numeric) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> SELECT my_disc(0.5, 3) FROM n;
ERROR 42809: WITHIN GROUP is required for ordered-set aggregate my_disc

> SELECT sum_sql(1) WITHIN GROUP (ORDER BY k) FROM n;
ERROR 42883: function sum_sql(integer, integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> SELECT sum_sql() WITHIN GROUP (ORDER BY v) FROM n;
ERROR 42809: sum_sql is not an ordered-set aggregate, so it cannot have WITHIN GROUP

> CREATE FUNCTION scaled(s int8, factor int8) RETURNS int8 LANGUAGE sql AS 'SELECT s * factor';
CREATE FUNCTION

> CREATE AGGREGATE scaled_sum(int8 ORDER BY int8) (SFUNC = int8pl, STYPE = int8, INITCOND = '0', FINALFUNC = scaled);
CREATE AGGREGATE

> SELECT g, scaled_sum(10) WITHIN GROUP (ORDER BY v) FROM n GROUP BY g ORDER BY g;
g | scaled_sum
a | 70
b | 100
c | 0
SELECT 3

-- They are not functions.
> SELECT k FROM n WHERE sum_sql(v) > 1;
ERROR 42803: aggregate functions are not allowed in WHERE

> SELECT sum_sql(sum_sql(v)) FROM n;
ERROR 42803: aggregate function calls cannot be nested

> SELECT * FROM sum_sql(1);
ERROR 42803: aggregate functions are not allowed in functions in FROM

> SELECT sum_sql(v), k FROM n;
ERROR 42803: column "n.k" must appear in the GROUP BY clause or be used in an aggregate function

> SELECT sum_sql('x') FROM n;
ERROR 22P02: invalid input syntax for type bigint: "x"

> SELECT sum_sql(g) FROM n;
ERROR 42883: function sum_sql(text) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

-- In views, subqueries, and with other schemas.
> CREATE SCHEMA apart;
CREATE SCHEMA

> CREATE AGGREGATE apart.sum_sql(int8) (SFUNC = int8pl, STYPE = int8, INITCOND = '-1');
CREATE AGGREGATE

> SELECT apart.sum_sql(v), sum_sql(v) FROM n;
sum_sql | sum_sql
16 | 17
SELECT 1

> SET search_path = apart, public;
SET

> SELECT sum_sql(v), public.sum_sql(v) FROM n;
sum_sql | sum_sql
16 | 17
SELECT 1

> RESET search_path;
RESET

> CREATE VIEW sums AS SELECT g, sum_sql(v) AS s, apart.sum_sql(DISTINCT v) FILTER (WHERE k > 1) AS t, rows_of(*) AS r, listed(g ORDER BY k) AS l, my_disc(0.5) WITHIN GROUP (ORDER BY k) AS d FROM n GROUP BY g;
CREATE VIEW

> SELECT * FROM sums ORDER BY g;
g | s | t | r | l | d
a | 7 | 5 | 3 | a<a<a | 3
b | 10 | 9 | 2 | b<b | 2
c | 0 | -1 | 1 | c | 6
SELECT 3

> SELECT pg_get_viewdef('sums'::regclass);
pg_get_viewdef
 SELECT n.g,
    sum_sql(n.v) AS s,
    apart.sum_sql(DISTINCT n.v) FILTER (WHERE (n.k > 1)) AS t,
    rows_of(*) AS r,
    listed(n.g ORDER BY n.k) AS l,
    my_disc((0.5)::double precision) WITHIN GROUP (ORDER BY n.k) AS d
   FROM n
  GROUP BY n.g;
SELECT 1

> CREATE VIEW running AS SELECT k, sum_sql(v) OVER (ORDER BY k) AS s, rows_of(*) OVER () AS r FROM n;
CREATE VIEW

> SELECT * FROM running ORDER BY k;
k | s | r
1 | 1 | 6
2 | 11 | 6
3 | 13 | 6
4 | 13 | 6
5 | 17 | 6
6 | 17 | 6
SELECT 6

> SELECT pg_get_viewdef('running'::regclass);
pg_get_viewdef
 SELECT n.k,
    sum_sql(n.v) OVER (ORDER BY n.k) AS s,
    rows_of(*) OVER () AS r
   FROM n;
SELECT 1

> ALTER AGGREGATE sum_sql(int8) RENAME TO total;
ALTER AGGREGATE

> SELECT pg_get_viewdef('running'::regclass);
pg_get_viewdef
 SELECT n.k,
    total(n.v) OVER (ORDER BY n.k) AS s,
    rows_of(*) OVER () AS r
   FROM n;
SELECT 1

> SELECT * FROM running WHERE k = 3;
k | s | r
3 | 13 | 6
SELECT 1

> SELECT g, (SELECT total(m.v) FROM n m WHERE m.g = o.g) FROM (SELECT DISTINCT g FROM n) o ORDER BY g;
g | total
a | 7
b | 10
c | 0
SELECT 3

-- A new definition counts at once.
> CREATE OR REPLACE AGGREGATE total(int8) (SFUNC = int8pl, STYPE = int8, INITCOND = '5');
CREATE AGGREGATE

> SELECT total(v) FROM n;
total
22
SELECT 1

> BEGIN;
BEGIN

> CREATE OR REPLACE AGGREGATE total(int8) (SFUNC = int8mi, STYPE = int8, INITCOND = '5');
CREATE AGGREGATE

> SELECT total(v) FROM n;
total
-12
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT total(v) FROM n;
total
22
SELECT 1
