"""New orders: reads them, applies the rules, hands them to the exchange."""

from enum import StrEnum

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rendering import Extra, ids
from venuesim.bybit.rules import check_rules
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import OrderType, RefusalReason, Side, TimeInForce


class WireSide(StrEnum):
    """The `side` values."""

    BUY = "Buy"
    SELL = "Sell"


class WireType(StrEnum):
    """The `orderType` values."""

    MARKET = "Market"
    LIMIT = "Limit"


class WireTime(StrEnum):
    """The `timeInForce` values that are simulated."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    POST_ONLY = "PostOnly"


class MarketUnit(StrEnum):
    """The `marketUnit` values: what `qty` of a market order counts."""

    BASE = "baseCoin"
    QUOTE = "quoteCoin"


_SIDES = {WireSide.BUY: Side.BUY, WireSide.SELL: Side.SELL}
_TIMES = {
    WireTime.GTC: TimeInForce.GTC,
    WireTime.IOC: TimeInForce.IOC,
    WireTime.FOK: TimeInForce.FOK,
    WireTime.POST_ONLY: TimeInForce.GTC,
}
_NOT_SIMULATED = ("triggerPrice", "takeProfit", "stopLoss", "isLeverage", "slippageTolerance", "bboSideType")


class Placing:
    """Places orders for order/create and its twin on the trade socket."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: BybitLimits) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits

    def place(self, request: Request) -> Result:
        """Accept an order. Accepted means only that: matching may reject or cancel it at once, on the stream."""
        parameters, account = request.parameters, request.account
        if parameters.echo("orderLinkId"):
            self._exchange.records.arrived(account, parameters.echo("orderLinkId"))
        order_request = self._read(parameters)
        # Bybit's ids stay taken after an order has ended.
        known = self._exchange.find_order(account, client_order_id=order_request.client_order_id)
        if known is not None:
            raise errors.duplicate_order_link_id()
        market = self._exchange.markets[order_request.instrument.symbol]
        check_rules(order_request, market, account, scale=self._limits.scale)
        try:
            order = self._exchange.place(account, order_request)
        except OrderRefused as refused:
            raise _refusal(refused.reason) from refused
        return Result(result=ids(order), accepted=True)

    def _read(self, parameters: Parameters) -> OrderRequest:
        if parameters.category() is not Category.SPOT:  # Read before the symbol, whose meaning depends on it.
            raise errors.parameter("params error: only category spot is simulated")
        instrument = self._instruments.to_trade(parameters)
        side = parameters.choice("side", WireSide)
        is_market = parameters.choice("orderType", WireType) is WireType.MARKET
        _refuse_what_is_not_simulated(parameters)
        # A market order works as IOC, whatever it says.
        time = WireTime.IOC if is_market else _time(parameters)
        unit = _unit(parameters, side) if is_market else MarketUnit.BASE
        quantity = parameters.decimal("qty")
        order_link_id = parameters.order_link_id()
        return OrderRequest(
            instrument=instrument,
            side=_SIDES[side],
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
            client_order_id=order_link_id or "",
            time_in_force=_TIMES[time],
            post_only=time is WireTime.POST_ONLY,
            post_only_cancels=True,
            price=ZERO if is_market else parameters.decimal("price"),
            quantity=quantity if unit is MarketUnit.BASE else ZERO,
            quote_quantity=quantity if unit is MarketUnit.QUOTE else ZERO,
            extra={
                Extra.ORDER_LINK_ID: order_link_id or "",
                Extra.QUANTITY: parameters.required("qty"),
                Extra.MARKET_UNIT: unit.value if is_market else "",
                Extra.TIME_IN_FORCE: time.value,
            },
        )


def _refusal(reason: RefusalReason) -> BybitError:
    assert reason is RefusalReason.INSUFFICIENT_BALANCE, "ids were checked, and post-only orders are always accepted"
    return errors.insufficient_balance()


def _time(parameters: Parameters) -> WireTime:
    return parameters.choice("timeInForce", WireTime) if parameters.has("timeInForce") else WireTime.GTC


def _unit(parameters: Parameters, side: WireSide) -> MarketUnit:
    """Return what a market order's quantity counts: by default the quote coin for a buy, the base for a sell."""
    if parameters.has("marketUnit"):
        return parameters.choice("marketUnit", MarketUnit)
    return MarketUnit.QUOTE if side is WireSide.BUY else MarketUnit.BASE


def _refuse_what_is_not_simulated(parameters: Parameters) -> None:
    for name in _NOT_SIMULATED:
        if parameters.has(name):
            raise errors.parameter(f"params error: {name} is not simulated")
    if parameters.echo("orderFilter") not in {"", "Order"}:
        raise errors.parameter("params error: orderFilter is not simulated")
