-- Row-level security: policies with queries, views, functions, children and partitions.
> CREATE ROLE rls_fay; CREATE ROLE rls_gus; CREATE TABLE seclv (who name PRIMARY KEY, lv int); CREATE TABLE doc (id int PRIMARY KEY, lv int, title text); INSERT INTO seclv VALUES ('rls_fay', 1), ('rls_gus', 2); INSERT INTO doc VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c');
CREATE ROLE
CREATE ROLE
CREATE TABLE
CREATE TABLE
INSERT 0 2
INSERT 0 3

> ALTER TABLE doc ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON doc USING (lv <= (SELECT lv FROM seclv WHERE who = current_user)); GRANT ALL ON doc TO rls_fay, rls_gus; GRANT SELECT ON seclv TO rls_gus;
ALTER TABLE
CREATE POLICY
GRANT
GRANT

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT * FROM doc;
ERROR 42501: permission denied for table seclv

> SET ROLE rls_gus;
SET

> SELECT * FROM doc ORDER BY id;
id | lv | title
1 | 1 | a
2 | 2 | b
SELECT 2

> WITH x AS (UPDATE doc SET title = upper(title) RETURNING *) SELECT * FROM x ORDER BY id;
id | lv | title
1 | 1 | A
2 | 2 | B
SELECT 2

> INSERT INTO doc VALUES (4, 3, 'd');
ERROR 42501: new row violates row-level security policy for table "doc"

> INSERT INTO doc VALUES (4, 2, 'd');
INSERT 0 1

> SELECT d.id, s.who FROM doc d JOIN seclv s ON d.lv = s.lv ORDER BY 1;
id | who
1 | rls_fay
2 | rls_gus
4 | rls_gus
SELECT 3

> WITH x AS (SELECT * FROM doc) SELECT count(*) FROM x;
count
3
SELECT 1

> SELECT (SELECT count(*) FROM doc d2 WHERE d2.lv = d.lv) FROM doc d ORDER BY id;
count
1
2
2
SELECT 3

> RESET ROLE;
(is_superuser = on)
RESET

-- Tables that policies read have policies, too.
> ALTER TABLE seclv ENABLE ROW LEVEL SECURITY; GRANT SELECT ON seclv TO rls_fay;
ALTER TABLE
GRANT

> SET ROLE rls_gus;
(is_superuser = off)
SET

> SELECT count(*) FROM doc;
count
0
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> CREATE POLICY self ON seclv USING (who = current_user);
CREATE POLICY

> SET ROLE rls_gus;
(is_superuser = off)
SET

> SELECT count(*) FROM doc;
count
3
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

-- A policy that comes back to its table.
> CREATE POLICY loop ON seclv USING (lv IN (SELECT lv FROM doc));
CREATE POLICY

> SET ROLE rls_gus;
(is_superuser = off)
SET

> SELECT count(*) FROM doc;
ERROR 42P17: infinite recursion detected in policy for relation "doc"

> SELECT count(*) FROM seclv;
ERROR 42P17: infinite recursion detected in policy for relation "seclv"

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT count(*) FROM doc;
count
4
SELECT 1

> ALTER POLICY loop ON seclv USING (lv IN (SELECT lv FROM seclv));
ALTER POLICY

> SET ROLE rls_gus;
(is_superuser = off)
SET

> SELECT count(*) FROM seclv;
ERROR 42P17: infinite recursion detected in policy for relation "seclv"

> RESET ROLE;
(is_superuser = on)
RESET

> DROP POLICY loop ON seclv;
DROP POLICY

-- Views reach rows as their owner, or as whoever reads them.
> CREATE VIEW dv AS SELECT * FROM doc; CREATE VIEW di WITH (security_invoker) AS SELECT * FROM doc; GRANT ALL ON dv, di TO rls_fay, rls_gus;
CREATE VIEW
CREATE VIEW
GRANT

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT count(*) FROM dv;
count
4
SELECT 1

> SELECT count(*) FROM di;
count
1
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER VIEW dv OWNER TO rls_gus;
ALTER VIEW

> SELECT count(*) FROM dv;
count
0
SELECT 1

> SELECT count(*) FROM di;
count
4
SELECT 1

-- The role that current_user is is still whoever runs the statement.
> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT count(*) FROM dv;
count
1
SELECT 1

> SELECT count(*) FROM di;
count
1
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

-- Functions that run as their owner reach the owner's rows.
> CREATE FUNCTION n() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM doc'; CREATE FUNCTION m() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM doc'; CREATE FUNCTION k() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM doc); END';
CREATE FUNCTION
CREATE FUNCTION
CREATE FUNCTION

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT n(), m(), k();
n | m | k
4 | 1 | 1
SELECT 1

