"""What an account's owner hears, and the life of a listen key."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row
from venuesim_futures import SYMBOL, RawFutures, signed, stream

COLUMN = "binance linear"
HOUR_MS = 3_600_000


@pytest.mark.conformance(Row.PRIVATE_ORDERS, COLUMN)
async def test_an_order_tells_each_step(raw: RawFutures) -> None:
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        order = await raw.placed(newClientOrderId="told")
        new = (await user.event("ORDER_TRADE_UPDATE"))["o"]
        await raw.call(
            "PUT",
            "/fapi/v1/order",
            symbol="BTCUSDT",
            side="BUY",
            quantity="0.02",
            price="60001",
            orderId=order["orderId"],
            modifyId=7,
        )
        amended = (await user.event("ORDER_TRADE_UPDATE"))["o"]
        await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
        canceled = (await user.event("ORDER_TRADE_UPDATE"))["o"]
    assert [step["x"] for step in (new, amended, canceled)] == ["NEW", "AMENDMENT", "CANCELED"]
    assert [step.get("M") for step in (new, amended, canceled)] == [None, "7", None]
    assert (new["c"], new["i"], new["q"], new["p"], new["b"]) == ("told", order["orderId"], "0.01", "60000", "600")
    assert (new["ap"], new["sp"], new["t"], new["n"], new["N"]) == ("0", "0", 0, "0", "USDT")
    assert (new["V"], new["pm"], new["gtd"], new["ps"], new["wt"]) == (
        "EXPIRE_MAKER", "NONE", 0, "BOTH", "CONTRACT_PRICE",
    )  # fmt: skip
    assert (amended["q"], amended["p"], canceled["X"]) == ("0.02", "60001", "CANCELED")


@pytest.mark.conformance(Row.PRIVATE_EXECUTIONS, COLUMN)
@pytest.mark.conformance(Row.PRIVATE_BALANCES, COLUMN)
@pytest.mark.conformance(Row.PRIVATE_POSITIONS, COLUMN)
async def test_a_trade_tells_itself_shortly_then_the_account_then_the_order(raw: RawFutures) -> None:
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await raw.trade("BUY", "0.1", newClientOrderId="one")
        events = [await user.until(lambda _: True) for _ in range(4)]
    assert [event["e"] for event in events] == [
        "ORDER_TRADE_UPDATE", "TRADE_LITE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE",
    ]  # fmt: skip
    new, lite, account, traded = events
    assert (new["o"]["x"], lite["q"], lite["p"], lite["L"], lite["l"]) == ("NEW", "0.100", "0.00", "65001.00", "0.100")
    assert (account["a"]["m"], account["a"]["B"]) == (
        "ORDER", [{"a": "USDT", "wb": "999996.74995", "cw": "999996.74995", "bc": "0"}],
    )  # fmt: skip
    (position,) = account["a"]["P"]
    assert (position["s"], position["pa"], position["ep"], position["mt"], position["iw"], position["ps"]) == (
        "BTCUSDT", "0.1", "65001", "cross", "0", "BOTH",
    )  # fmt: skip
    assert (position["bep"], position["up"], position["ma"]) == ("65033.5005", "-0.10000000", "USDT")
    order = traded["o"]
    assert (order["x"], order["X"], order["l"], order["z"], order["L"], order["ap"]) == (
        "TRADE", "FILLED", "0.1", "0.1", "65001", "65001.00000",
    )  # fmt: skip
    assert (order["n"], order["N"], order["m"], order["t"] == lite["t"], order["rp"]) == (
        "3.25005000", "USDT", False, True, "0",
    )  # fmt: skip


async def test_profit_is_told_per_execution_and_adds_up_over_positions(raw: RawFutures) -> None:
    for _ in range(2):
        await raw.trade("BUY", "0.1")
        await raw.trade("SELL", "0.1")
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await raw.trade("BUY", "0.1")
        await raw.trade("SELL", "0.1")
        sold = await user.until(lambda event: event.get("o", {}).get("rp", "0") != "0")
        await raw.trade("BUY", "0.1")
        bought = await user.event("ACCOUNT_UPDATE")
    assert sold["o"]["rp"] == "-0.20000000"
    assert bought["a"]["P"][0]["cr"] == "-0.60000000"


async def test_settings_and_margin_changes_are_told(raw: RawFutures) -> None:
    async with stream(raw.venues, f"/private/stream?streams={await raw.listen_key()}") as user:
        await raw.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=7)
        assert (await user.event("ACCOUNT_CONFIG_UPDATE"))["ac"] == {"s": "BTCUSDT", "l": 7}
        await raw.call("POST", "/fapi/v1/multiAssetsMargin", multiAssetsMargin="true")
        assert (await user.event("ACCOUNT_CONFIG_UPDATE"))["ai"] == {"j": True}
        await raw.call("POST", "/fapi/v1/multiAssetsMargin", multiAssetsMargin="false")
        await raw.call("POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType="ISOLATED")
        assert (await user.event("ACCOUNT_UPDATE"))["a"]["m"] == "MARGIN_TYPE_CHANGE"
        await raw.trade("BUY", "0.1")
        await user.event("ACCOUNT_UPDATE")
        await raw.call("POST", "/fapi/v1/positionMargin", symbol="BTCUSDT", amount="100", type=1)
        moved = (await user.event("ACCOUNT_UPDATE"))["a"]
    assert (moved["m"], moved["P"][0]["mt"], moved["P"][0]["iw"]) == ("MARGIN_TRANSFER", "isolated", "1028.58571429")


async def test_a_transfer_is_told_and_listed(raw: RawFutures) -> None:
    futures = raw.venues.simulator.venues["binance"].futures.exchange
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        futures.clearing.move_cash(futures.accounts[raw.api_key], "USDT", Decimal(10))
        deposited = (await user.event("ACCOUNT_UPDATE"))["a"]
    assert (deposited["m"], deposited["B"][0]["bc"], deposited["P"]) == ("DEPOSIT", "10", [])
    (row,) = await raw.get("/fapi/v1/income")
    assert (row["incomeType"], row["income"], row["info"]) == ("TRANSFER", "10.00000000", "TRANSFER")


async def test_a_margin_call_is_told(raw: RawFutures) -> None:
    await raw.venues.control("POST", "accounts", {"api_key": "poor", "secret": "poor", "balances": {"USDT": "400"}})
    poor = RawFutures(raw.venues, api_key="poor", secret="poor")
    await poor.trade("BUY", "0.1")
    async with stream(raw.venues, f"/private/ws?listenKey={await poor.listen_key()}") as user:
        await raw.move("61340")
        call = await user.event("MARGIN_CALL")
    (position,) = call["p"]
    assert (position["s"], position["pa"], position["mt"]) == ("BTCUSDT", "0.1", "CROSSED")


async def test_an_address_can_ask_for_some_events_alone(raw: RawFutures) -> None:
    path = f"/private/ws?listenKey={await raw.listen_key()}&events=ACCOUNT_UPDATE/TRADE_LITE"
    async with stream(raw.venues, path) as user:
        await raw.trade("BUY", "0.1")
        events = [(await user.until(lambda _: True))["e"] for _ in range(2)]
    assert events == ["TRADE_LITE", "ACCOUNT_UPDATE"]


@pytest.mark.parametrize("path", ["/ws/{}", "/private/ws/{}", "/ws?listenKey={}", "/stream?streams={}"])
async def test_a_listen_key_opens_its_stream_by_every_address(raw: RawFutures, path: str) -> None:
    async with stream(raw.venues, path.format(await raw.listen_key())) as user:
        await raw.placed()
        assert (await user.event("ORDER_TRADE_UPDATE"))["o"]["x"] == "NEW"


async def test_a_listen_key_can_be_subscribed_to_and_left(raw: RawFutures) -> None:
    key = await raw.listen_key()
    async with stream(raw.venues, "/private/stream") as user:
        await user.ask(method="SUBSCRIBE", params=[key], id=1)
        await raw.placed()
        wrapped = await user.until(lambda message: "stream" in message)
        assert (wrapped["stream"], wrapped["data"]["e"]) == (key, "ORDER_TRADE_UPDATE")
        await user.ask(method="UNSUBSCRIBE", params=[key], id=2)
        await raw.placed()
        assert await user.is_silent(0.3)


@pytest.mark.conformance(Row.KEEP_ALIVE, COLUMN)
async def test_a_listen_key_that_is_not_renewed_expires_and_its_stream_falls_silent(timed) -> None:
    raw, clock = timed
    key = await raw.listen_key()
    clock.advance(HOUR_MS - 1000)
    assert await raw.send("PUT", "/fapi/v1/listenKey", "") == (200, {"listenKey": key})
    clock.advance(HOUR_MS - 1000)
    assert await raw.listen_key() == key
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as user:
        clock.advance(HOUR_MS)
        raw.venues.simulator.venues["binance"].futures.pass_time()
        expired = await user.event("listenKeyExpired")
        assert (expired["listenKey"], expired["E"]) == (key, clock.now_ms())
        await raw.placed()
        assert await user.is_silent(0.3)
    status, body = await raw.send("PUT", "/fapi/v1/listenKey", "")
    assert (status, body["code"]) == (400, -1125)
    assert await raw.listen_key() != key


async def test_a_closed_listen_key_says_nothing_more(raw: RawFutures) -> None:
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        assert await raw.send("DELETE", "/fapi/v1/listenKey", "") == (200, {})
        await raw.placed()
        assert await user.is_silent(0.3)


async def test_a_listen_key_needs_an_api_key_and_no_signature(raw: RawFutures) -> None:
    raw.api_key = None
    status, body = await raw.send("POST", "/fapi/v1/listenKey", "")
    assert (status, body["code"]) == (401, -2014)


async def test_the_websocket_api_starts_renews_and_stops_the_same_stream(raw: RawFutures) -> None:
    key = await raw.listen_key()
    async with stream(raw.venues, "", "fws_api") as api:
        for number, (method, result) in enumerate(
            [
                ("userDataStream.start", {"listenKey": key}),
                ("userDataStream.ping", {"listenKey": key}),
                ("userDataStream.stop", {}),
            ]
        ):
            answer = await api.ask(id=number, method=method, params={"apiKey": raw.api_key})
            assert (answer["status"], answer["result"]) == (200, result)
        refused = await api.ask(id=9, method="userDataStream.ping", params={"apiKey": raw.api_key})
        assert refused["error"]["code"] == -1125


@pytest.mark.conformance(Row.FORCED_DISCONNECT, COLUMN)
async def test_a_dropped_user_stream_loses_what_came_meanwhile(raw: RawFutures) -> None:
    key = await raw.listen_key()
    async with raw.venues.session.ws_connect(
        raw.venues.url("binance", "fws") + f"/private/ws?listenKey={key}"
    ) as socket:
        await raw.venues.fault("drop_stream", endpoint="stream", count=1)
        await raw.placed()
        message = await socket.receive()
        assert message.data is None or socket.closed
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as user:
        await raw.placed(newClientOrderId="later")
        assert (await user.event("ORDER_TRADE_UPDATE"))["o"]["c"] == "later"


async def test_events_belong_to_their_account_alone(raw: RawFutures) -> None:
    await raw.venues.control("POST", "accounts", {"api_key": "other", "secret": "other", "balances": {"USDT": "10000"}})
    other = RawFutures(raw.venues, api_key="other", secret="other")
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await other.placed(newClientOrderId="theirs")
        await raw.placed(newClientOrderId="mine")
        assert (await user.event("ORDER_TRADE_UPDATE"))["o"]["c"] == "mine"


async def test_signed_frames_and_plain_prices_share_a_socket(raw: RawFutures) -> None:
    async with stream(raw.venues, "", "fws_api") as api:
        price = await api.ask(id="p", method="ticker.price", params={"symbol": "BTCUSDT"})
        book = await api.ask(id="b", method="ticker.book", params={"symbol": "BTCUSDT"})
        depth = await api.ask(id="d", method="depth", params={"symbol": "BTCUSDT", "limit": 5})
        status = await api.ask(**signed("account.status", "s"))
    assert (price["result"]["price"], book["result"]["bidPrice"]) == ("65000.00", "64999.00")
    assert (depth["result"]["bids"][0], status["status"]) == (["64999.00", "1.000"], 200)


async def test_an_order_that_ends_unfilled_says_why(raw: RawFutures) -> None:
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        await raw.placed(price="65001", quantity="2", timeInForce="IOC")
        await raw.trade("BUY", "10")
        resting = await raw.placed(side="SELL", price="65100", quantity="0.1")
        await raw.placed(price="65100", quantity="0.2")
        await raw.call("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT")
        await raw.trade("SELL", "100")
        ended = []
        while len(ended) < 5:
            order = (await user.event("ORDER_TRADE_UPDATE"))["o"]
            if order["X"] in {"EXPIRED", "EXPIRED_IN_MATCH", "CANCELED"}:
                ended.append((order["X"], order["er"], order["i"] == resting["orderId"]))
    assert ended == [
        ("EXPIRED", "2", False), ("EXPIRED", "9", False), ("EXPIRED_IN_MATCH", "1", True), ("CANCELED", "0", False),
        ("EXPIRED", "9", False),
    ]  # fmt: skip


async def test_the_price_of_a_liquidation_is_told_on_the_tick(raw: RawFutures) -> None:
    await raw.trade("BUY", "2")
    key = await raw.listen_key()
    async with stream(raw.venues, f"/private/ws?listenKey={key}") as user:
        await raw.venues.control("POST", "liquidations", {"api_key": raw.api_key, "symbol": SYMBOL})
        told = [(await user.event("ORDER_TRADE_UPDATE"))["o"] for _ in range(3)]
    assert [order["x"] for order in told] == ["NEW", "CALCULATED", "CALCULATED"]
    assert (told[-1]["p"], told[-1]["ap"]) == ("64995.8", "64995.75000")


@pytest.mark.parametrize("margin_type", ["CROSSED", "ISOLATED"])
async def test_every_movement_of_a_liquidation_is_told_and_none_takes_more_than_there_is(
    raw: RawFutures, margin_type: str
) -> None:
    poor = {"api_key": "poor", "secret": "poor", "balances": {"USDT": "0"}, "futures_balances": {"USDT": "1500"}}
    await raw.venues.control("POST", "accounts", poor)
    desk = RawFutures(raw.venues, api_key="poor", secret="poor")
    if margin_type == "ISOLATED":
        await desk.call("POST", "/fapi/v1/marginType", symbol="BTCUSDT", marginType=margin_type)
    await desk.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=50)
    await desk.trade("BUY", "0.5")
    async with stream(raw.venues, f"/private/ws?listenKey={await desk.listen_key()}") as user:
        await raw.venues.control("POST", "market", {"symbol": SYMBOL, "price": "62200"})
        wallet = Decimal((await user.event("ACCOUNT_UPDATE"))["a"]["B"][0]["wb"])
        moved = (await user.event("ACCOUNT_UPDATE"))["a"]
        (told,) = moved["B"]
    assert (moved["m"], Decimal(told["wb"])) == ("INSURANCE_CLEAR", wallet + Decimal(told["bc"]))
    income = await desk.get("/fapi/v1/income")
    assert 1500 + sum(Decimal(entry["income"]) for entry in income) == Decimal(told["wb"]) >= 0
