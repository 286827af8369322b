-- Keys, bounds and constraints of partitions as PostgreSQL shows them.

> CREATE TABLE r (a int, b text, c bigint DEFAULT 5) PARTITION BY RANGE (a);
CREATE TABLE

> CREATE TABLE r_1 PARTITION OF r FOR VALUES FROM (1) TO (10);
CREATE TABLE

> CREATE TABLE r_2 PARTITION OF r FOR VALUES FROM (10) TO (MAXVALUE) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE r_2_x PARTITION OF r_2 FOR VALUES IN ('x', NULL, 'it''s');
CREATE TABLE

> CREATE TABLE r_2_rest PARTITION OF r_2 DEFAULT;
CREATE TABLE

> CREATE TABLE r_rest PARTITION OF r DEFAULT;
CREATE TABLE

> SELECT relname, relkind, relam <> 0 AS has_am, relhasindex, relhassubclass, relispartition, relreplident, reltype <> 0 AS has_type, relfilenode <> 0 AS has_file FROM pg_class WHERE relname ~ '^r(_|$)' ORDER BY relname;
relname | relkind | has_am | relhasindex | relhassubclass | relispartition | relreplident | has_type | has_file
r | p | f | f | t | f | d | t | f
r_1 | r | t | f | f | t | d | t | t
r_2 | p | f | f | t | t | d | t | f
r_2_rest | r | t | f | f | t | d | t | t
r_2_x | r | t | f | f | t | d | t | t
r_rest | r | t | f | f | t | d | t | t
SELECT 6

> SELECT oid::regclass, pg_get_expr(relpartbound, oid), pg_get_partition_constraintdef(oid), pg_get_partkeydef(oid) FROM pg_class WHERE relname ~ '^r(_|$)' ORDER BY relname;
oid | pg_get_expr | pg_get_partition_constraintdef | pg_get_partkeydef
r | NULL | NULL | RANGE (a)
r_1 | FOR VALUES FROM (1) TO (10) | ((a IS NOT NULL) AND (a >= 1) AND (a < 10)) | NULL
r_2 | FOR VALUES FROM (10) TO (MAXVALUE) | ((a IS NOT NULL) AND (a >= 10)) | LIST (b)
r_2_rest | DEFAULT | ((a IS NOT NULL) AND (a >= 10) AND (NOT ((b IS NULL) OR (b = ANY (ARRAY['it''s'::text, 'x'::text]))))) | NULL
r_2_x | FOR VALUES IN ('x', NULL, 'it''s') | ((a IS NOT NULL) AND (a >= 10) AND ((b IS NULL) OR (b = ANY (ARRAY['x'::text, 'it''s'::text])))) | NULL
r_rest | DEFAULT | (NOT ((a IS NOT NULL) AND (((a >= 1) AND (a < 10)) OR (a >= 10)))) | NULL
SELECT 6

> SELECT inhrelid::regclass, inhparent::regclass, inhseqno, inhdetachpending FROM pg_inherits ORDER BY inhrelid::regclass::text;
inhrelid | inhparent | inhseqno | inhdetachpending
r_1 | r | 1 | f
r_2 | r | 1 | f
r_2_rest | r_2 | 1 | f
r_2_x | r_2 | 1 | f
r_rest | r | 1 | f
SELECT 5

> SELECT partrelid::regclass, partstrat, partnatts, partdefid::regclass, partattrs, partclass, partcollation, partexprs IS NULL AS no_expressions FROM pg_partitioned_table ORDER BY partrelid::regclass::text;
partrelid | partstrat | partnatts | partdefid | partattrs | partclass | partcollation | no_expressions
r | r | 1 | r_rest | 1 | 1978 | 0 | t
r_2 | l | 1 | r_2_rest | 2 | 3126 | 100 | t
SELECT 2

> SELECT * FROM pg_partition_tree('r');
relid | parentrelid | isleaf | level
r | NULL | f | 0
r_1 | r | t | 1
r_2 | r | f | 1
r_rest | r | t | 1
r_2_x | r_2 | t | 2
r_2_rest | r_2 | t | 2
SELECT 6

> SELECT * FROM pg_partition_tree('r_2');
relid | parentrelid | isleaf | level
r_2 | r | f | 0
r_2_x | r_2 | t | 1
r_2_rest | r_2 | t | 1
SELECT 3

> SELECT * FROM pg_partition_tree('r_1');
relid | parentrelid | isleaf | level
r_1 | r | t | 0
SELECT 1

> SELECT * FROM pg_partition_tree('pg_class');
relid | parentrelid | isleaf | level
SELECT 0

