> SELECT lo_create(42);
lo_create
42
SELECT 1

> SELECT lo_create(42);
lo_create
ERROR 23505: duplicate key value violates unique constraint "pg_largeobject_metadata_oid_index"
DETAIL: Key (oid)=(42) already exists.

> SELECT lo_create(0) > 0, lo_creat(-1) > 0;
?column? | ?column?
t | t
SELECT 1

> CREATE TABLE made (loid oid, fd integer);
CREATE TABLE

> INSERT INTO made (loid) SELECT lo_creat(131072);
INSERT 0 1

-- Descriptors live as long as their transaction.
> BEGIN;
BEGIN

> UPDATE made SET fd = lo_open(loid, CAST(x'20000' | x'40000' AS integer));
UPDATE 1

> SELECT fd, lowrite(fd, 'I wandered lonely as a cloud') FROM made;
fd | lowrite
0 | 28
SELECT 1

> SELECT lo_tell(fd), lo_tell64(fd), lo_lseek(fd, 2, 0), loread(fd, 8) FROM made;
lo_tell | lo_tell64 | lo_lseek | loread
28 | 28 | 2 | \x77616e6465726564
SELECT 1

> SELECT lo_lseek(fd, -5, 2), loread(fd, 100), lo_lseek(fd, -3, 1), loread(fd, 2) FROM made;
lo_lseek | loread | lo_lseek | loread
23 | \x636c6f7564 | 25 | \x6f75
SELECT 1

> SELECT lo_close(fd) FROM made;
lo_close
0
SELECT 1

> SELECT lo_close(fd) FROM made;
lo_close
ERROR 42704: invalid large-object descriptor: 0

> END;
ROLLBACK

> SELECT length(lo_get(loid)) FROM made;
length
0
SELECT 1

> SELECT lo_open(42, 262144);
lo_open
0
SELECT 1

> SELECT loread(0, 10);
loread
ERROR 42704: invalid large-object descriptor: 0

-- Errors.
> SELECT lo_open(999, 262144);
lo_open
ERROR 42704: large object 999 does not exist

> SELECT lo_open(42, 0);
lo_open
ERROR 22023: invalid flags for opening a large object: 0

> SELECT lo_close(-1);
lo_close
ERROR 42704: invalid large-object descriptor: -1

> SELECT lowrite(3, 'x');
lowrite
ERROR 42704: invalid large-object descriptor: 3

> SELECT lo_tell(0);
lo_tell
ERROR 42704: invalid large-object descriptor: 0

> SELECT lo_lseek64(7, 0, 0);
lo_lseek64
ERROR 42704: invalid large-object descriptor: 7

> BEGIN;
BEGIN

> SELECT lo_open(42, 262144);
lo_open
0
SELECT 1

> SELECT lowrite(0, 'x');
lowrite
ERROR 55000: large object descriptor 0 was not opened for writing

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, 262144);
lo_open
0
SELECT 1

> SELECT lo_truncate(0, 1);
lo_truncate
ERROR 55000: large object descriptor 0 was not opened for writing

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek(0, -1, 0);
lo_lseek
ERROR 22023: invalid large object seek target: -1

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek(0, 0, 7);
lo_lseek
ERROR 22023: invalid whence setting: 7

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_truncate(0, -1);
lo_truncate
ERROR 22023: invalid large object truncation target: -1

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_truncate64(0, 4398046511105);
lo_truncate64
ERROR 22023: invalid large object truncation target: 4398046511105

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek64(0, 4398046509057, 0);
lo_lseek64
ERROR 22023: invalid large object seek target: 4398046509057

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek64(0, 4398046509055, 0), lo_tell64(0);
lo_lseek64 | lo_tell64
4398046509055 | 4398046509055
SELECT 1

> SELECT lowrite(0, 'ab');
lowrite
ERROR 22023: invalid large object write request size: 2

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek64(0, 4398046509055, 0);
lo_lseek64
4398046509055
SELECT 1

> SELECT lo_tell(0);
lo_tell
ERROR 22003: lo_tell result out of range for large-object descriptor 0

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT lo_lseek64(0, 4398046509055, 0);
lo_lseek64
4398046509055
SELECT 1

> SELECT lo_lseek(0, 0, 1);
lo_lseek
ERROR 22003: lo_lseek result out of range for large-object descriptor 0

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(42, -1);
lo_open
0
SELECT 1

> SELECT loread(0, -5), loread(0, 5);
loread | loread
\x | \x
SELECT 1

> SELECT loread(0, 2147483647);
loread
ERROR XX000: invalid memory alloc request size 18446744071562067971

> ROLLBACK;
ROLLBACK

> SELECT lo_get(999);
lo_get
ERROR 42704: large object 999 does not exist

