> CREATE TABLE t (a int, b int);
CREATE TABLE

> INSERT INTO t SELECT i, i % 2 FROM generate_series(1, 100) i;
INSERT 0 100

> SELECT count(*) FROM sys.jobs;
count
0
SELECT 1

> SELECT sys.wait_for_job('0123456789abc');
wait_for_job
ERROR 42704: job "0123456789abc" does not exist

> SELECT sys.wait_for_job('what');
wait_for_job
ERROR 42704: job "what" does not exist

> CALL sys.wait_for_job('what');
ERROR 42704: job "what" does not exist

> SELECT sys.wait_for_job(NULL);
wait_for_job
NULL
SELECT 1

> CALL something();
ERROR 42883: procedure something() does not exist
HINT: No procedure matches the given name and argument types. You might need to add explicit type casts.

> CREATE INDEX CONCURRENTLY t_a ON t (a);
CREATE INDEX

> CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b);
ERROR 23505: could not create unique index "t_b"
DETAIL: Key (b)=(1) is duplicated.

> DROP INDEX CONCURRENTLY t_a;
DROP INDEX

> SELECT status, details, job_type, class_id::regclass, object_name, length(job_id), update_time >= start_time AS later FROM sys.jobs ORDER BY start_time;
status | details | job_type | class_id | object_name | length | later
completed | NULL | INDEX_BUILD | pg_class | public.t_a | 13 | t
failed | could not create unique index "t_b": Key (b)=(1) is duplicated. | INDEX_BUILD | pg_class | public.t_b | 13 | t
completed | NULL | DROP | pg_class | public.t_a | 13 | t
SELECT 3

> SELECT sys.wait_for_job(job_id) FROM sys.jobs ORDER BY start_time;
wait_for_job
t
f
t
SELECT 3
