-- Views mean what they meant, and show it, when columns of what they read are renamed, added and dropped; every answer is
-- PostgreSQL 15's.
> CREATE TABLE tt2 (a int, b int, c int);
CREATE TABLE
> CREATE TABLE tt3 (ax int8, b int2, c numeric);
CREATE TABLE
> CREATE TABLE tt4 (ay int, b int, q int);
CREATE TABLE
> INSERT INTO tt2 VALUES (1, 2, 3);
INSERT 0 1
> INSERT INTO tt3 VALUES (4, 2, 3.00);
INSERT 0 1
> INSERT INTO tt4 VALUES (5, 2, 6);
INSERT 0 1
> CREATE VIEW v1 AS SELECT * FROM tt2 NATURAL JOIN tt3;
CREATE VIEW
> CREATE VIEW v1a AS SELECT * FROM (tt2 NATURAL JOIN tt3) j;
CREATE VIEW
> CREATE VIEW v2 AS SELECT * FROM tt2 JOIN tt3 USING (b, c) JOIN tt4 USING (b);
CREATE VIEW
> CREATE VIEW v2a AS SELECT * FROM (tt2 JOIN tt3 USING (b, c) JOIN tt4 USING (b)) j;
CREATE VIEW
> CREATE VIEW v3 AS SELECT * FROM tt2 JOIN tt3 USING (b, c) FULL JOIN tt4 USING (b);
CREATE VIEW
> SELECT pg_get_viewdef('v1');
pg_get_viewdef
 SELECT tt2.b,
    tt3.c,
    tt2.a,
    tt3.ax
   FROM (tt2
     JOIN tt3 USING (b, c));
SELECT 1
> SELECT pg_get_viewdef('v3');
pg_get_viewdef
 SELECT b,
    tt3.c,
    tt2.a,
    tt3.ax,
    tt4.ay,
    tt4.q
   FROM ((tt2
     JOIN tt3 USING (b, c))
     FULL JOIN tt4 USING (b));
SELECT 1
> SELECT * FROM v1;
b | c | a | ax
2 | 3.00 | 1 | 4
SELECT 1
> SELECT * FROM v3;
b | c | a | ax | ay | q
2 | 3.00 | 1 | 4 | 5 | 6
SELECT 1

-- Columns that nothing meets.
> ALTER TABLE tt2 ADD COLUMN d int DEFAULT 7;
ALTER TABLE
> ALTER TABLE tt2 ADD COLUMN e int DEFAULT 8;
ALTER TABLE
> SELECT pg_get_viewdef('v1a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax
   FROM (tt2
     JOIN tt3 USING (b, c)) j;
SELECT 1
> SELECT * FROM v1a;
b | c | a | ax
2 | 3.00 | 1 | 4
SELECT 1

-- A column that USING merges gets another name.
> ALTER TABLE tt3 RENAME c TO d;
ALTER TABLE
> SELECT pg_get_viewdef('v1');
pg_get_viewdef
 SELECT tt2.b,
    tt3.c,
    tt2.a,
    tt3.ax
   FROM (tt2
     JOIN tt3 tt3(ax, b, c) USING (b, c));
SELECT 1
> SELECT pg_get_viewdef('v2a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax,
    j.ay,
    j.q
   FROM ((tt2
     JOIN tt3 tt3(ax, b, c) USING (b, c))
     JOIN tt4 USING (b)) j;
SELECT 1
> SELECT * FROM v2a;
b | c | a | ax | ay | q
2 | 3.00 | 1 | 4 | 5 | 6
SELECT 1

-- Its name is given to a new one, which USING must not find.
> ALTER TABLE tt3 ADD COLUMN c int DEFAULT 9;
ALTER TABLE
> ALTER TABLE tt3 ADD COLUMN e int DEFAULT 8;
ALTER TABLE
> SELECT pg_get_viewdef('v1');
pg_get_viewdef
 SELECT tt2.b,
    tt3.c,
    tt2.a,
    tt3.ax
   FROM (tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c));
SELECT 1
> SELECT pg_get_viewdef('v1a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax
   FROM (tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c)) j(b, c, a, d, e, ax, c_1, e_1);
SELECT 1
> SELECT pg_get_viewdef('v2');
pg_get_viewdef
 SELECT tt2.b,
    tt3.c,
    tt2.a,
    tt3.ax,
    tt4.ay,
    tt4.q
   FROM ((tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c))
     JOIN tt4 USING (b));
