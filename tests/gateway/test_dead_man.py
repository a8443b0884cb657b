"""An account's dead-man switch by the API, through the real engine."""

from typing import Any

import pytest


async def choose(api: Any, seconds: object, account_id: str = "okx-bob") -> Any:
    return await api.call("PUT", f"/accounts/{account_id}/dead-man", json={"seconds": seconds})


@pytest.mark.parametrize("name", ["bob", "rita", "root"])
async def test_the_account_shows_what_was_chosen(users, name: str) -> None:
    api = getattr(users, name)
    answer = await choose(api, 30)
    assert (answer.status_code, answer.json()["dead_man_seconds"]) == (200, 30), answer.text
    shown = {row["account_id"]: row["dead_man_seconds"] for row in (await users.root.get("/accounts")).json()["items"]}
    assert shown == {"binance-alice": None, "okx-bob": 30, "bybit-down": None}
    assert (await choose(api, None)).json()["dead_man_seconds"] is None


async def test_accounts_of_others_do_not_exist(users) -> None:
    answer = await choose(users.alice, 30)
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")


@pytest.mark.parametrize("name", ["vera", "olga"])
async def test_who_only_looks_on_chooses_nothing(users, name: str) -> None:
    answer = await choose(getattr(users, name), 30)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_seconds_that_the_venue_does_not_take_are_refused_with_its_range(users) -> None:
    answer = await choose(users.bob, 121)
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "parameter_not_allowed")
    assert (refused["limit"], refused["actual"]) == ("120", "121")


@pytest.mark.parametrize("body", [{}, {"seconds": 0}, {"seconds": "30"}, {"seconds": 30, "more": 1}])
async def test_a_choice_of_another_shape_is_refused(users, body: dict[str, Any]) -> None:
    answer = await users.bob.call("PUT", "/accounts/okx-bob/dead-man", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
