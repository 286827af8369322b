> CREATE TYPE person AS (id int, name text);
CREATE TYPE
> CREATE TABLE people OF person (id WITH OPTIONS PRIMARY KEY, name NOT NULL DEFAULT 'nobody', CHECK (id > 0));
CREATE TABLE
> INSERT INTO people VALUES (1, 'one');
INSERT 0 1
> INSERT INTO people (id) VALUES (2);
INSERT 0 1
> INSERT INTO people VALUES (0, 'zero');
ERROR 23514: new row for relation "people" violates check constraint "people_id_check"
DETAIL: Failing row contains (0, zero).
> SELECT * FROM people ORDER BY id;
id | name
1 | one
2 | nobody
SELECT 2
> CREATE TABLE more OF person (nothing PRIMARY KEY);
ERROR 42703: column "nothing" does not exist
> CREATE TABLE more OF person (id PRIMARY KEY, id UNIQUE);
ERROR 42701: column "id" specified more than once
> CREATE TABLE more OF nothing;
ERROR 42704: type "nothing" does not exist
> CREATE TABLE more OF people;
ERROR 42809: type people is not a composite type
> CREATE TABLE more OF int;
ERROR 42704: type "int" does not exist
> ALTER TABLE people ADD COLUMN c int;
ERROR 42809: cannot add column to typed table
> ALTER TABLE people DROP COLUMN name;
ERROR 42809: cannot drop column from typed table
> ALTER TABLE people RENAME COLUMN name TO called;
ERROR 42809: cannot rename column of typed table
> ALTER TABLE people ALTER COLUMN name TYPE varchar(10);
ERROR 42809: cannot alter column type of typed table
> ALTER TYPE person ADD ATTRIBUTE age int;
ERROR 2BP01: cannot alter type "person" because it is the type of a typed table
HINT: Use ALTER ... CASCADE to alter the typed tables too.
> ALTER TYPE person ADD ATTRIBUTE age int CASCADE;
ALTER TYPE
> ALTER TYPE person RENAME ATTRIBUTE name TO called;
ERROR 2BP01: cannot alter type "person" because it is the type of a typed table
HINT: Use ALTER ... CASCADE to alter the typed tables too.
> ALTER TYPE person RENAME ATTRIBUTE name TO called CASCADE;
ALTER TYPE
> ALTER TYPE person ALTER ATTRIBUTE called TYPE varchar CASCADE;
ALTER TYPE
> SELECT * FROM people ORDER BY id;
id | called | age
1 | one | NULL
2 | nobody | NULL
SELECT 2
> ALTER TYPE person DROP ATTRIBUTE age;
ERROR 2BP01: cannot alter type "person" because it is the type of a typed table
HINT: Use ALTER ... CASCADE to alter the typed tables too.
> ALTER TYPE person DROP ATTRIBUTE age CASCADE;
ALTER TYPE
> SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;
attname | atttypid
id | integer
called | character varying
SELECT 2
> SELECT reloftype::regtype FROM pg_class WHERE relname = 'people';
reloftype
person
SELECT 1
> DROP TYPE person;
ERROR 2BP01: cannot drop type person because other objects depend on it
DETAIL: table people depends on type person
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE people NOT OF;
ALTER TABLE
> DROP TYPE person;
DROP TYPE
> ALTER TABLE people NOT OF;
ERROR 42809: "people" is not a typed table
> CREATE TYPE two AS (x int, y numeric(8, 2));
CREATE TYPE
> CREATE TABLE t0 (x int NOT NULL, y numeric(8, 2));
CREATE TABLE
> CREATE TABLE t1 (x int, y bigint);
CREATE TABLE
> CREATE TABLE t2 (x int, y numeric(9, 2));
CREATE TABLE
> CREATE TABLE t3 (y numeric(8, 2), x int);
CREATE TABLE
> CREATE TABLE t4 (x int);
CREATE TABLE
> CREATE TABLE t5 (x int, y numeric(8, 2), z int);
CREATE TABLE
> ALTER TABLE t0 OF two;
ALTER TABLE
> ALTER TABLE t1 OF two;
ERROR 42804: table "t1" has different type for column "y"
> ALTER TABLE t2 OF two;
ERROR 42804: table "t2" has different type for column "y"
> ALTER TABLE t3 OF two;
ERROR 42804: table has column "y" where type requires "x"
> ALTER TABLE t4 OF two;
ERROR 42804: table is missing column "y"
> ALTER TABLE t5 OF two;
ERROR 42804: table has extra column "z"
> DROP TYPE two CASCADE;
NOTICE: drop cascades to table t0
DROP TYPE
> SELECT * FROM t0;
ERROR 42P01: relation "t0" does not exist
