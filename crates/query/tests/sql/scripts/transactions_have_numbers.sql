-- The type.

> SELECT '010'::xid8, '0xff'::xid8, '-1'::xid8, ' 12 x'::xid8, ''::xid8, '99999999999999999999'::xid8;
xid8 | xid8 | xid8 | xid8 | xid8 | xid8
8 | 255 | 18446744073709551615 | 12 | 0 | 18446744073709551615
SELECT 1

> SELECT '010'::xid, '0xff'::xid, '-1'::xid, '4294967297'::xid, 'none'::xid, '7'::cid;
xid | xid | xid | xid | xid | cid
8 | 255 | 4294967295 | 1 | 0 | 7
SELECT 1

> SELECT '9'::xid8 < '10', '10'::xid8 > '18446744073709551615', '5'::xid8 = '05', '5'::xid8 <> '6', '5'::xid8 BETWEEN '5' AND '6';
?column? | ?column? | ?column? | ?column? | ?column?
t | f | t | t | t
SELECT 1

> SELECT '4294967297'::xid8::xid, '5'::xid8::xid = 5, xid8cmp('1', '2'), pg_typeof(ARRAY['1'::xid8]);
xid | ?column? | xid8cmp | pg_typeof
1 | t | -1 | xid8[]
SELECT 1

> SELECT max(x), min(x), count(DISTINCT x) FROM (VALUES ('18446744073709551615'::xid8), ('1'), ('01')) v(x);
max | min | count
18446744073709551615 | 1 | 2
SELECT 1

> SELECT x FROM unnest('{9,18446744073709551615,10,0}'::xid8[]) x ORDER BY x DESC;
x
18446744073709551615
10
9
0
SELECT 4

> SELECT to_json('5'::xid8), jsonb_build_object('5'::xid8, '18446744073709551615'::xid8), '5'::xid8::text, row('7'::xid8);
to_json | jsonb_build_object | text | row
"5" | {"5": "18446744073709551615"} | 5 | (7)
SELECT 1

> SELECT hash_record(row('18446744073709551615'::xid8)), hash_record(row('1'::xid8)), hash_record(row(1::bigint));
hash_record | hash_record | hash_record
385747274 | -1905060026 | -1905060026
SELECT 1

> SELECT 1::xid8;
ERROR 42846: cannot cast type integer to xid8

> SELECT '1'::xid8::bigint;
ERROR 42846: cannot cast type xid8 to bigint

> SELECT '1'::xid8 = 1;
ERROR 42883: operator does not exist: xid8 = integer
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> SELECT '1'::xid < '2'::xid;
ERROR 42883: operator does not exist: xid < xid
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.

> CREATE TABLE changes (id xid8 PRIMARY KEY, ids xid8[], small xid);
CREATE TABLE

> INSERT INTO changes VALUES ('9', '{1,2}', '1'), ('18446744073709551615', '{}', '2'), ('10', NULL, NULL);
INSERT 0 3

> INSERT INTO changes VALUES ('0x9');
ERROR 23505: duplicate key value violates unique constraint "changes_pkey"
DETAIL: Key (id)=(9) already exists.

> SELECT * FROM changes ORDER BY id;
id | ids | small
9 | {1,2} | 1
10 | NULL | NULL
18446744073709551615 | {} | 2
SELECT 3

> SELECT id FROM changes WHERE id > '9' ORDER BY id DESC;
id
18446744073709551615
10
SELECT 2

> SELECT id FROM changes WHERE small = 2;
id
18446744073709551615
SELECT 1

> COPY (SELECT id FROM changes ORDER BY id) TO STDOUT;
9
10
18446744073709551615
COPY 3

> CREATE TABLE parts (id xid8) PARTITION BY RANGE (id);
CREATE TABLE

> CREATE TABLE small PARTITION OF parts FOR VALUES FROM ('0') TO ('10');
CREATE TABLE

> CREATE TABLE large PARTITION OF parts FOR VALUES FROM ('10') TO (MAXVALUE);
CREATE TABLE

> INSERT INTO parts VALUES ('9'), ('10'), ('-1');
INSERT 0 3

> SELECT tableoid::regclass, id FROM parts ORDER BY id;
tableoid | id
small | 9
large | 10
large | 18446744073709551615
SELECT 3

> DROP TABLE parts, changes;
DROP TABLE

-- The functions.

> SELECT pg_typeof(pg_current_xact_id()), pg_typeof(txid_current()), pg_typeof(pg_current_xact_id_if_assigned()), pg_typeof(txid_current_if_assigned());
pg_typeof | pg_typeof | pg_typeof | pg_typeof
xid8 | bigint | xid8 | bigint
SELECT 1

