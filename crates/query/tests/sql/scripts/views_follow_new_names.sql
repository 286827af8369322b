-- Views go on and show the names of now after what they use is renamed; every answer is PostgreSQL 15's.
> CREATE SCHEMA s;
CREATE SCHEMA
> CREATE TABLE s.sale (id int PRIMARY KEY, item text, price int);
CREATE TABLE
> CREATE TABLE s.item (name text, item text);
CREATE TABLE
> INSERT INTO s.sale VALUES (1, 'pen', 2), (2, 'ink', 5);
INSERT 0 2
> INSERT INTO s.item VALUES ('Pen', 'pen');
INSERT 0 1
> CREATE VIEW plain AS SELECT id, item FROM s.sale WHERE price > 1;
CREATE VIEW
> CREATE VIEW aliased AS SELECT x.id AS n, x.item FROM s.sale x;
CREATE VIEW
> CREATE VIEW named (p, q) AS SELECT item, sum(price) FROM s.sale GROUP BY item;
CREATE VIEW
> CREATE VIEW merged AS SELECT item, name, price FROM s.sale JOIN s.item USING (item);
CREATE VIEW
> CREATE VIEW nested AS SELECT y.item FROM (SELECT item FROM s.sale) y WHERE y.item IN (SELECT item FROM s.item);
CREATE VIEW
> CREATE VIEW over AS SELECT q FROM named;
CREATE VIEW
> CREATE MATERIALIZED VIEW kept (a, b) AS SELECT item, id FROM s.sale;
SELECT 2

-- A column.
> ALTER TABLE s.sale RENAME COLUMN item TO product;
ALTER TABLE
> SELECT pg_get_viewdef('plain');
pg_get_viewdef
 SELECT sale.id,
    sale.product AS item
   FROM s.sale
  WHERE (sale.price > 1);
SELECT 1
> SELECT pg_get_viewdef('aliased');
pg_get_viewdef
 SELECT x.id AS n,
    x.product AS item
   FROM s.sale x;
SELECT 1
> SELECT pg_get_viewdef('named');
pg_get_viewdef
 SELECT sale.product AS p,
    sum(sale.price) AS q
   FROM s.sale
  GROUP BY sale.product;
SELECT 1
> SELECT pg_get_viewdef('merged');
pg_get_viewdef
 SELECT sale.item,
    item.name,
    sale.price
   FROM (s.sale sale(id, item, price)
     JOIN s.item USING (item));
SELECT 1
> SELECT pg_get_viewdef('nested');
pg_get_viewdef
 SELECT y.item
   FROM ( SELECT sale.product AS item
           FROM s.sale) y
  WHERE (y.item IN ( SELECT item.item
           FROM s.item));
SELECT 1
> SELECT pg_get_viewdef('kept');
pg_get_viewdef
 SELECT sale.product AS a,
    sale.id AS b
   FROM s.sale;
SELECT 1
> SELECT * FROM plain ORDER BY 1;
id | item
1 | pen
2 | ink
SELECT 2
> SELECT * FROM named ORDER BY 1;
p | q
ink | 5
pen | 2
SELECT 2
> SELECT * FROM merged ORDER BY 1;
item | name | price
pen | Pen | 2
SELECT 1
> SELECT * FROM nested ORDER BY 1;
item
pen
SELECT 1

-- A table, and its schema.
> ALTER TABLE s.sale RENAME TO deal;
ALTER TABLE
> ALTER SCHEMA s RENAME TO shop;
ALTER SCHEMA
> SELECT pg_get_viewdef('plain');
pg_get_viewdef
 SELECT deal.id,
    deal.product AS item
   FROM shop.deal
  WHERE (deal.price > 1);
SELECT 1
> SELECT pg_get_viewdef('aliased');
pg_get_viewdef
 SELECT x.id AS n,
    x.product AS item
   FROM shop.deal x;
SELECT 1
> SELECT pg_get_viewdef('merged');
pg_get_viewdef
 SELECT deal.item,
    item.name,
    deal.price
   FROM (shop.deal deal(id, item, price)
     JOIN shop.item USING (item));
SELECT 1
> SELECT pg_get_viewdef('nested');
pg_get_viewdef
 SELECT y.item
   FROM ( SELECT deal.product AS item
           FROM shop.deal) y
  WHERE (y.item IN ( SELECT item.item
           FROM shop.item));
