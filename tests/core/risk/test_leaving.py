"""What was let through before trading was stopped does not leave after it, unless it protects."""

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.messages.effects import SendOrder
from tidegate.core.risk.leaving import may_send
from tidegate.core.vocabulary import OrderStatus, RejectReason, TradingState


@pytest.fixture
def desk() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
def test_an_order_that_waits_to_be_sent_again_ends_where_trading_is_stopped(
    desk: DeskDriver, state: TradingState
) -> None:
    order = desk.place()
    desk.refuse(order, retryable=True)
    desk.restrict(state)
    assert not may_send(desk.desk, order)
    decision = desk.wake(order.order_id)
    assert not [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)


def test_where_nothing_is_stopped_it_is_sent_again(desk: DeskDriver) -> None:
    order = desk.place()
    desk.refuse(order, retryable=True)
    desk.wait(1)
    assert order.attempt == 2
