"""Of what storage knows for ever, memory keeps the newest."""

from tidegate.core.memory import REMEMBERED_MAX, remember


def test_the_newest_stay_and_the_oldest_goes() -> None:
    memory: dict[int, None] = {}
    for number in range(REMEMBERED_MAX + 5):
        remember(memory, number)
    assert len(memory) == REMEMBERED_MAX
    assert min(memory) == 5
