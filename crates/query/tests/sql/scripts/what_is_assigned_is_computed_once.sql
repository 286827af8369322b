> CREATE SEQUENCE q;
CREATE SEQUENCE
> CREATE TABLE g (a int PRIMARY KEY, c int, d int GENERATED ALWAYS AS (c * 2) STORED);
CREATE TABLE
> INSERT INTO g (a, c) SELECT n, nextval('q') FROM generate_series(1, 3) n;
INSERT 0 3
> UPDATE g SET c = nextval('q') WHERE a > 1;
UPDATE 2
> SELECT * FROM g ORDER BY a;
a | c | d
1 | 1 | 2
2 | 4 | 8
3 | 5 | 10
SELECT 3
> UPDATE g SET c = nextval('q'), a = a + 10 WHERE a = 1 RETURNING *;
a | c | d
11 | 6 | 12
UPDATE 1
> UPDATE g SET c = (SELECT max(a) FROM g) WHERE a = 2 RETURNING *;
a | c | d
2 | 11 | 22
UPDATE 1
> MERGE INTO g USING (VALUES (2), (30)) v(a) ON g.a = v.a WHEN MATCHED THEN UPDATE SET c = nextval('q') WHEN NOT MATCHED THEN INSERT (a, c) VALUES (v.a, nextval('q'));
MERGE 2
> SELECT count(*) FROM g WHERE d <> c * 2;
count
0
SELECT 1
> INSERT INTO g VALUES (2, 0) ON CONFLICT (a) DO UPDATE SET c = nextval('q');
ERROR 0A000: ON CONFLICT DO UPDATE SET to a volatile expression is not supported for tables with generated columns, policies or check options
HINT: Compute the value in the rows to insert, and assign excluded.column.
> INSERT INTO g VALUES (2, 0) ON CONFLICT (a) DO UPDATE SET c = (SELECT CASE WHEN random() < 2 THEN 1 ELSE 0 END);
ERROR 0A000: ON CONFLICT DO UPDATE SET to a volatile expression is not supported for tables with generated columns, policies or check options
HINT: Compute the value in the rows to insert, and assign excluded.column.
> INSERT INTO g VALUES (2, 100) ON CONFLICT (a) DO UPDATE SET c = excluded.c + (SELECT max(a) FROM g) RETURNING *;
a | c | d
2 | 130 | 260
INSERT 0 1
> CREATE TABLE plain (a int PRIMARY KEY, c int);
CREATE TABLE
> INSERT INTO plain VALUES (1, 0);
INSERT 0 1
> INSERT INTO plain VALUES (1, 0) ON CONFLICT (a) DO UPDATE SET c = nextval('q') RETURNING c > 5;
?column?
t
INSERT 0 1
> CREATE VIEW v AS SELECT * FROM plain WHERE c > 0 WITH CHECK OPTION;
CREATE VIEW
> INSERT INTO v VALUES (1, 1) ON CONFLICT (a) DO UPDATE SET c = -nextval('q');
ERROR 0A000: ON CONFLICT DO UPDATE SET to a volatile expression is not supported for tables with generated columns, policies or check options
HINT: Compute the value in the rows to insert, and assign excluded.column.
