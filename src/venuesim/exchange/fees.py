"""What a fill costs: the account's rate, in the asset received (spot), the quote asset (contracts), or a third one."""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument, fee_for

Rate = Callable[[str, str], Decimal]
"""What one unit of an asset is worth in another; zero when nobody knows."""


class Fee(msgspec.Struct, frozen=True, gc=False):
    """A fee: positive is a cost, negative a rebate."""

    amount: Decimal
    asset: str
    rate: Decimal


def rate_of(account: Account, instrument: Instrument, *, is_maker: bool) -> Decimal:
    """Return the fraction that an account pays."""
    own = account.fee_terms.maker_rate if is_maker else account.fee_terms.taker_rate
    if own is not None:
        return own
    return instrument.maker_fee if is_maker else instrument.taker_fee


def fee_of(
    account: Account, instrument: Instrument, *, asset: str, amount: Decimal, is_maker: bool, worth: Rate
) -> Fee:
    """Return the fee on `amount` of `asset`.

    An account that pays in a third asset (BNB on Binance) does so while it has enough of it, at its discount.
    """
    rate = rate_of(account, instrument, is_maker=is_maker)
    fee = fee_for(amount, rate, instrument.money_step)
    other = account.fee_terms.pays_in
    if other is None or other == asset or fee <= 0:
        return Fee(fee, asset, rate)
    discounted = rate * (1 - account.fee_terms.discount)
    in_other = fee_for(amount * worth(asset, other), discounted, instrument.money_step)
    if ZERO < in_other <= account.balances[other].free:
        return Fee(in_other, other, discounted)
    return Fee(fee, asset, rate)
