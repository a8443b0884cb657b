"""One input, the whole way: all that follows from it, in one go and in order."""

import pytest

from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core import stepping
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages import reports
from tidegate.core.messages.effects import SendOrder, WatchPrices
from tidegate.core.messages.events import Event, ExecutionBooked, OrderCreated, PriceMoved
from tidegate.core.messages.reports import ReviewOrder
from tidegate.core.stepping import carry_out
from tidegate.core.vocabulary import Exchange


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def test_what_reviews_lead_to_belongs_to_the_input_that_asked_for_them(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    decision = desk.trade(entry, "1")
    assert isinstance(decision.events[0], ExecutionBooked)
    assert sum(isinstance(event, OrderCreated) for event in decision.events) == 2
    assert sum(isinstance(effect, SendOrder) for effect in decision.effects) == 1


def test_each_event_is_heard_once_right_after_it_was_applied(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    heard: list[Event] = []
    seen_sequences: list[int] = []

    def listen(event: Event) -> None:
        heard.append(event)
        seen_sequences.append(desk.desk.sequence)

    before = desk.desk.sequence
    price = reports.PriceReported(at=desk.now, exchange=entry.exchange, symbol=entry.symbol, last=entry.price)  # type: ignore[arg-type]
    decision = carry_out(desk.desk, price, listen)
    assert [type(event) for event in heard] == [PriceMoved]
    assert heard == decision.events
    assert seen_sequences == [before], "prices are not journaled"


def test_the_markets_to_watch_are_told_when_they_change(desk: ProtectedDesk) -> None:
    def watched() -> list[WatchPrices]:
        effects = [effect for decision in desk.decisions for effect in decision.effects]
        return [effect for effect in effects if isinstance(effect, WatchPrices)]

    entry = desk.entry("1", exchange=Exchange.OKX)
    assert watched() == [WatchPrices(exchange=Exchange.OKX, symbols=frozenset({"BTC/USDT"}))]
    desk.trade(entry, "1")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(stop, "1", "45000")
    desk.entry("1", exchange=Exchange.OKX)
    assert len(watched()) == 1, "it is watched already"


def test_reviews_that_never_come_to_rest_are_a_fault_of_ours(
    desk: ProtectedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = desk.entry("1")

    def without_end(_: Desk, __: list[Event]) -> list[ReviewOrder]:
        return [ReviewOrder(at=desk.now, order_id=entry.order_id)]

    monkeypatch.setattr(stepping, "reviews_after", without_end)
    monkeypatch.setattr(stepping, "decide", lambda _, __: Decision())
    with pytest.raises(AssertionError, match="never comes to rest"):
        desk.price("50000")
