"""Changes and cancels with a key are carried out once."""

from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.identifiers import IdempotencyKey
from tidegate.core.messages.commands import CancelOrder
from tidegate.core.messages.effects import Reply, SendCancel
from tidegate.core.messages.events import RequestKept
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, RefusalCode, VenueOrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    opened = DeskDriver()
    opened.open_shop()
    return opened


def cancel(
    driver: DeskDriver, order: Order, quantity: str | None = None, *, key: str | None = "k", body: str = "body"
) -> Decision:
    return driver.put(
        CancelOrder(
            command_id=driver.command_id(),
            at=driver.now,
            user_id=order.user_id,
            order_id=order.order_id,
            quantity=None if quantity is None else Decimal(quantity),
            idempotency_key=None if key is None else IdempotencyKey(key),
            request_hash=body,
        )
    )


def reply(decision: Decision) -> Reply:
    [found] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return found


def test_the_same_request_again_does_nothing_and_shows_the_order(driver: DeskDriver) -> None:
    order = driver.working()
    first, second = cancel(driver, order), cancel(driver, order)
    assert any(isinstance(effect, SendCancel) for effect in first.effects)
    assert not reply(first).replayed
    assert (second.events, second.effects) == ([], [reply(second)])
    assert (reply(second).order_ids, reply(second).replayed) == ((order.order_id,), True)


def test_a_part_is_canceled_once_however_often_its_request_comes(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(quantity="0.3"))
    cancel(driver, order, "0.1")
    driver.report(order, VenueOrderStatus.CANCELED, "0")  # To change it, it is canceled and the rest sent again.
    driver.accept(driver.desk.orders[order.order_id], "9002")
    assert driver.desk.orders[order.order_id].quantity == Decimal("0.2")
    assert reply(cancel(driver, order, "0.1")).replayed
    assert driver.desk.orders[order.order_id].pending_action == "none"
    assert reply(cancel(driver, order, "0.1", key="another")).refusal is None
    assert driver.desk.orders[order.order_id].pending_action == "amend"


def test_the_same_key_with_another_request_is_refused(driver: DeskDriver) -> None:
    order = driver.working()
    cancel(driver, order)
    refusal = reply(cancel(driver, order, body="another")).refusal
    assert refusal is not None
    assert (refusal.code, refusal.order_id) == (RefusalCode.IDEMPOTENCY_KEY_CONFLICT, order.order_id)


def test_a_request_that_was_refused_may_be_asked_again(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(quantity="0.3"))
    refused = cancel(driver, order, "0")
    assert reply(refused).refusal is not None
    assert refused.events == []
    assert not reply(cancel(driver, order, "0.1")).replayed


def test_without_a_key_every_request_counts(driver: DeskDriver) -> None:
    order = driver.working()
    assert not any(isinstance(event, RequestKept) for event in cancel(driver, order, key=None).events)
    assert driver.desk.requests == {}


def test_an_order_that_has_ended_since_is_shown_as_it_ended(driver: DeskDriver) -> None:
    order = driver.working()
    cancel(driver, order)
    driver.report(order, VenueOrderStatus.CANCELED, "0")
    assert driver.desk.orders[order.order_id].status is OrderStatus.CANCELED
    again = reply(cancel(driver, order))
    assert (again.refusal, again.replayed, again.order_ids) == (None, True, (order.order_id,))


def test_what_was_carried_out_is_written_with_it(driver: DeskDriver) -> None:
    order = driver.working()
    cancel(driver, order)
    [kept] = driver.batches[-1].requests
    assert (kept.idempotency_key, kept.order_id, kept.request_hash) == ("k", order.order_id, "body")
    assert order.order_id in driver.batches[-1].orders
