> CREATE TABLE t (a int PRIMARY KEY, b text, c int);
CREATE TABLE

> INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', NULL);
INSERT 0 3

-- One expression.
> CREATE FUNCTION inc(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1';
CREATE FUNCTION

> CREATE FUNCTION inc_of(integer) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 + 1;
CREATE FUNCTION

> SELECT inc(1), inc(a), inc_of(inc(a)) AS twice FROM t ORDER BY inc(a) DESC;
inc | inc | twice
2 | 4 | 5
2 | 3 | 4
2 | 2 | 3
SELECT 3

> SELECT inc(NULL), inc('7');
inc | inc
NULL | 8
SELECT 1

> SELECT a FROM t WHERE inc(a) = 3;
a
2
SELECT 1

> SELECT inc(c) AS k, count(*) FROM t GROUP BY inc(c) ORDER BY 1;
k | count
11 | 1
21 | 1
NULL | 1
SELECT 3

> CREATE FUNCTION greet(who text, mark text DEFAULT '!') RETURNS text LANGUAGE sql AS $$
    SELECT 'hello ' || greet.who || mark
  $$;
CREATE FUNCTION

> SELECT greet('you'), greet(who => 'me', mark => '?'), greet(b) FROM t WHERE a = 1;
greet | greet | greet
hello you! | hello me? | hello one!
SELECT 1

> CREATE FUNCTION or_five(x int) RETURNS int STRICT LANGUAGE sql AS 'SELECT coalesce(x, 5)';
CREATE FUNCTION

> SELECT or_five(1), or_five(NULL), or_five(c) FROM t ORDER BY a;
or_five | or_five | or_five
1 | NULL | 10
1 | NULL | 20
1 | NULL | NULL
SELECT 3

-- An argument is computed once.
> CREATE FUNCTION same(x float8) RETURNS bool LANGUAGE sql AS 'SELECT x = x AND x - x = 0';
CREATE FUNCTION

> SELECT same(random()), same(random() + a) FROM t;
same | same
t | t
t | t
t | t
SELECT 3

-- A query.
> CREATE FUNCTION name_of(k int) RETURNS text STABLE LANGUAGE sql AS 'SELECT b FROM t WHERE a = k';
CREATE FUNCTION

> SELECT name_of(2), name_of(9), name_of(a + 1) FROM t ORDER BY a;
name_of | name_of | name_of
two | NULL | two
two | NULL | three
two | NULL | NULL
SELECT 3

> CREATE FUNCTION highest() RETURNS int STABLE LANGUAGE sql AS 'SELECT a FROM t ORDER BY a DESC';
CREATE FUNCTION

> SELECT highest(), highest() + 1;
highest | ?column?
3 | 4
SELECT 1

> CREATE FUNCTION total(lowest int) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT sum(c) FROM t WHERE t.a >= lowest';
CREATE FUNCTION

> SELECT a, total(a) FROM t ORDER BY a;
a | total
1 | 30
2 | 20
3 | NULL
SELECT 3

-- Names of columns go before those of parameters.
> CREATE FUNCTION shadow(a int) RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM t WHERE a = a';
CREATE FUNCTION

> CREATE FUNCTION unshadowed(a int) RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM t WHERE t.a = unshadowed.a';
CREATE FUNCTION

> SELECT shadow(1), unshadowed(1);
shadow | unshadowed
3 | 1
SELECT 1

-- Rows.
> CREATE FUNCTION row_of(k int) RETURNS t LANGUAGE sql AS 'SELECT * FROM t WHERE a = k';
CREATE FUNCTION

> SELECT row_of(1), (row_of(2)).b, row_of(9);
row_of | b | row_of
(1,one,10) | two | NULL
SELECT 1

> SELECT * FROM row_of(1);
a | b | c
1 | one | 10
SELECT 1

> SELECT * FROM row_of(9);
a | b | c
NULL | NULL | NULL
SELECT 1

> CREATE FUNCTION label(r t) RETURNS text LANGUAGE sql AS $$ SELECT r.a || ':' || (r).b $$;
CREATE FUNCTION

> SELECT label(t), label(t.*) FROM t ORDER BY a;
label | label
1:one | 1:one
2:two | 2:two
3:three | 3:three
SELECT 3

> CREATE FUNCTION both_of(k int, OUT up int, OUT down int) LANGUAGE sql AS 'SELECT k + 1, k - 1';
CREATE FUNCTION

> SELECT both_of(5), (both_of(6)).down;
both_of | down
(6,4) | 5
SELECT 1

> SELECT * FROM both_of(7);
up | down
8 | 6
SELECT 1

> SELECT t.a, x.up FROM t, both_of(t.a) x ORDER BY 1;
a | up
1 | 2
2 | 3
3 | 4
SELECT 3

> CREATE FUNCTION one_out(k int, OUT up int) LANGUAGE sql AS 'SELECT k + 1';
CREATE FUNCTION

> SELECT one_out(1); SELECT * FROM one_out(2); SELECT * FROM one_out(2) AS renamed;
one_out
2
SELECT 1
up
3
SELECT 1
up
3
SELECT 1

> CREATE FUNCTION any_row(k int) RETURNS record LANGUAGE sql AS 'SELECT a, b FROM t WHERE a = k';
CREATE FUNCTION

> SELECT any_row(1);
any_row
(1,one)
SELECT 1

> SELECT * FROM any_row(1);
ERROR 42601: a column definition list is required for functions returning "record"

> SELECT * FROM any_row(1) AS r(x int, y text);
x | y
1 | one
SELECT 1

> SELECT * FROM any_row(1) AS r(x int);
ERROR 42P13: return type mismatch in function declared to return record
DETAIL: Final statement returns too many columns.
CONTEXT: SQL function "any_row" during startup

> SELECT * FROM any_row(1) AS r(x int, y date);
ERROR 42P13: return type mismatch in function declared to return record
DETAIL: Final statement returns text instead of date at column 2.
CONTEXT: SQL function "any_row" during startup

-- Sets.
> CREATE FUNCTION rows_from_k(k int) RETURNS SETOF t STABLE LANGUAGE sql AS 'SELECT * FROM t WHERE a >= k ORDER BY a';
CREATE FUNCTION

> SELECT * FROM rows_from_k(2);
a | b | c
2 | two | 20
3 | three | NULL
SELECT 2

> SELECT r.b, o FROM rows_from_k(2) WITH ORDINALITY AS r(a, b, c, o);
b | o
two | 1
three | 2
SELECT 2

> SELECT rows_from_k(2), (rows_from_k(3)).b;
rows_from_k | b
(2,two,20) | three
(3,three,) | NULL
SELECT 2

> CREATE FUNCTION pairs(n int) RETURNS TABLE (x int, y text) STABLE STRICT LANGUAGE sql AS $$
    SELECT a, b FROM t WHERE a <= n ORDER BY a
  $$;
CREATE FUNCTION

> SELECT * FROM pairs(2);
x | y
1 | one
2 | two
SELECT 2

> SELECT * FROM pairs(NULL);
x | y
SELECT 0

> SELECT t.a, p.* FROM t LEFT JOIN LATERAL pairs(t.a - 1) p ON true ORDER BY 1, 2;
a | x | y
1 | NULL | NULL
2 | 1 | one
3 | 1 | one
3 | 2 | two
SELECT 4

> SELECT pairs(2);
pairs
(1,one)
(2,two)
SELECT 2

> SELECT a, (pairs(a)).y FROM t ORDER BY 1, 2;
a | y
1 | one
2 | one
2 | two
3 | one
3 | three
3 | two
SELECT 6

> CREATE FUNCTION numbers(n int) RETURNS SETOF int IMMUTABLE LANGUAGE sql AS 'SELECT generate_series(1, n)';
CREATE FUNCTION

> SELECT numbers(3); SELECT * FROM numbers(2); SELECT x FROM numbers(2) x; SELECT a, numbers(a) FROM t ORDER BY 1, 2;
numbers
1
2
3
SELECT 3
numbers
1
2
SELECT 2
x
1
2
SELECT 2
a | numbers
1 | 1
2 | 1
2 | 2
3 | 1
3 | 2
3 | 3
SELECT 6

> CREATE FUNCTION arrays() RETURNS SETOF int[] LANGUAGE sql AS $$ VALUES (ARRAY[1,2]), (NULL), ('{}') $$;
CREATE FUNCTION

> SELECT arrays(); SELECT * FROM arrays();
arrays
{1,2}
NULL
{}
SELECT 3
arrays
{1,2}
NULL
{}
SELECT 3

> SELECT count(*) FROM numbers(5) WHERE numbers > 2;
count
3
SELECT 1

> SELECT a FROM t WHERE numbers(1) = 1;
ERROR 0A000: set-returning functions are not allowed in WHERE

-- Polymorphic, variadic, of domains.
> CREATE FUNCTION first_of(anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1[1]';
CREATE FUNCTION

> SELECT first_of(ARRAY[3, 4]), first_of('{a,b}'::text[]);
first_of | first_of
3 | a
SELECT 1

> SELECT first_of('{1}');
ERROR 42804: could not determine polymorphic type because input has type unknown

> CREATE FUNCTION pick(a anyelement, b anyelement, c bool DEFAULT true) RETURNS anyelement LANGUAGE sql AS
    'SELECT CASE WHEN c THEN a ELSE b END';
CREATE FUNCTION

> SELECT pick(1, 2), pick('x'::text, 'y', false);
pick | pick
1 | y
SELECT 1

> SELECT pick(1.5, 2);
ERROR 42883: function pick(numeric, integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> CREATE FUNCTION joined(sep text, VARIADIC parts text[]) RETURNS text LANGUAGE sql AS
    'SELECT string_agg(p, sep) FROM unnest(parts) p';
CREATE FUNCTION

> SELECT joined('-', 'a', 'b', 'c'), joined('+', VARIADIC ARRAY['x', 'y']);
joined | joined
a-b-c | x+y
SELECT 1

> SELECT joined('-');
ERROR 42883: function joined(unknown) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.

> CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN

> CREATE FUNCTION checked(p positive) RETURNS positive LANGUAGE sql AS 'SELECT p - 1';
CREATE FUNCTION

> SELECT checked(2);
checked
1
SELECT 1

> SELECT checked(0);
ERROR 23514: value for domain positive violates check constraint "positive_check"

> SELECT checked(1);
ERROR 23514: value for domain positive violates check constraint "positive_check"

-- Functions of functions.
> CREATE FUNCTION outer_one(k int) RETURNS text LANGUAGE sql AS 'SELECT greet(name_of(k), mark => repeat($1::text, 2))';
CREATE FUNCTION

> SELECT outer_one(3);
outer_one
hello three33
SELECT 1

> CREATE FUNCTION endless(k int) RETURNS int LANGUAGE sql AS 'SELECT endless(k + 1)';
CREATE FUNCTION

-- In other places.
> CREATE VIEW v AS SELECT inc(a) AS n, name_of(a), p.y FROM t, pairs(1) p;
CREATE VIEW

> SELECT * FROM v ORDER BY n;
n | name_of | y
2 | one | one
3 | two | one
4 | three | one
SELECT 3

> ALTER FUNCTION inc(int) RENAME TO plus_one;
ALTER FUNCTION

> SELECT n FROM v ORDER BY n;
n
2
3
4
SELECT 3

> CREATE TABLE u (id int DEFAULT plus_one(41), s int CHECK (plus_one(s) > 1), g int GENERATED ALWAYS AS (inc_of(s)) STORED);
CREATE TABLE

> CREATE INDEX u_expression ON u (inc_of(s)) WHERE inc_of(s) > 2;
CREATE INDEX

> INSERT INTO u (s) VALUES (1), (5) RETURNING *;
id | s | g
42 | 1 | 2
42 | 5 | 6
INSERT 0 2

> INSERT INTO u (s) VALUES (0);
ERROR 23514: new row for relation "u" violates check constraint "u_s_check"
DETAIL: Failing row contains (42, 0, 1).

> UPDATE u SET s = inc_of(s) WHERE inc_of(s) = 6 RETURNING s, g;
s | g
6 | 7
UPDATE 1

> CREATE OR REPLACE FUNCTION plus_one(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 100';
CREATE FUNCTION

> SELECT n FROM v ORDER BY n;
n
101
102
103
SELECT 3

> INSERT INTO u (s) VALUES (0) RETURNING *;
id | s | g
141 | 0 | 1
INSERT 0 1

> PREPARE q (int) AS SELECT plus_one($1);
PREPARE

> EXECUTE q(1);
plus_one
101
SELECT 1

-- Types of statements.
> CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION

> SELECT nothing(), nothing() IS NULL;
nothing | ?column?
NULL | t
SELECT 1

> CREATE FUNCTION sorted() RETURNS SETOF int LANGUAGE sql AS
    'WITH w AS (SELECT a FROM t) SELECT a FROM w UNION ALL SELECT 7 ORDER BY 1 DESC LIMIT 3';
CREATE FUNCTION

> SELECT * FROM sorted();
sorted
7
3
2
SELECT 3
