"""A desk that is older than the count of what came in knows it from its journal once it is upgraded."""

import asyncio
from decimal import Decimal

from support.compared_desk import ComparedDesk
from support.desk_driver import BALANCES
from tidegate.core.records import DeskSnapshot, JournalEntry
from tidegate.core.vocabulary import CashFlowKind, Wallet
from tidegate.storage import chain, engines, migrate
from tidegate.storage.open import open_storage
from tidegate.storage.urls import parse


def lived() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    for number, kind in enumerate(CashFlowKind):
        desk.flow("12.5", flow_id=f"f{number}", kind=kind)
    desk.flow("-2", flow_id="bnb", kind=CashFlowKind.WITHDRAWAL, asset="BNB", wallet=Wallet.MAIN)
    desk.broken_balance(USDT="-100")
    [found] = [found for found in desk.open_breaks("balance") if found.subject == "USDT"]
    assert desk.resolve(found.break_id, accept=True) is None
    return desk


def test_it_is_what_the_desk_would_have_counted(empty_database_url: str) -> None:
    desk = lived()
    engine = engines.create(parse(empty_database_url))
    with engine.execution_options(writes=True).begin() as connection:
        migrate.run_migrations(connection, "0002")
        entries = [
            JournalEntry(sequence=number, at=event.at, event=event) for number, event in enumerate(desk.journal, 1)
        ]
        names = ("sequence", "epoch", "at", "type", "payload", "previous_hash", "hash")
        rows, _ = chain.journal_rows(entries, epoch=1, previous_hash=chain.GENESIS_HASH)
        for row in rows:
            values = ", ".join("'" + str(value).replace("'", "''").replace("%", "%%") + "'" for value in row)
            connection.exec_driver_sql(f"INSERT INTO journal ({', '.join(names)}) VALUES ({values})")  # noqa: S608 (made up here)
    engine.dispose()
    migrate.upgrade(empty_database_url)

    async def load() -> DeskSnapshot:
        storage = open_storage(empty_database_url)
        snapshot = await storage.journal.load()
        await storage.close()
        return snapshot

    kept = {(row.account_id, row.user_id): row for row in asyncio.run(load()).capital}
    assert kept == desk.desk.risk.capital
    [row] = kept.values()
    assert row.unpriced == {"BNB": BALANCES["BNB"] - 2}
    assert row.net_deposits == Decimal(1_000_000) + BALANCES["USDT"] + 500_000 + 3 * Decimal("12.5") - 100