> SELECT lo_get(42, -1, 10);
lo_get
ERROR 22023: invalid large object seek target: -1

> SELECT lo_get(42, 0, -1);
lo_get
ERROR 22023: requested length cannot be negative

> SELECT 1 AS one, lo_put(42, -1, 'a');
one | lo_put
ERROR 22023: invalid large object seek target: -1

> SELECT 1 AS one, lo_put(999, 0, 'a');
one | lo_put
ERROR 42704: large object 999 does not exist

> SELECT 1 AS one, lo_put(42, 4398046509056, 'a');
one | lo_put
ERROR 22023: invalid large object write request size: 1

> SELECT lo_unlink(999);
lo_unlink
ERROR 42704: large object 999 does not exist

> SELECT lo_create(NULL), lo_get(NULL), lo_open(42, NULL);
lo_create | lo_get | lo_open
NULL | NULL | NULL
SELECT 1

-- Bytes.
> SELECT lo_from_bytea(43, 'abc');
lo_from_bytea
43
SELECT 1

> SELECT lo_from_bytea(43, 'abc');
lo_from_bytea
ERROR 23505: duplicate key value violates unique constraint "pg_largeobject_metadata_oid_index"
DETAIL: Key (oid)=(43) already exists.

> SELECT lo_get(43), lo_get(43, 1, 1), lo_get(43, 2, 100), lo_get(43, 5, 1), lo_get(43, 0, 0);
lo_get | lo_get | lo_get | lo_get | lo_get
\x616263 | \x62 | \x63 | \x | \x
SELECT 1

> SELECT 1 AS one, lo_put(43, 1, 'XYZ');
one | lo_put
1 | 
SELECT 1

> SELECT lo_get(43);
lo_get
\x6158595a
SELECT 1

> SELECT 1 AS one, lo_put(43, 5000, 'a');
one | lo_put
1 | 
SELECT 1

> SELECT length(lo_get(43)), lo_get(43, 0, 6), lo_get(43, 4998, 10);
length | lo_get | lo_get
5001 | \x6158595a0000 | \x000061
SELECT 1

> SELECT pageno, length(data) FROM pg_largeobject WHERE loid = 43 ORDER BY pageno;
pageno | length
0 | 4
2 | 905
SELECT 2

> SELECT 1 AS one, lo_put(43, 2040, '0123456789abcdef');
one | lo_put
1 | 
SELECT 1

> SELECT pageno, length(data) FROM pg_largeobject WHERE loid = 43 ORDER BY pageno;
pageno | length
0 | 2048
1 | 8
2 | 905
SELECT 3

> SELECT lo_get(43, 2039, 18);
lo_get
\x003031323334353637383961626364656600
SELECT 1

> BEGIN;
BEGIN

> SELECT lo_open(43, 131072);
lo_open
0
SELECT 1

> SELECT lo_truncate(0, 2050);
lo_truncate
0
SELECT 1

> SELECT lo_lseek(0, 0, 2), length(lo_get(43));
lo_lseek | length
2050 | 2050
SELECT 1

> SELECT lo_truncate(0, 6000);
lo_truncate
0
SELECT 1

> SELECT lo_lseek(0, 2045, 0), loread(0, 10), lo_lseek(0, 0, 2);
lo_lseek | loread | lo_lseek
2045 | \x35363738390000000000 | 6000
SELECT 1

> SELECT pageno, length(data) FROM pg_largeobject WHERE loid = 43 ORDER BY pageno;
pageno | length
0 | 2048
1 | 2
2 | 1904
SELECT 3

> SELECT lo_truncate64(0, 0), lo_lseek(0, 0, 2);
lo_truncate64 | lo_lseek
0 | 0
SELECT 1

> COMMIT;
COMMIT

> SELECT pageno, length(data) FROM pg_largeobject WHERE loid = 43;
pageno | length
0 | 0
SELECT 1

> SELECT lo_get(43);
lo_get
\x
SELECT 1

> SELECT lo_from_bytea(44, convert_to(repeat('0123456789', 30000), 'UTF8'));
lo_from_bytea
44
SELECT 1

> SELECT length(lo_get(44)), md5(lo_get(44)), lo_get(44, 299990, 20);
length | md5 | lo_get
300000 | b9c683230a9e20ee0a15acf7f070f508 | \x30313233343536373839
SELECT 1

> SELECT count(*), max(pageno), sum(length(data)) FROM pg_largeobject WHERE loid = 44;
count | max | sum
147 | 146 | 300000
SELECT 1

> SELECT lo_unlink(44);
lo_unlink
1
SELECT 1

> SELECT count(*) FROM pg_largeobject WHERE loid = 44;
count
0
SELECT 1

