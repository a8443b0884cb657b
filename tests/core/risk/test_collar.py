"""A price collar keeps people from slips in orders that only reduce, too, and lets out whoever has to get out."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.limited_desk import LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.identifiers import CommandId
from tidegate.core.messages.commands import PlaceOrder, PreviewOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.risk_values import CheckFigure
from tidegate.core.vocabulary import LimitKind, OrderType, RefusalCode, Side, TradingState

SLIP = "5000"  # The market is at 50000.


@pytest.fixture
def desk() -> LimitedDesk:
    driver = LimitedDesk()
    driver.trade(driver.perpetual(quantity="3"))
    driver.set_limits(limit(LimitKind.PRICE_COLLAR, "0.01"), limit(LimitKind.ORDER_QUANTITY, "0"))
    return driver


def closing(desk: LimitedDesk, price: str, **options: object) -> list[PlaceOrder]:
    return [
        desk.spot(Side.SELL, "1", price, **options),
        desk.perpetual(Side.SELL, "1", price, reduce_only=True, **options),
        desk.perpetual(Side.SELL, "1", price, **options),
    ]


def test_a_slip_of_the_price_is_refused_although_the_order_only_reduces(desk: LimitedDesk) -> None:
    for command in closing(desk, SLIP):
        refusal = desk.refusal(command)
        assert refusal is not None
        assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.PRICE_OUTSIDE_COLLAR, "0.01", "0.9")


@pytest.mark.parametrize("price", ["49500", "90000"])
def test_within_the_collar_no_other_limit_holds_what_only_reduces(desk: LimitedDesk, price: str) -> None:
    for command in closing(desk, price):
        assert desk.refusal(command) is None


def test_at_the_market_nothing_is_held(desk: LimitedDesk) -> None:
    assert desk.refusal(desk.perpetual(Side.SELL, "1", None, reduce_only=True)) is None


def test_what_is_stopped_may_be_left_at_any_price(desk: LimitedDesk) -> None:
    desk.restrict(TradingState.REDUCING)
    for command in closing(desk, SLIP):
        assert desk.refusal(command) is None


def test_no_market_has_to_be_known_to_reduce(desk: LimitedDesk) -> None:
    desk.recover()
    assert not desk.desk.prices
    desk.connect({"BTC": desk.held("BTC"), "USDT": desk.held("USDT"), "BNB": desk.held("BNB")})
    refusal = desk.refusal(desk.spot(Side.SELL, "1", SLIP))
    assert refusal is None or refusal.code is not RefusalCode.NO_REFERENCE_PRICE


@pytest.mark.parametrize("symbol", ["BTC/USDT", PERPETUAL])
def test_a_stop_limit_that_protects_may_reach_far_to_be_sure_of_its_trade(desk: LimitedDesk, symbol: str) -> None:
    options: dict[str, Any] = {"symbol": symbol, "trigger_price": Decimal(45_000), "reduce_only": symbol == PERPETUAL}
    command = msgspec.structs.replace(desk.spot(Side.SELL, "1", "40000", **options), order_type=OrderType.STOP_LIMIT)
    assert desk.refusal(command) is None


def test_a_change_of_the_price_is_held_as_well(desk: LimitedDesk) -> None:
    order = desk.working(desk.perpetual(Side.SELL, "1", "55000", reduce_only=True), "77")
    assert desk.amended(order, price=SLIP) is RefusalCode.PRICE_OUTSIDE_COLLAR
    assert desk.amended(order, price="49900") is None


def previewed(desk: LimitedDesk, command: PlaceOrder) -> list[CheckFigure]:
    [reply] = desk.put(PreviewOrder(command_id=CommandId("preview"), at=desk.now, order=command)).effects
    assert isinstance(reply, Reply)
    assert reply.preview is not None
    return [figure for figure in reply.preview.checks if figure.limit_id is not None]


def test_a_preview_shows_the_collar_of_what_only_reduces_and_no_other_limit(desk: LimitedDesk) -> None:
    for price, passed in (("50000", True), (SLIP, False)):
        [figure] = previewed(desk, desk.spot(Side.SELL, "1", price))
        assert (figure.check, figure.passed) == (LimitKind.PRICE_COLLAR, passed)
