> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> CREATE FUNCTION rows_of() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r record; --
BEGIN
  IF TG_OP = 'INSERT' THEN
    FOR r IN SELECT * FROM newtab ORDER BY a LOOP RAISE NOTICE '% % new %', TG_NAME, TG_LEVEL, r; END LOOP; --
  ELSIF TG_OP = 'DELETE' THEN
    FOR r IN SELECT * FROM oldtab ORDER BY a LOOP RAISE NOTICE '% % old %', TG_NAME, TG_LEVEL, r; END LOOP; --
  ELSE
    FOR r IN SELECT o.a, o.b AS was, n.b AS is FROM oldtab o JOIN newtab n USING (a) ORDER BY a LOOP RAISE NOTICE '% % % -> %', TG_NAME, r.a, r.was, r.is; END LOOP; --
  END IF; --
  RETURN NULL; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER t_ins AFTER INSERT ON t REFERENCING NEW TABLE AS newtab FOR EACH STATEMENT EXECUTE FUNCTION rows_of();
CREATE TRIGGER

> CREATE TRIGGER t_upd AFTER UPDATE ON t REFERENCING OLD TABLE AS oldtab NEW TABLE newtab FOR EACH STATEMENT EXECUTE FUNCTION rows_of();
CREATE TRIGGER

> CREATE TRIGGER t_del AFTER DELETE ON t REFERENCING OLD TABLE AS oldtab FOR EACH STATEMENT EXECUTE FUNCTION rows_of();
CREATE TRIGGER

> INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL);
NOTICE: t_ins STATEMENT new (1,one)
NOTICE: t_ins STATEMENT new (2,two)
NOTICE: t_ins STATEMENT new (3,)
INSERT 0 3

> UPDATE t SET b = upper(b) WHERE a < 3;
NOTICE: t_upd 1 one -> ONE
NOTICE: t_upd 2 two -> TWO
UPDATE 2

> UPDATE t SET b = 'none' WHERE a > 100;
UPDATE 0

> DELETE FROM t WHERE a = 2;
NOTICE: t_del STATEMENT old (2,TWO)
DELETE 1

> INSERT INTO t VALUES (1, 'x'), (4, 'four') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
NOTICE: t_upd 1 ONE -> x
NOTICE: t_ins STATEMENT new (4,four)
INSERT 0 2

> MERGE INTO t USING (VALUES (1, 'merged'), (5, 'five'), (4, NULL)) s (a, b) ON s.a = t.a WHEN MATCHED AND s.b IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b);
NOTICE: t_del STATEMENT old (4,four)
NOTICE: t_upd 1 x -> merged
NOTICE: t_ins STATEMENT new (5,five)
MERGE 3

> COPY t FROM STDIN;
<10	ten
<11	eleven
<\.
NOTICE: t_ins STATEMENT new (10,ten)
NOTICE: t_ins STATEMENT new (11,eleven)
COPY 2

> CREATE TABLE log (what text, n bigint, total bigint);
CREATE TABLE

> CREATE FUNCTION sums() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT TG_NAME, count(*), sum(a) FROM n; RETURN NULL; END $$;
CREATE FUNCTION

> CREATE TRIGGER t_sum AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
CREATE TRIGGER

> CREATE TRIGGER t_each AFTER INSERT ON t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION sums();
CREATE TRIGGER

> DROP TRIGGER t_ins ON t;
DROP TRIGGER

> INSERT INTO t SELECT g, g::text FROM generate_series(21, 23) g;
INSERT 0 3

> SELECT * FROM log ORDER BY what, n;
what | n | total
t_each | 3 | 66
t_each | 3 | 66
t_each | 3 | 66
t_sum | 3 | 66
SELECT 4

> WITH x AS (INSERT INTO t VALUES (31, 'cte') RETURNING a) SELECT * FROM x;
a
31
SELECT 1

> SELECT count(*), max(total) FROM log;
count | max
6 | 66
SELECT 1

