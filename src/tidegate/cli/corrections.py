"""`tidegate corrections`: what the desk may put right by itself on one's orders."""

from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, is_followed_by_a_command, wants_json
from tidegate.cli.output import say

if TYPE_CHECKING:
    from tidegate.client import Corrections

corrections = typer.Typer(help="What the desk may put right by itself on your orders.")


@corrections.callback(invoke_without_command=True)
def show(
    context: typer.Context, url: Url = None, token: Token = None, data: Data = None, as_json: AsJson = False
) -> None:
    """What the desk may put right by itself. Without a command: show it."""
    if is_followed_by_a_command(context):
        return
    with connection(context, url, token, data, as_json) as desk:
        found = desk.corrections()
    _say(found, as_json=wants_json(context, as_json))


@corrections.command("set")
def set_corrections(
    context: typer.Context,
    adjust_to_grid: Annotated[
        bool | None, typer.Option(help="Move prices and quantities to the venue's tick, lot and minimum.")
    ] = None,
    reprice_post_only: Annotated[
        bool | None, typer.Option(help="Price a post-only order anew when the venue refused it for taking.")
    ] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Decide what the desk may put right; what is not named stays as it is."""
    with connection(context, url, token, data, as_json) as desk:
        before = desk.corrections()
        found = desk.set_corrections(
            adjust_to_grid=before.adjust_to_grid if adjust_to_grid is None else adjust_to_grid,
            reprice_post_only=before.reprice_post_only if reprice_post_only is None else reprice_post_only,
        )
    _say(found, as_json=wants_json(context, as_json))


def _say(found: "Corrections", *, as_json: bool) -> None:
    switches = {"adjust_to_grid": found.adjust_to_grid, "reprice_post_only": found.reprice_post_only}
    text = "\n".join(f"{name:<20}{'on' if is_on else 'off'}" for name, is_on in switches.items())
    say(switches, text, as_json=as_json)
