"""The channels of an account: what they tell of swaps, in which frames, and to whom."""

import pytest

SWAP = "BTC-USDT-SWAP"
SYMBOL = "BTC/USDT:USDT"


def picked(row: dict, *names: str) -> tuple:
    return tuple(row[name] for name in names)


async def buys(raw, contracts: str = "10", **changes: object) -> str:
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": contracts, **changes}
    _, body = await raw.post("trade/order", order)
    assert body["code"] == "0", body
    return body["data"][0]["ordId"]


@pytest.fixture
async def swap(venues) -> None:
    """BTC-USDT-SWAP frozen at 65,000 with 100 contracts on each of 3 levels."""
    await venues.freeze(SYMBOL, "65000", levels=3, level_quantity="1", half_spread="1")


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance("Private stream: positions", "okx swap")
async def test_positions_come_whole_at_first_and_then_as_they_change(raw) -> None:
    socket = await raw.subscribed(
        {"channel": "positions", "instType": "SWAP", "extraParams": '{"updateInterval": "0"}'}
    )
    first = await socket.receive()
    assert picked(first, "eventType", "curPage", "lastPage", "data") == ("snapshot", 1, True, [])
    assert first["arg"] == {"channel": "positions", "instType": "SWAP", "uid": first["arg"]["uid"]}
    await buys(raw)
    opened = await socket.receive()
    assert opened["eventType"] == "event_update"
    assert "curPage" not in opened
    assert picked(opened["data"][0], "instId", "pos", "avgPx", "mgnMode") == (SWAP, "10", "65001", "cross")
    await buys(raw, side="sell")
    assert picked((await socket.receive())["data"][0], "instId", "pos") == (SWAP, "0")
    later = await raw.subscribed({"channel": "positions", "instType": "ANY"})
    assert (await later.receive())["data"] == []


@pytest.mark.usefixtures("swap")
@pytest.mark.parametrize(
    ("arg", "told"),
    [
        ({"instType": "ANY"}, 1),
        ({"instType": "SWAP", "instFamily": "BTC-USDT"}, 1),
        ({"instType": "SWAP", "instFamily": "ETH-USDT"}, 0),
        ({"instType": "SWAP", "instId": "ETH-USDT-SWAP"}, 0),
        ({"instType": "SWAP", "instFamily": "ETH-USDT", "instId": SWAP}, 1),
        ({"instType": "FUTURES"}, 0),
    ],
)
async def test_a_subscription_names_what_it_wants_by_type_family_or_instrument(raw, arg: dict, told: int) -> None:
    await buys(raw)
    socket = await raw.subscribed({"channel": "positions", **arg})
    assert len((await socket.receive())["data"]) == told
    orders = await raw.subscribed({"channel": "orders", **arg})
    await buys(raw)
    await orders.socket.send_str("ping")
    frames = []
    while (text := (await orders.socket.receive(5)).data) != "pong":
        frames.append(text)
    assert bool(frames) == bool(told)


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance("Private stream: balances", "okx swap")
async def test_the_account_channel_tells_margin_and_profit(raw) -> None:
    socket = await raw.subscribed({"channel": "account", "ccy": "USDT", "extraParams": '{"updateInterval":"0"}'})
    first = await socket.receive()
    assert picked(first, "eventType", "curPage", "lastPage") == ("snapshot", 1, True)
    await buys(raw)
    await socket.until("account", 1)  # The order is accepted.
    row = (await socket.until("account", 1))[0]["details"][0]
    _, body = await raw.get("account/balance", ccy="USDT")
    shown = body["data"][0]["details"][0]
    names = ("eq", "cashBal", "availEq", "availBal", "frozenBal", "imr", "mmr", "upl", "ordFrozen")
    assert picked(row, *names) == picked(shown, *names)
    assert row["upl"] == "-0.1"


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance(
    "Balances locked and released",
    "okx swap",
    approximate="a dollar is a USDT; each currency backs its own contracts only",
)
async def test_equity_is_cash_and_profit_and_what_margins_leave_is_available(raw) -> None:
    await raw.post("account/set-leverage", {"instId": SWAP, "lever": "10", "mgnMode": "cross"})
    await buys(raw, ordType="limit", px="64000")
    await buys(raw)
    _, body = await raw.get("account/balance", ccy="USDT")
    row = body["data"][0]["details"][0]
    figures = {name: float(row[name]) for name in ("cashBal", "eq", "upl", "frozenBal", "availEq", "ordFrozen", "imr")}
    fee = 0.1 * 65001 * 0.0005
    assert figures["cashBal"] == pytest.approx(1_000_000 - fee)
    assert figures["eq"] == pytest.approx(figures["cashBal"] + figures["upl"])
    assert figures["ordFrozen"] == pytest.approx(640)
    assert figures["frozenBal"] == pytest.approx(figures["imr"])
    assert figures["frozenBal"] == pytest.approx(640 + 650, rel=0.01)
    assert figures["availEq"] == pytest.approx(figures["eq"] - figures["frozenBal"])
    assert float(row["mgnRatio"]) > 1000


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance("Balances locked and released", "okx spot")
async def test_a_pairs_order_freezes_what_it_gives(raw) -> None:
    await raw.placed(px="60000", sz="0.5")
    _, body = await raw.get("account/balance", ccy="USDT,BTC")
    usdt, btc = body["data"][0]["details"]
    assert picked(usdt, "ccy", "cashBal", "availBal", "frozenBal", "ordFrozen", "imr") == (
        *("USDT", "1000000", "970000", "30000", "30000", ""),
    )
    assert picked(btc, "ccy", "eq", "frozenBal", "eqUsd") == ("BTC", "10", "0", "650000")
    assert float(body["data"][0]["totalEq"]) == pytest.approx(1_000_000 + 650_000 + 100 * 3000, rel=0.1)


