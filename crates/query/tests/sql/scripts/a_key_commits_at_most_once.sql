> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE

> INSERT INTO t VALUES (1, 10);
INSERT 0 1

> SET gavel.idempotency_key = 'order 7';
?

> BEGIN;
?

> SET LOCAL gavel.idempotency_key = 'order 7';
?

> UPDATE t SET b = b - 1 WHERE a = 1;
?

> SELECT gavel.txn_outcome('order 7');
?

> ROLLBACK;
?

> BEGIN;
?

> SET LOCAL gavel.idempotency_key = 'order 7';
?

> UPDATE t SET b = b - 1 WHERE a = 1;
?

> COMMIT;
?

b> BEGIN;
?

b> SELECT set_config('gavel.idempotency_key', 'order 7', true);
?

b> UPDATE t SET b = b - 1 WHERE a = 1;
?

b> COMMIT;
?

b> SELECT b FROM t;
?

b> SELECT split_part(gavel.txn_outcome('order 7'), ' ', 1), gavel.txn_outcome('order 8'), gavel.txn_outcome(NULL);
?

> BEGIN;
?

> SET LOCAL gavel.idempotency_key = 'order 8';
?

> UPDATE t SET b = b - 1 WHERE a = 1;
?

> COMMIT;
?

> SELECT b FROM t;
?

> SELECT gavel.no_such();
?
