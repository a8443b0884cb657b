"""Wishes for prices reach the venue's market data, whichever comes first."""

from tidegate.core.messages.effects import WatchPrices
from tidegate.core.vocabulary import Exchange
from tidegate.runtime.price_watch import PriceWatch

BITCOIN = frozenset({"BTC/USDT"})


class Source:
    """Keeps what it was told to watch."""

    def __init__(self) -> None:
        self.watched: list[frozenset[str]] = []

    def watch(self, symbols: frozenset[str]) -> None:
        self.watched.append(symbols)


def test_a_wish_reaches_the_source_that_is_there() -> None:
    watch, source = PriceWatch(), Source()
    watch.add(Exchange.OKX, source)
    watch.want(WatchPrices(exchange=Exchange.OKX, symbols=BITCOIN))
    assert source.watched[-1] == BITCOIN


def test_a_source_that_comes_later_hears_of_earlier_wishes() -> None:
    watch, source = PriceWatch(), Source()
    watch.want(WatchPrices(exchange=Exchange.OKX, symbols=BITCOIN))
    watch.add(Exchange.OKX, source)
    assert source.watched == [BITCOIN]


def test_a_wish_for_one_venue_is_not_told_to_another() -> None:
    watch, source = PriceWatch(), Source()
    watch.add(Exchange.BYBIT, source)
    watch.want(WatchPrices(exchange=Exchange.OKX, symbols=BITCOIN))
    assert source.watched == [frozenset()]
