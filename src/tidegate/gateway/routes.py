"""Every call of the API in one table: it makes the routes and the OpenAPI document alike."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from tidegate.core.records import User
from tidegate.gateway import (
    approvals,
    bodies,
    books,
    breaks,
    corrections,
    kill_switch,
    limits,
    operations,
    order_views,
    orders,
    portfolio,
    portfolio_views,
    previews,
    queries,
    registry,
    reports,
    risk,
    risk_bodies,
    risk_queries,
    risk_report_views,
    risk_views,
    rules,
    statements,
    transfers,
    views,
)
from tidegate.gateway.context import Context
from tidegate.gateway.requests import AnyRequest
from tidegate.gateway.results import Items, Page, Result

API = "/api/v1"
CREATED = HTTPStatus.CREATED
Handler = Callable[[AnyRequest, User, Context], Awaitable[Result]]
OpenHandler = Callable[[AnyRequest, Context], Awaitable[Result]]


class Operation(NamedTuple):
    """One call. Path parameters are text, and their names end in `_id`.

    `accepted` is the shape of a 202: what was asked for waits. `body_size_max`, in bytes, stands where the usual is
    too small.
    """

    method: str
    path: str
    handler: Handler
    answer: Any
    query: Any = queries.NoQuery
    body: Any = None
    status: HTTPStatus = HTTPStatus.OK
    accepted: Any = None
    body_size_max: int | None = None
    media_types: tuple[str, ...] = ("application/json",)

    @property
    def name(self) -> str:
        """The handler's name, unique: the operation id, and the label in metrics."""
        return f"{self.handler.__module__.rpartition('.')[2]}_{self.handler.__name__}"


class OpenOperation(NamedTuple):
    """A call that needs no token."""

    path: str
    handler: OpenHandler
    answer: Any
    media_type: str = "application/json"


