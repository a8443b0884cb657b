"""What happened: facts in the past tense. They are journaled, and applying them is the only way state changes.

The journal stores them as JSON; field names are therefore part of the storage format.
"""

from typing import TypeGuard, get_args

from tidegate.core.messages.events.books import (
    BalanceAdjusted,
    BalanceCompared,
    BalanceOpened,
    BalancesOpened,
    CapitalPriced,
    CashFlowBooked,
    CashFlowNamed,
    FundsTransferred,
    LeverageChanged,
    PositionAdjusted,
    PositionCompared,
    TransferSeen,
)
from tidegate.core.messages.events.changes import (
    AmendFailed,
    AmendPostponed,
    AmendRequested,
    CancelRefused,
    CancelRequested,
    OrderAdjusted,
    OrderAmended,
    OrderRestated,
    ProtectionChanged,
    ProtectionEnded,
    RulesChanged,
)
from tidegate.core.messages.events.desk import (
    AccountRegistered,
    AccountStateChanged,
    BreakFound,
    BreakResolved,
    CorrectionsSet,
    CredentialsReplaced,
    DeadManSet,
    KeepAliveSet,
    RequestKept,
    RuleCreated,
    RuleEnded,
    TokenIssued,
    UserRegistered,
)
from tidegate.core.messages.events.orders import (
    AttemptFailed,
    AttemptStarted,
    OrderAbsenceSeen,
    OrderClosed,
    OrderCorrected,
    OrderCreated,
    OrderEnded,
    OrderHeld,
    OrderInDoubt,
    OrderInvalidated,
    OrderLookedUp,
    OrderSubmitted,
    OrderTriggered,
    TrailingMoved,
)
from tidegate.core.messages.events.reference import (
    AccountCompared,
    ClientHeard,
    ComparisonAsked,
    DeadManAnswered,
    DeadManAsked,
    InstrumentsListed,
    LiquidationsTold,
    PriceMoved,
)
from tidegate.core.messages.events.risk import (
    ApprovalDecided,
    ApprovalRequested,
    EquityMarked,
    LimitWarned,
    RiskLimitsSet,
    RiskRequestKept,
    TradingStateSet,
)
from tidegate.core.messages.events.trades import (
    ExecutionBooked,
    ExecutionReversed,
)

__all__ = [
    "AccountCompared",
    "AccountRegistered",
    "AccountStateChanged",
    "AmendFailed",
    "AmendPostponed",
    "AmendRequested",
    "ApprovalDecided",
    "ApprovalRequested",
    "AttemptFailed",
    "AttemptStarted",
    "BalanceAdjusted",
    "BalanceCompared",
    "BalanceOpened",
    "BalancesOpened",
    "BreakFound",
    "BreakResolved",
    "CancelRefused",
    "CancelRequested",
    "CapitalPriced",
    "CashFlowBooked",
    "CashFlowNamed",
    "ClientHeard",
    "ComparisonAsked",
    "CorrectionsSet",
    "CredentialsReplaced",
    "DeadManAnswered",
    "DeadManAsked",
    "DeadManSet",
    "DeskEvent",
    "EquityMarked",
    "Event",
    "ExecutionBooked",
    "ExecutionReversed",
    "FundsTransferred",
    "InstrumentsListed",
    "JournaledEvent",
    "KeepAliveSet",
    "LeverageChanged",
    "LimitWarned",
    "LiquidationsTold",
    "OrderAbsenceSeen",
    "OrderAdjusted",
    "OrderAmended",
    "OrderClosed",
    "OrderCorrected",
    "OrderCreated",
    "OrderEnded",
    "OrderEvent",
    "OrderHeld",
    "OrderInDoubt",
    "OrderInvalidated",
    "OrderLookedUp",
    "OrderRestated",
    "OrderSubmitted",
    "OrderTriggered",
    "PositionAdjusted",
    "PositionCompared",
    "PriceMoved",
    "ProtectionChanged",
    "ProtectionEnded",
    "ReferenceEvent",
    "RequestKept",
    "RiskLimitsSet",
    "RiskRequestKept",
    "RuleCreated",
    "RuleEnded",
    "RulesChanged",
    "TokenIssued",
    "TradingStateSet",
    "TrailingMoved",
    "TransferSeen",
    "UserRegistered",
    "is_journaled",
]


OrderEvent = (
    OrderCreated
    | OrderInvalidated
    | AttemptStarted
    | AttemptFailed
    | OrderInDoubt
    | OrderAbsenceSeen
    | OrderSubmitted
    | OrderLookedUp
    | CancelRequested
    | CancelRefused
    | ExecutionBooked
    | OrderEnded
    | OrderClosed
    | OrderCorrected
    | OrderAdjusted
    | OrderHeld
    | TrailingMoved
    | OrderTriggered
    | AmendRequested
    | AmendPostponed
    | OrderAmended
    | AmendFailed
    | OrderRestated
    | ProtectionChanged
    | ProtectionEnded
    | RulesChanged
    | ExecutionReversed
)
DeskEvent = (
    UserRegistered
    | TokenIssued
    | AccountRegistered
    | CredentialsReplaced
    | AccountStateChanged
    | BalanceOpened
    | BalancesOpened
    | BalanceCompared
    | BreakFound
    | BreakResolved
    | BalanceAdjusted
    | PositionCompared
    | PositionAdjusted
    | LeverageChanged
    | CashFlowBooked
    | CashFlowNamed
    | CapitalPriced
    | CorrectionsSet
    | KeepAliveSet
    | DeadManSet
    | RequestKept
    | RuleCreated
    | RuleEnded
    | FundsTransferred
    | TransferSeen
    | RiskLimitsSet
    | RiskRequestKept
    | TradingStateSet
    | LimitWarned
    | ApprovalRequested
    | ApprovalDecided
    | EquityMarked
)
JournaledEvent = OrderEvent | DeskEvent
ReferenceEvent = (
    InstrumentsListed
    | PriceMoved
    | ClientHeard
    | AccountCompared
    | ComparisonAsked
    | LiquidationsTold
    | DeadManAsked
    | DeadManAnswered
)
Event = JournaledEvent | ReferenceEvent
_REFERENCE_EVENTS = frozenset(get_args(ReferenceEvent))


def is_journaled(event: Event) -> TypeGuard[JournaledEvent]:
    """Whether an event is written down. What venues list and quote is only applied."""
    return type(event) not in _REFERENCE_EVENTS
