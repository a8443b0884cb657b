"""One order as a request describes it: reads the parameters, with the names that a leg of an order list gives them."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.formats import eight
from venuesim.binance.spot.instruments import ClientOrderIds
from venuesim.binance.spot.vocabulary import (
    DEFAULT_PREVENTION,
    Extra,
    PreventionMode,
    ResponseType,
    WireSide,
    WireTimeInForce,
    WireType,
)
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.triggers import Trailing, Trigger, trailing_direction
from venuesim.exchange.vocabulary import (
    Direction,
    OrderType,
    PriceKind,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

STRATEGY_TYPE_MIN = 1_000_000
BASIS_POINTS = 10_000

_PREVENTION = {
    PreventionMode.NONE: SelfTradePrevention.NONE,
    PreventionMode.EXPIRE_TAKER: SelfTradePrevention.EXPIRE_TAKER,
    PreventionMode.EXPIRE_MAKER: SelfTradePrevention.EXPIRE_MAKER,
    PreventionMode.EXPIRE_BOTH: SelfTradePrevention.EXPIRE_BOTH,
    PreventionMode.DECREMENT: SelfTradePrevention.DECREMENT,
    # Between orders of one account, and there are no others here, TRANSFER is the same as DECREMENT (STP FAQ).
    PreventionMode.TRANSFER: SelfTradePrevention.DECREMENT,
}

_TIMES_IN_FORCE = {
    WireTimeInForce.GTC: TimeInForce.GTC,
    WireTimeInForce.IOC: TimeInForce.IOC,
    WireTimeInForce.FOK: TimeInForce.FOK,
}


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a request calls the parts of an order."""

    price: str = "price"
    stop_price: str = "stopPrice"
    trailing_delta: str = "trailingDelta"
    time_in_force: str = "timeInForce"
    quantity: str = "quantity"
    iceberg: str = "icebergQty"
    client_order_id: str = "newClientOrderId"
    strategy_id: str = "strategyId"
    strategy_type: str = "strategyType"
    peg: tuple[str, ...] = ("pegPriceType", "pegOffsetType", "pegOffsetValue")


SINGLE = Names()


def prefixed(prefix: str) -> Names:
    """Return the names of a leg's parts: `above` has abovePrice, aboveStopPrice ..."""
    return Names(
        price=f"{prefix}Price",
        stop_price=f"{prefix}StopPrice",
        trailing_delta=f"{prefix}TrailingDelta",
        time_in_force=f"{prefix}TimeInForce",
        quantity=f"{prefix}Quantity",
        iceberg=f"{prefix}IcebergQty",
        client_order_id=f"{prefix}ClientOrderId",
        strategy_id=f"{prefix}StrategyId",
        strategy_type=f"{prefix}StrategyType",
        peg=(f"{prefix}PegPriceType", f"{prefix}PegOffsetType", f"{prefix}PegOffsetValue"),
    )


