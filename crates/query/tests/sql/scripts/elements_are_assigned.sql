> CREATE TABLE t (id int PRIMARY KEY, a int[], v varchar(3)[], j jsonb);

> INSERT INTO t (id, a[1], a[2], v[1:2], j['x'][1]) VALUES (1, 10, 20, '{ab,c}', '{"y": 1}'), (2, 1, NULL, '{}', NULL) RETURNING *;

> INSERT INTO t (id, a[1], a[2], v[1], j['x'][1]) VALUES (1, 10, 20, 'ab', '{"y": 1}'), (2, 1, NULL, NULL, NULL) RETURNING *;

> INSERT INTO t (id, a[3]) SELECT 3, n FROM generate_series(7, 7) n RETURNING id, a;

> UPDATE t SET a[4] = id, j['x'][1]['z'] = '"new"' WHERE id = 1 RETURNING a, j;

> UPDATE t SET a[1] = a[1] + 1, a[2] = 5, v[2] = 'xyz' WHERE id < 3 RETURNING *;

> UPDATE t SET a[1:2] = ARRAY[8, 9, 10], j['n'] = to_jsonb(id) RETURNING id, a, j;

> UPDATE t SET v[1] = 'abcd' WHERE id = 1;

> UPDATE t SET a[1][1] = 5 WHERE id = 1;

> UPDATE t SET a[NULL::int] = 5 WHERE id = 1;

> UPDATE t SET a[1] = 'x';

> UPDATE t SET a[1] = 1, a = NULL;

> UPDATE t SET a[1] = DEFAULT;

> UPDATE t SET id[1] = 1;

> UPDATE t SET j['n']['m'] = '1' WHERE id = 1;

> UPDATE t SET j[1.5] = '1';

> UPDATE t SET a[1] = now();

> INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a[2] = t.a[1] * 100, j['c'] = 'true' RETURNING a, j;

> PREPARE put (int, int) AS UPDATE t SET a[$1] = $2 WHERE id = 3 RETURNING a;

> EXECUTE put (-1, 4);

> EXPLAIN (COSTS OFF) UPDATE t SET a[2] = 1 WHERE id = 3;
