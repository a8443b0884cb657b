"""What the client sends about the portfolio, and how it takes a file."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.client import ApiError, portfolio_calls

Calling = Callable[..., Any]


def test_filters_and_groups_of_the_portfolio_are_sent() -> None:
    assert portfolio_calls.portfolio(None, {}).query == {}
    assert portfolio_calls.portfolio("bob", {"group_by": "asset"}).query == {"user_id": "bob", "group_by": "asset"}


def test_periods_are_sent_with_their_zone() -> None:
    call = portfolio_calls.equity({"since": datetime(2026, 3, 1, tzinfo=UTC), "interval": "day"})
    assert (call.path, call.query) == (
        "/api/v1/portfolio/equity",
        {"since": "2026-03-01T00:00:00.000000Z", "interval": "day"},
    )
    assert portfolio_calls.performance({}).path == "/api/v1/portfolio/performance"


def test_days_come_as_dates_and_amounts(call: Calling) -> None:
    day = {
        "day": "2026-03-01",
        "pnl": "1.50",
        "realized_pnl": "2",
        "fees": "0.5",
        "funding": "0",
        "volume": "100",
        "executions": 1,
    }
    page = call(lambda _: httpx.Response(200, json={"items": [day], "next_cursor": None}), "days", limit=1)
    assert (page.items[0].day, page.items[0].pnl) == (date(2026, 3, 1), Decimal("1.50"))


def test_a_statement_is_handed_over_as_it_came(call: Calling) -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=b"PAR1 and so on")

    assert call(answer, "statement", "parquet", account="main") == b"PAR1 and so on"
    assert dict(requests[0].url.params) == {"format": "parquet", "account": "main"}


def test_a_statement_that_is_refused_raises_the_refusal(call: Calling) -> None:
    problem = {"type": "urn:x", "title": "x", "status": 501, "detail": "no", "code": "format_unavailable"}
    with pytest.raises(ApiError) as raised:
        call(lambda _: httpx.Response(501, json=problem), "statement", "parquet")
    assert raised.value.code == "format_unavailable"