> SELECT count(*) FROM pg_partition_tree(NULL);
count
0
SELECT 1

> SELECT count(*) FROM pg_partition_tree(0::oid);
count
0
SELECT 1

> SELECT * FROM pg_partition_ancestors('r_2_x');
relid
r_2_x
r_2
r
SELECT 3

> SELECT relid, depth FROM pg_partition_ancestors('r_2_x') WITH ORDINALITY AS a (relid, depth) ORDER BY depth;
relid | depth
r_2_x | 1
r_2 | 2
r | 3
SELECT 3

> SELECT pg_partition_root('r_2_x'), pg_partition_root('r'), pg_partition_root('pg_class'), pg_partition_root(NULL);
pg_partition_root | pg_partition_root | pg_partition_root | pg_partition_root
r | r | NULL | NULL
SELECT 1

> SELECT count(*) FROM pg_partition_ancestors('pg_class');
count
0
SELECT 1

> SELECT pg_get_partkeydef('pg_class'::regclass) IS NULL AS a, pg_get_partition_constraintdef('r'::regclass) IS NULL AS b, pg_get_partition_constraintdef(0) IS NULL AS c;
a | b | c
t | t | t
SELECT 1

-- Several columns, collations, infinite edges.

> CREATE TABLE v (a varchar(10), b numeric, d date) PARTITION BY RANGE (a COLLATE "C", b, d);
CREATE TABLE

> CREATE TABLE v_1 PARTITION OF v FOR VALUES FROM ('a', 1.5, MINVALUE) TO ('b', -2, '2020-01-01');
CREATE TABLE

> CREATE TABLE v_2 PARTITION OF v FOR VALUES FROM ('c', MINVALUE, MINVALUE) TO ('c', MAXVALUE, MAXVALUE);
CREATE TABLE

> CREATE TABLE v_3 PARTITION OF v FOR VALUES FROM ('c\d', 10, '2020-01-01') TO ('c\d', 20, '2020-01-02');
CREATE TABLE

> CREATE TABLE v_4 PARTITION OF v FOR VALUES FROM ('d', 10, '2020-01-01') TO ('d', 10, '2020-01-02');
CREATE TABLE

> CREATE TABLE v_5 PARTITION OF v FOR VALUES FROM ('d', 10, '2020-01-02') TO ('e', 10, '2020-01-02');
CREATE TABLE

> CREATE TABLE v_0 PARTITION OF v FOR VALUES FROM (MINVALUE, MINVALUE, MINVALUE) TO ('a', 1.5, MINVALUE);
CREATE TABLE

> CREATE TABLE v_rest PARTITION OF v DEFAULT;
CREATE TABLE

> SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname ~ '^v_' ORDER BY 1;
relname | pg_get_expr
v_0 | FOR VALUES FROM (MINVALUE, MINVALUE, MINVALUE) TO ('a', 1.5, MINVALUE)
v_1 | FOR VALUES FROM ('a', 1.5, MINVALUE) TO ('b', '-2', '2020-01-01')
v_2 | FOR VALUES FROM ('c', MINVALUE, MINVALUE) TO ('c', MAXVALUE, MAXVALUE)
v_3 | FOR VALUES FROM ('c\d', '10', '2020-01-01') TO ('c\d', '20', '2020-01-02')
v_4 | FOR VALUES FROM ('d', '10', '2020-01-01') TO ('d', '10', '2020-01-02')
v_5 | FOR VALUES FROM ('d', '10', '2020-01-02') TO ('e', '10', '2020-01-02')
v_rest | DEFAULT
SELECT 7

