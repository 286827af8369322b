-- What sequences give within rows, what transactions may do with them, and smaller things; every answer is PostgreSQL 15's.
> CREATE SEQUENCE s;
CREATE SEQUENCE
> CREATE TABLE t (x int DEFAULT nextval('s'), y text, z int DEFAULT -1 * currval('s'));
CREATE TABLE
> CREATE TABLE source (y text);
CREATE TABLE
> INSERT INTO source VALUES ('a'), ('b'), ('c');
INSERT 0 3
> INSERT INTO t (y) SELECT y FROM source ORDER BY y;
INSERT 0 3
> SELECT * FROM t ORDER BY x;
x | y | z
1 | a | -1
2 | b | -2
3 | c | -3
SELECT 3
> INSERT INTO t (y) VALUES ('d'), ('e');
INSERT 0 2
> SELECT * FROM t WHERE x > 3 ORDER BY x;
x | y | z
4 | d | -4
5 | e | -5
SELECT 2
> SELECT y, nextval('s') - currval('s') AS same, nextval('s') FROM source ORDER BY y;
y | same | nextval
a | 0 | 7
b | 0 | 9
c | 0 | 11
SELECT 3

-- A row that cannot be made takes no values.
> CREATE TABLE narrow (a serial, b int2, c int2);
CREATE TABLE
> INSERT INTO narrow (b) VALUES (40000);
ERROR 22003: smallint out of range
> INSERT INTO narrow (b, c) VALUES (1, 40000);
ERROR 22003: smallint out of range
> INSERT INTO narrow (b) VALUES (1);
INSERT 0 1
> SELECT * FROM narrow;
a | b | c
1 | 1 | NULL
SELECT 1
> SELECT nextval('narrow_a_seq');
nextval
2
SELECT 1

-- Reading only.
> BEGIN READ ONLY;
BEGIN
> SELECT setval('s', 0);
setval
ERROR 25006: cannot execute setval() in a read-only transaction
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> SAVEPOINT a;
SAVEPOINT
> SET TRANSACTION READ ONLY;
SET
> SHOW transaction_read_only;
transaction_read_only
on
SHOW
> ROLLBACK TO a;
ROLLBACK
> SHOW transaction_read_only;
transaction_read_only
off
SHOW
> SAVEPOINT b;
SAVEPOINT
> SET TRANSACTION READ ONLY;
SET
> SELECT count(*) FROM t;
count
5
SELECT 1
> RELEASE b;
RELEASE
> SHOW transaction_read_only;
transaction_read_only
off
SHOW
> INSERT INTO t DEFAULT VALUES;
INSERT 0 1
> COMMIT;
COMMIT

-- What is left of a sequence.
> SELECT * FROM pg_sequence_parameters('s'::regclass);
start_value | minimum_value | maximum_value | increment | cycle_option | cache_size | data_type
1 | 1 | 9223372036854775807 | 1 | f | 1 | 20
SELECT 1
> SELECT maximum_value FROM pg_sequence_parameters('narrow_a_seq'::regclass);
maximum_value
2147483647
SELECT 1
> CREATE SEQUENCE gone;
CREATE SEQUENCE
> SELECT nextval('gone');
nextval
1
SELECT 1
> SELECT lastval();
lastval
1
SELECT 1
> DROP SEQUENCE gone;
DROP SEQUENCE
> SELECT lastval();
lastval
ERROR 55000: lastval is not yet defined in this session

