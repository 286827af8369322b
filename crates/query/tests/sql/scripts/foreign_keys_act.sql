> CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE

> CREATE TABLE c (id int PRIMARY KEY, p bigint REFERENCES p, code text REFERENCES p (code) ON UPDATE CASCADE);
CREATE TABLE

> INSERT INTO p VALUES (1, 'a'), (2, 'b');
ERROR 0A000: DML is not built

> INSERT INTO c VALUES (1, 1, 'a'), (2, NULL, NULL);
ERROR 0A000: DML is not built

> INSERT INTO c VALUES (3, 9, 'a');
ERROR 0A000: DML is not built

> INSERT INTO c VALUES (3, 1, 'nope');
ERROR 0A000: DML is not built

> DELETE FROM p WHERE id = 1;
ERROR 0A000: DML is not built

> UPDATE p SET code = 'aa' WHERE id = 1;
ERROR 0A000: DML is not built

> SELECT * FROM c ORDER BY id;
id | p | code
SELECT 0

> UPDATE p SET id = 10 WHERE id = 1;
ERROR 0A000: DML is not built

> DELETE FROM p WHERE id = 2;
ERROR 0A000: DML is not built

> CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
CREATE TABLE

> INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 1), (5, NULL);
ERROR 0A000: DML is not built

> DELETE FROM tree WHERE id = 1;
ERROR 0A000: DML is not built

> SELECT * FROM tree;
id | parent
SELECT 0

> CREATE TABLE s (id int, p int DEFAULT 1 REFERENCES p ON DELETE SET NULL);
CREATE TABLE

> INSERT INTO p VALUES (7, 'seven');
ERROR 0A000: DML is not built

> INSERT INTO s VALUES (1, 7);
ERROR 0A000: DML is not built

> DELETE FROM p WHERE id = 7;
ERROR 0A000: DML is not built

> SELECT * FROM s;
id | p
SELECT 0

> CREATE TABLE d (id int PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO d VALUES (1, 77);
ERROR 0A000: DML is not built

> INSERT INTO p VALUES (77, 'later');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> COMMIT;
ROLLBACK

> BEGIN; INSERT INTO d VALUES (2, 78);
BEGIN
ERROR 0A000: DML is not built

> COMMIT;
ROLLBACK

> SELECT * FROM d;
id | p
SELECT 0
