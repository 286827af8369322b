-- Regular expressions: the longest match, back references, lookaround.
> SELECT regexp_match('abcd', 'a(b|bc)(c|d)*') AS a, regexp_match('xay', 'a|ay') AS b, regexp_match('XY1234Z', 'Y*?([0-9]{1,3})') AS c, regexp_match('abc01234xyz', '(.*?)(\d+)(.*)') AS d, regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}') AS e;

> SELECT regexp_replace('foobarrbazz', '(.)\1', '<\1\1>', 'g') AS a, regexp_match('foobar', 'foo(?=bar)') AS b, regexp_match('foobar', '(?<=foo)bar') AS c, 'price: 10' ~ '\d+(?!\d|%)' AS d, 'abcabc' ~ '^(\w+)\1$' AS e;

> SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g') AS a;

> SELECT regexp_replace('abc', 'b*', 'X', 'g') AS a, regexp_split_to_array('abc', '') AS b, regexp_count('aab', 'a|aa') AS c, regexp_substr('foofoobar', '(foo)+(b|ba)') AS d, substring('abcdefg' SIMILAR 'a*#"%#"g*' ESCAPE '#') AS e, 'a b' ~ '(?x)a\ b' AS f;

> SELECT 'abc' ~ '[b-a]';

> SELECT 'abc' ~ '\2(a)';

-- Numbers by templates.
> SELECT to_char(485, 'PL999') AS a, to_char('inf'::numeric, 'MI9999.99') AS b, to_char('nan'::float8, 'MI99.99') AS c, to_char(9.999, '9.9EEEE') AS d, to_char(1.5::float8, '9999999999999999.99999999999999999') AS e, to_char(-0.5, 'FM.99') AS f, to_char(12, 'B9999') AS g, to_char(5, '9thabc') AS h;

> SELECT to_char(1, 'FM9.9EEEE');

> SELECT to_char(5, '9PR9');

> SELECT to_number('.-01', 'S99.99') AS a, to_number('123V456', '999V999') AS b, to_number('12,454.8-', '99G999D9S') AS c;

> SELECT to_number('1.5e3', '9.9EEEE');

-- Dates by templates.
> SELECT to_date('2024 xyz', 'YYYY Mon');

> SELECT to_date('12 2024-1', 'IW YYYY-D');

> SELECT to_date('1 1 1', 'YY Y YYY');

> SELECT to_date('-44', 'YYYY') AS a, to_timestamp('15:12:02.020.001230', 'HH24:MI:SS.MS.US') AS b;

> SELECT date '99 Jan 08';

-- Time zones as POSIX writes them.
> SELECT timestamptz '2024-07-01 00:00+00' AT TIME ZONE 'EST5EDT,M3.2.0,M11.1.0' AS a, timestamptz '2024-07-01 00:00+00' AT TIME ZONE 'FOO+3' AS b, make_timestamptz(2014, 12, 10, 10, 10, 10, 'PST8PDT,M3.2.0,M11.1.0') = timestamptz '2014-12-10 18:10:10+00' AS c;

> SET timezone = 'PST8PDT,M4.1.0,M10.5.0';

> SELECT timestamptz '2024-07-01 00:00+00' AS summer, timestamptz '2024-01-01 00:00+00' AS winter;

> SHOW timezone;

> RESET timezone;

-- Paths.
> SELECT jsonb_path_query('"2017-03-10 12:34:56+03"', '$.datetime()') AS a, jsonb_path_query('"12:34:56+03:30"', '$.datetime()') AS b, jsonb_path_query('"10-03-2017 12:34"', '$.datetime("dd-mm-yyyy HH24:MI").type()') AS c;

> SELECT jsonb_path_query('["2017-03-10", "2017-03-11 12:00:00"]', '$[*].datetime() ? (@ > "2017-03-10".datetime())');

> SELECT jsonb_path_exists('["2017-03-10 12:00:00+00"]', '$[*].datetime() ? (@ > "2017-03-10".datetime())');

> SELECT jsonb_path_query('"foo"', '$.datetime()');

> SELECT jsonb_path_query('[{"a": 1.50, "b": {"c": [1, "x"]}}, {"d": null}]', '$[*].keyvalue()');

> SELECT jsonb_path_query('{"b": {"c": [1, "x"]}}', '$.b.keyvalue().key'), '$.datetime("yyyy")'::jsonpath;

-- Hashes.
> SELECT hashint4(5) AS a, hashtext('abc') AS b, hash_numeric(5.50) AS c, hashfloat8(1.5) AS d, timestamp_hash('2024-01-01') AS e, hashtextextended('abc', 1) AS f, hash_array(ARRAY[1, 2]) AS g, jsonb_hash('{"a": [1, "b", null, true]}') AS h, interval_hash('30 days') = interval_hash('1 month') AS i;

-- Vectors, points, names of fields.
> SELECT pg_typeof(ARRAY['11 22'::int2vector]) AS a, ARRAY['11 22'::int2vector] AS b, ARRAY(SELECT '1 2'::oidvector) AS c, ARRAY[1, 2]::oidvector AS d;

> SELECT ARRAY[]::oidvector;

> SELECT ('{}'::int[])[1][2][3][4][5][6][7];

> CREATE TABLE places (id int, at point);

> INSERT INTO places VALUES (1, '(1,2)'), (2, NULL);

> UPDATE places SET at[0] = 5 RETURNING id, at, at[0];

> UPDATE places SET at[2] = 5;

> SELECT row_to_json(q, true) FROM (SELECT 1 AS x, 'a' AS y) q;

> SELECT json_agg(q ORDER BY x) FROM (VALUES (1, 'a'), (2, 'b')) q(x, y);

> SELECT * FROM json_populate_recordset(ROW(0, 0), '[{"a": "1"}]') q(a text, b text);

> SELECT string_agg(DISTINCT x, '-') AS a, array_agg(DISTINCT x) AS b FROM (VALUES ('b'), ('a'), ('b'), (NULL)) v(x);

-- Spelling.
> SELECT U&'d!0061t!+000061' UESCAPE '!' AS U&"d*0061t" UESCAPE '*', U&'\D83D\DE00' AS smile;

> SELECT U&'wrong: \061';

> SELECT E'wrong: \u061';

> SELECT NULL ISNULL AS a, normalize('e' || chr(769), NFC) = chr(233) AS b, COLLATION FOR ('a'::text) AS c, 5::bit(8) AS d, (-1)::bit(4) AS e;

> SELECT setseed(0.5);

> SELECT random() AS a, random() AS b;

> SELECT setseed(2);

> SELECT pg_lsn '0/1' + 5 AS a, 5::numeric + pg_lsn '0/1' AS b, pg_lsn '0/FF' - 1 AS c;

> SELECT sum(row_number() OVER ()) FROM (VALUES (1)) v(x);
