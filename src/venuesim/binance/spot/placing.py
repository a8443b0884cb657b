"""New orders: reads them, applies the symbol's filters, hands them to the exchange."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.averages import AveragePrices
from venuesim.binance.spot.commission import Commissions
from venuesim.binance.spot.filters import check_form, check_room
from venuesim.binance.spot.formats import Json
from venuesim.binance.spot.forms import FormReader, OrderForm, default_detail, read_detail
from venuesim.binance.spot.instruments import ClientOrderIds, Instruments
from venuesim.binance.spot.prevention import PreventedMatches
from venuesim.binance.spot.rendering import placed
from venuesim.binance.spot.vocabulary import ResponseType
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import PriceKind
from venuesim.wire.windows import RateWindows


class Placing:
    """Places orders for `POST /api/v3/order` and `order.place`, and for whoever else makes orders."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        instruments: Instruments,
        limits: BinanceLimits,
        windows: RateWindows,
        ids: ClientOrderIds,
        averages: AveragePrices,
        prevented: PreventedMatches,
        commissions: Commissions,
    ) -> None:
        self.exchange = exchange
        self.instruments = instruments
        self.limits = limits
        self.windows = windows
        self.ids = ids
        self.averages = averages
        self.prevented = prevented
        self.commissions = commissions

    def place(self, request: Request) -> Result:
        """Place one order and answer in the detail that was asked for."""
        form, detail = self.read(request)
        request.all_read()
        self.limits.check_orders(request.account, request.now_ms)
        self.check([form], request.account)
        with self.counted(request, 1):
            order = self.submit(form, request.account)
        return Result(self.answer(order, detail), accepted=True)

    def test(self, request: Request) -> Result:
        """Check an order as if it were to be placed; nothing reaches the matching engine."""
        form, _ = self.read(request, arrives=False)
        computes = request.parameters.boolean("computeCommissionRates")
        request.all_read()
        self.check([form], request.account)
        return Result(self.commissions.for_order(request.account, form.instrument) if computes else {})

    def read(self, request: Request, *, arrives: bool = True) -> tuple[OrderForm, ResponseType]:
        """Read the order that a request describes, and how it wants to be answered."""
        parameters = request.parameters
        client_order_id = parameters.client_order_id("newClientOrderId")
        if arrives and client_order_id is not None:
            self.exchange.records.arrived(request.account, client_order_id)
        instrument = self.instruments.read(parameters)
        form = FormReader(parameters, instrument, self.ids).single()
        return form, read_detail(parameters, default_detail(form.wire_type))

    def check(self, forms: Sequence[OrderForm], account: Account, replaced: Order | None = None) -> None:
        """Apply the filters to orders of one symbol that are to be placed together."""
        market = self.exchange.markets[forms[0].instrument.symbol]
        average = self.averages.of(market)
        for form in forms:
            check_form(form, market.instrument, average)
            if form.quote_quantity:
                self._check_liquidity(form)
        check_room(forms, account, self.windows.scale, replaced)

    @contextmanager
    def counted(self, request: Request, orders: int) -> Iterator[None]:
        """Count new orders before they are placed, as their first fills lower the count; not if they are refused."""
        counts = (orders, orders)
        self.limits.count_order(request.account, request.now_ms, counts)
        try:
            yield
        except BinanceError:
            self.limits.count_order(request.account, request.now_ms, (-orders, -orders))
            raise

    def submit(self, form: OrderForm, account: Account, **extra: str) -> Order:
        """Hand an order to the exchange; raises BinanceError if the matching engine refuses it."""
        try:
            return self.exchange.place(account, self.request_of(form, **extra))
        except OrderRefused as refused:
            raise errors.order_rejected(refused.reason) from refused

    def request_of(self, form: OrderForm, **extra: str) -> OrderRequest:
        """Return an order for the exchange, with what is to be kept with it."""
        return form.request(self.exchange.markets[form.instrument.symbol].price_of(PriceKind.LAST), **extra)

    def answer(self, order: Order, detail: ResponseType) -> Json:
        """Return the answer to a new order."""
        return placed(order, detail, self.prevented.of_taker(order))

    def _check_liquidity(self, form: OrderForm) -> None:
        book = self.exchange.markets[form.instrument.symbol].book
        base = book.base_for_quote(form.side, form.quote_quantity, form.instrument.lot_size)
        if base < form.instrument.quantity_min:
            words = "symbol" if book.side(form.side.opposite).best() is None else "LOT_SIZE filter"
            raise BinanceError(-2010, f"Order book liquidity is less than {words} minimum quantity.")
