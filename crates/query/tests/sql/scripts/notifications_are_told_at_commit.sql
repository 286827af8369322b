> LISTEN a;
LISTEN

> SELECT * FROM pg_listening_channels();
pg_listening_channels
a
SELECT 1

> NOTIFY a, 'self';
NOTIFY
NOTIFICATION a "self" of process 1

b> LISTEN a;
LISTEN

b> LISTEN b;
LISTEN

b> SELECT * FROM pg_listening_channels();
pg_listening_channels
a
b
SELECT 2

-- Equal ones of a transaction are told once, in order, and only if it commits.
> BEGIN;
BEGIN

> NOTIFY a, '1';
NOTIFY

> NOTIFY a;
NOTIFY

> SELECT pg_notify('a', '1'), pg_notify('b', NULL);
pg_notify | pg_notify
 | 
SELECT 1

> SAVEPOINT s;
SAVEPOINT

> NOTIFY a, 'taken back';
NOTIFY

> ROLLBACK TO s;
ROLLBACK

> NOTIFY a, '2';
NOTIFY

> COMMIT;
COMMIT
NOTIFICATION a "1" of process 1
NOTIFICATION a "" of process 1
NOTIFICATION a "2" of process 1

b> NOTIFY a, '3';
NOTIFY
NOTIFICATION a "1" of process 1
NOTIFICATION a "" of process 1
NOTIFICATION b "" of process 1
NOTIFICATION a "2" of process 1
NOTIFICATION a "3" of process 2

> BEGIN; NOTIFY a, 'never'; ROLLBACK;
BEGIN
NOTIFY
ROLLBACK
NOTIFICATION a "3" of process 2

> BEGIN; NOTIFY a, 'never'; SELECT 1 / 0;
BEGIN
NOTIFY
ERROR 22012: division by zero

> ROLLBACK;
ROLLBACK

> SELECT 1;
?column?
1
SELECT 1

-- So is listening.
> BEGIN; LISTEN c; SELECT * FROM pg_listening_channels(); NOTIFY c, 'mine'; COMMIT;
BEGIN
LISTEN
pg_listening_channels
a
SELECT 1
NOTIFY
COMMIT
NOTIFICATION c "mine" of process 1

> BEGIN; LISTEN d; ROLLBACK;
BEGIN
LISTEN
ROLLBACK

> BEGIN; UNLISTEN a; ROLLBACK;
BEGIN
UNLISTEN
ROLLBACK

> SELECT * FROM pg_listening_channels();
pg_listening_channels
a
c
SELECT 2

> NOTIFY d;
NOTIFY

> UNLISTEN a;
UNLISTEN

> NOTIFY a, 'not heard here';
NOTIFY

b> SELECT pg_sleep(0.2) IS NULL;
?column?
f
SELECT 1
NOTIFICATION a "not heard here" of process 1

b> UNLISTEN *;
UNLISTEN

> NOTIFY c, 'c'; NOTIFY b, 'b';
NOTIFY
NOTIFY
NOTIFICATION c "c" of process 1

b> SELECT 1;
?column?
1
SELECT 1

> DISCARD ALL;
DISCARD ALL

> SELECT count(*) FROM pg_listening_channels();
count
0
SELECT 1

> NOTIFY c;
NOTIFY

-- With what was written.
> LISTEN e;
LISTEN

> CREATE TABLE t (a int PRIMARY KEY);
CREATE TABLE

b> BEGIN; INSERT INTO t VALUES (1); NOTIFY e, 'one'; COMMIT;
BEGIN
INSERT 0 1
NOTIFY
COMMIT

> SELECT pg_sleep(0.2) IS NULL;
?column?
f
SELECT 1
NOTIFICATION e "one" of process 2

> SELECT a FROM t;
a
1
SELECT 1

b> INSERT INTO t VALUES (2) RETURNING pg_notify('e', 'two') IS NULL AS n;
n
f
INSERT 0 1

> SELECT pg_notify('e', a::text) IS NULL AS n FROM t ORDER BY a;
n
f
f
SELECT 2
NOTIFICATION e "two" of process 2
NOTIFICATION e "1" of process 1
NOTIFICATION e "2" of process 1

-- Wrong ones.
> SELECT pg_notify('', '');
pg_notify
ERROR 22023: channel name cannot be empty

> SELECT pg_notify(repeat('x', 64), '');
pg_notify
ERROR 22023: channel name too long

> SELECT pg_notify('a', repeat('x', 8000));
pg_notify
ERROR 22023: payload string too long

> SELECT pg_notify(NULL, '');
pg_notify
ERROR 22023: channel name cannot be empty

> SELECT pg_notify(repeat('x', 63), repeat('y', 7999)), pg_notification_queue_usage();
pg_notify | pg_notification_queue_usage
 | 0
SELECT 1

> NOTIFY a, 4;
ERROR 42601: syntax error at or near "4"

> LISTEN "UpPer";
LISTEN

> NOTIFY upper, 'no';
NOTIFY

> NOTIFY "UpPer", 'yes';
NOTIFY
NOTIFICATION UpPer "yes" of process 1
