-- Values of bounds are computed when the partition is made, and assigned to the type of the key.
> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE
> CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN
> CREATE TABLE i (a int) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE i1 PARTITION OF i FOR VALUES FROM (1.4) TO (10.6);
CREATE TABLE
> CREATE TABLE i2 PARTITION OF i FOR VALUES FROM ('11') TO (abs(-20) + 1);
CREATE TABLE
> CREATE TABLE i3 PARTITION OF i FOR VALUES FROM (CAST('21' AS int)) TO (MAXVALUE);
CREATE TABLE
> CREATE TABLE i4 PARTITION OF i FOR VALUES FROM (-3) TO ('0'::text);
ERROR 42804: specified value cannot be cast to type integer for column "a"
> CREATE TABLE i4 PARTITION OF i FOR VALUES FROM (1 / 0) TO (0);
ERROR 22012: division by zero
> CREATE TABLE i4 PARTITION OF i FOR VALUES FROM (-3) TO (99999999999);
ERROR 22003: integer out of range
> CREATE TABLE i4 PARTITION OF i FOR VALUES FROM (-3) TO (3 - 3);
CREATE TABLE
> CREATE TABLE v (a varchar(3)) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE v1 PARTITION OF v FOR VALUES IN ('abcd');
ERROR 22001: value too long for type character varying(3)
> CREATE TABLE v1 PARTITION OF v FOR VALUES IN ('abcd'::text);
ERROR 22001: value too long for type character varying(3)
> CREATE TABLE v1 PARTITION OF v FOR VALUES IN ('abc', 'x' || 'y', NULL, upper('a'), 'abc');
CREATE TABLE
> INSERT INTO v VALUES ('abc'), ('xy'), ('A'), (NULL);
INSERT 0 4
> INSERT INTO v VALUES ('a');
ERROR 23514: no partition of relation "v" found for row
DETAIL: Partition key of the failing row contains (a) = (a).
> CREATE TABLE n (a numeric(4,1)) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE n1 PARTITION OF n FOR VALUES IN (12345);
ERROR 22003: numeric field overflow
DETAIL: A field with precision 4, scale 1 must round to an absolute value less than 10^3.
> CREATE TABLE n1 PARTITION OF n FOR VALUES IN (1.25, '3.33', 1.3, 2);
CREATE TABLE
> CREATE TABLE n2 PARTITION OF n FOR VALUES IN (2.04);
ERROR 42P17: partition "n2" would overlap partition "n1"
> INSERT INTO n VALUES (1.3), (2), (3.3);
INSERT 0 3
> CREATE TABLE e (a mood) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE e1 PARTITION OF e FOR VALUES FROM ('sad') TO ('happy');
CREATE TABLE
> CREATE TABLE e2 PARTITION OF e FOR VALUES FROM ('happy') TO ('glad');
ERROR 22P02: invalid input value for enum mood: "glad"
> CREATE TABLE e2 PARTITION OF e FOR VALUES FROM ('happy') TO (MAXVALUE);
CREATE TABLE
> ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
ALTER TYPE
> ALTER TYPE mood RENAME VALUE 'happy' TO 'glad';
ALTER TYPE
> ALTER TYPE mood ADD VALUE 'bored' AFTER 'sad';
ALTER TYPE
> INSERT INTO e VALUES ('sad'), ('bored'), ('fine'), ('glad');
INSERT 0 4
> SELECT tableoid::regclass, a FROM e ORDER BY a;
tableoid | a
e1 | sad
e1 | bored
e1 | fine
e2 | glad
SELECT 4
> CREATE TABLE d (a positive) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE d1 PARTITION OF d FOR VALUES IN (-1);
ERROR 23514: value for domain positive violates check constraint "positive_check"
> CREATE TABLE d1 PARTITION OF d FOR VALUES IN (1);
CREATE TABLE
> INSERT INTO d VALUES (1);
INSERT 0 1
> CREATE TABLE t (a timestamptz) PARTITION BY RANGE (a);
CREATE TABLE
> SET timezone TO 'UTC';
SET
> CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2020-01-01 12:00+03');
CREATE TABLE
> SET timezone TO 'Asia/Tokyo';
(TimeZone = Asia/Tokyo)
SET
> SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 't1';
pg_get_expr
FOR VALUES FROM ('2020-01-01 09:00:00+09') TO ('2020-01-01 18:00:00+09')
SELECT 1
> INSERT INTO t VALUES ('2020-01-01 08:59:59');
ERROR 23514: no partition of relation "t" found for row
DETAIL: Partition key of the failing row contains (a) = (2020-01-01 08:59:59+09).
> INSERT INTO t VALUES ('2020-01-01 09:00:00');
INSERT 0 1
> SET timezone TO 'UTC';
(TimeZone = UTC)
SET
> SELECT * FROM t;
a
2020-01-01 00:00:00+00
SELECT 1
> CREATE TABLE dt (a date) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE dt1 PARTITION OF dt FOR VALUES FROM ('2020-01-02') TO ('2020-01-01');
ERROR 42P17: empty range bound specified for partition "dt1"
DETAIL: Specified lower bound ('2020-01-02') is greater than or equal to upper bound ('2020-01-01').
> CREATE TABLE dt1 PARTITION OF dt FOR VALUES FROM ('2020-01-01'::date - 1) TO ('2020-02-01'::timestamp);
CREATE TABLE
> CREATE TABLE dt2 PARTITION OF dt FOR VALUES FROM ('infinity') TO (MAXVALUE);
CREATE TABLE
> CREATE TABLE b (a bytea) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE b1 PARTITION OF b FOR VALUES IN ('\x00ff', 'a''b');
CREATE TABLE
> CREATE TABLE c (a text COLLATE "C") PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE c1 PARTITION OF c FOR VALUES IN ('x' COLLATE "POSIX", 'it''s');
CREATE TABLE
> CREATE TABLE ar (a int[]) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE ar1 PARTITION OF ar FOR VALUES IN ('{1,2}', ARRAY[3, NULL]);
CREATE TABLE
> INSERT INTO ar VALUES ('{1,2}'), ('{3,NULL}');
INSERT 0 2
> INSERT INTO ar VALUES ('{1}');
ERROR 23514: no partition of relation "ar" found for row
DETAIL: Partition key of the failing row contains (a) = ({1}).
> CREATE TABLE f (a float8, b int2) PARTITION BY RANGE (a, b);
CREATE TABLE
> CREATE TABLE f1 PARTITION OF f FOR VALUES FROM ('-infinity', 1) TO (1e3, 2);
CREATE TABLE
> CREATE TABLE f2 PARTITION OF f FOR VALUES FROM (1000, 2) TO ('nan', 5);
CREATE TABLE
> INSERT INTO f VALUES ('-infinity', 0);
ERROR 23514: no partition of relation "f" found for row
DETAIL: Partition key of the failing row contains (a, b) = (-Infinity, 0).
> INSERT INTO f VALUES ('-infinity', 1), (1000, 1), (1000, 2), ('infinity', 7), ('nan', 4);
INSERT 0 5
> INSERT INTO f VALUES ('nan', 5);
ERROR 23514: no partition of relation "f" found for row
DETAIL: Partition key of the failing row contains (a, b) = (NaN, 5).
> SELECT tableoid::regclass, a, b FROM f ORDER BY a, b;
tableoid | a | b
f1 | -Infinity | 1
f1 | 1000 | 1
f2 | 1000 | 2
f2 | Infinity | 7
f2 | NaN | 4
SELECT 5
> SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition ORDER BY relname COLLATE "C";
relname | pg_get_expr
ar1 | FOR VALUES IN ('{1,2}', '{3,NULL}')
b1 | FOR VALUES IN ('\x00ff', '\x612762')
c1 | FOR VALUES IN ('x', 'it''s')
d1 | FOR VALUES IN ('1')
dt1 | FOR VALUES FROM ('2019-12-31') TO ('2020-02-01')
dt2 | FOR VALUES FROM ('infinity') TO (MAXVALUE)
e1 | FOR VALUES FROM ('sad') TO ('glad')
e2 | FOR VALUES FROM ('glad') TO (MAXVALUE)
f1 | FOR VALUES FROM ('-Infinity', '1') TO ('1000', '2')
f2 | FOR VALUES FROM ('1000', '2') TO ('NaN', '5')
i1 | FOR VALUES FROM (1) TO (11)
i2 | FOR VALUES FROM (11) TO (21)
i3 | FOR VALUES FROM (21) TO (MAXVALUE)
i4 | FOR VALUES FROM ('-3') TO (0)
n1 | FOR VALUES IN (1.3, 3.3, 2.0)
t1 | FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-01-01 09:00:00+00')
v1 | FOR VALUES IN ('abc', 'xy', NULL, 'A')
SELECT 17
-- Within transactions.
> BEGIN;
BEGIN
> CREATE TABLE i4 PARTITION OF i FOR VALUES FROM (-13) TO (-3);
ERROR 42P07: relation "i4" already exists
> CREATE TABLE i5 PARTITION OF i FOR VALUES FROM (-13) TO (-9);
ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> CREATE TABLE i5 PARTITION OF i FOR VALUES FROM (-13) TO (-3);
CREATE TABLE
> INSERT INTO i VALUES (-5);
INSERT 0 1
> SAVEPOINT s;
SAVEPOINT
> CREATE TABLE id PARTITION OF i DEFAULT;
CREATE TABLE
> INSERT INTO i VALUES (0), (NULL);
INSERT 0 2
> ROLLBACK TO s;
ROLLBACK
> INSERT INTO i VALUES (0);
ERROR 23514: no partition of relation "i" found for row
DETAIL: Partition key of the failing row contains (a) = (0).
> ROLLBACK TO s;
ROLLBACK
> SELECT tableoid::regclass, a FROM i;
tableoid | a
i5 | -5
SELECT 1
> COMMIT;
COMMIT
> SELECT tableoid::regclass, a FROM i;
tableoid | a
i5 | -5
SELECT 1
-- Keys hold on to what they are made of.
> CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION
> CREATE FUNCTION later(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * (random() * 10)::int';
CREATE FUNCTION
> CREATE TABLE w (a int) PARTITION BY RANGE (later(a));
ERROR 42P17: functions in partition key expression must be marked IMMUTABLE
> CREATE TABLE w (a int, b mood) PARTITION BY RANGE (twice(a), b);
CREATE TABLE
> CREATE TABLE w1 PARTITION OF w FOR VALUES FROM (2, 'sad') TO (4, 'glad');
CREATE TABLE
> INSERT INTO w VALUES (1, 'glad'), (2, 'sad');
INSERT 0 2
> INSERT INTO w1 VALUES (2, 'glad');
ERROR 23514: new row for relation "w1" violates partition constraint
DETAIL: Failing row contains (2, glad).
> INSERT INTO w1 VALUES (NULL, 'sad');
ERROR 23514: new row for relation "w1" violates partition constraint
DETAIL: Failing row contains (null, sad).
> SELECT * FROM w ORDER BY a;
a | b
1 | glad
2 | sad
SELECT 2
> DROP FUNCTION twice(int);
ERROR 2BP01: cannot drop function twice(integer) because other objects depend on it
DETAIL: table w depends on function twice(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TYPE mood;
ERROR 2BP01: cannot drop type mood because other objects depend on it
DETAIL: table e depends on type mood
table w depends on type mood
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP FUNCTION twice(int) CASCADE;
NOTICE: drop cascades to table w
DROP FUNCTION
> SELECT count(*) FROM pg_class WHERE relname IN ('w', 'w1');
count
0
SELECT 1
> CREATE TABLE k (a int, b positive) PARTITION BY LIST (b);
CREATE TABLE
> CREATE TABLE k1 PARTITION OF k FOR VALUES IN (1);
CREATE TABLE
> ALTER TABLE k DROP COLUMN b;
ERROR 42P16: cannot drop column "b" because it is part of the partition key of relation "k"
> DROP DOMAIN positive;
ERROR 2BP01: cannot drop type positive because other objects depend on it
DETAIL: table d depends on type positive
table k depends on type positive
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE i;
DROP TABLE
> SELECT count(*) FROM pg_class WHERE relname ~ '^i\d$';
count
0
SELECT 1
