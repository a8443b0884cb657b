"""The kill switch, over the API."""

from typing import Any

import msgspec
import pytest

from gateway.risk_rows import release_of, restriction
from tidegate.core.messages.commands import ReleaseKillSwitch, SetKillSwitch
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import Exchange, RefusalCode, Role, TradingState
from tidegate.gateway.naming import named_by
from tidegate.ports import Answer

BOB = Scope(user_id="bob")


async def throw(api: Any, **body: Any) -> Any:
    return await api.call("PUT", "/risk/kill-switch", json=body)


async def release(api: Any, key: str | None = None, **query: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.call("DELETE", "/risk/kill-switch", params=query, headers=headers)


async def test_a_thrown_switch_says_what_is_stopped_by_whom(users, desk) -> None:
    desk.states[BOB.key] = msgspec.structs.replace(restriction(BOB), close_positions=True)
    desk.answers.append(Answer())
    answer = await throw(users.rita, user_id="bob", message="runaway", close_positions=True, cancel_protection=True)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["scope_key"], told["state"], told["set_by"]) == ("user:bob", "halted", "rita")
    assert (told["close_positions"], told["protection_too"]) == (True, False), "as it is in force"
    command = desk.commands[-1]
    assert isinstance(command, SetKillSwitch)
    assert (command.scope, command.state, command.message) == (BOB, TradingState.HALTED, "runaway")
    assert command.close_positions
    assert command.cancel_protection


async def test_nothing_named_stops_the_whole_desk(users, desk) -> None:
    desk.states["desk"] = restriction(Scope(), TradingState.REDUCING)
    desk.answers.append(Answer())
    assert (await throw(users.rita, state="reducing")).json()["scope_key"] == "desk"
    assert (desk.commands[-1].scope, desk.commands[-1].state) == (Scope(), TradingState.REDUCING)


@pytest.mark.parametrize(
    "body", [{"state": "active"}, {"state": "off"}, {"scope": "bob"}, {"exchange": "kraken"}, {"message": "a\x00"}]
)
async def test_a_switch_of_another_shape_is_refused(users, desk, body: dict[str, Any]) -> None:
    answer = await throw(users.rita, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_who_may_not_throw_it_is_told_so_by_the_core(users, desk) -> None:
    desk.answers.append(Answer(refusal=Refusal(code=RefusalCode.NOT_PERMITTED, message="a risk officer may")))
    answer = await throw(users.bob, user_id="alice")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_release_waits_for_a_second_person(users, desk) -> None:
    waiting = release_of(BOB)
    desk.approvals_asked[waiting.approval_id] = waiting
    desk.answers.append(Answer(approval_id=waiting.approval_id))
    answer = await release(users.rita, user_id="bob", message="calm again")
    assert answer.status_code == 202
    assert (answer.json()["kind"], answer.json()["scope"]["user_id"]) == ("kill_switch_release", "bob")
    command = desk.commands[-1]
    assert isinstance(command, ReleaseKillSwitch)
    assert (command.scope, command.message) == (BOB, "calm again")


async def test_a_release_without_four_eyes_is_over_at_once(users, desk) -> None:
    scope = Scope(exchange=Exchange.OKX, symbol="BTC/USDT", account_id="okx-bob", role=Role.TRADER)
    desk.states[scope.key] = restriction(scope, TradingState.ACTIVE)
    desk.answers.append(Answer())
    answer = await release(users.rita, exchange="okx", symbol="BTC/USDT", account="okx-bob", role="trader")
    assert (answer.status_code, answer.json()["state"]) == (200, "active")
    assert desk.commands[-1].scope == scope


async def test_a_key_asks_for_one_release_however_often_it_comes(users, desk) -> None:
    name = named_by(desk.desk.users["rita"], "k1")
    desk.approvals_asked[name] = release_of(BOB, name)
    answer = await release(users.rita, "k1", user_id="bob")
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (202, "true")
    other = await release(users.rita, "k1", user_id="alice")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")


async def test_what_is_not_stopped_cannot_be_released(users, desk) -> None:
    desk.answers.append(Answer(refusal=Refusal(code=RefusalCode.SCOPE_NOT_FOUND, message="it is active")))
    answer = await release(users.rita, user_id="bob")
    assert (answer.status_code, answer.json()["code"]) == (404, "scope_not_found")
    unknown = await release(users.rita, users="bob")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid_query")


async def test_states_in_force_are_shown_to_those_whom_they_may_concern(users, desk) -> None:
    scopes = (BOB, Scope(exchange=Exchange.OKX), Scope(account_id="okx-bob"), Scope(role=Role.VIEWER))
    desk.states = {scope.key: restriction(scope) for scope in scopes}
    desk.states["user:alice"] = restriction(Scope(user_id="alice"), TradingState.ACTIVE)

    async def shown(api: Any) -> list[str]:
        return [state["scope_key"] for state in (await api.get("/risk/kill-switch")).json()["items"]]

    assert await shown(users.olga) == ["user:bob", "exchange:okx", "account:okx-bob", "role:viewer"]
    assert await shown(users.bob) == ["user:bob", "exchange:okx", "account:okx-bob"]
    assert await shown(users.alice) == ["exchange:okx"]
    assert await shown(users.vera) == ["exchange:okx", "role:viewer"]


async def test_a_release_that_is_sent_again_under_its_key_does_not_release_what_was_stopped_anew(users, desk) -> None:
    desk.desk.policy = msgspec.structs.replace(desk.desk.policy, four_eyes=False)
    await throw(users.rita, user_id="bob")
    assert (await release(users.rita, "k1", user_id="bob")).json()["state"] == "active"
    await throw(users.rita, user_id="bob")
    again = await release(users.rita, "k1", user_id="bob")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert desk.states["user:bob"].state is TradingState.HALTED
    other = await release(users.rita, "k1", user_id="alice")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
