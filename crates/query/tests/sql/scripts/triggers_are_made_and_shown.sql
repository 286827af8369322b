> CREATE TABLE t (a int PRIMARY KEY, b text, c int, g int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION

> CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION

> CREATE FUNCTION big(x int) RETURNS boolean LANGUAGE sql AS 'SELECT x > 10';
CREATE FUNCTION

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION plain();
ERROR 42P17: function plain must return type trigger

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nope();
ERROR 42883: function nope() does not exist

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION public.nope();
ERROR 42883: function public.nope() does not exist

> CREATE TRIGGER x BEFORE INSERT ON nope FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42P01: relation "nope" does not exist

> CREATE TRIGGER x BEFORE INSERT OR INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42601: duplicate trigger events specified at or near "INSERT"

> CREATE TRIGGER x BEFORE UPDATE OF nope ON t FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42703: column "nope" of relation "t" does not exist

> CREATE TRIGGER x BEFORE UPDATE OF a, b, a ON t FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42701: column "a" specified more than once

> CREATE TRIGGER x BEFORE TRUNCATE ON t FOR EACH ROW EXECUTE FUNCTION f();
ERROR 0A000: TRUNCATE FOR EACH ROW triggers are not supported

> CREATE TRIGGER x BEFORE INSERT ON pg_class FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42501: permission denied: "pg_class" is a system catalog

> CREATE SEQUENCE s;
CREATE SEQUENCE

> CREATE TRIGGER x BEFORE INSERT ON s FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42809: relation "s" cannot have triggers
DETAIL: This operation is not supported for sequences.

> CREATE TRIGGER x BEFORE INSERT ON t_pkey FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42809: "t_pkey" is an index

> CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
SELECT 1

> CREATE TRIGGER x BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42809: relation "m" cannot have triggers
DETAIL: This operation is not supported for materialized views.

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW WHEN (OLD.a = 1) EXECUTE FUNCTION f();
ERROR 42P17: INSERT trigger's WHEN condition cannot reference OLD values

> CREATE TRIGGER x BEFORE INSERT OR UPDATE ON t FOR EACH ROW WHEN (OLD.a = 1) EXECUTE FUNCTION f();
ERROR 42P17: INSERT trigger's WHEN condition cannot reference OLD values

> CREATE TRIGGER x BEFORE DELETE ON t FOR EACH ROW WHEN (NEW.a = 1) EXECUTE FUNCTION f();
ERROR 42P17: DELETE trigger's WHEN condition cannot reference NEW values

> CREATE TRIGGER x AFTER UPDATE ON t FOR EACH STATEMENT WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f();
ERROR 42P17: statement trigger's WHEN condition cannot reference column values

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.nope = 1) EXECUTE FUNCTION f();
ERROR 42703: column new.nope does not exist

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a + 1) EXECUTE FUNCTION f();
ERROR 42804: argument of WHEN must be type boolean, not type integer

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (EXISTS (SELECT 1)) EXECUTE FUNCTION f();
ERROR 0A000: cannot use subquery in trigger WHEN condition

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (count(*) > 1) EXECUTE FUNCTION f();
ERROR 42803: aggregate functions are not allowed in trigger WHEN conditions

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.g > 1) EXECUTE FUNCTION f();
ERROR 42P17: BEFORE trigger's WHEN condition cannot reference NEW generated columns
DETAIL: Column "g" is a generated column.

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.* IS NULL) EXECUTE FUNCTION f();
ERROR 42P17: BEFORE trigger's WHEN condition cannot reference NEW generated columns
DETAIL: A whole-row reference is used and the table contains generated columns.

> CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (a > 1) EXECUTE FUNCTION f();
ERROR 42702: column reference "a" is ambiguous

> CREATE TRIGGER before_ins BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER

> CREATE TRIGGER "After Upd" AFTER UPDATE OF b, c ON t FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b AND NEW.c BETWEEN 1 AND 10) EXECUTE PROCEDURE f('it''s', 42, word, 1.5, E'back\\slash');
CREATE TRIGGER

> CREATE TRIGGER changed AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f();
CREATE TRIGGER

> CREATE TRIGGER calls AFTER INSERT OR UPDATE ON t FOR EACH ROW WHEN (big(NEW.c) OR lower(NEW.b) = 'x') EXECUTE FUNCTION public.f();
CREATE TRIGGER

