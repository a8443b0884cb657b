"""What a contract has of its own: its position mode, what closing costs, and the totals of the present position."""

from decimal import Decimal

import msgspec
import pytest

from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEventKind
from venuesim.exchange.margin import wallet_margin
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    FlowKind,
    OrderStatus,
    OrderType,
    PositionSide,
    PriceKind,
    Side,
)

D = Decimal
BTC, ETH = (next(entry for entry in INSTRUMENTS_LINEAR if entry.base == base) for base in ("BTC", "ETH"))
BTC = msgspec.structs.replace(BTC, closing_fee=D("0.001"))


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange(name="test", instruments=[BTC, ETH], clock=ManualClock(), seed=1, leverage=10)
    market = exchange.markets[BTC.symbol]
    market.frozen, market.ladder.levels, market.ladder.level_quantity = True, 3, D(1)
    market.ladder.half_spread = D(1)
    exchange.move_market(BTC.symbol, D(50_000))
    return exchange


@pytest.fixture
def account(exchange: Exchange) -> Account:
    return exchange.add_account(api_key="key", secret="secret", balances={"USDT": D(100_000)})


def place(exchange: Exchange, account: Account, side: Side, quantity: str, **more: object) -> Order:
    request = OrderRequest(
        instrument=BTC, side=side, order_type=OrderType.MARKET, client_order_id="", quantity=D(quantity)
    )
    return exchange.place(account, msgspec.structs.replace(request, **more))


def test_a_market_order_with_a_price_trades_no_further(exchange: Exchange, account: Account) -> None:
    order = place(exchange, account, Side.BUY, "2.5", price=D(50_001))
    assert (order.filled_quantity, order.end_reason) == (D(1), EndReason.NO_LIQUIDITY)


def test_one_contract_can_be_hedged_while_the_others_are_not(exchange: Exchange, account: Account) -> None:
    account.holding(BTC).is_hedged = True
    assert (account.hedges(BTC), account.hedges(ETH)) == (True, False)
    with pytest.raises(OrderRefused):
        place(exchange, account, Side.BUY, "0.1")
    place(exchange, account, Side.BUY, "0.1", position_side=PositionSide.LONG)
    account.is_hedged = True
    assert account.hedges(ETH)


def test_margins_add_what_closing_costs_at_the_bankruptcy_price(exchange: Exchange, account: Account) -> None:
    place(exchange, account, Side.BUY, "1")
    margin = wallet_margin(account, "USDT", exchange.markets)
    closing = D("50001") * D("0.9") * D("0.001")
    assert margin.position_margin == D(5_000) + closing
    assert margin.maintenance_margin == D(50_000) * D("0.0033") + closing


def test_a_position_keeps_its_totals_until_the_next_one_opens(exchange: Exchange, account: Account) -> None:
    place(exchange, account, Side.BUY, "1")
    place(exchange, account, Side.SELL, "1")
    position = account.holding(BTC).position(PositionSide.NET)
    assert (position.quantity, position.realized_pnl, position.fees) == (D(0), D(-2), D("55.00000"))
    place(exchange, account, Side.BUY, "0.1")
    assert (position.realized_pnl, position.fees) == (D(0), D("2.75033"))


def test_a_funding_movement_tells_position_price_and_rate(exchange: Exchange, account: Account) -> None:
    place(exchange, account, Side.SELL, "1")
    exchange.clearing.fund(exchange.markets[BTC.symbol])
    flow = next(iter(exchange.flows.newest_first(account)))
    assert (flow.kind, flow.quantity, flow.price, flow.rate) == (FlowKind.FUNDING, D(-1), D(50_000), D("0.0001"))
    assert flow.amount == D(5)


def test_a_market_order_with_a_price_needs_the_margin_of_its_whole_size(exchange: Exchange, account: Account) -> None:
    with pytest.raises(OrderRefused):
        place(exchange, account, Side.BUY, "21", price=D(50_100))


def test_a_venue_can_be_told_that_a_conditional_order_begins_to_work() -> None:
    exchange = Exchange(name="test", instruments=[BTC], clock=ManualClock(), seed=1, tells_awakening=True)
    exchange.markets[BTC.symbol].frozen = True
    exchange.move_market(BTC.symbol, D(50_000))
    account = exchange.add_account(api_key="key", secret="secret", balances={"USDT": D(100_000)})
    told: list[tuple[OrderEventKind, OrderStatus]] = []
    exchange.listeners.orders.append(lambda event: told.append((event.kind, event.order.status)))
    trigger = Trigger(price_kind=PriceKind.LAST, direction=Direction.RISING, price=D(50_500))
    limit = {"order_type": OrderType.LIMIT, "price": D(49_000), "locks_while_waiting": False}
    place(exchange, account, Side.BUY, "0.1", trigger=trigger, **limit)
    exchange.move_market(BTC.symbol, D(50_600))
    assert told == [
        (OrderEventKind.NEW, OrderStatus.WAITING),
        (OrderEventKind.TRIGGERED, OrderStatus.WAITING),
        (OrderEventKind.NEW, OrderStatus.NEW),
    ]
