"""Held orders are found by price: exactly those that it concerns, whatever was held, moved and let go before."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from support.desk_driver import ACCOUNT, ALICE
from tidegate.core.held import HeldOrders
from tidegate.core.identifiers import OrderId
from tidegate.core.instruments import Price
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.triggers import is_met, watched_price
from tidegate.core.vocabulary import Exchange, HeldBy, OrderType, Side, TriggerBy

AT = datetime(2026, 3, 1, tzinfo=UTC)
MARKET = (Exchange.OKX, "BTC/USDT:USDT")
PRICES = st.integers(min_value=1, max_value=12).map(Decimal)  # Few, so that orders share them.


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """A few ids again and again: the same order comes back with other figures, set off, or gone to the venue."""
    order_type = draw(st.sampled_from(sorted(CONDITIONAL)))
    is_trailing = order_type is OrderType.TRAILING_STOP
    return Order(
        order_id=OrderId(f"0{draw(st.integers(min_value=0, max_value=5))}"),
        user_id=ALICE,
        account_id=ACCOUNT,
        exchange=MARKET[0],
        symbol=MARKET[1],
        side=draw(st.sampled_from(Side)),
        order_type=order_type,
        timestamp=AT,
        updated_at=AT,
        trigger_by=draw(st.sampled_from([TriggerBy.LAST, TriggerBy.MARK])),
        trigger_price=draw(st.none() | PRICES) if is_trailing else draw(PRICES),
        trailing_extreme=draw(st.none() | PRICES) if is_trailing else None,
        held_by=draw(st.sampled_from([HeldBy.DESK, HeldBy.DESK, HeldBy.VENUE])),
        triggered_at=draw(st.sampled_from([None, None, None, AT])),
    )


def concerns(price: Price, order: Order) -> bool:
    """By the rules themselves, one order at a time."""
    seen = watched_price(price, order.trigger_by)
    if order.trigger_price is not None and is_met(order, order.trigger_price, seen):
        return True
    if order.order_type is not OrderType.TRAILING_STOP:
        return False
    best = order.trailing_extreme
    return best is None or (seen >= best if order.side is Side.SELL else seen <= best)


@given(changes=st.lists(orders()), last=PRICES, mark=st.none() | PRICES)
def test_a_price_finds_those_that_it_sets_off_or_moves_and_no_others(
    changes: list[Order], last: Decimal, mark: Decimal | None
) -> None:
    held, known = HeldOrders(), {}
    for order in changes:
        held.index(order)
        known[order.order_id] = order
    waiting = [order for order in known.values() if order.is_held and order.is_conditional]
    price = Price(last=last, mark=mark)
    expected = sorted(order.order_id for order in waiting if concerns(price, order))
    assert held.reached(*MARKET, price) == expected
    assert held.reached(Exchange.OKX, "ETH/USDT", price) == []
    assert bool(held) == bool(waiting)
    assert held.markets == (frozenset({MARKET}) if waiting else frozenset())


@given(changes=st.lists(orders(), min_size=1))
def test_nothing_is_left_of_orders_that_were_let_go(changes: list[Order]) -> None:
    held = HeldOrders()
    for order in changes:
        held.index(order)
    for order in changes:
        order.held_by = HeldBy.VENUE
        held.index(order)
    assert held == HeldOrders()


@given(order=orders())
def test_the_markets_are_the_same_object_while_they_are_the_same(order: Order) -> None:
    held = HeldOrders()
    order.held_by, order.triggered_at = HeldBy.DESK, None
    held.index(order)
    before = held.markets
    order.trigger_price = Decimal(7)
    held.index(order)
    assert held.markets is before
