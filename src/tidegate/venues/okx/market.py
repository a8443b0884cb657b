"""OKX's listing and prices: pairs, and perpetual swaps that settle in a stablecoin."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
import structlog

from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, VenueClient
from tidegate.venues.okx import wire
from tidegate.venues.okx.price_limits import PriceLimits
from tidegate.venues.okx.price_stream import PriceStream
from tidegate.venues.okx.terms import INSTRUMENT_TYPES
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_market
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import MalformedError, amount, amount_or_zero, rows, text

log = structlog.get_logger(__name__)

FAMILIES_PER_CALL = 5  # "Get position tiers" takes no more.
SETTLED_IN = frozenset({"USDT", "USDC"})


def pair(row: Any) -> Instrument:
    """A pair from public/instruments. OKX has no minimum value and bounds prices by a moving limit."""
    base, quote = text(row, "baseCcy"), text(row, "quoteCcy")
    return Instrument(
        exchange=Exchange.OKX,
        symbol=f"{base}/{quote}",
        exchange_symbol=text(row, "instId"),
        base=base,
        quote=quote,
        price_tick=amount(row.get("tickSz")),
        quantity_step=amount(row.get("lotSz")),
        quantity_min=amount_or_zero(row.get("minSz")) or None,
        quantity_max=amount_or_zero(row.get("maxLmtSz")) or None,
        market_quantity_max=None,  # OKX bounds the value of orders in USD (maxMktAmt, maxLmtAmt), not their quantity.
        trading=row.get("state") == "live",
    )


def swap(row: Any) -> Instrument:
    """A linear swap: OKX counts contracts of `ctVal` times `ctMult` of the base asset."""
    base, quote, settle = text(row, "ctValCcy"), text(row, "uly").partition("-")[2], text(row, "settleCcy")
    if quote != settle:
        raise MalformedError(f"{row.get('instId')} is priced in {quote} and settles in {settle}")
    contract = amount(row.get("ctVal")) * (amount_or_zero(row.get("ctMult")) or 1)
    return Instrument(
        exchange=Exchange.OKX,
        symbol=f"{base}/{quote}:{settle}",
        exchange_symbol=text(row, "instId"),
        base=base,
        quote=quote,
        settle=settle,
        kind=InstrumentKind.LINEAR,
        contract_size=contract,
        price_tick=amount(row.get("tickSz")),
        quantity_step=amount(row.get("lotSz")) * contract,
        quantity_min=_in_base(row.get("minSz"), contract),
        quantity_max=_in_base(row.get("maxLmtSz"), contract),
        market_quantity_max=_in_base(row.get("maxMktSz"), contract),
        leverage_max=amount_or_zero(row.get("lever")) or None,
        tiers_in_base=True,
        trading=row.get("state") == "live",
    )


def family_of(swap: Instrument) -> str:
    """The name that OKX gives a swap together with its dated futures."""
    return swap.exchange_symbol.removesuffix(f"-{INSTRUMENT_TYPES[InstrumentKind.LINEAR]}")


def price(row: Any) -> tuple[str, Price]:
    """The venue's name of an instrument, and its price."""
    bid, ask = amount_or_zero(row.get("bidPx")) or None, amount_or_zero(row.get("askPx")) or None
    return text(row, "instId"), Price(last=amount(row.get("last")), bid=bid, ask=ask)


class OkxMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient, symbols: SymbolMap) -> None:
        self._client = client
        self._symbols = symbols
        self._limits = PriceLimits()

    async def instruments(self) -> list[Instrument]:
        pairs, swaps = await asyncio.gather(
            *(self._rows(wire.INSTRUMENTS, kind) for kind in (InstrumentKind.SPOT, InstrumentKind.LINEAR))
        )
        linear = [row for row in swaps if row.get("ctType") == "linear" and row.get("settleCcy") in SETTLED_IN]
        return [*read_market(_priced(pairs), pair), *read_market(_priced(linear), swap)]

    async def leverage_tiers(self) -> dict[str, Tiers]:
        """The position tiers of all swaps, some families a call: what they count in contracts, in base."""
        swaps = self._symbols.traded(InstrumentKind.LINEAR)
        found: dict[str, Tiers] = {}
        for start in range(0, len(swaps), FAMILIES_PER_CALL):
            found |= await self._tiers({family_of(each): each for each in swaps[start : start + FAMILIES_PER_CALL]})
        return found

    async def _tiers(self, swaps: Mapping[str, Instrument]) -> dict[str, Tiers]:
        """Of cross margin, which orders have unless they say otherwise; what OKX does not tell is for it to judge."""
        where = {"instType": "SWAP", "tdMode": "cross", "instFamily": ",".join(swaps)}
        try:
            told = rows((await self._client.call(wire.POSITION_TIERS, where)).get("data"))
        except CallFailed as failure:
            if failure.verdict is not Verdict.REFUSED:
                raise
            log.info("position tiers are not known", families=where["instFamily"], detail=failure.message)
            return {}
        found: dict[str, list[tuple[Decimal, Decimal]]] = {}
        for row in told:
            swap = swaps[text(row, "instFamily")]
            tier = (amount(row.get("maxSz")) * swap.contract_size, amount(row.get("maxLever")))
            found.setdefault(swap.symbol, []).append(tier)
        return {symbol: tuple(sorted(tiers)) for symbol, tiers in found.items()}

    async def prices(self, kind: InstrumentKind) -> dict[str, Price]:
        found = self._named(await self._rows(wire.TICKERS, kind, Lane.PRICE), kind)
        if kind is InstrumentKind.LINEAR:
            marks = await self._rows(wire.MARK_PRICES, kind, Lane.PRICE)
            marked = {str(row.get("instId")): amount_or_zero(row.get("markPx")) or None for row in marks}
            for symbol, told in found.items():
                found[symbol] = msgspec.structs.replace(told, mark=marked.get(self._symbols.theirs(symbol)))
        return {symbol: self._limits.within(symbol, told) for symbol, told in found.items()}

    async def stream_prices(self, symbols: frozenset[str], tell: Callable[[str, Price], None]) -> None:
        try:
            await PriceStream(self._client.exchange, self._symbols, tell, self._limits).run(symbols)
        finally:
            self._limits.forget()

    async def _rows(self, endpoint: Endpoint, kind: InstrumentKind, lane: Lane = Lane.QUERY) -> list[Any]:
        answer = await self._client.call(endpoint, {"instType": INSTRUMENT_TYPES[kind]}, lane=lane)
        return rows(answer.get("data"))

    def _named(self, tickers: list[Any], kind: InstrumentKind) -> dict[str, Price]:
        """Prices by our symbol, of what is listed and has traded."""
        told = read_market([row for row in tickers if row.get("last")], price)
        return {self._symbols.ours(name, kind): each for name, each in told if self._symbols.knows(name, kind)}


def _priced(listing: list[Any]) -> list[Any]:
    """What is announced but not yet priced has no tick."""
    return [row for row in listing if row.get("tickSz") and row.get("lotSz")]


def _in_base(contracts: Any, contract: Decimal) -> Decimal | None:
    return (amount_or_zero(contracts) * contract) or None
