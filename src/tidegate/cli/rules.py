"""`tidegate rules`: what is to happen once an order gets somewhere."""

import json
from typing import TYPE_CHECKING, Annotated, cast

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, is_followed_by_a_command, wants_json
from tidegate.cli.output import EXIT_USAGE, fail, print_json, warn
from tidegate.core.vocabulary import OrderStatus

if TYPE_CHECKING:
    from tidegate.client import Rule
    from tidegate.client.calls import OrderFields

rules = typer.Typer(help="Follow-up orders: when an order reaches a status, place or cancel another.")


@rules.callback(invoke_without_command=True)
def list_rules(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Follow-up orders. Without a command: list the rules that wait, newest first."""
    if is_followed_by_a_command(context):
        return
    with connection(context, url, token, data, as_json) as desk:
        page = desk.rules(open=None if everything else True, user_id=user, limit=limit)
    if wants_json(context, as_json):
        print_json(page)
        return
    from tidegate.cli.book_tables import print_rules

    print_rules(page.items)
    if page.next_cursor is not None:
        warn("there are more: give a higher --limit")


@rules.command()
def add(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(metavar="ID", help="The order that is waited for.")],
    status: Annotated[OrderStatus, typer.Argument(metavar="STATUS", help="Such as filled.")],
    place: Annotated[
        str | None, typer.Option(metavar="JSON", help="The order to place then, as the API takes it.")
    ] = None,
    cancel: Annotated[str | None, typer.Option(metavar="ID", help="The order to cancel then.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let an order be waited for."""
    if (place is None) == (cancel is None):
        raise fail("give either --place or --cancel", EXIT_USAGE)
    asked = None if place is None else _order_in(place)
    with connection(context, url, token, data, as_json) as desk:
        rule = desk.create_rule(order_id=order_id, status=status, place=asked, cancel_order_id=cancel)
    _show(rule, as_json=wants_json(context, as_json))


def _order_in(text: str) -> "OrderFields":
    """The order in a JSON object. Ends the command when there is none."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise fail(f"--place is no JSON: {error}", EXIT_USAGE) from error
    if not isinstance(found, dict):
        raise fail('--place is one JSON object, such as {"account": ...}', EXIT_USAGE)
    return cast("OrderFields", found)


@rules.command()
def delete(
    context: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="ID")],
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Let a rule wait no more."""
    with connection(context, url, token, data, as_json) as desk:
        rule = desk.delete_rule(rule_id)
    _show(rule, as_json=wants_json(context, as_json))


def _show(rule: "Rule", *, as_json: bool) -> None:
    if as_json:
        print_json(rule)
        return
    from tidegate.cli.book_tables import print_rules

    print_rules([rule])
