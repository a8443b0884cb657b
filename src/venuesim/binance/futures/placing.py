"""New orders, one by one and in batches."""

import msgspec

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures import filters
from venuesim.binance.futures.errors import Code, invalid_batch_size, invalid_data, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json
from venuesim.binance.futures.limits import ONE_BATCH, ONE_ORDER
from venuesim.binance.futures.reading import Ticket, read_order
from venuesim.binance.futures.rendering import placed
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.words import ResponseType
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.instruments import ClientOrderIds
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.margin import largest_notional
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRefused, new_order
from venuesim.exchange.vocabulary import OrderType, RefusalReason, TimeInForce
from venuesim.wire.windows import RateWindows

BATCH_SIZE_MAX = 5

_REFUSALS = {
    RefusalReason.DUPLICATE_CLIENT_ORDER_ID: Code.DUPLICATED_CLIENT_ORDER_ID,
    RefusalReason.INSUFFICIENT_BALANCE: Code.MARGIN_NOT_SUFFICIENT,
    RefusalReason.WOULD_TAKE: Code.GTX_ORDER_REJECT,
    RefusalReason.WOULD_TRIGGER: Code.ORDER_WOULD_IMMEDIATELY_TRIGGER,
    RefusalReason.REDUCE_ONLY: Code.REDUCE_ONLY_REJECT,
    RefusalReason.POSITION_SIDE: Code.POSITION_SIDE_NOT_MATCH,
    RefusalReason.NOTHING_TO_CHANGE: Code.SAME_ORDER,
}


class Placing:
    """Places orders for REST and the WebSocket API."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        symbols: Symbols,
        limits: BinanceLimits,
        windows: RateWindows,
        ids: ClientOrderIds,
    ) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._limits = limits
        self._windows = windows
        self._ids = ids

    def place(self, request: Request) -> Result:
        """Place one order."""
        fields = Fields(request.parameters)
        self._limits.check_orders(request.account, request.now_ms)
        answer = self._place(fields, request)
        self._limits.count_order(request.account, request.now_ms, ONE_ORDER)
        return Result(answer, accepted=True)

    def test(self, request: Request) -> Result:
        """Check an order as if it were to be placed, and describe it; nothing reaches the matching engine."""
        fields = Fields(request.parameters)
        client_order_id = fields.client_order_id("newClientOrderId") or self._ids.new()
        ticket = read_order(fields, self._symbols, request.account, client_order_id, request.now_ms)
        check_rules(ticket)
        order = new_order(
            ticket.request,
            order_id=0,
            sequence=0,
            account=None,
            quantity=ticket.request.quantity,
            now_ms=request.now_ms,
        )
        return Result(placed(order, ResponseType.ACK))

    def place_batch(self, request: Request) -> Result:
        """Place up to five orders; each answers for itself."""
        items = read_batch(request.parameters)
        self._limits.check_orders(request.account, request.now_ms)
        answers = [self._attempt(item, request) for item in items]
        self._limits.count_order(request.account, request.now_ms, ONE_BATCH)
        return Result(answers, accepted=any("orderId" in answer for answer in answers))

    def submit(self, account: Account, ticket: Ticket) -> Order:
        """Hand an order to the exchange; raises BinanceError with the matching engine's refusal."""
        check_rules(ticket)
        self._check_room(account, ticket.market)
        self._check_bracket(account, ticket)
        check_reducible(account, ticket)
        if ticket.request.time_in_force is TimeInForce.FOK:
            check_fill_or_kill(ticket)
        try:
            return self._exchange.place(account, ticket.request)
        except OrderRefused as refusal:
            raise refusal_of(refusal) from refusal

    def _place(self, fields: Fields, request: Request) -> Json:
        account = request.account
        client_order_id = fields.client_order_id("newClientOrderId")
        if client_order_id is not None:
            self._exchange.records.arrived(account, client_order_id)
        ticket = read_order(fields, self._symbols, account, client_order_id or self._ids.new(), request.now_ms)
        return placed(self.submit(account, ticket), ticket.detail)

    def _attempt(self, item: Parameters, request: Request) -> Json:
        try:
            return self._place(Fields(item), request)
        except BinanceError as error:
            return error.payload()

    def _check_room(self, account: Account, market: Market) -> None:
        allowed = int(market.instrument.open_orders_max * self._windows.scale)
        # Counting one symbol's orders walks them all, so look first whether the account has that many at all.
        if len(account.open_orders) < allowed:
            return
        if len(list(account.open_orders_of(market.instrument.symbol))) >= allowed:
            raise refused(Code.MAX_OPEN_ORDER_EXCEEDED)

    def _check_bracket(self, account: Account, ticket: Ticket) -> None:
        """Refuse what could make a position larger than the bracket of the account's leverage allows (-2027)."""
        if ticket.reduces:
            return
        request, market = ticket.request, ticket.market
        holding = account.holding(market.instrument)
        notional = request.quantity * ticket.valued_at
        reached = largest_notional(holding, market.mark, request.position_side, request.side, notional)
        if reached > market.instrument.notional_at(holding.leverage):
            raise refused(Code.MAX_LEVERAGE_RATIO)


def refusal_of(refusal: OrderRefused) -> BinanceError:
    """Return the venue's words for what the matching engine refused."""
    return refused(_REFUSALS[refusal.reason])


def check_rules(ticket: Ticket) -> None:
    """Check the rules that need the market: notional, and whether a market order meets a price within the band."""
    request, market = ticket.request, ticket.market
    if request.order_type is OrderType.MARKET:
        filters.check_counterparty(request.side, market)
    if not ticket.reduces:
        filters.check_notional(request.quantity, ticket.valued_at, market.instrument)


def check_reducible(account: Account, ticket: Ticket) -> None:
    """Refuse to close more than there is (-2022), unless by a reduce-only market order, which trades no more anyway.

    Source: "Summary of Failed Orders in Binance Futures", reduce-only orders.
    """
    request = ticket.request
    if ticket.reduces and (account.is_hedged or request.order_type is OrderType.LIMIT):
        holding = account.holding(request.instrument)
        if request.quantity > holding.reducible(request.side, request.position_side):
            raise refused(Code.REDUCE_ONLY_REJECT)


def check_fill_or_kill(ticket: Ticket) -> None:
    """Refuse a FOK order that the book cannot fill whole (-5021); the venue records nothing of it."""
    request = ticket.request
    limit_key = int(request.price.scaleb(12))
    in_book, _ = ticket.market.book.available(request.side, request.quantity, limit_key)
    if in_book < request.quantity:
        raise refused(Code.FOK_ORDER_REJECT)


def read_batch(parameters: Parameters) -> list[Parameters]:
    """Return the items of `batchOrders`, a JSON list of objects whose values may have any type."""
    text = Fields(parameters).text("batchOrders")
    try:
        items = msgspec.json.decode(text, type=list[dict[str, object]])
    except (msgspec.MsgspecError, RecursionError):
        raise invalid_data("batchOrders") from None
    if not 1 <= len(items) <= BATCH_SIZE_MAX:
        raise invalid_batch_size(len(items))
    return [Parameters({name: json_text(value) for name, value in item.items() if value is not None}) for item in items]


def json_text(value: object) -> str:
    """Write a JSON value as a form would carry it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
