"""The spot pairs that the simulated Binance lists, with the figures of its exchangeInfo."""

from decimal import Decimal

from venuesim.exchange.instruments import Instrument

FEE = Decimal("0.001")
"""Maker and taker alike: 10 basis points, the regular tier."""


def _pair(
    base: str,
    quote: str,
    tick_size: str,
    lot_size: str,
    quantity_max: str,
    market_quantity_max: str,
    *,
    price_max: str,
    notional_min: str = "5",
) -> Instrument:
    return Instrument(
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_size),
        quantity_min=Decimal(lot_size),
        quantity_max=Decimal(quantity_max),
        market_quantity_max=Decimal(market_quantity_max),
        notional_min=Decimal(notional_min),
        notional_max=Decimal(9_000_000),
        price_min=Decimal(tick_size),
        price_max=Decimal(price_max),
        price_multiplier_up=Decimal(5),
        price_multiplier_down=Decimal("0.2"),
        maker_fee=FEE,
        taker_fee=FEE,
        open_orders_max=200,
    )


INSTRUMENTS = [
    _pair("BTC", "USDT", "0.01", "0.00001", "9000", "120", price_max="1000000"),
    _pair("ETH", "USDT", "0.01", "0.0001", "9000", "2600", price_max="1000000"),
    _pair("BNB", "USDT", "0.01", "0.001", "900000", "1600", price_max="100000"),
    _pair("SOL", "USDT", "0.01", "0.001", "9000000", "21000", price_max="10000"),
    _pair("XRP", "USDT", "0.0001", "0.1", "9222449", "1600000", price_max="10000"),
    _pair("DOGE", "USDT", "0.00001", "1", "9000000", "8000000", price_max="1000"),
    _pair("ADA", "USDT", "0.0001", "0.1", "900000", "600000", price_max="1000"),
    _pair("LINK", "USDT", "0.01", "0.01", "90000", "30000", price_max="10000"),
    _pair("LTC", "USDT", "0.01", "0.001", "90000", "6000", price_max="100000"),
    _pair("AVAX", "USDT", "0.01", "0.01", "90000", "20000", price_max="10000"),
    _pair("DOT", "USDT", "0.001", "0.01", "90000", "60000", price_max="10000"),
    _pair("TRX", "USDT", "0.0001", "0.1", "9000000", "4000000", price_max="1000"),
    _pair("ETH", "BTC", "0.00001", "0.0001", "100000", "800", price_max="922327", notional_min="0.0001"),
]
