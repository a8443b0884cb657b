"""Calls through real ccxt to a server of the test's own: what is signed, and what each way of failing proves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.ports import VenueCredentials
from tidegate.venues.binance import endpoints as binance_endpoints
from tidegate.venues.binance import wire as binance_wire
from tidegate.venues.budget import Lane, RateBudget, WindowGroup
from tidegate.venues.bybit import wire as bybit_wire
from tidegate.venues.client import Endpoint, Validity, VenueClient
from tidegate.venues.okx import wire as okx_wire
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.transport import Taps, open_exchange
from venue_unit_helpers import NOW, StandingClock

CREDENTIALS = VenueCredentials(api_key="canary-key", secret="canary-secret", passphrase="canary-passphrase")
WIRES: dict[Exchange, Any] = {
    Exchange.BINANCE: binance_wire,
    Exchange.OKX: okx_wire,
    Exchange.BYBIT: bybit_wire,
}
PLACES: dict[Exchange, Endpoint] = {
    Exchange.BINANCE: binance_endpoints.PLACE,
    Exchange.OKX: okx_wire.PLACE,
    Exchange.BYBIT: bybit_wire.PLACE["spot"],
}
INTENDED_MS = int(NOW.timestamp() * 1000)
VALIDITY = Validity(NOW, NOW + timedelta(seconds=4))

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Stub:
    """A server that answers as the test says and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []
        self.handler: Handler = self.fine
        self.base = ""

    async def fine(self, _: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"orderId": 1})

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append((str(request.rel_url), dict(request.headers), await request.text()))
        return await self.handler(request)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    made = Stub()
    runner = web.ServerRunner(web.Server(made.serve), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


Connect = Callable[[Exchange, str], VenueClient]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes clients and closes them."""
    made: list[VenueClient] = []

    def client_of(exchange: Exchange, base: str) -> VenueClient:
        wire = WIRES[exchange]
        socket = base.replace("http", "ws")
        urls = wire.ccxt_urls({"rest": base, "ws": socket, "ws_api": socket})
        opened = open_exchange(exchange, Taps(), credentials=CREDENTIALS, urls=urls)
        budget = RateBudget([WindowGroup(wire.ACCOUNT_LIMITS), WindowGroup(wire.ADDRESS_LIMITS)])
        made.append(VenueClient(opened, wire.WIRE, budget, StandingClock(), CREDENTIALS))
        return made[-1]

    yield client_of
    for client in made:
        await client.close()


def clock_of(client: VenueClient) -> StandingClock:
    clock = client._clock
    assert isinstance(clock, StandingClock)
    return clock


async def test_binance_signs_the_intents_time_and_a_window_until_its_end(stub: Stub, connect: Connect) -> None:
    client = connect(Exchange.BINANCE, stub.base)
    await client.call(binance_endpoints.PLACE, {"newClientOrderId": "x"}, lane=Lane.ORDER, validity=VALIDITY)
    ((path, headers, body),) = stub.requests
    assert path == "/api/v3/order"
    assert f"timestamp={INTENDED_MS}&" in body
    assert "recvWindow=4000&" in body
    assert headers["X-MBX-APIKEY"] == "canary-key"


async def test_okx_signs_the_intents_time_and_sends_its_end(stub: Stub, connect: Connect) -> None:
    client = connect(Exchange.OKX, stub.base)
    await client.call(okx_wire.PLACE, {"clOrdId": "x"}, lane=Lane.ORDER, instrument="BTC-USDT", validity=VALIDITY)
    ((path, headers, _),) = stub.requests
    assert path == "/api/v5/trade/order"
    assert headers["OK-ACCESS-TIMESTAMP"] == "2026-03-01T12:00:00.000Z"
    assert headers["expTime"] == str(INTENDED_MS + 4000)
    await client.call(okx_wire.BALANCE)
    assert stub.requests[1][1]["OK-ACCESS-TIMESTAMP"] != headers["OK-ACCESS-TIMESTAMP"]
    assert "expTime" not in stub.requests[1][1]


async def test_bybit_signs_the_intents_time_and_a_window_until_its_end(stub: Stub, connect: Connect) -> None:
    client = connect(Exchange.BYBIT, stub.base)
    order = {"category": "spot", "orderLinkId": "x"}
    await client.call(bybit_wire.PLACE["spot"], order, lane=Lane.ORDER, validity=VALIDITY)
    ((path, headers, _),) = stub.requests
    assert path == "/v5/order/create"
    assert headers["X-BAPI-TIMESTAMP"] == str(INTENDED_MS)
    assert headers["X-BAPI-RECV-WINDOW"] == "4000"
    await client.call(bybit_wire.BALANCE, {"accountType": "UNIFIED"})
    assert stub.requests[1][1]["X-BAPI-TIMESTAMP"] != str(INTENDED_MS)


@pytest.mark.parametrize("exchange", list(WIRES))
async def test_what_is_signed_means_the_same_on_a_clock_that_is_ahead(
    exchange: Exchange, stub: Stub, connect: Connect
) -> None:
    ahead_ms = INTENDED_MS + 30_000

    async def tell_time(_: web.BaseRequest) -> web.StreamResponse:
        told = {"serverTime": ahead_ms, "code": "0", "data": [{"ts": str(ahead_ms)}], "retCode": 0, "time": ahead_ms}
        return web.json_response(told)

    stub.handler = tell_time
    client = connect(exchange, stub.base)
    await client.measure_clock()
    stub.handler = stub.fine
    await client.call(PLACES[exchange], {"x": "y"}, lane=Lane.ORDER, instrument="BTC-USDT", validity=VALIDITY)
    _, headers, body = stub.requests[-1]
    signed = f"{headers.get('OK-ACCESS-TIMESTAMP')}{headers.get('X-BAPI-TIMESTAMP')}{body}"
    assert "2026-03-01T12:00:30.000Z" in signed or str(ahead_ms) in signed


async def test_the_wait_for_the_budget_is_not_taken_for_an_offset(stub: Stub, connect: Connect) -> None:
    client = connect(Exchange.OKX, stub.base)
    clock = clock_of(client)

    async def waits_ten_seconds(*_: Any, **__: Any) -> None:
        clock.time += timedelta(seconds=10)

    client.budget.acquire = waits_ten_seconds  # type: ignore[method-assign]

    async def tell_time(_: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"code": "0", "data": [{"ts": str(int(clock.time.timestamp() * 1000))}]})

    stub.handler = tell_time
    await client.measure_clock()
    stub.handler = stub.fine
    intended = clock.time + timedelta(seconds=10)
    validity = Validity(intended, intended + timedelta(seconds=4))
    await client.call(okx_wire.PLACE, {}, lane=Lane.ORDER, instrument="BTC-USDT", validity=validity)
    assert stub.requests[-1][1]["expTime"] == str(int(validity.expires_at.timestamp() * 1000))


@pytest.mark.parametrize("seconds_there", [0, 1, 2])
async def test_after_a_slow_measuring_the_end_at_the_venue_is_never_later_than_ours(
    stub: Stub, connect: Connect, seconds_there: int
) -> None:
    """Two seconds in all, and nobody knows how long the question was on its way."""
    client = connect(Exchange.OKX, stub.base)
    clock = clock_of(client)

    async def tell_time(_: web.BaseRequest) -> web.StreamResponse:
        clock.time += timedelta(seconds=seconds_there)
        told = web.json_response({"code": "0", "data": [{"ts": str(int(clock.time.timestamp() * 1000))}]})
        clock.time += timedelta(seconds=2 - seconds_there)
        return told

    stub.handler = tell_time
    await client.measure_clock()
    stub.handler = stub.fine
    validity = Validity(clock.time, clock.time + timedelta(seconds=4))
    await client.call(okx_wire.PLACE, {}, lane=Lane.ORDER, instrument="BTC-USDT", validity=validity)
    assert int(stub.requests[-1][1]["expTime"]) <= int(validity.expires_at.timestamp() * 1000)


async def test_nothing_is_sent_past_its_time(stub: Stub, connect: Connect) -> None:
    client = connect(Exchange.BINANCE, stub.base)
    late = Validity(NOW - timedelta(seconds=5), NOW)
    with pytest.raises(CallFailed) as failed:
        await client.call(binance_endpoints.PLACE, {}, lane=Lane.ORDER, validity=late)
    assert (failed.value.verdict, failed.value.reason) == (Verdict.NOT_SENT, RejectReason.NOT_SENT)
    assert stub.requests == []


async def test_a_call_that_is_withdrawn_while_it_waits_for_the_budget_is_proven_not_sent(
    stub: Stub, connect: Connect
) -> None:
    client = connect(Exchange.BINANCE, stub.base)
    client.budget.pause(60)
    validity = Validity(NOW, NOW + timedelta(seconds=120))
    calling = asyncio.create_task(
        client.call(binance_endpoints.PLACE, {}, lane=Lane.ORDER, validity=validity),
    )
    await asyncio.sleep(0)
    client.budget.withdraw(calling)
    with pytest.raises(CallFailed) as failed:
        await calling
    assert (failed.value.verdict, failed.value.reason) == (Verdict.NOT_SENT, RejectReason.KILLED)
    assert stub.requests == []


def _answering(status: int, body: str, content_type: str = "text/html", **headers: str) -> Handler:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, text=body, content_type=content_type, headers=headers)

    return answer


async def _drop(request: web.BaseRequest) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _truncate(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"orderId": 1')
    assert request.transport is not None
    request.transport.close()
    return response


async def _never(_: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(0.6)  # Longer than the client waits, short enough for the end of the test.
    return web.Response()


@pytest.mark.parametrize(
    "handler",
    [
        _answering(200, ""),
        _answering(200, "<html>maintenance</html>"),
        _answering(200, "{broken", "application/json"),
        _answering(500, "<html>oops</html>"),
        _answering(502, ""),
        _answering(504, "gateway timeout"),
        _answering(404, "<html>not found</html>"),
        _drop,
        _truncate,
        _never,
    ],
    ids=["empty", "html", "broken json", "500", "502", "504", "404", "dropped", "truncated", "no answer"],
)
@pytest.mark.parametrize("exchange", list(WIRES))
async def test_an_answer_that_is_none_leaves_the_outcome_unknown(
    exchange: Exchange, handler: Handler, stub: Stub, connect: Connect
) -> None:
    stub.handler = handler
    client = connect(exchange, stub.base)
    client.exchange.timeout = 300
    with pytest.raises(CallFailed) as failed:
        await client.call(PLACES[exchange], {"x": "y"}, lane=Lane.ORDER, instrument="BTC-USDT", validity=VALIDITY)
    assert failed.value.verdict is Verdict.UNKNOWN
    assert len(stub.requests) == 1


@pytest.mark.parametrize("exchange", list(WIRES))
async def test_a_refused_connection_proves_that_nothing_was_sent(exchange: Exchange, connect: Connect) -> None:
    client = connect(exchange, "http://127.0.0.1:1")
    with pytest.raises(CallFailed) as failed:
        await client.call(PLACES[exchange], {"x": "y"}, lane=Lane.ORDER, instrument="BTC-USDT", validity=VALIDITY)
    assert (failed.value.verdict, failed.value.reason) == (Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE)


async def test_a_429_pauses_the_budget_for_as_long_as_it_says(stub: Stub, connect: Connect) -> None:
    body = '{"code":-1003,"msg":"Too much request weight used"}'
    stub.handler = _answering(429, body, "application/json", **{"Retry-After": "9"})
    client = connect(Exchange.BINANCE, stub.base)
    with pytest.raises(CallFailed) as failed:
        await client.call(binance_endpoints.ORDER, {"symbol": "BTCUSDT"})
    assert (failed.value.reason, failed.value.retry_after_seconds) == (RejectReason.RATE_LIMITED, 9.0)
    with pytest.raises(CallFailed) as paused:
        await client.call(binance_endpoints.PLACE, {}, lane=Lane.ORDER, validity=VALIDITY)
    assert paused.value.verdict is Verdict.NOT_SENT
    assert len(stub.requests) == 1


async def test_a_pause_beyond_every_calendar_is_cut_to_the_longest_ban(stub: Stub, connect: Connect) -> None:
    body = '{"code":-1003,"msg":"Way too much\\u0000 request weight used"}'
    stub.handler = _answering(429, body, "application/json", **{"Retry-After": "9" * 15})
    client = connect(Exchange.BINANCE, stub.base)
    with pytest.raises(CallFailed) as failed:
        await client.call(binance_endpoints.ORDER, {"symbol": "BTCUSDT"})
    assert failed.value.retry_after_seconds == 3 * 86_400
    assert NOW + timedelta(seconds=failed.value.retry_after_seconds) > NOW
    assert failed.value.message == "Way too much  request weight used"


async def test_headers_of_an_answer_reach_the_budget(stub: Stub, connect: Connect) -> None:
    stub.handler = _answering(200, '{"serverTime": 1}', "application/json", **{"X-MBX-USED-WEIGHT-1M": "1234"})
    client = connect(Exchange.BINANCE, stub.base)
    await client.call(binance_endpoints.TIME)
    assert client.budget.describe()["spot_weight"] == "1234/6000"


async def test_secrets_that_a_venue_repeats_are_not_passed_on_nor_logged(
    stub: Stub, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = '{"retCode": 10004, "retMsg": "error sign! origin_string[1canary-key5000] canary-secret canary-passphrase"}'
    stub.handler = _answering(200, said, "application/json")
    client = connect(Exchange.BYBIT, stub.base)
    with pytest.raises(CallFailed) as failed:
        await client.call(bybit_wire.BALANCE, {"accountType": "UNIFIED"})
    assert failed.value.message == "error sign! origin_string[1***5000] *** ***"
    assert "canary" not in caplog.text
    assert "canary" not in repr(CREDENTIALS)


async def test_a_frame_that_breaks_its_handler_does_not_end_the_stream() -> None:
    taps = Taps()
    faults: list[BaseException] = []

    def tap(_: Any, frame: Any) -> bool:
        if frame == "broken":
            raise LookupError(frame)
        return True

    taps.on_frame, taps.on_frame_failed = tap, faults.append
    exchange = open_exchange(Exchange.OKX, taps)
    exchange.handle_message(None, "broken")
    exchange.handle_message(None, {"arg": {"channel": "orders"}})
    assert [type(fault) for fault in faults] == [LookupError]
    assert len({exchange.request_id() for _ in range(1000)}) == 1000
    await exchange.close()
