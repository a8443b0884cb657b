"""Who and what joins the desk: users, tokens, accounts. Registering the same thing twice is refused, not repeated."""

from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import CommandId
from tidegate.core.messages.commands import (
    IssueToken,
    RegisterAccount,
    RegisterUser,
    ReplaceCredentials,
    SetCorrections,
)
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import (
    AccountRegistered,
    AccountStateChanged,
    CorrectionsSet,
    CredentialsReplaced,
    DeskEvent,
    TokenIssued,
    UserRegistered,
)
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import AccountState, RefusalCode


def register_user(desk: Desk, command: RegisterUser) -> Decision:
    """Add a user."""
    if command.user_id in desk.users:
        return _refuse(command.command_id, RefusalCode.ALREADY_EXISTS, f"there is a user {command.user_id} already")
    event = UserRegistered(at=command.at, user_id=command.user_id, name=command.name, role=command.role)
    return _accept(command.command_id, event)


def issue_token(desk: Desk, command: IssueToken) -> Decision:
    """Give a user a token."""
    if command.user_id not in desk.users:
        return _refuse(command.command_id, RefusalCode.USER_NOT_FOUND, f"there is no user {command.user_id}")
    event = TokenIssued(
        at=command.at,
        token_id=command.token_id,
        user_id=command.user_id,
        token_hash=command.token_hash,
        label=command.label,
    )
    return _accept(command.command_id, event)


def register_account(desk: Desk, command: RegisterAccount) -> Decision:
    """Add a venue account. It stays offline until its session has compared the books."""
    if command.account_id in desk.accounts:
        return _refuse(
            command.command_id, RefusalCode.ALREADY_EXISTS, f"there is an account {command.account_id} already"
        )
    if not command.user_ids:
        return _refuse(command.command_id, RefusalCode.USER_NOT_FOUND, "an account serves at least one user")
    for user_id in command.user_ids:
        if user_id not in desk.users:
            return _refuse(command.command_id, RefusalCode.USER_NOT_FOUND, f"there is no user {user_id}")
    event = AccountRegistered(
        at=command.at,
        account_id=command.account_id,
        exchange=command.exchange,
        environment=command.environment,
        user_ids=command.user_ids,
    )
    return _accept(command.command_id, event)


def replace_credentials(desk: Desk, command: ReplaceCredentials) -> Decision:
    """Let an account begin again with other credentials: it takes no new orders until they have proven good."""
    account = desk.accounts.get(command.account_id)
    if account is None:
        message = f"there is no account {command.account_id}"
        return _refuse(command.command_id, RefusalCode.ACCOUNT_NOT_FOUND, message)
    offline = AccountStateChanged(
        at=command.at,
        account_id=command.account_id,
        state=AccountState.OFFLINE,
        message="its credentials have just been replaced",
    )
    replaced = CredentialsReplaced(at=command.at, account_id=command.account_id, by=command.user_id)
    return Decision([offline, replaced], [Reply(command_id=command.command_id)])


def set_corrections(desk: Desk, command: SetCorrections) -> Decision:
    """Let a user choose what the desk may put right on their orders."""
    if command.user_id not in desk.users:
        return _refuse(command.command_id, RefusalCode.USER_NOT_FOUND, f"there is no user {command.user_id}")
    chosen = CorrectionsSet(at=command.at, user_id=command.user_id, corrections=command.corrections)
    return _accept(command.command_id, chosen)


def _accept(command_id: CommandId, event: DeskEvent) -> Decision:
    return Decision([event], [Reply(command_id=command_id)])


def _refuse(command_id: CommandId, code: RefusalCode, message: str) -> Decision:
    return Decision([], [Reply(command_id=command_id, refusal=Refusal(code=code, message=message))])
