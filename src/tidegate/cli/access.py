"""`tidegate user add`, `token add`, `account add`, `account rekey`: who may act, and with what. For administrators."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_USAGE, fail, say
from tidegate.core.vocabulary import Environment, Exchange, RefusalCode, Role

if TYPE_CHECKING:
    from tidegate.client import Account, Client

users = typer.Typer(help="People and programs of the desk.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens.", no_args_is_help=True)
venue_accounts = typer.Typer(help="Venue accounts.", no_args_is_help=True)


@users.callback()
@tokens.callback()
@venue_accounts.callback()
def _group() -> None:
    """Keeps `add` a command of its own, however few there are."""


@users.command("add")
def add_user(
    context: typer.Context,
    user_id: Annotated[str, typer.Argument(metavar="NAME", help="The user's id, such as alice.")],
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    full_name: Annotated[str | None, typer.Option(help="The name to show; NAME unless given.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Add a user, and print a token for it, once."""
    with connection(context, url, token, data, as_json) as desk:
        user = desk.add_user(user_id, name=full_name or user_id, role=role)
        issued = desk.issue_token(user.user_id, label="first token")
    document = {"user_id": user.user_id, "name": user.name, "role": user.role, "token": issued.token}
    text = f"there is a user {user.user_id} ({user.role}) now; its token, shown this once:\n{issued.token}"
    say(document, text, as_json=wants_json(context, as_json))


@tokens.command("add")
def add_token(
    context: typer.Context,
    user_id: Annotated[str, typer.Argument(metavar="USER", help="Whose token it is.")],
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Issue one more token for a user, and print it, once."""
    with connection(context, url, token, data, as_json) as desk:
        issued = desk.issue_token(user_id, label=label)
    document = {"token_id": issued.token_id, "user_id": user_id, "label": label, "token": issued.token}
    say(document, f"a token for {user_id}, shown this once:\n{issued.token}", as_json=wants_json(context, as_json))


class _Credentials(NamedTuple):
    api_key: str
    secret: str
    passphrase: str | None


@venue_accounts.command("add")
def add_account(
    context: typer.Context,
    account_id: Annotated[str, typer.Argument(metavar="NAME", help="The account's id on this desk.")],
    exchange: Annotated[Exchange, typer.Option(help="Which venue.")],
    user: Annotated[list[str], typer.Option(help="Who may trade it; may be given more than once.")],
    environment: Annotated[
        Environment, typer.Option(help="The venue's testnet, the real thing, or a simulator.")
    ] = Environment.TESTNET,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Add a venue account. Its API key may trade and nothing else: no withdrawal, no transfer.

    Asks for the API key and secret (OKX: and the passphrase) without echo. They may also come from the environment, as
    TIDEGATE_VENUE_API_KEY, TIDEGATE_VENUE_SECRET and TIDEGATE_VENUE_PASSPHRASE, or line by line from standard input;
    never from arguments, which other users of the machine can read.
    """
    credentials = _read_credentials(exchange)
    with connection(context, url, token, data, as_json) as desk:
        account = desk.add_account(
            account_id,
            exchange=exchange,
            environment=environment,
            user_ids=user,
            api_key=credentials.api_key,
            secret=credentials.secret,
            passphrase=credentials.passphrase,
        )
    text = f"there is an account {account_id} now; tidegate accounts shows when it takes orders"
    document = {"account_id": account_id, "exchange": exchange, "environment": environment, "state": account.state}
    say(document, text, as_json=wants_json(context, as_json))


@venue_accounts.command("rekey")
def rekey_account(
    context: typer.Context,
    account_id: Annotated[str, typer.Argument(metavar="NAME", help="The account's id on this desk.")],
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Replace a venue account's API key and secret, such as after a typo, and connect it anew.

    Takes them (OKX: and the passphrase) as `tidegate account add` does: it asks without echo, or they come from the
    environment, as TIDEGATE_VENUE_API_KEY, TIDEGATE_VENUE_SECRET and TIDEGATE_VENUE_PASSPHRASE, or line by line from
    standard input.
    """
    with connection(context, url, token, data, as_json) as desk:
        known = _account(desk, account_id)
        credentials = _read_credentials(known.exchange)
        account = desk.replace_credentials(
            account_id,
            api_key=credentials.api_key,
            secret=credentials.secret,
            passphrase=credentials.passphrase,
        )
    text = f"account {account_id} has other credentials now; tidegate accounts shows when it takes orders"
    document = {
        "account_id": account.account_id,
        "exchange": account.exchange,
        "environment": account.environment,
        "state": account.state,
    }
    say(document, text, as_json=wants_json(context, as_json))


def _account(desk: "Client", account_id: str) -> "Account":
    """The account as the desk lists it. Raises `ApiError`, as the desk itself would say it, when it lists none."""
    from tidegate.client import ApiError

    for account in desk.accounts():
        if account.account_id == account_id:
            return account
    detail = f"there is no account {account_id} that this token may see; tidegate accounts lists those that there are"
    code = RefusalCode.ACCOUNT_NOT_FOUND
    problem = {"type": f"urn:tidegate:problem:{code}", "title": "Not Found", "status": 404}
    raise ApiError(404, {**problem, "detail": detail, "code": code})


def _read_credentials(exchange: str) -> _Credentials:
    api_key = _read_secret("API key", "TIDEGATE_VENUE_API_KEY")
    secret = _read_secret("secret", "TIDEGATE_VENUE_SECRET")
    wants_passphrase = exchange == Exchange.OKX
    return _Credentials(
        api_key, secret, _read_secret("passphrase", "TIDEGATE_VENUE_PASSPHRASE") if wants_passphrase else None
    )


def _read_secret(name: str, variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    value = value.strip()
    if not value:
        raise fail(f"there is no {name}: set {variable}, or give it on standard input", EXIT_USAGE)
    return value
