"""What the engine asks the world to do, released only after the events beside it are durable."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ApprovalId, CommandId, ExchangeClientOrderId, ExchangeOrderId, OrderId
from tidegate.core.messages.risk_values import OrderPreview, RiskReport
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import (
    Exchange,
    MarginMode,
    OffsetUnit,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TriggerBy,
    WakePurpose,
)


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The answer to a command: a refusal, or the orders it concerns (none for registrations).

    `approval_id`: nothing has happened yet, a second person has to approve. `preview` and `risk` answer questions.
    """

    command_id: CommandId
    refusal: Refusal | None = None
    order_ids: tuple[OrderId, ...] = ()
    replayed: bool = False
    approval_id: ApprovalId | None = None
    preview: OrderPreview | None = None
    risk: RiskReport | None = None


class SendOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Place one attempt at the venue, once. `intended_at` is signed as the request's time; past `expires_at` it must
    not be sent any more, and the venue is told to refuse it.

    `quantity` is this attempt's, in base. `order_type` is what the venue is to hold: an order that the desk held and
    set off itself leaves as `market` or `limit`. `leverage` is set for the symbol before the order is placed; an order
    whose leverage cannot be set is refused. `protective` orders go ahead of others.
    """

    account_id: AccountId
    order_id: OrderId
    attempt: int
    exchange_client_order_id: ExchangeClientOrderId
    symbol: str
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    post_only: bool
    intended_at: datetime
    expires_at: datetime
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    params: dict[str, str] = {}
    trigger_price: Decimal | None = None
    trigger_by: TriggerBy = TriggerBy.LAST
    trailing_offset: Decimal | None = None
    trailing_offset_unit: OffsetUnit = OffsetUnit.PRICE
    reduce_only: bool = False
    position_side: PositionSide = PositionSide.NET
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    reference_price: Decimal | None = None
    protective: bool = False


class SendAmend(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Change one attempt in place, once. The figures are the attempt's as it is to be: all of them, changed or not.

    `quantity` is in base and counts from the attempt's beginning. Answered by `AmendAccepted`, `AmendRefused` or
    `AmendOutcomeUnknown`, which name the `amendment` number.
    """

    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int
    symbol: str
    side: Side
    order_type: OrderType
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None
    conditional: bool
    quantity: Decimal
    intended_at: datetime
    expires_at: datetime
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_by: TriggerBy = TriggerBy.LAST
    position_side: PositionSide = PositionSide.NET
    protective: bool = False


class SendCancel(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Cancel one attempt at the venue. May be repeated freely.

    `conditional`: it was sent to be set off by the venue, and as far as we know has not been.
    """

    account_id: AccountId
    order_id: OrderId
    symbol: str
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None
    conditional: bool = False


class RecallOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Do not send this attempt, if it has not left yet: it is then reported as refused, reason `killed`.

    One that has left is told by its own answer, as ever.
    """

    account_id: AccountId
    order_id: OrderId
    attempt: int


class RecallAmend(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Do not ask for this change in place, if that has not left yet: it is then reported as refused, reason `killed`.

    One that has left is told by its own answer, or as unknown.
    """

    account_id: AccountId
    order_id: OrderId
    amendment: int


class QueryOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Ask the venue what became of one attempt. Answered by `OrderReported`, `OrderNotFound` or `QueryFailed`.

    `OrderNotFound` may be reported only when every look-up that could have found it answered cleanly.
    """

    account_id: AccountId
    order_id: OrderId
    attempt: int
    symbol: str
    exchange_client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId | None
    conditional: bool = False


class FetchExecutions(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Fetch all executions of one order. Answered by `ExecutionReported`s, or `QueryFailed`.

    `conditional`: `exchange_order_id` names an order that the venue set off, and may not be the one that traded.
    """

    account_id: AccountId
    order_id: OrderId
    symbol: str
    exchange_order_id: ExchangeOrderId
    since: datetime
    exchange_client_order_id: ExchangeClientOrderId | None = None
    conditional: bool = False


class SynchronizeAccount(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Report all open orders, the executions since a time of the given symbols, the cash flows since a time (that of
    the executions where there is none), the positions and the balances of an account.

    Answered by those reports and then `AccountSynchronized`; on failure the session tries again by itself.
    """

    account_id: AccountId
    symbols: tuple[str, ...]
    executions_since: datetime
    cash_flows_since: datetime | None = None


class CompareBalances(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Report what an account holds: its positions and balances, nothing else of `SynchronizeAccount`.

    One that fails is left alone: the next comparison comes anyway.
    """

    account_id: AccountId


class RenewDeadMan(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Have the venue cancel the account's orders unless this comes again within so many seconds; zero ends that.

    `symbols`: where there are orders to cancel, for a venue that counts down for each market by itself. Answered by
    `DeadManRenewed` or `DeadManFailed`; a newer one replaces one that has not left yet.
    """

    account_id: AccountId
    seconds: int
    symbols: frozenset[str] = frozenset()


class WakeAt(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Send a `Wake` for this order at this time. A later one for the same purpose replaces it."""

    order_id: OrderId
    at: datetime
    purpose: WakePurpose = WakePurpose.ATTENTION


class WatchPrices(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """These symbols' prices set orders off at the desk: tell them as they change, not only now and then.

    The whole list for one exchange; an empty one asks for none.
    """

    exchange: Exchange
    symbols: frozenset[str]


VenueEffect = (
    SendOrder
    | SendAmend
    | SendCancel
    | RecallOrder
    | RecallAmend
    | QueryOrder
    | FetchExecutions
    | SynchronizeAccount
    | CompareBalances
    | RenewDeadMan
)
Effect = Reply | VenueEffect | WakeAt | WatchPrices
