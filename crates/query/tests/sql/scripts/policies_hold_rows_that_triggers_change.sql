-- Policies and views are asked about rows as triggers before them leave them.

> CREATE ROLE xact_writer;
CREATE ROLE

> CREATE TABLE s (a int PRIMARY KEY, c int, d int GENERATED ALWAYS AS (c * 2) STORED);
CREATE TABLE

> GRANT ALL ON s TO xact_writer;
GRANT

> ALTER TABLE s ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> CREATE POLICY p ON s USING (true) WITH CHECK (c % 2 = 0);
CREATE POLICY

> CREATE FUNCTION next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN new.c := new.c + 1; RETURN new; END $$;
CREATE FUNCTION

> CREATE TRIGGER g BEFORE INSERT OR UPDATE ON s FOR EACH ROW EXECUTE FUNCTION next();
CREATE TRIGGER

> SET ROLE xact_writer;
(is_superuser = off)
SET

> INSERT INTO s VALUES (1, 2);
ERROR 42501: new row violates row-level security policy for table "s"

> INSERT INTO s VALUES (1, 1) RETURNING *;
a | c | d
1 | 2 | 4
INSERT 0 1

> INSERT INTO s VALUES (2, 3), (3, 4);
ERROR 42501: new row violates row-level security policy for table "s"

> UPDATE s SET c = 4;
ERROR 42501: new row violates row-level security policy for table "s"

> UPDATE s SET c = 5 RETURNING *;
a | c | d
1 | 6 | 12
UPDATE 1

> UPDATE s SET a = a RETURNING *;
ERROR 42501: new row violates row-level security policy for table "s"

> INSERT INTO s VALUES (2, 2) ON CONFLICT DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "s"

> INSERT INTO s VALUES (1, 2) ON CONFLICT DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "s"

> INSERT INTO s VALUES (2, 1) ON CONFLICT (a) DO NOTHING RETURNING *;
a | c | d
2 | 2 | 4
INSERT 0 1

> MERGE INTO s USING (VALUES (1, 2)) v(x, y) ON x = a WHEN MATCHED THEN UPDATE SET c = y;
ERROR 42501: new row violates row-level security policy for table "s"

> MERGE INTO s USING (VALUES (1, 7)) v(x, y) ON x = a WHEN MATCHED THEN UPDATE SET c = y;
MERGE 1

> MERGE INTO s USING (VALUES (5, 2)) v(x, y) ON x = a WHEN NOT MATCHED THEN INSERT VALUES (x, y);
ERROR 42501: new row violates row-level security policy for table "s"

> MERGE INTO s USING (VALUES (5, 3)) v(x, y) ON x = a WHEN NOT MATCHED THEN INSERT VALUES (x, y);
MERGE 1

> RESET ROLE;
(is_superuser = on)
RESET

> CREATE POLICY generated ON s AS RESTRICTIVE FOR INSERT WITH CHECK (d < 20);
CREATE POLICY

> SET ROLE xact_writer;
(is_superuser = off)
SET

> INSERT INTO s VALUES (6, 9);
ERROR 42501: new row violates row-level security policy "generated" for table "s"

> INSERT INTO s VALUES (6, 7);
INSERT 0 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM s ORDER BY a;
a | c | d
1 | 8 | 16
2 | 2 | 4
5 | 4 | 8
6 | 8 | 16
SELECT 4

-- Views with a check option.

> CREATE VIEW even AS SELECT a, c FROM s WHERE c % 2 = 0 WITH CHECK OPTION;
CREATE VIEW

> INSERT INTO even VALUES (7, 2);
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (7, 3, 6).

> INSERT INTO even VALUES (7, 3);
INSERT 0 1

> UPDATE even SET c = 4 WHERE a = 7;
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (7, 5, 10).

> UPDATE even SET c = 5 WHERE a = 7 RETURNING *;
a | c
7 | 6
UPDATE 1

> UPDATE even SET a = 8 WHERE a = 7;
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (8, 7, 14).

> DROP TRIGGER g ON s;
DROP TRIGGER

> UPDATE even SET a = 8 WHERE a = 7 RETURNING *;
a | c
8 | 6
UPDATE 1

> UPDATE even SET c = 9 WHERE a = 8;
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (8, 9, 18).

