"""What would become of an order: all its checks with their figures, and the books afterwards. Nothing is changed.

It goes through the stages of `placing`, so that what is said here is what placing does on the same desk.
"""

from decimal import Decimal

import msgspec

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import PlaceOrder, PreviewOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import OrderAdjusted
from tidegate.core.messages.risk_values import CheckFigure, OrderPreview
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO, plain, ratio
from tidegate.core.placing import Assessment, assess
from tidegate.core.portfolio.positions import signed
from tidegate.core.risk.checks import RiskApproved, figures
from tidegate.core.validation import ValidOrder
from tidegate.core.validation.bounds import expected_price
from tidegate.core.vocabulary import InstrumentKind, Side


class _Fill(msgspec.Struct, frozen=True):
    """The order filled at about the price that it would get: in base and in quote."""

    quantity: Decimal
    value: Decimal


def preview(desk: Desk, command: PreviewOrder) -> Decision:
    """Answer with what would become of the order; an order that would be refused is no reason to refuse the answer."""
    return Decision([], [Reply(command_id=command.command_id, preview=_previewed(desk, command.order))])


def _previewed(desk: Desk, asked: PlaceOrder) -> OrderPreview:
    assessed = assess(desk, asked)
    if isinstance(assessed, Assessment):
        return _assessed(desk, assessed)
    if assessed.refusal is not None:
        return _refused(desk, assessed.refusal, (_figure("admission", assessed.refusal),))
    [order_id] = assessed.order_ids
    message = f"order {order_id} was placed with the same words already: nothing more would be placed"
    return OrderPreview(accepted=True, code=None, message=message, checks=(), limits_version=desk.risk.version)


def _assessed(desk: Desk, assessed: Assessment) -> OrderPreview:
    valid, outcome = assessed.valid, assessed.outcome
    if valid is None:
        assert isinstance(outcome, Refusal)
        return _refused(desk, outcome, (_figure("validation", outcome),))
    if isinstance(outcome, RiskApproved):
        valid = outcome.valid  # With the stop-loss that a limit may have added.
    told = _with_books(desk, valid, _checks(desk, valid, outcome))
    if isinstance(outcome, Refusal):
        return msgspec.structs.replace(told, accepted=False, code=outcome.code, message=outcome.message)
    return msgspec.structs.replace(
        told,
        message="; ".join(_put_right(assessed, outcome)),
        reserved_asset=outcome.reserved_asset,
        reserved_quantity=plain(outcome.reserved_quantity),
        limits_version=outcome.limits_version,
    )


def _refused(desk: Desk, refusal: Refusal, checks: tuple[CheckFigure, ...]) -> OrderPreview:
    return OrderPreview(
        accepted=False, code=refusal.code, message=refusal.message, checks=checks, limits_version=desk.risk.version
    )


def _figure(check: str, refusal: Refusal | None) -> CheckFigure:
    if refusal is None:
        return CheckFigure(check=check, passed=True)
    return CheckFigure(check=check, passed=False, limit=refusal.limit, actual=refusal.actual, message=refusal.message)


def _checks(desk: Desk, valid: ValidOrder, outcome: RiskApproved | Refusal) -> tuple[CheckFigure, ...]:
    """Those of the market's rules have passed. Where all others have too, it is the account that takes no orders."""
    risk = figures(valid, desk)
    refusal = outcome if isinstance(outcome, Refusal) and all(figure.passed for figure in risk) else None
    return (_figure("admission", refusal), _figure("validation", None), *risk)


def _put_right(assessed: Assessment, approved: RiskApproved) -> list[str]:
    """What the desk would change of what was asked."""
    told = [event.message for event in assessed.adjusted if isinstance(event, OrderAdjusted)]
    return [*told, approved.message] if approved.message else told


# --- the books afterwards ------------------------------------------------------------------------------------------


def _with_books(desk: Desk, valid: ValidOrder, checks: tuple[CheckFigure, ...]) -> OrderPreview:
    fill, before = _fill(valid), _position(desk, valid)
    after = None if fill is None else before + signed(valid.command.side, fill.quantity)
    fee_asset, fee = (None, None) if fill is None else _fee(desk, valid, fill)
    rate = desk.rate(valid.instrument.exchange, valid.instrument.quote)
    return OrderPreview(
        accepted=True,
        code=None,
        message="",
        checks=checks,
        reference_price=None if valid.reference_price is None else plain(valid.reference_price),
        notional=None if fill is None or rate is None else plain(fill.value * rate),
        fee_asset=fee_asset,
        fee=None if fee is None else plain(fee),
        position_before=plain(before),
        position_after=None if after is None else plain(after),
        limits_version=desk.risk.version,
    )


def _fill(valid: ValidOrder) -> _Fill | None:
    """None while no price says what it is worth."""
    command = valid.command
    price = expected_price(command, valid.reference_price)
    if not price:
        return None
    if command.quantity is not None:
        return _Fill(command.quantity, command.quantity * price)
    value = command.quote_quantity or ZERO
    return _Fill(ratio(value, price), value)


def _fee(desk: Desk, valid: ValidOrder, fill: _Fill) -> tuple[str, Decimal]:
    """As a taker, in what is received: base for who buys on spot, else quote; derivatives' in what they settle in."""
    instrument, known = valid.instrument, valid.instrument.taker_fee_rate
    rate = desk.policy.taker_fee_rate if known is None else known
    if instrument.kind is InstrumentKind.SPOT and valid.command.side is Side.BUY:
        return instrument.base, fill.quantity * rate
    return instrument.settle or instrument.quote, fill.value * rate


def _position(desk: Desk, valid: ValidOrder) -> Decimal:
    """In base: the position of a derivative, what is held on spot."""
    command, instrument = valid.command, valid.instrument
    if instrument.kind is InstrumentKind.SPOT:
        held = desk.holdings.get((command.account_id, command.user_id, instrument.base, instrument.wallet))
        return ZERO if held is None else held.quantity
    position = desk.positions.get((command.account_id, command.user_id, command.symbol, command.position_side))
    return ZERO if position is None else position.quantity
