"""Changes, their answers and the venue's pictures in any order at all: the books hold, and a replay gives the same."""

from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.any_change import any_change
from support.changing import ChangingDriver, InPlaceDriver
from support.kept_desk import replayed, state_of
from tidegate.core.order import LEGAL_TRANSITIONS, Order
from tidegate.core.vocabulary import OrderStatus, OrderType, Side, VenueOrderStatus

SEEDS = st.integers(min_value=0, max_value=2**32)


def live_through(seed: int, inputs: int = 50) -> ChangingDriver:
    """Working orders that are changed by everybody at once, checked after each step."""
    random = Random(seed)
    driver = random.choice([ChangingDriver, InPlaceDriver])()
    driver.open_shop()
    statuses: dict[str, OrderStatus] = {}
    for _ in range(inputs):
        working = [order for order in driver.desk.orders.values() if not order.is_closed]
        if len(working) < 3 and driver.is_ready:
            place(driver, random)
        elif not working:
            come_back(driver)
        elif random.random() < 0.6:
            driver.put(any_change(driver, random))
        else:
            go_on(driver, random.choice(working), random)
        driver.check()
        for order_id, order in driver.orders.items():
            before = statuses.get(order_id, OrderStatus.CREATED)
            assert order.status is before or order.status in reachable(before), f"{before} to {order.status}"
            statuses[order_id] = order.status
        driver.wait(random.choice([0, 0, 0.1, 1, 12]))
        if random.random() < 0.03:
            come_back(driver)
    return driver


def place(driver: ChangingDriver, random: Random) -> None:
    """A limit order, a stop or a stop-limit that the venue has."""
    name = f"v{len(driver.orders)}"
    kind = random.randrange(4)
    if kind == 0:
        driver.stop(exchange_order_id=name)
    elif kind == 1:
        trigger = Decimal(49_000)
        command = driver.order_command(
            side=Side.SELL, order_type=OrderType.STOP_LIMIT, price="48900", trigger_price=trigger
        )
        driver.working(command, name)
    else:
        driver.working(driver.order_command(side=random.choice(list(Side))), name)


def go_on(driver: ChangingDriver, order: Order, random: Random) -> None:
    """What a sane venue would say of the current attempt."""
    name = order.exchange_order_id or f"{order.order_id}-{order.attempt}"
    filled = str(order.attempt_filled_quantity)
    match random.randrange(9):
        case 0 | 1 | 2:
            driver.accept(order, name)
        case 3:
            driver.refuse(order, retryable=random.random() < 0.7)
        case 4:
            driver.unknown(order)
        case 5 | 6:
            driver.report(order, VenueOrderStatus.CANCELED, filled, exchange_order_id=name)
        case 7:
            driver.fill(order, "0.1", exchange_order_id=name)
        case _:
            driver.not_found(order)


def come_back(driver: ChangingDriver) -> None:
    """The process dies, and all that is open is listed to the new one."""
    driver.restart()
    names = [order.exchange_client_order_id for order in driver.desk.orders.values() if not order.is_closed]
    driver.disconnect()
    driver.connect({"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    driver.synchronized(*[name for name in names if name is not None])


def reachable(before: OrderStatus) -> set[OrderStatus]:
    seen: set[OrderStatus] = set()
    todo = set(LEGAL_TRANSITIONS[before])
    while todo:
        status = todo.pop()
        seen.add(status)
        todo |= LEGAL_TRANSITIONS[status] - seen
    return seen


@settings(max_examples=120, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_no_order_of_things_breaks_the_books(seed: int) -> None:
    live_through(seed).check_books()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_a_replay_gives_the_same_orders(seed: int) -> None:
    driver = live_through(seed)
    again, now = state_of(replayed(driver.journal, driver.desk.policy)), state_of(driver.desk)
    assert again["orders"] == driver.orders
    for name in ("holdings", "open_breaks"):
        assert again[name] == now[name], name
