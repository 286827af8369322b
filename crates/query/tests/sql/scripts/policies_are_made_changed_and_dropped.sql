-- CREATE, ALTER and DROP POLICY, and what the catalogs say of policies.
> CREATE ROLE rls_dan; CREATE ROLE rls_eve; CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT 1 AS x; CREATE SEQUENCE s;
CREATE ROLE
CREATE ROLE
CREATE TABLE
CREATE VIEW
CREATE SEQUENCE

> CREATE POLICY p ON t;
CREATE POLICY

> CREATE POLICY p ON t;
ERROR 42710: policy "p" for table "t" already exists

> CREATE POLICY q ON t FOR SELECT WITH CHECK (true);
ERROR 42601: WITH CHECK cannot be applied to SELECT or DELETE

> CREATE POLICY q ON t FOR DELETE WITH CHECK (true);
ERROR 42601: WITH CHECK cannot be applied to SELECT or DELETE

> CREATE POLICY q ON t FOR INSERT USING (true);
ERROR 42601: only WITH CHECK expression allowed for INSERT

> CREATE POLICY q ON t AS ugly USING (true);
ERROR 42601: unrecognized row security option "ugly"
HINT: Only PERMISSIVE or RESTRICTIVE policies are supported currently.

> CREATE POLICY q ON t FOR truncate USING (true);
ERROR 42601: syntax error at or near "truncate"

> CREATE POLICY q ON v USING (true);
ERROR 42809: "v" is not a table

> CREATE POLICY q ON s USING (true);
ERROR 42809: "s" is not a table

> CREATE POLICY q ON pg_class USING (true);
ERROR 42501: permission denied: "pg_class" is a system catalog

> CREATE POLICY q ON nope USING (true);
ERROR 42P01: relation "nope" does not exist

> CREATE POLICY q ON t TO rls_nobody USING (true);
ERROR 42704: role "rls_nobody" does not exist

> CREATE POLICY q ON t USING (a);
ERROR 42804: argument of POLICY must be type boolean, not type integer

> CREATE POLICY q ON t USING (z > 0);
ERROR 42703: column "z" does not exist

> CREATE POLICY q ON t USING (count(a) > 0);
ERROR 42803: aggregate functions are not allowed in policy expressions

> CREATE POLICY q ON t USING (row_number() OVER () > 0);
ERROR 42P20: window functions are not allowed in policy expressions

> CREATE POLICY q ON t USING (generate_series(1, a) > 0);
ERROR 0A000: set-returning functions are not allowed in policy expressions

> CREATE POLICY q ON t USING ($1 > 0);
ERROR 42P02: there is no parameter $1

> CREATE POLICY q ON t TO PUBLIC, rls_dan USING (a > 0);
WARNING: ignoring specified roles other than PUBLIC
CREATE POLICY

> CREATE POLICY r ON t AS RESTRICTIVE FOR UPDATE TO rls_eve, rls_dan USING (b = 'x') WITH CHECK (b <> 'y' AND a IN (SELECT 1));
CREATE POLICY

> CREATE POLICY i ON t FOR INSERT TO rls_dan WITH CHECK (lower(b) = 'b'); CREATE POLICY d ON t FOR DELETE TO rls_dan USING (t.a = 1);
CREATE POLICY
CREATE POLICY

> SELECT policyname, permissive, roles, cmd, qual, with_check FROM pg_policies ORDER BY 1;
policyname | permissive | roles | cmd | qual | with_check
d | PERMISSIVE | {rls_dan} | DELETE | (a = 1) | NULL
i | PERMISSIVE | {rls_dan} | INSERT | NULL | (lower(b) = 'b'::text)
p | PERMISSIVE | {public} | ALL | NULL | NULL
q | PERMISSIVE | {public} | ALL | (a > 0) | NULL
r | RESTRICTIVE | {rls_dan,rls_eve} | UPDATE | (b = 'x'::text) | ((b <> 'y'::text) AND (a IN ( SELECT 1)))
SELECT 5

> SELECT polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY 1;
polname | polcmd | polpermissive | polroles | pg_get_expr | pg_get_expr
d | d | t | {rls_dan} | (a = 1) | NULL
i | a | t | {rls_dan} | NULL | (lower(b) = 'b'::text)
p | * | t | {-} | NULL | NULL
q | * | t | {-} | (a > 0) | NULL
r | w | f | {rls_eve,rls_dan} | (b = 'x'::text) | ((b <> 'y'::text) AND (a IN ( SELECT 1)))
SELECT 5

> ALTER POLICY nope ON t USING (true);
ERROR 42704: policy "nope" for table "t" does not exist

> ALTER POLICY p ON nope USING (true);
ERROR 42P01: relation "nope" does not exist

> ALTER POLICY p ON v USING (true);
ERROR 42809: "v" is not a table

> ALTER POLICY i ON t USING (true);
ERROR 42601: only WITH CHECK expression allowed for INSERT

> ALTER POLICY d ON t WITH CHECK (true);
ERROR 42601: only USING expression allowed for SELECT, DELETE

> ALTER POLICY p ON t TO rls_dan USING (a > 5);
ALTER POLICY

> ALTER POLICY p ON t WITH CHECK (a > 6);
ALTER POLICY

> ALTER POLICY p ON t RENAME TO q;
ERROR 42710: policy "q" for table "t" already exists

> ALTER POLICY p ON t RENAME TO pp;
ALTER POLICY

> ALTER POLICY nope ON t RENAME TO pp;
ERROR 42710: policy "pp" for table "t" already exists

> ALTER POLICY nope ON t RENAME TO ppp;
ERROR 42704: policy "nope" for table "t" does not exist

> SELECT policyname, roles, qual, with_check FROM pg_policies WHERE policyname = 'pp';
policyname | roles | qual | with_check
pp | {rls_dan} | (a > 5) | (a > 6)
SELECT 1

