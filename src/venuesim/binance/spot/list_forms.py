"""Reads the requests that place order lists (REST API, "Order lists")."""

from decimal import Decimal

import msgspec

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.forms import FormReader, Names, OrderForm, prefixed
from venuesim.binance.spot.order_lists import Contingency, far_price, prices_are_apart
from venuesim.binance.spot.vocabulary import WireType
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.vocabulary import Side

OCO_TYPES = frozenset(WireType) - {WireType.LIMIT, WireType.MARKET}

LEGACY_LIMIT = Names(
    iceberg="limitIcebergQty",
    client_order_id="limitClientOrderId",
    strategy_id="limitStrategyId",
    strategy_type="limitStrategyType",
    peg=(),
    time_in_force="limitTimeInForce",
    stop_price="limitStopPrice",
    trailing_delta="limitTrailingDelta",
)
LEGACY_STOP = Names(
    price="stopLimitPrice",
    time_in_force="stopLimitTimeInForce",
    iceberg="stopIcebergQty",
    client_order_id="stopClientOrderId",
    strategy_id="stopStrategyId",
    strategy_type="stopStrategyType",
    peg=(),
)


class ListForm(msgspec.Struct, frozen=True, kw_only=True):
    """A list to place. A pair's stop-loss comes first in `pair`; in OTO and OTOCO lists the pair is pending."""

    contingency: Contingency
    working: OrderForm | None = None
    pending: OrderForm | None = None
    pair: tuple[OrderForm, OrderForm] | None = None
    pays: bool = False

    @property
    def forms(self) -> list[OrderForm]:
        """Its orders, in the order of their ids."""
        return [form for form in (self.working, self.pending, *(self.pair or ())) if form is not None]


def read_legacy_oco(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `order/oco`: a LIMIT_MAKER and a STOP_LOSS, with a limit if `stopLimitPrice` is there."""
    side = reader.side()
    quantity = parameters.decimal("quantity")
    limit = reader.leg(LEGACY_LIMIT, side, WireType.LIMIT_MAKER, quantity)
    stop_type = WireType.STOP_LOSS_LIMIT if parameters.has("stopLimitPrice") else WireType.STOP_LOSS
    return ListForm(contingency=Contingency.OCO, pair=(reader.leg(LEGACY_STOP, side, stop_type, quantity), limit))


def read_oco(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `orderList/oco`."""
    side = reader.side()
    pair = _pair(reader, side, parameters.decimal("quantity"), "above", "below")
    return ListForm(contingency=Contingency.OCO, pair=pair)


def read_oto(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `orderList/oto`."""
    working = _working(parameters, reader)
    pending = _pending(reader, reader.side("pendingSide"), parameters.decimal("pendingQuantity"))
    return ListForm(contingency=Contingency.OTO, working=working, pending=pending)


def read_otoco(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `orderList/otoco`."""
    working = _working(parameters, reader)
    side, quantity = reader.side("pendingSide"), parameters.decimal("pendingQuantity")
    pair = _pair(reader, side, quantity, "pendingAbove", "pendingBelow")
    return ListForm(contingency=Contingency.OTO, working=working, pair=pair)


def read_opo(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `orderList/opo`: the pending order's quantity is what the working one brings in."""
    working, side = _paying(parameters, reader)
    pending = _pending(reader, side, ZERO)
    return ListForm(contingency=Contingency.OTO, working=working, pending=pending, pays=True)


def read_opoco(parameters: Parameters, reader: FormReader) -> ListForm:
    """Read `orderList/opoco`."""
    working, side = _paying(parameters, reader)
    pair = _pair(reader, side, ZERO, "pendingAbove", "pendingBelow")
    return ListForm(contingency=Contingency.OTO, working=working, pair=pair, pays=True)


def check_pair_prices(pair: tuple[OrderForm, OrderForm], last: Decimal) -> None:
    """Refuse a pair whose prices do not lie on the two sides of the last price."""
    stop, other = pair
    if not prices_are_apart(stop.side, stop.stop_price, far_price(other.price, other.stop_price), last):
        raise BinanceError(-2010, "The relationship of the prices for the orders is not correct.")


def _working(parameters: Parameters, reader: FormReader) -> OrderForm:
    wire_type = reader.wire_type("workingType")
    if wire_type not in {WireType.LIMIT, WireType.LIMIT_MAKER}:
        raise BinanceError(-1116, "Invalid orderType.")
    side, quantity = reader.side("workingSide"), parameters.decimal("workingQuantity")
    return reader.leg(prefixed("working"), side, wire_type, quantity)


def _paying(parameters: Parameters, reader: FormReader) -> tuple[OrderForm, Side]:
    working = _working(parameters, reader)
    if working.side is not Side.BUY:
        raise BinanceError(-1222, "Working order in an OPO list must be a bid.")
    side = reader.side("pendingSide")
    if side is not Side.SELL:
        raise BinanceError(-1223, "Pending orders in an OPO list must be asks.")
    if parameters.has("pendingQuantity"):
        raise errors.not_required("pendingQuantity")
    return working, side


def _pending(reader: FormReader, side: Side, quantity: Decimal) -> OrderForm:
    return reader.leg(prefixed("pending"), side, reader.wire_type("pendingType"), quantity)


def _pair(
    reader: FormReader, side: Side, quantity: Decimal, above_name: str, below_name: str
) -> tuple[OrderForm, OrderForm]:
    above_type, below_type = reader.wire_type(f"{above_name}Type"), reader.wire_type(f"{below_name}Type")
    _check_types(side, above_type, below_type)
    above = reader.leg(prefixed(above_name), side, above_type, quantity)
    below = reader.leg(prefixed(below_name), side, below_type, quantity)
    return (above, below) if above_type.is_stop_loss else (below, above)


def _check_types(side: Side, above: WireType, below: WireType) -> None:
    """Refuse what cannot be an OCO: a stop loss lies where the price hurts, the other order opposite."""
    if not {above, below} <= OCO_TYPES:
        raise BinanceError(-1158, "Order type not supported in OCO.")
    if above is WireType.LIMIT_MAKER and below is WireType.LIMIT_MAKER:
        raise BinanceError(-1168, "At least one OCO order must be contingent.")
    if side is Side.BUY:
        if above is WireType.LIMIT_MAKER:
            raise BinanceError(-1165, "A limit order in a buy OCO must be below.")
        if below.is_stop_loss:
            raise BinanceError(-1196, "A stop loss order in a buy OCO must be above.")
        if not above.is_stop_loss:
            raise BinanceError(-1198, "A take profit order in a buy OCO must be below.")
        return
    if below is WireType.LIMIT_MAKER:
        raise BinanceError(-1166, "A limit order in a sell OCO must be above.")
    if above.is_stop_loss:
        raise BinanceError(-1197, "A stop loss order in a sell OCO must be below.")
    if not below.is_stop_loss:
        raise BinanceError(-1199, "A take profit order in a sell OCO must be above.")
