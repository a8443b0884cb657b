"""One call to a venue: budget first, then ccxt's signing and transport, then what the answer proves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from tidegate.core.vocabulary import RejectReason
from tidegate.ports import Clock, VenueCredentials
from tidegate.venues.budget import BudgetExceededError, Cost, Lane, RateBudget, WithdrawnError
from tidegate.venues.outcomes import CallFailed, ErrorTable, VenueAnswer, Verdict, called_back, judge_transport
from tidegate.venues.values import milliseconds

WAIT_SECONDS_MAX = {Lane.CANCEL: 10.0, Lane.PROTECTIVE: 10.0, Lane.ORDER: 10.0, Lane.PRICE: 30.0, Lane.QUERY: 30.0}
"""How long a call without an end of its own waits for room in the budget."""
PAUSE_SECONDS_MAX = 3 * 86_400.0
"""Binance's longest ban. A header that names more is a fault, and must not lead to times that no calendar has."""
_SECRET_CHARACTERS_MIN = 6  # Shorter ones would blank out half of every message.


class Endpoint(NamedTuple):
    """Where a call goes, in ccxt's words (`api` is `public` or `private`), and what it costs.

    A cost's window may end in a colon: the call's instrument is put after it. A venue whose markets are separate APIs
    says of each what is its own: `errors` (None: the venue's table), and how the names of those windows begin that a
    refusal for the rate stops (empty: all).
    """

    api: str
    method: str
    path: str
    costs: tuple[Cost, ...]
    errors: ErrorTable | None = None
    pauses: str = ""


class Validity(NamedTuple):
    """When a request was intended and when the venue must refuse it; both UTC."""

    intended_at: datetime
    expires_at: datetime


class SignedValidity(NamedTuple):
    """The same on the venue's clock, in milliseconds since 1970 (`window_ms` is a duration)."""

    intended_at_ms: int
    expires_at_ms: int

    @property
    def window_ms(self) -> int:
        return max(1, self.expires_at_ms - self.intended_at_ms)


class Pause(NamedTuple):
    """How long to keep still after a refusal for the rate, and whether cancels may still go.

    `everywhere`: it is not about the endpoint's own windows (`Endpoint.pauses`) alone.
    """

    seconds: float
    spare_cancels: bool
    everywhere: bool = False


