> CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN

> CREATE DOMAIN code AS varchar(3) DEFAULT 'abc' NOT NULL CONSTRAINT upper_or_lower CHECK (VALUE ~ '^[A-Za-z]*$');
CREATE DOMAIN

> CREATE DOMAIN small AS posint CHECK (VALUE < 100) DEFAULT 7;
CREATE DOMAIN

> CREATE DOMAIN posint AS text;
ERROR 42710: type "posint" already exists

> CREATE DOMAIN twice AS int DEFAULT 1 DEFAULT 2;
ERROR 42601: multiple default expressions

> CREATE DOMAIN nully AS int NULL NOT NULL;
ERROR 42601: conflicting NULL/NOT NULL constraints

> CREATE DOMAIN keyed AS int PRIMARY KEY;
ERROR 42601: primary key constraints not possible for domains

> CREATE DOMAIN other AS int CHECK (x > 0);
ERROR 42703: column "x" does not exist

> CREATE TABLE t (id int PRIMARY KEY, p posint, c code, s small, a posint[]);
CREATE TABLE

> INSERT INTO t (id) VALUES (1) RETURNING *;
id | p | c | s | a
1 | NULL | abc | 7 | NULL
INSERT 0 1

> INSERT INTO t VALUES (2, 5, 'x', 99, '{1,2}') RETURNING *;
id | p | c | s | a
2 | 5 | x | 99 | {1,2}
INSERT 0 1

> INSERT INTO t (id, p) VALUES (3, 0);
ERROR 23514: value for domain posint violates check constraint "posint_check"

> INSERT INTO t (id, s) VALUES (3, 100);
ERROR 23514: value for domain small violates check constraint "small_check"

> INSERT INTO t (id, s) VALUES (3, -1);
ERROR 23514: value for domain small violates check constraint "posint_check"

> INSERT INTO t (id, c) VALUES (3, NULL);
ERROR 23502: domain code does not allow null values

> INSERT INTO t (id, c) VALUES (3, 'abcd');
ERROR 22001: value too long for type character varying(3)

> INSERT INTO t (id, c) VALUES (3, '1');
ERROR 23514: value for domain code violates check constraint "upper_or_lower"

> INSERT INTO t (id, a) VALUES (3, '{1,0}');
ERROR 23514: value for domain posint violates check constraint "posint_check"

> INSERT INTO t (id, a) VALUES (3, ARRAY[3, NULL, 4]) RETURNING a;
a
{3,NULL,4}
INSERT 0 1

> INSERT INTO t (id, p) SELECT n, 6 - n FROM generate_series(4, 6) n;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> UPDATE t SET p = p - 5 WHERE id = 2;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> UPDATE t SET p = 3, a[1] = 0 WHERE id = 2;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> UPDATE t SET p = 3, a[1] = 9, a[3] = 8 WHERE id = 2 RETURNING *;
id | p | c | s | a
2 | 3 | x | 99 | {9,2,8}
UPDATE 1

> INSERT INTO t (id, p) VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET p = excluded.p - 1;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> SELECT 5::posint + 1, pg_typeof(5::posint), pg_typeof(p), pg_typeof(p + 1), pg_typeof(a) FROM t WHERE id = 2;
?column? | pg_typeof | pg_typeof | pg_typeof | pg_typeof
6 | posint | posint | integer | posint[]
SELECT 1

> SELECT 0::posint;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> SELECT NULL::posint, 'abcdef'::code, '5'::small;
posint | code | small
NULL | abc | 5
SELECT 1

> SELECT NULL::code;
ERROR 23502: domain code does not allow null values

> SELECT ARRAY[1, -1]::posint[];
ERROR 23514: value for domain posint violates check constraint "posint_check"

> SELECT id FROM t WHERE p > 2 AND c = 'x' AND s IN (99, 7) ORDER BY p;
id
2
SELECT 1

> SELECT p, count(*) FROM t GROUP BY p ORDER BY p;
p | count
3 | 1
NULL | 2
SELECT 2

> SELECT coalesce(p, 0), CASE WHEN p IS NULL THEN -1 ELSE p END, greatest(p, 10) FROM t ORDER BY id;
coalesce | p | greatest
0 | -1 | 10
3 | 3 | 10
0 | -1 | 10
SELECT 3

> PREPARE add AS INSERT INTO t (id, p) VALUES ($1, $2) RETURNING id, p;
PREPARE

> EXECUTE add (10, 11);
id | p
10 | 11
INSERT 0 1

> EXECUTE add (11, -11);
ERROR 23514: value for domain posint violates check constraint "posint_check"

> PREPARE cast_it (posint) AS SELECT $1 + 1;
PREPARE

> EXECUTE cast_it (1);
?column?
2
SELECT 1

