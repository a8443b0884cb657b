"""Prices set off what the desk holds: exactly when the rule says, and never twice."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.desk_driver import ALICE
from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core.decision import Decision
from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages import reports
from tidegate.core.messages.effects import SendOrder, WatchPrices
from tidegate.core.messages.events import AttemptStarted, OrderTriggered, PriceMoved, TrailingMoved
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    AccountState,
    Exchange,
    ExecutionType,
    HeldBy,
    OffsetUnit,
    OrderStatus,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    TriggerBy,
)

OKX, BYBIT = account_of(Exchange.OKX), account_of(Exchange.BYBIT)
FOK_STOP = {"order_type": OrderType.STOP_LIMIT, "time_in_force": TimeInForce.FOK, "account_id": OKX}


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver()


def held_stop(driver: MarketsDriver, side: Side = Side.BUY, trigger: str = "51000", **options: object) -> Order:
    """OKX sets no fill-or-kill order off: the desk does."""
    command = driver.order_command(side=side, price=trigger, trigger_price=Decimal(trigger), **{**FOK_STOP, **options})
    order = driver.place(command)
    assert order.is_held
    return order


def trailing(driver: MarketsDriver, side: Side = Side.SELL, offset: str = "1000", **options: object) -> Order:
    command = driver.order_command(
        order_type=OrderType.TRAILING_STOP,
        side=side,
        price=None,
        trailing_offset=Decimal(offset),
        account_id=BYBIT,
        **options,
    )
    return driver.place(command)


def sent(decision: Decision) -> list[SendOrder]:
    return [effect for effect in decision.effects if isinstance(effect, SendOrder)]


def to(driver: MarketsDriver, price: str, exchange: Exchange = Exchange.BYBIT, **sides: str) -> Decision:
    return driver.price(price, exchange=exchange, **sides)  # type: ignore[arg-type]


def disconnect(driver: MarketsDriver, account_id: str) -> None:
    driver.put(reports.AccountDisconnected(at=driver.now, account_id=account_id, message="gone"))  # type: ignore[arg-type]


def test_a_price_that_means_nothing_to_a_held_order_only_moves_the_market(driver: MarketsDriver) -> None:
    held_stop(driver)
    assert [type(event) for event in to(driver, "50999.99", Exchange.OKX).events] == [PriceMoved]
    assert [type(event) for event in to(driver, "60000", Exchange.BINANCE).events] == [PriceMoved]


def test_what_is_set_off_is_sent_as_what_it_becomes(driver: MarketsDriver) -> None:
    order = held_stop(driver)
    decision = to(driver, "51000", Exchange.OKX)
    assert [type(event) for event in decision.events] == [PriceMoved, OrderTriggered, AttemptStarted]
    [send] = sent(decision)
    assert (send.order_type, send.price, send.trigger_price) == (OrderType.LIMIT, 51_000, None)
    assert (send.time_in_force, send.attempt) == (TimeInForce.FOK, 1)
    assert (order.held_by, order.status, order.triggered_at) == (HeldBy.VENUE, OrderStatus.PENDING, driver.now)
    assert not [effect for effect in decision.effects if isinstance(effect, WatchPrices)], "it is still traded"
    driver.check()


def test_it_goes_off_once(driver: MarketsDriver) -> None:
    held_stop(driver)
    assert sent(to(driver, "51000", Exchange.OKX))
    assert not sent(to(driver, "52000", Exchange.OKX))


def test_several_go_off_in_the_order_they_came(driver: MarketsDriver) -> None:
    orders = [held_stop(driver, trigger=trigger, quantity="0.1") for trigger in ("51000", "50500", "50700")]
    sends = sent(to(driver, "51000", Exchange.OKX))
    assert [send.order_id for send in sends] == [order.order_id for order in orders]


def test_a_stop_that_gapped_reserves_what_it_may_cost_now(driver: MarketsDriver) -> None:
    order = trailing(driver, Side.BUY)
    assert order.reserved_quantity == 51_000 * Decimal("1.05")
    decision = to(driver, "60000", ask="60100")
    [send] = sent(decision)
    assert send.order_type is OrderType.MARKET
    assert order.reserved_quantity == 60_100 * Decimal("1.05")
    driver.check()


def test_a_refusal_at_the_trigger_rejects_the_order(driver: MarketsDriver) -> None:
    order = held_stop(driver)
    to(driver, "51000", Exchange.OKX)
    driver.put(
        reports.OrderRefused(
            at=driver.now,
            account_id=OKX,
            order_id=order.order_id,
            attempt=1,
            retryable=False,
            reason=RejectReason.INSUFFICIENT_FUNDS,
            message="not enough",
        )
    )
    assert (order.status, order.reason) == (OrderStatus.REJECTED, RejectReason.INSUFFICIENT_FUNDS)
    driver.check()


def test_the_mark_sets_off_what_waits_for_the_mark(driver: MarketsDriver) -> None:
    order = held_stop(driver, symbol=PERPETUAL, trigger_by=TriggerBy.MARK)
    assert not sent(driver.price("52000", PERPETUAL, mark="50999", exchange=Exchange.OKX))
    assert sent(driver.price("50000", PERPETUAL, mark="51000", exchange=Exchange.OKX))
    triggered = [row for row in driver.history(order) if row.execution_type is ExecutionType.TRIGGERED]
    assert [row.message for row in triggered] == ["set off at 51000"]


def test_where_no_mark_is_told_the_last_price_decides(driver: MarketsDriver) -> None:
    held_stop(driver, symbol=PERPETUAL, trigger_by=TriggerBy.MARK)
    assert sent(driver.price("51000", PERPETUAL, exchange=Exchange.OKX))


# --- trailing ----------------------------------------------------------------------------------------------------


def test_a_trailing_stop_follows_the_market_and_closes_behind_it(driver: MarketsDriver) -> None:
    order = trailing(driver)
    to(driver, "53000")
    assert (order.trailing_extreme, order.trigger_price) == (53_000, 52_000)
    to(driver, "52500")
    assert (order.trailing_extreme, order.trigger_price) == (53_000, 52_000)
    [send] = sent(to(driver, "52000"))
    assert (send.order_type, send.price, send.trigger_price, send.trailing_offset) == (
        OrderType.MARKET,
        None,
        None,
        None,
    )


def test_a_trailing_buy_follows_down(driver: MarketsDriver) -> None:
    order = trailing(driver, Side.BUY, "2", trailing_offset_unit=OffsetUnit.PERCENT)
    assert order.trigger_price == 51_000
    to(driver, "40000")
    assert order.trigger_price == 40_800
    assert not sent(to(driver, "40799.99"))
    assert sent(to(driver, "40800"))


def test_less_than_a_tick_moves_nothing(driver: MarketsDriver) -> None:
    trailing(driver)
    assert [type(event) for event in to(driver, "50000.005").events] == [PriceMoved]
    assert [type(event) for event in to(driver, "50000.01").events] == [PriceMoved, TrailingMoved]


def test_what_it_has_seen_survives_a_restart(driver: MarketsDriver) -> None:
    order = trailing(driver)
    to(driver, "53000")
    driver.recover()
    kept = driver.desk.orders[order.order_id]
    assert (kept.trailing_extreme, kept.trigger_price) == (53_000, 52_000)
    triggered = to(driver, "51000")
    assert [type(event) for event in triggered.events] == [PriceMoved, OrderTriggered]
    assert not sent(triggered), "the account has to come back first"


PRICES = st.lists(st.integers(min_value=40_000, max_value=60_000), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(prices=PRICES, side=st.sampled_from(Side), offset=st.integers(min_value=1, max_value=5_000))
def test_a_trailing_stop_goes_off_at_the_first_price_that_far_behind_the_best(
    prices: list[int], side: Side, offset: int
) -> None:
    driver = MarketsDriver()
    order = trailing(driver, side, str(offset))
    best, expected = 50_000, None
    for number, price in enumerate(prices):
        behind = best - price if side is Side.SELL else price - best
        if behind >= offset:
            expected = number
            break
        best = max(best, price) if side is Side.SELL else min(best, price)
    fired = [number for number, price in enumerate(prices) if sent(to(driver, str(price)))]
    assert fired == ([] if expected is None else [expected])
    assert order.is_held == (expected is None)
    driver.check()


@settings(max_examples=60, deadline=None)
@given(prices=PRICES, side=st.sampled_from(Side), trigger=st.integers(min_value=50_001, max_value=60_000))
def test_a_held_stop_goes_off_at_the_first_price_at_or_beyond_its_trigger(
    prices: list[int], side: Side, trigger: int
) -> None:
    driver = MarketsDriver()
    at = trigger if side is Side.BUY else 100_000 - trigger
    held_stop(driver, side, str(at))
    due = [number for number, price in enumerate(prices) if (price >= at if side is Side.BUY else price <= at)]
    fired = [number for number, price in enumerate(prices) if sent(to(driver, str(price), Exchange.OKX))]
    assert fired == due[:1]


# --- an account that is not ready --------------------------------------------------------------------------------


def test_while_its_account_is_away_it_waits_for_the_window_that_begins_then(driver: MarketsDriver) -> None:
    order = held_stop(driver)
    driver.wait(3600)
    disconnect(driver, OKX)
    decision = to(driver, "51000", Exchange.OKX)
    assert not sent(decision)
    assert order.waiting_to_retry
    assert order.retry_until == driver.now + driver.desk.policy.trigger_retry_window
    driver.wait(5)
    assert not order.is_closed
    driver.desk.accounts[OKX].state = AccountState.READY
    driver.wait(1)
    assert (order.held_by, order.attempt, order.status) == (HeldBy.VENUE, 1, OrderStatus.PENDING)
    driver.check()


def test_it_is_not_sent_long_after_it_went_off(driver: MarketsDriver) -> None:
    order = held_stop(driver)
    disconnect(driver, OKX)
    to(driver, "51000", Exchange.OKX)
    driver.wait(driver.desk.policy.trigger_retry_window.total_seconds() + 1)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)
    driver.check()


def test_the_rest_of_its_life_is_any_orders(driver: MarketsDriver) -> None:
    order = trailing(driver)
    to(driver, "48000")
    driver.put(
        reports.OrderAccepted(
            at=driver.now, account_id=BYBIT, order_id=order.order_id, attempt=1, exchange_order_id=ExchangeOrderId("7")
        )
    )
    driver.put(
        reports.ExecutionReported(
            at=driver.now,
            account_id=BYBIT,
            symbol="BTC/USDT",
            side=Side.SELL,
            trade_id="trade",  # type: ignore[arg-type]
            quantity=Decimal(1),
            price=Decimal(48_000),
            executed_at=driver.now,
            exchange_order_id=ExchangeOrderId("7"),
        )
    )
    assert order.status is OrderStatus.FILLED
    assert driver.desk.holding(BYBIT, ALICE, "BTC").quantity == 9
    driver.check_books()
