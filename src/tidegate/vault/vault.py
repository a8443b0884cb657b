"""The `KeyVault` port: seals credentials before they reach the store, and opens them for the venue session alone."""

import asyncio

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.vocabulary import Exchange
from tidegate.ports import CredentialStore, VenueCredentials
from tidegate.vault import envelope
from tidegate.vault.errors import EnvelopeError
from tidegate.vault.keys import KeyEncryptionKey


class EnvelopeVault:
    """Credentials of one desk. Sealing and opening run in a thread: deriving a key is slow on purpose."""

    def __init__(self, store: CredentialStore, key: KeyEncryptionKey, *, desk: str = "desk") -> None:
        self._store = store
        self._key = key
        self._desk = desk

    def __repr__(self) -> str:
        return f"EnvelopeVault(desk={self._desk!r})"

    async def store(self, account_id: AccountId, exchange: Exchange, credentials: VenueCredentials) -> None:
        """Seal and keep; an account's earlier credentials are replaced."""
        secret = msgspec.json.encode(credentials)
        sealed = await asyncio.to_thread(envelope.seal, secret, self._place(account_id, exchange), self._key)
        await self._store.put(account_id, sealed)

    async def credentials(self, account_id: AccountId, exchange: Exchange) -> VenueCredentials | None:
        """An account's credentials; None when there are none. Raises `VaultError` when they cannot be opened."""
        sealed = await self._store.get(account_id)
        if sealed is None:
            return None
        secret = await asyncio.to_thread(envelope.unseal, sealed, self._place(account_id, exchange), self._key)
        try:
            return msgspec.json.decode(secret, type=VenueCredentials)
        except msgspec.MsgspecError:
            raise EnvelopeError(f"the envelope of account {account_id} holds no credentials") from None

    async def rotate(self, account_id: AccountId, exchange: Exchange, new_key: KeyEncryptionKey) -> None:
        """Seal an account's credentials for a new key. Raises `VaultError` when they cannot be opened."""
        sealed = await self._store.get(account_id)
        if sealed is None:
            return
        place = self._place(account_id, exchange)
        await self._store.put(account_id, await asyncio.to_thread(envelope.rewrap, sealed, place, self._key, new_key))

    def _place(self, account_id: AccountId, exchange: Exchange) -> envelope.Place:
        return envelope.Place(desk=self._desk, account=account_id, venue=exchange.value)
