> CREATE TABLE t (a int, b text);
CREATE TABLE
> CREATE TABLE lg (x text, y int);
CREATE TABLE
> CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO lg VALUES (old.b, 1);
ERROR 42P17: ON INSERT rule cannot use OLD
> CREATE RULE r AS ON DELETE TO t DO ALSO INSERT INTO lg VALUES (new.b, 1);
ERROR 42P17: ON DELETE rule cannot use NEW
> CREATE RULE r AS ON UPDATE TO t WHERE new.a = 1 DO ALSO NOTIFY foo;
ERROR 42P17: rules with WHERE conditions can only have SELECT, INSERT, UPDATE, or DELETE actions
> CREATE RULE r AS ON UPDATE TO t WHERE new.a = 1 DO ALSO SELECT 1 UNION SELECT 2;
ERROR 0A000: conditional UNION/INTERSECT/EXCEPT statements are not implemented
> CREATE RULE r AS ON UPDATE TO t DO ALSO INSERT INTO lg VALUES ('a', 1) RETURNING *;
ERROR 0A000: RETURNING lists are not supported in non-INSTEAD rules
> CREATE RULE r AS ON UPDATE TO t DO INSTEAD INSERT INTO lg VALUES ('a', 1) RETURNING *;
ERROR 42P17: RETURNING list's entry 1 has different type from column "a"
DETAIL: RETURNING list entry has type text, but column has type integer.
> CREATE RULE r AS ON UPDATE TO t DO INSTEAD INSERT INTO lg VALUES ('a', 1) RETURNING y;
ERROR 42P17: RETURNING list has too few entries
> CREATE RULE r AS ON UPDATE TO t DO INSTEAD INSERT INTO lg VALUES ('a', 1) RETURNING y, x, y;
ERROR 42P17: RETURNING list has too many entries
> CREATE RULE r AS ON UPDATE TO t WHERE new.a = 1 DO INSTEAD INSERT INTO lg VALUES ('a', 1) RETURNING y, x;
ERROR 0A000: RETURNING lists are not supported in conditional rules
> CREATE RULE "_RETURN" AS ON UPDATE TO t DO INSTEAD NOTHING;
ERROR 42P17: non-view rule for "t" must not be named "_RETURN"
> CREATE RULE "_RETURN" AS ON SELECT TO t DO ALSO SELECT 1, 'x'::text;
ERROR 0A000: rules on SELECT must have action INSTEAD SELECT
> CREATE RULE "_RETURN" AS ON SELECT TO t DO INSTEAD SELECT 1, 'x'::text;
ERROR 42P17: SELECT rule's target entry 1 has different column name from column "a"
DETAIL: SELECT target entry is named "?column?".
> CREATE RULE q AS ON SELECT TO t DO INSTEAD SELECT 1 AS a, 'x'::text AS b;
ERROR 42P17: view rule for "t" must be named "_RETURN"
> CREATE SEQUENCE sq;
CREATE SEQUENCE
> CREATE RULE z AS ON INSERT TO sq DO ALSO NOTHING;
ERROR 42809: relation "sq" cannot have rules
DETAIL: This operation is not supported for sequences.
> CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
SELECT 1
> CREATE RULE z AS ON INSERT TO mv DO ALSO NOTHING;
ERROR 0A000: rules on materialized views are not supported
> CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO lg VALUES (new.b, new.a);
CREATE RULE
> CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING;
ERROR 42710: rule "r" for relation "t" already exists
> CREATE RULE s AS ON INSERT TO t DO ALSO NOTHING;
CREATE RULE
> ALTER RULE r ON t RENAME TO s;
ERROR 42710: rule "s" for relation "t" already exists
> ALTER RULE nope ON t RENAME TO s;
ERROR 42704: rule "nope" for relation "t" does not exist
> ALTER RULE r ON t RENAME TO "_RETURN";
ERROR 42P17: non-view rule for "t" must not be named "_RETURN"
> ALTER RULE s ON t RENAME TO u;
ALTER RULE
> DROP RULE nope ON t;
ERROR 42704: rule "nope" for relation "t" does not exist
> DROP RULE IF EXISTS nope ON t;
NOTICE: rule "nope" for relation "t" does not exist, skipping
DROP RULE
> DROP RULE IF EXISTS nope ON nosuch;
NOTICE: relation "nosuch" does not exist, skipping
DROP RULE
> DROP RULE nope ON nosuch;
ERROR 42P01: relation "nosuch" does not exist
> DROP RULE u ON t;
DROP RULE
> COMMENT ON RULE r ON t IS 'logs';
COMMENT
> COMMENT ON RULE nope ON t IS 'logs';
ERROR 42704: rule "nope" for relation "t" does not exist
> SELECT obj_description(oid, 'pg_rewrite') FROM pg_rewrite WHERE rulename = 'r';
obj_description
logs
SELECT 1
> SELECT rulename, ev_type, ev_enabled, is_instead FROM pg_rewrite WHERE ev_class = 't'::regclass;
rulename | ev_type | ev_enabled | is_instead
r | 3 | O | f
SELECT 1
> SELECT relhasrules FROM pg_class WHERE oid = 't'::regclass;
relhasrules
t
SELECT 1
> SELECT hasrules FROM pg_tables WHERE tablename = 't';
hasrules
t
SELECT 1
> SELECT schemaname, tablename, rulename FROM pg_rules WHERE schemaname = 'public';
schemaname | tablename | rulename
public | t | r
SELECT 1
> DROP TABLE lg;
ERROR 2BP01: cannot drop table lg because other objects depend on it
DETAIL: rule r on table t depends on table lg
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> DROP TABLE lg CASCADE;
NOTICE: drop cascades to rule r on table t
DROP TABLE
> INSERT INTO t VALUES (1, 'x');
INSERT 0 1
> CREATE RULE nothing AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE RULE
> SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename = 'nothing';
pg_get_ruledef
CREATE RULE nothing AS
    ON DELETE TO public.t DO INSTEAD NOTHING;
SELECT 1
> DROP TABLE t;
DROP TABLE
> SELECT count(*) FROM pg_rewrite WHERE rulename = 'nothing';
count
0
SELECT 1
> CREATE TABLE w (a int, b text);
CREATE TABLE
> CREATE RULE "_RETURN" AS ON SELECT TO w DO INSTEAD SELECT 1 AS a, 'x'::text AS b;
CREATE RULE
> SELECT * FROM w;
a | b
1 | x
SELECT 1
> SELECT relkind FROM pg_class WHERE relname = 'w';
relkind
v
SELECT 1
> CREATE RULE "_RETURN" AS ON SELECT TO w DO INSTEAD SELECT 2 AS a, 'x'::text AS b;
ERROR 55000: "w" is already a view
> CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO w DO INSTEAD SELECT 2 AS a, 'y'::text AS b;
CREATE RULE
> SELECT * FROM w;
a | b
2 | y
SELECT 1
> DROP RULE "_RETURN" ON w;
ERROR 2BP01: cannot drop rule _RETURN on view w because view w requires it
HINT: You can drop view w instead.
> ALTER RULE "_RETURN" ON w RENAME TO k;
ERROR 42P17: renaming an ON SELECT rule is not allowed
> DROP VIEW w;
DROP VIEW
