"""What the handlers work with: the ports, and nothing else."""

import asyncio
from collections.abc import Callable

import msgspec

from tidegate.core.policy import Policy
from tidegate.gateway.authentication import Authenticator
from tidegate.gateway.metrics import Metrics
from tidegate.ports import Accounting, Blotter, Clock, CommandPort, KeyVault, ReferenceData, VenueHealth


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the gateway behaves. Seconds; the body's size in bytes."""

    reporting_currency: str = "USDT"
    retry_window_seconds: float = 10.0
    body_size_max: int = 65_536
    cash_assets: frozenset[str] = Policy().cash_assets


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The gateway's hands.

    Accounts are registered one at a time, so that none gets the credentials of a loser; and rules, transfers and what
    may need approval are taken one at a time where they have a key, so that the same request twice makes one.
    """

    commands: CommandPort
    blotter: Blotter
    accounting: Accounting
    reference: ReferenceData
    vault: KeyVault
    venue_health: Callable[[], list[VenueHealth]]
    clock: Clock
    new_id: Callable[[], str]
    authenticator: Authenticator
    metrics: Metrics
    settings: GatewaySettings
    registering: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)
    creating_rules: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)
    asking_approval: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)
    transferring: asyncio.Lock = msgspec.field(default_factory=asyncio.Lock)
