"""`tidegate order place --preview`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]
PLACE = ("order", "place", "okx-main", "BTC/USDT", "buy", "limit", "--quantity", "0.5", "--price", "60000", "--preview")


def preview(**changes: Any) -> dict[str, Any]:
    return {
        "accepted": True,
        "code": None,
        "message": "",
        "checks": [
            {
                "check": "order_notional",
                "passed": True,
                "limit_id": "small",
                "scope": "user:alice",
                "limit": "50000",
                "actual": "30000",
                "utilization": "0.6",
                "message": "",
            }
        ],
        "reserved_asset": "USDT",
        "reserved_quantity": "30000",
        "reference_price": "60010.5",
        "notional": "30000",
        "fee_asset": "BTC",
        "fee": "0.0005",
        "position_before": "0",
        "position_after": "0.5",
        "limits_version": 3,
        **changes,
    }


def test_a_preview_shows_every_figure_and_places_nothing(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders/preview", preview())
    result = tidegate(*PLACE)
    assert result.exit_code == 0, result.stderr
    assert [request.path for request in desk.requests] == ["/api/v1/orders/preview"]
    assert desk.requests[0].body["price"] == "60000"
    for words in (
        "it would be taken",
        "30000 USDT",
        "about 0.0005 BTC",
        "0 before, 0.5 after",
        "small",
        "60.0 %",
        "version 3",
    ):
        assert words in result.stdout


@pytest.mark.parametrize("as_json", [False, True])
def test_a_refusal_to_come_ends_with_1(desk: FakeDesk, tidegate: Tidegate, as_json: bool) -> None:
    bare = {name: None for name in preview() if name not in {"accepted", "code", "message", "checks"}}
    told = preview(accepted=False, code="trading_halted", message="by rita", checks=[], **{**bare, "limits_version": 0})
    desk.answer("POST", "/orders/preview", told)
    result = tidegate(*PLACE, *(["--json"] if as_json else []))
    assert result.exit_code == 1
    assert "trading_halted" in result.stdout
    if as_json:
        assert json.loads(result.stdout)["accepted"] is False
