"""OKX: its listing and its prices."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import Exchange, InstrumentKind, RejectReason
from tidegate.venues.okx import market as okx_market
from tidegate.venues.okx.market import OkxMarket
from tidegate.venues.okx.price_limits import PriceLimits
from tidegate.venues.okx.price_stream import PriceStream
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ScriptedClient, perpetual, seat

PAIR = {
    "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT", "tickSz": "0.1", "lotSz": "0.00000001",
    "minSz": "0.00001", "maxLmtSz": "9999999999", "maxMktSz": "1000000", "state": "live",
}  # fmt: skip
SWAP = {
    "instId": "BTC-USDT-SWAP", "baseCcy": "", "quoteCcy": "", "uly": "BTC-USDT", "ctType": "linear", "ctVal": "0.01",
    "ctMult": "1", "ctValCcy": "BTC", "settleCcy": "USDT", "tickSz": "0.1", "lotSz": "0.01", "minSz": "0.01",
    "maxLmtSz": "100000000", "maxMktSz": "35000", "lever": "100", "state": "live",
}  # fmt: skip


def market(client: Any) -> OkxMarket:
    return OkxMarket(client, seat(Exchange.OKX, client).symbols)


async def test_pairs_and_linear_swaps_are_listed_in_base() -> None:
    announced = PAIR | {"instId": "NEW-USDT", "tickSz": ""}
    inverse = SWAP | {"instId": "BTC-USD-SWAP", "ctType": "inverse", "settleCcy": "BTC"}
    other = SWAP | {"instId": "BTC-EUR-SWAP", "uly": "BTC-EUR", "settleCcy": "EUR"}
    client = ScriptedClient({"data": [PAIR, announced]}, {"data": [SWAP, inverse, other]})
    pair, swap = await market(client).instruments()
    assert (pair.symbol, pair.quantity_min, pair.market_quantity_max) == ("BTC/USDT", Decimal("0.00001"), None)
    assert (pair.kind, pair.contract_size, pair.settle) == (InstrumentKind.SPOT, Decimal(1), None)
    assert (swap.symbol, swap.base, swap.quote, swap.settle) == ("BTC/USDT:USDT", "BTC", "USDT", "USDT")
    assert (swap.kind, swap.contract_size, swap.leverage_max) == (InstrumentKind.LINEAR, Decimal("0.01"), Decimal(100))
    assert (swap.quantity_step, swap.quantity_min) == (Decimal("0.0001"), Decimal("0.0001"))
    assert (swap.quantity_max, swap.market_quantity_max) == (Decimal(1_000_000), Decimal(350))


async def test_a_contracts_multiplier_counts() -> None:
    client = ScriptedClient({"data": []}, {"data": [SWAP | {"ctVal": "10", "ctMult": "100"}]})
    (swap,) = await market(client).instruments()
    assert (swap.contract_size, swap.quantity_step) == (Decimal(1_000), Decimal(10))


async def test_prices_come_by_our_symbols_with_the_mark_of_swaps() -> None:
    ticker = {"instId": "BTC-USDT", "last": "65000", "bidPx": "64999.9", "askPx": ""}
    unlisted, untraded = ticker | {"instId": "X-USDT"}, ticker | {"last": ""}
    swap = ticker | {"instId": "BTC-USDT-SWAP", "last": "65010"}
    marks = [{"instId": "BTC-USDT-SWAP", "markPx": "65005"}, {"instId": "X-USDT-SWAP", "markPx": ""}]
    client = ScriptedClient({"data": [ticker, unlisted, untraded]}, {"data": [swap]}, {"data": marks})
    asked = market(client)
    assert await asked.prices(InstrumentKind.SPOT) == {
        "BTC/USDT": Price(last=Decimal(65_000), bid=Decimal("64999.9")),
    }
    assert await asked.prices(InstrumentKind.LINEAR) == {
        "BTC/USDT:USDT": Price(last=Decimal(65_010), bid=Decimal("64999.9"), mark=Decimal(65_005)),
    }


def tier(family: str, contracts: str, leverage: str) -> dict[str, str]:
    """A row of public/position-tiers."""
    return {"instFamily": family, "maxSz": contracts, "maxLever": leverage, "uly": family, "mmr": "0.004"}


async def test_position_tiers_count_in_base() -> None:
    answer = {"data": [tier("BTC-USDT", "2000", "50"), tier("BTC-USDT", "1000", "100")]}
    client = ScriptedClient(answer)
    tiers = await market(client).leverage_tiers()
    assert tiers == {"BTC/USDT:USDT": ((Decimal(10), Decimal(100)), (Decimal(20), Decimal(50)))}
    where = {"instType": "SWAP", "tdMode": "cross", "instFamily": "BTC-USDT"}
    assert client.asked == [("GET", "public/position-tiers", where)]


async def test_a_swap_of_which_no_tiers_are_told_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(okx_market, "FAMILIES_PER_CALL", 1)
    refused = CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, "no such family")
    client = ScriptedClient(refused, {"data": [tier("ETH-USDT", "10", "100")]})
    symbols = seat(Exchange.OKX, client).symbols
    ether = msgspec.structs.replace(perpetual(Exchange.OKX), symbol="ETH/USDT:USDT", exchange_symbol="ETH-USDT-SWAP")
    symbols.learn([ether])
    assert list(await OkxMarket(client, symbols).leverage_tiers()) == ["ETH/USDT:USDT"]


# --- the stream ------------------------------------------------------------------------------------------------------


class Heard:
    """A price stream that is fed by hand, and what it told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Price]] = []
        symbols = seat(Exchange.OKX, ScriptedClient()).symbols
        self.stream = PriceStream(
            SimpleNamespace(), symbols, lambda symbol, price: self.told.append((symbol, price)), PriceLimits()
        )

    def push(self, channel: str, instrument: str = "BTC-USDT-SWAP", **row: Any) -> None:
        frame = {"arg": {"channel": channel, "instId": instrument}, "data": [row]}
        assert self.stream._frame(None, frame)


