"""The channels of the public and the business socket, and what is refused where."""

import msgspec
import pytest

PAIR = "BTC-USDT"
SWAP = "BTC-USDT-SWAP"


async def heard(raw, kind: str, *args: dict):
    """Return a socket with channels whose acknowledgements were read, and the first frame of each."""
    socket = await getattr(raw, kind)()
    first = []
    for arg in args:
        await socket.send("subscribe", arg, id="s1")
        answer = await socket.receive()
        assert (answer["event"], answer["arg"], answer["id"]) == ("subscribe", arg, "s1")
        first.append(await socket.receive())
    return socket, first


@pytest.mark.conformance(
    "Mark price, index price, funding rate data",
    "okx swap",
    approximate="mark and index are the middle of the market; past funding and strangers' open interest are invented",
)
@pytest.mark.parametrize(
    ("arg", "names"),
    [
        ({"channel": "tickers", "instId": SWAP}, ("instType", "last", "askSz", "volCcy24h", "sodUtc8")),
        ({"channel": "mark-price", "instId": SWAP}, ("instType", "instId", "markPx", "ts")),
        ({"channel": "mark-price", "instId": PAIR}, ("instType", "instId", "markPx", "ts")),
        ({"channel": "index-tickers", "instId": PAIR}, ("instId", "idxPx", "high24h", "sodUtc0", "ts")),
        ({"channel": "price-limit", "instId": SWAP}, ("instId", "buyLmt", "sellLmt", "enabled", "ts")),
        ({"channel": "funding-rate", "instId": SWAP}, ("fundingRate", "fundingTime", "nextFundingTime", "method")),
        ({"channel": "open-interest", "instId": SWAP}, ("instType", "oi", "oiCcy", "oiUsd", "ts")),
        ({"channel": "instruments", "instType": "SPOT"}, ("instId", "tickSz", "instIdCode")),
        ({"channel": "books5", "instId": SWAP}, ("asks", "bids", "instId", "ts", "seqId")),
        ({"channel": "bbo-tbt", "instId": SWAP}, ("asks", "bids", "ts", "seqId")),
    ],
)
async def test_a_channel_of_states_tells_the_present_one_at_once(raw, arg: dict, names: tuple) -> None:
    _, (first,) = await heard(raw, "public", arg)
    assert first["arg"] == arg
    assert set(names) <= set(first["data"][0])


async def test_a_state_is_told_again_when_it_changes_and_sometimes_when_it_does_not(timed) -> None:
    raw, sim, clock = timed
    arg = {"channel": "mark-price", "instId": PAIR}
    socket, _ = await heard(raw, "public", arg)
    clock.advance(1000)
    await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65100"})
    assert (await socket.receive())["data"][0]["markPx"] == "65100"
    clock.advance(10_000)
    again = (await socket.receive())["data"][0]
    assert (again["markPx"], again["ts"]) == ("65100", str(clock.now_ms()))


async def test_an_instrument_that_changes_is_told_alone(timed) -> None:
    raw, sim, clock = timed
    socket, (first,) = await heard(raw, "public", {"channel": "instruments", "instType": "SWAP"})
    assert len(first["data"]) >= 20
    exchange = sim.simulator.venues["okx"].exchange
    instrument = exchange.markets["BTC/USDT:USDT"].instrument
    exchange.change_instrument(msgspec.structs.replace(instrument, is_trading=False))
    clock.advance(1000)
    changed = (await socket.receive())["data"]
    assert [(row["instId"], row["state"]) for row in changed] == [(SWAP, "suspend")]


@pytest.mark.conformance("Depth snapshots and updates", "okx spot")
async def test_a_book_that_rests_is_told_empty_after_a_minute(timed) -> None:
    raw, sim, clock = timed
    socket, (snapshot,) = await heard(raw, "public", {"channel": "books", "instId": PAIR})
    sequence = snapshot["data"][0]["seqId"]
    clock.advance(60_000)
    kept = (await socket.receive())["data"][0]
    assert (kept["asks"], kept["bids"], kept["prevSeqId"], kept["seqId"]) == ([], [], sequence, sequence)
    await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65100"})
    assert (await socket.receive())["data"][0]["prevSeqId"] == sequence


