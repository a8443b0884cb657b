"""The desk's risk as it is now: accounts, positions, how far limits are used up, and what is stopped.

Nothing is remembered for it: the answer to a question is worked out from the books and the prices of that moment.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import AskRisk
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.risk_records import LossMark, TradingRestriction
from tidegate.core.messages.risk_values import AccountRisk, PositionRisk, RiskReport, Scope, StateInForce
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO, ratio
from tidegate.core.records import UNALLOCATED, Position
from tidegate.core.risk.funds import margin_of
from tidegate.core.risk.uses import uses
from tidegate.core.valuation import Owner, Valued, mark_of, notional_of, unrealized_of, value_owners, worth
from tidegate.core.vocabulary import RefusalCode, Role

_OVERSEE = frozenset({Role.RISK, Role.ADMIN, Role.AUDITOR})


class _Exposure(msgspec.Struct):
    """What one owner's positions and holdings add up to, in the reporting currency."""

    net: Decimal = ZERO
    derivatives: Decimal = ZERO
    margin: Decimal = ZERO


def ask(desk: Desk, command: AskRisk) -> Decision:
    """Answer with the whole desk, or with the part of `owner_id`; who does not oversee may ask for one's own only."""
    refusal = _refusal(desk, command)
    if refusal is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    return Decision([], [Reply(command_id=command.command_id, risk=report_of(desk, command.owner_id, command.at))])


def _refusal(desk: Desk, command: AskRisk) -> Refusal | None:
    user = desk.users.get(command.user_id)
    if user is None:
        return Refusal(code=RefusalCode.USER_NOT_FOUND, message=f"there is no user {command.user_id}")
    owner_id = command.owner_id
    if user.role not in _OVERSEE and owner_id != user.user_id:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="you may see your own risk only")
    if owner_id is not None and owner_id not in desk.users and owner_id != UNALLOCATED:
        return Refusal(code=RefusalCode.USER_NOT_FOUND, message=f"there is no user {owner_id}")
    return None


def report_of(desk: Desk, owner_id: UserId | None, at: datetime) -> RiskReport:
    """The risk at a moment: of everybody, or of one user and what may concern that one."""
    concerns = _concerning(desk, owner_id)
    risk = desk.risk
    return RiskReport(
        limits_version=risk.version,
        limits=tuple(limit for limit in risk.limits if concerns(limit.scope)),
        uses=tuple(use for use in uses(desk, at) if owner_id is None or _is_of(desk, use.scope, owner_id)),
        accounts=tuple(_accounts(desk, owner_id, at)),
        positions=tuple(_positions(desk, owner_id, at)),
        states=tuple(_state(state) for _, state in sorted(risk.states.items()) if concerns(state.scope)),
    )


def _concerning(desk: Desk, owner_id: UserId | None) -> Callable[[Scope], bool]:
    """Which limits and states are told: all, or those that may be about the owner."""
    owner = None if owner_id is None else desk.users.get(owner_id)
    if owner is None:
        return lambda scope: owner_id is None or scope == Scope()
    mine = frozenset(name for name, account in desk.accounts.items() if owner.user_id in account.user_ids)
    return lambda scope: scope.may_concern(owner.user_id, owner.role, mine)


def _is_of(desk: Desk, scope: Scope, owner_id: UserId) -> bool:
    """Whether all that a scope sums up is one user's: what it comes to tells nothing of others."""
    account = None if scope.account_id is None else desk.accounts.get(scope.account_id)
    return scope.user_id == owner_id or (account is not None and account.user_ids == (owner_id,))


def _state(state: TradingRestriction) -> StateInForce:
    return StateInForce(
        scope=state.scope,
        state=state.state,
        by=state.set_by,
        at=state.set_at,
        automatic=state.automatic,
        message=state.message,
    )


# --- accounts ------------------------------------------------------------------------------------------------------


