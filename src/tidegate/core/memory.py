"""What memory keeps of what storage knows for ever: the newest."""

from typing import TypeVar

REMEMBERED_MAX = 10_000  # Far more than one batch of inputs can speak of.
KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


def remember(memory: dict[KeyT, None], key: KeyT) -> None:
    """Keep a key among the newest; the oldest goes."""
    keep(memory, key, None)


def keep(memory: dict[KeyT, ValueT], key: KeyT, value: ValueT) -> None:
    """Keep what belongs to a key among the newest; the oldest goes."""
    memory[key] = value
    if len(memory) > REMEMBERED_MAX:
        del memory[next(iter(memory))]
