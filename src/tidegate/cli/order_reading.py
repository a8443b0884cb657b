"""`tidegate order list`, `show` and `watch`."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.order_entry import FAILED
from tidegate.cli.output import EXIT_INTERRUPTED, EXIT_OTHERWISE, print_json, warn
from tidegate.core.vocabulary import Exchange

PAGE_SIZE_MAX = 500


def list_orders(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="A status, or open or closed.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    exchange: Annotated[Exchange | None, typer.Option(help="Only this venue.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this market.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
    parent: Annotated[str | None, typer.Option(help="Only what protects this order.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Placed at or after this time, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Placed before this time, UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=PAGE_SIZE_MAX, help="At most so many.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="Go on where the last page ended.")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List orders, newest first."""
    with connection(context, url, token, data, as_json) as desk:
        page = desk.orders(
            status=status,
            account=account,
            exchange=exchange,
            symbol=symbol,
            user_id=user,
            parent_order_id=parent,
            since=_utc(since),
            until=_utc(until),
            limit=limit,
            cursor=cursor,
        )
    if wants_json(context, as_json):
        print_json(page)
        return
    from tidegate.cli.tables import print_orders

    print_orders(page.items)
    if page.next_cursor is not None:
        warn(f"there are more: --limit {PAGE_SIZE_MAX}, or --cursor {page.next_cursor}")


def show(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(metavar="ID")],
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show an order and its whole history."""
    with connection(context, url, token, data, as_json) as desk:
        order = desk.order(order_id)
        history = desk.order_history(order_id)
    if wants_json(context, as_json):
        print_json({"order": order, "history": history})
        return
    from tidegate.cli.tables import print_history, print_order

    print_order(order)
    print_history(history)


def watch(
    context: typer.Context,
    order_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    interval: Annotated[float, typer.Option(min=0.05, max=60, help="How many seconds between looks.")] = 0.5,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Follow an order until it has ended, or all of them until interrupted.

    With --json, each step is a line. Ends with 1 when the order ended without being filled.
    """
    from tidegate.cli.tables import StepPrinter
    from tidegate.cli.watching import follow, follow_all, interrupts_remembered

    json_wanted = wants_json(context, as_json)
    printer = None if json_wanted else StepPrinter()
    if order_id is None and sys.stderr.isatty():
        warn("watching all orders from now on; Ctrl-C ends")
    with interrupts_remembered() as is_over, connection(context, url, token, data, as_json) as desk:
        steps = follow_all(desk, interval, is_over) if order_id is None else follow(desk, order_id, interval)
        status = ""
        try:
            for order, entry in steps:
                status = order.status
                if printer is None:
                    print_json(entry)
                else:
                    printer.print(order, entry)
        except KeyboardInterrupt:  # The only end that watching everything has.
            raise typer.Exit(0 if order_id is None else EXIT_INTERRUPTED) from None
    raise typer.Exit(EXIT_OTHERWISE if status in FAILED else 0)


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return None if moment is None else moment.replace(tzinfo=UTC)
