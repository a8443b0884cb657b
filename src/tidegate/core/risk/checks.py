"""The pre-trade checks. Missing data fails closed: no price, no balance means no order, with a reason."""

from decimal import Decimal

import msgspec

from tidegate.core.capabilities import LIMIT_TYPES, Asked
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument
from tidegate.core.messages.risk_values import CheckFigure
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ONE, ZERO, plain, ratio, ratio_up
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.portfolio.reservations import tied_up
from tidegate.core.risk.asks import ask_of
from tidegate.core.risk.funds import free, what_would_fit
from tidegate.core.risk.limits import check_collar, check_limits, collar_figures, figures_of
from tidegate.core.risk.required_protection import told, with_required_stop
from tidegate.core.risk.states import check_state, passes_limits, screen_of, subject_of
from tidegate.core.totals.asking import Ask
from tidegate.core.triggers import trailing_trigger
from tidegate.core.validation import ValidOrder
from tidegate.core.vocabulary import InstrumentKind, OrderType, RefusalCode, Side


class RiskApproved(msgspec.Struct, frozen=True, gc=False):
    """Proof that an order passed risk, and what is to be reserved for it.

    `reserve_rate` is the part of its worth that is: margin and fees of a derivative, nothing for what only closes.
    `limits_version` is the set of limits that it was held against, zero while none was ever set. `message` says what
    the limits have added to the order.
    """

    valid: ValidOrder
    limits_version: int
    reserved_asset: str
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    reserve_rate: Decimal = ONE
    message: str = ""


def check_risk(valid: ValidOrder, desk: Desk) -> RiskApproved | Refusal:
    """The order may leave as its scopes trade now, keeps within all limits, and its worst case is paid for.

    What only reduces a position passes every limit but the price collar; what is halted, nothing does.
    """
    totals = desk.totals
    if totals is None:
        return check_funds(valid, desk)
    command = valid.command
    screen = screen_of(desk, totals, command)
    if desk.risk.states and (refusal := check_state(desk, command, screen.place, command.quantity)) is not None:
        return refusal
    if not desk.risk.limits:
        return check_funds(valid, desk)
    ask = ask_of(valid, desk, totals, screen)
    protected = _within_limits(valid, ask, desk)
    if isinstance(protected, Refusal):
        # Asked only now, since most orders keep within all limits.
        passes = passes_limits(desk, command, command.quantity)
        return check_collar(ask) or check_funds(valid, desk) if passes else protected
    approved = check_funds(protected, desk)
    if isinstance(approved, Refusal) or protected is valid:
        return approved
    return msgspec.structs.replace(approved, message=told(protected, ask))


def _within_limits(valid: ValidOrder, ask: Ask, desk: Desk) -> ValidOrder | Refusal:
    """The order, with the stop that a limit may give it; or what the first limit says that it does not keep."""
    protected = with_required_stop(valid, ask, desk)
    if isinstance(protected, Refusal):
        return protected
    ask.stop = protected.command.stop_loss
    return check_limits(ask) or protected


def figures(valid: ValidOrder, desk: Desk) -> tuple[CheckFigure, ...]:
    """Every check of an order with its figures; nothing is refused, nothing stops at the first."""
    return (*_state_figure(valid, desk), *_limit_figures(valid, desk), _funds_figure(valid, desk))


def _state_figure(valid: ValidOrder, desk: Desk) -> tuple[CheckFigure, ...]:
    command = valid.command
    refusal = check_state(desk, command, subject_of(desk, command), command.quantity)
    message = "" if refusal is None else refusal.message
    return (CheckFigure(check="trading_state", passed=refusal is None, message=message),)


def _limit_figures(valid: ValidOrder, desk: Desk) -> tuple[CheckFigure, ...]:
    command = valid.command
    if desk.totals is None or not desk.risk.limits:
        return ()
    ask = ask_of(valid, desk, desk.totals, screen_of(desk, desk.totals, command))
    if passes_limits(desk, command, command.quantity):
        return collar_figures(ask)
    protected = with_required_stop(valid, ask, desk)
    ask.stop = command.stop_loss if isinstance(protected, Refusal) else protected.command.stop_loss
    return figures_of(ask)


def _funds_figure(valid: ValidOrder, desk: Desk) -> CheckFigure:
    command, approved = valid.command, _worst_case(valid, desk)
    if approved is None:
        return CheckFigure(check="funds", passed=False, message=_no_price(valid))
    needed, asset = approved.reserved_quantity, approved.reserved_asset
    available = free(desk, command.account_id, command.user_id, asset, valid.instrument.wallet)
    return CheckFigure(
        check="funds",
        passed=not needed or needed <= available,
        scope=f"{asset} of {command.user_id} in {command.account_id}",
        limit=plain(available),
        actual=plain(needed),
        utilization=plain(ratio(needed, available)) if available > 0 else None,
    )


