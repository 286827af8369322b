-- DETAIL of what fails in a body is for the role that the body runs as.
> CREATE ROLE hs_keeper; CREATE ROLE hs_guest; GRANT CREATE ON SCHEMA public TO hs_keeper, hs_guest;
CREATE ROLE
CREATE ROLE
GRANT

> SET ROLE hs_keeper;
(is_superuser = off)
SET

> CREATE TABLE t (id int PRIMARY KEY, hid text NOT NULL, vis text CHECK (vis <> 'bad'), CONSTRAINT later UNIQUE (hid) DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1, 'secret', 'v'), (2, 'other', 'w');
CREATE TABLE
INSERT 0 2

> CREATE TABLE parent (h int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, h int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE
CREATE TABLE

> GRANT INSERT, UPDATE (id, vis, hid), SELECT (id) ON t TO hs_guest; GRANT INSERT, SELECT (id) ON child TO hs_guest; GRANT SELECT, UPDATE ON parent TO hs_guest;
GRANT
GRANT
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_guest;
(is_superuser = off)
SET

> UPDATE t SET vis = 'bad' WHERE id = 2;
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (id, vis) = (2, bad).

> DO $$BEGIN UPDATE t SET vis = 'bad' WHERE id = 2; END$$;
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (id, vis) = (2, bad).
CONTEXT: SQL statement "UPDATE t SET vis = 'bad' WHERE id = 2"
PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$BEGIN EXECUTE 'UPDATE t SET vis = ''bad'' WHERE id = 2'; END$$;
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (id, vis) = (2, bad).
CONTEXT: SQL statement "UPDATE t SET vis = 'bad' WHERE id = 2"
PL/pgSQL function inline_code_block line 1 at EXECUTE

> DO $$DECLARE d text; BEGIN UPDATE t SET vis = 'bad' WHERE id = 2; EXCEPTION WHEN check_violation THEN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; RAISE NOTICE '%', d; END$$;
NOTICE: Failing row contains (id, vis) = (2, bad).
DO

> DO $$BEGIN INSERT INTO t VALUES (1, 'x', 'y'); END$$;
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (id)=(1) already exists.
CONTEXT: SQL statement "INSERT INTO t VALUES (1, 'x', 'y')"
PL/pgSQL function inline_code_block line 1 at SQL statement

> CREATE FUNCTION updates() RETURNS void LANGUAGE plpgsql AS $$BEGIN UPDATE t SET vis = 'bad' WHERE id = 2; END$$;
CREATE FUNCTION

> SELECT updates();
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (id, vis) = (2, bad).
CONTEXT: SQL statement "UPDATE t SET vis = 'bad' WHERE id = 2"
PL/pgSQL function updates() line 1 at SQL statement

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_keeper;
(is_superuser = off)
SET

> CREATE FUNCTION updates_as_keeper() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN UPDATE t SET vis = 'bad' WHERE id = 2; END$$;
CREATE FUNCTION

> CREATE TABLE feeds (id int); GRANT INSERT ON feeds TO hs_guest;
CREATE TABLE
GRANT

> CREATE FUNCTION feed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO t (id, vis, hid) VALUES (new.id, 'bad', 'fed'); RETURN new; END$$;
CREATE FUNCTION

> CREATE TRIGGER feed BEFORE INSERT ON feeds FOR EACH ROW EXECUTE FUNCTION feed();
CREATE TRIGGER

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_guest;
(is_superuser = off)
SET

> SELECT updates_as_keeper();
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (2, other, bad).
CONTEXT: SQL statement "UPDATE t SET vis = 'bad' WHERE id = 2"
PL/pgSQL function updates_as_keeper() line 1 at SQL statement

> INSERT INTO feeds VALUES (7);
ERROR 23514: new row for relation "t" violates check constraint "t_vis_check"
DETAIL: Failing row contains (id, hid, vis) = (7, fed, bad).
CONTEXT: SQL statement "INSERT INTO t (id, vis, hid) VALUES (new.id, 'bad', 'fed')"
PL/pgSQL function feed() line 1 at SQL statement

-- Checks that have waited.
> BEGIN; INSERT INTO t VALUES (3, 'secret', 'q');
BEGIN
INSERT 0 1

> SET CONSTRAINTS ALL IMMEDIATE;
ERROR 23505: duplicate key value violates unique constraint "later"

> ROLLBACK;
ROLLBACK

> BEGIN; INSERT INTO t VALUES (3, 'secret', 'q');
BEGIN
INSERT 0 1

> COMMIT;
ERROR 23505: duplicate key value violates unique constraint "later"

> BEGIN; INSERT INTO child VALUES (1, 77);
BEGIN
INSERT 0 1

> SET CONSTRAINTS ALL IMMEDIATE;
ERROR 23503: insert or update on table "child" violates foreign key constraint "child_h_fkey"
DETAIL: Key is not present in table "parent".

> ROLLBACK;
ROLLBACK

-- Exclusion constraints.
> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_keeper;
(is_superuser = off)
SET

> CREATE TABLE e (id int PRIMARY KEY, a text, CONSTRAINT ea EXCLUDE (a WITH =)); INSERT INTO e VALUES (1, 'x'); GRANT INSERT, SELECT (id) ON e TO hs_guest;
CREATE TABLE
INSERT 0 1
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_guest;
(is_superuser = off)
SET

> INSERT INTO e VALUES (2, 'x');
ERROR 23P01: conflicting key value violates exclusion constraint "ea"
DETAIL: Key conflicts with existing key.

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT (a) ON e TO hs_guest;
GRANT

> SET ROLE hs_guest;
(is_superuser = off)
SET

> INSERT INTO e VALUES (2, 'x');
ERROR 23P01: conflicting key value violates exclusion constraint "ea"
DETAIL: Key (a)=(x) conflicts with existing key (a)=(x).

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER TABLE e ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON e USING (id > 1);
ALTER TABLE
CREATE POLICY

> SET ROLE hs_guest;
(is_superuser = off)
SET

> INSERT INTO e VALUES (2, 'x');
ERROR 23P01: conflicting key value violates exclusion constraint "ea"
DETAIL: Key conflicts with existing key.

-- Keys with expressions are shown to those who may read all of the table.
> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_keeper;
(is_superuser = off)
SET

> CREATE TABLE k (id int, hid text); CREATE UNIQUE INDEX kx ON k (id, lower(hid)); INSERT INTO k VALUES (1, 'SECRET'); GRANT INSERT, SELECT (id) ON k TO hs_guest;
CREATE TABLE
CREATE INDEX
INSERT 0 1
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_guest;
(is_superuser = off)
SET

> INSERT INTO k VALUES (1, 'secret');
ERROR 23505: duplicate key value violates unique constraint "kx"

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT ON k TO hs_guest;
GRANT

> SET ROLE hs_guest;
(is_superuser = off)
SET

> INSERT INTO k VALUES (1, 'secret');
ERROR 23505: duplicate key value violates unique constraint "kx"
DETAIL: Key (id, lower(hid))=(1, secret) already exists.

-- Views WITH CHECK OPTION.
> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_keeper;
(is_superuser = off)
SET

> CREATE VIEW low AS SELECT id, hid, vis FROM t WHERE id < 2 WITH CHECK OPTION; GRANT UPDATE (id), SELECT (id) ON low TO hs_guest;
CREATE VIEW
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE hs_guest;
(is_superuser = off)
SET

> UPDATE low SET id = 8;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (id) = (8).

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE SELECT (id) ON t FROM hs_guest; GRANT SELECT (vis) ON t TO hs_guest;
REVOKE
GRANT

> SET ROLE hs_guest;
(is_superuser = off)
SET

> UPDATE low SET id = 8;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (id, vis) = (8, v).

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT ON t TO hs_guest;
GRANT

> SET ROLE hs_guest;
(is_superuser = off)
SET

> UPDATE low SET id = 8;
ERROR 44000: new row violates check option for view "low"
DETAIL: Failing row contains (8, secret, v).

> RESET ROLE;
(is_superuser = on)
RESET

> SET client_min_messages = error; DROP OWNED BY hs_keeper, hs_guest CASCADE; DROP ROLE hs_keeper, hs_guest;
SET
DROP OWNED
DROP ROLE
