-- Errors of WITH CHECK OPTION over a view with INSTEAD OF triggers show of the row what the role may read of that view, or has given.
> CREATE ROLE vt_clerk;
CREATE ROLE
> CREATE TABLE b (a int, n int, c int);
CREATE TABLE
> INSERT INTO b VALUES (1, 2, 3);
INSERT 0 1
> CREATE VIEW v AS SELECT * FROM b;
CREATE VIEW
> CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := NEW.n + 100; NEW.c := 77; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE TRIGGER put INSTEAD OF INSERT OR UPDATE ON v FOR EACH ROW EXECUTE FUNCTION put();
CREATE TRIGGER
> CREATE VIEW w AS SELECT * FROM v WHERE n < 50 WITH LOCAL CHECK OPTION;
CREATE VIEW
> GRANT ALL ON w TO vt_clerk;
GRANT
> INSERT INTO w (a, n) VALUES (1, 2);
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (1, 102, 77).
> SET ROLE vt_clerk;
(is_superuser = off)
SET
> INSERT INTO w (a, n) VALUES (1, 2);
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (a, n) = (1, 102).
> INSERT INTO w (a, n) VALUES (1, -90);
INSERT 0 1
> UPDATE w SET n = 4;
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (n) = (104).
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT SELECT (c) ON v TO vt_clerk;
GRANT
> SET ROLE vt_clerk;
(is_superuser = off)
SET
> UPDATE w SET n = 4;
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (n, c) = (104, 77).
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT SELECT ON v TO vt_clerk;
GRANT
> SET ROLE vt_clerk;
(is_superuser = off)
SET
> UPDATE w SET n = 4;
ERROR 44000: new row violates check option for view "w"
DETAIL: Failing row contains (1, 104, 77).
> UPDATE w SET n = -80 RETURNING *;
a | n | c
1 | 20 | 77
UPDATE 1
> RESET ROLE;
(is_superuser = on)
RESET
> DROP VIEW w, v;
DROP VIEW
> DROP TABLE b;
DROP TABLE
> DROP ROLE vt_clerk;
DROP ROLE
