"""The desk as the benchmarks run it: the real one, with a stop-watch where orders leave.

Prints `{"url", "token"}`; each line on standard input is answered by the samples since the last one.
"""

import asyncio
import json
import os
import re
import sys
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import structlog
import uvloop

from benchmarks.stage import API_KEY, LIMIT_SCALE, SECRET
from tidegate.bootstrap import RunningDesk, running_desk
from tidegate.core.identifiers import AccountId, CommandId, TokenId, UserId
from tidegate.core.messages.commands import IssueToken, RegisterAccount, RegisterUser
from tidegate.core.messages.effects import SendOrder
from tidegate.core.vocabulary import Environment, Exchange, Role
from tidegate.gateway.tokens import new_token
from tidegate.ports import VenueCredentials
from tidegate.settings import Settings

_ATTEMPT = re.compile(rb"newClientOrderId=(tg[0-9A-Z]{28})")


class StopWatch:
    """From the moment a request was read (which its order is signed with) to its bytes on the venue's socket."""

    def __init__(self) -> None:
        self.samples: deque[float] = deque(maxlen=100_000)
        self._intended: dict[str, datetime] = {}

    def install(self, desk: RunningDesk) -> None:
        """Watch the effects that leave, and the requests that aiohttp writes."""
        perform = desk.sessions.perform

        def watched_perform(effect: Any) -> None:
            if isinstance(effect, SendOrder):
                self._intended[effect.exchange_client_order_id] = effect.intended_at
            perform(effect)

        desk.loop._perform = watched_perform
        send = aiohttp.ClientRequest.send

        async def watched_send(request: Any, connection: Any) -> Any:
            body = getattr(request.body, "_value", request.body)
            found = _ATTEMPT.search(body) if isinstance(body, bytes) else None
            answer = await send(request, connection)
            if found is not None:
                intended = self._intended.pop(found[1].decode())
                self.samples.append((datetime.now(UTC) - intended).total_seconds() * 1000)
            return answer

        aiohttp.ClientRequest.send = watched_send  # type: ignore[assignment, method-assign]


async def main() -> None:
    """Run until standard input ends or the process is told to stop."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stage = json.loads(os.environ["BENCHMARK_STAGE"])
    settings = Settings(
        data_folder=Path(stage["data"]),
        port=0,
        rate_limit_scale=LIMIT_SCALE,
        simulated_venues={Exchange.BINANCE: stage["urls"]["binance"]},
    )
    async with running_desk(settings) as desk:
        watch = StopWatch()
        watch.install(desk)
        token = await _furnish(desk, settings)
        print(json.dumps({"url": desk.url, "token": token}), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(list(watch.samples)), flush=True)
            watch.samples.clear()


async def _furnish(desk: RunningDesk, settings: Settings) -> str:
    """A trader with an account on first start; a fresh token every time."""
    user_id, account_id = UserId("bench"), AccountId("bench")
    now = datetime.now(UTC)
    token, token_hash = new_token()
    if not await desk.storage.blotter.accounts():
        await desk.loop.submit(
            RegisterUser(command_id=CommandId("user"), at=now, user_id=user_id, name="Bench", role=Role.TRADER)
        )
        await desk.vault.store(account_id, Exchange.BINANCE, VenueCredentials(api_key=API_KEY, secret=SECRET))
        await desk.loop.submit(
            RegisterAccount(
                command_id=CommandId("account"),
                at=now,
                account_id=account_id,
                exchange=Exchange.BINANCE,
                environment=Environment.SIMULATED,
                user_ids=(user_id,),
            )
        )
    await desk.loop.submit(
        IssueToken(
            command_id=CommandId("token"),
            at=now,
            user_id=user_id,
            token_id=TokenId(token_hash[:26]),
            token_hash=token_hash,
            label=settings.desk_name,
        )
    )
    return token


if __name__ == "__main__":
    uvloop.run(main())
