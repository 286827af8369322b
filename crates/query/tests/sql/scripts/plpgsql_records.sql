-- Stars of rows in triggers.

> CREATE TABLE t (a int, b text, c numeric(6,2));
CREATE TABLE

> CREATE TABLE u (a int, b text, c numeric(6,2));
CREATE TABLE

> CREATE TABLE audit (op text, at int, a int, b text, c numeric(6,2));
CREATE TABLE

> CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO u VALUES (NEW.*); --
  INSERT INTO u SELECT NEW.*; --
  INSERT INTO u VALUES ((NEW).*), ((NEW).*); --
  INSERT INTO u SELECT (NEW).a + 1, (NEW).b, NEW.c; --
  INSERT INTO audit SELECT 'I', 1, NEW.*; --
  INSERT INTO audit VALUES ('V', 2, NEW.*); --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER copies AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION copied();
CREATE TRIGGER

> INSERT INTO t VALUES (1, 'x', 2.5), (10, NULL, NULL);
INSERT 0 2

> SELECT * FROM u ORDER BY a, b;
a | b | c
1 | x | 2.50
1 | x | 2.50
1 | x | 2.50
1 | x | 2.50
2 | x | 2.50
10 | NULL | NULL
10 | NULL | NULL
10 | NULL | NULL
10 | NULL | NULL
11 | NULL | NULL
SELECT 10

> SELECT * FROM audit ORDER BY a, at;
op | at | a | b | c
I | 1 | 1 | x | 2.50
V | 2 | 1 | x | 2.50
I | 1 | 10 | NULL | NULL
V | 2 | 10 | NULL | NULL
SELECT 4

> DROP TRIGGER copies ON t;
DROP TRIGGER

> CREATE FUNCTION compared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % % %', OLD.* IS DISTINCT FROM NEW.*, OLD IS DISTINCT FROM NEW, OLD = NEW, OLD.* = NEW.*; --
  RAISE NOTICE '% % %', row(OLD.*) = row(NEW.*), row(OLD.*) < row(NEW.*), row(OLD.*) IS DISTINCT FROM row(NEW.*); --
  RAISE NOTICE '% % %', row(NEW.*)::u, row(NEW.*, OLD.a), (NEW.*, 1); --
  RAISE NOTICE '% % %', to_jsonb(NEW.*), row_to_json(OLD), to_jsonb(NEW) - 'b'; --
  RAISE NOTICE '% % % %', NEW IS NULL, NEW IS NOT NULL, OLD IS NULL, (OLD).b IS NULL; --
  RAISE NOTICE '% % %', (NEW).a IN ((OLD).a, 5), NEW IN (OLD, NEW), NEW = ANY (ARRAY[OLD, NEW]); --
  RAISE NOTICE '% %', (SELECT count(*) FROM (SELECT NEW.*) s), (SELECT json_agg(s) FROM (SELECT NEW.*, OLD.a AS was) s); --
  RAISE NOTICE '%', (SELECT string_agg(key || '=' || coalesce(value, '-'), ',' ORDER BY key) FROM jsonb_each_text(to_jsonb(NEW))); --
  RETURN NEW; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER compares BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION compared();
CREATE TRIGGER

> UPDATE t SET a = a + 1 WHERE a = 1;
NOTICE: t t f f
NOTICE: f t t
NOTICE: (2,x,2.50) (2,x,2.50,1) (2,x,2.50,1)
NOTICE: {"a": 2, "b": "x", "c": 2.50} {"a":1,"b":"x","c":2.50} {"a": 2, "c": 2.50}
NOTICE: f t f f
NOTICE: f t t
NOTICE: 1 [{"a":2,"b":"x","c":2.50,"was":1}]
NOTICE: a=2,b=x,c=2.50
UPDATE 1

> UPDATE t SET b = 'same' WHERE a = 10;
NOTICE: t t f f
NOTICE: <NULL> <NULL> t
NOTICE: (10,same,) (10,same,,10) (10,same,,1)
NOTICE: {"a": 10, "b": "same", "c": null} {"a":10,"b":null,"c":null} {"a": 10, "c": null}
NOTICE: f f f t
NOTICE: t t t
NOTICE: 1 [{"a":10,"b":"same","c":null,"was":10}]
NOTICE: a=10,b=same,c=-
UPDATE 1

> UPDATE t SET b = b WHERE a = 10;
NOTICE: f f t t
NOTICE: <NULL> <NULL> f
NOTICE: (10,same,) (10,same,,10) (10,same,,1)
NOTICE: {"a": 10, "b": "same", "c": null} {"a":10,"b":"same","c":null} {"a": 10, "c": null}
NOTICE: f f f f
NOTICE: t t t
NOTICE: 1 [{"a":10,"b":"same","c":null,"was":10}]
NOTICE: a=10,b=same,c=-
UPDATE 1

> DROP TRIGGER compares ON t;
DROP TRIGGER

> CREATE TRIGGER compares BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION compared();
CREATE TRIGGER

> UPDATE t SET b = b;
UPDATE 2

> DROP TRIGGER compares ON t;
DROP TRIGGER

-- The manual's audit.

> CREATE TABLE emp (empname text NOT NULL, salary integer);
CREATE TABLE

> CREATE TABLE emp_audit (operation char(1) NOT NULL, stamp timestamp NOT NULL, userid text NOT NULL, empname text NOT NULL, salary integer);
CREATE TABLE

> CREATE FUNCTION process_emp_audit() RETURNS trigger AS $emp_audit$
BEGIN
  IF (TG_OP = 'DELETE') THEN
    INSERT INTO emp_audit SELECT 'D', now(), current_user, OLD.*; --
  ELSIF (TG_OP = 'UPDATE') THEN
    INSERT INTO emp_audit SELECT 'U', now(), current_user, NEW.*; --
  ELSIF (TG_OP = 'INSERT') THEN
    INSERT INTO emp_audit SELECT 'I', now(), current_user, NEW.*; --
  END IF; --
  RETURN NULL; --
