-- A row that ON CONFLICT DO UPDATE finds must be in the view that is written through.
> CREATE TABLE t (id int PRIMARY KEY, v text, hidden bool DEFAULT false); INSERT INTO t VALUES (1, 'a', false), (2, 'b', true), (3, 'c', NULL);
CREATE TABLE
INSERT 0 3

> CREATE VIEW open AS SELECT id, v FROM t WHERE NOT hidden;
CREATE VIEW

> CREATE VIEW inner_of_open AS SELECT id, v FROM open WHERE id < 3;
CREATE VIEW

> CREATE VIEW barrier WITH (security_barrier) AS SELECT id, v FROM t WHERE NOT hidden;
CREATE VIEW

> INSERT INTO open VALUES (1, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v || open.v RETURNING *;
id | v
1 | na
INSERT 0 1

> INSERT INTO open VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO open VALUES (3, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO barrier VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "barrier"

> INSERT INTO inner_of_open VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO inner_of_open VALUES (1, 'm') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING id, v;
id | v
1 | m
INSERT 0 1

> INSERT INTO open VALUES (2, 'n') ON CONFLICT (id) DO NOTHING;
INSERT 0 0

-- It is asked before the condition of DO UPDATE.
> INSERT INTO open VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE false;
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO open VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE open.v = 'b';
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO open VALUES (1, 'n') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE open.v = 'b';
INSERT 0 0

> INSERT INTO open SELECT g, 's' FROM generate_series(4, 5) g ON CONFLICT (id) DO UPDATE SET v = 'x';
INSERT 0 2

> INSERT INTO open SELECT g, 's' FROM generate_series(1, 2) g ON CONFLICT (id) DO UPDATE SET v = 'x';
ERROR 55000: conflicting row is not visible through view "open"

> SELECT * FROM t ORDER BY id;
id | v | hidden
1 | m | f
2 | b | t
3 | c | NULL
4 | s | f
5 | s | f
SELECT 5

-- Conditions with subqueries, and what the row becomes.
> CREATE TABLE shown (id int); INSERT INTO shown VALUES (1), (4);
CREATE TABLE
INSERT 0 2

> CREATE VIEW listed AS SELECT id, v FROM t WHERE EXISTS (SELECT FROM shown WHERE shown.id = t.id);
CREATE VIEW

> INSERT INTO listed VALUES (5, 'l') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "listed"

> INSERT INTO listed VALUES (4, 'l') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING *;
id | v
4 | l
INSERT 0 1

> CREATE VIEW checked AS SELECT id, v FROM t WHERE v <> 'z' WITH CHECK OPTION;
CREATE VIEW

> INSERT INTO checked VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET v = 'z';
ERROR 44000: new row violates check option for view "checked"
DETAIL: Failing row contains (1, z, f).

> UPDATE t SET v = 'z' WHERE id = 1;
UPDATE 1

> INSERT INTO checked VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "checked"

> INSERT INTO checked VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "checked"

-- With triggers, and in partitions.
> CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE '% %', TG_OP, new.id; RETURN new; END$$;
CREATE FUNCTION

> CREATE TRIGGER tells BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tells();
CREATE TRIGGER

> INSERT INTO open VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
NOTICE: INSERT 2
ERROR 55000: conflicting row is not visible through view "open"

> INSERT INTO open VALUES (4, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING *;
NOTICE: INSERT 4
NOTICE: UPDATE 4
id | v
4 | n
INSERT 0 1

> CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); INSERT INTO p VALUES (1, 'a'), (2, 'b');
CREATE TABLE
CREATE TABLE
INSERT 0 2

> CREATE VIEW turned AS SELECT v, id FROM p WHERE id < 2;
CREATE VIEW

> INSERT INTO turned (id, v) VALUES (2, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "turned"

> INSERT INTO turned (id, v) VALUES (1, 'n') ON CONFLICT (id) DO UPDATE SET v = excluded.v RETURNING *;
v | id
n | 1
INSERT 0 1

-- Policies of the table come after that.
> CREATE ROLE hs_writer; CREATE ROLE hs_reader; CREATE TABLE owned (id int PRIMARY KEY, v text, who text); INSERT INTO owned VALUES (1, 'a', 'x'), (2, 'b', 'hs_reader'), (3, 'c', 'hs_writer');
CREATE ROLE
CREATE ROLE
CREATE TABLE
INSERT 0 3

> ALTER TABLE owned OWNER TO hs_writer; ALTER TABLE owned ENABLE ROW LEVEL SECURITY; ALTER TABLE owned FORCE ROW LEVEL SECURITY; CREATE POLICY own ON owned USING (who <> 'x');
ALTER TABLE
ALTER TABLE
ALTER TABLE
CREATE POLICY

> CREATE VIEW of_owned AS SELECT id, v, who FROM owned WHERE id < 3; ALTER VIEW of_owned OWNER TO hs_writer; GRANT ALL ON of_owned, owned TO hs_reader;
CREATE VIEW
ALTER VIEW
GRANT

> SET ROLE hs_reader;
(is_superuser = off)
SET

> INSERT INTO of_owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO of_owned VALUES (2, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
INSERT 0 1

> INSERT INTO of_owned VALUES (3, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v;
ERROR 55000: conflicting row is not visible through view "of_owned"

> INSERT INTO of_owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE false;
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

-- Nothing of DO UPDATE is evaluated for a row that is hidden.
> INSERT INTO owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = owned.v::int;
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE owned.v::int > 0;
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE owned.v = 'a';
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = 'x' WHERE owned.v = 'b';
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO owned VALUES (1, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = (SELECT owned.v) WHERE owned.v::int > 0;
ERROR 42501: new row violates row-level security policy (USING expression) for table "owned"

> INSERT INTO owned VALUES (2, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = owned.v::int;
ERROR 22P02: invalid input syntax for type integer: "n"

> INSERT INTO of_owned VALUES (3, 'n', 'y') ON CONFLICT (id) DO UPDATE SET v = of_owned.v::int;
ERROR 55000: conflicting row is not visible through view "of_owned"

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT * FROM owned ORDER BY id;
id | v | who
1 | a | x
2 | n | hs_reader
3 | c | hs_writer
SELECT 3

> SET client_min_messages = error; DROP TABLE owned CASCADE; DROP ROLE hs_writer, hs_reader;
SET
DROP TABLE
DROP ROLE
