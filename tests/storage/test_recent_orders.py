"""Throttles and the search for duplicates go on counting after a restart: recent orders come back from storage."""

from datetime import timedelta

import pytest

from support.limited_desk import LimitedDesk, limit
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.records import DeskSnapshot
from tidegate.core.totals.recent import recent_of
from tidegate.core.vocabulary import LimitKind, OrderStatus, RefusalCode, Side
from tidegate.ports import OrderKeys
from tidegate.storage.open import open_storage

HOUR = 3_600


async def kept(desk: LimitedDesk, url: str) -> DeskSnapshot:
    """Write everything that the desk has written, and load it."""
    storage = open_storage(url)
    epoch = (await storage.journal.load()).epoch
    for batch in desk.batches:
        batch.epoch = epoch
        await storage.journal.commit(batch)
    loaded = await storage.journal.load()
    await storage.close()
    return loaded


def outcome(order: RecentOrder) -> tuple[OrderId, bool, bool]:
    """What of an order is counted."""
    return order.order_id, bool(order.filled_quantity), order.status is OrderStatus.REJECTED


async def test_orders_of_the_last_hour_count_after_a_restart(database_url: str) -> None:
    desk = LimitedDesk()
    desk.set_limits(
        limit(LimitKind.DUPLICATE_ORDERS, "1", seconds=60),
        limit(LimitKind.REPEATED_EXECUTIONS, "5", seconds=HOUR),
        limit(LimitKind.REJECTIONS_PER_INTERVAL, "5", seconds=HOUR),
        limit(LimitKind.ORDER_QUANTITY, "2"),
    )
    desk.trade(desk.spot(quantity="0.1"))
    desk.now += timedelta(seconds=HOUR - 10)
    desk.refuse(desk.place(desk.perpetual(Side.SELL, "0.1")), retryable=False)
    assert desk.refusal(desk.spot(quantity="3")) is not None
    desk.working(desk.spot(quantity="0.5"), "77")
    loaded = await kept(desk, database_url)
    running = desk.desk.risk.recent_orders.values()
    assert [outcome(order) for order in loaded.recent_orders] == [outcome(order) for order in running]
    assert len(loaded.recent_orders) == 3
    desk.desk = Desk.restore(loaded, desk.desk.policy)
    desk.list_everything()
    desk.connect({"BTC": desk.held("BTC"), "USDT": desk.held("USDT"), "BNB": desk.held("BNB")})
    refusal = desk.refusal(desk.spot(quantity="0.5"))
    assert refusal is not None
    assert refusal.code is RefusalCode.DUPLICATE_ORDER, refusal


@pytest.mark.parametrize(("seconds", "expected"), [(HOUR, 2), (HOUR + 1, 1)])
async def test_only_the_hour_before_the_newest_order_is_remembered(
    sqlite_url: str, seconds: int, expected: int
) -> None:
    desk = LimitedDesk()
    desk.set_limits(limit(LimitKind.ORDERS_PER_INTERVAL, "5", seconds=HOUR))
    desk.place(desk.spot(quantity="0.1"))
    desk.now += timedelta(seconds=seconds)
    desk.place(desk.spot(quantity="0.1"))
    assert len((await kept(desk, sqlite_url)).recent_orders) == expected


async def test_nothing_is_remembered_that_no_limit_counts(sqlite_url: str) -> None:
    desk = LimitedDesk()
    desk.set_limits(limit(LimitKind.ORDER_QUANTITY, "2"))
    desk.place(desk.spot())
    assert not (await kept(desk, sqlite_url)).recent_orders


async def test_orders_that_no_limit_counted_are_found_once_one_is_to_count_them(database_url: str) -> None:
    desk = LimitedDesk()
    desk.place(desk.spot(quantity="0.1"))
    desk.now += timedelta(seconds=100)
    since = desk.now
    traded = desk.trade(desk.spot(quantity="0.2"))
    rejected = desk.place(desk.perpetual(Side.SELL, "0.1"))
    desk.refuse(rejected, retryable=False)
    assert desk.refusal(desk.spot(quantity="10000")) is not None
    working = desk.working(desk.spot(quantity="0.5"), "77")
    storage = open_storage(database_url)
    epoch = (await storage.journal.load()).epoch
    for batch in desk.batches:
        batch.epoch = epoch
        await storage.journal.commit(batch)
    found = await storage.journal.find(OrderKeys(recent_since=since))
    nothing = await storage.journal.find(OrderKeys(recent_since=desk.now + timedelta(seconds=1)))
    await storage.close()
    assert found.recent_orders == [recent_of(order) for order in (traded, rejected, working)]
    assert found.orders == nothing.recent_orders == []
