"""Anything that moves what limits look at: orders, trades, busts, prices, and changes of working orders."""

from decimal import Decimal
from random import Random
from typing import Any

from support.any_change import any_change
from support.desk_driver import ACCOUNT
from support.limited_desk import CROSS, LimitedDesk
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.engine import Input
from tidegate.core.messages import reports
from tidegate.core.messages.values import Fee, Protection
from tidegate.core.vocabulary import Exchange, OrderType, Side


def any_input(desk: LimitedDesk, random: Random) -> Input:
    """One of them, about what the desk has."""
    match random.randrange(8):
        case 0 | 1:
            return any_order(desk, random)
        case 2 | 3 if desk.orders:
            return any_trade(desk, random)
        case 4 if desk.rows.booked:
            booked = random.choice([*desk.rows.booked.values()])
            return reports.ExecutionBusted(
                at=desk.now, account_id=ACCOUNT, symbol=booked.symbol, side=booked.side, trade_id=booked.trade_id
            )
        case 5:
            return any_price(desk, random)
        case _ if desk.orders:
            return any_change(desk, random)
        case _:
            return any_order(desk, random)


def any_order(desk: LimitedDesk, random: Random) -> Input:
    side, symbol = random.choice(list(Side)), random.choice(["BTC/USDT", PERPETUAL, CROSS])
    options: dict[str, Any] = {"symbol": symbol}
    if symbol == CROSS:
        return desk.spot(side, random.choice(["1", "2"]), random.choice([None, "0.049", "0.05"]), **options)
    if random.random() < 0.3:
        options["stop_loss"] = Protection(trigger_price=Decimal(45_000 if side is Side.BUY else 55_000))
    elif symbol == PERPETUAL and random.random() < 0.3:
        options["reduce_only"] = True
    elif random.random() < 0.2:
        trigger = Decimal(51_500 if side is Side.BUY else 48_500)
        return desk.order_command(
            side=side, order_type=OrderType.STOP_LOSS, price=None, trigger_price=trigger, **options
        )
    price = random.choice([None, "49000", "50000", "51000"])
    return desk.spot(side, random.choice(["0.1", "0.5", "1"]), price, **options)


def any_trade(desk: LimitedDesk, random: Random) -> Input:
    order = random.choice([*desk.orders.values()])
    attempt = max(order.attempt, 1)
    return reports.ExecutionReported(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=order.symbol,
        side=order.side,
        trade_id=ids.TradeId(f"{order.order_id}-{random.randrange(4)}"),
        quantity=Decimal(random.choice(["0.1", "0.5", "1"])),
        price=Decimal(random.choice(["49000", "50000.5", "51000"])),
        executed_at=desk.now,
        fees=(Fee(random.choice(["BNB", "BTC", "USDT"]), Decimal(random.choice(["0.001", "-0.001"]))),),
        exchange_order_id=ids.ExchangeOrderId(f"venue-{order.order_id}-{attempt}"),
        exchange_client_order_id=ids.exchange_client_order_id(order.order_id, attempt),
    )


def any_price(desk: LimitedDesk, random: Random) -> Input:
    return reports.PriceReported(
        at=desk.now,
        exchange=Exchange.BINANCE,
        symbol=random.choice(["BTC/USDT", PERPETUAL, "BNB/USDT", "BNB/BTC", "ETH/USDT"]),
        last=Decimal(random.choice(["47000", "49000.5", "50000", "52000"])),
    )
