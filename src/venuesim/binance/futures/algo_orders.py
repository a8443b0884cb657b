"""Conditional orders: things of their own, with ids of their own, that place an order when their price is reached.

Source: "New Algo Order", "Query Algo Order", and "Event: Algo Order Update" for the life cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from venuesim.binance.futures.reading import Lifetime
from venuesim.binance.futures.words import PriceMatch, SelfTradeMode, WireType, WorkingType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Order
from venuesim.exchange.triggers import Watch
from venuesim.exchange.vocabulary import PositionSide, Side

ENDED_KEPT = 20_000
"""How many ended algo orders of an account are remembered."""


class AlgoStatus(StrEnum):
    """Where an algo order stands."""

    NEW = "NEW"
    TRIGGERING = "TRIGGERING"
    TRIGGERED = "TRIGGERED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen to it again."""
        return self in {AlgoStatus.FINISHED, AlgoStatus.CANCELED, AlgoStatus.EXPIRED, AlgoStatus.REJECTED}


@dataclass(slots=True, kw_only=True, eq=False)
class AlgoOrder:
    """A conditional order. Zero stands for a price that its type does not have; `order` is what it placed.

    `reason` says why the matching engine refused it.
    """

    algo_id: int
    client_algo_id: str
    account: Account
    instrument: Instrument
    side: Side
    position_side: PositionSide
    wire_type: WireType
    quantity: Decimal
    price: Decimal
    trigger_price: Decimal
    working_type: WorkingType
    lifetime: Lifetime
    price_match: PriceMatch
    self_trade_mode: SelfTradeMode
    created_ms: int
    updated_ms: int
    reduce_only: bool = False
    close_position: bool = False
    price_protect: bool = False
    activation_price: Decimal = ZERO
    callback_rate: Decimal = ZERO
    status: AlgoStatus = AlgoStatus.NEW
    triggered_ms: int = 0
    reason: str = ""
    watch: Watch | None = None
    order: Order | None = None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its price."""
        return self.status is AlgoStatus.NEW

    @property
    def is_trailing(self) -> bool:
        """Whether its price follows the market."""
        return self.wire_type is WireType.TRAILING_STOP_MARKET


class AlgoBook:
    """The algo orders of every account. `changed` is called after each change of one."""

    def __init__(self) -> None:
        self.changed: list[Callable[[AlgoOrder], None]] = []
        self._orders: dict[int, dict[int, AlgoOrder]] = {}
        self._waiting: dict[int, AlgoOrder] = {}

    def add(self, algo: AlgoOrder) -> None:
        """Remember a new algo order."""
        orders = self._orders.setdefault(algo.account.account_id, {})
        orders[algo.algo_id] = algo
        self._waiting[algo.algo_id] = algo
        if len(orders) > ENDED_KEPT:
            oldest = next((entry for entry in orders.values() if entry.status.has_ended), None)
            if oldest is not None:
                del orders[oldest.algo_id]
        self._tell(algo)

    def move(self, algo: AlgoOrder, status: AlgoStatus, now_ms: int, reason: str = "") -> None:
        """Give an algo order another status."""
        algo.status = status
        algo.updated_ms = now_ms
        algo.reason = reason
        if status is not AlgoStatus.NEW:
            self._waiting.pop(algo.algo_id, None)
        self._tell(algo)

    def of(self, account: Account) -> Iterator[AlgoOrder]:
        """Yield an account's algo orders, the oldest first."""
        yield from self._orders.get(account.account_id, {}).values()

    def waiting(self, account: Account, symbol: str | None = None) -> list[AlgoOrder]:
        """Return an account's algo orders that wait for their price, of one contract or of all."""
        return [
            algo
            for algo in self._waiting.values()
            if algo.account is account and (symbol is None or algo.instrument.symbol == symbol)
        ]

    def expiring(self, now_ms: int) -> list[AlgoOrder]:
        """Return those whose time is over before their price came."""
        return [algo for algo in self._waiting.values() if 0 < algo.lifetime.good_till_ms <= now_ms]

    def find(self, account: Account, *, algo_id: int | None, client_algo_id: str | None) -> AlgoOrder | None:
        """Return an algo order by id or, without one, the newest with a client id."""
        orders = self._orders.get(account.account_id, {})
        if algo_id is not None:
            return orders.get(algo_id)
        return next((algo for algo in reversed(orders.values()) if algo.client_algo_id == client_algo_id), None)

    def _tell(self, algo: AlgoOrder) -> None:
        for listener in self.changed:
            listener(algo)
