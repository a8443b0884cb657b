"""Sessions with venues, and the vault that keeps what signs their requests."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import VenueEffect
from tidegate.core.messages.reports import Report
from tidegate.core.vocabulary import Exchange

ReportSink = Callable[[Report], None]  # Never blocks, never drops.


class VenueSession(Protocol):
    """One account at one venue. Performs calls, reports exactly what happened, keeps within the rate budget."""

    @property
    def account_id(self) -> AccountId: ...

    def start(self) -> None:
        """Connect in the background and keep connected; reports `AccountConnected` whenever the books should be
        compared: first contact, and after every gap in the private stream."""
        ...

    def perform(self, effect: VenueEffect) -> None:
        """Take up an effect; never blocks. Cancels go before orders, orders before queries."""
        ...

    async def close(self) -> None:
        """Let go of connections and tasks. Sends still under way are reported as outcome unknown first."""
        ...

    def health(self) -> "VenueHealth": ...


class VenueHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What `/system/venues` shows of one session. Latency in milliseconds of the last order sent.

    `waiting` counts what waits or runs per lane, `budget` each rate window's use as `used/limit`, `blocked` says per
    lane why its first call waits, `counts` what the stream brought.
    """

    account_id: AccountId
    exchange: Exchange
    connected: bool
    streaming: bool
    message: str
    waiting: dict[str, int]
    budget: dict[str, str]
    latency_ms: float | None = None
    blocked: dict[str, str] = {}
    counts: dict[str, int] = {}


class VenueCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """What signs requests. Never logged, never journaled, never returned; `__repr__` shows nothing."""

    api_key: str
    secret: str
    passphrase: str | None = None

    def __repr__(self) -> str:
        return "VenueCredentials(...)"


class KeyVault(Protocol):
    """Venue credentials, encrypted at rest."""

    async def store(self, account_id: AccountId, exchange: Exchange, credentials: VenueCredentials) -> None: ...

    async def credentials(self, account_id: AccountId, exchange: Exchange) -> VenueCredentials | None: ...


class CredentialStore(Protocol):
    """Where the vault keeps its sealed envelopes: opaque bytes, useless without the key that is not in there."""

    async def put(self, account_id: AccountId, envelope: bytes) -> None: ...

    async def get(self, account_id: AccountId) -> bytes | None: ...
