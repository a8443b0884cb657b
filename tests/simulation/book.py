"""One account at one venue, as the venue keeps it: orders, trades, balances, positions."""

from datetime import datetime
from decimal import Decimal

import msgspec

from simulation.rules import AT_MARKET, LINEAR, STEP, STOPS
from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import CashFlowKind, OffsetUnit, OrderType, Side, TimeInForce, VenueOrderStatus, Wallet

ZERO = Decimal(0)


class Trade(msgspec.Struct):
    """What the venue executed. `realized_pnl` is what it settled for a derivative, which it rounds."""

    trade_id: TradeId
    order: "VenueOrder"
    quantity: Decimal
    price: Decimal
    fee: Fee
    at: datetime
    realized_pnl: Decimal | None = None


class VenueOrder(msgspec.Struct, kw_only=True, eq=False):
    """An order as the venue has it. `past` are its earlier states, which a replica that lags still shows."""

    client_order_id: ExchangeClientOrderId
    exchange_order_id: ExchangeOrderId
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal | None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_unit: OffsetUnit = OffsetUnit.PRICE
    extreme: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    is_ours: bool = True
    waiting: bool = False  # A conditional order that has not been set off.
    triggered: bool = False
    conditional_id: ExchangeOrderId | None = None  # What it was called before it was set off.
    status: VenueOrderStatus = VenueOrderStatus.OPEN
    rejected: bool = False
    trades: list[Trade] = []
    accepted_at: datetime
    ended_at: datetime | None = None
    past: list[tuple[datetime, VenueOrderStatus, Decimal]] = []

    @property
    def is_open(self) -> bool:
        return self.status is VenueOrderStatus.OPEN

    @property
    def filled(self) -> Decimal:
        return sum((trade.quantity for trade in self.trades), ZERO)

    @property
    def spent(self) -> Decimal:
        return sum((trade.quantity * trade.price for trade in self.trades), ZERO)

    def left(self, price: Decimal) -> Decimal:
        """What may still be filled, in base."""
        if self.quantity is not None:
            return self.quantity - self.filled
        assert self.quote_quantity is not None
        return (self.quote_quantity - self.spent) / price // STEP * STEP

    @property
    def at_market(self) -> bool:
        return self.order_type in AT_MARKET

    @property
    def is_stop(self) -> bool:
        return self.order_type in STOPS


class Flow(msgspec.Struct, frozen=True):
    """A balance that moved without a trade."""

    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    wallet: Wallet
    symbol: str | None
    at: datetime


class VenueBooks:
    """Balances and the one-way position of an account."""

    def __init__(self, balances: dict[tuple[str, Wallet], Decimal]) -> None:
        self.balances = dict(balances)
        self.position = ZERO
        self.average_price = ZERO
        self.flows: list[Flow] = []

    def move(self, asset: str, wallet: Wallet, amount: Decimal) -> None:
        """Change a balance."""
        self.balances[asset, wallet] = self.balances.get((asset, wallet), ZERO) + amount

    def book(self, trade: Trade, wallet: Wallet) -> None:
        """A trade moves two assets, or the position and what it realizes; and its fee."""
        order, value = trade.order, trade.quantity * trade.price
        sign = 1 if order.side is Side.BUY else -1
        if order.symbol == LINEAR:
            trade.realized_pnl = self._trade_position(sign * trade.quantity, trade.price).quantize(Decimal("1e-8"))
            self.move("USDT", wallet, trade.realized_pnl)
        else:
            self.move("BTC", wallet, sign * trade.quantity)
            self.move("USDT", wallet, -sign * value)
        self.move(trade.fee.asset, wallet, -trade.fee.amount)

    def _trade_position(self, change: Decimal, price: Decimal) -> Decimal:
        """Move the position; returns what that realizes."""
        before, after = self.position, self.position + change
        realized = ZERO
        if before and (before > 0) != (change > 0):
            closed = min(abs(change), abs(before))
            realized = closed * (price - self.average_price) * (1 if before > 0 else -1)
        self.position = after
        if not before or (before > 0) != (after > 0):
            self.average_price = price if after else ZERO
        elif (before > 0) == (change > 0):
            whole = (before * self.average_price + change * price) / after
            self.average_price = whole.quantize(Decimal("1e-12"))
        return realized
