"""The listings of instruments (OKX "Get instruments", "Instruments channel")."""

from decimal import Decimal

from venuesim.exchange.instruments import Instrument
from venuesim.okx.figures import Json, family_of
from venuesim.okx.instruments import instrument_id, instrument_type, shown_size
from venuesim.okx.listing import LIMIT_NOTIONAL_MAX, MARKET_NOTIONAL_MAX, QUANTITY_MAX
from venuesim.wire.calls import plain

_ABSENT = (
    "alias", "auctionEndTime", "contTdSwTime", "ctMult", "ctType", "ctVal", "ctValCcy", "expTime", "instFamily",
    "optType", "preMktSwTime", "seriesId", "settleCcy", "stk", "uly",
)  # fmt: skip

_SPOT_GROUPS = {"USDT": "1", "USDC": "2", "EUR": "4"}
_CRYPTO_GROUP = "2"
_SWAP_GROUP = "2"
MARGIN_LEVERAGE = "10"


def shown_instrument(instrument: Instrument, code: int) -> Json:
    """Return an instrument as public/instruments shows it; `code` is its instIdCode."""
    band = plain(instrument.price_multiplier_up - 1)
    common: Json = {
        **dict.fromkeys(_ABSENT, ""),
        "baseCcy": instrument.base,
        "category": "1",
        "floatPxLmtPct": band,
        "futureSettlement": False,
        "groupId": _SPOT_GROUPS.get(instrument.quote, _CRYPTO_GROUP),
        "initPxLmtPct": band,
        "instCategory": "1",
        "instId": instrument_id(instrument),
        "instIdCode": code,
        "instType": instrument_type(instrument).value,
        "lever": MARGIN_LEVERAGE,
        "listTime": str(instrument.listed_ms),
        "lotSz": shown_size(instrument, instrument.lot_size),
        "maxLmtAmt": plain(LIMIT_NOTIONAL_MAX),
        "maxPxLmtPct": band,
        "minSz": shown_size(instrument, instrument.quantity_min),
        "openType": "call_auction",
        "quoteCcy": instrument.quote,
        "ruleType": "normal",
        "state": "live" if instrument.is_trading else "suspend",
        "tickSz": plain(instrument.tick_size),
        "tradeQuoteCcyList": [instrument.quote],
        "upcChg": [],
    }
    return common | (_swap_fields(instrument) if instrument.is_linear else _spot_fields())


def _spot_fields() -> Json:
    return {
        "maxIcebergSz": _padded(QUANTITY_MAX),
        "maxLmtSz": plain(QUANTITY_MAX),
        "maxMktAmt": plain(MARKET_NOTIONAL_MAX),
        "maxMktSz": plain(MARKET_NOTIONAL_MAX),
        "maxStopSz": plain(MARKET_NOTIONAL_MAX),
        "maxTriggerSz": _padded(QUANTITY_MAX),
        "maxTwapSz": _padded(QUANTITY_MAX),
    }


def _swap_fields(instrument: Instrument) -> Json:
    largest = instrument.quantity_max / instrument.contract_size
    return {
        "baseCcy": "",
        "ctMult": "1",
        "ctType": "linear",
        "ctVal": plain(instrument.contract_size),
        "ctValCcy": instrument.base,
        "groupId": _SWAP_GROUP,
        "instFamily": family_of(instrument),
        "lever": str(instrument.leverage_max),
        "maxIcebergSz": _padded(largest),
        "maxLmtSz": plain(largest),
        "maxMktAmt": "",
        "maxMktSz": shown_size(instrument, instrument.market_quantity_max),
        "maxStopSz": shown_size(instrument, instrument.market_quantity_max),
        "maxTriggerSz": _padded(largest),
        "maxTwapSz": _padded(largest),
        "openType": "",
        "quoteCcy": "",
        "settleCcy": instrument.quote,
        "tradeQuoteCcyList": [],
        "uly": family_of(instrument),
    }


def _padded(amount: Decimal) -> str:
    """Write a size as OKX writes these few: with sixteen decimals."""
    return f"{amount:.16f}"
