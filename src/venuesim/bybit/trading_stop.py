"""position/trading-stop: take-profit, stop-loss and trailing stop of an open position ("Set Trading Stop")."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.attachments import check_sides, check_step
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.protection import Protection
from venuesim.bybit.reading import position_side_of
from venuesim.bybit.stop_orders import PARTIAL, Leg
from venuesim.bybit.words import PRICE_KINDS, StopType, TpslMode, TriggerBy, WireType
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import Side

PAIRS_MAX = 20
NAMES = (
    ("takeProfit", "tpTriggerBy", "tpOrderType", "tpLimitPrice", "tpSize", StopType.TAKE_PROFIT),
    ("stopLoss", "slTriggerBy", "slOrderType", "slLimitPrice", "slSize", StopType.STOP_LOSS),
)


class TradingStop:
    """Sets the stops of positions."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, protection: Protection) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._protection = protection

    def set(self, request: Request) -> Result:
        """Set, move ("0": take away) the stops of a position, or add stops for a part of it."""
        parameters, account = request.parameters, request.account
        if parameters.category() is not Category.LINEAR:
            raise errors.parameter("params error: category invalid")
        instrument = self._instruments.to_trade(parameters)
        position = account.holding(instrument).position(position_side_of(parameters, account, instrument))
        if not position.is_open:
            raise BybitError(10001, "can not set tp/sl/ts for zero position")
        self._check(parameters, position)
        mode = parameters.chosen("tpslMode", TpslMode.FULL)
        changed = self._set_trailing(parameters, account, position)
        if mode is TpslMode.FULL:
            changed |= self._set_full(parameters, account, position)
        else:
            changed |= self._add_partial(parameters, account, position)
        if not changed:
            raise BybitError(34040, "not modified")
        return Result(result={}, accepted=True)

    def _check(self, parameters: Parameters, position: Position) -> None:
        market = self._exchange.markets[position.instrument.symbol]
        take_by = parameters.chosen("tpTriggerBy", TriggerBy.LAST)
        stop_by = parameters.chosen("slTriggerBy", TriggerBy.LAST)
        check_sides(
            market.instrument,
            Side.BUY if position.quantity > 0 else Side.SELL,
            parameters.positive("takeProfit"),
            parameters.positive("stopLoss"),
            market.price_of(PRICE_KINDS[take_by]),
            market.price_of(PRICE_KINDS[stop_by]),
            take_by,
            stop_by,
        )

    def _set_full(self, parameters: Parameters, account: Account, position: Position) -> bool:
        changed = False
        for name, by_name, type_name, _, _, stop_type in NAMES:
            price = parameters.amount(name)
            if price is None:
                continue
            if parameters.chosen(type_name, WireType.MARKET) is WireType.LIMIT:
                raise BybitError(10001, f"{type_name} must be Market in Full mode")
            present = self._protection.full(position, stop_type)
            if price == 0:
                changed |= present is not None
                self._protection.clear_full(position, stop_type)
                continue
            trigger_by = parameters.chosen(by_name, TriggerBy.LAST)
            trigger = None if present is None else present.trigger
            is_same = trigger is not None and (trigger.price, trigger.price_kind) == (price, PRICE_KINDS[trigger_by])
            if not is_same:
                self._protection.set_full(account, position, Leg(stop_type, price, trigger_by))
                changed = True
        return changed

    def _add_partial(self, parameters: Parameters, account: Account, position: Position) -> bool:
        legs: list[Leg] = []
        sizes: set[Decimal] = set()
        for name, by_name, type_name, limit_name, size_name, stop_type in NAMES:
            price = parameters.positive(name)
            if price is None:
                continue
            limit = None
            if parameters.chosen(type_name, WireType.MARKET) is WireType.LIMIT:
                limit = parameters.decimal(limit_name)
                check_step(limit, position.instrument)
            sizes.add(parameters.decimal(size_name))
            legs.append(Leg(PARTIAL[stop_type], price, parameters.chosen(by_name, TriggerBy.LAST), limit))
        if not legs:
            return False
        if len(sizes) > 1:
            raise BybitError(10001, "tpSize and slSize must be equal")
        size = sizes.pop()
        if size % position.instrument.lot_size or size > abs(position.quantity):
            raise BybitError(110058, "You can't set take profit and stop loss due to insufficient size of position.")
        if len(self._protection.pairs(position)) >= PAIRS_MAX:
            raise BybitError(110061, "Not allowed to have more than 20 TP/SLs under Partial tpSlMode")
        self._protection.add_pair(account, position, size, legs)
        return True

    def _set_trailing(self, parameters: Parameters, account: Account, position: Position) -> bool:
        distance = parameters.amount("trailingStop")
        if distance is None:
            return False
        present = self._protection.full(position, StopType.TRAILING_STOP)
        if distance == 0:
            self._protection.clear_full(position, StopType.TRAILING_STOP)
            return present is not None
        check_step(distance, position.instrument)
        activation = parameters.positive("activePrice")
        if activation is not None:
            check_step(activation, position.instrument)
            self._check_activation(position, activation)
        trailing = None if present is None or present.trigger is None else present.trigger.trailing
        if trailing is not None and (trailing.distance, trailing.activation_price) == (distance, activation):
            return False
        self._protection.set_trailing(account, position, distance, activation)
        return True

    def _check_activation(self, position: Position, price: Decimal) -> None:
        """Refuse an activation price that the market, or the entry, has passed already."""
        last = self._exchange.markets[position.instrument.symbol].statistics.last
        is_long = position.quantity > 0
        passed = price <= max(last, position.entry_price) if is_long else price >= min(last, position.entry_price)
        if passed:
            name, where = ("Buy", "greater") if is_long else ("Sell", "less")
            base = f"entry_price:{position.entry_price:.8f}??LastPrice and last_price:{last:f}"
            raise BybitError(10001, f"TrailingProfit:{price:f} set for {name} position should be {where} than {base}")
