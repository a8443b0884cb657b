"""How commands reach the engine, and what comes back."""

from typing import Protocol

import msgspec

from tidegate.core.identifiers import ApprovalId
from tidegate.core.messages.commands import Command
from tidegate.core.messages.risk_values import OrderPreview, RiskReport
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order


class WaitFor(msgspec.Struct, frozen=True, kw_only=True):
    """How long an order's answer may wait: until `acknowledged` or `closed`, or not beyond durability (neither)."""

    acknowledged: bool = False
    closed: bool = False
    timeout_seconds: float = 5.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command. `orders` are copies of released state. `replayed`: this request was seen before.

    `approval_id`: it waits for a second person. `preview` and `risk` answer the questions of those names.
    """

    refusal: Refusal | None = None
    orders: tuple[Order, ...] = ()
    replayed: bool = False
    approval_id: ApprovalId | None = None
    preview: OrderPreview | None = None
    risk: RiskReport | None = None


class CommandPort(Protocol):
    """How commands reach the engine. An answer is given only after everything it says is durable."""

    async def submit(self, command: Command, wait_for: WaitFor | None = None) -> Answer:
        """Raises `DeskBusyError` at once when the inbox is full, `DeskStoppedError` when the engine has ended."""
        ...


class DeskBusyError(Exception):
    """The inbox is full: nothing was taken, the same request may be sent again."""


class DeskStoppedError(Exception):
    """The engine has ended; whether the command was taken is unknown: ask again with the same idempotency key."""
