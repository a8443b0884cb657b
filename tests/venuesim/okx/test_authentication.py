"""Who is let in, over REST and over the private socket."""

import pytest


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
        ({"OK-ACCESS-KEY": "nobody"}, "50111"),
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
        ({"apiKey": "nobody"}, "60005"),
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
