"""How long sockets live, how many there may be, and what becomes of the orders of who disconnects."""

import asyncio

import aiohttp
import pytest

from venuesim_bybit_helpers import API_KEY, RawSocket
from venuesim_conformance import Row

SPOT, LINEAR = "bybit spot", "bybit linear"


async def is_closed(socket: RawSocket) -> bool:
    """Whether the venue has closed a socket; what it said before is passed over."""
    while True:
        try:
            message = await socket.socket.receive(0.2)
        except TimeoutError:
            return False
        if message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
            return True


async def settled() -> None:
    """Let the server notice what its clients did."""
    await asyncio.sleep(0.05)


@pytest.mark.conformance(Row.FORCED_DISCONNECT, SPOT, LINEAR)
@pytest.mark.parametrize("path", ["private", "trade", "public/spot", "public/linear"])
async def test_a_silent_socket_is_closed_after_ten_minutes(timed, path: str) -> None:
    raw, sim, clock = timed
    venue = sim.simulator.venues["bybit"]
    socket = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/{path}"))
    talking = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/{path}"))
    clock.advance(599_000)
    venue.look_after_connections()
    await talking.send("ping")
    await talking.receive()
    clock.advance(1000)
    venue.look_after_connections()
    assert await is_closed(socket)
    assert not await is_closed(talking)


@pytest.mark.conformance(Row.KEEP_ALIVE, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("wanted", "seconds"), [("30s", 30), ("1m", 60), ("10s", 30), ("90m", 600), ("soon", 600), ("", 600)]
)
async def test_a_client_may_choose_how_long_its_silence_lasts(timed, wanted: str, seconds: int) -> None:
    raw, sim, clock = timed
    venue = sim.simulator.venues["bybit"]
    url = f"{raw.socket_base}/v5/private?max_active_time={wanted}"
    socket = RawSocket(await raw.session.ws_connect(url))
    clock.advance(seconds * 1000 - 1)
    venue.look_after_connections()
    assert not await is_closed(socket)
    clock.advance(1)
    venue.look_after_connections()
    assert await is_closed(socket)


@pytest.mark.conformance(Row.BANS, SPOT, LINEAR)
async def test_an_address_opens_five_hundred_sockets_in_five_minutes(timed) -> None:
    raw, sim, clock = timed
    clock.advance(300_000 - clock.now_ms() % 300_000)
    await sim.control("POST", "limits", {"scale": 0.01})
    url = f"{raw.socket_base}/v5/public/spot"
    sockets = [await raw.session.ws_connect(url) for _ in range(5)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await raw.session.ws_connect(url)
    assert refused.value.status == 403
    clock.advance(300_000)
    sockets.append(await raw.session.ws_connect(url))
    for socket in sockets:  # The exception keeps this frame alive beyond the session, and the sockets with it.
        await socket.close()


# Disconnected-cancel-all


async def guarded(raw, product: str, seconds: int, *topics: str) -> RawSocket:
    """Return a socket that guards the orders of a product."""
    answer = await raw.post("order/disconnected-cancel-all", {"product": product, "timeWindow": seconds})
    assert (answer["retCode"], answer["retMsg"]) == (0, "success")
    return await raw.private(*topics)


async def open_orders(raw) -> list[tuple[str, str]]:
    rows = [
        row
        for category in ("spot", "linear")
        for row in (await raw.get("order/realtime", category=category, symbol="BTCUSDT"))["result"]["list"]
    ]
    return [(row["orderLinkId"], row["orderStatus"]) for row in rows]


@pytest.mark.conformance(Row.DEAD_MAN_SWITCH, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("product", "topic", "left"), [("SPOT", "dcp.spot", "contract"), ("DERIVATIVES", "dcp.future", "pair")]
)
async def test_orders_go_when_their_guard_stays_away(timed, product: str, topic: str, left: str) -> None:
    raw, sim, clock = timed
    venue = sim.simulator.venues["bybit"]
    await sim.freeze("BTC/USDT:USDT", "65000")
    await raw.placed(orderLinkId="pair")
    await raw.placed(category="linear", price="64000", orderLinkId="contract")
    watching = await raw.private("order")
    guard = await guarded(raw, product, 10, topic)
    other = await raw.private(topic)
    await guard.socket.close()
    await settled()
    clock.advance(60_000)
    venue.look_after_connections(scans=False)
    assert len(await open_orders(raw)) == 2  # Another connection still guards.
    await other.socket.close()
    await settled()
    clock.advance(9999)
    venue.look_after_connections(scans=False)
    assert len(await open_orders(raw)) == 2
    clock.advance(1)
    venue.look_after_connections(scans=False)
    assert await open_orders(raw) == [(left, "New")]
    (told,) = await watching.until("order", 1)
    assert (told["orderStatus"], told["cancelType"]) == ("Cancelled", "CancelByDCP")


@pytest.mark.conformance(
    Row.DEAD_MAN_SWITCH, SPOT, LINEAR, approximate="who unsubscribes is no guard any more, which Bybit does not say"
)
async def test_who_comes_back_in_time_keeps_his_orders(timed) -> None:
    raw, sim, clock = timed
    venue = sim.simulator.venues["bybit"]
    await raw.placed(orderLinkId="kept")
    guard = await guarded(raw, "SPOT", 3, "dcp.spot")
    info = (await raw.get("account/query-dcp-info"))["result"]["dcpInfos"]
    assert info == [{"product": "SPOT", "dcpStatus": "ON", "timeWindow": "3"}]
    await guard.socket.close()
    await settled()
    clock.advance(2000)
    again = await raw.private("dcp.spot")
    clock.advance(60_000)
    venue.look_after_connections(scans=False)
    assert await open_orders(raw) == [("kept", "New")]
    await again.send("unsubscribe", "dcp.spot")
    await again.receive()
    await again.socket.close()
    await settled()
    clock.advance(60_000)
    venue.look_after_connections(scans=False)
    assert await open_orders(raw) == [("kept", "New")], "who unsubscribed while connected was no guard any more"


async def test_without_a_window_nothing_happens(timed) -> None:
    raw, sim, clock = timed
    await raw.placed(orderLinkId="kept")
    guard = await raw.private("dcp.spot")
    await guard.socket.close()
    await settled()
    clock.advance(600_000)
    sim.simulator.venues["bybit"].look_after_connections(scans=False)
    assert await open_orders(raw) == [("kept", "New")]


@pytest.mark.conformance(Row.FORCED_DISCONNECT, SPOT, LINEAR)
async def test_a_revoked_key_loses_its_sockets(raw, venues) -> None:
    sockets = [await raw.authenticating(path) for path in ("private", "trade")]
    for socket in sockets:
        await socket.receive()
    await venues.fault("revoke_key")
    for socket in sockets:
        assert await is_closed(socket), API_KEY
