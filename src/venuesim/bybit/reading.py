"""Reads order/create: parameters in, a well-formed request for the exchange out ("Place Order")."""

from decimal import Decimal

import msgspec

from venuesim.bybit import attachments, errors
from venuesim.bybit.attachments import Extras
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import Instruments
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.pricing import level_price, protected_price, slipped_price
from venuesim.bybit.words import (
    DIRECTIONS,
    POSITION_SIDES,
    PREVENTIONS,
    PRICE_KINDS,
    SIDES,
    TIMES,
    CreateType,
    Extra,
    MarketUnit,
    OrderFilter,
    SmpType,
    StopType,
    TriggerBy,
    WireSide,
    WireTime,
    WireType,
)
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.positions import closing_side
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import Direction, OrderType, PositionSide, PriceKind, Side
from venuesim.wire.calls import plain

SPOT_STOPS = {OrderFilter.STOP_ORDER: StopType.STOP, OrderFilter.TPSL_ORDER: StopType.TPSL_ORDER}


class OrderReader:
    """Reads new orders. Raises BybitError for what is malformed; the rules of the instrument come later."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def read(self, parameters: Parameters, account: Account) -> OrderRequest:
        """Return the order that the parameters describe."""
        if parameters.category() not in {Category.SPOT, Category.LINEAR}:
            # Assumption: inverse contracts and options, of which none is listed, are refused by their symbol.
            raise errors.no_such_contract()
        instrument = self._instruments.to_trade(parameters)
        market = self._exchange.markets[instrument.symbol]
        is_market, time = self._type_and_time(parameters, linear=instrument.is_linear)
        smp_type = parameters.chosen("smpType", SmpType.NONE)
        order_link_id = parameters.order_link_id() or ""
        request = OrderRequest(
            instrument=instrument,
            side=SIDES[parameters.choice("side", WireSide)],
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
            client_order_id=order_link_id,
            time_in_force=TIMES[time],
            post_only=time is WireTime.POST_ONLY,
            post_only_cancels=True,
            self_trade_prevention=PREVENTIONS[smp_type],
        )
        extra: Extras = {
            Extra.ORDER_LINK_ID: order_link_id,
            Extra.TIME_IN_FORCE: time.value,
            Extra.SMP_TYPE: "" if smp_type is SmpType.NONE else smp_type.value,
            Extra.LAST_PRICE: plain(market.statistics.last),
        }
        if instrument.is_linear:
            request = _as_contract(request, parameters, account, market, extra)
        else:
            request = _as_pair(request, parameters, market, extra)
        if is_market and request.trigger is None:
            request = _bounded(request, parameters, market, extra)
        return msgspec.structs.replace(request, extra={name.value: value for name, value in extra.items() if value})

    @staticmethod
    def _type_and_time(parameters: Parameters, *, linear: bool) -> tuple[bool, WireTime]:
        """Return whether it is a market order, and its time in force: a market order is IOC whatever it says."""
        if parameters.choice("orderType", WireType) is WireType.MARKET:
            return True, WireTime.IOC
        time = parameters.chosen("timeInForce", WireTime.GTC)
        if time is WireTime.RPI:
            code = 110119 if linear else 170355
            raise BybitError(code, "RPI orders are restricted to approved market makers only")
        return False, time


def _as_pair(request: OrderRequest, parameters: Parameters, market: Market, extra: Extras) -> OrderRequest:
    """Read what belongs to spot orders. What belongs to contracts (reduceOnly, ...) is ignored, as documented."""
    if parameters.has("isLeverage"):
        raise BybitError(170036, "You haven't enabled Cross Margin Trading yet.")
    is_market = request.order_type is OrderType.MARKET
    unit = _unit(parameters, request.side) if is_market else MarketUnit.BASE
    quantity = parameters.decimal("qty")
    extra[Extra.MARKET_UNIT] = unit.value if is_market else ""
    request = msgspec.structs.replace(
        request,
        price=ZERO if is_market else parameters.decimal("price"),
        quantity=quantity if unit is MarketUnit.BASE else ZERO,
        quote_quantity=quantity if unit is MarketUnit.QUOTE else ZERO,
    )
    stop_type = _spot_stop(parameters)
    if attachments.attaches(parameters):
        if is_market or stop_type is not StopType.NONE:
            raise BybitError(10001, "takeProfit and stopLoss are only supported by spot limit orders")
        extra.update(attachments.read_for_pair(parameters, request))
    if stop_type is StopType.NONE:
        return request
    extra[Extra.STOP_TYPE] = stop_type.value
    price = parameters.decimal("triggerPrice")
    attachments.check_step(price, request.instrument)
    # Assumption: a spot trigger waits in the direction in which it lies from the last price.
    direction = Direction.RISING if price >= market.statistics.last else Direction.FALLING
    return msgspec.structs.replace(
        request,
        trigger=Trigger(price_kind=PriceKind.LAST, direction=direction, price=price),
        refuses_met_trigger=False,
        locks_while_waiting=stop_type is StopType.TPSL_ORDER,
    )


def _spot_stop(parameters: Parameters) -> StopType:
    """Return what kind of conditional order it is; a triggerPrice alone makes one too."""
    name = parameters.echo("orderFilter") or OrderFilter.ORDER.value
    if name not in {OrderFilter.ORDER.value, *SPOT_STOPS}:
        # Orders of two sides (OcoOrder, BidirectionalTpslOrder) can only be placed in the app.
        raise BybitError(170201, "Invalid orderFilter parameter.")
    if name == OrderFilter.ORDER.value:
        return StopType.STOP if parameters.has("triggerPrice") else StopType.NONE
    if not parameters.has("triggerPrice"):
        raise BybitError(170202, "Please enter the TP/SL price.")
    return SPOT_STOPS[OrderFilter(name)]


def _unit(parameters: Parameters, side: Side) -> MarketUnit:
    """Return what a market order's quantity counts: by default the quote coin for a buy, the base for a sell."""
    return parameters.chosen("marketUnit", MarketUnit.QUOTE if side is Side.BUY else MarketUnit.BASE)