END; --
$emp_audit$ LANGUAGE plpgsql;
CREATE FUNCTION

> CREATE TRIGGER emp_audit AFTER INSERT OR UPDATE OR DELETE ON emp FOR EACH ROW EXECUTE FUNCTION process_emp_audit();
CREATE TRIGGER

> INSERT INTO emp VALUES ('ann', 1), ('bob', 2);
INSERT 0 2

> UPDATE emp SET salary = salary * 10 WHERE empname = 'ann';
UPDATE 1

> DELETE FROM emp WHERE empname = 'bob';
DELETE 1

> SELECT operation, empname, salary FROM emp_audit ORDER BY empname, salary, operation;
operation | empname | salary
I | ann | 1
U | ann | 10
D | bob | 2
I | bob | 2
SELECT 4

> DROP TRIGGER emp_audit ON emp;
DROP TRIGGER

> TRUNCATE emp_audit;
TRUNCATE TABLE

> CREATE FUNCTION process_emp_rows() RETURNS trigger AS $$
BEGIN
  IF (TG_OP = 'DELETE') THEN
    INSERT INTO emp_audit SELECT 'D', now(), current_user, o.* FROM old_table o; --
  ELSIF (TG_OP = 'UPDATE') THEN
    INSERT INTO emp_audit SELECT 'U', now(), current_user, n.* FROM new_table n; --
  ELSIF (TG_OP = 'INSERT') THEN
    EXECUTE 'INSERT INTO emp_audit SELECT $1, now(), current_user, n.* FROM new_table n WHERE salary > $2' USING 'I', 0; --
  END IF; --
  RETURN NULL; --
END; --
$$ LANGUAGE plpgsql;
CREATE FUNCTION

> CREATE TRIGGER emp_audit_ins AFTER INSERT ON emp REFERENCING NEW TABLE AS new_table FOR EACH STATEMENT EXECUTE FUNCTION process_emp_rows();
CREATE TRIGGER

> CREATE TRIGGER emp_audit_upd AFTER UPDATE ON emp REFERENCING OLD TABLE AS old_table NEW TABLE AS new_table FOR EACH STATEMENT EXECUTE FUNCTION process_emp_rows();
CREATE TRIGGER

> CREATE TRIGGER emp_audit_del AFTER DELETE ON emp REFERENCING OLD TABLE AS old_table FOR EACH STATEMENT EXECUTE FUNCTION process_emp_rows();
CREATE TRIGGER

> INSERT INTO emp VALUES ('cat', 3), ('dog', -4);
INSERT 0 2

> UPDATE emp SET salary = 7 WHERE empname = 'cat';
UPDATE 1

> DELETE FROM emp WHERE empname IN ('ann', 'cat');
DELETE 2

> SELECT operation, empname, salary FROM emp_audit ORDER BY empname, salary, operation;
operation | empname | salary
D | ann | 10
I | cat | 3
D | cat | 7
U | cat | 7
SELECT 4

> CREATE VIEW emp_view AS SELECT empname, max(salary) AS salary FROM emp GROUP BY empname;
CREATE VIEW

> CREATE FUNCTION update_emp_view() RETURNS trigger AS $$
BEGIN
  IF (TG_OP = 'DELETE') THEN
    DELETE FROM emp WHERE empname = OLD.empname; --
    IF NOT FOUND THEN RETURN NULL; END IF; --
    INSERT INTO emp_audit VALUES ('d', now(), current_user, OLD.*); --
    RETURN OLD; --
  ELSIF (TG_OP = 'UPDATE') THEN
    UPDATE emp SET salary = NEW.salary WHERE empname = OLD.empname; --
    IF NOT FOUND THEN RETURN NULL; END IF; --
    INSERT INTO emp_audit VALUES ('u', now(), current_user, NEW.*); --
    RETURN NEW; --
  ELSIF (TG_OP = 'INSERT') THEN
    INSERT INTO emp VALUES (NEW.empname, NEW.salary); --
    INSERT INTO emp_audit VALUES ('i', now(), current_user, NEW.*); --
    RETURN NEW; --
  END IF; --
END; --
$$ LANGUAGE plpgsql;
CREATE FUNCTION

> CREATE TRIGGER emp_view INSTEAD OF INSERT OR UPDATE OR DELETE ON emp_view FOR EACH ROW EXECUTE FUNCTION update_emp_view();
CREATE TRIGGER

> INSERT INTO emp_view VALUES ('eve', 8);
INSERT 0 1

> UPDATE emp_view SET salary = 9 WHERE empname = 'eve';
UPDATE 1

> DELETE FROM emp_view WHERE empname = 'eve';
DELETE 1

> SELECT operation, empname, salary FROM emp_audit WHERE empname = 'eve' ORDER BY operation, salary;
operation | empname | salary
D | eve | 9
I | eve | 8
U | eve | 9
d | eve | 9
i | eve | 8
u | eve | 9
SELECT 6

-- Rows are routed to tables.

> CREATE TABLE measurement (city_id int NOT NULL, logdate date NOT NULL, peaktemp int, unitsales int);
CREATE TABLE

> CREATE TABLE measurement_y2006m02 (CHECK (logdate >= DATE '2006-02-01' AND logdate < DATE '2006-03-01')) INHERITS (measurement);
CREATE TABLE

> CREATE TABLE measurement_y2006m03 (CHECK (logdate >= DATE '2006-03-01' AND logdate < DATE '2006-04-01')) INHERITS (measurement);
CREATE TABLE

> CREATE FUNCTION measurement_insert_trigger() RETURNS trigger AS $$
BEGIN
  IF (NEW.logdate >= DATE '2006-02-01' AND NEW.logdate < DATE '2006-03-01') THEN
    INSERT INTO measurement_y2006m02 VALUES (NEW.*); --
  ELSIF (NEW.logdate >= DATE '2006-03-01' AND NEW.logdate < DATE '2006-04-01') THEN
    EXECUTE format('INSERT INTO %I SELECT ($1).*', 'measurement_y2006m03') USING NEW; --
  ELSE
    EXECUTE 'INSERT INTO measurement_other VALUES ($1.*)' USING NEW; --
  END IF; --
  RETURN NULL; --
