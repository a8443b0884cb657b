"""Changes to pending orders in place, for trade/amend-order, trade/amend-batch-orders and their twins on the socket.

Source: "Amend order" and "Amend multiple orders" of the v5 documentation.
"""

from collections import Counter
from decimal import Decimal

import msgspec

from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, Side
from venuesim.okx import errors
from venuesim.okx.attached import Attached, PriceType, restored, stored
from venuesim.okx.errors import OkxError
from venuesim.okx.finding import Finder
from venuesim.okx.instruments import quantity_of, shown_size
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Request, Result, summarize
from venuesim.okx.order_reading import amends_price
from venuesim.okx.order_words import Extra
from venuesim.okx.parameters import Parameters
from venuesim.okx.placing import cancel_surplus, check_expiry
from venuesim.okx.rules import CLOSING, check_closing, check_lots, check_price, price_limits


class Amending:
    """Amends orders of one account."""

    def __init__(self, *, exchange: Exchange, limits: OkxLimits, finder: Finder) -> None:
        self._exchange = exchange
        self._limits = limits
        self._finder = finder

    def amend(self, request: Request) -> Result:
        """Amend the orders of a request, each for itself."""
        named = Counter(item.echo("ordId") or item.echo("clOrdId") for item in request.items)
        if any(number > 1 for name, number in named.items() if name):
            message = (
                "Failed to amend orders in batches. "
                "You cannot have duplicate orders in the same amend-batch-orders request."
            )
            raise OkxError("51512", message)
        found = [self._finder.find_or_none(request.account, item) for item in request.items]
        known = [order.instrument for order in found if order is not None]
        self._limits.spend_amending(request.account, known, request.now_ms)
        return summarize([self._amend_one(request, item) for item in request.items])

    def _amend_one(self, request: Request, item: Parameters) -> tuple[dict[str, str], bool]:
        answer = {name: item.echo(name) for name in ("clOrdId", "ordId", "reqId")} | {"ts": str(request.now_ms)}
        order: Order | None = None
        try:
            check_expiry(request)
            self._limits.spend_account_order(request.account, request.now_ms)
            order = self._find(request, item)
            item.client_order_id("reqId")
            self._apply(request, order, item)
        except OkxError as error:
            if order is not None and order.is_open and item.echo("cxlOnFail") == "true":
                self._exchange.cancel(order, EndReason.SYSTEM)
            return {**answer, "sCode": error.code, "sMsg": error.message, "subCode": error.sub_code}, False
        ids = {"clOrdId": order.extra.get(Extra.CLIENT_ORDER_ID, ""), "ordId": str(order.order_id)}
        return {**answer, **ids, "sCode": "0", "sMsg": "", "subCode": ""}, True

    def _find(self, request: Request, item: Parameters) -> Order:
        order = self._finder.find(request.account, item)
        if order is None or not order.is_open:
            raise errors.not_amendable()
        return order

    def _apply(self, request: Request, order: Order, item: Parameters) -> None:
        market = self._exchange.markets[order.instrument.symbol]
        item.boolean("cxlOnFail")
        quantity = _new_quantity(order, item)
        price = _new_price(order, item, market)
        attached = _new_attached(order, item)
        if quantity is None and price is None and attached is None:
            raise OkxError("51500", "You must enter a price, quantity, or TP/SL")
        closes = order.reduce_only or CLOSING.get(order.position_side) is order.side
        if closes and quantity is not None and quantity > order.quantity:
            check_closing(_grown(order, quantity, price), request.account, amended=order)
        kept = order.extra
        changed: dict[str, str] = {Extra.REQUEST_ID: item.echo("reqId")}
        if quantity is not None:  # Assumption: an order that this completes shows what it has filled.
            filled = shown_size(order.instrument, order.filled_quantity)
            changed[Extra.SIZE] = item.echo("newSz") if quantity > order.filled_quantity else filled
        if attached is not None:
            changed[Extra.ATTACHED] = stored(attached)
        order.extra = {**kept, **changed}
        if quantity is not None and quantity <= order.filled_quantity:
            order.quantity = order.filled_quantity
            self._exchange.end(order, OrderStatus.FILLED, EndReason.NONE)
            return
        try:
            self._exchange.amend(order, quantity=quantity, price=price)
        except OrderRefused as refused:
            order.extra = kept
            raise _insufficient(order) from refused
        if order.reduce_only and order.is_open:
            cancel_surplus(self._exchange, request.account, order)


def _new_quantity(order: Order, item: Parameters) -> Decimal | None:
    """Return the new total (base); of a partly filled order it may be less than what is filled, which completes it."""
    size = item.decimal_or_none("newSz")
    if size is None:
        return None
    quantity = quantity_of(order.instrument, size)
    if quantity > order.filled_quantity:
        check_lots(quantity, order.instrument, is_market=False)
    return quantity


