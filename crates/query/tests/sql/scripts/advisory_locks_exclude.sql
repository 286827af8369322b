> SELECT pg_advisory_lock(1) IS NULL AS n;
n
f
SELECT 1

> SELECT pg_advisory_lock(1), pg_try_advisory_lock(1);
pg_advisory_lock | pg_try_advisory_lock
 | t
SELECT 1

b> SELECT pg_try_advisory_lock(1), pg_try_advisory_lock_shared(1);
pg_try_advisory_lock | pg_try_advisory_lock_shared
f | f
SELECT 1

b> SET lock_timeout = '20ms';
SET

b> SELECT pg_advisory_lock(1) IS NULL AS n;
n
ERROR 55P03: canceling statement due to lock timeout

b> SET lock_timeout = 0;
SET

b> SET statement_timeout = '20ms';
SET

b> SELECT pg_advisory_lock_shared(1) IS NULL AS n;
n
ERROR 57014: canceling statement due to statement timeout

b> RESET statement_timeout;
RESET

> SELECT pg_advisory_unlock(1), pg_advisory_unlock(1);
pg_advisory_unlock | pg_advisory_unlock
t | t
SELECT 1

b> SELECT pg_try_advisory_lock(1);
pg_try_advisory_lock
f
SELECT 1

> SELECT pg_advisory_unlock(1), pg_advisory_unlock(1);
pg_advisory_unlock | pg_advisory_unlock
t | f
WARNING: you don't own a lock of type ExclusiveLock
SELECT 1

b> SELECT pg_try_advisory_lock(1);
pg_try_advisory_lock
t
SELECT 1

> SELECT pg_try_advisory_lock(1);
pg_try_advisory_lock
f
SELECT 1

> SELECT pg_advisory_unlock_shared(1);
pg_advisory_unlock_shared
f
WARNING: you don't own a lock of type ShareLock
SELECT 1

b> SELECT pg_advisory_unlock(1);
pg_advisory_unlock
t
SELECT 1

-- Shared ones.
> SELECT pg_advisory_lock_shared(1, 2) IS NULL AS n;
n
f
SELECT 1

b> SELECT pg_try_advisory_lock_shared(1, 2), pg_try_advisory_lock(1, 2);
pg_try_advisory_lock_shared | pg_try_advisory_lock
t | f
SELECT 1

> SELECT locktype, classid, objid, objsubid, pid, mode, granted, fastpath FROM pg_locks WHERE locktype = 'advisory' ORDER BY pid;
locktype | classid | objid | objsubid | pid | mode | granted | fastpath
advisory | 1 | 2 | 2 | 1 | ShareLock | t | f
advisory | 1 | 2 | 2 | 2 | ShareLock | t | f
SELECT 2

-- Two numbers are not one.
b> SELECT pg_try_advisory_lock(4294967298);
pg_try_advisory_lock
t
SELECT 1

> SELECT classid, objid, objsubid, mode FROM pg_locks WHERE locktype = 'advisory' ORDER BY objsubid, pid;
classid | objid | objsubid | mode
1 | 2 | 1 | ExclusiveLock
1 | 2 | 2 | ShareLock
1 | 2 | 2 | ShareLock
SELECT 3

b> SELECT pg_advisory_unlock_all() IS NULL AS n;
n
f
SELECT 1

> SELECT pg_advisory_unlock_all() IS NULL AS n;
n
f
SELECT 1

> SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';
count
0
SELECT 1

-- Those of a transaction end with it, and with its savepoints.
> BEGIN;
BEGIN

> SELECT pg_advisory_xact_lock(1) IS NULL AS n;
n
f
SELECT 1

> SAVEPOINT s;
SAVEPOINT

> SELECT pg_advisory_xact_lock(2), pg_advisory_lock(3);
pg_advisory_xact_lock | pg_advisory_lock
 | 
SELECT 1

> SELECT pg_advisory_unlock(1);
pg_advisory_unlock
f
WARNING: you don't own a lock of type ExclusiveLock
SELECT 1

> ROLLBACK TO s;
ROLLBACK

b> SELECT pg_try_advisory_lock(1), pg_try_advisory_lock(2), pg_try_advisory_lock(3);
pg_try_advisory_lock | pg_try_advisory_lock | pg_try_advisory_lock
f | t | f
SELECT 1

> COMMIT;
COMMIT

b> SELECT pg_try_advisory_xact_lock(1), pg_try_advisory_xact_lock_shared(2), pg_try_advisory_xact_lock(3);
pg_try_advisory_xact_lock | pg_try_advisory_xact_lock_shared | pg_try_advisory_xact_lock
t | t | f
SELECT 1

> SELECT pg_try_advisory_lock(1);
pg_try_advisory_lock
t
SELECT 1

> SELECT pg_advisory_unlock_all() IS NULL AS n;
n
f
SELECT 1

b> SELECT pg_advisory_unlock_all() IS NULL AS n;
n
f
SELECT 1

> BEGIN;
BEGIN

> SELECT pg_advisory_xact_lock(1) IS NULL AS n;
n
f
SELECT 1

> SELECT 1 / 0;
ERROR 22012: division by zero

b> SELECT pg_try_advisory_lock(1);
pg_try_advisory_lock
t
SELECT 1

> ROLLBACK;
ROLLBACK

-- Twice, for the session and for the transaction.
b> SELECT pg_advisory_unlock_all() IS NULL AS n;
n
f
SELECT 1

> BEGIN; SELECT pg_advisory_xact_lock(5) IS NULL AS n; SELECT pg_advisory_lock(5) IS NULL AS n; COMMIT;
BEGIN
n
f
SELECT 1
n
f
SELECT 1
COMMIT

b> SELECT pg_try_advisory_lock(5);
pg_try_advisory_lock
f
SELECT 1

> SELECT pg_advisory_unlock(5);
pg_advisory_unlock
t
SELECT 1

b> SELECT pg_try_advisory_lock(5);
pg_try_advisory_lock
t
SELECT 1

-- In FROM, in WHERE, and of NULL.
> SELECT * FROM pg_try_advisory_lock(6);
pg_try_advisory_lock
t
SELECT 1

> SELECT i FROM generate_series(4, 8) i WHERE pg_try_advisory_lock(i) ORDER BY i;
i
4
6
7
8
SELECT 4

> SELECT pg_advisory_lock(NULL), pg_blocking_pids(pg_backend_pid());
pg_advisory_lock | pg_blocking_pids
NULL | {}
SELECT 1

> DISCARD ALL;
DISCARD ALL

b> SELECT pg_try_advisory_lock(6);
pg_try_advisory_lock
t
SELECT 1

c> SELECT pg_try_advisory_lock(6);
pg_try_advisory_lock
f
SELECT 1

> SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = 6;
pg_terminate_backend
t
SELECT 1
