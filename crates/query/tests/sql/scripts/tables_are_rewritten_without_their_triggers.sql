-- A change of a column's type moves the rows; it is no INSERT that triggers or rules would see.

> CREATE TABLE t (a integer, b text);
CREATE TABLE
> CREATE TABLE log (what text);
CREATE TABLE
> CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% %', tg_when, tg_op; new.b := 'changed'; RETURN new; END $$;
CREATE FUNCTION
> CREATE FUNCTION noted_after() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% %', tg_when, tg_op; RETURN NULL; END $$;
CREATE FUNCTION
> INSERT INTO t VALUES (1, 'x'), (2, 'y');
INSERT 0 2
> CREATE TRIGGER before BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted();
CREATE TRIGGER
> CREATE TRIGGER after AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION noted_after();
CREATE TRIGGER
> ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE
> SELECT * FROM t ORDER BY a;
a | b
1 | x
2 | y
SELECT 2
> ALTER TABLE t ADD COLUMN c double precision DEFAULT random();
ALTER TABLE
> ALTER TABLE t ADD PRIMARY KEY (a);
ALTER TABLE
> ALTER TABLE t ALTER COLUMN a TYPE numeric USING a + 0.5;
ALTER TABLE
> SELECT a, b FROM t ORDER BY a;
a | b
1.5 | x
2.5 | y
SELECT 2
> INSERT INTO t VALUES (3, 'z');
NOTICE: BEFORE INSERT
NOTICE: AFTER INSERT
INSERT 0 1
> DROP TRIGGER before ON t;
DROP TRIGGER
> DROP TRIGGER after ON t;
DROP TRIGGER
> CREATE RULE also AS ON INSERT TO t DO ALSO INSERT INTO log VALUES ('inserted');
CREATE RULE
> ALTER TABLE t ALTER COLUMN a TYPE double precision;
ALTER TABLE
> SELECT count(*) FROM log;
count
0
SELECT 1
> SELECT a, b FROM t ORDER BY a;
a | b
1.5 | x
2.5 | y
3 | changed
SELECT 3
> CREATE RULE instead AS ON INSERT TO t DO INSTEAD NOTHING;
CREATE RULE
> ALTER TABLE t ALTER COLUMN a TYPE numeric;
ALTER TABLE
> SELECT a, b FROM t ORDER BY a;
a | b
1.5 | x
2.5 | y
3 | changed
SELECT 3
-- What is computed of the table's number stays what it was.
> CREATE TABLE numbered (a integer PRIMARY KEY, own boolean GENERATED ALWAYS AS (tableoid = 'numbered'::regclass) STORED, CHECK (tableoid = 'numbered'::regclass));
CREATE TABLE
> INSERT INTO numbered VALUES (1), (2);
INSERT 0 2
> ALTER TABLE numbered ADD COLUMN named regclass GENERATED ALWAYS AS (tableoid) STORED;
ALTER TABLE
> SELECT * FROM numbered ORDER BY a;
a | own | named
1 | t | numbered
2 | t | numbered
SELECT 2
> ALTER TABLE numbered ALTER COLUMN a TYPE bigint;
ALTER TABLE
> SELECT * FROM numbered ORDER BY a;
a | own | named
1 | t | numbered
2 | t | numbered
SELECT 2
> INSERT INTO numbered VALUES (3);
INSERT 0 1
> SELECT own, named FROM numbered WHERE a = 3;
own | named
t | numbered
SELECT 1
