"""An order to place: from the request's body to the engine's command, and back."""

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, IdempotencyKey, OrderId, UserId
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection
from tidegate.core.vocabulary import OffsetUnit
from tidegate.gateway.bodies import PlaceOrderBody, ProtectionBody
from tidegate.gateway.order_views import amount, offset

# The body as it was first: a request that asks for nothing newer has the digest that it always had, so that a repeat
# is known as one however much later it comes.
_FIRST_FIELDS = PlaceOrderBody.__struct_fields__[: PlaceOrderBody.__struct_fields__.index("retry_window_seconds") + 1]
_NEWER_DEFAULTS = tuple(
    (field.name, field.default) for field in msgspec.structs.fields(PlaceOrderBody) if field.name not in _FIRST_FIELDS
)
_AS_THEY_ARE = (
    "symbol",
    "side",
    "order_type",
    "time_in_force",
    "post_only",
    "reduce_only",
    "routing",
    "params",
    "position_side",
    "margin_mode",
    "trigger_by",
)
_AMOUNTS = ("quantity", "quote_quantity", "price", "trigger_price", "leverage")


def place_command(
    body: PlaceOrderBody,
    *,
    user_id: UserId,
    order_id: OrderId,
    at: datetime,
    retry_window_seconds: float,
    key: IdempotencyKey | None = None,
) -> PlaceOrder:
    """What the engine is told. `retry_window_seconds` holds where the body names none."""
    window = retry_window_seconds if body.retry_window_seconds is None else body.retry_window_seconds
    trailing, unit = parse_offset(body.trailing_offset)
    fields: dict[str, Any] = {name: getattr(body, name) for name in _AS_THEY_ARE}
    fields.update((name, decimal_of(getattr(body, name))) for name in _AMOUNTS)
    return PlaceOrder(
        **fields,
        command_id=CommandId(order_id),
        at=at,
        user_id=user_id,
        order_id=order_id,
        account_id=AccountId(body.account),
        retry_until=at + timedelta(seconds=window),
        client_order_id=None if body.client_order_id is None else ClientOrderId(body.client_order_id),
        idempotency_key=key,
        request_hash=request_hash(body),
        expires_at=None if body.expires_at is None else body.expires_at.astimezone(UTC),
        trailing_offset=trailing,
        trailing_offset_unit=unit,
        stop_loss=_protection(body.stop_loss),
        take_profit=_protection(body.take_profit),
    )


def place_body(command: PlaceOrder) -> PlaceOrderBody:
    """What a rule is to ask for, as it would be asked again."""
    fields: dict[str, Any] = {name: getattr(command, name) for name in _AS_THEY_ARE}
    fields.update((name, amount(getattr(command, name))) for name in _AMOUNTS)
    return PlaceOrderBody(
        **fields,
        account=command.account_id,
        client_order_id=command.client_order_id,
        expires_at=command.expires_at,
        trailing_offset=offset(command.trailing_offset, command.trailing_offset_unit),
        stop_loss=_protection_body(command.stop_loss),
        take_profit=_protection_body(command.take_profit),
    )


def request_hash(body: PlaceOrderBody) -> str:
    """A digest of what is asked, however its JSON was written."""
    told = {name: getattr(body, name) for name in _FIRST_FIELDS}
    told.update((name, asked) for name, default in _NEWER_DEFAULTS if (asked := getattr(body, name)) != default)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def decimal_of(text: str | None) -> Decimal | None:
    """An amount of a body, exactly."""
    return None if text is None else Decimal(text)


def parse_offset(text: str | None) -> tuple[Decimal | None, OffsetUnit]:
    """A trailing offset: of the quote asset, or in hundredths where it ends with a percent sign."""
    if text is None:
        return None, OffsetUnit.PRICE
    if text.endswith("%"):
        return Decimal(text[:-1]), OffsetUnit.PERCENT
    return Decimal(text), OffsetUnit.PRICE


def _protection(body: ProtectionBody | None) -> Protection | None:
    if body is None:
        return None
    trailing, unit = parse_offset(body.trailing_offset)
    return Protection(
        trigger_price=decimal_of(body.trigger_price),
        price=decimal_of(body.price),
        trailing_offset=trailing,
        trailing_offset_unit=unit,
        trigger_by=body.trigger_by,
    )


def _protection_body(protection: Protection | None) -> ProtectionBody | None:
    if protection is None:
        return None
    return ProtectionBody(
        trigger_price=amount(protection.trigger_price),
        price=amount(protection.price),
        trailing_offset=offset(protection.trailing_offset, protection.trailing_offset_unit),
        trigger_by=protection.trigger_by,
    )
