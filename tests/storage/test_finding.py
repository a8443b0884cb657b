"""What memory no longer holds is found in storage, on each database as in the twin that the core's tests use."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT
from support.forced_desk import ForcedDesk
from support.kept_desk import START
from support.markets import PERPETUAL
from support.protected_desk import ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.messages.values import Fee, Hearing
from tidegate.core.order import Order
from tidegate.core.records import Found
from tidegate.core.vocabulary import CashFlowKind, Side, Wallet
from tidegate.ports import OrderKeys
from tidegate.storage.open import Storage

NO_END = datetime.max.replace(tzinfo=UTC)


async def write(storage: Storage, *desks: ComparedDesk | ProtectedDesk) -> None:
    epoch = (await storage.journal.load()).epoch
    for desk in desks:
        for batch in desk.batches:
            batch.epoch = epoch
            await storage.journal.commit(batch)


def traded() -> tuple[ForcedDesk, Order, Order]:
    """A desk with a sale of which one trade was busted, a perpetual that the venue closed, funding, ended breaks."""
    desk = ForcedDesk()
    desk.open_shop()
    desk.price("600", "BNB/USDT")
    sale = desk.working(desk.order_command(side=Side.SELL))
    desk.fill(sale, "0.4", price="51000", trade_id="1", fees=(Fee("BNB", Decimal("0.01")),))
    desk.fill(sale, "0.6", price="52000", trade_id="2")
    desk.bust(sale, "2")
    perpetual = desk.trade(Side.BUY, "1", "50000")
    desk.force("0.25", exchange_order_id="76")
    desk.force("0.125")
    desk.force("0.125", trade_id="forced-2")
    desk.flow("-12.5", flow_id="f1")
    desk.flow("100", flow_id="t1", kind=CashFlowKind.TRANSFER)
    desk.flow("3", flow_id="heard-1", kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN, nameless=True)
    desk.flow("4", flow_id="heard-2", kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN, nameless=True)
    hearing = Hearing(amounts=(Decimal(3),), since=desk.now, until=None)
    desk.flow("3", flow_id="d1", kind=CashFlowKind.DEPOSIT, wallet=Wallet.MAIN, hearing=hearing)
    desk.strange_trade()
    desk.strange_order()
    for found in desk.open_breaks():
        desk.resolve(found.break_id)
    return desk, sale, perpetual


def by_name(found: Found) -> dict[str, object]:
    """Comparable: the order of rows says nothing."""
    return {
        "orders": {order.order_id: order for order in found.orders},
        "execution_ids": {name: sorted(trades) for name, trades in found.execution_ids.items()},
        "executions": {booked.execution_id: booked for booked in found.executions},
        "busted": found.busted,
        "forced": found.forced,
        "requests": {(kept.user_id, kept.idempotency_key): kept for kept in found.requests},
        "cash_flows": found.cash_flows,
        "heard": {flow.flow_id: flow for flow in found.heard},
        "break_ids": found.break_ids,
        "dismissed": found.dismissed,
        "recent_orders": {recent.order_id: recent for recent in found.recent_orders},
    }


def test_no_part_of_the_answer_is_left_out_of_the_comparison() -> None:
    assert by_name(Found(orders=[], execution_ids={})).keys() == set(Found.__struct_fields__)


async def test_a_trade_is_found_as_it_was_booked_and_brings_its_order(storage: Storage) -> None:
    desk, sale, _ = traded()
    await write(storage, desk)
    [first, second] = [event for event in desk.journal if isinstance(event, ExecutionBooked)][:2]
    found = await storage.journal.find(OrderKeys(execution_ids={first.execution_id}))
    assert found.executions == [first], "with its rates, which its row does not have"
    assert first.fee_rates == (600,)
    assert [order.order_id for order in found.orders] == [sale.order_id]
    assert sorted(found.execution_ids[sale.order_id]) == sorted([first.execution_id, second.execution_id])
    assert found.busted == frozenset()
    busted = await storage.journal.find(OrderKeys(execution_ids={second.execution_id, ids.ExecutionId("none")}))
    assert busted.busted == {second.execution_id}


async def test_cash_flows_and_breaks_are_found_by_their_names(storage: Storage) -> None:
    desk, _, _ = traded()
    await write(storage, desk)
    account_id = desk.account.account_id
    keys = OrderKeys(
        cash_flows={
            (account_id, CashFlowKind.FUNDING, "f1"),
            (account_id, CashFlowKind.TRANSFER, "f1"),
            (ids.AccountId("other"), CashFlowKind.FUNDING, "f1"),
        },
        break_ids={*desk.breaks, "none"},
    )
    found = await storage.journal.find(keys)
    assert found.cash_flows == {(account_id, CashFlowKind.FUNDING, "f1")}
    assert found.break_ids == desk.breaks.keys()
    assert found.dismissed == {name: told.message for name, told in desk.breaks.items() if told.resolved_by is not None}
    assert len(found.dismissed) >= 2
    assert (found.orders, found.execution_ids, found.executions) == ([], {}, [])


async def test_what_was_heard_is_found_until_a_list_has_named_it_and_within_its_time(storage: Storage) -> None:
    desk, _, _ = traded()
    await write(storage, desk)
    [row] = [row for batch in desk.batches for row in batch.cash_flows if row.flow_id == "heard-2"]
    at = row.happened_at

    async def heard(asset: str, since: datetime, until: datetime) -> list[str]:
        found = await storage.journal.find(OrderKeys(heard={(ACCOUNT, asset, since, until)}))
        return [flow.flow_id for flow in found.heard]

    moment = timedelta(microseconds=1)
    assert await heard("USDT", at, at) == ["heard-2"]
    assert await heard("USDT", at + moment, NO_END) == []
    assert await heard("USDT", at - moment, at - moment) == []
    assert await heard("BTC", at, at) == []


async def test_a_leg_brings_the_order_that_it_closes(storage: Storage) -> None:
    desk = ProtectedDesk()
    desk.open_shop()
    parent = desk.entry()
    desk.trade(parent, "1")
    [leg] = [order for order in desk.orders.values() if order.leg is not None and order.attempt]
    live = desk.desk.orders[leg.order_id]
    desk.take(live)
    desk.trade(live, "1", price="45000")
    assert live.is_closed
    await write(storage, desk)
    found = await storage.journal.find(OrderKeys(order_ids={leg.order_id}))
    assert {order.order_id for order in found.orders} == {leg.order_id, parent.order_id}
    assert by_name(found) == by_name(desk.rows.find(OrderKeys(order_ids={leg.order_id})))


@pytest.mark.parametrize("part", OrderKeys.__struct_fields__)
async def test_each_kind_of_key_finds_what_the_twin_finds(storage: Storage, part: str) -> None:
    desk, sale, perpetual = traded()
    named = desk.place(desk.order_command(key="k", name="n"))
    desk.put(
        commands.CancelOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=named.user_id,
            order_id=named.order_id,
            idempotency_key=ids.IdempotencyKey("c"),
        )
    )
    desk.refuse(named, retryable=False)
    await write(storage, desk)
    orders = (sale, perpetual, named)
    everything = OrderKeys(
        order_ids={order.order_id for order in orders},
        idempotency_keys={(named.user_id, ids.IdempotencyKey("k"))},
        client_order_ids={(named.user_id, ids.ClientOrderId("n"))},
        exchange_order_ids={(sale.account_id, sale.symbol, ids.ExchangeOrderId("9001"))},
        execution_ids={*desk.rows.booked},
        forced={(ACCOUNT, PERPETUAL), (ACCOUNT, "BTC/USDT")},
        cash_flows={*desk.rows.cash_flows},
        heard={(ACCOUNT, "USDT", desk.now - timedelta(days=1), NO_END)},
        break_ids={*desk.rows.break_ids},
        requests={(named.user_id, ids.IdempotencyKey("c"))},
        recent_since=START,
    )
    keys = OrderKeys(**{part: getattr(everything, part)})
    found = by_name(await storage.journal.find(keys))
    assert found == by_name(desk.rows.find(keys))
    assert any(found.values())
    assert by_name(await storage.journal.find(everything)) == by_name(desk.rows.find(everything))


async def test_a_desk_that_remembers_nothing_takes_a_trade_back_all_the_same(storage: Storage) -> None:
    """From storage alone: the order, what it was booked at, and that it was taken back already."""
    desk, sale, _ = traded()
    await write(storage, desk)
    loaded = await storage.journal.load()
    [first] = [event for event in desk.journal if isinstance(event, ExecutionBooked)][:1]
    found = await storage.journal.find(OrderKeys(execution_ids={first.execution_id}))
    assert msgspec.json.encode(found.executions[0]) == msgspec.json.encode(first)
    assert not [order for order in loaded.open_orders if order.order_id == sale.order_id]
    assert loaded.recent_symbols[sale.account_id].keys() == {"BTC/USDT", "BTC/USDT:USDT"}
