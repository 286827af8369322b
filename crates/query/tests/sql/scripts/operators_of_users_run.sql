> CREATE FUNCTION op_join(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 100 + $2';
CREATE FUNCTION

> CREATE FUNCTION op_turn(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN -$1; END';
CREATE FUNCTION

> CREATE FUNCTION op_same(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 10 = $2 % 10';
CREATE FUNCTION

-- What must be there, and what must fit.
> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int);
ERROR 42P13: operator function must be specified

> CREATE OPERATOR @#@ (FUNCTION = op_join);
ERROR 42P13: operator argument types must be specified

> CREATE OPERATOR @#@ (LEFTARG = int, FUNCTION = op_join);
ERROR 42P13: operator right argument type must be specified
DETAIL: Postfix operators are not supported.

> CREATE OPERATOR @#@ (RIGHTARG = int8, FUNCTION = nosuch);
ERROR 42883: function nosuch(bigint) does not exist

> CREATE OPERATOR @#@ (LEFTARG = SETOF int, RIGHTARG = int, FUNCTION = op_join);
ERROR 42P13: SETOF type not allowed for operator argument

> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_join, NEGATOR = @##@);
ERROR 42P13: only boolean operators can have negators

> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_join, HASHES);
ERROR 42P13: only boolean operators can hash

> CREATE OPERATOR @#@ (RIGHTARG = int, FUNCTION = op_turn, COMMUTATOR = @##@);
ERROR 42P13: only binary operators can have commutators

> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_same, NEGATOR = @#@);
ERROR 42P13: operator cannot be its own negator

> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_same, RESTRICT = nosuch);
ERROR 42883: function nosuch(internal, oid, internal, integer) does not exist

-- Defined and called.
> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_join, COMMUTATOR = @##@);
CREATE OPERATOR

> CREATE OPERATOR @#@ (RIGHTARG = int, PROCEDURE = op_turn);
CREATE OPERATOR

> CREATE OPERATOR @~@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_same, COMMUTATOR = @~@, NEGATOR = @!@, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR

> CREATE OPERATOR @+@ (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = numeric_add);
CREATE OPERATOR

> SELECT 1 @#@ 2, @#@ 3, 1 OPERATOR(public.@#@) 2, OPERATOR(public.@#@) 4, 1 @#@ 2 + 3, 11 @~@ 1, NOT 11 @~@ 2, '4' @#@ 5;
?column? | ?column? | ?column? | ?column? | ?column? | ?column? | ?column? | ?column?
102 | -3 | 102 | -4 | 105 | t | t | 405
SELECT 1

> SELECT 1.5 @+@ 2, 1 @+@ 2.25;
?column? | ?column?
3.5 | 3.25
SELECT 1

> SELECT 1 @##@ 2;
ERROR 42883: operator is only a shell: integer @##@ integer

> SELECT 1 @#@ 'x'::text;
ERROR 42883: operator does not exist: integer @#@ text
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> SELECT @#@ 'x'::text;
ERROR 42883: operator does not exist: @#@ text
HINT: No operator matches the given name and argument type. You might need to add an explicit type cast.

