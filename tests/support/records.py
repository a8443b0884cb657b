"""Made-up but complete records for storage tests: every field filled, no two alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidegate.core import identifiers as ids
from tidegate.core.messages.events import OrderClosed
from tidegate.core.messages.values import Fee
from tidegate.core.order import Order
from tidegate.core.records import (
    Account,
    Attempt,
    Batch,
    Break,
    DeskSnapshot,
    Execution,
    HistoryEntry,
    Holding,
    JournalEntry,
    LedgerEntry,
    Token,
    User,
)
from tidegate.core.vocabulary import (
    AccountState,
    Environment,
    Exchange,
    ExecutionType,
    HeldBy,
    Liquidity,
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    Role,
    Routing,
    Side,
    TimeInForce,
    VenueOrderStatus,
)

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
USER = ids.UserId("alice")
ACCOUNT = ids.AccountId("binance-main")


def moment(number: int) -> datetime:
    """A distinct time, later for a higher number."""
    return START + timedelta(milliseconds=number)


def order_id(number: int) -> ids.OrderId:
    """26 characters that sort by number, like a ULID."""
    return ids.OrderId(f"01J{number:023d}")


def full_order(number: int, *, is_open: bool = True, user_id: ids.UserId = USER) -> Order:
    """An order with every field filled and none at its default, but for `closed_at` while it is open."""
    return Order(
        order_id=order_id(number),
        user_id=user_id,
        account_id=ACCOUNT,
        exchange=Exchange.BINANCE,
        symbol="BTC/USDT",
        side=Side.SELL,
        order_type=OrderType.LIMIT,
        timestamp=moment(number),
        updated_at=moment(number + 1),
        status=OrderStatus.PARTIALLY_FILLED if is_open else OrderStatus.REJECTED,
        quantity=Decimal("1.50000000"),
        quote_quantity=Decimal("0.00000001"),
        price=Decimal("65432.10"),
        trigger_price=Decimal("1E+3"),
        time_in_force=TimeInForce.IOC,
        post_only=True,
        reduce_only=True,
        routing=Routing.INTERNAL_FIRST,
        client_order_id=ids.ClientOrderId(f"mine-{number}"),
        params={"note": 'a "quoted" \\ value, ü'},
        filled_quantity=Decimal("0.5"),
        filled_value=Decimal("32716.05"),
        average_price=Decimal("65432.1"),
        fees=(Fee("BNB", Decimal("0.0000001")), Fee("USDT", Decimal("-0.25"))),
        realized_pnl=Decimal("-12.345678901234567890"),
        pending_action=PendingAction.CANCEL,
        in_doubt=True,
        held_by=HeldBy.DESK,
        parent_order_id=order_id(number + 1_000_000),
        exchange_order_id=ids.ExchangeOrderId(f"90{number}"),
        reason=RejectReason.INSUFFICIENT_FUNDS if number % 2 else RefusalCode.PRICE_OUTSIDE_BAND,
        message="the venue's own words",
        closed_at=None if is_open else moment(number + 2),
        attempt=2,
        exchange_client_order_id=ids.exchange_client_order_id(order_id(number), 2),
        request_expires_at=moment(number + 3),
        retry_until=moment(number + 4),
        waiting_to_retry=True,
        absent_since=moment(number + 5),
        venue_status=VenueOrderStatus.CANCELED,
        venue_filled_quantity=Decimal("0.75"),
        lookups=3,
        reserved_asset="BTC",
        reserved_quantity=Decimal("1.0"),
        reserve_price=Decimal(65000),
        limits_version=7,
        idempotency_key=ids.IdempotencyKey(f"key-{number}"),
        request_hash="ab" * 32,
        history_sequence=1,
    )


def history(number: int, *, history_id: int, sequence: int = 1) -> HistoryEntry:
    """A history row of the order of that number."""
    return HistoryEntry(
        history_id=history_id,
        order_id=order_id(number),
        sequence=sequence,
        status=OrderStatus.SUBMITTED,
        execution_type=ExecutionType.NEW,
        timestamp=moment(number),
        message="the venue has the order, naïvely said",
        error_code="-2010",
        exchange_order_id=ids.ExchangeOrderId(f"90{number}"),
        detail={"limit": "10", "nested": {"tries": 2}},
    )


def attempt(number: int, which: int = 2) -> Attempt:
    """One send of the order of that number."""
    return Attempt(
        order_id=order_id(number),
        attempt=which,
        account_id=ACCOUNT,
        exchange_client_order_id=ids.exchange_client_order_id(order_id(number), which),
        exchange_order_id=ids.ExchangeOrderId(f"9{which}-{number}"),
        outcome="submitted",
        started_at=moment(number),
        updated_at=moment(number + 1),
        request_expires_at=moment(number + 2),
        message="resent after a refusal",
    )


def execution(number: int, *, sequence: int, trade: int = 1) -> Execution:
    """One trade of the order of that number."""
    trade_id = ids.TradeId(f"{number}-{trade}")
    return Execution(
        execution_id=ids.execution_id(ACCOUNT, "BTC/USDT", "sell", trade_id),
        sequence=sequence,
        order_id=order_id(number),
        user_id=USER,
        account_id=ACCOUNT,
        exchange=Exchange.BINANCE,
        symbol="BTC/USDT",
        side=Side.SELL,
        trade_id=trade_id,
        exchange_order_id=ids.ExchangeOrderId(f"90{number}"),
        quantity=Decimal("0.5"),
        price=Decimal("65432.1"),
        fees=(Fee("BNB", Decimal("0.0000001")),),
        liquidity=Liquidity.MAKER,
        realized_pnl=Decimal("12.5"),
        executed_at=moment(number * 10 + trade),
        booked_at=moment(number * 10 + trade + 1),
    )


def ledger(number: int, *, sequence: int) -> list[LedgerEntry]:
    """Two lines that balance."""
    return [
        LedgerEntry(
            sequence=sequence,
            line=line,
            account_id=ACCOUNT,
            ledger_account=name,
            asset="USDT",
            amount=amount,
            kind="trade",
            timestamp=moment(number),
            order_id=order_id(number),
            execution_id=ids.ExecutionId(f"execution-{number}"),
        )
        for line, (name, amount) in enumerate(
            [(f"user:{USER}", Decimal("32716.05")), ("venue", Decimal("-32716.05"))], start=1
        )
    ]


def holding(asset: str = "BTC", user_id: ids.UserId = USER) -> Holding:
    """A row of the portfolio."""
    return Holding(
        account_id=ACCOUNT,
        user_id=user_id,
        asset=asset,
        quantity=Decimal("2.5"),
        reserved=Decimal("0.1"),
        average_price=Decimal("61234.5"),
        realized_pnl=Decimal("-1.25"),
    )


def account(account_id: ids.AccountId = ACCOUNT) -> Account:
    """A venue account of two users."""
    return Account(
        account_id=account_id,
        exchange=Exchange.BINANCE,
        environment=Environment.SIMULATED,
        user_ids=(USER, ids.UserId("bob")),
        state=AccountState.READY,
        message="all is well",
        opened_at=moment(1),
        created_at=moment(0),
    )


def user(user_id: ids.UserId = USER) -> User:
    """A trader."""
    return User(user_id=user_id, name="Alice A.", role=Role.TRADER, created_at=moment(0))


def token(number: int = 1) -> Token:
    """A revoked token."""
    return Token(
        token_id=ids.TokenId(f"token-{number}"),
        user_id=USER,
        token_hash=f"{number:064x}",
        label="notebook",
        created_at=moment(0),
        revoked_at=moment(9),
    )


def difference(number: int = 1, *, resolved: bool = False) -> Break:
    """A reconciliation break."""
    return Break(
        break_id=f"break-{number}",
        account_id=ACCOUNT,
        kind="balance",
        subject="BTC",
        message="the venue holds 1, our books 2",
        found_at=moment(number),
        resolved_at=moment(number + 1) if resolved else None,
    )


def journal_entry(sequence: int, number: int) -> JournalEntry:
    """An event about the order of that number."""
    return JournalEntry(
        sequence=sequence,
        at=moment(sequence),
        event=OrderClosed(at=moment(sequence), order_id=order_id(number), realized_pnl=Decimal("0.10")),
    )


def batch_of(snapshot: DeskSnapshot, *orders: Order, first: int | None = None) -> Batch:
    """A batch with the orders given, a journal and a history row for each; numbered on from the snapshot or `first`."""
    after = snapshot.sequence if first is None else first - 1
    history_after = snapshot.history_id if first is None else first - 1
    batch = Batch(epoch=snapshot.epoch, journal=[])
    for offset, order in enumerate(orders, start=1):
        number = int(order.order_id[3:])
        batch.journal.append(journal_entry(after + offset, number))
        batch.history.append(history(number, history_id=history_after + offset))
        batch.orders[order.order_id] = order
    return batch
