"""Alembic's environment, for synchronous and asynchronous drivers; program.py puts the engine and the models in."""
import asyncio

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

config = context.config


def migrate(connection):
    context.configure(
        connection=connection, target_metadata=config.attributes["metadata"], compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_asynchronously(url):
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


url = config.attributes["url"]
if url.get_driver_name() == "asyncpg":
    asyncio.run(migrate_asynchronously(url))
else:
    engine = create_engine(url)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()
