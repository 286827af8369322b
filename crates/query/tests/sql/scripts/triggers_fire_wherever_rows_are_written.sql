> CREATE TABLE t (a int PRIMARY KEY, b text, g text GENERATED ALWAYS AS ('<' || b || '>') STORED);
CREATE TABLE

> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % % % old % new %', TG_NAME, TG_WHEN, TG_LEVEL, TG_OP, OLD, NEW; --
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER a_before BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> CREATE TRIGGER b_after AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> CREATE TRIGGER s_before BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER

> CREATE TRIGGER s_after AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER

> INSERT INTO t VALUES (1, 'one'), (2, 'two') RETURNING *;
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (1,one,)
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (2,two,)
NOTICE: b_after AFTER ROW INSERT old <NULL> new (1,one,<one>)
NOTICE: b_after AFTER ROW INSERT old <NULL> new (2,two,<two>)
NOTICE: s_after AFTER STATEMENT INSERT old <NULL> new <NULL>
a | b | g
1 | one | <one>
2 | two | <two>
INSERT 0 2

> UPDATE t SET b = 'uno' WHERE a = 1 RETURNING g;
NOTICE: s_before BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW UPDATE old (1,one,<one>) new (1,uno,)
NOTICE: b_after AFTER ROW UPDATE old (1,one,<one>) new (1,uno,<uno>)
NOTICE: s_after AFTER STATEMENT UPDATE old <NULL> new <NULL>
g
<uno>
UPDATE 1

> INSERT INTO t VALUES (1, 'again'), (3, 'three') ON CONFLICT (a) DO UPDATE SET b = excluded.b || t.b WHERE t.a < 100;
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (1,again,)
NOTICE: a_before BEFORE ROW UPDATE old (1,uno,<uno>) new (1,againuno,)
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (3,three,)
NOTICE: b_after AFTER ROW UPDATE old (1,uno,<uno>) new (1,againuno,<againuno>)
NOTICE: b_after AFTER ROW INSERT old <NULL> new (3,three,<three>)
NOTICE: s_after AFTER STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_after AFTER STATEMENT INSERT old <NULL> new <NULL>
INSERT 0 2

> INSERT INTO t VALUES (1, 'x') ON CONFLICT DO NOTHING;
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (1,x,)
NOTICE: s_after AFTER STATEMENT INSERT old <NULL> new <NULL>
INSERT 0 0

> INSERT INTO t VALUES (5, 'a'), (5, 'b') ON CONFLICT (a) DO UPDATE SET b = excluded.b;
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (5,a,)
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (5,b,)
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
HINT: Ensure that no rows proposed for insertion within the same command have duplicate constrained values.

> MERGE INTO t USING (VALUES (1, 'merged'), (2, NULL), (9, 'nine')) s (a, b) ON s.a = t.a WHEN MATCHED AND s.b IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b);
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_before BEFORE STATEMENT DELETE old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW UPDATE old (1,againuno,<againuno>) new (1,merged,)
NOTICE: a_before BEFORE ROW DELETE old (2,two,<two>) new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (9,nine,)
NOTICE: b_after AFTER ROW UPDATE old (1,againuno,<againuno>) new (1,merged,<merged>)
NOTICE: b_after AFTER ROW DELETE old (2,two,<two>) new <NULL>
NOTICE: b_after AFTER ROW INSERT old <NULL> new (9,nine,<nine>)
NOTICE: s_after AFTER STATEMENT DELETE old <NULL> new <NULL>
NOTICE: s_after AFTER STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_after AFTER STATEMENT INSERT old <NULL> new <NULL>
MERGE 3

> COPY t (a, b) FROM STDIN;
<20	copied
<\.
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (20,copied,)
NOTICE: b_after AFTER ROW INSERT old <NULL> new (20,copied,<copied>)
NOTICE: s_after AFTER STATEMENT INSERT old <NULL> new <NULL>
COPY 1

> INSERT INTO t VALUES (20, 'twice');
NOTICE: s_before BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW INSERT old <NULL> new (20,twice,)
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(20) already exists.

> WITH d AS (DELETE FROM t WHERE a = 20 RETURNING *) SELECT * FROM d;
NOTICE: s_before BEFORE STATEMENT DELETE old <NULL> new <NULL>
NOTICE: a_before BEFORE ROW DELETE old (20,copied,<copied>) new <NULL>
NOTICE: b_after AFTER ROW DELETE old (20,copied,<copied>) new <NULL>
NOTICE: s_after AFTER STATEMENT DELETE old <NULL> new <NULL>
a | b | g
20 | copied | <copied>
SELECT 1

> TRUNCATE t;
NOTICE: s_before BEFORE STATEMENT TRUNCATE old <NULL> new <NULL>
NOTICE: s_after AFTER STATEMENT TRUNCATE old <NULL> new <NULL>
TRUNCATE TABLE

