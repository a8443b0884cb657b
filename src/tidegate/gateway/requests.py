"""Reading requests strictly: what is not understood exactly is refused, never guessed."""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request

from tidegate.core.identifiers import IdempotencyKey
from tidegate.core.vocabulary import OrderStatus
from tidegate.gateway.problems import GatewayCode, Problem

Shape = TypeVar("Shape", bound=msgspec.Struct)
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_PATTERN = re.compile(r"Expected `str` matching regex '.*?' - (?=at `)", re.DOTALL)
_ELEMENT = r"(\[(\.\.\.|\d+)\])?"  # Which one of a list.
_RIGHT = tuple(
    (re.compile(rf"`\$(\.\w+{_ELEMENT})*\.({fields}){_ELEMENT}`$"), right)
    for fields, right in (
        (
            "quantity|quote_quantity|price|trigger_price|leverage|value|warn_at|attach_stop_ratio",
            'amounts are plain decimals in strings, such as "0.25"',
        ),
        ("trailing_offset", 'offsets are strings: "150" is so much of the quote asset, "1.5%" a part of the price'),
        ("symbol|symbols", "symbols are written like BTC/USDT"),
        (
            r"((from|to)_)?(account|user_id)|account_id|user_ids|owner_id|limit_id|((cancel|parent)_)?order_id",
            "ids are 1 to 64 letters, digits, dots, _ and -",
        ),
        ("client_order_id", "client order ids are 1 to 64 letters, digits, dots, _, : and -"),
        ("status", f"statuses are open, closed, {', '.join(OrderStatus)}"),
        ("expires_at|since|until", "times are written like 2026-01-31T18:00:00Z, with their zone"),
        ("wait_for", "an order is waited for until durable, acknowledged or closed"),
    )
)
_NO_CHOICE = re.compile(r"^Invalid enum value .* - at `\$\.(\w+)`$")
AnyRequest = Request[Any, Any, Any]
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


async def read_body(request: AnyRequest, shape: type[Shape]) -> Shape:
    """The body as exactly this shape.

    Raises a problem: 415 for another media type, 400 for broken JSON, 422 for JSON of another shape.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, GatewayCode.UNSUPPORTED_MEDIA_TYPE, "send application/json")
    try:
        return _within_calendar(msgspec.json.decode(await request.body(), type=shape))
    except msgspec.ValidationError as error:
        detail = _explain(error, shape)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, GatewayCode.INVALID_REQUEST, detail) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, GatewayCode.MALFORMED_JSON, f"the body is not JSON: {error}") from error


def _within_calendar(found: Shape, path: str = "$") -> Shape:
    """A time at the edge of the calendar may have no counterpart in UTC, which everything behind here counts in."""
    for name in found.__struct_fields__:
        value = getattr(found, name)
        if isinstance(value, msgspec.Struct):
            _within_calendar(value, f"{path}.{name}")
        elif isinstance(value, datetime) and not _FIRST <= value <= _LAST:
            raise msgspec.ValidationError(f"Out of the calendar - at `{path}.{name}`")
    return found


def _explain(error: msgspec.ValidationError, shape: type[msgspec.Struct]) -> str:
    """What is wrong, and how it is right: a pattern would not tell everybody."""
    message = str(error)
    for fields, right in _RIGHT:
        if fields.search(message):
            return f"{right}: {_PATTERN.sub('look ', message)}"
    if (found := _NO_CHOICE.search(message)) is not None and (choices := _choices(shape, found[1])):
        return f"{found[1]} is one of {', '.join(choices)}: {message}"
    return message


def _choices(shape: type[msgspec.Struct], name: str) -> list[str]:
    """What a field of its own may be, if it is one of some words."""
    info = msgspec.inspect.type_info(shape)
    assert isinstance(info, msgspec.inspect.StructType)
    [asked] = (field.type for field in info.fields if field.encode_name == name)
    kinds = asked.types if isinstance(asked, msgspec.inspect.UnionType) else (asked,)
    literals = [kind.values for kind in kinds if isinstance(kind, msgspec.inspect.LiteralType)]
    members = [kind.cls.__members__.values() for kind in kinds if isinstance(kind, msgspec.inspect.EnumType)]
    return [str(value) for values in (*literals, *members) for value in values]


async def refuse_body(request: AnyRequest) -> None:
    """Raises a 400 problem where a body is sent that nobody reads: what it narrows would be taken for everything."""
    if await request.body():
        detail = f"{request.method} takes no body here: what is meant is said by the path and the query"
        raise Problem(HTTPStatus.BAD_REQUEST, GatewayCode.BAD_REQUEST, detail)


def read_query(request: AnyRequest, shape: type[Shape]) -> Shape:
    """The query parameters as exactly this shape. Raises a 400 problem."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise Problem(HTTPStatus.BAD_REQUEST, GatewayCode.INVALID_QUERY, f"{name} is given twice")
        given[name] = value
    try:
        return _within_calendar(msgspec.convert(given, shape, strict=False))
    except msgspec.ValidationError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, GatewayCode.INVALID_QUERY, _explain(error, shape)) from error


def idempotency_key(request: AnyRequest) -> IdempotencyKey | None:
    """The caller's key for this write, if one is given. Raises a 400 problem for one that is no key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            GatewayCode.INVALID_IDEMPOTENCY_KEY,
            "Idempotency-Key is 1 to 128 visible ASCII characters",
        )
    return IdempotencyKey(key)
