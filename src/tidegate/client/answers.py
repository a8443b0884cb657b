"""What an HTTP answer means: a result, or the error to raise."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
import msgspec

from tidegate.client.calls import Call
from tidegate.client.errors import ApiError, AuthenticationError, UnexpectedAnswerError, UnreachableError, UsageError
from tidegate.client.results import Order
from tidegate.client.retrying import Outcome

ResultT = TypeVar("ResultT")
_CONNECT_SECONDS_MAX = 5.0
_ANSWER_SECONDS_MAX = 15.0


def base_url(url: str) -> httpx.URL:
    """A desk's URL, checked. Raises `UsageError`."""
    try:
        parsed = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise UsageError(f"{url!r} is no URL: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise UsageError(f"{url!r} is no desk's URL: write it as http://127.0.0.1:8080")
    return parsed


def request_headers(token: str | None) -> dict[str, str]:
    """What every request carries. Raises `UsageError` when the token cannot be one."""
    if token is None:
        return {}
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("the token holds characters that no token has: copy it again")
    return {"Authorization": f"Bearer {token}"}


def request_arguments(call: Call[ResultT]) -> dict[str, Any]:
    """A call as arguments of httpx's `request`."""
    headers: dict[str, str] = {}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.idempotency_key is not None:
        headers["Idempotency-Key"] = call.idempotency_key
    answer_seconds = _ANSWER_SECONDS_MAX + call.patience_seconds
    return {
        "method": call.method,
        "url": call.path,
        "params": call.query,
        "content": call.body,
        "headers": headers,
        "timeout": httpx.Timeout(answer_seconds, connect=_CONNECT_SECONDS_MAX),
    }


def result_of(call: Call[ResultT], outcome: Outcome, url: httpx.URL) -> ResultT:
    """The result of a call.

    Raises:
        UnreachableError: there was no answer.
        ApiError: the desk said no.
        UnexpectedAnswerError: the answer is none of a desk's.
    """
    if isinstance(outcome, httpx.RequestError):
        reason = str(outcome) or type(outcome).__name__
        raise UnreachableError(
            f"no answer from the desk at {url}: {reason}", idempotency_key=call.idempotency_key
        ) from outcome
    if outcome.status_code not in call.answers:
        raise _error(outcome, url)
    if call.result is bytes:
        return outcome.content  # type: ignore[return-value]  # A file, as it came.
    is_waiting = outcome.status_code == httpx.codes.ACCEPTED and call.accepted is not None
    try:
        return msgspec.json.decode(outcome.content, type=call.accepted if is_waiting else call.result)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unexpected(outcome, url, str(error)) from error


def _error(response: httpx.Response, url: httpx.URL) -> Exception:
    try:
        problem = msgspec.json.decode(response.content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _unexpected(response, url, str(error))
    kind = AuthenticationError if response.status_code == httpx.codes.UNAUTHORIZED else ApiError
    return kind(response.status_code, problem, _order_in(problem))


def _order_in(problem: Mapping[str, Any]) -> Order | None:
    """The order that a problem document tells of; None without one, or with one that this client cannot read."""
    try:
        return msgspec.convert(problem.get("order"), Order | None, strict=False)
    except msgspec.ValidationError:
        return None


def _unexpected(response: httpx.Response, url: httpx.URL, problem: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"what answers at {url} is no desk, or one of another version: HTTP {response.status_code}, {problem}"
    )
