"""What Bybit's rows of orders and executions say, as reports: those of the calls and those of the private topics."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.messages.values import Fee
from tidegate.core.vocabulary import (
    ForcedTrade,
    InstrumentKind,
    Liquidity,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)
from tidegate.venues.bybit.endings import UNTRIGGERED, is_by_quote, is_conditional, standing_of
from tidegate.venues.bybit.words import FALLS, RISES, SIDES, conditional_type, side_of
from tidegate.venues.values import MalformedError, amount, amount_or_none, amount_or_zero, cost, instant, text
from tidegate.venues.venue import Seat

TRADES = frozenset(
    # What moves a position: trades of ours, and what the venue itself trades, settles or moves.
    {"Trade", "AdlTrade", "BustTrade", "Delivery", "Settle", "BlockTrade", "MovePosition", "FutureSpread"}
)
_FORCED = {
    "BustTrade": ForcedTrade.LIQUIDATION,
    "AdlTrade": ForcedTrade.AUTO_DELEVERAGING,
    "Delivery": ForcedTrade.SETTLEMENT,
    "Settle": ForcedTrade.SETTLEMENT,
}
"""By `execType`: what takes a position over, deleverages it, or closes it with its contract."""
_FORCED_ORDERS = {
    "CreateByLiq": ForcedTrade.LIQUIDATION,
    "CreateByTakeOver_PassThrough": ForcedTrade.LIQUIDATION,
    "CreateByAdl_PassThrough": ForcedTrade.AUTO_DELEVERAGING,
    "CreateBySettle": ForcedTrade.SETTLEMENT,
    "CreateByAdminClosing": ForcedTrade.SETTLEMENT,
}
"""By `createType`: a liquidation step by step trades in the book, as everybody does."""
NO_TRADES = frozenset({"Funding", "SessionSettlePnL"})
"""What moves cash only: the transaction log tells it."""
_ENDED_UNTRADED = frozenset({"Cancelled", "Rejected"})
_NEVER_WORKED = frozenset({None, "", "EC_NoError", "EC_PerCancelRequest"})


class Reader:
    """Reads rows. `hedges` says whether a symbol of ours is held in two positions, one for each side."""

    def __init__(self, seat: Seat, hedges: Callable[[str], bool]) -> None:
        self._seat = seat
        self._hedges = hedges

    def order(self, row: Any, kind: InstrumentKind) -> OrderReported:
        """An order as every call and the order topic tell it."""
        instrument = self._instrument(row, kind)
        standing = standing_of(row, instrument)
        side, trigger_price = SIDES.get(row.get("side")), _figure(row, "triggerPrice")
        by_quote = is_by_quote(row, kind)
        return OrderReported(
            at=self._seat.clock.now(),
            account_id=self._seat.account_id,
            symbol=instrument.symbol,
            status=standing.status,
            filled_quantity=amount_or_zero(row.get("cumExecQty")),
            exchange_order_id=ExchangeOrderId(text(row, "orderId")),
            exchange_client_order_id=_client_order_id(row),
            reason=standing.reason,
            message=standing.message,
            side=side,
            order_type=_order_type(row, side, trigger_price),
            quantity=None if by_quote else _figure(row, "qty"),
            price=_figure(row, "price") if row.get("orderType") == "Limit" else None,
            trigger_price=trigger_price,
            triggered=_is_triggered(row, standing.status, standing.reason),
            forced=_FORCED_ORDERS.get(str(row.get("createType"))),
        )

    def execution(self, row: Any, kind: InstrumentKind) -> ExecutionReported | None:
        """An execution as execution/list and the execution topic tell it; None for what is no trade (funding, ...)."""
        what = row.get("execType")
        if what in NO_TRADES:
            return None
        if what not in TRADES:
            raise MalformedError(f"unknown execution type {what!r}")
        instrument, side = self._instrument(row, kind), side_of(row.get("side"))
        forced = _FORCED.get(str(what)) or _FORCED_ORDERS.get(str(row.get("createType")))
        is_maker = row.get("isMaker")
        liquidity = Liquidity.MAKER if is_maker else Liquidity.TAKER
        return ExecutionReported(
            at=self._seat.clock.now(),
            account_id=self._seat.account_id,
            symbol=instrument.symbol,
            side=side,
            trade_id=TradeId(text(row, "execId")),
            quantity=amount(row.get("execQty")),
            price=amount(row.get("execPrice")),
            executed_at=instant(row.get("execTime")),
            fees=_fee(row, instrument, side),
            liquidity=liquidity if isinstance(is_maker, bool) else Liquidity.UNKNOWN,
            exchange_order_id=ExchangeOrderId(text(row, "orderId")),
            exchange_client_order_id=_client_order_id(row),
            position_side=self._position_side(row, instrument.symbol, side, forced),
            realized_pnl=_settled(row, instrument),
            forced=forced,
        )

    def _instrument(self, row: Any, kind: InstrumentKind) -> Instrument:
        return self._seat.symbols.instrument(self._seat.symbols.ours(text(row, "symbol"), kind))

    def _position_side(self, row: Any, symbol: str, side: Side, forced: ForcedTrade | None) -> PositionSide:
        """Executions do not name the position of hedge mode, but what closes one goes against it."""
        if not self._hedges(symbol):
            return PositionSide.NET
        closes = forced is not None or bool(amount_or_zero(row.get("closedSize")))
        return PositionSide.LONG if (side is Side.BUY) is not closes else PositionSide.SHORT


def _order_type(row: Any, side: Side | None, trigger_price: Decimal | None) -> OrderType | None:
    """The order's type; None for one that the row does not tell apart (a spot trigger names no direction)."""
    is_market = row.get("orderType") == "Market"
    if not is_conditional(row):
        return OrderType.MARKET if is_market else OrderType.LIMIT
    if row.get("stopOrderType") == "TrailingStop":
        return OrderType.TRAILING_STOP
    rises = _rises(row, trigger_price)
    if rises is None or side is None:
        return None
    return conditional_type(side, rises=rises, is_market=is_market)


