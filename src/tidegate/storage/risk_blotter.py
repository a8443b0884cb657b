"""What people and programs may read of limits, trading states, approvals and transfers: a part of the blotter."""

from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Select, or_, select

from tidegate.core.identifiers import ApprovalId, TransferId, UserId
from tidegate.core.messages.risk_records import (
    Approval,
    KeptRiskRequest,
    RiskLimitSet,
    TradingRestriction,
    Transfer,
)
from tidegate.core.vocabulary import ApprovalState, TradingState
from tidegate.storage import pages
from tidegate.storage.schema import approvals, risk_limits, risk_requests, trading_states, transfers

RecordT = TypeVar("RecordT", bound=msgspec.Struct)


class Reads(Protocol):
    """What the blotter reads rows with."""

    async def _page(
        self, kind: type[RecordT], query: Select[Any], keys: pages.Keys, limit: int, cursor: str | None
    ) -> tuple[list[RecordT], str | None]: ...

    async def _all(self, kind: type[RecordT], query: Select[Any]) -> list[RecordT]: ...

    async def _one(self, kind: type[RecordT], query: Select[Any]) -> RecordT | None: ...


class RiskQueries:
    """The queries of the `RiskBlotter` port, for a class that can read."""

    async def risk_limits(self: Reads, version: int | None = None) -> RiskLimitSet | None:
        query = select(risk_limits)
        if version is not None:
            query = query.where(risk_limits.c.version == version)
        return await self._one(RiskLimitSet, query.order_by(risk_limits.c.version.desc()).limit(1))

    async def risk_request(self: Reads, request_id: ApprovalId) -> KeptRiskRequest | None:
        return await self._one(KeptRiskRequest, select(risk_requests).where(risk_requests.c.request_id == request_id))

    async def trading_states(self: Reads) -> list[TradingRestriction]:
        query = select(trading_states).where(trading_states.c.state != TradingState.ACTIVE)
        return await self._all(TradingRestriction, query.order_by(trading_states.c.scope_key))

    async def trading_state(self: Reads, scope_key: str) -> TradingRestriction | None:
        return await self._one(
            TradingRestriction, select(trading_states).where(trading_states.c.scope_key == scope_key)
        )

    async def approvals(
        self: Reads,
        *,
        state: ApprovalState | None = None,
        requested_by: UserId | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> tuple[list[Approval], str | None]:
        query = select(approvals)
        if state is not None:
            query = query.where(approvals.c.state == state)
        if requested_by is not None:
            query = query.where(approvals.c.requested_by == requested_by)
        return await self._page(Approval, query, (approvals.c.requested_at, approvals.c.approval_id), limit, cursor)

    async def approval(self: Reads, approval_id: ApprovalId) -> Approval | None:
        return await self._one(Approval, select(approvals).where(approvals.c.approval_id == approval_id))

    async def transfers(
        self: Reads, user_id: UserId | None = None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Transfer], str | None]:
        query = select(transfers)
        if user_id is not None:
            query = query.where(or_(transfers.c.from_user_id == user_id, transfers.c.to_user_id == user_id))
        return await self._page(Transfer, query, (transfers.c.transferred_at, transfers.c.transfer_id), limit, cursor)

    async def transfer(self: Reads, transfer_id: TransferId) -> Transfer | None:
        return await self._one(Transfer, select(transfers).where(transfers.c.transfer_id == transfer_id))
