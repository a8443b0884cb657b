"""What Bybit's answers and private topics say, as reports."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Liquidity, RejectReason, Side, VenueOrderStatus
from tidegate.venues.values import MalformedError, amount, amount_or_zero, cost, instant, rows, sentence, text

_STATUSES = {
    "New": VenueOrderStatus.OPEN,
    "PartiallyFilled": VenueOrderStatus.OPEN,
    "Untriggered": VenueOrderStatus.OPEN,
    "Triggered": VenueOrderStatus.OPEN,
    "Filled": VenueOrderStatus.FILLED,
    "PartiallyFilledCanceled": VenueOrderStatus.CANCELED,
    "Cancelled": VenueOrderStatus.CANCELED,
    "Deactivated": VenueOrderStatus.CANCELED,
    "Rejected": VenueOrderStatus.REJECTED,
}
_REJECT_REASONS = {
    # Why Bybit ended an order. Ends that other venues call by another word are called so here too.
    "EC_PerCancelRequest": (VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST),
    "EC_NoImmediateQtyToFill": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
    "EC_CancelForNoFullFill": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
    "EC_PostOnlyWillTakeLiquidity": (VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),
    "EC_NoEnoughQtyToFill": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),
    "EC_InvalidSymbolStatus": (VenueOrderStatus.REJECTED, RejectReason.INSTRUMENT_NOT_TRADABLE),
}
_SENTENCES = {
    "EC_NoError": "",
    "EC_PerCancelRequest": "canceled on request",
    "EC_NoImmediateQtyToFill": "nothing more could be filled at once",
    "EC_CancelForNoFullFill": "it could not be filled whole at once",
    "EC_PostOnlyWillTakeLiquidity": "a post-only order would have taken liquidity",
}
_REASONS = {
    VenueOrderStatus.CANCELED: RejectReason.CANCELED_AT_VENUE,
    VenueOrderStatus.REJECTED: RejectReason.VENUE_ERROR,
}
_SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}


def order(row: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime) -> OrderReported:
    """An order as every call and the order topic tell it."""
    status = _STATUSES.get(row.get("orderStatus"))
    if status is None:
        raise MalformedError(f"unknown order status {row.get('orderStatus')!r}")
    filled = amount_or_zero(row.get("cumExecQty"))
    reason: RejectReason | None = None
    if status in _REASONS:
        status, reason = _end(row, status)
    if status is VenueOrderStatus.REJECTED and filled:
        status = VenueOrderStatus.CANCELED  # What has traded was not rejected.
    return OrderReported(
        at=at,
        account_id=account_id,
        symbol=symbol_of(text(row, "symbol")),
        status=status,
        filled_quantity=filled,
        exchange_order_id=ExchangeOrderId(text(row, "orderId")),
        exchange_client_order_id=_client_order_id(row),
        reason=reason,
        message=_sentence(row),
    )


def execution(
    row: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime
) -> ExecutionReported | None:
    """An execution as execution/list and the execution topic tell it; None for what is no trade (funding, ...)."""
    if row.get("execType") != "Trade":
        return None
    side = _SIDES.get(row.get("side"))
    if side is None:
        raise MalformedError(f"unknown side {row.get('side')!r}")
    symbol = symbol_of(text(row, "symbol"))
    is_maker = row.get("isMaker")
    liquidity = Liquidity.MAKER if is_maker else Liquidity.TAKER
    return ExecutionReported(
        at=at,
        account_id=account_id,
        symbol=symbol,
        side=side,
        trade_id=TradeId(text(row, "execId")),
        quantity=amount(row.get("execQty")),
        price=amount(row.get("execPrice")),
        executed_at=instant(row.get("execTime")),
        fees=_fee(row, symbol, side),
        liquidity=liquidity if isinstance(is_maker, bool) else Liquidity.UNKNOWN,
        exchange_order_id=ExchangeOrderId(text(row, "orderId")),
        exchange_client_order_id=_client_order_id(row),
    )


def balances(answer: Any) -> tuple[VenueBalance, ...]:
    """The balances of the unified account that are not zero. `walletBalance` includes what open orders lock."""
    accounts = rows(answer.get("result", {}).get("list"))
    coins = rows(accounts[0].get("coin")) if accounts else []
    found = []
    for row in coins:
        locked = amount_or_zero(row.get("locked"))
        free = amount_or_zero(row.get("walletBalance")) - locked
        found.append(VenueBalance(asset=text(row, "coin"), free=free, locked=locked))
    return tuple(balance for balance in found if balance.free or balance.locked)


def _sentence(row: Any) -> str:
    word = str(row.get("rejectReason") or "EC_NoError")
    return _SENTENCES.get(word, sentence(word))


def _end(row: Any, status: VenueOrderStatus) -> tuple[VenueOrderStatus, RejectReason]:
    """How an order ended and why. What an IOC or FOK order leaves expires, unless a user was faster."""
    told = _REJECT_REASONS.get(str(row.get("rejectReason")))
    if told is not None:
        return told
    is_immediate = row.get("timeInForce") in ("IOC", "FOK")
    if is_immediate and status is VenueOrderStatus.CANCELED and row.get("cancelType") != "CancelByUser":
        return VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE
    return status, _REASONS[status]


def _client_order_id(row: Any) -> ExchangeClientOrderId | None:
    value = row.get("orderLinkId")
    return ExchangeClientOrderId(value) if value else None


def _fee(row: Any, symbol: str, side: Side) -> tuple[Fee, ...]:
    """Bybit takes a spot fee in what was received, unless it names another asset; rebates are negative already."""
    base, _, quote = symbol.partition("/")
    asset = row.get("feeCurrency") or (base if side is Side.BUY else quote)
    return cost(str(asset), amount_or_zero(row.get("execFee")))
