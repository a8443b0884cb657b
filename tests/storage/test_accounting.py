"""Reports over periods, on both databases: the curve, days, performance, statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from core.portfolio.test_any_sequence import AnyDesk
from support.desk_driver import ACCOUNT, ALICE, BOB, DeskDriver
from tidegate.core.apply import apply
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.events import CashFlowBooked, EquityMarked, JournaledEvent, PositionAdjusted
from tidegate.core.messages.risk_values import OwnerEquity
from tidegate.core.messages.values import Fee
from tidegate.core.portfolio.figures import BooksFilter, Interval, StatementLine
from tidegate.core.vocabulary import CashFlowKind, Exchange, PositionSide, Side, Wallet
from tidegate.ports import Accounting, InvalidCursorError
from tidegate.storage import accounting as stored
from tidegate.storage.open import open_storage

DAY_1 = datetime(2026, 3, 1, 12, tzinfo=UTC)  # Where the driver's time begins.
DAY_2 = DAY_1 + timedelta(days=1)
NOON_3 = DAY_1 + timedelta(days=2)


def record(driver: DeskDriver, event: JournaledEvent) -> None:
    apply(driver.desk, event)
    driver._record(event)
    driver._write(driver._projector.take(driver.desk))


def mark(driver: DeskDriver, *owners: tuple[UserId, str, str]) -> None:
    """What owners are worth now, and what they brought."""
    marks = tuple(
        OwnerEquity(
            account_id=ACCOUNT,
            user_id=user_id,
            equity=Decimal(equity),
            unrealized_pnl=Decimal(1),
            net_deposits=Decimal(net_deposits),
            gross_exposure=Decimal(10),
            stale=user_id == BOB,
        )
        for user_id, equity, net_deposits in owners
    )
    record(driver, EquityMarked(at=driver.now, marks=marks))


def hold(driver: DeskDriver, user_id: UserId) -> None:
    """A position found at the venue."""
    record(
        driver,
        PositionAdjusted(
            at=driver.now,
            account_id=ACCOUNT,
            user_id=user_id,
            exchange=Exchange.BINANCE,
            symbol="BTC/USDT:USDT",
            position_side=PositionSide.NET,
            quantity=Decimal(1),
            price=Decimal(50_000),
        ),
    )


def live() -> DeskDriver:
    """Two days: bought on the first, part sold at a profit on the second. Alice is marked every time, Bob at first."""
    driver = DeskDriver()
    driver.open_shop(balances={"USDT": Decimal(100_000)}, user_ids=(ALICE,))
    driver.price("50000", bid="49990", ask="50010")
    hold(driver, BOB)
    mark(driver, (ALICE, "1000", "1000"), (BOB, "500", "500"))
    bought = driver.working(driver.order_command(quantity="0.2"), "9001")
    driver.fill(bought, "0.2", price="50100", fees=(Fee("USDT", Decimal(10)),))
    driver.now += timedelta(minutes=1)
    mark(driver, (ALICE, "990", "1000"))
    driver.now = DAY_2
    driver.price("51000", bid="50990", ask="51010")
    sold = driver.working(driver.order_command(side=Side.SELL, quantity="0.1"), "9002")
    driver.fill(sold, "0.1", price="51000", exchange_order_id="9002", fees=(Fee("USDT", Decimal(5)),))
    mark(driver, (ALICE, "1089", "1000"))
    return driver


@asynccontextmanager
async def stored_life(url: str, driver: DeskDriver) -> AsyncIterator[Accounting]:
    storage = open_storage(url)
    epoch = (await storage.journal.load()).epoch
    for batch in driver.batches:
        batch.epoch = epoch
        await storage.journal.commit(batch)
    yield storage.accounting
    await storage.close()


@pytest.fixture
async def accounting(database_url: str) -> AsyncIterator[Accounting]:
    async with stored_life(database_url, live()) as stored_accounting:
        yield stored_accounting


async def test_the_curve_sums_every_owners_last_mark(accounting: Accounting) -> None:
    points, cursor = await accounting.equity(BooksFilter(), Interval.RAW, limit=10)
    assert [(point.equity, point.net_deposits) for point in points] == [(1589, 1500), (1490, 1500), (1500, 1500)]
    assert [point.stale for point in points] == [True, True, True]
    assert cursor is None


async def test_the_curve_is_thinned_to_the_last_mark_of_each_hour_or_day(accounting: Accounting) -> None:
    for interval in (Interval.HOUR, Interval.DAY):
        points, _ = await accounting.equity(BooksFilter(user_id=ALICE), interval, limit=10)
        assert [point.equity for point in points] == [1089, 990]
        assert not any(point.stale for point in points)


async def test_pages_of_the_curve_show_every_point_once(accounting: Accounting) -> None:
    for interval, expected in ((Interval.RAW, [1589, 1490, 1500]), (Interval.DAY, [1589, 1490])):
        seen, cursor = [], None
        while True:
            page, cursor = await accounting.equity(BooksFilter(), interval, limit=1, cursor=cursor)
            seen += [point.equity for point in page]
            if cursor is None:
                break
        assert seen == expected
    with pytest.raises(InvalidCursorError):
        await accounting.equity(BooksFilter(), Interval.RAW, limit=1, cursor="yesterday")


async def test_the_curve_of_nobody_is_empty(accounting: Accounting) -> None:
    for nobody in (
        BooksFilter(user_id=UserId("carol")),
        BooksFilter(account_id=AccountId("other")),
        BooksFilter(exchange=Exchange.OKX),
        BooksFilter(since=NOON_3),
    ):
        assert await accounting.equity(nobody, Interval.RAW, limit=10) == ([], None)


async def test_days_say_what_their_trades_and_marks_came_to(accounting: Accounting) -> None:
    days, cursor = await accounting.days(BooksFilter(user_id=ALICE, until=NOON_3), limit=10)
    assert [day.day for day in days] == [date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 1)]
    assert cursor is None
    third, second, first = days
    assert (third.executions, third.pnl, third.volume) == (0, None, 0)
    assert (second.executions, second.volume, second.fees, second.pnl) == (1, 5100, 5, 99)
    assert second.realized_pnl == 90  # Bought at 50,100.
    assert (first.executions, first.volume, first.fees, first.realized_pnl, first.pnl) == (1, 10020, 10, 0, -10)


async def test_pages_of_days_show_every_day_once(accounting: Accounting) -> None:
    whole, _ = await accounting.days(BooksFilter(until=NOON_3), limit=10)
    page, cursor = await accounting.days(BooksFilter(until=NOON_3), limit=2)
    rest, end = await accounting.days(BooksFilter(until=NOON_3), limit=2, cursor=cursor)
    assert page + rest == whole
    assert end is None


async def test_performance_puts_marks_trades_and_orders_together(accounting: Accounting) -> None:
    found = await accounting.performance(BooksFilter(user_id=ALICE))
    assert (found.starting_equity, found.ending_equity, found.pnl) == (1000, 1089, 89)
    assert found.time_weighted_return == Decimal("0.089")
    assert (found.maximum_drawdown, found.maximum_drawdown_value) == (Decimal("0.01"), 10)
    assert (found.orders, found.executions, found.winning_orders, found.losing_orders) == (2, 2, 1, 0)
    assert (found.win_rate, found.fees, found.volume, found.realized_pnl) == (1, 15, 15120, 90)
    # Bought 100 above the middle, sold at it: 20 on 10,000 + 5,100.
    assert (found.slippage, found.slippage_bps) == (20, Decimal("13.245033112583"))
    assert found.average_holding_seconds == 86_400


async def test_what_an_owner_made_before_the_first_mark_is_profit(sqlite_url: str) -> None:
    driver = live()
    mark(driver, (UserId("carol"), "130", "100"))
    async with stored_life(sqlite_url, driver) as accounting:
        carol = BooksFilter(user_id=UserId("carol"))
        found = await accounting.performance(carol)
        assert (found.starting_equity, found.pnl, found.time_weighted_return) == (100, 30, Decimal("0.3"))
        [today], _ = await accounting.days(msgspec.structs.replace(carol, until=NOON_3 - timedelta(hours=13)), limit=9)
        assert today.pnl == 30


async def test_what_a_liquidation_cost_is_among_the_fees(sqlite_url: str) -> None:
    driver = live()
    record(
        driver,
        CashFlowBooked(
            at=driver.now,
            account_id=ACCOUNT,
            user_id=ALICE,
            flow_id="1",
            kind=CashFlowKind.LIQUIDATION_FEE,
            asset="USDT",
            amount=Decimal(-36),
            wallet=Wallet.MAIN,
            symbol="SOL/USDT:USDT",
            rate=Decimal(1),
            happened_at=driver.now,
        ),
    )
    async with stored_life(sqlite_url, driver) as accounting:
        assert (await accounting.performance(BooksFilter(user_id=ALICE))).fees == 15 + 36
        days, _ = await accounting.days(BooksFilter(user_id=ALICE, until=NOON_3), limit=9)
        assert [day.fees for day in days] == [0, 5 + 36, 10]
        assert (await accounting.statement(BooksFilter(user_id=ALICE))).fees == {"USDT": Decimal(15 + 36)}
        assert (await accounting.statement(BooksFilter(user_id=BOB))).fees == {}


async def test_performance_of_a_period_starts_at_the_last_mark_before_it(accounting: Accounting) -> None:
    found = await accounting.performance(BooksFilter(user_id=ALICE, since=DAY_1 + timedelta(hours=1)))
    assert (found.starting_equity, found.pnl) == (990, 99)
    assert found.time_weighted_return == Decimal("0.1")
    assert (found.orders, found.average_holding_seconds) == (1, None)
    assert (await accounting.performance(BooksFilter(user_id=UserId("carol")))).win_rate is None


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
async def test_a_period_at_the_edge_of_the_calendar_is_a_period(accounting: Accounting, edge: datetime) -> None:
    is_first = edge < DAY_1
    whole = BooksFilter(since=edge) if is_first else BooksFilter(until=edge)
    nothing = BooksFilter(until=edge) if is_first else BooksFilter(since=edge, until=edge)
    assert (await accounting.performance(whole)).executions == 2
    assert (await accounting.performance(nothing)).executions == 0
    assert (await accounting.equity(whole, Interval.RAW, limit=9))[0]
    assert await accounting.equity(nothing, Interval.DAY, limit=9) == ([], None)
    assert all(not day.executions for day in (await accounting.days(nothing, limit=9))[0])
    cursor = edge.isoformat()
    assert bool((await accounting.equity(BooksFilter(), Interval.DAY, limit=9, cursor=cursor))[0]) is not is_first


async def test_a_long_period_is_measured_by_the_marks_of_its_hours(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "PERIOD_BY_MARK_MAX", timedelta(hours=1))
    found = await accounting.performance(BooksFilter(user_id=ALICE))
    assert (found.starting_equity, found.ending_equity, found.maximum_drawdown) == (1000, 1089, 0)
    assert found.time_weighted_return == Decimal("0.089")


async def lines_of(accounting: Accounting, wanted: BooksFilter, bound: int, page: int) -> list[StatementLine]:
    found: list[StatementLine] = []
    after = (0, 0)
    while True:
        more = await accounting.statement_lines(wanted, after=after, bound=bound, limit=page)
        found += more
        if len(more) < page:
            return found
        after = (more[-1].sequence, more[-1].line)


@pytest.mark.parametrize("since", [None, DAY_1 + timedelta(hours=1), NOON_3])
async def test_opening_balances_and_lines_come_to_the_closing_balances(
    accounting: Accounting, since: datetime | None
) -> None:
    wanted = BooksFilter(user_id=ALICE, since=since, until=NOON_3)
    frame = await accounting.statement(wanted)
    balances = {(held.account_id, held.asset): held.quantity for held in frame.opening}
    for line in await lines_of(accounting, wanted, frame.bound, page=2):
        balances[line.account_id, line.asset] += line.amount
    assert balances == {(held.account_id, held.asset): held.quantity for held in frame.closing}
    assert balances[ACCOUNT, "BTC"] == Decimal("0.1")


async def test_a_statement_names_trades_fees_and_profit(accounting: Accounting) -> None:
    wanted = BooksFilter(user_id=ALICE, since=DAY_2, until=NOON_3)
    frame = await accounting.statement(wanted)
    assert (frame.fees, frame.realized_pnl) == ({"USDT": Decimal(5)}, {"USDT": Decimal(90)})
    lines = await lines_of(accounting, wanted, frame.bound, page=100)
    assert {(line.kind, line.asset, line.amount) for line in lines} == {
        ("trade", "BTC", Decimal("-0.1")),
        ("trade", "USDT", Decimal(5100)),
        ("fee", "USDT", Decimal(-5)),
    }
    assert {(line.symbol, line.side, line.quantity, line.price) for line in lines} == {
        ("BTC/USDT", "sell", Decimal("0.1"), Decimal(51_000))
    }
    assert all(line.order_id and line.execution_id for line in lines)
    assert (await accounting.statement(BooksFilter(exchange=Exchange.OKX))).closing == ()


@pytest.mark.parametrize("seed", [2, 5])
async def test_whatever_happened_a_statement_ends_with_what_is_held(sqlite_url: str, seed: int) -> None:
    desk = AnyDesk(seed)
    desk.live(steps=40)
    storage = open_storage(sqlite_url)
    epoch = (await storage.journal.load()).epoch
    for batch in desk.batches:
        batch.epoch = epoch
        await storage.journal.commit(batch)
    frame = await storage.accounting.statement(BooksFilter())
    held = {(one.account_id, one.user_id, one.asset, one.wallet): one.quantity for one in desk.desk.holdings.values()}
    closing = {(one.account_id, one.user_id, one.asset, one.wallet): one.quantity for one in frame.closing}
    assert closing == {key: quantity for key, quantity in held.items() if quantity or key in closing}
    fees: dict[str, Decimal] = {}
    for booked in desk.desk.executions.values():  # Without those that were busted.
        for fee in booked.fees:
            fees[fee.asset] = fees.get(fee.asset, Decimal(0)) + fee.amount
    for event in desk.journal:
        if isinstance(event, CashFlowBooked) and event.kind is CashFlowKind.LIQUIDATION_FEE:
            fees[event.asset] = fees.get(event.asset, Decimal(0)) - event.amount
    assert {asset: amount for asset, amount in frame.fees.items() if amount} == {
        asset: amount for asset, amount in fees.items() if amount
    }
    figures = await storage.accounting.performance(BooksFilter())
    assert figures.executions == len(desk.desk.executions)
    await storage.close()
