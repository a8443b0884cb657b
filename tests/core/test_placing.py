"""New orders: admitted once, checked, reserved. Cancels: asked once, by those who may."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import ALICE, BOB, RISK, DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply, SendCancel, SendOrder, WakeAt, WatchPrices
from tidegate.core.messages.events import AttemptStarted, OrderClosed, OrderCreated, OrderInvalidated
from tidegate.core.vocabulary import (
    HistoryStatus,
    OrderStatus,
    OrderType,
    RefusalCode,
    RejectReason,
    Side,
    VenueOrderStatus,
)


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def reply(decision: Decision) -> Reply:
    [answer] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return answer


def code(decision: Decision) -> RefusalCode | None:
    refusal = reply(decision).refusal
    return None if refusal is None else refusal.code


def test_an_order_is_created_reserved_and_sent_in_one_decision(driver: DeskDriver) -> None:
    command = driver.order_command()
    decision = driver.put(command)
    assert [type(event) for event in decision.events] == [OrderCreated, AttemptStarted]
    assert [type(effect) for effect in decision.effects] == [Reply, SendOrder, WakeAt, WatchPrices]
    send = decision.effects[1]
    assert isinstance(send, SendOrder)
    assert (send.quantity, send.price, send.attempt) == (command.quantity, command.price, 1)
    assert send.expires_at == driver.now + driver.desk.policy.request_lifetime
    assert driver.reserved("USDT") == 50_000


@pytest.mark.parametrize(
    ("side", "order_type", "quantity", "quote_quantity", "price", "asset", "reserved"),
    [
        (Side.BUY, OrderType.LIMIT, "2", None, "49000", "USDT", "98000"),
        (Side.SELL, OrderType.LIMIT, "2", None, "49000", "BTC", "2"),
        (Side.BUY, OrderType.MARKET, "2", None, None, "USDT", "105002.1"),
        (Side.SELL, OrderType.MARKET, "2", None, None, "BTC", "2"),
        (Side.BUY, OrderType.MARKET, None, "10000", None, "USDT", "10000"),
        (Side.SELL, OrderType.MARKET, None, "9499.81", None, "BTC", "0.2"),
    ],
)
def test_the_reservation_is_the_worst_case(
    driver: DeskDriver,
    side: Side,
    order_type: OrderType,
    quantity: str | None,
    quote_quantity: str | None,
    price: str | None,
    asset: str,
    reserved: str,
) -> None:
    driver.price("50000", bid="49999", ask="50001")
    driver.place(
        driver.order_command(
            side=side, order_type=order_type, quantity=quantity, quote_quantity=quote_quantity, price=price
        )
    )
    assert driver.reserved(asset) == Decimal(reserved)
    driver.check()


def test_what_is_reserved_cannot_be_spent_again(driver: DeskDriver) -> None:
    driver.place(driver.order_command(quantity="15"))
    decision = driver.put(driver.order_command(quantity="6"))
    assert code(decision) is RefusalCode.INSUFFICIENT_BALANCE
    refusal = reply(decision).refusal
    assert refusal is not None
    assert (refusal.limit, refusal.actual) == ("250000", "300000")


def test_the_desks_no_is_recorded_and_closed(driver: DeskDriver) -> None:
    command = driver.order_command(quantity="1000")
    decision = driver.put(command)
    assert [type(event) for event in decision.events] == [OrderCreated, OrderInvalidated, OrderClosed]
    order = driver.orders[command.order_id]
    assert order.status is OrderStatus.INVALIDATED
    assert [row.status for row in driver.history(order)] == [
        OrderStatus.CREATED,
        OrderStatus.INVALIDATED,
        HistoryStatus.CLOSED,
    ]
    assert driver.reserved("USDT") == 0


def test_the_same_request_twice_is_one_order(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(key="k"))
    again = reply(driver.put(driver.order_command(key="k")))
    assert (again.order_ids, again.replayed) == ((order.order_id,), True)
    assert len(driver.orders) == 1


def test_the_same_request_after_the_order_left_memory_is_still_one_order(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(key="k"))
    driver.accept(order)
    driver.fill(order, "1")
    driver.let_go_of_closed()
    assert reply(driver.put(driver.order_command(key="k"))).replayed


def test_the_same_key_with_another_body_is_refused(driver: DeskDriver) -> None:
    driver.place(driver.order_command(key="k"))
    assert code(driver.put(driver.order_command(key="k", body="another"))) is RefusalCode.IDEMPOTENCY_KEY_CONFLICT
    assert len(driver.orders) == 1


def test_the_same_client_order_id_with_another_body_is_refused(driver: DeskDriver) -> None:
    driver.place(driver.order_command(name="n"))
    assert code(driver.put(driver.order_command(name="n", body="another"))) is RefusalCode.CLIENT_ORDER_ID_CONFLICT


def test_a_command_delivered_twice_is_one_order(driver: DeskDriver) -> None:
    command = driver.order_command()
    order = driver.place(command)
    assert reply(driver.put(command)).replayed
    assert driver.desk.orders[command.order_id] is order
    assert driver.reserved("USDT") == 50_000


def test_keys_are_each_users_own() -> None:
    driver = DeskDriver()
    driver.open_shop(user_ids=(ALICE, BOB))
    one = driver.order_command(key="k", name="n")
    other = driver.order_command(key="k", name="n", user_id=BOB, body="another")
    driver.put(one)
    driver.put(other)
    assert set(driver.orders) == {one.order_id, other.order_id}


def test_only_traders_trade_and_only_their_accounts(driver: DeskDriver) -> None:
    assert code(driver.put(driver.order_command(user_id=RISK))) is RefusalCode.NOT_PERMITTED
    assert code(driver.put(driver.order_command(user_id=BOB))) is RefusalCode.ACCOUNT_NOT_FOUND
    assert driver.orders == {}


def test_a_command_past_its_time_is_refused(driver: DeskDriver) -> None:
    command = driver.order_command(not_after=driver.now - timedelta(milliseconds=1))
    assert code(driver.put(command)) is RefusalCode.COMMAND_EXPIRED


# --- cancels -----------------------------------------------------------------------------------------------------


def test_canceling_twice_is_canceling_once(driver: DeskDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    again = driver.cancel(order)
    assert again.events == []
    assert [type(effect) for effect in again.effects] == [Reply]


def test_an_order_waiting_to_be_sent_again_is_canceled_at_once(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.cancel(order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    assert driver.reserved("USDT") == 0
    assert driver.put(commands_wake(driver, order.order_id)) == Decision([], [])


def commands_wake(driver: DeskDriver, order_id: str) -> object:
    from tidegate.core.messages.reports import Wake

    return Wake(at=driver.now, order_id=order_id)


def test_an_ended_order_cannot_be_canceled(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, VenueOrderStatus.CANCELED)
    assert code(driver.cancel(order)) is RefusalCode.ORDER_CLOSED
    driver.let_go_of_closed()
    assert code(driver.cancel(order)) is RefusalCode.ORDER_CLOSED


def test_nobody_cancels_anothers_order_but_a_risk_officer(driver: DeskDriver) -> None:
    order = driver.working()
    assert code(driver.cancel(order, BOB)) is RefusalCode.ORDER_NOT_FOUND
    assert code(driver.cancel(order, RISK)) is None


def test_cancel_many_takes_what_matches_and_nobody_elses() -> None:
    driver = DeskDriver()
    driver.open_shop()
    first, second = driver.working(exchange_order_id="1"), driver.working(exchange_order_id="2")
    driver.fill(second, "1", exchange_order_id="2")
    command = commands.CancelOrders(command_id=driver.command_id(), at=driver.now, user_id=BOB)
    assert reply(driver.put(command)).order_ids == ()
    command = commands.CancelOrders(command_id=driver.command_id(), at=driver.now, user_id=ALICE, symbol="BTC/USDT")
    decision = driver.put(command)
    assert reply(decision).order_ids == (first.order_id,)
    assert sum(isinstance(effect, SendCancel) for effect in decision.effects) == 1


@pytest.mark.parametrize(("bid", "ask", "arrival"), [("49990", "50020", "50005"), (None, "50020", "50000")])
def test_an_order_remembers_the_middle_of_the_market_that_it_met(
    driver: DeskDriver, bid: str | None, ask: str | None, arrival: str
) -> None:
    driver.price("50000", bid=bid, ask=ask)
    driver.put(driver.order_command())
    [order] = driver.desk.orders.values()
    assert order.arrival_price == Decimal(arrival)


def test_an_order_in_a_market_that_was_never_told_of_remembers_no_price(driver: DeskDriver) -> None:
    driver.desk.prices.clear()
    driver.put(driver.order_command())
    [order] = driver.desk.orders.values()
    assert order.arrival_price is None
