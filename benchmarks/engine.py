"""The engine alone: how many orders live and die per second on one core, what an open order weighs, what a price costs.

One life is placed, acknowledged, filled and closed: three inputs, five events. Neither storage nor network takes part.
"""

import gc
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from tidegate.core import identifiers as ids
from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.events import Event, is_journaled
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.policy import Policy
from tidegate.core.projection import Projector
from tidegate.core.stepping import carry_out
from tidegate.core.vocabulary import Environment, Exchange, Liquidity, OrderType, Role, Side, TimeInForce

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALICE = ids.UserId("alice")
ACCOUNT = ids.AccountId("binance-main")
SYMBOL = "BTC/USDT"
LIVES = 10_000
OPEN_ORDERS = 20_000
BATCH_SIZE = 256  # Inputs that share one commit, and one handing over of rows.
CLOSED_ORDERS_KEPT = 1_000
HELD_ORDERS = 1_000
PRICES = 10_000
ROUNDS = 3


def measure() -> dict[str, float]:
    """Lives per second of processor time (the best of some rounds), and bytes per open order with all its indexes."""
    figures = {
        "engine.lives_per_second": max(_lives_per_second(with_rows=False) for _ in range(ROUNDS)),
        "engine.lives_per_second_with_rows": max(_lives_per_second(with_rows=True) for _ in range(ROUNDS)),
        "engine.bytes_per_open_order": _bytes_per_open_order(),
        "engine.price_microseconds": min(_price_microseconds(held=0) for _ in range(ROUNDS)),
        "engine.price_microseconds_beside_held": min(_price_microseconds(held=HELD_ORDERS) for _ in range(ROUNDS)),
    }
    for name, value in figures.items():
        print(f"{name}: {value:,.1f}" if value < 100 else f"{name}: {value:,.0f}")
    return figures


def _desk(exchange: Exchange = Exchange.BINANCE) -> Desk:
    desk = Desk(Policy())
    instrument = Instrument(
        exchange=exchange,
        symbol=SYMBOL,
        exchange_symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        price_tick=Decimal("0.01"),
        quantity_step=Decimal("0.00001"),
        quantity_min=Decimal("0.00001"),
        quantity_max=Decimal(9000),
        notional_min=Decimal(5),
        price_ratio_min=Decimal("0.2"),
        price_ratio_max=Decimal(5),
    )
    funds = tuple(
        VenueBalance(asset=asset, free=Decimal(10**12), locked=Decimal(0)) for asset in ("BTC", "USDT", "BNB")
    )
    opening: list[Input] = [
        commands.RegisterUser(command_id=ids.CommandId("1"), at=AT, user_id=ALICE, name="Alice", role=Role.TRADER),
        commands.RegisterAccount(
            command_id=ids.CommandId("2"),
            at=AT,
            account_id=ACCOUNT,
            exchange=exchange,
            environment=Environment.SIMULATED,
            user_ids=(ALICE,),
        ),
        reports.InstrumentsReported(at=AT, exchange=exchange, instruments=(instrument,)),
        _price(exchange, "50000.00"),
        reports.AccountConnected(at=AT, account_id=ACCOUNT),
        reports.BalancesReported(at=AT, account_id=ACCOUNT, requested_at=AT, balances=funds),
        reports.AccountSynchronized(
            at=AT, account_id=ACCOUNT, requested_at=AT, open_exchange_client_order_ids=frozenset()
        ),
    ]
    for message in opening:
        carry_out(desk, message, _unheard)
    return desk


def _unheard(event: Event) -> None:
    """Nobody listens."""


def _price(exchange: Exchange, last: str) -> reports.PriceReported:
    price = Decimal(last)
    return reports.PriceReported(
        at=AT, exchange=exchange, symbol=SYMBOL, last=price, bid=price - Decimal("0.01"), ask=price + Decimal("0.01")
    )


