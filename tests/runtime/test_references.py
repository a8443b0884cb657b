"""Which orders have to be looked up before a decision: those that memory does not hold, by whatever names them."""

from datetime import timedelta
from decimal import Decimal

import msgspec

from support.records import USER, account, full_order, request
from support.running_desk import ACCOUNT, ALICE, SYMBOL, command_id, limit_order
from support.virtual_time import START, LoopClock, on_virtual_time
from tidegate.core.apply import apply, break_id
from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.identifiers import (
    ApprovalId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    IdempotencyKey,
    RuleId,
    TradeId,
    UserId,
    exchange_client_order_id,
    execution_id,
    share_id,
)
from tidegate.core.messages.commands import AmendOrder, CancelOrder, CreateRule, SetRiskLimits
from tidegate.core.messages.events import RiskLimitsSet
from tidegate.core.messages.reports import (
    AccountSynchronized,
    CashFlowReported,
    ExecutionBusted,
    ExecutionReported,
    OrderAccepted,
    OrderReported,
    Wake,
)
from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.messages.values import Amendment
from tidegate.core.policy import Policy
from tidegate.core.records import UNALLOCATED, ForcedClose, Found
from tidegate.core.vocabulary import CashFlowKind, ForcedTrade, Leg, LimitKind, OrderStatus, Side, VenueOrderStatus
from tidegate.ports import OrderKeys
from tidegate.runtime.references import not_in_memory

HELD, GONE = full_order(1), full_order(2)
FOREIGN = ExchangeClientOrderId("web_a1b2c3")


HELD.leg = HELD.parent_order_id = None


def desk_with_one_order() -> Desk:
    desk = Desk(Policy())
    desk.index(HELD)
    return desk


def reported(ours: ExchangeClientOrderId | None, theirs: str | None) -> OrderReported:
    return OrderReported(
        at=START,
        account_id=ACCOUNT,
        symbol=SYMBOL,
        status=VenueOrderStatus.OPEN,
        filled_quantity=Decimal(0),
        exchange_client_order_id=ours,
        exchange_order_id=None if theirs is None else ExchangeOrderId(theirs),
    )


def keys_of(*inputs: Input) -> OrderKeys:
    return not_in_memory(desk_with_one_order(), inputs)


@on_virtual_time
async def test_a_request_is_looked_up_by_its_key_and_its_name() -> None:
    clock = LoopClock()
    assert not keys_of(limit_order(clock)), "nobody can repeat a request that has neither"
    assert not keys_of(limit_order(clock, key=HELD.idempotency_key, name=HELD.client_order_id))
    keys = keys_of(limit_order(clock, key="new", name="mine"))
    assert keys.idempotency_keys == {(ALICE, IdempotencyKey("new"))}
    assert keys.client_order_ids == {(ALICE, ClientOrderId("mine"))}


def test_changes_and_cancels_with_a_key_are_looked_up_by_it() -> None:
    desk = desk_with_one_order()
    known = request()
    desk.attach(Found(orders=[], execution_ids={}, requests=[known]))
    for key, wanted in ((None, set()), (known.idempotency_key, set()), ("new", {(USER, IdempotencyKey("new"))})):
        name = None if key is None else IdempotencyKey(key)
        cancel = CancelOrder(
            command_id=command_id(), at=START, user_id=USER, order_id=HELD.order_id, idempotency_key=name
        )
        amend = AmendOrder(
            command_id=command_id(),
            at=START,
            user_id=USER,
            order_id=HELD.order_id,
            amendment=Amendment(price=Decimal(1)),
            idempotency_key=name,
        )
        for command in (cancel, amend):
            assert not_in_memory(desk, [command]).requests == wanted


def test_cancels_and_late_acceptances_are_looked_up_by_our_id() -> None:
    for order, wanted in ((HELD, set()), (GONE, {GONE.order_id})):
        cancel = CancelOrder(command_id=command_id(), at=START, user_id=ALICE, order_id=order.order_id)
        accepted = OrderAccepted(
            at=START,
            account_id=ACCOUNT,
            order_id=order.order_id,
            attempt=1,
            exchange_order_id=ExchangeOrderId("1"),
        )
        assert keys_of(cancel).order_ids == wanted
        assert keys_of(accepted).order_ids == wanted


