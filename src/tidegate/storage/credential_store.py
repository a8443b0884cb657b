"""The `CredentialStore` port: sealed envelopes in the `credentials` table. What is inside, only the vault knows."""

import asyncio

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from tidegate.core.identifiers import AccountId
from tidegate.storage.schema import credentials


class StoredCredentials:
    """Reads and writes through an engine that the caller disposes of."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def put(self, account_id: AccountId, envelope: bytes) -> None:
        """Store an account's envelope durably; an older one is replaced."""
        await asyncio.to_thread(self._put, account_id, envelope)

    async def get(self, account_id: AccountId) -> bytes | None:
        return await asyncio.to_thread(self._get, account_id)

    def _put(self, account_id: AccountId, envelope: bytes) -> None:
        insert = (sqlite if self._engine.dialect.name == "sqlite" else postgresql).insert(credentials)
        upsert = insert.values(account_id=account_id, envelope=envelope).on_conflict_do_update(
            index_elements=[credentials.c.account_id], set_={"envelope": envelope}
        )
        with self._engine.execution_options(writes=True).begin() as connection:
            connection.execute(upsert)

    def _get(self, account_id: AccountId) -> bytes | None:
        query = select(credentials.c.envelope).where(credentials.c.account_id == account_id)
        with self._engine.connect() as connection:
            found: bytes | None = connection.execute(query).scalar_one_or_none()
        return found
