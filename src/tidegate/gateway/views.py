"""What the API shows: the public columns of each record. Amounts are plain decimal strings, times UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.instruments import Instrument
from tidegate.core.money import plain
from tidegate.core.order import Order
from tidegate.core.records import Account, Break, Execution, HistoryEntry, Holding, LedgerEntry


class FeeView(msgspec.Struct):
    """A cost in some asset; negative for a rebate."""

    asset: str
    amount: str


class OrderView(msgspec.Struct, kw_only=True):
    """An order as everybody may see it who may see it at all."""

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
    post_only: bool
    reduce_only: bool
    routing: str
    quantity: str | None
    quote_quantity: str | None
    price: str | None
    trigger_price: str | None
    filled_quantity: str
    leaves_quantity: str | None
    average_price: str | None
    fees: list[FeeView]
    realized_pnl: str
    pending_action: str
    in_doubt: bool
    held_by: str
    parent_order_id: str | None
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


class ExecutionView(msgspec.Struct, kw_only=True):
    """One trade."""

    execution_id: str
    order_id: str
    user_id: str
    account_id: str
    exchange: str
    symbol: str
    side: str
    trade_id: str
    exchange_order_id: str | None
    quantity: str
    price: str
    fees: list[FeeView]
    liquidity: str
    realized_pnl: str
    executed_at: datetime
    booked_at: datetime


class BalanceView(msgspec.Struct, kw_only=True):
    """What a user holds of an asset in an account, and what of it is free."""

    account_id: str
    user_id: str
    asset: str
    quantity: str
    reserved: str
    available: str


class PortfolioRow(msgspec.Struct, kw_only=True):
    """A holding with its cost and its worth, both in the reporting currency; None where no price is known."""

    user_id: str
    account_id: str
    asset: str
    quantity: str
    reserved: str
    average_price: str | None
    realized_pnl: str
    price: str | None
    value: str | None
    unrealized_pnl: str | None


class PortfolioView(msgspec.Struct, kw_only=True):
    """All holdings. The total counts what has a price; `unpriced` names what has none."""

    reporting_currency: str
    total_value: str
    realized_pnl: str
    unrealized_pnl: str
    unpriced: list[str]
    items: list[PortfolioRow]


class LedgerView(msgspec.Struct, kw_only=True):
    """A line of the double-entry ledger."""

    sequence: int
    line: int
    account_id: str
    ledger_account: str
    asset: str
    amount: str
    kind: str
    timestamp: datetime
    order_id: str | None
    execution_id: str | None


class InstrumentView(msgspec.Struct, kw_only=True):
    """The rules of a market; a limit that the venue does not set is null."""

    exchange: str
    symbol: str
    exchange_symbol: str
    kind: str
    base: str
    quote: str
    price_tick: str
    quantity_step: str
    quantity_min: str | None
    quantity_max: str | None
    market_quantity_max: str | None
    notional_min: str | None
    notional_max: str | None
    trading: bool


class AccountView(msgspec.Struct, kw_only=True):
    """A venue account, without its credentials: those are never shown."""

    account_id: str
    exchange: str
    environment: str
    user_ids: list[str]
    state: str
    message: str
    created_at: datetime


class BreakView(msgspec.Struct, kw_only=True):
    """A difference between the venue's picture and ours."""

    break_id: str
    account_id: str
    kind: str
    subject: str
    message: str
    found_at: datetime
    resolved_at: datetime | None


def order_view(order: Order) -> OrderView:
    """An order for the API."""
    return OrderView(
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        user_id=order.user_id,
        account_id=order.account_id,
        exchange=order.exchange,
        symbol=order.symbol,
        side=order.side,
        order_type=order.order_type,
        status=order.status,
        time_in_force=order.time_in_force,
        post_only=order.post_only,
        reduce_only=order.reduce_only,
        routing=order.routing,
        quantity=amount(order.quantity),
        quote_quantity=amount(order.quote_quantity),
        price=amount(order.price),
        trigger_price=amount(order.trigger_price),
        filled_quantity=plain(order.filled_quantity),
        leaves_quantity=amount(order.leaves_quantity),
        average_price=amount(order.average_price),
        fees=[FeeView(fee.asset, plain(fee.amount)) for fee in order.fees],
        realized_pnl=plain(order.realized_pnl),
        pending_action=order.pending_action,
        in_doubt=order.in_doubt,
        held_by=order.held_by,
        parent_order_id=order.parent_order_id,
        attempt=order.attempt,
        exchange_order_id=order.exchange_order_id,
        exchange_client_order_id=order.exchange_client_order_id,
        reason=order.reason,
        message=order.message,
        timestamp=order.timestamp,
        updated_at=order.updated_at,
        closed_at=order.closed_at,
    )


def amount(value: Decimal | None) -> str | None:
    """An amount as a plain decimal, or nothing."""
    return None if value is None else plain(value)


def history_view(entry: HistoryEntry) -> HistoryView:
    """A history row for the API."""
    return HistoryView(**{name: getattr(entry, name) for name in HistoryView.__struct_fields__})


def execution_view(execution: Execution) -> ExecutionView:
    """An execution for the API."""
    fields: dict[str, Any] = {name: getattr(execution, name) for name in ExecutionView.__struct_fields__}
    fields["fees"] = [FeeView(fee.asset, plain(fee.amount)) for fee in execution.fees]
    for name in ("quantity", "price", "realized_pnl"):
        fields[name] = plain(fields[name])
    return ExecutionView(**fields)


def balance_view(holding: Holding) -> BalanceView:
    """A holding as a balance."""
    return BalanceView(
        account_id=holding.account_id,
        user_id=holding.user_id,
        asset=holding.asset,
        quantity=plain(holding.quantity),
        reserved=plain(holding.reserved),
        available=plain(holding.quantity - holding.reserved),
    )


def ledger_view(entry: LedgerEntry) -> LedgerView:
    """A ledger line for the API."""
    fields: dict[str, Any] = {name: getattr(entry, name) for name in LedgerView.__struct_fields__}
    fields["amount"] = plain(entry.amount)
    return LedgerView(**fields)


def instrument_view(instrument: Instrument) -> InstrumentView:
    """An instrument for the API."""
    fields: dict[str, Any] = {name: getattr(instrument, name) for name in InstrumentView.__struct_fields__}
    amounts = {name: plain(value) for name, value in fields.items() if isinstance(value, Decimal)}
    return InstrumentView(**{**fields, **amounts})


def account_view(account: Account) -> AccountView:
    """An account for the API."""
    fields: dict[str, Any] = {name: getattr(account, name) for name in AccountView.__struct_fields__}
    fields["user_ids"] = list(account.user_ids)
    return AccountView(**fields)


def break_view(found: Break) -> BreakView:
    """A break for the API."""
    return BreakView(**{name: getattr(found, name) for name in BreakView.__struct_fields__})
