-- Regular expressions: the longest match, back references, lookaround.
> SELECT regexp_match('abcd', 'a(b|bc)(c|d)*') AS a, regexp_match('xay', 'a|ay') AS b, regexp_match('XY1234Z', 'Y*?([0-9]{1,3})') AS c, regexp_match('abc01234xyz', '(.*?)(\d+)(.*)') AS d, regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}') AS e;
a | b | c | d | e
{bc,d} | {ay} | {1} | {abc,0,""} | {abc,01234,xyz}
SELECT 1

> SELECT regexp_replace('foobarrbazz', '(.)\1', '<\1\1>', 'g') AS a, regexp_match('foobar', 'foo(?=bar)') AS b, regexp_match('foobar', '(?<=foo)bar') AS c, 'price: 10' ~ '\d+(?!\d|%)' AS d, 'abcabc' ~ '^(\w+)\1$' AS e;
a | b | c | d | e
f<oo>ba<rr>ba<zz> | {foo} | {bar} | t | t
SELECT 1

> SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g') AS a;
a
{bar,beque}
{bazil,barf}
SELECT 2

> SELECT regexp_replace('abc', 'b*', 'X', 'g') AS a, regexp_split_to_array('abc', '') AS b, regexp_count('aab', 'a|aa') AS c, regexp_substr('foofoobar', '(foo)+(b|ba)') AS d, substring('abcdefg' SIMILAR 'a*#"%#"g*' ESCAPE '#') AS e, 'a b' ~ '(?x)a\ b' AS f;
a | b | c | d | e | f
XaXXcX | {a,b,c} | 1 | foofooba | abcdefg | t
SELECT 1

> SELECT 'abc' ~ '[b-a]';
ERROR 2201B: invalid regular expression: invalid character range

> SELECT 'abc' ~ '\2(a)';
ERROR 2201B: invalid regular expression: invalid backreference number

-- Numbers by templates.
> SELECT to_char(485, 'PL999') AS a, to_char('inf'::numeric, 'MI9999.99') AS b, to_char('nan'::float8, 'MI99.99') AS c, to_char(9.999, '9.9EEEE') AS d, to_char(1.5::float8, '9999999999999999.99999999999999999') AS e, to_char(-0.5, 'FM.99') AS f, to_char(12, 'B9999') AS g, to_char(5, '9thabc') AS h;
a | b | c | d | e | f | g | h
+ 485 |  ####.## |  ##.## |  10.0e+00 |                 1.50000000000000 | -.## |    12 |  5tha
SELECT 1

> SELECT to_char(1, 'FM9.9EEEE');
ERROR 42601: "EEEE" is incompatible with other formats
DETAIL: "EEEE" may only be used together with digit and decimal point patterns.

> SELECT to_char(5, '9PR9');
ERROR 42601: "9" must be ahead of "PR"

> SELECT to_number('.-01', 'S99.99') AS a, to_number('123V456', '999V999') AS b, to_number('12,454.8-', '99G999D9S') AS c;
a | b | c
-0.01 | 12.3450000000000000 | -12454.8
SELECT 1

> SELECT to_number('1.5e3', '9.9EEEE');
ERROR 0A000: "EEEE" not supported for input

-- Dates by templates.
> SELECT to_date('2024 xyz', 'YYYY Mon');
ERROR 22007: invalid value "xyz" for "Mon"
DETAIL: The given value did not match any of the allowed values for this field.

> SELECT to_date('12 2024-1', 'IW YYYY-D');
ERROR 22007: invalid combination of date conventions
HINT: Do not mix Gregorian and ISO week date conventions in a formatting template.

> SELECT to_date('1 1 1', 'YY Y YYY');
ERROR 22007: conflicting values for "Y" field in formatting string
DETAIL: This value contradicts a previous setting for the same field type.

> SELECT to_date('-44', 'YYYY') AS a, to_timestamp('15:12:02.020.001230', 'HH24:MI:SS.MS.US') AS b;
a | b
0044-01-01 BC | 0001-01-01 15:12:02.02123+00 BC
SELECT 1

