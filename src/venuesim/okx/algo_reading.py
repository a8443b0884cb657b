"""Reads algo orders, and refuses triggers that would fire at once.

Sources: "Place algo order" of the v5 documentation; error codes 51277 to 51308 for triggers on the wrong side.
"""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, PositionSide, PriceKind, Side
from venuesim.okx import errors
from venuesim.okx.algo_orders import AlgoBook, AlgoOrder, AlgoType, Callback, Leg, LegName
from venuesim.okx.attached import AttachedReader, PriceType, TargetKind
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments
from venuesim.okx.order_reading import leverage_of, read_size
from venuesim.okx.order_words import Extra
from venuesim.okx.parameters import MARKET, Parameters
from venuesim.okx.rules import CLOSING, check_lots
from venuesim.okx.trade_terms import AccountLevel, Terms, TradeMode, check_may_trade, level_of, read_terms

CALLBACK_RATIO_MAX = Decimal(1)

_SIMULATED = {AlgoType.CONDITIONAL, AlgoType.OCO, AlgoType.TRIGGER, AlgoType.MOVE_ORDER_STOP}

# By the kind of price: codes for a buy's target and stop, a sell's target and stop.
_WRONG_SIDE = {
    PriceKind.LAST: ("51277", "51278", "51279", "51280"),
    PriceKind.MARK: ("51300", "51302", "51303", "51304"),
    PriceKind.INDEX: ("51305", "51306", "51307", "51308"),
}


class AlgoReader:
    """Reads the parameters of trade/order-algo."""

    def __init__(self, exchange: Exchange, instruments: Instruments, book: AlgoBook) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._book = book
        self._attached = AttachedReader()

    def read(self, item: Parameters, account: Account, now_ms: int) -> AlgoOrder:
        """Return the algo order that a request asks for; raises OkxError for what makes no sense."""
        instrument = self._instruments.read(item)
        check_may_trade(account, instrument)
        algo_type = item.choice("ordType", AlgoType)
        if algo_type not in _SIMULATED:
            # Not simulated: refused as a feature that is switched off.
            raise OkxError("50062", "This feature is currently unavailable.")
        terms = _terms(item, account, instrument)
        market = self._exchange.markets[instrument.symbol]
        side = item.choice("side", Side)
        client_id = item.client_order_id("algoClOrdId") or ""
        if client_id and self._book.has_client_id(account, client_id):
            raise errors.duplicate_algo_id()
        algo = AlgoOrder(
            algo_id=self._book.next_id(),
            account=account,
            symbol=instrument.symbol,
            algo_type=algo_type,
            side=side,
            mode=terms.mode,
            position_side=terms.position_side,
            pocket=terms.pocket,
            size=ZERO,
            created_ms=now_ms,
            updated_ms=now_ms,
            last=market.statistics.last,
            client_id=client_id,
            tag=item.tag(),
            leverage=leverage_of(account, instrument, terms).get(Extra.LEVERAGE, ""),
            reduce_only=item.boolean("reduceOnly") and instrument.is_linear and not account.is_hedged,
            cancels_with_position=item.boolean("cxlOnClosePos"),
        )
        self._read_triggers(item, algo, market)
        self._read_size(item, algo, instrument)
        if algo.cancels_with_position and not (algo.reduce_only or _closes(algo)):
            raise errors.malformed("reduceOnly")
        return algo

    def _read_triggers(self, item: Parameters, algo: AlgoOrder, market: Market) -> None:
        match algo.algo_type:
            case AlgoType.MOVE_ORDER_STOP:
                algo.callback = read_callback(item)
            case AlgoType.TRIGGER:
                algo.trigger = _read_trigger(item, market)
                algo.advance_type = _advance_type(item)
                self._read_attached(item, algo, market)
            case _:
                algo.stop = read_leg(item, LegName.STOP)
                if item.has("tpOrdKind") and item.choice("tpOrdKind", TargetKind) is TargetKind.LIMIT:
                    algo.resting_price = _read_resting(item, algo, market)
                else:
                    algo.target = read_leg(item, LegName.TARGET)
                _check_legs(algo, market)

    def _read_attached(self, item: Parameters, algo: AlgoOrder, market: Market) -> None:
        """Read what is attached to a trigger order, against the price of the order that it will make."""
        assert algo.trigger is not None, "only a trigger order has orders attached"
        if not item.has("attachAlgoOrds"):
            return
        price = algo.trigger.trigger_price if algo.trigger.is_market else algo.trigger.order_price
        request = OrderRequest(
            instrument=market.instrument,
            side=algo.side,
            order_type=OrderType.LIMIT,
            client_order_id="",
            price=price,
            reduce_only=algo.reduce_only,
        )
        algo.attached = self._attached.read(item, request, market)

    def _read_size(self, item: Parameters, algo: AlgoOrder, instrument: Instrument) -> None:
        if item.has("closeFraction"):
            _check_fraction(item, algo, instrument)
            algo.closes_all = True
            return
        is_market = all(leg.is_market for _, leg in algo.legs())
        size = read_size(item, instrument, algo.side, is_market=is_market and algo.algo_type is not AlgoType.TRIGGER)
        algo.size = item.decimal("sz")
        if size.quantity:
            check_lots(size.quantity, instrument, is_market=False)
        if not instrument.is_linear:
            algo.target_currency = size.target


