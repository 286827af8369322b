> CREATE TYPE pair AS (r int, i int);
CREATE TYPE
> CREATE TYPE nest AS (p pair, ps pair[]);
CREATE TYPE
> CREATE TABLE t (k int, d pair[], n nest, m int[]);
CREATE TABLE
> INSERT INTO t (k, d[1].r, d[1].i) VALUES (1, 10, 20);
INSERT 0 1
> INSERT INTO t (k, n.p.r) VALUES (2, 5);
INSERT 0 1
> SELECT * FROM t ORDER BY k;
k | d | n | m
1 | {"(10,20)"} | NULL | NULL
2 | NULL | ("(5,)",) | NULL
SELECT 2
> UPDATE t SET d[1].r = d[1].r + 1, d[2].i = 7 WHERE k = 1;
UPDATE 1
> UPDATE t SET n.p.i = 6, m[2] = 3 WHERE k = 2;
UPDATE 1
> SELECT * FROM t ORDER BY k;
k | d | n | m
1 | {"(11,20)","(,7)"} | NULL | NULL
2 | NULL | ("(5,6)",) | [2:2]={3}
SELECT 2
> UPDATE t SET d[1].x = 3;
ERROR 42703: cannot assign to field "x" of column "d" because there is no such column in data type pair
> UPDATE t SET m[1].x = 3;
ERROR 42804: cannot assign to field "x" of column "m" because its type integer is not a composite type
> UPDATE t SET d[1].r = DEFAULT;
ERROR 0A000: cannot set an array element to DEFAULT
> UPDATE t SET k = 1, k = 2;
ERROR 42601: multiple assignments to same column "k"
> CREATE DOMAIN positive AS pair CHECK ((VALUE).r > 0);
CREATE DOMAIN
> CREATE TABLE dt (p positive[]);
CREATE TABLE
> INSERT INTO dt (p[1].i) VALUES (2);
INSERT 0 1
> SELECT * FROM dt;
p
{"(,2)"}
SELECT 1
> UPDATE dt SET p[1].r = -1;
ERROR 23514: value for domain positive violates check constraint "positive_check"
> UPDATE dt SET p[1].r = 1;
UPDATE 1
> SELECT * FROM dt;
p
{"(1,2)"}
SELECT 1
> CREATE TABLE u (a int, b int, c text);
CREATE TABLE
> INSERT INTO u VALUES (1, 2, 'x'), (3, 4, 'y');
INSERT 0 2
> UPDATE u SET (a, b) = ROW (v.*) FROM (VALUES (1, 100)) AS v (i, j) WHERE u.a = v.i;
UPDATE 1
> UPDATE u SET (b, a) = (SELECT a, b FROM u u2 WHERE u2.c = u.c) WHERE c = 'y';
UPDATE 1
> SELECT * FROM u ORDER BY c;
a | b | c
1 | 100 | x
4 | 3 | y
SELECT 2
> UPDATE u SET (a, b) = ROW (v.*) FROM (VALUES (1)) AS v (i);
ERROR 42601: number of columns does not match number of values
> UPDATE u SET (a, b) = (1, 2, 3);
ERROR 42601: number of columns does not match number of values
> UPDATE u SET (a, b) = c;
ERROR 0A000: source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression
