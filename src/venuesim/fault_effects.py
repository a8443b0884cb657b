"""What faults do inside the exchanges: refusals, fills, cancels of their own, keys without power, wrong clocks."""

import asyncio
from collections.abc import Iterable, Iterator

from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import floor_to
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.vocabulary import EndReason, OrderStatus, RefusalReason
from venuesim.fault_rules import CANCEL_REASONS
from venuesim.faults import Endpoint, Fault, FaultKind, FaultRequest, FaultSet
from venuesim.subjects import Subject


class SkewedClock:
    """A venue's clock: the machine's, ahead or behind by what faults say."""

    def __init__(self, clock: Clock, exchange: str, faults: FaultSet) -> None:
        self._clock = clock
        self._exchange = exchange
        self._faults = faults
        self._skew_ms = 0
        faults.added.append(self._added)
        faults.changed.append(self._changed)

    def now_ms(self) -> int:
        """Return milliseconds since the Unix epoch, as the venue believes."""
        return self._clock.now_ms() + self._skew_ms

    def _added(self, fault: Fault) -> None:
        if fault.kind is FaultKind.CLOCK_SKEW and fault.request.exchange in {None, self._exchange}:
            fault.fire()

    def _changed(self) -> None:
        self._skew_ms = sum(
            fault.request.milliseconds or 0
            for fault in self._faults
            if fault.kind is FaultKind.CLOCK_SKEW and fault.request.exchange in {None, self._exchange}
        )


class FaultEffects:
    """Ties the faults to the exchanges."""

    def __init__(self, exchanges: Iterable[Exchange], faults: FaultSet) -> None:
        self._exchanges = list(exchanges)
        self._faults = faults
        for exchange in self._exchanges:
            _Hooks(exchange, faults)
        faults.added.append(self._added)
        faults.changed.append(self.refresh_keys)

    def orders_to_cancel(self, request: FaultRequest) -> list[tuple[Exchange, Order]]:
        """Return the open orders that an `unsolicited_cancel` means, the oldest of each exchange first."""
        match = request.match
        found = [
            (exchange, order)
            for exchange in self._exchanges
            if request.exchange in {None, exchange.name}
            for account in exchange.accounts.values()
            for order in account.open_orders.values()
            if order_subject(order).fits(
                symbol=match.symbol, client_order_id=match.client_order_id, api_key=match.api_key
            )
        ]
        return found[: match.count]

    def keys_of(self, request: FaultRequest) -> list[Account]:
        """Return the accounts whose keys a fault concerns."""
        return [account for exchange, account in self._accounts() if _means(request, exchange, account)]

    def refresh_keys(self) -> None:
        """Let every key have what the faults leave it; called again when there are new accounts."""
        faults = list(self._faults)
        for exchange, account in self._accounts():
            meant = [fault.request for fault in faults if _means(fault.request, exchange, account)]
            account.is_revoked = any(request.kind is FaultKind.REVOKE_KEY for request in meant)
            account.withheld = frozenset(
                request.permission
                for request in meant
                if request.kind is FaultKind.STRIP_PERMISSION and request.permission is not None
            )

    def _accounts(self) -> Iterator[tuple[Exchange, Account]]:
        return ((exchange, account) for exchange in self._exchanges for account in exchange.accounts.values())

    def _added(self, fault: Fault) -> None:
        if fault.kind is FaultKind.UNSOLICITED_CANCEL:
            self._cancel(fault)
        elif fault.kind in {FaultKind.REVOKE_KEY, FaultKind.STRIP_PERMISSION}:
            for _ in self.keys_of(fault.request):
                fault.fire()

    def _cancel(self, fault: Fault) -> None:
        reason = CANCEL_REASONS[fault.request.reason or "system"]
        for exchange, order in self.orders_to_cancel(fault.request):
            if not order.is_open:  # One that was canceled just now may have taken others with it.
                continue
            if reason is EndReason.SELF_TRADE:  # As the engine's own self-trade prevention ends it.
                exchange.end(order, OrderStatus.EXPIRED, reason)
            else:
                exchange.cancel(order, reason)
            fault.fire()


class _Hooks:
    """The faults of one exchange's own decisions."""

    def __init__(self, exchange: Exchange, faults: FaultSet) -> None:
        self._exchange = exchange
        self._faults = faults
        exchange.refuses = self._refuses
        exchange.refuses_late = self._refuses_late
        # After the present call has been answered: it says that the order is new.
        exchange.later = lambda act: asyncio.get_running_loop().call_soon(act)
        exchange.before_cancel = self._before_cancel

    def _refuses(self, account: Account, request: OrderRequest) -> RefusalReason | None:
        if not self._faults:
            return None
        subject = Subject(
            account.api_key,
            frozenset({request.instrument.symbol}),
            frozenset({request.client_order_id}),
            request.instrument.kind,
        )
        if self._draw(FaultKind.REFUSE_ITEM, subject) is not None:
            return RefusalReason.INSUFFICIENT_BALANCE
        is_replacing = self._faults.present is Endpoint.CANCEL_REPLACE
        if is_replacing and self._draw(FaultKind.CANCEL_REPLACE_HALF, subject) is not None:
            return RefusalReason.INSUFFICIENT_BALANCE
        return None

    def _refuses_late(self, order: Order) -> bool:
        return bool(self._faults) and self._draw(FaultKind.ASYNC_REJECT, order_subject(order)) is not None

    def _before_cancel(self, order: Order) -> None:
        """Let half of an order that rests fill while its cancel is on the way, and tell it late."""
        if not self._faults or not order.rests:
            return
        half = floor_to(order.leaves_quantity / 2, order.instrument.lot_size)
        if not half:
            return
        fault = self._draw(FaultKind.FILL_AFTER_CANCEL_ACK, order_subject(order))
        if fault is not None:
            self._faults.late[self._exchange.wallet, order.order_id] = fault.delay_ms
            market = self._exchange.markets[order.instrument.symbol]
            self._exchange.matching.fill_resting(market, order, half)

    def _draw(self, kind: FaultKind, subject: Subject) -> Fault | None:
        return self._faults.draw(kind, self._exchange.name, self._faults.present, lambda: subject)


def order_subject(order: Order) -> Subject:
    """Return what faults are matched with for an order."""
    assert order.account is not None, "liquidity suffers no faults"
    return Subject(
        order.account.api_key,
        frozenset({order.instrument.symbol}),
        frozenset({order.client_order_id}),
        order.instrument.kind,
    )


def _means(request: FaultRequest, exchange: Exchange, account: Account) -> bool:
    kinds = {FaultKind.REVOKE_KEY, FaultKind.STRIP_PERMISSION}
    return (
        request.kind in kinds
        and request.exchange in {None, exchange.name}
        and Subject(api_key=account.api_key).fits(symbol=None, client_order_id=None, api_key=request.match.api_key)
    )
