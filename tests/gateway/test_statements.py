"""Statements as files: the same rows as CSV and as Parquet, and the sum that must come out."""

import csv
import io
import sys
from decimal import Decimal

import msgspec
import pyarrow.parquet
import pytest
from litestar.exceptions import LitestarException

from gateway.scripted_accounting import AT, ScriptedAccounting
from tidegate.core import identifiers as ids
from tidegate.core.portfolio.figures import Balance, StatementFrame, StatementLine
from tidegate.core.vocabulary import Wallet
from tidegate.gateway import statements
from tidegate.gateway.statement_files import COLUMNS

BEFORE = Balance(
    account_id=ids.AccountId("main"),
    user_id=ids.UserId("alice"),
    asset="USDT",
    wallet=Wallet.MAIN,
    quantity=Decimal("100.50"),
)
TINY = Decimal("0.000000000000000000001")  # More places than a decimal128 of 18 would keep.


def line(sequence: int, amount: Decimal, kind: str = "trade") -> StatementLine:
    return StatementLine(
        sequence=sequence,
        line=1,
        timestamp=AT,
        account_id=BEFORE.account_id,
        user_id=BEFORE.user_id,
        asset="USDT",
        wallet=Wallet.MAIN,
        kind=kind,
        amount=amount,
        order_id=ids.OrderId("01J"),
        execution_id=ids.ExecutionId('an "id", with a comma'),
        symbol="BTC/USDT",
        side="buy",
        quantity=Decimal("0.10"),
        price=Decimal(50_000),
    )


@pytest.fixture(autouse=True)
def _traded(accounting: ScriptedAccounting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three lines, of which a page takes two."""
    monkeypatch.setattr(statements, "_LINES_PER_PAGE", 2)
    accounting.lines = [line(5, Decimal("-10.25")), line(6, TINY), line(7, Decimal("-0.25"), "fee")]
    accounting.frame = StatementFrame(
        opening=(BEFORE,),
        closing=(msgspec.structs.replace(BEFORE, quantity=Decimal(90) + TINY),),
        fees={"USDT": Decimal("0.25")},
        realized_pnl={"USDT": Decimal("3.0")},
        bound=7,
    )


async def test_a_statement_leads_from_the_opening_to_the_closing_balances(alice) -> None:
    answer = await alice.get("/portfolio/statement", since="2026-03-01T00:00:00Z", until="2026-03-02T00:00:00Z")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="statement.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["row"] for row in rows] == ["opening", "line", "line", "line", "fees", "realized_pnl", "closing"]
    opening, first, second, third, fees, realized, closing = rows
    assert (opening["balance"], opening["timestamp"]) == ("100.5", "2026-03-01T00:00:00.000000Z")
    assert [row["balance"] for row in (first, second)] == ["90.25", "90.250000000000000000001"]
    assert third["balance"] == closing["balance"] == "90.000000000000000000001"
    assert (first["execution_id"], first["quantity"], first["symbol"]) == ('an "id", with a comma', "0.1", "BTC/USDT")
    assert (fees["amount"], realized["amount"], closing["timestamp"]) == ("0.25", "3", "2026-03-02T00:00:00.000000Z")


async def test_parquet_holds_the_same_rows_to_the_last_digit(alice) -> None:
    text = (await alice.get("/portfolio/statement", until="2026-03-02T00:00:00Z")).text
    answer = await alice.get("/portfolio/statement", format="parquet", until="2026-03-02T00:00:00Z")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    rows = pyarrow.parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    for row, expected in zip(rows, csv.DictReader(io.StringIO(text, newline="")), strict=True):
        moment = row.pop("timestamp")
        assert ("" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) == expected.pop("timestamp")
        assert {name: "" if value is None else str(value) for name, value in row.items()} == expected
    assert rows[1]["sequence"] == 5


async def test_a_desk_without_pyarrow_says_so(alice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    answer = await alice.get("/portfolio/statement", format="parquet")
    assert (answer.status_code, answer.json()["code"]) == (501, "format_unavailable")


async def test_lines_that_do_not_lead_to_the_closing_balances_are_no_statement(
    alice, accounting: ScriptedAccounting
) -> None:
    accounting.lines.pop()
    with pytest.raises(LitestarException, match="after response started"):  # It breaks off: no whole file.
        await alice.get("/portfolio/statement")
