"""The vault: credentials come back only to the right desk, account, venue and key; nothing secret is ever shown."""

import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tidegate.core.identifiers import AccountId
from tidegate.core.vocabulary import Exchange
from tidegate.ports import VenueCredentials
from tidegate.storage.open import open_storage
from tidegate.vault.errors import EnvelopeError, VaultError, WrongKeyError
from tidegate.vault.keys import FileKey, PassphraseKey, create_key_file
from tidegate.vault.vault import EnvelopeVault

ACCOUNT = AccountId("binance-main")
CREDENTIALS = VenueCredentials(api_key="canary-api-key", secret="canary-secret", passphrase="canary-phrase")


class MemoryStore:
    """A credential store that forgets when the test ends."""

    def __init__(self) -> None:
        self.envelopes: dict[AccountId, bytes] = {}

    async def put(self, account_id: AccountId, envelope: bytes) -> None:
        self.envelopes[account_id] = envelope

    async def get(self, account_id: AccountId) -> bytes | None:
        return self.envelopes.get(account_id)


@pytest.fixture
def key(tmp_path: Path) -> FileKey:
    path = tmp_path / "vault.key"
    create_key_file(path)
    return FileKey(path)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def vault(store: MemoryStore, key: FileKey) -> EnvelopeVault:
    """Holds the credentials of one account."""
    opened = EnvelopeVault(store, key)
    await opened.store(ACCOUNT, Exchange.BINANCE, CREDENTIALS)
    return opened


async def test_credentials_come_back(vault: EnvelopeVault) -> None:
    assert await vault.credentials(ACCOUNT, Exchange.BINANCE) == CREDENTIALS


async def test_credentials_without_passphrase_come_back(vault: EnvelopeVault) -> None:
    plain = VenueCredentials(api_key="a", secret="b")
    await vault.store(ACCOUNT, Exchange.BINANCE, plain)
    assert await vault.credentials(ACCOUNT, Exchange.BINANCE) == plain


async def test_an_unknown_account_has_none(vault: EnvelopeVault) -> None:
    assert await vault.credentials(AccountId("nobody"), Exchange.BINANCE) is None


async def test_a_passphrase_keeps_credentials_too(store: MemoryStore) -> None:
    vault = EnvelopeVault(store, PassphraseKey("correct horse battery staple"))
    await vault.store(ACCOUNT, Exchange.OKX, CREDENTIALS)
    reopened = EnvelopeVault(store, PassphraseKey("correct horse battery staple"))
    assert await reopened.credentials(ACCOUNT, Exchange.OKX) == CREDENTIALS
    with pytest.raises(WrongKeyError):
        await EnvelopeVault(store, PassphraseKey("correct horse battery stable")).credentials(ACCOUNT, Exchange.OKX)


async def test_an_envelope_of_another_account_does_not_open(vault: EnvelopeVault, store: MemoryStore) -> None:
    store.envelopes[AccountId("mallory")] = store.envelopes[ACCOUNT]
    with pytest.raises(WrongKeyError, match="another account"):
        await vault.credentials(AccountId("mallory"), Exchange.BINANCE)


async def test_an_envelope_of_another_venue_does_not_open(vault: EnvelopeVault) -> None:
    with pytest.raises(WrongKeyError):
        await vault.credentials(ACCOUNT, Exchange.BYBIT)


async def test_an_envelope_of_another_desk_does_not_open(
    vault: EnvelopeVault, store: MemoryStore, key: FileKey
) -> None:
    assert await vault.credentials(ACCOUNT, Exchange.BINANCE) is not None
    with pytest.raises(WrongKeyError):
        await EnvelopeVault(store, key, desk="elsewhere").credentials(ACCOUNT, Exchange.BINANCE)


async def test_names_with_bars_are_no_way_into_another_place(store: MemoryStore, key: FileKey) -> None:
    await EnvelopeVault(store, key, desk="a|b").store(AccountId("c"), Exchange.OKX, CREDENTIALS)
    store.envelopes[AccountId("b|c")] = store.envelopes[AccountId("c")]
    with pytest.raises(WrongKeyError):
        await EnvelopeVault(store, key, desk="a").credentials(AccountId("b|c"), Exchange.OKX)


