"""How orders, histories and books look on a terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid
from tidegate.cli.output import console, one_line

if TYPE_CHECKING:
    from tidegate.client import Account, HistoryEntry, Order, Portfolio

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
    return f"{amount(order.quote_quantity)} {order.symbol.partition('/')[2]}"


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
            amount(order.price),
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
    return text


def print_order(order: "Order") -> None:
    """One order, a line per fact."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    limit = "" if order.price is None else f" at {amount(order.price)}"
    options = [order.time_in_force] if order.order_type == "limit" else []
    options += ["post-only"] if order.post_only else []
    facts: list[tuple[str, str | Text]] = [
        ("order", order.order_id),
        ("asked", " ".join([f"{order.side} {asked(order)} {order.symbol} {order.order_type}{limit}", *options])),
        ("account", f"{order.account_id} ({order.exchange})"),
        ("status", _standing(order)),
    ]
    if order.message:
        facts.append(("because", Text(one_line(order.message))))
    filled = amount(order.filled_quantity)
    facts.append(("filled", filled if order.average_price is None else f"{filled} at {amount(order.average_price)}"))
    if order.fees:
        facts.append(("fees", ", ".join(f"{amount(fee.amount)} {fee.asset}" for fee in order.fees)))
    if order.realized_pnl:
        facts.append(("realized", amount(order.realized_pnl)))
    if order.client_order_id:
        facts.append(("client order id", order.client_order_id))
    if order.exchange_order_id:
        facts.append(("exchange order id", order.exchange_order_id))
    facts.append(("placed", date_and_clock(order.timestamp)))
    if order.closed_at is not None:
        facts.append(("closed", date_and_clock(order.closed_at)))
    for name, value in facts:
        table.add_row(name, value)
    console().print(table)


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


def print_portfolio(portfolio: "Portfolio") -> None:
    """Holdings, and what they are worth."""
    currency = portfolio.reporting_currency
    columns = (
        Column("user", spare=5 if len({row.user_id for row in portfolio.items}) > 1 else 9),
        Column("account"),
        Column("asset"),
        number("quantity"),
        number("reserved", spare=4),
        number("average price"),
        number("price", spare=3),
        number(f"value {currency}"),
        number("unrealized", spare=1),
        number("realized", spare=2),
    )
    rows = [
        (
            row.user_id,
            row.account_id,
            row.asset,
            amount(row.quantity),
            amount(row.reserved) if row.reserved else "-",
            money(row.average_price),
            money(row.price),
            money(row.value),
            gain(row.unrealized_pnl),
            gain(row.realized_pnl),
        )
        for row in portfolio.items
    ]
    out = console()
    if rows:
        print_grid(out, columns, rows)
    else:
        out.print("nothing is held")
    total = Text("total ", style="bold")
    total.append(f"{money(portfolio.total_value)} {currency}", style="")
    total.append(", unrealized ").append(gain(portfolio.unrealized_pnl))
    total.append(", realized ").append(gain(portfolio.realized_pnl))
    out.print(total)
    if portfolio.unpriced:
        out.print(f"without a price, not in the total: {', '.join(portfolio.unpriced)}")


def print_accounts(accounts: Iterable["Account"]) -> None:
    """Venue accounts and whether they take orders."""
    columns = [Column(title) for title in ("account", "exchange", "environment", "users", "state", "because")]
    rows = [
        (
            account.account_id,
            account.exchange,
            account.environment,
            ", ".join(account.user_ids),
            word(account.state),
            one_line(account.message),
        )
        for account in accounts
    ]
    if rows:
        print_grid(console(), columns, rows)
    else:
        console().print("no accounts")
