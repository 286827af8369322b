> CREATE TABLE shapes (n int, s lseg, p path, b box, g polygon, l line, c circle);
CREATE TABLE

> INSERT INTO shapes VALUES (1, '(1,2),(3,4)', '[(1,2),(3,4),(5,6)]', '(1,5),(3,2)', '(0,0),(0,1),(1,0)', '{1,-1,0.5}', '<(1,2),3>');
INSERT 0 1

> INSERT INTO shapes VALUES (2, '[ ( 1 , 2 ) , ( 3 , 4 ) ]', '((1,2),(3,4))', '1,2,3,4', '((0,0))', '(0,0),(1,2)', '((0.1,1e-7),1e20)'), (3, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT 0 2

> SELECT * FROM shapes ORDER BY n;
n | s | p | b | g | l | c
1 | [(1,2),(3,4)] | [(1,2),(3,4),(5,6)] | (3,5),(1,2) | ((0,0),(0,1),(1,0)) | {1,-1,0.5} | <(1,2),3>
2 | [(1,2),(3,4)] | ((1,2),(3,4)) | (3,4),(1,2) | ((0,0)) | {2,-1,0} | <(0.1,1e-07),1e+20>
3 | NULL | NULL | NULL | NULL | NULL | NULL
SELECT 3

> SELECT path '1,2,3,4', '(1,2)'::path, CAST('[(1,2)]' AS path), polygon '1,2,3,4,5,6', circle '1,2,3', lseg '1,2,3,4', box '(3,4),(1,2)';
path | path | path | polygon | circle | lseg | box
((1,2),(3,4)) | ((1,2)) | [(1,2)] | ((1,2),(3,4),(5,6)) | <(1,2),3> | [(1,2),(3,4)] | (3,4),(1,2)
SELECT 1

> SELECT line '(1,2),(1,5)' AS vertical, line '(1,2),(5,2)' AS horizontal, line '(0,0),(1,1)' AS diagonal;
vertical | horizontal | diagonal
{-1,0,1} | {0,-1,2} | {1,-1,0}
SELECT 1

> SELECT pg_typeof(s), pg_typeof(p), pg_typeof(b), pg_typeof(g), pg_typeof(l), pg_typeof(c) FROM shapes WHERE n = 1;
pg_typeof | pg_typeof | pg_typeof | pg_typeof | pg_typeof | pg_typeof
lseg | path | box | polygon | line | circle
SELECT 1

> SELECT p::text, length(g::text), b::varchar(5) FROM shapes ORDER BY n;
p | length | b
[(1,2),(3,4),(5,6)] | 19 | (3,5)
((1,2),(3,4)) | 7 | (3,4)
NULL | NULL | NULL
SELECT 3

> SELECT '(1,2)'::text::path, ('(1,'::text || '2)')::path;
path | path
((1,2)) | ((1,2))
SELECT 1

> SELECT path '(1,2),(3,4';
ERROR 22P02: invalid input syntax for type path: "(1,2),(3,4"

> SELECT path '';
ERROR 22P02: invalid input syntax for type path: ""

> SELECT path '(1,2';
ERROR 22P02: invalid input syntax for type path: "(1,2"

> SELECT box '[(1,2),(3,4)]';
ERROR 22P02: invalid input syntax for type box: "[(1,2),(3,4)]"

> SELECT polygon '(1,2),3';
ERROR 22P02: invalid input syntax for type polygon: "(1,2),3"

> SELECT circle '<(1,2),-3>';
ERROR 22P02: invalid input syntax for type circle: "<(1,2),-3>"

> SELECT lseg '(1,2)';
ERROR 22P02: invalid input syntax for type lseg: "(1,2)"

> SELECT line '{0,0,1}';
ERROR 22P02: invalid line specification: A and B cannot both be zero

> SELECT line '(1,2),(1,2)';
ERROR 22P02: invalid line specification: must be two distinct points

> SELECT line '{1,2}';
ERROR 22P02: invalid input syntax for type line: "{1,2}"

> SELECT path '(1e400,0)';
ERROR 22003: "1e400" is out of range for type double precision

> SELECT path '(NaN,Infinity)', circle '<(nan,0),inf>';
path | circle
((NaN,Infinity)) | <(NaN,0),Infinity>
SELECT 1

> SELECT array_agg(p ORDER BY n), array_agg(b ORDER BY n) FROM shapes;
array_agg | array_agg
{"[(1,2),(3,4),(5,6)]","((1,2),(3,4))",NULL} | {(3,5),(1,2);(3,4),(1,2);NULL}
SELECT 1

> SELECT '{(1,1),(0,0);(2,2),(1,1)}'::box[], ('{(1,1),(0,0);(2,2),(1,1)}'::box[])[2], '{"(1,2)","[(3,4)]"}'::path[];
box | box | path
{(1,1),(0,0);(2,2),(1,1)} | (2,2),(1,1) | {"((1,2))","[(3,4)]"}
SELECT 1

> SELECT ARRAY[lseg '(1,2),(3,4)', NULL], ROW(circle '<(1,2),3>', 1);
array | row
{"[(1,2),(3,4)]",NULL} | ("<(1,2),3>",1)
SELECT 1

> SET extra_float_digits = 0;
SET

> SELECT path '(0.1,0.3333333333333333)', circle '<(0.1,0.3333333333333333),2>';
path | circle
((0.1,0.333333333333333)) | <(0.1,0.333333333333333),2>
SELECT 1

> SET extra_float_digits = -10;
SET

> SELECT path '(0.1,0.3333333333333333)';
path
((0.1,0.33333))
SELECT 1

> RESET extra_float_digits;
RESET

> UPDATE shapes SET p = '[(0,0)]', c = NULL WHERE n = 2 RETURNING n, p, c;
n | p | c
2 | [(0,0)] | NULL
UPDATE 1

> SELECT n FROM shapes WHERE p IS NULL;
n
3
SELECT 1

> SELECT DISTINCT p FROM shapes;
ERROR 42883: could not identify an equality operator for type path

> SELECT p FROM shapes GROUP BY p;
ERROR 42883: could not identify an equality operator for type path

> SELECT p FROM shapes ORDER BY p;
ERROR 42883: could not identify an ordering operator for type path
HINT: Use an explicit ordering operator or modify the query.

> SELECT c FROM shapes UNION SELECT c FROM shapes;
ERROR 42883: could not identify an equality operator for type circle

> SELECT count(DISTINCT b) FROM shapes;
ERROR 42883: could not identify an equality operator for type box

> CREATE INDEX ON shapes (p);
ERROR 42704: data type path has no default operator class for access method "btree"
HINT: You must specify an operator class for the index or define a default operator class for the data type.

> CREATE TABLE keyed (p polygon PRIMARY KEY);
ERROR 42704: data type polygon has no default operator class for access method "btree"
HINT: You must specify an operator class for the index or define a default operator class for the data type.

> ALTER TABLE shapes ADD COLUMN d path DEFAULT '[(1,1),(2,2)]';
ALTER TABLE

> SELECT n, d FROM shapes ORDER BY n;
n | d
1 | [(1,1),(2,2)]
2 | [(1,1),(2,2)]
3 | [(1,1),(2,2)]
SELECT 3

> SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'shapes'::regclass;
pg_get_expr
'[(1,1),(2,2)]'::path
SELECT 1

> SELECT column_name, data_type, udt_name FROM information_schema.columns WHERE table_name = 'shapes' ORDER BY ordinal_position;
column_name | data_type | udt_name
n | integer | int4
s | lseg | lseg
p | path | path
b | box | box
g | polygon | polygon
l | line | line
c | circle | circle
d | path | path
SELECT 8

> CREATE VIEW shaped AS SELECT n, p, circle '<(1,2),3>' AS fixed FROM shapes;
CREATE VIEW

> SELECT pg_get_viewdef('shaped'::regclass);
pg_get_viewdef
 SELECT shapes.n,
    shapes.p,
    '<(1,2),3>'::circle AS fixed
   FROM shapes;
SELECT 1

> SELECT * FROM shaped WHERE n = 1;
n | p | fixed
1 | [(1,2),(3,4),(5,6)] | <(1,2),3>
SELECT 1

> BEGIN;
BEGIN

> SAVEPOINT s;
SAVEPOINT

> UPDATE shapes SET g = '(9,9)';
UPDATE 3

> ROLLBACK TO s;
ROLLBACK

> SELECT g FROM shapes ORDER BY n;
g
((0,0),(0,1),(1,0))
((0,0))
NULL
SELECT 3

> COMMIT;
COMMIT

> CREATE FUNCTION closed(path) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN ''path '' || $1::text; END';
CREATE FUNCTION

> SELECT closed('(1,2)');
closed
path ((1,2))
SELECT 1

> PREPARE sp(path) AS SELECT $1, n FROM shapes WHERE n = 1;
PREPARE

> EXECUTE sp('[(7,8)]');
?column? | n
[(7,8)] | 1
SELECT 1

> EXECUTE sp('x');
ERROR 22P02: invalid input syntax for type path: "x"

> DROP FUNCTION closed(path);
DROP FUNCTION

> DROP VIEW shaped;
DROP VIEW

> DROP TABLE shapes;
DROP TABLE