END; --
$$ LANGUAGE plpgsql;
CREATE FUNCTION

> CREATE TRIGGER insert_measurement BEFORE INSERT ON measurement FOR EACH ROW EXECUTE FUNCTION measurement_insert_trigger();
CREATE TRIGGER

> CREATE TABLE measurement_other (LIKE measurement, extra text DEFAULT 'none');
CREATE TABLE

> INSERT INTO measurement VALUES (1, '2006-02-10', 35, 10), (1, '2006-02-16', 45, 20), (1, '2006-03-17', 25, 20), (2, '2007-01-15', 10, 10);
INSERT 0 0

> SELECT tableoid::regclass, * FROM measurement ORDER BY city_id, logdate;
tableoid | city_id | logdate | peaktemp | unitsales
measurement_y2006m02 | 1 | 2006-02-10 | 35 | 10
measurement_y2006m02 | 1 | 2006-02-16 | 45 | 20
measurement_y2006m03 | 1 | 2006-03-17 | 25 | 20
SELECT 3

> SELECT * FROM measurement_other;
city_id | logdate | peaktemp | unitsales | extra
2 | 2007-01-15 | 10 | 10 | none
SELECT 1

-- Records.

> DO $$
DECLARE r record; s record; x t; --
BEGIN
  FOR r IN SELECT a, b FROM t ORDER BY a LOOP
    RAISE NOTICE '% % %', r, r.a, r.b; --
    INSERT INTO u (a, b) VALUES (r.a, 'loop'); --
    s := r; --
    RAISE NOTICE '% % %', s, s.a + 1, s = r; --
    RAISE NOTICE '% % %', to_jsonb(r), row_to_json(s), pg_typeof(r); --
    x := r; --
    RAISE NOTICE '%', x; --
  END LOOP; --
  RAISE NOTICE '%', r.a; --
END $$;
NOTICE: (2,x) 2 x
NOTICE: (2,x) 3 t
NOTICE: {"a": 2, "b": "x"} {"a":2,"b":"x"} record
NOTICE: (2,x,)
NOTICE: (10,same) 10 same
NOTICE: (10,same) 11 t
NOTICE: {"a": 10, "b": "same"} {"a":10,"b":"same"} record
NOTICE: (10,same,)
NOTICE: 10
DO

> DO $$
DECLARE r record; --
BEGIN
  FOR r IN EXECUTE 'SELECT 1 AS a' LOOP RAISE NOTICE '% %', r, r.a + 1; END LOOP; --
  FOR i IN 1..3 LOOP
    IF i = 1 THEN SELECT 1 AS v, 'one' AS w INTO r; --
    ELSIF i = 2 THEN SELECT 2.5 AS v, DATE '2020-01-01' AS w, true AS z INTO r; --
    ELSE r := row('text'::text, i); --
    END IF; --
    IF i = 1 THEN RAISE NOTICE '% % %', r, r.v, r.w; ELSIF i = 2 THEN RAISE NOTICE '% % %', r, r.v, r.w; ELSE RAISE NOTICE '% %', r, r.f1; END IF; --
  END LOOP; --
  SELECT 5 AS v INTO r; --
  r.v := r.v * 2; --
  RAISE NOTICE '%', r; --
  r := NULL; --
  RAISE NOTICE '% %', r, r IS NULL; --
END $$;
NOTICE: (1) 2
NOTICE: (1,one) 1 one
NOTICE: (2.5,2020-01-01,t) 2.5 2020-01-01
NOTICE: (text,3) text
NOTICE: (10)
NOTICE: <NULL> t
DO

> DO $$ DECLARE r record; BEGIN RAISE NOTICE '% %', r, r IS NULL; END $$;
NOTICE: <NULL> t
DO

> DO $$ DECLARE r record; BEGIN RAISE NOTICE '%', r.a; END $$;
ERROR 55000: record "r" is not assigned yet
DETAIL: The tuple structure of a not-yet-assigned record is indeterminate.
CONTEXT: SQL expression "r.a"
PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE r record; BEGIN r.a := 1; END $$;
ERROR 55000: record "r" is not assigned yet
DETAIL: The tuple structure of a not-yet-assigned record is indeterminate.
CONTEXT: PL/pgSQL assignment "r.a := 1"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE r record; BEGIN INSERT INTO u VALUES (r.*); END $$;
ERROR 42809: record type has not been registered
CONTEXT: SQL statement "INSERT INTO u VALUES (r.*)"
PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM t LOOP INSERT INTO u SELECT r.*; END LOOP; END $$;
ERROR 42809: record type has not been registered
CONTEXT: SQL statement "INSERT INTO u SELECT r.*"
PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; PERFORM (r).*; END $$;
ERROR 42809: record type has not been registered
CONTEXT: SQL statement "SELECT (r).*"
PL/pgSQL function inline_code_block line 1 at PERFORM

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; RAISE NOTICE '%', (r).a; END $$;
ERROR 42703: could not identify column "a" in record data type
CONTEXT: PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; RAISE NOTICE '%', r.b; END $$;
ERROR 42703: record "r" has no field "b"
CONTEXT: SQL expression "r.b"
PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; r.b := 2; END $$;
ERROR 42703: record "r" has no field "b"
CONTEXT: PL/pgSQL assignment "r.b := 2"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE r record; BEGIN r := 1; END $$;
ERROR 0A000: input of anonymous composite types is not implemented
CONTEXT: PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; r := NULL; RAISE NOTICE '%', r.a; END $$;
ERROR 55000: record "r" is not assigned yet
DETAIL: The tuple structure of a not-yet-assigned record is indeterminate.
CONTEXT: SQL expression "r.a"
PL/pgSQL function inline_code_block line 1 at RAISE