def test_what_a_venue_reports_is_looked_up_by_our_id_first() -> None:
    assert not keys_of(reported(HELD.exchange_client_order_id, None))
    assert not keys_of(reported(None, HELD.exchange_order_id))
    assert keys_of(reported(GONE.exchange_client_order_id, "5")) == OrderKeys(order_ids={GONE.order_id})
    by_theirs = OrderKeys(
        exchange_order_ids={(ACCOUNT, SYMBOL, ExchangeOrderId("5"))},
        break_ids={break_id(ACCOUNT, "foreign_order", f"{SYMBOL} 5")},
    )
    assert keys_of(reported(None, "5")) == by_theirs
    assert keys_of(reported(FOREIGN, "5")) == by_theirs
    by_their_own_name = break_id(ACCOUNT, "foreign_order", f"{SYMBOL} {FOREIGN}")
    assert keys_of(reported(FOREIGN, None)) == OrderKeys(break_ids={by_their_own_name})


def test_a_listing_is_looked_up_for_orders_that_have_ended_for_us() -> None:
    listing = AccountSynchronized(
        at=START + timedelta(seconds=1),
        account_id=ACCOUNT,
        requested_at=START,
        open_exchange_client_order_ids=frozenset(
            {exchange_client_order_id(HELD.order_id, 1), exchange_client_order_id(GONE.order_id, 2), FOREIGN}
        ),
    )
    assert keys_of(listing) == OrderKeys(order_ids={GONE.order_id})


def busted(trade_id: str) -> ExecutionBusted:
    return ExecutionBusted(at=START, account_id=ACCOUNT, symbol=SYMBOL, side=Side.SELL, trade_id=TradeId(trade_id))


def traded(ours: ExchangeClientOrderId | None, theirs: str) -> ExecutionReported:
    return ExecutionReported(
        at=START,
        account_id=ACCOUNT,
        symbol=SYMBOL,
        side=Side.SELL,
        trade_id=TradeId("7"),
        quantity=Decimal(1),
        price=Decimal(50_000),
        executed_at=START,
        exchange_client_order_id=ours,
        exchange_order_id=ExchangeOrderId(theirs),
    )


def test_changes_and_rules_are_looked_up_by_the_orders_they_name() -> None:
    amend = AmendOrder(
        command_id=command_id(), at=START, user_id=ALICE, order_id=GONE.order_id, amendment=Amendment(price=Decimal(1))
    )
    assert keys_of(amend) == OrderKeys(order_ids={GONE.order_id})
    rule = CreateRule(
        command_id=command_id(),
        at=START,
        user_id=ALICE,
        rule_id=RuleId("rule"),
        order_id=HELD.order_id,
        status=OrderStatus.FILLED,
        cancel_order_id=GONE.order_id,
    )
    assert keys_of(rule) == OrderKeys(order_ids={GONE.order_id})


def test_a_busted_trade_is_looked_up_unless_memory_has_it_or_its_end() -> None:
    name = execution_id(ACCOUNT, SYMBOL, Side.SELL, TradeId("7"))
    assert keys_of(busted("7")) == OrderKeys(execution_ids={name}, break_ids={break_id(ACCOUNT, "unknown_bust", name)})
    desk = desk_with_one_order()
    desk.busted.add(name)
    assert not not_in_memory(desk, [busted("7")])


def test_a_trade_of_a_leg_needs_the_order_that_it_closes() -> None:
    desk, leg = Desk(Policy()), full_order(3)
    leg.leg, leg.parent_order_id = Leg.STOP_LOSS, GONE.order_id
    desk.index(leg)
    report = traded(leg.exchange_client_order_id, "5")
    assert not_in_memory(desk, [report]) == OrderKeys(order_ids={GONE.order_id})
    desk.index(GONE)
    assert not not_in_memory(desk, [report])


def test_a_strange_trade_is_looked_up_for_whether_it_was_told() -> None:
    told = break_id(ACCOUNT, "foreign_execution", f"{SYMBOL} sell 7")
    assert keys_of(traded(FOREIGN, "5")) == OrderKeys(
        exchange_order_ids={(ACCOUNT, SYMBOL, ExchangeOrderId("5"))}, break_ids={told}
    )
    assert not keys_of(traded(HELD.exchange_client_order_id, "5"))


