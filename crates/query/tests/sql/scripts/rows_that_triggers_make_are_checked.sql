-- Policies and views ask about the rows that triggers before them have made.
> CREATE TABLE base (a int, b text);
CREATE TABLE
> CREATE FUNCTION raise_a() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := NEW.a + 10; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE VIEW small AS SELECT * FROM base WHERE a < 15 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO small VALUES (6, 'x');
INSERT 0 1
> INSERT INTO small VALUES (20, 'x');
ERROR 44000: new row violates check option for view "small"
DETAIL: Failing row contains (20, x).
> CREATE TRIGGER up BEFORE INSERT OR UPDATE ON base FOR EACH ROW EXECUTE FUNCTION raise_a();
CREATE TRIGGER
> INSERT INTO small VALUES (6, 'x');
ERROR 44000: new row violates check option for view "small"
DETAIL: Failing row contains (16, x).
> INSERT INTO small VALUES (3, 'x');
INSERT 0 1
> INSERT INTO small VALUES (3, 'x') RETURNING *;
a | b
13 | x
INSERT 0 1
> UPDATE small SET b = 'y';
ERROR 44000: new row violates check option for view "small"
DETAIL: Failing row contains (16, y).
> CREATE VIEW big AS SELECT * FROM base WHERE a > 15 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO big VALUES (6, 'z') RETURNING *;
a | b
16 | z
INSERT 0 1
> INSERT INTO big VALUES (5, 'z') RETURNING *;
ERROR 44000: new row violates check option for view "big"
DETAIL: Failing row contains (15, z).
> UPDATE big SET a = 6 RETURNING *;
a | b
16 | z
UPDATE 1
> UPDATE big SET a = 3 RETURNING *;
ERROR 44000: new row violates check option for view "big"
DETAIL: Failing row contains (13, z).
> SELECT * FROM base ORDER BY a;
a | b
6 | x
13 | x
13 | x
16 | z
SELECT 4
> MERGE INTO base USING (VALUES (1)) AS s (a) ON base.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (1, 'w');
MERGE 1
> UPDATE small SET a = a - 10 WHERE a = 13 RETURNING *;
a | b
13 | x
13 | x
UPDATE 2
> CREATE UNIQUE INDEX ON base (b) WHERE b IN ('k', 'l');
CREATE INDEX
> INSERT INTO big VALUES (7, 'k');
INSERT 0 1
> INSERT INTO big VALUES (7, 'k') ON CONFLICT (b) WHERE b IN ('k', 'l') DO UPDATE SET a = 3;
ERROR 44000: new row violates check option for view "big"
DETAIL: Failing row contains (13, k).
> INSERT INTO big VALUES (7, 'k') ON CONFLICT (b) WHERE b IN ('k', 'l') DO UPDATE SET a = 9 RETURNING *;
a | b
19 | k
INSERT 0 1
> INSERT INTO big VALUES (7, 'k') ON CONFLICT DO NOTHING;
INSERT 0 0
> INSERT INTO small VALUES (7, 'k') ON CONFLICT DO NOTHING;
INSERT 0 0
> CREATE VIEW both_ends AS SELECT * FROM big WHERE a < 20 WITH CASCADED CHECK OPTION;
CREATE VIEW
> INSERT INTO both_ends VALUES (5, 'm');
ERROR 44000: new row violates check option for view "big"
DETAIL: Failing row contains (15, m).
> INSERT INTO both_ends VALUES (12, 'm');
ERROR 44000: new row violates check option for view "both_ends"
DETAIL: Failing row contains (22, m).
> INSERT INTO both_ends VALUES (7, 'm') RETURNING *;
a | b
17 | m
INSERT 0 1
> WITH x AS (INSERT INTO both_ends VALUES (8, 'n') RETURNING a) SELECT * FROM x;
a
18
SELECT 1
> WITH x AS (INSERT INTO both_ends VALUES (1, 'n') RETURNING a) SELECT * FROM x;
ERROR 44000: new row violates check option for view "big"
DETAIL: Failing row contains (11, n).