> CREATE TABLE kept (LIKE t);
CREATE TABLE

> CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r record; v text; --
BEGIN
  IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF; --
  EXECUTE format('SELECT ($1).%I::text', TG_ARGV[0]) USING r INTO v; --
  RAISE NOTICE '% % % %', r, r.b, (r).a, v; --
  RAISE NOTICE '% %', coalesce(NEW, OLD), coalesce(NEW.*, OLD.*); --
  INSERT INTO kept SELECT r.*; --
  IF TG_OP = 'INSERT' THEN NEW := jsonb_populate_record(NEW, jsonb_build_object('b', NEW.b || '!')); RETURN NEW; END IF; --
  RETURN r; --
END $$;
CREATE FUNCTION

> CREATE TRIGGER held BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION held('c');
CREATE TRIGGER

> INSERT INTO t VALUES (20, 'held', 1) RETURNING *;
NOTICE: (20,held,1.00) held 20 1.00
NOTICE: (20,held,1.00) (20,held,1.00)
a | b | c
20 | held! | 1.00
INSERT 0 1

> UPDATE t SET c = 2 WHERE a = 20 RETURNING *;
NOTICE: (20,held!,2.00) held! 20 2.00
NOTICE: (20,held!,2.00) (20,held!,2.00)
a | b | c
20 | held! | 2.00
UPDATE 1

> DELETE FROM t WHERE a = 20;
NOTICE: (20,held!,2.00) held! 20 2.00
NOTICE: (20,held!,2.00) (20,held!,2.00)
DELETE 1

> SELECT * FROM kept;
a | b | c
20 | held | 1.00
20 | held! | 2.00
20 | held! | 2.00
SELECT 3

> DROP TRIGGER held ON t;
DROP TRIGGER

> DO $$
DECLARE r record; --
BEGIN
  SELECT 1 AS a, 'x' AS b INTO r; --
  RAISE NOTICE '% %', jsonb_build_object('r', r, 'j', row_to_json(r)), json_build_array(r, r.a); --
  RAISE NOTICE '% %', (SELECT jsonb_agg(r)), (SELECT jsonb_object_agg(r.b, r)); --
  RAISE NOTICE '% %', format('%s', r), r || ''; --
END $$;
NOTICE: {"j": {"a": 1, "b": "x"}, "r": {"a": 1, "b": "x"}} [{"a":1,"b":"x"}, 1]
NOTICE: [{"a": 1, "b": "x"}] {"x": {"a": 1, "b": "x"}}
NOTICE: (1,x) (1,x)
DO

-- Rows.

> CREATE TYPE ct AS (x int, y text);
CREATE TYPE

> CREATE TABLE n (id int, c ct, arr int[], cs ct[]);
CREATE TABLE

> DO $$
DECLARE r n%ROWTYPE; k t.a%TYPE := 4; v n.c%TYPE; w k%TYPE; --
BEGIN
  r.id := 1; --
  r.c.x := 5; --
  RAISE NOTICE '%', r; --
  r.c := row(6, 'six'); --
  RAISE NOTICE '% % %', r, (r.c).x, (r).c; --
  r.arr := '{1,2,3}'; --
  r.arr[1] := r.arr[2] + 7; --
  r.arr[5] := k; --
  RAISE NOTICE '% % %', r, r.arr[1], r.arr[2:3]; --
  r.arr[2:3] := ARRAY[8, 9]; --
  RAISE NOTICE '%', r.arr; --
  r.cs[1] := row(1, 'one'); --
  r.cs[2] := row(2, 'two')::ct; --
  r.cs[1].y := 'uno'; --
  r.cs[3].x := 3; --
  RAISE NOTICE '% % %', r, r.cs[1].y, r.cs[3]; --
  v := r.c; --
  v.y := 'changed'; --
  w := v.x; --
  RAISE NOTICE '% % %', v, w, r.c; --
  INSERT INTO n VALUES (r.*); --
  INSERT INTO n VALUES (2, v, ARRAY[w], NULL); --
  INSERT INTO n (c.x, id) VALUES ((r.c).x, 3); --
  UPDATE n SET c = v, arr = r.arr WHERE id = 3; --
  UPDATE n SET (id, c, arr, cs) = ROW(r.*) WHERE id = 2; --
  r := row(9, row(9, 'nine'), NULL, NULL); --
  RAISE NOTICE '% %', r, r.c IS NULL; --
  r := NULL; --
  RAISE NOTICE '% %', r, r.id; --
END $$;
NOTICE: (1,"(5,)",,)
NOTICE: (1,"(6,six)",,) 6 (6,six)
NOTICE: (1,"(6,six)","{9,2,3,NULL,4}",) 9 {2,3}
NOTICE: {9,8,9,NULL,4}
NOTICE: (1,"(6,six)","{9,8,9,NULL,4}","{""(1,uno)"",""(2,two)"",""(3,)""}") uno (3,)
NOTICE: (6,changed) 6 (6,six)
NOTICE: (9,"(9,nine)",,) f
NOTICE: <NULL> <NULL>
DO

> SELECT * FROM n ORDER BY id, c;
id | c | arr | cs
1 | (6,six) | {9,8,9,NULL,4} | {"(1,uno)","(2,two)","(3,)"}
1 | (6,six) | {9,8,9,NULL,4} | {"(1,uno)","(2,two)","(3,)"}
3 | (6,changed) | {9,8,9,NULL,4} | NULL
SELECT 3

