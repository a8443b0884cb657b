"""How orders and their histories look on a terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid
from tidegate.cli.output import console, one_line

if TYPE_CHECKING:
    from tidegate.client import Amendment, HistoryEntry, Order, Protection

_STYLES = {
    "filled": "green",
    "submitted": "cyan",
    "partially_filled": "cyan",
    "pending": "yellow",
    "canceled": "magenta",
    "expired": "magenta",
    "rejected": "red",
    "invalidated": "red",
    "corrected": "yellow",
    "closed": "dim",
    "ready": "green",
    "recovering": "yellow",
    "offline": "red",
}
_CENT = Decimal("0.01")
_PRICE_DIGITS = 6
_PLACES_MAX = Decimal("1e-8")


def word(text: str) -> Text:
    """A status, in its colour."""
    return Text(text.replace("_", " "), style=_STYLES.get(text, ""))


def amount(value: Decimal | None) -> str:
    """An exact amount, shortened to eight decimal places; a dash where there is none."""
    if value is None:
        return "-"
    text = format(value.quantize(_PLACES_MAX, ROUND_HALF_EVEN) if value.is_finite() else value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal | None) -> str:
    """An amount of the reporting currency, to the cent, with thousands separated."""
    return "-" if value is None else f"{value.quantize(_CENT, ROUND_HALF_EVEN):,}"


def price(value: Decimal | None) -> str:
    """A price in the reporting currency: to the cent, and where that says little to six digits."""
    if value is None:
        return "-"
    places = max(2, _PRICE_DIGITS - 1 - value.adjusted()) if value else 2
    whole, _, cents = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}".partition(".")
    return f"{whole}.{cents.rstrip('0').ljust(2, '0')}"


def gain(value: Decimal | None) -> Text:
    """A profit or loss, signed and coloured."""
    if value is None:
        return Text("-")
    rounded = value.quantize(_CENT, ROUND_HALF_EVEN)
    if not rounded:
        return Text("0.00")
    return Text(f"{rounded:+,}", style="green" if rounded > 0 else "red")


def clock(moment: datetime) -> str:
    """A time of the local day, to the millisecond."""
    return moment.astimezone().strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def date_and_clock(moment: datetime) -> str:
    """A local date and time."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def asked(order: "Order") -> str:
    """How much was asked for."""
    if order.quantity is not None:
        return amount(order.quantity)
    return f"{amount(order.quote_quantity)} {order.symbol.partition('/')[2].partition(':')[0]}"


def limits(order: "Order") -> str:
    """Its limit, and what sets it off."""
    if order.trailing_offset is not None:
        return f"-{order.trailing_offset}" if order.side == "sell" else f"+{order.trailing_offset}"
    if order.trigger_price is None:
        return amount(order.price)
    trigger = f"@{amount(order.trigger_price)}"
    return trigger if order.price is None else f"{amount(order.price)} {trigger}"


_ORDER_COLUMNS = (
    Column("placed", spare=5),
    Column("order"),
    Column("account", spare=2),
    Column("symbol"),
    Column("side"),
    Column("type", spare=4),
    number("quantity"),
    number("price", spare=1),
    number("filled"),
    number("average", spare=3),
    Column("status"),
)


def print_orders(orders: Sequence["Order"], *, empty: str = "no orders") -> None:
    """A list of orders."""
    if not orders:
        console().print(empty)
        return
    rows = [
        (
            date_and_clock(order.timestamp),
            order.order_id,
            order.account_id,
            order.symbol,
            order.side,
            order.order_type,
            asked(order),
            limits(order),
            amount(order.filled_quantity),
            amount(order.average_price),
            _standing(order),
        )
        for order in orders
    ]
    print_grid(console(), _ORDER_COLUMNS, rows)


def _standing(order: "Order") -> Text:
    """The status, and what is being asked."""
    text = word(order.status)
    if order.in_doubt:
        text.append(" (in doubt)", style="yellow")
    elif order.pending_action != "none":
        text.append(f" ({order.pending_action} asked)", style="yellow")
    elif order.held_by == "desk" and not order.is_closed:
        text.append(" (held)", style="yellow")
    return text


