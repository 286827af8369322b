-- Policies and WITH CHECK OPTION are asked about rows as triggers before them have left them.
> CREATE ROLE hs_tenant; CREATE TABLE t (id int PRIMARY KEY, who text, n int, g text GENERATED ALWAYS AS (lower(who)) STORED); GRANT SELECT, INSERT, UPDATE, DELETE ON t TO hs_tenant;
CREATE ROLE
CREATE TABLE
GRANT

> CREATE FUNCTION sets_who() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF new.n < 0 THEN new.who := 'other'; ELSIF new.n = 0 THEN RETURN NULL; ELSE new.who := current_user; END IF; RETURN new; END$$;
CREATE FUNCTION

> CREATE TRIGGER sets_who BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION sets_who();
CREATE TRIGGER

> ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t USING (who = 'hs_tenant' AND g = 'hs_tenant');
ALTER TABLE
CREATE POLICY

> SET ROLE hs_tenant;
(is_superuser = off)
SET

> INSERT INTO t (id, n) VALUES (1, 1) RETURNING *;
id | who | n | g
1 | hs_tenant | 1 | hs_tenant
INSERT 0 1

> INSERT INTO t (id, who, n) VALUES (2, 'other', 1), (3, NULL, 2);
INSERT 0 2

> INSERT INTO t (id, who, n) VALUES (4, 'hs_tenant', -1);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t (id, who, n) VALUES (4, 'hs_tenant', 0);
INSERT 0 0

> INSERT INTO t (id, who, n) SELECT 5, 'x', 5 RETURNING id, who;
id | who
5 | hs_tenant
INSERT 0 1

> UPDATE t SET who = 'other' WHERE id = 1 RETURNING who;
who
hs_tenant
UPDATE 1

> UPDATE t SET n = -1 WHERE id = 1;
ERROR 42501: new row violates row-level security policy for table "t"

> UPDATE t SET n = 0;
UPDATE 0

-- ON CONFLICT.
> INSERT INTO t (id, who, n) VALUES (1, 'x', 7) ON CONFLICT (id) DO UPDATE SET n = 8 RETURNING id, who, n;
id | who | n
1 | hs_tenant | 8
INSERT 0 1

> INSERT INTO t (id, who, n) VALUES (1, 'x', 7) ON CONFLICT (id) DO UPDATE SET n = -8;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t (id, who, n) VALUES (1, 'hs_tenant', -7) ON CONFLICT (id) DO UPDATE SET n = 8;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t (id, who, n) VALUES (1, 'hs_tenant', -7) ON CONFLICT DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t (id, who, n) VALUES (6, 'x', 7), (1, 'x', 7) ON CONFLICT (id) DO UPDATE SET who = 'y' RETURNING id, who;
id | who
6 | hs_tenant
1 | hs_tenant
INSERT 0 2

-- MERGE.
> MERGE INTO t USING (VALUES (1), (7)) s (i) ON id = i WHEN MATCHED THEN UPDATE SET n = 20 WHEN NOT MATCHED THEN INSERT (id, who, n) VALUES (i, 'x', 21);
MERGE 2

> MERGE INTO t USING (VALUES (1)) s (i) ON id = i WHEN MATCHED THEN UPDATE SET n = -1;
ERROR 42501: new row violates row-level security policy for table "t"

> MERGE INTO t USING (VALUES (8)) s (i) ON id = i WHEN NOT MATCHED THEN INSERT (id, who, n) VALUES (i, 'hs_tenant', -1);
ERROR 42501: new row violates row-level security policy for table "t"

> MERGE INTO t USING (VALUES (1)) s (i) ON id = i WHEN MATCHED THEN DELETE;
MERGE 1

> SELECT id, who, n FROM t ORDER BY id;
id | who | n
2 | hs_tenant | 1
3 | hs_tenant | 2
5 | hs_tenant | 5
6 | hs_tenant | 7
7 | hs_tenant | 21
SELECT 5

> RESET ROLE;
(is_superuser = on)
RESET

-- Conditions with queries and functions.
> CREATE TABLE tenants (name text); INSERT INTO tenants VALUES ('hs_tenant'); GRANT SELECT ON tenants TO hs_tenant; CREATE FUNCTION is_tenant(text) RETURNS bool STABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 = current_user; END';
CREATE TABLE
INSERT 0 1
GRANT
CREATE FUNCTION

> DROP POLICY own ON t; CREATE POLICY own ON t USING (EXISTS (SELECT FROM tenants WHERE name = who) AND is_tenant(who)); CREATE POLICY small ON t AS RESTRICTIVE FOR INSERT WITH CHECK (n < 100);
DROP POLICY
CREATE POLICY
CREATE POLICY

> SET ROLE hs_tenant;
(is_superuser = off)
SET

> INSERT INTO t (id, who, n) VALUES (20, 'x', 20) RETURNING id, who;
id | who
20 | hs_tenant
INSERT 0 1

> INSERT INTO t (id, who, n) VALUES (21, 'hs_tenant', -20);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t (id, who, n) VALUES (21, 'x', 200);
ERROR 42501: new row violates row-level security policy "small" for table "t"

> UPDATE t SET who = 'x' WHERE id = 20 RETURNING id, who;
id | who
20 | hs_tenant
UPDATE 1

> UPDATE t SET n = -n WHERE id = 20;
ERROR 42501: new row violates row-level security policy for table "t"

> MERGE INTO t USING (VALUES (20), (22)) s (i) ON id = i WHEN MATCHED THEN UPDATE SET who = 'z' WHEN NOT MATCHED THEN INSERT (id, n) VALUES (i, 22);
MERGE 2

> MERGE INTO t USING (VALUES (20), (23)) s (i) ON id = i WHEN MATCHED THEN UPDATE SET who = 'z' WHEN NOT MATCHED THEN INSERT (id, n) VALUES (i, 222);
ERROR 42501: new row violates row-level security policy "small" for table "t"

