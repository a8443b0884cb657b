"""The portfolio by row and in groups, with positions, exposure, and what is old or unknown."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.conftest import MemoryDesk
from gateway.test_books import PERPETUAL, _hold
from tidegate.core.instruments import Price
from tidegate.core.vocabulary import Exchange


@pytest.fixture
def short(desk: MemoryDesk, tokens: dict[str, str]) -> None:
    """Alice is short 0.2 BTC from 50,000, and the mark is 52,000."""
    desk.desk.instruments[PERPETUAL.exchange, PERPETUAL.symbol] = PERPETUAL
    _hold(desk, "-0.2", None)
    price = Price(last=Decimal(51_000), mark=Decimal(52_000), at=desk.clock.now())
    desk.desk.prices[Exchange.BINANCE, PERPETUAL.symbol] = price


def sums(group: dict[str, Any]) -> dict[str, str]:
    return {name: group[name] for name in ("value", "unrealized_pnl", "gross_exposure", "net_exposure")}


@pytest.mark.usefixtures("short")
async def test_the_total_counts_what_positions_would_earn(alice) -> None:
    portfolio = (await alice.get("/portfolio")).json()
    assert (portfolio["total_value"], portfolio["unrealized_pnl"]) == ("199600", "-400")
    assert portfolio["realized_pnl"] == "12.5"
    assert (portfolio["gross_exposure"], portfolio["net_exposure"]) == ("110400", "89600")
    [position] = portfolio["positions"]
    assert (position["price"], position["exposure"], position["unrealized_pnl"]) == ("52000", "-10400", "-400")
    assert portfolio["groups"] == []


@pytest.mark.usefixtures("short")
async def test_groups_add_up_to_the_total(users) -> None:
    whole = (await users.olga.get("/portfolio")).json()
    for group_by in ("user", "account", "exchange", "asset"):
        grouped = (await users.olga.get("/portfolio", group_by=group_by)).json()
        assert grouped["items"] == grouped["positions"] == []
        assert grouped["total_value"] == whole["total_value"]
        for name, total in (("value", "total_value"), ("net_exposure", "net_exposure")):
            assert sum(Decimal(group[name]) for group in grouped["groups"]) == Decimal(whole[total])


@pytest.mark.usefixtures("short")
async def test_groups_are_by_what_was_asked(users) -> None:
    by_asset = (await users.olga.get("/portfolio", group_by="asset", user_id="alice")).json()["groups"]
    assert [group["key"] for group in by_asset] == ["BTC", "USDT", "XYZ"]
    assert sums(by_asset[0]) == {
        "value": "99600",
        "unrealized_pnl": "-400",
        "gross_exposure": "110400",
        "net_exposure": "89600",
    }
    assert by_asset[2]["unpriced"] == ["binance-alice:XYZ"]
    by_exchange = (await users.olga.get("/portfolio", group_by="exchange")).json()["groups"]
    assert [group["key"] for group in by_exchange] == ["binance", "okx"]
    by_user = (await users.olga.get("/portfolio", group_by="user")).json()["groups"]
    assert [group["key"] for group in by_user] == ["alice", "bob"]


@pytest.mark.usefixtures("short")
async def test_the_portfolio_is_filtered(users) -> None:
    bobs = (await users.olga.get("/portfolio", exchange="okx", asset="BTC")).json()
    assert [(row["user_id"], row["asset"], row["exchange"]) for row in bobs["items"]] == [("bob", "BTC", "okx")]
    assert bobs["positions"] == []
    btc = (await users.alice.get("/portfolio", account="binance-alice", asset="BTC")).json()
    assert (len(btc["items"]), len(btc["positions"]), btc["total_value"]) == (1, 1, "99600")
    assert (await users.alice.get("/portfolio", user_id="bob")).status_code == 403
    assert (await users.alice.get("/portfolio", group_by="colour")).status_code == 400


@pytest.mark.usefixtures("short")
async def test_old_prices_are_marked_in_their_rows_and_in_the_total(alice, desk) -> None:
    fresh = (await alice.get("/portfolio")).json()
    assert not any(row["stale"] for row in (*fresh["items"], *fresh["positions"]) if row.get("asset") != "XYZ")
    assert fresh["stale"]  # Nobody knows what XYZ is worth.
    desk.clock.advance(desk.desk.policy.price_stale / timedelta(seconds=1) + 1)
    old = (await alice.get("/portfolio")).json()
    assert {row["asset"]: row["stale"] for row in old["items"]} == {"USDT": False, "BTC": True, "XYZ": True}
    assert old["positions"][0]["stale"]
    assert old["total_value"] == fresh["total_value"]


@pytest.mark.usefixtures("short")
async def test_a_position_without_a_price_is_named_and_not_counted(alice, desk) -> None:
    del desk.desk.prices[Exchange.BINANCE, PERPETUAL.symbol]
    portfolio = (await alice.get("/portfolio")).json()
    assert portfolio["positions"][0]["exposure"] is portfolio["positions"][0]["unrealized_pnl"] is None
    assert portfolio["unpriced"] == ["binance-alice:XYZ", "binance-alice:BTC/USDT:USDT"]
    assert portfolio["total_value"] == "200000"
