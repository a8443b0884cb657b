"""The rows that single events write, made from the event alone; `sequence` is that of its journal entry."""

from datetime import datetime, timedelta

from tidegate import core
from tidegate.core.apply import break_id
from tidegate.core.identifiers import exchange_client_order_id
from tidegate.core.messages import events as happened
from tidegate.core.order import Order
from tidegate.core.portfolio.ledger import LedgerEvent, lines_of
from tidegate.core.records import Attempt, Break, Bust, Execution, HoldingKey, LedgerEntry, Rule, Token
from tidegate.core.vocabulary import InstrumentKind


def execution_row(event: happened.ExecutionBooked, sequence: int) -> Execution:
    """A trade."""
    return core.records.Execution(  # So named for speed: see `options`.
        execution_id=event.execution_id,
        sequence=sequence,
        order_id=event.order_id,
        user_id=event.user_id,
        account_id=event.account_id,
        exchange=event.exchange,
        symbol=event.symbol,
        side=event.side,
        trade_id=event.trade_id,
        exchange_order_id=event.exchange_order_id,
        quantity=event.quantity,
        price=event.price,
        fees=event.fees,
        liquidity=event.liquidity,
        realized_pnl=event.realized_pnl,
        executed_at=event.executed_at,
        booked_at=event.at,
        position_side=event.position_side,
    )


def replaced_attempt_row(order: Order, at: datetime, request_expires_at: datetime, lifetime: timedelta) -> Attempt:
    """The attempt before an order's current one, which ended at the venue so that what it left could be sent again."""
    attempt = order.replaced_attempt
    theirs = [name for name, number in (order.former_exchange_order_ids or {}).items() if number == attempt]
    return Attempt(
        order_id=order.order_id,
        attempt=attempt,
        account_id=order.account_id,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        exchange_order_id=theirs[-1],
        outcome="replaced",
        started_at=request_expires_at - lifetime,
        updated_at=at,
        request_expires_at=request_expires_at,
    )


def bust_row(event: happened.ExecutionReversed, sequence: int) -> Bust:
    """A trade that was taken back."""
    return Bust(
        execution_id=event.execution_id,
        sequence=sequence,
        order_id=event.order_id,
        busted_at=event.at,
        message=event.message,
    )


def ledger_rows(event: LedgerEvent, sequence: int) -> list[LedgerEntry]:
    """What the event posts."""
    about = event.booked if isinstance(event, happened.ExecutionReversed) else event
    account_id = about.to_account_id if isinstance(about, happened.FundsTransferred) else about.account_id
    trade = about if isinstance(about, happened.ExecutionBooked) else None
    return [
        LedgerEntry(
            sequence=sequence,
            line=number,
            account_id=line.account_id or account_id,
            ledger_account=line.ledger_account,
            asset=line.asset,
            amount=line.amount,
            kind=line.kind,
            timestamp=event.at,
            wallet=about.wallet,
            order_id=None if trade is None else trade.order_id,
            execution_id=None if trade is None else trade.execution_id,
        )
        for number, line in enumerate(lines_of(event), start=1)
    ]


def holdings_moved(event: happened.ExecutionBooked) -> set[HoldingKey]:
    """The holdings that a trade moves, or moved back."""
    assets = {event.quote, *(fee.asset for fee in event.fees)}
    if event.kind is InstrumentKind.SPOT:
        assets.add(event.base)
    return {(event.account_id, event.user_id, asset, event.wallet) for asset in assets}


def resolved_break_row(event: happened.BreakResolved) -> Break:
    """A difference that is over."""
    return Break(
        break_id=break_id(event.account_id, event.kind, event.subject),
        account_id=event.account_id,
        kind=event.kind,
        subject=event.subject,
        message=event.found_message or event.message,
        found_at=event.found_at,
        resolved_at=event.at,
        resolved_by=event.by,
        resolution=event.message,
    )


def ended_rule_row(event: happened.RuleEnded) -> Rule:
    """A rule that is done."""
    return Rule(
        rule_id=event.rule_id,
        user_id=event.user_id,
        order_id=event.order_id,
        status=event.status,
        place=event.place,
        cancel_order_id=event.cancel_order_id,
        created_at=event.created_at,
        ended_at=event.at,
        fired=event.fired,
        message=event.message,
    )


def token_row(event: happened.TokenIssued) -> Token:
    """An API token."""
    return Token(
        token_id=event.token_id,
        user_id=event.user_id,
        token_hash=event.token_hash,
        label=event.label,
        created_at=event.at,
    )
