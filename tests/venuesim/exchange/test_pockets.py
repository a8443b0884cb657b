"""Several holdings of one contract, kept apart: OKX's cross and isolated positions."""

from decimal import Decimal

import pytest

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import MarginMode, OrderType, Side
from venuesim.okx.listing_linear import INSTRUMENTS_LINEAR

D = Decimal
SWAP = next(instrument for instrument in INSTRUMENTS_LINEAR if instrument.base == "BTC")


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange(name="test", instruments=[SWAP], clock=ManualClock(), seed=1, leverage=3)
    exchange.markets[SWAP.symbol].frozen = True
    exchange.move_market(SWAP.symbol, D(50_000))
    return exchange


@pytest.fixture
def account(exchange: Exchange) -> Account:
    account = exchange.add_account(api_key="key", secret="secret", balances={"USDT": D(100_000)})
    account.holding(SWAP, "isolated").margin_mode = MarginMode.ISOLATED
    return account


def place(exchange: Exchange, account: Account, side: Side, quantity: str, pocket: str, price: str = "0") -> Order:
    request = OrderRequest(
        instrument=SWAP,
        side=side,
        order_type=OrderType.LIMIT if D(price) else OrderType.MARKET,
        client_order_id="",
        quantity=D(quantity),
        price=D(price),
        pocket=pocket,
    )
    return exchange.place(account, request)


def test_positions_in_two_pockets_do_not_offset_each_other(exchange: Exchange, account: Account) -> None:
    place(exchange, account, Side.BUY, "0.1", "cross")
    place(exchange, account, Side.SELL, "0.03", "isolated")
    positions = {holding.pocket: holding.open_positions()[0] for holding in account.holdings_of(SWAP.symbol)}
    assert {pocket: position.quantity for pocket, position in positions.items()} == {
        "cross": D("0.1"),
        "isolated": D("-0.03"),
    }
    assert (positions["cross"].isolated_margin, positions["isolated"].isolated_margin > 0) == (D(0), True)


def test_a_pocket_has_a_leverage_of_its_own(exchange: Exchange, account: Account) -> None:
    assert exchange.clearing.set_leverage(account, SWAP, D(10), "cross")
    assert [account.holding(SWAP, pocket).leverage for pocket in ("cross", "isolated")] == [D(10), D(3)]


def test_funding_is_paid_by_the_positions_of_every_pocket(exchange: Exchange, account: Account) -> None:
    place(exchange, account, Side.BUY, "0.1", "cross")
    place(exchange, account, Side.BUY, "0.1", "isolated")
    exchange.clearing.fund(exchange.markets[SWAP.symbol])
    assert all(holding.open_positions()[0].funding < 0 for holding in account.holdings_of(SWAP.symbol))


def test_a_contracts_order_cannot_be_amended_beyond_its_margin(exchange: Exchange, account: Account) -> None:
    order = place(exchange, account, Side.BUY, "1", "cross", price="49000")
    with pytest.raises(OrderRefused):
        exchange.amend(order, quantity=D(100))
    assert order.quantity == 1
    exchange.amend(order, quantity=D(2))
    assert order.locked_amount == 98_000