OPERATIONS = (
    Operation(
        "POST",
        f"{API}/orders",
        orders.place,
        order_views.OrderView,
        queries.WaitQuery,
        bodies.PlaceOrderBody,
        HTTPStatus.CREATED,
    ),
    Operation("POST", f"{API}/orders/preview", previews.preview, previews.PreviewView, body=bodies.PlaceOrderBody),
    Operation("GET", f"{API}/orders", orders.index, Page[order_views.OrderView], queries.OrdersQuery),
    Operation("DELETE", f"{API}/orders", orders.cancel_many, Items[order_views.OrderView], queries.CancelOrdersQuery),
    Operation("GET", f"{API}/orders/{{order_id}}", orders.show, order_views.OrderView),
    Operation(
        "PATCH",
        f"{API}/orders/{{order_id}}",
        orders.amend,
        order_views.OrderView,
        queries.WaitQuery,
        bodies.AmendOrderBody,
    ),
    Operation("DELETE", f"{API}/orders/{{order_id}}", orders.cancel, order_views.OrderView, queries.CancelQuery),
    Operation("GET", f"{API}/orders/{{order_id}}/history", orders.history, Items[order_views.HistoryView]),
    Operation("GET", f"{API}/executions", books.executions, Page[views.ExecutionView], queries.ExecutionsQuery),
    Operation("GET", f"{API}/balances", books.balances, Items[views.BalanceView], queries.UserQuery),
    Operation("GET", f"{API}/positions", books.positions, Items[views.PositionView], queries.UserQuery),
    Operation(
        "GET", f"{API}/portfolio", portfolio.portfolio, portfolio_views.PortfolioView, portfolio_views.PortfolioQuery
    ),
    Operation(
        "GET",
        f"{API}/portfolio/equity",
        reports.equity,
        Page[portfolio_views.EquityView],
        portfolio_views.EquityQuery,
    ),
    Operation("GET", f"{API}/portfolio/days", reports.days, Page[portfolio_views.DayView], portfolio_views.DaysQuery),
    Operation(
        "GET",
        f"{API}/portfolio/performance",
        reports.performance,
        portfolio_views.PerformanceView,
        portfolio_views.PeriodQuery,
    ),
    Operation(
        "GET",
        f"{API}/portfolio/statement",
        statements.statement,
        bytes,
        portfolio_views.StatementQuery,
        media_types=("text/csv", "application/vnd.apache.parquet"),
    ),
    Operation("GET", f"{API}/ledger", books.ledger, Page[views.LedgerView], queries.LedgerQuery),
    Operation("GET", f"{API}/rules", rules.index, Page[rules.RuleView], queries.RulesQuery),
    Operation(
        "POST", f"{API}/rules", rules.create, rules.RuleView, body=bodies.CreateRuleBody, status=HTTPStatus.CREATED
    ),
    Operation("DELETE", f"{API}/rules/{{rule_id}}", rules.delete, rules.RuleView),
    Operation("GET", f"{API}/corrections", corrections.show, bodies.CorrectionsBody),
    Operation("PUT", f"{API}/corrections", corrections.put, bodies.CorrectionsBody, body=bodies.CorrectionsBody),
    Operation("GET", f"{API}/reconciliation/breaks", breaks.index, Page[views.BreakView], queries.BreaksQuery),
    Operation(
        "POST",
        f"{API}/reconciliation/breaks/{{break_id}}/resolve",
        breaks.resolve,
        views.BreakView,
        body=bodies.ResolveBreakBody,
    ),
    Operation("GET", f"{API}/risk/limits", limits.show, risk_views.RiskLimitSetView, risk_queries.LimitsQuery),
    Operation(
        "PUT",
        f"{API}/risk/limits",
        limits.put,
        risk_views.RiskLimitSetView,
        body=risk_bodies.RiskLimitsBody,
        accepted=risk_views.ApprovalView,
        body_size_max=risk_bodies.LIMITS_BODY_SIZE_MAX,
    ),
    Operation("GET", f"{API}/risk/utilization", risk.utilization, risk_report_views.UtilizationView, queries.UserQuery),
    Operation(
        "PUT", f"{API}/risk/keep-alive", risk.keep_alive, risk_views.KeepAliveView, body=risk_bodies.KeepAliveBody
    ),
    Operation("GET", f"{API}/risk/kill-switch", kill_switch.index, Items[risk_views.TradingStateView]),
    Operation(
        "PUT",
        f"{API}/risk/kill-switch",
        kill_switch.throw,
        risk_views.TradingStateView,
        body=risk_bodies.KillSwitchBody,
    ),
    Operation(
        "DELETE",
        f"{API}/risk/kill-switch",
        kill_switch.release,
        risk_views.TradingStateView,
        risk_queries.ReleaseQuery,
        accepted=risk_views.ApprovalView,
    ),
    Operation("GET", f"{API}/approvals", approvals.index, Page[risk_views.ApprovalView], risk_queries.ApprovalsQuery),
    Operation("GET", f"{API}/approvals/{{approval_id}}", approvals.show, risk_views.ApprovalView),
    Operation(
        "POST",
        f"{API}/approvals/{{approval_id}}/approve",
        approvals.approve,
        risk_views.ApprovalView,
        body=risk_bodies.DecisionBody,
    ),
    Operation(
        "POST",
        f"{API}/approvals/{{approval_id}}/reject",
        approvals.reject,
        risk_views.ApprovalView,
        body=risk_bodies.DecisionBody,
    ),
    Operation("GET", f"{API}/transfers", transfers.index, Page[risk_views.TransferView], risk_queries.TransfersQuery),
    Operation(
        "POST",
        f"{API}/transfers",
        transfers.create,
        risk_views.TransferView,
        body=risk_bodies.TransferBody,
        status=HTTPStatus.CREATED,
    ),
    Operation("GET", f"{API}/instruments", registry.instruments, Items[views.InstrumentView], queries.InstrumentsQuery),
    Operation("GET", f"{API}/accounts", registry.accounts, Items[views.AccountView]),
    Operation(
        "POST",
        f"{API}/accounts",
        registry.register_account,
        views.AccountView,
        body=bodies.RegisterAccountBody,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        "PUT",
        f"{API}/accounts/{{account_id}}/credentials",
        registry.replace_credentials,
        views.AccountView,
        body=bodies.CredentialsBody,
    ),
    Operation(
        "PUT",
        f"{API}/accounts/{{account_id}}/dead-man",
        registry.set_dead_man,
        views.AccountView,
        body=bodies.DeadManBody,
    ),
    Operation(
        "POST",
        f"{API}/users",
        registry.register_user,
        registry.UserView,
        body=bodies.RegisterUserBody,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        "POST",
        f"{API}/tokens",
        registry.issue_token,
        registry.NewTokenView,
        body=bodies.IssueTokenBody,
        status=HTTPStatus.CREATED,
    ),
    Operation("GET", f"{API}/system/venues", operations.venues, Items[operations.VenueView]),
)
OPEN_OPERATIONS = tuple(
    OpenOperation(f"{prefix}{path}", handler, answer, media_type)
    for prefix in ("", API)
    for path, handler, answer, media_type in (
        ("/health/live", operations.live, operations.LiveView, "application/json"),
        ("/health/ready", operations.ready, operations.ReadyView, "application/json"),
        ("/metrics", operations.metrics, str, "text/plain; version=0.0.4; charset=utf-8"),
    )
)