> SELECT * FROM t;
a | b | g
SELECT 0

> DROP TRIGGER s_before ON t;
DROP TRIGGER

> DROP TRIGGER s_after ON t;
DROP TRIGGER

> DROP TRIGGER a_before ON t;
DROP TRIGGER

> CREATE TABLE parent (p int PRIMARY KEY);
CREATE TABLE

> CREATE TABLE child (c int PRIMARY KEY, p int DEFAULT 0 REFERENCES parent ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE

> CREATE TRIGGER c_before BEFORE UPDATE OR DELETE ON child FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> CREATE TRIGGER c_after AFTER UPDATE OF p ON child FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> CREATE TRIGGER c_truncate AFTER TRUNCATE ON child EXECUTE FUNCTION tell();
CREATE TRIGGER

> INSERT INTO parent VALUES (1), (2);
INSERT 0 2

> INSERT INTO child VALUES (10, 1), (20, 2);
INSERT 0 2

> UPDATE parent SET p = p + 100 WHERE p = 1;
NOTICE: c_before BEFORE ROW UPDATE old (10,1) new (10,101)
NOTICE: c_after AFTER ROW UPDATE old (10,1) new (10,101)
UPDATE 1

> DELETE FROM parent WHERE p = 2;
NOTICE: c_before BEFORE ROW UPDATE old (20,2) new (20,)
NOTICE: c_after AFTER ROW UPDATE old (20,2) new (20,)
DELETE 1

> TRUNCATE parent CASCADE;
NOTICE: truncate cascades to table "child"
NOTICE: c_truncate AFTER STATEMENT TRUNCATE old <NULL> new <NULL>
TRUNCATE TABLE

> DROP TABLE child, parent;
DROP TABLE

> CREATE TABLE deep (n int);
CREATE TABLE

> CREATE FUNCTION deeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'depth % at %', pg_trigger_depth(), NEW.n; --
  IF NEW.n < 3 THEN INSERT INTO deep VALUES (NEW.n + 1); END IF; --
  RAISE NOTICE 'back at %, depth %', NEW.n, pg_trigger_depth(); --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER deep_before BEFORE INSERT ON deep FOR EACH ROW EXECUTE FUNCTION deeper();
CREATE TRIGGER

> INSERT INTO deep VALUES (1);
NOTICE: depth 1 at 1
NOTICE: depth 2 at 2
NOTICE: depth 3 at 3
NOTICE: back at 3, depth 3
NOTICE: back at 2, depth 2
NOTICE: back at 1, depth 1
INSERT 0 1

> SELECT pg_trigger_depth(), n FROM deep ORDER BY n;
pg_trigger_depth | n
0 | 1
0 | 2
0 | 3
SELECT 3

> CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'at %', NEW.n USING HINT = 'try less'; END $$;
CREATE FUNCTION

> CREATE TRIGGER fails_after AFTER INSERT ON deep FOR EACH ROW WHEN (NEW.n > 2) EXECUTE FUNCTION fails();
CREATE TRIGGER

> INSERT INTO deep VALUES (1);
NOTICE: depth 1 at 1
NOTICE: depth 2 at 2
NOTICE: depth 3 at 3
NOTICE: back at 3, depth 3
ERROR P0001: at 3
HINT: try less
CONTEXT: PL/pgSQL function fails() line 1 at RAISE
SQL statement "INSERT INTO deep VALUES (NEW.n + 1)"
PL/pgSQL function deeper() line 4 at SQL statement
SQL statement "INSERT INTO deep VALUES (NEW.n + 1)"
PL/pgSQL function deeper() line 4 at SQL statement

> SELECT pg_trigger_depth();
pg_trigger_depth
0
SELECT 1

> DO $$ BEGIN INSERT INTO deep VALUES (5); EXCEPTION WHEN raise_exception THEN RAISE NOTICE 'caught %', SQLERRM; END $$;
NOTICE: depth 1 at 5
NOTICE: back at 5, depth 1
NOTICE: caught at 5
DO

> SELECT count(*) FROM deep;
count
3
SELECT 1

> DROP TABLE deep;
DROP TABLE

> CREATE FUNCTION no_return() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE FUNCTION

> CREATE FUNCTION null_return() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION

> CREATE FUNCTION other_row() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN SELECT 1 AS x, 2 AS y, 3 AS z INTO r; RETURN r; END $$;
CREATE FUNCTION

> CREATE FUNCTION short_row() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN SELECT 1 AS x INTO r; RETURN r; END $$;
CREATE FUNCTION

> CREATE FUNCTION scalar_return() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
CREATE FUNCTION

> CREATE TABLE w (x int, y text);
CREATE TABLE

> CREATE TRIGGER w_t BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION no_return();
CREATE TRIGGER

> INSERT INTO w VALUES (1, 'a');
ERROR 2F005: control reached end of trigger procedure without RETURN
CONTEXT: PL/pgSQL function no_return()

> CREATE OR REPLACE TRIGGER w_t BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION null_return();
CREATE TRIGGER

> INSERT INTO w VALUES (1, 'a') RETURNING *;
x | y
INSERT 0 0

> CREATE OR REPLACE TRIGGER w_t BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION short_row();
CREATE TRIGGER

> INSERT INTO w VALUES (1, 'a');
ERROR 42804: returned row structure does not match the structure of the triggering table
DETAIL: Number of returned columns (1) does not match expected column count (2).
CONTEXT: PL/pgSQL function short_row() during function exit

> CREATE OR REPLACE TRIGGER w_t BEFORE INSERT ON w FOR EACH ROW EXECUTE FUNCTION scalar_return();
CREATE TRIGGER

> INSERT INTO w VALUES (1, 'a');
ERROR 42804: cannot return non-composite value from function returning composite type
CONTEXT: PL/pgSQL function scalar_return() line 1 at RETURN

> CREATE OR REPLACE TRIGGER w_t AFTER INSERT ON w FOR EACH STATEMENT EXECUTE FUNCTION null_return();
CREATE TRIGGER

> INSERT INTO w VALUES (1, 'a'), (2, 'b');
INSERT 0 2

> DROP TRIGGER w_t ON w;
DROP TRIGGER

> CREATE FUNCTION touch_others() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE w SET y = y || '!' WHERE x <> NEW.x; RETURN NEW; END $$;
CREATE FUNCTION

> CREATE TRIGGER w_touch BEFORE UPDATE OF x ON w FOR EACH ROW EXECUTE FUNCTION touch_others();
CREATE TRIGGER

> UPDATE w SET x = x + 10;
ERROR 27000: tuple to be updated was already modified by an operation triggered by the current command
HINT: Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.

> CREATE FUNCTION delete_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM w WHERE x = OLD.x; RETURN OLD; END $$;
CREATE FUNCTION

> CREATE TRIGGER w_delete BEFORE DELETE ON w FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION delete_it();
CREATE TRIGGER

> DELETE FROM w WHERE x = 1;
ERROR 27000: tuple to be deleted was already modified by an operation triggered by the current command
HINT: Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.

> SELECT * FROM w ORDER BY x;
x | y
1 | a
2 | b
SELECT 2

> CREATE TABLE v (x int, y text CHECK (y <> 'bad'));
CREATE TABLE

> CREATE FUNCTION upcase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.y := CASE NEW.y WHEN 'worse' THEN 'bad' WHEN 'nothing' THEN NULL ELSE upper(NEW.y) END; RETURN NEW; END $$;
CREATE FUNCTION

> CREATE TRIGGER v_up BEFORE INSERT OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION upcase();
CREATE TRIGGER

> INSERT INTO v VALUES (1, 'bad'), (2, 'nothing') RETURNING *;
x | y
1 | BAD
2 | NULL
INSERT 0 2

> INSERT INTO v VALUES (3, 'worse');
ERROR 23514: new row for relation "v" violates check constraint "v_y_check"
DETAIL: Failing row contains (3, bad).

> PREPARE ins (int, text) AS INSERT INTO v VALUES ($1, $2) RETURNING y;
PREPARE

> EXECUTE ins (4, 'prepared');
y
PREPARED
INSERT 0 1

> SET session_replication_role = replica;
SET

> INSERT INTO v VALUES (5, 'replicated') RETURNING y;
y
replicated
INSERT 0 1

> ALTER TABLE v ENABLE REPLICA TRIGGER v_up;
ALTER TABLE

> INSERT INTO v VALUES (6, 'replicated') RETURNING y;
y
REPLICATED
INSERT 0 1

> RESET session_replication_role;
RESET

> INSERT INTO v VALUES (7, 'original') RETURNING y;
y
original
INSERT 0 1

> CREATE TEMP TABLE temp (x int);
CREATE TABLE

> CREATE TRIGGER temp_tell AFTER INSERT ON temp FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> INSERT INTO temp VALUES (1);
NOTICE: temp_tell AFTER ROW INSERT old <NULL> new (1)
INSERT 0 1

> ALTER TABLE temp ADD COLUMN added text DEFAULT 'd';
ALTER TABLE

> INSERT INTO temp VALUES (2);
NOTICE: temp_tell AFTER ROW INSERT old <NULL> new (2,d)
INSERT 0 1

> ALTER TABLE temp DROP COLUMN x;
ALTER TABLE

> INSERT INTO temp VALUES ('only');
NOTICE: temp_tell AFTER ROW INSERT old <NULL> new (only)
INSERT 0 1
