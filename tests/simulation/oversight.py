"""Two risk officers: one sets limits, stops scopes and asks for their release, the other one has the second word."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import count
from random import Random
from typing import NamedTuple

from simulation.restraint import Deed, Restraint
from simulation.rules import LINEAR, SPOT, SYMBOLS
from tidegate.core.identifiers import AccountId, ApprovalId, CommandId, UserId
from tidegate.core.messages.commands import (
    AmendOrder,
    Command,
    DecideApproval,
    PlaceOrder,
    ReleaseKillSwitch,
    SetKillSwitch,
    SetRiskLimits,
)
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, RefusalCode, Role, TradingState
from tidegate.ports import Answer

RITA, ROSA = UserId("rita"), UserId("rosa")
THROWS, RELEASES, SETS_LIMITS, AGREES = 0.03, 0.25, 0.06, 0.8
STOPPED = frozenset({RefusalCode.TRADING_HALTED, RefusalCode.TRADING_REDUCING})


class Bound(NamedTuple):
    """What a limit of a kind may be in a set: so tight that it is met now and then."""

    kind: LimitKind
    value: str | None
    about: tuple[str, ...] = ()  # The fields of its scope.
    interval_seconds: int | None = None
    actions: tuple[LimitAction, ...] = (LimitAction.REFUSE,)


ANY = (LimitAction.REFUSE, LimitAction.REFUSE, LimitAction.REDUCE, LimitAction.HALT, LimitAction.CLOSE)
BOUNDS = (
    Bound(LimitKind.ORDER_QUANTITY, "0.018"),
    Bound(LimitKind.ORDER_QUANTITY, "0.016", ("symbol",)),
    Bound(LimitKind.ORDER_NOTIONAL, "900", ("role",)),
    Bound(LimitKind.PRICE_COLLAR, "0.0005", ("exchange",)),
    Bound(LimitKind.POSITION_QUANTITY, "0.02", ("user_id", "linear"), actions=ANY),
    Bound(LimitKind.POSITION_QUANTITY, "0.015", ("account_id", "linear"), actions=ANY),
    Bound(LimitKind.POSITION_NOTIONAL, "1500", ("role", "linear"), actions=ANY),
    Bound(LimitKind.OPEN_ORDERS, "8"),
    Bound(LimitKind.OPEN_ORDERS, "3", ("user_id",)),
    Bound(LimitKind.ORDERS_PER_INTERVAL, "3", interval_seconds=4),
    Bound(LimitKind.REJECTIONS_PER_INTERVAL, "2", ("account_id",), 60, (LimitAction.HALT,)),
    Bound(LimitKind.DAILY_LOSS, "1500", ("account_id",), actions=ANY),
    Bound(LimitKind.RESTRICTED_SYMBOLS, None, ("account_id",)),
    Bound(LimitKind.PROTECTION_REQUIRED, "700", ("account_id",)),
)
FAR = Decimal(10) ** 12
WATCHED = tuple(  # So far away that they only watch: what they are held against is counted anew by `sums`.
    RiskLimit(limit_id=f"watch-{number}", kind=kind, scope=scope, value=FAR)
    for number, (kind, scope) in enumerate(
        (
            (LimitKind.GROSS_EXPOSURE, Scope()),
            (LimitKind.GROSS_EXPOSURE, Scope(role=Role.TRADER)),
            (LimitKind.NET_EXPOSURE, Scope()),
            (LimitKind.NET_EXPOSURE, Scope(role=Role.TRADER)),
            (LimitKind.POSITION_NOTIONAL, Scope(exchange=Exchange.BINANCE)),
            (LimitKind.ASSET_EXPOSURE, Scope()),
        )
    )
)


class Oversight:
    """What the officers do, drawn from the seed. `submit` sends a command; what it answers is told to `hear`."""

    def __init__(
        self,
        random: Random,
        now: Callable[[], datetime],
        accounts: dict[AccountId, UserId],
        restraint: Restraint,
        submit: Callable[..., None],
    ) -> None:
        self._random = random
        self._now = now
        self._accounts = accounts
        self._restraint = restraint
        self._submit = submit
        self._numbers = count(1)

    def act(self) -> None:
        """Mostly they watch."""
        random = self._random
        stopped = sorted(self._restraint.states)
        if stopped and random.random() < RELEASES:
            self._release(self._restraint.states[random.choice(stopped)].scope)
        elif random.random() < THROWS:
            self._throw()
        elif random.random() < SETS_LIMITS:
            self._set_limits()

    def hear(self, command: Command, answer: Answer) -> None:
        """Rosa decides about what Rita asked for; and what was refused is counted."""
        if answer.approval_id is not None:
            self._decide(answer.approval_id)
        if answer.refusal is None or not isinstance(command, PlaceOrder | AmendOrder):
            return
        if answer.refusal.code in STOPPED:
            self._restraint.deeds[Deed.HELD_BACK] += 1
        elif answer.refusal.message.startswith("limit "):
            self._restraint.deeds[Deed.LIMIT_HELD] += 1

    # --- what they ask for ---------------------------------------------------------------------------------------

    def _throw(self) -> None:
        random = self._random
        self._submit(
            SetKillSwitch(
                command_id=self._command_id(),
                at=self._now(),
                user_id=RITA,
                scope=self._scope(random.choice([(), ("user_id",), ("account_id",), ("exchange",), ("symbol",)])),
                state=random.choice([TradingState.HALTED, TradingState.REDUCING]),
                cancel_protection=random.random() < 0.3,
                close_positions=random.random() < 0.4,
            )
        )

    def _release(self, scope: Scope) -> None:
        self._submit(
            ReleaseKillSwitch(
                command_id=self._command_id(),
                at=self._now(),
                user_id=RITA,
                scope=scope,
                approval_id=ApprovalId(self._command_id()),
            )
        )

    def _set_limits(self) -> None:
        random = self._random
        chosen = random.sample(BOUNDS, random.choice([0, 1, 2, 2, 3]))
        limits = tuple(self._limit(number, bound) for number, bound in enumerate(chosen))
        self._submit(
            SetRiskLimits(
                command_id=self._command_id(),
                at=self._now(),
                user_id=RITA,
                limits=limits + WATCHED if limits else (),
                approval_id=ApprovalId(self._command_id()),
            )
        )

    def _decide(self, approval_id: ApprovalId) -> None:
        self._submit(
            DecideApproval(
                command_id=self._command_id(),
                at=self._now(),
                user_id=ROSA,
                approval_id=approval_id,
                approve=self._random.random() < AGREES,
            )
        )

    # --- details -------------------------------------------------------------------------------------------------

    def _limit(self, number: int, bound: Bound) -> RiskLimit:
        is_list = bound.kind is LimitKind.RESTRICTED_SYMBOLS
        return RiskLimit(
            limit_id=f"limit-{number}",
            kind=bound.kind,
            scope=self._scope(bound.about),
            value=None if bound.value is None else Decimal(bound.value),
            interval_seconds=bound.interval_seconds,
            symbols=(self._random.choice([SPOT, LINEAR]),) if is_list else (),
            action=self._random.choice(bound.actions),
        )

    def _scope(self, about: tuple[str, ...]) -> Scope:
        random = self._random
        account_id = random.choice(sorted(self._accounts))
        fields = {
            "role": {"role": Role.TRADER},
            "user_id": {"user_id": self._accounts[account_id]},
            "account_id": {"account_id": account_id},
            "exchange": {"exchange": account_id.split("-")[0]},
            "symbol": {"symbol": random.choice(SYMBOLS)},
            "linear": {"symbol": LINEAR},
        }
        return Scope(**{name: value for field in about for name, value in fields[field].items()})  # type: ignore[arg-type]

    def _command_id(self) -> CommandId:
        return CommandId(f"officer-{next(self._numbers)}")
