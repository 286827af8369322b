> SELECT * FROM json_to_record('{"a": 1, "b": "two", "c": [1, 2], "x": true}') AS r(a int, b text, c json, d date, x bool);
a | b | c | d | x
1 | two | [1, 2] | NULL | t
SELECT 1
> SELECT * FROM jsonb_to_record('{"a": 1.5, "b": {"k": "v"}, "Name": "n"}') AS r(a numeric, b jsonb, "Name" varchar);
a | b | Name
1.5 | {"k": "v"} | n
SELECT 1
> SELECT a, sum(b) FROM json_to_recordset('[{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 2}]') AS r(a int, b int) GROUP BY a ORDER BY a;
a | sum
1 | 5
2 | NULL
SELECT 2
> SELECT r.* FROM (VALUES ('[{"id": 1, "t": "x"}, {"id": 2, "t": null}]'::jsonb)) AS v(j), jsonb_to_recordset(v.j) AS r(id int, t text) ORDER BY id;
id | t
1 | x
2 | NULL
SELECT 2
> CREATE TABLE t (id int, t text);
CREATE TABLE
> INSERT INTO t SELECT * FROM jsonb_to_recordset('[{"id": 7, "t": "seven"}]') AS r(id int, t text) RETURNING *;
id | t
7 | seven
INSERT 0 1
> SELECT * FROM json_to_record('{"a": "x"}') AS r(a int);
ERROR 22P02: invalid input syntax for type integer: "x"
> SELECT * FROM json_to_record('{"a": 1}');
ERROR 42601: a column definition list is required for functions returning "record"

> CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN

> CREATE TYPE part AS (name text, sizes int[], price numeric(6,2));
CREATE TYPE

> CREATE TABLE thing (id int PRIMARY KEY, n positive, tags text[], grid int[], p part, ps part[], raw json, bin jsonb, code varchar(3), at date);
CREATE TABLE

> SELECT * FROM json_populate_record(NULL::thing, '{"id": 1, "n": 5, "tags": ["a", null, "b,c"], "grid": [[1, 2], [3, 4]], "p": {"name": "x", "sizes": [1], "price": 1.239}, "ps": [{"name": "y"}, null], "raw": {"b":  1, "a": 2}, "bin": {"b":  1, "a": 2}, "code": "abc", "at": "2024-02-29", "more": 1}');
id | n | tags | grid | p | ps | raw | bin | code | at
1 | 5 | {a,NULL,"b,c"} | {{1,2},{3,4}} | (x,{1},1.24) | {"(y,,)",NULL} | {"b":  1, "a": 2} | {"a": 2, "b": 1} | abc | 2024-02-29
SELECT 1

> SELECT jsonb_populate_record(NULL::thing, '{"id": 1, "tags": "{x,y}", "p": "(z,\"{1,2}\",3)", "raw": null, "code": 12, "id": 2}');
jsonb_populate_record
(2,,"{x,y}",,"(z,""{1,2}"",3.00)",,,,12,)
SELECT 1

> SELECT id, tags, p FROM jsonb_populate_recordset(NULL::thing, '[{"id": 1}, {"id": "2", "tags": [[]]}, {"id": 3, "p": {}}]') WITH ORDINALITY AS t (id, n, tags, grid, p, ps, raw, bin, code, at, k) WHERE k > 1;
id | tags | p
2 | {} | NULL
3 | NULL | (,,)
SELECT 2

> SELECT * FROM json_populate_record(ROW(7, 'kept')::pair2, '{"b": "new"}');
ERROR 42704: type "pair2" does not exist

> CREATE TYPE pair2 AS (a int, b text);
CREATE TYPE

> SELECT * FROM json_populate_record(ROW(7, 'kept')::pair2, '{"b": "new"}'), json_populate_record(ROW(7, 'kept')::pair2, '{"a": null}') AS other;
a | b | a | b
7 | new | NULL | kept
SELECT 1

