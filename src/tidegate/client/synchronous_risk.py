"""The calls about risk for programs that wait for each answer: a part of `Client`."""

from collections.abc import Iterable
from typing import Protocol, TypeVar, Unpack

from tidegate.client import risk_calls
from tidegate.client.calls import Amount, Call, OrderFields
from tidegate.client.desk_results import Account
from tidegate.client.results import Page
from tidegate.client.risk_calls import ApprovalQuery, RiskLimitFields, ScopeFields, TransferQuery
from tidegate.client.risk_results import (
    Approval,
    KeepAlive,
    OrderPreview,
    RiskLimit,
    RiskLimits,
    RiskUtilization,
    TradingState,
    Transfer,
)

ResultT = TypeVar("ResultT")


class Performs(Protocol):
    """Whoever can make a call."""

    def _perform(self, call: Call[ResultT]) -> ResultT: ...


class RiskCalls:
    """Limits, the kill switch, approvals, transfers, utilization."""

    def preview_order(self: Performs, **order: Unpack[OrderFields]) -> OrderPreview:
        """What would become of an order: every check with its figures. Nothing is placed."""
        return self._perform(risk_calls.preview_order(order))

    def risk_limits(self: Performs, version: int | None = None) -> RiskLimits:
        """The limits in force, or that version of them; who does not oversee gets those that may concern one."""
        return self._perform(risk_calls.risk_limits(version))

    def set_risk_limits(
        self: Performs,
        limits: Iterable[RiskLimit | RiskLimitFields],
        *,
        version: int | None = None,
        message: str = "",
        idempotency_key: str | None = None,
    ) -> RiskLimits | Approval:
        """Replace the whole set (role risk): the set that is in force, or the `Approval` that it waits for.

        `version` is that of the set it replaces: `ApiError` with code `limits_version_conflict` if it is another.
        """
        call = risk_calls.set_risk_limits(limits, version=version, message=message, idempotency_key=idempotency_key)
        return self._perform(call)

    def risk_utilization(self: Performs, user_id: str | None = None) -> RiskUtilization:
        """How far limits are used up, what accounts are worth, how far liquidations are away."""
        return self._perform(risk_calls.risk_utilization(user_id))

    def trading_states(self: Performs) -> list[TradingState]:
        """The scopes that may not trade freely."""
        return self._perform(risk_calls.trading_states()).items

    def throw_kill_switch(
        self: Performs,
        *,
        state: str = "halted",
        cancel_protection: bool = False,
        close_positions: bool = False,
        message: str = "",
        **scope: Unpack[ScopeFields],
    ) -> TradingState:
        """Stop a scope, without one the whole desk: what is open in it is canceled, and nothing more leaves."""
        call = risk_calls.throw_kill_switch(
            scope,
            state=state,
            cancel_protection=cancel_protection,
            close_positions=close_positions,
            message=message,
        )
        return self._perform(call)

    def release_kill_switch(
        self: Performs, *, message: str = "", idempotency_key: str | None = None, **scope: Unpack[ScopeFields]
    ) -> TradingState | Approval:
        """Let a scope trade again: its state, or the `Approval` that it waits for."""
        call = risk_calls.release_kill_switch(scope, message=message, idempotency_key=idempotency_key)
        return self._perform(call)

    def approvals(self: Performs, **query: Unpack[ApprovalQuery]) -> Page[Approval]:
        """What waits for a second person, and what became of it, newest first."""
        return self._perform(risk_calls.approvals(query))

    def approval(self: Performs, approval_id: str) -> Approval:
        """One request for a second person's word."""
        return self._perform(risk_calls.approval(approval_id))

    def approve(self: Performs, approval_id: str, message: str = "") -> Approval:
        """Say yes to what another asked for: it is carried out."""
        return self._perform(risk_calls.decide_approval(approval_id, approve=True, message=message))

    def reject(self: Performs, approval_id: str, message: str = "") -> Approval:
        """Say no to what another asked for."""
        return self._perform(risk_calls.decide_approval(approval_id, approve=False, message=message))

    def transfers(self: Performs, **query: Unpack[TransferQuery]) -> Page[Transfer]:
        """Transfers between users and accounts, newest first."""
        return self._perform(risk_calls.transfers(query))

    def transfer_funds(
        self: Performs,
        *,
        from_account: str,
        from_user_id: str,
        to_user_id: str,
        asset: str,
        quantity: Amount,
        to_account: str | None = None,
        wallet: str | None = None,
        message: str = "",
        idempotency_key: str | None = None,
    ) -> Transfer:
        """Give what one user owns to another; `unallocated` is a user here. Without `to_account` within the account."""
        call = risk_calls.transfer_funds(
            from_account=from_account,
            from_user_id=from_user_id,
            to_user_id=to_user_id,
            asset=asset,
            quantity=quantity,
            to_account=to_account,
            wallet=wallet,
            message=message,
            idempotency_key=idempotency_key,
        )
        return self._perform(call)

    def keep_alive(self: Performs, timeout_seconds: int) -> KeepAlive:
        """Have one's open orders, protection aside, canceled unless this is called again in time; zero ends that."""
        return self._perform(risk_calls.keep_alive(timeout_seconds))

    def set_dead_man(self: Performs, account_id: str, seconds: int | None) -> Account:
        """Let the account's venue cancel its orders once it has not heard of the desk for so long; None: never."""
        return self._perform(risk_calls.set_dead_man(account_id, seconds))
