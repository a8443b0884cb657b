"""An order as limits look at it: what it adds, what it is worth, and where it counts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from tidegate.core.capabilities import LIMIT_TYPES, Asked
from tidegate.core.messages.values import Protection
from tidegate.core.money import ZERO
from tidegate.core.scopes import Place
from tidegate.core.totals.books import Books, worth_of_unit
from tidegate.core.totals.exposures import Cell, larger
from tidegate.core.totals.footprints import loss_at_stop
from tidegate.core.totals.places import cell_key_of, holding_key, place_held
from tidegate.core.totals.recent import alike_key, executed_alike_key
from tidegate.core.totals.running import Totals
from tidegate.core.totals.screens import Screen
from tidegate.core.totals.windows import Sums
from tidegate.core.vocabulary import Side


class QuoteLeg(NamedTuple):
    """What an order in a market of two assets that both count moves beside its base: the quote asset, the other way.

    `grows` is by how much the worst case of what the user has of it grows, in units of it; None: at an unknown price.
    """

    place: Place
    is_buy: bool
    price: Decimal | None
    added_worth: Decimal | None
    grows: Decimal | None


class Ask(msgspec.Struct, eq=False, gc=False):
    """What is asked, with the figures that its checks share. Worths are in the reporting currency, None: unknown.

    `adds` is in base: what comes on top of what is open already. `entry` is about where it would trade, in quote;
    `price` what one of what it trades is worth, `rate` what one of its quote asset is. `is_new`: it counts as an order.
    """

    books: Books
    totals: Totals
    asked: Asked
    screen: Screen
    at: datetime
    adds: Decimal
    entry: Decimal | None
    reference: Decimal | None
    price: Decimal | None
    rate: Decimal | None
    notional: Decimal | None
    added_worth: Decimal | None
    stop: Protection | None
    is_buy: bool
    is_new: bool
    quote_leg: QuoteLeg | None = None
    _grows: Decimal | None = None

    @property
    def place(self) -> Place:
        """Where it counts."""
        return self.screen.place

    @property
    def grows(self) -> Decimal:
        """By how much the worst case of the user's own position grows; another side of it may be the worse one."""
        if self._grows is None:
            cell = self.totals.cells.get(cell_key_of(self.asked))
            self._grows = _growth(cell, self.adds, is_buy=self.is_buy)
        return self._grows

    def is_first(self) -> bool:
        """Whether the user has ordered nothing in the market lately."""
        return not self.totals.ordered.times(self.screen.key)

    @property
    def alike(self) -> Sequence[datetime]:
        """When the same was ordered lately."""
        return self.totals.alike.times(alike_key(self.asked))

    @property
    def executed_alike(self) -> Sequence[datetime]:
        """When the same but for its price was ordered lately, and has traded."""
        return self.totals.executed_alike.times(executed_alike_key(self.asked))

    def loss_at_stop(self) -> Decimal | None:
        """What it would lose at its stop; nothing that is known, without one."""
        if self.stop is None:
            return ZERO
        if self.entry is None or self.rate is None:
            return None
        return loss_at_stop(self.asked.side, self.stop, self.entry, self.adds) * self.rate

    def gone(self, amounts: Sums, key: Any, since: datetime) -> Decimal | None:
        """What was ordered after a moment, by these amounts of a place, whatever it was quoted in; None: unknown."""
        total, place = ZERO, self.screen.place
        for quote in self.totals.quotes:
            amount = amounts.total((key, quote), since)
            if not amount:
                continue
            rate = self.rate if quote == place.quote else self.books.rate(place.exchange, quote)
            if rate is None:
                return None
            total += amount * rate
        return total


def ask(
    books: Books,
    totals: Totals,
    asked: Asked,
    screen: Screen,
    reference: Decimal | None,
    at: datetime,
    adds: Decimal,
    *,
    is_new: bool,
) -> Ask:
    """An order's figures, from the market that it would meet (`reference`) and what it adds."""
    place, unit = screen.place, screen.unit
    price = unit.price if unit is not None and unit.known else _worth_of_one(books, totals, screen)
    rate = books.rate(place.exchange, place.quote)
    entry = entry_of(asked, reference)
    return Ask(
        books,
        totals,
        asked,
        screen,
        at=at,
        adds=adds,
        entry=entry,
        reference=reference,
        price=price,
        rate=rate,
        notional=_notional(asked, entry, rate),
        added_worth=None if price is None else adds * price,
        stop=asked.stop_loss,
        is_buy=asked.side is Side.BUY,
        is_new=is_new,
        quote_leg=_quote_leg(totals, asked, place, adds, entry, rate) if screen.moves_quote else None,
    )


def _worth_of_one(books: Books, totals: Totals, screen: Screen) -> Decimal | None:
    """The same for what nobody had when the place was last asked for."""
    place = screen.place
    key = (place.exchange, place.name)
    unit = screen.unit = totals.units.get(key)
    return unit.price if unit is not None and unit.known else worth_of_unit(books, key)


def _quote_leg(
    totals: Totals, asked: Asked, place: Place, adds: Decimal, entry: Decimal | None, rate: Decimal | None
) -> QuoteLeg:
    """The amount is what the order says of it, or comes to at its entry."""
    amount = asked.quote_quantity if asked.quote_quantity is not None else None if entry is None else adds * entry
    key, is_buy = holding_key(place.account_id, place.user_id, place.quote), asked.side is Side.SELL
    return QuoteLeg(
        place=place_held(key, place.exchange)._replace(role=place.role),
        is_buy=is_buy,
        price=rate,
        added_worth=None if amount is None or rate is None else amount * rate,
        grows=None if amount is None else _growth(totals.cells.get(key), amount, is_buy=is_buy),
    )


def _growth(cell: Cell | None, adds: Decimal, *, is_buy: bool) -> Decimal:
    if cell is None:
        return adds
    if is_buy:
        return larger(cell.long + adds, cell.short) - cell.gross
    return larger(cell.long, cell.short - adds) - cell.gross


def entry_of(asked: Asked, reference: Decimal | None) -> Decimal | None:
    """Where it trades at its worst: a buy at its limit, a sell at its limit or above; else at its trigger or market."""
    market = asked.trigger_price if asked.trigger_price is not None else reference
    if asked.price is None or asked.order_type not in LIMIT_TYPES:
        return market
    if asked.side is Side.BUY or market is None:
        return asked.price
    return max(asked.price, market)


def _notional(asked: Asked, entry: Decimal | None, rate: Decimal | None) -> Decimal | None:
    if rate is None:
        return None
    if asked.quote_quantity is not None:
        return asked.quote_quantity * rate
    if entry is None or asked.quantity is None:
        return None
    return asked.quantity * entry * rate
