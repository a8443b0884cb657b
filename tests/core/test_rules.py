"""Rules of the user's own: when an order reaches a status, place or cancel another, once."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import ALICE, BOB, RISK
from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply, SendCancel
from tidegate.core.messages.events import RuleEnded
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.records import Rule
from tidegate.core.vocabulary import OrderStatus, RefusalCode, RejectReason, Side, VenueOrderStatus


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def rule_for(
    desk: ProtectedDesk,
    order: Order,
    status: OrderStatus,
    *,
    place: commands.PlaceOrder | None = None,
    cancel: Order | None = None,
    user_id: ids.UserId = ALICE,
    rule_id: str | None = None,
) -> commands.CreateRule:
    return commands.CreateRule(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=user_id,
        rule_id=ids.RuleId(rule_id or f"rule-{desk.command_id()}"),
        order_id=order.order_id,
        status=status,
        place=place,
        cancel_order_id=None if cancel is None else cancel.order_id,
    )


def create(desk: ProtectedDesk, command: commands.CreateRule) -> Refusal | None:
    [reply] = [effect for effect in desk.put(command).effects if isinstance(effect, Reply)]
    return reply.refusal


def accept(desk: ProtectedDesk, command: commands.CreateRule) -> ids.RuleId:
    assert create(desk, command) is None
    return command.rule_id


def ended(desk: ProtectedDesk, rule_id: ids.RuleId) -> Rule | None:
    """The rule's row, once it has ended."""
    rows = [batch.rules[rule_id] for batch in desk.batches if rule_id in batch.rules]
    return rows[-1] if rows and rows[-1].ended_at is not None else None


def follow_up(desk: ProtectedDesk, **options: object) -> commands.PlaceOrder:
    return desk.order_command(quantity="0.5", price="49000", **options)  # type: ignore[arg-type]


# --- firing ------------------------------------------------------------------------------------------------------


def test_an_order_is_placed_when_another_fills(desk: ProtectedDesk) -> None:
    order = desk.working()
    placement = follow_up(desk)
    rule_id = accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    desk.trade(order, "0.4")
    assert placement.order_id not in desk.orders
    desk.sent.clear()
    desk.wait(100)
    decision = desk.trade(order, "0.6")
    [sent] = desk.sends()
    assert (sent.order_id, sent.intended_at) == (placement.order_id, desk.now)
    placed = desk.desk.orders[placement.order_id]
    assert placed.rule_id == rule_id
    assert placed.timestamp == desk.now
    assert placed.retry_until == desk.now + desk.desk.policy.rule_retry_window
    assert not [effect for effect in decision.effects if isinstance(effect, Reply)], "nobody asked just now"
    row = ended(desk, rule_id)
    assert row is not None
    assert (row.fired, row.message) == (True, f"placed order {placement.order_id}")
    assert not desk.desk.rules
    assert not desk.desk.rules_of


def test_an_order_is_canceled_when_another_fills(desk: ProtectedDesk) -> None:
    order, other = desk.working(), desk.working(exchange_order_id="9002")
    accept(desk, rule_for(desk, order, OrderStatus.FILLED, cancel=other))
    desk.sent.clear()
    desk.trade(order, "1")
    [sent] = desk.sent
    assert isinstance(sent, SendCancel)
    assert sent.order_id == other.order_id
    desk.gone(other)
    assert other.reason is RejectReason.CANCELED_BY_RULE


def test_an_order_can_cancel_its_own_rest(desk: ProtectedDesk) -> None:
    order = desk.working()
    accept(desk, rule_for(desk, order, OrderStatus.PARTIALLY_FILLED, cancel=order))
    desk.trade(order, "0.1")
    desk.gone(order)
    assert order.reason is RejectReason.CANCELED_BY_RULE


@pytest.mark.parametrize(
    ("status", "venue"),
    [
        (OrderStatus.CANCELED, VenueOrderStatus.CANCELED),
        (OrderStatus.EXPIRED, VenueOrderStatus.EXPIRED),
        (OrderStatus.REJECTED, VenueOrderStatus.REJECTED),
    ],
)
def test_a_rule_may_wait_for_any_end(desk: ProtectedDesk, status: OrderStatus, venue: VenueOrderStatus) -> None:
    order = desk.working()
    placement = follow_up(desk)
    accept(desk, rule_for(desk, order, status, place=placement))
    desk.gone(order, venue)
    assert order.status is status
    assert placement.order_id in desk.orders


def test_a_rule_may_wait_for_the_venue_to_have_it(desk: ProtectedDesk) -> None:
    order = desk.place()
    placement = follow_up(desk)
    accept(desk, rule_for(desk, order, OrderStatus.SUBMITTED, place=placement))
    assert placement.order_id not in desk.orders
    desk.take(order)
    assert placement.order_id in desk.orders


