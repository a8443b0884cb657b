"""Whether an order may become what is asked: that something changes, fits its market, and is paid for."""

import copy
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from tidegate.core.amendments import with_change
from tidegate.core.changes.asking import can_be_sent_again, can_change_in_place, pending, why_busy
from tidegate.core.changes.taking import check_taking
from tidegate.core.desk import Desk
from tidegate.core.messages.values import Amendment, Refusal
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.risk.funds import free
from tidegate.core.risk.limits import asks_for_more, check_open_order
from tidegate.core.validation import check_figures
from tidegate.core.validation.amounts import check_workable
from tidegate.core.validation.bounds import check_bounds
from tidegate.core.validation.protection import check_leg_size
from tidegate.core.validation.refusals import refuse
from tidegate.core.validation.tiers import check_tiers
from tidegate.core.vocabulary import AccountState, OrderType, RefusalCode


class Admitted(NamedTuple):
    """Proof that a change may be made. `asked` names only what differs; `cancels_rest`: nothing would be left open."""

    asked: Amendment
    cancels_rest: bool = False


def admit(desk: Desk, order: Order, amendment: Amendment, at: datetime) -> Admitted | Refusal:
    """Check a change of an open order."""
    as_given = with_change(order, amendment, order.reserve_price).as_asked()
    if (refusal := _check_order(desk, order) or check_workable(as_given)) is not None:
        return refusal
    asked = _what_differs(order, amendment)
    if (refusal := _check_what(order, amendment, asked)) is not None:
        return refusal
    if order.filled_quantity and asked.quantity == order.filled_quantity:
        return Admitted(asked, cancels_rest=True)
    changed = pending(desk, order, asked).as_asked()
    refusal = (
        _check_figures(desk, order, changed, at)
        or check_taking(desk, order, changed, at, in_place=can_change_in_place(order))
        or _check_limits(desk, order, changed, at)
        or _check_funds(desk, order, changed)
    )
    return refusal or Admitted(asked)


def _what_differs(order: Order, amendment: Amendment) -> Amendment:
    return Amendment(
        quantity=_unless_same(amendment.quantity, order.quantity),
        price=_unless_same(amendment.price, order.price),
        trigger_price=_unless_same(amendment.trigger_price, order.trigger_price),
    )


def _unless_same(asked: Decimal | None, now: Decimal | None) -> Decimal | None:
    return None if asked == now else asked


def _check_order(desk: Desk, order: Order) -> Refusal | None:
    """Whether the order is one that can change at all, now."""
    if (busy := why_busy(order)) is not None:
        return refuse(RefusalCode.ORDER_BUSY, busy)
    if order.is_immediate:
        message = "an order that never rests does not change; cancel it, or place another"
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    if order.is_held:
        return None
    account = desk.accounts[order.account_id]
    if account.state is not AccountState.READY:
        message = f"{order.exchange} is not ready for {order.account_id}: {account.message}"
        return refuse(RefusalCode.VENUE_UNAVAILABLE, message)
    if not can_change_in_place(order) and not can_be_sent_again(order):
        message = f"it has been sent again {order.attempt} times, which is all there is: cancel it, and place another"
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    return None


def _check_what(order: Order, amendment: Amendment, asked: Amendment) -> Refusal | None:
    """Whether the order has such figures of its own, and they change."""
    if amendment.quantity is not None and order.is_protective:
        message = "a leg of protection is for what its order has filled: its prices change, its quantity follows"
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    if amendment.price is not None and order.price is None:
        message = f"a {order.order_type} order has no price to change"
        return refuse(RefusalCode.PRICE_NOT_ALLOWED, message)
    if amendment.trigger_price is not None and (refusal := _check_trigger(order)) is not None:
        return refusal
    if asked == Amendment():
        return refuse(RefusalCode.NOTHING_TO_CHANGE, "give a quantity, price or trigger_price that is another one")
    if asked.quantity is not None and asked.quantity < order.filled_quantity:
        message = f"{plain(order.filled_quantity)} is filled already: cancel what is left, or leave more than that"
        return refuse(RefusalCode.QUANTITY_BELOW_FILLED, message, order.filled_quantity, asked.quantity)
    return None


def _check_trigger(order: Order) -> Refusal | None:
    if order.order_type is OrderType.TRAILING_STOP:
        message = "the trigger of a trailing_stop follows the market; it takes none"
        return refuse(RefusalCode.TRIGGER_PRICE_NOT_ALLOWED, message)
    if order.trigger_price is None:
        message = f"a {order.order_type} order has no trigger_price to change"
        return refuse(RefusalCode.TRIGGER_PRICE_NOT_ALLOWED, message)
    if not order.is_conditional:
        return refuse(RefusalCode.TRIGGER_PRICE_NOT_ALLOWED, "the order has been set off already")
    return None


def _check_figures(desk: Desk, order: Order, changed: Order, at: datetime) -> Refusal | None:
    """On the market's grid and in its bounds; what would be sent again must be an order by itself."""
    instrument = desk.instrument_of(order)
    if instrument is None:
        message = f"{order.exchange} has not listed {order.symbol} yet: ask again once it has"
        return refuse(RefusalCode.SYMBOL_NOT_FOUND, message)
    price = desk.recent_price(order.exchange, order.symbol, at)
    fresh = desk.fresh_price(order.exchange, order.symbol, at)
    if (refusal := check_figures(changed, instrument, price, fresh)) is not None:
        return refusal
    if (refusal := check_leg_size(changed, instrument)) is not None:
        return refusal
    if asks_for_more(order, changed) and (refusal := check_tiers(changed, instrument, price, desk)) is not None:
        return refusal
    if order.is_held or can_change_in_place(order) or not order.filled_quantity:
        return None
    rest = copy.copy(changed)
    rest.quantity = changed.leaves_quantity
    return check_bounds(rest, instrument, price, fresh)


def _check_limits(desk: Desk, order: Order, changed: Order, at: datetime) -> Refusal | None:
    """What asks for more is held against all limits; less of an order always passes."""
    if not asks_for_more(order, changed):
        return None
    return check_open_order(desk, order, changed, desk.recent_price(order.exchange, order.symbol, at), at)


def _check_funds(desk: Desk, order: Order, changed: Order) -> Refusal | None:
    """What the order may need more than it has reserved must be free."""
    more = worst_case(changed, changed.reserve_price) - order.reserved_quantity
    if more <= 0 or order.reserved_asset is None:
        return None
    wallet = desk.wallet_of(order.exchange, order.symbol)
    available = max(free(desk, order.account_id, order.user_id, order.reserved_asset, wallet), ZERO)
    if more <= available:
        return None
    asset = order.reserved_asset
    message = f"the change may need {plain(more)} {asset} more, and {plain(available)} {asset} is free"
    return refuse(RefusalCode.INSUFFICIENT_BALANCE, message, available, more)
