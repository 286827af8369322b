> CREATE FUNCTION step(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';
CREATE FUNCTION

-- What must be there, and what must fit.
> CREATE AGGREGATE a(int) (STYPE = int);
ERROR 42P13: aggregate sfunc must be specified

> CREATE AGGREGATE a(int) (SFUNC = step);
ERROR 42P13: aggregate stype must be specified

> CREATE AGGREGATE a(int) (SFUNC = nosuch, STYPE = int);
ERROR 42883: function nosuch(integer, integer) does not exist

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = nosuchtype);
ERROR 42704: type "nosuchtype" does not exist

> CREATE AGGREGATE a(nosuchtype) (SFUNC = step, STYPE = int);
ERROR 42704: type nosuchtype does not exist

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = internal);
ERROR 42883: function step(internal, integer) does not exist

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = record);
ERROR 42P13: aggregate transition data type cannot be record

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = anyelement);
ERROR 42P13: cannot determine transition data type
DETAIL: A result of type anyelement requires at least one input of type anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange.

> CREATE AGGREGATE a(text) (SFUNC = step, STYPE = int);
ERROR 42883: function step(integer, text) does not exist

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, INITCOND = 'x');
ERROR 22P02: invalid input syntax for type integer: "x"

> CREATE AGGREGATE a(int) (SFUNC = int48pl, STYPE = int);
ERROR 42804: function int48pl(integer, bigint) requires run-time type coercion

> CREATE AGGREGATE a(int) (SFUNC = int4eq, STYPE = int);
ERROR 42804: return type of transition function int4eq is not integer

> CREATE AGGREGATE a(text, int) (SFUNC = nosuch.step, STYPE = int);
ERROR 3F000: schema "nosuch" does not exist

> CREATE AGGREGATE a (SFUNC = step, STYPE = int);
ERROR 42P13: aggregate input type must be specified

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, BASETYPE = int);
ERROR 42P13: basetype is redundant with aggregate input type specification

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, FINALFUNC = nosuch);
ERROR 42883: function nosuch(integer) does not exist

> CREATE AGGREGATE a(int, int) (SFUNC = step, STYPE = int, SORTOP = >);
ERROR 42883: function step(integer, integer, integer) does not exist

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, FINALFUNC_MODIFY = often);
ERROR 42601: parameter "finalfunc_modify" must be READ_ONLY, SHAREABLE, or READ_WRITE

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, SSPACE = much);
ERROR 42601: sspace requires an integer value

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, PARALLEL = pear);
ERROR 42601: parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE

> CREATE AGGREGATE a(SETOF int) (SFUNC = step, STYPE = int);
ERROR 42P13: aggregates cannot accept set arguments

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, HYPOTHETICAL);
ERROR 42P13: only ordered-set aggregates can be hypothetical

> CREATE AGGREGATE a(ORDER BY int) (SFUNC = step, STYPE = int, HYPOTHETICAL);
ERROR 42P13: a hypothetical-set aggregate must have direct arguments matching its aggregated arguments

> CREATE AGGREGATE a(int8) (SFUNC = int8_sum, STYPE = numeric, INITCOND = 'x');
ERROR 22P02: invalid input syntax for type numeric: "x"

> CREATE AGGREGATE a(int8) (SFUNC = int84pl, STYPE = int8);
ERROR 42883: function int84pl(bigint, bigint) does not exist

> CREATE AGGREGATE a(text) (SFUNC = int4pl, STYPE = int4);
ERROR 42883: function int4pl(integer, text) does not exist

> CREATE AGGREGATE a(float8) (SFUNC = int4pl, STYPE = int4);
ERROR 42883: function int4pl(integer, double precision) does not exist

> CREATE AGGREGATE a(int4) (SFUNC = int84pl, STYPE = int8);
ERROR 42P13: must not omit initial value when transition function is strict and transition type is not compatible with input type