> INSERT INTO thing SELECT * FROM jsonb_populate_recordset(NULL::thing, '[{"id": 1, "n": 1}, {"id": 2, "ps": [{"sizes": []}]}]') RETURNING id, n, ps;
id | n | ps
1 | 1 | NULL
2 | NULL | {"(,{},)"}
INSERT 0 2

> SELECT x.* FROM thing, LATERAL json_populate_record(thing, '{"n": 9}') AS x ORDER BY x.id;
id | n | tags | grid | p | ps | raw | bin | code | at
1 | 9 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL
2 | 9 | NULL | NULL | NULL | {"(,{},)"} | NULL | NULL | NULL | NULL
SELECT 2

> SELECT n FROM json_populate_record(NULL::thing, '{"n": 0}');
ERROR 23514: value for domain positive violates check constraint "positive_check"

> SELECT json_populate_record(NULL::thing, '{"n": -1}');
ERROR 23514: value for domain positive violates check constraint "positive_check"

> SELECT id FROM json_populate_record(NULL::thing, '{"code": "abcd"}');
ERROR 22001: value too long for type character varying(3)

> SELECT id FROM json_populate_record(NULL::thing, '{"tags": 5}');
ERROR 22P02: expected JSON array
HINT: See the value of key "tags".

> SELECT id FROM json_populate_record(NULL::thing, '{"grid": [[1], 2]}');
ERROR 22P02: expected JSON array
HINT: See the array element [1] of key "grid".

> SELECT id FROM json_populate_record(NULL::thing, '{"grid": [[1], [2, 3]]}');
ERROR 22P02: malformed JSON array
DETAIL: Multidimensional arrays must have sub-arrays with matching dimensions.

> SELECT id FROM json_populate_record(NULL::thing, '{"p": [1]}');
ERROR 22023: cannot call populate_composite on an array

> SELECT id FROM json_populate_record(NULL::thing, '{"id": [1]}');
ERROR 22P02: invalid input syntax for type integer: "[1]"

> SELECT json_populate_record(NULL::thing, '[1]');
ERROR 22023: cannot call populate_composite on an array

> SELECT * FROM json_populate_recordset(NULL::thing, '{"id": 1}');
id | n | tags | grid | p | ps | raw | bin | code | at
ERROR 22023: cannot call json_populate_recordset on an object

> SELECT * FROM jsonb_populate_recordset(NULL::thing, '1');
id | n | tags | grid | p | ps | raw | bin | code | at
ERROR 22023: cannot call jsonb_populate_recordset on a non-array

> SELECT * FROM json_populate_recordset(NULL::thing, '[1]');
id | n | tags | grid | p | ps | raw | bin | code | at
ERROR 22023: argument of json_populate_recordset must be an array of objects

> SELECT json_populate_record(1, '{"id": 1}');
ERROR 42804: first argument of json_populate_record must be a row type

> SELECT json_populate_record(NULL::record, '{"id": 1}');
ERROR 0A000: could not determine row type for result of json_populate_record
HINT: Provide a non-null record argument, or call the function in the FROM clause using a column definition list.

> SELECT * FROM json_to_record('{"a": [[1, 2], [3, 4]], "b": {"a": 1, "b": "x"}, "c": 3, "d": "text"}') AS x (a int[], b pair2, c positive, d text, e int);
a | b | c | d | e
{{1,2},{3,4}} | (1,x) | 3 | text | NULL
SELECT 1

> SELECT * FROM jsonb_to_recordset('[{"a": [1]}, {"a": null, "c": 0}]') AS x (a int[], c positive);
a | c
ERROR 23514: value for domain positive violates check constraint "positive_check"

> SELECT json_agg(q), jsonb_agg(q) FROM (SELECT 1 AS one, 'b' AS two) q;
json_agg | jsonb_agg
[{"one":1,"two":"b"}] | [{"one": 1, "two": "b"}]
SELECT 1

> SELECT json_agg(q ORDER BY q.a DESC) FROM (VALUES (1, 'x'), (2, 'y')) q (a, b);
json_agg
[{"a":2,"b":"y"}, 
 {"a":1,"b":"x"}]
SELECT 1
