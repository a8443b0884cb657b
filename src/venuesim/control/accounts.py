"""Accounts by hand: created, changed, shown, and cash in and out of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from venuesim.control.reading import ControlError, Rooms, account_of, amount, names, positive, rate
from venuesim.exchange.accounts import FEE_TIER, ZERO, Account, FeeTerms
from venuesim.exchange.engine import Exchange
from venuesim.exchange.ledger import Row
from venuesim.exchange.margin import available
from venuesim.fault_effects import FaultEffects
from venuesim.fault_rules import PERMISSIONS

LEVERAGE_MAX = 125
FUTURES = "futures"


class Fees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account pays: fractions (negative: a rebate), and an asset that pays instead, at a discount."""

    maker: str | None = None
    taker: str | None = None
    pays_in: str | None = None
    discount: str = "0"


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to create or change; what is left out stays as it is.

    `fee_tier` is the venue's own name for it (OKX: Lv1 or VIP1 to VIP9, which open channels; fees are set by `fees`).
    """

    api_key: str
    secret: str
    passphrase: str = ""
    exchange: str | None = None
    balances: dict[str, str] = {}
    futures_balances: dict[str, str] | None = None
    permissions: tuple[str, ...] = ("read", "trade")
    fees: Fees | None = None
    fee_tier: str | None = None
    position_mode: Literal["one_way", "hedge"] | None = None
    leverage: int | None = None


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cash into an account or out of it; `wallet` tells Binance's spot (the default) and futures apart."""

    api_key: str
    asset: str
    amount: str
    direction: Literal["deposit", "withdrawal"] = "deposit"
    exchange: str | None = None
    wallet: Literal["spot", "futures", "unified"] | None = None


class Accounts:
    """The calls under `/_sim/accounts` and `/_sim/transfers`."""

    def __init__(self, rooms: Rooms, effects: FaultEffects) -> None:
        self._rooms = rooms
        self._effects = effects

    def add(self, body: AccountBody) -> object:
        """Create an account at a venue or at all of them, or change it."""
        exchanges = self._rooms.exchanges(body.exchange)
        balances = {asset: amount(text) for asset, text in body.balances.items()}
        futures = None if body.futures_balances is None else _amounts(body.futures_balances)
        terms = None if body.fees is None else _fee_terms(body.fees)
        _check(body, exchanges)
        for exchange in exchanges:
            account = exchange.add_account(
                api_key=body.api_key,
                secret=body.secret,
                passphrase=body.passphrase,
                permissions=body.permissions,
                balances=_wallet_balances(exchange, body.api_key, balances, futures),
            )
            _settle_terms(account, body, terms)
            if body.fee_tier is not None:
                account.settings[FEE_TIER] = body.fee_tier
        self._effects.refresh_keys()
        return {"api_key": body.api_key, "exchanges": names(exchanges)}

    def show(self, query: Mapping[str, str]) -> object:
        """List the accounts, without their secrets."""
        wanted = query.get("api_key")
        return {
            "accounts": [
                _row(exchange, account)
                for exchange in self._rooms.exchanges(query.get("exchange"))
                for account in exchange.accounts.values()
                if wanted in {None, account.api_key}
            ]
        }

    def transfer(self, body: TransferBody) -> object:
        """Book a deposit or a withdrawal."""
        moved = positive(body.amount)
        if not body.asset:
            raise ControlError("an asset has a name")
        exchanges = [
            exchange
            for exchange in self._rooms.exchanges(body.exchange)
            if (exchange.wallet == body.wallet if body.wallet else exchange.wallet != FUTURES)
            and (body.exchange is not None or body.api_key in exchange.accounts)
        ]
        if not exchanges:
            raise ControlError(f"no such wallet, or no account with the key {body.api_key!r}")
        accounts = [(exchange, account_of(exchange, body.api_key)) for exchange in exchanges]
        if body.direction == "withdrawal":
            for exchange, account in accounts:
                if moved > _withdrawable(exchange, account, body.asset):
                    raise ControlError(f"{exchange.name} has less than {body.amount} {body.asset} free")
            moved = -moved
        for exchange, account in accounts:
            exchange.clearing.move_cash(account, body.asset, moved)
        return {"accounts": [_row(exchange, account) for exchange, account in accounts]}


