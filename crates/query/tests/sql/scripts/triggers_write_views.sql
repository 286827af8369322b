> CREATE TABLE base (a int PRIMARY KEY, b text, c numeric DEFAULT 1.5);
CREATE TABLE

> INSERT INTO base VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
INSERT 0 3

> CREATE VIEW v AS SELECT a, b, c * 2 AS twice, count(*) OVER () AS n FROM base;
CREATE VIEW

> CREATE FUNCTION v_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % % % old % new % args %', TG_NAME, TG_WHEN, TG_OP, TG_LEVEL, OLD, NEW, TG_NARGS; --
  IF TG_OP = 'INSERT' THEN
    IF NEW.a < 0 THEN RETURN NULL; END IF; --
    INSERT INTO base (a, b, c) VALUES (NEW.a, NEW.b, NEW.twice / 2); --
    NEW.n := 99; --
    RETURN NEW; --
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE base SET a = NEW.a, b = NEW.b WHERE a = OLD.a; --
    IF NOT FOUND THEN RETURN NULL; END IF; --
    RETURN NEW; --
  ELSE
    DELETE FROM base WHERE a = OLD.a; --
    RETURN OLD; --
  END IF; --
END $$;
CREATE FUNCTION

> INSERT INTO v (a, b) VALUES (4, 'four');
ERROR 55000: cannot insert into view "v"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.

> UPDATE v SET b = 'x';
ERROR 55000: cannot update view "v"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.

> DELETE FROM v;
ERROR 55000: cannot delete from view "v"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.

> CREATE TRIGGER v_before BEFORE INSERT ON v FOR EACH ROW EXECUTE FUNCTION v_write();
ERROR 42809: "v" is a view
DETAIL: Views cannot have row-level BEFORE or AFTER triggers.

> CREATE TRIGGER v_after AFTER INSERT ON v FOR EACH ROW EXECUTE FUNCTION v_write();
ERROR 42809: "v" is a view
DETAIL: Views cannot have row-level BEFORE or AFTER triggers.

> CREATE TRIGGER v_truncate BEFORE TRUNCATE ON v EXECUTE FUNCTION v_write();
ERROR 42809: "v" is a view
DETAIL: Views cannot have TRUNCATE triggers.

> CREATE TRIGGER v_stmt INSTEAD OF INSERT ON v EXECUTE FUNCTION v_write();
ERROR 0A000: INSTEAD OF triggers must be FOR EACH ROW

> CREATE TRIGGER v_when INSTEAD OF INSERT ON v FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION v_write();
ERROR 0A000: INSTEAD OF triggers cannot have WHEN conditions

> CREATE TRIGGER v_columns INSTEAD OF UPDATE OF a ON v FOR EACH ROW EXECUTE FUNCTION v_write();
ERROR 0A000: INSTEAD OF triggers cannot have column lists

> CREATE TRIGGER t_instead INSTEAD OF UPDATE ON base FOR EACH ROW EXECUTE FUNCTION v_write();
ERROR 42809: "base" is a table
DETAIL: Tables cannot have INSTEAD OF triggers.

> CREATE TRIGGER v_rows AFTER INSERT ON v REFERENCING NEW TABLE AS x EXECUTE FUNCTION v_write();
ERROR 42809: "v" is a view
DETAIL: Triggers on views cannot have transition tables.

> CREATE TRIGGER v_ins INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION v_write('x', 1);
CREATE TRIGGER

> CREATE TRIGGER v_upd INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION v_write();
CREATE TRIGGER

> CREATE TRIGGER v_del INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION v_write();
CREATE TRIGGER

> CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% % %', TG_NAME, TG_OP, TG_LEVEL; RETURN NULL; END $$;
CREATE FUNCTION

> CREATE TRIGGER v_before_s BEFORE INSERT OR UPDATE OR DELETE ON v FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER

> CREATE TRIGGER v_after_s AFTER INSERT OR UPDATE OR DELETE ON v FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER

> INSERT INTO v (a, b, twice) VALUES (4, 'four', 8), (-1, 'left out', 0) RETURNING *;
NOTICE: v_before_s INSERT STATEMENT
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (4,four,8,) args 2
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (-1,"left out",0,) args 2
NOTICE: v_after_s INSERT STATEMENT
a | b | twice | n
4 | four | 8 | 99
INSERT 0 1

