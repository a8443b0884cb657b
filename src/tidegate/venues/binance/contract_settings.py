"""The leverage and margin type of an account's contracts, set before an order that asks for others."""

import asyncio
from decimal import Decimal
from typing import Any

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import LeverageReported, Report
from tidegate.core.money import plain
from tidegate.core.vocabulary import MarginMode
from tidegate.venues.binance import endpoints
from tidegate.venues.binance.words import inexpressible
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.venue import Seat

MARGIN_TYPES = {MarginMode.CROSS: "CROSSED", MarginMode.ISOLATED: "ISOLATED"}
_TOLD_MARGIN_MODES = {"cross": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}
_SET_ALREADY = "-4046"


class ContractSettings:
    """What is set, as far as this connection has heard. A failure to change it proves that no order was sent."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._leverages: dict[str, Decimal] = {}
        self._margin_modes: dict[str, MarginMode] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def forget(self) -> None:
        """Changes may have gone unheard."""
        self._leverages.clear()
        self._margin_modes.clear()

    def knows(self, symbol: str) -> bool:
        """Whether the venue told a contract's leverage, or it was set, since changes may have gone unheard."""
        return symbol in self._leverages

    def learn_leverage(self, symbol: str, leverage: Decimal) -> LeverageReported:
        """The venue told another leverage."""
        self._leverages[symbol] = leverage
        return self._report(symbol, leverage)

    def learn_margin_mode(self, symbol: str, word: Any) -> None:
        """The venue told another margin type; one that is not understood is set anew by the next order that asks."""
        mode = _TOLD_MARGIN_MODES.get(word)
        if mode is None:
            self._margin_modes.pop(symbol, None)
        else:
            self._margin_modes[symbol] = mode

    async def prepare(self, order: SendOrder) -> list[Report]:
        """Set what the order asks for and is not set; returns what changed."""
        if order.leverage is None and order.margin_mode is None:
            return []
        async with self._locks.setdefault(order.symbol, asyncio.Lock()):
            changed = await self._set_margin_mode(order)
            changed |= await self._set_leverage(order)
        leverage = self._leverages.get(order.symbol)
        return [self._report(order.symbol, leverage)] if changed and leverage is not None else []

    async def _set_margin_mode(self, order: SendOrder) -> bool:
        mode = order.margin_mode
        if mode is None or self._margin_modes.get(order.symbol) is mode:
            return False
        self._margin_modes.pop(order.symbol, None)
        try:
            await self._change(order, endpoints.MARGIN_TYPE, {"marginType": MARGIN_TYPES[mode]})
        except CallFailed as failure:
            if failure.venue_code != _SET_ALREADY:
                raise
        self._margin_modes[order.symbol] = mode
        return True

    async def _set_leverage(self, order: SendOrder) -> bool:
        leverage = order.leverage
        if leverage is None or self._leverages.get(order.symbol) == leverage:
            return False
        if leverage != leverage.to_integral_value():
            raise inexpressible("Binance futures have whole leverages only")
        self._leverages.pop(order.symbol, None)
        await self._change(order, endpoints.LEVERAGE, {"leverage": plain(leverage)})
        self._leverages[order.symbol] = leverage
        return True

    async def _change(self, order: SendOrder, endpoint: Endpoint, params: dict[str, str]) -> Any:
        """Change a setting within the order's validity. If nobody knows whether it changed, it may be tried again."""
        try:
            return await self._seat.client.call(
                endpoint,
                {"symbol": self._seat.symbols.theirs(order.symbol), **params},
                lane=Lane.PROTECTIVE if order.protective else Lane.ORDER,
                validity=Validity(order.intended_at, order.expires_at),
            )
        except CallFailed as failure:
            if failure.verdict is not Verdict.UNKNOWN:
                raise
            raise CallFailed(
                Verdict.REFUSED_FOR_NOW,
                failure.reason,
                f"the contract's settings could not be changed: {failure.message}",
                venue_code=failure.venue_code,
                retry_after_seconds=failure.retry_after_seconds,
            ) from None

    def _report(self, symbol: str, leverage: Decimal) -> LeverageReported:
        return LeverageReported(
            at=self._seat.clock.now(),
            account_id=self._seat.account_id,
            symbol=symbol,
            leverage=leverage,
            margin_mode=self._margin_modes.get(symbol),
        )