def _rises(row: Any, trigger_price: Decimal | None) -> bool | None:
    """Whether a rise of the price sets an order off: as Bybit says, or as it follows from the price at its creation."""
    direction, price_then = row.get("triggerDirection"), _figure(row, "lastPriceOnCreated")
    if direction in (RISES, FALLS):
        return bool(direction == RISES)
    if trigger_price is None or price_then is None:
        return None
    return trigger_price > price_then


def _is_triggered(row: Any, status: VenueOrderStatus, reason: RejectReason | None) -> bool:
    """Whether a conditional order was set off. What was canceled may have been canceled before or after."""
    if not is_conditional(row) or row.get("orderStatus") in UNTRIGGERED:
        return False
    if row.get("orderStatus") not in _ENDED_UNTRADED or amount_or_zero(row.get("cumExecQty")):
        return True
    is_immediate = status is VenueOrderStatus.EXPIRED or reason is RejectReason.IMMEDIATE_MATCH_REFUSED
    return is_immediate and row.get("rejectReason") not in _NEVER_WORKED


def _figure(row: Any, key: str) -> Decimal | None:
    """An amount, or None where Bybit says nothing or zero, which it takes for "none"."""
    return amount_or_zero(row.get(key)) or None


def _client_order_id(row: Any) -> ExchangeClientOrderId | None:
    value = row.get("orderLinkId")
    return ExchangeClientOrderId(value) if value else None


def _settled(row: Any, instrument: Instrument) -> Decimal | None:
    """What a contract's trade was worth before fees: the execution topic tells it, for lists the log."""
    return None if instrument.kind is InstrumentKind.SPOT else amount_or_none(row.get("execPnl"))


def _fee(row: Any, instrument: Instrument, side: Side) -> tuple[Fee, ...]:
    """Bybit takes a spot fee in what was received and a contract's in what it settles in, unless it names an asset.

    A fee is a cost, and a rebate negative already.
    """
    received = instrument.settle or (instrument.base if side is Side.BUY else instrument.quote)
    return cost(str(row.get("feeCurrency") or received), amount_or_zero(row.get("execFee")))
