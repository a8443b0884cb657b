"""How an order stands or ended, from Bybit's `orderStatus`, `cancelType` and `rejectReason`.

An accepted order may be refused after all, asynchronously: it is told as Rejected, or canceled with a reason. Ends that
other venues call by another word are called so here too: what an immediate order leaves has expired.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import InstrumentKind, RejectReason, VenueOrderStatus
from tidegate.venues.values import MalformedError, amount_or_zero, sentence

_OPEN, _FILLED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED
_CANCELED, _EXPIRED = VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED
_REJECTED = VenueOrderStatus.REJECTED

UNTRIGGERED = frozenset({"Untriggered", "Deactivated"})
_STATUSES = {
    "New": _OPEN,
    "PartiallyFilled": _OPEN,
    "Untriggered": _OPEN,
    "Triggered": _OPEN,
    "Filled": _FILLED,
    "PartiallyFilledCanceled": _CANCELED,
    "Cancelled": _CANCELED,
    "Deactivated": _CANCELED,
    "Rejected": _REJECTED,
}
_REASONS = {_CANCELED: RejectReason.CANCELED_AT_VENUE, _REJECTED: RejectReason.VENUE_ERROR}
_POSITION_GONE = (RejectReason.POSITION_CLOSED, "canceled, as there was no position left to reduce")
_LIQUIDATED = (RejectReason.CANCELED_AT_VENUE, "canceled by the venue to free margin before a liquidation")
_DELEVERAGED = (RejectReason.CANCELED_AT_VENUE, "canceled by the venue for an auto-deleveraging")
_ONE_OF_TWO = (RejectReason.ONE_CANCELS_OTHER, "canceled, as the other leg was set off")
_CANCELED_FOR = {
    # Cancels that nobody asked for, by `cancelType`.
    "CancelByReduceOnly": _POSITION_GONE,
    "CancelByTpSlTsClear": _POSITION_GONE,
    "CancelByPrepareLiq": _LIQUIDATED,
    "CancelAllBeforeLiq": _LIQUIDATED,
    "CancelByPrepareAdl": _DELEVERAGED,
    "CancelAllBeforeAdl": _DELEVERAGED,
    "CancelByAdmin": (RejectReason.CANCELED_AT_VENUE, "canceled by the venue"),
    "CancelBySettle": (RejectReason.CANCELED_AT_VENUE, "canceled, as the contract is delisted"),
    "CancelBySmp": (RejectReason.CANCELED_AT_VENUE, "canceled by self-trade prevention"),
    "CancelByDCP": (RejectReason.CANCELED_AT_VENUE, "canceled, as the connection was gone for too long"),
    "CancelByCannotAffordOrderCost": (RejectReason.INSUFFICIENT_FUNDS, "canceled, as it could not be paid for"),
    "CancelByOCOTpCanceledBySlTriggered": _ONE_OF_TWO,
    "CancelByOCOSlCanceledByTpTriggered": _ONE_OF_TWO,
}
_NOT_AT_ONCE = (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "nothing more could be filled at once")
_OUTSIDE = (_REJECTED, RejectReason.OUTSIDE_VENUE_RULES, "")
_NOT_TRADING = (_REJECTED, RejectReason.INSTRUMENT_NOT_TRADABLE, "")
_ENDED_BY = {
    # What the matching engine says, by `rejectReason`. An empty sentence: Bybit's own word is shown.
    "EC_PerCancelRequest": (_CANCELED, RejectReason.USER_REQUEST, "canceled on request"),
    "EC_NoImmediateQtyToFill": _NOT_AT_ONCE,
    "EC_NoEnoughQtyToFill": _NOT_AT_ONCE,
    "EC_CancelForNoFullFill": (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "it could not be filled whole at once"),
    "EC_CancelByOrderValueZero": (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "what was left is worth nothing"),
    "EC_CancelByMatchValueZero": (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "what it met is worth nothing"),
    "EC_ReachMarketPriceLimit": (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "it reached the venue's price limit"),
    "EC_ReachMaxTradeNum": (_EXPIRED, RejectReason.EXPIRED_AT_VENUE, "it met too many orders at once"),
    "EC_BySelfMatch": (_CANCELED, RejectReason.CANCELED_AT_VENUE, "canceled by self-trade prevention"),
    "EC_StopBySelfMatch": (_CANCELED, RejectReason.CANCELED_AT_VENUE, "canceled by self-trade prevention"),
    "EC_PostOnlyWillTakeLiquidity": (
        _REJECTED,
        RejectReason.IMMEDIATE_MATCH_REFUSED,
        "a post-only order would have taken liquidity",
    ),
    "EC_InsufficientBalance": (_REJECTED, RejectReason.INSUFFICIENT_FUNDS, "it could not be paid for"),
    "EC_InvalidSymbolStatus": _NOT_TRADING,
    "EC_SecurityStatusFail": _NOT_TRADING,
    "EC_InCallAuctionStatus": _NOT_TRADING,
    "EC_ReachRiskPriceLimit": _OUTSIDE,
    "EC_LimitOrderInvalidPrice": _OUTSIDE,
    "EC_InvalidPriceScale": _OUTSIDE,
    "EC_QtyCannotBeZero": _OUTSIDE,
    "EC_EcInvalidQty": _OUTSIDE,
    "EC_InvalidAmount": _OUTSIDE,
}
_NO_WORDS = frozenset({"", "EC_NoError"})
_PRICE_SLACK = Decimal("1.1")  # The last lot of a market order costs more than the average one.


class Standing(NamedTuple):
    """Where an order stands, and if it has ended why: a reason, and a sentence for people."""

    status: VenueOrderStatus
    reason: RejectReason | None
    message: str


def knows_status(row: Any) -> bool:
    """Whether an order's status is one of those that Bybit documents."""
    return row.get("orderStatus") in _STATUSES


