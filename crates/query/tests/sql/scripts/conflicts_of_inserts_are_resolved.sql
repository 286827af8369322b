> CREATE TABLE t (a int PRIMARY KEY, b text UNIQUE, n int DEFAULT 0);
CREATE TABLE

> INSERT INTO t VALUES (1, 'x') ON CONFLICT DO NOTHING;
INSERT 0 1

> INSERT INTO t VALUES (1, 'y'), (2, 'x'), (3, 'z') ON CONFLICT DO NOTHING;
INSERT 0 1

> INSERT INTO t VALUES (1, 'q') ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b, n = t.n + 1 RETURNING *;
a | b | n
1 | q | 1
INSERT 0 1

> INSERT INTO t AS u VALUES (9, 'q') ON CONFLICT (b) DO UPDATE SET n = u.n + 10 WHERE u.n < 5 RETURNING a, n;
a | n
1 | 11
INSERT 0 1

> INSERT INTO t AS u VALUES (9, 'q') ON CONFLICT (b) DO UPDATE SET n = u.n + 10 WHERE u.n < 5 RETURNING a, n;
a | n
INSERT 0 0

> INSERT INTO t VALUES (5, 'five'), (5, 'other') ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b;
ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
HINT: Ensure that no rows proposed for insertion within the same command have duplicate constrained values.

> INSERT INTO t VALUES (5, 'five'), (5, 'other') ON CONFLICT (a) DO NOTHING;
INSERT 0 1

> INSERT INTO t VALUES (1, 'z') ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b;
ERROR 23505: duplicate key value violates unique constraint "t_b_key"
DETAIL: Key (b)=(z) already exists.

> SELECT * FROM t ORDER BY a;
a | b | n
1 | q | 11
3 | z | 0
5 | five | 0
SELECT 3