-- The index by which CLUSTER goes.
> CREATE TABLE c (a int PRIMARY KEY, b int);
CREATE TABLE
> CREATE INDEX c_b ON c (b);
CREATE INDEX
> CREATE INDEX c_part ON c (b) WHERE b > 0;
CREATE INDEX
> CREATE INDEX c_hash ON c USING hash (b);
CREATE INDEX
> CLUSTER c;
ERROR 42704: there is no previously clustered index for table "c"
> ALTER TABLE c CLUSTER ON c_b;
ALTER TABLE
> SELECT indexrelid::regclass, indisclustered FROM pg_index WHERE indrelid = 'c'::regclass ORDER BY 1;
indexrelid | indisclustered
c_pkey | f
c_b | t
c_part | f
c_hash | f
SELECT 4
> ALTER TABLE c ALTER b TYPE bigint;
ALTER TABLE
> CLUSTER c;
CLUSTER
> CLUSTER c USING c_pkey;
CLUSTER
> SELECT indexrelid::regclass, indisclustered FROM pg_index WHERE indrelid = 'c'::regclass ORDER BY 1;
indexrelid | indisclustered
c_pkey | t
c_b | f
c_part | f
c_hash | f
SELECT 4
> ALTER TABLE c CLUSTER ON nothing;
ERROR 42704: index "nothing" for table "c" does not exist
> ALTER TABLE c CLUSTER ON c_part;
ERROR 0A000: cannot cluster on partial index "c_part"
> ALTER TABLE c CLUSTER ON c_hash;
ERROR 0A000: cannot cluster on index "c_hash" because access method does not support clustering
> ALTER TABLE c SET WITHOUT CLUSTER;
ALTER TABLE
> SELECT count(*) FROM pg_index WHERE indrelid = 'c'::regclass AND indisclustered;
count
0
SELECT 1

-- Checks are asked by name.
> CREATE TABLE checked (a int CONSTRAINT z CHECK (a > 0), CONSTRAINT y CHECK (a > 1));
CREATE TABLE
> INSERT INTO checked VALUES (0);
ERROR 23514: new row for relation "checked" violates check constraint "y"
DETAIL: Failing row contains (0).
> CREATE TABLE bare (a bool DEFAULT 1 IN (1, 2));
ERROR 42601: syntax error at or near "IN"
> CREATE TABLE bare (a bool DEFAULT (1 IN (1, 2)));
CREATE TABLE
> CREATE TABLE bare2 (a bool DEFAULT 1 NOT BETWEEN 1 AND 2);
ERROR 42601: syntax error at or near "NOT"

-- Domains.
> CREATE DOMAIN whole AS int CHECK (value > 0);
CREATE DOMAIN
> SELECT pg_typeof(coalesce(4::whole, 7::whole)), pg_typeof(greatest(4::whole, 7::whole)), pg_typeof(coalesce(4::whole, 7));
pg_typeof | pg_typeof | pg_typeof
whole | whole | integer
SELECT 1
> SELECT pg_typeof(CASE WHEN true THEN 1::whole ELSE 2::whole END), pg_typeof(CASE WHEN true THEN 1::whole END);
pg_typeof | pg_typeof
whole | integer
SELECT 1
> CREATE TYPE complex AS (r float8, i float8);
CREATE TYPE
> CREATE DOMAIN ordered AS complex CHECK ((value).r <= (value).i);
CREATE DOMAIN
> CREATE FUNCTION ordered(r float8, i float8) RETURNS ordered AS 'SELECT row(r, i)' LANGUAGE sql;
CREATE FUNCTION
> SELECT ordered(1, 2);
ordered
(1,2)
SELECT 1
> SELECT ordered(2, 1);
ERROR 23514: value for domain ordered violates check constraint "ordered_check"
> SELECT m, m IS NOT NULL FROM ordered(1, 2) m;
m | ?column?
(1,2) | t
SELECT 1
> ALTER TYPE complex ALTER ATTRIBUTE r TYPE varchar;
ERROR 42883: operator does not exist: character varying <= double precision
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
> CREATE DOMAIN never_null AS text NOT NULL;
CREATE DOMAIN
> ALTER TABLE source ADD COLUMN n never_null;
ERROR 23502: domain never_null does not allow null values
> CREATE DOMAIN not_foo AS text CHECK (value <> 'foo') DEFAULT 'foo';
CREATE DOMAIN
> ALTER TABLE source ADD COLUMN n not_foo;
ERROR 23514: value for domain not_foo violates check constraint "not_foo_check"

