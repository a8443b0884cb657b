"""OKX's price stream: how it ends."""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest

from support.markets import spot_of
from tidegate.core.vocabulary import Exchange
from tidegate.venues.okx.price_limits import PriceLimits
from tidegate.venues.okx.price_stream import PriceStream
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.transport import Taps


class _Refused:
    """An exchange whose connection ends while it is being opened."""

    def __init__(self) -> None:
        self.taps = Taps()

    def get_url(self, *_: str) -> str:
        return "ws://127.0.0.1/"

    async def watch(self, *_: Any) -> None:
        self.taps.on_connection_ended(SimpleNamespace(url=self.get_url()), "503")
        raise ConnectionError("503")

    async def close_ws_clients(self) -> None:
        """Nothing is open."""


async def test_a_stream_that_cannot_be_opened_says_so_once() -> None:
    unheard: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unheard.append(context))
    symbols = SymbolMap(Exchange.OKX)
    symbols.learn([spot_of(Exchange.OKX)])
    stream = PriceStream(_Refused(), symbols, lambda _symbol, _price: None, PriceLimits())
    with pytest.raises(ConnectionError):
        await stream.run(frozenset({"BTC/USDT"}))
    del stream
    gc.collect()
    assert unheard == []
