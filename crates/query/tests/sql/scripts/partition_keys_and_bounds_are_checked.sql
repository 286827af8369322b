-- What PARTITION BY and FOR VALUES may say.

> CREATE TABLE t (a int, b text) PARTITION BY LIST (a, b);
ERROR 42P17: cannot use "list" partition strategy with more than one column

> CREATE TABLE t (a int) PARTITION BY LIST (nothing);
ERROR 42703: column "nothing" named in partition key does not exist

> CREATE TABLE t (a int) PARTITION BY RANGE (xmin);
ERROR 42P17: cannot use system column "xmin" in partition key

> CREATE TABLE t (a int) PARTITION BY MAGIC (a);
ERROR 22023: unrecognized partitioning strategy "magic"

> CREATE TABLE t (a int) PARTITION BY RANGE (('const'));
ERROR 42P16: partition key column 1 has pseudo-type unknown

> CREATE TABLE t (a int) PARTITION BY RANGE ((42));
ERROR 42P17: cannot use constant expression as partition key

> CREATE TABLE t (a int) PARTITION BY RANGE (random());
ERROR 42P17: functions in partition key expression must be marked IMMUTABLE

> CREATE TABLE t (a int) PARTITION BY RANGE ((avg(a)));
ERROR 42803: aggregate functions are not allowed in partition key expressions

> CREATE TABLE t (a int) PARTITION BY RANGE ((row_number() OVER ()));
ERROR 42P20: window functions are not allowed in partition key expressions

> CREATE TABLE t (a int) PARTITION BY RANGE ((generate_series(1, a)));
ERROR 0A000: set-returning functions are not allowed in partition key expressions

> CREATE TABLE t (a timestamptz) PARTITION BY RANGE ((a::date));
ERROR 42P17: functions in partition key expression must be marked IMMUTABLE

> CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE (b);
ERROR 42P17: cannot use generated column in partition key
DETAIL: Column "b" is a generated column.

> CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY RANGE ((b + 1));
ERROR 42P17: cannot use generated column in partition key
DETAIL: Column "b" is a generated column.

> CREATE TABLE t (a point) PARTITION BY LIST (a);
ERROR 42704: data type point has no default operator class for access method "btree"
HINT: You must specify a btree operator class or define a default btree operator class for the data type.

> CREATE TABLE t (a json) PARTITION BY RANGE (a);
ERROR 42704: data type json has no default operator class for access method "btree"
HINT: You must specify a btree operator class or define a default btree operator class for the data type.

> CREATE TABLE t (a json) PARTITION BY HASH (a);
ERROR 42704: data type json has no default operator class for access method "hash"
HINT: You must specify a hash operator class or define a default hash operator class for the data type.

> CREATE TABLE t (a int) PARTITION BY RANGE (a text_ops);
ERROR 42804: operator class "text_ops" does not accept data type integer

> CREATE TABLE t (a int) PARTITION BY RANGE (a nothing_ops);
ERROR 42704: operator class "nothing_ops" does not exist for access method "btree"

> CREATE TABLE t (a int) PARTITION BY RANGE (a COLLATE "C");
ERROR 42804: collations are not supported by type integer

> CREATE TABLE t (a text) PARTITION BY RANGE (a COLLATE nothing);
ERROR 42704: collation "nothing" for encoding "UTF8" does not exist

> CREATE TABLE parent (a int);
CREATE TABLE

> CREATE TABLE t () INHERITS (parent) PARTITION BY RANGE (a);
ERROR 42P17: cannot create partitioned table as inheritance child

> CREATE TABLE t (a int CHECK (a > 0) NO INHERIT) PARTITION BY RANGE (a);
ERROR 42P16: cannot add NO INHERIT constraint to partitioned table "t"

> CREATE TABLE t (a int) PARTITION BY RANGE (a);
CREATE TABLE

> ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NO INHERIT;
ERROR 42P16: cannot add NO INHERIT constraint to partitioned table "t"

> ALTER TABLE t DROP COLUMN a;
ERROR 42P16: cannot drop column "a" because it is part of the partition key of relation "t"

> ALTER TABLE t ALTER COLUMN a TYPE bigint;
ERROR 42P16: cannot alter column "a" because it is part of the partition key of relation "t"

> CREATE TABLE nope PARTITION OF parent FOR VALUES IN (1);
ERROR 42P17: "parent" is not partitioned

> CREATE TABLE nope PARTITION OF nothing FOR VALUES IN (1);
ERROR 42P01: relation "nothing" does not exist

-- Lists.

