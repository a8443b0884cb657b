"""Who and what the desk knows: accounts, users, tokens, instruments."""

from http import HTTPStatus

import msgspec

from tidegate.core.identifiers import AccountId, CommandId, TokenId, UserId
from tidegate.core.messages.commands import (
    Command,
    IssueToken,
    RegisterAccount,
    RegisterUser,
    ReplaceCredentials,
    SetDeadMan,
)
from tidegate.core.records import UNALLOCATED, Account, User
from tidegate.core.vocabulary import RefusalCode, Role
from tidegate.gateway.authentication import may_see, require
from tidegate.gateway.bodies import CredentialsBody, DeadManBody, IssueTokenBody, RegisterAccountBody, RegisterUserBody
from tidegate.gateway.context import Context
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.queries import InstrumentsQuery, NoQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Items, Result
from tidegate.gateway.tokens import new_token
from tidegate.gateway.views import AccountView, InstrumentView, account_view, instrument_view
from tidegate.ports import VenueCredentials


class UserView(msgspec.Struct, kw_only=True):
    """A person or program."""

    user_id: str
    name: str
    role: str


class NewTokenView(msgspec.Struct, kw_only=True):
    """A fresh token: `token` is shown this once."""

    token_id: str
    user_id: str
    label: str
    token: str


async def instruments(request: AnyRequest, user: User, context: Context) -> Result:
    """What can be traded, and the venues' rules."""
    query = read_query(request, InstrumentsQuery)
    found = context.reference.instruments(query.exchange)
    views = [instrument_view(rule) for rule in found if query.symbol in (None, rule.symbol)]
    return Result(Items[InstrumentView](sorted(views, key=lambda view: (view.exchange, view.symbol))))


async def accounts(request: AnyRequest, user: User, context: Context) -> Result:
    """The venue accounts that the user may see."""
    read_query(request, NoQuery)
    seen = [account for account in await context.blotter.accounts() if may_see(user, account)]
    return Result(Items[AccountView]([account_view(account) for account in seen]))


async def register_account(request: AnyRequest, user: User, context: Context) -> Result:
    """Add a venue account: its credentials are sealed first, then the account joins the desk."""
    require(user, Role.ADMIN)
    body = await read_body(request, RegisterAccountBody)
    async with context.registering:
        return await _register_account(body, context)


async def _register_account(body: RegisterAccountBody, context: Context) -> Result:
    account_id = AccountId(body.account_id)
    if any(account.account_id == account_id for account in await context.blotter.accounts()):
        detail = f"there is an account {account_id} already"
        raise Problem(HTTPStatus.CONFLICT, RefusalCode.ALREADY_EXISTS, detail)
    for user_id in body.user_ids:  # Before anything is stored: an account that is refused leaves no credentials.
        if await context.blotter.user(UserId(user_id)) is None:
            raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.USER_NOT_FOUND, f"there is no user {user_id}")
    credentials = VenueCredentials(api_key=body.api_key, secret=body.secret, passphrase=body.passphrase)
    await context.vault.store(account_id, body.exchange, credentials)
    command = RegisterAccount(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        account_id=account_id,
        exchange=body.exchange,
        environment=body.environment,
        user_ids=tuple(UserId(user_id) for user_id in body.user_ids),
    )
    await _submit(context, command)
    return Result(account_view(await _account(context, account_id)), HTTPStatus.CREATED)


async def replace_credentials(request: AnyRequest, user: User, context: Context) -> Result:
    """Give an account other credentials: sealed first, then its session starts anew with them."""
    require(user, Role.ADMIN)
    body = await read_body(request, CredentialsBody)
    account_id = AccountId(request.path_params["account_id"])
    async with context.registering:
        account = await _account(context, account_id)
        credentials = VenueCredentials(api_key=body.api_key, secret=body.secret, passphrase=body.passphrase)
        await context.vault.store(account_id, account.exchange, credentials)
        command = ReplaceCredentials(
            command_id=CommandId(context.new_id()),
            at=context.clock.now(),
            user_id=user.user_id,
            account_id=account_id,
        )
        await _submit(context, command)
    return Result(account_view(await _account(context, account_id)))


async def set_dead_man(request: AnyRequest, user: User, context: Context) -> Result:
    """Have an account's venue cancel its orders when it does not hear of the desk for so long, or never."""
    body = await read_body(request, DeadManBody)
    account_id = AccountId(request.path_params["account_id"])
    command = SetDeadMan(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        account_id=account_id,
        seconds=body.seconds,
    )
    await _submit(context, command)
    return Result(account_view(await _account(context, account_id)))


async def _account(context: Context, account_id: AccountId) -> Account:
    for account in await context.blotter.accounts():
        if account.account_id == account_id:
            return account
    detail = f"there is no account {account_id}"
    raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.ACCOUNT_NOT_FOUND, detail)


async def register_user(request: AnyRequest, user: User, context: Context) -> Result:
    """Add a user."""
    require(user, Role.ADMIN)
    body = await read_body(request, RegisterUserBody)
    if body.user_id == UNALLOCATED:
        detail = f"{UNALLOCATED} is the desk's own name for what belongs to nobody"
        raise Problem(HTTPStatus.CONFLICT, RefusalCode.ALREADY_EXISTS, detail)
    command = RegisterUser(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=UserId(body.user_id),
        name=body.name,
        role=body.role,
    )
    await _submit(context, command)
    return Result(UserView(user_id=body.user_id, name=body.name, role=body.role), HTTPStatus.CREATED)


async def issue_token(request: AnyRequest, user: User, context: Context) -> Result:
    """Give a user a token."""
    require(user, Role.ADMIN)
    body = await read_body(request, IssueTokenBody)
    token, token_hash = new_token()
    command = IssueToken(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=UserId(body.user_id),
        token_id=TokenId(context.new_id()),
        token_hash=token_hash,
        label=body.label,
    )
    await _submit(context, command)
    view = NewTokenView(token_id=command.token_id, user_id=body.user_id, label=body.label, token=token)
    return Result(view, HTTPStatus.CREATED)


async def _submit(context: Context, command: Command) -> None:
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