> SELECT date '99 Jan 08';
ERROR 22007: invalid input syntax for type date: "99 Jan 08"

-- Time zones as POSIX writes them.
> SELECT timestamptz '2024-07-01 00:00+00' AT TIME ZONE 'EST5EDT,M3.2.0,M11.1.0' AS a, timestamptz '2024-07-01 00:00+00' AT TIME ZONE 'FOO+3' AS b, make_timestamptz(2014, 12, 10, 10, 10, 10, 'PST8PDT,M3.2.0,M11.1.0') = timestamptz '2014-12-10 18:10:10+00' AS c;
a | b | c
2024-06-30 20:00:00 | 2024-06-30 21:00:00 | t
SELECT 1

> SET timezone = 'PST8PDT,M4.1.0,M10.5.0';
(TimeZone = PST8PDT,M4.1.0,M10.5.0)
SET

> SELECT timestamptz '2024-07-01 00:00+00' AS summer, timestamptz '2024-01-01 00:00+00' AS winter;
summer | winter
2024-06-30 17:00:00-07 | 2023-12-31 16:00:00-08
SELECT 1

> SHOW timezone;
TimeZone
PST8PDT,M4.1.0,M10.5.0
SHOW

> RESET timezone;
(TimeZone = UTC)
RESET

-- Paths.
> SELECT jsonb_path_query('"2017-03-10 12:34:56+03"', '$.datetime()') AS a, jsonb_path_query('"12:34:56+03:30"', '$.datetime()') AS b, jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI").type()') AS c;
a | b | c
"2017-03-10T12:34:56+03:00" | "12:34:56+03:30" | "timestamp without time zone"
SELECT 1

> SELECT jsonb_path_query('["2017-03-10", "2017-03-11 12:00:00"]', '$[*].datetime() ? (@ > "2017-03-10".datetime())');
jsonb_path_query
"2017-03-11T12:00:00"
SELECT 1

> SELECT jsonb_path_exists('["2017-03-10 12:00:00+00"]', '$[*].datetime() ? (@ > "2017-03-10".datetime())');
ERROR 0A000: cannot convert value from date to timestamptz without time zone usage
HINT: Use *_tz() function for time zone support.

> SELECT jsonb_path_query('"foo"', '$.datetime()');
jsonb_path_query
ERROR 22031: datetime format is not recognized: "foo"
HINT: Use a datetime template argument to specify the input data format.

> SELECT jsonb_path_query('[{"a": 1.50, "b": {"c": [1, "x"]}}, {"d": null}]', '$[*].keyvalue()');
jsonb_path_query
{"id": 12, "key": "a", "value": 1.50}
{"id": 12, "key": "b", "value": {"c": [1, "x"]}}
{"id": 88, "key": "d", "value": null}
SELECT 3

> SELECT jsonb_path_query('{"b": {"c": [1, "x"]}}', '$.b.keyvalue().key'), '$.datetime("yyyy")'::jsonpath;
jsonb_path_query | jsonpath
"c" | $.datetime("yyyy")
SELECT 1

-- Hashes.
> SELECT hashint4(5) AS a, hashtext('abc') AS b, hash_numeric(5.50) AS c, hashfloat8(1.5) AS d, timestamp_hash('2024-01-01') AS e, hashtextextended('abc', 1) AS f, hash_array(ARRAY[1, 2]) AS g, jsonb_hash('{"a": [1, "b", null, true]}') AS h, interval_hash('30 days') = interval_hash('1 month') AS i;
a | b | c | d | e | f | g | h | i
-1330264708 | -785388649 | 1200955048 | 630860146 | 645451447 | 2125675926272891485 | -2087800271 | -1725993003 | t
SELECT 1

-- Vectors, points, names of fields.
> SELECT pg_typeof(ARRAY['11 22'::int2vector]) AS a, ARRAY['11 22'::int2vector] AS b, ARRAY(SELECT '1 2'::oidvector) AS c, ARRAY[1, 2]::oidvector AS d;
a | b | c | d
int2vector[] | {"11 22"} | {"1 2"} | 1 2
SELECT 1

