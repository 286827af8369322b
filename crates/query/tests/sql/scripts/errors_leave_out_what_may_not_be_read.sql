-- DETAIL of a row that is refused shows the columns that the role may read or has given values to.
> CREATE ROLE ann; CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int CHECK (c < 5)); INSERT INTO t VALUES (1, 2, 3);
CREATE ROLE
CREATE TABLE
INSERT 0 1

> GRANT SELECT (a), INSERT (a, b), UPDATE (c) ON t TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> INSERT INTO t (a, b) VALUES (NULL, 8);
ERROR 23502: null value in column "a" of relation "t" violates not-null constraint
DETAIL: Failing row contains (a, b) = (null, 8).

> INSERT INTO t (a) VALUES (5);
ERROR 23502: null value in column "b" of relation "t" violates not-null constraint
DETAIL: Failing row contains (a) = (5).

> UPDATE t SET c = 10;
ERROR 23514: new row for relation "t" violates check constraint "t_c_check"
DETAIL: Failing row contains (a, c) = (1, 10).

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT ON t TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> UPDATE t SET c = 10;
ERROR 23514: new row for relation "t" violates check constraint "t_c_check"
DETAIL: Failing row contains (1, 2, 10).

> RESET ROLE;
(is_superuser = on)
RESET

-- MERGE that does nothing takes SELECT.
> CREATE TABLE m (a int, b int); GRANT INSERT ON m TO ann;
CREATE TABLE
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> MERGE INTO m USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING;
ERROR 42501: permission denied for table m

> MERGE INTO m USING (SELECT 1) s ON false WHEN NOT MATCHED THEN DO NOTHING;
ERROR 42501: permission denied for table m

> MERGE INTO m USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 2);
MERGE 1

> MERGE INTO m USING (SELECT 1) s ON false WHEN MATCHED THEN DELETE;
ERROR 42501: permission denied for table m

> RESET ROLE;
(is_superuser = on)
RESET

> GRANT SELECT (b) ON m TO ann;
GRANT

> SET ROLE ann;
(is_superuser = off)
SET

> MERGE INTO m USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING;
MERGE 0

> RESET ROLE;
(is_superuser = on)
RESET

-- Groups are roles.
> CREATE GROUP staff; CREATE ROLE bob; ALTER GROUP staff ADD USER ann, bob;
CREATE ROLE
CREATE ROLE
ALTER ROLE

> ALTER GROUP staff ADD USER ann;
NOTICE: role "ann" is already a member of role "staff"
ALTER ROLE

> ALTER GROUP staff DROP USER bob;
ALTER ROLE

> ALTER GROUP staff DROP USER bob;
WARNING: role "bob" is not a member of role "staff"
ALTER ROLE

> SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE m.roleid = 'staff'::regrole;
rolname
ann
SELECT 1

> GRANT staff TO bob WITH ADMIN OPTION; GRANT ann TO staff WITH ADMIN OPTION;
GRANT ROLE
ERROR 0LP01: role "ann" is a member of role "staff"

> REVOKE ann FROM staff;
WARNING: role "staff" is not a member of role "ann"
REVOKE ROLE

> SET SESSION AUTHORIZATION bob;
(is_superuser = off)
(session_authorization = bob)
SET

> GRANT staff TO ann;
ERROR 42501: must have admin option on role "staff"

> ALTER GROUP staff ADD USER ann;
ERROR 42501: permission denied

> SET SESSION AUTHORIZATION ann;
(session_authorization = ann)
SET

> GRANT ann TO bob;
ERROR 42501: must have admin option on role "ann"

> RESET SESSION AUTHORIZATION;
(is_superuser = on)
(session_authorization = postgres)
RESET

-- A role's attributes.
> CREATE ROLE copier REPLICATION BYPASSRLS; SELECT rolreplication, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = 'copier';
CREATE ROLE
rolreplication | rolbypassrls | rolsuper
t | t | f
SELECT 1

> ALTER ROLE copier NOREPLICATION; SELECT rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'copier';
ALTER ROLE
rolreplication | rolbypassrls
f | t
SELECT 1

> DROP TABLE t, m; DROP ROLE ann, bob, staff, copier;
DROP TABLE
DROP ROLE
