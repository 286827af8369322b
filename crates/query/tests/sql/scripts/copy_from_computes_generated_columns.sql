> CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 7, c int GENERATED ALWAYS AS (a * 10 + b) STORED, d text GENERATED ALWAYS AS ('<' || a || '>') STORED);
CREATE TABLE
> COPY t FROM STDIN;
<1	2
<2	\N
COPY 2
> COPY t (a) FROM STDIN;
<3
COPY 1
> SELECT * FROM t ORDER BY a;
a | b | c | d
1 | 2 | 12 | <1>
2 | NULL | NULL | <2>
3 | 7 | 37 | <3>
SELECT 3
> COPY t (a, c) FROM STDIN;
ERROR 42P10: column "c" is a generated column
DETAIL: Generated columns cannot be used in COPY.
> COPY t (c) TO STDOUT;
ERROR 42P10: column "c" is a generated column
DETAIL: Generated columns cannot be used in COPY.
> CREATE TABLE s (v varchar(3), n varchar(2) GENERATED ALWAYS AS (v || v) STORED);
CREATE TABLE
> COPY s FROM STDIN;
<a
COPY 1
> COPY s FROM STDIN;
<ab
ERROR 22001: value too long for type character varying(2)
CONTEXT: COPY s, line 1: "ab"
> SELECT * FROM s;
v | n
a | aa
SELECT 1
