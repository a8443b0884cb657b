"""Listings and prices: what is reported, when, and what survives on disk."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.messages.reports import InstrumentsReported, PriceReported
from tidegate.core.vocabulary import Exchange, InstrumentKind, RejectReason
from tidegate.venues import market_data as market_data_module
from tidegate.venues.instrument_cache import InstrumentCache
from tidegate.venues.market_data import MarketData
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.symbols import SymbolMap
from venue_unit_helpers import StandingClock

BITCOIN = Instrument(
    exchange=Exchange.OKX,
    symbol="BTC/USDT",
    exchange_symbol="BTC-USDT",
    base="BTC",
    quote="USDT",
    price_tick=Decimal("0.1"),
    quantity_step=Decimal("0.00000001"),
    quantity_min=Decimal("0.00001"),
)
ETHER = msgspec.structs.replace(BITCOIN, symbol="ETH/USDT", exchange_symbol="ETH-USDT", base="ETH")
UNREACHABLE = CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, "the venue cannot be reached")


class FakeMarket:
    """Answers from lists; the last answer stays."""

    def __init__(self) -> None:
        self.listings: list[Any] = [[BITCOIN]]
        self.books: list[Any] = [{}]
        self.tiers: dict[str, Tiers] = {}
        self.streamed: list[frozenset[str]] = []
        self.stream_ends, self.answers, self.linear_prices = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.answers.set()

    async def instruments(self) -> list[Instrument]:
        return self._next(self.listings)

    async def leverage_tiers(self) -> dict[str, Tiers]:
        return self.tiers

    async def prices(self, kind: InstrumentKind) -> dict[str, Price]:
        if kind is InstrumentKind.LINEAR:
            await self.linear_prices.wait()
            return {}
        answer: dict[str, Price] = self._next(self.books)
        await self.answers.wait()
        return answer

    async def stream_prices(self, symbols: frozenset[str], tell: Callable[[str, Price], None]) -> None:
        self.streamed.append(symbols)
        for symbol in symbols:
            tell(symbol, Price(last=Decimal(len(self.streamed))))
        await self.stream_ends.wait()
        raise ConnectionError("the stream ended")

    def _next(self, answers: list[Any]) -> Any:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeClient:
    """Only needs to be closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


class Bench:
    """Market data with its fakes and what it reported."""

    def __init__(self, folder: Path) -> None:
        self.market, self.client, self.symbols = FakeMarket(), FakeClient(), SymbolMap(Exchange.OKX)
        self.cache = InstrumentCache(folder, Exchange.OKX, "simulated")
        self.reports: list[Any] = []
        self.data = self.made()

    def made(self, **settings: float) -> MarketData:
        """Market data of these fakes."""
        return MarketData(
            Exchange.OKX,
            self.market,
            self.client,
            self.symbols,
            self.cache,
            self.reports.append,
            StandingClock(),
            prices_seconds=0.001,
            **settings,
        )

    def told(self, kind: type[Any]) -> list[Any]:
        """What was reported of one kind."""
        return [report for report in self.reports if isinstance(report, kind)]

    async def run_until_told(self, kind: type[Any], count: int) -> None:
        """Run until so many reports of a kind have come."""
        async with asyncio.timeout(5):
            while len(self.told(kind)) < count:
                await asyncio.sleep(0.002)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(market_data_module, "backoff_seconds", lambda _, **__: 0.001)
    made = Bench(tmp_path)
    yield made
    await made.data.close()
    assert made.client.closed


async def test_a_price_is_reported_when_it_changed_and_only_then(bench: Bench) -> None:
    first, second = Price(last=Decimal(1)), Price(last=Decimal(1), bid=Decimal(1))
    bench.market.books = [{"BTC/USDT": first}, {"BTC/USDT": first}, {"BTC/USDT": first}, {"BTC/USDT": second}]
    bench.data.start()
    await bench.run_until_told(PriceReported, 2)
    await asyncio.sleep(0.02)
    assert [(told.symbol, told.bid) for told in bench.told(PriceReported)] == [("BTC/USDT", None), ("BTC/USDT", 1)]


async def test_a_price_that_stays_is_told_again_so_that_it_does_not_seem_old(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_data_module, "UNCHANGED_SECONDS", 0.0)
    bench.market.books = [{"BTC/USDT": Price(last=Decimal(1))}]
    bench.data.start()
    await bench.run_until_told(PriceReported, 2)
    assert {told.last for told in bench.told(PriceReported)} == {1}


async def test_failures_are_tried_again(bench: Bench) -> None:
    bench.market.listings = [UNREACHABLE, [], AttributeError("shape"), [BITCOIN]]
    bench.market.books = [UNREACHABLE, {"BTC/USDT": Price(last=Decimal(1))}]
    bench.data.start()
    await bench.data.listed()
    await bench.run_until_told(PriceReported, 1)
    assert bench.told(InstrumentsReported)[0].instruments == (BITCOIN,)


async def test_what_was_cached_is_reported_before_the_venue_answers(bench: Bench) -> None:
    bench.cache.write([BITCOIN])
    bench.market.listings = [UNREACHABLE]
    bench.data.start()
    assert bench.told(InstrumentsReported)[0].instruments == (BITCOIN,)
    assert bench.symbols.ours("BTC-USDT") == "BTC/USDT"


