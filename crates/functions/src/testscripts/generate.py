#!/usr/bin/env python3
"""Writes the golden scripts of this folder: calls of functions, and what PostgreSQL 15 answers.

    PGHOST=127.0.0.1 PGPORT=5432 PGUSER=postgres PGDATABASE=scratch ./generate.py [file ...]

Every overload of the functions named below is called with combinations of the sample literals. A line
is `name(type 'literal', ...) => answer`, where an answer is text, NULL, or `!SQLSTATE message`. The
tests read only the .txt files; PostgreSQL is needed to write them, not to run them.
"""
import hashlib
import itertools
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
LIMIT = 32  # cases an overload

PATHS = ["$", "strict $.a", "$.a", "$.b[*]", "$.b[1 to last]", "strict $.b[9]", "$.b[last].c", "$.*", "strict $.*", "$.**", "$.**{1}",
         "$.**{last}", "$[0]", "strict $[0]", "$[*] ? (@ > 0)", "$.b[*] ? (@ >= 2)", "$.a == 1", "$.a > \"x\"", "$.x == null",
         "$.b.size()", "strict $.a.size()", "$.type()", "$[*].type()", "-$.b[0]", "$.a + $.b[1] * 2", "$.a / 0", "$.b + 1",
         "exists($.b[*] ? (@ == 2))", "!($.a == 1)", "($.a == \"x\") is unknown", "$ ? (@ like_regex \"^S\" flag \"i\")",
         "$ starts with \"st\"", "$[1] starts with \"x\" || $[0] == 1", "$.a.double()", "$.abs()", "strict $.a.abs().ceiling()",
         "$ ? (@.a == 1 && @.b[0] == 1).b", "$ == \"str\"", "$.b[0, 2]", "strict $.a == 1 && $.zz == 1", "lax $.b[$.a]"]

