"""The whole audit: books that a desk wrote are clean on both databases, and each thing that is broken is named."""

import asyncio
import functools
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.portfolio.test_any_sequence import AnyDesk
from support.desk_driver import ACCOUNT, ALICE, DeskDriver
from tidegate.core.apply import apply
from tidegate.core.messages.events import PositionAdjusted
from tidegate.core.messages.reports import ClockTicked
from tidegate.core.records import Batch
from tidegate.core.vocabulary import Exchange, PositionSide, Side
from tidegate.storage import audit_replay, engines
from tidegate.storage.audit import Auditor, Checked
from tidegate.storage.auditing import Finding
from tidegate.storage.errors import StorageUnavailableError
from tidegate.storage.open import open_storage
from tidegate.storage.urls import parse


def run(url: str) -> tuple[dict[str, Checked], list[tuple[str, Finding]]]:
    """All checks by name, and the findings with theirs."""
    found: list[tuple[str, Finding]] = []
    checked: dict[str, Checked] = {}
    count = Auditor(
        lambda check, finding: found.append((check, finding)), lambda done: checked.update({done.check: done})
    ).audit(url)
    assert count == len(found) == sum(done.findings for done in checked.values())
    return checked, found


def live() -> list[Batch]:
    """A life with a restart: an order filled, and once more after its end; one part-filled; an adjusted position;
    equity marked, after the restart by old prices at first."""
    driver = DeskDriver()
    driver.open_shop()
    first = driver.working(driver.order_command(quantity="0.2"), "9001")
    driver.fill(first, "0.1")
    driver.fill(first, "0.1")
    part = driver.working(driver.order_command(quantity="0.3"), "9002")
    driver.working(driver.order_command(side=Side.SELL, quantity="0.1"), "9003")
    tick(driver, 60, "60000")
    driver.restart()
    tick(driver, 120)
    tick(driver, 60, "40000")
    driver.fill(part, "0.1")
    driver.fill(first, "0.1")
    adjusted = PositionAdjusted(
        at=driver.now,
        account_id=ACCOUNT,
        user_id=ALICE,
        exchange=Exchange.BINANCE,
        symbol="BTC/USDT:USDT",
        position_side=PositionSide.NET,
        quantity=Decimal("0.25"),
        price=Decimal(50_000),
    )
    apply(driver.desk, adjusted)
    driver._record(adjusted)
    driver._write(driver._projector.take(driver.desk))
    return driver.batches


def tick(driver: DeskDriver, seconds: int, price: str | None = None) -> None:
    """Time passes, perhaps with a new price."""
    driver.now += timedelta(seconds=seconds)
    if price is not None:
        driver.price(price)
    driver.put(ClockTicked(at=driver.now))


def store(url: str, batches: list[Batch]) -> None:
    """Write a life, each desk's batches under an epoch of its own."""

    async def write() -> None:
        storage = open_storage(url)
        epoch, written = (await storage.journal.load()).epoch, 1
        for batch in batches:
            if batch.epoch != written:
                epoch, written = (await storage.journal.load()).epoch, batch.epoch
            batch.epoch = epoch
            await storage.journal.commit(batch)
        await storage.close()

    asyncio.run(write())


