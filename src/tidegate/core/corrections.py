"""What the desk may put right on an order by itself, each as its user allows, and each told in its history.

Never worse than the user's price, never more than a tenth larger, and only a bounded number of times.
"""

import copy
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import ATTEMPTS_MAX, UserId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.events import AttemptFailed, Event, OrderAdjusted
from tidegate.core.messages.reports import OrderRefused, OrderReported
from tidegate.core.money import ONE, ZERO, is_workable, plain, round_down, round_up
from tidegate.core.order import Order
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.records import Account
from tidegate.core.risk.checks import worst_price
from tidegate.core.risk.funds import free
from tidegate.core.risk.leaving import may_send
from tidegate.core.routing import next_attempt, watch_dog
from tidegate.core.validation import check_figures, reference_price
from tidegate.core.validation.bounds import expected_price
from tidegate.core.vocabulary import AccountState, Correction, PendingAction, RejectReason, Side


def allows(desk: Desk, user_id: UserId, correction: Correction) -> bool:
    """Whether a user lets the desk do this."""
    user = desk.users.get(user_id)
    return user is not None and correction in user.corrections


# --- to the grid -------------------------------------------------------------------------------------------------


def adjust(desk: Desk, command: PlaceOrder, account: Account) -> tuple[list[Event], PlaceOrder]:
    """The order as it can be placed: prices on the tick, the quantity on the step and not below the minimum.

    Without a need, or the user's leave, it is what was asked, and no event.
    """
    instrument = desk.instruments.get((account.exchange, command.symbol))
    if instrument is None or not allows(desk, command.user_id, Correction.ADJUST_TO_GRID):
        return [], command
    price = _to_tick(command.price, command.side, instrument)
    trigger_price = _to_tick(command.trigger_price, command.side, instrument)
    on_tick = msgspec.structs.replace(command, price=price, trigger_price=trigger_price)
    adjusted = msgspec.structs.replace(on_tick, quantity=_to_step(desk, on_tick, instrument))
    changes = _changes(command, adjusted)
    if not changes:
        return [], command
    event = OrderAdjusted(
        at=command.at,
        order_id=command.order_id,
        correction=Correction.ADJUST_TO_GRID,
        quantity=adjusted.quantity,
        price=adjusted.price,
        trigger_price=adjusted.trigger_price,
        message=f"put on the market's grid: {', '.join(changes)}",
    )
    return [event], adjusted


def _changes(asked: PlaceOrder, adjusted: PlaceOrder) -> list[str]:
    figures = (
        ("quantity", asked.quantity, adjusted.quantity),
        ("price", asked.price, adjusted.price),
        ("trigger_price", asked.trigger_price, adjusted.trigger_price),
    )
    return [
        f"{name} {plain(before)} is {plain(after)}"
        for name, before, after in figures
        if before is not None and after is not None and before != after
    ]


def _to_tick(price: Decimal | None, side: Side, instrument: Instrument) -> Decimal | None:
    """Never worse: a buy pays less, a sell gets more."""
    tick = instrument.price_tick
    if price is None or not tick or not is_workable(price) or price <= 0:
        return price
    return round_down(price, tick) if side is Side.BUY else round_up(price, tick)


def _to_step(desk: Desk, command: PlaceOrder, instrument: Instrument) -> Decimal | None:
    """Down to the step; up to the smallest that the market takes where that is hardly more than was asked."""
    asked, step = command.quantity, instrument.quantity_step
    if asked is None or not is_workable(asked) or asked <= 0:
        return asked
    down = round_down(asked, step) if step else asked
    smallest = _smallest(desk, command, instrument)
    if down < smallest <= asked * (ONE + desk.policy.correction_ratio_max):
        return smallest
    return down or asked