-- Moving, combining, serializing.
> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MSTYPE = int);
ERROR 42P13: aggregate msfunc must be specified when mstype is specified

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MSTYPE = int, MSFUNC = int4pl);
ERROR 42P13: aggregate minvfunc must be specified when mstype is specified

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MSFUNC = int4pl);
ERROR 42P13: aggregate msfunc must not be specified without mstype

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MINVFUNC = int4mi);
ERROR 42P13: aggregate minvfunc must not be specified without mstype

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MFINALFUNC = int4um);
ERROR 42P13: aggregate mfinalfunc must not be specified without mstype

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MSSPACE = 3);
ERROR 42P13: aggregate msspace must not be specified without mstype

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MINITCOND = '3');
ERROR 42P13: aggregate minitcond must not be specified without mstype

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, MSTYPE = int, MSFUNC = step, MINVFUNC = int4mi);
ERROR 42P13: strictness of aggregate's forward and inverse transition functions must match

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, COMBINEFUNC = int48pl);
ERROR 42804: function int48pl(integer, bigint) requires run-time type coercion

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, COMBINEFUNC = int4eq);
ERROR 42804: return type of combine function int4eq is not integer

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, SERIALFUNC = int4pl);
ERROR 42P13: must specify both or neither of serialization and deserialization functions

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize);
ERROR 42P13: serialization functions may be specified only when the aggregate transition data type is internal

> CREATE AGGREGATE a(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_serialize);
ERROR 42883: function numeric_avg_serialize(bytea, internal) does not exist

> CREATE AGGREGATE a(numeric) (SFUNC = numeric_avg_accum, STYPE = internal);
ERROR 42P13: unsafe use of pseudo-type "internal"
DETAIL: A result of type internal requires at least one input of type internal.

-- Defined.
> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int, INITCOND = '0', SSPACE = 100, PARALLEL = safe, COMBINEFUNC = int4pl, SORTOP = >, FINALFUNC = int4um, FINALFUNC_MODIFY = shareable);
CREATE AGGREGATE

> CREATE AGGREGATE m(int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0', MSSPACE = 8);
CREATE AGGREGATE

> CREATE AGGREGATE avg_like(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize, COMBINEFUNC = numeric_avg_combine);
CREATE AGGREGATE

> CREATE AGGREGATE o(float8 ORDER BY anyelement) (STYPE = internal, SFUNC = ordered_set_transition, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE

> CREATE AGGREGATE a(int) (SFUNC = step, STYPE = int);
ERROR 42723: function "a" already exists with same argument types

> CREATE AGGREGATE step(int) (SFUNC = step, STYPE = int);
CREATE AGGREGATE

> DROP AGGREGATE step(int);
DROP AGGREGATE

> SELECT proname, prokind, prolang, prosrc, provolatile, proparallel, proisstrict, procost, prorows, proretset, pronargs, proargtypes, prorettype::regtype FROM pg_proc WHERE proname IN ('a', 'm', 'o', 'avg_like') AND pronamespace = 'public'::regnamespace ORDER BY proname;
proname | prokind | prolang | prosrc | provolatile | proparallel | proisstrict | procost | prorows | proretset | pronargs | proargtypes | prorettype
a | a | 12 | aggregate_dummy | i | s | f | 1 | 0 | f | 1 | 23 | integer
avg_like | a | 12 | aggregate_dummy | i | u | f | 1 | 0 | f | 1 | 1700 | numeric
m | a | 12 | aggregate_dummy | i | u | f | 1 | 0 | f | 1 | 23 | integer
o | a | 12 | aggregate_dummy | i | u | f | 1 | 0 | f | 2 | 701 2283 | anyelement
SELECT 4

> SELECT aggfnoid, aggkind, aggnumdirectargs, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn FROM pg_aggregate WHERE aggfnoid::oid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace) ORDER BY aggfnoid::text;
aggfnoid | aggkind | aggnumdirectargs | aggtransfn | aggfinalfn | aggcombinefn | aggserialfn | aggdeserialfn | aggmtransfn | aggminvtransfn | aggmfinalfn
a | n | 0 | step | int4um | int4pl | - | - | - | - | -
avg_like | n | 0 | numeric_avg_accum | numeric_avg | numeric_avg_combine | numeric_avg_serialize | numeric_avg_deserialize | - | - | -
m | n | 0 | int4pl | - | - | - | - | int4pl | int4mi | -
o | o | 1 | ordered_set_transition | percentile_disc_final | - | - | - | - | - | -
SELECT 4

> SELECT aggfnoid, aggfinalextra, aggmfinalextra, aggfinalmodify, aggmfinalmodify, aggsortop::regoperator, aggtranstype::regtype, aggtransspace, aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval FROM pg_aggregate WHERE aggfnoid::oid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace) ORDER BY aggfnoid::text;
aggfnoid | aggfinalextra | aggmfinalextra | aggfinalmodify | aggmfinalmodify | aggsortop | aggtranstype | aggtransspace | aggmtranstype | aggmtransspace | agginitval | aggminitval
a | f | f | s | r | >(integer,integer) | integer | 100 | - | 0 | 0 | NULL
avg_like | f | f | r | r | 0 | internal | 0 | - | 0 | NULL | NULL
m | f | f | r | r | 0 | integer | 0 | integer | 8 | NULL | 0
o | t | f | w | w | 0 | internal | 0 | - | 0 | NULL | NULL
SELECT 4

