"""Nonsense at every endpoint: whatever is sent, the simulators answer, and the books stay whole.

Requests are well signed, so that they get past the door. Their words are those that the simulator's own source knows,
so that they get deep; their values are nearly right, or not at all.
"""

import asyncio
import json
import logging
import random
import re
from functools import cache
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

import venuesim
from venuesim_signing import binance_params, bybit_auth, okx_login, request

SOURCE = Path(venuesim.__file__).parent
REQUESTS_PER_ENDPOINT = 12
FRAMES_PER_SOCKET = 250

NONSENSE: list[object] = [
    *("", "0", "-1", "1e9", "NaN", "Infinity", "9" * 40, "0." + "0" * 30 + "1", "é", "\x00", "'", "{", "[]", "null"),
    *(None, True, False, 0, -1, 1.5, 10**40, [], {}, [1], {"a": None}, [[]], [{}], [None], "true", " ", "\n", "😀"),
]
AMOUNTS = ["0.001", "0.01", "1", "10", "100", "5000", "0.5", "64000", "65000", "66000", "3000", "0.1", "20", "50"]
SYMBOLS = {
    "binance": ["BTCUSDT", "ETHUSDT", "BTCUSDC"],
    "okx": ["BTC-USDT", "BTC-USDT-SWAP", "ETH-USDT-SWAP"],
    "bybit": ["BTCUSDT", "ETHUSDT"],
}
USUAL: dict[str, list[dict[str, object]]] = {
    "binance": [
        {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01", "price": "64000"},
        {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_LOSS", "quantity": "0.01", "stopPrice": "64000"},
        {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP", "algoType": "CONDITIONAL", "quantity": "0.01"},
        {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "belowType": "STOP_LOSS"},
    ],
    "okx": [
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01", "px": "64000"},
        {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "1", "px": "64000"},
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "ordType": "conditional", "sz": "0.01"},
        {"instId": "BTC-USDT-SWAP", "tdMode": "isolated", "side": "sell", "ordType": "oco", "sz": "1"},
    ],
    "bybit": [
        {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "64000"},
        {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "orderType": "Market", "qty": "0.01"},
        {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0, "takeProfit": "66000", "stopLoss": "64000"},
    ],
}
"""Orders that each venue takes, give or take: what requests start from; the first is certainly well."""

CHOICES: dict[str, dict[str, list[object]]] = {
    "binance": {
        "side": ["BUY", "SELL"],
        "type": ["LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "STOP_MARKET", "TRAILING_STOP_MARKET", "STOP"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
        "positionSide": ["BOTH", "LONG", "SHORT"],
        "reduceOnly": ["true", "false"],
        "closePosition": ["true", "false"],
        "workingType": ["MARK_PRICE", "CONTRACT_PRICE"],
        "selfTradePreventionMode": ["NONE", "EXPIRE_TAKER", "EXPIRE_BOTH", "DECREMENT"],
        "dualSidePosition": ["true", "false"],
        "marginType": ["ISOLATED", "CROSSED"],
        "cancelReplaceMode": ["STOP_ON_FAILURE", "ALLOW_FAILURE"],
        **{name: ["64000", "66000", "1"] for name in ("stopPrice", "triggerPrice", "activatePrice", "abovePrice")},
        "callbackRate": ["1", "5"],
        "trailingDelta": ["100", "1"],
        "leverage": ["1", "20", "125"],
    },
    "okx": {
        "tdMode": ["cash", "cross", "isolated"],
        "side": ["buy", "sell"],
        "posSide": ["net", "long", "short"],
        "ordType": ["limit", "market", "post_only", "ioc", "fok", "conditional", "oco", "trigger", "move_order_stop"],
        "tgtCcy": ["base_ccy", "quote_ccy"],
        "reduceOnly": ["true", True, "false"],
        "posMode": ["net_mode", "long_short_mode"],
        "mgnMode": ["cross", "isolated"],
        "lever": ["1", "5", "100"],
        **{
            name: ["64000", "66000", "-1"] for name in ("tpTriggerPx", "tpOrdPx", "slTriggerPx", "slOrdPx", "triggerPx")
        },
        "orderPx": ["-1", "64000"],
        "callbackRatio": ["0.01"],
        "instType": ["SPOT", "SWAP", "MARGIN"],
        "attachAlgoOrds": [
            [{"tpTriggerPx": "66000", "tpOrdPx": "-1"}],
            [{"slTriggerPx": "63000", "slOrdPx": "-1"}],
            [{}],
        ],
    },
    "bybit": {
        "category": ["spot", "linear", "inverse"],
        "side": ["Buy", "Sell"],
        "orderType": ["Limit", "Market"],
        "timeInForce": ["GTC", "IOC", "FOK", "PostOnly"],
        "orderFilter": ["Order", "StopOrder", "tpslOrder"],
        "positionIdx": [0, 1, 2],
        "reduceOnly": [True, False],
        "triggerDirection": [1, 2],
        "triggerBy": ["LastPrice", "MarkPrice", "IndexPrice"],
        "tpslMode": ["Full", "Partial"],
        "marketUnit": ["baseCoin", "quoteCoin"],
        "mode": [0, 3],
        "tradeMode": [0, 1],
        "smpType": ["CancelMaker", "CancelTaker", "CancelBoth", "None"],
        **{name: ["64000", "66000", "0"] for name in ("triggerPrice", "takeProfit", "stopLoss", "trailingStop")},
        "buyLeverage": ["1", "20"],
        "sellLeverage": ["1", "20"],
    },
}
"""Values that make sense, by parameter: what takes a request deep."""


def words(venue: str) -> list[str]:
    """Return the words in quotes in a simulator's source: its parameters and their values."""
    return sorted(set(re.findall(r'"([A-Za-z][A-Za-z0-9_]{1,30})"', source_of(venue))))


def operations(venue: str) -> list[str]:
    """Return the dotted and dashed words of a simulator's source: names of operations and channels."""
    return sorted(set(re.findall(r'"([a-zA-Z]+(?:[./-][a-zA-Z0-9]+)+)"', source_of(venue))))


@cache
def source_of(venue: str) -> str:
    return "".join(path.read_text() for path in sorted((SOURCE / venue).rglob("*.py")))


class Fuzzer:
    """Makes things up."""

    def __init__(self, venue: str, seed: int) -> None:
        self.venue = venue
        self.chance = random.Random(seed)
        self.words = words(venue)
        self.operations = operations(venue)
        self.ids = ["1", "abc"]

    def value(self) -> object:
        kind = self.chance.random()
        if kind < 0.35:
            return self.chance.choice(self.words)
        if kind < 0.55:
            return self.chance.choice(AMOUNTS)
        if kind < 0.7:
            return self.chance.choice(self.ids)
        if kind < 0.8:
            return self.chance.choice(SYMBOLS[self.venue])
        return self.chance.choice(NONSENSE)

    def values(self) -> dict[str, object]:
        """Return parameters: those of an order with a few changed and a few more, or any."""
        choices = CHOICES[self.venue]
        values = dict(self.chance.choice(USUAL[self.venue])) if self.chance.random() < 0.8 else {}
        for name in list(values):
            if self.chance.random() < 0.1:
                values[name] = self.chance.choice(choices.get(name) or [self.value()])
        for _ in range(self.chance.randint(0, 4)):
            name = self.chance.choice(list(choices))
            values[name] = self.chance.choice(choices[name])
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            values[self.chance.choice(self.words)] = self.value()
        if self.chance.random() < 0.1:
            values.pop(self.chance.choice(list(values) or [""]), None)
        return values

    def body(self) -> object:
        """Return what a JSON endpoint gets: mostly an object or a list of them."""
        kind = self.chance.random()
        if kind < 0.6:
            return self.values()
        if kind < 0.9:
            return [self.values() for _ in range(self.chance.randint(0, 4))]
        return self.chance.choice(NONSENSE)

    def learn(self, text: str) -> None:
        """Remember ids that an answer shows, so that later requests name what is there."""
        self.ids += re.findall(r'"(?:orderId|ordId|algoId|clientOrderId|orderLinkId|listenKey)":"?([\w-]+)', text)[:3]
        self.ids = self.ids[-40:]


def check_books(exchanges: object) -> None:
    """No balance is below zero, and nothing is locked but by open orders."""
    for exchange in exchanges:
        for account in exchange.accounts.values():
            for asset, balance in account.balances.items():
                held = [
                    order.locked_amount
                    for order in account.open_orders.values()
                    if not order.instrument.is_linear and order.locked_asset == asset
                ]
                assert balance.locked == sum(held), (exchange.name, exchange.wallet, asset)
                assert balance.free >= 0 or account.holdings, (exchange.name, asset, balance)


@pytest.fixture(autouse=True)
def no_errors_logged(caplog: pytest.LogCaptureFixture):
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("venue", ["binance", "okx", "bybit"])
@pytest.mark.conformance("Error codes and HTTP statuses", "binance spot", "binance linear")
async def test_every_endpoint_answers_nonsense_and_goes_on(start_venues, venue: str) -> None:
    fuzzer = Fuzzer(venue, seed=7)
    async with start_venues(venues=[venue]) as sim:
        await sim.control("POST", "limits", {"scale": 1_000_000})
        await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65000", "frozen": True})
        api = sim.simulator.venues[venue]
        for method, path in api._http._routes:
            for _ in range(REQUESTS_PER_ENDPOINT * (1 if method == "GET" else 4)):
                await answered(sim, fuzzer, venue, method, path)
        check_books(api.exchanges)
        usual = request(venue, "POST", *_place(venue), api.exchanges[0].clock.now_ms())
        status, text = await send(sim, venue, usual)
        assert (status, re.findall(r'"(?:code|retCode)":"?(-?\d+)', text)[:1]) in [(200, []), (200, ["0"])], text


async def answered(sim, fuzzer: Fuzzer, venue: str, method: str, path: str) -> None:
    """Send one request, and check that the answer is one that a client can read."""
    is_json_body = venue != "binance" and method == "POST"
    values = fuzzer.body() if is_json_body else fuzzer.values()
    signed = request(venue, method, path, values, sim.simulator.venues[venue].exchanges[0].clock.now_ms())
    if fuzzer.chance.random() < 0.1:
        signed = signed._replace(body=fuzzer.chance.choice([b"", b"\xff\xfe", b"[" * 100_000, b'{"a":', b"a=%zz"]))
    status, text = await send(sim, venue, signed)
    assert status < 500, (method, path, values, status, text)
    assert text.startswith("<") or isinstance(json.loads(text), dict | list), (method, path, values, text)
    fuzzer.learn(text)


async def send(sim, venue: str, signed) -> tuple[int, str]:
    url = URL(sim.url(venue, "rest") + signed.target, encoded=True)
    async with sim.session.request(signed.method, url, data=signed.body, headers=signed.headers) as response:
        return response.status, await response.text()


def _place(venue: str) -> tuple[str, dict[str, object]]:
    """Return the path of order entry, and an order that is certainly well."""
    order = dict(USUAL[venue][0])
    if venue == "binance":
        return "/api/v3/order", {**order, "timeInForce": "GTC"}
    return {"okx": "/api/v5/trade/order", "bybit": "/v5/order/create"}[venue], order


SOCKETS = [
    *(("binance", kind) for kind in ("ws", "ws_api", "fws", "fws_api")),
    *(("okx", kind) for kind in ("public", "private", "business")),
    *(("bybit", kind) for kind in ("public/spot", "public/linear", "private", "trade")),
]


@pytest.mark.parametrize(("venue", "kind"), SOCKETS)
async def test_every_socket_takes_any_frame_and_goes_on(start_venues, venue: str, kind: str) -> None:
    fuzzer = Fuzzer(venue, seed=11)
    async with start_venues(venues=[venue]) as sim:
        await sim.control("POST", "limits", {"scale": 1_000_000})
        await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65000", "frozen": True})
        clock = sim.simulator.venues[venue].exchanges[0].clock
        sent = 0
        while sent < FRAMES_PER_SOCKET:
            sent += await talk(sim, fuzzer, venue, kind, clock)
        check_books(sim.simulator.venues[venue].exchanges)


async def talk(sim, fuzzer: Fuzzer, venue: str, kind: str, clock) -> int:
    """Open a socket and send frames until it is closed for them; return how many."""
    sent = 1
    async with sim.session.ws_connect(address(sim, venue, kind)) as socket:
        reader = asyncio.create_task(drain(socket, fuzzer))
        try:
            if venue == "okx":
                await socket.send_json(okx_login(clock.now_ms()))
            elif venue == "bybit":
                await socket.send_json(bybit_auth(clock.now_ms()))
            while sent < FRAMES_PER_SOCKET and not socket.closed:
                await socket.send_str(frame(fuzzer, venue, clock.now_ms()))
                await asyncio.sleep(0)
                sent += 1
        except (ConnectionError, aiohttp.ClientError):  # A venue may hang up on nonsense.
            pass
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
    return sent


async def drain(socket: aiohttp.ClientWebSocketResponse, fuzzer: Fuzzer) -> None:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            fuzzer.learn(message.data)


def address(sim, venue: str, kind: str) -> str:
    if venue == "binance":
        return sim.url(venue, kind) + ("" if kind.endswith("api") else "/ws")
    return f"{sim.url(venue, 'ws')}/{'v5/' if venue == 'bybit' else ''}{kind}"


def frame(fuzzer: Fuzzer, venue: str, now_ms: int) -> str:
    """Return a frame: an operation with parameters of its kind, or none at all."""
    if fuzzer.chance.random() < 0.08:
        return fuzzer.chance.choice(["", "[" * 5000, "{", "null", "1", "ping", '{"op":', "\x00", "[]", "{}"])
    operation = fuzzer.chance.choice(fuzzer.operations + fuzzer.words)
    number = fuzzer.chance.choice([1, "1", None, "x" * 40, [], fuzzer.chance.randint(1, 10**9)])
    if venue == "binance":
        values = fuzzer.values()
        params: object = binance_params(values, now_ms) if fuzzer.chance.random() < 0.8 else fuzzer.value()
        method = fuzzer.chance.choice([operation, "SUBSCRIBE", "UNSUBSCRIBE", "order.place", "LIST_SUBSCRIPTIONS"])
        if method in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            params = [f"btcusdt@{fuzzer.chance.choice(fuzzer.words)}", fuzzer.value()]
        return json.dumps({"id": number, "method": method, "params": params})
    args = [
        fuzzer.values() if fuzzer.chance.random() < 0.8 else fuzzer.value() for _ in range(fuzzer.chance.randint(0, 3))
    ]
    op = fuzzer.chance.choice([operation, "subscribe", "unsubscribe", "order", "order.create", "batch-orders"])
    if venue == "okx":
        return json.dumps({"id": number, "op": op, "args": args})
    header = {"X-BAPI-TIMESTAMP": now_ms} if fuzzer.chance.random() < 0.8 else fuzzer.value()
    return json.dumps({"reqId": number, "req_id": number, "op": op, "header": header, "args": args})