> CREATE TRIGGER every BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON t EXECUTE FUNCTION f();
CREATE TRIGGER

> CREATE TRIGGER once AFTER DELETE ON t FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION f();
CREATE TRIGGER

> SELECT tgname, tgtype, tgnargs, tgattr, encode(tgargs, 'escape'), tgisinternal FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1;
tgname | tgtype | tgnargs | tgattr | encode | tgisinternal
After Upd | 17 | 5 | 2 3 | it's\00042\000word\0001.5\000back\\slash\000 | f
before_ins | 7 | 0 |  |  | f
calls | 21 | 0 |  |  | f
changed | 17 | 0 |  |  | f
every | 62 | 0 |  |  | f
once | 8 | 0 |  |  | f
SELECT 6

> SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY tgname;
pg_get_triggerdef
CREATE TRIGGER "After Upd" AFTER UPDATE OF b, c ON public.t FOR EACH ROW WHEN (((old.b IS DISTINCT FROM new.b) AND ((new.c >= 1) AND (new.c <= 10)))) EXECUTE FUNCTION f('it''s', '42', 'word', '1.5', 'back\slash')
CREATE TRIGGER before_ins BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION f()
CREATE TRIGGER calls AFTER INSERT OR UPDATE ON public.t FOR EACH ROW WHEN ((big(new.c) OR (lower(new.b) = 'x'::text))) EXECUTE FUNCTION f()
CREATE TRIGGER changed AFTER UPDATE ON public.t FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION f()
CREATE TRIGGER every BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION f()
CREATE TRIGGER once AFTER DELETE ON public.t FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION f()
SELECT 6

> SELECT pg_get_triggerdef(oid, true) FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY tgname;
pg_get_triggerdef
CREATE TRIGGER "After Upd" AFTER UPDATE OF b, c ON t FOR EACH ROW WHEN (old.b IS DISTINCT FROM new.b AND new.c >= 1 AND new.c <= 10) EXECUTE FUNCTION f('it''s', '42', 'word', '1.5', 'back\slash')
CREATE TRIGGER before_ins BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()
CREATE TRIGGER calls AFTER INSERT OR UPDATE ON t FOR EACH ROW WHEN (big(new.c) OR lower(new.b) = 'x'::text) EXECUTE FUNCTION f()
CREATE TRIGGER changed AFTER UPDATE ON t FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION f()
CREATE TRIGGER every BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f()
CREATE TRIGGER once AFTER DELETE ON t FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION f()
SELECT 6

> SELECT pg_get_triggerdef(0);
pg_get_triggerdef
NULL
SELECT 1

> SELECT trigger_name, event_manipulation, event_object_table, action_order, action_condition, action_statement, action_orientation, action_timing FROM information_schema.triggers ORDER BY 1, 2;
trigger_name | event_manipulation | event_object_table | action_order | action_condition | action_statement | action_orientation | action_timing
After Upd | UPDATE | t | 1 | ((old.b IS DISTINCT FROM new.b) AND ((new.c >= 1) AND (new.c <= 10))) | EXECUTE FUNCTION f('it''s', '42', 'word', '1.5', 'back\slash') | ROW | AFTER
before_ins | INSERT | t | 1 | NULL | EXECUTE FUNCTION f() | ROW | BEFORE
calls | INSERT | t | 1 | (big(new.c) OR (lower(new.b) = 'x'::text)) | EXECUTE FUNCTION f() | ROW | AFTER
calls | UPDATE | t | 2 | (big(new.c) OR (lower(new.b) = 'x'::text)) | EXECUTE FUNCTION f() | ROW | AFTER
changed | UPDATE | t | 3 | (old.* IS DISTINCT FROM new.*) | EXECUTE FUNCTION f() | ROW | AFTER
every | DELETE | t | 1 | NULL | EXECUTE FUNCTION f() | STATEMENT | BEFORE
every | INSERT | t | 1 | NULL | EXECUTE FUNCTION f() | STATEMENT | BEFORE
every | UPDATE | t | 1 | NULL | EXECUTE FUNCTION f() | STATEMENT | BEFORE
once | DELETE | t | 1 | (pg_trigger_depth() = 0) | EXECUTE FUNCTION f() | STATEMENT | AFTER
SELECT 9

> SELECT trigger_name, event_object_table, event_object_column FROM information_schema.triggered_update_columns ORDER BY 1, 3;
trigger_name | event_object_table | event_object_column
After Upd | t | b
After Upd | t | c
SELECT 2

