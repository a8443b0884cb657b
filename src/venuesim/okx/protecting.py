"""Turns what was attached to an order into algo orders once the order has ended with a fill.

Source: "Place order", notes on placing with TP/SL: nothing comes of an order that ends without a fill. Assumption: of
one that is canceled after some fills, the filled part is protected.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import PriceKind, Side
from venuesim.okx.algo_orders import AlgoBook, AlgoOrder, AlgoType, Callback, Leg
from venuesim.okx.algo_running import AlgoDesk
from venuesim.okx.attached import Attached, TargetKind, restored, stored
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import size_of
from venuesim.okx.order_reading import TargetCurrency
from venuesim.okx.order_words import Extra
from venuesim.okx.resting_targets import rest_target
from venuesim.okx.trade_terms import TradeMode

_KINDS = {"last": PriceKind.LAST, "mark": PriceKind.MARK, "index": PriceKind.INDEX}


class Protecting:
    """Listens for entries with attached orders that end."""

    def __init__(self, exchange: Exchange, book: AlgoBook, desk: AlgoDesk) -> None:
        self._exchange = exchange
        self._book = book
        self._desk = desk
        exchange.listeners.orders.append(self._order_changed)

    def _order_changed(self, event: OrderEvent) -> None:
        order = event.order
        if Extra.ATTACHED not in order.extra or order.is_open or not order.filled_quantity:
            return
        if Extra.IS_PROTECTED not in order.extra:
            order.extra = {**order.extra, Extra.IS_PROTECTED: "true"}
            self._protect(order)

    def _protect(self, order: Order) -> None:
        attached = restored(order.extra[Extra.ATTACHED])
        waiting = [entry for entry in attached if entry.tp_ord_kind != TargetKind.LIMIT or entry.has_stop]
        stops = [self._begin(order, entry) for entry in waiting]
        for entry in attached:
            if entry.tp_ord_kind == TargetKind.LIMIT:
                attached = self._rest(order, entry, stops, attached)
        order.extra = {**order.extra, Extra.ATTACHED: stored(attached)}

    def _begin(self, order: Order, entry: Attached) -> AlgoOrder:
        """Let one attached order wait as an algo order of its own."""
        algo = self._algo(order, entry)
        self._desk.accept(algo)
        return algo

    def _algo(self, order: Order, entry: Attached) -> AlgoOrder:
        account, instrument = order.account, order.instrument
        assert account is not None, "liquidity has nothing attached"
        is_linear = instrument.is_linear
        now_ms = self._exchange.clock.now_ms()
        return AlgoOrder(
            algo_id=self._book.next_id(),
            account=account,
            symbol=instrument.symbol,
            algo_type=_type_of(entry),
            side=order.side.opposite,
            mode=TradeMode(order.extra[Extra.TRADE_MODE]),
            position_side=order.position_side,
            pocket=order.pocket,
            size=_size(order, entry),
            created_ms=now_ms,
            updated_ms=now_ms,
            last=self._exchange.markets[instrument.symbol].statistics.last,
            client_id=entry.attach_algo_cl_ord_id,
            tag=order.extra.get(Extra.TAG, ""),
            leverage=order.extra.get(Extra.LEVERAGE, ""),
            target_currency=None if is_linear else TargetCurrency.BASE,
            # Assumption: what protects a position only reduces it, and goes with it.
            reduce_only=is_linear and not account.is_hedged,
            cancels_with_position=is_linear,
            target=_target_of(order, entry),
            stop=_stop_of(order, entry),
            callback=_callback_of(entry),
            moves_to_cost=entry.amend_px_on_trigger_type == "1",
            parent_id=order.order_id,
            entry_price=order.average_price,
        )

    def _rest(self, order: Order, entry: Attached, stops: list[AlgoOrder], attached: list[Attached]) -> list[Attached]:
        """Place a target as a limit order at once; when that fails, its entry among `attached` says why."""
        algo = stops[0] if stops else self._algo(order, entry)
        try:
            rest_target(
                self._exchange,
                algo,
                price=Decimal(entry.tp_ord_px),
                size=_size(order, entry),
                client_order_id=entry.attach_algo_cl_ord_id,
                is_linked=bool(stops),
            )
        except OkxError as error:
            failed = msgspec.structs.replace(entry, fail_code=error.code, fail_reason=error.message)
            return [failed if member is entry else member for member in attached]
        if stops and algo.is_live:
            self._book.tell(algo)  # It is linked to the target now.
        return attached


def _type_of(entry: Attached) -> AlgoType:
    if entry.is_trailing:
        return AlgoType.MOVE_ORDER_STOP
    waits_for_both = entry.has_stop and entry.has_target and entry.tp_ord_kind != TargetKind.LIMIT
    return AlgoType.OCO if waits_for_both else AlgoType.CONDITIONAL


def _size(order: Order, entry: Attached) -> Decimal:
    """Return how much (in the unit of `sz`) an attached order is for: its own size, or all that was filled."""
    filled = size_of(order.instrument, order.filled_quantity)
    return min(Decimal(entry.sz), filled) if entry.sz else filled


def _target_of(order: Order, entry: Attached) -> Leg | None:
    if not entry.has_target or entry.tp_ord_kind == TargetKind.LIMIT:
        return None
    return _leg(order, entry.tp_trigger_px, entry.tp_trigger_ratio, entry.tp_trigger_px_type, entry.tp_ord_px)


def _stop_of(order: Order, entry: Attached) -> Leg | None:
    if not entry.has_stop:
        return None
    ratio = entry.sl_trigger_ratio
    if ratio:  # The sign says the side; OKX's own texts write it with and without.
        loss = abs(Decimal(ratio))
        ratio = str(-loss if order.side is Side.BUY else loss)
    return _leg(order, entry.sl_trigger_px, ratio, entry.sl_trigger_px_type, entry.sl_ord_px)


def _leg(order: Order, trigger: str, ratio: str, kind: str, price: str) -> Leg:
    tick = order.instrument.tick_size
    from_entry = order.average_price * (1 + Decimal(ratio)) if ratio else None
    trigger_price = Decimal(trigger) if from_entry is None else from_entry // tick * tick
    return Leg(trigger_price=trigger_price, price_kind=_KINDS[kind], order_price=Decimal(price))


def _callback_of(entry: Attached) -> Callback | None:
    if not entry.is_trailing:
        return None
    return Callback(
        ratio=Decimal(entry.callback_ratio) if entry.callback_ratio else None,
        spread=Decimal(entry.callback_spread) if entry.callback_spread else None,
        active_price=Decimal(entry.active_px) if entry.active_px else None,
    )
