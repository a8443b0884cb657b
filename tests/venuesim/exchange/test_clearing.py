"""Funding, liquidation, insurance; and that a wallet changes by the sum of its movements and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.exchange.events import AccountEventKind
from venuesim.exchange.orders import OrderRefused
from venuesim.exchange.vocabulary import FlowKind, OrderStatus, Origin, Side
from venuesim_contracts import Pit, contract

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def pit() -> Pit:
    return Pit()


def test_longs_pay_shorts_a_positive_rate_on_the_mark_value(pit: Pit) -> None:
    long, short = pit.account("long", "1000"), pit.account("short", "1000")
    pit.mark("100")
    pit.trade(long, BUY, "10", "100")
    pit.trade(short, SELL, "10", "100")
    before = long.balances["USDT"].free, short.balances["USDT"].free
    pit.mark("110")
    pit.market().funding_rate = D("0.0001")
    pit.exchange.clearing.fund(pit.market())
    after = long.balances["USDT"].free, short.balances["USDT"].free
    assert (after[0] - before[0], after[1] - before[1]) == (D("-0.11"), D("0.11"))


def test_shorts_pay_longs_a_negative_rate(pit: Pit) -> None:
    long = pit.account("long", "1000")
    pit.mark("100")
    pit.trade(long, BUY, "10", "100")
    pit.market().funding_rate = D("-0.0003")
    before = long.balances["USDT"].free
    pit.exchange.clearing.fund(pit.market())
    assert long.balances["USDT"].free - before == D("0.3")


def test_the_funding_of_an_isolated_position_comes_out_of_its_own_margin(pit: Pit) -> None:
    long = pit.account("long", "1000")
    pit.isolate(long)
    pit.mark("100")
    pit.trade(long, BUY, "10", "100")
    pit.market().funding_rate = D("0.001")
    pit.exchange.clearing.fund(pit.market())
    assert pit.position(long).isolated_margin == D(99)


def test_a_liquidation_costs_its_fee_and_its_order_says_who_made_it() -> None:
    pit = Pit(contract("BTC", liquidation_fee=D("0.01")))
    pit.exchange.clearing.client_order_id_of = lambda origin: f"made-by-{origin}"
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "50", "100")
    pit.place(pit.other, BUY, "50", "85")
    pit.mark("80")
    (order,) = [order for order in account.orders.values() if order.origin is Origin.LIQUIDATION]
    assert (order.client_order_id, order.status, order.average_price) == (
        "made-by-liquidation", OrderStatus.FILLED, D(85),
    )  # fmt: skip
    insurance = [flow.amount for flow in pit.exchange.flows.newest_first(account) if flow.kind is FlowKind.INSURANCE]
    assert insurance == [D("-42.5")]


def test_a_cross_liquidation_cancels_orders_first(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "50", "100")
    resting = pit.place(account, BUY, "1", "50")
    pit.place(pit.other, BUY, "50", "85")
    pit.mark("80")
    assert resting.status is OrderStatus.CANCELED


def test_a_wallet_that_a_liquidation_leaves_below_zero_is_filled_up_by_the_insurance_fund(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "90", "100")
    pit.place(pit.other, BUY, "90", "50")
    pit.mark("60")
    assert account.balances["USDT"].total == 0
    kinds = [flow.kind for flow in pit.exchange.flows.newest_first(account)]
    assert kinds[0] is FlowKind.INSURANCE


def test_an_isolated_liquidation_loses_no_more_than_was_set_aside(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.isolate(account)
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    before = account.balances["USDT"].total
    pit.place(pit.other, BUY, "10", "70")
    pit.mark("75")
    assert not pit.position(account).is_open
    assert account.balances["USDT"].total == before - 100


def test_what_the_book_cannot_take_of_a_liquidation_closes_at_the_mark_price(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "50", "100")
    pit.mark("80")
    assert not pit.position(account).is_open


def test_a_margin_call_is_told_once_before_the_liquidation(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    told = []
    pit.exchange.listeners.accounts.append(lambda event: told.append(event.kind))
    pit.mark("100")
    pit.trade(account, BUY, "50", "100")
    pit.mark("80.55")
    pit.mark("80.54")
    assert told == [AccountEventKind.MARGIN_CALL]


def test_margin_can_be_added_to_an_isolated_position_and_taken_back(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.isolate(account)
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    clearing, position = pit.exchange.clearing, pit.position(account)
    assert clearing.add_position_margin(account, position, D(50))
    assert clearing.add_position_margin(account, position, D(-50))
    assert not clearing.add_position_margin(account, position, D(-1))
    assert not clearing.add_position_margin(account, position, D(10_000))
    assert position.isolated_margin == 100


def test_less_leverage_is_refused_when_the_wallet_does_not_carry_it(pit: Pit) -> None:
    account = pit.account("holder", "150")
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    instrument = pit.instruments[0]
    assert not pit.exchange.clearing.set_leverage(account, instrument, D(2))
    assert account.holding(instrument).leverage == 10


steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "fund", "move"]),
        st.integers(min_value=1, max_value=20),
        st.integers(min_value=80, max_value=120),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(steps, st.booleans())
def test_a_wallet_changes_by_the_sum_of_its_movements(actions: list[tuple[str, int, int]], isolated: bool) -> None:
    pit = Pit(contract("BTC", liquidation_fee=D("0.01")))
    account = pit.account("holder", "500")
    if isolated:
        pit.isolate(account)
    pit.mark("100")
    for action, quantity, price in actions:
        was_open = pit.position(account).is_open
        if action == "fund":
            pit.exchange.clearing.fund(pit.market())
        elif action == "move":
            pit.mark(str(price))
        else:
            try:
                pit.trade(account, Side(action), str(quantity), str(price))
            except OrderRefused:
                for order in pit.other.open_orders_of(None):
                    pit.exchange.cancel(order)
        # An own trade far from the mark price may cost more than there is; a liquidation may not.
        if action in {"fund", "move"} and was_open and not pit.position(account).is_open:
            assert account.balances["USDT"].total >= 0
    moved = sum((flow.amount for flow in pit.exchange.flows.newest_first(account)), D(0))
    assert abs(account.balances["USDT"].total - 500 - moved) < D("1e-15")
    filled = sum((execution.quantity * execution.side.sign for execution in account.executions.values()), D(0))
    assert pit.position(account).quantity == filled
