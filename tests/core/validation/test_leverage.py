"""Leverage changes only while nothing depends on it."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE
from support.markets import PERPETUAL, account_of, perpetual_of
from support.validating import Checker
from tidegate.core.messages.effects import SendOrder
from tidegate.core.records import Leverage
from tidegate.core.vocabulary import Exchange, MarginMode, PositionSide, RefusalCode

ACCOUNT = account_of(Exchange.BINANCE)


@pytest.fixture
def check() -> Checker:
    return Checker(perpetual_of(Exchange.BINANCE))


def know(check: Checker, leverage: str, margin_mode: MarginMode | None = None) -> None:
    check.driver.desk.leverages[ACCOUNT, PERPETUAL] = Leverage(
        account_id=ACCOUNT,
        symbol=PERPETUAL,
        leverage=Decimal(leverage),
        margin_mode=margin_mode,
        updated_at=check.driver.now,
    )


def hold(check: Checker, quantity: str, side: PositionSide = PositionSide.NET) -> None:
    position = check.driver.desk.position(ACCOUNT, ALICE, PERPETUAL, side, Exchange.BINANCE)
    position.quantity = Decimal(quantity)


@pytest.mark.parametrize(("leverage", "is_allowed"), [("1", True), ("125", True), ("126", False), ("0", False)])
def test_leverage_has_its_bounds(check: Checker, leverage: str, is_allowed: bool) -> None:
    assert check.code(leverage=leverage) is (None if is_allowed else RefusalCode.LEVERAGE_NOT_ALLOWED)


def test_leverage_is_a_whole_number(check: Checker) -> None:
    assert check.code(leverage="2.5") is RefusalCode.LEVERAGE_NOT_ALLOWED
    assert check.code(leverage="2.0") is None


def test_spot_has_none() -> None:
    spot = Checker()
    assert spot.code(leverage="2") is RefusalCode.LEVERAGE_NOT_ALLOWED
    assert spot.code(margin_mode=MarginMode.CROSS) is RefusalCode.LEVERAGE_NOT_ALLOWED


@pytest.mark.parametrize("side", list(PositionSide))
def test_with_a_position_only_the_known_setting_is_taken(check: Checker, side: PositionSide) -> None:
    know(check, "10", MarginMode.CROSS)
    hold(check, "-1", side)
    assert check.code(leverage="10") is None
    assert check.code(leverage="10", margin_mode=MarginMode.CROSS) is None
    refusal = check.refusal(leverage="20")
    assert refusal.code is RefusalCode.POSITION_NOT_FLAT
    assert "the leverage is 10" in refusal.message
    assert check.code(leverage="10", margin_mode=MarginMode.ISOLATED) is RefusalCode.POSITION_NOT_FLAT
    hold(check, "0", side)
    assert check.code(leverage="20") is None


def test_what_is_not_known_is_not_taken_for_the_same(check: Checker) -> None:
    hold(check, "1")
    assert check.code(leverage="1") is RefusalCode.POSITION_NOT_FLAT


def test_with_an_open_order_of_the_symbol_it_does_not_change(check: Checker) -> None:
    check.driver.place(check.command(order_id="01J00000000000000000000001"))
    assert check.code(leverage="20") is RefusalCode.POSITION_NOT_FLAT


def test_orders_that_ask_for_the_same_do_not_stand_in_each_others_way(check: Checker) -> None:
    check.driver.place(check.command(order_id="01J00000000000000000000001", leverage="20"))
    assert check.code(leverage="20") is None
    assert check.code(leverage="10") is RefusalCode.POSITION_NOT_FLAT


def test_orders_on_other_symbols_do_not_matter(check: Checker) -> None:
    check.driver.place(check.driver.order_command())
    assert check.code(leverage="20") is None


@pytest.mark.parametrize(
    ("exchange", "named", "sent"),
    [
        (Exchange.OKX, None, MarginMode.ISOLATED),
        (Exchange.OKX, MarginMode.CROSS, MarginMode.CROSS),
        (Exchange.BINANCE, None, None),  # It is a setting there: nothing is to be said about it.
    ],
)
def test_an_order_without_a_margin_mode_is_about_the_position_that_there_is(
    exchange: Exchange, named: MarginMode | None, sent: MarginMode | None
) -> None:
    check = Checker(perpetual_of(exchange))
    account_id = account_of(exchange)
    check.driver.desk.leverages[account_id, PERPETUAL] = Leverage(
        account_id=account_id,
        symbol=PERPETUAL,
        leverage=Decimal(7),
        margin_mode=MarginMode.ISOLATED,
        updated_at=check.driver.now,
    )
    decision = check.driver.put(check.command(margin_mode=named))
    [send] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert send.margin_mode is sent