> SELECT 1 OPERATOR(nosuch.@#@) 2;
ERROR 3F000: schema "nosuch" does not exist

> SELECT 1 OPERATOR(pg_catalog.@#@) 2;
ERROR 42883: operator does not exist: integer pg_catalog.@#@ integer
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> SELECT x, x @#@ 1 FROM generate_series(1, 30) x WHERE x @~@ 2 ORDER BY @#@ x;
x | ?column?
22 | 2201
12 | 1201
2 | 201
SELECT 3

> CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = op_join);
ERROR 42723: operator @#@ already exists

> SELECT oprname, oprkind, oprcanmerge, oprcanhash, oprleft::regtype, oprright::regtype, oprresult::regtype, oprcode, oprrest, oprjoin, oprcom::regoperator FROM pg_operator WHERE oid >= 16384 AND oprname <> '@!@' ORDER BY oprname, oprkind;
oprname | oprkind | oprcanmerge | oprcanhash | oprleft | oprright | oprresult | oprcode | oprrest | oprjoin | oprcom
@##@ | b | f | f | integer | integer | - | - | - | - | @#@(integer,integer)
@#@ | b | f | f | integer | integer | integer | op_join | - | - | @##@(integer,integer)
@#@ | l | f | f | - | integer | integer | op_turn | - | - | 0
@+@ | b | f | f | numeric | numeric | numeric | numeric_add | - | - | 0
@~@ | b | t | t | integer | integer | boolean | op_same | eqsel | eqjoinsel | @~@(integer,integer)
SELECT 5

-- In views.
> CREATE SCHEMA apart;
CREATE SCHEMA

> CREATE VIEW v AS SELECT 1 @#@ 2 AS a, @#@ 3 AS b, 1 @~@ 11 AS c;
CREATE VIEW

> SELECT * FROM v;
a | b | c
102 | -3 | t
SELECT 1

> SELECT pg_get_viewdef('v'::regclass);
pg_get_viewdef
 SELECT (1 @#@ 2) AS a,
    (@#@ 3) AS b,
    (1 @~@ 11) AS c;
SELECT 1

> ALTER OPERATOR @#@ (NONE, int) SET SCHEMA apart;
ALTER OPERATOR

> SELECT pg_get_viewdef('v'::regclass);
pg_get_viewdef
 SELECT (1 @#@ 2) AS a,
    (OPERATOR(apart.@#@) 3) AS b,
    (1 @~@ 11) AS c;
SELECT 1

> SELECT * FROM v;
a | b | c
102 | -3 | t
SELECT 1

> SELECT @#@ 3;
ERROR 42883: operator does not exist: @#@ integer
HINT: No operator matches the given name and argument type. You might need to add an explicit type cast.

> SET search_path = apart, public;
SET

> SELECT @#@ 3;
?column?
-3
SELECT 1

> RESET search_path;
RESET

-- Changed and dropped.
> ALTER OPERATOR @~@ (int, int) SET (RESTRICT = NONE, JOIN = contjoinsel);
ALTER OPERATOR

> ALTER OPERATOR @~@ (int, int) SET (FUNCTION = op_same);
ERROR 42601: operator attribute "function" cannot be changed

> ALTER OPERATOR @~@ (int, int) SET (COLOUR = red);
ERROR 42601: operator attribute "colour" not recognized

> ALTER OPERATOR @~@ (int, int8) SET (RESTRICT = NONE);
ERROR 42883: operator does not exist: integer @~@ bigint

> ALTER OPERATOR @~@ (int, int) OWNER TO nosuchrole;
ERROR 42704: role "nosuchrole" does not exist

> COMMENT ON OPERATOR @~@ (int, int) IS 'the same';
COMMENT

> COMMENT ON OPERATOR @~~@ (NONE, int) IS 'none';
ERROR 42883: operator does not exist: @~~@ integer

> SELECT oprrest, oprjoin, obj_description(oid, 'pg_operator') FROM pg_operator WHERE oprname = '@~@';
oprrest | oprjoin | obj_description
- | contjoinsel | the same
SELECT 1

> DROP OPERATOR @#@ (int, int);
ERROR 2BP01: cannot drop operator @#@(integer,integer) because other objects depend on it
DETAIL: view v depends on operator @#@(integer,integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP OPERATOR @#@ (int, NONE);
ERROR 42601: postfix operators are not supported

> DROP OPERATOR @#@ (int8, int8);
ERROR 42883: operator does not exist: bigint @#@ bigint

> DROP OPERATOR IF EXISTS @#@ (int8, int8), nosuch.@#@ (NONE, int);
NOTICE: operator @#@ does not exist, skipping
NOTICE: schema "nosuch" does not exist, skipping
DROP OPERATOR

> DROP OPERATOR + (int, int);
ERROR 2BP01: cannot drop operator +(integer,integer) because it is required by the database system

> DROP VIEW v;
DROP VIEW

> DROP OPERATOR @#@ (int, int), apart.@#@ (NONE, int);
DROP OPERATOR

> SELECT oprname, oprcode FROM pg_operator WHERE oid >= 16384 ORDER BY oprname;
oprname | oprcode
@!@ | -
@##@ | -
@+@ | numeric_add
@~@ | op_same
SELECT 4

> DROP FUNCTION op_same(int, int) CASCADE;
NOTICE: drop cascades to operator @~@(integer,integer)
DROP FUNCTION

> SELECT 1 @~@ 2;
ERROR 42883: operator does not exist: integer @~@ integer
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
