> CREATE TABLE t (a text PRIMARY KEY, b text);
CREATE TABLE
> INSERT INTO t SELECT string_agg(md5(g::text), '') FROM generate_series(1, 2200) AS g;
ERROR 54000: index row size 70411 exceeds maximum 8191 for index "t_pkey"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> INSERT INTO t VALUES ('short', 'x');
INSERT 0 1
> UPDATE t SET a = repeat('k', 70000);
ERROR 54000: index row size 70011 exceeds maximum 8191 for index "t_pkey"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> INSERT INTO t VALUES ('short', 'y') ON CONFLICT (a) DO UPDATE SET a = repeat('k', 70000);
ERROR 54000: index row size 70011 exceeds maximum 8191 for index "t_pkey"
HINT: Consider a function index of a hash of the value, or use full text indexing.

-- A secondary index: INSERT, UPDATE, and the building of one over rows that are there.
> CREATE TABLE u (a int PRIMARY KEY, b text);
CREATE TABLE
> INSERT INTO u VALUES (1, repeat('x', 70000)), (2, 'y');
INSERT 0 2
> CREATE INDEX u_b ON u (b);
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> CREATE UNIQUE INDEX u_b ON u (b);
ERROR 54000: index row size 70011 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> CREATE INDEX u_e ON u ((b || b));
ERROR 54000: index row size 140016 exceeds maximum 8191 for index "u_e"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> ALTER TABLE u ADD UNIQUE (b);
ERROR 54000: index row size 70011 exceeds maximum 8191 for index "u_b_key"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> CREATE INDEX u_h ON u (md5(b));
CREATE INDEX
> SELECT a, length(b) FROM u WHERE md5(b) = md5(repeat('x', 70000));
a | length
1 | 70000
SELECT 1
> DELETE FROM u WHERE a = 1;
DELETE 1
> CREATE INDEX u_b ON u (b);
CREATE INDEX
> INSERT INTO u VALUES (3, repeat('x', 70000));
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> UPDATE u SET b = repeat('x', 70000) WHERE a = 2;
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> COPY u FROM STDIN;
<5	{70000 x}
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
CONTEXT: COPY u, line 1
> ALTER TABLE u ALTER b TYPE text USING repeat('x', 70000);
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "pg_rewrite_16396"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> ALTER TABLE u ADD COLUMN c text UNIQUE DEFAULT repeat('x', 70000);
ERROR 54000: index row size 70011 exceeds maximum 8191 for index "u_c_key"
HINT: Consider a function index of a hash of the value, or use full text indexing.

-- The error comes with the statement, not with COMMIT.
> BEGIN;
BEGIN
> INSERT INTO u VALUES (4, repeat('x', 70000));
ERROR 54000: index row size 70016 exceeds maximum 8191 for index "u_b"
HINT: Consider a function index of a hash of the value, or use full text indexing.
> ROLLBACK;
ROLLBACK

-- Looking for what no row can have finds nothing.
> SELECT count(*) FROM t WHERE a = repeat('k', 70000);
count
0
SELECT 1
> SELECT count(*) FROM u WHERE b = repeat('k', 70000);
count
0
SELECT 1
> SELECT count(*) FROM u WHERE b > repeat('k', 70000) AND b < repeat('z', 70000);
count
1
SELECT 1
> SELECT count(*) FROM t WHERE a IN (repeat('k', 70000), 'short');
count
1
SELECT 1
> SELECT count(*) FROM t JOIN (SELECT repeat('k', 70000) AS k) AS s ON t.a = s.k;
count
0
SELECT 1
> DELETE FROM t WHERE a = repeat('k', 70000);
DELETE 0
> INSERT INTO t VALUES (repeat('k', 8000));
INSERT 0 1
> SELECT length(a) FROM t WHERE a = repeat('k', 8000);
length
8000
SELECT 1
> SELECT * FROM u ORDER BY a;
a | b
2 | y
SELECT 1
