-- The type of a column that a rule uses cannot be changed, nor can the column be dropped; others of the name can.

> CREATE TABLE t (a integer, b integer, c integer);
CREATE TABLE
> CREATE TABLE log (a integer, b integer);
CREATE TABLE
> CREATE RULE note AS ON INSERT TO t DO ALSO INSERT INTO log (a) VALUES (new.a);
CREATE RULE
> ALTER TABLE t ALTER COLUMN a TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule note on table t depends on column "a"
> ALTER TABLE t ALTER COLUMN b TYPE bigint;
ALTER TABLE
> ALTER TABLE log ALTER COLUMN a TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule note on table t depends on column "a"
> ALTER TABLE log ALTER COLUMN b TYPE bigint;
ALTER TABLE
> ALTER TABLE t DROP COLUMN a;
ERROR 2BP01: cannot drop column a of table t because other objects depend on it
DETAIL: rule note on table t depends on column a of table t
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE log DROP COLUMN a;
ERROR 2BP01: cannot drop column a of table log because other objects depend on it
DETAIL: rule note on table t depends on column a of table log
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE t DROP COLUMN b;
ALTER TABLE
> INSERT INTO t (a) VALUES (1);
INSERT 0 1
> SELECT * FROM log;
a | b
1 | NULL
SELECT 1
> DROP RULE note ON t;
DROP RULE
> ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE
> CREATE RULE keep AS ON UPDATE TO t WHERE old.c > 1 DO INSTEAD NOTHING;
CREATE RULE
> ALTER TABLE t ALTER COLUMN c TYPE text;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule keep on table t depends on column "c"
> ALTER TABLE t ALTER COLUMN a TYPE text;
ALTER TABLE
> DROP RULE keep ON t;
DROP RULE
> ALTER TABLE t ALTER COLUMN c TYPE text;
ALTER TABLE
-- Without a list of columns all those are used that get values.
> CREATE RULE all_of_it AS ON DELETE TO t DO ALSO INSERT INTO log VALUES (1, 2);
CREATE RULE
> ALTER TABLE log ALTER COLUMN a TYPE text;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule all_of_it on table t depends on column "a"
> ALTER TABLE log ALTER COLUMN b TYPE text;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule all_of_it on table t depends on column "b"
> DROP RULE all_of_it ON t;
DROP RULE
-- Rules of views.
> CREATE VIEW v AS SELECT 1 AS one;
CREATE VIEW
> CREATE RULE into_log AS ON INSERT TO v DO INSTEAD INSERT INTO log (b) VALUES (new.one);
CREATE RULE
> ALTER TABLE log ALTER COLUMN b TYPE text;
ERROR 0A000: cannot alter type of a column used by a view or rule
DETAIL: rule into_log on view v depends on column "b"
> ALTER TABLE log ALTER COLUMN a TYPE text;
ALTER TABLE
> DROP VIEW v;
DROP VIEW
-- A generated column is told before a view.
> CREATE TABLE g (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE
> CREATE VIEW gv AS SELECT a FROM g;
CREATE VIEW
> ALTER TABLE g ALTER COLUMN a TYPE bigint;
ERROR 0A000: cannot alter type of a column used by a generated column
DETAIL: Column "a" is used by generated column "b".
