"""What the API shows: the public columns of each record. Amounts are plain decimal strings, times UTC."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.capabilities import How, capabilities_of, supported_order_types
from tidegate.core.instruments import Instrument
from tidegate.core.money import plain
from tidegate.core.records import Account, Break, Execution, Holding, LedgerEntry, Leverage, Position
from tidegate.core.vocabulary import OrderType
from tidegate.gateway.order_views import FeeView, amount, fee_views


class ExecutionView(msgspec.Struct, kw_only=True):
    """One trade; `busted_at` is when the venue took it back."""

    execution_id: str
    order_id: str
    user_id: str
    account_id: str
    exchange: str
    symbol: str
    side: str
    position_side: str
    trade_id: str
    exchange_order_id: str | None
    quantity: str
    price: str
    fees: list[FeeView]
    liquidity: str
    realized_pnl: str
    executed_at: datetime
    booked_at: datetime
    busted_at: datetime | None


class BalanceView(msgspec.Struct, kw_only=True):
    """What a user holds of an asset in a wallet of an account, and what of it is free."""

    account_id: str
    user_id: str
    asset: str
    wallet: str
    quantity: str
    reserved: str
    available: str


class PositionView(msgspec.Struct, kw_only=True):
    """A position in a derivative; a short one has a negative quantity.

    Prices, value and profit are in the quote asset. `price` is the venue's mark, or the last price where it has none;
    null where neither is known. `leverage` and `margin_mode` are the account's settings for the symbol.
    """

    account_id: str
    user_id: str
    exchange: str
    symbol: str
    position_side: str
    quantity: str
    average_price: str | None
    price: str | None
    value: str | None
    unrealized_pnl: str | None
    realized_pnl: str
    leverage: str | None
    margin_mode: str | None
    updated_at: datetime


class LedgerView(msgspec.Struct, kw_only=True):
    """A line of the double-entry ledger."""

    sequence: int
    line: int
    account_id: str
    ledger_account: str
    asset: str
    wallet: str
    amount: str
    kind: str
    timestamp: datetime
    order_id: str | None
    execution_id: str | None


class LeverageTierView(msgspec.Struct, kw_only=True):
    """Up to which worth, in quote, or which quantity, in base, a position may have how much leverage."""

    notional_max: str | None
    leverage_max: str
    quantity_max: str | None = None


class InstrumentView(msgspec.Struct, kw_only=True):
    """The rules of a market; a limit that the venue does not set is null.

    Quantities are in the base asset whatever the venue counts in; `contract_size` is one contract of the venue's.
    `order_types` says of each type who handles it: the venue (`native`), the `desk`, or nobody (`no`). `params` are the
    venue's own words that an order may carry.
    """

    exchange: str
    symbol: str
    exchange_symbol: str
    kind: str
    base: str
    quote: str
    settle: str | None
    contract_size: str
    leverage_max: str | None
    leverage_tiers: list[LeverageTierView]
    price_tick: str
    quantity_step: str
    quantity_min: str | None
    quantity_max: str | None
    market_quantity_max: str | None
    notional_min: str | None
    notional_max: str | None
    trading: bool
    order_types: dict[OrderType, How]
    params: list[str]


class AccountView(msgspec.Struct, kw_only=True):
    """A venue account, without its credentials: those are never shown."""

    account_id: str
    exchange: str
    environment: str
    user_ids: list[str]
    state: str
    message: str
    created_at: datetime
    dead_man_seconds: int | None


class BreakView(msgspec.Struct, kw_only=True):
    """A difference between the venue's picture and ours."""

    break_id: str
    account_id: str
    kind: str
    subject: str
    message: str
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str


def execution_view(execution: Execution, busted_at: datetime | None) -> ExecutionView:
    """An execution for the API."""
    shown = [name for name in ExecutionView.__struct_fields__ if name != "busted_at"]
    fields: dict[str, Any] = {name: getattr(execution, name) for name in shown}
    fields["fees"] = fee_views(execution.fees)
    fields["busted_at"] = busted_at
    for name in ("quantity", "price", "realized_pnl"):
        fields[name] = plain(fields[name])
    return ExecutionView(**fields)


def balance_view(holding: Holding) -> BalanceView:
    """A holding as a balance."""
    return BalanceView(
        account_id=holding.account_id,
        user_id=holding.user_id,
        asset=holding.asset,
        wallet=holding.wallet,
        quantity=plain(holding.quantity),
        reserved=plain(holding.reserved),
        available=plain(holding.quantity - holding.reserved),
    )


def position_view(position: Position, setting: Leverage | None, price: Decimal | None) -> PositionView:
    """A position for the API, at the price of now."""
    gain = None
    if price is not None and position.average_price is not None:
        gain = (price - position.average_price) * position.quantity
    return PositionView(
        account_id=position.account_id,
        user_id=position.user_id,
        exchange=position.exchange,
        symbol=position.symbol,
        position_side=position.position_side,
        quantity=plain(position.quantity),
        average_price=amount(position.average_price),
        price=amount(price),
        value=None if price is None else plain(abs(position.quantity) * price),
        unrealized_pnl=amount(gain),
        realized_pnl=plain(position.realized_pnl),
        leverage=None if setting is None else plain(setting.leverage),
        margin_mode=None if setting is None else setting.margin_mode,
        updated_at=position.updated_at,
    )


def ledger_view(entry: LedgerEntry) -> LedgerView:
    """A ledger line for the API."""
    fields: dict[str, Any] = {name: getattr(entry, name) for name in LedgerView.__struct_fields__}
    fields["amount"] = plain(entry.amount)
    return LedgerView(**fields)


def instrument_view(instrument: Instrument) -> InstrumentView:
    """An instrument for the API."""
    worked_out = {"leverage_tiers", "order_types", "params"}
    shown = [name for name in InstrumentView.__struct_fields__ if name not in worked_out]
    fields: dict[str, Any] = {name: getattr(instrument, name) for name in shown}
    amounts = {name: plain(value) for name, value in fields.items() if isinstance(value, Decimal)}
    params = sorted(capabilities_of(instrument).params)
    in_base = instrument.tiers_in_base
    tiers = [
        LeverageTierView(
            notional_max=None if in_base else plain(size),
            quantity_max=plain(size) if in_base else None,
            leverage_max=plain(leverage),
        )
        for size, leverage in instrument.leverage_tiers
    ]
    return InstrumentView(
        **{**fields, **amounts}, leverage_tiers=tiers, order_types=_handlers(instrument), params=params
    )


def _handlers(instrument: Instrument) -> dict[OrderType, How]:
    """Who handles each type of order on this market."""
    offers, listed = capabilities_of(instrument).order_types, instrument.order_types
    handlers = dict.fromkeys(OrderType, How.NO)
    for order_type in supported_order_types(instrument):
        is_listed = listed is None or order_type in listed
        handlers[order_type] = offers[order_type] if is_listed else How.DESK
    return handlers


def account_view(account: Account) -> AccountView:
    """An account for the API."""
    fields: dict[str, Any] = {name: getattr(account, name) for name in AccountView.__struct_fields__}
    fields["user_ids"] = list(account.user_ids)
    return AccountView(**fields)


def break_view(found: Break) -> BreakView:
    """A break for the API."""
    return BreakView(**{name: getattr(found, name) for name in BreakView.__struct_fields__})
