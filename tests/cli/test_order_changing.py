"""`tidegate order amend`, `cancel` and `cancel-all`."""

from collections.abc import Callable

import pytest
from typer.testing import Result

from cli.fake_desk import ORDER_ID, FakeDesk, closed, order, problem

Tidegate = Callable[..., Result]


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


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (order(quantity="0.3"), 0, ""),
        (order(pending_action="amend"), 1, "on its way"),
        (closed("canceled"), 0, ""),
        (closed("filled"), 1, ""),
    ],
)
def test_a_part_is_canceled_once_the_venue_has_confirmed_it(
    desk: FakeDesk, tidegate: Tidegate, answer: dict[str, object], code: int, told: str
) -> None:
    desk.answer("DELETE", f"/orders/{ORDER_ID}", answer)
    result = tidegate("order", "cancel", ORDER_ID, "--quantity", "0.2")
    assert result.exit_code == code
    assert told in result.stderr
    assert desk.requests[0].query == {"wait_for": "acknowledged", "timeout_ms": "5000", "quantity": "0.2"}


def test_all_orders_that_match_are_canceled(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("DELETE", "/orders", {"items": [order(pending_action="cancel")]})
    result = tidegate("order", "cancel-all", "--symbol", "BTC/USDT", "--user", "bob", "--exchange", "okx")
    assert result.exit_code == 0
    assert desk.requests[0].query == {"symbol": "BTC/USDT", "user_id": "bob", "exchange": "okx"}
    assert "cancel asked" in result.stdout


def test_a_cancel_of_everything_is_a_command_of_its_own(desk: FakeDesk, tidegate: Tidegate) -> None:
    for arguments in ((), ("--symbol", "X/Y"), (ORDER_ID, "--symbol", "X/Y")):
        assert tidegate("order", "cancel", *arguments).exit_code == 2
    assert desk.requests == []
    desk.answer("DELETE", "/orders", {"items": []})
    assert tidegate("order", "cancel-all").stdout == "no open order matches\n"


AMEND = ("order", "amend", ORDER_ID, "--price", "65001.0")


def test_a_change_is_asked_for_and_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PATCH", f"/orders/{ORDER_ID}", order(price="65001", quantity="0.75"))
    result = tidegate(*AMEND, "--quantity", "0.75", "--timeout", "2")
    assert result.exit_code == 0, result.stderr
    [request] = desk.requests
    assert request.body == {"price": "65001.0", "quantity": "0.75"}
    assert request.query == {"wait_for": "acknowledged", "timeout_ms": "2000"}
    assert request.headers["idempotency-key"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (order(message="too late"), "as it was before"),
        (order(pending_action="amend", asked={"price": "65001"}), "on its way"),
    ],
)
def test_a_change_that_was_not_made_ends_with_1(
    desk: FakeDesk, tidegate: Tidegate, answer: dict[str, object], told: str
) -> None:
    desk.answer("PATCH", f"/orders/{ORDER_ID}", answer)
    result = tidegate(*AMEND)
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_change_that_is_only_to_be_durable_may_be_on_its_way(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("PATCH", f"/orders/{ORDER_ID}", order(pending_action="amend", asked={"price": "65001"}))
    assert tidegate(*AMEND, "--wait", "durable").exit_code == 0


def test_a_change_changes_something(desk: FakeDesk, tidegate: Tidegate) -> None:
    result = tidegate("order", "amend", ORDER_ID)
    assert result.exit_code == 2
    assert "--trigger-price" in result.stderr
    assert desk.requests == []


def test_a_change_that_the_desk_refuses_says_why(desk: FakeDesk, tidegate: Tidegate) -> None:
    refused = problem("nothing_to_change", "give another price", order=order(), status=422)
    desk.answer("PATCH", f"/orders/{ORDER_ID}", refused, status=422)
    result = tidegate(*AMEND)
    assert (result.exit_code, result.stderr) == (1, "tidegate: nothing_to_change: give another price\n")
