"""Rules of the user's own."""

from typing import Any

import pytest

PLACE = {
    "account": "binance-alice",
    "symbol": "BTC/USDT",
    "side": "sell",
    "order_type": "limit",
    "quantity": "0.1",
    "price": "60000",
    "stop_loss": None,
    "trailing_offset": None,
}


async def placed(api: Any, **changes: Any) -> str:
    order_id: str = (await api.place(**changes)).json()["order_id"]
    return order_id


async def made(api: Any, body: dict[str, Any], **headers: str) -> Any:
    return await api.post("/rules", body, headers=headers)


async def test_a_rule_waits_and_then_places_its_order(alice, desk) -> None:
    order_id = await placed(alice)
    answer = await made(alice, {"order_id": order_id, "status": "filled", "place": PLACE})
    assert answer.status_code == 201, answer.text
    rule = answer.json()
    assert (rule["user_id"], rule["order_id"], rule["status"], rule["fired"]) == ("alice", order_id, "filled", False)
    assert rule["ended_at"] is None
    assert (rule["place"]["price"], rule["place"]["quantity"]) == ("60000", "0.1")
    assert rule["place"]["retry_window_seconds"] is None
    assert (await alice.get(f"/orders/{rule['place_order_id']}")).status_code == 404
    desk.fill(order_id, "0.1", "50000")
    [ended] = (await alice.get("/rules", open=False)).json()["items"]
    assert (ended["rule_id"], ended["fired"]) == (rule["rule_id"], True)
    assert ended["ended_at"] is not None
    order = (await alice.get(f"/orders/{rule['place_order_id']}")).json()
    assert (order["price"], order["rule_id"]) == ("60000", rule["rule_id"])


async def test_a_rule_may_cancel_another_order(alice, desk) -> None:
    first, second = await placed(alice), await placed(alice, price="40000")
    rule = (await made(alice, {"order_id": first, "status": "partially_filled", "cancel_order_id": second})).json()
    assert (rule["cancel_order_id"], rule["place"], rule["place_order_id"]) == (second, None, None)
    desk.fill(first, "0.05", "50000")
    order = (await alice.get(f"/orders/{second}")).json()
    assert order["pending_action"] == "cancel"


async def test_a_rule_that_is_deleted_does_not_fire(alice, desk) -> None:
    order_id = await placed(alice)
    rule_id = (await made(alice, {"order_id": order_id, "status": "filled", "place": PLACE})).json()["rule_id"]
    answer = await alice.call("DELETE", f"/rules/{rule_id}")
    assert (answer.status_code, answer.json()["fired"]) == (200, False)
    assert "alice" in answer.json()["message"]
    desk.fill(order_id, "0.1", "50000")
    assert len((await alice.get("/orders")).json()["items"]) == 1
    again = await alice.call("DELETE", f"/rules/{rule_id}")
    assert (again.status_code, again.json()["code"]) == (404, "rule_not_found")


