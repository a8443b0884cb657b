"""What a USD-M futures wallet holds and owes: balances, positions, and what came and went without a trade."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from tidegate.core.messages.reports import CashFlowReported, LeverageReported
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import CashFlowKind, InstrumentKind, MarginMode, Wallet
from tidegate.venues.binance import endpoints
from tidegate.venues.binance.words import figure, position_side_of
from tidegate.venues.values import amount, instant, milliseconds, rows, text
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

INCOME_PER_PAGE = 1000
INCOME_PAGES_MAX = 1000
WINDOW = timedelta(days=7)
HISTORY = timedelta(days=90)
"""How far back Binance shows income ("Get Income History")."""
AHEAD = timedelta(minutes=1)  # The venue's clock may be ahead of ours.

_MARGIN_MODES = {"CROSSED": MarginMode.CROSS, "ISOLATED": MarginMode.ISOLATED}
_TOLD_BY_EXECUTIONS = {"REALIZED_PNL", "COMMISSION"}
_KINDS = {
    "FUNDING_FEE": CashFlowKind.FUNDING,
    "TRANSFER": CashFlowKind.TRANSFER,
    "INTERNAL_TRANSFER": CashFlowKind.TRANSFER,
    "CROSS_COLLATERAL_TRANSFER": CashFlowKind.TRANSFER,
    "STRATEGY_UMFUTURES_TRANSFER": CashFlowKind.TRANSFER,
    "COIN_SWAP_DEPOSIT": CashFlowKind.DEPOSIT,
    "COIN_SWAP_WITHDRAW": CashFlowKind.WITHDRAWAL,
    "INSURANCE_CLEAR": CashFlowKind.LIQUIDATION_FEE,
}
"""By `incomeType`; every other one is `other`."""


class LinearBooks:
    """One account's futures wallet."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client

    async def balances(self) -> tuple[VenueBalance, ...]:
        """The wallet's balances, without profits that are not realized."""
        found = (_balance(row) for row in rows(await self._client.call(endpoints.LINEAR_BALANCES)))
        return tuple(balance for balance in found if balance.free or balance.locked)

    async def positions(self) -> tuple[VenuePosition, ...]:
        """All open positions with their settings."""
        listed = rows(await self._client.call(endpoints.POSITIONS))
        held = [row for row in listed if amount(row.get("positionAmt")) and self._is_traded(text(row, "symbol"))]
        if not held:
            return ()
        settings = {text(row, "symbol"): row for row in rows(await self._client.call(endpoints.SYMBOL_CONFIGURATION))}
        return tuple(self._position(row, settings.get(text(row, "symbol"), {})) for row in held)

    async def leverages(self) -> list[LeverageReported]:
        """What all listed contracts are set to."""
        found = rows(await self._client.call(endpoints.SYMBOL_CONFIGURATION))
        at, listed = self._seat.clock.now(), [row for row in found if self._is_listed(text(row, "symbol"))]
        told = (self._setting(row, at) for row in listed)
        return [each for each in told if each is not None]

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        """Funding, transfers and the like since a time."""
        now = self._seat.clock.now()
        start = max(since, now - HISTORY)
        found: dict[str, CashFlowReported] = {}
        while start <= now + AHEAD:
            end = start + WINDOW
            for row in await self._income(start, end):
                if row.get("incomeType") not in _TOLD_BY_EXECUTIONS:
                    flow = self._flow(row, now)
                    found[flow.flow_id] = flow
            start = end
        return list(found.values())

    async def _income(self, start: datetime, end: datetime) -> list[Any]:
        found: list[Any] = []
        for page_number in range(1, INCOME_PAGES_MAX + 1):
            page = rows(
                await self._client.call(
                    endpoints.INCOME,
                    {
                        "startTime": milliseconds(start),
                        "endTime": milliseconds(end),
                        "limit": INCOME_PER_PAGE,
                        "page": page_number,
                    },
                )
            )
            found += page
            if len(page) < INCOME_PER_PAGE:
                break
        return found

    def _is_traded(self, exchange_symbol: str) -> bool:
        """Whether the desk lists it: delivery contracts and the like, which it does not trade, must not stop it."""
        listed = self._is_listed(exchange_symbol)
        if not listed:
            log.info("a position in what the desk does not trade", exchange_symbol=exchange_symbol)
        return listed

    def _is_listed(self, exchange_symbol: str) -> bool:
        return self._seat.symbols.knows(exchange_symbol, InstrumentKind.LINEAR)

    def _setting(self, row: Any, at: datetime) -> LeverageReported | None:
        leverage = _leverage(row.get("leverage"))
        if leverage is None:
            return None
        return LeverageReported(
            at=at,
            account_id=self._seat.account_id,
            symbol=self._seat.symbols.ours(text(row, "symbol"), InstrumentKind.LINEAR),
            leverage=leverage,
            margin_mode=_MARGIN_MODES.get(row.get("marginType")),
        )

    def _position(self, row: Any, setting: Any) -> VenuePosition:
        return VenuePosition(
            symbol=self._seat.symbols.ours(text(row, "symbol"), InstrumentKind.LINEAR),
            position_side=position_side_of(row.get("positionSide")),
            quantity=amount(row.get("positionAmt")),
            average_price=figure(row.get("entryPrice")),
            mark_price=figure(row.get("markPrice")),
            liquidation_price=figure(row.get("liquidationPrice")),
            leverage=_leverage(setting.get("leverage")),
            margin_mode=_MARGIN_MODES.get(setting.get("marginType")),
        )

    def _flow(self, row: Any, at: datetime) -> CashFlowReported:
        """Binance's id is unique within a kind only; an exchange of assets has one for both sides of it."""
        kind, asset, name = text(row, "incomeType"), text(row, "asset"), str(row.get("symbol") or "")
        symbols = self._seat.symbols
        return CashFlowReported(
            at=at,
            account_id=self._seat.account_id,
            flow_id=f"{kind}:{text(row, 'tranId')}:{name}:{asset}",
            kind=_KINDS.get(kind, CashFlowKind.OTHER),
            asset=asset,
            amount=amount(row.get("income")),
            happened_at=instant(row.get("time")),
            wallet=Wallet.FUTURES,
            symbol=symbols.ours(name, InstrumentKind.LINEAR) if symbols.knows(name, InstrumentKind.LINEAR) else None,
        )


def _balance(row: Any) -> VenueBalance:
    """What is not available backs positions and orders. Profits may make more available than there is: cut off."""
    wallet = amount(row.get("balance"))
    free = min(wallet, max(ZERO, amount(row.get("availableBalance"))))
    return VenueBalance(asset=text(row, "asset"), free=free, locked=wallet - free, wallet=Wallet.FUTURES)


def _leverage(value: Any) -> Decimal | None:
    return None if value is None else figure(value if isinstance(value, int) else str(value))
