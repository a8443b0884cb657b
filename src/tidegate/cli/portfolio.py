"""`tidegate portfolio`, `equity`, `days`, `performance` and `statement`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_OUTPUT_FAILED, EXIT_USAGE, fail, print_json, say

if TYPE_CHECKING:
    from tidegate.client.portfolio_calls import PeriodQuery

User = Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")]
Account = Annotated[str | None, typer.Option(help="Only this account's.")]
Exchange = Annotated[str | None, typer.Option(help="Only at this exchange.")]
Since = Annotated[datetime | None, typer.Option(help="From this time on, UTC.")]
Until = Annotated[datetime | None, typer.Option(help="Before this time, UTC.")]
Limit = Annotated[int, typer.Option(min=1, max=366, help="How many at most, the newest.")]


def portfolio(
    context: typer.Context,
    user: User = None,
    account: Account = None,
    exchange: Exchange = None,
    asset: Annotated[str | None, typer.Option(help="Only this asset, and positions in it.")] = None,
    group_by: Annotated[str | None, typer.Option(help="Sums by user, account, exchange or asset.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what is held and open, what it cost and what it is worth."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.portfolio(user, account=account, exchange=exchange, asset=asset, group_by=group_by)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.portfolio_tables import print_portfolio

    print_portfolio(found)


def equity(
    context: typer.Context,
    user: User = None,
    account: Account = None,
    exchange: Exchange = None,
    since: Since = None,
    until: Until = None,
    interval: Annotated[str, typer.Option(help="Every mark (raw), or the last of each hour or day.")] = "hour",
    limit: Limit = 24,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the equity curve: what everything was worth, newest first."""
    with connection(context, url, token, data, as_json) as desk:
        asked = _period(user, account, exchange, since, until)
        found = desk.equity(**asked, interval=interval, limit=limit)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.portfolio_tables import print_equity

    print_equity(found.items)


def days(
    context: typer.Context,
    user: User = None,
    account: Account = None,
    exchange: Exchange = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 31,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show profit, fees, funding and volume of each day (UTC), newest first."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.days(**_period(user, account, exchange, since, until), limit=limit)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.portfolio_tables import print_days

    print_days(found.items)


def performance(
    context: typer.Context,
    user: User = None,
    account: Account = None,
    exchange: Exchange = None,
    since: Since = None,
    until: Until = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show return, drawdown, win rate, costs and slippage over a period."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.performance(**_period(user, account, exchange, since, until))
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.portfolio_tables import print_performance

    print_performance(found)


def statement(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The file to write; - is standard output.")],
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    user: User = None,
    account: Account = None,
    exchange: Exchange = None,
    since: Since = None,
    until: Until = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write a statement: balances before, every ledger line, fees, realized profit, balances after."""
    if file_format not in ("csv", "parquet"):
        raise fail("--format is csv or parquet", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        content = desk.statement(file_format, **_period(user, account, exchange, since, until))
    if str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise fail(f"{out} cannot be written: {error.strerror}", EXIT_OUTPUT_FAILED) from error
    document = {"file": str(out), "bytes": len(content)}
    say(document, f"wrote {out}, {len(content):,} bytes", as_json=wants_json(context, as_json))


def _period(
    user: str | None, account: str | None, exchange: str | None, since: datetime | None, until: datetime | None
) -> "PeriodQuery":
    return {
        "user_id": user,
        "account": account,
        "exchange": exchange,
        "since": None if since is None else since.replace(tzinfo=UTC),
        "until": None if until is None else until.replace(tzinfo=UTC),
    }