> SELECT txid_current_if_assigned(), pg_current_xact_id_if_assigned();
txid_current_if_assigned | pg_current_xact_id_if_assigned
NULL | NULL
SELECT 1

> SELECT txid_current() > 0, txid_current()::text = pg_current_xact_id()::text, txid_current() = txid_current_if_assigned();
?column? | ?column? | ?column?
t | t | t
SELECT 1

> SELECT count(DISTINCT txid_current()) FROM generate_series(1, 1000);
count
1
SELECT 1

> CREATE TABLE seen (n int PRIMARY KEY, id bigint DEFAULT txid_current(), by_trigger xid8, at text);
CREATE TABLE

> BEGIN;
BEGIN

> SELECT txid_current_if_assigned();
txid_current_if_assigned
NULL
SELECT 1

> INSERT INTO seen (n, at) VALUES (1, 'first');
INSERT 0 1

> SELECT txid_current_if_assigned() = txid_current();
?column?
t
SELECT 1

> SAVEPOINT a;
SAVEPOINT

> INSERT INTO seen (n, at) VALUES (2, 'savepoint');
INSERT 0 1

> ROLLBACK TO a;
ROLLBACK

> INSERT INTO seen (n, at) VALUES (3, 'after');
INSERT 0 1

> RELEASE a;
RELEASE

> COMMIT;
COMMIT

> SELECT count(*), count(DISTINCT id) FROM seen;
count | count
2 | 1
SELECT 1

> INSERT INTO seen (n, at) VALUES (4, 'alone');
INSERT 0 1

> INSERT INTO seen (n, at) VALUES (5, 'alone');
INSERT 0 1

> SELECT a.n, a.id < b.id FROM seen a JOIN seen b ON b.n > a.n ORDER BY a.n, b.n;
n | ?column?
1 | f
1 | t
1 | t
3 | t
3 | t
4 | t
SELECT 6

> SELECT txid_current() > max(id) FROM seen;
?column?
t
SELECT 1

b> INSERT INTO seen (n, at) VALUES (6, 'another session') RETURNING id = txid_current(), txid_current_if_assigned() = id;
?column? | ?column?
t | t
INSERT 0 1

> SELECT n FROM seen ORDER BY id, n;
n
1
3
4
5
6
SELECT 5

-- A transaction that only reads has one, too, once it asks.

> BEGIN READ ONLY;
BEGIN

> SELECT txid_current_if_assigned();
txid_current_if_assigned
NULL
SELECT 1

> SELECT txid_current() > max(id) FROM seen;
?column?
t
SELECT 1

> SELECT txid_current() = txid_current_if_assigned();
?column?
t
SELECT 1

> COMMIT;
COMMIT

> SELECT txid_current_if_assigned();
txid_current_if_assigned
NULL
SELECT 1

> BEGIN;
BEGIN

> SELECT n FROM seen WHERE n = 1 FOR UPDATE;
n
1
SELECT 1

> SELECT txid_current_if_assigned() IS NOT NULL;
?column?
t
SELECT 1

> SELECT 1 / 0;
ERROR 22012: division by zero

> ROLLBACK AND CHAIN;
ROLLBACK

> SELECT txid_current_if_assigned();
txid_current_if_assigned
NULL
SELECT 1

> COMMIT;
COMMIT

-- What applications use them for: who has changed a row last, and with what else.

> CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.by_trigger := pg_current_xact_id(); RETURN NEW; END $$;
CREATE FUNCTION

> CREATE TRIGGER stamps BEFORE INSERT OR UPDATE ON seen FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER

> BEGIN;
BEGIN

> UPDATE seen SET at = 'stamped' WHERE n < 3;
UPDATE 1

> UPDATE seen SET at = 'stamped' WHERE n = 3;
UPDATE 1

> SELECT count(DISTINCT by_trigger) FROM seen WHERE by_trigger = pg_current_xact_id();
count
1
SELECT 1

> COMMIT;
COMMIT

> UPDATE seen SET at = 'later' WHERE n = 3 RETURNING by_trigger = pg_current_xact_id(), id < by_trigger::text::bigint, by_trigger::xid = pg_current_xact_id()::xid;
?column? | ?column? | ?column?
t | t | t
UPDATE 1

> SELECT count(DISTINCT by_trigger), count(by_trigger) FROM seen;
count | count
2 | 2
SELECT 1

> CREATE PROCEDURE twice() LANGUAGE plpgsql AS $$
DECLARE first bigint := txid_current(); BEGIN
COMMIT; RAISE NOTICE 'another: %, later: %', txid_current() <> first, txid_current() > first; END $$;
CREATE PROCEDURE

> CALL twice();
NOTICE: another: t, later: t
CALL

> DROP TABLE seen;
DROP TABLE
