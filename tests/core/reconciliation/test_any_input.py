"""Books under anything that a venue and people may say of them: they balance, replay, and nothing counts twice."""

import copy
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from support.kept_desk import replayed, state_of
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.engine import Input, decide
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.values import Fee, VenueBalance, VenuePosition
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, OrderStatus, PositionSide, Side, VenueOrderStatus, Wallet

SEEDS = st.integers(min_value=0, max_value=2**32)
SYMBOLS = ("BTC/USDT", PERPETUAL)
LOST = ids.exchange_client_order_id(ids.OrderId("01JLOSTLOSTLOSTLOSTLOSTLO9"), 1)


def any_input(desk: ComparedDesk, random: Random) -> Input:
    make = random.choice([any_order, any_trade, any_trade, any_trade, any_bust, any_report, any_comparison, any_person])
    return make(desk, random)


def any_order(desk: ComparedDesk, random: Random) -> Input:
    return desk.order_command(
        symbol=random.choice(SYMBOLS),
        side=random.choice(list(Side)),
        quantity=random.choice(["0.1", "1", "2"]),
        user_id=random.choice([ALICE, ALICE, BOB]),
    )


def any_trade(desk: ComparedDesk, random: Random) -> Input:
    order = random.choice([*desk.orders.values()]) if desk.orders and random.random() < 0.9 else None
    symbol, side = (order.symbol, order.side) if order is not None else (random.choice(SYMBOLS), Side.BUY)
    attempt = 1 if order is None else max(order.attempt, 1)
    named = LOST if order is None else ids.exchange_client_order_id(order.order_id, attempt)
    name = "stranger" if order is None else order.order_id
    return reports.ExecutionReported(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=symbol,
        side=side,
        trade_id=ids.TradeId(f"{name}-{random.randrange(4)}"),
        quantity=Decimal(random.choice(["0.1", "0.5", "1"])),
        price=Decimal(random.choice(["49000", "50000.5", "51000"])),
        executed_at=desk.now - timedelta(seconds=random.choice([0, 5, 5000])),
        fees=(Fee(random.choice(["BNB", "BTC", "USDT"]), Decimal(random.choice(["0.001", "-0.001"]))),),
        exchange_order_id=ids.ExchangeOrderId(f"venue-{name}-{attempt}"),
        exchange_client_order_id=random.choice([None, named]),
    )


def any_bust(desk: ComparedDesk, random: Random) -> Input:
    booked = random.choice([*desk.rows.booked.values()]) if desk.rows.booked and random.random() < 0.8 else None
    return reports.ExecutionBusted(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=random.choice(SYMBOLS) if booked is None else booked.symbol,
        side=random.choice(list(Side)) if booked is None else booked.side,
        trade_id=ids.TradeId(f"stranger-{random.randrange(4)}") if booked is None else booked.trade_id,
    )


def any_report(desk: ComparedDesk, random: Random) -> Input:
    order = random.choice([*desk.orders.values()]) if desk.orders and random.random() < 0.7 else None
    attempt = 1 if order is None else max(order.attempt, 1)
    named = LOST if order is None else ids.exchange_client_order_id(order.order_id, attempt)
    name = "stranger" if order is None else order.order_id
    return reports.OrderReported(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=random.choice(SYMBOLS) if order is None else order.symbol,
        status=random.choice(list(VenueOrderStatus)),
        filled_quantity=Decimal(random.choice(["0", "0.5", "1"])),
        exchange_order_id=ids.ExchangeOrderId(f"venue-{name}-{attempt}"),
        exchange_client_order_id=random.choice([None, named, ids.ExchangeClientOrderId("web_1")]),
        requested_at=random.choice([None, desk.now]),
    )