> SET row_security = off;
SET

> SELECT n();
n
4
SELECT 1

> RESET row_security; RESET ROLE;
RESET
(is_superuser = on)
RESET

> SELECT n(), m(), k();
n | m | k
4 | 4 | 4
SELECT 1

-- Policies are those of the table that is named.
> CREATE TABLE par (a int, b text); CREATE TABLE chi () INHERITS (par); INSERT INTO par VALUES (1, 'p'), (2, 'p'); INSERT INTO chi VALUES (1, 'c'), (3, 'c'); ALTER TABLE par ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON par USING (a % 2 = 1); GRANT ALL ON par, chi TO rls_fay;
CREATE TABLE
CREATE TABLE
INSERT 0 2
INSERT 0 2
ALTER TABLE
CREATE POLICY
GRANT

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT tableoid::regclass, * FROM par ORDER BY 1, 2;
tableoid | a | b
par | 1 | p
chi | 1 | c
chi | 3 | c
SELECT 3

> SELECT * FROM chi ORDER BY a;
a | b
1 | c
3 | c
SELECT 2

> SELECT * FROM ONLY par;
a | b
1 | p
SELECT 1

> WITH x AS (UPDATE par SET a = a + 2 RETURNING *) SELECT * FROM x ORDER BY a, b;
a | b
3 | c
3 | p
5 | c
SELECT 3

> UPDATE par SET a = a + 1;
ERROR 42501: new row violates row-level security policy for table "par"

> DELETE FROM par WHERE a = 5;
DELETE 1

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER TABLE chi ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT tableoid::regclass, * FROM par ORDER BY 1, 2;
tableoid | a | b
par | 3 | p
chi | 3 | c
SELECT 2

> SELECT * FROM chi;
a | b
SELECT 0

> RESET ROLE;
(is_superuser = on)
RESET

> CREATE TABLE pt (a int, b text) PARTITION BY LIST (a); CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN (1); CREATE TABLE pt2 PARTITION OF pt FOR VALUES IN (2); ALTER TABLE pt ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON pt USING (b = current_user); GRANT ALL ON pt, pt1, pt2 TO rls_fay; INSERT INTO pt VALUES (1, 'rls_fay'), (2, 'rls_fay'), (2, 'x');
CREATE TABLE
CREATE TABLE
CREATE TABLE
ALTER TABLE
CREATE POLICY
GRANT
INSERT 0 3

> SET ROLE rls_fay;
(is_superuser = off)
SET

> SELECT * FROM pt ORDER BY a;
a | b
1 | rls_fay
2 | rls_fay
SELECT 2

> SELECT * FROM pt2 ORDER BY b;
a | b
2 | rls_fay
2 | x
SELECT 2

> INSERT INTO pt VALUES (1, 'x');
ERROR 42501: new row violates row-level security policy for table "pt"

> INSERT INTO pt1 VALUES (1, 'x');
INSERT 0 1

> WITH x AS (UPDATE pt SET a = 3 - a RETURNING *) SELECT * FROM x ORDER BY a;
a | b
1 | rls_fay
2 | rls_fay
SELECT 2

> UPDATE pt SET b = 'x';
ERROR 42501: new row violates row-level security policy for table "pt"

> MERGE INTO pt USING (VALUES (1)) s (a) ON pt.a = s.a WHEN MATCHED THEN UPDATE SET b = 'y';
ERROR 42501: new row violates row-level security policy for table "pt"

> WITH x AS (DELETE FROM pt RETURNING *) SELECT * FROM x ORDER BY a;
a | b
1 | rls_fay
2 | rls_fay
SELECT 2

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM pt ORDER BY a, b;
a | b
1 | x
2 | x
SELECT 2

-- CREATE TABLE AS and cursors.
> SET ROLE rls_fay;
(is_superuser = off)
SET

> CREATE TEMPORARY TABLE copied AS SELECT * FROM par;
SELECT 2

> SELECT count(*) FROM copied;
count
2
SELECT 1

> BEGIN; DECLARE c CURSOR FOR SELECT * FROM par ORDER BY a, b;
BEGIN
DECLARE CURSOR

> FETCH ALL FROM c;
a | b
3 | c
3 | p
FETCH 2

> COMMIT;
COMMIT

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TABLE copied; DROP TABLE doc, seclv, par, pt CASCADE; DROP FUNCTION n; DROP FUNCTION m; DROP FUNCTION k; DROP ROLE rls_fay, rls_gus;
DROP TABLE
NOTICE: drop cascades to 3 other objects
DROP TABLE
DROP FUNCTION
DROP FUNCTION
DROP FUNCTION
DROP ROLE
