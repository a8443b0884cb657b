"""`tidegate order`."""

import json
from collections.abc import Callable

import pytest
from typer.testing import Result

from cli.fake_desk import ORDER_ID, FakeDesk, closed, order, problem, step

Tidegate = Callable[..., Result]
PLACE = ("order", "place", "okx-main", "BTC/USDT", "buy", "limit", "--quantity", "0.5", "--price", "65000.5")


def test_an_order_is_placed_as_asked(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", order(), status=201)
    result = tidegate(
        *PLACE,
        *("--time-in-force", "ioc", "--post-only", "--client-order-id", "c-1", "--wait", "closed", "--timeout", "2"),
    )
    [request] = desk.requests
    assert request.body == {
        "account": "okx-main",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "quantity": "0.5",
        "price": "65000.5",
        "time_in_force": "ioc",
        "post_only": True,
        "client_order_id": "c-1",
    }
    assert request.query == {"wait_for": "closed", "timeout_ms": "2000"}
    assert result.exit_code == 0
    assert ORDER_ID in result.stdout
    assert f"tidegate order watch {ORDER_ID}" in result.stderr  # It has not closed, though asked to wait for that.


@pytest.mark.parametrize("status", ["rejected", "canceled", "expired"])
def test_an_order_that_ended_otherwise_ends_with_1(desk: FakeDesk, tidegate: Tidegate, status: str) -> None:
    desk.answer("POST", "/orders", closed(status, message="the venue said no"), status=201)
    result = tidegate(*PLACE)
    assert result.exit_code == 1
    assert "the venue said no" in result.stdout


def test_a_filled_order_ends_with_0_and_is_one_json_document(desk: FakeDesk, tidegate: Tidegate) -> None:
    filled = closed("filled", filled_quantity="0.50000000", average_price="65000.5")
    desk.answer("POST", "/orders", filled, status=201)
    result = tidegate(*PLACE, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["filled_quantity"] == "0.50000000"
    assert document["timestamp"] == "2026-01-02T03:04:05.000000Z"


def test_an_invalidated_order_says_why_in_one_line_and_ends_with_1(desk: FakeDesk, tidegate: Tidegate) -> None:
    refused = problem(
        "quantity_below_minimum", "too little", limit="1", actual="0.5", order=closed("invalidated"), status=422
    )
    desk.answer("POST", "/orders", refused, status=422)
    result = tidegate(*PLACE)
    assert result.exit_code == 1
    assert result.stderr == "tidegate: quantity_below_minimum: too little (limit 1, actual 0.5)\n"
    assert result.stdout == ""
    result = tidegate(*PLACE, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["order"]["status"] == "invalidated"


@pytest.mark.parametrize("amounts", [(), ("--quantity", "1", "--quote-quantity", "5")])
def test_an_order_needs_exactly_one_quantity(desk: FakeDesk, tidegate: Tidegate, amounts: tuple[str, ...]) -> None:
    result = tidegate("order", "place", "okx-main", "BTC/USDT", "buy", "market", *amounts)
    assert result.exit_code == 2
    assert "--quantity or --quote-quantity" in result.stderr
    assert desk.requests == []


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("okx-main", "BTC/USDT", "hold", "market", "--quantity", "1"), "'buy', 'sell'"),
        (("okx-main", "BTC/USDT", "buy", "market", "--quantity", "1", "--wait", "never"), "acknowledged"),
        (("okx-main", "BTC/USDT", "buy"), "TYPE"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_there_is(
    desk: FakeDesk, tidegate: Tidegate, arguments: tuple[str, ...], hint: str
) -> None:
    result = tidegate("order", "place", *arguments)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert desk.requests == []


def test_an_amount_that_the_desk_does_not_understand_is_wrong_usage(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", problem("invalid_request", "quantity: not a plain decimal", status=422), status=422)
    result = tidegate("order", "place", "okx-main", "BTC/USDT", "buy", "market", "--quantity", "1e5")
    assert result.exit_code == 2
    assert "quantity" in result.stderr


def test_orders_are_listed_by_filter(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders", {"items": [order(in_doubt=True)], "next_cursor": "c2"})
    result = tidegate(
        *("order", "list", "--status", "open", "--account", "okx-main", "--exchange", "okx", "--symbol", "BTC/USDT"),
        *("--since", "2026-01-01", "--limit", "7"),
    )
    assert desk.requests[0].query == {
        "status": "open",
        "account": "okx-main",
        "exchange": "okx",
        "symbol": "BTC/USDT",
        "since": "2026-01-01T00:00:00.000000Z",
        "limit": "7",
    }
    assert result.exit_code == 0
    assert ORDER_ID in result.stdout
    assert "in doubt" in result.stdout
    assert "c2" in result.stderr


def test_a_list_as_json_is_one_document_with_its_cursor(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders", {"items": [order()], "next_cursor": "c2"})
    for arguments in (("order", "list", "--json"), ("--json", "order", "list")):
        document = json.loads(tidegate(*arguments).stdout)
        assert document["next_cursor"] == "c2"
        assert document["items"][0]["price"] == "65000.5"


def test_no_orders_are_said_to_be_none(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders", {"items": [], "next_cursor": None})
    assert tidegate("order", "list").stdout == "no orders\n"


def test_an_order_is_shown_with_its_history(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", f"/orders/{ORDER_ID}", closed("rejected"))
    history = [
        step(1, "created", "buy 0.5"),
        step(2, "rejected", "no\x1b[31m funds\n", error_code="insufficient_funds"),
    ]
    desk.answer("GET", f"/orders/{ORDER_ID}/history", {"items": history})
    result = tidegate("order", "show", ORDER_ID)
    assert result.exit_code == 0
    assert result.stdout.index("buy 0.5") < result.stdout.index("funds")
    assert "insufficient_funds" in result.stdout
    assert "\x1b" not in result.stdout  # What a venue says must not steer the terminal.
    document = json.loads(tidegate("order", "show", ORDER_ID, "--json").stdout)
    assert [entry["sequence"] for entry in document["history"]] == [1, 2]
    assert document["order"]["status"] == "rejected"


def test_an_order_that_is_not_there_ends_with_1(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders/none", problem("order_not_found", "there is no order none", status=404), status=404)
    result = tidegate("order", "show", "none")
    assert result.exit_code == 1
    assert result.stderr == "tidegate: order_not_found: there is no order none\n"


@pytest.mark.parametrize(
    ("answer", "code"), [(closed("canceled"), 0), (closed("filled"), 1), (order(pending_action="cancel"), 1)]
)
def test_a_cancel_succeeds_only_when_the_order_is_canceled(
    desk: FakeDesk, tidegate: Tidegate, answer: dict[str, object], code: int
) -> None:
    desk.answer("DELETE", f"/orders/{ORDER_ID}", answer)
    assert tidegate("order", "cancel", ORDER_ID).exit_code == code
    assert desk.requests[0].query["wait_for"] == "closed"


@pytest.mark.parametrize(("status", "code"), [("canceled", 0), ("filled", 1)])
def test_an_order_that_is_canceled_already_is_as_it_was_asked_to_be(
    desk: FakeDesk, tidegate: Tidegate, status: str, code: int
) -> None:
    over = problem("order_closed", "it has ended", order=closed(status), status=409)
    desk.answer("DELETE", f"/orders/{ORDER_ID}", over, status=409)
    assert tidegate("order", "cancel", ORDER_ID).exit_code == code


def test_all_orders_that_match_are_canceled(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("DELETE", "/orders", {"items": [order(pending_action="cancel")]})
    result = tidegate("order", "cancel", "--all", "--symbol", "BTC/USDT")
    assert result.exit_code == 0
    assert desk.requests[0].query == {"symbol": "BTC/USDT"}
    assert "cancel asked" in result.stdout


@pytest.mark.parametrize(
    "arguments", [(), (ORDER_ID, "--all"), (ORDER_ID, "--symbol", "BTC/USDT"), ("--symbol", "X/Y")]
)
def test_a_cancel_that_could_mean_more_than_was_meant_cancels_nothing(
    desk: FakeDesk, tidegate: Tidegate, arguments: tuple[str, ...]
) -> None:
    assert tidegate("order", "cancel", *arguments).exit_code == 2
    assert desk.requests == []


def test_watching_tells_each_step_once_until_the_order_has_closed(desk: FakeDesk, tidegate: Tidegate) -> None:
    steps = [step(1, "created", "one"), step(2, "submitted", "two"), step(3, "filled", "three"), step(4, "closed", "4")]
    desk.answer("GET", f"/orders/{ORDER_ID}", order(status="created"), order(), closed("filled"))
    desk.answer("GET", f"/orders/{ORDER_ID}/history", {"items": steps[:1]}, {"items": steps[:2]}, {"items": steps})
    result = tidegate("order", "watch", ORDER_ID, "--interval", "0.05", "--json")
    assert result.exit_code == 0
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["sequence"] for entry in told] == [1, 2, 3, 4]


def test_watching_an_order_to_a_bad_end_ends_with_1(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", f"/orders/{ORDER_ID}", closed("rejected"))
    desk.answer("GET", f"/orders/{ORDER_ID}/history", {"items": [step(1, "rejected", "no")]})
    result = tidegate("order", "watch", ORDER_ID)
    assert result.exit_code == 1
    assert "rejected" in result.stdout


def test_words_may_be_written_large(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", order(), status=201)
    assert tidegate("order", "place", "a", "BTC/USDT", "BUY", "Limit", "--quantity", "1", "--price", "2").exit_code == 0
    [request] = desk.requests
    assert (request.body["side"], request.body["order_type"]) == ("buy", "limit")


def test_an_order_without_the_venues_word_is_not_to_be_placed_again(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", order(status="pending"), status=201)
    result = tidegate(*PLACE)
    assert result.exit_code == 0
    assert "do not place it again" in result.stderr
    assert f"tidegate order watch {ORDER_ID}" in result.stderr
