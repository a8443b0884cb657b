"""What the desk puts right: only where its user allows, never to a worse price, never much larger, not for ever."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.desk_driver import ACCOUNT, ALICE, BTC_USDT, DeskDriver
from support.markets import PERPETUAL, MarketsDriver
from tidegate.core.decision import Decision
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.events import AttemptFailed, AttemptStarted, OrderAdjusted, OrderCreated
from tidegate.core.money import is_multiple
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    AccountState,
    Correction,
    ExecutionType,
    OrderStatus,
    OrderType,
    RefusalCode,
    RejectReason,
    Side,
    TradingState,
    VenueOrderStatus,
)

COARSE = msgspec.structs.replace(
    BTC_USDT,
    price_tick=Decimal("0.5"),
    quantity_step=Decimal("0.01"),
    quantity_min=Decimal("0.1"),
    notional_min=Decimal(1000),
)


def shop(*corrections: Correction, instrument: Instrument = COARSE) -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    driver.list_markets(instrument)
    driver.put(
        commands.SetCorrections(
            command_id=driver.command_id(), at=driver.now, user_id=ALICE, corrections=frozenset(corrections)
        )
    )
    return driver


@pytest.fixture
def driver() -> DeskDriver:
    return shop(*Correction)


# --- to the grid -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "asked", "placed"),
    [
        (Side.BUY, ("1.239", "50000.7"), ("1.23", "50000.5")),
        (Side.SELL, ("1.239", "50000.7"), ("1.23", "50001")),
        (Side.BUY, ("0.095", "50000"), ("0.1", "50000")),
        (Side.BUY, ("0.19", "5300"), ("0.19", "5300")),
        (Side.BUY, ("0.199", "5000"), ("0.2", "5000")),
    ],
)
def test_an_order_is_put_on_the_grid(
    driver: DeskDriver, side: Side, asked: tuple[str, str], placed: tuple[str, str]
) -> None:
    order = driver.place(driver.order_command(side=side, quantity=asked[0], price=asked[1]))
    assert (order.quantity, order.price) == tuple(map(Decimal, placed))
    driver.check()


def test_it_is_told_in_the_history_with_what_was_asked(driver: DeskDriver) -> None:
    command = driver.order_command(quantity="1.239", price="50000.7")
    decision = driver.put(command)
    assert [type(event) for event in decision.events] == [OrderCreated, OrderAdjusted, AttemptStarted]
    order = driver.orders[command.order_id]
    created, adjusted, _ = driver.history(order)
    assert "buy 1.239 BTC/USDT limit at 50000.7" in created.message
    assert adjusted.execution_type is ExecutionType.RESTATED
    assert adjusted.message == "put on the market's grid: quantity 1.239 is 1.23, price 50000.7 is 50000.5"
    assert adjusted.detail["correction"] == Correction.ADJUST_TO_GRID
    [send] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (send.quantity, send.price) == (Decimal("1.23"), Decimal("50000.5"))
    assert order.corrections == 1


def test_triggers_are_put_on_the_tick_too(driver: DeskDriver) -> None:
    order = driver.place(
        driver.order_command(
            order_type=OrderType.STOP_LIMIT, side=Side.SELL, price="48000.2", trigger_price=Decimal("49000.2")
        )
    )
    assert (order.trigger_price, order.price) == (Decimal("49000.5"), Decimal("48000.5"))


def test_what_would_be_much_larger_stays_refused(driver: DeskDriver) -> None:
    command = driver.order_command(quantity="0.09")
    driver.put(command)
    assert driver.orders[command.order_id].reason is RefusalCode.QUANTITY_BELOW_MINIMUM
    driver.put(small := driver.order_command(quantity="0.15", price="5000"))
    assert driver.orders[small.order_id].reason is RefusalCode.NOTIONAL_BELOW_MINIMUM


def test_what_fits_is_left_alone(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(quantity="1.2", price="50000.5"))
    assert order.corrections == 0


def test_without_leave_nothing_is_touched() -> None:
    driver = shop(Correction.REPRICE_POST_ONLY)
    driver.put(command := driver.order_command(quantity="1.239"))
    assert driver.orders[command.order_id].reason is RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+30", "1E-999999", "-1", "0"])
def test_what_is_no_amount_is_left_to_validation(driver: DeskDriver, number: str) -> None:
    for field in ("quantity", "price"):
        command = driver.order_command(**{field: number})  # type: ignore[arg-type]
        driver.put(command)
        assert driver.orders[command.order_id].status is OrderStatus.INVALIDATED


AMOUNTS = st.decimals(min_value="0.0001", max_value=10, places=5)
PRICES = st.decimals(min_value=100, max_value=100_000, places=4)


@settings(max_examples=150, deadline=None)
@given(quantity=AMOUNTS, price=PRICES, side=st.sampled_from(Side))
def test_a_correction_is_never_worse_in_price_nor_a_tenth_larger(quantity: Decimal, price: Decimal, side: Side) -> None:
    driver = shop(Correction.ADJUST_TO_GRID)
    command = driver.order_command(side=side, quantity=f"{quantity:f}", price=f"{price:f}")
    driver.put(command)
    order = driver.orders[command.order_id]
    if order.status is OrderStatus.INVALIDATED:
        return
    assert order.price is not None
    assert order.quantity is not None
    assert order.price <= price if side is Side.BUY else order.price >= price
    assert abs(order.price - price) < COARSE.price_tick
    assert order.quantity <= quantity * Decimal("1.1")
    assert is_multiple(order.price, COARSE.price_tick)
    assert is_multiple(order.quantity, COARSE.quantity_step)


# --- beyond the touch --------------------------------------------------------------------------------------------


def post_only(driver: DeskDriver, side: Side = Side.BUY, price: str = "50000", **options: object) -> Order:
    return driver.place(driver.order_command(side=side, price=price, post_only=True, **options))  # type: ignore[arg-type]


def refuse(driver: DeskDriver, order: Order, reason: RejectReason = RejectReason.IMMEDIATE_MATCH_REFUSED) -> Decision:
    return driver.put(
        reports.OrderRefused(
            at=driver.now,
            account_id=ACCOUNT,
            order_id=order.order_id,
            attempt=order.attempt,
            retryable=False,
            reason=reason,
            message="would match",
            venue_code="-2010",
        )
    )


@pytest.mark.parametrize(
    ("side", "price", "touch", "placed"),
    [
        (Side.BUY, "50000", {"bid": "49990", "ask": "49995"}, "49994.5"),
        (Side.BUY, "50000", {"bid": "49990", "ask": "50010"}, "49999.5"),
        (Side.SELL, "50000", {"bid": "50005", "ask": "50010"}, "50005.5"),
        (Side.SELL, "50000", {"bid": "49990", "ask": "50010"}, "50000.5"),
    ],
)
def test_a_post_only_order_refused_at_the_touch_rests_a_tick_beyond_it(
    driver: DeskDriver, side: Side, price: str, touch: dict[str, str], placed: str
) -> None:
    order = post_only(driver, side, price)
    driver.price("50000", **touch)
    decision = refuse(driver, order)
    assert [type(event) for event in decision.events] == [AttemptFailed, OrderAdjusted, AttemptStarted]
    [send] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (send.price, send.attempt, send.post_only) == (Decimal(placed), 2, True)
    assert (order.price, order.status) == (Decimal(placed), OrderStatus.PENDING)
    driver.check()


def test_the_reservation_follows_the_new_price(driver: DeskDriver) -> None:
    order = post_only(driver)
    driver.price("49000", bid="48990", ask="49000")
    refuse(driver, order)
    assert driver.reserved("USDT") == Decimal("48999.5")


def test_it_is_tried_a_bounded_number_of_times(driver: DeskDriver) -> None:
    order = post_only(driver)
    refuse(driver, order)
    refuse(driver, order)
    assert (order.attempt, order.price) == (3, 49_999)
    refuse(driver, order)
    assert (order.status, order.reason) == (OrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED)
    assert order.corrections == 2
    driver.check_books()


def test_a_venue_that_refuses_after_it_took_the_order_is_answered_the_same(driver: DeskDriver) -> None:
    order = post_only(driver)
    driver.accept(order)
    refused = reports.OrderReported(
        at=driver.now,
        account_id=ACCOUNT,
        symbol=order.symbol,
        status=VenueOrderStatus.CANCELED,
        filled_quantity=Decimal(0),
        exchange_order_id=order.exchange_order_id,
        exchange_client_order_id=order.exchange_client_order_id,
        reason=RejectReason.IMMEDIATE_MATCH_REFUSED,
    )
    driver.put(refused)
    assert (order.attempt, order.price, order.is_unresolved) == (2, Decimal("49999.5"), True)
    driver.check()
    driver.put(refused)
    assert (order.attempt, order.is_closed) == (2, False), "the same news again changes nothing"
    driver.accept(order, "9002")
    driver.fill(order, "1", price="49999.5", exchange_order_id="9002")
    assert order.status is OrderStatus.FILLED
    driver.check_books()


def test_the_second_attempt_may_be_refused_for_good(driver: DeskDriver) -> None:
    order = post_only(driver)
    refuse(driver, order)
    refuse(driver, order, RejectReason.INSUFFICIENT_FUNDS)
    assert (order.status, order.reason) == (OrderStatus.REJECTED, RejectReason.INSUFFICIENT_FUNDS)
    driver.check()


@pytest.mark.parametrize(
    "change",
    ["not post-only", "no leave", "another reason", "too late", "canceled", "not ready", "stopped", "no price left"],
)
def test_otherwise_a_refusal_is_the_end(change: str) -> None:
    leave = [] if change == "no leave" else [Correction.REPRICE_POST_ONLY]
    driver = shop(*leave)
    side = Side.BUY
    order = driver.place(driver.order_command(post_only=change != "not post-only", side=side))
    reason = RejectReason.IMMEDIATE_MATCH_REFUSED
    match change:
        case "another reason":
            reason = RejectReason.OUTSIDE_VENUE_RULES
        case "too late":
            driver.now = order.retry_until or driver.now
        case "canceled":
            driver.cancel(order)
        case "not ready":
            driver.account.state = AccountState.RECOVERING
        case "stopped":
            driver.restrict(TradingState.HALTED)
        case "no price left":
            driver.price("0.5", bid="0.5", ask="0.5")  # A tick below is nothing.
        case _:
            pass
    refuse(driver, order, reason)
    assert order.is_closed
    assert order.attempt == 1


def test_after_a_release_a_price_is_put_right_again(driver: DeskDriver) -> None:
    order = post_only(driver)
    driver.restrict(TradingState.HALTED)
    driver.restrict(TradingState.ACTIVE)
    refuse(driver, order)
    assert (order.is_closed, order.attempt) == (False, 2)


def test_the_new_price_must_be_paid_for(driver: DeskDriver) -> None:
    """A perpetual sold at a higher price ties up more."""
    markets = MarketsDriver(usdt="50500")
    markets.desk.users[ALICE].corrections = frozenset(Correction)
    order = post_only(markets, Side.SELL, symbol=PERPETUAL)
    markets.price("50900", PERPETUAL, bid="50900", ask="50901")
    refuse(markets, order)
    assert (order.status, order.attempt) == (OrderStatus.REJECTED, 1)


def test_what_has_traded_is_not_sent_again(driver: DeskDriver) -> None:
    order = post_only(driver)
    driver.accept(order)
    driver.fill(order, "0.5")
    driver.report(order, VenueOrderStatus.CANCELED, "0.5")
    assert (order.status, order.attempt) == (OrderStatus.CANCELED, 1)


@settings(max_examples=80, deadline=None)
@given(
    side=st.sampled_from(Side),
    asked=st.integers(min_value=45_000, max_value=55_000),
    bid=st.integers(min_value=40_000, max_value=60_000),
    spread=st.integers(min_value=1, max_value=100),
)
def test_a_new_price_is_never_worse_and_never_takes(side: Side, asked: int, bid: int, spread: int) -> None:
    driver = shop(Correction.REPRICE_POST_ONLY)
    order = post_only(driver, side, str(asked))
    driver.price(str(bid), bid=str(bid), ask=str(bid + spread))
    refuse(driver, order)
    assert order.price is not None
    assert not order.is_closed
    if side is Side.BUY:
        assert order.price < min(asked, bid + spread)
    else:
        assert order.price > max(asked, bid)
    driver.check()
