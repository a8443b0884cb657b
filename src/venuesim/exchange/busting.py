"""Takes a trade back: what an execution moved goes the other way, at its own price, and its fee is returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.events import AccountEventKind
from venuesim.exchange.orders import Execution
from venuesim.exchange.vocabulary import FlowKind

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange

PAGE = 10_000


def executions_of_trade(exchange: Exchange, trade_id: str, symbol: str | None) -> Iterator[Execution]:
    """Yield the sides of a trade that accounts had, one or two; from every symbol if none is named."""
    last = 0
    while page := exchange.records.executions_after(last, PAGE):
        last = page[-1].sequence
        for execution in page:
            if str(execution.trade_id) == trade_id and symbol in {None, execution.instrument.symbol}:
                yield execution


def bust(exchange: Exchange, execution: Execution) -> None:
    """Reverse one side of a trade; its order stays as it is.

    Assumption: no venue documents how it takes trades back over the API. A contract's position changes as if the same
    quantity had been traded back at the same price, which leaves the account worth what it would be without the trade.
    """
    account, instrument = execution.account, execution.instrument
    now_ms = exchange.clock.now_ms()
    sign = execution.side.sign
    if instrument.is_linear:
        position = account.holding_of(execution.order).position(execution.order.position_side)
        change = position.fill(execution.side.opposite, execution.price, execution.quantity, now_ms)
        exchange.clearing.note_holder(account, instrument)
        moved = {instrument.quote: change.realized_pnl}
    else:
        moved = {instrument.base: -execution.quantity * sign, instrument.quote: execution.quote_quantity * sign}
    moved[execution.fee_asset] = moved.get(execution.fee_asset, ZERO) + execution.fee
    exchange.busted.add(execution.sequence)
    for asset, amount in moved.items():
        account.balances[asset].free += amount
        account.updated_ms = now_ms
        exchange.flows.add(account, FlowKind.BUST, asset=asset, amount=amount, time_ms=now_ms, symbol=instrument.symbol)
    for asset, amount in moved.items():
        exchange.clearing.tell(account, AccountEventKind.BUST, asset=asset, amount=amount, instrument=instrument)
