"""Reading requests strictly: what is not understood exactly is refused, never guessed."""

import re
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request

from tidegate.core.identifiers import IdempotencyKey
from tidegate.gateway.problems import Problem

Shape = TypeVar("Shape", bound=msgspec.Struct)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_AMOUNT_FIELD = re.compile(r"`\$\.(quantity|quote_quantity|price|trigger_price)`$")
AnyRequest = Request[Any, Any, Any]


async def read_body(request: AnyRequest, shape: type[Shape]) -> Shape:
    """The body as exactly this shape.

    Raises a problem: 415 for another media type, 400 for broken JSON, 422 for JSON of another shape.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "send application/json")
    try:
        return msgspec.json.decode(await request.body(), type=shape)
    except msgspec.ValidationError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", _explain(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed_json", f"the body is not JSON: {error}") from error


def _explain(error: msgspec.ValidationError) -> str:
    """What is wrong, and for amounts what is right: their pattern alone would not tell everybody."""
    message = str(error)
    if _AMOUNT_FIELD.search(message):
        return f'amounts are plain decimals in strings, such as "0.25": {message}'
    return message


def read_query(request: AnyRequest, shape: type[Shape]) -> Shape:
    """The query parameters as exactly this shape. Raises a 400 problem."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise Problem(HTTPStatus.BAD_REQUEST, "invalid_query", f"{name} is given twice")
        given[name] = value
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "invalid_query", str(error)) from error


def idempotency_key(request: AnyRequest) -> IdempotencyKey | None:
    """The caller's key for this write, if one is given. Raises a 400 problem for one that is no key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem(
            HTTPStatus.BAD_REQUEST, "invalid_idempotency_key", "Idempotency-Key is 1 to 128 visible ASCII characters"
        )
    return IdempotencyKey(key)
