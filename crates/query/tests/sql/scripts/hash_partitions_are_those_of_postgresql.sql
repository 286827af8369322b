-- Hash partitions take the rows that they take in PostgreSQL.
> CREATE TABLE t_int2 (a smallint) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (0::int2), (1::int2), (-1::int2), (32767::int2)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_int2'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-1 | 733
0 | 156
1 | 6
32767 | 900
SELECT 4
> CREATE TABLE t_int4 (a int) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (0), (1), (-1), (2147483647)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_int4'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-1 | 733
0 | 156
1 | 6
2147483647 | 824
SELECT 4
> CREATE TABLE t_int8 (a bigint) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (0::int8), (1::int8), (-1::int8), (9223372036854775807), (-4294967296)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_int8'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-4294967296 | 156
-1 | 733
0 | 156
1 | 6
9223372036854775807 | 269
SELECT 5
> CREATE TABLE t_float4 (a real) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('0'::real), ('-0'::real), (1.5::real), ('NaN'::real), ('-Infinity'::real)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_float4'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-Infinity | 536
-0 | 794
0 | 794
1.5 | 503
NaN | 822
SELECT 5
> CREATE TABLE t_float8 (a float8) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('0'::float8), ('-0'::float8), (1.5::float8), ('NaN'::float8), (1e300::float8)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_float8'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-0 | 794
0 | 794
1.5 | 503
1e+300 | 270
NaN | 822
SELECT 5
> CREATE TABLE t_num (a numeric) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (0::numeric), (0.00), (1.50), (1.5), (-123456.789), (12345678901234567890.5), (10000), ('NaN'::numeric)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_num'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-123456.789 | 232
0 | 793
0.00 | 793
1.5 | 741
1.50 | 741
10000 | 517
12345678901234567890.5 | 147
NaN | 794
SELECT 8
> CREATE TABLE t_text (a text) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (''::text), ('a'), ('abcdefghijkl'), ('abcdefghijklm'), ('žluťoučký'), ('abcdefghijklmnopqrstuvwxyz')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_text'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
 | 597
