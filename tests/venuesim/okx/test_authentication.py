"""Who is let in, over REST and over the private socket."""

import pytest
from aiohttp import WSMsgType


@pytest.mark.conformance("Signatures and permissions", "okx spot", "okx swap")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"OK-ACCESS-KEY": None}, "50103"),
        ({"OK-ACCESS-PASSPHRASE": None}, "50104"),
        ({"OK-ACCESS-SIGN": None}, "50106"),
        ({"OK-ACCESS-TIMESTAMP": None}, "50107"),
        ({"OK-ACCESS-TIMESTAMP": "yesterday"}, "50112"),
        ({"OK-ACCESS-TIMESTAMP": "2026-99-01T00:00:00.000Z"}, "50112"),
        ({"OK-ACCESS-TIMESTAMP": "2020-01-01T00:00:00.000Z"}, "50102"),
        ({"OK-ACCESS-KEY": "no body"}, "50111"),
        ({"OK-ACCESS-KEY": "nobody"}, "50119"),
        ({"OK-ACCESS-PASSPHRASE": "wrong"}, "50105"),
        ({"OK-ACCESS-SIGN": "wrong"}, "50113"),
        ({"OK-ACCESS-SIGN": "\xe9"}, "50113"),
    ],
)
async def test_a_request_that_is_not_signed_right_is_refused(raw, headers: dict, code: str) -> None:
    status, body = await raw.send("GET", "/api/v5/account/balance", headers=headers)
    assert (status, body["code"]) == (401, code)
    assert "data" not in body


@pytest.mark.parametrize("age_ms", [-29_000, 0, 29_000])
async def test_clocks_may_differ_by_thirty_seconds(timed, age_ms: int) -> None:
    raw, _, clock = timed
    target = "/api/v5/account/config"
    headers = raw.headers("GET", target, "")
    clock.advance(age_ms)
    assert (await raw.send("GET", target, headers=headers))[0] == 200


async def test_a_signature_covers_query_and_body(raw) -> None:
    signed = raw.headers("GET", "/api/v5/account/balance", "")
    assert (await raw.send("GET", "/api/v5/account/balance?ccy=BTC", headers=signed))[1]["code"] == "50113"
    signed = raw.headers("POST", "/api/v5/trade/order", '{"a":1}')
    assert (await raw.send("POST", "/api/v5/trade/order", '{"a":2}', signed))[1]["code"] == "50113"


async def test_public_data_needs_no_signature(raw) -> None:
    nothing = dict.fromkeys(raw.headers("GET", "", ""))
    status, body = await raw.send("GET", "/api/v5/public/time", headers=nothing)
    assert (status, body["code"]) == (200, "0")
    assert abs(int(body["data"][0]["ts"]) - raw.clock.now_ms()) < 5000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"apiKey": ""}, "60009"),
        ({"apiKey": "no body"}, "60005"),
        ({"apiKey": "nobody"}, "60032"),
        ({"timestamp": "2026-01-01T00:00:00Z"}, "60004"),
        ({"timestamp": "1000000000"}, "60006"),
        ({"passphrase": "wrong"}, "60024"),
        ({"sign": "wrong"}, "60007"),
    ],
)
async def test_a_wrong_login_is_refused(raw, changes: dict, code: str) -> None:
    socket = await raw.private(**changes)
    answer = await socket.receive()
    assert (answer["event"], answer["code"]) == ("error", code)
    await socket.send("subscribe", {"channel": "account"})
    assert (await socket.receive())["code"] == "60011"


async def test_a_login_is_acknowledged(raw) -> None:
    answer = await (await raw.private()).receive()
    assert (answer["event"], answer["code"], answer["msg"]) == ("login", "0", "")
    assert len(answer["connId"]) == 8


async def test_a_login_may_have_a_number_for_its_time_as_the_venues_own_client_sends_it(raw) -> None:
    socket = await raw.private(timestamp=raw.clock.now_ms() // 1000)
    assert (await socket.receive())["event"] == "login"


async def test_several_keys_log_in_on_one_connection_and_both_are_told(raw, venues) -> None:
    other = {"api_key": "o" * 32, "secret": "t", "passphrase": "p", "balances": {"USDT": "7"}}
    await venues.control("POST", "accounts", other)
    socket = await raw.private()
    await socket.receive()
    await socket.send("login", raw.login("o" * 32, "t", "p"))
    assert (await socket.receive())["event"] == "login"
    await socket.send("subscribe", {"channel": "account", "ccy": "USDT"})
    told = [(await socket.until("account", 1))[0]["details"][0]["cashBal"] for _ in range(2)]
    assert told == ["1000000", "7"]
    await socket.send("order", raw.parameters(), id="1")
    assert (await socket.receive())["code"] == "60021"


async def test_a_connection_is_closed_when_its_key_is_given_other_credentials(raw, venues) -> None:
    socket = await raw.private()
    await socket.receive()
    account = {"api_key": "k" * 64, "secret": "another", "passphrase": "another"}
    await venues.control("POST", "accounts", account)
    farewell = await socket.socket.receive(5)
    assert (farewell.type, farewell.data) == (WSMsgType.CLOSE, 4007)
    assert farewell.extra == "API key has been updated or deleted. Please reconnect."


async def test_the_header_of_demo_trading_is_let_pass(raw) -> None:
    for flag in ("0", "1"):
        status, body = await raw.send("GET", "/api/v5/account/balance", headers={"x-simulated-trading": flag})
        assert (status, body["code"]) == (200, "0")


async def test_an_hour_has_room_for_480_requests_of_a_connection(raw) -> None:
    socket = await raw.public()
    arg = {"channel": "status"}
    for _ in range(480):
        await socket.send("subscribe", arg)
        assert (await socket.receive())["event"] == "subscribe"
    await socket.send("subscribe", arg, id="481")
    refused = await socket.receive()
    assert (refused["event"], refused["code"], refused["id"]) == ("error", "60014", "481")
    await socket.socket.send_str("ping")
    assert (await socket.socket.receive(5)).data == "pong"
