-- The query of a materialized view runs as its owner, whoever asks for it, and leaves nothing behind in the session.
> CREATE ROLE hs_maker; CREATE SCHEMA made AUTHORIZATION hs_maker; CREATE TABLE hidden (a int); INSERT INTO hidden VALUES (1);
CREATE ROLE
CREATE SCHEMA
CREATE TABLE
INSERT 0 1

> SET ROLE hs_maker;
(is_superuser = off)
SET

> CREATE FUNCTION made.who() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN current_user; END';
CREATE FUNCTION

> CREATE FUNCTION made.attempt(what text) RETURNS text LANGUAGE plpgsql AS $$BEGIN EXECUTE what; RETURN current_user || ': done'; EXCEPTION WHEN OTHERS THEN RETURN current_user || ': ' || SQLSTATE || ' ' || SQLERRM; END$$;
CREATE FUNCTION

> CREATE TABLE made.attempts (n int, what text);
CREATE TABLE

> INSERT INTO made.attempts VALUES (1, 'SET ROLE postgres'), (2, 'SET SESSION AUTHORIZATION postgres'), (3, 'RESET ROLE'), (4, 'SELECT set_config(''role'', ''postgres'', false)'), (5, 'CREATE TEMP TABLE t (a int)'), (6, 'CREATE TEMP VIEW v AS SELECT 1'), (7, 'CREATE TABLE pg_temp.t (a int)'), (8, 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'), (9, 'PREPARE p AS SELECT 1'), (10, 'DEALLOCATE ALL'), (11, 'LISTEN heard'), (12, 'UNLISTEN heard'), (13, 'DISCARD ALL'), (14, 'CLOSE ALL'), (15, 'SELECT * FROM public.hidden'), (16, 'SET search_path = made'), (17, 'SELECT set_config(''made.left'', ''behind'', false)'), (18, 'SET LOCAL work_mem = ''1MB''');
INSERT 0 18

> CREATE MATERIALIZED VIEW made.seen AS SELECT n, made.attempt(what) AS answer, current_user AS who FROM made.attempts;
SELECT 18

> SELECT n, answer, who FROM made.seen ORDER BY n;
n | answer | who
1 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
2 | hs_maker: 42501 cannot set parameter "session_authorization" within security-restricted operation | hs_maker
3 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
4 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
5 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
6 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
7 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
8 | hs_maker: 42501 cannot create a cursor WITH HOLD within security-restricted operation | hs_maker
9 | hs_maker: 42501 cannot execute PREPARE within security-restricted operation | hs_maker
10 | hs_maker: 42501 cannot execute DEALLOCATE within security-restricted operation | hs_maker
11 | hs_maker: 42501 cannot execute LISTEN within security-restricted operation | hs_maker
12 | hs_maker: 42501 cannot execute UNLISTEN within security-restricted operation | hs_maker
13 | hs_maker: 42501 cannot execute DISCARD within security-restricted operation | hs_maker
14 | hs_maker: 42501 cannot execute CLOSE within security-restricted operation | hs_maker
15 | hs_maker: 42501 permission denied for table hidden | hs_maker
16 | hs_maker: done | hs_maker
17 | hs_maker: done | hs_maker
18 | hs_maker: done | hs_maker
SELECT 18

> SELECT current_user, current_setting('search_path'), nullif(current_setting('made.left', true), '') AS left_over;
current_user | current_setting | left_over
hs_maker | "$user", public | NULL
SELECT 1

> CREATE MATERIALIZED VIEW made.one AS SELECT made.who() AS called, current_user AS who, session_user AS session;
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> UPDATE made.attempts SET what = 'SET ROLE hs_maker' WHERE n = 3;
UPDATE 1

> REFRESH MATERIALIZED VIEW made.seen;
REFRESH MATERIALIZED VIEW

> SELECT n, answer, who FROM made.seen ORDER BY n;
n | answer | who
1 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
2 | hs_maker: 42501 cannot set parameter "session_authorization" within security-restricted operation | hs_maker
3 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
4 | hs_maker: 42501 cannot set parameter "role" within security-restricted operation | hs_maker
5 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
6 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
7 | hs_maker: 42501 cannot create temporary table within security-restricted operation | hs_maker
8 | hs_maker: 42501 cannot create a cursor WITH HOLD within security-restricted operation | hs_maker
9 | hs_maker: 42501 cannot execute PREPARE within security-restricted operation | hs_maker
10 | hs_maker: 42501 cannot execute DEALLOCATE within security-restricted operation | hs_maker
11 | hs_maker: 42501 cannot execute LISTEN within security-restricted operation | hs_maker
12 | hs_maker: 42501 cannot execute UNLISTEN within security-restricted operation | hs_maker
13 | hs_maker: 42501 cannot execute DISCARD within security-restricted operation | hs_maker
14 | hs_maker: 42501 cannot execute CLOSE within security-restricted operation | hs_maker
15 | hs_maker: 42501 permission denied for table hidden | hs_maker
16 | hs_maker: done | hs_maker
17 | hs_maker: done | hs_maker
18 | hs_maker: done | hs_maker
SELECT 18

> SELECT current_user, current_setting('search_path'), nullif(current_setting('made.left', true), '') AS left_over;
current_user | current_setting | left_over
postgres | "$user", public | NULL
SELECT 1

> REFRESH MATERIALIZED VIEW made.one;
REFRESH MATERIALIZED VIEW

> TABLE made.one;
called | who | session
hs_maker | hs_maker | postgres
SELECT 1

-- In a transaction, too, and when it fails.
> CREATE MATERIALIZED VIEW made.broken AS SELECT set_config('search_path', 'made', false) AS s, 1 / (n - 2) AS d FROM made.attempts WITH NO DATA; ALTER MATERIALIZED VIEW made.broken OWNER TO hs_maker;
CREATE MATERIALIZED VIEW
ALTER MATERIALIZED VIEW

> BEGIN;
BEGIN

> SAVEPOINT before;
SAVEPOINT

> REFRESH MATERIALIZED VIEW made.broken;
ERROR 22012: division by zero

> ROLLBACK TO before;
ROLLBACK

> SELECT current_user, current_setting('search_path');
current_user | current_setting
postgres | "$user", public
SELECT 1

> REFRESH MATERIALIZED VIEW made.one;
REFRESH MATERIALIZED VIEW

> SELECT current_user, current_setting('search_path');
current_user | current_setting
postgres | "$user", public
SELECT 1

> COMMIT;
COMMIT

-- A trigger that waits for COMMIT would run as somebody else.
> CREATE TABLE made.logged (a int); ALTER TABLE made.logged OWNER TO hs_maker;
CREATE TABLE
ALTER TABLE

> CREATE FUNCTION made.logs() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE NOTICE 'as %', current_user; RETURN new; END$$;
CREATE FUNCTION

> CREATE CONSTRAINT TRIGGER later AFTER INSERT ON made.logged DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION made.logs();
CREATE TRIGGER

> CREATE MATERIALIZED VIEW made.written AS SELECT made.attempt('INSERT INTO made.logged VALUES (1)') AS w WITH NO DATA; ALTER MATERIALIZED VIEW made.written OWNER TO hs_maker;
CREATE MATERIALIZED VIEW
ALTER MATERIALIZED VIEW

> REFRESH MATERIALIZED VIEW made.written;
REFRESH MATERIALIZED VIEW

> TABLE made.written;
w
hs_maker: 42501 cannot fire deferred trigger within security-restricted operation
SELECT 1

> SELECT count(*) FROM made.logged;
count
0
SELECT 1

-- A function with the rights of a role keeps them.
> CREATE FUNCTION made.keeps() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN RETURN current_user || ', ' || made.attempt('SET ROLE postgres') || ', ' || made.attempt('CREATE TEMP TABLE t (a int)') || ', ' || (SELECT count(*) FROM public.hidden); END$$;
CREATE FUNCTION

> CREATE MATERIALIZED VIEW made.kept AS SELECT made.keeps() AS k WITH NO DATA; ALTER MATERIALIZED VIEW made.kept OWNER TO hs_maker;
CREATE MATERIALIZED VIEW
ALTER MATERIALIZED VIEW

> REFRESH MATERIALIZED VIEW made.kept;
REFRESH MATERIALIZED VIEW

> TABLE made.kept;
k
postgres, postgres: 42501 cannot set parameter "role" within security-definer function, postgres: 42501 cannot create temporary table within security-restricted operation, 1
SELECT 1

-- Nobody but the owner and those who are a member of it.
> CREATE ROLE hs_other; GRANT USAGE ON SCHEMA made TO hs_other; GRANT ALL ON made.one TO hs_other;
CREATE ROLE
GRANT
GRANT

> SET ROLE hs_other;
(is_superuser = off)
SET

> REFRESH MATERIALIZED VIEW made.one;
ERROR 42501: must be owner of materialized view one

> RESET ROLE;
(is_superuser = on)
RESET

-- What would wait for COMMIT would run there as whoever asked for the rows.
> SET ROLE hs_maker;
(is_superuser = off)
SET

> CREATE TABLE made.target (a int);
CREATE TABLE

> CREATE FUNCTION made.later() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''as %'', current_user; RETURN NULL; END';
CREATE FUNCTION

> CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON made.target DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION made.later();
CREATE TRIGGER

> CREATE FUNCTION made.write() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO made.target VALUES (1); RETURN 1; END';
CREATE FUNCTION

> CREATE MATERIALIZED VIEW made.writes AS SELECT made.write() AS w WITH NO DATA;
CREATE MATERIALIZED VIEW

> INSERT INTO made.target VALUES (0);
NOTICE: as hs_maker
INSERT 0 1

> RESET ROLE;
(is_superuser = on)
RESET

> REFRESH MATERIALIZED VIEW made.writes;
ERROR 42501: cannot fire deferred trigger within security-restricted operation
CONTEXT: SQL statement "INSERT INTO made.target VALUES (1)"
PL/pgSQL function write() line 1 at SQL statement

> ALTER TABLE made.target DISABLE TRIGGER waits;
ALTER TABLE

> REFRESH MATERIALIZED VIEW made.writes;
REFRESH MATERIALIZED VIEW

> SELECT a FROM made.target ORDER BY a;
a
0
1
SELECT 2

> SET client_min_messages = error; DROP SCHEMA made CASCADE; DROP ROLE hs_maker, hs_other;
SET
DROP SCHEMA
DROP ROLE
