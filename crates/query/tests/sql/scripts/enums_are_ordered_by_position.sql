> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE

> CREATE TYPE mood AS ENUM ('x');
ERROR 42710: type "mood" already exists

> CREATE TYPE twice AS ENUM ('a', 'a');
ERROR 23505: duplicate key value violates unique constraint "pg_enum_typid_label_index"
DETAIL: Key (enumlabel)=(a) already exists.

> CREATE TABLE person (name text PRIMARY KEY, current mood NOT NULL DEFAULT 'ok', all_moods mood[]);
CREATE TABLE

> INSERT INTO person VALUES ('Moe', 'happy', '{sad,happy}'), ('Larry', 'sad', NULL), ('Curly', DEFAULT, ARRAY['ok', 'sad']::mood[]);
INSERT 0 3

> SELECT * FROM person ORDER BY current, name;
name | current | all_moods
Larry | sad | NULL
Curly | ok | {ok,sad}
Moe | happy | {sad,happy}
SELECT 3

> SELECT name FROM person WHERE current > 'sad' ORDER BY current DESC;
name
Moe
Curly
SELECT 2

> SELECT name FROM person WHERE current IN ('sad', 'happy') AND 'happy' = ANY (all_moods);
name
Moe
SELECT 1

> SELECT min(current), max(current), count(DISTINCT current), array_agg(current ORDER BY current) FROM person;
min | max | count | array_agg
sad | happy | 3 | {sad,ok,happy}
SELECT 1

> SELECT current, count(*) FROM person GROUP BY current HAVING current < 'happy' ORDER BY 1;
current | count
sad | 1
ok | 1
SELECT 2

> INSERT INTO person VALUES ('Shemp', 'glad');
ERROR 22P02: invalid input value for enum mood: "glad"

> SELECT 'glad'::mood;
ERROR 22P02: invalid input value for enum mood: "glad"

> SELECT 'ok'::text::mood, 'sad'::mood::text || '!', pg_typeof('ok'::mood), pg_typeof('{ok}'::mood[]);
mood | ?column? | pg_typeof | pg_typeof
ok | sad! | mood | mood[]
SELECT 1

> SELECT current = name FROM person;
ERROR 42883: operator does not exist: mood = text
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> SELECT 'ok'::mood = 1;
ERROR 42883: operator does not exist: mood = integer
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> INSERT INTO person (name, current) SELECT 'Joe', 'o' || 'k';
ERROR 42804: column "current" is of type mood but expression is of type text
HINT: You will need to rewrite or cast the expression.

> INSERT INTO person (name, current) SELECT 'Joe', ('o' || 'k')::mood RETURNING *;
name | current | all_moods
Joe | ok | NULL
INSERT 0 1

> SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood);
enum_first | enum_last | enum_range
sad | happy | {sad,ok,happy}
SELECT 1

> SELECT enum_range('ok', NULL::mood), enum_range(NULL::mood, 'ok'), enum_range('happy'::mood, 'sad');
enum_range | enum_range | enum_range
{ok,happy} | {sad,ok} | {}
SELECT 1

> SELECT enum_first('x');
ERROR 42804: could not determine polymorphic type because input has type unknown

> SELECT current, lag(current) OVER (ORDER BY current, name), greatest(current, 'ok'), coalesce(NULL, current) FROM person ORDER BY current, name;
current | lag | greatest | coalesce
sad | NULL | ok | sad
ok | sad | ok | ok
ok | ok | ok | ok
happy | ok | happy | happy
SELECT 4

> SELECT to_json(current), json_build_object('m', current), row(current, 1), concat(current, '-'), format('%s', current) FROM person WHERE name = 'Moe';
to_json | json_build_object | row | concat | format
"happy" | {"m" : "happy"} | (happy,1) | happy- | happy
SELECT 1

> SELECT unnest(all_moods) FROM person WHERE name = 'Moe' UNION SELECT 'ok' ORDER BY 1;
unnest
sad
ok
happy
SELECT 3

> SELECT CASE WHEN name = 'Moe' THEN 'sad' ELSE current END FROM person ORDER BY name;
current
ok
ok
sad
sad
SELECT 4

> CREATE INDEX ON person (current DESC, name);
CREATE INDEX

> SELECT name FROM person WHERE current >= 'ok' ORDER BY current DESC, name LIMIT 2;
name
Moe
Curly
SELECT 2

> EXPLAIN (COSTS OFF) SELECT name FROM person WHERE current = 'happy';
QUERY PLAN
Projection
  ->  Seq Scan on person
        Storage Filter: (current = 'happy'::mood)
EXPLAIN

> SET gavel.push_down = off;
SET

> SELECT name FROM person WHERE current > 'sad' ORDER BY current DESC, name;
name
Moe
Curly
Joe
SELECT 3

> RESET gavel.push_down;
RESET

-- New labels: stored values keep their order.
> ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
ALTER TYPE

