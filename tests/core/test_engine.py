"""decide and apply under any input at all: never a crash, never an illegal move, the same answer for the same desk."""

import copy
from datetime import timedelta
from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.any_change import any_change
from support.changing import InPlaceDriver
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, BTC_USDT, DeskDriver
from support.kept_desk import replayed, state_of
from tidegate.core import identifiers as ids
from tidegate.core.capabilities import LIMIT_TYPES
from tidegate.core.engine import Input, decide
from tidegate.core.messages import commands, reports
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.order import CONDITIONAL, LEGAL_TRANSITIONS
from tidegate.core.validation.options import TIMES_IN_FORCE
from tidegate.core.vocabulary import (
    Correction,
    OffsetUnit,
    OrderStatus,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
    WakePurpose,
)

NO_STOPS = msgspec.structs.replace(BTC_USDT, order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}))
SEEDS = st.integers(min_value=0, max_value=2**32)


def any_input(driver: DeskDriver, random: Random) -> Input:  # noqa: C901  One arm per kind of input.
    """Anything that a caller, a broken venue or a timer may say, about an order that is there or one that is not."""
    if random.random() < 0.2 or not driver.orders:
        return any_order(driver, random)
    if random.random() < 0.15:
        return any_price(driver, random)
    if random.random() < 0.3:
        return any_change(driver, random)
    order_id = random.choice([*driver.orders, ids.OrderId("01JUNKNOWNUNKNOWNUNKNOWN99")])
    known = driver.orders.get(order_id)
    attempt = random.choice([1, 1, 1, 2, 3, max(known.attempt, 1) if known is not None else 1])
    named = random.choice([None, ids.exchange_client_order_id(order_id, attempt)])
    venue_id = random.choice([None, ids.ExchangeOrderId(f"venue-{order_id}"), ids.ExchangeOrderId("venue-7")])
    at, asked = driver.now, driver.now - timedelta(seconds=random.choice([0, 1, 5]))
    symbol, amount = "BTC/USDT", Decimal(random.choice(["0", "0.1", "0.5", "1", "7", "-1"]))
    reason, final = random.choice(list(RejectReason)), random.random() < 0.5
    about = {"at": at, "account_id": ACCOUNT, "order_id": order_id}
    match random.randrange(13):
        case 0:
            taken = ids.ExchangeOrderId(f"venue-{order_id}")
            return reports.OrderAccepted(**about, attempt=attempt, exchange_order_id=taken)
        case 1:
            return reports.OrderRefused(**about, attempt=attempt, retryable=final, reason=reason, message="no")
        case 2:
            return reports.SendOutcomeUnknown(**about, attempt=attempt, message="time-out")
        case 3:
            return reports.OrderNotFound(**about, attempt=attempt, requested_at=asked)
        case 4:
            return reports.QueryFailed(**about, message="time-out")
        case 5:
            return reports.CancelAccepted(**about)
        case 6:
            return reports.CancelFailed(**about, final=final, reason=reason, message="no")
        case 7:
            return commands.CancelOrder(command_id=driver.command_id(), at=at, user_id=ALICE, order_id=order_id)
        case 8:
            return reports.Wake(at=at, order_id=order_id, purpose=random.choice(list(WakePurpose)))
        case 9 | 10:
            return reports.OrderReported(
                at=at,
                account_id=ACCOUNT,
                symbol=symbol,
                status=random.choice(list(VenueOrderStatus)),
                filled_quantity=max(amount, Decimal(0)),
                exchange_order_id=venue_id,
                exchange_client_order_id=named,
            )
        case 11:
            return reports.ExecutionReported(
                at=at,
                account_id=ACCOUNT,
                symbol=symbol,
                side=random.choice(list(Side)),
                trade_id=ids.TradeId(f"{order_id}-{random.randrange(8)}"),
                quantity=amount,
                price=Decimal(random.choice(["0", "49000", "51000.5"])),
                executed_at=asked,
                fees=(Fee(random.choice(["BNB", "BTC", "USDT"]), Decimal(random.choice(["0.001", "-0.001"]))),),
                exchange_order_id=ids.ExchangeOrderId(f"venue-{order_id}") if named is None else venue_id,
                exchange_client_order_id=named,
            )
        case _:
            return any_account_report(driver, random)


def any_order(driver: DeskDriver, random: Random) -> commands.PlaceOrder:
    order_type = random.choice([OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET, *OrderType])
    in_quote = order_type is OrderType.MARKET and random.random() < 0.5
    at_limit = order_type in LIMIT_TYPES
    time_in_force = random.choice(TIMES_IN_FORCE[order_type])
    is_trailing = order_type is OrderType.TRAILING_STOP
    has_trigger = order_type in CONDITIONAL and not is_trailing
    return driver.order_command(
        side=random.choice(list(Side)),
        order_type=order_type,
        quantity=None if in_quote else random.choice(["0.1", "1", "1000", "0.123456789"]),
        quote_quantity="5000" if in_quote else None,
        price=random.choice(["50000", "50000.001"]) if at_limit else None,
        time_in_force=time_in_force,
        expires_at=driver.now + timedelta(seconds=20) if time_in_force is TimeInForce.GTD else None,
        post_only=order_type is OrderType.LIMIT and time_in_force is TimeInForce.GTC and random.random() < 0.5,
        trigger_price=Decimal(random.choice(["49000", "51000"])) if has_trigger else None,
        trailing_offset=Decimal(random.choice(["1", "700"])) if is_trailing else None,
        trailing_offset_unit=random.choice(list(OffsetUnit)),
        user_id=random.choice([ALICE, ALICE, BOB]),
        key=random.choice([None, "a", "b"]),
        name=random.choice([None, None, "c", "d"]),
        body=random.choice(["x", "y"]),
        retry_seconds=random.choice([0, 10, 600]),
    )