> SELECT relname, pg_get_partition_constraintdef(oid) FROM pg_class WHERE relname ~ '^v_' ORDER BY 1;
relname | pg_get_partition_constraintdef
v_0 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND (((a)::text < 'a'::character varying(10) COLLATE "C") OR (((a)::text = 'a'::character varying(10) COLLATE "C") AND (b < 1.5))))
v_1 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND (((a)::text > 'a'::character varying(10) COLLATE "C") OR (((a)::text = 'a'::character varying(10) COLLATE "C") AND (b >= 1.5))) AND (((a)::text < 'b'::character varying(10) COLLATE "C") OR (((a)::text = 'b'::character varying(10) COLLATE "C") AND (b < '-2'::numeric)) OR (((a)::text = 'b'::character varying(10) COLLATE "C") AND (b = '-2'::numeric) AND (d < '2020-01-01'::date))))
v_2 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND ((a)::text = 'c'::character varying(10) COLLATE "C"))
v_3 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND ((a)::text = 'c\d'::character varying(10) COLLATE "C") AND ((b > '10'::numeric) OR ((b = '10'::numeric) AND (d >= '2020-01-01'::date))) AND ((b < '20'::numeric) OR ((b = '20'::numeric) AND (d < '2020-01-02'::date))))
v_4 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND ((a)::text = 'd'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d >= '2020-01-01'::date) AND (d < '2020-01-02'::date))
v_5 | ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND (((a)::text > 'd'::character varying(10) COLLATE "C") OR (((a)::text = 'd'::character varying(10) COLLATE "C") AND (b > '10'::numeric)) OR (((a)::text = 'd'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d >= '2020-01-02'::date))) AND (((a)::text < 'e'::character varying(10) COLLATE "C") OR (((a)::text = 'e'::character varying(10) COLLATE "C") AND (b < '10'::numeric)) OR (((a)::text = 'e'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d < '2020-01-02'::date))))
v_rest | (NOT ((a IS NOT NULL) AND (b IS NOT NULL) AND (d IS NOT NULL) AND ((((a)::text < 'a'::character varying(10) COLLATE "C") OR (((a)::text = 'a'::character varying(10) COLLATE "C") AND (b < 1.5))) OR ((((a)::text > 'a'::character varying(10) COLLATE "C") OR (((a)::text = 'a'::character varying(10) COLLATE "C") AND (b >= 1.5))) AND (((a)::text < 'b'::character varying(10) COLLATE "C") OR (((a)::text = 'b'::character varying(10) COLLATE "C") AND (b < '-2'::numeric)) OR (((a)::text = 'b'::character varying(10) COLLATE "C") AND (b = '-2'::numeric) AND (d < '2020-01-01'::date)))) OR ((a)::text = 'c'::character varying(10) COLLATE "C") OR (((a)::text = 'c\d'::character varying(10) COLLATE "C") AND ((b > '10'::numeric) OR ((b = '10'::numeric) AND (d >= '2020-01-01'::date))) AND ((b < '20'::numeric) OR ((b = '20'::numeric) AND (d < '2020-01-02'::date)))) OR (((a)::text = 'd'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d >= '2020-01-01'::date) AND (d < '2020-01-02'::date)) OR ((((a)::text > 'd'::character varying(10) COLLATE "C") OR (((a)::text = 'd'::character varying(10) COLLATE "C") AND (b > '10'::numeric)) OR (((a)::text = 'd'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d >= '2020-01-02'::date))) AND (((a)::text < 'e'::character varying(10) COLLATE "C") OR (((a)::text = 'e'::character varying(10) COLLATE "C") AND (b < '10'::numeric)) OR (((a)::text = 'e'::character varying(10) COLLATE "C") AND (b = '10'::numeric) AND (d < '2020-01-02'::date)))))))
SELECT 7

> SELECT pg_get_partkeydef('v'::regclass);
pg_get_partkeydef
RANGE (a COLLATE "C", b, d)
SELECT 1

-- Lists.

> CREATE TABLE l (a bigint) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE l_0 PARTITION OF l DEFAULT;
CREATE TABLE

> SELECT pg_get_expr(relpartbound, oid), pg_get_partition_constraintdef(oid) IS NULL FROM pg_class WHERE relname = 'l_0';
pg_get_expr | ?column?
DEFAULT | t
SELECT 1

> CREATE TABLE l_1 PARTITION OF l FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE l_2 PARTITION OF l FOR VALUES IN (2, 3, -4);
CREATE TABLE

> CREATE TABLE l_3 PARTITION OF l FOR VALUES IN (NULL);
CREATE TABLE

> SELECT relname, pg_get_expr(relpartbound, oid), pg_get_partition_constraintdef(oid) FROM pg_class WHERE relname ~ '^l_' ORDER BY 1;
relname | pg_get_expr | pg_get_partition_constraintdef
l_0 | DEFAULT | (NOT ((a IS NULL) OR (a = ANY (ARRAY['-4'::bigint, '1'::bigint, '2'::bigint, '3'::bigint]))))
l_1 | FOR VALUES IN ('1') | ((a IS NOT NULL) AND (a = '1'::bigint))
l_2 | FOR VALUES IN ('2', '3', '-4') | ((a IS NOT NULL) AND (a = ANY (ARRAY['2'::bigint, '3'::bigint, '-4'::bigint])))
l_3 | FOR VALUES IN (NULL) | (a IS NULL)
SELECT 4

> CREATE TABLE f (b bool, a varchar) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE f_1 PARTITION OF f FOR VALUES IN (true);
CREATE TABLE

