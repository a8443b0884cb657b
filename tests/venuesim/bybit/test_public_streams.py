"""The topics of the public sockets that differ between pairs and contracts, frame by frame."""

import asyncio
from decimal import Decimal

import pytest

from venuesim.bybit import public_socket
from venuesim.bybit.connections import SUBSCRIBING_SECONDS
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side, TimeInForce
from venuesim_bybit_helpers import RawBybit, RawSocket
from venuesim_conformance import Row

SPOT, LINEAR = "bybit spot", "bybit linear"
CONTRACT = "BTC/USDT:USDT"
SYMBOLS = {"spot": "BTC/USDT", "linear": CONTRACT}


@pytest.fixture
async def still(venues) -> None:
    """Let the contract stand still, too, with the book of the pair."""
    await venues.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")


async def move(venues, symbol: str, price: str) -> None:
    await venues.control("POST", "market", {"symbol": symbol, "price": price})


async def subscribed(raw, category: str, *args: object, **fields: object) -> tuple[RawSocket, dict]:
    """Return a socket that has sent one subscription, and the answer to it."""
    socket = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/public/{category}"))
    await socket.send("subscribe", *args, **fields)
    return socket, await socket.receive()


@pytest.mark.conformance(Row.DEPTH, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("category", "depth", "keys"),
    [
        ("linear", 50, ["topic", "type", "ts", "data", "cts"]),
        ("linear", 1, ["topic", "ts", "type", "data", "cts"]),
        ("spot", 200, ["topic", "ts", "type", "data", "cts"]),
    ],
)
async def test_the_fields_of_a_book_stand_in_the_venues_order(
    raw, still, category: str, depth: int, keys: list
) -> None:
    socket = await raw.public(f"orderbook.{depth}.BTCUSDT", category=category)
    frame = await socket.receive()
    assert list(frame) == keys
    assert list(frame["data"]) == ["s", "b", "a", "u", "seq"]


@pytest.mark.conformance(Row.DEPTH, LINEAR)
@pytest.mark.parametrize("depth", [50, 200, 1000])
async def test_a_contracts_book_is_a_snapshot_and_ordered_deltas_without_a_gap(raw, venues, still, depth: int) -> None:
    socket = await raw.public(f"orderbook.{depth}.BTCUSDT", category="linear")
    snapshot = await socket.receive()
    assert (snapshot["type"], snapshot["data"]["b"][0]) == ("snapshot", ["64999.00", "1.000"])
    book = {side: dict(snapshot["data"][side]) for side in ("b", "a")}
    update = snapshot["data"]["u"]
    for price in ("65100", "64000", "66000.5"):
        await move(venues, CONTRACT, price)
        frame = await socket.receive()
        data, update = frame["data"], update + 1
        assert (frame["type"], data["u"]) == ("delta", update)
        for side in ("b", "a"):
            prices = [Decimal(level) for level, _ in data[side]]
            assert prices == sorted(prices, reverse=side == "b")
            for level, quantity in data[side]:
                if quantity == "0":
                    del book[side][level]  # Deletes only what the client has.
                else:
                    book[side][level] = quantity
        real = (await raw.get("market/orderbook", category="linear", symbol="BTCUSDT", limit=depth))["result"]
        assert book == {side: dict(real[side]) for side in ("b", "a")}
        if depth == 1000:
            assert real["u"] == update


async def test_a_request_for_the_book_tells_the_subscribers_what_it_found(raw, still) -> None:
    socket = await raw.public("orderbook.1000.BTCUSDT")
    before = (await socket.receive())["data"]
    await raw.placed(price="64990", qty="0.5")
    shown = (await raw.get("market/orderbook", category="spot", symbol="BTCUSDT", limit=200))["result"]
    told = (await socket.receive())["data"]
    assert told["b"] == [["64990", "0.5"]]
    assert told["u"] == shown["u"] == before["u"] + 1