def any_comparison(desk: ComparedDesk, random: Random) -> Input:
    asked = desk.now - timedelta(seconds=random.choice([0, 6]))
    side = random.choice(list(PositionSide))
    amount = Decimal(random.choice(["-1", "0", "0.5"]))
    told = {"average_price": random.choice([None, Decimal(50_000)]), "leverage": random.choice([None, Decimal(5)])}
    position = VenuePosition(symbol=PERPETUAL, position_side=side, quantity=amount, **told)
    balance = VenueBalance(
        asset=random.choice(["BTC", "USDT", "ETH"]),
        free=amount + 10,
        locked=Decimal(0),
        wallet=random.choice(list(Wallet)),
    )
    listed = frozenset({("BTC/USDT", ids.ExchangeOrderId("venue-stranger-1"))})
    return random.choice(
        [
            reports.PositionsReported(at=desk.now, account_id=ACCOUNT, requested_at=asked, positions=(position,)),
            reports.BalancesReported(at=desk.now, account_id=ACCOUNT, requested_at=asked, balances=(balance,)),
            reports.CashFlowReported(
                at=desk.now,
                account_id=ACCOUNT,
                flow_id=f"f{random.randrange(5)}",
                kind=random.choice(list(CashFlowKind)),
                asset=balance.asset,
                amount=amount,
                happened_at=asked,
                wallet=balance.wallet,
            ),
            reports.MessageQuarantined(at=desk.now, account_id=ACCOUNT, kind="report", message="unreadable"),
            reports.AccountSynchronized(
                at=desk.now,
                account_id=ACCOUNT,
                requested_at=asked,
                open_exchange_client_order_ids=frozenset(),
                open_exchange_order_ids=random.choice([None, frozenset(), listed]),
            ),
        ]
    )


def any_person(desk: ComparedDesk, random: Random) -> Input:
    return commands.ResolveBreak(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=random.choice([ALICE, BOB, RISK]),
        break_id=random.choice([*desk.breaks, "none"]),
        accept=random.random() < 0.5,
        message="looked into",
        owner_id=random.choice([None, ALICE, BOB, UNALLOCATED]),
    )


def live_through(seed: int, inputs: int = 60) -> ComparedDesk:
    random = Random(seed)
    desk = ComparedDesk()
    desk.open_shop(user_ids=random.choice([(ALICE,), (ALICE, BOB)]))
    for _ in range(inputs):
        decision = desk.put(any_input(desk, random))
        assert sum(isinstance(effect, Reply) for effect in decision.effects) <= 1
        desk.check()
        desk.wait(random.choice([0, 0, 1, 10, 300]))
        if not desk.is_ready and random.random() < 0.5:
            desk.connect(BALANCES)
        if random.random() < 0.05:
            desk.restart()
        if random.random() < 0.1:
            desk.let_go_of_closed()
    return desk


@settings(max_examples=120, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_no_input_in_any_order_breaks_the_books(seed: int) -> None:
    desk = live_through(seed)
    desk.check_books()
    for order in desk.orders.values():
        trades = [
            booked
            for name, booked in desk.rows.booked.items()
            if booked.order_id == order.order_id and name not in desk.rows.busted
        ]
        assert order.filled_quantity == sum((booked.quantity for booked in trades), Decimal(0))
        assert order.filled_value == sum((booked.quantity * booked.price for booked in trades), Decimal(0))
        if order.status is OrderStatus.FILLED and order.quantity is not None:
            assert order.filled_quantity >= 0


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_replaying_the_journal_gives_the_same_books(seed: int) -> None:
    desk = live_through(seed)
    again, now = state_of(replayed(desk.journal, desk.desk.policy)), state_of(desk.desk)
    assert again["orders"] == desk.orders
    for name in ("sequence", "accounts", "holdings", "positions", "leverages", "execution_times", "open_breaks"):
        assert again[name] == now[name], name


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=SEEDS)
def test_deciding_changes_nothing_and_is_repeatable(seed: int) -> None:
    random = Random(seed)
    desk = live_through(seed, inputs=25)
    for _ in range(20):
        message = any_input(desk, random)
        before = copy.deepcopy(vars(desk.desk))
        first, second = decide(desk.desk, message), decide(desk.desk, message)
        assert vars(desk.desk) == before, message
        assert first == second
