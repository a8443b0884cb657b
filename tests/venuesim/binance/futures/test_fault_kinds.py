"""Faults seen by a client of the simulated USDⓈ-M futures, where they differ from Spot's."""

import pytest
from aiohttp import WSMsgType

from venuesim_conformance import Row
from venuesim_futures import SYMBOL, RawFutures, signed, stream


async def fault(raw: RawFutures, kind: str, **fields: object) -> dict:
    return await raw.venues.control("POST", "faults", {"kind": kind, **fields})


async def test_calls_of_contracts_are_matched_by_their_symbol(raw: RawFutures) -> None:
    await fault(raw, "rate_limit", match={"symbol": "BTC/USDT"})
    assert (await raw.order())[0] == 200
    await fault(raw, "rate_limit", match={"symbol": SYMBOL})
    assert (await raw.order())[0] == 429


async def test_orders_by_socket_suffer_the_same_faults(raw: RawFutures) -> None:
    await fault(raw, "status_unknown_after_accept", match={"client_order_id": "a-*", "symbol": SYMBOL, "count": 1})
    async with stream(raw.venues, "", "fws_api") as socket:
        params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        answer = await socket.ask(**signed("order.place", "1", **params, newClientOrderId="b-1"))
        assert answer["status"] == 200
        answer = await socket.ask(**signed("order.place", "2", **params, newClientOrderId="a-1"))
        assert (answer["status"], answer["error"]["code"]) == (408, -1007)
    assert len((await raw.venues.control("GET", "ledger?exchange=binance&cursor=1.0.0.0.0"))["orders"]) == 2


@pytest.mark.conformance(Row.KEEP_ALIVE, "binance linear")
async def test_a_listen_key_may_expire_early(raw: RawFutures) -> None:
    key = await raw.listen_key()
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as socket:
        assert (await fault(raw, "expire_listen_key", match={"api_key": raw.api_key}))["fired"] == 1
        assert (await socket.event("listenKeyExpired"))["listenKey"] == key
    assert await raw.listen_key() != key


@pytest.mark.conformance(Row.FORCED_DISCONNECT, "binance linear")
async def test_the_venue_closes_user_streams_for_their_age(raw: RawFutures) -> None:
    key = await raw.listen_key()
    async with raw.venues.session.ws_connect(
        f"{raw.venues.url('binance', 'fws')}/private/ws?listenKey={key}"
    ) as socket:
        await fault(raw, "close_stream", match={"count": 1, "api_key": raw.api_key})
        assert (await socket.receive_json(timeout=5))["e"] == "serverShutdown"
        assert (await socket.receive(5)).type is WSMsgType.CLOSE


async def test_a_fill_may_be_told_after_the_cancel_was_acknowledged(raw: RawFutures) -> None:
    placed = await raw.placed(quantity="0.010")
    key = await raw.listen_key()
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as socket:
        await fault(raw, "fill_after_cancel_ack", delay_ms=200)
        status, body = await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=placed["orderId"])
        assert (status, body["status"], body["executedQty"]) == (200, "CANCELED", "0.005")
        told = [(await socket.event("ORDER_TRADE_UPDATE"))["o"] for _ in range(2)]
    assert [(order["x"], order["z"]) for order in told] == [("TRADE", "0.005"), ("CANCELED", "0.005")]


async def test_one_order_of_a_batch_may_be_refused(raw: RawFutures) -> None:
    await fault(raw, "refuse_item", match={"client_order_id": "unlucky"})
    order = '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.01","price":"60000"'
    batch = ",".join(f'{order},"newClientOrderId":"{name}"}}' for name in ("lucky", "unlucky"))
    status, body = await raw.call("POST", "/fapi/v1/batchOrders", batchOrders=f"[{batch}]")
    assert (status, [item.get("code", 0) for item in body]) == (200, [0, -2019])


async def test_what_the_venue_cancels_itself_expires(raw: RawFutures) -> None:
    placed = await raw.placed()
    await fault(raw, "unsolicited_cancel", reason="liquidation", match={"symbol": SYMBOL})
    found = await raw.get("/fapi/v1/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["status"] == "EXPIRED"


async def test_faults_speak_as_the_api_of_contracts_does(raw: RawFutures) -> None:
    await fault(raw, "http_503_after_accept", match={"endpoint": "place", "count": 1})
    message = "Unknown error, please check your request or try again later."
    assert await raw.order() == (503, {"code": -1000, "msg": message})
    await fault(raw, "rate_limit", match={"endpoint": "place"})
    status, body = await raw.order()
    assert (status, body["code"]) == (429, -1003)
    assert body["msg"].startswith("Too many requests; current limit is 2400 requests per minute.")
    async with stream(raw.venues, "", "fws_api") as socket:
        params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
        answer = await socket.ask(**signed("order.place", "1", **params))
        assert answer["error"]["msg"].startswith("Too many requests; current limit is 2400")
    await fault(raw, "ban", match={"endpoint": "query"})
    status, body = await raw.call("GET", "/fapi/v1/order", symbol="BTCUSDT", orderId=1)
    assert (status, body["msg"].startswith("Way too many requests; IP banned until ")) == (418, True)
