> CREATE TABLE t (a int PRIMARY KEY, b text, n int DEFAULT 0, at text);
CREATE TABLE

> CREATE TABLE log (id serial, what text);
CREATE TABLE

> CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (TG_WHEN || ' ' || TG_OP || ' ' || TG_LEVEL || ' ' || TG_TABLE_NAME || ' ' || coalesce(OLD::text, '-') || ' ' || coalesce(NEW::text, '-')); --
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := TG_OP || TG_NARGS || coalesce(TG_ARGV[0], ''); NEW.n := NEW.n + 1; RETURN NEW; END $$;
CREATE FUNCTION

> CREATE TRIGGER b_stamp BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp('x');
CREATE TRIGGER

> CREATE TRIGGER z_note AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER

> CREATE TRIGGER s_note AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER

> INSERT INTO t (a, b) VALUES (1, 'one'), (2, 'two') RETURNING *;
a | b | n | at
1 | one | 1 | INSERT1x
2 | two | 1 | INSERT1x
INSERT 0 2

> UPDATE t SET b = 'ONE' WHERE a = 1 RETURNING *;
a | b | n | at
1 | ONE | 2 | UPDATE1x
UPDATE 1

> DELETE FROM t WHERE a = 2;
DELETE 1

> UPDATE t SET b = 'none' WHERE a = 99;
UPDATE 0

> SELECT what FROM log ORDER BY id;
what
AFTER INSERT ROW t - (1,one,1,INSERT1x)
AFTER INSERT ROW t - (2,two,1,INSERT1x)
AFTER INSERT STATEMENT t - -
AFTER UPDATE ROW t (1,one,1,INSERT1x) (1,ONE,2,UPDATE1x)
AFTER UPDATE STATEMENT t - -
AFTER DELETE ROW t (2,two,1,INSERT1x) -
AFTER DELETE STATEMENT t - -
AFTER UPDATE STATEMENT t - -
SELECT 8

> DELETE FROM log;
DELETE 8

> INSERT INTO t (a, b) VALUES (1, 'again'), (3, 'three') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *;
a | b | n | at
1 | again | 3 | UPDATE1x
3 | three | 1 | INSERT1x
INSERT 0 2

> SELECT what FROM log ORDER BY id;
what
AFTER UPDATE ROW t (1,ONE,2,UPDATE1x) (1,again,3,UPDATE1x)
AFTER INSERT ROW t - (3,three,1,INSERT1x)
AFTER UPDATE STATEMENT t - -
AFTER INSERT STATEMENT t - -
SELECT 4

> INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING;
INSERT 0 0

> CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a > 100 THEN RETURN NULL; END IF; RETURN NEW; END $$;
CREATE FUNCTION

> CREATE TRIGGER a_skip BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skip();
CREATE TRIGGER

> INSERT INTO t (a) VALUES (200), (4);
INSERT 0 1

> CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'b of % is protected', OLD.a; END $$;
CREATE FUNCTION

> CREATE TRIGGER c_when BEFORE UPDATE OF b ON t FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b) EXECUTE FUNCTION refuse();
CREATE TRIGGER

> UPDATE t SET b = 'x' WHERE a = 1;
ERROR P0001: b of 1 is protected
CONTEXT: PL/pgSQL function refuse() line 1 at RAISE

> UPDATE t SET b = b, n = 50 WHERE a = 1 RETURNING a, n;
a | n
1 | 51
UPDATE 1

> ALTER TABLE t DISABLE TRIGGER c_when;
ALTER TABLE

> UPDATE t SET b = 'x' WHERE a = 1 RETURNING b;
b
x
UPDATE 1

> ALTER TABLE t ENABLE TRIGGER ALL;
ALTER TABLE

> SELECT tgname, tgenabled, tgtype, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname;
tgname | tgenabled | tgtype | pg_get_triggerdef
a_skip | O | 7 | CREATE TRIGGER a_skip BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION skip()
b_stamp | O | 23 | CREATE TRIGGER b_stamp BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION stamp('x')
c_when | O | 19 | CREATE TRIGGER c_when BEFORE UPDATE OF b ON public.t FOR EACH ROW WHEN ((old.b IS DISTINCT FROM new.b)) EXECUTE FUNCTION refuse()
s_note | O | 28 | CREATE TRIGGER s_note AFTER INSERT OR DELETE OR UPDATE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION note()
z_note | O | 29 | CREATE TRIGGER z_note AFTER INSERT OR DELETE OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION note()
SELECT 5

