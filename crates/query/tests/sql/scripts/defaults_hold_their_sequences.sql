> CREATE SEQUENCE s;
CREATE SEQUENCE
> CREATE TABLE t (a int DEFAULT nextval('s'), b int DEFAULT nextval('s'::regclass), c int DEFAULT nextval('s'::text), d int8);
CREATE TABLE
> DROP SEQUENCE s;
ERROR 2BP01: cannot drop sequence s because other objects depend on it
DETAIL: default value for column b of table t depends on sequence s
default value for column a of table t depends on sequence s
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE t ALTER d SET DEFAULT nextval('s') + 10;
ALTER TABLE
> SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 't'::regclass ORDER BY attname;
attname | pg_get_expr
a | nextval('s'::regclass)
b | nextval('s'::regclass)
c | nextval(('s'::text)::regclass)
d | (nextval('s'::regclass) + 10)
SELECT 4
> ALTER SEQUENCE s RENAME TO renamed;
ALTER SEQUENCE
> ALTER TABLE t ALTER c DROP DEFAULT;
ALTER TABLE
> INSERT INTO t DEFAULT VALUES RETURNING a, b, d;
a | b | d
1 | 2 | 13
INSERT 0 1
> CREATE SCHEMA other;
CREATE SCHEMA
> ALTER SEQUENCE renamed SET SCHEMA other;
ALTER SEQUENCE
> INSERT INTO t DEFAULT VALUES RETURNING a, b, d;
a | b | d
4 | 5 | 16
INSERT 0 1
> SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 't'::regclass ORDER BY attname;
attname | pg_get_expr
a | nextval('other.renamed'::regclass)
b | nextval('other.renamed'::regclass)
d | (nextval('other.renamed'::regclass) + 10)
SELECT 3
> DROP SCHEMA other CASCADE;
NOTICE: drop cascades to 4 other objects
DROP SCHEMA
> INSERT INTO t DEFAULT VALUES RETURNING a, b, d;
a | b | d
NULL | NULL | NULL
INSERT 0 1
> CREATE TABLE owns (id int DEFAULT 0);
CREATE TABLE
> CREATE SEQUENCE owned OWNED BY owns.id;
CREATE SEQUENCE
> ALTER TABLE owns ALTER id SET DEFAULT nextval('owned');
ALTER TABLE
> DROP SEQUENCE owned;
ERROR 2BP01: cannot drop sequence owned because other objects depend on it
DETAIL: default value for column id of table owns depends on sequence owned
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP SEQUENCE owned CASCADE;
NOTICE: drop cascades to default value for column id of table owns
DROP SEQUENCE
> CREATE TABLE bad (a int DEFAULT nextval('nothing'));
ERROR 42P01: relation "nothing" does not exist
