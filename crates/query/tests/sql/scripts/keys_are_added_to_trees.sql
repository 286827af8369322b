-- A column with a key is added to a table before those below it, and NULLs are told of the first that has them.

> CREATE TABLE parent (a integer);
CREATE TABLE
> CREATE TABLE child () INHERITS (parent);
CREATE TABLE
> INSERT INTO child VALUES (1);
INSERT 0 1
> ALTER TABLE parent ADD COLUMN k integer PRIMARY KEY;
ERROR 23502: column "k" of relation "child" contains null values
> INSERT INTO parent VALUES (1);
INSERT 0 1
> ALTER TABLE parent ADD COLUMN k integer PRIMARY KEY;
ERROR 23502: column "k" of relation "parent" contains null values
> ALTER TABLE parent ADD COLUMN k integer NOT NULL;
ERROR 23502: column "k" of relation "parent" contains null values
> ALTER TABLE parent ADD COLUMN k integer, ADD PRIMARY KEY (k);
ERROR 23502: column "k" of relation "parent" contains null values
> DELETE FROM child;
DELETE 1
> ALTER TABLE parent ADD COLUMN k integer PRIMARY KEY;
ERROR 23502: column "k" of relation "parent" contains null values
> DELETE FROM parent;
DELETE 1
> INSERT INTO child VALUES (1), (2);
INSERT 0 2
> ALTER TABLE parent ADD COLUMN k integer DEFAULT 5 PRIMARY KEY;
ALTER TABLE
> SELECT * FROM child ORDER BY a;
a | k
1 | 5
2 | 5
SELECT 2
> INSERT INTO child VALUES (3, NULL);
ERROR 23502: null value in column "k" of relation "child" violates not-null constraint
DETAIL: Failing row contains (3, null).
> SELECT attrelid::regclass, attnotnull FROM pg_attribute WHERE attname = 'k' AND attrelid IN ('parent'::regclass, 'child'::regclass) ORDER BY 1;
attrelid | attnotnull
parent | t
child | t
SELECT 2
> CREATE TABLE p (a integer) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE
> INSERT INTO p VALUES (1);
INSERT 0 1
> ALTER TABLE p ADD COLUMN k integer NOT NULL;
ERROR 23502: column "k" of relation "p1" contains null values
> ALTER TABLE p ADD COLUMN k integer, ADD PRIMARY KEY (a, k);
ERROR 23502: column "k" of relation "p1" contains null values
> ALTER TABLE p ADD COLUMN k integer DEFAULT 1, ADD PRIMARY KEY (a, k);
ALTER TABLE
> SELECT * FROM p;
a | k
1 | 1
SELECT 1
