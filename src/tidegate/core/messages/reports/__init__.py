"""What venue sessions and timers tell the engine: exactly what happened, with no policy of their own.

`at` is when the report was made. `requested_at` is when the question left, so that the engine knows how fresh an
answer is. Outcomes of one send name the order and the attempt.
"""

from tidegate.core.messages.reports.accounts import (
    AccountConnected,
    AccountDisconnected,
    AccountReport,
    AccountSynchronized,
    BalancesReported,
    CashFlowReported,
    DeadManFailed,
    DeadManRenewed,
    LeverageReported,
    MessageQuarantined,
    PositionsReported,
)
from tidegate.core.messages.reports.markets import InstrumentsReported, PriceReported
from tidegate.core.messages.reports.orders import (
    ExecutionBusted,
    ExecutionReported,
    LookupReport,
    OrderNotFound,
    OrderReported,
    QueryFailed,
)
from tidegate.core.messages.reports.outcomes import (
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    AmendReport,
    CancelAccepted,
    CancelFailed,
    OrderAccepted,
    OrderRefused,
    OutcomeReport,
    SendOutcomeUnknown,
)
from tidegate.core.messages.reports.timers import ClockTicked, DeskStarted, ReviewOrder, Wake

__all__ = [
    "AccountConnected",
    "AccountDisconnected",
    "AccountReport",
    "AccountSynchronized",
    "AmendAccepted",
    "AmendOutcomeUnknown",
    "AmendRefused",
    "AmendReport",
    "BalancesReported",
    "CancelAccepted",
    "CancelFailed",
    "CashFlowReported",
    "ClockTicked",
    "DeadManFailed",
    "DeadManRenewed",
    "DeskStarted",
    "ExecutionBusted",
    "ExecutionReported",
    "InstrumentsReported",
    "LeverageReported",
    "LookupReport",
    "MessageQuarantined",
    "OrderAccepted",
    "OrderNotFound",
    "OrderRefused",
    "OrderReported",
    "OutcomeReport",
    "PositionsReported",
    "PriceReported",
    "QueryFailed",
    "Report",
    "ReviewOrder",
    "SendOutcomeUnknown",
    "Wake",
]

Report = (
    OutcomeReport
    | LookupReport
    | AccountReport
    | InstrumentsReported
    | PriceReported
    | Wake
    | DeskStarted
    | ClockTicked
)