def _withdrawable(exchange: Exchange, account: Account, asset: str) -> Decimal:
    return min(account.balances[asset].free, available(account, asset, exchange.markets))


def _amounts(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {asset: amount(text) for asset, text in texts.items()}


def _fee_terms(fees: Fees) -> FeeTerms:
    discount = rate(fees.discount)
    if discount < 0:
        raise ControlError("a discount is not negative")
    return FeeTerms(
        maker_rate=None if fees.maker is None else rate(fees.maker),
        taker_rate=None if fees.taker is None else rate(fees.taker),
        pays_in=fees.pays_in,
        discount=discount,
    )


def _check(body: AccountBody, exchanges: list[Exchange]) -> None:
    """Refuse what cannot be, before anything is changed."""
    if not body.api_key or not body.secret:
        raise ControlError("an account has an api_key and a secret")
    unknown = set(body.permissions).difference(PERMISSIONS)
    if unknown:
        raise ControlError(f"no permission {min(unknown)!r}; there are {', '.join(PERMISSIONS)}")
    if body.leverage is not None and not 1 <= body.leverage <= LEVERAGE_MAX:
        raise ControlError(f"leverage lies between 1 and {LEVERAGE_MAX}")
    if body.futures_balances is not None and not any(exchange.wallet == FUTURES for exchange in exchanges):
        raise ControlError("futures_balances belong to a venue with a futures wallet of its own (binance)")
    if body.position_mode is None and body.leverage is None:
        return
    for exchange in exchanges:
        account = exchange.accounts.get(body.api_key)
        if account is not None and _trades_contracts(account):
            raise ControlError(f"{exchange.name}: position mode and leverage change only without positions and orders")


def _trades_contracts(account: Account) -> bool:
    has_orders = any(order.instrument.is_linear for order in account.open_orders.values())
    return has_orders or any(not holding.is_flat for holding in account.holdings.values())


def _wallet_balances(
    exchange: Exchange, api_key: str, balances: dict[str, Decimal], futures: dict[str, Decimal] | None
) -> dict[str, Decimal]:
    """Return what goes into an exchange's wallet: a new futures wallet gets the same as spot unless it is told."""
    if exchange.wallet != FUTURES:
        return balances
    if futures is not None:
        return futures
    return {} if api_key in exchange.accounts else balances


def _settle_terms(account: Account, body: AccountBody, terms: FeeTerms | None) -> None:
    if terms is not None:
        account.fee_terms = terms
    if body.position_mode is not None:
        account.is_hedged = body.position_mode == "hedge"
    if body.leverage is not None:
        account.leverage = body.leverage
        for holding in account.holdings.values():
            holding.leverage = Decimal(min(body.leverage, holding.instrument.leverage_max))


def _row(exchange: Exchange, account: Account) -> Row:
    terms = account.fee_terms
    return {
        "exchange": exchange.name,
        "wallet": exchange.wallet,
        "api_key": account.api_key,
        "permissions": sorted(account.granted),
        "is_revoked": account.is_revoked,
        "position_mode": "hedge" if account.is_hedged else "one_way",
        "leverage": account.leverage,
        "fees": {
            "maker": None if terms.maker_rate is None else f"{terms.maker_rate:f}",
            "taker": None if terms.taker_rate is None else f"{terms.taker_rate:f}",
            "pays_in": terms.pays_in,
            "discount": f"{terms.discount:f}",
        },
        "balances": {
            asset: {"free": f"{balance.free:f}", "locked": f"{balance.locked:f}"}
            for asset, balance in sorted(account.balances.items())
            if balance.total != ZERO
        },
    }