> CREATE TABLE f_2 PARTITION OF f DEFAULT;
CREATE TABLE

> CREATE TABLE p (a varchar(5)) PARTITION BY LIST (a varchar_pattern_ops);
CREATE TABLE

> CREATE TABLE p_1 PARTITION OF p FOR VALUES IN ('b', 'c');
CREATE TABLE

> CREATE TABLE p_2 PARTITION OF p FOR VALUES IN ('a');
CREATE TABLE

> CREATE TABLE q (a varchar(5), b int[]) PARTITION BY LIST (b);
CREATE TABLE

> CREATE TABLE q_1 PARTITION OF q FOR VALUES IN ('{1,2}', '{3}');
CREATE TABLE

> CREATE TABLE q_2 PARTITION OF q DEFAULT;
CREATE TABLE

> CREATE TABLE "X y" ("a b" varchar(5)) PARTITION BY LIST ((lower("a b") || 'x'));
CREATE TABLE

> CREATE TABLE "X_1" PARTITION OF "X y" FOR VALUES IN ('a', NULL);
CREATE TABLE

> SELECT relname, pg_get_expr(relpartbound, oid), pg_get_partition_constraintdef(oid), pg_get_partkeydef(oid) FROM pg_class WHERE relname ~ '^(f|p|q|X)[_ ]' OR relname ~ '^[fpq]$' ORDER BY relname COLLATE "C";
relname | pg_get_expr | pg_get_partition_constraintdef | pg_get_partkeydef
X y | NULL | NULL | LIST (((lower(("a b")::text) || 'x'::text)))
X_1 | FOR VALUES IN ('a', NULL) | (((lower(("a b")::text) || 'x'::text) IS NULL) OR ((lower(("a b")::text) || 'x'::text) = 'a'::text)) | NULL
f | NULL | NULL | LIST (b)
f_1 | FOR VALUES IN (true) | ((b IS NOT NULL) AND (b = true)) | NULL
f_2 | DEFAULT | (NOT ((b IS NOT NULL) AND (b = true))) | NULL
p | NULL | NULL | LIST (a varchar_pattern_ops)
p_1 | FOR VALUES IN ('b', 'c') | ((a IS NOT NULL) AND ((a)::text = ANY (ARRAY['b'::character varying(5), 'c'::character varying(5)]))) | NULL
p_2 | FOR VALUES IN ('a') | ((a IS NOT NULL) AND ((a)::text = 'a'::character varying(5))) | NULL
q | NULL | NULL | LIST (b)
q_1 | FOR VALUES IN ('{1,2}', '{3}') | ((b IS NOT NULL) AND ((b = '{1,2}'::integer[]) OR (b = '{3}'::integer[]))) | NULL
q_2 | DEFAULT | (NOT ((b IS NOT NULL) AND ((b = '{1,2}'::integer[]) OR (b = '{3}'::integer[])))) | NULL
SELECT 11

> SELECT partattrs, pg_get_expr(partexprs, partrelid) FROM pg_partitioned_table WHERE partrelid = '"X y"'::regclass;
partattrs | pg_get_expr
0 | (lower(("a b")::text) || 'x'::text)
SELECT 1

-- Expressions, enums, domains, times.

> CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE

> CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN

> CREATE TABLE m (m mood, ts timestamptz, i interval) PARTITION BY RANGE (m, ts);
CREATE TABLE

> CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('sad', '2020-01-01 00:00:00+00') TO ('ok', MINVALUE);
CREATE TABLE

> CREATE TABLE n (m mood) PARTITION BY LIST (m);
CREATE TABLE

> CREATE TABLE n_1 PARTITION OF n FOR VALUES IN ('sad');
CREATE TABLE

> CREATE TABLE n_2 PARTITION OF n FOR VALUES IN ('ok', NULL);
CREATE TABLE

> CREATE TABLE o (a positive) PARTITION BY LIST (a);
CREATE TABLE

> CREATE TABLE o_1 PARTITION OF o FOR VALUES IN (1);
CREATE TABLE

> CREATE TABLE o_2 PARTITION OF o FOR VALUES IN (3, 4);
CREATE TABLE

> CREATE TABLE x (a int, b int) PARTITION BY RANGE ((a + b), abs(a));
CREATE TABLE

> CREATE TABLE x_1 PARTITION OF x FOR VALUES FROM (-5, 0) TO (3, MAXVALUE);
CREATE TABLE

