"""The set of risk limits, over the API."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.risk_rows import BOBS_ORDERS, SMALL_ORDERS, limit_set, loosening_to
from tidegate.core.messages.commands import SetRiskLimits
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, RefusalCode, Role
from tidegate.gateway.naming import named_by
from tidegate.ports import Answer

LIMIT = {"limit_id": "small-orders", "kind": "order_notional", "value": "5000.50"}


async def put(api: Any, *limits: dict[str, Any], key: str | None = None, **body: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.call("PUT", "/risk/limits", json={"limits": list(limits), **body}, headers=headers)


async def test_before_the_first_set_there_are_no_limits(users) -> None:
    answer = await users.rita.get("/risk/limits")
    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["limits"]) == (0, [])


async def test_the_set_in_force_is_shown_with_who_set_it_and_older_ones_by_their_version(users, desk) -> None:
    desk.limit_sets = [limit_set(1, message="first"), limit_set(2, SMALL_ORDERS, approved_by="rosa")]
    shown = (await users.olga.get("/risk/limits")).json()
    assert (shown["version"], shown["set_by"], shown["approved_by"]) == (2, "rita", "rosa")
    assert [limit["limit_id"] for limit in shown["limits"]] == ["small-orders"]
    first = (await users.olga.get("/risk/limits", version=1)).json()
    assert (first["message"], len(first["limits"])) == ("first", 2)
    missing = await users.olga.get("/risk/limits", version=7)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_what_is_shown_can_be_sent_back(users, desk) -> None:
    desk.limit_sets = [limit_set()]
    shown = (await users.rita.get("/risk/limits")).json()
    desk.answers.append(Answer())
    answer = await put(users.rita, *shown["limits"], version=shown["version"])
    assert answer.status_code == 200, answer.text
    assert desk.commands[-1].limits == (SMALL_ORDERS, BOBS_ORDERS)


async def test_who_does_not_oversee_sees_the_limits_that_may_concern_one(users, desk) -> None:
    desk.limit_sets = [limit_set()]
    assert [one["limit_id"] for one in (await users.alice.get("/risk/limits")).json()["limits"]] == ["small-orders"]
    assert len((await users.bob.get("/risk/limits")).json()["limits"]) == 2


async def test_a_limit_is_told_to_the_core_with_all_that_it_says(users, desk) -> None:
    desk.limit_sets = [limit_set()]
    desk.answers.append(Answer())
    asked = {
        "limit_id": "quick-fingers",
        "kind": "orders_per_interval",
        "scope": {"role": "trader", "exchange": "okx", "symbol": "BTC/USDT", "account": "okx-bob", "user_id": "bob"},
        "value": "100",
        "interval_seconds": 10,
        "action": "halt",
        "warn_at": ["0.5"],
    }
    await put(users.rita, asked, version=1, message="why not")
    command = desk.commands[-1]
    assert isinstance(command, SetRiskLimits)
    assert (command.user_id, command.expected_version, command.message) == ("rita", 1, "why not")
    [limit] = command.limits
    assert (limit.kind, limit.value, limit.interval_seconds) == (LimitKind.ORDERS_PER_INTERVAL, Decimal(100), 10)
    assert (limit.action, limit.warn_at) == (LimitAction.HALT, (Decimal("0.5"),))
    assert limit.scope == Scope(
        role=Role.TRADER, user_id="bob", account_id="okx-bob", exchange=Exchange.OKX, symbol="BTC/USDT"
    )


async def test_a_set_that_needs_a_second_person_is_answered_with_its_approval(users, desk) -> None:
    waiting = loosening_to(SMALL_ORDERS, version=1)
    desk.approvals_asked[waiting.approval_id] = waiting
    desk.answers.append(Answer(approval_id=waiting.approval_id))
    answer = await put(users.rita, LIMIT, version=1)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["approval_id"], told["kind"], told["state"]) == ("A2", "risk_limits", "pending")
    assert (told["limits"][0]["value"], told["expected_version"]) == ("5000.5", 1)


async def test_a_set_that_was_changed_meanwhile_is_a_conflict_with_both_versions(users, desk) -> None:
    desk.limit_sets = [limit_set(3)]
    refusal = Refusal(code=RefusalCode.LIMITS_VERSION_CONFLICT, message="read it again", limit="3", actual="1")
    desk.answers.append(Answer(refusal=refusal))
    answer = await put(users.rita, LIMIT, version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "limits_version_conflict")
    assert (answer.json()["limit"], answer.json()["actual"]) == ("3", "1")


async def test_a_set_whose_answer_was_lost_is_answered_alike_when_it_is_sent_again(users, desk) -> None:
    desk.limit_sets = [limit_set(2, SMALL_ORDERS)]
    conflict = Answer(refusal=Refusal(code=RefusalCode.LIMITS_VERSION_CONFLICT, message="read it again"))
    desk.answers += [conflict, conflict]
    again = await put(users.rita, LIMIT, version=1)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    other = await put(users.rita, {**LIMIT, "value": "1"}, version=1)
    assert other.status_code == 409


async def test_a_key_asks_for_one_approval_however_often_it_comes(users, desk) -> None:
    user = desk.desk.users["rita"]
    name = named_by(user, "k1")
    waiting = loosening_to(SMALL_ORDERS, approval_id=name, version=1)
    desk.approvals_asked[name] = waiting
    answer = await put(users.rita, LIMIT, key="k1", version=1)
    assert (answer.status_code, answer.headers["idempotency-replayed"]) == (202, "true")
    other = await put(users.rita, {**LIMIT, "value": "9"}, key="k1", version=1)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
    assert not any(isinstance(command, SetRiskLimits) for command in desk.commands)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"value": 5000}, "value"),
        ({"value": "-1"}, 'amounts are plain decimals in strings, such as "0.25"'),
        ({"value": "1e3"}, "amounts are plain"),
        ({"kind": "everything"}, "kind"),
        ({"scope": {"desk": True}}, "desk"),
        ({"scope": {"user_id": "a|b"}}, "ids are 1 to 64"),
        ({"warn_at": ["80%"]}, "amounts are plain"),
        ({"symbols": ["BTCUSDT"]}, "symbols are written like BTC/USDT"),
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"limit_id": ""}, "ids are 1 to 64"),
        ({"maximum": "1"}, "maximum"),
    ],
)
async def test_a_limit_of_another_shape_is_refused_by_name(users, desk, change: dict[str, Any], word: str) -> None:
    answer = await put(users.rita, {**LIMIT, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert word in answer.json()["detail"]


async def test_a_set_may_be_larger_than_an_order(users, desk) -> None:
    desk.limit_sets = [limit_set()]
    desk.answers.append(Answer())
    many = [{**LIMIT, "limit_id": f"limit-{number}", "scope": {"symbol": "BTC/USDT"}} for number in range(1_000)]
    assert (await put(users.rita, *many)).status_code == 200
    assert (await put(users.rita, *many, LIMIT)).status_code == 422


async def test_a_set_that_is_sent_again_under_its_key_changes_nothing_after_another_was_set(users, desk) -> None:
    first = await put(users.rita, LIMIT, key="k1")
    assert (first.status_code, first.json()["version"]) == (200, 1)
    tighter = {**LIMIT, "value": "100"}
    assert (await put(users.rita, tighter)).json()["version"] == 2
    again = await put(users.rita, LIMIT, key="k1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert [one.version for one in desk.limit_sets] == [1, 2]
    assert not desk.approvals_asked


async def test_a_set_that_was_in_force_already_is_not_set_later_by_its_key(users, desk) -> None:
    await put(users.rita, {**LIMIT, "value": "100"})
    unchanged = await put(users.rita, {**LIMIT, "value": "100"}, key="k1")
    assert unchanged.json()["version"] == 1
    await put(users.rita, {**LIMIT, "value": "50"})
    again = await put(users.rita, {**LIMIT, "value": "100"}, key="k1")
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert not desk.approvals_asked


async def test_a_key_with_another_set_is_a_conflict(users, desk) -> None:
    await put(users.rita, LIMIT, key="k1")
    other = await put(users.rita, {**LIMIT, "value": "100"}, key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")
    assert len(desk.limit_sets) == 1


async def test_a_set_that_was_refused_may_be_sent_again_under_its_key(users, desk) -> None:
    refused = await put(users.rita, LIMIT, key="k1", version=7)
    assert (refused.status_code, refused.json()["code"]) == (409, "limits_version_conflict")
    assert (await put(users.rita, LIMIT, key="k1", version=0)).json()["version"] == 1
    assert len(desk.limit_sets) == 1


async def test_a_lost_answer_of_a_set_under_a_key_is_given_again_by_the_engine_too(users, desk) -> None:
    """The first request may still be on its way to storage when the second one asks."""
    first = await put(users.rita, LIMIT, key="k1")
    await put(users.rita, {**LIMIT, "value": "100"})
    kept = desk.requests_kept.copy()
    desk.requests_kept.clear()
    desk.on_answer = lambda _: desk.requests_kept.update(kept)
    desk.answers.append(Answer(replayed=True))
    again = await put(users.rita, LIMIT, key="k1")
    assert again.json() == first.json()
