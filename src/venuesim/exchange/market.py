"""The market of one instrument: a seeded random walk, the liquidity quoted around it, and its statistics."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, assert_never

import msgspec

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import Book
from venuesim.exchange.candles import Candles
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.instruments import Instrument, floor_to, price_key
from venuesim.exchange.listings import LISTINGS, listing_key
from venuesim.exchange.orders import Order
from venuesim.exchange.prices import PriceSource, RandomWalk, Tick
from venuesim.exchange.recent_trades import recent_trades
from venuesim.exchange.statistics import Statistics
from venuesim.exchange.triggers import TriggerRoom
from venuesim.exchange.vocabulary import OrderType, PriceKind, Side, TimeInForce

STEP_SECONDS = 0.25
"""How often a market walks and its liquidity is quoted anew."""

HALF_SPREAD = Decimal("0.00005")
LEVEL_DISTANCE = Decimal("0.0001")
REQUOTED_MOVE = Decimal("0.000025")
"""A smaller move than this fraction of the price leaves the liquidity as it is."""


TRADES_KEPT = 1000
"""How many public trades a market remembers: what venues' recent trade lists give at most."""

FUNDING_RATE = Decimal("0.0001")
FUNDED_KEPT = 1000
HOUR_MS = 3_600_000


class Funded(NamedTuple):
    """A funding payment of a contract: when, at what rate, at what mark price."""

    time_ms: int
    rate: Decimal
    mark: Decimal


class Quote(NamedTuple):
    """One synthetic order to place."""

    side: Side
    price: Decimal
    quantity: Decimal


class Ladder(msgspec.Struct, kw_only=True):
    """How liquidity is quoted; `level_quantity` (base) replaces the random sizes when it is set."""

    levels: int = 12
    level_quantity: Decimal | None = None
    half_spread: Decimal | None = None


