"""The pre-trade checks alone: processor time per order with 50 limits in force, and beside ten times as much.

Limits are of every kind and of every level (desk, role, exchange, account, user, symbol); some twenty-six of them
concern each order. The order passes, so that nothing is cut short. Users, instruments and open orders are ten times
as many in the second figure. A check makes the same look-ups then; what it grows by is the processor's waiting for
what its caches do not hold. The best of some rounds: the others were held up by what else the machine did.
"""

import itertools
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import Event
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit, Scope
from tidegate.core.messages.values import Protection
from tidegate.core.policy import Policy
from tidegate.core.risk.checks import RiskApproved, check_risk
from tidegate.core.validation import ValidOrder, reference_price
from tidegate.core.vocabulary import (
    Environment,
    Exchange,
    InstrumentKind,
    LimitKind,
    OrderType,
    Role,
    Routing,
    Side,
    TimeInForce,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
USERS, INSTRUMENTS, OPEN_ORDERS = 100, 1_000, 10_000
LIMITS = 50
CHECKS = 10_000
BATCH_SIZE = 100
ROUNDS = 8
ENOUGH = Decimal(10**15)


def measure() -> dict[str, float]:
    """Microseconds of processor time per order, the best of some rounds."""
    figures = {"risk.check_us": _check_us(times=1), "risk.check_us_10x": _check_us(times=10)}
    for name, value in figures.items():
        print(f"{name}: {value:,.1f}")
    return figures


def _check_us(times: int) -> float:
    users, instruments = USERS * times, INSTRUMENTS * times
    desk = _desk(users=users, instruments=instruments, open_orders=OPEN_ORDERS * times)
    return min(_seconds(desk, users, instruments) for _ in range(ROUNDS)) / CHECKS * 1e6


def _seconds(desk: Desk, users: int, instruments: int) -> float:
    """Orders come as they do in life: in small batches, each just read and validated."""
    spent = 0.0
    for first in range(0, CHECKS, BATCH_SIZE):
        numbers = range(first, first + BATCH_SIZE)
        asked = [_valid(desk, number, users=users, instruments=instruments) for number in numbers]
        began = time.process_time()
        answers = [check_risk(valid, desk) for valid in asked]
        spent += time.process_time() - began
        assert all(isinstance(answer, RiskApproved) for answer in answers)
    return spent


# --- the desk ------------------------------------------------------------------------------------------------------


def _desk(*, users: int, instruments: int, open_orders: int) -> Desk:
    desk = Desk(Policy())
    for event in itertools.chain(
        _people(users), _markets(instruments), [_limits()], _marks(users), _orders(users, instruments, open_orders)
    ):
        apply(desk, event)
    return desk


def _people(users: int) -> list[Event]:
    return [event for number in range(users) for event in _person(number)]


def _person(number: int) -> list[Event]:
    registered = happened.UserRegistered(at=AT, user_id=_user(number), name=f"User {number}", role=Role.TRADER)
    opened = happened.AccountRegistered(
        at=AT,
        account_id=_account(number),
        exchange=_exchange(number),
        environment=Environment.SIMULATED,
        user_ids=(_user(number),),
    )
    funds = happened.BalanceOpened(
        at=AT,
        account_id=_account(number),
        user_id=_user(number),
        asset="USDT",
        quantity=ENOUGH,
        price=Decimal(1),
        wallet=_instrument(_exchange(number), 0).wallet,
    )
    return [registered, opened, funds]


def _markets(instruments: int) -> list[Event]:
    events: list[Event] = []
    for exchange in Exchange:
        listed = tuple(_instrument(exchange, number) for number in range(instruments))
        events.append(happened.InstrumentsListed(at=AT, exchange=exchange, instruments=listed))
        events += [
            happened.PriceMoved(
                at=AT, exchange=exchange, symbol=market.symbol, last=Decimal(100), bid=Decimal(99), ask=Decimal(101)
            )
            for market in listed
        ]
    return events


def _marks(users: int) -> list[Event]:
    marks = tuple(
        OwnerEquity(
            account_id=_account(number),
            user_id=_user(number),
            equity=ENOUGH,
            unrealized_pnl=Decimal(0),
            net_deposits=ENOUGH,
            gross_exposure=Decimal(0),
        )
        for number in range(users)
    )
    return [happened.EquityMarked(at=AT, marks=marks)]


def _orders(users: int, instruments: int, open_orders: int) -> list[Event]:
    return [
        event for number in range(open_orders) for event in _order(number, number % users, (number * 7) % instruments)
    ]


def _order(number: int, user: int, market: int) -> list[Event]:
    order_id = ids.OrderId(f"01J{number:023d}")
    created = happened.OrderCreated(
        at=AT,
        order_id=order_id,
        user_id=_user(user),
        account_id=_account(user),
        exchange=_exchange(user),
        symbol=_symbol(market),
        side=Side.BUY if number % 3 else Side.SELL,
        order_type=OrderType.LIMIT,
        quantity=Decimal("1.5"),
        quote_quantity=None,
        price=Decimal(99),
        trigger_price=None,
        time_in_force=TimeInForce.GTC,
        post_only=False,
        reduce_only=False,
        routing=Routing.VENUE,
        client_order_id=None,
        idempotency_key=None,
        request_hash="",
        params={},
        retry_until=AT,
        stop_loss=Protection(trigger_price=Decimal(90 if number % 3 else 110)) if number % 10 == 0 else None,
    )
    started = happened.AttemptStarted(
        at=AT,
        order_id=order_id,
        attempt=1,
        exchange_client_order_id=ids.exchange_client_order_id(order_id, 1),
        request_expires_at=AT,
        reserved_asset="USDT",
        reserved_quantity=Decimal(150),
        reserve_price=None,
        limits_version=1,
        quantity=Decimal("1.5"),
        price=Decimal(99),
    )
    return [created, started]


# --- the limits ----------------------------------------------------------------------------------------------------

_OF_AN_ORDER = (
    (LimitKind.ORDER_QUANTITY, Decimal(10**6), None),
    (LimitKind.ORDER_NOTIONAL, Decimal(10**9), None),
    (LimitKind.PRICE_COLLAR, Decimal("0.1"), None),
)
_OVER_TIME = (
    (LimitKind.DUPLICATE_ORDERS, Decimal(10**6), 10),
    (LimitKind.REPEATED_EXECUTIONS, Decimal(10**6), 60),
    (LimitKind.ORDERS_PER_INTERVAL, Decimal(10**6), 1),
    (LimitKind.NOTIONAL_PER_INTERVAL, ENOUGH, 60),
    (LimitKind.REJECTIONS_PER_INTERVAL, Decimal(10**6), 60),
    (LimitKind.OPEN_ORDERS, Decimal(10**6), None),
)
_OF_POSITIONS = (
    (LimitKind.POSITION_QUANTITY, ENOUGH, None),
    (LimitKind.POSITION_NOTIONAL, ENOUGH, None),
    (LimitKind.ASSET_EXPOSURE, ENOUGH, None),
    (LimitKind.GROSS_EXPOSURE, ENOUGH, None),
    (LimitKind.NET_EXPOSURE, ENOUGH, None),
    (LimitKind.LEVERAGE, Decimal(10**6), None),
    (LimitKind.DAILY_LOSS, ENOUGH, None),
    (LimitKind.DRAWDOWN, Decimal("0.5"), None),
)
_USERS = tuple(ids.UserId(f"user-{number}") for number in range(8))
_ACCOUNTS = tuple(ids.AccountId(f"a-{number}") for number in range(5))


def _limits() -> happened.RiskLimitsSet:
    """Fifty: every kind for the desk, positions and losses for each trader and venue, some users, accounts, symbols."""
    wanted = [(Scope(), one) for one in (*_OF_AN_ORDER, *_OVER_TIME, *_OF_POSITIONS)]
    wanted += [(Scope(role=Role.TRADER), one) for one in (_OF_POSITIONS[1], *_OF_POSITIONS[3:7:3], _OF_POSITIONS[5])]
    wanted += [(Scope(exchange=exchange), one) for exchange in Exchange for one in _OF_POSITIONS[2:5]]
    wanted += [(Scope(user_id=user_id), _OF_POSITIONS[3]) for user_id in _USERS]
    wanted += [(Scope(account_id=account_id), _OF_POSITIONS[4]) for account_id in _ACCOUNTS]
    wanted += [(Scope(symbol=_symbol(market)), _OF_POSITIONS[0]) for market in range(4)]
    limits = [
        RiskLimit(limit_id=str(number), kind=kind, scope=scope, value=value, interval_seconds=seconds)
        for number, (scope, (kind, value, seconds)) in enumerate(wanted)
    ]
    limits += [
        RiskLimit(limit_id="restricted", kind=LimitKind.RESTRICTED_SYMBOLS, symbols=("DOGE/USDT:USDT",)),
        RiskLimit(limit_id="protected", kind=LimitKind.PROTECTION_REQUIRED, value=ENOUGH),
        RiskLimit(limit_id="breaks", kind=LimitKind.BREAK_VALUE, value=ENOUGH),
    ]
    assert len(limits) == LIMITS, len(limits)
    return happened.RiskLimitsSet(at=AT, version=1, limits=tuple(limits), by=ids.UserId("risk"))


# --- the orders that are checked ------------------------------------------------------------------------------------


def _valid(desk: Desk, number: int, *, users: int, instruments: int) -> ValidOrder:
    user, market = (number * 13) % users, (number * 11) % instruments
    command = commands.PlaceOrder(
        command_id=ids.CommandId(f"check-{number}"),
        at=AT + timedelta(milliseconds=number),
        user_id=_user(user),
        order_id=ids.OrderId(f"01K{number:023d}"),
        account_id=_account(user),
        symbol=_symbol(market),
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal("2.5"),
        price=Decimal("100.5"),
        stop_loss=Protection(trigger_price=Decimal(95)),
        retry_until=AT,
    )
    exchange = _exchange(user)
    price = desk.prices[exchange, command.symbol]
    return ValidOrder(
        command,
        desk.accounts[command.account_id],
        desk.instruments[exchange, command.symbol],
        reference_price(command.side, price),
    )


def _user(number: int) -> ids.UserId:
    return ids.UserId(f"user-{number}")


def _account(number: int) -> ids.AccountId:
    return ids.AccountId(f"a-{number}")


def _exchange(number: int) -> Exchange:
    return tuple(Exchange)[number % 3]


def _symbol(number: int) -> str:
    return f"C{number}/USDT:USDT"


def _instrument(exchange: Exchange, number: int) -> Instrument:
    return Instrument(
        exchange=exchange,
        symbol=_symbol(number),
        exchange_symbol=f"C{number}USDT",
        base=f"C{number}",
        quote="USDT",
        price_tick=Decimal("0.01"),
        quantity_step=Decimal("0.001"),
        kind=InstrumentKind.LINEAR,
        settle="USDT",
        taker_fee_rate=Decimal("0.0005"),
    )
