"""What a venue trades by itself is booked to those who hold the position: once, to the last cent, and told of."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB
from support.forced_desk import BOTH, ForcedDesk
from support.limited_desk import limit
from support.markets import PERPETUAL
from support.protected_desk import LINEAR, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.messages import reports
from tidegate.core.messages.events import RiskLimitsSet
from tidegate.core.messages.values import Fee, VenuePosition
from tidegate.core.records import FORCED_TRADE, FOREIGN_EXECUTION, UNALLOCATED
from tidegate.core.vocabulary import (
    CashFlowKind,
    ExecutionType,
    ForcedTrade,
    LimitKind,
    OrderStatus,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)


@pytest.fixture
def desk() -> ForcedDesk:
    return ForcedDesk()


def test_a_liquidation_closes_both_positions_at_the_venues_price(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("3", fees=(Fee("USDT", Decimal("67.5")),), realized_pnl=Decimal(-15_000))
    assert desk.held_by(ALICE, BOB, UNALLOCATED) == [0, 0, 0]
    assert [desk.position(user_id=user).realized_pnl for user in BOTH] == [-10_000, -5_000]
    assert [desk.cash(user) for user in BOTH] == [Decimal(-10_045), Decimal("-5022.5")]
    desk.check_books()


def test_it_is_an_order_of_each_user_that_the_venue_made(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("3")
    orders = desk.forced_orders()
    assert orders.keys() == set(BOTH)
    assert orders[ALICE].status is OrderStatus.FILLED
    assert (orders[ALICE].quantity, orders[ALICE].average_price, orders[ALICE].realized_pnl) == (2, 45_000, -10_000)
    assert orders[ALICE].rule_id == "venue:liquidation"
    told = desk.history(orders[ALICE])
    assert [row.execution_type for row in told] == [ExecutionType.NEW, ExecutionType.TRADE, ExecutionType.DONE]
    assert told[0].message == f"made by binance itself (liquidation): sell 2 {PERPETUAL}"


@pytest.mark.parametrize("how", ["told twice", "after a restart", "once its orders have left memory"])
def test_it_counts_once(desk: ForcedDesk, how: str) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("1.5")
    if how == "after a restart":
        desk.restart()
    if how == "once its orders have left memory":
        desk.let_go_of_closed()
    desk.force("1.5")
    desk.force("1.5", forced=None, exchange_client_order_id=None)
    assert desk.held_by(ALICE, BOB) == [1, Decimal("0.5")]
    assert not desk.open_breaks(FOREIGN_EXECUTION), "not all lists of trades tell who made the order"
    desk.check_books()


def test_the_books_agree_with_the_venue_afterwards(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("2", realized_pnl=Decimal(-10_000))
    left = VenuePosition(symbol=PERPETUAL, position_side=PositionSide.NET, quantity=Decimal(1))
    for _ in range(2):
        desk.now += timedelta(seconds=6)
        desk.positions(left)
        desk.balances(BALANCES, margin=MARGIN - 10_000)
    desk.listing()
    assert [found.kind for found in desk.open_breaks()] == [FORCED_TRADE]


def test_parts_are_on_the_grid_and_the_rest_is_the_largests(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="1", bob="0.5")
    desk.force("1")
    assert desk.held_by(ALICE, BOB) == [Decimal("0.333"), Decimal("0.167")]
    desk.check_books()


@pytest.mark.parametrize("size", ["0.001", "0.003", "0.05"])
def test_many_small_trades_of_one_order_come_to_the_same_as_one(desk: ForcedDesk, size: str) -> None:
    desk.open_omnibus(alice="0.3", bob="0.1")
    trades, left = [], Decimal("0.2")
    while left > 0:
        trades.append(min(left, Decimal(size)))
        left -= trades[-1]
    for number, quantity in enumerate(trades):
        desk.force(str(quantity), trade_id=f"forced-{number}")
    assert desk.held_by(ALICE, BOB) == [Decimal("0.15"), Decimal("0.05")]
    desk.check_books()


def test_what_nobody_holds_is_nobodys(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="1", bob="-0.5")
    desk.force("1.25", realized_pnl=Decimal(-5_000))
    assert desk.held_by(ALICE, BOB, UNALLOCATED) == [0, Decimal("-0.5"), Decimal("-0.25")]
    desk.check_books()


def test_what_the_venue_settles_otherwise_than_the_users_averages_say_is_shared(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="1", bob="1")
    desk.force("2", realized_pnl=Decimal("-10000.00000001"))
    assert sum(desk.position(user_id=user).realized_pnl for user in BOTH) == Decimal("-10000.00000001")
    desk.check_books()


def test_in_hedge_mode_the_position_of_that_side_is_closed(desk: ForcedDesk) -> None:
    desk.open_omnibus()
    desk.assign(ALICE, Decimal(2), Decimal(-1), sides=(PositionSide.LONG, PositionSide.SHORT))
    desk.force("1", side=Side.BUY, position_side=PositionSide.SHORT, forced=ForcedTrade.AUTO_DELEVERAGING)
    assert desk.position(PositionSide.LONG).quantity == 2
    assert desk.position(PositionSide.SHORT).quantity == 0
    desk.check_books()


def test_people_are_told_once_an_order_and_until_they_say_so(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("1")
    desk.force("1", trade_id="forced-2")
    [found] = desk.open_breaks(FORCED_TRADE)
    assert found.subject == f"{PERPETUAL} 77"
    assert "(liquidation), at first: sell 1" in found.message
    assert "alice 0.667, bob 0.333" in found.message
    assert desk.resolve(found.break_id) is None
    assert desk.open_breaks() == []


def test_the_venues_own_order_is_no_strangers(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="1")
    order = reports.OrderReported(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=PERPETUAL,
        status=VenueOrderStatus.OPEN,
        filled_quantity=Decimal(0),
        exchange_order_id=ids.ExchangeOrderId("77"),
        forced=ForcedTrade.LIQUIDATION,
    )
    assert desk.put(order).events == []


def test_a_liquidation_fee_is_theirs_who_were_liquidated(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("3")
    before = [desk.cash(user) for user in BOTH]
    for _ in range(2):
        desk.flow("-30", kind=CashFlowKind.LIQUIDATION_FEE, symbol=PERPETUAL)
    assert [desk.cash(user) for user in BOTH] == [before[0] - 20, before[1] - 10]
    desk.check_books()


def test_who_was_liquidated_is_known_after_a_restart(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="3")
    desk.force("1", exchange_order_id="76", trade_id="forced-0")
    desk.assign(BOB, Decimal(3))
    desk.force("3")
    desk.restart()
    before = [desk.cash(user) for user in BOTH]
    desk.flow("-30", kind=CashFlowKind.LIQUIDATION_FEE, symbol=PERPETUAL)
    desk.flow("-5", kind=CashFlowKind.LIQUIDATION_FEE, symbol="ETH/USDT:USDT", flow_id="f2")
    assert [desk.cash(user) for user in BOTH] == [before[0] - 20, before[1] - 10]
    assert desk.cash(UNALLOCATED) == MARGIN - 5, "nobody was liquidated there"
    desk.check_books()


def test_trades_of_one_order_come_to_the_same_with_a_restart_between(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="0.3", bob="0.1")
    for number in range(4):
        desk.force("0.05", trade_id=f"forced-{number}")
        desk.restart()
    assert desk.held_by(ALICE, BOB) == [Decimal("0.15"), Decimal("0.05")]
    desk.flow("-4", kind=CashFlowKind.LIQUIDATION_FEE, symbol=PERPETUAL)
    assert desk.cash(BOB) == Decimal("0.05") * -5_000 - 1
    desk.check_books()


def test_a_bust_takes_every_part_back(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    desk.force("3")
    desk.let_go_of_closed()
    desk.bust(desk.forced_orders()[ALICE], "forced-1")
    assert desk.held_by(ALICE, BOB) == [2, 1]
    desk.force("3")
    assert desk.held_by(ALICE, BOB) == [2, 1], "it is known, and never counts again"
    desk.check_books()


def test_what_was_told_as_a_trade_outside_the_desk_stays_that(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2")
    desk.force("2", forced=None)
    assert desk.open_breaks(FOREIGN_EXECUTION)
    desk.force("2")
    assert desk.held_by(ALICE) == [2], "a person may have let the books follow the venue"


def test_what_cannot_be_is_told_and_not_booked(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2")
    desk.force("2", symbol="BTC/USDT")
    assert desk.open_breaks(FOREIGN_EXECUTION)
    assert not desk.forced_orders()


def test_it_counts_against_no_limit_on_orders(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2")
    limits = (limit(LimitKind.ORDERS_PER_INTERVAL, "1", seconds=60),)
    apply(desk.desk, RiskLimitsSet(at=desk.now, version=1, limits=limits, by=ALICE))
    desk.force("1")
    assert not desk.desk.risk.recent_orders


def test_a_stop_whose_position_is_liquidated_is_canceled() -> None:
    desk = ProtectedDesk()
    desk.open_shop()
    entry = desk.working(desk.entry_command(symbol=LINEAR))
    desk.fill(entry, "1")
    [stop] = [leg for leg in desk.desk.legs_of(entry.order_id) if not leg.is_held]
    desk.put(
        reports.ExecutionReported(
            at=desk.now,
            account_id=ACCOUNT,
            symbol=LINEAR,
            side=Side.SELL,
            trade_id=ids.TradeId("forced"),
            quantity=Decimal(1),
            price=Decimal(45_000),
            executed_at=desk.now,
            forced=ForcedTrade.LIQUIDATION,
        )
    )
    assert desk.orders[stop.order_id].cancel_reason is RejectReason.POSITION_CLOSED
