"""The private channels' subscriptions: which there are where, who may have them, how many connections hear each."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from enum import StrEnum

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.okx.channel_frames import PrivateChannel, SilentChannel, View, Wanted, frame
from venuesim.okx.channels import AccountChannel, FillsChannel, OrdersChannel
from venuesim.okx.connections import Arg, Connection, encode, key_of, no_such_channel
from venuesim.okx.errors import OkxError
from venuesim.okx.fee_tiers import check_tier
from venuesim.okx.figures import Json
from venuesim.okx.instruments import Instruments
from venuesim.okx.parameters import Parameters
from venuesim.okx.position_channels import BalanceAndPositionChannel, PositionsChannel, WarningChannel
from venuesim.wire.user_streams import Subscription, UserStreams

CONNECTIONS_MAX = 30
"""How many connections of an account may hear one of the counted channels."""


class SubscribedType(StrEnum):
    """The `instType` values of private channels."""

    SPOT = "SPOT"
    MARGIN = "MARGIN"
    SWAP = "SWAP"
    FUTURES = "FUTURES"
    OPTION = "OPTION"
    ANY = "ANY"


PRIVATE = frozenset(
    {"account", "positions", "balance_and_position", "orders", "fills", "liquidation-warning", "account-greeks"}
)
"""The channels of the private URL."""

BUSINESS = frozenset({"orders-algo", "algo-advance", "deposit-info", "withdrawal-info"})
"""The private channels of the business URL."""

COUNTED = PRIVATE - {"fills"}
TYPED = frozenset({"orders", "positions", "liquidation-warning", "orders-algo", "algo-advance"})
"""Channels whose argument must have an `instType`."""


class Heard:
    """A subscription that a connection has: its channel, and when it was told anew."""

    def __init__(self, channel: PrivateChannel, subscription: Subscription, name: str, told_ms: int) -> None:
        self.channel = channel
        self.subscription = subscription
        self.name = name
        self.told_ms = told_ms


class PrivateStreams:
    """The private channels of the venue."""

    def __init__(self, *, view: View, instruments: Instruments, user_streams: UserStreams) -> None:
        self._view = view
        self._instruments = instruments
        self._user_streams = user_streams
        self._heard: dict[tuple[Connection, int, str], Heard] = {}
        self._connections: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)

    def subscribe(
        self, arg: Arg, accounts: list[Account], connection: Connection, acknowledge: Callable[[], None]
    ) -> None:
        """Start telling accounts' events on a connection; raises OkxError, and then nothing has changed."""
        channel = self._channel(arg, accounts)
        acknowledge()
        for account in accounts:
            self._subscribe(arg, channel, account, connection)

    def unsubscribe(self, arg: Arg, accounts: list[Account], connection: Connection) -> None:
        """Stop telling."""
        for account in accounts:
            self._end((connection, account.account_id, key_of(arg)))

    def forget(self, connection: Connection) -> None:
        """Stop telling anything on a connection that closed."""
        for key in [key for key in self._heard if key[0] is connection]:
            self._end(key)

    def pulse(self) -> None:
        """Tell anew what is told in intervals."""
        now_ms = self._view.exchange.clock.now_ms()
        for (connection, _, _), heard in list(self._heard.items()):
            interval_ms = heard.channel.interval_ms
            if interval_ms and now_ms - heard.told_ms >= interval_ms:
                heard.told_ms = now_ms
                self._tell_all(heard, connection)

    def tell_algo(self, account: Account, channel: str, instrument: Instrument, order: Json) -> None:
        """Tell the owner that an algo order changed: on `orders-algo`, or on `algo-advance` for trailing ones."""

        def render(subscription: Subscription) -> Iterator[str]:
            heard = subscription.topic
            if not isinstance(heard, SilentChannel) or heard.arg.get("channel") != channel:
                return
            is_named = heard.arg.get("algoId") in {None, "", order.get("algoId")}
            if is_named and heard.wanted.fits(instrument):
                yield encode(frame(heard.arg, account, [order]))

        self._user_streams.deliver(account, render)

    def _subscribe(self, arg: Arg, channel: PrivateChannel, account: Account, connection: Connection) -> None:
        key = (connection, account.account_id, key_of(arg))
        if key in self._heard:
            return
        name = str(arg["channel"])
        if name in COUNTED and not self._count(name, account, connection):
            return
        subscription = Subscription(
            account=account,
            socket=connection.socket,
            render=lambda event: _encoded(channel.order_changed(event), connection),
            render_account=lambda event: _encoded(channel.account_changed(event), connection),
            topic=channel,
        )
        heard = Heard(channel, subscription, name, self._view.exchange.clock.now_ms())
        self._heard[key] = heard
        self._user_streams.add(subscription)
        self._tell_all(heard, connection)

    def _count(self, name: str, account: Account, connection: Connection) -> bool:
        """Count a connection that hears a channel and tell how many do; return whether it is not one too many."""
        counter = self._connections[account.account_id, name]
        is_new = not counter[connection.connection_id]
        if is_new and sum(1 for held in counter.values() if held) >= CONNECTIONS_MAX:
            connection.event("channel-conn-count-error", channel=name, connCount=str(CONNECTIONS_MAX))
            return False
        counter[connection.connection_id] += 1
        if is_new:
            connections = sum(1 for held in counter.values() if held)
            connection.event("channel-conn-count", channel=name, connCount=str(connections))
        return True

    def _end(self, key: tuple[Connection, int, str]) -> None:
        heard = self._heard.pop(key, None)
        if heard is None:
            return
        self._user_streams.remove(heard.subscription)
        counter = self._connections[heard.subscription.account.account_id, heard.name]
        if heard.name in COUNTED:
            counter[key[0].connection_id] -= 1
            if not counter[key[0].connection_id]:
                del counter[key[0].connection_id]

    def _tell_all(self, heard: Heard, connection: Connection) -> None:
        for payload in heard.channel.snapshot(heard.subscription.account):
            connection.send(payload)

    def _channel(self, arg: Arg, accounts: list[Account]) -> PrivateChannel:
        """Return the channel that an argument names; raises OkxError when there is none, or not for these accounts."""
        named = Parameters(arg)
        try:
            name = named.required("channel")
            instrument = self._instruments.named(named.required("instId")) if named.has("instId") else None
            kind = named.choice("instType", SubscribedType).value if name in TYPED else "ANY"
        except OkxError:
            raise no_such_channel(arg) from None
        symbol = None if instrument is None else instrument.symbol
        wanted = Wanted(kind, named.text("instFamily"), symbol)
        match name:
            case "account":
                return AccountChannel(arg, self._view, named.text("ccy"))
            case "positions":
                return PositionsChannel(arg, self._view, wanted)
            case "balance_and_position":
                return BalanceAndPositionChannel(arg, self._view)
            case "orders":
                return OrdersChannel(arg, self._view, wanted)
            case "liquidation-warning":
                return WarningChannel(arg, self._view, wanted)
            case "fills":
                check_tier(accounts)
                return FillsChannel(arg, symbol)
            case _:
                return SilentChannel(arg, wanted)


def _encoded(payloads: Iterator[Json], connection: Connection) -> Iterator[str]:
    for payload in payloads:
        connection.touch()
        yield encode(payload)