def standing_of(row: Any, instrument: Instrument) -> Standing:
    """Read a row of the order topic or of an order call; raises `MalformedError` for a status never seen before."""
    status = _STATUSES.get(row.get("orderStatus"))
    if status is None:
        raise MalformedError(f"unknown order status {row.get('orderStatus')!r}")
    if status in (_OPEN, _FILLED):
        return Standing(status, None, "")
    if _has_spent_all(row, instrument):
        return Standing(_FILLED, None, "")
    ended = _ended(row, status)
    if ended.status is _REJECTED and amount_or_zero(row.get("cumExecQty")):
        return ended._replace(status=_CANCELED)  # What has traded was not rejected.
    return ended


def _ended(row: Any, status: VenueOrderStatus) -> Standing:
    cancel_type, word = str(row.get("cancelType") or ""), str(row.get("rejectReason") or "")
    if cancel_type in _CANCELED_FOR:
        return Standing(_CANCELED, *_CANCELED_FOR[cancel_type])
    if word in _ENDED_BY:
        ended = Standing(*_ENDED_BY[word])
        return ended if ended.message else ended._replace(message=sentence(word))
    message = "" if word in _NO_WORDS else sentence(word)
    if cancel_type == "CancelByUser":
        return Standing(_CANCELED, RejectReason.USER_REQUEST, message or "canceled on request")
    if word == "EC_Others" and is_conditional(row):
        # A conditional order holds no margin while it waits, and is canceled when there is too little once it is set
        # off ("Place Order"); Bybit has no word of its own for that.
        return Standing(_REJECTED, RejectReason.INSUFFICIENT_FUNDS, "it could not be paid for when it was set off")
    if row.get("timeInForce") in ("IOC", "FOK") and status is _CANCELED:
        return Standing(_EXPIRED, RejectReason.EXPIRED_AT_VENUE, message)
    return Standing(status, _REASONS[status], message)


def is_conditional(row: Any) -> bool:
    """Whether an order waits, or once waited, for a price to set it off."""
    return row.get("stopOrderType") not in (None, "", "UNKNOWN")


def is_by_quote(row: Any, kind: InstrumentKind) -> bool:
    """Whether `qty` counts the quote asset: spot market orders may, and market buys do unless they say otherwise."""
    if kind is InstrumentKind.LINEAR or row.get("orderType") != "Market":
        return False
    unit = row.get("marketUnit")
    return bool(unit == "quoteCoin" or (unit != "baseCoin" and row.get("side") == "Buy"))


def _has_spent_all(row: Any, instrument: Instrument) -> bool:
    """Whether a market order by quote amount is done but for an amount that buys nothing more.

    Bybit calls that partly filled and canceled; at other venues it is filled.
    """
    filled, spent = amount_or_zero(row.get("cumExecQty")), amount_or_zero(row.get("cumExecValue"))
    if not filled or not spent or not is_by_quote(row, instrument.kind):
        return False
    left = amount_or_zero(row.get("qty")) - spent
    smallest = max(instrument.quantity_step, instrument.quantity_min or instrument.quantity_step)
    return left * filled <= smallest * spent * _PRICE_SLACK
