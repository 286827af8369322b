> CREATE TABLE base (id int PRIMARY KEY, name text, n int DEFAULT 7);
CREATE TABLE
> INSERT INTO base VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
INSERT 0 3
> CREATE VIEW v AS SELECT id, upper(name) AS name, n * 2 AS dbl FROM base WHERE id < 100;
CREATE VIEW
> UPDATE v SET name = 'x';
ERROR 0A000: cannot update column "name" of view "v"
DETAIL: View columns that are not columns of their base relation are not updatable.
> CREATE RULE v_ins AS ON INSERT TO v DO INSTEAD INSERT INTO base VALUES (new.id, lower(new.name), new.dbl / 2) RETURNING base.id, upper(base.name), base.n * 2;
CREATE RULE
> CREATE RULE v_upd AS ON UPDATE TO v DO INSTEAD UPDATE base SET id = new.id, name = lower(new.name), n = new.dbl / 2 WHERE id = old.id;
CREATE RULE
> CREATE RULE v_del AS ON DELETE TO v DO INSTEAD DELETE FROM base WHERE base.id = old.id;
CREATE RULE
> INSERT INTO v VALUES (4, 'FOUR', 8);
INSERT 0 1
> INSERT INTO v VALUES (5, 'FIVE', 10), (6, 'SIX', 12) RETURNING *;
id | name | dbl
5 | FIVE | 10
6 | SIX | 12
INSERT 0 2
> INSERT INTO v VALUES (7, 'SEVEN', 14) RETURNING id + 1 AS next, v.name || '!' AS loud;
next | loud
8 | SEVEN!
INSERT 0 1
> UPDATE v SET dbl = dbl + 2 WHERE name LIKE 'F%';
UPDATE 2
> UPDATE v SET name = 'UNO' WHERE id = 1 RETURNING *;
ERROR 0A000: cannot perform UPDATE RETURNING on relation "v"
HINT: You need an unconditional ON UPDATE DO INSTEAD rule with a RETURNING clause.
> UPDATE v AS w SET name = s.x FROM (VALUES (2, 'ZWEI')) s (k, x) WHERE w.id = s.k;
UPDATE 1
> DELETE FROM v WHERE dbl = 6;
DELETE 1
> SELECT * FROM base ORDER BY id;
id | name | n
1 | one | 1
2 | zwei | 2
4 | four | 5
5 | five | 6
6 | six | 6
7 | seven | 7
SELECT 6
> ALTER VIEW v ALTER COLUMN dbl SET DEFAULT 100;
ALTER VIEW
> INSERT INTO v (id, name) VALUES (8, 'EIGHT');
INSERT 0 1
> INSERT INTO v (id) VALUES (9);
INSERT 0 1
> SELECT * FROM v ORDER BY id;
id | name | dbl
1 | ONE | 2
2 | ZWEI | 4
4 | FOUR | 10
5 | FIVE | 12
6 | SIX | 12
7 | SEVEN | 14
8 | EIGHT | 100
9 | NULL | 100
SELECT 8
> SELECT is_updatable, is_insertable_into FROM information_schema.views WHERE table_name = 'v';
is_updatable | is_insertable_into
YES | YES
SELECT 1
> SELECT pg_relation_is_updatable('v', false);
pg_relation_is_updatable
28
SELECT 1
> CREATE VIEW cond AS SELECT * FROM base;
CREATE VIEW
> CREATE RULE c AS ON DELETE TO cond WHERE old.id > 5 DO INSTEAD NOTHING;
CREATE RULE
> DELETE FROM cond;
ERROR 55000: cannot delete from view "cond"
DETAIL: Views with conditional DO INSTEAD rules are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> DROP RULE c ON cond;
DROP RULE
> CREATE RULE c AS ON DELETE TO cond DO ALSO UPDATE base SET n = 0 WHERE id = old.id + 1;
CREATE RULE
> DELETE FROM cond WHERE id = 4;
DELETE 1
> SELECT * FROM base ORDER BY id;
id | name | n
1 | one | 1
2 | zwei | 2
5 | five | 0
6 | six | 6
7 | seven | 7
8 | eight | 50
9 | NULL | 50
SELECT 7
> CREATE VIEW none AS SELECT 1 AS a;
CREATE VIEW
> CREATE RULE none AS ON INSERT TO none DO INSTEAD NOTHING;
CREATE RULE
> INSERT INTO none VALUES (1);
INSERT 0 0
> DELETE FROM none;
ERROR 55000: cannot delete from view "none"
DETAIL: Views that do not select from a single table or view are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> DROP VIEW v;
DROP VIEW
> DROP VIEW none;
DROP VIEW
