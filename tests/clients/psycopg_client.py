"""psycopg 3 against a server given by PGHOST, PGPORT, PGUSER, PGDATABASE."""
import datetime
import decimal
import threading
import time
import uuid

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

VALUES = [
    ("int2", -32768), ("int4", 2**31 - 1), ("int8", -(2**63)), ("float4", 1.5), ("float8", 0.1), ("bool", True),
    ("numeric", decimal.Decimal("123456789012345678901234567890.0123456789")), ("numeric", decimal.Decimal("NaN")),
    ("text", "héllo ✓"), ("varchar", ""), ("bytea", b"\x00\xff\x7f"), ("date", datetime.date(1969, 7, 20)),
    ("time", datetime.time(23, 59, 59, 999999)), ("timestamp", datetime.datetime(2038, 1, 19, 3, 14, 7, 123456)),
    ("timestamptz", datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)),
    ("interval", datetime.timedelta(days=-3, hours=4, microseconds=5)), ("uuid", uuid.UUID(int=2**127 + 5)),
    ("int4[]", [1, None, 3]), ("text[]", ["a,b", '"', "NULL", None]),
]


def check(what, got, want):
    same = got == want or (got != got and want != want)
    assert same, f"{what}: got {got!r}, want {want!r}"


def main():
    with psycopg.connect(autocommit=True) as conn:
        cur = conn.cursor()
        for binary in (False, True):
            for type_, value in VALUES:
                got = conn.execute(f"SELECT %{'b' if binary else 't'}::{type_}", [value], binary=binary).fetchone()[0]
                check(f"{type_} binary={binary}", got, value)
                null = conn.execute(f"SELECT %s::{type_}", [None], binary=binary).fetchone()[0]
                check(f"{type_} null", null, None)
            doc = {"a": [1, 2.5, None, True], "b": {"c": "x"}}
            got = conn.execute("SELECT %s::jsonb", [Jsonb(doc)], binary=binary).fetchone()[0]
            check("jsonb", got, doc)

        cur.execute("DROP TABLE IF EXISTS psycopg_t")
        cur.execute("CREATE TABLE psycopg_t (id int PRIMARY KEY, name text NOT NULL, at timestamptz DEFAULT now())")
        cur.executemany("INSERT INTO psycopg_t (id, name) VALUES (%s, %s)", [(i, f"n{i}") for i in range(100)])
        check("executemany", conn.execute("SELECT count(*) FROM psycopg_t").fetchone()[0], 100)

        # A prepared statement, used often enough to be prepared on the server.
        for i in range(20):
            row = conn.execute("SELECT name FROM psycopg_t WHERE id = %s", [i], prepare=True).fetchone()
            check("prepared", row, (f"n{i}",))

        # Transactions, nested ones by savepoint.
        with conn.transaction():
            conn.execute("UPDATE psycopg_t SET name = 'x' WHERE id = 1")
            try:
                with conn.transaction():
                    conn.execute("INSERT INTO psycopg_t VALUES (1, 'duplicate')")
            except errors.UniqueViolation as error:
                check("constraint", error.diag.constraint_name, "psycopg_t_pkey")
                check("detail", error.diag.message_detail, "Key (id)=(1) already exists.")
        check("committed", conn.execute("SELECT name FROM psycopg_t WHERE id = 1").fetchone(), ("x",))

        # COPY in and out, text and binary.
        cur.execute("TRUNCATE psycopg_t")
        with cur.copy("COPY psycopg_t (id, name) FROM STDIN") as copy:
            for i in range(1000):
                copy.write_row((i, f"line\t{i}\n\\"))
        with cur.copy("COPY (SELECT id, name FROM psycopg_t WHERE id < 3 ORDER BY id) TO STDOUT") as copy:
            copy.set_types(["int4", "text"])
            check("copy out", list(copy.rows()), [(i, f"line\t{i}\n\\") for i in range(3)])
        with cur.copy("COPY psycopg_t (id, name) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            for i in range(1000, 1100):
                copy.write_row((i, "b"))
        check("copy binary", conn.execute("SELECT count(*) FROM psycopg_t").fetchone()[0], 1100)

        # Errors with their fields.
        for sql, code in [
            ("SELECT 1/0", errors.DivisionByZero), ("SELECT nope", errors.UndefinedColumn), ("SELEC 1", errors.SyntaxError),
            ("SELECT * FROM nope", errors.UndefinedTable), ("SELECT 'x'::int", errors.InvalidTextRepresentation),
            ("INSERT INTO psycopg_t VALUES (1, NULL)", errors.NotNullViolation), ("SELECT nofunc(1)", errors.UndefinedFunction),
        ]:
            try:
                conn.execute(sql)
                raise AssertionError(f"{sql} succeeded")
            except code as error:
                assert error.diag.sqlstate and error.diag.message_primary

        # Pipeline mode.
        with conn.pipeline():
            results = [conn.execute("SELECT %s::int + 1", [i]) for i in range(10)]
        check("pipeline", [r.fetchone()[0] for r in results], list(range(1, 11)))

        # A cancel reaches a running statement.
        timer = threading.Timer(0.5, conn.cancel)
        timer.start()
        begin = time.monotonic()
        try:
            conn.execute("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b")
            raise AssertionError("the statement was not cancelled")
        except errors.QueryCanceled:
            assert time.monotonic() - begin < 20
        timer.join()
        check("alive", conn.execute("SELECT 1").fetchone(), (1,))
        cur.execute("DROP TABLE psycopg_t")

    # A server-side cursor.
    with psycopg.connect() as conn, conn.cursor("c") as cur:
        cur.execute("SELECT i FROM generate_series(1, 1000) i")
        check("cursor", sum(row[0] for row in cur), 500500)
    print("psycopg: ok")


main()
