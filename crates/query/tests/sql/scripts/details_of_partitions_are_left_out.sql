-- DETAIL of a row of a partition, for a role that has privileges on the partitioned table alone.
> CREATE ROLE gold_blind;
CREATE ROLE
> CREATE TABLE p (a int, b text, c int) PARTITION BY RANGE (a);
CREATE TABLE
> CREATE TABLE p1 (c int, b text CHECK (b <> 'bad'), a int UNIQUE);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10);
ALTER TABLE
> CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
CREATE TABLE
> INSERT INTO p VALUES (1, 'one', 11);
INSERT 0 1
> GRANT SELECT (c), INSERT, UPDATE (b) ON p TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> INSERT INTO p (a, b) VALUES (2, 'bad');
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (a, b, c) = (2, bad, null).
> INSERT INTO p (a, b, c) VALUES (2, 'bad', 7);
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (a, b, c) = (2, bad, 7).
> UPDATE p SET b = 'bad';
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (b, c) = (bad, 11).
> INSERT INTO p (a, b) VALUES (1, 'again');
ERROR 23505: duplicate key value violates unique constraint "p1_a_key"
> INSERT INTO p (a, b) VALUES (77, 'nowhere');
ERROR 23514: no partition of relation "p" found for row
> INSERT INTO p (a, b) VALUES (11, 'nowhere');
ERROR 23514: no partition of relation "p2" found for row
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT SELECT (a) ON p TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> INSERT INTO p (a, b) VALUES (77, 'nowhere');
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (77).
> INSERT INTO p (a, b) VALUES (11, 'nowhere');
ERROR 23514: no partition of relation "p2" found for row
> UPDATE p SET b = 'bad';
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (a, b, c) = (1, bad, 11).
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT INSERT (a, b), SELECT (b) ON p1 TO gold_blind;
GRANT
> GRANT INSERT ON p2 TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> INSERT INTO p1 (a, b) VALUES (2, 'bad');
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (b, a) = (bad, 2).
> INSERT INTO p1 (a, b) VALUES (20, 'x');
ERROR 23514: new row for relation "p1" violates partition constraint
DETAIL: Failing row contains (b, a) = (x, 20).
> INSERT INTO p2 (a, b) VALUES (20, 'x');
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (a, b) = (20, x).
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT SELECT ON p TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> UPDATE p SET b = 'bad';
ERROR 23514: new row for relation "p1" violates check constraint "p1_b_check"
DETAIL: Failing row contains (1, bad, 11).
> INSERT INTO p (a, b) VALUES (11, 'nowhere');
ERROR 23514: no partition of relation "p2" found for row
> RESET ROLE;
(is_superuser = on)
RESET
> CREATE TABLE e (a int, b int) PARTITION BY LIST ((a + b));
CREATE TABLE
> GRANT INSERT, SELECT (a, b) ON e TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> INSERT INTO e VALUES (1, 2);
ERROR 23514: no partition of relation "e" found for row
> RESET ROLE;
(is_superuser = on)
RESET
> GRANT SELECT ON e TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> INSERT INTO e VALUES (1, 2);
ERROR 23514: no partition of relation "e" found for row
DETAIL: Partition key of the failing row contains ((a + b)) = (3).
> RESET ROLE;
(is_superuser = on)
RESET

-- Of a child.
> CREATE TABLE base (a int, b text);
CREATE TABLE
> CREATE TABLE heir (own int, CHECK (b <> 'bad')) INHERITS (base);
CREATE TABLE
> INSERT INTO heir VALUES (1, 'x', 2);
INSERT 0 1
> GRANT SELECT (a), UPDATE (b) ON base TO gold_blind;
GRANT
> SET ROLE gold_blind;
(is_superuser = off)
SET
> UPDATE base SET b = 'bad';
ERROR 23514: new row for relation "heir" violates check constraint "heir_b_check"
DETAIL: Failing row contains (a, b) = (1, bad).
> RESET ROLE;
(is_superuser = on)
RESET
> DROP OWNED BY gold_blind;
DROP OWNED
> DROP ROLE gold_blind;
DROP ROLE
