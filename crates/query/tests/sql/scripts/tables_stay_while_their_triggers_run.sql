-- A table stays as it is while the functions of its triggers run.
> CREATE TABLE d (a int);
CREATE TABLE
> CREATE FUNCTION ddl() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NEW; END $$;
CREATE FUNCTION
> CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION
> CREATE FUNCTION try(what text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE format('CREATE OR REPLACE TRIGGER z BEFORE INSERT ON d FOR EACH ROW EXECUTE FUNCTION ddl(%L)', what); --
  BEGIN
    INSERT INTO d VALUES (1); --
    RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = 'fine'; --
  EXCEPTION WHEN sqlstate 'P9999' THEN RAISE NOTICE 'fine: %', what; --
    WHEN others THEN RAISE NOTICE '% %', SQLSTATE, SQLERRM; --
  END; --
  RETURN 1; --
END $$;
CREATE FUNCTION
> SELECT try('ALTER TABLE d ADD b int');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d ADD PRIMARY KEY (a)');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d ADD CHECK (a > 0)');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d ALTER a SET DEFAULT 1');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d ALTER a TYPE bigint');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d RENAME TO e');
NOTICE: fine: ALTER TABLE d RENAME TO e
try
1
SELECT 1
> SELECT try('ALTER TABLE d RENAME a TO e');
NOTICE: fine: ALTER TABLE d RENAME a TO e
try
1
SELECT 1
> SELECT try('ALTER TABLE d DISABLE TRIGGER z');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('ALTER TABLE d ENABLE ROW LEVEL SECURITY');
NOTICE: 55006 cannot ALTER TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('CREATE INDEX ON d (a)');
NOTICE: 55006 cannot CREATE INDEX "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('CREATE UNIQUE INDEX ON d (a)');
NOTICE: 55006 cannot CREATE INDEX "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('DROP TABLE d');
NOTICE: 55006 cannot DROP TABLE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('TRUNCATE d');
NOTICE: 55006 cannot TRUNCATE "d" because it is being used by active queries in this session
try
1
SELECT 1
> SELECT try('DROP TRIGGER z ON d');
NOTICE: fine: DROP TRIGGER z ON d
try
1
SELECT 1
> SELECT try('CREATE TRIGGER y BEFORE INSERT ON d FOR EACH ROW EXECUTE FUNCTION tell()');
NOTICE: fine: CREATE TRIGGER y BEFORE INSERT ON d FOR EACH ROW EXECUTE FUNCTION tell()
try
1
SELECT 1
> SELECT try('CREATE RULE r AS ON UPDATE TO d DO INSTEAD NOTHING');
NOTICE: fine: CREATE RULE r AS ON UPDATE TO d DO INSTEAD NOTHING
try
1
SELECT 1
> SELECT try('CREATE POLICY q ON d USING (true)');
NOTICE: fine: CREATE POLICY q ON d USING (true)
try
1
SELECT 1
> SELECT try('COMMENT ON TABLE d IS ''x''');
NOTICE: fine: COMMENT ON TABLE d IS 'x'
try
1
SELECT 1
> SELECT try('GRANT SELECT ON d TO public');
NOTICE: fine: GRANT SELECT ON d TO public
try
1
SELECT 1
> SELECT try('CREATE TABLE child (b int) INHERITS (d)');
NOTICE: fine: CREATE TABLE child (b int) INHERITS (d)
try
1
SELECT 1
> SELECT try('CREATE VIEW dv AS SELECT * FROM d');
NOTICE: fine: CREATE VIEW dv AS SELECT * FROM d
try
1
SELECT 1
> DROP TRIGGER z ON d;
DROP TRIGGER