def read_leg(item: Parameters, name: LegName, prefix: str = "") -> Leg | None:
    """Return the target or the stop that a request names, or None."""
    trigger, order = _names(name, prefix)
    if not item.has(trigger) and not item.has(order):
        return None
    for needed in (trigger, order):
        if not item.has(needed):
            raise errors.empty(needed)
    return Leg(
        trigger_price=item.decimal(trigger),
        price_kind=read_price_kind(item, f"{trigger}Type"),
        order_price=item.order_price(order),
    )


def read_price_kind(item: Parameters, name: str, default: PriceKind = PriceKind.LAST) -> PriceKind:
    """Return which price a trigger watches."""
    return PriceKind(item.choice(name, PriceType).value) if item.has(name) else default


def read_callback(item: Parameters) -> Callback:
    """Return how a trailing stop follows: by a ratio or by a spread."""
    ratio, spread = item.decimal_or_none("callbackRatio"), item.decimal_or_none("callbackSpread")
    if ratio is None and spread is None:
        raise errors.either("callbackRatio", "callbackSpread")
    if ratio is not None and spread is not None:
        raise OkxError("50024", "Parameter callbackRatio and callbackSpread can not exist at the same time.")
    if ratio is not None and ratio > CALLBACK_RATIO_MAX:
        message = f"Failed to place trailing stop order. Callback rate should be within 0<x<={CALLBACK_RATIO_MAX}"
        raise OkxError("51311", message)
    return Callback(ratio=ratio, spread=spread, active_price=item.decimal_or_none("activePx"))


def check_side(leg: Leg, name: LegName, side: Side, market: Market) -> None:
    """Refuse a target or a stop that its price has reached already, and prices that pairs do not watch."""
    if not market.instrument.is_linear and leg.price_kind is not PriceKind.LAST:
        message = "Unable to place order. Spot trading only supports using the last price as trigger price."
        raise OkxError("51415", message)
    price = market.price_of(leg.price_kind)
    is_target, buys = name is LegName.TARGET, side is Side.BUY
    must_be_above = is_target is not buys
    if leg.trigger_price > price if must_be_above else leg.trigger_price < price:
        return
    code = _WRONG_SIDE[leg.price_kind][(0 if buys else 2) + (0 if is_target else 1)]
    kind = "TP" if is_target else "SL"
    relation = "lower" if must_be_above else "higher"
    raise OkxError(code, f"{kind} trigger price cannot be {relation} than the {leg.price_kind.value} price")


