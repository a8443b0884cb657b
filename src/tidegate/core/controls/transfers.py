"""What one user owns becomes another's, or is entered in another account that its venue has been told to move it to."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.commands import TransferFunds
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import FundsTransferred
from tidegate.core.messages.risk_records import Transfer
from tidegate.core.messages.values import Refusal
from tidegate.core.money import is_workable, plain
from tidegate.core.records import UNALLOCATED, Account
from tidegate.core.risk.funds import free
from tidegate.core.vocabulary import RefusalCode, Role, Wallet

_FOR_ANYBODY = frozenset({Role.RISK, Role.ADMIN})
_SAID = ("from_account_id", "from_user_id", "to_account_id", "to_user_id", "asset", "quantity", "wallet")


def transfer(desk: Desk, command: TransferFunds) -> Decision:
    """Move it at once, at its average cost; a transfer that was made before is answered again."""
    known = desk.risk.transferred.get(command.transfer_id) or desk.risk.transfers.get(command.transfer_id)
    if known is not None:
        return _repeated(command, known)
    refusal = _refusal(desk, command)
    if refusal is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    return Decision([_transferred(desk, command)], [Reply(command_id=command.command_id)])


def _repeated(command: TransferFunds, known: Transfer) -> Decision:
    if all(getattr(known, name) == getattr(command, name) for name in _SAID):
        return Decision([], [Reply(command_id=command.command_id, replayed=True)])
    message = f"transfer {known.transfer_id} was made before, and was another: use a new id for a new transfer"
    refusal = Refusal(code=RefusalCode.IDEMPOTENCY_KEY_CONFLICT, message=message)
    return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])


def _transferred(desk: Desk, command: TransferFunds) -> FundsTransferred:
    giver = desk.holdings[command.from_account_id, command.from_user_id, command.asset, command.wallet]
    return FundsTransferred(
        at=command.at,
        transfer_id=command.transfer_id,
        from_account_id=command.from_account_id,
        from_user_id=command.from_user_id,
        to_account_id=command.to_account_id,
        to_user_id=command.to_user_id,
        asset=command.asset,
        quantity=command.quantity,
        wallet=command.wallet,
        price=giver.average_price,
        rate=desk.rate(desk.accounts[command.from_account_id].exchange, command.asset),
        by=command.user_id,
        message=command.message,
    )


# --- what does not go ----------------------------------------------------------------------------------------------


def _refusal(desk: Desk, command: TransferFunds) -> Refusal | None:
    giving, taking = _account(desk, command, command.from_account_id), _account(desk, command, command.to_account_id)
    if giving is None or taking is None:
        missing = command.from_account_id if giving is None else command.to_account_id
        return Refusal(code=RefusalCode.ACCOUNT_NOT_FOUND, message=f"there is no account {missing}")
    return (
        _not_permitted(desk, command)
        or _not_allowed(desk, command, giving, taking)
        or _unknown_owner(giving, command.from_user_id)
        or _unknown_owner(taking, command.to_user_id)
        or _too_little(desk, command)
    )


def _account(desk: Desk, command: TransferFunds, account_id: AccountId) -> Account | None:
    """The account, if the one who asks may know of it: a trader's are those that name the trader."""
    user, account = desk.users.get(command.user_id), desk.accounts.get(account_id)
    if account is None or user is None or user.role is not Role.TRADER or user.user_id in account.user_ids:
        return account
    return None


def _not_permitted(desk: Desk, command: TransferFunds) -> Refusal | None:
    """Who oversees the desk moves anybody's; a trader gives away what is theirs, and only within an account."""
    user = desk.users.get(command.user_id)
    if user is not None and user.role in _FOR_ANYBODY:
        return None
    if user is None or user.role is not Role.TRADER:
        message = "funds are transferred by risk officers and administrators, and by traders within an account"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    if command.from_user_id != command.user_id:
        message = "you may give away only what is yours: ask a risk officer to transfer what others own"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    if command.from_account_id != command.to_account_id:
        message = "between accounts only risk officers and administrators transfer: ask one of them"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    return None


def _not_allowed(desk: Desk, command: TransferFunds, giving: Account, taking: Account) -> Refusal | None:
    """What no role makes possible."""
    if command.quantity <= 0 or not is_workable(command.quantity):
        return _refuse("the quantity must be above zero, with at most 18 decimal places", actual=str(command.quantity))
    if (giving.account_id, command.from_user_id) == (taking.account_id, command.to_user_id):
        return _refuse("giver and taker are the same: name another user or another account")
    for account in (giving, taking):
        if command.wallet is Wallet.FUTURES and desk.wallet_of(account.exchange, ":") is not Wallet.FUTURES:
            return _refuse(f"{account.account_id} has no futures wallet: use the main one")
        if command.wallet is Wallet.FUTURES and len(account.user_ids) > 1:
            return _refuse(
                f"{account.account_id} serves several users, so it holds spot assets only: use the main wallet"
            )
        if account.opened_at is None:
            return _refuse(f"the books of {account.account_id} are not opened yet: wait until it has connected")
    return None


def _unknown_owner(account: Account, user_id: UserId) -> Refusal | None:
    if user_id in (*account.user_ids, UNALLOCATED):
        return None
    message = (
        f"{user_id} is no user of {account.account_id}: name one of {', '.join(account.user_ids)} or {UNALLOCATED}"
    )
    return Refusal(code=RefusalCode.TRANSFER_NOT_ALLOWED, message=message)


def _too_little(desk: Desk, command: TransferFunds) -> Refusal | None:
    """Only what is free: neither reserved by open orders nor behind positions."""
    available = free(desk, command.from_account_id, command.from_user_id, command.asset, command.wallet)
    if command.quantity <= available:
        return None
    owned = desk.holdings.get((command.from_account_id, command.from_user_id, command.asset, command.wallet))
    held = plain(owned.quantity) if owned is not None else "0"
    message = (
        f"{command.from_user_id} has {held} {command.asset} in {command.from_account_id}, of which {plain(available)} "
        "is free: transfer less, or cancel orders that reserve it"
    )
    return Refusal(
        code=RefusalCode.INSUFFICIENT_BALANCE,
        message=message,
        limit=plain(available),
        actual=plain(command.quantity),
    )


def _refuse(message: str, *, actual: str | None = None) -> Refusal:
    return Refusal(code=RefusalCode.TRANSFER_NOT_ALLOWED, message=message, actual=actual)