SELECT 1
> SELECT pg_get_viewdef('v2a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax,
    j.ay,
    j.q
   FROM ((tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c))
     JOIN tt4 USING (b)) j(b, c, a, d, e, ax, c_1, e_1, ay, q);
SELECT 1
> SELECT pg_get_viewdef('v3');
pg_get_viewdef
 SELECT b,
    tt3.c,
    tt2.a,
    tt3.ax,
    tt4.ay,
    tt4.q
   FROM ((tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c))
     FULL JOIN tt4 USING (b));
SELECT 1
> SELECT * FROM v1;
b | c | a | ax
2 | 3.00 | 1 | 4
SELECT 1
> SELECT * FROM v1a;
b | c | a | ax
2 | 3.00 | 1 | 4
SELECT 1
> SELECT * FROM v2a;
b | c | a | ax | ay | q
2 | 3.00 | 1 | 4 | 5 | 6
SELECT 1
> SELECT * FROM v3;
b | c | a | ax | ay | q
2 | 3.00 | 1 | 4 | 5 | 6
SELECT 1
> ALTER TABLE tt2 DROP COLUMN d;
ALTER TABLE
> SELECT pg_get_viewdef('v1a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax
   FROM (tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c)) j(b, c, a, e, ax, c_1, e_1);
SELECT 1
> SELECT pg_get_viewdef('v2a');
pg_get_viewdef
 SELECT j.b,
    j.c,
    j.a,
    j.ax,
    j.ay,
    j.q
   FROM ((tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c))
     JOIN tt4 USING (b)) j(b, c, a, e, ax, c_1, e_1, ay, q);
SELECT 1
> SELECT * FROM v2a;
b | c | a | ax | ay | q
2 | 3.00 | 1 | 4 | 5 | 6
SELECT 1

-- Aliases of a join stay with their columns.
> CREATE TABLE tt5 (a int, b int);
CREATE TABLE
> CREATE TABLE tt6 (c int, d int);
CREATE TABLE
> INSERT INTO tt5 VALUES (1, 2);
INSERT 0 1
> INSERT INTO tt6 VALUES (3, 4);
INSERT 0 1
> CREATE VIEW vv1 AS SELECT * FROM (tt5 CROSS JOIN tt6) j(aa, bb, cc, dd);
CREATE VIEW
> CREATE VIEW vv1b AS SELECT j.aa, j.d FROM (tt5 CROSS JOIN tt6) j(aa, bb) WHERE j.c = 3;
CREATE VIEW
> ALTER TABLE tt5 ADD COLUMN c int DEFAULT 0;
ALTER TABLE
> SELECT pg_get_viewdef('vv1');
pg_get_viewdef
 SELECT j.aa,
    j.bb,
    j.cc,
    j.dd
   FROM (tt5
     CROSS JOIN tt6) j(aa, bb, c, cc, dd);
SELECT 1
> SELECT pg_get_viewdef('vv1b');
pg_get_viewdef
 SELECT j.aa,
    j.d
   FROM (tt5
     CROSS JOIN tt6) j(aa, bb, c_1, c, d)
  WHERE (j.c = 3);
SELECT 1
> SELECT * FROM vv1;
aa | bb | cc | dd
1 | 2 | 3 | 4
SELECT 1
> SELECT * FROM vv1b;
aa | d
1 | 4
SELECT 1
> ALTER TABLE tt5 ADD COLUMN cc int;
ALTER TABLE
> SELECT pg_get_viewdef('vv1');
pg_get_viewdef
 SELECT j.aa,
    j.bb,
    j.cc,
    j.dd
   FROM (tt5
     CROSS JOIN tt6) j(aa, bb, c, cc_1, cc, dd);
SELECT 1
> ALTER TABLE tt5 DROP COLUMN c;
ALTER TABLE
> SELECT pg_get_viewdef('vv1');
pg_get_viewdef
 SELECT j.aa,
    j.bb,
    j.cc,
    j.dd
   FROM (tt5
     CROSS JOIN tt6) j(aa, bb, cc_1, cc, dd);
SELECT 1
> SELECT pg_get_viewdef('vv1b');
pg_get_viewdef
 SELECT j.aa,
    j.d
   FROM (tt5
     CROSS JOIN tt6) j(aa, bb, cc, c, d)
  WHERE (j.c = 3);
SELECT 1
> SELECT * FROM vv1;
aa | bb | cc | dd
1 | 2 | 3 | 4
SELECT 1
> SELECT * FROM vv1b;
aa | d
1 | 4
SELECT 1

