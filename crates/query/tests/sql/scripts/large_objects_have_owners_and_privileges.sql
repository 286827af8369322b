> CREATE ROLE lo_owner;
CREATE ROLE

> CREATE ROLE lo_reader;
CREATE ROLE

> CREATE ROLE lo_other;
CREATE ROLE

> SET ROLE lo_owner;
(is_superuser = off)
SET

> SELECT lo_create(1001), lo_create(1002);
lo_create | lo_create
1001 | 1002
SELECT 1

> SELECT 1 AS one, lo_put(1001, 0, 'abcd');
one | lo_put
1 | 
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT oid, pg_get_userbyid(lomowner), lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | pg_get_userbyid | lomacl
1001 | lo_owner | NULL
1002 | lo_owner | NULL
SELECT 2

> SET ROLE lo_reader;
(is_superuser = off)
SET

> SELECT lo_open(1001, 262144);
lo_open
ERROR 42501: permission denied for large object 1001

> SELECT lo_get(1001);
lo_get
ERROR 42501: permission denied for large object 1001

> SELECT 1 AS one, lo_put(1001, 0, 'x');
one | lo_put
ERROR 42501: permission denied for large object 1001

> SELECT lo_unlink(1001);
lo_unlink
ERROR 42501: must be owner of large object 1001

> GRANT SELECT ON LARGE OBJECT 1001 TO lo_other;
ERROR 42501: permission denied for large object large object 1001

> ALTER LARGE OBJECT 1001 OWNER TO lo_reader;
ERROR 42501: must be owner of large object 1001

> COMMENT ON LARGE OBJECT 1001 IS 'mine';
ERROR 42501: must be owner of large object 1001

> SELECT lo_import('/nowhere');
ERROR 42501: permission denied for function lo_import

> SELECT lo_export(1001, '/nowhere');
ERROR 42501: permission denied for function lo_export

> SELECT * FROM pg_largeobject;
ERROR 42501: permission denied for table pg_largeobject

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE lo_owner;
(is_superuser = off)
SET

> GRANT SELECT ON LARGE OBJECT 1001, 1002 TO lo_reader WITH GRANT OPTION;
GRANT

> GRANT UPDATE ON LARGE OBJECT 1002 TO PUBLIC;
GRANT

> GRANT SELECT, INSERT ON LARGE OBJECT 1001 TO PUBLIC;
ERROR 0LP01: invalid privilege type INSERT for large object

> GRANT SELECT (a) ON LARGE OBJECT 1001 TO PUBLIC;
ERROR 0LP01: column privileges are only valid for relations

> GRANT FLY ON LARGE OBJECT 1001 TO PUBLIC;
ERROR 42601: unrecognized privilege type "fly"

> GRANT SELECT ON LARGE OBJECT 999 TO PUBLIC;
ERROR 42704: large object 999 does not exist

> GRANT SELECT ON LARGE OBJECT 1001, 999 TO PUBLIC;
ERROR 42704: large object 999 does not exist

> GRANT SELECT ON LARGE OBJECT 1001 TO nobody_at_all;
ERROR 42704: role "nobody_at_all" does not exist

> GRANT SELECT ON LARGE OBJECT 99999999999 TO PUBLIC;
ERROR 22003: value "99999999999" is out of range for type oid

> GRANT SELECT ON LARGE OBJECT one TO PUBLIC;
ERROR 42601: syntax error at or near "one"

> ALTER LARGE OBJECT 1001 OWNER TO lo_reader;
ERROR 42501: must be member of role "lo_reader"

> ALTER LARGE OBJECT 999 OWNER TO lo_owner;
ERROR 42704: large object 999 does not exist

> ALTER LARGE OBJECT 1001 OWNER TO nobody_at_all;
ERROR 42704: role "nobody_at_all" does not exist

> ALTER LARGE OBJECT 1001 OWNER TO lo_owner;
ALTER LARGE OBJECT

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE lo_reader;
(is_superuser = off)
SET

> SELECT lo_get(1001);
lo_get
\x61626364
SELECT 1

> SELECT 1 AS one, lo_put(1002, 0, 'by all');
one | lo_put
1 | 
SELECT 1

> SELECT 1 AS one, lo_put(1001, 0, 'no');
one | lo_put
ERROR 42501: permission denied for large object 1001

> SELECT lo_open(1001, 131072);
lo_open
ERROR 42501: permission denied for large object 1001

> GRANT SELECT ON LARGE OBJECT 1001 TO lo_other;
GRANT

> GRANT UPDATE ON LARGE OBJECT 1001 TO lo_other;
WARNING: no privileges were granted for "large object 1001"
GRANT

> GRANT ALL ON LARGE OBJECT 1001 TO lo_other;
GRANT

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT oid, lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | lomacl
1001 | {lo_owner=rw/lo_owner,lo_reader=r*/lo_owner,lo_other=r/lo_reader}
1002 | {lo_owner=rw/lo_owner,lo_reader=r*/lo_owner,=w/lo_owner}
SELECT 2

> SET ROLE lo_other;
(is_superuser = off)
SET

> SELECT lo_get(1001);
lo_get
\x61626364
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> SET ROLE lo_owner;
(is_superuser = off)
SET

> REVOKE SELECT ON LARGE OBJECT 1001 FROM lo_reader;
ERROR 2BP01: dependent privileges exist
HINT: Use CASCADE to revoke them too.

