> SELECT pg_sleep(0.01) IS NULL AS sleep, pg_sleep_for('10 milliseconds') IS NULL AS sleep_for,
  pg_sleep_until(clock_timestamp() - interval '1 day') IS NULL AS sleep_until, pg_sleep(NULL) IS NULL AS nothing;
sleep | sleep_for | sleep_until | nothing
f | f | f | t
SELECT 1

-- Each row waits.
> SELECT n, clock_timestamp() - now() > interval '200 milliseconds' AS waited
  FROM (SELECT count(pg_sleep(0.1)) AS n FROM generate_series(1, 3)) AS s;
n | waited
3 | t
SELECT 1

> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE
> INSERT INTO t VALUES (1, 1), (2, 2);
INSERT 0 2
> SET statement_timeout = '100ms';
SET
> SELECT pg_sleep(60);
pg_sleep
ERROR 57014: canceling statement due to statement timeout
> UPDATE t SET b = 3 WHERE pg_sleep(60) IS NOT NULL;
ERROR 57014: canceling statement due to statement timeout
> INSERT INTO t VALUES (3, 3) RETURNING pg_sleep(60);
ERROR 57014: canceling statement due to statement timeout
> SELECT CASE WHEN a = 1 THEN 'no wait' ELSE pg_sleep(60)::text END FROM t WHERE a = 1;
pg_sleep
no wait
SELECT 1
> RESET statement_timeout;
RESET
> SELECT * FROM t ORDER BY a;
a | b
1 | 1
2 | 2
SELECT 2
