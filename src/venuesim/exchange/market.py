"""The market of one instrument: a seeded random walk, the liquidity quoted around it, and its statistics."""

import random
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, assert_never

import msgspec

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import Book
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.instruments import Instrument, floor_to, price_key
from venuesim.exchange.listings import LISTINGS, listing_key
from venuesim.exchange.orders import Order
from venuesim.exchange.prices import Tick
from venuesim.exchange.triggers import TriggerRoom
from venuesim.exchange.vocabulary import OrderType, PriceKind, Side, TimeInForce

STEP_SECONDS = 0.25
"""How often a market walks and its liquidity is quoted anew."""

STEP_DEVIATION = 0.00005
"""Standard deviation of one step's return: about 3 % a day at four steps a second."""

HALF_SPREAD = Decimal("0.00005")
LEVEL_DISTANCE = Decimal("0.0001")


TRADES_KEPT = 1000
"""How many public trades a market remembers: what venues' recent trade lists give at most."""

FUNDING_RATE = Decimal("0.0001")
FUNDED_KEPT = 1000


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


class Statistics:
    """The figures of a 24 hour ticker; they begin with an invented day and then follow the trades."""

    def __init__(self, last: Decimal, instrument: Instrument, rng: random.Random, level_notional: Decimal) -> None:
        change = Decimal(rng.randint(-300, 300)) / 10_000
        self.open = _on_tick(last * (1 - change), instrument)
        self.last = last
        self.last_quantity = instrument.quantity_min
        self.high = _on_tick(max(self.open, last) * Decimal("1.01"), instrument)
        self.low = _on_tick(min(self.open, last) * Decimal("0.99"), instrument)
        self.volume = floor_to(level_notional * rng.randint(2000, 20_000) / last, instrument.lot_size)
        self.quote_volume = self.volume * self.average
        self.trade_count = rng.randint(100_000, 900_000)

    @property
    def average(self) -> Decimal:
        """The middle of open and last: an assumed volume-weighted price."""
        return (self.open + self.last) / 2

    def count(self, price: Decimal, quantity: Decimal) -> None:
        """Take a trade into the figures."""
        self.last = price
        self.last_quantity = quantity
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.volume += quantity
        self.quote_volume += price * quantity
        self.trade_count += 1


class Market:
    """One instrument's price, book and statistics. It decides what to quote; the exchange places it.

    `printed` holds the prices of trades that triggers have not seen yet. `mark_price`, `index_price` and `status` are
    set by hand; None (and "trading") mean that they follow the market.
    """

    def __init__(self, instrument: Instrument, *, seed: int, venue: str) -> None:
        self.instrument = instrument
        self.book = Book()
        self.ladder = Ladder()
        self.frozen = False
        self.house_orders: list[Order] = []
        self.update_id = 1
        self.triggers = TriggerRoom()
        self.printed: list[Decimal] = []
        self.trades: deque[PublicTrade] = deque(maxlen=TRADES_KEPT)
        self.mark_price: Decimal | None = None
        self.index_price: Decimal | None = None
        self.funding_rate = FUNDING_RATE
        self.next_funding_ms = 0
        self.funded: deque[Funded] = deque(maxlen=FUNDED_KEPT)
        self._quoted_mid = ZERO
        key = listing_key(instrument.symbol)
        self._listing = LISTINGS[key]
        # Walks share the seed across venues, so that prices agree; liquidity differs by venue.
        self._walk = random.Random(f"{seed}/{key}")  # noqa: S311 - A seeded market, not a secret.
        self._sizes = random.Random(f"{seed}/{venue}/{instrument.symbol}")  # noqa: S311 - The same.
        start = (
            self._listing.low + (self._listing.high - self._listing.low) * Decimal(self._walk.randint(200, 800)) / 1000
        )
        self.mid = _on_tick(start, instrument)
        self.statistics = Statistics(self.mid, instrument, self._sizes, self._listing.level_notional)

    def walk(self) -> None:
        """Move the price by one random step, reflected at the ends of its range."""
        change = Decimal(round(self._walk.gauss(0.0, STEP_DEVIATION) * 10**9)) / 10**9
        moved = self.mid * (1 + change)
        if moved <= self._listing.low:
            moved = self.mid * (1 + abs(change))
        elif moved >= self._listing.high:
            moved = self.mid * (1 - abs(change))
        self.mid = floor_to(moved, self.instrument.tick_size / 1000)

    def recenter(self, price: Decimal) -> None:
        """Set the price that the liquidity is quoted around."""
        self.mid = price

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
        self.trades.append(trade)
        if len(self.triggers):
            self.printed.append(trade.price)

    def note_funding(self, now_ms: int) -> None:
        """Remember that funding was paid."""
        self.funded.append(Funded(now_ms, self.funding_rate, self.mark))

    def advance(self, now_ms: int) -> tuple[bool, Sequence[Tick]]:
        """Make one step; return whether the middle moved enough to be quoted anew, and trades that a source brought."""
        self.walk()
        return True, ()

    def quotes(self) -> list[Quote]:
        """Return the liquidity for the present price, best levels first, buy and sell in turn."""
        instrument = self.instrument
        tick = instrument.tick_size
        mid = self.mid
        half_spread = self.ladder.half_spread or max(tick, mid * HALF_SPREAD)
        distance = max(tick, mid * LEVEL_DISTANCE)
        best_bid = max(tick, floor_to(mid - half_spread, tick))
        best_ask = -floor_to(-(mid + half_spread), tick)
        step = floor_to(distance, tick)
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

        It is printed without touching the book: strangers' orders behind it are not simulated.
        """
        if self._sizes.random() < 0.5:
            return None
        buyer_is_maker = self._sizes.random() < 0.5
        best = (self.book.bids if buyer_is_maker else self.book.asks).best()
        if best is None:
            return None
        quantity = floor_to(
            best.leaves_quantity * Decimal(self._sizes.randint(1, 300)) / 1000, self.instrument.lot_size
        )
        return (buyer_is_maker, best.price, quantity) if quantity > ZERO else None


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
