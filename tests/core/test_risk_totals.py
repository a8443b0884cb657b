"""Totals follow what counts: orders that came before a limit was set, and legs whose stop is gone."""

import pytest

from support.desk_driver import ACCOUNT, RISK
from support.kept_desk import replayed, state_of
from support.limited_desk import LimitedDesk, limit
from support.markets import PERPETUAL
from support.protected_desk import LINEAR, STOP, TARGET, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.messages import commands
from tidegate.core.messages.events import RiskLimitsSet
from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.totals.recount import recount
from tidegate.core.vocabulary import Leg, LimitKind, PositionSide, RefusalCode, Role, Side

K = LimitKind
ROSA = ids.UserId("rosa")
APPROVAL = ids.ApprovalId("01JAPPROVAL")
OF_EVERY_KIND = [
    (K.ORDERS_PER_INTERVAL, "4", RefusalCode.ORDER_RATE_LIMIT),
    (K.NOTIONAL_PER_INTERVAL, "35000", RefusalCode.NOTIONAL_RATE_LIMIT),
    (K.DUPLICATE_ORDERS, "3", RefusalCode.DUPLICATE_ORDER),
    (K.REPEATED_EXECUTIONS, "2", RefusalCode.ORDER_RATE_LIMIT),
    (K.REJECTIONS_PER_INTERVAL, "1", RefusalCode.ORDER_RATE_LIMIT),
]


def traded_desk() -> LimitedDesk:
    """Two orders have traded, one works, one was rejected: 0.2 BTC each, at 50000, and nothing counted them."""
    desk = LimitedDesk()
    for _ in range(2):
        desk.trade(desk.spot(quantity="0.2"))
    desk.working(desk.spot(quantity="0.2"), "77")
    desk.refuse(desk.place(desk.perpetual(Side.SELL, "0.2")), retryable=False)
    return desk


def ask(desk: LimitedDesk, *limits: RiskLimit) -> None:
    desk.put(
        commands.SetRiskLimits(
            command_id=desk.command_id(), at=desk.now, user_id=RISK, limits=limits, approval_id=APPROVAL
        )
    )


def refusal_of(desk: LimitedDesk) -> RefusalCode | None:
    refusal = desk.refusal(desk.spot(quantity="0.2"))
    return None if refusal is None else refusal.code


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize(("kind", "value", "code"), OF_EVERY_KIND)
def test_orders_that_came_before_the_limit_count_whether_memory_holds_them_or_not(
    kind: LimitKind, value: str, code: RefusalCode, *, restarts: bool
) -> None:
    desk = traded_desk()
    if restarts:
        desk.recover()
        desk.list_everything()
        desk.connect({asset: desk.held(asset) for asset in ("BTC", "USDT", "BNB")})
    ask(desk, limit(kind, value, seconds=60))
    assert refusal_of(desk) is code


def test_what_is_older_than_the_interval_does_not_count() -> None:
    desk = traded_desk()
    desk.wait(61)
    ask(desk, limit(K.ORDERS_PER_INTERVAL, "1", seconds=60))
    assert refusal_of(desk) is None
    assert refusal_of(desk) is RefusalCode.ORDER_RATE_LIMIT


def test_what_is_older_than_the_longest_interval_is_not_looked_up() -> None:
    desk = traded_desk()
    desk.wait(3_601)
    ask(desk, limit(K.ORDERS_PER_INTERVAL, "1", seconds=60))
    assert not desk.desk.risk.recent_orders


def test_they_count_when_a_second_person_puts_the_limit_in_force() -> None:
    desk = traded_desk()
    desk.put(
        commands.RegisterUser(command_id=desk.command_id(), at=desk.now, user_id=ROSA, name="Rosa", role=Role.RISK)
    )
    ask(desk, limit(K.ORDER_QUANTITY, "1"))
    desk.let_go_of_closed()
    ask(desk, limit(K.ORDERS_PER_INTERVAL, "4", seconds=60))
    assert not desk.desk.risk.recent_orders
    desk.put(
        commands.DecideApproval(
            command_id=desk.command_id(), at=desk.now, user_id=ROSA, approval_id=APPROVAL, approve=True
        )
    )
    assert refusal_of(desk) is RefusalCode.ORDER_RATE_LIMIT


def test_an_outcome_that_comes_after_the_limit_was_set_counts_too() -> None:
    desk = traded_desk()
    order = desk.working(desk.spot(quantity="0.3"), "78")
    ask(desk, limit(K.REPEATED_EXECUTIONS, "1", seconds=60))
    desk.fill(order, "0.3", exchange_order_id="78")
    refusal = desk.refusal(desk.spot(quantity="0.3"))
    assert refusal is not None
    assert refusal.code is RefusalCode.ORDER_RATE_LIMIT


def test_a_desk_that_lived_through_the_same_events_counts_the_same() -> None:
    desk = traded_desk()
    ask(desk, limit(K.ORDERS_PER_INTERVAL, "9", seconds=60))
    desk.place(desk.spot(quantity="0.1", symbol=PERPETUAL))
    again = replayed(desk.journal, desk.desk.policy)
    assert len(again.risk.recent_orders) == 5
    assert state_of(again)["risk"] == state_of(desk.desk)["risk"]


def test_nothing_is_remembered_while_nothing_counts_over_time() -> None:
    desk = traded_desk()
    ask(desk, limit(K.ORDER_QUANTITY, "10"))
    desk.place(desk.spot())
    assert not desk.desk.risk.recent_orders


def test_a_target_counts_as_closing_once_its_stop_is_canceled() -> None:
    desk = ProtectedDesk()
    desk.open_shop()
    entry = desk.entry(symbol=LINEAR, side=Side.SELL, stop=TARGET, target=STOP)
    desk.trade(entry, "1")
    apply(desk.desk, RiskLimitsSet(at=desk.now, version=1, limits=(limit(K.NET_EXPOSURE, "1000000"),), by=RISK))
    [stop] = [leg for leg in desk.desk.legs_of(entry.order_id) if leg.leg is Leg.STOP_LOSS]
    desk.take(stop)
    desk.cancel(stop)
    desk.gone(stop)
    assert [leg.leg for leg in desk.desk.legs_of(entry.order_id)] == [Leg.TAKE_PROFIT]
    running, counted = desk.desk.totals, recount(desk.desk)
    assert running is not None
    assert counted is not None
    key = (ACCOUNT, entry.user_id, LINEAR, PositionSide.NET)
    assert running.cells[key].closing_buys == counted.cells[key].closing_buys == 1
    assert running.footprints == counted.footprints
