> CREATE TYPE pair AS (x int, y text);
CREATE TYPE
> CREATE TABLE t (a pair, b int) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('(1,a)') TO (ROW(2, 'b')::pair);
CREATE TABLE
> CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('(2,aa)') TO ('(3,)');
ERROR 42P17: partition "t2" would overlap partition "t1"
> CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (ROW(2, 'b')) TO (MAXVALUE);
CREATE TABLE
> INSERT INTO t VALUES ('(1,b)', 1), (ROW(2, 'a'), 2), (ROW(2, 'b'), 3), ('(9,)', 4);
INSERT 0 4
> INSERT INTO t VALUES ('(1,"A b")', 1);
ERROR 23514: no partition of relation "t" found for row
DETAIL: Partition key of the failing row contains (a) = ((1,"A b")).
> INSERT INTO t2 VALUES ('(2,a)', 1);
ERROR 23514: new row for relation "t2" violates partition constraint
DETAIL: Failing row contains ((2,a), 1).
> SELECT tableoid::regclass, a, b FROM t ORDER BY b;
tableoid | a | b
t1 | (1,b) | 1
t1 | (2,a) | 2
t2 | (2,b) | 3
t2 | (9,) | 4
SELECT 4
> SELECT b FROM t WHERE a = ROW(2, 'b')::pair;
b
3
SELECT 1
> SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname IN ('t1', 't2') ORDER BY 1;
relname | pg_get_expr
t1 | FOR VALUES FROM ('(1,a)') TO ('(2,b)')
t2 | FOR VALUES FROM ('(2,b)') TO (MAXVALUE)
SELECT 2
> CREATE TABLE r (a int, b int) PARTITION BY LIST ((ROW(a, b)::pairs));
ERROR 42704: type "pairs" does not exist
> CREATE TYPE pairs AS (a int, b int);
CREATE TYPE
> CREATE TABLE r (a int, b int) PARTITION BY LIST ((ROW(a, b)));
ERROR 42P16: partition key column 1 has pseudo-type record
> CREATE TABLE r (a int, b int) PARTITION BY LIST ((ROW(a, b)::pairs));
CREATE TABLE
> CREATE TABLE r1 PARTITION OF r FOR VALUES IN ('(1,2)'::pairs, '(1,)');
CREATE TABLE
> CREATE TABLE r2 PARTITION OF r FOR VALUES IN ('(1,2)');
ERROR 42P17: partition "r2" would overlap partition "r1"
> CREATE TABLE rd PARTITION OF r DEFAULT;
CREATE TABLE
> INSERT INTO r VALUES (1, 2), (2, 1), (1, NULL);
INSERT 0 3
> SELECT tableoid::regclass, * FROM r ORDER BY a, b;
tableoid | a | b
r1 | 1 | 2
r1 | 1 | NULL
rd | 2 | 1
SELECT 3
> SELECT * FROM r WHERE ROW(a, b)::pairs = '(1,2)'::pairs;
a | b
1 | 2
SELECT 1
> CREATE TABLE r3 PARTITION OF r FOR VALUES IN ('(2,1)');
ERROR 23514: updated partition constraint for default partition "rd" would be violated by some row
> DROP TYPE pairs;
ERROR 2BP01: cannot drop type pairs because other objects depend on it
DETAIL: table r depends on type pairs
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TYPE pair;
ERROR 2BP01: cannot drop type pair because other objects depend on it
DETAIL: table t depends on type pair
HINT: Use DROP ... CASCADE to drop the dependent objects too.
