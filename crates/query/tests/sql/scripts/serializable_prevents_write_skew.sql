> CREATE TABLE duty (name text PRIMARY KEY, present bool);
CREATE TABLE

> INSERT INTO duty VALUES ('alice', true), ('bob', true);
INSERT 0 2

-- Snapshot isolation lets both go.
> BEGIN;
BEGIN

b> BEGIN;
BEGIN

> SELECT count(*) FROM duty WHERE present;
count
2
SELECT 1

b> SELECT count(*) FROM duty WHERE present;
count
2
SELECT 1

> UPDATE duty SET present = false WHERE name = 'alice';
UPDATE 1

b> UPDATE duty SET present = false WHERE name = 'bob';
UPDATE 1

> COMMIT;
COMMIT

b> COMMIT;
COMMIT

> UPDATE duty SET present = true;
UPDATE 2

> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

b> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

> SELECT count(*) FROM duty WHERE present;
count
2
SELECT 1

b> SELECT count(*) FROM duty WHERE present;
count
2
SELECT 1

> UPDATE duty SET present = false WHERE name = 'alice';
UPDATE 1

b> UPDATE duty SET present = false WHERE name = 'bob';
UPDATE 1

> COMMIT;
COMMIT

b> COMMIT;
ERROR 40001: could not serialize access due to read/write dependencies among transactions (OC000)
DETAIL: Key (name)=(alice) of table "duty" was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT * FROM duty ORDER BY name;
name | present
alice | f
bob | t
SELECT 2