> SELECT tgname, tgoldtable, tgnewtable, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1;
tgname | tgoldtable | tgnewtable | pg_get_triggerdef
t_del | oldtab | NULL | CREATE TRIGGER t_del AFTER DELETE ON public.t REFERENCING OLD TABLE AS oldtab FOR EACH STATEMENT EXECUTE FUNCTION rows_of()
t_each | NULL | n | CREATE TRIGGER t_each AFTER INSERT ON public.t REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION sums()
t_sum | NULL | n | CREATE TRIGGER t_sum AFTER INSERT ON public.t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums()
t_upd | oldtab | newtab | CREATE TRIGGER t_upd AFTER UPDATE ON public.t REFERENCING OLD TABLE AS oldtab NEW TABLE AS newtab FOR EACH STATEMENT EXECUTE FUNCTION rows_of()
SELECT 4

> SELECT trigger_name, event_manipulation, action_reference_old_table, action_reference_new_table FROM information_schema.triggers ORDER BY 1;
trigger_name | event_manipulation | action_reference_old_table | action_reference_new_table
t_del | DELETE | oldtab | NULL
t_each | INSERT | NULL | n
t_sum | INSERT | NULL | n
t_upd | UPDATE | oldtab | newtab
SELECT 4

> CREATE TRIGGER x BEFORE INSERT ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 42P17: transition table name can only be specified for an AFTER trigger

> CREATE TRIGGER x AFTER INSERT OR UPDATE ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 0A000: transition tables cannot be specified for triggers with more than one event

> CREATE TRIGGER x AFTER UPDATE OF a ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 0A000: transition tables cannot be specified for triggers with column lists

> CREATE TRIGGER x AFTER DELETE ON t REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 42P17: NEW TABLE can only be specified for an INSERT or UPDATE trigger

> CREATE TRIGGER x AFTER INSERT ON t REFERENCING OLD TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 42P17: OLD TABLE can only be specified for a DELETE or UPDATE trigger

> CREATE TRIGGER x AFTER INSERT ON t REFERENCING NEW TABLE AS n NEW TABLE AS m FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 42P17: NEW TABLE cannot be specified multiple times

> CREATE TRIGGER x AFTER UPDATE ON t REFERENCING OLD TABLE AS n NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 42P17: OLD TABLE name and NEW TABLE name cannot be the same

> CREATE TRIGGER x AFTER TRUNCATE ON t REFERENCING OLD TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
ERROR 0A000: TRUNCATE triggers with transition tables are not supported

> CREATE TRIGGER x AFTER INSERT ON t REFERENCING NEW ROW AS n FOR EACH ROW EXECUTE FUNCTION sums();
ERROR 0A000: ROW variable naming in the REFERENCING clause is not supported
HINT: Use OLD TABLE or NEW TABLE for naming transition tables.

> DROP TRIGGER t_sum ON t;
DROP TRIGGER

> DROP TRIGGER t_each ON t;
DROP TRIGGER

> CREATE FUNCTION alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM count(*) FROM n; RETURN NULL; END $$;
CREATE FUNCTION

> CREATE TRIGGER t_alone AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION alone();
CREATE TRIGGER

> INSERT INTO t VALUES (50, 'fails');
ERROR 42P01: relation "n" does not exist
CONTEXT: PL/pgSQL function alone() line 1 at PERFORM

> DROP TRIGGER t_alone ON t;
DROP TRIGGER

> CREATE TABLE parent (p int PRIMARY KEY);
CREATE TABLE

> CREATE TABLE child (c int PRIMARY KEY, a int REFERENCES parent ON DELETE CASCADE);
CREATE TABLE

> CREATE TRIGGER c_del AFTER DELETE ON child REFERENCING OLD TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION sums();
CREATE TRIGGER

> INSERT INTO parent VALUES (1), (2), (3);
INSERT 0 3

> INSERT INTO child VALUES (1, 1), (2, 1), (3, 2), (4, 3);
INSERT 0 4

> DELETE FROM parent WHERE p < 3;
DELETE 2

> SELECT * FROM log WHERE what = 'c_del';
what | n | total
c_del | 3 | 4
SELECT 1
