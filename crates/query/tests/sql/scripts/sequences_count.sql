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
