-- Plans follow what is in the tables, which nobody has told the planner.

> CREATE TABLE customer (id int PRIMARY KEY, country int NOT NULL, name text NOT NULL);
CREATE TABLE

> CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, day int NOT NULL, state text);
CREATE TABLE

> CREATE INDEX orders_customer ON orders (customer);
CREATE INDEX

> INSERT INTO customer SELECT i, i % 25, 'customer ' || i FROM generate_series(1, 500) i;
INSERT 0 500

> INSERT INTO orders SELECT i, i % 500 + 1, i * 7 % 365, CASE WHEN i % 100 = 0 THEN 'late' WHEN i % 10 = 0 THEN NULL ELSE 'done' END FROM generate_series(1, 5000) i;
INSERT 0 5000

-- Sizes, common and rare values, missing ones, ranges, and what has no meaning but its value in the sample.
> EXPLAIN SELECT * FROM orders;
QUERY PLAN
Projection  (rows=5000 width=32)
  ->  Seq Scan on orders  (rows=5000 width=32)
EXPLAIN

> EXPLAIN SELECT * FROM orders WHERE state = 'done';
QUERY PLAN
Projection  (rows=4492 width=32)
  ->  Seq Scan on orders  (rows=4492 width=32)
        Storage Filter: (state = 'done'::text)
EXPLAIN

> EXPLAIN SELECT * FROM orders WHERE state IS NULL;
QUERY PLAN
Projection  (rows=459 width=32)
  ->  Seq Scan on orders  (rows=459 width=32)
        Storage Filter: (state IS NULL)
EXPLAIN

> EXPLAIN SELECT * FROM orders WHERE day >= 100 AND day < 200;
QUERY PLAN
Projection  (rows=2207 width=32)
  ->  Seq Scan on orders  (rows=2207 width=32)
        Storage Filter: ((day >= 100) AND (day < 200))
EXPLAIN

> EXPLAIN SELECT * FROM customer WHERE name LIKE '%7' AND id > country;
QUERY PLAN
Projection  (rows=48 width=24)
  ->  Seq Scan on customer  (rows=48 width=24)
        Storage Filter: ((name ~~ '%7'::text) AND (id > country))
EXPLAIN

-- A key that names one row; few rows by an index; many, for which the index is no help.
> EXPLAIN SELECT * FROM orders WHERE id = 77;
QUERY PLAN
Projection  (rows=1 width=32)
  ->  Index Scan using orders_pkey on orders  (rows=1 width=32)
        Index Cond: (id = 77)
EXPLAIN

> EXPLAIN SELECT * FROM orders WHERE customer = 77;
QUERY PLAN
Projection  (rows=10 width=32)
  ->  Index Scan using orders_customer on orders  (rows=10 width=32)
        Index Cond: (customer = 77)
EXPLAIN

> EXPLAIN SELECT * FROM orders WHERE customer > 77;
QUERY PLAN
Projection  (rows=4229 width=32)
  ->  Seq Scan on orders  (rows=4229 width=32)
        Storage Filter: (customer > 77)
EXPLAIN

-- Few customers: their orders are looked up. Many: the smaller side is hashed.
> EXPLAIN SELECT * FROM orders o JOIN customer c ON c.id = o.customer WHERE c.id IN (3, 5);
QUERY PLAN
Projection  (rows=20 width=56)
  ->  Index Nested Loop  (rows=20 width=56)
        Lookup Key: id
        ->  Index Scan using customer_pkey on customer  (rows=2 width=24)
              Index Cond: (id = ANY ({3,5}))
        ->  Index Scan using orders_customer on orders  (rows=20 width=32)
EXPLAIN

> EXPLAIN SELECT * FROM orders o JOIN customer c ON c.id = o.customer;
QUERY PLAN
Projection  (rows=5000 width=56)
  ->  Hash Join  (rows=5000 width=56)
        Hash Cond: (customer = id)
        ->  Seq Scan on orders  (rows=5000 width=32)
        ->  Seq Scan on customer  (rows=500 width=24)
EXPLAIN

> EXPLAIN SELECT * FROM customer c JOIN orders o ON c.id = o.customer WHERE c.country < 20;
QUERY PLAN
Projection  (rows=4000 width=56)
  ->  Hash Join  (rows=4000 width=56)
        Hash Cond: (customer = id)
        ->  Seq Scan on orders  (rows=5000 width=32)
        ->  Seq Scan on customer  (rows=400 width=24)
              Storage Filter: (country < 20)
