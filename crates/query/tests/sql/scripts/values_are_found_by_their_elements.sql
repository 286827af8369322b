> CREATE TABLE docs (id int PRIMARY KEY, j jsonb, tags text[]);
CREATE TABLE
> INSERT INTO docs SELECT i, jsonb_build_object('n', i, 'mod', i % 10, 'tags', jsonb_build_array('t' || i % 7, 'u' || i % 11), 'deep', jsonb_build_object('s', 'v' || i % 5)), ARRAY['a' || i % 13, 'b' || i % 3] FROM generate_series(1, 2000) i;
INSERT 0 2000
> INSERT INTO docs VALUES (3001, NULL, NULL), (3002, '{}', '{}'), (3003, '[]', ARRAY[NULL]::text[]), (3004, '"alone"', ARRAY['lone', NULL]), (3005, '[1, "alone", {"n": 1}]', ARRAY['lone']), (3006, 'null', ARRAY[ARRAY['x', 'y'], ARRAY['z', 'x']]);
INSERT 0 6
> CREATE INDEX docs_j ON docs USING gin (j);
CREATE INDEX
> CREATE INDEX docs_tags ON docs USING gin (tags);
CREATE INDEX
-- Containment.
> SELECT id FROM docs WHERE j @> '{"n": 77}' ORDER BY id;
id
77
SELECT 1
> SELECT count(*) FROM docs WHERE j @> '{"mod": 3, "tags": ["t1", "u2"]}';
count
2
SELECT 1
> SELECT id FROM docs WHERE j @> '{"deep": {"s": "v1"}, "n": 1.00}' ORDER BY id;
id
1
SELECT 1
> SELECT count(*) FROM docs WHERE j @> '{}';
count
2001
SELECT 1
> SELECT count(*) FROM docs WHERE j @> '[]';
count
2
SELECT 1
> SELECT id FROM docs WHERE j @> '1' ORDER BY id;
id
3005
SELECT 1
> SELECT id FROM docs WHERE j @> '"alone"' ORDER BY id;
id
3004
3005
SELECT 2
> SELECT id FROM docs WHERE '[{"n": 1}]' <@ j ORDER BY id;
id
3005
SELECT 1
> SELECT count(*) FROM docs WHERE j @> NULL;
count
0
SELECT 1
> SELECT count(*) FROM docs WHERE j @> '{"t1": 1}';
count
0
SELECT 1
-- Keys.
> SELECT id FROM docs WHERE j ? 'alone' ORDER BY id;
id
3004
3005
SELECT 2
> SELECT count(*) FROM docs WHERE j ? 't1';
count
0
SELECT 1
> SELECT count(*) FROM docs WHERE j ? 'n';
count
2000
SELECT 1
> SELECT id FROM docs WHERE j ?| ARRAY['alone', 'nothing', NULL] ORDER BY id;
id
3004
3005
SELECT 2
> SELECT count(*) FROM docs WHERE j ?| '{}';
count
0
SELECT 1
> SELECT count(*) FROM docs WHERE j ?& ARRAY['n', 'deep'];
count
2000
SELECT 1
> SELECT count(*) FROM docs WHERE j ?& '{}';
count
2005
SELECT 1
> SELECT id FROM docs WHERE j ? 'n' AND j @> '{"n": 5}' AND id < 100 ORDER BY id;
id
5
SELECT 1
-- Paths are not looked up, and found all the same.
> SELECT id FROM docs WHERE j @? '$.n ? (@ == 9)' ORDER BY id;
id
9
SELECT 1
> SELECT id FROM docs WHERE j @@ '$.n == 9' ORDER BY id;
id
9
SELECT 1
-- Arrays.
> SELECT count(*) FROM docs WHERE tags @> ARRAY['a1', 'b1'];
count
52
SELECT 1
> SELECT id FROM docs WHERE tags @> ARRAY['lone'] ORDER BY id;
id
3004
3005
SELECT 2
> SELECT count(*) FROM docs WHERE tags @> ARRAY[NULL]::text[];
count
0
SELECT 1
> SELECT count(*) FROM docs WHERE tags @> '{}';
count
2005
SELECT 1
> SELECT id FROM docs WHERE tags && ARRAY['lone', 'x', NULL] ORDER BY id;
id
3004
3005
3006
SELECT 3
> SELECT count(*) FROM docs WHERE tags && '{}';
count
0
SELECT 1
> SELECT id FROM docs WHERE tags <@ ARRAY['lone', 'x', 'y', 'z'] ORDER BY id;
id
3002
3005
3006
SELECT 3
> SELECT count(*) FROM docs WHERE tags <@ ARRAY['a1', 'b1', 'b2'];
count
104
SELECT 1
> SELECT id FROM docs WHERE tags = ARRAY['lone', NULL] ORDER BY id;
id
3004
SELECT 1
> SELECT id FROM docs WHERE tags = '{}' ORDER BY id;
id
3002
SELECT 1
> SELECT id FROM docs WHERE tags = ARRAY[ARRAY['x', 'y'], ARRAY['z', 'x']] ORDER BY id;
id
3006
SELECT 1
> SELECT count(*) FROM docs WHERE tags @> ARRAY['a1'] AND j @> '{"mod": 3}';
count
15
SELECT 1
-- Rows that change.
> UPDATE docs SET j = j || '{"n": "changed"}', tags = tags || 'lone'::text WHERE id = 77;
UPDATE 1
> SELECT id FROM docs WHERE j @> '{"n": 77}' ORDER BY id;
id
SELECT 0
> SELECT id FROM docs WHERE j @> '{"n": "changed"}' ORDER BY id;
id
77
SELECT 1
> SELECT id FROM docs WHERE tags @> '{lone}' ORDER BY id;
id
77
3004
3005
SELECT 3
> UPDATE docs SET id = 4000 WHERE id = 77;
UPDATE 1
> SELECT id FROM docs WHERE j @> '{"n": "changed"}' ORDER BY id;
id
4000
SELECT 1
> DELETE FROM docs WHERE j @> '{"n": "changed"}';
DELETE 1
> SELECT count(*) FROM docs WHERE j @> '{"n": "changed"}' OR tags @> '{lone}';
count
2
SELECT 1
> INSERT INTO docs VALUES (3001, '{"n": "new"}', NULL) ON CONFLICT (id) DO UPDATE SET j = excluded.j;
INSERT 0 1
> SELECT id FROM docs WHERE j @> '{"n": "new"}';
id
3001
SELECT 1
-- What a transaction has written, it finds.
> BEGIN;
BEGIN
> INSERT INTO docs VALUES (5000, '{"own": true}', '{own}'), (5001, '{"own": true}', '{own}');
INSERT 0 2
> SELECT id FROM docs WHERE j @> '{"own": true}' ORDER BY id;
id
5000
5001
SELECT 2
> DELETE FROM docs WHERE id = 5000;
DELETE 1
> SAVEPOINT s;
SAVEPOINT
> UPDATE docs SET tags = '{mine}' WHERE id = 5001;
UPDATE 1
> SELECT id FROM docs WHERE tags && '{own,mine}' ORDER BY id;
id
5001
SELECT 1
> SELECT id FROM docs WHERE tags && '{own}' ORDER BY id;
id
SELECT 0
> ROLLBACK TO s;
ROLLBACK
> SELECT id FROM docs WHERE tags && '{own}' ORDER BY id;
id
5001
SELECT 1
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM docs WHERE j ? 'own';
count
0
SELECT 1
-- Parameters, joins, subqueries.
> PREPARE has (jsonb) AS SELECT id FROM docs WHERE j @> $1 ORDER BY id;
PREPARE
> EXECUTE has ('{"n": 12}');
id
12
SELECT 1
> EXECUTE has ('{"n": "new"}');
id
3001
SELECT 1
> EXECUTE has (NULL);
id
SELECT 0
> SELECT w.n, (SELECT count(*) FROM docs WHERE j @> w.q) AS docs FROM (VALUES (1, '{"mod": 1}'::jsonb), (2, '{"mod": 77}'), (3, '{"deep": {"s": "v0"}}')) AS w (n, q) ORDER BY 1;
n | docs
1 | 200
2 | 0
3 | 400
SELECT 3
> SELECT w.tag, d.id FROM (VALUES ('lone'), ('x')) AS w (tag) JOIN docs d ON d.tags @> ARRAY[w.tag] ORDER BY 1, 2;
tag | id
lone | 3004
lone | 3005
x | 3006
SELECT 3
-- jsonb_path_ops, partial indexes, expressions, tables without a key.
> CREATE TABLE p (j jsonb, xs int[]);
CREATE TABLE
> CREATE INDEX p_path ON p USING gin (j jsonb_path_ops);
CREATE INDEX
> CREATE INDEX p_xs ON p USING gin (xs) WHERE j IS NOT NULL;
CREATE INDEX
> CREATE INDEX p_tags ON p USING gin ((j -> 'tags'));
CREATE INDEX
> INSERT INTO p SELECT jsonb_build_object('n', i, 'tags', jsonb_build_array('t' || i % 100), 'o', jsonb_build_object('k', i % 50)), ARRAY[i, i + 1] FROM generate_series(1, 1500) i;
INSERT 0 1500
> INSERT INTO p VALUES (NULL, ARRAY[7, 8]);
INSERT 0 1
> SELECT j ->> 'n' FROM p WHERE j @> '{"o": {"k": 7}, "tags": ["t7"], "n": 107}';
?column?
107
SELECT 1
> SELECT count(*) FROM p WHERE j @> '{"o": {"k": 7}}';
count
30
SELECT 1
> SELECT count(*) FROM p WHERE j @> '{"o": {}}';
count
1500
SELECT 1
> SELECT count(*) FROM p WHERE j @> '{"k": 7}';
count
0
SELECT 1
> SELECT j ->> 'n' FROM p WHERE xs @> ARRAY[7, 8] AND j IS NOT NULL;
?column?
7
SELECT 1
> SELECT count(*) FROM p WHERE xs @> ARRAY[7, 8];
count
2
SELECT 1
> SELECT count(*) FROM p WHERE j -> 'tags' ? 't42';
count
15
SELECT 1
> SELECT count(*) FROM p WHERE j -> 'tags' @> '["t42"]' AND j @> '{"n": 42}';
count
1
SELECT 1
> UPDATE p SET j = jsonb_set(j, '{tags}', '["other"]') WHERE j -> 'tags' ? 't42';
UPDATE 15
> SELECT count(*) FROM p WHERE j -> 'tags' ? 't42';
count
0
SELECT 1
> SELECT count(*) FROM p WHERE j -> 'tags' ? 'other';
count
15
SELECT 1
> TRUNCATE p;
TRUNCATE TABLE
> SELECT count(*) FROM p WHERE j @> '{"o": {"k": 7}}';
count
0
SELECT 1
-- Long texts.
> CREATE TABLE long (id int PRIMARY KEY, j jsonb, ws text[]);
CREATE TABLE
> CREATE INDEX ON long USING gin (j);
CREATE INDEX
> CREATE INDEX ON long USING gin (j jsonb_path_ops);
CREATE INDEX
> INSERT INTO long SELECT i, jsonb_build_object(repeat('k', i * 20), repeat('v', i * 200)), ARRAY[repeat('w', i * 5)] FROM generate_series(1, 300) i;
INSERT 0 300
> SELECT id FROM long WHERE j ? repeat('k', 4000);
id
200
SELECT 1
> SELECT id FROM long WHERE j @> jsonb_build_object(repeat('k', 4000), repeat('v', 40000));
id
200
SELECT 1
> SELECT id FROM long WHERE j ? repeat('k', 4001);
id
SELECT 0
