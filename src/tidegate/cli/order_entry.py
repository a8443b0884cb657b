"""`tidegate order place`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, wants_json
from tidegate.cli.output import EXIT_OTHERWISE, EXIT_USAGE, fail, print_json, warn
from tidegate.core.vocabulary import (
    MarginMode,
    OrderStatus,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TriggerBy,
)

if TYPE_CHECKING:
    from tidegate.client import Order, OrderPreview
    from tidegate.client.calls import OrderFields, ProtectionFields

FAILED = frozenset({OrderStatus.REJECTED, OrderStatus.INVALIDATED, OrderStatus.CANCELED, OrderStatus.EXPIRED})
UNANSWERED = frozenset({OrderStatus.CREATED, OrderStatus.PENDING})


class Waiting(StrEnum):
    """How far an order must have got before the command ends."""

    DURABLE = "durable"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


Timeout = Annotated[float, typer.Option(min=0, max=30, help="How many seconds to wait at most.")]
_TYPES = ", ".join(OrderType)


def place(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="Which account; tidegate accounts lists them.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC/USDT, or BTC/USDT:USDT (perpetual).")],
    side: Annotated[Side, typer.Argument(metavar="SIDE", case_sensitive=False, help="buy or sell.")],
    order_type: Annotated[OrderType, typer.Argument(metavar="TYPE", case_sensitive=False, help=f"One of {_TYPES}.")],
    quantity: Annotated[str | None, typer.Option(help="How much, in the base asset.")] = None,
    quote_quantity: Annotated[str | None, typer.Option(help="How much, in the quote asset (market orders).")] = None,
    price: Annotated[str | None, typer.Option(help="The limit.")] = None,
    trigger_price: Annotated[str | None, typer.Option(help="What sets a stop or target off.")] = None,
    trigger_by: Annotated[TriggerBy | None, typer.Option(help="Which price sets it off; last unless given.")] = None,
    trailing_offset: Annotated[
        str | None, typer.Option(help="How far a trailing stop stays behind: 150 (quote asset) or 1.5%.")
    ] = None,
    time_in_force: Annotated[
        TimeInForce | None, typer.Option(case_sensitive=False, help="How long it rests; gtc unless given.")
    ] = None,
    expires_at: Annotated[datetime | None, typer.Option(help="When it ends, UTC (gtd).")] = None,
    post_only: Annotated[bool, typer.Option("--post-only", help="Rest, or be refused; never take.")] = False,
    reduce_only: Annotated[bool, typer.Option("--reduce-only", help="Close a position, never open one.")] = False,
    position_side: Annotated[PositionSide | None, typer.Option(help="Which position, in hedge mode.")] = None,
    margin_mode: Annotated[MarginMode | None, typer.Option(help="What stands behind the position.")] = None,
    leverage: Annotated[str | None, typer.Option(help="Set the account's leverage for the symbol, if flat.")] = None,
    stop_loss: Annotated[str | None, typer.Option(help="Protect what it fills: the stop's trigger.")] = None,
    stop_loss_limit: Annotated[str | None, typer.Option(help="The stop's limit; at the market unless given.")] = None,
    stop_loss_offset: Annotated[str | None, typer.Option(help="Let the stop trail: 150 or 1.5%.")] = None,
    take_profit: Annotated[str | None, typer.Option(help="Protect what it fills: the target's trigger.")] = None,
    take_profit_limit: Annotated[str | None, typer.Option(help="The target's limit.")] = None,
    param: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A word of the venue's own.")] = None,
    client_order_id: Annotated[
        str | None, typer.Option(help="Your own id. The same id and order again place nothing twice.")
    ] = None,
    wait: Annotated[Waiting, typer.Option(help="Until when to wait.")] = Waiting.ACKNOWLEDGED,
    timeout: Timeout = 5.0,
    preview: Annotated[
        bool, typer.Option("--preview", help="Place nothing: show every check with its figures.")
    ] = False,
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
    if expires_at is not None and time_in_force is None:
        time_in_force = TimeInForce.GTD
    asked: OrderFields = {
        "account": account,
        "symbol": symbol,
        "side": side,
        "order_type": order_type,
        "quantity": quantity,
        "quote_quantity": quote_quantity,
        "price": price,
        "trigger_price": trigger_price,
        "trigger_by": trigger_by,
        "trailing_offset": trailing_offset,
        "time_in_force": time_in_force,
        "expires_at": None if expires_at is None else expires_at.replace(tzinfo=UTC),
        "post_only": post_only,
        "reduce_only": reduce_only,
        "position_side": position_side,
        "margin_mode": margin_mode,
        "leverage": leverage,
        "stop_loss": _protection(stop_loss, stop_loss_limit, stop_loss_offset),
        "take_profit": _protection(take_profit, take_profit_limit, None),
        "params": _params(param),
        "client_order_id": client_order_id,
    }
    if preview:
        with connection(context, url, token, data, as_json) as desk:
            found = desk.preview_order(**asked)
        show_preview(found, as_json=wants_json(context, as_json))
        raise typer.Exit(0 if found.accepted else EXIT_OTHERWISE)
    with connection(context, url, token, data, as_json) as desk:
        order = desk.place_order(**asked, wait_for=wait.value, timeout_ms=round(timeout * 1000))
    show_order(order, as_json=wants_json(context, as_json))
    _say_what_is_open(order, wait, timeout)
    raise typer.Exit(EXIT_OTHERWISE if order.status in FAILED else 0)


def _protection(trigger: str | None, limit: str | None, offset: str | None) -> "ProtectionFields | None":
    if trigger is None and limit is None and offset is None:
        return None
    return {"trigger_price": trigger, "price": limit, "trailing_offset": offset}


def _params(given: list[str] | None) -> dict[str, str] | None:
    """NAME=VALUE as often as given. Ends the command when one is written otherwise."""
    if not given:
        return None
    pairs = [text.partition("=") for text in given]
    if not all(name and equals for name, equals, _ in pairs):
        raise fail("write --param as NAME=VALUE", EXIT_USAGE)
    return {name: value for name, _, value in pairs}


def _say_what_is_open(order: "Order", wait: Waiting, timeout_seconds: float) -> None:
    watch = f"tidegate order watch {order.order_id}"
    if wait is Waiting.CLOSED and not order.is_closed:
        warn(f"the order is {order.status} after {timeout_seconds:g} s: {watch}")
    elif wait is Waiting.ACKNOWLEDGED and order.status in UNANSWERED and order.held_by != "desk":
        warn(
            f"{order.exchange} has not answered after {timeout_seconds:g} s; "
            f"the desk finds out, do not place it again: {watch}"
        )


def show_preview(found: "OrderPreview", *, as_json: bool) -> None:
    """What would become of an order, for programs or for people."""
    if as_json:
        print_json(found)
        return
    from tidegate.cli.preview_table import print_preview

    print_preview(found)


def show_order(order: "Order", *, as_json: bool) -> None:
    """One order, for programs or for people."""
    if as_json:
        print_json(order)
        return
    from tidegate.cli.tables import print_order

    print_order(order)
