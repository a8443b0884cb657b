"""The double-entry ledger: what each event moves between accounts. The lines of one event sum to zero per asset.

Ledger accounts: `user:<user_id>` (what a user owns), `venue` (the counterparty of trades), `fees` (what venues took),
`opening` (what was there before the desk), `adjustments` (what a person booked to follow the venue), `funding` and
`transfers` (what came and went without a trade).
"""

from decimal import Decimal
from typing import assert_never

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.events import (
    BalanceAdjusted,
    BalanceOpened,
    CashFlowBooked,
    ExecutionBooked,
    ExecutionReversed,
    FundsTransferred,
)
from tidegate.core.vocabulary import CashFlowKind, InstrumentKind, Side

LedgerEvent = ExecutionBooked | ExecutionReversed | BalanceOpened | BalanceAdjusted | CashFlowBooked | FundsTransferred

VENUE = "venue"
FEES = "fees"
OPENING = "opening"
ADJUSTMENTS = "adjustments"
FUNDING = "funding"
TRANSFERS = "transfers"
_SOURCES = {CashFlowKind.FUNDING: FUNDING, CashFlowKind.LIQUIDATION_FEE: FEES}


class Line(msgspec.Struct, frozen=True, gc=False):
    """An amount that enters (positive) or leaves (negative) a ledger account."""

    ledger_account: str
    asset: str
    amount: Decimal
    kind: str
    account_id: AccountId | None = None  # Where it is another than the event's.


def user_account(user_id: str) -> str:
    """The ledger account of what a user owns."""
    return f"user:{user_id}"


def lines_of(event: LedgerEvent) -> list[Line]:
    """What an event posts."""
    match event:
        case ExecutionBooked():
            return _trade_lines(event)
        case ExecutionReversed():
            lines = _trade_lines(event.booked)
            return [Line(line.ledger_account, line.asset, -line.amount, "bust") for line in lines]
        case BalanceOpened():
            return _transfer(OPENING, user_account(event.user_id), event.asset, event.quantity, "opening")
        case BalanceAdjusted():
            return _transfer(ADJUSTMENTS, user_account(event.user_id), event.asset, event.quantity, "adjustment")
        case CashFlowBooked():
            source = _SOURCES.get(event.kind, TRANSFERS)
            return _transfer(source, user_account(event.user_id), event.asset, event.amount, str(event.kind))
        case FundsTransferred():
            given, taken = _transfer(
                user_account(event.from_user_id),
                user_account(event.to_user_id),
                event.asset,
                event.quantity,
                "transfer",
            )
            return [msgspec.structs.replace(given, account_id=event.from_account_id), taken]
        case _:
            assert_never(event)


def _trade_lines(event: ExecutionBooked) -> list[Line]:
    owner = user_account(event.user_id)
    lines: list[Line] = []
    if event.kind is not InstrumentKind.SPOT:
        if event.realized_pnl:  # A derivative moves no asset but what it earns or costs when it is closed.
            lines += _transfer(VENUE, owner, event.quote, event.realized_pnl, "trade")
    else:
        value = event.quantity * event.price
        buyer, seller = (owner, VENUE) if event.side is Side.BUY else (VENUE, owner)
        lines += _transfer(seller, buyer, event.base, event.quantity, "trade")
        lines += _transfer(buyer, seller, event.quote, value, "trade")
    for fee in event.fees:
        lines += _transfer(owner, FEES, fee.asset, fee.amount, "fee")
    return lines


def _transfer(source: str, target: str, asset: str, amount: Decimal, kind: str) -> list[Line]:
    return [Line(source, asset, -amount, kind), Line(target, asset, amount, kind)]
