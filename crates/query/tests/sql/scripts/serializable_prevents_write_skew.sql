> CREATE TABLE duty (name text PRIMARY KEY, present bool);
CREATE TABLE

> INSERT INTO duty VALUES ('alice', true), ('bob', true);
ERROR 0A000: DML is not built

-- Snapshot isolation lets both go.
> BEGIN;
BEGIN

b> BEGIN;
BEGIN

> SELECT count(*) FROM duty WHERE present;
count
0
SELECT 1

b> SELECT count(*) FROM duty WHERE present;
count
0
SELECT 1

> UPDATE duty SET present = false WHERE name = 'alice';
ERROR 0A000: DML is not built

b> UPDATE duty SET present = false WHERE name = 'bob';
ERROR 0A000: DML is not built

> COMMIT;
ROLLBACK

b> COMMIT;
ROLLBACK

> UPDATE duty SET present = true;
ERROR 0A000: DML is not built

> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

b> BEGIN ISOLATION LEVEL SERIALIZABLE;
BEGIN

> SELECT count(*) FROM duty WHERE present;
count
0
SELECT 1

b> SELECT count(*) FROM duty WHERE present;
count
0
SELECT 1

> UPDATE duty SET present = false WHERE name = 'alice';
ERROR 0A000: DML is not built

b> UPDATE duty SET present = false WHERE name = 'bob';
ERROR 0A000: DML is not built

> COMMIT;
ROLLBACK

b> COMMIT;
ROLLBACK

> SELECT * FROM duty ORDER BY name;
name | present
SELECT 0