> REVOKE SELECT ON LARGE OBJECT 1001 FROM lo_reader CASCADE;
REVOKE

> REVOKE ALL ON LARGE OBJECT 1002 FROM PUBLIC;
REVOKE

> RESET ROLE;
(is_superuser = on)
RESET

> SELECT oid, lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | lomacl
1001 | {lo_owner=rw/lo_owner}
1002 | {lo_owner=rw/lo_owner,lo_reader=r*/lo_owner}
SELECT 2

-- Comments.
> COMMENT ON LARGE OBJECT 1001 IS 'the ultimate answer';
COMMENT

> SELECT obj_description(1001, 'pg_largeobject'), obj_description(1002, 'pg_largeobject'), obj_description(1001, 'pg_class');
obj_description | obj_description | obj_description
the ultimate answer | NULL | NULL
SELECT 1

> SELECT objoid, classoid, objsubid, description FROM pg_description WHERE classoid = 'pg_largeobject'::regclass;
objoid | classoid | objsubid | description
1001 | 2613 | 0 | the ultimate answer
SELECT 1

> COMMENT ON LARGE OBJECT 999 IS 'nothing';
ERROR 42704: large object 999 does not exist

> COMMENT ON LARGE OBJECT one IS 'nothing';
ERROR 42601: syntax error at or near "one"

> BEGIN;
BEGIN

> COMMENT ON LARGE OBJECT 1001 IS NULL;
COMMENT

> SELECT obj_description(1001, 'pg_largeobject');
obj_description
NULL
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT obj_description(1001, 'pg_largeobject');
obj_description
the ultimate answer
SELECT 1

> BEGIN;
BEGIN

> SELECT lo_unlink(1001), lo_create(1001);
lo_unlink | lo_create
1 | 1001
SELECT 1

> SELECT obj_description(1001, 'pg_largeobject');
obj_description
NULL
SELECT 1

> ROLLBACK;
ROLLBACK

-- Transactions that may only read.
> BEGIN READ ONLY;
BEGIN

> COMMENT ON LARGE OBJECT 1001 IS 'x';
ERROR 25006: cannot execute COMMENT in a read-only transaction

> ROLLBACK;
ROLLBACK

> BEGIN READ ONLY;
BEGIN

> GRANT SELECT ON LARGE OBJECT 1001 TO PUBLIC;
ERROR 25006: cannot execute GRANT in a read-only transaction

> ROLLBACK;
ROLLBACK

> BEGIN READ ONLY;
BEGIN

> ALTER LARGE OBJECT 1001 OWNER TO lo_other;
ERROR 25006: cannot execute ALTER LARGE OBJECT in a read-only transaction

> ROLLBACK;
ROLLBACK

-- Roles that have some.
> DROP ROLE lo_owner;
ERROR 2BP01: role "lo_owner" cannot be dropped because some objects depend on it
DETAIL: owner of large object 1001
owner of large object 1002

> DROP ROLE lo_reader;
ERROR 2BP01: role "lo_reader" cannot be dropped because some objects depend on it
DETAIL: privileges for large object 1002

> ALTER LARGE OBJECT 1002 OWNER TO lo_other;
ALTER LARGE OBJECT

> SELECT oid, pg_get_userbyid(lomowner), lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | pg_get_userbyid | lomacl
1001 | lo_owner | {lo_owner=rw/lo_owner}
1002 | lo_other | {lo_other=rw/lo_other,lo_reader=r*/lo_other}
SELECT 2

> REASSIGN OWNED BY lo_owner TO lo_other;
REASSIGN OWNED

> SELECT oid, pg_get_userbyid(lomowner), lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | pg_get_userbyid | lomacl
1001 | lo_other | {lo_other=rw/lo_other}
1002 | lo_other | {lo_other=rw/lo_other,lo_reader=r*/lo_other}
SELECT 2

> DROP ROLE lo_owner;
DROP ROLE

> DROP OWNED BY lo_reader;
DROP OWNED

> SELECT oid, pg_get_userbyid(lomowner), lomacl FROM pg_largeobject_metadata ORDER BY oid;
oid | pg_get_userbyid | lomacl
1001 | lo_other | {lo_other=rw/lo_other}
1002 | lo_other | {lo_other=rw/lo_other}
SELECT 2

> DROP ROLE lo_reader;
DROP ROLE

-- Everybody may, as long ago.
> SET lo_compat_privileges = on;
SET

> CREATE ROLE lo_reader;
CREATE ROLE

> SET ROLE lo_reader;
(is_superuser = off)
SET

> SELECT lo_get(1001);
lo_get
\x61626364
SELECT 1

> SELECT 1 AS one, lo_put(1001, 0, 'old');
one | lo_put
1 | 
SELECT 1

> COMMENT ON LARGE OBJECT 1001 IS 'by anybody';
COMMENT

> SELECT lo_unlink(1002);
lo_unlink
1
SELECT 1

> RESET ROLE;
(is_superuser = on)
RESET

> RESET lo_compat_privileges;
RESET

> SET ROLE lo_reader;
(is_superuser = off)
SET

> SET lo_compat_privileges = on;
ERROR 42501: permission denied to set parameter "lo_compat_privileges"

> RESET ROLE;
(is_superuser = on)
RESET

> DROP OWNED BY lo_other;
DROP OWNED

> SELECT count(*) FROM pg_largeobject_metadata;
count
0
SELECT 1

> DROP ROLE lo_other, lo_reader;
DROP ROLE
