"""An order's end is asked for by people, rules and the desk itself, and the reason survives until it is there."""

from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, leaving, names, refusal_of
from support.desk_driver import ACCOUNT, ALICE, BOB, RISK
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.canceling import cancel_order
from tidegate.core.decision import Decision
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Effect, Reply, SendCancel
from tidegate.core.messages.events import CancelRequested
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    TimeInForce,
    VenueOrderStatus,
)

OPEN, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.CANCELED


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def shared() -> ChangingDriver:
    """Alice and Bob trade in one account."""
    driver = ChangingDriver()
    driver.open_shop(user_ids=(ALICE, BOB))
    for user_id in (ALICE, BOB):
        driver.desk.holding(ACCOUNT, user_id, "USDT").quantity += 500_000
    return driver


def carry_out(driver: ChangingDriver, order: Order, reason: RejectReason) -> Decision:
    """A cancel that another part of the desk asks for, carried out as the engine would."""
    decision = cancel_order(driver.desk, order, driver.now, "the test", reason)
    for event in decision.events:
        apply(driver.desk, event)
    return decision


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def cancel_many(driver: ChangingDriver, user_id: ids.UserId, **wanted: object) -> Decision:
    return driver.put(
        commands.CancelOrders(command_id=driver.command_id(), at=driver.now, user_id=user_id, **wanted)  # type: ignore[arg-type]
    )


def named(decision: Decision) -> set[ids.OrderId]:
    [answer] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return set(answer.order_ids)


# --- one order ---------------------------------------------------------------------------------------------------


def test_asking_twice_is_asking_once_and_the_first_reason_stands(driver: ChangingDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    assert cancel_order(driver.desk, order, driver.now, "a rule", RejectReason.CANCELED_BY_RULE) == Decision([], [])
    assert names(driver.cancel(order)) == []
    assert order.cancel_reason is RejectReason.USER_REQUEST


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (RejectReason.ONE_CANCELS_OTHER, OrderStatus.CANCELED),
        (RejectReason.CANCELED_BY_RULE, OrderStatus.CANCELED),
        (RejectReason.STOP_TRIGGERED, OrderStatus.CANCELED),
        (RejectReason.KILLED, OrderStatus.CANCELED),
        (RejectReason.EXPIRED_BY_DESK, OrderStatus.EXPIRED),
    ],
)
def test_an_order_ends_for_the_reason_that_its_cancel_gave(
    driver: ChangingDriver, reason: RejectReason, status: OrderStatus
) -> None:
    order = driver.working()
    decision = carry_out(driver, order, reason)
    assert kinds(decision)[0] is SendCancel
    driver.report(order, CANCELED)
    assert (order.status, order.reason) == (status, reason)


def test_the_reason_survives_executions_that_come_after_the_end(driver: ChangingDriver) -> None:
    order = driver.working()
    carry_out(driver, order, RejectReason.KILLED)
    driver.report(order, CANCELED, "0.4")
    driver.fill(order, "0.4")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)


def test_a_refused_cancel_leaves_no_reason_behind(driver: ChangingDriver) -> None:
    order = driver.working()
    carry_out(driver, order, RejectReason.KILLED)
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert (order.pending_action, order.cancel_reason) == (PendingAction.NONE, None)
    driver.report(order, CANCELED)
    assert order.reason is RejectReason.CANCELED_AT_VENUE


def test_an_order_that_the_desk_holds_ends_at_once_without_the_venue() -> None:
    driver = InPlaceDriver()
    driver.open_shop()
    command = driver.order_command(
        order_type=OrderType.STOP_LIMIT, price="52000", trigger_price=Decimal(51_000), time_in_force=TimeInForce.FOK
    )
    order = driver.place(command)
    assert order.is_held, "OKX's conditional orders have no time in force"
    decision = driver.cancel(order)
    assert leaving(decision) == []
    assert names(decision) == ["CancelRequested", "OrderEnded", "OrderClosed"]
    assert (order.status, order.reason, order.reserved_quantity) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST, 0)
    driver.check_books()


def test_an_order_that_waits_to_be_sent_again_ends_at_once(driver: ChangingDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    assert leaving(driver.cancel(order)) == []
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)