@pytest.fixture(scope="module")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with a life in it, to be copied."""
    path = tmp_path_factory.mktemp("audit") / "lived.db"
    shutil.copy(sqlite_template, path)
    store(f"sqlite:///{path}", live())
    return path


@pytest.fixture
def copied(lived: Path, tmp_path: Path) -> str:
    path = tmp_path / "desk.db"
    shutil.copy(lived, path)
    return f"sqlite:///{path}"


def test_books_that_a_desk_wrote_are_clean(database_url: str) -> None:
    store(database_url, live())
    checked, found = run(database_url)
    assert found == []
    assert list(checked) == [
        "journal chain",
        "history chain",
        "ledger",
        "holdings",
        "positions",
        "reservations",
        "executions",
        "replay",
    ]
    assert all(done.rows for done in checked.values()), "every check had something to look at"
    head = checked["journal chain"].head
    assert head is not None
    assert head.number == checked["replay"].rows


@pytest.mark.parametrize("seed", [2, 3])
def test_whatever_happens_to_a_desk_its_books_are_clean(
    sqlite_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_replay, "EVENTS_PER_COMMIT", 7)
    desk = AnyDesk(seed)
    desk.live(steps=40)
    desk.restart()
    desk.move_cash()
    store(sqlite_url, desk.batches)
    assert run(sqlite_url)[1] == []


BROKEN = [  # What is done to which table, which check sees it, and where.
    ("UPDATE journal SET payload = '{}' WHERE sequence = 3", "journal chain", "journal"),
    ("UPDATE order_history SET message = 'all was well' WHERE history_id = 2", "history chain", "order_history"),
    ("UPDATE ledger_entries SET amount = '7' WHERE kind = 'trade' AND line = 1", "ledger", "ledger_entries"),
    ("UPDATE portfolio SET quantity = '3' WHERE asset = 'BTC'", "holdings", "portfolio"),
    ("DELETE FROM positions", "positions", "positions"),
    ("UPDATE portfolio SET reserved = '1' WHERE asset = 'USDT'", "reservations", "portfolio"),
    ("UPDATE orders SET reserved_quantity = '1' WHERE closed_at IS NOT NULL", "reservations", "orders"),
    ("DELETE FROM executions WHERE trade_id = (SELECT min(trade_id) FROM executions)", "executions", "journal"),
    ("UPDATE executions SET sequence = 1", "executions", "executions"),
    ("UPDATE orders SET filled_quantity = 'many' WHERE status = 'partially_filled'", "replay", "orders"),
    ("INSERT INTO risk_limits VALUES (1, '[]', '2026-03-01T12:00:00.000000Z', 'x', NULL, '')", "replay", "risk_limits"),
    ("UPDATE journal SET payload = '{}' WHERE sequence = 3", "replay", "journal"),
    ("UPDATE ledger_entries SET amount = 'many' WHERE line = 1", "ledger", "ledger"),
    ("UPDATE journal SET payload = CAST(x'ff' AS TEXT) WHERE sequence = 3", "journal chain", "journal chain"),
]


@pytest.mark.parametrize(("statement", "check", "table"), BROKEN)
def test_one_thing_broken_is_named(copied: str, statement: str, check: str, table: str) -> None:
    engine = engines.create(parse(copied))
    with engine.execution_options(writes=True).begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount > 0, "the statement changed nothing"
    engine.dispose()
    checked, found = run(copied)
    assert checked[check].findings, found
    assert any((name, finding.table) == (check, table) for name, finding in found)


def test_amounts_are_told_as_people_write_them(copied: str) -> None:
    engine = engines.create(parse(copied))
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE portfolio SET reserved = '1.50' WHERE asset = 'BTC'")
    engine.dispose()
    told = [finding.message for name, finding in run(copied)[1] if name == "replay"]
    assert told
    assert all(message == "reserved is 1.5, by the journal 0.1" for message in told), told


def test_what_cannot_be_read_keeps_no_other_check_from_being_carried_out(copied: str) -> None:
    engine = engines.create(parse(copied))
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_entries SET amount = 'many' WHERE line = 1")
    engine.dispose()
    checked, found = run(copied)
    assert (len(checked), checked["positions"].findings) == (8, 0)
    assert ("ledger", "the rest could not be checked: a stored amount is no number") in [
        (name, finding.message) for name, finding in found
    ]


def test_an_audit_makes_no_database_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError, match="there is no such file"):
        run(f"sqlite:///{tmp_path / 'desk.db'}")
    assert not list(tmp_path.iterdir())


def test_a_replay_that_lets_go_of_closed_orders_fetches_them_again(
    copied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_replay, "EVENTS_PER_COMMIT", 1)
    assert run(copied)[1] == []


def test_an_audit_changes_nothing(copied: str) -> None:
    path = Path(copied.removeprefix("sqlite:///"))
    before = path.read_bytes()
    run(copied)
    assert path.read_bytes() == before


async def test_a_running_desk_is_audited_as_it_is_at_that_moment(database_url: str) -> None:
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    batches = live()[:3]
    for batch in batches:
        batch.epoch = snapshot.epoch
        await storage.journal.commit(batch)
    checked, found = await asyncio.to_thread(functools.partial(run, database_url))
    assert found == []
    assert checked["journal chain"].rows == sum(len(batch.journal) for batch in batches)
    await storage.close()
