> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');

> CREATE TYPE mood AS ENUM ('x');

> CREATE TYPE twice AS ENUM ('a', 'a');

> CREATE TABLE person (name text PRIMARY KEY, current mood NOT NULL DEFAULT 'ok', all_moods mood[]);

> INSERT INTO person VALUES ('Moe', 'happy', '{sad,happy}'), ('Larry', 'sad', NULL), ('Curly', DEFAULT, ARRAY['ok', 'sad']::mood[]);

> SELECT * FROM person ORDER BY current, name;

> SELECT name FROM person WHERE current > 'sad' ORDER BY current DESC;

> SELECT name FROM person WHERE current IN ('sad', 'happy') AND 'happy' = ANY (all_moods);

> SELECT min(current), max(current), count(DISTINCT current), array_agg(current ORDER BY current) FROM person;

> SELECT current, count(*) FROM person GROUP BY current HAVING current < 'happy' ORDER BY 1;

> INSERT INTO person VALUES ('Shemp', 'glad');

> SELECT 'glad'::mood;

> SELECT 'ok'::text::mood, 'sad'::mood::text || '!', pg_typeof('ok'::mood), pg_typeof('{ok}'::mood[]);

> SELECT current = name FROM person;

> SELECT 'ok'::mood = 1;

> INSERT INTO person (name, current) SELECT 'Joe', 'o' || 'k';

> INSERT INTO person (name, current) SELECT 'Joe', ('o' || 'k')::mood RETURNING *;

> SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood);

> SELECT enum_range('ok', NULL::mood), enum_range(NULL::mood, 'ok'), enum_range('happy'::mood, 'sad');

> SELECT enum_first('x');

> SELECT current, lag(current) OVER (ORDER BY current, name), greatest(current, 'ok'), coalesce(NULL, current) FROM person ORDER BY current, name;

> SELECT to_json(current), json_build_object('m', current), row(current, 1), concat(current, '-'), format('%s', current) FROM person WHERE name = 'Moe';

> SELECT unnest(all_moods) FROM person WHERE name = 'Moe' UNION SELECT 'ok' ORDER BY 1;

> SELECT CASE WHEN name = 'Moe' THEN 'sad' ELSE current END FROM person ORDER BY name;

> CREATE INDEX ON person (current DESC, name);

> SELECT name FROM person WHERE current >= 'ok' ORDER BY current DESC, name LIMIT 2;

> EXPLAIN (COSTS OFF) SELECT name FROM person WHERE current = 'happy';

> SET gavel.push_down = off;

> SELECT name FROM person WHERE current > 'sad' ORDER BY current DESC, name;

> RESET gavel.push_down;

-- New labels: stored values keep their order.
> ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';

> ALTER TYPE mood ADD VALUE 'awful' BEFORE 'sad';

> ALTER TYPE mood ADD VALUE 'ecstatic';

> ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ecstatic' AFTER 'sad';

> ALTER TYPE mood ADD VALUE 'ecstatic';

> ALTER TYPE mood ADD VALUE 'x' AFTER 'y';

> INSERT INTO person VALUES ('Ann', 'meh'), ('Bea', 'awful'), ('Cec', 'ecstatic');

> SELECT name, current FROM person ORDER BY current, name;

> SELECT name FROM person WHERE current BETWEEN 'meh' AND 'ok' ORDER BY current, name;

> SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'mood'::regtype ORDER BY enumsortorder;

-- New names: of labels and of the type; defaults, checks, indexes and views follow.
> CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'ok' CHECK (m <> 'awful'), note text DEFAULT 'ok', g text GENERATED ALWAYS AS (CASE WHEN m = 'ok' THEN 'ok' ELSE 'no' END) STORED);

> CREATE INDEX t_good ON t (id) WHERE m >= 'ok';

> CREATE VIEW good AS SELECT name, current, 'ok'::mood AS base, 'ok' AS plain FROM person WHERE current >= 'ok';

> ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';

> ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';

> ALTER TYPE mood RENAME VALUE 'sad' TO 'happy';

> ALTER TYPE mood RENAME TO feeling;

> INSERT INTO t (id) VALUES (1) RETURNING *;

> INSERT INTO t VALUES (2, 'awful');

> SELECT * FROM good ORDER BY current, name;

> SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass ORDER BY adnum;

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY conname;

> SELECT pg_get_indexdef('t_good'::regclass);

> CREATE SCHEMA s;

> ALTER TYPE feeling SET SCHEMA s;

> SELECT 'fine'::feeling;

> SELECT 'fine'::s.feeling, format_type('s.feeling'::regtype, -1), 's.feeling[]'::regtype;

> INSERT INTO t VALUES (3, 'nope');

-- What depends on a type.
> DROP TYPE s.feeling;

> ALTER TABLE t ADD COLUMN m2 s.feeling[] NOT NULL DEFAULT '{fine,sad}', ADD COLUMN m3 s.feeling DEFAULT 'happy';

> SELECT * FROM t;

> ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m2 TYPE text[] USING m2::text[], ALTER COLUMN m3 TYPE text;

> ALTER TABLE t ALTER COLUMN note TYPE s.feeling;

> ALTER TABLE t ALTER COLUMN m3 DROP DEFAULT, ALTER COLUMN m3 TYPE s.feeling USING m3::s.feeling;

> SELECT m2, m3, pg_typeof(m2), pg_typeof(m3) FROM t;

> DROP TYPE s.feeling CASCADE;

> SELECT * FROM t;

> DROP TYPE s.feeling;

> DROP TYPE IF EXISTS s.feeling, nowhere.feeling;

-- Names are shared with relations' row types.
> CREATE TABLE u (a int);

> CREATE TYPE u AS ENUM ();

> DROP TYPE u;

> CREATE TYPE e AS ENUM ();

> CREATE TABLE e (a int);

> SELECT enum_range(NULL::e), enum_first(NULL::e);

> ALTER TABLE u RENAME TO e;

> COMMENT ON TYPE e IS 'nothing';

> SELECT obj_description('e'::regtype, 'pg_type');

> DROP TYPE e;

-- Types are made and dropped with their transaction.
> BEGIN;

> CREATE TYPE color AS ENUM ('red', 'green');

> CREATE TABLE c (a color PRIMARY KEY, b color UNIQUE);

> INSERT INTO c VALUES ('green', 'red'), ('red', 'green');

> ALTER TYPE color ADD VALUE 'yellow' BEFORE 'green';

> INSERT INTO c VALUES ('yellow', 'yellow');

> SELECT * FROM c ORDER BY a;

> SAVEPOINT p;

> DROP TYPE color CASCADE;

> ROLLBACK TO p;

> SELECT * FROM c ORDER BY b DESC;

> COMMIT;

> INSERT INTO c VALUES ('red', NULL);

> UPDATE c SET a = 'red' WHERE a = 'yellow';

> DELETE FROM c WHERE a = 'red' RETURNING *;

> PREPARE find (color) AS SELECT * FROM c WHERE a = $1;

> EXECUTE find ('yellow');

> PREPARE add AS INSERT INTO c VALUES ($1, $2) RETURNING *;

> EXECUTE add ('red', 'red');

-- Two transactions conflict only where they use the same type.
b> BEGIN;

b> CREATE TABLE d (a color);

> ALTER TYPE color ADD VALUE 'blue';

b> COMMIT;

b> BEGIN;

b> INSERT INTO c VALUES ('blue', 'blue');

> ALTER TYPE color ADD VALUE 'black';

b> COMMIT;

> COPY c FROM STDIN;
<black	\N

> COPY c (a) FROM STDIN;
<white

> COPY c TO STDOUT;