-- Views over views.
> CREATE VIEW v4 AS SELECT * FROM v1;
CREATE VIEW
> ALTER VIEW v1 RENAME COLUMN a TO x;
ALTER VIEW
> SELECT pg_get_viewdef('v1');
pg_get_viewdef
 SELECT tt2.b,
    tt3.c,
    tt2.a AS x,
    tt3.ax
   FROM (tt2
     JOIN tt3 tt3(ax, b, c, c_1, e) USING (b, c));
SELECT 1
> SELECT pg_get_viewdef('v4');
pg_get_viewdef
 SELECT v1.b,
    v1.c,
    v1.x AS a,
    v1.ax
   FROM v1;
SELECT 1
> SELECT * FROM v4;
b | c | a | ax
2 | 3.00 | 1 | 4
SELECT 1
> CREATE VIEW base AS SELECT a FROM tt5;
CREATE VIEW
> CREATE VIEW above AS SELECT * FROM (base CROSS JOIN tt6) j(x);
CREATE VIEW
> CREATE OR REPLACE VIEW base AS SELECT a, b AS c FROM tt5;
CREATE VIEW
> SELECT pg_get_viewdef('above');
pg_get_viewdef
 SELECT j.x,
    j.c,
    j.d
   FROM (base
     CROSS JOIN tt6) j(x, c_1, c, d);
SELECT 1
> SELECT * FROM above;
x | c | d
1 | 3 | 4
SELECT 1

-- A star over columns of one name: merged ones stand alone, so that others give way.
> CREATE TABLE tt7 (x int, xx int, y int);
CREATE TABLE
> ALTER TABLE tt7 DROP COLUMN xx;
ALTER TABLE
> CREATE TABLE tt8 (x int, z int);
CREATE TABLE
> INSERT INTO tt7 VALUES (1, 2);
INSERT 0 1
> INSERT INTO tt8 VALUES (1, 3), (4, 5);
INSERT 0 2
> CREATE VIEW vv2 (a, b, c, d, e) AS SELECT * FROM tt7 FULL JOIN tt8 USING (x), tt8 tt8x;
CREATE VIEW
> SELECT pg_get_viewdef('vv2');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    tt8x.x_1 AS d,
    tt8x.z AS e
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    tt8 tt8x(x_1, z);
SELECT 1
> SELECT * FROM vv2 ORDER BY a, d;
a | b | c | d | e
1 | 2 | 3 | 1 | 3
1 | 2 | 3 | 4 | 5
4 | NULL | 5 | 1 | 3
4 | NULL | 5 | 4 | 5
SELECT 4
> CREATE VIEW vv3 (a, b, c, x, e, f) AS SELECT * FROM tt7 FULL JOIN tt8 USING (x), tt7 tt7x FULL JOIN tt8 tt8x USING (x);
CREATE VIEW
> SELECT pg_get_viewdef('vv3');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    x_1 AS x,
    tt7x.y AS e,
    tt8x.z AS f
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    (tt7 tt7x(x_1, y)
     FULL JOIN tt8 tt8x(x_1, z) USING (x_1));
SELECT 1
> SELECT count(*) FROM vv3;
count
4
SELECT 1
> CREATE VIEW vv4 (a, b, c, x, e, f, g) AS
  SELECT * FROM tt7 FULL JOIN tt8 USING (x), tt7 tt7x FULL JOIN tt8 tt8x USING (x) FULL JOIN tt8 tt8y USING (x);
CREATE VIEW
> SELECT pg_get_viewdef('vv4');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    x_1 AS x,
    tt7x.y AS e,
    tt8x.z AS f,
    tt8y.z AS g
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    ((tt7 tt7x(x_1, y)
     FULL JOIN tt8 tt8x(x_1, z) USING (x_1))
     FULL JOIN tt8 tt8y(x_1, z) USING (x_1));
SELECT 1
> ALTER TABLE tt7 ADD COLUMN zz int;
ALTER TABLE
> ALTER TABLE tt7 ADD COLUMN z int;
ALTER TABLE
> ALTER TABLE tt7 DROP COLUMN zz;
ALTER TABLE
> ALTER TABLE tt8 ADD COLUMN z2 int;
ALTER TABLE
> SELECT pg_get_viewdef('vv2');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    tt8x.x_1 AS d,
    tt8x.z AS e
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    tt8 tt8x(x_1, z, z2);
SELECT 1
> SELECT pg_get_viewdef('vv3');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    x_1 AS x,
    tt7x.y AS e,
    tt8x.z AS f
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    (tt7 tt7x(x_1, y, z)
     FULL JOIN tt8 tt8x(x_1, z, z2) USING (x_1));
