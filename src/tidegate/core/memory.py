"""What memory keeps of what storage knows for ever: the newest."""

from typing import TypeVar

REMEMBERED_MAX = 10_000  # Far more than one batch of inputs can speak of.
KeyT = TypeVar("KeyT")


def remember(memory: dict[KeyT, None], key: KeyT) -> None:
    """Keep a key among the newest; the oldest goes."""
    memory[key] = None
    if len(memory) > REMEMBERED_MAX:
        del memory[next(iter(memory))]