> CREATE TABLE l (a int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE l1 PARTITION OF l FOR VALUES FROM (1) TO (2);
ERROR 42P16: invalid bound specification for a list partition

> CREATE TABLE l1 PARTITION OF l FOR VALUES WITH (MODULUS 10, REMAINDER 1);
ERROR 42P16: invalid bound specification for a list partition

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (somename);
ERROR 0A000: cannot use column reference in partition bound expression

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (l.a);
ERROR 0A000: cannot use column reference in partition bound expression

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (sum(1));
ERROR 42803: aggregate functions are not allowed in partition bound

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ((SELECT 1));
ERROR 0A000: cannot use subquery in partition bound

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN (generate_series(1, 2));
ERROR 0A000: set-returning functions are not allowed in partition bound

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ((1 + 1) COLLATE "C");
ERROR 42804: collations are not supported by type integer

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('x');
ERROR 22P02: invalid input syntax for type integer: "x"

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('2020-01-01'::date);
ERROR 42804: specified value cannot be cast to type integer for column "a"

> CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('1', 2, 1 + 2, NULL, 1);
CREATE TABLE

> SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'l1';
pg_get_expr
FOR VALUES IN (1, 2, 3, NULL)
SELECT 1

> CREATE TABLE l2 PARTITION OF l FOR VALUES IN (3);
ERROR 42P17: partition "l2" would overlap partition "l1"

> CREATE TABLE l2 PARTITION OF l FOR VALUES IN (4, NULL);
ERROR 42P17: partition "l2" would overlap partition "l1"

> CREATE TABLE l2 PARTITION OF l FOR VALUES IN (4, 5);
CREATE TABLE

> CREATE TABLE ld PARTITION OF l DEFAULT;
CREATE TABLE

> CREATE TABLE ld2 PARTITION OF l DEFAULT;
ERROR 42P17: partition "ld2" conflicts with existing default partition "ld"

> INSERT INTO l VALUES (77), (1), (NULL);
INSERT 0 3

> CREATE TABLE l3 PARTITION OF l FOR VALUES IN (77);
ERROR 23514: updated partition constraint for default partition "ld" would be violated by some row

> CREATE TABLE l3 PARTITION OF l FOR VALUES IN (78);
CREATE TABLE

> SELECT tableoid::regclass, a FROM l ORDER BY a;
tableoid | a
l1 | 1
ld | 77
l1 | NULL
SELECT 3

> CREATE TABLE m (a money) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE m1 PARTITION OF m FOR VALUES IN (10);
CREATE TABLE

> CREATE TABLE b (a bool) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE b1 PARTITION OF b FOR VALUES IN (1 = 1);
CREATE TABLE

> CREATE TABLE b2 PARTITION OF b FOR VALUES IN ('f');
CREATE TABLE

> CREATE TABLE big (a bigint) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE big1 PARTITION OF big FOR VALUES IN (10, '11');
CREATE TABLE

> SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname IN ('m1', 'b1', 'b2', 'big1') ORDER BY 1;
relname | pg_get_expr
b1 | FOR VALUES IN (true)
b2 | FOR VALUES IN (false)
big1 | FOR VALUES IN ('10', '11')
m1 | FOR VALUES IN ('$10.00')
SELECT 4

-- Ranges.

> CREATE TABLE r (a int) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1);
ERROR 42P16: invalid bound specification for a range partition

> CREATE TABLE r1 PARTITION OF r FOR VALUES WITH (MODULUS 10, REMAINDER 1);
ERROR 42P16: invalid bound specification for a range partition

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1, 2) TO (3);
ERROR 42P16: FROM must specify exactly one value per partitioning column

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1) TO (3, 4);
ERROR 42P16: TO must specify exactly one value per partitioning column

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (NULL) TO (3);
ERROR 42P17: cannot specify NULL in range bound

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (1) TO (1);
ERROR 42P17: empty range bound specified for partition "r1"
DETAIL: Specified lower bound (1) is greater than or equal to upper bound (1).

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (3) TO (1);
ERROR 42P17: empty range bound specified for partition "r1"
DETAIL: Specified lower bound (3) is greater than or equal to upper bound (1).

> CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (MINVALUE) TO (10);
CREATE TABLE

> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (9) TO (20);
ERROR 42P17: partition "r2" would overlap partition "r1"

> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (MINVALUE) TO (0);
ERROR 42P17: partition "r2" would overlap partition "r1"

> CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (20) TO (30);
CREATE TABLE

> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (15) TO (21);
ERROR 42P17: partition "r3" would overlap partition "r2"

> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (25) TO (26);
ERROR 42P17: partition "r3" would overlap partition "r2"

> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (10) TO (MAXVALUE);
ERROR 42P17: partition "r3" would overlap partition "r2"

> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (29) TO (MAXVALUE);
ERROR 42P17: partition "r3" would overlap partition "r2"

> CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (30) TO (MAXVALUE);
CREATE TABLE

> CREATE TABLE r4 PARTITION OF r FOR VALUES FROM (11) TO (12);
CREATE TABLE

