"""Open orders that are changed or set off are held against limits and states for what they add."""

import pytest

from support.limited_desk import ALICE, LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.identifiers import RuleId
from tidegate.core.messages.commands import CreateRule
from tidegate.core.messages.risk_values import Scope
from tidegate.core.vocabulary import LimitKind, OrderStatus, RefusalCode, RejectReason, TradingState

K = LimitKind
REDUCING = TradingState.REDUCING


@pytest.fixture
def desk() -> LimitedDesk:
    return LimitedDesk()


def test_an_amendment_is_held_against_limits_for_what_it_adds(desk: LimitedDesk) -> None:
    order = desk.working(desk.perpetual(quantity="2", price="49000"))
    desk.set_limits(
        limit(K.POSITION_QUANTITY, "2.5", scope=Scope(symbol=PERPETUAL)),
        limit(K.PRICE_COLLAR, "0.01"),
        limit(K.OPEN_ORDERS, "0"),
    )
    assert desk.amended(order, quantity="2.6") is RefusalCode.POSITION_LIMIT
    assert desk.amended(order, price="51000") is RefusalCode.PRICE_OUTSIDE_COLLAR
    assert desk.amended(order, quantity="2.5") is None


def test_a_change_that_asks_for_more_is_not_held_against_an_old_price(desk: LimitedDesk) -> None:
    order = desk.working(desk.perpetual(quantity="2", price="49000"))
    desk.set_limits(limit(K.PRICE_COLLAR, "0.1"))
    desk.wait(61)
    assert desk.amended(order, price="49500") is RefusalCode.NO_REFERENCE_PRICE
    assert desk.amended(order, quantity="1") is None


def test_a_decrease_never_fails(desk: LimitedDesk) -> None:
    order = desk.working(desk.perpetual(quantity="2", price="49000"))
    desk.set_limits(limit(K.POSITION_QUANTITY, "0"), limit(K.ORDER_QUANTITY, "0"), limit(K.DAILY_LOSS, "1"))
    assert desk.amended(order, quantity="1") is None


def test_a_held_order_that_a_limit_stands_in_the_way_of_by_now_is_rejected_when_it_is_set_off(
    desk: LimitedDesk,
) -> None:
    held, other = (desk.place(desk.held_buy(size)) for size in ("2", "1"))
    desk.set_limits(limit(K.ORDER_QUANTITY, "1"))
    desk.set_off()
    assert (held.status, held.reason) == (OrderStatus.REJECTED, RejectReason.RISK_LIMIT)
    assert other.attempt == 1


def test_a_held_order_that_would_add_does_not_leave_when_it_is_set_off(desk: LimitedDesk) -> None:
    held = desk.place(desk.held_buy("1"))
    desk.restrict(REDUCING)
    desk.set_off()
    assert (held.is_closed, held.attempt) == (True, 0)


def test_an_order_that_a_rule_places_is_held_against_limits_like_any_other(desk: LimitedDesk) -> None:
    first = desk.working(desk.spot(quantity="1"))
    following = desk.spot(quantity="2")
    rule_id = RuleId("01RULE")
    desk.put(
        CreateRule(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=ALICE,
            rule_id=rule_id,
            order_id=first.order_id,
            status=OrderStatus.FILLED,
            place=following,
        )
    )
    desk.set_limits(limit(K.ORDER_QUANTITY, "1"))
    desk.fill(first, "1")
    placed = desk.orders[following.order_id]
    assert (placed.status, placed.reason) == (OrderStatus.INVALIDATED, RefusalCode.ORDER_QUANTITY_LIMIT)