> SELECT tablename, hastriggers FROM pg_tables WHERE schemaname = 'public';
tablename | hastriggers
t | t
SELECT 1

> CREATE OR REPLACE TRIGGER changed AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
CREATE TRIGGER

> CREATE OR REPLACE TRIGGER fresh AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
CREATE TRIGGER

> CREATE TRIGGER fresh AFTER DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();
ERROR 42710: trigger "fresh" for relation "t" already exists

> ALTER TABLE t RENAME COLUMN b TO bb;
ALTER TABLE

> ALTER TABLE t RENAME TO tt;
ALTER TABLE

> SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'tt'::regclass ORDER BY tgname;
pg_get_triggerdef
CREATE TRIGGER "After Upd" AFTER UPDATE OF bb, c ON public.tt FOR EACH ROW WHEN (((old.bb IS DISTINCT FROM new.bb) AND ((new.c >= 1) AND (new.c <= 10)))) EXECUTE FUNCTION f('it''s', '42', 'word', '1.5', 'back\slash')
CREATE TRIGGER before_ins BEFORE INSERT ON public.tt FOR EACH ROW EXECUTE FUNCTION f()
CREATE TRIGGER calls AFTER INSERT OR UPDATE ON public.tt FOR EACH ROW WHEN ((big(new.c) OR (lower(new.bb) = 'x'::text))) EXECUTE FUNCTION f()
CREATE TRIGGER changed AFTER DELETE ON public.tt FOR EACH STATEMENT EXECUTE FUNCTION f()
CREATE TRIGGER every BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.tt FOR EACH STATEMENT EXECUTE FUNCTION f()
CREATE TRIGGER fresh AFTER DELETE ON public.tt FOR EACH STATEMENT EXECUTE FUNCTION f()
CREATE TRIGGER once AFTER DELETE ON public.tt FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION f()
SELECT 7

> ALTER TABLE tt DISABLE TRIGGER fresh;
ALTER TABLE

> ALTER TABLE tt ENABLE REPLICA TRIGGER every;
ALTER TABLE

> ALTER TABLE tt ENABLE ALWAYS TRIGGER once;
ALTER TABLE

> ALTER TABLE tt DISABLE TRIGGER nope;
ERROR 42704: trigger "nope" for table "tt" does not exist

> SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'tt'::regclass ORDER BY tgname;
tgname | tgenabled
After Upd | O
before_ins | O
calls | O
changed | O
every | R
fresh | D
once | A
SELECT 7

> ALTER TABLE tt DISABLE TRIGGER USER;
ALTER TABLE

> ALTER TABLE tt ENABLE TRIGGER fresh;
ALTER TABLE

> SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'tt'::regclass ORDER BY tgname;
tgname | tgenabled
After Upd | D
before_ins | D
calls | D
changed | D
every | D
fresh | O
once | D
SELECT 7

> ALTER TABLE tt ENABLE TRIGGER ALL;
ALTER TABLE

> SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgrelid = 'tt'::regclass;
tgenabled
O
SELECT 1

> ALTER TRIGGER fresh ON tt RENAME TO changed;
ERROR 42710: trigger "changed" for relation "tt" already exists

> ALTER TRIGGER fresh ON tt RENAME TO stale;
ALTER TRIGGER

> ALTER TRIGGER fresh ON tt RENAME TO x;
ERROR 42704: trigger "fresh" for table "tt" does not exist

> ALTER TRIGGER fresh ON nope RENAME TO x;
ERROR 42P01: relation "nope" does not exist

> COMMENT ON TRIGGER stale ON tt IS 'it was fresh';
COMMENT

> SELECT obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE tgname = 'stale';
obj_description
it was fresh
SELECT 1

> COMMENT ON TRIGGER stale ON tt IS NULL;
COMMENT

> COMMENT ON TRIGGER nope ON tt IS 'none';
ERROR 42704: trigger "nope" for table "tt" does not exist

> COMMENT ON TRIGGER stale ON nope IS 'none';
ERROR 42P01: relation "nope" does not exist

> ALTER TABLE tt ALTER COLUMN c TYPE bigint;
ERROR 0A000: cannot alter type of a column used in a trigger definition
DETAIL: trigger After Upd on table tt depends on column "c"

