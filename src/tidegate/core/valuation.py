"""What is owned is worth, in the reporting currency: holdings at their rates, positions at their unrealized profit.

What nothing prices counts as nothing. It makes a value stale only where a price of it can be expected: an asset that no
listed market trades for one of the well-known ones has none, and says nothing about the rest.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_records import Capital
from tidegate.core.messages.risk_values import OwnerEquity
from tidegate.core.money import ZERO
from tidegate.core.rates import HUBS, Worth, is_fresh
from tidegate.core.records import Holding, Position
from tidegate.core.vocabulary import Exchange, InstrumentKind

Owner = tuple[AccountId, UserId]
NO_WORTH = Worth(None, stale=True)


class Valued(msgspec.Struct, kw_only=True, gc=False):
    """What one owner's part of an account adds up to. `missing`: a price that can be expected was never told."""

    equity: Decimal = ZERO
    unrealized_pnl: Decimal = ZERO
    gross_exposure: Decimal = ZERO
    net_deposits: Decimal = ZERO
    stale: bool = False
    missing: bool = False


def worth(desk: Desk, exchange: Exchange, asset: str, at: datetime) -> Worth:
    """What a unit of an asset is worth, by the venue where it lies if it can be."""
    return desk.rates.worth(desk.prices, exchange, asset, at - desk.policy.price_stale)


def mark_of(desk: Desk, exchange: Exchange, symbol: str, at: datetime) -> Worth:
    """A derivative's fair price in its quote asset; its last one where the venue tells none."""
    price = desk.prices.get((exchange, symbol))
    if price is None:
        return NO_WORTH
    return Worth(price.mark or price.last, stale=not is_fresh(price, at - desk.policy.price_stale))


def notional_of(desk: Desk, position: Position, at: datetime) -> Worth:
    """What a position is worth at its fair price; negative for a short one."""
    mark = mark_of(desk, position.exchange, position.symbol, at)
    return _converted(desk, position, mark, at, ZERO)


def unrealized_of(desk: Desk, position: Position, at: datetime) -> Worth:
    """What a position would earn, before fees, if it were closed at its fair price."""
    mark = mark_of(desk, position.exchange, position.symbol, at)
    return _converted(desk, position, mark, at, position.average_price or ZERO)


def _converted(desk: Desk, position: Position, mark: Worth, at: datetime, against: Decimal) -> Worth:
    rate = worth(desk, position.exchange, position.symbol.partition(":")[2], at)
    if mark.value is None or rate.value is None:
        return NO_WORTH
    return Worth(position.quantity * (mark.value - against) * rate.value, stale=mark.stale or rate.stale)


# --- owners --------------------------------------------------------------------------------------------------------


def value_owners(desk: Desk, at: datetime) -> dict[Owner, Valued]:
    """All owners of anything, now or ever, in one pass."""
    found: dict[Owner, Valued] = {}
    rates = _RatesOfNow(desk, at)
    for holding in desk.holdings.values():
        _add_holding(rates, found.setdefault((holding.account_id, holding.user_id), Valued()), holding)
    for owner, positions in desk.positions_by_owner.items():
        _add_positions(desk, found.setdefault(owner, Valued()), positions, at)
    for owner, capital in desk.risk.capital.items():
        _add_capital(desk, found.setdefault(owner, Valued()), capital, at)
    return found


def equity_of(owner: Owner, valued: Valued) -> OwnerEquity:
    """What an owner is worth, as it is told."""
    return OwnerEquity(
        account_id=owner[0],
        user_id=owner[1],
        equity=valued.equity,
        unrealized_pnl=valued.unrealized_pnl,
        net_deposits=valued.net_deposits,
        gross_exposure=valued.gross_exposure,
        stale=valued.stale,
    )


class _RatesOfNow:
    """Rates at one moment, each worked out once: many own the same."""

    def __init__(self, desk: Desk, at: datetime) -> None:
        self.desk, self.at = desk, at
        self._known: dict[tuple[AccountId, str], tuple[Worth, bool]] = {}

    def of(self, account_id: AccountId, asset: str) -> tuple[Worth, bool]:
        """What a unit in an account is worth; and whether a price is missing that can be expected."""
        known = self._known.get((account_id, asset))
        if known is None:
            exchange = self.desk.accounts[account_id].exchange
            rate = worth(self.desk, exchange, asset, self.at)
            known = rate, rate.value is None and is_expected(self.desk, exchange, asset)
            self._known[account_id, asset] = known
        return known


def _add_holding(rates: _RatesOfNow, valued: Valued, holding: Holding) -> None:
    if not holding.quantity:
        return
    rate, is_missing = rates.of(holding.account_id, holding.asset)
    if rate.value is None:
        valued.stale |= is_missing
        valued.missing |= is_missing
        return
    value = holding.quantity * rate.value
    valued.equity += value
    valued.stale |= rate.stale
    if holding.asset not in rates.desk.policy.cash_assets:
        valued.gross_exposure += abs(value)


def _add_positions(desk: Desk, valued: Valued, positions: Iterable[Position], at: datetime) -> None:
    for position in positions:
        if not position.quantity:
            continue
        unrealized, notional = unrealized_of(desk, position, at), notional_of(desk, position, at)
        if unrealized.value is None or notional.value is None:
            valued.stale = valued.missing = True
            continue
        valued.equity += unrealized.value
        valued.unrealized_pnl += unrealized.value
        valued.gross_exposure += abs(notional.value)
        valued.stale |= unrealized.stale


def _add_capital(desk: Desk, valued: Valued, capital: Capital, at: datetime) -> None:
    """What could not be counted when it came is counted as it is worth now: no profit comes from not knowing."""
    valued.net_deposits += capital.net_deposits
    for asset, quantity in capital.unpriced.items():
        rate = worth(desk, desk.accounts[capital.account_id].exchange, asset, at)
        valued.net_deposits += quantity * (rate.value or ZERO)


def is_expected(desk: Desk, exchange: Exchange, asset: str) -> bool:
    """Whether an asset without a price should have one: a market of its venue trades it, or the listing is unknown."""
    hubs = {desk.policy.reporting_currency, *HUBS}
    is_listed = False
    for (venue, _), rule in desk.instruments.items():
        if venue is not exchange:
            continue
        is_listed = True
        if rule.kind is not InstrumentKind.SPOT or not rule.trading:
            continue
        if (rule.base == asset and rule.quote in hubs) or (rule.quote == asset and rule.base in hubs):
            return True
    return not is_listed
