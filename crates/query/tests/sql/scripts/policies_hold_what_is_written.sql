-- Row-level security: rows that are written, by INSERT, UPDATE, ON CONFLICT, MERGE and COPY.
> CREATE ROLE rls_cat; CREATE TABLE t (id int PRIMARY KEY, who text CHECK (who <> 'bad'), n int);
CREATE ROLE
CREATE TABLE

> ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT ALL ON t TO rls_cat; INSERT INTO t VALUES (1, 'rls_cat', 1), (2, 'other', 2);
ALTER TABLE
GRANT
INSERT 0 2

> CREATE POLICY sel ON t FOR SELECT USING (who = current_user OR n < 0); CREATE POLICY ins ON t FOR INSERT WITH CHECK (who = current_user); CREATE POLICY upd ON t FOR UPDATE USING (who = current_user) WITH CHECK (n < 100); CREATE POLICY del ON t FOR DELETE USING (n < 50);
CREATE POLICY
CREATE POLICY
CREATE POLICY
CREATE POLICY

> SET ROLE rls_cat;
(is_superuser = off)
SET

> INSERT INTO t VALUES (10, 'rls_cat', 10) RETURNING *;
id | who | n
10 | rls_cat | 10
INSERT 0 1

> INSERT INTO t VALUES (11, 'other', 10);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (11, NULL, 10);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (11, 'bad', 10);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (1, 'rls_cat', 10);
ERROR 23505: duplicate key value violates unique constraint "t_pkey"

> INSERT INTO t VALUES (2, 'rls_cat', 10);
ERROR 23505: duplicate key value violates unique constraint "t_pkey"

> INSERT INTO t SELECT 20 + g, 'rls_cat', g FROM generate_series(1, 2) g;
INSERT 0 2

> INSERT INTO t VALUES (30, 'rls_cat', 1), (31, 'other', 1);
ERROR 42501: new row violates row-level security policy for table "t"

> UPDATE t SET n = 200 WHERE id = 10;
ERROR 42501: new row violates row-level security policy for table "t"

> UPDATE t SET n = 60 WHERE id = 10;
UPDATE 1

> UPDATE t SET n = 3 WHERE id = 2;
UPDATE 0

-- A statement that reads holds new rows to policies for SELECT, too.
> UPDATE t SET who = 'other' WHERE id = 21;
ERROR 42501: new row violates row-level security policy for table "t"

> UPDATE t SET who = 'other', n = -1 WHERE id = 21;
UPDATE 1

> UPDATE t SET n = 5;
UPDATE 3

> DELETE FROM t WHERE id = 10;
DELETE 1

> SELECT * FROM t ORDER BY id;
id | who | n
1 | rls_cat | 5
21 | other | -1
22 | rls_cat | 5
SELECT 3

-- ON CONFLICT.
> INSERT INTO t VALUES (2, 'rls_cat', 1) ON CONFLICT DO NOTHING;
INSERT 0 0

> INSERT INTO t VALUES (2, 'rls_cat', 1) ON CONFLICT (id) DO NOTHING;
INSERT 0 0

> INSERT INTO t VALUES (2, 'other', 1) ON CONFLICT DO NOTHING;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (2, 'rls_cat', 1) ON CONFLICT (id) DO UPDATE SET n = 9;
ERROR 42501: new row violates row-level security policy (USING expression) for table "t"

> INSERT INTO t VALUES (1, 'rls_cat', 1) ON CONFLICT (id) DO UPDATE SET n = 9 RETURNING *;
id | who | n
1 | rls_cat | 9
INSERT 0 1

> INSERT INTO t VALUES (1, 'rls_cat', 1) ON CONFLICT (id) DO UPDATE SET n = 900;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (1, 'rls_cat', 8) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE t.n > 100;
INSERT 0 0

> INSERT INTO t VALUES (1, 'rls_cat', 8) ON CONFLICT (id) DO UPDATE SET who = 'other', n = 7;
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO t VALUES (40, 'rls_cat', 8) ON CONFLICT (id) DO UPDATE SET n = 900;
INSERT 0 1

-- Views have policies of their owner, and their own conditions as well.
> RESET ROLE;
(is_superuser = on)
RESET

> CREATE VIEW v AS SELECT * FROM t WHERE n < 50 WITH CHECK OPTION; CREATE VIEW iv WITH (security_invoker) AS SELECT * FROM t WHERE n < 50 WITH CHECK OPTION; GRANT ALL ON v, iv TO rls_cat;
CREATE VIEW
CREATE VIEW
GRANT

> SET ROLE rls_cat;
(is_superuser = off)
SET

> SELECT count(*) FROM v;
count
5
SELECT 1

> SELECT * FROM iv ORDER BY id;
id | who | n
1 | rls_cat | 9
21 | other | -1
22 | rls_cat | 5
40 | rls_cat | 8
SELECT 4

> INSERT INTO iv VALUES (50, 'other', 60);
ERROR 42501: new row violates row-level security policy for table "t"

> INSERT INTO iv VALUES (50, 'rls_cat', 60);
ERROR 44000: new row violates check option for view "iv"

> INSERT INTO v VALUES (50, 'other', 6);
INSERT 0 1

> UPDATE iv SET n = n + 1;
UPDATE 3

> DELETE FROM iv WHERE id = 50;
DELETE 0

> DELETE FROM v WHERE id = 50;
DELETE 1

