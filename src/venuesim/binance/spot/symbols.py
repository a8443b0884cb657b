"""The listing as exchangeInfo shows it."""

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.instruments import Instruments, of_status, read_status, status_of
from venuesim.binance.spot.listing import (
    AMENDMENTS_MAX,
    AVERAGE_PRICE_MINUTES,
    ICEBERG_PARTS_MAX,
    ORDER_LISTS_MAX,
    TRAILING_DELTA_MAX,
    TRAILING_DELTA_MIN,
)
from venuesim.binance.spot.vocabulary import DEFAULT_PREVENTION, PreventionMode, WireType
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.instruments import Instrument

RAW_REQUESTS_MAX = 61_000
"""RAW_REQUESTS in five minutes, as the live venue lists it; REQUEST_WEIGHT is reached first, as nothing weighs less."""

SHOWN_PERMISSIONS = frozenset({"SPOT", "MARGIN", "LEVERAGED"})
"""What is listed when no permission is asked for."""


class Symbols:
    """Answers exchangeInfo and what belongs to it."""

    def __init__(self, instruments: Instruments, limits: BinanceLimits) -> None:
        self._instruments = instruments
        self._limits = limits

    def exchange_info(self, request: Request) -> Result:
        """List the symbols, their rules and the rate limits."""
        parameters = request.parameters
        names_symbols = parameters.has("symbol") or parameters.has("symbols")
        if names_symbols and (parameters.has("permissions") or parameters.has("symbolStatus")):
            raise errors.bad_combination()
        markets = self._instruments.markets(parameters)
        permissions = _read_permissions(parameters)
        shows_sets = parameters.boolean("showPermissionSets", True)
        wanted = read_status(parameters)
        request.all_read()
        listed = [] if "SPOT" not in permissions else of_status(markets, wanted, is_single=False)
        return Result(
            {
                "timezone": "UTC",
                "serverTime": request.now_ms,
                "rateLimits": [*self._limits.listed(), _raw_requests()],
                "exchangeFilters": [],
                "symbols": [symbol_of(market.instrument, shows_sets=shows_sets) for market in listed],
            }
        )

    def execution_rules(self, request: Request) -> Result:
        """List the rules of execution beside the filters: no symbol here has any."""
        parameters = request.parameters
        self._instruments.markets(parameters)
        read_status(parameters)
        request.all_read()
        return Result({"symbolRules": []})

    def reference_price(self, request: Request) -> Result:
        """Show a symbol's reference price: none is computed here."""
        self._instruments.read(request.parameters)
        read_status(request.parameters)
        request.all_read()
        raise BinanceError(-2043, "This symbol doesn't have a reference price.")


def symbol_of(instrument: Instrument, *, shows_sets: bool) -> Json:
    """Return one symbol's entry."""
    return {
        "symbol": instrument.venue_id,
        "status": status_of(instrument).value,
        "baseAsset": instrument.base,
        "baseAssetPrecision": 8,
        "quoteAsset": instrument.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [wire_type.value for wire_type in WireType],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters_of(instrument),
        "permissions": [],
        "permissionSets": [["SPOT"]] if shows_sets else [],
        "defaultSelfTradePreventionMode": DEFAULT_PREVENTION.value,
        "allowedSelfTradePreventionModes": [mode.value for mode in PreventionMode],
    }


def filters_of(instrument: Instrument) -> list[Json]:
    """Return a symbol's filters, in the order in which the venue lists them."""
    up, down = f"{instrument.price_multiplier_up:f}", f"{instrument.price_multiplier_down:f}"
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": eight(instrument.price_min),
            "maxPrice": eight(instrument.price_max),
            "tickSize": eight(instrument.tick_size),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": eight(instrument.quantity_min),
            "maxQty": eight(instrument.quantity_max),
            "stepSize": eight(instrument.lot_size),
        },
        {"filterType": "ICEBERG_PARTS", "limit": ICEBERG_PARTS_MAX},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": eight(ZERO),
            "maxQty": eight(instrument.market_quantity_max),
            "stepSize": eight(ZERO),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": TRAILING_DELTA_MIN,
            "maxTrailingAboveDelta": TRAILING_DELTA_MAX,
            "minTrailingBelowDelta": TRAILING_DELTA_MIN,
            "maxTrailingBelowDelta": TRAILING_DELTA_MAX,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": up,
            "bidMultiplierDown": down,
            "askMultiplierUp": up,
            "askMultiplierDown": down,
            "avgPriceMins": AVERAGE_PRICE_MINUTES,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": eight(instrument.notional_min),
            "applyMinToMarket": True,
            "maxNotional": eight(instrument.notional_max),
            "applyMaxToMarket": False,
            "avgPriceMins": AVERAGE_PRICE_MINUTES,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": instrument.open_orders_max},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": ORDER_LISTS_MAX},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": instrument.conditional_orders_max},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": AMENDMENTS_MAX},
    ]


def _read_permissions(parameters: Parameters) -> frozenset[str]:
    return (
        frozenset(parameters.names("permissions", word_alone=True))
        if parameters.has("permissions")
        else SHOWN_PERMISSIONS
    )


def _raw_requests() -> Json:
    return {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": RAW_REQUESTS_MAX}
