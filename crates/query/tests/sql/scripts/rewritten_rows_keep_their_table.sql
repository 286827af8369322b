-- ALTER TABLE computes stored columns and checks with the OID of the table itself.
> CREATE TABLE t (a int, b text, own text GENERATED ALWAYS AS ('in ' || CASE WHEN tableoid = 't'::regclass THEN 'here' ELSE 'elsewhere' END) STORED);
CREATE TABLE
> DROP TABLE t;
DROP TABLE
> CREATE TABLE t (a int, b text, whose oid GENERATED ALWAYS AS (tableoid) STORED, number bigint GENERATED ALWAYS AS (a + t.tableoid::bigint) STORED);
CREATE TABLE
> INSERT INTO t VALUES (1, 'one'), (2, 'two');
INSERT 0 2
> SELECT a, whose = 't'::regclass AS own, number - whose::bigint AS number FROM t ORDER BY a;
a | own | number
1 | t | 1
2 | t | 2
SELECT 2
> ALTER TABLE t ALTER b TYPE varchar(10);
ALTER TABLE
> SELECT a, whose = 't'::regclass AS own, number - whose::bigint AS number FROM t ORDER BY a;
a | own | number
1 | t | 1
2 | t | 2
SELECT 2
> ALTER TABLE t ALTER a TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a generated column
DETAIL: Column "a" is used by generated column "number".
> ALTER TABLE t ALTER b TYPE int USING length(b);
ALTER TABLE
> SELECT a, b, whose = 't'::regclass AS own, number - whose::bigint AS number FROM t ORDER BY a;
a | b | own | number
1 | 3 | t | 1
2 | 3 | t | 2
SELECT 2
> ALTER TABLE t ADD PRIMARY KEY (a);
ALTER TABLE
> SELECT a, b, whose = 't'::regclass AS own, number - whose::bigint AS number FROM t ORDER BY a;
a | b | own | number
1 | 3 | t | 1
2 | 3 | t | 2
SELECT 2
> ALTER TABLE t ADD c int DEFAULT (random() * 0)::int;
ALTER TABLE
> SELECT a, b, whose = 't'::regclass AS own, number - whose::bigint AS number, c FROM t ORDER BY a;
a | b | own | number | c
1 | 3 | t | 1 | 0
2 | 3 | t | 2 | 0
SELECT 2
> ALTER TABLE t ADD again regclass GENERATED ALWAYS AS (tableoid::regclass) STORED;
ALTER TABLE
> SELECT a, b, whose = 't'::regclass AS own, again = whose AS again FROM t ORDER BY a;
a | b | own | again
1 | 3 | t | t
2 | 3 | t | t
SELECT 2
> ALTER TABLE t DROP CONSTRAINT t_pkey;
ALTER TABLE
> SELECT a, b, whose = 't'::regclass AS own, again = whose AS again FROM t ORDER BY a;
a | b | own | again
1 | 3 | t | t
2 | 3 | t | t
SELECT 2

-- A conversion sees the table that the row is in, too.
> ALTER TABLE t ALTER b TYPE bool USING tableoid = whose;
ALTER TABLE
> SELECT a, b FROM t ORDER BY a;
a | b
1 | t
2 | t
SELECT 2
> SELECT column_name, generation_expression FROM information_schema.columns WHERE table_name = 't' AND is_generated = 'ALWAYS' ORDER BY 1;
column_name | generation_expression
again | (tableoid)::regclass
number | (a + (tableoid)::bigint)
whose | tableoid
SELECT 3

-- Checks that mention it.
> CREATE TABLE c (a int, o oid, CHECK (o = tableoid));
CREATE TABLE
> INSERT INTO c SELECT 1, 'c'::regclass;
INSERT 0 1
> INSERT INTO c VALUES (2, 0);
ERROR 23514: new row for relation "c" violates check constraint "c_check"
DETAIL: Failing row contains (2, 0).
> ALTER TABLE c ALTER a TYPE text;
ALTER TABLE
> ALTER TABLE c ADD PRIMARY KEY (a);
ALTER TABLE
> SELECT a, o = 'c'::regclass AS own FROM c;
a | own
1 | t
SELECT 1

