"""Changes to algo orders that wait ("Amend algo order"): stop orders and trigger orders only."""

from decimal import Decimal

from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.exchange.vocabulary import PriceKind
from venuesim.okx import errors
from venuesim.okx.algo_orders import AlgoOrder, AlgoType, Leg, LegName
from venuesim.okx.algo_reading import check_side, read_price_kind
from venuesim.okx.algo_running import AlgoDesk
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import quantity_of
from venuesim.okx.parameters import Parameters
from venuesim.okx.rules import check_lots


def amend(algo: AlgoOrder, item: Parameters, exchange: Exchange, desk: AlgoDesk) -> None:
    """Change an algo order as a request asks, or raise OkxError and leave it as it is."""
    market = exchange.markets[algo.symbol]
    if algo.algo_type is AlgoType.MOVE_ORDER_STOP:
        raise OkxError("51506", "Order modification unavailable for the order type.")
    size = _new_size(algo, item, market)
    if algo.algo_type is AlgoType.TRIGGER:
        trigger = _new_trigger(algo, item)
        _check_something(item, size, trigger is not algo.trigger)
        desk.disarm(algo)
        algo.trigger = trigger
    else:
        target, stop = (_new_leg(item, name, leg, algo, market) for name, leg in _legs(algo))
        _check_something(item, size, target is not algo.target or stop is not algo.stop)
        if target is None and stop is None:
            message = (
                "Order modification unsuccessful. The stop order must have either take profit or stop loss attached."
            )
            raise OkxError("51531", message)
        desk.disarm(algo)
        algo.target, algo.stop = target, stop
    if size is not None:
        algo.size = size
    desk.arm(algo)


def _legs(algo: AlgoOrder) -> tuple[tuple[LegName, Leg | None], tuple[LegName, Leg | None]]:
    return (LegName.TARGET, algo.target), (LegName.STOP, algo.stop)


def _check_something(item: Parameters, size: Decimal | None, changes: bool) -> None:
    if size is None and not changes:
        raise OkxError("51500", "You must enter a price, quantity, or TP/SL")
    item.boolean("cxlOnFail")


def _new_size(algo: AlgoOrder, item: Parameters, market: Market) -> Decimal | None:
    size = item.decimal_or_none("newSz")
    if size is None:
        return None
    if algo.closes_all:
        message = (
            "Unable to modify the order quantity of a stop order that closes an entire position. "
            "Please modify the trigger price instead."
        )
        raise OkxError("51524", message)
    if algo.target_currency is None or algo.target_currency.value == "base_ccy":
        check_lots(quantity_of(market.instrument, size), market.instrument, is_market=False)
    return size


def _new_trigger(algo: AlgoOrder, item: Parameters) -> Leg:
    trigger = algo.trigger
    assert trigger is not None, "a trigger order has a trigger"
    if not (item.has("newTriggerPx") or item.has("newOrdPx") or item.has("newTriggerPxType")):
        return trigger
    return Leg(
        trigger_price=item.decimal_or_none("newTriggerPx") or trigger.trigger_price,
        price_kind=read_price_kind(item, "newTriggerPxType", trigger.price_kind),
        order_price=item.order_price("newOrdPx") if item.has("newOrdPx") else trigger.order_price,
    )


def _new_leg(item: Parameters, name: LegName, leg: Leg | None, algo: AlgoOrder, market: Market) -> Leg | None:
    """Return a leg as amended: a zero price takes it away, a whole new one can be added to a one-way order."""
    word = name.value.capitalize()
    trigger, order, kind = f"new{word}TriggerPx", f"new{word}OrdPx", f"new{word}TriggerPxType"
    if not (item.has(trigger) or item.has(order) or item.has(kind)):
        return leg
    if "0" in {item.echo(trigger), item.echo(order)}:
        return None
    if leg is None:
        for needed in (trigger, order):
            if not item.has(needed):
                raise errors.empty(needed)
    if algo.closes_all and item.has(order) and item.order_price(order) > 0:
        message = (
            "Unable to modify the order price of a stop order that closes an entire position. "
            "Please modify the trigger price instead."
        )
        raise OkxError("51523", message)
    old_trigger, old_order = (None, None) if leg is None else (leg.trigger_price, leg.order_price)
    new_trigger = item.decimal_or_none(trigger) or old_trigger
    new_order = item.order_price(order) if item.has(order) else old_order
    assert new_trigger is not None, "a new leg has both"
    assert new_order is not None, "a new leg has both"
    amended = Leg(
        trigger_price=new_trigger,
        price_kind=read_price_kind(item, kind, PriceKind.LAST if leg is None else leg.price_kind),
        order_price=new_order,
    )
    check_side(amended, name, algo.side, market)
    return amended
