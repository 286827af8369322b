-- What is kept of a body holds for one role, its policies and its settings: another has it bound anew.
> CREATE ROLE hs_left; CREATE ROLE hs_right; CREATE ROLE hs_past BYPASSRLS; CREATE ROLE hs_none; CREATE TABLE t (id int PRIMARY KEY, who text);
CREATE ROLE
CREATE ROLE
CREATE ROLE
CREATE ROLE
CREATE TABLE

> INSERT INTO t VALUES (1, 'hs_left'), (2, 'hs_right'), (3, 'hs_right'), (4, 'nobody'); GRANT ALL ON t TO hs_left, hs_right, hs_past;
INSERT 0 4
GRANT

> ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t TO hs_left USING (who = 'hs_left'); CREATE POLICY others ON t TO hs_right USING (who <> 'hs_left');
ALTER TABLE
CREATE POLICY
CREATE POLICY

> CREATE FUNCTION counts() RETURNS bigint LANGUAGE plpgsql AS $$DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM t; RETURN n; END$$;
CREATE FUNCTION

> CREATE FUNCTION of_expression() RETURNS bigint STABLE LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT count(*) FROM t); END$$;
CREATE FUNCTION

> CREATE FUNCTION of_text() RETURNS bigint LANGUAGE plpgsql AS $$DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM t' INTO n; RETURN n; END$$;
CREATE FUNCTION

> CREATE FUNCTION of_loop() RETURNS text LANGUAGE plpgsql AS $$DECLARE r record; s text := ''; BEGIN FOR r IN SELECT id FROM t ORDER BY id LOOP s := s || r.id; END LOOP; RETURN s; END$$;
CREATE FUNCTION

> CREATE FUNCTION of_cursor() RETURNS int LANGUAGE plpgsql AS $$DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id; n int; BEGIN OPEN c; FETCH c INTO n; CLOSE c; RETURN n; END$$;
CREATE FUNCTION

> CREATE FUNCTION in_sql() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
CREATE FUNCTION

> CREATE FUNCTION changes() RETURNS text LANGUAGE plpgsql AS $$DECLARE n int; BEGIN UPDATE t SET who = who; GET DIAGNOSTICS n = ROW_COUNT; RETURN current_user || ' ' || n; END$$;
CREATE FUNCTION

> CREATE FUNCTION as_left() RETURNS bigint SECURITY DEFINER LANGUAGE plpgsql AS $$BEGIN RETURN counts(); END$$; ALTER FUNCTION as_left() OWNER TO hs_left;
CREATE FUNCTION
ALTER FUNCTION

> CREATE VIEW all_of_it AS SELECT counts() AS counts, of_expression() AS of_expression, of_text() AS of_text, of_loop() AS of_loop, of_cursor() AS of_cursor, in_sql() AS in_sql, changes() AS changes, as_left() AS as_left; GRANT SELECT ON all_of_it TO public;
CREATE VIEW
GRANT

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
4 | 4 | 4 | 1234 | 1 | 4 | postgres 4 | 1
SELECT 1

> SET ROLE hs_left;
(is_superuser = off)
SET

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
1 | 1 | 1 | 1 | 1 | 1 | hs_left 1 | 1
SELECT 1

> SET ROLE hs_right;
SET

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
3 | 3 | 3 | 234 | 2 | 3 | hs_right 3 | 1
SELECT 1

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
3 | 3 | 3 | 234 | 2 | 3 | hs_right 3 | 1
SELECT 1

> SET ROLE hs_left;
SET

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
1 | 1 | 1 | 1 | 1 | 1 | hs_left 1 | 1
SELECT 1

> SET ROLE hs_past;
SET

> TABLE all_of_it;
counts | of_expression | of_text | of_loop | of_cursor | in_sql | changes | as_left
4 | 4 | 4 | 1234 | 1 | 4 | hs_past 4 | 1
SELECT 1

> SET ROLE hs_none;
SET

