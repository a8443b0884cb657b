"""Builds small exchanges of contracts for the tests of the core."""

from decimal import Decimal

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument, MarginTier
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import MarginMode, MarketKind, OrderType, Origin, PositionSide, Side

D = Decimal


def contract(base: str, *tiers: MarginTier, **changes: object) -> Instrument:
    """Return a perpetual against USDT whose maker pays 0.02 % and whose taker pays 0.05 %."""
    settings = {
        "symbol": f"{base}/USDT:USDT",
        "base": base,
        "quote": "USDT",
        "kind": MarketKind.LINEAR,
        "tick_size": D("0.01"),
        "lot_size": D("0.001"),
        "quantity_min": D("0.001"),
        "quantity_max": D(10_000),
        "market_quantity_max": D(10_000),
        "notional_min": D(5),
        "notional_max": D(10_000_000_000),
        "price_min": D("0.01"),
        "price_max": D(1_000_000),
        "price_multiplier_up": D(5),
        "price_multiplier_down": D("0.2"),
        "maker_fee": D("0.0002"),
        "taker_fee": D("0.0005"),
        "margin_tiers": tiers or (tier("10000000000", 100, "0.005"),),
        **changes,
    }
    return Instrument(**settings)  # type: ignore[arg-type]


def tier(notional_max: str, leverage_max: int, rate: str, amount: str = "0") -> MarginTier:
    return MarginTier(
        notional_max=D(notional_max), leverage_max=leverage_max, maintenance_rate=D(rate), maintenance_amount=D(amount)
    )


class Pit:
    """An exchange of contracts whose books hold only what the test places, and whose prices the test sets."""

    def __init__(self, *instruments: Instrument, leverage: int = 10) -> None:
        self.clock = ManualClock()
        self.instruments = instruments or (contract("BTC"),)
        self.exchange = Exchange(name="test", instruments=self.instruments, clock=self.clock, seed=1, leverage=leverage)
        for market in self.exchange.markets.values():
            market.ladder.levels = 0
            market.frozen = True
        self.other = self.account("other", "1000000000000")

    def account(self, name: str, usdt: str) -> Account:
        return self.exchange.add_account(api_key=name, secret="secret", balances={"USDT": D(usdt)})

    def market(self, base: str = "BTC") -> Market:
        return self.exchange.markets[f"{base}/USDT:USDT"]

    def mark(self, price: str, base: str = "BTC") -> None:
        """Set the mark price alone; what must be liquidated then is."""
        self.market(base).mark_price = D(price)
        self.exchange.clearing.liquidate_due(self.market(base))

    def trade(
        self,
        account: Account,
        side: Side,
        quantity: str,
        price: str,
        *,
        base: str = "BTC",
        position_side: PositionSide = PositionSide.NET,
    ) -> Order:
        """Let an account trade with somebody who quotes exactly that."""
        self.place(self.other, side.opposite, quantity, price, base=base)
        return self.place(account, side, quantity, price, base=base, position_side=position_side)

    def place(
        self,
        account: Account,
        side: Side,
        quantity: str,
        price: str,
        *,
        base: str = "BTC",
        position_side: PositionSide = PositionSide.NET,
        reduce_only: bool = False,
    ) -> Order:
        request = OrderRequest(
            instrument=self.market(base).instrument,
            side=side,
            order_type=OrderType.LIMIT,
            client_order_id="",
            price=D(price),
            quantity=D(quantity),
            position_side=position_side,
            reduce_only=reduce_only,
            origin=Origin.USER,
        )
        return self.exchange.place(account, request)

    def position(self, account: Account, base: str = "BTC", position_side: PositionSide = PositionSide.NET) -> Position:
        return account.holding(self.market(base).instrument).position(position_side)

    def isolate(self, account: Account, base: str = "BTC") -> None:
        self.exchange.clearing.set_margin_mode(account, self.market(base).instrument, MarginMode.ISOLATED)
