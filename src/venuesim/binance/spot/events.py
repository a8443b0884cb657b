"""The events of the user data stream (User Data Streams page), and the numbers that they bear."""

from collections import deque
from itertools import count

import msgspec

from venuesim.binance.spot.formats import (
    Json,
    eight,
    expiry_reason_of,
    list_id_of,
    prevention_of,
    status_of,
    type_of,
)
from venuesim.binance.spot.prevention import PreventedMatches
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent, OrderEventKind
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus

AMENDMENTS_KEPT = 20_000
"""How many amendments are remembered; older ones are forgotten."""

_EXECUTION_TYPES = {
    OrderEventKind.NEW: "NEW",
    OrderEventKind.TRIGGERED: "NEW",
    OrderEventKind.AMENDED: "REPLACED",
    OrderEventKind.TRADE: "TRADE",
    OrderEventKind.PREVENTED: "TRADE_PREVENTION",
    OrderEventKind.CANCELED: "CANCELED",
    OrderEventKind.EXPIRED: "EXPIRED",
    OrderEventKind.REJECTED: "REJECTED",
}
"""Assumption: an order whose stop fires is told as NEW once more, now with a working time."""

_REJECTIONS = {
    EndReason.INSUFFICIENT_BALANCE: "INSUFFICIENT_BALANCES",
    EndReason.WOULD_TRIGGER: "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    EndReason.POST_ONLY: "WOULD_MATCH_IMMEDIATELY",
}
"""Assumption: an order that expires because the matching engine refused it in its turn says in `r` why."""


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """One amendment of an order, as `order/amendments` lists it; quantities before and after."""

    execution_id: int
    order_id: int
    account_id: int
    original_id: str
    new_id: str
    symbol: str
    original_quantity: str
    new_quantity: str
    time_ms: int


class ExecutionLog:
    """Numbers what happens to orders, and remembers amendments. It must hear of an event before who renders it."""

    def __init__(self, exchange: Exchange) -> None:
        self._ids = count(1)
        self.current = 0
        self.amendments: deque[Amendment] = deque(maxlen=AMENDMENTS_KEPT)
        exchange.listeners.orders.append(self._number)

    def _number(self, _: OrderEvent) -> None:
        self.current = next(self._ids)


