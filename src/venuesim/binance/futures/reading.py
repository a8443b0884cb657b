"""Reads a new order from a request: what the exchange is asked for, and in what detail the answer is wanted."""

from decimal import Decimal

import msgspec

from venuesim.binance.futures import filters
from venuesim.binance.futures.errors import Code, invalid_strategy, mandatory, not_required, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.listing import MARKET_TAKE_BOUND
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.words import (
    PriceMatch,
    ResponseType,
    SelfTradeMode,
    WirePositionSide,
    WireSide,
    WireTimeInForce,
    WireType,
)
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.checks import closes_hedged
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, PositionSide, SelfTradePrevention, Side

ASSUMED_PRICE_FACTOR = Decimal("1.0005")
GOOD_TILL_DATE_AHEAD_MS = 600_000
GOOD_TILL_DATE_MAX_MS = 253_402_300_799_000

WITH_THE_POSITION = "GTE_GTC"
"""A time in force that the venue's app sends for stops of positions. Approximate: it is taken and works as GTC."""

TIME_IN_FORCE = "timeInForce"
PRICE_MATCH = "priceMatch"
SELF_TRADE_MODE = "selfTradePreventionMode"
GOOD_TILL_DATE = "goodTillDate"
"""Keys in Order.extra: what answers repeat as it was sent."""


class Ticket(msgspec.Struct, frozen=True):
    """A well-formed new order and the detail of the answer."""

    request: OrderRequest
    detail: ResponseType
    market: Market

    @property
    def reduces(self) -> bool:
        """Whether it can only make a position smaller."""
        return self.request.reduce_only or closes_hedged(self.request)

    @property
    def valued_at(self) -> Decimal:
        """The price that its size is measured by: its limit, or for a market order the mark price."""
        return self.request.price if self.request.order_type is OrderType.LIMIT else self.market.mark


class Lifetime(msgspec.Struct, frozen=True, gc=False):
    """How long an order works."""

    time_in_force: WireTimeInForce
    good_till_ms: int

    @property
    def expires_ms(self) -> int | None:
        """When the exchange ends it."""
        return self.good_till_ms or None


def read_order(fields: Fields, symbols: Symbols, account: Account, client_order_id: str, now_ms: int) -> Ticket:
    """Return the order of `POST /fapi/v1/order`; raises BinanceError for what the API refuses before matching."""
    market = symbols.read(fields.parameters)
    side = fields.word("side", WireSide, Code.INVALID_SIDE).side
    wire_type = fields.word("type", WireType, Code.INVALID_ORDER_TYPE)
    if wire_type.is_conditional:
        raise refused(Code.STOP_ORDER_SWITCH_ALGO)
    if fields.flag("closePosition"):
        raise invalid_strategy(wire_type)
    if not market.instrument.is_trading:
        raise refused(Code.INVALID_SYMBOL_STATUS)
    is_market = wire_type is WireType.MARKET
    position_side = read_position_side(fields, account)
    reduce_only = read_reduce_only(fields, account)
    lifetime = read_lifetime(fields, wire_type, now_ms)
    quantity = fields.number("quantity")
    filters.check_quantity(quantity, market.instrument, is_market=is_market)
    price_match = read_price_match(fields, wire_type)
    price = market_bound(market, side) if is_market else read_price(fields, price_match, market, side)
    mode = fields.word_or(
        SELF_TRADE_MODE, SelfTradeMode, SelfTradeMode.EXPIRE_MAKER, Code.INVALID_SELF_TRADE_PREVENTION_MODE
    )
    detail = fields.word_or("newOrderRespType", ResponseType, ResponseType.ACK, Code.INVALID_NEW_ORDER_RESP_TYPE)
    request = OrderRequest(
        instrument=market.instrument,
        side=side,
        order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
        client_order_id=client_order_id,
        time_in_force=lifetime.time_in_force.time_in_force,
        post_only=lifetime.time_in_force is WireTimeInForce.GTX,
        price=price,
        assumed_price=assumed_price(market, side) if is_market else ZERO,
        quantity=quantity,
        reduce_only=reduce_only,
        position_side=position_side,
        self_trade_prevention=prevention(mode, lifetime),
        expires_ms=lifetime.expires_ms,
        extra=spoken(lifetime, price_match, mode),
    )
    return Ticket(request, detail, market)


def prevention(mode: SelfTradeMode, lifetime: Lifetime) -> SelfTradePrevention:
    """Return what is prevented: the mode counts for IOC, GTC and GTD alone ("New Order"), though others may send it."""
    word = lifetime.time_in_force
    takes_none = word is WireTimeInForce.FOK or word is WireTimeInForce.GTX
    return SelfTradePrevention.NONE if takes_none else mode.prevention


