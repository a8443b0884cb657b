"""Anything that may be asked of a working order, and anything that a broken venue may say of that."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from support.desk_driver import ACCOUNT, ALICE, BOB, RISK, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.engine import Input
from tidegate.core.messages import commands, reports
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus

_QUANTITIES = [None, None, "0.2", "0.3", "0.5", "1", "2", "0.4", "0.6"]
_PRICES = [None, None, "50000", "49000", "51000", "48000"]
_TRIGGERS = [None, None, None, None, "48500", "51500"]
_BROKEN = ["0", "-1", "NaN", "1000", "0.0000001", "1e30"]


def any_change(driver: DeskDriver, random: Random) -> Input:
    """A change, an answer to one, or the venue's picture of an order with all figures."""
    known = [order for order in driver.orders.values() if not order.is_closed] or list(driver.orders.values())
    order = random.choice(known)
    match random.randrange(12):
        case 0 | 1 | 2 | 3 | 4:
            return _any_amendment(driver, order, random)
        case 5:
            return commands.CancelOrder(
                command_id=driver.command_id(),
                at=driver.now,
                user_id=random.choice([ALICE, RISK]),
                order_id=order.order_id,
                quantity=_amount(random.choice(["0.1", "0.3", "5", "0", "NaN"])),
            )
        case 6:
            return commands.CancelOrders(
                command_id=driver.command_id(),
                at=driver.now,
                user_id=random.choice([BOB, BOB, BOB, ALICE, RISK]),
                owner_id=random.choice([None, ALICE, BOB]),
            )
        case 7 | 8 | 9:
            return _any_answer(driver, order, random)
        case _:
            return _any_picture(driver, order, random)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _any_amendment(driver: DeskDriver, order: Order, random: Random) -> commands.AmendOrder:
    quantity, price, trigger = random.choice(_QUANTITIES), random.choice(_PRICES), random.choice(_TRIGGERS)
    if random.random() < 0.1:
        quantity = random.choice(_BROKEN)
    if random.random() < 0.1:
        price = random.choice(_BROKEN)
    amendment = Amendment(
        quantity=_amount(quantity),
        price=_amount(price) if order.price is not None else None,
        trigger_price=_amount(trigger) if order.trigger_price is not None else None,
    )
    return commands.AmendOrder(
        command_id=driver.command_id(),
        at=driver.now,
        user_id=order.user_id,
        order_id=order.order_id,
        amendment=amendment,
        not_after=random.choice([None, driver.now - timedelta(seconds=1)]) if random.random() < 0.1 else None,
    )


def _any_answer(driver: DeskDriver, order: Order, random: Random) -> Input:
    about = {
        "at": driver.now,
        "account_id": ACCOUNT,
        "order_id": order.order_id,
        "attempt": max(order.attempt, 1),
        "amendment": random.choice([order.amendment, order.amendment, 1]),
    }
    kind = random.randrange(3)
    if kind == 0:
        return reports.AmendAccepted(**about)
    if kind == 1:
        return reports.AmendOutcomeUnknown(message="time-out", **about)
    return reports.AmendRefused(
        retryable=random.random() < 0.5,
        final=random.random() < 0.3,
        reason=random.choice(list(RejectReason)),
        message="no",
        retry_after_seconds=random.choice([None, None, 3.0]),
        **about,
    )


def _any_picture(driver: DeskDriver, order: Order, random: Random) -> reports.OrderReported:
    names = [None, *order.exchange_order_ids, ids.ExchangeOrderId(f"new-{order.order_id}")]
    attempt = random.choice([1, max(order.attempt, 1)])
    named = random.choice([None, ids.exchange_client_order_id(order.order_id, attempt)])
    return reports.OrderReported(
        at=driver.now,
        account_id=ACCOUNT,
        symbol=order.symbol,
        status=random.choice([VenueOrderStatus.OPEN, VenueOrderStatus.OPEN, *VenueOrderStatus]),
        filled_quantity=Decimal(random.choice(["0", "0", "0.1", "0.5", "1", "2"])),
        exchange_order_id=random.choice(names) if named is not None else random.choice(names[1:]),
        exchange_client_order_id=named,
        quantity=_amount(random.choice([None, "0", "0.1", "0.5", "1", "2"])),
        price=_amount(random.choice([None, "0", "49000", "50000", "51000"])),
        trigger_price=_amount(random.choice([None, None, "0", "48500"])),
        triggered=random.random() < 0.1,
        requested_at=random.choice([None, driver.now, driver.now - timedelta(seconds=5)]),
    )
