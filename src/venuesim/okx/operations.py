"""An operation of the API, whichever transport asks for it: what it is for, who may, how often."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.faults import Endpoint
from venuesim.okx.parameters import Parameters
from venuesim.wire.windows import Window


class Security(StrEnum):
    """Who may call an operation."""

    NONE = "none"
    READ = "read"
    TRADE = "trade"


class Request(msgspec.Struct, kw_only=True):
    """One authenticated request. `query` holds a GET's values, `items` the objects of a POST.

    `signer` is None for public operations; `expires_at` is the expTime as sent.
    """

    query: Parameters
    items: Sequence[Parameters]
    now_ms: int
    as_of_ms: int | None
    signer: Account | None
    expires_at: str | None = None

    @property
    def account(self) -> Account:
        """The account that signed the request."""
        assert self.signer is not None, "the gateway lets only signed requests into this operation"
        return self.signer


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation answers. `accepted` says that it placed or canceled something.

    `data` is a list but for the few endpoints that answer with one object. `is_timed` answers tell when the request
    came and when the answer left, in microseconds.
    """

    data: list[object] | dict[str, object]
    code: str = "0"
    message: str = ""
    accepted: bool = False
    is_timed: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation.

    `window` limits the requests of an address (public) or an account (private), for each value of the parameter
    `scope` apart if there is one; operations on orders have none here: they count by instrument themselves.
    """

    endpoint: Endpoint
    security: Security
    run: Callable[[Request], Result]
    window: Window | None = None
    scope: str | None = None
    is_batch: bool = False


def summarize(items: list[tuple[dict[str, str], bool]]) -> Result:
    """Return the answer to an operation on orders: (the item's answer, whether it was done) for each.

    The top-level code says 0 for all done, 1 for none, 2 for some.
    """
    done = sum(is_done for _, is_done in items)
    code, message = "0", ""
    if done == 0:
        code, message = "1", "All operations failed"
    elif done < len(items):
        code, message = "2", "Bulk operation partially succeeded."
    data: list[object] = [item for item, _ in items]
    return Result(data=data, code=code, message=message, accepted=done > 0, is_timed=True)
