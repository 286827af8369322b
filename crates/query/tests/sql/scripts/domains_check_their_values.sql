> CREATE DOMAIN posint AS int CHECK (VALUE > 0);

> CREATE DOMAIN code AS varchar(3) DEFAULT 'abc' NOT NULL CONSTRAINT upper_or_lower CHECK (VALUE ~ '^[A-Za-z]*$');

> CREATE DOMAIN small AS posint CHECK (VALUE < 100) DEFAULT 7;

> CREATE DOMAIN posint AS text;

> CREATE DOMAIN twice AS int DEFAULT 1 DEFAULT 2;

> CREATE DOMAIN nully AS int NULL NOT NULL;

> CREATE DOMAIN keyed AS int PRIMARY KEY;

> CREATE DOMAIN other AS int CHECK (x > 0);

> CREATE TABLE t (id int PRIMARY KEY, p posint, c code, s small, a posint[]);

> INSERT INTO t (id) VALUES (1) RETURNING *;

> INSERT INTO t VALUES (2, 5, 'x', 99, '{1,2}') RETURNING *;

> INSERT INTO t (id, p) VALUES (3, 0);

> INSERT INTO t (id, s) VALUES (3, 100);

> INSERT INTO t (id, s) VALUES (3, -1);

> INSERT INTO t (id, c) VALUES (3, NULL);

> INSERT INTO t (id, c) VALUES (3, 'abcd');

> INSERT INTO t (id, c) VALUES (3, '1');

> INSERT INTO t (id, a) VALUES (3, '{1,0}');

> INSERT INTO t (id, a) VALUES (3, ARRAY[3, NULL, 4]) RETURNING a;

> INSERT INTO t (id, p) SELECT n, 6 - n FROM generate_series(4, 6) n;

> UPDATE t SET p = p - 5 WHERE id = 2;

> UPDATE t SET p = 3, a[1] = 0 WHERE id = 2;

> UPDATE t SET p = 3, a[1] = 9, a[3] = 8 WHERE id = 2 RETURNING *;

> INSERT INTO t (id, p) VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET p = excluded.p - 1;

> SELECT 5::posint + 1, pg_typeof(5::posint), pg_typeof(p), pg_typeof(p + 1), pg_typeof(a) FROM t WHERE id = 2;

> SELECT 0::posint;

> SELECT NULL::posint, 'abcdef'::code, '5'::small;

> SELECT NULL::code;

> SELECT ARRAY[1, -1]::posint[];

> SELECT id FROM t WHERE p > 2 AND c = 'x' AND s IN (99, 7) ORDER BY p;

> SELECT p, count(*) FROM t GROUP BY p ORDER BY p;

> SELECT coalesce(p, 0), CASE WHEN p IS NULL THEN -1 ELSE p END, greatest(p, 10) FROM t ORDER BY id;

> PREPARE add AS INSERT INTO t (id, p) VALUES ($1, $2) RETURNING id, p;

> EXECUTE add (10, 11);

> EXECUTE add (11, -11);

> PREPARE cast_it (posint) AS SELECT $1 + 1;

> EXECUTE cast_it (1);

> COPY t (id, p, c) FROM STDIN;
<20	3	q
<21	\N	qq

> COPY t (id, p) FROM STDIN;
<22	0

> COPY t (id, c) FROM STDIN;
<22	\N

> COPY (SELECT id, p, c, s FROM t ORDER BY id) TO STDOUT;

-- Changes ask the rows that are there.
> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5);

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5) NOT VALID;

> DELETE FROM t WHERE a IS NOT NULL;

> ALTER TABLE t DROP COLUMN a;

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5);

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 5) NOT VALID;

> ALTER DOMAIN posint ADD CONSTRAINT below CHECK (VALUE < 6);

> INSERT INTO t (id, p) VALUES (30, 6);

> ALTER DOMAIN posint VALIDATE CONSTRAINT below;

> DELETE FROM t WHERE p >= 5 OR s >= 5;