> SELECT aggtransfn, aggfinalfn, aggcombinefn, agginitval FROM pg_aggregate WHERE aggfnoid = 'avg(int4)'::regprocedure;
aggtransfn | aggfinalfn | aggcombinefn | agginitval
int4_avg_accum | int8_avg | int4_avg_combine | {0,0}
SELECT 1

> SELECT pg_get_function_arguments(oid), pg_get_function_result(oid), pg_get_function_identity_arguments(oid), oid::regprocedure FROM pg_proc WHERE proname IN ('a', 'm', 'o') AND pronamespace = 'public'::regnamespace ORDER BY proname;
pg_get_function_arguments | pg_get_function_result | pg_get_function_identity_arguments | oid
integer | integer | integer | a(integer)
integer | integer | integer | m(integer)
double precision ORDER BY anyelement | anyelement | double precision ORDER BY anyelement | o(double precision,anyelement)
SELECT 3

> SELECT pg_get_functiondef('a(int)'::regprocedure);
pg_get_functiondef
ERROR 42809: "a" is an aggregate function

-- Replaced: what calls rely on stays.
> CREATE OR REPLACE AGGREGATE a(int) (SFUNC = step, STYPE = int);
CREATE AGGREGATE

> SELECT a(x) FROM generate_series(1, 4) x;
a
NULL
SELECT 1

> CREATE OR REPLACE AGGREGATE a(int) (SFUNC = int84pl, STYPE = int8, INITCOND = '0');
ERROR 42P13: cannot change return type of existing function
HINT: Use DROP AGGREGATE a(integer) first.

> CREATE OR REPLACE AGGREGATE a(ORDER BY int) (SFUNC = step, STYPE = int);
ERROR 42809: cannot change routine kind
DETAIL: "a" is an ordinary aggregate function.

> CREATE OR REPLACE AGGREGATE step(int, int) (SFUNC = int4pl, STYPE = int);
ERROR 42883: function int4pl(integer, integer, integer) does not exist

