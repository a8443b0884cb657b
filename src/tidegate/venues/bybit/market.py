"""Bybit's listing and prices: spot, and linear perpetuals that settle in a stablecoin."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.budget import Lane
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.paging import listed, pages
from tidegate.venues.bybit.price_stream import PriceStream
from tidegate.venues.bybit.words import CATEGORIES, KINDS, LINEAR, SETTLE_COINS, SPOT
from tidegate.venues.client import VenueClient
from tidegate.venues.reading import read_market
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import amount, amount_or_zero, text

INSTRUMENTS_PER_PAGE = 1000


def pair(row: Any) -> Instrument:
    """A pair from instruments-info. Newer names of the quantity limits are preferred to the deprecated."""
    lot = row.get("lotSizeFilter", {})
    base, quote = text(row, "baseCoin"), text(row, "quoteCoin")
    return Instrument(
        exchange=Exchange.BYBIT,
        symbol=f"{base}/{quote}",
        exchange_symbol=text(row, "symbol"),
        base=base,
        quote=quote,
        price_tick=amount(row.get("priceFilter", {}).get("tickSize")),
        quantity_step=amount(lot.get("basePrecision")),
        quantity_min=_limit(lot, "minOrderQty"),
        quantity_max=_limit(lot, "maxLimitOrderQty", "maxOrderQty"),
        market_quantity_max=_limit(lot, "maxMarketOrderQty"),
        notional_min=_limit(lot, "minOrderAmt"),
        notional_max=_limit(lot, "maxOrderAmt"),
        buy_price_ratio_max=_price_ratio(row, 1),
        sell_price_ratio_min=_price_ratio(row, -1),
        trading=row.get("status") == "Trading",
    )


def contract(row: Any) -> Instrument:
    """A linear perpetual from instruments-info: counted in base, so a contract is one of it."""
    lot = row.get("lotSizeFilter", {})
    base, quote, settle = text(row, "baseCoin"), text(row, "quoteCoin"), text(row, "settleCoin")
    return Instrument(
        exchange=Exchange.BYBIT,
        symbol=f"{base}/{quote}:{settle}",
        exchange_symbol=text(row, "symbol"),
        base=base,
        quote=quote,
        kind=InstrumentKind.LINEAR,
        settle=settle,
        price_tick=amount(row.get("priceFilter", {}).get("tickSize")),
        quantity_step=amount(lot.get("qtyStep")),
        quantity_min=_limit(lot, "minOrderQty"),
        quantity_max=_limit(lot, "maxOrderQty"),
        market_quantity_max=_limit(lot, "maxMktOrderQty"),
        notional_min=_limit(lot, "minNotionalValue"),
        leverage_max=_limit(row.get("leverageFilter", {}), "maxLeverage"),
        buy_price_ratio_max=_price_ratio(row, 1),
        sell_price_ratio_min=_price_ratio(row, -1),
        trading=row.get("status") == "Trading",
    )


def _limit(lot: Any, *keys: str) -> Decimal | None:
    return next((amount_or_zero(lot[key]) or None for key in keys if lot.get(key)), None)


def _price_ratio(row: Any, sign: int) -> Decimal | None:
    """How far beyond the market a price may be: a buy's above it, a sell's below ("Set Limit Price Behaviour").

    The narrower bound X moves with Bybit's index and a premium that nothing tells, so it is for Bybit to judge.
    """
    ratio = _limit(row.get("riskParameters", {}), "priceLimitRatioY")
    return None if ratio is None else 1 + sign * ratio


def _is_traded_here(row: Any) -> bool:
    """Dated futures, and what settles in another coin, are not."""
    return row.get("contractType") == "LinearPerpetual" and row.get("settleCoin") in SETTLE_COINS


def price(row: Any) -> tuple[str, Price]:
    """The venue's name of an instrument, and its price."""
    bid, ask = amount_or_zero(row.get("bid1Price")) or None, amount_or_zero(row.get("ask1Price")) or None
    mark = amount_or_zero(row.get("markPrice")) or None
    return text(row, "symbol"), Price(last=amount(row.get("lastPrice")), bid=bid, ask=ask, mark=mark)


class BybitMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient, symbols: SymbolMap) -> None:
        self._client = client
        self._symbols = symbols

    async def instruments(self) -> list[Instrument]:
        """All pairs, and all contracts page by page."""
        pairs = await listed(self._client, wire.INSTRUMENTS, {"category": SPOT})
        where = {"category": LINEAR, "limit": INSTRUMENTS_PER_PAGE}
        contracts = [row for row in await pages(self._client, wire.INSTRUMENTS, where) if _is_traded_here(row)]
        return read_market(pairs, pair) + read_market(contracts, contract)

    async def leverage_tiers(self) -> dict[str, Tiers]:
        """The risk limits of all contracts, some symbols a page."""
        found: dict[str, list[tuple[Decimal, Decimal]]] = {}
        for row in await pages(self._client, wire.RISK_LIMITS, {"category": LINEAR}):
            name, kind = text(row, "symbol"), KINDS[LINEAR]
            if self._symbols.knows(name, kind):
                tier = (amount(row.get("riskLimitValue")), amount(row.get("maxLeverage")))
                found.setdefault(self._symbols.ours(name, kind), []).append(tier)
        return {symbol: tuple(sorted(tiers)) for symbol, tiers in found.items()}

    async def prices(self, kind: InstrumentKind) -> dict[str, Price]:
        """The newest prices of what is listed and has traded."""
        tickers = await listed(self._client, wire.TICKERS, {"category": CATEGORIES[kind]}, Lane.PRICE)
        told = read_market([row for row in tickers if row.get("lastPrice")], price)
        return {self._symbols.ours(name, kind): each for name, each in told if self._symbols.knows(name, kind)}

    async def stream_prices(self, symbols: frozenset[str], tell: Callable[[str, Price], None]) -> None:
        """Until canceled; raises when a socket ends or is silent for too long."""
        await PriceStream(self._client, self._symbols, tell).run(symbols)
