"""`tidegate positions`, `accounts` and `venues`."""

from typing import Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import print_json


def positions(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show positions in derivatives, and what they are worth."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.positions(user)
    if wants_json(context, as_json):
        print_json({"items": found})
        return
    from tidegate.cli.book_tables import print_positions

    print_positions(found)


def venues(
    context: typer.Context, url: Url = None, token: Token = None, data: Data = None, as_json: AsJson = False
) -> None:
    """Show how the venue sessions are: what waits and why, and how much of the rate budget is used."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.venues()
    if wants_json(context, as_json):
        print_json({"items": found})
        return
    from tidegate.cli.book_tables import print_venues

    print_venues(found)


def accounts(
    context: typer.Context, url: Url = None, token: Token = None, data: Data = None, as_json: AsJson = False
) -> None:
    """List venue accounts, and whether they take new orders."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.accounts()
    if wants_json(context, as_json):
        print_json({"items": found})
        return
    from tidegate.cli.book_tables import print_accounts

    print_accounts(found)
