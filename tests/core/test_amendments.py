"""What a change makes of an order, and what it reserves meanwhile."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.records import full_order
from tidegate.core import amendments
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.vocabulary import OrderStatus, PendingAction, Side

AT = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = Policy()


def working(quantity: str = "1", price: str = "50000", filled: str = "0") -> Order:
    order = full_order(1)
    order.side, order.status, order.quote_quantity = Side.BUY, OrderStatus.SUBMITTED, None
    order.quantity, order.price, order.trigger_price = Decimal(quantity), Decimal(price), None
    order.filled_quantity, order.filled_before, order.reserve_price = Decimal(filled), Decimal(0), None
    order.pending_action, order.asked, order.replacing, order.amendment = PendingAction.NONE, None, False, 0
    return order


def test_an_absent_figure_stays_as_it_is() -> None:
    changed = amendments.with_change(working(), Amendment(price=Decimal(49_000)), None).as_asked()
    assert (changed.quantity, changed.price, changed.trigger_price, changed.asked) == (1, 49_000, None, None)


def test_without_a_change_an_order_is_what_it_is() -> None:
    order = working()
    assert order.as_asked() is order
    assert order.quantity_most == order.quantity


@pytest.mark.parametrize("in_place", [True, False])
def test_a_request_numbers_itself_and_keeps_its_window_when_it_is_made_again(in_place: bool) -> None:
    changing = amendments.with_change(working(), Amendment(price=Decimal(49_000)), None)
    first = amendments.requested(changing, AT, by="alice", in_place=in_place, policy=POLICY)
    assert (first.amendment, first.retry_until) == (1, AT + POLICY.change_window)
    assert first.request_expires_at == AT + POLICY.request_lifetime
    changing.pending_action, changing.amendment, changing.retry_until = PendingAction.AMEND, 1, first.retry_until
    later = AT + timedelta(seconds=5)
    again = amendments.requested(changing, later, by="the desk", in_place=in_place, policy=POLICY)
    assert (again.amendment, again.retry_until) == (2, first.retry_until)
    assert again.request_expires_at == later + POLICY.request_lifetime


amounts = st.decimals(min_value="0.01", max_value="100", places=2)


@given(before=amounts, after=amounts, price_before=amounts, price_after=amounts, filled=amounts)
def test_what_is_reserved_covers_whichever_of_the_two_works(
    before: Decimal, after: Decimal, price_before: Decimal, price_after: Decimal, filled: Decimal
) -> None:
    order = working()
    order.quantity, order.price, order.filled_quantity = before, price_before, min(filled, before)
    changing = amendments.with_change(order, Amendment(quantity=after, price=price_after), None)
    reserved = amendments.requested(changing, AT, by="alice", in_place=True, policy=POLICY).reserved_quantity
    changed = changing.as_asked()
    assert reserved >= worst_case(order, order.reserve_price)
    assert reserved >= worst_case(changed, changed.reserve_price)
    assert amendments.failed(changing, AT, "no", "no").reserved_quantity == worst_case(order, None)  # type: ignore[arg-type]
    assert amendments.made(changing, AT).reserved_quantity == worst_case(changed, None)


def test_once_only_the_rest_can_trade_it_alone_is_reserved() -> None:
    changing = amendments.with_change(working(filled="0.4"), Amendment(price=Decimal(40_000)), None)
    changing.replacing = True
    assert (changing.quantity_most, worst_case(changing, None)) == (1, 30_000)
    changing.exchange_order_id = None
    assert worst_case(changing, None) == 24_000