def _as_contract(
    request: OrderRequest, parameters: Parameters, account: Account, market: Market, extra: Extras
) -> OrderRequest:
    """Read what belongs to a contract's orders."""
    side, is_market = request.side, request.order_type is OrderType.MARKET
    position_side = position_side_of(parameters, account, request.instrument)
    closes = parameters.boolean("closeOnTrigger")
    reduces = parameters.boolean("reduceOnly")
    extra[Extra.CLOSE_ON_TRIGGER] = "1" if closes else ""
    extra[Extra.CREATE_TYPE] = CreateType.USER.value
    if is_market:
        price = ZERO
    elif parameters.has("bboSideType"):
        price = level_price(parameters, market, side)
        extra[Extra.CREATE_TYPE] = CreateType.BBO.value
    else:
        price = parameters.decimal("price")
    request = msgspec.structs.replace(request, price=price, reduce_only=reduces or closes, position_side=position_side)
    trigger = _contract_trigger(parameters, market)
    if trigger is not None:
        extra[Extra.STOP_TYPE], extra[Extra.CREATE_TYPE] = StopType.STOP.value, CreateType.STOP_ORDER.value
    if attachments.attaches(parameters):
        if request.reduce_only:
            raise BybitError(110057, "Conditional order or limit order contains TP/SL related params")
        waits_at = market.statistics.last if trigger is None else trigger.price
        extra.update(attachments.read_for_contract(parameters, request.instrument, side, price or waits_at))
    quantity = parameters.amount("qty")
    if quantity == 0 and reduces and closes:
        quantity = _whole_position(account, request, is_market=is_market)
    if not quantity:
        raise BybitError(10001, "Qty invalid" if parameters.has("qty") or quantity == 0 else "params error: qty")
    return msgspec.structs.replace(request, quantity=quantity, trigger=trigger, locks_while_waiting=False)


def position_side_of(parameters: Parameters, account: Account, instrument: Instrument) -> PositionSide:
    """Return the position that `positionIdx` names; in one-way mode it may be left out."""
    index = parameters.integer("positionIdx") or 0
    if index not in POSITION_SIDES:
        raise BybitError(10001, "params error: positionIdx invalid")
    if account.hedges(instrument) is (index == 0):
        raise errors.wrong_position_index()
    return POSITION_SIDES[index]


def _contract_trigger(parameters: Parameters, market: Market) -> Trigger | None:
    price = parameters.positive("triggerPrice")
    if price is None:
        return None
    direction = DIRECTIONS.get(parameters.integer("triggerDirection") or 0)
    if direction is None:
        raise BybitError(10001, "params error: TriggerDirection invalid")
    attachments.check_step(price, market.instrument)
    trigger_by = parameters.chosen("triggerBy", TriggerBy.LAST)
    trigger = Trigger(price_kind=PRICE_KINDS[trigger_by], direction=direction, price=price)
    current = market.price_of(trigger.price_kind)
    if trigger.is_met(current):
        rising = direction is Direction.RISING
        raise errors.trigger_is_met(rising=rising, trigger=price, current=current, trigger_by=trigger_by.value)
    return trigger


def _whole_position(account: Account, request: OrderRequest, *, is_market: bool) -> Decimal:
    """Return what closes a position, up to the largest order; refuse when there is none of the other side."""
    instrument = request.instrument
    position = account.holding(instrument).position(request.position_side)
    if not position.is_open or closing_side(position) is not request.side:
        raise errors.nothing_to_reduce()
    largest = instrument.market_quantity_max if is_market else instrument.quantity_max
    return min(abs(position.quantity), largest)


def _bounded(request: OrderRequest, parameters: Parameters, market: Market, extra: Extras) -> OrderRequest:
    """Give a market order the worst price that it may trade at."""
    slipped = slipped_price(parameters, market, request.side)
    if slipped is not None:
        extra[Extra.SLIPPAGE_TYPE] = parameters.required("slippageToleranceType")
        extra[Extra.SLIPPAGE] = parameters.required("slippageTolerance")
        return msgspec.structs.replace(request, price=slipped)
    if request.instrument.is_linear:
        return msgspec.structs.replace(request, price=protected_price(market, request.side))
    return request
