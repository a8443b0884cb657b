"""A preview says what placing would do, with every figure, and does nothing."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.desk_driver import ALICE, BTC_USDT
from support.limited_desk import LimitedDesk, limit
from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core.identifiers import CommandId
from tidegate.core.messages.commands import PlaceOrder, PreviewOrder, SetCorrections
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.risk_values import OrderPreview
from tidegate.core.money import plain
from tidegate.core.vocabulary import (
    Correction,
    Exchange,
    LimitKind,
    OrderType,
    RefusalCode,
    Side,
    TimeInForce,
    TradingState,
)

MARKET = {"order_type": OrderType.MARKET, "price": None}


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver(usdt="100000")


def previewed(driver: MarketsDriver, order: PlaceOrder) -> OrderPreview:
    decision = driver.put(PreviewOrder(command_id=CommandId("preview"), at=driver.now, order=order))
    assert decision.events == [], "nothing is changed"
    [reply] = decision.effects
    assert isinstance(reply, Reply)
    assert reply.refusal is None
    assert reply.preview is not None
    return reply.preview


def test_an_order_that_would_be_taken_shows_what_it_would_do(driver: MarketsDriver) -> None:
    found = previewed(driver, driver.order_command(quantity="0.5", price="49000"))
    assert (found.accepted, found.code) == (True, None)
    assert (found.reserved_asset, found.reserved_quantity) == ("USDT", "24500")
    assert (found.reference_price, found.notional) == ("50000", "24500")
    assert (found.fee_asset, found.fee) == (
        "BTC",
        plain(Decimal("0.5") * (BTC_USDT.taker_fee_rate or Decimal("0.001"))),
    )
    assert Decimal(found.position_after or 0) - Decimal(found.position_before or 0) == Decimal("0.5")
    assert [check.check for check in found.checks][:2] == ["admission", "validation"]
    assert all(check.passed for check in found.checks)


def test_a_derivative_is_about_its_position_and_pays_in_what_it_settles_in(driver: MarketsDriver) -> None:
    order = driver.working(driver.order_command(symbol=PERPETUAL, quantity="1"))
    driver.fill(order, "1")
    found = previewed(driver, driver.order_command(symbol=PERPETUAL, quantity="0.4", side=Side.SELL))
    assert (found.position_before, found.position_after) == ("1", "0.6")
    assert (found.fee_asset, found.fee) == ("USDT", "10")


def test_an_order_by_its_worth_is_previewed_at_the_market(driver: MarketsDriver) -> None:
    found = previewed(driver, driver.order_command(quantity=None, quote_quantity="10000", **MARKET))
    assert (found.notional, found.reserved_quantity) == ("10000", "10000")
    assert Decimal(found.position_after or 0) - Decimal(found.position_before or 0) == Decimal("0.2")


@pytest.mark.parametrize(
    ("changes", "code", "check"),
    [
        ({"quantity": "100"}, RefusalCode.INSUFFICIENT_BALANCE, "funds"),
        ({"price": "50000.001"}, RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK, "validation"),
        ({"symbol": "NO/USDT"}, RefusalCode.SYMBOL_NOT_FOUND, "validation"),
        ({"account_id": "nobodys"}, RefusalCode.ACCOUNT_NOT_FOUND, "admission"),
    ],
)
def test_an_order_that_would_be_refused_says_why_and_by_which_check(
    driver: MarketsDriver, changes: dict[str, str], code: RefusalCode, check: str
) -> None:
    found = previewed(driver, driver.order_command(**changes))
    assert (found.accepted, found.code) == (False, code)
    assert found.message
    assert [each.check for each in found.checks if not each.passed] == [check]


def test_an_account_that_is_not_ready_is_a_reason_of_its_own(driver: MarketsDriver) -> None:
    driver.disconnect()
    found = previewed(driver, driver.order_command())
    assert (found.accepted, found.code) == (False, RefusalCode.VENUE_UNAVAILABLE)
    assert [each.check for each in found.checks if not each.passed] == ["admission"]


def test_what_was_placed_already_is_said_to_be(driver: MarketsDriver) -> None:
    order = driver.place(driver.order_command(name="mine", quantity="0.1"))
    same = previewed(driver, driver.order_command(name="mine", quantity="0.1"))
    assert same.accepted
    assert order.order_id in same.message
    other = previewed(driver, driver.order_command(name="mine", quantity="0.2", body="other"))
    assert other.code is RefusalCode.CLIENT_ORDER_ID_CONFLICT


def test_what_the_desk_would_put_right_is_told(driver: MarketsDriver) -> None:
    driver.put(
        SetCorrections(
            command_id=CommandId("set"),
            at=driver.now,
            user_id=ALICE,
            corrections=frozenset({Correction.ADJUST_TO_GRID}),
        )
    )
    found = previewed(driver, driver.order_command(price="49000.001"))
    assert found.accepted
    assert "price 49000.001 is 49000" in found.message


_PRICES = st.sampled_from([None, "0", "1", "40000", "49000.001", "50000", "51000", "1000000"])
_QUANTITIES = st.sampled_from([None, "0", "0.00001", "0.1", "0.12345", "1", "3", "1000"])
ORDERS = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["BTC/USDT", PERPETUAL, "NO/USDT"]),
        "side": st.sampled_from(list(Side)),
        "order_type": st.sampled_from(list(OrderType)),
        "quantity": _QUANTITIES,
        "price": _PRICES,
        "quote_quantity": st.sampled_from([None, None, "500", "1000000"]),
        "trigger_price": _PRICES.map(lambda text: None if text is None else Decimal(text)),
        "time_in_force": st.sampled_from(list(TimeInForce)),
        "post_only": st.booleans(),
        "reduce_only": st.booleans(),
        "leverage": st.sampled_from([None, Decimal(5), Decimal(1000)]),
    }
)


LIMITS = (
    limit(LimitKind.ORDER_NOTIONAL, "60000"),
    limit(LimitKind.OPEN_ORDERS, "4"),
    limit(LimitKind.POSITION_NOTIONAL, "1560000"),
    limit(LimitKind.PRICE_COLLAR, "0.05"),
    limit(LimitKind.PROTECTION_REQUIRED, "40000", attach_stop_ratio=Decimal("0.02")),
    limit(LimitKind.DAILY_LOSS, "1000"),
)


@settings(max_examples=25, deadline=None)
@given(
    orders=st.lists(ORDERS, min_size=6, max_size=6),
    is_limited=st.booleans(),
    state=st.sampled_from([None, None, TradingState.REDUCING, TradingState.HALTED]),
)
def test_what_is_previewed_is_what_placing_does(
    orders: list[dict[str, object]], is_limited: bool, state: TradingState | None
) -> None:
    driver = LimitedDesk(usdt="100000")
    if is_limited:
        driver.set_limits(*LIMITS)
        driver.mark("100000")
    for number, asked in enumerate(orders):
        if state is not None and number == 3:
            driver.restrict(state)
        _place_as_previewed(driver, driver.order_command(**asked))  # type: ignore[arg-type]


def _place_as_previewed(driver: LimitedDesk, command: PlaceOrder) -> None:
    found = previewed(driver, command)
    [reply, *_] = driver.put(command).effects
    assert isinstance(reply, Reply)
    assert found.accepted == (reply.refusal is None)
    assert found.code == (None if reply.refusal is None else reply.refusal.code)
    assert found.accepted == all(check.passed for check in found.checks)
    assert found.limits_version == driver.desk.risk.version
    if reply.refusal is None:
        order = driver.desk.orders[command.order_id]
        assert (found.reserved_quantity, found.reserved_asset) == (plain(order.reserved_quantity), order.reserved_asset)


def test_a_stop_that_a_limit_adds_is_told_and_every_limit_shows_its_use() -> None:
    driver = LimitedDesk(usdt="100000")
    driver.set_limits(*LIMITS)
    driver.mark("100000")
    found = previewed(driver, driver.order_command(quantity="0.9", price="50000"))
    assert found.accepted, found
    assert "stop" in found.message
    uses = {check.limit_id: check.utilization for check in found.checks if check.limit_id is not None}
    assert uses[LimitKind.ORDER_NOTIONAL] == "0.75"
    assert uses[LimitKind.OPEN_ORDERS] == "0.25"


def test_what_an_order_leaves_on_the_other_side_is_told_without_a_sign() -> None:
    driver = LimitedDesk(usdt="100000")
    driver.set_limits(limit(LimitKind.ASSET_EXPOSURE, "2000000"), limit(LimitKind.NET_EXPOSURE, "4000000"))
    driver.trade(driver.perpetual(quantity="1"))
    found = previewed(driver, driver.perpetual(Side.SELL, "0.4", account_id=account_of(Exchange.BYBIT)))
    used = {check.limit_id: (check.actual, check.utilization) for check in found.checks if check.limit_id is not None}
    assert used == {LimitKind.ASSET_EXPOSURE: ("1530000", "0.765"), LimitKind.NET_EXPOSURE: ("1530000", "0.3825")}
