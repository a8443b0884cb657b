"""Previews of orders, over the API."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.conftest import ORDER
from tidegate.core.messages.commands import PreviewOrder
from tidegate.core.messages.risk_values import CheckFigure, OrderPreview
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import RefusalCode
from tidegate.ports import Answer

PREVIEW = OrderPreview(
    accepted=False,
    code="order_notional_limit",
    message="split it",
    checks=(
        CheckFigure(
            check="order_notional",
            passed=False,
            limit_id="small",
            scope="user:alice",
            limit="1000",
            actual="5000",
            utilization="5",
        ),
        CheckFigure(check="balance", passed=True),
    ),
    reserved_asset="USDT",
    reserved_quantity="5000",
    notional="5000",
    limits_version=3,
)


async def test_an_order_that_would_be_refused_is_shown_with_all_its_checks(users, desk) -> None:
    desk.answers.append(Answer(preview=PREVIEW))
    answer = await users.alice.post("/orders/preview", ORDER)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["accepted"], told["code"], told["limits_version"]) == (False, "order_notional_limit", 3)
    first, second = told["checks"]
    assert (first["limit_id"], first["actual"], first["utilization"]) == ("small", "5000", "5")
    assert (second["passed"], second["limit"]) == (True, None)
    assert (told["reserved_quantity"], told["reserved_asset"], told["fee"]) == ("5000", "USDT", None)


async def test_the_core_is_asked_about_the_order_as_it_would_be_placed(users, desk) -> None:
    desk.answers.append(Answer(preview=PREVIEW))
    await users.alice.post("/orders/preview", {**ORDER, "stop_loss": {"trigger_price": "40000"}})
    command = desk.commands[-1]
    assert isinstance(command, PreviewOrder)
    assert (command.order.user_id, command.order.quantity) == ("alice", Decimal("0.10"))
    assert command.order.stop_loss.trigger_price == 40_000
    assert (await users.alice.get("/orders")).json()["items"] == []


async def test_who_may_not_ask_is_told_so(users, desk) -> None:
    desk.answers.append(Answer(refusal=Refusal(code=RefusalCode.NOT_PERMITTED, message="traders place orders")))
    answer = await users.vera.post("/orders/preview", ORDER)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("change", [{"quantity": 1}, {"side": "long"}, {"preview": True}])
async def test_an_order_of_another_shape_is_refused_as_when_it_is_placed(users, change: dict[str, Any]) -> None:
    answer = await users.alice.post("/orders/preview", {**ORDER, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_the_engine_says_what_would_become_of_an_order(users, desk) -> None:
    taken = (await users.alice.post("/orders/preview", ORDER)).json()
    assert taken["accepted"], taken
    assert (taken["reserved_quantity"], taken["reserved_asset"]) == ("5000", "USDT")
    refused = (await users.alice.post("/orders/preview", {**ORDER, "quantity": "10"})).json()
    assert (refused["accepted"], refused["code"]) == (False, "insufficient_balance")
    assert (await users.alice.get("/orders")).json()["items"] == []
    assert desk.sent == []
