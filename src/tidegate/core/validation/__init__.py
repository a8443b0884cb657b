"""Stage 1: is the order well-formed for this instrument and venue?"""

from decimal import Decimal

import msgspec

from tidegate.core.capabilities import Asked
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.records import Account
from tidegate.core.validation.amounts import check_grid, check_shape, check_workable
from tidegate.core.validation.bounds import check_bounds, reference_price
from tidegate.core.validation.leverage import check_leverage, in_known_mode
from tidegate.core.validation.options import check_options
from tidegate.core.validation.protection import check_protection
from tidegate.core.validation.refusals import refuse
from tidegate.core.validation.tiers import check_tiers
from tidegate.core.vocabulary import RefusalCode

__all__ = ["ValidOrder", "check_figures", "in_known_mode", "reference_price", "validate"]


class ValidOrder(msgspec.Struct, frozen=True, gc=False):
    """Proof that an order fits its instrument. `reference_price` is the side of the book it would meet."""

    command: PlaceOrder
    account: Account
    instrument: Instrument
    reference_price: Decimal | None


def validate(command: PlaceOrder, account: Account, desk: Desk) -> ValidOrder | Refusal:
    """The instrument exists and trades, the options fit together, amounts lie on the venue's grid and in its bounds."""
    instrument = desk.instruments.get((account.exchange, command.symbol))
    if instrument is None:
        return refuse(
            RefusalCode.SYMBOL_NOT_FOUND,
            f"{account.exchange} lists no {command.symbol}: GET /api/v1/instruments shows what it lists",
        )
    if not instrument.trading:
        return refuse(
            RefusalCode.INSTRUMENT_NOT_TRADING,
            f"{account.exchange} has halted {command.symbol}: wait, or trade another",
        )
    price = desk.recent_price(account.exchange, command.symbol, command.at)
    fresh = desk.fresh_price(account.exchange, command.symbol, command.at)
    refusal = (
        check_workable(command)
        or check_options(command, account, instrument)
        or check_figures(command, instrument, price, fresh)
        or check_protection(command, instrument, fresh)
        or check_leverage(command, account, instrument, desk)
        or check_tiers(command, instrument, price, desk)
    )
    return refusal or ValidOrder(command, account, instrument, reference_price(command.side, price))


def check_figures(asked: Asked, instrument: Instrument, price: Price | None, fresh: Price | None) -> Refusal | None:
    """Whether the figures go with the order's type, and lie on the market's grid and in its bounds."""
    refusal = check_shape(asked, instrument) or check_grid(asked, instrument)
    return refusal or check_bounds(asked, instrument, price, fresh)
