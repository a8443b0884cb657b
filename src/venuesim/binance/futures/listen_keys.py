"""Listen keys: what names an account's user stream, for sixty minutes ("Start User Data Stream")."""

import random
import string
from collections.abc import Callable
from typing import NamedTuple

from venuesim.binance.futures.errors import Code, refused
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import Account

VALID_MS = 3_600_000
KEY_LENGTH = 64
_ALPHABET = string.ascii_letters + string.digits


class ListenKey(NamedTuple):
    """A key that is valid until a moment."""

    key: str
    account: Account
    until_ms: int


class ListenKeys:
    """One key per account. `ended` is called with a key that expired or was closed, and whether it expired."""

    def __init__(self, seed: int) -> None:
        self.ended: list[Callable[[ListenKey, bool], None]] = []
        self._random = random.Random(f"{seed}/listen_keys")  # noqa: S311 - Repeatable, and only on loopback.
        self._by_account: dict[int, ListenKey] = {}

    def start(self, request: Request) -> Result:
        """Give an account a key; one that is valid is kept and renewed."""
        account = request.account
        known = self._by_account.get(account.account_id)
        key = "".join(self._random.choices(_ALPHABET, k=KEY_LENGTH)) if known is None else known.key
        self._by_account[account.account_id] = ListenKey(key, account, request.now_ms + VALID_MS)
        return Result({"listenKey": key})

    def keep_alive(self, request: Request) -> Result:
        """Renew an account's key. Assumption: a key named in the request does not matter, for there is one."""
        known = self._by_account.get(request.account.account_id)
        if known is None:
            raise refused(Code.INVALID_LISTEN_KEY)
        self._by_account[request.account.account_id] = known._replace(until_ms=request.now_ms + VALID_MS)
        return Result({"listenKey": known.key})

    def stop(self, request: Request) -> Result:
        """Close an account's stream; there may be none."""
        known = self._by_account.pop(request.account.account_id, None)
        if known is not None:
            self._tell(known, expired=False)
        return Result({})

    def find(self, key: str) -> ListenKey | None:
        """Return a valid key."""
        return next((known for known in self._by_account.values() if known.key == key), None)

    def expire(self, account: Account) -> None:
        """Let an account's key end now."""
        known = self._by_account.pop(account.account_id, None)
        if known is not None:
            self._tell(known, expired=True)

    def pass_time(self, now_ms: int) -> None:
        """Let the keys end that were not renewed."""
        for known in [known for known in self._by_account.values() if known.until_ms <= now_ms]:
            self.expire(known.account)

    def _tell(self, known: ListenKey, *, expired: bool) -> None:
        for listener in self.ended:
            listener(known, expired)