a | 553
abcdefghijkl | 233
abcdefghijklm | 576
abcdefghijklmnopqrstuvwxyz | 577
žluťoučký | 270
SELECT 6
> CREATE TABLE t_vc (a varchar(10)) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('a'::varchar(10)), ('abc')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_vc'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
a | 553
abc | 725
SELECT 2
> CREATE TABLE t_bp (a char(5)) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('a'::char(5)), ('abc  ')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_bp'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
a     | 553
abc   | 725
SELECT 2
> CREATE TABLE t_nm (a name) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('a'::name), ('pg_catalog')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_nm'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
a | 553
pg_catalog | 189
SELECT 2
> CREATE TABLE t_ch (a "char") PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('a'::"char"), ('Z')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ch'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
Z | 604
a | 581
SELECT 2
> CREATE TABLE t_by (a bytea) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('\x'::bytea), ('\x00ff'), ('\x000102030405060708090a0b0c')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_by'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
\x | 597
\x000102030405060708090a0b0c | 128
\x00ff | 34
SELECT 3
> CREATE TABLE t_bo (a boolean) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (true), (false)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_bo'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
f | 156
t | 6
SELECT 2
> CREATE TABLE t_da (a date) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('2000-01-01'::date), ('1969-07-20'), ('infinity')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_da'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
1969-07-20 | 445
2000-01-01 | 156
infinity | 824
SELECT 3
> CREATE TABLE t_ti (a time) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('00:00'::time), ('23:59:59.999999')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ti'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
00:00:00 | 156
23:59:59.999999 | 69
SELECT 2
> CREATE TABLE t_tz (a timetz) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('00:00+02'::timetz), ('22:00-05')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_tz'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
00:00:00+02 | 216
22:00:00-05 | 597
SELECT 2
> CREATE TABLE t_ts (a timestamp) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('2000-01-01'::timestamp), ('1969-07-20 20:17:40.5'), ('-infinity')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ts'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-infinity | 824
1969-07-20 20:17:40.5 | 147
2000-01-01 00:00:00 | 156
SELECT 3
> CREATE TABLE t_tstz (a timestamptz) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('2000-01-01 00:00+00'::timestamptz), ('2024-02-29 12:34:56.789+03')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_tstz'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
2000-01-01 00:00:00+00 | 156
2024-02-29 09:34:56.789+00 | 97
SELECT 2
> CREATE TABLE t_iv (a interval) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('0'::interval), ('1 month'), ('30 days'), ('-1 day 2:03:04.5')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_iv'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
-1 days +02:03:04.5 | 386
00:00:00 | 156
1 mon | 672
30 days | 672
SELECT 4
> CREATE TABLE t_uu (a uuid) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid), ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_uu'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
00000000-0000-0000-0000-000000000000 | 971
a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 | 420
SELECT 2
> CREATE TABLE t_ine (a inet) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('10.1.2.3'::inet), ('10.1.2.3/8'), ('::1'), ('fe80::1/64')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ine'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
10.1.2.3/8 | 334
10.1.2.3 | 526
::1 | 321
fe80::1/64 | 694
SELECT 4
> CREATE TABLE t_ci (a cidr) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('10.0.0.0/8'::cidr), ('2001:db8::/32')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ci'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
10.0.0.0/8 | 436
2001:db8::/32 | 81
SELECT 2
> CREATE TABLE t_ma (a macaddr) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('08:00:2b:01:02:03'::macaddr), ('ff:ff:ff:ff:ff:ff')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ma'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
08:00:2b:01:02:03 | 617
ff:ff:ff:ff:ff:ff | 504
SELECT 2
> CREATE TABLE t_m8 (a macaddr8) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('08:00:2b:01:02:03:04:05'::macaddr8)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_m8'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
08:00:2b:01:02:03:04:05 | 127
SELECT 1
> CREATE TABLE t_js (a jsonb) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('null'::jsonb), ('1'), ('1.0'), ('"x"'), ('true'), ('[]'), ('[1, [2, {"a": null}]]'), ('{"b": 1, "aa": false}')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_js'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
[] | 794
null | 299
"x" | 641
1 | 15
1.0 | 15
true | 538
[1, [2, {"a": null}]] | 415
{"b": 1, "aa": false} | 900
SELECT 8
> CREATE TABLE t_ia (a int[]) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('{}'::int[]), ('{1,2,3}'), ('{NULL,1}'), ('{{1,2},{3,4}}')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ia'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
{} | 140
{1,2,3} | 968
{{1,2},{3,4}} | 563
{NULL,1} | 967
SELECT 4
> CREATE TABLE t_ta (a text[]) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('{a,b}'::text[]), ('{}')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ta'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
{} | 140
{a,b} | 407
SELECT 2
> CREATE TABLE t_oi (a oid) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES (0::oid), (4294967295::oid)) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_oi'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
0 | 156
4294967295 | 733
SELECT 2
> CREATE TABLE t_ls (a pg_lsn) PARTITION BY HASH (a);
CREATE TABLE
> SELECT v, r FROM (VALUES ('0/0'::pg_lsn), ('16/B374D848')) x(v), generate_series(0, 996) r WHERE satisfies_hash_partition('t_ls'::regclass, 997, r, v) ORDER BY v, v::text COLLATE "C", r;
v | r
0/0 | 156
16/B374D848 | 987
SELECT 2
> CREATE TABLE m (a int, b text, c date) PARTITION BY HASH (a, b, c);
CREATE TABLE
> CREATE TABLE m0 PARTITION OF m FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE
> CREATE TABLE m1 PARTITION OF m FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE
> CREATE TABLE m2 PARTITION OF m FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE
> INSERT INTO m SELECT nullif(g % 5, 0), nullif('x' || g % 7, 'x3'), CASE WHEN g % 4 <> 1 THEN '2020-01-01'::date + g END FROM generate_series(1, 30) g;
INSERT 0 30
> SELECT tableoid::regclass, count(*), min(a), max(b), max(c) FROM m GROUP BY 1 ORDER BY 1;
tableoid | count | min | max | max
m0 | 13 | 1 | x6 | 2020-01-31
m1 | 9 | 1 | x5 | 2020-01-24
m2 | 8 | 1 | x6 | 2020-01-29
SELECT 3
> INSERT INTO m VALUES (NULL, NULL, NULL);
INSERT 0 1
> SELECT tableoid::regclass FROM m WHERE a IS NULL AND b IS NULL AND c IS NULL;
tableoid
m0
SELECT 1