> SELECT counts();
ERROR 42501: permission denied for table t
CONTEXT: SQL statement "SELECT count(*)        FROM t"
PL/pgSQL function counts() line 1 at SQL statement

> SELECT as_left();
as_left
1
SELECT 1

-- Within one transaction, and within one body.
> RESET ROLE;
(is_superuser = on)
RESET

> BEGIN;
BEGIN

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT counts();
counts
3
SELECT 1

> SET ROLE hs_left;
SET

> SELECT counts(), of_loop();
counts | of_loop
1 | 1
SELECT 1

> COMMIT;
COMMIT

> RESET ROLE;
(is_superuser = on)
RESET

> CREATE FUNCTION in_turn() RETURNS text LANGUAGE plpgsql AS $$DECLARE s text := ''; BEGIN FOR i IN 1..2 LOOP s := s || counts() || ' ' || as_left() || ' '; END LOOP; RETURN s; END$$;
CREATE FUNCTION

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT in_turn();
in_turn
3 1 3 1 
SELECT 1

-- row_security.
> SET row_security = off;
SET

> SELECT counts();
ERROR 42501: query would be affected by row-level security policy for table "t"
CONTEXT: SQL statement "SELECT count(*)        FROM t"
PL/pgSQL function counts() line 1 at SQL statement

> SELECT of_expression();
of_expression
ERROR 42501: query would be affected by row-level security policy for table "t"
CONTEXT: SQL expression "(SELECT count(*) FROM t)"
PL/pgSQL function of_expression() line 1 at RETURN

> SELECT as_left();
ERROR 42501: query would be affected by row-level security policy for table "t"
CONTEXT: SQL statement "SELECT count(*)        FROM t"
PL/pgSQL function counts() line 1 at SQL statement
PL/pgSQL function as_left() line 1 at RETURN

> RESET row_security;
RESET

> SELECT counts(), of_expression();
counts | of_expression
3 | 3
SELECT 1

-- Policies and privileges that change.
> RESET ROLE;
(is_superuser = on)
RESET

> DROP POLICY others ON t; CREATE POLICY others ON t TO hs_right USING (id = 4);
DROP POLICY
CREATE POLICY

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT counts(), of_expression(), of_loop(), in_sql();
counts | of_expression | of_loop | in_sql
1 | 1 | 4 | 1
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT hs_left TO hs_right;
GRANT ROLE

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT counts(), of_expression(), of_loop(), in_sql();
counts | of_expression | of_loop | in_sql
2 | 2 | 14 | 2
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE SELECT ON t FROM hs_left, hs_right;
REVOKE

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT counts();
ERROR 42501: permission denied for table t
CONTEXT: SQL statement "SELECT count(*)        FROM t"
PL/pgSQL function counts() line 1 at SQL statement

> SELECT as_left();
ERROR 42501: permission denied for table t
CONTEXT: SQL statement "SELECT count(*)        FROM t"
PL/pgSQL function counts() line 1 at SQL statement
PL/pgSQL function as_left() line 1 at RETURN

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER TABLE t DISABLE ROW LEVEL SECURITY; GRANT SELECT ON t TO hs_right;
ALTER TABLE
GRANT

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT counts(), of_expression(), of_loop();
counts | of_expression | of_loop
4 | 4 | 1234
SELECT 1

-- Settings and the role of a body end with it, however it ends.
> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE hs_left FROM hs_right; CREATE SCHEMA aside; CREATE TABLE aside.only_here (a int); GRANT USAGE ON SCHEMA aside TO hs_left; GRANT SELECT ON aside.only_here TO hs_left;
REVOKE ROLE
CREATE SCHEMA
CREATE TABLE
GRANT
GRANT

> CREATE FUNCTION fails(how text) RETURNS text SECURITY DEFINER SET search_path = aside, public LANGUAGE plpgsql AS $$BEGIN PERFORM FROM only_here; IF how = 'raise' THEN RAISE EXCEPTION 'raised by %', current_user; ELSIF how = 'wait' THEN PERFORM pg_sleep(30); END IF; RETURN current_user || ' ' || current_setting('search_path'); END$$; ALTER FUNCTION fails(text) OWNER TO hs_left;
CREATE FUNCTION
ALTER FUNCTION

