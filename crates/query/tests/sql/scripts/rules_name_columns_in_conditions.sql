-- In the condition of a rule a column needs no OLD or NEW before it, where there is one of them alone.

> CREATE TABLE y (a int, "B" int);
CREATE TABLE

> CREATE TABLE log (a int, what text);
CREATE TABLE

> CREATE RULE none AS ON INSERT TO y WHERE a = 0 AND "B" IS NOT NULL DO INSTEAD NOTHING;
CREATE RULE

> CREATE RULE gone AS ON DELETE TO y WHERE "B" > 5 DO ALSO INSERT INTO log VALUES (old.a, 'gone');
CREATE RULE

> CREATE RULE known AS ON INSERT TO y WHERE EXISTS (SELECT FROM log l WHERE l.a = "B") DO INSTEAD NOTHING;
CREATE RULE

> CREATE RULE changed AS ON UPDATE TO y WHERE a = 1 DO INSTEAD NOTHING;
ERROR 42702: column reference "a" is ambiguous

> CREATE RULE changed AS ON UPDATE TO y WHERE old.a = 1 AND new.a BETWEEN 2 AND 3 DO INSTEAD NOTHING;
CREATE RULE

> CREATE RULE wrong AS ON INSERT TO y WHERE x = 0 DO INSTEAD NOTHING;
ERROR 42703: column "x" does not exist

> INSERT INTO y VALUES (0, 1), (0, NULL), (1, 2), (2, 9);
INSERT 0 3

> SELECT * FROM y ORDER BY a;
a | B
0 | NULL
1 | 2
2 | 9
SELECT 3

> DELETE FROM y WHERE a = 2;
DELETE 1

> SELECT * FROM log;
a | what
2 | gone
SELECT 1

> INSERT INTO y VALUES (5, 2), (6, 3);
INSERT 0 1

> UPDATE y SET a = 2 WHERE a = 1;
UPDATE 0

> UPDATE y SET a = 4 WHERE a = 1;
UPDATE 1

> SELECT * FROM y ORDER BY a;
a | B
0 | NULL
4 | 2
6 | 3
SELECT 3

> SELECT pg_get_ruledef(oid, true) FROM pg_rewrite WHERE ev_class = 'y'::regclass AND rulename IN ('none', 'gone') ORDER BY rulename;
pg_get_ruledef
CREATE RULE gone AS
    ON DELETE TO y
   WHERE (old."B" > 5) DO  INSERT INTO public.log VALUES (old.a, 'gone');
CREATE RULE "none" AS
    ON INSERT TO y
   WHERE (new.a = 0 AND new."B" IS NOT NULL) DO INSTEAD NOTHING;
SELECT 2

> ALTER TABLE y RENAME COLUMN a TO first;
ALTER TABLE

> INSERT INTO y VALUES (0, 1), (7, 1);
INSERT 0 1

> SELECT * FROM y ORDER BY first;
first | B
0 | NULL
4 | 2
6 | 3
7 | 1
SELECT 4

> DROP TABLE y, log;
DROP TABLE
