> CREATE TABLE t (g int, x int, y text);
CREATE TABLE
> INSERT INTO t VALUES (1, 1, 'a'), (1, 2, 'b'), (1, 2, 'c'), (1, 4, 'd'), (1, NULL, 'e'), (2, 3, 'f'), (2, 3, NULL);
INSERT 0 7
> SELECT rank(2) WITHIN GROUP (ORDER BY x), dense_rank(3) WITHIN GROUP (ORDER BY x), percent_rank(3) WITHIN GROUP (ORDER BY x), cume_dist(2) WITHIN GROUP (ORDER BY x) FROM t;
rank | dense_rank | percent_rank | cume_dist
2 | 3 | 0.42857142857142855 | 0.5
SELECT 1
> SELECT g, rank(3) WITHIN GROUP (ORDER BY x DESC) AS desc, rank(3) WITHIN GROUP (ORDER BY x NULLS FIRST) AS first, rank(NULL) WITHIN GROUP (ORDER BY x) AS null FROM t GROUP BY g ORDER BY g;
g | desc | first | null
1 | 3 | 5 | 5
2 | 1 | 1 | 3
SELECT 2
> SELECT rank(2, 'c') WITHIN GROUP (ORDER BY x, y), dense_rank(3, NULL) WITHIN GROUP (ORDER BY x, y DESC), cume_dist(2, 'b') WITHIN GROUP (ORDER BY x DESC, y) FROM t;
rank | dense_rank | cume_dist
3 | 4 | 0.75
SELECT 1
> SELECT rank(2) WITHIN GROUP (ORDER BY x) FILTER (WHERE g = 1), percent_rank(2) WITHIN GROUP (ORDER BY x) FILTER (WHERE g = 7) FROM t;
rank | percent_rank
2 | 0
SELECT 1
> SELECT rank(g) WITHIN GROUP (ORDER BY x) FROM t GROUP BY g ORDER BY 1;
rank
1
1
SELECT 2
> SELECT rank(1, 2) WITHIN GROUP (ORDER BY x) FROM t;
ERROR 42883: function rank(integer, integer, integer) does not exist
HINT: To use the hypothetical-set aggregate rank, the number of hypothetical direct arguments (here 2) must match the number of ordering columns (here 1).
> SELECT rank(1) WITHIN GROUP (ORDER BY x) FROM t WHERE false;
rank
1
SELECT 1
> SELECT cume_dist(1.5) WITHIN GROUP (ORDER BY x) FROM t;
cume_dist
0.25
SELECT 1
