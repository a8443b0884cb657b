"""Trades come back from where they are packed as they were told."""

from decimal import Decimal

import msgspec

from venuesim.exchange.events import PublicTrade
from venuesim.exchange.packed import BLOCK_SIZE
from venuesim.exchange.recent_trades import recent_trades
from venuesim_instruments import BTC_USDT

D = Decimal
COARSER = msgspec.structs.replace(BTC_USDT, tick_size=D("0.1"))
KEPT = 4 * BLOCK_SIZE


def trade(number: int) -> PublicTrade:
    return PublicTrade(
        trade_id=number,
        instrument=COARSER if number > KEPT else BTC_USDT,  # The rules change in the middle of a block.
        price=D("65000.50") + number,
        quantity=D(number).scaleb(-12),
        buyer_is_maker=number % 3 == 0,
        time_ms=1_750_000_000_000 + number,
    )


def test_the_newest_trades_are_kept_exactly() -> None:
    trades = recent_trades(PublicTrade, tuple[int, Decimal, Decimal, bool, int], kept=KEPT)
    told = [trade(number) for number in range(1, 2 * KEPT - BLOCK_SIZE // 2)]
    for each in told:
        trades.append(each)
    kept = list(trades)
    assert kept == told[-KEPT:]
    assert [str(each.quantity) for each in kept] == [str(each.quantity) for each in told[-KEPT:]]
    assert all(found.instrument is each.instrument for found, each in zip(kept, told[-KEPT:], strict=True))
