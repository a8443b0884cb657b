"""How the portfolio and what became of it look on a terminal."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from tidegate.cli.grid import Cell, Column, number, print_grid
from tidegate.cli.output import console
from tidegate.cli.tables import amount, date_and_clock, gain, money, price

if TYPE_CHECKING:
    from tidegate.client import (
        Day,
        EquityPoint,
        Performance,
        Portfolio,
        PortfolioGroup,
        PortfolioPosition,
        PortfolioRow,
    )

_STALE = "~"  # In front of what an old price is behind.


def print_portfolio(portfolio: "Portfolio") -> None:
    """Holdings and positions, or their sums, and what all is worth."""
    currency = portfolio.reporting_currency
    out = console()
    if portfolio.groups:
        print_grid(out, _group_columns(currency), [_group(group) for group in portfolio.groups])
    elif portfolio.items:
        has_wallets = any(row.wallet != "main" for row in portfolio.items)
        has_users = len({row.user_id for row in portfolio.items}) > 1
        columns = _holding_columns(currency, has_wallets=has_wallets, has_users=has_users)
        print_grid(out, columns, [_holding(row, has_wallets=has_wallets) for row in portfolio.items])
    else:
        out.print("nothing is held")
    if portfolio.positions:
        out.print()
        print_grid(out, _position_columns(currency), [_position(row) for row in portfolio.positions])
    total = Text("total ", style="bold")
    total.append(f"{money(portfolio.total_value)} {currency}", style="")
    total.append(", unrealized ").append(gain(portfolio.unrealized_pnl))
    total.append(", realized ").append(gain(portfolio.realized_pnl))
    total.append(f", exposure {money(portfolio.gross_exposure)} gross, {money(portfolio.net_exposure)} net")
    out.print(total)
    if portfolio.unpriced:
        out.print(f"without a price, not in the total: {', '.join(portfolio.unpriced)}")
    if portfolio.stale:
        out.print(f"old or missing prices are behind what is marked {_STALE}, and so behind the total")


def _holding_columns(currency: str, *, has_wallets: bool, has_users: bool) -> tuple[Column, ...]:
    return (
        Column("user", spare=5 if has_users else 9),
        Column("account"),
        *([Column("wallet", spare=6)] if has_wallets else []),
        Column("asset"),
        number("quantity"),
        number("reserved", spare=4),
        number("average price"),
        number("price", spare=3),
        number(f"value {currency}"),
        number("unrealized", spare=1),
        number("realized", spare=2),
    )


def _holding(row: "PortfolioRow", *, has_wallets: bool) -> tuple[Cell, ...]:
    return (
        row.user_id,
        row.account_id,
        *([row.wallet] if has_wallets else []),
        row.asset,
        amount(row.quantity),
        amount(row.reserved) if row.reserved else "-",
        price(row.average_price),
        _marked(price(row.price), stale=row.stale),
        money(row.value),
        gain(row.unrealized_pnl),
        gain(row.realized_pnl),
    )


def _position_columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("user", spare=6),
        Column("account", spare=3),
        Column("position"),
        Column("side", spare=5),
        number("quantity"),
        number("average price", spare=2),
        number("mark", spare=4),
        number(f"exposure {currency}"),
        number("unrealized"),
        number("realized", spare=1),
    )


def _position(row: "PortfolioPosition") -> tuple[Cell, ...]:
    return (
        row.user_id,
        row.account_id,
        row.symbol,
        row.position_side,
        amount(row.quantity),
        amount(row.average_price),
        _marked(amount(row.price), stale=row.stale),
        money(row.exposure),
        gain(row.unrealized_pnl),
        gain(row.realized_pnl),
    )


def _group_columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("of"),
        number(f"value {currency}"),
        number("unrealized"),
        number("realized"),
        number("gross exposure"),
        number("net exposure"),
    )


def _group(group: "PortfolioGroup") -> tuple[Cell, ...]:
    return (
        group.key,
        _marked(money(group.value), stale=group.stale),
        gain(group.unrealized_pnl),
        gain(group.realized_pnl),
        money(group.gross_exposure),
        money(group.net_exposure),
    )


def print_equity(points: Sequence["EquityPoint"]) -> None:
    """Points of the curve."""
    columns = (
        Column("at"),
        number("equity"),
        number("profit"),
        number("unrealized", spare=2),
        number("deposits", spare=1),
        number("exposure", spare=3),
    )
    rows = [
        (
            date_and_clock(point.at),
            _marked(money(point.equity), stale=point.stale),
            gain(point.pnl),
            gain(point.unrealized_pnl),
            money(point.net_deposits),
            money(point.gross_exposure),
        )
        for point in points
    ]
    _print(columns, rows, empty="no marks")


def print_days(days: Sequence["Day"]) -> None:
    """What each day came to."""
    columns = (
        Column("day"),
        number("profit"),
        number("realized"),
        number("fees"),
        number("funding", spare=1),
        number("volume"),
        number("trades", spare=2),
    )
    rows = [
        (
            day.day.isoformat(),
            gain(day.pnl),
            gain(day.realized_pnl),
            money(day.fees),
            gain(day.funding),
            money(day.volume),
            str(day.executions),
        )
        for day in days
    ]
    _print(columns, rows, empty="no days")


def print_performance(found: "Performance") -> None:
    """One figure a line."""
    currency = found.reporting_currency
    pairs: tuple[tuple[str, Cell], ...] = (
        (f"equity {currency}", f"{money(found.starting_equity)} to {money(found.ending_equity)}"),
        ("net deposits", money(found.net_deposits)),
        ("profit", gain(found.pnl)),
        ("return", _percent(found.time_weighted_return)),
        ("maximum drawdown", f"{_percent(found.maximum_drawdown)}, {money(found.maximum_drawdown_value)}"),
        ("orders", f"{found.orders}, {found.executions} executions"),
        ("win rate", f"{_percent(found.win_rate)}, {found.winning_orders} won, {found.losing_orders} lost"),
        ("volume", money(found.volume)),
        ("realized before fees", gain(found.realized_pnl)),
        ("fees", money(found.fees)),
        ("funding", gain(found.funding)),
        ("slippage", f"{money(found.slippage)}, {amount(_rounded(found.slippage_bps))} bps"),
        ("average holding", _span(found.average_holding_seconds)),
    )
    print_grid(console(), (Column("figure"), Column("over the period")), pairs)
    if found.unpriced:
        console().print(f"{found.unpriced} executions had no price in {currency}, and are not in these sums")
    if found.stale:
        console().print("old or missing prices are behind some of the marks")


def _marked(text: str, *, stale: bool) -> str:
    return f"{_STALE}{text}" if stale else text


def _percent(part: Decimal | None) -> str:
    return "-" if part is None else f"{part:.2%}"


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


def _span(seconds: Decimal | None) -> str:
    return "-" if seconds is None else str(timedelta(seconds=round(seconds)))


def _print(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, empty: str) -> None:
    if rows:
        print_grid(console(), columns, rows)
    else:
        console().print(empty)
