"""Whatever accounts do, the books of the simulated Bybit agree with each other afterwards."""

import random
from decimal import Decimal

import pytest

from venuesim.bybit.errors import BybitError
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.listing import INSTRUMENTS, Instruments
from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim.bybit.operations import Request
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.stop_orders import FULL
from venuesim.bybit.trade_operations import TradeOperations
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.wire.windows import RateWindows

STEPS = 500
PAIR, CONTRACT = "BTC/USDT", "BTC/USDT:USDT"
SHOWN = (
    ("order/realtime", {"category": "linear", "symbol": "BTCUSDT", "openOnly": "1"}),
    ("order/realtime", {"category": "spot", "openOnly": "1"}),
    ("order/history", {"category": "linear"}),
    ("execution/list", {"category": "linear"}),
    ("position/list", {"category": "linear", "symbol": "BTCUSDT"}),
    ("position/closed-pnl", {"category": "linear"}),
)


class Desk:
    """Two accounts that trade one pair and one contract at random."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = ManualClock()
        instruments = [entry for entry in (*INSTRUMENTS, *INSTRUMENTS_LINEAR) if entry.symbol in {PAIR, CONTRACT}]
        self.exchange = Exchange(
            name="bybit", instruments=instruments, clock=self.clock, seed=seed, leverage=10, tells_awakening=True
        )
        self.trading = TradeOperations(
            exchange=self.exchange,
            instruments=Instruments(self.exchange),
            limits=BybitLimits(RateWindows()),
        )
        self.trading.look_after_positions()
        rich = {"USDT": Decimal(200_000), "BTC": Decimal(5)}
        poor = {"USDT": Decimal(3_000), "BTC": Decimal(1)}
        self.accounts = [
            self.exchange.add_account(api_key=name, secret="s", balances=balances)
            for name, balances in (("rich", rich), ("poor", poor))
        ]
        for market in self.exchange.markets.values():
            market.frozen = True
            self.exchange.move_market(market.instrument.symbol, Decimal(65_000))

    def run(self, path: str, body: dict[str, object], account: Account) -> None:
        """Ask for something that may well be refused."""
        method = "GET" if (path, body) in SHOWN else "POST"
        request = Request(parameters=Parameters(body), now_ms=self.clock.now_ms(), as_of_ms=None, signer=account)
        try:
            self.trading.rest[method, f"/v5/{path}"].run(request)
        except BybitError:
            assert method == "POST"

    def price(self, symbol: str, low: float, high: float) -> str:
        mid = self.exchange.markets[symbol].mid
        return str((mid * Decimal(str(self.dice.uniform(low, high)))).quantize(Decimal("0.1")))

    def step(self) -> None:
        account = self.dice.choice(self.accounts)
        symbol = self.dice.choice([PAIR, CONTRACT, CONTRACT])
        what = self.dice.random()
        named = {"category": "spot" if symbol == PAIR else "linear", "symbol": "BTCUSDT"}
        orders = list(account.open_orders.values())
        order_id = str(self.dice.choice(orders).order_id) if orders else "1"
        if what < 0.55:
            self.run("order/create", {**named, **self.order(symbol, account)}, account)
        elif what < 0.65:
            name = self.dice.choice(["qty", "price", "triggerPrice", "stopLoss"])
            value = "0.02" if name == "qty" else self.price(symbol, 0.98, 1.02)
            self.run("order/amend", {**named, "orderId": order_id, name: value}, account)
        elif what < 0.72:
            self.run("order/cancel", {**named, "orderId": order_id}, account)
        elif what < 0.82:
            self.run("position/trading-stop", self.stops(account), account)
        elif what < 0.84:
            self.run("position/switch-mode", {**named, "mode": self.dice.choice([0, 3])}, account)
        elif what < 0.86:
            mode = self.dice.choice(["ISOLATED_MARGIN", "REGULAR_MARGIN"])
            self.run("account/set-margin-mode", {"setMarginMode": mode}, account)
        else:
            self.exchange.move_market(symbol, Decimal(self.dice.choice([55_000, 64_000, 65_000, 66_000, 75_000])))

    def index(self, account: Account) -> int:
        hedged = account.hedges(self.exchange.markets[CONTRACT].instrument)
        return self.dice.choice([1, 2]) if hedged else 0

    def order(self, symbol: str, account: Account) -> dict[str, object]:
        side = self.dice.choice(["Buy", "Sell"])
        up, down = self.price(symbol, 1, 1.03), self.price(symbol, 0.97, 1)
        order: dict[str, object] = {
            "side": side,
            "orderType": self.dice.choice(["Limit", "Market"]),
            "qty": self.dice.choice(["0.001", "0.02", "0.1", "0.5"]),
            "price": self.price(symbol, 0.99, 1.01),
            "marketUnit": "baseCoin",
            "timeInForce": self.dice.choice(["GTC", "IOC", "FOK", "PostOnly"]),
            "positionIdx": self.index(account),
            "tpslMode": self.dice.choice(["Full", "Partial"]),
            "smpType": self.dice.choice(["None", "CancelMaker", "CancelBoth"]),
        }
        if self.dice.random() < 0.4:
            order |= {"takeProfit": up if side == "Buy" else down, "stopLoss": down if side == "Buy" else up}
        if self.dice.random() < 0.2:
            order |= {"triggerPrice": self.dice.choice([up, down]), "triggerDirection": self.dice.choice([1, 2])}
        elif self.dice.random() < 0.2:
            order["reduceOnly"] = True
        return order

    def stops(self, account: Account) -> dict[str, object]:
        kind = self.dice.choice(["takeProfit", "stopLoss", "trailingStop"])
        value = "200" if kind == "trailingStop" else self.price(CONTRACT, 0.97, 1.03)
        sizes = {"tpslMode": self.dice.choice(["Full", "Partial"]), "tpSize": "0.01", "slSize": "0.01"}
        return {"category": "linear", "symbol": "BTCUSDT", "positionIdx": self.index(account), kind: value, **sizes}

    def check(self, account: Account) -> None:
        """Compare what is locked, counted and protected with the orders and positions that there are."""
        held: dict[str, Decimal] = dict.fromkeys(account.balances, ZERO)
        for order in account.open_orders.values():
            if not order.instrument.is_linear:
                held[order.locked_asset] += order.locked_amount
        assert held == {asset: balance.locked for asset, balance in account.balances.items()}
        waiting = {order.order_id for order in account.open_orders.values() if order.watch is not None}
        for position in account.holding(self.exchange.markets[CONTRACT].instrument).positions.values():
            full = [self.trading.protection.full(position, kind) for kind in FULL]
            pairs = [order for pair in self.trading.protection.pairs(position) for order in pair.orders]
            assert {order.order_id for order in (*full, *pairs) if order is not None} <= waiting
            assert {order.quantity for order in full if order is not None} <= {abs(position.quantity)}
            assert position.is_open or not any((*full, *pairs))


@pytest.mark.parametrize("seed", range(4))
def test_the_books_agree_whatever_is_traded(seed: int) -> None:
    desk = Desk(seed)
    for number in range(STEPS):
        desk.clock.advance(number % 3)
        desk.step()
        for account in desk.accounts:
            desk.check(account)
    for account in desk.accounts:
        for path, query in SHOWN:
            desk.run(path, query, account)
