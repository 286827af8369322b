> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE

> CREATE FUNCTION positive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% % %', TG_NAME, TG_OP, NEW; IF NEW.b < 0 THEN RAISE EXCEPTION 'b of % is negative', NEW.a USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$;
CREATE FUNCTION

> CREATE CONSTRAINT TRIGGER at_once AFTER INSERT OR UPDATE ON t FOR EACH ROW WHEN (NEW.b < 0 OR NEW.b > 100) EXECUTE FUNCTION positive();
CREATE TRIGGER

> CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE OF b ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION positive();
CREATE TRIGGER

> CREATE CONSTRAINT TRIGGER either AFTER DELETE ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION positive();
CREATE TRIGGER

> INSERT INTO t VALUES (1, 1), (2, 200);
NOTICE: at_once INSERT (2,200)
NOTICE: later INSERT (1,1)
NOTICE: later INSERT (2,200)
INSERT 0 2

> INSERT INTO t VALUES (3, -3);
NOTICE: at_once INSERT (3,-3)
ERROR 23514: b of 3 is negative
CONTEXT: PL/pgSQL function positive() line 1 at RAISE

> SELECT * FROM t ORDER BY a;
a | b
1 | 1
2 | 200
SELECT 2

> ALTER TABLE t DISABLE TRIGGER at_once;
ALTER TABLE

> BEGIN;
BEGIN

> INSERT INTO t VALUES (4, -4);
INSERT 0 1

> UPDATE t SET a = 40 WHERE a = 4;
UPDATE 1

> COMMIT;
NOTICE: later INSERT (4,-4)
ERROR 23514: b of 4 is negative
CONTEXT: PL/pgSQL function positive() line 1 at RAISE

> SELECT * FROM t ORDER BY a;
a | b
1 | 1
2 | 200
SELECT 2

> BEGIN;
BEGIN

> INSERT INTO t VALUES (5, 5);
INSERT 0 1

> SAVEPOINT s;
SAVEPOINT

> INSERT INTO t VALUES (6, -6);
INSERT 0 1

> ROLLBACK TO s;
ROLLBACK

> SET CONSTRAINTS later IMMEDIATE;
NOTICE: later INSERT (5,5)
SET CONSTRAINTS

> INSERT INTO t VALUES (7, 7);
NOTICE: later INSERT (7,7)
INSERT 0 1

> COMMIT;
COMMIT

> BEGIN;
BEGIN

> SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS

> INSERT INTO t VALUES (8, -8);
NOTICE: later INSERT (8,-8)
ERROR 23514: b of 8 is negative
CONTEXT: PL/pgSQL function positive() line 1 at RAISE

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SET CONSTRAINTS either DEFERRED;
SET CONSTRAINTS

> DELETE FROM t WHERE a = 7;
DELETE 1

> SELECT count(*) FROM t;
count
3
SELECT 1

> COMMIT;
NOTICE: either DELETE <NULL>
COMMIT

> DELETE FROM t WHERE a = 5;
NOTICE: either DELETE <NULL>
DELETE 1

> BEGIN;
BEGIN

> SET CONSTRAINTS at_once DEFERRED;
ERROR 42809: constraint "at_once" is not deferrable

> ROLLBACK;
ROLLBACK

> SELECT conname, contype, condeferrable, condeferred, conrelid::regclass FROM pg_constraint WHERE contype = 't' ORDER BY 1;
conname | contype | condeferrable | condeferred | conrelid
at_once | t | f | f | t
either | t | t | f | t
later | t | t | t | t
SELECT 3

> SELECT tgname, tgdeferrable, tginitdeferred, tgenabled, tgconstraint <> 0, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 't'::regclass ORDER BY 1;
tgname | tgdeferrable | tginitdeferred | tgenabled | ?column? | pg_get_triggerdef
at_once | f | f | D | t | CREATE CONSTRAINT TRIGGER at_once AFTER INSERT OR UPDATE ON public.t NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (((new.b < 0) OR (new.b > 100))) EXECUTE FUNCTION positive()
either | t | f | O | t | CREATE CONSTRAINT TRIGGER either AFTER DELETE ON public.t DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION positive()
later | t | t | O | t | CREATE CONSTRAINT TRIGGER later AFTER INSERT OR UPDATE OF b ON public.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION positive()
SELECT 3

> CREATE OR REPLACE TRIGGER later AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION positive();
ERROR 42710: trigger "later" for relation "t" is a constraint trigger

> CREATE OR REPLACE CONSTRAINT TRIGGER later AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION positive();
ERROR 0A000: CREATE OR REPLACE CONSTRAINT TRIGGER is not supported

> CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION positive();
ERROR 42710: trigger "later" for relation "t" already exists

> CREATE CONSTRAINT TRIGGER x AFTER INSERT ON t NOT DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION positive();
ERROR 42601: constraint declared INITIALLY DEFERRED must be DEFERRABLE

> CREATE TABLE other (o int);
CREATE TABLE

> CREATE CONSTRAINT TRIGGER of_other AFTER UPDATE ON t FROM other NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION positive();
CREATE TRIGGER

> SELECT pg_get_triggerdef(oid), tgconstrrelid::regclass FROM pg_trigger WHERE tgname = 'of_other';
pg_get_triggerdef | tgconstrrelid
CREATE CONSTRAINT TRIGGER of_other AFTER UPDATE ON public.t FROM other NOT DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION positive() | other
SELECT 1

> CREATE CONSTRAINT TRIGGER x AFTER UPDATE ON t FROM nope FOR EACH ROW EXECUTE FUNCTION positive();
ERROR 42P01: relation "nope" does not exist

> BEGIN;
BEGIN

> INSERT INTO t VALUES (60, 60);
INSERT 0 1

> TRUNCATE t;
ERROR 55006: cannot TRUNCATE "t" because it has pending trigger events

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> INSERT INTO t VALUES (70, 70);
INSERT 0 1

> DROP TABLE t;
ERROR 55006: cannot DROP TABLE "t" because it has pending trigger events

> ROLLBACK;
ROLLBACK

> DROP TRIGGER later ON t;
DROP TRIGGER

> SELECT conname FROM pg_constraint WHERE contype = 't' ORDER BY 1;
conname
at_once
either
of_other
SELECT 3
