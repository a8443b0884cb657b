"""The venues' own dead-man switches: a venue that does not hear of the desk in time cancels an account's orders.

The desk says that it is there at a third of the time; when its process or its session with the venue is gone, it does
not, and that is the point. What a venue was asked is remembered in memory alone: after a restart it is asked again.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import DeadMan, Desk
from tidegate.core.messages.commands import SetDeadMan
from tidegate.core.messages.effects import RenewDeadMan, Reply
from tidegate.core.messages.events import DeadManAnswered, DeadManAsked, DeadManSet
from tidegate.core.messages.reports import DeadManFailed, DeadManRenewed
from tidegate.core.messages.values import Refusal
from tidegate.core.reconciliation.telling import end_if_open, tell_once
from tidegate.core.records import Account
from tidegate.core.vocabulary import AccountState, Exchange, RefusalCode, Role

DEAD_MAN_SWITCH = "dead_man_switch"
_RENEWALS = 3  # Within the time: two may fail.
_END_AGAIN_SECONDS = 5


class Switch(NamedTuple):
    """What a venue takes. `by_market`: it counts down for each market by itself, and for derivatives alone."""

    seconds_min: int
    seconds_max: int
    by_market: bool = False


SWITCHES = {
    Exchange.BINANCE: Switch(10, 3_600, by_market=True),  # Binance names no bounds, and advises against little time.
    Exchange.OKX: Switch(10, 120),
    Exchange.BYBIT: Switch(3, 300),
}


# --- people choose -------------------------------------------------------------------------------------------------


def set_dead_man(desk: Desk, command: SetDeadMan) -> Decision:
    """Switch it on, with other seconds, or off; the venue is told at once where it can be reached."""
    account = desk.accounts.get(command.account_id)
    refusal = _not_permitted(desk, command, account) or _out_of_bounds(command, account)
    if account is None or refusal is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    reply = Decision([], [Reply(command_id=command.command_id)])
    if command.seconds == account.dead_man_seconds:
        return reply
    chosen = DeadManSet(at=command.at, account_id=account.account_id, seconds=command.seconds, by=command.user_id)
    return together(Decision([chosen]), _tell(desk, account, command.seconds or 0, command.at), reply)


def _not_permitted(desk: Desk, command: SetDeadMan, account: Account | None) -> Refusal | None:
    user = desk.users.get(command.user_id)
    if user is None or user.role not in (Role.TRADER, Role.RISK, Role.ADMIN):
        message = "an account's dead-man switch is set by its traders, risk officers and administrators"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    if account is None or (user.role is Role.TRADER and user.user_id not in account.user_ids):
        return Refusal(code=RefusalCode.ACCOUNT_NOT_FOUND, message=f"there is no account {command.account_id}")
    return None


def _out_of_bounds(command: SetDeadMan, account: Account | None) -> Refusal | None:
    if account is None or command.seconds is None:
        return None
    switch = SWITCHES[account.exchange]
    if switch.seconds_min <= command.seconds <= switch.seconds_max:
        return None
    return Refusal(
        code=RefusalCode.PARAMETER_NOT_ALLOWED,
        message=f"{account.exchange} waits {switch.seconds_min} to {switch.seconds_max} seconds: give so many",
        limit=str(switch.seconds_max if command.seconds > switch.seconds_max else switch.seconds_min),
        actual=str(command.seconds),
    )


# --- the desk says that it is there --------------------------------------------------------------------------------


def dead_man_renewals(desk: Desk, at: datetime) -> Decision:
    """Tell the venues of all accounts whose time is due, and again those that have not heard it the last time."""
    return together(*(_renewal(desk, account, at) for account in desk.accounts.values()))


def _renewal(desk: Desk, account: Account, at: datetime) -> Decision:
    asked, seconds = desk.dead_men.get(account.account_id), account.dead_man_seconds or 0
    if not seconds and asked is None:
        return NOTHING
    if account.state is AccountState.OFFLINE:
        return NOTHING if asked is None or asked.asked_at is None else _unheard(account, asked, at)
    if not _is_due(asked, seconds, _markets(desk, account, asked, seconds), at):
        return NOTHING
    return _tell(desk, account, seconds, at)


def _is_due(asked: DeadMan | None, seconds: int, symbols: frozenset[str], at: datetime) -> bool:
    if asked is None or asked.asked_at is None or asked.seconds != seconds:
        return True
    if not seconds:
        return at - asked.asked_at >= timedelta(seconds=_END_AGAIN_SECONDS)
    return at - asked.asked_at >= timedelta(seconds=seconds) / _RENEWALS or not symbols <= asked.symbols


def _tell(desk: Desk, account: Account, seconds: int, at: datetime) -> Decision:
    if account.state is AccountState.OFFLINE:
        return NOTHING  # It is told as soon as it can be reached.
    account_id = account.account_id
    symbols = _markets(desk, account, desk.dead_men.get(account_id), seconds)
    asked = DeadManAsked(at=at, account_id=account_id, seconds=seconds, symbols=symbols)
    return Decision([asked], [RenewDeadMan(account_id=account_id, seconds=seconds, symbols=symbols)])


def _markets(desk: Desk, account: Account, asked: DeadMan | None, seconds: int) -> frozenset[str]:
    """Where the venue has orders of the account's to cancel, if it counts down for each market by itself.

    It may still count down in markets whose orders have ended, and would cancel the next ones there. While the switch
    is on, those are told in time; not so when it ends, or when the venue has not heard the desk lately, as at a start.
    """
    if not SWITCHES[account.exchange].by_market:
        return frozenset()
    open_orders = (order for order in desk.open_orders(account.account_id) if order.attempt and not order.is_held)
    symbols = {order.symbol for order in open_orders}
    if not seconds or asked is None or asked.asked_at is None:
        symbols |= desk.recent_symbols.get(account.account_id, {}).keys()
    return frozenset(symbol for symbol in symbols if ":" in symbol)


def _unheard(account: Account, asked: DeadMan, at: datetime) -> Decision:
    """Out of reach: whether the venue still counts is not known, so that it is told first thing when it is back."""
    lost = DeadManAnswered(at=at, account_id=account.account_id, seconds=asked.seconds, failed=True)
    return Decision([lost])


# --- the venues answer ---------------------------------------------------------------------------------------------


def renewed(desk: Desk, report: DeadManRenewed) -> Decision:
    """The venue counts anew, or no more: a failure before that is over."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    message = "the venue has heard of the desk again" if report.seconds else "the switch is off"
    over = end_if_open(desk, account.account_id, report.at, DEAD_MAN_SWITCH, account.exchange, message)
    heard = DeadManAnswered(at=report.at, account_id=account.account_id, seconds=report.seconds, failed=False)
    return Decision([heard, *over])


def failed(desk: Desk, report: DeadManFailed) -> Decision:
    """People are told once; the venue is told again at the next tick, or in due time where that would be in vain."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    what = "renewed" if report.seconds else "ended"
    message = f"the venue's dead-man switch could not be {what}: {report.message}"
    told = tell_once(desk, account.account_id, report.at, DEAD_MAN_SWITCH, account.exchange, message)
    if not report.retryable:
        return Decision([*told])
    again = DeadManAnswered(at=report.at, account_id=account.account_id, seconds=report.seconds, failed=True)
    return Decision([again, *told])
