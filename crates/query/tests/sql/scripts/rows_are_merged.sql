-- MERGE: rows of a source decide what becomes of the rows of a table.
> CREATE TABLE target (id int PRIMARY KEY, balance int CHECK (balance >= 0), twice int GENERATED ALWAYS AS (balance * 2) STORED);
CREATE TABLE
> CREATE TABLE source (id int, delta int);
CREATE TABLE
> INSERT INTO target VALUES (1, 10), (2, 20), (3, 30);
INSERT 0 3
> INSERT INTO source VALUES (2, 5), (3, -30), (4, 40);
INSERT 0 3
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND t.balance + s.delta = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET balance = t.balance + s.delta WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (s.id, s.delta);
MERGE 3
> SELECT * FROM target ORDER BY id;
id | balance | twice
1 | 10 | 20
2 | 25 | 50
4 | 40 | 80
SELECT 3

-- Clauses are tried in their order; a row may be for none.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND s.delta > 100 THEN DELETE WHEN NOT MATCHED AND s.id > 3 THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (s.id + 10, 1);
MERGE 1
> SELECT * FROM target ORDER BY id;
id | balance | twice
1 | 10 | 20
2 | 25 | 50
4 | 40 | 80
13 | 1 | 2
SELECT 4

-- A query as the source; defaults; keys that move within the statement.
> CREATE TABLE numbered (n int GENERATED ALWAYS AS IDENTITY, word text DEFAULT 'none', k int UNIQUE);
CREATE TABLE
> MERGE INTO numbered USING (SELECT generate_series(1, 3) AS k) s ON numbered.k = s.k WHEN NOT MATCHED AND s.k = 3 THEN INSERT DEFAULT VALUES WHEN NOT MATCHED THEN INSERT (word, k) VALUES (DEFAULT, s.k);
MERGE 3
> SELECT * FROM numbered ORDER BY n;
n | word | k
1 | none | NULL
2 | none | 1
3 | none | 2
SELECT 3
> MERGE INTO numbered USING (VALUES (1, 2), (2, 1)) s(a, b) ON k = s.a WHEN MATCHED THEN UPDATE SET k = s.b, word = DEFAULT;
MERGE 2
> SELECT * FROM numbered ORDER BY n;
n | word | k
1 | none | NULL
2 | none | 2
3 | none | 1
SELECT 3
> MERGE INTO numbered USING (VALUES (7)) s(a) ON k = s.a WHEN NOT MATCHED THEN INSERT (n, k) OVERRIDING SYSTEM VALUE VALUES (70, s.a);
MERGE 1
> MERGE INTO numbered USING (VALUES (8)) s(a) ON k = s.a WHEN NOT MATCHED THEN INSERT (n, k) VALUES (70, s.a);
ERROR 428C9: cannot insert a non-DEFAULT value into column "n"
DETAIL: Column "n" is an identity column defined as GENERATED ALWAYS.
HINT: Use OVERRIDING SYSTEM VALUE to override.
> SELECT * FROM numbered ORDER BY n;
n | word | k
1 | none | NULL
2 | none | 2
3 | none | 1
70 | none | 7
SELECT 4

-- A row of the table changes once; constraints hold.
> INSERT INTO source VALUES (2, 6);
INSERT 0 1
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = s.delta;
ERROR 21000: MERGE command cannot affect row a second time
HINT: Ensure that not more than one source row matches any one target row.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DO NOTHING;
MERGE 0
> MERGE INTO target t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = -1;
ERROR 23514: new row for relation "target" violates check constraint "target_balance_check"
DETAIL: Failing row contains (1, -1, -2).
> MERGE INTO target t USING (SELECT 9 AS id) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (1, 1);
ERROR 23505: duplicate key value violates unique constraint "target_pkey"
DETAIL: Key (id)=(1) already exists.

-- WITH, parameters, EXPLAIN.
> WITH w AS (SELECT 1 AS id) MERGE INTO target t USING w ON t.id = w.id WHEN MATCHED THEN DELETE;
MERGE 1
> PREPARE m (int) AS MERGE INTO target t USING (SELECT $1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET balance = 0 WHEN NOT MATCHED THEN INSERT VALUES ($1, $1);
PREPARE
> EXECUTE m(6);
MERGE 1
> EXECUTE m(6);
MERGE 1
> SELECT * FROM target ORDER BY id;
id | balance | twice
2 | 25 | 50
4 | 40 | 80
6 | 0 | 0
13 | 1 | 2
SELECT 4
> EXPLAIN (COSTS OFF) MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
QUERY PLAN
Merge on target
  ->  Projection
        ->  Projection
              ->  Projection
                    ->  Hash Left Join
                          Hash Cond: (id = id)
                          ->  Seq Scan on source
                          ->  Seq Scan on target
EXPLAIN

-- What is refused.
> MERGE INTO target USING target ON true WHEN MATCHED THEN DELETE;
ERROR 42712: name "target" specified more than once
DETAIL: The name is used both as MERGE target table and data source.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED AND true THEN DELETE;
ERROR 42601: unreachable WHEN clause specified after unconditional WHEN clause
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (t.id, 1);
ERROR 42P01: invalid reference to FROM-clause entry for table "t"
HINT: There is an entry for table "t", but it cannot be referenced from this part of the query.
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, balance) VALUES (1);
ERROR 42601: INSERT has more target columns than expressions
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id, twice) VALUES (1, 2);
ERROR 428C9: cannot insert a non-DEFAULT value into column "twice"
DETAIL: Column "twice" is a generated column.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN UPDATE SET twice = 1;
ERROR 428C9: column "twice" can only be updated to DEFAULT
DETAIL: Column "twice" is a generated column.
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED AND max(s.id) > 1 THEN DELETE;
ERROR 42803: aggregate functions are not allowed in MERGE WHEN conditions
> MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE RETURNING *;
ERROR 42601: syntax error at or near "returning"
> MERGE INTO target t USING source s ON t.id = s.id WHEN NOT MATCHED THEN DELETE;
ERROR 42601: syntax error at or near "DELETE"
> WITH x AS (MERGE INTO target t USING source s ON t.id = s.id WHEN MATCHED THEN DELETE) SELECT 1;
ERROR 0A000: MERGE not supported in WITH query
> WITH RECURSIVE x AS (SELECT 1) MERGE INTO target USING x ON true WHEN MATCHED THEN DELETE;
ERROR 42601: WITH RECURSIVE is not supported for MERGE statement
