"""The exchange of one venue: accepts orders, matches them, keeps the balances and tells what happened."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from venuesim.exchange.accounts import ALL_PERMISSIONS, ZERO, Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.counters import Counters
from venuesim.exchange.events import BookChanged, Listeners, OrderEvent, OrderEventKind, PublicTrade
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market, Quote, house_order
from venuesim.exchange.orders import (
    EndReason,
    Execution,
    Order,
    OrderRefused,
    OrderRequest,
    OrderStatus,
    OrderType,
    RefusalReason,
    Side,
    TimeInForce,
    new_order,
)
from venuesim.exchange.settlement import amount_needed, release, settle


class Exchange:
    """One venue's accounts and markets. Single-threaded and synchronous: events are told while they happen."""

    def __init__(
        self,
        *,
        name: str,
        instruments: Iterable[Instrument],
        clock: Clock,
        seed: int,
        first_order_id: int = 1,
        first_trade_id: int = 1,
        trade_ids_per_symbol: bool = True,
    ) -> None:
        self.name = name
        self.clock = clock
        self.listeners = Listeners()
        self.accounts: dict[str, Account] = {}
        self.orders: list[Order] = []
        self.executions: list[Execution] = []
        self.markets = {instrument.symbol: Market(instrument, seed=seed, venue=name) for instrument in instruments}
        self._counters = Counters(
            self.markets,
            first_order_id=first_order_id,
            first_trade_id=first_trade_id,
            trade_ids_per_symbol=trade_ids_per_symbol,
        )
        for market in self.markets.values():
            self._quote(market)

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
            account = Account(account_id=len(self.accounts) + 1, api_key=api_key, secret=secret)
            self.accounts[api_key] = account
        account.secret = secret
        account.passphrase = passphrase
        account.permissions = frozenset(permissions)
        account.updated_ms = self.clock.now_ms()
        account.credit(balances or {})
        return account

    # Orders

    def place(self, account: Account, request: OrderRequest) -> Order:
        """Accept an order and match it; the order returned is live.

        Raises OrderRefused, and then nothing has changed. The caller has checked the instrument's filters.
        """
        market = self.markets[request.instrument.symbol]
        is_limit = request.order_type is OrderType.LIMIT
        limit_ticks = request.instrument.ticks(request.price) if is_limit else None
        takes = limit_ticks is not None and request.post_only and market.book.would_take(request.side, limit_ticks)
        quantity = request.quantity
        if request.quote_quantity:
            quantity = market.book.base_for_quote(request.side, request.quote_quantity, request.instrument.lot_size)
        needed = amount_needed(request, quantity, market.book)
        self._check(account, request, needed, takes=takes)

        order = self._accept(account, request, quantity, limit_ticks or 0)
        if is_limit:
            order.locked_amount = needed
            account.lock(order.locked_asset, needed)
        self._tell(OrderEventKind.NEW, order, (order.locked_asset,))
        if takes:
            self._end(order, OrderStatus.CANCELED, EndReason.POST_ONLY)
        elif self._is_killed(request, market, limit_ticks):
            self._end(order, OrderStatus.EXPIRED, EndReason.FILL_OR_KILL)
        else:
            self._match(market, order, limit_ticks)
            self._settle_remainder(market, order)
        return order

    def cancel(self, order: Order) -> None:
        """Cancel an order that is open."""
        self.markets[order.instrument.symbol].book.side(order.side).remove(order)
        self._end(order, OrderStatus.CANCELED, EndReason.USER)

    def find_order(
        self, account: Account, *, order_id: int | None = None, client_order_id: str | None = None
    ) -> Order | None:
        """Return an order by venue id or, without one, the newest with a client order id."""
        if order_id is not None:
            return account.orders.get(order_id)
        return account.by_client_order_id.get(client_order_id) if client_order_id is not None else None

    # The market

    def step(self) -> None:
        """Let every market make one step."""
        for market in self.markets.values():
            self.step_market(market)

    def step_market(self, market: Market) -> None:
        """Walk and quote one market anew, unless it is frozen, and tell its book."""
        if market.frozen:
            self._tell_book(market)
        else:
            market.walk()
            self._quote(market)
            self._print_tape(market)

    def move_market(self, symbol: str, price: Decimal) -> None:
        """Trade through `price`, filling every resting client order that it reaches, and quote around it."""
        market = self.markets[symbol]
        self._withdraw_liquidity(market)
        for side in (Side.SELL, Side.BUY):
            quantity = sum((order.leaves_quantity for order in market.book.side(side.opposite)), ZERO)
            sweep = self._house_order(market, Quote(side, price, quantity))
            self._match(market, sweep, sweep.price_ticks)
        market.recenter(price)
        self._quote(market)
        self._publish_trade(market, price, market.instrument.quantity_min, buyer_is_maker=False)

    def requote(self, symbol: str) -> None:
        """Quote the liquidity anew at the present price."""
        self._quote(self.markets[symbol])

    def _quote(self, market: Market) -> None:
        self._withdraw_liquidity(market)
        for quote in market.quotes():
            order = self._house_order(market, quote)
            self._match(market, order, order.price_ticks)
            if order.leaves_quantity > 0:
                market.book.side(order.side).add(order)
                market.house_orders.append(order)
        self._tell_book(market)

    def _withdraw_liquidity(self, market: Market) -> None:
        for order in market.house_orders:
            if order.leaves_quantity > 0:
                market.book.side(order.side).remove(order)
        market.house_orders.clear()

    def _house_order(self, market: Market, quote: Quote) -> Order:
        return house_order(market.instrument, quote, self._counters.house_order_id())

    def _print_tape(self, market: Market) -> None:
        printed = market.tape()
        if printed is not None:
            buyer_is_maker, price, quantity = printed
            self._publish_trade(market, price, quantity, buyer_is_maker=buyer_is_maker)

    # Accepting

    def _check(self, account: Account, request: OrderRequest, needed: Decimal, *, takes: bool) -> None:
        known = account.by_client_order_id.get(request.client_order_id)
        if known is not None and known.is_open:
            raise OrderRefused(RefusalReason.DUPLICATE_CLIENT_ORDER_ID)
        if takes and not request.post_only_cancels:
            raise OrderRefused(RefusalReason.WOULD_TAKE)
        asset = request.instrument.quote if request.side is Side.BUY else request.instrument.base
        if needed > account.balances[asset].free:
            raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)

    def _accept(self, account: Account, request: OrderRequest, quantity: Decimal, price_ticks: int) -> Order:
        order = new_order(
            request,
            order_id=self._counters.order_id(),
            account=account,
            quantity=quantity,
            price_ticks=price_ticks,
            now_ms=self.clock.now_ms(),
        )
        self.orders.append(order)
        account.orders[order.order_id] = order
        account.open_orders[order.order_id] = order
        account.by_client_order_id[order.client_order_id] = order
        return order

    def _is_killed(self, request: OrderRequest, market: Market, limit_ticks: int | None) -> bool:
        if request.time_in_force is not TimeInForce.FOK:
            return False
        base, _ = market.book.available(request.side, request.quantity, limit_ticks)
        return base < request.quantity

    # Matching

    def _match(self, market: Market, taker: Order, limit_ticks: int | None) -> None:
        opposite = market.book.side(taker.side.opposite)
        while (maker := opposite.best()) is not None and opposite.reaches(maker, limit_ticks):
            quantity = min(maker.leaves_quantity, taker.leaves_quantity)
            if quantity <= 0:
                return
            self._trade(market, maker, taker, quantity)
            if maker.leaves_quantity == 0:
                opposite.remove(maker)

    def _trade(self, market: Market, maker: Order, taker: Order, quantity: Decimal) -> None:
        price = maker.price
        market.update_id += 1
        for order in (taker, maker):
            order.filled_quantity += quantity
            order.filled_quote += price * quantity
        trade_id = self._publish_trade(market, price, quantity, buyer_is_maker=maker.side is Side.BUY)
        for order in (taker, maker):
            if order.account is not None:
                self._execute(order, order.account, trade_id, price, quantity, is_maker=order is maker)

    def _execute(
        self, order: Order, account: Account, trade_id: int, price: Decimal, quantity: Decimal, *, is_maker: bool
    ) -> None:
        order.updated_ms = self.clock.now_ms()
        execution = settle(
            order,
            account,
            trade_id=trade_id,
            price=price,
            quantity=quantity,
            is_maker=is_maker,
            time_ms=order.updated_ms,
        )
        self.executions.append(execution)
        if order.leaves_quantity == 0:
            self._close(order, OrderStatus.FILLED)
        else:
            order.status = OrderStatus.PARTIALLY_FILLED
        instrument = order.instrument
        self._tell(OrderEventKind.TRADE, order, (instrument.base, instrument.quote), execution)

    def _settle_remainder(self, market: Market, order: Order) -> None:
        """Rest, expire or finish what an accepted order has left after matching."""
        if not order.is_open:
            return
        if order.order_type is OrderType.MARKET:
            self._end(order, OrderStatus.EXPIRED, EndReason.NO_LIQUIDITY)
        elif order.time_in_force is TimeInForce.IOC:
            self._end(order, OrderStatus.EXPIRED, EndReason.IMMEDIATE_OR_CANCEL)
        else:
            market.book.side(order.side).add(order)

    def _end(self, order: Order, status: OrderStatus, reason: EndReason) -> None:
        assert order.account is not None, "liquidity is withdrawn, not ended"
        release(order, order.account)
        order.updated_ms = self.clock.now_ms()
        order.end_reason = reason
        self._close(order, status)
        kind = OrderEventKind.CANCELED if status is OrderStatus.CANCELED else OrderEventKind.EXPIRED
        self._tell(kind, order, (order.locked_asset,))

    def _close(self, order: Order, status: OrderStatus) -> None:
        assert order.account is not None, "liquidity has no status"
        order.status = status
        del order.account.open_orders[order.order_id]

    # Telling

    def _publish_trade(self, market: Market, price: Decimal, quantity: Decimal, *, buyer_is_maker: bool) -> int:
        """Number a trade, tell everybody, and return its id."""
        trade_id = self._counters.trade_id(market.instrument.symbol)
        market.statistics.count(price, quantity)
        if self.listeners.trades:
            trade = PublicTrade(
                trade_id=trade_id,
                instrument=market.instrument,
                price=price,
                quantity=quantity,
                buyer_is_maker=buyer_is_maker,
                time_ms=self.clock.now_ms(),
            )
            for listener in self.listeners.trades:
                listener(trade)
        return trade_id

    def _tell_book(self, market: Market) -> None:
        market.update_id += 1
        for listener in self.listeners.books:
            listener(BookChanged(instrument=market.instrument, time_ms=self.clock.now_ms()))

    def _tell(
        self, kind: OrderEventKind, order: Order, assets: tuple[str, ...], execution: Execution | None = None
    ) -> None:
        assert order.account is not None, "liquidity has no owner to tell"
        order.remember()
        order.account.updated_ms = order.updated_ms
        event = OrderEvent(
            kind=kind, account=order.account, order=order, assets=assets, time_ms=order.updated_ms, execution=execution
        )
        for listener in self.listeners.orders:
            listener(event)
