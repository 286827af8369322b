-- Scripts that drop what may be there go on, of whatever kind it is; so do those that make sure of PL/pgSQL.

> DROP EXTENSION IF EXISTS hstore;
NOTICE: extension "hstore" does not exist, skipping
DROP EXTENSION
> DROP EXTENSION IF EXISTS hstore, "uuid-ossp" CASCADE;
NOTICE: extension "hstore" does not exist, skipping
NOTICE: extension "uuid-ossp" does not exist, skipping
DROP EXTENSION
> DROP EXTENSION hstore;
ERROR 42704: extension "hstore" does not exist
> DROP EVENT TRIGGER IF EXISTS watcher;
NOTICE: event trigger "watcher" does not exist, skipping
DROP EVENT TRIGGER
> DROP EVENT TRIGGER watcher;
ERROR 42704: event trigger "watcher" does not exist
> DROP STATISTICS IF EXISTS stats;
NOTICE: statistics object "stats" does not exist, skipping
DROP STATISTICS
> DROP STATISTICS stats;
ERROR 42704: statistics object "stats" does not exist
> DROP LANGUAGE IF EXISTS plperl;
NOTICE: language "plperl" does not exist, skipping
DROP LANGUAGE
> DROP PROCEDURAL LANGUAGE IF EXISTS plperl CASCADE;
NOTICE: language "plperl" does not exist, skipping
DROP LANGUAGE
> DROP LANGUAGE plperl;
ERROR 42704: language "plperl" does not exist
> DROP SERVER IF EXISTS far RESTRICT;
NOTICE: server "far" does not exist, skipping
DROP SERVER
> DROP SERVER far;
ERROR 42704: server "far" does not exist
> DROP FOREIGN DATA WRAPPER IF EXISTS wrapper;
NOTICE: foreign-data wrapper "wrapper" does not exist, skipping
DROP FOREIGN DATA WRAPPER
> DROP FOREIGN DATA WRAPPER wrapper;
ERROR 42704: foreign-data wrapper "wrapper" does not exist
> DROP PUBLICATION IF EXISTS news;
NOTICE: publication "news" does not exist, skipping
DROP PUBLICATION
> DROP PUBLICATION news;
ERROR 42704: publication "news" does not exist
> DROP SUBSCRIPTION IF EXISTS news;
NOTICE: subscription "news" does not exist, skipping
DROP SUBSCRIPTION
> DROP SUBSCRIPTION news;
ERROR 42704: subscription "news" does not exist
> DROP TABLESPACE IF EXISTS fast;
NOTICE: tablespace "fast" does not exist, skipping
DROP TABLESPACE
> DROP TABLESPACE fast;
ERROR 42704: tablespace "fast" does not exist
> DROP ACCESS METHOD IF EXISTS columns;
NOTICE: access method "columns" does not exist, skipping
DROP ACCESS METHOD
> DROP ACCESS METHOD columns;
ERROR 42704: access method "columns" does not exist
> CREATE EXTENSION IF NOT EXISTS plpgsql;
NOTICE: extension "plpgsql" already exists, skipping
CREATE EXTENSION
> CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
NOTICE: extension "plpgsql" already exists, skipping
CREATE EXTENSION
> CREATE EXTENSION plpgsql;
ERROR 42710: extension "plpgsql" already exists
> BEGIN;
BEGIN
> DROP EXTENSION IF EXISTS hstore;
NOTICE: extension "hstore" does not exist, skipping
DROP EXTENSION
> CREATE EXTENSION IF NOT EXISTS plpgsql;
NOTICE: extension "plpgsql" already exists, skipping
CREATE EXTENSION
> SELECT 1 AS one;
one
1
SELECT 1
> COMMIT;
COMMIT
