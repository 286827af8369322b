-- In session `at` errors show the position that the client is told.
at> CREATE TABLE t (a int CHECK (b > 0));
ERROR 42703: column "b" does not exist at 30
at> CREATE TABLE t (a int, CHECK (nosuch(a)));
ERROR 42883: function nosuch(integer) does not exist at 31
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
at> SELECT 1; CREATE TABLE t (a int DEFAULT 1 + nosuch());
?column?
1
SELECT 1
ERROR 42883: function nosuch() does not exist at 45
HINT: No function matches the given name and argument types. You might need to add explicit type casts.
at> CREATE TABLE t (a int DEFAULT b);
ERROR 0A000: cannot use column reference in DEFAULT expression at 31
at> CREATE TABLE t (a int GENERATED ALWAYS AS (c + 1) STORED);
ERROR 42703: column "c" does not exist at 44
at> CREATE TABLE t (a int, b text);
CREATE TABLE
at> CREATE INDEX ON t (lower(c));
ERROR 42703: column "c" does not exist at 26
at> CREATE INDEX ON t (a) WHERE b + 1;
ERROR 42883: operator does not exist: text + integer at 31
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
at> CREATE INDEX ON t ((a + x));
ERROR 42703: column "x" does not exist at 25
at> ALTER TABLE t ADD CHECK (a > 'x');
ERROR 22P02: invalid input syntax for type integer: "x"
at> ALTER TABLE t ALTER a SET DEFAULT z;
ERROR 0A000: cannot use column reference in DEFAULT expression
at> ALTER TABLE t ALTER b TYPE int USING y::int;
ERROR 42703: column "y" does not exist at 38
at> ALTER TABLE t ADD COLUMN d int CHECK (e > 1);
ERROR 42703: column "e" does not exist
