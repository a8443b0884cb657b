"""The equity curve, days and performance: who may ask for what, and how it is shown."""

from datetime import UTC, datetime

from gateway.scripted_accounting import ScriptedAccounting
from tidegate.core.portfolio.figures import Interval
from tidegate.core.vocabulary import Exchange


async def test_the_curve_is_shown_in_plain_amounts(alice) -> None:
    page = (await alice.get("/portfolio/equity", limit=1)).json()
    assert page["next_cursor"] == "next"
    assert page["items"] == [
        {
            "at": "2026-03-01T13:00:00Z",
            "equity": "1010.5",
            "unrealized_pnl": "1.5",
            "net_deposits": "1000",
            "pnl": "10.5",
            "gross_exposure": "500",
            "stale": False,
        }
    ]


async def test_what_is_asked_reaches_the_books(users, accounting: ScriptedAccounting) -> None:
    await users.olga.get(
        "/portfolio/equity",
        user_id="bob",
        account="okx-bob",
        exchange="okx",
        interval="day",
        since="2026-03-01T00:00:00Z",
    )
    wanted = accounting.asked[-1]
    assert (wanted.user_id, wanted.account_id, wanted.exchange) == ("bob", "okx-bob", Exchange.OKX)
    assert (wanted.since, wanted.until) == (datetime(2026, 3, 1, tzinfo=UTC), None)
    assert accounting.intervals == [Interval.DAY]
    assert (await users.olga.get("/portfolio/equity", interval="week")).status_code == 400


async def test_one_sees_ones_own_figures_only(users, accounting: ScriptedAccounting) -> None:
    for path in ("equity", "days", "performance", "statement"):
        assert (await users.alice.get(f"/portfolio/{path}", user_id="bob")).status_code == 403
        assert accounting.asked == []
        assert (await users.alice.get(f"/portfolio/{path}")).status_code == 200
        assert accounting.asked.pop().user_id == "alice"
        assert (await users.olga.get(f"/portfolio/{path}")).status_code == 200
        assert accounting.asked.pop().user_id is None


async def test_days_end_now_unless_another_end_is_given(alice, accounting: ScriptedAccounting) -> None:
    [day] = (await alice.get("/portfolio/days")).json()["items"]
    assert (day["day"], day["pnl"], day["funding"], day["executions"]) == ("2026-03-01", None, "-0.1", 3)
    assert accounting.asked[-1].until is not None


async def test_days_to_come_are_none(alice, accounting: ScriptedAccounting) -> None:
    await alice.get("/portfolio/days")
    now = accounting.asked[-1].until
    assert now is not None
    await alice.get("/portfolio/days", until="9999-12-31T23:59:59Z")
    until = accounting.asked[-1].until
    assert until is not None
    assert (until - now).days == 0


async def test_performance_is_shown_in_plain_amounts(alice) -> None:
    figures = (await alice.get("/portfolio/performance")).json()
    assert figures["reporting_currency"] == "USDT"
    assert (figures["time_weighted_return"], figures["win_rate"]) == ("0.0105", "0.666666666667")
    assert (figures["orders"], figures["average_holding_seconds"], figures["stale"]) == (5, None, False)