async def test_the_listing_is_told_whole_and_asked_for_again_and_again(bench: Bench) -> None:
    finer = msgspec.structs.replace(BITCOIN, price_tick=Decimal("0.01"))
    bench.market.listings = [[BITCOIN, ETHER], [finer, ETHER]]
    bench.data = bench.made(instruments_seconds=0.002)
    bench.data.start()
    await bench.run_until_told(InstrumentsReported, 2)
    first, second, *_ = bench.told(InstrumentsReported)
    assert (first.complete, second.complete) == (True, True)
    assert second.instruments == (finer, ETHER)
    assert second.instruments[1] is first.instruments[1], "what has not changed need not be compared"


async def test_doubted_rules_are_asked_for_at_once_but_not_more_often_than_is_sensible(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_data_module, "DOUBTS_SECONDS_MIN", 0.05)
    bench.data.start()
    await bench.run_until_told(InstrumentsReported, 1)
    bench.data.doubt_rules()
    began = asyncio.get_running_loop().time()
    await bench.run_until_told(InstrumentsReported, 2)
    assert asyncio.get_running_loop().time() - began > 0.03


async def test_what_was_delisted_stays_known_but_does_not_trade(bench: Bench) -> None:
    bench.cache.write([BITCOIN, ETHER])
    bench.market.listings = [[BITCOIN]]
    bench.data.start()
    await bench.run_until_told(InstrumentsReported, 2)
    gone = msgspec.structs.replace(ETHER, trading=False)
    assert set(bench.told(InstrumentsReported)[-1].instruments) == {BITCOIN, gone}
    assert bench.symbols.instrument("ETH/USDT") == gone
    async with asyncio.timeout(5):
        while gone not in bench.cache.read():
            await asyncio.sleep(0.002)


async def test_leverage_tiers_are_told_after_the_listing_and_outlast_the_next(bench: Bench) -> None:
    tiers = ((Decimal(100), Decimal(50)), (Decimal(200), Decimal(25)))
    bench.market.tiers = {"BTC/USDT": tiers}
    bench.market.listings = [[BITCOIN], [msgspec.structs.replace(BITCOIN, price_tick=Decimal("0.01"))]]
    bench.data = bench.made(instruments_seconds=0.02)
    bench.data.start()
    await bench.data.listed()
    async with asyncio.timeout(5):
        while bench.symbols.instrument("BTC/USDT").price_tick == BITCOIN.price_tick:
            await asyncio.sleep(0.002)
    await asyncio.sleep(0.01)
    assert bench.symbols.instrument("BTC/USDT").leverage_tiers == tiers


async def test_watched_symbols_are_streamed_and_an_ended_stream_is_opened_again(bench: Bench) -> None:
    bench.data.start()
    bench.data.watch(frozenset({"BTC/USDT"}))
    await bench.run_until_told(PriceReported, 1)
    bench.market.stream_ends.set()
    await bench.run_until_told(PriceReported, 2)
    assert [told.last for told in bench.told(PriceReported)][:2] == [1, 2]
    assert set(bench.market.streamed) == {frozenset({"BTC/USDT"})}


async def test_prices_of_spot_do_not_wait_for_those_of_derivatives(bench: Bench) -> None:
    bench.market.books = [{"BTC/USDT": Price(last=Decimal(7))}]
    bench.data.start()
    await bench.run_until_told(PriceReported, 1)
    assert not bench.market.linear_prices.is_set()


async def test_an_answer_is_older_than_what_was_streamed_while_it_was_on_its_way(bench: Bench) -> None:
    bench.market.answers.clear()
    bench.market.books = [{"BTC/USDT": Price(last=Decimal(7))}, {"BTC/USDT": Price(last=Decimal(8))}]
    bench.data.start()
    await bench.run_until_told(InstrumentsReported, 1)
    await asyncio.sleep(0.01)  # The prices are asked for.
    bench.data.watch(frozenset({"BTC/USDT"}))
    await bench.run_until_told(PriceReported, 1)
    bench.market.answers.set()
    await bench.run_until_told(PriceReported, 2)
    assert [told.last for told in bench.told(PriceReported)] == [1, 8]


async def test_another_wish_replaces_the_stream_and_an_empty_one_ends_it(bench: Bench) -> None:
    bench.market.listings = [[BITCOIN, ETHER]]
    bench.data.start()
    bench.data.watch(frozenset({"BTC/USDT"}))
    await bench.run_until_told(PriceReported, 1)
    bench.data.watch(frozenset({"ETH/USDT"}))
    await bench.run_until_told(PriceReported, 2)
    bench.data.watch(frozenset())
    bench.market.stream_ends.set()
    await asyncio.sleep(0.02)
    assert bench.market.streamed == [frozenset({"BTC/USDT"}), frozenset({"ETH/USDT"})]


async def test_a_market_that_is_not_listed_does_not_end_the_stream_of_the_others(bench: Bench) -> None:
    bench.data.start()
    bench.data.watch(frozenset({"GONE/USDT"}))
    await asyncio.sleep(0.02)
    assert bench.market.streamed == []
    bench.data.watch(frozenset({"GONE/USDT", "BTC/USDT"}))
    await bench.run_until_told(PriceReported, 1)
    assert bench.market.streamed == [frozenset({"BTC/USDT"})]


@pytest.mark.parametrize("content", [b"", b"{", b'[{"exchange": "okx"}]', b"\xff"])
def test_a_broken_cache_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "instruments-okx-live.json").write_bytes(content)
    assert InstrumentCache(tmp_path, Exchange.OKX, "live").read() == []


def test_a_cache_comes_back_exactly_and_leaves_no_other_file(tmp_path: Path) -> None:
    cache = InstrumentCache(tmp_path / "new", Exchange.OKX, "live")
    cache.write([BITCOIN])
    assert cache.read() == [BITCOIN]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["instruments-okx-live.json"]