> CREATE TRIGGER z AFTER INSERT ON d FOR EACH ROW EXECUTE FUNCTION ddl('ALTER TABLE d ADD b int');
CREATE TRIGGER
> INSERT INTO d VALUES (1);
ERROR 55006: cannot ALTER TABLE "d" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE d ADD b int"
PL/pgSQL function ddl() line 1 at EXECUTE
> CREATE OR REPLACE TRIGGER z AFTER INSERT ON d FOR EACH ROW EXECUTE FUNCTION ddl('DROP TABLE d');
CREATE TRIGGER
> INSERT INTO d VALUES (1);
ERROR 55006: cannot DROP TABLE "d" because it is being used by active queries in this session
CONTEXT: SQL statement "DROP TABLE d"
PL/pgSQL function ddl() line 1 at EXECUTE
> DROP TRIGGER z ON d;
DROP TRIGGER
> CREATE TRIGGER z AFTER INSERT ON d FOR EACH STATEMENT EXECUTE FUNCTION ddl('ALTER TABLE d ADD b int');
CREATE TRIGGER
> INSERT INTO d VALUES (1);
ERROR 55006: cannot ALTER TABLE "d" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE d ADD b int"
PL/pgSQL function ddl() line 1 at EXECUTE
> DROP TRIGGER z ON d;
DROP TRIGGER
> CREATE CONSTRAINT TRIGGER z AFTER INSERT ON d DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ddl('ALTER TABLE d ADD b int');
CREATE TRIGGER
> INSERT INTO d VALUES (1);
ERROR 55006: cannot ALTER TABLE "d" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE d ADD b int"
PL/pgSQL function ddl() line 1 at EXECUTE
> BEGIN;
BEGIN
> INSERT INTO d VALUES (1), (2);
INSERT 0 2
> COMMIT;
ERROR 55006: cannot ALTER TABLE "d" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE d ADD b int"
PL/pgSQL function ddl() line 1 at EXECUTE
> SELECT * FROM d;
a
SELECT 0
> BEGIN;
BEGIN
> INSERT INTO d VALUES (1);
INSERT 0 1
> CREATE INDEX x ON d (a);
ERROR 55006: cannot CREATE INDEX "d" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> INSERT INTO d VALUES (1);
INSERT 0 1
> CREATE INDEX x ON d (nope);
ERROR 55006: cannot CREATE INDEX "d" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> BEGIN;
BEGIN
> INSERT INTO d VALUES (1);
INSERT 0 1
> CREATE INDEX x ON d (a);
ERROR 55006: cannot CREATE INDEX "d" because it has pending trigger events
> ROLLBACK;
ROLLBACK
> ALTER TABLE d DISABLE TRIGGER z;
ALTER TABLE
> CREATE TABLE part (a int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE
> CREATE TRIGGER y BEFORE INSERT ON part1 FOR EACH ROW EXECUTE FUNCTION ddl('ALTER TABLE part1 ADD CHECK (a > 0)');
CREATE TRIGGER
> INSERT INTO part VALUES (1);
ERROR 55006: cannot ALTER TABLE "part1" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE part1 ADD CHECK (a > 0)"
PL/pgSQL function ddl() line 1 at EXECUTE
> CREATE OR REPLACE TRIGGER y BEFORE INSERT ON part1 FOR EACH ROW EXECUTE FUNCTION ddl('CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)');
CREATE TRIGGER
> INSERT INTO part VALUES (1);
ERROR 55006: cannot CREATE TABLE .. PARTITION OF "part" because it is being used by active queries in this session
CONTEXT: SQL statement "CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)"
PL/pgSQL function ddl() line 1 at EXECUTE
> CREATE OR REPLACE TRIGGER y BEFORE INSERT ON part1 FOR EACH ROW EXECUTE FUNCTION ddl('ALTER TABLE part DETACH PARTITION part1');
CREATE TRIGGER
> INSERT INTO part VALUES (1);
ERROR 55006: cannot ALTER TABLE "part" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE part DETACH PARTITION part1"
PL/pgSQL function ddl() line 1 at EXECUTE
> COPY part FROM STDIN;
<1
ERROR 55006: cannot ALTER TABLE "part" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE part DETACH PARTITION part1"
PL/pgSQL function ddl() line 1 at EXECUTE
COPY part, line 1: "1"
> CREATE OR REPLACE TRIGGER y BEFORE INSERT ON part1 FOR EACH ROW EXECUTE FUNCTION ddl('ALTER TABLE part ADD CHECK (a > 0)');
CREATE TRIGGER
> COPY part FROM STDIN;
<1
ERROR 55006: cannot ALTER TABLE "part" because it is being used by active queries in this session
CONTEXT: SQL statement "ALTER TABLE part ADD CHECK (a > 0)"
PL/pgSQL function ddl() line 1 at EXECUTE
COPY part, line 1: "1"
> DROP TRIGGER y ON part1;
DROP TRIGGER
> COPY part FROM STDIN;
<1
COPY 1
> ALTER TABLE part ADD CHECK (a > 0);
ALTER TABLE
