"""What can be traded at a venue, and the venue's rules for it."""

from decimal import ROUND_DOWN, Context, Decimal
from functools import cached_property, lru_cache

import msgspec

from venuesim.exchange.vocabulary import MarketKind

AMOUNT_STEP = Decimal("0.00000001")
"""Assets are kept to eight decimals: what most venues' ledgers show."""

TWELVE_DECIMALS = Decimal("0.000000000001")
"""What OKX counts money in."""


_WIDE = Context(prec=80)
"""Counts the smallest steps of the largest amounts that a client can name."""


class MarginTier(msgspec.Struct, frozen=True, kw_only=True):
    """One bracket of a contract: how much leverage a position up to `notional_max` (quote) may have, what it must keep.

    The maintenance margin of a position is `notional * maintenance_rate - maintenance_amount`.
    """

    notional_max: Decimal
    leverage_max: int
    maintenance_rate: Decimal
    maintenance_amount: Decimal = Decimal(0)


class Instrument(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A spot pair or a linear perpetual and its rules; amounts in base units unless the name says otherwise.

    `price_multiplier_up` and `price_multiplier_down` bound a limit price as multiples of the market price.
    `closing_fee` is what margins add for closing a position: a fraction of its value at the bankruptcy price (Bybit).
    Fees are fractions: of the received amount on spot, of the notional on contracts (0.001 is 10 basis points).
    `money_step` is what fees are cut to, and what profits, funding and margins are rounded to: balances add up exactly.
    With `liquidates_with_fee` a position must also keep the taker fee of its own liquidation (OKX).
    `contract_size` is how much base one contract of the venue's wire is: the exchange itself counts base units always,
    and the venue's package converts.
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
    conditional_orders_max: int = 10
    kind: MarketKind = MarketKind.SPOT
    contract_size: Decimal = Decimal(1)
    margin_tiers: tuple[MarginTier, ...] = ()
    funding_interval_hours: int = 8
    liquidation_fee: Decimal = Decimal(0)
    closing_fee: Decimal = Decimal(0)
    money_step: Decimal = AMOUNT_STEP
    liquidates_with_fee: bool = False
    listed_ms: int = 0
    is_trading: bool = True

    @cached_property
    def venue_id(self) -> str:
        """The symbol without a separator, as Binance and Bybit write it: BTCUSDT."""
        return self.base + self.quote

    @cached_property
    def is_linear(self) -> bool:
        """Whether it is a contract with a position, not an exchange of assets."""
        return self.kind is MarketKind.LINEAR

    @cached_property
    def tick_decimals(self) -> int:
        """How many decimals a price has."""
        return decimals_of(self.tick_size)

    @cached_property
    def lot_decimals(self) -> int:
        """How many decimals a quantity (base) has."""
        return decimals_of(self.lot_size)

    @property
    def leverage_max(self) -> int:
        """The highest leverage of the smallest bracket; 1 for spot."""
        return self.margin_tiers[0].leverage_max if self.margin_tiers else 1

    def ticks(self, price: Decimal) -> int:
        """Return `price` in whole ticks; the price must already lie on a tick."""
        return int(price / self.tick_size)

    def price_of(self, ticks: int) -> Decimal:
        """Return the price of a number of ticks."""
        return self.tick_size * ticks

    def tier_of(self, notional: Decimal) -> MarginTier:
        """Return the bracket of a position of this size (quote); the last one is open-ended."""
        return next((tier for tier in self.margin_tiers if notional <= tier.notional_max), self.margin_tiers[-1])

    def notional_at(self, leverage: Decimal) -> Decimal:
        """Return how large (quote) a position may be with this leverage."""
        return max(
            (tier.notional_max for tier in self.margin_tiers if tier.leverage_max >= leverage), default=Decimal(0)
        )


@lru_cache(maxsize=256)
def decimals_of(step: Decimal) -> int:
    """Return how many decimals a number has, needless zeros left out."""
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a step is a finite number"
    return max(0, -exponent)


def price_key(price: Decimal) -> int:
    """Return a price as a whole number (of billionths of a thousandth) to sort by; a change of the tick keeps it."""
    return int(price.scaleb(12))


def floor_to(amount: Decimal, step: Decimal) -> Decimal:
    """Return `amount` rounded down to a multiple of `step`."""
    return _WIDE.multiply(_WIDE.divide_int(amount, step), step)


def fee_for(amount: Decimal, rate: Decimal, step: Decimal) -> Decimal:
    """Return the fee on an amount, cut to what the ledger shows (assumption: venues truncate)."""
    return (amount * rate).quantize(step, rounding=ROUND_DOWN)
