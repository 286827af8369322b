> CREATE TABLE t (id int PRIMARY KEY, a int, b text, n numeric, ended bool DEFAULT false, EXCLUDE (a WITH =), CONSTRAINT words EXCLUDE USING hash (lower(b) WITH =), EXCLUDE USING btree (n WITH =, b WITH =) INCLUDE (a) WITH (fillfactor = 80) WHERE (NOT ended));
CREATE TABLE
> INSERT INTO t (id, a, b, n) VALUES (1, 1, 'one', 1.0), (2, NULL, NULL, NULL), (3, NULL, NULL, 1);
INSERT 0 3
> INSERT INTO t (id, a, b, n) VALUES (4, 1, 'four', 4);
ERROR 23P01: conflicting key value violates exclusion constraint "t_a_excl"
DETAIL: Key (a)=(1) conflicts with existing key (a)=(1).
> INSERT INTO t (id, a, b, n) VALUES (4, 4, 'ONE', 4);
ERROR 23P01: conflicting key value violates exclusion constraint "words"
DETAIL: Key (lower(b))=(one) conflicts with existing key (lower(b))=(one).
> INSERT INTO t (id, a, b, n) VALUES (4, 4, 'x', 4), (5, 4, 'y', 5);
ERROR 23P01: conflicting key value violates exclusion constraint "t_a_excl"
DETAIL: Key (a)=(4) conflicts with existing key (a)=(4).
> UPDATE t SET a = 1 WHERE id = 2;
ERROR 23P01: conflicting key value violates exclusion constraint "t_a_excl"
DETAIL: Key (a)=(1) conflicts with existing key (a)=(1).
> UPDATE t SET b = 'One' WHERE id = 1;
UPDATE 1
> ALTER TABLE t DROP CONSTRAINT words;
ALTER TABLE
> INSERT INTO t (id, a, b, n) VALUES (4, 4, 'one', 1.00);
INSERT 0 1
> INSERT INTO t (id, a, b, n, ended) VALUES (4, 4, 'one', 1.00, true);
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (id)=(4) already exists.
> UPDATE t SET ended = false WHERE id = 4;
UPDATE 1
> SELECT id, a, b, n, ended FROM t ORDER BY id;
id | a | b | n | ended
1 | 1 | One | 1.0 | f
2 | NULL | NULL | NULL | f
3 | NULL | NULL | 1 | f
4 | 4 | one | 1.00 | f
SELECT 4
-- ON CONFLICT.
> INSERT INTO t (id, a) VALUES (5, 1) ON CONFLICT DO NOTHING;
INSERT 0 0
> INSERT INTO t (id, a) VALUES (5, 1) ON CONFLICT ON CONSTRAINT t_a_excl DO NOTHING;
INSERT 0 0
> INSERT INTO t (id, a) VALUES (1, 5) ON CONFLICT ON CONSTRAINT t_a_excl DO NOTHING;
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (id)=(1) already exists.
> INSERT INTO t (id, a) VALUES (5, 1) ON CONFLICT (a) DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
> INSERT INTO t (id, a) VALUES (5, 1) ON CONFLICT ON CONSTRAINT t_a_excl DO UPDATE SET b = 'x';
ERROR 42809: ON CONFLICT DO UPDATE not supported with exclusion constraints
-- Catalogs.
> SELECT conname, contype, conkey, conexclop::regoperator[], pg_get_constraintdef(oid), pg_get_constraintdef(oid, true) FROM pg_constraint WHERE conrelid = 't'::regclass ORDER BY conname;
conname | contype | conkey | conexclop | pg_get_constraintdef | pg_get_constraintdef
t_a_excl | x | {2} | {"=(integer,integer)"} | EXCLUDE USING btree (a WITH =) | EXCLUDE USING btree (a WITH =)
t_n_b_a_excl | x | {4,3} | {"=(numeric,numeric)","=(text,text)"} | EXCLUDE USING btree (n WITH =, b WITH =) INCLUDE (a) WITH (fillfactor='80') WHERE ((NOT ended)) | EXCLUDE USING btree (n WITH =, b WITH =) INCLUDE (a) WITH (fillfactor='80') WHERE (NOT ended)
t_pkey | p | {1} | NULL | PRIMARY KEY (id) | PRIMARY KEY (id)
SELECT 3
> SELECT indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY indexname;
indexdef
CREATE INDEX t_a_excl ON public.t USING btree (a)
CREATE INDEX t_n_b_a_excl ON public.t USING btree (n, b) INCLUDE (a) WITH (fillfactor='80') WHERE (NOT ended)
CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)
SELECT 3
> SELECT indexrelid::regclass, indisunique, indisexclusion, indimmediate FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1::text;
indexrelid | indisunique | indisexclusion | indimmediate
t_pkey | t | f | t
t_a_excl | f | t | t
t_n_b_a_excl | f | t | t
SELECT 3
> SELECT constraint_name, constraint_type FROM information_schema.table_constraints WHERE table_name = 't' AND constraint_type <> 'CHECK';
constraint_name | constraint_type
t_pkey | PRIMARY KEY
SELECT 1
> CREATE TABLE child (a int REFERENCES t (a));
ERROR 42830: there is no unique constraint matching given keys for referenced table "t"
> CREATE TABLE copy (LIKE t INCLUDING ALL);
CREATE TABLE
> SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'copy'::regclass ORDER BY conname;
conname | pg_get_constraintdef
copy_a_excl | EXCLUDE USING btree (a WITH =)
copy_n_b_a_excl | EXCLUDE USING btree (n WITH =, b WITH =) INCLUDE (a) WITH (fillfactor='80') WHERE ((NOT ended))
copy_pkey | PRIMARY KEY (id)
SELECT 3
-- Added to rows that are there.
> CREATE TABLE u (a int, b int);
CREATE TABLE
> INSERT INTO u VALUES (1, 1), (1, 2);
INSERT 0 2
> ALTER TABLE u ADD EXCLUDE (a WITH =);
ERROR 23P01: could not create exclusion constraint "u_a_excl"
DETAIL: Key (a)=(1) conflicts with key (a)=(1).
> ALTER TABLE u ADD CONSTRAINT u_odd EXCLUDE (a WITH =) WHERE (b % 2 = 1);
ALTER TABLE
> INSERT INTO u VALUES (1, 3);
ERROR 23P01: conflicting key value violates exclusion constraint "u_odd"
DETAIL: Key (a)=(1) conflicts with existing key (a)=(1).
> ALTER TABLE u ALTER COLUMN b TYPE bigint USING 1;
ERROR 23P01: could not create exclusion constraint "u_odd"
DETAIL: Key (a)=(1) conflicts with key (a)=(1).
> ALTER TABLE u ADD PRIMARY KEY USING INDEX u_odd;
ERROR 55000: index "u_odd" is already associated with a constraint
> ALTER INDEX u_odd RENAME TO u_even;
ALTER INDEX
> ALTER TABLE u DROP CONSTRAINT u_even;
ALTER TABLE
> ALTER TABLE u ADD CONSTRAINT u_pair EXCLUDE (a WITH =, b WITH =) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE
> BEGIN;
BEGIN
> INSERT INTO u VALUES (1, 1);
INSERT 0 1
> SET CONSTRAINTS u_pair IMMEDIATE;
ERROR 23P01: conflicting key value violates exclusion constraint "u_pair"
DETAIL: Key (a, b)=(1, 1) conflicts with existing key (a, b)=(1, 1).
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> INSERT INTO u VALUES (1, 1);
INSERT 0 1
> DELETE FROM u WHERE b = 1;
DELETE 2
> COMMIT;
COMMIT
> INSERT INTO u VALUES (1, 2) ON CONFLICT ON CONSTRAINT u_pair DO NOTHING;
ERROR 55000: ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters
> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'u_pair';
pg_get_constraintdef
EXCLUDE USING btree (a WITH =, b WITH =) DEFERRABLE INITIALLY DEFERRED
SELECT 1
-- Operators that exclude nothing.
> CREATE TABLE v (a int, EXCLUDE (a WITH <>));
ERROR 42809: operator <>(integer,integer) is not a member of operator family "integer_ops"
DETAIL: The exclusion operator must be related to the index operator class for the constraint.
> CREATE TABLE v (a int, EXCLUDE (a WITH <));
ERROR 42809: operator <(integer,integer) is not commutative
DETAIL: Only commutative operators can be used in exclusion constraints.
> CREATE TABLE v (a int, EXCLUDE (a WITH &&));
ERROR 42883: operator does not exist: integer && integer
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
> CREATE TABLE v (a int, EXCLUDE USING gin (a WITH =));
ERROR 0A000: access method "gin" does not support exclusion constraints
> CREATE TABLE v (a int, EXCLUDE USING brin (a WITH =));
ERROR 0A000: access method "brin" does not support exclusion constraints
> CREATE TABLE v (a int, EXCLUDE USING hash (a WITH =, a WITH =));
ERROR 0A000: access method "hash" does not support multicolumn indexes
> CREATE TABLE v (a int, EXCLUDE USING gist (a WITH =));
ERROR 42704: data type integer has no default operator class for access method "gist"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE TABLE v (a json, EXCLUDE (a WITH =));
ERROR 42704: data type json has no default operator class for access method "btree"
HINT: You must specify an operator class for the index or define a default operator class for the data type.
> CREATE TABLE v (a int, EXCLUDE (b WITH =));
ERROR 42703: column "b" named in key does not exist
> CREATE TABLE v (a int, EXCLUDE (a DESC WITH OPERATOR(pg_catalog.=)));
CREATE TABLE
> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'v'::regclass;
pg_get_constraintdef
EXCLUDE USING btree (a DESC WITH =)
SELECT 1
