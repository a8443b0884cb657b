"""Algo orders at work: they wait for their triggers, place orders, and end with each other or with their position."""

from __future__ import annotations

from decimal import Decimal

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.margin import available
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.triggers import Trailing, Trigger, Watch, trailing_direction
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    OrderType,
    Origin,
    PriceKind,
    Side,
    TimeInForce,
)
from venuesim.okx import errors
from venuesim.okx.algo_orders import AlgoBook, AlgoOrder, AlgoState, AlgoType, Leg, LegName
from venuesim.okx.attached import stored
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import quantity_of, shown_size
from venuesim.okx.order_reading import PREVENTIONS, TargetCurrency
from venuesim.okx.order_words import Extra
from venuesim.okx.placing import place
from venuesim.okx.rules import CLOSING, check_lots, check_price
from venuesim.okx.trade_terms import TradeMode, check_may_trade, prevention_of
from venuesim.wire.calls import plain

WATCHES_PER_ALGO = 2

SOURCES = {
    AlgoType.CONDITIONAL: "7",
    AlgoType.OCO: "7",
    AlgoType.TRIGGER: "6",
    AlgoType.MOVE_ORDER_STOP: "25",
}
"""The `source` of the order that an algo order placed."""

_TIMES_IN_FORCE = {"": TimeInForce.GTC, "fok": TimeInForce.FOK, "ioc": TimeInForce.IOC}


