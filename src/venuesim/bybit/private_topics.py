"""What the private topics tell about an event: orders, executions, positions and the wallet."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from venuesim.bybit.connections import encode
from venuesim.bybit.disconnects import TOPICS as GUARDING_TOPICS
from venuesim.bybit.listing import category_of
from venuesim.bybit.operations import Json
from venuesim.bybit.parameters import Category
from venuesim.bybit.wallets import Wallets
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.events import AccountEvent, OrderEvent
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution
from venuesim.wire.calls import plain

Rows = list[Json]


class Renderers(NamedTuple):
    """How the trading half of the venue words things: each returns the rows that a topic carries.

    `funding` are executions of an account's funding payment, `positions` an account's positions in a contract.
    """

    order: Callable[[OrderEvent], Rows]
    execution: Callable[[Execution], Rows]
    funding: Callable[[AccountEvent], Rows]
    positions: Callable[[Account, Instrument], Rows]


class Topic(NamedTuple):
    """A kind of topic and the category that it is limited to; None for all of them."""

    kind: str
    category: Category | None


_CATEGORIES = (Category.SPOT, Category.LINEAR, Category.INVERSE, Category.OPTION)
_KINDS = ("order", "execution", "position", "execution.fast")
TOPICS: dict[str, Topic] = {
    **{kind: Topic(kind, None) for kind in (*_KINDS, "wallet", "greeks", "spread.order", "spread.execution")},
    **{f"{kind}.{category.value}": Topic(kind, category) for kind in _KINDS for category in _CATEGORIES},
    **{name: Topic("dcp", None) for name in GUARDING_TOPICS},
}
"""The topics by name. Those of options and spreads exist and tell nothing."""


class PrivateTopics:
    """Renders the frames of the topics."""

    def __init__(self, *, clock: Clock, wallets: Wallets, renderers: Renderers) -> None:
        self._clock = clock
        self._wallets = wallets
        self._renderers = renderers
        self._message_ids = count(1)

    def of_order(self, name: str, event: OrderEvent) -> Iterator[str]:
        """Yield what a topic tells about a change of an order."""
        topic = TOPICS[name]
        instrument = event.order.instrument
        if topic.category is not None and topic.category is not category_of(instrument):
            return
        execution = event.execution
        rows: Rows = []
        match topic.kind:
            case "order":
                rows = self._renderers.order(event)
            case "execution" if execution is not None:
                rows = self._renderers.execution(execution)
            case "execution.fast" if execution is not None:
                rows = [_fast(execution)]
            case "position" if instrument.is_linear:
                rows = self._renderers.positions(event.account, instrument)
            case "wallet":
                rows = self._wallet(event.account, event.assets)
            case _:
                return
        yield from self._frames(name, event.account, rows)

    def of_account(self, name: str, event: AccountEvent) -> Iterator[str]:
        """Yield what a topic tells about a change of an account that no order made."""
        topic = TOPICS[name]
        instrument = event.instrument
        category = None if instrument is None else category_of(instrument)
        rows: Rows = []
        match topic.kind:
            case "execution" if topic.category in {None, category}:
                rows = self._renderers.funding(event)
            case "position" if instrument is not None and topic.category in {None, category}:
                rows = self._renderers.positions(event.account, instrument)
            case "wallet" if event.asset is not None:
                rows = self._wallet(event.account, (event.asset,))
            case _:
                return
        yield from self._frames(name, event.account, rows)

    def frame(self, name: str, account: Account, rows: Rows) -> str:
        """Return a frame of a topic."""
        head: Json = {"id": f"{account.account_id}_{name}_{next(self._message_ids)}"}
        if TOPICS[name].kind == "execution.fast":
            head = {}
        return encode({**head, "topic": name, "creationTime": self._clock.now_ms(), "data": rows})

    def _frames(self, name: str, account: Account, rows: Rows) -> Iterator[str]:
        if rows:
            yield self.frame(name, account, rows)

    def _wallet(self, account: Account, coins: tuple[str, ...]) -> Rows:
        return [self._wallets.shown(account, list(coins))] if coins else []


def _fast(execution: Execution) -> Json:
    """Return what the fast topic tells: less, and the order's own id only to who took ("Fast Execution")."""
    order = execution.order
    return {
        "category": category_of(order.instrument).value,
        "symbol": order.instrument.venue_id,
        "orderId": str(order.order_id),
        "isMaker": execution.is_maker,
        "orderLinkId": "" if execution.is_maker else order.client_order_id,
        "execId": str(execution.trade_id),
        "execPrice": plain(execution.price),
        "execQty": plain(execution.quantity),
        "side": execution.side.value.capitalize(),
        "execTime": str(execution.time_ms),
        "seq": execution.trade_id,
    }
