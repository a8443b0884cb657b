"""Reads a new order: OKX's parameters into what the exchange takes, amounts of swaps from contracts into base units."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, PositionSide, Side, TimeInForce
from venuesim.exchange.vocabulary import SelfTradePrevention as Prevention
from venuesim.okx import errors
from venuesim.okx.attached import AttachedReader, stored
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments, quantity_of
from venuesim.okx.order_words import Extra
from venuesim.okx.parameters import Parameters
from venuesim.okx.rules import price_limits
from venuesim.okx.trade_terms import (
    AccountLevel,
    SelfTradePrevention,
    Terms,
    check_may_trade,
    holding_in,
    level_of,
    prevention_of,
    read_terms,
)
from venuesim.wire.calls import plain

SLIPPAGE_MAX = Decimal("0.05")

PREVENTIONS = {
    SelfTradePrevention.CANCEL_MAKER: Prevention.EXPIRE_MAKER,
    SelfTradePrevention.CANCEL_TAKER: Prevention.EXPIRE_TAKER,
    SelfTradePrevention.CANCEL_BOTH: Prevention.EXPIRE_BOTH,
}


class WireType(StrEnum):
    """The `ordType` values that pairs and swaps take; options have more."""

    MARKET = "market"
    LIMIT = "limit"
    POST_ONLY = "post_only"
    FOK = "fok"
    IOC = "ioc"
    OPTIMAL_LIMIT_IOC = "optimal_limit_ioc"


class TargetCurrency(StrEnum):
    """The `tgtCcy` values: what `sz` of a market order counts."""

    BASE = "base_ccy"
    QUOTE = "quote_ccy"


_TIMES_IN_FORCE = {
    WireType.FOK: TimeInForce.FOK,
    WireType.IOC: TimeInForce.IOC,
    WireType.OPTIMAL_LIMIT_IOC: TimeInForce.IOC,
}


@dataclass(slots=True, kw_only=True)
class Size:
    """How much: in base units, or in the quote asset. `text` is what `sz` shows."""

    text: str
    target: TargetCurrency
    quantity: Decimal = ZERO
    quote_quantity: Decimal = ZERO


class OrderReader:
    """Reads the parameters of trade/order."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._attached = AttachedReader()

    def read(self, item: Parameters, account: Account, client_order_id: str | None) -> OrderRequest:
        """Return the order that a request asks for; raises OkxError for what makes no sense."""
        instrument = self._instruments.read(item)
        check_may_trade(account, instrument)
        terms = read_terms(item, account, instrument)
        side = item.choice("side", Side)
        wire_type = _wire_type(item, instrument)
        market = self._exchange.markets[instrument.symbol]
        is_market = wire_type is WireType.MARKET
        size = read_size(item, instrument, side, is_market=is_market)
        price = ZERO if is_market else _price(item, side, wire_type, market)
        prevention = _prevention(item, account, wire_type)
        reduces = _reduces(item, account, instrument)
        _check_ignored(item)
        request = OrderRequest(
            instrument=instrument,
            side=side,
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
            client_order_id=client_order_id or "",
            time_in_force=_TIMES_IN_FORCE.get(wire_type, TimeInForce.GTC),
            post_only=wire_type is WireType.POST_ONLY,
            post_only_cancels=True,
            price=price,
            quantity=size.quantity,
            quote_quantity=size.quote_quantity,
            reduce_only=reduces,
            position_side=terms.position_side,
            pocket=terms.pocket,
            self_trade_prevention=PREVENTIONS[prevention],
            extra={
                Extra.CLIENT_ORDER_ID: client_order_id or "",
                Extra.TAG: item.tag(),
                Extra.SIZE: size.text,
                Extra.TARGET_CURRENCY: size.target.value if is_market and not instrument.is_linear else "",
                Extra.SELF_TRADE_PREVENTION: prevention.value,
                Extra.ORDER_TYPE: wire_type.value,
                Extra.TRADE_MODE: terms.mode.value,
                **leverage_of(account, instrument, terms),
            },
        )
        return self._attach(item, request, market)

    def _attach(self, item: Parameters, request: OrderRequest, market: Market) -> OrderRequest:
        if item.has("tpTriggerPx") or item.has("slTriggerPx"):
            message = "The current function is not supported. Please use the attachAlgoOrds array to place orders."
            raise OkxError("54070", message)
        if not item.has("attachAlgoOrds"):
            return request
        if request.reduce_only or _closes(request):
            message = "Close position order in hedge-mode or reduce-only order in one-way mode cannot attach TPSL"
            raise OkxError("51333", message)
        attached = self._attached.read(item, request, market)
        extra = {**request.extra, Extra.ATTACHED: stored(attached)}
        return msgspec.structs.replace(request, extra=extra)