def test_a_cancel_during_a_doubt_waits_until_the_order_is_found(driver: ChangingDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    assert leaving(driver.cancel(order)) == []
    [sent] = leaving(driver.shows(order, exchange_order_id="9001"))
    assert isinstance(sent, SendCancel)


def test_a_cancel_wins_over_a_replace_before_the_old_attempt_has_ended(driver: ChangingDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    decision = driver.cancel(order)
    assert names(decision) == ["AmendFailed", "CancelRequested"]
    assert kinds(decision)[1] is SendCancel
    assert leaving(driver.report(order, CANCELED)) == []
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    driver.check_books()


def test_a_cancel_wins_over_a_replace_whose_rest_is_on_its_way(driver: ChangingDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.report(order, CANCELED)
    assert leaving(driver.cancel(order)) == []
    [sent] = leaving(driver.accept(order, "9002"))
    assert isinstance(sent, SendCancel)
    assert sent.exchange_client_order_id == order.exchange_client_order_id
    driver.report(order, CANCELED, exchange_order_id="9002")
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    driver.check_books()


def test_a_cancel_wins_over_a_replace_that_waits_to_be_sent_again(driver: ChangingDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    driver.amend(order, price="49000")
    driver.report(order, CANCELED, "0.4")
    driver.refuse(order, retryable=True)
    driver.cancel(order)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.4"))
    assert order.reason is RejectReason.USER_REQUEST
    driver.check_books()


def test_the_event_says_why_and_by_default_that_a_user_asked(driver: ChangingDriver) -> None:
    order = driver.working()
    [requested] = [event for event in driver.cancel(order).events if isinstance(event, CancelRequested)]
    assert (requested.by, requested.reason) == (ALICE, RejectReason.USER_REQUEST)
    assert driver.history(order)[-1].message == "cancel requested by alice"


# --- many --------------------------------------------------------------------------------------------------------


def test_traders_cancel_all_of_their_own_and_nobody_elses(shared: ChangingDriver) -> None:
    mine, other = (
        shared.working(exchange_order_id="1"),
        shared.working(shared.order_command(user_id=BOB), exchange_order_id="2"),
    )
    assert named(cancel_many(shared, ALICE)) == {mine.order_id}
    assert other.pending_action is PendingAction.NONE


def test_traders_do_not_cancel_what_another_owns(shared: ChangingDriver) -> None:
    other = shared.working(shared.order_command(user_id=BOB))
    refusal = refusal_of(cancel_many(shared, ALICE, owner_id=BOB))
    assert refusal is not None
    assert refusal.code is RefusalCode.NOT_PERMITTED
    assert other.pending_action is PendingAction.NONE


def test_risk_officers_cancel_everybodys_or_one_users(shared: ChangingDriver) -> None:
    first, second = (
        shared.working(exchange_order_id="1"),
        shared.working(shared.order_command(user_id=BOB), exchange_order_id="2"),
    )
    assert named(cancel_many(shared, RISK, owner_id=BOB)) == {second.order_id}
    assert named(cancel_many(shared, RISK)) == {first.order_id, second.order_id}
    assert first.pending_action is PendingAction.CANCEL


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({}, True),
        ({"account_id": ACCOUNT}, True),
        ({"account_id": ids.AccountId("another")}, False),
        ({"exchange": Exchange.BINANCE, "symbol": "BTC/USDT"}, True),
        ({"exchange": Exchange.OKX}, False),
        ({"symbol": "ETH/USDT"}, False),
    ],
)
def test_filters_narrow_what_is_canceled(shared: ChangingDriver, wanted: dict[str, object], matches: bool) -> None:
    order = shared.working()
    assert (order.order_id in named(cancel_many(shared, ALICE, **wanted))) is matches
    assert (order.pending_action is PendingAction.CANCEL) is matches


def test_many_are_canceled_wherever_they_are(shared: ChangingDriver) -> None:
    working = shared.working(exchange_order_id="1")
    waiting, doubted = shared.place(), shared.place()
    shared.refuse(waiting, retryable=True)
    shared.unknown(doubted)
    replaced = shared.working(exchange_order_id="2")
    shared.amend(replaced, price="49000")
    decision = cancel_many(shared, ALICE)
    assert named(decision) == {working.order_id, waiting.order_id, doubted.order_id, replaced.order_id}
    assert waiting.is_closed
    assert [effect.order_id for effect in leaving(decision)] == [working.order_id, replaced.order_id]
    assert doubted.pending_action is PendingAction.CANCEL