class OrderForm(msgspec.Struct, frozen=True, kw_only=True):
    """A well-formed order. Amounts are zero, ids None, where there are none; `trailing_delta` is in basis points."""

    instrument: Instrument
    side: Side
    wire_type: WireType
    client_order_id: str
    time_in_force: TimeInForce = TimeInForce.GTC
    price: Decimal = ZERO
    quantity: Decimal = ZERO
    quote_quantity: Decimal = ZERO
    stop_price: Decimal = ZERO
    trailing_delta: int = 0
    iceberg: Decimal = ZERO
    strategy_id: int | None = None
    strategy_type: int | None = None
    prevention: PreventionMode = DEFAULT_PREVENTION

    @property
    def rises(self) -> bool:
        """Whether its stop price lies above the market ("Trigger order price rules against market price")."""
        return self.wire_type.is_stop_loss is (self.side is Side.BUY)

    def request(self, last_price: Decimal, **extra: str) -> OrderRequest:
        """Return the order for the exchange; what that does not know is kept with it, beside `extra`."""
        return OrderRequest(
            instrument=self.instrument,
            side=self.side,
            order_type=OrderType.LIMIT if self.wire_type.has_price else OrderType.MARKET,
            client_order_id=self.client_order_id,
            time_in_force=self.time_in_force,
            post_only=self.wire_type is WireType.LIMIT_MAKER,
            price=self.price,
            quantity=self.quantity,
            quote_quantity=self.quote_quantity,
            display_quantity=self.iceberg,
            self_trade_prevention=_PREVENTION[self.prevention],
            trigger=self._trigger(last_price) if self.wire_type.is_conditional else None,
            extra=self._kept() | extra,
        )

    def _trigger(self, last_price: Decimal) -> Trigger:
        rising = Direction.RISING if self.rises else Direction.FALLING
        if not self.trailing_delta:
            return Trigger(price_kind=PriceKind.LAST, direction=rising, price=self.stop_price)
        rate = Decimal(self.trailing_delta) / BASIS_POINTS
        return Trigger(
            price_kind=PriceKind.LAST,
            direction=trailing_direction(self.side),
            price=last_price * (1 + rate * self.side.sign),
            trailing=Trailing(
                rate=rate,
                activation_price=self.stop_price or None,
                activation_direction=rising,
            ),
        )

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = {Extra.TYPE: self.wire_type, Extra.PREVENTION: self.prevention}
        if self.stop_price:
            kept[Extra.STOP_PRICE] = eight(self.stop_price)
        if self.trailing_delta:
            kept[Extra.TRAILING_DELTA] = str(self.trailing_delta)
        if self.iceberg:
            kept[Extra.ICEBERG] = eight(self.iceberg)
        if self.strategy_id is not None:
            kept[Extra.STRATEGY_ID] = str(self.strategy_id)
        if self.strategy_type is not None:
            kept[Extra.STRATEGY_TYPE] = str(self.strategy_type)
        return kept


