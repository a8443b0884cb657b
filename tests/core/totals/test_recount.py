"""Whatever happens, the running totals are what a count of the desk's state says they are."""

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.any_input import any_input
from support.desk_driver import ACCOUNT
from support.limited_desk import LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.portfolio.margins import recounted
from tidegate.core.totals.recount import recount
from tidegate.core.totals.running import Totals
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts, Sums, count_since
from tidegate.core.vocabulary import Exchange, LimitKind, Role, TradingState

SCOPES = (
    Scope(),
    Scope(role=Role.TRADER),
    Scope(account_id=ACCOUNT, symbol=PERPETUAL),
    Scope(exchange=Exchange.BINANCE),
)
FAR = Decimal(10**12)


def everything() -> list[RiskLimit]:
    """Every kind in several scopes, and none that refuses."""
    return [
        limit(kind, str(FAR), scope=scope, seconds=60, limit_id=f"{kind} {scope.key}")
        for kind in LimitKind
        if kind not in (LimitKind.ALLOWED_SYMBOLS, LimitKind.PROTECTION_REQUIRED)
        for scope in SCOPES
    ]


def state_of(totals: Totals, now: datetime) -> dict[str, Any]:
    """What the totals say, comparable by value; what is nothing is left out."""
    since = now - totals.longest
    return {
        "cells": {
            key: (cell.quantity, cell.buys, cell.sells, cell.closing_buys, cell.closing_sells, cell.long, cell.short)
            for key, cell in totals.cells.items()
            if cell.quantity or cell.gross or cell.closing_buys or cell.closing_sells
        },
        "footprints": totals.footprints,
        "prices": {key: unit.price for key, unit in totals.units.items() if unit.known and unit.slots},
        "sums": {
            (fields, key): (
                one.long,
                one.short,
                one.gross,
                one.derivatives,
                one.at_risk,
                one.unpriced,
                one.long_quantity,
            )
            for fields, sums in totals.sums.items()
            for key, one in sums.items()
            if one.gross or one.at_risk or one.unpriced or one.long_quantity or one.short_quantity
        },
        "open_orders": {
            (fields, key): count
            for fields, counts in totals.open_orders.items()
            for key, count in counts.items()
            if count
        },
        "orders": {fields: times_of(counts, since) for fields, counts in totals.orders.items()},
        "rejections": {fields: times_of(counts, since) for fields, counts in totals.rejections.items()},
        "ordered": times_of(totals.ordered, since),
        "alike": times_of(totals.alike, since),
        "executed_alike": times_of(totals.executed_alike, since),
        "notional": {fields: amounts_of(sums, since) for fields, sums in totals.notional.items()},
        "standings": {
            (fields, key): one
            for fields, standings in totals.standings.items()
            for key, one in standings.items()
            if one != Standing()
        },
    }


def times_of(counts: Counts, since: datetime) -> dict[Any, list[datetime]]:
    found = {key: list(counts.times(key))[-count_since(counts.times(key), since) :] for key in counts}
    return {key: times for key, times in found.items() if times and times[-1] > since}


def amounts_of(sums: Sums, since: datetime) -> dict[Any, Decimal]:
    found = {key: sums.total(key, since) for key in sums}
    return {key: amount for key, amount in found.items() if amount}


def assert_counted(desk: LimitedDesk) -> None:
    running, counted = desk.desk.totals, recount(desk.desk)
    assert running is not None
    assert counted is not None
    said, true = state_of(running, desk.now), state_of(counted, desk.now)
    for key in said["prices"].keys() & true["prices"].keys():
        assert said["prices"][key] == true["prices"][key], key
    for name in true.keys() - {"prices"}:
        assert said[name] == true[name], name
    kept, books = desk.desk.margins, desk.desk
    margins = recounted(books.positions.values(), books.prices, books.leverages)
    assert {key: purse.tied_up for key, purse in kept.purses.items() if purse.tied_up} == {
        key: purse.tied_up for key, purse in margins.purses.items() if purse.tied_up
    }


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_running_totals_are_what_a_count_says(seed: int) -> None:
    random, desk = Random(seed), LimitedDesk()
    desk.list_cross()
    desk.set_limits(*everything())
    desk.mark("1000000")
    for _ in range(30):
        desk.put(any_input(desk, random))
        desk.wait(random.choice([0, 0, 1, 10, 40]))
        if random.random() < 0.05:
            desk.let_go_of_closed()
        assert_counted(desk)


def test_totals_are_kept_while_a_limit_or_a_state_is_in_force_and_no_longer() -> None:
    desk = LimitedDesk()
    assert desk.desk.totals is None
    desk.restrict(TradingState.REDUCING)
    assert desk.desk.totals is not None
    desk.restrict(TradingState.ACTIVE)
    assert desk.desk.totals is None


def test_what_no_limit_needs_is_not_kept() -> None:
    desk = LimitedDesk()
    desk.set_limits(limit(LimitKind.ORDER_QUANTITY, "100"))
    desk.place(desk.spot())
    totals = desk.desk.totals
    assert totals is not None
    assert not totals.sums
    assert not totals.open_orders
    assert not totals.orders
    assert not desk.desk.risk.recent_orders