@pytest.mark.conformance(Row.DEPTH, SPOT, LINEAR)
@pytest.mark.parametrize("category", ["spot", "linear"])
async def test_the_best_prices_are_snapshots_and_repeated_after_three_seconds(start_venues, category: str) -> None:
    clock = ManualClock()
    async with start_venues(venues=["bybit"], clock=clock, walking=False) as sim:
        raw, symbol = RawBybit(sim, clock), SYMBOLS[category]
        await sim.freeze(symbol, "65000", levels=3, level_quantity="1", half_spread="1")
        socket = await raw.public("orderbook.1.BTCUSDT", category=category)
        first = await socket.receive()
        await move(sim, symbol, "65100")
        changed = await socket.receive()
        assert (first["type"], changed["type"]) == ("snapshot", "snapshot")
        assert (changed["data"]["u"], len(changed["data"]["b"])) == (first["data"]["u"] + 1, 1)
        exchange = sim.simulator.venues["bybit"].exchange
        clock.advance(2999)
        exchange.step()
        clock.advance(1)
        exchange.step()
        again = await socket.receive()
        assert again["data"] == changed["data"]
        assert again["ts"] == changed["ts"] + 3000


@pytest.mark.conformance(Row.TICKERS, LINEAR)
async def test_a_contracts_ticker_is_a_snapshot_and_then_what_changed(raw, venues, still) -> None:
    socket = await raw.public("tickers.BTCUSDT", category="linear")
    first = await socket.receive()
    assert (first["type"], list(first)) == ("snapshot", ["topic", "type", "data", "cs", "ts"])
    assert (first["data"]["markPrice"], first["data"]["bid1Price"]) == ("65000.00", "64999.00")
    assert "usdIndexPrice" not in first["data"]
    await move(venues, CONTRACT, "65100")
    delta = await socket.receive()
    assert (delta["type"], delta["data"]["symbol"], delta["data"]["markPrice"]) == ("delta", "BTCUSDT", "65100.00")
    assert "fundingRate" not in delta["data"]
    assert {name for name, value in delta["data"].items() if first["data"][name] == value} == {"symbol"}


@pytest.mark.conformance(Row.PUBLIC_TRADES, LINEAR)
async def test_a_contracts_trades_tell_the_direction_of_the_price(raw, venues, still) -> None:
    socket = await raw.public("publicTrade.BTCUSDT", category="linear")
    for price in ("65000.5", "65000.5", "64000", "64000"):
        await move(venues, CONTRACT, price)
    directions = [(await socket.receive())["data"][0] for _ in range(4)]
    assert [trade["L"] for trade in directions] == ["PlusTick", "ZeroPlusTick", "MinusTick", "ZeroMinusTick"]
    assert {"T", "s", "S", "v", "p", "L", "i", "BT", "RPI", "seq"} == set(directions[0])
    assert directions[0]["p"] == "65000.50"


@pytest.mark.conformance(Row.CANDLES, SPOT, LINEAR)
@pytest.mark.parametrize("category", ["spot", "linear"])
async def test_a_running_candle_is_told_once_a_second_and_once_more_when_it_closes(start_venues, category: str) -> None:
    clock = ManualClock(1_750_000_020_000)  # A whole minute.
    async with start_venues(venues=["bybit"], clock=clock, walking=False) as sim:
        raw, symbol = RawBybit(sim, clock), SYMBOLS[category]
        await sim.freeze(symbol, "65000")
        socket = await raw.public("kline.1.BTCUSDT", category=category)
        (running,) = (await socket.receive())["data"]
        assert (running["start"], running["end"], running["confirm"]) == (1_750_000_020_000, 1_750_000_079_999, False)
        exchange = sim.simulator.venues["bybit"].exchange
        await move(sim, symbol, "65100")
        exchange.step()  # Told only when a second has passed.
        await move(sim, symbol, "65050")
        clock.advance(1000)
        exchange.step()
        (later,) = (await socket.receive())["data"]
        assert (later["high"], later["close"], later["interval"]) == ("65100", "65050", "1")
        clock.advance(59_000)
        exchange.step()
        (closed,) = (await socket.receive())["data"]
        assert (closed["start"], closed["close"], closed["confirm"]) == (running["start"], "65050", True)
        frame = await socket.receive()
        assert (frame["data"][0]["start"], frame["data"][0]["confirm"]) == (1_750_000_080_000, False)
        assert list(frame) == ["topic", "data", "ts", "type"]


