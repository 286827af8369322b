> PREPARE p (int, text) AS SELECT $1, $2;

> PREPARE q AS SELECT 1;

> EXECUTE q;

> EXECUTE q;

> SELECT name, statement, parameter_types, from_sql, generic_plans + custom_plans AS plans FROM pg_prepared_statements ORDER BY name;

> SELECT prepare_time <= clock_timestamp() FROM pg_prepared_statements WHERE name = 'p';

> DEALLOCATE p;

> SELECT name FROM pg_prepared_statements;

> DISCARD PLANS;

> DISCARD SEQUENCES;

> DISCARD TEMP;

> DISCARD TEMPORARY;

> BEGIN; DISCARD ALL;

> ROLLBACK;

> SET search_path = nothing;

> DISCARD ALL;

> SELECT count(*) FROM pg_prepared_statements;

> SHOW search_path;

> SELECT pg_cancel_backend(99999);

> SELECT pg_terminate_backend(99999);

> SELECT pg_terminate_backend(99999, 10);

> SELECT pg_cancel_backend(pg_backend_pid());

> SELECT pg_cancel_backend(NULL);

b> BEGIN;

> SELECT usename, state, query, backend_type, wait_event, xact_start IS NOT NULL AS in_xact FROM pg_stat_activity WHERE datname = current_database() ORDER BY pid;

b> SELECT 1 / 0;

> SELECT state, query FROM pg_stat_activity WHERE pid <> pg_backend_pid();

b> ROLLBACK;

> SELECT state, xact_start FROM pg_stat_activity WHERE pid <> pg_backend_pid();

> SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();

b> SELECT 1;