> SELECT ARRAY[]::oidvector;
ERROR 42804: array is not a valid oidvector

> SELECT ('{}'::int[])[1][2][3][4][5][6][7];
ERROR 54000: number of array dimensions (7) exceeds the maximum allowed (6)

> CREATE TABLE places (id int, at point);
CREATE TABLE

> INSERT INTO places VALUES (1, '(1,2)'), (2, NULL);
INSERT 0 2

> UPDATE places SET at[0] = 5 RETURNING id, at, at[0];
id | at | at
1 | (5,2) | 5
2 | NULL | NULL
UPDATE 2

> UPDATE places SET at[2] = 5;
ERROR 2202E: array subscript out of range

> SELECT row_to_json(q, true) FROM (SELECT 1 AS x, 'a' AS y) q;
row_to_json
{"x":1,
 "y":"a"}
SELECT 1

> SELECT json_agg(q ORDER BY x) FROM (VALUES (1, 'a'), (2, 'b')) q(x, y);
json_agg
[{"x":1,"y":"a"}, 
 {"x":2,"y":"b"}]
SELECT 1

> SELECT * FROM json_populate_recordset(ROW(0, 0), '[{"a": "1"}]') q(a text, b text);
ERROR 42804: function return row and query-specified return row do not match
DETAIL: Returned type integer at ordinal position 1, but query expects text.

> SELECT string_agg(DISTINCT x, '-') AS a, array_agg(DISTINCT x) AS b FROM (VALUES ('b'), ('a'), ('b'), (NULL)) v(x);
a | b
a-b | {a,b,NULL}
SELECT 1

-- Spelling.
> SELECT U&'d!0061t!+000061' UESCAPE '!' AS U&"d*0061t" UESCAPE '*', U&'\D83D\DE00' AS smile;
dat | smile
data | 😀
SELECT 1

> SELECT U&'wrong: \061';
ERROR 42601: invalid Unicode escape
HINT: Unicode escapes must be \XXXX or \+XXXXXX.

> SELECT E'wrong: \u061';
ERROR 22025: invalid Unicode escape
HINT: Unicode escapes must be \uXXXX or \UXXXXXXXX.

> SELECT NULL ISNULL AS a, normalize('e' || chr(769), NFC) = chr(233) AS b, COLLATION FOR ('a'::text) AS c, 5::bit(8) AS d, (-1)::bit(4) AS e;
a | b | c | d | e
t | t | "default" | 00000101 | 1111
SELECT 1

> SELECT setseed(0.5) IS NULL AS unset;
unset
f
SELECT 1

> SELECT random() AS a, random() AS b;
a | b
0.9851677175347999 | 0.825301858027981
SELECT 1

> SELECT setseed(2);
setseed
ERROR 22023: setseed parameter 2 is out of allowed range [-1,1]

> SELECT 'é' IS NFD NORMALIZED AS a, 'abc' IS NORMALIZED AS b, length(normalize('é', NFD)) AS c, unistr('\D83D\DE00') AS d, 'a_c'::bytea LIKE 'a$__'::bytea ESCAPE '$'::bytea AS e;
a | b | c | d | e
f | t | 2 | 😀 | t
SELECT 1

> SELECT pg_typeof('a') AS a, pg_typeof(NULL) AS b, (i / (10::numeric ^ 131071))::numeric(1, 0) AS c FROM generate_series(8 * (10::numeric ^ 131071), 9 * (10::numeric ^ 131071), 10::numeric ^ 131071) AS g(i);
a | b | c
unknown | unknown | 8
unknown | unknown | 9
SELECT 2

> SELECT pg_lsn '0/1' + 5 AS a, 5::numeric + pg_lsn '0/1' AS b, pg_lsn '0/FF' - 1 AS c;
a | b | c
0/6 | 0/6 | 0/FE
SELECT 1

> SELECT sum(row_number() OVER ()) FROM (VALUES (1)) v(x);
ERROR 42803: aggregate function calls cannot contain window function calls