@pytest.mark.parametrize("status", [OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED])
def test_an_order_that_fills_at_once_has_been_everywhere_on_the_way(desk: ProtectedDesk, status: OrderStatus) -> None:
    order = desk.place()
    placement = follow_up(desk)
    accept(desk, rule_for(desk, order, status, place=placement))
    desk.trade(order, "1")
    assert placement.order_id in desk.orders


def test_a_rule_for_what_has_happened_already_fires_at_once(desk: ProtectedDesk) -> None:
    order = desk.working()
    desk.trade(order, "1")
    desk.let_go_of_closed()
    placement = follow_up(desk)
    accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    assert placement.order_id in desk.orders


def test_a_rule_that_can_never_fire_ends_and_says_so(desk: ProtectedDesk) -> None:
    order = desk.working()
    placement = follow_up(desk)
    rule_id = accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    desk.gone(order)
    row = ended(desk, rule_id)
    assert row is not None
    assert (row.fired, row.message) == (False, f"order {order.order_id} has ended as canceled, not as filled")
    assert placement.order_id not in desk.orders


def test_a_rule_fires_once(desk: ProtectedDesk) -> None:
    order = desk.working()
    accept(desk, rule_for(desk, order, OrderStatus.PARTIALLY_FILLED, place=follow_up(desk)))
    desk.trade(order, "0.1")
    desk.sent.clear()
    desk.trade(order, "0.1")
    assert not desk.sent


def test_a_refused_placement_is_an_order_and_is_told(desk: ProtectedDesk) -> None:
    order = desk.working()
    placement = msgspec.structs.replace(follow_up(desk), quantity=Decimal(1_000))
    rule_id = accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    desk.trade(order, "1")
    refused = desk.orders[placement.order_id]
    assert (refused.status, refused.reason) == (OrderStatus.INVALIDATED, RefusalCode.INSUFFICIENT_BALANCE)
    row = ended(desk, rule_id)
    assert row is not None
    assert row.fired
    assert row.message.startswith(f"order {placement.order_id} was refused: the order may need")


def test_the_placements_of_several_rules_are_checked_one_after_another(desk: ProtectedDesk) -> None:
    order = desk.working()
    both = [desk.order_command(quantity="15", price="49000") for _ in range(2)]
    for placement in both:
        accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    desk.trade(order, "1")
    statuses = sorted(desk.orders[placement.order_id].status for placement in both)
    assert statuses == [OrderStatus.INVALIDATED, OrderStatus.PENDING], "the second one finds what the first reserved"


def test_protection_reserves_before_rules_place(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    placement = desk.order_command(side=Side.SELL, quantity="11", price="60000")
    accept(desk, rule_for(desk, entry, OrderStatus.FILLED, place=placement))
    desk.trade(entry, "1")
    assert desk.orders[placement.order_id].reason is RefusalCode.INSUFFICIENT_BALANCE


def test_a_rule_may_wait_for_a_leg(desk: ProtectedDesk) -> None:
    _, stop = desk.protected("1")
    placement = follow_up(desk)
    accept(desk, rule_for(desk, stop, OrderStatus.FILLED, place=placement))
    desk.trade(stop, "1", "45000")
    assert placement.order_id in desk.orders


def test_a_thousand_rules_for_one_order_all_fire(desk: ProtectedDesk) -> None:
    other = desk.working(exchange_order_id="9002")
    order = desk.working()
    for number in range(1_000):
        accept(desk, rule_for(desk, order, OrderStatus.FILLED, cancel=other, rule_id=f"rule-{number:04}"))
    decision = desk.trade(order, "1")
    assert sum(isinstance(event, RuleEnded) for event in decision.events) == 1_000
    assert not desk.desk.rules


def test_rules_survive_a_restart(desk: ProtectedDesk) -> None:
    order = desk.working()
    placement = follow_up(desk)
    accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
    desk.restart()
    desk.reconnect()
    desk.trade(desk.desk.orders[order.order_id], "1")
    assert desk.desk.orders[placement.order_id].status is OrderStatus.PENDING


def test_what_a_rule_is_to_cancel_may_have_ended_before(desk: ProtectedDesk) -> None:
    order, other = desk.working(), desk.working(exchange_order_id="9002")
    rule_id = accept(desk, rule_for(desk, order, OrderStatus.FILLED, cancel=other))
    desk.gone(other)
    desk.let_go_of_closed()
    desk.trade(order, "1")
    row = ended(desk, rule_id)
    assert row is not None
    assert row.message == f"order {other.order_id} had ended before"


# --- making and deleting -----------------------------------------------------------------------------------------


def test_a_rule_is_deleted_by_its_owner_or_a_risk_officer(desk: ProtectedDesk) -> None:
    order = desk.working()
    for user_id in (ALICE, RISK):
        rule_id = accept(desk, rule_for(desk, order, OrderStatus.FILLED, place=follow_up(desk)))
        assert delete(desk, rule_id, BOB) is RefusalCode.RULE_NOT_FOUND
        assert delete(desk, rule_id, user_id) is None
        row = ended(desk, rule_id)
        assert row is not None
        assert (row.fired, row.message) == (False, f"deleted by {user_id}")
        assert delete(desk, rule_id, user_id) is RefusalCode.RULE_NOT_FOUND


def delete(desk: ProtectedDesk, rule_id: ids.RuleId, user_id: ids.UserId) -> RefusalCode | None:
    command = commands.DeleteRule(command_id=desk.command_id(), at=desk.now, user_id=user_id, rule_id=rule_id)
    [reply] = [effect for effect in desk.put(command).effects if isinstance(effect, Reply)]
    return None if reply.refusal is None else reply.refusal.code


def code_of(refusal: Refusal | None) -> RefusalCode | None:
    return None if refusal is None else refusal.code


def test_a_rule_is_about_orders_of_its_own_user(desk: ProtectedDesk) -> None:
    order = desk.working()
    placement = msgspec.structs.replace(follow_up(desk), user_id=BOB)
    theirs = rule_for(desk, order, OrderStatus.FILLED, cancel=order, user_id=BOB)
    assert code_of(create(desk, theirs)) is RefusalCode.ORDER_NOT_FOUND
    not_mine = rule_for(desk, order, OrderStatus.FILLED, place=placement)
    assert code_of(create(desk, not_mine)) is RefusalCode.RULE_NOT_ALLOWED
    by_risk = rule_for(desk, order, OrderStatus.FILLED, place=placement, user_id=RISK)
    assert code_of(create(desk, by_risk)) is RefusalCode.NOT_PERMITTED


def test_a_rule_does_exactly_one_thing(desk: ProtectedDesk) -> None:
    order = desk.working()
    both = rule_for(desk, order, OrderStatus.FILLED, place=follow_up(desk), cancel=order)
    neither = rule_for(desk, order, OrderStatus.FILLED)
    assert code_of(create(desk, both)) is RefusalCode.RULE_NOT_ALLOWED
    assert code_of(create(desk, neither)) is RefusalCode.RULE_NOT_ALLOWED


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.PENDING, OrderStatus.INVALIDATED])
def test_a_rule_waits_for_what_an_order_can_still_reach(desk: ProtectedDesk, status: OrderStatus) -> None:
    order = desk.working()
    assert code_of(create(desk, rule_for(desk, order, status, place=follow_up(desk)))) is RefusalCode.RULE_NOT_ALLOWED


