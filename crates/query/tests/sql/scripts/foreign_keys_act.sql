> CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE

> CREATE TABLE c (id int PRIMARY KEY, p bigint REFERENCES p, code text REFERENCES p (code) ON UPDATE CASCADE);
CREATE TABLE

> INSERT INTO p VALUES (1, 'a'), (2, 'b');
INSERT 0 2

> INSERT INTO c VALUES (1, 1, 'a'), (2, NULL, NULL);
INSERT 0 2

> INSERT INTO c VALUES (3, 9, 'a');
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_p_fkey"
DETAIL: Key (p)=(9) is not present in table "p".

> INSERT INTO c VALUES (3, 1, 'nope');
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_code_fkey"
DETAIL: Key (code)=(nope) is not present in table "p".

> DELETE FROM p WHERE id = 1;
ERROR 23503: update or delete on table "p" violates foreign key constraint "c_p_fkey" on table "c"
DETAIL: Key (id)=(1) is still referenced from table "c".

> UPDATE p SET code = 'aa' WHERE id = 1;
UPDATE 1

> SELECT * FROM c ORDER BY id;
id | p | code
1 | 1 | aa
2 | NULL | NULL
SELECT 2

> UPDATE p SET id = 10 WHERE id = 1;
ERROR 23503: update or delete on table "p" violates foreign key constraint "c_p_fkey" on table "c"
DETAIL: Key (id)=(1) is still referenced from table "c".

> DELETE FROM p WHERE id = 2;
DELETE 1

> CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE);
CREATE TABLE

> INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, 1), (5, NULL);
INSERT 0 5

> DELETE FROM tree WHERE id = 1;
DELETE 1

> SELECT * FROM tree;
id | parent
5 | NULL
SELECT 1

> CREATE TABLE s (id int, p int DEFAULT 1 REFERENCES p ON DELETE SET NULL);
CREATE TABLE

> INSERT INTO p VALUES (7, 'seven');
INSERT 0 1

> INSERT INTO s VALUES (1, 7);
INSERT 0 1

> DELETE FROM p WHERE id = 7;
DELETE 1

> SELECT * FROM s;
id | p
1 | NULL
SELECT 1

> CREATE TABLE d (id int PRIMARY KEY, p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE

> BEGIN;
BEGIN

> INSERT INTO d VALUES (1, 77);
INSERT 0 1

> INSERT INTO p VALUES (77, 'later');
INSERT 0 1

> COMMIT;
COMMIT

> BEGIN; INSERT INTO d VALUES (2, 78);
BEGIN
INSERT 0 1

> COMMIT;
ERROR 23503: insert or update on table "d" violates foreign key constraint "d_p_fkey"
DETAIL: Key (p)=(78) is not present in table "p".

> SELECT * FROM d;
id | p
1 | 77
SELECT 1

-- Generated columns follow the columns that an action sets.
> CREATE TABLE owner (a int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE owned (a int REFERENCES owner ON UPDATE CASCADE ON DELETE SET NULL, g int GENERATED ALWAYS AS (coalesce(a, -1) * 2) STORED);
CREATE TABLE
> INSERT INTO owner VALUES (1), (2);
INSERT 0 2
> INSERT INTO owned VALUES (1), (2);
INSERT 0 2
> UPDATE owner SET a = 5 WHERE a = 1;
UPDATE 1
> DELETE FROM owner WHERE a = 2;
DELETE 1
> SELECT * FROM owned ORDER BY a;
a | g
5 | 10
NULL | -2
SELECT 2
