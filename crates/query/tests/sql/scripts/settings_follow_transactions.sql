> SHOW search_path;

> SET search_path TO a, b;

> SHOW search_path;

> BEGIN; SET LOCAL search_path TO c; SHOW search_path; COMMIT;

> SHOW search_path;

> BEGIN; SET search_path TO d; ROLLBACK;

> SHOW search_path;

> RESET search_path;

> SELECT current_setting('search_path'), set_config('app.user', 'me', false);

> SHOW app.user;

> SET TIME ZONE 'Europe/Berlin';

> SELECT '2026-01-01 12:00:00+00'::timestamptz;

> SET statement_timeout = 20;

> SELECT count(*) FROM generate_series(1, 20000) a, generate_series(1, 20000) b;

> SELECT current_user, current_database(), current_schema();