-- Types.
> CREATE TYPE one AS (a int);
CREATE TYPE
> CREATE TABLE of_one (c) AS SELECT '(1)'::one;
SELECT 1
> ALTER TYPE one DROP ATTRIBUTE a, ADD ATTRIBUTE b int;
ALTER TYPE
> SELECT * FROM of_one;
c
()
SELECT 1
> CREATE TYPE keyed AS (a int, b text);
CREATE TYPE
> CREATE TABLE keys (x int, y text);
CREATE TABLE
> CREATE INDEX keys_row ON keys ((row(x, y)::keyed));
CREATE INDEX
> ALTER TYPE keyed ALTER ATTRIBUTE b TYPE varchar;
ERROR 0A000: cannot alter type "keyed" because column "keys_row.row" uses it
> CREATE TABLE typed OF keyed (a WITH OPTIONS GENERATED ALWAYS AS IDENTITY);
ERROR 0A000: identity columns are not supported on typed tables

-- Arguments of EXECUTE are assigned.
> PREPARE p (float8, text) AS SELECT $1 * 2, $2;
PREPARE
> EXECUTE p (1, 'x');
?column? | ?column?
2 | x
SELECT 1
> EXECUTE p ('1.5', 2);
?column? | ?column?
3 | 2
SELECT 1
> EXECUTE p (false, 'x');
ERROR 42804: parameter $1 of type boolean cannot be coerced to the expected type double precision
HINT: You will need to rewrite or cast the expression.
> EXECUTE p ('1'::text, 'x');
ERROR 42804: parameter $1 of type text cannot be coerced to the expected type double precision
HINT: You will need to rewrite or cast the expression.

-- Names in strings.
> SELECT 'my-table'::regclass;
ERROR 42P01: relation "my-table" does not exist
> SELECT 'a b'::regclass;
ERROR 42602: invalid name syntax
> SELECT '"t'::regclass;
ERROR 42602: invalid name syntax
> SELECT ''::regclass;
ERROR 42602: invalid name syntax
> SELECT ' "t" '::regclass, 'Public.T'::regclass;
regclass | regclass
t | t
SELECT 1

-- Records have the fields that are asked for.
> CREATE FUNCTION two(OUT int, OUT numeric) AS 'SELECT (1, 2)' LANGUAGE sql;
CREATE FUNCTION
> SELECT * FROM two();
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned type integer at ordinal position 2, but query expects numeric.
> CREATE OR REPLACE FUNCTION two(OUT int, OUT numeric) AS 'SELECT (1, 2.1)' LANGUAGE sql;
CREATE FUNCTION
> SELECT * FROM two();
column1 | column2
1 | 2.1
SELECT 1
> CREATE OR REPLACE FUNCTION two(OUT int, OUT numeric) AS 'SELECT (1, 2.1, 3)' LANGUAGE sql;
CREATE FUNCTION
> SELECT * FROM two();
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned row contains 3 attributes, but query expects 2.
> WITH a(b) AS (VALUES (ROW(1, 2, 3))) SELECT * FROM a, coalesce(b) AS c(d int, e int);
b | d | e
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned row contains 3 attributes, but query expects 2.
> WITH a(b) AS (VALUES (ROW(1, 2, 3))) SELECT * FROM a, coalesce(b) AS c(d int, e int, f int, g int);
b | d | e | f | g
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned row contains 3 attributes, but query expects 4.
> WITH a(b) AS (VALUES (ROW(1, 2, 3))) SELECT * FROM a, coalesce(b) AS c(d int, e int, f int);
b | d | e | f
(1,2,3) | 1 | 2 | 3
SELECT 1
> WITH a(b) AS (VALUES (NULL::record)) SELECT * FROM a, coalesce(b) AS c(d int, e int, f int);
b | d | e | f
NULL | NULL | NULL | NULL
SELECT 1

