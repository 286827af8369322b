-- Foreign keys say what they say in the order in which they were made.
> CREATE TABLE p (a int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE c (a int);
CREATE TABLE
> INSERT INTO p VALUES (1), (2);
INSERT 0 2
> ALTER TABLE c ADD CONSTRAINT first FOREIGN KEY (a) REFERENCES p ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE
> ALTER TABLE c ADD CONSTRAINT second FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE
> INSERT INTO c VALUES (1), (2);
INSERT 0 2
> DELETE FROM p WHERE a = 1;
ERROR 23503: update or delete on table "p" violates foreign key constraint "first" on table "c"
DETAIL: Key (a)=(1) is still referenced from table "c".
> UPDATE p SET a = 3 WHERE a = 2;
ERROR 23503: update or delete on table "p" violates foreign key constraint "first" on table "c"
DETAIL: Key (a)=(2) is still referenced from table "c".
> SELECT * FROM c;
a
1
2
SELECT 2
> ALTER TABLE c DROP CONSTRAINT first;
ALTER TABLE
> ALTER TABLE c ADD CONSTRAINT first FOREIGN KEY (a) REFERENCES p;
ALTER TABLE
> DELETE FROM p WHERE a = 1;
DELETE 1
> UPDATE p SET a = 3 WHERE a = 2;
UPDATE 1
> SELECT * FROM c ORDER BY a;
a
3
SELECT 1
> SELECT * FROM p ORDER BY a;
a
3
SELECT 1
> CREATE TABLE c2 (a int REFERENCES p ON DELETE RESTRICT);
CREATE TABLE
> CREATE TABLE c3 (a int REFERENCES p ON DELETE CASCADE);
CREATE TABLE
> CREATE FUNCTION cleans() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM c2; RETURN OLD; END $$;
CREATE FUNCTION
> CREATE TRIGGER x AFTER DELETE ON c3 FOR EACH ROW EXECUTE FUNCTION cleans();
CREATE TRIGGER
> INSERT INTO p VALUES (5);
INSERT 0 1
> INSERT INTO c2 VALUES (5);
INSERT 0 1
> INSERT INTO c3 VALUES (5);
INSERT 0 1
> DELETE FROM p WHERE a = 5;
ERROR 23503: update or delete on table "p" violates foreign key constraint "c2_a_fkey" on table "c2"
DETAIL: Key (a)=(5) is still referenced from table "c2".
> DROP TABLE c2;
DROP TABLE
> CREATE TABLE c2 (a int REFERENCES p ON DELETE NO ACTION);
CREATE TABLE
> INSERT INTO c2 VALUES (5);
INSERT 0 1
> DELETE FROM p WHERE a = 5;
ERROR 23503: update or delete on table "p" violates foreign key constraint "c2_a_fkey" on table "c2"
DETAIL: Key (a)=(5) is still referenced from table "c2".
> SELECT * FROM p ORDER BY a;
a
3
5
SELECT 2
> CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE b (id int PRIMARY KEY REFERENCES a ON DELETE CASCADE);
CREATE TABLE
> CREATE TABLE e (b int REFERENCES b ON DELETE CASCADE, a int REFERENCES a);
CREATE TABLE
> INSERT INTO a VALUES (1), (2);
INSERT 0 2
> INSERT INTO b VALUES (1), (2);
INSERT 0 2
> INSERT INTO e VALUES (1, 1), (2, NULL);
INSERT 0 2
> DELETE FROM a WHERE id = 1;
ERROR 23503: update or delete on table "a" violates foreign key constraint "e_a_fkey" on table "e"
DETAIL: Key (id)=(1) is still referenced from table "e".
> DELETE FROM a WHERE id = 2;
DELETE 1
> SELECT * FROM e;
b | a
1 | 1
SELECT 1
> ALTER TABLE e ALTER CONSTRAINT e_a_fkey DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE
> DELETE FROM a WHERE id = 1;
DELETE 1
> SELECT * FROM e;
b | a
SELECT 0
> CREATE TABLE m (id int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE n (x int REFERENCES m, y int REFERENCES m ON DELETE CASCADE);
CREATE TABLE
> INSERT INTO m VALUES (1), (2);
INSERT 0 2
> INSERT INTO n VALUES (2, 1);
INSERT 0 1
> DELETE FROM m;
DELETE 2
> SELECT * FROM n;
x | y
SELECT 0
> INSERT INTO m VALUES (1), (2);
INSERT 0 2
> INSERT INTO n VALUES (1, 2);
INSERT 0 1
> DELETE FROM m;
ERROR 23503: update or delete on table "m" violates foreign key constraint "n_x_fkey" on table "n"
DETAIL: Key (id)=(1) is still referenced from table "n".
> SELECT * FROM n;
x | y
1 | 2
SELECT 1
> ALTER TABLE n DROP CONSTRAINT n_x_fkey;
ALTER TABLE
> ALTER TABLE n ADD FOREIGN KEY (x) REFERENCES m;
ALTER TABLE
> DELETE FROM m;
ERROR 23503: update or delete on table "m" violates foreign key constraint "n_x_fkey" on table "n"
DETAIL: Key (id)=(1) is still referenced from table "n".
> DELETE FROM m WHERE id = 2;
DELETE 1
> SELECT * FROM n;
x | y
SELECT 0
