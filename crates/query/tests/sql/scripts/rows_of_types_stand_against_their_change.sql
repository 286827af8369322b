-- What stands against another type for a field or column, where rows of it are made; fields of composite types are changed as columns are; names of relations in literals; every answer is PostgreSQL 15's.
> create type ct as (a int);
CREATE TYPE
> create view v5 as select row(1)::ct as p;
CREATE VIEW
> alter type ct alter attribute a type bigint;
ERROR 0A000: cannot alter type "ct" because rule _RETURN on view v5 uses it
> drop view v5;
DROP VIEW
> create view v5 as select 1 as x where row(1)::ct is not null;
CREATE VIEW
> alter type ct alter attribute a type int;
ERROR 0A000: cannot alter type "ct" because rule _RETURN on view v5 uses it
> drop view v5;
DROP VIEW
> create function f5(ct) returns int language sql immutable as 'select 1';
CREATE FUNCTION
> alter type ct alter attribute a type bigint;
ALTER TYPE
> alter type ct alter attribute a type int;
ALTER TYPE
> create table ch6(x int);
CREATE TABLE
> create index ch6i on ch6 ((1)) where (row(x)::ct) is not null;
CREATE INDEX
> alter type ct alter attribute a type int;
ERROR 0A000: cannot alter type "ct" because index ch6i uses it
> drop table ch6;
DROP TABLE
> create table ch7(x int, y int generated always as (f5(row(x)::ct)) stored);
CREATE TABLE
> alter type ct alter attribute a type int;
ERROR 0A000: cannot alter type "ct" because default value for column y of table ch7 uses it
> drop table ch7;
DROP TABLE
> alter type ct alter attribute a type int;
ALTER TYPE
> create table ch9(x ct[] default array[row(1)::ct]);
CREATE TABLE
> alter type ct alter attribute a type int;
ERROR 0A000: cannot alter type "ct" because column "ch9.x" uses it
> drop table ch9;
DROP TABLE
> alter type ct alter attribute a type int;
ALTER TYPE
> create table ch9(x int, check(row(x)::ct is not null), check((row(x)::ct).a > 0) , y ct);
CREATE TABLE
> alter type ct alter attribute a type int;
ERROR 0A000: cannot alter type "ct" because column "ch9.y" uses it
> create table self2(a int, check (self2 is not null));
CREATE TABLE
> alter table self2 alter a type bigint;
ALTER TABLE
> create table self3(a int, check (f5(row(1)::ct) > 0 and row(a)::self3 is not null));
CREATE TABLE
> alter table self3 alter a type bigint;
ERROR 0A000: cannot alter table "self3" because constraint self3_a_check on table self3 uses its row type
> create type e7 as enum('a');
CREATE TYPE
> create domain d7 as int;
CREATE DOMAIN
> create type c7 as (a int);
CREATE TYPE
> create table t7(a int);
CREATE TABLE
> create view v7 as select 1 as a;
CREATE VIEW
> alter type nosuch add attribute b text;
ERROR 42P01: relation "nosuch" does not exist
> alter type nosuch drop attribute b;
ERROR 42P01: relation "nosuch" does not exist
> alter type nosuch alter attribute b type text;
ERROR 42P01: relation "nosuch" does not exist
> alter type nosuch rename attribute b to c;
ERROR 42P01: relation "nosuch" does not exist
> alter type nosuch rename to c;
ERROR 42704: type "nosuch" does not exist
> alter type nosuch set schema public;
ERROR 42704: type "nosuch" does not exist
> alter type nosuch owner to postgres;
ERROR 42704: type "nosuch" does not exist
> alter type nosuch add value 'c';
ERROR 42704: type "nosuch" does not exist
> alter type no.such add attribute b text;
ERROR 3F000: schema "no" does not exist
> alter type no.such rename attribute b to c;
ERROR 3F000: schema "no" does not exist
> alter type e7 add attribute b text;
ERROR 42P01: relation "e7" does not exist
> alter type e7 rename attribute b to c;
ERROR 42P01: relation "e7" does not exist
> alter type d7 add attribute b text;
ERROR 42P01: relation "d7" does not exist
> alter type int4 add attribute b text;
ERROR 42P01: relation "int4" does not exist
> alter type t7 add attribute b text;
ERROR 42809: "t7" is not a composite type
> alter type v7 add attribute b text;
ERROR 42809: "v7" is not a composite type
> alter type t7 rename to c;
ERROR 42809: t7 is a table's row type
HINT: Use ALTER TABLE instead.
> alter type v7 set schema public;
ERROR 42809: v7 is a table's row type
HINT: Use ALTER TABLE instead.
> alter type t7 owner to postgres;
ERROR 42809: t7 is a table's row type
HINT: Use ALTER TABLE instead.
> alter type c7 add value 'c';
ERROR 42809: c7 is not an enum
> create table recur1(f1 int);
CREATE TABLE
> create table recur2 (f1 int, f2 recur1);
CREATE TABLE
> alter table recur1 add column f2 recur2;
ERROR 42P16: composite type recur1 cannot be made a member of itself
> alter table recur1 alter column f2 type recur2;
ERROR 42703: column "f2" of relation "recur1" does not exist
> alter table recur1 add column f3 int default 5;
ERROR 0A000: cannot alter table "recur1" because column "recur2.f2" uses its row type
> alter table recur1 alter column f1 type bigint;
ERROR 0A000: cannot alter table "recur1" because column "recur2.f2" uses its row type
> alter table recur1 alter column f1 type recur2 using null;
ERROR 42P16: composite type recur1 cannot be made a member of itself
> alter table recur1 alter column f1 type recur1 using null;
ERROR 42P16: composite type recur1 cannot be made a member of itself
> create table g1 (a int primary key, b bool);
CREATE TABLE
> create table g2 (a int, b bool default 'g1'::regclass = 5);
CREATE TABLE
> insert into g2 values (1);
INSERT 0 1
> create table g4 (a int, b bool generated always as (tableoid = 'g4'::regclass) stored);
CREATE TABLE
> insert into g4 values (1), (2);
INSERT 0 2
> select * from g4 order by a;
a | b
1 | t
2 | t
SELECT 2
> alter table g1 rename to g9;
ALTER TABLE
> insert into g2 values (2);
INSERT 0 1
> select * from g2 order by a;
a | b
1 | f
2 | f
SELECT 2
> alter table g2 add check ('g9'::regclass <> 5);
ALTER TABLE
> insert into g2 values (3);
INSERT 0 1
> create schema hidden;
CREATE SCHEMA
> alter table g9 set schema hidden;
ALTER TABLE
> insert into g2 values (4);
INSERT 0 1
> select count(*) from g2;
count
4
SELECT 1
> create table g5 (a regclass default regclass 'g4', b regclass default 'public.g4', c regclass default '"g4"'::regclass);
CREATE TABLE
> insert into g5 default values;
INSERT 0 1
> select * from g5;
a | b | c
g4 | g4 | g4
SELECT 1
> alter table g4 rename to g8;
ALTER TABLE
> insert into g5 default values;
INSERT 0 1
> select * from g5;
a | b | c
g8 | g8 | g8
g8 | g8 | g8
SELECT 2
> create table g6 (a regclass default 'nosuch'::regclass);
ERROR 42P01: relation "nosuch" does not exist
> create table rr (a int);
CREATE TABLE
> insert into rr values (1);
INSERT 0 1
> create view tv as select a as x from rr;
CREATE VIEW
> update rr set a = 2 returning pg_typeof(rr), rr;
pg_typeof | rr
rr | (2)
UPDATE 1
> update tv set x = 3 returning pg_typeof(tv), tv, (tv).x;
pg_typeof | tv | x
tv | (3) | 3
UPDATE 1
> insert into tv values (4) returning pg_typeof(tv), tv;
pg_typeof | tv
tv | (4)
INSERT 0 1
> delete from tv where x = 4 returning pg_typeof(tv), tv;
pg_typeof | tv
tv | (4)
DELETE 1
> select pg_typeof(tv), tv, (tv).x from tv;
pg_typeof | tv | x
tv | (3) | 3
SELECT 1
> select pg_typeof(v), v from tv v;
pg_typeof | v
tv | (3)
SELECT 1
> create function of_view(tv) returns int language sql as 'select ($1).x * 10';
CREATE FUNCTION
> select of_view(tv) from tv;
of_view
30
SELECT 1
> select pg_typeof(t) from (values (1)) t(a);
pg_typeof
record
SELECT 1
> create table rp (a int, b int) partition by list (a);
CREATE TABLE
> create table rp1 partition of rp for values in (1);
CREATE TABLE
> insert into rp values (1, 2) returning pg_typeof(rp), rp;
pg_typeof | rp
rp | (1,2)
INSERT 0 1
> update rp set b = 3 returning pg_typeof(rp), (rp);
pg_typeof | rp
rp | (1,3)
UPDATE 1
> delete from rp returning pg_typeof(rp), rp;
pg_typeof | rp
rp | (1,3)
DELETE 1
> create table ip(a int, b text);
CREATE TABLE
> create table ic(c int) inherits (ip);
CREATE TABLE
> alter table ip alter column a type int using (pg_column_size(ip));
ERROR 0A000: cannot convert whole-row table reference
DETAIL: USING expression contains a whole-row table reference.
> alter table ip alter column a type int using (a+1);
ALTER TABLE
> create table base(a int, b int);
CREATE TABLE
> create table ch1(z int, b int, a int);
CREATE TABLE
> alter table ch1 inherit base;
ALTER TABLE
> alter table base alter column a type bigint using (pg_column_size(base));
ERROR 0A000: cannot convert whole-row table reference
DETAIL: USING expression contains a whole-row table reference.
> alter table ch1 alter column z type bigint using (pg_column_size(ch1));
ALTER TABLE
> alter table ch1 alter column a type bigint using (1);
ERROR 42P16: cannot alter inherited column "a"
> insert into base values (1, 2);
INSERT 0 1
> insert into ch1 values (7, 8, 9);
INSERT 0 1
> alter table base alter column a type int using (base.a + base.b);
ERROR 42P01: missing FROM-clause entry for table "base"
> select * from base order by a;
a | b
1 | 2
9 | 8
SELECT 2
> create table copied (a text, b text);
CREATE TABLE
> insert into copied values ('x', 'y');
INSERT 0 1
> copy copied to stdout (format csv, force_quote *);
"x","y"
COPY 1
> copy copied to stdout (format csv, force_quote (b));
x,"y"
COPY 1
> copy copied from stdin (force_quote (a), force_quote *);
ERROR 42601: conflicting or redundant options
> copy copied from stdin (format csv, force_quote *);
ERROR 0A000: COPY force quote only available using COPY TO
> copy copied to stdout with csv force quote *;
"x","y"
COPY 1
> select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid in ('g2'::regclass, 'g8'::regclass) order by adrelid, adnum;
pg_get_expr
(('hidden.g9'::regclass)::oid = (5)::oid)
(tableoid = ('g8'::regclass)::oid)
SELECT 2
> create table of_self (a int, check (tableoid = 'of_self'::regclass));
CREATE TABLE
> insert into of_self values (1);
INSERT 0 1
> select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'of_self'::regclass;
pg_get_constraintdef
CHECK ((tableoid = ('of_self'::regclass)::oid))
SELECT 1
> create table below_self () inherits (of_self);
CREATE TABLE
> create view of_tables as select tableoid::regclass as t, count(*) as n from of_self s group by tableoid;
CREATE VIEW
> select * from of_tables;
t | n
of_self | 1
SELECT 1
> select pg_get_viewdef('of_tables'::regclass);
pg_get_viewdef
 SELECT (s.tableoid)::regclass AS t,
    count(*) AS n
   FROM of_self s
  GROUP BY s.tableoid;
