"""How the books and the desk itself look on a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from tidegate.cli.grid import Cell, Column, number, print_grid
from tidegate.cli.output import console, one_line
from tidegate.cli.tables import amount, date_and_clock, gain, money, word

if TYPE_CHECKING:
    from tidegate.client import Account, Break, Position, Rule, Venue


def print_positions(positions: Sequence["Position"]) -> None:
    """Positions in derivatives."""
    columns = (
        Column("user", spare=8 if len({position.user_id for position in positions}) > 1 else 9),
        Column("account", spare=3),
        Column("symbol"),
        Column("side", spare=6),
        number("quantity"),
        number("average price", spare=2),
        number("price", spare=4),
        number("value", spare=5),
        number("leverage", spare=7),
        number("unrealized"),
        number("realized", spare=1),
    )
    rows = [
        (
            position.user_id,
            position.account_id,
            position.symbol,
            position.position_side,
            amount(position.quantity),
            amount(position.average_price),
            amount(position.price),
            money(position.value),
            "-" if position.leverage is None else f"{amount(position.leverage)}x",
            gain(position.unrealized_pnl),
            gain(position.realized_pnl),
        )
        for position in positions
    ]
    _print(columns, rows, empty="no positions")


def print_rules(rules: Sequence["Rule"]) -> None:
    """Rules, and how they ended."""
    columns = (
        Column("rule"),
        Column("made", spare=3),
        Column("when order", spare=1),
        Column("is"),
        Column("then"),
        Column("state"),
        Column("because", spare=2),
    )
    rows = [
        (
            rule.rule_id,
            date_and_clock(rule.created_at),
            rule.order_id,
            word(rule.status),
            _what_follows(rule),
            word("waiting" if rule.ended_at is None else "fired" if rule.fired else "ended"),
            one_line(rule.message),
        )
        for rule in rules
    ]
    _print(columns, rows, empty="no rules")


def _what_follows(rule: "Rule") -> str:
    if rule.place is None:
        return f"cancel {rule.cancel_order_id}"
    asked = rule.place
    much = asked.get("quantity") or asked.get("quote_quantity")
    limit = "" if asked.get("price") is None else f" at {asked['price']}"
    return one_line(f"{asked.get('side')} {much} {asked.get('symbol')} {asked.get('order_type')}{limit}")


def print_breaks(breaks: Sequence["Break"]) -> None:
    """Differences between the venues' pictures and the desk's."""
    columns = (
        Column("found", spare=2),
        Column("break"),
        Column("message"),
        Column("resolved", spare=3),
        Column("by", spare=4),
        Column("as", spare=1),
    )
    rows = [
        (
            date_and_clock(found.found_at),
            found.break_id,
            one_line(found.message),
            "-" if found.resolved_at is None else date_and_clock(found.resolved_at),
            found.resolved_by or "-",
            one_line(found.resolution) or "-",
        )
        for found in breaks
    ]
    _print(columns, rows, empty="no breaks")


def print_venues(venues: Sequence["Venue"]) -> None:
    """How the venue sessions are: what waits and why, and how much of the rate budget is used."""
    columns = (
        Column("account"),
        Column("state"),
        Column("stream", spare=3),
        number("latency", spare=4),
        Column("waiting"),
        Column("budget", spare=1),
        Column("because", spare=2),
    )
    rows = [
        (
            venue.account_id,
            word(venue.state),
            "live" if venue.streaming else "down",
            "-" if venue.latency_ms is None else f"{venue.latency_ms:.0f} ms",
            _pairs({lane: count for lane, count in venue.waiting.items() if count}),
            _pairs(venue.budget),
            _why(venue),
        )
        for venue in venues
    ]
    _print(columns, rows, empty="no accounts")


def _why(venue: "Venue") -> str:
    """What keeps calls waiting, and what the session says of itself."""
    reasons = [f"{lane}: {why}" for lane, why in venue.blocked.items()]
    return one_line("; ".join([*reasons, venue.message] if venue.message else reasons))


def _pairs(figures: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items()) or "-"


def print_accounts(accounts: Iterable["Account"]) -> None:
    """Venue accounts and whether they take orders."""
    columns = [
        Column(title) for title in ("account", "exchange", "environment", "users", "dead man", "state", "because")
    ]
    rows = [
        (
            account.account_id,
            account.exchange,
            account.environment,
            ", ".join(account.user_ids),
            "-" if account.dead_man_seconds is None else f"{account.dead_man_seconds} s",
            word(account.state),
            one_line(account.message),
        )
        for account in accounts
    ]
    _print(columns, rows, empty="no accounts")


def _print(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, empty: str) -> None:
    if rows:
        print_grid(console(), columns, rows)
    else:
        console().print(empty)
