"""Made-up but complete records for storage tests: every field filled, no two alike."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidegate.core import identifiers as ids
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.events import OrderClosed
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.order import Order
from tidegate.core.records import (
    Account,
    Attempt,
    Batch,
    Break,
    Bust,
    CashFlow,
    DeskSnapshot,
    Execution,
    HistoryEntry,
    Holding,
    JournalEntry,
    KeptRequest,
    LedgerEntry,
    Leverage,
    Position,
    Rule,
    Token,
    User,
)
from tidegate.core.vocabulary import (
    AccountState,
    CashFlowKind,
    Correction,
    Environment,
    Exchange,
    ExecutionType,
    HeldBy,
    Leg,
    Liquidity,
    MarginMode,
    OffsetUnit,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionSide,
    RefusalCode,
    RejectReason,
    Role,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
    Wallet,
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
    """An order with every field filled and none at its default, but for `closed_at` while it is open, and `guarding`
    when it is closed."""
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
        position_side=PositionSide.LONG,
        margin_mode=MarginMode.ISOLATED,
        leverage=Decimal("12.50"),
        expires_at=moment(number + 6),
        trigger_by=TriggerBy.MARK,
        trailing_offset=Decimal("1.50"),
        trailing_offset_unit=OffsetUnit.PERCENT,
        stop_loss=Protection(trigger_price=Decimal("60000.10"), price=Decimal(59990), trigger_by=TriggerBy.INDEX),
        take_profit=Protection(trailing_offset=Decimal("0.5"), trailing_offset_unit=OffsetUnit.PERCENT),
        leg=Leg.STOP_LOSS,
        rule_id=ids.RuleId(f"rule-{number}"),
        filled_quantity=Decimal("0.5"),
        filled_value=Decimal("32716.05"),
        average_price=Decimal("65432.1"),
        fees=(Fee("BNB", Decimal("0.0000001")), Fee("USDT", Decimal("-0.25"))),
        realized_pnl=Decimal("-12.345678901234567890"),
        pending_action=PendingAction.CANCEL,
        cancel_reason=RejectReason.ONE_CANCELS_OTHER,
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
        awaited_since=moment(number + 9),
        filled_before=Decimal("0.25"),
        former_exchange_order_ids={ids.ExchangeOrderId(f"89{number}"): 1},
        corrections=1,
        trailing_extreme=Decimal("70000.00"),
        triggered_at=moment(number + 7),
        amendment=4,
        asked=Amendment(quantity=Decimal("1.40"), price=Decimal(65000), trigger_price=Decimal(900)),
        replacing=True,
        amend_expires_at=moment(number + 8),
        asked_reserve_price=Decimal(65100),
        exited_quantity=Decimal("0.125"),
        guarding=is_open,
        venue_status=VenueOrderStatus.CANCELED,
        venue_filled_quantity=Decimal("0.75"),
        lookups=3,
        reserved_asset="BTC",
        reserved_quantity=Decimal("1.0"),
        reserve_price=Decimal(65000),
        reserve_rate=Decimal("0.0805"),
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
        position_side=PositionSide.SHORT,
    )


def bust(number: int, *, sequence: int, trade: int = 1) -> Bust:
    """The venue took that trade of the order of that number back."""
    return Bust(
        execution_id=execution(number, sequence=sequence, trade=trade).execution_id,
        sequence=sequence,
        order_id=order_id(number),
        busted_at=moment(number * 10 + trade + 2),
        message="taken back by the venue",
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
            wallet=Wallet.FUTURES,
            order_id=order_id(number),
            execution_id=ids.ExecutionId(f"execution-{number}"),
        )
        for line, (name, amount) in enumerate(
            [(f"user:{USER}", Decimal("32716.05")), ("venue", Decimal("-32716.05"))], start=1
        )
    ]


def holding(asset: str = "BTC", user_id: ids.UserId = USER, wallet: Wallet = Wallet.FUTURES) -> Holding:
    """A row of the portfolio."""
    return Holding(
        account_id=ACCOUNT,
        user_id=user_id,
        asset=asset,
        quantity=Decimal("2.5"),
        reserved=Decimal("0.1"),
        average_price=Decimal("61234.5"),
        realized_pnl=Decimal("-1.25"),
        wallet=wallet,
    )


def position(symbol: str = "BTC/USDT:USDT", user_id: ids.UserId = USER) -> Position:
    """A short position."""
    return Position(
        account_id=ACCOUNT,
        user_id=user_id,
        symbol=symbol,
        position_side=PositionSide.SHORT,
        exchange=Exchange.BINANCE,
        quantity=Decimal("-0.250"),
        average_price=Decimal("65000.50"),
        realized_pnl=Decimal("3.75"),
        updated_at=moment(5),
    )


def leverage(symbol: str = "BTC/USDT:USDT") -> Leverage:
    """An account's setting."""
    return Leverage(
        account_id=ACCOUNT,
        symbol=symbol,
        leverage=Decimal("12.5"),
        margin_mode=MarginMode.ISOLATED,
        updated_at=moment(6),
    )


def cash_flow(number: int = 1, *, sequence: int) -> CashFlow:
    """A funding payment."""
    return CashFlow(
        account_id=ACCOUNT,
        kind=CashFlowKind.FUNDING,
        flow_id=f"flow-{number}",
        sequence=sequence,
        user_id=USER,
        asset="USDT",
        amount=Decimal("-0.0125"),
        wallet=Wallet.FUTURES,
        symbol="BTC/USDT:USDT",
        happened_at=moment(number),
        booked_at=moment(number + 1),
    )


def request(number: int = 1) -> KeptRequest:
    """A change that came with a key."""
    return KeptRequest(
        user_id=USER,
        idempotency_key=ids.IdempotencyKey(f"change-{number}"),
        request_hash="cd" * 32,
        order_id=order_id(number),
        kept_at=moment(number),
    )


def placing(number: int) -> PlaceOrder:
    """A command with nested parts, as a rule keeps it."""
    return PlaceOrder(
        command_id=ids.CommandId(f"command-{number}"),
        at=moment(number),
        user_id=USER,
        order_id=order_id(number),
        account_id=ACCOUNT,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        retry_until=moment(number + 1),
        quantity=Decimal("0.10"),
        price=Decimal("60000.00"),
        params={"tag": "mine"},
        stop_loss=Protection(trigger_price=Decimal("59000.5")),
    )


def rule(number: int = 1, *, ended: bool = False) -> Rule:
    """A rule that waits for the order of that number, or has fired."""
    return Rule(
        rule_id=ids.RuleId(f"rule-{number}"),
        user_id=USER,
        order_id=order_id(number),
        status=OrderStatus.PARTIALLY_FILLED,
        place=placing(number + 500),
        cancel_order_id=order_id(number + 600),
        created_at=moment(number),
        ended_at=moment(number + 1) if ended else None,
        fired=ended,
        message="it fired" if ended else "",
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
    return User(
        user_id=user_id, name="Alice A.", role=Role.TRADER, created_at=moment(0), corrections=frozenset(Correction)
    )


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
        resolved_by="rita" if resolved else None,
        resolution="the venue is right" if resolved else "",
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