> ALTER DOMAIN posint VALIDATE CONSTRAINT below;

> ALTER DOMAIN posint VALIDATE CONSTRAINT nothing;

> ALTER DOMAIN posint RENAME CONSTRAINT below TO under;

> INSERT INTO t (id, p, s) VALUES (30, 6, 1);

> ALTER DOMAIN posint DROP CONSTRAINT under;

> ALTER DOMAIN posint DROP CONSTRAINT under;

> ALTER DOMAIN posint DROP CONSTRAINT IF EXISTS under;

> INSERT INTO t (id, p) VALUES (30, 6) RETURNING *;

> INSERT INTO t (id) VALUES (31);

> ALTER DOMAIN posint SET NOT NULL;

> UPDATE t SET p = 1 WHERE p IS NULL;

> ALTER DOMAIN posint SET NOT NULL;

> INSERT INTO t (id) VALUES (32);

> ALTER DOMAIN posint SET DEFAULT 42;

> INSERT INTO t (id) VALUES (32) RETURNING *;

> ALTER DOMAIN small DROP DEFAULT;

> INSERT INTO t (id) VALUES (33) RETURNING *;

> ALTER DOMAIN posint DROP NOT NULL;

> ALTER TABLE t ALTER COLUMN p DROP DEFAULT, ADD COLUMN p2 posint, ADD COLUMN p3 posint DEFAULT 3;

> SELECT * FROM t ORDER BY id;

> ALTER TABLE t ADD COLUMN p4 posint DEFAULT 0;

> ALTER TABLE t ALTER COLUMN p2 TYPE text;

> ALTER TABLE t ALTER COLUMN p2 TYPE small USING p2::int;

-- Two transactions that use the domain's column conflict with its change.
b> BEGIN;

b> INSERT INTO t (id, p) VALUES (40, 50);

> ALTER DOMAIN posint ADD CONSTRAINT fifty CHECK (VALUE <> 50);

b> COMMIT;

-- What is shown.
> SELECT conname, pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE contypid <> 0 AND connamespace = 'public'::regnamespace ORDER BY conname;

> SELECT typname, typtype, typbasetype::regtype, typtypmod, typnotnull, typdefault FROM pg_type WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace ORDER BY typname;

> SELECT domain_name, data_type, character_maximum_length, domain_default, udt_name FROM information_schema.domains WHERE domain_schema = 'public' ORDER BY 1;

> SELECT constraint_name, domain_name FROM information_schema.domain_constraints WHERE domain_schema = 'public' ORDER BY 1;

> SELECT column_name, data_type, udt_name, domain_name FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position;

> CREATE VIEW v AS SELECT id, p, p + 1 AS q, 1::small AS one FROM t;

> SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'v'::regclass ORDER BY attnum;

> CREATE TABLE u AS SELECT * FROM v;

> INSERT INTO u VALUES (1, -1, 1, 1);

-- Of enums, of other schemas, and gone.
> CREATE SCHEMA s;

> CREATE TYPE s.mood AS ENUM ('sad', 'ok', 'happy');

> CREATE DOMAIN s.good AS s.mood CHECK (VALUE > 'sad');

> CREATE TABLE m (g s.good PRIMARY KEY, b boolean CHECK (b OR 'ok'::s.good IS NOT NULL));

> INSERT INTO m VALUES ('happy'), ('ok');

> INSERT INTO m VALUES ('sad');

> ALTER TYPE s.mood RENAME VALUE 'sad' TO 'bad';

> INSERT INTO m VALUES ('bad');

> SELECT g, g = 'ok'::s.mood AS is_ok, g > 'bad'::s.mood AS above FROM m ORDER BY g;

> DROP DOMAIN posint;

> DROP DOMAIN s.mood;

> DROP DOMAIN posint CASCADE;

> SELECT * FROM t WHERE id < 40 ORDER BY id;

> DROP SCHEMA s CASCADE;

> SELECT * FROM m;

> DROP DOMAIN IF EXISTS posint, nowhere.d;