> UPDATE v SET b = upper(b) WHERE a IN (1, 4) RETURNING a, b, n;
NOTICE: v_before_s UPDATE STATEMENT
NOTICE: v_upd INSTEAD OF UPDATE ROW old (1,one,2,4) new (1,ONE,2,4) args 0
NOTICE: v_upd INSTEAD OF UPDATE ROW old (4,four,8.0000000000000000,4) new (4,FOUR,8.0000000000000000,4) args 0
NOTICE: v_after_s UPDATE STATEMENT
a | b | n
1 | ONE | 4
4 | FOUR | 4
UPDATE 2

> UPDATE v SET a = v.a + 10 FROM base x WHERE x.a = v.a AND v.a = 2 RETURNING v.a, x.a;
NOTICE: v_before_s UPDATE STATEMENT
NOTICE: v_upd INSTEAD OF UPDATE ROW old (2,two,4,4) new (12,two,4,4) args 0
NOTICE: v_after_s UPDATE STATEMENT
a | a
12 | 2
UPDATE 1

> DELETE FROM v WHERE a = 12 RETURNING *;
NOTICE: v_before_s DELETE STATEMENT
NOTICE: v_del INSTEAD OF DELETE ROW old (12,two,4,4) new <NULL> args 0
NOTICE: v_after_s DELETE STATEMENT
a | b | twice | n
12 | two | 4 | 4
DELETE 1

> SELECT * FROM base ORDER BY a;
a | b | c
1 | ONE | 1
3 | three | 3
4 | FOUR | 4.0000000000000000
SELECT 3

> INSERT INTO v SELECT 20, 'twenty', 1 RETURNING a, b, n;
NOTICE: v_before_s INSERT STATEMENT
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (20,twenty,1,) args 2
NOTICE: v_after_s INSERT STATEMENT
a | b | n
20 | twenty | 99
INSERT 0 1

> WITH w AS (UPDATE v SET b = 'cte' WHERE a = 20 RETURNING a, b) SELECT * FROM w;
NOTICE: v_before_s UPDATE STATEMENT
NOTICE: v_upd INSTEAD OF UPDATE ROW old (20,twenty,1.00000000000000000000,4) new (20,cte,1.00000000000000000000,4) args 0
NOTICE: v_after_s UPDATE STATEMENT
a | b
20 | cte
SELECT 1

> COPY v (a, b, twice) FROM STDIN;
<30	thirty	60
<-30	none	0
<\.
NOTICE: v_before_s INSERT STATEMENT
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (30,thirty,60,) args 2
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (-30,none,0,) args 2
NOTICE: v_after_s INSERT STATEMENT
COPY 2

> SELECT * FROM base WHERE a >= 20 ORDER BY a;
a | b | c
20 | cte | 0.50000000000000000000
30 | thirty | 30.0000000000000000
SELECT 2

> CREATE VIEW over AS SELECT a AS aa, b AS bb FROM v WHERE a < 100;
CREATE VIEW

> UPDATE over SET bb = 'over' WHERE aa = 3 RETURNING *;
NOTICE: v_before_s UPDATE STATEMENT
NOTICE: v_upd INSTEAD OF UPDATE ROW old (3,three,6,5) new (3,over,6,5) args 0
NOTICE: v_after_s UPDATE STATEMENT
aa | bb
3 | over
UPDATE 1

> INSERT INTO over VALUES (40, 'forty') RETURNING *;
NOTICE: v_before_s INSERT STATEMENT
NOTICE: v_ins INSTEAD OF INSERT ROW old <NULL> new (40,forty,,) args 2
NOTICE: v_after_s INSERT STATEMENT
aa | bb
40 | forty
INSERT 0 1

> DELETE FROM over WHERE aa = 40;
NOTICE: v_before_s DELETE STATEMENT
NOTICE: v_del INSTEAD OF DELETE ROW old (40,forty,,6) new <NULL> args 0
NOTICE: v_after_s DELETE STATEMENT
DELETE 1

