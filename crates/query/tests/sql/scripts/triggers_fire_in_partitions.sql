-- Rows of partitioned tables fire the triggers of their partitions.
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% on % % % % old % new %', TG_NAME, TG_TABLE_NAME, TG_WHEN, TG_LEVEL, TG_OP, OLD, NEW; --
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TABLE p (a int, b text, PRIMARY KEY (a)) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 (b text, a int NOT NULL);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE
> CREATE TRIGGER a_row BEFORE INSERT OR UPDATE OR DELETE ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER b_row AFTER INSERT OR UPDATE OR DELETE ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER s_before BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON p FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER s_after AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON p FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER s_part AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON p1 FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER
> CREATE TRIGGER z_of_b BEFORE UPDATE OF b ON p FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER

> INSERT INTO p VALUES (1, 'one'), (11, 'eleven') RETURNING tableoid::regclass, *;
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (one,1)
NOTICE: a_row on p2 BEFORE ROW INSERT old <NULL> new (11,eleven)
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (one,1)
NOTICE: b_row on p2 AFTER ROW INSERT old <NULL> new (11,eleven)
NOTICE: s_after on p AFTER STATEMENT INSERT old <NULL> new <NULL>
tableoid | a | b
p1 | 1 | one
p2 | 11 | eleven
INSERT 0 2
> INSERT INTO p1 (a, b) VALUES (2, 'two');
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (two,2)
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (two,2)
NOTICE: s_part on p1 AFTER STATEMENT INSERT old <NULL> new <NULL>
INSERT 0 1
> INSERT INTO p VALUES (30, 'none');
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (30).
> COPY p FROM STDIN;
<3	three
<12	twelve
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (three,3)
NOTICE: a_row on p2 BEFORE ROW INSERT old <NULL> new (12,twelve)
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (three,3)
NOTICE: b_row on p2 AFTER ROW INSERT old <NULL> new (12,twelve)
NOTICE: s_after on p AFTER STATEMENT INSERT old <NULL> new <NULL>
COPY 2
> UPDATE p SET b = upper(b) WHERE a IN (1, 11) RETURNING tableoid::regclass, *;
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW UPDATE old (one,1) new (ONE,1)
NOTICE: z_of_b on p1 BEFORE ROW UPDATE old (one,1) new (ONE,1)
NOTICE: a_row on p2 BEFORE ROW UPDATE old (11,eleven) new (11,ELEVEN)
NOTICE: z_of_b on p2 BEFORE ROW UPDATE old (11,eleven) new (11,ELEVEN)
NOTICE: b_row on p1 AFTER ROW UPDATE old (one,1) new (ONE,1)
NOTICE: b_row on p2 AFTER ROW UPDATE old (11,eleven) new (11,ELEVEN)
NOTICE: s_after on p AFTER STATEMENT UPDATE old <NULL> new <NULL>
tableoid | a | b
p1 | 1 | ONE
p2 | 11 | ELEVEN
UPDATE 2
> UPDATE p SET a = a WHERE a = 1;
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW UPDATE old (ONE,1) new (ONE,1)
NOTICE: b_row on p1 AFTER ROW UPDATE old (ONE,1) new (ONE,1)
NOTICE: s_after on p AFTER STATEMENT UPDATE old <NULL> new <NULL>
UPDATE 1
> UPDATE p SET a = a + 10 WHERE a = 3 RETURNING tableoid::regclass, *;
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW UPDATE old (three,3) new (three,13)
NOTICE: a_row on p1 BEFORE ROW DELETE old (three,3) new <NULL>
NOTICE: a_row on p2 BEFORE ROW INSERT old <NULL> new (13,three)
NOTICE: b_row on p1 AFTER ROW DELETE old (three,3) new <NULL>
NOTICE: b_row on p2 AFTER ROW INSERT old <NULL> new (13,three)
NOTICE: s_after on p AFTER STATEMENT UPDATE old <NULL> new <NULL>
tableoid | a | b
p2 | 13 | three
UPDATE 1
> UPDATE p1 SET a = 15 WHERE a = 2;
NOTICE: a_row on p1 BEFORE ROW UPDATE old (two,2) new (two,15)
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (two, 15).
> UPDATE p SET a = 40 WHERE a = 2;
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW UPDATE old (two,2) new (two,40)
NOTICE: a_row on p1 BEFORE ROW DELETE old (two,2) new <NULL>
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (40).
> INSERT INTO p VALUES (1, 'again'), (4, 'four') ON CONFLICT (a) DO UPDATE SET b = excluded.b || p.b RETURNING tableoid::regclass, *;
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (again,1)
NOTICE: a_row on p1 BEFORE ROW UPDATE old (ONE,1) new (againONE,1)
NOTICE: z_of_b on p1 BEFORE ROW UPDATE old (ONE,1) new (againONE,1)
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (four,4)
NOTICE: b_row on p1 AFTER ROW UPDATE old (ONE,1) new (againONE,1)
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (four,4)
NOTICE: s_after on p AFTER STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_after on p AFTER STATEMENT INSERT old <NULL> new <NULL>
tableoid | a | b
p1 | 1 | againONE
p1 | 4 | four
INSERT 0 2
> INSERT INTO p VALUES (1, 'x') ON CONFLICT DO NOTHING;
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (x,1)
NOTICE: s_after on p AFTER STATEMENT INSERT old <NULL> new <NULL>
INSERT 0 0
> INSERT INTO p VALUES (1, 'x') ON CONFLICT (a) DO UPDATE SET a = 16;
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (x,1)
NOTICE: a_row on p1 BEFORE ROW UPDATE old (againONE,1) new (againONE,16)
ERROR 0A000: invalid ON UPDATE specification
DETAIL: The result tuple would appear in a different partition than the original tuple.
> MERGE INTO p USING (VALUES (1, 'm'), (4, 'gone'), (5, 'five'), (11, 'moved')) s(a, b) ON p.a = s.a WHEN MATCHED AND s.b = 'gone' THEN DELETE WHEN MATCHED AND s.b = 'moved' THEN UPDATE SET a = 6, b = s.b WHEN MATCHED THEN UPDATE SET b = s.b WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b);
NOTICE: s_before on p BEFORE STATEMENT INSERT old <NULL> new <NULL>
NOTICE: s_before on p BEFORE STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_before on p BEFORE STATEMENT DELETE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW UPDATE old (againONE,1) new (m,1)
NOTICE: z_of_b on p1 BEFORE ROW UPDATE old (againONE,1) new (m,1)
NOTICE: a_row on p1 BEFORE ROW DELETE old (four,4) new <NULL>
NOTICE: a_row on p2 BEFORE ROW UPDATE old (11,ELEVEN) new (6,moved)
NOTICE: z_of_b on p2 BEFORE ROW UPDATE old (11,ELEVEN) new (6,moved)
NOTICE: a_row on p2 BEFORE ROW DELETE old (11,ELEVEN) new <NULL>
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (moved,6)
NOTICE: a_row on p1 BEFORE ROW INSERT old <NULL> new (five,5)
NOTICE: b_row on p1 AFTER ROW UPDATE old (againONE,1) new (m,1)
NOTICE: b_row on p1 AFTER ROW DELETE old (four,4) new <NULL>
NOTICE: b_row on p2 AFTER ROW DELETE old (11,ELEVEN) new <NULL>
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (moved,6)
NOTICE: b_row on p1 AFTER ROW INSERT old <NULL> new (five,5)
NOTICE: s_after on p AFTER STATEMENT DELETE old <NULL> new <NULL>
NOTICE: s_after on p AFTER STATEMENT UPDATE old <NULL> new <NULL>
NOTICE: s_after on p AFTER STATEMENT INSERT old <NULL> new <NULL>
MERGE 4
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
p1 | 1 | m
p1 | 2 | two
p1 | 5 | five
p1 | 6 | moved
p2 | 12 | twelve
p2 | 13 | three
SELECT 6
> DELETE FROM p WHERE a IN (1, 12) RETURNING tableoid::regclass, *;
NOTICE: s_before on p BEFORE STATEMENT DELETE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW DELETE old (m,1) new <NULL>
NOTICE: a_row on p2 BEFORE ROW DELETE old (12,twelve) new <NULL>
NOTICE: b_row on p1 AFTER ROW DELETE old (m,1) new <NULL>
NOTICE: b_row on p2 AFTER ROW DELETE old (12,twelve) new <NULL>
NOTICE: s_after on p AFTER STATEMENT DELETE old <NULL> new <NULL>
tableoid | a | b
p1 | 1 | m
p2 | 12 | twelve
DELETE 2
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> DELETE FROM p WHERE a = 2;
NOTICE: s_before on p BEFORE STATEMENT DELETE old <NULL> new <NULL>
NOTICE: a_row on p1 BEFORE ROW DELETE old (two,2) new <NULL>
NOTICE: b_row on p1 AFTER ROW DELETE old (two,2) new <NULL>
NOTICE: s_after on p AFTER STATEMENT DELETE old <NULL> new <NULL>
DELETE 1
> ROLLBACK TO s;
ROLLBACK
> COMMIT;
COMMIT
> TRUNCATE p;
NOTICE: s_before on p BEFORE STATEMENT TRUNCATE old <NULL> new <NULL>
NOTICE: s_after on p AFTER STATEMENT TRUNCATE old <NULL> new <NULL>
NOTICE: s_part on p1 AFTER STATEMENT TRUNCATE old <NULL> new <NULL>
TRUNCATE TABLE
> TRUNCATE p1;
NOTICE: s_part on p1 AFTER STATEMENT TRUNCATE old <NULL> new <NULL>
TRUNCATE TABLE