-- In partitions.
> CREATE TABLE parts (a int, b text) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE parts_x PARTITION OF parts FOR VALUES IN ('x');
CREATE TABLE
> CREATE TABLE parts_y (b text, a int);
CREATE TABLE
> ALTER TABLE parts ATTACH PARTITION parts_y FOR VALUES IN ('y');
ALTER TABLE
> CREATE TRIGGER up BEFORE INSERT OR UPDATE ON parts_y FOR EACH ROW EXECUTE FUNCTION raise_a();
CREATE TRIGGER
> CREATE VIEW low AS SELECT * FROM parts WHERE a < 10 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO low VALUES (5, 'x') RETURNING *;
a | b
5 | x
INSERT 0 1
> INSERT INTO low VALUES (5, 'y');
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (15, y).
> INSERT INTO low VALUES (-5, 'y') RETURNING *;
a | b
5 | y
INSERT 0 1
> UPDATE low SET a = 6 WHERE b = 'y';
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (16, y).
> UPDATE low SET a = -6 RETURNING *;
a | b
-6 | x
4 | y
UPDATE 2
> UPDATE low SET b = 'y', a = 5 WHERE b = 'x';
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (15, y).
> UPDATE low SET b = 'y', a = -7 WHERE b = 'x' RETURNING *;
a | b
3 | y
UPDATE 1

-- Policies.
> CREATE ROLE made_rows_reader;
CREATE ROLE
> CREATE TABLE secured (a int PRIMARY KEY, b text);
CREATE TABLE
> INSERT INTO secured VALUES (1, 'one'), (50, 'fifty');
INSERT 0 2
> GRANT ALL ON secured TO made_rows_reader;
GRANT
> ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
ALTER TABLE
> CREATE POLICY r ON secured FOR SELECT USING (true);
CREATE POLICY
> CREATE POLICY i ON secured FOR INSERT WITH CHECK (a < 100);
CREATE POLICY
> CREATE POLICY u ON secured FOR UPDATE USING (a < 50) WITH CHECK (a < 30);
CREATE POLICY
> CREATE POLICY d ON secured FOR DELETE USING (a < 50);
CREATE POLICY
> CREATE FUNCTION times_ten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := NEW.a * 10; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER t BEFORE INSERT OR UPDATE OF a ON secured FOR EACH ROW EXECUTE FUNCTION times_ten();
CREATE TRIGGER
> SET ROLE made_rows_reader;
(is_superuser = off)
SET
> INSERT INTO secured VALUES (9, 'nine');
INSERT 0 1
> INSERT INTO secured VALUES (10, 'ten');
ERROR 42501: new row violates row-level security policy for table "secured"
> INSERT INTO secured VALUES (200, 'x') ON CONFLICT DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "secured"
> UPDATE secured SET a = 2 WHERE a = 1;
UPDATE 1
> UPDATE secured SET a = 3 WHERE a = 20;
ERROR 42501: new row violates row-level security policy for table "secured"
> UPDATE secured SET b = 'two' WHERE a = 20;
UPDATE 1
> MERGE INTO secured USING (VALUES (50)) AS s (a) ON secured.a = s.a WHEN MATCHED THEN UPDATE SET b = 'x';
ERROR 42501: target row violates row-level security policy (USING expression) for table "secured"
> MERGE INTO secured USING (VALUES (50)) AS s (a) ON secured.a = s.a WHEN MATCHED THEN DELETE;
ERROR 42501: target row violates row-level security policy (USING expression) for table "secured"
> MERGE INTO secured USING (VALUES (200)) AS s (a) ON secured.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (200, 'y');
ERROR 42501: new row violates row-level security policy for table "secured"
> MERGE INTO secured USING (VALUES (20)) AS s (a) ON secured.a = s.a WHEN MATCHED THEN UPDATE SET b = 'merged';
MERGE 1
> SELECT * FROM secured ORDER BY a;
a | b
20 | merged
50 | fifty
90 | nine
SELECT 3
> RESET ROLE;
(is_superuser = on)
RESET
> DROP TABLE secured;
DROP TABLE
> DROP ROLE made_rows_reader;
DROP ROLE
