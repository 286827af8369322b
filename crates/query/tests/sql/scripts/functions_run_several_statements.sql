> CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0));
CREATE TABLE

> CREATE TABLE log (n serial PRIMARY KEY, what text);
CREATE TABLE

> INSERT INTO account VALUES (1, 100), (2, 50);
INSERT 0 2

> CREATE FUNCTION transfer(source int, target int, amount int) RETURNS int LANGUAGE sql AS $$
    UPDATE account SET balance = balance - amount WHERE id = source; UPDATE account SET balance = balance + amount
    WHERE id = target; INSERT INTO log (what) VALUES (format('%s from %s to %s', amount, source, target))
    RETURNING n
  $$;
CREATE FUNCTION

> SELECT transfer(1, 2, 30);
transfer
1
SELECT 1

> SELECT * FROM account ORDER BY id;
id | balance
1 | 70
2 | 80
SELECT 2

> SELECT transfer(1, 2, 100);
ERROR 23514: new row for relation "account" violates check constraint "account_balance_check"
DETAIL: Failing row contains (1, -30).
CONTEXT: SQL function "transfer" statement 1

> SELECT * FROM account ORDER BY id;
id | balance
1 | 70
2 | 80
SELECT 2

> SELECT * FROM log;
n | what
1 | 30 from 1 to 2
SELECT 1

-- Later statements see what earlier ones have done.
> CREATE FUNCTION add_account(k int, money int DEFAULT 0) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO account VALUES (k, money); SELECT count(*) FROM account
  $$;
CREATE FUNCTION

> SELECT add_account(3), add_account(4, 5);
add_account | add_account
3 | 4
SELECT 1

> SELECT k, add_account(k) FROM generate_series(5, 7) k;
k | add_account
5 | 5
6 | 6
7 | 7
SELECT 3

> CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM account';
CREATE FUNCTION

> BEGIN; DELETE FROM account WHERE id > 3; SELECT counted(); ROLLBACK;
BEGIN
DELETE 4
counted
3
SELECT 1
ROLLBACK

> SELECT counted();
counted
7
SELECT 1

-- What a statement returns.
> CREATE FUNCTION removed(k int) RETURNS SETOF account LANGUAGE sql AS 'DELETE FROM account WHERE id >= k RETURNING *';
CREATE FUNCTION

> SELECT * FROM removed(5) ORDER BY id;
id | balance
5 | 0
6 | 0
7 | 0
SELECT 3

> SELECT counted();
counted
4
SELECT 1

> CREATE FUNCTION put(k int, money int) RETURNS account LANGUAGE sql AS $$
    INSERT INTO account VALUES (k, money) ON CONFLICT (id) DO UPDATE SET balance = excluded.balance RETURNING *
  $$;
CREATE FUNCTION

> SELECT put(4, 44), (put(8, 88)).balance;
put | balance
(4,44) | 88
SELECT 1

> SELECT * FROM put(4, 45);
id | balance
4 | 45
SELECT 1

> CREATE FUNCTION wipe() RETURNS void LANGUAGE sql AS 'DELETE FROM account WHERE id = 8; SELECT 1';
CREATE FUNCTION

> SELECT wipe();
wipe
NULL
SELECT 1

> SELECT * FROM account ORDER BY id;
id | balance
1 | 70
2 | 80
3 | 0
4 | 45
SELECT 4

> CREATE FUNCTION moved(k int) RETURNS SETOF int LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM account WHERE id = k RETURNING balance) SELECT balance FROM gone
  $$;
CREATE FUNCTION

> SELECT moved(4);
moved
45
SELECT 1

> SELECT count(*) FROM account;
count
3
SELECT 1

-- Strict functions do not run for NULL.
> CREATE FUNCTION noted(what text) RETURNS int STRICT LANGUAGE sql AS 'INSERT INTO log (what) VALUES (what) RETURNING n';
CREATE FUNCTION

> SELECT noted('a') IS NOT NULL, noted(NULL);
?column? | noted
t | NULL
SELECT 1

> SELECT what FROM log ORDER BY n;
what
30 from 1 to 2
a
SELECT 2

-- Volatile functions run for each row.
> CREATE SEQUENCE s;
CREATE SEQUENCE

> CREATE FUNCTION next() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('s') FROM (VALUES (1)) v $$;
CREATE FUNCTION

> SELECT next() FROM generate_series(1, 2);
next
1
2
SELECT 2

