-- Errors of COPY FROM name the row that they are about.
> CREATE TABLE t (a int PRIMARY KEY, b int CHECK (b > 0), c text NOT NULL DEFAULT 'x');
CREATE TABLE
> COPY t FROM STDIN;
<1	1	one
<1	2	two
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(1) already exists.
CONTEXT: COPY t, line 2
> COPY t FROM STDIN;
<1	1	one
<2	-2	two
ERROR 23514: new row for relation "t" violates check constraint "t_b_check"
DETAIL: Failing row contains (2, -2, two).
CONTEXT: COPY t, line 2: "2	-2	two"
> COPY t FROM STDIN;
<1	1	\N
ERROR 23502: null value in column "c" of relation "t" violates not-null constraint
DETAIL: Failing row contains (1, 1, null).
CONTEXT: COPY t, line 1: "1	1	\N"
> COPY t (a, b) FROM STDIN WITH (FORMAT csv);
<1,1
<2,2
COPY 2
> COPY t (b, a) FROM STDIN WITH (FORMAT csv, HEADER);
<b,a
<3,3
<4,2
ERROR 23505: duplicate key value violates unique constraint "t_pkey"
DETAIL: Key (a)=(2) already exists.
CONTEXT: COPY t, line 3
> CREATE TABLE p (a int UNIQUE, b int) PARTITION BY LIST (a);
CREATE TABLE
> CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1, 2);
CREATE TABLE
> CREATE TABLE p2 (b int CHECK (b < 10), a int);
CREATE TABLE
> ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (3);
ALTER TABLE
> COPY p FROM STDIN;
<1	1
<3	1
<3	2
ERROR 23505: duplicate key value violates unique constraint "p2_a_key"
DETAIL: Key (a)=(3) already exists.
CONTEXT: COPY p, line 3
> COPY p FROM STDIN;
<1	1
<4	2
ERROR 23514: no partition of relation "p" found for row
DETAIL: Partition key of the failing row contains (a) = (4).
CONTEXT: COPY p, line 2: "4	2"
> COPY p FROM STDIN;
<3	11
ERROR 23514: new row for relation "p2" violates check constraint "p2_b_check"
DETAIL: Failing row contains (3, 11).
CONTEXT: COPY p, line 1: "3	11"
> COPY p2 FROM STDIN;
<1	1
ERROR 23514: new row for relation "p2" violates partition constraint
DETAIL: Failing row contains (1, 1).
CONTEXT: COPY p2, line 1: "1	1"
> COPY p FROM STDIN;
<3	1
<1	5
COPY 2
> SELECT tableoid::regclass, * FROM p ORDER BY a;
tableoid | a | b
p1 | 1 | 5
p2 | 3 | 1
SELECT 2

-- Foreign keys are asked at the end; index expressions when rows are written.
> CREATE TABLE f (a int REFERENCES t);
CREATE TABLE
> COPY f FROM STDIN;
<5
ERROR 23503: insert or update on table "f" violates foreign key constraint "f_a_fkey"
DETAIL: Key (a)=(5) is not present in table "t".
> CREATE TABLE i (a int);
CREATE TABLE
> CREATE UNIQUE INDEX ON i ((10 / a));
CREATE INDEX
> COPY i FROM STDIN;
<1
<0
ERROR 22012: division by zero
CONTEXT: COPY i, line 2
> CREATE TABLE e (a int, EXCLUDE USING btree (a WITH =));
CREATE TABLE
> COPY e FROM STDIN;
<1
<1
ERROR 23P01: conflicting key value violates exclusion constraint "e_a_excl"
DETAIL: Key (a)=(1) conflicts with existing key (a)=(1).
CONTEXT: COPY e, line 2
