"""What people and programs ask of the desk. `at` is when the gateway read the request; ids are made there."""

from tidegate.core.messages.commands.desk import (
    DeskCommand,
    IssueToken,
    RegisterAccount,
    RegisterUser,
    ReplaceCredentials,
    ResolveBreak,
    SetCorrections,
)
from tidegate.core.messages.commands.orders import (
    AmendOrder,
    CancelOrder,
    CancelOrders,
    CreateRule,
    DeleteRule,
    OrderCommand,
    PlaceOrder,
)
from tidegate.core.messages.commands.risk import (
    AskRisk,
    DecideApproval,
    KeepAlive,
    PreviewOrder,
    ReleaseKillSwitch,
    RiskCommand,
    SetDeadMan,
    SetKillSwitch,
    SetRiskLimits,
    TransferFunds,
)

__all__ = [
    "AmendOrder",
    "AskRisk",
    "CancelOrder",
    "CancelOrders",
    "Command",
    "CreateRule",
    "DecideApproval",
    "DeleteRule",
    "DeskCommand",
    "IssueToken",
    "KeepAlive",
    "OrderCommand",
    "PlaceOrder",
    "PreviewOrder",
    "RegisterAccount",
    "RegisterUser",
    "ReleaseKillSwitch",
    "ReplaceCredentials",
    "ResolveBreak",
    "RiskCommand",
    "SetCorrections",
    "SetDeadMan",
    "SetKillSwitch",
    "SetRiskLimits",
    "TransferFunds",
]
Command = OrderCommand | DeskCommand | RiskCommand