async def test_rules_are_listed_newest_first_and_by_whether_they_wait(alice) -> None:
    order_id = await placed(alice)
    rules = [
        (await made(alice, {"order_id": order_id, "status": status, "place": PLACE})).json()["rule_id"]
        for status in ("filled", "canceled", "expired")
    ]
    await alice.call("DELETE", f"/rules/{rules[1]}")

    async def listed(**query: Any) -> list[str]:
        return [rule["rule_id"] for rule in (await alice.get("/rules", **query)).json()["items"]]

    assert await listed() == rules[::-1]
    assert await listed(open="true") == [rules[2], rules[0]]
    assert await listed(open="false") == [rules[1]]
    first = (await alice.get("/rules", limit=2)).json()
    assert await listed(limit=2, cursor=first["next_cursor"]) == [rules[0]]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"status": "created"}, 422, "rule_not_allowed"),
        ({"order_id": "01J00000000000000000000000"}, 404, "order_not_found"),
        ({"place": {**PLACE, "account": "okx-bob"}}, 422, "rule_not_allowed"),
        ({"place": {**PLACE, "client_order_id": "mine"}}, 422, "rule_not_allowed"),
        ({"place": {**PLACE, "retry_window_seconds": 5}}, 422, "invalid_request"),
        ({"cancel_order_id": "01J"}, 422, "invalid_request"),
        ({"place": None}, 422, "invalid_request"),
        ({"place": {**PLACE, "price": "6e4"}}, 422, "invalid_request"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(alice, changes: dict[str, Any], status: int, code: str) -> None:
    body = {"order_id": await placed(alice), "status": "filled", "place": PLACE, **changes}
    answer = await made(alice, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await alice.get("/rules")).json()["items"] == []


async def test_a_rule_for_an_order_that_ended_otherwise_is_a_conflict(alice) -> None:
    order_id = await placed(alice)
    await alice.call("DELETE", f"/orders/{order_id}")
    answer = await made(alice, {"order_id": order_id, "status": "filled", "place": PLACE})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")


async def test_a_rule_whose_order_is_there_already_fires_at_once(alice, desk) -> None:
    order_id = await placed(alice)
    desk.fill(order_id, "0.1", "50000")
    rule = (await made(alice, {"order_id": order_id, "status": "filled", "place": PLACE})).json()
    assert rule["fired"]
    assert (await alice.get(f"/orders/{rule['place_order_id']}")).status_code == 200


async def test_the_same_request_with_the_same_key_makes_one_rule(alice) -> None:
    body = {"order_id": await placed(alice), "status": "filled", "place": PLACE}
    headers = {"Idempotency-Key": "k"}
    first, second = await made(alice, body, **headers), await made(alice, body, **headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    other = await made(alice, {**body, "status": "canceled"}, **headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
    dearer = {**body, "place": {**PLACE, "price": "61000"}}
    assert (await made(alice, dearer, **headers)).status_code == 409
    assert len((await alice.get("/rules")).json()["items"]) == 1


async def test_the_key_is_known_after_the_rule_has_ended(alice) -> None:
    body = {"order_id": await placed(alice), "status": "filled", "place": PLACE}
    first = (await made(alice, body, **{"Idempotency-Key": "k"})).json()
    await alice.call("DELETE", f"/rules/{first['rule_id']}")
    again = (await made(alice, body, **{"Idempotency-Key": "k"})).json()
    assert again["rule_id"] == first["rule_id"]
    assert again["ended_at"] is not None


async def test_two_users_may_use_the_same_key(users) -> None:
    ours = {"order_id": await placed(users.alice), "status": "filled", "place": PLACE}
    order_id = await placed(users.bob, account="okx-bob")
    theirs = {"order_id": order_id, "status": "filled", "place": {**PLACE, "account": "okx-bob"}}
    answers = [await made(users.alice, ours, **{"Idempotency-Key": "k"})]
    answers.append(await made(users.bob, theirs, **{"Idempotency-Key": "k"}))
    assert answers[0].json()["rule_id"] != answers[1].json()["rule_id"]


async def test_rules_of_others_do_not_exist(users) -> None:
    order_id = await placed(users.alice)
    rule_id = (await made(users.alice, {"order_id": order_id, "status": "filled", "place": PLACE})).json()["rule_id"]
    assert (await users.bob.get("/rules")).json()["items"] == []
    assert (await users.bob.call("DELETE", f"/rules/{rule_id}")).status_code == 404
    answer = await made(users.bob, {"order_id": order_id, "status": "filled", "cancel_order_id": order_id})
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    assert [rule["rule_id"] for rule in (await users.olga.get("/rules")).json()["items"]] == [rule_id]


@pytest.mark.parametrize("name", ["vera", "rita", "olga", "root"])
async def test_only_traders_make_rules(users, desk, name: str) -> None:
    body = {"order_id": await placed(users.alice), "status": "filled", "place": PLACE}
    answer = await made(getattr(users, name), body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
