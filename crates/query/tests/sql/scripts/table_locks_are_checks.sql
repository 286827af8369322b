> CREATE TABLE t (a int PRIMARY KEY, b int);
CREATE TABLE

> CREATE VIEW v AS SELECT a FROM t;
CREATE VIEW

> CREATE SEQUENCE s;
CREATE SEQUENCE

> LOCK TABLE t;
ERROR 25P01: LOCK TABLE can only be used in transaction blocks

> BEGIN; LOCK t IN SHARE MODE; LOCK TABLE ONLY t, v IN ACCESS EXCLUSIVE MODE NOWAIT; COMMIT;
BEGIN
LOCK TABLE
LOCK TABLE
COMMIT

> BEGIN; LOCK t_pkey;
BEGIN
ERROR 42809: cannot lock relation "t_pkey"
DETAIL: This operation is not supported for indexes.

> ROLLBACK;
ROLLBACK

> BEGIN; LOCK s;
BEGIN
ERROR 42809: cannot lock relation "s"
DETAIL: This operation is not supported for sequences.

> ROLLBACK;
ROLLBACK

> BEGIN; LOCK nothing;
BEGIN
ERROR 42P01: relation "nothing" does not exist

> ROLLBACK;
ROLLBACK

> BEGIN; LOCK public.nothing;
BEGIN
ERROR 42P01: relation "public.nothing" does not exist

> ROLLBACK;
ROLLBACK

> BEGIN READ ONLY; LOCK t IN ROW EXCLUSIVE MODE;
BEGIN
LOCK TABLE

> LOCK t IN SHARE MODE;
ERROR 25006: cannot execute LOCK TABLE in a read-only transaction

> ROLLBACK;
ROLLBACK

> LOCK t IN foo MODE;
ERROR 42601: syntax error at or near "foo"

> BEGIN; LOCK pg_class IN ACCESS SHARE MODE; COMMIT;
BEGIN
LOCK TABLE
COMMIT

-- Who comes later loses against the lock.
> BEGIN;
BEGIN

> LOCK t IN EXCLUSIVE MODE;
LOCK TABLE

b> BEGIN;
BEGIN

b> INSERT INTO t VALUES (1, 1);
INSERT 0 1

> COMMIT;
COMMIT

b> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "t" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.

-- The lock loses against who has used the table.
> BEGIN;
BEGIN

> LOCK t IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE

b> INSERT INTO t VALUES (1, 1);
INSERT 0 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "t" was used or locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.

-- Weak ones go together.
> BEGIN;
BEGIN

> LOCK t IN ROW EXCLUSIVE MODE;
LOCK TABLE

> INSERT INTO t VALUES (2, 2);
INSERT 0 1

b> BEGIN;
BEGIN

b> LOCK t IN SHARE UPDATE EXCLUSIVE MODE;
LOCK TABLE

b> INSERT INTO t VALUES (3, 3);
INSERT 0 1

> COMMIT;
COMMIT

b> COMMIT;
COMMIT

-- Through a view.
> BEGIN;
BEGIN

> LOCK v IN EXCLUSIVE MODE;
LOCK TABLE

b> INSERT INTO t VALUES (4, 4);
INSERT 0 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "t" was used or locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.
