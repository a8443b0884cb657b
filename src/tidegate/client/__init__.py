"""The Python client of a desk: `Client` for programs that wait, `AsyncClient` for those that do not.

    from tidegate.client import Client

    with Client("http://127.0.0.1:8080", token) as desk:
        order = desk.place_order(
            account="binance-main", symbol="BTC/USDT", side="buy", order_type="market", quantity="0.01"
        )
        print(order.status, order.average_price)

Amounts come as `Decimal`, times as aware UTC. Every call raises a `ClientError`; see `tidegate.client.errors`.
"""

from tidegate.client.asynchronous import AsyncClient
from tidegate.client.desk_results import (
    Account,
    AccountReadiness,
    Balance,
    Break,
    Corrections,
    Instrument,
    LeverageTier,
    Position,
    Readiness,
    Token,
    User,
    Venue,
)
from tidegate.client.errors import (
    ApiError,
    AuthenticationError,
    ClientError,
    UnexpectedAnswerError,
    UnreachableError,
    UsageError,
)
from tidegate.client.portfolio_results import (
    Day,
    EquityPoint,
    Performance,
    Portfolio,
    PortfolioGroup,
    PortfolioPosition,
    PortfolioRow,
)
from tidegate.client.results import Amendment, Execution, Fee, HistoryEntry, Order, Page, Protection, Rule
from tidegate.client.retrying import Retries
from tidegate.client.risk_results import (
    AccountRisk,
    Approval,
    Check,
    KeepAlive,
    LimitUse,
    OrderPreview,
    PositionRisk,
    RiskLimit,
    RiskLimits,
    RiskScope,
    RiskUtilization,
    TradingState,
    Transfer,
)
from tidegate.client.synchronous import Client

__all__ = [
    "Account",
    "AccountReadiness",
    "AccountRisk",
    "Amendment",
    "ApiError",
    "Approval",
    "AsyncClient",
    "AuthenticationError",
    "Balance",
    "Break",
    "Check",
    "Client",
    "ClientError",
    "Corrections",
    "Day",
    "EquityPoint",
    "Execution",
    "Fee",
    "HistoryEntry",
    "Instrument",
    "KeepAlive",
    "LeverageTier",
    "LimitUse",
    "Order",
    "OrderPreview",
    "Page",
    "Performance",
    "Portfolio",
    "PortfolioGroup",
    "PortfolioPosition",
    "PortfolioRow",
    "Position",
    "PositionRisk",
    "Protection",
    "Readiness",
    "Retries",
    "RiskLimit",
    "RiskLimits",
    "RiskScope",
    "RiskUtilization",
    "Rule",
    "Token",
    "TradingState",
    "Transfer",
    "UnexpectedAnswerError",
    "UnreachableError",
    "UsageError",
    "User",
    "Venue",
]
