> CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int CHECK (c > 0), d text UNIQUE, UNIQUE (b, c));
CREATE TABLE

> INSERT INTO t VALUES (1, 1, 1, 'x');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (1, 2, 2, 'y');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (2, NULL, 2, 'y');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (2, 2, 0, 'y');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (2, 2, 2, 'x');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (2, 1, 1, 'y');
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (2, 1, NULL, NULL), (3, 1, NULL, NULL);
ERROR 0A000: DML is not built

> INSERT INTO t VALUES (7, 7, 7, 'same'), (8, 8, 8, 'same');
ERROR 0A000: DML is not built

> UPDATE t SET d = 'x' WHERE a = 2;
ERROR 0A000: DML is not built

> UPDATE t SET a = a + 1;
ERROR 0A000: DML is not built

> UPDATE t SET c = -1 WHERE a = 2;
ERROR 0A000: DML is not built

> SELECT * FROM t ORDER BY a;
a | b | c | d
SELECT 0

> CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> INSERT INTO g (a) VALUES (4);
ERROR 0A000: DML is not built

> UPDATE g SET a = 5;
ERROR 0A000: DML is not built

> SELECT * FROM g;
a | b
SELECT 0

> CREATE TABLE n (a int, UNIQUE NULLS NOT DISTINCT (a));
CREATE TABLE

> INSERT INTO n VALUES (NULL);
ERROR 0A000: DML is not built

> INSERT INTO n VALUES (NULL);
ERROR 0A000: DML is not built
