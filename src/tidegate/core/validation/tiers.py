"""The larger a position, the smaller the leverage that its venue allows."""

from decimal import Decimal

from tidegate.core.capabilities import Asked
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ONE, ZERO, plain, ratio_up
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.validation.bounds import expected_price, reference_price
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import RefusalCode, Side

_FAR_BELOW = Decimal(10)
_TOO_LARGE = {False: RefusalCode.NOTIONAL_ABOVE_MAXIMUM, True: RefusalCode.QUANTITY_ABOVE_MAXIMUM}


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
    alone = (_held(asked, desk) + leaves) * (ONE if instrument.tiers_in_base else unit)
    if alone + _reserved_size(asked, instrument, leverage, unit, desk) <= _size_max(tiers, leverage):
        return None  # By far the most orders: nothing has to be added up for them.
    size = alone + _open_size(asked, instrument, desk)
    return _refused(size, leverage, instrument) if size > _size_max(tiers, leverage) else None


def _leverage(asked: Asked, desk: Desk) -> Decimal | None:
    """What the order sets, or what is set."""
    known = desk.leverages.get((asked.account_id, asked.symbol))
    return asked.leverage or (None if known is None else known.leverage)


def _size_max(tiers: Tiers, leverage: Decimal) -> Decimal:
    return max((size for size, leverage_max in tiers if leverage <= leverage_max), default=ZERO)


def _held(asked: Asked, desk: Desk) -> Decimal:
    """The position, as far as it lies on the order's side."""
    position = desk.positions.get((asked.account_id, asked.user_id, asked.symbol, asked.position_side))
    held = ZERO if position is None else position.quantity
    return held if asked.side is Side.BUY else -held


def _reserved_size(asked: Asked, instrument: Instrument, leverage: Decimal, unit: Decimal, desk: Desk) -> Decimal:
    """The size of the symbol's open orders at most, as the tiers count: each has reserved its worth over the leverage.

    Where they count in base: those below a tenth of the market, hardly ever filled, are for the venue to judge.
    """
    asset = instrument.settle or instrument.quote
    holding = desk.holdings.get((asked.account_id, asked.user_id, asset, instrument.wallet))
    worth = ZERO if holding is None else holding.reserved * leverage
    return ratio_up(worth, unit) * _FAR_BELOW if instrument.tiers_in_base else worth


def _open_size(asked: Asked, instrument: Instrument, desk: Desk) -> Decimal:
    """What open orders of the same side may still add to the position, in quote each at its own price."""
    return sum(
        (
            (order.leaves_quantity or ZERO)
            * (ONE if instrument.tiers_in_base else order.price or order.reserve_price or ZERO)
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


def _refused(size: Decimal, leverage: Decimal, instrument: Instrument) -> Refusal:
    tiers, asset = instrument.leverage_tiers, instrument.base if instrument.tiers_in_base else instrument.quote
    measured = "be" if instrument.tiers_in_base else "be worth"
    would_be = f"with all open orders of its side filled the position would {measured} {plain(size)} {asset}"
    allowed = max((leverage_max for size_max, leverage_max in tiers if size <= size_max), default=None)
    if allowed is None:
        largest = max(size_max for size_max, _ in tiers)
        message = f"{would_be}; {instrument.exchange} allows at most {plain(largest)}: order less"
        return refuse(_TOO_LARGE[instrument.tiers_in_base], message, largest, size)
    message = (
        f"{would_be}; {instrument.exchange} allows a leverage of at most {plain(allowed)} on that: "
        f"order less, or lower the leverage of {plain(leverage)}"
    )
    return refuse(RefusalCode.LEVERAGE_NOT_ALLOWED, message, allowed, leverage)
