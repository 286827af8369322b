> CREATE TABLE p (tid int, id int, PRIMARY KEY (tid, id));
CREATE TABLE
> CREATE TABLE c (tid int, id int, other int, FOREIGN KEY (tid, id) REFERENCES p ON DELETE SET NULL (nothing));
ERROR 42703: column "nothing" referenced in foreign key constraint does not exist
> CREATE TABLE c (tid int, id int, other int, FOREIGN KEY (tid, id) REFERENCES p ON DELETE SET NULL (other));
ERROR 42P10: column "other" referenced in ON DELETE SET action must be part of foreign key
> CREATE TABLE c (tid int, id int, other int, FOREIGN KEY (tid, other) REFERENCES p ON UPDATE SET NULL (other));
ERROR 0A000: a column list with SET NULL is only supported for ON DELETE actions
> CREATE TABLE c (tid int, id int, n int, d int DEFAULT 0, FOREIGN KEY (tid, n) REFERENCES p ON DELETE SET NULL (n), FOREIGN KEY (tid, d) REFERENCES p ON DELETE SET DEFAULT (d));
CREATE TABLE
> SELECT conname, pg_get_constraintdef(oid), confdelsetcols FROM pg_constraint WHERE conrelid = 'c'::regclass ORDER BY conname;
conname | pg_get_constraintdef | confdelsetcols
c_tid_d_fkey | FOREIGN KEY (tid, d) REFERENCES p(tid, id) ON DELETE SET DEFAULT (d) | {4}
c_tid_n_fkey | FOREIGN KEY (tid, n) REFERENCES p(tid, id) ON DELETE SET NULL (n) | {3}
SELECT 2
> INSERT INTO p VALUES (1, 0), (1, 1), (1, 2);
INSERT 0 3
> INSERT INTO c VALUES (1, 1, 1, NULL), (1, 2, NULL, 2);
INSERT 0 2
> DELETE FROM p WHERE id > 0;
DELETE 2
> SELECT * FROM c ORDER BY id;
tid | id | n | d
1 | 1 | NULL | NULL
1 | 2 | NULL | 0
SELECT 2
> CREATE TABLE f (a int, FOREIGN KEY (tableoid) REFERENCES p (tid));
ERROR 0A000: system columns cannot be used in foreign keys
> CREATE TABLE dp (a int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE dc (a int DEFAULT 0 REFERENCES dp ON DELETE SET DEFAULT);
CREATE TABLE
> INSERT INTO dp VALUES (0), (1), (2);
INSERT 0 3
> INSERT INTO dc VALUES (2);
INSERT 0 1
> DELETE FROM dp WHERE a = 2;
DELETE 1
> SELECT * FROM dc;
a
0
SELECT 1
> DELETE FROM dp WHERE a = 0;
ERROR 23503: update or delete on table "dp" violates foreign key constraint "dc_a_fkey" on table "dc"
DETAIL: Key (a)=(0) is still referenced from table "dc".
> ALTER TABLE dc ALTER a SET DEFAULT 1;
ALTER TABLE
> DELETE FROM dp WHERE a = 0;
DELETE 1
> SELECT * FROM dc;
a
1
SELECT 1
> CREATE TABLE zp (a float8, PRIMARY KEY (a));
CREATE TABLE
> CREATE TABLE zc (a float8 REFERENCES zp ON UPDATE CASCADE);
CREATE TABLE
> INSERT INTO zp VALUES ('-0');
INSERT 0 1
> INSERT INTO zc VALUES ('-0');
INSERT 0 1
> UPDATE zp SET a = '0' WHERE a = '-0';
UPDATE 1
> SELECT * FROM zc;
a
0
SELECT 1
> CREATE TABLE wp (a int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE wc (a int CONSTRAINT wcf REFERENCES wp DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE
> ALTER TABLE wc ALTER CONSTRAINT wcf NOT DEFERRABLE INITIALLY DEFERRED;
ERROR 42601: constraint declared INITIALLY DEFERRED must be DEFERRABLE
> ALTER TABLE wc ALTER CONSTRAINT wcf NOT VALID;
ERROR 0A000: FOREIGN KEY constraints cannot be marked NOT VALID
> ALTER TABLE wc ALTER CONSTRAINT wcf NO INHERIT;
ERROR 0A000: FOREIGN KEY constraints cannot be marked NO INHERIT
> ALTER TABLE wc ADD UNIQUE (a) NOT VALID;
ERROR 0A000: UNIQUE constraints cannot be marked NOT VALID
> ALTER TABLE wc ADD CHECK (a > 0) DEFERRABLE;
ERROR 0A000: CHECK constraints cannot be marked DEFERRABLE
> INSERT INTO wp VALUES (1);
INSERT 0 1
> INSERT INTO wc VALUES (1);
INSERT 0 1
> BEGIN;
BEGIN
> INSERT INTO wc VALUES (2);
INSERT 0 1
> ALTER TABLE wc DROP CONSTRAINT wcf;
ERROR 55006: cannot ALTER TABLE "wc" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> DELETE FROM wp;
DELETE 1
> ALTER TABLE wc DROP CONSTRAINT wcf;
ERROR 55006: cannot ALTER TABLE "wp" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> INSERT INTO wc VALUES (2);
INSERT 0 1
> TRUNCATE wc;
ERROR 55006: cannot TRUNCATE "wc" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> INSERT INTO wc VALUES (2);
INSERT 0 1
> DROP TABLE wc;
ERROR 55006: cannot DROP TABLE "wc" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> ALTER TABLE wp ALTER a TYPE text;
ERROR 42804: foreign key constraint "wcf" cannot be implemented
DETAIL: Key columns "a" and "a" are of incompatible types: integer and text.
