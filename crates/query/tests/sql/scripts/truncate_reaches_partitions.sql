-- TRUNCATE reaches the partitions of tables that refer to what is emptied; every answer is PostgreSQL 15's.
> create table ta(a int primary key) partition by range(a);
CREATE TABLE
> create table ta1 partition of ta for values from (0) to (10);
CREATE TABLE
> create table ta2 partition of ta for values from (10) to (20) partition by range(a);
CREATE TABLE
> create table ta21 partition of ta2 for values from (10) to (12);
CREATE TABLE
> create table ta22 partition of ta2 for values from (12) to (16);
CREATE TABLE
> insert into ta values (0),(5),(10),(13);
INSERT 0 4
> create table rc(c int primary key, a int references ta(a)) partition by range(c);
CREATE TABLE
> create table rc1 partition of rc for values from (100) to (200);
CREATE TABLE
> create table rc2 partition of rc for values from (200) to (300);
CREATE TABLE
> insert into rc values (100,10),(150,0),(200,13);
INSERT 0 3
> truncate ta21;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta21".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate only ta21;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta21".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta2;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta2".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta21, rc1;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta21".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta21, rc;
TRUNCATE TABLE
> select * from ta order by 1;
a
0
5
13
SELECT 3
> insert into ta values (10);
INSERT 0 1
> insert into rc values (100,10),(150,0),(200,13);
INSERT 0 3
> truncate ta22 cascade;
NOTICE: truncate cascades to table "rc"
NOTICE: truncate cascades to table "rc1"
NOTICE: truncate cascades to table "rc2"
TRUNCATE TABLE
> select * from ta order by 1;
a
0
5
10
SELECT 3
> select * from rc order by 1;
c | a
SELECT 0
> truncate ta1, rc1, rc2;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta1".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta1, rc;
TRUNCATE TABLE
> create table rb (b int references ta22(a));
CREATE TABLE
> truncate ta;
ERROR 0A000: cannot truncate a table referenced in a foreign key constraint
DETAIL: Table "rc" references "ta".
HINT: Truncate table "rc" at the same time, or use TRUNCATE ... CASCADE.
> truncate ta cascade;
NOTICE: truncate cascades to table "rc"
NOTICE: truncate cascades to table "rc1"
NOTICE: truncate cascades to table "rc2"
NOTICE: truncate cascades to table "rb"
TRUNCATE TABLE
> truncate ta2 cascade;
NOTICE: truncate cascades to table "rc"
NOTICE: truncate cascades to table "rc1"
NOTICE: truncate cascades to table "rc2"
NOTICE: truncate cascades to table "rb"
TRUNCATE TABLE
> truncate rc;
TRUNCATE TABLE
> select * from rc order by 1;
c | a
SELECT 0
> begin;
BEGIN
> insert into ta values (0), (10) on conflict do nothing;
INSERT 0 2
> insert into rc values (100,10),(250,0);
INSERT 0 2
> truncate ta1 cascade;
NOTICE: truncate cascades to table "rc"
NOTICE: truncate cascades to table "rc1"
NOTICE: truncate cascades to table "rc2"
TRUNCATE TABLE
> select count(*) from rc;
count
0
SELECT 1
> rollback;
ROLLBACK
> select count(*) from rc;
count
0
SELECT 1
