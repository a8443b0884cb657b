"""Bybit's listing and prices."""

from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.bybit.market import BybitMarket
from venue_bybit_rows import listing
from venue_unit_helpers import ScriptedClient, seat

PAIR = {
    "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading",
    "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.0000001", "minOrderQty": "0.000011",
                      "maxLimitOrderQty": "83", "maxMarketOrderQty": "41.5", "minOrderAmt": "5",
                      "maxOrderAmt": "8000000"},
    "priceFilter": {"tickSize": "0.1"},
}  # fmt: skip


def contract(**changes: Any) -> dict[str, Any]:
    """A perpetual of instruments-info."""
    return {
        "symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
        "quoteCoin": "USDT", "settleCoin": "USDT", "priceFilter": {"tickSize": "0.10"},
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "lotSizeFilter": {"qtyStep": "0.001", "minOrderQty": "0.001", "maxOrderQty": "1190.000",
                          "maxMktOrderQty": "119.000", "minNotionalValue": "5"},
    } | changes  # fmt: skip


def market(*answers: Any) -> tuple[BybitMarket, ScriptedClient]:
    """A market whose calls are answered from a list, and the client that was asked."""
    client = ScriptedClient(*answers)
    return BybitMarket(client, seat(Exchange.BYBIT, client).symbols), client


async def test_pairs_are_read() -> None:
    made, _ = market(listing(PAIR), listing())
    (bitcoin,) = await made.instruments()
    assert (bitcoin.symbol, bitcoin.kind, bitcoin.settle) == ("BTC/USDT", InstrumentKind.SPOT, None)
    assert (bitcoin.quantity_step, bitcoin.quantity_min) == (Decimal("0.000001"), Decimal("0.000011"))
    assert (bitcoin.quantity_max, bitcoin.market_quantity_max) == (Decimal(83), Decimal("41.5"))
    assert (bitcoin.notional_min, bitcoin.notional_max) == (Decimal(5), Decimal(8_000_000))


async def test_perpetuals_are_read_page_by_page() -> None:
    usdc = contract(symbol="BTCPERP", quoteCoin="USDC", settleCoin="USDC")
    made, client = market(listing(), listing(contract(), cursor="next"), listing(usdc))
    tether, circle = await made.instruments()
    assert (tether.symbol, circle.symbol) == ("BTC/USDT:USDT", "BTC/USDC:USDC")
    assert (tether.kind, tether.settle, tether.contract_size) == (InstrumentKind.LINEAR, "USDT", Decimal(1))
    assert (tether.quantity_step, tether.quantity_max) == (Decimal("0.001"), Decimal(1190))
    assert (tether.market_quantity_max, tether.notional_min) == (Decimal(119), Decimal(5))
    assert (tether.leverage_max, tether.price_tick) == (Decimal(100), Decimal("0.1"))
    assert [asked.get("cursor") for _, _, asked in client.asked] == [None, None, "next"]


async def test_dated_futures_are_not_listed_and_an_unreadable_row_hides_no_other() -> None:
    rows = [contract(contractType="LinearFutures"), contract(settleCoin="BTC"), contract(priceFilter={}), contract()]
    made, _ = market(listing({"symbol": "?"}, PAIR), listing(*rows))
    assert [found.symbol for found in await made.instruments()] == ["BTC/USDT", "BTC/USDT:USDT"]


async def test_prices_are_of_both_markets_by_our_symbols() -> None:
    spot = {"symbol": "BTCUSDT", "lastPrice": "65000", "bid1Price": "64999.9", "ask1Price": ""}
    linear = {**spot, "lastPrice": "65010", "ask1Price": "65010.1", "markPrice": "65005.5"}
    untraded, unlisted = {"symbol": "NEWUSDT", "lastPrice": ""}, {"symbol": "OLDUSDT", "lastPrice": "1"}
    made, client = market(listing(spot, untraded), listing(linear, unlisted))
    assert await made.prices(InstrumentKind.SPOT) == {
        "BTC/USDT": Price(last=Decimal(65_000), bid=Decimal("64999.9")),
    }
    assert await made.prices(InstrumentKind.LINEAR) == {
        "BTC/USDT:USDT": Price(
            last=Decimal(65_010), bid=Decimal("64999.9"), ask=Decimal("65010.1"), mark=Decimal("65005.5")
        ),
    }
    assert [asked["category"] for _, _, asked in client.asked] == ["spot", "linear"]


async def test_risk_limits_are_tiers_of_leverage_and_prices_are_bounded_on_one_side_each() -> None:
    limits = [
        {"symbol": "BTCUSDT", "riskLimitValue": "2000000", "maxLeverage": "50.00"},
        {"symbol": "BTCUSDT", "riskLimitValue": "1000000", "maxLeverage": "100.00"},
        {"symbol": "OTHERUSDT", "riskLimitValue": "1", "maxLeverage": "1.00"},
    ]
    rows = listing(contract(riskParameters={"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"}))
    made, _ = market(listing(), rows, listing(*limits[:1], cursor="next"), listing(*limits[1:]))
    (bitcoin,) = await made.instruments()
    assert (bitcoin.buy_price_ratio_max, bitcoin.sell_price_ratio_min) == (Decimal("1.02"), Decimal("0.98"))
    assert (bitcoin.buy_price_ratio_min, bitcoin.sell_price_ratio_max) == (None, None)
    assert await made.leverage_tiers() == {
        "BTC/USDT:USDT": ((Decimal(1_000_000), Decimal(100)), (Decimal(2_000_000), Decimal(50)))
    }
