"""position/trading-stop: take-profit, stop-loss and trailing stop of an open position ("Set Trading Stop")."""

from decimal import Decimal
from typing import NamedTuple

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
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import Side

PAIRS_MAX = 20
NAMES = (
    ("takeProfit", "tpTriggerBy", "tpOrderType", "tpLimitPrice", "tpSize", StopType.TAKE_PROFIT),
    ("stopLoss", "slTriggerBy", "slOrderType", "slLimitPrice", "slSize", StopType.STOP_LOSS),
)


class TrailingWish(NamedTuple):
    """What the trailing stop is to become: its distance (0: none), and the price that activates it, if any."""

    distance: Decimal
    activation: Decimal | None


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
        is_full = parameters.chosen("tpslMode", TpslMode.FULL) is TpslMode.FULL
        # Everything is read before anything is set: what is refused has changed nothing.
        trailing = self._read_trailing(parameters, position)
        full = _read_full(parameters) if is_full else []
        size, legs = (ZERO, []) if is_full else self._read_partial(parameters, position)
        changed = trailing is not None and self._set_trailing(account, position, trailing)
        for stop_type, leg in full:
            changed |= self._set_full(account, position, stop_type, leg)
        if legs:
            self._protection.add_pair(account, position, size, legs)
        if not (changed or legs):
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

    def _read_trailing(self, parameters: Parameters, position: Position) -> TrailingWish | None:
        distance = parameters.amount("trailingStop")
        if distance is None:
            return None
        check_step(distance, position.instrument)
        if distance >= self._exchange.markets[position.instrument.symbol].statistics.last:
            raise BybitError(10001, "params error: trailingStop invalid")
        activation = parameters.positive("activePrice") if distance else None
        if activation is not None:
            check_step(activation, position.instrument)
            self._check_activation(position, activation)
        return TrailingWish(distance, activation)

    def _read_partial(self, parameters: Parameters, position: Position) -> tuple[Decimal, list[Leg]]:
        """Return the stops to add for a part of the position, and how large that is; none for none."""
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
            return ZERO, []
        if len(sizes) > 1:
            raise BybitError(10001, "tpSize and slSize must be equal")
        size = sizes.pop()
        if size % position.instrument.lot_size or size > abs(position.quantity):
            raise BybitError(110058, "You can't set take profit and stop loss due to insufficient size of position.")
        if len(self._protection.pairs(position)) >= PAIRS_MAX:
            raise BybitError(110061, "Not allowed to have more than 20 TP/SLs under Partial tpSlMode")
        return size, legs

    # Setting: each returns whether that changed anything

    def _set_full(self, account: Account, position: Position, stop_type: StopType, leg: Leg | None) -> bool:
        present = self._protection.full(position, stop_type)
        if leg is None:
            self._protection.clear_full(position, stop_type)
            return present is not None
        trigger = None if present is None else present.trigger
        if trigger is not None and (trigger.price, trigger.price_kind) == (leg.price, PRICE_KINDS[leg.trigger_by]):
            return False
        self._protection.set_full(account, position, leg)
        return True

    def _set_trailing(self, account: Account, position: Position, wish: TrailingWish) -> bool:
        present = self._protection.full(position, StopType.TRAILING_STOP)
        if not wish.distance:
            self._protection.clear_full(position, StopType.TRAILING_STOP)
            return present is not None
        trailing = None if present is None or present.trigger is None else present.trigger.trailing
        if trailing is not None and (trailing.distance, trailing.activation_price) == wish:
            return False
        self._protection.set_trailing(account, position, wish.distance, wish.activation)
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


def _read_full(parameters: Parameters) -> list[tuple[StopType, Leg | None]]:
    """Return what the stops of the whole position are to become; None goes."""
    wishes: list[tuple[StopType, Leg | None]] = []
    for name, by_name, type_name, _, _, stop_type in NAMES:
        price = parameters.amount(name)
        if price is None:
            continue
        if parameters.chosen(type_name, WireType.MARKET) is WireType.LIMIT:
            raise BybitError(10001, f"{type_name} must be Market in Full mode")
        leg = Leg(stop_type, price, parameters.chosen(by_name, TriggerBy.LAST))
        wishes.append((stop_type, leg if price else None))
    return wishes
