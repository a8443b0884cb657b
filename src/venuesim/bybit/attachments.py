"""Take-profit and stop-loss that come with an order: reads them and keeps them with the order."""

from decimal import Decimal

from venuesim.bybit.errors import BybitError
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.words import Extra, TpslMode, TriggerBy, WireType
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import Side
from venuesim.wire.calls import plain

Extras = dict[Extra, str]

NAMES = ("takeProfit", "stopLoss")


def attaches(parameters: Parameters) -> bool:
    """Whether an order brings a take-profit or a stop-loss."""
    return any(parameters.has(name) for name in NAMES)


def read_for_pair(parameters: Parameters, request: OrderRequest) -> Extras:
    """Return the stops of a spot limit order; they become orders once it is filled."""
    take, stop = parameters.positive("takeProfit"), parameters.positive("stopLoss")
    check_pair_sides(request.instrument, request.side, take, stop, request.price)
    limits = {
        name: _limit_price(parameters, order_type, name, request.instrument)
        for order_type, name in (("tpOrderType", "tpLimitPrice"), ("slOrderType", "slLimitPrice"))
    }
    return {
        Extra.TAKE_PROFIT: _text(take),
        Extra.STOP_LOSS: _text(stop),
        Extra.TP_LIMIT_PRICE: _text(limits["tpLimitPrice"]) if take is not None else "",
        Extra.SL_LIMIT_PRICE: _text(limits["slLimitPrice"]) if stop is not None else "",
    }


def read_for_contract(parameters: Parameters, instrument: Instrument, side: Side, reference: Decimal) -> Extras:
    """Return the stops of a contract's order, which arm the position as it fills.

    `side` is that of the position that the order opens, `reference` the price that the stops must lie around.
    """
    take, stop = parameters.positive("takeProfit"), parameters.positive("stopLoss")
    mode = parameters.chosen("tpslMode", TpslMode.FULL)
    take_by = parameters.chosen("tpTriggerBy", TriggerBy.LAST)
    stop_by = parameters.chosen("slTriggerBy", TriggerBy.LAST)
    check_sides(instrument, side, take, stop, reference, reference, take_by, stop_by)
    take_limit = _limit_price(parameters, "tpOrderType", "tpLimitPrice", instrument)
    stop_limit = _limit_price(parameters, "slOrderType", "slLimitPrice", instrument)
    if mode is TpslMode.FULL and (take_limit is not None or stop_limit is not None):
        raise BybitError(10001, "tpOrderType and slOrderType must be Market in Full mode")
    return {
        Extra.TAKE_PROFIT: _text(take),
        Extra.STOP_LOSS: _text(stop),
        Extra.TP_TRIGGER_BY: take_by.value if take is not None else "",
        Extra.SL_TRIGGER_BY: stop_by.value if stop is not None else "",
        Extra.TP_LIMIT_PRICE: _text(take_limit) if take is not None else "",
        Extra.SL_LIMIT_PRICE: _text(stop_limit) if stop is not None else "",
        Extra.TPSL_MODE: mode.value,
    }


def check_pair_sides(
    instrument: Instrument, side: Side, take: Decimal | None, stop: Decimal | None, reference: Decimal
) -> None:
    """Refuse a spot order's take-profit or stop-loss on the wrong side of its price."""
    for price, rises in ((take, side is Side.BUY), (stop, side is Side.SELL)):
        if price is not None:
            check_step(price, instrument)
            if price <= reference if rises else price >= reference:
                name = "TakeProfit" if price is take else "StopLoss"
                raise BybitError(10001, f"{name} price is on the wrong side of the order price")


def check_sides(
    instrument: Instrument,
    side: Side,
    take: Decimal | None,
    stop: Decimal | None,
    take_reference: Decimal,
    stop_reference: Decimal,
    take_by: TriggerBy,
    stop_by: TriggerBy,
) -> None:
    """Refuse a take-profit that is not a profit from the reference price on, or a stop-loss that is not a loss."""
    name = "Buy" if side is Side.BUY else "Sell"
    if take is not None:
        check_step(take, instrument)
        if (take - take_reference) * side.sign <= 0:
            where = "higher" if side is Side.BUY else "lower"
            base = f"base_price:{_scaled(take_reference)}??{take_by.value}"
            raise BybitError(10001, f"TakeProfit:{_scaled(take)} set for {name} position should be {where} than {base}")
    if stop is not None:
        check_step(stop, instrument)
        if (stop - stop_reference) * side.sign >= 0:
            where = "lower" if side is Side.BUY else "greater"
            base = f"base_price:{_scaled(stop_reference)}??{stop_by.value}"
            raise BybitError(10001, f"StopLoss:{_scaled(stop)} set for {name} position should {where} than {base}")


def check_step(price: Decimal, instrument: Instrument) -> None:
    """Refuse a price that does not lie on a tick."""
    if price % instrument.tick_size:
        if instrument.is_linear:
            raise BybitError(10001, "params error: price invalid")
        raise BybitError(170134, "Order price decimal too long.")


def _limit_price(parameters: Parameters, order_type: str, name: str, instrument: Instrument) -> Decimal | None:
    if parameters.chosen(order_type, WireType.MARKET) is WireType.MARKET:
        return None
    price = parameters.decimal(name)
    check_step(price, instrument)
    return price


def _text(price: Decimal | None) -> str:
    return "" if price is None else plain(price)


def _scaled(price: Decimal) -> str:
    """Write a price as these messages do: in hundred-millionths."""
    return f"{price.scaleb(8):.0f}"