async def test_an_order_shows_in_the_book_without_a_step_of_the_market(timed) -> None:
    raw, _, _ = timed
    socket, _ = await heard(raw, "public", {"channel": "books", "instId": PAIR}, {"channel": "bbo-tbt", "instId": PAIR})
    await raw.placed(px="65000", sz="0.5")
    frames = [await socket.receive() for _ in range(2)]
    # Tick-by-tick best prices always come before the book.
    assert [frame["arg"]["channel"] for frame in frames] == ["bbo-tbt", "books"]
    assert frames[0]["data"][0]["bids"] == [["65000", "0.5", "0", "1"]]
    assert frames[1]["data"][0]["bids"] == [["65000", "0.5", "0", "1"]]


async def test_a_level_tells_how_many_orders_make_it(timed) -> None:
    raw, _, _ = timed
    socket, _ = await heard(raw, "public", {"channel": "books", "instId": PAIR})
    await raw.placed(px="64999", sz="0.5")
    assert (await socket.receive())["data"][0]["bids"] == [["64999", "1.5", "0", "2"]]
    order_id = await raw.placed(px="64000", sz="0.5")
    assert (await socket.receive())["data"][0]["bids"] == [["64000", "0.5", "0", "1"]]
    await raw.post("trade/cancel-order", {"instId": PAIR, "ordId": order_id})
    assert (await socket.receive())["data"][0]["bids"] == [["64000", "0", "0", "0"]]


async def test_tick_by_tick_books_need_a_login_and_a_higher_fee_tier(raw) -> None:
    arg = {"channel": "books-l2-tbt", "instId": PAIR}
    socket = await raw.public()
    await socket.send("subscribe", arg)
    assert (await socket.receive())["code"] == "60011"
    await socket.send("login", raw.own_login())
    assert (await socket.receive())["event"] == "login"
    await socket.send("subscribe", arg)
    assert (await socket.receive())["code"] == "64003"


@pytest.mark.usefixtures("vip")
async def test_the_deepest_book_is_not_heard_together_with_another(raw) -> None:
    socket = await raw.public()
    await socket.send("login", raw.own_login())
    await socket.receive()
    for channel in ("books50-l2-tbt", "books"):
        await socket.send("subscribe", {"channel": channel, "instId": PAIR})
        assert (await socket.receive())["event"] == "subscribe"
        assert (await socket.receive())["action"] == "snapshot"
    await socket.send("subscribe", {"channel": "books-l2-tbt", "instId": PAIR})
    refused = await socket.receive()
    assert refused["code"] == "64004"
    assert "books-l2-tbt for BTC-USDT is not allowed" in refused["msg"]
    await socket.send("subscribe", {"channel": "books-l2-tbt", "instId": SWAP})
    assert (await socket.receive())["event"] == "subscribe"


@pytest.mark.conformance("Trades", "okx swap", approximate="the newest 1,500 are kept")
async def test_trades_are_told_on_both_sockets_and_counted_on_one(raw, venues) -> None:
    await venues.freeze("BTC/USDT:USDT", "65000")
    public, business = await raw.public(), await raw.business()
    for socket, channel in ((public, "trades"), (business, "trades-all")):
        await socket.send("subscribe", {"channel": channel, "instId": SWAP})
        assert (await socket.receive())["event"] == "subscribe"
    await venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", "price": "65100"})
    counted, single = (await public.receive())["data"][0], (await business.receive())["data"][0]
    assert {name: counted[name] for name in single} == single
    assert set(counted) - set(single) == {"count", "seqId"}
    assert (counted["px"], counted["instId"]) == ("65100", SWAP)


@pytest.mark.conformance("Trades", "okx spot", approximate="the newest 1,500 are kept")
async def test_a_takers_matches_at_one_price_are_told_as_one(raw, venues) -> None:
    await raw.placed(side="sell", px="65001", sz="0.5")
    public, business = await raw.public(), await raw.business()
    for socket, channel in ((public, "trades"), (business, "trades-all")):
        await socket.send("subscribe", {"channel": channel, "instId": PAIR})
        assert (await socket.receive())["event"] == "subscribe"
    other = {"api_key": "o" * 32, "secret": "t", "passphrase": "p", "balances": {"USDT": "1000000"}}
    await venues.control("POST", "accounts", other)
    await type(raw)(venues, keys=("o" * 32, "t", "p")).placed(px="65007.5", sz="2")
    told = [(await public.receive())["data"][0] for _ in range(2)]
    assert [(row["px"], row["sz"], row["count"]) for row in told] == [("65001", "1.5", "2"), ("65007.5", "0.5", "1")]
    single = [(await business.receive())["data"][0] for _ in range(3)]
    assert [(row["px"], row["sz"]) for row in single] == [("65001", "1"), ("65001", "0.5"), ("65007.5", "0.5")]
    assert [row["tradeId"] for row in single[1:]] == [row["tradeId"] for row in told]


