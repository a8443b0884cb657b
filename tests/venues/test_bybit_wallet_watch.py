"""What the wallet topic says that no trade explains."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.values import VenueBalance
from tidegate.venues.bybit import wallet_watch
from tidegate.venues.bybit.wallet_watch import WalletWatch
from tidegate.venues.values import MalformedError

NEAR = 0.02


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallet_watch, "NEAR_SECONDS", NEAR)


@pytest.fixture
def moved() -> list[bool]:
    return []


@pytest.fixture
def watch(moved: list[bool]) -> WalletWatch:
    """A watch that knows of 100 USDT."""
    made = WalletWatch(lambda: moved.append(True))
    made.learn([VenueBalance(asset="USDT", free=Decimal(90), locked=Decimal(10))])
    return made


def wallet(**balances: str) -> Any:
    """A row of the wallet topic."""
    return {"coin": [{"coin": coin, "walletBalance": balance} for coin, balance in balances.items()]}


async def judged() -> None:
    """Until the watch has made up its mind."""
    await asyncio.sleep(NEAR * 3)


@pytest.mark.parametrize("row", [wallet(USDT="150"), wallet(USDT="100", BTC="1")])
async def test_a_balance_that_moves_by_itself_is_noticed_once(watch: WalletWatch, moved: list[bool], row: Any) -> None:
    watch.hear(row)
    watch.hear(row)
    await judged()
    assert moved == [True]


async def test_a_balance_that_is_told_again_has_not_moved(watch: WalletWatch, moved: list[bool]) -> None:
    watch.hear(wallet(USDT="100"))
    watch.hear(wallet(BTC="0"))
    await judged()
    assert moved == []


@pytest.mark.parametrize("trade_comes_first", [True, False])
async def test_a_trade_explains_what_moves_with_it(
    watch: WalletWatch, moved: list[bool], trade_comes_first: bool
) -> None:
    if trade_comes_first:
        watch.traded()
    watch.hear(wallet(USDT="50", BTC="1"))
    if not trade_comes_first:
        watch.traded()
    await judged()
    assert moved == []


async def test_a_trade_of_long_ago_explains_nothing(watch: WalletWatch, moved: list[bool]) -> None:
    watch.traded()
    await judged()
    watch.hear(wallet(USDT="50"))
    await judged()
    assert moved == [True]


def test_a_coin_without_a_name_is_a_fault(watch: WalletWatch) -> None:
    with pytest.raises(MalformedError):
        watch.hear({"coin": [{"walletBalance": "1"}]})
