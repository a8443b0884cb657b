"""A scan for canaries: no credential and no token in logs, answers, database or cache, whatever goes wrong."""

from pathlib import Path
from typing import Any

import httpx

from support.desk_client import DeskClient, eventually
from support.processes import DeskProcess, Simulator

EXCHANGES = ("binance", "okx", "bybit")
READS = (
    "orders",
    "accounts",
    "balances",
    "portfolio",
    "executions",
    "ledger",
    "system/venues",
    "reconciliation/breaks",
)
SECONDS_MAX = 60.0


def credentials(kind: str, exchange: str) -> dict[str, str]:
    """Secrets that nothing else can be mistaken for."""
    names = ("api_key", "secret", "passphrase")
    return {name: f"canary-{name}-{kind}-{exchange}".replace("_", "-") for name in names}


def account(kind: str, exchange: str) -> dict[str, Any]:
    return {
        "account_id": f"{kind}-{exchange}",
        "exchange": exchange,
        "environment": "simulated",
        "user_ids": ["alice"],
        **credentials(kind, exchange),
    }


async def test_no_secret_shows_up_anywhere_even_when_venues_refuse_it(venues: Simulator, tmp_path: Path) -> None:
    for exchange in EXCHANGES:
        for kind in ("good", "forged"):
            known = credentials(kind, exchange)
            known["secret"] += "-of-somebody-else" if kind == "forged" else ""
            body = {**known, "balances": {"USDT": "10000"}, "exchange": exchange}
            await venues.control("POST", "accounts", json=body)
    desk = DeskProcess(tmp_path / "desk", venues.venues)
    await desk.start()
    client = DeskClient(desk, desk.admin_token)
    seen: list[str] = []
    try:
        await client.create("/api/v1/users", {"user_id": "alice", "name": "Alice", "role": "trader"})
        token = (await client.create("/api/v1/tokens", {"user_id": "alice", "label": "test"}))["token"]
        for exchange in EXCHANGES:
            for kind in ("good", "forged", "unknown"):
                made = await client.create("/api/v1/accounts", account(kind, exchange))
                seen.append(str(made))
        again = await client.call("POST", "/api/v1/accounts", json=account("good", "okx"))
        wrong = await client.call("POST", "/api/v1/accounts", json=account("good", "okx") | {"environment": "moon"})
        seen += [again.text, wrong.text]
        client.use(token)

        async def problems() -> list[str]:
            """Good accounts trade; of the others the desk knows that they were refused."""
            states = {row["account_id"]: row for row in (await client.get("/api/v1/accounts"))["items"]}
            waiting = [name for name, row in states.items() if name.startswith("good") and row["state"] != "ready"]
            untold = [
                name for name, row in states.items() if not name.startswith("good") and "session" in row["message"]
            ]
            return waiting + untold

        await eventually(problems, seconds_max=SECONDS_MAX)
        for exchange in EXCHANGES:
            await venues.control(
                "POST",
                "faults",
                json={"kind": "lose_reply", "exchange": exchange, "match": {"endpoint": "place", "count": 1}},
            )
            order = {"symbol": "BTC/USDT", "side": "buy", "order_type": "market", "quote_quantity": "50"}
            for kind in ("good", "forged"):
                placed = await client.call(
                    "POST", "/api/v1/orders?wait_for=durable", json={"account": f"{kind}-{exchange}", **order}
                )
                assert placed.status_code in (201, 422), placed.text
                seen.append(placed.text)
        for path in READS:
            seen.append((await client.call("GET", f"/api/v1/{path}")).text)
        for path in ("/metrics", "/openapi.json"):
            seen.append((await client.call("GET", path)).text)
        async with httpx.AsyncClient(trust_env=False) as anybody:
            ready = await anybody.get(f"{desk.url}/health/ready")
        assert ready.status_code == 503, "some accounts were refused"
        seen.append(ready.text)
    finally:
        await client.close()
        await desk.stop()

    assert "forged-okx" in "".join(seen), "the scan has something to look at"
    assert not [text for text in seen if "canary" in text or token in text]
    assert desk.log.stat().st_size, "there is a log"
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    for path in files:
        content = path.read_bytes()
        assert b"canary" not in content, path
        assert token.encode() not in content, path
