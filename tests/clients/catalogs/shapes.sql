-- Objects of every kind that both servers have, for tests/clients/catalogs.py.
CREATE ROLE reader;
CREATE ROLE writer LOGIN;
CREATE ROLE boss CREATEDB CREATEROLE LOGIN CONNECTION LIMIT 5;
COMMENT ON ROLE boss IS 'gives orders';
CREATE SCHEMA sales;
CREATE SCHEMA "Odd Name" AUTHORIZATION writer;
COMMENT ON SCHEMA sales IS 'what is sold';

CREATE TABLE sales.region (
    code char(2) PRIMARY KEY,
    name varchar(40) NOT NULL UNIQUE,
    since date DEFAULT CURRENT_DATE,
    tags text[] DEFAULT '{}'::text[]
);
COMMENT ON TABLE sales.region IS 'a part of the world';
COMMENT ON COLUMN sales.region.code IS 'two letters';

CREATE TABLE sales.customer (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region char(2) REFERENCES sales.region ON DELETE SET NULL ON UPDATE CASCADE,
    email text NOT NULL,
    name text,
    credit numeric(12,2) DEFAULT 0 NOT NULL,
    born date,
    seen timestamp(3) with time zone DEFAULT now(),
    note jsonb DEFAULT '{"a": 1}',
    flags bit varying(8),
    net numeric GENERATED ALWAYS AS (credit * 0.9) STORED,
    CONSTRAINT credit_is_sane CHECK (credit >= 0 AND credit < 1000000),
    CONSTRAINT born_before CHECK (born IS NULL OR born > DATE '1900-01-01')
);
CREATE UNIQUE INDEX customer_email ON sales.customer (lower(email));
CREATE INDEX customer_rich ON sales.customer (credit DESC, name NULLS FIRST) INCLUDE (born) WHERE credit > 1000;
COMMENT ON INDEX sales.customer_email IS 'one customer an address';
COMMENT ON CONSTRAINT credit_is_sane ON sales.customer IS 'nobody owes';

CREATE TABLE sales.item (
    customer integer NOT NULL,
    line smallserial,
    product bigint DEFAULT 7,
    amount double precision,
    price real,
    bought timestamp DEFAULT '2020-01-01 00:00:00',
    kept interval DEFAULT '1 day',
    ok boolean DEFAULT true,
    bytes bytea,
    who uuid DEFAULT gen_random_uuid(),
    kind "char" DEFAULT 'x',
    shown varchar DEFAULT 'it''s' || ' so',
    PRIMARY KEY (customer, line),
    UNIQUE (product, bought) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (customer) REFERENCES sales.customer (id) DEFERRABLE
) WITH (fillfactor = 70);

CREATE TABLE public."Mixed Case" ("Id" serial PRIMARY KEY, "select" int DEFAULT (1 + 2), plain text);
COMMENT ON TABLE "Mixed Case" IS 'quoted';

CREATE SEQUENCE sales.number AS integer START 10 INCREMENT 5 MINVALUE 5 MAXVALUE 1000 CACHE 3 CYCLE;
CREATE SEQUENCE public.plain;
ALTER SEQUENCE public.plain OWNED BY "Mixed Case"."select";
COMMENT ON SEQUENCE sales.number IS 'by fives';

CREATE VIEW sales.rich AS
    SELECT c.id, c.name, c.credit, r.name AS region
      FROM sales.customer c LEFT JOIN sales.region r ON r.code = c.region
     WHERE c.credit > 1000;
COMMENT ON VIEW sales.rich IS 'those with money';
COMMENT ON COLUMN sales.rich.region IS 'its name';
CREATE VIEW public.totals AS
    SELECT region, count(*) AS customers, sum(credit) AS credit, max(seen) AS last_seen
      FROM sales.customer GROUP BY region HAVING count(*) > 0 ORDER BY 2 DESC;

GRANT USAGE ON SCHEMA sales TO reader;
GRANT USAGE, CREATE ON SCHEMA sales TO boss WITH GRANT OPTION;
GRANT SELECT ON sales.region, sales.customer TO reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON sales.customer TO writer WITH GRANT OPTION;
GRANT SELECT (id, name), UPDATE (name) ON sales.customer TO PUBLIC;
GRANT ALL ON sales.item TO boss;
REVOKE DELETE, TRUNCATE ON sales.item FROM boss;
GRANT USAGE ON SEQUENCE sales.number TO writer;
GRANT SELECT ON sales.rich TO PUBLIC;
GRANT reader TO writer;
GRANT writer TO boss WITH ADMIN OPTION;
ALTER TABLE sales.item OWNER TO writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE writer GRANT USAGE ON SEQUENCES TO reader;
CREATE TABLE sales.later (a int);

INSERT INTO sales.region (code, name, since) VALUES ('EU', 'Europe', '2001-02-03'), ('AS', 'Asia, all', NULL);
INSERT INTO sales.customer (region, email, name, credit, seen, note, flags) VALUES
    ('EU', 'Ann@x.org', 'Ann', 12.5, '2024-01-02 03:04:05.678Z', '{"b": [1, 2]}', B'101'),
    ('AS', 'bob@x.org', E'Bo\tb\\', 5000, '2024-01-02 03:04:05Z', NULL, NULL),
    (NULL, 'eve@x.org', NULL, 0, NULL, '"x"', B'');
INSERT INTO sales.item (customer, product, amount, price, bytes, who, kind) VALUES
    (1, 1, 1.5, 2.25, '\x00ff', '00000000-0000-4000-8000-000000000001', 'a'),
    (1, 2, 'NaN', 'Infinity', NULL, '00000000-0000-4000-8000-000000000002', 'b');
INSERT INTO "Mixed Case" (plain) VALUES ('one'), ('two');
SELECT setval('sales.number', 20);
