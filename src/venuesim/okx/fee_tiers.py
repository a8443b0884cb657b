"""The fee tier of an account, which opens some channels (OKX "Order book channel", "Fills channel")."""

import re

from venuesim.exchange.accounts import FEE_TIER, Account
from venuesim.okx.errors import OkxError

REGULAR = "Lv1"
"""The tier of an account that was given none; the others are VIP1 to VIP9."""

CHANNEL_VIP = 4
"""The VIP level from which on `fills` and the tick-by-tick books can be heard."""

_VIP = re.compile(r"VIP(\d+)")


def level_name(account: Account) -> str:
    """Return the tier's name as account/config shows it."""
    return account.settings.get(FEE_TIER, REGULAR)


def check_tier(accounts: list[Account]) -> None:
    """Refuse a channel of the higher tiers to accounts of which none has one."""
    found = (_VIP.fullmatch(level_name(account)) for account in accounts)
    if not any(vip is not None and int(vip[1]) >= CHANNEL_VIP for vip in found):
        raise OkxError("64003", "Your trading fee tier doesn't meet the requirement to access this channel")