def test_a_trade_that_a_venue_may_have_made_itself_is_looked_up_whole_and_in_the_parts_of_users() -> None:
    desk, perpetual = desk_with_one_order(), f"{SYMBOL}:USDT"
    desk.accounts[ACCOUNT] = account(ACCOUNT)
    report = msgspec.structs.replace(traded(FOREIGN, "5"), symbol=perpetual)
    name = execution_id(ACCOUNT, perpetual, Side.SELL, TradeId("7"))
    parts = {share_id(name, user_id) for user_id in (USER, UserId("bob"), UNALLOCATED)}
    assert not_in_memory(desk, [report]).execution_ids == {name, *parts}
    desk.busted |= {name}
    assert not not_in_memory(desk, [report]).execution_ids


def test_a_strange_order_that_works_is_looked_up_for_whether_a_person_closed_it() -> None:
    report = OrderReported(
        at=START,
        account_id=ACCOUNT,
        symbol=SYMBOL,
        status=VenueOrderStatus.OPEN,
        filled_quantity=Decimal(0),
        exchange_order_id=ExchangeOrderId("5"),
        exchange_client_order_id=FOREIGN,
    )
    told = break_id(ACCOUNT, "foreign_order", f"{SYMBOL} 5")
    assert keys_of(report).break_ids == {told}
    desk = desk_with_one_order()
    desk.dismissed[told] = "so"
    assert not not_in_memory(desk, [report]).break_ids


def test_a_cash_flow_is_looked_up_unless_memory_has_it() -> None:
    flow = CashFlowReported(
        at=START,
        account_id=ACCOUNT,
        flow_id="f1",
        kind=CashFlowKind.FUNDING,
        asset="USDT",
        amount=Decimal(1),
        happened_at=START,
    )
    key = (ACCOUNT, CashFlowKind.FUNDING, "f1")
    assert keys_of(flow) == OrderKeys(cash_flows={key})
    desk = desk_with_one_order()
    desk.attach(Found(orders=[], execution_ids={}, cash_flows=frozenset({key})))
    assert not not_in_memory(desk, [flow])


def test_a_liquidation_fee_and_a_trade_of_the_venues_own_need_who_bore_the_last_one() -> None:
    market = (ACCOUNT, SYMBOL)
    fee = CashFlowReported(
        at=START,
        account_id=ACCOUNT,
        flow_id="f1",
        kind=CashFlowKind.LIQUIDATION_FEE,
        asset="USDT",
        amount=Decimal(-1),
        happened_at=START,
        symbol=SYMBOL,
    )
    assert keys_of(fee).forced == {market}
    assert keys_of(msgspec.structs.replace(fee, symbol=None)).forced == set()
    assert keys_of(msgspec.structs.replace(fee, kind=CashFlowKind.FUNDING)).forced == set()
    forced = msgspec.structs.replace(traded(None, "77"), forced=ForcedTrade.LIQUIDATION)
    assert keys_of(forced).forced == {market}
    desk = desk_with_one_order()
    desk.attach(Found(orders=[], execution_ids={}, forced={market: ForcedClose(None, {})}))
    assert not not_in_memory(desk, [fee, forced]).forced


def test_other_inputs_need_nothing() -> None:
    assert not keys_of(Wake(at=START, order_id=GONE.order_id))


def limits_asked(*kinds: LimitKind) -> SetRiskLimits:
    limits = [RiskLimit(limit_id=kind, kind=kind, value=Decimal(9), interval_seconds=60) for kind in kinds]
    return SetRiskLimits(
        command_id=command_id(),
        at=START,
        user_id=UserId("rita"),
        limits=tuple(limits),
        approval_id=ApprovalId("01JAPPROVAL"),
    )


def test_limits_that_begin_to_count_over_time_name_the_last_hour() -> None:
    desk = Desk(Policy())
    counting, plain = limits_asked(LimitKind.ORDERS_PER_INTERVAL), limits_asked(LimitKind.ORDER_QUANTITY)
    assert not not_in_memory(desk, [plain])
    assert not_in_memory(desk, [counting]) == OrderKeys(recent_since=START - timedelta(hours=1))
    apply(desk, RiskLimitsSet(at=START, version=1, limits=counting.limits, by=UserId("rita")))
    assert not not_in_memory(desk, [counting]), "they are remembered from then on"
