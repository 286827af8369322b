> PREPARE p (int, text) AS SELECT $1, $2;
PREPARE

> PREPARE q AS SELECT 1;
PREPARE

> EXECUTE q;
?column?
1
SELECT 1

> EXECUTE q;
?column?
1
SELECT 1

> SELECT name, statement, parameter_types, from_sql, generic_plans + custom_plans AS plans FROM pg_prepared_statements ORDER BY name;
name | statement | parameter_types | from_sql | plans
p | PREPARE p (int, text) AS SELECT $1, $2; | {integer,text} | t | 0
q | PREPARE q AS SELECT 1; | {} | t | 2
SELECT 2

> SELECT prepare_time <= clock_timestamp() FROM pg_prepared_statements WHERE name = 'p';
?column?
t
SELECT 1

> DEALLOCATE p;
DEALLOCATE

> SELECT name FROM pg_prepared_statements;
name
q
SELECT 1

> DISCARD PLANS;
DISCARD PLANS

> DISCARD SEQUENCES;
DISCARD SEQUENCES

> DISCARD TEMP;
DISCARD TEMP

> DISCARD TEMPORARY;
DISCARD TEMP

> BEGIN; DISCARD ALL;
BEGIN
ERROR 25001: DISCARD ALL cannot run inside a transaction block

> ROLLBACK;
ROLLBACK

> SET search_path = nothing;
SET

> DISCARD ALL;
DISCARD ALL

> SELECT count(*) FROM pg_prepared_statements;
count
0
SELECT 1

> SHOW search_path;
search_path
"$user", public
SHOW

> SELECT pg_cancel_backend(99999);
pg_cancel_backend
f
WARNING: PID 99999 is not a PostgreSQL backend process
SELECT 1

> SELECT pg_terminate_backend(99999);
pg_terminate_backend
f
WARNING: PID 99999 is not a PostgreSQL backend process
SELECT 1

> SELECT pg_terminate_backend(99999, 10);
pg_terminate_backend
f
WARNING: PID 99999 is not a PostgreSQL backend process
SELECT 1

> SELECT pg_cancel_backend(pg_backend_pid());
pg_cancel_backend
ERROR 57014: canceling statement due to user request

> SELECT pg_cancel_backend(NULL);
pg_cancel_backend
NULL
SELECT 1

b> BEGIN;
BEGIN

> SELECT usename, state, query, backend_type, wait_event, xact_start IS NOT NULL AS in_xact FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid;
usename | state | query | backend_type | wait_event | in_xact
postgres | active | SELECT usename, state, query, backend_type, wait_event, xact_start IS NOT NULL AS in_xact FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid; | client backend | NULL | t
postgres | idle in transaction | BEGIN; | client backend | ClientRead | t
SELECT 2

b> SELECT 1 / 0;
ERROR 22012: division by zero

> SELECT state, query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database();
state | query
idle in transaction (aborted) | SELECT 1 / 0;
SELECT 1

b> ROLLBACK;
ROLLBACK

> SELECT state, xact_start FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database();
state | xact_start
idle | NULL
SELECT 1

> SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database();
pg_terminate_backend
t
SELECT 1

b> SELECT 1;
ERROR 57P01: terminating connection due to administrator command
