"""What makes sense as a limit: each rule by a set that breaks it, and by what it says."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.desk_driver import ACCOUNT, ALICE, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.controls.limit_rules import INTERVAL_SECONDS_MAX, wrong_with
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, RefusalCode, Role

SIZE = RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(1000))
COLLAR = RiskLimit(limit_id="collar", kind=LimitKind.PRICE_COLLAR, value=Decimal("0.05"))
OPEN = RiskLimit(limit_id="open", kind=LimitKind.OPEN_ORDERS, value=Decimal(5))
RATE = RiskLimit(limit_id="rate", kind=LimitKind.ORDERS_PER_INTERVAL, value=Decimal(5), interval_seconds=10)
WORTH = RiskLimit(
    limit_id="worth", kind=LimitKind.NOTIONAL_PER_INTERVAL, value=Decimal("0.5"), interval_seconds=INTERVAL_SECONDS_MAX
)
LOSS = RiskLimit(limit_id="loss", kind=LimitKind.DAILY_LOSS, value=Decimal(500), action=LimitAction.HALT)
DRAWDOWN = RiskLimit(limit_id="drawdown", kind=LimitKind.DRAWDOWN, value=Decimal(1), action=LimitAction.CLOSE)
ALLOWED = RiskLimit(limit_id="allowed", kind=LimitKind.ALLOWED_SYMBOLS, symbols=("BTC/USDT", "ETH/USDT"))
BREAKS = RiskLimit(limit_id="breaks", kind=LimitKind.BREAK_VALUE, value=Decimal(100), scope=Scope(account_id=ACCOUNT))
STRANGERS = RiskLimit(limit_id="strangers", kind=LimitKind.UNKNOWN_ORDERS, value=Decimal(1), action=LimitAction.REDUCE)
STOP = RiskLimit(
    limit_id="stop", kind=LimitKind.PROTECTION_REQUIRED, value=Decimal(0), attach_stop_ratio=Decimal("0.02")
)
EVERYTHING = (SIZE, COLLAR, OPEN, RATE, WORTH, LOSS, DRAWDOWN, ALLOWED, BREAKS, STRANGERS, STOP)


@pytest.fixture(scope="module")
def desk() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def with_(limit: RiskLimit, **changes: Any) -> RiskLimit:
    return msgspec.structs.replace(limit, **changes)


def wrong(desk: DeskDriver, limit: RiskLimit, code: RefusalCode = RefusalCode.LIMIT_NOT_ALLOWED) -> str:
    """What the desk says of a set with this limit in it."""
    refusal = wrong_with(desk.desk, (with_(SIZE, limit_id="first"), limit))
    assert refusal is not None
    assert refusal.code is code
    assert limit.limit_id.strip() in refusal.message
    return refusal.message


def test_what_makes_sense_is_taken(desk: DeskDriver) -> None:
    assert wrong_with(desk.desk, EVERYTHING) is None
    assert wrong_with(desk.desk, ()) is None


@pytest.mark.parametrize("limit_id", ["", " "])
def test_a_limit_has_a_name(desk: DeskDriver, limit_id: str) -> None:
    assert "give it a limit_id" in wrong(desk, with_(SIZE, limit_id=limit_id))


def test_two_limits_of_one_name_are_refused(desk: DeskDriver) -> None:
    assert "the same limit_id" in wrong(desk, with_(LOSS, limit_id="first"))


@pytest.mark.parametrize(
    "scope",
    [Scope(user_id=ids.UserId("nobody")), Scope(account_id=ids.AccountId("none"), user_id=ALICE)],
)
def test_a_scope_names_whom_the_desk_has(desk: DeskDriver, scope: Scope) -> None:
    assert "there is no" in wrong(desk, with_(SIZE, scope=scope), RefusalCode.SCOPE_NOT_FOUND)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "needs a value"),
        (Decimal(0), "above zero"),
        (Decimal(-1), "above zero"),
        (Decimal("NaN"), "digits"),
        (Decimal("Infinity"), "digits"),
        (Decimal("1E-30"), "digits"),
    ],
)
def test_a_value_is_a_figure_above_zero(desk: DeskDriver, value: Decimal | None, says: str) -> None:
    assert says in wrong(desk, with_(SIZE, value=value))


def test_only_what_an_entry_may_be_worth_without_a_stop_may_be_nothing(desk: DeskDriver) -> None:
    assert wrong_with(desk.desk, (with_(STOP, value=Decimal(0)),)) is None
    assert "above zero" in wrong(desk, with_(STOP, value=Decimal(-1)))


@pytest.mark.parametrize("limit", [COLLAR, DRAWDOWN])
def test_a_part_is_at_most_all(desk: DeskDriver, limit: RiskLimit) -> None:
    assert "at most 1" in wrong(desk, with_(limit, value=Decimal(5)))


@pytest.mark.parametrize("limit", [OPEN, RATE, STRANGERS])
def test_what_counts_is_a_whole_number(desk: DeskDriver, limit: RiskLimit) -> None:
    assert "whole number" in wrong(desk, with_(limit, value=Decimal("1.5")))


@pytest.mark.parametrize("seconds", [None, 0, -1, INTERVAL_SECONDS_MAX + 1])
def test_what_counts_over_time_says_over_how_much_of_it(desk: DeskDriver, seconds: int | None) -> None:
    assert "needs interval_seconds" in wrong(desk, with_(RATE, interval_seconds=seconds))


def test_what_does_not_count_over_time_has_no_interval(desk: DeskDriver) -> None:
    assert "interval_seconds" in wrong(desk, with_(SIZE, interval_seconds=5))


@pytest.mark.parametrize("symbols", [(), ("BTC/USDT", "")])
def test_a_list_names_symbols(desk: DeskDriver, symbols: tuple[str, ...]) -> None:
    assert "needs symbols" in wrong(desk, with_(ALLOWED, symbols=symbols))


def test_a_list_has_no_value_and_others_have_no_list(desk: DeskDriver) -> None:
    assert "no value" in wrong(desk, with_(ALLOWED, value=Decimal(1)))
    assert "no symbols" in wrong(desk, with_(SIZE, symbols=("BTC/USDT",)))


@pytest.mark.parametrize(
    "scope", [Scope(role=Role.TRADER), Scope(symbol="BTC/USDT"), Scope(user_id=ALICE, exchange=Exchange.BINANCE)]
)
@pytest.mark.parametrize("limit", [LOSS, DRAWDOWN])
def test_a_loss_is_of_those_whose_equity_is_marked(desk: DeskDriver, limit: RiskLimit, scope: Scope) -> None:
    assert f"{limit.kind} is about the desk" in wrong(desk, with_(limit, scope=scope))


@pytest.mark.parametrize("scope", [Scope(user_id=ALICE), Scope(role=Role.TRADER, account_id=ACCOUNT)])
@pytest.mark.parametrize("limit", [BREAKS, STRANGERS])
def test_what_venues_hold_otherwise_is_of_accounts(desk: DeskDriver, limit: RiskLimit, scope: Scope) -> None:
    assert "not about users" in wrong(desk, with_(limit, scope=scope))


def test_orders_that_are_not_ours_are_counted_whatever_their_symbol(desk: DeskDriver) -> None:
    assert "name an account" in wrong(desk, with_(STRANGERS, scope=Scope(symbol="BTC/USDT")))


@pytest.mark.parametrize("action", [LimitAction.REDUCE, LimitAction.HALT, LimitAction.CLOSE])
@pytest.mark.parametrize("limit", [SIZE, COLLAR, OPEN, RATE, ALLOWED, STOP])
def test_what_only_refuses_orders_has_nothing_more_to_stop(
    desk: DeskDriver, limit: RiskLimit, action: LimitAction
) -> None:
    assert "its action" in wrong(desk, with_(limit, action=action))


@pytest.mark.parametrize("ratio", [Decimal(0), Decimal(1), Decimal(-1), Decimal("NaN")])
def test_an_attached_stop_is_a_part_of_the_price_away(desk: DeskDriver, ratio: Decimal) -> None:
    assert "between 0 and 1" in wrong(desk, with_(STOP, attach_stop_ratio=ratio))


def test_only_required_protection_is_attached(desk: DeskDriver) -> None:
    assert "attach_stop_ratio" in wrong(desk, with_(SIZE, attach_stop_ratio=Decimal("0.1")))


@pytest.mark.parametrize("levels", [("0.9", "0.8"), ("0.8", "0.8"), ("0",), ("1.1",), ("NaN",)])
def test_people_are_warned_at_parts_of_a_limit_in_their_order(desk: DeskDriver, levels: tuple[str, ...]) -> None:
    assert "warn_at" in wrong(desk, with_(SIZE, warn_at=tuple(map(Decimal, levels))))


def test_nobody_has_to_be_warned(desk: DeskDriver) -> None:
    assert wrong_with(desk.desk, (with_(SIZE, warn_at=()),)) is None
