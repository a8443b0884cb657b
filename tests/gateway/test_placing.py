"""From an order's body to the engine's command, and back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.core.identifiers import OrderId, UserId
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection
from tidegate.core.vocabulary import MarginMode, OffsetUnit, PositionSide, TriggerBy
from tidegate.gateway.bodies import PlaceOrderBody
from tidegate.gateway.placing import place_body, place_command, request_hash

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = {
    "account": "binance-alice",
    "symbol": "BTC/USDT",
    "side": "buy",
    "order_type": "limit",
    "quantity": "0.10",
    "price": "50000",
}
EVERYTHING = {
    "account": "okx-alice",
    "symbol": "BTC/USDT:USDT",
    "side": "sell",
    "order_type": "trailing_stop",
    "quantity": "0.10",
    "trailing_offset": "1.50%",
    "trigger_by": "mark",
    "time_in_force": "gtd",
    "expires_at": "2026-03-02T13:00:00+01:00",
    "position_side": "long",
    "margin_mode": "isolated",
    "leverage": "12.5",
    "stop_loss": {"trigger_price": "59000", "price": "58900", "trigger_by": "index"},
    "take_profit": {"trailing_offset": "150"},
    "params": {"tag": "mine"},
}


def body_of(fields: dict[str, Any]) -> PlaceOrderBody:
    return msgspec.convert(fields, PlaceOrderBody)


def command_of(fields: dict[str, Any]) -> PlaceOrder:
    return place_command(
        body_of(fields), user_id=UserId("alice"), order_id=OrderId("01J"), at=NOW, retry_window_seconds=10
    )


def test_every_field_reaches_the_engine() -> None:
    command = command_of(EVERYTHING)
    assert (command.trailing_offset, command.trailing_offset_unit) == (Decimal("1.50"), OffsetUnit.PERCENT)
    assert (command.trigger_by, command.position_side) == (TriggerBy.MARK, PositionSide.LONG)
    assert (command.margin_mode, command.leverage) == (MarginMode.ISOLATED, Decimal("12.5"))
    assert command.expires_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert command.stop_loss == Protection(
        trigger_price=Decimal(59_000), price=Decimal(58_900), trigger_by=TriggerBy.INDEX
    )
    assert command.take_profit == Protection(trailing_offset=Decimal(150))
    assert command.params == {"tag": "mine"}


def test_what_is_not_given_is_as_if_it_did_not_exist() -> None:
    command = command_of(LIMIT)
    assert (command.position_side, command.trigger_by) == (PositionSide.NET, TriggerBy.LAST)
    for name in ("margin_mode", "leverage", "expires_at", "trailing_offset", "stop_loss", "take_profit"):
        assert getattr(command, name) is None
    assert (command.parent_order_id, command.leg, command.rule_id) == (None, None, None)


@pytest.mark.parametrize("fields", [LIMIT, EVERYTHING])
def test_a_command_shows_what_was_asked(fields: dict[str, Any]) -> None:
    again = place_body(command_of(fields))
    repeated = place_command(again, user_id=UserId("alice"), order_id=OrderId("01J"), at=NOW, retry_window_seconds=10)
    assert msgspec.structs.replace(repeated, request_hash="") == msgspec.structs.replace(
        command_of(fields), request_hash=""
    )


def test_a_request_of_an_earlier_version_is_known_when_it_is_repeated_today() -> None:
    """The digest that the first version kept for this body."""
    assert request_hash(body_of(LIMIT)) == "86f9f42952923a9dbad5105ae62694881bee697050d1ec8e60fba04eccd0716f"


def test_requests_that_differ_in_a_new_field_are_two() -> None:
    hashes = {
        request_hash(body_of({**LIMIT, **more}))
        for more in (
            {},
            {"stop_loss": {"trigger_price": "49000"}},
            {"stop_loss": {"trigger_price": "48000"}},
            {"take_profit": {"trigger_price": "49000"}},
            {"leverage": "5"},
            {"trigger_by": "mark"},
        )
    }
    assert len(hashes) == 6


def test_spelling_out_a_default_asks_for_the_same() -> None:
    assert request_hash(body_of({**LIMIT, "trigger_by": "last", "leverage": None})) == request_hash(body_of(LIMIT))
