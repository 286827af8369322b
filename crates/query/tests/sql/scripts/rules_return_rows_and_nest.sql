> CREATE TABLE base (a int PRIMARY KEY, b text DEFAULT 'Unspecified');
CREATE TABLE
> INSERT INTO base SELECT i, 'Row ' || i FROM generate_series(1, 3) g(i);
INSERT 0 3
> CREATE VIEW v1 AS SELECT * FROM base WHERE a > 0 OFFSET 0;
CREATE VIEW
> CREATE VIEW v2 AS SELECT b AS bb, a AS aa FROM v1 WHERE a < 10;
CREATE VIEW
> INSERT INTO v2 VALUES ('x', 4);
ERROR 55000: cannot insert into view "v1"
DETAIL: Views containing LIMIT or OFFSET are not automatically updatable.
HINT: To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.
> CREATE RULE i AS ON INSERT TO v1 DO INSTEAD INSERT INTO base VALUES (new.a, new.b) RETURNING *;
CREATE RULE
> CREATE RULE u AS ON UPDATE TO v1 DO INSTEAD UPDATE base SET b = new.b WHERE a = old.a RETURNING new.*;
CREATE RULE
> CREATE RULE d AS ON DELETE TO v1 DO INSTEAD DELETE FROM base WHERE a = old.a RETURNING old.*;
CREATE RULE
> INSERT INTO v2 VALUES ('Row 4', 4) RETURNING *;
bb | aa
Row 4 | 4
INSERT 0 1
> UPDATE v2 SET bb = 'Row four' WHERE aa = 4 RETURNING *;
bb | aa
Row four | 4
UPDATE 1
> DELETE FROM v2 WHERE aa = 4 RETURNING aa, bb || '!' AS b;
aa | b
4 | Row four!
DELETE 1
> UPDATE v1 SET b = upper(b) WHERE a < 3 RETURNING a, b;
a | b
1 | ROW 1
2 | ROW 2
UPDATE 2
> SELECT * FROM base ORDER BY a;
a | b
1 | ROW 1
2 | ROW 2
3 | Row 3
SELECT 3
> WITH w AS (UPDATE v1 SET b = 'w' WHERE a = 1 RETURNING a, b) SELECT * FROM w;
a | b
1 | w
SELECT 1
> WITH w AS (INSERT INTO v1 (a) VALUES (7) RETURNING a, b) SELECT * FROM w;
a | b
7 | NULL
SELECT 1
> INSERT INTO v1 (a, b) VALUES (8, DEFAULT), (9, 'nine') RETURNING *;
a | b
8 | NULL
9 | nine
INSERT 0 2
> SELECT is_updatable FROM information_schema.columns WHERE table_name = 'v1' ORDER BY ordinal_position;
is_updatable
YES
YES
SELECT 2
> CREATE TABLE soft (id int PRIMARY KEY, data text, deleted boolean DEFAULT false);
CREATE TABLE
> CREATE RULE keep AS ON DELETE TO soft DO INSTEAD UPDATE soft SET deleted = true WHERE id = old.id;
CREATE RULE
> CREATE RULE upsert AS ON INSERT TO soft WHERE EXISTS (SELECT 1 FROM soft s WHERE s.id = new.id) DO INSTEAD UPDATE soft SET data = new.data, deleted = false WHERE id = new.id;
CREATE RULE
> CREATE VIEW alive AS SELECT id, data FROM soft WHERE NOT deleted;
CREATE VIEW
> INSERT INTO alive VALUES (1, 'Row 1'), (2, 'Row 2');
INSERT 0 2
> DELETE FROM alive WHERE id = 2;
DELETE 0
> INSERT INTO alive VALUES (2, 'Row 3');
INSERT 0 0
> SELECT * FROM soft ORDER BY id;
id | data | deleted
1 | Row 1 | f
2 | Row 3 | f
SELECT 2
> CREATE TABLE lg (what text, r text);
CREATE TABLE
> CREATE RULE whole AS ON UPDATE TO base DO ALSO INSERT INTO lg VALUES ('rows', old::text || new::text);
CREATE RULE
> UPDATE base SET b = 'z' WHERE a = 3;
UPDATE 1
> SELECT * FROM lg;
what | r
rows | (3,"Row 3")(3,z)
SELECT 1
> DROP RULE whole ON base;
DROP RULE
> CREATE RULE sel AS ON INSERT TO lg DO INSTEAD SELECT a, new.what FROM base WHERE a < 3 ORDER BY a;
CREATE RULE
> INSERT INTO lg VALUES ('q', 'r');
a | what
1 | q
2 | q
INSERT 0 0
> DROP RULE sel ON lg;
DROP RULE
> CREATE RULE twice AS ON INSERT TO lg DO INSTEAD (DELETE FROM base WHERE a = 9; UPDATE base SET b = new.r WHERE a = 8; INSERT INTO soft VALUES (50, new.what));
CREATE RULE
> INSERT INTO lg VALUES ('q', 'r');
INSERT 0 1
> SELECT * FROM base ORDER BY a;
a | b
1 | w
2 | ROW 2
3 | z
7 | NULL
8 | r
SELECT 5
> ALTER TABLE base RENAME TO based;
ALTER TABLE
> INSERT INTO lg VALUES ('q2', 'r2');
INSERT 0 0
> SELECT * FROM based WHERE a = 8;
a | b
8 | r2
SELECT 1
> ALTER TABLE lg RENAME COLUMN r TO rr;
ALTER TABLE
> INSERT INTO lg VALUES ('q3', 'r3');
INSERT 0 0
> SELECT * FROM based WHERE a = 8;
a | b
8 | r3
SELECT 1
> ALTER TABLE lg DROP COLUMN rr;
ERROR 2BP01: cannot drop column rr of table lg because other objects depend on it
DETAIL: rule twice on table lg depends on column rr of table lg
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE lg DROP COLUMN rr CASCADE;
NOTICE: drop cascades to rule twice on table lg
ALTER TABLE
> INSERT INTO lg VALUES ('q4');
INSERT 0 1
> SELECT what FROM lg WHERE what = 'q4';
what
q4
SELECT 1
