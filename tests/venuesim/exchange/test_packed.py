"""A queue that packs what lies between its ends behaves like one that does not."""

from collections import deque
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.packed import PackedDeque


def packed(maxlen: int | None = None) -> PackedDeque[int, str]:
    def pack(numbers: Sequence[int]) -> str:
        return ",".join(map(str, numbers))

    def unpack(block: str) -> list[int]:
        return [int(number) for number in block.split(",")]

    return PackedDeque(pack, unpack, maxlen=maxlen, block_size=3)


@given(st.one_of(st.none(), st.integers(1, 10)), st.lists(st.sampled_from(["append", "popleft", "first"]), max_size=60))
def test_it_holds_what_a_deque_would_hold(maxlen: int | None, actions: list[str]) -> None:
    queue, expected = packed(maxlen), deque[int](maxlen=maxlen)
    for number, action in enumerate(actions):
        if action == "append":
            queue.append(number)
            expected.append(number)
        elif expected and action == "popleft":
            assert queue.popleft() == expected.popleft()
        elif expected:
            assert (queue.first(), queue.last()) == (expected[0], expected[-1])
        assert len(queue) == len(expected)
        assert list(queue) == list(expected)
        assert list(reversed(queue)) == list(reversed(expected))
        assert queue.last_items(4) == list(expected)[-4:]


def test_an_empty_one_has_nothing_to_give() -> None:
    for take in (packed().popleft, packed().first, packed().last):
        with pytest.raises(IndexError):
            take()


def test_the_newest_item_may_still_change() -> None:
    queue: PackedDeque[list[int], tuple[int, ...]] = PackedDeque(
        lambda items: tuple(item[0] for item in items), lambda block: [[number] for number in block], block_size=2
    )
    for number in range(5):
        queue.append([number])
        queue.last()[0] += 10
    assert list(queue) == [[10], [11], [12], [13], [14]]
