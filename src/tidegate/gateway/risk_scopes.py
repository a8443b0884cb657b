"""Scopes: from requests to the core, and which of them a user is told of."""

from decimal import Decimal

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.records import User
from tidegate.gateway.authentication import SEES_EVERYBODY
from tidegate.gateway.context import Context
from tidegate.gateway.placing import decimal_of
from tidegate.gateway.risk_bodies import KillSwitchBody, RiskLimitBody, ScopeBody
from tidegate.gateway.risk_queries import ReleaseQuery


def scope_of(asked: ScopeBody | KillSwitchBody | ReleaseQuery) -> Scope:
    """What a request names."""
    return Scope(
        role=asked.role,
        user_id=None if asked.user_id is None else UserId(asked.user_id),
        account_id=None if asked.account is None else AccountId(asked.account),
        exchange=asked.exchange,
        symbol=asked.symbol,
    )


def limit_of(body: RiskLimitBody) -> RiskLimit:
    """A limit that a request asks for."""
    return RiskLimit(
        limit_id=body.limit_id,
        kind=body.kind,
        scope=scope_of(body.scope),
        value=decimal_of(body.value),
        interval_seconds=body.interval_seconds,
        symbols=body.symbols,
        action=body.action,
        warn_at=tuple(Decimal(level) for level in body.warn_at),
        attach_stop_ratio=decimal_of(body.attach_stop_ratio),
    )


class Sight:
    """Which scopes a user is told of: all of them, or those that may be about the user."""

    def __init__(self, user: User, account_ids: frozenset[AccountId]) -> None:
        self._user = user
        self._account_ids = account_ids

    @classmethod
    async def of(cls, user: User, context: Context) -> "Sight":
        """By the accounts that name the user."""
        if user.role in SEES_EVERYBODY:
            return cls(user, frozenset())
        accounts = await context.blotter.accounts()
        return cls(user, frozenset(one.account_id for one in accounts if user.user_id in one.user_ids))

    def shows(self, scope: Scope) -> bool:
        """Whether the user is told of this scope."""
        user = self._user
        return user.role in SEES_EVERYBODY or scope.may_concern(user.user_id, user.role, self._account_ids)