def _new_price(order: Order, item: Parameters, market: Market) -> Decimal | None:
    price = item.decimal_or_none("newPx")
    if price is None:
        return None
    if order.order_type is OrderType.MARKET:
        raise OkxError("51506", "Order modification unavailable for the order type.")
    if amends_price(item):
        highest, lowest = price_limits(market)
        price = min(price, highest) if order.side is Side.BUY else max(price, lowest)
    check_price(price, order.side, market, name="newPx")
    best = market.book.side(order.side.opposite).best_price()
    if order.post_only and best is not None and (price >= best if order.side is Side.BUY else price <= best):
        message = "Modification failed as the order price did not meet the requirement for Post Only."
        raise OkxError("51511", message)
    return price


def _grown(order: Order, quantity: Decimal, price: Decimal | None) -> OrderRequest:
    """Return an order that closes a position as a request for what it would then have left (base)."""
    return OrderRequest(
        instrument=order.instrument,
        side=order.side,
        order_type=order.order_type,
        client_order_id="",
        price=price or order.price,
        quantity=quantity - order.filled_quantity,
        reduce_only=order.reduce_only,
        position_side=order.position_side,
        pocket=order.pocket,
    )


def _insufficient(order: Order) -> OkxError:
    if order.instrument.is_linear:
        message = f"Order failed. Insufficient {order.instrument.quote} margin in account"
        return OkxError("51502", message, sub_code="1031")
    return OkxError("51502", "Unable to edit order: insufficient balance or margin.", sub_code="1030")


# Attached orders


def _new_attached(order: Order, item: Parameters) -> list[Attached] | None:
    members = item.objects("attachAlgoOrds")
    has_old_style = any(item.has(name) for name in ("newTpTriggerPx", "newSlTriggerPx", "newTpOrdPx", "newSlOrdPx"))
    if not members and not has_old_style:
        return None
    attached = restored(order.extra.get(Extra.ATTACHED, ""))
    if not attached or has_old_style:
        message = (
            "You need to use attachAlgoOrds if you used attachAlgoOrds when placing an order. "
            "attachAlgoOrds is not supported if you did not use attachAlgoOrds when placing this order."
        )
        raise OkxError("51538", message)
    for member in members:
        attached = _amended(attached, member)
    return [entry for entry in attached if entry.has_target or entry.has_stop or entry.is_trailing]


def _amended(attached: list[Attached], member: Parameters) -> list[Attached]:
    algo_id, client_id = member.text("attachAlgoId"), member.client_order_id("attachAlgoClOrdId")
    if algo_id is None and client_id is None:
        raise errors.either("attachAlgoId", "attachAlgoClOrdId")
    found = [
        entry
        for entry in attached
        if (entry.attach_algo_id == algo_id if algo_id is not None else entry.attach_algo_cl_ord_id == client_id)
    ]
    if not found:
        raise OkxError("51527", "Order modification failed. At least 1 of the attached TP/SL orders does not exist.")
    return [_amend_one(entry, member) if entry is found[0] else entry for entry in attached]


def _amend_one(entry: Attached, member: Parameters) -> Attached:
    changes: dict[str, str] = {}
    for leg in ("tp", "sl"):
        changes |= _amend_leg(leg, member)
    for name, field in (
        ("newCallbackRatio", "callback_ratio"),
        ("newCallbackSpread", "callback_spread"),
        ("newActivePx", "active_px"),
        ("sz", "sz"),
    ):
        if member.decimal_or_none(name) is not None:
            changes[field] = member.echo(name)
    return msgspec.structs.replace(entry, **changes)


def _amend_leg(leg: str, member: Parameters) -> dict[str, str]:
    """Return what changes in a leg; a zero takes it away."""
    word = leg.capitalize()
    trigger, order, kind = f"new{word}TriggerPx", f"new{word}OrdPx", f"new{word}TriggerPxType"
    if "0" in {member.echo(trigger), member.echo(order)}:
        return dict.fromkeys((f"{leg}_trigger_px", f"{leg}_ord_px", f"{leg}_trigger_px_type"), "")
    changes: dict[str, str] = {}
    if member.decimal_or_none(trigger) is not None:
        changes[f"{leg}_trigger_px"] = member.echo(trigger)
    if member.has(order):
        member.order_price(order)
        changes[f"{leg}_ord_px"] = member.echo(order)
    if member.has(kind):
        changes[f"{leg}_trigger_px_type"] = member.choice(kind, PriceType).value
    elif changes:
        changes[f"{leg}_trigger_px_type"] = PriceType.LAST.value
    return changes
