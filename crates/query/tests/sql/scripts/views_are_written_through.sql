-- A view over one relation stands for it in INSERT, UPDATE and DELETE.
> CREATE TABLE base (a int PRIMARY KEY, b text DEFAULT 'none', c int);
CREATE TABLE
> INSERT INTO base VALUES (-1, 'minus', 0), (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);
INSERT 0 4
> CREATE VIEW plus AS SELECT b AS word, a AS id, c + 1 AS more FROM base WHERE a > 0;
CREATE VIEW
> INSERT INTO plus (id, word) VALUES (4, 'four') RETURNING *;
word | id | more
four | 4 | NULL
INSERT 0 1
> INSERT INTO plus (id) VALUES (5);
INSERT 0 1
> UPDATE plus SET word = upper(word) WHERE more > 20 RETURNING id, word, more;
id | word | more
2 | TWO | 21
3 | THREE | 31
UPDATE 2
> UPDATE plus SET id = id * 10 FROM (VALUES (4)) v(x) WHERE id = v.x RETURNING v.x, plus.*;
x | word | id | more
4 | four | 40 | NULL
UPDATE 1
> DELETE FROM plus p WHERE p.id = 5 RETURNING p.id;
id
5
DELETE 1
> DELETE FROM plus WHERE id = -1;
DELETE 0
> SELECT * FROM base ORDER BY a;
a | b | c
-1 | minus | 0
1 | one | 10
2 | TWO | 20
3 | THREE | 30
40 | four | NULL
SELECT 5
> INSERT INTO plus (id, word) VALUES (1, 'eins') ON CONFLICT (id) DO UPDATE SET word = excluded.word || plus.word RETURNING *;
word | id | more
einsone | 1 | 11
INSERT 0 1
> INSERT INTO plus (id, word) SELECT 7, 'seven';
INSERT 0 1

-- Views over views.
> CREATE VIEW few AS SELECT id, word AS w FROM plus WHERE id < 5;
CREATE VIEW
> UPDATE few SET w = w || '!' WHERE id = 2;
UPDATE 1
> UPDATE few SET w = 'none of these' WHERE id = 7;
UPDATE 0
> INSERT INTO few VALUES (8, 'eight');
INSERT 0 1
> DELETE FROM few WHERE id IN (3, 8);
DELETE 1
> SELECT * FROM base ORDER BY a;
a | b | c
-1 | minus | 0
1 | einsone | 10
2 | TWO! | 20
7 | seven | NULL
8 | eight | NULL
40 | four | NULL
SELECT 6

-- Defaults of the view go first.
> ALTER VIEW few ALTER COLUMN w SET DEFAULT 'of the view';
ALTER VIEW
> INSERT INTO few (id) VALUES (9);
INSERT 0 1
> ALTER VIEW few ALTER COLUMN w DROP DEFAULT;
ALTER VIEW
> INSERT INTO few (id) VALUES (10);
INSERT 0 1
> SELECT * FROM base WHERE a > 8 ORDER BY a;
a | b | c
9 | of the view | NULL
10 | none | NULL
40 | four | NULL
SELECT 3

-- CHECK OPTION keeps rows in the view.
> CREATE VIEW checked AS SELECT a, b FROM base WHERE a < 100 WITH CHECK OPTION;
CREATE VIEW
> CREATE VIEW inner_view AS SELECT a, b FROM base WHERE a > 0;
CREATE VIEW
> CREATE VIEW outer_local AS SELECT * FROM inner_view WHERE a < 100 WITH LOCAL CHECK OPTION;
CREATE VIEW
> CREATE VIEW outer_cascaded AS SELECT * FROM inner_view WHERE a < 100 WITH CASCADED CHECK OPTION;
CREATE VIEW
> INSERT INTO checked VALUES (100, 'x');
ERROR 44000: new row violates check option for view "checked"
DETAIL: Failing row contains (100, x, null).
> UPDATE checked SET a = a + 100 WHERE a = 1;
ERROR 44000: new row violates check option for view "checked"
DETAIL: Failing row contains (101, einsone, 10).
> INSERT INTO outer_local VALUES (-5, 'let through');
INSERT 0 1
> INSERT INTO outer_local VALUES (500, 'x');
ERROR 44000: new row violates check option for view "outer_local"
DETAIL: Failing row contains (500, x, null).
> INSERT INTO outer_cascaded VALUES (-6, 'x');
ERROR 44000: new row violates check option for view "inner_view"
DETAIL: Failing row contains (-6, x, null).
> INSERT INTO outer_cascaded VALUES (500, 'x');
ERROR 44000: new row violates check option for view "outer_cascaded"
DETAIL: Failing row contains (500, x, null).
> INSERT INTO checked VALUES (1, 'x') ON CONFLICT (a) DO UPDATE SET a = 200;
ERROR 44000: new row violates check option for view "checked"
DETAIL: Failing row contains (200, einsone, 10).
> INSERT INTO checked VALUES (1, 'x'), (1000, 'y');
ERROR 23505: duplicate key value violates unique constraint "base_pkey"
DETAIL: Key (a)=(1) already exists.
> CREATE VIEW lookup AS SELECT a, b FROM base WHERE EXISTS (SELECT FROM (VALUES (1), (77)) v(x) WHERE v.x = a) WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO lookup VALUES (77, 'there');
INSERT 0 1
> INSERT INTO lookup VALUES (78, 'not there');
ERROR 44000: new row violates check option for view "lookup"
DETAIL: Failing row contains (78, not there, null).
> ALTER VIEW outer_local SET (check_option = cascaded);
ALTER VIEW
> INSERT INTO outer_local VALUES (-7, 'x');
ERROR 44000: new row violates check option for view "inner_view"
DETAIL: Failing row contains (-7, x, null).
> ALTER VIEW outer_local RESET (check_option);
ALTER VIEW
> INSERT INTO outer_local VALUES (700, 'unchecked');
INSERT 0 1

