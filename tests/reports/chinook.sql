-- Reporting queries over the Chinook schema. Every result is fully ordered. Expected output: chinook.out.
-- 1. Revenue by country, with share of the total
SELECT billing_country, count(*) AS invoices, sum(total) AS revenue,
       round(100 * sum(total) / sum(sum(total)) OVER (), 2) AS percent
FROM invoice GROUP BY billing_country ORDER BY revenue DESC, billing_country;
-- 2. Top tracks of each genre by quantity sold
SELECT * FROM (
  SELECT g.name AS genre, t.name AS track, sum(l.quantity) AS sold,
         rank() OVER (PARTITION BY g.genre_id ORDER BY sum(l.quantity) DESC, t.track_id) AS place
  FROM genre g JOIN track t USING (genre_id) JOIN invoice_line l USING (track_id)
  GROUP BY g.genre_id, g.name, t.track_id, t.name) ranked
WHERE place <= 2 ORDER BY genre, place;
-- 3. Customers that bought from every media type sold in their invoices' count, by support representative
SELECT e.first_name || ' ' || e.last_name AS representative, count(DISTINCT c.customer_id) AS customers,
       sum(i.total) AS sales, avg(i.total)::numeric(10,4) AS average
FROM employee e LEFT JOIN customer c ON c.support_rep_id = e.employee_id LEFT JOIN invoice i ON i.customer_id = c.customer_id
GROUP BY e.employee_id, e.first_name, e.last_name ORDER BY sales DESC NULLS LAST, representative;
-- 4. Monthly revenue with running total and moving average
SELECT to_char(date_trunc('month', invoice_date), 'YYYY-MM') AS month, sum(total) AS revenue,
       sum(sum(total)) OVER (ORDER BY date_trunc('month', invoice_date)) AS running,
       round(avg(sum(total)) OVER (ORDER BY date_trunc('month', invoice_date) ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), 3) AS moving
FROM invoice GROUP BY date_trunc('month', invoice_date) ORDER BY 1;
-- 5. Artists without any album
SELECT count(*) FROM artist a WHERE NOT EXISTS (SELECT 1 FROM album b WHERE b.artist_id = a.artist_id);
-- 6. Longest track of each of the ten longest albums (correlated subquery with LIMIT)
SELECT b.title, (SELECT t.name FROM track t WHERE t.album_id = b.album_id ORDER BY milliseconds DESC, track_id LIMIT 1) AS longest,
       (SELECT sum(milliseconds) FROM track t WHERE t.album_id = b.album_id) AS total_ms
FROM album b ORDER BY total_ms DESC, b.title LIMIT 10;
-- 7. Management chain
WITH RECURSIVE chain AS (
  SELECT employee_id, last_name, reports_to, 0 AS depth, last_name::text AS path FROM employee WHERE reports_to IS NULL
  UNION ALL
  SELECT e.employee_id, e.last_name, e.reports_to, depth + 1, path || ' > ' || e.last_name FROM employee e JOIN chain c ON e.reports_to = c.employee_id)
SELECT depth, path FROM chain ORDER BY path;
-- 8. Sales by country and year with subtotals
SELECT billing_country, extract(year FROM invoice_date) AS year, sum(total), grouping(billing_country, extract(year FROM invoice_date)) AS level
FROM invoice WHERE billing_country IN ('USA', 'Canada', 'France')
GROUP BY ROLLUP (billing_country, extract(year FROM invoice_date)) ORDER BY billing_country NULLS LAST, year NULLS LAST;
-- 9. Playlists: tracks, distinct artists, hours
SELECT p.name, count(*) AS tracks, count(DISTINCT b.artist_id) AS artists, round(sum(t.milliseconds) / 3600000.0, 2) AS hours
FROM playlist p JOIN playlist_track pt USING (playlist_id) JOIN track t USING (track_id) JOIN album b USING (album_id)
GROUP BY p.playlist_id, p.name HAVING count(*) > 10 ORDER BY tracks DESC, p.playlist_id;
-- 10. Pairs of genres bought on one invoice
SELECT g1.name AS a, g2.name AS b, count(DISTINCT l1.invoice_id) AS together
FROM invoice_line l1 JOIN track t1 ON t1.track_id = l1.track_id JOIN genre g1 ON g1.genre_id = t1.genre_id
JOIN invoice_line l2 ON l2.invoice_id = l1.invoice_id JOIN track t2 ON t2.track_id = l2.track_id JOIN genre g2 ON g2.genre_id = t2.genre_id
WHERE g1.genre_id < g2.genre_id GROUP BY g1.name, g2.name ORDER BY together DESC, a, b LIMIT 12;
-- 11. Latest invoice of each customer, with the gap to the one before
SELECT DISTINCT ON (c.customer_id) c.last_name, i.invoice_date,
       i.invoice_date - lag(i.invoice_date) OVER (PARTITION BY c.customer_id ORDER BY i.invoice_date) AS gap, i.total
FROM customer c JOIN invoice i USING (customer_id) ORDER BY c.customer_id, i.invoice_date DESC LIMIT 15;
