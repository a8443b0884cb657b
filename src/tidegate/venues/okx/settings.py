"""What an account is set to at OKX: its position mode and its leverages, as last heard or set."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import NamedTuple

import structlog

from tidegate.core.instruments import Instrument
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import LeverageReported
from tidegate.core.money import plain
from tidegate.core.vocabulary import InstrumentKind, MarginMode, PositionSide, RejectReason
from tidegate.venues.budget import Lane
from tidegate.venues.client import Validity
from tidegate.venues.okx import wire
from tidegate.venues.okx.pages import only
from tidegate.venues.okx.reading import position_side
from tidegate.venues.okx.terms import margin_mode
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import amount, rows, text
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

CONTRACTS_PER_CALL = 20  # "Get leverage" takes no more.
_HEDGED = {"net_mode": False, "long_short_mode": True}


class LeverageKey(NamedTuple):
    """What has a leverage of its own: a contract by margin mode, isolated in long/short mode also by side."""

    instrument_id: str
    margin_mode: MarginMode
    position_side: PositionSide


class Settings:
    """Asks where it must and remembers. `news` are the leverages that nobody has reported yet."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._is_hedged: bool | None = None
        self._leverages: dict[LeverageKey, Decimal] = {}
        self.news: list[LeverageReported] = []

    async def learn(self) -> None:
        """Start over: what was changed by hand meanwhile was not heard."""
        self.doubt_leverages()
        config = only(await self._seat.client.call(wire.CONFIG))
        self._is_hedged = _HEDGED[text(config, "posMode")]

    async def is_hedged(self) -> bool:
        """Whether the account keeps long and short positions apart."""
        if self._is_hedged is None:
            await self.learn()
        return self._is_hedged is True

    def doubt_mode(self) -> None:
        """The venue says that the mode is another: ask before the next order."""
        self._is_hedged = None

    def doubt_leverages(self) -> None:
        """Somebody has changed one: ask before the next order that names a leverage."""
        self._leverages.clear()

    def take_news(self) -> list[LeverageReported]:
        """The leverages that changed since this was last asked."""
        news, self.news = self.news, []
        return news

    async def set_leverage(self, order: SendOrder, instrument: Instrument) -> None:
        """Bring a contract's leverage to what the order asks, if it asks and it is another."""
        if order.leverage is None:
            return
        mode = margin_mode(order)
        has_sides = await self.is_hedged() and mode is MarginMode.ISOLATED
        key = LeverageKey(instrument.exchange_symbol, mode, order.position_side if has_sides else PositionSide.NET)
        if self._leverages.get(key) == order.leverage:
            return
        lane = Lane.PROTECTIVE if order.protective else Lane.ORDER
        validity = Validity(order.intended_at, order.expires_at)
        if await self._ask(key, lane) != order.leverage:
            params = {"instId": key.instrument_id, "mgnMode": mode.value, "lever": plain(order.leverage)}
            if has_sides:
                params["posSide"] = order.position_side.value
            await self._seat.client.call(wire.SET_LEVERAGE, params, lane=lane, validity=validity)
        self._learn(key, order.leverage, instrument.symbol)

    async def leverages(self) -> AsyncIterator[LeverageReported]:
        """What all listed swaps are set to in the mode that orders have unless they say otherwise.

        OKX refuses a question whole for one contract that it does not know, and all where the account trades no swaps.
        """
        listed = self._seat.symbols.traded(InstrumentKind.LINEAR)
        for start in range(0, len(listed), CONTRACTS_PER_CALL):
            part = {each.exchange_symbol: each for each in listed[start : start + CONTRACTS_PER_CALL]}
            params = {"instId": ",".join(part), "mgnMode": MarginMode.CROSS.value}
            try:
                answer = await self._seat.client.call(wire.LEVERAGE, params)
            except CallFailed as failure:
                if failure.verdict is not Verdict.REFUSED:
                    raise
                log.info("leverages are not told", account_id=self._seat.account_id, detail=failure.message)
                if failure.reason is RejectReason.PERMISSION_DENIED:
                    return
                continue
            for told in rows(answer.get("data")):
                instrument = part[text(told, "instId")]
                if LeverageKey(instrument.exchange_symbol, MarginMode.CROSS, PositionSide.NET) in self._leverages:
                    continue  # Set meanwhile, and so newer than this answer.
                yield self._report(instrument.symbol, amount(told.get("lever")), in_mode_only=True)

    async def _ask(self, key: LeverageKey, lane: Lane) -> Decimal:
        """What it is now: OKX refuses to set it while algo orders wait, even to what it is."""
        params = {"instId": key.instrument_id, "mgnMode": key.margin_mode.value}
        listed = rows((await self._seat.client.call(wire.LEVERAGE, params, lane=lane)).get("data"))
        for row in listed:
            if key.position_side is PositionSide.NET or position_side(row) is key.position_side:
                return amount(row.get("lever"))
        return Decimal(0)

    def _learn(self, key: LeverageKey, leverage: Decimal, symbol: str) -> None:
        self._leverages[key] = leverage
        self.news.append(self._report(symbol, leverage, key.margin_mode))

    def _report(
        self, symbol: str, leverage: Decimal, mode: MarginMode = MarginMode.CROSS, *, in_mode_only: bool = False
    ) -> LeverageReported:
        return LeverageReported(
            at=self._seat.clock.now(),
            account_id=self._seat.account_id,
            symbol=symbol,
            leverage=leverage,
            margin_mode=mode,
            in_mode_only=in_mode_only,
        )
