-- Where a row has no column of a name, a function of that name that takes the row is called.

> CREATE TABLE person (id integer PRIMARY KEY, first text, last text);
CREATE TABLE
> INSERT INTO person VALUES (1, 'Ada', 'Lovelace'), (2, 'Alan', 'Turing');
INSERT 0 2
> CREATE FUNCTION full_name(person) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.first || ' ' || $1.last $$;
CREATE FUNCTION
> CREATE FUNCTION initial(p person) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN left(p.first, 1); END $$;
CREATE FUNCTION
> CREATE FUNCTION id(person) RETURNS text LANGUAGE sql AS $$ SELECT 'never' $$;
CREATE FUNCTION
> SELECT person.full_name, p.initial, (p).full_name AS again FROM person, person p WHERE person.id = p.id ORDER BY p.id;
full_name | initial | again
Ada Lovelace | A | Ada Lovelace
Alan Turing | A | Alan Turing
SELECT 2
> SELECT p.id FROM person p ORDER BY p.full_name DESC;
id
2
1
SELECT 2
> SELECT p.full_name, count(*) FROM person p GROUP BY p.full_name ORDER BY p.full_name;
full_name | count
Ada Lovelace | 1
Alan Turing | 1
SELECT 2
> SELECT upper(p.full_name) AS loud FROM person p WHERE p.full_name LIKE 'Ada%';
loud
ADA LOVELACE
SELECT 1
> SELECT public.person.full_name FROM public.person ORDER BY 1;
full_name
Ada Lovelace
Alan Turing
SELECT 2
> SELECT x.full_name FROM (SELECT p FROM person p) s, LATERAL (SELECT (s.p).*) x ORDER BY 1;
full_name
Ada Lovelace
Alan Turing
SELECT 2
> SELECT (s.p).full_name FROM (SELECT p FROM person p) s ORDER BY 1;
full_name
Ada Lovelace
Alan Turing
SELECT 2
> SELECT x.row_to_json FROM (SELECT 1 AS a, 'b' AS c) x;
row_to_json
{"a":1,"c":"b"}
SELECT 1
> SELECT g.abs FROM generate_series(-1, 1) g ORDER BY g;
abs
1
0
1
SELECT 3
> SELECT (-5).abs, ('abc'::text).length;
abs | length
5 | 3
SELECT 1
at> SELECT person.nothing FROM person;
ERROR 42703: column person.nothing does not exist at 8
at> SELECT (p.first).nothing FROM person p;
ERROR 42809: column notation .nothing applied to type text, which is not a composite type at 9
at> SELECT (ROW(1, 2)).nothing;
ERROR 42703: could not identify column "nothing" in record data type at 9
at> SELECT full_name FROM person;
ERROR 42703: column "full_name" does not exist at 8
at> SELECT nothing.full_name FROM person;
ERROR 42P01: missing FROM-clause entry for table "nothing" at 8
at> SELECT person.initial.x FROM person;
ERROR 42P01: missing FROM-clause entry for table "initial" at 8
-- A column of the name comes first.
> ALTER TABLE person ADD COLUMN initial text DEFAULT 'column';
ALTER TABLE
> SELECT p.initial FROM person p ORDER BY p.id;
initial
column
column
SELECT 2
> ALTER TABLE person DROP COLUMN initial;
ALTER TABLE
-- Composite types have such functions, too; sets give several rows.
> CREATE TYPE pair AS (a integer, b integer);
CREATE TYPE
> CREATE FUNCTION total(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a + $1.b';
CREATE FUNCTION
> CREATE FUNCTION each_of(pair) RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.a UNION ALL SELECT $1.b';
CREATE FUNCTION
> CREATE TABLE pairs (p pair);
CREATE TABLE
> INSERT INTO pairs VALUES ('(1,2)'), ('(3,4)');
INSERT 0 2
> SELECT (p).total, (p).a FROM pairs ORDER BY 1;
total | a
3 | 1
7 | 3
SELECT 2
> SELECT (p).each_of FROM pairs ORDER BY 1;
each_of
1
2
3
4
SELECT 4
> SELECT ('(5,6)'::pair).total;
total
11
SELECT 1
at> SELECT (p).nothing FROM pairs;
ERROR 42703: column "nothing" not found in data type pair at 9
-- Bodies and views: what is called is kept by the function, not by its name.
> CREATE FUNCTION greeting(person) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'Dear ' || $1.full_name $$;
CREATE FUNCTION
> SELECT p.greeting FROM person p ORDER BY 1;
greeting
Dear Ada Lovelace
Dear Alan Turing
SELECT 2
> CREATE VIEW people AS SELECT p.id, p.full_name, (p).full_name AS again FROM person p;
CREATE VIEW
> SELECT * FROM people ORDER BY id;
id | full_name | again
1 | Ada Lovelace | Ada Lovelace
2 | Alan Turing | Alan Turing
SELECT 2
> SELECT pg_get_viewdef('people');
pg_get_viewdef
 SELECT p.id,
    full_name(p.*) AS full_name,
    full_name(p.*) AS again
   FROM person p;
SELECT 1
> ALTER FUNCTION full_name(person) RENAME TO whole_name;
ALTER FUNCTION
> SELECT * FROM people ORDER BY id;
id | full_name | again
1 | Ada Lovelace | Ada Lovelace
2 | Alan Turing | Alan Turing
SELECT 2
> DROP FUNCTION whole_name(person);
ERROR 2BP01: cannot drop function whole_name(person) because other objects depend on it
DETAIL: view people depends on function whole_name(person)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
-- Those in the schema of temporary objects are not found, as they are not by their bare name.
> CREATE TEMP TABLE note (a integer);
CREATE TABLE
> CREATE FUNCTION pg_temp.shout(note) RETURNS integer LANGUAGE sql AS 'SELECT $1.a';
CREATE FUNCTION
> INSERT INTO note VALUES (1);
INSERT 0 1
> SELECT note.shout FROM note;
ERROR 42703: column note.shout does not exist
> SELECT pg_temp.shout(note) FROM note;
shout
1
SELECT 1