> DO $$ DECLARE r n; BEGIN RAISE NOTICE '%', r.c.x; END $$;
ERROR 42P01: missing FROM-clause entry for table "c"
CONTEXT: PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE r n; BEGIN RAISE NOTICE '%', r.zz; END $$;
ERROR 42703: record "r" has no field "zz"
CONTEXT: SQL expression "r.zz"
PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE r n; BEGIN r.zz := 1; END $$;
ERROR 42703: record "r" has no field "zz"
CONTEXT: PL/pgSQL assignment "r.zz := 1"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE r n; BEGIN r.c.zz := 1; END $$;
ERROR 42703: cannot assign to field "zz" of column "r" because there is no such column in data type ct
CONTEXT: PL/pgSQL assignment "r.c.zz := 1"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE r n; i int; BEGIN SELECT 'abc' INTO i; END $$;
ERROR 22P02: invalid input syntax for type integer: "abc"
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE x int; BEGIN x := 1, 2; END $$;
ERROR 42601: assignment source returned 2 columns
CONTEXT: PL/pgSQL assignment "x := 1, 2"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x int; BEGIN x := 1/0; END $$;
ERROR 22012: division by zero
CONTEXT: PL/pgSQL assignment "x := 1/0"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x int; y int := 0; BEGIN x := 1/y; END $$;
ERROR 22012: division by zero
CONTEXT: PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x text; BEGIN x := current_setting('no.such'); END $$;
ERROR 42704: unrecognized configuration parameter "no.such"
CONTEXT: PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x int; BEGIN x := (SELECT 1/a FROM (VALUES (0)) v (a)); END $$;
ERROR 22012: division by zero
CONTEXT: PL/pgSQL assignment "x := (SELECT 1/a FROM (VALUES (0)) v (a))"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x int; BEGIN x := (SELECT 1 UNION ALL SELECT 2); END $$;
ERROR 21000: more than one row returned by a subquery used as an expression
CONTEXT: PL/pgSQL assignment "x := (SELECT 1 UNION ALL SELECT 2)"
PL/pgSQL function inline_code_block line 1 at assignment

> DO $$ DECLARE x int; BEGIN RAISE NOTICE '%', x.y; END $$;
ERROR 42P01: missing FROM-clause entry for table "x"
CONTEXT: PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE x t; BEGIN RAISE NOTICE '%', x.*; END $$;
ERROR 42601: query returned 3 columns
CONTEXT: query: x.*
PL/pgSQL function inline_code_block line 1 at RAISE

> DO $$ DECLARE x int; BEGIN PERFORM (x).*; END $$;
ERROR 42809: type integer is not composite
CONTEXT: SQL statement "SELECT (x).*"
PL/pgSQL function inline_code_block line 1 at PERFORM

> DO $$ DECLARE x int; BEGIN PERFORM x.*; END $$;
ERROR 42P01: missing FROM-clause entry for table "x"
CONTEXT: PL/pgSQL function inline_code_block line 1 at PERFORM

> DO $$ DECLARE x t; BEGIN x := '(4,four,4.4)'; RAISE NOTICE '% %', x, x.c; x := '(5,,)'::text; RAISE NOTICE '%', x; END $$;
NOTICE: (4,four,4.40) 4.40
NOTICE: (5,,)
DO

> DO $$ DECLARE x t; BEGIN x := row(1); RAISE NOTICE '%', x; x := row(1, 'b', 3, 'more'); RAISE NOTICE '%', x; END $$;
NOTICE: (1,,)
NOTICE: (1,b,3.00)
DO

> DO $$ DECLARE x t; BEGIN INSERT INTO u VALUES (x.*, 4); END $$;
ERROR 42601: INSERT has more expressions than target columns
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE x t; BEGIN INSERT INTO u VALUES (4, x.*); END $$;
ERROR 42601: INSERT has more expressions than target columns
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE x t; BEGIN INSERT INTO u (a, b) VALUES (x.*); END $$;
ERROR 42601: INSERT has more expressions than target columns
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE x t; BEGIN INSERT INTO u SELECT x.*, 4; END $$;
ERROR 42601: INSERT has more expressions than target columns
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE u t; BEGIN INSERT INTO u SELECT u.* FROM u; END $$;
ERROR 42702: column reference "u.*" is ambiguous
DETAIL: It could refer to either a PL/pgSQL variable or a table column.
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ #variable_conflict use_column
DECLARE u t; n int; BEGIN SELECT count(*) INTO n FROM (SELECT u.* FROM u) s; RAISE NOTICE '%', n > 1; END $$;
NOTICE: t
DO

> DO $$ #variable_conflict use_variable
DECLARE u t; BEGIN u.a := 77; DELETE FROM audit; INSERT INTO audit SELECT 'U', 3, u.* FROM t LIMIT 1; END $$;
DO

> SELECT * FROM audit;
op | at | a | b | c
U | 3 | 77 | NULL | NULL
SELECT 1

> DO $$
<<blk>>
DECLARE x t; --
BEGIN
  x := row(1, 'outer', 1); --
  DECLARE x t; --
  BEGIN
    x := row(2, 'inner', 2); --
    INSERT INTO audit VALUES ('o', 4, blk.x.*), ('i', 5, x.*); --
  END; --
END $$;
DO

> SELECT * FROM audit ORDER BY at;
op | at | a | b | c
U | 3 | 77 | NULL | NULL
o | 4 | 1 | outer | 1.00
i | 5 | 2 | inner | 2.00
SELECT 3

-- Stars in SQL itself.

> SELECT row(t.*, 1), (t.*, 2) FROM t ORDER BY a;
row | row
(2,x,2.50,1) | (2,x,2.50,2)
(10,same,,1) | (10,same,,2)
SELECT 2

> SELECT row(t.*) = row(t.a, t.b, t.c), row(t.*) IN (SELECT * FROM t) FROM t ORDER BY a;
?column? | ?column?
t | t
NULL | NULL
SELECT 2

> VALUES ((row(1, 'a'::text)).*), (2, 'b');
column1 | column2
1 | a
2 | b
SELECT 2

> VALUES (0, (row(1, 'b', 3)::t).*);
column1 | column2 | column3 | column4
0 | 1 | b | 3.00
SELECT 1

> INSERT INTO audit VALUES ('S', 6, (row(1, 'b', 3)::t).*), ('S', 7, (row(2, 'c', 4)::t).*) RETURNING *;
op | at | a | b | c
S | 6 | 1 | b | 3.00
S | 7 | 2 | c | 4.00
INSERT 0 2

