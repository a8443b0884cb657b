"""Breaks, and how people end them."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages import reports
from tidegate.core.messages.values import VenueBalance
from tidegate.core.records import Break


def differ(desk: Any, account_id: str = "binance-alice", more: str = "3") -> None:
    """The venue holds more BTC than the books, and goes on holding it."""
    for _ in range(2):
        balances = {"USDT": Decimal(100_000), "BTC": Decimal(2) + Decimal(more), "XYZ": Decimal(5)}
        desk.take(
            reports.BalancesReported(
                at=desk.clock.now(),
                account_id=account_id,
                requested_at=desk.clock.now(),
                balances=tuple(
                    VenueBalance(asset=name, free=free, locked=Decimal(0)) for name, free in balances.items()
                ),
            )
        )
        desk.clock.advance(120)


async def the_break(api: Any) -> dict[str, Any]:
    found: list[dict[str, Any]] = (await api.get("/reconciliation/breaks", open="true")).json()["items"]
    assert len(found) == 1, found
    return found[0]


async def resolve(api: Any, break_id: str, **body: Any) -> Any:
    return await api.post(f"/reconciliation/breaks/{break_id}/resolve", {"message": "theirs", "accept": True, **body})


async def test_accepting_a_difference_lets_the_books_follow_the_venue(users, desk) -> None:
    differ(desk)
    found = await the_break(users.rita)
    assert (found["kind"], found["subject"], found["resolved_by"]) == ("balance", "BTC", None)
    answer = await resolve(users.rita, found["break_id"])
    assert answer.status_code == 200, answer.text
    resolved = answer.json()
    assert (resolved["resolved_by"], resolved["resolution"]) == ("rita", "theirs")
    assert resolved["resolved_at"] is not None
    rows = {row["asset"]: row["quantity"] for row in (await users.alice.get("/balances")).json()["items"]}
    assert rows["BTC"] == "5"
    assert (await users.rita.get("/reconciliation/breaks", open="true")).json()["items"] == []
    [kept] = (await users.rita.get("/reconciliation/breaks", open="false")).json()["items"]
    assert kept["resolution"] == "theirs"


async def test_closing_a_break_changes_no_books(users, desk) -> None:
    differ(desk)
    found = await the_break(users.root)
    assert (await resolve(users.root, found["break_id"], accept=False, message="known")).status_code == 200
    rows = {row["asset"]: row["quantity"] for row in (await users.alice.get("/balances")).json()["items"]}
    assert rows["BTC"] == "2"


async def test_the_same_resolution_again_is_answered_alike(users, desk) -> None:
    differ(desk)
    found = await the_break(users.rita)
    first, second = await resolve(users.rita, found["break_id"]), await resolve(users.rita, found["break_id"])
    assert (second.status_code, second.json()) == (200, first.json())
    other = await resolve(users.rita, found["break_id"], message="otherwise")
    assert (other.status_code, other.json()["code"]) == (404, "break_not_found")
    somebody = await resolve(users.root, found["break_id"])
    assert somebody.status_code == 404


@pytest.mark.parametrize("name", ["olga"])
async def test_others_resolve_nothing(users, desk, name: str) -> None:
    differ(desk)
    found = await the_break(users.rita)
    answer = await resolve(getattr(users, name), found["break_id"])
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert await the_break(users.rita) == found


async def test_breaks_of_accounts_of_others_do_not_exist(users, desk) -> None:
    differ(desk)
    found = await the_break(users.rita)
    assert (await users.bob.get("/reconciliation/breaks")).json()["items"] == []
    answer = await resolve(users.bob, found["break_id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "break_not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"message": ""},
        {"message": "a\x00b"},
        {"message": "x" * 201},
        {"message": None},
        {"accept": "yes"},
        {"accept": None},
        {"owner_id": "a|b"},
        {"amount": "3"},
    ],
)
async def test_a_resolution_of_another_shape_is_refused(users, desk, body: dict[str, Any]) -> None:
    differ(desk)
    found = await the_break(users.rita)
    answer = await resolve(users.rita, found["break_id"], **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert await the_break(users.rita) == found


async def test_breaks_are_listed_by_filter_in_pages(users, desk) -> None:
    for number, (account_id, kind) in enumerate(
        [("binance-alice", "balance"), ("okx-bob", "balance"), ("okx-bob", "position")]
    ):
        desk._breaks[f"b{number}"] = Break(
            break_id=f"b{number}",
            account_id=account_id,
            kind=kind,
            subject="BTC",
            message="differs",
            found_at=desk.clock.now(),
        )

    async def listed(api: Any, **query: Any) -> list[str]:
        return [found["break_id"] for found in (await api.get("/reconciliation/breaks", **query)).json()["items"]]

    assert await listed(users.olga) == ["b2", "b1", "b0"]
    assert await listed(users.olga, account="okx-bob") == ["b2", "b1"]
    assert await listed(users.olga, kind="balance") == ["b1", "b0"]
    assert await listed(users.bob, account="binance-alice") == []
    first = (await users.olga.get("/reconciliation/breaks", limit=2)).json()
    assert await listed(users.olga, limit=2, cursor=first["next_cursor"]) == ["b0"]
