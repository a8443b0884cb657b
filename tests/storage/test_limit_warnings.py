"""Nobody is warned of a limit again because the desk was started again."""

import asyncio
from decimal import Decimal

from support.limited_desk import LimitedDesk, limit
from tidegate.core.desk import Desk
from tidegate.core.messages import reports
from tidegate.core.messages.events import LimitWarned
from tidegate.core.records import DeskSnapshot, JournalEntry
from tidegate.core.vocabulary import LimitKind
from tidegate.storage import chain, engines, migrate
from tidegate.storage.open import open_storage
from tidegate.storage.urls import parse


def warned() -> LimitedDesk:
    """A desk whose people were told of two levels, one after the other."""
    desk = LimitedDesk()
    desk.set_limits(limit(LimitKind.OPEN_ORDERS, "4", warn_at=(Decimal("0.5"), Decimal("0.75"))))
    for expected in ([], ["0.5"], ["0.75"]):
        desk.place(desk.spot(quantity="0.1"))
        assert levels(desk) == [Decimal(level) for level in expected]
    return desk


def levels(desk: LimitedDesk) -> list[Decimal]:
    """What a tick warns of."""
    desk.wait(1)
    events = desk.put(reports.ClockTicked(at=desk.now)).events
    return [event.level for event in events if isinstance(event, LimitWarned)]


async def load(url: str) -> DeskSnapshot:
    storage = open_storage(url)
    loaded = await storage.journal.load()
    await storage.close()
    return loaded


async def test_what_people_were_told_is_known_after_a_restart(database_url: str) -> None:
    desk = warned()
    storage = open_storage(database_url)
    epoch = (await storage.journal.load()).epoch
    for batch in desk.batches:
        batch.epoch = epoch
        await storage.journal.commit(batch)
    await storage.close()
    before = dict(desk.desk.risk.warned)
    desk.desk = Desk.restore(await load(database_url), desk.desk.policy)
    assert desk.desk.risk.warned == before == {("open_orders", "desk"): Decimal("0.75")}
    assert levels(desk) == []


def test_an_older_desk_learns_it_from_its_journal(empty_database_url: str) -> None:
    desk = warned()
    engine = engines.create(parse(empty_database_url))
    with engine.execution_options(writes=True).begin() as connection:
        migrate.run_migrations(connection, "0003")
        told = [event for event in desk.journal if isinstance(event, LimitWarned)]
        entries = [JournalEntry(sequence=number, at=event.at, event=event) for number, event in enumerate(told, 1)]
        names = ("sequence", "epoch", "at", "type", "payload", "previous_hash", "hash")
        rows, _ = chain.journal_rows(entries, epoch=1, previous_hash=chain.GENESIS_HASH)
        for row in rows:
            values = ", ".join("'" + str(value).replace("%", "%%") + "'" for value in row)
            connection.exec_driver_sql(f"INSERT INTO journal ({', '.join(names)}) VALUES ({values})")  # noqa: S608 (made up here)
    engine.dispose()
    migrate.upgrade(empty_database_url)
    [row] = asyncio.run(load(empty_database_url)).limit_warnings
    assert (row.limit_id, row.scope_key, row.level, row.warned_at) == (
        "open_orders",
        "desk",
        told[-1].level,
        told[-1].at,
    )
