> SELECT lo_from_bytea(100, convert_to(repeat('a', 5000), 'UTF8')), lo_create(101);
lo_from_bytea | lo_create
100 | 101
SELECT 1

-- What others write is not seen, and of two writers of a page one is turned away.
> BEGIN;
BEGIN

> SELECT lo_get(100, 0, 3);
lo_get
\x616161
SELECT 1

b> SELECT 1 AS one, lo_put(100, 0, 'bbb');
one | lo_put
1 | 
SELECT 1

> SELECT lo_get(100, 0, 3);
lo_get
\x616161
SELECT 1

> SELECT 1 AS one, lo_put(100, 1000, 'c');
one | lo_put
1 | 
SELECT 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Page 0 of large object 100 was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT lo_get(100, 0, 4), lo_get(100, 1000, 1);
lo_get | lo_get
\x62626261 | \x61
SELECT 1

-- Writers of different pages do not meet.
> BEGIN;
BEGIN

> SELECT 1 AS one, lo_put(100, 4096, 'c');
one | lo_put
1 | 
SELECT 1

b> SELECT 1 AS one, lo_put(100, 2048, 'b');
one | lo_put
1 | 
SELECT 1

> COMMIT;
COMMIT

> SELECT lo_get(100, 2048, 1), lo_get(100, 4096, 1);
lo_get | lo_get
\x62 | \x63
SELECT 1

-- Whoever writes to an object relies on it to stay.
> BEGIN;
BEGIN

> SELECT 1 AS one, lo_put(101, 0, 'x');
one | lo_put
1 | 
SELECT 1

b> SELECT lo_unlink(101);
lo_unlink
1
SELECT 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Large object 101 was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

> SELECT count(*) FROM pg_largeobject WHERE loid = 101;
count
0
SELECT 1

-- So does whoever makes one under an OID.
> BEGIN;
BEGIN

> SELECT lo_create(102);
lo_create
102
SELECT 1

b> SELECT lo_create(102);
lo_create
102
SELECT 1

> COMMIT;
ERROR 40001: could not serialize access due to concurrent update (OC000)
DETAIL: Large object 102 was changed by a transaction that committed at ….
HINT: The transaction might succeed if retried.

-- Objects of one transaction are gone with it.
> BEGIN;
BEGIN

> SELECT lo_from_bytea(103, 'abc');
lo_from_bytea
103
SELECT 1

b> SELECT lo_get(103);
lo_get
ERROR 42704: large object 103 does not exist

> ROLLBACK;
ROLLBACK

> SELECT oid FROM pg_largeobject_metadata ORDER BY oid;
oid
100
102
SELECT 2
