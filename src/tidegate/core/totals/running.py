"""All running totals of one set of limits."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import AccountId, OrderId, UserId
from tidegate.core.messages.risk_records import LossMark
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit, Scope
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.scopes import ScopeIndex
from tidegate.core.totals.exposures import Cell, CellKey, Exposure, Place, Slot, SumKey, Unit, UnitKey
from tidegate.core.totals.footprints import NOTHING, Footprint, footprint_of
from tidegate.core.totals.plans import (
    ACCOUNT,
    COUNTED_OVER_TIME,
    EXCHANGE,
    MEASURED_BY_EQUITY,
    NO_TIME,
    SUMMED,
    USER,
    Plan,
    of_kinds,
    picking,
    plan,
)
from tidegate.core.totals.windows import Counts, Sums
from tidegate.core.vocabulary import Exchange, LimitKind, PositionSide, Side


class Standing(msgspec.Struct):
    """What a scope is worth, and what its loss is measured against. `owners`: how many parts of it are known."""

    equity: Decimal = ZERO
    net_deposits: Decimal = ZERO
    mark: LossMark | None = None
    owners: int = 0


Pick = Callable[[Any], Any]


class Totals:
    """What the limits in force are held against. See the package for who changes it."""

    def __init__(self, limits: Iterable[RiskLimit], cash_assets: frozenset[str]) -> None:
        self._cash_assets = cash_assets
        plans = [plan(limit) for limit in limits]
        self.plans: ScopeIndex[Plan] = ScopeIndex((one.limit.scope, one) for one in plans)
        self.protections = ScopeIndex(
            (one.limit.scope, one) for one in plans if one.kind is LimitKind.PROTECTION_REQUIRED
        )
        self.all_plans = plans
        self._sums = _picks(one.dimensions for one in of_kinds(plans, SUMMED))
        self._counted = _picks(one.counted for one in plans if one.kind is LimitKind.OPEN_ORDERS)
        self._standings = _picks(one.owners for one in of_kinds(plans, MEASURED_BY_EQUITY))
        self.looks_at_stops = any(one.kind is LimitKind.DAILY_LOSS for one in plans)
        self._start_windows(of_kinds(plans, COUNTED_OVER_TIME))
        self.units: dict[UnitKey, Unit] = {}
        self.valued_by: dict[UnitKey, dict[UnitKey, Unit]] = {}  # By the market whose price values them.
        self.indirect: dict[UnitKey, Unit] = {}  # Those that no market of their own values.
        self.cells: dict[CellKey, Cell] = {}
        self.sums: dict[SumKey, Exposure] = {}
        self.open_orders: dict[SumKey, int] = {}
        self.standings: dict[SumKey, Standing] = {}
        self.owned: frozenset[tuple[AccountId, UserId]] = frozenset()  # Whose equity is known.
        self.footprints: dict[OrderId, Footprint] = {}

    def _start_windows(self, plans: list[Plan]) -> None:
        self.longest = max((one.interval for one in plans), default=NO_TIME)
        self.remembers = bool(plans)
        self.order_counts = _windows(plans, LimitKind.ORDERS_PER_INTERVAL)
        self.rejection_counts = _windows(plans, LimitKind.REJECTIONS_PER_INTERVAL)
        self.notional_sums = _windows(plans, LimitKind.NOTIONAL_PER_INTERVAL)
        self.orders = Counts(self.longest)
        self.rejections = Counts(self.longest)
        self.notional = Sums(self.longest)
        self.quotes: dict[str, None] = {}  # In which assets notional was counted.
        self.alike = Counts(self.longest)
        self.executed_alike = Counts(self.longest)

    # --- what is held, and what orders may make of it ------------------------------------------------------------

    def cell(self, key: CellKey, exchange: Exchange) -> Cell:
        """The cell, made empty on first sight."""
        found = self.cells.get(key)
        if found is None:
            account_id, user_id, name, _ = key
            unit = self.units[exchange, name]
            base = name.partition("/")[0]
            place = Place(user_id, account_id, exchange, name, base, name)
            sums = self._sums if name not in self._cash_assets else {}  # Cash is no exposure.
            slots = [self._slot(unit, (fields, pick(place))) for fields, pick in sums.items()]
            found = self.cells[key] = Cell(unit, slots)
        return found

    def _slot(self, unit: Unit, key: SumKey) -> Slot:
        slot = unit.slots.get(key)
        if slot is None:
            slot = unit.slots[key] = Slot(self.sums.setdefault(key, Exposure()))
        return slot

    def hold(self, key: CellKey, exchange: Exchange, quantity: Decimal) -> None:
        """So much is held now."""
        if not quantity and key not in self.cells:
            return
        cell = self.cell(key, exchange)
        cell.quantity = quantity
        cell.update()

    def follow_order(self, order: Order, parent: Order | None, rate: Decimal) -> bool:
        """Count an order for what it now is; whether it has just been let through. See `footprint_of`."""
        after = footprint_of(order, parent, rate)
        before = self.footprints.get(order.order_id, NOTHING)
        if after == before:
            return False
        if after == NOTHING:
            self.footprints.pop(order.order_id, None)
        else:
            self.footprints[order.order_id] = after
        self._restate(order, before, after)
        return before == NOTHING and after.counts

    def _restate(self, order: Order, before: Footprint, after: Footprint) -> None:
        cell = self.cell(cell_key_of(order), order.exchange)
        opening, closing = after.opening - before.opening, after.closing - before.closing
        if order.side is Side.BUY:
            cell.buys += opening
            cell.closing_buys += closing
        else:
            cell.sells += opening
            cell.closing_sells += closing
        cell.update()
        if self.looks_at_stops:
            self._risk(cell, after.at_risk - before.at_risk, after.at_risk_constant - before.at_risk_constant)
        if after.counts is not before.counts and self._counted:
            self._count(place_of(order, order.exchange), 1 if after.counts else -1)

    def _risk(self, cell: Cell, quantity: Decimal, constant: Decimal) -> None:
        if quantity or constant:
            for slot in cell.slots:
                cell.unit.add_risk(slot, quantity, constant)

    def _count(self, place: Place, change: int) -> None:
        for fields, pick in self._counted.items():
            key = (fields, pick(place))
            self.open_orders[key] = self.open_orders.get(key, 0) + change

    # --- what owners are worth -----------------------------------------------------------------------------------

    def mark(
        self,
        marks: Mapping[tuple[AccountId, UserId], OwnerEquity],
        exchanges: Mapping[AccountId, Exchange],
        loss_marks: Mapping[str, LossMark],
    ) -> None:
        """Sum up what owners are worth, over every scope that a limit looks at."""
        if not self._standings:
            return
        self.owned = frozenset(marks)
        self.standings.clear()
        for (account_id, user_id), owner in marks.items():
            place = Place(user_id, account_id, exchanges[account_id], "", "", "")
            for fields, pick in self._standings.items():
                standing = self.standings.setdefault((fields, pick(place)), Standing())
                standing.equity += owner.equity
                standing.net_deposits += owner.net_deposits
                standing.mark = standing.mark or loss_marks.get(_scope_of(place, fields).key)
                standing.owners += 1


def _scope_of(place: Place, fields: tuple[int, ...]) -> Scope:
    return Scope(
        user_id=place.user_id if USER in fields else None,
        account_id=place.account_id if ACCOUNT in fields else None,
        exchange=place.exchange if EXCHANGE in fields else None,
    )


def cell_key_of(asked: Any) -> CellKey:
    """Which holding or position an order moves."""
    return (asked.account_id, asked.user_id, name_of(asked.symbol), asked.position_side)


def name_of(symbol: str) -> str:
    """What a market's order leaves behind: of a spot market the base asset, of a derivative the position in it."""
    return symbol if ":" in symbol else symbol.partition("/")[0]


def place_of(asked: Any, exchange: Exchange) -> Place:
    """Where an order counts."""
    symbol = asked.symbol
    return Place(asked.user_id, asked.account_id, exchange, name_of(symbol), symbol.partition("/")[0], symbol)


def holding_key(account_id: AccountId, user_id: UserId, asset: str) -> CellKey:
    """The cell of what is held of an asset."""
    return (account_id, user_id, asset, PositionSide.NET)


def _picks(dimensions: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], Pick]:
    return {fields: picking(fields) for fields in dict.fromkeys(dimensions)}


def _windows(plans: list[Plan], kind: LimitKind) -> dict[tuple[int, ...], Pick]:
    return _picks(one.counted for one in plans if one.kind is kind)