def market_bound(market: Market, side: Side) -> Decimal:
    """Return the worst price at which a market order may trade: `marketTakeBound` from the mark price."""
    return market.mark * (1 + MARKET_TAKE_BOUND * side.sign)


def assumed_price(market: Market, side: Side) -> Decimal:
    """Return what the margin of a market order is counted by.

    Source: "How to calculate cost required to open a position in perpetual futures contracts", assuming price.
    """
    best = market.book.side(side.opposite).best_price() or market.mark
    return best * ASSUMED_PRICE_FACTOR if side is Side.BUY else max(market.mark, best)


def spoken(lifetime: Lifetime, price_match: PriceMatch, mode: SelfTradeMode) -> dict[str, str]:
    """Return what answers repeat in the venue's words, where the order itself does not tell."""
    words: dict[str, str] = {SELF_TRADE_MODE: mode}
    if lifetime.time_in_force is WireTimeInForce.GTX:
        words[TIME_IN_FORCE] = lifetime.time_in_force
    if price_match is not PriceMatch.NONE:
        words[PRICE_MATCH] = price_match
    if lifetime.good_till_ms:
        words[GOOD_TILL_DATE] = str(lifetime.good_till_ms)
    return words


def read_position_side(fields: Fields, account: Account) -> PositionSide:
    """Return which position is meant; -4061 when the account's mode has no such one."""
    default = WirePositionSide.BOTH
    wire = fields.word_or("positionSide", WirePositionSide, default, Code.INVALID_POSITION_SIDE)
    if account.is_hedged is (wire is WirePositionSide.BOTH):
        raise refused(Code.POSITION_SIDE_NOT_MATCH)
    return wire.position_side


def read_reduce_only(fields: Fields, account: Account) -> bool:
    """Return whether an order may only reduce; hedge mode does not take the parameter.

    Assumption: a false one passes in hedge mode, for the venue's own client sends it with every order of a batch.
    """
    reduce_only = fields.flag("reduceOnly")
    if reduce_only and account.is_hedged:
        raise not_required("reduceOnly")
    return reduce_only


def read_lifetime(fields: Fields, wire_type: WireType, now_ms: int) -> Lifetime:
    """Return the time in force and, for GTD, until when; milliseconds of `goodTillDate` are dropped."""
    if not wire_type.has_price:
        if wire_type is WireType.MARKET and fields.has("timeInForce"):
            raise not_required("timeInForce")
        if fields.has("timeInForce") and fields.text("timeInForce") not in {*WireTimeInForce, WITH_THE_POSITION}:
            raise refused(Code.INVALID_TIF)
        return Lifetime(WireTimeInForce.GTC, 0)
    if wire_type is WireType.LIMIT:
        time_in_force = fields.word("timeInForce", WireTimeInForce, Code.INVALID_TIF)
    else:
        time_in_force = fields.word_or("timeInForce", WireTimeInForce, WireTimeInForce.GTC, Code.INVALID_TIF)
    if time_in_force is not WireTimeInForce.GTD:
        return Lifetime(time_in_force, 0)
    until_ms = fields.whole("goodTillDate")
    if until_ms is None:
        raise mandatory("goodTillDate")
    if not now_ms + GOOD_TILL_DATE_AHEAD_MS < until_ms < GOOD_TILL_DATE_MAX_MS:
        raise refused(Code.FUTURE_GOOD_TILL_DATE)
    return Lifetime(time_in_force, until_ms // 1000 * 1000)


def read_price_match(fields: Fields, wire_type: WireType) -> PriceMatch:
    """Return how the price is taken from the book, if it is."""
    match = fields.word_or("priceMatch", PriceMatch, PriceMatch.NONE, Code.INVALID_PRICE_MATCH)
    if match is not PriceMatch.NONE and not wire_type.has_price:
        raise refused(Code.UNSUPPORTED_ORDER_TYPE_PRICE_MATCH)
    return match


def read_price(fields: Fields, match: PriceMatch, market: Market, side: Side) -> Decimal:
    """Return a checked limit price: the one sent, or the one that the book has at the level asked for."""
    if match is not PriceMatch.NONE:
        if fields.has("price"):
            raise not_required("price")
        return matched_price(match, market, side)
    price = fields.number("price")
    filters.check_price(price, market.instrument)
    filters.check_price_band(side, price, market)
    return price


def matched_price(match: PriceMatch, market: Market, side: Side) -> Decimal:
    """Return the price that `priceMatch` names; -5041 when the book is not that deep."""
    levels = market.book.side(side.opposite if match.is_opponent else side).levels(match.level)
    if len(levels) < match.level:
        raise refused(Code.BBO_ORDER_REJECT)
    return levels[-1][0]
