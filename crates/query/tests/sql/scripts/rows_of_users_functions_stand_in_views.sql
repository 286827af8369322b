-- ROWS FROM of users' functions in views.
> CREATE TABLE points (a int, b int);
CREATE TABLE
> INSERT INTO points VALUES (1, 11), (2, 22), (1, 111);
INSERT 0 3
> CREATE FUNCTION f(int) RETURNS SETOF points AS 'SELECT * FROM points WHERE a = $1 ORDER BY b' LANGUAGE sql;
CREATE FUNCTION
> CREATE FUNCTION g(int) RETURNS int AS 'SELECT $1 + 1' LANGUAGE sql;
CREATE FUNCTION
> CREATE FUNCTION r(int) RETURNS SETOF record AS 'SELECT a, b FROM points WHERE a = $1 ORDER BY b' LANGUAGE sql;
CREATE FUNCTION
> CREATE VIEW two AS SELECT * FROM (VALUES (1)) v(n) JOIN ROWS FROM (f(1), f(2)) WITH ORDINALITY AS z(a, b, c, d, ord) ON n = ord;
CREATE VIEW
> SELECT * FROM two;
n | a | b | c | d | ord
1 | 1 | 11 | 2 | 22 | 1
SELECT 1
> SELECT definition FROM pg_views WHERE viewname = 'two';
definition
 SELECT v.n,
    z.a,
    z.b,
    z.c,
    z.d,
    z.ord
   FROM (( VALUES (1)) v(n)
     JOIN ROWS FROM(f(1), f(2)) WITH ORDINALITY z(a, b, c, d, ord) ON ((v.n = z.ord)));
SELECT 1
> CREATE VIEW three AS
  SELECT * FROM ROWS FROM (g(5), r(1) AS (x int, "Y z" int),
                           generate_series(7, 8)) WITH ORDINALITY AS t(p, q, s, u, n);
CREATE VIEW
> SELECT * FROM three ORDER BY n;
p | q | s | u | n
6 | 1 | 11 | 7 | 1
NULL | 1 | 111 | 8 | 2
SELECT 2
> SELECT pg_get_viewdef('three');
pg_get_viewdef
 SELECT t.p,
    t.q,
    t.s,
    t.u,
    t.n
   FROM ROWS FROM(g(5), r(1) AS (x integer, "Y z" integer), generate_series(7, 8)) WITH ORDINALITY t(p, q, s, u, n);
SELECT 1
-- Functions and types may get other names.
> ALTER FUNCTION g(int) RENAME TO "G h";
ALTER FUNCTION
> SELECT * FROM three ORDER BY n;
p | q | s | u | n
6 | 1 | 11 | 7 | 1
NULL | 1 | 111 | 8 | 2
SELECT 2
> SELECT pg_get_viewdef('three');
pg_get_viewdef
 SELECT t.p,
    t.q,
    t.s,
    t.u,
    t.n
   FROM ROWS FROM("G h"(5), r(1) AS (x integer, "Y z" integer), generate_series(7, 8)) WITH ORDINALITY t(p, q, s, u, n);
SELECT 1
> CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN
> CREATE VIEW typed AS SELECT * FROM ROWS FROM (r(2) AS (x positive, y int), "G h"(1)) AS t;
CREATE VIEW
> ALTER DOMAIN positive RENAME TO above_zero;
ALTER DOMAIN
> SELECT * FROM typed;
x | y | G h
2 | 22 | 2
SELECT 1
-- Arguments may be of anything.
> CREATE VIEW deep AS SELECT * FROM ROWS FROM ("G h"((SELECT max(a) FROM points)), f(2)) AS t;
CREATE VIEW
> SELECT * FROM deep;
G h | a | b
3 | 2 | 22
SELECT 1
-- They depend on the functions.
> DROP FUNCTION f(int);
ERROR 2BP01: cannot drop function f(integer) because other objects depend on it
DETAIL: view two depends on function f(integer)
view deep depends on function f(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION r(int);
ERROR 2BP01: cannot drop function r(integer) because other objects depend on it
DETAIL: view three depends on function r(integer)
view typed depends on function r(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP VIEW deep, two;
DROP VIEW
> DROP FUNCTION f(int);
DROP FUNCTION
-- Bodies of the standard hold them, too.
> CREATE FUNCTION h() RETURNS SETOF int LANGUAGE sql BEGIN ATOMIC SELECT "G h" FROM ROWS FROM ("G h"(3), r(1) AS (x int, y int)); END;
CREATE FUNCTION
> SELECT * FROM h();
h
4
NULL
SELECT 2
