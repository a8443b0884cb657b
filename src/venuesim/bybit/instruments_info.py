"""The listing: market/instruments-info ("Get Instruments Info")."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from urllib.parse import parse_qs, quote

from venuesim.bybit import errors
from venuesim.bybit.figures import price_scale, price_text, size_text
from venuesim.bybit.listing import PRICE_LIMIT_X_SHARE, Instruments, category_of
from venuesim.bybit.listing_linear import FUNDING_RATE_MAX, LEVERAGE_STEP
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.rules import quote_step
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.wire.calls import plain

LIMIT_DEFAULT = 500
LIMIT_MAX = 1000
MINUTES_PER_HOUR = 60
_LEVERAGE = Decimal("0.01")


class Status(StrEnum):
    """The `status` values."""

    PRE_LAUNCH = "PreLaunch"
    TRADING = "Trading"
    DELIVERING = "Delivering"
    CLOSED = "Closed"


class InstrumentsInfo:
    """Lists what can be traded; a category that is not simulated lists nothing."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._numbers = {symbol: number for number, symbol in enumerate(exchange.markets, start=1)}

    def show(self, request: Request) -> Result:
        """Show the pairs at once, the contracts page by page."""
        parameters = request.parameters
        category = parameters.category()
        status = parameters.choice("status", Status) if parameters.has("status") else Status.TRADING
        wanted = self._instruments.to_show(parameters)
        listed = [
            instrument
            for instrument in listed_in(self._exchange, category)
            if _status_of(instrument) is status and wanted in {None, instrument}
        ]
        if category is Category.SPOT:
            return Result(result={"category": category.value, "list": [self._pair(entry) for entry in listed]})
        base = parameters.text("baseCoin")
        page, cursor = _page([entry for entry in listed if base in {None, entry.base}], parameters)
        return Result(
            result={
                "category": category.value,
                "list": [self._contract(entry) for entry in page],
                "nextPageCursor": cursor,
            }
        )

    def _pair(self, instrument: Instrument) -> Json:
        return {
            "symbolId": self._numbers[instrument.symbol],
            "symbol": instrument.venue_id,
            "baseCoin": instrument.base,
            "quoteCoin": instrument.quote,
            "innovation": "0",
            "symbolType": "",
            "xstockMultiplier": "",
            "status": _status_of(instrument).value,
            "marginTrading": "utaOnly",
            "stTag": "0",
            "lotSizeFilter": {
                "basePrecision": plain(instrument.lot_size),
                "quotePrecision": plain(quote_step(instrument)),
                "minOrderQty": plain(instrument.quantity_min),
                "maxOrderQty": plain(instrument.quantity_max),
                "minOrderAmt": plain(instrument.notional_min),
                "maxOrderAmt": plain(instrument.notional_max),
                "maxLimitOrderQty": plain(instrument.quantity_max),
                "maxMarketOrderQty": plain(instrument.market_quantity_max),
                "postOnlyMaxLimitOrderSize": plain(instrument.quantity_max),
            },
            "priceFilter": {"tickSize": plain(instrument.tick_size)},
            "riskParameters": _risk_parameters(instrument),
        }

    def _contract(self, instrument: Instrument) -> Json:
        most = size_text(instrument.quantity_max, instrument)
        funding_max = plain(FUNDING_RATE_MAX)
        return {
            "symbol": instrument.venue_id,
            "symbolId": self._numbers[instrument.symbol],
            "contractType": "LinearPerpetual",
            "status": _status_of(instrument).value,
            "baseCoin": instrument.base,
            "quoteCoin": instrument.quote,
            "launchTime": str(instrument.listed_ms),
            "deliveryTime": "0",
            "deliveryFeeRate": "",
            "priceScale": str(price_scale(instrument)),
            "leverageFilter": {
                "minLeverage": "1",
                "maxLeverage": str(Decimal(instrument.leverage_max).quantize(_LEVERAGE)),
                "leverageStep": plain(LEVERAGE_STEP),
            },
            "priceFilter": {
                "minPrice": price_text(instrument.price_min, instrument),
                "maxPrice": price_text(instrument.price_max, instrument),
                "tickSize": price_text(instrument.tick_size, instrument),
            },
            "lotSizeFilter": {
                "maxOrderQty": most,
                "minOrderQty": size_text(instrument.quantity_min, instrument),
                "qtyStep": size_text(instrument.lot_size, instrument),
                "postOnlyMaxOrderQty": most,
                "maxMktOrderQty": size_text(instrument.market_quantity_max, instrument),
                "minNotionalValue": plain(instrument.notional_min),
            },
            "unifiedMarginTrade": True,
            "fundingInterval": instrument.funding_interval_hours * MINUTES_PER_HOUR,
            "settleCoin": instrument.quote,
            "copyTrading": "both",
            "upperFundingRate": funding_max,
            "lowerFundingRate": f"-{funding_max}",
            "displayName": "",
            "fullName": "",
            "marketRegion": "",
            "underlyingTicker": "",
            "forbidUplWithdrawal": False,
            "isPreListing": False,
            "preListingInfo": None,
            "riskParameters": _risk_parameters(instrument),
            "symbolType": "",
        }


def listed_in(exchange: Exchange, category: Category) -> list[Instrument]:
    """Return what a category lists, with the rules of the moment."""
    markets = exchange.markets.values()
    return [market.instrument for market in markets if category_of(market.instrument) is category]


def _status_of(instrument: Instrument) -> Status:
    return Status.TRADING if instrument.is_trading else Status.CLOSED


def _risk_parameters(instrument: Instrument) -> Json:
    price_limit = instrument.price_multiplier_up - 1
    return {
        "priceLimitRatioX": plain(price_limit * PRICE_LIMIT_X_SHARE),
        "priceLimitRatioY": plain(price_limit),
    }


def _page(listed: Iterable[Instrument], parameters: Parameters) -> tuple[list[Instrument], str]:
    """Return the instruments after the cursor, by name, and the cursor of the next page: empty after the last.

    A cursor names the first and last symbol of the page that it comes with.
    """
    limit = parameters.limit(default=LIMIT_DEFAULT, maximum=LIMIT_MAX)
    after = _last_of(parameters.text("cursor"))
    following = sorted((entry for entry in listed if entry.venue_id > after), key=_name)
    page = following[:limit]
    if len(following) <= limit:
        return page, ""
    return page, quote(f"first={page[0].venue_id}&last={page[-1].venue_id}", safe="")


def _last_of(cursor: str | None) -> str:
    if cursor is None:
        return ""
    last = parse_qs(cursor if "=" in cursor else cursor.replace("%3D", "=").replace("%26", "&")).get("last")
    if last is None:
        raise errors.parameter("params error: cursor invalid")
    return last[0]


def _name(instrument: Instrument) -> str:
    return instrument.venue_id
