"""What OKX says of its algo orders: orders that wait to be set off, and what came of them."""

from typing import Any

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.reports import OrderReported
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import OrderType, RejectReason, VenueOrderStatus
from tidegate.venues.okx.algos import AT_MARKET, STOP_OR_TARGET, TRAILING
from tidegate.venues.okx.errors import ERRORS
from tidegate.venues.okx.reading import Reader, named_by, side_of
from tidegate.venues.values import MalformedError, amount_or_zero, text
from tidegate.venues.venue import Seat

_STATES = {
    "live": VenueOrderStatus.OPEN,
    "pause": VenueOrderStatus.OPEN,
    "effective": VenueOrderStatus.OPEN,
    "partially_effective": VenueOrderStatus.OPEN,
    "canceled": VenueOrderStatus.CANCELED,
    "order_failed": VenueOrderStatus.REJECTED,
    "partially_failed": VenueOrderStatus.REJECTED,
}
_EFFECTIVE = frozenset({"effective", "partially_effective"})
_LEG_TYPES = {
    # By the leg that there is, and whether it becomes a market order.
    ("sl", True): OrderType.STOP_LOSS,
    ("sl", False): OrderType.STOP_LIMIT,
    ("tp", True): OrderType.TAKE_PROFIT,
    ("tp", False): OrderType.TAKE_PROFIT_LIMIT,
}


def algo_order(row: Any, reader: Reader, seat: Seat) -> OrderReported:
    """An algo order as every call and its channels tell it, under the id of the order that it placed, if it has.

    That order's own reports say how far it is: here it is open, filled by nothing.
    """
    status = _STATES.get(row.get("state"))
    if status is None:
        raise MalformedError(f"unknown algo order state {row.get('state')!r}")
    instrument = reader.instrument(row)
    order_type, trigger_price, price = _terms(row)
    reason, message = _failure(row) if status is VenueOrderStatus.REJECTED else (None, "")
    placed = placed_order_ids(row)
    # What `sz` counts: the quote asset of a pair's market buy by default, as with plain orders.
    counts_quote = row.get("tgtCcy") == "quote_ccy"
    return OrderReported(
        at=reader.now(),
        account_id=seat.account_id,
        symbol=instrument.symbol,
        status=status,
        filled_quantity=ZERO,
        exchange_order_id=placed[-1] if placed else ExchangeOrderId(text(row, "algoId")),
        exchange_client_order_id=named_by(row),
        reason=reason,
        message=message,
        side=side_of(row),
        order_type=order_type,
        quantity=None if counts_quote else (amount_or_zero(row.get("sz")) * instrument.contract_size) or None,
        price=price,
        trigger_price=trigger_price,
        triggered=is_effective(row) or status is VenueOrderStatus.REJECTED,
    )


def is_effective(row: Any) -> bool:
    """Whether an algo order has been set off and placed an order."""
    return row.get("state") in _EFFECTIVE


def placed_order_ids(row: Any) -> list[ExchangeOrderId]:
    """The orders that an algo order placed; one, for the kinds that the desk sends."""
    listed = row.get("ordIdList")
    found = [str(each) for each in listed if each] if isinstance(listed, list) else []
    latest = str(row.get("ordId") or "")
    if latest and latest not in found:
        found.append(latest)
    return [ExchangeOrderId(each) for each in found]


def _terms(row: Any) -> tuple[OrderType | None, Any, Any]:
    """The order's type in our words, its trigger price and its limit price, as far as they are single ones."""
    if row.get("ordType") == TRAILING:
        return OrderType.TRAILING_STOP, amount_or_zero(row.get("activePx")) or None, None
    if row.get("ordType") != STOP_OR_TARGET:
        return None, amount_or_zero(row.get("triggerPx")) or None, None
    leg = "sl" if amount_or_zero(row.get("slTriggerPx")) else "tp"
    at_market = row.get(f"{leg}OrdPx") == AT_MARKET
    price = None if at_market else amount_or_zero(row.get(f"{leg}OrdPx")) or None
    return _LEG_TYPES[leg, at_market], amount_or_zero(row.get(f"{leg}TriggerPx")) or None, price


def _failure(row: Any) -> tuple[RejectReason, str]:
    """Why OKX could not place the order that was set off."""
    code = str(row.get("failCode") or "")
    rule = ERRORS.find(code, "")
    reason = RejectReason.VENUE_ERROR if rule is None else rule.reason
    return reason, f"OKX set it off and could not place the order (code {code or 'unknown'})"
