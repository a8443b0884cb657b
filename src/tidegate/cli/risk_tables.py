"""How limits, states, approvals, transfers and risk look on a terminal."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.text import Text

from tidegate.cli.grid import Cell, Column, number, print_grid
from tidegate.cli.output import console, one_line
from tidegate.cli.tables import amount, date_and_clock, word

if TYPE_CHECKING:
    from tidegate.client import (
        Approval,
        RiskLimit,
        RiskLimits,
        RiskScope,
        TradingState,
        Transfer,
    )


def scope_text(scope: "RiskScope") -> str:
    """What a limit or a state is about, such as `user alice, symbol BTC/USDT`."""
    named = {
        "role": scope.role,
        "user": scope.user_id,
        "account": scope.account,
        "exchange": scope.exchange,
        "symbol": scope.symbol,
    }
    return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None) or "desk"


def print_limits(limits: "RiskLimits") -> None:
    """A version of the set, limit by limit."""
    out = console()
    if limits.set_at is None:
        out.print("no limits were ever set")
        return
    words = [f"version {limits.version}, set {date_and_clock(limits.set_at)} by {limits.set_by}"]
    words += [f"approved by {limits.approved_by}"] if limits.approved_by else []
    words += [one_line(limits.message)] if limits.message else []
    out.print("; ".join(words), soft_wrap=True)
    _print_limit_rows(limits.limits)


def _print_limit_rows(limits: Sequence["RiskLimit"]) -> None:
    columns = (
        Column("limit"),
        Column("kind"),
        Column("scope"),
        number("value"),
        number("within", spare=2),
        Column("then", spare=1),
        Column("warns at", spare=3),
    )
    rows = [
        (
            limit.limit_id,
            limit.kind.replace("_", " "),
            scope_text(limit.scope),
            ", ".join(limit.symbols) if limit.value is None else amount(limit.value),
            "-" if limit.interval_seconds is None else f"{limit.interval_seconds} s",
            limit.action,
            ", ".join(percent(level) for level in limit.warn_at) or "-",
        )
        for limit in limits
    ]
    _print(columns, rows, empty="no limits")


def percent(part: Decimal | None) -> str:
    """A part of something, in hundredths to one place."""
    return "-" if part is None else f"{amount((part * 100).quantize(Decimal('0.1')))} %"


# --- states, approvals, transfers --------------------------------------------------------------------------------


def print_states(states: Sequence["TradingState"]) -> None:
    """The scopes that may not trade freely."""
    columns = (
        Column("scope"),
        Column("state"),
        Column("ends", spare=3),
        Column("since", spare=2),
        Column("by"),
        Column("because", spare=1),
    )
    rows = [
        (
            scope_text(state.scope),
            Text(state.state, style="green" if state.state == "active" else "red"),
            _ending(state),
            date_and_clock(state.set_at),
            f"limit {state.set_by}" if state.automatic else state.set_by,
            one_line(state.message) or "-",
        )
        for state in states
    ]
    _print(columns, rows, empty="nothing is stopped")


def _ending(state: "TradingState") -> str:
    """What the switch ends, beside orders that add to a position."""
    ended = (("stops and targets", state.protection_too), ("positions", state.close_positions))
    return ", ".join(["orders", *(name for name, is_ended in ended if is_ended)]) if state.state != "active" else "-"


def print_approvals(approvals: Sequence["Approval"]) -> None:
    """What waits for a second person, and what became of it."""
    columns = (
        Column("approval"),
        Column("asked", spare=2),
        Column("by"),
        Column("for"),
        Column("because", spare=1),
        Column("state"),
        Column("decided by", spare=3),
    )
    rows = [
        (
            approval.approval_id,
            date_and_clock(approval.requested_at),
            approval.requested_by,
            _asked_for(approval),
            one_line(approval.message) or "-",
            word(approval.state),
            approval.decided_by or "-",
        )
        for approval in approvals
    ]
    _print(columns, rows, empty="nothing waits")


def _asked_for(approval: "Approval") -> str:
    if approval.scope is not None:
        return f"release of {scope_text(approval.scope)}"
    count = len(approval.limits or ())
    before = "" if approval.expected_version is None else f" in place of version {approval.expected_version}"
    return f"{count} limit{'' if count == 1 else 's'}{before}"


def print_approval(approval: "Approval") -> None:
    """One approval, with the limits that it would bring."""
    print_approvals([approval])
    if approval.limits is not None:
        console().print()
        _print_limit_rows(approval.limits)


def print_changes(before: Sequence["RiskLimit"], after: Sequence["RiskLimit"]) -> None:
    """What one set of limits has other than another, limit by limit."""
    was, is_to_be = ({limit.limit_id: limit for limit in limits} for limits in (before, after))
    rows = [
        (name, _in_words(was.get(name)), _in_words(is_to_be.get(name)))
        for name in sorted(was.keys() | is_to_be.keys())
        if was.get(name) != is_to_be.get(name)
    ]
    console().print()
    _print((Column("limit"), Column("now"), Column("is to be")), rows, empty="the same as now")


def _in_words(limit: "RiskLimit | None") -> str:
    """A limit in a line; a dash where there is none."""
    if limit is None:
        return "-"
    words = [limit.kind.replace("_", " "), ", ".join(limit.symbols) if limit.value is None else amount(limit.value)]
    words += [] if limit.interval_seconds is None else [f"in {limit.interval_seconds} s"]
    words += [] if limit.attach_stop_ratio is None else [f"stop at {percent(limit.attach_stop_ratio)}"]
    words += [f"({scope_text(limit.scope)})", limit.action]
    return " ".join(words)


def print_transfers(transfers: Iterable["Transfer"]) -> None:
    """Who gave what to whom, and which sides the venues have told."""
    columns = (
        Column("transfer", spare=4),
        Column("made", spare=2),
        Column("from"),
        Column("to"),
        Column("asset"),
        number("quantity"),
        Column("by", spare=1),
        Column("venue's word", spare=3),
    )
    rows = [
        (
            transfer.transfer_id,
            date_and_clock(transfer.transferred_at),
            f"{transfer.from_user_id} ({transfer.from_account})",
            f"{transfer.to_user_id} ({transfer.to_account})",
            transfer.asset,
            amount(transfer.quantity),
            transfer.transferred_by,
            "complete" if transfer.from_seen and transfer.to_seen else "awaited",
        )
        for transfer in transfers
    ]
    _print(columns, rows, empty="no transfers")


def _print(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, empty: str) -> None:
    if rows:
        print_grid(console(), columns, rows)
    else:
        console().print(empty)
