"""What an account is set to: the leverage and the position mode of each contract, and the margin mode of them all."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import LeverageReported, Report
from tidegate.core.money import plain
from tidegate.core.vocabulary import MarginMode, PositionSide, RejectReason
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.errors import LEVERAGE_UNCHANGED
from tidegate.venues.bybit.paging import listed as listed_rows
from tidegate.venues.bybit.paging import result_of
from tidegate.venues.bybit.words import KINDS, LINEAR, POSITION_SIDES, category_of
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, amount_or_zero, text
from tidegate.venues.venue import Seat

BETWEEN_SECONDS = 0.1
"""How long after one contract that nobody trades the next is asked about: an address may ask 120 times a second."""
_MARGIN_MODES = {
    "REGULAR_MARGIN": MarginMode.CROSS,
    "PORTFOLIO_MARGIN": MarginMode.CROSS,
    "ISOLATED_MARGIN": MarginMode.ISOLATED,
}
_STANDS = frozenset({Verdict.NOT_SENT, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW})


class Settings:
    """What this session has learned of one account's settings. Nothing counts as known across a reconnect."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._client = seat.client
        self._leverages: dict[tuple[str, PositionSide], Decimal] = {}
        self._hedged: dict[str, bool] = {}

    def hedges(self, symbol: str) -> bool:
        """Whether a contract is held in two positions, one for each side, as far as Bybit has told."""
        return self._hedged.get(symbol, False)

    def forget(self) -> None:
        """The stream was gone: whatever changed meanwhile was not heard."""
        self._leverages.clear()

    def learn_mode(self, symbol: str, row: Any) -> PositionSide:
        """Take over which position a row speaks of, and with that the contract's mode."""
        side = POSITION_SIDES.get(row.get("positionIdx"))
        if side is None:
            raise MalformedError(f"unknown position index {row.get('positionIdx')!r}")
        self._hedged[symbol] = side is not PositionSide.NET
        return side

    def learn_leverage(self, symbol: str, row: Any) -> list[Report]:
        """Take over what a position's row says; tells a leverage that is new."""
        leverage = amount_or_zero(row.get("leverage"))  # Empty in portfolio margin, which has none.
        key = symbol, self.learn_mode(symbol, row)
        if not leverage or self._leverages.get(key) == leverage:
            return []
        self._leverages[key] = leverage
        return [self._told(symbol, leverage)]

    async def leverages(self) -> AsyncIterator[LeverageReported]:
        """What all listed contracts are set to: what users trade at once, then the others slowly, one by one.

        A list of many has only open positions ("Get Position Info"). What is known was told or asked for already.
        """
        watched, known = self._seat.watched(), {symbol for symbol, _ in self._leverages}
        listed = [each.symbol for each in self._seat.symbols.traded(KINDS[LINEAR]) if each.symbol not in known]
        for symbol in sorted(listed, key=lambda each: each not in watched):
            leverage = await self._ask(symbol)
            if leverage is not None:
                yield self._told(symbol, leverage)
            if symbol not in watched:
                await asyncio.sleep(BETWEEN_SECONDS)

    async def _ask(self, symbol: str) -> Decimal | None:
        """A contract's leverage: the lower where its two sides have different ones; None where it has none."""
        where = {"category": LINEAR, "symbol": self._seat.symbols.theirs(symbol)}
        try:
            found = await listed_rows(self._client, wire.POSITIONS, where)
        except CallFailed as failure:
            if failure.verdict is not Verdict.REFUSED:
                raise
            return None
        for row in found:
            key = symbol, self.learn_mode(symbol, row)
            if leverage := amount_or_zero(row.get("leverage")):
                self._leverages.setdefault(key, leverage)  # What was told meanwhile is newer than this answer.
        return min((leverage for (named, _), leverage in self._leverages.items() if named == symbol), default=None)

    async def prepare(self, order: SendOrder) -> list[Report]:
        """Bring about what an order wants of the settings. A failure proves that the order was not sent."""
        lane = Lane.PROTECTIVE if order.protective else Lane.ORDER
        try:
            mode = None if order.margin_mode is None else await self.margin_mode(lane)
            if mode is order.margin_mode and order.leverage is not None:
                return await self._set_leverage(order.symbol, order.leverage, lane)
        except CallFailed as failure:
            raise _before_the_order(failure) from None
        except MalformedError as error:
            message = f"the order was not sent: {error}"
            raise CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.VENUE_ERROR, message) from None
        if mode is not order.margin_mode:
            raise _other_mode(mode, order.margin_mode)
        return []

    async def margin_mode(self, lane: Lane = Lane.QUERY) -> MarginMode:
        """The account's margin mode. Asked anew each time: it can be changed by hand, and no topic tells that."""
        word = text(result_of(await self._client.call(wire.ACCOUNT, lane=lane)), "marginMode")
        mode = _MARGIN_MODES.get(word)
        if mode is None:
            raise MalformedError(f"unknown margin mode {word!r}")
        return mode

    async def _set_leverage(self, symbol: str, leverage: Decimal, lane: Lane) -> list[Report]:
        known = [value for (named, _), value in self._leverages.items() if named == symbol]
        if known and all(value == leverage for value in known):
            return []
        params = {
            "category": category_of(symbol),
            "symbol": self._seat.symbols.theirs(symbol),
            "buyLeverage": plain(leverage),
            "sellLeverage": plain(leverage),
        }
        try:
            await self._client.call(wire.LEVERAGE, params, lane=lane)
        except CallFailed as failure:
            if failure.venue_code != LEVERAGE_UNCHANGED:
                raise
        return [self._told(symbol, leverage)]

    def _told(self, symbol: str, leverage: Decimal) -> LeverageReported:
        return LeverageReported(
            at=self._seat.clock.now(), account_id=self._seat.account_id, symbol=symbol, leverage=leverage
        )


def _other_mode(mode: MarginMode | None, wanted: MarginMode | None) -> CallFailed:
    """Bybit has one margin mode for the whole account, which no single order may change."""
    message = (
        f"the account is in {mode} margin mode and the order asks for {wanted}: Bybit has one mode for the whole "
        "account; leave margin_mode away, or change the account's at Bybit"
    )
    return CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, message)


def _before_the_order(failure: CallFailed) -> CallFailed:
    """What the failure of a call before the order's own proves of the order: that it was not sent."""
    return CallFailed(
        failure.verdict if failure.verdict in _STANDS else Verdict.REFUSED_FOR_NOW,
        failure.reason,
        f"the order was not sent, as its leverage or margin mode could not be settled: {failure.message}",
        venue_code=failure.venue_code,
        retry_after_seconds=failure.retry_after_seconds,
    )
