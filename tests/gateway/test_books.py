"""Balances, portfolio, ledger and reference data."""

from datetime import datetime
from decimal import Decimal

import msgspec
import pytest

from gateway.conftest import MemoryDesk
from tidegate.core.identifiers import AccountId, OrderId, UserId
from tidegate.core.instruments import Instrument, Price
from tidegate.core.records import Bust, Leverage, Position
from tidegate.core.vocabulary import Exchange, InstrumentKind, MarginMode, OrderType, PositionSide


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


async def test_an_instrument_says_who_handles_which_type_of_order(alice) -> None:
    [rule] = (await alice.get("/instruments", exchange="bybit")).json()["items"]
    assert rule["order_types"]["limit"] == "native"
    assert rule["order_types"]["trailing_stop"] == "desk"
    assert (rule["kind"], rule["settle"], rule["contract_size"], rule["leverage_max"]) == ("spot", None, "1", None)
    assert "smpType" in rule["params"]


PERPETUAL = Instrument(
    exchange=Exchange.BINANCE,
    symbol="BTC/USDT:USDT",
    exchange_symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    price_tick=Decimal("0.1"),
    quantity_step=Decimal("0.001"),
    kind=InstrumentKind.LINEAR,
    settle="USDT",
    contract_size=Decimal("0.01"),
    leverage_max=Decimal(125),
    leverage_tiers=((Decimal(300_000), Decimal(125)), (Decimal(800_000), Decimal(100))),
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_LOSS}),
)


async def test_what_a_market_does_not_take_itself_is_done_by_the_desk(alice, desk) -> None:
    desk.desk.instruments[PERPETUAL.exchange, PERPETUAL.symbol] = PERPETUAL
    [rule] = (await alice.get("/instruments", symbol="BTC/USDT:USDT")).json()["items"]
    assert (rule["kind"], rule["settle"], rule["contract_size"], rule["leverage_max"]) == (
        "linear",
        "USDT",
        "0.01",
        "125",
    )
    tier = {"notional_max": "800000", "quantity_max": None, "leverage_max": "100"}
    assert rule["leverage_tiers"][1] == tier
    assert (rule["order_types"]["stop_loss"], rule["order_types"]["take_profit"]) == ("native", "desk")


async def test_tiers_that_count_the_base_asset_say_so(alice, desk) -> None:
    in_base = msgspec.structs.replace(PERPETUAL, leverage_tiers=((Decimal(10), Decimal(100)),), tiers_in_base=True)
    desk.desk.instruments[in_base.exchange, in_base.symbol] = in_base
    [rule] = (await alice.get("/instruments", symbol="BTC/USDT:USDT")).json()["items"]
    assert rule["leverage_tiers"] == [{"notional_max": None, "quantity_max": "10", "leverage_max": "100"}]


def _hold(desk: MemoryDesk, quantity: str, mark: str | None) -> None:
    """Alice's position, and what its market is worth."""
    account_id, user_id = AccountId("binance-alice"), UserId("alice")
    position = Position(
        account_id=account_id,
        user_id=user_id,
        symbol=PERPETUAL.symbol,
        position_side=PositionSide.NET,
        exchange=Exchange.BINANCE,
        quantity=Decimal(quantity),
        average_price=Decimal("50000.0"),
        realized_pnl=Decimal("12.50"),
        updated_at=desk.clock.now(),
    )
    desk._positions[account_id, user_id, PERPETUAL.symbol, PositionSide.NET] = position
    desk._leverages[account_id, PERPETUAL.symbol] = Leverage(
        account_id=account_id,
        symbol=PERPETUAL.symbol,
        leverage=Decimal("5.0"),
        margin_mode=MarginMode.CROSS,
        updated_at=desk.clock.now(),
    )
    price = Price(last=Decimal(51_000), mark=None if mark is None else Decimal(mark))
    desk.desk.prices[Exchange.BINANCE, PERPETUAL.symbol] = price


@pytest.mark.parametrize(
    ("quantity", "mark", "price", "gain"),
    [("0.2", "52000", "52000", "400"), ("-0.2", "52000", "52000", "-400"), ("0.2", None, "51000", "200")],
)
async def test_a_position_is_valued_at_its_mark(
    alice, desk, quantity: str, mark: str | None, price: str, gain: str
) -> None:
    _hold(desk, quantity, mark)
    [position] = (await alice.get("/positions")).json()["items"]
    assert (position["quantity"], position["price"], position["unrealized_pnl"]) == (quantity, price, gain)
    assert Decimal(position["value"]) == abs(Decimal(quantity)) * Decimal(price)
    assert (position["average_price"], position["realized_pnl"]) == ("50000", "12.5")
    assert (position["leverage"], position["margin_mode"]) == ("5", "cross")


async def test_a_position_in_a_market_without_a_price_is_shown_and_not_guessed(alice, desk) -> None:
    _hold(desk, "0.2", None)
    del desk.desk.prices[Exchange.BINANCE, PERPETUAL.symbol]
    [position] = (await alice.get("/positions")).json()["items"]
    assert position["price"] is position["value"] is position["unrealized_pnl"] is None


async def test_positions_of_others_are_not_shown(users, desk) -> None:
    _hold(desk, "0.2", None)
    assert (await users.bob.get("/positions")).json()["items"] == []
    assert len((await users.olga.get("/positions", user_id="alice")).json()["items"]) == 1


async def test_an_execution_that_the_venue_took_back_says_when(alice, desk) -> None:
    order_id = (await alice.place()).json()["order_id"]
    desk.fill(order_id, "0.04", "50000")
    desk.fill(order_id, "0.06", "50000")
    newer, older = (await alice.get("/executions")).json()["items"]
    assert newer["busted_at"] is older["busted_at"] is None
    at = desk.clock.now()
    desk._busts[older["execution_id"]] = Bust(
        execution_id=older["execution_id"], sequence=1, order_id=OrderId(order_id), busted_at=at, message="taken back"
    )
    newer, older = (await alice.get("/executions")).json()["items"]
    assert newer["busted_at"] is None
    assert datetime.fromisoformat(older["busted_at"]) == at


async def test_balances_say_in_which_wallet_they_lie(alice) -> None:
    assert {row["wallet"] for row in (await alice.get("/balances")).json()["items"]} == {"main"}
    assert {row["wallet"] for row in (await alice.get("/portfolio")).json()["items"]} == {"main"}
    assert {line["wallet"] for line in (await alice.get("/ledger")).json()["items"]} == {"main"}
