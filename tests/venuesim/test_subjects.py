"""What requests are about, and how faults name it."""

import json
from urllib.parse import quote

import pytest

from venuesim.binance.fault_answers import BinanceFaultAnswers
from venuesim.bybit.fault_answers import BybitFaultAnswers
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.vocabulary import MarketKind
from venuesim.okx.fault_answers import OkxFaultAnswers
from venuesim.subjects import Naming, Subject, spellings

BINANCE, OKX = BinanceFaultAnswers().naming, OkxFaultAnswers().naming
BYBIT = BybitFaultAnswers(ManualClock()).naming


def subject(naming: Naming, path: str, query: str = "", body: bytes = b"", **headers: str) -> Subject:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return naming.of_request(path, query, body, sent)


def test_a_form_is_read_from_query_and_body() -> None:
    found = subject(BINANCE, "/api/v3/order", "symbol=BTCUSDT", b"newClientOrderId=a%2F1", X_MBX_APIKEY="k")
    assert found == Subject("k", frozenset({"BTCUSDT"}), frozenset({"a/1"}), MarketKind.SPOT)


def test_a_batch_written_as_text_is_read() -> None:
    batch = quote(json.dumps([{"symbol": "BTCUSDT", "newClientOrderId": name} for name in "ab"]))
    found = subject(BINANCE, "/fapi/v1/batchOrders", f"batchOrders={batch}")
    assert (found.client_order_ids, found.kind) == ({"a", "b"}, MarketKind.LINEAR)


def test_json_bodies_are_read_however_nested() -> None:
    items = [{"instId": "BTC-USDT", "clOrdId": "a"}, {"instId": "ETH-USDT", "clOrdId": "b"}]
    found = subject(OKX, "/api/v5/trade/batch-orders", body=json.dumps(items).encode(), OK_ACCESS_KEY="k")
    assert found == Subject("k", frozenset({"BTC-USDT", "ETH-USDT"}), frozenset("ab"), None)
    body = {"category": "linear", "request": [{"symbol": "BTCUSDT", "orderLinkId": "c"}]}
    found = subject(BYBIT, "/v5/order/create-batch", body=json.dumps(body).encode())
    assert found == Subject("", frozenset({"BTCUSDT"}), frozenset("c"), MarketKind.LINEAR)


@pytest.mark.parametrize("body", [b"[" * 3000, b'{"a":' * 3000, b"\xff\xfe", b"[1,2", b'"[[["', b"5"])
def test_nonsense_is_about_nothing(body: bytes) -> None:
    assert subject(OKX, "/", body=body) == Subject()
    assert subject(BYBIT, "/", f"x={quote(body)}", body) == Subject()


def test_a_symbol_has_the_spellings_of_every_venue() -> None:
    assert spellings("BTC/USDT") == {"BTC/USDT", "BTCUSDT", "BTC-USDT"}
    assert spellings("BTC/USDT:USDT") == {"BTC/USDT:USDT", "BTCUSDT", "BTC-USDT-SWAP"}
    assert spellings("BTCUSDT") == {"BTCUSDT"}


@pytest.mark.parametrize(
    ("patterns", "fits"),
    [
        ({}, True),
        ({"symbol": "BTC/USDT"}, True),
        ({"symbol": "BTCUSDT"}, True),
        ({"symbol": "BTC/USDT:USDT"}, False),
        ({"symbol": "ETH/USDT"}, False),
        ({"client_order_id": "a-*"}, True),
        ({"client_order_id": "b-*"}, False),
        ({"api_key": "k?y"}, True),
        ({"api_key": "other"}, False),
        ({"symbol": "BTC/USDT", "client_order_id": "a-1", "api_key": "*"}, True),
        ({"symbol": "BTC/USDT", "client_order_id": "a-2"}, False),
    ],
)
def test_every_pattern_that_is_given_must_fit(patterns: dict[str, str], fits: bool) -> None:
    asked = {"symbol": None, "client_order_id": None, "api_key": None, **patterns}
    found = Subject("key", frozenset({"BTCUSDT"}), frozenset({"a-1"}), MarketKind.SPOT)
    assert found.fits(**asked) is fits