@pytest.mark.parametrize(
    ("kind", "arg"),
    [
        ("public", {"channel": "candle1m", "instId": PAIR}),
        ("public", {"channel": "orders", "instType": "SPOT"}),
        ("public", {"channel": "trades-all", "instId": PAIR}),
        ("public", {"channel": "funding-rate", "instId": PAIR}),
        ("public", {"channel": "tickers", "instId": "NOPE-USDT"}),
        ("public", {"channel": "instruments", "instType": "BONDS"}),
        ("public", {"channel": "gossip"}),
        ("business", {"channel": "candle7m", "instId": PAIR}),
        ("business", {"channel": "tickers", "instId": PAIR}),
        ("business", {"channel": "orders", "instType": "SPOT"}),
    ],
)
@pytest.mark.conformance("Error codes and HTTP statuses", "okx spot")
async def test_a_channel_at_the_wrong_url_does_not_exist(raw, kind: str, arg: dict) -> None:
    socket = await getattr(raw, kind)()
    await socket.send("subscribe", arg, id="7")
    refused = await socket.receive()
    named = ",".join(f"{name}:{value}" for name, value in arg.items())
    assert (refused["event"], refused["code"], refused["id"]) == ("error", "60018", "7")
    assert refused["msg"] == (
        f"Wrong URL or {named} doesn't exist. Please use the correct URL, channel and parameters referring to API "
        "document."
    )
    assert len(refused["connId"]) == 8


async def test_what_was_renamed_is_refused_with_its_new_name(raw) -> None:
    socket = await raw.public()
    await socket.send("subscribe", {"channel": "estimated-price", "uly": "BTC-USD"})
    assert (await socket.receive())["code"] == "64000"


@pytest.mark.parametrize("kind", ["public", "business"])
async def test_orders_are_refused_where_they_do_not_belong(raw, kind: str) -> None:
    socket = await getattr(raw, kind)()
    await socket.send("order", raw.parameters(), id="1")
    refused = await socket.receive()
    assert (refused["code"], refused["id"], refused["op"]) == ("60028", "1", "order")


@pytest.mark.conformance("Log-in, keep-alive, listen keys", "okx spot")
@pytest.mark.conformance("Log-in, keep-alive, listen keys", "okx swap")
async def test_algo_orders_are_told_on_the_business_socket_after_a_login(raw) -> None:
    socket = await raw.business()
    arg = {"channel": "orders-algo", "instType": "ANY"}
    await socket.send("subscribe", arg)
    assert (await socket.receive())["code"] == "60011"
    await socket.send("login", raw.own_login())
    assert (await socket.receive())["event"] == "login"
    await socket.send("subscribe", arg)
    assert (await socket.receive())["event"] == "subscribe"
    algo = {"instId": PAIR, "tdMode": "cash", "side": "sell", "ordType": "conditional", "sz": "0.1"}
    _, body = await raw.post("trade/order-algo", {**algo, "slTriggerPx": "60000", "slOrdPx": "-1"})
    told = await socket.receive()
    assert told["arg"] == {**arg, "uid": told["arg"]["uid"]}
    assert (told["data"][0]["algoId"], told["data"][0]["state"]) == (body["data"][0]["algoId"], "live")


@pytest.mark.conformance("Forced disconnect", "okx spot")
@pytest.mark.conformance("Forced disconnect", "okx swap")
async def test_a_connection_is_told_that_it_will_end(raw, venues) -> None:
    socket = await raw.private()
    await socket.receive()
    await venues.fault("maintenance")
    notice = await socket.receive()
    assert (notice["event"], notice["code"]) == ("notice", "64008")
    assert notice["msg"] == "The connection will soon be closed for a service upgrade. Please reconnect."
    assert (await socket.socket.receive(5)).type.name == "CLOSE"


async def test_a_request_that_is_too_long_ends_the_connection(raw) -> None:
    socket = await raw.public()
    await socket.send("subscribe", *[{"channel": "tickers", "instId": PAIR}] * 1500)
    farewell = await socket.socket.receive(5)
    assert (farewell.type.name, farewell.data) == ("CLOSE", 1009)