> SELECT trigger_name, event_manipulation, action_timing, action_orientation FROM information_schema.triggers ORDER BY 1, 2;
trigger_name | event_manipulation | action_timing | action_orientation
a_skip | INSERT | BEFORE | ROW
b_stamp | INSERT | BEFORE | ROW
b_stamp | UPDATE | BEFORE | ROW
c_when | UPDATE | BEFORE | ROW
s_note | DELETE | AFTER | STATEMENT
s_note | INSERT | AFTER | STATEMENT
s_note | UPDATE | AFTER | STATEMENT
z_note | DELETE | AFTER | ROW
z_note | INSERT | AFTER | ROW
z_note | UPDATE | AFTER | ROW
SELECT 10

> CREATE TRIGGER c_when BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION refuse();
ERROR 42710: trigger "c_when" for relation "t" already exists

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW WHEN (OLD.a = 1) EXECUTE FUNCTION note();
ERROR 42P17: INSERT trigger's WHEN condition cannot reference OLD values

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nope();
ERROR 42883: function nope() does not exist

> CREATE TRIGGER x BEFORE INSERT ON nope FOR EACH ROW EXECUTE FUNCTION note();
ERROR 42P01: relation "nope" does not exist

> SELECT note();
ERROR 0A000: trigger functions can only be called as triggers
CONTEXT: compilation of PL/pgSQL function "note" near line 1

> DROP FUNCTION refuse();
ERROR 2BP01: cannot drop function refuse() because other objects depend on it
DETAIL: trigger c_when on table t depends on function refuse()
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TRIGGER c_when ON t;
DROP TRIGGER

> DROP TRIGGER c_when ON t;
ERROR 42704: trigger "c_when" for table "t" does not exist

> DROP TRIGGER IF EXISTS c_when ON t;
NOTICE: trigger "c_when" for relation "t" does not exist, skipping
DROP TRIGGER

> ALTER TRIGGER a_skip ON t RENAME TO skipping;
ALTER TRIGGER

> CREATE TABLE parent (p int PRIMARY KEY);
CREATE TABLE

> CREATE TABLE child (c int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE

> CREATE TRIGGER child_note AFTER UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER

> INSERT INTO parent VALUES (1), (2);
INSERT 0 2

> INSERT INTO child VALUES (10, 1), (20, 2);
INSERT 0 2

> DELETE FROM log;
DELETE 11

> UPDATE parent SET p = 5 WHERE p = 1;
UPDATE 1

> DELETE FROM parent WHERE p = 2;
DELETE 1

> SELECT what FROM log ORDER BY id;
what
AFTER UPDATE ROW child (10,1) (10,5)
AFTER DELETE ROW child (20,2) -
SELECT 2

> DELETE FROM log;
DELETE 2

> CREATE TRIGGER tr_note BEFORE TRUNCATE ON child FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER

> TRUNCATE child;
TRUNCATE TABLE

> SELECT what FROM log ORDER BY id;
what
BEFORE TRUNCATE STATEMENT child - -
SELECT 1

> WITH w AS (INSERT INTO t (a, b) VALUES (30, 'cte') RETURNING a, at) SELECT * FROM w;
a | at
30 | INSERT1x
SELECT 1

> COPY t (a, b) FROM STDIN;
<40	copied
<500	skipped
<\.
COPY 1

> SELECT a, b, at FROM t WHERE a >= 30 ORDER BY a;
a | b | at
30 | cte | INSERT1x
40 | copied | INSERT1x
SELECT 2

> CREATE CONSTRAINT TRIGGER late AFTER INSERT ON parent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER

> DELETE FROM log;
DELETE 5

> BEGIN;
BEGIN

> INSERT INTO parent VALUES (7);
INSERT 0 1

> SELECT count(*) FROM log;
count
0
SELECT 1

> COMMIT;
COMMIT

> SELECT what FROM log;
what
AFTER INSERT ROW parent - (7)
SELECT 1

> CREATE FUNCTION forever() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := NEW.b || '!'; RETURN NEW; END $$;
CREATE FUNCTION

> CREATE OR REPLACE TRIGGER b_stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION forever();
CREATE TRIGGER

> UPDATE t SET n = 1 WHERE a = 4 RETURNING b, at;
b | at
NULL | INSERT1x
UPDATE 1

> UPDATE t SET b = 'q', n = 1 WHERE a = 4 RETURNING b, at;
b | at
q! | INSERT1x
UPDATE 1

> DROP TABLE t;
DROP TABLE

> SELECT count(*) FROM pg_trigger WHERE tgname = 'b_stamp';
count
0
SELECT 1
