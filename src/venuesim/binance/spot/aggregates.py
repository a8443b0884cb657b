"""Aggregate trades: what one taker trades at one moment and price counts as one."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count

import msgspec

from venuesim.binance.spot.formats import Json, eight
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, PublicTrade
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.packed import PackedDeque
from venuesim.exchange.recent_trades import Block, recent_trades

KEPT = 1000
"""How many aggregates of each symbol are remembered."""

FIRST_ID = 2_900_000_001


class AggregateTrade(msgspec.Struct, kw_only=True):
    """Some trades of one moment, price and taker side; ids of the first and the last of them."""

    aggregate_id: int
    instrument: Instrument
    price: Decimal
    quantity: Decimal
    first_trade_id: int
    last_trade_id: int
    time_ms: int
    buyer_is_maker: bool

    def listed(self) -> Json:
        """Return the aggregate as aggTrades shows it."""
        return {
            "a": self.aggregate_id,
            "p": eight(self.price),
            "q": eight(self.quantity),
            "f": self.first_trade_id,
            "l": self.last_trade_id,
            "T": self.time_ms,
            "m": self.buyer_is_maker,
            "M": True,
        }

    def event(self, now_ms: int) -> Json:
        """Return the aggregate as its stream tells it."""
        return {"e": "aggTrade", "E": now_ms, "s": self.instrument.venue_id, **self.listed()}


class AggregateTrades:
    """The aggregates of every symbol. `told` hears of each when it is complete: at the next trade or market step.

    Approximate: two takers that trade at the same millisecond and price are taken for one.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.told: list[Callable[[AggregateTrade], None]] = []
        self._ids: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(FIRST_ID))
        self._entries: defaultdict[str, PackedDeque[AggregateTrade, Block]] = defaultdict(_entries)
        self._running: dict[str, AggregateTrade] = {}
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._stepped)

    def of(self, symbol: str) -> list[AggregateTrade]:
        """Return the aggregates of a unified symbol, oldest first."""
        return list(self._entries[symbol])

    def _traded(self, trade: PublicTrade) -> None:
        symbol = trade.instrument.symbol
        running = self._running.get(symbol)
        if running is not None:
            made_of = (running.price, running.time_ms, running.buyer_is_maker)
            if made_of == (trade.price, trade.time_ms, trade.buyer_is_maker):
                running.quantity += trade.quantity
                running.last_trade_id = trade.trade_id
                return
            self._complete(running)
        entry = AggregateTrade(
            aggregate_id=next(self._ids[symbol]),
            instrument=trade.instrument,
            price=trade.price,
            quantity=trade.quantity,
            first_trade_id=trade.trade_id,
            last_trade_id=trade.trade_id,
            time_ms=trade.time_ms,
            buyer_is_maker=trade.buyer_is_maker,
        )
        self._running[symbol] = entry
        self._entries[symbol].append(entry)

    def _stepped(self, event: BookChanged) -> None:
        running = self._running.pop(event.instrument.symbol, None)
        if running is not None:
            self._complete(running)

    def _complete(self, entry: AggregateTrade) -> None:
        for listener in self.told:
            listener(entry)


def _entries() -> PackedDeque[AggregateTrade, Block]:
    return recent_trades(AggregateTrade, tuple[int, Decimal, Decimal, int, int, int, bool], kept=KEPT)
