"""A person ends a break: in their own words, or by letting our books follow the venue's figure."""

from collections.abc import Callable

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk, Difference
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import ResolveBreak
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import BalanceAdjusted, Event, PositionAdjusted
from tidegate.core.messages.values import Refusal
from tidegate.core.reconciliation.balances import BALANCE, balance_subject
from tidegate.core.reconciliation.positions import POSITION, position_subject
from tidegate.core.records import FORCED_TRADE, FOREIGN_EXECUTION, UNALLOCATED, Account, Break
from tidegate.core.sending import resolved
from tidegate.core.vocabulary import RefusalCode, Role, Wallet

_MAY_RESOLVE = frozenset({Role.RISK, Role.ADMIN})


def resolve(desk: Desk, command: ResolveBreak) -> Decision:
    """Close a break, or accept the venue's figure and then close it."""
    found = desk.open_breaks.get(command.break_id)
    account = None if found is None else desk.accounts.get(found.account_id)
    if found is None or account is None:
        return _refuse(command, RefusalCode.BREAK_NOT_FOUND, f"there is no open break {command.break_id}")
    if not _may_resolve(desk, account, command.user_id):
        message = "breaks are resolved by risk officers, administrators, and the only user of the account"
        return _refuse(command, RefusalCode.NOT_PERMITTED, message)
    accepted = _accept(desk, account, found, command)
    if isinstance(accepted, Refusal):
        return Decision([], [Reply(command_id=command.command_id, refusal=accepted)])
    ended = resolved(found, command.at, command.message, by=command.user_id)
    return Decision([*accepted, ended], [Reply(command_id=command.command_id)])


def _may_resolve(desk: Desk, account: Account, user_id: UserId) -> bool:
    user = desk.users.get(user_id)
    return user is not None and (user.role in _MAY_RESOLVE or account.user_ids == (user_id,))


def _accept(desk: Desk, account: Account, found: Break, command: ResolveBreak) -> list[Event] | Refusal:
    """What makes our books follow the venue's; nothing for a break that has no figure."""
    accept = _ACCEPTS.get(found.kind)
    if not command.accept or accept is None:
        return []
    owner = command.owner_id or account.owner
    if owner not in (*account.user_ids, UNALLOCATED):
        return Refusal(code=RefusalCode.USER_NOT_FOUND, message=f"{owner} is no user of {account.account_id}")
    return accept(desk, account, found, command, owner)


def _accept_balance(
    desk: Desk, account: Account, found: Break, command: ResolveBreak, owner: UserId
) -> list[Event] | Refusal:
    for (account_id, asset, wallet), difference in desk.differences.items():
        if account_id == account.account_id and balance_subject(asset, wallet) == found.subject:
            if _is_passing(desk, difference, command):
                return _not_now(account)
            adjusted = BalanceAdjusted(
                at=command.at,
                account_id=account_id,
                user_id=owner,
                asset=asset,
                wallet=wallet,
                quantity=difference.amount,
                price=desk.rate(account.exchange, asset),
                by=command.user_id,
                message=command.message,
                capital=not _is_of_positions(desk, account, asset, wallet),
            )
            return [adjusted]
    return _not_compared(account)


def _is_of_positions(desk: Desk, account: Account, asset: str, wallet: Wallet) -> bool:
    """Whether derivatives that settle in this balance were traded outside the desk, or closed by the venue itself.

    What a liquidation takes is lost, not withdrawn: a loss limit must not lose sight of it.
    """
    subjects = [
        found.subject.partition(" ")[0]
        for found in desk.open_breaks.values()
        if found.account_id == account.account_id and found.kind in (POSITION, FOREIGN_EXECUTION, FORCED_TRADE)
    ]
    return any(
        symbol.endswith(f":{asset}") and desk.wallet_of(account.exchange, symbol) is wallet for symbol in subjects
    )


def _accept_position(
    desk: Desk, account: Account, found: Break, command: ResolveBreak, owner: UserId
) -> list[Event] | Refusal:
    for (account_id, symbol, position_side), difference in desk.position_differences.items():
        if account_id != account.account_id or position_subject(symbol, position_side) != found.subject:
            continue
        if _is_passing(desk, difference, command):
            return _not_now(account)
        price = desk.prices.get((account.exchange, symbol))
        if price is None:
            message = f"no price of {symbol} on {account.exchange} is known yet: try again later"
            return Refusal(code=RefusalCode.NO_REFERENCE_PRICE, message=message)
        adjusted = PositionAdjusted(
            at=command.at,
            account_id=account_id,
            user_id=owner,
            exchange=account.exchange,
            symbol=symbol,
            position_side=position_side,
            quantity=difference.amount,
            price=price.mark or price.last,
            by=command.user_id,
            message=command.message,
        )
        return [adjusted]
    return _not_compared(account)


def _is_passing(desk: Desk, difference: Difference, command: ResolveBreak) -> bool:
    """Whether the difference may be another than the person was told of: a trade that one side has told first."""
    return command.at - difference.since < desk.policy.break_confirmation


def _not_now(account: Account) -> Refusal:
    message = f"how far {account.exchange} and the books differ has just changed: try again in some seconds"
    return Refusal(code=RefusalCode.VENUE_UNAVAILABLE, message=message)


def _not_compared(account: Account) -> Refusal:
    message = f"{account.account_id} has not been compared with {account.exchange} since the desk started: try again"
    return Refusal(code=RefusalCode.VENUE_UNAVAILABLE, message=message)


def _refuse(command: ResolveBreak, code: RefusalCode, message: str) -> Decision:
    return Decision([], [Reply(command_id=command.command_id, refusal=Refusal(code=code, message=message))])


_Accept = Callable[[Desk, Account, Break, ResolveBreak, UserId], list[Event] | Refusal]
_ACCEPTS: dict[str, _Accept] = {BALANCE: _accept_balance, POSITION: _accept_position}
