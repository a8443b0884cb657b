"""What the private channels share: which instruments they want, what they read, how a push looks."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, OrderEvent
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.positions import Position
from venuesim.okx.connections import Arg, echoed
from venuesim.okx.figures import Json, family_of
from venuesim.okx.instruments import instrument_type
from venuesim.okx.order_words import user_id

INTERVAL_MS = 5000
"""How often the account and positions channels tell everything anew, unless asked otherwise."""

INTERVALS_MS = {"0": 0, "2000": 2000, "3000": 3000, "4000": 4000}

ShowPosition = Callable[[Account, Position], Json]
"""Renders a position as account/positions shows it."""


class View(NamedTuple):
    """What channels read."""

    exchange: Exchange
    show_position: ShowPosition


class Wanted(NamedTuple):
    """Which instruments a subscription wants; None is all."""

    kind: str
    family: str | None = None
    symbol: str | None = None

    def fits(self, instrument: Instrument) -> bool:
        """Whether an instrument is wanted; a named instrument comes before a family."""
        if self.kind not in {"ANY", instrument_type(instrument).value}:
            return False
        if self.symbol is not None:
            return instrument.symbol == self.symbol
        return self.family in {None, family_of(instrument)}


class PrivateChannel(Protocol):
    """One subscription's rendering. `interval_ms` is after how long everything is told anew (0: never)."""

    @property
    def interval_ms(self) -> int:
        """After how many milliseconds everything is told anew."""
        ...

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return what is told after subscribing, and anew in intervals."""
        ...

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return what an order's change tells."""
        ...

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return what an account's change tells."""
        ...


class SilentChannel:
    """A channel that has nothing to tell here, but for what the venue itself hands to it."""

    interval_ms = 0

    def __init__(self, arg: Arg, wanted: Wanted) -> None:
        self.arg = arg
        self.wanted = wanted

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return nothing."""
        del account
        yield from ()

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()


def interval_of(arg: Arg) -> int:
    """Return what `extraParams` says about updateInterval, in milliseconds (0: only when something happens)."""
    text = arg.get("extraParams")
    if not isinstance(text, str):
        return INTERVAL_MS
    try:
        wanted = msgspec.json.decode(text, type=dict[str, object]).get("updateInterval")
    except msgspec.MsgspecError:
        return INTERVAL_MS
    return INTERVALS_MS.get(str(wanted), INTERVAL_MS)


def frame(arg: Arg, account: Account, data: list[Json], *, is_snapshot: bool | None = None) -> Json:
    """Return a push; the account and positions channels say whether it is a snapshot (of one page) or an event."""
    told: Json = {"arg": {**echoed(arg), "uid": user_id(account)}}
    if is_snapshot is not None:
        told["eventType"] = "snapshot" if is_snapshot else "event_update"
    if is_snapshot:
        told |= {"curPage": 1, "lastPage": True}
    return {**told, "data": data}