def read_size(item: Parameters, instrument: Instrument, side: Side, *, is_market: bool, name: str = "sz") -> Size:
    """Read how much an order is for: contracts of a swap; base, or for a pair's market order what `tgtCcy` says."""
    amount = item.decimal(name)
    text = item.echo(name)
    if instrument.is_linear:
        return Size(text=text, target=TargetCurrency.BASE, quantity=quantity_of(instrument, amount))
    target = _target(item, side) if is_market else TargetCurrency.BASE
    if target is TargetCurrency.QUOTE:
        return Size(text=text, target=target, quote_quantity=amount)
    return Size(text=text, target=target, quantity=amount)


def leverage_of(account: Account, instrument: Instrument, terms: Terms) -> dict[str, str]:
    """Return the leverage that an order is kept with: a swap's."""
    if not instrument.is_linear:
        return {}
    return {Extra.LEVERAGE: plain(holding_in(account, instrument, terms.pocket).leverage)}


def _target(item: Parameters, side: Side) -> TargetCurrency:
    """Return what a market order's size counts: by default the quote currency for a buy, the base for a sell."""
    if item.has("tgtCcy"):
        return item.choice("tgtCcy", TargetCurrency)
    return TargetCurrency.QUOTE if side is Side.BUY else TargetCurrency.BASE


def _wire_type(item: Parameters, instrument: Instrument) -> WireType:
    wire_type = item.choice("ordType", WireType)
    if wire_type is WireType.OPTIMAL_LIMIT_IOC and not instrument.is_linear:
        raise errors.malformed("ordType")
    return wire_type


def _price(item: Parameters, side: Side, wire_type: WireType, market: Market) -> Decimal:
    """Return the limit: with `pxAmendType` 1 moved into the price limit, for optimal_limit_ioc the limit itself."""
    highest, lowest = price_limits(market)
    if wire_type is WireType.OPTIMAL_LIMIT_IOC:
        return highest if side is Side.BUY else lowest
    if not item.has("px"):
        raise errors.empty("px")
    price = item.decimal("px")
    if not amends_price(item):
        return price
    return min(price, highest) if side is Side.BUY else max(price, lowest)


def amends_price(item: Parameters) -> bool:
    """Whether a price beyond the price limit is moved to it (`pxAmendType`)."""
    kind = item.text("pxAmendType")
    if kind not in {None, "0", "1"}:
        raise errors.malformed("pxAmendType")
    return kind == "1"


def _prevention(item: Parameters, account: Account, wire_type: WireType) -> SelfTradePrevention:
    prevention = prevention_of(account)
    if item.has("stpMode"):
        prevention = item.choice("stpMode", SelfTradePrevention)
    if prevention is SelfTradePrevention.CANCEL_BOTH and wire_type is WireType.FOK:
        message = (
            "You can't place fill or kill orders when self-trade prevention is set to both maker and taker orders."
        )
        raise OkxError("54036", message)
    return prevention


def _reduces(item: Parameters, account: Account, instrument: Instrument) -> bool:
    """Read `reduceOnly`: for swaps in net mode. In long/short mode the sides say it; pairs have nothing to reduce."""
    reduces = item.boolean("reduceOnly")
    if reduces and not instrument.is_linear:
        if level_of(account) is AccountLevel.SPOT:
            raise OkxError("51139", "Reduce-only feature is unavailable for the spot transactions by spot mode.")
        raise OkxError("51205", "Reduce Only is not available.")
    return reduces and not account.is_hedged


def _closes(request: OrderRequest) -> bool:
    closing = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
    return closing.get(request.position_side) is request.side


def _check_ignored(item: Parameters) -> None:
    """Check what has no effect here. Assumption: the slippage that a market order tolerates is never exceeded."""
    slippage = item.text("slippagePct")
    if slippage is not None and slippage != "0" and item.decimal("slippagePct") > SLIPPAGE_MAX:
        raise errors.malformed("slippagePct")
