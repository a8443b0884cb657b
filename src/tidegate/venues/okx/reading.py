"""What OKX's answers and its orders channel say of orders and executions, as reports."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, TradeId, order_of
from tidegate.core.instruments import Instrument
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
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
from tidegate.venues.okx.links import Links
from tidegate.venues.okx.terms import KINDS
from tidegate.venues.values import MalformedError, amount, amount_or_none, amount_or_zero, cost, instant, sentence, text
from tidegate.venues.venue import Seat

_STATES = {
    "live": VenueOrderStatus.OPEN,
    "partially_filled": VenueOrderStatus.OPEN,
    "filled": VenueOrderStatus.FILLED,
    "canceled": VenueOrderStatus.CANCELED,
    "mmp_canceled": VenueOrderStatus.CANCELED,
}
_CANCEL_SOURCES = {
    # Why OKX ended an order. Ends that other venues call by another word are called so here too.
    "1": (VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST),
    "9": (VenueOrderStatus.CANCELED, RejectReason.INSUFFICIENT_FUNDS),
    "13": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),  # Fill or kill.
    "14": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),  # Immediate or cancel.
    "15": (VenueOrderStatus.CANCELED, RejectReason.OUTSIDE_VENUE_RULES),  # Beyond the price limit.
    "17": (VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED),  # The position was closed at the market.
    "21": (VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED),  # A stop whose position is gone.
    "22": (VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED),  # Reduce-only, behind better prices.
    "23": (VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED),  # The same.
    "27": (VenueOrderStatus.CANCELED, RejectReason.OUTSIDE_VENUE_RULES),  # Beyond the price limit.
    "31": (VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),  # Post-only that would have taken.
}
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_POSITION_SIDES = {"long": PositionSide.LONG, "short": PositionSide.SHORT}
_FORCED = {
    "full_liquidation": ForcedTrade.LIQUIDATION,
    "partial_liquidation": ForcedTrade.LIQUIDATION,
    "adl": ForcedTrade.AUTO_DELEVERAGING,
    "delivery": ForcedTrade.SETTLEMENT,
}
"""An order's `category`, where OKX made it by itself."""
_FORCED_BILLS = {
    **dict.fromkeys(map(str, range(100, 108)), ForcedTrade.LIQUIDATION),
    **dict.fromkeys(("112", "113"), ForcedTrade.SETTLEMENT),
    **dict.fromkeys(map(str, range(125, 129)), ForcedTrade.AUTO_DELEVERAGING),
}
"""A fill's `subType`, which is its bill's: fills do not tell the category."""
_LIQUIDITY = {"T": Liquidity.TAKER, "M": Liquidity.MAKER}
_ORDER_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "post_only": OrderType.LIMIT,
    "fok": OrderType.LIMIT,
    "ioc": OrderType.LIMIT,
    "optimal_limit_ioc": OrderType.MARKET,
}


class Reader:
    """Reads one account's rows. Amounts of swaps are contracts there and base quantities here."""

    def __init__(self, seat: Seat, links: Links) -> None:
        self._seat = seat
        self._links = links

    def now(self) -> datetime:
        """The time of a report that is made now."""
        return self._seat.clock.now()

    def instrument(self, row: Any) -> Instrument:
        """The instrument that a row is about; raises `MalformedError` when it is none of the listing's."""
        symbols = self._seat.symbols
        return symbols.instrument(symbols.ours(text(row, "instId"), _kind_of(row)))

    def is_listed(self, row: Any) -> bool:
        """Whether a row is about an instrument that the desk knows: not a dated future or an inverse swap.

        One that does not say is for reading to refuse.
        """
        instrument_type, instrument_id = row.get("instType"), row.get("instId")
        if not instrument_type or not instrument_id:
            return True
        kind = KINDS.get(instrument_type)
        return kind is not None and self._seat.symbols.knows(str(instrument_id), kind)

    def order(self, row: Any) -> OrderReported:
        """An order as every call and the orders channel tell it."""
        status = _STATES.get(row.get("state"))
        if status is None:
            raise MalformedError(f"unknown order state {row.get('state')!r}")
        instrument, exchange_order_id = self.instrument(row), ExchangeOrderId(text(row, "ordId"))
        filled = amount_or_zero(row.get("accFillSz")) * instrument.contract_size
        status, reason, message = _end(row, status, filled)
        return OrderReported(
            at=self.now(),
            account_id=self._seat.account_id,
            symbol=instrument.symbol,
            status=status,
            filled_quantity=filled,
            exchange_order_id=exchange_order_id,
            exchange_client_order_id=self._ours(row, exchange_order_id),
            reason=reason,
            message=message,
            side=_SIDES.get(row.get("side")),
            order_type=_ORDER_TYPES.get(row.get("ordType")),
            quantity=_quantity(row, instrument),
            price=amount_or_zero(row.get("px")) or None,
            triggered=bool(row.get("algoId")),
            forced=_forced(row),
        )

    def pushed(self, row: Any) -> list[Report]:
        """The reports in one order of an orders frame: the execution, if it tells one, and then the order.

        What is complete is reported even when the rest is new to us: an unknown state does not lose an execution.
        """
        reports: list[Report] = []
        if row.get("tradeId") and amount_or_zero(row.get("fillSz")):
            reports.append(self._execution(row, _fee(row.get("fillFeeCcy"), row.get("fillFee"))))
        if row.get("state") in _STATES:
            reports.append(self.order(row))
        return reports

    def fill(self, row: Any) -> ExecutionReported:
        """An execution as trade/fills tells it."""
        return self._execution(row, _fee(row.get("feeCcy"), row.get("fee")))

    def _execution(self, row: Any, fees: tuple[Fee, ...]) -> ExecutionReported:
        side = _SIDES.get(row.get("side"))
        if side is None:
            raise MalformedError(f"unknown side {row.get('side')!r}")
        instrument, exchange_order_id = self.instrument(row), ExchangeOrderId(text(row, "ordId"))
        return ExecutionReported(
            at=self.now(),
            account_id=self._seat.account_id,
            symbol=instrument.symbol,
            side=side,
            trade_id=TradeId(text(row, "tradeId")),
            quantity=amount(row.get("fillSz")) * instrument.contract_size,
            price=amount(row.get("fillPx")),
            executed_at=instant(row.get("fillTime") or row.get("ts")),
            fees=fees,
            liquidity=_LIQUIDITY.get(row.get("execType"), Liquidity.UNKNOWN),
            exchange_order_id=exchange_order_id,
            exchange_client_order_id=self._ours(row, exchange_order_id),
            position_side=position_side(row),
            realized_pnl=_settled(row, instrument),
            forced=_forced(row),
        )

    def _ours(self, row: Any, exchange_order_id: ExchangeOrderId) -> ExchangeClientOrderId | None:
        """The client's id of a row: its own, or of the algo order that it came out of, which fills do not tell."""
        named = named_by(row)
        if named is None:
            return self._links.ours(exchange_order_id)
        if row.get("algoClOrdId"):
            self._links.learn(exchange_order_id, named)
        return named