-- Functions that leave rows out, and such as change them.
> CREATE TABLE q (a int, b int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
CREATE TABLE
> CREATE TABLE q2 PARTITION OF q FOR VALUES IN (2);
CREATE TABLE
> CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE FUNCTION
> CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 3 - NEW.a; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.b := NEW.b + 100; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER moves BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION other();
CREATE TRIGGER
> INSERT INTO q VALUES (1, 1);
ERROR 0A000: moving row to another partition during a BEFORE FOR EACH ROW trigger is not supported
DETAIL: Before executing trigger "moves", the row was to be in partition "public.q1".
> INSERT INTO q1 VALUES (1, 1);
ERROR 0A000: moving row to another partition during a BEFORE FOR EACH ROW trigger is not supported
DETAIL: Before executing trigger "moves", the row was to be in partition "public.q1".
> DROP TRIGGER moves ON q;
DROP TRIGGER
> CREATE TRIGGER moves BEFORE INSERT ON q1 FOR EACH ROW EXECUTE FUNCTION other();
CREATE TRIGGER
> INSERT INTO q VALUES (1, 1);
ERROR 23514: new row for relation "q1" violates partition constraint
DETAIL: Failing row contains (2, 1).
> INSERT INTO q1 VALUES (1, 1);
ERROR 23514: new row for relation "q1" violates partition constraint
DETAIL: Failing row contains (2, 1).
> DROP TRIGGER moves ON q1;
DROP TRIGGER
> CREATE TRIGGER more BEFORE INSERT ON q2 FOR EACH ROW EXECUTE FUNCTION more();
CREATE TRIGGER
> INSERT INTO q VALUES (1, 1), (2, 2) RETURNING *;
a | b
1 | 1
2 | 102
INSERT 0 2
> UPDATE q SET a = 2 WHERE a = 1 RETURNING *;
a | b
2 | 101
UPDATE 1
> UPDATE q SET a = 1 WHERE b = 101 RETURNING *;
a | b
1 | 101
UPDATE 1
> CREATE TRIGGER moves BEFORE UPDATE ON q2 FOR EACH ROW EXECUTE FUNCTION other();
CREATE TRIGGER
> UPDATE q SET b = 7 WHERE a = 2 RETURNING tableoid::regclass, *;
tableoid | a | b
q1 | 1 | 7
UPDATE 1
> SELECT tableoid::regclass, * FROM q ORDER BY a, b;
tableoid | a | b
q1 | 1 | 7
q1 | 1 | 101
SELECT 2
> DROP TRIGGER moves ON q2;
DROP TRIGGER
> CREATE TRIGGER stays BEFORE DELETE ON q1 FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER
> UPDATE q SET a = 2 WHERE b = 7 RETURNING *;
a | b
UPDATE 0
> SELECT tableoid::regclass, * FROM q ORDER BY a, b;
tableoid | a | b
q1 | 1 | 7
q1 | 1 | 101
SELECT 2
> DROP TRIGGER stays ON q1;
DROP TRIGGER
> DROP TRIGGER more ON q2;
DROP TRIGGER
> CREATE TRIGGER lost BEFORE INSERT ON q2 FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER
> UPDATE q SET a = 2 WHERE b = 7 RETURNING *;
a | b
UPDATE 0
> INSERT INTO q VALUES (2, 2), (1, 9);
INSERT 0 1
> SELECT tableoid::regclass, * FROM q ORDER BY a, b;
tableoid | a | b
q1 | 1 | 9
q1 | 1 | 101
SELECT 2