class Market:
    """One instrument's price, book and statistics. It decides what to quote; the exchange places it.

    `is_swept` says that the price is being moved, its liquidity away: what a trigger wakes must wait until it is back.
    `printed` holds the prices of trades that triggers have not seen yet. `mark_price` and `index_price` are set by
    hand; None means that they follow the market.
    """

    def __init__(self, instrument: Instrument, *, seed: int, venue: str, now_ms: int) -> None:
        self.instrument = instrument
        self.ladder = Ladder()
        self.is_stale = False
        self.is_swept = False
        self.resting_orders = 0
        self.quote_anew: Callable[[Market], None] | None = None
        self.frozen = False
        self.house_orders: list[Order] = []
        self.update_id = 1
        self.triggers = TriggerRoom()
        self.printed: list[Decimal] = []
        self.trades = recent_trades(PublicTrade, tuple[int, Decimal, Decimal, bool, int], kept=TRADES_KEPT)
        self.mark_price: Decimal | None = None
        self.index_price: Decimal | None = None
        self.funding_rate = FUNDING_RATE
        self.next_funding_ms = next_funding_ms(instrument, now_ms)
        self.funded: deque[Funded] = deque(maxlen=FUNDED_KEPT)
        self._quoted_mid = ZERO
        key = listing_key(instrument.symbol)
        self._listing = LISTINGS[key]
        # Walks share the seed across venues, so that prices agree; liquidity differs by venue.
        self._walk = RandomWalk(instrument, self._listing.low, self._listing.high, seed=f"{seed}/{key}")
        self._book = Book()
        self._seeded_by = f"{seed}/{venue}/{instrument.symbol}"
        self._step = 0
        self.source: PriceSource | None = None
        self.source_error: str | None = None
        self.mid = self._walk.price
        self.candles = Candles(
            instrument,
            seed=f"{seed}/{key}",
            start_price=self.mid,
            start_ms=now_ms,
            quote_volume_per_minute=self._listing.level_notional,
        )
        self.statistics = Statistics(instrument, self.candles, self.mid, now_ms)

    @cached_property
    def _seed(self) -> int:
        """Made when the market is first quoted, as its sizes are: most markets never are."""
        return random.Random(self._seeded_by).getrandbits(64)  # noqa: S311 - A seeded market.

    @cached_property
    def _sizes(self) -> random.Random:
        return random.Random(self._seed)  # noqa: S311 - The same.

    @property
    def book(self) -> Book:
        """The book, quoted anew first if the price has moved since anybody looked."""
        if self.is_stale and self.quote_anew is not None:
            self.quote_anew(self)
        return self._book

    @property
    def is_watched(self) -> bool:
        """Whether somebody's orders depend on its price, so that it must not wait until it is looked at."""
        return self.resting_orders > 0 or len(self.triggers) > 0

    def recenter(self, price: Decimal) -> None:
        """Set the price that the liquidity is quoted around, and that the walk goes on from."""
        self.mid = price
        self._walk.recenter(price)

    @property
    def mark(self) -> Decimal:
        """The mark price: the middle of the market (assumption), unless it was set by hand."""
        return self.mid if self.mark_price is None else self.mark_price

    @property
    def index(self) -> Decimal:
        """The index price: the middle of the market (assumption), unless it was set by hand."""
        return self.mid if self.index_price is None else self.index_price

    def price_of(self, kind: PriceKind) -> Decimal:
        """Return the price that a trigger watches."""
        match kind:
            case PriceKind.LAST:
                return self.statistics.last
            case PriceKind.MARK:
                return self.mark
            case PriceKind.INDEX:
                return self.index
            case _:
                assert_never(kind)

    def round_price(self, price: Decimal) -> Decimal:
        """Return a price cut to the tick."""
        return _on_tick(price, self.instrument)

    def print_trade(self, trade: PublicTrade) -> None:
        """Take a trade into the figures, and remember it for triggers and lists."""
        self.statistics.count(trade.price, trade.quantity)
        self.candles.count(trade.price, trade.quantity, trade.buyer_is_maker, trade.time_ms)
        self.trades.append(trade)
        if len(self.triggers):
            self.printed.append(trade.price)

    def note_funding(self, now_ms: int) -> None:
        """Remember that funding was paid."""
        self.funded.append(Funded(now_ms, self.funding_rate, self.mark))

    def advance(self, now_ms: int) -> tuple[bool, Sequence[Tick]]:
        """Make one step: return whether the middle moved enough to be quoted anew, and what the source brought.

        Without a source, or after its end, the price walks at random.
        """
        if self.source is not None:
            ticks = self.source.advance(now_ms)
            if self.source.is_exhausted:
                self.source = None
            return False, ticks
        # Sizes depend on the step alone: a book is the same whether or not anybody looked at the one before.
        self._step += 1
        self._sizes.seed(self._seed ^ self._step)
        self._walk.advance(now_ms)
        self.mid = self._walk.price
        return abs(self.mid - self._quoted_mid) >= self._quoted_mid * REQUOTED_MOVE, ()

    def quotes(self) -> list[Quote]:
        """Return the liquidity for the present price, best levels first, buy and sell in turn."""
        instrument = self.instrument
        tick = instrument.tick_size
        mid = self.mid
        best_bid, best_ask = self._best_quotes()
        step = floor_to(max(tick, mid * LEVEL_DISTANCE), tick)
        self._quoted_mid = mid
        quotes: list[Quote] = []
        for level in range(self.ladder.levels):
            bid = best_bid - step * level
            if bid > 0:
                quotes.append(Quote(Side.BUY, bid, self._quantity(level)))
            quotes.append(Quote(Side.SELL, best_ask + step * level, self._quantity(level)))
        return quotes

    def _quantity(self, level: int) -> Decimal:
        if self.ladder.level_quantity is not None:
            return self.ladder.level_quantity
        share = Decimal(self._sizes.randint(200, 1800)) / 1000 * (level + 3) / 6
        quantity = floor_to(self._listing.level_notional * share / self.mid, self.instrument.lot_size)
        return max(quantity, self.instrument.lot_size)

    def tape(self) -> tuple[bool, Decimal, Decimal] | None:
        """Return a trade between strangers (buyer is maker, price, quantity), or None for a quiet step.

        It is printed without touching the book: strangers' orders behind it are not simulated. Its price is the best
        of the liquidity, or what a client quotes better.
        """
        chance = random.Random(-(self._seed ^ self._step))  # noqa: S311 - Repeatable, and apart from the sizes.
        if not self.ladder.levels or chance.random() < 0.5:
            return None
        buyer_is_maker = chance.random() < 0.5
        bid, ask = self._best_quotes()
        price = bid if buyer_is_maker else ask
        if self.resting_orders:
            price = (self.book.bids if buyer_is_maker else self.book.asks).best_price() or price
        share = Decimal(chance.randint(1, 300)) / 1000
        quantity = floor_to(self._listing.level_notional / 2 * share / price, self.instrument.lot_size)
        return (buyer_is_maker, price, quantity) if quantity > ZERO else None

    def _best_quotes(self) -> tuple[Decimal, Decimal]:
        tick = self.instrument.tick_size
        half_spread = self.ladder.half_spread or max(tick, self.mid * HALF_SPREAD)
        return max(tick, floor_to(self.mid - half_spread, tick)), -floor_to(-(self.mid + half_spread), tick)


def next_funding_ms(instrument: Instrument, now_ms: int) -> int:
    """Return when a contract's funding is due next: on multiples of its interval since the Unix epoch."""
    interval_ms = instrument.funding_interval_hours * HOUR_MS
    return (now_ms // interval_ms + 1) * interval_ms


def house_order(instrument: Instrument, quote: Quote, order_id: int) -> Order:
    """Return a synthetic order: it has no account and is in no ledger."""
    return Order(
        order_id=order_id,
        account=None,
        instrument=instrument,
        side=quote.side,
        order_type=OrderType.LIMIT,
        client_order_id="",
        time_in_force=TimeInForce.GTC,
        post_only=False,
        price=quote.price,
        price_key=price_key(quote.price),
        sequence=0,
        quantity=quote.quantity,
        quote_quantity=ZERO,
        created_ms=0,
        updated_ms=0,
        extra={},
    )


def _on_tick(price: Decimal, instrument: Instrument) -> Decimal:
    return max(floor_to(price, instrument.tick_size), instrument.tick_size)
