> CREATE ROLE own; CREATE ROLE user1; GRANT CREATE ON SCHEMA public TO own;
CREATE ROLE
CREATE ROLE
GRANT

> CREATE TABLE t (a int PRIMARY KEY, b int, c int); INSERT INTO t VALUES (1, 2, 3);
CREATE TABLE
INSERT 0 1

> GRANT SELECT (a, b), INSERT (a, b), UPDATE (b) ON t TO own;
GRANT

> SET ROLE own;
(is_superuser = off)
SET

> CREATE VIEW v AS SELECT a, b FROM t WHERE a > 0;
CREATE VIEW

> CREATE VIEW wide AS SELECT * FROM t;
CREATE VIEW

> CREATE VIEW invoker WITH (security_invoker = true) AS SELECT a, b FROM t;
CREATE VIEW

> CREATE VIEW outer_v AS SELECT a FROM v;
CREATE VIEW

> CREATE VIEW over_invoker AS SELECT a FROM invoker;
CREATE VIEW

> SELECT * FROM v;
a | b
1 | 2
SELECT 1

> SELECT * FROM wide;
ERROR 42501: permission denied for table t

> GRANT SELECT ON v, wide, invoker, outer_v, over_invoker TO user1;
GRANT

> RESET ROLE; SET ROLE user1;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> SELECT * FROM v;
a | b
1 | 2
SELECT 1

> SELECT * FROM wide;
ERROR 42501: permission denied for table t

> SELECT * FROM invoker;
ERROR 42501: permission denied for table t

> SELECT * FROM outer_v;
a
1
SELECT 1

> SELECT * FROM over_invoker;
ERROR 42501: permission denied for table t

> SELECT * FROM t;
ERROR 42501: permission denied for table t

> SELECT * FROM v FOR UPDATE;
ERROR 42501: permission denied for view v

> INSERT INTO v VALUES (2, 3);
ERROR 42501: permission denied for view v

> UPDATE v SET b = 9;
ERROR 42501: permission denied for view v

-- Of the view what is written, by who writes; of the table the same, by the owner of the view.
> RESET ROLE; GRANT INSERT, UPDATE (b), DELETE ON v TO user1; GRANT INSERT, UPDATE ON wide TO user1; SET ROLE user1;
(is_superuser = on)
RESET
GRANT
GRANT
(is_superuser = off)
SET

> INSERT INTO v VALUES (2, 3);
INSERT 0 1

> INSERT INTO v VALUES (3, 3) RETURNING a;
a
3
INSERT 0 1

> UPDATE v SET b = 9 WHERE a = 2;
UPDATE 1

> UPDATE v SET b = b + 1;
UPDATE 3

> UPDATE v SET a = 10 WHERE a = 2;
ERROR 42501: permission denied for view v

> DELETE FROM v WHERE a = 2;
ERROR 42501: permission denied for table t

> INSERT INTO wide VALUES (4, 4, 4);
ERROR 42501: permission denied for table t

> INSERT INTO wide (a, b) VALUES (4, 4);
INSERT 0 1

> INSERT INTO wide (a, b) VALUES (5, 4) RETURNING a;
ERROR 42501: permission denied for table t

> UPDATE wide SET b = 7;
UPDATE 4

> UPDATE wide SET b = 7 WHERE a = 4;
ERROR 42501: permission denied for table t

> RESET ROLE; GRANT INSERT, UPDATE ON invoker TO user1; SET ROLE user1;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> INSERT INTO invoker VALUES (6, 6);
ERROR 42501: permission denied for table t

> RESET ROLE; GRANT INSERT (a, b) ON t TO user1; SET ROLE user1;
(is_superuser = on)
RESET
GRANT
(is_superuser = off)
SET

> INSERT INTO invoker VALUES (6, 6);
INSERT 0 1

> SELECT * FROM invoker;
ERROR 42501: permission denied for table t

> RESET ROLE;
(is_superuser = on)
RESET

-- A superuser reads a view with no more rights than its owner's.
> SELECT * FROM wide;
ERROR 42501: permission denied for table t

> SELECT a FROM invoker WHERE a = 6;
a
6
SELECT 1

> REVOKE SELECT (a, b) ON t FROM own;
REVOKE

> SELECT * FROM v;
ERROR 42501: permission denied for table t

> ALTER VIEW v OWNER TO postgres;
ALTER VIEW

> SET ROLE user1;
(is_superuser = off)
SET

> SELECT count(*) FROM v;
count
5
SELECT 1

-- Materialized views.
> RESET ROLE; CREATE MATERIALIZED VIEW m AS SELECT a FROM t; SET ROLE user1;
(is_superuser = on)
RESET
SELECT 5
(is_superuser = off)
SET

> SELECT * FROM m;
ERROR 42501: permission denied for materialized view m

> REFRESH MATERIALIZED VIEW m;
ERROR 42501: must be owner of materialized view m

> RESET ROLE; GRANT SELECT ON m TO user1; ALTER MATERIALIZED VIEW m OWNER TO own; SET ROLE own;
(is_superuser = on)
RESET
GRANT
ALTER MATERIALIZED VIEW
(is_superuser = off)
SET

> REFRESH MATERIALIZED VIEW m;
ERROR 42501: permission denied for table t

> CREATE TABLE copied AS SELECT * FROM t;
ERROR 42501: permission denied for table t

> SELECT c INTO copied FROM t;
ERROR 42501: permission denied for table t

> CREATE TABLE copied AS SELECT 1 AS x;
SELECT 1

> RESET ROLE; SET ROLE user1;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> SELECT count(*) FROM m;
count
5
SELECT 1
