"""A queue of many small things of which mostly the newest are looked at: those between its ends lie packed."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Block = TypeVar("Block")

BLOCK_SIZE = 50


class PackedDeque(Generic[Item, Block]):
    """Like a `deque`, but what has been appended is packed by fifties, and unpacked when somebody reads so far.

    `pack` makes a block of some items and `unpack` makes the items of a block again. With `maxlen` the oldest items
    are forgotten, one by one.
    """

    def __init__(
        self,
        pack: Callable[[Sequence[Item]], Block],
        unpack: Callable[[Block], Sequence[Item]],
        *,
        maxlen: int | None = None,
        block_size: int = BLOCK_SIZE,
    ) -> None:
        self.maxlen = maxlen
        self._pack = pack
        self._unpack = unpack
        self._block_size = block_size
        self._oldest: deque[Item] = deque()
        self._blocks: deque[Block] = deque()
        self._newest: list[Item] = []

    def append(self, item: Item) -> None:
        """Add an item at the end; the newest one is never packed, and may still change."""
        if len(self._newest) == self._block_size:
            self._blocks.append(self._pack(self._newest))
            self._newest = []
        self._newest.append(item)
        if self.maxlen is not None and len(self) > self.maxlen:
            self.popleft()

    def popleft(self) -> Item:
        """Take the oldest item out; raises IndexError when there is none."""
        self._unpack_oldest()
        return self._oldest.popleft() if self._oldest else self._newest.pop(0)

    def first(self) -> Item:
        """Return the oldest item; raises IndexError when there is none."""
        self._unpack_oldest()
        return self._oldest[0] if self._oldest else self._newest[0]

    def last(self) -> Item:
        """Return the newest item; raises IndexError when there is none."""
        return self._newest[-1]

    def __len__(self) -> int:
        return len(self._oldest) + len(self._blocks) * self._block_size + len(self._newest)

    def __iter__(self) -> Iterator[Item]:
        """Yield the items, the oldest first."""
        yield from self._oldest
        for block in self._blocks:
            yield from self._unpack(block)
        yield from self._newest

    def __reversed__(self) -> Iterator[Item]:
        """Yield the items, the newest first."""
        yield from reversed(self._newest)
        for block in reversed(self._blocks):
            yield from reversed(self._unpack(block))
        yield from reversed(self._oldest)

    def last_items(self, number: int) -> list[Item]:
        """Return up to so many of the newest items, the oldest of them first."""
        return list(islice(reversed(self), number))[::-1]

    def _unpack_oldest(self) -> None:
        if not self._oldest and self._blocks:
            self._oldest.extend(self._unpack(self._blocks.popleft()))
