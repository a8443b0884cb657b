"""What an asset is worth: its own venue before others, directly before by way of a third asset, fresh before old."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.kept_desk import START
from tidegate.core.instruments import Price
from tidegate.core.rates import Rates, Worth
from tidegate.core.vocabulary import Exchange

BINANCE, OKX, BYBIT = Exchange.BINANCE, Exchange.OKX, Exchange.BYBIT
SINCE = START - timedelta(seconds=60)


class Market:
    """Prices, and the rates that follow from them."""

    def __init__(self) -> None:
        self.prices: dict[tuple[Exchange, str], Price] = {}
        self.rates = Rates("USDT")

    def tell(self, symbol: str, last: str, exchange: Exchange = BINANCE, *, age_seconds: int = 0) -> None:
        self.prices[exchange, symbol] = Price(last=Decimal(last), at=START - timedelta(seconds=age_seconds))

    def rate(self, asset: str, exchange: Exchange = BINANCE) -> Decimal | None:
        return self.rates.rate(self.prices, exchange, asset)

    def worth(self, asset: str, exchange: Exchange = BINANCE) -> Worth:
        return self.rates.worth(self.prices, exchange, asset, SINCE)


@pytest.fixture
def market() -> Market:
    return Market()


def test_the_reporting_currency_is_worth_one_and_what_nothing_prices_nothing_known(market: Market) -> None:
    assert (market.rate("USDT"), market.worth("USDT")) == (1, Worth(Decimal(1), stale=False))
    assert (market.rate("XYZ"), market.worth("XYZ")) == (None, Worth(None, stale=True))


def test_a_market_of_the_two_is_gone_through_either_way(market: Market) -> None:
    market.tell("BTC/USDT", "50000")
    market.tell("USDT/BRL", "5")
    assert market.rate("BTC") == 50_000
    assert market.rate("BRL") == Decimal("0.2")


def test_two_markets_lead_there_where_none_does_alone(market: Market) -> None:
    market.tell("XYZ/BTC", "0.002")
    market.tell("BTC/USDT", "50000")
    market.tell("BTC/TRY", "2000000")
    assert market.rate("XYZ") == 100
    assert market.rate("TRY") == Decimal("0.025"), "through a market backwards and on through another"


def test_a_hub_is_taken_before_what_few_trade_against(market: Market) -> None:
    for middle, last in (("AAA", "1"), ("ETH", "2"), ("BTC", "3")):
        market.tell(f"XYZ/{middle}", "1")
        market.tell(f"{middle}/USDT", last)
    assert market.rate("XYZ") == 3


def test_the_venue_where_it_lies_goes_before_another_and_another_before_none(market: Market) -> None:
    market.tell("XYZ/USDT", "7", OKX)
    assert market.rate("XYZ") == 7, "another venue's price is better than none"
    market.tell("XYZ/BTC", "0.0001")
    market.tell("BTC/USDT", "50000")
    assert market.rate("XYZ") == 5
    assert market.rate("XYZ", OKX) == 7


def test_the_way_may_lead_across_two_venues(market: Market) -> None:
    market.tell("XYZ/KRW", "1300", OKX)
    market.tell("USDT/KRW", "1300", BYBIT)
    assert market.rate("XYZ", OKX) == 1


def test_a_derivatives_price_is_none_of_its_base(market: Market) -> None:
    market.tell("XYZ/USDT:USDT", "7")
    assert market.rate("XYZ") is None


def test_ways_are_remembered_and_prices_are_not(market: Market) -> None:
    market.tell("XYZ/BTC", "0.002")
    market.tell("BTC/USDT", "50000")
    assert market.rate("XYZ") == 100
    market.tell("BTC/USDT", "60000")
    assert market.rate("XYZ") == 120
    market.tell("XYZ/USDT", "119")
    assert market.rate("XYZ") == 119, "a new market may be a better way"


def test_a_value_by_an_old_price_is_stale(market: Market) -> None:
    market.tell("BTC/USDT", "50000", age_seconds=60)
    assert market.worth("BTC") == Worth(Decimal(50_000), stale=False)
    market.tell("BTC/USDT", "50000", age_seconds=61)
    assert market.worth("BTC") == Worth(Decimal(50_000), stale=True)
    market.prices[BINANCE, "BTC/USDT"] = Price(last=Decimal(50_000))
    assert market.worth("BTC").stale, "nobody knows how old it is"


def test_one_old_price_on_the_way_makes_all_of_it_stale_and_a_fresh_way_goes_before(market: Market) -> None:
    market.tell("XYZ/BTC", "0.002")
    market.tell("BTC/USDT", "50000", age_seconds=300)
    assert market.worth("XYZ") == Worth(Decimal(100), stale=True)
    market.tell("XYZ/USDT", "101", OKX)
    assert market.worth("XYZ") == Worth(Decimal(101), stale=False)


def test_many_old_ways_at_one_venue_do_not_hide_a_fresh_one_at_another(market: Market) -> None:
    market.tell("BTC/USDT", "50000", age_seconds=300)
    for middle in ("USDC", "FDUSD", "ETH", "BNB", "DAI"):
        market.tell(f"BTC/{middle}", "1", age_seconds=300)
        market.tell(f"{middle}/USDT", "50000", age_seconds=300)
    assert market.worth("BTC") == Worth(Decimal(50_000), stale=True)
    market.tell("BTC/USDT", "51000", OKX)
    assert market.worth("BTC") == Worth(Decimal(51_000), stale=False)


def test_what_one_has_learned_the_other_will_too(market: Market) -> None:
    market.tell("BTC/USDT", "1")
    assert market.rate("BTC") == 1
    assert market.rates == Rates("USDT") != Rates("USDC")
    assert len({market.rates, Rates("USDT")}) == 1
