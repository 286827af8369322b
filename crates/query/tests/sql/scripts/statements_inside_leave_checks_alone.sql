-- Statements inside of triggers and functions leave alone what the statement around them has still to check.
> CREATE TABLE log (a int);
CREATE TABLE
> CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION
> CREATE TABLE c (id int PRIMARY KEY, parent int REFERENCES c);
CREATE TABLE
> CREATE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON c FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER
> INSERT INTO c VALUES (1, 2), (2, 3), (3, NULL);
INSERT 0 3
> INSERT INTO c VALUES (4, 5), (6, NULL);
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_parent_fkey"
DETAIL: Key (parent)=(5) is not present in table "c".
> SELECT * FROM c ORDER BY id;
id | parent
1 | 2
2 | 3
3 | NULL
SELECT 3
> DELETE FROM c;
DELETE 3
> SELECT count(*) FROM log;
count
6
SELECT 1
> INSERT INTO c VALUES (1, 2), (2, 3), (3, NULL);
INSERT 0 3
> UPDATE c SET id = id + 10, parent = parent + 10;
UPDATE 3
> SELECT * FROM c ORDER BY id;
id | parent
11 | 12
12 | 13
13 | NULL
SELECT 3
> CREATE TABLE pa (id int PRIMARY KEY);
CREATE TABLE
> CREATE TABLE ch (id int REFERENCES pa ON DELETE CASCADE);
CREATE TABLE
> INSERT INTO pa VALUES (1), (2);
INSERT 0 2
> INSERT INTO ch VALUES (1), (2);
INSERT 0 2
> CREATE FUNCTION count_ch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (0); RAISE NOTICE '% children', (SELECT count(*) FROM ch); RETURN OLD; END $$;
CREATE FUNCTION
> CREATE TRIGGER b BEFORE DELETE ON pa FOR EACH ROW EXECUTE FUNCTION count_ch();
CREATE TRIGGER
> DELETE FROM pa;
NOTICE: 2 children
NOTICE: 2 children
DELETE 2
> SELECT * FROM ch;
id
SELECT 0
> CREATE FUNCTION catches() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN BEGIN INSERT INTO log VALUES (1 / (NEW.id - 8)); EXCEPTION WHEN division_by_zero THEN RAISE NOTICE 'caught'; END; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE OR REPLACE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON c FOR EACH ROW EXECUTE FUNCTION catches();
CREATE TRIGGER
> INSERT INTO c VALUES (7, 99), (8, NULL);
NOTICE: caught
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_parent_fkey"
DETAIL: Key (parent)=(99) is not present in table "c".
> INSERT INTO c VALUES (7, 9), (8, NULL), (9, 8);
NOTICE: caught
INSERT 0 3
> CREATE FUNCTION writes(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ($1); RETURN $1; END $$;
CREATE FUNCTION
> CREATE TABLE n (id int PRIMARY KEY, parent int REFERENCES n);
CREATE TABLE
> WITH x AS (INSERT INTO n VALUES (1, 2) RETURNING id) INSERT INTO n SELECT writes(id) + 1, NULL FROM x;
INSERT 0 1
> SELECT * FROM n ORDER BY id;
id | parent
1 | 2
2 | NULL
SELECT 2
> CREATE TABLE u (id int, UNIQUE (id) DEFERRABLE);
CREATE TABLE
> CREATE TRIGGER b BEFORE INSERT OR UPDATE ON u FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER
> INSERT INTO u VALUES (1), (2), (3);
INSERT 0 3
> UPDATE u SET id = id + 1;
UPDATE 3
> SELECT * FROM u ORDER BY id;
id
2
3
4
SELECT 3
> INSERT INTO u VALUES (4), (5);
ERROR 23505: duplicate key value violates unique constraint "u_id_key"
DETAIL: Key (id)=(4) already exists.
> BEGIN;
BEGIN
> INSERT INTO c VALUES (20, 21), (21, 20);
INSERT 0 2
> SAVEPOINT s;
SAVEPOINT
> INSERT INTO c VALUES (22, 99);
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_parent_fkey"
DETAIL: Key (parent)=(99) is not present in table "c".
> ROLLBACK TO s;
ROLLBACK
> INSERT INTO c VALUES (22, 20);
INSERT 0 1
> COMMIT;
COMMIT
> SELECT * FROM c WHERE id >= 20 ORDER BY id;
id | parent
20 | 21
21 | 20
22 | 20
SELECT 3
> DO $$ BEGIN
  INSERT INTO c VALUES (30, 31), (31, NULL); --
  BEGIN
    INSERT INTO c VALUES (32, 99); --
  EXCEPTION WHEN foreign_key_violation THEN RAISE NOTICE '%', SQLERRM; --
  END; --
END $$;
NOTICE: insert or update on table "c" violates foreign key constraint "c_parent_fkey"
DO
> SELECT * FROM c WHERE id >= 30 ORDER BY id;
id | parent
30 | 31
31 | NULL
SELECT 2
