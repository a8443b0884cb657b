"""What limits look at, what is free and what owners are worth: held against plain loops over the rows.

The desk's own sums run along with every event and every price; here nothing runs along.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from simulation.claims import must
from simulation.rules import SYMBOLS
from simulation.stakes import CASH, ZERO, Books, Stake, stakes_of
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.records import Position
from tidegate.core.risk.uses import uses
from tidegate.core.valuation import value_owners
from tidegate.core.vocabulary import LimitKind, MarginMode, Wallet

NEAR = Decimal("1e-6")  # Quotients are rounded on the way.
PER_NAME = frozenset({LimitKind.POSITION_QUANTITY, LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE})
CHECKED = PER_NAME | {LimitKind.GROSS_EXPOSURE, LimitKind.NET_EXPOSURE, LimitKind.DAILY_LOSS}


def books_of(desk: Desk) -> Books:
    """The rows in the desk's memory."""
    exchanges = {account_id: account.exchange for account_id, account in desk.accounts.items()}
    return Books(desk.orders, desk.holdings.values(), desk.positions.values(), exchanges, desk.prices)


def check_sums(desk: Desk, books: Books, now: datetime) -> None:
    """`books` are the desk's memory, or storage once nothing moves any more."""
    exchanges = set(books.exchanges.values())
    if not all((exchange, symbol) in desk.prices for exchange in exchanges for symbol in SYMBOLS):
        return  # It has just started.
    _check_uses(desk, books, now)
    _check_margins(desk, books)
    if all(price.at is not None and now - price.at < desk.policy.price_stale for price in desk.prices.values()):
        _check_worth(desk, books, now)


def _is_near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= NEAR


# --- limits ----------------------------------------------------------------------------------------------------------


def _check_uses(desk: Desk, books: Books, now: datetime) -> None:
    limits = [limit for limit in desk.risk.limits if limit.kind in CHECKED]
    if not limits:
        return
    stakes = [*stakes_of(books)]
    told = {(use.limit_id, use.scope): use.actual for use in uses(desk, now) if use.kind in CHECKED}
    for limit in limits:
        for scope, figure in _figures(desk, stakes, limit):
            said = told.pop((limit.limit_id, scope), ZERO)
            must(23, _is_near(said, figure), f"{limit.kind} of {scope.key} is said to be {said}, and is {figure}")
    must(23, not any(told.values()), f"nothing is there, and it is said to be {told}")


def _figures(desk: Desk, stakes: list[Stake], limit: RiskLimit) -> Iterator[tuple[Scope, Decimal]]:
    """What a limit is held against, in each scope that it is about; in each symbol of that, or each asset."""
    for scope in _scopes(desk, limit):
        within = [stake for stake in stakes if _lies_in(stake, scope)]
        if limit.kind in PER_NAME:
            names = {stake: _counts_as(stake, limit.kind) for stake in within}
            for name in set(names.values()):
                one = Scope(user_id=scope.user_id, account_id=scope.account_id, exchange=scope.exchange, symbol=name)
                yield one, _figure(limit.kind, [stake for stake in within if names[stake] == name])
        elif limit.kind is not LimitKind.DAILY_LOSS:
            yield scope, _figure(limit.kind, within)
        elif (lost := _lost(desk, scope)) is not None:
            yield scope, max(lost + sum((stake.at_risk for stake in within), ZERO), ZERO)


def _counts_as(stake: Stake, kind: LimitKind) -> str:
    return stake.name.partition("/")[0] if kind is LimitKind.ASSET_EXPOSURE else stake.name


def _scopes(desk: Desk, limit: RiskLimit) -> Iterator[Scope]:
    """A role's limit is one of each of its users."""
    named = limit.scope
    if named.role is None:
        yield named
        return
    for user in desk.users.values():
        if user.role is named.role:
            yield Scope(user_id=user.user_id, account_id=named.account_id, exchange=named.exchange, symbol=named.symbol)


