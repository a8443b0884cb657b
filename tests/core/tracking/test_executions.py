"""Each trade counts once, in whatever order and however often it comes (FIX 4.4 Appendix D)."""

from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    HistoryStatus,
    OrderStatus,
    Side,
    VenueOrderStatus,
)

OPEN, FILLED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED
CANCELED, EXPIRED, REJECTED = VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def test_an_order_fills_in_parts_and_closes_with_the_last(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    assert (order.status, order.leaves_quantity) == (OrderStatus.PARTIALLY_FILLED, Decimal("0.6"))
    assert driver.reserved("USDT") == 30_000
    driver.fill(order, "0.6", price="49000")
    assert order.status is OrderStatus.FILLED
    assert order.is_closed
    assert order.average_price == Decimal(49_400)
    assert driver.reserved("USDT") == 0
    driver.check_books()


def test_a_report_seen_twice_counts_once(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4", trade_id="7")
    assert driver.fill(order, "0.4", trade_id="7") == Decision([], [])
    assert driver.held("BTC") == Decimal("10.4")


def test_a_trade_seen_again_after_the_order_left_memory_counts_once(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1", trade_id="7")
    driver.let_go_of_closed()
    assert driver.fill(order, "1", trade_id="7") == Decision([], [])
    driver.restart()
    assert driver.fill(order, "1", trade_id="7") == Decision([], [])
    assert driver.held("BTC") == 11


def test_a_fill_before_the_acknowledgement_brings_the_venues_id(driver: DeskDriver) -> None:
    order = driver.place()
    driver.fill(order, "0.5", exchange_order_id="77")
    assert (order.status, order.exchange_order_id) == (OrderStatus.PARTIALLY_FILLED, "77")
    assert driver.accept(order, "77") == Decision([], [])


def test_a_fill_without_the_venues_id_leaves_the_acknowledgement_to_bring_it(driver: DeskDriver) -> None:
    order = driver.place()
    driver.fill(order, "0.5", exchange_order_id=None)
    assert order.exchange_order_id is None
    driver.accept(order, "77")
    assert (order.status, order.exchange_order_id) == (OrderStatus.PARTIALLY_FILLED, "77")


def test_an_instant_fill_settles_a_doubt(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    driver.fill(order, "1")
    assert (order.status, order.in_doubt) == (OrderStatus.FILLED, False)


def test_an_overfill_is_booked_and_flagged(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.7")
    driver.fill(order, "0.7")
    assert (order.status, order.filled_quantity) == (OrderStatus.FILLED, Decimal("1.4"))
    assert driver.held("BTC") == Decimal("11.4")
    assert driver.reserved("USDT") == 0
    [found] = driver.breaks.values()
    assert found.kind == "overfill"
    assert "0.4 more" in found.message
    driver.check_books()


@pytest.mark.parametrize("quantity", ["0", "-0.5"])
def test_a_trade_of_nothing_is_a_break_and_not_booked(driver: DeskDriver, quantity: str) -> None:
    order = driver.working()
    driver.fill(order, quantity)
    assert order.filled_quantity == 0
    assert [found.kind for found in driver.breaks.values()] == ["impossible_execution"]


def test_a_trade_on_the_wrong_side_is_a_break_and_not_booked(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1", side=Side.SELL)
    assert order.filled_quantity == 0
    assert driver.held("BTC") == 10
    assert [found.kind for found in driver.breaks.values()] == ["impossible_execution"]


def test_the_same_trade_number_on_the_other_side_is_another_trade(driver: DeskDriver) -> None:
    one, other = driver.working(exchange_order_id="1"), driver.working(driver.order_command(side=Side.SELL), "2")
    driver.fill(one, "0.5", trade_id="7", exchange_order_id="1")
    driver.fill(other, "0.5", trade_id="7", exchange_order_id="2")
    assert (one.filled_quantity, other.filled_quantity) == (Decimal("0.5"), Decimal("0.5"))


@pytest.mark.parametrize("ending", [CANCELED, EXPIRED])
def test_a_late_execution_moves_order_and_holdings_together(driver: DeskDriver, ending: VenueOrderStatus) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    driver.report(order, ending, "0.4")
    ended_as = order.status
    driver.fill(order, "0.3")
    assert (order.status, order.filled_quantity) == (ended_as, Decimal("0.7"))
    assert driver.held("BTC") == Decimal("10.7")
    driver.fill(order, "0.3")
    assert order.status is OrderStatus.FILLED
    assert driver.history(order)[-1].status is HistoryStatus.CORRECTED
    assert driver.reserved("USDT") == 0
    driver.check_books()


def test_a_late_execution_of_a_rejected_order_counts_too(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, REJECTED)
    assert order.status is OrderStatus.REJECTED
    driver.fill(order, "0.4")
    assert (order.status, order.filled_quantity, driver.held("BTC")) == (
        OrderStatus.REJECTED,
        Decimal("0.4"),
        Decimal("10.4"),
    )


def test_profit_and_loss_of_a_late_execution_is_restated(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(side=Side.SELL))
    driver.report(order, CANCELED)
    driver.fill(order, "1", price="50100")
    assert order.realized_pnl == 100


@pytest.mark.parametrize(
    ("fee", "asset", "left"),
    [
        (Fee("BNB", Decimal("0.01")), "BNB", "4.99"),
        (Fee("BTC", Decimal("0.001")), "BTC", "10.999"),
        (Fee("USDT", Decimal(-5)), "USDT", "950005"),
    ],
)
def test_a_fee_is_taken_where_the_venue_took_it(driver: DeskDriver, fee: Fee, asset: str, left: str) -> None:
    order = driver.working()
    driver.fill(order, "1", fees=(fee,))
    assert driver.held(asset) == Decimal(left)
    assert order.fees == (fee,)
    assert order.realized_pnl == 0
    driver.check_books()