> INSERT INTO audit (op, a) VALUES ('S', (row(1, 'b', 3)::t).*);
ERROR 42601: INSERT has more expressions than target columns

> INSERT INTO audit (op, a, b, c) VALUES (nosuch, (row(1, 'b', 3)::t).*);
ERROR 42703: column "nosuch" does not exist

> MERGE INTO u USING t ON false WHEN NOT MATCHED THEN INSERT VALUES (t.*);
MERGE 2

> SELECT (a).* IS NULL FROM t;
ERROR 0A000: row expansion via "*" is not supported here

> SELECT (1).*;
ERROR 42809: type integer is not composite

> PREPARE p (t) AS INSERT INTO u VALUES ($1.*) RETURNING *;
PREPARE

> EXECUTE p (row(91, 'p', 1));
a | b | c
91 | p | 1.00
INSERT 0 1

> PREPARE q (t) AS SELECT $1.*, ($1).a, $1.b, row($1.*);
PREPARE

> EXECUTE q (row(92, 'q', 2));
a | b | c | a | b | row
92 | q | 2.00 | 92 | q | (92,q,2.00)
SELECT 1

-- Functions.

> CREATE FUNCTION rows_next() RETURNS SETOF t LANGUAGE plpgsql AS $$
DECLARE r t; q record; --
BEGIN
  FOR r IN SELECT * FROM t ORDER BY a LOOP RETURN NEXT r; END LOOP; --
  FOR q IN SELECT * FROM t ORDER BY a LOOP q.a := q.a + 100; RETURN NEXT q; END LOOP; --
  r := row(7, 'seven', 7); --
  RETURN NEXT r; --
  RETURN QUERY SELECT r.*; --
  RETURN NEXT NULL; --
END $$;
CREATE FUNCTION

> SELECT * FROM rows_next();
a | b | c
2 | x | 2.50
10 | same | NULL
102 | x | 2.50
110 | same | NULL
7 | seven | 7.00
7 | seven | 7.00
NULL | NULL | NULL
SELECT 7

> CREATE FUNCTION rows_record() RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE q record; --
BEGIN
  FOR q IN SELECT a, b FROM t ORDER BY a LOOP RETURN NEXT q; END LOOP; --
END $$;
CREATE FUNCTION

> SELECT * FROM rows_record() AS (x int, y text);
x | y
2 | x
10 | same
SELECT 2

> SELECT * FROM rows_record() AS (x int, y int);
ERROR 42804: wrong record type supplied in RETURN NEXT
DETAIL: Returned type text does not match expected type integer in column 2.
CONTEXT: PL/pgSQL function rows_record() line 4 at RETURN NEXT

> SELECT * FROM rows_record() AS (x int);
ERROR 42804: wrong record type supplied in RETURN NEXT
DETAIL: Number of returned columns (2) does not match expected column count (1).
CONTEXT: PL/pgSQL function rows_record() line 4 at RETURN NEXT

> CREATE FUNCTION rows_unassigned() RETURNS SETOF record LANGUAGE plpgsql AS $$ DECLARE q record; BEGIN RETURN NEXT q; END $$;
CREATE FUNCTION

> SELECT * FROM rows_unassigned() AS (x int, y text);
ERROR 55000: record "q" is not assigned yet
DETAIL: The tuple structure of a not-yet-assigned record is indeterminate.
CONTEXT: PL/pgSQL function rows_unassigned() line 1 at RETURN NEXT

> CREATE FUNCTION row_of(i int) RETURNS t LANGUAGE plpgsql AS $$
DECLARE r record; --
BEGIN
  IF i = 0 THEN RETURN NULL; END IF; --
  SELECT * INTO r FROM t ORDER BY a LIMIT 1; --
  IF i = 1 THEN RETURN r; END IF; --
  IF i = 2 THEN RETURN (r.a, r.b, r.c); END IF; --
  IF i = 3 THEN RETURN row(r.a, r.b); END IF; --
  RETURN i; --
END $$;
CREATE FUNCTION

> SELECT row_of(0), row_of(1), row_of(2);
row_of | row_of | row_of
NULL | (2,x,2.50) | (2,x,2.50)
SELECT 1

> SELECT (row_of(1)).*;
a | b | c
2 | x | 2.50
SELECT 1

> SELECT row_of(3);
ERROR 42804: returned record type does not match expected record type
DETAIL: Number of returned columns (2) does not match expected column count (3).
CONTEXT: PL/pgSQL function row_of(integer) while casting return value to function's return type

> SELECT row_of(4);
ERROR 42804: cannot return non-composite value from function returning composite type
CONTEXT: PL/pgSQL function row_of(integer) line 9 at RETURN

> CREATE FUNCTION of_row(r t) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  r.a := r.a + 1; --
  RETURN coalesce(r.b, '-') || r.a || r::text || row(r.*, 0)::text; --
END $$;
CREATE FUNCTION

> SELECT of_row(t), of_row(t.*) FROM t ORDER BY a;
of_row | of_row
x3(3,x,2.50)(3,x,2.50,0) | x3(3,x,2.50)(3,x,2.50,0)
same11(11,same,)(11,same,,0) | same11(11,same,)(11,same,,0)
SELECT 2

> SELECT of_row(row(1, 'a', 2)), of_row(NULL);
of_row | of_row
a2(2,a,2.00)(2,a,2.00,0) | NULL
SELECT 1

> CREATE FUNCTION outs(OUT a int, OUT b t) LANGUAGE plpgsql AS $$ BEGIN a := 1; b.a := 3; b.b := 'z'; END $$;
CREATE FUNCTION

> SELECT *, (b).* FROM outs();
a | b | a | b | c
1 | (3,z,) | 3 | z | NULL
SELECT 1