SAMPLES = {
    "bool": ["t", "f"],
    "int2": ["0", "1", "-1", "7", "3", "-32768", "32767"],
    "int4": ["0", "1", "-1", "7", "3", "-2147483648", "2147483647"],
    "int8": ["0", "1", "-1", "7", "-9223372036854775808", "9223372036854775807", "5000000000"],
    "float4": ["0", "1", "-1.5", "2.5", "3.4e38", "1e-40", "NaN", "Infinity", "0.1"],
    "float8": ["0", "1", "-1.5", "2.5", "0.5", "1e308", "1e-310", "NaN", "Infinity", "-Infinity", "0.1", "12345.678"],
    "numeric": ["0", "1", "-1", "0.5", "2.5", "-2.50", "123.456", "0.0000000001", "99999999999999999999.99", "NaN",
                "Infinity", "1000000", "3.0", "1e40", "7"],
    "text": ["", "a", "abc", "Hello World", "aéî日本", "  pad  ", "a,b,c", "foobarbaz", "B"],
    "varchar": ["", "abc", "x y"],
    "bpchar": ["a", "abc  ", ""],
    "name": ["a", "pg_class", "Foo Bar"],
    "char": ["a", "", "z"],
    "bytea": ["\\x", "\\x00ff10", "abc", "\\xdeadbeef"],
    "oid": ["0", "23", "4294967295"],
    "date": ["2000-01-01", "1999-12-31", "2024-02-29", "infinity", "-infinity", "0044-03-15 BC", "2024-07-04"],
    "time": ["00:00", "12:34:56.789", "23:59:59.999999", "24:00"],
    "timetz": ["12:34:56+02", "00:00-05", "23:59:59.5+00"],
    "timestamp": ["2000-01-01", "1999-12-31 23:59:59.999999", "2024-02-29 12:34:56.789", "infinity", "-infinity",
                  "0044-03-15 10:00 BC", "2024-03-10 02:30", "2024-11-03 01:30", "1969-07-20 20:17:40"],
    "timestamptz": ["2000-01-01 00:00+00", "1999-12-31 23:59:59.999999-05", "2024-02-29 12:34:56.789+01", "infinity",
                    "-infinity", "0044-03-15 10:00+00 BC", "2024-03-10 02:30", "2024-11-03 06:30+00"],
    "interval": ["0", "1 day", "-1 day", "1 mon", "1 year 2 mons 3 days 04:05:06.789", "-25:30", "36 hours",
                 "1 mon -1 day", "00:00:00.000001", "-13 mons 40 days -30:00"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
    "json": ["null", "1", "{\"a\": 1, \"b\": [1,2,{\"c\":null}]}", "[1, \"x\", {\"a\":2}]", "\"str\"", "{}"],
    "jsonb": ["null", "1", "{\"a\": 1, \"b\": [1,2,{\"c\":null}]}", "[1, \"x\", {\"a\":2}]", "\"str\"", "{}", "[]",
              "true", "2.50"],
    "bit": ["1010", "0", "1111"],
    "varbit": ["1010", "", "1"],
    "jsonpath": PATHS,
    "_int4": ["{1,2,3}", "{}", "{NULL,1}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{3}"],
    "_text": ["{a,b,c}", "{}", "{NULL,a}", "{\"x y\",\"q\\\"r\"}"],
    "_float8": ["{1,2.5}", "{}"],
    "pg_lsn": ["0/0", "16/B374D848"],
}

# Types whose overloads are called in one file alone.
OWN_SAMPLES = {
    "network": {
        "inet": ["192.168.1.5", "192.168.1.0/24", "192.168.1.5/24", "192.168.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "0.0.0.1/0",
                 "255.255.255.255", "::", "::1", "::/0", "2001:db8::ff00:42:8329/64", "fe80::1/10", "::ffff:1.2.3.4", "::1.2.3.4/120",
                 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        "cidr": ["192.168.1.0/24", "10/8", "0/0", "1.2.3.4", "128.1/20", "::/0", "2001:db8::/32", "::ffff:1.2.3.0/120", "::1.2.0.0/112",
                 "1:0:0:2::/64", "1:0:2:0:3:0:0:4", "::5:0/112", "fe80::/10", "::1"],
        "int4": ["-1", "0", "8", "24", "32", "33", "128", "129", "-2", "2147483647"],
        "int8": ["0", "1", "-1", "256", "-4294967296", "4294967295", "-9223372036854775808", "9223372036854775807"],
    },
    "money": {
        "money": ["0", "0.01", "-0.01", "1", "1.01", "-2.50", "12.34", "110", "1000", "1234567.89", "20.20", "-119.99", "100000000300.15",
                  "92233720368547758.07", "-92233720368547758.08"],
        "int2": ["0", "1", "-3", "7"], "int4": ["0", "1", "-3", "21474836"], "int8": ["0", "1", "-3", "92233720368547758", "92233720368547759"],
        "float4": ["0", "1", "-1.5", "0.3"], "float8": ["0", "1", "-1.5", "0.005", "0.3", "3.7e2"],
        "numeric": ["0", "1", "0.005", "-0.005", "0.004999", "12.345", "92233720368547758.07", "92233720368547758.08", "NaN", "Infinity"],
    },
    "macaddr": {
        "macaddr": ["08:00:2b:01:02:03", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "12:34:56:78:9a:bc"],
        "macaddr8": ["08:00:2b:ff:fe:01:02:03", "00:00:00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff", "12:34:56:78:9a:bc:de:f0"],
    },
    "geometry": {
        "point": ["(0,0)", "(1,2)", "(1.0000005,2)", "(-3,4)", "(NaN,1)", "(Infinity,1)", "(1e308,-1e308)", "(1e-300,1e-300)"],
        "float8": ["0", "-1.5", "NaN"],
    },
    # The database's LC_CTYPE is C.UTF-8. Configurations go by their OIDs: simple, english, german, russian, french.
    "textsearch": {
        "tsvector": ["", "a", "a:1", "a:1 b:2", "a:1A,4 b:2,3C c", "ab:1 abc:2 b:3B 'd e':4,9D", "a:1 b:3 c:5 a:7 b:9", "'it''s':2 '\\\\':16383",
                     "a:16383 b:20000", "a:3A b:2a", "ba:1234 a:1B", "b:1 c:2 d:3 f:4"],
        "tsquery": ["a", "a & b", "a | b", "!a", "a <-> b", "a <2> b", "a & !b", "ab:*", "a:A", "b:*BC & a", "(a | b) <-> c", "!(a <-> b)",
                    "a <-> !c", "'d e' | 'it''s'", "a <-> b <-> c", "a <-> (b <2> c)", "b & a", "!!a"],
        "regconfig": ["3748", "13164", "13170", "13194", "13168"],
        "regdictionary": ["3765", "13163", "13169", "13193"],
        "text": ["", "The Fat Rats are eating fat cats", "well-known re-election", "x@y.com http://a.bc/d?e=f www.g.org:80/h", "1 -2 3.14 6e-10 1.2.3 -1.2.3",
                 "<b>bold</b> &amp; <script>no</script> end", "/usr/local/x.txt ~/y ../z", "Привет, Мир! Идут большие дожди", "Die Häuser der Städte",
                 "Les élèves mangeaient des pommes", "a1 12ab foo_bar AB-12", "it's the cat's house"],
        "char": ["a", "D", "z"],
        "_char": ["{a}", "{a,b}", "{d}", "{}", "{x}", "{NULL}"],
        "_text": ["{a}", "{a,b}", "{}", "{NULL,a}", "{\"\"}"],
        "_float4": ["{0.1,0.2,0.4,1.0}", "{0.3,-1,0.5,0.6}", "{1,2,3,4}", "{0.1}", "{{1,1,1,1}}", "{0.1,NULL,0.4,1.0}"],
        "int4": ["0", "1", "2", "4", "8", "16", "32", "63", "-1", "99999"],
        "json": ["{\"b\": \"The cats\", \"a\": [1.50, true, \"rats\", {\"cat\": null}]}", "\"fat cats\"", "{}", "[1, false]"],
        "jsonb": ["{\"b\": \"The cats\", \"a\": [1.50, true, \"rats\", {\"cat\": null}]}", "\"all\"", "[\"string\", \"key\"]", "[\"NUMERIC\", \"boolean\"]", "{}",
                  "\"x\"", "[1]"],
    },
    "bits": {"char": ["a", "", "z", "\\377"], "bit": ["1010", "0", "1111"], "varbit": ["1010", "", "1"]},
}
# Above it PostgreSQL 15 lets amounts of money wrap around; no golden lines of that.
WRAPS = 9e16

UNITS = ["year", "MONTH", "day", "hour", "minute", "second", "milliseconds", "microseconds", "epoch", "dow", "isodow",
         "doy", "week", "quarter", "decade", "century", "millennium", "julian", "isoyear", "timezone", "bogus"]
ZONES = ["UTC", "America/New_York", "EST", "Europe/Berlin", "+02", "no/where"]
PATTERNS = ["", "a", "b.", "^f", "o+", "[a-c]+$", "(o)(b)", "\\d", "\\mfoo", "x*", "(a"]
LIKES = ["", "%", "a%", "_bc", "%b%", "\\%", "A%", "Hello%"]
DATES = ["YYYY-MM-DD HH24:MI:SS.US", "Dy, DD Mon YYYY", "FMMonth FMDD, FMYYYY", "HH12:MI AM", "DDD IW IYYY Q WW J",
         "CC B.C.", "TZ OF", "Day DDTH", "\"quoted\" YY"]
NUMBERS = ["999", "FM999.99", "9,999,999.00", "0000", "S999", "999MI", "999PR", "RN", "9.99EEEE", "L99", "99th"]

PATH_FUNCTIONS = ["jsonb_path_exists", "jsonb_path_match", "jsonb_path_query_array", "jsonb_path_query_first"]

# (function, argument index) -> literals instead of the type's samples.
OVERRIDES = {
    ("extract", 0): UNITS, ("date_part", 0): UNITS, ("date_trunc", 0): UNITS, ("date_trunc", 2): ZONES,
    ("timezone", 0): ZONES, ("make_timestamptz", 6): ["UTC", "America/New_York"],
    ("like", 1): LIKES, ("notlike", 1): LIKES, ("like_escape", 0): ["a#%b", "x\\y", "a%"], ("like_escape", 1): ["#", "", "\\", "ab"],
    ("textlike", 1): LIKES, ("texticlike", 1): LIKES, ("textregexeq", 1): PATTERNS, ("texticregexeq", 1): PATTERNS,
    ("regexp_like", 1): PATTERNS, ("regexp_match", 1): PATTERNS, ("regexp_replace", 1): PATTERNS,
    ("regexp_replace", 2): ["X", "[\\1]", "<\\&>"], ("regexp_count", 1): PATTERNS, ("regexp_instr", 1): PATTERNS,
    ("regexp_substr", 1): PATTERNS, ("regexp_split_to_array", 1): PATTERNS,
    ("regexp_like", 2): ["", "i", "g", "x"], ("regexp_match", 2): ["", "i", "g"], ("regexp_replace", 3): ["", "g", "gi", "z", "1"],
    ("regexp_split_to_array", 2): ["", "i"], ("regexp_count", 3): ["", "i"],
    ("encode", 1): ["hex", "base64", "escape", "bogus"], ("decode", 0): ["", "deadbeef", "YWJj", "a\\000b", "xyz"],
    ("decode", 1): ["hex", "base64", "escape"], ("convert_from", 1): ["UTF8", "LATIN1"], ("convert_to", 1): ["UTF8", "LATIN1"],
    ("to_number", 0): ["12,454.8-", "123", "-7"], ("to_number", 1): ["99G999D9S", "999", "S999"],
    ("to_date", 0): ["2024-02-29", "2000-1-31", "2023-02-29"], ("to_date", 1): ["YYYY-MM-DD", "YYYY MM DD"],
    ("to_timestamp", 0): ["2024-02-29 12:34:56", "2000-12-05"], ("to_timestamp", 1): ["YYYY-MM-DD HH24:MI:SS", "YYYY-MM-DD"],
    ("lpad", 1): ["0", "5", "12", "-1"], ("rpad", 1): ["0", "5", "12", "-1"], ("repeat", 1): ["0", "1", "3", "-1"],
    ("chr", 0): ["65", "233", "26085", "0", "-1", "55296", "1114112"], ("split_part", 1): [",", "", "b"],
    ("split_part", 2): ["1", "2", "-1", "0", "9"], ("numeric", 1): ["655366", "786438", "262148"],
    ("bpchar", 1): ["5", "7", "-1"], ("varchar", 1): ["5", "7", "-1"], ("round", 1): ["0", "2", "-2", "20"],
    ("trunc", 1): ["0", "2", "-2"], ("bit", 1): ["2", "6", "-1"], ("varbit", 1): ["2", "6", "-1"],
    ("time", 1): ["0", "3", "6"], ("timestamp", 1): ["0", "3", "6"], ("timestamptz", 1): ["0", "3", "6"],
    ("timetz", 1): ["0", "3"], ("interval", 1): ["2147418115", "327679", "67174399", "2147483647"],
    ("date_bin", 0): ["15 minutes", "1 day", "1 mon", "-1 hour", "0"],
    ("factorial", 0): ["0", "5", "20", "25", "-1"], ("power", 1): ["0", "1", "2", "-3", "0.5", "NaN", "10"],
    ("exp", 0): ["0", "1", "-1", "10.5", "-100.123", "NaN", "5000", "-Infinity"],
    ("to_jsonb", 0): None, ("array_to_string", 1): [",", ""], ("parse_ident", 0): ["foo.bar", "\"A b\".c", "a..b", "1x", "a b"],
    ("unistr", 0): ["d\\0061t", "\\+01F600", "a\\\\b", "\\zz"], ("to_ascii", 0): None,
    ("set_bit", 2): ["0", "1", "2"], ("format_type", 0): ["23", "1043", "1700", "0", "1009", "99999"],
    ("format_type", 1): ["-1", "14", "786438"], ("substring", 1): None, ("width_bucket", 3): ["5", "0", "10"],
    ("json_extract_path", 1): ["{a}", "{b,2,c}", "{b,-1}", "{x}"], ("jsonb_extract_path", 1): ["{a}", "{b,2,c}", "{b,-1}", "{x}"],
    ("json_extract_path_text", 1): ["{a}", "{b,2,c}"], ("jsonb_extract_path_text", 1): ["{a}", "{b,2,c}"],
    ("jsonb_set", 1): ["{a}", "{b,0}", "{x,y}", "{b,-9}", "{q}"], ("jsonb_insert", 1): ["{a}", "{b,0}", "{q}"],
    ("jsonb_delete_path", 1): ["{a}", "{b,0}", "{x}"], ("json_object_field", 1): ["a", "b", "x"],
    ("jsonb_object_field", 1): ["a", "b", "x"], ("jsonb_object_field_text", 1): ["a", "b", "x"],
    ("jsonb_exists", 1): ["a", "x", "str"], ("jsonb_exists_any", 1): ["{a,x}", "{}"], ("jsonb_exists_all", 1): ["{a,b}", "{}"],
    ("json_array_element", 1): ["0", "2", "-1", "9"], ("jsonb_array_element", 1): ["0", "2", "-1", "9"],
    ("to_hex", 0): None, ("make_date", 0): ["2024", "-44", "0", "2023"], ("make_date", 1): ["2", "12", "13"], ("make_date", 2): ["29", "1", "31"],
    ("make_time", 0): ["0", "23", "24"], ("make_time", 1): ["0", "59", "60"], ("make_time", 2): ["0", "59.5", "60"], **{("make_interval", i): ["0", "1", "-7", "100"] for i in range(7)},
    ("pg_size_pretty", 0): ["0", "10240", "123456789", "-99999999999", "5000000000000000"],
    ("pg_size_bytes", 0): ["1", "10 kB", "1.5 GB", "-1TB", "x", "1 zz"],
}
for f in PATH_FUNCTIONS:
    OVERRIDES[(f, 2)] = ["{}", "{\"x\": 2}"]
for ty in ("timestamp", "timestamptz", "interval"):
    OVERRIDES[("to_char", 1, ty)] = DATES if ty != "interval" else DATES[:1] + DATES[3:4]
for ty in ("int4", "int8", "float4", "float8", "numeric"):
    OVERRIDES[("to_char", 1, ty)] = NUMBERS

# The same where types have samples of their own.
OWN_OVERRIDES = {
    ("to_tsquery", 1): ["the & cats", "fat:*A | rats", "'super fat' <-> cats", "foo-bar", "a &", "!the", "", "cat <-> the <-> rat", "x:"],
    ("websearch_to_tsquery", 1): ["fat rats", "\"fat rats\" or cat -dog", "the or cat", "or or or", "-\"the cat\" end-", "a & b | (c)", ""],
    ("phraseto_tsquery", 1): ["the fat of the rats", "cats", "foo-bar baz", ""],
    ("ts_headline", 1): ["The fat cats were eating fat rats in the well-known houses of <b>a</b> town at http://x.yz/1 and 1.5 miles from there.", "none",
                         "{\"a\": \"fat cats\", \"b\": [1.0, \"cat\"]}"],
    ("ts_headline", 2): ["cat", "fat & rat", "cat | town", "fat <-> rat", "dog"],
    ("ts_headline", 3): ["MaxWords=4, MinWords=2", "MaxFragments=2, MaxWords=5, MinWords=2", "HighlightAll=on, StartSel=<<, StopSel=\">\"", "x", "y=1"],
}

FILES = {
    "integers": """int2 int4 int8 abs mod gcd lcm bit_count to_hex int2pl int2mi int2mul int2div int2mod int2um int2shl int2shr int2and
        int4pl int4mi int4mul int4div int4mod int4um int4abs int4and int4or int4xor int4not int4shl int4shr int8pl int8mi int8mul
        int8div int8mod int8um int8shl int8shr int24pl int42mul int48mi int84div int28pl int82mul int4larger int4smaller
        int4eq int4lt int48ge btint4cmp btint48cmp oid char""",
    "floats": """float4 float8 float4pl float4mi float4mul float4div float8pl float8mi float8mul float8div float48pl float84div float4um
        float8um float8eq float8lt float48gt btfloat8cmp sqrt cbrt exp ln log10 sin cos tan cot asin acos atan atan2 sinh cosh tanh
        asinh acosh atanh sind cosd tand cotd asind acosd atand atan2d degrees radians power sign ceil floor round trunc""",
    "numeric": """numeric numeric_add numeric_sub numeric_mul numeric_div numeric_mod div mod power log ln exp sqrt round trunc ceil floor
        abs sign scale min_scale trim_scale gcd lcm factorial width_bucket numeric_uminus numeric_eq numeric_lt numeric_cmp numeric_larger""",
    "text": """length char_length octet_length bit_length upper lower initcap substr substring position strpos overlay btrim ltrim rtrim lpad
        rpad replace repeat reverse left right split_part translate ascii chr starts_with string_to_array unistr parse_ident textcat
        quote_ident quote_literal quote_nullable md5 text_lt bpchareq bpcharlt nameeq""",
    "binary": """length octet_length substr substring overlay position btrim ltrim rtrim get_bit set_bit get_byte set_byte bit_count encode
        decode sha224 sha256 sha384 sha512 md5 byteacat convert_from convert_to bytealike byteaeq bitand bitor bitxor bitnot
        bitcat bitshiftleft bitshiftright bit varbit""",
    "pattern": """textlike texticlike like notlike like_escape textregexeq texticregexeq regexp_like regexp_match regexp_replace
        regexp_count regexp_instr regexp_substr regexp_split_to_array similar_to_escape""",
    "datetime": """extract date_part date_trunc date_bin timezone age date timestamp timestamptz time timetz make_date make_time
        make_timestamp make_timestamptz to_timestamp isfinite date_pli date_mii date_mi date_pl_interval date_mi_interval timestamp_pl_interval
        timestamp_mi_interval timestamptz_pl_interval timestamptz_mi_interval timestamp_mi time_pl_interval time_mi_interval
        time_mi_time timetz_pl_interval datetime_pl date_eq date_lt_timestamp date_cmp_timestamptz timestamp_cmp timestamp_lt_timestamptz
        overlaps""",
    "intervals": """interval interval_pl interval_mi interval_mul interval_div interval_um justify_days justify_hours justify_interval
        interval_eq interval_lt interval_cmp make_interval date_trunc extract""",
    "formatting": "to_char to_date to_number to_timestamp",
    "casts": "bool bpchar varchar text name numeric float4 float8 int4 int8 date time interval uuid_eq format_type pg_size_pretty pg_size_bytes",
    "json": """json_typeof jsonb_typeof json_array_length jsonb_array_length json_extract_path json_extract_path_text jsonb_extract_path
        jsonb_extract_path_text json_object_field json_object_field_text jsonb_object_field jsonb_object_field_text json_array_element
        json_array_element_text jsonb_array_element jsonb_array_element_text jsonb_contains jsonb_contained jsonb_exists
        jsonb_exists_any jsonb_exists_all jsonb_concat jsonb_delete jsonb_delete_path jsonb_set jsonb_insert jsonb_strip_nulls
        json_strip_nulls jsonb_pretty json_object jsonb_object jsonb_eq jsonb_lt jsonb_cmp""",
    "paths": """jsonb_path_exists_opr jsonb_path_match_opr jsonb_path_exists jsonb_path_match jsonb_path_query_array
        jsonb_path_query_first""",
    "network": """abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen text cidr
        network_sub network_subeq network_sup network_supeq network_overlap network_eq network_ne network_lt network_le network_gt
        network_ge network_larger network_smaller inetnot inetand inetor inetpl int8pl_inet inetmi_int8 inetmi hashinet""",
    "money": """money numeric cash_words cash_eq cash_lt cash_cmp cashlarger cash_pl cash_mi cash_div_cash cash_mul_flt8 flt8_mul_cash
        cash_div_flt8 cash_mul_flt4 flt4_mul_cash cash_div_flt4 cash_mul_int8 int8_mul_cash cash_div_int8 cash_mul_int4 int4_mul_cash
        cash_div_int4 cash_mul_int2 int2_mul_cash cash_div_int2""",
    "macaddr": """trunc macaddr macaddr8 macaddr_eq macaddr_lt macaddr_cmp macaddr_not macaddr_and macaddr_or hashmacaddr macaddr8_eq
        macaddr8_lt macaddr8_cmp macaddr8_not macaddr8_and macaddr8_or macaddr8_set7bit hashmacaddr8""",
    "geometry": """point point_left point_right point_above point_below point_vert point_horiz point_eq point_ne point_distance slope
        point_add point_sub point_mul point_div isvertical ishorizontal""",
    "bits": "hashchar chareq charlt bit_length biteq bitlt varbiteq varbitlt",
    "textsearch": """to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_lexize json_to_tsvector jsonb_to_tsvector
        ts_headline length strip setweight tsvector_concat ts_delete ts_filter tsvector_to_array array_to_tsvector tsvector_eq tsvector_lt
        tsvector_ge tsquery_eq tsquery_lt tsquery_cmp tsquery_and tsquery_or tsquery_not tsquery_phrase tsq_mcontains tsq_mcontained numnode
        querytree ts_rewrite ts_match_vq ts_match_qv ts_rank ts_rank_cd""",
    "arrays": """array_append array_prepend array_cat array_length array_upper array_lower array_ndims array_dims cardinality array_position
        array_positions array_remove array_replace array_to_string arraycontains arraycontained arrayoverlap array_eq array_lt
        btarraycmp trim_array array_fill array_to_json to_json to_jsonb num_nulls""",
}
POLYMORPHIC = {
    "anyarray": ["_int4", "_text"], "anycompatiblearray": ["_int4", "_text"], "anyelement": ["int4", "text", "timestamp", "numeric", "_int4"],
    "anycompatible": ["int4", "text"], "any": ["int4", "text"], "anynonarray": ["int4"],
}
DEPENDS_ON_TODAY = {
    *((f, (t,)) for f in ("to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery") for t in ("text", "json", "jsonb")),
    ("json_to_tsvector", ("json", "jsonb")), ("jsonb_to_tsvector", ("jsonb", "jsonb")), ("ts_rewrite", ("tsquery", "text")),
    *(("ts_headline", (t, "tsquery", *o)) for t in ("text", "json", "jsonb") for o in ((), ("text",))),
    ("age", ("timestamp",)), ("age", ("timestamptz",)), ("timetz", ("time",)), ("timezone", ("text", "timetz")),
}


LITERALS = {
    "bool": "t true TRUE tru y yes on ye f fals n off of o 1 0 2 tt|" " true |" "",
    "int2": "0|-0|+5| 7 |32767|32768|-32768|-32769|1.5|abc||1 2|0x10|--1|1e3",
    "int4": "0|2147483647|2147483648|-2147483648| 12\t|1_000|nan",
    "int8": "9223372036854775807|9223372036854775808|-9223372036854775808|+|12x",
    "oid": "0|4294967295|4294967296|-1|-2147483649|x",
    "float4": "0|1.1|1e38|4e38|1e-45|1e-46|nan|-inf|Infinity|infinity|.5|5.|1e|1e5|123456789|16777217|0.1|1e-5|3.4028235e38",
    "float8": "0|-0|1.1|1e308|1e309|4.9e-324|1e-325|NaN|inf|-Infinity|.5|5.|1e|e5|1e+5|1e15|1e14|123456789012345678|0.1|0.3|1e-4|1e-5|1.0e2|12345.678901234567|+1|1 2|0.1x| 1 ",
    "numeric": "0|-0|0.00|1.10|.5|5.|1e5|1e-5|1.5e3|-1.5E-3|nan|NaN|inf|-Infinity|+inf|1e400|1e-400|1e131072|1e131071|1e|.|-|+|1..2|1 2| 12 |0x1|00012.500|1_0|123456789012345678901234567890.123456789",
    "numeric:655366": "1|1.005|12345678.9|99999999.995|-0.001|NaN|Infinity",
    "varchar:7": "abc|abcd|abc |abc  d||äöü|äöüß",
    "bpchar:7": "abc|abcd|abc |a||äöü",
    "name": "abc|" + "x" * 70 + "|" + "é" * 40,
    "char": "a|abc||\\101|é",
    "bytea": "|abc|\\x|\\xDEADbeef|\\xabc|\\xzz|\\x 12 34|a\\\\b|a\\000b|a\\9|\\777|é",
    "uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}|a0eebc999c0b4ef8bb6d6bb9bd380a11|a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11|{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1|x|",
    "date": "1999-01-08|January 8, 1999|1/8/1999|1/18/1999|01/02/03|1999-Jan-08|Jan-08-1999|08-Jan-1999|99-Jan-08|08-Jan-99|Jan-08-99|19990108|990108|1999.008|J2451187|January 8, 99 BC|epoch|infinity|-infinity|yesterdayy|1999-13-01|1999-02-29|2000-02-29|1999-00-01|1999-01-32|0000-01-01|1-1-1|12/25/50|12/25/70|5874897-12-31|5874898-01-01|4713-01-01 BC|4714-11-24 BC|4714-11-23 BC|1999-01-08 BC|8 Jan 1999|Jan 8 1999|1999 Jan 8|1999-1-8|1999/01/08|08.01.1999|Monday January 8 1999|foo|1999-01|1999|99|1999-01-08 04:05|2024-W01|20240101T00|1999-01-08 25:00|Feb 30 2020|1999 01 08|01 08 1999|--|12-31-1999|31-12-1999|1999-08-Jan|99-08-Jan",
    "time": "04:05:06.789|04:05:06|04:05|040506|0405|04:05 AM|04:05 PM|12:00 AM|12:00 PM|13:00 PM|24:00:00|24:00:01|23:59:60|23:59:59.9999999|25:00|04:60|04:05:61|04:05:06.789-8|allballs|x||1999-01-08 04:05:06|4:5:6|04:05:06 PST|1:2|12:34:56.123456789|T040506|04.05|15:36:39 America/New_York",
    "time:2": "04:05:06.789|23:59:59.999",
    "timetz": "04:05:06-08|04:05:06-08:00|04:05-08:30|040506-08|04:05:06 PST|04:05:06+5:30:15|04:05:06.5 UTC|24:00-05|04:05:06+16|allballs|x|04:05:06Z|2003-04-12 04:05:06 America/New_York",
    "timestamp": "1999-01-08 04:05:06|1999-01-08 04:05:06 -8:00|January 8 04:05:06 1999 PST|1999-01-08T04:05:06|1999-01-08T04:05:06Z|1999-01-08 04:05:06.123456789|1999-01-08 04:05:06.9999999|19990108T040506|19990108 040506|19990108040506|1999-01-08|epoch|infinity|-infinity|294276-12-31 23:59:59.999999|294277-01-01|4714-11-24 00:00:00 BC|4714-11-23 BC|1999-01-08 24:00|1999-01-08 24:00:01|1999-01-08 23:59:60|1999-01-08 04:05 PM|Mon Jan 08 04:05:06 1999|Mon Jan 08 04:05:06 1999 PST|1/8/1999 4:5|2024-02-30 00:00|2024-01-01 00:00 foo/bar|2024-01-01 00:00 America/New_York|2024-01-01 at 10:00|bogus||2024-01-01 10:00 BC|1999-01-08 4|99-01-08 04:05:06|2001-02-16 20:38:40.12|Sat Mar 02 2024 10:00:00|2024-01-01 10:00:00,5|2024-01-01 00:00:00+15:59|2024-01-01 00:00:00+16",
    "timestamp:0": "1999-01-08 04:05:06.5|1999-12-31 23:59:59.999",
    "timestamp:3": "1999-01-08 04:05:06.12345",
    "timestamptz": "1999-01-08 04:05:06|1999-01-08 04:05:06-8|1999-01-08 04:05:06 PST|1999-07-08 04:05:06|2024-03-10 02:30|2024-11-03 01:30|2024-11-03 01:30 EDT|2024-11-03 01:30-05|1999-01-08 04:05:06 Europe/Berlin|1999-01-08 04:05:06+05:30|1999-01-08 04:05:06+0530|1999-01-08T04:05:06.5Z|epoch|infinity|0044-03-15 BC|1883-11-18 12:03:57|1900-01-01|2500-07-01|294276-12-31 23:59:59.999999+00|1999-01-08 04:05:06 EST5EDT|1999-01-08 04:05:06 UTC+3|1999-01-08 04:05:06 zulu|1999-01-08 04:05:06+25|1999-01-08 04:05:06 nowhere|2024-01-01 00:00:00 MSK|Jan 1 2024 10:00 PM CET|2011-03-27 01:59:59 MSK|2011-03-27 02:00:00 MSK|2014-10-26 01:00:00 MSK|2010-01-01 VET|Wed Jul 11 10:51:14 PST-03:00 2001|Wed Jul 11 10:51:14 PST+03:00 2001|1850-01-01 PST8PDT|1950-07-01 PST8PDT|1943-07-01 EST5EDT",
    "interval": "1 day|1 day 02:03:04|1-2|1-2 3 04:05:06|-1-2|1 year 2 months 3 days 4 hours 5 minutes 6 seconds|1y 2mon 3d 4h 5m 6s|P1Y2M3DT4H5M6S|P1Y2M3W|PT36H|P0001-02-03T04:05:06|P-1Y2M|PT-1.5S|P1.5Y|@ 1 minute|1 hour ago|-1 day +2 hours|10|1.5|1.5 days|1.5 months|1.5 years|1.5 weeks|0.5 centuries|1 decade|1 millennium|1 us|1 ms|1.5 ms|0.1 us|1:30|1:30.5|01:02:03.456789|-01:02:03|100:00:00|1 day -01:00|1 mon 1 mon|1 foo|x||2 weeks|1 quarter|infinity|99999999999 days|2147483647 years|178956970 years 8 mons|1 day 1|3 4:05|+1 day|- 1 day|1  day|1day|1 d 2 h|12:34 ago|1 2|1 12|1:2:3:4|1:60|1:59:61|-1.5 days|1e3 days|P|PT|P1|P1YT|1 year -1 day|1 year 1-2|0|00:00|1 second 1.5 seconds|3 days 10:00 ago|2147483648 years|2147483647 decades|0.1 yrs 2147483647 months|2147483647 months 1 month|-2147483648 months ago|-9223372036854775808 us|9223372036854775808 us|P10.5e4Y|P00021015T103020|PT2562047788.0152155019444|PT-1:30|P-1-2-3|5.5 seconds 3 milliseconds|1:20:05 5 microseconds|4 millenniums 5 centuries|1 year 1-2",
    "interval:67698687": "1 2|123 11",
    "interval:458751": "1 year 2 mons 3 days 04:05:06.789|1.5",
    "interval:67174399": "3 days 04:05:06.789|1:30|90",
    "interval:2147418114": "04:05:06.789",
    "json": "{}|[]|null|true|1|-1.5e10|\"a\"|{\"a\":1,\"a\":2}|[1, 2 ,3]|  [1]  |{a:1}|[1,]|[1 2]|{\"a\"}|{\"a\":}|{1:2}|tru|nul|01|1.|.5|-|\"abc|\"\\x\"|\"\\u12\"|\"\\u0000\"|\"\\ud83d\\ude00\"|\"\\ud83d\"|1 2||{|[|]|{\"a\":1|{,}|\"\t\"|+1|1e5|NaN|''x''",
    "jsonb": "{}|[]|null|true|1|-1.5e10|1.50|1e2|1E-2|0.000|-0|\"a\"|\"\\u0041\\n\\/\"|{\"b\":1,\"a\":2,\"aa\":3,\"a\":4}|[1, {\"x\":[]}]|{a:1}|[1,]|\"\\u0000\"|\"\\ud83d\\ude00\"|\"\\ud83d\"|\"\\ude00\"|01||1e400|\"é\"|123456789012345678901234567890.5",
    "jsonpath": "$|strict $|lax $.a|$.a.b[*]|$.\"a b\".*|$[0, 2 to last - 1]|$.**.b|$.**{2}|$.**{2 to last}.b|$ ? (@.b > 1 && !(@.c == 2))|$.a + 1 * 2|($.a + 1) * 2|-$.a|(1.5).type()|1.type()|$.a.size()|$ ? ((@ > 1) is unknown)|$ ? (exists (@.a))|$ ? (@ starts with \"x\")|$ ? (@ like_regex \"^a\" flag \"si\")|$ ? (@ like_regex \"a\" flag \"z\")|$.a == $\"c d\"|$x.y|\"\\u0041\\n\"|1.5e2||$.|$ &&|@ + 1|last|$ ? (@ + 1)|$[last]|$.a?(@.x != null).b|strict $.a.keyvalue()|$[1|null|true|exists($)|$ ? (@ == -1.5)|00|$.a <> 1|$.a ? (@ starts with 1)",
    "_int4": "{}|{1}|{1,2,3}|{1, 2 ,3}| {1} |{NULL,null,1}|{{1,2},{3,4}}|{{1,2},{3}}|{{1},2}|[0:1]={1,2}|[1:2]={1}|[2]={1,2}|[-1:0][1:1]={{1},{2}}|{1,}|{,1}|{1,2|1,2|{1}x|{a}|{\"1\"}|{}{}|{{}}|{{},{}}|[1:0]={}|{1 2}|{{{{{{{1}}}}}}}|[1:1]{1}|{99999999999}",
    "_text": "{a,b}|{\"a,b\",\"c\\\"d\"}|{a b, c }|{\"\"}|{\"NULL\",NULL}|{\\a}|{\"a}|{a\"b\"}|{\"a\"b}|{''x''}|{{a,b},{c,d}}|{ }|{\" a \"}|{a\\,b}|{é}",
    "_numeric": "{1.50,NaN}",
    "_timestamptz": "{\"2024-01-01 00:00+00\",infinity}",
    "_bool": "{t,false,NULL}",
    "int2vector": "1 2 3||1|x",
    "oidvector": "1 2 3||4294967295",
    "pg_lsn": "0/0|16/B374D848|ffffffff/ffffffff|x|1/|/1|123456789/0",
    "bit": "|1|0|101",
    "varbit": "|101|b101|x1F|2|xG",
    "bit:3": "101|10|1010|x5",
    "varbit:3": "101|10|1010",
    "regtype": "0|-|23",
    "inet": "1.2.3.4|1.2.3.4/24|1.2.3.4/32|1.2.3.4/0|1.2.3.4/33|10|10/8|10.1/16|10.1/15|10.1/24|10.1./8|1.2.3.4.|1.2.3.4.5|1.2.3|256.1.1.1|1.2.3.4/|1.2.3.4/024|01.002.3.4|1..2|.1|/8|| 1.2.3.4|1.2.3.4 |1.2.3.4/8x|x|0x0a|::|::1|::/0|::1/128|::1/129|::1/01|::1/|1::|1:2:3:4:5:6:7:8|1:2:3:4:5:6:7:8:9|1:2:3:4:5:6:7|1:2:3:4:5:6:7::|::2:3:4:5:6:7:8|1::2::3|:::|:1|1:|12345::|ABCD:EF01::2345|::ffff:1.2.3.4|::1.2.3.4|::1.2.3.4/120|::1.2|::1.2/96|::.1|::1.|::1./8|::1.2.3.4.5|::01.2.3.4|::256.1.1.1|::a.1.2.3|1:2:3:4:5:6:1.2.3.4|1:2:3:4:5:6:7:1.2.3.4|0:0:1:0:0:0:1:0|1:0:0:2:3:0:0:4|1:0:2:3:4:5:6:7|0:0:0:0:0:1:2:3|0:0:0:0:0:0:1:2|0:0:0:0:0:ffff:1:2|0:0:0:0:0:0:0:2|0:0:0:0:ffff:0:1:2|1:2:3:4:5:6:0:0|1:2:3:4:5:6:7:8:/64|g::|::1%eth0|2001:DB8::1/64",
    "cidr": "10|10.1|10.1.2|10.1.2.3|128|128.1|192|192.168|224|224.1|225|239|240|255|0|10/8|10.1.2.0/24|10.1.2.3/24|10/7|10.1/8|192.168.1|192.168/16|192.168/24|192.168.0.0/33|0x0a|0x0a01|0xa|0xabc|0x0a010203|0x0a01020304|0x|0xg|0x0a/8|0X0A|1.2.3.4.|10.|10./8|10/||x|::|::/0|::1|::1/64|2001:db8::/32|2001:db8::1/32|1:2:3:4:5:6:7:8/127|::ffff:1.2.3.0/120|fe80::/10|1.2.3.4/32|256|10.1.2.3.4|10/032",
    "macaddr": "08:00:2b:01:02:03|08-00-2b-01-02-03|08002b:010203|08002b-010203|0800.2b01.0203|0800-2b01-0203|08002b010203|8:0:2b:1:2:3|08:00:2B:01:02:03| 08:00:2b:01:02:03 |08:00:2b:01:02:03:04|08:00:2b:01:02|100:0:0:0:0:0|100000001:0:0:0:0:0|0x8:0:0:0:0:0|-1:0:0:0:0:0|+1:0:0:0:0:0|08:00-2b:01:02:03|0800:2b01:0203||x|08002b010203x|08002b01020|08002b0102|8 :0:0:0:0:0|8: 0:0:0:0:0|080 02b010203|08:00:2b:01:02:0x|0x:0:0:0:0:0|gg:00:00:00:00:00",
    "macaddr8": "08:00:2b:01:02:03:04:05|08-00-2b-01-02-03-04-05|08002b:0102030405|0800.2b01.0203.0405|08002b0102030405|08:00:2b:01:02:03|0800.2b01.0203| 08002b010203 |08002b010203 x|08:00-2b:01:02:03|08:00:2b:01:02:03:04|08:00:2b:01:02:03:04:05:06|08:00:2b:01:02:03:|08002b0102030|08002b010203x|08002b01020304051||x|8:0:2b:1:2:3| |08:00:2b:01:02:03:04:05  |0800:2b01:0203:0405|08:g0:2b:01:02:03|08::00:2b:01:02:03",
    "money": "0|1|-1|$1|$ 1|-$1.5|$-1.5|(1)|($1.00)|1.005|1.004|1.995|-1.005|1,234.56|1,2,3|1.2,3|$1,234,567.891|92233720368547758.07|92233720368547758.08|-92233720368547758.08|-92233720368547758.09|92233720368547758.075|123456789012345678901||$|-|.5|5.|1.2.3| 12 |1 2|1-|1$|1 $ -|+1|-+1|--1|1e3|abc|1%|()|NaN|($1|1)",
    "point": "(1,2)|1,2|( 1 , 2 )| (1,2) |1 , 2 |(1,2|1,2)|(1 2)|(1,2,3)|((1,2))||()|(,)|(1e400,0)|(NaN,inf)|(-Infinity,-nan)|(1e-5,1e15)|(.5,5.)|(1e,2)|(x,1)|(0.1,0.2)|(1,2)x|(+1,-0)|(infinityx,1)|[1,2]|(1.5e+2,1E2)",
    "_inet": "{1.2.3.4,NULL,10/8,::1}",
    "_money": "{$1.50,\"$1,234.00\"}",
    "_point": "{\"(1,2)\",\"3,4\"}|{(1,2)}",
    "_macaddr": "{08:00:2b:01:02:03}",
    "xid": "1|4294967295",
}


NUMBERS_OF = {
    "int2": ["1;2;NULL;3", "32767;32767", "NULL", "", "5"],
    "int4": ["1;2;NULL;3", "2147483647;2147483647", "NULL", "", "-5;7;7;0"],
    "int8": ["1;2;NULL;3", "9223372036854775807;9223372036854775807", "NULL", "", "10;20;25"],
    "float4": ["1.5;2;NULL;-3.25", "0.1;0.2;0.3", "NaN;1", "Infinity;1", "", "7", "1e30;1e30"],
    "float8": ["1.5;2;NULL;-3.25", "0.1;0.2;0.3", "NaN;1", "Infinity;-Infinity", "", "7", "1e308;1e308", "1;1;1"],
    "numeric": ["1.5;2;NULL;-3.250", "0.1;0.20;0.300", "NaN;1", "Infinity;1", "", "7.00", "1e40;1", "10;20;25;30"],
}
TEXTS = ["b;a;NULL;c", "", "NULL", "x"]
AGGREGATES = [
    *[(f, [t], v) for f in ("sum", "avg", "min", "max", "count", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp")
      for t, v in NUMBERS_OF.items()],
    *[(f, [t], NUMBERS_OF[t]) for f in ("bit_and", "bit_or", "bit_xor") for t in ("int2", "int4", "int8")],
    *[(f, ["bit"], ["1010;0110;NULL", "", "1;0", "10;1"]) for f in ("bit_and", "bit_or", "bit_xor")],
    *[(f, ["money"], ["1.50;2;NULL;-3.25", "", "7"]) for f in ("sum", "min", "max")],
    *[(f, ["inet"], ["10.0.0.1;10/8;NULL;9.255.255.255", "", "::1;255.255.255.255"]) for f in ("min", "max")],
    *[(f, ["bool"], ["t;f;NULL", "t;t", "f", "", "NULL"]) for f in ("bool_and", "bool_or", "every")],
    *[(f, ["interval"], ["1 day;2 hours;NULL;-1 mon", "", "1 mon;2 mons"]) for f in ("sum", "avg", "min", "max")],
    *[(f, [t], v) for f in ("min", "max") for t, v in {
        "text": TEXTS, "bpchar": ["b ;a;ab"], "date": ["2000-01-01;infinity;NULL", ""], "time": ["10:00;09:00"], "timetz": ["10:00+02;09:00+00"],
        "timestamp": ["2000-01-01;1999-12-31 10:00"], "timestamptz": ["2000-01-01 00:00+00;1999-12-31 10:00+00"], "oid": ["3;1;2"]}.items()],
    *[(f, ["float8", "float8"], ["1|2;2|4;3|7;NULL|1", "1|1", "", "1|5;1|6", "1|5;2|5"]) for f in (
        "corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx",
        "regr_sxy", "regr_syy")],
    ("string_agg", ["text", "text"], ["a|,;b|-;NULL|,;c|NULL", "", "NULL|,"]),
    ("string_agg", ["bytea", "bytea"], ["\\x01|\\xff;\\x02|\\xfe"]),
    ("array_agg", ["int4"], NUMBERS_OF["int4"]), ("array_agg", ["text"], TEXTS), ("array_agg", ["_int4"], ["{1,2};{3,4}", "", "{1};NULL", "{1};{1,2}"]),
    ("json_agg", ["int4"], NUMBERS_OF["int4"]), ("json_agg", ["text"], TEXTS), ("jsonb_agg", ["text"], TEXTS), ("jsonb_agg", ["numeric"], ["1.50;NULL"]),
    ("json_object_agg", ["text", "int4"], ["a|1;b|NULL;a|2", "", "NULL|1"]), ("jsonb_object_agg", ["text", "int4"], ["a|1;b|NULL;a|2", "", "NULL|1"]),
]
# Direct argument, then the rows in the order of WITHIN GROUP.
ORDERED = [
    ("percentile_cont", ["float8", "float8"], [("0.5", "1;2;3;4"), ("0.25", "1;2;3"), ("0", "1;2"), ("1", "1;2"), ("0.5", ""), ("1.5", "1")]),
    ("percentile_cont", ["float8", "interval"], [("0.5", "1 day;2 days"), ("0.3", "1 hour;1 mon")]),
    ("percentile_disc", ["float8", "int4"], [("0.5", "1;2;3;4"), ("0.51", "1;2;3;4"), ("0", "1;2"), ("0.5", "")]),
    ("percentile_cont", ["_float8", "float8"], [("{0.25,0.5,NULL}", "1;2;3;4")]),
    ("percentile_disc", ["_float8", "text"], [("{0,1}", "a;b;c")]),
]


def write_aggregates():
    def rows(args, text):
        return ["(%s)" % ", ".join(sql(t, None if v == "NULL" else v) for t, v in zip(args, row.split("|"))) for row in text.split(";")] if text else []

    def source(args, text):
        columns = ", ".join(f"c{i}" for i in range(len(args)))
        if not text:
            nothing = ", ".join(sql(t, None) for t in args)
            return f"(SELECT {nothing} LIMIT 0) AS t({columns})"
        return "(VALUES %s) AS t(%s)" % (", ".join(rows(args, text)), columns)

    lines, queries = [], []
    for name, args, sets in AGGREGATES:
        for text in sets:
            columns = ", ".join(f"c{i}" for i in range(len(args)))
            lines.append("%s(%s) %s" % (name, ", ".join(args), text))
            queries.append(f'(SELECT pg_catalog."{name}"({columns}) FROM {source(args, text)})')
    for name, args, sets in ORDERED:
        for direct, text in sets:
            lines.append("%s(%s) %s" % (name, ", ".join(args), ";".join(f"{direct}|{row}" for row in text.split(";")) if text else ""))
            queries.append(f'(SELECT pg_catalog."{name}"({sql(args[0], direct)}) WITHIN GROUP (ORDER BY c0) FROM {source(args[1:], text)})')
    answers = ask(queries)
    (HERE / "aggregates.txt").write_text("".join(f"{l} => {a}\n" for l, a in zip(lines, answers)))
    print("aggregates", len(lines))


def facts():
    data = HERE.parent.parent / "data"
    rows = [l.split("\t") for l in (data / "pg_proc.tsv").read_text().splitlines()[1:]]
    types = {r.split("\t")[0]: r.split("\t")[1] for r in (data / "pg_type.tsv").read_text().splitlines()[1:]}
    return rows, types


def signatures(args, samples):
    """Concrete argument types of a signature."""
    names = sorted({a for a in args if a in POLYMORPHIC})
    if not names:
        yield args
        return
    for element in ("int4", "text", "numeric", "timestamp"):
        concrete = []
        for a in args:
            if a in ("anyarray", "anycompatiblearray"):
                concrete.append("_" + element)
            elif a in POLYMORPHIC:
                concrete.append(element)
            else:
                concrete.append(a)
        if all(c in samples for c in concrete):
            yield concrete


def literal(ty, text):
    if text is None:
        return f"{ty} NULL"
    return "%s '%s'" % (ty, text.replace("'", "''"))


def sql(ty, text):
    value = "NULL" if text is None else "E'%s'" % text.replace("\\", "\\\\").replace("'", "''")
    return f'CAST({value} AS pg_catalog."{ty}")'


def calls(name, rows, types, own):
    samples = SAMPLES | own
    for r in rows:
        if r[1] != name or r[2] != "f" or r[5] == "t" or r[3] != "0":
            continue
        declared = [types.get(a, "?") for a in r[9].split()]
        if (name, tuple(declared)) in DEPENDS_ON_TODAY:
            continue
        if own and not (own.keys() - NUMBERS_OF.keys()) & {*declared, types.get(r[8])}:
            continue
        for args in signatures(declared, samples):
            if not all(a in samples for a in args):
                continue
            pools = []
            for i, a in enumerate(args):
                pool = OWN_OVERRIDES.get((name, i)) if own else OVERRIDES.get((name, i, args[0])) or OVERRIDES.get((name, i))
                pool = pool or samples[a]
                # An override is for text-like or number arguments; where it is not of the type, samples are.
                if a in ("date", "time", "timestamp", "timestamptz", "interval", "bytea", "bool") and (name, i) in OVERRIDES and name != "date_bin":
                    pool = SAMPLES[a]
                if a in ("int4", "int8", "int2", "numeric", "float8") and not all(_number(p) for p in pool):
                    pool = SAMPLES[a]
                pools.append(pool)
            every = list(itertools.product(*pools))
            every.sort(key=lambda c: hashlib.md5(repr((name, args, c)).encode()).hexdigest())
            if len(args) == 2 and types.get(r[8]) == "money":
                every = [(a, b) for a, b in every if max(1, abs(float(a))) * max(1, abs(float(b))) < WRAPS]
            for combination in every[:LIMIT]:
                yield args, combination


def _number(text):
    try:
        float(text)
        return True
    except (TypeError, ValueError):
        return False


ASK = r"""
CREATE OR REPLACE FUNCTION pg_temp.ask(q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
  -- The cast of inet to text is not its output.
  EXECUTE 'SELECT CASE WHEN v IS NOT NULL AND pg_typeof(v) = ''inet''::regtype THEN format(''%s'', v) ELSE v::text END FROM (SELECT '
    || q || ' AS v) AS s' INTO r;
  IF r IS NULL THEN RETURN 'NULL'; END IF;
  RETURN '=' || replace(replace(r, '\', '\\'), E'\n', '\n');
EXCEPTION WHEN OTHERS THEN
  RETURN '!' || SQLSTATE || ' ' || replace(SQLERRM, E'\n', '\n');
END $$;
SET timezone = 'America/New_York';
SET intervalstyle = 'postgres';
"""


INPUTS = {"varchar": "varcharin", "bpchar": "bpcharin"}


def ask(queries):
    script = ASK + "\n".join("SELECT pg_temp.ask($q$%s$q$);" % q for q in queries)
    done = subprocess.run(["psql", "-qAtX"], input=script, capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(queries), (len(answers), len(queries), done.stderr[:500])
    return answers


def write_literals():
    lines, queries = [], []
    for ty, texts in LITERALS.items():
        name, _, typmod = ty.partition(":")
        separator = " " if ty == "bool" else "|"
        for text in dict.fromkeys(texts.split(separator)):
            lines.append("%s '%s'" % (ty, text.replace("'", "''")))
            if typmod:
                # The input function itself, since CAST would truncate where an assignment must not.
                value = "CAST(E'%s' AS cstring)" % text.replace("\\", "\\\\").replace("'", "''")
                queries.append("pg_catalog.%s(%s, 0, %s)" % (INPUTS.get(name, name + "_in"), value, typmod))
            else:
                queries.append(sql(name, text))
    answers = ask(queries)
    (HERE / "literals.txt").write_text("".join(f"{l} => {a}\n" for l, a in zip(lines, answers)))
    print("literals", len(lines))


def main():
    rows, types = facts()
    wanted = lambda file: len(sys.argv) == 1 or file in sys.argv[1:]
    if wanted("literals"):
        write_literals()
    if wanted("aggregates"):
        write_aggregates()
    for file, names in FILES.items():
        if not wanted(file):
            continue
        lines, queries = [], []
        for name in dict.fromkeys(names.split()):
            for args, values in calls(name, rows, types, OWN_SAMPLES.get(file, {})):
                if name == "age" and any("infinity" in v for v in values):
                    continue
                lines.append("%s(%s)" % (name, ", ".join(literal(t, v) for t, v in zip(args, values))))
                queries.append('pg_catalog."%s"(%s)' % (name, ", ".join(sql(t, v) for t, v in zip(args, values))))
        script = ASK + "\n".join("SELECT pg_temp.ask($q$%s$q$);" % q for q in queries)
        done = subprocess.run(["psql", "-qAtX"], input=script, capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        assert len(answers) == len(lines), (file, len(answers), len(lines), done.stderr[:500])
        (HERE / f"{file}.txt").write_text("".join(f"{l} => {a}\n" for l, a in zip(lines, answers)))
        print(file, len(lines))


main()
