"""The pre-trade checks. Missing data fails closed: no price, no balance means no order, with a reason."""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.desk import Desk
from tidegate.core.messages.values import Refusal
from tidegate.core.money import plain, ratio_up
from tidegate.core.validation import ValidOrder
from tidegate.core.vocabulary import RefusalCode, Side

LIMITS_VERSION = 1  # Which set of limits a decision used; the desk's only limits are its balances so far.


class RiskApproved(NamedTuple):
    """Proof that an order passed risk, and what is to be reserved for it."""

    valid: ValidOrder
    limits_version: int
    reserved_asset: str
    reserved_quantity: Decimal
    reserve_price: Decimal | None


def check_risk(valid: ValidOrder, desk: Desk) -> RiskApproved | Refusal:
    """The worst case of the order fits what its user has free in the account."""
    command, instrument = valid.command, valid.instrument
    reserve_price = _reserve_price(valid, desk)
    if reserve_price is None and _needs_price(valid):
        return Refusal(
            code=RefusalCode.NO_REFERENCE_PRICE,
            message=f"no price of {command.symbol} on {instrument.exchange} is known yet: give a limit price, or wait",
        )
    if command.side is Side.BUY:
        asset = instrument.quote
        if command.quantity is None:
            needed = command.quote_quantity
        else:
            price = command.price if command.price is not None else reserve_price
            needed = None if price is None else command.quantity * price
    else:
        asset = instrument.base
        needed = command.quantity
        if needed is None and command.quote_quantity is not None and reserve_price is not None:
            needed = ratio_up(command.quote_quantity, reserve_price)
    assert needed is not None
    available = desk.available(command.account_id, command.user_id, asset)
    if needed > available:
        return Refusal(
            code=RefusalCode.INSUFFICIENT_BALANCE,
            message=f"the order may need {plain(needed)} {asset}, and {plain(available)} {asset} is free",
            limit=plain(available),
            actual=plain(needed),
        )
    return RiskApproved(valid, LIMITS_VERSION, asset, needed, reserve_price)


def _needs_price(valid: ValidOrder) -> bool:
    """Whether the worst case cannot be known without a market price."""
    command = valid.command
    if command.price is not None:
        return False
    return (command.side is Side.BUY) == (command.quantity is not None)


def _reserve_price(valid: ValidOrder, desk: Desk) -> Decimal | None:
    """The worst price a market order may trade at: the touch plus or minus the collar."""
    if valid.command.price is not None or valid.reference_price is None:
        return None
    collar = desk.policy.price_collar_ratio
    return valid.reference_price * (1 + collar if valid.command.side is Side.BUY else 1 - collar)
