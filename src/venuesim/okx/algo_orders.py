"""Algo orders: what they are, where they are kept, and who hears of their changes.

They are not orders: they have ids of their own, hold nothing, and place an order when their trigger fires.
Source: "Place algo order" and "Algo order details" of the v5 documentation.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import count

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.positions import Position
from venuesim.exchange.triggers import Watch
from venuesim.exchange.vocabulary import PositionSide, PriceKind, Side
from venuesim.okx.attached import Attached
from venuesim.okx.order_reading import TargetCurrency
from venuesim.okx.parameters import MARKET
from venuesim.okx.trade_terms import TradeMode
from venuesim.wire.calls import plain

FIRST_ALGO_ID = 3_000_000_000_000_000_001
ENDED_KEPT = 5_000
"""How many algo orders of each account that ended can still be found."""


class AlgoType(StrEnum):
    """The `ordType` values of algo orders. The last four are refused: not simulated."""

    CONDITIONAL = "conditional"
    OCO = "oco"
    TRIGGER = "trigger"
    MOVE_ORDER_STOP = "move_order_stop"
    CHASE = "chase"
    TWAP = "twap"
    ICEBERG = "iceberg"
    SMART_ICEBERG = "smart_iceberg"


class AlgoState(StrEnum):
    """The `state` values that occur here; `pause` and the partial ones belong to what is not simulated."""

    LIVE = "live"
    EFFECTIVE = "effective"
    CANCELED = "canceled"
    ORDER_FAILED = "order_failed"
    PAUSE = "pause"
    PARTIALLY_EFFECTIVE = "partially_effective"
    PARTIALLY_FAILED = "partially_failed"


class LegName(StrEnum):
    """What fires: the target, the stop, or the only trigger there is."""

    TARGET = "tp"
    STOP = "sl"
    ONLY = ""


@dataclass(slots=True, kw_only=True)
class Leg:
    """A trigger and the order that it makes; the price MARKET stands for a market order."""

    trigger_price: Decimal
    price_kind: PriceKind
    order_price: Decimal

    @property
    def is_market(self) -> bool:
        """Whether a market order follows."""
        return self.order_price == MARKET


@dataclass(slots=True, kw_only=True)
class Callback:
    """How far a trailing stop stays behind: a ratio, or a distance in price; None is not set."""

    ratio: Decimal | None
    spread: Decimal | None
    active_price: Decimal | None


@dataclass(slots=True, kw_only=True, eq=False)
class AlgoOrder:
    """One algo order. `size` is in the unit of `sz`; zero with `closes_all` (closeFraction 1).

    `resting_price` is that of a target which rests as a limit order from the start, `linked_order_id` that order.
    `parent_id` is the order that it was attached to; algo orders with the same one belong together.
    """

    algo_id: int
    account: Account
    symbol: str
    algo_type: AlgoType
    side: Side
    mode: TradeMode
    position_side: PositionSide
    pocket: str
    size: Decimal
    created_ms: int
    updated_ms: int
    last: Decimal
    client_id: str = ""
    tag: str = ""
    leverage: str = ""
    target_currency: TargetCurrency | None = None
    reduce_only: bool = False
    closes_all: bool = False
    cancels_with_position: bool = False
    target: Leg | None = None
    stop: Leg | None = None
    trigger: Leg | None = None
    callback: Callback | None = None
    advance_type: str = ""
    moves_to_cost: bool = False
    attached: list[Attached] = field(default_factory=list)
    parent_id: int | None = None
    entry_price: Decimal = ZERO
    resting_price: Decimal | None = None
    linked_order_id: int | None = None
    state: AlgoState = AlgoState.LIVE
    order_ids: list[int] = field(default_factory=list)
    actual_side: LegName = LegName.ONLY
    actual_price: str = ""
    actual_size: str = "0"
    triggered_ms: int | None = None
    fail_code: str = ""
    request_id: str = ""
    watches: list[Watch] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Whether it still waits."""
        return self.state is AlgoState.LIVE

    def legs(self) -> Iterator[tuple[LegName, Leg]]:
        """Yield the triggers that it waits for; with both of a one-way stop order only the stop counts."""
        if self.trigger is not None:
            yield LegName.ONLY, self.trigger
        if self.stop is not None:
            yield LegName.STOP, self.stop
        if self.target is not None and (self.stop is None or self.algo_type is AlgoType.OCO):
            yield LegName.TARGET, self.target


class AlgoEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An algo order changed; `algo` is live. `amend_result` and `request_id` are set for an amendment."""

    account: Account
    algo: AlgoOrder
    time_ms: int
    amend_result: str = ""
    request_id: str = ""


class AlgoBook:
    """The algo orders of all accounts."""

    def __init__(self) -> None:
        self._ids = count(FIRST_ALGO_ID)
        self._live: defaultdict[int, dict[int, AlgoOrder]] = defaultdict(dict)
        self._ended: defaultdict[int, OrderedDict[int, AlgoOrder]] = defaultdict(OrderedDict)
        self.listeners: list[Callable[[AlgoEvent], None]] = []

    def next_id(self) -> int:
        """Return a new algo id."""
        return next(self._ids)

    def add(self, algo: AlgoOrder) -> None:
        """Keep an algo order that was accepted, and tell."""
        self._live[algo.account.account_id][algo.algo_id] = algo
        self.tell(algo)

    def end(self, algo: AlgoOrder, state: AlgoState, now_ms: int) -> None:
        """Note that an algo order waits no longer, and tell."""
        algo.state = state
        algo.updated_ms = now_ms
        live, ended = self._live[algo.account.account_id], self._ended[algo.account.account_id]
        ended[algo.algo_id] = live.pop(algo.algo_id)
        if len(ended) > ENDED_KEPT:
            ended.popitem(last=False)
        self.tell(algo)

    def tell(self, algo: AlgoOrder, *, amend_result: str = "", request_id: str = "") -> None:
        """Tell that an algo order changed."""
        event = AlgoEvent(
            account=algo.account,
            algo=algo,
            time_ms=algo.updated_ms,
            amend_result=amend_result,
            request_id=request_id,
        )
        for listener in self.listeners:
            listener(event)

    # Looking up

    def live(self, account: Account) -> list[AlgoOrder]:
        """Return the algo orders of an account that wait, oldest first."""
        # One that is firing this moment is still here, but waits no longer.
        known = self._live[account.account_id].values() if account.account_id in self._live else ()
        return [algo for algo in known if algo.is_live]

    def ended(self, account: Account) -> list[AlgoOrder]:
        """Return the algo orders of an account that ended, in the order in which they did."""
        return list(self._ended[account.account_id].values())

    def find(self, account: Account, *, algo_id: int | None, client_id: str | None) -> AlgoOrder | None:
        """Return an algo order by its id or, without one, the newest with a client's id."""
        live, ended = self._live[account.account_id], self._ended[account.account_id]
        if algo_id is not None:
            return live.get(algo_id) or ended.get(algo_id)
        known = [algo for algo in (*ended.values(), *live.values()) if client_id and algo.client_id == client_id]
        return max(known, key=lambda algo: algo.algo_id, default=None)

    def has_client_id(self, account: Account, client_id: str) -> bool:
        """Whether a pending algo order has a client's id."""
        return any(algo.client_id == client_id for algo in self.live(account))

    def of_position(self, account: Account, position: Position) -> list[AlgoOrder]:
        """Return the pending algo orders that go when a position is closed."""
        return [
            algo
            for algo in self.live(account)
            if (algo.symbol, algo.pocket, algo.position_side)
            == (position.instrument.symbol, position.pocket, position.side)
            and (algo.cancels_with_position or algo.closes_all)
        ]

    def closing_shown(self, account: Account, position: Position) -> list[dict[str, object]]:
        """Return the algo orders that close all of a position, as its closeOrderAlgo shows them."""
        return [
            {
                "algoId": str(algo.algo_id),
                "slTriggerPx": plain(algo.stop.trigger_price) if algo.stop else "",
                "slTriggerPxType": algo.stop.price_kind.value if algo.stop else "",
                "tpTriggerPx": plain(algo.target.trigger_price) if algo.target else "",
                "tpTriggerPxType": algo.target.price_kind.value if algo.target else "",
                "closeFraction": "1",
            }
            for algo in self.of_position(account, position)
            if algo.closes_all
        ]
