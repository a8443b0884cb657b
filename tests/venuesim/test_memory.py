"""However many orders there were, and however long the markets walked, a venue is made of no more objects."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec
import pytest

from venuesim.binance.spot import aggregates
from venuesim.bybit import closed_pnl, finding
from venuesim.exchange import flows, market
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.records import Records
from venuesim.faults import FaultSet
from venuesim.okx import position_history
from venuesim.venue import VENUES
from venuesim.wire.calls import Call
from venuesim_instruments import BTC_USDT
from venuesim_parts import parts_of
from venuesim_signing import API_KEY, PASSPHRASE, SECRET, request

D = Decimal
KEPT = 40
CYCLES_BEFORE, CYCLES = 260, 500
CYCLE_MS = 20
"""So that the longest window of a rate limit is full before anything is counted."""

OBJECTS_PER_CYCLE_MAX = 0.5
"""Something kept for each order would be one at least; what comes with the passing seconds is less than this."""

WALKED_SECONDS = 600
"""As many as bring a thousand trades."""

Message = tuple[str, str, dict[str, str]]
Cycle = Callable[[str, bool], list[Message]]
"""A limit order, its cancel and a market order: what is sent for the number of a cycle, and whether the last buys."""


def binance(path: str) -> Cycle:
    order = {"symbol": "BTCUSDT", "quantity": "0.01"}
    limit = {**order, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "64000"}

    def cycle(number: str, buys: bool) -> list[Message]:
        taking = {**order, "side": "BUY" if buys else "SELL", "type": "MARKET", "newClientOrderId": f"m{number}"}
        return [
            ("POST", path, {**limit, "newClientOrderId": f"l{number}"}),
            ("DELETE", path, {"symbol": "BTCUSDT", "origClientOrderId": f"l{number}"}),
            ("POST", path, taking),
        ]

    return cycle


def okx(name: str, **words: str) -> Cycle:
    path, order = "/api/v5/trade/order", {"instId": name, "sz": "0.01", **words}
    limit = {**order, "side": "buy", "ordType": "limit", "px": "64000"}

    def cycle(number: str, buys: bool) -> list[Message]:
        taking = {**order, "side": "buy" if buys else "sell", "ordType": "market", "clOrdId": f"m{number}"}
        return [
            ("POST", path, {**limit, "clOrdId": f"l{number}"}),
            ("POST", "/api/v5/trade/cancel-order", {"instId": name, "clOrdId": f"l{number}"}),
            ("POST", path, taking),
        ]

    return cycle


def bybit(category: str, **words: str) -> Cycle:
    named = {"category": category, "symbol": "BTCUSDT"}
    order = {**named, "qty": "0.01", **words}
    limit = {**order, "side": "Buy", "orderType": "Limit", "price": "64000"}

    def cycle(number: str, buys: bool) -> list[Message]:
        taking = {**order, "side": "Buy" if buys else "Sell", "orderType": "Market", "orderLinkId": f"m{number}"}
        return [
            ("POST", "/v5/order/create", {**limit, "orderLinkId": f"l{number}"}),
            ("POST", "/v5/order/cancel", {**named, "orderLinkId": f"l{number}"}),
            ("POST", "/v5/order/create", taking),
        ]

    return cycle


CYCLES_OF_MARKETS = {
    ("binance", "BTC/USDT"): binance("/api/v3/order"),
    ("binance", "BTC/USDT:USDT"): binance("/fapi/v1/order"),
    ("okx", "BTC/USDT"): okx("BTC-USDT", tdMode="cash", tgtCcy="base_ccy"),
    ("okx", "BTC/USDT:USDT"): okx("BTC-USDT-SWAP", tdMode="cross"),
    ("bybit", "BTC/USDT"): bybit("spot", marketUnit="baseCoin"),
    ("bybit", "BTC/USDT:USDT"): bybit("linear"),
}


class Floor:
    """One venue with small stores, and a calm market of it."""

    def __init__(self, name: str, symbol: str) -> None:
        self.clock = ManualClock()
        self.name = name
        self.venue = VENUES[name](clock=self.clock, seed=1, faults=FaultSet(1))
        self.venue.limits.scale = 10**6
        self._numbers = 0
        for exchange in self.venue.exchanges:
            instruments = [entry.instrument for entry in exchange.markets.values()]
            exchange.records = Records(instruments, closed_kept=KEPT, arrivals_kept=KEPT)
            balances = {"USDT": D(10**9), "BTC": D(10**5)}
            exchange.add_account(api_key=API_KEY, secret=SECRET, passphrase=PASSPHRASE, balances=balances)
            if symbol in exchange.markets:
                exchange.markets[symbol].ladder.level_quantity = D(10**8)
                exchange.move_market(symbol, D(65000))

    def trade(self, cycle: Cycle, times: int) -> None:
        """Let a client run through a cycle so many times."""
        for _ in range(times):
            self._numbers += 1
            for message in cycle(str(self._numbers), self._numbers % 2 == 0):
                self._send(*message)
            self.clock.advance(CYCLE_MS)
            for exchange in self.venue.exchanges:
                exchange.pass_time()

    def _send(self, method: str, path: str, values: dict[str, str]) -> None:
        now_ms = self.clock.now_ms()
        signed = request(self.name, method, path, values, now_ms)
        path, _, query = signed.target.partition("?")
        call = Call(
            method=method,
            path=path,
            query=query,
            body=signed.body or b"",
            headers=signed.headers,
            remote="127.0.0.1",
            now_ms=now_ms,
        )
        reply = self.venue.http.answer(call)
        assert reply.accepted, msgspec.json.encode(reply.payload)

    def close(self) -> None:
        """Remove the scratch files."""
        for exchange in self.venue.exchanges:
            exchange.records.close()


@pytest.fixture(params=CYCLES_OF_MARKETS, ids=" ".join)
def market_of_venue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Floor, Cycle]]:
    """Each market in turn, and how it is traded; everything that forgets forgets soon."""
    for module in (flows, closed_pnl, position_history, aggregates):
        monkeypatch.setattr(module, "KEPT", KEPT)
    monkeypatch.setattr(finding, "CLOSED_SHOWN_MAX", KEPT)
    monkeypatch.setattr(market, "TRADES_KEPT", KEPT)
    floor = Floor(*request.param)
    yield floor, CYCLES_OF_MARKETS[request.param]
    floor.close()


def test_what_a_venue_is_made_of_does_not_grow_with_its_orders(market_of_venue: tuple[Floor, Cycle]) -> None:
    floor, cycle = market_of_venue
    floor.trade(cycle, CYCLES_BEFORE)
    before = parts_of(floor.venue)
    floor.trade(cycle, CYCLES)
    after = parts_of(floor.venue)
    assert after.total() - before.total() < CYCLES * OBJECTS_PER_CYCLE_MAX, after - before


def test_what_a_market_is_made_of_hardly_grows_while_it_walks() -> None:
    clock = ManualClock()
    exchange = Exchange(name="test", instruments=[BTC_USDT], clock=clock, seed=1)
    walking = exchange.markets["BTC/USDT"]

    def walk() -> int:
        for _ in range(WALKED_SECONDS * 4):
            clock.advance(250)
            exchange.step()
        return parts_of(walking).total()

    before = walk()
    after = walk()
    assert len(walking.trades) == market.TRADES_KEPT
    assert before < market.TRADES_KEPT
    assert after - before < WALKED_SECONDS * 0.1