def _order(number: int) -> commands.PlaceOrder:
    return commands.PlaceOrder(
        command_id=ids.CommandId(f"command-{number}"),
        at=AT,
        user_id=ALICE,
        order_id=ids.OrderId(f"01J{number:023d}"),
        account_id=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY if number % 2 else Side.SELL,
        order_type=OrderType.LIMIT,
        quantity=Decimal("0.01234"),
        price=Decimal("50000.12"),
        client_order_id=ids.ClientOrderId(f"mine-{number}"),
        idempotency_key=ids.IdempotencyKey(f"key-{number}"),
        request_hash=f"{number:064x}",
        retry_until=AT + timedelta(seconds=10),
    )


def _accepted(number: int) -> reports.OrderAccepted:
    return reports.OrderAccepted(
        at=AT,
        account_id=ACCOUNT,
        order_id=ids.OrderId(f"01J{number:023d}"),
        attempt=1,
        exchange_order_id=ids.ExchangeOrderId(str(number)),
    )


def _filled(number: int) -> reports.ExecutionReported:
    return reports.ExecutionReported(
        at=AT,
        account_id=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY if number % 2 else Side.SELL,
        trade_id=ids.TradeId(str(number)),
        quantity=Decimal("0.01234"),
        price=Decimal("50000.12"),
        executed_at=AT,
        fees=(Fee("BNB", Decimal("0.00001")),),
        liquidity=Liquidity.MAKER,
        exchange_order_id=ids.ExchangeOrderId(str(number)),
        exchange_client_order_id=ids.exchange_client_order_id(ids.OrderId(f"01J{number:023d}"), 1),
    )


def _lives_per_second(*, with_rows: bool) -> float:
    desk = _desk()
    inputs: list[Input] = []
    for number in range(LIVES):
        inputs += [_order(number), _accepted(number), _filled(number)]
    started = time.process_time()
    if with_rows:
        _run_with_rows(desk, inputs)
    else:
        _run(desk, inputs)
    elapsed = time.process_time() - started
    assert all(order.is_closed for order in desk.orders.values())
    assert desk.sequence > 5 * LIVES
    return LIVES / elapsed


def _run(desk: Desk, inputs: list[Input]) -> None:
    done = 0
    for message in inputs:
        carry_out(desk, message, _unheard)
        if type(message) is reports.ExecutionReported:
            done += 1
            if done > CLOSED_ORDERS_KEPT:
                desk.detach(ids.OrderId(f"01J{done - CLOSED_ORDERS_KEPT - 1:023d}"))


def _run_with_rows(desk: Desk, inputs: list[Input]) -> None:
    projector = Projector(epoch=1)

    def record(event: Event) -> None:
        if is_journaled(event):
            projector.record(desk, event)

    for number, message in enumerate(inputs, start=1):
        carry_out(desk, message, record)
        if number % BATCH_SIZE == 0:
            projector.take(desk)


def _bytes_per_open_order() -> float:
    desk = _desk()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(OPEN_ORDERS):
        for message in (_order(number), _accepted(number)):
            carry_out(desk, message, _unheard)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(desk.orders) == OPEN_ORDERS
    return (after - before) / OPEN_ORDERS


def _price_microseconds(*, held: int) -> float:
    """Of processor time, for a price that sets nothing off, beside so many orders that wait for one."""
    desk = _desk(Exchange.OKX)
    for number in range(held):
        trigger = Decimal(50_100 + number)
        stop = msgspec.structs.replace(
            _order(number),
            side=Side.BUY,
            order_type=OrderType.STOP_LIMIT,
            time_in_force=TimeInForce.FOK,  # OKX sets no such order off.
            trigger_price=trigger,
            price=trigger,
        )
        carry_out(desk, stop, _unheard)
    assert sum(order.is_held for order in desk.orders.values()) == held
    prices: list[Input] = [_price(Exchange.OKX, f"{50_000 + number % 50}.00") for number in range(PRICES)]
    started = time.process_time()
    for price in prices:
        carry_out(desk, price, _unheard)
    return (time.process_time() - started) / PRICES * 1e6


if __name__ == "__main__":
    measure()
