"""For operators: is it alive, is it ready, how are the venues, what do the figures say."""

from http import HTTPStatus
from typing import Any

import msgspec

from tidegate import __version__
from tidegate.core.records import User
from tidegate.core.vocabulary import AccountState
from tidegate.gateway.authentication import may_see
from tidegate.gateway.context import Context
from tidegate.gateway.queries import NoQuery
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Items, Result


class LiveView(msgspec.Struct, kw_only=True):
    """The process answers."""

    status: str
    version: str


class AccountReadiness(msgspec.Struct, kw_only=True):
    """Whether an account accepts new orders, and if not, why."""

    account_id: str
    exchange: str
    state: str
    message: str


class ReadyView(msgspec.Struct, kw_only=True):
    """`ready` when every account accepts new orders; otherwise the accounts say why not."""

    status: str
    accounts: list[AccountReadiness]


class VenueView(msgspec.Struct, kw_only=True):
    """One account's session.

    `waiting` counts what waits or runs per lane, in the order in which lanes go; `blocked` says per lane why its first
    call waits; `budget` is each rate window's use, as used/limit; `counts` is what the session has heard.
    """

    account_id: str
    exchange: str
    state: str
    connected: bool
    streaming: bool
    message: str
    waiting: dict[str, int]
    blocked: dict[str, str]
    budget: dict[str, str]
    counts: dict[str, int]
    latency_ms: float | None


async def live(request: AnyRequest, context: Context) -> Result:
    """Whether the process answers."""
    return Result(LiveView(status="live", version=__version__))


async def ready(request: AnyRequest, context: Context) -> Result:
    """Whether all accounts accept new orders: 200, or 503 with the reasons."""
    accounts = [
        AccountReadiness(
            account_id=account.account_id, exchange=account.exchange, state=account.state, message=account.message
        )
        for account in await context.blotter.accounts()
    ]
    if all(account.state == AccountState.READY for account in accounts):
        return Result(ReadyView(status="ready", accounts=accounts))
    return Result(ReadyView(status="not_ready", accounts=accounts), HTTPStatus.SERVICE_UNAVAILABLE)


async def venues(request: AnyRequest, user: User, context: Context) -> Result:
    """How the session of every account is that the user may see."""
    read_query(request, NoQuery)
    health = {session.account_id: session for session in context.venue_health()}
    views = []
    for account in await context.blotter.accounts():
        if not may_see(user, account):
            continue
        session = health.get(account.account_id)
        fields: dict[str, Any] = {
            "connected": session is not None and session.connected,
            "streaming": session is not None and session.streaming,
            "message": account.message if session is None else session.message or account.message,
            "waiting": {} if session is None else session.waiting,
            "blocked": {} if session is None else session.blocked,
            "budget": {} if session is None else session.budget,
            "counts": {} if session is None else session.counts,
            "latency_ms": None if session is None else session.latency_ms,
        }
        views.append(VenueView(account_id=account.account_id, exchange=account.exchange, state=account.state, **fields))
    return Result(Items[VenueView](views))


async def metrics(request: AnyRequest, context: Context) -> Result:
    """Prometheus exposition text."""
    for account in await context.blotter.accounts():
        is_ready = account.state is AccountState.READY
        context.metrics.account_ready.labels(account.account_id, account.exchange).set(is_ready)
    context.metrics.breaks.set(await context.blotter.open_breaks())
    return Result(context.metrics.render())