def test_a_rule_needs_orders_that_are_there(desk: ProtectedDesk) -> None:
    order, other = desk.working(), desk.working(exchange_order_id="9002")
    desk.gone(other)
    hopeless = rule_for(desk, other, OrderStatus.FILLED, place=follow_up(desk))
    assert code_of(create(desk, hopeless)) is RefusalCode.ORDER_CLOSED
    too_late = rule_for(desk, order, OrderStatus.FILLED, cancel=other)
    assert code_of(create(desk, too_late)) is RefusalCode.ORDER_CLOSED
    nowhere = msgspec.structs.replace(too_late, cancel_order_id=ids.OrderId("01JNOWHERE"))
    assert code_of(create(desk, nowhere)) is RefusalCode.ORDER_NOT_FOUND


def test_an_order_of_a_rule_has_no_name_of_the_callers(desk: ProtectedDesk) -> None:
    order = desk.working()
    for placement in (follow_up(desk, name="mine"), follow_up(desk, key="once")):
        refusal = create(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
        assert code_of(refusal) is RefusalCode.RULE_NOT_ALLOWED


def test_an_order_of_a_rule_is_a_new_one_in_an_account_of_the_users(desk: ProtectedDesk) -> None:
    order = desk.working()
    taken = msgspec.structs.replace(follow_up(desk), order_id=order.order_id)
    elsewhere = msgspec.structs.replace(follow_up(desk), account_id=ids.AccountId("nobodys"))
    for placement in (taken, elsewhere):
        refusal = create(desk, rule_for(desk, order, OrderStatus.FILLED, place=placement))
        assert code_of(refusal) is RefusalCode.RULE_NOT_ALLOWED


def test_a_rule_is_made_once(desk: ProtectedDesk) -> None:
    order = desk.working()
    command = rule_for(desk, order, OrderStatus.FILLED, place=follow_up(desk))
    accept(desk, command)
    assert code_of(create(desk, command)) is RefusalCode.ALREADY_EXISTS


def test_the_open_rules_of_a_user_are_bounded() -> None:
    desk = ProtectedDesk(Policy(rules_max=3, rule_retry_window=timedelta(seconds=1)))
    desk.open_shop()
    order = desk.working()
    for _ in range(3):
        accept(desk, rule_for(desk, order, OrderStatus.FILLED, cancel=order))
    refusal = create(desk, rule_for(desk, order, OrderStatus.FILLED, cancel=order))
    assert refusal is not None
    assert (refusal.code, refusal.limit) == (RefusalCode.RULE_LIMIT_REACHED, "3")