async def test_a_price_is_put_together_from_what_each_channel_tells() -> None:
    heard = Heard()
    heard.push("bbo-tbt", bids=[["64999", "1", "0", "1"]], asks=[], ts="10")
    assert not heard.told  # Nothing has traded yet.
    heard.push("tickers", last="65000", bidPx="64998", askPx="65001", ts="11")
    heard.push("mark-price", markPx="65005", ts="12")
    heard.push("trades", px="65002", ts="13")
    assert [price for _, price in heard.told] == [
        Price(last=Decimal(65_000), bid=Decimal(64_998), ask=Decimal(65_001)),
        Price(last=Decimal(65_000), bid=Decimal(64_998), ask=Decimal(65_001), mark=Decimal(65_005)),
        Price(last=Decimal(65_002), bid=Decimal(64_998), ask=Decimal(65_001), mark=Decimal(65_005)),
    ]
    assert {symbol for symbol, _ in heard.told} == {"BTC/USDT:USDT"}


async def test_an_older_word_does_not_undo_a_newer_one() -> None:
    heard = Heard()
    heard.push("trades", "BTC-USDT", px="65002", ts="13")
    heard.push("tickers", "BTC-USDT", last="65000", bidPx="64998", askPx="65001", ts="12")
    assert heard.told[-1][1] == Price(last=Decimal(65_002), bid=Decimal(64_998), ask=Decimal(65_001))


async def test_the_same_price_is_told_once() -> None:
    heard = Heard()
    for at in ("1", "2"):
        heard.push("trades", "BTC-USDT", px="65002", ts=at)
    assert len(heard.told) == 1


@pytest.mark.parametrize("row", [{"px": "abc", "ts": "1"}, {"px": "65000", "ts": "soon"}, {"px": "65000"}])
async def test_what_cannot_be_read_is_the_taps_business(row: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Heard().push("trades", **row)


async def test_the_prices_that_okx_takes_come_with_the_price_and_move_by_themselves() -> None:
    heard = Heard()
    heard.push("price-limit", buyLmt="66000", sellLmt="64000", enabled=True, ts="9")
    assert not heard.told
    heard.push("trades", px="65000", ts="10")
    heard.push("price-limit", buyLmt="66100", sellLmt="64000", enabled=True, ts="11")
    heard.push("price-limit", buyLmt="", sellLmt="", enabled=False, ts="12")
    assert [(price.buy_max, price.sell_min) for _, price in heard.told] == [
        (Decimal(66_000), Decimal(64_000)),
        (Decimal(66_100), Decimal(64_000)),
        (None, None),
    ]


async def test_prices_that_are_asked_for_have_the_limits_of_the_stream_while_it_lasts() -> None:
    ticker = {"instId": "BTC-USDT", "last": "65000", "bidPx": "", "askPx": ""}
    client = ScriptedClient({"data": [ticker]}, {"data": [ticker]})
    asked = market(client)
    asked._limits.hear("BTC/USDT", {"buyLmt": "66000", "sellLmt": "64000", "enabled": True})
    assert (await asked.prices(InstrumentKind.SPOT))["BTC/USDT"].buy_max == Decimal(66_000)
    asked._limits.forget()
    assert (await asked.prices(InstrumentKind.SPOT))["BTC/USDT"].buy_max is None
