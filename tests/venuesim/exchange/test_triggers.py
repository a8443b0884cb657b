"""Triggers: which price wakes whom, and when."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.triggers import Trailing, Trigger, TriggerRoom, Watch
from venuesim.exchange.vocabulary import Direction, PriceKind

D = Decimal


def watch(number: int, price: str, direction: str, kind: str = "last", trailing: Trailing | None = None) -> Watch:
    trigger = Trigger(price_kind=PriceKind(kind), direction=Direction(direction), price=D(price), trailing=trailing)
    return Watch(number=number, trigger=trigger, fire=lambda _: None)


def woken(room: TriggerRoom, *prices: str, kind: str = "last") -> list[int]:
    return [entry.number for entry, _ in room.due(PriceKind(kind), [D(price) for price in prices])]


def test_a_rising_trigger_fires_at_its_price_and_above_a_falling_one_at_it_and_below() -> None:
    room = TriggerRoom()
    for entry in (watch(1, "105", "rising"), watch(2, "95", "falling")):
        room.add(entry)
    assert woken(room, "104.9", "95.1") == []
    assert woken(room, "105", "95") == [1, 2]
    assert len(room) == 0


def test_the_nearest_trigger_fires_first_and_of_equals_the_oldest() -> None:
    room = TriggerRoom()
    for entry in (watch(1, "110", "rising"), watch(2, "105", "rising"), watch(3, "105", "rising")):
        room.add(entry)
    assert woken(room, "120") == [2, 3, 1]


def test_a_trigger_looks_at_its_own_kind_of_price_only() -> None:
    room = TriggerRoom()
    room.add(watch(1, "105", "rising", kind="mark"))
    assert woken(room, "200") == []
    assert woken(room, "105", kind="mark") == [1]


def test_what_was_removed_never_fires() -> None:
    room = TriggerRoom()
    entry, follower = watch(1, "105", "rising"), watch(2, "0", "falling", trailing=Trailing(rate=D("0.01")))
    room.add(entry)
    room.add(follower)
    room.remove(entry)
    room.remove(follower)
    assert woken(room, "200", "1") == []
    assert len(room) == 0


def test_a_trailing_sell_follows_the_high_and_fires_when_the_price_falls_back_by_its_rate() -> None:
    room = TriggerRoom()
    entry = watch(1, "0", "falling", trailing=Trailing(rate=D("0.01")))
    room.add(entry)
    assert woken(room, "100", "110", "109") == []
    assert entry.trigger.price == D("108.90")
    assert woken(room, "108.9") == [1]


def test_a_trailing_buy_follows_the_low_and_fires_when_the_price_rises_by_its_distance() -> None:
    room = TriggerRoom()
    room.add(watch(1, "0", "rising", trailing=Trailing(distance=D(5))))
    assert woken(room, "100", "90", "94.9") == []
    assert woken(room, "95") == [1]


@pytest.mark.parametrize(("direction", "before", "at"), [("rising", "104", "105"), ("falling", "106", "105")])
def test_a_trailing_trigger_sleeps_until_its_activation_price(direction: str, before: str, at: str) -> None:
    trailing = Trailing(rate=D("0.1"), activation_price=D(105), activation_direction=Direction(direction))
    room = TriggerRoom()
    room.add(watch(1, "0", "falling", trailing=trailing))
    assert woken(room, before) == []
    assert not trailing.is_active
    assert woken(room, at) == []
    assert trailing.is_active


@given(
    st.lists(st.tuples(st.integers(80, 120), st.sampled_from(list(Direction))), max_size=20),
    st.lists(st.integers(70, 130), max_size=20),
)
def test_every_trigger_fires_once_and_exactly_when_a_price_first_meets_it(triggers: list, prices: list[int]) -> None:
    room = TriggerRoom()
    for number, (price, direction) in enumerate(triggers):
        room.add(watch(number, str(price), direction.value))
    fired = {entry.number: price for entry, price in room.due(PriceKind.LAST, [D(price) for price in prices])}
    for number, (price, direction) in enumerate(triggers):
        meets = [seen for seen in prices if (seen >= price if direction is Direction.RISING else seen <= price)]
        assert fired.get(number) == (D(meets[0]) if meets else None)
    assert len(room) == len(triggers) - len(fired)
