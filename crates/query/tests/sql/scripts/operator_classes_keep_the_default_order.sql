-- What classes of users may not be used for.
> CREATE FUNCTION turned(int4, int4) RETURNS int4 LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($2, $1)';
CREATE FUNCTION
> CREATE OPERATOR CLASS turned_ops FOR TYPE int4 USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 turned(int4, int4);
CREATE OPERATOR CLASS
> CREATE TABLE t (a int, b int);
CREATE TABLE
> CREATE INDEX ON t (a turned_ops);
ERROR 0A000: operator class "turned_ops" has operators of its own
HINT: Keys of indexes are kept in the default order: a class can be named here if its operators are those of the default class of its type.
> CREATE TABLE p (a int) PARTITION BY RANGE (a turned_ops);
ERROR 0A000: operator class "turned_ops" has operators of its own
HINT: Bounds of partitions are kept in the default order: a class can be named here if its operators are those of the default class of its type.
> CREATE TABLE p (a int) PARTITION BY LIST (a turned_ops);
ERROR 0A000: operator class "turned_ops" has operators of its own
HINT: Bounds of partitions are kept in the default order: a class can be named here if its operators are those of the default class of its type.
> CREATE OPERATOR CLASS part_ops FOR TYPE int4 USING btree AS OPERATOR 3 =;
CREATE OPERATOR CLASS
> CREATE INDEX ON t (a part_ops);
ERROR 0A000: operator class "part_ops" has operators of its own
HINT: Keys of indexes are kept in the default order: a class can be named here if its operators are those of the default class of its type.
> CREATE FUNCTION long_hash(a int4, seed int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE AS $$ begin if a = 1 then return 1; end if; return a + seed; end; $$;
CREATE FUNCTION
> CREATE OPERATOR CLASS long_ops FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 long_hash(int4, int8);
CREATE OPERATOR CLASS
> CREATE TABLE p (a int) PARTITION BY HASH (a long_ops);
ERROR 0A000: partitions by the hash function long_hash are not supported
HINT: The body of such a function is one expression: a SELECT in SQL, or a RETURN in PL/pgSQL.
> CREATE OPERATOR CLASS point_ops FOR TYPE point USING gist AS STORAGE box;
ERROR 0A000: an operator class for access method "gist" is not supported
HINT: There are operator classes and families of users for the methods btree and hash.
> CREATE OPERATOR FAMILY point_ops USING gin;
ERROR 0A000: an operator family for access method "gin" is not supported
HINT: There are operator classes and families of users for the methods btree and hash.
> CREATE OPERATOR CLASS point_ops DEFAULT FOR TYPE point USING hash AS OPERATOR 1 ~=;
ERROR 0A000: operator class "point_ops" cannot be the default of type point
HINT: Leave DEFAULT out, and name the class where it is to be used.
> CREATE OPERATOR CLASS point_ops FOR TYPE point USING hash FAMILY integer_ops AS OPERATOR 1 ~=;
ERROR 0A000: classes of users cannot be in operator families of PostgreSQL's own
HINT: Leave FAMILY out, or make a family with CREATE OPERATOR FAMILY.
> ALTER OPERATOR FAMILY integer_ops USING btree ADD OPERATOR 1 < (int4, text);
ERROR 0A000: operator classes and families of PostgreSQL's own cannot be altered
HINT: Make a family with CREATE OPERATOR FAMILY.
> ALTER OPERATOR CLASS int4_ops USING btree RENAME TO x;
ERROR 0A000: operator classes and families of PostgreSQL's own cannot be altered
HINT: Make a family with CREATE OPERATOR FAMILY.
> CREATE OPERATOR CLASS pg_temp.x FOR TYPE int4 USING hash AS OPERATOR 1 =;
ERROR 0A000: a temporary operator class is not supported
HINT: Name a schema that is not temporary.
