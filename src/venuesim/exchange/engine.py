"""The exchange of one wallet of a venue: accepts orders, lets them match, and tells what happened."""

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

from venuesim.exchange.accounts import ALL_PERMISSIONS, LEVERAGE, Account
from venuesim.exchange.checks import Funds, check_client_order_id, check_position, check_post_only
from venuesim.exchange.clearing import Clearing
from venuesim.exchange.clock import Clock
from venuesim.exchange.counters import Counters
from venuesim.exchange.events import Listeners, OrderEventKind
from venuesim.exchange.expiry import Expiry
from venuesim.exchange.flows import Flows
from venuesim.exchange.instruments import Instrument, price_key
from venuesim.exchange.liquidity import Liquidity
from venuesim.exchange.market import Market
from venuesim.exchange.matching import Matching
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest, new_order, owner_of
from venuesim.exchange.quote_orders import base_wanted
from venuesim.exchange.records import Records
from venuesim.exchange.settlement import amount_needed, hold, release
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, Origin, RefusalReason, TimeInForce
from venuesim.exchange.waking import Waking


class Exchange:
    """Accounts and markets that share one wallet. Single-threaded and synchronous: events are told while they happen.

    A venue has one (OKX, Bybit: a unified account) or several (Binance: spot, and futures with a wallet of its own).
    `wallet` names it. `flows_of_trades` keeps a movement for every execution, for venues that list them.
    `leverage` is what the contracts of a new account begin with at most. `liquidates_by_tiers` lets a liquidation leave
    a position that is two tiers smaller, if that may be enough. `assets` are those that the wallet can hold
    (None: all); others are not credited.
    `canceled_by_venue` is the status of an order that the venue itself canceled, for a liquidation or a maintenance.
    `pocket` names the holding of a contract that orders by hand belong to, where a venue keeps several apart.
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
        pocket: str = "",
        tells_awakening: bool = False,
    ) -> None:
        instruments = list(instruments)
        self.name = name
        self.wallet = wallet
        self._leverage = leverage
        self.liquidates_by_tiers = liquidates_by_tiers
        self._assets = assets
        self.pocket = pocket
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
        self.funds = Funds(self)
        self.waking = Waking(self, tells_awakening=tells_awakening)
        self.expiry = Expiry(self)

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
        check_client_order_id(account, request)
        check_position(account, request)
        # What the venue itself places, from a trigger or to protect a position, is nobody's request to refuse.
        reason = self.refuses(account, request) if request.origin is Origin.USER else None
        if reason is not None:
            raise OrderRefused(reason)
        if request.trigger is not None:
            order = self.waking.place(account, request)
        else:
            order = self._place_working(account, market, request)
        self.waking.settle(market)
        return order

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
        account = owner_of(order)
        new_quantity = order.quantity if quantity is None else quantity
        new_price = order.price if price is None else price
        leaves_something = bool(order.quote_quantity) or new_quantity > order.filled_quantity
        assert leaves_something, "the caller ends an order that is amended to what it has filled"
        keeps_place = new_price == order.price and new_quantity <= order.quantity and order.rests
        if order.status.is_working and order.post_only and not order.post_only_cancels:
            check_post_only(market, order.side, price_key(new_price))
        self.funds.check_amended(account, order, new_quantity, new_price)
        held = bool(order.locked_amount)
        release(order, account)
        if not keeps_place:
            self.matching.withdraw(order)
        order.quantity, order.price, order.price_key = new_quantity, new_price, price_key(new_price)
        if trigger_price is not None and order.watch is not None:
            self.waking.move(order, trigger_price)
        if held:
            hold(order, account, amount_needed(order, order.leaves_quantity, market.book))
        order.amended_count += 1
        order.updated_ms = self.clock.now_ms()
        self.matching.tell(OrderEventKind.AMENDED, order, (order.locked_asset,))
        if not keeps_place and order.status.is_working:
            self.work(market, order)
        self.waking.settle(market)

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
        self.expiry.end_due(self.clock.now_ms())
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
        order = self.accept(account, request, request.quantity)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if in_book:
            self.matching.match(market, order)
        if order.is_open:
            self.matching.match_backstop(market, order, backstop_price)
        self.waking.settle(market)
        return order

    # Accepting

    def _place_working(self, account: Account, market: Market, request: OrderRequest) -> Order:
        takes = request.post_only and self.would_take(request)
        if takes and not request.post_only_cancels:
            raise OrderRefused(RefusalReason.WOULD_TAKE)
        quantity = request.quantity
        if request.quote_quantity:
            quantity = base_wanted(request, account, market.book)
        assumed = quantity * request.assumed_price
        needed = assumed or amount_needed(request, quantity, market.book)
        self.funds.check(account, request, quantity, needed)
        order = self.accept(account, request, quantity)
        if order.order_type is OrderType.LIMIT:
            hold(order, account, needed)
        self.matching.tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if self.refuses_late(order):
            self.later(lambda: self._refuse_late(order))
        else:
            self.work(market, order)
        return order

    def _refuse_late(self, order: Order) -> None:
        if order.is_open:
            self.end(order, OrderStatus.REJECTED, EndReason.REFUSED_LATE)

    def accept(self, account: Account, request: OrderRequest, quantity: Decimal) -> Order:
        """Give a request an id and keep it as an order; nothing is checked, held or told."""
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
            self.expiry.add(order, order.expires_ms)
        return order

    # Working

    def work(self, market: Market, order: Order) -> None:
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
