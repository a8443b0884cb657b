"""Who is asking: the bearer token's digest names the user."""

import asyncio
from http import HTTPStatus

import msgspec
from litestar import Request

from tidegate.core.identifiers import UserId
from tidegate.core.records import Account, User
from tidegate.core.vocabulary import RefusalCode, Role
from tidegate.gateway.problems import GatewayCode, Problem
from tidegate.gateway.tokens import PREFIX, digest
from tidegate.ports import Blotter, Clock

KNOWN_FOR_SECONDS = 5.0
KNOWN_MAX = 1_000
SEES_EVERYBODY = frozenset({Role.ADMIN, Role.RISK, Role.AUDITOR})


class Known(msgspec.Struct, frozen=True):
    """A token that was good a moment ago."""

    user: User
    until: float


class Authenticator:
    """Looks tokens up in released state, and remembers the good ones for a moment."""

    def __init__(self, blotter: Blotter, clock: Clock) -> None:
        self._blotter = blotter
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._asked: dict[str, asyncio.Task[User]] = {}

    async def user_of(self, request: Request) -> User:  # type: ignore[type-arg]  # Litestar's user, auth and state are not used.
        """Raises a 401 problem without a good token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            raise _unauthenticated("send the header Authorization: Bearer tg_...")
        token_hash = digest(token)
        now = self._clock.now().timestamp()
        known = self._known.get(token_hash)
        if known is not None and known.until > now:
            return known.user
        user = await self._asked_once(token_hash)
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[token_hash] = Known(user, now + KNOWN_FOR_SECONDS)
        return user

    async def _asked_once(self, token_hash: str) -> User:
        """Requests that come together with one token wait for one look-up, which outlives any of them."""
        asked = self._asked.get(token_hash)
        if asked is None:
            asked = self._asked[token_hash] = asyncio.create_task(self._look_up(token_hash), name="token look-up")
            asked.add_done_callback(lambda _: self._asked.pop(token_hash))
        return await asyncio.shield(asked)

    async def _look_up(self, token_hash: str) -> User:
        found = await self._blotter.token(token_hash)
        if found is None or found.revoked_at is not None:
            raise _unauthenticated("the token is not known")
        user = await self._blotter.user(found.user_id)
        if user is None:
            raise _unauthenticated("the token's user is not known")
        return user


def _unauthenticated(detail: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, GatewayCode.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": "Bearer"})


def scope(user: User, asked: str | None) -> UserId | None:
    """Whose objects a query may show: one's own, or anybody's for the roles that oversee. None means everybody's."""
    if user.role in SEES_EVERYBODY:
        return None if asked is None else UserId(asked)
    if asked not in (None, user.user_id):
        raise Problem(HTTPStatus.FORBIDDEN, RefusalCode.NOT_PERMITTED, "you may see your own objects only")
    return user.user_id


def may_see(user: User, account: Account) -> bool:
    """Whether a user may know of an account."""
    return user.role in SEES_EVERYBODY or user.user_id in account.user_ids


def require(user: User, *roles: Role) -> None:
    """Raises a 403 problem when the user has none of the roles."""
    if user.role not in roles:
        wanted = " or ".join(roles)
        raise Problem(
            HTTPStatus.FORBIDDEN, RefusalCode.NOT_PERMITTED, f"this needs the role {wanted}; yours is {user.role}"
        )
