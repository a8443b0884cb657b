"""What the desk may put right by itself: each user decides."""

import pytest

from tidegate.core.vocabulary import Correction

OFF = {"adjust_to_grid": False, "reprice_post_only": False}


async def test_nothing_is_put_right_until_the_user_says_so(alice) -> None:
    assert (await alice.get("/corrections")).json() == OFF


@pytest.mark.parametrize("name", [correction.value for correction in Correction])
async def test_each_switch_is_set_by_itself(users, desk, name: str) -> None:
    answer = await users.alice.call("PUT", "/corrections", json={**OFF, name: True})
    assert (answer.status_code, answer.json()) == (200, {**OFF, name: True})
    assert (await users.alice.get("/corrections")).json() == {**OFF, name: True}
    assert desk.desk.users["alice"].corrections == {Correction(name)}
    assert (await users.bob.get("/corrections")).json() == OFF
    await users.alice.call("PUT", "/corrections", json=OFF)
    assert (await users.alice.get("/corrections")).json() == OFF


async def test_the_api_has_a_switch_for_every_correction(alice) -> None:
    assert (await alice.get("/corrections")).json().keys() == {correction.value for correction in Correction}
