"""Changing orders, canceling parts of them, and what orders show of what protects and moves them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tidegate.core.messages.commands import AmendOrder, CancelOrder
from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.values import Amendment

OKX = {"account": "okx-bob"}  # Changes orders in place.


async def test_a_change_is_made_and_the_order_comes_as_it_is_then(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    answer = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "49000", "quantity": "0.2"})
    assert answer.status_code == 200, answer.text
    order = answer.json()
    assert (order["price"], order["quantity"], order["pending_action"]) == ("49000", "0.2", "none")
    assert order["asked"] is None
    assert isinstance(desk.sent[-1], SendAmend)
    [command] = [command for command in desk.commands if isinstance(command, AmendOrder)]
    assert command.amendment == Amendment(price=Decimal(49_000), quantity=Decimal("0.2"))


async def test_a_change_that_is_under_way_is_shown_beside_what_still_holds(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    desk.accepting = False
    answer = await users.bob.call("PATCH", f"/orders/{order_id}?wait_for=durable", json={"price": "49000"})
    order = answer.json()
    assert (order["price"], order["pending_action"]) == ("50000", "amend")
    assert order["asked"] == {"quantity": None, "price": "49000", "trigger_price": None}
    assert desk.waited_for[-1] is None
    again = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "48000"})
    assert (again.status_code, again.json()["code"]) == (409, "order_busy")
    assert again.json()["order"]["order_id"] == order_id


async def test_a_change_is_waited_for_as_a_placement_is(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    await users.bob.call("PATCH", f"/orders/{order_id}?wait_for=closed&timeout_ms=250", json={"price": "49000"})
    waited = desk.waited_for[-1]
    assert (waited.acknowledged, waited.closed, waited.timeout_seconds) == (False, True, 0.25)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "nothing_to_change"),
        ({"price": "50000"}, 422, "nothing_to_change"),
        ({"price": None}, 422, "nothing_to_change"),
        ({"price": "50000.001"}, 422, "price_not_multiple_of_tick"),
        ({"quantity": "0.00001"}, 422, "quantity_not_multiple_of_step"),
        ({"trigger_price": "49000"}, 422, "trigger_price_not_allowed"),
        ({"quantity": "900"}, 422, "insufficient_balance"),
    ],
)
async def test_a_change_that_cannot_be_leaves_the_order_as_it_is(
    users, desk, body: dict[str, str], status: int, code: str
) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    sent = len(desk.sent)
    answer = await users.bob.call("PATCH", f"/orders/{order_id}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert len(desk.sent) == sent
    assert (await users.bob.get(f"/orders/{order_id}")).json()["price"] == "50000"


async def test_an_order_that_has_ended_does_not_change(users) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    await users.bob.call("DELETE", f"/orders/{order_id}")
    answer = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "49000"})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")
    assert answer.json()["order"]["status"] == "canceled"


async def test_a_part_of_an_order_is_canceled(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    answer = await users.bob.call("DELETE", f"/orders/{order_id}?quantity=0.04")
    assert (answer.status_code, answer.json()["quantity"], answer.json()["status"]) == (200, "0.06", "submitted")
    assert isinstance(desk.commands[-1], CancelOrder)
    assert desk.commands[-1].quantity == Decimal("0.04")


async def test_canceling_all_that_is_open_ends_the_order(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    answer = await users.bob.call("DELETE", f"/orders/{order_id}?quantity=0.1")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert isinstance(desk.sent[-1], SendCancel)


KEY = {"Idempotency-Key": "k"}


async def test_a_change_that_is_asked_for_again_with_its_key_is_made_once(users, desk) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    first = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "49000"}, headers=KEY)
    await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "48000"})
    again = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "49000"}, headers=KEY)
    assert (first.status_code, again.status_code) == (200, 200)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["price"] == "48000"  # As it is now: what was asked for in between stays.
    assert sum(isinstance(effect, SendAmend) for effect in desk.sent) == 2


async def test_a_part_that_is_canceled_again_with_its_key_is_canceled_once(users) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    for _ in range(2):
        answer = await users.bob.call("DELETE", f"/orders/{order_id}?quantity=0.04", headers=KEY)
        assert answer.json()["quantity"] == "0.06"
    without = await users.bob.call("DELETE", f"/orders/{order_id}?quantity=0.04")
    assert without.json()["quantity"] == "0.02"


async def test_a_cancel_that_is_asked_for_again_with_its_key_shows_how_the_order_ended(users) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    for _ in range(2):
        answer = await users.bob.call("DELETE", f"/orders/{order_id}", headers=KEY)
        assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert answer.headers["idempotency-replayed"] == "true"


async def test_the_key_of_another_request_is_refused(users) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    other = (await users.bob.place(**OKX)).json()["order_id"]
    await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "49000"}, headers=KEY)
    for method, path, given in (
        ("PATCH", f"/orders/{order_id}", {"json": {"price": "48000"}}),
        ("PATCH", f"/orders/{other}", {"json": {"price": "49000"}}),
        ("DELETE", f"/orders/{order_id}", {}),
        ("DELETE", f"/orders/{order_id}?quantity=0.01", {}),
    ):
        answer = await users.bob.call(method, path, headers=KEY, **given)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_conflict")
        assert answer.json()["order_id"] == order_id


async def test_a_refused_change_may_be_asked_for_again_with_its_key(users) -> None:
    order_id = (await users.bob.place(**OKX)).json()["order_id"]
    for _ in range(2):
        answer = await users.bob.call("PATCH", f"/orders/{order_id}", json={"price": "50000.001"}, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "price_not_multiple_of_tick")


async def test_an_order_shows_all_that_was_asked_of_it(alice) -> None:
    order = (
        await alice.place(
            time_in_force="gtd",
            expires_at="2030-01-02T03:04:05+01:00",
            stop_loss={"trigger_price": "49000.00"},
            take_profit={"trigger_price": "52000", "price": "51990"},
            params={"icebergQty": "0.1"},
        )
    ).json()
    assert datetime.fromisoformat(order["expires_at"]) == datetime(2030, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert order["stop_loss"] == {
        "trigger_price": "49000",
        "price": None,
        "trailing_offset": None,
        "trigger_by": "last",
    }
    assert order["take_profit"]["price"] == "51990"
    assert order["params"] == {"icebergQty": "0.1"}
    assert (order["position_side"], order["margin_mode"], order["leverage"]) == ("net", None, None)
    assert (order["parent_order_id"], order["leg"], order["rule_id"]) == (None, None, None)
    assert not order["emulated"]


TRAILING = {"side": "sell", "order_type": "trailing_stop", "price": None}


async def test_an_order_says_whether_the_desk_does_what_the_venue_cannot(alice, desk) -> None:
    native = (await alice.place(**TRAILING, trailing_offset="1.5%")).json()
    assert (native["held_by"], native["emulated"], native["trailing_offset"]) == ("venue", False, "1.5%")
    emulated = (await alice.place(**TRAILING, trailing_offset="150.00")).json()  # Binance's count in hundredths only.
    assert (emulated["held_by"], emulated["emulated"], emulated["trailing_offset"]) == ("desk", True, "150")
    assert (emulated["status"], emulated["exchange_order_id"]) == ("pending", None)
    assert [effect.order_id for effect in desk.sent] == [native["order_id"]]


async def test_the_legs_of_a_protection_are_found_by_the_order_that_they_protect(alice, desk) -> None:
    protected = await alice.place(stop_loss={"trigger_price": "49000"}, take_profit={"trigger_price": "52000"})
    order_id = protected.json()["order_id"]
    desk.fill(order_id, "0.1", "50000")
    legs = (await alice.get("/orders", parent_order_id=order_id)).json()["items"]
    assert {(leg["leg"], leg["parent_order_id"], leg["emulated"]) for leg in legs} == {
        ("stop_loss", order_id, False),
        ("take_profit", order_id, True),
    }
    assert (await alice.get("/orders", parent_order_id="01J")).json()["items"] == []
