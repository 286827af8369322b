> CREATE TABLE t (tid int, v text);
CREATE TABLE
> CREATE TABLE s1 (sid1 int, n int);
CREATE TABLE
> CREATE TABLE s2 (sid2 int, w text);
CREATE TABLE
> INSERT INTO s1 VALUES (1, 10), (2, 20), (3, 30);
INSERT 0 3
> INSERT INTO s2 VALUES (1, 'one'), (2, 'two');
INSERT 0 2
> INSERT INTO t VALUES (1, 'old');
INSERT 0 1
> MERGE INTO t USING s1 INNER JOIN s2 ON sid1 = sid2 ON t.tid = sid1 WHEN MATCHED THEN UPDATE SET v = w WHEN NOT MATCHED THEN INSERT VALUES (sid1, w || n);
MERGE 2
> SELECT * FROM t ORDER BY tid;
tid | v
1 | one
2 | two20
SELECT 2
> MERGE INTO t USING (SELECT * FROM s1) a FULL JOIN s2 b ON a.sid1 = b.sid2 ON t.tid = a.n / 10 WHEN MATCHED AND b.w IS NULL THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (sid1, 'new');
MERGE 1
> SELECT * FROM t ORDER BY tid;
tid | v
1 | one
2 | two20
3 | new
SELECT 3
> MERGE INTO t USING s1 LEFT JOIN s2 x ON sid1 = x.sid2 LEFT JOIN s2 y ON x.sid2 = y.sid2 ON tid = sid1 WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT (tid) VALUES (sid1);
MERGE 0
> SELECT * FROM t ORDER BY tid;
tid | v
1 | one
2 | two20
3 | new
SELECT 3
> CREATE TABLE i (key int, fruit text);
CREATE TABLE
> CREATE UNIQUE INDEX i_ops ON i (key, fruit text_pattern_ops);
CREATE INDEX
> CREATE UNIQUE INDEX i_lower ON i (lower(fruit) COLLATE "C");
CREATE INDEX
> INSERT INTO i VALUES (1, 'Apple');
INSERT 0 1
> INSERT INTO i VALUES (1, 'Apple') ON CONFLICT (key, fruit text_pattern_ops) DO UPDATE SET fruit = excluded.fruit || '!';
INSERT 0 1
> SELECT * FROM i;
key | fruit
1 | Apple!
SELECT 1
> INSERT INTO i VALUES (2, 'APPLE!') ON CONFLICT (lower(fruit) text_pattern_ops, upper(fruit) COLLATE "C") DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> CREATE UNIQUE INDEX i_part ON i (key) WHERE fruit LIKE 'A%';
CREATE INDEX
> INSERT INTO i AS x VALUES (1, 'Apricot') ON CONFLICT (key) WHERE x.fruit LIKE 'A%' DO UPDATE SET fruit = x.fruit || excluded.fruit RETURNING tableoid::regclass, fruit;
tableoid | fruit
i | Apple!Apricot
INSERT 0 1
> INSERT INTO i VALUES (1, 'x') ON CONFLICT (nothing) DO NOTHING;
ERROR 42703: column "nothing" does not exist
> INSERT INTO i VALUES (1, 'x') ON CONFLICT (fruit) DO UPDATE SET nothing = 1;
ERROR 42703: column "nothing" of relation "i" does not exist
> CREATE TABLE g (a int PRIMARY KEY, b regclass GENERATED ALWAYS AS (tableoid) STORED);
CREATE TABLE
> INSERT INTO g VALUES (1), (2) RETURNING *, tableoid::regclass;
a | b | tableoid
1 | g | g
2 | g | g
INSERT 0 2
> UPDATE g SET a = a + 10 RETURNING *;
a | b
11 | g
12 | g
UPDATE 2
> CREATE DOMAIN small AS int CHECK (VALUE < 10);
CREATE DOMAIN
> CREATE TABLE gd (a int, b small GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE
> INSERT INTO gd VALUES (4);
INSERT 0 1
> INSERT INTO gd VALUES (6);
ERROR 23514: value for domain small violates check constraint "small_check"
> CREATE VIEW gv AS SELECT a, upper('x') AS u FROM gd;
CREATE VIEW
> ALTER VIEW gv ALTER u SET DEFAULT 'y';
ALTER VIEW
> INSERT INTO gv (a) VALUES (1);
ERROR 0A000: cannot insert into column "u" of view "gv"
DETAIL: View columns that are not columns of their base relation are not updatable.
> UPDATE gv SET a = 3;
UPDATE 1
> SELECT * FROM gd;
a | b
3 | 6
SELECT 1
> CREATE TABLE pi (a int, b int);
CREATE TABLE
> CREATE UNIQUE INDEX ON pi (b) WHERE coalesce(a, 1) > 0;
CREATE INDEX
> INSERT INTO pi VALUES (1, 2);
INSERT 0 1
> INSERT INTO pi VALUES (1, 2) ON CONFLICT (b) WHERE coalesce(a, 1) > 1 DO NOTHING;
INSERT 0 0
> INSERT INTO pi VALUES (1, 2) ON CONFLICT (b) WHERE coalesce(a, 1) > 0 AND b > 1 DO UPDATE SET b = 3 RETURNING *;
a | b
1 | 3
INSERT 0 1
> INSERT INTO pi VALUES (1, 2) ON CONFLICT (b) WHERE coalesce(a, 1) > -1 DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> CREATE ROLE dml_group;
CREATE ROLE
> CREATE ROLE dml_member;
CREATE ROLE
> ALTER GROUP dml_group ADD USER dml_member;
ALTER ROLE
> SELECT m.member::regrole FROM pg_auth_members m WHERE m.roleid = 'dml_group'::regrole;
member
dml_member
SELECT 1
> ALTER GROUP dml_group DROP USER dml_member;
ALTER ROLE
> SELECT m.member::regrole FROM pg_auth_members m WHERE m.roleid = 'dml_group'::regrole;
member
SELECT 0
> ALTER GROUP dml_group ADD USER dml_nobody;
ERROR 42704: role "dml_nobody" does not exist
> DROP ROLE dml_group, dml_member;
DROP ROLE
