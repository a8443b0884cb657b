"""What a call or an event is about: whose key, which symbols, which client order ids."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from venuesim.exchange.vocabulary import MarketKind

DEPTH_MAX = 8
"""How deep requests are read: deeper than any venue nests an order."""


class Subject(NamedTuple):
    """What faults are matched with. `symbols` are as somebody spelt them; `kind` tells apart what is spelt alike."""

    api_key: str = ""
    symbols: frozenset[str] = frozenset()
    client_order_ids: frozenset[str] = frozenset()
    kind: MarketKind | None = None

    def fits(self, *, symbol: str | None, client_order_id: str | None, api_key: str | None) -> bool:
        """Whether each pattern that is given fits."""
        return (
            (api_key is None or fnmatchcase(self.api_key, api_key))
            and (symbol is None or self._trades(symbol))
            and (client_order_id is None or any(fnmatchcase(name, client_order_id) for name in self.client_order_ids))
        )

    def _trades(self, symbol: str) -> bool:
        if "/" in symbol and self.kind not in {None, MarketKind.LINEAR if ":" in symbol else MarketKind.SPOT}:
            return False
        return not self.symbols.isdisjoint(spellings(symbol))


NOBODY = Subject()


class Naming(NamedTuple):
    """How a venue's requests name things: the key's header, the fields of symbols and of client order ids.

    `kind_of` tells from the path and one object of the request whether a spot pair or a contract is meant.
    """

    api_key_header: str
    symbol_fields: frozenset[str]
    client_order_id_fields: frozenset[str]
    kind_of: Callable[[str, Mapping[str, object]], MarketKind | None] = lambda _, __: None

    def of_request(self, path: str, query: str, body: bytes, headers: Mapping[str, str]) -> Subject:
        """Read a REST request: its query, and a body that is a form or JSON."""
        objects: list[object] = [dict(parse_qsl(query)), _body(body)]
        return self.of_values(headers.get(self.api_key_header, ""), objects, path)

    def of_values(self, api_key: str, objects: Sequence[object], path: str) -> Subject:
        """Read the objects of a request, whatever transport brought them."""
        symbols: set[str] = set()
        names: set[str] = set()
        kinds: set[MarketKind | None] = set()
        for fields in _objects(list(objects)):
            for field, value in fields.items():
                if field in self.symbol_fields and isinstance(value, str):
                    symbols.add(value)
                elif field in self.client_order_id_fields and isinstance(value, str):
                    names.add(value)
            kinds.add(self.kind_of(path, fields))
        kinds.discard(None)
        kind = kinds.pop() if len(kinds) == 1 else None
        return Subject(api_key, frozenset(symbols), frozenset(names), kind)


def spellings(symbol: str) -> frozenset[str]:
    """Return how venues write a unified symbol: BTC/USDT:USDT is BTCUSDT to some and BTC-USDT-SWAP to another."""
    pair, colon, _ = symbol.partition(":")
    dashed = pair.replace("/", "-") + ("-SWAP" if colon else "")
    return frozenset({symbol, pair.replace("/", ""), dashed}) if "/" in symbol else frozenset({symbol})


def _body(body: bytes) -> object:
    if not body:
        return {}
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return dict(parse_qsl(body.decode(errors="replace")))


def _objects(value: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    """Yield every object within a value; a list may be written as text (Binance's batches)."""
    if depth > DEPTH_MAX:
        return
    if isinstance(value, str) and value[:1] == "[":
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner, depth + 1)