async def test_another_key_does_not_open(vault: EnvelopeVault, store: MemoryStore, tmp_path: Path) -> None:
    assert await vault.credentials(ACCOUNT, Exchange.BINANCE) is not None
    create_key_file(tmp_path / "other.key")
    with pytest.raises(WrongKeyError):
        await EnvelopeVault(store, FileKey(tmp_path / "other.key")).credentials(ACCOUNT, Exchange.BINANCE)
    other = EnvelopeVault(store, PassphraseKey("correct horse battery staple"))
    with pytest.raises(WrongKeyError, match="passphrase-1"):
        await other.credentials(ACCOUNT, Exchange.BINANCE)


async def test_any_changed_byte_is_found(vault: EnvelopeVault, store: MemoryStore) -> None:
    envelope = store.envelopes[ACCOUNT]
    for position in range(len(envelope)):
        changed = bytearray(envelope)
        changed[position] ^= 1
        store.envelopes[ACCOUNT] = bytes(changed)
        with pytest.raises(VaultError):
            await vault.credentials(ACCOUNT, Exchange.BINANCE)


def _replace(envelope: bytes, field: str, value: object) -> bytes:
    return msgspec.msgpack.encode({**msgspec.msgpack.decode(envelope), field: value})


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another sealed text": lambda envelope: _replace(envelope, "sealed", b"x" * 80),
    "another nonce": lambda envelope: _replace(envelope, "nonce", b"\x00" * 12),
    "no nonce": lambda envelope: _replace(envelope, "nonce", b""),
    "a later version": lambda envelope: _replace(envelope, "version", 2),
    "cut short": lambda envelope: envelope[:-1],
    "emptied": lambda envelope: envelope[:0],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_changed_envelope_is_told_apart_from_a_wrong_key(
    vault: EnvelopeVault, store: MemoryStore, change: Callable[[bytes], bytes]
) -> None:
    store.envelopes[ACCOUNT] = change(store.envelopes[ACCOUNT])
    with pytest.raises(EnvelopeError):
        await vault.credentials(ACCOUNT, Exchange.BINANCE)


async def test_rotation_seals_anew(vault: EnvelopeVault, store: MemoryStore) -> None:
    new_key = PassphraseKey("correct horse battery staple")
    await vault.rotate(ACCOUNT, Exchange.BINANCE, new_key)
    assert await EnvelopeVault(store, new_key).credentials(ACCOUNT, Exchange.BINANCE) == CREDENTIALS
    with pytest.raises(WrongKeyError):
        await vault.credentials(ACCOUNT, Exchange.BINANCE)
    await vault.rotate(AccountId("nobody"), Exchange.BINANCE, new_key)
    assert AccountId("nobody") not in store.envelopes


async def test_nothing_secret_is_shown(vault: EnvelopeVault, store: MemoryStore, key: FileKey) -> None:
    shown = [repr(vault), str(vault), repr(await vault.credentials(ACCOUNT, Exchange.BINANCE))]
    for envelope in (store.envelopes[ACCOUNT][:-3], b"junk"):
        store.envelopes[ACCOUNT] = envelope
        with pytest.raises(VaultError) as failure:
            await vault.credentials(ACCOUNT, Exchange.BINANCE)
        shown.append("".join(traceback.format_exception(failure.value)))
    assert "canary" not in "".join(shown)


async def test_no_secret_reaches_the_database_in_the_clear(sqlite_url: str, tmp_path: Path, key: FileKey) -> None:
    storage = open_storage(sqlite_url)
    vault = EnvelopeVault(storage.credential_store, key)
    await vault.store(ACCOUNT, Exchange.BINANCE, CREDENTIALS)
    assert await vault.credentials(ACCOUNT, Exchange.BINANCE) == CREDENTIALS
    written = b"".join((tmp_path / name).read_bytes() for name in ("desk.db", "desk.db-wal"))
    await storage.close()
    assert b"binance-main" in written
    assert b"canary" not in written