> CREATE SEQUENCE q;
CREATE SEQUENCE

> UPDATE even SET c = nextval('q') * 2 WHERE a > 2 RETURNING *;
a | c
5 | 2
6 | 4
8 | 6
UPDATE 3

> UPDATE even SET c = nextval('q') * 2 + 1 WHERE a > 2 RETURNING *;
ERROR 44000: new row violates check option for view "even"
DETAIL: Failing row contains (5, 9, 18).

> DROP TABLE s CASCADE;
NOTICE: drop cascades to view even
DROP TABLE

-- MERGE into a table with triggers is under its policies.

> CREATE TABLE m (a int PRIMARY KEY, c int);
CREATE TABLE

> INSERT INTO m VALUES (1, 1), (2, 2), (3, 3);
INSERT 0 3

> GRANT ALL ON m TO xact_writer;
GRANT

> ALTER TABLE m ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> CREATE POLICY r ON m FOR SELECT USING (a < 3);
CREATE POLICY

> CREATE POLICY u ON m FOR UPDATE USING (a = 1) WITH CHECK (c < 10);
CREATE POLICY

> CREATE POLICY i ON m FOR INSERT WITH CHECK (c < 10);
CREATE POLICY

> CREATE POLICY d ON m FOR DELETE USING (a = 1);
CREATE POLICY

> CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF tg_op = 'DELETE' THEN RETURN old; END IF; RETURN new; END $$;
CREATE FUNCTION

> CREATE TRIGGER g BEFORE INSERT OR UPDATE OR DELETE ON m FOR EACH ROW EXECUTE FUNCTION same();
CREATE TRIGGER

> SET ROLE xact_writer;
(is_superuser = off)
SET

> MERGE INTO m USING (VALUES (2)) v(x) ON x = a WHEN MATCHED THEN UPDATE SET c = 5;
ERROR 42501: target row violates row-level security policy (USING expression) for table "m"

> MERGE INTO m USING (VALUES (1)) v(x) ON x = a WHEN MATCHED THEN UPDATE SET c = 50;
ERROR 42501: new row violates row-level security policy for table "m"

> MERGE INTO m USING (VALUES (9)) v(x) ON x = a WHEN NOT MATCHED THEN INSERT VALUES (9, 90);
ERROR 42501: new row violates row-level security policy for table "m"

> MERGE INTO m USING (VALUES (2)) v(x) ON x = a WHEN MATCHED THEN DELETE;
ERROR 42501: target row violates row-level security policy (USING expression) for table "m"

> MERGE INTO m USING (VALUES (2)) v(x) ON x = a WHEN MATCHED AND c > 5 THEN DELETE WHEN MATCHED THEN DO NOTHING;
MERGE 0

> MERGE INTO m USING (VALUES (1), (8)) v(x) ON x = a WHEN MATCHED THEN UPDATE SET c = 9 WHEN NOT MATCHED THEN INSERT VALUES (x, x);
MERGE 2

> MERGE INTO m USING (VALUES (1)) v(x) ON x = a WHEN MATCHED THEN DELETE;
MERGE 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM m ORDER BY a;
a | c
2 | 2
3 | 3
8 | 8
SELECT 3

> DROP TABLE m;
DROP TABLE

-- Conditions that read other tables.

> CREATE TABLE limits (a int PRIMARY KEY, most int);
CREATE TABLE

> INSERT INTO limits VALUES (1, 10), (2, 20);
INSERT 0 2

> GRANT SELECT ON limits TO xact_writer;
GRANT

> CREATE TABLE n (a int, c int);
CREATE TABLE

> GRANT ALL ON n TO xact_writer;
GRANT

> ALTER TABLE n ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> CREATE POLICY p ON n USING (true) WITH CHECK (c <= (SELECT most FROM limits l WHERE l.a = n.a));
CREATE POLICY

> CREATE POLICY known ON n AS RESTRICTIVE USING (true) WITH CHECK (EXISTS (SELECT FROM limits l WHERE l.a = n.a AND n.c > 0));
CREATE POLICY

> CREATE TRIGGER g BEFORE INSERT OR UPDATE ON n FOR EACH ROW EXECUTE FUNCTION next();
CREATE TRIGGER

