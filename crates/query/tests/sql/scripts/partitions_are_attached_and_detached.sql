-- ATTACH and DETACH PARTITION.

> CREATE TABLE p (a int NOT NULL, b text, CONSTRAINT pos CHECK (a > 0)) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE x (a int);
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION nothing FOR VALUES FROM (1) TO (2);
ERROR 42P01: relation "nothing" does not exist

> ALTER TABLE x ATTACH PARTITION p FOR VALUES FROM (1) TO (2);
ERROR 42P17: table "x" is not partitioned

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (2);
ERROR 42804: column "a" in child table must be marked NOT NULL

> ALTER TABLE x ADD COLUMN b varchar;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (2);
ERROR 42804: column "a" in child table must be marked NOT NULL

> ALTER TABLE x ALTER COLUMN b TYPE text;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ERROR 42804: column "a" in child table must be marked NOT NULL

> ALTER TABLE x ALTER COLUMN a SET NOT NULL;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ERROR 42804: child table is missing constraint "pos"

> ALTER TABLE x ADD CONSTRAINT pos CHECK (a >= 0);
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ERROR 42804: child table "x" has different definition for check constraint "pos"

> ALTER TABLE x DROP CONSTRAINT pos;
ALTER TABLE

> ALTER TABLE x ADD CONSTRAINT pos CHECK (a > 0);
ALTER TABLE

> ALTER TABLE x ADD COLUMN extra int;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ERROR 42804: table "x" contains column "extra" not found in parent "p"
DETAIL: The new partition may contain only the columns present in parent.

> ALTER TABLE x DROP COLUMN extra;
ALTER TABLE

> ALTER TABLE p ATTACH PARTITION x FOR VALUES IN (1);
ERROR 42P16: invalid bound specification for a range partition

> INSERT INTO x VALUES (5, 'five'), (10, 'ten');
INSERT 0 2

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ERROR 23514: partition constraint of relation "x" is violated by some row

> DELETE FROM x WHERE a = 10;
DELETE 1

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (1) TO (10);
ALTER TABLE

> SELECT tableoid::regclass, * FROM p;
tableoid | a | b
x | 5 | five
SELECT 1

> INSERT INTO x VALUES (10, 'no');
ERROR 23514: new row for relation "x" violates partition constraint
DETAIL: Failing row contains (10, no).

> ALTER TABLE p ATTACH PARTITION x FOR VALUES FROM (20) TO (30);
ERROR 42809: "x" is already a partition

> ALTER TABLE p ATTACH PARTITION p FOR VALUES FROM (20) TO (30);
ERROR 42P07: circular inheritance not allowed
DETAIL: "p" is already a child of "p".

