-- A table that is named is read with what inherits from it, unless ONLY is said.

> CREATE TABLE city (name text, people int, high int DEFAULT 5);
CREATE TABLE
> CREATE TABLE capital (state text, people2 int) INHERITS (city);
CREATE TABLE
> CREATE TABLE port (harbours int NOT NULL DEFAULT 1) INHERITS (city);
CREATE TABLE
> CREATE TABLE sea_capital () INHERITS (capital, port);
NOTICE: merging multiple inherited definitions of column "name"
NOTICE: merging multiple inherited definitions of column "people"
NOTICE: merging multiple inherited definitions of column "high"
CREATE TABLE
> INSERT INTO city VALUES ('Nome', 3), ('Bree', 1);
INSERT 0 2
> INSERT INTO capital VALUES ('Juneau', 30, 17, 'AK'), ('Salem', 150, NULL, 'OR');
INSERT 0 2
> INSERT INTO port (name, people, harbours) VALUES ('Kiel', 240, 4);
INSERT 0 1
> INSERT INTO sea_capital (name, people, state, harbours) VALUES ('Oslo', 700, 'NO', 2);
INSERT 0 1

> SELECT * FROM city ORDER BY name;
name | people | high
Bree | 1 | 5
Juneau | 30 | 17
Kiel | 240 | 5
Nome | 3 | 5
Oslo | 700 | 5
Salem | 150 | NULL
SELECT 6
> SELECT * FROM city * ORDER BY name;
name | people | high
Bree | 1 | 5
Juneau | 30 | 17
Kiel | 240 | 5
Nome | 3 | 5
Oslo | 700 | 5
Salem | 150 | NULL
SELECT 6
> SELECT * FROM ONLY city ORDER BY name;
name | people | high
Bree | 1 | 5
Nome | 3 | 5
SELECT 2
> SELECT * FROM ONLY (city) ORDER BY name;
name | people | high
Bree | 1 | 5
Nome | 3 | 5
SELECT 2
> SELECT * FROM capital ORDER BY name;
name | people | high | state | people2
Juneau | 30 | 17 | AK | NULL
Oslo | 700 | 5 | NO | NULL
Salem | 150 | NULL | OR | NULL
SELECT 3
> SELECT * FROM port ORDER BY name;
name | people | high | harbours
Kiel | 240 | 5 | 4
Oslo | 700 | 5 | 2
SELECT 2
> TABLE ONLY capital;
name | people | high | state | people2
Juneau | 30 | 17 | AK | NULL
Salem | 150 | NULL | OR | NULL
SELECT 2
> SELECT count(*), min(people), max(people), sum(people), count(DISTINCT people) FROM city;
count | min | max | sum | count
6 | 1 | 700 | 1124 | 6
SELECT 1
> SELECT count(*), min(people), max(people) FROM ONLY city;
count | min | max
2 | 1 | 3
SELECT 1
> SELECT high, count(*), string_agg(name, ',' ORDER BY name) FROM city GROUP BY high ORDER BY high;
high | count | string_agg
5 | 4 | Bree,Kiel,Nome,Oslo
17 | 1 | Juneau
NULL | 1 | Salem
SELECT 3

-- tableoid says whose a row is.

> SELECT tableoid::regclass, name FROM city ORDER BY name;
tableoid | name
city | Bree
capital | Juneau
port | Kiel
city | Nome
sea_capital | Oslo
capital | Salem
SELECT 6
> SELECT c.tableoid::regclass, count(*) FROM city c GROUP BY c.tableoid ORDER BY 1;
tableoid | count
city | 2
capital | 2
port | 1
sea_capital | 1
SELECT 4
> SELECT c.tableoid::regclass, c.name FROM city c GROUP BY c.name;
ERROR 42803: column "c.tableoid" must appear in the GROUP BY clause or be used in an aggregate function
> SELECT name FROM city WHERE tableoid = 'port'::regclass;
name
Kiel
SELECT 1
> SELECT p.relname, c.name FROM city c, pg_class p WHERE c.tableoid = p.oid ORDER BY c.name;
relname | name
city | Bree
capital | Juneau
port | Kiel
city | Nome
sea_capital | Oslo
capital | Salem
SELECT 6
> SELECT a.name, b.tableoid::regclass FROM city a LEFT JOIN city b ON a.people = b.high * 2 + 20 ORDER BY a.name;
name | tableoid
Bree | NULL
Juneau | city
Juneau | city
Juneau | port
Juneau | sea_capital
Kiel | NULL
Nome | NULL
Oslo | NULL
Salem | NULL
SELECT 9
> SELECT name FROM city ORDER BY tableoid::regclass::text, name DESC LIMIT 3;
name
Salem
Juneau
Nome
SELECT 3
> SELECT DISTINCT tableoid::regclass::text FROM city ORDER BY 1;
tableoid
capital
city
port
sea_capital
SELECT 4

