-- UPDATE and DELETE of a table that others inherit from.
> CREATE TABLE base (id int, t text);
CREATE TABLE
> CREATE TABLE left_one (own int DEFAULT 5 NOT NULL, twice int GENERATED ALWAYS AS (id * own) STORED) INHERITS (base);
CREATE TABLE
> CREATE TABLE right_one (t text, extra text, id int);
CREATE TABLE
> ALTER TABLE right_one INHERIT base;
ALTER TABLE
> CREATE TABLE deep (more int) INHERITS (left_one, right_one);
NOTICE: merging multiple inherited definitions of column "t"
NOTICE: merging multiple inherited definitions of column "id"
CREATE TABLE
> INSERT INTO base VALUES (1, 'base');
INSERT 0 1
> INSERT INTO left_one (id, t, own) VALUES (2, 'left', 7);
INSERT 0 1
> INSERT INTO right_one VALUES ('right', 'extra', 3);
INSERT 0 1
> INSERT INTO deep (id, t, own, extra, more) VALUES (4, 'deep', 9, 'e', 99);
INSERT 0 1
> UPDATE base SET id = id + 10;
UPDATE 4
> SELECT tableoid::regclass, * FROM base ORDER BY id;
tableoid | id | t
base | 11 | base
left_one | 12 | left
right_one | 13 | right
deep | 14 | deep
SELECT 4
> SELECT * FROM left_one ORDER BY id;
id | t | own | twice
12 | left | 7 | 84
14 | deep | 9 | 126
SELECT 2
> SELECT * FROM right_one ORDER BY id;
t | extra | id
right | extra | 13
deep | e | 14
SELECT 2
> SELECT * FROM deep;
id | t | own | twice | extra | more
14 | deep | 9 | 126 | e | 99
SELECT 1
> UPDATE ONLY base SET t = t || '!' RETURNING *;
id | t
11 | base!
UPDATE 1
> UPDATE left_one SET own = 1 WHERE id = 14 RETURNING tableoid::regclass, *;
tableoid | id | t | own | twice
deep | 14 | deep | 1 | 14
UPDATE 1
> UPDATE base * SET t = tableoid::regclass::text WHERE id > 11 AND id < 14;
UPDATE 2
> SELECT id, t FROM base ORDER BY id;
id | t
11 | base!
12 | left_one
13 | right_one
14 | deep
SELECT 4
> UPDATE base AS b SET t = x.v FROM (VALUES (11, 'eleven'), (14, 'fourteen')) x(k, v) WHERE b.id = x.k;
UPDATE 2
> SELECT id, t FROM base ORDER BY id;
id | t
11 | eleven
12 | left_one
13 | right_one
14 | fourteen
SELECT 4
> SELECT * FROM deep;
id | t | own | twice | extra | more
14 | fourteen | 1 | 14 | e | 99
SELECT 1

-- Constraints are those of each table, rows are shown as the one that is named has them.
> ALTER TABLE left_one ADD CONSTRAINT fine CHECK (t <> 'bad');
ALTER TABLE
> UPDATE base SET t = 'bad' WHERE id = 12;
ERROR 23514: new row for relation "left_one" violates check constraint "fine"
DETAIL: Failing row contains (12, bad).
> UPDATE left_one SET t = 'bad' WHERE id = 12;
ERROR 23514: new row for relation "left_one" violates check constraint "fine"
DETAIL: Failing row contains (12, bad, 7, 84).
> ALTER TABLE right_one ALTER t SET NOT NULL;
ALTER TABLE
> UPDATE base SET t = NULL WHERE id = 13;
ERROR 23502: null value in column "t" of relation "right_one" violates not-null constraint
DETAIL: Failing row contains (13, null).
> UPDATE base SET t = NULL WHERE id = 14;
ERROR 23502: null value in column "t" of relation "deep" violates not-null constraint
DETAIL: Failing row contains (14, null).
> UPDATE base SET t = NULL WHERE id = 11 RETURNING *;
id | t
11 | NULL
UPDATE 1

