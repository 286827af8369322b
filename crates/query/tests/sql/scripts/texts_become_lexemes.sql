-- Answers are PostgreSQL 15's.
> SHOW default_text_search_config;
default_text_search_config
pg_catalog.english
SHOW
> SELECT get_current_ts_config(), to_tsvector('The Fat Rats'), to_tsquery('The & Rats'), 'Fat Rats' @@ 'rat', 'fat rats' @@ 'rat & fat'::tsquery;
get_current_ts_config | to_tsvector | to_tsquery | ?column? | ?column?
english | 'fat':2 'rat':3 | 'rat' | t | t
SELECT 1
> SET default_text_search_config = 'simple';
SET
> SHOW default_text_search_config;
default_text_search_config
pg_catalog.simple
SHOW
> SELECT to_tsvector('The Fat Rats'), plainto_tsquery('The Rats');
to_tsvector | plainto_tsquery
'fat':2 'rats':3 'the':1 | 'the' & 'rats'
SELECT 1
> SET default_text_search_config = 'nowhere';
ERROR 22023: invalid value for parameter "default_text_search_config": "nowhere"
> SET default_text_search_config = 'pg_catalog.english';
SET
> SELECT 'english'::regconfig, 'pg_catalog.simple'::regconfig::oid, 'russian_stem'::regdictionary, 3748::regconfig, 1::regconfig;
regconfig | oid | regdictionary | regconfig | regconfig
english | 3748 | russian_stem | simple | 1
SELECT 1
> SELECT 'nowhere'::regconfig;
ERROR 42704: text search configuration "nowhere" does not exist
> SELECT 'nowhere'::regdictionary;
ERROR 42704: text search dictionary "nowhere" does not exist
> SELECT to_tsvector('nowhere', 'a');
ERROR 42704: text search configuration "nowhere" does not exist
> SELECT to_tsvector(1::regconfig, 'a');
ERROR XX000: cache lookup failed for text search configuration 1
> SELECT cfgname FROM pg_ts_config WHERE cfgname IN ('simple', 'english', 'german', 'russian', 'turkish') ORDER BY 1;
cfgname
english
german
russian
simple
turkish
SELECT 5
> SELECT dictname, dictinitoption, dicttemplate FROM pg_ts_dict WHERE dictname IN ('simple', 'english_stem', 'greek_stem') ORDER BY 1;
dictname | dictinitoption | dicttemplate
english_stem | language = 'english', stopwords = 'english' | 13150
greek_stem | language = 'greek' | 13150
simple | NULL | 3727
SELECT 3
> SELECT oid, prsname, prsstart, prslextype FROM pg_ts_parser;
oid | prsname | prsstart | prslextype
3722 | default | prsd_start | prsd_lextype
SELECT 1
> SELECT m.maptokentype, m.mapdict::regdictionary FROM pg_ts_config_map AS m WHERE m.mapcfg = 'russian'::regconfig ORDER BY 1;
maptokentype | mapdict
1 | english_stem
2 | russian_stem
3 | simple
4 | simple
5 | simple
6 | simple
7 | simple
8 | simple
9 | simple
10 | russian_stem
11 | english_stem
15 | simple
16 | english_stem
17 | russian_stem
18 | simple
19 | simple
20 | simple
21 | simple
22 | simple
SELECT 19
> SELECT * FROM ts_token_type('default') WHERE tokid IN (1, 12, 23) ORDER BY 1;
tokid | alias | description
1 | asciiword | Word, all ASCII
12 | blank | Space symbols
23 | entity | XML entity
SELECT 3
> SELECT * FROM ts_parse('default', 'well-known 1.5');
tokid | token
16 | well-known
11 | well
12 | -
11 | known
12 |  
20 | 1.5
SELECT 6
> SELECT * FROM ts_parse('nowhere', 'x');
tokid | token
ERROR 42704: text search parser "nowhere" does not exist
> SELECT alias, token, dictionaries, dictionary, lexemes FROM ts_debug('english', 'The supernovae <b>');
alias | token | dictionaries | dictionary | lexemes
asciiword | The | {english_stem} | english_stem | {}
blank |   | {} | NULL | NULL
asciiword | supernovae | {english_stem} | english_stem | {supernova}
blank |   | {} | NULL | NULL
tag | <b> | {} | NULL | NULL
SELECT 5
> SELECT alias, description, token FROM ts_debug('x@y.org') ;
alias | description | token
email | Email address | x@y.org
SELECT 1
> SELECT ts_lexize('english_stem', 'stars'), ts_lexize('english_stem', 'the'), ts_lexize('simple', 'The');
ts_lexize | ts_lexize | ts_lexize
{star} | {} | {the}
SELECT 1
> SELECT 'fat & rat' :: tsquery && 'cat'::tsquery, 'fat'::tsquery || 'cat', 'fat'::tsquery <-> 'cat', !! 'cat'::tsquery, tsquery_phrase('fat', 'cat', 10);
?column? | ?column? | ?column? | ?column? | tsquery_phrase
'fat' & 'rat' & 'cat' | 'fat' | 'cat' | 'fat' <-> 'cat' | !'cat' | 'fat' <10> 'cat'
SELECT 1
> SELECT 'cat'::tsquery <@ 'cat & rat'::tsquery, 'cat'::tsquery @> 'cat & rat'::tsquery, numnode('(fat & rat) | cat'::tsquery), querytree('foo & ! bar'::tsquery), querytree('!bar'::tsquery);
?column? | ?column? | numnode | querytree | querytree
t | f | 5 | 'foo' | T
SELECT 1
> SELECT ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'foo|bar'::tsquery);
ts_rewrite
'b' & ( 'foo' | 'bar' )
SELECT 1
> SELECT 'a:1 b:2'::tsvector || 'c:1 d:2 b:3'::tsvector, length('fat:2,4 cat:3 rat:5A'::tsvector), strip('fat:2,4 cat:3 rat:5A'::tsvector), setweight('fat:2,4 cat:3 rat:5,6B'::tsvector, 'A', '{cat,rat}');
?column? | length | strip | setweight
'a':1 'b':2,5 'c':3 'd':4 | 3 | 'cat' 'fat' 'rat' | 'cat':3A 'fat':2,4 'rat':5A,6A
SELECT 1
> SELECT ts_delete('fat:2,4 cat:3 rat:5A'::tsvector, 'fat'), ts_delete('fat:2,4 cat:3 rat:5A'::tsvector, ARRAY['fat','rat']), ts_filter('fat:2,4 cat:3b,7c rat:5A'::tsvector, '{a,b}'), tsvector_to_array('fat:2,4 cat:3 rat:5A'::tsvector), array_to_tsvector('{fat,cat,rat,cat}'::text[]);
ts_delete | ts_delete | ts_filter | tsvector_to_array | array_to_tsvector
'cat':3 'rat':5A | 'cat':3 | 'cat':3B 'rat':5A | {cat,fat,rat} | 'cat' 'fat' 'rat'
SELECT 1
> SELECT array_to_tsvector(ARRAY['a', NULL]);
ERROR 22004: lexeme array may not contain nulls
> SELECT array_to_tsvector(ARRAY['a', '']);
ERROR 2200F: lexeme array may not contain empty strings
> SELECT setweight('a:1'::tsvector, 'x');
ERROR 22023: unrecognized weight: "x"
> SELECT to_tsvector('english', '{"a": "The Fat Rats", "b": [1, true, "cats"]}'::jsonb), to_tsvector('english', '{"b": "The Fat Rats", "a": "cats"}'::json);
to_tsvector | to_tsvector
'cat':5 'fat':2 'rat':3 | 'cat':5 'fat':2 'rat':3
SELECT 1
> SELECT jsonb_to_tsvector('english', '{"a": "The Fat Rats", "b": 123, "c": true}', '["string", "numeric"]'), json_to_tsvector('english', '{"cat": "The Fat Rats", "b": 1.50}', '"all"'), json_to_tsvector('{"a": "cats"}', '"key"');
jsonb_to_tsvector | json_to_tsvector | json_to_tsvector
'123':5 'fat':2 'rat':3 | '1.50':9 'b':7 'cat':1 'fat':4 'rat':5 | 
SELECT 1
> SELECT jsonb_to_tsvector('english', '{"a": "x"}', '{}');
ERROR 22023: wrong flag type, only arrays and scalars are allowed
> SELECT jsonb_to_tsvector('english', '{"a": "x"}', '"words"');
ERROR 22023: wrong flag in flag array: "words"
HINT: Possible values are: "string", "numeric", "boolean", "key", and "all".
> SELECT jsonb_to_tsvector('english', '{"a": "x"}', '[1]');
ERROR 22023: flag array element is not a string
HINT: Possible values are: "string", "numeric", "boolean", "key", and "all".
> SELECT ts_headline('english', '{"a": "fat cats", "b": ["no", 1]}'::jsonb, 'cat'), ts_headline('english', '{"a": "fat cats", "b": ["no", 1.0]}'::json, 'cat', 'StartSel = <, StopSel = >');
ts_headline | ts_headline
{"a": "fat <b>cats</b>", "b": ["no", 1]} | {"a":"fat <cats>","b":["no",1.0]}
SELECT 1
> SELECT ts_headline('english', 'The most common type of search is to find all documents containing given query terms and return them in order of their similarity to the query.', to_tsquery('english', 'query & similarity'), 'MaxFragments=10, MaxWords=7, MinWords=3, StartSel=<<, StopSel=>>');
ts_headline
documents containing given <<query>> terms and return ... their <<similarity>> to the <<query>>
SELECT 1
> SELECT ts_headline('a', 'a'::tsquery, 'x=1');
ts_headline
ERROR 22023: unrecognized headline parameter: "x"
> SELECT ts_headline('a', 'a'::tsquery, 'MinWords=9, MaxWords=2');
ts_headline
ERROR 22023: MinWords should be less than MaxWords
> SELECT ts_rank('{0.1, 0.2, 0.4, 1.0}', 'a:1 b:2A', 'a & b', 32), ts_rank_cd('a:1 b:2A', 'a & b', 1);
ts_rank | ts_rank_cd
0.23861262 | 0.16549805
SELECT 1
> SELECT ts_rank('{0.1}'::float4[], 'a:1', 'a');
ERROR 2202E: array of weight is too short
> SELECT ts_rank('{0.1, 0.2, 0.4, 2.0}'::float4[], 'a:1', 'a');
ERROR 22023: weight out of range
> SELECT 'a:1,2C ''b c'':3'::tsvector, tsvector 'x y x', tsquery 'a <-> b & c:*ab | !d', tsvector('z');
tsvector | tsvector | tsquery | tsvector
'a':1,2C 'b c':3 | 'x' 'y' | 'a' <-> 'b' & 'c':*AB | !'d' | 'z'
SELECT 1
> SELECT 'a:b'::tsvector;
ERROR 42601: syntax error in tsvector: "a:b"
> SELECT 'a &'::tsquery;
ERROR 42601: no operand in tsquery: "a &"
> SELECT 'a <99999> b'::tsquery;
ERROR 22023: distance in phrase operator must be an integer value between zero and 16384 inclusive
> SELECT pg_typeof('a'::tsvector), pg_typeof('a'::tsquery), pg_typeof('simple'::regconfig), 'a'::tsvector::text, '{a,"b c"}'::tsquery[];
ERROR 42601: syntax error in tsquery: "b c"
