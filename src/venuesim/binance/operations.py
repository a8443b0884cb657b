"""An operation of the API, whichever transport asks for it: what it is for, who may, what it weighs."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import Account
from venuesim.faults import Endpoint


class Security(StrEnum):
    """Who may call an operation; `API_KEY` asks for the key alone, unsigned (USER_STREAM, MARKET_DATA)."""

    NONE = "none"
    API_KEY = "api_key"
    USER_DATA = "read"
    TRADE = "trade"


class Request(msgspec.Struct, kw_only=True):
    """One authenticated request. `signer` is None for public operations."""

    parameters: Parameters
    now_ms: int
    as_of_ms: int | None
    signer: Account | None
    takes_any_parameter: bool

    @property
    def account(self) -> Account:
        """The account that signed the request."""
        assert self.signer is not None, "the gateway lets only signed requests into this operation"
        return self.signer

    def all_read(self) -> None:
        """Refuse parameters that were not read, where the transport does so."""
        if not self.takes_any_parameter:
            self.parameters.refuse_unread()


class Result(msgspec.Struct, frozen=True):
    """What an operation answers; `accepted` says that it placed or canceled something."""

    payload: object
    accepted: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `weight` depends on the parameters for some; `counts_orders` says that it may place orders."""

    endpoint: Endpoint
    security: Security
    weight: Callable[[Parameters], int]
    run: Callable[[Request], Result]
    counts_orders: bool = False
