"""What the exchange tells: changes of orders to their owners, trades and new books to everybody."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order


class OrderEventKind(StrEnum):
    """What happened to an order."""

    NEW = "new"
    TRADE = "trade"
    CANCELED = "canceled"
    EXPIRED = "expired"


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An order changed. `order` is live: render it while handling the event, not later.

    `assets` are those whose balance changed with it. `execution` is set for TRADE only.
    """

    kind: OrderEventKind
    account: Account
    order: Order
    assets: tuple[str, ...]
    time_ms: int
    execution: Execution | None = None


class PublicTrade(msgspec.Struct, frozen=True, kw_only=True):
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
    """Functions called, synchronously and in order of registration, for each event."""

    def __init__(self) -> None:
        self.orders: list[Callable[[OrderEvent], None]] = []
        self.trades: list[Callable[[PublicTrade], None]] = []
        self.books: list[Callable[[BookChanged], None]] = []
