"""The audit: clean books pass, and every kind of tampering is found and named."""
# ruff: noqa: S608 (Tampering with our own test databases is the point.)

import pytest

from support import records as made
from tidegate.core.records import Batch
from tidegate.storage import engines
from tidegate.storage.open import open_storage
from tidegate.storage.urls import parse
from tidegate.storage.verify import AuditReport, Head, verify


@pytest.fixture
async def audited_url(database_url: str) -> str:
    """Three orders over two batches and two starts; the first order has a second history row."""
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    await storage.journal.commit(made.batch_of(snapshot, made.full_order(1), made.full_order(2)))
    snapshot = await storage.journal.load()
    order = made.full_order(1)
    order.history_sequence = 2
    batch = made.batch_of(snapshot, made.full_order(3))
    batch.orders[order.order_id] = order
    batch.history.append(made.history(1, history_id=4, sequence=2))
    await storage.journal.commit(batch)
    await storage.close()
    return database_url


def tamper(url: str, statement: str) -> AuditReport:
    engine = engines.create(parse(url))
    with engine.execution_options(writes=True).begin() as connection:
        changed = connection.exec_driver_sql(statement)
        assert changed.rowcount > 0, "the statement changed nothing"
    engine.dispose()
    return verify(url)


def test_untouched_books_are_clean(audited_url: str) -> None:
    report = verify(audited_url)
    assert report.is_clean
    assert report.findings == ()
    assert (report.journal_rows, report.history_rows) == (3, 4)
    assert (report.journal_head.number, report.history_head.number) == (3, 4)


def test_empty_books_are_clean(database_url: str) -> None:
    report = verify(database_url)
    assert report.is_clean
    assert report.journal_head == Head(number=0, hash="0" * 64)


async def test_the_audit_disturbs_no_running_desk(database_url: str) -> None:
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    assert verify(database_url).is_clean
    await storage.journal.commit(made.batch_of(snapshot, made.full_order(1)))
    assert verify(database_url).journal_rows == 1
    await storage.close()


CHANGES = {
    "journal": ["payload = '{}'", "type = 'OrderCreated'", "epoch = 9", "at = '2020-01-01T00:00:00.000000Z'"],
    "order_history": [
        "message = 'all was well'",
        "status = 'filled'",
        "execution_type = 'trade'",
        "error_code = NULL",
        "exchange_order_id = '1'",
        "detail = '{}'",
        "order_id = 'somebody else'",
        "timestamp = '2020-01-01T00:00:00.000000Z'",
    ],
}
NUMBER = {"journal": "sequence", "order_history": "history_id"}


@pytest.mark.parametrize(("table", "change"), [(table, change) for table in CHANGES for change in CHANGES[table]])
def test_a_changed_value_is_found_in_its_row(audited_url: str, table: str, change: str) -> None:
    report = tamper(audited_url, f"UPDATE {table} SET {change} WHERE {NUMBER[table]} = 2")
    assert not report.is_clean
    assert any((finding.table, finding.row) == (table, "2") for finding in report.findings)


@pytest.mark.parametrize("table", NUMBER)
def test_a_row_taken_out_of_the_middle_is_found(audited_url: str, table: str) -> None:
    report = tamper(audited_url, f"DELETE FROM {table} WHERE {NUMBER[table]} = 2")
    assert any(finding.row == "3" and "missing" in finding.message for finding in report.findings)


@pytest.mark.parametrize("table", NUMBER)
def test_a_row_rehashed_alone_is_found_by_the_next(audited_url: str, table: str) -> None:
    report = tamper(audited_url, f"UPDATE {table} SET hash = '{'ab' * 32}' WHERE {NUMBER[table]} = 1")
    assert [(finding.table, finding.row) for finding in report.findings] == [(table, "1"), (table, "2")]


def test_history_cut_off_at_the_end_is_found_by_its_order(audited_url: str) -> None:
    report = tamper(audited_url, "DELETE FROM order_history WHERE history_id = 4")
    [finding] = report.findings
    assert (finding.table, finding.row) == ("orders", made.order_id(1))


def test_a_journal_cut_off_at_the_end_is_found_by_an_earlier_head(audited_url: str) -> None:
    before = verify(audited_url)
    cut = tamper(audited_url, "DELETE FROM journal WHERE sequence = 3")
    assert cut.is_clean  # The chain alone cannot tell; the head that was kept can.
    report = verify(audited_url, journal_head=before.journal_head, history_head=before.history_head)
    assert [(finding.table, finding.row) for finding in report.findings] == [("journal", "3")]


async def test_an_earlier_head_is_still_found_after_the_books_grew(audited_url: str) -> None:
    before = verify(audited_url)
    storage = open_storage(audited_url)
    snapshot = await storage.journal.load()
    await storage.journal.commit(Batch(epoch=snapshot.epoch, journal=[made.journal_entry(4, 1)]))
    await storage.close()
    after = verify(audited_url, journal_head=before.journal_head, history_head=before.history_head)
    assert after.is_clean
    assert after.journal_head.number == 4


def test_an_older_epoch_after_a_newer_one_is_found(audited_url: str) -> None:
    report = tamper(audited_url, "UPDATE journal SET epoch = 0 WHERE sequence = 3")
    assert any("after epoch" in finding.message for finding in report.findings)


async def test_a_gap_in_an_orders_history_is_found(database_url: str) -> None:
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    batch = made.batch_of(snapshot, made.full_order(1))
    batch.history[0].sequence = 2
    await storage.journal.commit(batch)
    await storage.close()
    messages = [finding.message for finding in verify(database_url).findings]
    assert messages == ["has 1 rows numbered up to 2", "says its history has 1 rows, but it ends with 2"]


def test_only_the_first_hundred_findings_are_kept_but_all_are_counted(audited_url: str) -> None:
    rows = ", ".join(f"({number}, 1, '2026-01-01T00:00:00.000000Z', 'X', '', '', '')" for number in range(10, 160))
    report = tamper(audited_url, f"INSERT INTO journal VALUES {rows}")
    assert len(report.findings) == 100
    assert report.findings_count > 150
