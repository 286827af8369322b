> CREATE TABLE sale (id int PRIMARY KEY, item text, price int);
CREATE TABLE
> INSERT INTO sale VALUES (1, 'pen', 2), (2, 'pen', 3), (3, 'ink', 10);
INSERT 0 3
> CREATE MATERIALIZED VIEW total AS SELECT item, sum(price) AS price FROM sale GROUP BY item;
SELECT 2
> CREATE UNIQUE INDEX total_item ON total (item);
CREATE INDEX
> SELECT * FROM total ORDER BY item;
item | price
ink | 10
pen | 5
SELECT 2
> INSERT INTO sale VALUES (4, 'pen', 100);
INSERT 0 1
> SELECT * FROM total WHERE item = 'pen';
item | price
pen | 5
SELECT 1
> REFRESH MATERIALIZED VIEW total;
REFRESH MATERIALIZED VIEW
> SELECT * FROM total WHERE item = 'pen';
item | price
pen | 105
SELECT 1
> REFRESH MATERIALIZED VIEW CONCURRENTLY total;
REFRESH MATERIALIZED VIEW

-- Without data it cannot be read, but views can be made over it.
> CREATE MATERIALIZED VIEW IF NOT EXISTS total AS SELECT 1;
NOTICE: relation "total" already exists, skipping
CREATE MATERIALIZED VIEW
> CREATE MATERIALIZED VIEW empty (x, y) AS SELECT id, item FROM sale WITH NO DATA;
CREATE MATERIALIZED VIEW
> SELECT * FROM empty;
ERROR 55000: materialized view "empty" has not been populated
HINT: Use the REFRESH MATERIALIZED VIEW command.
> CREATE VIEW over_empty AS SELECT x FROM empty;
CREATE VIEW
> SELECT * FROM over_empty;
ERROR 55000: materialized view "empty" has not been populated
HINT: Use the REFRESH MATERIALIZED VIEW command.
> REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
ERROR 0A000: CONCURRENTLY cannot be used when the materialized view is not populated
> REFRESH MATERIALIZED VIEW empty;
REFRESH MATERIALIZED VIEW
> SELECT * FROM over_empty ORDER BY x;
x
1
2
3
4
SELECT 4
> REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
ERROR 55000: cannot refresh materialized view "public.empty" concurrently
HINT: Create a unique index with no WHERE clause on one or more columns of the materialized view.
> SELECT relname, relkind, relispopulated FROM pg_class WHERE relname IN ('total', 'empty') ORDER BY 1;
relname | relkind | relispopulated
empty | m | t
total | m | t
SELECT 2
> SELECT matviewname, hasindexes, ispopulated, definition FROM pg_matviews ORDER BY 1;
matviewname | hasindexes | ispopulated | definition
empty | f | t |  SELECT sale.id AS x,
    sale.item AS y
   FROM sale;
total | t | t |  SELECT sale.item,
    sum(sale.price) AS price
   FROM sale
  GROUP BY sale.item;
SELECT 2
> REFRESH MATERIALIZED VIEW empty WITH NO DATA;
REFRESH MATERIALIZED VIEW
> SELECT count(*) FROM empty;
ERROR 55000: materialized view "empty" has not been populated
HINT: Use the REFRESH MATERIALIZED VIEW command.

-- It is transactional.
> BEGIN;
BEGIN
> REFRESH MATERIALIZED VIEW empty;
REFRESH MATERIALIZED VIEW
> SELECT count(*) FROM empty;
count
4
SELECT 1
> DROP MATERIALIZED VIEW total;
DROP MATERIALIZED VIEW
> ROLLBACK;
ROLLBACK
> SELECT count(*) FROM total;
count
2
SELECT 1
> SELECT count(*) FROM empty;
ERROR 55000: materialized view "empty" has not been populated
HINT: Use the REFRESH MATERIALIZED VIEW command.

-- Readers keep what they began with.
b> BEGIN;
BEGIN
b> SELECT * FROM total WHERE item = 'pen';
item | price
pen | 105
SELECT 1
> INSERT INTO sale VALUES (5, 'pen', 1000);
INSERT 0 1
> REFRESH MATERIALIZED VIEW total;
REFRESH MATERIALIZED VIEW
b> SELECT * FROM total WHERE item = 'pen';
item | price
pen | 105
SELECT 1
b> COMMIT;
COMMIT
b> SELECT * FROM total WHERE item = 'pen';
item | price
pen | 1105
SELECT 1

