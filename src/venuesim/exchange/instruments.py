"""What can be traded at a venue, and the venue's rules for it."""

from decimal import ROUND_DOWN, Decimal

import msgspec

AMOUNT_STEP = Decimal("0.00000001")
"""Assets are kept to eight decimals: what the venues' spot ledgers show."""


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """A spot pair and its rules; amounts in base units unless the name says otherwise.

    `price_multiplier_up` and `price_multiplier_down` bound a limit price as multiples of the market price.
    Fees are fractions of the received amount (0.001 is 10 basis points).
    """

    symbol: str
    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    quantity_min: Decimal
    quantity_max: Decimal
    market_quantity_max: Decimal
    notional_min: Decimal
    notional_max: Decimal
    price_min: Decimal
    price_max: Decimal
    price_multiplier_up: Decimal
    price_multiplier_down: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    open_orders_max: int = 200

    @property
    def venue_id(self) -> str:
        """The symbol without a separator, as Binance and Bybit write it: BTCUSDT."""
        return self.base + self.quote

    def ticks(self, price: Decimal) -> int:
        """Return `price` in whole ticks; the price must already lie on a tick."""
        return int(price / self.tick_size)

    def price_of(self, ticks: int) -> Decimal:
        """Return the price of a number of ticks."""
        return self.tick_size * ticks


def floor_to(amount: Decimal, step: Decimal) -> Decimal:
    """Return `amount` rounded down to a multiple of `step`."""
    return amount // step * step


def fee_for(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the fee on a received amount, cut to the ledger's eight decimals (assumption: venues truncate)."""
    return (amount * rate).quantize(AMOUNT_STEP, rounding=ROUND_DOWN)