-- In partitions and in tables that inherit, each has its own.
> CREATE TABLE p (k int, v text, whose oid GENERATED ALWAYS AS (tableoid) STORED) PARTITION BY LIST (k);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
CREATE TABLE
> INSERT INTO p VALUES (1, '10'), (2, '20');
INSERT 0 2
> SELECT k, whose::regclass FROM p ORDER BY k;
k | whose
1 | p1
2 | p2
SELECT 2
> ALTER TABLE p ALTER v TYPE int USING v::int;
ALTER TABLE
> SELECT k, v, whose::regclass FROM p ORDER BY k;
k | v | whose
1 | 10 | p1
2 | 20 | p2
SELECT 2
> INSERT INTO p VALUES (1, 30) RETURNING k, v, whose::regclass, tableoid::regclass;
k | v | whose | tableoid
1 | 30 | p1 | p1
INSERT 0 1
> UPDATE p SET v = v + 1 WHERE k = 2 RETURNING v, whose::regclass;
v | whose
21 | p2
UPDATE 1
> COPY p (k, v) FROM STDIN;
<1	40
<2	50
COPY 2
> MERGE INTO p USING (VALUES (40, 1), (60, 1)) AS s (v, k) ON p.v = s.v WHEN MATCHED THEN UPDATE SET k = s.k WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v);
MERGE 2
> SELECT k, v, whose::regclass FROM p ORDER BY k, v;
k | v | whose
1 | 10 | p1
1 | 30 | p1
1 | 40 | p1
1 | 60 | p1
2 | 21 | p2
2 | 50 | p2
SELECT 6
> ALTER TABLE p ADD UNIQUE (k, v);
ALTER TABLE
> INSERT INTO p VALUES (2, 50) ON CONFLICT (k, v) DO UPDATE SET v = 51 RETURNING v, whose::regclass;
v | whose
51 | p2
INSERT 0 1
> INSERT INTO p VALUES (2, 52) ON CONFLICT DO NOTHING RETURNING v, whose::regclass;
v | whose
52 | p2
INSERT 0 1
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % %', TG_OP, TG_TABLE_NAME, CASE WHEN NEW.whose IS NULL THEN 'not yet' ELSE NEW.whose::regclass::text END; --
  RETURN NEW; --
END $$;
CREATE FUNCTION
> CREATE TRIGGER b BEFORE INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER z AFTER INSERT OR UPDATE ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> INSERT INTO p VALUES (1, 70) RETURNING k, v, whose::regclass;
NOTICE: INSERT p1 not yet
NOTICE: INSERT p1 p1
k | v | whose
1 | 70 | p1
INSERT 0 1
> UPDATE p SET v = 71 WHERE v = 70 RETURNING k, v, whose::regclass;
NOTICE: UPDATE p1 not yet
NOTICE: UPDATE p1 p1
k | v | whose
1 | 71 | p1
UPDATE 1
> INSERT INTO p VALUES (1, 71) ON CONFLICT (k, v) DO UPDATE SET v = 72 RETURNING v, whose::regclass;
NOTICE: INSERT p1 not yet
NOTICE: UPDATE p1 not yet
NOTICE: UPDATE p1 p1
v | whose
72 | p1
INSERT 0 1
> CREATE TABLE i (a int, whose oid GENERATED ALWAYS AS (tableoid) STORED);
CREATE TABLE
> CREATE TABLE i1 (b int) INHERITS (i);
CREATE TABLE
> INSERT INTO i VALUES (1);
INSERT 0 1
> INSERT INTO i1 (a, b) VALUES (2, 3);
INSERT 0 1
> UPDATE i SET a = a + 10 RETURNING a, whose::regclass;
a | whose
11 | i
12 | i1
UPDATE 2
> ALTER TABLE i ALTER a TYPE text;
ALTER TABLE
> SELECT a, whose::regclass FROM i ORDER BY a;
a | whose
11 | i
12 | i1
SELECT 2
> CREATE TABLE n1 (x int, CHECK (tableoid > 0));
CREATE TABLE
> CREATE TABLE n2 (x int, CHECK (x > 0 AND tableoid > 0));
CREATE TABLE
> CREATE TABLE n3 (x int CHECK (x > 0));
CREATE TABLE
> SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text LIKE 'n_' ORDER BY 1;
conname
n1_tableoid_check
n2_check
n3_x_check
SELECT 3

-- Triggers and rules say nothing to rows that are only stored anew.
> CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '% % %', TG_NAME, TG_TABLE_NAME, TG_OP; RETURN NULL; END $$;
CREATE FUNCTION
> CREATE TABLE r (a int, b int);
CREATE TABLE
> INSERT INTO r VALUES (1, 10), (2, 20);
INSERT 0 2
> CREATE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON r FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER
> CREATE TRIGGER s AFTER INSERT OR UPDATE OR DELETE ON r FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE TRIGGER
> ALTER TABLE r ALTER a TYPE bigint;
ALTER TABLE
> ALTER TABLE r ADD PRIMARY KEY (b);
ALTER TABLE
> ALTER TABLE r DROP CONSTRAINT r_pkey;
ALTER TABLE
> ALTER TABLE r ADD c int DEFAULT (random() * 0)::int;
ALTER TABLE
> SELECT * FROM r ORDER BY a;
a | b | c
1 | 10 | 0
2 | 20 | 0
SELECT 2
> INSERT INTO r VALUES (3, 30);
NOTICE: b r INSERT
NOTICE: s r INSERT
INSERT 0 0
> CREATE RULE also AS ON INSERT TO r DO ALSO SELECT 1;
CREATE RULE
> CREATE RULE instead AS ON UPDATE TO r DO INSTEAD NOTHING;
CREATE RULE
> ALTER TABLE r ALTER a TYPE text;
ALTER TABLE
> SELECT * FROM r ORDER BY a;
a | b | c
1 | 10 | 0
2 | 20 | 0
SELECT 2
