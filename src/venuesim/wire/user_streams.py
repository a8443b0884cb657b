"""Delivers events of orders and accounts to their owners' sockets, with the stream faults applied."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, OrderEvent
from venuesim.faults import Endpoint, Fault, FaultKind, FaultSet
from venuesim.wire.sockets import Socket


class Subscription(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One socket's wish for an account's events. `render` turns an event into frames (none: not wanted here).

    `render_account` does so for what happens to the account itself. `topic` is the venue's own: what was subscribed to,
    for events that only the venue knows (see `UserStreams.deliver`).
    """

    account: Account
    socket: Socket
    render: Callable[[OrderEvent], Iterable[str]]
    render_account: Callable[[AccountEvent], Iterable[str]] | None = None
    topic: object = None


class UserStreams:
    """The user streams of one venue; it replays nothing."""

    def __init__(self, exchange: Exchange, faults: FaultSet) -> None:
        self._exchange = exchange
        self._faults = faults
        self._subscriptions: defaultdict[int, list[Subscription]] = defaultdict(list)
        exchange.listeners.orders.append(self._order_changed)
        exchange.listeners.accounts.append(self._account_changed)
        faults.added.append(self._fault_added)

    def add(self, subscription: Subscription) -> None:
        """Start delivering to a socket."""
        self._subscriptions[subscription.account.account_id].append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering; the subscription must have been added."""
        self._subscriptions[subscription.account.account_id].remove(subscription)

    def remove_socket(self, socket: Socket) -> None:
        """Forget every subscription of a socket that closed."""
        for account_id, subscriptions in self._subscriptions.items():
            self._subscriptions[account_id] = [entry for entry in subscriptions if entry.socket is not socket]

    def deliver(self, account: Account, render: Callable[[Subscription], Iterable[str]]) -> None:
        """Send what happened to an account to its sockets: the frames that `render` gives for each subscription."""
        subscriptions = self._open(self._subscriptions.get(account.account_id, []))
        if not subscriptions:
            return
        if self._draw(FaultKind.DROP_STREAM) is not None:
            self._drop(subscriptions)
            return
        for subscription in subscriptions:
            for frame in render(subscription):
                self._send(subscription.socket, frame)

    def _order_changed(self, event: OrderEvent) -> None:
        self.deliver(event.account, lambda subscription: subscription.render(event))

    def _account_changed(self, event: AccountEvent) -> None:
        self.deliver(
            event.account,
            lambda subscription: () if subscription.render_account is None else subscription.render_account(event),
        )

    def _send(self, socket: Socket, frame: str) -> None:
        copies = 1 if self._draw(FaultKind.DUPLICATE_EVENTS) is None else 2
        delay = self._draw(FaultKind.DELAY)
        for _ in range(copies):
            if delay is None:
                socket.send(frame)
            else:
                asyncio.get_running_loop().call_later(delay.request.delay_ms / 1000, socket.send, frame)

    def _fault_added(self, fault: Fault) -> None:
        """Break the streams that are open when `drop_stream` is switched on, unless it is a matter of chance."""
        if fault.request.kind is not FaultKind.DROP_STREAM or fault.request.match.probability < 1:
            return
        subscribed = self._open(entry for entries in self._subscriptions.values() for entry in entries)
        if subscribed and self._draw(FaultKind.DROP_STREAM) is not None:
            self._drop(subscribed)

    @staticmethod
    def _open(subscriptions: Iterable[Subscription]) -> list[Subscription]:
        """Leave out sockets that were dropped a moment ago and have not said so yet."""
        return [entry for entry in subscriptions if entry.socket.is_open]

    def _drop(self, subscriptions: Iterable[Subscription]) -> None:
        for subscription in subscriptions:
            subscription.socket.drop()

    def _draw(self, kind: FaultKind) -> Fault | None:
        return self._faults.draw(kind, self._exchange.name, Endpoint.STREAM)