def _read_resting(item: Parameters, algo: AlgoOrder, market: Market) -> Decimal:
    """Return the price of a target that rests as a limit order beside a stop; both go with the position."""
    if not market.instrument.is_linear:
        raise OkxError("51094", "You can't place TP limit orders in spot, margin, or options trading.")
    if algo.stop is None:
        message = "To place TP limit orders at this endpoint, you must place an SL order at the same time."
        raise OkxError("51095", message)
    if not algo.cancels_with_position:
        raise OkxError("51096", "cxlOnClosePos needs to be true to place a TP limit order")
    if item.order_price("tpOrdPx") == MARKET:
        raise OkxError("51093", "TP limit order prices (tpOrdPx) in one order can't be -1 (market price).")
    return item.decimal("tpOrdPx")


def _names(name: LegName, prefix: str) -> tuple[str, str]:
    """Return the parameters of a leg's trigger and order price; `prefix` is "new" for an amendment."""
    if prefix:
        leg = name.value.capitalize()
        return f"{prefix}{leg}TriggerPx", f"{prefix}{leg}OrdPx"
    return f"{name.value}TriggerPx", f"{name.value}OrdPx"


def _terms(item: Parameters, account: Account, instrument: Instrument) -> Terms:
    """Return how the order will trade.

    Approximate: a pair with a margin mode is taken as one for cash outside of spot mode: nothing is borrowed.
    """
    mode = item.choice("tdMode", TradeMode)
    if not instrument.is_linear and mode is not TradeMode.CASH and level_of(account) is not AccountLevel.SPOT:
        return Terms(mode, PositionSide.NET, "")
    return read_terms(item, account, instrument)


def _read_trigger(item: Parameters, market: Market) -> Leg:
    leg = Leg(
        trigger_price=item.decimal("triggerPx"),
        price_kind=read_price_kind(item, "triggerPxType"),
        order_price=item.order_price("orderPx"),
    )
    if not market.instrument.is_linear and leg.price_kind is not PriceKind.LAST:
        raise OkxError(
            "51415", "Unable to place order. Spot trading only supports using the last price as trigger price."
        )
    return leg


def _advance_type(item: Parameters) -> str:
    kind = item.text("advanceOrdType") or ""
    if kind not in {"", "fok", "ioc"}:
        raise errors.malformed("advanceOrdType")
    return kind


def _check_legs(algo: AlgoOrder, market: Market) -> None:
    if algo.algo_type is AlgoType.OCO and algo.resting_price is None:
        for name, leg in ((LegName.TARGET, algo.target), (LegName.STOP, algo.stop)):
            if leg is None:
                raise errors.empty(f"{name.value}TriggerPx")
    elif algo.target is None and algo.stop is None:
        raise errors.either("tpTriggerPx", "slTriggerPx")
    for name, leg in algo.legs():
        check_side(leg, name, algo.side, market)


def _check_fraction(item: Parameters, algo: AlgoOrder, instrument: Instrument) -> None:
    """Check an order that closes a whole position, whatever its size is by then."""
    if item.has("sz"):
        raise OkxError("50024", "Parameter sz and closeFraction can not exist at the same time.")
    if item.required("closeFraction") not in {"1", "1.0"}:
        raise errors.malformed("closeFraction")
    if not instrument.is_linear:
        raise OkxError("51327", "closeFraction is only available for Expiry Futures and Perpetual Futures")
    if any(not leg.is_market for _, leg in algo.legs()) or algo.algo_type not in {AlgoType.CONDITIONAL, AlgoType.OCO}:
        raise OkxError("51330", "closeFraction is only available for stop market orders")
    if algo.position_side is PositionSide.NET:
        if not algo.reduce_only:
            raise OkxError("51328", "closeFraction is only available for reduceOnly orders")
    elif not _closes(algo):
        raise OkxError("51331", "closeFraction is only available for close position orders")


def _closes(algo: AlgoOrder) -> bool:
    return CLOSING.get(algo.position_side) is algo.side
