"""What Bybit's rows of orders and executions say."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    ForcedTrade,
    InstrumentKind,
    Liquidity,
    OrderType,
    PositionSide,
    Side,
    VenueOrderStatus,
)
from tidegate.venues.values import MalformedError
from venue_bybit_rows import execution, order, reader, stop
from venue_unit_helpers import CLIENT_ORDER_ID

SPOT, LINEAR = InstrumentKind.SPOT, InstrumentKind.LINEAR
CONTRACT = "BTC/USDT:USDT"


def test_an_order_is_read_with_its_figures() -> None:
    read = reader().order(order(cumExecQty="0.01"), SPOT)
    assert (read.symbol, read.status, read.filled_quantity) == ("BTC/USDT", VenueOrderStatus.OPEN, Decimal("0.01"))
    assert (read.exchange_order_id, read.exchange_client_order_id) == ("1523", CLIENT_ORDER_ID)
    assert (read.side, read.order_type, read.quantity, read.price) == (
        Side.BUY,
        OrderType.LIMIT,
        Decimal("0.02"),
        Decimal(64_000),
    )
    assert (read.trigger_price, read.triggered, read.requested_at) == (None, False, None)
    assert reader().order(order(orderLinkId=""), SPOT).exchange_client_order_id is None


def test_the_category_tells_markets_of_one_name_apart() -> None:
    assert reader().order(order(), LINEAR).symbol == CONTRACT
    with pytest.raises(MalformedError):
        reader().order(order(symbol="BTCPERP"), LINEAR)


def test_an_amount_of_quote_is_no_quantity() -> None:
    for unit in ("quoteCoin", ""):
        assert reader().order(order(orderType="Market", marketUnit=unit, qty="100"), SPOT).quantity is None
    assert reader().order(order(orderType="Market", marketUnit="baseCoin"), SPOT).quantity == Decimal("0.02")
    assert reader().order(order(orderType="Market", side="Sell"), SPOT).quantity == Decimal("0.02")
    assert reader().order(order(orderType="Market"), LINEAR).quantity == Decimal("0.02")


@pytest.mark.parametrize(
    ("changes", "order_type"),
    [
        ({}, OrderType.STOP_LOSS),
        ({"side": "Buy"}, OrderType.TAKE_PROFIT),
        ({"triggerDirection": 1}, OrderType.TAKE_PROFIT),
        ({"side": "Buy", "triggerDirection": 1}, OrderType.STOP_LOSS),
        ({"orderType": "Limit", "price": "62900"}, OrderType.STOP_LIMIT),
        ({"orderType": "Limit", "price": "62900", "triggerDirection": 1}, OrderType.TAKE_PROFIT_LIMIT),
        ({"stopOrderType": "TrailingStop"}, OrderType.TRAILING_STOP),
        ({"triggerDirection": 0, "lastPriceOnCreated": "65000"}, OrderType.STOP_LOSS),
        ({"triggerDirection": 0, "lastPriceOnCreated": "62000"}, OrderType.TAKE_PROFIT),
        ({"triggerDirection": 0}, None),
    ],
)
def test_a_conditional_order_is_called_by_its_side_and_direction(
    changes: dict[str, Any], order_type: OrderType | None
) -> None:
    read = reader().order(stop(**changes), LINEAR)
    assert (read.order_type, read.trigger_price) == (order_type, Decimal(63_000))


@pytest.mark.parametrize(
    ("changes", "triggered"),
    [
        ({"orderStatus": "Untriggered"}, False),
        ({"orderStatus": "Triggered"}, True),
        ({"orderStatus": "New"}, True),
        ({"orderStatus": "Filled", "cumExecQty": "0.02"}, True),
        ({"orderStatus": "Deactivated", "cancelType": "CancelByUser"}, False),
        ({"orderStatus": "Cancelled", "cancelType": "CancelByUser"}, False),
        ({"orderStatus": "Cancelled", "cumExecQty": "0.01"}, True),
        ({"orderStatus": "Cancelled", "rejectReason": "EC_NoImmediateQtyToFill"}, True),
        ({"orderStatus": "New", "stopOrderType": "UNKNOWN", "triggerPrice": "0.00"}, False),
    ],
)
def test_a_conditional_order_that_works_or_has_worked_was_set_off(changes: dict[str, Any], triggered: bool) -> None:
    assert reader().order(stop(**changes), LINEAR).triggered is triggered


def test_an_execution_is_read_and_its_fee_is_in_what_was_received() -> None:
    read = reader().execution(execution(), SPOT)
    assert read is not None
    assert (read.trade_id, read.quantity, read.price) == ("2290000000001", Decimal("0.01"), Decimal(64_000))
    assert (read.side, read.liquidity, read.exchange_order_id) == (Side.BUY, Liquidity.MAKER, "1523")
    assert read.executed_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read.fees == (Fee(asset="BTC", amount=Decimal("0.00001")),)


@pytest.mark.parametrize(
    ("changes", "kind", "settled"),
    [
        ({"execPnl": "-12.5"}, LINEAR, Decimal("-12.5")),
        ({"execPnl": "0"}, LINEAR, Decimal(0)),
        ({}, LINEAR, None),  # execution/list does not tell it.
        ({"execPnl": "0"}, SPOT, None),
    ],
)
def test_what_a_contracts_trade_settled_is_told_where_bybit_tells_it(
    changes: dict[str, str], kind: InstrumentKind, settled: Decimal | None
) -> None:
    read = reader().execution(execution(**changes), kind)
    assert read is not None
    assert read.realized_pnl == settled


@pytest.mark.parametrize(
    ("changes", "kind", "fee"),
    [
        ({"side": "Sell", "execFee": "-0.1"}, SPOT, Fee(asset="USDT", amount=Decimal("-0.1"))),
        ({"feeCurrency": "MNT"}, SPOT, Fee(asset="MNT", amount=Decimal("0.00001"))),
        ({}, LINEAR, Fee(asset="USDT", amount=Decimal("0.00001"))),
    ],
)
def test_fees_are_costs_in_the_asset_that_they_are_taken_in(
    changes: dict[str, str], kind: InstrumentKind, fee: Fee
) -> None:
    read = reader().execution(execution(**changes), kind)
    assert read is not None
    assert read.fees == (fee,)


@pytest.mark.parametrize("what", ["Funding", "SessionSettlePnL"])
def test_a_payment_is_no_execution(what: str) -> None:
    assert reader().execution(execution(execType=what, orderId=""), LINEAR) is None


@pytest.mark.parametrize(
    ("told", "forced"),
    [
        ({"execType": "AdlTrade"}, ForcedTrade.AUTO_DELEVERAGING),
        ({"execType": "BustTrade"}, ForcedTrade.LIQUIDATION),
        ({"execType": "Settle"}, ForcedTrade.SETTLEMENT),
        ({"execType": "Delivery"}, ForcedTrade.SETTLEMENT),
        ({"createType": "CreateByLiq"}, ForcedTrade.LIQUIDATION),
        ({"createType": "CreateByUser"}, None),
        ({"execType": "MovePosition"}, None),
    ],
)
def test_what_the_venue_itself_closes_is_told_as_such(told: dict[str, str], forced: ForcedTrade | None) -> None:
    read = reader().execution(execution(**told, orderLinkId="", closedSize="0.01"), LINEAR)
    assert read is not None
    assert (read.exchange_client_order_id, read.forced) == (None, forced)


def test_an_unknown_execution_type_is_a_fault() -> None:
    with pytest.raises(MalformedError, match="Gift"):
        reader().execution(execution(execType="Gift"), SPOT)


@pytest.mark.parametrize(
    ("side", "closed", "position_side"),
    [
        ("Buy", "0", PositionSide.LONG),
        ("Sell", "0.01", PositionSide.LONG),
        ("Sell", "", PositionSide.SHORT),
        ("Buy", "0.01", PositionSide.SHORT),
    ],
)
def test_in_hedge_mode_the_position_follows_from_the_side_and_what_was_closed(
    side: str, closed: str, position_side: PositionSide
) -> None:
    row = execution(side=side, closedSize=closed)
    hedged, one_way = reader(CONTRACT).execution(row, LINEAR), reader().execution(row, LINEAR)
    assert hedged is not None
    assert one_way is not None
    assert hedged.position_side is position_side
    assert one_way.position_side is PositionSide.NET