> SELECT id, who, n FROM t ORDER BY id;
id | who | n
2 | hs_tenant | 1
3 | hs_tenant | 2
5 | hs_tenant | 5
6 | hs_tenant | 7
7 | hs_tenant | 21
20 | hs_tenant | 20
22 | hs_tenant | 22
SELECT 7

> RESET ROLE;
(is_superuser = on)
RESET

-- A trigger that leaves rows as they are, and one after them.
> CREATE TABLE plain (id int PRIMARY KEY, who text); INSERT INTO plain VALUES (1, 'hs_tenant'), (2, 'other'); GRANT SELECT, INSERT, UPDATE, DELETE ON plain TO hs_tenant; ALTER TABLE plain ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON plain USING (who = current_user);
CREATE TABLE
INSERT 0 2
GRANT
ALTER TABLE
CREATE POLICY

> CREATE FUNCTION looks() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '% %', TG_OP, new.id; RETURN new; END$$;
CREATE FUNCTION

> CREATE TRIGGER looks BEFORE INSERT OR UPDATE ON plain FOR EACH ROW EXECUTE FUNCTION looks();
CREATE TRIGGER

> SET ROLE hs_tenant;
(is_superuser = off)
SET

> MERGE INTO plain USING (VALUES (1), (3)) s (i) ON id = i WHEN MATCHED THEN UPDATE SET who = 'other' WHEN NOT MATCHED THEN INSERT VALUES (i, 'other');
NOTICE: UPDATE 1
ERROR 42501: new row violates row-level security policy for table "plain"

> MERGE INTO plain USING (VALUES (3)) s (i) ON id = i WHEN NOT MATCHED THEN INSERT VALUES (i, 'other');
NOTICE: INSERT 3
ERROR 42501: new row violates row-level security policy for table "plain"

> INSERT INTO plain VALUES (1, 'other') ON CONFLICT (id) DO UPDATE SET id = 1;
NOTICE: INSERT 1
ERROR 42501: new row violates row-level security policy for table "plain"

> INSERT INTO plain VALUES (2, 'hs_tenant') ON CONFLICT (id) DO UPDATE SET who = 'hs_tenant';
NOTICE: INSERT 2
ERROR 42501: new row violates row-level security policy (USING expression) for table "plain"

> INSERT INTO plain VALUES (1, 'hs_tenant') ON CONFLICT (id) DO UPDATE SET who = 'other';
NOTICE: INSERT 1
NOTICE: UPDATE 1
ERROR 42501: new row violates row-level security policy for table "plain"

> INSERT INTO plain VALUES (2, 'other');
NOTICE: INSERT 2
ERROR 42501: new row violates row-level security policy for table "plain"

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM plain ORDER BY id;
id | who
1 | hs_tenant
2 | other
SELECT 2

-- Partitions.
> CREATE TABLE p (id int, who text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20); GRANT SELECT, INSERT, UPDATE ON p TO hs_tenant; ALTER TABLE p ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON p USING (who = current_user);
CREATE TABLE
CREATE TABLE
CREATE TABLE
GRANT
ALTER TABLE
CREATE POLICY

> CREATE FUNCTION of_part() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.who := CASE TG_TABLE_NAME WHEN 'p1' THEN current_user ELSE 'other' END; RETURN new; END$$;
CREATE FUNCTION

> CREATE TRIGGER of_part BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION of_part();
CREATE TRIGGER

> SET ROLE hs_tenant;
(is_superuser = off)
SET

> INSERT INTO p VALUES (1, 'x');
INSERT 0 1

> INSERT INTO p VALUES (11, 'hs_tenant');
ERROR 42501: new row violates row-level security policy for table "p"

> UPDATE p SET id = 2;
UPDATE 1

> UPDATE p SET id = 12;
ERROR 42501: new row violates row-level security policy for table "p"

> SELECT * FROM p;
id | who
2 | hs_tenant
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

-- Views WITH CHECK OPTION.
> CREATE TABLE v (id int PRIMARY KEY, n int); CREATE VIEW low AS SELECT * FROM v WHERE n < 10 WITH CHECK OPTION; CREATE VIEW even AS SELECT * FROM low WHERE n % 2 = 0 WITH LOCAL CHECK OPTION;
CREATE TABLE
CREATE VIEW
CREATE VIEW

> CREATE FUNCTION adds() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.n := new.n + 5; RETURN new; END$$; CREATE TRIGGER adds BEFORE INSERT OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION adds();
CREATE FUNCTION
CREATE TRIGGER

> INSERT INTO low VALUES (1, 4);
INSERT 0 1

> INSERT INTO low VALUES (2, 5);
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (2, 10).

> INSERT INTO low VALUES (3, 15), (4, 1);
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (3, 20).

> INSERT INTO even VALUES (5, 2);
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (5, 7).

> INSERT INTO even VALUES (5, 3) RETURNING *;
id | n
5 | 8
INSERT 0 1

> UPDATE low SET n = 6 WHERE id = 1;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (1, 11).

> UPDATE low SET n = -4 WHERE id = 1 RETURNING *;
id | n
1 | 1
UPDATE 1

> INSERT INTO low VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = 7;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (1, 12).

> INSERT INTO low VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = -6 RETURNING *;
id | n
1 | -1
INSERT 0 1

> INSERT INTO low VALUES (9, 9) ON CONFLICT (id) DO UPDATE SET n = -6;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (9, 14).

> SELECT * FROM v ORDER BY id;
id | n
1 | -1
5 | 8
SELECT 2

> DROP OWNED BY hs_tenant; DROP ROLE hs_tenant;
DROP OWNED
DROP ROLE