SELECT 1
> SELECT pg_get_viewdef('vv4');
pg_get_viewdef
 SELECT x AS a,
    tt7.y AS b,
    tt8.z AS c,
    x_1 AS x,
    tt7x.y AS e,
    tt8x.z AS f,
    tt8y.z AS g
   FROM (tt7
     FULL JOIN tt8 USING (x)),
    ((tt7 tt7x(x_1, y, z)
     FULL JOIN tt8 tt8x(x_1, z, z2) USING (x_1))
     FULL JOIN tt8 tt8y(x_1, z, z2) USING (x_1));
SELECT 1
> SELECT * FROM vv2 ORDER BY a, d;
a | b | c | d | e
1 | 2 | 3 | 1 | 3
1 | 2 | 3 | 4 | 5
4 | NULL | 5 | 1 | 3
4 | NULL | 5 | 4 | 5
SELECT 4

-- So does a merged column of two types.
> CREATE TABLE tt7a (x date, y int);
CREATE TABLE
> CREATE TABLE tt8a (x timestamptz, z int);
CREATE TABLE
> CREATE VIEW vv2a (a, b, c, d, e) AS SELECT * FROM tt7a LEFT JOIN tt8a USING (x), tt8a tt8ax;
CREATE VIEW
> SELECT pg_get_viewdef('vv2a');
pg_get_viewdef
 SELECT x AS a,
    tt7a.y AS b,
    tt8a.z AS c,
    tt8ax.x_1 AS d,
    tt8ax.z AS e
   FROM (tt7a
     LEFT JOIN tt8a USING (x)),
    tt8a tt8ax(x_1, z);
SELECT 1

-- A column that would be a second one for USING.
> CREATE TABLE tt11 (x int, y int);
CREATE TABLE
> CREATE TABLE tt12 (x int, z int);
CREATE TABLE
> CREATE TABLE tt13 (z int, q int);
CREATE TABLE
> CREATE VIEW vv6 AS SELECT x, y, z, q FROM (tt11 JOIN tt12 USING (x)) JOIN tt13 USING (z);
CREATE VIEW
> CREATE MATERIALIZED VIEW kept AS SELECT x, y, z, q FROM (tt11 JOIN tt12 USING (x)) JOIN tt13 USING (z);
SELECT 0
> SELECT pg_get_viewdef('vv6');
pg_get_viewdef
 SELECT tt11.x,
    tt11.y,
    tt12.z,
    tt13.q
   FROM ((tt11
     JOIN tt12 USING (x))
     JOIN tt13 USING (z));
SELECT 1
> ALTER TABLE tt11 ADD COLUMN z int;
ALTER TABLE
> SELECT pg_get_viewdef('vv6');
pg_get_viewdef
 SELECT tt11.x,
    tt11.y,
    tt12.z,
    tt13.q
   FROM ((tt11 tt11(x, y, z_1)
     JOIN tt12 USING (x))
     JOIN tt13 USING (z));
SELECT 1
> SELECT pg_get_viewdef('kept');
pg_get_viewdef
 SELECT tt11.x,
    tt11.y,
    tt12.z,
    tt13.q
   FROM ((tt11 tt11(x, y, z_1)
     JOIN tt12 USING (x))
     JOIN tt13 USING (z));
SELECT 1
> SELECT * FROM vv6;
x | y | z | q
SELECT 0
> REFRESH MATERIALIZED VIEW kept;
REFRESH MATERIALIZED VIEW
> BEGIN;
BEGIN
> ALTER TABLE tt13 ADD COLUMN y int;
ALTER TABLE
> SAVEPOINT s;
SAVEPOINT
> ALTER TABLE tt12 ADD COLUMN q int;
ALTER TABLE
> SELECT pg_get_viewdef('vv6');
pg_get_viewdef
 SELECT tt11.x,
    tt11.y,
    tt12.z,
    tt13.q
   FROM ((tt11 tt11(x, y, z_1)
     JOIN tt12 USING (x))
     JOIN tt13 USING (z));
SELECT 1
> SELECT * FROM vv6;
x | y | z | q
SELECT 0
> ROLLBACK TO s;
ROLLBACK
> SELECT pg_get_viewdef('vv6');
pg_get_viewdef
 SELECT tt11.x,
    tt11.y,
    tt12.z,
    tt13.q
   FROM ((tt11 tt11(x, y, z_1)
     JOIN tt12 USING (x))
     JOIN tt13 USING (z));
