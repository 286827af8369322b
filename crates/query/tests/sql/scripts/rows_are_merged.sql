-- MERGE: rows of a source decide what becomes of the rows of a table.
> CREATE TABLE target (id int PRIMARY KEY, balance int CHECK (balance >= 0), twice int GENERATED ALWAYS AS (balance * 2) STORED);
> CREATE TABLE source (id int, delta int);
> INSERT INTO target VALUES (1, 10), (2, 20), (3, 30);
> INSERT INTO source VALUES (2, 5), (3, -30), (4, 40);
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND t.balance + s.delta = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET balance = t.balance + s.delta WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (s.id, s.delta);
> SELECT * FROM target ORDER BY id;

-- Clauses are tried in their order; a row may be for none.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND s.delta > 100 THEN DELETE WHEN NOT MATCHED AND s.id > 3 THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (s.id + 10, 1);
> SELECT * FROM target ORDER BY id;

-- A query as the source; defaults; keys that move within the statement.
> CREATE TABLE numbered (n int GENERATED ALWAYS AS IDENTITY, word text DEFAULT 'none', k int UNIQUE);
> MERGE INTO numbered USING (SELECT generate_series(1, 3) AS k) s ON numbered.k = s.k WHEN NOT MATCHED AND s.k = 3 THEN INSERT DEFAULT VALUES WHEN NOT MATCHED THEN INSERT (word, k) VALUES (DEFAULT, s.k);
> SELECT * FROM numbered ORDER BY n;
> MERGE INTO numbered USING (VALUES (1, 2), (2, 1)) s(a, b) ON k = s.a WHEN MATCHED THEN UPDATE SET k = s.b, word = DEFAULT;
> SELECT * FROM numbered ORDER BY n;
> MERGE INTO numbered USING (VALUES (7)) s(a) ON k = s.a WHEN NOT MATCHED THEN INSERT (n, k) OVERRIDING SYSTEM VALUE VALUES (70, s.a);
> MERGE INTO numbered USING (VALUES (8)) s(a) ON k = s.a WHEN NOT MATCHED THEN INSERT (n, k) VALUES (70, s.a);
> SELECT * FROM numbered ORDER BY n;

-- A row of the table changes once; constraints hold.
> INSERT INTO source VALUES (2, 6);
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = s.delta;
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DO NOTHING;
> MERGE INTO target t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = -1;
> MERGE INTO target t USING (SELECT 9 AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (1, 1);

-- WITH, parameters, EXPLAIN.
> WITH w AS (SELECT 1 AS id) MERGE INTO target t USING w ON t.id = w.id WHEN MATCHED THEN DELETE;
> PREPARE m (int) AS MERGE INTO target t USING (SELECT $1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = 0 WHEN NOT MATCHED THEN INSERT VALUES ($1, $1);
> EXECUTE m(6);
> EXECUTE m(6);
> SELECT * FROM target ORDER BY id;
> EXPLAIN (COSTS OFF) MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);

-- What is refused.
> MERGE INTO target USING target ON true WHEN MATCHED THEN DELETE;
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED AND true THEN DELETE;
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (t.id, 1);
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (1);
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, twice) VALUES (1, 2);
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN UPDATE SET twice = 1;
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND max(s.id) > 1 THEN DELETE;
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE RETURNING *;
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN DELETE;
> WITH x AS (MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE) SELECT 1;
> WITH RECURSIVE x AS (SELECT 1) MERGE INTO target USING x ON true WHEN MATCHED THEN DELETE;