> CREATE TABLE rd PARTITION OF r DEFAULT;
CREATE TABLE

> INSERT INTO r VALUES (13), (NULL);
INSERT 0 2

> CREATE TABLE r5 PARTITION OF r FOR VALUES FROM (12) TO (14);
ERROR 23514: updated partition constraint for default partition "rd" would be violated by some row

> CREATE TABLE r5 PARTITION OF r FOR VALUES FROM (14) TO (20);
CREATE TABLE

> CREATE TABLE two (a int, b text) PARTITION BY RANGE (a, b);
CREATE TABLE

> CREATE TABLE two1 PARTITION OF two FOR VALUES FROM (1, 'x') TO (1, 'y');
CREATE TABLE

> CREATE TABLE two2 PARTITION OF two FOR VALUES FROM (1, MINVALUE) TO (1, 'w');
CREATE TABLE

> CREATE TABLE two3 PARTITION OF two FOR VALUES FROM (1, 'w') TO (1, 'xx');
ERROR 42P17: partition "two3" would overlap partition "two1"

> CREATE TABLE two3 PARTITION OF two FOR VALUES FROM (MINVALUE, 'a') TO (1, 'w');
ERROR 42804: every bound following MINVALUE must also be MINVALUE

> CREATE TABLE two3 PARTITION OF two FOR VALUES FROM (0, MAXVALUE) TO (1, MINVALUE);
CREATE TABLE

> CREATE TABLE two4 PARTITION OF two FOR VALUES FROM (1, 'y') TO (MAXVALUE, MAXVALUE);
CREATE TABLE

> CREATE TABLE two5 PARTITION OF two FOR VALUES FROM (2, 'y') TO (3, 'a');
ERROR 42P17: partition "two5" would overlap partition "two4"

-- Hashes.

> CREATE TABLE h (a int, b text) PARTITION BY HASH (a, b);
CREATE TABLE

> CREATE TABLE h1 PARTITION OF h FOR VALUES FROM (1) TO (2);
ERROR 42P16: invalid bound specification for a hash partition

> CREATE TABLE h1 PARTITION OF h FOR VALUES IN (1);
ERROR 42P16: invalid bound specification for a hash partition

> CREATE TABLE h1 PARTITION OF h DEFAULT;
ERROR 42P16: a hash-partitioned table may not have a default partition

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 0, REMAINDER 1);
ERROR 42P16: modulus for hash partition must be an integer value greater than zero

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 8);
ERROR 42P16: remainder for hash partition must be less than modulus

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 8);
ERROR 42601: remainder for hash partition must be specified

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (REMAINDER 1);
ERROR 42601: modulus for hash partition must be specified

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 1, MODULUS 8);
ERROR 42710: modulus for hash partition provided more than once

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 8, SIZE 1);
ERROR 42601: unrecognized hash partition bound specification "size"

> CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 8, REMAINDER 0);
ERROR 42P17: partition "h2" would overlap partition "h1"

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 25, REMAINDER 2);
ERROR 42P17: every hash partition modulus must be a factor of the next larger modulus
DETAIL: The new modulus 25 is not divisible by 8, the modulus of existing partition "h1".

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 0);
ERROR 42P17: partition "h2" would overlap partition "h1"

> CREATE TABLE h2 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE

> CREATE TABLE h3 PARTITION OF h FOR VALUES WITH (MODULUS 200, REMAINDER 2);
CREATE TABLE

> CREATE TABLE h4 PARTITION OF h FOR VALUES WITH (MODULUS 150, REMAINDER 3);
ERROR 42P17: every hash partition modulus must be a factor of the next larger modulus
DETAIL: The new modulus 150 is not divisible by 8, the modulus of existing partition "h1".

-- Other kinds of tables.

> CREATE TEMP TABLE tl (a int) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE perm PARTITION OF tl FOR VALUES IN (1);
ERROR 42809: cannot create a permanent relation as partition of temporary relation "tl"

> CREATE TEMP TABLE tl1 PARTITION OF tl FOR VALUES IN (1);
CREATE TABLE

> INSERT INTO tl VALUES (1);
INSERT 0 1

> SELECT tableoid::regclass, a FROM tl;
tableoid | a
tl1 | 1
SELECT 1

> INSERT INTO tl VALUES (2);
ERROR 23514: no partition of relation "tl" found for row
DETAIL: Partition key of the failing row contains (a) = (2).

> CREATE TEMP TABLE tl2 PARTITION OF l FOR VALUES IN (99);
ERROR 42809: cannot create a temporary relation as partition of permanent relation "l"

> CREATE VIEW v AS SELECT 1 AS a;
CREATE VIEW

> CREATE TABLE vp PARTITION OF v FOR VALUES IN (1);
ERROR 42809: inherited relation "v" is not a table or foreign table