async def test_price_limits_are_told_when_they_move(raw, venues, still) -> None:
    socket = await raw.public("priceLimit.BTCUSDT", category="linear")
    first = await socket.receive()
    assert first["data"] == {"symbol": "BTCUSDT", "buyLmt": "66300.00", "sellLmt": "63700.00"}
    await move(venues, CONTRACT, "65100")
    assert (await socket.receive())["data"]["buyLmt"] == "66402.00"


@pytest.mark.conformance(Row.LIQUIDATION, LINEAR)
async def test_liquidations_are_told_by_the_side_of_the_position(raw, venues, still) -> None:
    account = {"api_key": "poor", "secret": "s", "balances": {"USDT": "10000"}}
    await venues.control("POST", "accounts", account)
    exchange = venues.simulator.venues["bybit"].exchange
    hold(exchange, exchange.accounts["poor"], "1")
    socket = await raw.public("allLiquidation.BTCUSDT", category="linear")
    await move(venues, CONTRACT, "50000")
    frame = await socket.receive()
    (row,) = frame["data"]
    assert (frame["type"], row["s"], row["S"], row["v"]) == ("snapshot", "BTCUSDT", "Buy", "1.000")


def hold(exchange, account, quantity: str) -> None:
    """Let an account buy the contract at the market."""
    request = OrderRequest(
        instrument=exchange.markets[CONTRACT].instrument,
        side=Side.BUY,
        order_type=OrderType.MARKET,
        client_order_id="",
        time_in_force=TimeInForce.IOC,
        quantity=Decimal(quantity),
    )
    exchange.place(account, request)


async def test_topics_of_pools_are_named_by_coin(raw) -> None:
    socket = await raw.public("adlAlert.USDT", "insurance.USDT", category="linear")
    frame = await socket.receive()
    assert (frame["topic"], frame["type"]) == ("adlAlert.USDT", "snapshot")
    assert {"c", "s", "b", "mb", "i_pr", "pr", "adl_tt", "adl_sr"} == set(frame["data"][0])


async def test_retail_price_improvement_has_a_column_of_its_own(raw, still) -> None:
    socket = await raw.public("orderbook.rpi.BTCUSDT")
    frame = await socket.receive()
    assert frame["data"]["b"][0] == ["64999", "1", "0"]


# Operations


@pytest.mark.conformance(Row.KEEP_ALIVE, SPOT, LINEAR)
async def test_acknowledgements_and_pongs_are_worded_by_the_socket(raw) -> None:
    for category, message, named in (("spot", "subscribe", {}), ("linear", "", {"req_id": ""})):
        socket, answer = await subscribed(raw, category, "publicTrade.BTCUSDT")
        connection = {"conn_id": answer["conn_id"]}
        assert answer == {"success": True, "ret_msg": message, **connection, **named, "op": "subscribe"}
        await socket.send("ping")
        assert await socket.receive() == {"success": True, "ret_msg": "pong", **connection, **named, "op": "ping"}
        await socket.send("ping", req_id="p")
        assert (await socket.receive())["req_id"] == "p"