-- Read alone, an object is as it was when it was opened.
> BEGIN;
BEGIN

> SELECT lo_from_bytea(45, 'abc');
lo_from_bytea
45
SELECT 1

> SELECT lo_open(45, 262144);
lo_open
0
SELECT 1

> SELECT 1 AS one, lo_put(45, 0, 'zzz');
one | lo_put
1 | 
SELECT 1

> SELECT loread(0, 3);
loread
\x616263
SELECT 1

> SELECT lo_open(45, 262144);
lo_open
1
SELECT 1

> SELECT loread(1, 3);
loread
\x7a7a7a
SELECT 1

> SELECT lo_open(45, 393216);
lo_open
2
SELECT 1

> SELECT 1 AS one, lo_put(45, 0, 'yyy');
one | lo_put
1 | 
SELECT 1

> SELECT loread(2, 3);
loread
\x797979
SELECT 1

> COMMIT;
COMMIT

-- What is removed is closed.
> BEGIN;
BEGIN

> SELECT lo_open(45, 262144), lo_open(42, 262144);
lo_open | lo_open
0 | 1
SELECT 1

> SELECT lo_unlink(45);
lo_unlink
1
SELECT 1

> SELECT loread(1, 1);
loread
\x
SELECT 1

> SELECT loread(0, 1);
loread
ERROR 42704: invalid large-object descriptor: 0

> ROLLBACK;
ROLLBACK

> SELECT lo_get(45);
lo_get
\x797979
SELECT 1

-- Savepoints close what was opened after them, and take back what was written.
> BEGIN;
BEGIN

> SAVEPOINT a;
SAVEPOINT

> SELECT lo_open(45, 262144);
lo_open
0
SELECT 1

> ROLLBACK TO a;
ROLLBACK

> SELECT loread(0, 1);
loread
ERROR 42704: invalid large-object descriptor: 0

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SAVEPOINT a;
SAVEPOINT

> SELECT lo_open(45, 262144);
lo_open
0
SELECT 1

> RELEASE a;
RELEASE

> SELECT loread(0, 1);
loread
\x79
SELECT 1

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(45, 262144);
lo_open
0
SELECT 1

> SAVEPOINT a;
SAVEPOINT

> SELECT lo_close(0);
lo_close
0
SELECT 1

> ROLLBACK TO a;
ROLLBACK

> SELECT loread(0, 1);
loread
ERROR 42704: invalid large-object descriptor: 0

> ROLLBACK;
ROLLBACK

> BEGIN;
BEGIN

> SELECT lo_open(45, 393216);
lo_open
0
SELECT 1

> SAVEPOINT a;
SAVEPOINT

> SELECT lowrite(0, 'mmm');
lowrite
3
SELECT 1

> SELECT lo_get(45);
lo_get
\x6d6d6d
SELECT 1

> ROLLBACK TO a;
ROLLBACK

> SELECT lo_get(45), lo_tell(0);
lo_get | lo_tell
\x797979 | 3
SELECT 1

> SELECT lo_unlink(45);
lo_unlink
1
SELECT 1

> SELECT lo_create(45);
lo_create
45
SELECT 1

> COMMIT;
COMMIT

> SELECT lo_get(45);
lo_get
\x
SELECT 1

> SELECT lo_unlink(45);
lo_unlink
1
SELECT 1

> BEGIN;
BEGIN

> SELECT lo_create(46);
lo_create
46
SELECT 1

> ROLLBACK;
ROLLBACK

> SELECT lo_unlink(46);
lo_unlink
ERROR 42704: large object 46 does not exist

> BEGIN;
BEGIN

> SELECT lo_open(42, 262144);
lo_open
0
SELECT 1

> SELECT 1 / 0;
ERROR 22012: division by zero

> ROLLBACK;
ROLLBACK

-- In bodies.
> DO $$ DECLARE fd int; BEGIN fd := lo_open(43, 131072); PERFORM lowrite(fd, 'from a body'); BEGIN PERFORM lo_open(999, 262144); EXCEPTION WHEN undefined_object THEN RAISE NOTICE '%', sqlerrm; END; PERFORM lo_lseek(fd, 5, 0); RAISE NOTICE '%', convert_from(loread(fd, 6), 'UTF8'); END $$;
NOTICE: large object 999 does not exist
NOTICE: a body
DO

> SELECT convert_from(lo_get(43), 'UTF8');
convert_from
from a body
SELECT 1

> SELECT lo_unlink(oid) FROM pg_largeobject_metadata ORDER BY oid;
lo_unlink
1
1
1
1
1
SELECT 5

> SELECT count(*) FROM pg_largeobject_metadata;
count
0
SELECT 1

> SELECT count(*) FROM pg_largeobject;
count
0
SELECT 1
