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
        "reduce_only": False,
        "client_order_id": "c-1",
    }
    assert request.query == {"wait_for": "closed", "timeout_ms": "2000"}
    assert result.exit_code == 0
    assert ORDER_ID in result.stdout
    assert f"tidegate order watch {ORDER_ID}" in result.stderr  # It has not closed, though asked to wait for that.


def test_an_order_is_placed_with_all_its_options(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", order(), status=201)
    result = tidegate(
        *("order", "place", "okx-main", "BTC/USDT:USDT", "sell", "trailing_stop", "--quantity", "0.5"),
        *("--trailing-offset", "1.5%", "--trigger-by", "mark", "--reduce-only", "--position-side", "long"),
        *("--margin-mode", "isolated", "--leverage", "5", "--expires-at", "2026-01-02T03:04:05"),
        *("--stop-loss", "59000", "--stop-loss-limit", "58900", "--take-profit", "70000"),
        *("--param", "tag=mine", "--param", "stpMode=a=b"),
    )
    assert result.exit_code == 0, result.stderr
    assert desk.requests[0].body == {
        "account": "okx-main",
        "symbol": "BTC/USDT:USDT",
        "side": "sell",
        "order_type": "trailing_stop",
        "quantity": "0.5",
        "trailing_offset": "1.5%",
        "trigger_by": "mark",
        "time_in_force": "gtd",
        "expires_at": "2026-01-02T03:04:05.000000Z",
        "post_only": False,
        "reduce_only": True,
        "position_side": "long",
        "margin_mode": "isolated",
        "leverage": "5",
        "stop_loss": {"trigger_price": "59000", "price": "58900"},
        "take_profit": {"trigger_price": "70000"},
        "params": {"tag": "mine", "stpMode": "a=b"},
    }


def test_a_stop_that_trails_needs_no_trigger(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("POST", "/orders", order(), status=201)
    assert tidegate(*PLACE, "--stop-loss-offset", "150").exit_code == 0
    assert desk.requests[0].body["stop_loss"] == {"trailing_offset": "150"}


@pytest.mark.parametrize("param", ["tag", "=mine", ""])
def test_a_param_is_a_name_and_a_value(desk: FakeDesk, tidegate: Tidegate, param: str) -> None:
    result = tidegate(*PLACE, "--param", param)
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.stderr
    assert desk.requests == []


def test_an_order_that_the_desk_holds_is_no_unanswered_one(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer(
        "POST", "/orders", order(status="pending", held_by="desk", emulated=True, trigger_price="60000"), status=201
    )
    result = tidegate(*PLACE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "pending (held)" in result.stdout
    assert "the desk, until the market sets it off" in result.stdout


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


def test_the_legs_of_an_order_are_listed(desk: FakeDesk, tidegate: Tidegate) -> None:
    leg = order(side="sell", order_type="stop_loss", price=None, trigger_price="59000", parent_order_id=ORDER_ID)
    trailing = order(side="sell", order_type="trailing_stop", price=None, trailing_offset="1.5%")
    desk.answer("GET", "/orders", {"items": [leg, trailing], "next_cursor": None})
    result = tidegate("order", "list", "--parent", ORDER_ID)
    assert desk.requests[0].query["parent_order_id"] == ORDER_ID
    assert "@59000" in result.stdout
    assert "-1.5%" in result.stdout


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


def test_an_order_shows_what_protects_changes_and_ends_it(desk: FakeDesk, tidegate: Tidegate) -> None:
    shown = order(
        leverage="5",
        margin_mode="cross",
        position_side="long",
        reduce_only=True,
        stop_loss={"trigger_price": "59000", "price": None, "trailing_offset": None, "trigger_by": "last"},
        take_profit={"trigger_price": None, "price": "70000", "trailing_offset": "1%", "trigger_by": "last"},
        pending_action="amend",
        asked={"quantity": "0.75", "price": "64000", "trigger_price": None},
        expires_at="2026-01-03T03:04:05Z",
        params={"tag": "mine"},
        rule_id="01R",
        leg="stop_loss",
        parent_order_id="01P",
    )
    desk.answer("GET", f"/orders/{ORDER_ID}", shown)
    desk.answer("GET", f"/orders/{ORDER_ID}/history", {"items": []})
    text = tidegate("order", "show", ORDER_ID).stdout
    for told in (
        "limit at 65000.5 gtc reduce-only long cross 5x",
        "59000, at the market",
        "trailing by 1%, at 70000",
        "quantity 0.75, price 64000",
        "2026-01-03",
        "tag=mine",
        "rule 01R",
        "order 01P",
    ):
        assert told in text, told


def test_an_order_that_a_venue_made_says_so(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", f"/orders/{ORDER_ID}", order(rule_id="venue:auto_deleveraging"))
    desk.answer("GET", f"/orders/{ORDER_ID}/history", {"items": []})
    assert "itself: auto deleveraging" in tidegate("order", "show", ORDER_ID).stdout


def test_an_order_that_is_not_there_ends_with_1(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/orders/none", problem("order_not_found", "there is no order none", status=404), status=404)
    result = tidegate("order", "show", "none")
    assert result.exit_code == 1
    assert result.stderr == "tidegate: order_not_found: there is no order none\n"


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
