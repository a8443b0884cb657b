"""What the desk last heard of markets, for people to read."""

from datetime import timedelta
from decimal import Decimal

from support.memory_journal import MemoryJournal
from support.running_desk import SYMBOL, price, trading_desk
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.vocabulary import Exchange
from tidegate.runtime.reference import DeskReference


@on_virtual_time
async def test_it_shows_listings_and_the_newest_prices_of_the_running_desk() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        reference = DeskReference(running.desk)
        assert [listed.symbol for listed in reference.instruments()] == [SYMBOL]
        assert [listed.symbol for listed in reference.instruments(Exchange.BINANCE)] == [SYMBOL]
        assert list(reference.instruments(Exchange.OKX)) == []
        assert reference.instrument(Exchange.BINANCE, SYMBOL) in reference.instruments()
        assert reference.instrument(Exchange.OKX, SYMBOL) is None
        running.loop.report(price("61000"))
        await running.catch_up()
        known = reference.price(Exchange.BINANCE, SYMBOL)
        assert known is not None
        assert known.last == Decimal(61_000)
        assert reference.price(Exchange.OKX, SYMBOL) is None


@on_virtual_time
async def test_it_values_as_limits_do() -> None:
    async with trading_desk(MemoryJournal(), LoopClock()) as (running, _):
        reference = DeskReference(running.desk)
        running.loop.report(price("61000"))
        await running.catch_up()
        known = running.desk.prices[Exchange.BINANCE, SYMBOL]
        assert known.at is not None
        worth = reference.worth(Exchange.BINANCE, "BTC", known.at)
        assert (worth.value, worth.stale) == (Decimal(61_000), False)
        late = known.at + running.desk.policy.price_stale + timedelta(seconds=1)
        assert reference.worth(Exchange.BINANCE, "BTC", late).stale
        assert reference.mark(Exchange.BINANCE, SYMBOL, late) == (Decimal(61_000), True)
        assert reference.mark(Exchange.OKX, SYMBOL, known.at).value is None
