"""What Binance USD-M futures say of conditional orders (algo orders), as reports.

"Query Algo Order" and "Event: Algo Order Update": NEW waits, TRIGGERING is on its way into the book, TRIGGERED is an
order there with an id of its own, FINISHED is one that has ended there.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.reports import OrderReported
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import OrderType, RejectReason, Side, VenueOrderStatus
from tidegate.venues.binance.linear_orders import ORDER_TYPES
from tidegate.venues.binance.words import ENDINGS, figure, side_of
from tidegate.venues.values import MalformedError, amount_or_zero, sentence, text

_STATUSES = {
    "NEW": VenueOrderStatus.OPEN,
    "TRIGGERING": VenueOrderStatus.OPEN,
    "TRIGGERED": VenueOrderStatus.OPEN,
    "CANCELED": VenueOrderStatus.CANCELED,
    "EXPIRED": VenueOrderStatus.EXPIRED,
    "REJECTED": VenueOrderStatus.REJECTED,
}
_FINISHED = "FINISHED"
_WAITING = ("NEW", "TRIGGERING")
_NO_ID = ("", "0", "None")
_REASONS = (
    ("insufficient", RejectReason.INSUFFICIENT_FUNDS),
    ("reduceonly", RejectReason.POSITION_CLOSED),
    ("immediately trigger", RejectReason.IMMEDIATE_MATCH_REFUSED),
    ("maker", RejectReason.IMMEDIATE_MATCH_REFUSED),
    ("position side", RejectReason.INVALID_PARAMETERS),
    ("notional", RejectReason.OUTSIDE_VENUE_RULES),
)
"""By a word of the sentence in which the matching engine refuses an order that was set off."""


class AlgoOrder(NamedTuple):
    """A conditional order as an answer or an event tells it. `order_id` is that of the order it placed, None before."""

    algo_id: str
    client_order_id: ExchangeClientOrderId
    exchange_symbol: str
    status: str
    order_id: str | None
    filled_quantity: Decimal
    quantity: Decimal | None
    side: Side
    order_type: OrderType | None
    price: Decimal | None
    trigger_price: Decimal | None
    message: str

    @property
    def waits(self) -> bool:
        """Whether it has not been set off, or is being so this moment."""
        return self.status in _WAITING


def from_row(row: Any) -> AlgoOrder:
    """An algo order from an answer."""
    return AlgoOrder(
        algo_id=text(row, "algoId"),
        client_order_id=ExchangeClientOrderId(text(row, "clientAlgoId")),
        exchange_symbol=text(row, "symbol"),
        status=_known(row.get("algoStatus")),
        order_id=id_in(row, "actualOrderId"),
        filled_quantity=amount_or_zero(row.get("actualQty")),
        quantity=figure(row.get("quantity")),
        side=side_of(row.get("side")),
        order_type=ORDER_TYPES.get(row.get("orderType")),
        price=figure(row.get("price")),
        trigger_price=figure(row.get("triggerPrice")),
        message="",
    )


def from_event(event: Any) -> AlgoOrder:
    """The algo order of an ALGO_UPDATE."""
    return AlgoOrder(
        algo_id=text(event, "aid"),
        client_order_id=ExchangeClientOrderId(text(event, "caid")),
        exchange_symbol=text(event, "s"),
        status=_known(event.get("X")),
        order_id=id_in(event, "ai"),
        filled_quantity=amount_or_zero(event.get("aq")),
        quantity=figure(event.get("q")),
        side=side_of(event.get("S")),
        order_type=ORDER_TYPES.get(event.get("o")),
        price=figure(event.get("p")),
        trigger_price=figure(event.get("tp")),
        message=sentence(event.get("rm", "")),
    )


def _known(word: Any) -> str:
    if word != _FINISHED and word not in _STATUSES:
        raise MalformedError(f"unknown algo order status {word!r}")
    return str(word)


def id_in(message: Any, key: str) -> str | None:
    """An id; None while there is none, which Binance writes in several ways."""
    written = str(message.get(key))
    return None if written in _NO_ID else written


def report(algo: AlgoOrder, symbol: str, *, account_id: AccountId, at: datetime) -> OrderReported:
    """The order as the desk knows it: under the id of what it placed, once there is one."""
    status = _status(algo)
    return OrderReported(
        at=at,
        account_id=account_id,
        symbol=symbol,
        status=status,
        filled_quantity=algo.filled_quantity if algo.order_id else ZERO,
        exchange_order_id=ExchangeOrderId(algo.order_id or algo.algo_id),
        exchange_client_order_id=algo.client_order_id,
        reason=_reason(status, algo.message),
        message=algo.message,
        side=algo.side,
        order_type=algo.order_type,
        quantity=algo.quantity,
        price=algo.price,
        trigger_price=algo.trigger_price,
        triggered=algo.order_id is not None,
    )


def _status(algo: AlgoOrder) -> VenueOrderStatus:
    """Of one that finished, only what it filled is told; what ended the rest, its order's own report says."""
    if algo.status != _FINISHED:
        return _STATUSES[algo.status]
    is_filled = algo.quantity is not None and algo.filled_quantity >= algo.quantity
    return VenueOrderStatus.FILLED if is_filled else VenueOrderStatus.CANCELED


def _reason(status: VenueOrderStatus, message: str) -> RejectReason | None:
    if status is not VenueOrderStatus.REJECTED:
        return ENDINGS.get(status)
    said = message.lower()
    return next((reason for word, reason in _REASONS if word in said), ENDINGS[status])
