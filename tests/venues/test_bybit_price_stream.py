"""Prices from the frames of Bybit's public sockets."""

from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Price
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.bybit.price_stream import PriceStream
from venue_unit_helpers import ScriptedClient, seat

SPOT, LINEAR = InstrumentKind.SPOT, InstrumentKind.LINEAR


class Ear:
    """A stream, and what it has told."""

    def __init__(self) -> None:
        client = ScriptedClient()
        self.told: list[tuple[str, Price]] = []
        self.stream = PriceStream(client, seat(Exchange.BYBIT, client).symbols, lambda *told: self.told.append(told))

    def ticker(self, kind: InstrumentKind, **data: str) -> None:
        self.stream.hear({"topic": "tickers.BTCUSDT", "data": {"symbol": "BTCUSDT", **data}}, kind)

    def trades(self, kind: InstrumentKind, *prices: str) -> None:
        self.stream.hear({"topic": "publicTrade.BTCUSDT", "data": [{"p": price} for price in prices]}, kind)

    def book(self, kind: InstrumentKind, bids: Any, asks: Any, form: str = "snapshot") -> None:
        data = {"s": "BTCUSDT", "b": bids, "a": asks}
        self.stream.hear({"topic": "orderbook.1.BTCUSDT", "type": form, "data": data}, kind)

    @property
    def newest(self) -> Price:
        return self.told[-1][1]


def test_markets_of_one_name_are_told_apart() -> None:
    ear = Ear()
    ear.ticker(SPOT, lastPrice="65000")
    ear.ticker(LINEAR, lastPrice="65010", markPrice="65005")
    assert ear.told == [
        ("BTC/USDT", Price(last=Decimal(65_000))),
        ("BTC/USDT:USDT", Price(last=Decimal(65_010), mark=Decimal(65_005))),
    ]


def test_a_contracts_ticker_may_hold_only_what_has_changed() -> None:
    ear = Ear()
    ear.ticker(LINEAR, lastPrice="65010", markPrice="65005")
    ear.ticker(LINEAR, markPrice="65006")
    assert ear.newest == Price(last=Decimal(65_010), mark=Decimal(65_006))
    ear.ticker(LINEAR, openInterest="5")
    assert ear.newest == Price(last=Decimal(65_010), mark=Decimal(65_006))


def test_every_trade_is_told_and_a_ticker_that_comes_later_takes_none_back() -> None:
    ear = Ear()
    ear.ticker(SPOT, lastPrice="65000")
    ear.trades(SPOT, "64000", "64500")
    ear.ticker(SPOT, lastPrice="64000")
    assert [price.last for _, price in ear.told] == [65_000, 64_000, 64_500, 64_500]


def test_best_prices_come_from_the_book_and_go_with_it() -> None:
    ear = Ear()
    ear.trades(SPOT, "65000")
    ear.book(SPOT, [["64999", "1"]], [["65001", "2"]])
    assert (ear.newest.bid, ear.newest.ask) == (Decimal(64_999), Decimal(65_001))
    ear.book(SPOT, [["64998", "1"]], [], "delta")
    assert (ear.newest.bid, ear.newest.ask) == (Decimal(64_998), Decimal(65_001))
    ear.book(SPOT, [], [["65001", "2"]])
    assert (ear.newest.bid, ear.newest.ask) == (None, Decimal(65_001))
    ear.book(SPOT, [], [["65001", "0"], ["65002", "1"]], "delta")
    assert ear.newest.ask == Decimal(65_002)


def test_nothing_is_told_before_a_last_price_is_known() -> None:
    ear = Ear()
    ear.book(LINEAR, [["64999", "1"]], [["65001", "2"]])
    assert ear.told == []
    ear.trades(LINEAR, "65000")
    assert ear.newest == Price(last=Decimal(65_000), bid=Decimal(64_999), ask=Decimal(65_001))


def test_a_block_trade_is_no_last_price() -> None:
    ear = Ear()
    ear.trades(LINEAR, "65000")
    trades = [{"p": "60000", "BT": True}, {"p": "65001", "BT": False}]
    ear.stream.hear({"topic": "publicTrade.BTCUSDT", "data": trades}, LINEAR)
    assert [price.last for _, price in ear.told] == [65_000, 65_001]


def test_acknowledgements_markets_unheard_of_and_refused_ones_say_nothing() -> None:
    ear = Ear()
    ear.stream.hear({"success": True, "op": "subscribe", "req_id": "BTCUSDT"}, SPOT)
    ear.stream.hear({"success": False, "ret_msg": "Invalid symbol", "req_id": "GONEUSDT"}, SPOT)
    ear.stream.hear({"topic": "tickers.NEWUSDT", "data": {"lastPrice": "1"}}, SPOT)
    assert ear.told == []
