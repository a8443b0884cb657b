"""The newest trades of one market, packed: as objects they would take twenty times the memory."""

import zlib
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

import msgspec

from venuesim.exchange.instruments import Instrument
from venuesim.exchange.packed import PackedDeque

Trade = TypeVar("Trade", bound=msgspec.Struct)

Block = list[tuple[Instrument, bytes]]
"""Trades by the rules that their instrument had; nearly always those are the same for all."""

INSTRUMENT = "instrument"

_encode = msgspec.msgpack.Encoder().encode


def recent_trades(kind: type[Trade], row: type[tuple[object, ...]], *, kept: int) -> PackedDeque[Trade, Block]:
    """Return a list of trades of a kind that forgets all but the newest `kept`.

    `row` is the type of a tuple of the kind's fields, in their order and without the instrument.
    """
    fields = tuple(name for name in kind.__struct_fields__ if name != INSTRUMENT)
    instrument_of, row_of = attrgetter(INSTRUMENT), attrgetter(*fields)
    decode = _decoder(row).decode

    def pack(trades: Sequence[Trade]) -> Block:
        return [
            (instrument, zlib.compress(_encode([row_of(trade) for trade in part])))
            for instrument, part in groupby(trades, key=instrument_of)
        ]

    def unpack(block: Block) -> list[Trade]:
        return [
            kind(instrument=instrument, **dict(zip(fields, values, strict=True)))
            for instrument, data in block
            for values in decode(zlib.decompress(data))
        ]

    return PackedDeque(pack, unpack, maxlen=kept)


@cache
def _decoder(row: type[tuple[object, ...]]) -> msgspec.msgpack.Decoder[list[tuple[object, ...]]]:
    return msgspec.msgpack.Decoder(list[row])  # type: ignore[valid-type]  # A type that only msgspec reads.
