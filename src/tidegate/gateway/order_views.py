"""What the API shows of an order: its public columns, and what follows from them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.capabilities import How, how_handled
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.money import plain
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.portfolio.performance import benchmark_of, slippage_bps
from tidegate.core.records import HistoryEntry
from tidegate.core.vocabulary import HeldBy, Leg, OffsetUnit, TriggerBy


class FeeView(msgspec.Struct):
    """A cost in some asset; negative for a rebate."""

    asset: str
    amount: str


class ProtectionView(msgspec.Struct, kw_only=True):
    """What closes the position that an order opens."""

    trigger_price: str | None
    price: str | None
    trailing_offset: str | None
    trigger_by: TriggerBy


class AmendmentView(msgspec.Struct, kw_only=True):
    """What an order is to become; null stays as it is."""

    quantity: str | None
    price: str | None
    trigger_price: str | None


class OrderView(msgspec.Struct, kw_only=True):
    """An order as everybody may see it who may see it at all.

    `emulated`: the desk does what the venue cannot do for it: it holds the order until the market sets it off, and
    sends a plain one then. `asked` is the change that is being made while `pending_action` is `amend`. `arrival_price`
    was the middle of the market when it came; `slippage_bps` is by how much worse it has traded than there, or than its
    trigger, in basis points.
    """

    order_id: str
    client_order_id: str | None
    user_id: str
    account_id: str
    exchange: str
    symbol: str
    side: str
    order_type: str
    status: str
    time_in_force: str
    expires_at: datetime | None
    post_only: bool
    reduce_only: bool
    routing: str
    position_side: str
    margin_mode: str | None
    leverage: str | None
    quantity: str | None
    quote_quantity: str | None
    price: str | None
    trigger_price: str | None
    trigger_by: str
    trailing_offset: str | None
    triggered_at: datetime | None
    stop_loss: ProtectionView | None
    take_profit: ProtectionView | None
    params: dict[str, str]
    filled_quantity: str
    leaves_quantity: str | None
    average_price: str | None
    arrival_price: str | None
    slippage_bps: str | None
    fees: list[FeeView]
    realized_pnl: str
    pending_action: str
    asked: AmendmentView | None
    in_doubt: bool
    held_by: str
    emulated: bool
    parent_order_id: str | None
    leg: str | None
    rule_id: str | None
    attempt: int
    exchange_order_id: str | None
    exchange_client_order_id: str | None
    reason: str | None
    message: str | None
    timestamp: datetime
    updated_at: datetime
    closed_at: datetime | None


class HistoryView(msgspec.Struct, kw_only=True):
    """A step of an order's way."""

    history_id: int
    order_id: str
    sequence: int
    status: str
    execution_type: str
    timestamp: datetime
    message: str
    error_code: str | None
    exchange_order_id: str | None
    detail: dict[str, Any]
    previous_hash: str
    hash: str


_AMOUNTS = (
    "quantity",
    "quote_quantity",
    "price",
    "trigger_price",
    "filled_quantity",
    "leaves_quantity",
    "average_price",
    "realized_pnl",
    "leverage",
    "arrival_price",
)
_MADE = frozenset(
    {"trailing_offset", "stop_loss", "take_profit", "params", "fees", "asked", "emulated", "slippage_bps"}
)
_PLAIN = tuple(name for name in OrderView.__struct_fields__ if name not in {*_AMOUNTS, *_MADE})


def order_view(order: Order, instrument: Instrument | None) -> OrderView:
    """An order for the API; its instrument says whether the venue could do it, None while the listing is not known."""
    fields: dict[str, Any] = {name: getattr(order, name) for name in _PLAIN}
    fields.update((name, amount(getattr(order, name))) for name in _AMOUNTS)
    return OrderView(
        **fields,
        trailing_offset=offset(order.trailing_offset, order.trailing_offset_unit),
        stop_loss=protection_view(order.stop_loss),
        take_profit=protection_view(order.take_profit),
        params=order.params or {},
        slippage_bps=amount(_slippage_bps(order)),
        fees=fee_views(order.fees),
        asked=_amendment_view(order.asked),
        emulated=is_emulated(order, instrument),
    )


def is_emulated(order: Order, instrument: Instrument | None) -> bool:
    """Whether the desk does for the order what the venue does not. A target beside a stop always waits at the desk."""
    if order.order_type not in CONDITIONAL:
        return False
    if order.held_by is HeldBy.DESK or order.leg is Leg.TAKE_PROFIT:
        return True
    return instrument is not None and how_handled(order, instrument) is How.DESK


def _slippage_bps(order: Order) -> Decimal | None:
    benchmark = benchmark_of(order.order_type, order.trigger_price, order.arrival_price)
    return slippage_bps(order.side, order.average_price, benchmark)


def amount(value: Decimal | None) -> str | None:
    """An amount as a plain decimal, or nothing."""
    return None if value is None else plain(value)


def offset(value: Decimal | None, unit: OffsetUnit) -> str | None:
    """How far a trailing stop stays behind: `150` in the quote asset, or `1.5%`."""
    if value is None:
        return None
    return f"{plain(value)}%" if unit is OffsetUnit.PERCENT else plain(value)


def fee_views(fees: tuple[Fee, ...]) -> list[FeeView]:
    """Costs for the API."""
    return [FeeView(fee.asset, plain(fee.amount)) for fee in fees]


def protection_view(protection: Protection | None) -> ProtectionView | None:
    """One side of an order's protection."""
    if protection is None:
        return None
    return ProtectionView(
        trigger_price=amount(protection.trigger_price),
        price=amount(protection.price),
        trailing_offset=offset(protection.trailing_offset, protection.trailing_offset_unit),
        trigger_by=protection.trigger_by,
    )


def _amendment_view(asked: Amendment | None) -> AmendmentView | None:
    if asked is None:
        return None
    return AmendmentView(
        quantity=amount(asked.quantity), price=amount(asked.price), trigger_price=amount(asked.trigger_price)
    )


def history_view(entry: HistoryEntry) -> HistoryView:
    """A history row for the API."""
    return HistoryView(**{name: getattr(entry, name) for name in HistoryView.__struct_fields__})
