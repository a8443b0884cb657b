"""Keeps watch over algo orders, and places the order of each whose price is reached."""

from itertools import count

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures.algo_orders import AlgoBook, AlgoOrder, AlgoStatus
from venuesim.binance.futures.formats import price_text
from venuesim.binance.futures.listing import TRIGGER_PROTECT
from venuesim.binance.futures.placing import check_fill_or_kill, refusal_of
from venuesim.binance.futures.reading import Ticket, assumed_price, market_bound, matched_price, prevention, spoken
from venuesim.binance.futures.rendering import (
    ACTIVATION_PRICE,
    CALLBACK_RATE,
    CLOSE_POSITION,
    PRICE_PROTECT,
    TRIGGER_PRICE,
    TRIGGERED_TYPE,
    WORKING_TYPE,
)
from venuesim.binance.futures.words import PriceMatch, ResponseType, WireTimeInForce
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.triggers import Trailing, Trigger, Watch, trailing_direction
from venuesim.exchange.vocabulary import Direction, OrderType, Origin, Side, TimeInForce
from venuesim.wire.calls import plain

ALGO_ID = "algo_id"
"""Key in Order.extra: the algo order that placed it."""

FIRST_ALGO_ID = 2_148_719_001


class AlgoDesk:
    """Lets algo orders wait, and follows the orders that come of them."""

    def __init__(self, exchange: Exchange, book: AlgoBook) -> None:
        self._exchange = exchange
        self._book = book
        self._ids = count(FIRST_ALGO_ID)
        self._placed: dict[int, AlgoOrder] = {}
        exchange.listeners.orders.append(self._order_changed)

    def new_id(self) -> int:
        """Return the id of the next algo order."""
        return next(self._ids)

    def is_met(self, algo: AlgoOrder) -> bool:
        """Whether an algo order would trigger at once."""
        market = self._market(algo)
        trigger = _trigger(algo)
        return trigger.trailing is None and trigger.is_met(market.price_of(trigger.price_kind))

    def wait(self, algo: AlgoOrder) -> None:
        """Let an algo order wait for its price."""
        market = self._market(algo)
        trigger = _trigger(algo)
        algo.watch = Watch(number=algo.algo_id, trigger=trigger, fire=lambda _: self._trigger(algo))
        market.triggers.add(algo.watch)
        if trigger.trailing is not None and trigger.trailing.activation_price is None:
            trigger.follow(market.price_of(trigger.price_kind))
        self._book.add(algo)

    def cancel(self, algo: AlgoOrder, status: AlgoStatus = AlgoStatus.CANCELED) -> None:
        """End an algo order that waits."""
        if algo.watch is not None:
            self._market(algo).triggers.remove(algo.watch)
            algo.watch = None
        self._book.move(algo, status, self._exchange.clock.now_ms())

    def pass_time(self, now_ms: int) -> None:
        """End the algo orders whose good-till date has come before their price."""
        for algo in self._book.expiring(now_ms):
            self.cancel(algo, AlgoStatus.EXPIRED)

    # Triggering

    def _trigger(self, algo: AlgoOrder) -> None:
        now_ms = self._exchange.clock.now_ms()
        algo.watch = None
        algo.triggered_ms = now_ms
        self._book.move(algo, AlgoStatus.TRIGGERING, now_ms)
        try:
            self._place(algo)
        except BinanceError as error:
            status = AlgoStatus.EXPIRED if algo.close_position else AlgoStatus.REJECTED
            self._book.move(algo, status, self._exchange.clock.now_ms(), error.message)

    def _place(self, algo: AlgoOrder) -> None:
        market = self._market(algo)
        if algo.price_protect and _apart(market):
            raise BinanceError(-2021, "Price protection: mark and contract price are too far apart.")
        ticket = Ticket(self._request(algo, market), ResponseType.ACK, market)
        if ticket.request.time_in_force is TimeInForce.FOK:
            check_fill_or_kill(ticket)
        try:
            self._exchange.place(algo.account, ticket.request)
        except OrderRefused as refusal:
            raise refusal_of(refusal) from refusal

    def _request(self, algo: AlgoOrder, market: Market) -> OrderRequest:
        """Return the order to place. Assumption: it bears the algo order's client id and remembers its type."""
        quantity = algo.quantity
        if algo.close_position:
            quantity = algo.account.holding(algo.instrument).reducible(algo.side, algo.position_side)
        price = algo.price if algo.wire_type.has_price else market_bound(market, algo.side)
        if algo.price_match is not PriceMatch.NONE:
            price = matched_price(algo.price_match, market, algo.side)
        lifetime = algo.lifetime
        return OrderRequest(
            instrument=market.instrument,
            side=algo.side,
            order_type=OrderType.LIMIT if algo.wire_type.has_price else OrderType.MARKET,
            client_order_id=algo.client_algo_id,
            time_in_force=lifetime.time_in_force.time_in_force,
            post_only=lifetime.time_in_force is WireTimeInForce.GTX,
            price=price,
            assumed_price=ZERO if algo.wire_type.has_price else assumed_price(market, algo.side),
            quantity=quantity,
            reduce_only=algo.reduce_only or (algo.close_position and not algo.account.is_hedged),
            position_side=algo.position_side,
            self_trade_prevention=prevention(algo.self_trade_mode, lifetime),
            expires_ms=lifetime.expires_ms,
            origin=Origin.CONDITIONAL,
            extra=spoken(lifetime, algo.price_match, algo.self_trade_mode) | _remembered(algo),
        )

    def _order_changed(self, event: OrderEvent) -> None:
        """Follow the order that an algo order placed: it is triggered with it, and finished with its end."""
        order = event.order
        if ALGO_ID not in order.extra:
            return
        if event.kind is OrderEventKind.NEW:
            algo = self._book.find(event.account, algo_id=int(order.extra[ALGO_ID]), client_algo_id=None)
            assert algo is not None, "an algo order that waited is remembered"
            algo.order = order
            self._placed[order.order_id] = algo
            self._book.move(algo, AlgoStatus.TRIGGERED, event.time_ms)
        elif not order.is_open and order.order_id in self._placed:
            self._book.move(self._placed.pop(order.order_id), AlgoStatus.FINISHED, event.time_ms)

    def _market(self, algo: AlgoOrder) -> Market:
        return self._exchange.markets[algo.instrument.symbol]


