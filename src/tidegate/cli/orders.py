"""`tidegate order`: place, list, show, cancel, watch."""

import sys
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_INTERRUPTED, EXIT_OTHERWISE, EXIT_USAGE, fail, print_json, warn
from tidegate.core.vocabulary import Exchange, OrderStatus, OrderType, RefusalCode, Side, TimeInForce

if TYPE_CHECKING:
    from tidegate.client import Client, Order

FAILED = frozenset({OrderStatus.REJECTED, OrderStatus.INVALIDATED, OrderStatus.CANCELED, OrderStatus.EXPIRED})
UNANSWERED = frozenset({OrderStatus.CREATED, OrderStatus.PENDING})
PAGE_SIZE_MAX = 500

orders = typer.Typer(help="Place, follow and cancel orders.", no_args_is_help=True)


class Waiting(StrEnum):
    """How far an order must have got before the command ends."""

    DURABLE = "durable"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


Timeout = Annotated[float, typer.Option(min=0, max=30, help="How many seconds to wait at most.")]


@orders.command()
def place(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Which account; tidegate accounts lists them.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC/USDT.")],
    side: Annotated[Side, typer.Argument(metavar="SIDE", case_sensitive=False, help="buy or sell.")],
    order_type: Annotated[OrderType, typer.Argument(metavar="TYPE", case_sensitive=False, help="market or limit.")],
    quantity: Annotated[str | None, typer.Option(help="How much, in the base asset.")] = None,
    quote_quantity: Annotated[str | None, typer.Option(help="How much, in the quote asset (market orders).")] = None,
    price: Annotated[str | None, typer.Option(help="The limit.")] = None,
    time_in_force: Annotated[
        TimeInForce, typer.Option(case_sensitive=False, help="How long a limit order rests: gtc, ioc or fok.")
    ] = TimeInForce.GTC,
    post_only: Annotated[bool, typer.Option("--post-only", help="Rest, or be refused; never take.")] = False,
    client_order_id: Annotated[
        str | None, typer.Option(help="Your own id. The same id and order again place nothing twice.")
    ] = None,
    wait: Annotated[Waiting, typer.Option(help="Until when to wait.")] = Waiting.ACKNOWLEDGED,
    timeout: Timeout = 5.0,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Place an order.

    Ends with 1 when the desk or the venue refused it, or when it ended without being filled.
    """
    if (quantity is None) == (quote_quantity is None):
        raise fail("give either --quantity or --quote-quantity", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        order = desk.place_order(
            account=account,
            symbol=symbol,
            side=side,
            order_type=order_type,
            quantity=quantity,
            quote_quantity=quote_quantity,
            price=price,
            time_in_force=time_in_force,
            post_only=post_only,
            client_order_id=client_order_id,
            wait_for=wait.value,
            timeout_ms=round(timeout * 1000),
        )
    _show(order, as_json=wants_json(context, as_json))
    if wait is Waiting.CLOSED and not order.is_closed:
        warn(f"the order is {order.status} after {timeout:g} s: tidegate order watch {order.order_id}")
    elif wait is Waiting.ACKNOWLEDGED and order.status in UNANSWERED:
        warn(
            f"{order.exchange} has not answered after {timeout:g} s; the desk finds out, do not place it again: "
            f"tidegate order watch {order.order_id}"
        )
    raise typer.Exit(EXIT_OTHERWISE if order.status in FAILED else 0)


@orders.command("list")
def list_orders(
    context: typer.Context,
    status: Annotated[str | None, typer.Option(help="A status, or open or closed.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    exchange: Annotated[Exchange | None, typer.Option(help="Only this venue.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only this market.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's (for roles that see others').")] = None,
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


@orders.command()
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


@orders.command()
def cancel(
    context: typer.Context,
    order_id: Annotated[str | None, typer.Argument(metavar="ID")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of your open orders that match.")] = False,
    account: Annotated[str | None, typer.Option(help="With --all: only this account.")] = None,
    exchange: Annotated[Exchange | None, typer.Option(help="With --all: only this venue.")] = None,
    symbol: Annotated[str | None, typer.Option(help="With --all: only this market.")] = None,
    wait: Annotated[Waiting, typer.Option(help="Until when to wait, for one order.")] = Waiting.CLOSED,
    timeout: Timeout = 5.0,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Cancel one order, or all that match.

    Ends with 1 when the order ended otherwise, or the venue has not confirmed within --timeout.
    """
    filters = (account, exchange, symbol)
    if (order_id is None) != everything or (order_id is not None and any(filters)):
        raise fail("give either an order's ID, or --all with or without --account, --exchange, --symbol", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        if order_id is not None:
            order = _cancel(desk, order_id, wait, timeout)
        else:
            found = desk.cancel_orders(account=account, exchange=exchange, symbol=symbol)
    json_wanted = wants_json(context, as_json)
    if order_id is not None:
        _show(order, as_json=json_wanted)
        if not order.is_closed:
            warn(f"the cancel is on its way, the order is still {order.status}: tidegate order watch {order_id}")
        raise typer.Exit(0 if order.status == OrderStatus.CANCELED else EXIT_OTHERWISE)
    if json_wanted:
        print_json({"items": found})
        return
    from tidegate.cli.tables import print_orders

    print_orders(found, empty="no open order matches")


def _cancel(desk: "Client", order_id: str, wait: Waiting, timeout_seconds: float) -> "Order":
    """The order after asking for its end; one that is canceled already is as it was asked to be."""
    from tidegate.client import ApiError

    try:
        return desk.cancel_order(order_id, wait_for=wait.value, timeout_ms=round(timeout_seconds * 1000))
    except ApiError as error:
        if error.code == RefusalCode.ORDER_CLOSED and error.order and error.order.status == OrderStatus.CANCELED:
            return error.order
        raise


@orders.command()
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


def _show(order: "Order", *, as_json: bool) -> None:
    if as_json:
        print_json(order)
        return
    from tidegate.cli.tables import print_order

    print_order(order)


def _utc(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return None if moment is None else moment.replace(tzinfo=UTC)