@pytest.mark.usefixtures("swap")
async def test_an_isolated_position_takes_its_margin_out_of_the_cash(raw) -> None:
    await raw.post("account/set-leverage", {"instId": SWAP, "lever": "10", "mgnMode": "isolated"})
    await buys(raw, tdMode="isolated")
    _, body = await raw.get("account/balance", ccy="USDT")
    row = body["data"][0]["details"][0]
    assert float(row["isoEq"]) == pytest.approx(650.01 - 0.1)
    assert float(row["eq"]) == pytest.approx(float(row["cashBal"]) + float(row["isoEq"]))
    assert picked(row, "frozenBal", "imr", "mmr") == ("0", "", "")


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance("Private stream: balances", "okx spot")
async def test_balance_and_position_tells_cash_positions_and_trades(raw) -> None:
    socket = await raw.subscribed({"channel": "balance_and_position"})
    first = (await socket.receive())["data"][0]
    assert first["eventType"] == "snapshot"
    assert {row["ccy"]: row["cashBal"] for row in first["balData"]} == {"USDT": "1000000", "BTC": "10", "ETH": "100"}
    await buys(raw)
    told = (await socket.receive())["data"][0]
    assert told["eventType"] == "filled"
    assert [row["ccy"] for row in told["balData"]] == ["USDT"]
    assert picked(told["posData"][0], "instId", "pos", "posSide") == (SWAP, "10", "net")
    assert told["trades"][0]["instId"] == SWAP
    await raw.placed(px="65001", sz="0.01")
    told = (await socket.receive())["data"][0]
    assert ({row["ccy"] for row in told["balData"]}, told["posData"]) == ({"BTC", "USDT"}, [])
    await raw.post("asset/transfer", {"ccy": "USDT", "amt": "1", "from": "18", "to": "6"})
    assert (await socket.receive())["data"][0]["eventType"] == "transferred"


@pytest.mark.conformance("Funding", "okx swap")
@pytest.mark.conformance(
    "Income, bills, transaction log", "okx swap", approximate="a fill's billId is none of its bills'"
)
async def test_funding_is_told_and_billed(timed) -> None:
    raw, sim, clock = timed
    await sim.freeze(SYMBOL, "65000", levels=3, level_quantity="1", half_spread="1")
    await buys(raw)
    socket = await raw.subscribed({"channel": "balance_and_position"})
    await socket.receive()
    clock.advance(8 * 3_600_000)
    sim.simulator.venues["okx"].exchange.pass_time()
    told = (await socket.receive())["data"][0]
    assert picked(told, "eventType", "trades") == ("funding_fee", [])
    _, body = await raw.get("account/bills", type="8")
    (bill,) = body["data"]
    # 10 contracts of 0.01 BTC at 65,000 and one basis point.
    assert picked(bill, "subType", "balChg", "pnl", "px", "sz", "instId", "instType", "ccy") == (
        *("173", "-0.65", "-0.65", "65000", "10", SWAP, "SWAP", "USDT"),
    )
    assert bill["bal"] == told["balData"][0]["cashBal"]


