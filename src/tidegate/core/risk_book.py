"""What the desk remembers for its risk controls: limits, states, approvals, loss marks. Only `apply` changes it."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ApprovalId, OrderId, TransferId, UserId
from tidegate.core.messages.risk_records import (
    Approval,
    Capital,
    KeptRiskRequest,
    LossMark,
    RecentOrder,
    TradingRestriction,
    Transfer,
)
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit
from tidegate.core.records import DeskSnapshot
from tidegate.core.scopes import ScopeIndex


class RiskBook(msgspec.Struct, kw_only=True):
    """The set of limits in force, and what they are held against beyond orders, holdings and positions."""

    version: int = 0  # Which set of limits is in force; zero: none was ever set.
    limits: tuple[RiskLimit, ...] = ()
    states: dict[str, TradingRestriction] = {}  # Scopes that are not active, by their keys.
    restrictions: ScopeIndex[TradingRestriction] = msgspec.field(default_factory=lambda: ScopeIndex(()))  # The same.
    approvals: dict[ApprovalId, Approval] = {}  # Those that wait.
    kept_requests: dict[ApprovalId, KeptRiskRequest] = {}  # Carried out under a key: the newest since the start.
    loss_marks: dict[str, LossMark] = {}  # By scope key.
    capital: dict[tuple[AccountId, UserId], Capital] = {}
    marks: dict[tuple[AccountId, UserId], OwnerEquity] = {}  # The newest equity of each owner.
    marked_at: datetime | None = None
    unmarked: frozenset[str] = frozenset()  # Scopes, by their keys, with an owner whose equity is not known yet.
    transfers: dict[TransferId, Transfer] = {}  # Those that the venue has not told both sides of.
    transferred: dict[TransferId, Transfer] = {}  # As they were made: the newest.
    warned: dict[tuple[str, str], Decimal] = {}  # The level told last, by limit and scope key.
    recent_orders: dict[OrderId, RecentOrder] = {}  # Let through lately, oldest first.

    def restore(self, snapshot: DeskSnapshot) -> None:
        """Take over what storage kept."""
        if snapshot.risk_limits is not None:
            self.version, self.limits = snapshot.risk_limits.version, snapshot.risk_limits.limits
        self.states = {state.scope_key: state for state in snapshot.trading_states}
        self.index_states()
        self.approvals = {approval.approval_id: approval for approval in snapshot.approvals}
        self.loss_marks = {mark.scope_key: mark for mark in snapshot.loss_marks}
        self.capital = {(owned.account_id, owned.user_id): owned for owned in snapshot.capital}
        self.transfers = {transfer.transfer_id: transfer for transfer in snapshot.transfers}
        self.warned = {(told.limit_id, told.scope_key): told.level for told in snapshot.limit_warnings}
        self.recent_orders = {order.order_id: order for order in snapshot.recent_orders}

    def measuring(self) -> dict[str, LossMark]:
        """The loss marks of scopes whose owners are all in `marks`: without one of them the sum says nothing."""
        return {key: mark for key, mark in self.loss_marks.items() if key not in self.unmarked}

    def index_states(self) -> None:
        """Find restrictions by what they are about; to be called whenever they are others."""
        self.restrictions = ScopeIndex((state.scope, state) for state in self.states.values())