> CREATE FUNCTION three(int, int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2 + $3';
CREATE FUNCTION

> CREATE OR REPLACE AGGREGATE step(int, int) (SFUNC = three, STYPE = int);
ERROR 42809: cannot change routine kind
DETAIL: "step" is a function.

> CREATE OR REPLACE FUNCTION a(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
ERROR 42809: cannot change routine kind
DETAIL: "a" is an aggregate function.

-- Renamed, moved, given away, commented on.
> ALTER AGGREGATE a(int) RENAME TO m;
ERROR 42723: function m(integer) already exists in schema "public"

> ALTER AGGREGATE a(int) RENAME TO b;
ALTER AGGREGATE

> ALTER FUNCTION b(int) RENAME TO a;
ALTER FUNCTION

> ALTER FUNCTION a(int) STRICT;
ERROR 42809: "a" is an aggregate function

> ALTER AGGREGATE a(int) OWNER TO nosuchrole;
ERROR 42704: role "nosuchrole" does not exist

> ALTER AGGREGATE a(int) SET SCHEMA nosuchschema;
ERROR 3F000: schema "nosuchschema" does not exist

> CREATE SCHEMA elsewhere;
CREATE SCHEMA

> ALTER AGGREGATE a(int) SET SCHEMA elsewhere;
ALTER AGGREGATE

> SELECT elsewhere.a(x) FROM generate_series(1, 4) x;
a
NULL
SELECT 1

> ALTER AGGREGATE elsewhere.a(int) SET SCHEMA public;
ALTER AGGREGATE

> ALTER AGGREGATE step(int, int) RENAME TO x;
ERROR 42809: function step(integer, integer) is not an aggregate

> ALTER AGGREGATE nosuch(int) RENAME TO x;
ERROR 42883: aggregate nosuch(integer) does not exist

> COMMENT ON AGGREGATE a(int) IS 'a comment';
COMMENT

> COMMENT ON AGGREGATE a(int8) IS 'a comment';
ERROR 42883: aggregate a(bigint) does not exist

> COMMENT ON AGGREGATE step(int, int) IS 'a comment';
ERROR 42809: function step(integer, integer) is not an aggregate

> SELECT obj_description('a(int)'::regprocedure, 'pg_proc');
obj_description
a comment
SELECT 1

-- Who may call them.
> CREATE ROLE aggregates_reader;
CREATE ROLE

> REVOKE ALL ON FUNCTION a(int) FROM PUBLIC;
REVOKE

> SELECT has_function_privilege('aggregates_reader', 'a(int)', 'EXECUTE'), has_function_privilege('aggregates_reader', 'm(int)', 'EXECUTE');
has_function_privilege | has_function_privilege
f | t
SELECT 1

> SET ROLE aggregates_reader;
(is_superuser = off)
SET

> SELECT a(1);
ERROR 42501: permission denied for aggregate a

> SELECT m(1);
m
1
SELECT 1

> DROP AGGREGATE m(int);
ERROR 42501: must be owner of aggregate m

> ALTER AGGREGATE m(int) RENAME TO n;
ERROR 42501: must be owner of function m

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT EXECUTE ON FUNCTION a(int) TO aggregates_reader;
GRANT

> SET ROLE aggregates_reader;
(is_superuser = off)
SET

> SELECT a(1);
a
NULL
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE ALL ON FUNCTION a(int) FROM aggregates_reader;
REVOKE

> DROP ROLE aggregates_reader;
DROP ROLE

-- What depends on them, and what they depend on.
> CREATE VIEW v AS SELECT a(x) FROM generate_series(1, 3) x;
CREATE VIEW

> DROP AGGREGATE a(int);
ERROR 2BP01: cannot drop function a(integer) because other objects depend on it
DETAIL: view v depends on function a(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION step(int, int);
ERROR 2BP01: cannot drop function step(integer,integer) because other objects depend on it
DETAIL: function a(integer) depends on function step(integer,integer)
view v depends on function a(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION a(int);
ERROR 42809: "a" is an aggregate function
HINT: Use DROP AGGREGATE to drop aggregate functions.

> DROP ROUTINE nosuch(int);
ERROR 42883: function nosuch(integer) does not exist

> DROP AGGREGATE step(int, int);
ERROR 42809: function step(integer, integer) is not an aggregate

> DROP AGGREGATE nosuch(int);
ERROR 42883: aggregate nosuch(integer) does not exist

> DROP AGGREGATE IF EXISTS nosuch(int), nosuch(*), nosuchschema.x(int);
NOTICE: aggregate nosuch(pg_catalog.int4) does not exist, skipping
NOTICE: aggregate nosuch() does not exist, skipping
NOTICE: schema "nosuchschema" does not exist, skipping
DROP AGGREGATE

> DROP FUNCTION step(int, int) CASCADE;
NOTICE: drop cascades to 2 other objects
DROP FUNCTION

> DROP AGGREGATE m(int), avg_like(numeric), o(float8 ORDER BY anyelement);
DROP AGGREGATE

> SELECT count(*) FROM pg_aggregate WHERE aggfnoid::oid >= 16384;
count
0
SELECT 1
