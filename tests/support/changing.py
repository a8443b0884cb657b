"""A desk whose working orders are changed, and short ways to tell it what their venue says of that."""

from datetime import datetime
from decimal import Decimal

from support.desk_driver import ALICE, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Effect, Reply, SendAmend, SendCancel, SendOrder
from tidegate.core.messages.events import Event
from tidegate.core.messages.values import Amendment, Refusal
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    ExecutionType,
    OrderStatus,
    OrderType,
    PendingAction,
    RejectReason,
    Side,
    VenueOrderStatus,
)

NOW = "now"


class ChangingDriver(DeskDriver):
    """At Binance, where a spot order is canceled and the rest of it sent again."""

    def amend(
        self,
        order: Order,
        *,
        quantity: str | None = None,
        price: str | None = None,
        trigger_price: str | None = None,
        user_id: ids.UserId = ALICE,
        not_after: datetime | None = None,
    ) -> Decision:
        """Ask for a change."""
        amendment = Amendment(quantity=_amount(quantity), price=_amount(price), trigger_price=_amount(trigger_price))
        return self.put(
            commands.AmendOrder(
                command_id=self.command_id(),
                at=self.now,
                user_id=user_id,
                order_id=order.order_id,
                amendment=amendment,
                not_after=not_after,
            )
        )

    def cancel_part(self, order: Order, quantity: str, user_id: ids.UserId = ALICE) -> Decision:
        return self.put(
            commands.CancelOrder(
                command_id=self.command_id(),
                at=self.now,
                user_id=user_id,
                order_id=order.order_id,
                quantity=Decimal(quantity),
            )
        )

    def amend_accepted(self, order: Order, amendment: int | None = None) -> Decision:
        return self.put(
            reports.AmendAccepted(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                amendment=amendment or order.amendment,
            )
        )

    def amend_refused(
        self,
        order: Order,
        *,
        retryable: bool = False,
        final: bool = False,
        amendment: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> Decision:
        return self.put(
            reports.AmendRefused(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                amendment=amendment or order.amendment,
                retryable=retryable,
                final=final,
                reason=RejectReason.RATE_LIMITED if retryable else RejectReason.OUTSIDE_VENUE_RULES,
                message="no",
                venue_code="51000",
                retry_after_seconds=retry_after_seconds,
            )
        )

    def amend_unknown(self, order: Order, amendment: int | None = None) -> Decision:
        return self.put(
            reports.AmendOutcomeUnknown(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                amendment=amendment or order.amendment,
                message="time-out",
            )
        )

    def cancel_failed(
        self, order: Order, reason: RejectReason = RejectReason.UNKNOWN_ORDER, *, final: bool = True
    ) -> Decision:
        return self.put(
            reports.CancelFailed(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                final=final,
                reason=reason,
                message="no",
            )
        )

    def shows(
        self,
        order: Order,
        status: VenueOrderStatus = VenueOrderStatus.OPEN,
        filled: str = "0",
        *,
        quantity: str | None = None,
        price: str | None = None,
        trigger_price: str | None = None,
        triggered: bool = False,
        requested_at: datetime | str | None = NOW,
        exchange_order_id: str | None = None,
        attempt: int | None = None,
        named: bool = True,
    ) -> Decision:
        """The venue's picture of an order, figures and all: an answer to a question of now unless told otherwise.

        `named` False: by the venue's id alone.
        """
        ours = ids.exchange_client_order_id(order.order_id, attempt or order.attempt)
        theirs = exchange_order_id or order.exchange_order_id
        return self.put(
            reports.OrderReported(
                at=self.now,
                account_id=order.account_id,
                symbol=order.symbol,
                status=status,
                filled_quantity=Decimal(filled),
                exchange_order_id=None if theirs is None else ids.ExchangeOrderId(theirs),
                exchange_client_order_id=ours if named else None,
                quantity=_amount(quantity),
                price=_amount(price),
                trigger_price=_amount(trigger_price),
                triggered=triggered,
                requested_at=self.now if isinstance(requested_at, str) else requested_at,
            )
        )

    def stop(self, *, exchange_order_id: str = "7001", **options: object) -> Order:
        """A stop of Alice's that waits at the venue: it sells one at the market once that falls to 49000."""
        command = self.order_command(
            side=Side.SELL, order_type=OrderType.STOP_LOSS, price=None, trigger_price=Decimal(49_000), **options
        )
        return self.working(command, exchange_order_id)


class InPlaceDriver(ChangingDriver):
    """At OKX, where orders change in place."""

    exchange = Exchange.OKX


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def refusal_of(decision: Decision) -> Refusal | None:
    """The desk's no to the command that was just given."""
    [answer] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return answer.refusal


def leaving(decision: Decision) -> list[Effect]:
    """What a decision sends to the venue."""
    return [effect for effect in decision.effects if isinstance(effect, SendOrder | SendAmend | SendCancel)]


def names(decision: Decision) -> list[str]:
    """What happened, by name."""
    return [type(event).__name__ for event in decision.events]


def find(decision: Decision, kind: type[Event]) -> Event:
    """The one event of a kind."""
    [found] = [event for event in decision.events if isinstance(event, kind)]  # type: ignore[arg-type]
    return found


def story(driver: ChangingDriver, order: Order) -> list[ExecutionType]:
    """Why each row of an order's history was written."""
    return [row.execution_type for row in driver.history(order)]


def outcome(order: Order) -> tuple[OrderStatus, Decimal]:
    """Where an order stands, and what it has filled."""
    return order.status, order.filled_quantity


def hold_up(driver: ChangingDriver, order: Order) -> None:
    """What must be true at the end of each scenario: the books balance, and nothing of a change is left over."""
    driver.check_books()
    assert order.asked is None
    if order.is_closed:
        assert (order.reserved_quantity, order.pending_action) == (0, PendingAction.NONE)