@pytest.mark.usefixtures("swap")
@pytest.mark.conformance(
    "Income, bills, transaction log", "okx spot", approximate="a fill's billId is none of its bills'"
)
async def test_every_fill_has_its_bills(raw) -> None:
    order_id = await raw.placed(px="65001", sz="0.01", clOrdId="bill1")
    _, body = await raw.get("account/bills", instType="SPOT")
    usdt, btc = body["data"]
    assert picked(btc, "ccy", "balChg", "bal", "fee", "subType", "type", "mgnMode", "execType") == (
        *("BTC", "0.00999", "10.00999", "-0.00001", "1", "2", "cash", "T"),
    )
    assert picked(usdt, "ccy", "balChg", "bal", "fee", "px", "subType") == (
        *("USDT", "-650.01", "999349.99", "0", "65001", "2"),
    )
    assert {row["ordId"] for row in body["data"]} == {order_id}
    assert {row["clOrdId"] for row in body["data"]} == {"bill1"}
    await buys(raw)
    await buys(raw, side="sell")
    _, body = await raw.get("account/bills-archive", instType="SWAP", limit=1)
    (closed,) = body["data"]
    assert picked(closed, "subType", "sz", "pnl", "fee", "balChg", "mgnMode") == (
        *("2", "10", "-0.2", "-3.24995", "-3.44995", "cross"),
    )
    _, none = await raw.get("account/bills", instType="SWAP", mgnMode="isolated")
    assert none["data"] == []
    _, older = await raw.get("account/bills", after=closed["billId"], limit=1)
    assert int(older["data"][0]["billId"]) < int(closed["billId"])
    _, newer = await raw.get("account/bills", before=older["data"][0]["billId"])
    assert [row["billId"] for row in newer["data"]] == [closed["billId"]]


@pytest.mark.conformance("Liquidation", "okx swap")
async def test_a_liquidation_warns_its_owner_and_is_told_to_everybody(raw, venues) -> None:
    await venues.control("POST", "accounts", {**raw.account(), "balances": {"USDT": "1000", "BTC": "0", "ETH": "0"}})
    await venues.freeze(SYMBOL, "65000", levels=3, level_quantity="10", half_spread="1")
    await raw.post("account/set-leverage", {"instId": SWAP, "lever": "50", "mgnMode": "cross"})
    await buys(raw, "50")
    warned = await raw.subscribed({"channel": "liquidation-warning", "instType": "SWAP"})
    told = await raw.public()
    await told.send("subscribe", {"channel": "liquidation-orders", "instType": "SWAP"})
    assert (await told.receive())["event"] == "subscribe"
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "63340"})
    assert picked((await warned.receive())["data"][0], "instId", "pos") == (SWAP, "50")
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "63000"})
    row = (await told.receive())["data"][0]
    assert picked(row, "instId", "instType", "uly") == (SWAP, "SWAP", "BTC-USDT")
    assert picked(row["details"][0], "side", "posSide") == ("sell", "net")
    _, body = await raw.get("account/bills", type="5")
    # What the account lacked after its position was sold came from the insurance fund.
    assert [row["subType"] for row in body["data"]] == ["110", "107", "107", "107"][: len(body["data"])]


async def test_balances_and_positions_are_told_anew_in_intervals(timed) -> None:
    raw, _, clock = timed
    socket = await raw.subscribed({"channel": "account"})
    assert (await socket.receive())["eventType"] == "snapshot"
    clock.advance(5000)
    again = await socket.receive()
    assert picked(again, "eventType", "curPage", "lastPage") == ("snapshot", 1, True)
    assert len(again["data"][0]["details"]) == 3


async def test_each_connection_counts_once_for_a_channel_and_thirty_are_enough(raw, venues) -> None:
    await venues.control("POST", "limits", {"scale": 100})
    sockets = [await raw.subscribed({"channel": "orders", "instType": "ANY"}) for _ in range(30)]
    await sockets[0].send("subscribe", {"channel": "orders", "instType": "SPOT"})
    assert (await sockets[0].receive())["event"] == "subscribe"
    late = await raw.private()
    await late.receive()
    await late.send("subscribe", {"channel": "orders", "instType": "ANY"})
    assert (await late.receive())["event"] == "subscribe"
    refused = await late.receive()
    assert picked(refused, "event", "channel", "connCount") == ("channel-conn-count-error", "orders", "30")
    await sockets[1].socket.close()
    again = await raw.private()
    await again.receive()
    await again.send("subscribe", {"channel": "orders", "instType": "ANY"})
    await again.receive()
    assert picked(await again.receive(), "event", "connCount") == ("channel-conn-count", "30")


@pytest.mark.parametrize(
    "arg",
    [
        {"channel": "account-greeks"},
        {"channel": "liquidation-warning", "instType": "ANY"},
        {"channel": "account", "ccy": "NOPE"},
    ],
)
async def test_channels_that_have_nothing_to_tell_can_be_heard(raw, arg: dict) -> None:
    await raw.subscribed(arg)
