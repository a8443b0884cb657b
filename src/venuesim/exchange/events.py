"""What the exchange tells: changes of orders and accounts to their owners, trades and new books to everybody."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order


class OrderEventKind(StrEnum):
    """What happened to an order."""

    NEW = "new"
    TRIGGERED = "triggered"
    AMENDED = "amended"
    TRADE = "trade"
    PREVENTED = "prevented"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order changed. `order` is live: render it while handling the event, not later.

    `assets` are those whose balance changed with it. `execution` is set for TRADE only. `other` is the order that
    PREVENTED kept it from trading with, `quantity` (base) how much of it.
    """

    kind: OrderEventKind
    account: Account
    order: Order
    assets: tuple[str, ...]
    time_ms: int
    execution: Execution | None = None
    other: Order | None = None
    quantity: Decimal = ZERO


class AccountEventKind(StrEnum):
    """What happened to an account that no order of its own did."""

    FUNDING = "funding"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    LEVERAGE = "leverage"
    MARGIN_MODE = "margin_mode"
    POSITION_MODE = "position_mode"
    POSITION_MARGIN = "position_margin"
    MARGIN_CALL = "margin_call"
    INSURANCE = "insurance"
    BUST = "bust"


class AccountEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An account changed. `asset` and the signed `amount` say how a balance did, `instrument` which contract it was."""

    kind: AccountEventKind
    account: Account
    time_ms: int
    asset: str | None = None
    amount: Decimal = ZERO
    instrument: Instrument | None = None


class PublicTrade(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A trade as everybody sees it."""

    trade_id: int
    instrument: Instrument
    price: Decimal
    quantity: Decimal
    buyer_is_maker: bool
    time_ms: int


class BookChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The market of an instrument made a step: its book was quoted anew."""

    instrument: Instrument
    time_ms: int


class Listeners:
    """Functions called, synchronously and in order of registration, for each event.

    `times` are told the time, in milliseconds, whenever it has passed a little: for what a venue does by the clock.
    """

    def __init__(self) -> None:
        self.orders: list[Callable[[OrderEvent], None]] = []
        self.accounts: list[Callable[[AccountEvent], None]] = []
        self.trades: list[Callable[[PublicTrade], None]] = []
        self.books: list[Callable[[BookChanged], None]] = []
        self.times: list[Callable[[int], None]] = []