def any_price(driver: DeskDriver, random: Random) -> reports.PriceReported:
    last = Decimal(random.randrange(48_000, 52_000))
    return reports.PriceReported(
        at=driver.now,
        exchange=driver.exchange,
        symbol="BTC/USDT",
        last=last,
        bid=random.choice([None, last - 1]),
        ask=random.choice([None, last + 1]),
    )


def any_account_report(driver: DeskDriver, random: Random) -> Input:
    at, asked = driver.now, driver.now - timedelta(seconds=random.choice([0, 1, 5]))
    listed = [
        order.exchange_client_order_id
        for order in driver.orders.values()
        if order.exchange_client_order_id is not None and random.random() < 0.5
    ]
    balance = VenueBalance(asset="BTC", free=Decimal(random.choice(["9", "10"])), locked=Decimal(0))
    return random.choice(
        [
            reports.AccountConnected(at=at, account_id=ACCOUNT),
            reports.AccountDisconnected(at=at, account_id=ACCOUNT, message="gone"),
            reports.AccountSynchronized(
                at=at, account_id=ACCOUNT, requested_at=asked, open_exchange_client_order_ids=frozenset(listed)
            ),
            reports.BalancesReported(at=at, account_id=ACCOUNT, requested_at=asked, balances=(balance,)),
            commands.CancelOrders(command_id=driver.command_id(), at=at, user_id=ALICE),
        ]
    )


def live_through(seed: int, inputs: int = 60) -> DeskDriver:
    """A desk that was told anything, checked after each step."""
    random = Random(seed)
    driver = random.choice([DeskDriver, InPlaceDriver])()
    driver.open_shop()
    market = NO_STOPS if random.random() < 0.5 else BTC_USDT
    driver.list_markets(msgspec.structs.replace(market, exchange=driver.exchange))
    chosen = frozenset(random.sample(list(Correction), random.randrange(3)))
    driver.put(
        commands.SetCorrections(command_id=driver.command_id(), at=driver.now, user_id=ALICE, corrections=chosen)
    )
    statuses: dict[ids.OrderId, OrderStatus] = {}
    for _ in range(inputs):
        driver.put(any_input(driver, random))
        driver.check()
        for order_id, order in driver.orders.items():
            before = statuses.get(order_id, OrderStatus.CREATED)
            assert order.status is before or can_reach(before, order.status), f"{before} to {order.status}"
            statuses[order_id] = order.status
        driver.wait(random.choice([0, 0, 0.5, 3, 30]))
        if not driver.is_ready and random.random() < 0.8:
            driver.connect(BALANCES)
        if random.random() < 0.05:
            driver.restart()
        if random.random() < 0.1:
            driver.let_go_of_closed()
    return driver


def can_reach(before: OrderStatus, after: OrderStatus) -> bool:
    """One input may take an order through several legal moves."""
    seen, todo = set(), {before}
    while todo:
        status = todo.pop()
        seen.add(status)
        todo |= LEGAL_TRANSITIONS[status] - seen
    return after in seen - {before}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_no_input_in_any_order_breaks_the_books(seed: int) -> None:
    live_through(seed).check_books()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_replaying_the_journal_gives_the_same_orders_and_books(seed: int) -> None:
    driver = live_through(seed)
    again, now = state_of(replayed(driver.journal, driver.desk.policy)), state_of(driver.desk)
    assert again["orders"] == driver.orders
    for name in ("sequence", "history_id", "users", "accounts", "holdings", "execution_times", "open_breaks"):
        assert again[name] == now[name], name


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_deciding_changes_nothing_and_is_repeatable(seed: int) -> None:
    random = Random(seed)
    driver = live_through(seed, inputs=25)
    for _ in range(20):
        message = any_input(driver, random)
        before = copy.deepcopy(vars(driver.desk))
        first, second = decide(driver.desk, message), decide(driver.desk, message)
        assert vars(driver.desk) == before, message
        assert first == second


@pytest.mark.parametrize("status", [status for status in OrderStatus if status is not OrderStatus.CREATED])
def test_nothing_goes_back_to_created(status: OrderStatus) -> None:
    assert OrderStatus.CREATED not in LEGAL_TRANSITIONS[status]


def test_a_price_of_nothing_is_not_calculated_with() -> None:
    driver = DeskDriver()
    driver.open_shop()
    driver.price("0")
    assert driver.desk.prices[(driver.account.exchange, "BTC/USDT")].last == 50_000
    driver.price("50000", bid="0", ask="0")
    seen = driver.desk.prices[(driver.account.exchange, "BTC/USDT")]
    assert (seen.bid, seen.ask) == (None, None)
