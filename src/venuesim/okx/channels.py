"""The private channels: orders, fills and account, each a rendering of the account's order events."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.instruments import Instrument
from venuesim.okx.connections import Arg, no_such_channel
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import Json, balances, pushed, pushed_fill, user_id


class ChannelName(StrEnum):
    """The channels there are."""

    ORDERS = "orders"
    FILLS = "fills"
    ACCOUNT = "account"


class SubscribedType(StrEnum):
    """The `instType` values of the orders channel; only the first two ever tell anything here."""

    SPOT = "SPOT"
    ANY = "ANY"
    MARGIN = "MARGIN"
    SWAP = "SWAP"
    FUTURES = "FUTURES"
    OPTION = "OPTION"


class PrivateChannel(Protocol):
    """One subscription's rendering."""

    name: str

    def first_frames(self, account: Account, exchange: Exchange) -> Iterator[Json]:
        """Return what is told at once after subscribing."""
        ...

    def frames(self, event: OrderEvent, exchange: Exchange) -> Iterator[Json]:
        """Return what an event tells."""
        ...


def read_channel(arg: Arg, instruments: Instruments) -> PrivateChannel:
    """Return the channel that an argument names; raises OkxError (60018) when there is none."""
    named = Parameters(arg)
    try:
        instrument = instruments.read_optional(named)
        match named.choice("channel", ChannelName):
            case ChannelName.ORDERS:
                kind = named.choice("instType", SubscribedType)
                is_heard = kind in {SubscribedType.SPOT, SubscribedType.ANY}
                return OrdersChannel(arg, instrument, is_heard=is_heard)
            case ChannelName.FILLS:
                return FillsChannel(arg, instrument)
            case ChannelName.ACCOUNT:
                return AccountChannel(arg, named.text("ccy"))
    except OkxError:
        raise no_such_channel(arg) from None


class OrdersChannel:
    """Each change of an order: one frame per execution. There is no picture of the open orders at the start."""

    name = ChannelName.ORDERS.value

    def __init__(self, arg: Arg, instrument: Instrument | None, *, is_heard: bool) -> None:
        self._arg = arg
        self._instrument = instrument
        self._is_heard = is_heard

    def first_frames(self, account: Account, exchange: Exchange) -> Iterator[Json]:
        """Return nothing."""
        del account, exchange
        yield from ()

    def frames(self, event: OrderEvent, exchange: Exchange) -> Iterator[Json]:
        """Return the order as it is now."""
        if self._is_heard and self._instrument in {None, event.order.instrument}:
            yield _frame(self._arg, event.account, pushed(event, exchange))


class FillsChannel:
    """Each execution, and nothing else."""

    name = ChannelName.FILLS.value

    def __init__(self, arg: Arg, instrument: Instrument | None) -> None:
        self._arg = arg
        self._instrument = instrument

    def first_frames(self, account: Account, exchange: Exchange) -> Iterator[Json]:
        """Return nothing."""
        del account, exchange
        yield from ()

    def frames(self, event: OrderEvent, exchange: Exchange) -> Iterator[Json]:
        """Return the execution, if the event is one."""
        del exchange
        if event.execution is not None and self._instrument in {None, event.order.instrument}:
            yield _frame(self._arg, event.account, pushed_fill(event.execution))


class AccountChannel:
    """The balances: all at first, then those that changed."""

    name = ChannelName.ACCOUNT.value

    def __init__(self, arg: Arg, asset: str | None) -> None:
        self._arg = arg
        self._asset = asset

    def first_frames(self, account: Account, exchange: Exchange) -> Iterator[Json]:
        """Return all balances that are not zero."""
        held = [asset for asset, balance in account.balances.items() if balance.free or balance.locked]
        wanted = [asset for asset in held if self._asset in {None, asset}]
        now_ms = exchange.clock.now_ms()
        yield _frame(self._arg, account, balances(account, exchange, wanted, now_ms))

    def frames(self, event: OrderEvent, exchange: Exchange) -> Iterator[Json]:
        """Return the balances that changed."""
        changed = [asset for asset in event.assets if self._asset in {None, asset}]
        if changed:
            yield _frame(self._arg, event.account, balances(event.account, exchange, changed, event.time_ms))


def _frame(arg: Arg, account: Account, data: Json) -> Json:
    return {"arg": {**arg, "uid": user_id(account)}, "data": [data]}
