> CREATE TABLE t (id int PRIMARY KEY, a int[], v varchar(3)[], j jsonb);
CREATE TABLE

> INSERT INTO t (id, a[1], a[2], v[1:2], j['x'][1]) VALUES (1, 10, 20, '{ab,c}', '{"y": 1}'), (2, 1, NULL, '{}', NULL) RETURNING *;
ERROR 2202E: source array too small

> INSERT INTO t (id, a[1], a[2], v[1], j['x'][1]) VALUES (1, 10, 20, 'ab', '{"y": 1}'), (2, 1, NULL, NULL, NULL) RETURNING *;
id | a | v | j
1 | {10,20} | {ab} | {"x": [null, {"y": 1}]}
2 | {1,NULL} | {NULL} | {"x": [null, null]}
INSERT 0 2

> INSERT INTO t (id, a[3]) SELECT 3, n FROM generate_series(7, 7) n RETURNING id, a;
id | a
3 | [3:3]={7}
INSERT 0 1

> UPDATE t SET a[4] = id, j['x'][1]['z'] = '"new"' WHERE id = 1 RETURNING a, j;
a | j
{10,20,NULL,1} | {"x": [null, {"y": 1, "z": "new"}]}
UPDATE 1

> UPDATE t SET a[1] = a[1] + 1, a[2] = 5, v[2] = 'xyz' WHERE id < 3 RETURNING *;
id | a | v | j
1 | {11,5,NULL,1} | {ab,xyz} | {"x": [null, {"y": 1, "z": "new"}]}
2 | {2,5} | {NULL,xyz} | {"x": [null, null]}
UPDATE 2

> UPDATE t SET a[1:2] = ARRAY[8, 9, 10], j['n'] = to_jsonb(id) RETURNING id, a, j;
id | a | j
1 | {8,9,NULL,1} | {"n": 1, "x": [null, {"y": 1, "z": "new"}]}
2 | {8,9} | {"n": 2, "x": [null, null]}
3 | {8,9,7} | {"n": 3}
UPDATE 3

> UPDATE t SET v[1] = 'abcd' WHERE id = 1;
ERROR 22001: value too long for type character varying(3)

> UPDATE t SET a[1][1] = 5 WHERE id = 1;
ERROR 2202E: wrong number of array subscripts

> UPDATE t SET a[NULL::int] = 5 WHERE id = 1;
ERROR 22004: array subscript in assignment must not be null

> UPDATE t SET a[1] = 'x';
ERROR 22P02: invalid input syntax for type integer: "x"

> UPDATE t SET a[1] = 1, a = NULL;
ERROR 42601: multiple assignments to same column "a"

> UPDATE t SET a[1] = DEFAULT;
ERROR 0A000: cannot set an array element to DEFAULT

> UPDATE t SET id[1] = 1;
ERROR 42804: cannot subscript type integer because it does not support subscripting

> UPDATE t SET j['n']['m'] = '1' WHERE id = 1;
ERROR 22023: cannot replace existing key
DETAIL: The path assumes key is a composite object, but it is a scalar value.

> UPDATE t SET j[1.5] = '1';
ERROR 42804: subscript type numeric is not supported
HINT: jsonb subscript must be coercible to either integer or text.

> UPDATE t SET a[1] = now();
ERROR 42804: subscripted assignment to "a" requires type integer but expression is of type timestamp with time zone
HINT: You will need to rewrite or cast the expression.

> INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a[2] = t.a[1] * 100, j['c'] = 'true' RETURNING a, j;
a | j
{8,800,NULL,1} | {"c": true, "n": 1, "x": [null, {"y": 1, "z": "new"}]}
INSERT 0 1

> PREPARE put (int, int) AS UPDATE t SET a[$1] = $2 WHERE id = 3 RETURNING a;
PREPARE

> EXECUTE put (-1, 4);
a
[-1:3]={4,NULL,8,9,7}
UPDATE 1

> EXPLAIN (COSTS OFF) UPDATE t SET a[2] = 1 WHERE id = 3;
QUERY PLAN
Update on t
  ->  Projection
        ->  Seq Scan on t
              Storage Filter: (id = 3)
EXPLAIN
