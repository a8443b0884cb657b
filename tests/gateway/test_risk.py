"""The desk's risk at a moment, and cancel on disconnect, over the API."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.risk_rows import AT, SMALL_ORDERS
from tidegate.core.messages.commands import AskRisk, KeepAlive
from tidegate.core.messages.risk_values import (
    AccountRisk,
    LimitUse,
    PositionRisk,
    RiskReport,
    Scope,
    StateInForce,
)
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import LimitKind, PositionSide, RefusalCode, TradingState
from tidegate.ports import Answer

REPORT = RiskReport(
    limits_version=3,
    limits=(SMALL_ORDERS,),
    uses=(
        LimitUse(
            limit_id="gross",
            kind=LimitKind.GROSS_EXPOSURE,
            scope=Scope(user_id="bob"),
            limit=Decimal(1_000),
            actual=Decimal("900.10"),
            utilization=Decimal("0.9001"),
        ),
    ),
    accounts=(
        AccountRisk(
            account_id="okx-bob",
            user_id="bob",
            equity=Decimal(5_000),
            gross_exposure=Decimal(900),
            net_exposure=Decimal(-900),
            leverage=Decimal("0.18"),
            margin_ratio=None,
            daily_pnl=Decimal("-12.5"),
            drawdown=Decimal("0.01"),
            stale=True,
        ),
    ),
    positions=(
        PositionRisk(
            account_id="okx-bob",
            user_id="bob",
            symbol="BTC/USDT:USDT",
            position_side=PositionSide.NET,
            quantity=Decimal("-0.5"),
            mark_price=Decimal(50_000),
            notional=Decimal(25_000),
            unrealized_pnl=Decimal(100),
            liquidation_price=Decimal(60_000),
            liquidation_distance=Decimal("0.2"),
        ),
    ),
    states=(
        StateInForce(
            scope=Scope(symbol="BTC/USDT"),
            state=TradingState.REDUCING,
            by="daily-loss",
            at=AT,
            automatic=True,
            message="the day's loss is 5,000",
        ),
    ),
)


async def test_risk_is_shown_with_all_its_figures(users, desk) -> None:
    desk.answers.append(Answer(risk=REPORT))
    answer = await users.olga.get("/risk/utilization")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["limits_version"], told["reporting_currency"]) == (3, "USDT")
    [use] = told["uses"]
    assert (use["actual"], use["utilization"], use["scope"]["user_id"]) == ("900.1", "0.9001", "bob")
    [account] = told["accounts"]
    assert (account["net_exposure"], account["margin_ratio"], account["stale"]) == ("-900", None, True)
    [position] = told["positions"]
    assert (position["liquidation_price"], position["liquidation_distance"]) == ("60000", "0.2")
    [state] = told["states"]
    assert (state["set_by"], state["automatic"], state["scope"]["symbol"]) == ("daily-loss", True, "BTC/USDT")
    assert told["limits"][0]["limit_id"] == "small-orders"


@pytest.mark.parametrize(
    ("name", "asked", "owner"),
    [("alice", {}, "alice"), ("vera", {}, "vera"), ("rita", {}, None), ("olga", {"user_id": "bob"}, "bob")],
)
async def test_each_asks_for_what_one_may_see(users, desk, name: str, asked: dict[str, str], owner: str | None) -> None:
    desk.answers.append(Answer(risk=REPORT))
    await getattr(users, name).get("/risk/utilization", **asked)
    command = desk.commands[-1]
    assert isinstance(command, AskRisk)
    assert (command.user_id, command.owner_id) == (name, owner)


async def test_the_risk_of_others_is_not_shown(users, desk) -> None:
    answer = await users.alice.get("/risk/utilization", user_id="bob")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_user_says_how_long_silence_may_last(users, desk) -> None:
    desk.answers += [Answer(), Answer()]
    answer = await users.alice.call("PUT", "/risk/keep-alive", json={"timeout_seconds": 30})
    assert answer.status_code == 200, answer.text
    command = desk.commands[-1]
    assert isinstance(command, KeepAlive)
    assert (command.user_id, command.timeout_seconds) == ("alice", 30)
    assert datetime.fromisoformat(answer.json()["cancels_at"]) == command.at + timedelta(seconds=30)
    ended = await users.alice.call("PUT", "/risk/keep-alive", json={"timeout_seconds": 0})
    assert ended.json() == {"timeout_seconds": 0, "cancels_at": None}


@pytest.mark.parametrize("body", [{}, {"timeout_seconds": -1}, {"timeout_seconds": "30"}, {"timeout_seconds": 86_401}])
async def test_a_silence_of_another_shape_is_refused(users, body: dict[str, Any]) -> None:
    answer = await users.alice.call("PUT", "/risk/keep-alive", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_who_has_no_orders_keeps_none_alive(users, desk) -> None:
    desk.answers.append(Answer(refusal=Refusal(code=RefusalCode.NOT_PERMITTED, message="traders have orders")))
    answer = await users.olga.call("PUT", "/risk/keep-alive", json={"timeout_seconds": 5})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_the_engine_tells_each_what_one_may_see(users) -> None:
    everybody = (await users.olga.get("/risk/utilization")).json()
    assert {account["user_id"] for account in everybody["accounts"]} == {"alice", "bob"}
    mine = (await users.bob.get("/risk/utilization")).json()
    [account] = mine["accounts"]
    assert (account["account_id"], account["gross_exposure"]) == ("okx-bob", "100000")