class AlgoDesk:
    """Runs the algo orders of an exchange."""

    def __init__(self, exchange: Exchange, book: AlgoBook) -> None:
        self._exchange = exchange
        self._book = book
        exchange.listeners.orders.append(self._order_changed)

    # Waiting

    def accept(self, algo: AlgoOrder) -> None:
        """Let an algo order wait."""
        self._book.add(algo)
        self.arm(algo)

    def arm(self, algo: AlgoOrder) -> None:
        """Watch the prices that an algo order waits for."""
        market = self._exchange.markets[algo.symbol]
        if algo.callback is not None:
            self._arm_trailing(algo, market)
        for index, (name, leg) in enumerate(algo.legs()):
            trigger = Trigger(
                price_kind=leg.price_kind, direction=_direction(algo, name, leg, market), price=leg.trigger_price
            )
            self._watch(algo, market, index, trigger, name, leg)

    def disarm(self, algo: AlgoOrder) -> None:
        """Watch no longer."""
        market = self._exchange.markets[algo.symbol]
        for watch in algo.watches:
            market.triggers.remove(watch)
        algo.watches.clear()

    def cancel(self, algo: AlgoOrder) -> None:
        """End an algo order that waits; a target that rests as a limit order goes with it."""
        self.disarm(algo)
        self._cancel_linked(algo, EndReason.SYSTEM)
        self._book.end(algo, AlgoState.CANCELED, self._exchange.clock.now_ms())

    def _arm_trailing(self, algo: AlgoOrder, market: Market) -> None:
        assert algo.callback is not None, "only a trailing stop follows"
        active = algo.callback.active_price
        last = market.statistics.last
        trailing = Trailing(
            rate=algo.callback.ratio,
            distance=algo.callback.spread,
            activation_price=active,
            activation_direction=None if active is None else _towards(active, last),
        )
        trigger = Trigger(
            price_kind=PriceKind.LAST, direction=trailing_direction(algo.side), price=ZERO, trailing=trailing
        )
        self._watch(algo, market, 0, trigger, LegName.ONLY, None)
        if active is None:
            trigger.follow(last)

    def _watch(
        self, algo: AlgoOrder, market: Market, index: int, trigger: Trigger, name: LegName, leg: Leg | None
    ) -> None:
        watch = Watch(
            number=algo.algo_id * WATCHES_PER_ALGO + index,
            trigger=trigger,
            fire=lambda _: self._fire(algo, name, leg),
        )
        algo.watches.append(watch)
        market.triggers.add(watch)

    # Firing

    def _fire(self, algo: AlgoOrder, name: LegName, leg: Leg | None) -> None:
        if not algo.is_live:
            return
        self.disarm(algo)
        now_ms = self._exchange.clock.now_ms()
        algo.state = AlgoState.EFFECTIVE
        algo.actual_side = name
        algo.triggered_ms = now_ms
        order_price = None if leg is None or leg.is_market else leg.order_price
        algo.actual_price = "" if order_price is None else plain(order_price)
        self._cancel_linked(algo, EndReason.ONE_CANCELS_OTHER)
        try:
            self._place(algo, order_price)
        except OkxError as error:
            algo.fail_code = error.code
            self._book.end(algo, AlgoState.ORDER_FAILED, now_ms)
            return
        self._book.end(algo, AlgoState.EFFECTIVE, now_ms)
        if name is LegName.TARGET:
            self._move_stops_to_cost(algo)

    def _place(self, algo: AlgoOrder, order_price: Decimal | None) -> None:
        market = self._exchange.markets[algo.symbol]
        request = self._request(algo, market, order_price)
        check_may_trade(algo.account, market.instrument)
        if not request.quantity and not request.quote_quantity:
            raise _nothing_left(algo, market.instrument)
        if request.quantity:
            check_lots(request.quantity, market.instrument, is_market=order_price is None)
        if order_price is not None:
            check_price(order_price, algo.side, market)
        order = place(self._exchange, algo.account, request)
        algo.order_ids.append(order.order_id)
        algo.actual_size = shown_size(market.instrument, order.quantity)

    def _request(self, algo: AlgoOrder, market: Market, order_price: Decimal | None) -> OrderRequest:
        instrument = market.instrument
        quantity, quote_quantity = self._amounts(algo, market, order_price)
        is_market = order_price is None
        time_in_force = TimeInForce.GTC if is_market else _TIMES_IN_FORCE[algo.advance_type]
        order_type = "market" if is_market else algo.advance_type or "limit"
        target = algo.target_currency if is_market and not instrument.is_linear else None
        prevention = prevention_of(algo.account)
        extra: dict[str, str] = {
            Extra.CLIENT_ORDER_ID: "",
            Extra.TAG: algo.tag,
            Extra.SIZE: plain(quote_quantity) if quote_quantity else shown_size(instrument, quantity),
            Extra.TARGET_CURRENCY: target.value if target else "",
            Extra.SELF_TRADE_PREVENTION: prevention.value,
            Extra.ORDER_TYPE: order_type,
            Extra.TRADE_MODE: algo.mode.value if instrument.is_linear else TradeMode.CASH.value,
            Extra.LEVERAGE: algo.leverage,
            Extra.SOURCE: SOURCES[algo.algo_type],
            Extra.ALGO_ID: str(algo.algo_id),
            Extra.ALGO_CLIENT_ID: algo.client_id,
        }
        if algo.attached:
            extra[Extra.ATTACHED] = stored(algo.attached)
        return OrderRequest(
            instrument=instrument,
            side=algo.side,
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
            client_order_id="",
            time_in_force=time_in_force,
            price=order_price or ZERO,
            quantity=quantity,
            quote_quantity=quote_quantity,
            reduce_only=algo.reduce_only,
            position_side=algo.position_side,
            pocket=algo.pocket,
            self_trade_prevention=PREVENTIONS[prevention],
            origin=Origin.CONDITIONAL,
            extra=extra,
        )

    def _amounts(self, algo: AlgoOrder, market: Market, order_price: Decimal | None) -> tuple[Decimal, Decimal]:
        """Return base and quote quantity of the order that an algo order places now.

        A closing order is cut to the position, and a pair's order to the balance ("Trigger order").
        """
        instrument = market.instrument
        if instrument.is_linear:
            return self._contract_quantity(algo, instrument), ZERO
        given = instrument.quote if algo.side is Side.BUY else instrument.base
        has = max(ZERO, available(algo.account, given, self._exchange.markets))
        if order_price is None and algo.target_currency is TargetCurrency.QUOTE:
            return (ZERO, min(algo.size, has)) if algo.side is Side.BUY else (ZERO, algo.size)
        if algo.side is Side.SELL:
            return min(algo.size, floor_to(has, instrument.lot_size)), ZERO
        if order_price is not None:
            return min(algo.size, floor_to(has / order_price, instrument.lot_size)), ZERO
        return min(algo.size, market.book.base_for_quote(Side.BUY, has, instrument.lot_size)), ZERO

    @staticmethod
    def _contract_quantity(algo: AlgoOrder, instrument: Instrument) -> Decimal:
        position = algo.account.holding(instrument, algo.pocket).positions.get(algo.position_side)
        held = abs(position.quantity) if position is not None and position.closes(algo.side) else ZERO
        wanted = quantity_of(instrument, algo.size)
        if algo.closes_all:
            return held
        closes = algo.reduce_only or CLOSING.get(algo.position_side) is algo.side
        # Of nothing to close the exchange says so.
        return min(wanted, held) if closes and held else wanted

    # Ending together

    def _order_changed(self, event: OrderEvent) -> None:
        """Cancel what is left to close when a position is closed: reduce-only orders, and algo orders tied to it."""
        execution = event.execution
        if event.kind is not OrderEventKind.TRADE or execution is None or not execution.closed_quantity:
            return
        order = event.order
        position = event.account.holding_of(order).position(order.position_side)
        if position.is_open and execution.quantity == execution.closed_quantity:
            return
        for algo in self._book.of_position(event.account, position):
            self.cancel(algo)
        for other in event.account.open_orders_of(order.instrument.symbol):
            closes = other.reduce_only or CLOSING.get(other.position_side) is other.side
            same = (other.pocket, other.position_side) == (order.pocket, order.position_side)
            if closes and same and other is not order and other.is_open:
                self._exchange.cancel(other, EndReason.REDUCE_ONLY)

    def _cancel_linked(self, algo: AlgoOrder, reason: EndReason) -> None:
        """Cancel the target that rests as a limit order beside a stop."""
        if algo.linked_order_id is None:
            return
        order = self._exchange.find_order(algo.account, order_id=algo.linked_order_id)
        if order is not None and order.is_open:
            if reason is EndReason.SYSTEM:
                order.extra = {**order.extra, Extra.CANCEL_SOURCE: "37"}
            self._exchange.cancel(order, reason)

    def _move_stops_to_cost(self, fired: AlgoOrder) -> None:
        """Move the stops of the same order to its entry price, once a target has fired (amendPxOnTriggerType)."""
        if fired.parent_id is None:
            return
        for algo in self._book.live(fired.account):
            if algo.parent_id == fired.parent_id and algo.moves_to_cost and algo.stop is not None:
                self.disarm(algo)
                algo.stop.trigger_price = algo.entry_price
                algo.moves_to_cost = False
                algo.updated_ms = self._exchange.clock.now_ms()
                self.arm(algo)
                self._book.tell(algo)


def _nothing_left(algo: AlgoOrder, instrument: Instrument) -> OkxError:
    """Return why an algo order cannot place an order when its time comes: nothing to close, or nothing to give."""
    if instrument.is_linear:
        return errors.nothing_to_close()
    return errors.insufficient_balance(instrument.quote if algo.side is Side.BUY else instrument.base)


def _towards(price: Decimal, current: Decimal) -> Direction:
    return Direction.RISING if price > current else Direction.FALLING


def _direction(algo: AlgoOrder, name: LegName, leg: Leg, market: Market) -> Direction:
    """Return how a leg fires: a target with the price in favour of the closed position, a stop against it."""
    if name is LegName.ONLY:
        return _towards(leg.trigger_price, market.price_of(leg.price_kind))
    rises = (name is LegName.TARGET) is (algo.side is Side.SELL)
    return Direction.RISING if rises else Direction.FALLING
