> SHOW search_path;
search_path
"$user", public
SHOW

> SET search_path TO a, b;
SET

> SHOW search_path;
search_path
a, b
SHOW

> BEGIN; SET LOCAL search_path TO c; SHOW search_path; COMMIT;
BEGIN
SET
search_path
c
SHOW
COMMIT

> SHOW search_path;
search_path
a, b
SHOW

> BEGIN; SET search_path TO d; ROLLBACK;
BEGIN
SET
ROLLBACK

> SHOW search_path;
search_path
a, b
SHOW

> RESET search_path;
RESET

> SELECT current_setting('search_path'), set_config('app.user', 'me', false);
current_setting | set_config
"$user", public | me
SELECT 1

> SHOW app.user;
app.user
me
SHOW

> SET TIME ZONE 'Europe/Berlin';
(TimeZone = Europe/Berlin)
SET

> SELECT '2026-01-01 12:00:00+00'::timestamptz;
timestamptz
2026-01-01 13:00:00+01
SELECT 1

> SET statement_timeout = 20;
SET

> SELECT count(*) FROM generate_series(1, 20000) a, generate_series(1, 20000) b;
count
ERROR 57014: canceling statement due to statement timeout

> SELECT current_user, current_database(), current_schema();
current_user | current_database | current_schema
postgres | postgres | public
SELECT 1