> ALTER TYPE mood ADD VALUE 'awful' BEFORE 'sad';
ALTER TYPE

> ALTER TYPE mood ADD VALUE 'ecstatic';
ALTER TYPE

> ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ecstatic' AFTER 'sad';
NOTICE: enum label "ecstatic" already exists, skipping
ALTER TYPE

> ALTER TYPE mood ADD VALUE 'ecstatic';
ERROR 42710: enum label "ecstatic" already exists

> ALTER TYPE mood ADD VALUE 'x' AFTER 'y';
ERROR 22023: "y" is not an existing enum label

> INSERT INTO person VALUES ('Ann', 'meh'), ('Bea', 'awful'), ('Cec', 'ecstatic');
INSERT 0 3

> SELECT name, current FROM person ORDER BY current, name;
name | current
Bea | awful
Larry | sad
Ann | meh
Curly | ok
Joe | ok
Moe | happy
Cec | ecstatic
SELECT 7

> SELECT name FROM person WHERE current BETWEEN 'meh' AND 'ok' ORDER BY current, name;
name
Ann
Curly
Joe
SELECT 3

> SELECT enumlabel, enumsortorder FROM pg_enum WHERE enumtypid = 'mood'::regtype ORDER BY enumsortorder;
enumlabel | enumsortorder
awful | 0
sad | 1
meh | 1.5
ok | 2
happy | 3
ecstatic | 4
SELECT 6

-- New names: of labels and of the type; defaults, checks, indexes and views follow.
> CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'ok' CHECK (m <> 'awful'), note text DEFAULT 'ok', g text GENERATED ALWAYS AS (CASE WHEN m = 'ok' THEN 'ok' ELSE 'no' END) STORED);
CREATE TABLE

> CREATE INDEX t_good ON t (id) WHERE m >= 'ok';
CREATE INDEX

> CREATE VIEW good AS SELECT name, current, 'ok'::mood AS base, 'ok' AS plain FROM person WHERE current >= 'ok';
CREATE VIEW

> ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
ALTER TYPE

> ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
ERROR 22023: "ok" is not an existing enum label

> ALTER TYPE mood RENAME VALUE 'sad' TO 'happy';
ERROR 42710: enum label "happy" already exists

> ALTER TYPE mood RENAME TO feeling;
ALTER TYPE

> INSERT INTO t (id) VALUES (1) RETURNING *;
id | m | note | g
1 | fine | ok | ok
INSERT 0 1

> INSERT INTO t VALUES (2, 'awful');
ERROR 23514: new row for relation "t" violates check constraint "t_m_check"
DETAIL: Failing row contains (2, awful, ok, no).

> SELECT * FROM good ORDER BY current, name;
name | current | base | plain
Curly | fine | fine | ok
Joe | fine | fine | ok
Moe | happy | fine | ok
Cec | ecstatic | fine | ok
SELECT 4

> SELECT replace(pg_get_expr(adbin, adrelid), E'\n', '|') AS shown FROM pg_attrdef WHERE adrelid = 't'::regclass ORDER BY adnum;
shown
'fine'::feeling
'ok'::text
|CASE|    WHEN (m = 'fine'::feeling) THEN 'ok'::text|    ELSE 'no'::text|END
SELECT 3

> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY conname;
pg_get_constraintdef
CHECK ((m <> 'awful'::feeling))
PRIMARY KEY (id)
SELECT 2

> SELECT pg_get_indexdef('t_good'::regclass);
pg_get_indexdef
CREATE INDEX t_good ON public.t USING btree (id) WHERE (m >= 'fine'::feeling)
SELECT 1

> CREATE SCHEMA s;
CREATE SCHEMA

> ALTER TYPE feeling SET SCHEMA s;
ALTER TYPE

> SELECT 'fine'::feeling;
ERROR 42704: type "feeling" does not exist

> SELECT 'fine'::s.feeling, format_type('s.feeling'::regtype, -1), 's.feeling[]'::regtype;
feeling | format_type | regtype
fine | s.feeling | s.feeling[]
SELECT 1

> INSERT INTO t VALUES (3, 'nope');
ERROR 22P02: invalid input value for enum s.feeling: "nope"

-- What depends on a type.
> DROP TYPE s.feeling;
ERROR 2BP01: cannot drop type s.feeling because other objects depend on it
DETAIL: column all_moods of table person depends on type s.feeling[]
column current of table person depends on type s.feeling
column m of table t depends on type s.feeling
column g of table t depends on column m of table t
view good depends on type s.feeling
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE t ADD COLUMN m2 s.feeling[] NOT NULL DEFAULT '{fine,sad}', ADD COLUMN m3 s.feeling DEFAULT 'happy';
ALTER TABLE

> SELECT * FROM t;
id | m | note | g | m2 | m3
1 | fine | ok | ok | {fine,sad} | happy
SELECT 1

> ALTER TABLE t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m2 TYPE text[] USING m2::text[], ALTER COLUMN m3 TYPE text;
ALTER TABLE

