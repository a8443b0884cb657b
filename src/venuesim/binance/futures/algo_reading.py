"""Reads a new algo order from a request ("New Algo Order", parameters and notes)."""

from decimal import Decimal

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures import filters
from venuesim.binance.futures.algo_orders import AlgoOrder
from venuesim.binance.futures.errors import Code, invalid_data, mandatory, not_required, notional_too_small, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import price_text
from venuesim.binance.futures.reading import (
    matched_price,
    read_lifetime,
    read_position_side,
    read_price_match,
    read_reduce_only,
)
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.words import PriceMatch, SelfTradeMode, WireSide, WireType, WorkingType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import decimals_of
from venuesim.exchange.market import Market
from venuesim.exchange.vocabulary import PositionSide, Side
from venuesim.wire.calls import plain

ALGO_TYPE = "CONDITIONAL"
CALLBACK_RATE_MIN = Decimal("0.1")
CALLBACK_RATE_MAX = Decimal(10)
_CLOSING_TYPES = {WireType.STOP_MARKET, WireType.TAKE_PROFIT_MARKET}


class AlgoReader:
    """Turns requests into algo orders that are not yet waiting."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def read(self, fields: Fields, account: Account, *, algo_id: int, client_algo_id: str, now_ms: int) -> AlgoOrder:
        """Return the algo order; raises BinanceError for what the venue refuses at once."""
        if fields.text("algoType") != ALGO_TYPE:
            raise invalid_data("algoType")
        market = self._symbols.read(fields.parameters)
        side = fields.word("side", WireSide, Code.INVALID_SIDE).side
        wire_type = fields.word("type", WireType, Code.INVALID_ORDER_TYPE)
        if not wire_type.is_conditional:
            raise refused(Code.INVALID_ORDER_TYPE)
        if not market.instrument.is_trading:
            raise refused(Code.INVALID_SYMBOL_STATUS)
        position_side = read_position_side(fields, account)
        close_position = _read_close_position(fields, wire_type, position_side, side)
        reduce_only = read_reduce_only(fields, account)
        trigger_price = _read_trigger_price(fields, wire_type, market)
        price_match = read_price_match(fields, wire_type)
        working_type = fields.word_or("workingType", WorkingType, WorkingType.CONTRACT_PRICE, Code.INVALID_WORKING_TYPE)
        algo = AlgoOrder(
            algo_id=algo_id,
            client_algo_id=client_algo_id,
            account=account,
            instrument=market.instrument,
            side=side,
            position_side=position_side,
            wire_type=wire_type,
            quantity=_read_quantity(fields, market, wire_type, close_position=close_position),
            price=_read_price(fields, market, wire_type, price_match, side, trigger_price),
            trigger_price=trigger_price,
            working_type=working_type,
            lifetime=read_lifetime(fields, wire_type, now_ms),
            price_match=price_match,
            self_trade_mode=fields.word_or(
                "selfTradePreventionMode",
                SelfTradeMode,
                SelfTradeMode.EXPIRE_MAKER,
                Code.INVALID_SELF_TRADE_PREVENTION_MODE,
            ),
            created_ms=now_ms,
            updated_ms=now_ms,
            reduce_only=reduce_only,
            close_position=close_position,
            price_protect=fields.flag("priceProtect"),
        )
        if algo.is_trailing:
            _read_trailing(fields, market, algo)
        _check_notional(algo, market)
        return algo


def _read_close_position(fields: Fields, wire_type: WireType, position_side: PositionSide, side: Side) -> bool:
    if not fields.flag("closePosition"):
        return False
    if wire_type not in _CLOSING_TYPES:
        raise BinanceError(-4136, f"Target strategy invalid for orderType '{wire_type}',closePosition 'true'.")
    if fields.has("quantity") and fields.number("quantity"):
        raise refused(Code.QUANTITY_EXISTS_WITH_CLOSE_POSITION)
    if fields.has("reduceOnly"):
        raise not_required("reduceOnly")
    opening = {PositionSide.LONG: Side.BUY, PositionSide.SHORT: Side.SELL}
    if opening.get(position_side) is side:
        # Assumption: of the codes that fit; the venue documents only that it cannot be sent.
        raise refused(Code.REDUCE_ONLY_CONFLICT)
    return True


def _read_quantity(fields: Fields, market: Market, wire_type: WireType, *, close_position: bool) -> Decimal:
    if close_position:
        return ZERO
    quantity = fields.number("quantity")
    filters.check_quantity(quantity, market.instrument, is_market=not wire_type.has_price)
    return quantity


def _read_trigger_price(fields: Fields, wire_type: WireType, market: Market) -> Decimal:
    if wire_type is WireType.TRAILING_STOP_MARKET:
        return ZERO
    price = fields.number("triggerPrice")
    filters.check_trigger_price(price, market.instrument)
    return price


def _read_price(
    fields: Fields, market: Market, wire_type: WireType, match: PriceMatch, side: Side, trigger_price: Decimal
) -> Decimal:
    """Return the limit price; with `priceMatch` it is taken from the book when the order triggers."""
    if not wire_type.has_price:
        if fields.has("price") and fields.number("price"):
            raise not_required("price")
        return ZERO
    if match is not PriceMatch.NONE:
        if fields.has("price"):
            raise not_required("price")
        matched_price(match, market, side)
        return ZERO
    price = fields.number("price")
    filters.check_price(price, market.instrument)
    _check_price_band(price, trigger_price, market, side)
    return price


def _check_price_band(price: Decimal, trigger_price: Decimal, market: Market, side: Side) -> None:
    """Check the limit price against the band around the trigger price."""
    instrument = market.instrument
    highest = trigger_price * instrument.price_multiplier_up
    lowest = trigger_price * instrument.price_multiplier_down
    if side is Side.BUY and price > highest:
        raise BinanceError(-4183, f"Limit price can't be higher than {price_text(highest, instrument)}.")
    if side is Side.SELL and price < lowest:
        raise BinanceError(-4184, f"Limit price can't be lower than {price_text(lowest, instrument)}.")


def _read_trailing(fields: Fields, market: Market, algo: AlgoOrder) -> None:
    if not fields.has("callbackRate"):
        raise mandatory("callbackRate")
    rate = fields.number("callbackRate")
    if not CALLBACK_RATE_MIN <= rate <= CALLBACK_RATE_MAX or decimals_of(rate) > 1:
        raise BinanceError(-2007, "Invalid callBack rate")
    algo.callback_rate = rate
    # `activationPrice` is the name that the parameter has with order/test, and had before.
    name = next((name for name in ("activatePrice", "activationPrice") if fields.has(name)), None)
    latest = market.price_of(algo.working_type.price_kind)
    if name is None:
        algo.activation_price = market.round_price(latest)
        return
    price = fields.number(name)
    filters.check_trigger_price(price, market.instrument)
    if (algo.side is Side.BUY and price >= latest) or (algo.side is Side.SELL and price <= latest):
        raise refused(Code.ORDER_WOULD_IMMEDIATELY_TRIGGER)
    algo.activation_price = price


def _check_notional(algo: AlgoOrder, market: Market) -> None:
    closing = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
    if algo.close_position or algo.reduce_only or closing.get(algo.position_side) is algo.side:
        return
    price = algo.price or algo.trigger_price or market.mark
    if algo.quantity * price < algo.instrument.notional_min:
        raise notional_too_small(plain(algo.instrument.notional_min))
