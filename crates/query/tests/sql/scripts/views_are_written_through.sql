-- A view over one relation stands for it in INSERT, UPDATE and DELETE.
> CREATE TABLE base (a int PRIMARY KEY, b text DEFAULT 'none', c int);
> INSERT INTO base VALUES (-1, 'minus', 0), (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);
> CREATE VIEW plus AS SELECT b AS word, a AS id, c + 1 AS more FROM base WHERE a > 0;
> INSERT INTO plus (id, word) VALUES (4, 'four') RETURNING *;
> INSERT INTO plus (id) VALUES (5);
> UPDATE plus SET word = upper(word) WHERE more > 20 RETURNING id, word, more;
> UPDATE plus SET id = id * 10 FROM (VALUES (4)) v(x) WHERE id = v.x RETURNING v.x, plus.*;
> DELETE FROM plus p WHERE p.id = 5 RETURNING p.id;
> DELETE FROM plus WHERE id = -1;
> SELECT * FROM base ORDER BY a;
> INSERT INTO plus (id, word) VALUES (1, 'eins') ON CONFLICT (id) DO UPDATE SET word = excluded.word || plus.word RETURNING *;
> INSERT INTO plus (id, word) SELECT 7, 'seven';

-- Views over views.
> CREATE VIEW few AS SELECT id, word AS w FROM plus WHERE id < 5;
> UPDATE few SET w = w || '!' WHERE id = 2;
> UPDATE few SET w = 'none of these' WHERE id = 7;
> INSERT INTO few VALUES (8, 'eight');
> DELETE FROM few WHERE id IN (3, 8);
> SELECT * FROM base ORDER BY a;

-- Defaults of the view go first.
> ALTER VIEW few ALTER COLUMN w SET DEFAULT 'of the view';
> INSERT INTO few (id) VALUES (9);
> ALTER VIEW few ALTER COLUMN w DROP DEFAULT;
> INSERT INTO few (id) VALUES (10);
> SELECT * FROM base WHERE a > 8 ORDER BY a;

-- CHECK OPTION keeps rows in the view.
> CREATE VIEW checked AS SELECT a, b FROM base WHERE a < 100 WITH CHECK OPTION;
> CREATE VIEW inner_view AS SELECT a, b FROM base WHERE a > 0;
> CREATE VIEW outer_local AS SELECT * FROM inner_view WHERE a < 100 WITH LOCAL CHECK OPTION;
> CREATE VIEW outer_cascaded AS SELECT * FROM inner_view WHERE a < 100 WITH CASCADED CHECK OPTION;
> INSERT INTO checked VALUES (100, 'x');
> UPDATE checked SET a = a + 100 WHERE a = 1;
> INSERT INTO outer_local VALUES (-5, 'let through');
> INSERT INTO outer_local VALUES (500, 'x');
> INSERT INTO outer_cascaded VALUES (-6, 'x');
> INSERT INTO outer_cascaded VALUES (500, 'x');
> INSERT INTO checked VALUES (1, 'x') ON CONFLICT (a) DO UPDATE SET a = 200;
> INSERT INTO checked VALUES (1, 'x'), (1000, 'y');
> CREATE VIEW lookup AS SELECT a, b FROM base WHERE EXISTS (SELECT FROM (VALUES (1), (77)) v(x) WHERE v.x = a) WITH CHECK OPTION;
> INSERT INTO lookup VALUES (77, 'there');
> INSERT INTO lookup VALUES (78, 'not there');
> ALTER VIEW outer_local SET (check_option = cascaded);
> INSERT INTO outer_local VALUES (-7, 'x');
> ALTER VIEW outer_local RESET (check_option);
> INSERT INTO outer_local VALUES (700, 'unchecked');

-- What the catalogs say.
> SELECT table_name, check_option, is_updatable, is_insertable_into FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1;
> SELECT column_name, is_updatable FROM information_schema.columns WHERE table_name = 'plus' ORDER BY ordinal_position;
> SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' AND reloptions IS NOT NULL AND relname NOT LIKE 'pg%' ORDER BY 1;
> SELECT pg_relation_is_updatable('plus'::regclass, false), pg_column_is_updatable('plus'::regclass, 1::smallint, false), pg_column_is_updatable('plus'::regclass, 3::smallint, false);

-- What is refused.
> UPDATE plus SET more = 1;
> INSERT INTO plus VALUES ('x', 11, 12);
> INSERT INTO plus (nope) VALUES (1);
> CREATE VIEW counted AS SELECT count(*) FROM base;
> INSERT INTO counted VALUES (1);
> CREATE VIEW distinct_view AS SELECT DISTINCT b FROM base;
> UPDATE distinct_view SET b = 'x';
> CREATE VIEW grouped AS SELECT b FROM base GROUP BY b;
> DELETE FROM grouped;
> CREATE VIEW joined AS SELECT x.a FROM base x, base y;
> DELETE FROM joined;
> CREATE VIEW united AS SELECT a FROM base UNION SELECT c FROM base;
> DELETE FROM united;
> CREATE VIEW limited AS SELECT a FROM base LIMIT 1;
> DELETE FROM limited;
> CREATE VIEW windowed AS SELECT rank() OVER () FROM base;
> DELETE FROM windowed;
> CREATE VIEW sets AS SELECT generate_series(1, a) FROM base;
> DELETE FROM sets;
> CREATE VIEW over_limited AS SELECT * FROM limited;
> DELETE FROM over_limited;
> CREATE VIEW bad AS SELECT DISTINCT a FROM base WITH CHECK OPTION;
> CREATE VIEW bad WITH (check_option = sometimes) AS SELECT a FROM base;
> CREATE VIEW bad WITH (nonsense) AS SELECT a FROM base;
> CREATE VIEW barrier WITH (security_barrier) AS SELECT a FROM base;
> INSERT INTO pg_tables VALUES ('x');
