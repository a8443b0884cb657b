"""The exchange of one wallet of a venue: accepts orders, lets them match, and tells what happened."""

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from heapq import heapify, heappop, heappush

from venuesim.exchange.accounts import ALL_PERMISSIONS, LEVERAGE, ZERO, Account
from venuesim.exchange.clearing import Clearing
from venuesim.exchange.clock import Clock
from venuesim.exchange.counters import Counters
from venuesim.exchange.events import Listeners, OrderEventKind
from venuesim.exchange.flows import Flows
from venuesim.exchange.instruments import Instrument, price_key
from venuesim.exchange.liquidity import Liquidity
from venuesim.exchange.margin import available
from venuesim.exchange.market import Market
from venuesim.exchange.matching import Matching
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest, new_order
from venuesim.exchange.records import Records
from venuesim.exchange.settlement import amount_needed, hold, release
from venuesim.exchange.triggers import Watch
from venuesim.exchange.vocabulary import (
    EndReason,
    OrderStatus,
    OrderType,
    Origin,
    PositionSide,
    PriceKind,
    RefusalReason,
    Side,
    TimeInForce,
)

EXPIRING_KEPT = 1000
"""So many orders may wait for their expiry before those that have ended meanwhile are looked for."""


class Exchange:
    """Accounts and markets that share one wallet. Single-threaded and synchronous: events are told while they happen.

    A venue has one (OKX, Bybit: a unified account) or several (Binance: spot, and futures with a wallet of its own).
    `wallet` names it. `flows_of_trades` keeps a movement for every execution, for venues that list them.
    `leverage` is what the contracts of a new account begin with at most. `liquidates_by_tiers` lets a liquidation leave
    a position that is two tiers smaller, if that may be enough. `assets` are those that the wallet can hold
    (None: all); others are not credited.
    `canceled_by_venue` is the status of an order that the venue itself canceled, for a liquidation or a maintenance.
    `tells_awakening` tells a conditional order as NEW once more when it begins to work.
    Three hooks serve faults: `refuses` may give a reason to refuse an order that would be accepted, `refuses_late` is
    asked for each accepted order whether it is refused after all (by an act handed to `later`), `before_cancel` is told
    what its owner cancels.
    """

    def __init__(
        self,
        *,
        name: str,
        instruments: Iterable[Instrument],
        clock: Clock,
        seed: int,
        wallet: str = "unified",
        first_order_id: int = 1,
        first_trade_id: int = 1,
        trade_ids_per_symbol: bool = True,
        flows_of_trades: bool = False,
        leverage: int = LEVERAGE,
        liquidates_by_tiers: bool = False,
        assets: Collection[str] | None = None,
        tells_awakening: bool = False,
    ) -> None:
        instruments = list(instruments)
        self.name = name
        self.wallet = wallet
        self._leverage = leverage
        self.liquidates_by_tiers = liquidates_by_tiers
        self._tells_awakening = tells_awakening
        self._assets = assets
        self.clock = clock
        self.listeners = Listeners()
        self.accounts: dict[str, Account] = {}
        self.records = Records(instruments)
        self.flows = Flows()
        self.busted: set[int] = set()
        self.refuses: Callable[[Account, OrderRequest], RefusalReason | None] = lambda _, __: None
        self.refuses_late: Callable[[Order], bool] = lambda _: False
        self.later: Callable[[Callable[[], None]], object] = lambda act: act()
        self.canceled_by_venue = OrderStatus.CANCELED
        self.before_cancel: Callable[[Order], None] = lambda _: None
        now_ms = clock.now_ms()
        self.markets = {
            instrument.symbol: Market(instrument, seed=seed, venue=name, now_ms=now_ms) for instrument in instruments
        }
        self.counters = Counters(
            self.markets,
            first_order_id=first_order_id,
            first_trade_id=first_trade_id,
            trade_ids_per_symbol=trade_ids_per_symbol,
        )
        self.clearing = Clearing(self)
        self.matching = Matching(self, flows_of_trades=flows_of_trades)
        self.liquidity = Liquidity(self)
        self._expiring: list[tuple[int, int, Order]] = []
        self._expiring_max = EXPIRING_KEPT

    # Accounts

    def add_account(
        self,
        *,
        api_key: str,
        secret: str,
        passphrase: str = "",
        permissions: Iterable[str] = ALL_PERMISSIONS,
        balances: Mapping[str, Decimal] | None = None,
    ) -> Account:
        """Create an account, or change the credentials and free balances of the one with this key."""
        account = self.accounts.get(api_key)
        if account is None:
            now_ms = self.clock.now_ms()
            account = Account(
                account_id=len(self.accounts) + 1,
                api_key=api_key,
                secret=secret,
                leverage=self._leverage,
                created_ms=now_ms,
            )
            self.accounts[api_key] = account
        account.secret = secret
        account.passphrase = passphrase
        account.permissions = frozenset(permissions)
        account.updated_ms = self.clock.now_ms()
        held = {
            asset: amount for asset, amount in (balances or {}).items() if self._assets is None or asset in self._assets
        }
        account.credit(held)
        return account

    def account_of(self, api_key: str) -> Account | None:
        """Return the account that an API key reaches; None for a key that is unknown or revoked."""
        account = self.accounts.get(api_key)
        return None if account is None or account.is_revoked else account

    # Orders

    def place(self, account: Account, request: OrderRequest) -> Order:
        """Accept an order, and match it or let it wait for its trigger; the order returned is live.

        Raises OrderRefused, and then nothing has changed. The caller has checked the instrument's filters.
        """
        market = self.markets[request.instrument.symbol]
        self._check_client_order_id(account, request)
        self._check_position(account, request)
        # What the venue itself places, from a trigger or to protect a position, is nobody's request to refuse.
        reason = self.refuses(account, request) if request.origin is Origin.USER else None
        if reason is not None:
            raise OrderRefused(reason)
        if request.trigger is not None:
            order = self._place_waiting(account, market, request)
        else:
            order = self._place_working(account, market, request)
        self.settle_triggers(market)
        return order

    def hold_back(self, account: Account, request: OrderRequest, held: Decimal = ZERO) -> Order:
        """Accept an order that waits for `let_go`: it has an id and can be found, but does nothing; it locks `held`.

        Raises OrderRefused, and then nothing has changed.
        """
        self._check_client_order_id(account, request)
        order = self._accept(account, request, request.quantity)
        order.status, order.working_ms = OrderStatus.WAITING, None
        if held:
            hold(order, account, held)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,) if held else ())
        return order

    def let_go(self, order: Order, *, locks: bool = True) -> None:
        """Let an order that was held back wait for its trigger, or work; what the venue would refuse now is rejected.

        `locks` says whether it holds its funds while it waits.
        """
        market = self.markets[order.instrument.symbol]
        if order.trigger is None:
            self._wake(order)
            self.settle_triggers(market)
            return
        account = _owner(order)
        if order.trigger.trailing is None and order.trigger.is_met(market.price_of(order.trigger.price_kind)):
            self.end(order, OrderStatus.REJECTED, EndReason.WOULD_TRIGGER)
            return
        release(order, account)
        needed = _held_while_waiting(order) if locks else ZERO
        if needed and not self._can_pay(account, order, order.quantity, needed):
            self.end(order, OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)
            return
        if needed:
            hold(order, account, needed)
        order.updated_ms = self.clock.now_ms()
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        self._wait(market, order)

    def cancel(self, order: Order, reason: EndReason = EndReason.USER) -> None:
        """Cancel an order that is open."""
        if reason is EndReason.USER:
            self.before_cancel(order)
        by_venue = reason in {EndReason.SYSTEM, EndReason.LIQUIDATION}
        self.end(order, self.canceled_by_venue if by_venue else OrderStatus.CANCELED, reason)

    def amend(
        self,
        order: Order,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        trigger_price: Decimal | None = None,
    ) -> None:
        """Change an open order in place; `quantity` (base) is the new total and must be above what is filled.

        Less quantity at the same price keeps the place in the queue, anything else gives it up. Raises OrderRefused,
        and then nothing has changed.
        """
        market = self.markets[order.instrument.symbol]
        account = _owner(order)
        new_quantity = order.quantity if quantity is None else quantity
        new_price = order.price if price is None else price
        leaves_something = bool(order.quote_quantity) or new_quantity > order.filled_quantity
        assert leaves_something, "the caller ends an order that is amended to what it has filled"
        keeps_place = new_price == order.price and new_quantity <= order.quantity and order.rests
        if order.status.is_working and order.post_only and not order.post_only_cancels:
            self._check_post_only(market, order.side, price_key(new_price))
        self._check_amended_funds(account, order, new_quantity, new_price)
        held = bool(order.locked_amount)
        release(order, account)
        if not keeps_place:
            self.matching.withdraw(order)
        order.quantity, order.price, order.price_key = new_quantity, new_price, price_key(new_price)
        if trigger_price is not None and order.watch is not None:
            self._move_trigger(market, order, trigger_price)
        if held:
            hold(order, account, amount_needed(order, order.leaves_quantity, market.book))
        order.amended_count += 1
        order.updated_ms = self.clock.now_ms()
        self.matching.tell(OrderEventKind.AMENDED, order, (order.locked_asset,))
        if not keeps_place and order.status.is_working:
            self._work(market, order)
        self.settle_triggers(market)

    def end(self, order: Order, status: OrderStatus, reason: EndReason) -> None:
        """End an open order with what it has filled: take it off the book, free what it holds, tell its owner."""
        if order.watch is not None:
            self.markets[order.instrument.symbol].triggers.remove(order.watch)
            order.watch = None
        self.matching.end(order, status, reason)

    def find_order(
        self, account: Account, *, order_id: int | None = None, client_order_id: str | None = None
    ) -> Order | None:
        """Return an order by venue id or, without one, the newest with a client order id."""
        if order_id is not None:
            return self.records.order(account, order_id)
        return self.records.newest(account, client_order_id) if client_order_id else None

    def would_take(self, request: OrderRequest) -> bool:
        """Whether a limit order would trade at once."""
        book = self.markets[request.instrument.symbol].book
        return book.would_take(request.side, price_key(request.price))

    # The market

    def step(self) -> None:
        """Let time pass: every market makes one step, orders expire, funding is paid."""
        for market in self.markets.values():
            self.liquidity.step_market(market)
        self.pass_time()

    def pass_time(self) -> None:
        """Do what is due by now, and tidy the records."""
        self.expire_due()
        self.clearing.fund_due()
        for listener in self.listeners.times:
            listener(self.clock.now_ms())
        self.records.tidy()

    def move_market(self, symbol: str, price: Decimal) -> None:
        """Trade through `price`, filling every resting client order that it reaches, and quote around it."""
        self.liquidity.move(self.markets[symbol], price)

    def requote(self, symbol: str) -> None:
        """Quote the liquidity anew at the present price."""
        self.liquidity.quote(self.markets[symbol])

    def change_instrument(self, instrument: Instrument) -> None:
        """Let an instrument have other rules from now on; orders that work keep working, whatever the rules say."""
        market = self.markets[instrument.symbol]
        market.instrument = instrument
        for account in self.accounts.values():
            for order in account.open_orders_of(instrument.symbol):
                order.instrument = instrument
            for holding in account.holdings_of(instrument.symbol):
                holding.instrument = instrument

    def accept_own(
        self, account: Account, request: OrderRequest, in_book: Decimal, *, backstop_price: Decimal
    ) -> Order:
        """Place an order that the exchange itself makes for an account: nothing is checked, and it fills whole.

        It trades `in_book` (base) with the book, and the rest with the exchange at `backstop_price`.
        """
        market = self.markets[request.instrument.symbol]
        order = self._accept(account, request, request.quantity)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if in_book:
            self.matching.match(market, order)
        if order.is_open:
            self.matching.match_backstop(market, order, backstop_price)
        self.settle_triggers(market)
        return order

    # Accepting

    def _place_working(self, account: Account, market: Market, request: OrderRequest) -> Order:
        takes = request.post_only and self.would_take(request)
        if takes and not request.post_only_cancels:
            raise OrderRefused(RefusalReason.WOULD_TAKE)
        quantity = request.quantity
        if request.quote_quantity:
            quantity = market.book.base_for_quote(request.side, request.quote_quantity, request.instrument.lot_size)
        assumed = quantity * request.assumed_price
        needed = assumed or amount_needed(request, quantity, market.book)
        self._check_funds(account, request, quantity, needed)
        order = self._accept(account, request, quantity)
        if order.order_type is OrderType.LIMIT:
            hold(order, account, needed)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if self.refuses_late(order):
            self.later(lambda: self._refuse_late(order))
        else:
            self._work(market, order)
        return order

    def _refuse_late(self, order: Order) -> None:
        if order.is_open:
            self.end(order, OrderStatus.REJECTED, EndReason.REFUSED_LATE)

    def _place_waiting(self, account: Account, market: Market, request: OrderRequest) -> Order:
        trigger = request.trigger
        assert trigger is not None, "only a conditional order waits"
        price = market.price_of(trigger.price_kind)
        is_met = trigger.trailing is None and trigger.is_met(price)
        if is_met and request.refuses_met_trigger:
            raise OrderRefused(RefusalReason.WOULD_TRIGGER)
        needed = _held_while_waiting(request) if request.locks_while_waiting else ZERO
        if needed:
            self._check_funds(account, request, request.quantity, needed)
        order = self._accept(account, request, request.quantity)
        if needed:
            hold(order, account, needed)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if is_met and not market.is_swept:
            self._wake(order)
        else:
            self._wait(market, order)
        return order

    def _wait(self, market: Market, order: Order) -> None:
        trigger = order.trigger
        assert trigger is not None, "only a conditional order waits"
        order.watch = Watch(number=order.sequence, trigger=trigger, fire=lambda _: self._wake(order))
        market.triggers.add(order.watch)
        if trigger.trailing is not None and trigger.trailing.activation_price is None:
            trigger.follow(market.price_of(trigger.price_kind))

    def _accept(self, account: Account, request: OrderRequest, quantity: Decimal) -> Order:
        order = new_order(
            request,
            order_id=self.counters.order_id(),
            sequence=self.counters.order_sequence(),
            account=account,
            quantity=quantity,
            now_ms=self.clock.now_ms(),
        )
        self.records.accepted(order, account)
        if order.expires_ms is not None:
            self._expire_later(order, order.expires_ms)
        return order

    # Working

    def _work(self, market: Market, order: Order) -> None:
        """Let an accepted order trade, and rest, expire or finish what is left of it."""
        if order.post_only and market.book.would_take(order.side, order.price_key):
            self.matching.end(order, OrderStatus.CANCELED, EndReason.POST_ONLY)
            return
        if order.time_in_force is TimeInForce.FOK:
            base, _ = market.book.available(order.side, order.leaves_quantity, order.limit_key)
            if base < order.leaves_quantity:
                self.matching.end(order, OrderStatus.EXPIRED, EndReason.FILL_OR_KILL)
                return
        self.matching.match(market, order)
        if not order.is_open:
            return
        if order.order_type is OrderType.MARKET:
            self.matching.end(order, OrderStatus.EXPIRED, EndReason.NO_LIQUIDITY)
        elif order.time_in_force is TimeInForce.IOC:
            self.matching.end(order, OrderStatus.EXPIRED, EndReason.IMMEDIATE_OR_CANCEL)
        else:
            self.matching.rest(market, order)

    def _wake(self, order: Order) -> None:
        """Let a conditional order whose trigger fired become one that works, if its funds allow."""
        market = self.markets[order.instrument.symbol]
        account = _owner(order)
        order.watch = None
        order.triggered_ms = order.updated_ms = self.clock.now_ms()
        self.matching.tell(OrderEventKind.TRIGGERED, order, ())
        if not order.is_open:  # Whoever heard it ended the order.
            return
        release(order, account)
        if order.quote_quantity:
            lot = order.instrument.lot_size
            order.quantity = market.book.base_for_quote(order.side, order.quote_quantity, lot)
        needed = amount_needed(order, order.quantity, market.book)
        if not self._can_pay(account, order, order.quantity, needed):
            self.matching.end(order, OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)
            return
        order.status = OrderStatus.NEW
        order.working_ms = order.triggered_ms
        if order.order_type is OrderType.LIMIT:
            hold(order, account, needed)
        if self._tells_awakening:
            self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        self._work(market, order)

    def _move_trigger(self, market: Market, order: Order, trigger_price: Decimal) -> None:
        assert order.watch is not None, "only a waiting order has a trigger to move"
        market.triggers.remove(order.watch)
        order.watch.trigger.price = trigger_price
        market.triggers.add(order.watch)

    def settle_triggers(self, market: Market) -> None:
        """Wake what the trades since the last call woke, and what those trades wake in turn."""
        while market.printed and not market.is_swept:
            prices, market.printed = market.printed, []
            for watch, price in market.triggers.due(PriceKind.LAST, prices):
                watch.wake(price)

    def _expire_later(self, order: Order, expires_ms: int) -> None:
        """Remember when an order ends; those that ended otherwise are forgotten once they are the greater part."""
        heappush(self._expiring, (expires_ms, order.sequence, order))
        if len(self._expiring) > self._expiring_max:
            self._expiring = [entry for entry in self._expiring if entry[2].is_open]
            heapify(self._expiring)
            self._expiring_max = max(EXPIRING_KEPT, 2 * len(self._expiring))

    def expire_due(self) -> None:
        """End the orders whose time is over."""
        now_ms = self.clock.now_ms()
        while self._expiring and self._expiring[0][0] <= now_ms:
            order = heappop(self._expiring)[2]
            if order.is_open:
                self.end(order, OrderStatus.EXPIRED, EndReason.GOOD_TILL_DATE)

    # Checking

    @staticmethod
    def _check_client_order_id(account: Account, request: OrderRequest) -> None:
        known = account.by_client_order_id.get(request.client_order_id)
        if known is not None and known.is_open:
            raise OrderRefused(RefusalReason.DUPLICATE_CLIENT_ORDER_ID)

    @staticmethod
    def _check_position(account: Account, request: OrderRequest) -> None:
        if not request.instrument.is_linear:
            return
        if account.hedges(request.instrument) is (request.position_side is PositionSide.NET):
            raise OrderRefused(RefusalReason.POSITION_SIDE)
        closes = request.reduce_only or closes_hedged(request)
        if closes and request.trigger is None:
            holding = account.holding_of(request)
            if not holding.reducible(request.side, request.position_side):
                raise OrderRefused(RefusalReason.REDUCE_ONLY)

    @staticmethod
    def _check_post_only(market: Market, side: Side, key: int) -> None:
        if market.book.would_take(side, key):
            raise OrderRefused(RefusalReason.WOULD_TAKE)

    def _check_funds(self, account: Account, request: OrderRequest, quantity: Decimal, needed: Decimal) -> None:
        if not self._can_pay(account, request, quantity, needed):
            raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)

    def _check_amended_funds(self, account: Account, order: Order, quantity: Decimal, price: Decimal) -> None:
        if not order.locked_amount:
            return
        left = quantity - order.filled_quantity - order.prevented_quantity
        if order.instrument.is_linear:
            if not self._carries_change(account, order, left, left * price):
                raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)
            return
        needed = left * price if order.side is Side.BUY else left
        if needed - order.locked_amount > available(account, order.locked_asset, self.markets):
            raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)

    def _carries_change(self, account: Account, order: Order, quantity: Decimal, notional: Decimal) -> bool:
        """Whether the wallet carries a contract's order when `quantity` of it is left, for `notional`."""
        if order.reduce_only or closes_hedged(order):
            return True
        added = quantity - order.leaves_quantity, notional - order.locked_amount
        return self.clearing.can_open(account, order, *added)

    def _can_pay(self, account: Account, order: OrderRequest | Order, quantity: Decimal, needed: Decimal) -> bool:
        instrument = order.instrument
        if instrument.is_linear:
            if order.reduce_only or closes_hedged(order):
                return True
            return self.clearing.can_open(account, order, quantity, needed)
        asset = instrument.quote if order.side is Side.BUY else instrument.base
        return needed <= available(account, asset, self.markets)


def closes_hedged(order: OrderRequest | Order) -> bool:
    """Whether an order of hedge mode makes its position smaller."""
    closing = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
    return closing.get(order.position_side) is order.side


def _held_while_waiting(request: OrderRequest | Order) -> Decimal:
    if request.instrument.is_linear:
        return ZERO
    if request.side is Side.SELL:
        return request.quantity
    if request.order_type is OrderType.LIMIT:
        return request.quantity * request.price
    assert request.trigger is not None, "only a conditional order waits"
    return request.quote_quantity or request.quantity * request.trigger.price


def _owner(order: Order) -> Account:
    assert order.account is not None, "liquidity has no owner"
    return order.account