class EventWriter:
    """Renders events."""

    def __init__(self, log: ExecutionLog, prevented: PreventedMatches) -> None:
        self._log = log
        self._prevented = prevented

    def order_events(self, event: OrderEvent) -> list[Json]:
        """Return what an order's change says: the report, and the balances that it may have changed."""
        events = [] if _is_told_already(event) else [self._report(event)]
        if event.assets:
            events.append(account_position(event.account, event.assets, event.time_ms))
        return events

    def account_events(self, event: AccountEvent) -> list[Json]:
        """Return what a deposit or a withdrawal says; a trade that is taken back is neither."""
        if event.asset is None:
            return []
        position = account_position(event.account, (event.asset,), event.time_ms)
        if event.kind is AccountEventKind.BUST:
            return [position]
        update: Json = {
            "e": "balanceUpdate",
            "E": event.time_ms,
            "a": event.asset,
            "d": eight(event.amount),
            "T": event.time_ms,
        }
        return [update, position]

    def _report(self, event: OrderEvent) -> Json:
        order, execution = event.order, event.execution
        client_order_id, original_id = _client_order_ids(event)
        expiry = expiry_reason_of(order)
        return {
            "e": "executionReport",
            "E": event.time_ms,
            "s": order.instrument.venue_id,
            "c": client_order_id,
            "S": order.side.upper(),
            "o": type_of(order).value,
            "f": order.time_in_force.upper(),
            "q": eight(order.quantity),
            "p": eight(order.price),
            "P": order.extra.get(Extra.STOP_PRICE, eight(ZERO)),
            "F": order.extra.get(Extra.ICEBERG, eight(ZERO)),
            "g": list_id_of(order),
            "C": original_id,
            "x": "EXPIRED" if expiry is not None else _EXECUTION_TYPES[event.kind],
            "X": _status(event),
            "r": _REJECTIONS.get(order.end_reason, "NONE"),
            "i": order.order_id,
            "l": eight(execution.quantity if execution else ZERO),
            "z": eight(order.filled_quantity),
            "L": eight(execution.price if execution else ZERO),
            "n": eight(execution.fee) if execution else "0",
            "N": execution.fee_asset if execution else None,
            "T": event.time_ms,
            "t": execution.trade_id if execution else -1,
            "I": self._log.current,
            "w": _is_on_book(event),
            "m": execution is not None and execution.is_maker,
            "M": execution is not None,
            "O": order.created_ms,
            "Z": eight(order.filled_quote),
            "Y": eight(execution.quote_quantity if execution else ZERO),
            "Q": eight(order.quote_quantity),
            **self._conditional(event),
            "V": prevention_of(order),
        }

    def _conditional(self, event: OrderEvent) -> Json:
        order, extra = event.order, event.order.extra
        fields: Json = {}
        working_ms = event.time_ms if event.kind is OrderEventKind.TRIGGERED else order.working_ms
        if working_ms is not None:
            fields["W"] = working_ms
        if (reason := expiry_reason_of(order)) is not None:
            fields["eR"] = reason
        if Extra.TRAILING_DELTA in extra:
            fields["d"] = int(extra[Extra.TRAILING_DELTA])
            fields["D"] = int(extra.get(Extra.TRAILING_MS, "-1"))
        if Extra.STRATEGY_ID in extra:
            fields["j"] = int(extra[Extra.STRATEGY_ID])
        if Extra.STRATEGY_TYPE in extra:
            fields["J"] = int(extra[Extra.STRATEGY_TYPE])
        if event.kind is OrderEventKind.PREVENTED and event.other is not None:
            match = self._prevented.latest
            fields |= {
                "v": match.match_id,
                "A": eight(order.prevented_quantity),
                "B": eight(event.quantity),
                "u": -1,
                "U": event.other.order_id,
                "Cs": order.instrument.venue_id,
                "pl": eight(match.quantity),
                "pL": eight(match.price),
                "pY": eight(match.quantity * match.price),
            }
        return fields


def account_position(account: Account, assets: tuple[str, ...], time_ms: int) -> Json:
    """Return outboundAccountPosition: the balances that an event may have changed."""
    return {
        "e": "outboundAccountPosition",
        "E": time_ms,
        "u": time_ms,
        "B": [
            {"a": asset, "f": eight(account.balances[asset].free), "l": eight(account.balances[asset].locked)}
            for asset in assets
        ],
    }


def _client_order_ids(event: OrderEvent) -> tuple[str, str]:
    """Return (`c`, `C`): a cancel has an id of its own beside the order's, an amendment the new beside the old."""
    order = event.order
    if event.kind is OrderEventKind.CANCELED and expiry_reason_of(order) is None:
        return order.extra.get(Extra.CANCEL_ID, order.client_order_id), order.client_order_id
    if event.kind is OrderEventKind.AMENDED:
        return order.client_order_id, order.extra.get(Extra.ORIGINAL_ID, order.client_order_id)
    return order.client_order_id, ""


def _is_told_already(event: OrderEvent) -> bool:
    """Whether the report of the prevented match has said that the order is over."""
    order = event.order
    is_prevented = order.end_reason is EndReason.SELF_TRADE and order.leaves_quantity == 0
    return is_prevented and event.kind is OrderEventKind.EXPIRED


def _status(event: OrderEvent) -> str:
    if event.kind is OrderEventKind.PREVENTED and event.order.leaves_quantity == 0:
        return "EXPIRED_IN_MATCH"
    if event.kind is OrderEventKind.TRIGGERED:
        return OrderStatus.NEW.upper()
    return status_of(event.order)


def _is_on_book(event: OrderEvent) -> bool:
    order: Order = event.order
    is_working = order.status.is_working or event.kind is OrderEventKind.TRIGGERED
    return is_working and type_of(order).has_price and status_of(order) != "PENDING_NEW"