> SET ROLE hs_right;
(is_superuser = off)
SET

> SELECT fails('no');
fails
hs_left aside, public
SELECT 1

> SELECT fails('raise');
ERROR P0001: raised by hs_left
CONTEXT: PL/pgSQL function fails(text) line 1 at RAISE

> SELECT current_user, current_setting('search_path');
current_user | current_setting
hs_right | "$user", public
SELECT 1

> SELECT * FROM only_here;
ERROR 42P01: relation "only_here" does not exist

> SELECT * FROM aside.only_here;
ERROR 42501: permission denied for schema aside

> SET statement_timeout = '1s';
SET

> SELECT fails('wait');
ERROR 57014: canceling statement due to statement timeout

> PREPARE after_it AS SELECT current_user, current_setting('search_path'); EXECUTE after_it;
PREPARE
current_user | current_setting
hs_right | "$user", public
SELECT 1

> PREPARE from_there AS SELECT * FROM only_here;
ERROR 42P01: relation "only_here" does not exist

> PREPARE from_there AS SELECT * FROM aside.only_here;
ERROR 42501: permission denied for schema aside

> BEGIN; SAVEPOINT s;
BEGIN
SAVEPOINT

> SELECT fails('wait');
ERROR 57014: canceling statement due to statement timeout

> ROLLBACK TO s;
ROLLBACK

> SELECT current_user, current_setting('search_path');
current_user | current_setting
hs_right | "$user", public
SELECT 1

> SELECT * FROM aside.only_here;
ERROR 42501: permission denied for schema aside

> ROLLBACK;
ROLLBACK

> RESET statement_timeout;
RESET

> DO $$BEGIN BEGIN PERFORM fails('raise'); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '% %', current_user, current_setting('search_path'); END; END$$;
NOTICE: hs_right "$user", public
DO

-- Procedures that bring something into force do not end transactions.
> RESET ROLE;
(is_superuser = on)
RESET

> CREATE PROCEDURE commits() SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN COMMIT; END'; CREATE PROCEDURE rolls_back() SECURITY DEFINER LANGUAGE plpgsql AS 'BEGIN ROLLBACK; END'; CREATE PROCEDURE commits_aside() SET search_path = aside, public LANGUAGE plpgsql AS 'BEGIN COMMIT; END'; CREATE PROCEDURE commits_plainly() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'; CREATE PROCEDURE calls_it() LANGUAGE plpgsql AS 'BEGIN CALL commits_plainly(); CALL commits(); END';
CREATE PROCEDURE
CREATE PROCEDURE
CREATE PROCEDURE
CREATE PROCEDURE
CREATE PROCEDURE

> CALL commits_plainly();
CALL

> CALL commits();
ERROR 2D000: invalid transaction termination
CONTEXT: PL/pgSQL function commits() line 1 at COMMIT

> CALL rolls_back();
ERROR 2D000: invalid transaction termination
CONTEXT: PL/pgSQL function rolls_back() line 1 at ROLLBACK

> CALL commits_aside();
ERROR 2D000: invalid transaction termination
CONTEXT: PL/pgSQL function commits_aside() line 1 at COMMIT

> CALL calls_it();
ERROR 2D000: invalid transaction termination
CONTEXT: PL/pgSQL function commits() line 1 at COMMIT
SQL statement "CALL commits()"
PL/pgSQL function calls_it() line 1 at CALL

> SET client_min_messages = error; DROP VIEW all_of_it; DROP FUNCTION as_left, fails; DROP SCHEMA aside CASCADE; DROP TABLE t; DROP ROLE hs_left, hs_right, hs_past, hs_none;
SET
DROP VIEW
DROP FUNCTION
DROP SCHEMA
DROP TABLE
DROP ROLE
