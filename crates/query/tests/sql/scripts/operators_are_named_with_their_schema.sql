-- OPERATOR(pg_catalog.x) is PostgreSQL's own operator, whatever others there are, and everywhere where an operator may stand.

> SELECT 1 OPERATOR(pg_catalog.+) 2 AS sum, OPERATOR(pg_catalog.-) 5 AS minus, 1 OPERATOR(PG_CATALOG.!=) 2 AS differs, 1 OPERATOR(=) 1 AS plain;
sum | minus | differs | plain
3 | -5 | t | t
SELECT 1
> SELECT ROW(1, 2) OPERATOR(pg_catalog.=) ROW(1, 2) AS same, ROW(1, 2) OPERATOR(pg_catalog.<) ROW(1, 3) AS less, (1, 2) OPERATOR(pg_catalog.<>) (1, 2) AS other;
same | less | other
t | t | f
SELECT 1
> SELECT 1 OPERATOR(pg_catalog.=) ANY ('{1,2}') AS a, 3 OPERATOR(pg_catalog.=) ANY (ARRAY[1, 2]) AS b, 3 OPERATOR(pg_catalog.>) ALL (ARRAY[1, 2]) AS c, 1 OPERATOR(pg_catalog.=) SOME (SELECT 1) AS d;
a | b | c | d
t | f | t | t
SELECT 1
> SELECT 2 OPERATOR(pg_catalog.*) 3 OPERATOR(pg_catalog.+) 1 AS left_to_right, 'a' OPERATOR(pg_catalog.||) 'b' AS text;
left_to_right | text
7 | ab
SELECT 1
> SELECT ROW(1, 2) OPERATOR(pg_catalog.=) (SELECT 1, 2) AS found;
found
t
SELECT 1
at> SELECT 1 OPERATOR(pg_catalog.=) 'x'::text;
ERROR 42883: operator does not exist: integer pg_catalog.= text at 10
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
at> SELECT OPERATOR(pg_catalog.!!) 5;
ERROR 42883: operator does not exist: pg_catalog.!! integer at 8
HINT: No operator matches the given name and argument type. You might need to add an explicit type cast.
at> SELECT 1 OPERATOR(nosuch.=) 1;
ERROR 3F000: schema "nosuch" does not exist at 10
at> SELECT 1 OPERATOR(public.=) 1;
ERROR 42883: operator does not exist: integer public.= integer at 10
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
at> SELECT 1 OPERATOR(pg_catalog.=) ANY (ARRAY['a'::text]);
ERROR 42883: operator does not exist: integer pg_catalog.= text at 10
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
at> SELECT 1 OPERATOR(pg_catalog.=) ANY (SELECT 'a'::text);
ERROR 42883: operator does not exist: integer pg_catalog.= text at 10
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
at> SELECT ROW(1, 2) OPERATOR(pg_catalog.=) ROW(1, 2, 3);
ERROR 42601: unequal number of entries in row expressions at 18
at> SELECT ROW(1, 'a'::text) OPERATOR(pg_catalog.=) ROW(1, 2);
ERROR 42883: operator does not exist: text pg_catalog.= integer at 26
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
-- An operator of users of the same name changes nothing.
> CREATE SCHEMA own;
CREATE SCHEMA
> CREATE FUNCTION own.never(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION
> CREATE OPERATOR own.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = own.never);
CREATE OPERATOR
> SELECT 1 OPERATOR(own.=) 1 AS own, 1 OPERATOR(pg_catalog.=) 1 AS system, 1 = 1 AS plain;
own | system | plain
f | t | t
SELECT 1
> SET search_path = own, pg_catalog;
SET
> SELECT 1 OPERATOR(own.=) 1 AS own, 1 OPERATOR(pg_catalog.=) 1 AS system, 1 = 1 AS plain;
own | system | plain
f | t | f
SELECT 1
> SELECT 1 OPERATOR(pg_catalog.=) ANY ('{1}') AS any, ROW(1, 2) OPERATOR(pg_catalog.=) ROW(1, 2) AS same;
any | same
t | t
SELECT 1
at> SELECT 1 OPERATOR(pg_catalog.=) 'x'::text;
ERROR 42883: operator does not exist: integer pg_catalog.= text at 10
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
> RESET search_path;
RESET
-- Views and checks keep what was meant.
> CREATE TABLE t (a integer CHECK (a OPERATOR(pg_catalog.<>) 3), b integer DEFAULT 1 OPERATOR(pg_catalog.+) 1);
CREATE TABLE
> INSERT INTO t VALUES (1), (2);
INSERT 0 2
> INSERT INTO t VALUES (3);
ERROR 23514: new row for relation "t" violates check constraint "t_a_check"
DETAIL: Failing row contains (3, 2).
> CREATE VIEW v AS SELECT a, a OPERATOR(pg_catalog.=) ANY (ARRAY[1, 5]) AS found, OPERATOR(pg_catalog.-) a AS minus FROM t WHERE a OPERATOR(pg_catalog.>) 0;
CREATE VIEW
> SELECT * FROM v ORDER BY a;
a | found | minus
1 | t | -1
2 | f | -2
SELECT 2
> SELECT pg_get_viewdef('v');
pg_get_viewdef
 SELECT t.a,
    (t.a = ANY (ARRAY[1, 5])) AS found,
    (- t.a) AS minus
   FROM t
  WHERE (t.a > 0);
SELECT 1
> PREPARE p AS SELECT $1 OPERATOR(pg_catalog.+) 1 AS next;
PREPARE
> EXECUTE p (4);
next
5
SELECT 1