class Refusal(NamedTuple):
    """The venue's own code and sentence out of an answer."""

    code: str
    message: str


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between the venues' wires.

    `sign` builds ccxt's request (url, method, headers, body); `refusal_in` finds the venue's error in an answer's JSON;
    `feed_budget` reads the headers of the answer to a URL; `pause` says how long to keep still after a refusal for the
    rate.
    """

    errors: ErrorTable
    time: Endpoint
    sign: Callable[[Any, Endpoint, Any, SignedValidity | None], dict[str, Any]]
    refusal_in: Callable[[Any], Refusal | None]
    server_time_ms: Callable[[Any], int]
    feed_budget: Callable[[RateBudget, dict[str, str], str], None]
    pause: Callable[[VenueAnswer, str | None, datetime], Pause]


class VenueClient:
    """Calls one venue for one account (or for nobody: public calls)."""

    def __init__(
        self,
        exchange: Any,
        wire: Wire,
        budget: RateBudget,
        clock: Clock,
        credentials: VenueCredentials | None = None,
    ) -> None:
        self.exchange = exchange
        self.budget = budget
        self._wire = wire
        self._clock = clock
        self._secrets = _secrets_of(credentials)
        self._offset = timedelta(0)  # Our clock minus the venue's.
        self._offset_error = timedelta(0)  # How far off that may be: half of what its measuring took.
        exchange.taps.on_headers = lambda headers, url: wire.feed_budget(budget, headers, url)

    async def call(
        self,
        endpoint: Endpoint,
        params: Any = None,
        *,
        lane: Lane = Lane.QUERY,
        instrument: str = "",
        validity: Validity | None = None,
    ) -> Any:
        """Make a call and return its JSON. Raises `CallFailed` for anything but a success."""
        await self._take_budget(endpoint, lane, instrument, validity)
        return await self._exchange(endpoint, {} if params is None else params, validity)

    async def _exchange(self, endpoint: Endpoint, params: Any, validity: Validity | None) -> Any:
        """Sign, send, judge: what `call` does once its budget is granted."""
        signed_validity = None if validity is None else self._signed(validity)
        request = self._wire.sign(self.exchange, endpoint, params, signed_validity)
        try:
            payload = await self.exchange.fetch(request["url"], request["method"], request["headers"], request["body"])
        except VenueAnswer as answer:
            raise self._judge(endpoint, answer) from None
        except Exception as error:  # noqa: BLE001 - ccxt's classes vary by cause and version; the cause tells.
            raise judge_transport(error) from None
        refusal = self._wire.refusal_in(payload)
        if refusal is not None:
            raise self._judge(endpoint, VenueAnswer(200, {}, payload, ""), refusal)
        return payload

    async def measure_clock(self) -> None:
        """Learn how far our clock is from the venue's, so that what we sign means the same there.

        The wait for room in the budget comes before the stop-watch: half of it would be taken for an offset.
        """
        await self._take_budget(self._wire.time, Lane.QUERY, "", None)
        before = self._clock.now()
        server_ms = self._wire.server_time_ms(await self._exchange(self._wire.time, {}, None))
        after = self._clock.now()
        middle_ms = (milliseconds(before) + milliseconds(after)) // 2
        self._offset = timedelta(milliseconds=middle_ms - server_ms)
        self._offset_error = max(after - before, timedelta(0)) / 2
        self.exchange.options["timeDifference"] = middle_ms - server_ms

    def redact(self, text: str) -> str:
        """The text without this account's credentials: some venues repeat them in their errors."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    async def close(self) -> None:
        """Close every connection; no call may follow."""
        self.budget.close()
        await self.exchange.close()

    def _signed(self, validity: Validity) -> SignedValidity:
        """The end is signed as early as the venue's clock may read: absence is proven from our end of it on."""
        return SignedValidity(
            milliseconds(validity.intended_at - self._offset),
            milliseconds(validity.expires_at - self._offset - self._offset_error),
        )

    async def _take_budget(self, endpoint: Endpoint, lane: Lane, instrument: str, validity: Validity | None) -> None:
        costs = tuple(
            Cost(cost.window + instrument, cost.units) if cost.window.endswith(":") else cost for cost in endpoint.costs
        )
        timeout = WAIT_SECONDS_MAX[lane]
        if validity is not None:
            timeout = (validity.expires_at - self._clock.now()).total_seconds()
        if timeout > 0:
            try:
                await self.budget.acquire(lane, costs, timeout_seconds=timeout)
            except WithdrawnError:
                raise called_back() from None
            except BudgetExceededError as error:
                raise CallFailed(
                    Verdict.NOT_SENT,
                    RejectReason.RATE_LIMITED,
                    str(error),
                    retry_after_seconds=error.retry_after_seconds,
                ) from None
        if validity is not None and self._clock.now() >= validity.expires_at:
            raise CallFailed(Verdict.NOT_SENT, RejectReason.NOT_SENT, "its time had passed before it could be sent")

    def _judge(self, endpoint: Endpoint, answer: VenueAnswer, refusal: Refusal | None = None) -> CallFailed:
        refusal = refusal or self._wire.refusal_in(answer.payload)
        code, message = refusal or (None, "")
        errors = endpoint.errors or self._wire.errors
        verdict, reason = errors.judge(answer.status, code, message)
        retry_after = None
        if reason is RejectReason.RATE_LIMITED:
            pause = self._wire.pause(answer, code, self._clock.now())
            retry_after = min(pause.seconds, PAUSE_SECONDS_MAX)
            windows = "" if pause.everywhere else endpoint.pauses
            self.budget.pause(retry_after, spare_cancels=pause.spare_cancels, windows=windows)
        return CallFailed(
            verdict,
            reason,
            self.redact(message or f"HTTP {answer.status} without a readable answer"),
            venue_code=code,
            retry_after_seconds=retry_after,
        )


def _secrets_of(credentials: VenueCredentials | None) -> tuple[str, ...]:
    if credentials is None:
        return ()
    known = (credentials.secret, credentials.passphrase, credentials.api_key)
    return tuple(secret for secret in known if secret and len(secret) >= _SECRET_CHARACTERS_MIN)
