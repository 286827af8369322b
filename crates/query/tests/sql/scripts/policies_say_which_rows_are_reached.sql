-- Row-level security: which rows a role reads, changes and deletes.
> CREATE ROLE rls_ann; CREATE ROLE rls_bob; CREATE ROLE rls_staff; CREATE ROLE rls_all BYPASSRLS; GRANT rls_staff TO rls_bob;
CREATE ROLE
CREATE ROLE
CREATE ROLE
CREATE ROLE
GRANT ROLE

> CREATE TABLE t (id int PRIMARY KEY, who text, level int); INSERT INTO t VALUES (1, 'rls_ann', 1), (2, 'rls_bob', 2), (3, 'rls_ann', 3), (4, NULL, 1);
CREATE TABLE
INSERT 0 4

> GRANT ALL ON t TO rls_ann, rls_bob, rls_all;
GRANT

-- Policies say nothing before row security is enabled.
> CREATE POLICY own ON t USING (who = current_user);
CREATE POLICY

> SET ROLE rls_ann;
(is_superuser = off)
SET

> SELECT * FROM t ORDER BY id;
id | who | level
1 | rls_ann | 1
2 | rls_bob | 2
3 | rls_ann | 3
4 | NULL | 1
SELECT 4

> SELECT row_security_active('t'), row_security_active('t'::regclass);
row_security_active | row_security_active
f | f
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> SELECT * FROM t ORDER BY id;
id | who | level
1 | rls_ann | 1
2 | rls_bob | 2
3 | rls_ann | 3
4 | NULL | 1
SELECT 4

> SET ROLE rls_all;
(is_superuser = off)
SET

> SELECT count(*), row_security_active('t') FROM t;
count | row_security_active
4 | f
SELECT 1

> SET ROLE rls_ann;
SET

> SELECT *, row_security_active('t') FROM t ORDER BY id;
id | who | level | row_security_active
1 | rls_ann | 1 | t
3 | rls_ann | 3 | t
SELECT 2

> SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id + 1 = b.id ORDER BY 1;
id | id
1 | NULL
3 | NULL
SELECT 2

> SELECT count(*) FROM t WHERE id = 2;
count
0
SELECT 1

> UPDATE t SET level = level + 10;
UPDATE 2

> DELETE FROM t WHERE id = 2;
DELETE 0

> DELETE FROM t WHERE id = 3 RETURNING *;
id | who | level
3 | rls_ann | 13
DELETE 1

> SELECT * FROM t ORDER BY id FOR UPDATE;
id | who | level
1 | rls_ann | 11
SELECT 1

> SET ROLE rls_bob;
SET

> SELECT * FROM t;
id | who | level
2 | rls_bob | 2
SELECT 1

> UPDATE t SET level = 7 RETURNING id, level;
id | level
2 | 7
UPDATE 1

-- Functions that could tell of rows are asked about those alone that policies let through.
> SELECT * FROM t WHERE 1 / (id - 1) > -5;
id | who | level
2 | rls_bob | 7
SELECT 1

> SELECT * FROM t WHERE id = 1 AND 1 / (id - 1) > 0;
id | who | level
SELECT 0

> RESET ROLE;
(is_superuser = on)
RESET

> INSERT INTO t VALUES (3, 'rls_ann', 3);
INSERT 0 1

-- Permissive policies add rows, restrictive ones leave rows out.
> CREATE POLICY open ON t FOR SELECT TO rls_staff USING (level = 1); CREATE POLICY low ON t AS RESTRICTIVE USING (level < 10);
CREATE POLICY
CREATE POLICY

> SET ROLE rls_bob;
(is_superuser = off)
SET

> SELECT * FROM t ORDER BY id;
id | who | level
2 | rls_bob | 7
4 | NULL | 1
SELECT 2

> UPDATE t SET level = level + 1 RETURNING id, level;
id | level
2 | 8
UPDATE 1

> SELECT * FROM t ORDER BY id FOR SHARE;
id | who | level
2 | rls_bob | 8
SELECT 1

> SET ROLE rls_ann;
SET

> SELECT * FROM t ORDER BY id;
id | who | level
3 | rls_ann | 3
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

-- Without a permissive policy there are no rows.
> DROP POLICY own ON t;
DROP POLICY

> SET ROLE rls_ann;
(is_superuser = off)
SET

> SELECT * FROM t;
id | who | level
SELECT 0

> UPDATE t SET level = 0;
UPDATE 0

> INSERT INTO t VALUES (9, 'rls_ann', 1);
ERROR 42501: new row violates row-level security policy for table "t"

> RESET ROLE;
(is_superuser = on)
RESET

-- Owners reach all rows unless it is forced.
> ALTER TABLE t OWNER TO rls_ann;
ALTER TABLE

> SET ROLE rls_ann;
(is_superuser = off)
SET

> SELECT count(*), row_security_active('t') FROM t;
count | row_security_active
4 | f
SELECT 1

> ALTER TABLE t FORCE ROW LEVEL SECURITY;
ALTER TABLE

> SELECT count(*), row_security_active('t') FROM t;
count | row_security_active
0 | t
SELECT 1

> SET row_security = off;
SET

> SELECT count(*) FROM t;
ERROR 42501: query would be affected by row-level security policy for table "t"
HINT: To disable the policy for the table's owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY.

> SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 't';
relrowsecurity | relforcerowsecurity
t | t
SELECT 1

> SET ROLE rls_bob;
SET

> SELECT count(*) FROM t;
ERROR 42501: query would be affected by row-level security policy for table "t"

> UPDATE t SET level = 1;
ERROR 42501: query would be affected by row-level security policy for table "t"

> INSERT INTO t VALUES (5);
ERROR 42501: query would be affected by row-level security policy for table "t"

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT count(*) FROM t;
count
4
SELECT 1

> ALTER TABLE t NO FORCE ROW LEVEL SECURITY;
ALTER TABLE

> SET ROLE rls_ann;
(is_superuser = off)
SET

> SELECT count(*) FROM t;
count
4
SELECT 1

> RESET row_security; RESET ROLE;
RESET
(is_superuser = on)
RESET

-- A plan is of a role and a setting.
> CREATE POLICY own ON t USING (who = current_user);
CREATE POLICY

> PREPARE q AS SELECT id FROM t ORDER BY id;
PREPARE

> EXECUTE q;
id
1
2
3
4
SELECT 4

> SET ROLE rls_bob;
(is_superuser = off)
SET

> EXECUTE q;
id
2
4
SELECT 2

> SET row_security = off;
SET

> EXECUTE q;
ERROR 42501: query would be affected by row-level security policy for table "t"

> RESET row_security; RESET ROLE;
RESET
(is_superuser = on)
RESET

> ALTER TABLE t DISABLE ROW LEVEL SECURITY;
ALTER TABLE

> SET ROLE rls_bob;
(is_superuser = off)
SET

> EXECUTE q;
id
1
2
3
4
SELECT 4

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TABLE t; DROP ROLE rls_ann, rls_bob, rls_staff, rls_all;
DROP TABLE
DROP ROLE