-- MERGE.
> MERGE INTO t USING (VALUES (1, 11), (2, 12), (60, 13)) s (id, n) ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED AND s.id > 2 THEN INSERT VALUES (s.id, 'rls_cat', s.n);
MERGE 2

> MERGE INTO t USING (VALUES (1)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 500;
ERROR 42501: new row violates row-level security policy for table "t"

> MERGE INTO t USING (VALUES (61)) s (id) ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (61, 'other', 1);
ERROR 42501: new row violates row-level security policy for table "t"

> MERGE INTO t USING (VALUES (21)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 5;
ERROR 42501: target row violates row-level security policy (USING expression) for table "t"

> MERGE INTO t USING (VALUES (1)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET who = 'other';
ERROR 42501: new row violates row-level security policy for table "t"

> UPDATE t SET n = 60 WHERE id = 60;
UPDATE 1

> MERGE INTO t USING (VALUES (60)) s (id) ON t.id = s.id WHEN MATCHED THEN DELETE;
ERROR 42501: target row violates row-level security policy (USING expression) for table "t"

> MERGE INTO t USING (VALUES (60)) s (id) ON t.id = s.id WHEN MATCHED THEN DO NOTHING;
MERGE 0

> SELECT * FROM t ORDER BY id;
id | who | n
1 | rls_cat | 11
21 | other | -1
22 | rls_cat | 6
40 | rls_cat | 9
60 | rls_cat | 60
SELECT 5

-- COPY.
> RESET ROLE;
(is_superuser = on)
RESET

> CREATE TABLE k (id int PRIMARY KEY, who text); INSERT INTO k VALUES (1, 'rls_cat'), (2, 'other'), (3, 'rls_cat'); ALTER TABLE k ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON k USING (who = current_user); GRANT ALL ON k TO rls_cat;
CREATE TABLE
INSERT 0 3
ALTER TABLE
CREATE POLICY
GRANT

> COPY k TO STDOUT;
1	rls_cat
2	other
3	rls_cat
COPY 3

> SET ROLE rls_cat;
(is_superuser = off)
SET

> COPY k TO STDOUT;
1	rls_cat
3	rls_cat
COPY 2

> COPY k (who, id) TO STDOUT (FORMAT csv, HEADER);
who,id
rls_cat,1
rls_cat,3
COPY 2

> COPY (SELECT id FROM t ORDER BY id) TO STDOUT;
1
21
22
40
60
COPY 5

> COPY k FROM STDIN;
ERROR 0A000: COPY FROM not supported with row-level security
HINT: Use INSERT statements instead.

> SET row_security = off;
SET

> COPY k TO STDOUT;
ERROR 42501: query would be affected by row-level security policy for table "k"

> RESET row_security; RESET ROLE;
RESET
(is_superuser = on)
RESET

-- Restrictive policies are named in errors.
> CREATE POLICY few ON t AS RESTRICTIVE USING (n <> 77); CREATE POLICY small ON t AS RESTRICTIVE FOR INSERT WITH CHECK (id < 1000);
CREATE POLICY
CREATE POLICY

> SET ROLE rls_cat;
(is_superuser = off)
SET

> INSERT INTO t VALUES (70, 'rls_cat', 77);
ERROR 42501: new row violates row-level security policy "few" for table "t"

> INSERT INTO t VALUES (7000, 'rls_cat', 77);
ERROR 42501: new row violates row-level security policy "few" for table "t"

> INSERT INTO t VALUES (7000, 'rls_cat', 7);
ERROR 42501: new row violates row-level security policy "small" for table "t"

> UPDATE t SET n = 77 WHERE id = 1;
ERROR 42501: new row violates row-level security policy "few" for table "t"

> MERGE INTO t USING (VALUES (1)) s (id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 77;
ERROR 42501: new row violates row-level security policy "few" for table "t"

> INSERT INTO t VALUES (1, 'rls_cat', 8) ON CONFLICT (id) DO UPDATE SET n = 77;
ERROR 42501: new row violates row-level security policy "few" for table "t"

> BEGIN; SAVEPOINT s;
BEGIN
SAVEPOINT

> UPDATE t SET n = 77 WHERE id = 1;
ERROR 42501: new row violates row-level security policy "few" for table "t"

> ROLLBACK TO s;
ROLLBACK

> UPDATE t SET n = 76 WHERE id = 1;
UPDATE 1

> COMMIT;
COMMIT

> SELECT n FROM t WHERE id = 1;
n
76
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

-- Foreign keys are not subject to policies.
> CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int REFERENCES p); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1); ALTER TABLE p ENABLE ROW LEVEL SECURITY; ALTER TABLE c ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON c FOR INSERT WITH CHECK (true); CREATE POLICY a ON p FOR ALL TO rls_cat USING (id = 1); GRANT ALL ON p, c TO rls_cat;
CREATE TABLE
CREATE TABLE
INSERT 0 1
INSERT 0 1
ALTER TABLE
ALTER TABLE
CREATE POLICY
CREATE POLICY
GRANT

> SET ROLE rls_cat;
(is_superuser = off)
SET

> INSERT INTO c VALUES (1);
INSERT 0 1

> INSERT INTO c VALUES (2);
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_id_fkey"
DETAIL: Key is not present in table "p".

> DELETE FROM p;
ERROR 23503: update or delete on table "p" violates foreign key constraint "c_id_fkey" on table "c"
DETAIL: Key is still referenced from table "c".

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TABLE t, p, c, k CASCADE; DROP ROLE rls_cat;
NOTICE: drop cascades to 2 other objects
DROP TABLE
DROP ROLE
