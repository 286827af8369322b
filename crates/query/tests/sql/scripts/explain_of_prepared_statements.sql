> CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE
> CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric NOT NULL);
CREATE TABLE
> PREPARE one(int) AS SELECT name FROM customers WHERE id = $1;
PREPARE
> EXPLAIN (COSTS OFF) EXECUTE one(7);
QUERY PLAN
Projection
  ->  Index Scan using customers_pkey on customers
        Index Cond: (id = $1)
EXPLAIN
> EXPLAIN (COSTS OFF) EXECUTE one(NULL);
QUERY PLAN
Projection
  ->  Index Scan using customers_pkey on customers
        Index Cond: (id = $1)
EXPLAIN
> EXPLAIN EXECUTE one;
ERROR 42601: wrong number of parameters for prepared statement "one"
DETAIL: Expected 1 parameters but got 0.
> EXPLAIN EXECUTE missing(1);
ERROR 26000: prepared statement "missing" does not exist
> PREPARE made(int, text) AS INSERT INTO customers VALUES ($1, $2) RETURNING id;
PREPARE
> EXPLAIN (COSTS OFF) EXECUTE made(1, 'one');
QUERY PLAN
Insert on customers
  ->  Result
EXPLAIN
> SELECT count(*) FROM customers;
count
0
SELECT 1
> EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE made(1, 'one');
QUERY PLAN
Insert on customers (actual rows=1 loops=1)
  ->  Result (actual rows=1 loops=1)
EXPLAIN
> SELECT count(*) FROM customers;
count
1
SELECT 1
> PREPARE both AS SELECT c.name, o.total FROM customers c LEFT JOIN orders o ON o.customer = c.id;
PREPARE
> EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) EXECUTE both;
QUERY PLAN
[
  {
    "Plan": {
      "Node Type": "Hash Right Join",
      "Description": "Hash Right Join",
      "Join Type": "Right",
      "Output": [
        "name",
        "total"
      ],
      "Hash Cond": "(customer = id)",
      "Plans": [
        {
          "Node Type": "Seq Scan",
          "Description": "Seq Scan on orders",
          "Relation Name": "orders",
          "Alias": "orders",
          "Output": [
            "customer",
            "total"
          ],
          "Parent Relationship": "Outer"
        },
        {
          "Node Type": "Seq Scan",
          "Description": "Seq Scan on customers",
          "Relation Name": "customers",
          "Alias": "customers",
          "Output": [
            "id",
            "name"
          ],
          "Parent Relationship": "Inner"
        }
      ]
    }
  }
]
EXPLAIN
