-- Plans follow what is in the tables, which nobody has told the planner.

> CREATE TABLE customer (id int PRIMARY KEY, country int NOT NULL, name text NOT NULL);

> CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, day int NOT NULL, state text);

> CREATE INDEX orders_customer ON orders (customer);

> INSERT INTO customer SELECT i, i % 25, 'customer ' || i FROM generate_series(1, 500) i;

> INSERT INTO orders SELECT i, i % 500 + 1, i * 7 % 365, CASE WHEN i % 100 = 0 THEN 'late' WHEN i % 10 = 0 THEN NULL ELSE 'done' END FROM generate_series(1, 5000) i;

-- Sizes, common and rare values, missing ones, ranges, and what has no meaning but its value in the sample.
> EXPLAIN SELECT * FROM orders;

> EXPLAIN SELECT * FROM orders WHERE state = 'done';

> EXPLAIN SELECT * FROM orders WHERE state IS NULL;

> EXPLAIN SELECT * FROM orders WHERE day >= 100 AND day < 200;

> EXPLAIN SELECT * FROM customer WHERE name LIKE '%7' AND id > country;

-- A key that names one row; few rows by an index; many, for which the index is no help.
> EXPLAIN SELECT * FROM orders WHERE id = 77;

> EXPLAIN SELECT * FROM orders WHERE customer = 77;

> EXPLAIN SELECT * FROM orders WHERE customer > 77;

-- Few customers: their orders are looked up. Many: the smaller side is hashed.
> EXPLAIN SELECT * FROM orders o JOIN customer c ON c.id = o.customer WHERE c.id IN (3, 5);

> EXPLAIN SELECT * FROM orders o JOIN customer c ON c.id = o.customer;

> EXPLAIN SELECT * FROM customer c JOIN orders o ON c.id = o.customer WHERE c.country < 20;

-- Groups and choices.
> EXPLAIN SELECT customer, count(*) FROM orders GROUP BY customer;

> EXPLAIN SELECT country, state, count(*) FROM orders o JOIN customer c ON c.id = o.customer GROUP BY 1, 2;

> EXPLAIN SELECT name FROM customer WHERE id IN (SELECT customer FROM orders WHERE day = 3);

> EXPLAIN SELECT name FROM customer c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer = c.id);

-- Few orders are left by the choice, so it comes before the join.
> EXPLAIN SELECT c.name, o.id FROM customer c JOIN orders o ON o.customer = c.id WHERE o.id IN (SELECT o2.id FROM orders o2 WHERE o2.day = 364 AND o2.state = 'late');

-- The join stands in every arm of the OR, and each side is told its part.
> EXPLAIN (COSTS OFF) SELECT count(*) FROM orders o, customer c WHERE (c.id = o.customer AND c.country = 1 AND o.day < 100) OR (c.id = o.customer AND c.country = 2 AND o.day > 200);

> SELECT count(*) FROM orders o, customer c WHERE (c.id = o.customer AND c.country = 1 AND o.day < 100) OR (c.id = o.customer AND c.country = 2 AND o.day > 200);

-- Columns that are equal to one are equal to each other.
> EXPLAIN (COSTS OFF) SELECT count(*) FROM orders a, customer c, orders b WHERE a.customer = c.id AND c.id = b.customer AND a.id = 7;

> SELECT count(*) FROM orders a, customer c, orders b WHERE a.customer = c.id AND c.id = b.customer AND a.id = 7;
