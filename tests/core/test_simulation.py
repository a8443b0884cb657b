"""The whole engine against a venue that loses, delays, repeats and reorders: nothing twice, nothing forgotten."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.changing import ChangingDriver, InPlaceDriver
from support.desk_driver import DeskDriver
from support.kept_desk import START, replayed, state_of
from support.model_venue import ModelWorld
from tidegate.core.messages import commands
from tidegate.core.messages.events import OrderRestated
from tidegate.core.messages.values import Amendment
from tidegate.core.vocabulary import OrderStatus, OrderType, Side, TimeInForce

ORDERS = 6


def live(seed: int) -> ModelWorld:
    """Some orders and cancels among faults and restarts; then the faults stop, and time is given to heal."""
    random = Random(seed)
    driver = random.choice([ChangingDriver, InPlaceDriver])()
    driver.open_shop()
    world = ModelWorld(driver, random)
    placed = []
    for _ in range(ORDERS):
        command = _any_order(driver, random)
        placed.append(command.order_id)
        world.put(command)
        world.run(random.uniform(0, 8))
        if random.random() < 0.4:
            _cancel(world, random.choice(placed))
        for _ in range(random.randrange(4)):
            _change(world, random)
            world.run(random.uniform(0, 4))
        if random.random() < 0.2:
            world.restart()
        if random.random() < 0.2:
            world.disconnect()
        if random.random() < 0.2:
            driver.let_go_of_closed()
        world.run(random.uniform(0, 8))
    world.run(60)
    world.is_faulty = False
    world.run(200)
    for order_id in placed:
        _cancel(world, order_id)
    world.run(200)
    return world


def _any_order(driver: DeskDriver, random: Random) -> commands.PlaceOrder:
    side = random.choice([Side.BUY, Side.SELL])
    retry_seconds = random.choice([0, 10, 60])
    match random.randrange(4):
        case 0:
            return driver.order_command(
                side=side, order_type=OrderType.MARKET, quantity="0.1", price=None, retry_seconds=retry_seconds
            )
        case 1:
            return driver.order_command(
                side=side,
                order_type=OrderType.MARKET,
                quantity=None,
                quote_quantity="5000",
                price=None,
                retry_seconds=retry_seconds,
            )
        case 2:
            return driver.order_command(
                side=side, quantity="0.2", time_in_force=TimeInForce.IOC, retry_seconds=retry_seconds
            )
        case _:
            return driver.order_command(side=side, quantity="0.2", retry_seconds=retry_seconds)


def _cancel(world: ModelWorld, order_id: str) -> None:
    order = world.driver.orders.get(order_id)  # type: ignore[call-overload]
    if order is not None:
        world.put(
            commands.CancelOrder(
                command_id=world.driver.command_id(), at=world.driver.now, user_id=order.user_id, order_id=order_id
            )
        )


def _change(world: ModelWorld, random: Random) -> None:
    """A change of price or quantity, or the cancel of a part, of an open order; the desk may well refuse it."""
    working = [order for order in world.driver.desk.orders.values() if not order.is_closed]
    if not working:
        return
    order = random.choice(working)
    about = {
        "command_id": world.driver.command_id(),
        "at": world.driver.now,
        "user_id": order.user_id,
        "order_id": order.order_id,
    }
    if random.random() < 0.2:
        part = Decimal(random.choice(["0.05", "0.1"]))
        world.put(commands.CancelOrder(quantity=part, **about))
        return
    amendment = Amendment(
        quantity=random.choice([None, Decimal("0.1"), Decimal("0.15"), Decimal("0.3")]),
        price=random.choice([None, Decimal(50_000), Decimal(50_010), Decimal(49_990)]),
    )
    world.put(commands.AmendOrder(amendment=amendment, **about))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_whatever_gets_lost_repeated_or_late_the_books_end_as_the_venues(seed: int) -> None:
    world = live(seed)
    driver = world.driver
    driver.check_books()
    for order in driver.orders.values():
        assert order.is_closed, f"nothing stays open or in doubt: {order}"
        filled = sum(
            (resting.filled for resting in world.orders.values() if resting.send.order_id == order.order_id), Decimal(0)
        )
        assert order.filled_quantity == filled, order
        assert order.quantity is None or order.filled_quantity <= order.quantity, order
        if order.order_id not in world.placed and order.status is not OrderStatus.INVALIDATED:
            assert order.status in (OrderStatus.CANCELED, OrderStatus.REJECTED)
    for asset, amount in world.balances.items():
        assert driver.held(asset) == amount
        assert driver.reserved(asset) == 0
    assert not any(isinstance(event, OrderRestated) for event in driver.journal), "nobody changed one by hand"
    assert not driver.desk.open_breaks
    assert driver.is_ready


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_replaying_the_journal_gives_the_same_desk(seed: int) -> None:
    driver = live(seed).driver
    again = state_of(replayed(driver.journal, driver.desk.policy))
    for order in driver.orders.values():
        assert again["orders"][order.order_id] == order  # type: ignore[index]
    now = state_of(driver.desk)
    for name in ("sequence", "history_id", "users", "accounts", "holdings", "execution_times", "open_breaks"):
        assert again[name] == now[name], name


@pytest.mark.parametrize("seed", range(5))
def test_the_venue_is_never_asked_without_end(seed: int) -> None:
    world = live(seed)
    hours = (world.driver.now - START).total_seconds() / 3600
    assert world.effects_seen < ORDERS * 120 + hours * 3600, "less than one call a second beside the orders' own"
    quiet_from = world.effects_seen
    world.run(600)
    assert world.effects_seen - quiet_from <= 20 * 2, "once all is done only the books are compared"
