"""`tidegate risk`: limits, how far they are used up, and the kill switch."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_USAGE, fail, print_json, warn

if TYPE_CHECKING:
    from tidegate.client import Approval
    from tidegate.client.risk_calls import ScopeFields

risk = typer.Typer(no_args_is_help=True, help="Limits, how far they are used up, and the kill switch.")
limits = typer.Typer(no_args_is_help=True, help="The set of limits: one versioned whole.")
risk.add_typer(limits, name="limits")

Role = Annotated[str | None, typer.Option(help="Each user of this role.")]
User = Annotated[str | None, typer.Option(help="This user.")]
Account = Annotated[str | None, typer.Option(help="This account.")]
Exchange = Annotated[str | None, typer.Option(help="This exchange.")]
Symbol = Annotated[str | None, typer.Option(help="This market, such as BTC/USDT.")]
Message = Annotated[str, typer.Option(help="Why, for whoever looks later.")]


@limits.command()
def show(
    context: typer.Context,
    version: Annotated[int | None, typer.Option(min=1, help="An older version.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the limits in force. With --json, as a file that `set` takes."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.risk_limits(version)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.risk_tables import print_limits

    print_limits(found)


@limits.command("set")
def set_limits(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="TOML or JSON: all limits, and the version to replace.")],
    message: Message = "",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Replace the whole set (role risk). What loosens a limit waits for a second person."""
    from tidegate.cli.limit_files import LimitFileError, read_limits
    from tidegate.client import RiskLimits

    try:
        file = read_limits(path)
    except LimitFileError as error:
        raise fail(str(error), EXIT_USAGE) from error
    with connection(context, url, token, data, as_json) as desk:
        found = desk.set_risk_limits(file.limits, version=file.version, message=message)
    if wants_json(context, as_json):
        print_json(found)
    elif isinstance(found, RiskLimits):
        from tidegate.cli.risk_tables import print_limits

        print_limits(found)
    else:
        _say_waiting(found)


@risk.command()
def utilization(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show how far limits are used up, what accounts are worth, how far liquidations are away."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.risk_utilization(user)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.utilization_table import print_utilization

    print_utilization(found)


@risk.command()
def states(
    context: typer.Context, url: Url = None, token: Token = None, data: Data = None, as_json: AsJson = False
) -> None:
    """List what is stopped."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.trading_states()
    if wants_json(context, as_json):
        print_json({"items": found})
        return
    from tidegate.cli.risk_tables import print_states

    print_states(found)


@risk.command()
def kill(
    context: typer.Context,
    user: User = None,
    role: Role = None,
    account: Account = None,
    exchange: Exchange = None,
    symbol: Symbol = None,
    reducing: Annotated[bool, typer.Option("--reducing", help="Let positions still be reduced.")] = False,
    close_positions: Annotated[bool, typer.Option("--close-positions", help="Close positions at the market.")] = False,
    cancel_protection: Annotated[
        bool, typer.Option("--cancel-protection", help="Cancel stops and targets, too.")
    ] = False,
    message: Message = "",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Stop at once what is named, together; nothing named: the whole desk. Open orders are canceled."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.throw_kill_switch(
            **_scope(user, role, account, exchange, symbol),
            state="reducing" if reducing else "halted",
            close_positions=close_positions,
            cancel_protection=cancel_protection,
            message=message,
        )
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.risk_tables import print_states

    print_states([found])


@risk.command()
def release(
    context: typer.Context,
    user: User = None,
    role: Role = None,
    account: Account = None,
    exchange: Exchange = None,
    symbol: Symbol = None,
    message: Message = "",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let trade again what is named, as it was stopped. Waits for a second person."""
    from tidegate.client import TradingState

    with connection(context, url, token, data, as_json) as desk:
        found = desk.release_kill_switch(**_scope(user, role, account, exchange, symbol), message=message)
    if wants_json(context, as_json):
        print_json(found)
    elif isinstance(found, TradingState):
        from tidegate.cli.risk_tables import print_states

        print_states([found])
    else:
        _say_waiting(found)


def _scope(
    user: str | None, role: str | None, account: str | None, exchange: str | None, symbol: str | None
) -> "ScopeFields":
    return {"user_id": user, "role": role, "account": account, "exchange": exchange, "symbol": symbol}


def _say_waiting(approval: "Approval") -> None:
    """Nothing has happened yet: show what waits, and say how it goes on."""
    from tidegate.cli.risk_tables import print_approval

    print_approval(approval)
    warn(f"waits for a second person: tidegate approvals approve {approval.approval_id}")
