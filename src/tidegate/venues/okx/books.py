"""What an account holds at OKX: balances, positions, and what came and went without a trade."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.money import ZERO, ratio
from tidegate.core.vocabulary import CashFlowKind, MarginMode, PositionSide
from tidegate.venues.okx import wire
from tidegate.venues.okx.pages import all_rows
from tidegate.venues.okx.reading import Reader, position_side
from tidegate.venues.values import amount, amount_or_zero, instant, milliseconds, rows, text
from tidegate.venues.venue import Seat

BILLS_KEPT = timedelta(days=7) - timedelta(hours=1)  # account/bills goes back seven days; an hour is our margin.
_TRADE_TYPES = frozenset({"2", "3", "9", "13", "14", "24", "30"})
"""Bills of trades, deliveries, deleveraging and the like: executions tell those."""
_KINDS = {"1": CashFlowKind.TRANSFER, "8": CashFlowKind.FUNDING}
_LIQUIDATION, _LIQUIDATION_FEE = "5", "109"


class Books:
    """Asks for one account."""

    def __init__(self, seat: Seat, reader: Reader) -> None:
        self._seat = seat
        self._reader = reader

    async def balances(self) -> tuple[VenueBalance, ...]:
        """All balances of the trading account that are not zero."""
        accounts = rows((await self._seat.client.call(wire.BALANCE)).get("data"))
        details = rows(accounts[0].get("details")) if accounts else []
        return tuple(each for each in map(balance, details) if each.free or each.locked)

    async def positions(self) -> tuple[VenuePosition, ...]:
        """All open positions in listed swaps; those of both margin modes in one contract are one for the desk."""
        listed = rows((await self._seat.client.call(wire.POSITIONS, {"instType": "SWAP"})).get("data"))
        merged: dict[tuple[str, PositionSide], VenuePosition] = {}
        for row in listed:
            if not self._reader.is_listed(row) or not amount_or_zero(row.get("pos")):
                continue
            one = self._position(row)
            key = one.symbol, one.position_side
            merged[key] = _together(merged[key], one) if key in merged else one
        return tuple(merged.values())

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        """What moved a balance without a trade, oldest first."""
        is_old = since < self._reader.now() - BILLS_KEPT
        endpoint = wire.BILLS_ARCHIVE if is_old else wire.BILLS
        found = await all_rows(self._seat.client, endpoint, {"begin": str(milliseconds(since))}, "billId")
        return [flow for row in found[::-1] if (flow := self._flow(row)) is not None]

    def _position(self, row: Any) -> VenuePosition:
        instrument, side = self._reader.instrument(row), position_side(row)
        quantity = amount(row.get("pos")) * instrument.contract_size
        return VenuePosition(
            symbol=instrument.symbol,
            position_side=side,
            quantity=-abs(quantity) if side is PositionSide.SHORT else quantity,
            average_price=amount_or_zero(row.get("avgPx")) or None,
            mark_price=amount_or_zero(row.get("markPx")) or None,
            liquidation_price=amount_or_zero(row.get("liqPx")) or None,
            leverage=amount_or_zero(row.get("lever")) or None,
            margin_mode=MarginMode(text(row, "mgnMode")),
        )

    def _flow(self, row: Any) -> CashFlowReported | None:
        """A bill that no trade explains. What moves between cash and isolated margin stays the account's."""
        moved = amount_or_zero(row.get("balChg")) + amount_or_zero(row.get("posBalChg"))
        if is_trade(row) or not moved:
            return None
        return CashFlowReported(
            at=self._reader.now(),
            account_id=self._seat.account_id,
            flow_id=text(row, "billId"),
            kind=kind_of_flow(row),
            asset=text(row, "ccy"),
            amount=moved,
            happened_at=instant(row.get("ts")),
            symbol=self._reader.instrument(row).symbol if row.get("instId") and self._reader.is_listed(row) else None,
        )


def balance(row: Any) -> VenueBalance:
    """One currency: its cash and what isolated positions hold of it, without any profit that is not realized."""
    isolated = amount_or_zero(row.get("isoEq")) - amount_or_zero(row.get("isoUpl"))
    total = amount_or_zero(row.get("cashBal")) + isolated
    free = min(amount_or_zero(row.get("availBal")), total)
    return VenueBalance(asset=text(row, "ccy"), free=free, locked=total - free)


def is_trade(row: Any) -> bool:
    """Whether a bill is part of a trade, forced ones included."""
    return bool(row.get("tradeId")) or row.get("type") in _TRADE_TYPES


def kind_of_flow(row: Any) -> CashFlowKind:
    """Why money came or went."""
    if row.get("type") == _LIQUIDATION:
        return CashFlowKind.LIQUIDATION_FEE if row.get("subType") == _LIQUIDATION_FEE else CashFlowKind.OTHER
    return _KINDS.get(str(row.get("type")), CashFlowKind.OTHER)


def _together(one: VenuePosition, other: VenuePosition) -> VenuePosition:
    """A cross and an isolated position as one: what differs between them is left out."""
    quantity = one.quantity + other.quantity
    same_way = (one.quantity > 0) == (other.quantity > 0)
    average: Decimal | None = None
    if same_way and one.average_price is not None and other.average_price is not None and quantity != ZERO:
        worth = one.quantity * one.average_price + other.quantity * other.average_price
        average = ratio(worth, quantity)
    leverage = one.leverage if one.leverage == other.leverage else None
    return msgspec.structs.replace(
        one, quantity=quantity, average_price=average, liquidation_price=None, leverage=leverage, margin_mode=None
    )