def check_funds(valid: ValidOrder, desk: Desk) -> RiskApproved | Refusal:
    """The worst case of the order fits what its user has free in the account."""
    command, instrument = valid.command, valid.instrument
    approved = _worst_case(valid, desk)
    if approved is None:
        return Refusal(code=RefusalCode.NO_REFERENCE_PRICE, message=_no_price(valid))
    needed, asset = approved.reserved_quantity, approved.reserved_asset
    available = free(desk, command.account_id, command.user_id, asset, instrument.wallet) if needed else ZERO
    if needed <= available:
        return approved
    return Refusal(
        code=RefusalCode.INSUFFICIENT_BALANCE,
        message=f"the order may need {plain(needed)} {asset}, and {plain(available)} {asset} is free"
        + what_would_fit(desk, command, instrument, asset=asset, needed=needed, available=available),
        limit=plain(available),
        actual=plain(needed),
    )


def _no_price(valid: ValidOrder) -> str:
    symbol, exchange = valid.command.symbol, valid.instrument.exchange
    return f"no price of {symbol} on {exchange} is known, or none that is recent: give a limit price, or wait"


def version_of(desk: Desk) -> int:
    """Which set of limits a decision uses; zero: none was ever set."""
    return desk.risk.version


def reserve_for_leg(valid: ValidOrder, desk: Desk, *, shared: bool) -> RiskApproved:
    """What a leg of protection reserves. Protection is never refused for want of funds or of a price.

    `shared`: its sibling's reservation covers both, since one of them cancels the other.
    """
    approved = _worst_case(valid, desk)
    if approved is None:
        return RiskApproved(valid, version_of(desk), _spent_asset(valid), ZERO, None, ZERO)
    return msgspec.structs.replace(approved, reserved_quantity=ZERO, reserve_rate=ZERO) if shared else approved


def _worst_case(valid: ValidOrder, desk: Desk) -> RiskApproved | None:
    """What the order may tie up; None while no price says what that is worth."""
    command = valid.command
    rate = reserve_rate(command, valid.instrument, desk)
    reserve_price = worst_price(command, valid.instrument, valid.reference_price, desk)
    if rate and reserve_price is None and _needs_price(command, valid.instrument):
        return None
    needed = tied_up(command, command.quantity, command.quote_quantity or ZERO, reserve_price, rate)
    return RiskApproved(valid, version_of(desk), _spent_asset(valid), needed, reserve_price, rate)


def _spent_asset(valid: ValidOrder) -> str:
    instrument = valid.instrument
    if instrument.kind is InstrumentKind.LINEAR:
        return instrument.settle or instrument.quote
    return instrument.quote if valid.command.side is Side.BUY else instrument.base


def _needs_price(asked: Asked, instrument: Instrument) -> bool:
    """Whether the worst case cannot be known without a market price."""
    if asked.price is not None:
        return False
    if instrument.kind is InstrumentKind.LINEAR:
        return True
    return (asked.side is Side.BUY) == (asked.quantity is not None)


def reserve_rate(asked: Asked, instrument: Instrument, desk: Desk) -> Decimal:
    """The part of an order's worth that is tied up: all of a spot order's, of a derivative's the margin and fees."""
    if instrument.kind is InstrumentKind.SPOT:
        return ONE
    if only_reduces(asked.side, asked.position_side, reduce_only=asked.reduce_only):
        return ZERO
    leverage = asked.leverage
    if leverage is None:
        known = desk.leverages.get((asked.account_id, asked.symbol))
        leverage = ONE if known is None else known.leverage
    fee = instrument.taker_fee_rate
    margin = ONE if leverage == ONE else ratio_up(ONE, leverage)
    return margin + (desk.policy.taker_fee_rate if fee is None else fee)


def worst_price(asked: Asked, instrument: Instrument, reference_price: Decimal | None, desk: Desk) -> Decimal | None:
    """The price at which an order ties up most, where that is not its limit; None: its limit, or nobody knows."""
    if asked.order_type in LIMIT_TYPES and (instrument.kind is InstrumentKind.SPOT or asked.side is Side.BUY):
        return None
    return worst_price_at(_market_when_sent(asked, instrument, reference_price), asked, desk)


def worst_price_at(market: Decimal | None, asked: Asked, desk: Desk) -> Decimal | None:
    """The same, for an order that meets the market at this price: what has no limit may run as far as the collar."""
    if asked.order_type in LIMIT_TYPES:
        # A derivative's sell trades above its limit while the market is there, and is worth that much more.
        return market if ":" in asked.symbol and asked.side is Side.SELL else None
    if market is None:
        return None
    collar = desk.policy.price_collar_ratio
    return market * (1 + collar if ":" in asked.symbol or asked.side is Side.BUY else 1 - collar)


def _market_when_sent(asked: Asked, instrument: Instrument, reference_price: Decimal | None) -> Decimal | None:
    """Where the market is when the order gets there: at its trigger, if it waits for one."""
    if asked.trigger_price is not None:
        return asked.trigger_price
    if asked.order_type is not OrderType.TRAILING_STOP or reference_price is None or asked.side is Side.SELL:
        return reference_price
    return trailing_trigger(asked, reference_price, instrument.price_tick)
