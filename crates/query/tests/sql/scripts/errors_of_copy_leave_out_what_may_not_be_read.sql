-- Errors of COPY leave out what may not be read, whatever the rows look like.
> CREATE ROLE hs_sender; CREATE TABLE t (a int CHECK (a < 5), b text, secret text DEFAULT 'hidden'); GRANT INSERT (a, b) ON t TO hs_sender;
CREATE ROLE
CREATE TABLE
GRANT
> SET ROLE hs_sender;
(is_superuser = off)
SET
> COPY t (a, b) FROM STDIN WITH (FORMAT csv);
<10,x
ERROR 23514: new row for relation "t" violates check constraint "t_a_check"
DETAIL: Failing row contains (a, b) = (10, x).
CONTEXT: COPY t, line 1: "10,x"
> COPY t (a, b) FROM STDIN WITH (FORMAT csv);
<10,"
<PL/pgSQL function f() line 1 at SQL statement
<"
ERROR 23514: new row for relation "t" violates check constraint "t_a_check"
DETAIL: Failing row contains (a, b) = (10, 
PL/pgSQL function f() line 1 at SQL statement
).
CONTEXT: COPY t, line 1: "10,"
PL/pgSQL function f() line 1 at SQL statement
""
> RESET ROLE;
(is_superuser = on)
RESET
> DROP TABLE t; DROP ROLE hs_sender;
DROP TABLE
DROP ROLE
