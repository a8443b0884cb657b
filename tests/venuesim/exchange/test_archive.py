"""What moves to disk comes back as it went."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from venuesim.exchange.accounts import Account
from venuesim.exchange.archive import Archive, StoredExecution, StoredOrder
from venuesim.exchange.orders import Execution, Order, OrderRequest, new_order
from venuesim.exchange.triggers import Trailing, Trigger
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    OrderStatus,
    OrderType,
    Origin,
    PositionSide,
    PriceKind,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venuesim_helpers import BTC_USDT

D = Decimal
ANN = Account(account_id=1, api_key="ann", secret="secret")
BOB = Account(account_id=2, api_key="bob", secret="secret")
REFERENCES = {"account", "instrument", "watch", "rests"}
"""What is not stored: columns beside the order say it, or an ended order has none."""


@pytest.fixture
def archive() -> Iterator[Archive]:
    archive = Archive({BTC_USDT.symbol: BTC_USDT})
    yield archive
    archive.close()


def ended_order(number: int, account: Account = ANN, *, client_order_id: str = "mine") -> Order:
    """An order with something in every field."""
    trailing = Trailing(
        rate=D("0.01"), activation_price=D(90), activation_direction=Direction.FALLING, extreme=D("88.5")
    )
    request = OrderRequest(
        instrument=BTC_USDT,
        side=Side.SELL,
        order_type=OrderType.LIMIT,
        client_order_id=client_order_id,
        time_in_force=TimeInForce.GTD,
        post_only=True,
        post_only_cancels=True,
        price=D("100.10"),
        quantity=D("2.50000"),
        quote_quantity=D("0"),
        display_quantity=D(1),
        reduce_only=True,
        position_side=PositionSide.SHORT,
        self_trade_prevention=SelfTradePrevention.DECREMENT,
        trigger=Trigger(price_kind=PriceKind.MARK, direction=Direction.FALLING, price=D(89), trailing=trailing),
        expires_ms=1_900_000_000_000,
        origin=Origin.CONDITIONAL,
        pocket="isolated",
        extra={"tag": "t", "note": "ü"},
    )
    order = new_order(
        request,
        order_id=1000 + number,
        sequence=number,
        account=account,
        quantity=D("2.50000"),
        now_ms=1_750_000_000_000,
    )
    order.remember()
    order.status, order.end_reason = OrderStatus.CANCELED, EndReason.USER
    order.triggered_ms, order.working_ms, order.updated_ms = 1_750_000_000_100, 1_750_000_000_200, 1_750_000_000_300
    order.filled_quantity, order.filled_quote, order.prevented_quantity = D("1.5"), D("150.150"), D("0.1")
    order.amended_count = 2
    order.executions = [execution(order, 2 * number), execution(order, 2 * number + 1)]
    order.remember()
    return order


def execution(order: Order, sequence: int) -> Execution:
    assert order.account is not None
    return Execution(
        sequence=sequence,
        trade_id=5000 + sequence,
        account=order.account,
        order=order,
        side=order.side,
        price=D("100.10"),
        quantity=D("0.75"),
        fee=D("-0.00000001"),
        fee_asset="BNB",
        fee_rate=D("-0.0001"),
        is_maker=True,
        time_ms=1_750_000_000_250,
        leaves_quantity=D("1.00"),
        realized_pnl=D("-3.5"),
        closed_quantity=D("0.5"),
        mark_price=D("100.2"),
    )


def told(order: Order) -> dict[str, object]:
    return {name: getattr(order, name) for name in Order.__struct_fields__ if name != "executions"}


def executions_told(order: Order) -> list[dict[str, object]]:
    return [
        {name: getattr(each, name) for name in Execution.__struct_fields__ if name != "order"}
        for each in order.executions
    ]


def test_every_field_is_stored_or_told_by_a_column() -> None:
    assert set(StoredOrder.__struct_fields__) == set(Order.__struct_fields__) - REFERENCES
    assert set(StoredExecution.__struct_fields__) == set(Execution.__struct_fields__) - {"account", "order", "side"}


def test_an_order_comes_back_with_its_executions_trigger_and_history(archive: Archive) -> None:
    order = ended_order(1)
    archive.add_orders([order])
    restored = archive.order(ANN, order.order_id)
    assert restored is not None
    assert restored is not order
    assert told(restored) == told(order)
    assert executions_told(restored) == executions_told(order)
    assert all(each.order is restored for each in restored.executions)
    # The past of an order is told too, digit for digit.
    assert str(restored.quantity) == "2.50000"
    before = restored.as_of(1_750_000_000_000)
    assert before is not None
    assert (before.status, before.executions) == (OrderStatus.WAITING, [])


def test_an_account_sees_its_own_orders_only(archive: Archive) -> None:
    archive.add_orders([ended_order(1), ended_order(2, BOB), ended_order(3)])
    assert archive.order(BOB, 1001) is None
    newest = archive.newest(ANN, "mine")
    assert newest is not None
    assert newest.order_id == 1003
    assert archive.newest(BOB, "other") is None
    listed = archive.orders(ANN, newest_first=True, above=-1, below=2**63 - 1, symbol="BTC/USDT")
    assert [order.order_id for order in listed] == [1003, 1001]
    executions = archive.executions(ANN, newest_first=False, above=2, below=7, symbol=None)
    assert [each.sequence for each in executions] == [3, 6]
    assert [order.account for order in archive.orders_after(1)] == [BOB, ANN]
    assert [each.sequence for each in archive.executions_after(3)] == [4, 5, 6, 7]


def test_an_empty_archive_answers_without_a_file(archive: Archive) -> None:
    assert archive.order(ANN, 1) is None
    assert list(archive.orders_after(0)) == list(archive.executions_after(0)) == list(archive.arrivals_after(0)) == []
    assert archive.arrivals_of(ANN, "mine") == 0
    assert archive._folder is None


def test_counts_of_a_client_order_id_add_up_under_its_first_number(archive: Archive) -> None:
    archive.add_arrivals([(1, ANN, "x", 2), (2, BOB, "x", 1)])
    archive.add_arrivals([(3, ANN, "y", 1), (4, ANN, "x", 5)])
    assert list(archive.arrivals_after(0)) == [(1, ANN, "x", 7), (2, BOB, "x", 1), (3, ANN, "y", 1)]
    assert list(archive.arrivals_after(2)) == [(3, ANN, "y", 1)]
    assert archive.arrivals_of(ANN, "x") == 7


def test_the_file_ends_with_the_archive() -> None:
    archive = Archive({BTC_USDT.symbol: BTC_USDT})
    archive.add_orders([ended_order(1)])
    assert archive._folder is not None
    folder = Path(archive._folder.name)
    assert (folder / "archive.sqlite").exists()
    archive.close()
    assert not folder.exists()