> SELECT relname, pg_get_expr(relpartbound, oid), pg_get_partition_constraintdef(oid), pg_get_partkeydef(oid) FROM pg_class WHERE relname ~ '^[mnox](_\d)?$' AND relkind IN ('r', 'p') ORDER BY relname;
relname | pg_get_expr | pg_get_partition_constraintdef | pg_get_partkeydef
m | NULL | NULL | RANGE (m, ts)
m_1 | FOR VALUES FROM ('sad', '2020-01-01 00:00:00+00') TO ('ok', MINVALUE) | ((m IS NOT NULL) AND (ts IS NOT NULL) AND ((m > 'sad'::mood) OR ((m = 'sad'::mood) AND (ts >= '2020-01-01 00:00:00+00'::timestamp with time zone))) AND (m < 'ok'::mood)) | NULL
n | NULL | NULL | LIST (m)
n_1 | FOR VALUES IN ('sad') | ((m IS NOT NULL) AND (m = 'sad'::mood)) | NULL
n_2 | FOR VALUES IN ('ok', NULL) | ((m IS NULL) OR (m = 'ok'::mood)) | NULL
o | NULL | NULL | LIST (a)
o_1 | FOR VALUES IN ('1') | ((a IS NOT NULL) AND ((a)::integer = '1'::positive)) | NULL
o_2 | FOR VALUES IN ('3', '4') | ((a IS NOT NULL) AND ((a)::integer = ANY (ARRAY['3'::positive, '4'::positive]))) | NULL
x | NULL | NULL | RANGE (((a + b)), abs(a))
x_1 | FOR VALUES FROM ('-5', 0) TO (3, MAXVALUE) | (((a + b) IS NOT NULL) AND (abs(a) IS NOT NULL) AND (((a + b) > '-5'::integer) OR (((a + b) = '-5'::integer) AND (abs(a) >= 0))) AND ((a + b) <= 3)) | NULL
SELECT 10

> SELECT partattrs, pg_get_expr(partexprs, partrelid) FROM pg_partitioned_table WHERE partrelid = 'x'::regclass;
partattrs | pg_get_expr
0 0 | (a + b), abs(a)
SELECT 1

> CREATE TABLE h (a int, b varchar(10)) PARTITION BY HASH (a, lower(b));
CREATE TABLE

> CREATE TABLE h_0 PARTITION OF h FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE

> SELECT pg_get_expr(relpartbound, oid), regexp_replace(pg_get_partition_constraintdef(oid), '''\d+''', 'OID') FROM pg_class WHERE relname = 'h_0';
pg_get_expr | regexp_replace
FOR VALUES WITH (modulus 4, remainder 0) | satisfies_hash_partition(OID::oid, 4, 0, a, lower((b)::text))
SELECT 1

> SELECT pg_get_partkeydef('h'::regclass), partstrat, partclass, partcollation FROM pg_partitioned_table WHERE partrelid = 'h'::regclass;
pg_get_partkeydef | partstrat | partclass | partcollation
HASH (a, lower((b)::text)) | h | 10020 10037 | 0 100
SELECT 1

-- Names follow.

> ALTER TABLE r RENAME COLUMN a TO "A z";
ALTER TABLE

> ALTER TABLE r_2 RENAME TO "R 2";
ALTER TABLE

> SELECT pg_get_partkeydef('r'::regclass), pg_get_partition_constraintdef('r_2_rest'::regclass);
pg_get_partkeydef | pg_get_partition_constraintdef
RANGE ("A z") | (("A z" IS NOT NULL) AND ("A z" >= 10) AND (NOT ((b IS NULL) OR (b = ANY (ARRAY['it''s'::text, 'x'::text])))))
SELECT 1

> SELECT * FROM pg_partition_tree('r');
relid | parentrelid | isleaf | level
r | NULL | f | 0
r_1 | r | t | 1
"R 2" | r | f | 1
r_rest | r | t | 1
r_2_x | "R 2" | t | 2
r_2_rest | "R 2" | t | 2
SELECT 6

> DROP TABLE "R 2";
DROP TABLE

> SELECT * FROM pg_partition_tree('r');
relid | parentrelid | isleaf | level
r | NULL | f | 0
r_1 | r | t | 1
r_rest | r | t | 1
SELECT 3

> ALTER TABLE r DETACH PARTITION r_rest;
ALTER TABLE

> SELECT relname, relispartition, relpartbound IS NULL AS no_bound FROM pg_class WHERE relname ~ '^r_' ORDER BY 1;
relname | relispartition | no_bound
r_1 | t | f
r_rest | f | t
SELECT 2

> SELECT pg_get_partition_constraintdef('r_rest'::regclass) IS NULL AS none;
none
t
SELECT 1

> SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'r'::regclass;
inhrelid
r_1
SELECT 1
