-- Answers are PostgreSQL 15's.
> CREATE TABLE article (id int PRIMARY KEY, title text NOT NULL, body text, search tsvector GENERATED ALWAYS AS (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', coalesce(body, '')), 'B')) STORED);
CREATE TABLE
> INSERT INTO article (id, title, body) VALUES (1, 'Fat cats', 'The fat cat sat on a mat and ate a fat rat.'), (2, 'Rats', 'Rats are running through well-known houses.'), (3, 'Nothing', NULL), (4, 'Databases', 'Full-text search at http://example.com/search?q=1 by someone@example.com.');
INSERT 0 4
> SELECT id, search FROM article ORDER BY id;
id | search
1 | 'ate':11B 'cat':2A,5B 'fat':1A,4B,13B 'mat':9B 'rat':14B 'sat':6B
2 | 'hous':9B 'known':8B 'rat':1A,2B 'run':4B 'well':7B 'well-known':6B
3 | 'noth':1A
4 | '/search?q=1':9B 'databas':1A 'example.com':8B 'example.com/search?q=1':7B 'full':3B 'full-text':2B 'search':5B 'someone@example.com':11B 'text':4B
SELECT 4
> SELECT id FROM article WHERE search @@ to_tsquery('english', 'cats & rats') ORDER BY id;
id
1
SELECT 1
> SELECT id FROM article WHERE search @@ plainto_tsquery('english', 'the running rat') ORDER BY id;
id
2
SELECT 1
> SELECT id FROM article WHERE search @@ phraseto_tsquery('english', 'fat rat') ORDER BY id;
id
1
SELECT 1
> SELECT id FROM article WHERE search @@ websearch_to_tsquery('english', 'rat -cat') ORDER BY id;
id
2
SELECT 1
> SELECT id FROM article WHERE search @@ to_tsquery('english', 'data:*A') ORDER BY id;
id
4
SELECT 1
> SELECT id FROM article WHERE to_tsvector('english', body) @@ 'house' ORDER BY id;
id
SELECT 0
> SELECT id, ts_rank(search, q), ts_rank_cd(search, q) FROM article, to_tsquery('english', 'rat | cat') AS q WHERE search @@ q ORDER BY 2 DESC, id;
id | ts_rank | ts_rank_cd
1 | 0.4559453 | 1.8
2 | 0.33435988 | 1.4
SELECT 2
> SELECT id, ts_headline('english', body, q) FROM article, to_tsquery('english', 'rat') AS q WHERE search @@ q ORDER BY id;
id | ts_headline
1 | The fat cat sat on a mat and ate a fat <b>rat</b>.
2 | <b>Rats</b> are running through well-known houses.
SELECT 2
> UPDATE article SET body = 'A quiet house' WHERE id = 3;
UPDATE 1
> SELECT id, search FROM article WHERE search @@ 'quiet & hous' ORDER BY id;
id | search
3 | 'hous':4B 'noth':1A 'quiet':3B
SELECT 1
> SELECT id FROM article WHERE NOT search @@ 'rat' ORDER BY id;
id
3
4
SELECT 2
> CREATE TABLE kept (id int PRIMARY KEY, doc tsvector NOT NULL, q tsquery, docs tsvector[], conf regconfig DEFAULT 'german', dict regdictionary);
CREATE TABLE
> INSERT INTO kept VALUES (1, 'b:2 a:1', 'a & !b', ARRAY['x:1'::tsvector, 'y'], DEFAULT, 'english_stem'), (2, 'a:1A,4', 'a <-> b', '{"''c'':1"}', 'simple', NULL), (3, '', NULL, NULL, 13164, 'simple'), (4, 'a', 'c:*AB | d', '{}', NULL, NULL);
INSERT 0 4
> SELECT * FROM kept ORDER BY id;
id | doc | q | docs | conf | dict
1 | 'a':1 'b':2 | 'a' & !'b' | {'x':1,'y'} | german | english_stem
2 | 'a':1A,4 | 'a' <-> 'b' | {'c':1} | simple | NULL
3 |  | NULL | NULL | english | simple
4 | 'a' | 'c':*AB | 'd' | {} | NULL | NULL
SELECT 4
> SELECT id, doc FROM kept ORDER BY doc, id;
id | doc
3 | 
4 | 'a'
2 | 'a':1A,4
1 | 'a':1 'b':2
SELECT 4
> SELECT id, q FROM kept ORDER BY q DESC NULLS LAST, id;
id | q
1 | 'a' & !'b'
4 | 'c':*AB | 'd'
2 | 'a' <-> 'b'
3 | NULL
SELECT 4
> SELECT id, to_tsvector(conf, 'Die Häuser und the houses') FROM kept WHERE conf IS NOT NULL ORDER BY id;
id | to_tsvector
1 | 'haus':2 'hous':5 'the':4
2 | 'die':1 'houses':5 'häuser':2 'the':4 'und':3
3 | 'die':1 'hous':5 'häuser':2 'und':3
SELECT 3
> CREATE INDEX kept_doc ON kept (doc);
CREATE INDEX
> SELECT id FROM kept WHERE doc = 'a:1 b:2';
id
1
SELECT 1
> SELECT id FROM kept WHERE doc > 'a:1' ORDER BY id;
id
1
2
SELECT 2
> SELECT count(DISTINCT doc), min(doc), max(doc) FROM kept;
ERROR 42883: function min(tsvector) does not exist
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
> SELECT doc, count(*) FROM (SELECT doc FROM kept UNION ALL SELECT doc FROM kept) AS k GROUP BY doc HAVING count(*) > 1 ORDER BY doc;
doc | count
 | 2
'a' | 2
'a':1A,4 | 2
'a':1 'b':2 | 2
SELECT 4
> SELECT k.id, a.id FROM kept AS k JOIN kept AS a ON k.doc = a.doc ORDER BY 1;
id | id
1 | 1
2 | 2
3 | 3
4 | 4
SELECT 4
> SELECT id, (unnest(doc)).* FROM kept ORDER BY id, 2;
id | lexeme | positions | weights
1 | a | {1} | {D}
1 | b | {2} | {D}
2 | a | {1,4} | {A,D}
4 | a | NULL | NULL
SELECT 4
> SELECT k.id, u.lexeme, u.positions, u.weights FROM kept AS k, unnest(k.doc) AS u ORDER BY 1, 2;
id | lexeme | positions | weights
1 | a | {1} | {D}
1 | b | {2} | {D}
2 | a | {1,4} | {A,D}
4 | a | NULL | NULL
SELECT 4
> CREATE VIEW found AS SELECT id, ts_headline('english', title, to_tsquery('cat')) AS shown FROM article WHERE to_tsvector('english'::regconfig, title) @@ '''cat'''::tsquery;
CREATE VIEW
> SELECT pg_get_viewdef('found', true);
pg_get_viewdef
 SELECT article.id,
    ts_headline('english'::regconfig, article.title, to_tsquery('cat'::text)) AS shown
   FROM article
  WHERE to_tsvector('english'::regconfig, article.title) @@ '''cat'''::tsquery;
SELECT 1
> SELECT * FROM found;
id | shown
1 | Fat <b>cats</b>
SELECT 1
> CREATE INDEX article_words ON article (to_tsvector('english', body));
CREATE INDEX
> CREATE INDEX article_bad ON article (to_tsvector(body));
ERROR 42P17: functions in index expression must be marked IMMUTABLE
> CREATE TABLE bad (t text, v tsvector GENERATED ALWAYS AS (to_tsvector(t)) STORED);
ERROR 42P17: generation expression is not immutable
> DROP VIEW found;
DROP VIEW
> DROP TABLE article, kept;
DROP TABLE
