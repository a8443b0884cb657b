"""Delivers events of orders and accounts to their owners' sockets, with the stream faults applied."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, OrderEvent, OrderEventKind
from venuesim.exchange.vocabulary import OrderStatus, OrderType
from venuesim.faults import Endpoint, Fault, FaultKind, FaultSet
from venuesim.subjects import Subject
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
        self._held: dict[Socket, list[str]] = {}
        exchange.listeners.orders.append(self._order_changed)
        exchange.listeners.accounts.append(self._account_changed)

    def add(self, subscription: Subscription) -> None:
        """Start delivering to a socket."""
        subscription.socket.owners.add(subscription.account.api_key)
        self._subscriptions[subscription.account.account_id].append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering; the subscription must have been added."""
        subscriptions = self._subscriptions[subscription.account.account_id]
        subscriptions.remove(subscription)
        if all(entry.socket is not subscription.socket for entry in subscriptions):
            subscription.socket.owners.discard(subscription.account.api_key)

    def remove_socket(self, socket: Socket) -> None:
        """Forget every subscription of a socket that closed."""
        for account_id, subscriptions in self._subscriptions.items():
            self._subscriptions[account_id] = [entry for entry in subscriptions if entry.socket is not socket]

    def deliver(self, account: Account, render: Callable[[Subscription], Iterable[str]]) -> None:
        """Send what happened to an account to its sockets: the frames that `render` gives for each subscription."""
        if self._faults:
            self._deliver(account, render, Subject(api_key=account.api_key), late_ms=None)
        else:
            self._tell(self._open(account), render)

    def _order_changed(self, event: OrderEvent) -> None:
        if not self._subscriptions.get(event.account.account_id):
            return
        if not self._faults:
            self._tell(self._open(event.account), lambda subscription: subscription.render(event))
            return
        order = event.order
        kind = order.instrument.kind
        ids = frozenset({order.client_order_id})
        subject = Subject(event.account.api_key, frozenset({order.instrument.symbol}), ids, kind)
        if self._hides(event, subject):
            return
        place = (self._exchange.wallet, order.order_id)
        late_ms = self._faults.late.get(place) if order.is_open else self._faults.late.pop(place, None)
        self._deliver(event.account, lambda subscription: subscription.render(event), subject, late_ms=late_ms)

    def _account_changed(self, event: AccountEvent) -> None:
        self.deliver(
            event.account,
            lambda subscription: () if subscription.render_account is None else subscription.render_account(event),
        )

    def _hides(self, event: OrderEvent, subject: Subject) -> bool:
        """Whether nobody hears that an order is new, because it trades at once."""
        order = event.order
        if event.kind is not OrderEventKind.NEW or order.post_only or order.status is not OrderStatus.NEW:
            return False
        book = self._exchange.markets[order.instrument.symbol].book
        takes = order.order_type is OrderType.MARKET or book.would_take(order.side, order.price_key)
        return takes and self._draw(FaultKind.NO_NEW_EVENT, subject) is not None

    def _deliver(
        self,
        account: Account,
        render: Callable[[Subscription], Iterable[str]],
        subject: Subject,
        *,
        late_ms: int | None,
    ) -> None:
        subscriptions = self._open(account)
        if not subscriptions or self._ends(subscriptions, subject):
            return
        by_socket: dict[Socket, list[str]] = {}
        for subscription in subscriptions:
            by_socket.setdefault(subscription.socket, []).extend(render(subscription))
        for socket, frames in by_socket.items():
            ready = [copy for frame in frames for copy in self._prepared(socket, frame, subject, late_ms)]
            if ready:
                self._send_in_order(socket, ready, subject)

    def _open(self, account: Account) -> list[Subscription]:
        """Return who listens; sockets that were dropped a moment ago have not said so yet."""
        return [entry for entry in self._subscriptions.get(account.account_id, ()) if entry.socket.is_open]

    @staticmethod
    def _tell(subscriptions: Iterable[Subscription], render: Callable[[Subscription], Iterable[str]]) -> None:
        for subscription in subscriptions:
            for frame in render(subscription):
                subscription.socket.send(frame)

    def _ends(self, subscriptions: Iterable[Subscription], subject: Subject) -> bool:
        """Break off or close the streams instead of telling the event, if a fault wants it."""
        if self._draw(FaultKind.DROP_STREAM, subject) is not None:
            for subscription in subscriptions:
                subscription.socket.drop()
            return True
        if self._draw(FaultKind.CLOSE_STREAM, subject) is not None:
            for socket in {subscription.socket for subscription in subscriptions}:
                socket.say_goodbye(socket.goodbye())
            return True
        return False

    def _prepared(self, socket: Socket, frame: str, subject: Subject, late_ms: int | None) -> list[str]:
        """Return what is to be sent of a frame now: altered, twice, or nothing because it waits."""
        copies = 1 if self._draw(FaultKind.DUPLICATE_EVENTS, subject) is None else 2
        delay = self._draw(FaultKind.DELAY, subject)
        wait_ms = (late_ms or 0) + (0 if delay is None else delay.delay_ms)
        altered = socket.distort(frame, subject)
        if altered is not None:
            frame = altered.decode(errors="replace")
        if not wait_ms:
            return [frame] * copies
        for _ in range(copies):
            asyncio.get_running_loop().call_later(wait_ms / 1000, socket.send, frame)
        return []

    def _send_in_order(self, socket: Socket, frames: list[str], subject: Subject) -> None:
        """Send an event's frames, or hold them back until the next event's have left: the two have changed places."""
        held = self._held.pop(socket, None)
        if held is None:
            fault = self._draw(FaultKind.REORDER_EVENTS, subject)
            if fault is not None:
                self._held[socket] = frames
                asyncio.get_running_loop().call_later(fault.delay_ms / 1000, self._release, socket, frames)
                return
        for frame in [*frames, *(held or ())]:
            socket.send(frame)

    def _release(self, socket: Socket, frames: list[str]) -> None:
        """Send an event for which no other one came in time."""
        if self._held.get(socket) is frames:
            del self._held[socket]
            for frame in frames:
                socket.send(frame)

    def _draw(self, kind: FaultKind, subject: Subject) -> Fault | None:
        return self._faults.draw(kind, self._exchange.name, Endpoint.STREAM, lambda: subject)
