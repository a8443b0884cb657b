"""All state of one desk. Everybody may look; only `apply` changes it.

`attach` and `detach` move closed orders between storage and memory, which changes nothing that anybody can see.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from tidegate.core.held import HeldOrders, Market
from tidegate.core.identifiers import (
    AccountId,
    ClientOrderId,
    ExchangeClientOrderId,
    ExchangeOrderId,
    ExecutionId,
    IdempotencyKey,
    OrderId,
    RuleId,
    UserId,
    order_of,
)
from tidegate.core.instruments import Instrument, Price, wallet_of
from tidegate.core.memory import keep, remember
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.messages.values import VenuePosition
from tidegate.core.money import ZERO
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.margins import Margins, recounted
from tidegate.core.rates import Rates, is_fresh
from tidegate.core.records import (
    Account,
    AccountMarket,
    Break,
    CashFlow,
    CashFlowKey,
    DeskSnapshot,
    ForcedClose,
    Found,
    HeardKey,
    Holding,
    HoldingKey,
    KeptRequest,
    Leverage,
    Position,
    PositionKey,
    RequestKey,
    Rule,
    User,
)
from tidegate.core.risk_book import RiskBook
from tidegate.core.totals.recount import recount
from tidegate.core.totals.running import Totals
from tidegate.core.vocabulary import AccountState, Exchange, PositionSide, Wallet


class Difference(NamedTuple):
    """How far the venue's balance was from ours, and since when it has been exactly that."""

    amount: Decimal
    since: datetime


class DeadMan(NamedTuple):
    """What a venue was asked last of an account's dead-man switch; `asked_at` None: it failed, and is due again."""

    asked_at: datetime | None
    seconds: int
    symbols: frozenset[str]


