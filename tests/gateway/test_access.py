"""Who may see and do what."""

import asyncio
import json

import httpx
import pytest

from tidegate.gateway.tokens import digest, new_token

READS = [
    "/orders",
    "/executions",
    "/balances",
    "/positions",
    "/rules",
    "/corrections",
    "/portfolio",
    "/ledger",
    "/instruments",
    "/accounts",
    "/reconciliation/breaks",
    "/system/venues",
    "/risk/limits",
    "/risk/kill-switch",
    "/risk/utilization",
    "/approvals",
    "/transfers",
]


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer tg_wrong", "Bearer wrong", "tg_x"]
)
@pytest.mark.parametrize("path", READS)
async def test_without_a_good_token_nothing_is_shown(users, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await users.client.get(f"/api/v1{path}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_without_a_good_token_nothing_is_placed(users, desk) -> None:
    answer = await users.client.post("/api/v1/orders", json={}, headers={"Authorization": "Bearer tg_wrong"})
    assert answer.status_code == 401
    assert desk.commands == []


async def test_a_revoked_token_stops_working(users, desk, clock) -> None:
    assert (await users.alice.get("/orders")).status_code == 200
    token = await desk.token(digest(users.tokens["alice"]))
    token.revoked_at = clock.now()
    clock.advance(60)
    assert (await users.alice.get("/orders")).status_code == 401


async def test_a_known_token_is_not_looked_up_for_every_request(users, desk) -> None:
    for _ in range(10):
        assert (await users.alice.get("/orders")).status_code == 200
    assert desk.looked_up_tokens == 1


async def test_orders_of_others_do_not_exist(users) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    for path in (f"/orders/{order_id}", f"/orders/{order_id}/history"):
        answer = await users.bob.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    for method, body in (("DELETE", {}), ("PATCH", {"json": {"price": "1"}})):
        answer = await users.bob.call(method, f"/orders/{order_id}", **body)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    assert (await users.bob.get("/orders")).json()["items"] == []
    assert (await users.alice.get(f"/orders/{order_id}")).json()["status"] == "submitted"


async def test_traders_see_only_their_own_books(users, desk) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    desk.fill(order_id, "0.1", "50000")
    assert (await users.bob.get("/executions")).json()["items"] == []
    assert {row["account_id"] for row in (await users.bob.get("/balances")).json()["items"]} == {"okx-bob"}
    assert {row["user_id"] for row in (await users.bob.get("/portfolio")).json()["items"]} == {"bob"}
    assert {line["ledger_account"] for line in (await users.bob.get("/ledger")).json()["items"]} == {"user:bob"}
    assert [account["account_id"] for account in (await users.bob.get("/accounts")).json()["items"]] == ["okx-bob"]
    assert {row["account_id"] for row in (await users.bob.get("/system/venues")).json()["items"]} == {"okx-bob"}


@pytest.mark.parametrize(
    "path", ["/orders", "/executions", "/balances", "/positions", "/portfolio", "/ledger", "/rules"]
)
async def test_asking_for_another_users_books_is_refused(users, path: str) -> None:
    answer = await users.bob.get(path, user_id="alice")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert (await users.bob.get(path, user_id="bob")).status_code == 200


@pytest.mark.parametrize("name", ["root", "rita", "olga"])
async def test_those_who_oversee_see_everybody(users, desk, name: str) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    desk.fill(order_id, "0.1", "50000")
    overseer = getattr(users, name)
    assert (await overseer.get(f"/orders/{order_id}")).status_code == 200
    assert len((await overseer.get("/executions")).json()["items"]) == 1
    assert len((await overseer.get("/accounts")).json()["items"]) == 3
    assert {row["user_id"] for row in (await overseer.get("/portfolio")).json()["items"]} == {"alice", "bob"}
    assert {row["user_id"] for row in (await overseer.get("/portfolio", user_id="bob")).json()["items"]} == {"bob"}


@pytest.mark.parametrize("name", ["vera", "rita", "olga", "root"])
async def test_only_traders_place_orders(users, desk, name: str) -> None:
    answer = await getattr(users, name).place()
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert desk.sent == []


async def test_a_risk_officer_cancels_what_others_placed(users) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    answer = await users.rita.call("DELETE", f"/orders/{order_id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")


async def test_a_risk_officer_cancels_everybodys_orders_or_one_users(users) -> None:
    mine = (await users.alice.place()).json()["order_id"]
    theirs = (await users.bob.place(account="okx-bob")).json()["order_id"]
    answer = await users.rita.call("DELETE", "/orders?user_id=bob")
    assert [order["order_id"] for order in answer.json()["items"]] == [theirs]
    assert (await users.alice.get(f"/orders/{mine}")).json()["status"] == "submitted"
    answer = await users.rita.call("DELETE", "/orders")
    assert [order["order_id"] for order in answer.json()["items"]] == [mine]


async def test_a_trader_names_nobody_else_in_a_mass_cancel(users, desk) -> None:
    await users.alice.place()
    answer = await users.bob.call("DELETE", "/orders?user_id=alice")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert (await users.bob.call("DELETE", "/orders?user_id=bob")).json()["items"] == []


async def test_a_risk_officer_changes_nothing(users) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    answer = await users.rita.call("PATCH", f"/orders/{order_id}", json={"price": "49000"})
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


@pytest.mark.parametrize("name", ["vera", "olga", "root"])
async def test_others_cancel_nothing(users, desk, name: str) -> None:
    order_id = (await users.alice.place()).json()["order_id"]
    one = await getattr(users, name).call("DELETE", f"/orders/{order_id}")
    assert one.status_code in {403, 404}
    assert (await getattr(users, name).call("DELETE", "/orders")).status_code == 403
    assert (await users.alice.get(f"/orders/{order_id}")).json()["status"] == "submitted"


NEW_USER = {"user_id": "zoe", "name": "Zoe", "role": "trader"}
NEW_ACCOUNT = {
    "account_id": "okx-zoe",
    "exchange": "okx",
    "environment": "testnet",
    "user_ids": ["alice"],
    "api_key": "canary-key",
    "secret": "canary-secret",
    "passphrase": "canary-passphrase",
}


@pytest.mark.parametrize("name", ["alice", "vera", "rita", "olga"])
@pytest.mark.parametrize(
    ("path", "body"),
    [("/users", NEW_USER), ("/tokens", {"user_id": "root", "label": "mine"}), ("/accounts", NEW_ACCOUNT)],
)
async def test_only_administrators_give_access(users, desk, vault, name: str, path: str, body: dict[str, str]) -> None:
    answer = await getattr(users, name).post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert desk.commands == []
    assert vault.kept == {}


async def test_a_new_user_with_a_new_token_can_use_the_api(users) -> None:
    created = await users.root.post("/users", NEW_USER)
    assert (created.status_code, created.json()) == (201, NEW_USER)
    issued = await users.root.post("/tokens", {"user_id": "zoe", "label": "laptop"})
    assert issued.status_code == 201
    token = issued.json()["token"]
    assert token.startswith("tg_")
    answer = await users.client.get("/api/v1/orders", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_a_token_is_kept_only_as_its_digest(users, desk) -> None:
    token = (await users.root.post("/tokens", {"user_id": "alice", "label": "x"})).json()["token"]
    assert (await desk.token(digest(token))).user_id == "alice"
    assert token not in repr(desk.commands)


async def test_registering_twice_is_a_conflict(users, vault) -> None:
    assert (await users.root.post("/users", NEW_USER)).status_code == 201
    again = await users.root.post("/users", NEW_USER)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (await users.root.post("/accounts", NEW_ACCOUNT)).status_code == 201
    again = await users.root.post("/accounts", {**NEW_ACCOUNT, "secret": "another"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert vault.kept["okx-zoe"].secret == "canary-secret"


async def test_of_two_registrations_at_once_the_loser_leaves_no_credentials(app, tokens, vault) -> None:
    """The account of the first with the keys of the second would trade somewhere else after a restart."""
    first_is_sealing, go_on = asyncio.Event(), asyncio.Event()
    store = vault.store

    async def slow_store(account_id, exchange, credentials) -> None:
        if not first_is_sealing.is_set():
            first_is_sealing.set()
            await go_on.wait()
        await store(account_id, exchange, credentials)

    vault.store = slow_store
    headers = {"Authorization": f"Bearer {tokens['root']}"}
    door = httpx.ASGITransport(app=app)
    async with asyncio.timeout(10), httpx.AsyncClient(transport=door, base_url="http://desk", headers=headers) as root:
        first = asyncio.create_task(root.post("/api/v1/accounts", json=NEW_ACCOUNT))
        await first_is_sealing.wait()
        second = asyncio.create_task(root.post("/api/v1/accounts", json={**NEW_ACCOUNT, "secret": "another"}))
        for _ in range(100):
            await asyncio.sleep(0)
        go_on.set()
        answers = {(await first).status_code: "canary-secret", (await second).status_code: "another"}
    assert sorted(answers) == [201, 409]
    assert vault.kept["okx-zoe"].secret == answers[201]


async def test_a_token_for_nobody_is_refused(users) -> None:
    answer = await users.root.post("/tokens", {"user_id": "nobody", "label": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "user_not_found")


async def test_an_account_for_nobody_stores_no_credentials(users, vault) -> None:
    answer = await users.root.post("/accounts", {**NEW_ACCOUNT, "user_ids": ["nobody"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "user_not_found")
    assert vault.kept == {}


async def test_the_desks_own_name_is_no_user(users) -> None:
    answer = await users.root.post("/users", {**NEW_USER, "user_id": "unallocated"})
    assert answer.status_code in {409, 422}


async def test_credentials_go_to_the_vault_and_never_come_back(users, desk, vault) -> None:
    answer = await users.root.post("/accounts", NEW_ACCOUNT)
    assert answer.status_code == 201
    assert vault.kept["okx-zoe"].passphrase == "canary-passphrase"
    told = [answer.text, (await users.root.get("/accounts")).text, repr(desk.commands)]
    told.append(json.dumps(dict(answer.headers)))
    assert not any("canary" in text for text in told)


async def test_a_body_refused_with_secrets_in_it_does_not_repeat_them(users, capsys, caplog) -> None:
    answer = await users.root.post("/accounts", {**NEW_ACCOUNT, "api_key": 1, "exchange": "kraken"})
    assert answer.status_code == 422
    printed = capsys.readouterr()
    assert "canary" not in answer.text + printed.out + printed.err + caplog.text


def test_tokens_are_long_random_and_marked() -> None:
    (first, first_digest), (second, _) = new_token(), new_token()
    assert first != second
    assert first.startswith("tg_")
    assert len(first) >= 46
    assert first_digest == digest(first)
    assert len(first_digest) == 64


OTHER_CREDENTIALS = {"api_key": "another-key", "secret": "another-secret"}


async def test_other_credentials_replace_an_accounts_and_are_never_shown(users, vault, desk) -> None:
    assert (await users.root.post("/accounts", NEW_ACCOUNT)).status_code == 201
    answer = await users.root.call("PUT", "/accounts/okx-zoe/credentials", json=OTHER_CREDENTIALS)
    assert (answer.status_code, answer.json()["account_id"], answer.json()["state"]) == (200, "okx-zoe", "offline")
    assert vault.kept["okx-zoe"].secret == "another-secret"
    assert "another-secret" not in answer.text
    assert "another-secret" not in repr(desk.commands)


async def test_credentials_of_an_account_that_is_not_there_are_not_kept(users, vault) -> None:
    answer = await users.root.call("PUT", "/accounts/nowhere/credentials", json=OTHER_CREDENTIALS)
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
    assert "nowhere" not in vault.kept


async def test_only_administrators_replace_credentials(users) -> None:
    answer = await users.alice.call("PUT", "/accounts/binance-alice/credentials", json=OTHER_CREDENTIALS)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
