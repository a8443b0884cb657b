"""Builds small exchanges for the tests of the core."""

from decimal import Decimal
from itertools import count

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side, TimeInForce
from venuesim_instruments import BTC_USDT

D = Decimal


class Bench:
    """One exchange with BTC/USDT at 100, a book that is empty but for what the test places, and a hand-set clock."""

    def __init__(self) -> None:
        self._numbers = count()
        self.clock = ManualClock()
        self.exchange = Exchange(name="test", instruments=[BTC_USDT], clock=self.clock, seed=1)
        self.market = self.exchange.markets["BTC/USDT"]
        self.market.ladder.levels = 0
        self.market.frozen = True
        self.exchange.move_market("BTC/USDT", D("100"))
        self.book = self.market.book

    def account(self, name: str, **balances: str) -> Account:
        return self.exchange.add_account(
            api_key=name, secret="secret", balances={asset: D(amount) for asset, amount in balances.items()}
        )

    def limit(
        self,
        account: Account,
        side: str,
        quantity: str,
        price: str,
        *,
        time_in_force: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
        post_only_cancels: bool = False,
        client_order_id: str | None = None,
    ) -> Order:
        request = OrderRequest(
            instrument=BTC_USDT,
            side=Side(side),
            order_type=OrderType.LIMIT,
            client_order_id=client_order_id or f"c{next(self._numbers)}",
            time_in_force=time_in_force,
            post_only=post_only,
            post_only_cancels=post_only_cancels,
            price=D(price),
            quantity=D(quantity),
        )
        return self.exchange.place(account, request)

    def market_order(self, account: Account, side: str, *, quantity: str = "0", quote_quantity: str = "0") -> Order:
        request = OrderRequest(
            instrument=BTC_USDT,
            side=Side(side),
            order_type=OrderType.MARKET,
            client_order_id=f"c{next(self._numbers)}",
            quantity=D(quantity),
            quote_quantity=D(quote_quantity),
        )
        return self.exchange.place(account, request)


def total(account: Account, asset: str) -> Decimal:
    balance = account.balances[asset]
    return balance.free + balance.locked
