"""Who may call: headers, time, key, signature and permission; and the authentication of sockets."""

import pytest

from venuesim_bybit_helpers import API_KEY, SECRET, RawBybit, sign
from venuesim_conformance import Row

PATH, QUERY = "/v5/account/wallet-balance", "accountType=UNIFIED"
OTHER_KEY = "o" * 64


async def refused(raw: RawBybit, changes: dict[str, str | None]) -> tuple[int, int, str]:
    status, body = await raw.send("GET", PATH, QUERY, changes=changes)
    assert body["result"] == {}
    return status, body["retCode"], body["retMsg"]


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"X-BAPI-API-KEY": None}, 10001, "empty value"),
        ({"X-BAPI-SIGN": None}, 10001, "empty value"),
        ({"X-BAPI-TIMESTAMP": None}, 10001, "empty value"),
        ({"X-BAPI-TIMESTAMP": "soon"}, 10001, "timestamp"),
        ({"X-BAPI-RECV-WINDOW": "1e3"}, 10001, "recv_window"),
        ({"X-BAPI-API-KEY": "nobody"}, 10003, "API key is invalid."),
        ({"X-BAPI-SIGN": "0" * 64}, 10004, "error sign! origin_string["),
        ({"X-BAPI-SIGN": "\xfc"}, 10004, "error sign!"),
    ],
)
@pytest.mark.conformance(Row.SIGNATURES, "bybit spot", "bybit linear")
async def test_what_is_not_signed_properly_is_refused(raw, changes: dict, code: int, message: str) -> None:
    answer = await refused(raw, changes)
    assert answer[:2] == (200, code)
    assert message in answer[2]


@pytest.mark.parametrize(("late_ms", "code"), [(5000, 0), (5001, 10002), (-999, 0), (-1000, 10002)])
@pytest.mark.conformance(Row.EXPIRY, "bybit spot", "bybit linear")
async def test_a_request_must_arrive_within_its_window(timed, late_ms: int, code: int) -> None:
    raw, _, clock = timed
    timestamp = str(clock.now_ms() - late_ms)
    signature = sign(f"{timestamp}{API_KEY}5000{QUERY}")
    _, body = await raw.send("GET", PATH, QUERY, changes={"X-BAPI-TIMESTAMP": timestamp, "X-BAPI-SIGN": signature})
    assert body["retCode"] == code


async def test_the_window_is_the_clients_and_five_seconds_by_default(timed) -> None:
    raw, _, clock = timed
    timestamp = str(clock.now_ms() - 200)
    for window, code in (("100", 10002), ("200", 0), (None, 0)):
        signature = sign(f"{timestamp}{API_KEY}{window or ''}{QUERY}")
        changes = {"X-BAPI-TIMESTAMP": timestamp, "X-BAPI-SIGN": signature, "X-BAPI-RECV-WINDOW": window}
        _, body = await raw.send("GET", PATH, QUERY, changes=changes)
        assert body["retCode"] == code, window


async def test_a_key_that_may_only_read_places_nothing(raw, venues) -> None:
    account = {"api_key": API_KEY, "secret": SECRET, "permissions": ["read"]}
    await venues.control("POST", "accounts", account)
    assert (await raw.order())["retCode"] == 10005
    assert (await raw.get("account/wallet-balance", accountType="UNIFIED"))["retCode"] == 0
    key = (await raw.get("user/query-api"))["result"]
    assert (key["readOnly"], key["uta"], key["permissions"]["Spot"]) == (1, 1, [])


@pytest.mark.parametrize(
    "changes",
    [{"key": "nobody"}, {"sign": "0" * 64}, {"expires": 1}, {"expires": "later"}, {"expires": None}],
)
@pytest.mark.conformance(Row.KEEP_ALIVE, "bybit spot", "bybit linear")
async def test_a_socket_must_authenticate_itself(raw, changes: dict) -> None:
    socket = await raw.authenticating(**changes)
    answer = await socket.receive()
    assert (answer["success"], answer["op"]) == (False, "auth")
    assert answer["ret_msg"]
    await socket.send("subscribe", "order")
    assert (await socket.receive())["ret_msg"] == "Request not authorized"


async def test_an_authenticated_socket_answers_pings(raw) -> None:
    socket = await raw.authenticating()
    assert (await socket.receive())["success"]
    await socket.send("ping", req_id="p1")
    pong = await socket.receive()
    assert (pong["op"], pong["req_id"]) == ("pong", "p1")
    assert int(pong["args"][0]) > 0


@pytest.mark.parametrize("path", ["private", "trade"])
async def test_a_socket_authenticates_itself_once(raw, path: str) -> None:
    socket = await raw.authenticating(path)
    await socket.receive()
    await socket.send("auth", API_KEY, raw.clock.now_ms() + 1000, "sign")
    answer = await socket.receive()
    assert "Repeat auth" in {answer.get("ret_msg"), answer.get("retMsg")}
    await socket.send("subscribe" if path == "private" else "ping", *(["order"] if path == "private" else []))
    assert (await socket.receive()).get("success", True)


async def test_an_authentication_that_is_too_late_is_a_parameter_error(timed) -> None:
    raw, _, clock = timed
    expires = clock.now_ms()
    socket = await raw.authenticating(expires=expires, sign=sign(f"GET/realtime{expires}"))
    answer = await socket.receive()
    assert (answer["success"], answer["ret_msg"]) == (False, "Params Error")
