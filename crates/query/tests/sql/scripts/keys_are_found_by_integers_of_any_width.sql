> CREATE TABLE widths (s int2, i int4, b int8);
CREATE TABLE
> CREATE INDEX ON widths (s);
CREATE INDEX
> CREATE INDEX ON widths (i DESC);
CREATE INDEX
> CREATE INDEX ON widths (b);
CREATE INDEX
> INSERT INTO widths SELECT n, n * 1000, n FROM generate_series(-1000, 1000) n;
INSERT 0 2001
> INSERT INTO widths VALUES (-32768, -2147483648, -9223372036854775808), (32767, 2147483647, 9223372036854775807), (NULL, NULL, NULL);
INSERT 0 3
> EXPLAIN SELECT b FROM widths WHERE i BETWEEN 5000::int8 AND 7000::int8;
QUERY PLAN
Projection  (rows=16 width=8)
  ->  Index Scan using widths_i_idx on widths  (rows=16 width=8)
        Index Cond: (i >= 5000) AND (i <= 7000)
EXPLAIN
> EXPLAIN SELECT b FROM widths WHERE s = 7::int8;
QUERY PLAN
Projection  (rows=1 width=8)
  ->  Index Scan using widths_s_idx on widths  (rows=1 width=8)
        Index Cond: (s = 7)
EXPLAIN
> EXPLAIN SELECT b FROM widths WHERE s = ANY ('{1,2}'::int8[]);
QUERY PLAN
Projection  (rows=10 width=8)
  ->  Index Scan using widths_s_idx on widths  (rows=10 width=8)
        Index Cond: (s = ANY ('{1,2}'::_int8))
EXPLAIN
> SELECT b FROM widths WHERE i BETWEEN 5000::int8 AND 7000::int8 ORDER BY b;
b
5
6
7
SELECT 3
> SELECT b FROM widths WHERE s = 7::int8;
b
7
SELECT 1
> SELECT b FROM widths WHERE s = 7::int4;
b
7
SELECT 1
> SELECT b FROM widths WHERE s = ANY ('{1,2,70000,NULL}'::int8[]) ORDER BY b;
b
1
2
SELECT 2
> SELECT b FROM widths WHERE s IN (3::int8, 65539::int8);
b
3
SELECT 1
> SELECT b FROM widths WHERE s = 65543::int4;
b
SELECT 0
> SELECT b FROM widths WHERE i = 4294967296::int8;
b
SELECT 0
> SELECT count(*) FROM widths WHERE s < 40000;
count
2003
SELECT 1
> SELECT count(*) FROM widths WHERE s > 40000;
count
0
SELECT 1
> SELECT count(*) FROM widths WHERE s > -40000;
count
2003
SELECT 1
> SELECT count(*) FROM widths WHERE s <= -40000;
count
0
SELECT 1
> SELECT count(*) FROM widths WHERE i >= -2147483648::int8 AND i <= 2147483647::int8;
count
2003
SELECT 1
> SELECT count(*) FROM widths WHERE i > 2147483647::int8;
count
0
SELECT 1
> SELECT count(*) FROM widths WHERE i >= 3000000000 OR i <= -3000000000;
count
0
SELECT 1
> SELECT count(*) FROM widths WHERE i < 3000000000 AND i > 998000::int8;
count
3
SELECT 1
> SELECT count(*) FROM widths WHERE i > NULL::int8;
count
0
SELECT 1
> SELECT s FROM widths WHERE b >= 999::int2 ORDER BY s;
s
999
1000
32767
SELECT 3
> SELECT s FROM widths WHERE b = -32768::int2 OR b = 12::int4;
s
ERROR 22003: smallint out of range
> PREPARE between_longs (int8, int8) AS SELECT i FROM widths WHERE i BETWEEN $1 AND $2 ORDER BY i;
PREPARE
> EXECUTE between_longs (-1500, 1500);
i
-1000
0
1000
SELECT 3
> EXECUTE between_longs (999500, 99999999999);
i
1000000
2147483647
SELECT 2
> EXECUTE between_longs (99999999998, 99999999999);
i
SELECT 0
> EXECUTE between_longs (NULL, 5);
i
SELECT 0
> UPDATE widths SET b = 0 WHERE s = 5::int8 RETURNING i;
i
5000
UPDATE 1
> DELETE FROM widths WHERE i >= 1000000::int8 RETURNING s;
s
32767
1000
DELETE 2