def _smallest(desk: Desk, command: PlaceOrder, instrument: Instrument) -> Decimal:
    """The least quantity on the grid that the market takes at about this price."""
    smallest = instrument.quantity_min or ZERO
    seen = reference_price(command.side, desk.prices.get((instrument.exchange, command.symbol)))
    price = expected_price(command, seen)
    if instrument.notional_min is not None and price is not None and is_workable(price) and price > 0:
        smallest = max(smallest, instrument.notional_min / price)
    return round_up(smallest, instrument.quantity_step) if instrument.quantity_step else smallest


# --- beyond the touch --------------------------------------------------------------------------------------------


def reprice(desk: Desk, order: Order, report: OrderRefused | OrderReported) -> Decision | None:
    """A post-only order that the venue refused because it would have taken: once more, one tick beyond the touch.

    All checks are made again. None where that is not what happened, not allowed, or not possible any more. Where the
    price was that of a change under way, it is the change that is put right.
    """
    at, reason = report.at, report.reason
    if reason is not RejectReason.IMMEDIATE_MATCH_REFUSED or not _may_reprice(desk, order, at):
        return None
    instrument = desk.instrument_of(order)
    if instrument is None:
        return None
    refused = order.as_asked()
    changed = _beyond_the_touch(desk, refused, instrument)
    if changed is None or not _still_fits(desk, order, changed, instrument):
        return None
    assert refused.price is not None
    assert changed.price is not None
    failed = AttemptFailed(
        at=at,
        order_id=order.order_id,
        attempt=order.attempt,
        reason=reason,
        message=report.message,
        retry_at=at,
        venue_code=report.venue_code if isinstance(report, OrderRefused) else None,
    )
    adjusted = OrderAdjusted(
        at=at,
        order_id=order.order_id,
        correction=Correction.REPRICE_POST_ONLY,
        quantity=changed.quantity,
        price=changed.price,
        trigger_price=changed.trigger_price,
        message=f"post-only and refused at the touch: {plain(refused.price)} is {plain(changed.price)}",
        reserve_price=changed.reserve_price,
    )
    started, send = next_attempt(changed, at, desk.policy)
    return Decision([failed, adjusted, started], [send, watch_dog(order, at, desk.policy)])


def _may_reprice(desk: Desk, order: Order, at: datetime) -> bool:
    traded = order.attempt_filled_quantity if order.is_resending else order.filled_quantity
    if not order.post_only or traded or order.pending_action is PendingAction.CANCEL:
        return False
    tries = order.attempt - order.replaced_attempt
    if order.corrections >= desk.policy.corrections_max or tries >= desk.policy.attempts_max:
        return False
    if order.attempt >= ATTEMPTS_MAX:
        return False
    if order.retry_until is None or at >= order.retry_until:
        return False
    is_ready = desk.accounts[order.account_id].state is AccountState.READY and may_send(desk, order)
    return is_ready and allows(desk, order.user_id, Correction.REPRICE_POST_ONLY)


def _beyond_the_touch(desk: Desk, order: Order, instrument: Instrument) -> Order | None:
    """Where it rests for certain: a tick away from the other side, and from where it was refused."""
    seen, tick = desk.prices.get((order.exchange, order.symbol)), instrument.price_tick
    assert order.price is not None
    touch = order.price if seen is None else reference_price(order.side, seen) or order.price
    changed = copy.copy(order)
    if order.side is Side.BUY:
        changed.price = min(order.price, touch) - tick
    else:
        changed.price = max(order.price, touch) + tick
    changed.reserve_price = worst_price(changed, instrument, touch, desk)
    changed.reserved_quantity = worst_case(changed, changed.reserve_price)
    return changed if tick and changed.price > 0 else None


def _still_fits(desk: Desk, order: Order, changed: Order, instrument: Instrument) -> bool:
    """Well-formed at its new price, and paid for by what it had reserved and what is free."""
    price = desk.prices.get((order.exchange, order.symbol))
    if check_figures(changed, instrument, price, None) is not None:  # It has no trigger to be passed.
        return False
    assert order.reserved_asset is not None
    more = changed.reserved_quantity - order.reserved_quantity
    return more <= 0 or more <= free(desk, order.account_id, order.user_id, order.reserved_asset, instrument.wallet)
