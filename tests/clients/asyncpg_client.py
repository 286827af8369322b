"""asyncpg (binary format throughout) against a server given by PGHOST, PGPORT, PGUSER, PGDATABASE."""
import asyncio
import datetime
import decimal
import uuid

import asyncpg

VALUES = [
    ("int2", 7), ("int4", -7), ("int8", 2**62), ("float4", 0.5), ("float8", 1e300), ("bool", False), ("text", "naïve"),
    ("numeric", decimal.Decimal("-0.000123")), ("varchar", "v"), ("bytea", bytes(range(256))), ("date", datetime.date(2024, 2, 29)),
    ("time", datetime.time(1, 2, 3)), ("timestamp", datetime.datetime(1999, 12, 31, 23, 59, 59)),
    ("timestamptz", datetime.datetime(2024, 5, 5, 5, tzinfo=datetime.timezone.utc)),
    ("interval", datetime.timedelta(days=40, seconds=1)), ("uuid", uuid.UUID(int=1)), ("jsonb", '{"a": 1}'),
    ("int4[]", [1, 2, 3]), ("text[]", ["a", None]),
]


async def main():
    conn = await asyncpg.connect()
    for type_, value in VALUES:
        got = await conn.fetchval(f"SELECT $1::{type_}", value)
        assert got == value, f"{type_}: got {got!r}, want {value!r}"
        assert await conn.fetchval(f"SELECT $1::{type_}", None) is None

    await conn.execute("DROP TABLE IF EXISTS asyncpg_t")
    await conn.execute("CREATE TABLE asyncpg_t (id bigserial PRIMARY KEY, name text, score numeric(10,2))")
    await conn.executemany("INSERT INTO asyncpg_t (name, score) VALUES ($1, $2)", [(f"n{i}", decimal.Decimal(i)) for i in range(50)])
    row = await conn.fetchrow("SELECT * FROM asyncpg_t WHERE id = $1", 1)
    assert dict(row) == {"id": 1, "name": "n0", "score": decimal.Decimal("0.00")}, row

    transaction = conn.transaction()
    await transaction.start()
    await conn.execute("DELETE FROM asyncpg_t")
    try:
        async with conn.transaction():
            await conn.execute("SELECT 1/0")
        raise AssertionError("no error")
    except asyncpg.DivisionByZeroError:
        pass
    assert await conn.fetchval("SELECT count(*) FROM asyncpg_t") == 0
    await transaction.rollback()
    assert await conn.fetchval("SELECT count(*) FROM asyncpg_t") == 50

    # A cursor: Execute with row limits over one portal.
    async with conn.transaction():
        total = 0
        async for record in conn.cursor("SELECT generate_series(1, 500) AS i", prefetch=7):
            total += record["i"]
        assert total == 125250, total
        # MOVE between Executes, and FETCH past the end.
        cursor = await conn.cursor("SELECT generate_series(0, 20) AS i")
        assert [r["i"] for r in await cursor.fetch(2)] == [0, 1]
        assert await cursor.forward(5) == 5
        assert (await cursor.fetchrow())["i"] == 7
        assert len(await cursor.fetch(100)) == 13
        assert await cursor.fetchrow() is None and await cursor.fetch(5) == []

    # A statement whose columns have changed is prepared anew, unseen.
    assert list(await conn.fetchrow("SELECT * FROM asyncpg_t WHERE id = 1")) == [1, "n0", decimal.Decimal("0.00")]
    await conn.execute("ALTER TABLE asyncpg_t ADD COLUMN more int DEFAULT 7")
    assert (await conn.fetchrow("SELECT * FROM asyncpg_t WHERE id = 1"))["more"] == 7
    await conn.execute("ALTER TABLE asyncpg_t DROP COLUMN more")

    # COPY, binary both ways.
    records = [(1000 + i, f"copy{i}", decimal.Decimal("1.50")) for i in range(500)]
    tag = await conn.copy_records_to_table("asyncpg_t", records=records, columns=["id", "name", "score"])
    assert tag == "COPY 500", tag
    rows = []

    async def sink(data):
        rows.append(data)

    tag = await conn.copy_from_query("SELECT id, name FROM asyncpg_t WHERE id >= 1000 ORDER BY id", output=sink, format="csv")
    assert tag == "COPY 500" and b"".join(rows).startswith(b"1000,copy0\n"), tag

    # Several sessions, one statement cancelled by a timeout.
    try:
        await conn.fetchval("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b", timeout=0.5)
        raise AssertionError("no timeout")
    except asyncio.TimeoutError:
        pass
    assert await conn.fetchval("SELECT 1") == 1
    try:
        await conn.execute("INSERT INTO asyncpg_t (id) VALUES (1)")
        raise AssertionError("no error")
    except asyncpg.UniqueViolationError as error:
        assert error.constraint_name == "asyncpg_t_pkey", error.constraint_name
    # prepare() asks for the answer by Flush, and sends Sync only after it: an error must not wait for Sync.
    try:
        await asyncio.wait_for(conn.prepare("SELECT * FROM nothing"), 20)
        raise AssertionError("no error")
    except asyncpg.UndefinedTableError:
        pass
    await conn.execute("DROP TABLE asyncpg_t")
    await conn.close()
    print("asyncpg: ok")


asyncio.run(main())
