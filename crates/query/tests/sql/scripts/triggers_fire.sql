> CREATE TABLE t (a int PRIMARY KEY, b text, n int DEFAULT 0, at text);

> CREATE TABLE log (id serial, what text);

> CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log (what) VALUES (TG_WHEN || ' ' || TG_OP || ' ' || TG_LEVEL || ' ' || TG_TABLE_NAME || ' ' || coalesce(OLD::text, '-') || ' ' || coalesce(NEW::text, '-')); --
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; --
  RETURN NEW; --
END $$;

> CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := TG_OP || TG_NARGS || coalesce(TG_ARGV[0], ''); NEW.n := NEW.n + 1; RETURN NEW; END $$;

> CREATE TRIGGER b_stamp BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp('x');

> CREATE TRIGGER z_note AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();

> CREATE TRIGGER s_note AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE FUNCTION note();

> INSERT INTO t (a, b) VALUES (1, 'one'), (2, 'two') RETURNING *;

> UPDATE t SET b = 'ONE' WHERE a = 1 RETURNING *;

> DELETE FROM t WHERE a = 2;

> UPDATE t SET b = 'none' WHERE a = 99;

> SELECT what FROM log ORDER BY id;

> DELETE FROM log;

> INSERT INTO t (a, b) VALUES (1, 'again'), (3, 'three') ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *;

> SELECT what FROM log ORDER BY id;

> INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING;

> CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a > 100 THEN RETURN NULL; END IF; RETURN NEW; END $$;

> CREATE TRIGGER a_skip BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skip();

> INSERT INTO t (a) VALUES (200), (4);

> CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'b of % is protected', OLD.a; END $$;

> CREATE TRIGGER c_when BEFORE UPDATE OF b ON t FOR EACH ROW WHEN (OLD.b IS DISTINCT FROM NEW.b) EXECUTE FUNCTION refuse();

> UPDATE t SET b = 'x' WHERE a = 1;

> UPDATE t SET b = b, n = 50 WHERE a = 1 RETURNING a, n;

> ALTER TABLE t DISABLE TRIGGER c_when;

> UPDATE t SET b = 'x' WHERE a = 1 RETURNING b;

> ALTER TABLE t ENABLE TRIGGER ALL;

> SELECT tgname, tgenabled, tgtype, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname;

> SELECT trigger_name, event_manipulation, action_timing, action_orientation FROM information_schema.triggers ORDER BY 1, 2;

> CREATE TRIGGER c_when BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION refuse();

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW WHEN (OLD.a = 1) EXECUTE FUNCTION note();

> CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nope();

> CREATE TRIGGER x BEFORE INSERT ON nope FOR EACH ROW EXECUTE FUNCTION note();

> SELECT note();

> DROP FUNCTION refuse();

> DROP TRIGGER c_when ON t;

> DROP TRIGGER c_when ON t;

> DROP TRIGGER IF EXISTS c_when ON t;

> ALTER TRIGGER a_skip ON t RENAME TO skipping;

> CREATE TABLE parent (p int PRIMARY KEY);

> CREATE TABLE child (c int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);

> CREATE TRIGGER child_note AFTER UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION note();

> INSERT INTO parent VALUES (1), (2);

> INSERT INTO child VALUES (10, 1), (20, 2);

> DELETE FROM log;

> UPDATE parent SET p = 5 WHERE p = 1;

> DELETE FROM parent WHERE p = 2;

> SELECT what FROM log ORDER BY id;

> DELETE FROM log;

> CREATE TRIGGER tr_note BEFORE TRUNCATE ON child FOR EACH STATEMENT EXECUTE FUNCTION note();

> TRUNCATE child;

> SELECT what FROM log ORDER BY id;

> WITH w AS (INSERT INTO t (a, b) VALUES (30, 'cte') RETURNING a, at) SELECT * FROM w;

> COPY t (a, b) FROM STDIN;
<40	copied
<500	skipped
<\.

> SELECT a, b, at FROM t WHERE a >= 30 ORDER BY a;

> CREATE CONSTRAINT TRIGGER late AFTER INSERT ON parent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();

> DELETE FROM log;

> BEGIN;

> INSERT INTO parent VALUES (7);

> SELECT count(*) FROM log;

> COMMIT;

> SELECT what FROM log;

> CREATE FUNCTION forever() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := NEW.b || '!'; RETURN NEW; END $$;

> CREATE OR REPLACE TRIGGER b_stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION forever();

> UPDATE t SET n = 1 WHERE a = 4 RETURNING b, at;

> UPDATE t SET b = 'q', n = 1 WHERE a = 4 RETURNING b, at;

> DROP TABLE t;

> SELECT count(*) FROM pg_trigger WHERE tgname = 'b_stamp';