> SET ROLE xact_writer;
(is_superuser = off)
SET

> INSERT INTO n VALUES (1, 9), (2, 19);
INSERT 0 2

> INSERT INTO n VALUES (1, 10);
ERROR 42501: new row violates row-level security policy for table "n"

> INSERT INTO n VALUES (3, 1);
ERROR 42501: new row violates row-level security policy for table "n"

> INSERT INTO n VALUES (2, -1);
ERROR 42501: new row violates row-level security policy "known" for table "n"

> INSERT INTO n VALUES (1, 9), (1, 10);
ERROR 42501: new row violates row-level security policy for table "n"

> UPDATE n SET c = 0;
UPDATE 2

> UPDATE n SET c = 19;
ERROR 42501: new row violates row-level security policy for table "n"

> UPDATE n SET a = 3 - a, c = 10 WHERE a = 1;
UPDATE 1

> MERGE INTO n USING (VALUES (2, 20)) v(x, y) ON a = x + 100 WHEN NOT MATCHED THEN INSERT VALUES (x, y);
ERROR 42501: new row violates row-level security policy for table "n"

> MERGE INTO n USING (VALUES (2, 19)) v(x, y) ON a = x + 100 WHEN NOT MATCHED THEN INSERT VALUES (x, y);
MERGE 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM n ORDER BY a, c;
a | c
2 | 1
2 | 11
2 | 20
SELECT 3

> CREATE VIEW bounded AS SELECT * FROM n WHERE c IN (SELECT most FROM limits) WITH CHECK OPTION;
CREATE VIEW

> INSERT INTO bounded VALUES (1, 10);
ERROR 44000: new row violates check option for view "bounded"
DETAIL: Failing row contains (1, 11).

> INSERT INTO bounded VALUES (1, 9) RETURNING *;
a | c
1 | 10
INSERT 0 1

> DROP TABLE n, limits CASCADE;
NOTICE: drop cascades to view bounded
DROP TABLE

-- Rows that move to another partition, whose triggers change them.

> CREATE TABLE p (a text, b int, c int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('x');
CREATE TABLE

> CREATE TABLE p2 (c int, gone int, b int, a text);
CREATE TABLE

> ALTER TABLE p2 DROP COLUMN gone;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN ('y');
ALTER TABLE

> GRANT ALL ON p TO xact_writer;
GRANT

> ALTER TABLE p ENABLE ROW LEVEL SECURITY;
ALTER TABLE

> CREATE POLICY r ON p FOR SELECT USING (true);
CREATE POLICY

> CREATE POLICY u ON p FOR UPDATE USING (true) WITH CHECK (c % 2 = 0);
CREATE POLICY

> CREATE TRIGGER g BEFORE INSERT ON p2 FOR EACH ROW EXECUTE FUNCTION next();
CREATE TRIGGER

> INSERT INTO p VALUES ('x', 1, 200), ('x', 2, 300);
INSERT 0 2

> SET ROLE xact_writer;
(is_superuser = off)
SET

> UPDATE p SET a = 'y', c = 150 WHERE b = 1;
ERROR 42501: new row violates row-level security policy for table "p"

> UPDATE p SET a = 'y', c = 151 WHERE b = 1 RETURNING *, tableoid::regclass;
a | b | c | tableoid
y | 1 | 152 | p2
UPDATE 1

> UPDATE p SET c = 301 WHERE b = 2;
ERROR 42501: new row violates row-level security policy for table "p"

> UPDATE p SET c = 302 WHERE b = 2 RETURNING *;
a | b | c
x | 2 | 302
UPDATE 1

> MERGE INTO p USING (VALUES (2)) v(x) ON x = b WHEN MATCHED THEN UPDATE SET a = 'y', c = 4;
ERROR 42501: new row violates row-level security policy for table "p"

> MERGE INTO p USING (VALUES (2)) v(x) ON x = b WHEN MATCHED THEN UPDATE SET a = 'y', c = 5;
MERGE 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT tableoid::regclass, * FROM p ORDER BY b;
tableoid | a | b | c
p2 | y | 1 | 152
p2 | y | 2 | 6
SELECT 2

> DROP TABLE p;
DROP TABLE

> DROP ROLE xact_writer;
DROP ROLE
