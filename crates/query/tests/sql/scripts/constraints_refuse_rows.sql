> CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int CHECK (c > 0), d text UNIQUE, UNIQUE (b, c));
CREATE TABLE

> INSERT INTO t VALUES (1, 1, 1, 'x');
INSERT 0 1

> INSERT INTO t VALUES (1, 2, 2, 'y');
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(1) already exists.

> INSERT INTO t VALUES (2, NULL, 2, 'y');
ERROR 23502: null value in column "b" of relation "t" violates not-null constraint
DETAIL: Failing row contains (2, null, 2, y).

> INSERT INTO t VALUES (2, 2, 0, 'y');
ERROR 23514: new row for relation "t" violates check constraint "t_c_check"
DETAIL: Failing row contains (2, 2, 0, y).

> INSERT INTO t VALUES (2, 2, 2, 'x');
ERROR 23505: duplicate key value violates unique constraint "t_d_key"
DETAIL: Key (d)=(x) already exists.

> INSERT INTO t VALUES (2, 1, 1, 'y');
ERROR 23505: duplicate key value violates unique constraint "t_b_c_key"
DETAIL: Key (b, c)=(1, 1) already exists.

> INSERT INTO t VALUES (2, 1, NULL, NULL), (3, 1, NULL, NULL);
INSERT 0 2

> INSERT INTO t VALUES (7, 7, 7, 'same'), (8, 8, 8, 'same');
ERROR 23505: duplicate key value violates unique constraint "t_d_key"
DETAIL: Key (d)=(same) already exists.

> UPDATE t SET d = 'x' WHERE a = 2;
ERROR 23505: duplicate key value violates unique constraint "t_d_key"
DETAIL: Key (d)=(x) already exists.

> UPDATE t SET a = a + 1;
UPDATE 3

> UPDATE t SET c = -1 WHERE a = 2;
ERROR 23514: new row for relation "t" violates check constraint "t_c_check"
DETAIL: Failing row contains (2, 1, -1, x).

> SELECT * FROM t ORDER BY a;
a | b | c | d
2 | 1 | 1 | x
3 | 1 | NULL | NULL
4 | 1 | NULL | NULL
SELECT 3

> CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE

> INSERT INTO g (a) VALUES (4);
INSERT 0 1

> UPDATE g SET a = 5;
UPDATE 1

> SELECT * FROM g;
a | b
5 | 10
SELECT 1

> CREATE TABLE n (a int, UNIQUE NULLS NOT DISTINCT (a));
CREATE TABLE

> INSERT INTO n VALUES (NULL);
INSERT 0 1

> INSERT INTO n VALUES (NULL);
ERROR 23505: duplicate key value violates unique constraint "n_a_key"
DETAIL: Key (a)=(null) already exists.
