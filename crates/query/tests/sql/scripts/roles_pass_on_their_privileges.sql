> CREATE ROLE g1; CREATE ROLE g2; CREATE ROLE g3; CREATE TABLE t (a int, b int);
CREATE ROLE
CREATE ROLE
CREATE ROLE
CREATE TABLE

> GRANT SELECT ON t TO g1 WITH GRANT OPTION; GRANT INSERT ON t TO g1;
GRANT
GRANT

> SET ROLE g1;
(is_superuser = off)
SET

> GRANT SELECT, INSERT ON t TO g2;
WARNING: not all privileges were granted for "t"
GRANT

> GRANT INSERT ON t TO g2;
WARNING: no privileges were granted for "t"
GRANT

> GRANT UPDATE ON t TO g2;
WARNING: no privileges were granted for "t"
GRANT

> GRANT ALL ON t TO g2;
GRANT

> GRANT SELECT (a), INSERT (a) ON t TO g2;
WARNING: not all privileges were granted for column "a" of relation "t"
GRANT

> GRANT INSERT (a) ON t TO g2;
WARNING: no privileges were granted for column "a" of relation "t"
GRANT

> GRANT SELECT ON t TO g2 WITH GRANT OPTION;
GRANT

> GRANT SELECT ON t TO g2 GRANTED BY postgres;
ERROR 0A000: grantor must be current user

> REVOKE INSERT ON SEQUENCE nothing FROM g2;
ERROR 42P01: relation "nothing" does not exist

> SET ROLE g2;
SET

> RESET ROLE; SET ROLE g2;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> GRANT SELECT ON t TO g1 WITH GRANT OPTION;
ERROR 0LP01: grant options cannot be granted back to your own grantor

> GRANT SELECT ON t TO g3;
GRANT

> RESET ROLE; SET ROLE g3;
(is_superuser = on)
RESET
(is_superuser = off)
SET

> GRANT SELECT ON t TO g1;
WARNING: no privileges were granted for "t"
GRANT

> GRANT INSERT ON t TO g1;
WARNING: no privileges were granted for "t"
GRANT

> GRANT USAGE ON SCHEMA public TO g1;
WARNING: no privileges were granted for "public"
GRANT

> GRANT CREATE ON SCHEMA public TO g1;
WARNING: no privileges were granted for "public"
GRANT

> GRANT CONNECT ON DATABASE postgres TO g1;
WARNING: no privileges were granted for "postgres"
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT relacl FROM pg_class WHERE relname = 't';
relacl
{postgres=arwdDxt/postgres,g1=ar*/postgres,g2=r*/g1,g3=r/g2}
SELECT 1

> SELECT attname, attacl FROM pg_attribute WHERE attrelid = 't'::regclass AND attacl IS NOT NULL;
attname | attacl
a | {g2=r/g1}
SELECT 1

> REVOKE SELECT ON t FROM g1;
ERROR 2BP01: dependent privileges exist
HINT: Use CASCADE to revoke them too.

> REVOKE GRANT OPTION FOR SELECT ON t FROM g1 CASCADE;
REVOKE

> SELECT relacl FROM pg_class WHERE relname = 't';
relacl
{postgres=arwdDxt/postgres,g1=ar/postgres}
SELECT 1

-- As the one among its roles that may grant most.
> CREATE ROLE own; CREATE ROLE helper IN ROLE own; ALTER TABLE t OWNER TO own; SET ROLE helper;
CREATE ROLE
CREATE ROLE
ALTER TABLE
(is_superuser = off)
SET

> GRANT UPDATE ON t TO g3;
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT relacl FROM pg_class WHERE relname = 't';
relacl
{own=arwdDxt/own,g1=ar/own,g3=w/own}
SELECT 1

> CREATE TYPE ty AS ENUM ('x'); CREATE DOMAIN dom AS int; SET ROLE g1;
CREATE TYPE
CREATE DOMAIN
(is_superuser = off)
SET

> GRANT USAGE ON TYPE ty TO g2;
WARNING: no privileges were granted for "ty"
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> REVOKE USAGE ON TYPE ty FROM PUBLIC;
REVOKE

> GRANT USAGE ON TYPE ty TO g1 WITH GRANT OPTION;
GRANT

> GRANT USAGE ON DOMAIN ty TO g1;
ERROR 42809: "ty" is not a domain

> GRANT USAGE ON DOMAIN dom TO g1;
GRANT

> GRANT USAGE ON TYPE _ty TO g1;
ERROR 0LP01: cannot set privileges of array types
HINT: Set the privileges of the element type instead.

> SELECT typname, typacl FROM pg_type WHERE typname IN ('ty', 'dom') ORDER BY 1;
typname | typacl
dom | {=U/postgres,postgres=U/postgres,g1=U/postgres}
ty | {postgres=U/postgres,g1=U*/postgres}
SELECT 2