async def test_a_subscription_is_not_answered_before_the_client_has_noted_it(raw) -> None:
    loop = asyncio.get_running_loop()
    socket = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/public/linear"))
    began = loop.time()
    await socket.send("subscribe", "publicTrade.BTCUSDT")
    await socket.send("ping")
    answers = [(await socket.receive())["op"] for _ in range(2)]
    assert loop.time() - began >= SUBSCRIBING_SECONDS
    assert answers == ["subscribe", "ping"]  # What comes after it waits as well.


@pytest.mark.conformance(Row.ERRORS, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("category", "args", "message"),
    [
        ("linear", ["orderbook.50.NOPEUSDT"], "error:handler not found,topic:orderbook.50.NOPEUSDT"),
        ("linear", ["orderbook.30.BTCUSDT"], "error:handler not found,topic:orderbook.30.BTCUSDT"),
        ("linear", ["orderbook.50.btcusdt"], "error:handler not found,topic:orderbook.50.btcusdt"),
        ("linear", ["order"], "error:handler not found,topic:order"),
        ("linear", ["kline.7.BTCUSDT"], "error:handler not found,topic:kline.7.BTCUSDT"),
        ("linear", ["adlAlert"], "error:handler not found,topic:adlAlert"),
        ("spot", ["tickers.NOPEUSDT"], "Invalid symbol :[tickers.NOPEUSDT]"),
        ("spot", ["allLiquidation.BTCUSDT"], "Invalid symbol :[allLiquidation.BTCUSDT]"),
        ("spot", ["tickers.BTCUSDT"] * 11, "args size >10"),
        ("linear", ["tickers.BTCUSDT"] * 2, "error:already subscribed,topic:tickers.BTCUSDT"),
        ("inverse", ["tickers.BTCUSD"], "error:handler not found,topic:tickers.BTCUSD"),
    ],
)
async def test_a_wrong_subscription_is_refused_whole(raw, category: str, args: list[str], message: str) -> None:
    socket, answer = await subscribed(raw, category, *args, req_id="9")
    assert (answer["success"], answer["ret_msg"], answer["req_id"], answer["op"]) == (False, message, "9", "subscribe")
    await socket.send("ping")
    assert (await socket.receive())["op"] == "ping"  # Nothing was told in between.


async def test_what_is_subscribed_already_spoils_the_request_for_the_others(raw, still) -> None:
    socket = await raw.public("publicTrade.BTCUSDT", category="linear")
    await socket.send("subscribe", "publicTrade.BTCUSDT", "tickers.ETHUSDT", req_id="2")
    answer = await socket.receive()
    assert (answer["success"], answer["ret_msg"]) == (False, "error:already subscribed,topic:publicTrade.BTCUSDT")
    await socket.send("unsubscribe", "publicTrade.BTCUSDT")
    assert (await socket.receive())["success"]
    await socket.send("subscribe", "publicTrade.BTCUSDT")
    assert (await socket.receive())["success"]


async def test_contracts_take_many_topics_at_once_but_not_without_end(raw, venues, monkeypatch) -> None:
    markets = venues.simulator.venues["bybit"].exchange.markets.values()
    names = [market.instrument.venue_id for market in markets if market.instrument.is_linear]
    topics = [f"{stream}.{name}" for name in names for stream in ("publicTrade", "priceLimit", "allLiquidation")]
    _, answer = await subscribed(raw, "linear", *topics)
    assert answer["success"]
    monkeypatch.setattr(public_socket, "ARGS_CHARACTERS_MAX", 1000)
    _, answer = await subscribed(raw, "linear", *topics)
    assert not answer["success"]


async def test_nonsense_and_unknown_operations_leave_the_socket_open(raw) -> None:
    socket = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/public/linear"))
    await socket.send("nope")
    assert (await socket.receive())["ret_msg"] == "error:invalid op"
    await socket.socket.send_str("hello")
    answer = await socket.receive()
    assert answer["ret_msg"].startswith("Failed to decode incoming data:readObjectStart: expect { or n, but found h")
    await socket.send("ping")
    assert (await socket.receive())["ret_msg"] == "pong"
