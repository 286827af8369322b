> CREATE SCHEMA s
  CREATE UNIQUE INDEX t_a ON t (a)
  CREATE VIEW v AS SELECT a + 1 AS a, b FROM t
  CREATE TABLE t (a serial, b int UNIQUE DEFAULT nextval('q'))
  CREATE SEQUENCE q START 5
  GRANT SELECT ON t TO public;
CREATE SCHEMA
> INSERT INTO s.t DEFAULT VALUES;
INSERT 0 1
> INSERT INTO s.t DEFAULT VALUES;
INSERT 0 1
> SELECT * FROM s.v ORDER BY a;
a | b
2 | 5
3 | 6
SELECT 2
> SELECT relname, relkind FROM pg_class WHERE relnamespace = 's'::regnamespace ORDER BY relname;
relname | relkind
q | S
t | r
t_a | i
t_a_seq | S
t_b_key | i
v | v
SELECT 6
> SELECT relacl IS NOT NULL AS granted FROM pg_class WHERE oid = 's.t'::regclass;
granted
t
SELECT 1
> CREATE SCHEMA IF NOT EXISTS s CREATE TABLE u (a int);
ERROR 0A000: CREATE SCHEMA IF NOT EXISTS cannot include schema elements
> CREATE SCHEMA s2 CREATE TABLE other.t (a int);
ERROR 42P15: CREATE specifies a schema (other) different from the one being created (s2)
> CREATE SCHEMA s2 CREATE TABLE s2.t (a int) CREATE VIEW v AS SELECT nothing FROM t;
ERROR 42703: column "nothing" does not exist
> SELECT count(*) FROM pg_namespace WHERE nspname = 's2';
count
0
SELECT 1
> CREATE SCHEMA s2 CREATE TEMP VIEW v AS SELECT 1;
ERROR 42P16: cannot create temporary relation in non-temporary schema
> CREATE SCHEMA s2 CREATE TABLE a (x int PRIMARY KEY) CREATE TABLE b (x int REFERENCES a) CREATE VIEW v AS SELECT b.x FROM a JOIN b USING (x);
CREATE SCHEMA
> SELECT conname, conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE conrelid = 's2.b'::regclass;
conname | conrelid | confrelid
b_x_fkey | s2.b | s2.a
SELECT 1
> DROP SCHEMA s2 CASCADE;
NOTICE: drop cascades to 3 other objects
DROP SCHEMA
> CREATE TABLE x (a int);
CREATE TABLE
> CREATE SCHEMA s3 CREATE VIEW v AS SELECT * FROM x;
CREATE SCHEMA
> SELECT pg_get_viewdef('s3.v'::regclass);
pg_get_viewdef
 SELECT x.a
   FROM x;
SELECT 1
> CREATE SCHEMA;
ERROR 42601: syntax error at or near ";"
> CREATE SCHEMA s4 DROP TABLE x;
ERROR 42601: syntax error at or near "DROP"
