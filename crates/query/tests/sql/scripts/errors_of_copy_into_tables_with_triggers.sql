-- Errors of COPY into tables and views with triggers name the row that they are about, which has come with the ones before it.
> CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% on % % %', TG_NAME, TG_TABLE_NAME, TG_WHEN, TG_OP; --
  IF TG_OP = 'INSERT' AND NEW.a = 3 THEN RAISE EXCEPTION 'three'; END IF; --
  IF TG_OP = 'INSERT' AND NEW.a = 5 THEN RETURN NULL; END IF; --
  RETURN NEW; --
END $$;
CREATE FUNCTION
> CREATE TABLE t (a int CHECK (a < 100), b text NOT NULL);
CREATE TABLE
> CREATE TRIGGER b BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY t FROM STDIN;
<1	x
<2	y
<3	z
NOTICE: b on t BEFORE INSERT
NOTICE: b on t BEFORE INSERT
NOTICE: b on t BEFORE INSERT
ERROR P0001: three
CONTEXT: PL/pgSQL function up() line 4 at RAISE
COPY t, line 3: "3	z"
> COPY t FROM STDIN;
<1	x
<2	\N
NOTICE: b on t BEFORE INSERT
NOTICE: b on t BEFORE INSERT
ERROR 23502: null value in column "b" of relation "t" violates not-null constraint
DETAIL: Failing row contains (2, null).
CONTEXT: COPY t, line 2: "2	\N"
> COPY t FROM STDIN;
<1	x
<200	r
NOTICE: b on t BEFORE INSERT
NOTICE: b on t BEFORE INSERT
ERROR 23514: new row for relation "t" violates check constraint "t_a_check"
DETAIL: Failing row contains (200, r).
CONTEXT: COPY t, line 2: "200	r"
> DROP TRIGGER b ON t;
DROP TRIGGER
> CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY t FROM STDIN;
<1	x
<2	y
<3	z
<4	w
NOTICE: a on t AFTER INSERT
NOTICE: a on t AFTER INSERT
NOTICE: a on t AFTER INSERT
ERROR P0001: three
CONTEXT: PL/pgSQL function up() line 4 at RAISE
> COPY t FROM STDIN;
<1	x
<200	r
ERROR 23514: new row for relation "t" violates check constraint "t_a_check"
DETAIL: Failing row contains (200, r).
CONTEXT: COPY t, line 2: "200	r"
> CREATE TABLE pk (a int PRIMARY KEY);
CREATE TABLE
> INSERT INTO pk VALUES (1);
INSERT 0 1
> CREATE TRIGGER b BEFORE INSERT ON pk FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY pk FROM STDIN;
<10
<10
NOTICE: b on pk BEFORE INSERT
NOTICE: b on pk BEFORE INSERT
ERROR 23505: duplicate key value violates unique constraint "pk_pkey"
DETAIL: Key (a)=(10) already exists.
CONTEXT: COPY pk, line 2: "10"
> CREATE FUNCTION st() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'st % %', TG_WHEN, TG_LEVEL; END $$;
CREATE FUNCTION
> CREATE TRIGGER s BEFORE INSERT ON pk FOR EACH STATEMENT EXECUTE FUNCTION st();
CREATE TRIGGER
> COPY pk FROM STDIN;
<11
ERROR P0001: st BEFORE STATEMENT
CONTEXT: PL/pgSQL function st() line 1 at RAISE
> DROP TRIGGER s ON pk;
DROP TRIGGER
> CREATE TRIGGER s AFTER INSERT ON pk FOR EACH STATEMENT EXECUTE FUNCTION st();
CREATE TRIGGER
> COPY pk FROM STDIN;
<11
NOTICE: b on pk BEFORE INSERT
ERROR P0001: st AFTER STATEMENT
CONTEXT: PL/pgSQL function st() line 1 at RAISE
> CREATE VIEW v AS SELECT a FROM pk;
CREATE VIEW
> CREATE FUNCTION inst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.a = 7 THEN RAISE EXCEPTION 'seven'; END IF; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER i INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION inst();
CREATE TRIGGER
> COPY v FROM STDIN;
<6
<7
ERROR P0001: seven
CONTEXT: PL/pgSQL function inst() line 1 at RAISE
COPY v, line 2: "7"
> CREATE TABLE p (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TRIGGER b BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY p FROM STDIN;
<1	x
<20	y
NOTICE: b on p1 BEFORE INSERT
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (20).
CONTEXT: COPY p, line 2: "20	y"
> COPY p FROM STDIN;
<1	x
<3	y
NOTICE: b on p1 BEFORE INSERT
NOTICE: b on p1 BEFORE INSERT
ERROR P0001: three
CONTEXT: PL/pgSQL function up() line 4 at RAISE
COPY p, line 2: "3	y"
> CREATE TABLE q (a int, u int UNIQUE);
CREATE TABLE
> CREATE TRIGGER a AFTER INSERT ON q FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY q FROM STDIN;
<1	1
<2	1
<4	5
ERROR 23505: duplicate key value violates unique constraint "q_u_key"
DETAIL: Key (u)=(1) already exists.
CONTEXT: COPY q, line 2
> COPY q FROM STDIN;
<1	1
<3	2
<x	5
ERROR 22P02: invalid input syntax for type integer: "x"
CONTEXT: COPY q, line 3, column a: "x"
> COPY q FROM STDIN;
<3	1
<4	2
NOTICE: a on q AFTER INSERT
ERROR P0001: three
CONTEXT: PL/pgSQL function up() line 4 at RAISE
> DROP TRIGGER a ON q;
DROP TRIGGER
> CREATE TRIGGER b BEFORE INSERT ON q FOR EACH ROW EXECUTE FUNCTION up();
CREATE TRIGGER
> COPY q FROM STDIN;
<1	1
<2	2
<x	5
NOTICE: b on q BEFORE INSERT
NOTICE: b on q BEFORE INSERT
ERROR 22P02: invalid input syntax for type integer: "x"
CONTEXT: COPY q, line 3, column a: "x"
> COPY q FROM STDIN WITH (FORMAT csv);
<1,1
<5,1
<2,2
NOTICE: b on q BEFORE INSERT
NOTICE: b on q BEFORE INSERT
NOTICE: b on q BEFORE INSERT
COPY 2
> SELECT * FROM q ORDER BY a;
a | u
1 | 1
2 | 2
SELECT 2
