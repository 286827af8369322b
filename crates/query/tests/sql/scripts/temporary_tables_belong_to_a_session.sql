-- A temporary table hides a permanent one of its name, in its session only.
> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> INSERT INTO t VALUES (1, 'permanent');
INSERT 0 1

> PREPARE q AS SELECT * FROM t;
PREPARE

b> PREPARE q AS SELECT * FROM t;
PREPARE

> CREATE TEMP TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> INSERT INTO t VALUES (1, 'of a'), (2, 'of a, too');
INSERT 0 2

b> CREATE TEMPORARY TABLE t (a int, b text);
CREATE TABLE

b> INSERT INTO t VALUES (9, 'of b');
INSERT 0 1

> EXECUTE q;
a | b
1 | of a
2 | of a, too
SELECT 2

b> EXECUTE q;
a | b
9 | of b
SELECT 1

c> SELECT * FROM t;
a | b
1 | permanent
SELECT 1

> SELECT * FROM public.t;
a | b
1 | permanent
SELECT 1

> SELECT * FROM pg_temp.t WHERE a = 2;
a | b
2 | of a, too
SELECT 1

b> SELECT * FROM pg_temp_1.t;
ERROR 42P01: relation "pg_temp_1.t" does not exist

> UPDATE t SET b = b || '!' WHERE a = 1 RETURNING *;
a | b
1 | of a!
UPDATE 1

c> UPDATE t SET b = 'still permanent';
UPDATE 1

> SELECT t.a, t.b, p.b FROM t JOIN public.t p USING (a);
a | b | b
1 | of a! | still permanent
SELECT 1

b> DROP TABLE t;
DROP TABLE

b> EXECUTE q;
a | b
1 | still permanent
SELECT 1

> EXECUTE q;
a | b
1 | of a!
2 | of a, too
SELECT 2

> DROP TABLE t;
DROP TABLE

> EXECUTE q;
a | b
1 | still permanent
SELECT 1

-- Other columns than were promised are refused, but not to who prepares anew.
> CREATE TEMP TABLE t (x text);
CREATE TABLE

> EXECUTE q;
ERROR 0A000: cached plan must not change result type

> SELECT * FROM t;
x
SELECT 0

b> EXECUTE q;
a | b
1 | still permanent
SELECT 1

> DISCARD TEMP;
DISCARD TEMP

> EXECUTE q;
a | b
1 | still permanent
SELECT 1

-- Where names are looked up, and where new tables go.
> SELECT pg_my_temp_schema(), current_schemas(true);
pg_my_temp_schema | current_schemas
0 | {pg_catalog,public}
SELECT 1

> CREATE TEMP TABLE one (a int);
CREATE TABLE

> SELECT pg_my_temp_schema() <> 0 AS has, current_schemas(true), current_schemas(false), current_schema();
has | current_schemas | current_schemas | current_schema
t | {pg_temp_1,pg_catalog,public} | {public} | public
SELECT 1

> SET search_path = public, pg_temp;
SET

> CREATE TABLE one (b text);
CREATE TABLE

> SELECT * FROM one;
b
SELECT 0

> SELECT 'one'::regclass, 'pg_temp.one'::regclass, pg_table_is_visible('pg_temp.one'::regclass);
regclass | regclass | pg_table_is_visible
one | pg_temp_1.one | f
SELECT 1

> SET search_path = pg_temp, public;
SET

> CREATE TABLE two (a int);
CREATE TABLE

> SELECT relname, relpersistence, relnamespace::regnamespace FROM pg_class WHERE relname IN ('one', 'two') ORDER BY 1, 2;
relname | relpersistence | relnamespace
one | p | public
one | t | pg_temp_1
two | t | pg_temp_1
SELECT 3

> SELECT current_schema(), current_schemas(true);
current_schema | current_schemas
pg_temp_1 | {pg_catalog,pg_temp_1,public}
SELECT 1

> RESET search_path;
RESET

> CREATE TEMP TABLE pg_class (a int);
CREATE TABLE

> SELECT * FROM pg_class;
a
SELECT 0

> DROP TABLE pg_class;
DROP TABLE

b> SELECT count(*) FROM pg_class WHERE relpersistence = 't';
count
0
SELECT 1

c> SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pg_temp%';
nspname
SELECT 0

-- What may be where.
> CREATE TEMP TABLE public.x (a int);
ERROR 42P16: cannot create temporary relation in non-temporary schema

> CREATE UNLOGGED TABLE pg_temp.x (a int);
ERROR 42P16: only temporary relations may be created in temporary schemas

> CREATE TABLE x (a int) ON COMMIT DROP;
ERROR 42P16: ON COMMIT can only be used on temporary tables

> CREATE TABLE pg_temp.x AS SELECT 1 AS a;
SELECT 1

> CREATE TABLE pg_temp.y ON COMMIT DROP AS SELECT 1 AS a;
ERROR 42P16: ON COMMIT can only be used on temporary tables

> CREATE TABLE y (a int REFERENCES pg_temp.one);
ERROR 42P16: constraints on permanent tables may reference only permanent tables

> CREATE TABLE k (a int PRIMARY KEY);
CREATE TABLE

