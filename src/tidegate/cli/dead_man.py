"""`tidegate account dead-man`: what becomes of an account's orders when its venue does not hear of the desk."""

from typing import Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_USAGE, fail, say


def dead_man(
    context: typer.Context,
    account_id: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id on this desk.")],
    seconds: Annotated[int | None, typer.Option(help="How long the venue waits for the desk.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Let the orders stay, however long the desk is gone.")] = False,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let the venue itself cancel an account's orders when it does not hear of the desk for so many seconds.

    Protection may go with them; the desk arms it again when it is back. OKX takes 10 to 120 seconds, Bybit 3 to 300,
    and Binance, whose spot market has no such switch, 10 to 3600 for futures.
    """
    if off == (seconds is not None):
        raise fail("give either --seconds or --off", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        account = desk.set_dead_man(account_id, seconds)
    effect = (
        f"when the desk is gone, orders of {account.account_id} stay at the venue"
        if account.dead_man_seconds is None
        else f"the venue cancels orders of {account.account_id} {account.dead_man_seconds} s after the desk is gone"
    )
    document = {"account_id": account.account_id, "dead_man_seconds": account.dead_man_seconds}
    say(document, effect, as_json=wants_json(context, as_json))
