> LISTEN a;

> SELECT * FROM pg_listening_channels();

> NOTIFY a, 'self';

b> LISTEN a;

b> LISTEN b;

b> SELECT * FROM pg_listening_channels();

-- Equal ones of a transaction are told once, in order, and only if it commits.
> BEGIN;

> NOTIFY a, '1';

> NOTIFY a;

> SELECT pg_notify('a', '1'), pg_notify('b', NULL);

> SAVEPOINT s;

> NOTIFY a, 'taken back';

> ROLLBACK TO s;

> NOTIFY a, '2';

> COMMIT;

b> NOTIFY a, '3';

> BEGIN; NOTIFY a, 'never'; ROLLBACK;

> BEGIN; NOTIFY a, 'never'; SELECT 1 / 0;

> ROLLBACK;

> SELECT 1;

-- So is listening.
> BEGIN; LISTEN c; SELECT * FROM pg_listening_channels(); NOTIFY c, 'mine'; COMMIT;

> BEGIN; LISTEN d; ROLLBACK;

> BEGIN; UNLISTEN a; ROLLBACK;

> SELECT * FROM pg_listening_channels();

> NOTIFY d;

> UNLISTEN a;

> NOTIFY a, 'not heard here';

b> UNLISTEN *;

> NOTIFY c, 'c'; NOTIFY b, 'b';

b> SELECT 1;

> DISCARD ALL;

> SELECT count(*) FROM pg_listening_channels();

> NOTIFY c;

-- With what was written.
> LISTEN e;

> CREATE TABLE t (a int PRIMARY KEY);

b> BEGIN; INSERT INTO t VALUES (1); NOTIFY e, 'one'; COMMIT;

> SELECT a FROM t;

b> INSERT INTO t VALUES (2) RETURNING pg_notify('e', 'two');

> SELECT pg_notify('e', a::text) FROM t ORDER BY a;

-- Wrong ones.
> SELECT pg_notify('', '');

> SELECT pg_notify(repeat('x', 64), '');

> SELECT pg_notify('a', repeat('x', 8000));

> SELECT pg_notify(NULL, '');

> SELECT pg_notify(repeat('x', 63), repeat('y', 7999)), pg_notification_queue_usage();

> NOTIFY a, 4;

> NOTIFY "";

> LISTEN "UpPer";

> NOTIFY upper, 'no';

> NOTIFY "UpPer", 'yes';
