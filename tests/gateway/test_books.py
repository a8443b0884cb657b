"""Balances, portfolio, ledger and reference data."""

from decimal import Decimal


async def test_balances_show_what_orders_have_reserved(alice) -> None:
    await alice.place(quantity="0.1", price="50000")
    rows = {row["asset"]: row for row in (await alice.get("/balances")).json()["items"]}
    usdt = rows["USDT"]
    assert (usdt["quantity"], usdt["reserved"], usdt["available"]) == ("100000", "5000", "95000")
    assert (rows["BTC"]["reserved"], rows["BTC"]["available"]) == ("0", "2")


async def test_the_portfolio_values_what_has_a_price(alice) -> None:
    portfolio = (await alice.get("/portfolio")).json()
    rows = {row["asset"]: row for row in portfolio["items"]}
    assert portfolio["reporting_currency"] == "USDT"
    assert (rows["BTC"]["price"], rows["BTC"]["value"]) == ("50000", "100000")
    assert (rows["USDT"]["price"], rows["USDT"]["value"]) == ("1", "100000")
    assert rows["BTC"]["unrealized_pnl"] == "0"


async def test_an_asset_without_a_price_is_shown_and_not_guessed(alice) -> None:
    portfolio = (await alice.get("/portfolio")).json()
    [row] = [row for row in portfolio["items"] if row["asset"] == "XYZ"]
    assert row["price"] is row["value"] is row["unrealized_pnl"] is None
    assert row["quantity"] == "5"
    assert portfolio["total_value"] == "200000"
    assert any("XYZ" in name for name in portfolio["unpriced"])


async def test_a_gain_is_unrealized_until_it_is_sold(alice, desk) -> None:
    order_id = (await alice.place(quantity="1", price="40000")).json()["order_id"]
    desk.fill(order_id, "1", "40000")
    [row] = [row for row in (await alice.get("/portfolio")).json()["items"] if row["asset"] == "BTC"]
    average = Decimal(row["average_price"])
    assert Decimal(row["unrealized_pnl"]) == (50_000 - average) * 3
    assert average < 50_000


async def test_the_ledger_balances_for_those_who_see_all_of_it(users, desk) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    desk.fill(order_id, "0.1", "50000")
    sums: dict[tuple[int, str], Decimal] = {}
    for line in (await users.olga.get("/ledger", limit=500)).json()["items"]:
        key = (line["sequence"], line["asset"])
        sums[key] = sums.get(key, Decimal(0)) + Decimal(line["amount"])
    assert sums
    assert set(sums.values()) == {Decimal(0)}


async def test_instruments_are_filtered_and_written_plainly(alice) -> None:
    everything = (await alice.get("/instruments")).json()["items"]
    assert [rule["exchange"] for rule in everything] == ["binance", "bybit", "okx"]
    [rule] = (await alice.get("/instruments", exchange="okx", symbol="BTC/USDT")).json()["items"]
    assert (rule["price_tick"], rule["quantity_step"], rule["quantity_min"]) == ("0.01", "0.0001", None)
    assert (await alice.get("/instruments", symbol="NO/SUCH")).json()["items"] == []


async def test_breaks_of_accounts_of_others_are_not_shown(users, desk) -> None:
    from tidegate.core.records import Break

    at = desk.clock.now()
    for account in ("binance-alice", "okx-bob"):
        found = Break(
            break_id=account, account_id=account, kind="balance", subject="BTC", message="differs by 1", found_at=at
        )
        desk._breaks[account] = found
    assert len((await users.olga.get("/reconciliation/breaks")).json()["items"]) == 2
    shown = (await users.bob.get("/reconciliation/breaks")).json()["items"]
    assert [found["account_id"] for found in shown] == ["okx-bob"]
