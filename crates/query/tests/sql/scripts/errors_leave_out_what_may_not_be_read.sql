-- DETAIL of a row that is refused shows the columns that the role may read or has given values to.
> CREATE ROLE ann; CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int CHECK (c < 5)); INSERT INTO t VALUES (1, 2, 3);

> GRANT SELECT (a), INSERT (a, b), UPDATE (c) ON t TO ann;

> SET ROLE ann;

> INSERT INTO t (a, b) VALUES (NULL, 8);

> INSERT INTO t (a) VALUES (5);

> UPDATE t SET c = 10;

> RESET ROLE;

> GRANT SELECT ON t TO ann;

> SET ROLE ann;

> UPDATE t SET c = 10;

> RESET ROLE;

-- MERGE that does nothing takes SELECT.
> CREATE TABLE m (a int, b int); GRANT INSERT ON m TO ann;

> SET ROLE ann;

> MERGE INTO m USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING;

> MERGE INTO m USING (SELECT 1) s ON false WHEN NOT MATCHED THEN DO NOTHING;

> MERGE INTO m USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES (1, 2);

> MERGE INTO m USING (SELECT 1) s ON false WHEN MATCHED THEN DELETE;

> RESET ROLE;

> GRANT SELECT (b) ON m TO ann;

> SET ROLE ann;

> MERGE INTO m USING (SELECT 1) s ON true WHEN MATCHED THEN DO NOTHING;

> RESET ROLE;

-- Groups are roles.
> CREATE GROUP staff; CREATE ROLE bob; ALTER GROUP staff ADD USER ann, bob;

> ALTER GROUP staff ADD USER ann;

> ALTER GROUP staff DROP USER bob;

> ALTER GROUP staff DROP USER bob;

> SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE m.roleid = 'staff'::regrole;

> GRANT staff TO bob WITH ADMIN OPTION; GRANT ann TO staff WITH ADMIN OPTION;

> REVOKE ann FROM staff;

> SET SESSION AUTHORIZATION bob;

> GRANT staff TO ann;

> ALTER GROUP staff ADD USER ann;

> SET SESSION AUTHORIZATION ann;

> GRANT ann TO bob;

> RESET SESSION AUTHORIZATION;

-- A role's attributes.
> CREATE ROLE copier REPLICATION BYPASSRLS; SELECT rolreplication, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = 'copier';

> ALTER ROLE copier NOREPLICATION; SELECT rolreplication, rolbypassrls FROM pg_roles WHERE rolname = 'copier';

> DROP TABLE t, m; DROP ROLE ann, bob, staff, copier;
