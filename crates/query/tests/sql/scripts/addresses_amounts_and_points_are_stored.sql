-- Answers are PostgreSQL 15's.
> CREATE TABLE host (address inet PRIMARY KEY, name text NOT NULL, mac macaddr UNIQUE, seen_from inet[], network cidr DEFAULT '10/8');
CREATE TABLE
> CREATE INDEX host_network ON host (network, address DESC);
CREATE INDEX
> INSERT INTO host (address, name, mac) VALUES ('10.0.0.2', 'b', '08:00:2b:01:02:03'), ('10.0.0.10', 'a', '8:0:2b:1:2:4'), ('::1', 'six', NULL);
INSERT 0 3
> INSERT INTO host VALUES ('10.0.0.0/8', 'net', 'ffffff:ffffff', '{10.0.0.2,NULL,::1}', '10.0.0.0/9'), ('192.168.1.5/24', 'lan', '0800.2b01.0205', ARRAY['192.168.1.5/24'::inet], '192.168.1');
INSERT 0 2
> SELECT * FROM host ORDER BY address;
address | name | mac | seen_from | network
10.0.0.0/8 | net | ff:ff:ff:ff:ff:ff | {10.0.0.2,NULL,::1} | 10.0.0.0/9
10.0.0.2 | b | 08:00:2b:01:02:03 | NULL | 10.0.0.0/8
10.0.0.10 | a | 08:00:2b:01:02:04 | NULL | 10.0.0.0/8
192.168.1.5/24 | lan | 08:00:2b:01:02:05 | {192.168.1.5/24} | 192.168.1.0/24
::1 | six | NULL | NULL | 10.0.0.0/8
SELECT 5
> SELECT address FROM host ORDER BY address DESC LIMIT 2;
address
::1
192.168.1.5/24
SELECT 2
> SELECT name FROM host WHERE address = '10.0.0.10';
name
a
SELECT 1
> SELECT name FROM host WHERE address > '10.0.0.2' AND address < '::' ORDER BY name;
name
a
lan
SELECT 2
> SELECT name FROM host WHERE address << '10/8' ORDER BY name;
name
a
b
SELECT 2
> SELECT name FROM host WHERE address <<= '10/8' AND network >> '10.1.2.3' ORDER BY name;
name
a
b
net
SELECT 3
> SELECT name FROM host WHERE address IN ('10.0.0.2', '::1') OR '::1' = ANY (seen_from) ORDER BY name;
name
b
net
six
SELECT 3
> SELECT name FROM host WHERE mac >= '08:00:2b:01:02:04' ORDER BY mac;
name
a
lan
net
SELECT 3
> SELECT network, count(*), min(address), max(address) FROM host GROUP BY network ORDER BY network;
network | count | min | max
10.0.0.0/8 | 3 | 10.0.0.2 | ::1
10.0.0.0/9 | 1 | 10.0.0.0/8 | 10.0.0.0/8
192.168.1.0/24 | 1 | 192.168.1.5/24 | 192.168.1.5/24
SELECT 3
> SELECT name, network FROM host WHERE network = '10.0.0.0/8' ORDER BY network, address DESC;
name | network
six | 10.0.0.0/8
a | 10.0.0.0/8
b | 10.0.0.0/8
SELECT 3
> SELECT DISTINCT family(address), masklen(network) FROM host ORDER BY 1, 2;
family | masklen
4 | 8
4 | 9
4 | 24
6 | 8
SELECT 4
> SELECT a.name, b.name FROM host a JOIN host b ON a.address << b.address ORDER BY 1, 2;
name | name
a | net
b | net
SELECT 2
> SELECT host(address), text(address), address::text, abbrev(network), broadcast(address), netmask(address), trunc(mac), mac::macaddr8 FROM host WHERE name IN ('lan', 'six') ORDER BY name;
host | text | address | abbrev | broadcast | netmask | trunc | mac
192.168.1.5 | 192.168.1.5/24 | 192.168.1.5/24 | 192.168.1/24 | 192.168.1.255/24 | 255.255.255.0 | 08:00:2b:00:00:00 | 08:00:2b:ff:fe:01:02:05
::1 | ::1/128 | ::1/128 | 10/8 | ::1 | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff | NULL | NULL
SELECT 2
> SELECT address + 5, address - 1, address - '10.0.0.0'::inet, ~address, address & '0.0.0.255', address | '0.0.0.1' FROM host WHERE name = 'b';
?column? | ?column? | ?column? | ?column? | ?column? | ?column?
10.0.0.7 | 10.0.0.1 | 2 | 245.255.255.253 | 0.0.0.2 | 10.0.0.3
SELECT 1
> INSERT INTO host (address, name) VALUES ('10.0.0.2', 'again');
ERROR 23505: duplicate key value violates unique constraint "host_pkey"
DETAIL: Key (address)=(10.0.0.2) already exists.
> INSERT INTO host (address, name, mac) VALUES ('10.0.0.3', 'again', '08-00-2b-01-02-03');
ERROR 23505: duplicate key value violates unique constraint "host_mac_key"
DETAIL: Key (mac)=(08:00:2b:01:02:03) already exists.
> INSERT INTO host (address, name) VALUES ('10.0.0.2', 'again') ON CONFLICT (address) DO UPDATE SET name = excluded.name, address = host.address + 1 RETURNING address, name;
address | name
10.0.0.3 | again
INSERT 0 1
> INSERT INTO host (address, name) VALUES ('10.0.0.256', 'bad');
ERROR 22P02: invalid input syntax for type inet: "10.0.0.256"
> INSERT INTO host (address, name, network) VALUES ('10.0.0.4', 'bad', '10.0.0.4/24');
ERROR 22P02: invalid cidr value: "10.0.0.4/24"
DETAIL: Value has bits set to right of mask.
> UPDATE host SET network = set_masklen(network, 16) WHERE network = '10/8';
UPDATE 3
> DELETE FROM host WHERE address && '192.168/16';
DELETE 1
> SELECT address, network FROM host ORDER BY network, address;
address | network
10.0.0.0/8 | 10.0.0.0/9
10.0.0.3 | 10.0.0.0/16
10.0.0.10 | 10.0.0.0/16
::1 | 10.0.0.0/16
SELECT 4
> COPY host (address, name, mac, network) FROM STDIN;
<2001:db8::1/64	v6	12:34:56:78:9a:bc	2001:db8::/32
<1.2.3.4	v4	\N	0/0
COPY 2
> COPY (SELECT address, mac, network, seen_from FROM host ORDER BY address) TO STDOUT;
1.2.3.4	\N	0.0.0.0/0	\N
10.0.0.0/8	ff:ff:ff:ff:ff:ff	10.0.0.0/9	{10.0.0.2,NULL,::1}
10.0.0.3	08:00:2b:01:02:03	10.0.0.0/16	\N
10.0.0.10	08:00:2b:01:02:04	10.0.0.0/16	\N
::1	\N	10.0.0.0/16	\N
2001:db8::1/64	12:34:56:78:9a:bc	2001:db8::/32	\N
COPY 6
> COPY host (address, name) FROM STDIN;
<nowhere	x
ERROR 22P02: invalid input syntax for type inet: "nowhere"
CONTEXT: COPY host, line 1, column address: "nowhere"
> CREATE TABLE account (id int PRIMARY KEY, balance money DEFAULT 0 CHECK (balance > '-$100'), history money[]);
CREATE TABLE
> CREATE INDEX account_balance ON account (balance);
CREATE INDEX
> INSERT INTO account VALUES (1, '$1,234.50', '{$1.00,"$2,000.00"}'), (2, '-5', NULL), (3, 10.125::numeric, ARRAY[1::money, 2.5::numeric::money]), (4, DEFAULT, '{}');
INSERT 0 4
> SELECT * FROM account ORDER BY balance;
id | balance | history
2 | -$5.00 | NULL
4 | $0.00 | {}
3 | $10.13 | {$1.00,$2.50}
1 | $1,234.50 | {$1.00,"$2,000.00"}
SELECT 4
> SELECT sum(balance), min(balance), max(balance), count(DISTINCT balance), sum(balance) / 2, sum(balance) / 3.0::float8 FROM account;
sum | min | max | count | ?column? | ?column?
$1,239.63 | -$5.00 | $1,234.50 | 4 | $619.81 | $413.21
SELECT 1
> SELECT balance * 2, balance / '2'::money, -1 * balance, balance::numeric, cash_words(balance) FROM account WHERE balance BETWEEN '10' AND '2,000' ORDER BY id;
?column? | ?column? | ?column? | balance | cash_words
$2,469.00 | 617.25 | -$1,234.50 | 1234.50 | One thousand two hundred thirty four dollars and fifty cents
$20.26 | 5.065 | -$10.13 | 10.13 | Ten dollars and thirteen cents
SELECT 2
> UPDATE account SET balance = balance - '1.25' WHERE id = 3 RETURNING balance;
balance
$8.88
UPDATE 1
> UPDATE account SET balance = '-200' WHERE id = 4;
ERROR 23514: new row for relation "account" violates check constraint "account_balance_check"
DETAIL: Failing row contains (4, -$200.00, {}).
> SELECT json_build_object('balance', balance, 'address', '10.0.0.1'::inet) FROM account WHERE id = 1;
json_build_object
{"balance" : "$1,234.50", "address" : "10.0.0.1"}
SELECT 1
> SELECT 'ten'::money;
ERROR 22P02: invalid input syntax for type money: "ten"
> SELECT 1::money = 1::numeric;
ERROR 42883: operator does not exist: money = numeric
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
> CREATE TABLE place (id int PRIMARY KEY, spot point, track point[]);
CREATE TABLE
> INSERT INTO place VALUES (1, '(1,2)', '{"(0,0)","(1.5,-2)"}'), (2, point(3, 4), NULL), (3, NULL, '{}');
INSERT 0 3
> SELECT id, spot, spot[0], spot[1], spot[2], track, track[2][0] FROM place ORDER BY id;
id | spot | spot | spot | spot | track | track
1 | (1,2) | 1 | 2 | NULL | {"(0,0)","(1.5,-2)"} | NULL
2 | (3,4) | 3 | 4 | NULL | NULL | NULL
3 | NULL | NULL | NULL | NULL | {} | NULL
SELECT 3
> SELECT id, spot <-> '(0,0)' AS distance FROM place ORDER BY spot <-> point '(0,0)';
id | distance
1 | 2.23606797749979
2 | 5
3 | NULL
SELECT 3
> SELECT id FROM place WHERE spot ~= '(1.0000001,2)';
id
1
SELECT 1
> SELECT spot << '(2,0)', spot >> '(2,0)', spot + '(1,1)', spot * '(0,1)' FROM place WHERE id < 3 ORDER BY id;
?column? | ?column? | ?column? | ?column?
t | f | (2,3) | (-2,1)
f | t | (4,5) | (-4,3)
SELECT 2
> SELECT spot = '(1,2)' FROM place;
ERROR 42883: operator does not exist: point = unknown
HINT: No operator matches the given name and argument types. You might need to add explicit type casts.
> SELECT DISTINCT spot FROM place;
ERROR 42883: could not identify an equality operator for type point
> SELECT id FROM place ORDER BY spot;
ERROR 42883: could not identify an ordering operator for type point
HINT: Use an explicit ordering operator or modify the query.
> SELECT spot FROM place WHERE spot ~= '(1,2';
ERROR 22P02: invalid input syntax for type point: "(1,2"
> CREATE TABLE gate (id macaddr8 PRIMARY KEY, flags bit(4), kind "char");
CREATE TABLE
> INSERT INTO gate VALUES ('08:00:2b:01:02:03', B'1010', 'a'), ('08:00:2b:01:02:03:04:05', B'0110', 'b');
INSERT 0 2
> SELECT id, macaddr8_set7bit(id), flags & B'0011', flags << 1, kind FROM gate ORDER BY id;
id | macaddr8_set7bit | ?column? | ?column? | kind
08:00:2b:01:02:03:04:05 | 0a:00:2b:01:02:03:04:05 | 0010 | 1100 | b
08:00:2b:ff:fe:01:02:03 | 0a:00:2b:ff:fe:01:02:03 | 0010 | 0100 | a
SELECT 2
> SELECT bit_and(flags), bit_or(flags), bit_xor(flags) FROM gate;
bit_and | bit_or | bit_xor
0010 | 1110 | 1100
SELECT 1
> SELECT id::macaddr FROM gate ORDER BY id;
id
ERROR 22003: macaddr8 data out of range to convert to macaddr
HINT: Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.
