> SELECT pg_advisory_lock(1);

> SELECT pg_advisory_lock(1), pg_try_advisory_lock(1);

b> SELECT pg_try_advisory_lock(1), pg_try_advisory_lock_shared(1);

b> SET lock_timeout = '20ms';

b> SELECT pg_advisory_lock(1);

b> SET lock_timeout = 0;

b> SET statement_timeout = '20ms';

b> SELECT pg_advisory_lock_shared(1);

b> RESET statement_timeout;

> SELECT pg_advisory_unlock(1), pg_advisory_unlock(1);

b> SELECT pg_try_advisory_lock(1);

> SELECT pg_advisory_unlock(1), pg_advisory_unlock(1);

b> SELECT pg_try_advisory_lock(1);

> SELECT pg_try_advisory_lock(1);

> SELECT pg_advisory_unlock_shared(1);

b> SELECT pg_advisory_unlock(1);

-- Shared ones.
> SELECT pg_advisory_lock_shared(1, 2);

b> SELECT pg_try_advisory_lock_shared(1, 2), pg_try_advisory_lock(1, 2);

> SELECT locktype, classid, objid, objsubid, virtualtransaction, pid, mode, granted, fastpath FROM pg_locks WHERE locktype = 'advisory' ORDER BY pid;

-- Two numbers are not one.
b> SELECT pg_try_advisory_lock(4294967298);

> SELECT classid, objid, objsubid, mode FROM pg_locks WHERE locktype = 'advisory' ORDER BY objsubid, pid;

b> SELECT pg_advisory_unlock_all();

> SELECT pg_advisory_unlock_all();

> SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';

-- Those of a transaction end with it, and with its savepoints.
> BEGIN;

> SELECT pg_advisory_xact_lock(1);

> SAVEPOINT s;

> SELECT pg_advisory_xact_lock(2), pg_advisory_lock(3);

> SELECT pg_advisory_unlock(1);

> ROLLBACK TO s;

b> SELECT pg_try_advisory_lock(1), pg_try_advisory_lock(2), pg_try_advisory_lock(3);

> COMMIT;

b> SELECT pg_try_advisory_xact_lock(1), pg_try_advisory_xact_lock_shared(2), pg_try_advisory_xact_lock(3);

> SELECT pg_try_advisory_lock(1);

> SELECT pg_advisory_unlock_all();

b> SELECT pg_advisory_unlock_all();

> BEGIN;

> SELECT pg_advisory_xact_lock(1);

> SELECT 1 / 0;

b> SELECT pg_try_advisory_lock(1);

> ROLLBACK;

-- Twice, for the session and for the transaction.
b> SELECT pg_advisory_unlock_all();

> BEGIN; SELECT pg_advisory_xact_lock(5); SELECT pg_advisory_lock(5); COMMIT;

b> SELECT pg_try_advisory_lock(5);

> SELECT pg_advisory_unlock(5);

b> SELECT pg_try_advisory_lock(5);

-- In FROM, in WHERE, and of NULL.
> SELECT * FROM pg_try_advisory_lock(6);

> SELECT i FROM generate_series(4, 8) i WHERE pg_try_advisory_lock(i) ORDER BY i;

> SELECT pg_advisory_lock(NULL), pg_blocking_pids(pg_backend_pid());

> DISCARD ALL;

b> SELECT pg_try_advisory_lock(6);

c> SELECT pg_try_advisory_lock(6);

> SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = 6;
