-- Types and functions in pg_temp, and row types of temporary tables.
-- Types are found before those of other schemas.
a> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE
a> CREATE TYPE pg_temp.mood AS ENUM ('low', 'high', 'higher');
CREATE TYPE
a> SELECT 'high'::mood, 'higher'::pg_temp.mood > 'high', 'ok'::public.mood;
mood | ?column? | mood
high | t | ok
SELECT 1
a> SELECT 'ok'::mood;
ERROR 22P02: invalid input value for enum mood: "ok"
b> SELECT 'ok'::mood;
mood
ok
SELECT 1
b> SELECT 'ok'::pg_temp.mood;
ERROR 3F000: schema "pg_temp" does not exist
a> CREATE TEMP TABLE feelings (n int, m mood);
CREATE TABLE
a> INSERT INTO feelings VALUES (1, 'high'), (2, 'low'), (3, 'higher');
INSERT 0 3
a> SELECT * FROM feelings ORDER BY m;
n | m
2 | low
1 | high
3 | higher
SELECT 3
a> ALTER TYPE pg_temp.mood ADD VALUE 'highest';
ALTER TYPE
a> INSERT INTO feelings VALUES (4, 'highest');
INSERT 0 1
a> SELECT max(m) FROM feelings;
max
highest
SELECT 1
a> ALTER TYPE pg_temp.mood SET SCHEMA public;
ERROR 0A000: cannot move objects into or out of temporary schemas
a> DROP TYPE pg_temp.mood;
ERROR 2BP01: cannot drop type mood because other objects depend on it
DETAIL: column m of table feelings depends on type mood
HINT: Use DROP ... CASCADE to drop the dependent objects too.
a> DROP TYPE pg_temp.mood CASCADE;
NOTICE: drop cascades to column m of table feelings
DROP TYPE
a> SELECT * FROM feelings ORDER BY n;
n
1
2
3
4
SELECT 4
a> SELECT 'ok'::mood;
mood
ok
SELECT 1
-- Domains check their values.
a> CREATE DOMAIN pg_temp.nonempty AS text CHECK (value <> '');
CREATE DOMAIN
a> SELECT nonempty('');
ERROR 42883: function nonempty(unknown) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
a> SELECT pg_temp.nonempty('');
ERROR 23514: value for domain nonempty violates check constraint "nonempty_check"
a> SELECT pg_temp.nonempty('x');
nonempty
x
SELECT 1
a> SELECT ''::nonempty;
ERROR 23514: value for domain nonempty violates check constraint "nonempty_check"
a> SELECT 'x'::nonempty;
nonempty
x
SELECT 1
a> CREATE TEMP TABLE words (w nonempty, all_of nonempty[]);
CREATE TABLE
a> INSERT INTO words VALUES ('a', '{b,c}');
INSERT 0 1
a> INSERT INTO words VALUES ('', '{}');
ERROR 23514: value for domain nonempty violates check constraint "nonempty_check"
a> INSERT INTO words VALUES ('d', '{e,""}');
ERROR 23514: value for domain nonempty violates check constraint "nonempty_check"
a> SELECT * FROM words;
w | all_of
a | {b,c}
SELECT 1
a> ALTER DOMAIN pg_temp.nonempty ADD CHECK (length(value) < 3);
ERROR 0A000: cannot alter type "nonempty" because column "words.all_of" uses it
a> INSERT INTO words VALUES ('long');
INSERT 0 1
b> SELECT 'x'::nonempty;
ERROR 42704: type "nonempty" does not exist
-- Composite types.
a> CREATE TYPE pg_temp.pair AS (a int, b text);
CREATE TYPE
a> SELECT (1, 'x')::pair, ((2, 'y')::pair).b;
row | b
(1,x) | y
SELECT 1
a> CREATE TEMP TABLE pairs (p pair);
CREATE TABLE
a> INSERT INTO pairs VALUES ((1, 'x')), (row(2, NULL));
INSERT 0 2
a> UPDATE pairs SET p.b = 'new' WHERE (p).b IS NULL;
UPDATE 1
a> SELECT p, (p).a FROM pairs ORDER BY 2;
p | a
(1,x) | 1
(2,new) | 2
SELECT 2
a> CREATE TYPE pg_temp.pair AS (a int);
ERROR 42710: type "pair" already exists
a> CREATE TABLE public.pair (a int);
CREATE TABLE
a> DROP TABLE public.pair;
DROP TABLE
-- Rows of temporary tables have a type.
a> CREATE TEMP TABLE users (id serial, name text, todrop boolean DEFAULT false);
CREATE TABLE
a> INSERT INTO users (name) VALUES ('one'), ('two');
INSERT 0 2
a> SELECT u, pg_typeof(u) FROM users u ORDER BY id;
u | pg_typeof
(1,one,f) | users
(2,two,f) | users
SELECT 2
a> SELECT row(1, 'x', true)::users;
row
(1,x,t)
SELECT 1
a> SELECT NULL::users IS NULL, '(5,five,t)'::users;
?column? | users
t | (5,five,t)
SELECT 1
a> CREATE TEMP TABLE holders (u users, all_of users[]);
CREATE TABLE
a> INSERT INTO holders SELECT u, array[u] FROM users u;
INSERT 0 2
a> SELECT (u).name, (all_of[1]).id FROM holders ORDER BY 2;
name | id
one | 1
two | 2
SELECT 2
a> CREATE TEMP VIEW userview AS SELECT id, name FROM users;
CREATE VIEW
a> SELECT v, pg_typeof(v) FROM userview v ORDER BY id;
v | pg_typeof
(1,one) | userview
(2,two) | userview
SELECT 2
a> DROP TABLE holders;
DROP TABLE
-- Functions that are made of them are there for this session.
a> CREATE FUNCTION first_user() RETURNS users AS 'SELECT * FROM users ORDER BY id LIMIT 1' LANGUAGE sql STABLE;
CREATE FUNCTION
a> SELECT first_user();
first_user
(1,one,f)
SELECT 1
a> SELECT * FROM first_user();
id | name | todrop
1 | one | f
SELECT 1
a> CREATE FUNCTION all_users() RETURNS SETOF users AS 'SELECT * FROM users ORDER BY id' LANGUAGE sql STABLE;
CREATE FUNCTION
a> SELECT * FROM all_users() WITH ORDINALITY;
id | name | todrop | ordinality
1 | one | f | 1
2 | two | f | 2
SELECT 2
a> SELECT * FROM ROWS FROM (generate_series(10, 12), all_users()) WITH ORDINALITY;
generate_series | id | name | todrop | ordinality
10 | 1 | one | f | 1
11 | 2 | two | f | 2
12 | NULL | NULL | NULL | 3
SELECT 3
a> CREATE FUNCTION name_of(users) RETURNS text AS 'SELECT $1.name' LANGUAGE sql;
CREATE FUNCTION
a> SELECT name_of(u) FROM users u ORDER BY id;
name_of
one
two
SELECT 2
a> CREATE OR REPLACE FUNCTION name_of(users) RETURNS text AS 'SELECT upper($1.name)' LANGUAGE sql;
CREATE FUNCTION
a> SELECT name_of(u) FROM users u ORDER BY id;
name_of
ONE
TWO
SELECT 2
a> ALTER TABLE users ADD COLUMN zeroed int;
ALTER TABLE
a> SELECT * FROM all_users();
id | name | todrop | zeroed
1 | one | f | NULL
2 | two | f | NULL
SELECT 2
a> DROP FUNCTION first_user();
DROP FUNCTION
a> DROP FUNCTION all_users();
DROP FUNCTION
a> DROP FUNCTION name_of(users);
DROP FUNCTION
-- Functions in pg_temp are called by their schema alone.
a> CREATE FUNCTION public.whoami() RETURNS text AS $$SELECT 'public'::text$$ LANGUAGE sql;
CREATE FUNCTION
a> CREATE FUNCTION pg_temp.whoami() RETURNS text AS $$SELECT 'temp'::text$$ LANGUAGE sql;
CREATE FUNCTION
a> SELECT whoami();
whoami
public
SELECT 1
a> SET search_path = pg_temp, public;
SET
a> SELECT whoami();
whoami
public
SELECT 1
a> SELECT pg_temp.whoami();
whoami
temp
SELECT 1
b> SELECT whoami();
whoami
public
SELECT 1
b> SELECT pg_temp.whoami();
ERROR 3F000: schema "pg_temp" does not exist
a> RESET search_path;
RESET
a> CREATE FUNCTION pg_temp.whoami() RETURNS text AS $$SELECT 'again'::text$$ LANGUAGE sql;
ERROR 42723: function "whoami" already exists with same argument types
a> CREATE FUNCTION pg_temp.twice(n int) RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN n * 2; END$$;
CREATE FUNCTION
a> SELECT pg_temp.twice(21);
twice
42
SELECT 1
a> SELECT twice(21);
ERROR 42883: function twice(integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
a> ALTER FUNCTION pg_temp.twice(int) RENAME TO doubled;
ALTER FUNCTION
a> SELECT pg_temp.doubled(4);
doubled
8
SELECT 1
a> ALTER FUNCTION pg_temp.doubled(int) SET SCHEMA public;
ERROR 0A000: cannot move objects into or out of temporary schemas
a> DROP FUNCTION doubled(int);
ERROR 42883: function doubled(integer) does not exist
a> DROP FUNCTION pg_temp.doubled(int);
DROP FUNCTION
a> SELECT pg_temp.doubled(4);
ERROR 42883: function pg_temp.doubled(integer) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
-- What a transaction made goes with it.
a> BEGIN;
BEGIN
a> CREATE FUNCTION pg_temp.short() RETURNS int AS 'SELECT 1' LANGUAGE sql;
CREATE FUNCTION
a> SAVEPOINT s;
SAVEPOINT
a> CREATE DOMAIN pg_temp.brief AS int CHECK (value > 0);
CREATE DOMAIN
a> SELECT 1::brief, pg_temp.short();
brief | short
1 | 1
SELECT 1
a> ROLLBACK TO s;
ROLLBACK
a> SELECT pg_temp.short();
short
1
SELECT 1
a> SELECT 1::brief;
ERROR 42704: type "brief" does not exist
a> ROLLBACK;
ROLLBACK
a> SELECT pg_temp.short();
ERROR 42883: function pg_temp.short() does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
a> BEGIN;
BEGIN
a> CREATE TEMP TABLE passing (a int) ON COMMIT DROP;
CREATE TABLE
a> CREATE FUNCTION of_passing() RETURNS passing AS 'SELECT 1' LANGUAGE sql;
CREATE FUNCTION
a> SELECT of_passing();
of_passing
(1)
SELECT 1
a> COMMIT;
COMMIT
a> SELECT of_passing();
ERROR 42883: function of_passing() does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
-- None of it can be prepared.
a> BEGIN;
BEGIN
a> CREATE FUNCTION pg_temp.twophase() RETURNS int AS 'SELECT 1' LANGUAGE sql;
CREATE FUNCTION
a> PREPARE TRANSACTION 'twophase';
ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects
a> BEGIN;
BEGIN
a> CREATE TYPE pg_temp.twophase AS (a int);
CREATE TYPE
a> PREPARE TRANSACTION 'twophase';
ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects
a> CREATE FUNCTION pg_temp.twophase() RETURNS int AS 'SELECT 1' LANGUAGE sql;
CREATE FUNCTION
a> BEGIN;
BEGIN
a> DROP FUNCTION pg_temp.twophase();
DROP FUNCTION
a> PREPARE TRANSACTION 'twophase';
ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects
-- DISCARD TEMP takes it away.
a> DISCARD TEMP;
DISCARD TEMP
a> SELECT 'x'::nonempty;
ERROR 42704: type "nonempty" does not exist
a> SELECT '(1,2)'::pair;
ERROR 42704: type "pair" does not exist
