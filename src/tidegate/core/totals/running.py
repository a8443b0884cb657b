"""All running totals of one set of limits."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from tidegate.core.identifiers import AccountId, OrderId, UserId
from tidegate.core.messages.risk_records import LossMark
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit, Scope
from tidegate.core.order import Order
from tidegate.core.scopes import Place, ScopeIndex
from tidegate.core.totals.exposures import Cell, CellKey, Exposure, Growth, Slot, Unit, UnitKey
from tidegate.core.totals.footprints import NOTHING, Footprint, footprint_of
from tidegate.core.totals.places import MarketKey, cell_key_of, holding_key, place_held, place_of, quote_traded
from tidegate.core.totals.plans import (
    ACCOUNT,
    EXCHANGE,
    NO_TIME,
    USER,
    Fields,
    Figure,
    Plan,
    dimensions_of,
    interval_of,
    picking,
    value_of,
)
from tidegate.core.totals.standings import Standing
from tidegate.core.totals.windows import Counts, Sums
from tidegate.core.vocabulary import Exchange, LimitKind, Side

Measures = Mapping[LimitKind, Callable[[Any, Plan], Figure]]

_SUMMED = frozenset(
    {
        LimitKind.POSITION_QUANTITY,
        LimitKind.POSITION_NOTIONAL,
        LimitKind.ASSET_EXPOSURE,
        LimitKind.GROSS_EXPOSURE,
        LimitKind.NET_EXPOSURE,
        LimitKind.LEVERAGE,
        LimitKind.DAILY_LOSS,
    }
)
_MEASURED_BY_EQUITY = frozenset({LimitKind.LEVERAGE, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN})
COUNTED_OVER_TIME = frozenset(
    {
        LimitKind.ORDERS_PER_INTERVAL,
        LimitKind.NOTIONAL_PER_INTERVAL,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
        LimitKind.REJECTIONS_PER_INTERVAL,
    }
)
# Of these the limit itself is the end; of the others, what goes beyond it.
_ENDS_AT = frozenset({LimitKind.REJECTIONS_PER_INTERVAL, LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN})


class Totals:
    """What the limits in force are held against. See the package for who changes it.

    Every kind of total is kept by the fields that some limit sums it over, and under these by their values.
    """

    def __init__(self, limits: Iterable[RiskLimit], measures: Measures, cash_assets: frozenset[str]) -> None:
        limits = tuple(limits)
        over_time = [limit for limit in limits if limit.kind in COUNTED_OVER_TIME]
        self._cash_assets = cash_assets
        self.longest = max((interval_of(limit) for limit in over_time), default=NO_TIME)
        self.remembers = bool(over_time)
        self.looks_at_stops = any(limit.kind is LimitKind.DAILY_LOSS for limit in limits)
        self._picks: dict[Fields, Callable[[Place], Any]] = {}
        self.sums: dict[Fields, dict[Any, Exposure]] = {}
        self.open_orders: dict[Fields, dict[Any, int]] = {}
        self.orders: dict[Fields, Counts] = {}
        self.rejections: dict[Fields, Counts] = {}
        self.notional: dict[Fields, Sums] = {}
        self.standings: dict[Fields, dict[Any, Standing]] = {}
        self.ordered = Counts(self.longest)  # By market alone, which is quicker to ask for than amounts are:
        self.alike, self.executed_alike = Counts(self.longest), Counts(self.longest)
        self.quotes: dict[str, None] = {}  # In which assets notional was counted.
        self.all_plans = [self._plan(limit, stage, measures) for limit in limits for stage in _stage(limit, measures)]
        self.plans = ScopeIndex((plan.limit.scope, plan) for plan in self.all_plans)
        required = [plan for plan in self.all_plans if plan.kind is LimitKind.PROTECTION_REQUIRED]
        self.protections = ScopeIndex((plan.limit.scope, plan) for plan in required)
        self.growth = Growth()
        self.units: dict[UnitKey, Unit] = {}
        self.valued_by: dict[UnitKey, dict[UnitKey, Unit]] = {}  # By the market whose price values them.
        self.indirect: dict[UnitKey, Unit] = {}  # Those that no market of their own values.
        self.cells: dict[CellKey, Cell] = {}
        self.owned: frozenset[tuple[AccountId, UserId]] = frozenset()  # Whose equity is known.
        self.footprints: dict[OrderId, Footprint] = {}
        self.templates: dict[tuple[int, ...], object] = {}  # What `screens` remembers of these limits,
        self.screens: dict[MarketKey, object] = {}  # and of the places that were asked for lately.

    def _plan(self, limit: RiskLimit, stage: int, measures: Measures) -> Plan:
        """A limit with its own totals, which are kept from now on."""
        kind, fields = limit.kind, dimensions_of(limit)
        for each in (fields.summed, fields.counted, fields.owners):
            self._picks[each] = picking(each)
        return Plan(
            limit=limit,
            kind=kind,
            value=value_of(limit),
            interval=interval_of(limit),
            symbols=frozenset(limit.symbols),
            stage=stage,
            ends_at=kind in _ENDS_AT,
            measure=measures[kind],
            dimensions=fields,
            sum_of=self._picks[fields.summed],
            count_of=self._picks[fields.counted],
            owners_of=self._picks[fields.owners],
            sums=self.sums.setdefault(fields.summed, {}) if kind in _SUMMED else {},
            open_orders=_kept(self.open_orders, fields.counted, _no_orders, kind is LimitKind.OPEN_ORDERS),
            orders=_kept(self.orders, fields.counted, self._counts, kind is LimitKind.ORDERS_PER_INTERVAL),
            rejections=_kept(self.rejections, fields.counted, self._counts, kind is LimitKind.REJECTIONS_PER_INTERVAL),
            notional=_kept(self.notional, fields.counted, self._amounts, kind is LimitKind.NOTIONAL_PER_INTERVAL),
            standings=self.standings.setdefault(fields.owners, {}) if kind in _MEASURED_BY_EQUITY else {},
        )

    def _counts(self) -> Counts:
        return Counts(self.longest)

    def _amounts(self) -> Sums:
        return Sums(self.longest)

    def key(self, fields: Fields, place: Place) -> Any:
        """Under what a place counts where it is summed over these fields."""
        return self._picks[fields](place)

    # --- what is held, and what orders may make of it ------------------------------------------------------------

    def cell(self, key: CellKey, exchange: Exchange) -> Cell:
        """The cell, made empty on first sight."""
        found = self.cells.get(key)
        if found is None:
            place = place_held(key, exchange)
            unit = self.units[exchange, place.name]
            sums = self.sums if place.name not in self._cash_assets else {}  # Cash is no exposure.
            slots = [self._slot(unit, fields, self.key(fields, place)) for fields in sums]
            found = self.cells[key] = Cell(unit, slots)
        return found

    def quote_traded(self, symbol: str) -> str | None:
        """The quote asset of a market, where it is no cash and so counts as well."""
        return quote_traded(symbol, self._cash_assets)

    def _slot(self, unit: Unit, fields: Fields, key: Any) -> Slot:
        slot = unit.slots.get((fields, key))
        if slot is None:
            slot = unit.slots[fields, key] = Slot(self.sums[fields].setdefault(key, Exposure()))
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
        quote = self.quote_traded(order.symbol)
        after = footprint_of(order, parent, rate, moves_quote=quote is not None)
        before = self.footprints.get(order.order_id, NOTHING)
        if after == before:
            return False
        if after == NOTHING:
            self.footprints.pop(order.order_id, None)
        else:
            self.footprints[order.order_id] = after
        self._restate(order, before, after)
        if quote is not None and after.quote != before.quote:
            self._restate_quote(order, quote, after.quote - before.quote)
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
        if after.counts is not before.counts and self.open_orders:
            self._count(place_of(order, order.exchange), 1 if after.counts else -1)

    def _restate_quote(self, order: Order, quote: str, change: Decimal) -> None:
        """What is bought is paid in an asset that counts itself, and what is sold brings it."""
        cell = self.cell(holding_key(order.account_id, order.user_id, quote), order.exchange)
        if order.side is Side.BUY:
            cell.sells += change
        else:
            cell.buys += change
        cell.update()

    def _risk(self, cell: Cell, quantity: Decimal, constant: Decimal) -> None:
        if quantity or constant:
            for slot in cell.slots:
                cell.unit.add_risk(slot, quantity, constant)

    def _count(self, place: Place, change: int) -> None:
        for fields, counts in self.open_orders.items():
            counts[self.key(fields, place)] += change

    # --- what owners are worth -----------------------------------------------------------------------------------

    def mark(
        self,
        marks: Mapping[tuple[AccountId, UserId], OwnerEquity],
        exchanges: Mapping[AccountId, Exchange],
        loss_marks: Mapping[str, LossMark],
    ) -> None:
        """Sum up what owners are worth, over every scope that a limit looks at."""
        self.owned = frozenset(marks) if self.standings else frozenset()
        for fields, standings in self.standings.items():
            for standing in standings.values():
                standing.clear()
            scopes: dict[Any, Scope] = {}
            for (account_id, user_id), owner in marks.items():
                place = Place(None, user_id, account_id, exchanges[account_id], "", "", "", "")
                key = self.key(fields, place)
                standing = standings.setdefault(key, Standing())
                standing.equity += owner.equity
                standing.net_deposits += owner.net_deposits
                scopes[key] = _scope_of(place, fields)
            for key, scope in scopes.items():
                standings[key].measure(loss_marks.get(scope.key))


def _scope_of(place: Place, fields: Fields) -> Scope:
    return Scope(
        user_id=place.user_id if USER in fields else None,
        account_id=place.account_id if ACCOUNT in fields else None,
        exchange=place.exchange if EXCHANGE in fields else None,
    )


def _stage(limit: RiskLimit, measures: Measures) -> list[int]:
    """Where among the checks of an order a kind of limit comes; nowhere, if it is about the desk and no order."""
    return [stage for stage, kind in enumerate(measures) if kind is limit.kind]


def _no_orders() -> dict[Any, int]:
    return defaultdict(int)


def _kept(kept: dict[Fields, Any], fields: Fields, make: Callable[[], Any], wanted: bool) -> Any:
    """The totals of these fields, which are kept from now on if a limit wants them."""
    if wanted and fields not in kept:
        kept[fields] = make()
    return kept[fields] if wanted else make()
