"""The larger a position, the smaller the leverage that its venue allows."""

from decimal import Decimal

from tidegate.core.capabilities import Asked
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.validation.bounds import expected_price, reference_price
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import RefusalCode, Side


def check_tiers(asked: Asked, instrument: Instrument, price: Price | None, desk: Desk) -> Refusal | None:
    """Whether the position may be as large as it would be, with all open orders of its side filled, at its leverage.

    An order that changes is asked about as it is to be. What is not known is for the venue to judge: the leverage that
    is set, or a price (risk refuses what has none).
    """
    tiers = instrument.leverage_tiers
    if not tiers or asked.quantity is None:
        return None
    if asked.leg is not None or only_reduces(asked.side, asked.position_side, reduce_only=asked.reduce_only):
        return None
    leverage, unit = _leverage(asked, desk), expected_price(asked, reference_price(asked.side, price))
    if leverage is None or unit is None:
        return None
    leaves = asked.quantity - asked.filled_quantity if isinstance(asked, Order) else asked.quantity
    alone = (_held(asked, desk) + leaves) * unit
    if alone + _reserved_worth(asked, instrument, leverage, desk) <= _worth_max(tiers, leverage):
        return None  # By far the most orders: nothing has to be added up for them.
    worth = alone + _open_worth(asked, desk)
    return _refused(worth, leverage, instrument) if worth > _worth_max(tiers, leverage) else None


def _leverage(asked: Asked, desk: Desk) -> Decimal | None:
    """What the order sets, or what is set."""
    known = desk.leverages.get((asked.account_id, asked.symbol))
    return asked.leverage or (None if known is None else known.leverage)


def _worth_max(tiers: Tiers, leverage: Decimal) -> Decimal:
    return max((worth for worth, leverage_max in tiers if leverage <= leverage_max), default=ZERO)


def _held(asked: Asked, desk: Desk) -> Decimal:
    """The position, as far as it lies on the order's side."""
    position = desk.positions.get((asked.account_id, asked.user_id, asked.symbol, asked.position_side))
    held = ZERO if position is None else position.quantity
    return held if asked.side is Side.BUY else -held


def _reserved_worth(asked: Asked, instrument: Instrument, leverage: Decimal, desk: Desk) -> Decimal:
    """What open orders of the symbol are worth at most: each has reserved at least its worth over the leverage."""
    asset = instrument.settle or instrument.quote
    holding = desk.holdings.get((asked.account_id, asked.user_id, asset, instrument.wallet))
    return ZERO if holding is None else holding.reserved * leverage


def _open_worth(asked: Asked, desk: Desk) -> Decimal:
    """What open orders of the same side may still add to the position, in quote, each at its own price."""
    return sum(
        (
            (order.leaves_quantity or ZERO) * (order.price or order.reserve_price or ZERO)
            for order in desk.open_orders(asked.account_id)
            if order.order_id != asked.order_id
            and order.symbol == asked.symbol
            and order.side is asked.side
            and order.position_side is asked.position_side
            and not order.reduce_only
            and order.leg is None
        ),
        ZERO,
    )


def _refused(worth: Decimal, leverage: Decimal, instrument: Instrument) -> Refusal:
    tiers, quote = instrument.leverage_tiers, instrument.quote
    would_be = f"with all open orders of its side filled the position would be worth {plain(worth)} {quote}"
    allowed = max((leverage_max for worth_max, leverage_max in tiers if worth <= worth_max), default=None)
    if allowed is None:
        largest = max(worth_max for worth_max, _ in tiers)
        message = f"{would_be}; {instrument.exchange} allows at most {plain(largest)}: order less"
        return refuse(RefusalCode.NOTIONAL_ABOVE_MAXIMUM, message, largest, worth)
    message = (
        f"{would_be}; {instrument.exchange} allows a leverage of at most {plain(allowed)} on that: "
        f"order less, or lower the leverage of {plain(leverage)}"
    )
    return refuse(RefusalCode.LEVERAGE_NOT_ALLOWED, message, allowed, leverage)
