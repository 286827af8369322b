> CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE

> PREPARE ins (int, text) AS INSERT INTO t VALUES ($1, $2);
PREPARE

> EXECUTE ins (1, 'one');
INSERT 0 1

> EXECUTE ins (1 + 1, upper('two'));
INSERT 0 1

> EXECUTE ins (3);
ERROR 42601: wrong number of parameters for prepared statement "ins"
DETAIL: Expected 2 parameters but got 1.

> PREPARE sel AS SELECT * FROM t WHERE a = $1;
PREPARE

> EXECUTE sel (2);
a | b
2 | TWO
SELECT 1

> ALTER TABLE t ADD COLUMN c int DEFAULT 7;
ALTER TABLE

> EXECUTE sel (2);
ERROR 0A000: cached plan must not change result type

> DEALLOCATE sel;
DEALLOCATE

> EXECUTE sel (2);
ERROR 26000: prepared statement "sel" does not exist

> BEGIN;
BEGIN

> DECLARE cur SCROLL CURSOR FOR SELECT a FROM t ORDER BY a;
DECLARE CURSOR

> FETCH cur;
a
1
FETCH 1

> FETCH FORWARD 5 FROM cur;
a
2
FETCH 1

> FETCH BACKWARD 1 FROM cur;
a
2
FETCH 1

> CLOSE cur;
CLOSE CURSOR

> FETCH cur;
ERROR 34000: cursor "cur" does not exist

> ROLLBACK;
ROLLBACK
