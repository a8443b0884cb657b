"""New orders: reads them, applies the instrument's rules, hands them to the exchange."""

from decimal import Decimal

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.margin import available
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import EndReason, OrderType, RefusalReason, Side
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Request, Result, summarize
from venuesim.okx.order_reading import OrderReader
from venuesim.okx.order_words import Extra
from venuesim.okx.parameters import Parameters
from venuesim.okx.rules import check_rules, closing_orders
from venuesim.wire.calls import plain


class Placing:
    """Places orders for trade/order, trade/batch-orders and their twins on the socket."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits
        self._reader = OrderReader(exchange, instruments)

    def place(self, request: Request) -> Result:
        """Place the orders of a request, each for itself. Accepted means only that: matching may cancel it at once."""
        account = request.account
        for item in request.items:
            if item.echo("clOrdId"):
                self._exchange.records.arrived(account, item.echo("clOrdId"))
        self._spend(request)
        seen: set[str] = set()
        return summarize([self._place_one(request, item, seen) for item in request.items])

    def _spend(self, request: Request) -> None:
        known = []
        for item in request.items:
            try:
                known.append(self._instruments.read(item))
            except OkxError:  # An unknown instrument has no limit; the item is refused below.
                continue
        self._limits.spend_placing(request.account, known, request.now_ms)

    def _place_one(self, request: Request, item: Parameters, seen: set[str]) -> tuple[dict[str, str], bool]:
        try:
            check_expiry(request)
            client_order_id = item.client_order_id()
            if client_order_id in seen:
                raise errors.duplicate_client_order_id()
            order = self._accept(request, item, client_order_id)
        except OkxError as error:
            return _answer(item, request.now_ms, error=error), False
        if client_order_id is not None:
            seen.add(client_order_id)
        return _answer(item, request.now_ms, order=order), True

    def _accept(self, request: Request, item: Parameters, client_order_id: str | None) -> Order:
        account = request.account
        order_request = self._affordable(account, self._reader.read(item, account, client_order_id), item)
        market = self._exchange.markets[order_request.instrument.symbol]
        check_rules(order_request, market, account, scale=self._limits.scale)
        self._limits.spend_account_order(account, request.now_ms)
        order = place(self._exchange, account, order_request)
        if order.reduce_only and order.is_open:
            cancel_surplus(self._exchange, account, order_request)
        return order

    def _affordable(self, account: Account, request: OrderRequest, item: Parameters) -> OrderRequest:
        """Return the order made smaller to what the account can pay, where OKX does so.

        That is a pair's market order whose size counts what it receives, unless `banAmend` forbids it ("Place order",
        tgtCcy). Assumption: one whose size counts what it gives is refused when that is not there.
        """
        instrument = request.instrument
        is_market = request.order_type is OrderType.MARKET and not instrument.is_linear
        counts_received = bool(request.quote_quantity) is (request.side is Side.SELL)
        if not is_market or not counts_received or item.boolean("banAmend"):
            return request
        given = instrument.quote if request.side is Side.BUY else instrument.base
        has = available(account, given, self._exchange.markets)
        if has <= 0:
            raise OkxError("51127", "Available balance is 0.")
        book = self._exchange.markets[instrument.symbol].book
        if request.side is Side.BUY:
            if book.available(Side.BUY, request.quantity, None)[1] <= has:
                return request
            reached = book.base_for_quote(Side.BUY, has, instrument.lot_size)
            return _smaller(request, quantity=reached, size=reached)
        if book.base_for_quote(Side.SELL, request.quote_quantity, instrument.lot_size) <= has:
            return request
        proceeds = book.available(Side.SELL, floor_to(has, instrument.lot_size), None)[1]
        return _smaller(request, quote_quantity=proceeds, size=proceeds)


def place(exchange: Exchange, account: Account, request: OrderRequest) -> Order:
    """Place an order; raises OkxError for what the exchange refuses."""
    try:
        return exchange.place(account, request)
    except OrderRefused as refused:
        raise refusal_of(refused.reason, request) from refused


def cancel_surplus(exchange: Exchange, account: Account, request: OrderRequest | Order) -> None:
    """Cancel the reduce-only orders behind a new one that no longer have anything to close."""
    left = account.holding_of(request).reducible(request.side, request.position_side)
    direction = -request.side.sign
    for order in sorted(closing_orders(account, request), key=lambda order: order.price * direction):
        left -= order.leaves_quantity
        if left < 0:
            order.extra = {**order.extra, Extra.CANCEL_SOURCE: "23"}
            exchange.cancel(order, EndReason.REDUCE_ONLY)


def _smaller(
    request: OrderRequest, *, size: Decimal, quantity: Decimal = ZERO, quote_quantity: Decimal = ZERO
) -> OrderRequest:
    extra = {**request.extra, Extra.SIZE: plain(size)}
    return msgspec.structs.replace(request, quantity=quantity, quote_quantity=quote_quantity, extra=extra)


def check_expiry(request: Request) -> None:
    """Refuse a request whose expTime has passed."""
    expires_ms = Parameters({"expTime": request.expires_at}).integer("expTime")
    if expires_ms is not None and expires_ms < request.now_ms:
        raise errors.order_expired()


def refusal_of(reason: RefusalReason, request: OrderRequest) -> OkxError:
    """Return OKX's words for why the exchange refused an order."""
    instrument = request.instrument
    match reason:
        case RefusalReason.DUPLICATE_CLIENT_ORDER_ID:
            return errors.duplicate_client_order_id()
        case RefusalReason.INSUFFICIENT_BALANCE if instrument.is_linear:
            return errors.insufficient_margin(instrument.quote)
        case RefusalReason.INSUFFICIENT_BALANCE:
            return errors.insufficient_balance(instrument.quote if request.side is Side.BUY else instrument.base)
        case RefusalReason.REDUCE_ONLY:
            return errors.nothing_to_close()
        case _:
            assert reason is RefusalReason.POSITION_SIDE, "post-only orders are accepted and then canceled"
            return errors.malformed("posSide")


def _answer(
    item: Parameters, now_ms: int, *, order: Order | None = None, error: OkxError | None = None
) -> dict[str, str]:
    return {
        "clOrdId": item.echo("clOrdId"),
        "ordId": "" if order is None else str(order.order_id),
        "tag": item.echo("tag"),
        "ts": str(now_ms),
        "sCode": "0" if error is None else error.code,
        "sMsg": "Order placed" if error is None else error.message,
        "subCode": "" if error is None else error.sub_code,
    }
