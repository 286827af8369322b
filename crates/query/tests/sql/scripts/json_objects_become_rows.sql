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
