-- Triggers of partitioned tables, and what partitions have of them.
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% on % % % %', TG_NAME, TG_TABLE_NAME, TG_WHEN, TG_LEVEL, TG_OP; --
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TABLE p (a int, b text) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE VIEW shown AS SELECT t.tgrelid::regclass AS tab, t.tgname, t.tgenabled, t.tgtype, t.tgattr, u.tgrelid::regclass AS of, t.tgisinternal FROM pg_trigger t LEFT JOIN pg_trigger u ON u.oid = t.tgparentid WHERE t.tgname ~ '^t' ORDER BY t.tgname, t.tgrelid::regclass::text;
CREATE VIEW

> CREATE TRIGGER t1 INSTEAD OF INSERT ON p FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 42809: "p" is a table
DETAIL: Tables cannot have INSTEAD OF triggers.
> CREATE TRIGGER t1 AFTER INSERT ON p REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 0A000: "p" is a partitioned table
DETAIL: ROW triggers with transition tables are not supported on partitioned tables.
> CREATE TRIGGER t1 AFTER INSERT ON p1 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 0A000: ROW triggers with transition tables are not supported on partitions
> CREATE TRIGGER t1 BEFORE INSERT ON p REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tell();
ERROR 42P17: transition table name can only be specified for an AFTER trigger
> CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF b ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER t_stm AFTER INSERT ON p FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER
> SELECT * FROM shown;
tab | tgname | tgenabled | tgtype | tgattr | of | tgisinternal
p | t1 | O | 23 | 2 | NULL | f
p1 | t1 | O | 23 | 2 | p | f
p | t_stm | O | 4 |  | NULL | f
SELECT 3
> SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgname = 't1' ORDER BY 1;
pg_get_triggerdef
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF b ON public.p FOR EACH ROW EXECUTE FUNCTION tell()
CREATE TRIGGER t1 BEFORE INSERT OR UPDATE OF b ON public.p1 FOR EACH ROW EXECUTE FUNCTION tell()
SELECT 2

-- A trigger of a partition cannot go alone.
> CREATE TRIGGER t1 BEFORE INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 42710: trigger "t1" for relation "p1" already exists
> CREATE OR REPLACE TRIGGER t1 BEFORE INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 42710: trigger "t1" for relation "p1" is an internal or a child trigger
> DROP TRIGGER t1 ON p1;
ERROR 2BP01: cannot drop trigger t1 on table p1 because trigger t1 on table p requires it
HINT: You can drop trigger t1 on table p instead.
> ALTER TRIGGER t1 ON p1 RENAME TO t2;
ERROR XX000: cannot rename trigger "t1" on table "p1"
HINT: Rename the trigger on the partitioned table "p" instead.

-- What comes later, with columns at other places and partitions of its own.
> CREATE TABLE p2 (b text, x int, a int) PARTITION BY LIST (b);
CREATE TABLE
> ALTER TABLE p2 DROP COLUMN x;
ALTER TABLE
> CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN ('a');
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE
> CREATE TABLE p2b PARTITION OF p2 FOR VALUES IN ('b');
CREATE TABLE
> SELECT * FROM shown;
tab | tgname | tgenabled | tgtype | tgattr | of | tgisinternal
p | t1 | O | 23 | 2 | NULL | f
p1 | t1 | O | 23 | 2 | p | f
p2 | t1 | O | 23 | 1 | p | f
p2a | t1 | O | 23 | 1 | p2 | f
p2b | t1 | O | 23 | 1 | p2 | f
p | t_stm | O | 4 |  | NULL | f
SELECT 6
> SELECT t.tgrelid::regclass AS tab, t.tgname, CASE WHEN t.tgparentid = 0 THEN NULL ELSE (SELECT u.tgrelid::pg_catalog.regclass FROM pg_catalog.pg_trigger AS u, pg_catalog.pg_partition_ancestors(t.tgrelid) WITH ORDINALITY AS a(relid, depth) WHERE u.tgname = t.tgname AND u.tgrelid = a.relid AND u.tgparentid = 0 ORDER BY a.depth LIMIT 1) END AS parent FROM pg_catalog.pg_trigger t WHERE t.tgname = 't1' ORDER BY t.tgrelid::regclass::text;
tab | tgname | parent
p | t1 | NULL
p1 | t1 | p
p2 | t1 | p
p2a | t1 | p
p2b | t1 | p
SELECT 5
> ALTER TRIGGER t1 ON p RENAME TO t2;
ALTER TRIGGER
> ALTER TRIGGER t2 ON p RENAME TO t_stm;
ERROR 42710: trigger "t_stm" for relation "p" already exists
> CREATE TRIGGER t9 BEFORE INSERT ON p2a FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> ALTER TRIGGER t2 ON p RENAME TO t9;
ERROR 42710: trigger "t9" for relation "p2a" already exists
> DROP TRIGGER t9 ON p2a;
DROP TRIGGER
> ALTER TABLE ONLY p DISABLE TRIGGER t2;
ALTER TABLE
> SELECT tab, tgenabled FROM shown WHERE tgname = 't2';
tab | tgenabled
p | D
p1 | O
p2 | O
p2a | O
p2b | O
SELECT 5
> ALTER TABLE p DISABLE TRIGGER t2;
ALTER TABLE
> SELECT tab, tgenabled FROM shown WHERE tgname = 't2';
tab | tgenabled
p | D
p1 | D
p2 | D
p2a | D
p2b | D
SELECT 5
> ALTER TABLE p2 ENABLE TRIGGER t2;
ALTER TABLE
> ALTER TABLE p1 ENABLE ALWAYS TRIGGER t2;
ALTER TABLE
> SELECT tab, tgenabled FROM shown WHERE tgname = 't2';
tab | tgenabled
p | D
p1 | A
p2 | O
p2a | O
p2b | O
SELECT 5
> CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3);
CREATE TABLE
> SELECT tab, tgenabled FROM shown WHERE tgname = 't2';
tab | tgenabled
p | D
p1 | A
p2 | O
p2a | O
p2b | O
p3 | D
SELECT 6
> ALTER TABLE p ENABLE TRIGGER ALL;
ALTER TABLE
> SELECT tab, tgenabled FROM shown WHERE tgname = 't2';
tab | tgenabled
p | O
p1 | O
p2 | O
p2a | O
p2b | O
p3 | O
SELECT 6

