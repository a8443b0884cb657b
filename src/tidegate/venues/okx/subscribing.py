"""Subscriptions to OKX's channels: many asked for in one message, each confirmed for itself."""

from collections.abc import Sequence
from itertools import count
from typing import Any

ARGS_PER_MESSAGE = 200  # A message may have 64 KB.
_NAMES = ("channel", "instType", "instId")

Arg = dict[str, str]


class Subscriptions:
    """Asks through one ccxt exchange, and waits for the confirmations that its owner hands on."""

    def __init__(self, exchange: Any) -> None:
        self._exchange = exchange
        self._numbers = count(1)
        self._awaited: dict[str, tuple[set[tuple[str | None, ...]], str]] = {}  # By URL: which, and ccxt's name.

    async def open(self, access: str, args: Sequence[Arg]) -> Any:
        """Connect (and log in, unless it is the public URL) and subscribe; returns ccxt's connection.

        Raises what ccxt makes of a refusal.
        """
        if access != "public":
            await self._exchange.authenticate({"access": access})
        url = self._exchange.get_url("", access)
        for start in range(0, len(args), ARGS_PER_MESSAGE):
            part = args[start : start + ARGS_PER_MESSAGE]
            name = f"subscribed {next(self._numbers)}"
            self._awaited[url] = ({_key(arg) for arg in part}, name)
            await self._exchange.watch(url, name, {"op": "subscribe", "args": part}, name)
        return self._exchange.client(url)

    def confirm(self, connection: Any, frame: Any) -> None:
        """A confirmation came."""
        missing, name = self._awaited.get(connection.url, (set(), ""))
        missing.discard(_key(frame.get("arg") or {}))
        if not missing and name:
            del self._awaited[connection.url]
            connection.resolve(frame, name)


def _key(arg: Arg) -> tuple[str | None, ...]:
    return tuple(arg.get(name) for name in _NAMES)
