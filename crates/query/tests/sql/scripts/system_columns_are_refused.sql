-- Columns that PostgreSQL's rows have from the way it keeps versions: refused by one name wherever there are rows of a table.

> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

> CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW

> CREATE TABLE p (a int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE p1 PARTITION OF p DEFAULT;
CREATE TABLE

> INSERT INTO t VALUES (1) RETURNING xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO t VALUES (1) RETURNING t.ctid, a;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO t AS other VALUES (1) RETURNING other.cmin;
ERROR 0A000: system column "cmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO p VALUES (1) RETURNING xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> WITH s AS (INSERT INTO t VALUES (1) RETURNING xmax) SELECT * FROM s;
ERROR 0A000: system column "xmax" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 WHERE t.xmin IS NULL;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING xmax = 0;
ERROR 0A000: system column "xmax" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.xmin::text::int;
ERROR 42703: column excluded.xmin does not exist

> UPDATE t SET a = 2 RETURNING xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> UPDATE t SET a = 2 WHERE ctid IS NULL;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> UPDATE p SET a = 2 RETURNING p.xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> UPDATE t SET xmin = 1;
ERROR 0A000: cannot assign to system column "xmin"

> UPDATE v SET tableoid = 1;
ERROR 0A000: cannot assign to system column "tableoid"

> INSERT INTO t (xmin) VALUES (1);
ERROR 42703: column "xmin" of relation "t" does not exist

> DELETE FROM t WHERE a = 1 AND xmin = '1';
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> DELETE FROM t RETURNING xmax;
ERROR 0A000: system column "xmax" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> MERGE INTO t USING (VALUES (1)) s(x) ON x = t.a AND t.ctid IS NULL WHEN MATCHED THEN DELETE;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> MERGE INTO t USING (VALUES (1)) s(x) ON x = t.a WHEN MATCHED THEN UPDATE SET a = t.xmin::text::int;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> MERGE INTO t USING (VALUES (1)) s(x) ON x = t.a WHEN MATCHED AND t.xmin IS NULL THEN DELETE;
ERROR 42P10: cannot use system column "xmin" in MERGE WHEN condition

> SELECT xmin, a FROM t;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> SELECT (t).xmin FROM t;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> SELECT a FROM t ORDER BY t.ctid;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> SELECT count(*) FROM t GROUP BY xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> SELECT 1 FROM t a JOIN t b ON a.xmin = b.xmin;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

-- Views and subqueries have none, system catalogs one.

> SELECT xmin FROM v;
ERROR 42703: column "xmin" does not exist

> SELECT s.xmin FROM (SELECT * FROM t) s;
ERROR 42703: column s.xmin does not exist

> INSERT INTO v VALUES (1) RETURNING xmin;
ERROR 42703: column "xmin" does not exist

> SELECT xmin FROM pg_tables;
ERROR 42703: column "xmin" does not exist

> SELECT DISTINCT xmin FROM pg_class;
xmin
1
SELECT 1

> SELECT ctid FROM pg_class;
ERROR 0A000: system column "ctid" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

-- Rules, policies and triggers.

> CREATE RULE r AS ON UPDATE TO t WHERE old.xmin IS NULL DO NOTHING;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> CREATE RULE r AS ON INSERT TO t DO ALSO SELECT new.cmax;
ERROR 0A000: system column "cmax" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> CREATE POLICY r ON t USING (xmin IS NOT NULL);
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE '%', old.xmin; RETURN new; END $$;
CREATE FUNCTION

> CREATE TRIGGER r AFTER UPDATE ON t FOR EACH ROW WHEN (old.xmin IS NULL) EXECUTE FUNCTION f();
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.

> CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
CREATE TRIGGER

> INSERT INTO t VALUES (1);
INSERT 0 1

> UPDATE t SET a = 2;
ERROR 0A000: system column "xmin" is not supported
DETAIL: Rows are not kept at places in a file, and have no transaction numbers.
HINT: Name rows by their key; a change since they were read is found by FOR UPDATE or at COMMIT.
CONTEXT: SQL expression "old.xmin"
PL/pgSQL function f() line 2 at RAISE

> DO $$ DECLARE r record; BEGIN
SELECT * INTO r FROM t; RAISE NOTICE '%', r.xmin; END $$;
ERROR 42703: record "r" has no field "xmin"
CONTEXT: SQL expression "r.xmin"
PL/pgSQL function inline_code_block line 2 at RAISE

> SELECT * FROM t;
a
1
SELECT 1