> COPY t (id, p, c) FROM STDIN;
<20	3	q
<21	\N	qq
COPY 2

> COPY t (id, p) FROM STDIN;
<22	0
ERROR 23514: value for domain posint violates check constraint "posint_check"
CONTEXT: COPY t, line 1, column p: "0"

> COPY t (id, c) FROM STDIN;
<22	\N
ERROR 23502: domain code does not allow null values
CONTEXT: COPY t, line 1, column c: null input

> COPY (SELECT id, p, c, s FROM t ORDER BY id) TO STDOUT;
1	\N	abc	7
2	3	x	99
3	\N	abc	7
10	11	abc	7
20	3	q	7
21	\N	qq	7
COPY 6

-- Changes ask the rows that are there.
> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5);
ERROR 0A000: cannot alter type "posint" because column "t.a" uses it

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5) NOT VALID;
ALTER DOMAIN

> DELETE FROM t WHERE a IS NOT NULL;
DELETE 2

> ALTER TABLE t DROP COLUMN a;
ALTER TABLE

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5);
ERROR 42710: constraint "below" for domain "posint" already exists

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5) NOT VALID;
ERROR 42710: constraint "below" for domain "posint" already exists

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 6);
ERROR 42710: constraint "below" for domain "posint" already exists

> INSERT INTO t (id, p) VALUES (30, 6);
ERROR 23514: value for domain posint violates check constraint "below"

> ALTER DOMAIN posint VALIDATE CONSTRAINT below;
ERROR 23514: column "p" of table "t" contains values that violate the new constraint

> DELETE FROM t WHERE p >= 5 OR s >= 5;
DELETE 4

> ALTER DOMAIN posint VALIDATE CONSTRAINT below;
ALTER DOMAIN

> ALTER DOMAIN posint VALIDATE CONSTRAINT nothing;
ERROR 42704: constraint "nothing" of domain "posint" does not exist

> ALTER DOMAIN posint RENAME CONSTRAINT below TO under;
ALTER DOMAIN

> INSERT INTO t (id, p, s) VALUES (30, 6, 1);
ERROR 23514: value for domain posint violates check constraint "under"

> ALTER DOMAIN posint DROP CONSTRAINT under;
ALTER DOMAIN

> ALTER DOMAIN posint DROP CONSTRAINT under;
ERROR 42704: constraint "under" of domain "posint" does not exist

> ALTER DOMAIN posint DROP CONSTRAINT IF EXISTS under;
NOTICE: constraint "under" of domain "posint" does not exist, skipping
ALTER DOMAIN

> INSERT INTO t (id, p) VALUES (30, 6) RETURNING *;
id | p | c | s
30 | 6 | abc | 7
INSERT 0 1

> INSERT INTO t (id) VALUES (31);
INSERT 0 1

> ALTER DOMAIN posint SET NOT NULL;
ERROR 23502: column "p" of table "t" contains null values

> UPDATE t SET p = 1 WHERE p IS NULL;
UPDATE 1

> ALTER DOMAIN posint SET NOT NULL;
ALTER DOMAIN

> INSERT INTO t (id) VALUES (32);
ERROR 23502: domain posint does not allow null values

> ALTER DOMAIN posint SET DEFAULT 42;
ALTER DOMAIN

> INSERT INTO t (id) VALUES (32) RETURNING *;
id | p | c | s
32 | 42 | abc | 7
INSERT 0 1

> ALTER DOMAIN small DROP DEFAULT;
ALTER DOMAIN

> INSERT INTO t (id) VALUES (33) RETURNING *;
id | p | c | s
33 | 42 | abc | 42
INSERT 0 1

> ALTER DOMAIN posint DROP NOT NULL;
ALTER DOMAIN

> ALTER TABLE t ALTER COLUMN p DROP DEFAULT, ADD COLUMN p2 posint, ADD COLUMN p3 posint DEFAULT 3;
ALTER TABLE

> SELECT * FROM t ORDER BY id;
id | p | c | s | p2 | p3
30 | 6 | abc | 7 | 42 | 3
31 | 1 | abc | 7 | 42 | 3
32 | 42 | abc | 7 | 42 | 3
33 | 42 | abc | 42 | 42 | 3
SELECT 4

> ALTER TABLE t ADD COLUMN p4 posint DEFAULT 0;
ERROR 23514: value for domain posint violates check constraint "posint_check"

> ALTER TABLE t ALTER COLUMN p2 TYPE text;
ALTER TABLE

> ALTER TABLE t ALTER COLUMN p2 TYPE small USING p2::int;
ALTER TABLE

-- Two transactions that use the domain's column conflict with its change.
b> BEGIN;
BEGIN

b> INSERT INTO t (id, p) VALUES (40, 50);
INSERT 0 1

> ALTER DOMAIN posint ADD CONSTRAINT fifty CHECK (VALUE <> 50);
ALTER DOMAIN

b> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Table "t" was locked by a transaction that committed at ….
HINT: The transaction might succeed if retried.

-- What is shown.
> SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE contypid <> 0 AND connamespace = 'public'::regnamespace ORDER BY conname;
conname | pg_get_constraintdef | pg_get_constraintdef
fifty | CHECK ((VALUE <> 50)) | CHECK (VALUE <> 50)
posint_check | CHECK ((VALUE > 0)) | CHECK (VALUE > 0)
small_check | CHECK ((VALUE < 100)) | CHECK (VALUE < 100)
upper_or_lower | CHECK (((VALUE)::text ~ '^[A-Za-z]*$'::text)) | CHECK (VALUE::text ~ '^[A-Za-z]*$'::text)
SELECT 4

> SELECT typname, typtype, typbasetype::regtype, typtypmod, typnotnull, typdefault FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace ORDER BY typname;
typname | typtype | typbasetype | typtypmod | typnotnull | typdefault
code | d | character varying | 7 | t | 'abc'::character varying
posint | d | integer | -1 | f | 42
small | d | posint | -1 | f | NULL
SELECT 3

> SELECT domain_name, data_type, character_maximum_length, domain_default, udt_name FROM information_schema.domains WHERE domain_schema = 'public' ORDER BY 1;
domain_name | data_type | character_maximum_length | domain_default | udt_name
code | character varying | 3 | 'abc'::character varying | varchar
posint | integer | NULL | 42 | int4
small | integer | NULL | NULL | int4
SELECT 3

> SELECT constraint_name, domain_name FROM information_schema.domain_constraints WHERE domain_schema = 'public' ORDER BY 1;
constraint_name | domain_name
fifty | posint
posint_check | posint
small_check | small
upper_or_lower | code
SELECT 4

> SELECT column_name, data_type, udt_name, domain_name FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position;
column_name | data_type | udt_name | domain_name
id | integer | int4 | NULL
p | integer | int4 | posint
c | character varying | varchar | code
s | integer | int4 | small
p2 | integer | int4 | small
p3 | integer | int4 | posint
SELECT 6

> CREATE VIEW v AS SELECT id, p, p + 1 AS q, 1::small AS one FROM t;
CREATE VIEW

> SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'v'::regclass ORDER BY attnum;
attname | format_type
id | integer
p | posint
q | integer
one | small
SELECT 4

> CREATE TABLE u AS SELECT * FROM v;
SELECT 4

> INSERT INTO u VALUES (1, -1, 1, 1);
ERROR 23514: value for domain posint violates check constraint "posint_check"

-- Of enums, of other schemas, and gone.
> CREATE SCHEMA s;
CREATE SCHEMA

> CREATE TYPE s.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE

> CREATE DOMAIN s.good AS s.mood CHECK (VALUE > 'sad');
CREATE DOMAIN

> CREATE TABLE m (g s.good PRIMARY KEY, b boolean CHECK (b OR 'ok'::s.good IS NOT NULL));
CREATE TABLE

> INSERT INTO m VALUES ('happy'), ('ok');
INSERT 0 2

> INSERT INTO m VALUES ('sad');
ERROR 23514: value for domain s.good violates check constraint "good_check"

> ALTER TYPE s.mood RENAME VALUE 'sad' TO 'bad';
ALTER TYPE

> INSERT INTO m VALUES ('bad');
ERROR 23514: value for domain s.good violates check constraint "good_check"

> SELECT g, g = 'ok'::s.mood AS is_ok, g > 'bad'::s.mood AS above FROM m ORDER BY g;
g | is_ok | above
ok | t | t
happy | f | t
SELECT 2

> DROP DOMAIN posint;
ERROR 2BP01: cannot drop type posint because other objects depend on it
DETAIL: type small depends on type posint
column p2 of table t depends on type small
column s of table t depends on type small
column one of table u depends on type small
column p3 of table t depends on type posint
column p of table t depends on type posint
view v depends on column p of table t
column p of table u depends on type posint
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP DOMAIN s.mood;
ERROR 42809: "s.mood" is not a domain

> DROP DOMAIN posint CASCADE;
NOTICE: drop cascades to 8 other objects
DROP DOMAIN

> SELECT * FROM t WHERE id < 40 ORDER BY id;
id | c
30 | abc
31 | abc
32 | abc
33 | abc
SELECT 4

> DROP SCHEMA s CASCADE;
NOTICE: drop cascades to 4 other objects
DROP SCHEMA

> SELECT * FROM m;
b
NULL
NULL
SELECT 2

> DROP DOMAIN IF EXISTS posint, nowhere.d;
NOTICE: type "posint" does not exist, skipping
NOTICE: schema "nowhere" does not exist, skipping
DROP DOMAIN