SELECT 1
> create view of_two as select x.tableoid = y.tableoid as same, x.tableoid as t from of_self x join g2 y using (a) order by x.tableoid;
CREATE VIEW
> select pg_get_viewdef('of_two'::regclass);
pg_get_viewdef
 SELECT (x.tableoid = y.tableoid) AS same,
    x.tableoid AS t
   FROM (of_self x
     JOIN g2 y USING (a))
  ORDER BY x.tableoid;
SELECT 1
> select same from of_two;
same
f
SELECT 1
> create view of_catalog as select tableoid::regclass as t, relname from pg_class where relname = 'of_self';
CREATE VIEW
> select pg_get_viewdef('of_catalog'::regclass);
pg_get_viewdef
 SELECT (pg_class.tableoid)::regclass AS t,
    pg_class.relname
   FROM pg_class
  WHERE (pg_class.relname = 'of_self'::name);
SELECT 1
> select * from of_catalog;
t | relname
pg_class | of_self
SELECT 1
> create index on g2 ((tableoid = 5));
ERROR 0A000: index creation on system columns is not supported
> create index on g2 (tableoid);
ERROR 0A000: index creation on system columns is not supported
> create index on g2 (a) where g2.tableoid = 5;
ERROR 0A000: index creation on system columns is not supported
> create index on g2 (ctid);
ERROR 0A000: index creation on system columns is not supported
> create index on g2 ((ctid::text));
ERROR 0A000: index creation on system columns is not supported
> create table g7 (a int, exclude (tableoid with =));
ERROR 0A000: index creation on system columns is not supported
