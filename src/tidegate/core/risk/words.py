"""How a limit says no: the code, the figures, whose limit it is, and what to do."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from tidegate.core.messages.values import Refusal
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.plans import Plan
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import LimitKind, RefusalCode


class _Words(NamedTuple):
    """`what` is followed by the actual figure and the limit."""

    code: RefusalCode
    what: str
    do: str


_REDUCES = "orders that reduce a position still pass"
_WORDS: Mapping[LimitKind, _Words] = {
    LimitKind.ORDER_QUANTITY: _Words(RefusalCode.ORDER_QUANTITY_LIMIT, "the order's quantity is", "split it"),
    LimitKind.ORDER_NOTIONAL: _Words(RefusalCode.ORDER_NOTIONAL_LIMIT, "the order is worth", "split it"),
    LimitKind.PRICE_COLLAR: _Words(
        RefusalCode.PRICE_OUTSIDE_COLLAR, "as a part of the market its price is beyond it by", "move it closer"
    ),
    LimitKind.DUPLICATE_ORDERS: _Words(
        RefusalCode.DUPLICATE_ORDER, "orders exactly like it within the interval would be", "if it is meant, wait"
    ),
    LimitKind.REPEATED_EXECUTIONS: _Words(
        RefusalCode.ORDER_RATE_LIMIT, "orders of this size that trade within the interval could be", "wait"
    ),
    LimitKind.ORDERS_PER_INTERVAL: _Words(
        RefusalCode.ORDER_RATE_LIMIT, "orders within the interval would be", "send them more slowly"
    ),
    LimitKind.NOTIONAL_PER_INTERVAL: _Words(
        RefusalCode.NOTIONAL_RATE_LIMIT, "orders within the interval would be worth", "order less, or wait"
    ),
    LimitKind.REJECTIONS_PER_INTERVAL: _Words(
        RefusalCode.ORDER_RATE_LIMIT, "refusals by venues within the interval are", "find out why, and wait"
    ),
    LimitKind.OPEN_ORDERS: _Words(RefusalCode.OPEN_ORDERS_LIMIT, "open orders would be", "cancel one first"),
    LimitKind.POSITION_QUANTITY: _Words(
        RefusalCode.POSITION_LIMIT, "with all open orders of its side filled, the position would be", _REDUCES
    ),
    LimitKind.POSITION_NOTIONAL: _Words(
        RefusalCode.POSITION_LIMIT, "with all open orders of its side filled, the position would be worth", _REDUCES
    ),
    LimitKind.ASSET_EXPOSURE: _Words(
        RefusalCode.EXPOSURE_LIMIT, "with all open orders of its side filled, the asset would be worth", _REDUCES
    ),
    LimitKind.GROSS_EXPOSURE: _Words(
        RefusalCode.EXPOSURE_LIMIT, "with all open orders filled, gross exposure would be", _REDUCES
    ),
    LimitKind.NET_EXPOSURE: _Words(
        RefusalCode.EXPOSURE_LIMIT, "with all open orders of its side filled, net exposure would be", _REDUCES
    ),
    LimitKind.LEVERAGE: _Words(RefusalCode.LEVERAGE_LIMIT, "leverage would be", _REDUCES),
    LimitKind.PROTECTION_REQUIRED: _Words(
        RefusalCode.PROTECTION_REQUIRED, "without a stop_loss it is worth", "give it a stop_loss, or order less"
    ),
    LimitKind.DAILY_LOSS: _Words(
        RefusalCode.DAILY_LOSS_LIMIT, "today's loss, with what stops would still lose, would be", _REDUCES
    ),
    LimitKind.DRAWDOWN: _Words(RefusalCode.DRAWDOWN_LIMIT, "equity is below its highest by a part of", _REDUCES),
}
_MISSING = {
    RefusalCode.NO_REFERENCE_PRICE: "no price is known for what it is about: try again once there is one",
    RefusalCode.EQUITY_UNKNOWN: "what its scope is worth is not known yet: try again within a minute",
}


def refusal_of(ask: Ask, plan: Plan, figure: Decimal | RefusalCode) -> Refusal:
    """A limit's no to this order."""
    whose = whose_limit(plan)
    if isinstance(figure, RefusalCode):
        return refuse(figure, f"{whose} cannot be checked: {_MISSING[figure]}; {_REDUCES}")
    symbol = ask.place.symbol
    if plan.kind is LimitKind.ALLOWED_SYMBOLS:
        listed = ", ".join(plan.limit.symbols)
        return refuse(RefusalCode.INSTRUMENT_NOT_ALLOWED, f"{whose} allows {listed}, and not {symbol}; {_REDUCES}")
    if plan.kind is LimitKind.RESTRICTED_SYMBOLS:
        return refuse(RefusalCode.INSTRUMENT_RESTRICTED, f"{whose} restricts {symbol}; {_REDUCES}")
    words = _WORDS[plan.kind]
    refusal = refuse(words.code, "", plan.value, figure)
    within = "" if not plan.limit.interval_seconds else f" within {plan.limit.interval_seconds} s"
    message = f"{whose}: {words.what} {refusal.actual}, and {refusal.limit}{within} is the limit: {words.do}"
    return Refusal(code=words.code, message=message, limit=refusal.limit, actual=refusal.actual)


def whose_limit(plan: Plan) -> str:
    """A limit by its name and scope."""
    return f"limit {plan.limit.limit_id} ({plan.limit.scope.key})"
