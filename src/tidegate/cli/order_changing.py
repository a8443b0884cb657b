"""`tidegate order amend`, `cancel` and `cancel-all`."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.order_entry import Timeout, Waiting, show_order
from tidegate.cli.output import EXIT_OTHERWISE, EXIT_USAGE, fail, print_json, warn
from tidegate.core.vocabulary import Exchange, OrderStatus, RefusalCode

if TYPE_CHECKING:
    from tidegate.client import Client, Order


def amend(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(metavar="ID")],
    quantity: Annotated[str | None, typer.Option(help="Its whole quantity from now on, in the base asset.")] = None,
    price: Annotated[str | None, typer.Option(help="Its limit from now on.")] = None,
    trigger_price: Annotated[str | None, typer.Option(help="What sets it off from now on.")] = None,
    wait: Annotated[Waiting, typer.Option(help="Until when to wait.")] = Waiting.ACKNOWLEDGED,
    timeout: Timeout = 5.0,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Change a working order.

    Ends with 1 when the venue refused the change, or has not made it within --timeout.
    """
    asked = {"quantity": quantity, "price": price, "trigger_price": trigger_price}
    if not any(asked.values()):
        raise fail("give at least one of --quantity, --price, --trigger-price", EXIT_USAGE)
    with connection(context, url, token, data, as_json) as desk:
        order = desk.amend_order(order_id, **asked, wait_for=wait.value, timeout_ms=round(timeout * 1000))
    show_order(order, as_json=wants_json(context, as_json))
    if order.pending_action == "amend":
        warn(f"the change is on its way: tidegate order watch {order_id}")
        raise typer.Exit(EXIT_OTHERWISE if wait is not Waiting.DURABLE else 0)
    if not _is_as_asked(order, asked):
        warn("the order stands as it was before")
        raise typer.Exit(EXIT_OTHERWISE)


def _is_as_asked(order: "Order", asked: dict[str, str | None]) -> bool:
    return all(getattr(order, name) == _number(text) for name, text in asked.items() if text is not None)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def cancel(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(metavar="ID")],
    quantity: Annotated[str | None, typer.Option(help="Only so much of what is open, in the base asset.")] = None,
    wait: Annotated[
        Waiting | None, typer.Option(help="Until when to wait; closed, or acknowledged with --quantity.")
    ] = None,
    timeout: Timeout = 5.0,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Cancel one order, or a part of it.

    Ends with 1 when the order ended otherwise, or the venue has not confirmed within --timeout.
    """
    wait = wait or (Waiting.CLOSED if quantity is None else Waiting.ACKNOWLEDGED)
    with connection(context, url, token, data, as_json) as desk:
        order = _cancel(desk, order_id, quantity, wait, timeout)
    show_order(order, as_json=wants_json(context, as_json))
    if quantity is not None and not order.is_closed and order.pending_action == "none":
        return
    if not order.is_closed:
        warn(f"the cancel is on its way, the order is still {order.status}: tidegate order watch {order_id}")
    raise typer.Exit(0 if order.status == OrderStatus.CANCELED else EXIT_OTHERWISE)


def _cancel(desk: "Client", order_id: str, quantity: str | None, wait: Waiting, timeout_seconds: float) -> "Order":
    """The order after asking for its end; one that is canceled already is as it was asked to be."""
    from tidegate.client import ApiError

    try:
        timeout_ms = round(timeout_seconds * 1000)
        return desk.cancel_order(order_id, quantity=quantity, wait_for=wait.value, timeout_ms=timeout_ms)
    except ApiError as error:
        if error.code == RefusalCode.ORDER_CLOSED and error.order and error.order.status == OrderStatus.CANCELED:
            return error.order
        raise


def cancel_all(
    context: typer.Context,
    account: Annotated[str | None, typer.Option(help="Only on this account.")] = None,
    exchange: Annotated[Exchange | None, typer.Option(help="Only at this venue.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only in this market.")] = None,
    user: Annotated[str | None, typer.Option(help="Only this user's (role risk; else your own).")] = None,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Cancel all open orders that match: your own, or with the role risk everybody's."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.cancel_orders(account=account, exchange=exchange, symbol=symbol, user_id=user)
    if wants_json(context, as_json):
        print_json({"items": found})
        return
    from tidegate.cli.tables import print_orders

    print_orders(found, empty="no open order matches")
