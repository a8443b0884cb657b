"""The closed sets of words that the whole desk speaks: in Python, in the database and in the API alike."""

import sys
from enum import EnumType

from tidegate.core.vocabulary.order_life import (
    Correction,
    ExecutionType,
    HeldBy,
    HistoryStatus,
    Liquidity,
    OrderStatus,
    PendingAction,
    WakePurpose,
)
from tidegate.core.vocabulary.orders import (
    Leg,
    MarginMode,
    OffsetUnit,
    OrderType,
    PositionSide,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
)
from tidegate.core.vocabulary.reasons import RefusalCode, RejectReason
from tidegate.core.vocabulary.risk import ApprovalKind, ApprovalState, LimitAction, LimitKind, Role, TradingState
from tidegate.core.vocabulary.venues import (
    AccountState,
    CashFlowKind,
    Environment,
    Exchange,
    ForcedTrade,
    InstrumentKind,
    VenueOrderStatus,
    Wallet,
)

__all__ = [
    "AccountState",
    "ApprovalKind",
    "ApprovalState",
    "CashFlowKind",
    "Correction",
    "Environment",
    "Exchange",
    "ExecutionType",
    "ForcedTrade",
    "HeldBy",
    "HistoryStatus",
    "InstrumentKind",
    "Leg",
    "LimitAction",
    "LimitKind",
    "Liquidity",
    "MarginMode",
    "OffsetUnit",
    "OrderStatus",
    "OrderType",
    "PendingAction",
    "PositionSide",
    "RefusalCode",
    "RejectReason",
    "Role",
    "Routing",
    "Side",
    "TimeInForce",
    "TradingState",
    "TriggerBy",
    "VenueOrderStatus",
    "WakePurpose",
    "Wallet",
]

if sys.version_info < (3, 12) and hasattr(EnumType, "__getattr__"):
    # Members are plain attributes of their class. Python 3.11 has this fallback beside them, which 3.12 removed as
    # needless (python/cpython#106762); it makes each `Side.BUY` four times as slow, and an order's life has dozens.
    del EnumType.__getattr__
