"""Placing, repeating, cancelling and reading orders."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.vocabulary import OrderStatus
from tidegate.ports import DeskBusyError, DeskStoppedError

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
AMOUNT = re.compile(r"-?\d+(\.\d+)?")


async def test_a_placed_order_is_answered_with_all_its_public_columns(alice, desk) -> None:
    answer = await alice.place(client_order_id="mine-1")
    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/orders/{order['order_id']}"
    assert ULID.fullmatch(order["order_id"])
    assert order["account_id"] == "binance-alice"
    assert order["user_id"] == "alice"
    assert order["client_order_id"] == "mine-1"
    assert order["status"] == "submitted"
    assert order["exchange_order_id"] == "X1"
    assert (order["quantity"], order["price"], order["leaves_quantity"]) == ("0.1", "50000", "0.1")
    assert TIME.fullmatch(order["timestamp"])
    assert order["closed_at"] is None
    for private in ("request_hash", "absent_since", "lookups", "idempotency_key", "venue_status", "history_sequence"):
        assert private not in order
    [send] = desk.sent
    assert isinstance(send, SendOrder)
    assert send.order_id == order["order_id"]


async def test_the_command_carries_the_clock_and_the_retry_window(alice, desk) -> None:
    await alice.place()
    await alice.place(retry_window_seconds=0)
    default, none = desk.commands
    assert default.retry_until - default.at == timedelta(seconds=10)
    assert none.retry_until == none.at


async def test_amounts_are_exact_to_the_last_digit(alice, desk) -> None:
    answer = await alice.place(
        order_type="market", quantity=None, price=None, quote_quantity="12345.678901234567890123"
    )
    assert answer.json()["quote_quantity"] == "12345.678901234567890123"
    assert format(desk.commands[0].quote_quantity, "f") == "12345.678901234567890123"


async def test_amounts_never_have_an_exponent(alice, desk) -> None:
    order_id = (await alice.place(quantity="0.0001")).json()["order_id"]
    desk.fill(order_id, "0.0001", "50000")
    order = (await alice.get(f"/orders/{order_id}")).json()
    [fee] = order["fees"]
    assert fee == {"asset": "USDT", "amount": "0.00000001"}
    for name in ("quantity", "filled_quantity", "leaves_quantity", "average_price", "realized_pnl", "price"):
        assert AMOUNT.fullmatch(order[name]), (name, order[name])
    assert order["leaves_quantity"] == "0"


@pytest.mark.parametrize(
    ("wait_for", "status"), [("durable", "pending"), ("acknowledged", "submitted"), ("closed", "submitted")]
)
async def test_the_answer_waits_as_long_as_was_asked(alice, desk, wait_for: str, status: str) -> None:
    answer = await alice.place(wait_for=wait_for)
    assert answer.json()["status"] == status
    waited = desk.waited_for[-1]
    if wait_for == "durable":  # Every answer is; waiting for a change could wait in vain.
        assert waited is None
    else:
        assert (waited.acknowledged, waited.closed) == (wait_for == "acknowledged", wait_for == "closed")


async def test_the_time_out_is_passed_on_in_seconds(alice, desk) -> None:
    await alice.call("POST", "/orders?timeout_ms=250", json={**_body()})
    assert desk.waited_for[-1].timeout_seconds == 0.25


def _body(**changes: Any) -> dict[str, Any]:
    return {
        "account": "binance-alice",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "quantity": "0.1",
        "price": "50000",
        **changes,
    }


# --- repeating -----------------------------------------------------------------------------------------------------


async def test_a_repeat_with_the_same_key_gives_the_first_answer_and_sends_nothing(alice, desk) -> None:
    first, second = await alice.place(key="k"), await alice.place(key="k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["order_id"] == second.json()["order_id"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(desk.sent) == 1


async def test_a_repeat_is_known_however_its_json_is_written(alice, desk) -> None:
    first = await alice.place(key="k")
    spaced = b'{ "price":"50000", "quantity":"0.10","order_type":"limit", "side":"buy","symbol":"BTC/USDT",'
    second = await alice.call(
        "POST",
        "/orders",
        content=spaced + b'"account":"binance-alice", "post_only": false }',
        headers={"Idempotency-Key": "k", "Content-Type": "application/json; charset=utf-8"},
    )
    assert second.json()["order_id"] == first.json()["order_id"]
    assert len(desk.sent) == 1


async def test_the_same_key_with_another_body_is_refused(alice, desk) -> None:
    first = (await alice.place(key="k")).json()
    answer = await alice.place(key="k", quantity="0.2")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_conflict")
    assert answer.json()["order_id"] == first["order_id"]
    assert len(desk.sent) == 1


async def test_a_repeat_by_client_order_id_gives_the_first_answer(alice, desk) -> None:
    first, second = await alice.place(client_order_id="mine"), await alice.place(client_order_id="mine")
    assert first.json()["order_id"] == second.json()["order_id"]
    third = await alice.place(client_order_id="mine", price="49000")
    assert (third.status_code, third.json()["code"]) == (409, "client_order_id_conflict")
    assert len(desk.sent) == 1


async def test_a_refused_order_is_refused_again_with_the_same_key(alice) -> None:
    first, second = await alice.place(key="k", price="50000.001"), await alice.place(key="k", price="50000.001")
    assert (first.status_code, second.status_code) == (422, 422)
    assert first.json()["code"] == second.json()["code"] == "price_not_multiple_of_tick"
    assert first.json()["detail"] == second.json()["detail"]
    assert first.json()["order"]["order_id"] == second.json()["order"]["order_id"]
    assert second.headers["idempotency-replayed"] == "true"


async def test_two_users_may_use_the_same_key(users, desk) -> None:
    ours = await users.alice.place(key="k")
    theirs = await users.bob.place(key="k", account="okx-bob")
    assert ours.json()["order_id"] != theirs.json()["order_id"]
    assert len(desk.sent) == 2


async def test_without_a_key_every_request_is_an_order(alice, desk) -> None:
    assert (await alice.place()).json()["order_id"] != (await alice.place()).json()["order_id"]
    assert len(desk.sent) == 2


# --- when the desk cannot ------------------------------------------------------------------------------------------


async def test_a_busy_desk_says_when_to_come_again(alice, desk) -> None:
    desk.failure = DeskBusyError()
    answer = await alice.place()
    assert (answer.status_code, answer.json()["code"]) == (503, "desk_busy")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_stopped_desk_says_that_the_outcome_is_unknown(alice, desk) -> None:
    desk.failure = DeskStoppedError()
    answer = await alice.place()
    assert (answer.status_code, answer.json()["code"]) == (503, "desk_stopped")
    assert "same idempotency key" in answer.json()["detail"].lower().replace("-", " ")


# --- cancelling ----------------------------------------------------------------------------------------------------


async def test_a_canceled_order_is_answered_as_it_ended(alice, desk) -> None:
    order_id = (await alice.place()).json()["order_id"]
    answer = await alice.call("DELETE", f"/orders/{order_id}?wait_for=closed")
    assert answer.status_code == 200
    assert answer.json()["status"] == "canceled"
    assert answer.json()["closed_at"] is not None
    assert isinstance(desk.sent[-1], SendCancel)


async def test_cancelling_twice_asks_the_venue_once(alice, desk) -> None:
    order_id = (await alice.place()).json()["order_id"]
    desk.accepting = False
    for _ in range(2):
        answer = await alice.call("DELETE", f"/orders/{order_id}?wait_for=durable")
        assert (answer.status_code, answer.json()["pending_action"]) == (200, "cancel")
    assert sum(isinstance(effect, SendCancel) for effect in desk.sent) == 1


async def test_cancelling_what_has_ended_is_a_conflict_that_shows_the_order(alice) -> None:
    order_id = (await alice.place()).json()["order_id"]
    await alice.call("DELETE", f"/orders/{order_id}")
    answer = await alice.call("DELETE", f"/orders/{order_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")
    assert answer.json()["order"]["status"] == "canceled"


async def test_cancelling_what_is_not_there_is_not_found(alice) -> None:
    answer = await alice.call("DELETE", "/orders/01J00000000000000000000000")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


async def test_a_mass_cancel_ends_only_what_matches(users, desk) -> None:
    mine = [(await users.alice.place()).json()["order_id"] for _ in range(2)]
    theirs = (await users.bob.place(account="okx-bob")).json()["order_id"]
    nothing = await users.alice.call("DELETE", "/orders?exchange=okx")
    assert (nothing.status_code, nothing.json()["items"]) == (200, [])
    answer = await users.alice.call("DELETE", "/orders?account=binance-alice&symbol=BTC/USDT")
    assert [order["order_id"] for order in answer.json()["items"]] == mine
    assert (await users.bob.get(f"/orders/{theirs}")).json()["status"] == "submitted"


# --- reading -------------------------------------------------------------------------------------------------------


async def test_orders_come_in_pages_newest_first(alice) -> None:
    placed = [(await alice.place()).json()["order_id"] for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = (await alice.get("/orders", limit=2, **cursor)).json()
        seen += [order["order_id"] for order in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    assert seen == placed[::-1]
    assert page["next_cursor"] is None


async def test_orders_are_found_by_every_filter(alice) -> None:
    first = (await alice.place(client_order_id="one")).json()
    await alice.call("DELETE", f"/orders/{first['order_id']}")
    second = (await alice.place()).json()

    async def found(**query: str) -> list[str]:
        answer = await alice.get("/orders", **query)
        assert answer.status_code == 200, answer.text
        return [order["order_id"] for order in answer.json()["items"]]

    assert await found(status="open") == [second["order_id"]]
    assert await found(status="closed") == [first["order_id"]]
    assert await found(status="canceled") == [first["order_id"]]
    assert await found(client_order_id="one") == [first["order_id"]]
    assert await found(account="binance-alice", exchange="binance", symbol="BTC/USDT") == [
        second["order_id"],
        first["order_id"],
    ]
    assert await found(exchange="okx") == []
    assert await found(since=second["timestamp"]) == [second["order_id"]]
    assert await found(until=second["timestamp"]) == [first["order_id"]]


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_every_status_can_be_asked_for(alice, status: OrderStatus) -> None:
    assert (await alice.get("/orders", status=status.value)).status_code == 200


async def test_the_history_tells_every_step_in_order(alice, desk) -> None:
    order_id = (await alice.place(quantity="0.2")).json()["order_id"]
    desk.fill(order_id, "0.1", "50000")
    desk.fill(order_id, "0.1", "49999")
    steps = (await alice.get(f"/orders/{order_id}/history")).json()["items"]
    assert [step["sequence"] for step in steps] == list(range(1, len(steps) + 1))
    assert steps[0]["status"] == "created"
    assert steps[-1]["status"] == "closed"
    assert [step["execution_type"] for step in steps].count("trade") == 2
    assert {"history_id", "message", "timestamp", "error_code", "detail", "hash", "previous_hash"} <= steps[0].keys()


async def test_executions_name_their_trade_and_their_cost(alice, desk) -> None:
    order_id = (await alice.place()).json()["order_id"]
    desk.fill(order_id, "0.04", "50000.00")
    [execution] = (await alice.get("/executions", order_id=order_id)).json()["items"]
    assert (execution["quantity"], execution["price"]) == ("0.04", "50000")
    assert execution["fees"] == [{"asset": "USDT", "amount": "0.00000001"}]
    assert execution["order_id"] == order_id
    assert execution["trade_id"]
    assert TIME.fullmatch(execution["executed_at"])


async def test_an_order_says_how_much_worse_it_traded_than_the_market_was(alice, desk) -> None:
    order = (await alice.place(quantity="0.2", price="51000")).json()
    assert (order["arrival_price"], order["slippage_bps"]) == ("50000", None)
    desk.fill(order["order_id"], "0.1", "50500")
    filled = (await alice.get(f"/orders/{order['order_id']}")).json()
    assert (filled["arrival_price"], filled["slippage_bps"]) == ("50000", "100")
