-- Tables and sequences are logged or not, as the catalogs and foreign keys know; every answer is PostgreSQL 15's.
> create unlogged table u1(f1 serial primary key, f2 int generated always as identity);
CREATE TABLE
> create unlogged table u2(f1 int references u1);
CREATE TABLE
> create table l1(f1 int primary key);
CREATE TABLE
> create table l2(f1 int references u1);
ERROR 42P16: constraints on permanent tables may reference only permanent tables
> create table l2(f1 int references l1);
CREATE TABLE
> create unlogged table u3(f1 int references l1);
CREATE TABLE
> create temp table t1(f1 int references l1);
ERROR 42P16: constraints on temporary tables may reference only temporary tables
> create temp table t1(f1 int references u1);
ERROR 42P16: constraints on temporary tables may reference only temporary tables
> create temp table t1(f1 int primary key);
CREATE TABLE
> create unlogged table u4(f1 int references t1);
ERROR 42P16: constraints on unlogged tables may reference only permanent or unlogged tables
> create table l4(f1 int references t1);
ERROR 42P16: constraints on permanent tables may reference only permanent tables
> alter table u3 set logged;
ALTER TABLE
> alter table u3 set unlogged;
ALTER TABLE
> alter table l1 set unlogged;
ERROR 42P16: could not change table "l1" to unlogged because it references logged table "l2"
> alter table l2 set unlogged;
ALTER TABLE
> alter table l1 set unlogged;
ALTER TABLE
> alter table l2 set logged;
ERROR 42P16: could not change table "l2" to logged because it references unlogged table "l1"
> select relname, relpersistence from pg_class where relname ~ '^[ul]\d' order by 1;
relname | relpersistence
l1 | u
l1_pkey | u
l2 | u
u1 | u
u1_f1_seq | u
u1_f2_seq | u
u1_pkey | u
u2 | u
u3 | u
SELECT 9
> create unlogged table up(a int primary key) partition by list(a);
CREATE TABLE
> create table up1 partition of up for values in (1);
CREATE TABLE
> create unlogged table up2 partition of up for values in (2);
CREATE TABLE
> select relname, relpersistence from pg_class where relname ~ '^up' order by 1;
relname | relpersistence
up | u
up1 | p
up1_pkey | p
up2 | u
up2_pkey | u
up_pkey | u
SELECT 6
> alter table up set logged;
ALTER TABLE
> alter table up set unlogged;
ALTER TABLE
> select relname, relpersistence from pg_class where relname ~ '^up' order by 1;
relname | relpersistence
up | u
up1 | p
up1_pkey | p
up2 | u
up2_pkey | u
up_pkey | u
SELECT 6
> create unlogged table ui () inherits (l1);
CREATE TABLE
> alter table l1 set logged;
ALTER TABLE
> select relname, relpersistence from pg_class where relname ~ '^ui' order by 1;
relname | relpersistence
ui | u
SELECT 1
> create unlogged table self(a int primary key, b int references self);
CREATE TABLE
> alter table self set logged;
ALTER TABLE
> alter table self set unlogged;
ALTER TABLE
> create unlogged sequence us;
CREATE SEQUENCE
> alter sequence us set logged;
ALTER SEQUENCE
> alter table us set unlogged;
ALTER TABLE
> create table own(a int);
CREATE TABLE
> create sequence os owned by own.a;
CREATE SEQUENCE
> alter table own set unlogged;
ALTER TABLE
> select relname, relpersistence from pg_class where relname in ('own','os') order by 1;
relname | relpersistence
os | u
own | u
SELECT 2
> alter sequence u1_f1_seq set logged;
ALTER SEQUENCE
> create unlogged table ctas as select 1 as a;
SELECT 1
> select 1 as a into unlogged sel;
SELECT 1
> select relname, relpersistence from pg_class where relname in ('ctas','sel') order by 1;
relname | relpersistence
ctas | u
sel | u
SELECT 2
> alter table u1 add column f3 serial;
ALTER TABLE
> alter table u1 add column f4 int generated always as identity;
ALTER TABLE
> create index ui1 on u1(f3);
CREATE INDEX
> select relname, relpersistence from pg_class where relname ~ '^u1' or relname='ui1' order by 1;
relname | relpersistence
u1 | u
u1_f1_seq | p
u1_f2_seq | u
u1_f3_seq | u
u1_f4_seq | u
u1_pkey | u
ui1 | u
SELECT 7
> create unlogged view uv as select 1;
ERROR 42601: views cannot be unlogged because they do not have storage
> create unlogged materialized view um as select 1;
ERROR 0A000: materialized views cannot be unlogged
> alter sequence own_nosuch set logged;
ERROR 42P01: relation "own_nosuch" does not exist
> alter sequence os set logged;
ALTER SEQUENCE
> create sequence os3 owned by u1.f3;
CREATE SEQUENCE
> select relname, relpersistence from pg_class where relname ~ '^os' order by 1;
relname | relpersistence
os | p
os3 | p
SELECT 2
> alter sequence os owned by u1.f3;
ALTER SEQUENCE
> create temp sequence tq;
CREATE SEQUENCE
> alter sequence tq set logged;
ERROR 42P16: cannot change logged status of table "tq" because it is temporary
> alter table l1 set without cluster, set logged;
ALTER TABLE
> select tablename, 1 from pg_tables where tablename='u1';
tablename | ?column?
u1 | 1
SELECT 1
> alter table u1 set logged, add column z int;
ALTER TABLE
> select relname, relpersistence from pg_class where relname = 'us';
relname | relpersistence
us | u
SELECT 1
> begin;
BEGIN
> create unlogged table tx(a int primary key);
CREATE TABLE
> savepoint s;
SAVEPOINT
> alter table tx set logged;
ALTER TABLE
> select relpersistence from pg_class where relname = 'tx';
relpersistence
p
SELECT 1
> rollback to s;
ROLLBACK
> select relpersistence from pg_class where relname = 'tx';
relpersistence
u
SELECT 1
> insert into tx values (1), (2);
INSERT 0 2
> commit;
COMMIT
> select count(*) from tx;
count
2
SELECT 1
> alter table tx set logged;
ALTER TABLE
> select count(*) from tx;
count
2
SELECT 1
> truncate tx;
TRUNCATE TABLE
> select relpersistence from pg_class where relname in ('tx', 'tx_pkey') order by relname;
relpersistence
p
p
SELECT 2
> create view logged_view as select 1;
CREATE VIEW
> alter table logged_view set unlogged;
ERROR 42809: ALTER action SET UNLOGGED cannot be performed on relation "logged_view"
DETAIL: This operation is not supported for views.
> create unlogged view v as select 1;
ERROR 42601: views cannot be unlogged because they do not have storage
> create unlogged recursive view v(a) as select 1;
ERROR 42601: views cannot be unlogged because they do not have storage
> create unlogged view v as select nosuch;
ERROR 42703: column "nosuch" does not exist
> create or replace unlogged view v as select 1;
ERROR 42601: views cannot be unlogged because they do not have storage
> create unlogged index i on t(a);
ERROR 42601: syntax error at or near "index"
> create unlogged function f() returns int language sql as 'select 1';
ERROR 42601: syntax error at or near "function"
> create unlogged schema s;
ERROR 42601: syntax error at or near "schema"
> create temp index i on t(a);
ERROR 42601: syntax error at or near "index"
> create temp materialized view m as select 1;
ERROR 42601: syntax error at or near "materialized"
> create or replace temp recursive view r(a) as select 1;
CREATE VIEW
> create unlogged foo;
ERROR 42601: syntax error at or near "foo"