def _trigger(algo: AlgoOrder) -> Trigger:
    """Return when an algo order fires."""
    kind = algo.working_type.price_kind
    if algo.is_trailing:
        activates = Direction.FALLING if algo.side is Side.BUY else Direction.RISING
        trailing = Trailing(
            rate=algo.callback_rate / 100, activation_price=algo.activation_price, activation_direction=activates
        )
        return Trigger(
            price_kind=kind, direction=trailing_direction(algo.side), price=algo.activation_price, trailing=trailing
        )
    rises = (algo.side is Side.BUY) is algo.wire_type.is_stop
    direction = Direction.RISING if rises else Direction.FALLING
    return Trigger(price_kind=kind, direction=direction, price=algo.trigger_price)


def _remembered(algo: AlgoOrder) -> dict[str, str]:
    remembered = {
        ALGO_ID: str(algo.algo_id),
        TRIGGERED_TYPE: algo.wire_type.value,
        WORKING_TYPE: algo.working_type.value,
        TRIGGER_PRICE: price_text(algo.trigger_price, algo.instrument),
    }
    if algo.close_position:
        remembered[CLOSE_POSITION] = "true"
    if algo.price_protect:
        remembered[PRICE_PROTECT] = "true"
    if algo.is_trailing:
        remembered[ACTIVATION_PRICE] = price_text(algo.activation_price, algo.instrument)
        remembered[CALLBACK_RATE] = plain(algo.callback_rate)
    return remembered


def _apart(market: Market) -> bool:
    """Whether mark and contract price are further apart than `triggerProtect` allows."""
    last = market.statistics.last
    return abs(market.mark - last) > market.mark * TRIGGER_PROTECT
