"""Orders that are accepted before their turn comes, and what the book shows of an iceberg."""

from decimal import Decimal

import pytest

from venuesim.binance.spot.listing import INSTRUMENTS
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import Direction, EndReason, OrderStatus, OrderType, PriceKind, Side

D = Decimal
SYMBOL = "BTC/USDT"


@pytest.fixture
def exchange() -> Exchange:
    instruments = [instrument for instrument in INSTRUMENTS if instrument.symbol == SYMBOL]
    exchange = Exchange(name="binance", instruments=instruments, clock=ManualClock(), seed=1)
    exchange.move_market(SYMBOL, D("65000"))
    return exchange


@pytest.fixture
def account(exchange: Exchange) -> Account:
    return exchange.add_account(api_key="k", secret="s", balances={"USDT": D("1000")})


def request(exchange: Exchange, **changes: object) -> OrderRequest:
    fields = {
        "instrument": exchange.markets[SYMBOL].instrument,
        "side": Side.BUY,
        "order_type": OrderType.LIMIT,
        "client_order_id": "later",
        "price": D("60000"),
        "quantity": D("0.01"),
    }
    return OrderRequest(**{**fields, **changes})


def test_an_order_held_back_has_an_id_and_holds_nothing_until_it_is_let_go(exchange, account) -> None:
    order = exchange.waking.hold_back(account, request(exchange))
    assert (order.status, account.balances["USDT"].locked) == (OrderStatus.WAITING, 0)
    assert exchange.find_order(account, order_id=order.order_id) is order
    with pytest.raises(OrderRefused):
        exchange.place(account, request(exchange))
    exchange.waking.let_go(order)
    assert (order.status, account.balances["USDT"].locked) == (OrderStatus.NEW, D("600"))
    assert order.rests


def test_what_cannot_be_paid_when_its_turn_comes_is_rejected(exchange, account) -> None:
    order = exchange.waking.hold_back(account, request(exchange, quantity=D("1")))
    exchange.waking.let_go(order)
    assert (order.status, order.end_reason) == (OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)


def test_a_stop_that_is_let_go_waits_for_its_price_or_is_rejected_if_that_is_past(exchange, account) -> None:
    def stop(price: str, name: str) -> OrderRequest:
        trigger = Trigger(price_kind=PriceKind.LAST, direction=Direction.RISING, price=D(price))
        return request(exchange, trigger=trigger, price=D("67000"), client_order_id=name)

    waiting = exchange.waking.hold_back(account, stop("66000", "a"))
    past = exchange.waking.hold_back(account, stop("64000", "b"))
    exchange.waking.let_go(waiting)
    exchange.waking.let_go(past)
    assert (past.status, past.end_reason) == (OrderStatus.REJECTED, EndReason.WOULD_TRIGGER)
    assert (waiting.status, account.balances["USDT"].locked) == (OrderStatus.WAITING, D("670"))
    exchange.move_market(SYMBOL, D("66500"))
    assert waiting.status is OrderStatus.FILLED


def test_a_stop_that_another_stop_of_the_same_moment_ends_does_not_fire(exchange, account) -> None:
    def stop(name: str) -> OrderRequest:
        trigger = Trigger(price_kind=PriceKind.LAST, direction=Direction.RISING, price=D("66000"))
        return request(exchange, trigger=trigger, price=D("70000"), client_order_id=name, quantity=D("0.001"))

    first, second = (exchange.place(account, stop(name)) for name in ("a", "b"))
    exchange.listeners.orders.append(
        lambda event: exchange.cancel(second) if event.order is first and second.is_open else None
    )
    exchange.move_market(SYMBOL, D("66500"))
    assert (first.status, second.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert len(exchange.markets[SYMBOL].triggers) == 0


def test_a_held_back_order_can_be_canceled(exchange, account) -> None:
    order = exchange.waking.hold_back(account, request(exchange))
    exchange.cancel(order)
    assert (order.status, account.open_orders) == (OrderStatus.CANCELED, {})


def test_the_book_shows_the_peak_of_an_iceberg_and_trades_the_whole(exchange, account) -> None:
    exchange.place(account, request(exchange, display_quantity=D("0.001"), price=D("64990")))
    book = exchange.markets[SYMBOL].book
    shown = dict(book.bids.levels(100))
    assert shown[D("64990")] % D("0.01") == D("0.001")
    exchange.move_market(SYMBOL, D("64000"))
    assert account.balances["BTC"].free == D("0.00999")
