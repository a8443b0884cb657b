"""The rows beside the journal: the order as it is, its history step by step, its attempts, its ledger."""

from datetime import timedelta

import msgspec
import pytest

from support.changing import ChangingDriver
from support.desk_driver import DeskDriver
from tidegate.core.vocabulary import ExecutionType, HistoryStatus, OrderStatus, VenueOrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def test_history_tells_each_step_with_the_status_it_led_to(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4")
    driver.cancel(order)
    driver.report(order, VenueOrderStatus.CANCELED, "0.4")
    assert [(row.status, row.execution_type) for row in driver.history(order)] == [
        (OrderStatus.CREATED, ExecutionType.NEW),
        (OrderStatus.PENDING, ExecutionType.PENDING_NEW),
        (OrderStatus.SUBMITTED, ExecutionType.NEW),
        (OrderStatus.PARTIALLY_FILLED, ExecutionType.TRADE),
        (OrderStatus.PARTIALLY_FILLED, ExecutionType.PENDING_CANCEL),
        (OrderStatus.CANCELED, ExecutionType.CANCELED),
        (HistoryStatus.CLOSED, ExecutionType.DONE),
    ]
    driver.check_books()


def test_rows_do_not_change_with_the_order_afterwards(driver: DeskDriver) -> None:
    order = driver.place()
    [written] = driver.batches[-1].orders.values()
    driver.accept(order)
    assert written.status is OrderStatus.PENDING
    assert driver.batches[-1].orders[order.order_id].status is OrderStatus.SUBMITTED


def test_each_attempt_has_a_row_that_ends_with_its_outcome(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.wake(order.order_id)
    driver.unknown(order)
    driver.accept(order)
    outcomes: dict[int, list[str]] = {}
    for batch in driver.batches:
        for (_, number), row in batch.attempts.items():
            outcomes.setdefault(number, []).append(row.outcome)
            assert row.started_at <= row.updated_at
    assert outcomes == {1: ["sending", "failed"], 2: ["sending", "in_doubt", "submitted"]}


def test_an_old_attempt_that_is_taken_back_gets_its_own_row(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.report(order, VenueOrderStatus.OPEN)
    [row] = driver.batches[-1].attempts.values()
    assert (row.attempt, row.outcome, row.exchange_order_id) == (1, "submitted", "9001")


def test_an_attempt_that_made_way_for_a_change_is_replaced() -> None:
    changing = ChangingDriver()
    changing.open_shop()
    order = changing.working()
    [first] = [row for batch in changing.batches for row in batch.attempts.values() if row.outcome == "submitted"]
    changing.amend(order, price="49000")
    changing.now += timedelta(seconds=5)
    changing.report(order, VenueOrderStatus.CANCELED)
    row = changing.batches[-1].attempts[order.order_id, 1]
    assert row == msgspec.structs.replace(first, outcome="replaced", updated_at=changing.now)
    changing.accept(order, "9002")
    assert changing.batches[-1].attempts[order.order_id, 2].outcome == "submitted"


def test_a_trade_writes_its_execution_and_every_holding_that_moved(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "1", trade_id="7")
    batch = driver.batches[-1]
    [execution] = batch.executions
    assert (execution.trade_id, execution.sequence) == ("7", batch.journal[0].sequence)
    assert {asset for _, _, asset, _ in batch.holdings} == {"BTC", "USDT"}
    assert {line.execution_id for line in batch.ledger} == {execution.execution_id}


def test_inputs_that_change_nothing_write_nothing(driver: DeskDriver) -> None:
    order = driver.working()
    written = len(driver.batches)
    driver.accept(order)
    driver.price("51000")
    driver.wake(order.order_id)
    assert len(driver.batches) == written


def test_history_numbers_go_on_without_a_gap_after_a_restart(driver: DeskDriver) -> None:
    order = driver.working()
    driver.restart()
    driver.fill(driver.desk.orders[order.order_id], "1")
    driver.check_books()
