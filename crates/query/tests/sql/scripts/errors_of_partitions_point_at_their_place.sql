-- In session `at` errors show the position that the client is told.
at> CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE (g);
ERROR 42P17: cannot use generated column in partition key at 86
DETAIL: Column "g" is a generated column.
at> CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED) PARTITION BY RANGE ((g + 1));
ERROR 42P17: cannot use generated column in partition key at 86
DETAIL: Column "g" is a generated column.
at> CREATE TABLE t (a int) PARTITION BY RANGE (nothing);
ERROR 42703: column "nothing" named in partition key does not exist at 44
at> CREATE TABLE t (a int) PARTITION BY RANGE (a, ctid);
ERROR 42P17: cannot use system column "ctid" in partition key at 47
at> CREATE TABLE t (a int) PARTITION BY RANGE ((nothing + 1));
ERROR 42703: column "nothing" does not exist
at> CREATE TABLE t (a int) PARTITION BY LIST ((SELECT 1));
ERROR 42601: syntax error at or near "SELECT" at 44
at> CREATE TABLE t (a int) PARTITION BY LIST (((SELECT 1)));
ERROR 0A000: cannot use subquery in partition key expression
at> CREATE TABLE t (a int) PARTITION BY LIST (a DESC);
ERROR 42601: syntax error at or near "DESC" at 45
at> CREATE TABLE t (a int) PARTITION BY LIST (42);
ERROR 42601: syntax error at or near "42" at 43
at> CREATE TABLE t (a int) PARTITION BY LIST ();
ERROR 42601: syntax error at or near ")" at 43
at> CREATE TABLE t (a int) PARTITION BY (a);
ERROR 42601: syntax error at or near "(" at 37
at> CREATE TABLE l (a int) PARTITION BY LIST (a);
CREATE TABLE
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ();
ERROR 42601: syntax error at or near ")" at 47
at> CREATE TABLE l1 PARTITION OF l FOR VALUES (1);
ERROR 42601: syntax error at or near "(" at 43
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('x');
ERROR 22P02: invalid input syntax for type integer: "x" at 47
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (1, b);
ERROR 0A000: cannot use column reference in partition bound expression at 50
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (sum(1));
ERROR 42803: aggregate functions are not allowed in partition bound at 47
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('2020-01-01'::date);
ERROR 42804: specified value cannot be cast to type integer for column "a" at 47
at> CREATE TABLE l1 PARTITION OF l FOR VALUES FROM (1) TO (2);
ERROR 42P16: invalid bound specification for a list partition at 43
at> CREATE TABLE l1 PARTITION OF l (a int) FOR VALUES IN (1);
ERROR 42601: syntax error at or near "int" at 35
at> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (1, 2);
CREATE TABLE
at> CREATE TABLE l2 PARTITION OF l FOR VALUES IN (3, 2);
ERROR 42P17: partition "l2" would overlap partition "l1" at 50
at> CREATE TABLE ld PARTITION OF l DEFAULT;
CREATE TABLE
at> CREATE TABLE l2 PARTITION OF l DEFAULT;
ERROR 42P17: partition "l2" conflicts with existing default partition "ld" at 32
at> CREATE TABLE r (a int, b int) PARTITION BY RANGE (a, b);
CREATE TABLE
at> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1, MINVALUE) TO (5, 5);
CREATE TABLE
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (5, 5) TO (5, 5);
ERROR 42P17: empty range bound specified for partition "r2" at 52
DETAIL: Specified lower bound (5, 5) is greater than or equal to upper bound (5, 5).
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (5, 4) TO (6, 6);
ERROR 42P17: partition "r2" would overlap partition "r1" at 52
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (0, 0) TO (1, 1);
ERROR 42P17: partition "r2" would overlap partition "r1" at 62
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (0, 0) TO (2, 1);
ERROR 42P17: partition "r2" would overlap partition "r1" at 59
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (MINVALUE, 0) TO (0, 0);
ERROR 42804: every bound following MINVALUE must also be MINVALUE at 59
at> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (6, 6) TO (7, 7);
CREATE TABLE
at> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (5, 5) TO (6, 6);
CREATE TABLE
at> CREATE TABLE r4 PARTITION OF r FOR VALUES FROM (MINVALUE, MINVALUE) TO (MAXVALUE, MAXVALUE);
ERROR 42P17: partition "r4" would overlap partition "r1" at 73
at> CREATE TABLE h (a int) PARTITION BY HASH (a);
CREATE TABLE
at> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 4, SIZE 1);
ERROR 42601: unrecognized hash partition bound specification "size" at 60
at> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 0, MODULUS 4);
ERROR 42710: modulus for hash partition provided more than once at 73
at> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS -4, REMAINDER 0);
ERROR 42601: syntax error at or near "-" at 57
at> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE
at> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
ERROR 42P17: partition "h2" would overlap partition "h1" at 43
at> CREATE TABLE x (a int);
CREATE TABLE
at> ALTER TABLE l ATTACH PARTITION x FOR VALUES IN (4, 'x');
ERROR 22P02: invalid input syntax for type integer: "x" at 52
at> ALTER TABLE l ATTACH PARTITION x FOR VALUES IN (4, 1);
ERROR 42P17: partition "x" would overlap partition "l1" at 52
at> ALTER TABLE l ATTACH PARTITION x DEFAULT;
ERROR 42P17: partition "x" conflicts with existing default partition "ld" at 34
at> ALTER TABLE l ATTACH PARTITION x FOR VALUES FROM (1) TO (2);
ERROR 42P16: invalid bound specification for a list partition at 45
at> ALTER TABLE l ADD COLUMN b int, ATTACH PARTITION x DEFAULT;
ERROR 42601: syntax error at or near "ATTACH" at 33
at> ALTER TABLE l ATTACH PARTITION x;
ERROR 42601: syntax error at or near ";" at 33
at> SELECT 1; ALTER TABLE l ATTACH PARTITION x FOR VALUES IN (4, 1);
?column?
1
SELECT 1
ERROR 42P17: partition "x" would overlap partition "l1" at 62