def knows_state(row: Any) -> bool:
    """Whether an order's state is one that OKX documents."""
    return row.get("state") in _STATES


def named_by(row: Any) -> ExchangeClientOrderId | None:
    """The client's id in a row: ours wherever it stands, else the order's own."""
    algo_id, own_id = str(row.get("algoClOrdId") or ""), str(row.get("clOrdId") or "")
    found = algo_id if order_of(algo_id) is not None else own_id or algo_id
    return ExchangeClientOrderId(found) if found else None


def is_ours(row: Any) -> bool:
    """Whether a row bears an id that this product gives."""
    named = named_by(row)
    return named is not None and order_of(named) is not None


def position_side(row: Any) -> PositionSide:
    """Which position of long/short mode a row is about; the only one in net mode."""
    return _POSITION_SIDES.get(row.get("posSide"), PositionSide.NET)


def side_of(row: Any) -> Side | None:
    """A row's side, if it is one that we know."""
    return _SIDES.get(row.get("side"))


def _kind_of(row: Any) -> InstrumentKind:
    kind = KINDS.get(row.get("instType"))
    if kind is None:
        raise MalformedError(f"unknown instrument type {row.get('instType')!r}")
    return kind


def _end(row: Any, status: VenueOrderStatus, filled: Decimal) -> tuple[VenueOrderStatus, RejectReason | None, str]:
    """How and why an order ended, as far as it was canceled."""
    if status is not VenueOrderStatus.CANCELED:
        return status, None, ""
    source = str(row.get("cancelSource", ""))
    status, reason = _CANCEL_SOURCES.get(source, (status, RejectReason.CANCELED_AT_VENUE))
    if status is VenueOrderStatus.REJECTED and filled:
        status = VenueOrderStatus.CANCELED  # What has traded was not rejected.
    return status, reason, sentence(row.get("cancelSourceReason", ""))


def _quantity(row: Any, instrument: Instrument) -> Decimal | None:
    """The order's quantity in base; None where `sz` counts the quote asset, as a pair's market buy does by default."""
    if instrument.kind is InstrumentKind.SPOT and row.get("ordType") == "market":
        counts = row.get("tgtCcy") or ("quote_ccy" if row.get("side") == "buy" else "base_ccy")
        if counts == "quote_ccy":
            return None
    return (amount_or_zero(row.get("sz")) * instrument.contract_size) or None


def _forced(row: Any) -> ForcedTrade | None:
    """Why OKX made an order, or the order of a fill, by itself."""
    return _FORCED.get(row.get("category")) or _FORCED_BILLS.get(str(row.get("subType")))


def _settled(row: Any, instrument: Instrument) -> Decimal | None:
    """What a swap's trade was worth before fees; OKX writes a zero for pairs, which settle nothing."""
    return None if instrument.kind is InstrumentKind.SPOT else amount_or_none(row.get("fillPnl"))


def _fee(asset: Any, signed: Any) -> tuple[Fee, ...]:
    # OKX writes what it charges with a minus and a rebate without; ours is a cost.
    return cost(str(asset), -amount_or_zero(signed)) if asset else ()
