"""What a session would report for the frames of Bybit's private stream."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import LeverageReported
from tidegate.core.vocabulary import PositionSide, RejectReason, VenueOrderStatus
from tidegate.venues.bybit import wallet_watch
from tidegate.venues.bybit.streams import SUBSCRIBED
from tidegate.venues.values import MalformedError, UnlistedError
from venue_bybit_rows import account, execution, order, position, stop, told

CONTRACT = "BTC/USDT:USDT"


class Connection:
    """What waits for acknowledgements."""

    def __init__(self) -> None:
        self.resolved: list[Any] = []

    def resolve(self, _frame: Any, name: str) -> None:
        self.resolved.append(name)


def test_an_acknowledged_subscription_is_passed_on_to_who_waits_for_it() -> None:
    venue, _ = account()
    connection = Connection()
    assert venue.read_frame(connection, {"op": "subscribe", "success": True}) == []
    assert connection.resolved == [SUBSCRIBED]


def test_what_is_not_of_our_topics_is_left_to_the_connection() -> None:
    venue, _ = account()
    for frame in ({"op": "pong"}, {"op": "auth", "success": True}, {"topic": "greeks", "data": []}, "text"):
        assert venue.read_frame(None, frame) is None


def test_orders_of_both_markets_are_told_apart_by_their_category() -> None:
    spot, linear = told("order", order(), stop())
    assert (spot.symbol, linear.symbol) == ("BTC/USDT", CONTRACT)


async def test_a_partial_fill_is_told_by_its_execution_alone() -> None:
    assert told("order", order(orderStatus="PartiallyFilled", cumExecQty="0.01")) == []
    (traded,) = told("execution", execution())
    assert traded.quantity == Decimal("0.01")


def test_a_conditional_order_that_is_set_off_keeps_its_id_and_says_so() -> None:
    waiting, triggered = told("order", stop(), stop(orderStatus="Triggered"))
    assert (waiting.triggered, triggered.triggered) == (False, True)
    assert waiting.exchange_order_id == triggered.exchange_order_id
    assert triggered.status is VenueOrderStatus.OPEN


def test_a_late_refusal_is_told() -> None:
    (refused,) = told("order", order(orderStatus="Rejected", rejectReason="EC_PostOnlyWillTakeLiquidity"))
    assert (refused.status, refused.reason) == (VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED)


async def test_funding_is_no_execution_and_calls_for_a_comparison() -> None:
    venue, client = account()
    untold: list[bool] = []
    client.exchange.taps.on_untold = lambda: untold.append(True)
    paid = execution(category="linear", execType="Funding", orderId="", orderLinkId="")
    assert venue.read_frame(None, {"topic": "execution", "data": [paid]}) == []
    assert untold == [True]
    venue.read_frame(None, {"topic": "execution", "data": [execution()]})
    assert untold == [True]


async def test_a_balance_that_moves_without_a_trade_calls_for_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallet_watch, "NEAR_SECONDS", 0.0)
    venue, client = account()
    noticed = asyncio.Event()
    client.exchange.taps.on_untold = noticed.set
    wallet = {"accountType": "UNIFIED", "coin": [{"coin": "USDT", "walletBalance": "5"}]}
    assert venue.read_frame(None, {"topic": "wallet", "data": [wallet]}) == []
    async with asyncio.timeout(5):
        await noticed.wait()


def test_what_the_desk_does_not_trade_is_not_its_business() -> None:
    rows = [
        order(category="inverse", symbol="BTCUSD"),
        order(category="option", symbol="BTC-27MAR26-70000-C"),
        stop(symbol="BTC-26DEC25", orderLinkId=""),
    ]
    assert told("order", *rows) == []


def test_an_order_of_ours_in_what_is_not_listed_is_a_fault() -> None:
    venue, client = account()
    assert venue.read_frame(None, {"topic": "order", "data": [order(symbol="NEWUSDT")]}) == []
    assert [type(fault) for fault in client.faults] == [UnlistedError]


@pytest.mark.parametrize("missing", ["category", "symbol", "orderStatus", "orderId"])
def test_a_row_that_lacks_a_field_is_a_fault_and_not_somebody_elses(missing: str) -> None:
    venue, client = account()
    row = {name: value for name, value in order(orderLinkId="").items() if name != missing}
    assert venue.read_frame(None, {"topic": "order", "data": [row]}) == []
    assert [type(fault) for fault in client.faults] == [MalformedError]


def test_what_cannot_be_read_is_put_aside_and_does_not_hide_the_next() -> None:
    venue, client = account()
    frame = {"topic": "order", "data": [order(orderStatus="Dreaming"), order(orderId="1524")]}
    (read,) = venue.read_frame(None, frame) or []
    assert getattr(read, "exchange_order_id", None) == "1524"
    assert [type(fault) for fault in client.faults] == [MalformedError]
    venue.read_frame(None, {"topic": "execution", "data": [execution(execType="Gift")]})
    assert len(client.faults) == 2


def test_a_positions_row_tells_a_leverage_that_is_new() -> None:
    venue, _ = account()
    frame = {"topic": "position", "data": [position()]}
    (read,) = venue.read_frame(None, frame) or []
    assert isinstance(read, LeverageReported)
    assert (read.symbol, read.leverage) == (CONTRACT, Decimal(10))
    assert venue.read_frame(None, frame) == []


async def test_executions_name_their_position_once_the_contract_is_known_to_be_hedged() -> None:
    venue, _ = account()
    venue.read_frame(None, {"topic": "order", "data": [stop(positionIdx=1)]})
    sold = execution(category="linear", side="Sell", closedSize="0.01")
    (read,) = venue.read_frame(None, {"topic": "execution", "data": [sold]}) or []
    assert getattr(read, "position_side", None) is PositionSide.LONG
