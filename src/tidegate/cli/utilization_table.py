"""How the desk's risk at a moment looks on a terminal."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid
from tidegate.cli.output import console
from tidegate.cli.risk_tables import percent, print_states, scope_text
from tidegate.cli.tables import amount, gain, money

if TYPE_CHECKING:
    from tidegate.client import AccountRisk, LimitUse, PositionRisk, RiskUtilization

_WARNING, _ALARM = Decimal("0.8"), Decimal("0.95")


def print_utilization(risk: "RiskUtilization") -> None:
    """The desk's risk: what is stopped first, then limits by how far they are used up, accounts, positions."""
    out = console()
    if risk.states:
        print_states(risk.states)
        out.print()
    _print_uses(risk.uses, risk.limits_version)
    if risk.accounts:
        out.print()
        _print_accounts(risk.accounts, risk.reporting_currency)
    if risk.positions:
        out.print()
        _print_positions(risk.positions)


def _print_uses(uses: Sequence["LimitUse"], version: int) -> None:
    columns = (
        number("used"),
        Column("limit"),
        Column("kind", spare=1),
        Column("scope"),
        number("actual"),
        number("at most"),
    )
    fullest_first = sorted(uses, key=lambda use: use.utilization or Decimal(0), reverse=True)
    rows = [
        (
            _used(use.utilization),
            use.limit_id,
            use.kind.replace("_", " "),
            scope_text(use.scope),
            amount(use.actual),
            amount(use.limit),
        )
        for use in fullest_first
    ]
    if rows:
        print_grid(console(), columns, rows)
    else:
        console().print("no limit is used" if version else "no limits are in force")


def _used(utilization: Decimal | None) -> Text:
    if utilization is None:
        return Text("-")
    style = "red" if utilization >= _ALARM else "yellow" if utilization >= _WARNING else "green"
    return Text(percent(utilization), style=style)


def _print_accounts(accounts: Sequence["AccountRisk"], currency: str) -> None:
    columns = (
        Column("account"),
        Column("user", spare=5),
        number(f"equity {currency}"),
        number("gross", spare=1),
        number("net", spare=2),
        number("leverage", spare=4),
        number("margin", spare=3),
        number("today"),
        number("drawdown"),
        Column("prices", spare=6),
    )
    rows = [
        (
            account.account_id,
            account.user_id,
            money(account.equity),
            money(account.gross_exposure),
            money(account.net_exposure),
            "-" if account.leverage is None else f"{account.leverage:.2f}x",
            percent(account.margin_ratio),
            gain(account.daily_pnl),
            percent(account.drawdown),
            Text("stale", style="yellow") if account.stale else "fresh",
        )
        for account in accounts
    ]
    print_grid(console(), columns, rows)


def _print_positions(positions: Sequence["PositionRisk"]) -> None:
    columns = (
        Column("account"),
        Column("user", spare=5),
        Column("symbol"),
        Column("side", spare=6),
        number("quantity"),
        number("mark", spare=3),
        number("value", spare=2),
        number("unrealized", spare=1),
        number("liquidation"),
        number("away"),
    )
    rows = [
        (
            position.account_id,
            position.user_id,
            position.symbol,
            position.position_side,
            amount(position.quantity),
            amount(position.mark_price),
            money(position.notional),
            gain(position.unrealized_pnl),
            amount(position.liquidation_price),
            percent(position.liquidation_distance),
        )
        for position in positions
    ]
    print_grid(console(), columns, rows)