-- Away and back.
> ALTER TABLE p DETACH PARTITION p2;
ALTER TABLE
> SELECT tab, tgname FROM shown;
tab | tgname
p | t2
p1 | t2
p3 | t2
p | t_stm
SELECT 4
> CREATE TRIGGER t2 BEFORE INSERT ON p2a FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ERROR 42710: trigger "t2" for relation "p2a" already exists
> DROP TRIGGER t2 ON p2a;
DROP TRIGGER
> CREATE TABLE p4 (a int, b text);
CREATE TABLE
> CREATE TRIGGER t_tr AFTER INSERT ON p4 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> ALTER TABLE p ATTACH PARTITION p4 FOR VALUES IN (4);
ERROR 0A000: trigger "t_tr" prevents table "p4" from becoming a partition
DETAIL: ROW triggers with transition tables are not supported on partitions.
> DROP TRIGGER t_tr ON p4;
DROP TRIGGER
> CREATE TRIGGER t_tr AFTER INSERT ON p4 REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER
> ALTER TABLE p ATTACH PARTITION p4 FOR VALUES IN (4);
ALTER TABLE
> SELECT tab, tgname, of FROM shown;
tab | tgname | of
p | t2 | NULL
p1 | t2 | p
p3 | t2 | p
p4 | t2 | p
p | t_stm | NULL
p4 | t_tr | NULL
SELECT 6

-- One that replaces others.
> CREATE TRIGGER t3 BEFORE INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER t3 AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 42710: trigger "t3" for relation "p1" already exists
> CREATE OR REPLACE TRIGGER t3 AFTER INSERT ON p FOR EACH ROW WHEN (new.b <> '') EXECUTE FUNCTION tell();
CREATE TRIGGER
> SELECT tab, tgname, tgtype, of FROM shown WHERE tgname = 't3';
tab | tgname | tgtype | of
p | t3 | 5 | NULL
p1 | t3 | 5 | p
p3 | t3 | 5 | p
p4 | t3 | 5 | p
SELECT 4
> ALTER TABLE p DISABLE TRIGGER t3;
ALTER TABLE
> CREATE OR REPLACE TRIGGER t3 AFTER DELETE ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> SELECT tab, tgname, tgtype, tgenabled, of FROM shown WHERE tgname = 't3';
tab | tgname | tgtype | tgenabled | of
p | t3 | 9 | O | NULL
p1 | t3 | 9 | O | p
p3 | t3 | 9 | O | p
p4 | t3 | 9 | O | p
SELECT 4
> BEGIN;
BEGIN
> DROP TRIGGER t3 ON p;
DROP TRIGGER
> SELECT tab, tgname, tgtype, of FROM shown WHERE tgname = 't3';
tab | tgname | tgtype | of
SELECT 0
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM shown WHERE tgname = 't3';
count
4
SELECT 1
> CREATE CONSTRAINT TRIGGER t4 AFTER INSERT ON p DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> SELECT t.tgrelid::regclass, c.conname, c.conrelid::regclass, c.condeferred FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint WHERE tgname = 't4' ORDER BY 1;
tgrelid | conname | conrelid | condeferred
p | t4 | p | t
p1 | t4 | p1 | t
p3 | t4 | p3 | t
p4 | t4 | p4 | t
SELECT 4
> DROP TABLE p1;
DROP TABLE
> DROP FUNCTION tell;
ERROR 2BP01: cannot drop function tell() because other objects depend on it
DETAIL: trigger t2 on table p depends on function tell()
trigger t_stm on table p depends on function tell()
trigger t_tr on table p4 depends on function tell()
trigger t3 on table p depends on function tell()
trigger t4 on table p depends on function tell()
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION tell CASCADE;
NOTICE: drop cascades to 5 other objects
DROP FUNCTION
> SELECT * FROM shown;
tab | tgname | tgenabled | tgtype | tgattr | of | tgisinternal
SELECT 0

-- Tables that inherit have triggers of their own.
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TABLE i (a int);
CREATE TABLE
> CREATE TABLE i1 () INHERITS (i);
CREATE TABLE
> CREATE TRIGGER t1 BEFORE INSERT ON i FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER t2 AFTER INSERT ON i1 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
ERROR 0A000: ROW triggers with transition tables are not supported on inheritance children
> CREATE TRIGGER t2 AFTER INSERT ON i REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TABLE i2 (a int);
CREATE TABLE
> CREATE TRIGGER t2 AFTER INSERT ON i2 REFERENCING NEW TABLE AS n FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> ALTER TABLE i2 INHERIT i;
ERROR 0A000: trigger "t2" prevents table "i2" from becoming an inheritance child
DETAIL: ROW triggers with transition tables are not supported in inheritance hierarchies.
> SELECT tab, tgname FROM shown;
tab | tgname
i | t1
i | t2
i2 | t2
SELECT 3