> ALTER TABLE tt ALTER COLUMN bb TYPE varchar(10);
ERROR 0A000: cannot alter type of a column used in a trigger definition
DETAIL: trigger After Upd on table tt depends on column "bb"

> ALTER TABLE tt DROP COLUMN c;
ERROR 2BP01: cannot drop column c of table tt because other objects depend on it
DETAIL: trigger After Upd on table tt depends on column c of table tt
trigger calls on table tt depends on column c of table tt
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION big(int);
ERROR 2BP01: cannot drop function big(integer) because other objects depend on it
DETAIL: trigger calls on table tt depends on function big(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION big(int) CASCADE;
NOTICE: drop cascades to trigger calls on table tt
DROP FUNCTION

> ALTER TABLE tt DROP COLUMN c CASCADE;
NOTICE: drop cascades to trigger After Upd on table tt
ALTER TABLE

> SELECT tgname FROM pg_trigger WHERE tgrelid = 'tt'::regclass ORDER BY tgname;
tgname
before_ins
changed
every
once
stale
SELECT 5

> CREATE ROLE h_t_user;
CREATE ROLE

> GRANT USAGE ON SCHEMA public TO h_t_user;
GRANT

> SET ROLE h_t_user;
(is_superuser = off)
SET

> CREATE TRIGGER theirs BEFORE INSERT ON tt FOR EACH ROW EXECUTE FUNCTION f();
ERROR 42501: permission denied for table tt

> DROP TRIGGER stale ON tt;
ERROR 42501: must be owner of relation tt

> ALTER TRIGGER stale ON tt RENAME TO x;
ERROR 42501: must be owner of table tt

> SELECT count(*) FROM information_schema.triggers;
count
0
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT TRIGGER ON tt TO h_t_user;
GRANT

> SET ROLE h_t_user;
(is_superuser = off)
SET

> CREATE TRIGGER theirs BEFORE INSERT ON tt FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER

> DROP TRIGGER theirs ON tt;
ERROR 42501: must be owner of relation tt

> SELECT trigger_name FROM information_schema.triggers WHERE event_manipulation = 'INSERT' ORDER BY 1;
trigger_name
before_ins
every
theirs
SELECT 3

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TRIGGER IF EXISTS nope ON tt;
NOTICE: trigger "nope" for relation "tt" does not exist, skipping
DROP TRIGGER

> DROP TRIGGER IF EXISTS nope ON nope;
NOTICE: relation "nope" does not exist, skipping
DROP TRIGGER

> DROP TRIGGER IF EXISTS nope ON nope.nope;
NOTICE: schema "nope" does not exist, skipping
DROP TRIGGER

> DROP TRIGGER stale ON nope;
ERROR 42P01: relation "nope" does not exist

> DROP TRIGGER theirs ON tt;
DROP TRIGGER

> DROP FUNCTION f();
ERROR 2BP01: cannot drop function f() because other objects depend on it
DETAIL: trigger before_ins on table tt depends on function f()
trigger changed on table tt depends on function f()
trigger every on table tt depends on function f()
trigger once on table tt depends on function f()
trigger stale on table tt depends on function f()
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION f() CASCADE;
NOTICE: drop cascades to 5 other objects
DROP FUNCTION

> SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal;
count
0
SELECT 1

> DROP OWNED BY h_t_user;
DROP OWNED

> DROP ROLE h_t_user;
DROP ROLE

> CREATE TABLE again (x int, y text);
CREATE TABLE

> CREATE TRIGGER redundant BEFORE UPDATE ON again FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TRIGGER

> INSERT INTO again VALUES (1, 'a'), (2, NULL);
INSERT 0 2

> UPDATE again SET y = 'a' RETURNING *;
x | y
2 | a
UPDATE 1

> UPDATE again SET x = x;
UPDATE 0

> CREATE OR REPLACE TRIGGER redundant AFTER UPDATE ON again FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TRIGGER

> UPDATE again SET x = x;
ERROR 39P01: suppress_redundant_updates_trigger: must be called before update

> CREATE OR REPLACE TRIGGER redundant BEFORE INSERT ON again FOR EACH ROW EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger();
CREATE TRIGGER

> INSERT INTO again VALUES (1, 'a');
ERROR 39P01: suppress_redundant_updates_trigger: must be called on update

> SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'redundant';
pg_get_triggerdef
CREATE TRIGGER redundant BEFORE INSERT ON public.again FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()
SELECT 1
