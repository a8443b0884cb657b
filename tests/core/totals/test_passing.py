"""The quick look lets nothing through that any limit would refuse."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from support.limited_desk import ACCOUNT, ALICE, LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.risk_values import Scope
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
    measured = [(plan, plan.measure(ask, plan)) for plan in ask.totals.plans.covering(ask.place)]
    within = all(
        figure is None or (isinstance(figure, Decimal) and not exceeds(plan, figure)) for plan, figure in measured
    )
    assert within or not passes(ask)


def test_an_order_far_from_every_limit_passes_at_a_glance() -> None:
    desk = LimitedDesk()
    numbers = (kind for kind in KINDS if kind is not LimitKind.ALLOWED_SYMBOLS)
    desk.set_limits(*(limit(kind, "100000000", scope=scope, seconds=60) for kind in numbers for scope in SCOPES))
    desk.mark("1000000")
    ask = asked(desk, desk.perpetual(quantity="0.1"))
    assert passes(ask)
