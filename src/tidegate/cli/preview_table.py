"""How the preview of an order looks on a terminal."""

from typing import TYPE_CHECKING

from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid
from tidegate.cli.output import console, one_line
from tidegate.cli.tables import amount, money

if TYPE_CHECKING:
    from tidegate.client import Check, OrderPreview


def print_preview(preview: "OrderPreview") -> None:
    """The verdict, what the order would tie up and cost, and every check."""
    out = console()
    if preview.accepted:
        out.print(Text("it would be taken", style="green"))
    else:
        out.print(Text(f"it would be refused: {preview.code}", style="red"))
    if preview.message:
        out.print(one_line(preview.message), soft_wrap=True)
    for name, value in _facts(preview):
        out.print(f"{name:<12}{value}")
    if preview.checks:
        out.print()
        _print_checks(preview.checks)


def _facts(preview: "OrderPreview") -> list[tuple[str, str]]:
    facts = []
    if preview.reference_price is not None:
        facts.append(("market", amount(preview.reference_price)))
    if preview.notional is not None:
        facts.append(("worth", money(preview.notional)))
    if preview.reserved_quantity is not None:
        facts.append(("reserves", f"{amount(preview.reserved_quantity)} {preview.reserved_asset}"))
    if preview.fee is not None:
        facts.append(("fee", f"about {amount(preview.fee)} {preview.fee_asset}"))
    if preview.position_after is not None:
        facts.append(("position", f"{amount(preview.position_before)} before, {amount(preview.position_after)} after"))
    facts.append(("limits", f"version {preview.limits_version}" if preview.limits_version else "none were ever set"))
    return facts


def _print_checks(checks: "list[Check]") -> None:
    columns = (
        Column(""),
        Column("check"),
        Column("limit", spare=2),
        Column("scope", spare=1),
        number("actual"),
        number("at most"),
        number("used"),
    )
    rows = [
        (
            Text("passed", style="green") if check.passed else Text("failed", style="red"),
            check.check.replace("_", " "),
            check.limit_id or "-",
            check.scope or "-",
            amount(check.actual),
            amount(check.limit),
            "-" if check.utilization is None else f"{check.utilization * 100:.1f} %",
        )
        for check in checks
    ]
    print_grid(console(), columns, rows)