> ALTER TABLE t ALTER COLUMN note TYPE s.feeling;
ERROR 42804: column "note" cannot be cast automatically to type s.feeling
HINT: You might need to specify "USING note::s.feeling".

> ALTER TABLE t ALTER COLUMN m3 DROP DEFAULT, ALTER COLUMN m3 TYPE s.feeling USING m3::s.feeling;
ALTER TABLE

> SELECT m2, m3, pg_typeof(m2), pg_typeof(m3) FROM t;
m2 | m3 | pg_typeof | pg_typeof
{fine,sad} | happy | text[] | s.feeling
SELECT 1

> DROP TYPE s.feeling CASCADE;
NOTICE: drop cascades to 6 other objects
DROP TYPE

> SELECT * FROM t;
id | note | m2
1 | ok | {fine,sad}
SELECT 1

> DROP TYPE s.feeling;
ERROR 42704: type "s.feeling" does not exist

> DROP TYPE IF EXISTS s.feeling, nowhere.feeling;
NOTICE: type "s.feeling" does not exist, skipping
NOTICE: schema "nowhere" does not exist, skipping
DROP TYPE

-- Names are shared with relations' row types.
> CREATE TABLE u (a int);
CREATE TABLE

> CREATE TYPE u AS ENUM ();
ERROR 42710: type "u" already exists

> DROP TYPE u;
ERROR 2BP01: cannot drop type u because table u requires it
HINT: You can drop table u instead.

> CREATE TYPE e AS ENUM ();
CREATE TYPE

> CREATE TABLE e (a int);
ERROR 42710: type "e" already exists
HINT: A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.

> SELECT enum_range(NULL::e), enum_first(NULL::e);
ERROR 55000: enum e contains no values

> ALTER TABLE u RENAME TO e;
ERROR 42710: type "e" already exists

> COMMENT ON TYPE e IS 'nothing';
COMMENT

> SELECT obj_description('e'::regtype, 'pg_type');
obj_description
nothing
SELECT 1

> DROP TYPE e;
DROP TYPE

-- Types are made and dropped with their transaction.
> BEGIN;
BEGIN

> CREATE TYPE color AS ENUM ('red', 'green');
CREATE TYPE

> CREATE TABLE c (a color PRIMARY KEY, b color UNIQUE);
CREATE TABLE

> INSERT INTO c VALUES ('green', 'red'), ('red', 'green');
INSERT 0 2

> ALTER TYPE color ADD VALUE 'yellow' BEFORE 'green';
ALTER TYPE

> INSERT INTO c VALUES ('yellow', 'yellow');
INSERT 0 1

> SELECT * FROM c ORDER BY a;
a | b
red | green
yellow | yellow
green | red
SELECT 3

> SAVEPOINT p;
SAVEPOINT

> DROP TYPE color CASCADE;
NOTICE: drop cascades to 2 other objects
DROP TYPE

> ROLLBACK TO p;
ROLLBACK

> SELECT * FROM c ORDER BY b DESC;
a | b
red | green
yellow | yellow
green | red
SELECT 3

> COMMIT;
COMMIT

> INSERT INTO c VALUES ('red', NULL);
ERROR 23505: duplicate key value violates unique constraint "c_pkey"
DETAIL: Key (a)=(red) already exists.

> UPDATE c SET a = 'red' WHERE a = 'yellow';
ERROR 23505: duplicate key value violates unique constraint "c_pkey"
DETAIL: Key (a)=(red) already exists.

> DELETE FROM c WHERE a = 'red' RETURNING *;
a | b
red | green
DELETE 1

> PREPARE find (color) AS SELECT * FROM c WHERE a = $1;
PREPARE

> EXECUTE find ('yellow');
a | b
yellow | yellow
SELECT 1

> PREPARE add AS INSERT INTO c VALUES ($1, $2) RETURNING *;
PREPARE

> EXECUTE add ('red', 'red');
ERROR 23505: duplicate key value violates unique constraint "c_b_key"
DETAIL: Key (b)=(red) already exists.

-- Two transactions conflict only where they use the same type.
b> BEGIN;
BEGIN

b> CREATE TABLE d (a color);
CREATE TABLE

> ALTER TYPE color ADD VALUE 'blue';
ALTER TYPE

b> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
HINT: The transaction might succeed if retried.

b> BEGIN;
BEGIN

b> INSERT INTO c VALUES ('blue', 'blue');
INSERT 0 1

> ALTER TYPE color ADD VALUE 'black';
ALTER TYPE

b> COMMIT;
COMMIT

> COPY c FROM STDIN;
<black	\N
COPY 1

> COPY c (a) FROM STDIN;
<white
ERROR 22P02: invalid input value for enum color: "white"
CONTEXT: COPY c, line 1, column a: "white"

> COPY c TO STDOUT;
yellow	yellow
green	red
blue	blue
black	\N
COPY 4
