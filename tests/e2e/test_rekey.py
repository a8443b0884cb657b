"""An account that was registered with a typo in its secret is mended by other credentials, without a restart."""

from pathlib import Path

from support.desk_client import DeskClient, eventually
from support.processes import DeskProcess, Simulator

SECONDS_MAX = 30.0
GOOD = {"api_key": "key-of-alice", "secret": "secret-of-alice", "passphrase": "passphrase"}


async def test_other_credentials_bring_an_account_to_life(venues: Simulator, tmp_path: Path) -> None:
    await venues.control("POST", "accounts", json={**GOOD, "balances": {"USDT": "1000"}, "exchange": "okx"})
    desk = DeskProcess(tmp_path / "desk", venues.venues)
    await desk.start()
    client = DeskClient(desk, desk.admin_token)

    async def state() -> tuple[str, str]:
        [account] = (await client.get("/api/v1/accounts"))["items"]
        return account["state"], account["message"]

    async def not_refused() -> list[str]:
        return [] if "signature" in (await state())[1] else [str(await state())]

    async def not_ready() -> list[str]:
        return [] if (await state())[0] == "ready" else [str(await state())]

    try:
        await client.create("/api/v1/users", {"user_id": "alice", "name": "Alice", "role": "trader"})
        account = {"account_id": "alice-okx", "exchange": "okx", "environment": "simulated", "user_ids": ["alice"]}
        await client.create("/api/v1/accounts", {**account, **GOOD, "secret": "a typo"})
        await eventually(not_refused, seconds_max=SECONDS_MAX)
        answer = await client.call("PUT", "/api/v1/accounts/alice-okx/credentials", json=GOOD)
        assert answer.status_code == 200, answer.text
        assert answer.json()["account_id"] == "alice-okx"
        assert "secret-of-alice" not in answer.text
        await eventually(not_ready, seconds_max=SECONDS_MAX)
    finally:
        await client.close()
        await desk.stop()
