> CREATE SEQUENCE s START 5 INCREMENT 2;
CREATE SEQUENCE

> SELECT nextval('s'), nextval('s'), currval('s'), lastval();
nextval | nextval | currval | lastval
5 | 7 | 7 | 7
SELECT 1

> SELECT setval('s', 100);
setval
100
SELECT 1

> SELECT nextval('s');
nextval
102
SELECT 1

> SELECT setval('s', 200, false), nextval('s');
setval | nextval
200 | 200
SELECT 1

> CREATE TABLE t (id serial PRIMARY KEY, g int GENERATED ALWAYS AS IDENTITY, x text);
CREATE TABLE

> INSERT INTO t (x) VALUES ('a'), ('b') RETURNING id, g;
id | g
1 | 1
2 | 2
INSERT 0 2

> BEGIN; INSERT INTO t (x) VALUES ('lost'); ROLLBACK;
BEGIN
INSERT 0 1
ROLLBACK

> INSERT INTO t (x) VALUES ('c') RETURNING id, g;
id | g
4 | 4
INSERT 0 1

> INSERT INTO t (g, x) VALUES (9, 'd');
ERROR 428C9: cannot insert a non-DEFAULT value into column "g"
DETAIL: Column "g" is an identity column defined as GENERATED ALWAYS.
HINT: Use OVERRIDING SYSTEM VALUE to override.

> INSERT INTO t (x) SELECT 'n' FROM generate_series(1, 100);
INSERT 0 100

> SELECT count(*), max(id) FROM t;
count | max
103 | 104
SELECT 1

> CREATE SEQUENCE small MAXVALUE 2;
CREATE SEQUENCE

> SELECT nextval('small'), nextval('small');
nextval | nextval
1 | 2
SELECT 1

> SELECT nextval('small');
nextval
ERROR 2200H: nextval: reached maximum value of sequence "small" (2)

b> SELECT currval('s');
currval
ERROR 55000: currval of sequence "s" is not yet defined in this session

-- A restart that is rolled back has given no value twice.
> CREATE TABLE again (id serial PRIMARY KEY, n int);
CREATE TABLE

> INSERT INTO again (n) VALUES (1), (2);
INSERT 0 2

> BEGIN;
BEGIN

> TRUNCATE again RESTART IDENTITY;
TRUNCATE TABLE

> INSERT INTO again (n) VALUES (3) RETURNING id;
id
1
INSERT 0 1

> ALTER SEQUENCE again_id_seq RESTART WITH 100;
ALTER SEQUENCE

> INSERT INTO again (n) VALUES (4) RETURNING id;
id
100
INSERT 0 1

> ROLLBACK;
ROLLBACK

> INSERT INTO again (n) VALUES (5) RETURNING id;
id
3
INSERT 0 1

> SELECT last_value, is_called FROM again_id_seq;
last_value | is_called
3 | t
SELECT 1

> TRUNCATE again RESTART IDENTITY;
TRUNCATE TABLE

> SELECT last_value, is_called FROM again_id_seq;
last_value | is_called
1 | f
SELECT 1

> INSERT INTO again (n) VALUES (6) RETURNING id;
id
1
INSERT 0 1

> ALTER SEQUENCE again_id_seq RESTART WITH 50;
ALTER SEQUENCE

> SELECT nextval('again_id_seq'), nextval('again_id_seq'), currval('again_id_seq');
nextval | nextval | currval
50 | 51 | 51
SELECT 1

> CREATE TEMP TABLE brief (id int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE

> INSERT INTO brief DEFAULT VALUES RETURNING id;
id
1
INSERT 0 1

> BEGIN;
BEGIN

> TRUNCATE brief RESTART IDENTITY;
TRUNCATE TABLE

> INSERT INTO brief DEFAULT VALUES RETURNING id;
id
1
INSERT 0 1

> ROLLBACK;
ROLLBACK

> INSERT INTO brief DEFAULT VALUES RETURNING id;
id
2
INSERT 0 1

> ALTER TABLE brief ALTER COLUMN id RESTART WITH 9;
ALTER TABLE

> INSERT INTO brief DEFAULT VALUES RETURNING id;
id
9
INSERT 0 1
