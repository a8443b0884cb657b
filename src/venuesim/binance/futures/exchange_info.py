"""Lists the contracts, their rules and the rate limits ("Exchange Information")."""

from venuesim.binance.futures.formats import Json, price_precision, price_text, quantity_precision, quantity_text
from venuesim.binance.futures.listing import (
    DELIVERY_MS,
    MAINTENANCE_MARGIN_PERCENT,
    MARKET_TAKE_BOUND,
    MOVE_ORDER_LIMIT_MAX,
    REQUIRED_MARGIN_PERCENT,
    TRIGGER_PROTECT,
)
from venuesim.binance.futures.words import SETTLEMENT_ASSETS, WireTimeInForce, WireType
from venuesim.binance.limits import BinanceLimits
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

PRECISION = 8


def exchange_info(markets: list[Market], limits: BinanceLimits, now_ms: int) -> Json:
    """Return the whole listing."""
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": limits.listed(),
        "exchangeFilters": [],
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"} for asset in SETTLEMENT_ASSETS
        ],
        "symbols": [_symbol(market.instrument) for market in markets],
    }


def _symbol(instrument: Instrument) -> Json:
    return {
        "symbol": instrument.venue_id,
        "pair": instrument.venue_id,
        "contractType": "PERPETUAL",
        "deliveryDate": DELIVERY_MS,
        "onboardDate": instrument.listed_ms,
        "status": "TRADING" if instrument.is_trading else "SETTLING",
        "maintMarginPercent": f"{MAINTENANCE_MARGIN_PERCENT:.4f}",
        "requiredMarginPercent": f"{REQUIRED_MARGIN_PERCENT:.4f}",
        "baseAsset": instrument.base,
        "quoteAsset": instrument.quote,
        "marginAsset": instrument.quote,
        "pricePrecision": price_precision(instrument),
        "quantityPrecision": quantity_precision(instrument),
        "baseAssetPrecision": PRECISION,
        "quotePrecision": PRECISION,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": f"{TRIGGER_PROTECT:.4f}",
        "liquidationFee": f"{instrument.liquidation_fee:.6f}",
        "marketTakeBound": f"{MARKET_TAKE_BOUND:.2f}",
        "maxMoveOrderLimit": MOVE_ORDER_LIMIT_MAX,
        "filters": _filters(instrument),
        "orderTypes": [word.value for word in WireType],
        "timeInForce": [word.value for word in WireTimeInForce],
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(instrument: Instrument) -> list[Json]:
    step = quantity_text(instrument.lot_size, instrument)
    least = quantity_text(instrument.quantity_min, instrument)
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(instrument.price_min),
            "maxPrice": plain(instrument.price_max),
            "tickSize": price_text(instrument.tick_size, instrument),
        },
        {"filterType": "LOT_SIZE", "minQty": least, "maxQty": plain(instrument.quantity_max), "stepSize": step},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": least,
            "maxQty": plain(instrument.market_quantity_max),
            "stepSize": step,
        },
        {"filterType": "MAX_NUM_ORDERS", "limit": instrument.open_orders_max},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": instrument.conditional_orders_max},
        {"filterType": "MIN_NOTIONAL", "notional": plain(instrument.notional_min)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": f"{instrument.price_multiplier_up:.4f}",
            "multiplierDown": f"{instrument.price_multiplier_down:.4f}",
            "multiplierDecimal": "4",
        },
        {"filterType": "POSITION_RISK_CONTROL", "positionControlSide": "NONE"},
    ]
