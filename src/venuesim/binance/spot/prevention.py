"""Prevented matches: trades of an account with itself that did not happen (Self Trade Prevention FAQ)."""

from collections import defaultdict, deque
from collections.abc import Iterator
from decimal import Decimal
from itertools import count, takewhile

import msgspec

from venuesim.binance.spot.formats import Json, eight, keep, prevention_of
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.orders import Order

KEPT = 20_000
"""How many prevented matches are remembered; older ones are forgotten."""


class PreventedMatch(msgspec.Struct, kw_only=True):
    """One match that was prevented; a side's quantity is None if the mode spared it. `quantity` would have traded."""

    match_id: int
    account_id: int
    symbol: str
    taker_order_id: int
    maker_order_id: int
    mode: str
    price: Decimal
    quantity: Decimal
    time_ms: int
    taker_quantity: Decimal | None = None
    maker_quantity: Decimal | None = None

    def listed(self) -> Json:
        """Return the match as myPreventedMatches shows it."""
        return {
            "symbol": self.symbol,
            "preventedMatchId": self.match_id,
            "takerOrderId": self.taker_order_id,
            "makerSymbol": self.symbol,
            "makerOrderId": self.maker_order_id,
            "tradeGroupId": -1,
            "selfTradePreventionMode": self.mode,
            "price": eight(self.price),
            **self._quantities(),
            "transactTime": self.time_ms,
        }

    def told(self) -> Json:
        """Return the match as the answer to the taker's request shows it."""
        return {
            "preventedMatchId": self.match_id,
            "makerOrderId": self.maker_order_id,
            "price": eight(self.price),
            **self._quantities(),
        }

    def _quantities(self) -> Json:
        sides = {"takerPreventedQuantity": self.taker_quantity, "makerPreventedQuantity": self.maker_quantity}
        return {name: eight(quantity) for name, quantity in sides.items() if quantity is not None}


class PreventedMatches:
    """Numbers and remembers prevented matches, by symbol. It must hear of an event before who renders it."""

    def __init__(self, exchange: Exchange) -> None:
        self._ids: defaultdict[str, Iterator[int]] = defaultdict(count)
        self._matches: deque[PreventedMatch] = deque(maxlen=KEPT)
        exchange.listeners.orders.append(self._note)

    @property
    def latest(self) -> PreventedMatch:
        """The match that was prevented last; there must have been one."""
        return self._matches[-1]

    def of_taker(self, order: Order) -> list[Json]:
        """Return the matches of an order that was just placed, oldest first, as its answer shows them."""
        assert order.account is not None, "liquidity trades with anybody"
        if not self._matches:
            return []
        account_id = order.account.account_id
        recent = takewhile(lambda match: match.time_ms >= order.created_ms, reversed(self._matches))
        return [
            match.told()
            for match in reversed(list(recent))
            if (match.account_id, match.taker_order_id) == (account_id, order.order_id)
        ]

    def found(self, account_id: int, symbol: str) -> Iterator[PreventedMatch]:
        """Yield an account's matches of a symbol, oldest first."""
        return (match for match in self._matches if match.account_id == account_id and match.symbol == symbol)

    def _note(self, event: OrderEvent) -> None:
        if event.kind is not OrderEventKind.PREVENTED or event.other is None:
            return
        # Whoever stands in the book when the other is told is the maker: the taker is told first.
        is_taker = event.other.rests
        taker, maker = (event.order, event.other) if is_taker else (event.other, event.order)
        match = self._open(taker, maker) or self._begin(event, taker, maker)
        if is_taker:
            match.taker_quantity = event.quantity
        else:
            match.maker_quantity = event.quantity
        keep(event.order, Extra.PREVENTED_MATCH, str(match.match_id))

    def _open(self, taker: Order, maker: Order) -> PreventedMatch | None:
        """Return the match whose taker has just been told of it, and whose maker is next."""
        if not self._matches:
            return None
        last = self._matches[-1]
        is_same = (last.taker_order_id, last.maker_order_id) == (taker.order_id, maker.order_id)
        return last if is_same and last.maker_quantity is None and last.taker_quantity is not None else None

    def _begin(self, event: OrderEvent, taker: Order, maker: Order) -> PreventedMatch:
        symbol = event.order.instrument.venue_id
        left = event.quantity + event.order.leaves_quantity  # What the order had before it was told.
        other = taker if event.order is maker else maker
        match = PreventedMatch(
            match_id=next(self._ids[symbol]),
            account_id=event.account.account_id,
            symbol=symbol,
            taker_order_id=taker.order_id,
            maker_order_id=maker.order_id,
            mode=prevention_of(taker),
            price=maker.price,
            quantity=min(left, other.leaves_quantity),
            time_ms=event.time_ms,
        )
        self._matches.append(match)
        return match