def print_order(order: "Order") -> None:
    """One order, a line per fact."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    facts: list[tuple[str, str | Text]] = [
        ("order", order.order_id),
        ("asked", _what_was_asked(order)),
        ("account", f"{order.account_id} ({order.exchange})"),
        ("status", _standing(order)),
    ]
    facts += _conditions(order)
    if order.message:
        facts.append(("because", Text(one_line(order.message))))
    filled = amount(order.filled_quantity)
    facts.append(("filled", filled if order.average_price is None else f"{filled} at {amount(order.average_price)}"))
    if order.fees:
        facts.append(("fees", ", ".join(f"{amount(fee.amount)} {fee.asset}" for fee in order.fees)))
    if order.realized_pnl:
        facts.append(("realized", amount(order.realized_pnl)))
    facts += _names_and_times(order)
    for name, value in facts:
        table.add_row(name, value)
    console().print(table)


def _what_was_asked(order: "Order") -> str:
    words = [order.side, asked(order), order.symbol, order.order_type]
    if order.price is not None:
        words += ["at", amount(order.price)]
    words += [order.time_in_force] if order.price is not None else []
    words += ["post-only"] if order.post_only else []
    words += ["reduce-only"] if order.reduce_only else []
    words += [order.position_side] if order.position_side != "net" else []
    words += [order.margin_mode] if order.margin_mode else []
    words += [f"{amount(order.leverage)}x"] if order.leverage is not None else []
    return " ".join(words)


def _conditions(order: "Order") -> list[tuple[str, str | Text]]:
    """What sets it off, what it is to become, what protects it, when it ends."""
    facts: list[tuple[str, str | Text]] = []
    if order.trailing_offset is not None:
        facts.append(("trails by", f"{order.trailing_offset} ({order.trigger_by} price)"))
    if order.trigger_price is not None:
        facts.append(("trigger", f"{amount(order.trigger_price)} ({order.trigger_by} price)"))
    if order.emulated:
        facts.append(("held by", "the desk, until the market sets it off"))
    if order.triggered_at is not None:
        facts.append(("set off", date_and_clock(order.triggered_at)))
    if order.asked is not None:
        facts.append(("to become", _change(order.asked)))
    for name, protection in (("stop loss", order.stop_loss), ("take profit", order.take_profit)):
        if protection is not None:
            facts.append((name, _protection(protection)))
    if order.leg is not None:
        facts.append(("protects", f"order {order.parent_order_id}"))
    if order.expires_at is not None:
        facts.append(("expires", date_and_clock(order.expires_at)))
    return facts


def _change(asked: "Amendment") -> str:
    figures = {"quantity": asked.quantity, "price": asked.price, "trigger": asked.trigger_price}
    return ", ".join(f"{name} {amount(value)}" for name, value in figures.items() if value is not None)


def _protection(protection: "Protection") -> str:
    words = [] if protection.trigger_price is None else [amount(protection.trigger_price)]
    words += [] if protection.trailing_offset is None else [f"trailing by {protection.trailing_offset}"]
    words += ["at the market" if protection.price is None else f"at {amount(protection.price)}"]
    return ", ".join(words)


def _names_and_times(order: "Order") -> list[tuple[str, str | Text]]:
    facts: list[tuple[str, str | Text]] = []
    if order.params:
        facts.append(("params", ", ".join(f"{name}={value}" for name, value in order.params.items())))
    if order.rule_id:
        by_venue, _, why = order.rule_id.partition("venue:")
        made = f"rule {by_venue}" if by_venue else f"{order.exchange} itself: {why.replace('_', ' ')}"
        facts.append(("placed by", made))
    if order.client_order_id:
        facts.append(("client order id", order.client_order_id))
    if order.exchange_order_id:
        facts.append(("exchange order id", order.exchange_order_id))
    facts.append(("placed", date_and_clock(order.timestamp)))
    if order.closed_at is not None:
        facts.append(("closed", date_and_clock(order.closed_at)))
    return facts


def print_history(entries: Iterable["HistoryEntry"]) -> None:
    """An order's way as a timeline."""
    out = console()
    out.print()
    for entry in entries:
        line = Text(f"{clock(entry.timestamp)}  ")
        line.append(word(entry.status))
        line.pad_right(max(0, 32 - len(line)))
        line.append(one_line(entry.message))
        if entry.error_code:
            line.append(f"  [{entry.error_code}]", style="dim")
        out.print(line, soft_wrap=True)


class StepPrinter:
    """Prints steps of many orders as they happen, one line each."""

    def __init__(self) -> None:
        self._console = console()

    def print(self, order: "Order", entry: "HistoryEntry") -> None:
        """One step."""
        self.step(entry.timestamp, order.order_id, order.exchange, entry.status, entry.message)

    def step(self, at: datetime, order_id: str, exchange: str, status: str, message: str) -> None:
        """One step, by its parts. Of an order's id, the last six characters are shown: the first are a time."""
        line = Text(f"{clock(at)}  {order_id[-6:]}  {exchange:<8} ", style="")
        line.append(word(status))
        line.pad_right(max(0, 49 - len(line)))
        line.append(one_line(message))
        self._console.print(line, soft_wrap=True)
