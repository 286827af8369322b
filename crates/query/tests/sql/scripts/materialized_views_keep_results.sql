> CREATE TABLE sale (id int PRIMARY KEY, item text, price int);
> INSERT INTO sale VALUES (1, 'pen', 2), (2, 'pen', 3), (3, 'ink', 10);
> CREATE MATERIALIZED VIEW total AS SELECT item, sum(price) AS price FROM sale GROUP BY item;
> CREATE UNIQUE INDEX total_item ON total (item);
> SELECT * FROM total ORDER BY item;
> INSERT INTO sale VALUES (4, 'pen', 100);
> SELECT * FROM total WHERE item = 'pen';
> REFRESH MATERIALIZED VIEW total;
> SELECT * FROM total WHERE item = 'pen';
> REFRESH MATERIALIZED VIEW CONCURRENTLY total;

-- Without data it cannot be read, but views can be made over it.
> CREATE MATERIALIZED VIEW IF NOT EXISTS total AS SELECT 1;
> CREATE MATERIALIZED VIEW empty (x, y) AS SELECT id, item FROM sale WITH NO DATA;
> SELECT * FROM empty;
> CREATE VIEW over_empty AS SELECT x FROM empty;
> SELECT * FROM over_empty;
> REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
> REFRESH MATERIALIZED VIEW empty;
> SELECT * FROM over_empty ORDER BY x;
> REFRESH MATERIALIZED VIEW CONCURRENTLY empty;
> SELECT relname, relkind, relispopulated FROM pg_class WHERE relname IN ('total', 'empty') ORDER BY 1;
> SELECT matviewname, hasindexes, ispopulated, definition FROM pg_matviews ORDER BY 1;
> REFRESH MATERIALIZED VIEW empty WITH NO DATA;
> SELECT count(*) FROM empty;

-- It is transactional.
> BEGIN;
> REFRESH MATERIALIZED VIEW empty;
> SELECT count(*) FROM empty;
> DROP MATERIALIZED VIEW total;
> ROLLBACK;
> SELECT count(*) FROM total;
> SELECT count(*) FROM empty;

-- Readers keep what they began with.
b> BEGIN;
b> SELECT * FROM total WHERE item = 'pen';
> INSERT INTO sale VALUES (5, 'pen', 1000);
> REFRESH MATERIALIZED VIEW total;
b> SELECT * FROM total WHERE item = 'pen';
b> COMMIT;
b> SELECT * FROM total WHERE item = 'pen';

-- Names change.
> ALTER MATERIALIZED VIEW total RENAME TO sums;
> ALTER MATERIALIZED VIEW sums RENAME COLUMN price TO amount;
> CREATE SCHEMA other;
> ALTER MATERIALIZED VIEW sums SET SCHEMA other;
> ALTER TABLE sale RENAME COLUMN price TO cost;
> REFRESH MATERIALIZED VIEW other.sums;
> SELECT * FROM other.sums ORDER BY item;
> COMMENT ON MATERIALIZED VIEW other.sums IS 'what came in';

-- What is refused.
> INSERT INTO other.sums VALUES ('x', 1);
> UPDATE other.sums SET amount = 1;
> DELETE FROM other.sums;
> SELECT * FROM other.sums FOR UPDATE;
> TRUNCATE other.sums;
> COPY other.sums TO STDOUT;
> ALTER TABLE other.sums ADD COLUMN z int;
> DROP TABLE other.sums;
> DROP VIEW other.sums;
> DROP MATERIALIZED VIEW sale;
> DROP TABLE sale;
> ALTER TABLE sale DROP COLUMN item;
> CREATE MATERIALIZED VIEW other.sums AS SELECT 1;
> CREATE MATERIALIZED VIEW bad (a, b) AS SELECT 1;
> REFRESH MATERIALIZED VIEW CONCURRENTLY other.sums WITH NO DATA;
> REFRESH MATERIALIZED VIEW sale;
> REFRESH MATERIALIZED VIEW nothing;
> CREATE MATERIALIZED VIEW twice AS SELECT item AS i FROM sale;
> CREATE UNIQUE INDEX ON twice (i);
> DROP MATERIALIZED VIEW twice;
> CREATE MATERIALIZED VIEW twice AS SELECT item AS i FROM sale WITH NO DATA;
> CREATE UNIQUE INDEX ON twice (i);
> REFRESH MATERIALIZED VIEW twice;
> DROP TABLE sale CASCADE;
