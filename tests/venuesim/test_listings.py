"""The tables of instruments: every market lists enough of them, and their figures fit each other."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest

from venuesim.binance.futures import listing as binance_linear
from venuesim.binance.spot import listing as binance_spot
from venuesim.bybit import listing as bybit_spot
from venuesim.bybit import listing_linear as bybit_linear
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.listings import LISTINGS, listed_at, listing_key
from venuesim.exchange.vocabulary import MarketKind
from venuesim.okx import listing as okx_spot
from venuesim.okx import listing_linear as okx_linear
from venuesim.okx.position_tiers import POSITION_TIERS

D = Decimal

SPOT = {
    "binance": binance_spot.INSTRUMENTS,
    "okx": okx_spot.INSTRUMENTS,
    "bybit": bybit_spot.INSTRUMENTS,
}
LINEAR = {
    "binance": binance_linear.INSTRUMENTS,
    "okx": okx_linear.INSTRUMENTS_LINEAR,
    "bybit": bybit_linear.INSTRUMENTS_LINEAR,
}
MARKETS = {
    **{f"{venue} spot": listed for venue, listed in SPOT.items()},
    **{f"{venue} linear": listed for venue, listed in LINEAR.items()},
}
MAJORS = {"BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LINK", "LTC", "AVAX", "DOT", "TRX", "BCH"}


def everything() -> Iterator[tuple[str, Instrument]]:
    for market, listed in MARKETS.items():
        for instrument in listed:
            yield market, instrument


def contracts() -> Iterator[tuple[str, Instrument]]:
    for venue, listed in LINEAR.items():
        for instrument in listed:
            yield venue, instrument


def named(listed: list[Instrument], symbol: str) -> Instrument:
    return next(instrument for instrument in listed if instrument.symbol == symbol)


@pytest.mark.parametrize("market", MARKETS)
def test_every_market_lists_at_least_twenty_four_symbols_once_each(market: str) -> None:
    symbols = [instrument.symbol for instrument in MARKETS[market]]
    assert len(symbols) == len(set(symbols)) >= 24
    assert {instrument.base for instrument in MARKETS[market]} >= MAJORS


@pytest.mark.parametrize("venue", SPOT)
def test_every_spot_market_has_pairs_that_are_not_quoted_in_usdt(venue: str) -> None:
    assert {instrument.quote for instrument in SPOT[venue]} >= {"USDT", "USDC", "BTC"}


def test_symbols_say_what_is_traded() -> None:
    for market, instrument in everything():
        suffix = f":{instrument.quote}" if instrument.is_linear else ""
        assert instrument.symbol == f"{instrument.base}/{instrument.quote}{suffix}"
        assert instrument.kind is (MarketKind.LINEAR if market.endswith("linear") else MarketKind.SPOT)


def test_every_minimum_is_a_multiple_of_its_lot() -> None:
    for market, instrument in everything():
        assert instrument.quantity_min % instrument.lot_size == 0, (market, instrument.symbol)
        assert instrument.quantity_min < instrument.market_quantity_max <= instrument.quantity_max, (market, instrument)


def test_every_listed_symbol_has_a_price_range() -> None:
    for market, instrument in everything():
        assert listing_key(instrument.symbol) in LISTINGS, (market, instrument.symbol)


def test_every_price_range_is_of_a_listed_symbol() -> None:
    assert set(LISTINGS) == {listing_key(instrument.symbol) for _, instrument in everything()}


def test_every_price_range_lies_on_ticks_and_between_the_price_bounds() -> None:
    for market, instrument in everything():
        listing = LISTINGS[listing_key(instrument.symbol)]
        assert listing.low % instrument.tick_size == 0, (market, instrument.symbol)
        assert listing.high % instrument.tick_size == 0, (market, instrument.symbol)
        assert instrument.price_min % instrument.tick_size == 0, (market, instrument.symbol)
        highest = listing.high * min(instrument.price_multiplier_up, D(2))
        assert instrument.price_min <= listing.low < highest <= instrument.price_max, (market, instrument.symbol)


def test_a_tick_is_small_and_a_level_holds_several_lots_worth_an_order() -> None:
    for market, instrument in everything():
        listing = LISTINGS[listing_key(instrument.symbol)]
        assert instrument.tick_size / listing.low < D("0.01"), (market, instrument.symbol)
        assert instrument.lot_size * listing.high * 5 < listing.level_notional, (market, instrument.symbol)
        assert instrument.notional_min < listing.level_notional, (market, instrument.symbol)


def test_a_contract_moves_with_its_spot_pair_and_a_redenominated_one_by_itself() -> None:
    assert listing_key("BTC/USDT:USDT") == listing_key("BTC/USDT") == "BTC/USDT"
    assert LISTINGS[listing_key("1000PEPE/USDT:USDT")].low == 1000 * LISTINGS["PEPE/USDT"].low


def test_tiers_rise_in_notional_and_rate_and_fall_in_leverage() -> None:
    for venue, instrument in contracts():
        tiers = instrument.margin_tiers
        assert len(tiers) >= 3, (venue, instrument.symbol)
        for lower, upper in pairwise(tiers):
            assert lower.notional_max < upper.notional_max, (venue, instrument.symbol)
            assert lower.maintenance_rate < upper.maintenance_rate, (venue, instrument.symbol)
            assert lower.leverage_max > upper.leverage_max, (venue, instrument.symbol)


def test_a_position_at_its_highest_leverage_is_above_its_maintenance_margin() -> None:
    for venue, instrument in contracts():
        for tier in instrument.margin_tiers:
            assert tier.maintenance_rate * tier.leverage_max < 1, (venue, instrument.symbol)


@pytest.mark.parametrize("venue", ["binance", "bybit"])
def test_the_maintenance_margin_is_continuous_at_each_boundary(venue: str) -> None:
    for instrument in LINEAR[venue]:
        tiers = instrument.margin_tiers
        for lower, upper in pairwise(tiers):
            boundary = lower.notional_max
            below = boundary * lower.maintenance_rate - lower.maintenance_amount
            above = boundary * upper.maintenance_rate - upper.maintenance_amount
            assert below == above, instrument.symbol


def test_an_okx_tier_counts_on_the_whole_position() -> None:
    for instrument in LINEAR["okx"]:
        assert all(tier.maintenance_amount == 0 for tier in instrument.margin_tiers)
        assert len(instrument.margin_tiers) == len(POSITION_TIERS[instrument.base])


def test_maintenance_amounts_are_the_ones_that_the_venues_show() -> None:
    binance = named(LINEAR["binance"], "BTC/USDT:USDT").margin_tiers
    assert [tier.maintenance_amount for tier in binance[:6]] == [0, 300, 1500, 12_000, 132_000, 482_000]
    bybit = named(LINEAR["bybit"], "BTC/USDT:USDT").margin_tiers
    assert [tier.maintenance_amount for tier in bybit[:3]] == [0, 510, 1710]


def test_contracts_cost_makers_less_and_are_funded_at_hours_that_divide_the_day() -> None:
    for _, instrument in contracts():
        assert 0 < instrument.maker_fee < instrument.taker_fee < D("0.001")
        assert 24 % instrument.funding_interval_hours == 0
        assert listed_at("2017-01-01") < instrument.listed_ms < listed_at("2026-01-01")


def test_lots_have_the_quirks_of_their_venues() -> None:
    assert named(SPOT["binance"], "DOGE/USDT").lot_size == 1
    assert named(LINEAR["okx"], "BTC/USDT:USDT").contract_size == D("0.01")
    assert named(LINEAR["okx"], "BTC/USDT:USDT").lot_size == D("0.0001")
    assert named(LINEAR["okx"], "PEPE/USDT:USDT").quantity_min == 1_000_000
    assert named(LINEAR["bybit"], "1000PEPE/USDT:USDT").lot_size == 100
    assert {instrument.contract_size for venue, instrument in contracts() if venue != "okx"} == {D(1)}
    assert not any(instrument.notional_min for instrument in [*SPOT["okx"], *LINEAR["okx"]])
    assert named(LINEAR["binance"], "BTC/USDT:USDT").notional_min == 100
