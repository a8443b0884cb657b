"""What candles are kept in: sums that still grow, and for each length the finished candles, packed."""

import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from venuesim.exchange.candle import Candle
from venuesim.exchange.packed import PackedDeque

ZERO = Decimal(0)


class Sum:
    """A candle that trades or shorter candles are still being added to."""

    __slots__ = (
        "close", "high", "low", "open", "open_ms", "quote_volume", "taker_buy_quote_volume", "taker_buy_volume",
        "trade_count", "volume",
    )  # fmt: skip

    def __init__(self, open_ms: int, price: Decimal) -> None:
        self.open_ms = open_ms
        self.open = self.high = self.low = self.close = price
        self.volume = self.quote_volume = self.taker_buy_volume = self.taker_buy_quote_volume = ZERO
        self.trade_count = 0

    def count(self, price: Decimal, quantity: Decimal, *, buyer_is_maker: bool) -> None:
        """Add a trade."""
        notional = price * quantity
        self.close = price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.volume += quantity
        self.quote_volume += notional
        self.trade_count += 1
        if not buyer_is_maker:
            self.taker_buy_volume += quantity
            self.taker_buy_quote_volume += notional

    def merge(self, candle: Candle) -> None:
        """Add a shorter candle that follows."""
        self.high = max(self.high, candle.high)
        self.low = min(self.low, candle.low)
        self.close = candle.close
        self.volume += candle.volume
        self.quote_volume += candle.quote_volume
        self.trade_count += candle.trade_count
        self.taker_buy_volume += candle.taker_buy_volume
        self.taker_buy_quote_volume += candle.taker_buy_quote_volume

    def candle(self) -> Candle:
        """Return what it has come to."""
        return Candle(
            open_ms=self.open_ms,
            open=self.open,
            high=self.high,
            low=self.low,
            close=self.close,
            volume=self.volume,
            quote_volume=self.quote_volume,
            trade_count=self.trade_count,
            taker_buy_volume=self.taker_buy_volume,
            taker_buy_quote_volume=self.taker_buy_quote_volume,
        )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Candle).decode
_decode_block = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


class Tier:
    """Candles of one length, of the times that had trades; finished ones are kept encoded and packed.

    As objects they would take thirty times the memory.
    """

    def __init__(self, length_ms: int, retention_ms: int, start_price: Decimal) -> None:
        self.length_ms = length_ms
        self.running: Sum | None = None
        self.dropped_until_ms: int | None = None
        self.dropped_close = start_price
        self._retention_ms = retention_ms
        self._finished: PackedDeque[bytes, bytes] = PackedDeque(_pack, _unpack)

    def finish(self) -> Candle | None:
        """Close the running candle and return it."""
        if self.running is None:
            return None
        candle = self.running.candle()
        self.running = None
        self._finished.append(_encode(candle))
        self._drop_before(candle.open_ms - self._retention_ms)
        return candle

    def add(self, candle: Candle) -> Candle | None:
        """Take a shorter candle in; return the one that it finished, if it begins another."""
        finished = None
        if self.running is not None and candle.open_ms >= self.running.open_ms + self.length_ms:
            finished = self.finish()
        if self.running is None:
            self.running = Sum(candle.open_ms - candle.open_ms % self.length_ms, candle.open)
        self.running.merge(candle)
        return finished

    def newest_first(self) -> Iterator[Candle]:
        """Yield the finished candles, the newest first."""
        return map(_decode, reversed(self._finished))

    def _drop_before(self, time_ms: int) -> None:
        while (oldest := _decode(self._finished.first())).open_ms < time_ms:
            self._finished.popleft()
            self.dropped_until_ms = oldest.open_ms + self.length_ms
            self.dropped_close = oldest.close


def _pack(candles: Sequence[bytes]) -> bytes:
    return zlib.compress(_encode([msgspec.Raw(candle) for candle in candles]))


def _unpack(block: bytes) -> list[bytes]:
    return [bytes(candle) for candle in _decode_block(zlib.decompress(block))]
