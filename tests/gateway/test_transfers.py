"""Transfers, over the API."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.risk_rows import transfer
from tidegate.core.messages.commands import TransferFunds
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import RefusalCode, Wallet
from tidegate.gateway.naming import named_by
from tidegate.ports import Answer

BODY = {
    "from_account": "okx-bob",
    "from_user_id": "alice",
    "to_user_id": "bob",
    "asset": "USDT",
    "quantity": "100.0",
}


async def give(api: Any, key: str | None = None, **changes: Any) -> Any:
    return await api.post("/transfers", {**BODY, **changes}, headers={} if key is None else {"Idempotency-Key": key})


async def test_a_transfer_is_told_with_its_ids(users, desk) -> None:
    name = named_by(desk.desk.users["rita"], "k1")

    def made(command: Any) -> None:
        desk.transfers_made[command.transfer_id] = transfer(command.transfer_id)

    desk.on_answer = made
    desk.answers.append(Answer())
    answer = await give(users.rita, "k1")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["transfer_id"], told["quantity"], told["to_account"]) == (name, "100", "okx-bob")
    command = desk.commands[-1]
    assert isinstance(command, TransferFunds)
    assert (command.from_account_id, command.to_account_id) == ("okx-bob", "okx-bob")
    assert (command.quantity, command.wallet, command.user_id) == (Decimal(100), Wallet.MAIN, "rita")


async def test_the_same_key_gives_once_and_another_body_is_a_conflict(users, desk) -> None:
    name = named_by(desk.desk.users["rita"], "k1")
    desk.transfers_made[name] = transfer(name)
    again = await give(users.rita, "k1")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    other = await give(users.rita, "k1", quantity="200")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
    assert not any(isinstance(command, TransferFunds) for command in desk.commands)


async def test_a_refused_transfer_says_why_with_its_figures(users, desk) -> None:
    refusal = Refusal(code=RefusalCode.TRANSFER_NOT_ALLOWED, message="give less", limit="5", actual="100")
    desk.answers.append(Answer(refusal=refusal))
    answer = await give(users.rita)
    assert (answer.status_code, answer.json()["code"]) == (422, "transfer_not_allowed")
    assert (answer.json()["limit"], answer.json()["actual"]) == ("5", "100")


@pytest.mark.parametrize(
    "change", [{"quantity": "-1"}, {"quantity": 1}, {"asset": "US DT"}, {"wallet": "spot"}, {"to": "bob"}]
)
async def test_a_transfer_of_another_shape_is_refused(users, change: dict[str, Any]) -> None:
    answer = await give(users.rita, **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_transfers_are_shown_to_giver_taker_and_those_who_oversee(users, desk) -> None:
    desk.transfers_made = {
        name: transfer(name, **changes) for name, changes in (("T1", {}), ("T2", {"to_user_id": "vera"}))
    }

    async def shown(api: Any, **query: Any) -> list[str]:
        return [one["transfer_id"] for one in (await api.get("/transfers", **query)).json()["items"]]

    assert await shown(users.olga) == ["T2", "T1"]
    assert await shown(users.olga, user_id="bob") == ["T1"]
    assert await shown(users.bob) == ["T1"]
    assert await shown(users.alice) == ["T2", "T1"]
    assert (await users.bob.get("/transfers", user_id="alice")).status_code == 403


async def test_the_engine_gives_at_average_cost_and_both_see_it(users, desk) -> None:
    answer = await give(
        users.rita,
        "k1",
        from_account="binance-alice",
        to_account="okx-bob",
        asset="BTC",
        quantity="0.5",
        message="settled",
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["from_seen"], told["to_seen"], told["message"]) == (False, False, "settled")
    again = await give(
        users.rita,
        "k1",
        from_account="binance-alice",
        to_account="okx-bob",
        asset="BTC",
        quantity="0.5",
        message="settled",
    )
    assert again.json() == told
    held = {row["asset"]: row["quantity"] for row in (await users.bob.get("/balances")).json()["items"]}
    assert held["BTC"] == "2.5"
    for api in (users.alice, users.bob, users.olga):
        assert [one["transfer_id"] for one in (await api.get("/transfers")).json()["items"]] == [told["transfer_id"]]
