"""Trades, booked and taken back."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    ExchangeOrderId,
    ExecutionId,
    OrderId,
    TradeId,
    UserId,
)
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    Exchange,
    InstrumentKind,
    Liquidity,
    PositionSide,
    Side,
    Wallet,
)


class ExecutionBooked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """One trade, applied to order and holdings together.

    `rate` converts the quote asset, `fee_rates` each fee's asset, into the reporting currency as priced at that
    moment (None: no price was known). `realized_pnl` is in quote, before fees. `late`: after the order's end.
    `overfill` is the part beyond the order's quantity. `stray`: of an attempt that was given up before.
    """

    at: datetime
    execution_id: ExecutionId
    order_id: OrderId
    user_id: UserId
    account_id: AccountId
    exchange: Exchange
    symbol: str
    base: str
    quote: str
    side: Side
    trade_id: TradeId
    quantity: Decimal
    price: Decimal
    fees: tuple[Fee, ...]
    liquidity: Liquidity
    executed_at: datetime
    exchange_order_id: ExchangeOrderId | None
    rate: Decimal | None
    fee_rates: tuple[Decimal | None, ...]
    realized_pnl: Decimal
    late: bool
    overfill: Decimal
    stray: bool = False
    kind: InstrumentKind = InstrumentKind.SPOT
    position_side: PositionSide = PositionSide.NET
    wallet: Wallet = Wallet.MAIN


class ExecutionReversed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A booked trade was busted: order, position, holdings and ledger go back together. `booked` is what it was.

    `realized_pnl` is the order's restated profit or loss.
    """

    at: datetime
    order_id: OrderId
    execution_id: ExecutionId
    booked: ExecutionBooked
    realized_pnl: Decimal
    message: str