> COMMENT ON POLICY pp ON t IS 'a policy';
COMMENT

> SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polname = 'pp';
obj_description
a policy
SELECT 1

> COMMENT ON POLICY nope ON t IS 'x';
ERROR 42704: policy "nope" for table "t" does not exist

> COMMENT ON POLICY pp ON nope IS 'x';
ERROR 42P01: relation "nope" does not exist

> DROP POLICY nope ON t;
ERROR 42704: policy "nope" for table "t" does not exist

> DROP POLICY IF EXISTS nope ON t;
NOTICE: policy "nope" for relation "t" does not exist, skipping
DROP POLICY

> DROP POLICY IF EXISTS nope ON nope;
NOTICE: relation "nope" does not exist, skipping
DROP POLICY

> DROP POLICY IF EXISTS nope ON nope.nope;
NOTICE: schema "nope" does not exist, skipping
DROP POLICY

> DROP POLICY nope ON nope;
ERROR 42P01: relation "nope" does not exist

> DROP POLICY nope ON v;
ERROR 42704: policy "nope" for table "v" does not exist

-- Only owners.
> SET ROLE rls_dan;
(is_superuser = off)
SET

> CREATE POLICY x ON t USING (true);
ERROR 42501: must be owner of table t

> ALTER POLICY pp ON t USING (true);
ERROR 42501: must be owner of table t

> ALTER POLICY pp ON t RENAME TO x;
ERROR 42501: must be owner of table t

> DROP POLICY pp ON t;
ERROR 42501: must be owner of relation t

> COMMENT ON POLICY pp ON t IS 'x';
ERROR 42501: must be owner of relation t

> ALTER TABLE t ENABLE ROW LEVEL SECURITY;
ERROR 42501: must be owner of table t

> RESET ROLE;
(is_superuser = on)
RESET

> ALTER TABLE v ENABLE ROW LEVEL SECURITY;
ERROR 42809: ALTER action ENABLE ROW SECURITY cannot be performed on relation "v"
DETAIL: This operation is not supported for views.

> ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE

> SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 't'; SELECT rowsecurity FROM pg_tables WHERE tablename = 't';
relrowsecurity | relforcerowsecurity
t | t
SELECT 1
rowsecurity
t
SELECT 1

-- What depends on what.
> DROP POLICY p ON t;
ERROR 42704: policy "p" for table "t" does not exist

> DROP POLICY pp ON t; DROP POLICY q ON t; DROP POLICY r ON t; DROP POLICY d ON t;
DROP POLICY
DROP POLICY
DROP POLICY
DROP POLICY

> CREATE TABLE u (k int); CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 > 0'; CREATE TYPE ty AS ENUM ('a');
CREATE TABLE
CREATE FUNCTION
CREATE TYPE

> CREATE POLICY uu ON t USING (EXISTS (SELECT 1 FROM u WHERE u.k = t.a) AND f(a) AND 'a'::ty = 'a');
CREATE POLICY

> CREATE POLICY uv ON t USING (a = 1) WITH CHECK (a IN (SELECT k FROM u));
CREATE POLICY

> DROP TABLE u;
ERROR 2BP01: cannot drop table u because other objects depend on it
DETAIL: policy uu on table t depends on table u
policy uv on table t depends on table u
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP FUNCTION f;
ERROR 2BP01: cannot drop function f(integer) because other objects depend on it
DETAIL: policy uu on table t depends on function f(integer)
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> DROP TYPE ty;
ERROR 2BP01: cannot drop type ty because other objects depend on it
DETAIL: policy uu on table t depends on type ty
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE t DROP COLUMN a;
ERROR 2BP01: cannot drop column a of table t because other objects depend on it
DETAIL: policy uu on table t depends on column a of table t
policy uv on table t depends on column a of table t
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE u DROP COLUMN k;
ERROR 2BP01: cannot drop column k of table u because other objects depend on it
DETAIL: policy uu on table t depends on column k of table u
policy uv on table t depends on column k of table u
HINT: Use DROP ... CASCADE to drop the dependent objects too.

> ALTER TABLE t ALTER COLUMN a TYPE bigint;
ERROR 0A000: cannot alter type of a column used in a policy definition
DETAIL: policy uu on table t depends on column "a"

> ALTER TABLE t RENAME COLUMN a TO aa;
ALTER TABLE

> ALTER TABLE u RENAME TO uuu;
ALTER TABLE

> SELECT policyname, qual FROM pg_policies WHERE policyname = 'uv';
policyname | qual
uv | (aa = 1)
SELECT 1

> DROP TABLE uuu CASCADE;
NOTICE: drop cascades to 2 other objects
DROP TABLE

> SELECT policyname FROM pg_policies ORDER BY 1;
policyname
i
SELECT 1

> DROP ROLE rls_dan;
ERROR 2BP01: role "rls_dan" cannot be dropped because some objects depend on it
DETAIL: target of policy i on table t

> CREATE POLICY two ON t TO rls_dan, rls_eve;
CREATE POLICY

> DROP OWNED BY rls_dan;
DROP OWNED

> SELECT policyname, roles FROM pg_policies ORDER BY 1;
policyname | roles
two | {rls_eve}
SELECT 1

> DROP OWNED BY rls_eve;
DROP OWNED

> SELECT policyname, roles FROM pg_policies ORDER BY 1;
policyname | roles
SELECT 0

> BEGIN; CREATE POLICY x ON t; ROLLBACK;
BEGIN
CREATE POLICY
ROLLBACK

> SELECT count(*) FROM pg_policy;
count
0
SELECT 1

> DROP TABLE t; DROP ROLE rls_dan, rls_eve;
DROP TABLE
DROP ROLE
