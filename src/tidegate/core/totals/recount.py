"""The totals counted from scratch: when a set of limits comes into force, and after a restart."""

from collections.abc import Mapping
from decimal import Decimal

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.money import ZERO
from tidegate.core.order import Order
from tidegate.core.records import HoldingKey, Position
from tidegate.core.totals.books import Books, is_expected, worth_of_unit
from tidegate.core.totals.exposures import Unit
from tidegate.core.totals.measures import MEASURES
from tidegate.core.totals.places import holding_key, name_of, quote_of
from tidegate.core.totals.recent import count_order, count_outcome
from tidegate.core.totals.running import Totals
from tidegate.core.vocabulary import Exchange, Wallet


def recount(books: Books) -> Totals | None:
    """All totals of what is in force, from what is in memory; None: nothing is in force."""
    risk = books.risk
    if not risk.limits and not risk.states:
        return None
    totals = Totals(risk.limits, MEASURES, books.policy.cash_assets)
    for account_id, user_id, asset, _ in books.holdings:
        hold_asset(totals, books, account_id, user_id, asset)
    for position in books.positions.values():
        hold_position(totals, books, position)
    for order in books.orders.values():
        follow_order(totals, books, order)
    totals.mark(risk.marks, exchanges_of(books), risk.measuring())
    if totals.remembers:
        for recent in risk.recent_orders.values():
            count_order(totals, recent)
            count_outcome(totals, recent)
    return totals


def hold_asset(totals: Totals, books: Books, account_id: AccountId, user_id: UserId, asset: str) -> None:
    """A holding changed. Cash is no exposure."""
    if asset in books.policy.cash_assets:
        return
    exchange = books.accounts[account_id].exchange
    quantity = sum((_held(books, (account_id, user_id, asset, wallet)) for wallet in Wallet), ZERO)
    unit_of(totals, books, exchange, asset)
    totals.hold(holding_key(account_id, user_id, asset), exchange, quantity)


def _held(books: Books, key: HoldingKey) -> Decimal:
    holding = books.holdings.get(key)
    return ZERO if holding is None else holding.quantity


def hold_position(totals: Totals, books: Books, position: Position) -> None:
    """A position changed."""
    unit_of(totals, books, position.exchange, position.symbol)
    key = (position.account_id, position.user_id, position.symbol, position.position_side)
    totals.hold(key, position.exchange, position.quantity)


def follow_order(totals: Totals, books: Books, order: Order) -> bool:
    """An order changed; whether it was let through just now."""
    parent = None if order.parent_order_id is None else books.orders.get(order.parent_order_id)
    unit_of(totals, books, order.exchange, name_of(order.symbol))
    if (quote := totals.quote_traded(order.symbol)) is not None:
        unit_of(totals, books, order.exchange, quote)
    has_stop = order.stop_loss is not None
    rate = books.rate(order.exchange, quote_of(order.symbol)) or ZERO if has_stop else ZERO
    is_new = totals.follow_order(order, parent, rate)
    if order.leg is not None and parent is not None:
        follow_order(totals, books, parent)  # What its legs have closed is not at risk any more.
    return is_new


def unit_of(totals: Totals, books: Books, exchange: Exchange, name: str) -> Unit:
    """What is valued, made on first sight and valued from then on."""
    unit = totals.units.get((exchange, name))
    if unit is None:
        expected = is_expected(books, exchange, name)
        unit = Unit(key=(exchange, name), is_derivative=":" in name, expected=expected, growth=totals.growth)
        totals.units[exchange, name] = unit
        value(totals, books, unit)
    return unit


def value(totals: Totals, books: Books, unit: Unit) -> None:
    """Value a unit by the newest prices, and note by whose moves it is to be valued again."""
    exchange, name = unit.key
    unit.set_price(worth_of_unit(books, unit.key))
    asset = quote_of(name) if unit.is_derivative else name
    markets = [(exchange, name)] if unit.is_derivative else []
    paths = books.rates.paths(books.prices, exchange, asset) if asset != books.policy.reporting_currency else ()
    markets += [(leg.exchange, leg.symbol) for leg in (paths[0] if paths else ())]
    for market in markets:
        totals.valued_by.setdefault(market, {})[unit.key] = unit
    is_direct = bool(paths) and len(paths[0]) == 1 and paths[0][0].exchange is exchange
    if asset == books.policy.reporting_currency or is_direct:
        totals.indirect.pop(unit.key, None)
    else:
        totals.indirect[unit.key] = unit


def price_moved(totals: Totals, books: Books, exchange: Exchange, symbol: str, *, is_new: bool) -> None:
    """Value anew what this market's price values; a market that had none before may show a better way to others."""
    for unit in tuple(totals.valued_by.get((exchange, symbol), {}).values()):
        unit.set_price(worth_of_unit(books, unit.key))
    if is_new and ":" not in symbol:
        for unit in tuple(totals.indirect.values()):
            value(totals, books, unit)


def markets_listed(totals: Totals, books: Books) -> None:
    """A venue told what it lists: prices may be expected of more than before."""
    for (exchange, name), unit in totals.units.items():
        unit.expect(is_expected(books, exchange, name))


def exchanges_of(books: Books) -> Mapping[AccountId, Exchange]:
    """At which venue each account is."""
    return {account_id: account.exchange for account_id, account in books.accounts.items()}
