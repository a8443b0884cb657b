"""Commission rates (Commissions FAQ): the account's own or the symbol's, and the discount for paying in BNB."""

from decimal import Decimal

from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.instruments import Instruments
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.fees import rate_of
from venuesim.exchange.instruments import Instrument

DISCOUNT_ASSET = "BNB"
DISCOUNT = Decimal("0.25")
DISCOUNT_SHOWN = "0.75000000"
"""Assumption: as in the documentation's sample of account/commission, the factor that is left of the rate."""


class Commissions:
    """Answers what an account pays, and lets it pay in BNB."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def commission(self, request: Request) -> Result:
        """Show an account's rates for a symbol."""
        instrument = self._instruments.read(request.parameters)
        request.all_read()
        nothing = {"maker": eight(ZERO), "taker": eight(ZERO), "buyer": eight(ZERO), "seller": eight(ZERO)}
        return Result(
            {
                "symbol": instrument.venue_id,
                "standardCommission": nothing | _rates(request.account, instrument),
                "specialCommission": nothing,
                "taxCommission": nothing,
                "discount": self._discount(request.account),
            }
        )

    def for_order(self, account: Account, instrument: Instrument) -> Json:
        """Return the rates that an order would be charged, as a test order shows them."""
        nothing = {"maker": eight(ZERO), "taker": eight(ZERO)}
        return {
            "standardCommissionForOrder": _rates(account, instrument),
            "specialCommissionForOrder": nothing,
            "taxCommissionForOrder": nothing,
            "discount": self._discount(account),
        }

    def burn(self, request: Request) -> Result:
        """Show whether fees are paid in BNB."""
        request.all_read()
        return Result(_burn(request.account))

    def toggle_burn(self, request: Request) -> Result:
        """Switch paying fees in BNB on or off."""
        parameters, terms = request.parameters, request.account.fee_terms
        pays_in_bnb = parameters.boolean("spotBNBBurn", terms.pays_in == DISCOUNT_ASSET)
        if parameters.has("interestBNBBurn"):
            parameters.boolean("interestBNBBurn")
        request.all_read()
        terms.pays_in = DISCOUNT_ASSET if pays_in_bnb else None
        terms.discount = DISCOUNT if pays_in_bnb else ZERO
        return Result(_burn(request.account))

    @staticmethod
    def _discount(account: Account) -> Json:
        return {
            "enabledForAccount": account.fee_terms.pays_in == DISCOUNT_ASSET,
            "enabledForSymbol": True,
            "discountAsset": DISCOUNT_ASSET,
            "discount": DISCOUNT_SHOWN,
        }


def account_rates(account: Account, instrument: Instrument) -> tuple[str, str]:
    """Return (maker, taker) rates as text."""
    return eight(rate_of(account, instrument, is_maker=True)), eight(rate_of(account, instrument, is_maker=False))


def _rates(account: Account, instrument: Instrument) -> Json:
    maker, taker = account_rates(account, instrument)
    return {"maker": maker, "taker": taker}


def _burn(account: Account) -> Json:
    return {"spotBNBBurn": account.fee_terms.pays_in == DISCOUNT_ASSET, "interestBNBBurn": False}