class Desk:
    """Users, accounts, open orders, holdings and the market as last seen."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.sequence = 0
        self.history_id = 0
        self.rates = Rates(policy.reporting_currency)
        self.users: dict[UserId, User] = {}
        self.accounts: dict[AccountId, Account] = {}
        self.instruments: dict[tuple[Exchange, str], Instrument] = {}
        self.prices: dict[tuple[Exchange, str], Price] = {}
        self.holdings: dict[HoldingKey, Holding] = {}
        self.positions: dict[PositionKey, Position] = {}
        self.positions_by_owner: dict[tuple[AccountId, UserId], list[Position]] = {}
        self.margins = Margins()  # What open positions tie up.
        self.leverages: dict[tuple[AccountId, str], Leverage] = {}
        self.rules: dict[RuleId, Rule] = {}  # Those that have not ended.
        self.rules_of: dict[OrderId, set[RuleId]] = {}  # By the order that they wait for.
        self.held = HeldOrders()  # Orders that a price may set off at the desk.
        self.traded_markets: frozenset[Market] = frozenset()  # Another object whenever the markets are others.
        self.children: dict[OrderId, list[OrderId]] = {}  # Legs that are not closed, by the order that they protect.
        self.cash_flows: dict[CashFlowKey, None] = {}  # Booked ones: the newest, and what inputs speak of.
        self.heard: dict[HeardKey, CashFlow | None] = {}  # Of them, those that no list has named; None: one has by now.
        self.told: dict[str, None] = {}  # Breaks that are told but once: the newest, and what inputs speak of.
        self.dismissed: dict[str, str] = {}  # Foreign orders that a person closed, in the words that told of them: so.
        self.requests: dict[RequestKey, KeptRequest] = {}  # Changes and cancels with a key: the newest, and so on.
        self.orders: dict[OrderId, Order] = {}
        self.execution_ids: dict[OrderId, set[ExecutionId]] = {}
        self.executions: dict[ExecutionId, ExecutionBooked] = {}  # As booked since the start, and what inputs speak of.
        self.busted: set[ExecutionId] = set()
        self.execution_times: dict[AccountId, datetime] = {}
        self.compared_at: dict[AccountId, datetime] = {}  # Everything before has been told by the account's venue.
        self.compare_since: dict[AccountId, datetime] = {}  # Trades and ends since then want the books compared.
        self.recent_symbols: dict[AccountId, dict[str, datetime]] = {}  # When an order in them last ended.
        self.forced: dict[AccountMarket, ForcedClose] = {}  # What venues closed last, as far as inputs speak of it.
        self.differences: dict[tuple[AccountId, str, Wallet], Difference] = {}
        self.position_differences: dict[tuple[AccountId, str, PositionSide], Difference] = {}
        self.liquidations: dict[AccountId, dict[tuple[str, PositionSide], VenuePosition]] = {}  # As told last.
        self.open_breaks: dict[str, Break] = {}
        self.risk = RiskBook()
        self.totals: Totals | None = None  # What limits and states in force are held against; None: there are none.
        self.found_recent: Sequence[RecentOrder] = ()  # Storage's, for limits that are about to count over time.
        self.clients_heard: dict[UserId, datetime] = {}  # Of those whose orders end when nothing is heard of them.
        self.dead_men: dict[AccountId, DeadMan] = {}  # Of accounts whose switch is on at the venue, or may be.
        self.unresolved: dict[AccountId, int] = {}  # Per account: sends whose outcome is not known yet.
        self.by_idempotency_key: dict[tuple[UserId, IdempotencyKey], OrderId] = {}
        self.by_client_order_id: dict[tuple[UserId, ClientOrderId], OrderId] = {}
        self.by_exchange_order_id: dict[tuple[AccountId, str], dict[ExchangeOrderId, OrderId]] = {}

    @classmethod
    def restore(cls, snapshot: DeskSnapshot, policy: Policy) -> "Desk":
        """The desk as storage knows it. No account is trusted before its venue has been asked."""
        desk = cls(policy)
        desk.sequence = snapshot.sequence
        desk.history_id = snapshot.history_id
        desk.users = {user.user_id: user for user in snapshot.users}
        for account in snapshot.accounts:
            account.state = AccountState.OFFLINE
            account.message = "the desk has just started"
            desk.accounts[account.account_id] = account
        desk.holdings = {(held.account_id, held.user_id, held.asset, held.wallet): held for held in snapshot.holdings}
        for position in snapshot.positions:
            desk.keep_position(position)
        desk.leverages = {(setting.account_id, setting.symbol): setting for setting in snapshot.leverages}
        desk.margins = recounted(desk.positions.values(), desk.prices, desk.leverages)
        for rule in snapshot.rules:
            desk.keep_rule(rule)
        desk.execution_times = dict(snapshot.execution_times)
        for account_id, symbols in snapshot.recent_symbols.items():
            desk.recent_symbols[account_id] = dict(sorted(symbols.items(), key=itemgetter(1)))
            desk.note_markets((desk.accounts[account_id].exchange, symbol) for symbol in symbols)
        desk.open_breaks = {found.break_id: found for found in snapshot.breaks}
        desk.risk.restore(snapshot)
        desk.attach(Found(orders=snapshot.open_orders, execution_ids=snapshot.execution_ids))
        desk.totals = recount(desk)
        return desk

    # --- finding -----------------------------------------------------------------------------------------------

    def order_for(
        self,
        account_id: AccountId,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId | None,
        exchange_order_id: ExchangeOrderId | None,
    ) -> Order | None:
        """The order that a venue speaks of, by either id."""
        if exchange_client_order_id is not None:
            ours = order_of(exchange_client_order_id)
            if ours is not None and (order := self.orders.get(ours[0])) is not None:
                return order if order.account_id == account_id else None
        if exchange_order_id is None:
            return None
        order_id = self.by_exchange_order_id.get((account_id, symbol), {}).get(exchange_order_id)
        return None if order_id is None else self.orders.get(order_id)

    def open_orders(self, account_id: AccountId) -> Iterable[Order]:
        """The account's orders that are not closed."""
        return (order for order in self.orders.values() if order.account_id == account_id and order.closed_at is None)

    def instrument_of(self, order: Order) -> Instrument | None:
        """The rules of the order's market, when they are known."""
        return self.instruments.get((order.exchange, order.symbol))

    def wallet_of(self, exchange: Exchange, symbol: str) -> Wallet:
        """Which purse pays for a market: by its symbol, so that it holds while the listing is not known."""
        return wallet_of(exchange, symbol)

    def available(self, account_id: AccountId, user_id: UserId, asset: str, wallet: Wallet = Wallet.MAIN) -> Decimal:
        """What the user may still spend of an asset in a wallet of an account."""
        holding = self.holdings.get((account_id, user_id, asset, wallet))
        return ZERO if holding is None else holding.quantity - holding.reserved

    def rate(self, exchange: Exchange, asset: str) -> Decimal | None:
        """What one unit of an asset is worth in the reporting currency, by the last prices; None: unknown.

        By the venue's own markets if it can be, by another's if not.
        """
        return self.rates.rate(self.prices, exchange, asset)

    def recent_price(self, exchange: Exchange, symbol: str, at: datetime) -> Price | None:
        """The market as far as an order may be held against it; None: what was told last is too old for that."""
        price = self.prices.get((exchange, symbol))
        return price if price is not None and is_fresh(price, at - self.policy.price_stale) else None

    def fresh_price(self, exchange: Exchange, symbol: str, at: datetime) -> Price | None:
        """The market as it was told just now; None: it may have moved since."""
        price = self.prices.get((exchange, symbol))
        if price is None or price.at is None or at - price.at > self.policy.price_fresh:
            return None
        return price

    # --- memory ------------------------------------------------------------------------------------------------

    def attach(self, found: Found) -> None:
        """Hold these orders in memory (again). One that is held already is newer than storage and stays."""
        for order in found.orders:
            if order.order_id not in self.orders:
                self.index(order)
                if order.is_unresolved:
                    self.count_unresolved(order, 1)
                self.execution_ids[order.order_id] = set(found.execution_ids.get(order.order_id, ()))
        self.busted |= found.busted
        for booked in found.executions:
            if booked.execution_id not in self.busted:
                self.executions[booked.execution_id] = booked
        for market, closed in found.forced.items():
            self.forced.setdefault(market, closed)
        self._attach_flows(found)
        for told in found.break_ids:
            remember(self.told, told)
        for name, message in found.dismissed.items():
            keep(self.dismissed, name, message)
        for request in found.requests:
            keep(self.requests, (request.user_id, request.idempotency_key), request)
        if found.recent_orders:
            self.found_recent = found.recent_orders

    def _attach_flows(self, found: Found) -> None:
        for flow in found.cash_flows:
            remember(self.cash_flows, flow)
        for heard in found.heard:
            if (key := (heard.account_id, heard.flow_id)) not in self.heard:
                keep(self.heard, key, heard)

    def detach(self, order_id: OrderId) -> None:
        """Let a closed order go; storage has it."""
        order = self.orders.get(order_id)
        if order is None or order.guarding:
            return  # What it filled is still protected: its legs need it.
        assert order.is_closed
        del self.orders[order_id]
        for execution_id in self.execution_ids.pop(order_id, ()):
            self.executions.pop(execution_id, None)
            self.busted.discard(execution_id)
        if order.idempotency_key is not None:
            self.by_idempotency_key.pop((order.user_id, order.idempotency_key), None)
        if order.client_order_id is not None:
            self.by_client_order_id.pop((order.user_id, order.client_order_id), None)
        ids = self.by_exchange_order_id.get((order.account_id, order.symbol), {})
        for exchange_order_id in order.exchange_order_ids:
            ids.pop(exchange_order_id, None)

    def index(self, order: Order) -> None:
        """Make an order findable by all its ids."""
        self.orders[order.order_id] = order
        if order.idempotency_key is not None:
            self.by_idempotency_key[(order.user_id, order.idempotency_key)] = order.order_id
        if order.client_order_id is not None:
            self.by_client_order_id[(order.user_id, order.client_order_id)] = order.order_id
        self.index_exchange_order_id(order)
        self.index_open(order)

    def index_open(self, order: Order) -> None:
        """Keep the lists of what a price may set off, and of legs that work, as the order now stands."""
        if order.order_type in CONDITIONAL:
            self.held.index(order)
        if (order.attempt or order.is_held) and (order.exchange, order.symbol) not in self.traded_markets:
            self.note_markets([(order.exchange, order.symbol)])
        if order.leg is None or order.parent_order_id is None:
            return
        legs = self.children.setdefault(order.parent_order_id, [])
        if order.is_closed and order.order_id in legs:
            legs.remove(order.order_id)
        elif not order.is_closed and order.order_id not in legs:
            legs.append(order.order_id)
        if not legs:
            del self.children[order.parent_order_id]

    def legs_of(self, order_id: OrderId) -> list[Order]:
        """The legs of an order's protection that are not closed."""
        return [self.orders[leg] for leg in self.children.get(order_id, ())]

    def note_end(self, order: Order) -> None:
        """An order has just ended: if it ever left, its last executions may still be on their way."""
        if not order.attempt:
            return
        self.compare_since.setdefault(order.account_id, order.updated_at)
        symbols = self.recent_symbols.setdefault(order.account_id, {})
        symbols.pop(order.symbol, None)
        symbols[order.symbol] = order.updated_at  # The last of them: the first ended longest ago.
        since = order.updated_at - self.policy.recent_trades
        while symbols[first := next(iter(symbols))] < since:
            del symbols[first]

    def note_markets(self, markets: Iterable[Market]) -> None:
        """Users trade there: an order of theirs has left or is held, or they have a position."""
        if new := [market for market in markets if market not in self.traded_markets]:
            self.traded_markets |= frozenset(new)

    def note_forced(self, booked: ExecutionBooked) -> None:
        """Keep who bore what a venue did by itself: what it charges for that afterwards is theirs."""
        key = (booked.account_id, booked.symbol)
        found = self.forced.get(key)
        if found is None or found.exchange_order_id != booked.exchange_order_id:
            found = self.forced[key] = ForcedClose(booked.exchange_order_id, {})
        found.add(booked.user_id, booked.quantity)

    def keep_rule(self, rule: Rule) -> None:
        """A rule waits for its order."""
        self.rules[rule.rule_id] = rule
        self.rules_of.setdefault(rule.order_id, set()).add(rule.rule_id)

    def drop_rule(self, rule_id: RuleId) -> None:
        """A rule has ended."""
        rule = self.rules.pop(rule_id)
        waiting = self.rules_of[rule.order_id]
        waiting.discard(rule_id)
        if not waiting:
            del self.rules_of[rule.order_id]

    def index_exchange_order_id(self, order: Order) -> None:
        """Make an order findable by the venue's ids of it, that of now and those of before."""
        if order.exchange_order_id is None and order.former_exchange_order_ids is None:
            return
        ids = self.by_exchange_order_id.setdefault((order.account_id, order.symbol), {})
        for exchange_order_id in order.exchange_order_ids:
            ids[exchange_order_id] = order.order_id

    def count_unresolved(self, order: Order, change: int) -> None:
        """Keep the number of sends with an unknown outcome, which decides when a recovered account is ready."""
        self.unresolved[order.account_id] = self.unresolved.get(order.account_id, 0) + change

    def holding(self, account_id: AccountId, user_id: UserId, asset: str, wallet: Wallet = Wallet.MAIN) -> Holding:
        """The holding, made empty on first sight."""
        key = (account_id, user_id, asset, wallet)
        found = self.holdings.get(key)
        if found is None:
            found = self.holdings[key] = Holding(account_id=account_id, user_id=user_id, asset=asset, wallet=wallet)
        return found

    def position(
        self, account_id: AccountId, user_id: UserId, symbol: str, position_side: PositionSide, exchange: Exchange
    ) -> Position:
        """The position, made flat on first sight."""
        key = (account_id, user_id, symbol, position_side)
        found = self.positions.get(key)
        if found is None:
            found = Position(
                account_id=account_id,
                user_id=user_id,
                symbol=symbol,
                position_side=position_side,
                exchange=exchange,
                updated_at=datetime.min.replace(tzinfo=UTC),
            )
            self.keep_position(found)
        return found

    def keep_position(self, position: Position) -> None:
        """Make a position findable by its key, and by whose it is."""
        owner = (position.account_id, position.user_id)
        self.positions[(*owner, position.symbol, position.position_side)] = position
        self.note_markets([(position.exchange, position.symbol)])
        self.positions_by_owner.setdefault(owner, []).append(position)

    def count_position(self, position: Position) -> None:
        """Count what a position ties up, now that it is another than before."""
        price = self.prices.get((position.exchange, position.symbol))
        self.margins.count(position, price, self.leverages.get((position.account_id, position.symbol)))
