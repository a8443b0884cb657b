"""Movements of balances: what venues list as income, bills or a transaction log."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from decimal import Decimal
from itertools import count

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.orders import Execution
from venuesim.exchange.vocabulary import FlowKind

KEPT = 20_000
"""How many movements of each account are kept; older ones are forgotten."""


class Flow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One movement: `amount` is signed, `balance` what the asset stood at afterwards, `execution` what caused it.

    Of funding `quantity` (base, signed) is the position that it was paid for, `price` the mark price, `rate` the
    fraction of the notional that longs pay.
    """

    flow_id: int
    kind: FlowKind
    asset: str
    amount: Decimal
    balance: Decimal
    time_ms: int
    symbol: str | None = None
    execution: Execution | None = None
    quantity: Decimal = ZERO
    price: Decimal = ZERO
    rate: Decimal = ZERO


class Flows:
    """The newest movements of every account."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._flows: defaultdict[int, deque[Flow]] = defaultdict(lambda: deque(maxlen=KEPT))

    def add(
        self,
        account: Account,
        kind: FlowKind,
        *,
        asset: str,
        amount: Decimal,
        time_ms: int,
        symbol: str | None = None,
        execution: Execution | None = None,
        quantity: Decimal = ZERO,
        price: Decimal = ZERO,
        rate: Decimal = ZERO,
    ) -> Flow:
        """Note a movement that has just happened."""
        flow = Flow(
            flow_id=next(self._ids),
            kind=kind,
            asset=asset,
            amount=amount,
            balance=account.balances[asset].total,
            time_ms=time_ms,
            symbol=symbol,
            execution=execution,
            quantity=quantity,
            price=price,
            rate=rate,
        )
        self._flows[account.account_id].append(flow)
        return flow

    def newest_first(self, account: Account) -> Iterator[Flow]:
        """Yield an account's movements."""
        return reversed(self._flows[account.account_id])
