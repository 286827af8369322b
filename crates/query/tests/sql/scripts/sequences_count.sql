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
ERROR 0A000: DML is not built

> BEGIN; INSERT INTO t (x) VALUES ('lost'); ROLLBACK;
BEGIN
ERROR 0A000: DML is not built

> INSERT INTO t (x) VALUES ('c') RETURNING id, g;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> INSERT INTO t (g, x) VALUES (9, 'd');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> INSERT INTO t (x) SELECT 'n' FROM generate_series(1, 100);
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT count(*), max(id) FROM t;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> CREATE SEQUENCE small MAXVALUE 2;
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT nextval('small'), nextval('small');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

> SELECT nextval('small');
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block

b> SELECT currval('s');
currval
ERROR 55000: currval of sequence "s" is not yet defined in this session
