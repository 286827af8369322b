-- Checks may call functions in PL/pgSQL, and functions in SQL that read tables.

> CREATE FUNCTION is_even(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'asked about %', n; RETURN n % 2 = 0; END $$;
CREATE FUNCTION
> CREATE TABLE t (a integer NOT NULL, b integer DEFAULT 0, CHECK (b >= 0), CONSTRAINT even CHECK (is_even(a)));
CREATE TABLE
> INSERT INTO t VALUES (2), (4);
NOTICE: asked about 2
NOTICE: asked about 4
INSERT 0 2
> INSERT INTO t VALUES (6), (7), (8);
NOTICE: asked about 6
NOTICE: asked about 7
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (7, 0).
> INSERT INTO t VALUES (3, -1);
NOTICE: asked about 3
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (3, -1).
> INSERT INTO t VALUES (NULL);
ERROR 23502: null value in column "a" of relation "t" violates not-null constraint
DETAIL: Failing row contains (null, 0).
> SELECT * FROM t ORDER BY a;
a | b
2 | 0
4 | 0
SELECT 2
> UPDATE t SET a = a + 2 RETURNING a;
NOTICE: asked about 4
NOTICE: asked about 6
a
4
6
UPDATE 2
> UPDATE t SET a = a + 1 WHERE a = 4;
NOTICE: asked about 5
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (5, 0).
> INSERT INTO t SELECT 10 RETURNING *;
NOTICE: asked about 10
a | b
10 | 0
INSERT 0 1
> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'even';
pg_get_constraintdef
CHECK (is_even(a))
SELECT 1
> COPY t (a) FROM STDIN;
<12
<14
NOTICE: asked about 12
NOTICE: asked about 14
COPY 2
> COPY t (a) FROM STDIN;
<16
<17
NOTICE: asked about 16
NOTICE: asked about 17
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (17, 0).
CONTEXT: COPY t, line 2: "17"
> SELECT a FROM t ORDER BY a;
a
4
6
10
12
14
SELECT 5
> DELETE FROM t WHERE a > 8;
DELETE 3
-- It is asked of what triggers have made of a row.
> CREATE FUNCTION doubled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.a := new.a * 2; RETURN new; END $$;
CREATE FUNCTION
> CREATE TRIGGER doubling BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION doubled();
CREATE TRIGGER
> INSERT INTO t VALUES (7);
NOTICE: asked about 14
INSERT 0 1
> DROP TRIGGER doubling ON t;
DROP TRIGGER
-- Conflicts.
> CREATE UNIQUE INDEX ON t (a);
CREATE INDEX
> INSERT INTO t VALUES (14, 1) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *;
NOTICE: asked about 14
NOTICE: asked about 14
a | b
14 | 1
INSERT 0 1
> INSERT INTO t VALUES (14, 2) ON CONFLICT (a) DO UPDATE SET a = 15;
NOTICE: asked about 14
NOTICE: asked about 15
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (15, 1).
> INSERT INTO t VALUES (15, 2) ON CONFLICT DO NOTHING;
NOTICE: asked about 15
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (15, 2).
> INSERT INTO t VALUES (14, 2) ON CONFLICT DO NOTHING;
NOTICE: asked about 14
INSERT 0 0
-- MERGE.
> MERGE INTO t USING (VALUES (14), (20)) s(a) ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 9 WHEN NOT MATCHED THEN INSERT VALUES (s.a, 1);
NOTICE: asked about 14
NOTICE: asked about 20
MERGE 2
> MERGE INTO t USING (VALUES (21)) s(a) ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a, 1);
NOTICE: asked about 21
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (21, 1).
-- Savepoints and blocks.
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> INSERT INTO t VALUES (23);
NOTICE: asked about 23
ERROR 23514: new row for relation "t" violates check constraint "even"
DETAIL: Failing row contains (23, 0).
> ROLLBACK TO s;
ROLLBACK
> INSERT INTO t VALUES (24);
NOTICE: asked about 24
INSERT 0 1
> COMMIT;
COMMIT
> DO $$ BEGIN INSERT INTO t VALUES (25); EXCEPTION WHEN check_violation THEN RAISE NOTICE 'caught: %', SQLERRM; END $$;
NOTICE: asked about 25
NOTICE: caught: new row for relation "t" violates check constraint "even"
DO
> SELECT a, b FROM t ORDER BY a;
a | b
4 | 0
6 | 0
14 | 9
20 | 1
24 | 0
SELECT 5
-- Added to a table with rows, validated, dropped.
> CREATE FUNCTION is_small(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n < 22; END $$;
CREATE FUNCTION
> ALTER TABLE t ADD CONSTRAINT small CHECK (is_small(a));
ERROR 23514: check constraint "small" of relation "t" is violated by some row
> ALTER TABLE t ADD CONSTRAINT small CHECK (is_small(a)) NOT VALID;
ALTER TABLE
> ALTER TABLE t VALIDATE CONSTRAINT small;
ERROR 23514: check constraint "small" of relation "t" is violated by some row
> DELETE FROM t WHERE a = 24;
DELETE 1
> ALTER TABLE t VALIDATE CONSTRAINT small;
ALTER TABLE
> DROP FUNCTION is_small(integer);
ERROR 2BP01: cannot drop function is_small(integer) because other objects depend on it
DETAIL: constraint small on table t depends on function is_small(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE t DROP CONSTRAINT small, DROP CONSTRAINT even;
ALTER TABLE
> INSERT INTO t VALUES (99, 9);
INSERT 0 1
> DROP TABLE t;
DROP TABLE
-- NULL passes; an error is the function's; a new body counts from now on.
> CREATE FUNCTION judged(n integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF n = 0 THEN RAISE EXCEPTION 'no zero'; END IF; RETURN nullif(n, 1) > 5; END $$;
CREATE FUNCTION
> CREATE TABLE j (n integer CHECK (judged(n)));
CREATE TABLE
> INSERT INTO j VALUES (1), (NULL), (6);
INSERT 0 3
> INSERT INTO j VALUES (0);
ERROR P0001: no zero
CONTEXT: PL/pgSQL function judged(integer) line 1 at RAISE
> INSERT INTO j VALUES (2);
ERROR 23514: new row for relation "j" violates check constraint "j_n_check"
DETAIL: Failing row contains (2).
> CREATE OR REPLACE FUNCTION judged(n integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN n = 2; END $$;
CREATE FUNCTION
> INSERT INTO j VALUES (2);
INSERT 0 1
> INSERT INTO j VALUES (6);
ERROR 23514: new row for relation "j" violates check constraint "j_n_check"
DETAIL: Failing row contains (6).
> CREATE OR REPLACE FUNCTION judged(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT n = 3';
CREATE FUNCTION
> INSERT INTO j VALUES (3);
INSERT 0 1
> INSERT INTO j VALUES (2);
ERROR 23514: new row for relation "j" violates check constraint "j_n_check"
DETAIL: Failing row contains (2).
> SELECT n FROM j ORDER BY n;
n
1
2
3
6
NULL
SELECT 5
-- What it reads of other tables, and whole rows.
> CREATE TABLE allowed (code text);
CREATE TABLE
> INSERT INTO allowed VALUES ('x'), ('y');
INSERT 0 2
> CREATE FUNCTION is_allowed(c text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT 1 FROM allowed WHERE code = c)';
CREATE FUNCTION
> CREATE TABLE u (code text CHECK (is_allowed(code)));
CREATE TABLE
> INSERT INTO u VALUES ('x');
INSERT 0 1
> INSERT INTO u VALUES ('z');
ERROR 23514: new row for relation "u" violates check constraint "u_code_check"
DETAIL: Failing row contains (z).
> INSERT INTO allowed VALUES ('z');
INSERT 0 1
> INSERT INTO u VALUES ('z');
INSERT 0 1
> CREATE TABLE w (a integer, b integer);
CREATE TABLE
> CREATE FUNCTION fits(w) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1.a < $1.b; END $$;
CREATE FUNCTION
> ALTER TABLE w ADD CHECK (fits(w.*));
ALTER TABLE
> INSERT INTO w VALUES (1, 2);
INSERT 0 1
> INSERT INTO w VALUES (2, 1);
ERROR 23514: new row for relation "w" violates check constraint "w_check"
DETAIL: Failing row contains (2, 1).
-- Tables below, partitions, and foreign keys that write.
> CREATE FUNCTION positive(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n > 0; END $$;
CREATE FUNCTION
> CREATE TABLE p (a integer, b integer CHECK (positive(b))) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE
> INSERT INTO p VALUES (1, 1), (11, 1);
INSERT 0 2
> INSERT INTO p VALUES (1, 1), (12, -1);
ERROR 23514: new row for relation "p2" violates check constraint "p_b_check"
DETAIL: Failing row contains (12, -1).
> UPDATE p SET a = 15 WHERE a = 1;
UPDATE 1
> UPDATE p SET a = 5, b = -1 WHERE a = 15;
ERROR 23514: new row for relation "p1" violates check constraint "p_b_check"
DETAIL: Failing row contains (5, -1).
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
p2 | 11 | 1
p2 | 15 | 1
SELECT 2
> CREATE TABLE parent (a integer);
CREATE TABLE
> CREATE TABLE child (CHECK (positive(a))) INHERITS (parent);
CREATE TABLE
> INSERT INTO child VALUES (1);
INSERT 0 1
> UPDATE parent SET a = a - 1;
ERROR 23514: new row for relation "child" violates check constraint "child_a_check"
DETAIL: Failing row contains (0).
> UPDATE parent SET a = a + 1;
UPDATE 1
> CREATE TABLE key (k integer PRIMARY KEY);
CREATE TABLE
> CREATE TABLE ref (k integer REFERENCES key ON UPDATE CASCADE CHECK (positive(k)));
CREATE TABLE
> INSERT INTO key VALUES (1);
INSERT 0 1
> INSERT INTO ref VALUES (1);
INSERT 0 1
> UPDATE key SET k = 2;
UPDATE 1
> SELECT * FROM ref;
k
2
SELECT 1
-- A change of types asks again.
> ALTER TABLE ref DROP CONSTRAINT ref_k_fkey;
ALTER TABLE
> ALTER TABLE ref ALTER COLUMN k TYPE smallint;
ALTER TABLE
> INSERT INTO ref VALUES (-1);
ERROR 23514: new row for relation "ref" violates check constraint "ref_k_check"
DETAIL: Failing row contains (-1).
-- Operators call, too.
> CREATE FUNCTION larger(integer, integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 > $2; END $$;
CREATE FUNCTION
> CREATE OPERATOR >>>> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = larger);
CREATE OPERATOR
> CREATE TABLE o (a integer, b integer, CHECK (a >>>> b));
CREATE TABLE
> INSERT INTO o VALUES (2, 1);
INSERT 0 1
> INSERT INTO o VALUES (1, 2);
ERROR 23514: new row for relation "o" violates check constraint "o_check"
DETAIL: Failing row contains (1, 2).