> CREATE TABLE y (b text, a int NOT NULL, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION y FOR VALUES FROM (9) TO (20);
ERROR 42P17: partition "y" would overlap partition "x"

> ALTER TABLE p ATTACH PARTITION y DEFAULT;
ALTER TABLE

> INSERT INTO p VALUES (50, 'fifty');
INSERT 0 1

> CREATE TABLE z (LIKE p INCLUDING ALL);
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION z DEFAULT;
ERROR 42P17: partition "z" conflicts with existing default partition "y"

> ALTER TABLE p ATTACH PARTITION z FOR VALUES FROM (50) TO (60);
ERROR 23514: updated partition constraint for default partition "y" would be violated by some row

> ALTER TABLE p ATTACH PARTITION z FOR VALUES FROM (60) TO (70);
ALTER TABLE

> SELECT conrelid::regclass, conislocal, coninhcount FROM pg_constraint WHERE conname = 'pos' ORDER BY conrelid::regclass::text;
conrelid | conislocal | coninhcount
p | t | 0
x | f | 1
y | f | 1
z | f | 1
SELECT 4

> INSERT INTO y VALUES ('s', 65);
ERROR 23514: new row for relation "y" violates partition constraint
DETAIL: Failing row contains (s, 65).

-- A partitioned table as a partition.

> CREATE TABLE q (LIKE p INCLUDING CONSTRAINTS) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE q1 PARTITION OF q FOR VALUES IN ('a');
CREATE TABLE

> INSERT INTO q VALUES (5, 'a');
INSERT 0 1

> ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (100) TO (200);
ERROR 23514: partition constraint of relation "q1" is violated by some row

> UPDATE q SET a = 105;
UPDATE 1

> ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (100) TO (200);
ALTER TABLE

> INSERT INTO p VALUES (150, 'a'), (151, 'b');
ERROR 23514: no partition of relation "q" found for row
DETAIL: Partition key of the failing row contains (b) = (b).

> INSERT INTO q1 VALUES (5, 'a');
ERROR 23514: new row for relation "q1" violates partition constraint
DETAIL: Failing row contains (5, a).

> ALTER TABLE q1 ATTACH PARTITION p FOR VALUES IN (1);
ERROR 42P17: table "q1" is not partitioned

> ALTER TABLE q ATTACH PARTITION p FOR VALUES IN ('z');
ERROR 42P07: circular inheritance not allowed
DETAIL: "q" is already a child of "p".

> INSERT INTO p VALUES (150, 'a');
INSERT 0 1

> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
x | 5 | five
y | 50 | fifty
q1 | 105 | a
q1 | 150 | a
SELECT 4

> SELECT relname, pg_get_partition_constraintdef(oid) FROM pg_class WHERE relname IN ('q1', 'y') ORDER BY 1;
relname | pg_get_partition_constraintdef
q1 | ((a IS NOT NULL) AND (a >= 100) AND (a < 200) AND (b IS NOT NULL) AND (b = 'a'::text))
y | (NOT ((a IS NOT NULL) AND (((a >= 1) AND (a < 10)) OR ((a >= 60) AND (a < 70)) OR ((a >= 100) AND (a < 200)))))
SELECT 2

-- What cannot be one.

> CREATE TABLE par (a int);
CREATE TABLE

> CREATE TABLE ch (a int NOT NULL, b text) INHERITS (par);
NOTICE: merging column "a" with inherited definition
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION ch FOR VALUES FROM (300) TO (310);
ERROR 42809: cannot attach inheritance child as partition

> CREATE TABLE base (a int NOT NULL, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> CREATE TABLE of_base () INHERITS (base);
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION base FOR VALUES FROM (300) TO (310);
ERROR 42809: cannot attach inheritance parent as partition

> CREATE TYPE ty AS (a int, b text);
CREATE TYPE

> CREATE TABLE typed OF ty;
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION typed FOR VALUES FROM (300) TO (310);
ERROR 42809: cannot attach a typed table as partition

> CREATE VIEW v AS SELECT 1 AS a, 'x' AS b;
CREATE VIEW

> ALTER TABLE p ATTACH PARTITION v FOR VALUES FROM (300) TO (310);
ERROR 42809: ALTER action ATTACH PARTITION cannot be performed on relation "v"
DETAIL: This operation is not supported for views.

> ALTER TABLE par ATTACH PARTITION ch DEFAULT;
ERROR 42P17: table "par" is not partitioned

> CREATE TEMP TABLE tmp (a int NOT NULL, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> ALTER TABLE p ATTACH PARTITION tmp FOR VALUES FROM (300) TO (310);
ERROR 42809: cannot attach a temporary relation as partition of permanent relation "p"

-- DETACH.

> ALTER TABLE p DETACH PARTITION nothing;
ERROR 42P01: relation "nothing" does not exist

> ALTER TABLE p DETACH PARTITION par;
ERROR 42P01: relation "par" is not a partition of relation "p"

> ALTER TABLE par DETACH PARTITION ch;
ERROR 42P17: table "par" is not partitioned

> ALTER TABLE p DETACH PARTITION x;
ALTER TABLE

> INSERT INTO x VALUES (11, 'free');
INSERT 0 1

> INSERT INTO p VALUES (3, 'in the default one');
INSERT 0 1

> SELECT tableoid::regclass, a FROM p ORDER BY a;
tableoid | a
y | 3
y | 50
q1 | 105
q1 | 150
SELECT 4

> SELECT conname, conislocal, coninhcount FROM pg_constraint WHERE conrelid = 'x'::regclass;
conname | conislocal | coninhcount
pos | t | 0
SELECT 1

> SELECT attname, attislocal, attinhcount FROM pg_attribute WHERE attrelid = 'x'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
attname | attislocal | attinhcount
a | t | 0
b | t | 0
SELECT 2

> ALTER TABLE x DROP CONSTRAINT pos, DROP COLUMN b;
ALTER TABLE

> ALTER TABLE p DETACH PARTITION x;
ERROR 42P01: relation "x" is not a partition of relation "p"

> ALTER TABLE p DETACH PARTITION z CONCURRENTLY;
ERROR 55000: cannot detach partitions concurrently when a default partition exists

> ALTER TABLE p DETACH PARTITION y;
ALTER TABLE

> ALTER TABLE p DETACH PARTITION z CONCURRENTLY;
ALTER TABLE

> INSERT INTO p VALUES (65, 'none');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (65).

> ALTER TABLE p DETACH PARTITION q FINALIZE;
ERROR 55000: cannot complete detaching partition "q"
DETAIL: There's no pending concurrent detach.

> BEGIN;
BEGIN

> ALTER TABLE p DETACH PARTITION q CONCURRENTLY;
ERROR 25001: ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> ALTER TABLE p DETACH PARTITION q;
ALTER TABLE

> SELECT count(*) FROM p;
count
0
SELECT 1

> SELECT count(*) FROM q;
count
2
SELECT 1

> SAVEPOINT s;
SAVEPOINT

> ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (100) TO (160);
ALTER TABLE

> SELECT count(*) FROM p;
count
2
SELECT 1

> ROLLBACK TO s;
ROLLBACK

> SELECT count(*) FROM p;
count
0
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT count(*) FROM p;
count
2
SELECT 1

> CREATE ROLE partitioner;
CREATE ROLE

> CREATE TABLE theirs (a int NOT NULL, b text, CONSTRAINT pos CHECK (a > 0));
CREATE TABLE

> ALTER TABLE theirs OWNER TO partitioner;
ALTER TABLE

> SET ROLE partitioner;
(is_superuser = off)
SET

> ALTER TABLE p ATTACH PARTITION theirs FOR VALUES FROM (300) TO (310);
ERROR 42501: must be owner of table p

> CREATE TABLE theirs2 PARTITION OF p FOR VALUES FROM (300) TO (310);
ERROR 42501: permission denied for schema public

> RESET ROLE;
(is_superuser = on)
RESET

> DROP TABLE theirs;
DROP TABLE

> DROP ROLE partitioner;
DROP ROLE