-- Rows of children as rows of the parent.

> SELECT c FROM city c ORDER BY name;
c
(Bree,1,5)
(Juneau,30,17)
(Kiel,240,5)
(Nome,3,5)
(Oslo,700,5)
(Salem,150,)
SELECT 6
> SELECT (c).people, c.* FROM city c WHERE name = 'Oslo';
people | name | people | high
700 | Oslo | 700 | 5
SELECT 1
> SELECT sea_capital::capital FROM sea_capital;
sea_capital
(Oslo,700,5,NO,)
SELECT 1
> SELECT (sea_capital::city).name, pg_typeof(sea_capital::port) FROM sea_capital;
name | pg_typeof
Oslo | port
SELECT 1
> SELECT NULL::capital::city;
city
NULL
SELECT 1
> SELECT ROW('x', 1, 2, 'ST', 3)::capital::city;
row
(x,1,2)
SELECT 1
> SELECT capital::port FROM capital;
ERROR 42846: cannot cast type capital to port
> SELECT city::capital FROM city;
ERROR 42846: cannot cast type city to capital
> SELECT people2 FROM city;
ERROR 42703: column "people2" does not exist
HINT: Perhaps you meant to reference the column "city.people".

-- Joins, subqueries, conditions that only some have.

> SELECT a.name, b.name FROM city a JOIN capital b ON a.name = b.name ORDER BY 1;
name | name
Juneau | Juneau
Oslo | Oslo
Salem | Salem
SELECT 3
> SELECT a.name, b.name FROM capital b, ONLY city a WHERE a.people < b.people ORDER BY 1, 2;
name | name
Bree | Juneau
Bree | Oslo
Bree | Salem
Nome | Juneau
Nome | Oslo
Nome | Salem
SELECT 6
> SELECT name FROM city WHERE people = (SELECT max(people) FROM city);
name
Oslo
SELECT 1
> SELECT name FROM city c WHERE EXISTS (SELECT FROM ONLY port p WHERE p.people > c.people) ORDER BY name;
name
Bree
Juneau
Nome
Salem
SELECT 4
> SELECT name FROM city WHERE people IN (SELECT people FROM port) ORDER BY name;
name
Kiel
Oslo
SELECT 2
> SELECT name, (SELECT count(*) FROM city d WHERE d.people < c.people) AS smaller FROM city c ORDER BY people;
name | smaller
Bree | 0
Nome | 1
Juneau | 2
Salem | 3
Kiel | 4
Oslo | 5
SELECT 6
> SELECT name, rank() OVER (ORDER BY people DESC) FROM city ORDER BY people DESC LIMIT 3 OFFSET 1;
name | rank
Kiel | 2
Salem | 3
Juneau | 4
SELECT 3
> SELECT name FROM city ORDER BY people DESC NULLS LAST, name LIMIT 2;
name
Oslo
Kiel
SELECT 2
> WITH c AS (SELECT * FROM ONLY city) SELECT count(*) FROM c, ONLY port;
count
2
SELECT 1
> SELECT name FROM city WHERE people > 100 UNION ALL SELECT name FROM ONLY capital ORDER BY 1;
name
Juneau
Kiel
Oslo
Salem
Salem
SELECT 5
> SELECT l.name FROM ONLY capital k, LATERAL (SELECT name FROM city WHERE people > k.people ORDER BY people LIMIT 1) l ORDER BY 1;
name
Kiel
Salem
SELECT 2

-- Columns at other places, indexes, columns that were dropped and added.

> CREATE TABLE keyed (id int PRIMARY KEY, v text);
CREATE TABLE
> CREATE TABLE keyed_more (extra int, v text, id int PRIMARY KEY) INHERITS (keyed);
NOTICE: merging column "v" with inherited definition
NOTICE: moving and merging column "id" with inherited definition
CREATE TABLE
> INSERT INTO keyed SELECT i, 'k' || i FROM generate_series(1, 50) i;
INSERT 0 50
> INSERT INTO keyed_more (id, v, extra) SELECT i, 'm' || i, -i FROM generate_series(40, 90) i;
INSERT 0 51
> SELECT * FROM keyed WHERE id = 45 ORDER BY v;
id | v
45 | k45
45 | m45
SELECT 2
> SELECT * FROM keyed WHERE id BETWEEN 49 AND 51 ORDER BY id, v;
id | v
49 | k49
49 | m49
50 | k50
50 | m50
51 | m51
SELECT 5
> SELECT id, v FROM keyed ORDER BY id DESC, v LIMIT 3;
id | v
90 | m90
89 | m89
88 | m88
SELECT 3
> SELECT id, v FROM keyed ORDER BY id, v OFFSET 39 LIMIT 4;
id | v
40 | k40
40 | m40
41 | k41
41 | m41
SELECT 4
> SELECT count(*), min(id), max(id) FROM keyed WHERE id > 45;
count | min | max
50 | 46 | 90
SELECT 1
> PREPARE by_id (int) AS SELECT tableoid::regclass, v FROM keyed WHERE id = $1 ORDER BY 1;
PREPARE
> EXECUTE by_id (44);
tableoid | v
keyed | k44
keyed_more | m44
SELECT 2
> EXECUTE by_id (88);
tableoid | v
keyed_more | m88
SELECT 1
> ALTER TABLE keyed_more DROP COLUMN extra;
ALTER TABLE
> ALTER TABLE keyed ADD COLUMN w int DEFAULT 7;
ALTER TABLE
> SELECT * FROM keyed WHERE id = 42 ORDER BY v;
id | v | w
42 | k42 | 7
42 | m42 | 7
SELECT 2
> EXECUTE by_id (44);
tableoid | v
keyed | k44
keyed_more | m44
SELECT 2
> SELECT k.id, k.v, g FROM generate_series(48, 50) g JOIN keyed k ON k.id = g ORDER BY 1, 2;
id | v | g
48 | k48 | 48
48 | m48 | 48
49 | k49 | 49
49 | m49 | 49
50 | k50 | 50
50 | m50 | 50
SELECT 6

