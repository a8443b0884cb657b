"""An operation of the API, whichever transport asks for it: what it is for, who may, how often."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from venuesim.bybit.parameters import Parameters
from venuesim.bybit.quotas import Quota
from venuesim.exchange.accounts import Account
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call

Json = dict[str, object]


class Security(StrEnum):
    """Who may call an operation."""

    NONE = "none"
    READ = "read"
    TRADE = "trade"


class Request(msgspec.Struct, kw_only=True):
    """One request, authenticated when the operation asks for it. `signer` is None for public operations.

    `allowed` is how many of the orders of a batch the rate limit lets through; the rest of them fails with 10006.
    """

    parameters: Parameters
    now_ms: int
    as_of_ms: int | None
    signer: Account | None
    allowed: int = 1

    @property
    def account(self) -> Account:
        """The account that signed the request."""
        assert self.signer is not None, "the gateway lets only signed requests into this operation"
        return self.signer


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation answers. `accepted` says that it placed or canceled something.

    `details` is `retExtInfo`: what became of each order of a batch. `message` is `retMsg`, "OK" for most.
    """

    result: Json
    accepted: bool = False
    details: Json = {}
    message: str = "OK"


Handler = Callable[[Request], Result]
"""What answers the requests of one operation."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `quota` limits what one account may ask; public operations have none.

    `units` tells how much of the quota a request uses: a batch as much as it has orders. `endpoint_of` tells what a
    call is for when the operation serves for several purposes.
    """

    endpoint: Endpoint
    security: Security
    run: Handler
    quota: Quota | None = None
    units: Callable[[Parameters], int] | None = None
    endpoint_of: Callable[[Call], Endpoint] | None = None
