"""What waits for a second person, over the API."""

from typing import Any

import pytest

from gateway.risk_rows import SMALL_ORDERS, loosening_to, release_of
from tidegate.core.messages.commands import DecideApproval
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import ApprovalState, RefusalCode
from tidegate.ports import Answer


@pytest.fixture
def waiting(desk: Any) -> None:
    for asked in (release_of(Scope(user_id="bob")), loosening_to(SMALL_ORDERS, message="more room")):
        desk.approvals_asked[asked.approval_id] = asked


async def decide(api: Any, approval_id: str = "A1", word: str = "approve", **body: Any) -> Any:
    return await api.post(f"/approvals/{approval_id}/{word}", body)


@pytest.mark.usefixtures("waiting")
async def test_what_waits_is_listed_newest_first_by_state_in_pages(users) -> None:
    page = (await users.olga.get("/approvals", state="pending", limit=1)).json()
    [first] = page["items"]
    assert (first["approval_id"], first["message"], first["scope"]) == ("A2", "more room", None)
    rest = (await users.olga.get("/approvals", cursor=page["next_cursor"])).json()["items"]
    assert [approval["approval_id"] for approval in rest] == ["A1"]
    assert (await users.olga.get("/approvals", state="approved")).json()["items"] == []


@pytest.mark.usefixtures("waiting")
async def test_who_does_not_oversee_sees_what_one_asked_for_alone(users, desk) -> None:
    assert (await users.alice.get("/approvals")).json()["items"] == []
    answer = await decide(users.alice)
    assert (answer.status_code, answer.json()["code"]) == (404, "approval_not_found")
    assert desk.commands == [] or not isinstance(desk.commands[-1], DecideApproval)


@pytest.mark.usefixtures("waiting")
async def test_one_is_shown_to_those_who_may_see_it(users) -> None:
    shown = await users.olga.get("/approvals/A2")
    assert (shown.status_code, shown.json()["limits"][0]["limit_id"]) == (200, "small-orders")
    for answer in (await users.alice.get("/approvals/A2"), await users.olga.get("/approvals/A9")):
        assert (answer.status_code, answer.json()["code"]) == (404, "approval_not_found")


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(("word", "approve"), [("approve", True), ("reject", False)])
async def test_a_second_persons_word_reaches_the_core(users, desk, word: str, approve: bool) -> None:
    desk.answers.append(Answer())
    answer = await decide(users.root, word=word, message="seen")
    assert (answer.status_code, answer.json()["approval_id"]) == (200, "A1")
    command = desk.commands[-1]
    assert isinstance(command, DecideApproval)
    assert (command.approval_id, command.approve, command.message) == ("A1", approve, "seen")
    assert command.user_id == "root"


@pytest.mark.usefixtures("waiting")
async def test_the_first_person_is_no_second_one(users, desk) -> None:
    desk.answers.append(Answer(refusal=Refusal(code=RefusalCode.APPROVAL_NOT_ALLOWED, message="you asked for it")))
    answer = await decide(users.rita)
    assert (answer.status_code, answer.json()["code"]) == (403, "approval_not_allowed")


async def test_the_same_word_again_is_answered_alike_and_another_is_a_conflict(users, desk) -> None:
    decided = release_of(Scope(user_id="bob"), state=ApprovalState.APPROVED, decided_by="root")
    desk.approvals_asked[decided.approval_id] = decided
    ended = Answer(refusal=Refusal(code=RefusalCode.APPROVAL_ENDED, message="it was approved"))
    desk.answers += [ended, ended, ended]
    assert (await decide(users.root)).json()["state"] == "approved"
    for answer in (await decide(users.root, word="reject"), await decide(users.rita)):
        assert (answer.status_code, answer.json()["code"]) == (409, "approval_ended")


@pytest.mark.parametrize("name", ["A9", "..", "a%00b", "a b"])
async def test_an_approval_that_never_was_is_not_found(users, name: str) -> None:
    answer = await decide(users.root, name)
    assert answer.status_code == 404


@pytest.mark.usefixtures("waiting")
async def test_a_word_of_another_shape_is_refused(users, desk) -> None:
    answer = await decide(users.root, reason="seen")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
