> CREATE TABLE qn (n int8);
CREATE TABLE

> INSERT INTO qn VALUES (1), (12), (NULL);
INSERT 0 3

> CREATE TABLE qt (t text);
CREATE TABLE

> INSERT INTO qt VALUES ('1'), ('3');
INSERT 0 2

> SELECT n FROM qn WHERE n IN (SELECT t FROM qt);
ERROR 42883: operator does not exist: bigint = text
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> CREATE FUNCTION number_is(int8, text) RETURNS boolean LANGUAGE sql AS 'SELECT $1::text = $2';
CREATE FUNCTION

> CREATE FUNCTION number_begins(int8, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN $1::text LIKE $2 || ''%''; END';
CREATE FUNCTION

> CREATE OPERATOR = (PROCEDURE = number_is, LEFTARG = int8, RIGHTARG = text);
CREATE OPERATOR

> CREATE OPERATOR ~^ (PROCEDURE = number_begins, LEFTARG = int8, RIGHTARG = text);
CREATE OPERATOR

> SELECT n FROM qn WHERE n IN (SELECT t FROM qt) ORDER BY n;
n
1
SELECT 1

> SELECT n FROM qn WHERE n NOT IN (SELECT t FROM qt) ORDER BY n;
n
12
SELECT 1

> SELECT n, n IN (SELECT t FROM qt) AS found FROM qn ORDER BY n;
n | found
1 | t
12 | f
NULL | NULL
SELECT 3

> SELECT n, n = ANY (SELECT t FROM qt) AS one_of, n = ALL (SELECT t FROM qt WHERE t = '1') AS all_of FROM qn ORDER BY n;
n | one_of | all_of
1 | t | t
12 | f | f
NULL | NULL | NULL
SELECT 3

> SELECT n, n ~^ ANY (SELECT t FROM qt) AS one_of, n ~^ ALL (SELECT t FROM qt) AS all_of FROM qn ORDER BY n;
n | one_of | all_of
1 | t | f
12 | t | f
NULL | NULL | NULL
SELECT 3

> SELECT n, n ~^ ALL (SELECT t FROM qt WHERE false) AS all_of, n ~^ ANY (SELECT t FROM qt WHERE false) AS one_of FROM qn ORDER BY n;
n | all_of | one_of
1 | t | f
12 | t | f
NULL | t | f
SELECT 3

> INSERT INTO qt VALUES (NULL);
INSERT 0 1

> SELECT n, n IN (SELECT t FROM qt) AS found, n ~^ ANY (SELECT t FROM qt) AS one_of FROM qn ORDER BY n;
n | found | one_of
1 | t | t
12 | NULL | t
NULL | NULL | NULL
SELECT 3

> SELECT n FROM qn WHERE n IN (SELECT t FROM qt WHERE t = n::text) ORDER BY n;
n
1
SELECT 1

> SELECT n FROM qn o WHERE EXISTS (SELECT 1 FROM qn i WHERE i.n IN (SELECT t FROM qt) AND i.n = o.n) ORDER BY n;
n
1
SELECT 1

> CREATE VIEW qv AS SELECT n FROM qn WHERE n IN (SELECT t FROM qt);
CREATE VIEW

> SELECT * FROM qv;
n
1
SELECT 1

> CREATE VIEW qw AS SELECT n, n = ANY (SELECT t FROM qt) AS one_of, n ~^ ALL (SELECT t FROM qt) AS all_of FROM qn;
CREATE VIEW

> SELECT * FROM qw ORDER BY n;
n | one_of | all_of
1 | t | f
12 | NULL | f
NULL | NULL | NULL
SELECT 3

> SET search_path = pg_catalog;
SET

> SELECT * FROM public.qw ORDER BY n;
n | one_of | all_of
1 | t | f
12 | NULL | f
NULL | NULL | NULL
SELECT 3

> RESET search_path;
RESET

> DROP VIEW qw;
DROP VIEW

> PREPARE qp(int8) AS SELECT $1 IN (SELECT t FROM qt) AS found;
PREPARE

> EXECUTE qp(1);
found
t
SELECT 1

> EXECUTE qp(7);
found
NULL
SELECT 1

> CREATE OPERATOR ~# (PROCEDURE = number_text, LEFTARG = int8, RIGHTARG = text);
ERROR 42883: function number_text(bigint, text) does not exist

> CREATE FUNCTION number_text(int8, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
CREATE FUNCTION

> CREATE OPERATOR ~# (PROCEDURE = number_text, LEFTARG = int8, RIGHTARG = text);
CREATE OPERATOR

> SELECT n ~# ANY (SELECT t FROM qt) FROM qn;
ERROR 42804: row comparison operator must yield type boolean, not type text

> SELECT (n, n) IN (SELECT 1, 2) FROM qn WHERE n = 1;
?column?
f
SELECT 1

> DROP VIEW qv;
DROP VIEW

> DROP OPERATOR = (int8, text);
DROP OPERATOR

> SELECT n FROM qn WHERE n IN (SELECT t FROM qt);
ERROR 42883: operator does not exist: bigint = text
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> DROP TABLE qn, qt;
DROP TABLE

> DROP FUNCTION number_is(int8, text) CASCADE;
DROP FUNCTION

> DROP FUNCTION number_begins(int8, text) CASCADE;
NOTICE: drop cascades to operator ~^(bigint,text)
DROP FUNCTION

> DROP FUNCTION number_text(int8, text) CASCADE;
NOTICE: drop cascades to operator ~#(bigint,text)
DROP FUNCTION

> CREATE SCHEMA qs1;
CREATE SCHEMA

> CREATE SCHEMA qs2;
CREATE SCHEMA

> CREATE FUNCTION qs1.yes(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION

> CREATE FUNCTION qs2.no(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE FUNCTION

> CREATE OPERATOR qs1.=== (FUNCTION = qs1.yes, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR

> CREATE OPERATOR qs2.=== (FUNCTION = qs2.no, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR

> SET search_path = qs2, public;
SET

> CREATE VIEW public.qx AS SELECT 1 === ANY (SELECT 2) AS own, 1 OPERATOR(qs1.===) ALL (SELECT 2) AS other;
CREATE VIEW

> RESET search_path;
RESET

> SELECT * FROM qx;
own | other
f | t
SELECT 1

> SELECT pg_get_viewdef('qx');
pg_get_viewdef
 SELECT (1 OPERATOR(qs2.===) ANY ( SELECT 2)) AS own,
    (1 OPERATOR(qs1.===) ALL ( SELECT 2)) AS other;
SELECT 1

> ALTER SCHEMA qs1 RENAME TO qs3;
ALTER SCHEMA

> SELECT * FROM qx;
own | other
f | t
SELECT 1

> DROP OPERATOR qs3.=== (int, int);
ERROR 2BP01: cannot drop operator qs3.===(integer,integer) because other objects depend on it
DETAIL: view qx depends on operator qs3.===(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP VIEW qx;
DROP VIEW

> DROP SCHEMA qs2 CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SCHEMA

> DROP SCHEMA qs3 CASCADE;
NOTICE: drop cascades to 2 other objects
DROP SCHEMA
