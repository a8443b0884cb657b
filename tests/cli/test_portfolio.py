"""`tidegate portfolio`, `equity`, `days`, `performance` and `statement`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]


def _row(**changes: Any) -> dict[str, Any]:
    return {
        "user_id": "alice",
        "account_id": "okx-main",
        "asset": "BTC",
        "quantity": "1.00000001",
        "reserved": "0.25",
        "average_price": "64000.123456789012",
        "realized_pnl": "-12.345",
        "price": "65000",
        "value": "65000.00065",
        "unrealized_pnl": "999.87",
        **changes,
    }


PORTFOLIO = {
    "reporting_currency": "USDT",
    "total_value": "65000.00065",
    "realized_pnl": "-12.345",
    "unrealized_pnl": "999.87",
    "unpriced": ["okx-main:DOGE"],
    "items": [_row(), _row(asset="DOGE", price=None, value=None, unrealized_pnl=None, average_price=None)],
}


def test_the_portfolio_shows_holdings_value_and_what_has_no_price(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", PORTFOLIO)
    result = tidegate("portfolio", "--user", "alice")
    assert result.exit_code == 0
    assert desk.requests[0].query == {"user_id": "alice"}
    for text in ("1.00000001", "0.25", "64,000.12", "+999.87", "-12.34", "total 65,000.00 USDT", "okx-main:DOGE"):
        assert text in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_a_price_below_a_cent_is_no_zero(desk: FakeDesk, tidegate: Tidegate) -> None:
    rows = [
        _row(asset="PEPE", average_price="0.000007513333", price="0.0000075"),
        _row(asset="XRP", average_price="2.0001", price="0"),
    ]
    desk.answer("GET", "/portfolio", {**PORTFOLIO, "items": rows})
    pepe, xrp = [line.split() for line in tidegate("portfolio").stdout.splitlines()[1:3]]
    assert pepe[5:7] == ["0.00000751333", "0.0000075"]
    assert xrp[5:7] == ["2.0001", "0.00"]


def test_the_portfolio_as_json_keeps_every_digit(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", PORTFOLIO)
    document = json.loads(tidegate("portfolio", "--json").stdout)
    assert document["items"][0]["average_price"] == "64000.123456789012"
    assert document["items"][1]["price"] is None


def test_the_portfolio_names_wallets_only_where_there_are_several(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", PORTFOLIO, {**PORTFOLIO, "items": [_row(wallet="main"), _row(wallet="futures")]})
    assert "wallet" not in tidegate("portfolio").stdout
    assert "futures" in tidegate("portfolio").stdout


def test_positions_and_old_prices_are_shown_with_the_portfolio(desk: FakeDesk, tidegate: Tidegate) -> None:
    position = {
        "user_id": "alice",
        "account_id": "okx-main",
        "exchange": "okx",
        "symbol": "BTC/USDT:USDT",
        "position_side": "net",
        "quantity": "-0.2",
        "average_price": "50000",
        "price": "52000",
        "exposure": "-10400",
        "unrealized_pnl": "-400",
        "realized_pnl": "0",
        "stale": True,
    }
    desk.answer("GET", "/portfolio", {**PORTFOLIO, "positions": [position], "gross_exposure": "10400", "stale": True})
    shown = tidegate("portfolio").stdout
    for text in ("BTC/USDT:USDT", "~52000", "-10,400.00", "-400.00", "exposure 10,400.00 gross", "marked ~"):
        assert text in shown


def test_groups_are_asked_for_and_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    group = {
        "key": "okx",
        "value": "100.5",
        "realized_pnl": "1",
        "unrealized_pnl": "2",
        "gross_exposure": "50",
        "net_exposure": "-50",
    }
    desk.answer("GET", "/portfolio", {**PORTFOLIO, "items": [], "groups": [group]})
    shown = tidegate("portfolio", "--group-by", "exchange", "--asset", "BTC").stdout
    assert desk.requests[0].query == {"group_by": "exchange", "asset": "BTC"}
    for text in ("okx", "100.50", "-50.00"):
        assert text in shown


def test_nothing_is_said_to_be_nothing(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio", {**PORTFOLIO, "items": [], "unpriced": [], "total_value": "0"})
    desk.answer("GET", "/portfolio/equity", {"items": [], "next_cursor": None})
    desk.answer("GET", "/portfolio/days", {"items": [], "next_cursor": None})
    assert tidegate("portfolio").stdout.startswith("nothing is held\n")
    assert tidegate("equity").stdout == "no marks\n"
    assert tidegate("days").stdout == "no days\n"


POINT = {
    "at": "2026-03-01T13:00:00Z",
    "equity": "1010.5",
    "unrealized_pnl": "1.5",
    "net_deposits": "1000",
    "pnl": "10.5",
    "gross_exposure": "500",
    "stale": True,
}


def test_the_curve_is_asked_for_and_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio/equity", {"items": [POINT], "next_cursor": None})
    shown = tidegate("equity", "--interval", "day", "--since", "2026-03-01", "--user", "alice").stdout
    assert desk.requests[0].query == {
        "user_id": "alice",
        "interval": "day",
        "limit": "24",
        "since": "2026-03-01T00:00:00.000000Z",
    }
    for text in ("~1,010.50", "+10.50", "1,000.00"):
        assert text in shown
    assert json.loads(tidegate("equity", "--json").stdout)["items"][0]["pnl"] == "10.5"


def test_days_are_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    day = {
        "day": "2026-03-01",
        "pnl": None,
        "realized_pnl": "12",
        "fees": "0.5",
        "funding": "-0.1",
        "volume": "5000",
        "executions": 3,
    }
    desk.answer("GET", "/portfolio/days", {"items": [day], "next_cursor": None})
    shown = tidegate("days", "--account", "okx-main").stdout
    assert desk.requests[0].query == {"account": "okx-main", "limit": "31"}
    for text in ("2026-03-01", "+12.00", "0.50", "-0.10", "5,000.00"):
        assert text in shown
    assert json.loads(tidegate("days", "--json").stdout)["items"][0]["day"] == "2026-03-01"


PERFORMANCE: dict[str, Any] = {
    "reporting_currency": "USDT",
    "starting_equity": "1000",
    "ending_equity": "1010.5",
    "net_deposits": "0",
    "pnl": "10.5",
    "time_weighted_return": "0.0105",
    "maximum_drawdown": "0.02",
    "maximum_drawdown_value": "20",
    "orders": 5,
    "executions": 3,
    "winning_orders": 2,
    "losing_orders": 1,
    "win_rate": "0.666666666667",
    "volume": "5000",
    "realized_pnl": "12",
    "fees": "0.5",
    "funding": "-0.1",
    "slippage": "0.4",
    "slippage_bps": "0.8",
    "average_holding_seconds": "3600",
    "unpriced": 1,
}


def test_performance_is_shown_figure_by_figure(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/portfolio/performance", PERFORMANCE)
    shown = tidegate("performance").stdout
    for text in ("1.05%", "2.00%, 20.00", "66.67%, 2 won, 1 lost", "0.40, 0.8 bps", "1:00:00", "1 executions had"):
        assert text in shown


def test_a_statement_is_written_as_it_came(desk: FakeDesk, tidegate: Tidegate, tmp_path: Path) -> None:
    desk.answer("GET", "/portfolio/statement", ["the file"])
    result = tidegate(
        "statement", "--out", str(tmp_path / "march.parquet"), "--format", "parquet", "--since", "2026-03-01"
    )
    assert result.exit_code == 0, result.output
    assert desk.requests[0].query == {"format": "parquet", "since": "2026-03-01T00:00:00.000000Z"}
    assert (tmp_path / "march.parquet").read_bytes() == b'["the file"]'
    assert tidegate("statement", "--out", "-").stdout == '["the file"]'
    assert tidegate("statement", "--out", "x", "--format", "pdf").exit_code == 2
    assert tidegate("statement", "--out", str(tmp_path / "no" / "such")).exit_code == 74
