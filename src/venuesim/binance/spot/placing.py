"""New orders: reads them, applies the symbol's filters, hands them to the exchange."""

import random
import string
from decimal import Decimal
from enum import StrEnum

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.rendering import placed
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.filters import check_filters
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side, TimeInForce
from venuesim.wire.windows import RateWindows

_ALPHABET = string.ascii_letters + string.digits


class WireType(StrEnum):
    """The `type` values that spot knows."""

    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    MARKET = "MARKET"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


ORDER_TYPES = [WireType.LIMIT, WireType.LIMIT_MAKER, WireType.MARKET]
"""What the simulated symbols take, and say that they take in exchangeInfo."""


class WireSide(StrEnum):
    """The `side` values."""

    BUY = "BUY"
    SELL = "SELL"


class WireTimeInForce(StrEnum):
    """The `timeInForce` values."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class ResponseType(StrEnum):
    """The `newOrderRespType` values."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class SelfTradePrevention(StrEnum):
    """The `selfTradePreventionMode` values that the simulated symbols allow."""

    NONE = "NONE"


class Instruments:
    """The listed pairs by Binance's own symbols."""

    def __init__(self, exchange: Exchange) -> None:
        self._by_id = {market.instrument.venue_id: market.instrument for market in exchange.markets.values()}

    def read(self, parameters: Parameters) -> Instrument:
        """Return the instrument that a request names."""
        return self.named(parameters.required("symbol"))

    def named(self, symbol: str) -> Instrument:
        """Return the instrument of a symbol like BTCUSDT; raises BinanceError if there is none."""
        instrument = self._by_id.get(symbol)
        if instrument is None:
            raise errors.invalid_symbol()
        return instrument

    def read_optional(self, parameters: Parameters) -> Instrument | None:
        """Return the instrument that a request names, or None if it names none."""
        return self.read(parameters) if parameters.has("symbol") else None


class ClientOrderIds:
    """Makes the ids of requests that bring none: 22 letters and digits, from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}/client_order_ids")  # noqa: S311 - Repeatable ids, not secrets.

    def new(self) -> str:
        """Return a fresh id."""
        return "".join(self._random.choices(_ALPHABET, k=22))


class Placing:
    """Places orders for `POST /api/v3/order` and `order.place`."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        instruments: Instruments,
        limits: BinanceLimits,
        windows: RateWindows,
        ids: ClientOrderIds,
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits
        self._windows = windows
        self._ids = ids

    def place(self, request: Request) -> Result:
        """Place one order and answer in the detail that was asked for."""
        parameters, account = request.parameters, request.account
        client_order_id = parameters.client_order_id("newClientOrderId")
        if client_order_id is not None:
            self._exchange.records.arrived(account, client_order_id)
        order_request, detail = self._read(parameters, client_order_id or self._ids.new())
        request.all_read()
        self._limits.check_orders(account, request.now_ms)

        market = self._exchange.markets[order_request.instrument.symbol]
        failure = check_filters(order_request, market, account, scale=self._windows.scale)
        if failure is not None:
            raise errors.filter_failure(failure)
        try:
            order = self._exchange.place(account, order_request)
        except OrderRefused as refused:
            raise errors.order_rejected(refused.reason) from refused
        self._limits.count_order(account, request.now_ms)
        return Result(placed(order, detail.value), accepted=True)

    def _read(self, parameters: Parameters, client_order_id: str) -> tuple[OrderRequest, ResponseType]:
        instrument = self._instruments.read(parameters)
        side = parameters.choice("side", WireSide, BinanceError(-1117, "Invalid side."))
        wire_type = parameters.choice("type", WireType, BinanceError(-1116, "Invalid orderType."))
        if wire_type not in ORDER_TYPES:
            name = wire_type.value.capitalize().replace("_", " ")
            raise BinanceError(-2010, f"{name} orders are not supported for this symbol.")
        time_in_force = _time_in_force(parameters, wire_type)
        price = ZERO if wire_type is WireType.MARKET else parameters.decimal("price")
        quantity, quote_quantity = _amounts(parameters, wire_type)
        detail = _detail(parameters)
        if parameters.has("selfTradePreventionMode"):
            refusal = BinanceError(-2010, "This symbol does not allow the specified self-trade prevention mode.")
            parameters.choice("selfTradePreventionMode", SelfTradePrevention, refusal)
        parameters.skip("strategyId", "strategyType")
        order_request = OrderRequest(
            instrument=instrument,
            side=Side.BUY if side is WireSide.BUY else Side.SELL,
            order_type=OrderType.MARKET if wire_type is WireType.MARKET else OrderType.LIMIT,
            client_order_id=client_order_id,
            time_in_force=time_in_force,
            post_only=wire_type is WireType.LIMIT_MAKER,
            price=price,
            quantity=quantity,
            quote_quantity=quote_quantity,
        )
        return order_request, detail


def _time_in_force(parameters: Parameters, wire_type: WireType) -> TimeInForce:
    if wire_type is WireType.LIMIT:
        wire = parameters.choice("timeInForce", WireTimeInForce, BinanceError(-1115, "Invalid timeInForce."))
        return TimeInForce(wire.value.lower())
    if parameters.has("timeInForce"):
        raise errors.not_required("timeInForce")
    return TimeInForce.GTC


def _amounts(parameters: Parameters, wire_type: WireType) -> tuple[Decimal, Decimal]:
    """Return (base, quote) quantities; a market order has one of them, a limit order the first."""
    if wire_type is WireType.MARKET:
        if parameters.has("price"):
            raise errors.not_required("price")
        if parameters.has("quoteOrderQty"):
            if parameters.has("quantity"):
                raise BinanceError(-1128, "Combination of optional parameters invalid.")
            return ZERO, parameters.decimal("quoteOrderQty")
    elif parameters.has("quoteOrderQty"):
        raise errors.not_required("quoteOrderQty")
    return parameters.decimal("quantity"), ZERO


def _detail(parameters: Parameters) -> ResponseType:
    if not parameters.has("newOrderRespType"):
        return ResponseType.FULL
    return parameters.choice("newOrderRespType", ResponseType, BinanceError(-1122, "Invalid newOrderRespType."))