class FormReader:
    """Reads the forms of one request."""

    def __init__(self, parameters: Parameters, instrument: Instrument, ids: ClientOrderIds) -> None:
        self._parameters = parameters
        self._instrument = instrument
        self._ids = ids
        self.prevention = _read_prevention(parameters)

    def side(self, name: str = "side") -> Side:
        """Return a side."""
        wire = self._parameters.choice(name, WireSide, -1117, "Invalid side.")
        return Side.BUY if wire is WireSide.BUY else Side.SELL

    def wire_type(self, name: str = "type") -> WireType:
        """Return an order type."""
        return self._parameters.choice(name, WireType, -1116, "Invalid orderType.")

    def single(self) -> OrderForm:
        """Return the order that the request is."""
        side, wire_type = self.side(), self.wire_type()
        if wire_type is WireType.MARKET:
            return self._market(side)
        if self._parameters.has("quoteOrderQty"):
            raise errors.not_required("quoteOrderQty")
        return self.leg(SINGLE, side, wire_type, self._parameters.decimal("quantity"))

    def leg(self, names: Names, side: Side, wire_type: WireType, quantity: Decimal) -> OrderForm:
        """Return an order whose parts have these names; a zero quantity is not known yet."""
        parameters = self._parameters
        self._refuse_pegs(names)
        time_in_force = self._time_in_force(names, wire_type)
        price = ZERO
        if wire_type.has_price:
            price = parameters.decimal(names.price)
        elif parameters.has(names.price):
            raise errors.not_required(names.price)
        stop_price, trailing_delta = self._stop(names, wire_type)
        return OrderForm(
            instrument=self._instrument,
            side=side,
            wire_type=wire_type,
            client_order_id=self._client_order_id(names),
            time_in_force=time_in_force,
            price=price,
            quantity=quantity,
            stop_price=stop_price,
            trailing_delta=trailing_delta,
            iceberg=self._iceberg(names, wire_type, time_in_force),
            strategy_id=parameters.integer(names.strategy_id),
            strategy_type=self._strategy_type(names),
            prevention=self.prevention,
        )

    def _market(self, side: Side) -> OrderForm:
        parameters = self._parameters
        if not parameters.has("quoteOrderQty"):
            if not parameters.has("quantity"):
                raise errors.one_of_mandatory("quantity", "quoteOrderQty")
            return self.leg(SINGLE, side, WireType.MARKET, parameters.decimal("quantity"))
        if parameters.has("quantity"):
            raise errors.bad_combination()
        quote_quantity = parameters.decimal("quoteOrderQty")
        return msgspec.structs.replace(self.leg(SINGLE, side, WireType.MARKET, ZERO), quote_quantity=quote_quantity)

    def _client_order_id(self, names: Names) -> str:
        return self._parameters.client_order_id(names.client_order_id) or self._ids.new()

    def _time_in_force(self, names: Names, wire_type: WireType) -> TimeInForce:
        name = names.time_in_force
        if wire_type.has_price and wire_type is not WireType.LIMIT_MAKER:
            return _TIMES_IN_FORCE[self._parameters.choice(name, WireTimeInForce, -1115, "Invalid timeInForce.")]
        if self._parameters.has(name):
            raise errors.not_required(name)
        return TimeInForce.GTC

    def _stop(self, names: Names, wire_type: WireType) -> tuple[Decimal, int]:
        parameters = self._parameters
        sent = [name for name in (names.stop_price, names.trailing_delta) if parameters.has(name)]
        if not wire_type.is_conditional:
            if sent:
                raise errors.not_required(sent[0])
            return ZERO, 0
        if not sent:
            raise errors.one_of_mandatory(names.stop_price, names.trailing_delta)
        stop_price = parameters.decimal(names.stop_price) if names.stop_price in sent else ZERO
        return stop_price, parameters.integer(names.trailing_delta, 0) or 0

    def _iceberg(self, names: Names, wire_type: WireType, time_in_force: TimeInForce) -> Decimal:
        name = names.iceberg
        if not self._parameters.has(name):
            return ZERO
        if not wire_type.has_price:
            raise errors.not_required(name)
        if time_in_force is not TimeInForce.GTC:
            if names is SINGLE:
                raise BinanceError(-1014, "Unsupported order combination.")
            message = f"Parameter '{name}' is not supported if '{names.time_in_force}' is not GTC."
            raise BinanceError(-1160, message)
        return self._parameters.decimal(name)

    def _strategy_type(self, names: Names) -> int | None:
        value = self._parameters.integer(names.strategy_type)
        if value is not None and value < STRATEGY_TYPE_MIN:
            raise BinanceError(-1134, f"{names.strategy_type} was less than {STRATEGY_TYPE_MIN}.")
        return value

    def _refuse_pegs(self, names: Names) -> None:
        for name in names.peg:
            if self._parameters.has(name):
                raise BinanceError(-1013, "Pegged orders are not supported for this symbol.")


def read_detail(parameters: Parameters, default: ResponseType) -> ResponseType:
    """Return how much of the answer the request asks for."""
    if not parameters.has("newOrderRespType"):
        return default
    return parameters.choice("newOrderRespType", ResponseType, -1122, "Invalid newOrderRespType.")


def default_detail(wire_type: WireType) -> ResponseType:
    """Return the default: FULL for MARKET and LIMIT orders, ACK for all others."""
    is_plain = wire_type is WireType.MARKET or wire_type is WireType.LIMIT
    return ResponseType.FULL if is_plain else ResponseType.ACK


def _read_prevention(parameters: Parameters) -> PreventionMode:
    if not parameters.has("selfTradePreventionMode"):
        return DEFAULT_PREVENTION
    message = "This symbol does not allow the specified self-trade prevention mode."
    return parameters.choice("selfTradePreventionMode", PreventionMode, -1013, message)
