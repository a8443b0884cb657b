"""Deliberately broken builds, one for each invariant: what a check has never caught proves nothing.

Each changes one small thing, as a careless commit might, and names the invariant that must notice.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, NamedTuple
from unittest.mock import patch

from tidegate.core import apply_books, apply_orders, canceling, placing, sending, stepping, valuation
from tidegate.core.controls import kill_switch
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.messages.effects import Reply, SendOrder, WakeAt
from tidegate.core.order import Order
from tidegate.core.portfolio import ledger
from tidegate.core.portfolio.margins import Margins
from tidegate.core.projection import Projector
from tidegate.core.risk import checks
from tidegate.core.totals.exposures import Unit
from tidegate.core.tracking import executions
from tidegate.core.vocabulary import OrderStatus
from tidegate.runtime.loop import DeskLoop
from tidegate.storage import chain, journal_sqlite
from tidegate.venues.sending import Sending


class Build(NamedTuple):
    """What is broken, how, and which invariant says so. `first_seed`: where the search begins, as it is rarely seen."""

    invariant: int
    name: str
    broken: Callable[[], AbstractContextManager[Any]]
    first_seed: int = 1


def _early(is_early: Callable[[Any], bool]) -> AbstractContextManager[Any]:
    """Some effects leave before the commit that they belong to."""

    async def careless(self: Any, outcome: Any) -> None:
        for effect in filter(is_early, outcome.effects):
            self._release(effect, outcome.snapshots)
        await asyncio.sleep(0.05)
        if outcome.batch is not None:
            await self._journal.commit(outcome.batch)
            self._show(outcome.batch)
        for effect in outcome.effects:
            if not is_early(effect):
                self._release(effect, outcome.snapshots)
        if outcome.batch is not None:
            self._retire(outcome.batch)

    return patch.object(DeskLoop, "_commit_and_release", careless)


def _resend_blindly() -> AbstractContextManager[Any]:
    def careless(desk: Any, order: Order, at: Any, *_: Any, **__: Any) -> Decision:
        started, send = sending.next_attempt(order, at, desk.policy)
        return Decision([started], [send])

    return patch.object(sending, "doubt", careless)


def _forget_a_history_row() -> AbstractContextManager[Any]:
    record = Projector.record

    def careless(self: Any, desk: Any, event: Any) -> None:
        record(self, desk, event)
        if desk.sequence % 40 == 0 and self._batch.history:
            self._batch.history.pop()

    return patch.object(Projector, "record", careless)


def _move_anywhere() -> AbstractContextManager[Any]:
    def careless(order: Order, status: OrderStatus) -> None:
        order.status = OrderStatus.REJECTED if status is OrderStatus.CANCELED else status

    return patch.object(apply_orders, "move", careless)


def _start_the_chain_anew() -> AbstractContextManager[Any]:
    rows_of = chain.journal_rows

    def careless(entries: Any, *, epoch: int, previous_hash: str) -> Any:
        return rows_of(entries, epoch=epoch, previous_hash=chain.GENESIS_HASH)

    return patch.object(chain, "journal_rows", careless)


def _drop_the_fee_account() -> AbstractContextManager[Any]:
    lines_of = ledger._trade_lines

    def careless(event: Any) -> Any:
        return [line for line in lines_of(event) if line.ledger_account != ledger.FEES]

    return patch.object(ledger, "_trade_lines", careless)


def _set_no_timers() -> AbstractContextManager[Any]:
    release = DeskLoop._release

    def careless(self: Any, effect: Any, snapshots: Any) -> None:
        if not isinstance(effect, WakeAt):
            release(self, effect, snapshots)

    return patch.object(DeskLoop, "_release", careless)


def _value_once() -> AbstractContextManager[Any]:
    set_price = Unit.set_price

    def careless(self: Unit, price: Decimal | None) -> None:
        if not self.known:
            set_price(self, price)

    return patch.object(Unit, "set_price", careless)


BUILDS = [
    Build(1, "an execution counts whenever it is told", lambda: patch.object(executions, "_is_known", _nothing)),
    Build(2, "positions forget what is sold", lambda: patch.object(apply_books, "move_position", _only_buys)),
    Build(3, "fees are not taken from what is held", lambda: patch.object(apply_books, "take_fee", _nothing)),
    Build(4, "a fee leaves one account and reaches none", _drop_the_fee_account),
    Build(5, "orders leave before their intent is durable", lambda: _early(_is_send)),
    Build(6, "an unknown outcome is sent again", _resend_blindly, first_seed=7),
    Build(7, "a client is answered before the order is durable", lambda: _early(_is_reply)),
    Build(8, "the same key is not looked for", lambda: patch.object(placing, "_seen_before", _nothing)),
    Build(9, "a row of history is forgotten", _forget_a_history_row),
    Build(10, "what was filled in part may be rejected", _move_anywhere, first_seed=6),
    Build(11, "an overfill is not told", lambda: patch.object(executions, "_overfilled", _no_events)),
    Build(12, "what is open reserves nothing", lambda: patch.object(apply_books, "worst_case", _zero)),
    Build(13, "limits are not held", lambda: patch.object(checks, "check_limits", _nothing)),
    Build(13, "another set of limits is named than the one in force", lambda: patch.object(checks, "version_of", _old)),
    Build(
        14,
        "a process that was taken over goes on writing",
        lambda: patch.object(journal_sqlite, "check_epoch", _nothing),
    ),
    Build(15, "the kill switch lets new orders through", lambda: patch.object(checks, "check_state", _nothing)),
    Build(
        15,
        "the kill switch lets open orders stand",
        lambda: patch.object(kill_switch, "cancel_covered", _decide_nothing),
    ),
    Build(
        15,
        "what waits to be sent is not called back",
        lambda: patch.object(Sending, "recall", _nothing),
    ),
    Build(17, "the chain is not carried on", _start_the_chain_anew),
    Build(
        20,
        "whose order it is, is not asked",
        lambda: patch.object(canceling, "_is_risk", _always),
        first_seed=11,
    ),
    Build(21, "nobody looks again", _set_no_timers, first_seed=20),
    Build(22, "protection is not looked at", lambda: patch.object(stepping, "reviews_after", _no_events)),
    Build(23, "limits value what is held but once", _value_once),
    Build(23, "losses are not followed as prices move", lambda: patch.object(Margins, "market_moved", _nothing)),
    Build(23, "positions are left out of the equity", lambda: patch.object(valuation, "_add_positions", _nothing)),
]


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _decide_nothing(*_: Any, **__: Any) -> Decision:
    return NOTHING


def _old(desk: Any) -> int:
    return int(desk.risk.version) - 1


def _no_events(*_: Any) -> list[Any]:
    return []


def _always(*_: Any, **__: Any) -> bool:
    return True


def _zero(*_: Any) -> Decimal:
    return Decimal(0)


def _only_buys(position: Any, change: Decimal, price: Decimal) -> None:
    if change > 0:
        position.quantity += change
        position.average_price = price


def _is_send(effect: Any) -> bool:
    return isinstance(effect, SendOrder)


def _is_reply(effect: Any) -> bool:
    return isinstance(effect, Reply)