-- Keys and indexes of the children.
> CREATE UNIQUE INDEX ON left_one (id);
CREATE INDEX
> CREATE INDEX ON right_one (extra, id);
CREATE INDEX
> INSERT INTO left_one (id, t) VALUES (21, 'next');
INSERT 0 1
> UPDATE base SET id = 21 WHERE id = 12;
ERROR 23505: duplicate key value violates unique constraint "left_one_id_idx"
DETAIL: Key (id)=(21) already exists.
> UPDATE base SET id = id + 100 WHERE id IN (12, 13, 21);
UPDATE 3
> SELECT id FROM left_one WHERE id = 112;
id
112
SELECT 1
> SELECT extra, id FROM right_one WHERE extra = 'extra';
extra | id
extra | 113
SELECT 1
> SELECT * FROM left_one WHERE id = 12;
id | t | own | twice
SELECT 0

-- DELETE.
> DELETE FROM ONLY base WHERE id > 0 RETURNING tableoid::regclass, *;
tableoid | id | t
base | 11 | NULL
DELETE 1
> DELETE FROM base WHERE id = 113 RETURNING tableoid::regclass, *;
tableoid | id | t
right_one | 113 | right_one
DELETE 1
> SELECT * FROM right_one WHERE extra = 'extra';
t | extra | id
SELECT 0
> DELETE FROM base USING (VALUES (112), (112), (14)) d(k) WHERE id = d.k;
DELETE 2
> SELECT tableoid::regclass, id FROM base;
tableoid | id
left_one | 121
SELECT 1
> DELETE FROM base;
DELETE 1
> SELECT count(*) FROM left_one;
count
0
SELECT 1

-- Undone, and seen within a transaction.
> INSERT INTO left_one (id, t) VALUES (1, 'a'), (2, 'b');
INSERT 0 2
> BEGIN;
BEGIN
> UPDATE base SET t = 'c' WHERE id = 1;
UPDATE 1
> SAVEPOINT s;
SAVEPOINT
> DELETE FROM base;
DELETE 2
> SELECT count(*) FROM base;
count
0
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT * FROM left_one ORDER BY id;
id | t | own | twice
1 | c | 5 | 5
2 | b | 5 | 10
SELECT 2
> COMMIT;
COMMIT
> WITH gone AS (DELETE FROM base RETURNING tableoid::regclass AS part, id) INSERT INTO base SELECT id, part::text FROM gone;
INSERT 0 2
> SELECT tableoid::regclass, * FROM base ORDER BY id;
tableoid | id | t
base | 1 | left_one
base | 2 | left_one
SELECT 2

-- What is inserted into the table stays in it.
> INSERT INTO base VALUES (9, 'own') RETURNING tableoid::regclass;
tableoid
base
INSERT 0 1
> SELECT count(*) FROM ONLY base;
count
3
SELECT 1

-- Only the table that is named takes privileges.
> CREATE ROLE gold_heir;
CREATE ROLE
> GRANT SELECT, UPDATE, DELETE ON base TO gold_heir;
GRANT
> INSERT INTO left_one (id, t) VALUES (30, 'child');
INSERT 0 1
> SET ROLE gold_heir;
(is_superuser = off)
SET
> UPDATE base SET t = 'changed' WHERE id = 30 RETURNING *;
id | t
30 | changed
UPDATE 1
> UPDATE left_one SET t = 'no';
ERROR 42501: permission denied for table left_one
> DELETE FROM base WHERE id = 30;
DELETE 1
> RESET ROLE;
(is_superuser = on)
RESET
> DROP OWNED BY gold_heir;
DROP OWNED
> DROP ROLE gold_heir;
DROP ROLE

-- Temporary children are this session's.
> CREATE TEMP TABLE mine (z int) INHERITS (base);
CREATE TABLE
> INSERT INTO mine VALUES (50, 'temporary', 1);
INSERT 0 1
> UPDATE base SET t = t || '?' WHERE id = 50 RETURNING tableoid::regclass, *;
tableoid | id | t
mine | 50 | temporary?
UPDATE 1
> SELECT * FROM mine;
id | t | z
50 | temporary? | 1
SELECT 1
> DELETE FROM base WHERE id = 50;
DELETE 1
> SELECT count(*) FROM mine;
count
0
SELECT 1