def _accounts(desk: Desk, owner_id: UserId | None, at: datetime) -> Iterable[AccountRisk]:
    exposures = _exposures(desk, at)
    for owner, valued in sorted(value_owners(desk, at).items()):
        if owner_id in (None, owner[1]):
            yield _account(desk, owner, valued, exposures[owner], at)


def _account(desk: Desk, owner: Owner, valued: Valued, exposure: _Exposure, at: datetime) -> AccountRisk:
    account_id, user_id = owner
    mark = desk.risk.loss_marks.get(Scope(user_id=user_id, account_id=account_id).key)
    return AccountRisk(
        account_id=account_id,
        user_id=user_id,
        equity=valued.equity,
        gross_exposure=valued.gross_exposure,
        net_exposure=exposure.net,
        leverage=_part_of(exposure.derivatives, valued.equity),
        margin_ratio=_part_of(exposure.margin, valued.equity),
        daily_pnl=_daily_pnl(mark, valued, at),
        drawdown=_drawdown(mark, valued),
        stale=valued.stale,
    )


def _part_of(value: Decimal, equity: Decimal) -> Decimal | None:
    """None: nothing is left that it could be a part of."""
    return ratio(value, equity) if equity > 0 else None


def _daily_pnl(mark: LossMark | None, valued: Valued, at: datetime) -> Decimal | None:
    """What was earned since midnight UTC; None until the day's first mark."""
    if mark is None or mark.day.date() != at.date():
        return None
    return valued.equity - valued.net_deposits - mark.day_start


def _drawdown(mark: LossMark | None, valued: Valued) -> Decimal | None:
    """How far the equity is below its highest, as a part of that."""
    highest = ZERO if mark is None else mark.high + valued.net_deposits
    return max(ratio(highest - valued.equity, highest), ZERO) if highest > 0 else None


def _exposures(desk: Desk, at: datetime) -> dict[Owner, _Exposure]:
    """Every owner's exposure, in one pass. What has no price counts nothing: the account is told as stale then."""
    found: dict[Owner, _Exposure] = defaultdict(_Exposure)
    for holding in desk.holdings.values():
        if holding.quantity and holding.asset not in desk.policy.cash_assets:
            rate = worth(desk, desk.accounts[holding.account_id].exchange, holding.asset, at).value or ZERO
            found[holding.account_id, holding.user_id].net += holding.quantity * rate
    for position in _open_positions(desk):
        exposure = found[position.account_id, position.user_id]
        notional = notional_of(desk, position, at).value or ZERO
        exposure.net += notional
        exposure.derivatives += abs(notional)
        rate = worth(desk, position.exchange, position.symbol.partition(":")[2], at).value or ZERO
        exposure.margin += margin_of(desk, position) * rate
    return found


# --- positions -----------------------------------------------------------------------------------------------------


def _open_positions(desk: Desk) -> Iterable[Position]:
    return (position for position in desk.positions.values() if position.quantity)


def _positions(desk: Desk, owner_id: UserId | None, at: datetime) -> list[PositionRisk]:
    found = [
        _position(desk, position, at) for position in _open_positions(desk) if owner_id in (None, position.user_id)
    ]
    return sorted(found, key=lambda one: (one.account_id, one.user_id, one.symbol, one.position_side))


def _position(desk: Desk, position: Position, at: datetime) -> PositionRisk:
    told = desk.liquidations.get(position.account_id, {}).get((position.symbol, position.position_side))
    liquidation = None if told is None else told.liquidation_price
    mark = mark_of(desk, position.exchange, position.symbol, at).value
    if mark is None and told is not None:
        mark = told.mark_price
    notional = notional_of(desk, position, at).value
    return PositionRisk(
        account_id=position.account_id,
        user_id=position.user_id,
        symbol=position.symbol,
        position_side=position.position_side,
        quantity=position.quantity,
        mark_price=mark,
        notional=None if notional is None else abs(notional),
        unrealized_pnl=unrealized_of(desk, position, at).value,
        liquidation_price=liquidation,
        liquidation_distance=None if liquidation is None or not mark else ratio(abs(mark - liquidation), mark),
    )