-- A column that is set once.
> CREATE TABLE parent (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE
> CREATE TABLE child (a int, b int, FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL (b, b));
CREATE TABLE
> SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'child'::regclass;
pg_get_constraintdef
FOREIGN KEY (a, b) REFERENCES parent(a, b) ON DELETE SET NULL (b)
SELECT 1

-- A stronger condition, in another type.
> CREATE TABLE big (a bigint, b bigint);
CREATE TABLE
> CREATE UNIQUE INDEX big_b ON big (b) WHERE coalesce(a, 1) > 0;
CREATE INDEX
> INSERT INTO big VALUES (1, 2) ON CONFLICT (b) WHERE coalesce(a, 1) > 1 DO NOTHING;
INSERT 0 1
> INSERT INTO big VALUES (1, 2) ON CONFLICT (b) WHERE coalesce(a, 1) > -1 DO NOTHING;
ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification

-- A materialized view that would have a row twice.
> CREATE TABLE filled (a, b) AS VALUES (1, 10);
SELECT 1
> CREATE MATERIALIZED VIEW unique_rows AS SELECT * FROM filled;
SELECT 1
> CREATE UNIQUE INDEX ON unique_rows (a);
CREATE INDEX
> INSERT INTO filled SELECT * FROM filled;
INSERT 0 1
> REFRESH MATERIALIZED VIEW unique_rows;
ERROR 23505: could not create unique index "unique_rows_a_idx"
DETAIL: Key (a)=(1) is duplicated.
> REFRESH MATERIALIZED VIEW CONCURRENTLY unique_rows;
ERROR 21000: new data for materialized view "unique_rows" contains duplicate rows without any null columns
DETAIL: Row: (1,10)
> UPDATE filled SET b = NULL;
UPDATE 2
> REFRESH MATERIALIZED VIEW unique_rows;
ERROR 23505: could not create unique index "unique_rows_a_idx"
DETAIL: Key (a)=(1) is duplicated.
> SELECT * FROM unique_rows;
a | b
1 | 10
SELECT 1
> CREATE VIEW among AS SELECT (x, y) <> ALL (VALUES (1, 2), (3, 4)) AS c10, x = ANY (VALUES (1), (2)) AS c11 FROM (VALUES (1, 2)) v (x, y);
CREATE VIEW
> SELECT pg_get_viewdef('among');
pg_get_viewdef
 SELECT ((v.x, v.y) <> ALL ( VALUES (1,2), (3,4))) AS c10,
    (v.x IN ( VALUES (1), (2))) AS c11
   FROM ( VALUES (1,2)) v(x, y);
SELECT 1
> SELECT * FROM among;
c10 | c11
f | t
SELECT 1

-- Files.
> SELECT count(*) FROM pg_class, pg_filenode_relation(reltablespace, pg_relation_filenode(oid)) AS mapped_oid WHERE relkind IN ('r', 'i', 'S', 't', 'm') AND relpersistence <> 't' AND mapped_oid IS DISTINCT FROM oid;
count
0
SELECT 1
> TRUNCATE filled;
TRUNCATE TABLE
> SELECT pg_filenode_relation(0, pg_relation_filenode('filled')), pg_relation_filenode('among');
pg_filenode_relation | pg_relation_filenode
filled | NULL
SELECT 1

-- Array types get out of the way.
> CREATE TABLE rows (id int);
CREATE TABLE
> CREATE TABLE rows2 (id int);
CREATE TABLE
> SELECT typname FROM pg_type WHERE oid = 'rows[]'::regtype;
typname
_rows
SELECT 1
> ALTER TABLE rows2 RENAME TO _rows;
ALTER TABLE
> SELECT typname FROM pg_type WHERE oid = 'rows[]'::regtype;
typname
__rows
SELECT 1
> SELECT typname FROM pg_type WHERE oid = '_rows[]'::regtype;
typname
___rows
SELECT 1
> SELECT '_rows'::regtype, '__rows'::regtype, '___rows'::regtype;
regtype | regtype | regtype
_rows | rows[] | _rows[]
SELECT 1
> SELECT '____rows'::regtype;
ERROR 42704: type "____rows" does not exist
> DROP TABLE _rows;
DROP TABLE
> DROP TABLE rows;
DROP TABLE
> CREATE TABLE rows (id int);
CREATE TABLE
> ALTER TABLE rows RENAME TO _rows;
ALTER TABLE
> SELECT typname FROM pg_type WHERE oid = '_rows[]'::regtype;
typname
__rows
SELECT 1

-- COPY is refused once it has asked for rows.
> COPY source (y) FROM STDIN (FREEZE);
<x
ERROR 55000: cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction
