"""What people should hear of at once is in the log."""

from datetime import UTC, datetime
from decimal import Decimal

from structlog.testing import capture_logs

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.events import BreakFound, JournaledEvent, LimitWarned, TradingStateSet
from tidegate.core.messages.risk_values import Scope
from tidegate.core.records import Batch, JournalEntry
from tidegate.core.vocabulary import LimitKind, TradingState
from tidegate.runtime.alarms import tell

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE = Scope(user_id=UserId("alice"))


def told(event: JournaledEvent) -> list[tuple[str, str]]:
    """The levels and sentences that an event puts into the log."""
    with capture_logs() as lines:
        tell(Batch(epoch=1, journal=[JournalEntry(sequence=1, at=NOW, event=event)]))
    return [(line["log_level"], line["event"]) for line in lines]


def warned(level: str) -> LimitWarned:
    """A limit at a level."""
    return LimitWarned(
        at=NOW,
        limit_id="loss",
        kind=LimitKind.DAILY_LOSS,
        version=1,
        scope=ALICE,
        level=Decimal(level),
        limit=Decimal(100),
        actual=Decimal(81),
    )


def test_a_limit_that_fills_up_is_a_warning_and_one_that_empties_is_none() -> None:
    assert told(warned("0.8")) == [("warning", "a limit fills up")]
    assert told(warned("0")) == [("info", "a limit is below its warnings again")]


def test_what_stops_trading_is_a_warning() -> None:
    stopped = TradingStateSet(at=NOW, scope=ALICE, state=TradingState.HALTED, by="loss", automatic=True)
    assert told(stopped) == [("warning", "a trading state was set")]


def test_a_difference_from_a_venue_is_a_warning() -> None:
    found = BreakFound(at=NOW, account_id=AccountId("main"), kind="balance", subject="BTC", message="1 BTC less")
    assert told(found) == [("warning", "the venue's books and the desk's differ")]