> CREATE FUNCTION of_column(x t.a%TYPE, y public.t.b%TYPE, OUT z t.c%TYPE) LANGUAGE plpgsql AS $$ BEGIN z := x + length(y); END $$;
NOTICE: type reference t.a%TYPE converted to integer
NOTICE: type reference public.t.b%TYPE converted to text
NOTICE: type reference t.c%TYPE converted to numeric
CREATE FUNCTION

> SELECT of_column(1, 'two'), pg_typeof(of_column(1, 'two'));
of_column | pg_typeof
4 | numeric
SELECT 1

> CREATE FUNCTION all_of() RETURNS SETOF t.b%TYPE LANGUAGE sql AS 'SELECT b FROM t ORDER BY a';
NOTICE: type reference t.b%TYPE converted to text
CREATE FUNCTION

> SELECT * FROM all_of();
all_of
x
same
SELECT 2

> CREATE FUNCTION wrong(x nosuch.a%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42P01: relation "nosuch" does not exist

> CREATE FUNCTION wrong(x t.nosuch%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42703: column "nosuch" of relation "t" does not exist

> DO $$ DECLARE x t; BEGIN SELECT t INTO x FROM t ORDER BY a LIMIT 1; END $$;
ERROR 22P02: invalid input syntax for type integer: "(2,x,2.50)"
CONTEXT: PL/pgSQL function inline_code_block line 1 at SQL statement

> DO $$ DECLARE x record; BEGIN SELECT t INTO x FROM t ORDER BY a LIMIT 1; RAISE NOTICE '% %', x, x.t; END $$;
NOTICE: ("(2,x,2.50)") (2,x,2.50)
DO

> CREATE FUNCTION sum_of(v1 anyelement, v2 anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$
DECLARE result ALIAS FOR $0; --
BEGIN
  result := v1 + v2; --
  RETURN result; --
END $$;
CREATE FUNCTION

> SELECT sum_of(1, 2), sum_of(1.5, 2.25), pg_typeof(sum_of(1::bigint, 2::bigint));
sum_of | sum_of | pg_typeof
3 | 3.75 | bigint
SELECT 1

> CREATE FUNCTION strictly(p1 int, p2 text, int) RETURNS int LANGUAGE plpgsql AS $$
#print_strict_params on
DECLARE x int; p3 text := 'it''s'; p4 text; --
BEGIN
  IF p1 = 1 THEN SELECT a INTO STRICT x FROM t WHERE a = $3 AND b = p3 AND b = p4; --
  ELSIF p1 = 2 THEN SELECT t.a INTO STRICT x FROM t, generate_series(1, $3); --
  ELSIF p1 = 3 THEN EXECUTE 'SELECT a FROM t WHERE a = $1 AND b = $2' INTO STRICT x USING $3, p2; --
  ELSIF p1 = 4 THEN EXECUTE 'SELECT a FROM t WHERE a < $1' INTO STRICT x USING 100; --
  ELSIF p1 = 5 THEN SELECT a INTO STRICT x FROM t; --
  ELSE SELECT a INTO STRICT x FROM t WHERE false; --
  END IF; --
  RETURN x; --
END $$;
CREATE FUNCTION

> SELECT strictly(1, 'two', 3);
ERROR P0002: query returned no rows
DETAIL: parameters: $3 = '3', p3 = 'it''s', p4 = NULL
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 5 at SQL statement

> SELECT strictly(2, 'two', 3);
ERROR P0003: query returned more than one row
DETAIL: parameters: $3 = '3'
HINT: Make sure the query returns a single row, or use LIMIT 1.
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 6 at SQL statement

> SELECT strictly(3, 'two', 3);
ERROR P0002: query returned no rows
DETAIL: parameters: $1 = '3', $2 = 'two'
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 7 at EXECUTE

> SELECT strictly(4, 'two', 3);
ERROR P0003: query returned more than one row
DETAIL: parameters: $1 = '100'
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 8 at EXECUTE

> SELECT strictly(5, 'two', 3);
ERROR P0003: query returned more than one row
HINT: Make sure the query returns a single row, or use LIMIT 1.
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 9 at SQL statement

> SELECT strictly(6, 'two', 3);
ERROR P0002: query returned no rows
CONTEXT: PL/pgSQL function strictly(integer,text,integer) line 10 at SQL statement

-- Elements.

> DO $$
DECLARE x ct[]; c ct; a int; b text; r record; s int[]; --
BEGIN
  x := ARRAY[row(1, 'a')::ct, row(2, 'b')::ct]; --
  FOREACH c IN ARRAY x LOOP RAISE NOTICE '% %', c, c.x; END LOOP; --
  FOREACH a, b IN ARRAY x LOOP RAISE NOTICE '% %', a, b; END LOOP; --
  FOREACH r IN ARRAY x LOOP RAISE NOTICE '% %', r, r.y; END LOOP; --
  FOREACH s SLICE 1 IN ARRAY ARRAY[[1, 2], [3, 4]] LOOP RAISE NOTICE '%', s; END LOOP; --
  x[1].x := 7; --
  x[3] := row(3, 'c'); --
  x[4].y := 'd'; --
  RAISE NOTICE '% %', x, x[4].y; --
END $$;
NOTICE: (1,a) 1
NOTICE: (2,b) 2
NOTICE: 1 a
NOTICE: 2 b
NOTICE: (1,a) a
NOTICE: (2,b) b
NOTICE: {1,2}
NOTICE: {3,4}
NOTICE: {"(7,a)","(2,b)","(3,c)","(,d)"} d
DO

> DO $$ DECLARE i int; BEGIN FOREACH i SLICE 1 IN ARRAY ARRAY[[1], [2]] LOOP NULL; END LOOP; END $$;
ERROR 42804: FOREACH ... SLICE loop variable must be of an array type
CONTEXT: PL/pgSQL function inline_code_block line 1 at FOREACH over array

> DO $$ DECLARE i int[]; BEGIN FOREACH i IN ARRAY ARRAY[1, 2] LOOP NULL; END LOOP; END $$;
ERROR 42804: FOREACH loop variable must not be of an array type
CONTEXT: PL/pgSQL function inline_code_block line 1 at FOREACH over array

> DO $$ BEGIN RETURN 5; END $$;
ERROR 42804: RETURN cannot have a parameter in function returning void

-- EXECUTE.

> DO $$
DECLARE x t; r record; n int; --
BEGIN
  x := row(50, 'dynamic', 5); --
  EXECUTE 'INSERT INTO u VALUES (($1).*)' USING x; --
  EXECUTE 'INSERT INTO u SELECT $1.*' USING x; --
  EXECUTE 'INSERT INTO u VALUES ($1.a + $2, $1.b)' USING x, 1; --
  EXECUTE format('SELECT * FROM %I WHERE a = %L', 'u', 51) INTO r; --
  RAISE NOTICE '%', r; --
  EXECUTE 'SELECT count(*) FROM u WHERE u = $1' INTO n USING x; --
  RAISE NOTICE '%', n; --
  EXECUTE 'UPDATE u SET c = 1 WHERE a IN (50, 51) RETURNING a' INTO n; --
  RAISE NOTICE '%', n; --
  EXECUTE 'SELECT a FROM u ORDER BY a' INTO STRICT n; --
END $$;
NOTICE: (51,dynamic,)
NOTICE: 2
NOTICE: 50
ERROR P0003: query returned more than one row
CONTEXT: PL/pgSQL function inline_code_block line 14 at EXECUTE

> DO $$ DECLARE r record; BEGIN SELECT 1 AS a INTO r; EXECUTE 'SELECT $1.a' USING r; END $$;
ERROR 42703: could not identify column "a" in record data type
CONTEXT: PL/pgSQL function inline_code_block line 1 at EXECUTE

-- Cursors name rows.

> CREATE TABLE fc (i int PRIMARY KEY, j int);
CREATE TABLE

> INSERT INTO fc SELECT i, i * 10 FROM generate_series(1, 5) i;
INSERT 0 5

> DO $$
DECLARE c CURSOR FOR SELECT * FROM fc ORDER BY i FOR UPDATE; r record; --
BEGIN
  FOR r IN c LOOP
    IF r.i = 2 THEN DELETE FROM fc WHERE CURRENT OF c; CONTINUE; END IF; --
    UPDATE fc SET j = r.j + 1 WHERE CURRENT OF c; --
    EXIT WHEN r.i = 4; --
  END LOOP; --
  RAISE NOTICE '% %', r, c; --
END $$;
NOTICE: <NULL> c
DO

> SELECT * FROM fc ORDER BY i;
i | j
1 | 11
3 | 31
4 | 41
5 | 50
SELECT 4

> DO $$
DECLARE c refcursor; d CURSOR (low int) FOR SELECT * FROM fc WHERE i > low ORDER BY i FOR UPDATE; r fc; --
BEGIN
  OPEN c FOR SELECT * FROM fc; --
  LOOP
    FETCH c INTO r; --
    EXIT WHEN NOT FOUND; --
    UPDATE fc SET j = -r.j WHERE CURRENT OF c; --
  END LOOP; --
  CLOSE c; --
  OPEN d (3); --
  FETCH d INTO r; --
  DELETE FROM fc WHERE CURRENT OF d; --
  MOVE d; --
  BEGIN
    DELETE FROM fc WHERE CURRENT OF d; --
    DELETE FROM fc WHERE CURRENT OF d; --
    MOVE d; --
    DELETE FROM fc WHERE CURRENT OF d; --
  EXCEPTION WHEN invalid_cursor_state THEN RAISE NOTICE 'no row'; --
  END; --
  CLOSE d; --
END $$;
NOTICE: no row
DO

> DO $$
DECLARE d CURSOR (low int) FOR SELECT * FROM fc WHERE i > low; --
BEGIN
  OPEN d (0); --
  FOR r IN d (1) LOOP NULL; END LOOP; --
END $$;
ERROR 42P03: cursor "d" already in use
CONTEXT: PL/pgSQL function inline_code_block line 5 at FOR over cursor

> DO $$
DECLARE c CURSOR FOR SELECT * FROM fc; r fc; --
BEGIN
  OPEN c; --
  UPDATE fc SET j = 0 WHERE CURRENT OF c; --
END $$;
ERROR 24000: cursor "c" is not positioned on a row
CONTEXT: SQL statement "UPDATE fc SET j = 0 WHERE CURRENT OF c"
PL/pgSQL function inline_code_block line 5 at SQL statement

> DO $$
DECLARE c CURSOR FOR SELECT i FROM fc GROUP BY i; --
BEGIN
  FOR r IN c LOOP UPDATE fc SET j = 0 WHERE CURRENT OF c; END LOOP; --
END $$;
ERROR 24000: cursor "c" is not a simply updatable scan of table "fc"
CONTEXT: SQL statement "UPDATE fc SET j = 0 WHERE CURRENT OF c"
PL/pgSQL function inline_code_block line 4 at SQL statement

> SELECT * FROM fc ORDER BY i;
i | j
1 | -11
3 | -31
5 | -50
SELECT 3

> BEGIN;
BEGIN

> CREATE FUNCTION opened() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor := 'mine'; BEGIN OPEN c FOR SELECT * FROM fc WHERE i = 3; RETURN c; END $$;
CREATE FUNCTION

> SELECT opened();
opened
mine
SELECT 1

> FETCH mine;
i | j
3 | -31
FETCH 1

> SAVEPOINT s;
SAVEPOINT

> DELETE FROM fc WHERE CURRENT OF mine;
DELETE 1

> SELECT count(*) FROM fc;
count
2
SELECT 1

> ROLLBACK TO s;
ROLLBACK

> UPDATE fc SET j = 333 WHERE CURRENT OF mine;
UPDATE 1

> COMMIT;
COMMIT

> SELECT * FROM fc ORDER BY i;
i | j
1 | -11
3 | 333
5 | -50
SELECT 3
