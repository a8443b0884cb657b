"""Limits, the kill switch and second persons through the real engine."""

from typing import Any

import pytest

SIZE = {"limit_id": "size", "kind": "order_notional", "value": "1000"}


async def put(api: Any, version: int, *limits: dict[str, Any], **headers: str) -> Any:
    return await api.call("PUT", "/risk/limits", json={"limits": list(limits), "version": version}, headers=headers)


async def kill(api: Any, **body: Any) -> Any:
    return await api.call("PUT", "/risk/kill-switch", json=body)


async def release(api: Any, **query: Any) -> Any:
    return await api.call("DELETE", "/risk/kill-switch", params=query)


async def approve(api: Any, approval: Any, word: str = "approve") -> Any:
    return await api.post(f"/approvals/{approval['approval_id']}/{word}", {})


async def test_a_limit_refuses_with_its_figures_from_the_moment_that_it_is_set(users) -> None:
    answer = await put(users.rita, 0, SIZE)
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text
    refused = await users.alice.place()
    assert (refused.status_code, refused.json()["code"]) == (422, "order_notional_limit")
    assert (refused.json()["limit"], refused.json()["actual"]) == ("1000", "5000")
    assert (await users.alice.place(quantity="0.02")).status_code == 201


async def test_loosening_waits_for_a_second_person_and_tightening_does_not(users) -> None:
    await put(users.rita, 0, SIZE)
    assert (await put(users.rita, 1, {**SIZE, "value": "900"})).status_code == 200
    waiting = await put(users.rita, 2, {**SIZE, "value": "9000"})
    assert waiting.status_code == 202, waiting.text
    assert (await users.rita.get("/risk/limits")).json()["version"] == 2
    own = await approve(users.rita, waiting.json())
    assert (own.status_code, own.json()["code"]) == (403, "approval_not_allowed")
    assert (await approve(users.rosa, waiting.json())).json()["state"] == "approved"
    in_force = (await users.olga.get("/risk/limits")).json()
    assert (in_force["version"], in_force["set_by"], in_force["approved_by"]) == (3, "rita", "rosa")
    assert (await users.alice.place()).status_code == 201


async def test_a_set_that_was_replaced_meanwhile_is_a_conflict(users) -> None:
    await put(users.rita, 0, SIZE)
    answer = await put(users.rosa, 0, {**SIZE, "value": "500"})
    assert (answer.status_code, answer.json()["code"]) == (409, "limits_version_conflict")
    again = await put(users.rita, 0, SIZE)
    assert (again.status_code, again.json()["version"]) == (200, 1)


async def test_the_same_key_asks_for_one_approval(users) -> None:
    await put(users.rita, 0, SIZE)
    looser = {**SIZE, "value": "9000"}
    first = await put(users.rita, 1, looser, **{"Idempotency-Key": "k1"})
    second = await put(users.rita, 1, looser, **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert len((await users.olga.get("/approvals", state="pending")).json()["items"]) == 1


async def test_a_kill_cancels_what_is_open_and_lets_nothing_leave_until_two_people_agree(users, desk) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    answer = await kill(users.rita, user_id="alice", message="runaway")
    assert (answer.status_code, answer.json()["state"]) == (200, "halted"), answer.text
    assert (await users.alice.get(f"/orders/{order_id}")).json()["status"] == "canceled"
    desk.sent.clear()
    refused = await users.alice.place()
    assert (refused.status_code, refused.json()["code"]) == (422, "trading_halted")
    assert desk.sent == []
    assert (await users.bob.place(account="okx-bob")).status_code == 201
    [shown] = (await users.alice.get("/risk/kill-switch")).json()["items"]
    assert (shown["set_by"], shown["message"]) == ("rita", "runaway")

    waiting = await release(users.rita, user_id="alice")
    assert waiting.status_code == 202, waiting.text
    assert (await users.alice.place()).status_code == 422
    assert (await approve(users.rosa, waiting.json())).status_code == 200
    assert (await users.alice.get("/risk/kill-switch")).json()["items"] == []
    assert (await users.alice.place()).status_code == 201


async def test_a_rejected_release_leaves_everything_stopped(users) -> None:
    await kill(users.rita)
    waiting = await release(users.rita)
    rejected = await approve(users.rosa, waiting.json(), "reject")
    assert rejected.json()["state"] == "rejected"
    again = await approve(users.rosa, waiting.json(), "reject")
    assert (again.status_code, again.json()) == (200, rejected.json())
    late = await approve(users.rosa, waiting.json())
    assert late.status_code == 409
    assert (await users.alice.place()).json()["code"] == "trading_halted"


async def test_what_is_not_stopped_cannot_be_released(users) -> None:
    answer = await release(users.rita, user_id="alice")
    assert (answer.status_code, answer.json()["code"]) == (404, "scope_not_found")


@pytest.mark.parametrize("name", ["alice", "vera", "olga"])
async def test_only_risk_officers_set_limits_and_release(users, name: str) -> None:
    api = getattr(users, name)
    await kill(users.rita)
    for answer in (await put(api, 0, SIZE), await release(api)):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_limit_that_makes_no_sense_is_refused_by_name(users) -> None:
    answer = await put(users.rita, 0, {"limit_id": "throttle", "kind": "orders_per_interval", "value": "5"})
    assert (answer.status_code, answer.json()["code"]) == (422, "limit_not_allowed")
    assert "throttle" in answer.json()["detail"]


async def test_silence_is_announced_by_traders(users) -> None:
    answer = await users.alice.call("PUT", "/risk/keep-alive", json={"timeout_seconds": 30})
    assert (answer.status_code, answer.json()["timeout_seconds"]) == (200, 30), answer.text
