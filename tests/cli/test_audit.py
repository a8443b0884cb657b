"""`tidegate audit`."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Tidegate = Callable[..., Result]


@pytest.fixture
def folder(sqlite_url: str) -> Path:
    """A data folder with an empty desk."""
    return Path(sqlite_url.removeprefix("sqlite:///")).parent


def test_clean_books_are_said_to_be_so_check_by_check(tidegate: Tidegate, folder: Path) -> None:
    result = tidegate("audit", "--data", str(folder))
    assert result.exit_code == 0, result.output
    assert "ledger: ok, 0 rows" in result.stdout
    assert f"journal chain: ok, 0 rows, head 0:{'0' * 64}" in result.stdout


def test_what_is_wrong_is_named_and_ends_with_one(tidegate: Tidegate, folder: Path) -> None:
    with sqlite3.connect(folder / "desk.db") as connection:
        connection.execute(
            "INSERT INTO ledger_entries VALUES (1, 1, 'a', 'venue', 'BTC', '2', 'x', '', 'main', '', '')"
        )
    connection.close()
    result = tidegate("audit", "--data", str(folder))
    assert result.exit_code == 1
    assert "  ledger_entries 1: its lines in BTC sum to 2, not to zero\nledger: 1 wrong, 1 rows" in result.stdout
    again = tidegate("audit", "--data", str(folder), "--json")
    assert again.stdout, repr(again.exception) + again.stderr
    document = json.loads(again.stdout)
    assert {(one["check"], one["row"]) for one in document["findings"]} == {("ledger", "1"), ("replay", "1|1")}
    assert document["findings_count"] == 2


def test_a_head_that_is_gone_is_missed(tidegate: Tidegate, folder: Path) -> None:
    result = tidegate("audit", "--data", str(folder), "--journal-head", f"7:{'ab' * 32}")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        1,
        "  journal 7: the row that an earlier audit ended with is gone or changed",
    )
    assert tidegate("audit", "--data", str(folder), "--history-head", "7").exit_code == 2


def test_a_database_that_is_none_is_said_in_one_line(tidegate: Tidegate) -> None:
    result = tidegate("audit", "--database", "mysql://x")
    assert (result.exit_code, result.stderr.count("\n")) == (78, 1)