> CREATE TEMP TABLE y (a int REFERENCES k);
ERROR 42P16: constraints on temporary tables may reference only temporary tables

> ALTER TABLE x SET SCHEMA public;
ERROR 0A000: cannot move objects into or out of temporary schemas

> ALTER TABLE k SET SCHEMA pg_temp;
ERROR 0A000: cannot move objects into or out of temporary schemas

> ALTER TABLE x SET LOGGED;
ERROR 42P16: cannot change logged status of table "x" because it is temporary

> CREATE VIEW v AS SELECT a FROM x;
NOTICE: view "v" will be a temporary view
CREATE VIEW

> CREATE VIEW public.w AS SELECT a FROM x;
NOTICE: view "w" will be a temporary view
ERROR 42P16: cannot create temporary relation in non-temporary schema

> SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'pg_temp_1' ORDER BY 1;
table_name | table_type
one | LOCAL TEMPORARY
two | LOCAL TEMPORARY
v | LOCAL TEMPORARY
x | LOCAL TEMPORARY
SELECT 4

> CREATE TEMP SEQUENCE s;
CREATE SEQUENCE

> CREATE TABLE y (a int DEFAULT nextval('s'));
ERROR 0A000: a permanent table cannot use a temporary sequence

> SELECT nextval('s'), nextval('pg_temp.s'), currval('s');
nextval | nextval | currval
1 | 2 | 2
SELECT 1

> DROP SCHEMA pg_temp;
ERROR 3F000: schema "pg_temp" does not exist

> ALTER SCHEMA pg_temp_1 RENAME TO mine;
ERROR 42501: permission denied for schema pg_temp_1

> DROP TABLE k CASCADE;
DROP TABLE

> DISCARD ALL;
DISCARD ALL

> SELECT * FROM v;
ERROR 42P01: relation "v" does not exist

-- Keys, sequences, indexes.
> CREATE TEMP TABLE i (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, u text UNIQUE);
CREATE TABLE

> INSERT INTO i (u) VALUES ('a'), ('b') RETURNING *;
id | n | u
1 | 1 | a
2 | 2 | b
INSERT 0 2

> INSERT INTO i (u) VALUES ('a');
ERROR 23505: duplicate key value violates unique constraint "i_u_key"
DETAIL: Key (u)=(a) already exists.

> INSERT INTO i (u) VALUES ('a'), ('c') ON CONFLICT (u) DO UPDATE SET u = 'd' RETURNING id, u;
id | u
1 | d
5 | c
INSERT 0 2

> SELECT pg_get_serial_sequence('i', 'id'), last_value FROM i_id_seq;
pg_get_serial_sequence | last_value
pg_temp.i_id_seq | 5
SELECT 1

> CREATE INDEX ON i ((n + 1)) WHERE u > 'a';
CREATE INDEX

> SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'i'::regclass ORDER BY 1;
indexrelid | pg_get_indexdef
i_pkey | CREATE UNIQUE INDEX i_pkey ON pg_temp.i USING btree (id)
i_u_key | CREATE UNIQUE INDEX i_u_key ON pg_temp.i USING btree (u)
i_expr_idx | CREATE INDEX i_expr_idx ON pg_temp.i USING btree (((n + 1))) WHERE (u > 'a'::text)
SELECT 3

> SELECT id FROM i WHERE u = 'b';
id
2
SELECT 1

> TRUNCATE i RESTART IDENTITY;
TRUNCATE TABLE

> INSERT INTO i (u) VALUES ('again') RETURNING *;
id | n | u
1 | 1 | again
INSERT 0 1

> CREATE TEMP TABLE c (i int REFERENCES i ON DELETE CASCADE);
CREATE TABLE

> INSERT INTO c VALUES (1);
INSERT 0 1

> INSERT INTO c VALUES (2);
ERROR 23503: insert or update on table "c" violates foreign key constraint "c_i_fkey"
DETAIL: Key (i)=(2) is not present in table "i".

> DELETE FROM i;
DELETE 1

> SELECT * FROM c;
i
SELECT 0

> INSERT INTO c VALUES (NULL);
INSERT 0 1

> ALTER TABLE c ADD COLUMN more text DEFAULT 'x', ADD COLUMN n int;
ALTER TABLE

> SELECT * FROM c;
i | more | n
NULL | x | NULL
SELECT 1

> DROP TABLE i;
ERROR 2BP01: cannot drop table i because other objects depend on it
DETAIL: constraint c_i_fkey on table c depends on table i
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TABLE i CASCADE;
NOTICE: drop cascades to constraint c_i_fkey on table c
DROP TABLE

> ALTER TABLE c ALTER COLUMN i TYPE text USING coalesce(i::text, 'none');
ALTER TABLE

> ALTER TABLE c DROP COLUMN n;
ALTER TABLE

> COPY c FROM STDIN;
<from	copy
<\N	\N
COPY 2

> COPY c TO STDOUT;
none	x
from	copy
\N	\N
COPY 3

> SELECT * FROM c ORDER BY i;
i | more
from | copy
none | x
NULL | NULL
SELECT 3
