"""The quick look lets nothing through that any limit would refuse."""

from datetime import timedelta
from decimal import Decimal
from functools import cache
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.any_input import any_input
from support.limited_desk import ACCOUNT, ALICE, LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.messages.values import Protection
from tidegate.core.risk.asks import ask_of
from tidegate.core.risk.states import screen_of
from tidegate.core.totals.asking import Ask
from tidegate.core.totals.passing import passes
from tidegate.core.totals.plans import exceeds
from tidegate.core.totals.recount import recount
from tidegate.core.validation import ValidOrder, reference_price
from tidegate.core.vocabulary import Exchange, LimitKind, Role, Side

SCOPES = (Scope(), Scope(role=Role.TRADER), Scope(account_id=ACCOUNT), Scope(user_id=ALICE, symbol=PERPETUAL))
# Around what the desk below has, or would have with one more order.
VALUES = (
    "0",
    "0.01",
    "0.1",
    "0.5",
    "1",
    "2",
    "3",
    "4",
    "12",
    "1000",
    "50000",
    "150000",
    "650000",
    "1000000",
    "10000000",
)
KINDS = [kind for kind in LimitKind if kind not in (LimitKind.BREAK_VALUE, LimitKind.UNKNOWN_ORDERS)]


@cache
def traded() -> LimitedDesk:
    """A desk with positions, open orders, stops, a loss of today, and orders that count."""
    desk = LimitedDesk()
    desk.set_limits(*(limit(kind, "100000000", seconds=60) for kind in KINDS if kind is not LimitKind.ALLOWED_SYMBOLS))
    desk.mark("1000000")
    stop = Protection(trigger_price=Decimal(49_000))
    desk.trade(desk.perpetual(quantity="2", stop_loss=stop))
    desk.place(desk.perpetual(Side.SELL, "3", "51000"))
    desk.place(desk.spot(quantity="1", price="49000"))
    desk.refuse(desk.place(desk.spot(quantity="0.5")), retryable=False)
    desk.mark("990000")
    return desk


def asked(desk: LimitedDesk, command: PlaceOrder) -> Ask:
    exchange = Exchange.BINANCE
    price = desk.desk.prices[exchange, command.symbol]
    instrument = desk.desk.instruments[exchange, command.symbol]
    valid = ValidOrder(command, desk.account, instrument, reference_price(command.side, price))
    assert desk.desk.totals is not None
    return ask_of(valid, desk.desk, desk.desk.totals, screen_of(desk.desk, desk.desk.totals, command))


def is_within(ask: Ask) -> bool:
    """Whether the order keeps each limit, measured by itself."""
    measured = [(plan, plan.measure(ask, plan)) for plan in ask.totals.plans.covering(ask.place)]
    return all(
        figure is None or (isinstance(figure, Decimal) and not exceeds(plan, figure)) for plan, figure in measured
    )


LIMITS = st.builds(
    lambda kind, scope, value, number: limit(
        kind, value, scope=scope, seconds=60, limit_id=str(number), symbols=(PERPETUAL,)
    ),
    st.sampled_from(KINDS),
    st.sampled_from(SCOPES),
    st.sampled_from(VALUES),
    st.integers(),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    limits=st.lists(LIMITS, min_size=1, max_size=3),
    side=st.sampled_from(list(Side)),
    symbol=st.sampled_from(["BTC/USDT", PERPETUAL]),
    quantity=st.sampled_from(["0.1", "0.5", "1", "2", "3"]),
    price=st.sampled_from([None, "49000", "50000", "50500", "51000"]),
    stop=st.sampled_from([None, Protection(trigger_price=Decimal(48_000))]),
    later=st.sampled_from([0, 30, 90]),
)
def test_what_passes_at_a_glance_passes_every_limit(
    limits: list[object],
    side: Side,
    symbol: str,
    quantity: str,
    price: str | None,
    stop: Protection | None,
    later: int,
) -> None:
    desk = traded()
    desk.desk.risk.limits = tuple(limits)  # type: ignore[assignment]
    desk.desk.totals = recount(desk.desk)
    command = desk.spot(side, quantity, price, symbol=symbol, stop_loss=stop, at=desk.now + timedelta(seconds=later))
    ask = asked(desk, command)
    assert is_within(ask) or not passes(ask)


def test_an_order_far_from_every_limit_passes_at_a_glance() -> None:
    desk = LimitedDesk()
    numbers = (kind for kind in KINDS if kind is not LimitKind.ALLOWED_SYMBOLS)
    desk.set_limits(*(limit(kind, "100000000", scope=scope, seconds=60) for kind in numbers for scope in SCOPES))
    desk.mark("1000000")
    ask = asked(desk, desk.perpetual(quantity="0.1"))
    assert passes(ask)


NEAR = (
    (LimitKind.GROSS_EXPOSURE, "400000"),
    (LimitKind.NET_EXPOSURE, "300000"),
    (LimitKind.POSITION_NOTIONAL, "200000"),
    (LimitKind.POSITION_QUANTITY, "4"),
    (LimitKind.LEVERAGE, "0.5"),
    (LimitKind.DAILY_LOSS, "40000"),
    (LimitKind.OPEN_ORDERS, "12"),
    (LimitKind.NOTIONAL_PER_INTERVAL, "300000"),
)


def near(kind: LimitKind, value: str, scope: Scope) -> RiskLimit:
    return limit(kind, value, scope=scope, seconds=60, limit_id=f"{kind} {scope.key}")


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_what_passes_at_a_glance_passes_every_limit_however_the_desk_got_there(seed: int) -> None:
    random, desk = Random(seed), LimitedDesk()
    desk.list_cross()
    near = (
        limit(kind, value, scope=scope, seconds=60, limit_id=f"{kind} {scope.key}")
        for kind, value in NEAR
        for scope in SCOPES
    )
    desk.set_limits(*near)
    desk.mark("1000000")
    for _ in range(30):
        desk.put(any_input(desk, random))
        desk.wait(random.choice([0, 0, 1, 10]))
        for symbol in ("BTC/USDT", PERPETUAL):
            for quantity in ("0.1", "1"):
                ask = asked(desk, desk.spot(random.choice(list(Side)), quantity, "50000", symbol=symbol))
                assert is_within(ask) or not passes(ask)


def test_room_that_was_seen_is_used_up_by_other_orders_and_by_prices_that_rise() -> None:
    desk = LimitedDesk()
    desk.set_limits(limit(LimitKind.GROSS_EXPOSURE, "1"))
    held = recount(desk.desk).sums[()][()].gross  # type: ignore[union-attr]
    desk.set_limits(limit(LimitKind.GROSS_EXPOSURE, str(held + 150_000)))
    command = desk.perpetual(quantity="1", price="50000")
    assert passes(asked(desk, command))
    desk.trade(desk.spot(quantity="2", price="50000"))
    assert passes(asked(desk, command))
    desk.price("50001")
    assert not passes(asked(desk, command))


def test_room_that_was_seen_is_none_once_something_has_no_price() -> None:
    desk = LimitedDesk()
    desk.list_cross()
    desk.set_limits(limit(LimitKind.GROSS_EXPOSURE, "100000000"))
    command = desk.perpetual(quantity="1", price="50000")
    assert passes(asked(desk, command))
    desk.place(desk.perpetual(quantity="1", price="50000"))
    unit = desk.desk.totals.units[Exchange.BINANCE, PERPETUAL]  # type: ignore[union-attr]
    assert passes(asked(desk, command))
    unit.set_price(None)
    assert not passes(asked(desk, command))
    unit.set_price(Decimal(50_000))
    assert passes(asked(desk, command))