-- What the catalogs say.
> SELECT table_name, check_option, is_updatable, is_insertable_into FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1;
table_name | check_option | is_updatable | is_insertable_into
checked | CASCADED | YES | YES
few | NONE | YES | YES
inner_view | NONE | YES | YES
lookup | CASCADED | YES | YES
outer_cascaded | CASCADED | YES | YES
outer_local | NONE | YES | YES
plus | NONE | YES | YES
SELECT 7
> SELECT column_name, is_updatable FROM information_schema.columns WHERE table_name = 'plus' ORDER BY ordinal_position;
column_name | is_updatable
word | YES
id | YES
more | NO
SELECT 3
> SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' AND reloptions IS NOT NULL AND relname NOT LIKE 'pg%' ORDER BY 1;
relname | reloptions
checked | {check_option=cascaded}
lookup | {check_option=cascaded}
outer_cascaded | {check_option=cascaded}
SELECT 3
> SELECT pg_relation_is_updatable('plus'::regclass, false), pg_column_is_updatable('plus'::regclass, 1::smallint, false), pg_column_is_updatable('plus'::regclass, 3::smallint, false);
pg_relation_is_updatable | pg_column_is_updatable | pg_column_is_updatable
28 | t | f
SELECT 1

-- What is refused.
> UPDATE plus SET more = 1;
ERROR 0A000: cannot update column "more" of view "plus"
DETAIL: View columns that are not columns of their base relation are not updatable.
> INSERT INTO plus VALUES ('x', 11, 12);
ERROR 0A000: cannot insert into column "more" of view "plus"
DETAIL: View columns that are not columns of their base relation are not updatable.
> INSERT INTO plus (nope) VALUES (1);
ERROR 42703: column "nope" of relation "plus" does not exist
> CREATE VIEW counted AS SELECT count(*) FROM base;
CREATE VIEW
> INSERT INTO counted VALUES (1);
ERROR 55000: cannot insert into view "counted"
DETAIL: Views that return aggregate functions are not automatically updatable.
HINT: To enable inserting into the view, provide an INSTEAD OF INSERT trigger or an unconditional ON INSERT DO INSTEAD rule.
> CREATE VIEW distinct_view AS SELECT DISTINCT b FROM base;
CREATE VIEW
> UPDATE distinct_view SET b = 'x';
ERROR 55000: cannot update view "distinct_view"
DETAIL: Views containing DISTINCT are not automatically updatable.
HINT: To enable updating the view, provide an INSTEAD OF UPDATE trigger or an unconditional ON UPDATE DO INSTEAD rule.
> CREATE VIEW grouped AS SELECT b FROM base GROUP BY b;
CREATE VIEW
> DELETE FROM grouped;
ERROR 55000: cannot delete from view "grouped"
DETAIL: Views containing GROUP BY are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW joined AS SELECT x.a FROM base x, base y;
CREATE VIEW
> DELETE FROM joined;
ERROR 55000: cannot delete from view "joined"
DETAIL: Views that do not select from a single table or view are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW united AS SELECT a FROM base UNION SELECT c FROM base;
CREATE VIEW
> DELETE FROM united;
ERROR 55000: cannot delete from view "united"
DETAIL: Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW limited AS SELECT a FROM base LIMIT 1;
CREATE VIEW
> DELETE FROM limited;
ERROR 55000: cannot delete from view "limited"
DETAIL: Views containing LIMIT or OFFSET are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW windowed AS SELECT rank() OVER () FROM base;
CREATE VIEW
> DELETE FROM windowed;
ERROR 55000: cannot delete from view "windowed"
DETAIL: Views that return window functions are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW sets AS SELECT generate_series(1, a) FROM base;
CREATE VIEW
> DELETE FROM sets;
ERROR 55000: cannot delete from view "sets"
DETAIL: Views that return set-returning functions are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW over_limited AS SELECT * FROM limited;
CREATE VIEW
> DELETE FROM over_limited;
ERROR 55000: cannot delete from view "limited"
DETAIL: Views containing LIMIT or OFFSET are not automatically updatable.
HINT: To enable deleting from the view, provide an INSTEAD OF DELETE trigger or an unconditional ON DELETE DO INSTEAD rule.
> CREATE VIEW bad AS SELECT DISTINCT a FROM base WITH CHECK OPTION;
ERROR 0A000: WITH CHECK OPTION is supported only on automatically updatable views
HINT: Views containing DISTINCT are not automatically updatable.
> CREATE VIEW bad WITH (check_option = sometimes) AS SELECT a FROM base;
ERROR 22023: invalid value for enum option "check_option": sometimes
DETAIL: Valid values are "local" and "cascaded".
> CREATE VIEW bad WITH (nonsense) AS SELECT a FROM base;
ERROR 22023: unrecognized parameter "nonsense"
> CREATE VIEW barrier WITH (security_barrier) AS SELECT a FROM base;
CREATE VIEW
> INSERT INTO pg_tables VALUES ('x');
ERROR 42501: permission denied: "pg_tables" is a system catalog