def _lies_in(stake: Stake, scope: Scope) -> bool:
    symbol = scope.symbol
    name = symbol if symbol is None or ":" in symbol else symbol.partition("/")[0]
    return (
        scope.user_id in (None, stake.user_id)
        and scope.account_id in (None, stake.account_id)
        and scope.exchange in (None, stake.exchange)
        and name in (None, stake.name)
    )


def _figure(kind: LimitKind, stakes: list[Stake]) -> Decimal:
    if kind is LimitKind.GROSS_EXPOSURE:
        return sum((max(abs(stake.long), abs(stake.short)) * stake.price for stake in stakes), ZERO)
    long = short = ZERO
    for stake in stakes:
        price = Decimal(1) if kind is LimitKind.POSITION_QUANTITY else stake.price
        long, short = long + stake.long * price, short + stake.short * price
    return max(long, -short, ZERO)


def _lost(desk: Desk, scope: Scope) -> Decimal | None:
    """What today has cost those of the scope, by the last points of their equity; None: there are none yet."""
    owners = [
        marked
        for (account_id, user_id), marked in desk.risk.marks.items()
        if scope.user_id in (None, user_id)
        and scope.account_id in (None, account_id)
        and scope.exchange in (None, desk.accounts[account_id].exchange)
    ]
    mark = desk.risk.loss_marks.get(scope.key)
    if mark is None or not owners:
        return None
    return mark.day_start - sum((owner.equity - owner.net_deposits for owner in owners), ZERO)


# --- what is free, and what it is all worth --------------------------------------------------------------------------


def _check_margins(desk: Desk, books: Books) -> None:
    """Positions tie up their initial margins, and what all of one purse have lost together."""
    purses: dict[tuple[AccountId, UserId, str, Wallet], tuple[Decimal, Decimal]] = {}
    for position in books.positions:
        wallet = desk.wallet_of(position.exchange, position.symbol)
        key = (position.account_id, position.user_id, CASH, wallet)
        margin, earned = purses.get(key, (ZERO, ZERO))
        leverage = desk.leverages.get((position.account_id, position.symbol))
        price = desk.prices[position.exchange, position.symbol]
        fair = price.mark or price.last
        margin += abs(position.quantity) * fair / (Decimal(1) if leverage is None else leverage.leverage)
        if leverage is None or leverage.margin_mode is not MarginMode.ISOLATED:
            earned += _earned(position, fair)
        purses[key] = margin, earned
    for key, (margin, earned) in purses.items():
        said = desk.margins.purses[key].tied_up if key in desk.margins.purses else ZERO
        tied_up = margin - min(earned, ZERO)
        must(23, _is_near(said, tied_up), f"positions of {key} are said to tie up {said}, and it is {tied_up}")


def _earned(position: Position, price: Decimal) -> Decimal:
    return position.quantity * (price - (position.average_price or ZERO))


def _check_worth(desk: Desk, books: Books, now: datetime) -> None:
    """An owner's equity is all that is held, with what positions would earn if they were closed."""
    worths: dict[tuple[AccountId, UserId], Decimal] = {}
    for holding in books.holdings:
        owner = (holding.account_id, holding.user_id)
        worth = holding.quantity * books.price(holding.account_id, holding.asset)
        worths[owner] = worths.get(owner, ZERO) + worth
    for position in books.positions:
        owner = (position.account_id, position.user_id)
        earned = _earned(position, books.price(position.account_id, position.symbol))
        worths[owner] = worths.get(owner, ZERO) + earned
    for owner, valued in value_owners(desk, now).items():
        worth = worths.get(owner, ZERO)
        must(23, _is_near(valued.equity, worth), f"{owner} is said to be worth {valued.equity}, and is {worth}")


def check_capital(desk: Desk, brought_in: Mapping[tuple[AccountId, UserId], Decimal]) -> None:
    """What owners have brought in is what the journal says."""
    for owner, capital in desk.risk.capital.items():
        said, true = capital.net_deposits, brought_in.get(owner, ZERO)
        must(23, _is_near(said, true), f"{owner} is said to have brought in {said}, and has {true}")