-- Names change.
> ALTER MATERIALIZED VIEW total RENAME TO sums;
ALTER MATERIALIZED VIEW
> ALTER MATERIALIZED VIEW sums RENAME COLUMN price TO amount;
ALTER MATERIALIZED VIEW
> CREATE SCHEMA other;
CREATE SCHEMA
> ALTER MATERIALIZED VIEW sums SET SCHEMA other;
ALTER MATERIALIZED VIEW
> ALTER TABLE sale RENAME COLUMN price TO cost;
ALTER TABLE
> REFRESH MATERIALIZED VIEW other.sums;
REFRESH MATERIALIZED VIEW
> SELECT * FROM other.sums ORDER BY item;
item | amount
ink | 10
pen | 1105
SELECT 2
> COMMENT ON MATERIALIZED VIEW other.sums IS 'what came in';
COMMENT

-- What is refused.
> INSERT INTO other.sums VALUES ('x', 1);
ERROR 42809: cannot change materialized view "sums"
> UPDATE other.sums SET amount = 1;
ERROR 42809: cannot change materialized view "sums"
> DELETE FROM other.sums;
ERROR 42809: cannot change materialized view "sums"
> SELECT * FROM other.sums FOR UPDATE;
ERROR 42809: cannot lock rows in materialized view "sums"
> TRUNCATE other.sums;
ERROR 42809: "sums" is not a table
> COPY other.sums TO STDOUT;
ERROR 42809: cannot copy from materialized view "sums"
HINT: Try the COPY (SELECT ...) TO variant.
> ALTER TABLE other.sums ADD COLUMN z int;
ERROR 42809: ALTER action ADD COLUMN cannot be performed on relation "sums"
DETAIL: This operation is not supported for materialized views.
> DROP TABLE other.sums;
ERROR 42809: "sums" is not a table
HINT: Use DROP MATERIALIZED VIEW to remove a materialized view.
> DROP VIEW other.sums;
ERROR 42809: "sums" is not a view
HINT: Use DROP MATERIALIZED VIEW to remove a materialized view.
> DROP MATERIALIZED VIEW sale;
ERROR 42809: "sale" is not a materialized view
HINT: Use DROP TABLE to remove a table.
> DROP TABLE sale;
ERROR 2BP01: cannot drop table sale because other objects depend on it
DETAIL: materialized view other.sums depends on table sale
materialized view empty depends on table sale
view over_empty depends on materialized view empty
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> ALTER TABLE sale DROP COLUMN item;
ERROR 2BP01: cannot drop column item of table sale because other objects depend on it
DETAIL: materialized view other.sums depends on column item of table sale
materialized view empty depends on column item of table sale
view over_empty depends on materialized view empty
HINT: Use DROP ... CASCADE to drop the dependent objects too.
> CREATE MATERIALIZED VIEW other.sums AS SELECT 1;
ERROR 42P07: relation "sums" already exists
> CREATE MATERIALIZED VIEW bad (a, b) AS SELECT 1;
ERROR 42601: too many column names were specified
> REFRESH MATERIALIZED VIEW CONCURRENTLY other.sums WITH NO DATA;
ERROR 42601: CONCURRENTLY and WITH NO DATA options cannot be used together
> REFRESH MATERIALIZED VIEW sale;
ERROR 0A000: "sale" is not a materialized view
> REFRESH MATERIALIZED VIEW nothing;
ERROR 42P01: relation "nothing" does not exist
> CREATE MATERIALIZED VIEW twice AS SELECT item AS i FROM sale;
SELECT 5
> CREATE UNIQUE INDEX ON twice (i);
ERROR 23505: could not create unique index "twice_i_idx"
DETAIL: Key (i)=(pen) is duplicated.
> DROP MATERIALIZED VIEW twice;
DROP MATERIALIZED VIEW
> CREATE MATERIALIZED VIEW twice AS SELECT item AS i FROM sale WITH NO DATA;
CREATE MATERIALIZED VIEW
> CREATE UNIQUE INDEX ON twice (i);
CREATE INDEX
> REFRESH MATERIALIZED VIEW twice;
ERROR 23505: could not create unique index "twice_i_idx"
DETAIL: Key (i)=(pen) is duplicated.
> DROP TABLE sale CASCADE;
NOTICE: drop cascades to 4 other objects
DROP TABLE
