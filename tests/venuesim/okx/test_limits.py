"""The rate limits, at their real figures."""

import aiohttp
import pytest

from venuesim_okx_helpers import SWAP, Desk, algo_order

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.001", "px": "60000"}
TWO_SECONDS_MS = 2000


async def test_sixty_orders_in_two_seconds_for_each_instrument(timed) -> None:
    raw, _, clock = timed
    for _ in range(60):
        await raw.placed(sz="0.001")
    status, body = await raw.order(sz="0.001")
    assert (status, body) == (429, {"code": "50011", "msg": "Too Many Requests"})
    assert (await raw.post("trade/batch-orders", [ORDER]))[0] == 429  # A batch of one counts as a single order.
    assert (await raw.order(instId="ETH-USDT", sz="0.001", px="2000"))[0] == 200
    assert (await raw.post("trade/batch-orders", [ORDER] * 2))[0] == 200
    clock.advance(TWO_SECONDS_MS)
    assert (await raw.order(sz="0.001"))[0] == 200


async def test_a_batch_counts_its_orders(timed) -> None:
    raw, _, _ = timed
    for _ in range(15):
        status, body = await raw.post("trade/batch-orders", [ORDER] * 20)
        assert (status, body["code"]) == (200, "0")
    assert (await raw.post("trade/batch-orders", [ORDER] * 2))[0] == 429


async def test_all_orders_of_an_account_share_a_limit(timed) -> None:
    raw, _, _ = timed
    markets = {"BTC-USDT": "60000", "ETH-USDT": "2000", "BNB-USDT": "500", "SOL-USDT": "100"}
    codes = []
    for name, price in markets.items():
        item = {**ORDER, "instId": name, "px": price, "ordType": "fok"}
        for _ in range(13):
            _, body = await raw.post("trade/batch-orders", [item] * 20)
            codes += [row["sCode"] for row in body["data"]]
    assert (codes.count("0"), codes.count("50061")) == (1000, 40)


async def test_amendments_share_the_accounts_limit_with_new_orders(timed) -> None:
    raw, sim, clock = timed
    await sim.control("POST", "limits", {"scale": 0.1})  # A hundred of both together, thirty of one in batches.
    ids = [await raw.placed(sz="0.001") for _ in range(6)]
    clock.advance(TWO_SECONDS_MS)
    codes = []
    for name in ("ETH-USDT", "BNB-USDT", "SOL-USDT", "XRP-USDT"):
        items = [{"instId": name, "ordId": str(number), "newSz": "1"} for number in range(1, 21)]
        _, body = await raw.post("trade/amend-batch-orders", items)
        codes += [row["sCode"] for row in body["data"]]
    items = [{**ORDER, "sz": "0.001"}] * 20
    _, body = await raw.post("trade/batch-orders", items)
    codes += [row["sCode"] for row in body["data"]]
    assert codes == ["51503"] * 80 + ["0"] * 20
    _, body = await raw.post("trade/amend-order", {"instId": "BTC-USDT", "ordId": ids[0], "newSz": "0.002"})
    assert body["data"][0]["sCode"] == "50061"


async def test_an_account_may_ask_ten_times_for_its_fills(timed) -> None:
    raw, _, clock = timed
    statuses = [(await raw.get("trade/fills-history", instType="SPOT"))[0] for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert (await raw.get("trade/fills", instType="SPOT"))[0] == 200
    clock.advance(TWO_SECONDS_MS)
    assert (await raw.get("trade/fills-history", instType="SPOT"))[0] == 200


async def test_the_control_api_scales_the_limits(timed) -> None:
    raw, sim, _ = timed
    await sim.control("POST", "limits", {"scale": 0.1})
    assert [(await raw.get("market/tickers", instType="SPOT"))[0] for _ in range(3)] == [200, 200, 429]


async def test_pending_orders_have_a_maximum_for_each_instrument(timed) -> None:
    raw, sim, clock = timed
    for _ in range(5):
        await raw.placed()
    clock.advance(TWO_SECONDS_MS)
    await sim.control("POST", "limits", {"scale": 0.02})  # One order in two seconds, ten pending.
    for number in range(6):
        clock.advance(TWO_SECONDS_MS)
        _, body = await raw.order()
        assert body["data"][0]["sCode"] == ("0" if number < 5 else "51025")
    clock.advance(TWO_SECONDS_MS)
    assert (await raw.order(instId="ETH-USDT", px="2000"))[1]["data"][0]["sCode"] == "0"


@pytest.mark.conformance(
    "Rate limits: windows, weights, headers", "okx spot", approximate="windows begin on whole seconds"
)
async def test_an_address_may_open_three_sockets_a_second(timed) -> None:
    raw, sim, clock = timed
    clock.advance(1000 - clock.now_ms() % 1000)
    sockets = [await raw.public(), await raw.private(), await raw.business()]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await raw.public()
    assert refused.value.status == 429
    clock.advance(1000)
    sockets.append(await raw.public())
    await sim.control("POST", "limits", {"scale": 2})
    sockets += [await raw.public() for _ in range(5)]
    assert not any(socket.socket.closed for socket in sockets)
    for socket in sockets:
        await socket.socket.close()


@pytest.mark.conformance(
    "Rate limits: windows, weights, headers", "okx swap", approximate="windows begin on whole seconds"
)
async def test_orders_by_socket_spend_what_orders_by_rest_do_and_are_refused_in_other_words(timed) -> None:
    raw, _, _ = timed
    for _ in range(59):
        await raw.placed(sz="0.001")
    socket = await raw.private()
    await socket.receive()
    answers = []
    for number in range(2):
        await socket.send("order", raw.parameters(), id=str(number))
        answers.append(await socket.receive())
    assert [answer["code"] for answer in answers] == ["0", "50011"]
    assert answers[1]["msg"].startswith("Rate limit reached.")
    assert (answers[1]["id"], answers[1]["op"], answers[1]["data"]) == ("1", "order", [])


async def test_twenty_algo_orders_in_two_seconds_for_each_instrument(timed) -> None:
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    for _ in range(20):
        await desk.algo(slTriggerPx="64000", slOrdPx="-1")
    status, body = await raw.post("trade/order-algo", algo_order(slTriggerPx="64000", slOrdPx="-1"))
    assert (status, body["code"]) == (429, "50011")
    await desk.algo(instId="BTC-USDT", tdMode="cash", sz="1", slTriggerPx="64000", slOrdPx="-1")
    clock.advance(2_000)
    await desk.algo(slTriggerPx="64000", slOrdPx="-1")


async def test_amendments_have_a_limit_of_their_own(timed) -> None:
    raw, sim, _ = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    order_id = await desk.order(ordType="limit", px="64000")
    for number in range(60):
        await desk.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "newSz": str(number + 1)})
    status, body = await raw.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "newSz": "1"})
    assert (status, body["code"]) == (429, "50011")
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": order_id})
