> SELECT U&'d\0061t\+000061' AS U&"d\0061t\+000061";
data
data
SELECT 1
> SELECT U&'d!0061t\+000061' UESCAPE '!' AS U&"d*0061t\+000061" UESCAPE '*';
dat\+000061
dat\+000061
SELECT 1
> SELECT U&' \' UESCAPE '!' AS "tricky", 'x' AS U&"\" UESCAPE '!';
tricky | \
 \ | x
SELECT 1
> SELECT U&'wrong: \061';
ERROR 42601: invalid Unicode escape
HINT: Unicode escapes must be \XXXX or \+XXXXXX.
> SELECT U&'wrong: +0061' UESCAPE +;
ERROR 42601: UESCAPE must be followed by a simple string literal at or near "+"
> SELECT U&'wrong: +0061' UESCAPE '+';
ERROR 42601: invalid Unicode escape character at or near "'+'"
> SELECT U&'wrong: \db99';
ERROR 42601: invalid Unicode surrogate pair
> SELECT U&'wrong: \+2FFFFF';
ERROR 42601: invalid Unicode escape value
> SELECT U&"";
ERROR 42601: zero-length delimited identifier at or near "U&"""
> SELECT E'\ud83d\ude00', E'\xe4\xbd\xa0', E'\101\x41';
?column? | ?column? | ?column?
😀 | 你 | AA
SELECT 1
> SELECT E'wrong: \u061';
ERROR 22025: invalid Unicode escape
HINT: Unicode escapes must be \uXXXX or \UXXXXXXXX.
> SELECT E'\ud83dx';
ERROR 42601: invalid Unicode surrogate pair at or near "x"
> SELECT E'\u0000';
ERROR 42601: invalid Unicode escape value at or near "\u0000"
> SELECT E'\xff';
ERROR 22021: invalid byte sequence for encoding "UTF8": 0xff
> SELECT 'a' 'b';
ERROR 42601: syntax error at or near "'b'"
> SELECT 'a' -- goes on
  'b' AS c;
c
ab
SELECT 1
> SELECT 'a' /* does not */
  'b' AS c;
ERROR 42601: syntax error at or near "'b'"
> SELECT N'a  ' || 'x', pg_typeof(N'x'), length(N'ab  ');
?column? | pg_typeof | length
ax | character | 2
SELECT 1
> SELECT true || ' ', ' ' || false, 'a '::bpchar || 'b'::text;
?column? | ?column? | ?column?
true  |  false | ab
SELECT 1
> SELECT 'a_c'::bytea LIKE 'a$__'::bytea ESCAPE '$'::bytea, 'a_c' NOT LIKE 'a$__' ESCAPE ('$');
?column? | ?column?
t | f
SELECT 1
> SELECT 'x' LIKE 'y' ESCAPE 'a' || 'b';
ERROR 22025: invalid escape string
HINT: Escape string must be empty or one character.
> SELECT 33 * ANY ('{1,2,3}');
ERROR 42809: op ANY/ALL (array) requires operator to yield boolean
> SELECT 33 * ANY (44);
ERROR 42809: op ANY/ALL (array) requires array on right side
> SELECT ('{}'::int[])[1][2][3][4][5][6][7];
ERROR 54000: number of array dimensions (7) exceeds the maximum allowed (6)
> SET escape_string_warning = off;
SET
> SET standard_conforming_strings = off;
(standard_conforming_strings = off)
SET
> SELECT 'a\\b', 'it\'s', $$a\\b$$;
?column? | ?column? | ?column?
a\b | it's | a\\b
SELECT 1
> SELECT U&'x';
ERROR 0A000: unsafe use of string constant with Unicode escapes
DETAIL: String constants with Unicode escapes cannot be used when standard_conforming_strings is off.
> RESET standard_conforming_strings;
(standard_conforming_strings = on)
RESET
> SELECT 'a\\b';
?column?
a\\b
SELECT 1
