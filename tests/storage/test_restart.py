"""What a restart brings back is what was there: random lives, written to a real database and recovered from it."""

import asyncio
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from support.desk_driver import DeskDriver
from support.kept_desk import state_of
from support.model_venue import ModelWorld
from tidegate.core.desk import Desk
from tidegate.core.identifiers import IdempotencyKey, RuleId
from tidegate.core.messages.commands import AmendOrder, CancelOrder, CreateRule
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.vocabulary import AccountState, OrderStatus, OrderType, Side, TimeInForce
from tidegate.storage.open import open_storage
from tidegate.storage.verify import verify

SEEDS = range(30)
ORDERS = 8
# Measured anew after a restart, so not kept; accounts are compared apart.
NOT_KEPT = {"differences", "position_differences", "compared_at", "liquidations", "accounts"}
# Looked up in storage when they are spoken of again.
NOT_KEPT |= {"executions", "busted", "cash_flows", "told", "requests"}


def cut_off(seed: int) -> DeskDriver:
    """A desk in the middle of its life: orders open, in doubt, waiting for a retry, half canceled, filled in part."""
    random = Random(seed)
    driver = DeskDriver()
    driver.open_shop()
    world = ModelWorld(driver, random)
    for number in range(ORDERS):
        command = driver.order_command(
            side=random.choice([Side.BUY, Side.SELL]),
            quantity=random.choice(["0.1", "0.20000"]),
            time_in_force=random.choice([TimeInForce.GTC, TimeInForce.IOC]),
            retry_seconds=random.choice([0, 10, 60]),
        )
        if random.random() < 0.3:
            command = driver.order_command(
                side=Side.BUY, order_type=OrderType.MARKET, quantity=None, quote_quantity="5000.50", price=None
            )
        world.put(command)
        world.run(random.uniform(0, 3))
        if random.random() < 0.4:
            world.put(
                CancelOrder(
                    command_id=driver.command_id(),
                    at=driver.now,
                    user_id=command.user_id,
                    order_id=command.order_id,
                )
            )
        if number == ORDERS // 2 and random.random() < 0.5:
            world.restart()
    if driver.is_ready:
        leave_unfinished(driver, random)
    return driver


def leave_unfinished(driver: DeskDriver, random: Random) -> None:
    """What a crash finds half done: each with an even chance."""
    if random.random() < 0.5:
        driver.refuse(driver.place(driver.order_command(quantity="0.1", retry_seconds=60)), retryable=True)
    if random.random() < 0.5:
        driver.place(
            driver.order_command(
                side=Side.SELL,
                order_type=OrderType.TRAILING_STOP,
                quantity="0.1",
                price=None,
                trailing_offset=Decimal(500),  # Binance's own trail by hundredths: the desk holds this one.
            )
        )
    if random.random() < 0.5:
        changing = driver.working(driver.order_command(quantity="0.1"), "9100")
        driver.put(
            AmendOrder(
                command_id=driver.command_id(),
                at=driver.now,
                user_id=changing.user_id,
                order_id=changing.order_id,
                amendment=Amendment(price=Decimal(49_000)),
                idempotency_key=IdempotencyKey("change"),
            )
        )
        driver.put(
            CreateRule(
                command_id=driver.command_id(),
                at=driver.now,
                user_id=changing.user_id,
                rule_id=RuleId("01R"),
                order_id=changing.order_id,
                status=OrderStatus.FILLED,
                place=driver.order_command(quantity="0.1"),
            )
        )
    if random.random() < 0.5:
        stop = Protection(trigger_price=Decimal(45_000))
        guarded = driver.working(driver.order_command(quantity="0.1", stop_loss=stop), "9200")
        driver.fill(guarded, "0.1")


def comparable(desk: Desk) -> dict[str, Any]:
    """A desk's state without closed orders, which only memory's size keeps there, and without empty shelves."""
    state = state_of(desk)
    is_open = {order_id for order_id, order in desk.orders.items() if not order.is_closed or order.guarding}
    state["orders"] = {order_id: order for order_id, order in desk.orders.items() if order_id in is_open}
    state["execution_ids"] = {order_id: desk.execution_ids.get(order_id, set()) for order_id in is_open}
    for name in ("by_idempotency_key", "by_client_order_id"):
        state[name] = {key: order_id for key, order_id in getattr(desk, name).items() if order_id in is_open}
    ids = ((market, *pair) for market, known in desk.by_exchange_order_id.items() for pair in known.items())
    state["by_exchange_order_id"] = {found for found in ids if found[2] in is_open}
    state["unresolved"] = {account_id: count for account_id, count in desk.unresolved.items() if count}
    return {name: value for name, value in state.items() if name not in NOT_KEPT}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_desk_recovered_from_the_database_is_the_desk_that_died(seed: int, database_url: str) -> None:
    driver = cut_off(seed)

    async def write_and_recover() -> Desk:
        storage = open_storage(database_url)
        epoch = (await storage.journal.load()).epoch
        for batch in driver.batches:
            batch.epoch = epoch
            await storage.journal.commit(batch)
        await storage.close()
        storage = open_storage(database_url)
        snapshot = await storage.journal.load()
        await storage.close()
        return Desk.restore(snapshot, driver.desk.policy)

    recovered = asyncio.run(write_and_recover())
    before, after = comparable(driver.desk), comparable(recovered)
    for name, value in before.items():
        assert after[name] == value, name
    for account_id, account in driver.desk.accounts.items():
        again = recovered.accounts[account_id]
        assert again.state is AccountState.OFFLINE, "no account is trusted before its venue has been asked"
        assert (again.opened_at, again.created_at) == (account.opened_at, account.created_at)
        assert (again.exchange, again.environment, again.user_ids) == (
            account.exchange,
            account.environment,
            account.user_ids,
        )
    assert verify(database_url).is_clean


def test_these_lives_are_cut_off_where_it_hurts() -> None:
    desks = [cut_off(seed).desk for seed in SEEDS]
    orders = [order for desk in desks for order in desk.orders.values() if not order.is_closed or order.guarding]
    for what in (
        "in_doubt",
        "waiting_to_retry",
        "is_unresolved",
        "filled_quantity",
        "absent_since",
        "reserved_quantity",
        "is_held",
        "trailing_extreme",
        "replacing",
        "guarding",
        "leg",
    ):
        assert any(getattr(order, what) for order in orders), what
    for kept in ("held", "children", "rules", "rules_of"):
        assert any(getattr(desk, kept) for desk in desks), kept
    assert any(order.pending_action == "cancel" for order in orders)
