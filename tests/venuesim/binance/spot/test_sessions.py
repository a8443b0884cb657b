"""Keys of every kind: what they sign, and which of them may log on to a WebSocket session."""

import base64
import json
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from venuesim_conformance import Row

SPOT = "binance spot"
KEY = "p" * 64


class KeyPair:
    """An account whose key is a pair."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        if kind == "ed25519":
            self.key = ed25519.Ed25519PrivateKey.generate()
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def pem(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, text: str) -> str:
        payload = text.encode()
        signed = (
            self.key.sign(payload) if self.kind == "ed25519" else self.key.sign(payload, padding.PKCS1v15(), SHA256())
        )
        return base64.b64encode(signed).decode()


async def register(venues, pair: KeyPair) -> None:
    account = {"api_key": KEY, "secret": pair.pem, "exchange": "binance", "balances": {"USDT": "1000"}}
    await venues.control("POST", "accounts", account)


async def ask(socket, method: str, **params: object) -> dict:
    await socket.send_json({"id": method, "method": method, "params": params})
    while "event" in (frame := json.loads((await socket.receive(5)).data)):
        pass
    return frame


@pytest.mark.conformance(Row.SIGNATURES, SPOT)
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
async def test_a_key_pair_signs_requests(venues, raw, kind: str) -> None:
    pair = KeyPair(kind)
    await register(venues, pair)
    raw.api_key = KEY
    text = urlencode({"timestamp": raw.now()})
    signed = f"{text}&signature={quote(pair.sign(text), safe='')}"
    status, body, _ = await raw.request("GET", "/api/v3/account", signed, signed=False)
    assert (status, body["balances"][0]["free"]) == (200, "1000.00000000")
    wrong = f"{text}&signature={quote(pair.sign(text + '0'), safe='')}"
    status, body, _ = await raw.request("GET", "/api/v3/account", wrong, signed=False)
    assert (status, body["code"]) == (400, -1022)


@pytest.mark.conformance(Row.KEEP_ALIVE, SPOT)
async def test_an_ed25519_key_logs_on_and_then_signs_nothing(venues, raw) -> None:
    pair = KeyPair("ed25519")
    await register(venues, pair)
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.001"}
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        assert (await ask(socket, "session.status"))["result"]["apiKey"] is None
        assert (await ask(socket, "account.status", timestamp=raw.now()))["status"] != 200
        params = {"apiKey": KEY, "timestamp": raw.now()}
        signature = pair.sign(f"apiKey={KEY}&timestamp={params['timestamp']}")
        logged_on = (await ask(socket, "session.logon", **params, signature=signature))["result"]
        assert logged_on["apiKey"] == KEY
        assert logged_on["authorizedSince"] >= logged_on["connectedSince"]
        assert (await ask(socket, "account.status", timestamp=raw.now()))["status"] == 200
        assert (await ask(socket, "userDataStream.subscribe"))["result"] == {"subscriptionId": 0}
        placed = await ask(socket, "order.place", **order, price="60000", timestamp=raw.now())
        assert placed["status"] == 200
        assert (await ask(socket, "session.subscriptions"))["result"] == [{"subscriptionId": 0}]
        assert (await ask(socket, "session.logout"))["result"]["apiKey"] is None
        assert (await ask(socket, "session.subscriptions"))["result"] == []
        assert (await ask(socket, "account.status", timestamp=raw.now()))["status"] != 200


@pytest.mark.conformance(Row.KEEP_ALIVE, SPOT)
async def test_only_ed25519_keys_log_on(api) -> None:
    answer = await api.call("session.logon")
    assert answer["error"]["code"] == -4056
    assert (await api.call("userDataStream.subscribe", signed=False))["status"] == 401


@pytest.mark.conformance(Row.EXPIRY, SPOT)
async def test_time_stamps_may_be_in_microseconds(timed) -> None:
    raw, _, _ = timed
    for stamp, window, code in (
        (raw.now() * 1000, "5000", None),
        (raw.now() * 1000 - 5_001_000, "5000", -1021),
        (raw.now() * 1000 - 5_000_000, "5000", None),
        (raw.now() * 1000 - 1_400, "1.5", None),
        (raw.now() * 1000 - 1_600, "1.5", -1021),
        (raw.now(), "1.0005", -1100),
    ):
        status, body, _ = await raw.request("GET", "/api/v3/account", f"recvWindow={window}&timestamp={stamp}")
        assert (status, body.get("code")) == ((200, None) if code is None else (400, code)), (stamp, window)


async def test_answers_come_in_microseconds_for_who_asks(venues, raw) -> None:
    url = raw.base + "/api/v3/time"
    for unit, digits in (("MICROSECOND", 16), ("microsecond", 16), ("MILLISECOND", 13)):
        async with raw.session.get(url, headers={"X-MBX-TIME-UNIT": unit}) as response:
            assert len(str((await response.json())["serverTime"])) == digits
    async with raw.session.get(url, headers={"X-MBX-TIME-UNIT": "FORTNIGHT"}) as response:
        assert (response.status, (await response.json())["code"]) == (400, -1194)
    async with venues.session.ws_connect(venues.url("binance", "ws_api") + "?timeUnit=MICROSECOND") as socket:
        assert len(str((await ask(socket, "time"))["result"]["serverTime"])) == 16
    base = venues.url("binance", "ws").removesuffix("/stream")
    async with venues.session.ws_connect(f"{base}/ws/btcusdt@trade?timeUnit=MICROSECOND") as socket:
        await raw.order(price="65100")
        trade = json.loads((await socket.receive(5)).data)
        assert len(str(trade["T"])) == 16
