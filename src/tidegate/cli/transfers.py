"""`tidegate transfer` and `transfers`: what one user owns becomes another's."""

from typing import Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import print_json, warn


def transfer(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="Where it lies.")],
    asset: Annotated[str, typer.Argument(help="Such as USDT.")],
    quantity: Annotated[str, typer.Argument(help="How much, a plain decimal.")],
    giver: Annotated[str, typer.Option("--from", metavar="USER", help="Whose it is; unallocated: nobody's yet.")],
    taker: Annotated[str, typer.Option("--to", metavar="USER", help="Whose it is to be.")],
    to_account: Annotated[
        str | None, typer.Option(help="Where it lies by then, if it was moved there at the venue.")
    ] = None,
    wallet: Annotated[str | None, typer.Option(help="main or futures, where the account has both.")] = None,
    message: Annotated[str, typer.Option(help="Why, for whoever looks later.")] = "",
    key: Annotated[str | None, typer.Option("--key", help="An idempotency key: the same again gives once.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give what one user owns to another, at its average cost."""
    with connection(context, url, token, data, as_json) as desk:
        made = desk.transfer_funds(
            from_account=account,
            from_user_id=giver,
            to_account=to_account,
            to_user_id=taker,
            asset=asset,
            quantity=quantity,
            wallet=wallet,
            message=message,
            idempotency_key=key,
        )
    if wants_json(context, as_json):
        print_json(made)
        return
    from tidegate.cli.risk_tables import print_transfers

    print_transfers([made])


def transfers(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List transfers between users and accounts, newest first."""
    with connection(context, url, token, data, as_json) as desk:
        page = desk.transfers(user_id=user, limit=limit)
    if wants_json(context, as_json):
        print_json(page)
        return
    from tidegate.cli.risk_tables import print_transfers

    print_transfers(page.items)
    if page.next_cursor is not None:
        warn("there are more: give a higher --limit")
