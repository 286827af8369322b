> CREATE TABLE t (id int, v text, CONSTRAINT u UNIQUE (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE
> INSERT INTO t VALUES (1, 'a'), (2, 'b'), (NULL, 'c'), (NULL, 'd');
INSERT 0 4
> INSERT INTO t VALUES (1, 'again');
ERROR 23505: duplicate key value violates unique constraint "u"
DETAIL: Key (id)=(1) already exists.
> UPDATE t SET id = id + 1;
UPDATE 4

-- Two rows may have one key until COMMIT.
> BEGIN;
BEGIN
> UPDATE t SET id = 3 WHERE v = 'a';
UPDATE 1
> SELECT id, v FROM t WHERE id = 3 ORDER BY v;
id | v
3 | a
3 | b
SELECT 2
> UPDATE t SET id = 2 WHERE v = 'b';
UPDATE 1
> COMMIT;
COMMIT
> SELECT * FROM t ORDER BY v;
id | v
3 | a
2 | b
NULL | c
NULL | d
SELECT 4
> BEGIN;
BEGIN
> INSERT INTO t VALUES (3, 'e');
INSERT 0 1
> COMMIT;
ERROR 23505: duplicate key value violates unique constraint "u"
DETAIL: Key (id)=(3) already exists.
> SELECT count(*) FROM t;
count
4
SELECT 1

-- SET CONSTRAINTS brings the check forward.
> BEGIN;
BEGIN
> INSERT INTO t VALUES (3, 'f');
INSERT 0 1
> SET CONSTRAINTS u IMMEDIATE;
ERROR 23505: duplicate key value violates unique constraint "u"
DETAIL: Key (id)=(3) already exists.
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS
> INSERT INTO t VALUES (3, 'f');
ERROR 23505: duplicate key value violates unique constraint "u"
DETAIL: Key (id)=(3) already exists.
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS
> SET CONSTRAINTS u DEFERRED;
SET CONSTRAINTS
> INSERT INTO t VALUES (3, 'f');
INSERT 0 1
> DELETE FROM t WHERE v = 'a';
DELETE 1
> SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS
> COMMIT;
COMMIT
> SELECT * FROM t ORDER BY v;
id | v
2 | b
NULL | c
NULL | d
3 | f
SELECT 4

-- Savepoints bring back what was said and what waited.
> BEGIN;
BEGIN
> SAVEPOINT s;
SAVEPOINT
> INSERT INTO t VALUES (3, 'g');
INSERT 0 1
> ROLLBACK TO s;
ROLLBACK
> SET CONSTRAINTS u IMMEDIATE;
SET CONSTRAINTS
> SAVEPOINT s2;
SAVEPOINT
> SET CONSTRAINTS u DEFERRED;
SET CONSTRAINTS
> ROLLBACK TO s2;
ROLLBACK
> INSERT INTO t VALUES (3, 'h');
ERROR 23505: duplicate key value violates unique constraint "u"
DETAIL: Key (id)=(3) already exists.
> ROLLBACK;
ROLLBACK

-- Initially immediate: at the end of the statement.
> CREATE TABLE i (id int PRIMARY KEY DEFERRABLE, v int);
CREATE TABLE
> INSERT INTO i SELECT g, g FROM generate_series(1, 4) AS g;
INSERT 0 4
> UPDATE i SET id = id + 1;
UPDATE 4
> INSERT INTO i VALUES (2, 9);
ERROR 23505: duplicate key value violates unique constraint "i_pkey"
DETAIL: Key (id)=(2) already exists.
> BEGIN;
BEGIN
> SET CONSTRAINTS i_pkey DEFERRED;
SET CONSTRAINTS
> INSERT INTO i VALUES (2, 9);
INSERT 0 1
> SELECT * FROM i WHERE id = 2 ORDER BY v;
id | v
2 | 1
2 | 9
SELECT 2
> UPDATE i SET id = 1 WHERE v = 9;
UPDATE 1
> COMMIT;
COMMIT
> SELECT * FROM i ORDER BY id;
id | v
1 | 9
2 | 1
3 | 2
4 | 3
5 | 4
SELECT 5
> INSERT INTO i VALUES (NULL, 1);
ERROR 23502: null value in column "id" of relation "i" violates not-null constraint
DETAIL: Failing row contains (null, 1).
> DELETE FROM i WHERE id = 1;
DELETE 1
> ALTER TABLE i ADD UNIQUE (v) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE
> INSERT INTO i VALUES (9, 4);
ERROR 23505: duplicate key value violates unique constraint "i_v_key"
DETAIL: Key (v)=(4) already exists.

-- What cannot be had.
> INSERT INTO t VALUES (3, 'x') ON CONFLICT (id) DO NOTHING;
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters
> INSERT INTO t VALUES (3, 'x') ON CONFLICT DO NOTHING;
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters
> CREATE TABLE f (id int REFERENCES t (id));
ERROR 55000: cannot use a deferrable unique constraint for referenced table "t"
> CREATE TABLE f (id int REFERENCES i);
ERROR 55000: cannot use a deferrable primary key for referenced table "i"
> BEGIN;
BEGIN
> SET CONSTRAINTS nosuch DEFERRED;
ERROR 42704: constraint "nosuch" does not exist
> ROLLBACK;
ROLLBACK
> CREATE TABLE c (a int CONSTRAINT positive CHECK (a > 0), b int CONSTRAINT b_key UNIQUE);
CREATE TABLE
> BEGIN;
BEGIN
> SET CONSTRAINTS b_key DEFERRED;
ERROR 42809: constraint "b_key" is not deferrable
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS b_key IMMEDIATE;
SET CONSTRAINTS
> ROLLBACK;
ROLLBACK
> SET CONSTRAINTS ALL DEFERRED;
WARNING: SET CONSTRAINTS can only be used in transaction blocks
SET CONSTRAINTS

-- Foreign keys.
> CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE k (id int PRIMARY KEY, p int CONSTRAINT k_p REFERENCES p DEFERRABLE);
CREATE TABLE
> BEGIN;
BEGIN
> INSERT INTO k VALUES (1, 1);
ERROR 23503: insert or update on table "k" violates foreign key constraint "k_p"
DETAIL: Key (p)=(1) is not present in table "p".
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SET CONSTRAINTS k_p DEFERRED;
SET CONSTRAINTS
> INSERT INTO k VALUES (1, 1);
INSERT 0 1
> INSERT INTO p VALUES (1);
INSERT 0 1
> COMMIT;
COMMIT
> BEGIN;
BEGIN
> SET CONSTRAINTS ALL DEFERRED;
SET CONSTRAINTS
> DELETE FROM p;
DELETE 1
> SET CONSTRAINTS k_p IMMEDIATE;
ERROR 23503: update or delete on table "p" violates foreign key constraint "k_p" on table "k"
DETAIL: Key (id)=(1) is still referenced from table "k".
> ROLLBACK;
ROLLBACK
> ALTER TABLE k ALTER CONSTRAINT k_p DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE
> BEGIN;
BEGIN
> INSERT INTO k VALUES (2, 2);
INSERT 0 1
> INSERT INTO p VALUES (2);
INSERT 0 1
> COMMIT;
COMMIT
> ALTER TABLE k ALTER CONSTRAINT k_p NOT DEFERRABLE;
ALTER TABLE
> INSERT INTO k VALUES (3, 3);
ERROR 23503: insert or update on table "k" violates foreign key constraint "k_p"
DETAIL: Key (p)=(3) is not present in table "p".
> ALTER TABLE k ALTER CONSTRAINT k_pkey DEFERRABLE;
ERROR 42809: constraint "k_pkey" of relation "k" is not a foreign key constraint
> ALTER TABLE k ALTER CONSTRAINT nosuch DEFERRABLE;
ERROR 42704: constraint "nosuch" of relation "k" does not exist

-- Two transactions that claim one key: the second loses at COMMIT.
a> BEGIN;
BEGIN
a> INSERT INTO t VALUES (77, 'a');
INSERT 0 1
b> BEGIN;
BEGIN
b> INSERT INTO t VALUES (77, 'b');
INSERT 0 1
a> COMMIT;
COMMIT
b> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: A row of table "t" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.
> SELECT v FROM t WHERE id = 77;
v
a
SELECT 1

> BEGIN; SET CONSTRAINTS other.public.t_v_key DEFERRED;
BEGIN
ERROR 0A000: cross-database references are not implemented: "other.public.t_v_key"

> ROLLBACK;
ROLLBACK
