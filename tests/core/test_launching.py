"""An approved order leaves, or is held; what goes off leaves as what it becomes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core.decision import Decision
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import Reply, SendOrder, WakeAt, WatchPrices
from tidegate.core.messages.events import AttemptStarted, Event, OrderCreated, OrderHeld, TrailingMoved
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    TimeInForce,
    TradingState,
    TriggerBy,
    WakePurpose,
)


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver()


def trailing(driver: MarketsDriver, side: Side = Side.SELL, offset: str = "1000", **options: object) -> PlaceOrder:
    return driver.order_command(
        order_type=OrderType.TRAILING_STOP,
        side=side,
        price=None,
        trailing_offset=Decimal(offset),
        account_id=options.pop("account_id", account_of(Exchange.BYBIT)),
        **options,
    )


def sent(decision: Decision) -> SendOrder:
    [send] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    return send


def kinds(decision: Decision) -> list[type[Event]]:
    return [type(event) for event in decision.events]


def test_what_the_venue_keeps_is_sent_with_its_condition(driver: MarketsDriver) -> None:
    command = driver.order_command(
        order_type=OrderType.STOP_LIMIT,
        price="51100",
        trigger_price=Decimal(51_000),
        trigger_by=TriggerBy.MARK,
        symbol=PERPETUAL,
        reduce_only=True,
        position_side=PositionSide.SHORT,
    )
    decision = driver.put(command)
    assert kinds(decision) == [OrderCreated, AttemptStarted]
    send = sent(decision)
    assert (send.order_type, send.trigger_price, send.trigger_by) == (OrderType.STOP_LIMIT, 51_000, TriggerBy.MARK)
    assert (send.price, send.quantity) == (51_100, 1)
    assert (send.reduce_only, send.position_side, send.protective) == (True, PositionSide.SHORT, False)
    assert driver.orders[command.order_id].held_by is HeldBy.VENUE


def test_leverage_and_margin_mode_go_with_the_order(driver: MarketsDriver) -> None:
    command = driver.order_command(symbol=PERPETUAL, leverage=Decimal(5), margin_mode=MarginMode.ISOLATED)
    send = sent(driver.put(command))
    assert (send.leverage, send.margin_mode) == (5, MarginMode.ISOLATED)


def test_a_native_trailing_stop_is_sent_with_its_offset_alone(driver: MarketsDriver) -> None:
    command = trailing(
        driver, offset="1", trailing_offset_unit=OffsetUnit.PERCENT, account_id=account_of(Exchange.BINANCE)
    )
    send = sent(driver.put(command))
    assert (send.order_type, send.trigger_price) == (OrderType.TRAILING_STOP, None)
    assert (send.trailing_offset, send.trailing_offset_unit) == (1, OffsetUnit.PERCENT)


def test_what_the_venue_cannot_keep_is_held_reserved_and_watched(driver: MarketsDriver) -> None:
    command = trailing(driver)
    decision = driver.put(command)
    assert kinds(decision) == [OrderCreated, OrderHeld, TrailingMoved]
    assert [type(effect) for effect in decision.effects] == [Reply, WatchPrices]
    assert decision.effects[1] == WatchPrices(exchange=Exchange.BYBIT, symbols=frozenset({"BTC/USDT"}))
    order = driver.orders[command.order_id]
    assert (order.status, order.held_by, order.attempt) == (OrderStatus.PENDING, HeldBy.DESK, 0)
    assert (order.trailing_extreme, order.trigger_price) == (50_000, 49_000)
    assert order.is_acknowledged
    assert order.reserved_quantity == 1
    driver.check()


def test_the_history_says_who_holds_it_and_why(driver: MarketsDriver) -> None:
    order = driver.place(trailing(driver))
    assert "bybit does not keep such an order: the desk holds it" in driver.history(order)[-1].message


def test_without_a_price_it_trails_from_the_first_one_that_comes(driver: MarketsDriver) -> None:
    driver.desk.prices.clear()
    order = driver.place(trailing(driver))
    assert order.trigger_price is None
    driver.price("48000", exchange=Exchange.BYBIT)
    assert (order.trailing_extreme, order.trigger_price) == (48_000, 47_000)
    driver.check()


def test_the_watched_markets_are_told_when_one_comes(driver: MarketsDriver) -> None:
    first = driver.place(trailing(driver))
    again = driver.put(trailing(driver))
    assert not [effect for effect in again.effects if isinstance(effect, WatchPrices)], "it is watched already"
    other = driver.put(trailing(driver, symbol=PERPETUAL))
    assert WatchPrices(exchange=Exchange.BYBIT, symbols=frozenset({"BTC/USDT", PERPETUAL})) in other.effects
    last = driver.cancel(first)
    assert not [effect for effect in last.effects if isinstance(effect, WatchPrices)], "another order is open there"


def test_after_a_restart_they_are_watched_again(driver: MarketsDriver) -> None:
    order = driver.place(trailing(driver))
    seen: list[object] = []
    put = driver.put
    driver.put = lambda message: seen.extend(put(message).effects) or Decision()  # type: ignore[method-assign,func-returns-value]
    driver.recover()
    assert WatchPrices(exchange=Exchange.BYBIT, symbols=frozenset({"BTC/USDT"})) in seen
    kept = driver.desk.orders[order.order_id]
    assert kept == order
    assert kept is not order


def test_good_till_a_date_is_the_desks_own_business(driver: MarketsDriver) -> None:
    until = driver.now + timedelta(hours=1)
    command = driver.order_command(time_in_force=TimeInForce.GTD, expires_at=until)
    decision = driver.put(command)
    assert sent(decision).time_in_force is TimeInForce.GTC
    assert WakeAt(order_id=command.order_id, at=until, purpose=WakePurpose.EXPIRY) in decision.effects
    held = driver.put(trailing(driver, time_in_force=TimeInForce.GTD, expires_at=until))
    assert [effect.purpose for effect in held.effects if isinstance(effect, WakeAt)] == [WakePurpose.EXPIRY]


def test_what_was_asked_is_in_the_books(driver: MarketsDriver) -> None:
    until = driver.now + timedelta(hours=1)
    command = trailing(driver, symbol=PERPETUAL, time_in_force=TimeInForce.GTD, expires_at=until, reduce_only=True)
    order: Order = driver.place(command)
    for field in command.__struct_fields__:
        if hasattr(order, field) and field not in ("params", "trigger_price"):
            assert getattr(order, field) == getattr(command, field), field


def test_what_is_set_off_while_trading_is_stopped_ends_and_after_the_release_the_next_one_leaves(
    driver: MarketsDriver,
) -> None:
    order, other = driver.place(trailing(driver)), driver.place(trailing(driver, offset="2000"))
    driver.restrict(TradingState.HALTED)
    decision = driver.price("49000", exchange=Exchange.BYBIT)
    assert not [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (order.status, order.reason, order.attempt) == (OrderStatus.CANCELED, RejectReason.KILLED, 0)
    driver.restrict(TradingState.ACTIVE)
    assert sent(driver.price("48000", exchange=Exchange.BYBIT)).order_id == other.order_id
    driver.check()
