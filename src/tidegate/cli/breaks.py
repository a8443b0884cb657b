"""`tidegate breaks`: where the venues' pictures and the desk's differ, and how people end that."""

from typing import Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, is_followed_by_a_command, wants_json
from tidegate.cli.output import EXIT_USAGE, fail, print_json, warn

breaks = typer.Typer(help="Differences between the venues' books and the desk's.")


@breaks.callback(invoke_without_command=True)
def list_breaks(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those that were resolved, too.")] = False,
    account: Annotated[str | None, typer.Option(help="Only this account's.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, such as balance.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Differences between the venues' books and the desk's. Without a command: list those that stand."""
    if is_followed_by_a_command(context):
        return
    with connection(context, url, token, data, as_json) as desk:
        page = desk.breaks(open=None if everything else True, account=account, kind=kind, limit=limit)
    if wants_json(context, as_json):
        print_json(page)
        return
    from tidegate.cli.book_tables import print_breaks

    print_breaks(page.items)
    if page.next_cursor is not None:
        warn("there are more: give a higher --limit")


@breaks.command()
def resolve(
    context: typer.Context,
    break_id: Annotated[str, typer.Argument(metavar="ID", help="As tidegate breaks shows it; quote it.")],
    message: Annotated[str, typer.Option(help="Why, for whoever looks later.")],
    accept: Annotated[bool, typer.Option("--accept", help="Let the books follow the venue's figure.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Leave the books as they are.")] = False,
    owner: Annotated[str | None, typer.Option(help="With --accept: to whose books.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """End a break, by the venue's figure or by word."""
    if accept is close or (owner is not None and not accept):
        raise fail("give either --accept, with or without --owner, or --close", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        found = desk.resolve_break(break_id, accept=accept, message=message, owner_id=owner)
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.book_tables import print_breaks

    print_breaks([found])
