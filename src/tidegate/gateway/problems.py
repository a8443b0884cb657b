"""Errors as RFC 9457 problem details, each with a stable code."""

from enum import StrEnum
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response

from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import RefusalCode
from tidegate.gateway.order_views import OrderView

PROBLEM_MEDIA_TYPE = "application/problem+json"


class GatewayCode(StrEnum):
    """What the gateway itself says no with, before or instead of the desk. Stable: programs decide on these."""

    BAD_REQUEST = "bad_request"
    BODY_TOO_LARGE = "body_too_large"
    DESK_STOPPED = "desk_stopped"
    FORMAT_UNAVAILABLE = "format_unavailable"
    INTERNAL_ERROR = "internal_error"
    INVALID_IDEMPOTENCY_KEY = "invalid_idempotency_key"
    INVALID_QUERY = "invalid_query"
    INVALID_REQUEST = "invalid_request"
    MALFORMED_JSON = "malformed_json"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_FOUND = "not_found"
    UNAUTHENTICATED = "unauthenticated"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"


class Problem(Exception):  # noqa: N818  RFC 9457 calls it so.
    """What is answered instead of a result."""

    def __init__(
        self,
        status: HTTPStatus,
        code: GatewayCode | RefusalCode,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.extra = {name: value for name, value in extra.items() if value is not None}


class ProblemView(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The shape of every error. `limit` and `actual` say by how much; `order` is the invalidated order."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    limit: str | None = None
    actual: str | None = None
    order_id: str | None = None
    order: OrderView | None = None


def respond(problem: Problem) -> Response[bytes]:
    """The answer that carries a problem."""
    body = {
        "type": f"urn:tidegate:problem:{problem.code}",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        "code": problem.code,
        **problem.extra,
    }
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status.value,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=problem.headers,
    )


_CONFLICTS = {
    RefusalCode.ALREADY_EXISTS,
    RefusalCode.APPROVAL_ENDED,
    RefusalCode.CLIENT_ORDER_ID_CONFLICT,
    RefusalCode.IDEMPOTENCY_KEY_CONFLICT,
    RefusalCode.LIMITS_VERSION_CONFLICT,
    RefusalCode.ORDER_BUSY,
    RefusalCode.ORDER_CLOSED,
}
_NOT_FOUND = {
    RefusalCode.ACCOUNT_NOT_FOUND,
    RefusalCode.APPROVAL_NOT_FOUND,
    RefusalCode.BREAK_NOT_FOUND,
    RefusalCode.ORDER_NOT_FOUND,
    RefusalCode.RULE_NOT_FOUND,
    RefusalCode.SCOPE_NOT_FOUND,
    RefusalCode.USER_NOT_FOUND,
}
_FORBIDDEN = {RefusalCode.APPROVAL_NOT_ALLOWED, RefusalCode.NOT_PERMITTED}


def status_of(code: RefusalCode) -> HTTPStatus:
    """The HTTP status of a refusal: 404, 409, 403, 503, and 422 for all that is wrong with the order itself."""
    if code == RefusalCode.DESK_BUSY:
        return HTTPStatus.SERVICE_UNAVAILABLE
    if code in _CONFLICTS:
        return HTTPStatus.CONFLICT
    if code in _NOT_FOUND:
        return HTTPStatus.NOT_FOUND
    if code in _FORBIDDEN:
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.UNPROCESSABLE_ENTITY


def refused(refusal: Refusal, order: OrderView | None = None) -> Problem:
    """The desk's no."""
    return Problem(
        status_of(refusal.code),
        refusal.code,
        refusal.message,
        limit=refusal.limit,
        actual=refusal.actual,
        order_id=refusal.order_id,
        order=order,
    )