> SELECT i, next() FROM generate_series(1, 3) i WHERE next() > 0 ORDER BY i;
i | next
1 | 6
2 | 7
3 | 8
SELECT 3

-- In statements that write.
> CREATE TABLE copy (id int DEFAULT noted('default'), who text);
CREATE TABLE

> INSERT INTO copy (who) VALUES ('x'), ('y') RETURNING id > 0, who;
?column? | who
t | x
t | y
INSERT 0 2

> INSERT INTO copy SELECT id, noted('copied ' || id)::text FROM account;
INSERT 0 3

> UPDATE copy SET who = put(1, 70)::text WHERE who = 'x' RETURNING who;
who
(1,70)
UPDATE 1

> SELECT what FROM log ORDER BY n;
what
30 from 1 to 2
a
default
default
copied 1
copied 2
copied 3
SELECT 7

> SELECT * FROM account ORDER BY id;
id | balance
1 | 70
2 | 80
3 | 0
SELECT 3

-- Bodies of the standard.
> CREATE FUNCTION atomically(k int) RETURNS int
  BEGIN ATOMIC
    INSERT INTO account VALUES (k, CASE WHEN k > 10 THEN 1 ELSE 2 END); SELECT balance FROM account WHERE id = k; END;
CREATE FUNCTION

> SELECT atomically(11), atomically(9);
atomically | atomically
1 | 2
SELECT 1

> ALTER TABLE account RENAME TO accounts;
ALTER TABLE

> SELECT atomically(12);
atomically
1
SELECT 1

> SELECT counted();
ERROR 42P01: relation "account" does not exist
CONTEXT: SQL function "counted" during inlining

> ALTER TABLE accounts RENAME TO account;
ALTER TABLE

-- Writing is for volatile functions.
> CREATE FUNCTION stealthy() RETURNS void STABLE LANGUAGE sql AS 'DELETE FROM account';
CREATE FUNCTION

> SELECT stealthy();
ERROR 0A000: DELETE is not allowed in a non-volatile function
CONTEXT: SQL function "stealthy" during startup

> BEGIN READ ONLY;
BEGIN

> SELECT noted('b');
ERROR 25006: cannot execute INSERT in a read-only transaction

> ROLLBACK;
ROLLBACK

-- Procedures.
> CREATE PROCEDURE deposit(k int, amount int) LANGUAGE sql AS $$
    UPDATE account SET balance = balance + amount WHERE id = k; INSERT INTO log (what) VALUES ('deposit ' || amount)
  $$;
CREATE PROCEDURE

> CALL deposit(1, 5);
CALL

> CALL deposit(amount => 7, k => 1);
CALL

> SELECT balance FROM account WHERE id = 1;
balance
82
SELECT 1

> CREATE PROCEDURE asked(k int, INOUT money int, OUT twice int) LANGUAGE sql AS
    'SELECT balance + money, balance * 2 FROM account WHERE id = k';
CREATE PROCEDURE

> CALL asked(1, 1, NULL);
money | twice
83 | 164
CALL

> CALL asked(1, 1);
ERROR 42883: procedure asked(integer, integer) does not exist
HINT: No procedure matches the given name and argument types. You might need to add explicit type casts.

> CALL deposit('x', 1);
ERROR 22P02: invalid input syntax for type integer: "x"

> CALL nowhere(1);
ERROR 42883: procedure nowhere(integer) does not exist
HINT: No procedure matches the given name and argument types. You might need to add explicit type casts.

> CALL counted();
ERROR 42809: counted() is not a procedure
HINT: To call a function, use SELECT.

> SELECT deposit(1, 5);
ERROR 42809: deposit(integer, integer) is a procedure
HINT: To call a procedure, use CALL.

> SELECT * FROM deposit(1, 5);
ERROR 42809: deposit(integer, integer) is a procedure
HINT: To call a procedure, use CALL.

> CALL deposit(1, -1000);
ERROR 23514: new row for relation "account" violates check constraint "account_balance_check"
DETAIL: Failing row contains (1, -918).
CONTEXT: SQL function "deposit" statement 1

> PREPARE d (int) AS SELECT transfer(1, 2, $1);
PREPARE

> EXECUTE d(1); EXECUTE d(2);
transfer
10
SELECT 1
transfer
11
SELECT 1

> SELECT * FROM account WHERE id < 3 ORDER BY id;
id | balance
1 | 79
2 | 83
SELECT 2
