"""Tokens are looked up in storage as rarely as can be."""

import asyncio
from datetime import UTC, datetime

import pytest
from litestar import Request
from litestar.testing import RequestFactory

from tidegate.core.identifiers import TokenId, UserId
from tidegate.core.records import Token, User
from tidegate.core.vocabulary import Role
from tidegate.gateway.authentication import Authenticator
from tidegate.gateway.problems import Problem
from tidegate.gateway.tokens import new_token

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALICE = User(user_id=UserId("alice"), name="Alice", role=Role.TRADER, created_at=AT)


class SlowBlotter:
    """Released state that answers only after others had their turn."""

    def __init__(self, token_hash: str) -> None:
        self._token = Token(
            token_id=TokenId("t"), user_id=ALICE.user_id, label="", token_hash=token_hash, created_at=AT
        )
        self.looked_up = 0

    async def token(self, token_hash: str) -> Token | None:
        self.looked_up += 1
        await asyncio.sleep(0)
        return self._token if token_hash == self._token.token_hash else None

    async def user(self, _user_id: UserId) -> User | None:
        return ALICE


class StillClock:
    """No time passes."""

    def now(self) -> datetime:
        return AT


def _request(token: str) -> Request:
    return RequestFactory().get("/orders", headers={"Authorization": f"Bearer {token}"})


async def test_requests_that_come_together_wait_for_one_look_up_of_their_token() -> None:
    token, token_hash = new_token()
    blotter = SlowBlotter(token_hash)
    authenticator = Authenticator(blotter, StillClock())
    users = await asyncio.gather(*(authenticator.user_of(_request(token)) for _ in range(10)))
    assert users == [ALICE] * 10
    assert blotter.looked_up == 1


async def test_a_request_that_is_given_up_leaves_the_look_up_to_the_others() -> None:
    token, token_hash = new_token()
    authenticator = Authenticator(SlowBlotter(token_hash), StillClock())
    given_up, other = (asyncio.create_task(authenticator.user_of(_request(token))) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await other == ALICE


async def test_a_wrong_token_is_looked_up_again_the_next_time() -> None:
    wrong, _ = new_token()
    _, token_hash = new_token()
    blotter = SlowBlotter(token_hash)
    authenticator = Authenticator(blotter, StillClock())
    for _ in range(2):
        with pytest.raises(Problem):
            await authenticator.user_of(_request(wrong))
    assert blotter.looked_up == 2