EXPLAIN

-- Groups and choices.
> EXPLAIN SELECT customer, count(*) FROM orders GROUP BY customer;
QUERY PLAN
Projection  (rows=500 width=16)
  ->  HashAggregate  (rows=500 width=16)
        Storage Aggregate: count(*)
        Group Key: customer
        ->  Seq Scan on orders  (rows=5000 width=8)
EXPLAIN

> EXPLAIN SELECT country, state, count(*) FROM orders o JOIN customer c ON c.id = o.customer GROUP BY 1, 2;
QUERY PLAN
Projection  (rows=50 width=24)
  ->  HashAggregate  (rows=50 width=24)
        Group Key: country, state
        ->  Hash Join  (rows=5000 width=16)
              Hash Cond: (customer = id)
              ->  Seq Scan on orders  (rows=5000 width=16)
              ->  Seq Scan on customer  (rows=500 width=16)
EXPLAIN

> EXPLAIN SELECT name FROM customer WHERE id IN (SELECT customer FROM orders WHERE day = 3);
QUERY PLAN
Projection  (rows=19 width=8)
  ->  Hash Semi Join  (rows=19 width=8)
        Hash Cond: (id = customer)
        ->  Seq Scan on customer  (rows=500 width=16)
        ->  Seq Scan on orders  (rows=20 width=8)
              Storage Filter: (day = 3)
EXPLAIN

> EXPLAIN SELECT name FROM customer c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer = c.id);
QUERY PLAN
Projection  (rows=25 width=8)
  ->  Hash Right Anti Join  (rows=25 width=8)
        Hash Cond: (customer = id)
        ->  Seq Scan on orders  (rows=5000 width=8)
        ->  Seq Scan on customer  (rows=500 width=16)
EXPLAIN

-- Few orders are left by the choice, so it comes before the join.
> EXPLAIN SELECT c.name, o.id FROM customer c JOIN orders o ON o.customer = c.id WHERE o.id IN (SELECT o2.id FROM orders o2 WHERE o2.day = 364 AND o2.state = 'late');
QUERY PLAN
Projection  (rows=1 width=16)
  ->  Index Nested Loop  (rows=1 width=16)
        Lookup Key: customer
        ->  Hash Semi Join  (rows=1 width=16)
              Hash Cond: (id = id)
              ->  Seq Scan on orders  (rows=5000 width=16)
              ->  Seq Scan on orders  (rows=1 width=8)
                    Storage Filter: ((day = 364) AND (state = 'late'::text))
        ->  Index Scan using customer_pkey on customer  (rows=1 width=16)
EXPLAIN

-- The join stands in every arm of the OR, and each side is told its part.
> EXPLAIN (COSTS OFF) SELECT count(*) FROM orders o, customer c WHERE (c.id = o.customer AND c.country = 1 AND o.day < 100) OR (c.id = o.customer AND c.country = 2 AND o.day > 200);
QUERY PLAN
Projection
  ->  Aggregate
        ->  Index Nested Loop
              Lookup Key: id
              Join Filter: (((country = 1) AND (day < 100)) OR ((country = 2) AND (day > 200)))
              ->  Seq Scan on customer
                    Storage Filter: ((country = 1) OR (country = 2))
              ->  Index Scan using orders_customer on orders
                    Storage Filter: ((day < 100) OR (day > 200))
EXPLAIN

> SELECT count(*) FROM orders o, customer c WHERE (c.id = o.customer AND c.country = 1 AND o.day < 100) OR (c.id = o.customer AND c.country = 2 AND o.day > 200);
count
143
SELECT 1

-- Columns that are equal to one are equal to each other.
> EXPLAIN (COSTS OFF) SELECT count(*) FROM orders a, customer c, orders b WHERE a.customer = c.id AND c.id = b.customer AND a.id = 7;
QUERY PLAN
Projection
  ->  Aggregate
        ->  Index Nested Loop
              Lookup Key: customer
              ->  Index Nested Loop
                    Lookup Key: customer
                    ->  Index Scan using orders_pkey on orders
                          Index Cond: (id = 7)
                    ->  Index Scan using customer_pkey on customer
              ->  Index Only Scan using orders_customer on orders
EXPLAIN

> SELECT count(*) FROM orders a, customer c, orders b WHERE a.customer = c.id AND c.id = b.customer AND a.id = 7;
count
10
SELECT 1