SELECT 1
> COMMIT;
COMMIT
> SELECT * FROM vv6;
x | y | z | q
SELECT 0

-- Aliases of a table stay with its columns.
> CREATE VIEW va AS SELECT r FROM tt4 t(p, q, r);
CREATE VIEW
> ALTER TABLE tt4 DROP COLUMN ay CASCADE;
NOTICE: drop cascades to 3 other objects
ALTER TABLE
> SELECT pg_get_viewdef('va');
pg_get_viewdef
 SELECT t.r
   FROM tt4 t(q, r);
SELECT 1
> SELECT * FROM va;
r
6
SELECT 1

-- What a view uses is what it says, not what it could.
> CREATE VIEW used AS SELECT tt12.z FROM tt11 JOIN tt12 USING (x);
CREATE VIEW
> ALTER TABLE tt11 ALTER COLUMN y TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule _RETURN on view vv6 depends on column "y"
> ALTER TABLE tt12 ALTER COLUMN z TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule _RETURN on view vv6 depends on column "z"
> DROP VIEW vv6;
DROP VIEW
> DROP MATERIALIZED VIEW kept;
DROP MATERIALIZED VIEW
> ALTER TABLE tt11 DROP COLUMN z;
ALTER TABLE
> ALTER TABLE tt11 DROP COLUMN y;
ALTER TABLE
> ALTER TABLE tt11 DROP COLUMN x;
ERROR 2BP01: cannot drop column x of table tt11 because other objects depend on it
DETAIL: view used depends on column x of table tt11
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE tt12 ALTER COLUMN x TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule _RETURN on view used depends on column "x"
> SELECT pg_get_viewdef('used');
pg_get_viewdef
 SELECT tt12.z
   FROM (tt11
     JOIN tt12 USING (x));
SELECT 1

-- Rows, and fields of rows that no type declares.
> CREATE TYPE pair AS (q1 int8, q2 int8);
CREATE TYPE
> CREATE TYPE nested AS (x pair);
CREATE TYPE
> CREATE TABLE pairs (q1 int8, q2 int8);
CREATE TABLE
> INSERT INTO pairs VALUES (1, 2);
INSERT 0 1
> CREATE VIEW w2 AS SELECT * FROM pairs i, LATERAL (VALUES (i)) ss;
CREATE VIEW
> SELECT pg_get_viewdef('w2');
pg_get_viewdef
 SELECT i.q1,
    i.q2,
    ss.column1
   FROM pairs i,
    LATERAL ( VALUES (i.*::pairs)) ss;
SELECT 1
> CREATE VIEW w3 AS SELECT * FROM pairs i WHERE i IN (VALUES (i));
CREATE VIEW
> SELECT pg_get_viewdef('w3');
pg_get_viewdef
 SELECT i.q1,
    i.q2
   FROM pairs i
  WHERE (i.* IN ( VALUES (i.*::pairs)));
SELECT 1
> SELECT * FROM w3;
q1 | q2
1 | 2
SELECT 1
> CREATE VIEW w5 AS
  WITH cte AS MATERIALIZED (SELECT r FROM (VALUES (1, 2), (3, 4)) r)
  SELECT (r).column2 AS col_a, (rr).column2 AS col_b FROM
  cte JOIN (SELECT rr FROM (VALUES (1, 7), (3, 8)) rr LIMIT 2) ss ON (r).column1 = (rr).column1;
CREATE VIEW
> SELECT pg_get_viewdef('w5');
pg_get_viewdef
 WITH cte AS MATERIALIZED (
         SELECT r.*::record AS r
           FROM ( VALUES (1,2), (3,4)) r
        )
 SELECT (cte.r).column2 AS col_a,
    (ss.rr).column2 AS col_b
   FROM (cte
     JOIN ( SELECT rr.*::record AS rr
           FROM ( VALUES (1,7), (3,8)) rr
         LIMIT 2) ss ON (((cte.r).column1 = (ss.rr).column1)));
SELECT 1
> SELECT * FROM w5 ORDER BY 1;
col_a | col_b
2 | 7
4 | 8
SELECT 2
> CREATE VIEW w6 AS WITH cte AS MATERIALIZED (SELECT pg_get_keywords() k) SELECT (k).word FROM cte;
CREATE VIEW
> SELECT pg_get_viewdef('w6');
pg_get_viewdef
 WITH cte AS MATERIALIZED (
         SELECT pg_get_keywords() AS k
        )
 SELECT (cte.k).word AS word
   FROM cte;
SELECT 1
