-- Reporting queries over the Northwind schema. Every result is fully ordered. Expected output: northwind.out.
-- 1. Revenue by category and year
SELECT c.category_name, extract(year FROM o.order_date) AS year,
       round(sum(d.unit_price * d.quantity * (1 - d.discount))::numeric, 2) AS revenue
FROM categories c JOIN products p USING (category_id) JOIN order_details d USING (product_id) JOIN orders o USING (order_id)
GROUP BY 1, 2 ORDER BY 1, 2;
-- 2. Employees with their managers and number of orders
SELECT e.last_name, coalesce(m.last_name, '(none)') AS manager, count(o.order_id) AS orders, min(o.order_date), max(o.order_date)
FROM employees e LEFT JOIN employees m ON e.reports_to = m.employee_id LEFT JOIN orders o ON o.employee_id = e.employee_id
GROUP BY e.employee_id, e.last_name, m.last_name ORDER BY orders DESC, e.last_name;
-- 3. Products below their reorder level
SELECT product_name, units_in_stock, units_on_order, reorder_level FROM products
WHERE units_in_stock + units_on_order < reorder_level AND discontinued = 0 ORDER BY product_name;
-- 4. Late orders by shipper
SELECT s.company_name, count(*) FILTER (WHERE o.shipped_date > o.required_date) AS late, count(*) AS shipped,
       round(avg(o.shipped_date - o.order_date), 3) AS days
FROM shippers s JOIN orders o ON o.ship_via = s.shipper_id WHERE o.shipped_date IS NOT NULL
GROUP BY s.shipper_id, s.company_name ORDER BY s.company_name;
-- 5. Customers without orders
SELECT company_name FROM customers c WHERE customer_id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL) ORDER BY 1;
-- 6. Most expensive product of each category, with its rank by price overall
SELECT category_name, product_name, unit_price, overall FROM (
  SELECT c.category_name, p.product_name, p.unit_price, row_number() OVER (PARTITION BY c.category_id ORDER BY p.unit_price DESC, p.product_id) AS n,
         dense_rank() OVER (ORDER BY p.unit_price DESC) AS overall FROM products p JOIN categories c USING (category_id)) x
WHERE n = 1 ORDER BY overall, category_name;
-- 7. Quarters compared with the quarter before
WITH q AS (SELECT date_trunc('quarter', o.order_date) AS quarter, round(sum(d.unit_price * d.quantity)::numeric, 2) AS gross
           FROM orders o JOIN order_details d USING (order_id) GROUP BY 1)
SELECT to_char(quarter, 'YYYY"Q"Q') AS quarter, gross, gross - lag(gross) OVER w AS change,
       round(100 * gross / nullif(first_value(gross) OVER w, 0), 1) AS index
FROM q WINDOW w AS (ORDER BY quarter) ORDER BY q.quarter;
-- 8. Products ordered together at least eight times
SELECT a.product_id AS first, b.product_id AS second, count(*) FROM order_details a JOIN order_details b USING (order_id)
WHERE a.product_id < b.product_id GROUP BY 1, 2 HAVING count(*) >= 7 ORDER BY 3 DESC, 1, 2;
-- 9. Territories of each region as a list
SELECT r.region_description, count(*) AS territories, string_agg(trim(t.territory_description), ', ' ORDER BY t.territory_description, t.territory_id) AS names
FROM region r JOIN territories t USING (region_id) GROUP BY r.region_id, r.region_description ORDER BY r.region_id;
-- 10. Orders by country: cube over country and shipper
SELECT ship_country, ship_via, count(*) FROM orders WHERE ship_country IN ('Brazil', 'UK') GROUP BY CUBE (ship_country, ship_via)
ORDER BY ship_country NULLS LAST, ship_via NULLS LAST;
-- 11. Largest order of each customer in Germany (LATERAL)
SELECT c.company_name, x.order_id, x.value FROM customers c CROSS JOIN LATERAL (
  SELECT o.order_id, round(sum(d.unit_price * d.quantity * (1 - d.discount))::numeric, 2) AS value
  FROM orders o JOIN order_details d USING (order_id) WHERE o.customer_id = c.customer_id GROUP BY o.order_id ORDER BY value DESC, o.order_id LIMIT 1) x
WHERE c.country = 'Germany' ORDER BY c.company_name;
-- 12. Cities where there are both suppliers and customers, and those with only one kind
SELECT 'both' AS kind, city FROM (SELECT city FROM customers INTERSECT SELECT city FROM suppliers) b
UNION ALL SELECT 'suppliers only', city FROM (SELECT city FROM suppliers EXCEPT SELECT city FROM customers) s ORDER BY 1, 2;