> SELECT table_name, is_updatable, is_insertable_into, is_trigger_updatable, is_trigger_deletable, is_trigger_insertable_into FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1;
table_name | is_updatable | is_insertable_into | is_trigger_updatable | is_trigger_deletable | is_trigger_insertable_into
over | NO | NO | NO | NO | NO
v | NO | NO | YES | YES | YES
SELECT 2

> SELECT relname, relhastriggers, pg_relation_is_updatable(oid, false), pg_relation_is_updatable(oid, true) FROM pg_class WHERE relname IN ('v', 'base') ORDER BY 1;
relname | relhastriggers | pg_relation_is_updatable | pg_relation_is_updatable
base | f | 28 | 28
v | t | 0 | 28
SELECT 2

> SELECT tgname, tgtype, pg_get_triggerdef(oid, true) FROM pg_trigger WHERE tgrelid = 'v'::regclass ORDER BY 1;
tgname | tgtype | pg_get_triggerdef
v_after_s | 28 | CREATE TRIGGER v_after_s AFTER INSERT OR DELETE OR UPDATE ON v FOR EACH STATEMENT EXECUTE FUNCTION note()
v_before_s | 30 | CREATE TRIGGER v_before_s BEFORE INSERT OR DELETE OR UPDATE ON v FOR EACH STATEMENT EXECUTE FUNCTION note()
v_del | 73 | CREATE TRIGGER v_del INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION v_write()
v_ins | 69 | CREATE TRIGGER v_ins INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION v_write('x', '1')
v_upd | 81 | CREATE TRIGGER v_upd INSTEAD OF UPDATE ON v FOR EACH ROW EXECUTE FUNCTION v_write()
SELECT 5

> CREATE OR REPLACE VIEW v AS SELECT a, b, c * 2 AS twice, count(*) OVER () AS n, 1 AS one FROM base;
CREATE VIEW

> UPDATE v SET b = 'still' WHERE a = 30;
NOTICE: v_before_s UPDATE STATEMENT
NOTICE: v_upd INSTEAD OF UPDATE ROW old (30,thirty,60.0000000000000000,5,1) new (30,still,60.0000000000000000,5,1) args 0
NOTICE: v_after_s UPDATE STATEMENT
UPDATE 1

> ALTER TABLE v DISABLE TRIGGER v_upd;
ERROR 42809: ALTER action DISABLE TRIGGER cannot be performed on relation "v"
DETAIL: This operation is not supported for views.

> ALTER TRIGGER v_upd ON v RENAME TO v_update;
ALTER TRIGGER

> DROP FUNCTION note();
ERROR 2BP01: cannot drop function note() because other objects depend on it
DETAIL: trigger v_before_s on view v depends on function note()
trigger v_after_s on view v depends on function note()
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TRIGGER v_ins ON v;
DROP TRIGGER

> INSERT INTO v (a) VALUES (50);
ERROR 55000: cannot insert into view "v"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.

> INSERT INTO over VALUES (50);
ERROR 55000: cannot insert into view "v"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.

> COPY v (a) FROM STDIN;
ERROR 42809: cannot copy to view "v"
HINT: To enable copying to a view, provide an INSTEAD OF INSERT trigger.

> DROP TRIGGER nope ON v;
ERROR 42704: trigger "nope" for table "v" does not exist

> COMMENT ON TRIGGER v_del ON v IS 'deletes';
COMMENT

> SELECT obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE tgname = 'v_del';
obj_description
deletes
SELECT 1

> CREATE VIEW auto AS SELECT a, b FROM base;
CREATE VIEW

> CREATE TRIGGER auto_del INSTEAD OF DELETE ON auto FOR EACH ROW EXECUTE FUNCTION v_write();
CREATE TRIGGER

> UPDATE auto SET b = 'auto' WHERE a = 1 RETURNING *;
a | b
1 | auto
UPDATE 1

> DELETE FROM auto WHERE a = 1 RETURNING *;
NOTICE: auto_del INSTEAD OF DELETE ROW old (1,auto) new <NULL> args 0
a | b
1 | auto
DELETE 1

> DELETE FROM auto WHERE a = 999;
DELETE 0

> DROP VIEW over;
DROP VIEW

> DROP VIEW v;
DROP VIEW

> SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'v\_%';
count
0
SELECT 1
