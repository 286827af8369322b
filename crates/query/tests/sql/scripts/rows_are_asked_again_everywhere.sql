-- What policies and views ask of rows that triggers change, where rows move, are merged, conflict, or have triggers in their place.
> CREATE ROLE ra_clerk;
CREATE ROLE
> CREATE TABLE allowed (who text PRIMARY KEY);
CREATE TABLE
> INSERT INTO allowed VALUES ('a'), ('b');
INSERT 0 2
> CREATE TABLE t (id int PRIMARY KEY, who text, n int);
CREATE TABLE
> INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'z', 3);
INSERT 0 3
> CREATE FUNCTION rename() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.who := replace(NEW.who, 'x', 'z'); NEW.who := replace(NEW.who, 'y', 'a'); RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER rename BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION rename();
CREATE TRIGGER
> ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ALTER TABLE
> CREATE POLICY seen ON t FOR SELECT USING (true);
CREATE POLICY
> CREATE POLICY made ON t FOR INSERT WITH CHECK (who IN (SELECT who FROM allowed));
CREATE POLICY
> CREATE POLICY kept ON t FOR UPDATE USING (EXISTS (SELECT FROM allowed a WHERE a.who = t.who)) WITH CHECK (EXISTS (SELECT FROM allowed a WHERE a.who = t.who));
CREATE POLICY
> GRANT ALL ON t TO ra_clerk;
GRANT
> GRANT SELECT ON allowed TO ra_clerk;
GRANT
> SET ROLE ra_clerk;
(is_superuser = off)
SET
> INSERT INTO t VALUES (4, 'y', 4) RETURNING *;
id | who | n
4 | a | 4
INSERT 0 1
> INSERT INTO t VALUES (5, 'x', 5);
ERROR 42501: new row violates row-level security policy for table "t"
> UPDATE t SET who = 'y' WHERE id = 1 RETURNING *;
id | who | n
1 | a | 1
UPDATE 1
> UPDATE t SET who = 'x' WHERE id = 1;
ERROR 42501: new row violates row-level security policy for table "t"
> UPDATE t SET n = 9 WHERE id = 3;
UPDATE 0
> INSERT INTO t VALUES (1, 'y', 7) ON CONFLICT (id) DO UPDATE SET who = 'b', n = excluded.n RETURNING *;
id | who | n
1 | b | 7
INSERT 0 1
> INSERT INTO t VALUES (1, 'y', 7) ON CONFLICT (id) DO UPDATE SET who = 'y' RETURNING *;
id | who | n
1 | a | 7
INSERT 0 1
> INSERT INTO t VALUES (1, 'y', 7) ON CONFLICT (id) DO UPDATE SET who = 'x';
ERROR 42501: new row violates row-level security policy for table "t"
> INSERT INTO t VALUES (1, 'x', 7) ON CONFLICT (id) DO UPDATE SET who = 'b';
ERROR 42501: new row violates row-level security policy for table "t"
> INSERT INTO t VALUES (3, 'y', 7) ON CONFLICT (id) DO UPDATE SET who = 'b';
ERROR 42501: new row violates row-level security policy (USING expression) for table "t"
> INSERT INTO t VALUES (3, 'y', 7) ON CONFLICT (id) DO NOTHING;
INSERT 0 0
> INSERT INTO t VALUES (3, 'x', 7) ON CONFLICT (id) DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "t"
> WITH w AS (INSERT INTO t VALUES (2, 'y', 8) ON CONFLICT (id) DO UPDATE SET n = excluded.n RETURNING *) SELECT * FROM w;
id | who | n
2 | b | 8
SELECT 1
> MERGE INTO t USING (VALUES (6, 'y'), (2, 'y')) AS s (id, who) ON t.id = s.id WHEN MATCHED THEN UPDATE SET who = s.who WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.who, 0);
MERGE 2
> MERGE INTO t USING (VALUES (7, 'x')) AS s (id, who) ON t.id = s.id WHEN MATCHED THEN UPDATE SET who = s.who WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.who, 0);
ERROR 42501: new row violates row-level security policy for table "t"
> MERGE INTO t USING (VALUES (6, 'x')) AS s (id, who) ON t.id = s.id WHEN MATCHED THEN UPDATE SET who = s.who WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.who, 0);
ERROR 42501: new row violates row-level security policy for table "t"
> MERGE INTO t USING (VALUES (3, 'y')) AS s (id, who) ON t.id = s.id WHEN MATCHED THEN UPDATE SET who = s.who;
ERROR 42501: target row violates row-level security policy (USING expression) for table "t"
> SELECT * FROM t ORDER BY id;
id | who | n
1 | a | 7
2 | a | 8
3 | z | 3
4 | a | 4
6 | a | 0
SELECT 5
> RESET ROLE;
(is_superuser = on)
RESET
-- Subqueries read what the statement found.
> CREATE FUNCTION allow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO allowed VALUES (NEW.who) ON CONFLICT DO NOTHING; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER sallow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION allow();
CREATE TRIGGER
> SET ROLE ra_clerk;
(is_superuser = off)
SET
> INSERT INTO t VALUES (8, 'new', 8);
ERROR 42501: new row violates row-level security policy for table "t"
> RESET ROLE;
(is_superuser = on)
RESET
> SELECT * FROM allowed ORDER BY 1;
who
a
b
SELECT 2
> DROP TRIGGER sallow ON t;
DROP TRIGGER
-- Rows that move are asked about where they arrive.
> CREATE TABLE p (k int, n int) PARTITION BY LIST (k);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p2 (n int, k int);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE
> CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 10; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER more BEFORE INSERT ON p2 FOR EACH ROW EXECUTE FUNCTION more();
CREATE TRIGGER
> CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.k := 2; RETURN NEW; END $$;
CREATE FUNCTION
> ALTER TABLE p ENABLE ROW LEVEL SECURITY;
ALTER TABLE
> CREATE POLICY seen ON p FOR SELECT USING (true);
CREATE POLICY
> CREATE POLICY made ON p FOR INSERT WITH CHECK (n < 15);
CREATE POLICY
> CREATE POLICY kept ON p FOR UPDATE USING (true) WITH CHECK (n BETWEEN 12 AND 20 OR k = 1);
CREATE POLICY
> GRANT ALL ON p TO ra_clerk;
GRANT
> SET ROLE ra_clerk;
(is_superuser = off)
SET
> INSERT INTO p VALUES (1, 1), (1, 5), (1, 12), (2, 4) RETURNING tableoid::regclass, *;
tableoid | k | n
p1 | 1 | 1
p1 | 1 | 5
p1 | 1 | 12
p2 | 2 | 14
INSERT 0 4
> INSERT INTO p VALUES (2, 5);
ERROR 42501: new row violates row-level security policy for table "p"
> UPDATE p SET k = 2 WHERE n = 5 RETURNING tableoid::regclass, *;
tableoid | k | n
p2 | 2 | 15
UPDATE 1
> UPDATE p SET k = 2 WHERE n = 1;
ERROR 42501: new row violates row-level security policy for table "p"
> UPDATE p SET k = 2 WHERE n = 12;
ERROR 42501: new row violates row-level security policy for table "p"
> SELECT tableoid::regclass, * FROM p ORDER BY n;
tableoid | k | n
p1 | 1 | 1
p1 | 1 | 12
p2 | 2 | 14
p2 | 2 | 15
SELECT 4
> RESET ROLE;
(is_superuser = on)
RESET
> CREATE TRIGGER away BEFORE UPDATE ON p1 FOR EACH ROW EXECUTE FUNCTION away();
CREATE TRIGGER
> SET ROLE ra_clerk;
(is_superuser = off)
SET
> UPDATE p SET n = 3 WHERE n = 1 RETURNING tableoid::regclass, *;
tableoid | k | n
p2 | 2 | 13
UPDATE 1
> UPDATE p SET n = 13 WHERE n = 12;
ERROR 42501: new row violates row-level security policy for table "p"
> RESET ROLE;
(is_superuser = on)
RESET
> CREATE VIEW low AS SELECT * FROM p WHERE n < 16 WITH CHECK OPTION;
CREATE VIEW
> UPDATE low SET n = 5 WHERE n = 12 RETURNING *;
k | n
2 | 15
UPDATE 1
> UPDATE low SET n = 7 WHERE n = 12;
UPDATE 0
> INSERT INTO low VALUES (2, 7);
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (2, 17).
> INSERT INTO low VALUES (2, 2) RETURNING *;
k | n
2 | 12
INSERT 0 1
-- Triggers in the place of rows: the view above asks about what they give back.
> CREATE TABLE b (a int, n int);
CREATE TABLE
> CREATE VIEW v AS SELECT * FROM b;
CREATE VIEW
> CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 100; IF TG_OP = 'INSERT' THEN INSERT INTO b VALUES (NEW.a, NEW.n); ELSE UPDATE b SET n = NEW.n WHERE a = OLD.a; END IF; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER put INSTEAD OF INSERT OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION put();
CREATE TRIGGER
> CREATE VIEW w AS SELECT * FROM v WHERE n < 50 OR n > 200 WITH LOCAL CHECK OPTION;
CREATE VIEW
> INSERT INTO w VALUES (1, 10);
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (1, 110).
> INSERT INTO w VALUES (2, 120) RETURNING *;
a | n
2 | 220
INSERT 0 1
> INSERT INTO w VALUES (3, -90) RETURNING *;
a | n
3 | 10
INSERT 0 1
> UPDATE w SET n = 10 WHERE a = 3;
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (3, 110).
> UPDATE w SET n = 130 WHERE a = 3 RETURNING *;
a | n
3 | 230
UPDATE 1
> SELECT * FROM b ORDER BY a;
a | n
2 | 220
3 | 230
SELECT 2
> CREATE VIEW ww AS SELECT * FROM w WHERE a IN (SELECT a FROM b) WITH CASCADED CHECK OPTION;
CREATE VIEW
> INSERT INTO ww VALUES (2, 150);
INSERT 0 1
> INSERT INTO ww VALUES (9, 150);
ERROR 44000: new row violates check option for view "ww"
DETAIL: Failing row contains (9, 250).
> INSERT INTO ww VALUES (2, 20);
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (2, 120).
-- What is assigned is evaluated once.
> CREATE SEQUENCE s;
CREATE SEQUENCE
> CREATE VIEW odd AS SELECT * FROM b WHERE n % 2 = 1 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO b VALUES (20, 21);
INSERT 0 1
> UPDATE odd SET n = nextval('s') WHERE a = 20 RETURNING *;
a | n
20 | 1
UPDATE 1
> SELECT currval('s');
currval
1
SELECT 1
> DROP TABLE t, p, b CASCADE;
NOTICE: drop cascades to 5 other objects
DROP TABLE
> DROP TABLE allowed;
DROP TABLE
> DROP ROLE ra_clerk;
DROP ROLE
