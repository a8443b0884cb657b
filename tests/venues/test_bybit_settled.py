"""What Bybit's transaction log adds to listed executions of contracts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from venue_bybit_rows import account, execution, listing
from venue_unit_helpers import NOW

SPOT, CONTRACT = "BTC/USDT", "BTC/USDT:USDT"
TIME_MS = 1_772_366_400_000


def trade(number: int, closed: str, **changes: Any) -> dict[str, Any]:
    """A row of a contract's execution."""
    row = {"category": "linear", "execId": str(number), "closedSize": closed, "execTime": str(TIME_MS + number)}
    return execution(**row | changes)


def logged(number: int, cash_flow: str) -> dict[str, str]:
    """A row of the transaction log."""
    return {"tradeId": str(number), "type": "TRADE", "cashFlow": cash_flow, "fee": "0.5", "change": "7"}


async def settled(*answers: Any, symbol: str = CONTRACT) -> tuple[dict[str, Decimal | None], Any]:
    """What each listed execution settled, and the client that was asked."""
    venue, client = account(*answers)
    found = await venue.executions_since(symbol, NOW - timedelta(days=1))
    return {told.trade_id: told.realized_pnl for told in found}, client


async def test_what_closes_settles_what_the_log_says_and_what_opens_settles_nothing() -> None:
    log = listing(logged(3, "-12.5"), logged(2, "4"))
    found, client = await settled(listing(trade(3, "0.01"), trade(2, "0.004"), trade(1, "0")), log)
    assert found == {"1": 0, "2": 4, "3": Decimal("-12.5")}
    asked = client.asked[-1][2]
    assert (asked["category"], asked["startTime"], asked["endTime"]) == ("linear", TIME_MS + 2, TIME_MS + 2_003)


async def test_the_log_is_left_alone_where_nothing_closes() -> None:
    found, client = await settled(listing(trade(1, "0")))
    assert found == {"1": 0}
    assert [path for _, path, _ in client.asked] == ["v5/execution/list"]


async def test_what_the_log_does_not_have_yet_stays_without_a_figure() -> None:
    found, _ = await settled(listing(trade(2, "0.01"), trade(1, "0.01")), listing(logged(1, "3")))
    assert found == {"1": 3, "2": None}


async def test_a_row_whose_time_cannot_be_read_hides_no_other() -> None:
    found, _ = await settled(listing(trade(2, "0.01", execTime="?"), trade(1, "0.01")), listing(logged(1, "3")))
    assert found == {"1": 3}


async def test_a_pairs_executions_settle_nothing() -> None:
    found, client = await settled(listing(execution()), symbol=SPOT)
    assert set(found.values()) == {None}
    assert len(client.asked) == 1