SELECT 1
> SELECT pg_get_viewdef('kept');
pg_get_viewdef
 SELECT deal.product AS a,
    deal.id AS b
   FROM shop.deal;
SELECT 1
> SELECT * FROM aliased ORDER BY 1;
n | item
1 | pen
2 | ink
SELECT 2
> REFRESH MATERIALIZED VIEW kept;
REFRESH MATERIALIZED VIEW
> SELECT * FROM kept ORDER BY b;
a | b
pen | 1
ink | 2
SELECT 2

-- A view and its columns.
> ALTER VIEW named RENAME COLUMN q TO total;
ALTER VIEW
> ALTER VIEW named RENAME TO totals;
ALTER VIEW
> ALTER MATERIALIZED VIEW kept RENAME COLUMN a TO product;
ALTER MATERIALIZED VIEW
> SELECT pg_get_viewdef('totals');
pg_get_viewdef
 SELECT deal.product AS p,
    sum(deal.price) AS total
   FROM shop.deal
  GROUP BY deal.product;
SELECT 1
> SELECT pg_get_viewdef('over');
pg_get_viewdef
 SELECT totals.total AS q
   FROM totals;
SELECT 1
> SELECT pg_get_viewdef('kept', true);
pg_get_viewdef
 SELECT deal.product,
    deal.id AS b
   FROM shop.deal;
SELECT 1
> SELECT * FROM over ORDER BY 1;
q
2
5
SELECT 2

-- A sequence and a type.
> CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE
> CREATE SEQUENCE count_up;
CREATE SEQUENCE
> CREATE VIEW numbers AS SELECT nextval('count_up') AS n, 'count_up'::regclass AS c, 'ok'::mood AS m;
CREATE VIEW
> ALTER SEQUENCE count_up RENAME TO counter;
ALTER SEQUENCE
> ALTER TYPE mood RENAME TO feeling;
ALTER TYPE
> SELECT pg_get_viewdef('numbers');
pg_get_viewdef
 SELECT nextval('counter'::regclass) AS n,
    'counter'::regclass AS c,
    'ok'::feeling AS m;
SELECT 1
> SELECT * FROM numbers;
n | c | m
1 | counter | ok
SELECT 1

-- Names that meet each other get numbers.
> CREATE TABLE one (a int, b int);
CREATE TABLE
> CREATE TABLE two (a int);
CREATE TABLE
> CREATE VIEW both_of AS SELECT one.a, two.a AS c FROM one, two WHERE EXISTS (SELECT 1 FROM two x WHERE x.a = one.b);
CREATE VIEW
> CREATE VIEW inner_of AS SELECT one.a FROM one WHERE one.a IN (SELECT two.a FROM two);
CREATE VIEW
> ALTER TABLE two RENAME TO three;
ALTER TABLE
> ALTER TABLE one RENAME TO two;
ALTER TABLE
> SELECT pg_get_viewdef('both_of');
pg_get_viewdef
 SELECT two.a,
    three.a AS c
   FROM two,
    three
  WHERE (EXISTS ( SELECT 1
           FROM three x
          WHERE (x.a = two.b)));
SELECT 1
> SELECT pg_get_viewdef('inner_of');
pg_get_viewdef
 SELECT two.a
   FROM two
  WHERE (two.a IN ( SELECT three.a
           FROM three));
SELECT 1
> ALTER TABLE three RENAME TO x;
ALTER TABLE
> SELECT pg_get_viewdef('both_of');
pg_get_viewdef
 SELECT two.a,
    x.a AS c
   FROM two,
    x
  WHERE (EXISTS ( SELECT 1
           FROM x x_1
          WHERE (x_1.a = two.b)));
SELECT 1
> ALTER TABLE x RENAME TO y;
ALTER TABLE
> SELECT pg_get_viewdef('both_of');
pg_get_viewdef
 SELECT two.a,
    y.a AS c
   FROM two,
    y
  WHERE (EXISTS ( SELECT 1
           FROM y x
          WHERE (x.a = two.b)));
SELECT 1
> SELECT count(*) FROM both_of;
count
0
SELECT 1