-- Views, cursors, locks.

> CREATE VIEW all_cities AS SELECT name, people FROM city;
CREATE VIEW
> CREATE VIEW own_cities AS SELECT name FROM ONLY city;
CREATE VIEW
> SELECT pg_get_viewdef('own_cities');
pg_get_viewdef
 SELECT city.name
   FROM ONLY city;
SELECT 1
> SELECT count(*) FROM all_cities;
count
6
SELECT 1
> CREATE TABLE village () INHERITS (city);
CREATE TABLE
> INSERT INTO village VALUES ('Ems', 0);
INSERT 0 1
> SELECT count(*) FROM all_cities;
count
7
SELECT 1
> DROP TABLE village;
DROP TABLE
> SELECT count(*) FROM all_cities;
count
6
SELECT 1
> BEGIN;
BEGIN
> SELECT name FROM city WHERE people > 100 ORDER BY name FOR UPDATE;
name
Kiel
Oslo
Salem
SELECT 3
> SELECT c.name FROM city c LEFT JOIN port p USING (name) WHERE c.people > 100 ORDER BY 1 FOR SHARE OF c;
name
Kiel
Oslo
Salem
SELECT 3
> DECLARE cities SCROLL CURSOR FOR SELECT name FROM city;
DECLARE CURSOR
> FETCH ABSOLUTE 6 FROM cities;
name
Oslo
FETCH 1
> FETCH FROM cities;
name
FETCH 0
> COMMIT;
COMMIT

-- Only one's own rows are copied out.

> COPY port TO STDOUT;
Kiel	240	5	4
COPY 1
> COPY (SELECT name FROM port ORDER BY 1) TO STDOUT;
Kiel
Oslo
COPY 2
> COPY capital (name, state) TO STDOUT WITH (FORMAT csv, HEADER);
name,state
Juneau,AK
Salem,OR
COPY 2

-- Temporary children belong to their session alone.

> CREATE TEMP TABLE camp (tents int) INHERITS (city);
CREATE TABLE
> INSERT INTO camp VALUES ('Alpha', 9, 1, 4);
INSERT 0 1
> SELECT tableoid::regclass, name FROM city WHERE people < 10 ORDER BY name;
tableoid | name
camp | Alpha
city | Bree
city | Nome
SELECT 3
> SELECT count(*) FROM city;
count
7
SELECT 1
b> SELECT count(*) FROM city;
count
6
SELECT 1
> DROP TABLE camp;
DROP TABLE

-- What children do not share.

> BEGIN;
BEGIN
> INSERT INTO port (name, people) VALUES ('Bonn', 330);
INSERT 0 1
> SELECT count(*), max(people) FROM city WHERE people < 500;
count | max
6 | 330
SELECT 1
> SAVEPOINT s;
SAVEPOINT
> DELETE FROM ONLY port;
DELETE 2
> SELECT count(*) FROM city;
count
5
SELECT 1
> ROLLBACK TO s;
ROLLBACK
> SELECT count(*) FROM city;
count
7
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM city;
count
6
SELECT 1

> SELECT * FROM ONLY nowhere;
ERROR 42P01: relation "nowhere" does not exist
> SELECT * FROM ONLY all_cities ORDER BY name LIMIT 1;
name | people
Bree | 1
SELECT 1
> INSERT INTO ONLY city VALUES ('x');
ERROR 42601: syntax error at or near "ONLY"
> DROP TABLE city;
ERROR 2BP01: cannot drop table city because other objects depend on it
DETAIL: table capital depends on table city
table port depends on table city
table sea_capital depends on table port
view all_cities depends on table city
view own_cities depends on table city
HINT: Use DROP ... CASCADE to drop the dependent objects too.
